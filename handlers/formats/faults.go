package formats

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	maxShown  = 20  // problems of an import that are told one by one
	maxFaults = 200 // of a file that are kept: every second byte of one may be one
)

// faults collects what can't be read of a file.
type faults struct {
	file string // its name, if there are others
	list []fault
	more int // beyond those
}

type fault struct {
	line, column int // from 1; the column is 0 where the line says enough
	what         string
}

func (f *faults) fail(line int, what string) { f.failAt(line, 0, what) }

func (f *faults) failAt(line, column int, what string) {
	if len(f.list) == maxFaults {
		f.more++
		return
	}
	f.list = append(f.list, fault{line, column, what})
}

// on is a line of the file.
func (f *faults) on(line int) string {
	where := "line " + strconv.Itoa(line)
	if f.file != "" {
		where = f.file + ", " + where
	}
	return where
}

// err is nil if there are none, else a Problems.
func (f *faults) err() error {
	list := f.inOrder()
	if len(list) == 0 {
		return nil
	}
	return f.told(list[:min(len(list), maxShown)]).withMore(len(list) - maxShown + f.more)
}

// problems are those that are kept.
func (f *faults) problems() Problems { return f.told(f.inOrder()) }

// inOrder are the faults in the order of the file, one of each place.
func (f *faults) inOrder() []fault {
	slices.SortStableFunc(f.list, func(a, b fault) int { return cmp.Compare(a.line, b.line) })
	return slices.CompactFunc(f.list, func(a, b fault) bool { return a.line == b.line && a.column == b.column })
}

func (f *faults) told(list []fault) Problems {
	var problems Problems
	for _, fault := range list {
		where := f.on(fault.line)
		if fault.column > 0 {
			where += ", column " + strconv.Itoa(fault.column)
		}
		problems = append(problems, Problem{where, fault.what})
	}
	return problems
}

// shown are the first of many problems, and how many more there are.
func (p Problems) shown() Problems {
	return slices.Clip(p[:min(len(p), maxShown)]).withMore(len(p) - maxShown)
}

func (p Problems) withMore(more int) Problems {
	if more <= 0 {
		return p
	}
	return append(p, Problem{"", fmt.Sprintf("and %d more", more)})
}

// check finds what no text holds.
func (f *faults) check(text string) {
	if strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff") {
		f.fail(1, "this is UTF-16 text: save the file as UTF-8")
	}
	line := 0
	for part := range strings.Lines(text) {
		line++
		switch {
		case !utf8.ValidString(part):
			f.fail(line, "this is not UTF-8 text")
		case strings.Contains(part, "\x00"):
			f.fail(line, "a NUL stands here, and no value has one")
		}
	}
}

func nameTwice(first int) string {
	return "the name of line " + strconv.Itoa(first) + " comes a second time: keep one of them"
}
