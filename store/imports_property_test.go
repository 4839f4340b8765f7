package store_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"hooksafe/store"
)

// anySecrets are up to n secrets of a file, some of them placeholders, unclear, badly
// named or there twice.
func anySecrets(r *rand.Rand, n int) []store.ImportedSecret {
	var all []store.ImportedSecret
	for range r.IntN(n + 1) {
		s := brought(string(rune('A'+r.IntN(24))), fmt.Sprint("value ", r.IntN(3)))
		switch r.IntN(12) {
		case 0, 1, 2:
			s = brought(s.Name, "")
		case 3:
			s.Refused = "It can be read in two ways."
		case 4:
			s.Name = "a bad name"
		}
		all = append(all, s)
	}
	return all
}

// anyHooks are up to 5 hooks of a file.
func anyHooks(r *rand.Rand) []store.ImportedHook {
	var all []store.ImportedHook
	for range r.IntN(6) {
		n := r.IntN(6)
		h := store.ImportedHook{Name: fmt.Sprint("hook ", n), Trigger: store.Triggers()[n%2], Script: fmt.Sprintf("cb(context.webtask.secrets.A%d)", r.IntN(3)),
			Enabled: r.IntN(3) == 0, Secrets: anySecrets(r, 24)}
		if r.IntN(2) == 0 {
			h.Dependencies = []store.Dependency{{Name: "lodash", Version: fmt.Sprint(r.IntN(2))}}
		}
		if r.IntN(10) == 0 {
			h.Name = strings.ToUpper(h.Name)
		}
		all = append(all, h)
	}
	return all
}

// contents are all hooks, and all secrets with the MACs of their values, but for
// versions and revisions.
func (w *world) contents(t testing.TB) string {
	t.Helper()
	return stored[string](t, w, `
		SELECT COALESCE((
				SELECT group_concat(name || ' ' || script || ' ' || reads || ' ' || dependencies || ' ' || enabled, char(10))
				FROM (SELECT * FROM hooks WHERE deleted_at IS NULL ORDER BY id)
			), '') || char(10) || (
			SELECT group_concat(hook || ' ' || name || ' ' || note || ' ' || COALESCE(mac, 'waits') || COALESCE(due_for, ''), char(10))
			FROM (
				SELECT s.*, hex(v.mac) AS mac
				FROM secrets s
				LEFT JOIN secret_versions v ON v.secret = s.id AND v.version = s.version
				WHERE s.deleted_at IS NULL AND s.hook NOT IN (SELECT id FROM hooks WHERE deleted_at IS NOT NULL)
				ORDER BY s.id))`)
}

// masked is what an export without values brings of the hooks that are there.
func (w *world) masked(t testing.TB, a store.Actor) []store.ImportedHook {
	t.Helper()
	var all []store.ImportedHook
	for _, listed := range must(w.Hooks(ctx, a, store.HookFilter{}, "", 100))(t).Hooks {
		h := must(w.Hook(ctx, a, listed.ID))(t)
		file := store.ImportedHook{Name: h.Name, Trigger: h.Trigger, Script: h.Script, Enabled: h.Enabled, Dependencies: h.Dependencies.List()}
		for _, s := range must(w.Secrets(ctx, a, store.HookPlace(h.ID)))(t).Secrets {
			file.Secrets = append(file.Secrets, brought(s.Name, ""))
		}
		all = append(all, file)
	}
	return all
}

// differing are the lines of two texts that only one of them has.
func differing(got, want string) string {
	var list []string
	for _, of := range []struct{ mark, text, other string }{{"+", got, want}, {"-", want, got}} {
		for line := range strings.Lines(of.text) {
			if !strings.Contains(of.other, strings.TrimSuffix(line, "\n")) {
				list = append(list, of.mark+" "+line)
			}
		}
	}
	return strings.Join(list, "")
}

// Whatever is stored and whatever the file brings: what is applied as planned leaves
// nothing to apply; its undo leaves what was there before; and an export without values
// changes nothing.
func TestImportsHaveTheirLaws(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	w := newWorld(t)
	a := w.Actor(t, acme, "admin")
	applied := 0
	for range 60 {
		in := store.AllHooks()
		var plan func() (store.Plan, error)
		switch hooks, secrets := anyHooks(r), anySecrets(r, 24); {
		case r.IntN(3) == 0 && len(secrets) > 0:
			in = []store.Place{store.OrganizationPlace(), w.Org(acme).Place()}[r.IntN(2)]
			plan = func() (store.Plan, error) { return w.PlanSecrets(ctx, a, in, "dotenv", secrets) }
		case len(hooks) > 0:
			plan = func() (store.Plan, error) { return w.PlanHooks(ctx, a, "auth0-yaml", hooks) }
		default:
			continue
		}
		before := w.contents(t)
		p := must(plan())(t)
		if w.contents(t) != before {
			t.Fatalf("seed %d: the plan changed something", seed)
		}
		choice, deletes := store.AsPlanned(), r.IntN(3) == 0
		if deletes {
			choice = everything(p)
		}
		done, err := w.ApplyImport(ctx, a, in, p.ID, p.Token, choice)
		if store.CodeOf(err) == store.Invalid {
			continue // there was nothing to do
		}
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		applied++
		after := w.contents(t)
		for _, item := range must(plan())(t).Items {
			if deletes && item.Fate != store.FateMissing {
				continue // there may be a place now for what had none
			}
			if item.Chosen || item.Selectable() && item.Fate != store.FateMissing && item.Kind != store.SwitchItem {
				t.Fatalf("seed %d: applied, it is still to be done: %+v", seed, item)
			}
		}
		if r.IntN(2) == 0 {
			undone := must(w.UndoImport(ctx, a, in, done.Change))(t)
			if got := w.contents(t); got != before || len(undone.Stay) > 0 {
				t.Fatalf("seed %d: undone, but for %v, lines differ:\n%s\nand it was\n%s", seed, undone.Stay, differing(got, before), after)
			}
		}
		for _, item := range must(w.PlanHooks(ctx, a, "auth0-yaml", w.masked(t, a)))(t).Items {
			if item.Fate != store.FateSame && item.Fate != store.FateKept {
				t.Fatalf("seed %d: an untouched export would do: %+v", seed, item)
			}
		}
	}
	if applied < 10 {
		t.Errorf("seed %d: only %d imports were applied", seed, applied)
	}
	w.verify(t)
}
