package formats

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
)

// HooksWriter writes an export as the Deploy CLI does: first the script of every hook,
// then every hook with its secrets, in the same order, and at last it is closed. It
// keeps nothing of a hook that it has written. A pending secret is written as the
// placeholder, and so is one whose value is to stay hidden.
type HooksWriter interface {
	Script(Hook) error
	Hook(Hook) error
	Close() error
}

// NewHooksWriter begins an export. create begins a file of it, by its path, once the one
// before is complete. An export of no hooks is a tenant.yaml that says so, or no file.
func NewHooksWriter(f Format, create func(path string) (io.Writer, error)) (HooksWriter, error) {
	switch f {
	case Auth0YAML:
		return &yamlHooks{scriptWriter{create}, nil}, nil
	case Auth0Dir:
		return directoryHooks{scriptWriter{create}}, nil
	}
	return nil, fmt.Errorf("hooks don't go out as %q", f)
}

const (
	tenantFile  = "tenant.yaml"
	hooksFolder = "hooks"
)

// hookName are the names of hooks: those that make the name of a file.
var hookName = regexp.MustCompile(`^[a-zA-Z0-9]([ \-a-zA-Z0-9]*[a-zA-Z0-9])?$`)

// baseName is the name of the files of a hook, without what follows the point. Two
// hooks of an organization never share one.
func baseName(h Hook) (string, error) {
	if !hookName.MatchString(h.Name) {
		return "", errors.New("the name of a hook makes no file name")
	}
	return folded(h.Name), nil
}

// folded is the name under which the Deploy CLI looks for a hook.
func folded(hook string) string { return strings.ReplaceAll(strings.ToLower(hook), " ", "-") }

type scriptWriter struct {
	create func(path string) (io.Writer, error)
}

func (w scriptWriter) Script(h Hook) error {
	base, err := baseName(h)
	if err != nil {
		return err
	}
	return w.file(hooksFolder+"/"+base+".js", h.Script)
}

func (w scriptWriter) file(path, text string) error {
	file, err := w.create(path)
	if err != nil {
		return err
	}
	_, err = io.WriteString(file, text)
	return err
}

// yamlHooks writes tenant.yaml beside the scripts.
type yamlHooks struct {
	scriptWriter
	tenant io.Writer // nil before the first hook
}

func (w *yamlHooks) Hook(h Hook) error {
	base, err := baseName(h)
	if err != nil {
		return err
	}
	var b strings.Builder
	if w.tenant == nil {
		if w.tenant, err = w.create(tenantFile); err != nil {
			return err
		}
		b.WriteString("hooks:\n")
	}
	fmt.Fprintf(&b, "  - name: %s\n", scalar(h.Name))
	fmt.Fprintf(&b, "    script: ./%s/%s.js\n", hooksFolder, base)
	yamlPairs(&b, "dependencies", dependencies(h))
	fmt.Fprintf(&b, "    enabled: %t\n", h.Enabled)
	yamlPairs(&b, "secrets", secretPairs(h))
	fmt.Fprintf(&b, "    triggerId: %s\n", scalar(h.Trigger))
	_, err = io.WriteString(w.tenant, b.String())
	return err
}

func (w *yamlHooks) Close() error {
	if w.tenant != nil {
		return nil
	}
	return w.file(tenantFile, "hooks: []\n")
}

func yamlPairs(b *strings.Builder, name string, pairs []Pair) {
	if len(pairs) == 0 {
		fmt.Fprintf(b, "    %s: {}\n", name)
		return
	}
	fmt.Fprintf(b, "    %s:\n", name)
	for _, p := range pairs {
		fmt.Fprintf(b, "      %s: %s\n", scalar(p.Name), scalar(p.Value))
	}
}

var (
	plainWord = regexp.MustCompile(`^[A-Za-z_^][A-Za-z0-9_./-]*( [A-Za-z0-9_./-]+)*$|^\d+\.\d+\.\d+$`)

	// notPlain are the words that mean something else than themselves to one version of
	// YAML or another.
	notPlain = regexp.MustCompile(`(?i)^(true|false|yes|no|on|off|y|n|null)$`)
)

// scalar is a text in YAML: without quotes where no reader takes it for anything else.
func scalar(text string) string {
	if plainWord.MatchString(text) && !notPlain.MatchString(text) {
		return text
	}
	return literal(text)
}

// directoryHooks writes a JSON file beside every script.
type directoryHooks struct{ scriptWriter }

func (w directoryHooks) Hook(h Hook) error {
	base, err := baseName(h)
	if err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "{\n  \"name\": %s,\n", literal(h.Name))
	fmt.Fprintf(&b, "  \"script\": \"./%s.js\",\n", base)
	jsonPairs(&b, "dependencies", dependencies(h))
	fmt.Fprintf(&b, ",\n  \"enabled\": %t,\n", h.Enabled)
	fmt.Fprintf(&b, "  \"triggerId\": %s,\n", literal(h.Trigger))
	jsonPairs(&b, "secrets", secretPairs(h))
	b.WriteString("\n}\n")
	return w.file(hooksFolder+"/"+base+".json", b.String())
}

func (directoryHooks) Close() error { return nil }

func jsonPairs(b *strings.Builder, name string, pairs []Pair) {
	fmt.Fprintf(b, "  %q: {", name)
	for i, p := range pairs {
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(b, "\n    %s: %s", literal(p.Name), literal(p.Value))
	}
	if len(pairs) > 0 {
		b.WriteString("\n  ")
	}
	b.WriteString("}")
}

func dependencies(h Hook) []Pair { return byName(slices.Clone(h.Dependencies)) }

func secretPairs(h Hook) []Pair {
	pairs := make([]Pair, len(h.Secrets))
	for i, s := range h.Secrets {
		pairs[i] = Pair{s.Name, s.Value}
		if s.Pending {
			pairs[i].Value = Placeholder
		}
	}
	return byName(pairs)
}

func byName(pairs []Pair) []Pair {
	slices.SortFunc(pairs, func(a, b Pair) int { return cmp.Compare(a.Name, b.Name) })
	return pairs
}

// literal is a text in double quotes in which the Deploy CLI finds no keyword.
func literal(text string) string { return hideSigns.Replace(quoted(text)) }

var hideSigns = strings.NewReplacer("##", `#\u0023`, "@@", `@\u0040`)
