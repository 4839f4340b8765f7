package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"hooksafe/store"
)

func TestSaveHook(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "editor"), w.Org(acme)
	w.addHook(t, acme, "taken", 0)
	starter := must(w.Hook(ctx, a, org.Hook))(t).Script
	for _, c := range []struct {
		name              string
		change            store.HookChange
		revision, version int64
		detail            string
		code              store.Code
		field             string
	}{
		{"a script", store.HookChange{Base: 1, Script: ptr("one();\r\n")}, 2, 2, "script changed", "", ""},
		{"a name", store.HookChange{Base: 2, Name: ptr("New name")}, 3, 2, "renamed from acme-hook", "", ""},
		{"both", store.HookChange{Base: 3, Name: ptr("acme-hook"), Script: ptr("two();")}, 4, 3, "renamed from New name, script changed", "", ""},
		{"the same again", store.HookChange{Base: 4, Name: ptr("acme-hook"), Script: ptr("two();")}, 4, 3, "saved without a change", "", ""},
		{"nothing", store.HookChange{Base: 4}, 4, 3, "saved without a change", "", ""},
		{"in other letters", store.HookChange{Base: 4, Name: ptr("Acme hook")}, 5, 3, "renamed from acme-hook", "", ""},
		{"on an older one", store.HookChange{Base: 4, Script: ptr("late();")}, 5, 3, "", store.Stale, ""},
		{"onto a taken name", store.HookChange{Base: 5, Name: ptr("TAKEN"), Script: ptr("lost();")}, 5, 3, "", store.Conflict, "name"},
		{"a bad name", store.HookChange{Base: 5, Name: ptr("-")}, 5, 3, "", store.Invalid, "name"},
		{"no script", store.HookChange{Base: 5, Script: ptr("")}, 5, 3, "", store.Invalid, "script"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before, entries := w.state(t), len(w.entries(t, acme))
			h, err := w.SaveHook(ctx, a, org.Hook, c.change)
			if c.code != "" {
				e := wantRefusal(t, err, c.code, c.field)
				if w.state(t) != before || len(w.entries(t, acme)) != entries {
					t.Error("something was changed or recorded")
				}
				if c.code == store.Stale && (e.By != "acme editor" || e.Version != 3 || e.Revision != 5) {
					t.Errorf("%+v", e)
				}
			} else if err != nil || h.Revision != c.revision || h.ScriptVersion != c.version {
				t.Errorf("%+v, %v", h, err)
			} else if e := w.lastEntry(t, acme); e.Action != "hook.update" || str(e.Detail) != c.detail || str(e.TargetName) != h.Name {
				t.Errorf("entry is %+v", e)
			}
			if h := must(w.Hook(ctx, a, org.Hook))(t); h.Revision != c.revision || h.ScriptVersion != c.version {
				t.Errorf("stored is %+v", h)
			}
		})
	}
	var scripts []string
	if err := w.file.Select(&scripts, `SELECT script FROM hook_scripts WHERE hook = ? ORDER BY version`, org.Hook); err != nil {
		t.Fatal(err)
	}
	if want := []string{starter, "one();\r\n", "two();"}; !slices.Equal(scripts, want) {
		t.Errorf("versions are %q", scripts)
	}
	w.verify(t)
}

func TestScriptVersionsThatAreKept(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "editor"), w.Org(acme)
	for v := 2; v <= 24; v++ {
		must(w.SaveHook(ctx, a, org.Hook, store.HookChange{Base: int64(v - 1), Script: ptr(fmt.Sprint("version ", v))}))(t)
	}
	got := stored[string](t, w, `SELECT min(version) || ' to ' || max(version) || ', ' || count(*) FROM hook_scripts WHERE hook = ?`, org.Hook)
	if got != "5 to 24, 20" {
		t.Errorf("kept are %s", got)
	}
}

// A conflict names who saved, whoever worked the switch since, and a version only
// where they made one.
func TestStaleHookNamesWhatWasSaved(t *testing.T) {
	w := newWorld(t)
	editor, admin, owner, hook := w.Actor(t, acme, "editor"), w.Actor(t, acme, "admin"), w.Actor(t, acme, "owner"), w.Org(acme).Hook
	for _, c := range []struct {
		saved   store.HookChange
		version int64
	}{
		{store.HookChange{Base: 1, Name: ptr("renamed")}, 0},
		{store.HookChange{Base: 2, Script: ptr("newer")}, 2},
	} {
		w.Clock.Advance(time.Second)
		saved := must(w.SaveHook(ctx, admin, hook, c.saved))(t)
		w.Clock.Advance(time.Second)
		_, _, err := w.EnableHook(ctx, owner, hook, !saved.Enabled)
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.SaveHook(ctx, editor, hook, c.saved)
		e, _ := store.AsError(err)
		if e.Code != store.Stale || e.By != "acme admin" || e.Version != c.version {
			t.Errorf("after %+v: %+v", c.saved, e)
		}
	}
}
