//go:build e2e

package e2e

import (
	"context"
	"os"
	"testing"

	"github.com/playwright-community/playwright-go"

	"hooksafe/store"
)

const zzScript = `/**
 * Runs before a user is created. Adds company data from the CRM
 * and refuses sign-ups from blocked domains.
 */
module.exports = async function (user, context, cb) {
  const secrets = context.webtask.secrets;

  const company = await lookup(secrets.CRM_BASE_URL, {
    id: secrets.CRM_CLIENT_ID,
    secret: secrets['CRM_CLIENT_SECRET'],
    domain: user.email.split('@')[1],
  });

  if (company.blocked) {
    await notify(secrets.SLACK_WEBHOOK_URL, user.email);
    return cb(new Error('Registration is not open for this domain.'));
  }

  user.app_metadata = { company: company.name, plan: company.plan };
  cb(null, { user });
};
`

func TestZZShots(t *testing.T) {
	s := newSite(t)
	ctx := context.Background()
	for _, n := range []string{"CRM_BASE_URL", "CRM_CLIENT_ID", "CRM_CLIENT_SECRET", "SEGMENT_WRITE_KEY", "SENTRY_DSN", "GEOIP_LICENSE"} {
		s.addSecret(t, n, "v-"+n)
	}
	s.saveScript(t, "// first\nmodule.exports = 1;\n")
	s.saveScript(t, zzScript)
	h := s.hook(t)
	deps := []store.Dependency{{Name: "lodash", Version: "4.17.21"}}
	_, err := s.SaveHook(ctx, s.admin(t), h.ID, store.HookChange{Base: h.Revision, Dependencies: &deps})
	must(t, err)
	dir := os.Getenv("SHOTS")
	shot := func(p *page, name string) {
		p.eval(`document.fonts.ready.then(() => 1)`)
		_, err := p.tab.Screenshot(playwright.PageScreenshotOptions{Path: playwright.String(dir + "/" + name + ".png"), Animations: playwright.ScreenshotAnimationsDisabled})
		must(t, err)
	}
	p := s.visitAs(t, "editor", s.editorPath(), lessMotion)
	p.css(".cm-content").shows()
	p.css("#reads button").first().shows()
	shot(p, "light-1440")
	p.css(".cm-line").at.Nth(14).Click()
	p.key("End")
	p.key("Enter")
	p.must(p.tab.Keyboard().Type("await track(secrets.SE"))
	p.css(".cm-tooltip-autocomplete").shows()
	shot(p, "light-1440-completion")
	p.key("Escape")
	p.must(p.tab.SetViewportSize(1024, 900))
	p.must(p.tab.EmulateMedia(playwright.PageEmulateMediaOptions{ColorScheme: playwright.ColorSchemeDark}))
	p.key("Control+f")
	p.must(p.tab.Keyboard().Type("company"))
	p.key("Enter")
	p.css("output").sees(like("of"))
	shot(p, "dark-1024-find")
	p.must(p.tab.SetViewportSize(390, 844))
	shot(p, "dark-390-find")
	p.key("Escape")
	p.key("ArrowUp")
	shot(p, "dark-390")
	p.must(p.tab.SetViewportSize(320, 700))
	shot(p, "dark-320")
	p.must(p.tab.SetViewportSize(1440, 900))
	p.must(p.tab.EmulateMedia(playwright.PageEmulateMediaOptions{ColorScheme: playwright.ColorSchemeLight}))
	p.button("Plain text").click()
	shot(p, "light-1440-plain")
	p.link("Versions").click()
	p.dialog(like("Versions")).shows()
	shot(p, "light-1440-versions")
	p.link("Compare version 2").click()
	p.css(".diff").shows()
	shot(p, "light-1440-diff")
	p.must(p.tab.SetViewportSize(390, 844))
	shot(p, "light-390-diff")
	q := s.visitAs(t, "editor", s.editorPath(), withoutScript)
	shot(q, "noscript-1440")
	q.open(s.editorPath() + "/versions/2")
	shot(q, "noscript-diff")
	v := s.visitAs(t, "viewer", s.editorPath())
	v.css("#reads button").first().shows()
	shot(v, "viewer-1440")
	l := s.visitAs(t, "editor", s.hooksPath())
	shot(l, "hooks")
}
