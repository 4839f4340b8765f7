package demo

import (
	"fmt"
	"sync"
	"time"
)

// firstDay is the working day on which the story begins, counted back from its end.
const firstDay = 30

// clock is the store's clock. The story moves it, and only ever forward.
type clock struct {
	mu     sync.Mutex
	now    time.Time
	passed time.Duration
}

func (c *clock) Now() (wall time.Time, uptime time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now, c.passed
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now, c.passed = c.now.Add(d), c.passed+d
}

// moveTo goes on to a time. One that has passed is a mistake in the story.
func (c *clock) moveTo(at time.Time) error {
	now, _ := c.Now()
	if at.Before(now) {
		return fmt.Errorf("the story goes back from %s to %s", now.Format(time.DateTime), at.Format(time.DateTime))
	}
	c.advance(at.Sub(now))
	return nil
}

// workday is the beginning of the nth working day before the day of end, in UTC.
// Weekends are quiet.
func workday(end time.Time, n int) time.Time {
	day := end.UTC().Truncate(24 * time.Hour)
	for n > 0 {
		day = day.AddDate(0, 0, -1)
		if wd := day.Weekday(); wd != time.Saturday && wd != time.Sunday {
			n--
		}
	}
	return day
}
