package formats

import (
	"crypto/rand"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Keywords gives the text that stands for a keyword of the Deploy CLI, ##KEY## or
// @@KEY@@, if there is one.
type Keywords func(key string) (text string, known bool)

// mark is a keyword as it stands in a text. The Deploy CLI puts in what stands for it:
// the text itself for ##KEY##, the text as JSON for @@KEY@@.
type mark struct {
	begin, end         int
	written, key, text string
	known              bool
	asNote             bool // hidden as a comment would be
}

func (m mark) isJSON() bool { return m.written[0] == '@' }

const maxKey = 128 // bytes of a key

// usualKey is a key that can be told from whatever else stands between two signs.
var usualKey = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)

// next finds the first keyword from a place on.
func (k Keywords) next(text string, from int) (mark, bool) {
	for {
		m, ok := findMark(text, from)
		if !ok {
			return mark{}, false
		}
		if k != nil {
			m.text, m.known = k(m.key)
		}
		later, more := findMark(text, m.begin+1)
		if m.known || usualKey.MatchString(m.key) || !more || later.begin >= m.end {
			return m, true
		}
		from = later.begin // Its last signs are the first of one that is a keyword more likely.
	}
}

func findMark(text string, from int) (mark, bool) {
	for i := from; i+1 < len(text); i++ {
		sign := text[i]
		if sign != '#' && sign != '@' || text[i+1] != sign {
			continue
		}
		rest := text[i+2:]
		n := strings.IndexFunc(rest[:min(len(rest), maxKey+1)], func(c rune) bool {
			return c == rune(sign) || c == '\'' || c == utf8.RuneError || escaped(c)
		})
		if end := i + n + 4; n > 0 && strings.HasPrefix(rest[n:], text[i:i+2]) {
			return mark{begin: i, end: end, written: text[i:end], key: rest[:n]}, true
		}
	}
	return mark{}, false
}

// inScript puts in what stands for the keywords of a script, and returns those that
// nothing stands for: they stay as they are.
func (k Keywords) inScript(script string) (filled string, left marks) {
	return fill(script, k.next)
}

func fill(text string, next func(text string, from int) (mark, bool)) (filled string, left marks) {
	var b strings.Builder
	after := 0
	for m, ok := next(text, 0); ok; m, ok = next(text, after) {
		insert := m.text
		switch {
		case !m.known:
			insert = m.written
			left = append(left, m)
		case m.isJSON():
			insert = quoted(m.text)
			if inQuotes(text[after:], m.begin-after, m.end-after) {
				m.begin, m.end = m.begin-1, m.end+1 // The Deploy CLI takes JSON in quotes for JSON.
			}
		}
		b.WriteString(text[after:m.begin] + insert)
		after = m.end
	}
	if after == 0 {
		return text, nil
	}
	return b.String() + text[after:], left
}

// marks are those of one text that nothing stands for.
type marks []mark

// usual are those that look like keywords, each once.
func (m marks) usual() []string {
	var list []string
	for _, m := range m {
		if usualKey.MatchString(m.key) {
			list = append(list, m.written)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func inQuotes(text string, begin, end int) bool {
	return begin > 0 && end < len(text) && text[begin-1] == text[end] && (text[end] == '"' || text[end] == '\'')
}

// tokens stand for the keywords of one file while it is read. The Deploy CLI replaces
// keywords in the text of a file, so that a quote or a line end in a value makes
// another file of it. A token is a word that means nothing to any reader, and what
// stands for the keyword is put in once the file is read. To both of them a keyword
// that is written with an escape is text.
type tokens struct {
	keywords Keywords
	find     *regexp.Regexp
	word     string // in every token, and nowhere else
	marks    []mark // by the number in their token
}

func newTokens(k Keywords) *tokens {
	word := "K" + rand.Text()
	return &tokens{k, regexp.MustCompile("#?" + word + `(\d+)K`), word, nil}
}

// hide puts a token in the place of every keyword. place writes it, and is told what
// stands between the keyword and the one before.
func (t *tokens) hide(text string, place func(between, token string, m mark) string) string {
	var hidden strings.Builder
	after := 0
	for m, ok := t.keywords.next(text, 0); ok; m, ok = t.keywords.next(text, after) {
		between, token := text[after:m.begin], t.word+strconv.Itoa(len(t.marks))+"K"
		written := place(between, token, m)
		m.asNote = written[0] == '#'
		t.marks = append(t.marks, m)
		hidden.WriteString(between + written)
		after = m.end
	}
	return hidden.String() + text[after:]
}

// hideInYAML leaves a comment what is one unless something stands for it.
func (t *tokens) hideInYAML(text string) string {
	before := "\n"
	return t.hide(text, func(between, token string, m mark) string {
		before += between
		begins := strings.HasSuffix(strings.TrimRight(before, " \t"), "\n")
		follows := strings.HasSuffix(before, " ") && strings.Contains(m.key, " ")
		before = ""
		if !m.known && !m.isJSON() && (begins || follows) {
			return "#" + token
		}
		return token
	})
}

// hideInJSON makes a text of a keyword that stands outside of one.
func (t *tokens) hideInJSON(text string) string {
	inText := false
	return t.hide(text, func(between, token string, _ mark) string {
		for i := 0; i < len(between); i++ {
			switch between[i] {
			case '\\':
				i++
			case '"':
				inText = !inText
			}
		}
		if inText {
			return token
		}
		return `"` + token + `"`
	})
}

// next finds the first token from a place on.
func (t *tokens) next(text string, from int) (mark, bool) {
	at := t.find.FindStringSubmatchIndex(text[from:])
	if at == nil {
		return mark{}, false
	}
	number, _ := strconv.Atoi(text[from+at[2] : from+at[3]])
	m := t.marks[number]
	m.begin, m.end = from+at[0], from+at[1]
	if text[m.begin] == '#' && !m.asNote {
		m.begin++
	}
	return m, true
}

// fill puts in what stands for the keywords of a text that was read, and returns those
// that nothing stands for.
func (t *tokens) fill(text string) (filled string, left marks) {
	if !strings.Contains(text, t.word) {
		return text, nil
	}
	if m, ok := t.whole(text); ok && m.known {
		return m.text, nil // A text is written as it is either way.
	}
	return fill(text, t.next)
}

// whole is the keyword that a text is, and nothing else.
func (t *tokens) whole(text string) (mark, bool) {
	if !strings.Contains(text, t.word) {
		return mark{}, false
	}
	m, ok := t.next(text, 0)
	return m, ok && m.begin == 0 && m.end == len(text)
}

// pending tells whether a text is nothing but a keyword that nothing stands for.
func (t *tokens) pending(text string) bool {
	m, ok := t.whole(strings.TrimSpace(text))
	return ok && !m.known
}
