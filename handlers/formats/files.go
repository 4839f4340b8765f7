package formats

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Files are those of an export of the Deploy CLI, by their paths, with slashes.
type Files map[string][]byte

// ReadDir reads the files of an export from the folder that it lies in: the YAML files
// there, and all of the folder hooks but what is hidden. It looks at nothing else. A
// symbolic link or a device among them is refused, also where it leads to one of them.
// The error is a Problems.
func ReadDir(folder fs.FS) (Files, error) {
	in := newIntake()
	err := fs.WalkDir(folder, ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			in.fail(nameOr(name, "a folder"), "%s", unreadable(err))
			return fs.SkipAll
		case name != "." && (isAside(name) || !isInFolder(name)):
			return skip(e)
		case e.IsDir():
			return nil
		}
		if !in.take(nameOr(name, "a file"), name, e.Type(), func() (io.ReadCloser, error) { return folder.Open(name) }) {
			return fs.SkipAll
		}
		return nil
	})
	if err != nil { // The function above returns none of its own.
		return nil, err
	}
	return in.done()
}

func skip(e fs.DirEntry) error {
	if e.IsDir() {
		return fs.SkipDir
	}
	return nil
}

// isInFolder tells of a path in a folder whether it is of an export that lies there.
func isInFolder(name string) bool {
	first, _, deeper := strings.Cut(name, "/")
	ext := path.Ext(name)
	return first == hooksFolder || !deeper && (ext == ".yaml" || ext == ".yml")
}

// isAside tells of a path that no export has: what version control, package managers
// and desktops leave in a folder.
func isAside(name string) bool {
	return slices.ContainsFunc(strings.Split(name, "/"), func(part string) bool {
		return strings.HasPrefix(part, ".") && part != "." && part != ".." || part == "node_modules" || part == "__MACOSX" || part == "Thumbs.db"
	})
}

// intake takes the files of an import one by one and holds them to the limits while
// they are read, whatever they say of themselves (security statement S-37).
type intake struct {
	files    Files
	seen     map[string]bool // every path, in lower case
	count    int
	size     int
	problems Problems
}

func newIntake() *intake { return &intake{files: Files{}, seen: map[string]bool{}} }

func (in *intake) fail(where, what string, args ...any) {
	in.problems = append(in.problems, Problem{where, fmt.Sprintf(what, args...)})
}

// stop says the one thing that makes all others idle.
func (in *intake) stop(what string, args ...any) (goOn bool) {
	in.problems = nil
	in.fail("", what, args...)
	return false
}

// take reads a file; where is what to call it. It returns false once there is no sense
// in going on.
func (in *intake) take(where, name string, mode fs.FileMode, open func() (io.ReadCloser, error)) bool {
	if in.count++; in.count > MaxFiles {
		return in.stop("there are more than %d files: tenant.yaml and the folder hooks are enough", MaxFiles)
	}
	folded := strings.ToLower(name)
	switch what := wrongPath(name); {
	case what != "":
		in.fail(where, "%s", what)
		return true
	case !mode.IsRegular():
		in.fail(where, "this is a link, a device or something else that is no plain file")
		return true
	case in.seen[folded]:
		in.fail(where, "this path comes a second time, perhaps in other upper and lower case")
		return true
	}
	in.seen[folded] = true

	text, err := readAtMost(min(MaxFile, MaxImport-in.size), open)
	in.size += len(text)
	switch {
	case in.size > MaxImport:
		return in.stop("the files are more than %d MiB together", MaxImport>>20)
	case len(text) > MaxFile:
		in.fail(where, "this file is more than %d KiB", MaxFile>>10)
	case err != nil:
		in.fail(where, "%s", unreadable(err))
	default:
		in.files[name] = text
	}
	return true
}

// readAtMost reads a file up to one byte more than limit, by which it can be told.
func readAtMost(limit int, open func() (io.ReadCloser, error)) ([]byte, error) {
	file, err := open()
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(file, int64(limit)+1))
	return text, errors.Join(err, file.Close())
}

// unreadable is what the person who sent a file can do something about.
func unreadable(err error) string {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return "this may not be read"
	case errors.Is(err, zip.ErrAlgorithm):
		return "this is compressed in a way that is not read here; zip's own, deflate, is"
	case errors.Is(err, zip.ErrFormat), errors.Is(err, zip.ErrChecksum), errors.Is(err, io.ErrUnexpectedEOF):
		return "this is damaged"
	}
	return "this can't be read"
}

func (in *intake) done() (Files, error) {
	if in.problems != nil {
		return nil, in.problems.shown()
	}
	return in.files, nil
}

// check holds files to the limits that came some other way than through an intake.
func (f Files) check() error {
	in := newIntake()
	for _, name := range slices.Sorted(maps.Keys(f)) {
		open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(f[name])), nil }
		if !in.take(nameOr(name, "a file"), name, 0, open) {
			break
		}
	}
	_, err := in.done()
	return err
}

// size is how many bytes they have together.
func (f Files) size() int {
	size := 0
	for _, text := range f {
		size += len(text)
	}
	return size
}

const maxPath = 1024 // bytes

var driveLetter = regexp.MustCompile(`^[A-Za-z]:`)

// wrongPath says why a path is refused, "" for one that names a file below the place
// where the import begins, on every system.
func wrongPath(name string) string {
	switch {
	case !utf8.ValidString(name):
		return "its name is not UTF-8 text"
	case strings.ContainsFunc(name, isUnseen):
		return "its name holds a character that can't be seen"
	case len(name) > maxPath:
		return fmt.Sprintf("its path is longer than %d bytes", maxPath)
	case strings.Contains(name, `\`):
		return "its path holds a backslash; folders are parted by slashes"
	case path.IsAbs(name) || driveLetter.MatchString(name):
		return "its path is absolute; it has to begin at the folder of the export"
	case name == "." || !fs.ValidPath(name):
		return "its path has an empty part or one of dots only"
	}
	return ""
}

// isUnseen tells of control characters, and of those that hide or turn around the text
// beside them.
func isUnseen(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) }

// nameOr is a path that may be repeated, else what to say instead.
func nameOr(name, instead string) string {
	if wrongPath(name) != "" {
		return instead
	}
	return name
}
