package web

import (
	"net/http"
	"strings"
	"testing"

	"hooksafe/store"
	"hooksafe/store/storetest"
)

// The theme is on every page of the person, errors among them, and on nobody
// else's.
func TestThemeIsOnEveryPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const dark = `<html lang="en" data-theme="dark">`
	wantNone(t, s.ask(t, request{path: "/account", as: "viewer"}).Body.String(), "data-theme")
	w := s.ask(t, request{method: "POST", path: "/account/appearance", as: "viewer", form: field("theme", "dark")})
	wantStatus(t, w, http.StatusSeeOther)
	wantHeader(t, w, "Location", "/account")
	for _, path := range []string{"/account", "/keys", "/orgs/:org/hooks", "/orgs/:org/search", "/orgs/:org/hooks/new", "/orgs/globex/hooks"} {
		w := s.ask(t, request{path: path, as: "viewer"})
		wantBody(t, w, dark, `data-keys="off"`)
		wantNone(t, s.ask(t, request{path: path, as: "owner"}).Body.String(), "data-theme", "data-keys")
	}
	wantNone(t, s.ask(t, request{path: "/login"}).Body.String(), "data-theme")
	wantStatus(t, s.ask(t, request{method: "POST", path: "/account/appearance", as: "viewer", form: field("theme", "system", "shortcuts", "on")}), http.StatusSeeOther)
	wantNone(t, s.ask(t, request{path: "/account", as: "viewer"}).Body.String(), "data-theme", "data-keys")
	if _, err := s.RemoveMember(t.Context(), operatorIn(t, s), storetest.Email(storetest.Acme, "viewer")); err != nil {
		t.Fatal(err)
	}
	s.ask(t, request{method: "POST", path: "/account/appearance", as: "viewer", form: field("theme", "dark")})
	w = s.ask(t, request{path: "/", as: "viewer"})
	wantBody(t, w, "No organization yet", dark)
}

func TestAppearance(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := s.ask(t, request{method: "POST", path: "/account/appearance", as: "viewer", htmx: true, form: field("theme", "light", "shortcuts", "on")})
	wantStatus(t, w, http.StatusOK)
	wantBody(t, w, `<form class="appearance" id="appearance"`, "Appearance saved.")
	wantNone(t, w.Body.String(), "<html")
	for _, form := range []string{"theme=sepia", "shortcuts=on", "theme=dark&theme=light", "theme=dark&id=u"} {
		w := s.ask(t, request{method: "POST", path: "/account/appearance", as: "viewer", body: form})
		if w.Code != http.StatusBadRequest && w.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", form, w.Code)
		}
	}
	wantBody(t, s.ask(t, request{path: "/account", as: "viewer"}), `data-theme="light"`)
}

func TestProfile(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := s.ask(t, request{method: "POST", path: "/account/profile", as: "editor", form: field("name", "two\nlines")})
	wantStatus(t, w, http.StatusUnprocessableEntity)
	wantBody(t, w, "Use 1 to 100 characters", `aria-invalid="true"`, "<details class=\"change\">")
	w = s.ask(t, request{method: "POST", path: "/account/profile", as: "editor", form: field("name", "Tomás <b>")})
	wantStatus(t, w, http.StatusSeeOther)
	w = s.ask(t, request{path: "/account", as: "editor"})
	wantBody(t, w, "Name changed.", `value="Tomás &lt;b&gt;"`, "<b>Tomás &lt;b&gt;</b>")
	wantNone(t, w.Body.String(), "Tomás <b>")
}

// S-19: nobody ends a session of somebody else by its id, and what is not theirs
// looks like nothing.
func TestForeignSessionIsMissing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	_, foreign := s.personAndSession("owner")
	var first string
	for _, id := range []string{foreign, "019aa6f1-0000-7000-8000-000000000000", "no-id", strings.Repeat("a", 3000)} {
		w := s.ask(t, request{method: "POST", path: "/account/sessions/" + id + "/end", as: "viewer"})
		wantStatus(t, w, http.StatusNotFound)
		if first == "" {
			first = w.Body.String()
		}
		if w.Body.String() != first {
			t.Errorf("%.40s is told apart", id)
		}
	}
	wantStatus(t, s.ask(t, request{path: "/account", as: "owner"}), http.StatusOK)
}

// Ending the session that asks is signing out: the browser forgets what it saw.
func TestEndOwnSession(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := s.ask(t, request{method: "POST", path: "/account/sessions/:session/end", as: "viewer"})
	wantStatus(t, w, http.StatusSeeOther)
	wantHeader(t, w, "Location", "/login")
	wantHeader(t, w, "Clear-Site-Data", `"cache", "storage"`)
	if gone := cookie(w, "hooksafe"); gone == nil || gone.MaxAge >= 0 {
		t.Errorf("the cookie stays: %v", w.Header())
	}
	wantStatus(t, s.ask(t, request{path: "/account", as: "viewer"}), http.StatusSeeOther)
}

// S-19: what an owner does to a member; somebody else's member is nobody here.
func TestSignOutMember(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	outsider, _ := s.personAndSession("outsider")
	viewer, _ := s.personAndSession("viewer")
	path := func(user string) string { return "/orgs/:org/settings/members/" + user + "/sign-out" }
	var first string
	for _, id := range []string{outsider, "019aa6f1-0000-7000-8000-000000000000", "no-id"} {
		w := s.ask(t, request{method: "POST", path: path(id), as: "owner"})
		wantStatus(t, w, http.StatusNotFound)
		if first == "" {
			first = w.Body.String()
		}
		if w.Body.String() != first {
			t.Errorf("%s is told apart", id)
		}
	}
	wantStatus(t, s.ask(t, request{path: "/account", as: "outsider"}), http.StatusOK)

	w := s.ask(t, request{method: "POST", path: path(viewer), as: "owner"})
	wantStatus(t, w, http.StatusSeeOther)
	wantHeader(t, w, "Location", "/orgs/acme/settings/members")
	wantStatus(t, s.ask(t, request{path: "/account", as: "viewer"}), http.StatusSeeOther)
	if e := newest(t, s); e.Action != "member.sign_out" || e.Outcome != "done" {
		t.Errorf("entry is %s %s", e.Action, e.Outcome)
	}
	wantBody(t, s.ask(t, request{path: "/orgs/:org/hooks", as: "owner"}), "acme viewer is signed out.", "1 device signed out.")
}

// The page shows who got in as the person, or tried to.
func TestRecentSignIns(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, role := range []string{"viewer", "owner"} {
		from := store.Origin{Address: map[string]string{"viewer": "203.0.113.9", "owner": "203.0.113.77"}[role], Agent: "curl/8.5.0"}
		if _, err := s.SignIn(t.Context(), from, storetest.Email(storetest.Acme, role), "not the password", ""); store.CodeOf(err) != store.Invalid {
			t.Fatal(err)
		}
	}
	w := s.ask(t, request{path: "/account", as: "viewer"})
	wantBody(t, w, "Sign-in failed: wrong password", "curl/8.5.0, 203.0.113.9", "Signed in")
	wantNone(t, w.Body.String(), "203.0.113.77", "not the password")
}
