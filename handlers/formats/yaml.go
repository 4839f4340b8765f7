package formats

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Limits on a YAML text beside its length.
const (
	maxYAMLDepth = 32
	maxYAMLMarks = 250_000 // what may begin a node: the library keeps all of them in memory
)

// yamlKind is what a node is, in the words of an error.
type yamlKind string

const (
	yamlNull   yamlKind = "null"
	yamlFlag   yamlKind = "true or false"
	yamlNumber yamlKind = "a number"
	yamlDate   yamlKind = "a date"
	yamlString yamlKind = "text"
	yamlList   yamlKind = "a list"
	yamlMap    yamlKind = "a mapping"
)

// yamlNode is a node of a YAML text.
type yamlNode struct {
	kind    yamlKind
	line    int          // where it begins
	text    string       // what it says, if it is neither list nor mapping
	plain   bool         // whether the text stands there without quotes
	items   []*yamlNode  // of a list
	members []yamlMember // of a mapping, in their order; no name comes twice
}

type yamlMember struct {
	name  string
	line  int
	value *yamlNode
}

// get returns the value of a name, nil if there is none.
func (n *yamlNode) get(name string) *yamlNode {
	for _, m := range n.members {
		if m.name == name {
			return m.value
		}
	}
	return nil
}

// parseYAML reads one YAML document, more strictly than most: it has no aliases, anchors,
// tags, merges or directives, and no name comes twice in a mapping; it is at most 32
// deep. What it returns is what YAML 1.2 says that the text means, and what the Deploy
// CLI reads; where the two differ, it is refused. What is wrong with it is told, and is
// not in what it returns.
func parseYAML(text []byte, f *faults) *yamlNode {
	r := newYAMLReader(text, f)
	document := r.document()
	if document == nil {
		return nil
	}
	return r.node(document, 1)
}

// parseYAMLMember reads one member of the mapping that a YAML document is, nil if there
// is none. The others have to be YAML, and may be what is refused in this one.
func parseYAMLMember(text []byte, name string, f *faults) *yamlNode {
	r := newYAMLReader(text, f)
	document := r.document()
	if document == nil || document.Kind != yaml.MappingNode {
		return nil
	}
	var pairs []*yaml.Node
	for pair := range slices.Chunk(document.Content, 2) {
		if pair[0].Value == name {
			pairs = append(pairs, pair...)
		}
	}
	root := yamlNode{members: r.members(pairs, 2)}
	return root.get(name)
}

type yamlReader struct {
	*faults
	text string

	at, line, column int // where source was asked for last
}

const tooMuchYAML = "this is too much for one YAML file: take JSON or .env"

func newYAMLReader(text []byte, f *faults) *yamlReader {
	r := &yamlReader{faults: f, text: string(withoutMark(text)), line: 1, column: 1}
	r.check(r.text)
	r.checkYAML()
	return r
}

// checkYAML finds what the library should not be given: characters that YAML wants
// escaped, some of which it takes for line ends, more nodes than fit into memory, and
// directives, which it keeps to itself.
func (r *yamlReader) checkYAML() {
	line, marks, begun := 0, 0, false
	for part := range strings.Lines(r.text) {
		line++
		if strings.ContainsFunc(part, notInYAML) {
			r.fail(line, `a character stands here that YAML wants as an escape in double quotes, such as "\u2028"`)
		}
		if !begun && part[0] == '%' {
			r.fail(line, "a directive stands here: take it out")
		}
		if text := strings.TrimSpace(part); text != "" && text[0] != '#' {
			begun = true
		}
		if marks += yamlMarks(part); marks > maxYAMLMarks {
			r.fail(line, tooMuchYAML)
			return
		}
	}
}

func notInYAML(c rune) bool {
	return escaped(c) && !strings.ContainsRune("\"\\\t\r\n", c)
}

// yamlMarks counts what may begin a node in a line.
func yamlMarks(line string) int {
	marks := 0
	for i := range len(line) {
		switch line[i] {
		case ',', '[', '{':
			marks++
		case '-', '?', ':':
			if i+1 == len(line) || line[i+1] <= ' ' {
				marks++
			}
		}
	}
	return marks
}

// document lets the library read, nil if it can't or should not.
func (r *yamlReader) document() *yaml.Node {
	if len(r.list) > 0 {
		return nil
	}
	if !strings.HasSuffix(r.text, "\n") && !strings.HasSuffix(r.text, "\r") {
		r.text += "\n" // else a block at the end lacks one
	}
	lines := &lineReader{text: "\n" + r.text} // as it takes line 1 for no line in its errors
	decoder := yaml.NewDecoder(lines)
	var first, second yaml.Node
	err := decode(decoder, &first)
	if errors.Is(err, io.EOF) {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Line: 2}
	}
	if err == nil {
		if err = decode(decoder, &second); errors.Is(err, io.EOF) {
			return first.Content[0]
		}
	}
	if err == nil {
		r.fail(lineOf(&second), "a second document begins here, and one is wanted")
	} else {
		r.fail(yamlFault(err.Error(), lines.line-1))
	}
	return nil
}

// decode refuses the text if the library has a fault, whatever it is.
func decode(d *yaml.Decoder, document *yaml.Node) (err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("yaml: panic")
		}
	}()
	return d.Decode(document)
}

// lineReader hands out a line at a time, and so knows how far the reading came.
type lineReader struct {
	text   string
	line   int // the one handed out last
	within bool
}

func (r *lineReader) Read(p []byte) (int, error) {
	if r.text == "" {
		return 0, io.EOF
	}
	n := copy(p, r.text)
	if end := strings.IndexByte(r.text[:n], '\n'); end >= 0 {
		n = end + 1
	}
	if !r.within {
		r.line++
	}
	r.within = r.text[n-1] != '\n'
	r.text = r.text[n:]
	return n, nil
}

// yamlFaults are the errors of the library that are worth more than its words, which may
// repeat what stands in the file. It knows their line.
var yamlFaults = map[string]string{
	"found unexpected end of stream":             "the quote that opens here is never closed",
	"found unexpected document indicator":        "the quote that opens here is not closed before the document ends",
	"could not find expected ':'":                "there is no colon here, and a name, a colon and a value are wanted",
	"mapping values are not allowed":             "a colon stands where none is wanted: put the text in quotes, or look at the spaces before it",
	"found character that cannot start":          "a text begins with a character that has a meaning in YAML, or a tab stands before it: put it in quotes, behind a space",
	"found unknown escape character":             `a \ stands before a character that is no escape: write \\ for the \ itself`,
	"found invalid Unicode character escape":     "this escape stands for no character",
	"did not find expected comment or":           "a text stands behind | or >, and it begins on the next line",
	"found a tab character where an indentation": "a tab stands where spaces are wanted",
	"unknown anchor":                             aliasHere,
}

const aliasHere = "an alias stands here: write what it stands for"

var yamlLine = regexp.MustCompile(`^yaml: line (\d+): `)

// yamlFault puts an error of the library into words. read is how far it came.
func yamlFault(message string, read int) (line int, what string) {
	for words, what := range yamlFaults {
		if !strings.Contains(message, words) {
			continue
		}
		if m := yamlLine.FindStringSubmatch(message); m != nil {
			line, _ := strconv.Atoi(m[1])
			return line - 1, what
		}
		return read, what
	}
	return read, "this line, or the one before, is not YAML: look at its spaces, tabs, brackets and quotes"
}

// lineOf is the line of a node in the file: the library had one line more.
func lineOf(n *yaml.Node) int { return n.Line - 1 }

func (r *yamlReader) node(n *yaml.Node, depth int) *yamlNode {
	if what := refusedYAML(n, depth); what != "" {
		r.fail(lineOf(n), what)
		return nil
	}
	node := &yamlNode{line: lineOf(n)}
	switch n.Kind {
	case yaml.SequenceNode:
		node.kind = yamlList
		for _, item := range n.Content {
			if item := r.node(item, depth+1); item != nil {
				node.items = append(node.items, item)
			}
		}
	case yaml.MappingNode:
		node.kind = yamlMap
		node.members = r.members(n.Content, depth+1)
	default:
		node.kind, node.text, node.plain = yamlKindOf(n), n.Value, n.Style == 0
		r.checkFolds(n)
	}
	return node
}

// refusedYAML says why a node is not taken, or nothing.
func refusedYAML(n *yaml.Node, depth int) string {
	switch {
	case depth > maxYAMLDepth:
		return fmt.Sprintf("this is nested more than %d deep", maxYAMLDepth)
	case n.Kind == yaml.AliasNode:
		return aliasHere
	case n.Anchor != "":
		return "an anchor stands here: take it out"
	case n.Style&yaml.TaggedStyle != 0:
		return "a tag stands here: take it out"
	case n.Style == 0 && n.Kind == yaml.ScalarNode && strings.HasSuffix(n.Value, ":"):
		return "a text ends with a colon: put it in quotes"
	}
	return ""
}

func (r *yamlReader) members(content []*yaml.Node, depth int) []yamlMember {
	var members []yamlMember
	lines := make(map[string]int, len(content)/2)
	for i := 0; i < len(content); i += 2 {
		key, value := r.node(content[i], depth), r.node(content[i+1], depth)
		if key == nil || value == nil {
			continue
		}
		first, twice := lines[key.text]
		switch {
		case key.kind == yamlList || key.kind == yamlMap:
			r.fail(key.line, "a name is text, and "+string(key.kind)+" is none")
		case content[i].ShortTag() == "!!merge":
			r.fail(key.line, "a merge stands here: write what it stands for")
		case key.kind != yamlString:
			r.fail(key.line, "the name is "+string(key.kind)+" in YAML: put it in quotes")
		case twice:
			r.fail(key.line, nameTwice(first))
		default:
			lines[key.text] = key.line
			members = append(members, yamlMember{key.text, key.line, value})
		}
	}
	return members
}

// Numbers and dates are those of YAML and of the Deploy CLI. The library knows most, but
// none that are too large for it.
var (
	yamlNumbers = regexp.MustCompile(`^[-+]?(0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*(\.[0-9_]*)?([eE][-+]?[0-9]+)?|\.[0-9][0-9_]*([eE][-+]?[0-9]+)?)$`)
	yamlDates   = regexp.MustCompile(`^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(([Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(\.[0-9]*)?([ \t]*(Z|[-+][0-9]{1,2}(:?[0-9]{2})?))?)?$`)
)

func yamlKindOf(n *yaml.Node) yamlKind {
	if n.Style != 0 {
		return yamlString // in quotes, or a block
	}
	switch tag := n.ShortTag(); {
	case tag == "!!null":
		return yamlNull
	case tag == "!!bool":
		return yamlFlag
	case tag == "!!int" || tag == "!!float" || yamlNumbers.MatchString(n.Value):
		return yamlNumber
	case tag == "!!timestamp" || yamlDates.MatchString(n.Value):
		return yamlDate
	}
	return yamlString
}

// foldedTwoWays finds the line ends in quotes on which readers disagree: those behind a
// space, and escaped ones before an empty line.
var foldedTwoWays = regexp.MustCompile(`(^|[^ \t\r\n])[ \t]+[\r\n]|\\(\r\n?|\n)[ \t]*[\r\n]`)

// checkFolds looks at a text in quotes as it stands in the file.
func (r *yamlReader) checkFolds(n *yaml.Node) {
	quote := byte('"')
	switch {
	case n.Style&yaml.SingleQuotedStyle != 0:
		quote = '\''
	case n.Style&yaml.DoubleQuotedStyle == 0:
		return
	}
	raw := strings.TrimPrefix(r.source(n), string(quote))
	if end := yamlClosing(raw, quote); end >= 0 && foldedTwoWays.MatchString(raw[:end]) {
		r.fail(lineOf(n), `a text in quotes goes over several lines, in a way on which readers disagree: write it in one line, with \n`)
	}
}

// source is the text from where a node begins. It is asked for in the order of the text.
func (r *yamlReader) source(n *yaml.Node) string {
	for r.at < len(r.text) && (r.line < lineOf(n) || r.line == lineOf(n) && r.column < n.Column) {
		c, size := utf8.DecodeRuneInString(r.text[r.at:])
		r.at += size
		r.column++
		if c == '\n' || c == '\r' && !strings.HasPrefix(r.text[r.at:], "\n") {
			r.line, r.column = r.line+1, 1
		}
	}
	return r.text[r.at:]
}

// yamlClosing finds the quote that closes a text, or -1.
func yamlClosing(text string, quote byte) int {
	if quote == '"' {
		return closing(text, quote)
	}
	for i := 0; i < len(text); i++ {
		if text[i] == '\'' {
			if i+1 == len(text) || text[i+1] != '\'' {
				return i
			}
			i++
		}
	}
	return -1
}
