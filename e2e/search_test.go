//go:build e2e

package e2e

import (
	"context"
	"net/http"
	"testing"

	"github.com/playwright-community/playwright-go"

	"hooksafe/store"
	"hooksafe/store/storetest"
)

// The palette and what is in it.
func (p *page) palette() element   { return p.css("#palette") }
func (p *page) searchBox() element { return p.palette().role("combobox", "Search") }
func (p *page) option(name any) element {
	return p.palette().role("option", name)
}

// escape closes a dialog and waits until the focus is back on the page.
func (p *page) escape() {
	p.t.Helper()
	p.key("Escape")
	p.css("#modal > *").missing()
}

// chosen waits until Enter would open the option called name.
func (p *page) chosen(name any) {
	p.t.Helper()
	p.option(name).has("aria-selected", "true")
	p.palette().css("[aria-selected=true]").counts(1)
	id, err := p.option(name).at.GetAttribute("id")
	p.must(err)
	p.searchBox().has("aria-activedescendant", id)
}

func TestPaletteByMouse(t *testing.T) {
	s := newSite(t)
	s.addSecret(t, "STRIPE_KEY", "x")
	p := s.visitAs(t, "admin", s.hooksPath())
	p.link("Search").click()
	p.searchBox().focused()
	p.option("New hook").shows()
	p.searchBox().fill("stripe")
	p.palette().css("mark").reads("STRIPE")
	p.palette().sees("2 results.")
	p.palette().sees("Values are never searched")
	p.option("acme-hook 1 secret name matches").shows()
	p.option("Audit entries about “stripe”").shows()
	p.option(like("^Add secret")).missing() // no hook to add it to
	p.option("STRIPE_KEY acme-hook").click()
	p.heading("STRIPE_KEY").shows()

	p.link("Search").click()
	p.searchBox().fill("admin@acme")
	p.option("acme admin admin@acme.example").click()
	p.isAt("/orgs/acme/settings/members")
	if address := p.eval("location.search"); address != "?q=admin%40acme.example" {
		t.Errorf("the address is %s", address)
	}

	p.link("Search").click()
	p.searchBox().holds("")
	p.tab.Mouse().Click(20, 600) // beside it
	p.palette().css(".palette").at.WaitFor(playwright.LocatorWaitForOptions{State: playwright.WaitForSelectorStateHidden})
	p.link("Search").focused()
	p.wantNothingStored()
}

// wantNothingStored looks whether the browser keeps anything for the site.
func (p *page) wantNothingStored() {
	p.t.Helper()
	if stored := p.eval("localStorage.length + sessionStorage.length"); stored != 0 {
		p.t.Errorf("%v things are in the browser's storage", stored)
	}
}

func TestPaletteByKeys(t *testing.T) {
	s := newSite(t)
	s.addSecret(t, "API_URL", "x")
	p := s.visitAs(t, "editor", s.hooksPath())
	p.link("Edit acme-hook").focus()
	p.key("/")
	p.searchBox().focused()
	p.chosen("Hooks")
	p.key("ArrowUp")
	p.chosen("Sign out")
	p.key("ArrowDown")
	p.chosen("Hooks")
	p.key("End")
	p.chosen("Sign out")
	p.key("Home")
	p.chosen("Hooks")
	p.key("ArrowDown")
	p.chosen("New hook")
	p.key("Escape")
	p.searchBox().missing()
	p.link("Edit acme-hook").focused()

	p.key("Control+k")
	p.must(p.tab.Keyboard().Type("api_"))
	p.chosen("API_KEY acme-hook")
	p.palette().css("#palette-count").reads("3 results.")
	p.key("ArrowDown")
	p.chosen("API_URL acme-hook")
	p.key("ArrowDown")
	p.chosen("acme-hook 2 secret names match")
	p.key("Enter")
	p.isAt(s.secretsPath())
	p.key("Meta+k")
	p.searchBox().focused()
	p.searchBox().holds("")
	p.key("Control+k") // while it is open
	p.searchBox().focused()
}

// Enter opens what was typed, not what is left of an older search.
func TestPaletteWaitsForItsAnswer(t *testing.T) {
	s := newSite(t)
	s.addHook(t, "zebra", "credentials-exchange")
	p := s.visitAs(t, "editor", "/orgs/acme/audit")
	p.key("/")
	p.chosen("Hooks")
	goOn := s.slow("/search")
	p.must(p.tab.Keyboard().Type("zeb"))
	p.key("Enter")
	p.chosen("Hooks")
	goOn()
	p.heading("zebra").shows()
}

// The commands do what the page's own controls do.
func TestPaletteCommands(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", s.hooksPath())
	run := func(words string, command any) {
		t.Helper()
		p.key("Control+k")
		p.searchBox().fill(words)
		p.option(command).shows()
		p.option(command).click()
		p.searchBox().missing()
	}
	run("new", "New hook")
	p.dialog("New hook").shows()
	p.field("Name").focused()
	p.escape()
	p.link("New hook").focused()
	run("help", "Help and keys")
	p.dialog("Help and keys").shows()
	p.escape()

	p.open(s.secretsPath())
	run("add sec", "Add secret to acme-hook")
	p.dialog("Add secret").shows()
	p.escape()
	run("slack", "Add secret “SLACK” to acme-hook")
	p.heading("Add secret").shows()
	p.open(s.secretsPath())
	run("script", "Script of acme-hook")
	p.isAt(s.editorPath())
	run("secrets", "Secrets of acme-hook")
	p.isAt(s.secretsPath())
	run("audit", "Audit log")
	p.isAt("/orgs/acme/audit")
	run("new", "New hook") // from a page that has no such control
	p.isAt(s.hooksPath() + "/new")
	run("acc", "Account")
	p.isAt("/account")
	run("api", "Show 2 results on a page")
	p.isAt("/orgs/acme/search")
	p.role("main", nil).field("Search").holds("api")
	run("sign", "Sign out")
	p.heading("Sign in").shows()
}

// S-16, S-15: a role is offered what it may do, and an organization finds itself.
func TestPaletteOfAViewer(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "viewer", s.secretsPath())
	p.key("/")
	p.option("Secrets of acme-hook").shows()
	p.option("Members").shows()
	p.option(like("Add|New (hook|API key)|Invite|General|API keys")).missing()
	p.searchBox().fill("acme ow")
	p.option("acme owner owner@acme.example").shows()
	for _, text := range []string{"globex", "owner@globex", "globex owner", s.Org(storetest.Acme).Value[:10]} {
		p.searchBox().fill(text)
		p.palette().sees("Nothing found.")
		p.palette().css("[aria-labelledby=found-people], [aria-labelledby=found-hooks]").missing()
	}
	p.key("Escape")
	p.expect(http.StatusNotFound)
	p.open("/orgs/globex/hooks") // the page of an error has a search as well
	p.key("/")
	p.searchBox().fill("acme-h")
	p.option("acme-hook pre-user-registration").click()
	p.isAt(s.editorPath())
}

// Secrets of the organization are found among those of its hooks, and API keys by who
// manages them.
func TestPaletteFindsTheOrganizationsOwn(t *testing.T) {
	s := newSite(t)
	ctx, admin := context.Background(), s.Actor(t, storetest.Acme, "admin")
	own, err := s.AddSecret(ctx, admin, store.OrganizationPlace(), store.NewSecret{Name: "API_TOKEN", Value: store.NewPlaintext(s.plant("own-planted"))})
	must(t, err)
	_, _, err = s.CreateKey(ctx, admin, store.NewKey{Name: "api gateway", Scopes: store.Scopes()})
	must(t, err)
	p := s.visitAs(t, "admin", s.hooksPath(), lessMotion)
	p.key("/")
	p.searchBox().fill("api")
	p.chosen("API_KEY acme-hook")
	p.option("API_TOKEN Organization").has("href", "/orgs/acme/settings/secrets/"+own.ID)
	p.palette().role("group", "API keys").role("option", like("^api gateway hks_")).shows()
	p.palette().sees("4 results.")
	p.accessible("the palette with the organization's own", desktop, phone)
	p.option(like("^api gateway")).click()
	p.isAt("/orgs/acme/settings/api-keys")
	p = s.visitAs(t, "editor", "/orgs/acme/search?q=api")
	p.heading("Secrets 2").shows()
	p.link("API_TOKEN Organization").shows()
	p.sees("Search covers hook names, triggers, secret names and people. Values are never searched.")
	p.heading(like("^API keys")).missing()
}

func TestPaletteOnAPhone(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", s.secretsPath(), sized(phone), lessMotion, func(o *playwright.BrowserNewContextOptions) {
		o.HasTouch, o.IsMobile = playwright.Bool(true), playwright.Bool(true)
	})
	p.css("#search-bar").click()
	p.searchBox().fill("api")
	p.option("API_KEY acme-hook").shows()
	box, err := p.palette().css(".palette").at.BoundingBox()
	must(t, err)
	if box.X != 0 || box.Y != 0 || box.Width != 390 || box.Height != 844 {
		t.Errorf("the palette is at %+v", box)
	}
	p.button("Esc, close the search").click()
	p.searchBox().missing()
	p.css("#search-bar").focused()
	p.css("#search-bar").click()
	p.searchBox().fill("acme-")
	p.option("acme-hook pre-user-registration").click()
	p.isAt(s.editorPath())
	p.button("Menu").click()
	p.link("Help and keys").click()
	p.dialog("Help and keys").shows()
}

func TestSearchPage(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "admin", "/search", settings...)
		p.isAt("/orgs/acme/search")
		p.role("main", nil).field("Search").fill("payrol")
		p.role("main", nil).button("Search").click()
		p.heading("Nothing matches “payrol”").shows()
		p.role("main", nil).field("Search").holds("payrol")
		p.role("main", nil).field("Search").fill("API")
		p.key("Enter")
		p.heading("Secrets 1").shows()
		p.heading("Hooks 1").shows()
		p.css("main mark").reads("API")
		p.link("acme-hook 1 secret name matches").click()
		p.isAt(s.secretsPath())
	})
}

func TestTitlesOfSearchAndKeys(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "viewer", "/orgs/acme/search?q=a")
	p.titled("Search · Hooksafe")
	p.css("h1").counts(1)
	p.open("/keys")
	p.titled("Help and keys · Hooksafe")
	p.css("h1").counts(1)
}

func TestSearchWithoutScript(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "viewer", s.hooksPath(), withoutScript)
	p.link("Search").click()
	p.isAt("/orgs/acme/search")
	p.role("main", nil).field("Search").fill("acme")
	p.key("Enter")
	p.link("acme-hook pre-user-registration").click()
	p.isAt(s.editorPath())
	p.link("Help and keys").click()
	p.heading("Help and keys").shows()
}

func TestKeysInLists(t *testing.T) {
	s := newSite(t)
	other := s.addHook(t, "zebra", "credentials-exchange")
	s.addSecret(t, "SECOND", s.plant("second-planted"))
	p := s.visitAs(t, "editor", s.hooksPath(), withClipboard)
	p.key("j")
	p.link("zebra").focused()
	p.key("j")
	p.link("acme-hook").focused()
	p.key("j") // the last one
	p.link("acme-hook").focused()
	p.key("k")
	p.link("zebra").focused()
	p.key("k")
	p.link("zebra").focused()
	p.key("Enter")
	p.isAt(s.hooksPath() + "/" + other.ID)
	p.key("g")
	p.key("h")
	p.isAt(s.hooksPath())
	p.key("j")
	p.key("j")
	p.key("e")
	p.isAt(s.editorPath())
	p.key("g")
	p.key("a")
	p.isAt("/orgs/acme/audit")
	p.key("j")
	p.css(".entry summary").first().focused()
	p.key("Enter")
	p.css(".entry[open]").counts(1)
	p.key("g")
	p.key("m")
	p.isAt("/orgs/acme/settings/members")
	p.open(s.hooksPath())
	p.key("n")
	p.dialog("New hook").shows()
	p.escape()
	p.key("?")
	p.dialog("Help and keys").shows()

	p.open(s.secretsPath())
	p.key("j")
	p.row("API_KEY").css(":focus").counts(1)
	p.key("r")
	p.group("Value of API_KEY").shows()
	p.key("r")
	p.row("API_KEY").sees("Value hidden")
	p.key("j")
	p.row("SECOND").css(":focus").counts(1)
	p.key("c")
	p.hears("SECOND copied. Recorded.")
	p.key("r")
	p.group("Value of SECOND").shows()
	p.key("k")
	p.key("r")
	p.group("Value of API_KEY").shows()
	p.key("x")
	p.group(like("^Value of")).missing()
	p.css("[data-revealed]").missing()
	p.row("API_KEY").css("a, button").first().focus()
	p.key("e")
	p.dialog("Edit secret").shows()
	p.escape()
	p.key("n")
	p.dialog("Add secret").shows()
}

// The keys of a list work on the organization's own secrets, and g s leads there from
// pages whose tabs say Secrets too.
func TestKeysOnOrganizationSecrets(t *testing.T) {
	s := newSite(t)
	for _, name := range []string{"OWN_ONE", "OWN_TWO"} {
		_, err := s.AddSecret(context.Background(), s.Actor(t, storetest.Acme, "admin"), store.OrganizationPlace(),
			store.NewSecret{Name: name, Value: store.NewPlaintext(s.plant(name + " planted"))})
		must(t, err)
	}
	p := s.visitAs(t, "admin", s.editorPath(), withClipboard, lessMotion)
	for _, from := range []string{s.editorPath(), s.secretsPath(), "/orgs/acme/settings/members"} {
		p.open(from)
		p.settle()
		p.key("g")
		p.key("s")
		p.isAt("/orgs/acme/settings/secrets")
	}
	p.settle()
	p.key("j")
	p.row("OWN_ONE").css(":focus").counts(1)
	p.key("r")
	p.group("Value of OWN_ONE").shows()
	p.key("r")
	p.row("OWN_ONE").sees("Value hidden")
	p.key("j")
	p.row("OWN_TWO").css(":focus").counts(1)
	p.key("c")
	p.hears("OWN_TWO copied. Recorded.")
	p.key("k")
	p.row("OWN_ONE").css(":focus").counts(1)
	p.key("e")
	p.dialog("Edit secret").shows()
	p.escape()
	p.key("n")
	p.dialog(like("^Add")).shows()
}

// Single keys are letters wherever somebody writes, and do nothing under a dialog,
// with modifiers, or once they are switched off.
func TestKeysThatAreLetters(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", s.hooksPath())
	p.link("New hook").click()
	p.field("Name").fill("")
	p.must(p.tab.Keyboard().Type("/?gharcenjkx"))
	p.field("Name").holds("/?gharcenjkx")
	p.button("Close").focus()
	for _, key := range []string{"/", "?", "n", "g", "a", "j"} {
		p.key(key)
	}
	p.dialog("New hook").shows()
	p.button("Close").focused()
	p.searchBox().missing()
	p.key("Control+k") // nor does the palette open over a dialog
	p.searchBox().missing()
	p.button("Close").click()

	p.css("#main").focus()
	for _, key := range []string{"Control+j", "Alt+j", "Shift+J", "q", "h"} {
		p.key(key)
	}
	p.css("#main").focused()
	p.open(s.editorPath())
	p.role("textbox", "Script").focus()
	p.must(p.tab.Keyboard().Type("/n"))
	p.searchBox().missing()
	p.isAt(s.editorPath())
}

func TestKeysSwitchedOff(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", "/account")
	p.toggle("Single-key shortcuts").uncheck()
	p.toast("Appearance saved.").shows()
	p.toggle("Single-key shortcuts").unchecked()
	p.toggle("Single-key shortcuts").focused()
	p.css("#main").focus()
	p.key("/") // from now on, on this page too
	p.key("?")
	p.searchBox().missing()
	p.role("dialog", nil).missing()

	p.open(s.hooksPath())
	for _, key := range []string{"j", "n", "/", "?", "g", "a"} {
		p.key(key)
	}
	p.css("tbody :focus").missing()
	p.searchBox().missing()
	p.role("dialog", nil).missing()
	p.css("#search kbd").missing()
	p.key("Control+k")
	p.searchBox().focused()
	p.key("Escape")
	p.link("Help and keys").click()
	p.dialog("Help and keys").sees("Single keys are switched off.")
	p.dialog("Help and keys").link("Switch them on in Account").click()
	p.toggle("Single-key shortcuts").check()
	p.toast("Appearance saved.").shows()
	p.open(s.hooksPath())
	p.key("j")
	p.link("acme-hook").focused()
}

// S-19: two browsers of one person. The one that is signed out is out at its next
// request.
func TestSignedInDevices(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		elsewhere := s.visit(t, "/login", settings...)
		elsewhere.signIn(storetest.Password)
		elsewhere.heading("Hooks").shows()
		third, err := s.SignIn(context.Background(), store.Origin{Address: "198.51.100.44", Agent: "curl/8.5.0"}, storetest.Email(storetest.Acme, "editor"), storetest.Password, "")
		must(t, err)

		p := s.visitAs(t, "editor", "/account", settings...)
		p.css(".rows").first().css("li").counts(3)
		p.sees("This device")
		p.button("Sign out the other 2").shows()
		p.button("Sign out Chrome on Linux at 127.0.0.1").click()
		p.toast("Device signed out.").shows()
		p.css(".rows").first().css("li").counts(2)
		elsewhere.reload()
		elsewhere.heading("Sign in").shows()

		p.button("Sign out the other one").click()
		p.toast("1 device signed out.").sees("This one stays signed in.")
		p.button(like("^Sign out the other")).missing()
		_, err = s.Store.Person(context.Background(), third.Token, storetest.Origin())
		if store.CodeOf(err) != store.Unauthenticated {
			t.Errorf("the third one: %v", err)
		}

		p.button("Sign out of this device").click()
		p.heading("Sign in").shows()
		p.open("/account")
		p.heading("Sign in").shows()
	})
}

func TestThemeStays(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "editor", "/account", settings...)
		canvas := func(theme, want string) {
			t.Helper()
			if got := p.eval("getComputedStyle(document.body).backgroundColor"); got != want {
				t.Errorf("%s: the canvas is %v", theme, got)
			}
		}
		const light, dark = "rgb(243, 244, 241)", "rgb(13, 15, 15)"
		canvas("system", light)
		p.css("label[for], label").at.Filter(playwright.LocatorFilterOptions{HasText: "Dark"}).First().Click()
		canvas("dark, chosen", dark)
		if !p.script {
			p.button("Save").first().click()
		}
		p.toast("Appearance saved.").shows()
		p.radio("Dark").checked()
		p.reload()
		canvas("dark, loaded again", dark)
		p.open(s.hooksPath())
		canvas("dark, elsewhere", dark)
		p.must(eventually.Locator(p.tab.Locator("html")).ToHaveAttribute("data-theme", "dark"))
	})
}

func TestAccountName(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "editor", "/account", settings...)
		p.field("Name").holds("acme editor")
		p.field("Name").fill("Tomás Vidal")
		p.button("Save name").click()
		p.toast("Name changed.").shows()
		p.button("Tomás Vidal Editor").shows()
	})
}

func TestFailedTriesShow(t *testing.T) {
	s := newSite(t)
	stranger := s.visit(t, "/login")
	stranger.expect(http.StatusUnprocessableEntity)
	stranger.signIn("not the password")
	stranger.sees("That email and password don’t match.")
	p := s.visitAs(t, "editor", "/account")
	p.css(".rows").last().css("li").first().sees("Sign-in failed: wrong password")
	p.css(".rows").last().css("li").first().sees("Chrome on Linux, 127.0.0.1")
	other := s.visitAs(t, "owner", "/account")
	other.seesNot("Sign-in failed: wrong password")
}

func TestAccessibleSearch(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "admin", s.secretsPath(), lessMotion)
	p.key("/")
	p.option("Hooks").shows()
	p.accessible("palette, commands")
	p.searchBox().fill("a")
	p.palette().css("mark").first().shows()
	p.accessible("palette, results")
	p.searchBox().fill("payrol")
	p.palette().sees("Nothing found.")
	p.accessible("palette, nothing")
	for _, path := range []string{"/orgs/acme/search", "/orgs/acme/search?q=a", "/orgs/acme/search?q=payrol", "/keys"} {
		p.open(path)
		p.accessible(path)
	}
	p.open(s.hooksPath())
	p.settle() // a key pressed sooner leads to the page of the same name
	p.key("?")
	p.dialog("Help and keys").shows()
	p.accessible("keys")
}

func TestAccessibleAccount(t *testing.T) {
	s := newSite(t)
	_, err := s.SignIn(context.Background(), store.Origin{Agent: "curl/8.5.0", Address: "203.0.113.9"}, storetest.Email(storetest.Acme, "editor"), "wrong", "")
	if store.CodeOf(err) != store.Invalid {
		t.Fatal(err)
	}
	p := s.visitAs(t, "editor", "/account", lessMotion)
	p.expect(http.StatusUnprocessableEntity)
	p.css("summary").first().click()
	p.accessible("account, password open")
	p.field("Name").fill("")
	p.css("form[action$=profile]").js("(form) => { form.noValidate = true }")
	p.button("Save name").click()
	p.css("[aria-invalid=true]").shows()
	p.accessible("account, name refused")
}

// Neither the palette nor the new pages scroll sideways, down to 320 px, and
// fingers hit what is on them.
func TestNarrowSearch(t *testing.T) {
	const small = `() => [...document.querySelectorAll("main a, main button, main summary, main .choice, header a, header button, dialog a, dialog button")]
		.filter((control) => control.checkVisibility() && !control.closest("p"))
		.map((control) => [control.getBoundingClientRect(), control])
		.filter(([box]) => box.height < 40 || box.width < 40)
		.map(([, control]) => control.outerHTML.slice(0, 100))`
	s := newSite(t)
	s.addSecret(t, "A_VERY_LONG_NAME_OF_A_SECRET_THAT_HAS_MANY_WORDS_IN_IT_AND_THEN_SOME_MORE_UNTIL_IT_IS_AS_LONG_AS_A_NAME_MAY_BE_WHICH_IS_128_CH", "x")
	p := s.visitAs(t, "admin", s.secretsPath(), sized(playwright.Size{Width: 320, Height: 640}), lessMotion, func(o *playwright.BrowserNewContextOptions) {
		o.HasTouch, o.IsMobile = playwright.Bool(true), playwright.Bool(true)
	})
	fits := func(what string) {
		t.Helper()
		if width := number(t, p.eval("document.documentElement.scrollWidth")); width != 320 {
			t.Errorf("%s is %v px wide", what, width)
		}
		for _, control := range p.eval(small).([]any) {
			t.Errorf("%s: too small: %v", what, control)
		}
	}
	p.css("#search-bar").click()
	p.searchBox().fill("a")
	p.palette().css("mark").first().shows()
	fits("the palette")
	if p.palette().css("#palette-list").js("(list) => list.scrollWidth > list.clientWidth") == true {
		t.Error("the list scrolls sideways")
	}
	for _, path := range []string{"/orgs/acme/search?q=a", "/keys", "/account"} {
		p.open(path)
		fits(path)
	}
}

// Where the system paints with its own colours the chosen option still stands out.
func TestForcedColorsSearch(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", s.secretsPath(), lessMotion, func(o *playwright.BrowserNewContextOptions) {
		o.ForcedColors = playwright.ForcedColorsActive
	})
	p.key("/")
	p.chosen("Add secret to acme-hook")
	const outline = "(option) => getComputedStyle(option).outlineStyle"
	if p.option("Add secret to acme-hook").js(outline) == p.option("Hooks").js(outline) {
		t.Error("the chosen option looks like the others")
	}
}
