//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/playwright-community/playwright-go"

	"hooksafe/store"
	"hooksafe/store/storetest"
)

// axe is the text of the checker, which each page evaluates: a script element
// would be refused by the policy that is tested with it.
var axe = sync.OnceValues(func() (string, error) {
	text, err := os.ReadFile("node_modules/axe-core/axe.min.js")
	return string(text), err
})

// audit returns what axe has to say about the page as it is, once colours have
// stopped changing.
const audit = `async () => {
	const frame = () => new Promise(requestAnimationFrame);
	await frame();
	do await frame(); while (document.getAnimations().length);
	const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
	const { violations } = await window.axe.run(document, { runOnly: rules, resultTypes: ["violations"] });
	return violations.flatMap(({ id, help, nodes }) =>
		nodes.map(({ target, failureSummary }) => [id, help, target.join(" "), failureSummary].join(" | ")));
}`

// accessible checks the page as it is, in both schemes and in windows of some sizes
// (all three, if none is named), and then puts it back to what it was.
func (p *page) accessible(state string, sizes ...playwright.Size) {
	p.t.Helper()
	text, err := axe()
	p.must(err)
	_, err = p.tab.Evaluate(text)
	p.must(err)
	if len(sizes) == 0 {
		sizes = []playwright.Size{desktop, laptop, phone}
	}
	for _, size := range sizes {
		p.must(p.tab.SetViewportSize(size.Width, size.Height))
		for _, scheme := range []*playwright.ColorScheme{playwright.ColorSchemeLight, playwright.ColorSchemeDark} {
			p.must(p.tab.EmulateMedia(playwright.PageEmulateMediaOptions{ColorScheme: scheme}))
			for _, violation := range p.eval(audit).([]any) {
				p.t.Errorf("%s, %d, %s: %v", state, size.Width, *scheme, violation)
			}
		}
	}
	p.must(p.tab.SetViewportSize(desktop.Width, desktop.Height))
}

func TestAccessibleForNobody(t *testing.T) {
	s := newSite(t)
	p := s.visit(t, "/login", lessMotion)
	p.expect(http.StatusUnprocessableEntity, http.StatusNotFound)
	p.accessible("sign in")
	p.signIn("not the password")
	p.sees("That email and password don’t match.")
	p.accessible("sign in, refused")
	p.open("/login?next=/orgs/acme/hooks")
	p.accessible("sign in, on the way")

	token, err := s.NewResetLink(context.Background(), s.Operator(), storetest.Email(storetest.Acme, "viewer"))
	must(t, err)
	p.open("/reset/" + token)
	p.accessible("reset")
	p.field("New password").fill("short")
	p.button("Set password").click()
	p.css("[aria-invalid=true]").shows()
	p.accessible("reset, refused")
	p.field("New password").fill(newPassword)
	p.button("Set password").click()
	p.heading("Hooks").shows()
	p.open("/reset/" + token)
	p.accessible("reset, used up")
}

func TestAccessibleSetup(t *testing.T) {
	s := newEmptySite(t)
	token, err := s.NewSetupToken(context.Background())
	must(t, err)
	p := s.visit(t, "/setup", lessMotion)
	p.expect(http.StatusUnprocessableEntity)
	p.accessible("setup, token asked for")
	p.open("/setup?token=" + token)
	p.accessible("setup")
	p.field("Your name").fill("Mara Okafor")
	p.field("Email").fill("mara@northwind.example")
	p.field("Password").fill("short")
	p.field("Organization name").fill("Northwind Traders")
	p.button("Create owner and organization").click()
	p.css("[aria-invalid=true]").shows()
	p.accessible("setup, refused")
	p.field("Password").fill(storetest.Password)
	p.button("Create owner and organization").click()
	p.heading("Create your first hook").shows()
	p.accessible("no hooks")
}

func TestAccessibleHooks(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", s.hooksPath(), lessMotion)
	p.expect(http.StatusUnprocessableEntity, http.StatusConflict)
	p.button("acme editor Editor").click()
	p.menu().shows()
	p.accessible("hooks, menu of the person")
	p.key("Escape")
	p.button("Organization: acme inc").click()
	p.accessible("hooks, organizations")
	p.key("Escape")

	p.link("New hook").click()
	p.dialog("New hook").shows()
	p.accessible("new hook")
	p.field("Name").fill("not_a_hook_name")
	p.radio("Send phone message").check()
	p.button("Create hook").click()
	p.css("[aria-invalid=true]").shows()
	p.accessible("new hook, refused")

	p.open(s.editorPath())
	p.button("Hook tools").click()
	p.menu().shows()
	p.accessible("editor, tools")
	p.menu().link("Delete hook").click()
	p.dialog("Delete acme-hook?").shows()
	p.accessible("delete hook")
	p.key("Escape")
	s.saveScript(t, "// theirs")
	p.code().fill("// mine")
	p.save()
	p.sees("while you were editing")
	p.accessible("editor, changed meanwhile")
}

func TestAccessibleMenuOfThePhone(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", s.hooksPath(), lessMotion, sized(phone))
	p.button("Menu").click()
	p.link(like("^Hooks")).shows()
	p.accessible("menu")
}

func TestAccessibleSecrets(t *testing.T) {
	s := newSite(t)
	s.addSecret(t, "PRIVATE_KEY", "-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----\n")
	p := s.visitAs(t, "editor", s.secretsPath(), lessMotion)
	p.expect(http.StatusUnprocessableEntity, http.StatusForbidden)
	p.button("Reveal PRIVATE_KEY").click()
	p.group("Value of PRIVATE_KEY").shows()
	p.accessible("secrets, one revealed")

	s.Clock.Advance(store.ConfirmFor + time.Second)
	p.button("Reveal API_KEY").click()
	p.dialog("Confirm it’s you").shows()
	p.accessible("confirm")
	p.field("Password").fill("not the password")
	p.button("Reveal value").click()
	p.css("[aria-invalid=true]").shows()
	p.accessible("confirm, refused")
	p.key("Escape")

	p.link("Delete API_KEY").click()
	p.dialog("Delete API_KEY?").shows()
	p.accessible("delete")
	p.key("Escape")
	s.fillPlaces(t, 18)
	p.reload()
	p.sees("All 20 places are in use.")
	p.accessible("secrets, full")
}

func TestAccessibleSecretForms(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", s.secretsPath(), lessMotion)
	p.expect(http.StatusConflict)
	p.link("Add secret").click()
	p.dialog("Add secret").shows()
	p.accessible("add")
	p.field("Name").fill("API_KEY")
	p.field("Value").fill(" padded ")
	p.accessible("add, with spaces around")
	p.button("Save").click()
	p.link("Edit it instead").shows()
	p.accessible("add, name taken")
	p.link("Edit it instead").click()
	p.dialog("Edit secret").shows()
	p.accessible("edit")
	p.field("New value").fill(placeholders[0])
	p.button("Keep the stored value").shows()
	p.accessible("edit, placeholder")
	p.button("Keep the stored value").click()
	s.changeMeanwhile(t, "theirs-planted")
	p.button("Save").click()
	p.sees("while you were editing")
	p.accessible("edit, changed meanwhile")
}

func TestAccessibleNotifications(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", s.secretsPath(), lessMotion)
	p.link("Delete API_KEY").click()
	p.field("Type API_KEY to confirm").fill("API_KEY")
	p.button("Delete secret").click()
	undo := p.toast("API_KEY deleted").button("Undo")
	undo.focus() // so that it stays
	p.heading("No secrets yet").shows()
	p.accessible("no secrets, and a toast")
	s.breakAudit(t)
	p.expect(http.StatusServiceUnavailable)
	undo.click()
	p.css("[data-toast][data-stay='0']").shows()
	p.accessible("an error as a toast")
}

func TestAccessibleErrors(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "viewer", s.hooksPath(), lessMotion)
	p.expect(http.StatusForbidden, http.StatusNotFound)
	p.open(s.secretsPath() + "/new")
	p.accessible("denied")
	p.open("/orgs/globex/hooks")
	p.accessible("nothing here")
}

func TestAccessibleAudit(t *testing.T) {
	s := newSite(t)
	for range 50 {
		s.stored(t, "API_KEY")
	}
	p := s.visitAs(t, "owner", "/orgs/acme/audit", lessMotion)
	p.css("details.entry summary").first().click()
	p.sees("Request")
	p.accessible("audit log")
	p.open("/account")
	p.expect(http.StatusUnprocessableEntity)
	p.changePassword("not the password", newPassword)
	p.css("[aria-invalid=true]").first().shows()
	p.accessible("account, refused")
}

func TestAccessibleWithoutOrganization(t *testing.T) {
	s := newSite(t)
	_, err := s.RemoveMember(context.Background(), s.Actor(t, storetest.Acme, "owner"), storetest.Email(storetest.Acme, "editor"))
	must(t, err)
	p := s.visitAs(t, "editor", "/", lessMotion)
	p.heading("No organization yet").shows()
	p.accessible("no organization")
	p.open("/account")
	p.accessible("account without an organization")
}

// tabTo presses Tab until an element has the focus.
func (p *page) tabTo(e element) {
	p.t.Helper()
	for range 60 {
		p.key("Tab")
		if e.js("(element) => element === document.activeElement") == true {
			return
		}
	}
	p.t.Fatal("the keyboard doesn't get there")
}

// The whole way from signing in to a value, and away from it, by keyboard.
func TestKeyboardOnly(t *testing.T) {
	s := newSite(t)
	p := s.visit(t, s.hooksPath())
	p.field("Email").focused()
	p.must(p.tab.Keyboard().Type(storetest.Email(storetest.Acme, "editor")))
	p.key("Tab")
	p.must(p.tab.Keyboard().Type(storetest.Password))
	p.key("Enter")
	p.heading("Hooks").shows()

	p.key("Tab")
	p.link("Skip to content").focused()
	p.key("Enter")
	p.css("#main").focused()
	p.tabTo(p.link("Edit acme-hook"))
	p.key("Enter")
	p.heading("acme-hook").shows()
	p.tabTo(p.button("Hook tools"))
	p.key("Enter")
	p.tabTo(p.menu().link("Secrets 1"))
	p.key("Enter")
	p.isAt(s.secretsPath())

	p.tabTo(p.button("Reveal API_KEY"))
	p.key("Enter")
	p.group("Value of API_KEY").shows()
	p.link("Hide API_KEY").first().focused()
	p.tabTo(p.group("Value of API_KEY"))
	p.tabTo(p.link("View entry"))
	p.tabTo(p.button("Keep 30 s more, API_KEY"))
	p.tabTo(p.link("Hide API_KEY").last())
	p.key("Enter")
	p.row("API_KEY").sees("Value hidden")
	p.button("Reveal API_KEY").focused()

	p.tabTo(p.link("Edit API_KEY"))
	p.key("Enter")
	p.field("Name").focused()
	p.key("Escape")
	p.link("Edit API_KEY").focused()
}

// After something is gone the focus is where the next thing is.
func TestFocusAfterDelete(t *testing.T) {
	s := newSite(t)
	s.addSecret(t, "SECOND", "x")
	p := s.visitAs(t, "editor", s.secretsPath())
	inRow := func(name string) {
		t.Helper()
		p.row(name).css(":focus").counts(1)
	}
	remove := func(name string) {
		t.Helper()
		p.link("Delete " + name).click()
		p.field("Type " + name + " to confirm").fill(name)
		p.key("Enter")
		p.row(name).missing()
	}
	remove("API_KEY")
	inRow("SECOND")
	remove("SECOND")
	p.link("Add secret").first().focused()
}

// What opens on a page doesn't make it scroll sideways either.
func TestNarrowStates(t *testing.T) {
	const longName = "A_VERY_LONG_NAME_OF_A_SECRET_THAT_HAS_MANY_WORDS_IN_IT_AND_THEN_SOME_MORE"
	s := newSite(t)
	s.addSecret(t, longName, strings.Repeat("unbreakable", 200))
	p := s.visitAs(t, "editor", s.secretsPath(), lessMotion)
	p.button("Reveal " + longName).click()
	p.group("Value of " + longName).shows()
	p.fits("a revealed value")
	p.link("View entry").click()
	p.css("details[open]").shows()
	p.fits("an open entry")
	p.open(s.secretsPath())
	p.link("Delete " + longName).click()
	p.dialog(fmt.Sprintf("Delete %s?", longName)).shows()
	p.fits("a dialog")
}

// A list begins high on the page: its first row at 180 px at most.
func TestFirstRow(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", "/")
	for _, path := range []string{s.hooksPath(), s.secretsPath()} {
		p.open(path)
		if top := number(t, p.css("tbody").js("(row) => row.getBoundingClientRect().top")); top > 180 {
			t.Errorf("%s: the first row is at %v px", path, top)
		}
	}
}

func number(t testing.TB, value any) float64 {
	t.Helper()
	text, err := json.Marshal(value)
	must(t, err)
	var n float64
	must(t, json.Unmarshal(text, &n))
	return n
}

// Nothing moves for people who asked for that.
func TestLessMotion(t *testing.T) {
	const moving = `document.getAnimations().filter((animation) => animation.effect.getComputedTiming().activeDuration > 1).length`
	s := newSite(t)
	p := s.visitAs(t, "editor", s.secretsPath(), lessMotion)
	still := func(what string) {
		t.Helper()
		if n := p.eval(moving); n != 0 {
			t.Errorf("%s: %v things move", what, n)
		}
	}
	p.link("Add secret").click()
	p.dialog("Add secret").shows()
	still("a dialog")
	p.field("Name").fill("NEW_ROW")
	p.field("Value").fill("x")
	p.button("Save").click()
	p.row("NEW_ROW").shows()
	still("a new row and a toast")
	p.button("Reveal NEW_ROW").click()
	p.group("Value of NEW_ROW").shows()
	still("a revealed value")
}

// What a finger has to hit is large enough.
func TestTouchTargets(t *testing.T) {
	const small = `() => [...document.querySelectorAll("main a, main button, main summary, header button, dialog a, dialog button, dialog input")]
		.filter((control) => control.checkVisibility() && !control.closest("p, .crumbs") && control.type !== "radio" && control.type !== "checkbox")
		.map((control) => [control.getBoundingClientRect(), control])
		.filter(([box]) => box.height < 40 || box.width < 40)
		.map(([box, control]) => control.outerHTML.slice(0, 100) + " " + box.width + "×" + box.height)`
	s := newSite(t)
	p := s.visitAs(t, "editor", "/", sized(phone), lessMotion, func(o *playwright.BrowserNewContextOptions) {
		o.HasTouch, o.IsMobile = playwright.Bool(true), playwright.Bool(true)
	})
	check := func(what string) {
		t.Helper()
		for _, control := range p.eval(small).([]any) {
			t.Errorf("%s: %v", what, control)
		}
	}
	for _, path := range []string{s.hooksPath(), s.editorPath(), s.secretsPath(), s.secretsPath() + "/new", "/orgs/acme/audit", "/account"} {
		p.open(path)
		check(path)
	}
	p.open(s.secretsPath())
	p.reveal()
	check("a revealed value")
	p.link("Edit API_KEY").click()
	p.dialog("Edit secret").shows()
	check("a dialog")
}

// A printed page holds no value.
func TestPrint(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", s.secretsPath())
	p.reveal()
	p.must(p.tab.EmulateMedia(playwright.PageEmulateMediaOptions{Media: playwright.MediaPrint}))
	p.seesNot(s.Org(storetest.Acme).Value)
}
