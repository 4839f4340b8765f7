package formats

import (
	"bufio"
	"io"
	"regexp"
)

// readYAMLSecrets reads a mapping of names to text.
func readYAMLSecrets(text []byte) ([]Secret, error) {
	var e entries
	root := parseYAML(text, &e.faults)
	switch {
	case len(e.list) > 0:
	case root.kind != yamlMap:
		e.fail(root.line, "a mapping of names to text is wanted, such as NAME: value")
	default:
		for _, m := range root.members {
			if e.full(m.line) {
				break
			}
			e.member(m)
		}
	}
	return e.result()
}

func (e *entries) member(m yamlMember) {
	switch {
	case m.name == "":
		e.fail(m.line, "there is no name before the colon")
	case m.value.kind == yamlList || m.value.kind == yamlMap:
		e.fail(m.line, "the value is text, and "+string(m.value.kind)+" is none")
	case m.value.kind != yamlString:
		e.fail(m.line, "the value is "+string(m.value.kind)+" in YAML: put it in quotes")
	case m.value.escaped:
		e.add(m.line, m.name, m.value.text, "")
	default:
		e.add(m.line, m.name, m.value.text, m.value.text)
	}
}

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
	_, err := w.WriteString(yamlName(s.Name) + ": " + value + "\n")
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

var (
	plainName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)
	yamlWord  = regexp.MustCompile(`(?i)^(null|true|false|yes|no|on|off|y|n)$`)
)

// yamlName is a name without quotes where all versions of YAML read it as text.
func yamlName(name string) string {
	if plainName.MatchString(name) && !yamlWord.MatchString(name) {
		return name
	}
	return quoted(name)
}
