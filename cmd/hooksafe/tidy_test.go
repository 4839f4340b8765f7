package main

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"hooksafe/store"
	"hooksafe/store/storetest"
)

// A server that starts destroys what can't be brought back any more, by itself.
func TestTidy(t *testing.T) {
	t.Parallel()
	w := storetest.New(t)
	org := w.Org(storetest.Acme)
	if _, err := w.DeleteHook(t.Context(), w.Actor(t, storetest.Acme, "editor"), org.Hook, org.HookName); err != nil {
		t.Fatal(err)
	}
	w.Clock.Advance(7 * 24 * time.Hour)
	operator, err := w.OperatorIn(t.Context(), w.Operator(), storetest.Acme)
	if err != nil {
		t.Fatal(err)
	}

	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	var background sync.WaitGroup
	background.Go(func() { tidy(ctx, w.Store, slog.New(slog.DiscardHandler)) })
	defer background.Wait()
	defer cancel()
	var newest store.AuditEntry
	for newest.Action != "secret.destroy" && t.Context().Err() == nil {
		page, err := w.Audit(t.Context(), operator, store.AuditFilter{}, 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		newest = page.Entries[0]
		if ctx.Err() != nil {
			t.Fatal("nothing was erased")
		}
	}
	if newest.ActorKind != "server" || newest.ParentName == nil || *newest.ParentName != org.HookName {
		t.Errorf("entry is %+v", newest)
	}
}
