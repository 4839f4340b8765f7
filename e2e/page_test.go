//go:build e2e

package e2e

import (
	"regexp"
	"testing"

	"github.com/playwright-community/playwright-go"
)

// eventually waits for what it is told to come true.
var eventually = playwright.NewPlaywrightAssertions(patience)

// element is something on a page, found as a person or a screen reader finds it.
// Whatever is said about it has to come true in time, or the test fails.
type element struct {
	t  testing.TB
	at playwright.Locator
}

// role finds what has a role and a name; the name is a string or a pattern.
func (e element) role(role playwright.AriaRole, name any) element {
	return element{e.t, e.at.GetByRole(role, playwright.LocatorGetByRoleOptions{Name: name, Exact: playwright.Bool(true)})}
}

func (e element) button(name any) element   { return e.role("button", name) }
func (e element) link(name any) element     { return e.role("link", name) }
func (e element) heading(name any) element  { return e.role("heading", name) }
func (e element) dialog(title any) element  { return e.role("dialog", title) }
func (e element) group(name any) element    { return e.role("group", name) }
func (e element) toggle(name any) element   { return e.role("switch", name) }
func (e element) radio(name any) element    { return e.role("radio", name) }
func (e element) checkbox(name any) element { return e.role("checkbox", name) }

// field finds a control by its label.
func (e element) field(label string) element {
	whole := regexp.MustCompile(`^\s*` + regexp.QuoteMeta(label) + `(\s+optional)?\s*$`)
	return element{e.t, e.at.GetByLabel(whole)}
}

// row finds what a table says about the secret or hook called name.
func (e element) row(name string) element {
	e.t.Helper()
	tab, err := e.at.Page()
	e.must(err)
	whole := regexp.MustCompile(`^\s*` + regexp.QuoteMeta(name) + `\s*$`)
	named := tab.Locator(".row-name", playwright.PageLocatorOptions{HasText: whole})
	return element{e.t, e.at.Locator("tbody", playwright.LocatorLocatorOptions{Has: named})}
}

// menu finds the menu that is open.
func (e element) menu() element { return e.css("[popover]:popover-open") }

// first is the first of several that answer to the same name.
func (e element) first() element { return element{e.t, e.at.First()} }

// last is the last of several that answer to the same name.
func (e element) last() element { return element{e.t, e.at.Last()} }

// like is a pattern, for what is said in more than one way.
func like(pattern string) *regexp.Regexp { return regexp.MustCompile(pattern) }

// css finds what has no name that a person would use.
func (e element) css(selector string) element { return element{e.t, e.at.Locator(selector)} }

func (e element) must(err error) {
	e.t.Helper()
	if err != nil {
		e.t.Fatal(actualValue.ReplaceAllString(err.Error(), ""))
	}
}

// actualValue is the whole page, which a failed expectation quotes. It is printed
// at the end as well.
var actualValue = regexp.MustCompile(`(?s)\s*Actual value: - .*?Call log:`)

func (e element) click() {
	e.t.Helper()
	e.must(e.at.Click(playwright.LocatorClickOptions{Timeout: &patience}))
}

func (e element) fill(text string) {
	e.t.Helper()
	e.must(e.at.Fill(text, playwright.LocatorFillOptions{Timeout: &patience}))
}

// paste puts a long text into a field at once; filling it in would lay it out
// again and again.
func (e element) paste(text string) {
	e.t.Helper()
	_, err := e.at.Evaluate(`(field, text) => {
		field.value = text;
		field.dispatchEvent(new InputEvent("input", { bubbles: true }));
	}`, text)
	e.must(err)
}

func (e element) press(key string) {
	e.t.Helper()
	e.must(e.at.Press(key, playwright.LocatorPressOptions{Timeout: &patience}))
}

func (e element) check() {
	e.t.Helper()
	e.must(e.at.Check(playwright.LocatorCheckOptions{Timeout: &patience}))
}

func (e element) uncheck() {
	e.t.Helper()
	e.must(e.at.Uncheck(playwright.LocatorUncheckOptions{Timeout: &patience}))
}

func (e element) focus() {
	e.t.Helper()
	e.must(e.at.Focus(playwright.LocatorFocusOptions{Timeout: &patience}))
}

// choose puts a file into a file field.
func (e element) choose(content string) {
	e.t.Helper()
	e.must(e.at.SetInputFiles([]playwright.InputFile{{Name: "value.txt", MimeType: "text/plain", Buffer: []byte(content)}}))
}

// shows waits until the element is there to be seen.
func (e element) shows() { e.t.Helper(); e.must(eventually.Locator(e.at).ToBeVisible()) }

// missing waits until there is no such element.
func (e element) missing() { e.t.Helper(); e.must(eventually.Locator(e.at).ToHaveCount(0)) }

// counts waits until there are n such elements.
func (e element) counts(n int) { e.t.Helper(); e.must(eventually.Locator(e.at).ToHaveCount(n)) }

// sees waits until a text is to be seen in the element.
func (e element) sees(text any) {
	e.t.Helper()
	e.must(eventually.Locator(e.seen(text).First()).ToBeVisible())
}

// seesNot waits until a text is not to be seen in the element.
func (e element) seesNot(text any) {
	e.t.Helper()
	e.must(eventually.Locator(e.seen(text)).ToHaveCount(0))
}

func (e element) seen(text any) playwright.Locator {
	return e.at.GetByText(text).Filter(playwright.LocatorFilterOptions{Visible: playwright.Bool(true)})
}

// reads waits until the element's whole text is text.
func (e element) reads(text any) { e.t.Helper(); e.must(eventually.Locator(e.at).ToHaveText(text)) }

// holds waits until a field holds text.
func (e element) holds(text string) { e.t.Helper(); e.must(eventually.Locator(e.at).ToHaveValue(text)) }

func (e element) focused()   { e.t.Helper(); e.must(eventually.Locator(e.at).ToBeFocused()) }
func (e element) checked()   { e.t.Helper(); e.must(eventually.Locator(e.at).ToBeChecked()) }
func (e element) unchecked() { e.t.Helper(); e.must(eventually.Locator(e.at).Not().ToBeChecked()) }

// has waits until an attribute of the element has a value.
func (e element) has(attribute, value string) {
	e.t.Helper()
	e.must(eventually.Locator(e.at).ToHaveAttribute(attribute, value))
}

// describedBy waits until a screen reader would add text to the element's name.
func (e element) describedBy(text any) {
	e.t.Helper()
	e.must(eventually.Locator(e.at).ToHaveAccessibleDescription(text))
}

// js returns what a function of the element returns.
func (e element) js(function string) any {
	e.t.Helper()
	result, err := e.at.Evaluate(function, nil)
	e.must(err)
	return result
}

// page is one tab. What is looked for is looked for in all of it.
type page struct {
	element
	*browser
	tab playwright.Page
}

func (b *browser) newTab() *page {
	b.tb.Helper()
	tab, err := b.context.NewPage()
	b.must(err)
	return b.wrap(tab)
}

func (b *browser) wrap(tab playwright.Page) *page {
	return &page{element{b.tb, tab.Locator("body")}, b, tab}
}

func (p *page) must(err error) { p.t.Helper(); p.element.must(err) }

// open goes to a path of the site.
func (p *page) open(path string) {
	p.t.Helper()
	_, err := p.tab.Goto(path)
	p.must(err)
}

// reload loads the page again.
func (p *page) reload() {
	p.t.Helper()
	_, err := p.tab.Reload()
	p.must(err)
}

func (p *page) back() {
	p.t.Helper()
	_, err := p.tab.GoBack()
	p.must(err)
}

func (p *page) forward() {
	p.t.Helper()
	_, err := p.tab.GoForward()
	p.must(err)
}

// visible tells whether an element shows now.
func visible(e element) bool {
	e.t.Helper()
	yes, err := e.at.IsVisible()
	e.must(err)
	return yes
}

// isAt waits until the address is a path of the site, which may carry a query.
func (p *page) isAt(path string) {
	p.t.Helper()
	whole := regexp.MustCompile("^" + regexp.QuoteMeta(p.site.URL+path) + `(\?.*)?$`)
	p.must(eventually.Page(p.tab).ToHaveURL(whole))
}

func (p *page) titled(title any) { p.t.Helper(); p.must(eventually.Page(p.tab).ToHaveTitle(title)) }

// key presses a key wherever the focus is.
func (p *page) key(name string) { p.t.Helper(); p.must(p.tab.Keyboard().Press(name)) }

// toast finds a notification that says text.
func (p *page) toast(text string) element {
	return element{p.t, p.at.Locator("[data-toast]", playwright.LocatorLocatorOptions{HasText: text})}
}

// hears waits until a screen reader was told text.
func (p *page) hears(text any) {
	p.t.Helper()
	p.must(eventually.Locator(p.at.Locator("#live")).ToHaveText(text))
}

// eval returns what an expression is in the page.
func (p *page) eval(expression string) any {
	p.t.Helper()
	result, err := p.tab.Evaluate(expression)
	p.must(err)
	return result
}

// popup returns the tab that doing something opens.
func (p *page) popup(do func()) *page {
	p.t.Helper()
	tab, err := p.tab.ExpectPopup(func() error { do(); return nil })
	p.must(err)
	return p.wrap(tab)
}
