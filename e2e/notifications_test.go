//go:build e2e

package e2e

import (
	"fmt"
	"testing"

	"hooksafe/store/storetest"
)

// added saves a secret through the dialog, which leaves a toast.
func (p *page) added(name string) {
	p.t.Helper()
	p.link("Add secret").click()
	p.field("Name").fill(name)
	p.field("Value").fill("x")
	p.button("Save").click()
	p.dialog("Add secret").missing()
	p.row(name).shows()
}

func TestToastsLeave(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", "/")
	clock := p.withClock()
	p.open(s.secretsPath())
	p.added("FIRST")
	toast := p.toast("FIRST added")
	p.must(clock.RunFor("00:04"))
	toast.shows()
	p.must(clock.RunFor("00:03"))
	toast.missing()

	p.link("Delete FIRST").click()
	p.field("Type FIRST to confirm").fill("FIRST")
	p.button("Delete secret").click()
	gone := p.toast("FIRST deleted")
	p.must(clock.RunFor("00:08"))
	gone.shows()
	p.must(clock.RunFor("00:03"))
	gone.missing()
}

// Whoever looks at a toast, or has come to it by keyboard, is not hurried.
func TestToastsWait(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", "/")
	clock := p.withClock()
	p.open(s.secretsPath())
	p.added("FIRST")
	toast := p.toast("FIRST added")
	p.must(toast.at.Hover())
	p.must(clock.RunFor("00:20"))
	toast.shows()
	toast.button("Dismiss: FIRST added").focus()
	p.must(p.tab.Mouse().Move(1, 1))
	p.must(clock.RunFor("00:20"))
	toast.shows()
	p.key("Enter")
	toast.missing()
}

func TestThreeToastsAtMost(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", "/")
	p.withClock()
	p.open(s.secretsPath())
	for i := range 4 {
		p.added(fmt.Sprintf("SECRET_%d", i))
	}
	p.css("[data-toast]").counts(3)
	p.toast("SECRET_0 added").missing()
	p.toast("SECRET_3 added").shows()
}

// Errors stay until somebody has read them.
func TestErrorsStay(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", "/")
	clock := p.withClock()
	p.open(s.secretsPath())
	p.disconnect()
	p.button("Reveal API_KEY").click()
	toast := p.toast("The server didn’t answer.")
	toast.shows()
	toast.seesNot("Your text is still in the form.")
	p.must(clock.RunFor("01:00"))
	toast.shows()
	p.reconnect()
	toast.button("Try again").click()
	p.group("Value of API_KEY").reads(s.Org(storetest.Acme).Value)
	toast.missing()
}
