package formats

import (
	"bytes"
	"errors"
	"strconv"
)

// parseJSON reads a JSON text into the tree that parseYAML makes of a YAML text, and
// tells what is wrong with it.
func parseJSON(text []byte, f *faults) *yamlNode {
	r := &jsonReader{text: withoutMark(text), maxNames: maxNames}
	if f.check(string(r.text)); len(f.list) > 0 {
		return nil
	}
	r.space()
	n, err := r.node(&lineCounter{text: r.text, line: 1})
	if r.space(); err == nil && r.at < len(r.text) {
		err = r.fail("nothing may follow the value")
	}
	var syntax *SyntaxError
	if errors.As(err, &syntax) {
		f.fail(syntax.Line, syntax.What)
		return nil
	}
	return n
}

// node reads a value and, of an object, those in it.
func (r *jsonReader) node(lines *lineCounter) (*yamlNode, error) {
	n := &yamlNode{line: lines.at(r.at)}
	if r.next() == '{' {
		n.kind = yamlMap
		_, err := r.nested(func() (JSON, error) { return nil, r.nodes(n, lines) })
		return n, err
	}
	value, err := r.value()
	switch value := value.(type) {
	case nil:
		n.kind = yamlNull
	case bool:
		n.kind, n.text = yamlFlag, strconv.FormatBool(value)
	case Number:
		n.kind, n.text = yamlNumber, string(value)
	case string:
		n.kind, n.text = yamlString, value
	default:
		n.kind = yamlList
	}
	return n, err
}

func (r *jsonReader) nodes(of *yamlNode, lines *lineCounter) error {
	first := map[string]int{}
	return r.members(func(name string, begin int) error {
		line := lines.at(begin)
		if at, twice := first[name]; twice {
			return r.failAt(begin, nameTwice(at))
		}
		first[name] = line
		value, err := r.node(lines)
		of.members = append(of.members, yamlMember{name, line, value})
		return err
	})
}

// lineCounter tells the lines of places that are asked for from first to last.
type lineCounter struct {
	text          []byte
	line, counted int
}

func (l *lineCounter) at(place int) int {
	l.line += bytes.Count(l.text[l.counted:place], []byte("\n"))
	l.counted = place
	return l.line
}
