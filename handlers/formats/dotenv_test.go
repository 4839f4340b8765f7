package formats

import (
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestReadDotenv(t *testing.T) {
	for text, want := range map[string][]Secret{
		"":                                     nil,
		"\n \t\n# A=1\n  # B\n":                nil,
		"A=1":                                  {{Name: "A", Value: "1"}},
		"\ufeffA=1\n":                          {{Name: "A", Value: "1"}},
		"A=\ufeff1\n":                          {{Name: "A", Value: "\ufeff1"}},
		"A=1\r\n\r\n# x\r\nB='2'\r\n":          {{Name: "A", Value: "1"}, {Name: "B", Value: "2"}},
		" export A=1\nexport\tB=2":             {{Name: "A", Value: "1"}, {Name: "B", Value: "2"}},
		"export=1\nexported=2":                 {{Name: "export", Value: "1"}, {Name: "exported", Value: "2"}},
		"api.key-2_x=1\né=2":                   {{Name: "api.key-2_x", Value: "1"}, {Name: "é", Value: "2"}},
		"A=$HOME\nB=${X:-y}$$\nC='$D'":         {{Name: "A", Value: "$HOME"}, {Name: "B", Value: "${X:-y}$$"}, {Name: "C", Value: "$D"}},
		`A="$HOME \$HOME"`:                     {{Name: "A", Value: "$HOME $HOME"}},
		"A=a b  c\nB=a=b==\nC=a,b;c&d":         {{Name: "A", Value: "a b  c"}, {Name: "B", Value: "a=b=="}, {Name: "C", Value: "a,b;c&d"}},
		`A='a\nb \\ "c" $d #e = '`:             {{Name: "A", Value: `a\nb \\ "c" $d #e = `}},
		`A="a\nb\r\t\"c\" \\ \$ \` + "`\"":     {{Name: "A", Value: "a\nb\r\t\"c\" \\ $ `"}},
		"A=\"it's\"\nB='say \"hi\"'":           {{Name: "A", Value: "it's"}, {Name: "B", Value: `say "hi"`}},
		"A='1' # note\nB=\"2\"\t#n\nC='3'  \n": {{Name: "A", Value: "1"}, {Name: "B", Value: "2"}, {Name: "C", Value: "3"}},
		"A='a\n\nb = c\n'\nB=1":                {{Name: "A", Value: "a\n\nb = c\n"}, {Name: "B", Value: "1"}},
		"A=\"a\r\nb\rc\"\r\nB=1":               {{Name: "A", Value: "a\r\nb\rc"}, {Name: "B", Value: "1"}},
		"A='\u2028\x01🔑 '":                     {{Name: "A", Value: "\u2028\x01🔑 "}},
		"A=_VALUE_NOT_SHOWN_\nB='_VALUE_NOT_SHOWN'\nC=\"_VALUE_NOT_SHOWN_\"\nD=_VALUE_NOT_SHOWN__": {
			{Name: "A", Pending: true}, {Name: "B", Pending: true}, {Name: "C", Pending: true}, {Name: "D", Value: "_VALUE_NOT_SHOWN__"}},
		"A=##KEY##\nB=\"@@KEY@@\"\nC=@@KEY@@\nD='##KEY##'\nE=x@@KEY@@": {
			{Name: "A", Pending: true}, {Name: "B", Pending: true}, {Name: "C", Pending: true}, {Name: "D", Value: "##KEY##"}, {Name: "E", Value: "x@@KEY@@"}},
	} {
		got, err := ReadSecrets(Dotenv, []byte(text))
		if err != nil || !reflect.DeepEqual(withoutWhere(got), want) {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
}

// Where the tools disagree, nobody guesses.
func TestDotenvUnclear(t *testing.T) {
	for line, want := range map[string]string{
		"A=":                   emptyValue,
		"A=  ":                 emptyValue,
		"A=''":                 emptyValue,
		`A=""`:                 emptyValue,
		"A = 1":                spacesAtEquals,
		"A =1":                 spacesAtEquals,
		"A= 1":                 spacesAtEquals,
		"A=\t'1'":              spacesAtEquals,
		"export A =1":          spacesAtEquals,
		"export =1":            spacesAtEquals,
		"A= _VALUE_NOT_SHOWN_": spacesAtEquals,
		"A=1 ":                 spacesAtEnd,
		"A=1\t\r":              spacesAtEnd,
		"A=1 # note":           commentOrValue,
		"A=1#2":                commentOrValue,
		"A=#1":                 commentOrValue,
		"A=##KEY## ":           commentOrValue,
		"A=##KEY":              commentOrValue,
		"A=it's":               quoteWithin,
		`A={"a":1}`:            quoteWithin,
		"A=a`id`":              backquotes,
		"A=`a`":                backquotes,
		"A=`a\nB=2`":           backquotes,
		`A=C:\new`:             escapeOrNot,
		`A=a\`:                 escapeOrNot,
		"A==":                  leadingEquals,
		"A==b":                 leadingEquals,
		"A='1'2":               textBehind,
		"A='1' 2":              textBehind,
		"A='1'# note":          textBehind,
		`A='it'\''s'`:          textBehind,
		`A="1"; B=2`:           textBehind,
		`A="\x41"`:             unknownEscape,
		`A="\'"`:               unknownEscape,
		"A=\"a\\\nb\"":         unknownEscape,
		"A=\"a\\\U0001f511b\"": unknownEscape,
	} {
		secrets, err := ReadSecrets(Dotenv, []byte("FIRST=1\n"+line+"\nLAST=2\n"))
		if err != nil || len(secrets) != 3 {
			t.Errorf("%q: %+v, %v", line, secrets, err)
			continue
		}
		if s := secrets[1]; s.Unclear != want || s.Value != "" || s.Pending || s.Where != "line 2" {
			t.Errorf("%q: %+v", line, s)
		}
	}
}

// Every line that can't be read is told, and nothing of what stands there.
func TestDotenvRefuses(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"no =", "A=1\n" + planted + "\n", "line 2: there is no = here"},
		{"only export", "export " + planted, "line 1: there is no = here"},
		{"a colon", "A: " + planted, "line 1: there is no = here"},
		{"no name", "A=1\n=" + planted, "line 2: there is no name before the ="},
		{"no name, spaced", " = " + planted, "line 1: there is no name before the ="},
		{"a space in a name", "A B=" + planted, "line 1: a space stands in the name"},
		{"a colon and an =", "A: " + planted + "=", "line 1: a space stands in the name"},
		{"a quoted name", `"A"=` + planted, "line 1: the name before the = has a character"},
		{"a control in a name", "A\x01=" + planted, "line 1: the name before the = has a character"},
		{"a mark in a name", "A=1\nB\ufeff=" + planted, "line 2: the name before the = has a character"},
		{"a # in front of a name", "export #A=" + planted, "line 1: the name before the = has a character"},
		{"a bad name, a value of two lines", "A B='" + planted + "\n" + planted + "'\nC", "line 1: a space stands in the name before the =\nline 3: there is no ="},
		{"an open single quote", "A='" + planted + "\nB=1\nC", "line 1: the quote that opens here is never closed\nline 3: there is no ="},
		{"an open double quote", `A="` + planted + `\"`, "line 1: the quote that opens here is never closed"},
		{"an open backquote", "A=`" + planted, "line 1: the quote that opens here is never closed"},
		{"a name twice", "A=1\n\nA=" + planted, "line 3: the name of line 1 comes a second time"},
		{"a name twice, unclear", "A='\n'\nA=", "line 3: the name of line 1 comes a second time"},
		{"a NUL", "A=1\nB='" + planted + "\x00'", "line 2: a NUL stands here"},
		{"bad UTF-8", "A='\n" + planted + "\xff'", "line 2: this is not UTF-8"},
		{"UTF-16", "\xff\xfeA\x00=\x001\x00", "line 1: this is UTF-16 text"},
		{"old line ends", "A=1\rB=" + planted + "\r", "line 1: a carriage return stands here"},
		{"a carriage return in a note", "# " + planted + "\rA=1\n", "line 1: a carriage return stands here"},
		{"a carriage return behind a quote", "A='1'\r# " + planted, "line 1: a carriage return stands here"},
		{"a carriage return at the end", "A=" + planted + "\r", "line 1: a carriage return stands here"},
		{"many", strings.Repeat(planted+"\n", 25), "line 20: there is no = here, and NAME=value is wanted\nand 5 more"},
		{"too many names", numbered(maxSecrets+2, "N%d=1\n"), "line 25001: there are more than 25000 names"},
		{"too long", strings.Repeat("#", MaxImport+1), "this is more than the 5 MiB"},
	} {
		t.Run(c.name, func(t *testing.T) { refuses(t, Dotenv, c.text, c.want) })
	}
	if _, err := ReadSecrets(Dotenv, []byte(numbered(maxSecrets, "N%d=1\n")+"\n# end")); err != nil {
		t.Errorf("%d names: %v", maxSecrets, err)
	}
}

// What bash makes of a file is what was written, but for a carriage return, which it
// has no escape for. The dotenv of npm also reads all of them, but for values with both
// a ' and one of " \ $ or a backquote: it knows no escapes but \n and \r. Docker takes
// quotes for a part of the value, so it reads what needs none.
func TestDotenvInBash(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash here")
	}
	var values []string
	for _, value := range nasty {
		if !strings.Contains(value, "\r") {
			values = append(values, value)
		}
	}
	secrets := secretsOf(values)[:len(values)]
	file := filepath.Join(t.TempDir(), ".env")
	if err := os.WriteFile(file, written(t, Dotenv, secrets), 0o600); err != nil {
		t.Fatal(err)
	}
	script := `. "$1"; for name in ${!NAME_*}; do printf '%s=%s\0' "$name" "${!name}"; done`
	out, err := exec.Command(bash, "-c", script, "bash", file).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %.200s", err, out)
	}
	got := map[string]string{}
	for entry := range strings.SplitSeq(string(out), "\x00") {
		name, value, _ := strings.Cut(entry, "=")
		got[name] = value
	}
	for _, s := range secrets {
		if got[s.Name] != s.Value {
			t.Errorf("%.40q became %.40q", s.Value, got[s.Name])
		}
	}
}

func FuzzReadDotenv(f *testing.F) {
	for _, seed := range []string{
		"A=1\nB='2'\nexport C=\"3\\n\"\n", "A='\n'\r\n# x\n", "A = 1 # 2\nB", "A=\"\\\"\nB='", "\ufeffA=\ufeff", "A=##X##\nB='##X##'", "A=_VALUE_NOT_SHOWN_\nA=", "A=`x`\r", "=\xff\x00",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) { readAgain(t, Dotenv, text) })
}
