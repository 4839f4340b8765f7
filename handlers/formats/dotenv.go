package formats

import (
	"bufio"
	"io"
	"regexp"
	"strings"
	"unicode"
)

// dotenvReader reads a .env file. There is no standard of them; this is what the tools
// agree on. A line is NAME=value, with or without export before it. In single quotes a
// value is what stands there; in double quotes \n, \r, \t, \", \\, \$ and \` are
// escapes; in both it may go over several lines. Without quotes it goes to the end of
// its line. # begins a comment, at the beginning of a line and behind a quoted value.
// $ is a character like any other. Where the tools disagree, the value is unclear.
type dotenvReader struct {
	entries
	text string
	at   int
	line int // the one that at is on
}

func readDotenv(text []byte) ([]Secret, error) {
	r := &dotenvReader{text: string(withoutMark(text)), line: 1}
	r.check(r.text)
	for r.at < len(r.text) && !r.full(r.line) {
		r.entry()
		r.nextLine()
	}
	return r.result()
}

// rest is what is left of the line, without its end.
func (r *dotenvReader) rest() string {
	rest, _, _ := strings.Cut(r.text[r.at:], "\n")
	return strings.TrimSuffix(rest, "\r")
}

func (r *dotenvReader) nextLine() {
	rest := r.rest()
	if strings.Contains(rest, "\r") {
		r.fail(r.line, "a carriage return stands within the line: put the value in quotes, or end the lines as Unix or Windows does")
	}
	_, after, _ := strings.Cut(r.text[r.at:], "\n")
	r.at = len(r.text) - len(after)
	r.line++
}

// entry reads the entry that begins on this line, if one does.
func (r *dotenvReader) entry() {
	line := strings.TrimLeft(r.rest(), blanks)
	if line == "" || line[0] == '#' {
		return
	}
	before, _, found := strings.Cut(line, "=")
	if !found {
		r.fail(r.line, "there is no = here, and NAME=value is wanted")
		return
	}
	name := strings.TrimRight(before, blanks)
	if after, ok := strings.CutPrefix(name, "export"); ok && strings.TrimLeft(after, blanks) != after {
		name = strings.TrimLeft(after, blanks)
	}
	if what := notAName(name); what != "" {
		r.fail(r.line, what)
		return
	}
	begin := r.line
	r.at += strings.IndexByte(r.text[r.at:], '=') + 1
	v, ok := r.value()
	switch {
	case !ok:
		r.fail(begin, "the quote that opens here is never closed")
	case strings.TrimRight(before, blanks) != before:
		r.unclear(begin, name, spacesAtEquals)
	case v.unclear != "":
		r.unclear(begin, name, v.unclear)
	default:
		r.add(begin, name, v.text, v.written)
	}
}

const blanks = " \t"

// notAName says why a text is no name, or nothing.
func notAName(name string) string {
	switch {
	case name == "":
		return "there is no name before the ="
	case strings.ContainsAny(name, blanks):
		return "a space stands in the name before the ="
	case name[0] == '#' || strings.ContainsFunc(name, neverInName):
		return "the name before the = has a character that no name has"
	}
	return ""
}

func neverInName(c rune) bool {
	return c == '"' || c == '\'' || c == '`' || unicode.IsSpace(c) || !unicode.IsGraphic(c)
}

// Why a value is unclear, and what to do.
const (
	spacesAtEquals = "Spaces stand beside the = sign, and tools disagree on them. Take them out, or put the value in quotes right behind the sign."
	spacesAtEnd    = "Spaces stand behind the value. Take them out, or put the value in single quotes if they belong to it."
	commentOrValue = "The # may begin a comment or belong to the value. Put the value in single quotes, without the comment."
	quoteWithin    = "A quote stands within a value that doesn't begin with it. Put the whole value in quotes."
	escapeOrNot    = `The \ may begin an escape or belong to the value. Put the value in single quotes if it belongs to it.`
	leadingEquals  = "The value begins with the = sign. Put it in single quotes."
	textBehind     = "Text stands behind the closing quote. Put the whole value in quotes, or take the text out."
	unknownEscape  = `A \ stands before a character that is no escape. Write \\ for the \ itself, or put the value in single quotes.`
	backquotes     = "Backquotes are quotes to some tools and run a command in others. Use single or double quotes."
)

// dotenvValue is what stands behind an = sign.
type dotenvValue struct{ text, written, unclear string }

// value reads what stands behind the = sign, and is not ok if a quote is not closed.
func (r *dotenvReader) value() (v dotenvValue, ok bool) {
	rest := r.rest()
	trimmed := strings.TrimLeft(rest, blanks)
	spaced := trimmed != "" && trimmed != rest
	ok = true
	if trimmed != "" && strings.IndexByte("\"'`", trimmed[0]) >= 0 {
		r.at += len(rest) - len(trimmed)
		v, ok = r.quoted(trimmed[0])
	} else {
		v = bare(trimmed)
	}
	if spaced {
		v.unclear = spacesAtEquals
	}
	return v, ok
}

// bare is a value without quotes.
func bare(text string) dotenvValue {
	v := dotenvValue{text: text, written: text}
	switch {
	case IsKeyword(text) && strings.TrimSpace(text) == text:
	case strings.Contains(text, "#"):
		v.unclear = commentOrValue
	case strings.ContainsAny(text, "\"'"):
		v.unclear = quoteWithin
	case strings.Contains(text, "`"):
		v.unclear = backquotes
	case strings.Contains(text, `\`):
		v.unclear = escapeOrNot
	case strings.HasPrefix(text, "="):
		v.unclear = leadingEquals
	case strings.TrimRight(text, blanks) != text:
		v.unclear = spacesAtEnd
	}
	return v
}

// quoted reads a value in quotes, from the quote that opens it to the end of what
// belongs to it.
func (r *dotenvReader) quoted(quote byte) (v dotenvValue, ok bool) {
	inner := r.text[r.at+1:]
	end := closing(inner, quote)
	if end < 0 {
		return v, false
	}
	inner = inner[:end]
	r.at += 1 + end + 1
	r.line += strings.Count(inner, "\n")
	switch quote {
	case '\'':
		v.text = inner // what is written between them is never a keyword
	case '"':
		v.text, ok = unescape(inner)
		v.written = inner
		if !ok {
			v.unclear = unknownEscape
		}
	default:
		v.unclear = backquotes
	}
	rest := r.rest()
	if behind := strings.TrimLeft(rest, blanks); behind != "" && (behind == rest || behind[0] != '#') {
		v.unclear = textBehind
	}
	return v, true
}

// closing finds the quote that closes a text, or -1.
func closing(text string, quote byte) int {
	if quote != '"' {
		return strings.IndexByte(text, quote)
	}
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}

var dotenvEscapes = map[byte]byte{'n': '\n', 'r': '\r', 't': '\t', '"': '"', '\\': '\\', '$': '$', '`': '`'}

// unescape is the value of a text in double quotes, if all of its escapes are known.
func unescape(text string) (string, bool) {
	if !strings.Contains(text, `\`) {
		return text, true
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == '\\' {
			i++
			escaped, known := dotenvEscapes[text[i]]
			if !known {
				return "", false
			}
			c = escaped
		}
		b.WriteByte(c)
	}
	return b.String(), true
}

type dotenvWriter struct{ *bufio.Writer }

func newDotenvWriter(w io.Writer) SecretsWriter { return dotenvWriter{bufio.NewWriter(w)} }

func (w dotenvWriter) Write(s Secret) error {
	value := Placeholder
	if !s.Pending {
		value = dotenvQuoted(s.Value)
	}
	_, err := w.WriteString(s.Name + "=" + value + "\n")
	return err
}

func (w dotenvWriter) Close() error { return w.Flush() }

var (
	bareEverywhere = regexp.MustCompile(`^[A-Za-z0-9_./:@%+,-]+$`)
	inDouble       = strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`, "`", "\\`", "\r", `\r`)
)

// dotenvQuoted is a value in the form that most tools read as it is meant: without
// quotes if nothing in it could mean something, else in single quotes, in which nothing
// is replaced, else in double quotes. A carriage return is always written as an escape,
// as editors change those in a file. A value that looks like a keyword stands in single
// quotes, where none is.
func dotenvQuoted(value string) string {
	switch {
	case bareEverywhere.MatchString(value) && !IsKeyword(value):
		return value
	case !strings.ContainsAny(value, "'\r"):
		return "'" + value + "'"
	}
	return `"` + inDouble.Replace(value) + `"`
}
