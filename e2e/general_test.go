//go:build e2e

package e2e

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"hooksafe/store"
	"hooksafe/store/storetest"
)

const generalPath = "/orgs/acme/settings/general"

// settle changes the settings of acme behind the browser's back.
func (s *site) settle(t testing.TB, change func(*store.Settings)) {
	t.Helper()
	a := s.Actor(t, storetest.Acme, "owner")
	now, err := s.General(context.Background(), a)
	must(t, err)
	change(&now.Settings)
	must(t, s.ChangeSettings(context.Background(), a, now.Revision, now.Settings))
}

// S-13: an organization moves to another address, and its old one leads there.
func TestS13RenameOrganization(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		hook, editor := s.Org(storetest.Acme).Hook, s.visitAs(t, "editor", s.secretsPath(), settings...)
		p := s.visitAs(t, "owner", s.hooksPath(), settings...)
		p.expect(http.StatusConflict, http.StatusForbidden)
		p.link("General").click()
		p.isAt(generalPath)
		p.field("Address").describedBy(like("Old addresses go on leading here for members"))
		p.field("Name").fill("Brightwater Labs")
		p.field("Address").fill("globex")
		p.button("Save name and address").click()
		p.sees("The address globex is taken. Choose another.")
		p.field("Name").holds("Brightwater Labs")

		s.Clock.Advance(store.ConfirmFor + time.Second)
		p.field("Address").fill("brightwater")
		p.button("Save name and address").click()
		p.heading("Confirm it’s you").shows()
		p.sees("To change the organization acme inc. You won’t be asked again for 15 minutes.")
		p.field("Password").fill(storetest.Password)
		p.button("Save").click()
		p.isAt("/orgs/brightwater/settings/general")
		p.toast("Name and address saved.").shows()
		p.field("Name").holds("Brightwater Labs")
		p.sees("Brightwater Labs")

		p.open("/orgs/acme/hooks/" + hook + "/secrets?q=api")
		p.isAt("/orgs/brightwater/hooks/" + hook + "/secrets")
		p.row("API_KEY").shows()

		// A page that was open meanwhile goes on working.
		editor.link("Add secret").click()
		editor.field("Name").fill("LATE")
		editor.field("Value").fill("late value")
		editor.button("Save").click()
		editor.toast("LATE").shows()

		stranger := s.visit(t, "/login", settings...)
		stranger.expect(http.StatusNotFound)
		stranger.field("Email").fill(storetest.Email(storetest.Globex, "owner"))
		stranger.field("Password").fill(storetest.Password)
		stranger.button("Sign in").click()
		stranger.isAt("/orgs/globex/hooks")
		stranger.open(s.hooksPath())
		stranger.heading("There is nothing here").shows()
		stranger.seesNot("Brightwater")
	})
}

// Two owners at once: the second sees who was first, and may save all the same.
func TestTwoOwnersAtOnce(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "owner", generalPath, settings...)
		p.expect(http.StatusConflict)
		s.settle(t, func(set *store.Settings) { set.RevealSeconds = 10 })
		p.field("Name").fill("Mine")
		p.button("Save name and address").click()
		p.sees("acme owner saved a change while you were editing.")
		p.link("Show the newer one").shows()
		p.radio("10 s").checked()
		p.field("Name").holds("Mine")
		p.button("Save mine").click()
		p.toast("Name and address saved.").shows()
		p.radio("10 s").checked()
	})
}

// The rules that owners save count at the next reveal.
func TestChangeSettings(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "owner", generalPath)
	p.radio("30 s").checked()
	p.radio("10 s").check()
	p.radio("Never").check()
	p.checkbox("Editors may reveal and copy organization secrets").uncheck()
	p.button("Save rules").click()
	p.toast("Rules saved.").shows()
	p.radio("10 s").checked()
	p.radio("Never").checked()
	p.checkbox("Editors may reveal and copy organization secrets").unchecked()
	if e := s.entries(t, "organization.update"); len(e) != 1 || !strings.Contains(*e[0].Detail, "values show from 30 s to 10 s; editors reveal organization secrets from yes to no") {
		t.Errorf("entries %+v", e)
	}

	editor := s.visitAs(t, "editor", "/")
	clock := editor.withClock()
	s.Clock.Advance(3 * store.ConfirmFor)
	editor.open(s.secretsPath())
	editor.reveal()
	editor.hears("Value of API_KEY shown for 10 seconds. Recorded.")
	editor.row("API_KEY").sees("10 s")
	editor.must(clock.RunFor("00:09"))
	editor.group("Value of API_KEY").shows()
	editor.must(clock.RunFor("00:02"))
	editor.row("API_KEY").sees("Value hidden")
	editor.hides(s.Org(storetest.Acme).Value)
}

func TestChangeSettingsWithoutScript(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "owner", generalPath, withoutScript)
	s.Clock.Advance(store.ConfirmFor + time.Second)
	p.expect(http.StatusForbidden)
	p.radio("5 min").check()
	p.button("Save rules").click()
	p.field("Password").fill(storetest.Password)
	p.button("Save").click()
	p.toast("Rules saved.").shows()
	p.radio("5 min").checked()
	p.radio("Every 15 minutes").checked()
	p.checkbox("Editors may reveal and copy organization secrets").checked()

	p.open(s.secretsPath())
	answer, err := p.tab.ExpectResponse("**/reveal", func() error { return p.button("Reveal API_KEY").at.Click() })
	p.must(err)
	p.sees("300 s")
	if refresh, err := answer.HeaderValue("Refresh"); err != nil || !strings.HasPrefix(refresh, "300; url=") {
		t.Errorf("Refresh: %q, %v", refresh, err)
	}
}

// Where values ask every time, each reveal, each extension and each copy does.
func TestAskEveryTime(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		value := s.Org(storetest.Acme).Value
		s.settle(t, func(set *store.Settings) { set.Confirm = store.AskAlways })
		p := s.visitAs(t, "editor", s.secretsPath(), append(settings, withClipboard)...)
		p.expect(http.StatusForbidden)
		confirm := func(to, verb string) {
			t.Helper()
			p.heading("Confirm it’s you").shows()
			p.sees("To " + to + " API_KEY. Your organization asks every time.")
			p.field("Password").fill(storetest.Password)
			p.button(verb).last().click()
			p.heading("Confirm it’s you").missing()
		}
		for range 2 {
			p.button("Reveal API_KEY").click()
			p.hides(value)
			confirm("reveal", "Reveal value")
			p.group("Value of API_KEY").reads(value)
			p.link("Hide API_KEY").first().click()
			p.row("API_KEY").sees("Value hidden")
		}
		p.button("Reveal API_KEY").click()
		confirm("reveal", "Reveal value")
		p.button("Keep 30 s more, API_KEY").click()
		confirm("reveal", "Reveal value")
		p.group("Value of API_KEY").reads(value)
		if e := s.entries(t, "secret.reveal"); len(e) != 4 || !strings.HasPrefix(*e[0].Detail, "extends ") {
			t.Errorf("%d reveals, the newest %+v", len(e), e[0])
		}
		if !p.script {
			return
		}
		p.link("Hide API_KEY").first().click()
		p.clipboard(func() {
			p.button("Copy API_KEY").click()
			confirm("copy", "Copy value")
			p.hears("API_KEY copied. Recorded.")
			if held := p.clipboardText(); held != value {
				t.Errorf("the clipboard holds %q", held)
			}
		})
		p.button("Copy API_KEY").click()
		p.heading("Confirm it’s you").shows()
	})
}

// An organization goes: whoever is in it is out, and whoever deleted it goes on
// elsewhere.
func TestDeleteOrganization(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		token := s.makeKey(t, "deploy-ci", 0)
		member := s.visitAs(t, "editor", s.secretsPath(), settings...)
		member.expect(http.StatusNotFound)
		p := s.visitAs(t, "owner", generalPath, settings...)
		p.expect(http.StatusForbidden)
		s.Clock.Advance(store.ConfirmFor + time.Second)
		p.link("Delete organization").click()
		p.heading("Delete acme inc?").shows()
		p.sees("1 hook and 1 secret are destroyed at once, with every version. 4 members lose access, 1 API key stops.")
		p.sees("The audit log stays, for the operator of this server. Backups taken before stay readable until they expire.")
		p.field("Type acme inc to confirm").fill("acme inc")
		p.button("Delete organization").click()
		p.sees("To delete the organization acme inc.")
		s.wantKey(t, token, true)
		p.field("Password").fill(storetest.Password)
		p.button("Delete organization").click()
		p.heading("No organization yet").shows()
		p.toast("acme inc is deleted.").shows()
		s.wantKey(t, token, false)

		member.button("Reveal API_KEY").click()
		member.sees("There is nothing here")
		member.hides(s.Org(storetest.Acme).Value)
		member.open("/")
		member.heading("No organization yet").shows()

		p.link("New organization").click()
		p.field("Name").fill("A new beginning")
		p.button("Create organization").click()
		p.isAt("/orgs/a-new-beginning/hooks")
		p.sees("Create your first hook")
	})
}

func TestNewOrganization(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "viewer", s.hooksPath(), settings...)
		p.expect(http.StatusConflict)
		p.button("Organization: acme inc").click()
		p.menu().link("New organization").click()
		p.heading("New organization").shows()
		p.field("Name").fill("Globex")
		if p.script {
			p.sees(like(`/orgs/\s*globex`))
		}
		p.button("Create organization").click()
		p.sees("The address globex is taken. Choose another.")
		p.field("Name").holds("Globex")
		p.field("Another address").fill("globex-labs")
		p.button("Create organization").click()
		p.isAt("/orgs/globex-labs/hooks")
		p.toast("Globex is yours.").shows()
		p.button("Organization: Globex").click()
		p.menu().link("acme inc").click()
		p.isAt(s.hooksPath())
	})
}

func TestGeneralAccessible(t *testing.T) {
	s := newSite(t)
	a := s.Actor(t, storetest.Acme, "owner")
	_, err := s.RenameOrganization(context.Background(), a, 1, strings.Repeat("W", 100), "acme")
	must(t, err)
	p := s.visitAs(t, "owner", generalPath, lessMotion)
	p.expect(http.StatusUnprocessableEntity, http.StatusConflict)
	p.accessible("general", desktop, phone)
	p.fits("general")
	p.link("Delete organization").click()
	p.css("dialog[open]").shows()
	p.accessible("delete organization", desktop, phone)
	p.fits("delete organization")
	p.key("Escape")
	p.field("Address").fill("No Address")
	p.button("Save name and address").click()
	p.field("Address").focused()
	p.accessible("general, refused", desktop, phone)
	s.settle(t, func(set *store.Settings) { set.Confirm = store.AskNever })
	p.field("Address").fill("acme")
	p.button("Save name and address").click()
	p.sees("while you were editing")
	p.accessible("general, changed meanwhile", desktop, phone)
	p.fits("general, changed meanwhile")
	p.button(like("^Organization:")).click()
	p.menu().link("New organization").click()
	p.css("dialog[open]").shows()
	p.accessible("new organization", desktop, phone)
	p.field("Name").last().fill("x")
	p.button("Create organization").click()
	p.isAt("/orgs/team/hooks")
}

// With a finger, in the bottom sheets of a phone.
func TestGeneralOnAPhone(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "owner", generalPath, sized(phone), lessMotion)
	p.fitsAFinger()
	p.radio("1 min").check()
	p.radio("Every time").check()
	p.button("Save rules").click()
	p.toast("Rules saved.").shows()
	p.button("Menu").click()
	p.button(like("^Organization:")).click()
	p.link("New organization").click()
	p.dialog("New organization").shows()
	p.fitsAFinger()
}
