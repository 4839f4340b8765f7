package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"hooksafe/store"
	"hooksafe/store/storetest"
)

// asked are the people of the table below, in the order of its columns.
var asked = []string{"", "outsider", "viewer", "editor", "admin", "owner"}

// access is who gets which status from every route. A form is one that is
// carried out for those who may. Columns: nobody, a member of another
// organization, viewer, editor, admin, owner.
var access = []struct {
	route, want string
	form        url.Values
	before      func(t *testing.T, s *site)
}{
	{route: "GET /healthz", want: "200 200 200 200 200 200"},
	{route: "GET /readyz", want: "200 200 200 200 200 200"},
	{route: "GET /static/*", want: "404 404 404 404 404 404"},
	{route: "GET /setup", want: "404 404 404 404 404 404"},
	{route: "POST /setup", want: "404 404 404 404 404 404", form: field("token", "x")},
	{route: "GET /login", want: "200 303 303 303 303 303"},
	{route: "POST /login", want: "422 422 422 422 422 422", form: field("email", "x@example.com", "password", "wrong")},
	{route: "POST /logout", want: "401 303 303 303 303 303"},
	{route: "GET /reset/:token", want: "303 303 303 303 303 303"},
	{route: "GET /reset", want: "404 404 404 404 404 404"},
	{route: "POST /reset", want: "404 404 404 404 404 404", form: field("password", "a long enough one")},
	{route: "GET /invitations/:token", want: "303 303 303 303 303 303"},
	{route: "GET /invitations", want: "404 404 404 404 404 404"},
	{route: "POST /invitations", want: "404 404 404 404 404 404", form: field("name", "X", "password", "a long enough one")},
	{route: "GET /", want: "303 303 303 303 303 303"},
	{route: "GET /hooks", want: "303 303 303 303 303 303"},
	{route: "GET /account", want: "303 200 200 200 200 200"},
	{route: "POST /account/password", want: "401 303 303 303 303 303", form: field("current", storetest.Password, "password", "another one, much longer")},
	{route: "POST /account/profile", want: "401 303 303 303 303 303", form: field("name", "Another Name")},
	{route: "POST /account/appearance", want: "401 303 303 303 303 303", form: field("theme", "dark")},
	{route: "POST /account/sessions/end-others", want: "401 303 303 303 303 303"},
	{route: "POST /account/sessions/:session/end", want: "401 303 303 303 303 303"},
	{route: "GET /keys", want: "303 200 200 200 200 200"},
	{route: "GET /search", want: "303 303 303 303 303 303"},
	{route: "GET /orgs/:org/search", want: "303 404 200 200 200 200"},
	{route: "GET /orgs/:org/settings", want: "303 404 303 303 303 303"},
	{route: "GET /orgs/:org/settings/secrets", want: "303 404 200 200 200 200"},
	{route: "POST /orgs/:org/settings/secrets", want: "401 404 403 403 303 303", form: field("name", "SECOND", "value", "v", "note", "")},
	{route: "GET /orgs/:org/settings/secrets/new", want: "303 404 403 403 200 200"},
	{route: "GET /orgs/:org/settings/secrets/export", want: "303 404 200 200 200 200"},
	{route: "POST /orgs/:org/settings/secrets/export", want: "401 404 403 403 200 200", form: allValues("dotenv"), before: shareSecret},
	{route: "GET /orgs/:org/settings/secrets/:secret", want: "303 404 200 200 200 200", before: shareSecret},
	{route: "GET /orgs/:org/settings/secrets/:secret/row", want: "303 404 303 303 303 303", before: shareSecret},
	{route: "GET /orgs/:org/settings/secrets/:secret/versions/:version", want: "303 404 303 303 303 303", before: shareSecret},
	{route: "POST /orgs/:org/settings/secrets/:secret/versions/:version/reveal", want: "401 404 403 200 200 200", before: shareSecret},
	{route: "POST /orgs/:org/settings/secrets/:secret/versions/:version/copy", want: "401 404 403 200 200 200", before: shareSecret},
	{route: "POST /orgs/:org/settings/secrets/:secret/versions/:version/restore", want: "401 404 403 403 303 303", form: field("base", "2"), before: changeShared},
	{route: "GET /orgs/:org/settings/secrets/:secret/edit", want: "303 404 403 403 200 200", before: shareSecret},
	{route: "POST /orgs/:org/settings/secrets/:secret/edit", want: "401 404 403 403 303 303", form: field("name", "RENAMED", "value", "", "note", "", "base", "1"), before: shareSecret},
	{route: "POST /orgs/:org/settings/secrets/:secret/reveal", want: "401 404 403 200 200 200", before: shareSecret},
	{route: "POST /orgs/:org/settings/secrets/:secret/copy", want: "401 404 403 200 200 200", before: shareSecret},
	{route: "GET /orgs/:org/settings/secrets/:secret/delete", want: "303 404 403 403 200 200", before: shareSecret},
	{route: "POST /orgs/:org/settings/secrets/:secret/delete", want: "401 404 403 403 303 303", form: field("name", "SHARED_KEY"), before: shareSecret},
	{route: "POST /orgs/:org/settings/secrets/:secret/restore", want: "401 404 403 403 303 303", before: deleteShared},
	{route: "GET /orgs/:org/settings/secrets/:secret/destroy", want: "303 404 403 403 200 200", before: deleteShared},
	{route: "POST /orgs/:org/settings/secrets/:secret/destroy", want: "401 404 403 403 303 303", form: field("name", "SHARED_KEY"), before: deleteShared},
	{route: "GET /orgs/:org/settings/members", want: "303 404 200 200 200 200"},
	{route: "POST /orgs/:org/settings/members/:user/sign-out", want: "401 404 403 403 403 303"},
	{route: "POST /orgs/:org/settings/members/:user/role", want: "401 404 403 403 303 303", form: field("base", "viewer", "role", "editor")},
	{route: "GET /orgs/:org/settings/members/:user/remove", want: "303 404 403 403 200 200"},
	{route: "POST /orgs/:org/settings/members/:user/remove", want: "401 404 403 403 303 303"},
	{route: "GET /orgs/:org/settings/members/:user/transfer", want: "303 404 403 403 403 200"},
	{route: "POST /orgs/:org/settings/members/:user/transfer", want: "401 404 403 403 403 303"},
	{route: "GET /orgs/:org/settings/members/leave", want: "303 404 200 200 200 200"},
	{route: "POST /orgs/:org/settings/members/leave", want: "401 404 303 303 303 409"},
	{route: "GET /orgs/new", want: "303 200 200 200 200 200"},
	{route: "POST /orgs/new", want: "401 303 303 303 303 303", form: field("name", "Northwind", "slug", "")},
	{route: "GET /orgs/:org/settings/general", want: "303 404 403 403 403 200"},
	{route: "POST /orgs/:org/settings/general", want: "401 404 403 403 403 303", form: field("name", "Acme", "slug", "acme", "base", "1")},
	{route: "POST /orgs/:org/settings/general/values", want: "401 404 403 403 403 303", form: field("seconds", "60", "editors", "on", "confirm", "always", "base", "1")},
	{route: "GET /orgs/:org/settings/general/delete", want: "303 404 403 403 403 200"},
	{route: "POST /orgs/:org/settings/general/delete", want: "401 404 403 403 403 303", form: field("name", "acme inc")},
	{route: "GET /orgs/:org/settings/members/invite", want: "303 404 403 403 200 200"},
	{route: "POST /orgs/:org/settings/members/invitations", want: "401 404 403 403 200 200", form: field("email", "leo@example.com", "role", "editor")},
	{route: "GET /orgs/:org/settings/members/invitations/:invitation/renew", want: "303 404 403 403 200 200", before: invite},
	{route: "POST /orgs/:org/settings/members/invitations/:invitation/renew", want: "401 404 403 403 200 200", before: invite},
	{route: "GET /orgs/:org/settings/members/invitations/:invitation/revoke", want: "303 404 403 403 200 200", before: invite},
	{route: "POST /orgs/:org/settings/members/invitations/:invitation/revoke", want: "401 404 403 403 303 303", before: invite},
	{route: "GET /orgs/:org", want: "303 404 303 303 303 303"},
	{route: "GET /orgs/:org/audit", want: "303 404 200 200 200 200"},
	{route: "POST /orgs/:org/audit/export", want: "401 404 403 403 200 200", form: field("format", "csv")},
	{route: "GET /orgs/:org/hooks/:hook/activity", want: "303 404 200 200 200 200"},
	{route: "GET /orgs/:org/settings/api-keys", want: "303 404 403 403 200 200"},
	{route: "POST /orgs/:org/settings/api-keys", want: "401 404 403 403 200 200", form: field("name", "made", "expires", "90d", "read:hooks", "on")},
	{route: "GET /orgs/:org/settings/api-keys/new", want: "303 404 403 403 200 200"},
	{route: "GET /orgs/:org/settings/api-keys/calls", want: "303 404 403 403 200 200"},
	{route: "GET /orgs/:org/settings/api-keys/:key/revoke", want: "303 404 403 403 200 200", before: makeKey},
	{route: "POST /orgs/:org/settings/api-keys/:key/revoke", want: "401 404 403 403 303 303", before: makeKey},
	{route: "GET /orgs/:org/hooks", want: "303 404 200 200 200 200"},
	{route: "POST /orgs/:org/hooks", want: "401 404 403 303 303 303", form: field("name", "second", "trigger", "send-phone-message")},
	{route: "GET /orgs/:org/hooks/new", want: "303 404 403 200 200 200"},
	{route: "GET /orgs/:org/hooks/export", want: "303 404 200 200 200 200"},
	{route: "POST /orgs/:org/hooks/export", want: "401 404 403 403 200 200", form: allValues("auth0-yaml")},
	{route: "GET /orgs/:org/hooks/:hook", want: "303 404 200 200 200 200"},
	{route: "POST /orgs/:org/hooks/:hook", want: "401 404 403 303 303 303", form: field("name", "renamed", "script", "x", "eol", "lf", "base", "1")},
	{route: "POST /orgs/:org/hooks/:hook/enabled", want: "401 404 403 303 303 303", form: field("enabled", "on", "from", "list")},
	{route: "GET /orgs/:org/hooks/:hook/delete", want: "303 404 403 200 200 200"},
	{route: "POST /orgs/:org/hooks/:hook/delete", want: "401 404 403 303 303 303", form: field("name", "acme-hook")},
	{route: "POST /orgs/:org/hooks/:hook/restore", want: "401 404 403 303 303 303", before: deleteHook},
	{route: "GET /orgs/:org/hooks/:hook/destroy", want: "303 404 403 200 200 200"},
	{route: "POST /orgs/:org/hooks/:hook/destroy", want: "401 404 403 303 303 303", form: field("name", "acme-hook")},
	{route: "GET /orgs/:org/hooks/:hook/duplicate", want: "303 404 403 200 200 200"},
	{route: "POST /orgs/:org/hooks/:hook/duplicate", want: "401 404 403 303 303 303", form: field("name", "acme-hook copy")},
	{route: "GET /orgs/:org/hooks/:hook/versions", want: "303 404 200 200 200 200"},
	{route: "GET /orgs/:org/hooks/:hook/versions/:version", want: "303 404 200 200 200 200"},
	{route: "POST /orgs/:org/hooks/:hook/versions/:version/restore", want: "401 404 403 303 303 303", form: field("base", "2"), before: saveScript},
	{route: "GET /orgs/:org/hooks/:hook/secrets", want: "303 404 200 200 200 200"},
	{route: "POST /orgs/:org/hooks/:hook/secrets", want: "401 404 403 303 303 303", form: field("name", "SECOND", "value", "v", "note", "")},
	{route: "GET /orgs/:org/hooks/:hook/secrets/new", want: "303 404 403 200 200 200"},
	{route: "GET /orgs/:org/hooks/:hook/secrets/export", want: "303 404 200 200 200 200"},
	{route: "POST /orgs/:org/hooks/:hook/secrets/export", want: "401 404 403 403 200 200", form: allValues("json")},
	{route: "GET /orgs/:org/hooks/:hook/secrets/:secret", want: "303 404 200 200 200 200"},
	{route: "GET /orgs/:org/hooks/:hook/secrets/:secret/row", want: "303 404 303 303 303 303"},
	{route: "GET /orgs/:org/hooks/:hook/secrets/:secret/versions/:version", want: "303 404 303 303 303 303"},
	{route: "POST /orgs/:org/hooks/:hook/secrets/:secret/versions/:version/reveal", want: "401 404 403 200 200 200"},
	{route: "POST /orgs/:org/hooks/:hook/secrets/:secret/versions/:version/copy", want: "401 404 403 200 200 200"},
	{route: "POST /orgs/:org/hooks/:hook/secrets/:secret/versions/:version/restore", want: "401 404 403 303 303 303", form: field("base", "2"), before: changeSecret},
	{route: "GET /orgs/:org/hooks/:hook/secrets/:secret/edit", want: "303 404 403 200 200 200"},
	{route: "POST /orgs/:org/hooks/:hook/secrets/:secret/edit", want: "401 404 403 303 303 303", form: field("name", "RENAMED", "value", "", "note", "", "base", "1")},
	{route: "POST /orgs/:org/hooks/:hook/secrets/:secret/reveal", want: "401 404 403 200 200 200"},
	{route: "POST /orgs/:org/hooks/:hook/secrets/:secret/copy", want: "401 404 403 200 200 200"},
	{route: "GET /orgs/:org/hooks/:hook/secrets/:secret/delete", want: "303 404 403 200 200 200"},
	{route: "POST /orgs/:org/hooks/:hook/secrets/:secret/delete", want: "401 404 403 303 303 303", form: field("name", "API_KEY")},
	{route: "POST /orgs/:org/hooks/:hook/secrets/:secret/restore", want: "401 404 403 303 303 303", before: deleteSecret},
	{route: "GET /orgs/:org/hooks/:hook/secrets/:secret/destroy", want: "303 404 403 200 200 200", before: deleteSecret},
	{route: "POST /orgs/:org/hooks/:hook/secrets/:secret/destroy", want: "401 404 403 303 303 303", form: field("name", "API_KEY")},

	{route: "GET /orgs/:org/hooks/import", want: "303 404 403 200 200 200"},
	{route: "POST /orgs/:org/hooks/import", want: "401 404 403 200 200 200", form: field("text", hookText)},
	{route: "POST /orgs/:org/hooks/import/:plan", want: "401 404 403 404 404 409", form: field("token", "older", "shown", "0"), before: planHooks},
	{route: "POST /orgs/:org/hooks/imports/:change/undo", want: "401 404 403 303 303 303", before: importHooks},
	{route: "GET /orgs/:org/hooks/:hook/secrets/import", want: "303 404 403 200 200 200"},
	{route: "POST /orgs/:org/hooks/:hook/secrets/import", want: "401 404 403 200 200 200", form: field("text", "NEW=1", "format", "dotenv")},
	{route: "POST /orgs/:org/hooks/:hook/secrets/import/:plan", want: "401 404 403 404 404 409", form: field("token", "older", "shown", "0"), before: planSecrets},
	{route: "POST /orgs/:org/hooks/:hook/secrets/imports/:change/undo", want: "401 404 403 303 303 303", before: importSecrets},
	{route: "GET /orgs/:org/settings/secrets/import", want: "303 404 403 403 200 200"},
	{route: "POST /orgs/:org/settings/secrets/import", want: "401 404 403 403 200 200", form: field("text", "NEW=1", "format", "dotenv")},
	{route: "POST /orgs/:org/settings/secrets/import/:plan", want: "401 404 403 403 404 409", form: field("token", "older", "shown", "0"), before: planOwnSecrets},
	{route: "POST /orgs/:org/settings/secrets/imports/:change/undo", want: "401 404 403 403 303 303", before: importOwnSecrets},
}

func makeKey(t *testing.T, s *site) {
	made, _, err := s.CreateKey(t.Context(), s.Actor(t, storetest.Acme, "owner"), store.NewKey{Name: "deploy-ci", Scopes: store.Scopes()})
	if err != nil {
		t.Fatal(err)
	}
	s.key = made.ID
}

// shareSecret gives the organization a secret of its own, with the planted value.
func shareSecret(t *testing.T, s *site) {
	org := s.Org(storetest.Acme)
	made, err := s.AddSecret(t.Context(), s.Actor(t, org.Slug, "owner"), store.OrganizationPlace(), store.NewSecret{Name: "SHARED_KEY", Value: store.NewPlaintext(org.Value)})
	if err != nil {
		t.Fatal(err)
	}
	s.shared = made.ID
}

func changeShared(t *testing.T, s *site) {
	shareSecret(t, s)
	newer := store.NewPlaintext("newer")
	change := store.SecretChange{Base: 1, Name: "SHARED_KEY", Value: &newer}
	if _, err := s.ChangeSecret(t.Context(), s.Actor(t, storetest.Acme, "owner"), store.OrganizationPlace(), s.shared, change); err != nil {
		t.Fatal(err)
	}
}

func deleteShared(t *testing.T, s *site) {
	shareSecret(t, s)
	if _, err := s.DeleteSecret(t.Context(), s.Actor(t, storetest.Acme, "owner"), store.OrganizationPlace(), s.shared, "SHARED_KEY"); err != nil {
		t.Fatal(err)
	}
}

// invite makes an invitation of leo@example.com as an editor, which the site knows.
func invite(t *testing.T, s *site) {
	made, token, err := s.CreateInvitation(t.Context(), s.Actor(t, storetest.Acme, "owner"), "leo@example.com", store.Editor)
	if err != nil {
		t.Fatal(err)
	}
	s.invitation, s.link = made.ID, token
}

func deleteHook(t *testing.T, s *site) {
	org := s.Org(storetest.Acme)
	if _, err := s.DeleteHook(t.Context(), s.Actor(t, org.Slug, "owner"), org.Hook, org.HookName); err != nil {
		t.Fatal(err)
	}
}

func saveScript(t *testing.T, s *site) {
	org, script := s.Org(storetest.Acme), "a second script"
	change := store.HookChange{Base: 1, Script: &script}
	if _, err := s.SaveHook(t.Context(), s.Actor(t, org.Slug, "owner"), org.Hook, change); err != nil {
		t.Fatal(err)
	}
}

// changeSecret makes version 1 an older one.
func changeSecret(t *testing.T, s *site) {
	org, newer := s.Org(storetest.Acme), store.NewPlaintext("newer")
	change := store.SecretChange{Base: 1, Name: "API_KEY", Value: &newer}
	if _, err := s.ChangeSecret(t.Context(), s.Actor(t, org.Slug, "owner"), org.Place(), org.Secret, change); err != nil {
		t.Fatal(err)
	}
}

func deleteSecret(t *testing.T, s *site) {
	org := s.Org(storetest.Acme)
	if _, err := s.DeleteSecret(t.Context(), s.Actor(t, org.Slug, "owner"), org.Place(), org.Secret, "API_KEY"); err != nil {
		t.Fatal(err)
	}
}

// S-16: who may do what is decided for every route there is.
func TestEveryRouteHasALine(t *testing.T) {
	t.Parallel()
	lines := map[string]bool{}
	for _, a := range access {
		lines[a.route] = true
	}
	for _, r := range newSite(t).handler.(*echo.Echo).Routes() {
		if isForPrograms(r.Path) {
			continue // TestEveryAPIRouteHasALine
		}
		method := r.Method
		if method == http.MethodHead {
			method = http.MethodGet
		}
		if !lines[method+" "+r.Path] {
			t.Errorf("no line for %s %s", r.Method, r.Path)
		}
	}
}

func TestAccess(t *testing.T) {
	t.Parallel()
	for _, a := range access {
		method, path, _ := strings.Cut(a.route, " ")
		for i, status := range strings.Fields(a.want) {
			t.Run(a.route+" as "+asked[i], func(t *testing.T) {
				t.Parallel()
				s := newSite(t)
				if a.before != nil {
					a.before(t, s)
				}
				w := s.ask(t, request{method: method, path: path, as: asked[i], form: a.form})
				if strconv.Itoa(w.Code) != status {
					t.Fatalf("status %d, want %s; body: %.300s", w.Code, status, w.Body)
				}
				wantEntry(t, s, a.route, asked[i], w.Code)
				wantValue(t, s, a.route, w.Code, w.Body.String())
			})
		}
	}
}

// wantEntry: a member who is refused leaves an entry, a stranger none.
func wantEntry(t *testing.T, s *site, route, as string, status int) {
	t.Helper()
	page, err := s.Audit(t.Context(), operatorIn(t, s), store.AuditFilter{}, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	denied := len(page.Entries) == 1 && page.Entries[0].Outcome == "denied"
	if denied != (status == http.StatusForbidden) {
		t.Errorf("%s by %q: an entry of a refusal is %v", route, as, denied)
	}
}

// operatorIn looks at acme with no session that a test could end.
func operatorIn(t testing.TB, s *site) store.Actor {
	t.Helper()
	a, err := s.OperatorIn(t.Context(), s.Operator(), storetest.Acme)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// wantValue: the value is in the answers that hand it out, and in no other.
func wantValue(t *testing.T, s *site, route string, status int, body string) {
	t.Helper()
	handsOut := strings.HasSuffix(route, "/reveal") || strings.HasSuffix(route, "/copy") || strings.HasPrefix(route, "POST") && strings.HasSuffix(route, "s/export")
	body = unzipped(t, body)
	for _, slug := range []string{storetest.Acme, storetest.Globex} {
		want := handsOut && status == http.StatusOK && slug == storetest.Acme
		if strings.Contains(body, s.Org(slug).Value) != want {
			t.Errorf("%s: the value of %s is in the answer: %v", route, slug, !want)
		}
	}
	wantNone(t, s.log.String(), s.Org(storetest.Acme).Value, storetest.Password, s.Token(storetest.Acme, "owner"))
}

// A value leaves as the answer to a POST, and to nothing else, whoever asks and
// however.
func TestNoGetHoldsAValue(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	wantStatus(t, s.ask(t, request{method: "POST", path: revealPath, as: "owner"}), http.StatusOK)
	shareSecret(t, s)
	for _, a := range access {
		method, path, _ := strings.Cut(a.route, " ")
		if method != http.MethodGet {
			continue
		}
		for _, as := range asked {
			for _, htmx := range []bool{false, true} {
				w := s.ask(t, request{path: path, as: as, htmx: htmx})
				for _, slug := range []string{storetest.Acme, storetest.Globex} {
					wantNone(t, fmt.Sprint(w.Header(), w.Body), s.Org(slug).Value)
				}
			}
		}
	}
}

// 0.6, S-13: what belongs to another organization and what does not exist give
// the same answer, to the byte.
func TestForeignIsMissing(t *testing.T) {
	t.Parallel()
	const (
		ghostHook   = "01JD0000000000000000000000"
		ghostSecret = "01934b1e-0000-7000-8000-000000000000"
		noHook      = "my-hook"
		noSecret    = "API_KEY"
	)
	for _, a := range access {
		method, path, _ := strings.Cut(a.route, " ")
		if !strings.HasPrefix(path, "/orgs/:org") {
			continue
		}
		path = strings.ReplaceAll(path, ":version", "1")
		for _, htmx := range []bool{false, true} {
			s := newSite(t)
			mine, other := s.Org(storetest.Acme), s.Org(storetest.Globex)
			foreign := []string{
				strings.NewReplacer(":org", other.Slug, ":hook", other.Hook, ":secret", other.Secret).Replace(path),
				strings.NewReplacer(":org", "ghost", ":hook", ghostHook, ":secret", ghostSecret).Replace(path),
				strings.NewReplacer(":org", "No!Slug", ":hook", noHook, ":secret", noSecret).Replace(path),
			}
			if strings.Contains(path, ":hook") {
				foreign = append(foreign,
					strings.NewReplacer(":org", mine.Slug, ":hook", other.Hook, ":secret", other.Secret).Replace(path),
					strings.NewReplacer(":org", mine.Slug, ":hook", ghostHook, ":secret", ghostSecret).Replace(path),
					strings.NewReplacer(":org", mine.Slug, ":hook", noHook, ":secret", noSecret).Replace(path),
				)
			}
			if strings.Contains(path, ":secret") {
				foreign = append(foreign,
					strings.NewReplacer(":org", mine.Slug, ":hook", mine.Hook, ":secret", other.Secret).Replace(path),
					strings.NewReplacer(":org", mine.Slug, ":hook", mine.Hook, ":secret", ghostSecret).Replace(path),
					strings.NewReplacer(":org", mine.Slug, ":hook", mine.Hook, ":secret", strings.ToUpper(mine.Secret)).Replace(path),
				)
			}
			first := ""
			for i, p := range foreign {
				w := s.ask(t, request{method: method, path: p, as: "owner", form: a.form, htmx: htmx})
				wantStatus(t, w, http.StatusNotFound)
				if i == 0 {
					first = w.Body.String()
				}
				if w.Body.String() != first {
					t.Errorf("%s %s is told apart: %.300s", method, p, w.Body)
				}
			}
		}
	}
}

// What is no id is not there, before anybody is refused it.
func TestPathsHoldIDs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	org := s.Org(storetest.Acme)
	for _, path := range []string{
		"/orgs/acme/hooks/my-hook/secrets/" + org.Secret + "/reveal",
		"/orgs/acme/hooks/" + strings.ToLower(org.Hook) + "/secrets/" + org.Secret + "/reveal",
		"/orgs/acme/hooks/" + org.Hook + "/secrets/API_KEY/reveal",
		"/orgs/acme/hooks/" + org.Hook + "/secrets/" + strings.ToUpper(org.Secret) + "/reveal",
		"/orgs/acme/hooks/" + org.Hook + "/secrets/{" + org.Secret + "}/reveal",
	} {
		wantStatus(t, s.ask(t, request{method: "POST", path: path, as: "viewer"}), http.StatusNotFound)
	}
	if newest(t, s).Outcome == "denied" {
		t.Error("an address that is none left an entry")
	}
	wantStatus(t, s.ask(t, request{method: "POST", path: revealPath, as: "viewer"}), http.StatusForbidden)
}

// 0.7: somebody removed from an organization is out at the next request.
func TestRemovedMember(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	reveal := request{method: "POST", path: "/orgs/:org/hooks/:hook/secrets/:secret/reveal", as: "editor", htmx: true}
	wantStatus(t, s.ask(t, reveal), http.StatusOK)
	operator := operatorIn(t, s)
	if _, err := s.SetMemberRole(t.Context(), operator, storetest.Email(storetest.Acme, "editor"), store.Viewer); err != nil {
		t.Fatal(err)
	}
	wantStatus(t, s.ask(t, reveal), http.StatusForbidden)
	if _, err := s.RemoveMember(t.Context(), operator, storetest.Email(storetest.Acme, "editor")); err != nil {
		t.Fatal(err)
	}
	wantStatus(t, s.ask(t, reveal), http.StatusNotFound)
	wantStatus(t, s.ask(t, request{path: "/orgs/:org/hooks", as: "editor"}), http.StatusNotFound)
	wantBody(t, s.ask(t, request{path: "/", as: "editor"}), "No organization yet")
}

func TestWrongMethod(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, tt := range []struct{ method, path, allow string }{
		{"PUT", "/orgs/:org/hooks/:hook/secrets/:secret/edit", "OPTIONS, GET, HEAD, POST"},
		{"DELETE", "/orgs/:org/hooks/:hook/secrets/:secret", "OPTIONS, GET, HEAD"},
		{"GET", "/orgs/:org/hooks/:hook/secrets/:secret/reveal", "OPTIONS, POST"},
		{"GET", "/orgs/:org/hooks/:hook/secrets/:secret/copy", "OPTIONS, POST"},
		{"GET", "/logout", "OPTIONS, POST"},
		{"PATCH", "/login", "OPTIONS, GET, HEAD, POST"},
		{"TRACE", "/login", "OPTIONS, GET, HEAD, POST"},
	} {
		w := s.ask(t, request{method: tt.method, path: tt.path, as: "owner", mime: "application/json", body: `{"name":"planted-body"}`})
		wantStatus(t, w, http.StatusMethodNotAllowed)
		wantHeader(t, w, "Allow", tt.allow)
		wantNone(t, w.Body.String(), "planted-body", s.Token(storetest.Acme, "owner"))
	}
	w := s.ask(t, request{method: "POST", path: "/orgs/:org/hooks/:hook/secrets/:secret", as: "owner", header: map[string]string{"X-HTTP-Method-Override": "DELETE"}})
	wantStatus(t, w, http.StatusMethodNotAllowed)
}

// S-01: every address under /api/ wants a key, and says nothing else.
func TestAPIWithoutAKey(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, path := range []string{"/api/v1/secrets", "/api/v2/hooks", "/api/nothing", "/api/"} {
		for _, method := range []string{"GET", "POST", "DELETE"} {
			w := s.ask(t, request{method: method, path: path, as: "owner"})
			wantStatus(t, w, http.StatusUnauthorized)
			wantHeader(t, w, "WWW-Authenticate", "Bearer")
			wantHeader(t, w, "Content-Type", "application/json")
		}
	}
}

func TestNobodySeesThePageTheyAskedFor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := s.ask(t, request{path: "/orgs/acme/audit?before=12"})
	wantStatus(t, w, http.StatusSeeOther)
	wantHeader(t, w, "Location", "/login?next=%2Forgs%2Facme%2Faudit%3Fbefore%3D12")

	w = s.ask(t, request{path: "/orgs/acme/hooks/new", htmx: true})
	wantStatus(t, w, http.StatusUnauthorized)
	wantHeader(t, w, "HX-Redirect", "/login?next=%2Forgs%2Facme%2Fhooks%3Fafter%3Dx")

	w = s.ask(t, request{method: "POST", path: "/orgs/acme/hooks", form: field("name", "x"), htmx: true})
	wantStatus(t, w, http.StatusUnauthorized)
	wantHeader(t, w, "HX-Retarget", "#toasts")
	wantHeader(t, w, "HX-Reswap", "beforeend")
	wantBody(t, w, `href="/login"`, `target="_blank"`)

	w = s.ask(t, request{method: "POST", path: "/orgs/acme/hooks", form: field("name", "x")})
	wantStatus(t, w, http.StatusUnauthorized)
	wantBody(t, w, "<h1>")
}
