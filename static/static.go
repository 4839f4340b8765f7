// Package static holds what every browser gets alike: stylesheet, scripts,
// fonts and icons. An address carries the hash of its content, so a browser
// keeps a file for a year and still sees a new one at once.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// The list is exact, so that nothing else in the folder is ever served.
//
//go:embed app.css app.js apple-touch-icon.png favicon.svg
//go:embed vendor/*.js vendor/*.svg vendor/*.txt vendor/*.woff2
var embedded embed.FS

// Prefix is what the path of every address starts with.
const Prefix = "/static/"

const (
	stylesheet = "app.css"
	sprite     = "vendor/icons.svg"
	cacheYear  = "public, max-age=31536000, immutable"
)

// assets is filled when the first page is drawn: the commands that draw none
// need not wait for it.
var assets = sync.OnceValue(load)

// asset is one file as it goes over the wire.
type asset struct {
	content, zipped []byte // zipped is nil where it would not be smaller
	contentType     string
	hash            string
}

// URL returns the address of the file called name, a path in this folder with
// slashes. It panics if there is no such file, so that a wrong name shows when
// the page is first drawn and not as a hole in it.
func URL(name string) string {
	a, ok := assets()[name]
	if !ok {
		panic("static: no file called " + name)
	}
	return a.url(name)
}

// Icon returns the address of one icon for <use href>. It panics if the sprite
// has none of that name.
func Icon(name string) string {
	if !bytes.Contains(assets()[sprite].content, []byte(`<symbol id="`+name+`" `)) {
		panic("static: no icon called " + name)
	}
	return URL(sprite) + "#" + name
}

// Handler serves the files below Prefix. The answer may be kept for a year if
// the address carries the hash of the content, and not without asking again if
// it does not.
func Handler() http.Handler {
	return http.HandlerFunc(serve)
}

func serve(w http.ResponseWriter, r *http.Request) {
	a, ok := assets()[strings.TrimPrefix(r.URL.Path, Prefix)]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
		return
	}
	body := a.content
	if a.zipped != nil {
		h.Set("Vary", "Accept-Encoding")
		if takesGzip(r.Header) {
			h.Set("Content-Encoding", "gzip")
			body = a.zipped
		}
	}
	h.Set("Cache-Control", a.cacheControl(r))
	h.Set("Content-Type", a.contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodGet {
		w.Write(body) // An error here means that nobody listens any more.
	}
}

// takesGzip reads Accept-Encoding. Any weight but zero is a yes.
func takesGzip(h http.Header) bool {
	for coding := range strings.SplitSeq(strings.Join(h.Values("Accept-Encoding"), ","), ",") {
		name, weight, _ := strings.Cut(strings.ReplaceAll(coding, " ", ""), ";")
		if strings.EqualFold(name, "gzip") {
			return strings.Trim(weight, "q=0.") != "" || weight == ""
		}
	}
	return false
}

func (a asset) url(name string) string {
	return Prefix + name + "?v=" + a.hash
}

func (a asset) cacheControl(r *http.Request) string {
	if r.URL.Query().Get("v") == a.hash {
		return cacheYear
	}
	return "no-cache"
}

// load reads every file once. The stylesheet comes last, because it names the
// fonts and so depends on their hashes.
func load() map[string]asset {
	loaded := make(map[string]asset)
	err := fs.WalkDir(embedded, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || name == stylesheet {
			return err
		}
		loaded[name] = newAsset(name, read(name))
		return nil
	})
	if err != nil {
		panic("static: " + err.Error())
	}
	loaded[stylesheet] = newAsset(stylesheet, withHashes(read(stylesheet), loaded))
	return loaded
}

func read(name string) []byte {
	content, err := embedded.ReadFile(name)
	if err != nil {
		panic("static: " + err.Error())
	}
	return content
}

var reference = regexp.MustCompile(`url\(([^)]*)\)`)

// withHashes gives every address in a stylesheet the hash of what it names.
func withHashes(css []byte, loaded map[string]asset) []byte {
	return reference.ReplaceAllFunc(css, func(match []byte) []byte {
		name := string(reference.FindSubmatch(match)[1])
		a, ok := loaded[name]
		if !ok {
			panic("static: " + stylesheet + " names " + name + ", which is not there")
		}
		return []byte(`url(` + a.url(name) + `)`)
	})
}

func newAsset(name string, content []byte) asset {
	sum := sha256.Sum256(content)
	return asset{
		content:     content,
		zipped:      zip(content),
		contentType: contentTypes[path.Ext(name)],
		hash:        hex.EncodeToString(sum[:8]),
	}
}

// contentTypes is our own list: mime.TypeByExtension also asks the machine,
// and a stylesheet of another type is refused by every browser.
var contentTypes = map[string]string{
	".css":   "text/css; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".png":   "image/png",
	".svg":   "image/svg+xml",
	".txt":   "text/plain; charset=utf-8",
	".woff2": "font/woff2",
}

// zip compresses content once for everybody. There is nothing secret in a
// file, so the length of the answer may tell what it likes.
func zip(content []byte) []byte {
	var packed bytes.Buffer
	w, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression) // The level is valid.
	w.Write(content)                                           // A bytes.Buffer takes everything.
	w.Close()
	if packed.Len() >= len(content) {
		return nil
	}
	return packed.Bytes()
}
