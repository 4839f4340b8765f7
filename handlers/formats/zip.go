package formats

import (
	"archive/zip"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

const (
	maxZip     = MaxImport + 1<<20 // bytes of a zip: what it holds, and its own
	maxEntries = 4 * MaxFiles      // of a zip: files, folders, and what desktops add
)

// ReadZip unpacks an export that came as one file. What desktops add to a zip is left
// out, and the folder that an export may lie in is taken off. The error is a Problems.
func ReadZip(text []byte) (Files, error) {
	if len(text) > maxZip {
		return nil, Problems{{"", fmt.Sprintf("this is more than the %d MiB that an import may have", MaxImport>>20)}}
	}
	defer inTurn(maxZip)() // as a short one may hold long files

	if bytes.Count(text, []byte("PK\x01\x02")) > maxEntries { // before anything is made of each
		return nil, Problems{{"", "this zip has too many entries"}}
	}
	archive, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // The paths are looked at one by one.
		return nil, Problems{{"", "this is not a zip that can be read"}}
	}
	if overlap(archive.File) {
		return nil, Problems{{"", "entries of this zip share their bytes, as no export does"}}
	}
	in := newIntake()
	for i, f := range archive.File {
		name, isFolder := strings.CutSuffix(f.Name, "/")
		where := nameOr(name, fmt.Sprintf("entry %d", i+1))
		switch {
		case isAside(f.Name):
		case isFolder:
			if what := wrongPath(name); what != "" {
				in.fail(where, "%s", what)
			}
		case f.Flags&encrypted != 0:
			in.fail(where, "this is encrypted; make the zip without a password")
		case !in.take(where, name, f.Mode().Type(), f.Open):
			return in.done()
		}
	}
	files, err := in.done()
	if err != nil || files.areExport() {
		return files, err
	}
	return files.withoutTop(), nil
}

// encrypted are the flags of an entry that say so, in the ways that there have been.
const encrypted = 1<<0 | 1<<6 | 1<<13

// overlap tells whether two entries are made of the same bytes, by which a small zip
// unpacks to a large one. An entry without a place shows when it is read.
func overlap(entries []*zip.File) bool {
	type span struct{ begin, end uint64 }
	var spans []span
	for _, f := range entries {
		if begin, err := f.DataOffset(); err == nil && f.CompressedSize64 > 0 {
			spans = append(spans, span{uint64(begin), uint64(begin) + f.CompressedSize64})
		}
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.begin, b.begin) })
	for i := 1; i < len(spans); i++ {
		if spans[i].begin < spans[i-1].end {
			return true
		}
	}
	return false
}

// withoutTop takes off the folder that all files lie in, if there is one.
func (f Files) withoutTop() Files {
	top := ""
	for name := range f {
		first, _, inFolder := strings.Cut(name, "/")
		if !inFolder || top != "" && first != top {
			return f
		}
		top = first
	}
	stripped := make(Files, len(f))
	for name, text := range f {
		stripped[strings.TrimPrefix(name, top+"/")] = text
	}
	return stripped
}
