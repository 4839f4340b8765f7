package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"hooksafe/store"
)

// lasts are the words for how long a key works; 0 is for ever.
var lasts = []struct {
	word string
	long time.Duration
}{
	{"7d", 7 * 24 * time.Hour}, {"30d", 30 * 24 * time.Hour}, {"90d", 90 * 24 * time.Hour}, {"1y", 365 * 24 * time.Hour}, {"never", 0},
}

func keyCreateCommand() *cobra.Command {
	var org, name, scopes, expires string
	var asJSON bool
	key := store.NewKey{}
	cmd := &cobra.Command{
		Use:   "create --org SLUG --name NAME --scopes SCOPES [--expires 90d] [--json]",
		Short: "Make an API key and print its token",
		Long: `Create makes an API key of an organization and prints its token, which is kept
nowhere: store it now. The id and the token also work as client_id and
client_secret at /oauth/token.

Scopes, with commas between them; none implies another:
  read:hooks create:hooks update:hooks delete:hooks reveal:hook_secrets
  read:secrets create:secrets update:secrets delete:secrets reveal:secrets`,
		Example: `  hooksafe key create --org acme --name deploy-ci --scopes read:hooks,update:hooks
  hooksafe key create --org acme --name edge --scopes reveal:hook_secrets --expires 1y --json`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := readSettings(cmd)
			if err != nil {
				return err
			}
			return withStore(cmd.Context(), c, store.Options{}, func(s *store.Store) error {
				a, err := s.OperatorIn(cmd.Context(), s.Operator(), org)
				if err != nil {
					return err
				}
				key.Name = name
				made, token, err := s.CreateKey(cmd.Context(), a, key)
				if err != nil || !asJSON {
					return say(cmd, err, token)
				}
				return json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]string{"id": made.ID, "token": token})
			})
		},
	}
	cmd.Args = cobra.MatchAll(wants("org", "name", "scopes"), func(*cobra.Command, []string) (err error) {
		key.Lasts, err = readLasts(expires)
		for scope := range strings.SplitSeq(scopes, ",") {
			key.Scopes = append(key.Scopes, store.Scope(strings.TrimSpace(scope)))
		}
		return err
	})
	cmd.Flags().StringVar(&org, "org", "", "the organization with the slug `SLUG`")
	cmd.Flags().StringVar(&name, "name", "", "call the key `NAME`")
	cmd.Flags().StringVar(&scopes, "scopes", "", "what it may do: `SCOPES` of the list above")
	cmd.Flags().StringVar(&expires, "expires", "90d", "`WHEN` it ends: 7d, 30d, 90d, 1y or never")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print id and token as JSON")
	takeSettings(cmd, aboutData)
	return cmd
}

func readLasts(word string) (time.Duration, error) {
	for _, l := range lasts {
		if l.word == word {
			return l.long, nil
		}
	}
	return 0, wrongUse{fmt.Errorf("--expires: %q is none of 7d, 30d, 90d, 1y, never", word)}
}

func keyListCommand() *cobra.Command {
	var org string
	cmd := &cobra.Command{
		Use:   "list --org SLUG",
		Short: "List the API keys of an organization",
		Long: `List prints the API keys of an organization, newest first: id, name, state, scopes,
and when they were last used. Tokens are kept nowhere and cannot be printed.`,
		Example: `  hooksafe key list --org acme`,
		Args:    wants("org"),
		RunE: inOrg(&org, func(ctx context.Context, s *store.Store, a store.Actor) (string, error) {
			keys, err := s.Keys(ctx, a)
			return keyTable(keys, s.Now()), err
		}),
	}
	cmd.Flags().StringVar(&org, "org", "", "the organization with the slug `SLUG`")
	takeSettings(cmd, aboutData)
	return cmd
}

// keyTable is a line for each key, with its columns under each other.
func keyTable(keys []store.Key, now time.Time) string {
	var table strings.Builder
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprint(w, "ID\tNAME\tSTATE\tSCOPES\tLAST USED")
	for _, k := range keys {
		fmt.Fprintf(w, "\n%s\t%s\t%s\t%s\t%s", k.ID, k.Name, keyState(k, now), joined(k.Scopes), utc(k.UsedAt, "never"))
	}
	w.Flush()
	return table.String()
}

func keyState(k store.Key, now time.Time) string {
	switch {
	case !k.RevokedAt.IsZero():
		return "revoked"
	case !k.Live(now):
		return "expired"
	}
	return "until " + utc(k.ExpiresAt, "revoked")
}

func joined(scopes []store.Scope) string {
	words := make([]string, len(scopes))
	for i, s := range scopes {
		words[i] = string(s)
	}
	return strings.Join(words, ",")
}

// utc is a time to the second, or other words for none.
func utc(at time.Time, none string) string {
	if at.IsZero() {
		return none
	}
	return at.UTC().Format(time.RFC3339)
}

func keyRevokeCommand() *cobra.Command {
	var org string
	cmd := &cobra.Command{
		Use:     "revoke --org SLUG ID",
		Short:   "Make an API key stop",
		Long:    `Revoke makes an API key stop at its next request, and prints its name.`,
		Example: `  hooksafe key revoke --org acme 019aa6f1-7a52-7c31-9f04-5d3c2b1a0e9f`,
	}
	cmd.Args = wantsWith("ID", "org")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return inOrg(&org, func(ctx context.Context, s *store.Store, a store.Actor) (string, error) {
			k, err := s.RevokeKey(ctx, a, args[0])
			if store.CodeOf(err) == store.NotFound {
				err = fmt.Errorf("there is no API key with this id in %s: see hooksafe key list", org)
			}
			return k.Name, err
		})(cmd, args)
	}
	cmd.Flags().StringVar(&org, "org", "", "the organization with the slug `SLUG`")
	takeSettings(cmd, aboutData)
	return cmd
}
