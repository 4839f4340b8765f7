package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"hooksafe/store"
	"hooksafe/store/storetest"
)

// places are those that a program reaches by id: a hook, and the organization itself.
func (w *world) places(t testing.TB) map[string]store.Place {
	t.Helper()
	hook, _ := w.addHook(t, acme, "programs", 0)
	return map[string]store.Place{"a hook": store.HookPlace(hook.ID), "the organization": store.OrganizationPlace()}
}

// What is not given stays as it is, and the entry says what changed.
func TestPatchSecret(t *testing.T) {
	w := newWorld(t)
	a := w.program(t)
	for where, in := range w.places(t) {
		t.Run(where, func(t *testing.T) {
			added := must(w.AddSecret(ctx, a, in, store.NewSecret{Name: "FIRST", Note: "note", Value: store.NewPlaintext("v1")}))(t)
			for _, c := range []struct {
				patch             store.SecretPatch
				name, note, value string
				version           int64
				detail            string
			}{
				{store.SecretPatch{Value: ptr(store.NewPlaintext("v2\r\n"))}, "FIRST", "note", "v2\r\n", 2, "new value"},
				{store.SecretPatch{Name: ptr("SECOND")}, "SECOND", "note", "v2\r\n", 2, "value kept, renamed from FIRST"},
				{store.SecretPatch{Note: ptr("")}, "SECOND", "", "v2\r\n", 2, "value kept, note changed"},
				{store.SecretPatch{Name: ptr("THIRD"), Note: ptr("n"), Value: ptr(store.NewPlaintext("v3"))}, "THIRD", "n", "v3", 3, "new value, renamed from SECOND, note changed"},
			} {
				w.Clock.Advance(day)
				got := must(w.PatchSecret(ctx, a, in, added.ID, c.patch, nil))(t)
				if got.Name != c.name || got.Note != c.note || got.Version != c.version || !got.CreatedAt.Equal(added.CreatedAt) || !got.UpdatedAt.Equal(w.Now()) {
					t.Errorf("%s: %+v", c.detail, got)
				}
				if e := w.lastEntry(t, acme); e.Action != "secret.update" || str(e.Detail) != c.detail || str(e.TargetName) != c.name || *e.TargetVersion != c.version {
					t.Errorf("%s: entry is %+v", c.detail, e)
				}
				if read := must(w.ReadSecretByID(ctx, a, in, added.ID))(t); read.Value.Reveal() != c.value || read.Name != c.name {
					t.Errorf("%s: reads %q", c.detail, read.Value.Reveal())
				}
			}
		})
	}
	w.verify(t)
}

func TestPatchSecretRefuses(t *testing.T) {
	w := newWorld(t)
	a, in := w.program(t), store.OrganizationPlace()
	id := w.addSecret(t, a, in, "OWN", "value").ID
	w.addSecret(t, a, in, "TAKEN", "value")
	for _, c := range []struct {
		name, field string
		patch       store.SecretPatch
		code        store.Code
	}{
		{"a name that is none", "name", store.SecretPatch{Name: ptr("own")}, store.Invalid},
		{"a long name", "name", store.SecretPatch{Name: ptr(strings.Repeat("A", 129))}, store.Invalid},
		{"a taken name", "name", store.SecretPatch{Name: ptr("TAKEN"), Value: ptr(store.NewPlaintext("x"))}, store.Conflict},
		{"no value", "value", store.SecretPatch{Value: ptr(store.NewPlaintext(""))}, store.Invalid},
		{"a long value", "value", store.SecretPatch{Value: ptr(store.NewPlaintext(strings.Repeat("x", store.MaxValue+1)))}, store.Invalid},
		{"a placeholder", "value", store.SecretPatch{Value: ptr(store.NewPlaintext("_VALUE_NOT_SHOWN_"))}, store.Invalid},
		{"a long note", "note", store.SecretPatch{Note: ptr(strings.Repeat("x", 1001))}, store.Invalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			before, entries := w.state(t), len(w.entries(t, acme))
			_, err := w.PatchSecret(ctx, a, in, id, c.patch, nil)
			wantRefusal(t, err, c.code, c.field)
			if w.state(t) != before || len(w.entries(t, acme)) != entries {
				t.Error("something was done")
			}
		})
	}
}

// Who means a version changes or deletes that one, or nothing; looked at in the same
// transaction, also when many race for it, from two processes.
func TestVersionsThatAreMeant(t *testing.T) {
	w := newWorld(t)
	a, in := w.program(t), store.OrganizationPlace()
	id := w.addSecret(t, a, in, "OWN", "value").ID
	patch := store.SecretPatch{Value: ptr(store.NewPlaintext("newer"))}
	stores := []*store.Store{w.Store, w.beside(t)}
	ok, stale := race(8, stores, store.Stale, func(s *store.Store, _ int) error {
		return errOf(s.PatchSecret(ctx, a, in, id, patch, store.Versions{1}))
	}, t)
	if ok != 1 || stale != 7 {
		t.Errorf("%d changed version 1, %d were told that it is stale", ok, stale)
	}
	for _, meant := range []store.Versions{{}, {1}, {3}, {1, 3}} {
		before, entries := w.state(t), len(w.entries(t, acme))
		_, patched := w.PatchSecret(ctx, a, in, id, patch, meant)
		for _, err := range []error{patched, w.RemoveSecret(ctx, a, in, id, meant)} {
			if e := wantRefusal(t, err, store.Stale, ""); !strings.Contains(e.Message, "OWN is at version 2") {
				t.Errorf("says %q", e.Message)
			}
		}
		if w.state(t) != before || len(w.entries(t, acme)) != entries {
			t.Errorf("%v: something was done", meant)
		}
	}
	must(w.PatchSecret(ctx, a, in, id, patch, store.Versions{9, 2}))(t)
	if err := w.RemoveSecret(ctx, a, in, id, store.Versions{3}); err != nil {
		t.Error(err)
	}
}

// A program deletes without typing the name; that can be undone like any deletion.
func TestRemoveSecret(t *testing.T) {
	w := newWorld(t)
	a, admin := w.program(t), w.Actor(t, acme, "admin")
	for where, in := range w.places(t) {
		id := w.addSecret(t, a, in, "REMOVED", "value").ID
		if err := w.RemoveSecret(ctx, a, in, id, nil); err != nil {
			t.Fatal(where, err)
		}
		if e := w.lastEntry(t, acme); e.Action != "secret.delete" || str(e.Target) != id || str(e.TargetName) != "REMOVED" || e.ActorKind != "key" {
			t.Errorf("%s: entry is %+v", where, e)
		}
		wantCode(t, w.RemoveSecret(ctx, a, in, id, nil), store.NotFound)
		_, err := w.PatchSecret(ctx, a, in, id, store.SecretPatch{Note: ptr("x")}, nil)
		wantCode(t, err, store.NotFound)
		_, err = w.ReadSecretByID(ctx, a, in, id)
		wantCode(t, err, store.NotFound)
		must(w.RestoreSecret(ctx, admin, in, id))(t)
		if got := must(w.ReadSecretByID(ctx, a, in, id))(t); got.Value.Reveal() != "value" {
			t.Errorf("%s: came back as %q", where, got.Value.Reveal())
		}
	}
}

func TestReadSecretByID(t *testing.T) {
	w := newWorld(t)
	a := w.program(t)
	for where, in := range w.places(t) {
		id := w.addSecret(t, a, in, "READ", "value of "+where).ID
		read := must(w.ReadSecretByID(ctx, a, in, id))(t)
		if read.Value.Reveal() != "value of "+where || read.Opened != 1 || !read.At.Equal(storetest.Start) {
			t.Errorf("%s: %q, version %d, at %s", where, read.Value.Reveal(), read.Opened, read.At)
		}
		if e := w.lastEntry(t, acme); e.ID != read.Entry || e.Action != "secret.read" || str(e.Target) != id || e.ActorKind != "key" {
			t.Errorf("%s: entry is %+v", where, e)
		}
		if n := stored[int](t, w, `SELECT uses FROM secret_uses WHERE secret = ? AND how = 'read' AND actor_kind = 'key'`, id); n != 1 {
			t.Errorf("%s: %d uses", where, n)
		}
	}
}

// S-22: a burst is what a person does. A program reads as many as it likes.
func TestProgramsMakeNoBurst(t *testing.T) {
	w := newWorld(t)
	a, in := w.program(t), store.OrganizationPlace()
	for i := range 25 {
		must(w.ReadSecretByID(ctx, a, in, w.addSecret(t, a, in, fmt.Sprint("READ_", i), "value").ID))(t)
	}
	for _, e := range w.entries(t, acme) {
		if e.Action == "secret.burst" {
			t.Fatal("a burst was marked")
		}
	}
}

// Pages by number: by name, each secret once, what is deleted not at all, one past the
// end empty.
func TestPageOfSecrets(t *testing.T) {
	w := newWorld(t)
	a := w.program(t)
	for where, in := range w.places(t) {
		for _, name := range []string{"B", "A_1", "A1", "C", "GONE"} {
			w.addSecret(t, a, in, name, "value")
		}
		for offset, want := range map[int][]string{0: {"A1", "A_1"}, 2: {"B", "C"}, 3: {"C", "GONE"}, 4: {"GONE"}, 5: nil, 1 << 40: nil} {
			secrets, total, err := w.PageOfSecrets(ctx, a, in, offset, 2)
			var names []string
			for _, s := range secrets {
				names = append(names, s.Name)
			}
			if err != nil || total != 5 || !slices.Equal(names, want) {
				t.Errorf("%s from %d: %q of %d, %v", where, offset, names, total, err)
			}
		}
		all, _, err := w.PageOfSecrets(ctx, a, in, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		one, _, err := w.Secret(ctx, a, in, all[0].ID)
		if err != nil || all[0] != one || one.CreatedAt.IsZero() {
			t.Errorf("%s: %+v in the page, %+v alone, %v", where, all[0], one, err)
		}
		if err := w.RemoveSecret(ctx, a, in, all[4].ID, nil); err != nil {
			t.Fatal(err)
		}
		if page, total, err := w.PageOfSecrets(ctx, a, in, 0, 10); err != nil || total != 4 || len(page) != 4 {
			t.Errorf("%s: %d of %d, %v", where, len(page), total, err)
		}
	}
	_, _, err := w.PageOfSecrets(ctx, a, w.Org(globex).Place(), 0, 10)
	wantCode(t, err, store.NotFound)
}

// C-11: a version that a patch pushes out of the 20 that are kept is destroyed.
func TestC11PatchesOutgrowVersions(t *testing.T) {
	w := newWorld(t)
	a, in := w.program(t), store.OrganizationPlace()
	id := w.addSecret(t, a, in, "OWN", "value").ID
	first := w.sealedOf(t, id)
	for i := range 20 {
		must(w.PatchSecret(ctx, a, in, id, store.SecretPatch{Value: ptr(store.NewPlaintext(fmt.Sprint("value ", i)))}, nil))(t)
	}
	if !store.WantsCompacting(w.Store) {
		t.Error("nobody noted that a version was destroyed")
	}
	must(0, w.Purge(ctx))(t)
	if n := w.onDisk(t, first); n != 0 {
		t.Errorf("%d pieces of the first version are left", n)
	}
}
