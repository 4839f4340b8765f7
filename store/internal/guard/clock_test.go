package guard

import (
	"math/rand/v2"
	"sync"
	"testing"
	"testing/quick"
	"time"
)

// whatever the wall clock does, the time never falls, passes at least as fast
// as the process runs, and is never behind the wall.
func TestA09SteadyClock(t *testing.T) {
	run := func(seed uint64) bool {
		r := rand.New(rand.NewPCG(seed, 1))
		hand := &handClock{wall: begun}
		floor := begun.Add(time.Duration(r.Int64N(int64(time.Hour))) - 30*time.Minute)
		s := newSteady(hand.read, floor)
		last, uptime := s.Now(), hand.uptime
		for range 50 {
			hand.move(time.Duration(r.Int64N(int64(2*time.Hour)))-time.Hour, time.Duration(r.Int64N(int64(time.Minute))))
			now := s.Now()
			if now.Sub(last) < (hand.uptime-uptime).Truncate(time.Microsecond)-time.Microsecond || now.Before(hand.wall.Truncate(time.Microsecond)) || now.Before(floor) {
				t.Logf("seed %d: %v after %v", seed, now, last)
				return false
			}
			last, uptime = now, hand.uptime
		}
		return true
	}
	if err := quick.Check(run, nil); err != nil {
		t.Error(err)
	}
}

func TestSteadyClockFollowsTheWall(t *testing.T) {
	hand := &handClock{wall: begun}
	s := newSteady(hand.read, time.Time{})
	for _, c := range []struct{ wall, uptime, want time.Duration }{
		{0, 0, 0},
		{time.Hour, time.Hour, time.Hour},                 // time passes
		{time.Hour, 0, 2 * time.Hour},                     // set forward
		{-24 * time.Hour, time.Minute, 121 * time.Minute}, // set back: on by the uptime
		{0, time.Minute, 122 * time.Minute},
		{24 * time.Hour, 0, 122 * time.Minute}, // set right again
		{3 * time.Minute, time.Minute, 123 * time.Minute},
		{0, -time.Hour, 123 * time.Minute}, // an uptime that goes back is no time
	} {
		hand.move(c.wall, c.uptime)
		if got := s.Now().Sub(begun); got != c.want {
			t.Errorf("after %v by the wall, %v up: %v, want %v", c.wall, c.uptime, got, c.want)
		}
	}
	if now := s.Now(); now.Location() != time.UTC || now.Nanosecond()%1000 != 0 {
		t.Errorf("%v is not UTC to the microsecond", now)
	}
}

func TestSteadyClockAtLeast(t *testing.T) {
	hand := &handClock{wall: begun}
	s := newSteady(hand.read, begun)
	later := begun.Add(time.Hour)
	if got := s.atLeast(later); !got.Equal(later) {
		t.Errorf("%v, want %v", got, later)
	}
	hand.pass(time.Minute)
	if got := s.Now(); !got.Equal(later.Add(time.Minute)) {
		t.Errorf("%v: time did not go on from there", got)
	}
	if got := s.atLeast(begun); !got.Equal(later.Add(time.Minute)) {
		t.Errorf("%v: time fell", got)
	}
}

func TestSystemClock(t *testing.T) {
	clock := SystemClock()
	first, up := clock()
	second, upLater := clock()
	if upLater < up || second.Sub(first) < -time.Minute || first != first.Round(0) {
		t.Errorf("%v, %v; then %v, %v", first, up, second, upLater)
	}
}

func TestSteadyClockIsSafe(t *testing.T) {
	s := newSteady(SystemClock(), time.Time{})
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			last := s.Now()
			for range 100 {
				now := s.Now()
				if now.Before(last) {
					t.Error("time fell")
				}
				last = now
			}
		})
	}
	all.Wait()
}
