//go:build e2e

package e2e

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"hooksafe/store/storetest"
)

const newPassword = "another handful of words"

// signIn fills the form in as acme's editor.
func (p *page) signIn(password string) {
	p.t.Helper()
	p.heading("Sign in").shows()
	p.field("Email").fill(storetest.Email(storetest.Acme, "editor"))
	p.field("Password").fill(password)
	p.button("Sign in").click()
}

func TestSignInAndOut(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visit(t, s.secretsPath(), settings...)
		p.isAt("/login")
		p.expect(http.StatusUnprocessableEntity)
		p.signIn("not the password")
		p.sees("That email and password don’t match.")
		p.sees("9 tries left before sign-in pauses for 15 minutes.")
		p.field("Email").holds("editor@acme.example")
		p.field("Password").holds("")
		p.signIn(storetest.Password)
		p.isAt(s.secretsPath())
		p.row("API_KEY").shows()

		p.button("acme editor Editor").click()
		p.menu().sees("editor@acme.example")
		p.menu().button("Sign out").click()
		p.isAt("/login")
		p.back()
		p.seesNot("API_KEY")
		p.open(s.secretsPath())
		p.isAt("/login")
	})
}

func TestUnknownPersonIsToldTheSame(t *testing.T) {
	s := newSite(t)
	p := s.visit(t, "/login")
	p.expect(http.StatusUnprocessableEntity)
	p.field("Email").fill("nobody@acme.example")
	p.field("Password").fill(storetest.Password)
	p.button("Sign in").click()
	p.sees("That email and password don’t match.")
	p.sees("9 tries left before sign-in pauses for 15 minutes.")
}

func TestSignInPauses(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visit(t, "/login", settings...)
		p.expect(http.StatusUnprocessableEntity, http.StatusTooManyRequests)
		for range 10 {
			_, err := s.SignIn(context.Background(), storetest.Origin(), storetest.Email(storetest.Acme, "editor"), "wrong", "")
			if err == nil {
				t.Fatal("a wrong password was right")
			}
		}
		p.signIn("wrong from the browser")
		for strings.Contains(p.text(), "left before sign-in pauses") {
			p.signIn("wrong from the browser")
		}
		p.sees("Too many tries.")
		p.sees("Sign-in pauses for 15 minutes.")
		p.field("Email").holds("editor@acme.example")
		s.Clock.Advance(15*time.Minute + time.Second)
		p.signIn(storetest.Password)
		p.isAt(s.hooksPath())
	})
}

// text is all that is to be read on the page now.
func (p *page) text() string {
	p.t.Helper()
	text, err := p.at.InnerText()
	p.must(err)
	return text
}

func TestShowPassword(t *testing.T) {
	s := newSite(t)
	p := s.visit(t, "/login")
	password := p.field("Password")
	password.has("type", "password")
	p.button("Show password").click()
	password.has("type", "text")
	p.button("Show password").has("aria-pressed", "true")
	p.button("Show password").click()
	password.has("type", "password")
	p.button("Show password").click()
	p.signIn(storetest.Password)
	p.isAt(s.hooksPath())
}

func TestSignInLeadsNowhereElse(t *testing.T) {
	s := newSite(t)
	p := s.visit(t, "/login?next=//evil.example/orgs")
	p.signIn(storetest.Password)
	p.isAt(s.hooksPath())
}

// What was on the screen before signing out does not come back with Back.
func TestBackAfterSignOut(t *testing.T) {
	s := newSite(t)
	value := s.Org(storetest.Acme).Value
	p := s.visitAs(t, "editor", s.hooksPath())
	p.open(s.secretsPath())
	p.reveal()
	p.button("acme editor Editor").click()
	p.menu().button("Sign out").click()
	p.heading("Sign in").shows()
	for range 2 {
		p.back()
		p.heading("Sign in").shows()
		p.seesNot("API_KEY")
		p.seesNot("acme-hook")
		p.hides(value)
	}
}

func TestSignOutEndsEveryTab(t *testing.T) {
	s := newSite(t)
	one := s.visitAs(t, "editor", s.secretsPath())
	two := one.newTab()
	two.open(s.secretsPath())
	two.button("acme editor Editor").click()
	two.menu().button("Sign out").click()
	two.heading("Sign in").shows()

	one.expect(http.StatusUnauthorized)
	one.button("Reveal API_KEY").click()
	one.sees(like("You were signed out|Sign in to continue"))
	one.hides(s.Org(storetest.Acme).Value)
	one.link("Edit API_KEY").click()
	one.heading("Sign in").shows()
	s.wantUses(t, "secret.reveal", 0)
}

func TestChangePassword(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		elsewhere := s.visitAs(t, "editor", s.hooksPath(), settings...)
		p := s.visitAs(t, "editor", s.hooksPath(), settings...)
		p.button("acme editor Editor").click()
		p.menu().link("Account").click()
		p.heading("Account").shows()
		p.expect(http.StatusUnprocessableEntity)
		p.changePassword("not the password", newPassword)
		p.field("Current password").has("aria-invalid", "true")
		p.changePassword(storetest.Password, "short")
		p.field("New password").has("aria-invalid", "true")
		p.field("New password").holds("")
		p.changePassword(storetest.Password, newPassword)
		p.toast("Password changed.").sees("You were signed out everywhere else.")
		p.role("navigation", "Main").link(like("^Hooks")).click()
		p.row("acme-hook").shows()

		elsewhere.link("Hooks 1").click()
		elsewhere.expect(http.StatusUnprocessableEntity)
		elsewhere.signIn(storetest.Password)
		elsewhere.sees("That email and password don’t match.")
		elsewhere.signIn(newPassword)
		elsewhere.row("acme-hook").shows()
	})
}

func (p *page) changePassword(current, next string) {
	p.t.Helper()
	if !visible(p.field("Current password")) {
		p.css("summary").first().click()
	}
	p.field("Current password").fill(current)
	p.field("New password").fill(next)
	p.button("Change password").click()
}

func TestResetLink(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		token, err := s.NewResetLink(context.Background(), s.Operator(), storetest.Email(storetest.Acme, "editor"))
		must(t, err)
		preview := s.visit(t, "/reset/"+token, settings...)
		preview.heading("Set a new password").shows()
		p := s.visit(t, "/reset/"+token, settings...)
		if address := p.tab.URL(); address != s.URL+"/reset" {
			t.Errorf("the token is still in the address %s", address)
		}
		p.sees("editor@acme.example")
		p.expect(http.StatusUnprocessableEntity, http.StatusNotFound)
		p.field("New password").fill("short")
		p.button("Set password").click()
		p.field("New password").has("aria-invalid", "true")
		p.field("New password").fill(newPassword)
		p.button("Set password").click()
		p.isAt(s.hooksPath())

		p.open("/reset/" + token)
		p.heading("This link no longer works").shows()
	})
}

func TestMemberRemovedWhileSignedIn(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", s.secretsPath())
	_, err := s.RemoveMember(context.Background(), s.Actor(t, storetest.Acme, "owner"), storetest.Email(storetest.Acme, "editor"))
	must(t, err)
	p.expect(http.StatusNotFound)
	p.button("Reveal API_KEY").click()
	p.toast("There is nothing here").shows()
	p.hides(s.Org(storetest.Acme).Value)
	p.reload()
	p.heading("There is nothing here").shows()
	p.seesNot("acme inc")
	p.seesNot("acme-hook")
	p.open("/")
	p.heading("No organization yet").shows()
	if n := len(s.entries(t, "secret.reveal")); n != 0 {
		t.Errorf("%d entries about reveals", n)
	}
}

func TestRoleLoweredWhileSignedIn(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", s.secretsPath())
	owner := s.Actor(t, storetest.Acme, "owner")
	_, err := s.SetMemberRole(context.Background(), owner, storetest.Email(storetest.Acme, "editor"), roleNamed(t, "viewer"))
	must(t, err)
	p.expect(http.StatusForbidden)
	p.button("Reveal API_KEY").click()
	p.toast("Your role doesn’t allow that").shows()
	p.hides(s.Org(storetest.Acme).Value)
	denied := s.entries(t, "secret.reveal")
	if len(denied) != 1 || denied[0].Outcome != "denied" {
		t.Errorf("the entries say %v", denied)
	}
	p.reload()
	p.button("Reveal API_KEY").missing()
}

func TestSwitchOrganizations(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		globex := s.Actor(t, storetest.Globex, "owner")
		_, err := s.AddMember(context.Background(), globex, storetest.Email(storetest.Acme, "editor"), roleNamed(t, "viewer"))
		must(t, err)
		p := s.visitAs(t, "editor", "/", settings...)
		p.isAt(s.hooksPath())
		p.button("Organization: acme inc").click()
		p.menu().link("globex inc").click()
		p.isAt("/orgs/globex/hooks")
		p.row("globex-hook").shows()
		p.seesNot("acme-hook")
		p.button("acme editor Viewer").shows()
		p.open("/")
		p.isAt("/orgs/globex/hooks")
		p.button("Organization: globex inc").click()
		p.menu().link("acme inc").click()
		p.row("acme-hook").shows()
		p.button("acme editor Editor").shows()
	})
}

// Another organization's addresses answer as if there were nothing.
func TestOtherOrganization(t *testing.T) {
	s := newSite(t)
	globex := s.Org(storetest.Globex)
	p := s.visitAs(t, "owner", s.hooksPath())
	p.expect(http.StatusNotFound)
	for _, path := range []string{
		"/orgs/globex/hooks",
		"/orgs/globex/audit",
		"/orgs/acme/hooks/" + globex.Hook,
		"/orgs/acme/hooks/" + globex.Hook + "/secrets",
		s.secretsPath() + "/" + globex.Secret + "/edit",
		"/orgs/nobody/hooks",
	} {
		p.open(path)
		p.heading("There is nothing here").shows()
		p.seesNot("globex")
	}
}

// Whoever is signed out by time while typing loses nothing: the form is sent
// again after signing in in another tab.
func TestSignedOutWhileTyping(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", s.secretsPath())
	p.link("Add secret").click()
	p.field("Name").fill("TYPED_BEFORE")
	p.field("Value").fill(s.plant("typed-planted"))
	p.field("Note").fill("a note")
	s.Clock.Advance(12*time.Hour + time.Second)
	p.expect(http.StatusUnauthorized)
	p.button("Save").click()
	toast := p.toast("You were signed out")
	toast.sees(like("Your text is still here"))
	p.field("Name").holds("TYPED_BEFORE")
	p.field("Value").holds("typed-planted")
	p.field("Note").holds("a note")

	other := p.popup(func() { toast.link("Sign in in a new tab").click() })
	other.signIn(storetest.Password)
	other.heading("Hooks").shows()
	must(t, other.tab.Close())
	p.button("Save").click()
	p.button("Reveal TYPED_BEFORE").click()
	p.group("Value of TYPED_BEFORE").reads("typed-planted")
}

func TestScriptTypedWhileSignedOut(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", s.editorPath())
	p.code().fill("// typed before")
	s.Clock.Advance(12*time.Hour + time.Second)
	p.expect(http.StatusUnauthorized)
	p.save()
	toast := p.toast("You were signed out")
	p.code().holds("// typed before")
	other := p.popup(func() { toast.link("Sign in in a new tab").click() })
	other.signIn(storetest.Password)
	other.heading("Hooks").shows()
	p.save()
	p.toast("Saved as version 2.").shows()
	p.code().holds("// typed before")
}

func TestSignedOutByTime(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "editor", s.hooksPath(), settings...)
		s.Clock.Advance(12*time.Hour + time.Second)
		p.open(s.secretsPath())
		p.sees("You were signed out.")
		p.signIn(storetest.Password)
		p.isAt(s.secretsPath())
	})
}

func TestNoOrganization(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		_, err := s.CreateUser(context.Background(), s.Operator(), "new@acme.example", "Ines Nowak", storetest.Password)
		must(t, err)
		p := s.visit(t, "/", settings...)
		p.field("Email").fill("new@acme.example")
		p.field("Password").fill(storetest.Password)
		p.button("Sign in").click()
		p.heading("No organization yet").shows()
		p.sees("new@acme.example")
		p.link("Account").click()
		p.heading("Account").shows()
		p.open("/")
		p.button("Sign out").click()
		p.heading("Sign in").shows()
	})
}

func TestMethodsAndMissingPages(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", s.hooksPath())
	p.expect(http.StatusNotFound, http.StatusMethodNotAllowed)
	p.open("/no/such/page")
	p.heading("There is nothing here").shows()
	p.link("Go to your hooks").click()
	p.isAt(s.hooksPath())
	p.open(s.secretsPath() + "/" + s.Org(storetest.Acme).Secret + "/reveal")
	p.heading("That address can’t be used this way").shows()
	s.wantUses(t, "secret.reveal", 0)
}
