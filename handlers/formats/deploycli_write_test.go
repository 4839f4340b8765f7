package formats

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

// names that a reader is likely to take for something else.
var (
	nastyNames = []string{
		"A", "my_var", "api-key", "list.version", "1", "-1", "1.5", "1e5", ".5", "0x1f", "0o7", "1_000", "2026-01-01", "1.2.3", "-", "--", "---", "...", "-a", ".inf", ".nan", ".NaN",
		"true", "False", "yes", "No", "on", "OFF", "y", "N", "null", "Null", "NULL", "_", "__proto__", "constructor", "hooks", "name", strings.Repeat("a", 128),
	}
	nastyHooks = []string{
		"x", "X y", "a-b", "123", "1e5", "true", "No", "null", "y", "NaN", "2026-01-01", "0x1f", "a  -- b", "con", strings.Repeat("a b", 33),
	}
	nastyPackages = []string{"a", "@a/b", "@a/b.c_d~e", "0", "true", "null", "~x", "-x", "1.0", "__proto__"}
	nastyVersions = []string{"1.2.3", "1.0", "1", "^4", "~1.2", ">=1 <2", "*", "latest", "1.x", "2.x || 3.x", "=1.0.0", "npm:a@1", "file:../x", "git+https://x/y.git#v1", "true", "null", "é", "'", `"`, "##X##", "@@X@@", "_VALUE_NOT_SHOWN_", " x ", "-", "|", "&a", "!x", "1:20", "10:20:30", "0.1e5.1"}
)

func TestWriteHooksAndRead(t *testing.T) {
	values := append([]string{"a ##X## b", "@@X@@y", "##X", "###X###", "##X####Y##", "@@@@", "## x ##", "#", "@", "@@A##", `\##X##`, "##X##\\"}, nasty...)
	var hooks []Hook
	for i, name := range nastyHooks {
		h := Hook{Name: name, Trigger: "post-user-registration", Enabled: i%2 == 0, Script: noKeywords(nasty[(i*7)%len(nasty)])}
		hooks = append(hooks, h)
	}
	h := &hooks[0]
	for i, name := range nastyNames {
		h.Secrets = append(h.Secrets, Secret{Name: name, Value: values[i]})
	}
	for i, value := range values {
		hooks[1].Secrets = append(hooks[1].Secrets, Secret{Name: fmt.Sprintf("V%03d", i), Value: value})
	}
	hooks[1].Secrets = append(hooks[1].Secrets, Secret{Name: "Z", Pending: true})
	for i, version := range nastyVersions {
		h.Dependencies = append(h.Dependencies, Pair{fmt.Sprintf("v%02d", i), version})
	}
	for _, name := range nastyPackages {
		hooks[2].Dependencies = append(hooks[2].Dependencies, Pair{name, "1.0"})
	}
	wroteAndRead(t, hooks)
}

// wroteAndRead writes hooks in both forms, reads them again, also out of a zip, and
// writes what was read.
func wroteAndRead(t *testing.T, hooks []Hook) {
	t.Helper()
	var want []Hook
	for _, h := range hooks {
		h.Dependencies, h.Secrets = byName(append([]Pair(nil), h.Dependencies...)), sorted(h.Secrets)
		want = append(want, h)
	}
	for _, f := range []Format{Auth0YAML, Auth0Dir} {
		files := exported(t, f, hooks)
		read, err := ReadHooks(files, func(string) (string, bool) { return planted, true })
		if err != nil {
			t.Fatalf("%s: %v\n%s", f, err, files[tenantFile])
		}
		got := asRead(read)
		if f == Auth0Dir { // in the order of the files
			byFile := map[string]Hook{}
			for _, h := range got {
				byFile[h.Name] = h
			}
			for i, h := range want {
				got[i] = byFile[h.Name]
			}
		}
		for i := range want {
			if !reflect.DeepEqual(got[i], want[i]) {
				t.Errorf("%s: %+v\nis read as %+v", f, want[i], got[i])
			}
		}
		if again := exported(t, f, got); !maps.EqualFunc(files, again, bytes.Equal) {
			t.Errorf("%s: written as\n%s\nand again as\n%s", f, files, again)
		}
		var entries []packed
		for name, text := range files {
			entries = append(entries, packed{name: "export/" + name, text: string(text)})
		}
		unpacked, err := ReadZip(zipOf(t, entries...))
		if err != nil || !maps.EqualFunc(files, unpacked, bytes.Equal) {
			t.Errorf("%s: is not what comes out of a zip: %v", f, err)
		}
	}
}

func sorted(secrets []Secret) []Secret {
	h := Hook{Secrets: secrets}
	pending := map[string]bool{}
	for _, s := range secrets {
		pending[s.Name] = s.Pending
	}
	var list []Secret
	for _, p := range secretPairs(h) {
		s := Secret{Name: p.Name, Value: p.Value, Pending: pending[p.Name]}
		if s.Pending {
			s.Value = ""
		}
		list = append(list, s)
	}
	return list
}

// Hooks of any text are read as they were written.
func TestWriteHooksAndReadAny(t *testing.T) {
	pieces := []rune("aZ09 _-.:#@'\"\\\t\n\r{}[],&*!|>%?`~$=é\u0085\u2028\ufeff\u202e👩")
	r := rand.New(rand.NewPCG(1, 2))
	text := func() string {
		var b strings.Builder
		for range 1 + r.IntN(12) {
			b.WriteRune(pieces[r.IntN(len(pieces))])
		}
		return b.String()
	}
	for range 200 {
		var hooks []Hook
		for i := range 1 + r.IntN(4) {
			h := Hook{Name: fmt.Sprint("Hook ", i), Trigger: "t", Enabled: r.IntN(2) == 0, Script: noKeywords(text())}
			for j := range r.IntN(4) {
				h.Secrets = append(h.Secrets, Secret{Name: fmt.Sprint("N", j), Value: text()})
			}
			for j := range r.IntN(3) {
				h.Dependencies = append(h.Dependencies, Pair{fmt.Sprint("d", j), text()})
			}
			hooks = append(hooks, h)
		}
		wroteAndRead(t, hooks)
	}
}

// noKeywords is a script without any: there they can't be written as text.
func noKeywords(script string) string {
	return strings.NewReplacer("##", "#", "@@", "@").Replace(script)
}

func TestMaskedExport(t *testing.T) {
	hooks := []Hook{{Name: "A hook", Trigger: "send-phone-message", Script: "x", Secrets: []Secret{{Name: "b", Pending: true}, {Name: "a", Pending: true, Value: planted}}}}
	want := map[Format]map[string]string{
		Auth0YAML: {
			"hooks/a-hook.js": "x",
			"tenant.yaml":     "hooks:\n  - name: A hook\n    script: ./hooks/a-hook.js\n    dependencies: {}\n    enabled: false\n    secrets:\n      a: _VALUE_NOT_SHOWN_\n      b: _VALUE_NOT_SHOWN_\n    triggerId: send-phone-message\n",
		},
		Auth0Dir: {
			"hooks/a-hook.js":   "x",
			"hooks/a-hook.json": "{\n  \"name\": \"A hook\",\n  \"script\": \"./a-hook.js\",\n  \"dependencies\": {},\n  \"enabled\": false,\n  \"triggerId\": \"send-phone-message\",\n  \"secrets\": {\n    \"a\": \"_VALUE_NOT_SHOWN_\",\n    \"b\": \"_VALUE_NOT_SHOWN_\"\n  }\n}\n",
		},
	}
	for f, want := range want {
		got := exported(t, f, hooks)
		if !maps.EqualFunc(got, want, func(a []byte, b string) bool { return string(a) == b }) {
			t.Errorf("%s: %s", f, got)
		}
	}
}

func TestExportOfNoHooks(t *testing.T) {
	if got := exported(t, Auth0YAML, nil); len(got) != 1 || string(got["tenant.yaml"]) != "hooks: []\n" {
		t.Errorf("%s", got)
	}
	if got := exported(t, Auth0Dir, nil); len(got) != 0 {
		t.Errorf("%s", got)
	}
}

// A name from a server that is not to be trusted makes no path.
func TestS37WriterRefusesNames(t *testing.T) {
	for _, f := range []Format{Auth0YAML, Auth0Dir} {
		for _, name := range []string{"", "..", "../x", "a/b", `a\b`, "/x", "C:x", "x\x00", "x.js", "é", "-x", "x ", " x"} {
			w, err := NewHooksWriter(f, func(path string) (io.Writer, error) {
				t.Errorf("%q makes %q", name, path)
				return io.Discard, nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if w.Script(Hook{Name: name}) == nil || w.Hook(Hook{Name: name}) == nil {
				t.Errorf("%q is written", name)
			}
		}
	}
}

type full struct{}

var errFull = errors.New("full")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestHooksWriterFails(t *testing.T) {
	for _, f := range []Format{Auth0YAML, Auth0Dir} {
		for name, create := range map[string]func(string) (io.Writer, error){
			"to create": func(string) (io.Writer, error) { return nil, errFull },
			"to write":  func(string) (io.Writer, error) { return full{}, nil },
		} {
			w, err := NewHooksWriter(f, create)
			if err != nil {
				t.Fatal(err)
			}
			h := Hook{Name: "x", Script: "x"}
			if !errors.Is(w.Script(h), errFull) || !errors.Is(w.Hook(h), errFull) {
				t.Errorf("%s %s: nobody hears of it", f, name)
			}
		}
	}
	if _, err := NewHooksWriter(Dotenv, nil); err == nil {
		t.Error("hooks go out as .env")
	}
}

func FuzzReadHooks(f *testing.F) {
	for _, name := range []string{"yaml", "directory"} {
		files := folder(f, name)
		f.Add(files[tenantFile], files["hooks/welcome-new-users.json"], files["hooks/welcome-new-users.js"], "text")
	}
	f.Add(yamlOf("    enabled: ##ON##\n    secrets: {A: @@B@@, C: \"##D##\"}")[tenantFile], jsonOf(`,"secrets":{"A":@@B@@,"C":"##D##"}`)["hooks/x.json"], []byte("##X##"), "\"'\n")
	f.Fuzz(func(t *testing.T, tenant, hook, script []byte, keyword string) {
		known := func(key string) (string, bool) { return keyword, key != "D" }
		for _, files := range []Files{{tenantFile: tenant, "hooks/x.js": script}, {"hooks/x.json": hook, "hooks/x.js": script}} {
			hooks, err := ReadHooks(files, known)
			if err != nil {
				if problems, ok := err.(Problems); !ok || len(problems) == 0 || hooks != nil {
					t.Fatalf("%v, %v", hooks, err)
				}
				continue
			}
			for _, h := range hooks {
				if !hookName.MatchString(h.Name) || !utf8.ValidString(fmt.Sprint(h)) {
					return // no hook that the store would take
				}
				for _, s := range h.Secrets {
					if s.Unclear != "" {
						return
					}
				}
			}
			for _, form := range []Format{Auth0YAML, Auth0Dir} {
				if len(hooks) == 0 && form == Auth0Dir {
					continue
				}
				files := exported(t, form, hooks)
				again, err := ReadHooks(files, nil)
				if err != nil || !maps.EqualFunc(files, exported(t, form, again), bytes.Equal) {
					t.Fatalf("%v: %s", err, files)
				}
			}
		}
	})
}
