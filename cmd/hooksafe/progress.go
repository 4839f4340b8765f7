package main

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"
)

// progress tells somebody at a terminal how far long work has come. Work of less than
// a second, and work that nobody watches, it passes over in silence.
type progress struct {
	w     io.Writer // nil: nobody watches
	what  string
	total int
	done  int
	begun time.Time
	shown bool
}

func newProgress(cmd *cobra.Command, total int, what string) *progress {
	p := &progress{what: what, total: total, begun: time.Now()}
	if f, ok := terminal(cmd.ErrOrStderr()); ok {
		p.w = f
	}
	return p
}

// step counts one thing as done.
func (p *progress) step() {
	p.done++
	if p.w != nil && time.Since(p.begun) > time.Second {
		p.shown = true
		fmt.Fprintf(p.w, "\r%d of %d %s", p.done, p.total, p.what)
	}
}

// end removes the line.
func (p *progress) end() {
	if p.shown {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
