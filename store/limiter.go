package store

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"hooksafe/store/internal/guard"
)

// tryWindow is how long a failed try counts.
const tryWindow = 15 * time.Minute

// maxTracked bounds the memory of a limiter: whoever invents names pushes out
// invented ones.
const maxTracked = 20_000

// limiter counts failed tries of a window by name. A try counts as failed from its start, so
// that tries side by side do not slip through.
type limiter struct {
	now    func() time.Time
	window time.Duration

	mu    sync.Mutex
	tries map[digest][]time.Time
}

func newLimiter(now func() time.Time, window time.Duration) *limiter {
	return &limiter{now: now, window: window, tries: map[digest][]time.Time{}}
}

// limit is a name and how many failed tries it may have in the window.
type limit struct {
	name string
	most int
}

// digest stands for a name: whatever somebody types takes the same room.
type digest [sha256.Size]byte

func (l limit) digest() digest { return sha256.Sum256([]byte(l.name)) }

// begin counts a try against all limits and returns how many are left after it. If
// one is used up, nothing is counted and the error is Limited.
func (l *limiter) begin(limits ...limit) (left int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now, wait := l.now(), time.Duration(0)
	left = limits[0].most
	for _, lim := range limits {
		recent := l.recent(lim.digest(), now)
		if len(recent) >= lim.most {
			wait = max(wait, recent[0].Add(l.window).Sub(now))
		}
		left = min(left, lim.most-len(recent)-1)
	}
	if wait > 0 {
		return 0, limited(wait)
	}
	if len(l.tries)+len(limits) > maxTracked {
		l.makeRoom(now)
	}
	for _, lim := range limits {
		l.tries[lim.digest()] = append(l.tries[lim.digest()], now)
	}
	return left, nil
}

// clear forgets the tries of names, after a success.
func (l *limiter) clear(limits ...limit) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, lim := range limits {
		delete(l.tries, lim.digest())
	}
}

// recent drops the tries of a name that no longer count.
func (l *limiter) recent(name digest, now time.Time) []time.Time {
	tries := l.tries[name]
	for len(tries) > 0 && now.Sub(tries[0]) >= l.window {
		tries = tries[1:]
	}
	if len(tries) == 0 {
		delete(l.tries, name)
		return nil
	}
	l.tries[name] = tries
	return tries
}

// makeRoom drops what no longer counts and, if a tenth is not free then, the names
// with the fewest tries, the oldest of them first.
func (l *limiter) makeRoom(now time.Time) {
	for name := range l.tries {
		l.recent(name, now)
	}
	over := len(l.tries) - maxTracked*9/10
	if over <= 0 {
		return
	}
	names := slices.SortedFunc(maps.Keys(l.tries), func(a, b digest) int {
		x, y := l.tries[a], l.tries[b]
		return cmp.Or(cmp.Compare(len(x), len(y)), x[len(x)-1].Compare(y[len(y)-1]))
	})
	for _, name := range names[:over] {
		delete(l.tries, name)
	}
}

func limited(wait time.Duration) *Error {
	minutes := int((wait + time.Minute - 1) / time.Minute)
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
