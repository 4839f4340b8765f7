package guard

import "context"

// job is one action that waits for the writing connection.
type job struct {
	run      func() error
	err      error
	panicked any
	done     chan struct{}
}

// write runs fn on the goroutine that owns the writing connection. Whoever gives
// up while waiting leaves the queue; once fn has begun it is carried through.
func (db *DB) write(ctx context.Context, fn func() error) error {
	j := &job{run: fn, done: make(chan struct{})}
	select {
	case db.jobs <- j:
	case <-ctx.Done():
		return ctx.Err()
	case <-db.quit:
		return closing()
	}
	<-j.done
	if j.panicked != nil {
		panic(j.panicked)
	}
	return j.err
}

// loop is the only goroutine that uses the writing connection.
func (db *DB) loop() {
	defer close(db.stopped)
	for {
		select {
		case j := <-db.jobs:
			j.do()
		case <-db.quit:
			return
		}
	}
}

// do runs one job. A panic belongs to the caller: the loop lives on.
func (j *job) do() {
	defer close(j.done)
	defer func() { j.panicked = recover() }()
	j.err = j.run()
}

func closing() error {
	return Errorf(Unavailable, "", "The server is stopping. Try again in a moment.")
}
