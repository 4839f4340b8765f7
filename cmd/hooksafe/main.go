// Command hooksafe keeps the secrets of a team's hooks. It is the server, the
// commands with which an operator looks after it on its host, and those with which
// anybody who has an API key works over the APIs of a server.
//
// What a script may want to read goes to standard output, one thing a line.
// Everything else goes to standard error: prompts, the server's log, and errors,
// which are one line that begins with "hooksafe: ".
//
// It exits with 0 when it is done, 1 when something was refused or failed, and 2
// after wrong use: a command, a flag or a word that the help does not list, or one
// left out. Only wrong use is answered with how the command is used. An import that
// left something out exits with 3, and a program that is run with its own code.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"hooksafe/store"
)

// The exit codes.
const (
	exitDone     = 0
	exitFailed   = 1
	exitWrongUse = 2
	exitPartly   = 3 // an import is done, or would be, but for what was refused
)

func main() {
	if err := harden(); err != nil {
		os.Exit(report(os.Stderr, nil, err))
	}
	cmd, err := program().ExecuteC()
	os.Exit(report(os.Stderr, cmd, err))
}

// program is the tree of commands.
func program() *cobra.Command {
	root := group("hooksafe", "Keep the secrets of your team's hooks", `
Hooksafe keeps the secrets of a team's hooks: sealed before they are stored,
hidden until somebody with the right asks for one, and never revealed without an
audit entry.

Start the server with "hooksafe serve" and open the address that it prints. Other
commands are the operator's: they work on the server's data directory, whether the
server runs or not. Those over the API work from anywhere, with an API key.`, `
  hooksafe serve
  hooksafe help user create
  hooksafe run --hook sync-new-users -- node server.js`,
		serveCommand(),
		group("user", "Make people who can sign in, and help them back in", `
People sign in with an email address and a password. What they may do is decided
in each organization they are a member of.`, `
  hooksafe user create --email ada@example.com --name "Ada Lovelace"`,
			userCreateCommand(), userResetPasswordCommand()),
		group("org", "Make organizations", `
An organization has members, hooks, secrets and an audit log. Organizations know
nothing of each other.`, `
  hooksafe org create --name "Acme Inc" --slug acme --owner ada@example.com`,
			orgCreateCommand()),
		group("member", "Let people into an organization, and out of it", `
A member has one role in an organization: owner, admin, editor or viewer.`, `
  hooksafe member add --org acme --email bob@example.com --role editor`,
			memberAddCommand(), memberRoleCommand(), memberRemoveCommand()),
		group("key", "Make API keys, and take them back", `
With an API key a program acts in one organization, as far as the key's scopes
reach. Its token is shown once.`, `
  hooksafe key create --org acme --name deploy-ci --scopes read:hooks,update:hooks`,
			keyCreateCommand(), keyListCommand(), keyRevokeCommand()),
		group("audit", "Take the audit log out", `
Every reveal, every change and every refusal leaves an audit entry.`, `
  hooksafe audit export --org acme > acme.jsonl`,
			auditExportCommand()),
		group("master-key", "Make a master key", `
The master key seals everything that is secret in the database. Whoever has only
one of the two can read no value.`, `
  hooksafe master-key generate`,
			masterKeyGenerateCommand()),
		versionCommand(),
	)
	root.AddGroup(&cobra.Group{ID: clientGroup})
	root.AddCommand(overTheAPI(
		importCommand(),
		exportCommand(),
		group("secrets", "List, read, set and delete secrets", `
Secrets belong to a hook, or to the organization itself. A secret is known by its name;
its value comes from standard input or from a file.`, `
  hooksafe secrets list --hook sync-new-users`,
			secretsListCommand(), secretsGetCommand(), secretsSetCommand(), secretsRemoveCommand()),
		runCommand(),
	)...)
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetHelpCommand(helpCommand(root))
	root.SetHelpFunc(help)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return wrongUse{err} })
	return root
}

// group is a command that does nothing but hold others.
func group(name, short, long, example string, commands ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use: name + " COMMAND", Short: short, Long: strings.TrimSpace(long), Example: strings.Trim(example, "\n"),
		// A misspelled command comes here with its flags, which are not ours to judge.
		FParseErrWhitelist: cobra.FParseErrWhitelist{UnknownFlags: true},
		Args:               cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return wrongUse{fmt.Errorf("unknown command %q", args[0])}
			}
			return wrongUse{errors.New("a command is missing")}
		},
	}
	cmd.AddCommand(commands...)
	return cmd
}

// clientGroup holds the commands that work over the API of a server.
const clientGroup = "client"

// overTheAPI puts commands into the group of those that work over the API.
func overTheAPI(commands ...*cobra.Command) []*cobra.Command {
	for _, c := range commands {
		c.GroupID = clientGroup
	}
	return commands
}

// wants refuses a command line that holds words which belong to no flag, or leaves
// one of the flags out.
func wants(flags ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return wrongUse{fmt.Errorf("%q is one word too many", args[0])}
		}
		for _, name := range flags {
			if !cmd.Flags().Changed(name) {
				return wrongUse{fmt.Errorf("--%s is missing", name)}
			}
		}
		return nil
	}
}

// wantsWith is wants, with one word that belongs to no flag.
func wantsWith(word string, flags ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return wrongUse{fmt.Errorf("%s is missing", word)}
		}
		return wants(flags...)(cmd, args[1:])
	}
}

// wrongUse is an error of the command line itself.
type wrongUse struct{ error }

// exitWith is an error that the program ends with by an exit code of its own.
type exitWith struct {
	code int
	error
}

// Unwrap is why.
func (e exitWith) Unwrap() error { return e.error }

// report says on one line what went wrong, and returns the exit code. After wrong
// use it adds how cmd is used.
func report(w io.Writer, cmd *cobra.Command, err error) int {
	if err == nil {
		return exitDone
	}
	fmt.Fprintln(w, "hooksafe: "+describe(cmd, err))
	var own exitWith
	switch {
	case errors.As(err, &own):
		return own.code
	case !errors.As(err, new(wrongUse)):
		return exitFailed
	}
	usage(w, cmd)
	return exitWrongUse
}

// describe is an error on one line, without what would move the cursor of a terminal: it
// may tell of names that a server sent. A refusal of the store is named after the
// flag that it is about.
func describe(cmd *cobra.Command, err error) string {
	text := printable(strings.ReplaceAll(err.Error(), "\n", "; "))
	refusal, ok := store.AsError(err)
	switch {
	case !ok || refusal.Field == "":
		return text
	case cmd.Flags().Lookup(refusal.Field) != nil:
		return "--" + refusal.Field + ": " + text
	default:
		return refusal.Field + ": " + text
	}
}
