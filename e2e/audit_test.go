//go:build e2e

package e2e

import (
	"net/http"
	"strings"
	"testing"

	"github.com/playwright-community/playwright-go"

	"hooksafe/store/storetest"
)

func TestAuditLog(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "editor", s.secretsPath(), settings...)
		p.reveal()
		p.link("Edit API_KEY").click()
		p.field("Name").fill("RENAMED_KEY")
		p.button("Save").click()
		p.row("RENAMED_KEY").shows()

		owner := s.visitAs(t, "owner", "/orgs/acme/audit", settings...)
		owner.heading("Audit log").shows()
		entries := owner.css("details.entry")
		entries.first().sees("acme editor")
		entries.first().sees("changed")
		entries.first().sees("RENAMED_KEY")
		entries.first().sees("127.0.0.1")
		reveal := element{t, entries.at.Nth(1)}
		reveal.sees("revealed")
		reveal.sees("API_KEY")
		reveal.sees("in acme-hook")
		reveal.css("summary").click()
		reveal.sees("Version")
		reveal.sees(like("Chrome/"))
		reveal.sees("Request")
		owner.hides(s.Org(storetest.Acme).Value)
	})
}

// Editors and viewers see what they did themselves, and what they were refused.
func TestOwnEntriesOnly(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		editor := s.visitAs(t, "editor", s.secretsPath(), settings...)
		editor.reveal()
		viewer := s.visitAs(t, "viewer", s.hooksPath(), settings...)
		viewer.expect(http.StatusForbidden)
		viewer.open(s.secretsPath() + "/new")
		viewer.open("/orgs/acme/audit")
		viewer.sees("acme viewer")
		viewer.sees("was denied")
		viewer.seesNot("acme editor revealed")
		viewer.css("details.entry").counts(1)

		owner := s.visitAs(t, "owner", "/orgs/acme/audit", settings...)
		owner.css("details.entry").first().sees("was denied")
	})
}

func TestLoadOlderEntries(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		for range 60 {
			s.stored(t, "API_KEY")
		}
		p := s.visitAs(t, "owner", "/orgs/acme/audit", settings...)
		p.css("details.entry").counts(50)
		p.link("Load older").click()
		all := len(s.auditLog(t))
		if p.script {
			p.css("details.entry").counts(all)
		} else {
			p.css("details.entry").counts(all - 50)
			p.link("Latest entries").click()
			p.css("details.entry").counts(50)
		}
		p.heading(like("Today|Saturday")).counts(1)
	})
}

// Whatever people and browsers call themselves is text.
func TestNothingIsMarkup(t *testing.T) {
	const markup = `<img src=x onerror=alert(1)>"'&lt;`
	s := newSite(t)
	p := s.visitAs(t, "editor", s.secretsPath(), func(o *playwright.BrowserNewContextOptions) {
		o.UserAgent = playwright.String("Agent " + markup)
	})
	p.reveal()
	p.link("Edit API_KEY").click()
	p.field("Note").fill(markup)
	p.button("Save").click()
	p.row("API_KEY").sees(markup)
	p.link("Edit API_KEY").click()
	p.field("Note").holds(markup)
	p.css("img").counts(0)

	owner := s.visitAs(t, "owner", "/orgs/acme/audit")
	entry := owner.css("details.entry").first()
	entry.css("summary").click()
	entry.sees("Agent " + markup)
	owner.css("img").counts(0)
	if !strings.HasSuffix(owner.tab.URL(), "/orgs/acme/audit") {
		t.Error("the page went elsewhere")
	}
	owner.hides(s.Org(storetest.Acme).Value)
}
