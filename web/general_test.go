package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"hooksafe/store"
	"hooksafe/store/storetest"
)

const generalPath = "/orgs/:org/settings/general"

// rename gives acme another address.
func (s *site) rename(t testing.TB, from, to string) {
	t.Helper()
	a, err := s.MemberActor(t.Context(), s.Person(t, storetest.Acme, "owner"), from)
	if err != nil {
		t.Fatal(err)
	}
	g, err := s.General(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.RenameOrganization(t.Context(), a, g.Revision, g.Name, to); err != nil {
		t.Fatal(err)
	}
}

// settle changes the settings of acme.
func (s *site) settle(t testing.TB, change func(*store.Settings)) {
	t.Helper()
	a := s.Actor(t, storetest.Acme, "owner")
	g, err := s.General(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	change(&g.Settings)
	if err := s.ChangeSettings(t.Context(), a, g.Revision, g.Settings); err != nil {
		t.Fatal(err)
	}
}

// S-13, S-33: every page under an old address leads members to the same page under the
// present one, and to everybody else is not there, as ever.
func TestS13OldAddressesLeadMembers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.rename(t, "acme", "second")
	s.rename(t, "second", "third")
	for _, a := range access {
		method, path, _ := strings.Cut(a.route, " ")
		if method != http.MethodGet || !strings.HasPrefix(path, "/orgs/:org") {
			continue
		}
		path = s.own(s.path(path), "viewer") + "?q=a%20b&after=%2F%2Fevil.example"
		for _, slug := range []string{"acme", "second"} {
			old := strings.Replace(path, "/orgs/acme", "/orgs/"+slug, 1)
			for _, htmx := range []bool{false, true} {
				for _, method := range []string{"GET", "HEAD"} {
					w := s.ask(t, request{method: method, path: old, as: "viewer", htmx: htmx})
					wantStatus(t, w, http.StatusTemporaryRedirect)
					wantHeader(t, w, "Location", strings.Replace(path, "/orgs/acme", "/orgs/third", 1))
					wantHeader(t, w, "Cache-Control", "no-store")
				}
				foreign := s.ask(t, request{path: old, as: "outsider", htmx: htmx})
				ghost := s.ask(t, request{path: strings.Replace(path, "/orgs/acme", "/orgs/ghost", 1), as: "outsider", htmx: htmx})
				wantStatus(t, foreign, http.StatusNotFound)
				if foreign.Body.String() != ghost.Body.String() {
					t.Errorf("%s is told apart by an outsider", old)
				}
			}
			if w := s.ask(t, request{path: old}); w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), "/login?next=%2Forgs%2F"+slug) {
				t.Errorf("%s leads nobody to %s", old, w.Header().Get("Location"))
			}
		}
	}
}

// What follows an address is left as it was written, and what does not exist goes on
// not existing.
func TestOldAddressesAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.rename(t, "acme", "second")
	for path, want := range map[string]string{
		"/orgs/acme":                "/orgs/second",
		"/orgs/acme?x=1":            "/orgs/second?x=1",
		"/orgs/acme/hooks?q=%2e%2e": "/orgs/second/hooks?q=%2e%2e",
		"/orgs/acme/hooks/" + s.Org("acme").Hook + "?": "/orgs/second/hooks/" + s.Org("acme").Hook,
	} {
		w := s.ask(t, request{path: path, as: "viewer"})
		wantStatus(t, w, http.StatusTemporaryRedirect)
		wantHeader(t, w, "Location", want)
	}
	for path, status := range map[string]int{
		"/orgs/second/hooks": 200, "/orgs/%61cme/hooks": 404, "/orgs/acme/nothing": 404, "/orgs/ACME/hooks": 404, "/orgs/acme/hooks/no-id": 404,
	} {
		wantStatus(t, s.ask(t, request{path: path, as: "viewer"}), status)
	}
}

// A form from a page that was open meanwhile is carried out under the old address.
func TestPostsUnderAnOldAddress(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.rename(t, "acme", "second")
	w := s.ask(t, request{method: "POST", path: "/orgs/acme/hooks", as: "editor", form: field("name", "late", "trigger", "send-phone-message")})
	wantStatus(t, w, http.StatusSeeOther)
	wantHeader(t, w, "Location", "/orgs/second/hooks")
	w = s.ask(t, request{method: "POST", path: revealPath, as: "editor", htmx: true})
	wantStatus(t, w, http.StatusOK)
	wantBody(t, w, s.Org("acme").Value, "/orgs/second/hooks/")
	wantStatus(t, s.ask(t, request{method: "POST", path: revealPath, as: "viewer", htmx: true}), http.StatusForbidden)
	wantStatus(t, s.ask(t, request{method: "POST", path: revealPath, as: "outsider", htmx: true}), http.StatusNotFound)
}

// S-18: the forms take their own fields and no other, and say what is wrong beside
// what was typed.
func TestS18GeneralForms(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := s.ask(t, request{path: generalPath, as: "owner"})
	wantStatus(t, w, http.StatusOK)
	wantBody(t, w, `value="acme inc"`, `value="acme"`, `value="30" checked`, `value="recently"`, "hooks.example/orgs/", "Old addresses go on leading here for members.")

	const values = generalPath + "/values"
	for _, tt := range []struct {
		name, path string
		form       []string
		status     int
		says       []string
	}{
		{"no name", generalPath, []string{"name", "", "slug", "acme", "base", "1"}, 422, []string{"Enter a name for the organization."}},
		{"a bad address", generalPath, []string{"name", "Acme", "slug", "Acme Inc", "base", "1"}, 422, []string{"lower-case letters", `value="Acme Inc"`, `value="Acme"`}},
		{"a taken address", generalPath, []string{"name", "Acme", "slug", "globex", "base", "1"}, 409, []string{"The address globex is taken.", `value="globex"`}},
		{"too old", generalPath, []string{"name", "Mine", "slug", "acme", "base", "0"}, 409, []string{"saved a change while you were editing", "Save mine", `value="Mine"`, `name="base" value="1"`}},
		{"no base", generalPath, []string{"name", "Mine", "slug", "acme"}, 409, []string{"Save mine"}},
		{"an id", generalPath, []string{"name", "Acme", "slug", "acme", "base", "1", "id", "x"}, 400, nil},
		{"settings with the name", generalPath, []string{"name", "Acme", "slug", "acme", "base", "1", "confirm", "never"}, 400, nil},
		{"no time", values, []string{"confirm", "never", "base", "1"}, 422, []string{"Choose how long a value shows."}},
		{"a time of its own", values, []string{"seconds", "86400", "confirm", "never", "base", "1"}, 422, []string{"Choose how long a value shows."}},
		{"a word of its own", values, []string{"seconds", "30", "confirm", "sometimes", "base", "1"}, 422, []string{"Choose when values ask for the password."}},
		{"values too old", values, []string{"seconds", "300", "confirm", "never", "base", "0"}, 409, []string{"Save mine", `value="300" checked`, `value="never"`}},
		{"an organization", values, []string{"seconds", "30", "confirm", "never", "base", "1", "org", "globex"}, 400, nil},
	} {
		w := s.ask(t, request{method: "POST", path: tt.path, as: "owner", form: field(tt.form...)})
		if w.Code != tt.status {
			t.Errorf("%s: status %d", tt.name, w.Code)
		}
		wantBody(t, w, tt.says...)
	}
	if newest(t, s).Action == "organization.update" {
		t.Error("something was changed")
	}
	g, err := s.General(t.Context(), s.Actor(t, storetest.Acme, "owner"))
	if err != nil || g.Revision != 1 {
		t.Errorf("%+v, %v", g, err)
	}
}

// The password is asked for, and the form goes on with what was sent.
func TestStepUpForGeneral(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Clock.Advance(store.ConfirmFor + time.Second)
	for path, form := range map[string][]string{
		generalPath:             {"name", "Acme & Co", "slug", "acme", "base", "1"},
		generalPath + "/values": {"seconds", "120", "editors", "on", "confirm", "always", "base", "1"},
		generalPath + "/delete": {"name", "acme inc"},
	} {
		w := s.ask(t, request{method: "POST", path: path, as: "owner", form: field(form...)})
		wantStatus(t, w, http.StatusForbidden)
		wantBody(t, w, `type="password"`, "the organization acme inc. You won’t be asked again for 15 minutes.", `action="`+s.path(path)+`"`)
		if got := sentOn(w); got.Encode() != field(form...).Encode() {
			t.Errorf("%s: sent on %v", path, got)
		}
	}
	w := s.ask(t, request{method: "POST", path: generalPath + "/values", as: "owner",
		form: field("seconds", "120", "editors", "on", "confirm", "always", "base", "1", "password", storetest.Password)})
	wantStatus(t, w, http.StatusSeeOther)
	wantHeader(t, w, "Location", "/orgs/acme/settings/general")
	if e := newest(t, s); e.Action != "organization.update" || *e.Detail != "values show from 30 s to 120 s; password for values from every 15 minutes to every time" {
		t.Errorf("entry %+v", e)
	}
	page := s.ask(t, request{path: generalPath, cookies: []*http.Cookie{cookie(w, "hooksafe")}})
	wantBody(t, page, "Rules saved.", `value="120" checked`)
}

// How long a value shows is the organization's, in the page, in what is said, and
// without script.
func TestRevealSecondsInThePage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.settle(t, func(set *store.Settings) { set.RevealSeconds = 120 })
	w := s.ask(t, request{method: "POST", path: revealPath, as: "editor", htmx: true})
	wantBody(t, w, `data-seconds="120"`, "Keep 120 s more")
	if said := triggers(t, w.Header().Get("HX-Trigger"))["say"]; said != "Value of API_KEY shown for 120 seconds. Recorded." {
		t.Errorf("said %q", said)
	}
	w = s.ask(t, request{method: "POST", path: revealPath, as: "editor"})
	wantHeader(t, w, "Refresh", "120; url="+s.path("/orgs/:org/hooks/:hook/secrets"))
}

// Where values ask every time, each takes a password of its own, and no header of a
// client stands in for one.
func TestAskEveryTime(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	value := s.Org(storetest.Acme).Value
	s.settle(t, func(set *store.Settings) { set.Confirm = store.AskAlways })
	session := &http.Cookie{Name: "hooksafe", Value: s.Token(storetest.Acme, "editor")}
	ask := func(path string, header map[string]string, form ...string) *httptest.ResponseRecorder {
		t.Helper()
		w := s.ask(t, request{method: "POST", path: path, form: field(form...), htmx: true, cookies: []*http.Cookie{session}, header: header})
		if renewed := cookie(w, "hooksafe"); renewed != nil {
			session = renewed
		}
		return w
	}
	for _, path := range []string{revealPath, copyPath, "/orgs/:org/hooks/:hook/secrets/:secret/versions/:version/reveal"} {
		w := ask(path, nil)
		wantStatus(t, w, http.StatusForbidden)
		wantBody(t, w, "API_KEY. Your organization asks every time.")
		wantNone(t, w.Body.String(), value, "15 minutes")
		w = ask(path, nil, "password", storetest.Password)
		wantStatus(t, w, http.StatusOK)
		wantBody(t, w, value)
		used := newest(t, s)
		for _, header := range []map[string]string{nil, {"X-Request-Id": *used.Request}} {
			w = ask(path, header)
			wantStatus(t, w, http.StatusForbidden)
			wantNone(t, w.Body.String(), value)
		}
		w = ask(path, nil, "password", "not the password")
		wantStatus(t, w, http.StatusUnprocessableEntity)
		wantNone(t, w.Body.String(), value)
	}
	w := ask(revealPath, nil, "password", storetest.Password)
	shown := newest(t, s)
	wantStatus(t, w, http.StatusOK)
	w = ask(revealPath, nil, "extends", shown.ID)
	wantStatus(t, w, http.StatusForbidden)
	if sent := sentOn(w); sent.Get("extends") != shown.ID {
		t.Errorf("sent on %v", sent)
	}
	wantBody(t, ask(revealPath, nil, "extends", shown.ID, "password", storetest.Password), value)

	// What else asks says what is true of it.
	s.Clock.Advance(store.ConfirmFor + time.Second)
	w = s.ask(t, request{method: "POST", path: apiKeysPath, as: "admin", htmx: true, form: keyForm()})
	wantBody(t, w, "You won’t be asked again for 15 minutes, except for values.")
}

func TestAskNever(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.settle(t, func(set *store.Settings) { set.Confirm = store.AskNever })
	s.Clock.Advance(3 * time.Hour)
	for _, path := range []string{revealPath, copyPath} {
		w := s.ask(t, request{method: "POST", path: path, as: "editor", htmx: true})
		wantStatus(t, w, http.StatusOK)
		wantBody(t, w, s.Org(storetest.Acme).Value)
	}
	wantStatus(t, s.ask(t, request{method: "POST", path: apiKeysPath, as: "admin", htmx: true, form: keyForm()}), http.StatusForbidden)
}

// A deleted organization: its members are out at the next request and signed in as
// before, and its keys stop.
func TestDeleteOrganization(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	token := tokenIn(t, s.ask(t, request{method: "POST", path: apiKeysPath, as: "owner", form: keyForm()}))
	w := s.ask(t, request{path: generalPath + "/delete", as: "owner", htmx: true})
	wantBody(t, w, "1 hook and 1 secret are destroyed at once, with every version. 4 members lose access, 1 API key stops.",
		"The audit log stays, for the operator of this server.", "Backups taken before stay readable until they expire.")
	w = s.ask(t, request{method: "POST", path: generalPath + "/delete", as: "owner", htmx: true, form: field("name", "acme")})
	wantStatus(t, w, http.StatusUnprocessableEntity)
	wantBody(t, w, "Type acme inc to confirm.", `value="acme"`)

	w = s.ask(t, request{method: "POST", path: generalPath + "/delete", as: "owner", htmx: true, form: field("name", "acme inc")})
	wantStatus(t, w, http.StatusOK)
	wantHeader(t, w, "HX-Redirect", "/")
	w = s.ask(t, request{path: "/", as: "owner"})
	wantBody(t, w, "No organization yet", "acme inc is deleted.", `href="/orgs/new"`)
	for _, as := range []string{"owner", "editor", "outsider"} {
		gone := s.ask(t, request{path: "/orgs/acme/hooks", as: as})
		ghost := s.ask(t, request{path: "/orgs/ghost/hooks", as: as})
		wantStatus(t, gone, http.StatusNotFound)
		if gone.Body.String() != ghost.Body.String() {
			t.Errorf("%s tells it from one that never was", as)
		}
		wantStatus(t, s.ask(t, request{path: "/account", as: as}), http.StatusOK)
	}
	wantStatus(t, s.ask(t, request{method: "POST", path: revealPath, as: "editor", htmx: true}), http.StatusNotFound)
	api := s.ask(t, request{path: "/api/v2/hooks", header: map[string]string{"Authorization": "Bearer " + token}})
	wantStatus(t, api, http.StatusUnauthorized)
}

func TestNewOrganization(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	wantBody(t, s.ask(t, request{path: "/orgs/:org/hooks", as: "viewer"}), `id="new-organization"`)
	w := s.ask(t, request{path: "/orgs/new", as: "viewer", htmx: true})
	wantBody(t, w, "New organization", "hooks.example/orgs/")
	wantNone(t, w.Body.String(), "<html")
	for _, tt := range []struct {
		form   []string
		status int
		says   string
	}{
		{[]string{"name", "", "slug", ""}, 422, "Enter a name for the organization."},
		{[]string{"name", "Globex", "slug", ""}, 409, "The address globex is taken."},
		{[]string{"name", "Northwind", "slug", "A b"}, 422, "lower-case letters"},
		{[]string{"name", "Northwind", "slug", "n1", "role", "owner"}, 400, ""},
	} {
		w := s.ask(t, request{method: "POST", path: "/orgs/new", as: "viewer", htmx: true, form: field(tt.form...)})
		wantStatus(t, w, tt.status)
		wantBody(t, w, tt.says)
	}
	w = s.ask(t, request{method: "POST", path: "/orgs/new", as: "viewer", htmx: true, form: field("name", "Northwind Traders", "slug", "")})
	wantHeader(t, w, "HX-Redirect", "/orgs/northwind-traders/hooks")
	w = s.ask(t, request{path: "/orgs/northwind-traders/hooks", as: "viewer"})
	wantBody(t, w, "Northwind Traders is yours.", "Owner", "/orgs/northwind-traders/settings/general")
	wantStatus(t, s.ask(t, request{path: "/orgs/northwind-traders/hooks", as: "owner"}), http.StatusNotFound)
}

// Where only the operator makes organizations there is no way to the form, and a
// sentence for who goes there all the same.
func TestNewOrganizationByOperator(t *testing.T) {
	t.Parallel()
	s := siteOf(t, storetest.New(t, func(o *store.Options) { o.OrganizationsByOperator = true }))
	for _, path := range []string{"/orgs/:org/hooks", "/account"} {
		wantNone(t, s.ask(t, request{path: path, as: "owner"}).Body.String(), "/orgs/new")
	}
	for _, htmx := range []bool{false, true} {
		for method, form := range map[string]url.Values{"GET": nil, "POST": field("name", "Northwind", "slug", "")} {
			w := s.ask(t, request{method: method, path: "/orgs/new", as: "owner", htmx: htmx, form: form})
			wantStatus(t, w, http.StatusForbidden)
			wantBody(t, w, "only its operator makes organizations")
		}
	}
	if _, err := s.RemoveMember(t.Context(), operatorIn(t, s), storetest.Email(storetest.Acme, "viewer")); err != nil {
		t.Fatal(err)
	}
	w := s.ask(t, request{path: "/", as: "viewer"})
	wantBody(t, w, "No organization yet")
	wantNone(t, fmt.Sprint(w.Body), "/orgs/new")
}
