package store_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"hooksafe/store"
)

func TestAddSecret(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "editor"), w.Org(acme)
	hook, _ := w.addHook(t, acme, "another hook", 0)
	w.Clock.Advance(time.Minute)
	added := must(w.AddSecret(ctx, a, org.Place(), store.NewSecret{Name: "TOKEN", Note: "what it is for", Value: store.NewPlaintext("value")}))(t)
	want := store.Secret{ID: added.ID, Name: "TOKEN", Note: "what it is for", Version: 1, Revision: 1, CreatedAt: w.Now(), UpdatedAt: w.Now(), UpdatedBy: "acme editor"}
	if added != want {
		t.Errorf("%+v, want %+v", added, want)
	}
	e := w.lastEntry(t, acme)
	if e.Action != "secret.create" || str(e.Target) != added.ID || str(e.TargetName) != "TOKEN" || *e.TargetVersion != 1 || str(e.Parent) != org.Hook || str(e.ParentName) != org.HookName {
		t.Errorf("entry is %+v", e)
	}
	got, in, err := w.Secret(ctx, a, org.Place(), added.ID)
	if err != nil || got != want || in.ID != org.Hook || in.Secrets != 2 {
		t.Errorf("%+v in %+v, %v", got, in, err)
	}

	for _, c := range []struct {
		name  string
		in    store.Place
		n     store.NewSecret
		code  store.Code
		field string
	}{
		{"a taken name", org.Place(), store.NewSecret{Name: "TOKEN", Value: store.NewPlaintext("v")}, store.Conflict, "name"},
		{"in other letters", org.Place(), store.NewSecret{Name: "token", Value: store.NewPlaintext("v")}, "", ""},
		{"taken in another hook only", store.HookPlace(hook.ID), store.NewSecret{Name: "TOKEN", Value: store.NewPlaintext("v")}, "", ""},
		{"a bad name", org.Place(), store.NewSecret{Name: "a b", Value: store.NewPlaintext("v")}, store.Invalid, "name"},
		{"no value", org.Place(), store.NewSecret{Name: "PENDING"}, store.Invalid, "value"},
		{"a long note", org.Place(), store.NewSecret{Name: "LONG", Note: strings.Repeat("é", 1001), Value: store.NewPlaintext("v")}, store.Invalid, "note"},
		{"the hook of no id", store.HookPlace(""), store.NewSecret{Name: "NOWHERE", Value: store.NewPlaintext("v")}, store.NotFound, ""},
		{"no place", store.Place{}, store.NewSecret{Name: "NOWHERE", Value: store.NewPlaintext("v")}, store.NotFound, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			before, entries := w.state(t), len(w.entries(t, acme))
			_, err := w.AddSecret(ctx, a, c.in, c.n)
			if c.code == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantRefusal(t, err, c.code, c.field)
			if w.state(t) != before || len(w.entries(t, acme)) != entries {
				t.Error("something was changed or recorded")
			}
		})
	}
}

// The organization's own secrets are no hook's: an editor sees and opens them, and
// changes none.
func TestOrganizationSecrets(t *testing.T) {
	w := newWorld(t)
	admin, editor := w.Actor(t, acme, "admin"), w.Actor(t, acme, "editor")
	own := store.OrganizationPlace()
	secret := w.addSecret(t, admin, own, "SHARED", "shared value")
	if got := valueOf(t, w, editor, own, secret.ID); got != "shared value" {
		t.Errorf("opens to %q", got)
	}
	_, err := w.AddSecret(ctx, editor, own, store.NewSecret{Name: "MINE", Value: store.NewPlaintext("v")})
	wantCode(t, err, store.Denied)
	_, err = w.DeleteSecret(ctx, editor, own, secret.ID, "SHARED")
	wantCode(t, err, store.Denied)
	for name, in := range map[string]store.Place{"a hook": w.Org(acme).Place(), "the hook of no id": store.HookPlace("")} {
		_, err := w.RevealSecret(ctx, admin, in, secret.ID, 0, "")
		if store.CodeOf(err) != store.NotFound {
			t.Errorf("found in %s: %v", name, err)
		}
		if list, err := w.Secrets(ctx, admin, in); err == nil && len(list.Secrets) != 1 {
			t.Errorf("listed in %s: %+v", name, list.Secrets)
		}
	}
	foreign := w.Actor(t, globex, "owner")
	_, err = w.RevealSecret(ctx, foreign, own, secret.ID, 0, "")
	wantCode(t, err, store.NotFound)
	if list := must(w.Secrets(ctx, foreign, own))(t); len(list.Secrets) != 0 {
		t.Errorf("%+v", list)
	}
}

// a hook has 20 places, also when many race for the last one, from two
// processes.
func TestR10LastPlace(t *testing.T) {
	w := newWorld(t)
	a := w.Actor(t, acme, "editor")
	hook, _ := w.addHook(t, acme, "a full hook", 19)
	in := store.HookPlace(hook.ID)
	ok, full := race(8, []*store.Store{w.Store, w.beside(t)}, store.Full, func(s *store.Store, i int) error {
		return errOf(s.AddSecret(ctx, a, in, store.NewSecret{Name: fmt.Sprint("LAST_", i), Value: store.NewPlaintext("v")}))
	}, t)
	if ok != 1 || full != 7 {
		t.Errorf("%d had the last place, %d were told that it is full", ok, full)
	}
	list := must(w.Secrets(ctx, a, in))(t)
	if len(list.Secrets) != 20 || list.Limit != 20 || list.Hook.Secrets != 20 {
		t.Errorf("%d secrets of %d", len(list.Secrets), list.Limit)
	}

	must(w.DeleteSecret(ctx, a, in, list.Secrets[0].ID, list.Secrets[0].Name))(t)
	w.addSecret(t, a, in, "AFTER", "v")
	_, err := w.RestoreSecret(ctx, a, in, list.Secrets[0].ID)
	wantCode(t, err, store.Full)
	w.verify(t)
}

// one of two that race for a name has it.
func TestR10OneName(t *testing.T) {
	w := newWorld(t)
	a := w.Actor(t, acme, "editor")
	ok, taken := race(6, []*store.Store{w.Store, w.beside(t)}, store.Conflict, func(s *store.Store, i int) error {
		return errOf(s.AddSecret(ctx, a, w.Org(acme).Place(), store.NewSecret{Name: "THE_NAME", Value: store.NewPlaintext("v")}))
	}, t)
	if ok != 1 || taken != 5 {
		t.Errorf("%d have the name, %d were told that it is taken", ok, taken)
	}
}

// one of two that edit the same version saves, the other is told who was first.
func TestR11OneEdit(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "editor"), w.Org(acme)
	ok, stale := race(6, []*store.Store{w.Store, w.beside(t)}, store.Stale, func(s *store.Store, i int) error {
		change := store.SecretChange{Base: 1, Name: "API_KEY", Value: ptr(store.NewPlaintext(fmt.Sprint("edit ", i)))}
		return errOf(s.ChangeSecret(ctx, a, org.Place(), org.Secret, change))
	}, t)
	if ok != 1 || stale != 5 {
		t.Errorf("%d saved, %d were told that they are late", ok, stale)
	}
	if n := stored[int](t, w, `SELECT count(*) FROM secret_versions WHERE secret = ?`, org.Secret); n != 2 {
		t.Errorf("%d versions", n)
	}
}

// A conflict names who saved, and a version only where they made one.
func TestStaleSecretNamesWhatWasSaved(t *testing.T) {
	w := newWorld(t)
	editor, admin, org := w.Actor(t, acme, "editor"), w.Actor(t, acme, "admin"), w.Org(acme)
	for _, c := range []struct {
		saved   store.SecretChange
		version int64
		message string
	}{
		{store.SecretChange{Base: 1, Name: "API_KEY", Note: "only the note"}, 0, "acme admin saved a change while you were editing."},
		{store.SecretChange{Base: 2, Name: "API_KEY", Value: ptr(store.NewPlaintext("new"))}, 2, "acme admin saved version 2 while you were editing."},
		{store.SecretChange{Base: 3, Name: "RENAMED"}, 0, "acme admin saved a change while you were editing."},
	} {
		w.Clock.Advance(time.Second)
		must(w.ChangeSecret(ctx, admin, org.Place(), org.Secret, c.saved))(t)
		_, err := w.ChangeSecret(ctx, editor, org.Place(), org.Secret, c.saved)
		e, _ := store.AsError(err)
		if e.Code != store.Stale || e.By != "acme admin" || e.Version != c.version || e.Revision != c.saved.Base+1 || e.Message != c.message {
			t.Errorf("after %+v: %+v", c.saved, e)
		}
	}
}

// race runs do n times at once, over the stores in turn, and counts who succeeded and
// who was refused with want.
func race(n int, stores []*store.Store, want store.Code, do func(s *store.Store, i int) error, t *testing.T) (ok, refused int) {
	t.Helper()
	results := make([]error, n)
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		all.Go(func() {
			<-start
			results[i] = do(stores[i%len(stores)], i)
		})
	}
	close(start)
	all.Wait()
	for _, err := range results {
		switch {
		case err == nil:
			ok++
		case store.CodeOf(err) == want:
			refused++
		default:
			t.Errorf("neither done nor %s: %v", want, err)
		}
	}
	return ok, refused
}

func TestChangeSecret(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "editor"), w.Org(acme)
	w.addSecret(t, a, org.Place(), "TAKEN", "v")
	for _, c := range []struct {
		name         string
		change       store.SecretChange
		version      int64
		detail       string
		code         store.Code
		field, value string
	}{
		{"a new value", store.SecretChange{Base: 1, Name: "API_KEY", Note: "planted", Value: ptr(store.NewPlaintext("two"))}, 2, "new value", "", "", "two"},
		{"a new name", store.SecretChange{Base: 2, Name: "KEY", Note: "planted"}, 2, "value kept, renamed from API_KEY", "", "", "two"},
		{"a new note", store.SecretChange{Base: 3, Name: "KEY", Note: "new"}, 2, "value kept, note changed", "", "", "two"},
		{"all three", store.SecretChange{Base: 4, Name: "API_KEY", Note: "", Value: ptr(store.NewPlaintext("three"))}, 3, "new value, renamed from KEY, note changed", "", "", "three"},
		{"nothing", store.SecretChange{Base: 5, Name: "API_KEY"}, 3, "value kept", "", "", "three"},
		{"on an older one", store.SecretChange{Base: 5, Name: "API_KEY", Value: ptr(store.NewPlaintext("late"))}, 0, "", store.Stale, "", "three"},
		{"on one that is not yet", store.SecretChange{Base: 99, Name: "API_KEY", Value: ptr(store.NewPlaintext("early"))}, 0, "", store.Stale, "", "three"},
		{"on none", store.SecretChange{Name: "API_KEY", Value: ptr(store.NewPlaintext("none"))}, 0, "", store.Stale, "", "three"},
		{"onto a taken name", store.SecretChange{Base: 6, Name: "TAKEN", Value: ptr(store.NewPlaintext("lost"))}, 0, "", store.Conflict, "name", "three"},
		{"a bad name", store.SecretChange{Base: 6, Name: ".."}, 0, "", store.Invalid, "name", "three"},
		{"a bad note", store.SecretChange{Base: 6, Name: "API_KEY", Note: "\x00"}, 0, "", store.Invalid, "note", "three"},
		{"an empty value", store.SecretChange{Base: 6, Name: "API_KEY", Value: ptr(store.NewPlaintext(""))}, 0, "", store.Invalid, "value", "three"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before, entries := w.state(t), len(w.entries(t, acme))
			got, err := w.ChangeSecret(ctx, a, org.Place(), org.Secret, c.change)
			if c.code != "" {
				e := wantRefusal(t, err, c.code, c.field)
				if w.state(t) != before || len(w.entries(t, acme)) != entries {
					t.Error("something was changed or recorded")
				}
				if c.code == store.Stale && (e.By != "acme editor" || e.Version != 3 || e.Revision != 6 || !strings.Contains(e.Message, "acme editor saved")) {
					t.Errorf("%+v", e)
				}
			} else if err != nil || got.Name != c.change.Name || got.Note != c.change.Note || got.Version != c.version || got.Revision != c.change.Base+1 {
				t.Errorf("%+v, %v", got, err)
			} else if e := w.lastEntry(t, acme); e.Action != "secret.update" || str(e.Detail) != c.detail || *e.TargetVersion != c.version || str(e.TargetName) != c.change.Name {
				t.Errorf("entry is %+v", e)
			}
			if got := valueOf(t, w, a, org.Place(), org.Secret); got != c.value {
				t.Errorf("opens to %q, want %q", got, c.value)
			}
		})
	}
}

func TestDeleteAndRestoreSecret(t *testing.T) {
	w := newWorld(t)
	a := w.Actor(t, acme, "editor")
	hook, secrets := w.addHook(t, acme, "a hook", 3)
	in, s := store.HookPlace(hook.ID), secrets[0]

	for _, typed := range []string{"", "s1", "S1 ", "S2"} {
		_, err := w.DeleteSecret(ctx, a, in, s.ID, typed)
		wantRefusal(t, err, store.Invalid, "name")
	}
	w.Clock.Advance(time.Minute)
	must(w.DeleteSecret(ctx, a, in, s.ID, "S1"))(t)
	for name, err := range map[string]error{
		"read":     func() error { _, _, err := w.Secret(ctx, a, in, s.ID); return err }(),
		"revealed": errOf(w.RevealSecret(ctx, a, in, s.ID, 0, "")),
		"copied":   errOf(w.CopySecret(ctx, a, in, s.ID, 0)),
		"changed":  errOf(w.ChangeSecret(ctx, a, in, s.ID, store.SecretChange{Base: 1, Name: "S1"})),
		"deleted":  errOf(w.DeleteSecret(ctx, a, in, s.ID, "S1")),
	} {
		if store.CodeOf(err) != store.NotFound {
			t.Errorf("deleted and %s: %v", name, err)
		}
	}
	if list := must(w.Secrets(ctx, a, in))(t); len(list.Secrets) != 2 || list.Hook.Secrets != 2 {
		t.Errorf("%+v", list)
	}

	again := w.addSecret(t, a, in, "S1", "another")
	_, err := w.RestoreSecret(ctx, a, in, s.ID)
	wantRefusal(t, err, store.Conflict, "")
	must(w.DeleteSecret(ctx, a, in, again.ID, "S1"))(t)
	if got := must(w.RestoreSecret(ctx, a, in, s.ID))(t); got.ID != s.ID || got.Version != 1 {
		t.Errorf("%+v", got)
	}
	if got := valueOf(t, w, a, in, s.ID); got != "value 1" {
		t.Errorf("opens to %q", got)
	}
	_, err = w.RestoreSecret(ctx, a, in, s.ID)
	wantCode(t, err, store.NotFound) // it is not deleted

	must(w.DeleteHook(ctx, a, hook.ID, hook.Name))(t)
	_, err = w.RestoreSecret(ctx, a, in, again.ID)
	wantCode(t, err, store.NotFound) // its hook is gone
	must(w.RestoreHook(ctx, a, hook.ID))(t)
	if list := must(w.Secrets(ctx, a, in))(t); len(list.Secrets) != 3 {
		t.Errorf("%d secrets came back with their hook", len(list.Secrets))
	}
	w.verify(t)
}

func TestUndoEndsAfterSevenDays(t *testing.T) {
	for _, c := range []struct {
		name string
		pass time.Duration
		code store.Code
	}{
		{"a moment before", 7*24*time.Hour - time.Microsecond, ""},
		{"after 7 days", 7 * 24 * time.Hour, store.NotFound},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			a, x := w.Actor(t, acme, "editor"), newThings(t, w, acme, 1)
			w.sql(t, `UPDATE sessions SET seen_at = seen_at + 8*86400000000, expires_at = expires_at + 8*86400000000`)
			deleted := stored[int64](t, w, `SELECT deleted_at FROM secrets WHERE id = ?`, x.deletedSecret)
			w.sql(t, `UPDATE hooks SET purge_at = ? WHERE id = ?`, stored[int64](t, w, `SELECT purge_at FROM secrets WHERE id = ?`, x.deletedSecret), x.deletedHook)
			w.Clock.Advance(time.UnixMicro(deleted).Add(c.pass).Sub(w.Now()))
			for what, err := range map[string]error{
				"secret": errOf(w.RestoreSecret(ctx, a, store.HookPlace(x.hook), x.deletedSecret)),
				"hook":   errOf(w.RestoreHook(ctx, a, x.deletedHook)),
			} {
				if store.CodeOf(err) != c.code || (c.code == "" && err != nil) {
					t.Errorf("%s: %v", what, err)
				}
			}
		})
	}
}

func TestSecretForm(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "editor"), w.Org(acme)
	secret, hook, err := w.SecretForm(ctx, a, org.Place(), "")
	if err != nil || secret != (store.Secret{}) || hook.Secrets != 1 || hook.ID != org.Hook {
		t.Errorf("%+v, %+v, %v", secret, hook, err)
	}
	secret, hook, err = w.SecretForm(ctx, a, org.Place(), org.Secret)
	if err != nil || secret.Name != "API_KEY" || hook.Secrets != 1 {
		t.Errorf("%+v, %+v, %v", secret, hook, err)
	}
	for id, wantAction := range map[string]string{"": "secret.create", org.Secret: "secret.update"} {
		_, _, err := w.SecretForm(ctx, w.Actor(t, acme, "viewer"), org.Place(), id)
		wantCode(t, err, store.Denied)
		if e := w.lastEntry(t, acme); e.Action != wantAction || e.Outcome != "denied" {
			t.Errorf("entry is %s %s", e.Action, e.Outcome)
		}
	}
}

// No error of the store's repeats a value.
func TestErrorsRepeatNoValue(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "editor"), w.Org(acme)
	const planted = "planted-in-an-error"
	bad := store.NewPlaintext(planted + "\x00")
	for _, err := range []error{
		errOf(w.AddSecret(ctx, a, org.Place(), store.NewSecret{Name: "API_KEY", Value: store.NewPlaintext(planted)})),
		errOf(w.AddSecret(ctx, a, org.Place(), store.NewSecret{Name: planted + " is no name", Value: store.NewPlaintext(planted)})),
		errOf(w.AddSecret(ctx, a, org.Place(), store.NewSecret{Name: "B", Value: bad})),
		errOf(w.ChangeSecret(ctx, a, org.Place(), org.Secret, store.SecretChange{Base: 7, Name: "B", Value: ptr(store.NewPlaintext(planted))})),
		errOf(w.SignIn(ctx, store.Origin{}, "editor@acme.example", planted, planted)),
		errOf(w.Confirm(ctx, w.Person(t, acme, "editor"), planted)),
		errOf(w.Store.Person(ctx, planted, store.Origin{})),
		errOf(w.CheckReset(ctx, planted)),
		errOf(w.ResetPassword(ctx, store.Origin{}, planted, planted)),
	} {
		for e := err; e != nil; e = errors.Unwrap(e) {
			if text := fmt.Sprintf("%v %+v %#v", e, e, e); strings.Contains(text, planted) {
				t.Errorf("%q", text)
			}
		}
		if err == nil {
			t.Error("no error")
		}
	}
}
