//go:build e2e

package e2e

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/playwright-community/playwright-go"
)

func zipped2(t testing.TB) []byte {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	must(t, w.AddFS(os.DirFS("../handlers/formats/testdata/deploycli/directory")))
	must(t, w.Close())
	return out.Bytes()
}

func TestLook(t *testing.T) {
	s := openDemo(t)
	env := "SLACK_WEBHOOK_URL=https://hooks.slack.com/services/T000/B000/XXXXXXXX\nSLACK_CHANNEL=#alerts\nCRM_CLIENT_SECRET='new one'\nCRM_BASE_URL=_VALUE_NOT_SHOWN_\nSENTRY_NEW=_VALUE_NOT_SHOWN_\nSTRIPE_API_KEY=_VALUE_NOT_SHOWN_\n2FA_PEPPER=x y\nB@D=x\n"
	for _, size := range []playwright.Size{desktop, laptop, phone} {
		for _, scheme := range []*playwright.ColorScheme{playwright.ColorSchemeLight, playwright.ColorSchemeDark} {
			look := func(o *playwright.BrowserNewContextOptions) { o.ColorScheme = scheme }
			p := s.visitAs(t, "owner", s.address(t, demoHook+"/secrets"), sized(size), lessMotion, look)
			shot := func(name string) {
				p.settle()
				b, err := p.tab.Screenshot()
				p.must(err)
				must(t, os.WriteFile(filepath.Join("/tmp/look", fmt.Sprintf("%s-%s-%d.png", name, *scheme, size.Width)), b, 0o644))
			}
			shot("secrets")
			p.link("Paste .env").first().click()
			p.css("dialog[open]").shows()
			p.field("Text").fill(env)
			shot("step1")
			p.button("Preview").click()
			p.css(".plan").first().shows()
			shot("preview")
			p.css("details.deleted summary").last().click()
			shot("missing")
			p.open(s.address(t, demoOrg+"/hooks"))
			shot("hooks")
			p.link("Import hooks").click()
			p.css("dialog[open]").shows()
			shot("hooks1")
			p.css("#import-file").at.SetInputFiles([]playwright.InputFile{{Name: "export.zip", MimeType: "application/zip", Buffer: zipped2(t)}})
			p.button("Preview").click()
			p.css(".plan").first().shows()
			shot("hooks2")
		}
	}
}
