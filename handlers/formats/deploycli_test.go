package formats

import (
	"bytes"
	"io"
	"maps"
	"os"
	"reflect"
	"strings"
	"testing"
)

// exported writes hooks in one of the two forms.
func exported(t testing.TB, f Format, hooks []Hook) Files {
	t.Helper()
	files := Files{}
	var at string
	var file *bytes.Buffer
	end := func() {
		if file != nil {
			files[at] = file.Bytes()
		}
	}
	w, err := NewHooksWriter(f, func(path string) (io.Writer, error) {
		end()
		if _, twice := files[path]; twice {
			t.Errorf("%s is written twice", path)
		}
		at, file = path, &bytes.Buffer{}
		return file, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range hooks {
		if err := w.Script(h); err != nil {
			t.Fatal(err)
		}
	}
	for _, h := range hooks {
		h.Script = "" // What writes the hook doesn't have it anymore.
		if err := w.Hook(h); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	end()
	return files
}

// asRead is what a file says of hooks, wherever it says it.
func asRead(hooks []Hook) []Hook {
	var list []Hook
	for _, h := range hooks {
		h.Where, h.Notes, h.Secrets = "", nil, withoutWhere(h.Secrets)
		list = append(list, h)
	}
	return list
}

func folder(t testing.TB, name string) Files {
	t.Helper()
	files, err := ReadDir(os.DirFS("testdata/deploycli/" + name))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// The folders are what the Deploy CLI itself wrote, version 8.44.0. Both are read as the
// same hooks, and written again to the same bytes.
func TestGoldenExports(t *testing.T) {
	var read [][]Hook
	for name, f := range map[string]Format{"yaml": Auth0YAML, "directory": Auth0Dir} {
		files := folder(t, name)
		hooks, err := ReadHooks(files, nil)
		if err != nil {
			t.Fatal(err)
		}
		written := exported(t, f, hooks)
		if !maps.EqualFunc(files, written, bytes.Equal) {
			t.Errorf("%s is written as\n%s", name, written)
		}
		read = append(read, asRead(hooks))
	}
	if !reflect.DeepEqual(read[0], read[1]) {
		t.Errorf("%v\nand in the other form\n%v", read[0], read[1])
	}
	hooks := read[0]
	if len(hooks) != 5 {
		t.Fatalf("%d hooks", len(hooks))
	}
	want := Hook{
		Name: "add-roles-to-tokens", Trigger: "credentials-exchange", Enabled: true, Dependencies: []Pair{{"axios", "0.27.2"}},
		Secrets: []Secret{{Name: "PERMISSIONS_URL", Pending: true}, {Name: "api-key", Pending: true}},
	}
	if want.Script = hooks[0].Script; !reflect.DeepEqual(hooks[0], want) || !strings.Contains(want.Script, "webtask.secrets") {
		t.Errorf("%v", hooks[0])
	}
}
