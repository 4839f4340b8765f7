package store_test

import (
	"fmt"
	"testing"

	"hooksafe/store"
)

// manySecrets are so many of a file, with values of 40 characters.
func manySecrets(n int, value string) []store.ImportedSecret {
	all := make([]store.ImportedSecret, n)
	for i := range all {
		all[i] = brought(fmt.Sprintf("BROUGHT_%05d", i), fmt.Sprintf("%s %0*d", value, 39-len(value), i))
	}
	return all
}

// manyHooksBrought are 25 hooks with scripts of 10,000 characters and 20 secrets each.
func manyHooksBrought(value string) []store.ImportedHook {
	all := make([]store.ImportedHook, 25)
	for i := range all {
		all[i] = broughtHook(fmt.Sprint("brought ", i), manySecrets(20, value)...)
		all[i].Script = fmt.Sprintf("module.exports = (r, t, c, cb) => cb(null, c.webtask.secrets.BROUGHT_%05d); // %s %010000d", i, value, i)
	}
	return all
}

// BenchmarkImport is each step of an import whose values are all there already, and all
// different: the one with most to do.
func BenchmarkImport(b *testing.B) {
	for _, c := range []struct {
		name string
		in   store.Place
		plan func(w *world, a store.Actor, value string) (store.Plan, error)
	}{
		{"500 secrets in 25 hooks", store.AllHooks(), func(w *world, a store.Actor, value string) (store.Plan, error) {
			return w.PlanHooks(ctx, a, "auth0-yaml", manyHooksBrought(value))
		}},
		{"10000 organization secrets", store.OrganizationPlace(), func(w *world, a store.Actor, value string) (store.Plan, error) {
			return w.PlanSecrets(ctx, a, store.OrganizationPlace(), "dotenv", manySecrets(10_000, value))
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			w := newWorld(b)
			a := w.Actor(b, acme, "admin")
			p := must(c.plan(w, a, "first"))(b)
			var done store.Applied
			apply := func(b *testing.B) {
				done = must(w.ApplyImport(ctx, a, c.in, p.ID, p.Token, store.AsPlanned()))(b)
			}
			b.Run("plan new", func(b *testing.B) {
				for b.Loop() {
					p = must(c.plan(w, a, "first"))(b)
				}
			})
			b.Run("apply new", func(b *testing.B) {
				for i := 0; b.Loop(); i++ {
					if b.StopTimer(); i > 0 {
						must(w.UndoImport(ctx, a, c.in, done.Change))(b)
						p = must(c.plan(w, a, "first"))(b)
					}
					b.StartTimer()
					apply(b)
				}
			})
			b.Run("plan changed", func(b *testing.B) {
				for b.Loop() {
					p = must(c.plan(w, a, "second"))(b)
				}
			})
			b.Run("apply changed", func(b *testing.B) {
				for i := 0; b.Loop(); i++ {
					b.StopTimer()
					p = must(c.plan(w, a, fmt.Sprint("change ", i)))(b)
					b.StartTimer()
					apply(b)
				}
			})
			b.Run("undo", func(b *testing.B) {
				for i := 0; b.Loop(); i++ {
					b.StopTimer()
					p = must(c.plan(w, a, fmt.Sprint("undone ", i)))(b)
					apply(b)
					b.StartTimer()
					must(w.UndoImport(ctx, a, c.in, done.Change))(b)
				}
			})
		})
	}
}
