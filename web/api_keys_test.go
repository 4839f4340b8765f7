package web

import (
	"fmt"
	"html"
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

const apiKeysPath = "/orgs/:org/settings/api-keys"

var aToken = regexp.MustCompile(`hks_[0-9A-Za-z]{36}`)

// keyForm is the form for a new key as a browser sends it.
func keyForm(more ...string) url.Values {
	form := field("name", "deploy-ci", "expires", "90d", "read:hooks", "on", "reveal:hook_secrets", "on")
	for name, values := range field(more...) {
		form[name] = values
	}
	return form
}

// tokenIn is the one token that an answer holds.
func tokenIn(t testing.TB, w *httptest.ResponseRecorder) string {
	t.Helper()
	wantStatus(t, w, http.StatusOK)
	found := aToken.FindAllString(w.Body.String(), -1)
	if len(found) != 1 {
		t.Fatalf("%d tokens in the answer: %.500s", len(found), w.Body)
	}
	return found[0]
}

// The request to try beside a new token is one that the key may make.
func TestTheRequestToTryWorks(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	for scope, path := range map[string]string{"read:hooks": hooksAPI, "read:secrets": ownSecretsAPI, "reveal:secrets": "/api/openapi.json"} {
		form := field("name", "made", "expires", "90d", scope, "on")
		w := p.ask(t, request{method: "POST", path: apiKeysPath, as: "admin", form: form})
		wantBody(t, w, "curl &#39;"+base+path+"&#39;")
		if a := p.call(t, call{method: "GET", path: path, token: tokenIn(t, w)}); a.status != 200 {
			t.Errorf("%s: status %d", scope, a.status)
		}
	}
}

// S-10: the token is in the answer to the form that made the key and nowhere else.
func TestTokenIsShownOnce(t *testing.T) {
	t.Parallel()
	for _, htmx := range []bool{true, false} {
		t.Run(fmt.Sprint("htmx ", htmx), func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			w := s.ask(t, request{method: "POST", path: apiKeysPath, as: "admin", htmx: htmx, form: keyForm()})
			token := tokenIn(t, w)
			wantHeader(t, w, "Cache-Control", "no-store")
			wantBody(t, w, "is ready", "Only a hash is stored", "curl &#39;"+base+"/api/v2/hooks&#39;")
			wantNone(t, fmt.Sprint(w.Header()), token)
			if whole := strings.Contains(w.Body.String(), "<html"); whole == htmx {
				t.Errorf("a whole page: %v", whole)
			}
			if listed := strings.Contains(w.Body.String(), `id="api-keys"`); listed != htmx {
				t.Errorf("the list comes with it: %v", listed)
			}
			actor, err := s.KeyActor(t.Context(), token, storetest.Origin())
			if err != nil {
				t.Fatal(err)
			}
			s.key = actor.ID()
			for _, path := range []string{
				apiKeysPath, apiKeysPath + "?all=1", apiKeysPath + "/new", apiKeysPath + "/:key/revoke", "/orgs/:org/audit", "/orgs/:org/hooks",
				"/orgs/:org/search?q=" + token[:8],
			} {
				for _, part := range []bool{true, false} {
					w := s.ask(t, request{path: path, as: "admin", htmx: part})
					wantStatus(t, w, http.StatusOK)
					wantNone(t, fmt.Sprint(w.Header(), w.Body), token)
				}
			}
			wantNone(t, s.log.String(), token)
		})
	}
}

func TestAPIKeyForm(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := s.ask(t, request{path: apiKeysPath + "/new", as: "admin", htmx: true})
	wantStatus(t, w, http.StatusOK)
	wantBody(t, w, `value="90d" checked`)
	for _, scope := range store.Scopes() {
		wantBody(t, w, `aria-label="`+string(scope)+`"`)
	}
	for name, tt := range map[string]struct {
		form   url.Values
		status int
		says   string
	}{
		"no name":           {keyForm("name", ""), http.StatusUnprocessableEntity, "Enter a name for the key."},
		"a line break":      {keyForm("name", "a\nb"), http.StatusUnprocessableEntity, "without line breaks"},
		"a NUL":             {keyForm("name", "a\x00"), http.StatusUnprocessableEntity, "This isn&#39;t text"},
		"no scope":          {field("name", "x", "expires", "7d"), http.StatusUnprocessableEntity, "Choose at least one scope."},
		"no term":           {keyForm("expires", ""), http.StatusUnprocessableEntity, "Choose when the key expires."},
		"a term of its own": {keyForm("expires", "9999d"), http.StatusUnprocessableEntity, "Choose when the key expires."},
		"an unknown scope":  {keyForm("read:everything", "on"), http.StatusBadRequest, "can’t be read"},
	} {
		w := s.ask(t, request{method: "POST", path: apiKeysPath, as: "admin", htmx: true, form: tt.form})
		if w.Code != tt.status {
			t.Errorf("%s: status %d", name, w.Code)
		}
		wantBody(t, w, tt.says)
		wantNone(t, w.Body.String(), "hks_")
	}
	w = s.ask(t, request{method: "POST", path: apiKeysPath, as: "admin", htmx: true, form: keyForm("name", "")})
	for _, scope := range []string{"read:hooks", "reveal:hook_secrets"} {
		if !regexp.MustCompile(`name="` + scope + `"[^>]* checked`).MatchString(w.Body.String()) {
			t.Errorf("%s is no longer ticked", scope)
		}
	}
	keys, err := s.Keys(t.Context(), s.Actor(t, storetest.Acme, "admin"))
	if err != nil || len(keys) != 0 {
		t.Errorf("%d keys were made, %v", len(keys), err)
	}
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`)

// sentOn are the fields that a step-up form holds.
func sentOn(w *httptest.ResponseRecorder) url.Values {
	form := url.Values{}
	for _, f := range hidden.FindAllStringSubmatch(w.Body.String(), -1) {
		form.Set(html.UnescapeString(f[1]), html.UnescapeString(f[2]))
	}
	return form
}

// The password is asked for between the form and the key, and the form goes on with
// what was typed.
func TestStepUpForAPIKey(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Clock.Advance(store.ConfirmFor + time.Second)
	form := keyForm("name", `"quoted" & <b>`, "expires", "never")
	w := s.ask(t, request{method: "POST", path: apiKeysPath, as: "admin", htmx: true, form: form})
	wantStatus(t, w, http.StatusForbidden)
	wantHeader(t, w, "HX-Retarget", "#modal")
	wantBody(t, w, `type="password"`, "To create the API key", "for 15 minutes", `action="/orgs/acme/settings/api-keys"`)
	wantNone(t, w.Body.String(), "hks_")
	again := sentOn(w)
	if again.Encode() != form.Encode() {
		t.Fatalf("sent on: %v, want %v", again, form)
	}
	if newest(t, s).Action == "key.create" {
		t.Error("an entry before the password")
	}

	again.Set("password", "not the password")
	w = s.ask(t, request{method: "POST", path: apiKeysPath, as: "admin", htmx: true, form: again})
	wantStatus(t, w, http.StatusUnprocessableEntity)
	wantBody(t, w, "That password isn", `aria-invalid="true"`)
	wantNone(t, w.Body.String(), "hks_", "not the password")
	if got := sentOn(w); got.Encode() != form.Encode() {
		t.Fatalf("sent on after a wrong password: %v", got)
	}

	again.Set("password", storetest.Password)
	w = s.ask(t, request{method: "POST", path: apiKeysPath, as: "admin", htmx: true, form: again})
	token := tokenIn(t, w)
	renewed := cookie(w, "hooksafe")
	if renewed == nil || renewed.Value == s.Token(storetest.Acme, "admin") {
		t.Fatal("no new token of the session after the confirmation")
	}
	if e := newest(t, s); e.Action != "key.create" || e.Outcome != "done" || *e.TargetName != `"quoted" & <b>` {
		t.Errorf("entry %+v", e)
	}
	wantNone(t, s.log.String(), token, storetest.Password)
}

func TestRevokeAPIKey(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	token := tokenIn(t, s.ask(t, request{method: "POST", path: apiKeysPath, as: "owner", form: keyForm()}))
	actor, err := s.KeyActor(t.Context(), token, storetest.Origin())
	if err != nil {
		t.Fatal(err)
	}
	s.key = actor.ID()
	w := s.ask(t, request{path: apiKeysPath + "/:key/revoke", as: "admin", htmx: true})
	wantBody(t, w, "deploy-ci", "Last used just now from 192.0.2.14.")

	s.Clock.Advance(store.ConfirmFor + time.Second)
	revoke := request{method: "POST", path: apiKeysPath + "/:key/revoke", as: "admin", htmx: true}
	w = s.ask(t, revoke)
	wantStatus(t, w, http.StatusForbidden)
	wantBody(t, w, `type="password"`, "To revoke the API key deploy-ci.")
	if _, err := s.KeyActor(t.Context(), token, storetest.Origin()); err != nil {
		t.Fatalf("revoked before the password: %v", err)
	}
	revoke.form = field("password", storetest.Password)
	w = s.ask(t, revoke)
	wantStatus(t, w, http.StatusOK)
	wantBody(t, w, `id="api-keys"`, `id="api-keys-count"`, "revoked", "0 active keys", "Show 1 revoked")
	if _, err := s.KeyActor(t.Context(), token, storetest.Origin()); store.CodeOf(err) != store.Unauthenticated {
		t.Errorf("the key still works: %v", err)
	}
}

// S-13: a key of another organization is none.
func TestForeignAPIKey(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	theirs, token, err := s.CreateKey(t.Context(), s.Actor(t, storetest.Globex, "owner"), store.NewKey{Name: "theirs", Scopes: store.Scopes()})
	if err != nil {
		t.Fatal(err)
	}
	s.key = noKey
	want := s.ask(t, request{path: apiKeysPath + "/:key/revoke", as: "owner"})
	wantStatus(t, want, http.StatusNotFound)
	for _, id := range []string{theirs.ID, strings.ToUpper(theirs.ID), "x"} {
		s.key = id
		for _, method := range []string{"GET", "POST"} {
			w := s.ask(t, request{method: method, path: apiKeysPath + "/:key/revoke", as: "owner"})
			wantStatus(t, w, http.StatusNotFound)
			if w.Body.String() != want.Body.String() {
				t.Errorf("%s %s is told apart", method, id)
			}
		}
	}
	s.key = "x"
	wantStatus(t, s.ask(t, request{method: "POST", path: apiKeysPath + "/:key/revoke", as: "viewer"}), http.StatusNotFound)
	if newest(t, s).Outcome == "denied" {
		t.Error("an address that is none left an entry")
	}
	if _, err := s.KeyActor(t.Context(), token, storetest.Origin()); err != nil {
		t.Errorf("it no longer works: %v", err)
	}
	wantNone(t, s.ask(t, request{path: apiKeysPath + "?all=1", as: "owner"}).Body.String(), "theirs")
}

func TestAPIKeysEntryIsForWhoMayUseIt(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for as, may := range map[string]bool{"viewer": false, "editor": false, "admin": true, "owner": true} {
		hooks := s.ask(t, request{path: "/orgs/:org/hooks", as: as})
		wantStatus(t, hooks, http.StatusOK)
		page := hooks.Body.String()
		found := s.ask(t, request{path: "/orgs/:org/search?q=api", as: as, htmx: true}).Body.String()
		for where, text := range map[string]string{"navigation": page, "palette": found} {
			if strings.Contains(text, "/orgs/acme/settings/api-keys") != may {
				t.Errorf("%s of %s: the entry is there: %v", where, as, !may)
			}
		}
	}
}
