package formats

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// packed is an entry of a zip as a test wants it.
type packed struct {
	name, text string
	set        func(*zip.FileHeader)
}

func zipOf(t testing.TB, entries ...packed) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
		if e.set != nil {
			e.set(h)
		}
		file, err := w.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(file, e.text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// raw is an entry whose bytes and header don't have to fit.
func rawZip(t testing.TB, h zip.FileHeader, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	file, err := w.CreateRaw(&h)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(file, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func many(n int, name func(i int) packed) []packed {
	var entries []packed
	for i := range n {
		entries = append(entries, name(i))
	}
	return entries
}

func mode(m fs.FileMode) func(*zip.FileHeader) {
	return func(h *zip.FileHeader) { h.SetMode(m) }
}

// central changes a field of the first entry of the directory at the end of a zip.
func central(text []byte, at int, value ...byte) []byte {
	text = bytes.Clone(text)
	copy(text[bytes.Index(text, []byte("PK\x01\x02"))+at:], value)
	return text
}

// overlapping are entries that all lie in the same bytes.
func overlapping(t testing.TB, n int) []byte {
	text := zipOf(t, many(n, func(i int) packed { return packed{name: fmt.Sprintf("%03d.js", i), text: strings.Repeat("x", 1000)} })...)
	for at := 0; ; at += 46 {
		next := bytes.Index(text[at:], []byte("PK\x01\x02"))
		if next < 0 {
			return text
		}
		at += next
		binary.LittleEndian.PutUint32(text[at+42:], 0)
	}
}

func TestS37ReadZipRefuses(t *testing.T) {
	kib := func(n int) string { return strings.Repeat("x", n<<10) }
	lie := zip.FileHeader{Name: "hooks/x.js", Method: zip.Store, CRC32: crc32.ChecksumIEEE([]byte(planted)), CompressedSize64: uint64(len(planted)), UncompressedSize64: uint64(len(planted))}
	smaller, larger, elsewhere := lie, lie, lie
	smaller.UncompressedSize64, larger.UncompressedSize64, elsewhere.CompressedSize64 = 3, 300<<10, 1<<40
	for _, c := range []struct {
		name string
		zip  []byte
		want string
	}{
		{"no zip", []byte(planted), "this is not a zip"},
		{"nothing", nil, "this is not a zip"},
		{"6 MiB of anything", bytes.Repeat([]byte("PK\x05\x06"+planted), maxZip/16), "this is not a zip"},
		{"more", make([]byte, maxZip+1), "this is more than the 5 MiB"},
		{"half of it", zipOf(t, packed{name: "a.js", text: kib(9)})[:60], "this is not a zip"},

		{"out of the folder", zipOf(t, packed{name: "../" + planted}), "entry 1: its path has an empty part"},
		{"out of the folder, inside", zipOf(t, packed{name: "a.js"}, packed{name: "hooks/../../" + planted}), "entry 2: its path has"},
		{"a folder out of the folder", zipOf(t, packed{name: "../" + planted + "/"}), "entry 1: its path has"},
		{"dots", zipOf(t, packed{name: "./" + planted}), "entry 1: its path has"},
		{"an empty part", zipOf(t, packed{name: "a//" + planted}), "entry 1: its path has"},
		{"a dot alone", zipOf(t, packed{name: "."}), "entry 1: its path has"},
		{"no name", zipOf(t, packed{name: ""}), "entry 1: its path has"},
		{"an absolute path", zipOf(t, packed{name: "/etc/" + planted}), "entry 1: its path is absolute"},
		{"a drive", zipOf(t, packed{name: "c:/" + planted}), "entry 1: its path is absolute"},
		{"a drive's folder", zipOf(t, packed{name: "C:" + planted}), "entry 1: its path is absolute"},
		{"a backslash", zipOf(t, packed{name: `hooks\` + planted}), "entry 1: its path holds a backslash"},
		{"a share", zipOf(t, packed{name: `\\` + planted}), "entry 1: its path holds a backslash"},
		{"NUL", zipOf(t, packed{name: planted + "\x00.js"}), "entry 1: its name holds a character that can't be seen"},
		{"an escape", zipOf(t, packed{name: planted + "\x1b[2J"}), "entry 1: its name holds a character"},
		{"a line end", zipOf(t, packed{name: planted + "\n"}), "entry 1: its name holds a character"},
		{"turned around", zipOf(t, packed{name: planted + "\u202esj.x"}), "entry 1: its name holds a character"},
		{"no UTF-8", zipOf(t, packed{name: planted + "\xff"}), "entry 1: its name is not UTF-8"},
		{"a long path", zipOf(t, packed{name: planted + kib(1)}), "entry 1: its path is longer"},

		{"a link", zipOf(t, packed{"hooks/x.js", "/etc/" + planted, mode(fs.ModeSymlink | 0o777)}), "hooks/x.js: this is a link"},
		{"a device", zipOf(t, packed{"hooks/x.js", "", mode(fs.ModeDevice | fs.ModeCharDevice)}), "hooks/x.js: this is a link, a device"},
		{"a pipe", zipOf(t, packed{"hooks/x.js", "", mode(fs.ModeNamedPipe)}), "hooks/x.js: this is a link"},
		{"links alone", zipOf(t, many(99, func(i int) packed { return packed{fmt.Sprint(i), "", mode(fs.ModeSymlink)} })...), "and 79 more"},
		{"twice", zipOf(t, packed{name: "x.js", text: "1"}, packed{name: "x.js", text: planted}), "x.js: this path comes a second time"},
		{"twice but for the case", zipOf(t, packed{name: "hooks/x.js"}, packed{name: "Hooks/X.js"}), "Hooks/X.js: this path comes a second time"},
		{"a password", central(zipOf(t, packed{name: "x.js", text: planted}), 8, 9), "x.js: this is encrypted"},
		{"another way to compress", central(zipOf(t, packed{name: "x.js", text: planted}), 10, 14), "x.js: this is compressed in a way"},

		{"1,001 files", zipOf(t, many(MaxFiles+1, func(i int) packed { return packed{name: fmt.Sprint(i)} })...), "there are more than 1000 files"},
		{"1,001 names that are refused", zipOf(t, many(MaxFiles+1, func(i int) packed { return packed{name: "../" + planted} })...), "there are more than 1000 files"},
		{"a directory of 70,000", zipOf(t, many(70_000, func(i int) packed { return packed{name: "x/"} })...), "too many entries"},
		{"one byte too many", zipOf(t, packed{name: "x.js", text: kib(512) + "x"}), "x.js: this file is more than 512 KiB"},
		{"a bomb", zipOf(t, packed{name: "x.js", text: kib(64 << 10)}), "x.js: this file is more than 512 KiB"},
		{"a bomb that says it is small", central(zipOf(t, packed{name: "x.js", text: kib(512) + "x"}), 24, 1, 0, 0, 0), "x.js: this is damaged"},
		{"more than it says", rawZip(t, smaller, planted), "hooks/x.js: this is damaged"},
		{"less than it says", rawZip(t, larger, planted), "hooks/x.js: this is damaged"},
		{"beyond the end", rawZip(t, elsewhere, planted), "hooks/x.js: this"},
		{"not what was packed", central(zipOf(t, packed{name: "x.js", text: planted}), 16, 1, 2, 3, 4), "x.js: this is damaged"},
		{"5 MiB and a byte", zipOf(t, append(many(10, func(i int) packed { return packed{name: fmt.Sprint(i), text: kib(512)} }), packed{name: "x", text: "x"})...), "more than 5 MiB together"},
		{"many that are too large", zipOf(t, many(20, func(i int) packed { return packed{name: fmt.Sprint(i), text: kib(513)} })...), "more than 5 MiB together"},
		{"entries in one another", overlapping(t, 50), "share their bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			files, err := ReadZip(c.zip)
			problems, ok := err.(Problems)
			if !ok || files != nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), planted) {
				t.Errorf("%d files, says %.300v, want %q", len(files), err, c.want)
			}
			if len(problems) > maxShown+1 {
				t.Errorf("%d problems", len(problems))
			}
		})
	}
}

func TestReadZip(t *testing.T) {
	nested := string(zipOf(t, packed{name: "../" + planted}))
	for _, c := range []struct {
		name string
		zip  []byte
		want map[string]string
	}{
		{"nothing in it", zipOf(t), map[string]string{}},
		{"the limits", zipOf(t, many(10, func(i int) packed { return packed{name: fmt.Sprint(i), text: strings.Repeat("x", MaxFile)} })...), nil},
		{"stored", zipOf(t, packed{"x.js", "x", func(h *zip.FileHeader) { h.Method = zip.Store }}), map[string]string{"x.js": "x"}},
		{"from Windows", zipOf(t, packed{"x.js", "x\r\n", func(h *zip.FileHeader) { h.CreatorVersion = 0 }}), map[string]string{"x.js": "x\r\n"}},
		{"folders", zipOf(t, packed{name: "tenant.yaml"}, packed{name: "hooks/"}, packed{name: "hooks/x.js", text: "x"}), map[string]string{"tenant.yaml": "", "hooks/x.js": "x"}},
		{"a zip in it", zipOf(t, packed{name: "x.zip", text: nested}), map[string]string{"x.zip": nested}},
		{"in a folder, by a Mac", zipOf(t, packed{name: "my tenant/"}, packed{name: "my tenant/.DS_Store", text: "x"}, packed{name: "my tenant/tenant.yaml", text: "1"}, packed{name: "__MACOSX/my tenant/._tenant.yaml", text: "x"}, packed{name: "my tenant/hooks/x.js", text: "2"}), map[string]string{"tenant.yaml": "1", "hooks/x.js": "2"}},
		{"in a folder called hooks", zipOf(t, packed{name: "hooks/tenant.yaml", text: "1"}, packed{name: "hooks/hooks/x.js", text: "2"}), map[string]string{"tenant.yaml": "1", "hooks/x.js": "2"}},
		{"the folder of the hooks alone", zipOf(t, packed{name: "hooks/x.js", text: "1"}, packed{name: "hooks/x.json", text: "2"}), map[string]string{"hooks/x.js": "1", "hooks/x.json": "2"}},
		{"two folders", zipOf(t, packed{name: "a/x.js", text: "1"}, packed{name: "b/x.js", text: "2"}), map[string]string{"a/x.js": "1", "b/x.js": "2"}},
		{"names of everywhere", zipOf(t, packed{name: "clients/é 日本 👩 (1).json", text: "{}"}, packed{name: "x"}), map[string]string{"clients/é 日本 👩 (1).json": "{}", "x": ""}},
		{"with something before it", append([]byte("#!/bin/sh\n"), zipOf(t, packed{name: "x", text: "1"})...), map[string]string{"x": "1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			files, err := ReadZip(c.zip)
			if err != nil {
				t.Fatal(err)
			}
			if c.want != nil && !maps.EqualFunc(files, c.want, func(a []byte, b string) bool { return string(a) == b }) {
				t.Errorf("%v", slices.Sorted(maps.Keys(files)))
			}
		})
	}
}

func TestS37ReadDirRefuses(t *testing.T) {
	folders := t.TempDir()
	for link, to := range map[string]string{"a-file": "/etc/passwd", "a-folder": "/etc", "inside": "real.js", "nowhere": planted} {
		if err := os.MkdirAll(folders+"/"+link+"/hooks", 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(to, folders+"/"+link+"/hooks/x.js"); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name   string
		folder fs.FS
		want   string
	}{
		{"a link to a file", os.DirFS(folders + "/a-file"), "hooks/x.js: this is a link"},
		{"a link to a folder", os.DirFS(folders + "/a-folder"), "hooks/x.js: this is a link"},
		{"a link in the folder", os.DirFS(folders + "/inside"), "hooks/x.js: this is a link"},
		{"a link to nothing", os.DirFS(folders + "/nowhere"), "hooks/x.js: this is a link"},
		{"a folder that is a link", fstest.MapFS{"hooks": {Mode: fs.ModeSymlink}}, "hooks: this is a link"},
		{"a device", fstest.MapFS{"x.yaml": {Mode: fs.ModeDevice}}, "x.yaml: this is a link, a device"},
		{"a pipe", fstest.MapFS{"hooks/x": {Mode: fs.ModeNamedPipe}}, "hooks/x: this is a link, a device"},
		{"a name with an escape", fstest.MapFS{"hooks/" + planted + "\x1b": {}}, "a file: its name holds"},
		{"a backslash", fstest.MapFS{planted + `\x.yaml`: {}}, "a file: its path holds a backslash"},
		{"a file that is too large", fstest.MapFS{"x.yml": {Data: make([]byte, MaxFile+1)}}, "x.yml: this file is more than 512 KiB"},
		{"no folder", os.DirFS(folders + "/none"), "can't be read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ReadDir(c.folder)
			if _, ok := err.(Problems); !ok || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), planted) {
				t.Errorf("says %v, want %q", err, c.want)
			}
		})
	}
	much, large := fstest.MapFS{}, fstest.MapFS{}
	for i := range MaxFiles + 1 {
		much[fmt.Sprint("hooks/", i)] = &fstest.MapFile{}
		large[fmt.Sprint("hooks/", i)] = &fstest.MapFile{Data: make([]byte, 9000)}
	}
	for want, folder := range map[string]fs.FS{"more than 1000 files": much, "more than 5 MiB together": large} {
		if _, err := ReadDir(folder); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("says %v, want %q", err, want)
		}
	}
}

func TestReadDirLeavesAside(t *testing.T) {
	x := &fstest.MapFile{Data: []byte("x")}
	link := &fstest.MapFile{Mode: fs.ModeSymlink}
	files, err := ReadDir(fstest.MapFS{
		"tenant.yaml": x, "other.yml": x, "hooks/x.js": x, "hooks/more/y.txt": x,
		"hooks/.x.js.swp": x, "hooks/.git/link": link, "hooks/node_modules/.bin/x": link, "hooks/Thumbs.db": x,
		".env": x, ".tenant.yaml": link, "tenant.json": x, "clients/x.yaml": link, "a.yaml/link": link, "link": link, "large": {Data: make([]byte, MaxImport+1)},
	})
	if got := slices.Sorted(maps.Keys(files)); err != nil || !slices.Equal(got, []string{"hooks/more/y.txt", "hooks/x.js", "other.yml", "tenant.yaml"}) {
		t.Errorf("%v, %v", got, err)
	}
}

// What comes neither from a zip nor from a folder is held to the same limits.
func TestS37FilesRefuse(t *testing.T) {
	many := Files{}
	for i := range MaxFiles + 1 {
		many[fmt.Sprint(i)] = nil
	}
	for want, files := range map[string]Files{
		"a file: its path has an empty part": {"../" + planted: nil},
		"tenant.yaml: this file is more":     {"tenant.yaml": make([]byte, MaxFile+1)},
		"more than 1000 files":               many,
		"this path comes a second time":      {"a": nil, "A": nil},
	} {
		if _, err := ReadHooks(files, nil); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), planted) {
			t.Errorf("says %v, want %q", err, want)
		}
	}
}

func FuzzReadZip(f *testing.F) {
	f.Add(zipOf(f, packed{name: "hooks/x.js", text: "x"}))
	f.Add(zipOf(f, packed{name: "a/"}, packed{name: "a/tenant.yaml", text: "hooks: []"}, packed{"a/link", "/etc", mode(fs.ModeSymlink)}))
	f.Add(rawZip(f, zip.FileHeader{Name: "x", Method: zip.Deflate, CompressedSize64: 1 << 33, UncompressedSize64: 1 << 40}, "xx"))
	f.Add(overlapping(f, 3))
	f.Fuzz(func(t *testing.T, text []byte) {
		files, err := ReadZip(text)
		if err != nil {
			if problems, ok := err.(Problems); !ok || len(problems) == 0 || files != nil {
				t.Fatalf("%v, %v", files, err)
			}
			return
		}
		if err := files.check(); err != nil { // also without the folder around it
			t.Fatal(err)
		}
	})
}
