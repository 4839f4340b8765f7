//go:build e2e

package script

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// The editor's function says the same of every case, and of what nobody thought of.
func TestJavaScriptSaysTheSame(t *testing.T) {
	var texts []string
	for _, c := range cases(t) {
		texts = append(texts, c.Script)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		texts = append(texts, soup(random))
	}
	for i, got := range inJavaScript(t, texts) {
		if want := short(Reads(texts[i])); !slices.Equal(got, want) {
			t.Errorf("%q\nin JavaScript %q\nin Go         %q", texts[i], got, want)
		}
	}
}

// It takes long texts as well as Go does.
func TestLongTextsInJavaScript(t *testing.T) {
	inJavaScript(t, slices.DeleteFunc(long(), func(text string) bool { return strings.Contains(text, "\x80") }))
}

func inJavaScript(t *testing.T, texts []string) [][]string {
	t.Helper()
	question, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	node := exec.Command("node", "testdata/reads.mjs")
	node.Stdin = bytes.NewReader(question)
	output, err := node.Output()
	if err != nil {
		t.Fatalf("node: %v", err)
	}
	var answers [][]string
	if err := json.Unmarshal(output, &answers); err != nil {
		t.Fatal(err)
	}
	return answers
}

// pieces are what scripts are made of, as far as it matters here.
var pieces = []string{
	"context", ".secrets", ".webtask", "?.secrets", "['secrets']", ".A", "?.B", "['C']", `["D"]`, "[`E`]", "?.['F']", "[n]", "?.[n]",
	"context.secrets", "context.webtask.secrets", "context", "s", "q", "const ", "return ", "foo", ".", "?.", "...", ".toString",
	"=", " = ", "==", "=>", "+=", "||", "{", "}", "(", ")", "[", "]", ",", ":", ";", "{ A, B: b, ...r }", "{ secrets }", "{ secrets: q }",
	"{ secrets: q } = context;", "s = context.secrets;", "s.G", "q.H", "'", "\"", "`", "${", "\\", "/", "//", "/*", "*/", "/a/", " / ",
	"\n", "\r\n", "\r", " ", "\t", "\u2028", "\u00a0", "\ufeff", "1", ".5", "1.", "é", "名", "👧", "$", "_", "#", "@", "\x00", "\x7f", "in",
}

func soup(random *rand.Rand) string {
	var b strings.Builder
	for range random.IntN(40) {
		b.WriteString(pieces[random.IntN(len(pieces))])
	}
	return b.String()
}
