package script

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// cases hold for this package and for static/src/reads.js alike.
func cases(t testing.TB) []testCase {
	t.Helper()
	file, err := os.ReadFile("testdata/reads.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []testCase
	if err := json.Unmarshal(file, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

type testCase struct {
	What, Script string
	Reads        []string // NAME:line, or *:line for a name that is not known
}

func TestReads(t *testing.T) {
	for _, c := range cases(t) {
		reads := Reads(c.Script)
		if got := short(reads); !slices.Equal(got, c.Reads) {
			t.Errorf("%s: %q\nreads %q\nwant  %q", c.What, c.Script, got, c.Reads)
		}
		for _, r := range reads {
			if got := c.Script[r.From : r.From+len(r.Name)]; got != r.Name {
				t.Errorf("%s: at the place of %q stands %q", c.What, r.Name, got)
			}
		}
	}
}

func short(reads []Read) []string {
	list := []string{}
	for _, r := range reads {
		name := r.Name
		if name == "" {
			name = "*"
		}
		list = append(list, fmt.Sprint(name, ":", r.Line))
	}
	return list
}

// hard are texts that would take hours if any piece of them were looked at again
// and again.
var hard = []string{
	"(", "{", "}", "[{", "${", "`${", "`${`", "`", "'", "'\n", "/", "/[", "a=/[", "/*", "//", "\\", "\r", "*/",
	"{A", "{A}=", "{[", "={", "}=", "{}=context.secrets", "{A,", "{...", "{A:", "{secrets:",
	"context", "context.", "context.webtask.", "context.secrets.", "context.secrets.A\n", "context.secrets[", "s=",
	"s=context.secrets;s.A;", "?.", "?.5", "...", "=", ")", "a", "1", "é", "\u2028", "\x80",
}

// TestLongTexts ends, because the time grows with the length alone.
func TestLongTexts(t *testing.T) {
	for _, text := range long() {
		Reads(text)
	}
}

// long are scripts of the greatest length there may be.
func long() []string {
	var all []string
	for _, piece := range hard {
		all = append(all, strings.Repeat(piece, 512<<10/len(piece)))
	}
	nested := strings.Repeat("{A:", 100_000) + strings.Repeat("}=context.secrets", 10_000)
	return append(all, nested, "s=context.secrets;"+strings.Repeat("{", 30_000)+strings.Repeat("A}=s;", 30_000))
}

func FuzzReads(f *testing.F) {
	for _, c := range cases(f) {
		f.Add(c.Script)
	}
	for _, piece := range hard {
		f.Add(strings.Repeat(piece, 3))
	}
	f.Fuzz(func(t *testing.T, text string) {
		from := -1
		for _, r := range Reads(text) {
			switch {
			case r.From < from:
				t.Errorf("%+v comes after one at %d", r, from)
			case !strings.HasPrefix(text[r.From:], r.Name):
				t.Errorf("%+v is not in the text there", r)
			case r.Line != 1+strings.Count(text[:r.From], "\n"):
				t.Errorf("%+v is on another line", r)
			}
			from = r.From
		}
	})
}
