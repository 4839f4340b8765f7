package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hooksafe/store"
)

func TestCreateHook(t *testing.T) {
	w := newWorld(t)
	a := w.Actor(t, acme, "editor")
	for i, trigger := range store.Triggers() {
		w.Clock.Advance(time.Second)
		h := must(w.CreateHook(ctx, a, fmt.Sprint("Hook ", i), trigger))(t)
		want := store.Hook{ID: h.ID, Name: fmt.Sprint("Hook ", i), Trigger: trigger, Script: h.Script, Revision: 1, ScriptVersion: 1,
			UpdatedAt: w.Now(), UpdatedBy: "acme editor"}
		if h != want || len(h.ID) != 26 || !strings.HasPrefix(h.Script, "module.exports = function (") {
			t.Errorf("%+v", h)
		}
		if e := w.lastEntry(t, acme); e.Action != "hook.create" || str(e.Target) != h.ID || str(e.TargetName) != h.Name {
			t.Errorf("entry is %+v", e)
		}
		if got := must(w.Hook(ctx, a, h.ID))(t); got != h {
			t.Errorf("%+v, was %+v", got, h)
		}
	}
	for _, c := range []struct {
		name, hook, trigger string
		code                store.Code
		field               string
	}{
		{"a taken name", "Hook 1", "credentials-exchange", store.Conflict, "name"},
		{"a name that only looks different", "HOOK-1", "credentials-exchange", store.Conflict, "name"},
		{"a bad name", "Hook_1", "credentials-exchange", store.Invalid, "name"},
		{"no trigger", "Another", "", store.Invalid, "trigger"},
		{"an unknown trigger", "Another", "pre-everything", store.Invalid, "trigger"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before, entries := w.state(t), len(w.entries(t, acme))
			_, err := w.CreateHook(ctx, a, c.hook, c.trigger)
			wantRefusal(t, err, c.code, c.field)
			if w.state(t) != before || len(w.entries(t, acme)) != entries {
				t.Error("something was changed or recorded")
			}
		})
	}
	must(w.CreateHook(ctx, w.Actor(t, globex, "editor"), "Hook 1", "credentials-exchange"))(t) // names are of one organization
}

// One hook of a trigger is enabled: enabling one switches the other off, and both say
// so in the log.
func TestEnableHook(t *testing.T) {
	w := newWorld(t)
	a := w.Actor(t, acme, "editor")
	first, _ := w.addHook(t, acme, "first", 0)
	second, _ := w.addHook(t, acme, "second", 0)
	elsewhere := must(w.CreateHook(ctx, a, "elsewhere", "credentials-exchange"))(t)
	enabled := func() string {
		return stored[string](t, w, `SELECT COALESCE(group_concat(name ORDER BY name), '') FROM hooks WHERE enabled = 1 AND deleted_at IS NULL`)
	}
	for _, c := range []struct {
		hook    store.Hook
		on      bool
		off     string
		enabled string
		entries []string
	}{
		{first, true, "", "first", []string{"hook.enable first"}},
		{first, true, "", "first", []string{"hook.enable first"}},
		{elsewhere, true, "", "elsewhere,first", []string{"hook.enable elsewhere"}},
		{second, true, "first", "elsewhere,second", []string{"hook.enable second", "hook.disable first switched off by enabling second"}},
		{second, false, "", "elsewhere", []string{"hook.disable second"}},
		{second, false, "", "elsewhere", []string{"hook.disable second"}},
	} {
		entries := len(w.entries(t, acme))
		h, off, err := w.EnableHook(ctx, a, c.hook.ID, c.on)
		if err != nil || h.Enabled != c.on || off != c.off || enabled() != c.enabled {
			t.Errorf("%s on %v: %+v, switched off %q, %v; enabled are %s", c.hook.Name, c.on, h, off, err, enabled())
		}
		var got []string
		for _, e := range w.entries(t, acme)[entries:] {
			got = append(got, strings.TrimSpace(e.Action+" "+str(e.TargetName)+" "+str(e.Detail)))
		}
		if !slices.Equal(got, c.entries) {
			t.Errorf("entries are %q", got)
		}
	}
	if list := must(w.Hooks(ctx, a, store.HookFilter{}, "", 10))(t); list.Total != 4 || list.Enabled != 1 {
		t.Errorf("%+v", list)
	}
	w.verify(t)
}

// also when two are enabled at once, from two processes.
func TestR10OneEnabledHook(t *testing.T) {
	w := newWorld(t)
	a := w.Actor(t, acme, "editor")
	var hooks []store.Hook
	for i := range 6 {
		h, _ := w.addHook(t, acme, fmt.Sprint("hook ", i), 0)
		hooks = append(hooks, h)
	}
	ok, _ := race(len(hooks), []*store.Store{w.Store, w.beside(t)}, "", func(s *store.Store, i int) error {
		_, _, err := s.EnableHook(ctx, a, hooks[i].ID, true)
		return err
	}, t)
	if n := stored[int](t, w, `SELECT count(*) FROM hooks WHERE enabled = 1`); ok != len(hooks) || n != 1 {
		t.Errorf("%d were enabled, %d are", ok, n)
	}
}

func TestDeleteAndRestoreHook(t *testing.T) {
	w := newWorld(t)
	a := w.Actor(t, acme, "editor")
	hook, secrets := w.addHook(t, acme, "a hook", 2)
	in := store.HookPlace(hook.ID)
	_, _, err := w.EnableHook(ctx, a, hook.ID, true)
	if err != nil {
		t.Fatal(err)
	}
	for _, typed := range []string{"", "A hook", "a hook ", "a-hook"} {
		_, err := w.DeleteHook(ctx, a, hook.ID, typed)
		wantRefusal(t, err, store.Invalid, "name")
	}
	must(w.DeleteHook(ctx, a, hook.ID, "a hook"))(t)
	for name, err := range map[string]error{
		"read":              errOf(w.Hook(ctx, a, hook.ID)),
		"asked about":       errOf(w.HookToDelete(ctx, a, hook.ID)),
		"saved":             errOf(w.SaveHook(ctx, a, hook.ID, store.HookChange{Base: 1, Script: ptr("x")})),
		"enabled":           func() error { _, _, err := w.EnableHook(ctx, a, hook.ID, true); return err }(),
		"deleted":           errOf(w.DeleteHook(ctx, a, hook.ID, "a hook")),
		"its secrets":       errOf(w.Secrets(ctx, a, in)),
		"its secret":        errOf(w.RevealSecret(ctx, a, in, secrets[0].ID, 0, "")),
		"added to":          errOf(w.AddSecret(ctx, a, in, store.NewSecret{Name: "NEW", Value: store.NewPlaintext("v")})),
		"its secret's form": func() error { _, _, err := w.SecretForm(ctx, a, in, ""); return err }(),
	} {
		if store.CodeOf(err) != store.NotFound {
			t.Errorf("deleted and %s: %v", name, err)
		}
	}
	if list := must(w.Hooks(ctx, a, store.HookFilter{}, "", 10))(t); list.Total != 1 || list.Enabled != 0 || len(list.Hooks) != 1 {
		t.Errorf("%+v", list)
	}

	other, _ := w.addHook(t, acme, "A-HOOK", 0) // the name is free again
	_, err = w.RestoreHook(ctx, a, hook.ID)
	wantRefusal(t, err, store.Conflict, "")
	must(w.SaveHook(ctx, a, other.ID, store.HookChange{Base: 1, Name: ptr("another")}))(t)

	if _, _, err := w.EnableHook(ctx, a, other.ID, true); err != nil {
		t.Fatal(err)
	}
	if h := must(w.RestoreHook(ctx, a, hook.ID))(t); h.Enabled || h.Secrets != 2 || h.Name != "a hook" {
		t.Errorf("another hook has the trigger now: %+v", h)
	}
	if got := valueOf(t, w, a, in, secrets[0].ID); got != "value 1" {
		t.Errorf("opens to %q", got)
	}
	_, err = w.RestoreHook(ctx, a, hook.ID)
	wantCode(t, err, store.NotFound) // it is not deleted

	must(w.DeleteHook(ctx, a, other.ID, "another"))(t)
	if h := must(w.RestoreHook(ctx, a, other.ID))(t); !h.Enabled {
		t.Errorf("its trigger was free: %+v", h)
	}
	w.verify(t)
}

func TestHooksPage(t *testing.T) {
	w := newWorld(t)
	a := w.Actor(t, acme, "viewer")
	editor := w.Actor(t, acme, "editor")
	for i := range 12 {
		trigger := store.Triggers()[i%5]
		must(w.CreateHook(ctx, editor, fmt.Sprint("Hook ", i), trigger))(t)
	}
	var got []string
	after, pages := "", 0
	for {
		page := must(w.Hooks(ctx, a, store.HookFilter{}, after, 5))(t)
		if page.Total != 13 || len(page.Hooks) > 5 {
			t.Errorf("%+v", page)
		}
		for _, h := range page.Hooks {
			got = append(got, h.Trigger+" "+strings.ToLower(h.Name))
			if h.Script != "" {
				t.Error("a list loads scripts")
			}
		}
		pages++
		if after = page.Next; after == "" {
			break
		}
	}
	if pages != 3 || len(got) != 13 || !slices.IsSorted(got) {
		t.Errorf("%d pages, %q", pages, got)
	}
	for _, after := range []string{"x", "!!!", "aGVsbG8", "é"} {
		_, err := w.Hooks(ctx, a, store.HookFilter{}, after, 5)
		wantCode(t, err, store.NotFound)
	}
	if page := must(w.Hooks(ctx, w.Actor(t, globex, "viewer"), store.HookFilter{}, "", 5))(t); page.Total != 1 {
		t.Errorf("%+v", page)
	}
	h := must(w.Hooks(ctx, a, store.HookFilter{}, "", 1000))(t).Hooks
	i := slices.IndexFunc(h, func(h store.Hook) bool { return h.ID == w.Org(acme).Hook })
	if i < 0 || h[i].Secrets != 1 || h[i].Pending != 0 {
		t.Errorf("%+v", h)
	}
}
