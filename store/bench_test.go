package store_test

import (
	"testing"
	"time"

	"hooksafe/store"
)

// BenchmarkReveal is one action: opened, recorded, signed, committed and synced.
func BenchmarkReveal(b *testing.B) {
	w := newWorld(b)
	a, org := w.Actor(b, acme, "editor"), w.Org(acme)
	for b.Loop() {
		if _, err := w.RevealSecret(ctx, a, org.Place(), org.Secret, 0, ""); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSyncedCommit is what a commit alone costs on the same disk: the least that
// a reveal can.
func BenchmarkSyncedCommit(b *testing.B) {
	w := newWorld(b)
	for b.Loop() {
		w.Clock.Advance(time.Microsecond) // the same time again would write nothing
		if err := w.Ready(ctx); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSecretsOfAFullHook(b *testing.B) {
	w := newWorld(b)
	hook, secrets := w.addHook(b, acme, "a full hook", 20)
	a, in := w.Actor(b, acme, "editor"), store.HookPlace(hook.ID)
	for _, s := range secrets {
		must(w.RevealSecret(ctx, a, in, s.ID, 0, ""))(b)
	}
	for b.Loop() {
		list, err := w.Secrets(ctx, a, in)
		if err != nil || len(list.Secrets) != 20 {
			b.Fatal(list, err)
		}
	}
}

// manyHooks gives acme 5,000 more hooks, with a script of 10,000 characters and four
// secrets each.
func (w *world) manyHooks(t testing.TB) {
	t.Helper()
	w.sql(t, `
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
		INSERT INTO hooks (id, org, name, name_key, trigger, script, script_version, dependencies, enabled, revision,
			created_at, created_by, updated_at, updated_by, updated_by_name)
		SELECT 'h' || i, h.org, 'Hook ' || i, 'hook-' || i, h.trigger, printf('%010000d', i), 1, '{}', 0, 1,
			h.created_at, h.created_by, h.updated_at, h.updated_by, h.updated_by_name
		FROM n, hooks h WHERE h.id = ?`, w.Org(acme).Hook)
	w.sql(t, `
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4)
		INSERT INTO secrets (id, org, hook, name, note, revision, version, last_version,
			created_at, created_by, updated_at, updated_by, updated_by_name)
		SELECT h.id || '_' || i, h.org, h.id, 'SECRET_' || i || '_OF_' || h.id, '', 1, 1, 1, 0, '', 0, '', ''
		FROM n, hooks h WHERE h.id LIKE 'h%'`)
}

// BenchmarkHooksPageOf5000 is a page of 5,000 hooks with 20,000 secrets, and what can
// be searched for in them.
func BenchmarkHooksPageOf5000(b *testing.B) {
	w := newWorld(b)
	a := w.Actor(b, acme, "editor")
	w.manyHooks(b)
	last := ""
	for {
		page := must(w.Hooks(ctx, a, store.HookFilter{}, last, 500))(b)
		if page.Next == "" {
			break
		}
		last = page.Next
	}
	for _, c := range []struct {
		name, after string
		filter      store.HookFilter
		matches     int
	}{
		{name: "first", matches: 5001},
		{name: "last", after: last, matches: 5001},
		{name: "a trigger", filter: store.HookFilter{Trigger: "pre-user-registration"}, matches: 5001},
		{name: "on", filter: store.HookFilter{State: "on"}},
		{name: "off", filter: store.HookFilter{State: "off"}, matches: 5001},
		{name: "a rare name", filter: store.HookFilter{Search: "hook 4999"}, matches: 1},
		{name: "a rare secret", filter: store.HookFilter{Search: "2_of_h4321"}, matches: 1},
		{name: "every secret", filter: store.HookFilter{Search: "secret_", State: "off"}, matches: 5000},
		{name: "nothing", filter: store.HookFilter{Search: "payrol", Trigger: "pre-user-registration", State: "off"}},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				page, err := w.Hooks(ctx, a, c.filter, c.after, 50)
				if err != nil || page.Matches != c.matches || page.Secrets != 20001 {
					b.Fatal(page.Matches, page.Secrets, err)
				}
			}
		})
	}
}
