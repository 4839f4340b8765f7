package store_test

import (
	"fmt"
	"strings"
	"testing"

	"hooksafe/store"
)

// fates are the items of a plan in short: name, fate, and whether it is chosen.
func fates(p store.Plan) string {
	var list []string
	for _, i := range p.Items {
		name := i.Name
		if i.Kind != store.SecretItem {
			name = i.Kind + " " + i.Hook
		}
		mark := ""
		if i.Chosen {
			mark = "*"
		}
		list = append(list, fmt.Sprintf("%s %s%s", name, i.Fate, mark))
	}
	return strings.Join(list, ", ")
}

// brought is a secret as a file brings it; "" is a placeholder.
func brought(name, value string) store.ImportedSecret {
	return store.ImportedSecret{Name: name, Value: store.NewPlaintext(value), Pending: value == ""}
}

func TestImportSecrets(t *testing.T) {
	w := newWorld(t)
	a := w.Actor(t, acme, "editor")
	hook := must(w.CreateHook(ctx, a, "enrich", "credentials-exchange"))(t)
	in := store.HookPlace(hook.ID)
	w.addSecret(t, a, in, "SAME", "same")
	changed := w.addSecret(t, a, in, "CHANGED", "old")
	w.addSecret(t, a, in, "KEPT", "kept")
	w.addSecret(t, a, in, "MISSING", "missing")

	p := must(w.PlanSecrets(ctx, a, in, "dotenv", []store.ImportedSecret{
		brought("NEW", "new"), brought("CHANGED", "changed"), brought("SAME", "same"), brought("KEPT", ""), brought("LATER", ""),
		{Name: "no name", Value: store.NewPlaintext("x"), Where: "line 6"}, brought("NEW", "twice"),
	}))(t)
	if got, want := fates(p), "NEW new*, CHANGED changed*, SAME same, KEPT kept, LATER pending*,  refused, NEW refused, MISSING missing"; got != want {
		t.Fatalf("plan is\n%s\nwant\n%s", got, want)
	}
	if p.Used != 4 || p.After != 6 {
		t.Errorf("%d secrets become %d", p.Used, p.After)
	}
	done := must(w.ApplyImport(ctx, a, in, p.ID, p.Token, store.AsPlanned()))(t)
	if done.Added != 1 || done.Changed != 1 || done.Pending != 1 || done.Refused != 2 {
		t.Errorf("did %+v", done)
	}
	if got := must(w.RevealSecret(ctx, a, in, changed.ID, 0, ""))(t); got.Value.Reveal() != "changed" || got.Opened != 2 {
		t.Errorf("version %d", got.Opened)
	}
	_, err := w.ApplyImport(ctx, a, in, p.ID, p.Token, store.AsPlanned())
	wantCode(t, err, store.NotFound)

	undone := must(w.UndoImport(ctx, a, in, done.Change))(t)
	if undone.Steps != 3 || len(undone.Stay) != 0 {
		t.Errorf("undid %+v", undone)
	}
	if got := must(w.RevealSecret(ctx, a, in, changed.ID, 0, ""))(t); got.Value.Reveal() != "old" || got.Opened != 3 {
		t.Errorf("version %d", got.Opened)
	}
	if list := must(w.Secrets(ctx, a, in))(t); len(list.Secrets) != 4 {
		t.Errorf("%d secrets are there", len(list.Secrets))
	}
}

func TestImportHooks(t *testing.T) {
	w := newWorld(t)
	a := w.Actor(t, acme, "editor")
	before := must(w.Hooks(ctx, a, store.HookFilter{}, "", 10))(t).Total
	hooks := []store.ImportedHook{
		{Name: "enrich", Trigger: "credentials-exchange", Script: "one()", Enabled: true, Secrets: []store.ImportedSecret{brought("A", ""), brought("B", "b")}},
		{Name: "other", Trigger: "credentials-exchange", Script: "two()", Dependencies: []store.Dependency{{Name: "lodash", Version: "4.17.21"}}},
		{Name: "bad", Trigger: "none", Script: "three()"},
	}
	p := must(w.PlanHooks(ctx, a, "auth0-yaml", hooks))(t)
	if got, want := fates(p), "hook enrich new*, switch enrich changed*, A pending*, B new*, hook other new*, hook bad refused"; got != want {
		t.Fatalf("plan is\n%s\nwant\n%s", got, want)
	}
	done := must(w.ApplyImport(ctx, a, store.AllHooks(), p.ID, p.Token, store.AsPlanned()))(t)
	p = must(w.PlanHooks(ctx, a, "auth0-yaml", hooks))(t)
	if got, want := fates(p), "hook enrich same, A same, B same, hook other same, hook bad refused"; got != want {
		t.Fatalf("plan is\n%s\nwant\n%s", got, want)
	}
	undone := must(w.UndoImport(ctx, a, store.AllHooks(), done.Change))(t)
	if undone.Steps != 5 || len(undone.Stay) != 0 {
		t.Errorf("undid %+v", undone)
	}
	if list := must(w.Hooks(ctx, a, store.HookFilter{}, "", 10))(t); list.Total != before {
		t.Errorf("%d hooks are there", list.Total)
	}
}
