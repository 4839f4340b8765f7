package main

import (
	"bytes"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"
)

// TestMain also is the program, for the tests that run it as a process. The mask
// that they hand on hides nothing: who may read a file is the program's doing.
func TestMain(m *testing.M) {
	unix.Umask(0)
	testscript.Main(m, programs)
}

// programs are what tests find in their path.
var programs = map[string]func(){"hooksafe": main}

// commandLine runs the program in this process, for command lines that go no
// further than being read.
func commandLine(args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	p := program()
	p.SetArgs(args)
	p.SetOut(&out)
	p.SetErr(&errs)
	cmd, err := p.ExecuteC()
	return report(&errs, cmd, err), out.String(), errs.String()
}

func TestWrongUse(t *testing.T) {
	for _, tt := range []struct {
		args string
		want string
	}{
		{"", "hooksafe: a command is missing\n"},
		{"nonsense", "hooksafe: unknown command \"nonsense\"\n"},
		{"nonsense --flag value", "hooksafe: unknown command \"nonsense\"\n"},
		{"user", "hooksafe: a command is missing\n"},
		{"user crate", "hooksafe: unknown command \"crate\"\n"},
		{"user crate --email a@example.com", "hooksafe: unknown command \"crate\"\n"},
		{"user create", "hooksafe: --email is missing\n"},
		{"user create --email a@example.com", "hooksafe: --name is missing\n"},
		{"user create --email a@example.com --name A extra", "hooksafe: \"extra\" is one word too many\n"},
		{"user create --email", "hooksafe: flag needs an argument: --email\n"},
		{"user create --email a@example.com --name A --password x", "hooksafe: unknown flag: --password\n"},
		{"serve --master-key x", "hooksafe: unknown flag: --master-key\n"},
		{"member add --org acme --email a@example.com --role boss", "hooksafe: --role: Use one of the roles owner, admin, editor, viewer.\n"},
		{"member role --org acme --email a@example.com --role Owner", "hooksafe: --role: Use one of the roles"},
		{"audit export --org acme --format xml", "hooksafe: --format: \"xml\" is no format: use jsonl or csv\n"},
		{"run", "hooksafe: the program is missing: put it behind two dashes\n"},
		{"run --", "hooksafe: the program is missing: put it behind two dashes\n"},
		{"run printenv", "hooksafe: \"printenv\" stands before the two dashes: put the program behind them\n"},
		{"run printenv -- printenv", "hooksafe: \"printenv\" stands before the two dashes: put the program behind them\n"},
		{"run --hook= -- printenv", "hooksafe: --hook: give the name of a hook\n"},
		{"secrets list --hook=", "hooksafe: --hook: give the name of a hook\n"},
		{"secrets get", "hooksafe: NAME is missing\n"},
		{"secrets set NAME value", "hooksafe: \"value\" is one word too many\n"},
		{"secrets set NAME --value value", "hooksafe: unknown flag: --value\n"},
		{"secrets rm", "hooksafe: NAME is missing\n"},
		{"export", "hooksafe: --format is missing\n"},
		{"export --format xml", "hooksafe: --format: \"xml\" is no format: use dotenv, json, yaml, auth0-yaml or auth0-dir\n"},
		{"export --format names", "hooksafe: --format: \"names\" is no format"},
		{"export --format auth0-dir", "hooksafe: --output is missing: this format is a folder of files\n"},
		{"import", "hooksafe: FILE|DIR is missing\n"},
		{"import --from-auth0 https://tenant.example .env", "hooksafe: \".env\" is one word too many\n"},
		{"import --from-auth0 https://tenant.example --format json", "hooksafe: --format goes with files, not with --from-auth0\n"},
		{"import --hook= .env", "hooksafe: --hook: give the name of a hook\n"},
		{"help nonsense", "hooksafe: there is no command \"nonsense\"\n"},
		{"help user crate", "hooksafe: there is no command \"user crate\"\n"},
		{"completion bash", "hooksafe: unknown command \"completion\"\n"},
	} {
		t.Run(tt.args, func(t *testing.T) {
			code, stdout, stderr := commandLine(strings.Fields(tt.args)...)
			if code != exitWrongUse || !strings.HasPrefix(stderr, tt.want) || !strings.Contains(stderr, "\nUsage:\n  hooksafe") {
				t.Errorf("exit %d, want %d\n%swant first\n%s", code, exitWrongUse, stderr, tt.want)
			}
			if stdout != "" {
				t.Errorf("standard output after wrong use:\n%s", stdout)
			}
		})
	}
}

// takesWord finds the usage of a command that takes one word without a flag.
var takesWord = regexp.MustCompile(` (ID|NAME|FILE\|DIR)$`)

// TestEveryCommand holds every command to the same rules, also the ones that come
// later.
func TestEveryCommand(t *testing.T) {
	for _, words := range commandsBelow(program()) {
		name := strings.Join(words, " ")
		t.Run(name, func(t *testing.T) {
			code, help, stderr := commandLine(slices.Concat(words, []string{"--help"})...)
			if code != exitDone || stderr != "" {
				t.Errorf("--help: exit %d\n%s", code, stderr)
			}
			for _, part := range []string{"Usage:\n  hooksafe " + name, "\nExamples:\n  ", "hooksafe " + words[0]} {
				if !strings.Contains(help, part) {
					t.Errorf("the help lacks %q:\n%s", part, help)
				}
			}
			if _, asked, _ := commandLine(slices.Concat([]string{"help"}, words)...); asked != help {
				t.Errorf("hooksafe help %s says something else than --help:\n%s", name, asked)
			}
			tooMany := []string{"extra-word"}
			if takesWord.MatchString(strings.SplitN(help[strings.Index(help, "Usage:"):], "\n", 3)[1]) {
				tooMany = append(tooMany, "extra-word") // the first one is what it takes
			}
			code, _, stderr = commandLine(slices.Concat(words, tooMany)...)
			if code != exitWrongUse || !strings.Contains(strings.SplitN(stderr, "\n", 2)[0], `"extra-word"`) {
				t.Errorf("extra-word: exit %d\n%s", code, stderr)
			}
			if code, _, stderr := commandLine(slices.Concat(words, []string{"--no-such-flag"})...); code != exitWrongUse {
				t.Errorf("--no-such-flag: exit %d\n%s", code, stderr)
			}
			for line := range strings.SplitSeq(help, "\n") {
				if len(line) > 100 {
					t.Errorf("the help has a line of %d characters:\n%s", len(line), line)
				}
			}
		})
	}
}

// commandsBelow are the words of every command under cmd.
func commandsBelow(cmd *cobra.Command) [][]string {
	var all [][]string
	for _, c := range cmd.Commands() {
		all = append(all, []string{c.Name()})
		for _, below := range commandsBelow(c) {
			all = append(all, slices.Concat([]string{c.Name()}, below))
		}
	}
	return all
}

func TestErrorsAreOneLine(t *testing.T) {
	var w bytes.Buffer
	code := report(&w, program(), errors.Join(errors.New("first"), errors.New("second\x1b[31m")))
	if got, want := w.String(), "hooksafe: first; second [31m\n"; code != exitFailed || got != want {
		t.Errorf("exit %d, %q, want %d, %q", code, got, exitFailed, want)
	}
}
