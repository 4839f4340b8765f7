//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/playwright-community/playwright-go"

	"hooksafe/store"
	"hooksafe/store/storetest"
)

// drawer is the drawer of a secret, once it is open.
func (p *page) drawer(name string) element {
	p.t.Helper()
	d := p.css("#drawer-host")
	p.dialog(name).shows()
	return d
}

// detailPath is the address of API_KEY.
func (s *site) detailPath() string { return s.secretsPath() + "/" + s.Org(storetest.Acme).Secret }

// setValue gives API_KEY a new version as the admin.
func (s *site) setValue(t testing.TB, value string) {
	t.Helper()
	secret, sealed := s.secret(t, "API_KEY"), store.NewPlaintext(s.plant(value))
	_, err := s.ChangeSecret(context.Background(), s.admin(t), s.place(), secret.ID,
		store.SecretChange{Base: secret.Revision, Name: secret.Name, Note: secret.Note, Value: &sealed})
	must(t, err)
}

func TestDrawerOpensAndCloses(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", s.secretsPath())
	for _, opener := range []element{p.link("API_KEY"), p.link("Versions of API_KEY")} {
		for how, closing := range map[string]func(){
			"Escape":       func() { p.key("Escape") },
			"the cross":    func() { p.css("#drawer").button("Close").click() },
			"the backdrop": func() { p.must(p.tab.Mouse().Click(300, 300)) },
			"Back":         p.back,
		} {
			opener.click()
			d := p.drawer("API_KEY")
			d.heading("API_KEY").focused()
			d.sees("acme-hook")
			p.isAt(s.detailPath())
			p.titled("API_KEY · Hooksafe")
			if state := p.eval("JSON.stringify(history.state)"); state != "null" {
				t.Errorf("the history holds %v", state)
			}

			closing()
			p.dialog("API_KEY").missing()
			p.isAt(s.secretsPath())
			p.titled("Secrets, acme-hook · Hooksafe")
			opener.focused()
			if left := p.css("#drawer").js("(drawer) => drawer.childNodes.length"); left != 0 {
				t.Errorf("after %s %v nodes are left in the drawer", how, left)
			}
		}
	}
}

// The address of the drawer is that of a page: after Forward, after a reload, and in
// another tab.
func TestDrawerIsAPageToo(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", s.secretsPath())
	p.link("API_KEY").click()
	p.drawer("API_KEY")
	p.back()
	p.dialog("API_KEY").missing()

	isPage := func() {
		t.Helper()
		p.css("main h1").reads("API_KEY")
		p.dialog("API_KEY").missing()
		p.isAt(s.detailPath())
		p.titled("API_KEY · Hooksafe")
	}
	p.forward()
	isPage()
	p.back()
	p.row("API_KEY").shows()
	p.isAt(s.secretsPath())
	p.link("API_KEY").click()
	p.drawer("API_KEY")
	p.reload()
	isPage()
	p.back()
	p.row("API_KEY").shows()
	p.css("h1").reads("acme-hook")

	other := p.newTab()
	other.open(s.detailPath())
	other.css("main h1").reads("API_KEY")
}

// An older version is opened, taken and hidden like the current one, in its own
// place, and nothing else of the drawer changes.
func TestOlderVersionInTheDrawer(t *testing.T) {
	s := newSite(t)
	old := s.Org(storetest.Acme).Value
	s.setValue(t, "newer-planted")
	p := s.visitAs(t, "editor", s.secretsPath(), withClipboard)
	p.link("API_KEY").click()
	d := p.drawer("API_KEY")
	d.sees("Current")
	p.hides(old)
	p.hides("newer-planted")

	d.button("Reveal API_KEY, version 1").click()
	d.group("Value of API_KEY, version 1").reads(old)
	d.sees("This reveal was recorded.")
	p.hears("Value of API_KEY, version 1 shown for 30 seconds. Recorded.")
	d.link("Hide API_KEY, version 1").first().focused()
	p.hides("newer-planted")
	d.button("Reveal API_KEY").click()
	d.group("Value of API_KEY").reads("newer-planted")
	d.group("Value of API_KEY, version 1").shows()
	d.link("Hide API_KEY").first().click()
	d.group("Value of API_KEY").missing()
	d.button("Reveal API_KEY").focused()

	d.link("Hide API_KEY, version 1").last().click()
	d.button("Reveal API_KEY, version 1").focused()
	p.hears("API_KEY, version 1 hidden")
	p.hides(old)
	p.clipboard(func() {
		d.button("Copy API_KEY, version 1").click()
		p.hears("API_KEY, version 1 copied. Recorded.")
		if held := p.clipboardText(); held != old {
			t.Errorf("the clipboard holds %q", held)
		}
		p.hides(old)
		d.button("Copy the name API_KEY").click()
		p.hears("API_KEY is on the clipboard.")
		if held := p.clipboardText(); held != "API_KEY" {
			t.Errorf("the clipboard holds %q", held)
		}
	})
	s.wantUses(t, "secret.reveal", 2)
	s.wantUses(t, "secret.copy", 1)
	if e := s.entries(t, "secret.reveal"); *e[0].TargetVersion != 2 || *e[1].TargetVersion != 1 {
		t.Errorf("the entries name versions %d and %d", *e[1].TargetVersion, *e[0].TargetVersion)
	}
}

// A value leaves the document with its time, with the drawer, and with the page.
func TestValuesLeaveTheDrawer(t *testing.T) {
	s := newSite(t)
	old := s.Org(storetest.Acme).Value
	s.setValue(t, "newer-planted")
	p := s.visitAs(t, "editor", "/")
	clock := p.withClock()
	p.open(s.secretsPath())
	d := p.css("#drawer-host")
	reveal := func() {
		t.Helper()
		d.button("Reveal API_KEY, version 1").click()
		d.group("Value of API_KEY, version 1").reads(old)
		d.button("Reveal API_KEY").click()
		d.group("Value of API_KEY").reads("newer-planted")
	}
	gone := func() {
		t.Helper()
		p.hides(old)
		p.hides("newer-planted")
	}
	p.link("API_KEY").click()
	reveal()
	p.must(clock.RunFor("00:20"))
	d.button("Keep 30 s more, API_KEY, version 1").click()
	d.button("Keep 30 s more, API_KEY, version 1").focused()
	p.must(clock.RunFor("00:11"))
	d.group("Value of API_KEY").missing()
	d.group("Value of API_KEY, version 1").reads(old)
	p.hides("newer-planted")
	p.must(clock.RunFor("00:20"))
	d.group("Value of API_KEY, version 1").missing()
	gone()

	reveal()
	p.key("Escape")
	p.dialog("API_KEY").missing()
	gone()
	p.isAt(s.secretsPath())
	p.link("API_KEY").click()
	reveal()
	p.back()
	p.dialog("API_KEY").missing()
	gone()
	p.link("API_KEY").click()
	reveal()
	p.reload()
	p.css("main h1").shows()
	gone()
	p.open(s.secretsPath())
	p.link("API_KEY").click()
	reveal()
	d.link("View entry").first().click()
	p.isAt("/orgs/acme/audit")
	gone()
	p.back()
	gone()
}

func TestKeepOlderVersionLonger(t *testing.T) {
	s := newSite(t)
	s.setValue(t, "newer-planted")
	p := s.visitAs(t, "editor", "/")
	clock := p.withClock()
	p.open(s.secretsPath())
	p.link("API_KEY").click()
	d := p.drawer("API_KEY")
	d.button("Reveal API_KEY, version 1").click()
	keep := d.button("Keep 30 s more, API_KEY, version 1")
	for range 3 {
		p.must(clock.RunFor("00:20"))
		keep.click()
		d.sees("30 s")
		keep.focused()
	}
	p.must(clock.RunFor("00:20"))
	keep.click()
	keep.missing()
	d.group("Value of API_KEY, version 1").reads(s.Org(storetest.Acme).Value)
	d.link("Hide API_KEY, version 1").first().focused()
	p.must(clock.RunFor("00:31"))
	d.group("Value of API_KEY, version 1").missing()
	s.wantUses(t, "secret.reveal", 5)
}

func TestStepUpForAnOlderVersion(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		old := s.Org(storetest.Acme).Value
		s.setValue(t, "newer-planted")
		p := s.visitAs(t, "editor", s.secretsPath(), settings...)
		s.Clock.Advance(store.ConfirmFor + time.Second)
		p.expect(http.StatusForbidden, http.StatusUnprocessableEntity)
		p.link("API_KEY").first().click()
		p.button("Reveal API_KEY, version 1").click()
		p.sees("To reveal API_KEY, version 1. You won’t be asked again for 15 minutes.")
		s.wantUses(t, "secret.reveal", 0)
		p.field("Password").fill("not the password")
		p.button("Reveal value").click()
		p.css("[aria-invalid=true]").shows()
		p.field("Password").fill(storetest.Password)
		p.button("Reveal value").click()
		p.group("Value of API_KEY, version 1").reads(old)
		p.heading("Confirm it’s you").missing()
		p.heading("API_KEY").shows()
		if p.script {
			p.link("Hide API_KEY, version 1").first().focused()
		}
		s.wantUses(t, "secret.reveal", 1)
	})
}

func TestStepUpForACopyFromTheDrawer(t *testing.T) {
	s := newSite(t)
	s.setValue(t, "newer-planted")
	p := s.visitAs(t, "editor", s.secretsPath(), withClipboard)
	p.link("API_KEY").click()
	d := p.drawer("API_KEY")
	s.Clock.Advance(store.ConfirmFor + time.Second)
	p.expect(http.StatusForbidden)
	p.clipboard(func() {
		d.button("Copy API_KEY, version 1").click()
		p.dialog("Confirm it’s you").shows()
		p.key("Escape")
		p.dialog("Confirm it’s you").missing()
		d.button("Copy API_KEY, version 1").focused()
		d.button("Copy API_KEY, version 1").click()
		p.field("Password").fill(storetest.Password)
		p.button("Copy value").click()
		p.hears("API_KEY, version 1 copied. Recorded.")
		if held := p.clipboardText(); held != s.Org(storetest.Acme).Value {
			t.Errorf("the clipboard holds %q", held)
		}
	})
	p.dialog("API_KEY").shows()
	d.button("Copy API_KEY, version 1").focused()
	p.hides(s.Org(storetest.Acme).Value)
}

func TestRestoreVersion(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		old := s.Org(storetest.Acme).Value
		s.setValue(t, "newer-planted")
		p := s.visitAs(t, "editor", s.secretsPath(), settings...)
		p.link("API_KEY").first().click()
		p.button("Restore version 2").missing()
		p.button("Restore version 1").click()
		p.toast("API_KEY restored from version 1").sees("It is version 3 now.")
		p.sees(like(`restored from version.1`))
		p.button("Restore version 2").shows()
		p.heading("API_KEY").shows()
		p.hides(old)
		p.hides("newer-planted")
		if p.script {
			p.hears("API_KEY restored from version 1. It is version 3 now.")
			p.button("Restore version 1").focused()
			p.key("Escape")
		} else {
			p.isAt(s.detailPath())
			p.open(s.secretsPath())
		}
		p.row("API_KEY").sees("v3")
		if got := s.stored(t, "API_KEY"); got != old {
			t.Errorf("stored %q", got)
		}
	})
}

// Whoever restores while somebody else saves is told so, and overwrites nothing.
func TestRestoreMeanwhile(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		s.setValue(t, "newer-planted")
		p := s.visitAs(t, "editor", s.secretsPath(), settings...)
		p.link("API_KEY").first().click()
		p.button("Restore version 1").shows()
		s.setValue(t, "theirs-planted")
		p.expect(http.StatusConflict)
		p.button("Restore version 1").click()
		p.sees("acme admin saved a change meanwhile, so nothing was restored. Open the secret again to see it.")
		if got := s.stored(t, "API_KEY"); got != "theirs-planted" {
			t.Errorf("stored %q", got)
		}
		if p.script {
			p.button("Restore version 1").focused()
		}
	})
}

// A dialog opens on top of the drawer, and what it saves shows in both.
func TestEditFromTheDrawer(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", s.secretsPath())
	p.link("Versions of API_KEY").click()
	d := p.drawer("API_KEY")
	d.link("Edit API_KEY").click()
	p.dialog("Edit secret").shows()
	p.key("Escape")
	p.dialog("Edit secret").missing()
	p.dialog("API_KEY").shows()
	d.link("Edit API_KEY").focused()
	p.isAt(s.detailPath())

	d.link("Edit API_KEY").click()
	p.field("New value").fill(s.plant("mine-planted"))
	p.field("Note").fill("rotates in spring")
	p.button("Save").click()
	p.dialog("Edit secret").missing()
	d.sees("rotates in spring")
	d.sees("Version 2")
	d.link("Edit API_KEY").focused()
	p.toast("API_KEY saved").shows()
	p.hears("API_KEY saved.")
	p.hides("mine-planted")
	p.toast("API_KEY saved").button("Dismiss: API_KEY saved").click()
	p.isAt(s.detailPath())
	p.key("Escape")
	p.row("API_KEY").sees("rotates in spring")
	p.link("Versions of API_KEY").focused()

	p.link("API_KEY").click()
	d.link("Edit API_KEY").click()
	p.field("Name").fill("RENAMED")
	p.button("Save").click()
	p.dialog("RENAMED").shows()
	p.key("Escape")
	p.link("RENAMED").focused()
}

// What is deleted takes its drawer along; the focus goes where the next one is.
func TestDeleteFromTheDrawer(t *testing.T) {
	s := newSite(t)
	s.addSecret(t, "SECOND", "x")
	p := s.visitAs(t, "editor", s.secretsPath())
	remove := func(name string) {
		t.Helper()
		p.link(name).click()
		p.drawer(name).link("Delete").click()
		p.field("Type " + name + " to confirm").fill(name)
		p.key("Enter")
		p.row(name).missing()
		p.dialog(name).missing()
		p.isAt(s.secretsPath())
		p.toast(name + " deleted").shows()
	}
	remove("API_KEY")
	p.row("SECOND").css(":focus").counts(1)
	remove("SECOND")
	p.link("Add secret").first().focused()
	p.toast("SECOND deleted").button("Undo").click()
	p.row("SECOND").shows()
}

// Back takes the dialog on top of the drawer along.
func TestBackFromADialogOnTheDrawer(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", s.secretsPath())
	p.link("API_KEY").click()
	p.drawer("API_KEY").link("Edit API_KEY").click()
	p.dialog("Edit secret").shows()
	p.back()
	p.dialog("Edit secret").missing()
	p.dialog("API_KEY").missing()
	p.isAt(s.secretsPath())
	p.link("API_KEY").focused()
	p.link("Add secret").click()
	p.dialog("Add secret").shows()
}

func TestDrawerByKeyboard(t *testing.T) {
	s := newSite(t)
	s.setValue(t, "newer-planted")
	p := s.visitAs(t, "editor", s.secretsPath())
	p.tabTo(p.link("API_KEY"))
	p.key("Enter")
	d := p.drawer("API_KEY")
	d.heading("API_KEY").focused()
	p.tabTo(d.button("Reveal API_KEY, version 1"))
	p.key("Enter")
	d.group("Value of API_KEY, version 1").shows()
	d.link("Hide API_KEY, version 1").first().focused()
	p.tabTo(d.group("Value of API_KEY, version 1"))
	p.tabTo(d.button("Keep 30 s more, API_KEY, version 1"))
	p.key("Enter")
	p.hears("30 more seconds")
	d.button("Keep 30 s more, API_KEY, version 1").focused()
	p.tabTo(d.link("Hide API_KEY, version 1").last())
	p.key("Enter")
	d.button("Reveal API_KEY, version 1").focused()
	p.tabTo(d.button("Restore version 1"))
	p.key("Enter")
	d.sees("Version 3")
	d.button("Restore version 1").focused()
	p.tabTo(d.link("Delete"))
	p.key("Enter")
	p.dialog("Delete API_KEY?").shows()
	p.key("Escape")
	d.link("Delete").focused()
	p.key("Escape")
	p.link("API_KEY").focused()
}

// Without script the detail is a page, on which each version opens and hides again.
func TestDetailWithoutScript(t *testing.T) {
	s := newSite(t)
	old := s.Org(storetest.Acme).Value
	for i := range 7 {
		s.setValue(t, fmt.Sprintf("newer-planted-%d", i))
	}
	p := s.visitAs(t, "editor", s.secretsPath(), withoutScript)
	p.link("API_KEY").click()
	p.css("main h1").reads("API_KEY")
	p.button("Copy API_KEY").missing()
	p.button("Reveal API_KEY, version 1").missing()
	p.css("summary").click()
	answer, err := p.tab.ExpectResponse("**/versions/1/reveal", func() error { return p.button("Reveal API_KEY, version 1").at.Click() })
	p.must(err)
	p.group("Value of API_KEY, version 1").reads(old)
	headers, err := answer.AllHeaders()
	p.must(err)
	if want := "30; url=" + s.detailPath(); headers["refresh"] != want || headers["cache-control"] != "no-store" {
		t.Errorf("Refresh is %q, Cache-Control %q", headers["refresh"], headers["cache-control"])
	}
	for range 4 {
		p.button("Keep 30 s more, API_KEY, version 1").click()
		p.group("Value of API_KEY, version 1").shows()
	}
	p.button("Keep 30 s more, API_KEY, version 1").missing()
	p.link("Hide API_KEY, version 1").last().click()
	p.isAt(s.detailPath())
	p.hides(old)

	p.button("Reveal API_KEY").click()
	p.group("Value of API_KEY").reads("newer-planted-6")
	p.hurry()
	p.isAt(s.detailPath())
	p.button("Reveal API_KEY").shows()
	p.hides("newer-planted-6")
	p.link("acme-hook").click()
	p.isAt(s.secretsPath())
}

// The page of a secret is one with script too: what opens there closes there.
func TestDetailPageWithScript(t *testing.T) {
	s := newSite(t)
	s.setValue(t, "newer-planted")
	p := s.visitAs(t, "editor", s.detailPath())
	p.button("Reveal API_KEY").click()
	p.group("Value of API_KEY").reads("newer-planted")
	p.link("Hide API_KEY").first().click()
	p.isAt(s.detailPath())
	p.hides("newer-planted")
	p.link("Edit API_KEY").click()
	p.css("main h1").reads("Edit secret")
	p.open(s.detailPath())
	p.button("Reveal API_KEY, version 1").click()
	p.group("Value of API_KEY, version 1").shows()
	p.setHidden(true)
	p.eval(`window.dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }))`)
	p.hides(s.Org(storetest.Acme).Value)
}

func TestDetailOfAViewer(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		s.setValue(t, "newer-planted")
		p := s.visitAs(t, "viewer", s.secretsPath(), settings...)
		p.link("Versions of API_KEY").click()
		p.heading("API_KEY").shows()
		detail := p.css("#secret-detail")
		detail.sees("You can see names and history, not values.")
		detail.sees("Version 1")
		detail.group("Value hidden").describedBy(like("Your role here is Viewer"))
		detail.css("form").counts(0)
		detail.css("[data-copy]").counts(0)
		detail.seesNot("People who have seen or taken it")
		detail.seesNot("Delete")
	})
}

// Who has seen or used which version is for owners and admins.
func TestWhoHasSeenWhichVersion(t *testing.T) {
	s := newSite(t)
	s.setValue(t, "newer-planted")
	ctx, editor, id := context.Background(), s.Actor(t, storetest.Acme, "editor"), s.Org(storetest.Acme).Secret
	for range 2 {
		_, err := s.RevealSecret(ctx, editor, s.place(), id, 1, "")
		must(t, err)
	}
	_, err := s.CopySecret(ctx, editor, s.place(), id, 0)
	must(t, err)
	for role, sees := range map[string]bool{"owner": true, "admin": true, "editor": false} {
		p := s.visitAs(t, role, s.secretsPath())
		p.link("API_KEY").click()
		d := p.drawer("API_KEY")
		if !sees {
			d.seesNot("People who have seen or taken it")
			d.seesNot("acme editor revealed version 1, 2 times")
			continue
		}
		d.heading("People who have seen or taken it").shows()
		d.sees("acme editor revealed version 1, 2 times")
		d.sees("acme editor copied version 2")
		d.link("In audit log").has("href", "/orgs/acme/audit?target="+id+"&period=all")
	}
}

func TestFilterByName(t *testing.T) {
	s := newSite(t)
	for _, name := range []string{"CRM_BASE_URL", "CRM_CLIENT_ID", "crm.token", "GEOIP", "SENTRY_DSN"} {
		s.addSecret(t, name, "x")
	}
	p := s.visitAs(t, "editor", s.secretsPath())
	filter := p.field("Filter by name")
	filter.fill("CRM")
	p.css("tbody").counts(3)
	p.hears("3 secrets")
	p.isAt(s.secretsPath() + "?q=CRM")
	p.sees("6 of 20")
	filter.focused()
	filter.fill("payrol")
	p.heading("No secrets match “payrol”").shows()
	p.hears("0 secrets")
	p.reload()
	filter.holds("payrol")
	p.link("Show all secrets").click()
	p.css("tbody").counts(6)

	filter.fill("crm")
	p.css("tbody").counts(3)
	p.link("crm.token").click()
	p.drawer("crm.token").link("Edit crm.token").click()
	p.field("Note").fill("a note")
	p.button("Save").click()
	p.drawer("crm.token").sees("a note")
	p.key("Escape")
	p.isAt(s.secretsPath() + "?q=crm")
	p.row("crm.token").sees("a note")
	p.css("tbody").counts(3)
	filter.holds("crm")

	p.link("Add secret").click()
	p.field("Name").fill("HIDDEN_OTHERWISE")
	p.field("Value").fill("x")
	p.button("Save").click()
	p.row("HIDDEN_OTHERWISE").shows()
	p.css("tbody").counts(7)
	p.must(eventually.Page(p.tab).ToHaveURL(s.URL + s.secretsPath()))
	filter.holds("")
	filter.fill("crm")
	p.css("tbody").counts(3)
	filter.fill("")
	p.css("tbody").counts(7)
	p.isAt(s.secretsPath())
}

func TestFilterWithoutScript(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "viewer", s.secretsPath(), withoutScript)
	p.field("Filter by name").missing()
	s.fillPlaces(t, 5)
	p.open(s.secretsPath())
	p.field("Filter by name").fill("_0")
	p.field("Filter by name").press("Enter")
	p.css("tbody").counts(5)
	p.field("Filter by name").holds("_0")
	p.sees("You can see names and history, not values.")
}

// A full list with its filter begins no lower than any other, at each size.
func TestFirstRowUnderTheFilter(t *testing.T) {
	s := newSite(t)
	s.fillPlaces(t, 7)
	p := s.visitAs(t, "editor", s.secretsPath())
	p.field("Filter by name").shows()
	if top := number(t, p.css("tbody").first().js("(row) => row.getBoundingClientRect().top")); top > 180 {
		t.Errorf("the first row is at %v px", top)
	}
}

func TestDrawerOnAPhone(t *testing.T) {
	const longName = "A_VERY_LONG_NAME_OF_A_SECRET_THAT_HAS_MANY_WORDS_IN_IT_AND_THEN_SOME_MORE.AND_A_PART_THAT_NOWHERE_HAS_A_PLACE_TO_BREAK_AT_ALL0"
	s := newSite(t)
	s.addSecret(t, longName, strings.Repeat("unbreakable", 200))
	s.setValue(t, "newer-planted")
	p := s.visitAs(t, "admin", s.secretsPath(), sized(phone), lessMotion)
	p.link("API_KEY").click()
	d := p.drawer("API_KEY")
	if width := number(t, p.css("#drawer").js("(drawer) => drawer.getBoundingClientRect().width")); width != 390 {
		t.Errorf("the drawer is %v px wide", width)
	}
	d.button("Reveal API_KEY, version 1").click()
	d.group("Value of API_KEY, version 1").shows()
	const small = `(drawer) => [...drawer.querySelectorAll("a, button, summary")]
		.filter((control) => control.checkVisibility() && !control.closest("p, .section-head"))
		.map((control) => [control.getBoundingClientRect(), control])
		.filter(([box]) => box.height < 40 || box.width < 40)
		.map(([box, control]) => control.outerHTML.slice(0, 100) + " " + box.width + "×" + box.height)`
	for _, control := range p.css("#drawer").js(small).([]any) {
		t.Errorf("too small: %v", control)
	}
	p.key("Escape")

	p.must(p.tab.SetViewportSize(320, 640))
	for _, name := range []string{"API_KEY", longName} {
		p.link(name).click()
		p.drawer(name).button("Reveal " + name).click()
		p.css("#drawer").group("Value of " + name).shows()
		if wide := p.css("#drawer").js("(drawer) => drawer.scrollWidth > drawer.clientWidth"); wide != false {
			t.Errorf("the drawer of %s scrolls sideways", name)
		}
		p.key("Escape")
		p.dialog(name).missing()
		p.isAt(s.secretsPath())
	}
	p.open(s.detailPath())
	if width := p.eval("document.documentElement.scrollWidth"); width != 320 {
		t.Errorf("the page is %v px wide", width)
	}
}

func TestAccessibleDrawer(t *testing.T) {
	s := newSite(t)
	for i := range 7 {
		s.setValue(t, fmt.Sprintf("newer-planted-%d", i))
	}
	s.fillPlaces(t, 5)
	p := s.visitAs(t, "admin", s.secretsPath(), lessMotion)
	p.accessible("secrets with a filter")
	p.link("API_KEY").click()
	d := p.drawer("API_KEY")
	p.accessible("drawer")
	d.css("summary").click()
	d.button("Reveal API_KEY, version 1").click()
	d.group("Value of API_KEY, version 1").shows()
	d.button("Reveal API_KEY").click()
	d.group("Value of API_KEY").shows()
	p.accessible("drawer, values visible")
	d.link("Edit API_KEY").click()
	p.dialog("Edit secret").shows()
	p.accessible("a dialog on the drawer")
	p.reload()
	p.css("main h1").shows()
	p.accessible("detail, as a page")
	p.button("Reveal API_KEY").click()
	p.group("Value of API_KEY").shows()
	p.accessible("detail, as a page with a value")
	p.open(s.secretsPath() + "?q=payrol")
	p.accessible("nothing matches")

	viewer := s.visitAs(t, "viewer", s.secretsPath(), lessMotion)
	viewer.link("API_KEY").click()
	viewer.drawer("API_KEY")
	viewer.accessible("drawer of a viewer")
}

// Nothing in the drawer is drawn by colour alone, and nothing moves for who asked for
// that.
func TestDrawerKeepsStill(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", s.secretsPath(), lessMotion, func(o *playwright.BrowserNewContextOptions) {
		o.ForcedColors = playwright.ForcedColorsActive
	})
	p.link("API_KEY").click()
	d := p.drawer("API_KEY")
	d.sees("Current")
	if border := d.css(".slot").js("(slot) => getComputedStyle(slot).borderTopStyle"); border == "none" {
		t.Error("the slot has no border")
	}
	if n := p.eval(`document.getAnimations().filter((animation) => animation.effect.getComputedTiming().activeDuration > 1).length`); n != 0 {
		t.Errorf("%v things move", n)
	}
}
