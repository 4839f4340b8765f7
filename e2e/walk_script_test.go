//go:build e2e

package e2e

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/playwright-community/playwright-go"

	"hooksafe/store/storetest"
)

// controls gives every control of a page that needs the browser for what it does:
// buttons, switches, what opens and closes, and links that htmx follows. Each has a
// kind, which is what tells it from others apart from the thing that it is about.
// Left out are the plain links and forms that TestWalk follows, and what says by
// itself that it can't be used now.
const controls = `() => {
	const kinds = new Map();
	const plain = (text) => (text ?? "").replace(/[0-9A-Z]{26}|[0-9a-f]{8}-[0-9a-f-]{27}|(?<=\/versions\/)\d+/g, "*").replace(/=[^&]*/g, "=");
	const open = document.querySelector("dialog[open]");
	for (const control of (open ?? document).querySelectorAll("a, button, summary, [role=switch]")) {
		const form = control.form ?? control.closest("form");
		const goes = control.getAttribute("hx-get") ?? control.getAttribute("hx-post") ?? form?.getAttribute("hx-post");
		const acts = control.matches("summary, [role=switch], [type=button]");
		if (!control.checkVisibility({ visibilityProperty: true }) || control.closest("[aria-disabled=true], [disabled], [hidden]")) continue;
		if (!goes && !acts) continue;
		const marks = [...control.attributes].map(({ name }) => name).filter((name) => /^(data-|popovertarget|role|download)/.test(name));
		const classes = [...control.classList].filter((name) => !/^(new|open|pressed|on)$/.test(name));
		const kind = [control.localName, plain(goes), control.getAttribute("popovertarget"), control.name, ...classes, ...marks.sort()].join(" ");
		if (!kinds.has(kind)) kinds.set(kind, control);
	}
	window.controls = kinds;
	return [...kinds.keys()];
}`

// listen notes whatever happens on a page from here on.
const listen = `() => {
	window.happened = false;
	const note = () => { window.happened = true; };
	new MutationObserver(note).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
	for (const event of ["toggle", "close", "invalid", "submit", "copy", "pagehide"]) addEventListener(event, note, true);
}`

// TestWalkWithScript uses every kind of control that each role is shown on the pages
// of the demo, in a browser: each does something, and none of it is an error.
func TestWalkWithScript(t *testing.T) {
	for _, role := range storetest.Roles {
		t.Run(role, func(t *testing.T) {
			t.Parallel()
			w := newWalk(t, role)
			w.walk()
			s := openDemo(t)
			s.quiet = true
			p := s.visitAs(t, role, "/", lessMotion, withClipboard)
			used := map[string]bool{}
			for _, shape := range slices.Sorted(maps.Keys(w.pages)) {
				paths := w.pages[shape]
				for _, path := range paths[:min(len(paths), 2)] {
					p.use(path, used)
				}
			}
			t.Logf("%d kinds of controls on %d kinds of pages", len(used), len(w.pages))
		})
	}
}

// use tries all controls of a page that were not used yet, and those of the dialogs
// that they open.
func (p *page) use(path string, used map[string]bool) {
	p.t.Helper()
	p.open(path)
	for _, kind := range p.kinds() {
		if used[kind] {
			continue
		}
		used[kind] = true
		p.open(path)
		p.useOne(path, kind)
		for _, inside := range p.dialogKinds() {
			if !used[inside] {
				used[inside] = true
				p.open(path)
				p.useOne(path, kind)
				p.useOne(path, inside)
			}
		}
	}
}

// kinds are the controls of the page as it is now.
func (p *page) kinds() []string {
	p.t.Helper()
	var kinds []string
	for _, kind := range p.eval(controls).([]any) {
		kinds = append(kinds, kind.(string))
	}
	return kinds
}

// dialogKinds are those of the dialog that is open, if one is.
func (p *page) dialogKinds() []string {
	p.t.Helper()
	if !visible(p.css("dialog[open]")) {
		return nil
	}
	return p.kinds()
}

// useOne uses a control, if what was done before has not taken it away. All tabs
// share one clipboard.
func (p *page) useOne(path, kind string) {
	p.t.Helper()
	if !slices.Contains(p.kinds(), kind) {
		return
	}
	if strings.Contains(kind, "data-copy") {
		p.clipboard(func() { p.happens(path, kind) })
	} else {
		p.happens(path, kind)
	}
}

// happens clicks a control and waits for anything to happen.
func (p *page) happens(path, kind string) {
	p.t.Helper()
	id, err := p.tab.Evaluate("(kind) => window.controls.get(kind).id ||= 'walked'", kind)
	p.must(err)
	p.eval(listen)
	if err := p.tab.Locator(fmt.Sprintf("[id=%q]", id)).Click(playwright.LocatorClickOptions{Timeout: &patience}); err != nil {
		p.t.Errorf("%s: %s can't be clicked: %v", path, kind, err)
		return
	}
	// A page that is left takes its answer with it: then something happened too.
	_, err = p.tab.WaitForFunction("() => window.happened !== false && !document.querySelector('.htmx-request')", nil,
		playwright.PageWaitForFunctionOptions{Timeout: &patience})
	if err != nil {
		p.t.Errorf("%s: nothing happens on %s", path, kind)
	}
	p.must(p.tab.WaitForLoadState())
	for _, status := range p.answers() {
		p.t.Errorf("%s: %s is answered with %d", path, kind, status)
	}
	if headings := p.eval("document.querySelectorAll('h1').length"); headings != 1 {
		p.t.Errorf("%s: %v headings of the first level after %s", path, headings, kind)
	}
}

// answers are the statuses over 399 so far, which are then forgotten. A form that
// lacks something is told so with 422, which is no failure.
func (p *page) answers() []int {
	p.mu.Lock()
	defer p.mu.Unlock()
	statuses := slices.DeleteFunc(p.statuses, func(status int) bool { return status == 422 })
	p.statuses = nil
	return statuses
}
