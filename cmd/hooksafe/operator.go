package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"hooksafe/store"
)

func userCreateCommand() *cobra.Command {
	var email, name string
	cmd := &cobra.Command{
		Use:   "create --email EMAIL --name NAME",
		Short: "Make a person who can sign in",
		Long: `Create makes a person who can sign in, and prints the new id. The password, 12 to
1024 bytes, is the first line of standard input; on a terminal it is asked for and
stays hidden. In an empty data directory, database and master key are made too.

A new person is no member anywhere yet: see "org create" and "member add".`,
		Example: `  hooksafe user create --email ada@example.com --name "Ada Lovelace"
  pass show hooksafe/ada | hooksafe user create --email ada@example.com --name "Ada Lovelace"`,
		Args: wants("email", "name"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := readSettings(cmd)
			if err != nil {
				return err
			}
			password, err := readPassword(cmd)
			if err != nil {
				return err
			}
			return withStore(cmd.Context(), c, store.Options{Create: true}, func(s *store.Store) error {
				made, err := s.CreateUser(cmd.Context(), s.Operator(), email, name, password)
				return say(cmd, err, made.ID)
			})
		},
	}
	cmd.Flags().StringVar(&email, "email", "", "sign in with the address `EMAIL`")
	cmd.Flags().StringVar(&name, "name", "", "appear to others as `NAME`")
	takeSettings(cmd, aboutData)
	return cmd
}

func userResetPasswordCommand() *cobra.Command {
	var email string
	cmd := &cobra.Command{
		Use:   "reset-password --email EMAIL",
		Short: "Print a one-time link for a new password",
		Long: `Reset-password prints a link with which the person sets a new password. It works
once and for 24 hours, and an earlier one stops working. The old password stays
good until then.

The link begins with the address that people use, so this command wants the same
settings for it as the server.`,
		Example: `  hooksafe user reset-password --email ada@example.com --base-url https://hooks.example.com`,
		Args:    wants("email"),
		RunE: onStore(func(ctx context.Context, c config, s *store.Store) (string, error) {
			token, err := s.NewResetLink(ctx, s.Operator(), email)
			return c.url() + "/reset/" + token, err
		}),
	}
	cmd.Flags().StringVar(&email, "email", "", "the person with the address `EMAIL`")
	takeSettings(cmd, aboutAddress)
	return cmd
}

func orgCreateCommand() *cobra.Command {
	var name, slug, owner string
	cmd := &cobra.Command{
		Use:   "create --name NAME --slug SLUG --owner EMAIL",
		Short: "Make an organization",
		Long: `Create makes an organization with its first owner, a person who can sign in, and
prints its slug. Other commands know it by that, and it is part of its addresses:
2 to 40 lower-case letters and digits, with single dashes between them.`,
		Example: `  hooksafe org create --name "Acme Inc" --slug acme --owner ada@example.com`,
		Args:    wants("name", "slug", "owner"),
		RunE: onStore(func(ctx context.Context, _ config, s *store.Store) (string, error) {
			made, err := s.CreateOrganization(ctx, s.Operator(), name, slug, owner)
			return made.Slug, err
		}),
	}
	cmd.Flags().StringVar(&name, "name", "", "call the organization `NAME`")
	cmd.Flags().StringVar(&slug, "slug", "", "put `SLUG` into its addresses")
	cmd.Flags().StringVar(&owner, "owner", "", "make the person with the address `EMAIL` its owner")
	takeSettings(cmd, aboutData)
	return cmd
}

func memberAddCommand() *cobra.Command {
	return withRole(&cobra.Command{
		Use:   "add --org SLUG --email EMAIL --role ROLE",
		Short: "Make a person a member",
		Long: `Add makes a person who can sign in a member of an organization, and prints email
address and role. Roles are owner, admin, editor and viewer.`,
		Example: `  hooksafe member add --org acme --email bob@example.com --role editor`,
	}, (*store.Store).AddMember)
}

func memberRoleCommand() *cobra.Command {
	return withRole(&cobra.Command{
		Use:   "role --org SLUG --email EMAIL --role ROLE",
		Short: "Give a member another role",
		Long: `Role gives a member another role, which counts from the next request on, and
prints email address and role. The last owner of an organization stays one.`,
		Example: `  hooksafe member role --org acme --email bob@example.com --role admin`,
	}, (*store.Store).SetMemberRole)
}

// withRole completes a command that gives somebody a role.
func withRole(cmd *cobra.Command, give func(*store.Store, context.Context, store.Actor, string, store.Role) (store.Member, error)) *cobra.Command {
	var org, email, name string
	var role store.Role
	known := func(*cobra.Command, []string) (err error) {
		if role, err = store.ParseRole(name); err != nil {
			return wrongUse{fmt.Errorf("--role: %w", err)}
		}
		return nil
	}
	cmd.Args = cobra.MatchAll(wants("org", "email", "role"), known)
	cmd.RunE = inOrg(&org, func(ctx context.Context, s *store.Store, a store.Actor) (string, error) {
		m, err := give(s, ctx, a, email, role)
		return m.Email + " " + m.Role.String(), err
	})
	cmd.Flags().StringVar(&org, "org", "", "the organization with the slug `SLUG`")
	cmd.Flags().StringVar(&email, "email", "", "the person with the address `EMAIL`")
	cmd.Flags().StringVar(&name, "role", "", "`ROLE` is owner, admin, editor or viewer")
	takeSettings(cmd, aboutData)
	return cmd
}

func memberRemoveCommand() *cobra.Command {
	var org, email string
	cmd := &cobra.Command{
		Use:   "remove --org SLUG --email EMAIL",
		Short: "End a membership",
		Long: `Remove ends a membership and prints the email address. The person is out at their
next request, and can still sign in elsewhere. The API keys they made stop, and the
values they have seen are due for new ones. The last owner stays.`,
		Example: `  hooksafe member remove --org acme --email bob@example.com`,
		Args:    wants("org", "email"),
		RunE: inOrg(&org, func(ctx context.Context, s *store.Store, a store.Actor) (string, error) {
			m, err := s.RemoveMember(ctx, a, email)
			return m.Email, err
		}),
	}
	cmd.Flags().StringVar(&org, "org", "", "the organization with the slug `SLUG`")
	cmd.Flags().StringVar(&email, "email", "", "the member with the address `EMAIL`")
	takeSettings(cmd, aboutData)
	return cmd
}

func auditExportCommand() *cobra.Command {
	var org, format string
	cmd := &cobra.Command{
		Use:   "export --org SLUG [--format jsonl|csv]",
		Short: "Print the audit log of an organization",
		Long: `Export prints the whole audit log of an organization, oldest entry first, times in
UTC: one JSON object a line, or a table for spreadsheets, in which a cell that would
be a formula begins with a quote. The export leaves an entry itself, which is
printed too.`,
		Example: `  hooksafe audit export --org acme > acme.jsonl
  hooksafe audit export --org acme | jq 'select(.action == "secret.reveal")'`,
		Args: cobra.MatchAll(wants("org"), func(*cobra.Command, []string) error {
			if f := store.AuditFormat(format); f != store.JSONLines && f != store.CSV {
				return wrongUse{fmt.Errorf("--format: %q is no format: use jsonl or csv", format)}
			}
			return nil
		}),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := readSettings(cmd)
			if err != nil {
				return err
			}
			return withStore(cmd.Context(), c, store.Options{}, func(s *store.Store) error {
				return exportAudit(cmd, s, org, store.AuditFormat(format))
			})
		},
	}
	cmd.Flags().StringVar(&org, "org", "", "the organization with the slug `SLUG`")
	cmd.Flags().StringVar(&format, "format", string(store.JSONLines), "write entries as `FORMAT`, jsonl or csv")
	takeSettings(cmd, aboutData)
	return cmd
}

func exportAudit(cmd *cobra.Command, s *store.Store, org string, format store.AuditFormat) error {
	a, err := s.OperatorIn(cmd.Context(), s.Operator(), org)
	if err != nil {
		return err
	}
	pieces, err := s.ExportAudit(cmd.Context(), a, store.AuditFilter{}, format)
	if err != nil {
		return err
	}
	for piece, err := range pieces {
		if err != nil {
			return err
		}
		if _, err := cmd.OutOrStdout().Write(piece); err != nil {
			return err
		}
	}
	return nil
}

func masterKeyGenerateCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "generate",
		Short: "Print a new master key",
		Long: `Generate prints a new master key, 32 random bytes in base64, for the file or the
variable that the server reads it from. It changes nothing.`,
		Example: `  (umask 077; hooksafe master-key generate > master.key)`,
		Args:    wants(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return say(cmd, nil, store.GenerateMasterKey())
		},
	}
}

// inOrg makes a command of what the operator does in one organization.
func inOrg(org *string, do func(context.Context, *store.Store, store.Actor) (string, error)) func(*cobra.Command, []string) error {
	return onStore(func(ctx context.Context, _ config, s *store.Store) (string, error) {
		a, err := s.OperatorIn(ctx, s.Operator(), *org)
		if err != nil {
			return "", err
		}
		return do(ctx, s, a)
	})
}

// onStore makes a command of what is done on the open store, and prints the line
// that comes of it.
func onStore(do func(context.Context, config, *store.Store) (string, error)) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, _ []string) error {
		c, err := readSettings(cmd)
		if err != nil {
			return err
		}
		return withStore(cmd.Context(), c, store.Options{}, func(s *store.Store) error {
			line, err := do(cmd.Context(), c, s)
			return say(cmd, err, line)
		})
	}
}

// say prints the line that a command ends with, unless it failed.
func say(cmd *cobra.Command, err error, line string) error {
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(cmd.OutOrStdout(), line)
	return err
}
