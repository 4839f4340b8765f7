package formats

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// ReadHooks reads the hooks of an export of the Deploy CLI: of its tenant.yaml, or of
// its folder hooks with a JSON file beside each script. It reads what the Deploy CLI
// would, except that a script may also stand in the file itself, as text of more than
// one line, and that an empty value deletes nothing. A nil Keywords knows none. The
// error is a Problems.
func ReadHooks(files Files, known Keywords) ([]Hook, error) {
	if err := files.check(); err != nil {
		return nil, err
	}
	defer inTurn(files.size())()
	r := &hooksReader{files: files, keywords: known, first: map[string]string{}}
	switch tenants, hooks := files.tenants(), files.hooks(); {
	case len(hooks) > 0 && slices.Contains(tenants, tenantFile):
		r.fail(tenantFile, "there are JSON files in the folder hooks too: keep one of the two")
	case len(hooks) > 0:
		for _, name := range hooks {
			r.file(name, hooksFolder).hookFile()
		}
	case len(tenants) == 1:
		r.file(tenants[0], "").tenantFile()
	case len(tenants) > 1:
		r.fail(tenants[1], "there is more than one YAML file: name the one to be read "+tenantFile)
	default:
		r.fail("", "there is no "+tenantFile+" here, and no folder hooks with JSON files")
	}
	if r.problems != nil {
		return nil, r.problems.shown()
	}
	return r.hooks, nil
}

// tenants are the files that may be the tenant's: tenant.yaml alone, if there is one.
func (f Files) tenants() []string {
	if _, there := f[tenantFile]; there {
		return []string{tenantFile}
	}
	return append(f.named("*.yaml"), f.named("*.yml")...)
}

// hooks are the files of the directory form.
func (f Files) hooks() []string { return f.named(hooksFolder + "/*.json") }

// areExport tells whether the paths begin where those of an export do.
func (f Files) areExport() bool { return len(f.tenants())+len(f.hooks()) > 0 }

// named are the paths that fit a pattern, in order.
func (f Files) named(pattern string) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(f)), func(name string) bool {
		fits, _ := path.Match(pattern, name)
		return !fits
	})
}

// hooksReader collects the hooks of an export, and what can't be read of it.
type hooksReader struct {
	files    Files
	keywords Keywords
	first    map[string]string // where a hook stands, by its folded name
	hooks    []Hook
	problems Problems
}

func (r *hooksReader) fail(where, what string) {
	r.problems = append(r.problems, Problem{where, what})
}

// fileReader reads the hooks of one file. The paths of scripts begin in folder.
type fileReader struct {
	faults
	all    *hooksReader
	folder string
	tokens *tokens
}

func (r *hooksReader) file(name, folder string) *fileReader {
	return &fileReader{faults{file: name}, r, folder, newTokens(r.keywords)}
}

// hookFile reads a hook of the directory form.
func (r *fileReader) hookFile() {
	text := r.tokens.hideInJSON(string(r.all.files[r.file]))
	if n := parseJSON([]byte(text), &r.faults); n != nil {
		r.hook(r.file, n)
	}
	r.done()
}

// tenantFile reads the hooks of the YAML form. What else a tenant has is left aside.
func (r *fileReader) tenantFile() {
	text := r.tokens.hideInYAML(string(r.all.files[r.file]))
	hooks := parseYAMLMember([]byte(text), "hooks", &r.faults)
	switch {
	case len(r.list) > 0:
	case hooks == nil:
		r.fail(1, "there is no list called hooks in this file")
	case hooks.kind != yamlList && hooks.kind != yamlNull:
		r.fail(hooks.line, fmt.Sprintf("hooks has to be a list, and %s is none", hooks.kind))
	default:
		for _, hook := range hooks.items {
			r.hook(r.on(hook.line), hook)
		}
	}
	r.done()
}

func (r *fileReader) done() { r.all.problems = append(r.all.problems, r.problems()...) }

// hook reads one, and takes it if all of it could be read.
func (r *fileReader) hook(where string, n *yamlNode) {
	if n.kind != yamlMap {
		r.fail(n.line, fmt.Sprintf("a hook has to be a mapping of its fields, and %s is none", n.kind))
		return
	}
	before := len(r.list) + len(r.all.problems)
	h := &hookReader{fileReader: r, Hook: Hook{Where: where}}
	for _, m := range n.members {
		h.field(m)
	}
	for _, field := range []string{"name", "triggerId", "script"} {
		if n.get(field) == nil {
			r.fail(n.line, "this hook has no "+field)
		}
	}
	if len(r.list)+len(r.all.problems) > before {
		return
	}
	if first, twice := r.all.first[folded(h.Name)]; twice {
		r.fail(n.line, "a hook of this name stands in "+first+" already; upper and lower case, spaces and dashes make no difference")
		return
	}
	r.all.first[folded(h.Name)] = where
	r.all.hooks = append(r.all.hooks, h.Hook)
}

// hookReader reads the fields of one hook.
type hookReader struct {
	*fileReader
	Hook
}

func (h *hookReader) field(m yamlMember) {
	switch m.name {
	case "name":
		h.Name = h.text(m)
	case "triggerId":
		h.Trigger = h.text(m)
	case "script":
		h.Script = h.script(m)
	case "enabled":
		h.Enabled = h.flag(m)
	case "dependencies":
		h.Dependencies = h.dependencies(m)
	case "secrets":
		h.Secrets = h.secrets(m)
	case "id": // that of the tenant, in some exports
	default:
		h.fail(m.line, "this is no field of a hook: those are name, triggerId, script, enabled, dependencies and secrets")
	}
}

// text is a field that has to be there.
func (h *hookReader) text(m yamlMember) string {
	if h.wantText(m.name, m) && m.value.text == "" {
		h.fail(m.line, m.name+" is empty")
	}
	return h.fill(m.value)
}

// wantText refuses what is no text.
func (h *hookReader) wantText(what string, m yamlMember) bool {
	said := fmt.Sprintf("%s has to be text, and %s is none", what, m.value.kind)
	switch m.value.kind {
	case yamlString:
		return true
	case yamlNumber, yamlFlag, yamlDate:
		said += ": put it in quotes"
	}
	h.fail(m.line, said)
	return false
}

// fill puts in what stands for keywords, and notes those that nothing stands for.
func (h *hookReader) fill(n *yamlNode) string {
	filled, left := h.tokens.fill(n.text)
	if mayBeComment(n, filled, left) {
		h.fail(n.line, keywordOrNot)
	}
	h.note(h.on(n.line), left)
	return filled
}

// mayBeComment tells of a text without quotes whether it holds signs of a keyword that
// begin a comment to YAML, and that nothing stands for.
func mayBeComment(n *yamlNode, filled string, left marks) bool {
	return n.plain && len(left) > 0 && wasHidden.MatchString(filled)
}

func (h *hookReader) note(where string, left marks) {
	for _, written := range left.usual() {
		h.Notes = append(h.Notes, Problem{where, "nothing stands for " + written + ", so it stays as it is"})
	}
}

// flag is a field that is true or false, or a keyword that stands for one of them.
func (h *hookReader) flag(m yamlMember) bool {
	text := m.value.text
	if k, ok := h.tokens.whole(text); ok && (k.text == "true" || k.text == "false") {
		text = k.text
	} else if m.value.kind != yamlFlag {
		h.fail(m.line, fmt.Sprintf("%s has to be true or false, without quotes, and %s is none", m.name, m.value.kind))
	}
	return strings.EqualFold(text, "true")
}

// entries are those of a field that may be empty. take is given each with its name.
func (h *hookReader) entries(m yamlMember, take func(name string, m yamlMember)) {
	if m.value.kind != yamlMap && m.value.kind != yamlNull {
		h.fail(m.line, fmt.Sprintf("%s has to be a mapping of names to text, and %s is none", m.name, m.value.kind))
	}
	first := map[string]int{}
	for _, entry := range m.value.members {
		name, _ := h.tokens.fill(entry.name)
		at, twice := first[name]
		switch {
		case name == "":
			h.fail(entry.line, "there is no name before the colon")
		case twice: // with what stands for keywords
			h.fail(entry.line, nameTwice(at))
		default:
			first[name] = entry.line
			take(name, entry)
		}
	}
}

func (h *hookReader) dependencies(m yamlMember) []Pair {
	var list []Pair
	h.entries(m, func(name string, entry yamlMember) {
		if h.wantText("a version", entry) {
			list = append(list, Pair{name, h.fill(entry.value)})
		}
	})
	return byName(list)
}

func (h *hookReader) secrets(m yamlMember) []Secret {
	var list []Secret
	h.entries(m, func(name string, entry yamlMember) {
		if h.wantText("a value", entry) {
			s := h.secret(entry.value)
			s.Name, s.Where = name, h.on(entry.line)
			list = append(list, s)
		}
	})
	return list
}

// secret is what a text of the file says of a value.
func (h *hookReader) secret(n *yamlNode) Secret {
	value, left := h.tokens.fill(n.text)
	missing := left.usual()
	switch {
	case h.tokens.pending(n.text) || isPlaceholder(value):
		return Secret{Pending: true}
	case len(missing) > 0:
		return Secret{Unclear: "Nothing stands for " + missing[0] + " in this value. Write all of the value, or take the entry out."}
	case mayBeComment(n, value, left):
		return Secret{Unclear: keywordOrNot}
	case value == "":
		return Secret{Unclear: "There is no value here. The Deploy CLI would delete the secret; an import never does. Write a value, or take the entry out."}
	}
	return Secret{Value: value}
}

// script is the script itself if the field is text of more than one line, else that of
// the file whose path it is.
func (h *hookReader) script(m yamlMember) string {
	text := h.text(m)
	if text == "" || strings.Contains(text, "\n") {
		return text
	}
	name := path.Join(h.folder, strings.ReplaceAll(text, `\`, "/"))
	file, there := h.all.files[name]
	script, left := h.all.keywords.inScript(string(file))
	switch {
	case path.IsAbs(text) || wrongPath(name) != "" || !there && path.Ext(name) != ".js":
		h.fail(m.line, "script has to be the path of a file of this export, such as ./"+path.Join(hooksFolder, "x.js"))
	case !there:
		h.fail(m.line, "the script "+name+" is not among the files")
	case script == "":
		h.all.fail(name, "this script is empty")
	case !utf8.ValidString(script) || strings.Contains(script, "\x00"):
		h.all.fail(name, "this script is not UTF-8 text, so it can't be kept exactly")
	default:
		h.note(name, left)
		return script
	}
	return ""
}
