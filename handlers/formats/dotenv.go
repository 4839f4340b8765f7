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
	for r.at < len(r.text) {
		r.entry()
		r.nextLine()
	}
	return r.result()
}

// rest is what is left of the line, without its end.
func (r *dotenvReader) rest() string {
	rest, _, ended := strings.Cut(r.text[r.at:], "\n")
	if ended {
		rest = strings.TrimSuffix(rest, "\r")
	}
	return rest
}

func (r *dotenvReader) nextLine() {
	if strings.Contains(r.rest(), "\r") {
		r.fail(r.line, "a carriage return stands here without a line feed: put the value in quotes, or end the lines as Unix or Windows does")
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
	begin := r.line
	r.at += strings.IndexByte(r.text[r.at:], '=') + 1
	v, closed := r.value()
	name := strings.TrimRight(before, blanks)
	if name != before {
		v.unclear = spacesAtEquals
	}
	if after, ok := strings.CutPrefix(name, "export"); ok && strings.TrimLeft(after, blanks) != after {
		name = strings.TrimLeft(after, blanks)
	}
	switch what := notAName(name); {
	case what != "":
		r.fail(begin, what)
	case !closed:
		r.fail(begin, "the quote that opens here is never closed")
	case v.unclear != "":
		r.unclear(begin, name, v.unclear)
	default:
		r.add(begin, name, v.text, IsKeyword(v.written))
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

// dotenvValue is what stands behind an = sign: the value, the value as it is written if
// it may be a keyword, or why it is unclear.
type dotenvValue struct{ text, written, unclear string }

// value reads what stands behind the = sign, and tells whether it ends.
func (r *dotenvReader) value() (v dotenvValue, closed bool) {
	rest := r.rest()
	text := strings.TrimLeft(rest, blanks)
	if text != "" && strings.IndexByte("\"'`", text[0]) >= 0 {
		r.at += len(rest) - len(text)
		v, closed = r.quoted(text[0])
	} else {
		v, closed = bare(text), true
	}
	if text != "" && text != rest {
		v.unclear = spacesAtEquals
	}
	return v, closed
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
func (r *dotenvReader) quoted(quote byte) (v dotenvValue, closed bool) {
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
		v.text = inner // and never a keyword
	case '"':
		v = doubleQuoted(inner)
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

// doubleQuoted is the value of a text in double quotes.
func doubleQuoted(text string) dotenvValue {
	if !strings.Contains(text, `\`) {
		return dotenvValue{text: text, written: text}
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == '\\' {
			i++
			escaped, known := dotenvEscapes[text[i]]
			if !known {
				return dotenvValue{unclear: unknownEscape}
			}
			c = escaped
		}
		b.WriteByte(c)
	}
	return dotenvValue{text: b.String()}
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
