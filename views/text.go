// Package views draws the pages. Every view takes one props struct that holds
// plain strings, numbers and times: what a person may see and do was decided
// before, and an empty URL hides its button. Views know no store, so no value
// gets into a page unless somebody put it into a field named Value.
package views

import (
	"context"
	"fmt"
	"html"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/a-h/templ"
)

// fullTime is a moment to the second, as titles and details show it.
const fullTime = "2 January 2006, 15:04:05 UTC"

// When is a moment as seen from Now. A zero At means never.
type When struct{ At, Now time.Time }

// String is relative up to 7 days ("3 days ago"), then the day ("12 Aug"), and
// with the year once that is another one. Always UTC.
func (w When) String() string {
	at, now := w.At.UTC(), w.Now.UTC()
	switch age := now.Sub(at); {
	case w.At.IsZero():
		return "Never"
	case age < time.Minute:
		return "Just now"
	case age < time.Hour:
		return fmt.Sprintf("%d min ago", age/time.Minute)
	case age < 24*time.Hour:
		return fmt.Sprintf("%d h ago", age/time.Hour)
	case age < 48*time.Hour:
		return "Yesterday"
	case age < 7*24*time.Hour:
		return fmt.Sprintf("%d days ago", age/(24*time.Hour))
	case at.Year() == now.Year():
		return at.Format("2 Jan")
	default:
		return at.Format("2 Jan 2006")
	}
}

// until says how long it is from Now, rounded down: "in 5 days".
func (w When) until() string {
	left := w.At.Sub(w.Now)
	switch {
	case left >= 48*time.Hour:
		return fmt.Sprintf("in %d days", left/(24*time.Hour))
	case left >= 24*time.Hour:
		return "in 1 day"
	case left >= time.Hour:
		return fmt.Sprintf("in %d h", left/time.Hour)
	case left >= time.Minute:
		return fmt.Sprintf("in %d min", left/time.Minute)
	default:
		return "in a moment"
	}
}

// day is the day alone, for the middle of a sentence: "14 November".
func (w When) day() string {
	at := w.At.UTC()
	if at.Year() == w.Now.UTC().Year() {
		return at.Format("2 January")
	}
	return at.Format("2 January 2006")
}

// inText is String in the middle of a sentence.
func (w When) inText() string {
	text := w.String()
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToLower(first)) + text[size:]
}

// exact writes text so that a browser keeps every character of it: escaped, and
// with a CR as a reference, because the HTML parser turns a raw one into LF.
func exact(text string) templ.Component {
	return templ.Raw(strings.ReplaceAll(html.EscapeString(text), "\r", "&#13;"))
}

// broken writes a name that may break after each underscore.
func broken(name string) templ.Component {
	return templ.Raw(breakable(name))
}

func breakable(name string) string {
	return strings.ReplaceAll(html.EscapeString(name), "_", "_<wbr>")
}

// mention writes a sentence around a name, with no space that is not in it.
// Without a name it is the sentence alone.
func mention(before, name, after string) templ.Component {
	text := html.EscapeString(before)
	if name != "" {
		text += `<span class="name">` + breakable(name) + `</span>`
	}
	return templ.Raw(text + html.EscapeString(after))
}

// count is "1 secret" or "2 secrets".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return thousands(n) + " " + noun + "s"
}

// entries is "1 entry" or "2 entries".
func entries(n int) string {
	if n == 1 {
		return "1 entry"
	}
	return thousands(n) + " entries"
}

// thousands is a number with commas: 18,270.
func thousands(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// initials are the first letters of the first and the last word of a name.
func initials(name string) string {
	words := strings.Fields(name)
	if len(words) == 0 {
		return "?"
	}
	letters := firstLetter(words[0])
	if len(words) > 1 {
		letters += firstLetter(words[len(words)-1])
	}
	return letters
}

func firstLetter(word string) string {
	letter, _ := utf8.DecodeRuneInString(word)
	return string(unicode.ToUpper(letter))
}

// hue is the class of a person's colour: one of five, always the same for a name.
func hue(name string) string {
	sum := 0
	for _, b := range []byte(name) {
		sum += int(b)
	}
	return fmt.Sprintf("hue-%d", sum%5+1)
}

// scriptMeta says how a script looks from outside: "JavaScript, 22 lines, LF", and
// how long it is once that may matter.
func scriptMeta(script string) string {
	words := map[string]string{"lf": "LF", "crlf": "CRLF", "mixed": "mixed line ends"}
	meta := "JavaScript, " + count(strings.Count(script, "\n")+1, "line") + ", " + words[lineEnds(script)]
	if len(script) >= longScript {
		meta += fmt.Sprintf(", %d of 512 KB", (len(script)+1023)/1024)
	}
	return meta
}

const longScript = 400_000

// lineEnds is the kind of line end a script uses: lf, crlf or mixed.
func lineEnds(script string) string {
	pairs := strings.Count(script, "\r\n")
	switch {
	case !strings.Contains(script, "\r"):
		return "lf"
	case pairs == strings.Count(script, "\n") && pairs == strings.Count(script, "\r"):
		return "crlf"
	default:
		return "mixed"
	}
}

// trigger is how a page shows one of the product's triggers.
type trigger struct{ label, icon string }

var triggers = map[string]trigger{
	"credentials-exchange":   {"Client credentials exchange", "bot"},
	"pre-user-registration":  {"Pre-user registration", "user-check"},
	"post-user-registration": {"Post-user registration", "user-plus"},
	"post-change-password":   {"Post-change password", "lock-keyhole"},
	"send-phone-message":     {"Send phone message", "message-square-text"},
}

func triggerOf(id string) trigger {
	if t, ok := triggers[id]; ok {
		return t
	}
	return trigger{id, "webhook"}
}

// TriggersNamed are the triggers in whose names, as pages show them, a text occurs.
func TriggersNamed(text string) []string {
	var ids []string
	for id, t := range triggers {
		if strings.Contains(strings.ToLower(t.label), strings.ToLower(text)) {
			ids = append(ids, id)
		}
	}
	return ids
}

type sheetKey struct{}

// inSheet tells whether a dialog is drawn as a page of its own.
func inSheet(ctx context.Context) bool { return ctx.Value(sheetKey{}) != nil }

// onSheet draws a dialog's content as the body of a page: same markup, but with
// the page's h1, and nothing that closes a dialog.
func onSheet(content templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return content.Render(context.WithValue(ctx, sheetKey{}, true), w)
	})
}
