package store

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/quick"
	"time"
)

// hand is a clock that a test moves.
type hand struct{ at time.Time }

func (h *hand) now() time.Time { return h.at }

func newHandLimiter() (*limiter, *hand) {
	h := &hand{time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)}
	return newLimiter(h.now, tryWindow), h
}

// S-09: whatever is tried and whenever, no name gets more tries into any 15 minutes
// than its limit, and none that has a free one is refused.
func TestS09LimiterCountsAnyWindow(t *testing.T) {
	run := func(seed uint64) bool {
		r := rand.New(rand.NewPCG(seed, 1))
		l, h := newHandLimiter()
		most := map[string]int{"a": 1, "b": 3, "c": 10}
		counted := map[string][]time.Time{}
		for range 300 {
			h.at = h.at.Add(time.Duration(r.Int64N(int64(2 * time.Minute))))
			var limits []limit
			left, used := 1<<30, false
			for _, name := range []string{"a", "b", "c"}[r.IntN(3):] {
				limits = append(limits, limit{name, most[name]})
				n := within(counted[name], h.at)
				used = used || n >= most[name]
				left = min(left, most[name]-n-1)
			}
			if r.IntN(40) == 0 {
				l.clear(limits...)
				for _, lim := range limits {
					delete(counted, lim.name)
				}
				continue
			}
			got, err := l.begin(limits...)
			if used != (err != nil) || (err == nil && got != left) {
				t.Logf("seed %d: %v: %d left, %v; want %d left, refused %v", seed, limits, got, err, left, used)
				return false
			}
			if err == nil {
				for _, lim := range limits {
					counted[lim.name] = append(counted[lim.name], h.at)
				}
			}
		}
		return true
	}
	if err := quick.Check(run, nil); err != nil {
		t.Error(err)
	}
}

// within counts the times less than a window ago.
func within(times []time.Time, now time.Time) (n int) {
	for _, at := range times {
		if now.Sub(at) < tryWindow {
			n++
		}
	}
	return n
}

func TestS09LimiterSaysWhenToComeBack(t *testing.T) {
	l, h := newHandLimiter()
	network, account := limit{"network", 2}, limit{"account", 3}
	try := func(limits ...limit) error {
		_, err := l.begin(limits...)
		return err
	}
	for _, c := range []struct {
		pass    time.Duration
		limits  []limit
		wait    time.Duration // 0: let in
		minutes string
	}{
		{0, []limit{network, account}, 0, ""},
		{time.Minute, []limit{network, account}, 0, ""},
		{time.Minute, []limit{network, account}, 13 * time.Minute, "13 minutes"},
		{0, []limit{account}, 0, ""},
		{30 * time.Second, []limit{network, account}, 12*time.Minute + 30*time.Second, "13 minutes"},
		{12 * time.Minute, []limit{network, account}, 30 * time.Second, "1 minute"},
		{30 * time.Second, []limit{network, account}, 0, ""}, // the oldest try counts no longer
		{0, []limit{network, account}, time.Minute, "1 minute"},
		{tryWindow, []limit{network, account}, 0, ""},
		{0, []limit{network, account}, 0, ""},
		{0, []limit{network}, tryWindow, "15 minutes"},
	} {
		h.at = h.at.Add(c.pass)
		err := try(c.limits...)
		if c.wait == 0 {
			if err != nil {
				t.Errorf("at %v: %v", h.at, err)
			}
			continue
		}
		e, ok := AsError(err)
		if !ok || e.Code != Limited || e.RetryAfter != c.wait || e.Message != "Too many tries. Wait "+c.minutes+", then try again." {
			t.Errorf("at %v: %v, wait %v; want %v", h.at, err, e.RetryAfter, c.wait)
		}
	}
}

// The longest wait of the limits that are used up is told: to come back sooner would
// be refused again.
func TestLimiterTellsTheLongestWait(t *testing.T) {
	l, h := newHandLimiter()
	if _, err := l.begin(limit{"a", 1}); err != nil {
		t.Fatal(err)
	}
	h.at = h.at.Add(5 * time.Minute)
	if _, err := l.begin(limit{"b", 1}); err != nil {
		t.Fatal(err)
	}
	_, err := l.begin(limit{"a", 1}, limit{"b", 1})
	if e, _ := AsError(err); e.RetryAfter != tryWindow {
		t.Errorf("wait %v, want that of b, %v", e.RetryAfter, tryWindow)
	}
}

// Tries side by side count from their start.
func TestLimiterTriesSideBySide(t *testing.T) {
	l, _ := newHandLimiter()
	var let sync.Map
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			if _, err := l.begin(limit{"a", 10}); err == nil {
				let.Store(i, true)
			}
		})
	}
	all.Wait()
	n := 0
	let.Range(func(any, any) bool { n++; return true })
	if n != 10 {
		t.Errorf("%d let in, want 10", n)
	}
}

// Whoever invents names fills no memory, and frees no name that is under attack.
func TestLimiterIsBounded(t *testing.T) {
	l, h := newHandLimiter()
	victim := limit{"victim", 10}
	for range victim.most {
		if _, err := l.begin(victim); err != nil {
			t.Fatal(err)
		}
	}
	for i := range maxTracked {
		h.at = h.at.Add(time.Millisecond)
		if _, err := l.begin(limit{fmt.Sprint("network ", i), 10}, limit{fmt.Sprint("account ", i), 20}); err != nil {
			t.Fatal(err)
		}
		if len(l.tries) > maxTracked {
			t.Fatalf("%d names after %d tries", len(l.tries), i+1)
		}
	}
	if _, err := l.begin(victim); CodeOf(err) != Limited {
		t.Errorf("the name under attack was forgotten: %v", err)
	}
	h.at = h.at.Add(tryWindow)
	l.makeRoom(h.at)
	if len(l.tries) != 0 {
		t.Errorf("%d names after everything ran out", len(l.tries))
	}
}
