package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"hooksafe/store"
	"hooksafe/store/storetest"
)

const (
	invitationsPath = "/orgs/:org/settings/members/invitations"
	newcomer        = "leo@example.com"
	longPassword    = "a new one, quite long"
)

// held is the cookie that the link of the site's invitation leaves in a browser.
func (s *site) held(t testing.TB) []*http.Cookie {
	t.Helper()
	w := s.ask(t, request{path: "/invitations/" + s.link})
	wantHeader(t, w, "Location", "/invitations")
	c := cookie(w, "hooksafe-invitation")
	if c == nil {
		t.Fatalf("no cookie: %v", w.Header())
	}
	return []*http.Cookie{c}
}

// inviteTo makes an invitation of an address, by acme's owner.
func (s *site) inviteTo(t testing.TB, email string, role store.Role) {
	t.Helper()
	made, token, err := s.CreateInvitation(t.Context(), s.Actor(t, storetest.Acme, "owner"), email, role)
	if err != nil {
		t.Fatal(err)
	}
	s.invitation, s.link = made.ID, token
}

// S-31: the link is in the answer to the form and nowhere else.
func TestS31InvitationIsShownOnce(t *testing.T) {
	t.Parallel()
	for _, htmx := range []bool{false, true} {
		s := newSite(t)
		w := s.ask(t, request{method: "POST", path: invitationsPath, as: "admin", htmx: htmx, form: field("email", newcomer, "role", "editor")})
		wantStatus(t, w, http.StatusOK)
		wantBody(t, w, "Hooksafe sends no mail", `id="copy-token"`)
		token := linkIn(t, w)
		list := s.ask(t, request{path: "/orgs/:org/settings/members", as: "admin"})
		wantBody(t, list, newcomer, "as Editor", "expires")
		again := s.ask(t, request{method: "POST", path: invitationsPath, as: "admin", htmx: htmx, form: field("email", newcomer, "role", "editor")})
		wantStatus(t, again, http.StatusConflict)
		wantNone(t, fmt.Sprint(w.Header(), list.Header(), list.Body, again.Header(), again.Body, s.log, s.orgLog(t)), token)

		s.link = token
		w = s.ask(t, request{path: "/invitations", cookies: s.held(t)})
		wantBody(t, w, "Join acme inc", newcomer, "Accept and join")
		wantNone(t, fmt.Sprint(w.Body, s.log), token)
	}
}

// linkIn is the token of the link that a page shows.
func linkIn(t testing.TB, w *httptest.ResponseRecorder) string {
	t.Helper()
	found := regexp.MustCompile(`>http://hooks\.example/invitations/([0-9A-Za-z_-]{43})<`).FindStringSubmatch(w.Body.String())
	if found == nil {
		t.Fatalf("no link: %.900s", w.Body)
	}
	return found[1]
}

// orgLog is what acme's log says.
func (s *site) orgLog(t testing.TB) string {
	t.Helper()
	page, err := s.Audit(t.Context(), operatorIn(t, s), store.AuditFilter{}, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, e := range page.Entries {
		text += fmt.Sprintf("%s %s %s\n", e.Action, value(e.TargetName), value(e.Detail))
	}
	return text
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// S-20, S-31: a link moves its token into a cookie of our making and burns nothing,
// however often and by whom it is opened, and whatever it looks like.
func TestS20InvitationLink(t *testing.T) {
	t.Parallel()
	for base, name := range map[string]string{"http://hooks.example": "hooksafe-invitation", "https://hooks.example": "__Host-hooksafe-invitation"} {
		s := newSite(t, func(o *Options) { o.BaseURL = base })
		invite(t, s)
		entries := s.orgLog(t)
		for _, token := range []string{s.link, "x", strings.Repeat("A", 43), strings.Repeat("A", 3000), s.link + "x", "%22%3B%0A", "%F0%9F%98%80"} {
			for _, method := range []string{"GET", "HEAD", "GET"} {
				w := s.ask(t, request{method: method, path: "/invitations/" + token, as: "viewer"})
				wantStatus(t, w, http.StatusSeeOther)
				wantHeader(t, w, "Location", "/invitations")
				wantHeader(t, w, "Cache-Control", "no-store")
				wantHeader(t, w, "Referrer-Policy", "same-origin")
				c := cookie(w, name)
				if c == nil || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.MaxAge != 3600 || c.Secure != (base[4] == 's') {
					t.Errorf("%s %s: %s", method, token, w.Header().Get("Set-Cookie"))
				}
				if len(w.Result().Cookies()) != 1 {
					t.Errorf("cookies: %v", w.Header()["Set-Cookie"])
				}
			}
		}
		w := s.ask(t, request{path: "/invitations", cookies: []*http.Cookie{{Name: name, Value: s.link}}})
		wantStatus(t, w, http.StatusOK)
		wantNone(t, s.log.String(), s.link)
		if s.orgLog(t) != entries {
			t.Error("a look left an entry")
		}
	}
}

// Every state of the page, to whoever looks and sends the form.
func TestInvitationPage(t *testing.T) {
	t.Parallel()
	member := storetest.Email(storetest.Globex, "owner")
	for _, tt := range []struct {
		name, email, as string
		role            store.Role
		before          func(t *testing.T, s *site)
		status          int
		want, wantNone  []string
		post            int // the status of the form, 303 where it is carried out
		form            url.Values
	}{
		{name: "nobody, without an account", email: newcomer, role: store.Editor, status: 200, post: 303, form: field("email", "boss@example.com", "name", "Leo Brandt", "password", longPassword),
			want: []string{"Join acme inc", "acme owner invited", newcomer, "Editor.", `name="password"`, "until 28 November", "Accept and join"}},
		{name: "nobody, with a bad password", email: newcomer, role: store.Editor, status: 200, post: 422, form: field("name", "Leo Brandt", "password", "short"),
			want: []string{"Accept and join"}},
		{name: "nobody, with an account", email: member, role: store.Admin, status: 200, post: 409, form: field("name", "X", "password", longPassword),
			want: []string{"Join acme inc", member, `href="/login?next=%2Finvitations"`}, wantNone: []string{`name="password"`, "Accept and join"}},
		{name: "whom it is for", email: " Owner@GLOBEX.example", as: "outsider", role: store.Admin, status: 200, post: 303,
			want: []string{"Join acme inc as Admin"}, wantNone: []string{`name="password"`}},
		{name: "somebody else", email: newcomer, as: "viewer", role: store.Admin, status: 200, post: 409,
			want:     []string{"You are signed in as viewer@acme.example.", "This invitation is for " + newcomer, `action="/logout"`, `value="/invitations"`},
			wantNone: []string{`action="/invitations"`}},
		{name: "an expired one", email: newcomer, role: store.Admin, status: 404, post: 404, form: field("name", "X", "password", longPassword),
			before: func(t *testing.T, s *site) { s.Clock.Advance(8 * 24 * time.Hour) },
			want:   []string{"This invitation has expired", "It was valid until 28 November. Ask acme owner, who sent it, for a new one."}, wantNone: []string{"acme inc", newcomer, "<form"}},
		{name: "a revoked one", email: newcomer, role: store.Admin, status: 404, post: 404, form: field("name", "X", "password", longPassword),
			before: func(t *testing.T, s *site) {
				if _, err := s.RevokeInvitation(t.Context(), s.Actor(t, storetest.Acme, "owner"), s.invitation); err != nil {
					t.Fatal(err)
				}
			},
			want: []string{"This invitation doesn’t work any more"}, wantNone: []string{"acme", newcomer, "<form"}},
		{name: "one of somebody demoted", email: newcomer, role: store.Admin, status: 404, post: 404, form: field("name", "X", "password", longPassword),
			before: func(t *testing.T, s *site) {
				operator := operatorIn(t, s)
				if _, err := s.SetMemberRole(t.Context(), operator, storetest.Email(storetest.Acme, "admin"), store.Owner); err != nil {
					t.Fatal(err)
				}
				if _, err := s.SetMemberRole(t.Context(), operator, storetest.Email(storetest.Acme, "owner"), store.Admin); err != nil {
					t.Fatal(err)
				}
			},
			want: []string{"This invitation doesn’t work any more"}, wantNone: []string{"acme", newcomer, "<form"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t)
			s.inviteTo(t, tt.email, tt.role)
			held := s.held(t)
			if tt.before != nil {
				tt.before(t, s)
			}
			for range 2 {
				w := s.ask(t, request{path: "/invitations", as: tt.as, cookies: held})
				wantStatus(t, w, tt.status)
				wantBody(t, w, tt.want...)
				wantNone(t, w.Body.String(), append(tt.wantNone, s.link, s.Org(storetest.Acme).HookName)...)
			}
			w := s.ask(t, request{method: "POST", path: "/invitations", as: tt.as, cookies: held, form: tt.form})
			wantStatus(t, w, tt.post)
			if tt.post != http.StatusSeeOther {
				wantBody(t, w, tt.want...)
				wantNone(t, w.Body.String(), append(tt.wantNone, s.link, longPassword)...)
				if len(w.Header()["Set-Cookie"]) > 0 {
					t.Errorf("cookies: %v", w.Header()["Set-Cookie"])
				}
				return
			}
			wantHeader(t, w, "Location", "/orgs/acme/hooks")
			if gone := cookie(w, "hooksafe-invitation"); gone == nil || gone.MaxAge >= 0 || gone.Value != "" {
				t.Error("the used token stays in the browser")
			}
			w = s.ask(t, request{path: "/invitations", as: tt.as, cookies: held})
			wantStatus(t, w, http.StatusNotFound)
			wantNone(t, s.log.String(), s.link, longPassword, newcomer)
		})
	}
}

// Who joins is signed in at once, with a token of their own, and told so.
func TestJoinedIsSignedIn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	invite(t, s)
	planted := &http.Cookie{Name: "hooksafe", Value: strings.Repeat("A", 43)}
	w := s.ask(t, request{method: "POST", path: "/invitations", cookies: append(s.held(t), planted), form: field("name", "Leo Brandt", "password", longPassword)})
	wantStatus(t, w, http.StatusSeeOther)
	c := cookie(w, "hooksafe")
	if c == nil || c.Value == planted.Value || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode {
		t.Fatalf("cookies: %v", w.Header()["Set-Cookie"])
	}
	page := hooksWith(t, s, c)
	wantStatus(t, page, http.StatusOK)
	wantBody(t, page, "You joined acme inc.", "Your role is Editor.", "acme-hook", "Leo Brandt")
	wantNone(t, hooksWith(t, s, c).Body.String(), "You joined")
	wantBody(t, s.ask(t, request{path: "/account", cookies: []*http.Cookie{c}}), "Signed in")
	wantStatus(t, s.ask(t, request{path: "/orgs/:org/settings/api-keys", cookies: []*http.Cookie{c}}), http.StatusForbidden)
	wantStatus(t, s.ask(t, request{path: "/orgs/globex/hooks", cookies: []*http.Cookie{c}}), http.StatusNotFound)
}

// The way through sign-in, for somebody who has an account.
func TestSignInToAccept(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.inviteTo(t, storetest.Email(storetest.Globex, "viewer"), store.Editor)
	held := s.held(t)
	w := s.ask(t, request{method: "POST", path: "/login", cookies: held,
		form: field("email", storetest.Email(storetest.Globex, "viewer"), "password", storetest.Password, "next", "/invitations")})
	wantHeader(t, w, "Location", "/invitations")
	held = append(held, cookie(w, "hooksafe"))
	wantStatus(t, s.ask(t, request{path: "/orgs/:org/hooks", cookies: held}), http.StatusNotFound)
	wantBody(t, s.ask(t, request{path: "/invitations", cookies: held}), "Join acme inc as Editor")
	w = s.ask(t, request{method: "POST", path: "/invitations", cookies: held})
	wantHeader(t, w, "Location", "/orgs/acme/hooks")
	wantBody(t, s.ask(t, request{path: "/orgs/:org/hooks", cookies: held}), "You joined acme inc.", "acme-hook")
}

// S-18: the form chooses neither address nor role.
func TestS18JoinTakesNoOtherField(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	invite(t, s)
	held := s.held(t)
	for _, name := range []string{"role", "org", "token", "id", "email_key"} {
		form := field("name", "Leo Brandt", "password", longPassword, name, "owner")
		wantStatus(t, s.ask(t, request{method: "POST", path: "/invitations", cookies: held, form: form}), http.StatusBadRequest)
	}
	for _, form := range []url.Values{field("email", newcomer, "role", "editor", "org", "globex"), field("email", newcomer, "role", "editor", "expires", "1")} {
		wantStatus(t, s.ask(t, request{method: "POST", path: invitationsPath, as: "owner", form: form}), http.StatusBadRequest)
	}
	wantStatus(t, s.ask(t, request{path: "/invitations", cookies: held}), http.StatusOK)
}

// S-17: an admin hands out no more than they may, whatever the form says.
func TestS17InviteAsMore(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	dialog := s.ask(t, request{path: "/orgs/:org/settings/members/invite", as: "admin"})
	wantBody(t, dialog, `value="viewer"`, `value="editor"`)
	wantNone(t, dialog.Body.String(), `value="admin"`, `value="owner"`)
	wantBody(t, s.ask(t, request{path: "/orgs/:org/settings/members/invite", as: "owner"}), `value="admin"`, `value="owner"`)
	for role, status := range map[string]int{"owner": 403, "admin": 403, "": 422, "root": 422, "Editor": 422} {
		w := s.ask(t, request{method: "POST", path: invitationsPath, as: "admin", form: field("email", newcomer, "role", role)})
		wantStatus(t, w, status)
		wantNone(t, w.Body.String(), "hooks.example/invitations/")
	}
	s.inviteTo(t, newcomer, store.Admin)
	for _, what := range []string{"renew", "revoke"} {
		wantStatus(t, s.ask(t, request{method: "POST", path: invitationsPath + "/:invitation/" + what, as: "admin"}), http.StatusForbidden)
		wantNone(t, s.ask(t, request{path: "/orgs/:org/settings/members", as: "admin"}).Body.String(), s.invitation+"/"+what)
		wantBody(t, s.ask(t, request{path: "/orgs/:org/settings/members", as: "owner"}), s.invitation+"/"+what)
	}
	w := s.ask(t, request{path: "/orgs/:org/settings/members", as: "editor"})
	wantStatus(t, w, http.StatusOK)
	wantNone(t, w.Body.String(), newcomer, `id="invite"`)
}

// S-13: invitations of another organization answer like none.
func TestS13ForeignInvitation(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	made, _, err := s.CreateInvitation(t.Context(), s.Actor(t, storetest.Globex, "owner"), newcomer, store.Editor)
	if err != nil {
		t.Fatal(err)
	}
	for _, what := range []string{"renew", "revoke"} {
		for _, method := range []string{"GET", "POST"} {
			for _, as := range []string{"owner", "viewer"} {
				s.invitation = made.ID
				foreign := s.ask(t, request{method: method, path: invitationsPath + "/:invitation/" + what, as: as})
				s.invitation = ""
				ghost := s.ask(t, request{method: method, path: invitationsPath + "/:invitation/" + what, as: as})
				if foreign.Code != ghost.Code || foreign.Body.String() != ghost.Body.String() || foreign.Code == http.StatusOK {
					t.Errorf("%s %s as %s: %d and %d", method, what, as, foreign.Code, ghost.Code)
				}
			}
		}
	}
	wantNone(t, s.ask(t, request{path: "/orgs/:org/settings/members", as: "owner"}).Body.String(), newcomer)
}

// The link asks for a recent password; the form goes on as it was.
func TestInviteStepUp(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Clock.Advance(store.ConfirmFor + time.Second)
	form := field("email", newcomer, "role", "editor")
	w := s.ask(t, request{method: "POST", path: invitationsPath, as: "admin", form: form})
	wantStatus(t, w, http.StatusForbidden)
	wantBody(t, w, "To invite "+newcomer, `name="role" value="editor"`)
	form.Set("password", storetest.Password)
	w = s.ask(t, request{method: "POST", path: invitationsPath, as: "admin", form: form})
	wantStatus(t, w, http.StatusOK)
	s.link = linkIn(t, w)
	wantStatus(t, s.ask(t, request{path: "/invitations", cookies: s.held(t)}), http.StatusOK)
}

// So do a new link and a revocation.
func TestRenewAndRevokeStepUp(t *testing.T) {
	t.Parallel()
	for what, status := range map[string]int{"renew": http.StatusOK, "revoke": http.StatusSeeOther} {
		s := newSite(t)
		invite(t, s)
		s.Clock.Advance(store.ConfirmFor + time.Second)
		change := request{method: "POST", path: invitationsPath + "/:invitation/" + what, as: "admin"}
		w := s.ask(t, change)
		wantStatus(t, w, http.StatusForbidden)
		wantBody(t, w, "To "+what+" the invitation of "+newcomer)
		wantStatus(t, s.ask(t, request{path: "/invitations", cookies: s.held(t)}), http.StatusOK)
		change.form = field("password", storetest.Password)
		wantStatus(t, s.ask(t, change), status)
		wantStatus(t, s.ask(t, request{path: "/invitations", cookies: s.held(t)}), http.StatusNotFound)
	}
}

// Wrong links are limited without telling more; a right one is not.
func TestWrongInvitationLinks(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	invite(t, s)
	wrong := []*http.Cookie{{Name: "hooksafe-invitation", Value: "wrong"}}
	for range 60 {
		wantStatus(t, s.ask(t, request{path: "/invitations", cookies: wrong}), http.StatusNotFound)
	}
	w := s.ask(t, request{path: "/invitations", cookies: wrong})
	wantStatus(t, w, http.StatusTooManyRequests)
	if w.Header().Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	wantStatus(t, s.ask(t, request{method: "POST", path: "/invitations", cookies: wrong, form: field("name", "X", "password", longPassword)}), http.StatusTooManyRequests)
	wantStatus(t, s.ask(t, request{path: "/invitations", cookies: s.held(t)}), http.StatusOK)
}

// S-33: sign-out leads to a local path, or to the sign-in page.
func TestS33SignOutStaysHere(t *testing.T) {
	t.Parallel()
	for next, want := range map[string]string{"/invitations": "/invitations", "": "/login", "//evil.example": "/login", `/\evil.example`: "/login", "https://evil.example": "/login"} {
		s := newSite(t)
		w := s.ask(t, request{method: "POST", path: "/logout", as: "viewer", form: field("next", next)})
		wantStatus(t, w, http.StatusSeeOther)
		wantHeader(t, w, "Location", want)
		wantStatus(t, s.ask(t, request{path: "/orgs/:org/hooks", as: "viewer"}), http.StatusSeeOther)
	}
}

func TestManyInvitations(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for n := range 52 {
		s.inviteTo(t, fmt.Sprintf("new%02d@example.com", n), store.Viewer)
		s.Clock.Advance(time.Second)
	}
	w := s.ask(t, request{path: "/orgs/:org/settings/members", as: "admin"})
	wantBody(t, w, "2 more.", "new51@example.com", "new02@example.com")
	wantNone(t, w.Body.String(), "new01@example.com")
}

// Somebody who became a member in another way needs no new link.
func TestRenewForAMember(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.inviteTo(t, storetest.Email(storetest.Globex, "viewer"), store.Editor)
	if _, err := s.AddMember(t.Context(), operatorIn(t, s), storetest.Email(storetest.Globex, "viewer"), store.Viewer); err != nil {
		t.Fatal(err)
	}
	for _, htmx := range []bool{false, true} {
		w := s.ask(t, request{method: "POST", path: invitationsPath + "/:invitation/renew", as: "owner", htmx: htmx})
		wantStatus(t, w, http.StatusConflict)
		wantBody(t, w, "globex viewer is a member already.", "Create new link")
		wantNone(t, w.Body.String(), "hooks.example/invitations/")
	}
}
