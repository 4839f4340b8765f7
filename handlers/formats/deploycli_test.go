package formats

import (
	"bytes"
	"io"
	"maps"
	"os"
	"reflect"
	"strings"
	"testing"
)

// exported writes hooks in one of the two forms.
func exported(t testing.TB, f Format, hooks []Hook) Files {
	t.Helper()
	files := Files{}
	var at string
	var file *bytes.Buffer
	end := func() {
		if file != nil {
			files[at] = file.Bytes()
		}
	}
	w, err := NewHooksWriter(f, func(path string) (io.Writer, error) {
		end()
		if _, twice := files[path]; twice {
			t.Errorf("%s is written twice", path)
		}
		at, file = path, &bytes.Buffer{}
		return file, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range hooks {
		if err := w.Script(h); err != nil {
			t.Fatal(err)
		}
	}
	for _, h := range hooks {
		h.Script = "" // What writes the hook doesn't have it anymore.
		if err := w.Hook(h); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	end()
	return files
}

// asRead is what a file says of hooks, wherever it says it.
func asRead(hooks []Hook) []Hook {
	var list []Hook
	for _, h := range hooks {
		h.Where, h.Notes, h.Secrets = "", nil, withoutWhere(h.Secrets)
		list = append(list, h)
	}
	return list
}

func folder(t testing.TB, name string) Files {
	t.Helper()
	files, err := ReadDir(os.DirFS("testdata/deploycli/" + name))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// The folders are what the Deploy CLI itself wrote, version 8.44.0. Both are read as the
// same hooks, and written again to the same bytes.
func TestGoldenExports(t *testing.T) {
	var read [][]Hook
	for name, f := range map[string]Format{"yaml": Auth0YAML, "directory": Auth0Dir} {
		files := folder(t, name)
		hooks, err := ReadHooks(files, nil)
		if err != nil {
			t.Fatal(err)
		}
		written := exported(t, f, hooks)
		if !maps.EqualFunc(files, written, bytes.Equal) {
			t.Errorf("%s is written as\n%s", name, written)
		}
		read = append(read, asRead(hooks))
	}
	if !reflect.DeepEqual(read[0], read[1]) {
		t.Errorf("%v\nand in the other form\n%v", read[0], read[1])
	}
	hooks := read[0]
	if len(hooks) != 5 {
		t.Fatalf("%d hooks", len(hooks))
	}
	want := Hook{
		Name: "add-roles-to-tokens", Trigger: "credentials-exchange", Enabled: true, Dependencies: []Pair{{"axios", "0.27.2"}},
		Secrets: []Secret{{Name: "PERMISSIONS_URL", Pending: true}, {Name: "api-key", Pending: true}},
	}
	if want.Script = hooks[0].Script; !reflect.DeepEqual(hooks[0], want) || !strings.Contains(want.Script, "webtask.secrets") {
		t.Errorf("%v", hooks[0])
	}
}

// yamlOf is a tenant.yaml of one hook with some more lines, beside its script.
func yamlOf(lines string) Files {
	return Files{
		"tenant.yaml": []byte("tenant:\n  friendly_name: x\nhooks:\n  - name: x\n    script: ./hooks/x.js\n    triggerId: t\n" + lines),
		"hooks/x.js":  []byte("code"),
	}
}

// jsonOf is a hook of the directory form with some more fields.
func jsonOf(fields string) Files {
	return Files{
		"hooks/x.json": []byte("{\n  \"name\": \"x\", \"script\": \"./x.js\", \"triggerId\": \"t\"" + fields + "\n}\n"),
		"hooks/x.js":   []byte("code"),
	}
}

func TestReadHooks(t *testing.T) {
	x := Hook{Name: "x", Trigger: "t", Script: "code"}
	with := func(change func(*Hook)) []Hook {
		h := x
		change(&h)
		return []Hook{h}
	}
	code := []byte("code")
	for _, c := range []struct {
		name  string
		files Files
		want  []Hook
	}{
		{"the least", yamlOf(""), []Hook{x}},
		{"the least, in a folder", jsonOf(""), []Hook{x}},
		{"nothing in secrets and dependencies", yamlOf("    secrets:\n    dependencies: null\n"), []Hook{x}},
		{"the same in a folder", jsonOf(`,"secrets":null,"dependencies":null`), []Hook{x}},
		{"an identifier", yamlOf("    id: 01GQN0P0E63V4RXZHGTCF0N5XJ\n"), []Hook{x}},
		{"on", yamlOf("    enabled: true\n"), with(func(h *Hook) { h.Enabled = true })},
		{"off", jsonOf(`,"enabled":false`), []Hook{x}},
		{"the order of the file", jsonOf(`,"secrets":{"b":"1","a":"2"},"dependencies":{"b":"1","@a/b":"2"}`), with(func(h *Hook) {
			h.Secrets = []Secret{{Name: "b", Value: "1"}, {Name: "a", Value: "2"}}
			h.Dependencies = []Pair{{"@a/b", "2"}, {"b", "1"}}
		})},
		{"quotes and blocks", yamlOf("    secrets:\n      a: 'it''s'\n      b: \"\\u00e9\\n\"\n      c: |\n        one\n        two\n      d: >-\n        one\n        two\n      e: plain words\n      '1': x\n"), with(func(h *Hook) {
			h.Secrets = []Secret{{Name: "a", Value: "it's"}, {Name: "b", Value: "é\n"}, {Name: "c", Value: "one\ntwo\n"}, {Name: "d", Value: "one two"}, {Name: "e", Value: "plain words"}, {Name: "1", Value: "x"}}
		})},
		{"an empty value", yamlOf("    secrets: {A: ''}\n"), with(func(h *Hook) {
			h.Secrets = []Secret{{Name: "A", Unclear: "There is no value here. The Deploy CLI would delete the secret; an import never does. Write a value, or take the entry out."}}
		})},
		{"no hooks", Files{"tenant.yaml": []byte("hooks: []\n")}, nil},
		{"nothing for hooks", Files{"tenant.yaml": []byte("hooks:\n")}, nil},
		{"what is refused of hooks elsewhere", Files{"tenant.yaml": []byte("a: &a {x: !y [1], 1: 2, 1: 3}\nb: [*a, {<<: *a}]\nhooks: []\nc: 1\nc: 2\n")}, nil},
		{"the rest of a tenant", Files{"tenant.yaml": []byte("clients:\n  - name: 1\n    secrets: 2\nactions: x\nhooks: []\nrules: {a: [b]}\n"), "clients/x.json": []byte("{"), "notes.txt": nil}, nil},
		{"another name", Files{"prod.yml": yamlOf("")["tenant.yaml"], "hooks/x.js": code}, []Hook{x}},
		{"tenant.yaml before others", Files{"tenant.yaml": yamlOf("")["tenant.yaml"], "other.yaml": []byte("{"), "hooks/x.js": code}, []Hook{x}},
		{"a folder beside another YAML file", Files{"docker-compose.yaml": []byte("x: [1"), "hooks/x.json": jsonOf("")["hooks/x.json"], "hooks/x.js": code}, []Hook{x}},
		{"a script elsewhere", Files{"tenant.yaml": []byte("hooks: [{name: x, triggerId: t, script: src/../src/x.mjs}]"), "src/x.mjs": code}, []Hook{x}},
		{"a script beside the folder", Files{"hooks/x.json": []byte(`{"name":"x","triggerId":"t","script":"../src/x.js"}`), "src/x.js": code}, []Hook{x}},
		{"a path of Windows", Files{"tenant.yaml": []byte(`hooks: [{name: x, triggerId: t, script: .\hooks\x.js}]`), "hooks/x.js": code}, []Hook{x}},
		{"a script in the file itself", Files{"tenant.yaml": []byte("hooks:\n  - name: x\n    triggerId: t\n    script: |\n      one();\n      two();\n")}, with(func(h *Hook) { h.Script = "one();\ntwo();\n" })},
		{"byte order marks", Files{"hooks/x.json": append([]byte("\ufeff"), jsonOf("")["hooks/x.json"]...), "hooks/x.js": []byte("\ufeffcode\r\n")}, with(func(h *Hook) { h.Script = "\ufeffcode\r\n" })},
		{"a byte order mark", Files{"tenant.yaml": append([]byte("\ufeff"), yamlOf("")["tenant.yaml"]...), "hooks/x.js": code}, []Hook{x}},
		{"line ends of Windows", Files{"tenant.yaml": bytes.ReplaceAll(yamlOf("")["tenant.yaml"], []byte("\n"), []byte("\r\n")), "hooks/x.js": code}, []Hook{x}},
		{"one script for two", Files{"tenant.yaml": []byte("hooks: [{name: x, triggerId: t, script: x.js}, {name: x y, triggerId: t, script: x.js}]"), "x.js": code}, []Hook{x, {Name: "x y", Trigger: "t", Script: "code"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			hooks, err := ReadHooks(c.files, nil)
			if err != nil || !reflect.DeepEqual(asRead(hooks), c.want) {
				t.Errorf("%+v, %v", hooks, err)
			}
		})
	}
}

func TestPlacesOfHooks(t *testing.T) {
	for want, files := range map[string]Files{
		"tenant.yaml, line 4; tenant.yaml, line 8":  yamlOf("    secrets:\n      A: x\n"),
		"hooks/x.json; hooks/x.json, line 3":        jsonOf(",\n  \"secrets\": {\"A\": \"x\"}"),
		"hooks/x.json; hooks/x.json, line 5":        jsonOf(",\n  \"secrets\": {\n \n  \"A\": \"x\"}"),
		"tenant.yaml, line 4; tenant.yaml, line 10": yamlOf("    dependencies:\n      # ##NOTE##\n      a: \"1\"\n    secrets: {A: x}\n"),
	} {
		hooks, err := ReadHooks(files, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := hooks[0].Where + "; " + hooks[0].Secrets[0].Where; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestReadHooksRefuses(t *testing.T) {
	script := func(path string) Files {
		return Files{"tenant.yaml": []byte("hooks:\n  - name: x\n    triggerId: t\n    script: " + path + "\n"), "hooks/x.js": nil}
	}
	hooks := func(yaml string) Files {
		return Files{"tenant.yaml": []byte("hooks:\n" + yaml), "hooks/x.js": []byte("code"), planted: nil}
	}
	const where = "script has to be the path of a file of this export, such as ./hooks/x.js"
	for _, c := range []struct {
		name  string
		files Files
		want  string
	}{
		{"nothing", nil, "there is no tenant.yaml here, and no folder hooks with JSON files"},
		{"scripts only", Files{"hooks/x.js": nil}, "there is no tenant.yaml here"},
		{"both forms", Files{"tenant.yaml": nil, "hooks/x.json": nil}, "tenant.yaml: there are JSON files in the folder hooks too"},
		{"two tenants", Files{"a.yaml": nil, "b.yml": nil}, "b.yml: there is more than one YAML file"},
		{"no hooks", Files{"tenant.yaml": []byte("clients: []\n")}, "tenant.yaml, line 1: there is no list called hooks"},
		{"no mapping", Files{"tenant.yaml": []byte("- " + planted)}, "tenant.yaml, line 1: there is no list called hooks"},
		{"an empty file", Files{"tenant.yaml": nil}, "tenant.yaml, line 1: there is no list called hooks"},
		{"hooks as a mapping", hooks("  x: " + planted), "tenant.yaml, line 2: hooks has to be a list, and a mapping is none"},
		{"a hook that is text", hooks("  - " + planted), "tenant.yaml, line 2: a hook has to be a mapping of its fields, and text is none"},
		{"no YAML", Files{"tenant.yaml": []byte("hooks:\n  - [" + planted)}, "is not YAML"},
		{"no YAML elsewhere", Files{"tenant.yaml": []byte("hooks: []\nx: [" + planted)}, "is not YAML"},
		{"hooks twice", Files{"tenant.yaml": []byte("hooks: []\nhooks: [" + planted + "]\n")}, "tenant.yaml, line 2: the name of line 1 comes a second time"},
		{"an alias of elsewhere", Files{"tenant.yaml": []byte("a: &a " + planted + "\nhooks: [*a]\n")}, "tenant.yaml, line 2: an alias stands here"},
		{"hooks by a merge", Files{"tenant.yaml": []byte("a: &a {hooks: [" + planted + "]}\n<<: *a\n")}, "there is no list called hooks"},
		{"an alias", hooks("  - &a " + planted + "\n  - *a\n"), "line 2: an anchor stands here"},
		{"a name twice in YAML", yamlOf("    name: " + planted), "tenant.yaml, line 7: the name of line 4 comes a second time"},
		{"no UTF-8", yamlOf("    secrets: {A: \"" + planted + "\xff\"}"), "tenant.yaml, line 7: this is not UTF-8"},

		{"no JSON", Files{"hooks/x.json": []byte("{\n\"" + planted)}, "hooks/x.json, line 2: a double quote is missing"},
		{"JSON that is a list", Files{"hooks/x.json": []byte("\n[\"" + planted + "\"]")}, "hooks/x.json, line 2: a hook has to be a mapping of its fields, and a list is none"},
		{"more than an object", Files{"hooks/x.json": []byte("{}\n" + planted)}, "hooks/x.json, line 2: nothing may follow"},
		{"a name twice in JSON", jsonOf(",\n\"secrets\": {\"A\": \"1\",\n\"\\u0041\": \"" + planted + "\"}"), "hooks/x.json, line 4: the name of line 3 comes a second time"},
		{"a field twice in JSON", jsonOf(",\n\"name\": \"" + planted + "\""), "hooks/x.json, line 3: the name of line 2 comes a second time"},
		{"NUL in JSON", jsonOf(",\x00"), "hooks/x.json, line 2: a NUL"},

		{"no name", hooks("  - triggerId: t\n    script: ./hooks/x.js\n"), "tenant.yaml, line 2: this hook has no name"},
		{"no trigger", hooks("  - name: " + planted + "\n    script: ./hooks/x.js\n"), "tenant.yaml, line 2: this hook has no triggerId"},
		{"no script", hooks("  - name: " + planted + "\n    triggerId: t\n"), "tenant.yaml, line 2: this hook has no script"},
		{"an empty name", hooks("  - name: ''\n    triggerId: t\n    script: ./hooks/x.js\n"), "tenant.yaml, line 2: name is empty"},
		{"null for a name", Files{"hooks/x.json": []byte(`{"name": null, "triggerId": "t", "script": "x"}`)}, "name has to be text, and null is none"},
		{"a number for a name", hooks("  - triggerId: t\n    name: 1\n    script: ./hooks/x.js\n"), "tenant.yaml, line 3: name has to be text, and a number is none: put it in quotes"},
		{"a list for a trigger", hooks("  - name: x\n    triggerId: [" + planted + "]\n    script: ./hooks/x.js\n"), "tenant.yaml, line 3: triggerId has to be text, and a list is none"},
		{"an unknown field", yamlOf("    " + planted + ": x\n"), "tenant.yaml, line 7: this is no field of a hook"},
		{"an unknown field in a folder", jsonOf(",\n\"" + planted + `": "x"`), "hooks/x.json, line 3: this is no field of a hook"},
		{"a hook twice", hooks("  - {name: A b, triggerId: t, script: hooks/x.js}\n  - {name: a-B, triggerId: t, script: hooks/x.js}\n"), "tenant.yaml, line 3: a hook of this name stands in tenant.yaml, line 2 already"},
		{"a hook in two files", Files{"hooks/a.json": jsonOf("")["hooks/x.json"], "hooks/b.json": jsonOf("")["hooks/x.json"], "hooks/x.js": []byte("x")}, "hooks/b.json, line 1: a hook of this name stands in hooks/a.json already"},

		{"text for the switch", yamlOf("    enabled: \"true\"\n"), "tenant.yaml, line 7: enabled has to be true or false, without quotes, and text is none"},
		{"an old word for the switch", yamlOf("    enabled: yes\n"), "tenant.yaml, line 7: enabled has to be true or false"},
		{"null for the switch", jsonOf(`,"enabled":null`), "hooks/x.json, line 2: enabled has to be true or false, without quotes, and null is none"},
		{"secrets as a list", yamlOf("    secrets: [" + planted + "]\n"), "tenant.yaml, line 7: secrets has to be a mapping of names to text, and a list is none"},
		{"secrets as text", jsonOf(`,"secrets":"` + planted + `"`), "secrets has to be a mapping of names to text, and text is none"},
		{"a secret twice", yamlOf("    secrets:\n      A: x\n      A: " + planted + "\n"), "tenant.yaml, line 9: the name of line 8 comes a second time"},
		{"a number", yamlOf("    secrets:\n      A: 12345\n"), "tenant.yaml, line 8: a value has to be text, and a number is none: put it in quotes"},
		{"a flag", jsonOf(`,"secrets":{"A":true}`), "a value has to be text, and true or false is none: put it in quotes"},
		{"a date", yamlOf("    secrets: {A: 2026-01-01}"), "a value has to be text, and a date is none: put it in quotes"},
		{"null", yamlOf("    secrets:\n      A:\n"), "tenant.yaml, line 8: a value has to be text, and null is none"},
		{"a mapping", yamlOf("    secrets: {A: {" + planted + ": x}}\n"), "a value has to be text, and a mapping is none"},
		{"no name before a value", jsonOf(`,"secrets":{"":"` + planted + `"}`), "there is no name before the colon"},
		{"a version that is a number", yamlOf("    dependencies: {a: 1.0}\n"), "tenant.yaml, line 7: a version has to be text, and a number is none: put it in quotes"},
		{"dependencies as a list", jsonOf(`,"dependencies":["` + planted + `"]`), "dependencies has to be a mapping of names to text"},

		{"a script that is not there", script("./hooks/y.js"), "tenant.yaml, line 4: the script hooks/y.js is not among the files"},
		{"a script that is no path", script(planted), "tenant.yaml, line 4: " + where},
		{"a script of one line", script("module.exports = f" + planted), "tenant.yaml, line 4: " + where},
		{"out of the folder", script("../" + planted + ".js"), "tenant.yaml, line 4: " + where},
		{"out of the folder, by the way", script("hooks/../../" + planted + ".js"), "tenant.yaml, line 4: " + where},
		{"out of the folder, in Windows", script(`..\` + planted + ".js"), "tenant.yaml, line 4: " + where},
		{"an absolute path", script("/etc/" + planted + ".js"), "tenant.yaml, line 4: " + where},
		{"a drive", script("C:/" + planted + ".js"), "tenant.yaml, line 4: " + where},
		{"an escape", script(`"` + planted + `\e.js"`), "tenant.yaml, line 4: " + where},
		{"an address", script("https://x/" + planted + ".js\x00"), "tenant.yaml, line 4: a NUL"},
		{"the folder", script("./hooks"), "tenant.yaml, line 4: " + where},
		{"nothing", script("''"), "tenant.yaml, line 4: script is empty"},
		{"an empty script", script("./hooks/x.js"), "hooks/x.js: this script is empty"},
		{"a script out of the folder hooks", Files{"hooks/x.json": []byte(`{"name":"x","triggerId":"t","script":"../../` + planted + `.js"}`)}, where},
		{"an absolute script", Files{"hooks/x.json": []byte(`{"name":"x","triggerId":"t","script":"/x.js"}`), "hooks/x.js": []byte(planted)}, where},
		{"a script that is no text", Files{"tenant.yaml": script("./hooks/x.js")["tenant.yaml"], "hooks/x.js": []byte(planted + "\xff")}, "hooks/x.js: this script is not UTF-8 text"},
		{"a script with a NUL", Files{"tenant.yaml": script("./hooks/x.js")["tenant.yaml"], "hooks/x.js": []byte(planted + "\x00")}, "hooks/x.js: this script is not UTF-8 text"},
		{"much that is wrong", hooks(strings.Repeat("  - "+planted+"\n", 99)), "and 79 more"},
	} {
		t.Run(c.name, func(t *testing.T) {
			read, err := ReadHooks(c.files, nil)
			problems, ok := err.(Problems)
			if !ok || read != nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), planted) {
				t.Errorf("says %v, want %q", err, c.want)
			}
			if len(problems) > maxShown+1 {
				t.Errorf("%d problems", len(problems))
			}
		})
	}
}

// What can't be read is not a hook without a field, or a tenant without hooks.
func TestReadHooksTellsOnce(t *testing.T) {
	for _, tenant := range []string{"hooks: [", "a: *b\nhooks: []", "hooks:\n- name: *a\n", "hooks: *a", "hooks: &a\n- name: x\n"} {
		_, err := ReadHooks(Files{"tenant.yaml": []byte(tenant)}, nil)
		if problems, ok := err.(Problems); !ok || len(problems) != 1 {
			t.Errorf("%q: %v", tenant, err)
		}
	}
}

// Everything that is wrong is told at once.
func TestReadHooksTellsAll(t *testing.T) {
	_, err := ReadHooks(Files{"tenant.yaml": []byte("hooks:\n  - name: 1\n    script: x.js\n    enabled: maybe\n    secrets: {A: 2}\n  - 3\n")}, nil)
	want := Problems{
		{"tenant.yaml, line 2", "name has to be text, and a number is none: put it in quotes"},
		{"tenant.yaml, line 3", "the script x.js is not among the files"},
		{"tenant.yaml, line 4", "enabled has to be true or false, without quotes, and text is none"},
		{"tenant.yaml, line 5", "a value has to be text, and a number is none: put it in quotes"},
		{"tenant.yaml, line 6", "a hook has to be a mapping of its fields, and a number is none"},
	}
	if !reflect.DeepEqual(err, want) {
		t.Errorf("%v", err)
	}
}
