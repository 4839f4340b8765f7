package store_test

import (
	"fmt"
	"slices"
	"strings"
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

func TestScriptVersions(t *testing.T) {
	w := newWorld(t)
	editor, admin, viewer, hook := w.Actor(t, acme, "editor"), w.Actor(t, acme, "admin"), w.Actor(t, acme, "viewer"), w.Org(acme).Hook
	w.Clock.Advance(time.Second)
	must(w.SaveHook(ctx, editor, hook, store.HookChange{Base: 1, Script: ptr("two")}))(t)
	w.Clock.Advance(time.Second)
	must(w.SaveHook(ctx, admin, hook, store.HookChange{Base: 2, Script: ptr("three")}))(t)
	w.Clock.Advance(time.Second)
	restored := must(w.RestoreScript(ctx, editor, hook, 3, 2))(t)
	if restored.Script != "two" || restored.ScriptVersion != 4 || !restored.NewVersion {
		t.Errorf("%+v", restored)
	}
	if e := w.lastEntry(t, acme); e.Action != "hook.update" || str(e.Detail) != "script restored from version 2" || *e.TargetVersion != 4 {
		t.Errorf("entry is %+v", e)
	}
	h, versions, err := w.ScriptVersions(ctx, viewer, hook)
	if err != nil || h.ScriptVersion != 4 {
		t.Fatalf("%+v, %v", h, err)
	}
	got := ""
	for _, v := range versions {
		got += fmt.Sprintf("%d by %s from %d %q; ", v.Version, v.MadeBy, v.RestoredFrom, v.Script)
	}
	if want := `4 by acme editor from 2 ""; 3 by acme admin from 0 ""; 2 by acme editor from 0 ""; 1 by `; !strings.HasPrefix(got, want) {
		t.Errorf("versions are %s", got)
	}
	if age := versions[0].MadeAt.Sub(versions[2].MadeAt); age != 2*time.Second {
		t.Errorf("two versions are %v apart", age)
	}
	_, v, err := w.ScriptVersion(ctx, viewer, hook, 3)
	if err != nil || v.Script != "three" {
		t.Errorf("%+v, %v", v, err)
	}

	before := w.state(t)
	for _, c := range []struct {
		name          string
		base, version int64
		code          store.Code
	}{
		{"the current one", 4, 4, store.Invalid},
		{"one with the same text", 4, 2, store.Invalid},
		{"over a newer one", 3, 1, store.Stale},
		{"one that never was", 4, 5, store.NotFound},
	} {
		_, err := w.RestoreScript(ctx, editor, hook, c.base, c.version)
		if store.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
		}
	}
	if w.state(t) != before {
		t.Error("a refused restore changed something")
	}

	_, _, err = w.ScriptVersion(ctx, viewer, hook, 5)
	wantCode(t, err, store.NotFound)
	foreign := w.Org(globex).Hook
	_, _, err = w.ScriptVersion(ctx, viewer, foreign, 1)
	wantCode(t, err, store.NotFound)
	_, _, err = w.ScriptVersions(ctx, viewer, foreign)
	wantCode(t, err, store.NotFound)
	_, err = w.RestoreScript(ctx, editor, foreign, 1, 1)
	wantCode(t, err, store.NotFound)
	w.verify(t)
}
