package formats

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// asJSON is a node as encoding/json reads it, but for what a number is.
func (n *yamlNode) asJSON() any {
	switch n.kind {
	case yamlMap:
		object := map[string]any{}
		for _, m := range n.members {
			object[m.name] = m.value.asJSON()
		}
		return object
	case yamlList:
		list := []any{}
		for _, item := range n.items {
			list = append(list, item.asJSON())
		}
		return list
	case yamlFlag:
		return strings.EqualFold(n.text, "true")
	case yamlNumber:
		return yamlNumber
	case yamlNull:
		return nil
	}
	return n.text
}

func withoutNumbers(value any) any {
	switch value := value.(type) {
	case float64:
		return yamlNumber
	case []any:
		for i := range value {
			value[i] = withoutNumbers(value[i])
		}
	case map[string]any:
		for name := range value {
			value[name] = withoutNumbers(value[name])
		}
	}
	return value
}

// readYAML reads a file that has a name if there are others.
func readYAML(text []byte, file string) (*yamlNode, error) {
	f := faults{file: file}
	root := parseYAML(text, &f)
	return root, f.err()
}

// What js-yaml reads, with which the Deploy CLI reads and writes its files, is what is
// read here: texts that show every way to write a scalar, and what js-yaml and yaml of
// npm made of values that are hard to write. js-yaml 4.1.0 said what they mean.
func TestReadYAMLAsTheDeployCLI(t *testing.T) {
	text, err := os.ReadFile("testdata/js-yaml.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		YAML  string
		Reads any
	}
	if err := json.Unmarshal(text, &cases); err != nil || len(cases) < 500 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	for _, c := range cases {
		got, err := readYAML([]byte(c.YAML), "")
		if err != nil {
			t.Errorf("%q: %v", c.YAML, err)
		} else if want := withoutNumbers(c.Reads); !reflect.DeepEqual(got.asJSON(), want) {
			t.Errorf("%q: %q, want %q", c.YAML, got.asJSON(), want)
		}
	}
}

func TestYAMLKinds(t *testing.T) {
	for kind, texts := range map[yamlKind]string{
		yamlNull:   "~ null Null NULL",
		yamlFlag:   "true True TRUE false False FALSE",
		yamlNumber: "0 -1 +12 0123 0o7 0x1F 0b11 1_000 1.5 .5 -.5 1. 1e3 1E-3 .inf -.Inf .NaN 1e999 99999999999999999999999 0xfffffffffffffffffffff 0o777777777777777777777777777",
		yamlDate:   "2026-01-31 2026-01-31T10:00:00Z 2026-1-1t1:00:00.5+01:00 2026-99-99",
		yamlString: "yes no on off y n nUll tRue 1a 0xg 1.2.3 1,5 1:30 -- a:b a#b 2026-01 2026-01-31x <x> 'null' \"1\" 'true' é",
	} {
		for text := range strings.FieldsSeq(texts) {
			n, err := readYAML([]byte("A: "+text), "")
			if err != nil {
				t.Errorf("%s: %v", text, err)
			} else if got := n.get("A").kind; got != kind {
				t.Errorf("%s is %s, want %s", text, got, kind)
			}
		}
	}
}

func TestYAMLLines(t *testing.T) {
	n, err := readYAML([]byte("# x\n\nhooks:\n  - name: a\r\n    secrets: {A: 'x\n\n y',\n      B: z}\r  -\n"), "tenant.yaml")
	if err != nil {
		t.Fatal(err)
	}
	hooks := n.get("hooks")
	secrets := hooks.items[0].get("secrets")
	for what, c := range map[string][2]int{
		"the root": {n.line, 3}, "hooks": {n.members[0].line, 3}, "the list": {hooks.line, 4}, "a hook": {hooks.items[0].line, 4}, "secrets": {secrets.line, 5},
		"A": {secrets.members[0].line, 5}, "B": {secrets.members[1].line, 8}, "the last": {hooks.items[1].line, 9},
	} {
		if c[0] != c[1] {
			t.Errorf("%s is on line %d, want %d", what, c[0], c[1])
		}
	}
	if n.get("none") != nil {
		t.Error("there is a member that is not there")
	}
}

// A keyword is one wherever the Deploy CLI would replace it, and in quotes all is text
// that is not the whole value.
func TestYAMLKeywords(t *testing.T) {
	text := strings.Join([]string{
		"## All ##of## this is a comment ##", "A: ##KEY##", "B: @@KEY@@ # x", "C: '##KEY##'", `D: "@@KEY@@"`, "E: >-", "  ##KEY##", "F: |", "  ## x ##", "  y",
		`G: "\x23#KEY##"`, "H: 'x ##KEY## @@y@@'", "I: x@@y@@", "J: x##y##", "K: x ##KEY##", "L: ##KEY##x", "M: @@KEY@@x", "N: x # ##KEY##",
	}, "\n")
	want := []Secret{
		{Name: "A", Pending: true}, {Name: "B", Pending: true}, {Name: "C", Pending: true}, {Name: "D", Pending: true}, {Name: "E", Pending: true}, {Name: "F", Value: "## x ##\ny\n"},
		{Name: "G", Value: "##KEY##"}, {Name: "H", Value: "x ##KEY## @@y@@"}, {Name: "I", Value: "x@@y@@"}, {Name: "J", Value: "x##y##"}, {Name: "K", Unclear: keywordOrNot},
		{Name: "L", Unclear: keywordOrNot}, {Name: "M", Unclear: keywordOrNot}, {Name: "N", Value: "x"},
	}
	got, err := ReadSecrets(YAMLText, []byte(text))
	if err != nil || len(got) != len(want) {
		t.Fatalf("%+v, %v", got, err)
	}
	for i, s := range withoutWhere(got) {
		if s != want[i] {
			t.Errorf("%+v, want %+v", s, want[i])
		}
	}
}

func TestYAMLSecretsRefuse(t *testing.T) {
	const deep = "this is nested more than 32 deep"
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", "line 1: a mapping of names to text is wanted"},
		{"a note", "# " + planted, "line 1: a mapping"},
		{"text", "\n" + planted, "line 2: a mapping"},
		{"a list", "- A: " + planted, "line 1: a mapping"},
		{"all that is no text", "A: 1\nB: true\nC:\nD: 2026-01-31\nE: ['" + planted + "']\nF:\n  G: x\nH: 1.5\n",
			"line 1: the value is a number in YAML: put it in quotes\n" +
				"line 2: the value is true or false in YAML: put it in quotes\n" +
				"line 3: the value is null in YAML: put it in quotes\n" +
				"line 4: the value is a date in YAML: put it in quotes\n" +
				"line 5: the value is text, and a list is none\n" +
				"line 6: the value is text, and a mapping is none\n" +
				"line 8: the value is a number in YAML: put it in quotes"},
		{"names that are no text", "1: x\nnull: x\n? [a]\n: x\n? {a: b}\n: x\n",
			"line 1: the name is a number in YAML: put it in quotes\n" +
				"line 2: the name is null in YAML: put it in quotes\n" +
				"line 3: a name is text, and a list is none\n" +
				"line 5: a name is text, and a mapping is none"},
		{"no name", "A: x\n'': " + planted, "line 2: there is no name before the colon"},
		{"a name twice", "A: x\n\n\"\\x41\": " + planted, "line 3: the name of line 1 comes a second time"},
		{"a name twice, deep down", "A:\n  B: x\n  B: " + planted, "line 3: the name of line 2 comes a second time"},
		{"an anchor", "A: &a " + planted, "line 1: an anchor stands here"},
		{"an alias", "A: x\nB: *" + planted, "line 2: an alias stands here"},
		{"an anchor and its alias", "A: &a x\nB: *a", "line 1: an anchor stands here: take it out\nline 2: an alias stands here"},
		{"a merge", "A: x\n<<: {B: " + planted + "}", "line 2: a merge stands here"},
		{"a tag", "A: x\nB: !!binary " + planted, "line 2: a tag stands here"},
		{"a tag for text", "A: !!str 1", "line 1: a tag stands here"},
		{"a tag of one's own", "A: !" + planted + " x", "line 1: a tag stands here"},
		{"no tag", "A: ! 1", "line 1: the value is a number"},
		{"a directive", "  # x\n%YAML 1.2\n---\nA: x", "line 2: a directive stands here"},
		{"two documents", "A: x\n---\nB: " + planted, "line 2: a second document begins here"},
		{"an end and more", "A: x\n...\nB: " + planted, "line 3: "},
		{"not UTF-8", "A: x\nB: " + planted + "\xff", "line 2: this is not UTF-8"},
		{"a NUL", "A: x\nB: " + planted + "\x00", "line 2: a NUL"},
		{"not UTF-8, in a keyword", "A: @@" + planted + "\xff@@", "line 1: this is not UTF-8"},
		{"a control", "A: x\nB: " + planted + "\x01", "line 2: a character stands here that YAML wants as an escape"},
		{"a line end of Unicode", "A: x\nB: " + planted + "\u2028", "line 2: a character stands here"},
		{"a mark", "A: x\nB: " + planted + "\ufeff", "line 2: a character stands here"},
		{"half a character", `A: "` + planted + `\ud83d"`, "line 1: this escape stands for no character"},
		{"no escape", "A: x\nB: \"" + planted + `\q"`, `line 2: a \ stands before a character that is no escape`},
		{"an open quote", "A: '" + planted + "\nB: x\n", "line 1: the quote that opens here is never closed"},
		{"an open bracket", "A: x\nB: [" + planted + "\n", "line 2: this line, or the one before, is not YAML"},
		{"no colon", "A: x\n" + planted + "\nB: x\n", "line 2: there is no colon here"},
		{"two colons", "A: x\nB: " + planted + ": x\n", "line 2: a colon stands where none is wanted"},
		{"a colon at the end", "{A: x:}", "line 1: a text ends with a colon"},
		{"a tab", "A:\n\tB: " + planted, "line 2: "},
		{"a sign", "A: x\nB: @" + planted, "line 2: a text begins with a character that has a meaning"},
		{"text behind a sign", "A: x\nB: | " + planted + "\n  y", "line 2: a text stands behind | or >"},
		{"spaces at a line end in quotes", "A: x\nB: '" + planted + " \n  y'", "line 2: a text in quotes goes over several lines"},
		{"an escaped line end before an empty one", "A: \"" + planted + "\\\n\n  y\"", "line 1: a text in quotes goes over several lines"},
		{"33 deep", "A: " + strings.Repeat("[", 33) + strings.Repeat("]", 33), "line 1: " + deep},
		{"too much", "A: [" + strings.Repeat("x,", maxYAMLMarks), "line 1: " + tooMuchYAML},
		{"too many keywords", numbered(2*maxSecrets+1, "N%d: ##A##\n"), "line 1: " + tooMuchYAML},
		{"many", numbered(25, "N%d: 1\n"), "and 5 more"},
		{"too many names", numbered(maxSecrets+2, "N%d: x\n"), "line 25001: there are more than 25000 names"},
	} {
		t.Run(c.name, func(t *testing.T) { refuses(t, YAMLText, c.text, c.want) })
	}
	if _, err := ReadSecrets(YAMLText, []byte(numbered(maxSecrets, "N%d: x\n"))); err != nil {
		t.Errorf("%d names: %v", maxSecrets, err)
	}
	if _, err := readYAML([]byte(strings.Repeat("[", 32)+strings.Repeat("]", 32)), ""); err != nil {
		t.Errorf("32 deep: %v", err)
	}
}

// S-37: what would fill the memory or the stack of a reader ends as a problem.
func TestS37YAMLBombs(t *testing.T) {
	long := func(part string) string { return strings.Repeat(part, 1<<20/len(part)) }
	for name, text := range map[string]string{
		"brackets": long("["), "closed brackets": strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000), "braces": long("{a: "), "dashes": long("- "), "question marks": long("? "),
		"indents": long("a:\n ") + "b", "entries": "[" + long("a,"), "lines": long("- a\n"), "names": strings.Repeat("a: b\n", 50_000), "anchors": long("&a "), "aliases": "&a b\n" + long("- *a\n")[9:], "laughs": "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: [*c,*c]\n",
		"tags": long("!a "), "quotes": long("'"), "double quotes": long(`"`), "at signs": long("@@A@@"), "hashes": long("a: ##A##\n"), "documents": long("---\n"), "directives": long("%A\n"), "colons": long(":"), "tabs": long("\t"), "bars": strings.Repeat("a: |\n", 50_000), "spaces": long(" "), "notes": long("#\n"),
		"deep and wide": strings.Repeat("[", 9_000) + strings.Repeat("a,", 100_000), "one long text": long("x"), "folded": long("x\n"),
	} {
		t.Run(name, func(t *testing.T) {
			if secrets, err := ReadSecrets(YAMLText, []byte(text)); err == nil {
				t.Errorf("%d secrets are read", len(secrets))
			}
		})
	}
}

// A fault of the library refuses the text, and stops nothing.
func TestYAMLPanics(t *testing.T) {
	if err := decode(yaml.NewDecoder(faulty{}), &yaml.Node{}); err == nil {
		t.Error("there is no error")
	}
}

type faulty struct{}

func (faulty) Read([]byte) (int, error) { panic(planted) }

func FuzzReadYAMLSecrets(f *testing.F) {
	for _, seed := range []string{
		"A: x\n'B': \"\\x41\\n\"\n", "A: |+\n  x\n\n", "A: >2-\r\n   x\r\n", "{A: x, \"B\": 'it''s'}", "A: ##X##\nB: @@X@@\nC: \"\\x23#X##\"", "A: _VALUE_NOT_SHOWN\nB: ''", "? A\n: x\n", "A: &a x\nB: *a", "<<: {A: x}", "A: \"x \n y\"", "%YAML 1.2\n---\nA: x\n...\n", "A: x\n---\n", "[[[[", "\ufeffA: 1", "A: \xff", "A: @@\xff@@", "A: @@\u2028@@",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) { readAgain(t, YAMLText, text) })
}
