// Package formats reads what people and programs send, and writes what they get:
// pure functions on names and values. Errors say what is wanted and where, and
// never repeat what was sent: people paste values into the wrong place.
package formats

import (
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// Limits on a JSON body beside its length.
const (
	maxDepth = 16
	maxNames = 1000
)

// JSON is a value of a JSON text: nil for null, bool, Number, string, List or
// *Object.
type JSON any

// Number is a number as it was written.
type Number string

// List is an array.
type List []JSON

// Object holds its members in the order in which they came.
type Object struct{ Members []Member }

// Member is a name and its value.
type Member struct {
	Name  string
	Value JSON
}

// Get returns the value of a name, and whether there is one.
func (o *Object) Get(name string) (JSON, bool) {
	for _, m := range o.Members {
		if m.Name == name {
			return m.Value, true
		}
	}
	return nil, false
}

// SyntaxError says why a text was not read, in words for whoever sent it.
type SyntaxError struct {
	Line, Column int // from 1; columns count bytes
	What         string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.What)
}

// ReadJSON reads one JSON text (RFC 8259) and nothing beside it, more strictly than
// most: the text and every string in it is valid Unicode and no name comes twice in
// an object (both as in I-JSON, RFC 7493, and the second also when the names are
// escaped differently); at most 16 deep, at most 1,000 names. What it returns is
// exactly what was sent. The error is a *SyntaxError.
func ReadJSON(text []byte) (JSON, error) { return readJSON(text, maxNames) }

func readJSON(text []byte, names int) (JSON, error) {
	r := &jsonReader{text: text, maxNames: names}
	if !utf8.Valid(text) {
		return nil, r.failAt(firstInvalid(text), "this is not UTF-8 text")
	}
	value, err := r.value()
	if err != nil {
		return nil, err
	}
	r.space()
	if r.at < len(text) {
		return nil, r.fail("nothing may follow the value")
	}
	return value, nil
}

func firstInvalid(text []byte) int {
	at := 0
	for at < len(text) {
		c, size := utf8.DecodeRune(text[at:])
		if c == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	return at
}

type jsonReader struct {
	text         []byte
	at           int
	depth, names int
	maxNames     int
}

func (r *jsonReader) fail(what string) error { return r.failAt(r.at, what) }

func (r *jsonReader) failAt(at int, what string) error {
	e := &SyntaxError{1, 1, what}
	for _, b := range r.text[:at] {
		e.Column++
		if b == '\n' {
			e.Line, e.Column = e.Line+1, 1
		}
	}
	return e
}

// next is the byte to be read, 0 at the end. A NUL in the text is refused wherever
// it stands, as it begins nothing.
func (r *jsonReader) next() byte {
	if r.at == len(r.text) {
		return 0
	}
	return r.text[r.at]
}

func (r *jsonReader) space() {
	for {
		switch r.next() {
		case ' ', '\t', '\n', '\r':
			r.at++
		default:
			return
		}
	}
}

// take reads one byte if it is the next, after any space.
func (r *jsonReader) take(b byte) bool {
	r.space()
	if r.next() != b {
		return false
	}
	r.at++
	return true
}

func (r *jsonReader) value() (JSON, error) {
	r.space()
	switch b := r.next(); {
	case b == '{':
		return r.nested(func() (JSON, error) { return r.object() })
	case b == '[':
		return r.nested(func() (JSON, error) { return r.list() })
	case b == '"':
		return r.string()
	case b == '-' || isDigit(b):
		return r.number()
	}
	return r.word()
}

// nested reads what stands between brackets, one deeper.
func (r *jsonReader) nested(read func() (JSON, error)) (JSON, error) {
	if r.depth == maxDepth {
		return nil, r.fail(fmt.Sprintf("this is nested more than %d deep", maxDepth))
	}
	r.depth++
	r.at++
	value, err := read()
	r.depth--
	return value, err
}

func (r *jsonReader) object() (JSON, error) {
	object, seen := &Object{}, map[string]bool{}
	err := r.members(func(name string, begin int) error {
		if seen[name] {
			return r.failAt(begin, "this name comes a second time")
		}
		seen[name] = true
		value, err := r.value()
		object.Members = append(object.Members, Member{name, value})
		return err
	})
	if err != nil {
		return nil, err
	}
	return object, nil
}

// members reads the rest of an object: member is told a name and where it begins, and
// reads its value.
func (r *jsonReader) members(member func(name string, begin int) error) error {
	if r.take('}') {
		return nil
	}
	for {
		r.space()
		begin := r.at
		if r.next() != '"' {
			return r.fail("a name in double quotes is wanted")
		}
		name, err := r.string()
		if err != nil {
			return err
		}
		if r.names++; r.names > r.maxNames {
			return r.failAt(begin, fmt.Sprintf("there are more than %d names", r.maxNames))
		}
		if !r.take(':') {
			return r.fail("a colon and a value are wanted after the name")
		}
		r.space()
		if err := member(name, begin); err != nil {
			return err
		}
		if r.take('}') {
			return nil
		}
		if !r.take(',') {
			return r.fail("a comma or the end of the object is wanted")
		}
	}
}

func (r *jsonReader) list() (JSON, error) {
	list := List{}
	if r.take(']') {
		return list, nil
	}
	for {
		value, err := r.value()
		if err != nil {
			return nil, err
		}
		list = append(list, value)
		if r.take(']') {
			return list, nil
		}
		if !r.take(',') {
			return nil, r.fail("a comma or the end of the list is wanted")
		}
	}
}

func (r *jsonReader) word() (JSON, error) {
	for word, value := range map[string]JSON{"true": true, "false": false, "null": nil} {
		if end := r.at + len(word); end <= len(r.text) && string(r.text[r.at:end]) == word {
			r.at = end
			return value, nil
		}
	}
	if r.at == len(r.text) {
		return nil, r.fail("the text ends too early")
	}
	return nil, r.fail("a value is wanted: text in double quotes, a number, true, false, null, an object or a list")
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }

func (r *jsonReader) number() (JSON, error) {
	begin := r.at
	if r.next() == '-' {
		r.at++
	}
	if r.next() == '0' {
		r.at++
	} else if r.digits() == 0 {
		return nil, r.fail("a digit is wanted")
	}
	if r.next() == '.' {
		r.at++
		if r.digits() == 0 {
			return nil, r.fail("a digit is wanted after the point")
		}
	}
	if b := r.next(); b == 'e' || b == 'E' {
		r.at++
		if b := r.next(); b == '+' || b == '-' {
			r.at++
		}
		if r.digits() == 0 {
			return nil, r.fail("a digit is wanted in the exponent")
		}
	}
	return Number(r.text[begin:r.at]), nil
}

// digits reads digits and returns how many.
func (r *jsonReader) digits() int {
	begin := r.at
	for isDigit(r.next()) {
		r.at++
	}
	return r.at - begin
}

func (r *jsonReader) string() (string, error) {
	r.at++ // the quote
	var text []byte
	for {
		begin := r.at
		for r.at < len(r.text) && r.text[r.at] >= ' ' && r.text[r.at] != '"' && r.text[r.at] != '\\' {
			r.at++
		}
		text = append(text, r.text[begin:r.at]...)
		switch {
		case r.at == len(r.text):
			return "", r.fail("a double quote is missing at the end of a text")
		case r.text[r.at] == '"':
			r.at++
			return string(text), nil
		case r.text[r.at] < ' ':
			return "", r.fail(`a control character stands in a text: write it as an escape, such as \n`)
		}
		c, err := r.escape()
		if err != nil {
			return "", err
		}
		text = utf8.AppendRune(text, c)
	}
}

var escapes = map[byte]rune{
	'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t',
}

// escape reads an escape. Half a pair of surrogates stands for no character.
func (r *jsonReader) escape() (rune, error) {
	begin := r.at
	r.at++ // the backslash
	if c, ok := escapes[r.next()]; ok {
		r.at++
		return c, nil
	}
	first, ok := r.hex()
	if !ok {
		return 0, r.failAt(begin, "this escape is none of JSON's")
	}
	if !utf16.IsSurrogate(first) {
		return first, nil
	}
	if r.next() == '\\' {
		r.at++
		if second, ok := r.hex(); ok {
			if c := utf16.DecodeRune(first, second); c != utf8.RuneError {
				return c, nil
			}
		}
	}
	return 0, r.failAt(begin, "this escape is half of a character")
}

// hex reads u and four digits.
func (r *jsonReader) hex() (rune, bool) {
	end := r.at + 5
	if r.next() != 'u' || end > len(r.text) {
		return 0, false
	}
	n, err := strconv.ParseUint(string(r.text[r.at+1:end]), 16, 16)
	if err != nil {
		return 0, false
	}
	r.at = end
	return rune(n), true
}
