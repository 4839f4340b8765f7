package formats

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	maxSecrets = 25_000 // secrets of an import
	maxShown   = 20     // problems that are told one by one
)

// What is said of a value in every format.
const (
	emptyValue = "There is no value here. Write one, or take the entry out."
)

// entries collects the secrets of a file, and what can't be read of it.
type entries struct {
	secrets  []Secret
	lines    map[string]int // by name
	problems []lineProblem
}

type lineProblem struct {
	line int
	what string
}

// add takes a name and its value. written is the value as it stands in the file: only
// there a keyword is a keyword, as the Deploy CLI replaces them before it reads.
func (e *entries) add(line int, name, value, written string) {
	s := Secret{Name: name, Where: onLine(line)}
	switch {
	case isPlaceholder(value) || IsKeyword(written):
		s.Pending = true
	case value == "":
		s.Unclear = emptyValue
	default:
		s.Value = value
	}
	e.take(line, s)
}

// unclear takes a name whose value may be this or that.
func (e *entries) unclear(line int, name, why string) {
	e.take(line, Secret{Name: name, Unclear: why, Where: onLine(line)})
}

func (e *entries) take(line int, s Secret) {
	if first, twice := e.lines[s.Name]; twice {
		e.fail(line, fmt.Sprintf("the name on line %d comes a second time: keep one of them", first))
		return
	}
	if e.lines == nil {
		e.lines = map[string]int{}
	}
	e.lines[s.Name] = line
	e.secrets = append(e.secrets, s)
}

// full says whether there may be no more.
func (e *entries) full(line int) bool {
	if len(e.secrets) < maxSecrets {
		return false
	}
	e.fail(line, fmt.Sprintf("there are more than %d names", maxSecrets))
	return true
}

func (e *entries) fail(line int, what string) {
	e.problems = append(e.problems, lineProblem{line, what})
}

// check finds what no text holds. It is told before anything else about a line.
func (e *entries) check(text string) {
	if strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff") {
		e.fail(1, "this is UTF-16 text: save the file as UTF-8")
	}
	line := 0
	for part := range strings.Lines(text) {
		line++
		switch {
		case !utf8.ValidString(part):
			e.fail(line, "this is not UTF-8 text")
		case strings.Contains(part, "\x00"):
			e.fail(line, "a NUL stands here, and no value has one")
		}
	}
}

// result is what was read, or all that could not be: one problem a line, in order, and
// how many more there are than are told.
func (e *entries) result() ([]Secret, error) {
	if len(e.problems) == 0 {
		return e.secrets, nil
	}
	slices.SortStableFunc(e.problems, func(a, b lineProblem) int { return cmp.Compare(a.line, b.line) })
	lines := slices.CompactFunc(e.problems, func(a, b lineProblem) bool { return a.line == b.line })
	var problems Problems
	for _, p := range lines[:min(len(lines), maxShown)] {
		problems = append(problems, Problem{onLine(p.line), p.what})
	}
	if more := len(lines) - maxShown; more > 0 {
		problems = append(problems, Problem{"", fmt.Sprintf("and %d more", more)})
	}
	return nil, problems
}

func onLine(line int) string { return fmt.Sprintf("line %d", line) }

func isPlaceholder(value string) bool {
	return value == Placeholder || value == "_VALUE_NOT_SHOWN"
}

// withoutMark is a file without the byte order mark at its beginning.
func withoutMark(text []byte) []byte { return bytes.TrimPrefix(text, []byte("\ufeff")) }
