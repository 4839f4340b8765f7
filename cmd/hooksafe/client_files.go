package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"hooksafe/handlers/formats"
)

// zipFormat is an export of the Deploy CLI that comes as one file.
const zipFormat formats.Format = "zip"

// readFile reads a file, or with - standard input, up to a byte more than an import may
// have. Of a folder it reads nothing: that is done file by file.
func readFile(cmd *cobra.Command, name string) ([]byte, error) {
	in := cmd.InOrStdin()
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		if info, err := f.Stat(); err != nil || info.IsDir() {
			return nil, err
		}
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, formats.MaxImport+(1<<20)+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return text, nil
}

// formatOf is what a file is: as --format says, else by its name.
func (i *imported) formatOf(name string, text []byte) (formats.Format, error) {
	if text == nil {
		if i.format != "" && i.format != string(formats.Auth0YAML) && i.format != string(formats.Auth0Dir) {
			return "", wrongUse{fmt.Errorf("--format: a folder is none of %s", i.format)}
		}
		return formats.Auth0Dir, nil
	}
	base := strings.ToLower(filepath.Base(name))
	byName, known := formats.FormatOf(base)
	switch given := formats.Format(i.format); {
	case given == formats.Dotenv, given == formats.JSONText, given == formats.YAMLText, given == formats.Auth0YAML, given == zipFormat:
		return given, nil
	case given != "":
		return "", wrongUse{fmt.Errorf("--format: a file is none of %s: use dotenv, json, yaml, auth0-yaml or zip", i.format)}
	case base == "tenant.yaml" || base == "tenant.yml":
		return formats.Auth0YAML, nil
	case filepath.Ext(base) == ".zip":
		return zipFormat, nil
	case known:
		return byName, nil
	}
	return "", errors.New("the name doesn't tell what this is: say --format dotenv, json, yaml, auth0-yaml or zip")
}

// tenantFile is what the Deploy CLI calls its one file of everything.
const tenantFile = "tenant.yaml"

// readHooks reads the files of the Deploy CLI. Keywords stand for environment
// variables, as they do there; which ones were taken is said, and which keywords nothing
// stands for. What this program itself is given in the environment isn't for files.
func readHooks(cmd *cobra.Command, name string, format formats.Format, text []byte) ([]formats.Hook, error) {
	files, err := readFiles(name, format, text)
	if err != nil {
		return nil, err
	}
	taken := map[string]bool{}
	hooks, err := formats.ReadHooks(files, func(key string) (string, bool) {
		text, known := os.LookupEnv(key)
		known = known && !strings.HasPrefix(key, "HOOKSAFE_")
		if known {
			taken[key] = true
		}
		return text, known
	})
	if len(taken) > 0 {
		fmt.Fprintln(cmd.ErrOrStderr(), "Taken from the environment for keywords: "+strings.Join(slices.Sorted(maps.Keys(taken)), ", "))
	}
	for _, h := range hooks {
		for _, note := range h.Notes {
			fmt.Fprintln(cmd.ErrOrStderr(), printable(note.Where+": "+note.What))
		}
	}
	return hooks, err
}

func readFiles(name string, format formats.Format, text []byte) (formats.Files, error) {
	switch {
	case format == zipFormat:
		return formats.ReadZip(text)
	case format == formats.Auth0Dir:
		return readDir(name)
	case name == "-":
		return formats.Files{tenantFile: text}, nil
	}
	files, err := readDir(filepath.Dir(name)) // the scripts lie beside it
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(files, func(name string, _ []byte) bool { return path.Ext(name) == ".json" }) // the other form
	files[tenantFile] = text
	return files, nil
}

// readDir reads the files of a folder, and none that lies outside of it, whatever
// becomes of the folder meanwhile.
func readDir(name string) (formats.Files, error) {
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return formats.ReadDir(root.FS())
}
