package dashboard

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"hooksafe/views"
)

func TestDifference(t *testing.T) {
	numbers := func(from, to int) string {
		var b strings.Builder
		for i := from; i <= to; i++ {
			fmt.Fprintln(&b, i)
		}
		return b.String()
	}
	for _, c := range []struct{ name, old, new, want string }{
		{"the same", "a\nb\n", "a\nb\n", ""},
		{"a line changes", "a\nb\nc\n", "a\nB\nc\n", "1 1 =a|2 - b|2 + B|3 3 =c"},
		{"nothing at all became something", "a\n", "b\n", "1 - a|1 + b"},
		{"far from the start", numbers(1, 9), numbers(1, 8) + "x\n", "gap|6 6 =6|7 7 =7|8 8 =8|9 - 9|9 + x"},
		{"two places", numbers(1, 20), "0\n" + numbers(1, 19) + "x\n",
			"1 + 0|1 2 =1|2 3 =2|3 4 =3|gap|17 18 =17|18 19 =18|19 20 =19|20 - 20|21 + x"},
		{"three places, two of them near", numbers(1, 20), "0\n" + numbers(1, 3) + "y\n" + numbers(4, 19) + "x\n",
			"1 + 0|1 2 =1|2 3 =2|3 4 =3|5 + y|4 6 =4|5 7 =5|6 8 =6|gap|17 19 =17|18 20 =18|19 21 =19|20 - 20|22 + x"},
		{"no break at the end", "a\nb", "a\nb\n", "1 1 =a|2 - b!|2 + b"},
		{"both CRLF", "a\r\nb\r\n", "a\r\nc\r\n", "1 1 =a|2 - b|2 + c"},
		{"LF becomes CRLF", "a\nb\n", "a\r\nb\n", "1 - a|1 + a␍|2 2 =b"},
		{"a lone CR", "a\rb\n", "a\rc\n", "1 - a␍b|1 + a␍c"},
		{"mixed on both sides", "a\r\nb\n", "a\r\nc\n", "1 1 =a␍|2 - b|2 + c"},
	} {
		got, err := difference(c.old, c.new)
		if drawn := draw(got); err != nil || drawn != c.want {
			t.Errorf("%s: %s, %v\nwant %s", c.name, drawn, err, c.want)
		}
	}
}

func draw(d views.DiffProps) string {
	var lines []string
	for _, l := range d.Lines {
		end := map[bool]string{true: "!"}[l.NoEnd]
		switch l.Kind {
		case views.DiffGap:
			lines = append(lines, "gap")
		case views.DiffAdded:
			lines = append(lines, fmt.Sprintf("%d + %s%s", l.New, l.Text, end))
		case views.DiffRemoved:
			lines = append(lines, fmt.Sprintf("%d - %s%s", l.Old, l.Text, end))
		default:
			lines = append(lines, fmt.Sprintf("%d %d =%s%s", l.Old, l.New, l.Text, end))
		}
	}
	return strings.Join(lines, "|")
}

// The longest scripts there may be, which have as much to compare as can be, still
// make a page of a size that can be shown.
func TestDifferenceIsBounded(t *testing.T) {
	const longest = 512 << 10
	random := rand.New(rand.NewPCG(1, 2))
	letters := func() string {
		var b strings.Builder
		for b.Len() < longest {
			b.WriteByte('a' + byte(random.IntN(3)))
			b.WriteByte('\n')
		}
		return b.String()
	}
	for name, pair := range map[string][2]string{
		"three letters": {letters(), letters()},
		"all different": {strings.Repeat("a\n", longest/2), strings.Repeat("b\n", longest/2)},
		"one long line": {strings.Repeat("é", longest/2), strings.Repeat("b", longest)},
		"every second":  {strings.Repeat("a\nb\n", longest/4), strings.Repeat("a\nc\n", longest/4)},
		"all removed":   {strings.Repeat("\n", longest), "a"},
	} {
		got, err := difference(pair[0], pair[1])
		size := 0
		for _, l := range got.Lines {
			size += len(l.Text)
		}
		if err != nil || len(got.Lines) > maxDiffLines || size > maxDiffLines*maxDiffText {
			t.Errorf("%s: %d lines of %d bytes, %v", name, len(got.Lines), size, err)
		}
		if name != "one long line" && got.More == 0 {
			t.Errorf("%s: nothing is said to be left out", name)
		}
		if name == "one long line" && (got.Lines[0].Cut != longest-400 || got.Lines[0].Text != strings.Repeat("é", 200)) {
			t.Errorf("%s: %d bytes are left out of it", name, got.Lines[0].Cut)
		}
	}
}
