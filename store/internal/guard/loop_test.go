package guard

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
)

// Whoever gives up while waiting leaves the queue, and nothing happens.
func TestCancelledWhileWaiting(t *testing.T) {
	w := newWorld(t)
	a := w.actor(t, acme, Editor)
	busy, over := make(chan struct{}), make(chan struct{})
	held := make(chan error)
	go func() { held <- w.write(ctx, func() error { close(busy); <-over; return nil }) }()
	<-busy

	waiting, cancel := context.WithCancel(ctx)
	result := make(chan error)
	go func() {
		_, err := Act(waiting, w.DB, a, HookCreate, target("hook", "h"), func(tx *WriteTx) (string, error) {
			t.Error("done all the same")
			return addHook("h")(tx)
		})
		result <- err
	}()
	cancel()
	if err := <-result; !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
	close(over)
	if err := <-held; err != nil {
		t.Fatal(err)
	}
	must(Act(ctx, w.DB, a, HookRead, target("hook", ""), nothing))(t) // whatever waited has been served
	if n := one[int](t, w, `SELECT count(*) FROM hooks`); n != 0 {
		t.Errorf("%d hooks", n)
	}
}

// A request that is cancelled inside an action is carried through: a cancelled
// statement would roll everything back.
func TestCancelledInside(t *testing.T) {
	w := newWorld(t)
	a := w.actor(t, acme, Editor)
	entries := len(w.entries(t, acme))
	inside, cancel := context.WithCancel(ctx)
	value, err := Act(inside, w.DB, a, HookCreate, target("hook", "h"), func(tx *WriteTx) (string, error) {
		cancel()
		var n int // a statement that is long enough to be interrupted
		if err := tx.Get(&n, `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) SELECT count(*) FROM n`, nil); err != nil {
			return "", err
		}
		return addHook("h")(tx)
	})
	if err != nil || value != "value of h" {
		t.Errorf("%q, %v", value, err)
	}
	if n := one[int](t, w, `SELECT count(*) FROM hooks`); n != 1 || len(w.entries(t, acme)) != entries+1 {
		t.Errorf("%d hooks, %d new entries", n, len(w.entries(t, acme))-entries)
	}
}

func TestCancelledView(t *testing.T) {
	w := newWorld(t)
	gone, cancel := context.WithCancel(ctx)
	a := w.actor(t, acme, Viewer)
	_, err := View(gone, w.DB, a, HookRead, func(tx *ReadTx) (n int, err error) {
		cancel()
		return n, tx.Get(&n, `SELECT count(*) FROM hooks WHERE org = :org_id`, nil)
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
	for range 2 * readerCount {
		must(View(ctx, w.DB, a, HookRead, func(*ReadTx) (int, error) { return 1, nil }))(t)
	}
}

// S-36: a panic in an action is the caller's. Nothing of the action stays, and the
// loop lives on.
func TestS36Panic(t *testing.T) {
	w := newWorld(t)
	a := w.actor(t, acme, Editor)
	before := w.state(t)
	raised := func(fn func()) (v any) {
		defer func() { v = recover() }()
		fn()
		return nil
	}
	inAction := func() {
		_, _ = Act(ctx, w.DB, a, HookCreate, target("hook", "h"), func(tx *WriteTx) (string, error) {
			_, _ = addHook("h")(tx)
			panic("in the action")
		})
	}
	inTargets := func() {
		_, _ = Act(ctx, w.DB, a, HookCreate, func(*WriteTx) ([]Target, error) { panic("in its targets") }, addHook("h"))
	}
	if v := raised(inAction); v != "in the action" {
		t.Errorf("raised %v", v)
	}
	if v := raised(inTargets); v != "in its targets" {
		t.Errorf("raised %v", v)
	}
	if after := w.state(t); after != before {
		t.Errorf("left %s, was %s", after, before)
	}
	must(w.act(a, "after"))(t)
	w.verify(t)
}

// many at once, reading and writing, and not one lock error.
func TestR03ManyAtOnce(t *testing.T) {
	const writers, each = 16, 10
	w := newWorld(t)
	before := len(w.entries(t, acme))
	a := w.actor(t, acme, Editor)
	var reads atomic.Int64
	var all sync.WaitGroup
	for i := range writers {
		all.Go(func() {
			for j := range each {
				if _, err := w.act(a, fmt.Sprint("h_", i, "_", j)); err != nil {
					t.Error(err)
				}
				if _, err := View(ctx, w.DB, a, HookRead, func(tx *ReadTx) (n int, err error) {
					return n, tx.Get(&n, `SELECT count(*) FROM hooks WHERE org = :org_id`, nil)
				}); err != nil {
					t.Error(err)
				}
				reads.Add(1)
			}
		})
	}
	all.Wait()
	if n := len(w.entries(t, acme)) - before; n != writers*each || reads.Load() != writers*each {
		t.Errorf("%d entries, %d reads, want %d", n, reads.Load(), writers*each)
	}
	w.verify(t)
}
