package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// served is every file a browser can have, with the type it must come as.
var served = map[string]string{
	"app.css":                               "text/css; charset=utf-8",
	"app.js":                                "text/javascript; charset=utf-8",
	"apple-touch-icon.png":                  "image/png",
	"favicon.svg":                           "image/svg+xml",
	"vendor/editor-licences.txt":            "text/plain; charset=utf-8",
	"vendor/editor.js":                      "text/javascript; charset=utf-8",
	"vendor/geist-latin-ext.woff2":          "font/woff2",
	"vendor/geist-latin.woff2":              "font/woff2",
	"vendor/geist-licence.txt":              "text/plain; charset=utf-8",
	"vendor/htmx-licence.txt":               "text/plain; charset=utf-8",
	"vendor/htmx.js":                        "text/javascript; charset=utf-8",
	"vendor/icons-licence.txt":              "text/plain; charset=utf-8",
	"vendor/icons.svg":                      "image/svg+xml",
	"vendor/jetbrains-mono-latin-ext.woff2": "font/woff2",
	"vendor/jetbrains-mono-latin.woff2":     "font/woff2",
	"vendor/jetbrains-mono-licence.txt":     "text/plain; charset=utf-8",
}

func TestServedFilesAreExactlyThese(t *testing.T) {
	for name, contentType := range served {
		res := ask(http.MethodGet, URL(name))
		if res.Code != http.StatusOK || res.Header().Get("Content-Type") != contentType {
			t.Errorf("%s: %d %q, want 200 %q", name, res.Code, res.Header().Get("Content-Type"), contentType)
		}
	}
	for name := range assets() {
		if _, ok := served[name]; !ok {
			t.Errorf("%s is served and not in the list", name)
		}
	}
}

func TestNothingElseIsServed(t *testing.T) {
	for _, path := range []string{
		"/static/", "/static", "/static/vendor", "/static/vendor/", "/static/static.go", "/static/package.json",
		"/static/vendor.mjs", "/static/vendor/manifest.json", "/static/node_modules/htmx.org/package.json",
		"/static/../go.mod", "/static/vendor/../app.js", "/static//app.js", "/static/APP.js", "/static/app.js/",
	} {
		res := ask(http.MethodGet, path)
		if res.Code != http.StatusNotFound || res.Header().Get("Cache-Control") != "" {
			t.Errorf("%s: %d, cache %q, want 404 and no word about caching", path, res.Code, res.Header().Get("Cache-Control"))
		}
	}
}

func TestMethods(t *testing.T) {
	get := ask(http.MethodGet, URL("app.js"))
	head := ask(http.MethodHead, URL("app.js"))
	if head.Code != http.StatusOK || head.Body.Len() != 0 {
		t.Errorf("HEAD: %d with %d bytes, want 200 with none", head.Code, head.Body.Len())
	}
	for _, name := range []string{"Content-Type", "Content-Length", "Cache-Control"} {
		if head.Header().Get(name) != get.Header().Get(name) {
			t.Errorf("HEAD: %s is %q, with GET %q", name, head.Header().Get(name), get.Header().Get(name))
		}
	}
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions} {
		res := ask(method, URL("app.js"))
		if res.Code != http.StatusMethodNotAllowed || res.Header().Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: %d, Allow %q", method, res.Code, res.Header().Get("Allow"))
		}
	}
}

func TestOnlyTheRightHashIsCachedForAYear(t *testing.T) {
	for name := range served {
		for address, want := range map[string]string{
			URL(name):                          "public, max-age=31536000, immutable",
			Prefix + name:                      "no-cache",
			Prefix + name + "?v=":              "no-cache",
			Prefix + name + "?v=0000000000000": "no-cache",
		} {
			if got := ask(http.MethodGet, address).Header().Get("Cache-Control"); got != want {
				t.Errorf("%s: Cache-Control %q, want %q", address, got, want)
			}
		}
	}
}

func TestCompression(t *testing.T) {
	for accept, zipped := range map[string]bool{
		"": false, "br": false, "gzip": true, "GZIP": true, "br, gzip": true, "gzip;q=0.1": true,
		"gzip;q=0": false, "gzip; q=0.0, br": false, "gzipped": false,
	} {
		req := httptest.NewRequest(http.MethodGet, URL("vendor/htmx.js"), nil)
		req.Header.Set("Accept-Encoding", accept)
		res := httptest.NewRecorder()
		Handler().ServeHTTP(res, req)
		body := res.Body.Bytes()
		if got := res.Header().Get("Content-Encoding") == "gzip"; got != zipped {
			t.Errorf("Accept-Encoding %q: compressed %v, want %v", accept, got, zipped)
		}
		if zipped {
			body = unzip(t, body)
		}
		if !bytes.Equal(body, read("vendor/htmx.js")) {
			t.Errorf("Accept-Encoding %q: the content differs", accept)
		}
		if res.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("Accept-Encoding %q: Vary %q", accept, res.Header().Get("Vary"))
		}
	}
}

func TestURLPanicsOnAnUnknownName(t *testing.T) {
	for _, name := range []string{"", "app.jss", "/app.js", "vendor", "vendor/manifest.json"} {
		if !panics(func() { URL(name) }) {
			t.Errorf("URL(%q) did not panic", name)
		}
	}
}

func TestStylesheetNamesFilesByHash(t *testing.T) {
	css := string(assets()[stylesheet].content)
	for _, use := range regexp.MustCompile(`url\([^)]*\)`).FindAllString(css, -1) {
		address := strings.TrimSuffix(strings.TrimPrefix(use, "url("), ")")
		if got := ask(http.MethodGet, address).Header().Get("Cache-Control"); got != cacheYear {
			t.Errorf("%s: Cache-Control %q, want %q", use, got, cacheYear)
		}
	}
	for _, css := range []string{`src:url(vendor/nowhere.woff2)`, `src:url(https://elsewhere.example/font.woff2)`} {
		if !panics(func() { withHashes([]byte(css), assets()) }) {
			t.Errorf("%s did not panic", css)
		}
	}
}

// TestManifest compares every vendored file with what manifest.json says about
// it, so that a file changed by hand shows without Node.
func TestManifest(t *testing.T) {
	var manifest []struct{ File, Name, Version, Licence, SHA384 string }
	decode(t, "vendor/manifest.json", &manifest)
	var lock struct {
		Packages map[string]struct{ Version string }
	}
	decode(t, "package-lock.json", &lock)

	listed := []string{"manifest.json"}
	for _, entry := range manifest {
		listed = append(listed, entry.File)
		content, err := os.ReadFile(filepath.Join("vendor", entry.File))
		if err != nil {
			t.Error(err)
			continue
		}
		sum := sha512.Sum384(content)
		if got := base64.StdEncoding.EncodeToString(sum[:]); got != entry.SHA384 {
			t.Errorf("%s has the checksum %s, the manifest says %s", entry.File, got, entry.SHA384)
		}
		if want := lock.Packages["node_modules/"+entry.Name].Version; entry.Version == "" || entry.Version != want {
			t.Errorf("%s is from %s %q, package-lock.json has %q", entry.File, entry.Name, entry.Version, want)
		}
		if entry.Licence == "" {
			t.Errorf("%s has no licence", entry.File)
		}
	}
	files, err := os.ReadDir("vendor")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !slices.Contains(listed, file.Name()) {
			t.Errorf("vendor/%s is not in the manifest", file.Name())
		}
	}
}

// TestBudgets holds the sizes that a page may cost, in bytes as sent.
func TestBudgets(t *testing.T) {
	for name, limit := range map[string]int{
		"app.css": 14 << 10, "app.js": 6 << 10, "vendor/icons.svg": 6 << 10, "vendor/htmx.js": 14 << 10,
		"vendor/editor.js": 160 << 10,
	} {
		if got := len(assets()[name].zipped); got > limit {
			t.Errorf("%s is %d bytes gzipped, over the budget of %d", name, got, limit)
		}
	}
}

func TestIcons(t *testing.T) {
	var sprite struct {
		Symbols []struct {
			ID      string `xml:"id,attr"`
			ViewBox string `xml:"viewBox,attr"`
			Stroke  string `xml:"stroke,attr"`
		} `xml:"symbol"`
	}
	if err := xml.Unmarshal(read("vendor/icons.svg"), &sprite); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, symbol := range sprite.Symbols {
		if seen[symbol.ID] || symbol.ViewBox != "0 0 24 24" || symbol.Stroke != "currentColor" {
			t.Errorf("symbol %+v: want one of a name, viewBox 0 0 24 24, stroke currentColor", symbol)
		}
		seen[symbol.ID] = true
		if got, want := Icon(symbol.ID), URL("vendor/icons.svg")+"#"+symbol.ID; got != want {
			t.Errorf("Icon(%q) = %q, want %q", symbol.ID, got, want)
		}
	}
	for _, name := range []string{"", "no-such-icon", "ey"} {
		if !panics(func() { Icon(name) }) {
			t.Errorf("Icon(%q) did not panic", name)
		}
	}
}

func ask(method, address string) *httptest.ResponseRecorder {
	res := httptest.NewRecorder()
	Handler().ServeHTTP(res, httptest.NewRequest(method, address, nil))
	return res
}

// panics tells whether fn does.
func panics(fn func()) (did bool) {
	defer func() { did = recover() != nil }()
	fn()
	return false
}

func decode(t *testing.T, file string, v any) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, v); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

func unzip(t *testing.T, packed []byte) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return content
}
