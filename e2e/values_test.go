//go:build e2e

package e2e

import (
	"encoding/json"
	"strings"
)

// whereabouts looks for a value in every place of a tab that outlives a look at
// the page: the document, what fields hold, the address, the state of the
// session history, storage, cookies, and the texts that highlights refer to.
const whereabouts = `(value) => {
	const highlighted = [...(CSS.highlights?.values() ?? [])].flatMap((highlight) => [...highlight]);
	const places = {
		"the document": document.documentElement.outerHTML,
		"a field": [...document.querySelectorAll("input, textarea")].map((field) => field.value).join(),
		"the title": document.title,
		"the address": location.href,
		"the history": JSON.stringify(history.state),
		"the window's name": window.name,
		"local storage": JSON.stringify({ ...localStorage }),
		"session storage": JSON.stringify({ ...sessionStorage }),
		"a cookie": document.cookie,
		"a highlight": highlighted.map((range) => range.startContainer.textContent).join(),
	};
	return Object.keys(places).filter((name) => places[name]?.includes(value));
}`

// hides fails the test if the tab holds a value anywhere. The value has to be one
// that HTML and JSON write as it is.
func (p *page) hides(value string) {
	p.t.Helper()
	if !p.script {
		p.seesNot(value)
		return
	}
	found, err := p.tab.Evaluate(whereabouts, value)
	p.must(err)
	if places := found.([]any); len(places) > 0 {
		p.t.Errorf("the value is still in %v", places)
	}
	p.historyHides(value)
}

// historyHides looks through the entries behind Back and Forward.
func (p *page) historyHides(value string) {
	p.t.Helper()
	devtools, err := p.context.NewCDPSession(p.tab)
	p.must(err)
	history, err := devtools.Send("Page.getNavigationHistory", nil)
	p.must(err)
	text, err := json.Marshal(history)
	p.must(err)
	if strings.Contains(string(text), value) {
		p.t.Error("the value is in the session history")
	}
	p.must(devtools.Detach())
}
