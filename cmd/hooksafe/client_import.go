package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"hooksafe/handlers/formats"
)

// imported is what an import is asked for.
type imported struct {
	hook, format, auth0        string
	dryRun, yes, deleteMissing bool
}

func importCommand() *cobra.Command {
	var i imported
	cmd := &cobra.Command{
		Use:   "import [--hook NAME] [--format FORMAT] [--dry-run] [--yes] [--delete-missing] FILE|DIR",
		Short: "Bring secrets, or hooks with their scripts, in from files",
		Long: `Import reads secrets of a hook, or of the organization itself, from a .env, JSON or
YAML file; or hooks with scripts, dependencies and secrets from what the Auth0 Deploy
CLI writes: a folder, a zip of it, or its tenant.yaml. - is standard input. What a file
is follows from its name, or from --format. In files of the Deploy CLI, ##KEY## and
@@KEY@@ stand for environment variables, as they do there.

It prints what it would do, asks, and does all of it at once or nothing. A secret whose
value the file hides, or that is a keyword without a variable, keeps its stored value;
where there is none it is added as pending, to be filled in. What the files do not have
stays as it is, unless --delete-missing chooses it. If something changes meanwhile,
nothing is done, and the new plan is shown. In the dashboard, an import can be undone
for 7 days.

--from-auth0 URL takes the place of files: it reads hooks, scripts and names over the
Management API of an Auth0 tenant or of another server of Hooksafe, and makes their
values pending. It needs AUTH0_ACCESS_TOKEN, or AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET,
of that side.

Exit codes: 0 done, or nothing to do; 1 nothing was changed; 2 wrong use; 3 done, or
with --dry-run it would be, but entries were refused and left out.

The key needs the scopes read:hooks, create:hooks and update:hooks; for secrets of the
organization, read:secrets, create:secrets and update:secrets. --delete-missing needs
delete:hooks or delete:secrets.`,
		Example: `  hooksafe import brightwater
  hooksafe import --hook sync-new-users --dry-run .env
  hooksafe import --from-auth0 https://brightwater.eu.auth0.com --yes`,
		Args: cobra.MatchAll(i.wants, hookGiven),
		RunE: overAPI(func(cmd *cobra.Command, c *client, args []string) error {
			body, err := i.read(cmd, c, args)
			if err != nil {
				return err
			}
			return i.carryOut(cmd, c, body)
		}),
	}
	cmd.Flags().StringVar(&i.hook, "hook", "", "into the hook `NAME`, or of the hooks in the files only that one")
	cmd.Flags().StringVar(&i.format, "format", "", "the file is `FORMAT`: dotenv, json, yaml, auth0-yaml or zip")
	cmd.Flags().StringVar(&i.auth0, "from-auth0", "", "read hooks over the Management API at `URL`")
	cmd.Flags().BoolVar(&i.dryRun, "dry-run", false, "print what it would do, and do nothing")
	cmd.Flags().BoolVar(&i.yes, "yes", false, "do not ask")
	cmd.Flags().BoolVar(&i.deleteMissing, "delete-missing", false, "delete secrets that are stored, and not in the files")
	return cmd
}

// wants is a file or --from-auth0, and not both.
func (i *imported) wants(cmd *cobra.Command, args []string) error {
	if i.auth0 == "" {
		return wantsWith("FILE|DIR")(cmd, args)
	}
	if i.format != "" {
		return wrongUse{errors.New("--format goes with files, not with --from-auth0")}
	}
	return wants()(cmd, args)
}

// importBody is an import on the wire.
type importBody struct {
	Hook    string        `json:"hook,omitempty"`
	Secrets *[]wireSecret `json:"secrets,omitempty"`
	Hooks   *[]wireImport `json:"hooks,omitempty"`
}

type wireSecret struct {
	Name    string  `json:"name"`
	Value   *string `json:"value,omitempty"`
	Pending bool    `json:"pending,omitempty"`
	Unclear string  `json:"unclear,omitempty"`
	Where   string  `json:"where,omitempty"`
}

type wireImport struct {
	Name         string            `json:"name"`
	Script       string            `json:"script"`
	Trigger      string            `json:"triggerId"`
	Enabled      bool              `json:"enabled"`
	Dependencies map[string]string `json:"dependencies"`
	Secrets      []wireSecret      `json:"secrets"`
	Where        string            `json:"where,omitempty"`
}

func wireSecrets(secrets []formats.Secret) []wireSecret {
	list := make([]wireSecret, len(secrets))
	for i, s := range secrets {
		list[i] = wireSecret{Name: s.Name, Pending: s.Pending, Unclear: s.Unclear, Where: s.Where}
		switch {
		case s.Pending || s.Unclear != "":
		case !utf8.ValidString(s.Value): // of a variable, in the place of a keyword
			list[i].Unclear = "The value is " + notText + "."
		default:
			list[i].Value = &s.Value
		}
	}
	return list
}

func wireImports(hooks []formats.Hook) []wireImport {
	list := make([]wireImport, len(hooks))
	for i, h := range hooks {
		dependencies := map[string]string{}
		for _, d := range h.Dependencies {
			dependencies[d.Name] = d.Value
		}
		list[i] = wireImport{h.Name, h.Script, h.Trigger, h.Enabled, dependencies, wireSecrets(h.Secrets), h.Where}
	}
	return list
}

// read reads what is to be imported: from the other side, or from files.
func (i *imported) read(cmd *cobra.Command, c *client, args []string) (importBody, error) {
	if i.auth0 != "" {
		hooks, err := readTenant(cmd, i.auth0)
		return i.ofHooks(hooks, err)
	}
	text, err := readFile(cmd, args[0])
	if err != nil {
		return importBody{}, err
	}
	format, err := i.formatOf(args[0], text)
	if err != nil {
		return importBody{}, err
	}
	switch format {
	case formats.Auth0YAML, formats.Auth0Dir, zipFormat:
		hooks, err := readHooks(cmd, args[0], format, text)
		return i.ofHooks(hooks, inFile(cmd, args[0], err))
	}
	secrets, err := formats.ReadSecrets(format, text)
	if err != nil {
		return importBody{}, inFile(cmd, args[0], err)
	}
	p, err := c.place(cmd.Context(), i.hook)
	list := wireSecrets(secrets)
	return importBody{Hook: p.hook, Secrets: &list}, err
}

// ofHooks is the import of hooks that were read, or of the one that is named.
func (i *imported) ofHooks(hooks []formats.Hook, err error) (importBody, error) {
	if err != nil {
		return importBody{}, err
	}
	if i.hook != "" {
		hooks = slices.DeleteFunc(hooks, func(h formats.Hook) bool { return h.Name != i.hook })
		if len(hooks) == 0 {
			return importBody{}, fmt.Errorf("there is no hook %q in what was read", i.hook)
		}
	}
	list := wireImports(hooks)
	return importBody{Hooks: &list}, nil
}

// inFile is the error of a file that can't be read. Where there is more than one
// problem, each is printed on a line of its own before.
func inFile(cmd *cobra.Command, name string, err error) error {
	var problems formats.Problems
	if !errors.As(err, &problems) || len(problems) < 2 {
		if err == nil {
			return nil
		}
		return fmt.Errorf("%s: %w", name, err)
	}
	for line := range strings.Lines(problems.Error()) {
		fmt.Fprintf(cmd.ErrOrStderr(), "%s: %s\n", name, strings.TrimSuffix(line, "\n"))
	}
	return fmt.Errorf("%s can't be read, so nothing was imported", name)
}

// carryOut plans an import, shows it, and applies it once that is wished.
func (i *imported) carryOut(cmd *cobra.Command, c *client, body importBody) error {
	var p wirePlan
	if err := c.call(cmd.Context(), http.MethodPost, importsPath, body, &p); err != nil {
		return err
	}
	for {
		choice := i.choose(p)
		if err := printPlan(cmd.OutOrStdout(), p, choice); err != nil {
			return err
		}
		if i.dryRun || len(choice) == 0 {
			return leftOut(p)
		}
		if err := i.agree(cmd); err != nil {
			return err
		}
		done, changed, err := apply(cmd.Context(), c, p, choice)
		switch {
		case err != nil:
			return err
		case changed == nil:
			fmt.Fprintln(cmd.OutOrStdout(), done.words())
			return leftOut(p)
		case i.yes:
			return errors.New("something changed meanwhile, so nothing was imported: run it again to see what it would do now")
		}
		p = *changed
		fmt.Fprintln(cmd.OutOrStdout(), "\nSomething changed meanwhile, so nothing was imported. It would now do this:")
	}
}

// choose are the indexes of the items to carry out: those that the plan has chosen, and
// if it is wished those that are missing.
func (i *imported) choose(p wirePlan) []int {
	choice := []int{}
	for n, item := range p.Items {
		if item.Chosen || i.deleteMissing && item.Does == isMissing && item.Selectable {
			choice = append(choice, n)
		}
	}
	return choice
}

// apply carries out the plan. If it would do something else by now, nothing is done,
// and the plan of now comes back.
func apply(ctx context.Context, c *client, p wirePlan, choice []int) (wireDone, *wirePlan, error) {
	var done wireDone
	body := map[string]any{"token": p.Token, "choose": choice}
	err := c.call(ctx, http.MethodPost, importsPath+"/"+url.PathEscape(p.ID), body, &done)
	var refused *answerError
	if errors.As(err, &refused) && refused.status == http.StatusConflict {
		var now struct{ Plan *wirePlan }
		if json.Unmarshal(refused.body, &now) == nil && now.Plan != nil {
			return done, now.Plan, nil
		}
	}
	return done, nil, err
}

// agree asks whether to go on, unless that is said already.
func (i *imported) agree(cmd *cobra.Command) error {
	if i.yes {
		return nil
	}
	in, ok := terminal(cmd.InOrStdin())
	if !ok {
		return errors.New("nothing was imported: there is no terminal to ask at, so say --yes, or --dry-run to only look")
	}
	fmt.Fprint(cmd.ErrOrStderr(), "Import this? [y/N] ")
	line, err := bufio.NewReader(in).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read the answer: %w", err)
	}
	if answer := strings.ToLower(strings.TrimSpace(line)); answer != "y" && answer != "yes" {
		return errors.New("nothing was imported")
	}
	return nil
}

// leftOut is nil, or says with an exit code of its own that entries were refused.
func leftOut(p wirePlan) error {
	if n := p.refused(); n > 0 {
		return exitWith{exitPartly, fmt.Errorf("%s left out: see the lines with REFUSED", plural(n, "entry"))}
	}
	return nil
}
