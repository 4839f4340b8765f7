package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"hooksafe/store/storetest"
)

func credentials(role string) url.Values {
	return field("email", storetest.Email(storetest.Acme, role), "password", storetest.Password)
}

func signIn(t testing.TB, s *site, role string) *http.Cookie {
	t.Helper()
	w := s.ask(t, request{method: "POST", path: "/login", form: credentials(role)})
	wantStatus(t, w, http.StatusSeeOther)
	c := cookie(w, "hooksafe")
	if c == nil {
		t.Fatal("no cookie after sign-in")
	}
	return c
}

func hooksWith(t testing.TB, s *site, c *http.Cookie) *httptest.ResponseRecorder {
	t.Helper()
	return s.ask(t, request{path: "/orgs/:org/hooks", cookies: []*http.Cookie{c}})
}

// S-20: every attribute of the cookie is ours.
func TestCookie(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		base, name string
		secure     bool
	}{
		{"http://hooks.example", "hooksafe", false},
		{"https://hooks.example", "__Host-hooksafe", true},
	} {
		s := newSite(t, func(o *Options) { o.BaseURL = tt.base })
		w := s.ask(t, request{method: "POST", path: "/login", form: credentials("editor")})
		c := cookie(w, tt.name)
		if c == nil {
			t.Fatalf("%s: no cookie %s: %v", tt.base, tt.name, w.Header())
		}
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.MaxAge != 0 || c.Secure != tt.secure {
			t.Errorf("%s: %s", tt.base, w.Header().Get("Set-Cookie"))
		}
		if len(c.Value) < 43 {
			t.Errorf("a token of %d characters has less than 256 bits", len(c.Value))
		}
	}
}

// S-20: a token that the client brought is never adopted, and the session it
// held ends.
func TestSignInMakesANewToken(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	planted := &http.Cookie{Name: "hooksafe", Value: strings.Repeat("A", 43)}
	w := s.ask(t, request{method: "POST", path: "/login", form: credentials("editor"), cookies: []*http.Cookie{planted}})
	first := cookie(w, "hooksafe")
	if first == nil || first.Value == planted.Value {
		t.Fatal("the planted token was adopted")
	}
	w = s.ask(t, request{method: "POST", path: "/login", form: credentials("editor"), cookies: []*http.Cookie{first}})
	second := cookie(w, "hooksafe")
	if second == nil || second.Value == first.Value {
		t.Fatal("no new token at the second sign-in")
	}
	wantStatus(t, hooksWith(t, s, planted), http.StatusSeeOther)
	wantStatus(t, hooksWith(t, s, first), http.StatusSeeOther)
	wantStatus(t, hooksWith(t, s, second), http.StatusOK)
}

// 0.13, S-21: a cookie that was kept is worth nothing after sign-out.
func TestReplayAfterSignOut(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := signIn(t, s, "editor")
	w := s.ask(t, request{method: "POST", path: "/logout", cookies: []*http.Cookie{c}})
	wantStatus(t, w, http.StatusSeeOther)
	wantHeader(t, w, "Location", "/login")
	wantHeader(t, w, "Clear-Site-Data", `"cache", "storage"`)
	if gone := cookie(w, "hooksafe"); gone == nil || gone.MaxAge >= 0 || gone.Value != "" {
		t.Errorf("the cookie stays: %v", w.Header())
	}
	wantStatus(t, hooksWith(t, s, c), http.StatusSeeOther)
}

func TestReplayAfterPasswordChange(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	here, elsewhere := signIn(t, s, "editor"), signIn(t, s, "editor")
	change := func(current, next string) *httptest.ResponseRecorder {
		return s.ask(t, request{method: "POST", path: "/account/password", cookies: []*http.Cookie{here},
			form: field("email", "ignored", "current", current, "password", next)})
	}
	w := change("not the password", "a new one, quite long")
	wantStatus(t, w, http.StatusUnprocessableEntity)
	wantBody(t, w, `aria-invalid="true"`, "That password isn")
	wantNone(t, w.Body.String(), "not the password", "a new one, quite long")
	w = change(storetest.Password, "short")
	wantStatus(t, w, http.StatusUnprocessableEntity)
	wantBody(t, w, "Use at least 12 characters.")

	w = change(storetest.Password, "a new one, quite long")
	wantStatus(t, w, http.StatusSeeOther)
	renewed := cookie(w, "hooksafe")
	if renewed == nil || renewed.Value == here.Value {
		t.Fatal("no new token after the change")
	}
	wantStatus(t, hooksWith(t, s, here), http.StatusSeeOther)
	wantStatus(t, hooksWith(t, s, elsewhere), http.StatusSeeOther)
	w = s.ask(t, request{path: "/account", cookies: []*http.Cookie{renewed}})
	wantBody(t, w, "Password changed.")
	wantNone(t, s.ask(t, request{path: "/account", cookies: []*http.Cookie{renewed}}).Body.String(), "Password changed.")
}

func TestSessionAges(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := signIn(t, s, "editor")
	s.Clock.Advance(11 * time.Hour)
	wantStatus(t, hooksWith(t, s, c), http.StatusOK)
	s.Clock.Advance(13 * time.Hour)
	wantStatus(t, hooksWith(t, s, c), http.StatusSeeOther)
	w := s.ask(t, request{path: "/login?next=/orgs/acme/hooks", cookies: []*http.Cookie{c}})
	wantBody(t, w, "You were signed out.")
}

// 0.12, S-08, S-09: known and unknown people get the same answer, to the byte
// but for the address they typed, until the same pause.
func TestSignInTellsNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	try := func(email string) (int, string, string) {
		w := s.ask(t, request{method: "POST", path: "/login", form: field("email", email, "password", "not the password")})
		return w.Code, w.Header().Get("Retry-After"), strings.ReplaceAll(w.Body.String(), email, "EMAIL")
	}
	known, unknown := storetest.Email(storetest.Acme, "editor"), "nobodys@acme.example"
	for i := range 11 {
		code, wait, body := try(known)
		otherCode, otherWait, otherBody := try(unknown)
		if code != otherCode || wait != otherWait || body != otherBody {
			t.Fatalf("try %d: %d %s against %d %s", i, code, wait, otherCode, otherWait)
		}
		wantNone(t, body, "not the password")
		if limited := code == http.StatusTooManyRequests; limited != (i == 10) || limited != (wait != "") {
			t.Errorf("try %d: status %d, Retry-After %q", i, code, wait)
		}
	}
	w := s.ask(t, request{method: "POST", path: "/login", form: credentials("editor")})
	wantStatus(t, w, http.StatusTooManyRequests)
	wantStatus(t, s.ask(t, request{path: "/orgs/:org/hooks", as: "editor"}), http.StatusOK)
	wantNone(t, s.log.String(), known, unknown, "not the password")
}

// S-33
func TestNextStaysHere(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for next, want := range map[string]string{
		"/orgs/acme/audit?before=3": "/orgs/acme/audit?before=3",
		"":                          "/",
		"//evil.example":            "/",
		"///evil.example":           "/",
		`/\evil.example`:            "/",
		`\\evil.example`:            "/",
		"https://evil.example":      "/",
		"https:evil.example":        "/",
		"javascript:alert(1)":       "/",
		"evil.example":              "/",
		"/\t/evil.example":          "/",
		"/\n/evil.example":          "/",
		"/%":                        "/",
		" /orgs":                    "/",
	} {
		w := s.ask(t, request{path: "/login?next=" + url.QueryEscape(next), as: "editor"})
		wantStatus(t, w, http.StatusSeeOther)
		wantHeader(t, w, "Location", want)
	}
	for next, want := range map[string]string{"/account": "/account", "//evil.example": "/"} {
		form := credentials("editor")
		form.Set("next", next)
		w := s.ask(t, request{method: "POST", path: "/login", form: form})
		wantStatus(t, w, http.StatusSeeOther)
		wantHeader(t, w, "Location", want)
	}
}

// 0.11, S-28: only our own pages can change or reveal anything.
func TestCrossOrigin(t *testing.T) {
	t.Parallel()
	paths := []request{
		{path: "/orgs/:org/hooks/:hook/secrets/:secret/reveal", as: "owner"},
		{path: "/orgs/:org/hooks/:hook/secrets/:secret/reveal", as: "owner", htmx: true},
		{path: "/orgs/:org/hooks/:hook/secrets/:secret/delete", as: "owner", form: field("name", "API_KEY")},
		{path: "/login", form: credentials("owner")},
		{path: "/logout", as: "owner"},
	}
	for name, header := range map[string]map[string]string{
		"cross-site":        {"Sec-Fetch-Site": "cross-site"},
		"same-site":         {"Sec-Fetch-Site": "same-site"},
		"another origin":    {"Sec-Fetch-Site": "", "Origin": "https://evil.example"},
		"a sibling":         {"Sec-Fetch-Site": "", "Origin": "http://other.hooks.example"},
		"another port":      {"Sec-Fetch-Site": "", "Origin": "http://hooks.example:81"},
		"null":              {"Sec-Fetch-Site": "", "Origin": "null"},
		"neither header":    {"Sec-Fetch-Site": ""},
		"forged fetch site": {"Sec-Fetch-Site": "elsewhere"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			for _, r := range paths {
				r.method, r.header = "POST", header
				w := s.ask(t, r)
				wantStatus(t, w, http.StatusForbidden)
				wantNone(t, w.Body.String(), s.Org(storetest.Acme).Value)
				if w.Header().Get("Set-Cookie") != "" {
					t.Error("a cookie was set")
				}
			}
			wantStatus(t, s.ask(t, request{path: "/orgs/:org/hooks/:hook/secrets/:secret/edit", as: "owner"}), http.StatusOK)
		})
	}
	s := newSite(t)
	for _, header := range []map[string]string{
		{"Sec-Fetch-Site": "same-origin"},
		{"Sec-Fetch-Site": "", "Origin": base},
	} {
		r := paths[0]
		r.method, r.header = "POST", header
		wantStatus(t, s.ask(t, r), http.StatusOK)
	}
}

// S-40, and the way of a token from the address into a cookie (S-31).
func TestSetup(t *testing.T) {
	t.Parallel()
	s := siteOf(t, storetest.Empty(t))
	token, err := s.NewSetupToken(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	owner := field("name", "Mara Okafor", "email", "mara@example.com", "password", "one long password", "organization", "Øre & Söhne")

	wantHeader(t, s.ask(t, request{path: "/login"}), "Location", "/setup")
	w := s.ask(t, request{path: "/setup"})
	wantStatus(t, w, http.StatusOK)
	wantBody(t, w, `name="token"`)
	w = s.ask(t, request{path: "/setup?token=wrong"})
	wantStatus(t, w, http.StatusUnprocessableEntity)
	wantStatus(t, s.ask(t, request{method: "POST", path: "/setup", form: owner}), http.StatusUnprocessableEntity)

	w = s.ask(t, request{path: "/setup?token=" + token})
	wantStatus(t, w, http.StatusSeeOther)
	wantHeader(t, w, "Location", "/setup")
	keep := cookie(w, "hooksafe-setup")
	if keep == nil || !keep.HttpOnly || keep.MaxAge <= 0 || keep.MaxAge > 3600 {
		t.Fatalf("the token's cookie: %v", keep)
	}
	held := []*http.Cookie{keep}
	w = s.ask(t, request{path: "/setup", cookies: held})
	wantBody(t, w, `name="organization"`)
	wantNone(t, w.Body.String(), token)

	owner.Set("password", "short")
	w = s.ask(t, request{method: "POST", path: "/setup", form: owner, cookies: held})
	wantStatus(t, w, http.StatusUnprocessableEntity)
	wantBody(t, w, "Mara Okafor", "mara@example.com", "Øre &amp; Söhne")
	wantNone(t, w.Body.String(), `"short"`)

	owner.Set("password", "one long password")
	w = s.ask(t, request{method: "POST", path: "/setup", form: owner, cookies: held})
	wantStatus(t, w, http.StatusSeeOther)
	home := w.Header().Get("Location")
	session := cookie(w, "hooksafe")
	if session == nil || cookie(w, "hooksafe-setup") == nil || cookie(w, "hooksafe-setup").MaxAge >= 0 {
		t.Fatalf("cookies after the setup: %v", w.Header()["Set-Cookie"])
	}
	wantBody(t, s.ask(t, request{path: home, cookies: []*http.Cookie{session}}), "Create your first hook")

	for _, r := range []request{
		{path: "/setup"}, {path: "/setup?token=" + token}, {path: "/setup", cookies: held},
		{method: "POST", path: "/setup", form: owner, cookies: held}, {method: "POST", path: "/setup", form: field("token", token)},
	} {
		wantStatus(t, s.ask(t, r), http.StatusNotFound)
	}
	wantNone(t, s.log.String(), token, "one long password", "mara@example.com")
}

func TestReset(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	old := signIn(t, s, "editor")
	token, err := s.NewResetLink(t.Context(), s.Operator(), storetest.Email(storetest.Acme, "editor"))
	if err != nil {
		t.Fatal(err)
	}
	var held []*http.Cookie
	for range 2 { // a preview of the link burns nothing
		w := s.ask(t, request{path: "/reset/" + token})
		wantHeader(t, w, "Location", "/reset")
		held = []*http.Cookie{cookie(w, "hooksafe-reset")}
	}
	w := s.ask(t, request{path: "/reset", cookies: held})
	wantBody(t, w, storetest.Email(storetest.Acme, "editor"))
	wantNone(t, w.Body.String(), token)
	w = s.ask(t, request{method: "POST", path: "/reset", cookies: held, form: field("email", "x", "password", "short")})
	wantStatus(t, w, http.StatusUnprocessableEntity)
	w = s.ask(t, request{method: "POST", path: "/reset", cookies: held, form: field("email", "x", "password", "a new one, quite long")})
	wantStatus(t, w, http.StatusSeeOther)
	if gone := cookie(w, "hooksafe-reset"); gone == nil || gone.MaxAge >= 0 {
		t.Error("the used token stays in the browser")
	}
	wantStatus(t, hooksWith(t, s, cookie(w, "hooksafe")), http.StatusOK)
	wantStatus(t, hooksWith(t, s, old), http.StatusSeeOther)
	w = s.ask(t, request{method: "POST", path: "/reset", cookies: held, form: field("password", "yet another long one")})
	wantStatus(t, w, http.StatusNotFound)
	wantBody(t, w, "This link no longer works")
	wantNone(t, s.log.String(), token)
}
