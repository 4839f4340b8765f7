package formats

import (
	"reflect"
	"strings"
	"testing"
)

// structure is a text that would make another file of the one that it is put into.
const structure = "\"'\n      B: injected #{[\\u0041 ##URL## @@URL@@"

func known(key string) (string, bool) {
	text, ok := map[string]string{
		"URL": "https://example.com", "STRUCTURE": structure, "EMPTY": "", "ON": "true", "OFF": "false", "NAME": "x", "TRIGGER": "t", "FILE": "x", "KEY": "A",
		"MASK": Placeholder, "lower-key.1": "lower", "two words": "spaced", "LIST": `["a"]`, "B": "b",
	}[key]
	return text, ok
}

// What stands in the place of a value of either form, and what comes of it.
func TestKeywordsInValues(t *testing.T) {
	unclear := func(written string) Secret {
		return Secret{Unclear: "Nothing stands for " + written + " in this value. Write all of the value, or take the entry out."}
	}
	for _, c := range []struct {
		name, written string
		forms         string // y for YAML, j for JSON
		want          Secret
	}{
		{"the text", `"##URL##"`, "yj", Secret{Value: "https://example.com"}},
		{"the text as JSON", `"@@URL@@"`, "yj", Secret{Value: "https://example.com"}},
		{"in single quotes", `'@@URL@@'`, "y", Secret{Value: "https://example.com"}},
		{"without quotes", `@@URL@@`, "yj", Secret{Value: "https://example.com"}},
		{"without quotes, what YAML takes for a comment", `##URL##`, "yj", Secret{Value: "https://example.com"}},
		{"with a comment behind it", `##URL## # of ##URL##`, "y", Secret{Value: "https://example.com"}},
		{"in a block", "|\n        ##URL##\n", "y", Secret{Value: "https://example.com\n"}},
		{"a list stays text", `@@LIST@@`, "yj", Secret{Value: `["a"]`}},
		{"true stays text", `##ON##`, "yj", Secret{Value: "true"}},
		{"within text", `"a ##URL##/##lower-key.1##?"`, "yj", Secret{Value: "a https://example.com/lower?"}},
		{"within plain text", `a ##URL##`, "y", Secret{Value: "a https://example.com"}},
		{"within text, as JSON", "|-\n        {\"a\": @@URL@@, \"b\": \"@@URL@@\", \"c\": '@@URL@@', \"d\": \"@@URL@@'}\n", "y", Secret{Value: `{"a": "https://example.com", "b": "https://example.com", "c": "https://example.com", "d": ""https://example.com"'}`}},
		{"behind a quote", `"\" ##URL##"`, "yj", Secret{Value: `" https://example.com`}},
		{"side by side", `"##URL####B##"`, "yj", Secret{Value: "https://example.comb"}},
		{"words", `"##two words##"`, "yj", Secret{Value: "spaced"}},
		{"a placeholder", `##MASK##`, "yj", Secret{Pending: true}},
		{"nothing", `"##EMPTY##"`, "yj", Secret{Unclear: "There is no value here. The Deploy CLI would delete the secret; an import never does. Write a value, or take the entry out."}},

		{"structure", `"##STRUCTURE##"`, "yj", Secret{Value: structure}},
		{"structure without quotes", `##STRUCTURE##`, "yj", Secret{Value: structure}},
		{"structure as JSON", `@@STRUCTURE@@`, "yj", Secret{Value: structure}},
		{"structure in single quotes", `'##STRUCTURE##'`, "y", Secret{Value: structure}},
		{"structure within text", `"<##STRUCTURE##>"`, "yj", Secret{Value: "<" + structure + ">"}},
		{"structure within text as JSON", "|-\n        [@@STRUCTURE@@]\n", "y", Secret{Value: "[" + quoted(structure) + "]"}},

		{"nobody replaced", `"##NO##"`, "yj", Secret{Pending: true}},
		{"nobody replaced JSON", `@@NO@@`, "yj", Secret{Pending: true}},
		{"nobody replaced, without quotes", `##NO##`, "yj", Secret{Pending: true}},
		{"nobody replaced, with space", `" ##NO##  "`, "yj", Secret{Pending: true}},
		{"nobody replaced in a block", "|\n        ##NO##\n", "y", Secret{Pending: true}},
		{"nobody replaced in a block, JSON", ">\n        @@NO@@\n", "y", Secret{Pending: true}},
		{"nobody replaced of other letters", `"##no-key.1##"`, "yj", Secret{Pending: true}},
		{"nobody replaced words", `"##no key##"`, "yj", Secret{Pending: true}},
		{"in the middle", `"a##NO##"`, "yj", unclear("##NO##")},
		{"in the middle, JSON", `"a @@NO@@"`, "yj", unclear("@@NO@@")},
		{"in the middle without quotes", `a ##NO##`, "y", unclear("##NO##")},
		{"beside one that is known", `"##URL####NO##"`, "yj", unclear("##NO##")},
		{"in a block among others", "|\n        one\n        ##NO##\n", "y", unclear("##NO##")},

		{"no keyword, by an escape", `"#\u0023URL##"`, "yj", Secret{Value: "##URL##"}},
		{"no keyword, by two escapes", `"@\u0040NO@\u0040"`, "yj", Secret{Value: "@@NO@@"}},
		{"no keyword, by the escape of YAML", `"\x23#URL##"`, "y", Secret{Value: "##URL##"}},
		{"signs alone", `"####@@@@ ## @@"`, "yj", Secret{Value: "####@@@@ ## @@"}},
		{"other text between signs", `"a##b##c @@ d @@"`, "yj", Secret{Value: "a##b##c @@ d @@"}},
		{"one that is known behind other text", `"a##b##URL##"`, "yj", Secret{Value: "a##bhttps://example.com"}},
		{"a hash more", `"###URL###"`, "yj", Secret{Value: "#https://example.com#"}},
		{"a comment or not", "x ##a##", "y", Secret{Unclear: keywordOrNot}},
		{"no comment, in quotes", `"x ##a##"`, "yj", Secret{Value: "x ##a##"}},
		{"no comment, without space", "x##a##", "y", Secret{Value: "x##a##"}},
		{"a comment", "x # ##URL## ##NO##", "y", Secret{Value: "x"}},
		{"a comment between signs", "x ## of words ##", "y", Secret{Value: "x"}},
		{"a comment of words", "x ## ##NO## is ##no more##", "y", Secret{Value: "x"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.want.Name = "A"
			for form, files := range map[string]Files{
				"y": yamlOf("    # ##NO##\n    ##NO##\n    ## some words ##\n    secrets:\n      A: " + c.written + "\n      C: end\n"),
				"j": jsonOf(`, "secrets": {"A": ` + c.written + `, "C": "end"}`),
			} {
				if !strings.Contains(c.forms, form) {
					continue
				}
				hooks, err := ReadHooks(files, known)
				if err != nil {
					t.Errorf("%s: %v", form, err)
				} else if got := asRead(hooks)[0].Secrets; !reflect.DeepEqual(got, []Secret{c.want, {Name: "C", Value: "end"}}) {
					t.Errorf("%s: %+v", form, got)
				}
			}
		})
	}
}

func TestKeywordsElsewhere(t *testing.T) {
	want := Hook{Name: "x", Trigger: "t", Enabled: true, Script: "code https://example.com", Dependencies: []Pair{{"b", "lower"}}, Secrets: []Secret{{Name: "A", Value: "1"}}}
	script := []byte("code ##URL##")
	for name, files := range map[string]Files{
		"YAML":   {"tenant.yaml": []byte("hooks:\n- name: ##NAME##\n  triggerId: '@@TRIGGER@@'\n  script: ./hooks/##FILE##.js\n  enabled: ##ON##\n  dependencies: {##B##: ##lower-key.1##}\n  secrets:\n    ##KEY##: '1'\n"), "hooks/x.js": script},
		"JSON":   {"hooks/x.json": []byte(`{"name": ##NAME##, "triggerId": @@TRIGGER@@, "script": "./##FILE##.js", "enabled": @@ON@@, "dependencies": {"##B##": @@lower-key.1@@}, "secrets": {"##KEY##": "1"}}`), "hooks/x.js": script},
		"inside": {"tenant.yaml": []byte("hooks:\n- name: x\n  triggerId: t\n  script: |-\n    //\n    code ##URL##\n  enabled: true\n  dependencies: {b: lower}\n  secrets: {A: '1'}\n")},
	} {
		hooks, err := ReadHooks(files, known)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		hooks[0].Script = strings.TrimPrefix(hooks[0].Script, "//\n")
		if got := asRead(hooks); !reflect.DeepEqual(got, []Hook{want}) || hooks[0].Notes != nil {
			t.Errorf("%s: %+v", name, hooks)
		}
	}
}

func TestKeywordsRefused(t *testing.T) {
	for _, c := range []struct{ name, lines, want string }{
		{"the same name twice", "    secrets:\n      A: x\n      ##KEY##: " + planted + "\n", "line 9: the name of line 8 comes a second time"},
		{"no name", "    secrets:\n      '##EMPTY##': " + planted + "\n", "line 8: there is no name before the colon"},
		{"a switch of other text", "    enabled: ##URL##\n", "line 7: enabled has to be true or false, without quotes, and text is none"},
		{"a comment or not", "    dependencies: {a: 1.0.0 ##a##}\n", "line 7: The signs ## and @@ may begin"},
		{"a script that is empty", "    id: ##NO##\n", "hooks/x.js: this script is empty"},
		{"a switch that nobody replaced", "    enabled: ##NO##\n", "line 7: enabled has to be true or false, without quotes, and text is none"},
	} {
		files := yamlOf(c.lines)
		files["hooks/x.js"] = []byte("##EMPTY##")
		if _, err := ReadHooks(files, known); err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), planted) {
			t.Errorf("%s: says %v, want %q", c.name, err, c.want)
		}
	}
}

// A script is replaced in as the Deploy CLI does, byte for byte.
func TestKeywordsInScripts(t *testing.T) {
	for script, want := range map[string]string{
		"":                          "",
		"x\r\n\ufeff":               "x\r\n\ufeff",
		"a = '##URL##';\r\n":        "a = 'https://example.com';\r\n",
		"a = @@URL@@;":              `a = "https://example.com";`,
		"a = '@@URL@@' + \"@@B@@\"": `a = "https://example.com" + "b"`,
		"'@@B@@\"":                  `'"b""`,
		"'@@B@@@@B@@'":              `'"b""b"'`,
		"a = @@STRUCTURE@@":         "a = " + quoted(structure),
		"a = ##STRUCTURE##":         "a = " + structure,
		"##NO## ##a## @@no more@@":  "##NO## ##a## @@no more@@",
		"## heading ##URL##":        "## heading https://example.com",
		"@@ -1,2 +1,2 @@B@@":        `@@ -1,2 +1,2 "b"`,
	} {
		if got, _ := Keywords(known).inScript(script); got != want {
			t.Errorf("%q: %q, want %q", script, got, want)
		}
		if got, _ := Keywords(nil).inScript(script); got != script {
			t.Errorf("%q: %q without keywords", script, got)
		}
	}
}

// What nobody replaced in a script or a field is there still, and is told once.
func TestNotesOfHooks(t *testing.T) {
	files := yamlOf("    dependencies: {a: '##VERSION##'}\n    secrets: {'##SECRET##': x, A: '##PENDING##'}\n")
	files["hooks/x.js"] = []byte("##NO## @@ALSO@@ ##NO## ##a## @@iterator@@ ##URL##")
	hooks, err := ReadHooks(files, known)
	if err != nil {
		t.Fatal(err)
	}
	want := []Problem{
		{"hooks/x.js", "nothing stands for ##NO##, so it stays as it is"},
		{"hooks/x.js", "nothing stands for @@ALSO@@, so it stays as it is"},
		{"tenant.yaml, line 7", "nothing stands for ##VERSION##, so it stays as it is"},
	}
	if got := hooks[0].Notes; !reflect.DeepEqual(got, want) {
		t.Errorf("%v", got)
	}
	if h := hooks[0]; !strings.HasPrefix(h.Script, "##NO## @@ALSO@@") || h.Dependencies[0].Value != "##VERSION##" || h.Secrets[0].Name != "##SECRET##" {
		t.Errorf("%+v", h)
	}
}

// Both spellings of the placeholder, and what stands for them, are no values.
func TestS38PlaceholdersArePending(t *testing.T) {
	for _, value := range []string{"_VALUE_NOT_SHOWN_", "_VALUE_NOT_SHOWN"} {
		for name, files := range map[string]Files{
			"YAML":          yamlOf("    secrets: {A: " + value + "}\n"),
			"quoted":        yamlOf("    secrets: {A: '" + value + "'}\n"),
			"JSON":          jsonOf(`, "secrets": {"A": "` + value + `"}`),
			"escaped":       jsonOf(`, "secrets": {"A": "\u005f` + value[1:] + `"}`),
			"for a keyword": jsonOf(`, "secrets": {"A": "##MASK##"}`),
		} {
			hooks, err := ReadHooks(files, func(string) (string, bool) { return value, true })
			if err != nil {
				t.Fatal(err)
			}
			if got := asRead(hooks)[0].Secrets; !reflect.DeepEqual(got, []Secret{{Name: "A", Pending: true}}) {
				t.Errorf("%s, %s: %+v", value, name, got)
			}
		}
	}
}
