package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"hooksafe/handlers/formats"
)

func secretsListCommand() *cobra.Command {
	var hook string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list [--hook NAME] [--json]",
		Short: "List the names of secrets",
		Long: `List prints the names of a hook's secrets, or of the organization's own, one a line.
With --json a line is an object with name and, for those of the organization, version
and pending: a pending secret has a name and no value yet.

The key needs the scope read:hooks, or read:secrets for those of the organization.`,
		Example: `  hooksafe secrets list --hook sync-new-users
  hooksafe secrets list --json | jq -r 'select(.pending) | .name'`,
		Args: cobra.MatchAll(wants(), hookGiven),
		RunE: overAPI(func(cmd *cobra.Command, c *client, _ []string) error {
			p, err := c.place(cmd.Context(), hook)
			if err != nil {
				return err
			}
			list, err := p.list(cmd.Context())
			if err != nil {
				return err
			}
			return printList(cmd.OutOrStdout(), list, asJSON)
		}),
	}
	takeHook(cmd, &hook)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON object a line")
	return cmd
}

func printList(w io.Writer, list []entry, asJSON bool) error {
	objects := json.NewEncoder(w)
	for _, e := range list {
		var err error
		if asJSON {
			err = objects.Encode(e)
		} else {
			_, err = fmt.Fprintln(w, printable(e.Name))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func secretsGetCommand() *cobra.Command {
	var hook string
	cmd := &cobra.Command{
		Use:   "get [--hook NAME] NAME",
		Short: "Print the value of a secret",
		Long: `Get prints the value of a secret, byte for byte and nothing behind it. That leaves an
audit entry under the name of the key.

The key needs the scope reveal:hook_secrets, and read:hooks to find the hook; for those
of the organization, reveal:secrets and read:secrets.`,
		Example: `  hooksafe secrets get --hook sync-new-users CRM_TOKEN
  hooksafe secrets get DATABASE_URL > url`,
		Args: cobra.MatchAll(wantsWith("NAME"), hookGiven),
		RunE: overAPI(func(cmd *cobra.Command, c *client, args []string) error {
			p, err := c.place(cmd.Context(), hook)
			if err != nil {
				return err
			}
			found := entry{Name: args[0]}
			if hook == "" {
				var there bool
				if found, there, err = p.find(cmd.Context(), args[0]); err == nil && !there {
					err = errNoSecret
				}
			}
			if err != nil {
				return err
			}
			value, err := p.value(cmd.Context(), found)
			if err != nil {
				return err
			}
			_, err = io.WriteString(cmd.OutOrStdout(), value)
			return err
		}),
	}
	takeHook(cmd, &hook)
	return cmd
}

func secretsSetCommand() *cobra.Command {
	var hook, file string
	var strip bool
	cmd := &cobra.Command{
		Use:   "set [--hook NAME] [--file FILE] [--strip-newline] NAME",
		Short: "Add a secret, or give it a new value",
		Long: `Set adds a secret, or gives the one that is there a new value, and prints its name
and which of the two it was. The value is standard input or the file, byte for byte; on
a terminal it is asked for and stays hidden. It is never an argument: everybody on a
host can read its command lines.

Many programs end what they print with a line end, which is stored too then: set says
so, and --strip-newline drops one.

The key needs the scopes read:hooks and update:hooks (create:hooks is enough to add); for
those of the organization, read:secrets and create:secrets or update:secrets.`,
		Example: `  printf %s "$TOKEN" | hooksafe secrets set --hook sync-new-users CRM_TOKEN
  hooksafe secrets set --file server.pem TLS_KEY
  head -c 24 /dev/urandom | base64 | hooksafe secrets set --strip-newline SIGNING_KEY`,
		Args: cobra.MatchAll(wantsWith("NAME"), hookGiven),
		RunE: overAPI(func(cmd *cobra.Command, c *client, args []string) error {
			value, err := readValue(cmd, args[0], file)
			if err != nil {
				return err
			}
			if strip {
				value = withoutLineEnd(value)
			}
			if err := checkValue(value); err != nil {
				return err
			}
			p, err := c.place(cmd.Context(), hook)
			if err != nil {
				return err
			}
			added, err := p.set(cmd.Context(), args[0], value)
			if err == nil && withoutLineEnd(value) != value {
				fmt.Fprintln(cmd.ErrOrStderr(), "The value ends with a line end, which is part of it: --strip-newline drops it.")
			}
			return say(cmd, err, args[0]+map[bool]string{true: " added", false: " changed"}[added])
		}),
	}
	takeHook(cmd, &hook)
	cmd.Flags().StringVar(&file, "file", "", "the value is what `FILE` holds")
	cmd.Flags().BoolVar(&strip, "strip-newline", false, "drop one line end at the end of the value")
	return cmd
}

// maxRead is more than any value may have, so that the server says what the limit is.
const maxRead = 512 << 10

// readValue takes a value from a file, or all of standard input. On a terminal it
// asks, because nothing that is typed may show.
func readValue(cmd *cobra.Command, name, file string) (string, error) {
	in := cmd.InOrStdin()
	if file != "" {
		f, err := os.Open(file)
		if err != nil {
			return "", err
		}
		defer f.Close()
		in = f
	} else if f, ok := terminal(in); ok {
		return askValue(cmd.ErrOrStderr(), f, name)
	}
	value, err := io.ReadAll(io.LimitReader(in, maxRead))
	if err != nil {
		return "", fmt.Errorf("read the value: %w", err)
	}
	if len(value) == 0 {
		return "", errors.New("no value: it is read from standard input, or with --file from a file")
	}
	return string(value), nil
}

// terminal tells whether something is one.
func terminal(of any) (*os.File, bool) {
	f, ok := of.(*os.File)
	return f, ok && term.IsTerminal(int(f.Fd()))
}

func askValue(w io.Writer, in *os.File, name string) (string, error) {
	stop, err := echoAfterInterrupt(int(in.Fd()))
	if err != nil {
		return "", err
	}
	defer stop()
	return ask(w, int(in.Fd()), "Value of "+name+": ")
}

// withoutLineEnd drops one line end at the end of a value.
func withoutLineEnd(value string) string {
	if before, ends := strings.CutSuffix(value, "\n"); ends {
		return strings.TrimSuffix(before, "\r")
	}
	return value
}

const notText = "not UTF-8 text, so it can't be kept exactly"

// checkValue refuses what would not be stored as it is: JSON carries no bytes that are
// not text, and the Management API takes the placeholder for "leave it as it is".
func checkValue(value string) error {
	if !utf8.ValidString(value) {
		return errors.New("the value is " + notText)
	}
	bare := strings.TrimSpace(value) // echo ends it with a line
	if bare == formats.Placeholder || bare+"_" == formats.Placeholder {
		return errors.New("this is the placeholder, not the value: exports write it where a value is hidden")
	}
	return nil
}

func secretsRemoveCommand() *cobra.Command {
	var hook string
	cmd := &cobra.Command{
		Use:   "rm [--hook NAME] NAME",
		Short: "Delete a secret",
		Long: `Rm deletes a secret and prints its name. In the dashboard that can be undone for 7
days.

The key needs the scopes read:hooks and delete:hooks or update:hooks; for those of the
organization, read:secrets and delete:secrets.`,
		Example: `  hooksafe secrets rm --hook sync-new-users CRM_TOKEN`,
		Args:    cobra.MatchAll(wantsWith("NAME"), hookGiven),
		RunE: overAPI(func(cmd *cobra.Command, c *client, args []string) error {
			p, err := c.place(cmd.Context(), hook)
			if err != nil {
				return err
			}
			err = p.remove(cmd.Context(), args[0])
			if answers(err, http.StatusNotFound) {
				err = errNoSecret
			}
			return say(cmd, err, args[0]+" deleted")
		}),
	}
	takeHook(cmd, &hook)
	return cmd
}
