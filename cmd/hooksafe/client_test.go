package main

import (
	"bytes"
	"context"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hooksafe/handlers/formats"
)

// serverThat is a client of a server that answers with h.
func serverThat(t *testing.T, h http.HandlerFunc) *client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return newClient(s.URL, "hks_key")
}

// What a server says is told in its words, on one line; what it does not say, by its
// status.
func TestAnswersThatRefuse(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		status     int
		body, want string
	}{
		{404, `{"error":"Secret not found"}`, "Secret not found"},
		{422, `{"error":"name: has to be shorter","errors":{"name":["x"]}}`, "name: has to be shorter"},
		{400, `{"statusCode":400,"error":"Bad Request","message":"Payload validation error: x","errorCode":"invalid_body"}`, "Payload validation error: x"},
		{401, `{"error":"access_denied","error_description":"Unauthorized"}`, "Unauthorized: the token is wrong, has expired or was revoked"},
		{503, `{"error":"two\nlines \u001b[31mred"}`, "two lines  [31mred"},
		{500, `{"error":"` + strings.Repeat("é", 400) + `"}`, strings.Repeat("é", 250) + "…"},
		{502, `<html>planted</html>`, "URL answers with status 502 Bad Gateway"},
		{418, ``, "URL answers with status 418 I'm a teapot"},
	} {
		c := serverThat(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(tt.status)
			io.WriteString(w, tt.body)
		})
		err := c.call(t.Context(), http.MethodGet, "/x", nil, nil)
		if want := strings.ReplaceAll(tt.want, "URL", c.base); err == nil || err.Error() != want || !answers(err, tt.status) {
			t.Errorf("says %v, want %s", err, want)
		}
	}
	c := serverThat(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "planted") })
	var into struct{}
	if err := c.call(t.Context(), http.MethodGet, "/x", nil, &into); err == nil || strings.Contains(err.Error(), "planted") {
		t.Errorf("says %v", err)
	}
}

// The key goes to the one server and nowhere else.
func TestNoRedirectIsFollowed(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was followed") }))
	defer elsewhere.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		c := serverThat(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL+r.URL.Path, status) })
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			err := c.call(t.Context(), method, "/x", map[string]string{"value": "planted"}, nil)
			if err == nil || !strings.Contains(err.Error(), "leads elsewhere") {
				t.Errorf("%d: says %v", status, err)
			}
		}
	}
}

// A server that has too many requests is asked again, the same, when it says.
func TestAskedToWait(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		header http.Header
		want   time.Duration
	}{
		{http.Header{"Retry-After": {"3"}}, 3 * time.Second},
		{http.Header{"Retry-After": {"0"}}, 0},
		{http.Header{"Retry-After": {"3600"}}, time.Minute},
		{http.Header{"Retry-After": {"-1"}}, 0},
		{http.Header{"X-Ratelimit-Reset": {"1669000000"}}, 0},
		{http.Header{"X-Ratelimit-Reset": {"99999999999"}}, time.Minute},
		{http.Header{"Retry-After": {"2"}, "X-Ratelimit-Reset": {"99999999999"}}, 2 * time.Second},
		{http.Header{"Retry-After": {"soon"}}, time.Second},
		{nil, time.Second},
	} {
		if got := askedToWait(tt.header); got != tt.want {
			t.Errorf("%v: %v, want %v", tt.header, got, tt.want)
		}
	}

	bodies, waited := []string{}, []time.Duration{}
	c := serverThat(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if bodies = append(bodies, string(body)); len(bodies) < 3 {
			w.Header().Set("Retry-After", fmt.Sprint(len(bodies)))
			w.WriteHeader(http.StatusTooManyRequests)
		}
	})
	c.wait = func(_ context.Context, long time.Duration) error {
		waited = append(waited, long)
		return nil
	}
	if err := c.call(t.Context(), http.MethodPost, "/x", []string{"<a>"}, nil); err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprintf("%q %v", bodies, waited), `["[\"<a>\"]\n" "[\"<a>\"]\n" "[\"<a>\"]\n"] [1s 2s]`; got != want {
		t.Errorf("sends and waits %s, want %s", got, want)
	}

	tries := 0
	c = serverThat(t, func(w http.ResponseWriter, _ *http.Request) {
		tries++
		refuse(w, http.StatusTooManyRequests, "Too many requests")
	})
	c.wait = func(context.Context, time.Duration) error { return nil }
	if err := c.call(t.Context(), http.MethodGet, "/x", nil, nil); err == nil || err.Error() != "Too many requests" || tries != maxTries {
		t.Errorf("%d tries, %v", tries, err)
	}
}

// A server that does not answer is named, and what was asked of it is not: an address
// names a secret.
func TestNoAnswer(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.NotFoundHandler())
	s.Close()
	err := newClient(s.URL, "hks_key").call(t.Context(), http.MethodGet, "/planted", nil, nil)
	if err == nil || !strings.HasPrefix(err.Error(), s.URL+" does not answer: ") || strings.Contains(err.Error(), "planted") {
		t.Errorf("says %v", err)
	}
}

// A list that would never end does.
func TestTheLastPageAgain(t *testing.T) {
	t.Parallel()
	c := serverThat(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"hooks":[{"id":"a","name":"A"}]}`) })
	if _, err := c.hooks(t.Context(), "id,name"); err == nil || !strings.Contains(err.Error(), "on two pages") {
		t.Errorf("says %v", err)
	}
}

// So does one whose pages are all different.
func TestAListWithoutAnEnd(t *testing.T) {
	t.Parallel()
	c := serverThat(t, func(w http.ResponseWriter, r *http.Request) {
		var page []string
		for i := range maxListed / 3 {
			page = append(page, fmt.Sprintf(`{"id":"%s-%d","name":"A"}`, r.URL.Query().Get("page"), i))
		}
		list := "[" + strings.Join(page, ",") + "]"
		fmt.Fprintf(w, `{"hooks":%s,"data":%s}`, list, list)
	})
	want := fmt.Sprintf("%s lists more than %d", c.base, maxListed)
	if _, err := c.hooks(t.Context(), "id,name"); err == nil || err.Error() != want {
		t.Errorf("hooks: says %v", err)
	}
	if _, err := (place{c, ""}).list(t.Context()); err == nil || err.Error() != want {
		t.Errorf("secrets: says %v", err)
	}
}

// A tenant that sends more than an import may have isn't read to its end.
func TestATenantThatIsTooLarge(t *testing.T) {
	for _, tt := range []struct {
		hooks    int
		script   string
		secrets  string
		maxCalls int
		want     string
	}{
		{formats.MaxFiles + 1, "x", "{}", 2, "these are 1001 hooks, and one import may have 1000"},
		{50, strings.Repeat("x", 1<<20), "{}", 2 + 2*6, "the hooks are more than the 5 MiB that an import may have"},
		{50, "x", `{"` + strings.Repeat("x", 1<<20) + `":""}`, 2 + 2*6, "the hooks are more than the 5 MiB that an import may have"},
	} {
		calls := 0
		c := serverThat(t, func(w http.ResponseWriter, r *http.Request) {
			calls++
			switch {
			case r.URL.Query().Get("page") == "0":
				var list []string
				for i := range tt.hooks {
					list = append(list, fmt.Sprintf(`{"id":"%d","name":"A"}`, i))
				}
				fmt.Fprintf(w, `{"hooks":[%s]}`, strings.Join(list, ","))
			case r.URL.Query().Get("page") != "":
				io.WriteString(w, `{"hooks":[]}`)
			case strings.HasSuffix(r.URL.Path, "/secrets"):
				io.WriteString(w, tt.secrets)
			default:
				fmt.Fprintf(w, `{"id":"1","name":"A","script":%q}`, tt.script)
			}
		})
		t.Setenv(tenantTokenVariable, "token") // it is taken out of the environment
		cmd := program()
		cmd.SetContext(t.Context())
		_, err := readTenant(cmd, c.base)
		if err == nil || err.Error() != c.base+": "+tt.want || calls > tt.maxCalls {
			t.Errorf("%d calls, says %v", calls, err)
		}
	}
}

// A name that a server sends doesn't move the cursor of a terminal.
func TestListedNamesArePrintable(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := printList(&out, []entry{{Name: "A\x1b]0;x\x07\nB"}}, false); err != nil || out.String() != "A ]0;x  B\n" {
		t.Errorf("prints %q, %v", out.String(), err)
	}
}

func TestReadServer(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://hooks.example.com": "https://hooks.example.com", "https://hooks.example.com/": "https://hooks.example.com", "https://hooks.example.com:8443": "https://hooks.example.com:8443",
		"http://127.0.0.1:8080": "http://127.0.0.1:8080", "http://[::1]:8080": "http://[::1]:8080", "http://localhost": "http://localhost", "http://127.8.8.8": "http://127.8.8.8",
		"http://hooks.example.com": "", "http://10.0.0.1": "", "http://localhost.example.com": "", "http://0.0.0.0": "", "https://": "", "hooks.example.com": "", "ftp://localhost": "",
		"https://ada:pw@hooks.example.com": "", "https://hooks.example.com/api": "", "https://hooks.example.com?x": "", "https://hooks.example.com#x": "", "": "", "://": "",
	} {
		got, err := readServer(address)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v, want %q", address, got, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "pw") {
			t.Errorf("%q: says %v", address, err)
		}
	}
}

// A certificate of an authority of one's own: SSL_CERT_FILE names it.
func TestOwnAuthority(t *testing.T) {
	t.Parallel()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("page") == "1" {
			io.WriteString(w, `{"data":[{"id":"x","name":"OWN","version":1}]}`)
			return
		}
		io.WriteString(w, `{"data":[]}`)
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // of the client that does not know the authority
	s.StartTLS()
	defer s.Close()
	authority := filepath.Join(t.TempDir(), "authority.pem")
	if err := os.WriteFile(authority, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ file, want string }{{authority, "OWN\n"}, {"/dev/null", "certificate signed by unknown authority"}} {
		cmd := exec.CommandContext(t.Context(), "hooksafe", "secrets", "list")
		cmd.Env = []string{"HOOKSAFE_URL=" + s.URL, "HOOKSAFE_API_KEY=hks_key", "SSL_CERT_FILE=" + tt.file, "SSL_CERT_DIR=/nonexistent"}
		if out, _ := cmd.CombinedOutput(); !strings.HasSuffix(strings.TrimSuffix(string(out), "\n"), strings.TrimSuffix(tt.want, "\n")) {
			t.Errorf("with %s: %s", tt.file, out)
		}
	}
}

// A folder is written whole or not at all, and nothing outside of it.
func TestWriteFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files := func(names ...string) map[string]*bytes.Buffer {
		all := map[string]*bytes.Buffer{}
		for _, name := range names {
			all[name] = bytes.NewBufferString(name)
		}
		return all
	}
	for _, outside := range []string{"../outside.js", "/outside.js", "hooks/../../outside.js", ""} {
		if err := writeFolder(filepath.Join(dir, "a"), files("hooks/a.js", outside)); err == nil {
			t.Errorf("%q is written", outside)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%v is left, %v", left, err)
	}
	if err := writeFolder(filepath.Join(dir, "a"), files("tenant.yaml", "hooks/a.js")); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "a", "hooks", "a.js")); string(text) != "hooks/a.js" {
		t.Errorf("%q, %v", text, err)
	}
	if err := writeFolder(filepath.Join(dir, "a"), files("tenant.yaml")); err == nil {
		t.Error("it is written over")
	}
}

// A file that is there stays as it is, also if it came while the export was read.
func TestWriteNew(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "a")
	if err := writeNew(name, []byte("first")); err != nil {
		t.Fatal(err)
	}
	if err := writeNew(name, []byte("second")); err == nil {
		t.Error("it is written over")
	}
	if text, err := os.ReadFile(name); string(text) != "first" {
		t.Errorf("%q, %v", text, err)
	}
}

// Progress is for who watches long work, and leaves nothing behind.
func TestProgress(t *testing.T) {
	t.Parallel()
	long := time.Now().Add(-time.Minute)
	for _, tt := range []struct {
		begun   time.Time
		watched bool
		want    string
	}{
		{long, true, "\r1 of 2 values read\r2 of 2 values read\r\x1b[K"},
		{long, false, ""},
		{time.Now().Add(time.Minute), true, ""},
	} {
		var shown bytes.Buffer
		p := &progress{what: "values read", total: 2, begun: tt.begun}
		if tt.watched {
			p.w = &shown
		}
		p.step()
		p.step()
		p.end()
		if shown.String() != tt.want {
			t.Errorf("shows %q, want %q", shown.String(), tt.want)
		}
	}
}
