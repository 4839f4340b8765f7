package store_test

import (
	"testing"

	"hooksafe/store"
)

func manyNames(t testing.TB, w *world) store.Actor {
	t.Helper()
	a, org := w.Actor(t, acme, "admin"), w.Org(acme)
	w.sql(t, `
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
		INSERT INTO hooks (id, org, name, name_key, trigger, script, script_version, dependencies, enabled, revision,
			created_at, created_by, updated_at, updated_by, updated_by_name)
		SELECT 'h' || i, h.org, 'hook ' || i, 'hook-' || i, h.trigger, h.script, 1, '{}', 0, 1,
			h.created_at, h.created_by, h.updated_at, h.updated_by, h.updated_by_name
		FROM n, hooks h WHERE h.id = ?`, org.Hook)
	w.sql(t, `
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4)
		INSERT INTO secrets (id, org, hook, name, note, revision, version, last_version, created_at, created_by,
			updated_at, updated_by, updated_by_name)
		SELECT h.id || '_' || i, h.org, h.id, 'SECRET_' || h.id || '_' || i, '', 1, 1, 1, 0, '', 0, '', ''
		FROM n, hooks h WHERE h.org = ? AND h.id <> ?`, a.Org().ID, org.Hook)
	return a
}

func BenchmarkSearch(b *testing.B) {
	w := newWorld(b)
	a := manyNames(b, w)
	for _, text := range []string{"e", "secret_h49", "_4999_1", "nothing like it"} {
		b.Run(text, func(b *testing.B) {
			for b.Loop() {
				if _, err := w.Search(ctx, a, text, w.Org(acme).Hook, 8); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
