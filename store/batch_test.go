package store_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"hooksafe/store"
	"hooksafe/store/storetest"
)

// program is a key with every scope, acting in acme.
func (w *world) program(t testing.TB) store.Actor {
	t.Helper()
	_, token := w.newKey(t, w.Actor(t, acme, "admin"), 0, store.Scopes()...)
	return must(w.KeyActor(ctx, token, storetest.Origin()))(t)
}

func newSecrets(pairs ...string) []store.NewSecret {
	var all []store.NewSecret
	for i := 0; i < len(pairs); i += 2 {
		all = append(all, store.NewSecret{Name: pairs[i], Value: store.NewPlaintext(pairs[i+1])})
	}
	return all
}

func newValues(pairs ...string) []store.NewValue {
	var all []store.NewValue
	for i := 0; i < len(pairs); i += 2 {
		all = append(all, store.NewValue{Name: pairs[i], Value: store.NewPlaintext(pairs[i+1])})
	}
	return all
}

// values are the secrets of a hook, name=value, as a program reads them.
func (w *world) values(t testing.TB, a store.Actor, in store.Place) string {
	t.Helper()
	var all []string
	for _, s := range must(w.Secrets(ctx, a, in))(t).Secrets {
		read := must(w.ReadSecret(ctx, a, in, s.Name))(t)
		all = append(all, fmt.Sprintf("%s=%s v%d", s.Name, read.Value.Reveal(), read.Version))
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// A batch is one action: each secret has its entry, and all of it stands in one
// request.
func TestBatches(t *testing.T) {
	w := newWorld(t)
	a := w.program(t)
	hook, _ := w.addHook(t, acme, "batch", 2)
	in := store.HookPlace(hook.ID)
	for _, c := range []struct {
		name    string
		do      func() error
		values  string
		entries []string // action name version detail
	}{
		{"add", func() error { return w.AddSecrets(ctx, a, in, newSecrets("B", "b\r\n", "A", "a")) },
			"A=a v1, B=b\r\n v1, S1=value 1 v1, S2=value 2 v1", []string{"secret.create B 1 ", "secret.create A 1 "}},
		{"change", func() error {
			return w.ChangeValues(ctx, a, in, newValues("S1", "new", "A", "_VALUE_NOT_SHOWN_", "B", "_VALUE_NOT_SHOWN"))
		},
			"A=a v1, B=b\r\n v1, S1=new v2, S2=value 2 v1",
			[]string{"secret.update S1 2 new value", "secret.update A 1 placeholder sent, value kept", "secret.update B 1 placeholder sent, value kept"}},
		{"remove", func() error { return w.RemoveSecrets(ctx, a, in, []string{"S2", "A"}) },
			"B=b\r\n v1, S1=new v2", []string{"secret.delete S2 1 ", "secret.delete A 1 "}},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := len(w.entries(t, acme))
			if err := c.do(); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range w.entries(t, acme)[before:] {
				if str(e.Parent) != hook.ID || str(e.ParentName) != "batch" || str(e.Target) == "" || e.ActorKind != "key" {
					t.Errorf("entry is %+v", e)
				}
				version := int64(0)
				if e.TargetVersion != nil {
					version = *e.TargetVersion
				}
				got = append(got, fmt.Sprintf("%s %s %d %s", e.Action, str(e.TargetName), version, str(e.Detail)))
			}
			if !slices.Equal(got, c.entries) {
				t.Errorf("entries are %q", got)
			}
			if got := w.values(t, a, in); got != c.values {
				t.Errorf("secrets are %q, want %q", got, c.values)
			}
		})
	}
	w.verify(t)
}

// A batch of which one part is wrong does nothing, and says which part. A name that
// could be a value is told by its place.
func TestBatchesAreAllOrNone(t *testing.T) {
	w := newWorld(t)
	a := w.program(t)
	hook, _ := w.addHook(t, acme, "batch", 3)
	in := store.HookPlace(hook.ID)
	long := strings.Repeat("x", store.MaxValue+1)
	var many []string
	for i := range 21 {
		many = append(many, fmt.Sprint("N", i), "v")
	}
	for _, c := range []struct {
		name  string
		do    func() error
		code  store.Code
		field string
		names []string
	}{
		{"a taken name", func() error { return w.AddSecrets(ctx, a, in, newSecrets("NEW", "v", "S2", "v", "S1", "v")) }, store.Conflict, "", []string{"S2", "S1"}},
		{"a name twice", func() error { return w.AddSecrets(ctx, a, in, newSecrets("NEW", "v", "NEW", "v")) }, store.Invalid, "entry 2", nil},
		{"a bad name", func() error { return w.AddSecrets(ctx, a, in, newSecrets("NEW", "v", "not a name", "v")) }, store.Invalid, "entry 2", nil},
		{"an empty value", func() error { return w.AddSecrets(ctx, a, in, newSecrets("NEW", "v", "OTHER", "")) }, store.Invalid, "OTHER", nil},
		{"a long value", func() error { return w.AddSecrets(ctx, a, in, newSecrets("NEW", long)) }, store.Invalid, "NEW", nil},
		{"a placeholder", func() error { return w.AddSecrets(ctx, a, in, newSecrets("NEW", "_VALUE_NOT_SHOWN_")) }, store.Invalid, "NEW", nil},
		{"one too many", func() error { return w.AddSecrets(ctx, a, in, newSecrets(many[:36]...)) }, store.Full, "", nil},
		{"21 in one request", func() error { return w.AddSecrets(ctx, a, in, newSecrets(many...)) }, store.Full, "", nil},
		{"nothing to add", func() error { return w.AddSecrets(ctx, a, in, nil) }, store.Invalid, "", nil},
		{"no such secret", func() error { return w.ChangeValues(ctx, a, in, newValues("S1", "v", "GHOST", "v")) }, store.NotFound, "", []string{"GHOST"}},
		{"an empty new value", func() error { return w.ChangeValues(ctx, a, in, newValues("S1", "v", "S2", "")) }, store.Invalid, "S2", nil},
		{"a secret twice", func() error { return w.ChangeValues(ctx, a, in, newValues("S1", "v", "S1", "w")) }, store.Invalid, "entry 2", nil},
		{"nothing to change", func() error { return w.ChangeValues(ctx, a, in, nil) }, store.Invalid, "", nil},
		{"no such name", func() error { return w.RemoveSecrets(ctx, a, in, []string{"S1", "GHOST", "a value, pasted"}) }, store.NotFound, "", []string{"GHOST", "entry 3"}},
		{"a name to remove twice", func() error { return w.RemoveSecrets(ctx, a, in, []string{"S1", "S1"}) }, store.Invalid, "entry 2", nil},
		{"nothing to remove", func() error { return w.RemoveSecrets(ctx, a, in, nil) }, store.Invalid, "", nil},
		{"no such hook", func() error { return w.AddSecrets(ctx, a, store.HookPlace(ghosts.hook), newSecrets("NEW", "v")) }, store.NotFound, "", nil},
		{"another organization's hook", func() error { return w.RemoveSecrets(ctx, a, w.Org(globex).Place(), []string{"API_KEY"}) }, store.NotFound, "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			before, entries := w.state(t), len(w.entries(t, acme))
			e := wantRefusal(t, c.do(), c.code, c.field)
			if !slices.Equal(e.Names, c.names) {
				t.Errorf("names %v, want %v", e.Names, c.names)
			}
			if w.state(t) != before || len(w.entries(t, acme)) != entries {
				t.Error("something was done")
			}
		})
	}
}

// two batches that race for the same places: one gets them.
func TestR10BatchesRace(t *testing.T) {
	w := newWorld(t)
	a := w.program(t)
	hook, _ := w.addHook(t, acme, "batch", 10)
	var all sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		all.Go(func() {
			var pairs []string
			for n := range 6 {
				pairs = append(pairs, fmt.Sprintf("P%d_%d", i, n), "v")
			}
			errs[i] = w.AddSecrets(ctx, a, store.HookPlace(hook.ID), newSecrets(pairs...))
		})
	}
	all.Wait()
	done := 0
	for _, err := range errs {
		if err == nil {
			done++
			continue
		}
		wantCode(t, err, store.Full)
	}
	if n := len(must(w.Secrets(ctx, a, store.HookPlace(hook.ID)))(t).Secrets); done != 1 || n != 16 {
		t.Errorf("%d of 4 batches were stored, the hook has %d secrets", done, n)
	}
}

// A program reads a value by its name, and leaves an entry that is committed first.
func TestReadSecret(t *testing.T) {
	w := newWorld(t)
	a, org := w.program(t), w.Org(acme)
	read := must(w.ReadSecret(ctx, a, org.Place(), "API_KEY"))(t)
	if read.Value.Reveal() != org.Value || read.Version != 1 || !read.At.Equal(storetest.Start) {
		t.Errorf("%q, version %d, at %s", read.Value.Reveal(), read.Version, read.At)
	}
	if e := w.lastEntry(t, acme); e.ID != read.Entry || e.Action != "secret.read" || str(e.TargetName) != "API_KEY" || e.ActorKind != "key" {
		t.Errorf("entry is %+v", e)
	}
	if n := stored[int](t, w, `SELECT uses FROM secret_uses WHERE secret = ? AND how = 'read' AND actor_kind = 'key'`, org.Secret); n != 1 {
		t.Errorf("%d uses", n)
	}
	for _, name := range []string{"api_key", "GHOST", "", "API_KEY "} {
		_, err := w.ReadSecret(ctx, a, org.Place(), name)
		wantCode(t, err, store.NotFound)
	}
	_, err := w.ReadSecret(ctx, a, w.Org(globex).Place(), "API_KEY")
	wantCode(t, err, store.NotFound)
}

func TestPrograms(t *testing.T) {
	w := newWorld(t)
	a := w.program(t)
	n := store.NewHook{Name: "My Hook", Trigger: "post-user-registration", Script: "x\r\n",
		Dependencies: []store.Dependency{{Name: "lodash", Version: "^4"}}, Enabled: true}
	first := must(w.CreateHookWith(ctx, a, n))(t)
	if first.Name != "My Hook" || first.Script != "x\r\n" || !first.Enabled || len(first.Dependencies.List()) != 1 {
		t.Errorf("made %+v", first)
	}
	n.Name = "second"
	second := must(w.CreateHookWith(ctx, a, n))(t)
	if first = must(w.Hook(ctx, a, first.ID))(t); first.Enabled || !second.Enabled {
		t.Error("one hook of a trigger is on")
	}
	n.Name = "my-hook"
	_, err := w.CreateHookWith(ctx, a, n)
	wantRefusal(t, err, store.Conflict, "name")

	patched := must(w.PatchHook(ctx, a, first.ID, store.HookPatch{Script: ptr("y"), Enabled: ptr(true)}))(t)
	if patched.Script != "y" || !patched.Enabled || patched.Name != "My Hook" || patched.ScriptVersion != 2 {
		t.Errorf("patched %+v", patched)
	}
	if second = must(w.Hook(ctx, a, second.ID))(t); second.Enabled {
		t.Error("the other hook is still on")
	}
	entries := len(w.entries(t, acme))
	must(w.PatchHook(ctx, a, first.ID, store.HookPatch{Enabled: ptr(false)}))(t)
	if all := w.entries(t, acme); len(all) != entries+1 || all[entries].Action != "hook.disable" {
		t.Errorf("entries are %+v", all[entries:])
	}
	_, err = w.PatchHook(ctx, a, second.ID, store.HookPatch{Name: ptr("MY HOOK")})
	wantRefusal(t, err, store.Conflict, "name")

	if err := w.RemoveHook(ctx, a, second.ID); err != nil {
		t.Error(err)
	}
	wantCode(t, w.RemoveHook(ctx, a, second.ID), store.NotFound)
	must(w.RestoreHook(ctx, w.Actor(t, acme, "editor"), second.ID))(t)
	w.verify(t)
}

// Pages by number: each hook once, a page past the end is empty.
func TestHookPage(t *testing.T) {
	w := newWorld(t)
	a := w.program(t)
	for i := range 6 {
		w.addHook(t, acme, fmt.Sprint("page ", i), 0)
	}
	seen := map[string]bool{}
	for offset := 0; ; offset += 3 {
		hooks, total, err := w.HookPage(ctx, a, store.HookQuery{Offset: offset, Limit: 3})
		if err != nil || total != 7 {
			t.Fatalf("total %d, %v", total, err)
		}
		if len(hooks) == 0 {
			break
		}
		for _, h := range hooks {
			if seen[h.ID] || h.Script == "" {
				t.Errorf("hook %s again, or without its script", h.Name)
			}
			seen[h.ID] = true
		}
	}
	if len(seen) != 7 {
		t.Errorf("saw %d", len(seen))
	}
	for _, c := range []struct {
		query store.HookQuery
		total int
	}{
		{store.HookQuery{Trigger: "send-phone-message"}, 6}, {store.HookQuery{Trigger: "credentials-exchange"}, 0},
		{store.HookQuery{Enabled: ptr(true)}, 0}, {store.HookQuery{Enabled: ptr(false)}, 7},
	} {
		c.query.Limit = 100
		hooks, total, err := w.HookPage(ctx, a, c.query)
		if err != nil || total != c.total || len(hooks) != c.total {
			t.Errorf("%+v: %d hooks of %d, %v", c.query, len(hooks), total, err)
		}
	}
}

// C-11: a version that a program's batch pushes out of the 20 that are kept is gone from
// the disk with the next purge, the database compacted.
func TestC11BatchesOutgrowVersions(t *testing.T) {
	w := newWorld(t)
	a := w.program(t)
	hook, secrets := w.addHook(t, acme, "batch", 1)
	first := w.sealedOf(t, secrets[0].ID)
	for i := range 20 {
		if err := w.ChangeValues(ctx, a, store.HookPlace(hook.ID), newValues("S1", fmt.Sprint("value ", i))); err != nil {
			t.Fatal(err)
		}
	}
	if !store.WantsCompacting(w.Store) {
		t.Error("nobody noted that a version was destroyed")
	}
	must(0, w.Purge(ctx))(t)
	if n := w.onDisk(t, first); n != 0 {
		t.Errorf("%d pieces of the first version are left", n)
	}
	if store.WantsCompacting(w.Store) {
		t.Error("the database was not compacted")
	}
}
