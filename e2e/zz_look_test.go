//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"testing"

	"github.com/playwright-community/playwright-go"

	"hooksafe/store/storetest"
)

func TestZZLook(t *testing.T) {
	dir := "/tmp/drawer-look"
	must(t, os.MkdirAll(dir, 0o755))
	h := newHistory(t)
	for _, size := range []playwright.Size{desktop, laptop, phone} {
		for _, scheme := range []*playwright.ColorScheme{playwright.ColorSchemeLight, playwright.ColorSchemeDark} {
			p := h.visit(h.t, "/login", sized(size), lessMotion, func(o *playwright.BrowserNewContextOptions) { o.ColorScheme = scheme })
			take := func(name string) {
				p.must(p.tab.Mouse().Move(0, 0))
				p.eval("() => document.fonts.ready")
				path := fmt.Sprintf("%s/%s-%s-%d.png", dir, name, *scheme, size.Width)
				_, err := p.tab.Screenshot(playwright.PageScreenshotOptions{Path: &path})
				p.must(err)
			}
			p.field("Email").fill(people[priya].email)
			p.field("Password").fill(storetest.Password)
			p.button("Sign in").click()
			p.heading("Hooks").shows()
			p.open("/orgs/" + teamSlug + "/hooks/" + h.hooks[profile].ID + "/secrets")
			take("list")
			p.link("CRM_CLIENT_SECRET").click()
			p.dialog("CRM_CLIENT_SECRET").shows()
			take("drawer")
			p.button("Reveal CRM_CLIENT_SECRET, version 5").click()
			p.group("Value of CRM_CLIENT_SECRET, version 5").shows()
			take("version")
			p.css("#drawer").button("Reveal CRM_CLIENT_SECRET").click()
			p.group("Value of CRM_CLIENT_SECRET").shows()
			p.css("#drawer").js("(d) => d.scrollTo(0, 0)")
			take("current")
			p.reload()
			p.heading("CRM_CLIENT_SECRET").shows()
			take("page")
			p.open("/orgs/" + teamSlug + "/hooks/" + h.hooks[profile].ID + "/secrets?q=crm")
			take("filtered")
		}
	}
}
