package store_test

import (
	"slices"
	"strings"
	"testing"

	"hooksafe/store"
)

func TestDuplicateHook(t *testing.T) {
	w := newWorld(t)
	a := w.Actor(t, acme, "editor")
	from, secrets := w.addHook(t, acme, "sms-fallback", 3)
	in := store.HookPlace(from.ID)
	from = must(w.SaveHook(ctx, a, from.ID, store.HookChange{Base: 1, Script: ptr("one\r\ntwo")}))(t).Hook
	must(w.ChangeSecret(ctx, a, in, secrets[0].ID, store.SecretChange{Base: 1, Name: "S1", Note: "from the vendor"}))(t)
	must(w.DeleteSecret(ctx, a, in, secrets[2].ID, "S3"))(t)
	w.sql(t, `UPDATE hooks SET dependencies = '{"a":"1.0.0"}', reads = '["S1"]' WHERE id = ?`, from.ID)
	_, _, err := w.EnableHook(ctx, a, from.ID, true)
	must(0, err)(t)
	versions, entries := stored[int](t, w, `SELECT count(*) FROM secret_versions`), len(w.entries(t, acme))

	_, name, err := w.HookToDuplicate(ctx, a, from.ID)
	if err != nil || name != "sms-fallback copy" {
		t.Errorf("proposed %q, %v", name, err)
	}
	made := must(w.DuplicateHook(ctx, a, from.ID, name))(t)
	want := store.Hook{ID: made.ID, Name: name, Trigger: from.Trigger, Script: from.Script, Revision: 1, ScriptVersion: 1,
		Secrets: 2, Pending: 2, Dependencies: made.Dependencies, UpdatedAt: w.Now(), UpdatedBy: "acme editor"}
	if made != want || made.ID == from.ID {
		t.Errorf("made %+v", made)
	}
	if got := stored[string](t, w, `SELECT dependencies || reads FROM hooks WHERE id = ?`, made.ID); got != `{"a":"1.0.0"}["S1"]` {
		t.Errorf("dependencies and reads are %s", got)
	}
	if got := stored[string](t, w, `SELECT script FROM hook_scripts WHERE hook = ?`, made.ID); got != from.Script {
		t.Errorf("kept %q", got)
	}
	copied := must(w.Secrets(ctx, a, store.HookPlace(made.ID)))(t).Secrets
	if len(copied) != 2 || copied[0].Name != "S1" || copied[0].Note != "from the vendor" || copied[0].Version != 0 || copied[1].Name != "S2" {
		t.Errorf("copied %+v", copied)
	}
	if n := stored[int](t, w, `SELECT count(*) FROM secret_versions`); n != versions {
		t.Errorf("%d values were copied", n-versions)
	}
	var got []string
	for _, e := range w.entries(t, acme)[entries:] {
		got = append(got, strings.Join([]string{e.Action, str(e.TargetName), str(e.ParentName), str(e.Detail)}, "|"))
	}
	if want := []string{
		"hook.create|sms-fallback copy||copied from sms-fallback",
		"secret.create|S1|sms-fallback copy|waits for a value",
		"secret.create|S2|sms-fallback copy|waits for a value",
	}; !slices.Equal(got, want) {
		t.Errorf("entries are %q", got)
	}

	// The first value of a pending one.
	in = store.HookPlace(made.ID)
	set := must(w.ChangeSecret(ctx, a, in, copied[0].ID, store.SecretChange{Base: copied[0].Revision, Name: "S1", Value: ptr(store.NewPlaintext("its own"))}))(t)
	if set.Version != 1 || valueOf(t, w, a, in, set.ID) != "its own" || valueOf(t, w, a, store.HookPlace(from.ID), secrets[0].ID) != "value 1" {
		t.Errorf("set %+v", set)
	}

	_, name, err = w.HookToDuplicate(ctx, a, from.ID)
	if err != nil || name != "sms-fallback copy 2" {
		t.Errorf("proposed %q, %v", name, err)
	}
	before := w.state(t)
	wantRefusal(t, errOf(w.DuplicateHook(ctx, a, from.ID, "SMS fallback-copy")), store.Conflict, "name")
	wantRefusal(t, errOf(w.DuplicateHook(ctx, a, from.ID, "no_name")), store.Invalid, "name")
	wantCode(t, errOf(w.DuplicateHook(ctx, a, "01KAKF2Z0GHSTGHSTGHSTGHST0", "ghost")), store.NotFound)
	if w.state(t) != before {
		t.Error("something was changed")
	}
	w.verify(t)
}

// A proposed name is one that can be taken, however long that of the hook is.
func TestDuplicateLongName(t *testing.T) {
	w := newWorld(t)
	a := w.Actor(t, acme, "editor")
	long := strings.Repeat("a", 93) + " - bcde"
	hook, _ := w.addHook(t, acme, long, 0)
	for _, want := range []string{strings.Repeat("a", 93) + " copy", strings.Repeat("a", 93) + " copy 2"} {
		_, name, err := w.HookToDuplicate(ctx, a, hook.ID)
		if err != nil || name != want {
			t.Errorf("proposed %q, %v", name, err)
		}
		must(w.DuplicateHook(ctx, a, hook.ID, name))(t)
	}
}
