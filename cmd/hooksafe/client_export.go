package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"hooksafe/handlers/formats"
)

// exported is what an export is asked for.
type exported struct {
	hook, format, output string
	values               bool
}

func exportCommand() *cobra.Command {
	var e exported
	cmd := &cobra.Command{
		Use:   "export --format FORMAT [--hook NAME] [--with-values] [--output PATH]",
		Short: "Write secrets, or hooks with their scripts, to files",
		Long: `Export writes the secrets of a hook, or the organization's own, as dotenv, json or
yaml. auth0-yaml and auth0-dir are the two forms of the Auth0 Deploy CLI: all hooks, or
the one that is named, with scripts, dependencies and secrets, in a folder.

Values are hidden: _VALUE_NOT_SHOWN_ stands where one is, and importing that keeps what
is stored. With --with-values they are written, each of them read over the API, which
leaves an audit entry; the files are then worth as much as the values.

Without --output, what is no folder goes to standard output. Files are readable by you
alone, and take the place of nothing that is there.

The key needs the scope read:hooks, and reveal:hook_secrets for values; for secrets of
the organization, read:secrets and reveal:secrets.`,
		Example: `  hooksafe export --format auth0-dir --output brightwater
  hooksafe export --format dotenv --hook sync-new-users --with-values --output .env`,
		Args: cobra.MatchAll(wants("format"), hookGiven, func(*cobra.Command, []string) error { return e.check() }),
		RunE: overAPI(func(cmd *cobra.Command, c *client, _ []string) error {
			if e.output != "" {
				e.output = filepath.Clean(e.output)
			}
			if err := notThere(e.output); err != nil {
				return err
			}
			if e.ofHooks() {
				return e.hooks(cmd, c)
			}
			return e.secrets(cmd, c)
		}),
	}
	takeHook(cmd, &e.hook)
	cmd.Flags().StringVar(&e.format, "format", "", "`FORMAT` is dotenv, json, yaml, auth0-yaml or auth0-dir")
	cmd.Flags().BoolVar(&e.values, "with-values", false, "write the values, not a placeholder for each")
	cmd.Flags().StringVar(&e.output, "output", "", "write the file, or the folder, `PATH`")
	return cmd
}

// ofHooks tells whether the format is one of hooks with their scripts.
func (e exported) ofHooks() bool {
	return e.format == string(formats.Auth0YAML) || e.format == string(formats.Auth0Dir)
}

func (e exported) check() error {
	switch {
	case e.ofHooks() && e.output == "":
		return wrongUse{errors.New("--output is missing: this format is a folder of files")}
	case e.ofHooks(), slices.Contains(secretFormats, e.format):
		return nil
	}
	return wrongUse{fmt.Errorf("--format: %q is no format: use dotenv, json, yaml, auth0-yaml or auth0-dir", e.format)}
}

// secretFormats are those of the secrets of one place.
var secretFormats = []string{string(formats.Dotenv), string(formats.JSONText), string(formats.YAMLText)}

// notThere refuses to write over something.
func notThere(output string) error {
	if output == "" {
		return nil
	}
	_, err := os.Lstat(output)
	switch {
	case err == nil:
		return fmt.Errorf("%s is there already: name another one, or remove it first", output)
	case errors.Is(err, fs.ErrNotExist):
		return nil
	}
	return err
}

// secrets writes the secrets of one place. Nothing is written before all is read.
func (e exported) secrets(cmd *cobra.Command, c *client) error {
	p, err := c.place(cmd.Context(), e.hook)
	if err != nil {
		return err
	}
	secrets, err := e.read(cmd, p)
	if err != nil {
		return err
	}
	var file bytes.Buffer
	w, err := formats.NewSecretsWriter(&file, formats.Format(e.format))
	if err != nil {
		return err
	}
	for _, s := range secrets {
		if err := w.Write(s); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	if e.output == "" {
		_, err = file.WriteTo(cmd.OutOrStdout())
		return err
	}
	if err := writeNew(e.output, file.Bytes()); err != nil {
		return err
	}
	e.said(cmd, "secret", len(secrets))
	return nil
}

// read is every secret of a place, with its value if values are asked for.
func (e exported) read(cmd *cobra.Command, p place) ([]formats.Secret, error) {
	if e.values {
		return readAll(cmd, p)
	}
	list, err := p.list(cmd.Context())
	secrets := make([]formats.Secret, len(list))
	for i, s := range list {
		secrets[i] = formats.Secret{Name: s.Name, Pending: true}
	}
	return secrets, err
}

// said tells on standard error what was written.
func (e exported) said(cmd *cobra.Command, what string, n int) {
	values := "values hidden"
	if e.values {
		values = "with values"
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "%s: %s, %s\n", e.output, plural(n, what), values)
}

// writeNew writes a file that is not there yet.
func writeNew(name string, text []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(name))
	}
	return nil
}

// hooks writes a folder of hooks. Nothing is written before all is read.
func (e exported) hooks(cmd *cobra.Command, c *client) error {
	hooks, err := e.readHooks(cmd, c)
	if err != nil {
		return err
	}
	files := map[string]*bytes.Buffer{}
	w, err := formats.NewHooksWriter(formats.Format(e.format), func(name string) (io.Writer, error) {
		files[name] = new(bytes.Buffer)
		return files[name], nil
	})
	if err != nil {
		return err
	}
	for _, write := range []func(formats.Hook) error{w.Script, w.Hook} {
		for _, h := range hooks {
			if err := write(h); err != nil {
				return err
			}
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	if err := writeFolder(e.output, files); err != nil {
		return err
	}
	e.said(cmd, "hook", len(hooks))
	return nil
}

// readHooks reads all hooks, or the one that is named, with their secrets.
func (e exported) readHooks(cmd *cobra.Command, c *client) ([]formats.Hook, error) {
	list, err := c.hooks(cmd.Context(), "id,name")
	if err != nil {
		return nil, err
	}
	if e.hook != "" {
		list = slices.DeleteFunc(list, func(h wireHook) bool { return h.Name != e.hook })
		if len(list) == 0 {
			return nil, fmt.Errorf("there is no hook %q", e.hook)
		}
	}
	far := newProgress(cmd, len(list), "hooks read")
	defer far.end()
	hooks := make([]formats.Hook, len(list))
	for i, h := range list {
		full, err := c.hook(cmd.Context(), h.ID)
		if err != nil {
			return nil, err
		}
		hooks[i] = full.file()
		if hooks[i].Secrets, err = e.read(cmd, place{c, h.ID}); err != nil {
			return nil, err
		}
		far.step()
	}
	return hooks, nil
}

// file is a hook as files have it, without its secrets.
func (h wireHook) file() formats.Hook {
	hook := formats.Hook{Name: h.Name, Trigger: h.Trigger, Script: h.Script, Enabled: h.Enabled}
	for _, name := range slices.Sorted(maps.Keys(h.Dependencies)) {
		hook.Dependencies = append(hook.Dependencies, formats.Pair{Name: name, Value: h.Dependencies[name]})
	}
	return hook
}

// writeFolder writes files into a folder that is not there yet. It gets its name when
// all of it is written.
func writeFolder(dir string, files map[string]*bytes.Buffer) error {
	made, err := os.MkdirTemp(filepath.Dir(dir), "."+filepath.Base(dir)+"-*") // 0700
	if err != nil {
		return err
	}
	defer os.RemoveAll(made)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if !fs.ValidPath(name) {
			return errors.New("a hook has a name that no file can have")
		}
		if err := os.MkdirAll(filepath.Join(made, filepath.FromSlash(path.Dir(name))), 0o700); err != nil {
			return err
		}
		if err := writeNew(filepath.Join(made, filepath.FromSlash(name)), files[name].Bytes()); err != nil {
			return err
		}
	}
	if err := notThere(dir); err != nil {
		return err
	}
	return os.Rename(made, dir)
}
