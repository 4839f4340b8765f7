package formats

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

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

func secretsOf(values []string) []Secret {
	var secrets []Secret
	for i, value := range values {
		secrets = append(secrets, Secret{Name: fmt.Sprintf("NAME_%d", i), Value: value})
	}
	return append(secrets, Secret{Name: "LAST.one-2", Pending: true})
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

// What is written is read back, byte for byte.
func TestWriteAndRead(t *testing.T) {
	for _, f := range []Format{Dotenv, JSONText, YAMLText} {
		for _, secrets := range [][]Secret{nil, secretsOf(nasty)} {
			text := written(t, f, secrets)
			got, err := ReadSecrets(f, text)
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
