//go:build e2e

package e2e

import (
	"context"
	"net/http"
	"os"
	"testing"

	"github.com/playwright-community/playwright-go"

	"hooksafe/store"
	"hooksafe/store/storetest"
)

func TestZZLook(t *testing.T) {
	dir := os.Getenv("LOOK")
	s := newSite(t)
	for _, n := range []string{"STRIPE_SIGNING_SECRET", "STRIPE_API_KEY", "OLD_STRIPE_URL", "CRM_BASE_URL"} {
		s.addSecret(t, n, "x")
	}
	for _, agent := range []string{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1"} {
		s.SignIn(context.Background(), store.Origin{Address: "198.51.100.44", Agent: agent}, storetest.Email(storetest.Acme, "admin"), storetest.Password, "")
	}
	s.SignIn(context.Background(), store.Origin{Address: "203.0.113.9", Agent: "curl/8.5.0"}, storetest.Email(storetest.Acme, "admin"), "wrong password", "")
	p := s.visitAs(t, "admin", s.secretsPath(), lessMotion)
	p.expect(http.StatusNotFound)
	shot := func(name string) {
		for _, size := range []playwright.Size{desktop, laptop, phone} {
			p.must(p.tab.SetViewportSize(size.Width, size.Height))
			for _, scheme := range []*playwright.ColorScheme{playwright.ColorSchemeLight, playwright.ColorSchemeDark} {
				p.must(p.tab.EmulateMedia(playwright.PageEmulateMediaOptions{ColorScheme: scheme}))
				p.tab.Screenshot(playwright.PageScreenshotOptions{Path: playwright.String(dir + "/" + name + "-" + string(*scheme) + "-" + map[int]string{1440: "1440", 1024: "1024", 390: "390"}[size.Width] + ".png"), FullPage: playwright.Bool(true)})
			}
		}
		p.must(p.tab.SetViewportSize(desktop.Width, desktop.Height))
	}
	shot("secrets")
	p.key("/")
	p.css("#palette").shows()
	p.css("[role=option]").first().shows()
	shot("palette-open")
	p.css("#palette-text").fill("stripe")
	p.css("#palette mark").first().shows()
	shot("palette")
	p.css("#palette-text").fill("payrol")
	p.css("#palette-count").sees("Nothing found.")
	shot("palette-nothing")
	p.key("Escape")
	p.open("/orgs/acme/search?q=stripe")
	shot("search")
	p.open("/orgs/acme/search?q=payrol")
	shot("search-nothing")
	p.open("/orgs/acme/search")
	shot("search-empty")
	p.open("/keys")
	shot("keys-page")
	p.open(s.hooksPath())
	p.key("?")
	p.css(".keys").first().shows()
	shot("keys")
	p.key("Escape")
	p.open("/account")
	shot("account")
	p.css("summary").first().click()
	shot("account-password")
	p.open("/nowhere")
	shot("404")
}
