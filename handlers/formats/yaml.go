package formats

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Limits on a YAML text beside its length.
const (
	maxYAMLDepth = 32
	maxYAMLMarks = 250_000 // bytes that may begin a node: the library keeps all nodes in memory
)

// yamlKind is what a node of a YAML text is, in the words of an error.
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
	text    string       // what is neither list nor mapping, as it stands there
	written string       // a text in the way it is written, if that could be a keyword
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

// readYAML reads one YAML document, more strictly than most: no aliases, anchors, tags
// (but !!str), merges or directives, and no name comes twice in a mapping; at most 32
// deep. What it returns is what YAML 1.2 says that the text means. Two things are read
// beyond that: a keyword of the Deploy CLI that nobody replaced is text, also where YAML
// wants quotes. where is the name of the file, or nothing. The error is a Problems.
func readYAML(text []byte, where string) (*yamlNode, error) {
	f := faults{file: where}
	return parseYAML(text, &f), f.err()
}

// parseYAML reads a YAML document, and tells what is wrong with it.
func parseYAML(text []byte, f *faults) *yamlNode {
	r := &yamlReader{faults: f, text: string(withoutMark(text))}
	r.check(r.text)
	r.checkYAML()
	if len(f.list) > 0 {
		return nil
	}
	r.shield()
	document, err := r.document()
	if err != nil {
		r.fail(yamlError(err))
		return nil
	}
	return r.node(document, 1)
}

type yamlReader struct {
	*faults
	text     string
	shielded bool
	at       []int // where the lines begin
}

var yamlDirective = regexp.MustCompile(`^(\s*(#.*)?\n)*%`)

// checkYAML finds what the library doesn't take as YAML 1.2 says, and what it should
// better not be given.
func (r *yamlReader) checkYAML() {
	line, marks := 0, 0
	for part := range strings.Lines(r.text) {
		line++
		if strings.ContainsAny(part, "\u0085\u2028\u2029") {
			r.fail(line, `a line end of Unicode stands here: write it as an escape, such as "\u2028"`)
		}
		if marks += yamlMarks(part); marks > maxYAMLMarks {
			r.fail(line, "there is too much in this file to read it as YAML: JSON and .env files may hold more")
			return
		}
	}
	if yamlDirective.MatchString(r.text) {
		r.fail(1, "a directive stands before the document: take it out")
	}
}

// yamlMarks counts what may begin a node in a line.
func yamlMarks(line string) int {
	n := 1
	for i := range len(line) {
		switch line[i] {
		case ',', '[', '{', '-', '?', ':':
			n++
		}
	}
	return n
}

// These stand for the signs of keywords while YAML is read, which takes the one for a
// comment and can't take the other. They are no characters, so hardly a text has them.
const (
	shieldedHash = "\U0001fffe"
	shieldedAt   = "\U0002fffe"
)

var (
	bareHashes = regexp.MustCompile(`(?m)([:-][ \t]+)##([^#'"\\[:cntrl:]]+)##([ \t]*\r?)$`)
	shields    = strings.NewReplacer("@@", shieldedAt+shieldedAt)
	unshields  = strings.NewReplacer(shieldedHash, "#", shieldedAt, "@")
	hasShields = regexp.MustCompile(`(?i)[\x{1fffe}\x{2fffe}]|\\U000[12]FFFE`)
)

// shield hides keywords from the library, and unshield brings them back, wherever they
// stood. A text that has the signs of its own stays as it is.
func (r *yamlReader) shield() {
	r.shielded = !hasShields.MatchString(r.text)
	if r.shielded {
		r.text = bareHashes.ReplaceAllString(r.text, "${1}"+shieldedHash+shieldedHash+"${2}"+shieldedHash+shieldedHash+"${3}")
		r.text = shields.Replace(r.text)
	}
}

func (r *yamlReader) unshield(text string) string {
	if !r.shielded {
		return text
	}
	return unshields.Replace(text)
}

func (r *yamlReader) document() (node *yaml.Node, err error) {
	defer func() {
		if recover() != nil { // a fault of the library: the text is refused, whatever it is
			err = errors.New("")
		}
	}()
	d := yaml.NewDecoder(strings.NewReader(r.text))
	var document yaml.Node
	if err := d.Decode(&document); errors.Is(err, io.EOF) {
		return &yaml.Node{Kind: yaml.ScalarNode, Line: 1, Tag: "!!null"}, nil
	} else if err != nil {
		return nil, err
	}
	var second yaml.Node
	if err := d.Decode(&second); err == nil {
		r.fail(second.Line, "a second document begins here: one is wanted")
	} else if !errors.Is(err, io.EOF) {
		return nil, err
	}
	return document.Content[0], nil
}

var yamlLine = regexp.MustCompile(`^yaml: line (\d+): `)

// yamlError is the place of what the library can't read. Its words are not for people,
// and may repeat what stands there.
func yamlError(err error) (line int, what string) {
	line = 1
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		line, _ = strconv.Atoi(m[1])
	}
	return line, "this, or what follows, is not YAML"
}

func (r *yamlReader) node(n *yaml.Node, depth int) *yamlNode {
	node := &yamlNode{line: n.Line}
	switch {
	case depth > maxYAMLDepth:
		r.fail(n.Line, fmt.Sprintf("this is nested more than %d deep", maxYAMLDepth))
		return nil
	case n.Kind == yaml.AliasNode:
		r.fail(n.Line, "an alias stands here: write what it stands for")
		return nil
	case n.Anchor != "":
		r.fail(n.Line, "an anchor stands here: take it out")
		return nil
	case n.Style&yaml.TaggedStyle != 0 && n.Tag != "!!str":
		r.fail(n.Line, "a tag stands here: take it out")
		return nil
	case n.Kind == yaml.SequenceNode:
		node.kind = yamlList
		for _, item := range n.Content {
			if item := r.node(item, depth+1); item != nil {
				node.items = append(node.items, item)
			}
		}
	case n.Kind == yaml.MappingNode:
		node.kind = yamlMap
		r.members(n, node, depth)
	default:
		node.kind, node.text = scalarKind(n), r.unshield(n.Value)
		node.written = r.written(n, node.text)
	}
	return node
}

func (r *yamlReader) members(n *yaml.Node, node *yamlNode, depth int) {
	lines := make(map[string]int, len(n.Content)/2)
	for i := 0; i < len(n.Content); i += 2 {
		key := r.node(n.Content[i], depth+1)
		value := r.node(n.Content[i+1], depth+1)
		if key == nil || value == nil {
			continue
		}
		first, twice := lines[key.text]
		switch {
		case key.kind == yamlList || key.kind == yamlMap:
			r.fail(key.line, "the name is "+string(key.kind)+", and text is wanted")
		case n.Content[i].ShortTag() == "!!merge":
			r.fail(key.line, "a merge stands here: write what it stands for")
		case key.kind != yamlString:
			r.fail(key.line, "the name is "+string(key.kind)+" in YAML: put it in quotes")
		case twice:
			r.fail(key.line, nameTwice(first))
		default:
			lines[key.text] = key.line
			node.members = append(node.members, yamlMember{key.text, key.line, value})
		}
	}
}

// yamlNumbers are those of YAML 1.2 and of the Deploy CLI's reader. The library has most
// of them, but not those that are too large for it.
var yamlNumbers = regexp.MustCompile(`^[-+]?(0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*(\.[0-9_]*)?([eE][-+]?[0-9]+)?|\.[0-9][0-9_]*([eE][-+]?[0-9]+)?)$`)

func scalarKind(n *yaml.Node) yamlKind {
	if n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle|yaml.TaggedStyle) != 0 {
		return yamlString
	}
	switch n.ShortTag() {
	case "!!null":
		return yamlNull
	case "!!bool":
		return yamlFlag
	case "!!int", "!!float":
		return yamlNumber
	case "!!timestamp":
		return yamlDate
	}
	if yamlNumbers.MatchString(n.Value) {
		return yamlNumber
	}
	return yamlString
}

// written is the text of a node as it stands in the file, if it is a keyword there: one
// with escapes in it is none.
func (r *yamlReader) written(n *yaml.Node, text string) string {
	if n.Style&yaml.DoubleQuotedStyle == 0 || !IsKeyword(text) {
		return text
	}
	if r.at == nil {
		r.at = lineStarts(r.text)
	}
	rest := r.text[r.at[n.Line-1]:]
	for range n.Column { // up to behind the quote
		_, size := utf8.DecodeRuneInString(rest)
		rest = rest[size:]
	}
	if strings.HasPrefix(rest, n.Value) {
		return text
	}
	return ""
}

// lineStarts finds where the lines of a YAML text begin.
func lineStarts(text string) []int {
	starts := []int{0}
	for i := range len(text) {
		if text[i] == '\n' || text[i] == '\r' && !strings.HasPrefix(text[i+1:], "\n") {
			starts = append(starts, i+1)
		}
	}
	return starts
}
