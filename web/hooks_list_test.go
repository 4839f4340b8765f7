package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"hooksafe/store/storetest"
)

// A search answers htmx with the list, says how many there are, and names the address
// that the page has now: only what narrows the list, and only what can be meant.
func TestSearchAddress(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, tt := range []struct{ query, address, say string }{
		{"?q=&trigger=&state=", "/orgs/acme/hooks", "1 hook"},
		{"?q=+hook+&trigger=pre-user-registration&state=off", "/orgs/acme/hooks?q=hook&state=off&trigger=pre-user-registration", "1 hook"},
		{"?q=pre-user+r", "/orgs/acme/hooks?q=pre-user+r", "1 hook"},
		{"?q=API%5fKEY&state=sideways&trigger=never&user=1", "/orgs/acme/hooks?q=API_KEY", "1 hook"},
		{"?q=é%0d%0aX-Evil:1&state=on", "/orgs/acme/hooks?q=%C3%A9%0D%0AX-Evil%3A1&state=on", "No hooks match “é\r\nX-Evil:1”."},
		{"?q=%ff%00", "/orgs/acme/hooks?q=%EF%BF%BD%00", "No hooks match “\uFFFD\x00”."},
		{"?state=on", "/orgs/acme/hooks?state=on", "No hooks match these filters."},
		{"?q=" + strings.Repeat("%25_", 30_000), "/orgs/acme/hooks?q=" + strings.Repeat("%25_", 128), "No hooks match “" + strings.Repeat("%_", 128) + "”."},
	} {
		w := s.ask(t, request{path: hooksPath + tt.query, as: "viewer", htmx: true})
		wantStatus(t, w, http.StatusOK)
		wantHeader(t, w, "HX-Replace-Url", tt.address)
		if say := triggers(t, w.Header().Get("HX-Trigger"))["say"]; say != tt.say {
			t.Errorf("%.80s: says %q", tt.query, say)
		}
		wantNone(t, w.Body.String(), "<html", `id="hooks-search"`)
		w = s.ask(t, request{path: hooksPath + tt.query, as: "viewer"})
		wantStatus(t, w, http.StatusOK)
		wantHeader(t, w, "HX-Replace-Url", "")
		wantBody(t, w, "<html", `id="hooks-search"`, `id="hooks"`)
	}
	for _, query := range []string{"?after=x", "?q=a&after=%ff"} {
		wantStatus(t, s.ask(t, request{path: hooksPath + query, as: "viewer"}), http.StatusNotFound)
	}
}

// More of a list neither changes the address nor is announced as what was found.
func TestMoreIsNoSearch(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a := s.Actor(t, storetest.Acme, "editor")
	for _, name := range manyNames() {
		if _, err := s.CreateHook(t.Context(), a, name, "send-phone-message"); err != nil {
			t.Fatal(err)
		}
	}
	w := s.ask(t, request{path: hooksPath + "?q=phone", as: "viewer", htmx: true})
	wantBody(t, w, "52 of 53 hooks")
	_, more, _ := strings.Cut(w.Body.String(), `id="more-hooks" href="`)
	more, _, _ = strings.Cut(more, `"`)
	more = strings.ReplaceAll(more, "&amp;", "&")
	if query, err := url.Parse(more); err != nil || query.Query().Get("q") != "phone" || query.Query().Get("after") == "" {
		t.Fatalf("more is at %q", more)
	}
	w = s.ask(t, request{path: more, as: "viewer", htmx: true})
	wantStatus(t, w, http.StatusOK)
	wantHeader(t, w, "HX-Replace-Url", "")
	wantHeader(t, w, "HX-Trigger", "")
	if n := strings.Count(w.Body.String(), "<tbody"); n != 2 {
		t.Errorf("%d more rows", n)
	}
}

// manyNames are two more than a page.
func manyNames() []string {
	var names []string
	for _, first := range "abcd" {
		for _, second := range "efghijklmnopq" {
			names = append(names, string(first)+string(second))
		}
	}
	return names
}

// A change is answered with the list as the page shows it, wherever that page says it
// is: another organization's, or no page of hooks, is none.
func TestChangesKeepTheFilters(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ page, want, wantNot string }{
		{"https://hooks.example/orgs/acme/hooks?q=acme&user=1", "1 of 2 hooks", `">second</a>`},
		{"https://hooks.example/orgs/acme/hooks?state=on", "No hooks match these filters.", "<table"},
		{"https://hooks.example/orgs/acme/hooks", "2 hooks, 0 on", "of 2 hooks"},
		{"https://hooks.example/orgs/globex/hooks?q=acme", "2 hooks, 0 on", "of 2 hooks"},
		{"https://hooks.example/orgs/acme/audit?q=acme", "2 hooks, 0 on", "of 2 hooks"},
		{"https://hooks.example/orgs/acme/hooks?after=nonsense", "2 hooks, 0 on", "of 2 hooks"},
		{"::", "2 hooks, 0 on", "of 2 hooks"},
	} {
		s := newSite(t)
		w := s.ask(t, request{method: "POST", path: hooksPath, as: "editor", htmx: true,
			header: map[string]string{"HX-Current-URL": tt.page}, form: field("name", "second", "trigger", "send-phone-message")})
		wantStatus(t, w, http.StatusOK)
		wantBody(t, w, tt.want)
		wantNone(t, w.Body.String(), tt.wantNot)
	}
	s := newSite(t)
	for page, want := range map[string]string{
		"https://hooks.example/orgs/acme/hooks?q=acme&user=1": "/orgs/acme/hooks?q=acme",
		"https://evil.example/orgs/globex/hooks?q=acme":       "/orgs/acme/hooks",
		"": "/orgs/acme/hooks",
	} {
		w := s.ask(t, request{method: "POST", path: hookPath + "/enabled", as: "editor",
			header: map[string]string{"Referer": page}, form: field("enabled", "on", "from", "list")})
		wantHeader(t, w, "Location", want)
	}
}

func TestDestroyAndDuplicate(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	copied := request{method: "POST", path: hookPath + "/duplicate", as: "editor", form: field("name", "acme-hook")}
	w := s.ask(t, copied)
	wantStatus(t, w, http.StatusConflict)
	wantBody(t, w, `value="acme-hook"`, "already exists", `aria-invalid="true"`)
	copied.form, copied.htmx = field("name", "the copy"), true
	w = s.ask(t, copied)
	wantStatus(t, w, http.StatusOK)
	if at := w.Header().Get("HX-Redirect"); !strings.HasSuffix(at, "/secrets") || strings.Contains(at, s.Org(storetest.Acme).Hook) {
		t.Errorf("goes to %q", at)
	}

	gone := request{method: "POST", path: hookPath + "/secrets/:secret/destroy", as: "editor", htmx: true, form: field("name", "api_key")}
	w = s.ask(t, gone)
	wantStatus(t, w, http.StatusUnprocessableEntity)
	wantBody(t, w, "Type API_KEY to confirm.")
	gone.form = field("name", "API_KEY")
	wantBody(t, s.ask(t, gone), `id="secrets"`, "deleted for good", "No secrets yet")
	wantStatus(t, s.ask(t, gone), http.StatusNotFound)

	gone = request{method: "POST", path: hookPath + "/destroy", as: "editor", htmx: true, form: field("name", "x")}
	wantStatus(t, s.ask(t, gone), http.StatusUnprocessableEntity)
	gone.form, gone.header = field("name", "acme-hook"), map[string]string{"HX-Current-URL": "https://hooks.example" + s.path(hookPath)}
	w = s.ask(t, gone)
	wantStatus(t, w, http.StatusOK)
	wantHeader(t, w, "HX-Redirect", s.path(hooksPath))
}

// The 409 of an undo says what is in the way, as a toast and as a page.
func TestUndoInTheWay(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	deleteSecret(t, s)
	add := request{method: "POST", path: hookPath + "/secrets", as: "editor", form: field("name", "API_KEY", "value", "v", "note", "")}
	wantStatus(t, s.ask(t, add), http.StatusSeeOther)
	undo := request{method: "POST", path: hookPath + "/secrets/:secret/restore", as: "editor", htmx: true}
	w := s.ask(t, undo)
	wantStatus(t, w, http.StatusConflict)
	wantHeader(t, w, "HX-Retarget", "#toasts")
	wantBody(t, w, "Another secret has the name API_KEY now.")
	undo.htmx = false
	w = s.ask(t, undo)
	wantStatus(t, w, http.StatusConflict)
	wantBody(t, w, "Another secret has the name API_KEY now.", `href="/"`)
}
