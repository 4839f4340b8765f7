//go:build e2e

package e2e

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/playwright-community/playwright-go"
)

// The sizes of window that the design speaks of.
var (
	desktop = playwright.Size{Width: 1440, Height: 900}
	laptop  = playwright.Size{Width: 1024, Height: 768}
	phone   = playwright.Size{Width: 390, Height: 844}
)

// setting changes how a browser is set up.
type setting func(*playwright.BrowserNewContextOptions)

// withoutScript also keeps the page still: a click on something that moves never
// arrives where no script runs.
func withoutScript(o *playwright.BrowserNewContextOptions) {
	lessMotion(o)
	o.JavaScriptEnabled = playwright.Bool(false)
}

func lessMotion(o *playwright.BrowserNewContextOptions) {
	o.ReducedMotion = playwright.ReducedMotionReduce
}

func sized(size playwright.Size) setting {
	return func(o *playwright.BrowserNewContextOptions) { o.Viewport = &size }
}

func withClipboard(o *playwright.BrowserNewContextOptions) {
	o.Permissions = []string{"clipboard-read", "clipboard-write"}
}

// browser is one person's browser. It remembers all that went wrong in its tabs.
type browser struct {
	tb      testing.TB
	site    *site
	context playwright.BrowserContext
	script  bool

	mu       sync.Mutex
	problems []string
	statuses []int // over 399, as they came
	expected []int
	offline  bool
}

// visit opens the browser of somebody who is nobody yet, at a path.
func (s *site) visit(t testing.TB, path string, settings ...setting) *page {
	t.Helper()
	p := s.newBrowser(t, settings).newTab()
	p.open(path)
	return p
}

// visitAs opens the browser of the member with a role, who is signed in; of somebody
// who is nobody yet for the role "".
func (s *site) visitAs(t testing.TB, role, path string, settings ...setting) *page {
	t.Helper()
	b := s.newBrowser(t, settings)
	if role != "" {
		b.must(b.context.AddCookies([]playwright.OptionalCookie{{
			Name: "hooksafe", Value: s.token(role), URL: &s.URL,
		}}))
	}
	p := b.newTab()
	p.open(path)
	return p
}

func (s *site) newBrowser(t testing.TB, settings []setting) *browser {
	t.Helper()
	options := playwright.BrowserNewContextOptions{BaseURL: &s.URL, Viewport: &desktop, Locale: playwright.String("en-GB")}
	for _, set := range settings {
		set(&options)
	}
	context, err := chromium.NewContext(options)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{tb: t, site: s, context: context, script: options.JavaScriptEnabled == nil}
	b.watch()
	t.Cleanup(b.finish)
	return b
}

func (b *browser) must(err error) {
	b.tb.Helper()
	if err != nil {
		b.tb.Fatal(err)
	}
}

// cspReports turns the reports that a policy makes into errors on the console,
// for those that Chromium does not print itself.
const cspReports = `addEventListener("securitypolicyviolation", (event) =>
	console.error("content security policy: " + event.violatedDirective + " " + event.blockedURI));`

// watch notes whatever goes wrong in any tab.
func (b *browser) watch() {
	if b.script {
		b.must(b.context.AddInitScript(playwright.Script{Content: playwright.String(cspReports)}))
	}
	b.context.OnConsole(func(m playwright.ConsoleMessage) {
		if m.Type() == "error" && !b.excused(m.Text()) {
			b.note("console: %s", m.Text())
		}
	})
	b.context.OnWebError(func(e playwright.WebError) { b.note("page error: %v", e.Error()) })
	b.context.OnResponse(func(r playwright.Response) {
		if r.Status() >= 400 {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.statuses = append(b.statuses, r.Status())
		}
	})
	b.context.OnRequestFailed(func(r playwright.Request) {
		// A page that is left behind gives up what it was loading, and Back asks for no
		// answer to a form anew.
		reason := fmt.Sprint(r.Failure())
		if !strings.Contains(reason, "ERR_ABORTED") && !strings.Contains(reason, "ERR_INTERNET_DISCONNECTED") &&
			!strings.Contains(reason, "ERR_CACHE_MISS") {
			b.note("%s %s failed: %s", r.Method(), r.URL(), reason)
		}
	})
}

// excused tells whether an error on the console says what is known: Chromium
// prints statuses, which are judged by themselves, and both Chromium and htmx
// print that there is no network.
func (b *browser) excused(text string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.HasPrefix(text, "Failed to load resource:") || b.offline && strings.Contains(text, "Failed to fetch")
}

func (b *browser) note(format string, values ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.problems = append(b.problems, fmt.Sprintf(format, values...))
}

// expect declares the statuses over 399 that the journey leads to. Others fail
// the test, and so do these if they don't come.
func (b *browser) expect(statuses ...int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.expected = append(b.expected, statuses...)
}

// disconnect takes the network away, which makes requests fail from here on.
func (b *browser) disconnect() {
	b.tb.Helper()
	b.mu.Lock()
	b.offline = true
	b.mu.Unlock()
	b.must(b.context.SetOffline(true))
}

func (b *browser) reconnect() {
	b.tb.Helper()
	b.must(b.context.SetOffline(false))
}

// describe prints what a screen reader would find in each tab, outside of the
// sidebar.
func (b *browser) describe() {
	for _, tab := range b.context.Pages() {
		part := tab.Locator("main, #toasts")
		if open, err := tab.Locator("dialog[open]").Count(); err == nil && open > 0 {
			part = tab.Locator("dialog[open]")
		}
		all, err := part.All()
		b.must(err)
		b.tb.Logf("%s at the end:", tab.URL())
		for _, one := range all {
			if seen, err := one.AriaSnapshot(); err == nil {
				b.tb.Log("\n" + seen)
			}
		}
	}
}

// finish closes the browser and reports what went wrong in it.
func (b *browser) finish() {
	if b.tb.Failed() {
		b.describe()
	}
	if err := b.context.Close(); err != nil {
		b.tb.Errorf("close the browser: %v", err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, problem := range b.problems {
		b.tb.Error(problem)
	}
	for _, status := range b.statuses {
		if !slices.Contains(b.expected, status) {
			b.tb.Errorf("an unexpected answer %d", status)
		}
	}
	for _, status := range b.expected {
		if !slices.Contains(b.statuses, status) {
			b.tb.Errorf("no answer was %d", status)
		}
	}
}
