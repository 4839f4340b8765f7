package formats

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

const maxShown = 20 // problems of an import that are told one by one

// faults collects what can't be read of a file.
type faults struct {
	file string // its name, if there are others
	list []fault
}

type fault struct {
	line int
	what string
}

func (f *faults) fail(line int, what string) { f.list = append(f.list, fault{line, what}) }

// on is a place in the file.
func (f *faults) on(line int) string {
	if f.file == "" {
		return fmt.Sprintf("line %d", line)
	}
	return fmt.Sprintf("%s, line %d", f.file, line)
}

// err is nil if there are none, else a Problems.
func (f *faults) err() error {
	if len(f.list) == 0 {
		return nil
	}
	return f.problems().shown()
}

// problems are the faults in order, one a line.
func (f *faults) problems() Problems {
	slices.SortStableFunc(f.list, func(a, b fault) int { return cmp.Compare(a.line, b.line) })
	list := slices.CompactFunc(f.list, func(a, b fault) bool { return a.line == b.line })
	var problems Problems
	for _, fault := range list {
		problems = append(problems, Problem{f.on(fault.line), fault.what})
	}
	return problems
}

// shown are the first of many problems, and how many more there are.
func (p Problems) shown() Problems {
	more := len(p) - maxShown
	if more <= 0 {
		return p
	}
	return append(p[:maxShown:maxShown], Problem{"", fmt.Sprintf("and %d more lines that can't be read", more)})
}

// check finds what no text holds. It is told before anything else about a line.
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
	return fmt.Sprintf("the name of line %d comes a second time: keep one of them", first)
}
