package store_test

import (
	"testing"
	"time"

	"hooksafe/store"
	"hooksafe/store/storetest"
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

// BenchmarkHooks is the first and the last page of 5,000 hooks.
func BenchmarkHooks(b *testing.B) {
	w := storetest.Big(b, storetest.Size{Hooks: storetest.Full.Hooks, Secrets: storetest.Full.Secrets})
	a := w.Actor(b, acme, "viewer")
	last := ""
	for {
		page := must(w.Hooks(ctx, a, last, 500))(b)
		if page.Next == "" {
			break
		}
		last = page.Next
	}
	for name, after := range map[string]string{"first": "", "last": last} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				page, err := w.Hooks(ctx, a, after, 50)
				if err != nil || page.Total != storetest.Full.Hooks+1 {
					b.Fatal(page.Total, err)
				}
			}
		})
	}
}
