//go:build e2e

package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/playwright-community/playwright-go"

	"hooksafe/store"
	"hooksafe/store/storetest"
)

func TestReveal(t *testing.T) {
	s := newSite(t)
	value := s.Org(storetest.Acme).Value
	p := s.visitAs(t, "editor", s.secretsPath())
	row := p.row("API_KEY")
	row.sees("Value hidden")
	p.hides(value)

	p.button("Reveal API_KEY").click()
	p.group("Value of API_KEY").reads(value)
	row.sees("Visible to you")
	row.sees("This reveal was recorded.")
	p.hears("Value of API_KEY shown for 30 seconds. Recorded.")
	p.link("Hide API_KEY").first().focused()

	p.link("Hide API_KEY").first().click()
	row.sees("Value hidden")
	row.seesNot("Visible to you")
	p.hears("API_KEY hidden")
	p.button("Reveal API_KEY").focused()
	p.hides(value)
	s.wantUses(t, "secret.reveal", 1)
}

// wantUses fails the test unless acme's log holds n entries of an action, each
// done by the editor on API_KEY.
func (s *site) wantUses(t *testing.T, action string, n int) {
	t.Helper()
	entries := s.entries(t, action)
	if len(entries) != n {
		t.Errorf("%d entries %s, want %d", len(entries), action, n)
	}
	for _, e := range entries {
		if e.Outcome != "done" || *e.ActorName != "acme editor" || *e.TargetName != "API_KEY" {
			t.Errorf("an entry says %s by %s on %s", e.Outcome, *e.ActorName, *e.TargetName)
		}
	}
}

// withClock gives the tab a clock of its own, which the test moves. Pages have to
// be opened after it.
func (p *page) withClock() playwright.Clock {
	p.t.Helper()
	clock := p.tab.Clock()
	p.must(clock.Install())
	return clock
}

// reveal opens API_KEY and waits until its value shows.
func (p *page) reveal() {
	p.t.Helper()
	p.button("Reveal API_KEY").click()
	p.group("Value of API_KEY").reads(p.site.Org(storetest.Acme).Value)
}

func TestCountdown(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", "/")
	clock := p.withClock()
	p.open(s.secretsPath())
	p.reveal()
	p.must(clock.RunFor("00:20"))
	p.row("API_KEY").sees(`10 s`)
	p.must(clock.RunFor("00:05"))
	p.row("API_KEY").sees(`5 s`)
	p.must(clock.RunFor(200))
	p.hears("API_KEY: 5 seconds left.")
	p.group("Value of API_KEY").shows()

	p.must(clock.RunFor("00:06"))
	p.group("Value of API_KEY").missing()
	p.row("API_KEY").sees("Value hidden")
	p.button("Reveal API_KEY").focused()
	p.hides(s.Org(storetest.Acme).Value)
	s.wantUses(t, "secret.reveal", 1)
}

// The value goes when its time is up, server or no server.
func TestCountdownWithoutNetwork(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", "/")
	clock := p.withClock()
	p.open(s.secretsPath())
	p.reveal()
	p.disconnect()
	p.must(clock.RunFor("00:31"))
	p.group("Value of API_KEY").reads("Hidden")
	p.hides(s.Org(storetest.Acme).Value)

	p.reconnect()
	p.link("Hide API_KEY").first().click()
	p.row("API_KEY").sees("Value hidden")
}

func TestKeepLonger(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", "/")
	clock := p.withClock()
	p.open(s.secretsPath())
	p.reveal()
	keep := p.button("Keep 30 s more, API_KEY")
	for range 3 {
		p.must(clock.RunFor("00:20"))
		keep.click()
		p.row("API_KEY").sees("30 s")
		keep.focused()
		p.group("Value of API_KEY").reads(s.Org(storetest.Acme).Value)
	}
	p.must(clock.RunFor("00:20"))
	keep.click()
	keep.missing()
	p.group("Value of API_KEY").reads(s.Org(storetest.Acme).Value)
	p.link("Hide API_KEY").first().focused()

	p.must(clock.RunFor("00:29"))
	p.group("Value of API_KEY").shows()
	p.must(clock.RunFor("00:02"))
	p.row("API_KEY").sees("Value hidden")
	p.hides(s.Org(storetest.Acme).Value)

	s.wantUses(t, "secret.reveal", 5)
	entries := s.entries(t, "secret.reveal")
	first := entries[len(entries)-1].ID
	for _, e := range entries[:len(entries)-1] {
		if e.Detail == nil || !strings.Contains(*e.Detail, first) {
			t.Errorf("an extension doesn't name the entry of the first reveal: %v", e.Detail)
		}
	}
}

func TestLeavingAndComingBack(t *testing.T) {
	s := newSite(t)
	value := s.Org(storetest.Acme).Value
	p := s.visitAs(t, "editor", s.hooksPath())
	p.open(s.secretsPath())
	p.reveal()
	p.link("View entry").click()
	p.isAt("/orgs/acme/audit")
	p.hides(value)

	p.back()
	p.isAt(s.secretsPath())
	p.row("API_KEY").sees("Value hidden")
	p.hides(value)
	p.reveal()
	p.back()
	p.isAt(s.hooksPath())
	p.hides(value)
	p.forward()
	p.row("API_KEY").sees("Value hidden")
	p.hides(value)
	p.reveal()
	p.reload()
	p.row("API_KEY").sees("Value hidden")
	p.hides(value)
	s.wantUses(t, "secret.reveal", 3)
}

// A browser may freeze a page that is left and thaw it on the way back.
func TestFrozenPage(t *testing.T) {
	for _, event := range []string{"pagehide", "freeze"} {
		t.Run(event, func(t *testing.T) {
			s := newSite(t)
			p := s.visitAs(t, "editor", s.secretsPath())
			p.reveal()
			p.eval(fmt.Sprintf(`window.dispatchEvent(new PageTransitionEvent(%q, { persisted: true }))`, event))
			p.group("Value of API_KEY").reads("Hidden")
			p.hides(s.Org(storetest.Acme).Value)
		})
	}
}

// setHidden makes the page believe that its tab went out of sight, or came back.
func (p *page) setHidden(hidden bool) {
	p.t.Helper()
	p.eval(fmt.Sprintf(`() => {
		Object.defineProperty(document, "hidden", { value: %t, configurable: true });
		document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
	}`, hidden))
}

func TestHiddenTab(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", "/")
	clock := p.withClock()
	p.open(s.secretsPath())
	p.reveal()
	p.setHidden(true)
	p.must(clock.RunFor("00:08"))
	p.setHidden(false)
	p.must(clock.RunFor("00:04"))
	p.group("Value of API_KEY").reads(s.Org(storetest.Acme).Value)

	p.setHidden(true)
	p.must(clock.RunFor("00:11"))
	p.hides(s.Org(storetest.Acme).Value) // at once, well before the countdown ends
	p.row("API_KEY").sees("Value hidden")
}

// The timers of a hidden tab may sleep with it.
func TestHiddenTabThatSleeps(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", "/")
	clock := p.withClock()
	p.open(s.secretsPath())
	p.reveal()
	p.must(clock.PauseAt(p.now().Add(time.Second)))
	p.setHidden(true)
	p.must(clock.SetSystemTime(p.now().Add(11 * time.Second)))
	p.setHidden(false)
	p.hides(s.Org(storetest.Acme).Value)
	p.must(clock.Resume())
	p.row("API_KEY").sees("Value hidden")
}

// now is what the tab's clock says.
func (p *page) now() time.Time {
	p.t.Helper()
	switch ms := p.eval("Date.now()").(type) {
	case int:
		return time.UnixMilli(int64(ms))
	case float64:
		return time.UnixMilli(int64(ms))
	default:
		p.t.Fatalf("the clock says %v", ms)
		return time.Time{}
	}
}

func TestTwoTabs(t *testing.T) {
	s := newSite(t)
	value := s.Org(storetest.Acme).Value
	one := s.visitAs(t, "editor", s.secretsPath())
	two := one.newTab()
	two.open(s.secretsPath())

	one.reveal()
	two.row("API_KEY").sees("Value hidden")
	two.hides(value)
	two.reload()
	two.hides(value)
	two.reveal()
	one.link("Hide API_KEY").first().click()
	one.row("API_KEY").sees("Value hidden")
	one.hides(value)
	two.group("Value of API_KEY").shows()
	must(t, one.tab.Close())
	two.link("Hide API_KEY").first().click()
	two.row("API_KEY").sees("Value hidden")
	two.hides(value)
	s.wantUses(t, "secret.reveal", 2)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestDoubleClickIsOneReveal(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", s.secretsPath())
	p.must(p.button("Reveal API_KEY").at.Dblclick())
	p.group("Value of API_KEY").reads(s.Org(storetest.Acme).Value)
	p.settled()
	p.group("Value of API_KEY").shows()

	// The second click may also come when the button is there no more, and Hide is.
	p.secondClick(p.link("Hide API_KEY").first())
	p.settled()
	p.group("Value of API_KEY").shows()
	s.wantUses(t, "secret.reveal", 1)
}

// Whoever clicks again while the server takes its time asks once.
func TestImpatientClicks(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", s.secretsPath())
	goOn := s.slow("/reveal")
	defer goOn()
	p.button("Reveal API_KEY").click()
	p.button("Reveal API_KEY").click()
	goOn()
	p.group("Value of API_KEY").shows()
	p.settled()
	s.wantUses(t, "secret.reveal", 1)

	goOn = s.slow("/secrets")
	defer goOn()
	p.link("Add secret").click()
	p.field("Name").fill("ONCE")
	p.field("Value").fill("x")
	p.button("Save").click()
	p.button("Save").click()
	goOn()
	p.row("ONCE").shows()
	p.settled()
	p.dialog("Add secret").missing()
}

// secondClick is the second half of a double click.
func (p *page) secondClick(e element) {
	p.t.Helper()
	e.must(e.at.Hover())
	p.must(p.tab.Mouse().Down(playwright.MouseDownOptions{ClickCount: playwright.Int(2)}))
	p.must(p.tab.Mouse().Up(playwright.MouseUpOptions{ClickCount: playwright.Int(2)}))
}

// settled waits until nothing is under way any more.
func (p *page) settled() {
	p.t.Helper()
	p.must(p.tab.WaitForLoadState(playwright.PageWaitForLoadStateOptions{State: playwright.LoadStateNetworkidle}))
}

// No entry, no value: neither on the page nor in any byte of the answer.
func TestRevealWithoutAuditEntry(t *testing.T) {
	const sentence = "Not revealed. The audit entry couldn't be written, so the value stays closed."
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "editor", s.secretsPath(), settings...)
		s.breakAudit(t)
		p.expect(http.StatusServiceUnavailable)
		answer, err := p.tab.ExpectResponse("**/reveal", func() error { return p.button("Reveal API_KEY").at.Click() })
		p.must(err)
		p.sees(sentence)
		body, err := answer.Text()
		p.must(err)
		if strings.Contains(body, s.Org(storetest.Acme).Value) {
			t.Error("the answer holds the value")
		}
		p.hides(s.Org(storetest.Acme).Value)
		s.wantUses(t, "secret.reveal", 0)
	})
}

func TestCopyWithoutAuditEntry(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", s.secretsPath(), withClipboard)
	p.clipboard(func() {
		s.breakAudit(t)
		p.expect(http.StatusServiceUnavailable)
		p.button("Copy API_KEY").click()
		p.sees("Not revealed. The audit entry couldn't be written, so the value stays closed.")
		if held := p.clipboardText(); held != "" {
			t.Errorf("the clipboard holds %q", held)
		}
	})
}

func TestStepUp(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "editor", s.secretsPath(), settings...)
		s.Clock.Advance(store.ConfirmFor + time.Second)
		p.expect(http.StatusForbidden, http.StatusUnprocessableEntity)
		p.button("Reveal API_KEY").click()
		p.heading("Confirm it’s you").shows()
		p.sees("To reveal API_KEY. You won’t be asked again for 15 minutes.")
		p.hides(s.Org(storetest.Acme).Value)
		s.wantUses(t, "secret.reveal", 0)

		p.field("Password").fill("not the password")
		p.button("Reveal value").click()
		p.sees(like(`That password isn.t right\.`))
		p.field("Password").holds("")
		p.field("Password").fill(storetest.Password)
		p.button("Reveal value").click()
		p.group("Value of API_KEY").reads(s.Org(storetest.Acme).Value)
		p.heading("Confirm it’s you").missing()
		s.wantUses(t, "secret.reveal", 1)

		p.link("Hide API_KEY").first().click()
		p.button("Reveal API_KEY").click()
		p.group("Value of API_KEY").shows()
	})
}

func TestStepUpCanBeCancelled(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", s.secretsPath())
	s.Clock.Advance(store.ConfirmFor + time.Second)
	p.expect(http.StatusForbidden)
	p.button("Reveal API_KEY").click()
	p.dialog("Confirm it’s you").shows()
	p.field("Password").focused()
	p.key("Escape")
	p.dialog("Confirm it’s you").missing()
	p.button("Reveal API_KEY").focused()
	s.wantUses(t, "secret.reveal", 0)
}

func TestStepUpForKeepLonger(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", s.secretsPath())
	s.Clock.Advance(store.ConfirmFor - 10*time.Second)
	p.reveal()
	s.Clock.Advance(20 * time.Second)
	p.expect(http.StatusForbidden)
	p.button("Keep 30 s more, API_KEY").click()
	p.field("Password").fill(storetest.Password)
	p.button("Reveal value").click()
	p.dialog("Confirm it’s you").missing()
	p.row("API_KEY").sees("30 s")
	s.wantUses(t, "secret.reveal", 2)
}

// Without script the page with the open row leaves for the list by itself.
func TestRevealWithoutScript(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", s.secretsPath(), withoutScript)
	answer, err := p.tab.ExpectResponse("**/reveal", func() error { return p.button("Reveal API_KEY").at.Click() })
	p.must(err)
	p.group("Value of API_KEY").reads(s.Org(storetest.Acme).Value)
	headers, err := answer.AllHeaders()
	p.must(err)
	if want := "30; url=" + s.secretsPath(); headers["refresh"] != want {
		t.Errorf("Refresh is %q, want %q", headers["refresh"], want)
	}
	if headers["cache-control"] != "no-store" || headers["etag"] != "" {
		t.Errorf("the answer may be kept: Cache-Control %q, ETag %q", headers["cache-control"], headers["etag"])
	}
	p.button("Copy API_KEY").missing()

	for range 4 {
		p.button("Keep 30 s more, API_KEY").click()
		p.group("Value of API_KEY").shows()
	}
	p.button("Keep 30 s more, API_KEY").missing()
	p.link("Hide API_KEY").first().click()
	p.isAt(s.secretsPath())
	p.hides(s.Org(storetest.Acme).Value)

	p.button("Reveal API_KEY").click()
	p.group("Value of API_KEY").shows()
	p.hurry()
	p.isAt(s.secretsPath())
	p.row("API_KEY").sees("Value hidden")
	p.hides(s.Org(storetest.Acme).Value)
	s.wantUses(t, "secret.reveal", 6)
}

// hurry makes time in the tab jump to whatever the browser waits for next, the
// Refresh of a page included.
func (p *page) hurry() {
	p.t.Helper()
	devtools, err := p.context.NewCDPSession(p.tab)
	p.must(err)
	_, err = devtools.Send("Emulation.setVirtualTimePolicy", map[string]any{"policy": "advance"})
	p.must(err)
}

// A value is drawn as what it is: text, with every character it has.
func TestRevealShowsValuesExactly(t *testing.T) {
	values := map[string]string{
		"markup":        `<script>alert("x")</script><b>&amp;</b>`,
		"lines":         "\n\nfirst\n  second\t\n\n",
		"crlf":          "one\r\ntwo\rthree\r\n",
		"bom":           "\ufeffmarked\ufeff",
		"right to left": "שלום-123-\u202eabc",
		"combining":     "e\u0301\u0323 👩‍👩‍👧‍👦 \u00a0\u200b",
		"spaces":        "   ",
	}
	s := newSite(t)
	p := s.visitAs(t, "editor", s.secretsPath())
	for what, value := range values {
		name := strings.ReplaceAll(what, " ", "_")
		s.addSecret(t, name, value)
		p.reload()
		p.button("Reveal " + name).click()
		p.group("Value of " + name).shows()
		if shown := p.css("[data-plaintext]").js("(value) => value.textContent"); shown != value {
			t.Errorf("%s: the page shows %q, want %q", what, shown, value)
		}
		if nodes := p.css("[data-plaintext]").js("(value) => value.childNodes.length"); nodes != 1 {
			t.Errorf("%s: the value is in %v nodes", what, nodes)
		}
		p.link("Hide " + name).first().click()
		p.button("Reveal " + name).shows()
	}
}

func TestViewerSeesNoValue(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "viewer", s.secretsPath(), settings...)
		p.sees("You can see names and history, not values.")
		p.sees("Your role here is Viewer. Admins who can change it: acme admin, acme owner.")
		p.row("API_KEY").shows()
		p.row("API_KEY").css("button").counts(0)
		p.row("API_KEY").css("a").counts(2) // the name and the versions
		p.group("Value hidden").has("aria-disabled", "true")
		p.group("Value hidden").describedBy(like("Your role here is Viewer"))
		p.link("Add secret").missing()
		p.hides(s.Org(storetest.Acme).Value)
	})
}
