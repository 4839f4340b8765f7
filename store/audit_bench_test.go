package store_test

import (
	"fmt"
	"testing"
	"time"

	"hooksafe/store"
)

const million = 1_000_000

// longLog fills the log of acme with a million entries of two years: 50 people on
// 20,000 secrets of 4,000 hooks. The oldest one has a person, a secret, an address
// and an action that no other entry has.
func longLog(b *testing.B) (w *world, owner, editor store.Actor) {
	b.Helper()
	w = newWorld(b)
	owner, editor = w.Actor(b, acme, "owner"), w.Actor(b, acme, "editor")
	log, size := owner.Org().ID, len(w.entries(b, acme))
	start := w.Now()
	w.sql(b, `
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?),
		r (i, person, secret) AS (SELECT i, (i * 7919) % 50, (i * 104729) % 20000 FROM n)
		INSERT INTO audit_entries
		SELECT ?, i + ?, 1, 'e' || i, ? + i * 63072000, 'user', 'u_' || person, 'Person ' || person, 's_' || person,
			CASE i % 10 WHEN 0 THEN 'secret.update' WHEN 1 THEN 'hook.update' WHEN 2 THEN 'secret.copy' ELSE 'secret.reveal' END,
			'h_' || (secret / 5), 'hook ' || (secret / 5), 'secret', 's_' || secret, 'SECRET_' || secret, 1,
			CASE WHEN i % 50 = 0 THEN 'denied' ELSE 'done' END, NULL, '192.0.2.' || person, 'agent', 'r' || i, NULL, NULL, zeroblob(32)
		FROM r`, million, log, size, start.UnixMicro())
	w.sql(b, `DROP TRIGGER audit_entries_no_update`)
	w.sql(b, `
		UPDATE audit_entries
		SET actor = 'u_oldest', actor_name = 'The Oldest', target = 's_oldest', target_name = 'OLDEST_KEY', parent = 'h_oldest',
			parent_name = 'antique', address = '203.0.113.9', action = 'member.remove', outcome = 'failed'
		WHERE id = 'e1'`)
	w.sql(b, `UPDATE audit_entries SET target = 's_old' || seq, target_name = 'OLD_' || seq WHERE log = ? AND seq BETWEEN ? AND ?`,
		log, size+2, size+5000)
	w.tellApart(b)
	w.Clock.Set(start.Add(million * 63072000 * time.Microsecond))
	return w, owner, editor
}

// tellApart makes totals and names of the entries that are there, as the migration
// does.
func (w *world) tellApart(b testing.TB) {
	b.Helper()
	w.sql(b, `DELETE FROM audit_days`)
	w.sql(b, `DELETE FROM audit_names`)
	w.sql(b, `
		INSERT INTO audit_days
		SELECT log, at / 86400000000, actor_kind, COALESCE(actor, ''),
			CASE WHEN action IN ('secret.reveal', 'secret.copy') THEN 'open' ELSE 'change' END,
			outcome, count(*), min(seq), max(seq), max(at)
		FROM audit_entries
		GROUP BY 1, 2, 3, 4, 5, 6`)
	for part, kind := range map[string]string{"actor": "actor_kind", "parent": "'hook'", "target": "target_kind"} {
		w.sql(b, fmt.Sprintf(`
			INSERT INTO audit_names
			SELECT log, '%[1]s', %[1]s, %[1]s_name, min(%[2]s), min(seq)
			FROM audit_entries
			WHERE %[1]s IS NOT NULL AND %[1]s_name IS NOT NULL
			GROUP BY log, %[1]s, %[1]s_name`, part, kind))
	}
}

// BenchmarkAuditOfAMillion is a page of a log of a million entries: whole, and with
// each filter, also where it chooses nothing or the oldest entry only.
func BenchmarkAuditOfAMillion(b *testing.B) {
	w, owner, editor := longLog(b)
	month := store.AuditFilter{From: w.Now().AddDate(0, 0, -29).Truncate(24 * time.Hour)}
	for _, bench := range []struct {
		name string
		f    store.AuditFilter
		want int
	}{
		{"all", store.AuditFilter{}, 50},
		{"a month", month, 50},
		{"the first day", store.AuditFilter{To: w.Now().AddDate(0, 0, -730)}, 50},
		{"person", store.AuditFilter{Person: "u_7"}, 50},
		{"oldest person", store.AuditFilter{Person: "u_oldest"}, 1},
		{"no person", store.AuditFilter{Person: "u_none"}, 0},
		{"operator", store.AuditFilter{Person: store.AuditOperator}, 4},
		{"server", store.AuditFilter{Person: store.AuditServer}, 0},
		{"opens", store.AuditFilter{Action: store.AuditOpens}, 50},
		{"changes", store.AuditFilter{Action: store.AuditChanges}, 50},
		{"copy", store.AuditFilter{Action: "secret.copy"}, 50},
		{"oldest action", store.AuditFilter{Action: "member.remove"}, 1},
		{"no action", store.AuditFilter{Action: "hook.destroy"}, 0},
		{"done", store.AuditFilter{Outcome: "done"}, 50},
		{"denied", store.AuditFilter{Outcome: "denied"}, 50},
		{"oldest outcome", store.AuditFilter{Outcome: "failed"}, 1},
		{"refused", store.AuditFilter{Outcome: store.AuditRefused}, 50},
		{"target", store.AuditFilter{Target: "s_77"}, 49},
		{"oldest target", store.AuditFilter{Target: "s_oldest"}, 1},
		{"no target", store.AuditFilter{Target: "s_none"}, 0},
		{"hook", store.AuditFilter{Hook: "h_77"}, 50},
		{"oldest hook", store.AuditFilter{Hook: "h_oldest"}, 1},
		{"a name", store.AuditFilter{Text: "secret_12345"}, 50},
		{"all names", store.AuditFilter{Text: "e"}, 50},
		{"5,000 old names", store.AuditFilter{Text: "old_"}, 50},
		{"oldest name", store.AuditFilter{Text: "antique"}, 1},
		{"no name", store.AuditFilter{Text: "nowhere"}, 0},
		{"address", store.AuditFilter{Text: "192.0.2.7"}, 50},
		{"request", store.AuditFilter{Text: "r7"}, 1},
		{"entry", store.AuditFilter{Text: "e7"}, 1},
	} {
		for _, reader := range []store.Actor{owner, editor} {
			if reader == editor && bench.name != "all" && bench.name != "all names" && bench.name != "no name" {
				continue
			}
			b.Run(bench.name+" for "+reader.Role().String(), func(b *testing.B) {
				for b.Loop() {
					page, err := w.Audit(ctx, reader, bench.f, 0, 50)
					if err != nil || (len(page.Entries) != bench.want && reader == owner) {
						b.Fatal(len(page.Entries), err)
					}
				}
			})
		}
	}
}

// BenchmarkAuditSumsOfAMillion is what stands above that page.
func BenchmarkAuditSumsOfAMillion(b *testing.B) {
	w, owner, editor := longLog(b)
	from := func(days int) store.AuditFilter {
		return store.AuditFilter{From: w.Now().AddDate(0, 0, 1-days).Truncate(24 * time.Hour)}
	}
	for name, f := range map[string]store.AuditFilter{"7 days": from(7), "30 days": from(30), "90 days": from(90), "all time": {}} {
		for _, reader := range []store.Actor{owner, editor} {
			b.Run(name+" for "+reader.Role().String(), func(b *testing.B) {
				for b.Loop() {
					must(w.AuditActivity(ctx, reader, f))(b)
				}
			})
		}
	}
	b.Run("people", func(b *testing.B) {
		for b.Loop() {
			must(w.AuditPeople(ctx, owner))(b)
		}
	})
	b.Run("a batch of an export", func(b *testing.B) {
		for b.Loop() {
			for range must(store.ExportUpTo(ctx, w.Store, owner, store.AuditFilter{Person: "u_7"}, "e1000000"))(b) {
				break
			}
		}
	})
}
