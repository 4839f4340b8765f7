package formats

import (
	"errors"
	"fmt"
	"io"
	"regexp"
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
	escaped bool         // whether its text is another than stands in the file
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

// readYAML reads one YAML document, more strictly than most: it has no aliases, anchors,
// tags, merges or directives, and no name comes twice in a mapping; it is at most 32
// deep. What it returns is what YAML 1.2 says that the text means, and what the Deploy
// CLI reads; where the two differ, it is refused. One thing is read beyond YAML: a
// keyword of the Deploy CLI is text where it stands without quotes. file is the name of
// the file if there are others. The error is a Problems.
func readYAML(text []byte, file string) (*yamlNode, error) {
	f := faults{file: file}
	root := parseYAML(text, &f)
	return root, f.err()
}

// parseYAML reads a YAML document, and tells what is wrong with it. What it returns is
// only whole if nothing is.
func parseYAML(text []byte, f *faults) *yamlNode {
	r := &yamlReader{faults: f, text: string(withoutMark(text)), line: 1, column: 1}
	r.check(r.text)
	r.checkYAML()
	if len(f.list) > 0 {
		return nil
	}
	r.shield()
	document := r.document()
	if document == nil {
		return nil
	}
	return r.node(document, 1)
}

type yamlReader struct {
	*faults
	text     string
	shielded bool

	at, line, column int // where source was asked for last
}

var yamlDirective = regexp.MustCompile(`^(\s*(#.*)?\n)*%`)

// checkYAML finds what the library should not be given: characters that YAML wants
// escaped, some of which it takes for line ends, and more nodes than fit into memory.
func (r *yamlReader) checkYAML() {
	line, marks := 0, 0
	for part := range strings.Lines(r.text) {
		line++
		if strings.ContainsFunc(part, notInYAML) {
			r.fail(line, `a character stands here that YAML wants as an escape in double quotes, such as "\u2028"`)
		}
		if marks += yamlMarks(part); marks > maxYAMLMarks {
			r.fail(line, "this is too much for one YAML file: take JSON or .env")
			return
		}
	}
	if yamlDirective.MatchString(r.text) {
		r.fail(1, "a directive stands before the document: take it out")
	}
}

func notInYAML(c rune) bool {
	return escaped(c) && !strings.ContainsRune("\"\\\t\r\n", c)
}

// yamlMarks counts what may begin a node in a line.
func yamlMarks(line string) int {
	marks := 1
	for i := range len(line) {
		switch line[i] {
		case ',', '[', '{', '-', '?', ':':
			marks++
		}
	}
	return marks
}

// These stand for the signs of keywords while YAML is read, which takes ## for a comment
// and can't take @@. They are no characters, so hardly a text has them.
const (
	shieldedHash = "\U0001fffe"
	shieldedAt   = "\U0002fffe"
)

var (
	hashes     = regexp.MustCompile(`(?m)([:-][ \t]+)##([^#'"\\[:cntrl:]]+)##([ \t]*\r?)$`)
	shields    = strings.NewReplacer("@@", shieldedAt+shieldedAt)
	unshields  = strings.NewReplacer(shieldedHash, "#", shieldedAt, "@")
	hasShields = regexp.MustCompile(`(?i)[\x{1fffe}\x{2fffe}]|\\U000[12]FFFE`)
)

// shield hides keywords from the library, and unshield brings them back, wherever they
// stood. A text that has such signs of its own stays as it is.
func (r *yamlReader) shield() {
	r.shielded = !hasShields.MatchString(r.text)
	if r.shielded {
		r.text = hashes.ReplaceAllString(r.text, "${1}"+shieldedHash+shieldedHash+"${2}"+shieldedHash+shieldedHash+"${3}")
		r.text = shields.Replace(r.text)
	}
}

func (r *yamlReader) unshield(text string) string {
	if !r.shielded {
		return text
	}
	return unshields.Replace(text)
}

// document lets the library read, nil if it can't.
func (r *yamlReader) document() *yaml.Node {
	if !strings.HasSuffix(r.text, "\n") && !strings.HasSuffix(r.text, "\r") {
		r.text += "\n" // else a block at the end lacks one
	}
	lines := &lineReader{text: r.text}
	decoder := yaml.NewDecoder(lines)
	var first, second yaml.Node
	err := decode(decoder, &first)
	if errors.Is(err, io.EOF) {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Line: 1}
	}
	if err == nil {
		if err = decode(decoder, &second); errors.Is(err, io.EOF) {
			return first.Content[0]
		}
	}
	if err == nil {
		r.fail(second.Line, "a second document begins here, and one is wanted")
	} else {
		r.fail(yamlFault(err.Error(), lines.line))
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
	text string
	line int // the one handed out last
}

func (r *lineReader) Read(p []byte) (int, error) {
	if r.text == "" {
		return 0, io.EOF
	}
	line, _, _ := strings.Cut(r.text, "\n")
	end := min(len(line)+1, len(r.text))
	n := copy(p, r.text[:end])
	if n == end {
		r.line++
	}
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
}

var yamlLine = regexp.MustCompile(`^yaml: line (\d+): `)

func yamlFault(message string, read int) (line int, what string) {
	for words, what := range yamlFaults {
		if strings.Contains(message, words) {
			if m := yamlLine.FindStringSubmatch(message); m != nil {
				fmt.Sscan(m[1], &read)
			}
			return read, what
		}
	}
	return read, "this line, or the one before, can't be read as YAML: look at its spaces, brackets and quotes"
}

func (r *yamlReader) node(n *yaml.Node, depth int) *yamlNode {
	if what := r.refused(n, depth); what != "" {
		r.fail(n.Line, what)
		return nil
	}
	node := &yamlNode{line: n.Line}
	switch n.Kind {
	case yaml.SequenceNode:
		node.kind = yamlList
		for _, item := range n.Content {
			node.items = append(node.items, r.node(item, depth+1))
		}
	case yaml.MappingNode:
		node.kind = yamlMap
		node.members = r.members(n.Content, depth+1)
	default:
		node.kind = yamlKindOf(n)
		node.text = r.unshield(n.Value)
		if n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 {
			node.escaped = r.checkQuoted(n)
		}
	}
	return node
}

// refused says why a node is not taken, or nothing.
func (r *yamlReader) refused(n *yaml.Node, depth int) string {
	switch {
	case depth > maxYAMLDepth:
		return fmt.Sprintf("this is nested more than %d deep", maxYAMLDepth)
	case n.Kind == yaml.AliasNode:
		return "an alias stands here: write what it stands for"
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
		if key == nil {
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
	yamlDates   = regexp.MustCompile(`^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt \t]|$)`)
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
var foldedTwoWays = regexp.MustCompile(`[^ \t\r\n][ \t]+[\r\n]|\\(\r\n?|\n)[ \t]*[\r\n]`)

// checkQuoted looks at a text in quotes as it stands in the file, and says whether it
// means another.
func (r *yamlReader) checkQuoted(n *yaml.Node) bool {
	quote, raw := byte('"'), ""
	if n.Style&yaml.SingleQuotedStyle != 0 {
		quote = '\''
	}
	source := r.source(n)
	if source != "" && source[0] == quote {
		raw = source[1:]
		if end := yamlClosing(raw, quote); end >= 0 {
			raw = raw[:end]
		}
	}
	if foldedTwoWays.MatchString(raw) {
		r.fail(n.Line, `a text in quotes goes over several lines, in a way on which readers disagree: write it in one line, with \n`)
	}
	return raw != n.Value
}

// source is the text from where a node begins. It is asked for in the order of the text.
func (r *yamlReader) source(n *yaml.Node) string {
	for r.at < len(r.text) && (r.line < n.Line || r.line == n.Line && r.column < n.Column) {
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
