package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"hooksafe/handlers/formats"
)

func runCommand() *cobra.Command {
	var hook string
	cmd := &cobra.Command{
		Use:   "run [--hook NAME] -- COMMAND [ARGUMENT...]",
		Short: "Run a program with secrets in its environment",
		Long: `Run reads the secrets of a hook, or the organization's own, and becomes the program,
with each of them as an environment variable of its name, on top of those that are
there. They are written nowhere else. Each value that is read leaves an audit entry
under the name of the key, which the program does not get.

A pending secret, which has no value yet, is an error that names it, and nothing runs.

The exit code is that of the program; 127 if there is none of that name, 126 if it can't
be run, 1 if the secrets can't be read. The program leaves no core file, which would
hold the values.

The key needs the scopes read:hooks and reveal:hook_secrets; for the secrets of the
organization, read:secrets and reveal:secrets.`,
		Example: `  hooksafe run --hook sync-new-users -- node server.js
  hooksafe run -- sh -c 'psql "$DATABASE_URL"'`,
		Args: cobra.MatchAll(wantsProgram, hookGiven),
		RunE: overAPI(func(cmd *cobra.Command, c *client, args []string) error {
			program, err := findProgram(args[0])
			if err != nil {
				return err
			}
			p, err := c.place(cmd.Context(), hook)
			if err != nil {
				return err
			}
			secrets, err := readAll(cmd, p)
			if err != nil {
				return err
			}
			if err := nonePending(secrets); err != nil {
				return err
			}
			unix.Umask(maskBefore)
			return cannotRun(args[0], syscall.Exec(program, args, withSecrets(os.Environ(), secrets)))
		}),
	}
	takeHook(cmd, &hook)
	return cmd
}

// wantsProgram refuses a command line without a program, or with words before it: the
// two dashes keep the program's flags from being taken for ours.
func wantsProgram(cmd *cobra.Command, args []string) error {
	before := cmd.ArgsLenAtDash()
	if before != 0 && len(args) > 0 {
		return wrongUse{fmt.Errorf("%q stands before the two dashes: put the program behind them", args[0])}
	}
	if len(args) == 0 {
		return wrongUse{errors.New("the program is missing: put it behind two dashes")}
	}
	return nil
}

// readAll reads every value of a place.
func readAll(cmd *cobra.Command, p place) ([]formats.Secret, error) {
	list, err := p.list(cmd.Context())
	if err != nil {
		return nil, err
	}
	far := newProgress(cmd, len(list), "values read")
	defer far.end()
	return p.values(cmd.Context(), list, far.step)
}

func nonePending(secrets []formats.Secret) error {
	var names []string
	for _, s := range secrets {
		if s.Pending {
			names = append(names, s.Name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return fmt.Errorf("pending, without a value yet: %s; nothing was run", strings.Join(names, ", "))
}

// withSecrets is an environment with the secrets on top.
func withSecrets(environ []string, secrets []formats.Secret) []string {
	replaced := map[string]bool{}
	for _, s := range secrets {
		replaced[s.Name] = true
	}
	environ = slices.DeleteFunc(slices.Clone(environ), func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		return replaced[name]
	})
	for _, s := range secrets {
		environ = append(environ, s.Name+"="+s.Value)
	}
	return environ
}

// The exit codes of a program that did not begin, as shells have them.
const (
	exitNotExecutable = 126
	exitNotFound      = 127
)

// findProgram looks a program up by the PATH of now, not by one that is a secret.
func findProgram(name string) (string, error) {
	path, err := exec.LookPath(name)
	return path, cannotRun(name, err)
}

func cannotRun(name string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		return exitWith{exitNotFound, fmt.Errorf("there is no program %s", name)}
	}
	var why *exec.Error
	if errors.As(err, &why) {
		err = why.Err
	}
	return exitWith{exitNotExecutable, fmt.Errorf("%s can't be run: %w", name, err)}
}
