//go:build e2e

package e2e

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/playwright-community/playwright-go"

	"hooksafe/e2e/demo"
	"hooksafe/store"
)

// everywhere are the pages of the demo, as one role sees them, with their titles.
// What has to hold on every page is held against all of them: a new page is a line.
var everywhere = []struct{ title, role, path string }{
	{"Sign in", "", "/login"},
	{"Hooks", "owner", demoOrg + "/hooks"},
	{"Hooks", "viewer", demoOrg + "/hooks"},
	{"Hooks", "owner", demoOrg + "/hooks?q=CRM_"},
	{"Hooks", "owner", demoOrg + "/hooks?q=payrol"},
	{"New hook", "editor", demoOrg + "/hooks/new"},
	{"Export hooks", "owner", demoOrg + "/hooks/export"},
	{"Script, enrich-user-profile", "editor", demoHook},
	{"Script, enrich-user-profile", "viewer", demoHook},
	{"Script, sync-crm-contact", "editor", demoOrg + "/hooks/{sync-crm-contact}"},
	{"Versions of the script, enrich-user-profile", "editor", demoHook + "/versions"},
	{"Version 2 of the script, enrich-user-profile", "viewer", demoHook + "/versions/2"},
	{"Activity, enrich-user-profile", "admin", demoHook + "/activity"},
	{"Duplicate enrich-user-profile", "editor", demoHook + "/duplicate"},
	{"Delete enrich-user-profile", "editor", demoHook + "/delete"},
	{"Delete enrich-user-profile for good", "editor", demoHook + "/destroy"},
	{"Secrets, enrich-user-profile", "editor", demoHook + "/secrets"},
	{"Secrets, enrich-user-profile", "viewer", demoHook + "/secrets"},
	{"Secrets, add-claims-m2m", "editor", demoOrg + "/hooks/{add-claims-m2m}/secrets"},
	{"Secrets, sync-crm-contact", "editor", demoOrg + "/hooks/{sync-crm-contact}/secrets"},
	{"Secrets, sms-fallback", "editor", demoOrg + "/hooks/{sms-fallback}/secrets"},
	{"Add secret", "editor", demoHook + "/secrets/new"},
	{"Export secrets", "admin", demoHook + "/secrets/export"},
	{"Export secrets", "viewer", demoHook + "/secrets/export"},
	{"Import secrets", "editor", demoHook + "/secrets/import"},
	{"Import organization secrets", "admin", demoOrg + "/settings/secrets/import"},
	{"Import hooks", "editor", demoOrg + "/hooks/import"},
	{"CRM_CLIENT_SECRET", "admin", demoHook + "/secrets/{enrich-user-profile/CRM_CLIENT_SECRET}"},
	{"CRM_CLIENT_SECRET", "viewer", demoHook + "/secrets/{enrich-user-profile/CRM_CLIENT_SECRET}"},
	{"Edit CRM_CLIENT_SECRET", "editor", demoHook + "/secrets/{enrich-user-profile/CRM_CLIENT_SECRET}/edit"},
	{"Delete CRM_CLIENT_SECRET", "editor", demoHook + "/secrets/{enrich-user-profile/CRM_CLIENT_SECRET}/delete"},
	{"Delete CRM_CLIENT_SECRET for good", "editor", demoHook + "/secrets/{enrich-user-profile/CRM_CLIENT_SECRET}/destroy"},
	{"Audit log", "admin", demoOrg + "/audit"},
	{"Audit log", "viewer", demoOrg + "/audit"},
	{"Audit log", "admin", demoOrg + "/audit?outcome=denied"},
	{"API keys", "admin", demoOrg + "/settings/api-keys"},
	{"API", "admin", demoOrg + "/settings/api-keys/calls"},
	{"New API key", "admin", demoOrg + "/settings/api-keys/new"},
	{"Organization secrets", "admin", demoOrg + "/settings/secrets"},
	{"Organization secrets", "viewer", demoOrg + "/settings/secrets"},
	{"Organization secrets", "admin", demoOrg + "/settings/secrets?q=key"},
	{"Organization secrets", "admin", demoOrg + "/settings/secrets?q=payrol"},
	{"Add organization secret", "admin", demoOrg + "/settings/secrets/new"},
	{"Export organization secrets", "admin", demoOrg + "/settings/secrets/export"},
	{"DATABASE_URL", "admin", demoOrg + "/settings/secrets/{/DATABASE_URL}"},
	{"DATABASE_URL", "viewer", demoOrg + "/settings/secrets/{/DATABASE_URL}"},
	{"Edit DATABASE_URL", "admin", demoOrg + "/settings/secrets/{/DATABASE_URL}/edit"},
	{"Delete DATABASE_URL", "admin", demoOrg + "/settings/secrets/{/DATABASE_URL}/delete"},
	{"Delete DATABASE_URL for good", "admin", demoOrg + "/settings/secrets/{/DATABASE_URL}/destroy"},
	{"Members", "owner", demoOrg + "/settings/members"},
	{"Members", "admin", demoOrg + "/settings/members"},
	{"Members", "viewer", demoOrg + "/settings/members"},
	{"Members", "admin", demoOrg + "/settings/members?q=payrol"},
	{"Leave Brightwater Labs", "editor", demoOrg + "/settings/members/leave"},
	{"Invite", "admin", demoOrg + "/settings/members/invite"},
	{"General", "owner", demoOrg + "/settings/general"},
	{"Delete Brightwater Labs", "owner", demoOrg + "/settings/general/delete"},
	{"New organization", "owner", "/orgs/new"},
	{"Search", "owner", demoOrg + "/search?q=crm"},
	{"Search", "viewer", demoOrg + "/search?q=key"},
	{"Help and keys", "owner", "/keys"},
	{"Account", "owner", "/account"},
}

// visitEverywhere opens each of the pages, in one browser for each role.
func visitEverywhere(t *testing.T, check func(t *testing.T, p *page, name string), settings ...setting) {
	t.Helper()
	s := newDemo(t)
	browsers := map[string]*page{}
	for _, at := range everywhere {
		path := s.address(t, at.path)
		if browsers[at.role] == nil {
			browsers[at.role] = s.visitAs(t, at.role, path, append(settings, lessMotion)...)
		} else {
			browsers[at.role].open(path)
		}
		check(t, browsers[at.role], strings.TrimSpace(at.title+" "+at.role))
	}
}

func TestAccessibleEverywhere(t *testing.T) {
	visitEverywhere(t, func(_ *testing.T, p *page, name string) { p.accessible(name, desktop, phone) })
}

// A page says what it is, once and in its own words.
func TestTitles(t *testing.T) {
	s := newDemo(t)
	pages := map[string]string{}
	for _, at := range everywhere {
		path := s.address(t, at.path)
		p := s.visitAs(t, at.role, path)
		p.titled(at.title + " · Hooksafe")
		p.css("h1").counts(1)
		page, _, _ := strings.Cut(path, "?") // a filtered list is the same page
		if other := pages[at.title]; other != "" && other != page {
			t.Errorf("%s and %s are both called %q", other, page, at.title)
		}
		pages[at.title] = page
		p.must(p.context.Close())
	}
}

// The windows that a page has to fit: the narrowest phone, and what is left of a
// desktop and of a laptop at twice the size.
var narrow = []playwright.Size{{Width: 320, Height: 640}, {Width: 720, Height: 450}, {Width: 512, Height: 384}}

func TestNarrow(t *testing.T) {
	visitEverywhere(t, func(_ *testing.T, p *page, name string) { p.fits(name) })
}

// fits fails the test if the page scrolls sideways in one of the narrow windows. The
// two that stand for zoom have the pixels that zoom has.
func (p *page) fits(what string) {
	p.t.Helper()
	for _, size := range narrow {
		p.must(p.tab.SetViewportSize(size.Width, size.Height))
		if width := number(p.t, p.eval("document.documentElement.scrollWidth")); width > float64(size.Width) {
			p.t.Errorf("%s is %v px wide in a window of %d", what, width, size.Width)
		}
	}
	p.must(p.tab.SetViewportSize(desktop.Width, desktop.Height))
}

// Whatever has the focus shows it, by a ring around itself or around the card that
// it fills; where the system paints with its own colours as well.
func TestFocusIsVisible(t *testing.T) {
	t.Run("colours of the page", func(t *testing.T) { visitEverywhere(t, focusRings) })
	t.Run("forced colours", func(t *testing.T) { visitEverywhere(t, focusRings, forcedColors) })
}

func forcedColors(o *playwright.BrowserNewContextOptions) {
	o.ForcedColors = playwright.ForcedColorsActive
}

func focusRings(t *testing.T, p *page, name string) {
	// The editor says a moment later that it has the focus. The button for the calendar
	// is a part of a date field that no style sheet sees: the browser rings it.
	const ring = `async () => {
		const focused = document.activeElement, card = focused.closest(".script");
		const outlined = (element) => {
			const { outlineStyle, outlineWidth } = getComputedStyle(element);
			return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
		};
		const shown = () => focused === document.body || outlined(focused) || focused.type === "date" && !focused.matches(":focus-visible") ||
			card && (outlined(card) || getComputedStyle(card).boxShadow !== "none");
		for (let frames = 0; frames < 60 && !shown(); frames++) await new Promise(requestAnimationFrame);
		const { tagName, id, className } = focused;
		return [focused === document.body, shown(), tagName + "#" + id + "." + className];
	}`
	t.Helper()
	p.eval("() => document.activeElement.blur()")
	for range 25 {
		p.key("Tab")
		state := p.eval(ring).([]any)
		if state[0] == true {
			break
		}
		if state[1] != true {
			t.Errorf("%s: no ring around %v", name, state[2])
		}
	}
}

// Where the system paints with its own colours, what is drawn by colour alone keeps
// a shape.
func TestForcedColors(t *testing.T) {
	s := newDemo(t)
	p := s.visitAs(t, "editor", s.address(t, demoHook+"/secrets"), lessMotion, forcedColors)
	if border := p.css(".slot").first().js("(slot) => getComputedStyle(slot).borderTopStyle"); border == "none" {
		t.Error("the slot has no border")
	}
	for _, part := range []string{".dots", ".ticks"} {
		if adjust := p.css(part).first().js("(part) => getComputedStyle(part).forcedColorAdjust"); adjust != "none" {
			t.Errorf("%s is painted over: forced-color-adjust is %v", part, adjust)
		}
	}
}

// Names as long as they may be, text from right to left, a script as long as it may
// be, and many people.
func TestExtremes(t *testing.T) {
	s := newDemo(t)
	ctx, editor := context.Background(), s.demoActor(t, "editor")
	longHook, longSecret := strings.Repeat("a", 100), strings.Repeat("M", 128)
	hook, err := s.CreateHook(ctx, editor, longHook, "send-phone-message")
	must(t, err)
	script := strings.Repeat("// "+strings.Repeat("wide ", 100)+"\n", 1050)[:512*1024]
	_, err = s.SaveHook(ctx, editor, hook.ID, store.HookChange{Base: hook.Revision, Script: &script})
	must(t, err)
	for name, note := range map[string]string{
		longSecret: strings.Repeat("unbreakable", 90), "RIGHT_TO_LEFT": "מפתח הייצור, מוחלף בכל יום שני", "SHORT": "\u202eturned",
	} {
		_, err := s.AddSecret(ctx, editor, store.HookPlace(hook.ID), store.NewSecret{Name: name, Note: note, Value: store.NewPlaintext("x")})
		must(t, err)
	}
	s.addPeople(t, 50)
	p := s.visitAs(t, "editor", "/", lessMotion)
	list := demoOrg + "/hooks/" + hook.ID
	for _, path := range []string{
		demoOrg + "/hooks", list, list + "/delete", list + "/secrets", list + "/secrets/new", demoOrg + "/audit",
	} {
		p.open(path)
		p.fits(path)
	}
	p.open(list + "/secrets")
	p.row("RIGHT_TO_LEFT").sees("מפתח הייצור")
	p.row("SHORT").sees("v1") // what turns text around stays in its own cell
	p.accessible("extremes", desktop, phone)
	viewer := s.visitAs(t, "viewer", list+"/secrets", lessMotion)
	viewer.sees("Person 50")
	viewer.fits("fifty admins")
}

// addPeople makes admins past the guard: hashing a password for each would take long.
// One of them writes from right to left.
func (s *site) addPeople(t testing.TB, n int) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(s.Dir, "hooksafe.db")+"?mode=rw&_busy_timeout=5000")
	must(t, err)
	defer db.Close()
	for i := range n {
		name := fmt.Sprintf("Person %d", i+1)
		if i == 0 {
			name = "נועה בן־דוד"
		}
		id := fmt.Sprintf("00000000-0000-7000-8000-%012d", i)
		_, err := db.Exec(`INSERT INTO users (id, email, email_key, name, created_at, created_by, updated_at, updated_by)
			VALUES (?, ?, ?, ?, 0, '', 0, '')`, id, id+"@brightwater.example", id+"@brightwater.example", name)
		must(t, err)
		_, err = db.Exec(`INSERT INTO members (org, user, role, joined_at) SELECT id, ?, 'admin', 0 FROM organizations WHERE slug = ?`,
			id, demo.Slug)
		must(t, err)
	}
}

// Nothing jumps when a part of a page is swapped: dialogs and toasts lie above it,
// and a row that opens moves only what stands below it.
func TestNothingJumps(t *testing.T) {
	s := newDemo(t)
	p := s.visitAs(t, "editor", s.address(t, demoOrg+"/hooks"), lessMotion, withClipboard)
	p.staysPut("switching a hook off", "", func() {
		p.toggle("Enabled, enrich-user-profile").click()
		p.row("enrich-user-profile").sees("Off")
	})
	p.staysPut("a dialog", "", func() {
		p.link("New hook").click()
		p.dialog("New hook").shows()
	})
	p.staysPut("closing it", "", func() {
		p.key("Escape")
		p.css("dialog[open]").missing()
	})
	p.open(s.address(t, demoHook+"/secrets"))
	p.staysPut("copying", "", func() {
		p.clipboard(func() {
			p.button("Copy CRM_CLIENT_ID").click()
			p.hears("CRM_CLIENT_ID copied. Recorded.")
		})
	})
	p.staysPut("revealing", "CRM_CLIENT_ID", func() {
		p.button("Reveal CRM_CLIENT_ID").click()
		p.group("Value of CRM_CLIENT_ID").shows()
	})
	p.staysPut("hiding", "CRM_CLIENT_ID", func() {
		p.link("Hide CRM_CLIENT_ID").first().click()
		p.row("CRM_CLIENT_ID").sees("Value hidden")
	})
	p = s.visitAs(t, "admin", demoOrg+"/audit", lessMotion)
	entries := p.css("details.entry")
	before, err := entries.at.Count()
	p.must(err)
	p.staysPut("older entries", "", func() {
		p.link("Load older").click()
		p.must(eventually.Locator(entries.at.Nth(before)).ToBeVisible())
	})
}

// staysPut fails the test if doing something moves what was there. The row called
// below may push away what comes after it.
func (p *page) staysPut(what, below string, do func()) {
	p.t.Helper()
	// Fonts that come late move everything, and a frame may still be under way.
	p.eval(`async () => {
		await document.fonts.ready;
		for (let frames = 0; frames < 2; frames++) await new Promise(requestAnimationFrame);
		window.moved = [];
		window.moves = new PerformanceObserver((list) => {
			for (const { sources } of list.getEntries()) window.moved.push(...sources);
		});
		window.moves.observe({ type: "layout-shift" });
	}`)
	do()
	p.settle()
	moved, err := p.tab.Evaluate(`(below) => {
		for (const { sources } of window.moves.takeRecords()) window.moved.push(...sources);
		window.moves.disconnect();
		const row = below && [...document.querySelectorAll("tbody")].find((row) => row.querySelector(".row-name")?.textContent.trim() === below);
		const after = (node) => row && row.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING;
		return window.moved
			.filter(({ node }) => node?.isConnected && !after(node))
			.map(({ node, previousRect: was, currentRect: is }) => (node.outerHTML ?? node.textContent).slice(0, 120) + " from " + was.y + " to " + is.y);
	}`, below)
	p.must(err)
	for _, one := range moved.([]any) {
		p.t.Errorf("%s moves %v", what, one)
	}
}
