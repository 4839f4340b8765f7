package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "hooksafe"

// mayImport is the import order: which of our packages a package may know. A
// package that is not here fails the test, until somebody has decided its place.
var mayImport = map[string][]string{
	"cmd/hooksafe":          {"web", "handlers/formats", "store"},
	"web":                   {"handlers/dashboard", "handlers/apiv1", "handlers/apiv2", "handlers/openapi", "views", "static", "store"},
	"handlers/dashboard":    {"handlers/formats", "handlers/openapi", "store", "views"},
	"handlers/apiv1":        {"handlers/formats", "store"},
	"handlers/apiv2":        {"handlers/formats", "store"},
	"handlers/openapi":      {"store"}, // the document of both APIs, so it belongs to neither
	"handlers/formats":      {},
	"views":                 {"static"},
	"static":                {},
	"store":                 {"store/internal/guard", "store/internal/seal", "store/internal/ledger", "store/internal/script"},
	"store/storetest":       {"store", "store/internal/ledger"},
	"store/internal/guard":  {"store/internal/seal", "store/internal/ledger"},
	"store/internal/seal":   {},
	"store/internal/ledger": {},
	"store/internal/script": {},
}

// onlyIn says which packages may import what others must not know exists.
var onlyIn = map[string][]string{
	"github.com/labstack/echo":    {"web", "handlers"},
	"github.com/gorilla/sessions": {"web", "handlers"},
	"github.com/a-h/templ":        {"web", "handlers", "views"},
	"github.com/jmoiron/sqlx":     {"store/internal/guard", "store/storetest"},
	"github.com/mattn/go-sqlite3": {"store/internal/guard"},
	"github.com/pressly/goose":    {"store/internal/guard"},
	"github.com/tink-crypto":      {"store/internal/seal"},
	"database/sql":                {"store/internal/guard"},
	"github.com/spf13/cobra":      {"cmd/hooksafe"},
}

// TestImports reads every Go file of the module, whatever it is built for.
func TestImports(t *testing.T) {
	for file, imports := range importsOf(t, "../..") {
		pkg, test := path.Dir(file), strings.HasSuffix(file, "_test.go")
		if within(pkg)("e2e") {
			continue // it sees the whole from outside
		}
		allowed, known := mayImport[pkg]
		if !known {
			t.Errorf("%s: package %s has no line in the import order", file, pkg)
		}
		for _, imported := range imports {
			if ours, ok := strings.CutPrefix(imported, module+"/"); ok {
				if !slices.Contains(allowed, ours) && !(test && inTests(pkg, allowed, ours)) {
					t.Errorf("%s imports %s, which is not for %s", file, imported, pkg)
				}
			} else if places, ok := guarded(imported); ok && !test && !slices.ContainsFunc(places, within(pkg)) {
				t.Errorf("%s imports %s, which is for %s only", file, imported, strings.Join(places, ", "))
			}
		}
	}
}

// inTests says what a test may import beyond its package: the package itself, a store
// with something in it where the store is known, and what reads the files that go out.
func inTests(pkg string, allowed []string, imported string) bool {
	return imported == pkg || imported == "store/storetest" && (pkg == "store" || slices.Contains(allowed, "store")) ||
		imported == "handlers/formats" && pkg == "web"
}

// guarded finds the line of onlyIn that an import falls under.
func guarded(imported string) (places []string, ok bool) {
	for prefix, places := range onlyIn {
		if within(imported)(prefix) {
			return places, true
		}
	}
	return nil, false
}

// within says whether a package is a place or below it.
func within(pkg string) func(place string) bool {
	return func(place string) bool { return pkg == place || strings.HasPrefix(pkg, place+"/") }
}

// importsOf are the imports of every Go file under root, by its path from there.
func importsOf(t *testing.T, root string) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	err := fs.WalkDir(os.DirFS(root), ".", func(file string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && (e.Name() == "node_modules" || file != "." && strings.HasPrefix(e.Name(), ".")):
			return fs.SkipDir
		case path.Ext(file) != ".go":
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, file), nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		all[file] = []string{}
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			all[file] = append(all[file], imported)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Fatal("no Go file found")
	}
	return all
}

// TestTopLevel checks that everything has its place in one of the folders.
func TestTopLevel(t *testing.T) {
	want := []string{"Makefile", "README.md", "cmd", "e2e", "go.mod", "go.sum", "handlers", "static", "store", "views", "web"}
	list := exec.Command("git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	list.Dir = "../.."
	out, err := list.Output()
	if err != nil {
		t.Fatalf("git ls-files: %v", err)
	}
	var got []string
	for file := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		top, _, _ := strings.Cut(file, "/")
		if !strings.HasPrefix(top, ".") && !slices.Contains(got, top) {
			got = append(got, top)
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("the top level holds\n%s\nwant\n%s", strings.Join(got, " "), strings.Join(want, " "))
	}
}
