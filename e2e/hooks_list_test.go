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

// fillHooks gives acme hooks to look for.
func (s *site) fillHooks(t testing.TB) {
	t.Helper()
	ctx, a := context.Background(), s.admin(t)
	for _, h := range []struct{ name, trigger, secrets string }{
		{"sync-crm-contact", "post-user-registration", "CRM_BASE_URL CRM_CLIENT_ID CRM_CLIENT_SECRET"},
		{"charge-card", "post-user-registration", "STRIPE_API_KEY"},
		{"text-a-code", "send-phone-message", ""},
	} {
		hook := s.addHook(t, h.name, h.trigger)
		for _, name := range strings.Fields(h.secrets) {
			_, err := s.AddSecret(ctx, a, store.HookPlace(hook.ID), store.NewSecret{Name: name, Value: store.NewPlaintext(s.plant("planted-payroll-" + name))})
			must(t, err)
		}
		if h.secrets != "" && h.name != "charge-card" {
			_, _, err := s.EnableHook(ctx, a, hook.ID, true)
			must(t, err)
		}
	}
}

// search types into the toolbar. Without script a button sends it.
func (p *page) search(text string) {
	p.t.Helper()
	p.role("searchbox", "Search hooks and secret names").fill(text)
	p.send()
}

func (p *page) send() {
	p.t.Helper()
	if !p.script {
		p.button("Search").click()
	}
}

// asks waits until the address has exactly this query.
func (p *page) asks(path, query string) {
	p.t.Helper()
	if p.script {
		p.must(eventually.Page(p.tab).ToHaveURL(p.site.URL + path + query))
	}
}

func TestSearchHooks(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		s.fillHooks(t)
		p := s.visitAs(t, "editor", s.hooksPath(), settings...)
		p.sees("4 hooks, 1 on")
		p.sees("5 secrets in total")
		field := p.role("searchbox", "Search hooks and secret names")

		p.search("crm_c")
		p.sees("1 of 4 hooks")
		p.row("sync-crm-contact").sees("in CRM_CLIENT_ID and 1 more")
		p.row("acme-hook").missing()
		p.asks(s.hooksPath(), "?q=crm_c")
		if p.script {
			p.hears("1 hook")
			field.focused()
		}
		p.reload()
		field.holds("crm_c")
		p.css("#hooks tbody").counts(1)

		p.search("Post-user")
		p.sees("2 of 4 hooks")
		p.radio("On").check()
		p.send()
		p.sees("1 of 4 hooks")
		p.asks(s.hooksPath(), "?q=Post-user&state=on")
		_, err := p.role("combobox", "Trigger").at.SelectOption(playwright.SelectOptionValues{Labels: &[]string{"Send phone message"}})
		p.must(err)
		p.send()
		p.heading("No hooks match “Post-user”.").shows()
		p.sees("Search covers hook names, triggers and secret names. Values are never searched.")
		p.asks(s.hooksPath(), "?q=Post-user&state=on&trigger=send-phone-message")

		p.search("")
		p.heading("No hooks match these filters.").shows()
		p.reload()
		p.radio("On").checked()
		p.role("combobox", "Trigger").holds("send-phone-message")
		p.link("Clear").click()
		p.sees("4 hooks, 1 on")
		field.holds("")

		p.search("payroll")
		p.heading("No hooks match “payroll”.").shows()
		p.search(`<b>"&'`)
		p.heading(`No hooks match “<b>"&'”.`).shows()
	})
}

// Only the last thing typed is looked for, once, and said once.
func TestSearchAsYouType(t *testing.T) {
	s := newSite(t)
	s.fillHooks(t)
	p := s.visitAs(t, "editor", s.hooksPath())
	field := p.role("searchbox", "Search hooks and secret names")
	before := len(s.asked(s.hooksPath()))
	p.eval(`() => {
		window.said = [];
		new MutationObserver(() => live.textContent && said.push(live.textContent)).observe(document.getElementById("live"), { childList: true });
	}`)
	field.focus()
	p.must(p.tab.Keyboard().Type("charge", playwright.KeyboardTypeOptions{Delay: playwright.Float(10)}))
	p.sees("1 of 4 hooks")
	p.hears("1 hook")
	p.key("Tab") // leaving the field changes nothing
	p.radio("All").check()
	p.role("combobox", "Trigger").focused()
	field.focus()
	p.key("Escape") // empties it
	field.holds("")
	p.sees("4 hooks, 1 on")
	p.hears("4 hooks")
	if asked := len(s.asked(s.hooksPath())) - before; asked != 2 {
		t.Errorf("%d requests", asked)
	}
	if said := fmt.Sprint(p.eval("said")); said != "[1 hook 4 hooks]" {
		t.Errorf("said %s", said)
	}
	p.asks(s.hooksPath(), "")
	if state := p.eval("history.state"); state != nil {
		t.Errorf("the history keeps %v", state)
	}
}

// asked are the answers to GETs of a path.
func (s *site) asked(path string) []answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []answer
	for _, a := range s.answers {
		if a.method == http.MethodGet && a.path == path {
			all = append(all, a)
		}
	}
	return all
}

// What the list shows stays narrowed when something in it changes.
func TestChangesInANarrowedList(t *testing.T) {
	s := newSite(t)
	s.fillHooks(t)
	p := s.visitAs(t, "editor", s.hooksPath()+"?q=post-user&state=on")
	p.css("#hooks tbody").counts(1)
	p.toggle("Enabled, sync-crm-contact").click()
	p.toast("sync-crm-contact off").shows()
	p.heading("No hooks match “post-user”.").shows()
	p.role("searchbox", "Search hooks and secret names").focused()

	p.radio("All").check()
	p.sees("2 of 4 hooks")
	turn(p.row("charge-card"), "Enabled, charge-card", true)
	p.toast("charge-card on").shows()
	p.toggle("Enabled, charge-card").focused()
	turn(p.row("sync-crm-contact"), "Enabled, sync-crm-contact", true)
	p.toast("sync-crm-contact on").sees("charge-card was switched off: one hook runs at a trigger.")
	p.css("#hooks tbody").counts(2)

	p.link("New hook").click()
	p.field("Name").fill("welcome")
	p.radio("Post-user registration").check()
	p.button("Create hook").click()
	p.toast("welcome created").shows()
	p.sees("3 of 5 hooks")
	p.row("acme-hook").missing()
	p.link("Hooks 5").shows()
}

// Without script too.
func TestSwitchInANarrowedList(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		s.fillHooks(t)
		p := s.visitAs(t, "editor", s.hooksPath()+"?q=crm", settings...)
		turn(p.row("sync-crm-contact"), "Enabled, sync-crm-contact", false)
		p.toast("sync-crm-contact off").shows()
		p.sees("1 of 4 hooks")
		p.row("acme-hook").missing()
	})
}

func TestLoadMoreOfASearch(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		for i := range 54 {
			s.addHook(t, fmt.Sprintf("hook-%02d", i), "send-phone-message")
		}
		p := s.visitAs(t, "editor", s.hooksPath()+"?q=phone&state=off", settings...)
		p.css("#hooks tbody").counts(50)
		p.sees("54 of 55 hooks")
		p.link("Load more").click()
		p.row("hook-53").shows()
		p.link("Load more").missing()
		p.row("acme-hook").missing()
		p.role("searchbox", "Search hooks and secret names").holds("phone")
		p.radio("Off").checked()
		if p.script {
			p.css("#hooks tbody").counts(54)
			p.asks(s.hooksPath(), "?q=phone&state=off")
		}
	})
}

// deleteSecret deletes acme's secret behind the browser's back.
func (s *site) deleteSecret(t testing.TB) {
	t.Helper()
	_, err := s.DeleteSecret(context.Background(), s.admin(t), s.place(), s.Org(storetest.Acme).Secret, "API_KEY")
	must(t, err)
}

// unfold opens the list of what was deleted.
func (p *page) unfold() element {
	p.t.Helper()
	list := p.css("details.deleted")
	list.css("summary").click()
	return list
}

func TestUndoFromTheList(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		s.addSecret(t, "OTHER", s.plant("planted-other"))
		p := s.visitAs(t, "editor", s.secretsPath(), settings...)
		p.css("details.deleted").missing()
		for _, name := range []string{"API_KEY", "OTHER"} {
			p.link("Delete " + name).click()
			p.field("Type " + name + " to confirm").fill(name)
			p.button("Delete secret").click()
			p.toast(name + " deleted").shows()
		}
		s.Clock.Advance(2*24*time.Hour - time.Hour)
		p = s.signedInAgain(t, s.secretsPath(), settings...)
		deleted := p.unfold()
		deleted.sees("Recently deleted")
		deleted.css("li").first().sees("Deleted yesterday by acme editor. Erased in 5 days.")
		deleted.button("Undo: restore API_KEY").click()
		p.toast("API_KEY restored").shows()
		p.row("API_KEY").shows()
		if p.script {
			p.row("API_KEY").css(":focus").counts(1)
			deleted.button("Undo: restore OTHER").shows() // the list stays unfolded
		}
		if p.script {
			deleted.button("Undo: restore OTHER").click()
		} else {
			p.unfold().button("Undo: restore OTHER").click()
		}
		p.row("OTHER").shows()
		p.css("details.deleted").missing()
		if got := s.storedAgain(t, "OTHER"); got != "planted-other" {
			t.Errorf("the value became %q", got)
		}
	})
}

// signedInAgain is the editor's browser after the old session ran out.
func (s *site) signedInAgain(t testing.TB, path string, settings ...setting) *page {
	t.Helper()
	p := s.visit(t, path, settings...)
	p.field("Email").fill(storetest.Email(storetest.Acme, "editor"))
	p.field("Password").fill(storetest.Password)
	p.button("Sign in").click()
	p.isAt(path)
	return p
}

// storedAgain opens a value as an admin who signs in anew.
func (s *site) storedAgain(t testing.TB, name string) string {
	t.Helper()
	ctx := context.Background()
	session, err := s.SignIn(ctx, storetest.Origin(), storetest.Email(storetest.Acme, "admin"), storetest.Password, "")
	must(t, err)
	person, err := s.Store.Person(ctx, session.Token, storetest.Origin())
	must(t, err)
	a, err := s.MemberActor(ctx, person, storetest.Acme)
	must(t, err)
	list, err := s.Secrets(ctx, a, s.place())
	must(t, err)
	for _, secret := range list.Secrets {
		if secret.Name == name {
			revealed, err := s.RevealSecret(ctx, a, s.place(), secret.ID, 0, "")
			must(t, err)
			return revealed.Value.Reveal()
		}
	}
	t.Fatalf("there is no secret %s", name)
	return ""
}

func TestUndoHookFromTheList(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		_, err := s.DeleteHook(context.Background(), s.admin(t), s.Org(storetest.Acme).Hook, "acme-hook")
		must(t, err)
		p := s.visitAs(t, "editor", s.hooksPath(), settings...)
		p.heading("Create your first hook").shows()
		p.unfold().sees("Deleted just now by acme admin. Erased in 7 days.")
		p.button("Undo: restore acme-hook").click()
		p.toast("acme-hook restored").shows()
		p.row("acme-hook").sees("1 of 20")
		p.css("details.deleted").missing()
		p.role("searchbox", "Search hooks and secret names").shows()
		if p.script {
			p.link("acme-hook").focused()
		}
	})
}

func TestUndoFromTheListOntoATakenName(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		s.deleteSecret(t)
		s.addSecret(t, "API_KEY", s.plant("planted-newer"))
		p := s.visitAs(t, "editor", s.secretsPath(), settings...)
		p.expect(http.StatusConflict)
		p.unfold().button("Undo: restore API_KEY").click()
		p.sees("Another secret has the name API_KEY now. Rename that one, then undo again.")
		if p.script {
			p.css("details.deleted li").counts(1)
			return
		}
		p.link("Go to your hooks").click()
		p.heading("Hooks").shows()
	})
}

func TestUndoIntoAFullHook(t *testing.T) {
	s := newSite(t)
	s.deleteSecret(t)
	s.fillPlaces(t, 20)
	p := s.visitAs(t, "editor", s.secretsPath())
	p.expect(http.StatusConflict)
	p.unfold().button("Undo: restore API_KEY").click()
	p.toast("All 20 places are in use.").shows()
}

func TestDeleteSecretForGood(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		s.addSecret(t, "OTHER", s.plant("planted-other"))
		s.deleteSecret(t)
		p := s.visitAs(t, "editor", s.secretsPath(), settings...)

		p.unfold().link("Delete for good: API_KEY").click()
		p.heading("Delete API_KEY for good?").shows()
		p.sees("It is erased at once, with 1 version of its value.")
		p.destroy("API_KEY", "Delete secret for good")
		p.css("details.deleted").missing()

		p.link("Delete OTHER").click()
		p.link("Delete for good instead").click()
		p.heading("Delete OTHER for good?").shows()
		p.destroy("OTHER", "Delete secret for good")
		p.heading("No secrets yet").shows()
		p.css("details.deleted").missing()
		if entries := s.entries(t, "secret.destroy"); len(entries) != 2 {
			t.Errorf("%d entries", len(entries))
		}
	})
}

// destroy types a name, wrong first, and confirms.
func (p *page) destroy(name, button string) {
	p.t.Helper()
	field := p.field("Type " + name + " to confirm")
	field.focused()
	if p.script {
		p.button(button).has("aria-disabled", "true")
	} else {
		field.fill(strings.ToLower(name) + "x")
		p.expect(http.StatusUnprocessableEntity)
		p.button(button).click()
		p.sees("Type " + name + " to confirm.")
	}
	field.fill(name)
	p.button(button).click()
	p.toast(name + " deleted for good").shows()
}

func TestDeleteHookForGood(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		gone := s.addHook(t, "gone", "send-phone-message")
		_, err := s.DeleteHook(context.Background(), s.admin(t), gone.ID, "gone")
		must(t, err)
		p := s.visitAs(t, "editor", s.hooksPath(), settings...)
		p.unfold().link("Delete for good: gone").click()
		p.destroy("gone", "Delete hook for good")
		p.isAt(s.hooksPath())
		p.row("acme-hook").shows()
		p.css("details.deleted").missing()

		p.open(s.editorPath())
		p.button("Hook tools").click()
		p.menu().link("Delete hook").click()
		p.link("Delete for good instead").click()
		p.sees("It is erased at once, with 1 version of its script and 1 secret.")
		p.destroy("acme-hook", "Delete hook for good")
		p.isAt(s.hooksPath())
		p.heading("Create your first hook").shows()
		p.css("details.deleted").missing()
	})
}

func TestDuplicateHook(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		s.saveScript(t, "// of acme-hook")
		s.addHook(t, "taken", "send-phone-message")
		p := s.visitAs(t, "editor", s.editorPath(), settings...)
		p.button("Hook tools").click()
		p.menu().link("Duplicate hook").click()
		p.heading("Duplicate acme-hook").shows()
		form := p.css("form[action$='/duplicate']")
		name := form.field("Name")
		name.holds("acme-hook copy")
		name.fill("Taken")
		p.expect(http.StatusConflict)
		form.button("Duplicate hook").click()
		p.sees(like("already exists"))
		name.holds("Taken")
		name.fill("acme-hook copy")
		form.button("Duplicate hook").click()

		p.toast("acme-hook copy created").shows()
		p.heading("acme-hook copy").shows()
		p.css("#hook-meta").sees("Off")
		p.sees("1 secret is waiting for a value.")
		p.row("API_KEY").sees("No value yet")
		p.button("Reveal API_KEY").missing()
		p.link("Set value of API_KEY").click()
		p.field("Value").fill(s.plant("planted-of-the-copy"))
		p.button("Save").click()
		p.toast("API_KEY saved").shows()
		p.row("API_KEY").sees("v1")
		p.seesNot("waiting for a value")
		p.link("Script").click()
		p.role("textbox", "Script").sees("// of acme-hook")
	})
}

// S-15: nobody finds what belongs to another organization, or is told of it.
func TestSearchFindsNothingForeign(t *testing.T) {
	s := newSite(t)
	s.fillHooks(t)
	const marker = "zebra"
	foreign, err := s.CreateHook(context.Background(), s.Actor(t, storetest.Globex, "editor"), marker, "send-phone-message")
	must(t, err)
	p := s.visitAs(t, "editor", s.hooksPath()+"?q=code")
	p.css("#hooks tbody").counts(1)
	p.search(marker)
	p.heading("No hooks match “zebra”.").shows()
	p.search("")
	p.sees("4 hooks, 1 on")
	for _, a := range s.asked(s.hooksPath()) {
		if strings.Contains(a.body, foreign.ID) {
			t.Error("an answer names the hook of another organization")
		}
	}
}

func TestHooksOnAPhone(t *testing.T) {
	for _, width := range []int{320, 390} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			s := newSite(t)
			s.fillHooks(t)
			long := strings.Repeat("LONG_NAME", 14)
			s.addSecret(t, long, s.plant("planted-long"))
			_, err := s.DeleteSecret(context.Background(), s.admin(t), s.place(), s.secret(t, long).ID, long)
			must(t, err)
			s.addSecret(t, long, s.plant("planted-longer"))
			gone := s.addHook(t, strings.Repeat("a", 100), "send-phone-message")
			_, err = s.DeleteHook(context.Background(), s.admin(t), gone.ID, gone.Name)
			must(t, err)
			p := s.visitAs(t, "editor", s.hooksPath(), sized(playwright.Size{Width: width, Height: 844}))
			p.unfold()
			p.fitsAFinger()
			p.search("long_name")
			p.row("acme-hook").sees(like("^in LONG_NAME"))
			p.fitsAFinger()
			p.link(like("^Delete for good")).click()
			p.dialog(like("for good")).shows()
			p.fitsAFinger()
			p.key("Escape")
			p.search(strings.Repeat("x", 128))
			p.heading(like("^No hooks match")).shows()
			p.fitsAFinger()
			p.open(s.secretsPath())
			p.unfold()
			p.fitsAFinger()
		})
	}
}

// fitsAFinger tells that nothing has to be scrolled to sideways, and that what is touched
// here is large enough for a finger.
func (p *page) fitsAFinger() {
	p.t.Helper()
	if wide := number(p.t, p.eval("document.documentElement.scrollWidth - innerWidth")); wide > 0 {
		p.t.Errorf("%.0f px too wide", wide)
	}
	small := p.eval(`[...document.querySelectorAll(".filters :is(select, .search input, label), .deleted :is(summary, a, button)")]
		.filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 43.5).map((e) => e.outerHTML.slice(0, 80))`)
	for _, e := range small.([]any) {
		p.t.Errorf("too small to touch: %s", e)
	}
}

func TestAccessibleHooksList(t *testing.T) {
	s := newSite(t)
	s.fillHooks(t)
	s.deleteSecret(t)
	gone := s.addHook(t, "gone", "send-phone-message")
	_, err := s.DeleteHook(context.Background(), s.admin(t), gone.ID, "gone")
	must(t, err)
	p := s.visitAs(t, "editor", s.hooksPath()+"?q=crm&state=on", lessMotion)
	p.unfold()
	p.accessible("hooks, narrowed, with what was deleted")
	p.link("Delete for good: gone").click()
	p.dialog("Delete gone for good?").shows()
	p.accessible("delete for good")
	p.key("Escape")
	p.search("payrol")
	p.heading("No hooks match “payrol”.").shows()
	p.accessible("hooks, none found")
	p.open(s.secretsPath())
	p.unfold()
	p.accessible("secrets, with what was deleted")
	p.open(s.editorPath() + "/duplicate")
	p.accessible("duplicate, as a page")
	p.open(s.editorPath() + "/destroy")
	p.accessible("delete for good, as a page")
}
