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

func valueOf(t testing.TB, w *world, a store.Actor, in store.Place, id string) string {
	t.Helper()
	return must(w.RevealSecret(ctx, a, in, id, ""))(t).Value.Reveal()
}

func TestAddSecret(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "editor"), w.Org(acme)
	hook, _ := w.addHook(t, acme, "another hook", 0)
	w.Clock.Advance(time.Minute)
	added := must(w.AddSecret(ctx, a, org.Place(), store.NewSecret{Name: "TOKEN", Note: "what it is for", Value: store.NewPlaintext("value")}))(t)
	want := store.Secret{ID: added.ID, Name: "TOKEN", Note: "what it is for", Version: 1, Revision: 1, UpdatedAt: w.Now(), UpdatedBy: "acme editor"}
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
	own := store.OrganizationPlace
	secret := w.addSecret(t, admin, own, "SHARED", "shared value")
	if got := valueOf(t, w, editor, own, secret.ID); got != "shared value" {
		t.Errorf("opens to %q", got)
	}
	_, err := w.AddSecret(ctx, editor, own, store.NewSecret{Name: "MINE", Value: store.NewPlaintext("v")})
	wantCode(t, err, store.Denied)
	_, err = w.DeleteSecret(ctx, editor, own, secret.ID, "SHARED")
	wantCode(t, err, store.Denied)
	for name, in := range map[string]store.Place{"a hook": w.Org(acme).Place(), "the hook of no id": store.HookPlace("")} {
		_, err := w.RevealSecret(ctx, admin, in, secret.ID, "")
		if store.CodeOf(err) != store.NotFound {
			t.Errorf("found in %s: %v", name, err)
		}
		if list, err := w.Secrets(ctx, admin, in); err == nil && len(list.Secrets) != 1 {
			t.Errorf("listed in %s: %+v", name, list.Secrets)
		}
	}
	foreign := w.Actor(t, globex, "owner")
	_, err = w.RevealSecret(ctx, foreign, own, secret.ID, "")
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

// The last 20 versions are kept; an older one is destroyed, and nothing brings it back.
func TestVersionsThatAreKept(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "editor"), w.Org(acme)
	const last = 23
	for v := 2; v <= last; v++ {
		change := store.SecretChange{Base: int64(v - 1), Name: "API_KEY", Value: ptr(store.NewPlaintext(fmt.Sprint("version ", v)))}
		must(w.ChangeSecret(ctx, a, org.Place(), org.Secret, change))(t)
	}
	for v := 1; v <= last; v++ {
		kept := stored[bool](t, w, `SELECT sealed IS NOT NULL AND destroyed_at IS NULL FROM secret_versions WHERE secret = ? AND version = ?`, org.Secret, v)
		if want := v > last-20; kept != want {
			t.Errorf("version %d is kept: %v", v, kept)
		}
	}
	if got := valueOf(t, w, a, org.Place(), org.Secret); got != "version 23" {
		t.Errorf("opens to %q", got)
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
		"revealed": errOf(w.RevealSecret(ctx, a, in, s.ID, "")),
		"copied":   errOf(w.CopySecret(ctx, a, in, s.ID)),
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

// Who has seen a value last stands with the secret; the entry tells the version.
func TestRevealAndCopy(t *testing.T) {
	w := newWorld(t)
	editor, admin, org := w.Actor(t, acme, "editor"), w.Actor(t, acme, "admin"), w.Org(acme)
	if s, _, err := w.Secret(ctx, editor, org.Place(), org.Secret); err != nil || !s.LastUsedAt.IsZero() || s.LastUsedBy != "" {
		t.Errorf("%+v, %v", s, err)
	}
	w.Clock.Advance(time.Second)
	r := must(w.RevealSecret(ctx, editor, org.Place(), org.Secret, ""))(t)
	if r.Value.Reveal() != org.Value || r.Extended != 0 || !r.At.Equal(w.Now()) || r.Hook.ID != org.Hook || r.Name != "API_KEY" || r.LastUsedBy != "acme editor" {
		t.Errorf("%+v", r)
	}
	e := w.lastEntry(t, acme)
	if e.ID != r.Entry || e.Action != "secret.reveal" || e.Outcome != "done" || str(e.Target) != org.Secret || str(e.TargetName) != "API_KEY" || *e.TargetVersion != 1 ||
		str(e.Parent) != org.Hook || str(e.ActorName) != "acme editor" || str(e.Address) != "192.0.2.14" {
		t.Errorf("entry is %+v", e)
	}
	w.Clock.Advance(time.Second)
	c := must(w.CopySecret(ctx, admin, org.Place(), org.Secret))(t)
	if e := w.lastEntry(t, acme); e.ID != c.Entry || e.Action != "secret.copy" || c.Value.Reveal() != org.Value {
		t.Errorf("entry is %+v", e)
	}
	s, _, err := w.Secret(ctx, editor, org.Place(), org.Secret)
	if err != nil || !s.LastUsedAt.Equal(w.Now()) || s.LastUsedBy != "acme admin" {
		t.Errorf("%+v, %v", s, err)
	}
	must(w.RevealSecret(ctx, editor, org.Place(), org.Secret, ""))(t)
	for how, want := range map[string]int{"reveal": 2, "copy": 1} {
		if uses := stored[int](t, w, `SELECT sum(uses) FROM secret_uses WHERE secret = ? AND how = ? AND version = 1`, org.Secret, how); uses != want {
			t.Errorf("%d uses by %s", uses, how)
		}
	}
	w.verify(t)
}

// A secret that has a name and no value yet has nothing to reveal.
func TestPendingSecret(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "editor"), w.Org(acme)
	w.sql(t, `UPDATE secrets SET version = 0, last_version = 0 WHERE id = ?`, org.Secret)
	_, err := w.RevealSecret(ctx, a, org.Place(), org.Secret, "")
	wantCode(t, err, store.NotFound)
	w.addSecret(t, a, org.Place(), "AAA", "v")
	list := must(w.Secrets(ctx, a, org.Place()))(t)
	if list.Hook.Pending != 1 || list.Secrets[0].Name != "API_KEY" || list.Secrets[0].Version != 0 {
		t.Errorf("pending ones come first: %+v", list)
	}
}

// A password that was confirmed opens 15 minutes; then it is asked for again, and no
// entry is left by that.
func TestRevealAsksForThePassword(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "editor"), w.Org(acme)
	w.Clock.Advance(store.ConfirmFor + time.Minute)
	entries := len(w.entries(t, acme))
	for _, err := range []error{errOf(w.RevealSecret(ctx, a, org.Place(), org.Secret, "")), errOf(w.CopySecret(ctx, a, org.Place(), org.Secret))} {
		wantCode(t, err, store.ConfirmNeeded)
	}
	if n := len(w.entries(t, acme)); n != entries {
		t.Errorf("%d new entries", n-entries)
	}
}

// A reveal is prolonged at most 4 times, and each time is an entry of its own that
// names the first.
func TestProlongedReveal(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "editor"), w.Org(acme)
	first := must(w.RevealSecret(ctx, a, org.Place(), org.Secret, ""))(t)
	for i := 1; i <= 4; i++ {
		w.Clock.Advance(store.RevealSeconds * time.Second)
		r := must(w.RevealSecret(ctx, a, org.Place(), org.Secret, first.Entry))(t)
		e := w.lastEntry(t, acme)
		if r.Entry != first.Entry || r.Extended != i || r.Value.Reveal() != org.Value || str(e.Detail) != "extends "+first.Entry || e.Action != "secret.reveal" || e.ID == first.Entry {
			t.Errorf("%+v; entry is %+v", r, e)
		}
	}
	entries := len(w.entries(t, acme))
	_, err := w.RevealSecret(ctx, a, org.Place(), org.Secret, first.Entry)
	wantCode(t, err, store.Full)
	if n := len(w.entries(t, acme)); n != entries {
		t.Errorf("%d new entries", n-entries)
	}
	again := must(w.RevealSecret(ctx, a, org.Place(), org.Secret, ""))(t)
	if r := must(w.RevealSecret(ctx, a, org.Place(), org.Secret, again.Entry))(t); r.Extended != 1 {
		t.Errorf("a reveal of its own counts from the start: %+v", r)
	}
	w.verify(t)
}

// What cannot be prolonged: whatever is not the same session's own, running reveal of
// the same secret.
func TestWhatIsNotProlonged(t *testing.T) {
	for _, c := range []struct {
		name string
		pass time.Duration
		// first is the entry that is named, by whom it is asked for
		first func(t *testing.T, w *world, a store.Actor) string
		code  store.Code
	}{
		{"a moment late", 90 * time.Second, ownReveal, ""},
		{"one that ran out", 90*time.Second + time.Microsecond, ownReveal, store.Full},
		{"another person's", 0, func(t *testing.T, w *world, a store.Actor) string {
			return ownReveal(t, w, w.Actor(t, acme, "admin"))
		}, store.NotFound},
		{"the same person's, in another session", 0, func(t *testing.T, w *world, a store.Actor) string {
			session := must(w.SignIn(ctx, store.Origin{}, "editor@acme.example", password, ""))(t)
			p := must(w.Store.Person(ctx, session.Token, store.Origin{}))(t)
			return ownReveal(t, w, must(w.MemberActor(ctx, p, acme))(t))
		}, store.NotFound},
		{"of another secret", 0, func(t *testing.T, w *world, a store.Actor) string {
			other := w.addSecret(t, a, w.Org(acme).Place(), "OTHER", "v")
			return must(w.RevealSecret(ctx, a, w.Org(acme).Place(), other.ID, ""))(t).Entry
		}, store.NotFound},
		{"an extension", 0, func(t *testing.T, w *world, a store.Actor) string {
			must(w.RevealSecret(ctx, a, w.Org(acme).Place(), w.Org(acme).Secret, ownReveal(t, w, a)))(t)
			return w.lastEntry(t, acme).ID
		}, store.NotFound},
		{"a copy", 0, func(t *testing.T, w *world, a store.Actor) string {
			return must(w.CopySecret(ctx, a, w.Org(acme).Place(), w.Org(acme).Secret))(t).Entry
		}, store.NotFound},
		{"a refusal", 0, func(t *testing.T, w *world, a store.Actor) string {
			_, err := w.RevealSecret(ctx, w.Actor(t, acme, "viewer"), w.Org(acme).Place(), w.Org(acme).Secret, "")
			wantCode(t, err, store.Denied)
			return w.lastEntry(t, acme).ID
		}, store.NotFound},
		{"another organization's", 0, func(t *testing.T, w *world, a store.Actor) string {
			return must(w.RevealSecret(ctx, w.Actor(t, globex, "editor"), w.Org(globex).Place(), w.Org(globex).Secret, ""))(t).Entry
		}, store.NotFound},
		{"none", 0, func(*testing.T, *world, store.Actor) string { return "x" }, store.NotFound},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			a, org := w.Actor(t, acme, "editor"), w.Org(acme)
			first := c.first(t, w, a)
			w.Clock.Advance(c.pass)
			entries := len(w.entries(t, acme))
			r, err := w.RevealSecret(ctx, a, org.Place(), org.Secret, first)
			if c.code == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if wantCode(t, err, c.code); r.Value.Reveal() != "" || len(w.entries(t, acme)) != entries {
				t.Error("handed out, or recorded")
			}
		})
	}
}

func ownReveal(t *testing.T, w *world, a store.Actor) string {
	t.Helper()
	return must(w.RevealSecret(ctx, a, w.Org(acme).Place(), w.Org(acme).Secret, ""))(t).Entry
}

// 0.1, A-02: no entry, no value; and what is returned then has no place for one.
func TestA02NoEntryNoValue(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "editor"), w.Org(acme)
	w.sql(t, `CREATE TRIGGER no_entries BEFORE INSERT ON audit_entries BEGIN SELECT RAISE(ABORT, 'x'); END`)
	before := w.state(t)
	for name, read := range map[string]func() (store.Revealed, error){
		"reveal": func() (store.Revealed, error) { return w.RevealSecret(ctx, a, org.Place(), org.Secret, "") },
		"copy":   func() (store.Revealed, error) { return w.CopySecret(ctx, a, org.Place(), org.Secret) },
	} {
		r, err := read()
		if wantCode(t, err, store.Unavailable); r != (store.Revealed{}) || strings.Contains(err.Error(), org.Value) {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
	_, err := w.ChangeSecret(ctx, a, org.Place(), org.Secret, store.SecretChange{Base: 1, Name: "API_KEY", Value: ptr(store.NewPlaintext("lost"))})
	wantCode(t, err, store.Unavailable)
	if after := w.state(t); after != before {
		t.Errorf("changed:\n%s\n%s", before, after)
	}
	w.sql(t, `DROP TRIGGER no_entries`)
	if got := valueOf(t, w, a, org.Place(), org.Secret); got != org.Value {
		t.Errorf("afterwards it opens to %q", got)
	}
	w.verify(t)
}

// C-03, 0.9: a ciphertext that is moved or changed never opens, leaves an entry
// "failed", and is told as such.
func TestC03MovedCiphertexts(t *testing.T) {
	const sealed = `(SELECT sealed FROM secret_versions WHERE secret = ? AND version = 1)`
	for _, c := range []struct {
		name  string
		spoil func(t *testing.T, w *world, id, other string)
	}{
		{"from another secret of the hook", func(t *testing.T, w *world, id, other string) {
			w.sql(t, `UPDATE secret_versions SET sealed = `+sealed+` WHERE secret = ?`, other, id)
		}},
		{"from another organization", func(t *testing.T, w *world, id, other string) {
			w.sql(t, `UPDATE secret_versions SET sealed = `+sealed+` WHERE secret = ?`, w.Org(globex).Secret, id)
		}},
		{"from an older version", func(t *testing.T, w *world, id, other string) {
			a := w.Actor(t, acme, "editor")
			must(w.ChangeSecret(ctx, a, w.Org(acme).Place(), id, store.SecretChange{Base: 1, Name: "API_KEY", Value: ptr(store.NewPlaintext("newer"))}))(t)
			w.sql(t, `UPDATE secret_versions SET sealed = `+sealed+` WHERE secret = ? AND version = 2`, id, id)
		}},
		{"the older version made the newest", func(t *testing.T, w *world, id, other string) {
			w.sql(t, `UPDATE secret_versions SET version = 7 WHERE secret = ?`, id)
			w.sql(t, `UPDATE secrets SET version = 7 WHERE id = ?`, id)
		}},
		{"with its whole row", func(t *testing.T, w *world, id, other string) {
			w.sql(t, `PRAGMA foreign_keys = OFF`)
			w.sql(t, `UPDATE secret_versions SET secret = 'x' WHERE secret = ?`, id)
			w.sql(t, `UPDATE secret_versions SET secret = ? WHERE secret = ?`, id, other)
		}},
		{"with its secret, into another hook", func(t *testing.T, w *world, id, other string) {
			hook, _ := w.addHook(t, acme, "another", 0)
			w.sql(t, `UPDATE hooks SET id = 'swap' WHERE id = ?`, w.Org(acme).Hook)
			w.sql(t, `UPDATE hooks SET id = ? WHERE id = ?`, w.Org(acme).Hook, hook.ID)
			w.sql(t, `UPDATE secrets SET hook = ? WHERE id = ?`, w.Org(acme).Hook, id)
			w.sql(t, `UPDATE secret_versions SET sealed = `+sealed+` WHERE secret = ?`, other, id)
		}},
		{"a byte flipped", flip(20)},
		{"the first byte flipped", flip(1)},
		{"the key's id flipped", flip(3)},
		{"the last byte flipped", func(t *testing.T, w *world, id, other string) {
			flip(stored[int](t, w, `SELECT length(sealed) FROM secret_versions WHERE secret = ?`, id))(t, w, id, other)
		}},
		{"cut", func(t *testing.T, w *world, id, other string) {
			w.sql(t, `UPDATE secret_versions SET sealed = substr(sealed, 1, length(sealed) - 1) WHERE secret = ?`, id)
		}},
		{"emptied", func(t *testing.T, w *world, id, other string) {
			w.sql(t, `UPDATE secret_versions SET sealed = x'' WHERE secret = ?`, id)
		}},
		{"destroyed", func(t *testing.T, w *world, id, other string) {
			w.sql(t, `UPDATE secret_versions SET sealed = NULL, destroyed_at = 1 WHERE secret = ?`, id)
		}},
		{"its row removed", func(t *testing.T, w *world, id, other string) {
			w.sql(t, `DELETE FROM secret_versions WHERE secret = ?`, id)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			a, org := w.Actor(t, acme, "editor"), w.Org(acme)
			other := w.addSecret(t, a, org.Place(), "OTHER", "other value")
			c.spoil(t, w, org.Secret, other.ID)
			for action, read := range map[string]func() (store.Revealed, error){
				"secret.reveal": func() (store.Revealed, error) { return w.RevealSecret(ctx, a, org.Place(), org.Secret, "") },
				"secret.copy":   func() (store.Revealed, error) { return w.CopySecret(ctx, a, org.Place(), org.Secret) },
			} {
				entries := len(w.entries(t, acme))
				r, err := read()
				if wantCode(t, err, store.Integrity); r != (store.Revealed{}) {
					t.Errorf("handed out %+v", r)
				}
				e := w.lastEntry(t, acme)
				if len(w.entries(t, acme)) != entries+1 || e.Action != action || e.Outcome != "failed" || str(e.Reason) != "integrity" || str(e.Target) != org.Secret {
					t.Errorf("entry is %s %s, %q", e.Action, e.Outcome, str(e.Reason))
				}
				if uses := stored[int](t, w, `SELECT count(*) FROM secret_uses WHERE secret = ?`, org.Secret); uses != 0 {
					t.Error("counted as used")
				}
			}
			w.verify(t)
		})
	}
}

// flip changes one bit of a ciphertext, in the byte at a place that counts from 1.
func flip(at int) func(*testing.T, *world, string, string) {
	return func(t *testing.T, w *world, id, _ string) {
		sealed := stored[[]byte](t, w, `SELECT sealed FROM secret_versions WHERE secret = ?`, id)
		sealed[at-1] ^= 1
		w.sql(t, `UPDATE secret_versions SET sealed = ? WHERE secret = ?`, sealed, id)
	}
}

// C-10: beside each value stands its MAC: equal for equal values of one secret, and
// telling nothing about those of others.
func TestC10MACs(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "editor"), w.Org(acme)
	for i, value := range []string{"same", "other", "same"} {
		change := store.SecretChange{Base: int64(i + 1), Name: "API_KEY", Value: ptr(store.NewPlaintext(value))}
		must(w.ChangeSecret(ctx, a, org.Place(), org.Secret, change))(t)
	}
	twin := w.addSecret(t, a, org.Place(), "TWIN", "same")
	mac := func(id string, version int) string {
		return string(stored[[]byte](t, w, `SELECT mac FROM secret_versions WHERE secret = ? AND version = ?`, id, version))
	}
	if mac(org.Secret, 2) != mac(org.Secret, 4) || mac(org.Secret, 2) == mac(org.Secret, 3) {
		t.Error("the MAC does not tell equal values")
	}
	if mac(org.Secret, 2) == mac(twin.ID, 1) {
		t.Error("the MAC tells equal values of two secrets")
	}
}

func TestSecretForm(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "editor"), w.Org(acme)
	secret, list, err := w.SecretForm(ctx, a, org.Place(), "")
	if err != nil || secret != (store.Secret{}) || len(list.Secrets) != 1 || list.Limit != 20 || list.Hook.ID != org.Hook {
		t.Errorf("%+v, %+v, %v", secret, list, err)
	}
	secret, list, err = w.SecretForm(ctx, a, org.Place(), org.Secret)
	if err != nil || secret.Name != "API_KEY" || len(list.Secrets) != 1 {
		t.Errorf("%+v, %+v, %v", secret, list, err)
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
