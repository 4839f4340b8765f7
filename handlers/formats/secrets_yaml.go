package formats

import (
	"bufio"
	"bytes"
	"io"
	"regexp"
)

// readYAMLSecrets reads a mapping of names to text.
func readYAMLSecrets(text []byte) ([]Secret, error) {
	r := yamlSecrets{tokens: newTokens(nil)}
	if bytes.Count(text, []byte("##"))+bytes.Count(text, []byte("@@")) > 4*maxSecrets {
		r.fail(1, tooMuchYAML)
		return r.result()
	}
	root := parseYAML([]byte(r.tokens.hideInYAML(string(text))), &r.faults)
	switch {
	case len(r.list) > 0:
	case root.kind != yamlMap:
		r.fail(root.line, "a mapping of names to text is wanted, such as NAME: value")
	default:
		for _, m := range root.members {
			r.member(m)
		}
	}
	return r.result()
}

type yamlSecrets struct {
	entries
	tokens *tokens
}

func (r *yamlSecrets) member(m yamlMember) {
	name, _ := r.tokens.fill(m.name)
	switch {
	case name == "":
		r.fail(m.line, "there is no name before the colon")
	case m.value.kind == yamlList || m.value.kind == yamlMap:
		r.fail(m.line, "the value is text, and "+string(m.value.kind)+" is none")
	case m.value.kind != yamlString:
		r.fail(m.line, "the value is "+string(m.value.kind)+" in YAML: put it in quotes")
	default:
		r.text(m.line, name, m.value)
	}
}

// wasHidden finds in a text without quotes what is there only because the signs of a
// keyword were hidden: to YAML it begins a comment, or nothing.
var wasHidden = regexp.MustCompile(`(^|[ \t\r\n])#|^@`)

func (r *yamlSecrets) text(line int, name string, n *yamlNode) {
	value, _ := r.tokens.fill(n.text)
	keyword := r.tokens.pending(n.text)
	if n.plain && !keyword && wasHidden.MatchString(value) {
		r.unclear(line, name, keywordOrNot)
		return
	}
	r.add(line, name, value, keyword)
}

const keywordOrNot = "The signs ## and @@ may begin a comment, a keyword or text. Put the value in quotes, without a comment."

// yamlWriter writes a mapping, one entry a line.
type yamlWriter struct {
	*bufio.Writer
	empty bool
}

func newYAMLWriter(w io.Writer) SecretsWriter { return &yamlWriter{bufio.NewWriter(w), true} }

func (w *yamlWriter) Write(s Secret) error {
	value := Placeholder
	if !s.Pending {
		value = quoted(s.Value)
	}
	w.empty = false
	_, err := w.WriteString(scalar(s.Name) + ": " + value + "\n")
	return err
}

func (w *yamlWriter) Close() error {
	if w.empty {
		if _, err := w.WriteString("{}\n"); err != nil {
			return err
		}
	}
	return w.Flush()
}
