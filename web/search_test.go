package web

import (
	"net/http"
	"strings"
	"testing"

	"hooksafe/store"
	"hooksafe/store/storetest"
)

func TestSearchPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.Actor(t, storetest.Acme, "admin")
	own, err := s.AddSecret(t.Context(), admin, store.OrganizationPlace(), store.NewSecret{Name: "OWN_KEY", Value: store.NewPlaintext("x")})
	if err != nil {
		t.Fatal(err)
	}
	_, token, err := s.CreateKey(t.Context(), admin, store.NewKey{Name: "deploy-ci", Scopes: store.Scopes()})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, as, query string
		want, wantNot   []string
	}{
		{name: "a secret", as: "viewer", query: "?q=api",
			want: []string{`<h2 id="found-secrets">Secrets`, "<mark>API</mark>_<wbr>KEY", "/secrets/" + s.Org(storetest.Acme).Secret, "1 secret name matches"}},
		{name: "a hook", as: "viewer", query: "?q=ACME", want: []string{"<mark>acme</mark>-hook"}},
		{name: "people", as: "viewer", query: "?q=acme+ed", want: []string{"found-people", "/settings/members?q=editor%40acme.example", "<mark>acme ed</mark>itor"}},
		{name: "a secret of the organization", as: "viewer", query: "?q=own", want: []string{"<mark>OWN</mark>_<wbr>KEY", ">Organization<", "/orgs/acme/settings/secrets/" + own.ID}},
		{name: "an API key", as: "admin", query: "?q=deploy", want: []string{"found-api-keys", "<mark>deploy</mark>-ci", "/settings/api-keys"}, wantNot: []string{token}},
		{name: "an API key, editor", as: "editor", query: "?q=deploy", want: []string{"Nothing matches"}, wantNot: []string{"found-"}},
		{name: "people of others", as: "owner", query: "?q=globex+ed", want: []string{"Nothing matches"}, wantNot: []string{"found-"}},
		{name: "nothing", as: "viewer", query: "?q=payrol",
			want: []string{"Nothing matches “payrol”", "Search covers hook names, triggers, secret names and people. Values are never searched."}},
		{name: "no text", as: "admin", query: "", want: []string{`role="search"`, "secret names, people and API keys"}, wantNot: []string{"Nothing matches", "found-"}},
		{name: "spaces", as: "admin", query: "?q=+++", wantNot: []string{"Nothing matches", "found-"}},
		{name: "wildcards", as: "admin", query: "?q=%25", want: []string{"Nothing matches “%”"}},
		{name: "markup", as: "admin", query: "?q=%3Cb%3E", want: []string{"Nothing matches “&lt;b&gt;”"}, wantNot: []string{"<b>”"}},
		{name: "no text at all", as: "admin", query: "?q=a%00%FF", want: []string{"Nothing matches"}},
		{name: "a value", as: "owner", query: "?q=" + s.Org(storetest.Acme).Value[:12], wantNot: []string{"found-"}},
		{name: "a note", as: "owner", query: "?q=planted", wantNot: []string{"found-"}},
		{name: "another organization", as: "owner", query: "?q=globex", want: []string{"Nothing matches"}, wantNot: []string{"globex-hook", s.Org(storetest.Globex).Hook}},
	} {
		w := s.ask(t, request{path: "/orgs/:org/search" + tt.query, as: tt.as})
		wantStatus(t, w, http.StatusOK)
		wantBody(t, w, tt.want...)
		main := w.Body.String()[strings.Index(w.Body.String(), "<main"):]
		wantNone(t, main, tt.wantNot...)
		if t.Failed() {
			t.Fatal(tt.name)
		}
	}
}

// S-34: what somebody searches for is in no log.
func TestSearchIsNotLogged(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	wantStatus(t, s.ask(t, request{path: "/orgs/:org/search?q=planted-search", as: "viewer", htmx: true}), http.StatusOK)
	wantNone(t, s.log.String(), "planted-search")
}

func TestSearchAnywhere(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := s.ask(t, request{path: "/search?q=a%26b", as: "viewer"})
	wantStatus(t, w, http.StatusSeeOther)
	wantHeader(t, w, "Location", "/orgs/acme/search?q=a%26b")
	if _, err := s.RemoveMember(t.Context(), operatorIn(t, s), storetest.Email(storetest.Acme, "viewer")); err != nil {
		t.Fatal(err)
	}
	wantHeader(t, s.ask(t, request{path: "/search?q=x", as: "viewer"}), "Location", "/")
}

// Where only the operator makes organizations, the palette doesn't offer it.
func TestPaletteMakesNoOrganization(t *testing.T) {
	t.Parallel()
	s := siteOf(t, storetest.New(t, func(o *store.Options) { o.OrganizationsByOperator = true }))
	w := s.ask(t, request{path: "/orgs/:org/search?q=new", as: "owner", htmx: true})
	wantBody(t, w, "New hook")
	wantNone(t, w.Body.String(), "New organization")
}

// The palette gets the options alone, with the commands that the role may use and
// that the text asks for.
func TestPalette(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	hook := s.Org(storetest.Acme).Hook
	for _, tt := range []struct {
		name, as, query string
		want, wantNot   []string
	}{
		{name: "from a hook, editor", as: "editor", query: "?q=&hook=" + hook,
			want: []string{"Add secret to acme-hook", hook + `/secrets/new"`, "Secrets of acme-hook", "Script of acme-hook", "New hook", "Help and keys", `form="sign-out"`}, wantNot: []string{"Audit entries about", "Show "}},
		{name: "from a hook, viewer", as: "viewer", query: "?q=&hook=" + hook,
			want: []string{"Secrets of acme-hook", "Script of acme-hook", "Audit log"}, wantNot: []string{"Add ", "hooks/new", "secrets/new", "New hook"}},
		{name: "from anywhere", as: "owner", query: "?q=", want: []string{"New hook"}, wantNot: []string{"acme-hook"}},
		{name: "the organization, viewer", as: "viewer", query: "?q=",
			want:    []string{"Organization secrets", `/orgs/acme/settings/secrets"`, "Members", `/orgs/acme/settings/members"`, "New organization", `"/orgs/new"`},
			wantNot: []string{"Add organization secret", "Invite", "API key", "General", "Leave"}},
		{name: "the organization, admin", as: "admin", query: "?q=",
			want:    []string{"Add organization secret", `/orgs/acme/settings/secrets/new"`, "Invite a person", `/orgs/acme/settings/members/invite"`, "New API key"},
			wantNot: []string{"General"}},
		{name: "the organization, owner", as: "owner", query: "?q=gen", want: []string{"General", `/orgs/acme/settings/general"`}},
		{name: "from a hook of others", as: "owner", query: "?q=&hook=" + s.Org(storetest.Globex).Hook, want: []string{"New hook"}, wantNot: []string{"globex", "Add secret"}},
		{name: "from no hook", as: "owner", query: "?q=&hook=%27", want: []string{"New hook"}, wantNot: []string{"Add secret"}},
		{name: "a free name", as: "editor", query: "?q=stripe_key&hook=" + hook, want: []string{"Add secret “", "STRIPE_<wbr>KEY", "” to acme-hook", "/secrets/new?name=STRIPE_KEY"}},
		{name: "a free name as typed", as: "editor", query: "?q=stripeKey&hook=" + hook, want: []string{"new?name=stripeKey"}},
		{name: "a taken name", as: "editor", query: "?q=api_key&hook=" + hook, wantNot: []string{"Add secret"}},
		{name: "no name", as: "editor", query: "?q=two+words&hook=" + hook, wantNot: []string{"Add secret"}},
		{name: "a command, not a name", as: "editor", query: "?q=hooks&hook=" + hook, wantNot: []string{"Add secret"}},
		{name: "a free name, viewer", as: "viewer", query: "?q=stripe&hook=" + hook, wantNot: []string{"Add secret"}},
		{name: "a free name in a hook of others", as: "owner", query: "?q=stripe&hook=" + s.Org(storetest.Globex).Hook, wantNot: []string{"Add secret"}},
		{name: "words", as: "owner", query: "?q=NEW+ho", want: []string{"New hook", "Audit entries about “NEW ho”", "audit?q=NEW+ho&amp;period=all"}, wantNot: []string{">Account", "Sign out"}},
		{name: "results", as: "viewer", query: "?q=api", want: []string{"1 secret name matches", "Show 2 results on a page", "search?q=api", `hx-swap-oob="innerHTML">2 results.<`}},
		{name: "one result", as: "viewer", query: "?q=acme-", want: []string{">1 result.<"}},
		{name: "nothing", as: "viewer", query: "?q=payrol", want: []string{">Nothing found.<", "Audit entries about “payrol”"}, wantNot: []string{"found-hooks", "Show "}},
	} {
		w := s.ask(t, request{path: "/orgs/:org/search" + tt.query, as: tt.as, htmx: true})
		wantStatus(t, w, http.StatusOK)
		wantBody(t, w, tt.want...)
		wantNone(t, w.Body.String(), append(tt.wantNot, "<main", "<html")...)
		if t.Failed() {
			t.Fatal(tt.name)
		}
	}
}
