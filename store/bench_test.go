package store_test

import (
	"fmt"
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

// BenchmarkAuditPage is the newest page of a log of 100,000 entries, for somebody who
// sees all of it and for somebody who sees few of them.
func BenchmarkAuditPage(b *testing.B) {
	w := newWorld(b)
	w.sql(b, `
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
		INSERT INTO audit_entries
		SELECT e.log, i + 1000, 1, 'e' || i, e.at, 'user', 'u_other', 'Other', NULL, 'secret.reveal', NULL, NULL,
			'secret', 's', 'S', 1, 'done', NULL, NULL, NULL, NULL, NULL, NULL, e.leaf
		FROM n, audit_entries e WHERE e.log = ? AND e.seq = 1`, w.Actor(b, acme, "owner").Org().ID)
	for _, role := range []string{"owner", "editor"} {
		b.Run(role, func(b *testing.B) {
			a := w.Actor(b, acme, role)
			for b.Loop() {
				if page, err := w.Audit(ctx, a, 0, 50); err != nil || len(page.Entries) == 0 {
					b.Fatal(fmt.Sprint(page, err))
				}
			}
		})
	}
}
