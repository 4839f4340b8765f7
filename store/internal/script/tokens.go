package script

import (
	"strings"
	"unicode/utf8"
)

// kind tells tokens apart as far as it matters here.
type kind uint8

const (
	noToken     kind = iota
	nameToken        // keywords too
	stringToken      // in any quotes, without a backslash or ${ in it
	valueToken       // any other string, a number, a regular expression
	signToken        // anything else; text in backquotes up to ${ is an opening bracket
)

// token is a piece of the text. match is the other half of a pair of brackets, or
// -1.
type token struct {
	kind       kind
	start, end int
	match      int
}

// operators make one sign together, so that = alone is an assignment.
const operators = "+-*%&|^<>=!?~"

// keywords are those that an operand follows: / begins a regular expression
// behind them.
var keywords = map[string]bool{
	"await": true, "break": true, "case": true, "catch": true, "class": true, "const": true, "continue": true,
	"debugger": true, "default": true, "delete": true, "do": true, "else": true, "export": true, "extends": true,
	"finally": true, "for": true, "function": true, "if": true, "import": true, "in": true, "instanceof": true,
	"let": true, "new": true, "return": true, "switch": true, "throw": true, "try": true, "typeof": true,
	"var": true, "void": true, "while": true, "with": true, "yield": true,
}

type tokenizer struct {
	text   string
	at     int
	tokens []token
	open   []int // brackets that are not closed yet
	braces int   // how many of them are { or ${
}

// tokenize cuts a text into tokens and leaves out white space and comments. What
// is never closed reaches to the end of its line, or of the text.
func tokenize(text string) []token {
	t := tokenizer{text: text}
	for t.at < len(text) {
		t.next()
	}
	return t.tokens
}

func (t *tokenizer) next() {
	rest := t.text[t.at:]
	r, size := utf8.DecodeRuneInString(rest)
	switch {
	case isSpace(r):
		t.at += size
	case strings.HasPrefix(rest, "//"):
		t.at += lineEnd(rest)
	case strings.HasPrefix(rest, "/*"):
		t.at += commentEnd(rest)
	case r == '"' || r == '\'':
		t.quoted(byte(r))
	case r == '`':
		t.backquoted(stringToken, 1)
	case isDigit(rest) || r == '.' && isDigit(rest[1:]):
		t.add(valueToken, numberEnd(rest))
	case isNamePart(r):
		t.add(nameToken, nameEnd(rest))
	case r == '/' && !t.afterOperand():
		t.add(valueToken, regexpEnd(rest))
	case r == '(' || r == '[' || r == '{':
		t.opens(1)
	case r == ')' || r == ']' || r == '}':
		t.closes(byte(r))
	default:
		t.add(signToken, signEnd(rest))
	}
}

func (t *tokenizer) add(k kind, size int) {
	t.tokens = append(t.tokens, token{k, t.at, t.at + size, -1})
	t.at += size
}

// quoted takes a string up to its quote or the end of its line.
func (t *tokenizer) quoted(quote byte) {
	k := stringToken
	for i := t.at + 1; i < len(t.text); i++ {
		switch t.text[i] {
		case quote:
			t.add(k, i+1-t.at)
			return
		case '\n', '\r':
			t.add(valueToken, i-t.at)
			return
		case '\\':
			k = valueToken
			i += escape(t.text[i:])
		}
	}
	t.add(valueToken, len(t.text)-t.at)
}

// backquoted takes text in backquotes, of which skip characters are known, up to
// its end or the next ${.
func (t *tokenizer) backquoted(k kind, skip int) {
	for i := t.at + skip; i < len(t.text); i++ {
		switch {
		case t.text[i] == '`':
			t.add(k, i+1-t.at)
			return
		case strings.HasPrefix(t.text[i:], "${"):
			t.opens(i + 2 - t.at)
			return
		case t.text[i] == '\\':
			k = valueToken
			i += escape(t.text[i:])
		}
	}
	t.add(valueToken, len(t.text)-t.at)
}

// escape is how many characters a backslash takes with it.
func escape(text string) int {
	if strings.HasPrefix(text, "\\\r\n") {
		return 2
	}
	return 1
}

func (t *tokenizer) opens(size int) {
	t.open = append(t.open, len(t.tokens))
	t.add(signToken, size)
	if t.text[t.at-1] == '{' {
		t.braces++
	}
}

// closes ends the bracket that is open, and with a brace those that were left
// open in it. Behind ${ } text in backquotes goes on.
func (t *tokenizer) closes(with byte) {
	opened := -1
	switch {
	case with == '}' && t.braces > 0:
		for opened < 0 || t.last(opened) != '{' {
			opened = t.pop()
		}
		t.braces--
	case len(t.open) > 0 && t.last(t.open[len(t.open)-1]) == map[byte]byte{')': '(', ']': '['}[with]:
		opened = t.pop()
	}
	t.add(signToken, 1)
	if opened < 0 {
		return
	}
	closed := len(t.tokens) - 1
	t.tokens[opened].match, t.tokens[closed].match = closed, opened
	if t.size(opened) > 1 {
		t.backquoted(valueToken, 0)
	}
}

func (t *tokenizer) pop() int {
	top := t.open[len(t.open)-1]
	t.open = t.open[:len(t.open)-1]
	return top
}

func (t *tokenizer) last(i int) byte { return t.text[t.tokens[i].end-1] }
func (t *tokenizer) size(i int) int  { return t.tokens[i].end - t.tokens[i].start }

// afterOperand tells whether a / divides what stands before it.
func (t *tokenizer) afterOperand() bool {
	i := len(t.tokens) - 1
	if i < 0 {
		return false
	}
	switch last := t.tokens[i]; last.kind {
	case nameToken:
		return !keywords[t.text[last.start:last.end]] || i > 0 && t.isDot(i-1)
	case signToken:
		return strings.IndexByte(")]}", t.last(i)) >= 0
	default:
		return true
	}
}

func (t *tokenizer) isDot(i int) bool {
	text := t.text[t.tokens[i].start:t.tokens[i].end]
	return t.tokens[i].kind == signToken && (text == "." || text == "?.")
}

func isSpace(r rune) bool {
	return r <= ' ' || r == '\u00a0' || r == '\ufeff' || r == '\u2028' || r == '\u2029'
}

func isDigit(text string) bool { return text != "" && text[0] >= '0' && text[0] <= '9' }

// isNamePart takes every letter of every script, and what else is no sign of
// the language.
func isNamePart(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '$' || r > '~' && !isSpace(r)
}

func nameEnd(text string) int {
	return end(text, func(r rune) bool { return !isNamePart(r) })
}

func numberEnd(text string) int {
	return end(text, func(r rune) bool { return !isNamePart(r) && r != '.' })
}

func lineEnd(text string) int {
	return end(text, func(r rune) bool { return r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029' })
}

func end(text string, found func(rune) bool) int {
	if i := strings.IndexFunc(text, found); i >= 0 {
		return i
	}
	return len(text)
}

func commentEnd(text string) int {
	if i := strings.Index(text[2:], "*/"); i >= 0 {
		return i + 4
	}
	return len(text)
}

// regexpEnd is behind the flags of a regular expression, or where its line ends.
func regexpEnd(text string) int {
	line := text[:lineEnd(text)]
	class := false
	for i := 1; i < len(line); i++ {
		switch line[i] {
		case '\\':
			i++
		case '[':
			class = true
		case ']':
			class = false
		case '/':
			if !class {
				return i + 1 + nameEnd(line[i+1:])
			}
		}
	}
	return len(line)
}

func signEnd(text string) int {
	switch {
	case strings.HasPrefix(text, "..."):
		return 3
	case strings.HasPrefix(text, "?.") && !isDigit(text[2:]), strings.HasPrefix(text, "/="):
		return 2
	}
	if n := end(text, func(r rune) bool { return !strings.ContainsRune(operators, r) }); n > 0 {
		return n
	}
	_, size := utf8.DecodeRuneInString(text)
	return size
}
