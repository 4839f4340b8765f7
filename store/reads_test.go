package store_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"hooksafe/store"
)

func TestScriptReads(t *testing.T) {
	got := store.ScriptReads("const s = context.secrets;\ns.A; s.A;\ns.B; s[n];\ns.A; s.hasOwnProperty; s['no name'];\n")
	want := []store.ScriptRead{{"A", []int{2, 4}}, {"B", []int{3}}, {"", []int{3}}, {"no name", []int{4}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestIsSecretName(t *testing.T) {
	for name, want := range map[string]bool{
		"A": true, "a.b-c_9": true, strings.Repeat("A", 128): true,
		"": false, ".": false, "..": false, "a b": false, "é": false, strings.Repeat("A", 129): false,
	} {
		if store.IsSecretName(name) != want {
			t.Errorf("%q: %v", name, !want)
		}
	}
}

// A list of hooks says how many secrets are missing: those that the script reads and
// the hook doesn't have, and those without a value.
func TestHooksCountWhatIsMissing(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "editor"), w.Org(acme)
	missing := func() int {
		t.Helper()
		for _, h := range must(w.Hooks(ctx, w.Actor(t, acme, "viewer"), store.HookFilter{}, "", 10))(t).Hooks {
			if h.ID == org.Hook {
				return h.Missing
			}
		}
		t.Fatal("the hook is not in the list")
		return 0
	}
	revision := int64(1)
	save := func(script string) {
		t.Helper()
		revision = must(w.SaveHook(ctx, a, org.Hook, store.HookChange{Base: revision, Script: &script}))(t).Revision
	}
	for _, c := range []struct {
		name string
		do   func()
		want int
	}{
		{"a script that reads nothing", func() {}, 0},
		{"one name it has, two it has not", func() { save("s = context.secrets; s.API_KEY; s.A; s.B; s.B; s[n]") }, 2},
		{"one is added", func() {
			must(w.AddSecret(ctx, a, org.Place(), store.NewSecret{Name: "A", Value: store.NewPlaintext("v")}))(t)
		}, 1},
		{"one that is read loses its value", func() { w.sql(t, `UPDATE secrets SET version = 0 WHERE id = ?`, org.Secret) }, 2},
		{"it is read no more, and still waits", func() { save("s = context.secrets; s.B") }, 2},
		{"it is deleted", func() { must(w.DeleteSecret(ctx, a, org.Place(), org.Secret, "API_KEY"))(t) }, 1},
		{"the deleted one is read", func() { save("s = context.secrets; s.B; s.API_KEY") }, 2},
		{"a row from before the names were kept", func() { w.sql(t, `UPDATE hooks SET reads = NULL WHERE id = ?`, org.Hook) }, 2},
	} {
		c.do()
		if got := missing(); got != c.want {
			t.Errorf("%s: %d missing, want %d", c.name, got, c.want)
		}
	}
	must(w.AddSecret(ctx, w.Actor(t, globex, "editor"), w.Org(globex).Place(), store.NewSecret{Name: "B", Value: store.NewPlaintext("v")}))(t)
	if got := missing(); got != 2 {
		t.Errorf("a secret of another organization counts: %d missing", got)
	}
}

// More hooks than one query asks for.
func TestMissingOfManyHooks(t *testing.T) {
	w := newWorld(t)
	a := w.Actor(t, acme, "editor")
	for i := range 60 {
		h := must(w.CreateHook(ctx, a, fmt.Sprintf("many %02d", i), "send-phone-message"))(t)
		script := strings.Repeat("context.secrets.A;", i%2) + fmt.Sprintf("context.secrets.B%d", i)
		must(w.SaveHook(ctx, a, h.ID, store.HookChange{Base: 1, Script: &script}))(t)
	}
	for _, h := range must(w.Hooks(ctx, a, store.HookFilter{}, "", 100))(t).Hooks {
		var i int
		if _, err := fmt.Sscanf(h.Name, "many %d", &i); err == nil && h.Missing != 1+i%2 {
			t.Errorf("%s: %d missing, want %d", h.Name, h.Missing, 1+i%2)
		}
	}
}

// Whatever writes a script keeps its names beside it.
func TestNamesAreKeptBesideTheScript(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "editor"), w.Org(acme)
	reads := func(hook string) string {
		return stored[string](t, w, `SELECT COALESCE(reads, 'none') FROM hooks WHERE id = ?`, hook)
	}
	made := must(w.CreateHook(ctx, a, "made", "send-phone-message"))(t)
	if got := reads(made.ID); got != "[]" {
		t.Errorf("a new hook: %s", got)
	}
	must(w.SaveHook(ctx, a, org.Hook, store.HookChange{Base: 1, Script: ptr("context.secrets.B; context.secrets.A; context.secrets.B")}))(t)
	if got := reads(org.Hook); got != `["B","A"]` {
		t.Errorf("a saved script: %s", got)
	}
	must(w.SaveHook(ctx, a, org.Hook, store.HookChange{Base: 2, Name: ptr("renamed")}))(t)
	if got := reads(org.Hook); got != `["B","A"]` {
		t.Errorf("a renamed hook: %s", got)
	}
	must(w.SaveHook(ctx, a, org.Hook, store.HookChange{Base: 3, Script: ptr("none")}))(t)
	must(w.RestoreScript(ctx, a, org.Hook, 4, 2))(t)
	if got := reads(org.Hook); got != `["B","A"]` {
		t.Errorf("a restored script: %s", got)
	}
}
