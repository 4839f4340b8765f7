package formats

import (
	"bytes"
	"fmt"
)

const maxSecrets = 25_000 // of an import

const emptyValue = "There is no value here. Write one, or take the entry out."

// entries collects the secrets of a file, and what can't be read of it.
type entries struct {
	faults
	secrets []Secret
	lines   map[string]int // by name
}

// add takes a name and its value, which is a keyword of the Deploy CLI or not. One is a
// keyword only as it stands in the file: the Deploy CLI replaces them before it reads.
func (e *entries) add(line int, name, value string, keyword bool) {
	s := Secret{Name: name, Where: e.on(line)}
	switch {
	case keyword || isPlaceholder(value):
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
	e.take(line, Secret{Name: name, Unclear: why, Where: e.on(line)})
}

func (e *entries) take(line int, s Secret) {
	if len(e.secrets) > maxSecrets {
		return
	}
	if first, twice := e.lines[s.Name]; twice {
		e.fail(line, nameTwice(first))
		return
	}
	if e.lines == nil {
		e.lines = map[string]int{}
	}
	e.lines[s.Name] = line
	e.secrets = append(e.secrets, s)
	if len(e.secrets) > maxSecrets {
		e.fail(line, fmt.Sprintf("there are more than %d names", maxSecrets))
	}
}

// result is what was read, or all that could not be.
func (e *entries) result() ([]Secret, error) {
	if err := e.err(); err != nil {
		return nil, err
	}
	return e.secrets, nil
}

func isPlaceholder(value string) bool {
	return value == Placeholder || value == "_VALUE_NOT_SHOWN"
}

// withoutMark is a file without the byte order mark at its beginning.
func withoutMark(text []byte) []byte { return bytes.TrimPrefix(text, []byte("\ufeff")) }
