package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"hooksafe/store"
)

// manySecrets is a file with so many secrets, each with a value of 40 characters.
func manySecrets(n int, value string) []store.ImportedSecret {
	all := make([]store.ImportedSecret, n)
	for i := range all {
		all[i] = brought(fmt.Sprintf("BROUGHT_%05d", i), fmt.Sprintf("%s %032d", value, i))
	}
	return all
}

// manyHooksBrought is an export of 25 hooks with 20 secrets each.
func manyHooksBrought(value string) []store.ImportedHook {
	all := make([]store.ImportedHook, 25)
	for i := range all {
		all[i] = store.ImportedHook{Name: fmt.Sprint("brought ", i), Trigger: "send-phone-message",
			Script:  fmt.Sprintf("module.exports = (r, t, c, cb) => cb(null, c.webtask.secrets.BROUGHT_%05d); // %010000d", i, i),
			Secrets: manySecrets(20, value)}
	}
	return all
}

// BenchmarkImport is an import from the plan to the undo, into what is empty and over
// what is there.
func BenchmarkImport(b *testing.B) {
	for _, c := range []struct {
		name string
		in   store.Place
		plan func(w *world, a store.Actor, value string) (store.Plan, error)
	}{
		{"500 secrets in 25 hooks", store.AllHooks(), func(w *world, a store.Actor, value string) (store.Plan, error) {
			return w.PlanHooks(ctx, a, "auth0-yaml", manyHooksBrought(value))
		}},
		{"20000 organization secrets", store.OrganizationPlace(), func(w *world, a store.Actor, value string) (store.Plan, error) {
			return w.PlanSecrets(ctx, a, store.OrganizationPlace(), "dotenv", manySecrets(20_000, value))
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			w := newWorld(b)
			a, n := w.Actor(b, acme, "admin"), 0
			spent := map[string]time.Duration{}
			took := func(what string, since time.Time) { spent[what] += time.Since(since) }
			for b.Loop() {
				for _, value := range []string{"first", "second"} {
					start := time.Now()
					p := must(c.plan(w, a, value))(b)
					took(value+" plan", start)
					start = time.Now()
					done := must(w.ApplyImport(ctx, a, c.in, p.ID, p.Token, store.AsPlanned()))(b)
					took(value+" apply", start)
					if value == "second" {
						start = time.Now()
						must(w.UndoImport(ctx, a, c.in, done.Change))(b)
						took("undo", start)
					}
				}
				n++
				b.StopTimer()
				w.sql(b, `UPDATE secrets SET deleted_at = 1, purge_at = 1 WHERE name LIKE 'BROUGHT%'`)
				w.sql(b, `UPDATE hooks SET deleted_at = 1, purge_at = 1 WHERE name LIKE 'brought%'`)
				b.StartTimer()
			}
			for what, d := range spent {
				b.ReportMetric(float64(d.Milliseconds())/float64(n), strings.ReplaceAll(what, " ", "-")+"-ms")
			}
		})
	}
}
