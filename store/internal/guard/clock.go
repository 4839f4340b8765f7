package guard

import (
	"sync"
	"time"
)

// Clock tells the wall time and how long the process has been running. The
// second never goes back, so a wall clock that does cannot stretch a session or
// a confirmation. Tests pass one of their own.
type Clock func() (wall time.Time, uptime time.Duration)

// SystemClock is the clock of the machine.
func SystemClock() Clock {
	start := time.Now()
	return func() (time.Time, time.Duration) {
		now := time.Now()
		return now.Round(0), now.Sub(start)
	}
}

// steady turns a Clock into times that never go back: when the wall clock falls
// behind what was already told, time goes on by the uptime.
type steady struct {
	clock Clock

	mu     sync.Mutex
	last   time.Time
	uptime time.Duration
}

// newSteady starts no earlier than floor, the newest time in the database.
func newSteady(clock Clock, floor time.Time) *steady {
	_, uptime := clock()
	return &steady{clock: clock, last: floor, uptime: uptime}
}

// Now is the time in UTC, to the microsecond.
func (s *steady) Now() time.Time { return s.atLeast(time.Time{}) }

// atLeast is Now, or floor where that is later: another process has told it. Time
// goes on from there, so that nothing lasts longer than it should.
func (s *steady) atLeast(floor time.Time) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	wall, uptime := s.clock()
	now := s.last.Add(max(uptime-s.uptime, 0))
	for _, later := range []time.Time{wall, floor} {
		if later.After(now) {
			now = later
		}
	}
	s.last, s.uptime = now, max(uptime, s.uptime)
	return now.UTC().Truncate(time.Microsecond)
}
