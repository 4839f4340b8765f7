//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/playwright-community/playwright-go"
)

// picture is a state of the demo to take pictures of: a page as a role sees it, and
// what is done there first.
type picture struct {
	name, role, path string
	steps            func(p *page)
	readme           string // the pictures of it that the README shows: scheme-width
}

// pictures are in the order in which somebody new would come by them. One line, and
// a state is among them.
var pictures = []picture{
	{name: "sign-in", path: "/login"},
	{name: "hooks", role: "owner", path: demoOrg + "/hooks"},
	{name: "hooks-found", role: "owner", path: demoOrg + "/hooks?q=CRM_"},
	{name: "hooks-nothing", role: "owner", path: demoOrg + "/hooks?q=payrol"},
	{name: "hooks-viewer", role: "viewer", path: demoOrg + "/hooks"},
	{name: "organizations", role: "owner", path: demoOrg + "/hooks", steps: opensSwitcher},
	{name: "new-hook", role: "owner", path: demoOrg + "/hooks/new"},
	{name: "editor", role: "owner", path: demoHook},
	{name: "editor-missing", role: "owner", path: demoOrg + "/hooks/{sync-crm-contact}", readme: "light-1440"},
	{name: "versions", role: "owner", path: demoHook + "/versions"},
	{name: "difference", role: "owner", path: demoHook + "/versions/2"},
	{name: "duplicate", role: "owner", path: demoHook + "/duplicate"},
	{name: "activity", role: "owner", path: demoHook + "/activity"},
	{name: "tools", role: "owner", path: demoHook, steps: opensTools},
	{name: "secrets", role: "owner", path: demoHook + "/secrets"},
	{name: "secrets-viewer", role: "viewer", path: demoHook + "/secrets"},
	{name: "secrets-few-left", role: "owner", path: demoOrg + "/hooks/{sync-crm-contact}/secrets"},
	{name: "secrets-full", role: "owner", path: demoOrg + "/hooks/{add-claims-m2m}/secrets"},
	{name: "secrets-empty", role: "owner", path: demoOrg + "/hooks/{sms-fallback}/secrets"},
	{name: "revealed", role: "owner", path: demoHook + "/secrets", steps: reveals("CRM_CLIENT_SECRET"), readme: "light-1440 dark-390"},
	{name: "edit", role: "owner", path: demoHook + "/secrets", steps: opens("Edit CRM_CLIENT_SECRET")},
	{name: "placeholder", role: "owner", path: demoHook + "/secrets", steps: pastesPlaceholder},
	{name: "add", role: "owner", path: demoHook + "/secrets", steps: opens("Add secret")},
	{name: "import", role: "owner", path: demoHook + "/secrets", steps: opens("Paste .env")},
	{name: "import-preview", role: "owner", path: demoHook + "/secrets", steps: previewsImport},
	{name: "import-hooks", role: "owner", path: demoOrg + "/hooks", steps: opens("Import hooks")},
	{name: "delete", role: "owner", path: demoHook + "/secrets", steps: opens("Delete CRM_CLIENT_SECRET")},
	{name: "export", role: "viewer", path: demoHook, steps: exports(false)},
	{name: "export-values", role: "owner", path: demoHook, steps: exports(true)},
	{name: "export-hooks", role: "owner", path: demoOrg + "/hooks", steps: opens("Export")},
	{name: "drawer", role: "owner", path: demoHook + "/secrets", steps: opens("Versions of CRM_CLIENT_SECRET")},
	{name: "secret", role: "owner", path: demoHook + "/secrets/{enrich-user-profile/CRM_CLIENT_SECRET}"},
	{name: "audit", role: "owner", path: demoOrg + "/audit", readme: "light-1440"},
	{name: "audit-denied", role: "owner", path: demoOrg + "/audit?outcome=denied"},
	{name: "audit-own", role: "editor", path: demoOrg + "/audit"},
	{name: "palette", role: "owner", path: demoOrg + "/hooks", steps: searches("crm")},
	{name: "search", role: "owner", path: demoOrg + "/search?q=crm"},
	{name: "keys", role: "owner", path: "/keys"},
	{name: "organization-secrets", role: "owner", path: demoOrg + "/settings/secrets"},
	{name: "organization-secrets-viewer", role: "viewer", path: demoOrg + "/settings/secrets"},
	{name: "organization-secrets-nothing", role: "owner", path: demoOrg + "/settings/secrets?q=payrol"},
	{name: "organization-secret-revealed", role: "owner", path: demoOrg + "/settings/secrets", steps: reveals("DATABASE_URL")},
	{name: "organization-secret-drawer", role: "owner", path: demoOrg + "/settings/secrets", steps: opens("Versions of DATABASE_URL")},
	{name: "add-organization-secret", role: "owner", path: demoOrg + "/settings/secrets", steps: opens("Add secret")},
	{name: "invite", role: "owner", path: demoOrg + "/settings/members", steps: opens("Invite")},
	{name: "api-keys", role: "owner", path: demoOrg + "/settings/api-keys"},
	{name: "api-calls", role: "owner", path: demoOrg + "/settings/api-keys/calls", steps: func(p *page) { p.css("details").first().at.Evaluate("(d) => { d.open = true }", nil) }},
	{name: "new-api-key", role: "owner", path: demoOrg + "/settings/api-keys", steps: opens("New key")},
	{name: "members", role: "owner", path: demoOrg + "/settings/members"},
	{name: "members-viewer", role: "viewer", path: demoOrg + "/settings/members"},
	{name: "member-menu", role: "owner", path: demoOrg + "/settings/members", steps: opensMenuOf("Tomás Vidal")},
	{name: "remove-member", role: "owner", path: demoOrg + "/settings/members", steps: removes("Tomás Vidal")},
	{name: "leave", role: "editor", path: demoOrg + "/settings/members/leave"},
	{name: "general", role: "owner", path: demoOrg + "/settings/general"},
	{name: "delete-organization", role: "owner", path: demoOrg + "/settings/general", steps: opens("Delete organization")},
	{name: "new-organization", role: "owner", path: "/orgs/new"},
	{name: "account", role: "owner", path: "/account"},
	{name: "nothing-here", role: "owner", path: demoOrg + "/nothing"},
}

func opensSwitcher(p *page) {
	if menu := p.button("Menu"); visible(menu) {
		menu.click()
	}
	p.button(like("^Organization:")).click()
	p.menu().last().shows() // on a phone the sidebar is one too
}

func opensTools(p *page) {
	p.button("Hook tools").click()
	p.menu().shows()
}

func opensMenuOf(name string) func(p *page) {
	return func(p *page) {
		p.t.Helper()
		p.button("More about " + name).click()
		p.menu().last().shows()
	}
}

func removes(name string) func(p *page) {
	return func(p *page) {
		p.t.Helper()
		opensMenuOf(name)(p)
		opens("Remove")(p)
	}
}

// opens follows a link to a dialog.
func opens(link string) func(p *page) {
	return func(p *page) {
		p.t.Helper()
		p.link(link).click()
		p.css("dialog[open]").shows()
	}
}

// exports opens the dialog from the tools of a hook, and chooses values or not.
func exports(values bool) func(p *page) {
	return func(p *page) {
		p.t.Helper()
		opensTools(p)
		opens("Export secrets")(p)
		if values {
			p.radio("With values").check()
			p.field("Reason").fill("Moving to the new cluster")
		}
	}
}

// reveals shows a value and lets a third of its time run out.
func reveals(name string) func(p *page) {
	return func(p *page) {
		p.t.Helper()
		p.must(p.tab.Clock().Install())
		p.reload()
		p.button("Reveal " + name).click()
		p.group("Value of " + name).shows()
		p.must(p.tab.Clock().RunFor("00:09"))
	}
}

// searches types into the palette.
func searches(text string) func(p *page) {
	return func(p *page) {
		p.t.Helper()
		p.key("Control+k")
		p.searchBox().fill(text)
		p.palette().css("mark").first().shows()
	}
}

// previewsImport hands in what the picture of the design does.
func previewsImport(p *page) {
	p.t.Helper()
	p.pastesEnv("SLACK_WEBHOOK_URL=https://hooks.slack.example/services/T0/B0\nSLACK_CHANNEL=alerts-1\nSTRIPE_API_KEY=sk_example_1\n" +
		"SENTRY_DSN=_VALUE_NOT_SHOWN_\n2FA PEPPER=x\n")
	p.css(".plan").first().shows()
}

func pastesPlaceholder(p *page) {
	opens("Edit CRM_CLIENT_SECRET")(p)
	p.field("New value").fill(placeholders[0])
}

// TestScreenshots takes the README's pictures into the directory that
// HOOKSAFE_README names, and all of them into that of HOOKSAFE_SCREENSHOTS.
func TestScreenshots(t *testing.T) {
	readme, all := os.Getenv("HOOKSAFE_README"), os.Getenv("HOOKSAFE_SCREENSHOTS")
	if readme == "" && all == "" {
		t.Skip("neither HOOKSAFE_README nor HOOKSAFE_SCREENSHOTS names a directory")
	}
	for _, dir := range []string{readme, all} {
		if dir != "" {
			must(t, os.MkdirAll(dir, 0o755))
		}
	}
	for _, pic := range pictures {
		for _, size := range []playwright.Size{desktop, laptop, phone} {
			for _, scheme := range []*playwright.ColorScheme{playwright.ColorSchemeLight, playwright.ColorSchemeDark} {
				kind := fmt.Sprintf("%s-%d", *scheme, size.Width)
				file := pic.name + "-" + kind + ".png"
				var files []string
				if readme != "" && slices.Contains(strings.Fields(pic.readme), kind) {
					files = append(files, filepath.Join(readme, file))
				}
				if all != "" {
					files = append(files, filepath.Join(all, file))
				}
				if len(files) > 0 {
					t.Run(file, func(t *testing.T) { pic.take(t, size, scheme, files) })
				}
			}
		}
	}
}

// take is one picture, of a demo of its own: nothing that was done for another one
// shows in it.
func (pic picture) take(t *testing.T, size playwright.Size, scheme *playwright.ColorScheme, files []string) {
	s := openDemo(t)
	scale := 1.0
	if size == phone {
		scale = 2
	}
	look := func(o *playwright.BrowserNewContextOptions) { o.ColorScheme, o.DeviceScaleFactor = scheme, &scale }
	p := s.visitAs(t, pic.role, s.address(t, pic.path), sized(size), lessMotion, look)
	if pic.steps != nil {
		pic.steps(p)
	}
	p.settle()
	shot, err := p.tab.Screenshot(playwright.PageScreenshotOptions{Caret: playwright.ScreenshotCaretHide})
	p.must(err)
	for _, file := range files {
		must(t, os.WriteFile(file, shot, 0o644))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.statuses = nil // the page of an error is a picture too
}

// settle waits until fonts are there and nothing moves, and takes the pointer off
// whatever was clicked.
func (p *page) settle() {
	p.t.Helper()
	p.must(p.tab.Mouse().Move(0, 0))
	p.eval(`async () => {
		await document.fonts.ready;
		const frame = () => new Promise(requestAnimationFrame);
		await frame();
		do await frame(); while (document.getAnimations().length);
	}`)
}
