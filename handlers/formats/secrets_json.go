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
	r := &jsonReader{text: withoutMark(text), maxNames: maxSecrets}
	var e entries
	if e.check(string(r.text)); len(e.list) > 0 {
		return e.result()
	}
	err := r.secrets(&e)
	var syntax *SyntaxError
	if errors.As(err, &syntax) {
		e.fail(syntax.Line, syntax.What)
	}
	return e.result()
}

func (r *jsonReader) secrets(e *entries) error {
	if !r.take('{') {
		return r.fail(`an object of names and values is wanted, such as {"NAME": "value"}`)
	}
	line, counted := 1, 0
	err := r.members(func(name string, begin int) error {
		line += bytes.Count(r.text[counted:begin], []byte("\n"))
		counted = begin
		valueAt := r.at
		value, err := r.value()
		if err != nil {
			return err
		}
		text, isText := value.(string)
		switch {
		case name == "":
			e.fail(line, "there is no name before the colon")
		case !isText:
			e.fail(line, "the value is text in double quotes, and "+kindOf(value)+" is none")
		default:
			e.add(line, name, text, string(r.text[valueAt+1:r.at-1]))
		}
		return nil
	})
	if err != nil {
		return err
	}
	r.space()
	if r.at < len(r.text) {
		return r.fail("nothing may follow the object")
	}
	return nil
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
