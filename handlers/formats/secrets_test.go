package formats

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// nasty values: what a reader or a writer is likely to change.
var nasty = []string{
	"x", " ", "  x  ", "\t", "\n", "\r", "\r\n", "a\rb", "a\r", "a\nb\n", "a\r\nb\r\n", "\n\na", "\ufeff", "\ufeffx\ufeff",
	"'", `"`, "`", `'"`, "it's", `say "hi"`, "`id`", "'`id`", "$HOME", "${HOME}", "'$HOME'", "$$", "$(id)", "'$(id)", `\`, `\\`, `a\`, `'\`, `\n`, `'\n`, `\'`, `\"`, `C:\new`,
	"#", "#x", "x #y", " #", "=", "=x", "x=", "a=b", "==", "==\n", "export A=1", "A=1\nB=2", "a: b", "- a", "[a]", "{a}", "a, b", "&a", "*a", "!a", "!!str a", "|", ">", "%a", "@a", "? a", "---", "...", "---\na", "~",
	"null", "true", "no", "1", "1.5", "0x1f", ".inf", "2026-01-01", "<<", "##X##", " ##X##", "##X##\n", "##X##\r", "@@X@@", "##it's##", "x##X##", "_VALUE_NOT_SHOWN__", " _VALUE_NOT_SHOWN_",
	"é", "e\u0301", "🔑", "👩‍👩‍👧", "\u2028", "\u2029", "\u0085", "\u00a0", "\u00ad", "\ufffd", "\ufffe", "\uffff", "\U0010ffff", "\U0001fffe", "\u202eשלום", "\x01", "\x1b[0m", "\x7f", "\u009b",
	strings.Repeat("x", 65536), strings.Repeat("'", 65536), strings.Repeat("🔑", 16384), strings.Repeat("\n", 65536), strings.Repeat(" x\r\n", 16384),
	"-----BEGIN KEY-----\nMIIEvQ==\n-----END KEY-----\n", `{"a": "b", "c": ["d"]}`, "https://user:pa%20ss@host:5432/db?a=b&c=d#e",
}

var secretFormats = []Format{Dotenv, JSONText, YAMLText}

func secretsOf(values []string) []Secret {
	var secrets []Secret
	for i, value := range values {
		secrets = append(secrets, Secret{Name: fmt.Sprintf("NAME_%d", i), Value: value})
	}
	return append(secrets, Secret{Name: "LAST.one-2", Pending: true})
}

// numbered is a line for every number.
func numbered(n int, line string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, line, i)
	}
	return b.String()
}

func written(t testing.TB, f Format, secrets []Secret) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := NewSecretsWriter(&b, f)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range secrets {
		if err := w.Write(s); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withoutWhere is what the file says, wherever it says it.
func withoutWhere(secrets []Secret) []Secret {
	var list []Secret
	for _, s := range secrets {
		s.Where = ""
		list = append(list, s)
	}
	return list
}

// refuses wants a text refused with these problems among others, and nothing of it told.
func refuses(t *testing.T, f Format, text, want string) {
	t.Helper()
	secrets, err := ReadSecrets(f, []byte(text))
	var problems Problems
	if secrets != nil || !errors.As(err, &problems) {
		t.Fatalf("%+v, %v", secrets, err)
	}
	if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), planted) {
		t.Errorf("says %q, want %q", err, want)
	}
	if len(problems) > maxShown+1 {
		t.Errorf("%d problems are told", len(problems))
	}
}

// readAgain wants what is read of any text to be what is read again once it is written,
// and nothing of it told in an error.
func readAgain(t *testing.T, f Format, text []byte) {
	if _, err := ReadSecrets(f, append([]byte(planted+" x\n"), text...)); err != nil && strings.Contains(err.Error(), planted) {
		t.Fatalf("tells %q", err)
	}
	read, err := ReadSecrets(f, text)
	if err != nil {
		return
	}
	var clear []Secret
	for _, s := range read {
		if s.Unclear == "" && len(s.Name) <= 128 { // as long as a name may be
			clear = append(clear, s)
		}
	}
	for _, f := range secretFormats {
		if f == Dotenv && !dotenvNames(clear) {
			continue
		}
		again, err := ReadSecrets(f, written(t, f, clear))
		if !reflect.DeepEqual(withoutWhere(again), withoutWhere(clear)) {
			t.Fatalf("%s: %+v became %+v, %v", f, clear, again, err)
		}
	}
}

// dotenvNames tells whether a .env file can hold all names, and no value that it can't.
func dotenvNames(secrets []Secret) bool {
	for _, s := range secrets {
		if strings.Contains(s.Name, "=") || notAName(s.Name) != "" || strings.Contains(s.Value, "\x00") {
			return false
		}
	}
	return true
}

// What is written is read back, byte for byte.
func TestWriteAndRead(t *testing.T) {
	for _, f := range secretFormats {
		for _, secrets := range [][]Secret{nil, secretsOf(nasty)} {
			got, err := ReadSecrets(f, written(t, f, secrets))
			if err != nil {
				t.Fatalf("%s: %v", f, err)
			}
			if len(got) != len(secrets) {
				t.Errorf("%s: %d of %d came back", f, len(got), len(secrets))
				continue
			}
			for i, s := range withoutWhere(got) {
				if !reflect.DeepEqual(s, secrets[i]) {
					t.Errorf("%s: %.60q came back as %.60q, %v, %q", f, secrets[i].Value, s.Value, s.Pending, s.Unclear)
				}
			}
		}
	}
}

// Any value comes back from any format.
func FuzzWriteSecrets(f *testing.F) {
	for _, value := range nasty {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		if value == "" || strings.Contains(value, "\x00") || value != strings.ToValidUTF8(value, "") || isPlaceholder(value) {
			return
		}
		want := []Secret{{Name: "A", Value: value}, {Name: "B", Value: value}}
		for _, f := range secretFormats {
			got, err := ReadSecrets(f, written(t, f, want))
			if err != nil || !reflect.DeepEqual(withoutWhere(got), want) {
				t.Errorf("%s: %q came back as %+v, %v", f, value, got, err)
			}
		}
	})
}

// example are secrets as people have them.
var example = []Secret{
	{Name: "API_KEY", Value: "shop-4eC39HqLyjWDarjtT1zdp7dc"},
	{Name: "DATABASE_URL", Value: "postgres://hooks:p%40ss@db.example.com:5432/hooks?sslmode=require"},
	{Name: "EMPTY_LOOKING", Value: " "},
	{Name: "GREETING", Value: "it's 5 o'clock, and \"$HOME\" costs `5$` \\ more"},
	{Name: "JSON", Value: `{"client": "hooks", "scopes": ["read", "write"]}`},
	{Name: "KEYWORD", Value: "##NOT_ONE##"},
	{Name: "NOTE", Value: "# not a comment"},
	{Name: "PENDING", Pending: true},
	{Name: "PRIVATE_KEY", Value: "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg==\n-----END PRIVATE KEY-----\n"},
	{Name: "WINDOWS", Value: "first\r\nsecond\r\n"},
	{Name: "on", Value: "yes"},
	{Name: "smtp.password-2", Value: "пароль 🔑 \u2028"},
}

// The golden files are what was written, and what is read.
func TestGoldenSecrets(t *testing.T) {
	for f, name := range map[Format]string{Dotenv: "secrets.env", JSONText: "secrets.json", YAMLText: "secrets.yaml", Names: "secrets.names"} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join("testdata", name)
			text := written(t, f, example)
			if *update {
				if err := os.WriteFile(path, text, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			golden, err := os.ReadFile(path)
			if err != nil || !bytes.Equal(text, golden) {
				t.Errorf("%v; written is\n%s", err, text)
			}
			if f == Names {
				return
			}
			read, err := ReadSecrets(f, golden)
			if err != nil || !reflect.DeepEqual(withoutWhere(read), example) {
				t.Errorf("%v; read is %+v", err, read)
			}
		})
	}
}

// Files of people are read as the golden files beside them say.
func TestGoldenReading(t *testing.T) {
	for _, name := range []string{"people.env", "people.json", "people.yaml"} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join("testdata", name)
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			f, _ := FormatOf(name)
			secrets, err := ReadSecrets(f, text)
			if err != nil {
				t.Fatal(err)
			}
			var b strings.Builder
			for _, s := range secrets {
				switch {
				case s.Pending:
					fmt.Fprintf(&b, "%s: %s is pending\n", s.Where, s.Name)
				case s.Unclear != "":
					fmt.Fprintf(&b, "%s: %s is unclear. %s\n", s.Where, s.Name, s.Unclear)
				default:
					fmt.Fprintf(&b, "%s: %s is %+q\n", s.Where, s.Name, s.Value)
				}
			}
			if *update {
				if err := os.WriteFile(path+".golden", []byte(b.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			golden, err := os.ReadFile(path + ".golden")
			if err != nil || b.String() != string(golden) {
				t.Errorf("%v; read is\n%s", err, b.String())
			}
		})
	}
}

func TestFormatOf(t *testing.T) {
	for name, want := range map[string]Format{
		".env": Dotenv, "a/.env.local": Dotenv, "x.ENV": Dotenv, "x.json": JSONText, "a.b/x.YAML": YAMLText, "x.yml": YAMLText,
		"env": "", "x.envrc": "", "x.txt": "", "": "", "x.zip": "",
	} {
		if got, ok := FormatOf(name); got != want || ok != (want != "") {
			t.Errorf("%q: %q, %v", name, got, ok)
		}
	}
}

func TestOtherFormats(t *testing.T) {
	for _, f := range []Format{"", Auth0YAML, Auth0Dir} {
		if _, err := ReadSecrets(f, nil); err == nil {
			t.Errorf("%q is read", f)
		}
		if _, err := NewSecretsWriter(nil, f); err == nil {
			t.Errorf("%q is written", f)
		}
	}
	if _, err := ReadSecrets(Names, []byte("A\n")); err == nil {
		t.Error("names are read")
	}
}
