package formats

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// readJSONSecrets reads an object of names and text. What is no JSON ends the reading;
// what is only no secret doesn't.
func readJSONSecrets(text []byte) ([]Secret, error) {
	r := &jsonSecrets{json: jsonReader{text: withoutMark(text), maxNames: maxSecrets}, line: 1}
	if r.check(string(r.json.text)); len(r.list) > 0 {
		return r.result()
	}
	var syntax *SyntaxError
	if errors.As(r.object(), &syntax) {
		r.failAt(syntax.Line, syntax.Column, syntax.What)
	}
	return r.result()
}

type jsonSecrets struct {
	entries
	json jsonReader

	line, lineBegin, counted int // of what was read last
}

func (r *jsonSecrets) object() error {
	if !r.json.take('{') {
		return r.json.fail(`an object of names and values is wanted, such as {"NAME": "value"}`)
	}
	if err := r.json.members(r.member); err != nil {
		return err
	}
	if r.json.space(); r.json.at < len(r.json.text) {
		return r.json.fail("nothing may follow the object")
	}
	return nil
}

func (r *jsonSecrets) member(name string, begin int) error {
	line, column := r.place(begin)
	valueBegin := r.json.at
	value, err := r.json.value()
	if err != nil {
		return err
	}
	text, isText := value.(string)
	switch {
	case name == "":
		r.failAt(line, column, "there is no name before the colon")
	case !isText:
		r.failAt(line, column, "the value is text in double quotes, and "+kindOf(value)+" is none")
	default:
		written := r.json.text[valueBegin+1 : r.json.at-1]
		r.add(line, name, text, IsKeyword(string(written)))
	}
	return nil
}

// place is where a place is that is behind the one before.
func (r *jsonSecrets) place(at int) (line, column int) {
	passed := r.json.text[r.counted:at]
	if i := bytes.LastIndexByte(passed, '\n'); i >= 0 {
		r.line, r.lineBegin = r.line+bytes.Count(passed, []byte("\n")), r.counted+i+1
	}
	r.counted = at
	return r.line, at - r.lineBegin + 1
}

// jsonWriter writes an object, one entry a line.
type jsonWriter struct {
	*bufio.Writer
	before string // what stands before the next entry
}

func newJSONWriter(w io.Writer) SecretsWriter { return &jsonWriter{bufio.NewWriter(w), "{\n"} }

func (w *jsonWriter) Write(s Secret) error {
	value := Placeholder
	if !s.Pending {
		value = s.Value
	}
	_, err := w.WriteString(w.before + "  " + quoted(s.Name) + ": " + quoted(value))
	w.before = ",\n"
	return err
}

func (w *jsonWriter) Close() error {
	end := "\n}\n"
	if w.before == "{\n" {
		end = "{}\n"
	}
	if _, err := w.WriteString(end); err != nil {
		return err
	}
	return w.Flush()
}

// quoted is a text in double quotes, as JSON and YAML both read it: escaped is what one
// of them doesn't take as it is, and what nobody sees. So is a keyword of the Deploy CLI,
// which replaces those before it reads.
func quoted(text string) string {
	hide := IsKeyword(text)
	var b strings.Builder
	b.Grow(len(text) + 2)
	b.WriteByte('"')
	plain := 0 // where what needs no escape begins
	for i, c := range text {
		if !escaped(c) && !(hide && (c == '#' || c == '@')) {
			continue
		}
		b.WriteString(text[plain:i])
		plain = i + utf8.RuneLen(c)
		if short, ok := shortEscapes[c]; ok {
			b.WriteString(short)
		} else {
			fmt.Fprintf(&b, `\u%04x`, c)
		}
	}
	b.WriteString(text[plain:])
	b.WriteByte('"')
	return b.String()
}

var shortEscapes = map[rune]string{'"': `\"`, '\\': `\\`, '\n': `\n`, '\r': `\r`, '\t': `\t`, '\b': `\b`, '\f': `\f`}

// escaped tells of a character whether it is written as an escape: quote and backslash,
// controls, the line ends of Unicode, the byte order mark, and those that are none.
func escaped(c rune) bool {
	switch {
	case c == '"' || c == '\\' || c < ' ':
		return true
	case 0x7f <= c && c <= 0x9f:
		return true
	}
	return c == '\u2028' || c == '\u2029' || c == '\ufeff' || c == '\ufffe' || c == '\uffff'
}
