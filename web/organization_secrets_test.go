package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"hooksafe/store"
	"hooksafe/store/storetest"
)

const (
	ownPath    = "/orgs/:org/settings/secrets"
	ownSecret  = ownPath + "/:secret"
	ownVersion = ownSecret + "/versions/:version"
)

// shareMany gives the organization n secrets of its own, KEY_000 and so on, and returns
// their ids.
func (s *site) shareMany(t testing.TB, n int) []string {
	t.Helper()
	var ids []string
	a := s.Actor(t, storetest.Acme, "owner")
	for i := range n {
		made, err := s.AddSecret(context.Background(), a, store.OrganizationPlace(), store.NewSecret{Name: fmt.Sprintf("KEY_%03d", i), Value: store.NewPlaintext(planted)})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, made.ID)
	}
	return ids
}

// onOwnPage is the header by which htmx tells which page it asks from.
func (s *site) onOwnPage(query string) map[string]string {
	return map[string]string{"HX-Current-URL": "http://hooksafe.example" + s.path(ownPath) + query}
}

// S-16: whoever sees the list sees no value, and no control that would be refused.
func TestS16OrganizationSecretsByRole(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	shareSecret(t, s)
	row := s.path(ownSecret)
	for role, want := range map[string]struct{ has, hasNot []string }{
		"viewer": {[]string{"You can see names and history, not values.", "Your role here is Viewer."}, []string{row + "/reveal", row + "/edit", ownPath + "/new"}},
		"editor": {[]string{row + "/reveal", row + "/copy"}, []string{row + "/edit", row + "/delete", "/settings/secrets/new", "You can see names"}},
		"admin":  {[]string{row + "/reveal", row + "/edit", row + "/delete", "/settings/secrets/new"}, []string{"You can see names"}},
	} {
		for _, path := range []string{ownPath, ownSecret} {
			w := s.ask(t, request{path: path, as: role})
			wantStatus(t, w, http.StatusOK)
			wantNone(t, w.Body.String(), s.Org(storetest.Acme).Value, "globex")
			if path == ownPath {
				wantBody(t, w, append(want.has, "<h1>Organization secrets</h1>", `id="secret-`+s.shared+`"`, `aria-current="page"`)...)
				wantNone(t, w.Body.String(), append(want.hasNot, "class=\"ticks\"", "class=\"tabs\"", "/hooks//")...)
			} else {
				wantBody(t, w, `<a href="`+s.path(ownPath)+`?at=`+s.shared+`">Organization secrets</a>`)
			}
		}
	}
}

// Where the organization keeps its secrets from editors, they are refused, and the page
// says whom to ask; hook secrets are theirs as before.
func TestS16KeptFromEditors(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	shareSecret(t, s)
	s.run(t, "UPDATE organizations SET editors_reveal = 0")
	for _, path := range []string{"/reveal", "/copy", "/versions/1/reveal", "/versions/1/copy"} {
		w := s.ask(t, request{method: "POST", path: ownSecret + path, as: "editor"})
		wantStatus(t, w, http.StatusForbidden)
		wantNone(t, w.Body.String(), s.Org(storetest.Acme).Value)
		wantStatus(t, s.ask(t, request{method: "POST", path: ownSecret + path, as: "admin"}), http.StatusOK)
	}
	w := s.ask(t, request{path: ownPath, as: "editor"})
	wantBody(t, w, "Owners and admins see the values of organization secrets here: acme admin, acme owner.")
	wantNone(t, w.Body.String(), "/reveal", "/copy")
	wantBody(t, s.ask(t, request{path: ownSecret, as: "editor", htmx: true}), "Owners and admins see the values of organization secrets here.")
	wantBody(t, s.ask(t, request{path: ownPath, as: "viewer"}), "Your role here is Viewer.")
	wantStatus(t, s.ask(t, request{method: "POST", path: revealPath, as: "editor"}), http.StatusOK)
}

// S-13: a secret of one place is none in the other, whoever asks and however.
func TestS13SecretsOfTheOtherPlace(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	shareSecret(t, s)
	org := s.Org(storetest.Acme)
	for _, tail := range []string{"", "/row", "/edit", "/delete", "/destroy", "/versions/1"} {
		for _, path := range []string{ownPath + "/" + org.Secret, secretsPath + "/" + s.shared} {
			wantStatus(t, s.ask(t, request{path: path + tail, as: "owner", htmx: true}), http.StatusNotFound)
		}
	}
	for _, tail := range []string{"/edit", "/reveal", "/copy", "/delete", "/restore", "/destroy", "/versions/1/reveal", "/versions/1/copy", "/versions/1/restore"} {
		form := field()
		switch tail {
		case "/edit":
			form = field("base", "1", "name", "STOLEN", "value", "", "note", "")
		case "/delete", "/destroy":
			form = field("name", "API_KEY")
		case "/versions/1/restore":
			form = field("base", "1")
		}
		for _, path := range []string{ownPath + "/" + org.Secret, secretsPath + "/" + s.shared} {
			w := s.ask(t, request{method: "POST", path: path + tail, as: "owner", form: form})
			wantStatus(t, w, http.StatusNotFound)
			wantNone(t, w.Body.String(), org.Value)
		}
	}
	w := s.ask(t, request{path: ownPath, as: "owner"})
	wantNone(t, w.Body.String(), "API_KEY")
	wantNone(t, s.ask(t, request{path: secretsPath, as: "owner"}).Body.String(), "SHARED_KEY")
}

// S-18: what the form doesn't have, has twice, or has in the address.
func TestS18OrganizationSecretFormIsStrict(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for body, status := range map[string]int{
		"name=A&value=v&note=":              303,
		"name=B&value=v&note=&version=7":    400,
		"name=B&name=C&value=v&note=":       400,
		"name=B&value=v&note=&hook=x":       400,
		"name=B&value=v&note=&org=globex":   400,
		"name=B&value=v&note=&from=editor":  303, // there is no editor here, so it means nothing
		"name=C&value=v&note=&correct=on":   303, // a name that keeps to the rule is saved
		"name=a+b&value=v&note=&correct=on": 200,
		"":                                  422,
	} {
		w := s.ask(t, request{method: "POST", path: ownPath, as: "admin", body: body})
		if w.Code != status {
			t.Errorf("%q: status %d, want %d", body, w.Code, status)
		}
		if status == http.StatusSeeOther {
			wantPrefix(t, w.Header().Get("Location"), s.path(ownPath)+"?at=")
		}
	}
	body, mime := parts(t, map[string]string{"name": "FROM_FILE"}, "file", "chosen")
	wantStatus(t, s.ask(t, request{method: "POST", path: ownPath, as: "admin", body: body, mime: mime}), http.StatusSeeOther)
}

func wantPrefix(t testing.TB, text, prefix string) {
	t.Helper()
	if !strings.HasPrefix(text, prefix) {
		t.Errorf("%q doesn't begin with %q", text, prefix)
	}
}

// A name that breaks the rule comes back with the one that keeps to it, which then takes
// its place; the value never comes back.
func TestCorrectedName(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	shareSecret(t, s)
	for _, path := range []string{ownPath, ownSecret + "/edit"} {
		form := field("name", "stripe-webhook", "value", planted, "note", "typed note")
		if path != ownPath {
			form.Set("base", "1")
		}
		for _, htmx := range []bool{false, true} {
			w := s.ask(t, request{method: "POST", path: path, as: "admin", htmx: htmx, form: form})
			wantStatus(t, w, http.StatusUnprocessableEntity)
			wantBody(t, w, "Use capital letters, digits and underscores, starting with a letter.", `name="correct"`, `data-correct="STRIPE_WEBHOOK"`, "Use STRIPE_WEBHOOK", `value="stripe-webhook"`)
			wantNone(t, w.Body.String(), planted)
		}
		form.Set("correct", "on")
		w := s.ask(t, request{method: "POST", path: path, as: "admin", form: form})
		wantStatus(t, w, http.StatusOK)
		wantBody(t, w, `value="STRIPE_WEBHOOK"`, `value="typed note"`, "A value is never sent back. Enter it again.")
		wantNone(t, w.Body.String(), planted, "aria-invalid", "data-correct")
	}
	taken := s.ask(t, request{method: "POST", path: ownPath, as: "admin", htmx: true, form: secretForm("SHARED_KEY", planted)})
	wantStatus(t, taken, http.StatusConflict)
	wantBody(t, taken, "SHARED_KEY already exists in this organization.", s.path(ownSecret)+"/edit", "Edit it instead")
	hopeless := s.ask(t, request{method: "POST", path: ownPath, as: "admin", form: secretForm("123", planted)})
	wantStatus(t, hopeless, http.StatusUnprocessableEntity)
	wantNone(t, hopeless.Body.String(), "data-correct")
	hook := s.ask(t, request{method: "POST", path: secretsPath, as: "admin", form: secretForm("two words", planted)})
	wantStatus(t, hook, http.StatusUnprocessableEntity)
	wantNone(t, hook.Body.String(), "data-correct")
	if e := newest(t, s); e.Action != "secret.create" || *e.TargetName != "SHARED_KEY" {
		t.Errorf("something was saved: %+v", e)
	}
	wantNone(t, s.log.String(), planted)
	wantBody(t, s.ask(t, request{path: ownPath + "/new?name=API_TOKEN", as: "admin"}), `value="API_TOKEN"`)
	wantNone(t, s.ask(t, request{path: ownPath + "/new?name=api.token", as: "admin"}).Body.String(), "api.token")
}

// Pages of 50, forward, each with the address of the next.
func TestPagesOfOrganizationSecrets(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.shareMany(t, 120)
	next := ownPath
	for i, rows := range []int{50, 50, 20} {
		for _, htmx := range []bool{false, true} {
			w := s.ask(t, request{path: next, as: "viewer", htmx: htmx})
			wantStatus(t, w, http.StatusOK)
			body := w.Body.String()
			if n := strings.Count(body, "<tbody"); n != rows {
				t.Errorf("page %d has %d rows", i+1, n)
			}
			wantNone(t, body, planted)
			wantBody(t, w, fmt.Sprintf("KEY_<wbr>%03d", i*50))
			if strings.Contains(body, "<html") == htmx {
				t.Error("a page for htmx or a part for a browser")
			}
			if (w.Header().Get("HX-Replace-Url") != "") != (htmx && i == 0) {
				t.Errorf("page %d replaces the address: %q", i+1, w.Header().Get("HX-Replace-Url"))
			}
			if !htmx {
				continue
			}
			_, rest, more := strings.Cut(body, `id="more-secrets" href="`)
			if more != (i < 2) {
				t.Errorf("page %d leads on: %v", i+1, more)
			}
			next, _, _ = strings.Cut(rest, `"`)
		}
	}
	wantStatus(t, s.ask(t, request{path: ownPath + "?after=nowhere", as: "viewer"}), http.StatusNotFound)
	w := s.ask(t, request{path: ownPath + "?q=" + url.QueryEscape("key_11"), as: "viewer", htmx: true})
	wantBody(t, w, "10 of 120", "KEY_<wbr>119")
	wantHeader(t, w, "HX-Replace-Url", s.path(ownPath)+"?q=key_11")
	if said := triggers(t, w.Header().Get("HX-Trigger"))["say"]; said != "10 secrets" {
		t.Errorf("said %q", said)
	}
	for _, q := range []string{"%25", "KEY%5C_", "<b>"} {
		wantBody(t, s.ask(t, request{path: ownPath + "?q=" + q, as: "viewer"}), "No secrets match")
	}
}

// After a change the region shows what the page showed, and the changed secret on it;
// where it showed something else, the address says what is shown now.
func TestChangedOrganizationSecretIsShown(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ids := s.shareMany(t, 120)
	base := map[string]int{}
	for _, tt := range []struct {
		from, changed string // a query, and the number of the secret
		first         string
		rows          int
		address       string
	}{
		{"", "KEY_003", "KEY_000", 50, ""},
		{"", "KEY_110", "KEY_110", 10, "?at=" + ids[110]},
		{"?q=key_00", "KEY_005", "KEY_000", 10, ""},
		{"?q=key_00", "KEY_042", "KEY_000", 50, "none"},
		{"?q=key_00", "KEY_077", "KEY_077", 43, "?at=" + ids[77]},
		{"?at=" + ids[80], "KEY_090", "KEY_080", 40, ""},
		{"?at=" + ids[80], "KEY_003", "KEY_000", 50, "none"},
	} {
		id := ids[0][:0]
		for i, each := range ids {
			if fmt.Sprintf("KEY_%03d", i) == tt.changed {
				id = each
			}
		}
		base[id]++
		form := field("base", fmt.Sprint(base[id]), "name", tt.changed, "value", "", "note", fmt.Sprint("change ", base[id]))
		w := s.ask(t, request{method: "POST", path: ownPath + "/" + id + "/edit", as: "admin", htmx: true, form: form, header: s.onOwnPage(tt.from)})
		wantStatus(t, w, http.StatusOK)
		body := w.Body.String()
		wantBody(t, w, `id="secret-`+id+`" class="new"`, `id="secrets-head"`, `id="secrets-count"`, `hx-swap-oob="beforeend:#toasts"`)
		_, rows, _ := strings.Cut(body, "<tbody")
		if first := strings.Replace(tt.first, "_", "_<wbr>", 1); strings.Index(rows, first) > strings.Index(rows, "</tbody>") || strings.Count(body, "<tbody") != tt.rows {
			t.Errorf("%+v: %d rows, not from %s on", tt, strings.Count(body, "<tbody"), tt.first)
		}
		want := tt.address
		switch want {
		case "none":
			want = s.path(ownPath)
		case "":
		default:
			want = s.path(ownPath) + want
		}
		if got := w.Header().Get("HX-Replace-Url"); got != want {
			t.Errorf("%+v: the address becomes %q, want %q", tt, got, want)
		}
	}
	w := s.ask(t, request{path: ownPath + "?at=" + ids[110], as: "viewer"})
	wantBody(t, w, `id="secret-`+ids[110]+`" class="new"`, "From the beginning")
	w = s.ask(t, request{path: ownPath + "?at=" + s.Org(storetest.Acme).Secret, as: "viewer"})
	wantBody(t, w, "KEY_<wbr>000")
	wantNone(t, w.Body.String(), "From the beginning", `class="new"`)
}

// Reveal, without script and with, and the way back to where the secret stands.
func TestRevealOrganizationSecret(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	shareSecret(t, s)
	org := s.Org(storetest.Acme)
	back := s.path(ownPath) + "?at=" + s.shared
	w := s.ask(t, request{method: "POST", path: ownSecret + "/reveal", as: "editor"})
	wantBody(t, w, "<html", "<h1>Organization secrets</h1>", org.Value, `action="`+s.path(ownSecret)+`/reveal"`)
	wantHeader(t, w, "Refresh", "30; url="+back)
	wantHeader(t, w, "Cache-Control", "no-store")
	wantHeader(t, s.ask(t, request{path: ownSecret + "/row", as: "editor"}), "Location", back)
	if e := newest(t, s); e.Action != "secret.reveal" || *e.Target != s.shared || e.Parent != nil && *e.Parent != "" {
		t.Errorf("entry %+v", e)
	}
	w = s.ask(t, request{method: "POST", path: ownVersion + "/reveal", as: "editor", htmx: true})
	wantBody(t, w, `id="secret-`+s.shared+`-v1"`, org.Value, `data-hide-url="`+s.path(ownVersion)+`"`)
	w = s.ask(t, request{method: "POST", path: ownSecret + "/copy", as: "editor"})
	if w.Body.String() != org.Value {
		t.Errorf("copied %q", w.Body)
	}

	s.Clock.Advance(16 * time.Minute)
	w = s.ask(t, request{method: "POST", path: ownSecret + "/reveal", as: "editor"})
	wantStatus(t, w, http.StatusForbidden)
	wantBody(t, w, "To reveal SHARED_KEY.", `action="`+s.path(ownSecret)+`/reveal"`, `<a href="`+back+`">Organization secrets</a>`)
	wantNone(t, w.Body.String(), org.Value)
	w = s.ask(t, request{method: "POST", path: ownSecret + "/reveal", as: "editor", htmx: true, form: field("password", storetest.Password)})
	wantHeader(t, w, "HX-Retarget", "#secret-"+s.shared)
	wantBody(t, w, org.Value)
}

// The drawer of an organization secret follows a change, and closes on its deletion.
func TestDrawerOfOrganizationSecret(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	changeShared(t, s)
	drawer := map[string]string{"HX-Current-URL": "http://hooksafe.example" + s.path(ownSecret) + "?q=shared"}
	w := s.ask(t, request{path: ownSecret, as: "admin", htmx: true})
	wantBody(t, w, "Version 2", s.path(ownVersion)+"/restore", "Organization secrets", "/orgs/acme/audit?target="+s.shared)
	w = s.ask(t, request{method: "POST", path: ownVersion + "/restore", as: "admin", htmx: true, header: drawer, form: field("base", "2")})
	wantBody(t, w, `id="secret-detail"`, "Version 3", `id="secrets"`)
	wantHeader(t, w, "HX-Replace-Url", "")
	w = s.ask(t, request{method: "POST", path: ownSecret + "/delete", as: "admin", htmx: true, header: drawer, form: field("name", "SHARED_KEY")})
	wantBody(t, w, `<div hx-swap-oob="innerHTML:#drawer"></div>`, s.path(ownSecret)+"/restore", `id="deleted-secrets"`)
	w = s.ask(t, request{method: "POST", path: ownSecret + "/restore", as: "admin", htmx: true})
	wantBody(t, w, `id="secret-`+s.shared+`" class="new"`)
}

func TestSettingsLeadToSecrets(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := s.ask(t, request{path: "/orgs/:org/settings", as: "viewer"})
	wantStatus(t, w, http.StatusSeeOther)
	wantHeader(t, w, "Location", s.path(ownPath))
}
