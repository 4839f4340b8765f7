//go:build e2e

package e2e

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"hooksafe/store"
	"hooksafe/store/storetest"
)

const apiKeysPath = "/orgs/acme/settings/api-keys"

// fillKey fills in the form for a new key that reads hooks and the values of their
// secrets.
func (p *page) fillKey(name string) {
	p.t.Helper()
	p.heading("New API key").shows()
	p.radio("90 days").checked()
	p.field("Name").fill(name)
	p.checkbox("read:hooks").checked()
	p.checkbox("reveal:hook_secrets").click()
}

// token is the one that the page shows.
func (p *page) token() string {
	p.t.Helper()
	p.heading(like(` is ready$`)).shows()
	text, err := p.css("#token").at.TextContent()
	p.must(err)
	if !regexp.MustCompile(`^hks_[0-9A-Za-z]{36}$`).MatchString(text) {
		p.t.Fatalf("the token is %q", text)
	}
	return text
}

// wantToldOnce: one answer holds the token, the one to the form, and the log does not.
func (s *site) wantToldOnce(t testing.TB, token string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	var told []string
	for _, a := range s.answers {
		if strings.Contains(a.body, token) {
			told = append(told, a.method+" "+a.path)
		}
	}
	if len(told) != 1 || told[0] != "POST "+apiKeysPath {
		t.Errorf("the token is in the answers to %v", told)
	}
	if strings.Contains(s.log.String(), token) {
		t.Error("the token is in the server's log")
	}
}

// wantKey asks the server by a token, as a program does.
func (s *site) wantKey(t testing.TB, token string, works bool) {
	t.Helper()
	_, err := s.KeyActor(context.Background(), token, storetest.Origin())
	if works != (err == nil) {
		t.Errorf("the key works: %v, want %v", err == nil, works)
	}
}

func TestMakeAPIKey(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "admin", s.hooksPath(), settings...)
		p.link(like(`^API keys`)).click()
		p.isAt(apiKeysPath)
		p.sees("No API keys yet")
		p.link("New key").first().click()
		p.fillKey("deploy-ci")
		p.button("Create key").click()
		token := p.token()
		s.wantKey(t, token, true)
		if p.script {
			p.checkbox("I have stored this key").click()
		}
		p.link("Done").click()
		p.heading("deploy-ci is ready").missing()
		p.isAt(apiKeysPath)
		row := p.row("deploy-ci")
		row.sees("reveal:hook_secrets")
		row.sees("19 Feb 2027")
		row.sees("acme admin")
		row.sees(token[:8] + "…")
		p.sees("1 active key")
		p.hides(token)
		s.wantToldOnce(t, token)
	})
}

// What shows the token does not go before somebody says that they have it.
func TestTokenStaysUntilItIsStored(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "admin", apiKeysPath)
	p.link("New key").first().click()
	p.fillKey("deploy-ci")
	p.button("Create key").click()
	token := p.token()
	p.key("Escape")
	p.key("Escape")
	p.must(p.tab.Mouse().Click(5, 5))
	p.link("Done").has("aria-disabled", "true")
	p.link("Done").describedBy(like("I have stored this key"))
	p.must(p.link("Done").at.Focus())
	p.key("Enter")
	p.css("#token").reads(token)
	p.checkbox("I have stored this key").click()
	p.link("Done").click()
	p.css("dialog[open]").missing()
	p.link("New key").focused()
	p.hides(token)

	p.link("Revoke deploy-ci").click()
	p.dialog("Revoke deploy-ci?").shows()
	p.key("Escape") // other dialogs close as they did
	p.css("dialog[open]").missing()
}

func TestCopyToken(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "admin", apiKeysPath, withClipboard)
	p.link("New key").first().click()
	p.fillKey("deploy-ci")
	p.button("Create key").click()
	token := p.token()
	p.clipboard(func() {
		p.button("Copy").click()
		p.hears("The token of deploy-ci is on the clipboard.")
		if held := p.clipboardText(); held != token {
			t.Errorf("the clipboard holds %q", held)
		}
	})
	s.wantToldOnce(t, token)
}

// Neither Back nor a page out of the browser's cache shows the token again.
func TestTokenDoesNotComeBack(t *testing.T) {
	for what, from := range map[string]string{"dialog": apiKeysPath, "page": apiKeysPath + "/new"} {
		t.Run(what, func(t *testing.T) {
			s := newSite(t)
			p := s.visitAs(t, "admin", from)
			if what == "dialog" {
				p.link("New key").first().click()
			}
			p.fillKey("deploy-ci")
			p.button("Create key").click()
			token := p.token()
			p.open(s.hooksPath())
			p.tab.GoBack() // Chromium refuses to show the answer to a form again
			p.seesNot(token)
			s.wantToldOnce(t, token)
		})
	}
}

// A page that goes takes the token out of the document, for a browser that keeps it.
func TestTokenLeavesWithThePage(t *testing.T) {
	for what, from := range map[string]string{"dialog": apiKeysPath, "page": apiKeysPath + "/new"} {
		t.Run(what, func(t *testing.T) {
			s := newSite(t)
			p := s.visitAs(t, "admin", from)
			if what == "dialog" {
				p.link("New key").first().click()
			}
			p.fillKey("deploy-ci")
			p.button("Create key").click()
			token := p.token()
			p.eval(`() => dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }))`)
			p.hides(token)
		})
	}
}

func TestStepUpForAPIKey(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "admin", apiKeysPath, settings...)
		s.Clock.Advance(store.ConfirmFor + time.Second)
		p.expect(http.StatusForbidden, http.StatusUnprocessableEntity)
		p.link("New key").first().click()
		p.fillKey("deploy-ci")
		p.button("Create key").click()
		p.heading("Confirm it’s you").shows()
		p.sees("To create the API key deploy-ci. You won’t be asked again for 15 minutes.")
		p.field("Password").fill("not the password")
		p.button("Create key").click()
		p.sees(like(`That password isn.t right\.`))
		p.field("Password").holds("")
		p.field("Password").fill(storetest.Password)
		p.button("Create key").click()
		token := p.token()
		p.heading("deploy-ci is ready").shows()
		s.wantKey(t, token, true)
		s.wantToldOnce(t, token)
		if made := s.entries(t, "key.create"); len(made) != 1 || *made[0].Detail != "read:hooks reveal:hook_secrets, for 90 days" {
			t.Errorf("%d keys, the first %+v", len(made), made)
		}
	})
}

// makeKey makes a key behind the browser's back.
func (s *site) makeKey(t testing.TB, name string, lasts time.Duration) (token string) {
	t.Helper()
	_, token, err := s.CreateKey(context.Background(), s.admin(t), store.NewKey{Name: name, Scopes: store.Scopes(), Lasts: lasts})
	must(t, err)
	return token
}

func TestRevokeAPIKey(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		token := s.makeKey(t, "deploy-ci", 0)
		s.makeKey(t, "edge-sync", 9*24*time.Hour+time.Hour)
		s.wantKey(t, token, true)
		p := s.visitAs(t, "owner", apiKeysPath, settings...)
		s.Clock.Advance(store.ConfirmFor + time.Second)
		p.expect(http.StatusForbidden)
		p.row("edge-sync").sees("In 9 days")
		p.link("Revoke deploy-ci").click()
		p.heading("Revoke deploy-ci?").shows()
		p.sees("Last used 15 min ago from 192.0.2.14.")
		p.button("Revoke key").click()
		p.sees("To revoke the API key deploy-ci.")
		s.wantKey(t, token, true)
		p.field("Password").fill(storetest.Password)
		p.button("Revoke key").click()
		p.toast("deploy-ci revoked").shows()
		p.row("deploy-ci").missing()
		s.wantKey(t, token, false)
		p.sees("1 active key")
		p.link("Show 1 revoked").click()
		p.row("deploy-ci").sees("Revoked")
		p.link("Revoke deploy-ci").missing()
		p.link("Hide revoked").click()
		p.row("deploy-ci").missing()
	})
}

func TestAPIKeysAreForAdmins(t *testing.T) {
	s := newSite(t)
	for _, role := range []string{"viewer", "editor"} {
		p := s.visitAs(t, role, s.hooksPath())
		p.sees("acme-hook")
		p.sees("Audit log")
		p.seesNot("API keys")
		p.seesNot("General")
		p.expect(http.StatusForbidden)
		p.open(apiKeysPath)
		p.heading("Your role doesn’t allow that").shows()
		if e := s.entries(t, "key.list"); len(e) == 0 || *e[0].ActorName != "acme "+role || e[0].Outcome != "denied" {
			t.Errorf("no entry of the refusal of %s", role)
		}
	}
}

// What programs read stands in the log and on the secret, by the name of the key.
func TestReadByAKey(t *testing.T) {
	s := newSite(t)
	token := s.makeKey(t, "deploy-ci", 0)
	key, err := s.KeyActor(context.Background(), token, storetest.Origin())
	must(t, err)
	for range 2 {
		_, err := s.ReadSecret(context.Background(), key, s.place(), "API_KEY")
		must(t, err)
	}
	p := s.visitAs(t, "admin", s.secretsPath()+"/"+s.Org(storetest.Acme).Secret)
	p.heading("API keys that read it").shows()
	p.sees(like(`^deploy-ci read version 1, 2 times$`))
	p.open("/orgs/acme/audit")
	p.sees(like(`deploy-ci\s+read API_KEY in acme-hook`))
	p.sees(like(`acme admin\s+created the API key deploy-ci`))
	p.accessible("the log with a key's entries", desktop)
}

func TestAPIKeysAccessible(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "admin", apiKeysPath, lessMotion)
	p.accessible("no keys", desktop, phone)
	s.makeKey(t, strings.Repeat("W", 100), 0)
	s.makeKey(t, "שלום deploy", 24*time.Hour)
	p.reload()
	p.accessible("keys", desktop, phone)
	p.fits("keys")
	p.expect(http.StatusUnprocessableEntity)
	p.link("New key").click()
	p.fillKey("deploy-ci")
	p.accessible("new key", desktop, phone)
	p.checkbox("read:hooks").click()
	p.checkbox("reveal:hook_secrets").click()
	p.button("Create key").click()
	p.sees("Choose at least one scope.")
	p.accessible("a key without scopes", desktop, phone)
	p.checkbox("read:secrets").click()
	p.button("Create key").click()
	p.token()
	p.accessible("the token", desktop, phone)
	p.fits("the token")
	p.checkbox("I have stored this key").click()
	p.link("Done").click()
	p.link("Revoke deploy-ci").click()
	p.dialog("Revoke deploy-ci?").shows()
	p.accessible("revoke", desktop, phone)
}
