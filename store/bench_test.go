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
		if _, err := w.RevealSecret(ctx, a, org.Place(), org.Secret, ""); err != nil {
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
		must(w.RevealSecret(ctx, a, in, s.ID, ""))(b)
	}
	for b.Loop() {
		list, err := w.Secrets(ctx, a, in)
		if err != nil || len(list.Secrets) != 20 {
			b.Fatal(list, err)
		}
	}
}

func BenchmarkHooksPageOf5000(b *testing.B) {
	w := newWorld(b)
	a, org := w.Actor(b, acme, "viewer"), w.Org(acme)
	w.sql(b, `
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
		INSERT INTO hooks SELECT 'h' || i, h.org, 'hook ' || i, 'hook-' || i, h.trigger, h.script, 1, '{}', 0, 1,
			h.created_at, h.created_by, h.updated_at, h.updated_by, h.updated_by_name, NULL, NULL
		FROM n, hooks h WHERE h.id = ?`, org.Hook)
	w.sql(b, `
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20)
		INSERT INTO secrets SELECT h.id || '_' || i, h.org, h.id, 'SECRET_' || i, '', 1, 1, 1, 0, '', 0, '', '', NULL, NULL
		FROM n, hooks h WHERE h.org = ? AND h.id <> ?`, a.Org().ID, org.Hook)
	for _, from := range []string{"first", "last"} {
		b.Run(from, func(b *testing.B) {
			after := ""
			for from == "last" {
				page := must(w.Hooks(ctx, a, after, 500))(b)
				if page.Next == "" {
					break
				}
				after = page.Next
			}
			for b.Loop() {
				page, err := w.Hooks(ctx, a, after, 50)
				if err != nil || page.Total != 5001 {
					b.Fatal(page.Total, err)
				}
			}
		})
	}
}
