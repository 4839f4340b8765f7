package store

import (
	"fmt"
	"sync"
	"time"

	"hooksafe/store/internal/guard"
)

// tryWindow is how long a failed try counts.
const tryWindow = 15 * time.Minute

// maxTracked bounds the memory of a limiter: whoever invents names can only push
// out the oldest ones.
const maxTracked = 20_000

// limiter counts failed tries by name. A try counts as failed from its start, so
// that tries side by side do not slip through.
type limiter struct {
	now func() time.Time

	mu    sync.Mutex
	tries map[string][]time.Time
}

func newLimiter(now func() time.Time) *limiter {
	return &limiter{now: now, tries: map[string][]time.Time{}}
}

// limit is a name and how many failed tries it may have in the window.
type limit struct {
	name string
	most int
}

// begin counts a try against all limits and returns how many are left after it. If
// one is used up, nothing is counted and the error is Limited.
func (l *limiter) begin(limits ...limit) (left int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	left = limits[0].most
	for _, lim := range limits {
		recent := l.recent(lim.name, now)
		if len(recent) >= lim.most {
			return 0, limited(recent[len(recent)-lim.most].Add(tryWindow).Sub(now))
		}
		left = min(left, lim.most-len(recent)-1)
	}
	if len(l.tries)+len(limits) > maxTracked {
		l.makeRoom(now)
	}
	for _, lim := range limits {
		l.tries[lim.name] = append(l.tries[lim.name], now)
	}
	return left, nil
}

// clear forgets the tries of names, after a success.
func (l *limiter) clear(limits ...limit) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, lim := range limits {
		delete(l.tries, lim.name)
	}
}

// recent drops the tries of a name that no longer count.
func (l *limiter) recent(name string, now time.Time) []time.Time {
	tries := l.tries[name]
	for len(tries) > 0 && now.Sub(tries[0]) >= tryWindow {
		tries = tries[1:]
	}
	if len(tries) == 0 {
		delete(l.tries, name)
		return nil
	}
	l.tries[name] = tries
	return tries
}

// makeRoom drops what no longer counts, then whatever tried longest ago.
func (l *limiter) makeRoom(now time.Time) {
	oldest, at := "", now
	for name := range l.tries {
		tries := l.recent(name, now)
		if len(tries) > 0 && !tries[len(tries)-1].After(at) {
			oldest, at = name, tries[len(tries)-1]
		}
	}
	if len(l.tries) >= maxTracked-2 {
		delete(l.tries, oldest)
	}
}

func limited(wait time.Duration) *Error {
	minutes := int(wait/time.Minute) + 1
	e := guard.Errorf(Limited, "", "Too many tries. Wait %s, then try again.", plural(minutes, "minute"))
	e.RetryAfter = wait
	return e
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
