package web

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"hooksafe/static"
)

// S-27, S-29, S-30: what every answer carries, errors included.
func TestHeadersOnEveryAnswer(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	asset := static.URL("app.css")
	for _, r := range []request{
		{path: "/login"}, {path: "/orgs/:org/hooks", as: "owner"}, {path: "/orgs/:org/hooks", as: "owner", htmx: true},
		{path: "/orgs/:org/hooks"}, {path: "/orgs/ghost/hooks", as: "owner"}, {path: "/nothing/here"}, {path: "/api/v1/secrets"},
		{method: "POST", path: revealPath, as: "owner"}, {method: "POST", path: copyPath, as: "viewer"},
		{method: "PUT", path: "/login"}, {method: "POST", path: "/login", header: map[string]string{"Sec-Fetch-Site": "cross-site"}},
		{method: "POST", path: "/login", mime: "text/plain", body: "x"}, {path: "/healthz"}, {path: asset}, {path: "/static/nothing.js"},
	} {
		w := s.ask(t, r)
		for name, want := range map[string]string{
			"X-Content-Type-Options":       "nosniff",
			"Referrer-Policy":              "same-origin",
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
			"Strict-Transport-Security":    "",
			"Access-Control-Allow-Origin":  "",
			"Server":                       "",
		} {
			wantHeader(t, w, name, want)
		}
		policy := w.Header().Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "script-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"} {
			if !strings.Contains(policy, part) {
				t.Errorf("%s %s: no %s in %q", r.method, r.path, part, policy)
			}
		}
		wantNone(t, policy, "unsafe", "http:", "https:", "data:", "*")
		if r.path == asset {
			wantHeader(t, w, "Cache-Control", "public, max-age=31536000, immutable")
			continue
		}
		wantHeader(t, w, "Cache-Control", "no-store")
		if w.Header().Get("X-Request-Id") == "" {
			t.Errorf("%s: no request id", r.path)
		}
	}
}

func TestVaryOnHTMX(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	wantHeader(t, s.ask(t, request{path: "/orgs/:org/hooks", as: "owner"}), "Vary", "HX-Request")
}

// S-03, S-04: what a body may be.
func TestBodies(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	form := secretForm("SECOND", "v").Encode()
	big := "name=SECOND&value=" + strings.Repeat("x", 1<<20)
	huge := "script=" + strings.Repeat("x", 2<<20)
	for _, tt := range []struct {
		name       string
		path, body string
		header     map[string]string
		status     int
	}{
		{"json", secretsPath, `{"name":"SECOND"}`, map[string]string{"Content-Type": "application/json"}, 415},
		{"plain text, as a cross-site form would send it", secretsPath, form, map[string]string{"Content-Type": "text/plain"}, 415},
		{"no type", secretsPath, form, map[string]string{"Content-Type": ""}, 415},
		{"another charset", secretsPath, form, map[string]string{"Content-Type": "application/x-www-form-urlencoded; charset=utf-16"}, 415},
		{"compressed", secretsPath, form, map[string]string{"Content-Encoding": "gzip"}, 415},
		{"parts where no file is taken", "/login", "x", map[string]string{"Content-Type": "multipart/form-data; boundary=x"}, 415},
		{"a body over 1 MiB", secretsPath, big, nil, 413},
		{"a script over 2 MiB", hookPath, huge, nil, 413},
		{"a plain form", secretsPath, form, map[string]string{"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}, 303},
	} {
		for _, htmx := range []bool{false, true} {
			if tt.status == http.StatusSeeOther && htmx {
				continue
			}
			w := s.ask(t, request{method: "POST", path: tt.path, as: "editor", body: tt.body, header: tt.header, htmx: htmx})
			if w.Code != tt.status {
				t.Errorf("%s: status %d, want %d", tt.name, w.Code, tt.status)
			}
			if htmx {
				wantHeader(t, w, "HX-Retarget", "#toasts")
			}
		}
	}
}

// The limit holds for a body that does not say how long it is, too.
func TestLongBodyWithoutALength(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := request{method: "POST", path: "/login", body: "email=" + strings.Repeat("x", 1<<20)}
	wantStatus(t, s.ask(t, r), http.StatusRequestEntityTooLarge)
	req := s.request(r)
	req.ContentLength = -1 // as it is over HTTP/2
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, req)
	wantStatus(t, w, http.StatusRequestEntityTooLarge)
}

// The proxy in front says who asks and how; nobody else is believed.
func TestTrustedProxies(t *testing.T) {
	t.Parallel()
	trusted := func(o *Options) {
		o.BaseURL, o.HTTPSOnly = "https://hooks.example", true
		o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")} // httptest asks from 192.0.2.1
	}
	stranger := func(o *Options) {
		trusted(o)
		o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24")}
	}
	forwarded := map[string]string{"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
	for _, tt := range []struct {
		name   string
		change func(*Options)
		header map[string]string
		path   string
		status int
	}{
		{"by https, says the proxy", trusted, forwarded, "/login", 200},
		{"by http, says the proxy", trusted, map[string]string{"X-Forwarded-Proto": "http"}, "/login", 403},
		{"the proxy says nothing", trusted, nil, "/login", 403},
		{"somebody else says https", stranger, forwarded, "/login", 403},
		{"health is asked from inside", trusted, nil, "/healthz", 200},
		{"and readiness", trusted, nil, "/readyz", 200},
	} {
		s := newSite(t, tt.change)
		w := s.ask(t, request{path: tt.path, header: tt.header})
		if w.Code != tt.status {
			t.Errorf("%s: status %d, want %d", tt.name, w.Code, tt.status)
		}
		if tt.status == http.StatusForbidden {
			wantBody(t, w, "https only")
		}
		if tt.path == "/login" && tt.status == http.StatusOK {
			wantHeader(t, w, "Strict-Transport-Security", "max-age=31536000")
		}
	}
}

func TestAddressInTheEntry(t *testing.T) {
	t.Parallel()
	proxies := func(o *Options) { o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("192.0.2.1/32")} }
	header := map[string]string{"X-Forwarded-For": "198.51.100.7, 203.0.113.9", "User-Agent": "a browser"}
	for _, tt := range []struct {
		name    string
		change  func(*Options)
		address string
	}{
		{"no proxy is trusted", func(*Options) {}, "192.0.2.1"},
		{"the proxy is", proxies, "203.0.113.9"},
	} {
		s := newSite(t, tt.change)
		wantStatus(t, s.ask(t, request{method: "POST", path: copyPath, as: "editor", header: header}), http.StatusOK)
		if e := newest(t, s); *e.Address != tt.address || *e.Agent != "a browser" {
			t.Errorf("%s: entry from %s, %s", tt.name, *e.Address, *e.Agent)
		}
	}
}

// Echo believes every private address unless it is told not to.
func TestNeighboursAreNotProxies(t *testing.T) {
	t.Parallel()
	far := func(o *Options) { o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24")} }
	for _, change := range []func(*Options){func(*Options) {}, far} {
		s := newSite(t, change)
		for _, from := range []string{"127.0.0.1", "10.0.0.5", "169.254.0.9"} {
			w := s.ask(t, request{method: "POST", path: copyPath, as: "editor", from: from,
				header: map[string]string{"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}})
			wantStatus(t, w, http.StatusOK)
			wantHeader(t, w, "Strict-Transport-Security", "")
			if e := newest(t, s); *e.Address != from {
				t.Errorf("%s passed for %s", from, *e.Address)
			}
		}
	}
}

// S-27: what people type is text, wherever it stands.
func TestMarkupIsText(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const markup = `"><img src=x onerror=alert(1)><script>alert(2)</script>`
	form := secretForm("SECOND", "v")
	form.Set("note", markup)
	agent := map[string]string{"User-Agent": markup}
	wantStatus(t, s.ask(t, request{method: "POST", path: secretsPath, as: "editor", form: form, header: agent}), http.StatusSeeOther)
	wantStatus(t, s.ask(t, request{method: "POST", path: hookPath, as: "editor", form: save("1", "</textarea>"+markup, "lf")}), http.StatusSeeOther)
	for _, path := range []string{secretsPath, hookPath, "/orgs/:org/audit", "/orgs/:org/hooks"} {
		w := s.ask(t, request{path: path, as: "owner", header: agent})
		wantStatus(t, w, http.StatusOK)
		wantNone(t, w.Body.String(), "<img src=x", "<script>alert")
	}
	wantNone(t, s.ask(t, request{method: "POST", path: "/login", form: field("email", markup, "password", "x", "next", markup)}).Body.String(), "<img src=x", "<script>alert")
	wantNone(t, s.ask(t, request{path: "/login?next=/" + strings.ReplaceAll(markup, " ", "%20")}).Body.String(), "<img src=x", "<script>alert")
}
