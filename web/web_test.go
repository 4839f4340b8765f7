package web

import (
	"bytes"
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"hooksafe/store/storetest"
)

const base = "http://hooks.example"

// site is a server in front of a store of the test's own.
type site struct {
	*storetest.World
	handler http.Handler
	log     *logged
	key     string // the id of an API key, once a test made one
	shared  string // the id of an organization secret, likewise

	invitation, link string // the id of an invitation and its token, once a test made one
	plan, change     string // the ids of an import that waits and of one that was done, likewise
}

// logged is what a server wrote to its log.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func newSite(t testing.TB, change ...func(*Options)) *site {
	t.Helper()
	return siteOf(t, storetest.New(t), change...)
}

func siteOf(t testing.TB, w *storetest.World, change ...func(*Options)) *site {
	t.Helper()
	s := &site{World: w, log: &logged{}}
	o := s.options()
	for _, c := range change {
		c(&o)
	}
	e, err := New(w.Store, o)
	if err != nil {
		t.Fatal(err)
	}
	s.handler = e
	return s
}

func (s *site) options() Options {
	return Options{
		BaseURL: base, Version: "test",
		Log: slog.New(slog.NewJSONHandler(s.log, nil)),
	}
}

// request is what a browser sends. As names a role of acme, or is "outsider"
// for the owner of globex, or "" for somebody without a session.
type request struct {
	method, path, as string
	form             url.Values
	body, mime       string
	from             string // the address of the connection
	htmx             bool
	header           map[string]string // "" takes one away
	cookies          []*http.Cookie
}

func (s *site) token(as string) string {
	if as == "outsider" {
		return s.Token(storetest.Globex, "owner")
	}
	return s.Token(storetest.Acme, as)
}

func (s *site) ask(t testing.TB, r request) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, s.request(r))
	return w
}

func (s *site) request(r request) *http.Request {
	if r.method == "" {
		r.method = http.MethodGet
	}
	if r.body == "" {
		r.body = r.form.Encode()
	}
	req := httptest.NewRequest(r.method, s.own(s.path(r.path), r.as), strings.NewReader(r.body))
	req.Host = "hooks.example"
	if r.from != "" {
		req.RemoteAddr = r.from + ":1234"
	}
	if r.method != http.MethodGet && r.method != http.MethodHead {
		req.Header.Set("Sec-Fetch-Site", "same-origin")
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if r.mime != "" {
		req.Header.Set("Content-Type", r.mime)
	}
	if r.htmx {
		req.Header.Set("HX-Request", "true")
		req.Header.Set("HX-Current-URL", base+"/orgs/acme/hooks?after=x")
	}
	if r.as != "" {
		req.AddCookie(&http.Cookie{Name: "hooksafe", Value: s.token(r.as)})
	}
	for _, c := range r.cookies {
		req.AddCookie(c)
	}
	for name, value := range r.header {
		if req.Header.Del(name); value != "" {
			req.Header.Set(name, value)
		}
	}
	return req
}

// path puts the ids of acme's things into a route.
// noKey is the id of no key.
const noKey = "01934b1e-0000-7000-8000-000000000000"

func (s *site) path(route string) string {
	org := s.Org(storetest.Acme)
	if org == nil {
		return route
	}
	return strings.NewReplacer("/settings/secrets/:secret", "/settings/secrets/"+cmp.Or(s.shared, noKey), ":org", org.Slug, ":hook", org.Hook, ":secret", org.Secret, ":token", "tok", ":version", "1", ":key", cmp.Or(s.key, noKey),
		":invitation", cmp.Or(s.invitation, noKey), ":plan", cmp.Or(s.plan, noKey), ":change", cmp.Or(s.change, noKey)).Replace(route)
}

// own puts the ids of people into a route: a member, and a session of who asks.
func (s *site) own(route, as string) string {
	if !strings.Contains(route, ":user") && !strings.Contains(route, ":session") {
		return route
	}
	member, session := s.personAndSession("viewer")
	if as != "" {
		_, session = s.personAndSession(as)
	}
	return strings.NewReplacer(":user", member, ":session", session).Replace(route)
}

func (s *site) personAndSession(as string) (person, session string) {
	ctx := context.Background()
	p, err := s.Store.Person(ctx, s.token(as), storetest.Origin())
	if err != nil {
		panic(err) // a test asks as somebody who isn't signed in any more
	}
	live, err := s.Sessions(ctx, p)
	if err != nil {
		panic(err)
	}
	return p.ID(), live[0].ID
}

func field(names ...string) url.Values {
	form := url.Values{}
	for i := 0; i < len(names); i += 2 {
		form.Set(names[i], names[i+1])
	}
	return form
}

// cookie is the one that an answer sets, or nil.
func cookie(w *httptest.ResponseRecorder, name string) *http.Cookie {
	for _, c := range w.Result().Cookies() {
		if c.Name == name {
			return c
		}
	}
	return nil
}

func wantStatus(t testing.TB, w *httptest.ResponseRecorder, status int) {
	t.Helper()
	if w.Code != status {
		t.Errorf("status %d, want %d; body: %.300s", w.Code, status, w.Body)
	}
}

func wantBody(t testing.TB, w *httptest.ResponseRecorder, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(w.Body.String(), part) {
			t.Errorf("the body has no %q: %.600s", part, w.Body)
		}
	}
}

func wantNone(t testing.TB, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if strings.Contains(text, part) {
			t.Errorf("there is %q in %.600s", part, text)
		}
	}
}

func wantHeader(t testing.TB, w *httptest.ResponseRecorder, name, value string) {
	t.Helper()
	if got := w.Header().Get(name); got != value {
		t.Errorf("%s: %q, want %q", name, got, value)
	}
}
