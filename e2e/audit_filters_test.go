//go:build e2e

package e2e

import (
	"context"
	"database/sql"
	"encoding/csv"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/playwright-community/playwright-go"

	"hooksafe/store/storetest"
)

const auditPath = "/orgs/acme/audit"

// busyLog makes entries by several people: done and denied, on two days.
func (s *site) busyLog(t *testing.T) {
	t.Helper()
	s.stored(t, "API_KEY")
	must(t, errOf(s.CopySecret(context.Background(), s.Actor(t, storetest.Acme, "editor"), s.place(), s.Org(storetest.Acme).Secret, 0)))
	_, err := s.RevealSecret(context.Background(), s.Actor(t, storetest.Acme, "viewer"), s.place(), s.Org(storetest.Acme).Secret, 0, "")
	if err == nil {
		t.Fatal("a viewer saw a value")
	}
	s.addSecret(t, "SECOND_KEY", "x")
}

func errOf[T any](_ T, err error) error { return err }

// apply sends the filters where no script does.
func (p *page) apply() {
	p.t.Helper()
	if !p.script {
		p.button("Apply").click()
	}
}

// selects chooses an option of a select.
func (e element) selects(option string) {
	e.t.Helper()
	e.focus()
	_, err := e.at.SelectOption(playwright.SelectOptionValues{Labels: &[]string{option}}, playwright.LocatorSelectOptionOptions{Timeout: &patience})
	e.must(err)
}

// hasQuery waits until a part of a query is in the address, or is not.
func (p *page) hasQuery(part string, want bool) {
	p.t.Helper()
	address := eventually.Page(p.tab)
	if !want {
		address = address.Not()
	}
	p.must(address.ToHaveURL(like("[?&]" + part + "(&|$)")))
}

func TestFilterTheLog(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		s.busyLog(t)
		p := s.visitAs(t, "owner", auditPath, settings...)
		entries := p.css("details.entry")
		all := len(s.auditLog(t))
		entries.counts(all)
		p.sees("Showing " + strconv.Itoa(all) + " of " + strconv.Itoa(all))

		p.field("Person").selects("acme editor")
		p.apply()
		entries.counts(3)
		p.hasQuery("person=[0-9a-f-]+", true)
		p.sees("Activity of acme editor, last 30 days.")
		p.field("Action").selects("Copied a secret without showing it")
		p.apply()
		entries.counts(1)
		p.hasQuery("action=secret.copy", true)
		if p.script {
			p.hears("1 entry.")
			p.field("Action").focused()
			p.hasQuery("q=", false)
		}

		p.reload()
		entries.counts(1)
		entries.first().sees("copied")
		p.link("Clear filters").click()
		entries.counts(all)
		p.hasQuery("person=[0-9a-f-]+", false)

		p.field("Search entries").fill("second")
		p.apply()
		entries.counts(1)
		entries.first().sees("SECOND_KEY")
		p.field("Search entries").holds("second")
		p.field("Search entries").fill("nowhere")
		p.apply()
		p.heading("No entries match").shows()
		p.link("All time").click()
		p.heading("No entries match").shows()
		p.hasQuery("period=all", true)
		p.field("Period").holds("all")
		p.hides(s.Org(storetest.Acme).Value)
	})
}

func TestFilterByDatesAndOutcome(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		s.busyLog(t)
		p := s.visitAs(t, "owner", auditPath, settings...)
		entries := p.css("details.entry")
		p.css(".more-filters summary").click()
		p.field("Outcome").selects("Denied or failed")
		p.apply()
		entries.counts(1)
		p.hasQuery("outcome=refused", true)
		p.field("To").fill("2026-11-20")
		p.apply()
		p.heading("No entries match").shows()
		p.sees("Activity by people, up to 20 Nov 2026.")
		p.reload()
		p.field("To").holds("2026-11-20")
		p.field("Period").holds("")
		if p.script { // of a period and dates, the last that was chosen counts
			p.field("Period").selects("Last 7 days")
			entries.counts(1)
			p.field("To").holds("")
			p.hasQuery("period=7", true)
			p.hasQuery("to=[0-9-]+", false)
		}
	})
}

// The figures lead to what they count, and back.
func TestFiguresAreFilters(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		s.busyLog(t)
		p := s.visitAs(t, "owner", auditPath, settings...)
		entries := p.css("details.entry")
		for _, figure := range []struct {
			name string
			n    int
		}{{"Values opened", 2}, {"Denied or failed", 1}} {
			link := p.link(like("^" + figure.name + " " + strconv.Itoa(figure.n) + " "))
			link.click()
			entries.counts(figure.n)
			link.has("aria-current", "true")
			link.click()
			entries.counts(len(s.auditLog(t)))
		}
		p.link(like("^All entries ")).sees("in the whole log")
	})
}

// The chart is a picture with words, and a table for who wants numbers.
func TestChartAsTable(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		s.busyLog(t)
		p := s.visitAs(t, "owner", auditPath, settings...)
		p.role("img", like(`^Activity by people, last 30 days: \d+ changes, 2 values opened, 1 denied or failed\.$`)).shows()
		p.css("svg[height]").counts(30)
		p.css(".sums").counts(1)
		p.role("table", nil).counts(0)
		p.css(".chart summary").click()
		p.role("row", like("^21 Nov 2026 ")).sees("2")
		p.role("row", like("^20 Nov 2026 0 0 0 0$")).shows()
		p.css(".sums tbody tr").counts(30)
	})
}

func TestExport(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		s.busyLog(t)
		p := s.visitAs(t, "owner", auditPath+"?outcome=refused", settings...)
		p.button("Export").click()
		lines := p.download(func() { p.menu().button(like("^JSON lines")).click() })
		if !strings.HasSuffix(lines.name, "audit-acme-2026-11-21.jsonl") || strings.Count(lines.text, "\n") != 1 || !strings.Contains(lines.text, `"outcome":"denied"`) {
			t.Errorf("%s: %s", lines.name, lines.text)
		}

		// What is chosen counts when it is exported, sent or not.
		p.open(auditPath)
		p.field("Search entries").fill("second")
		p.button("Export").click()
		table := p.download(func() { p.menu().button(like("^CSV")).click() })
		rows, err := csv.NewReader(strings.NewReader(table.text)).ReadAll()
		must(t, err)
		if len(rows) != 2 || rows[1][14] != "SECOND_KEY" || !strings.HasSuffix(table.name, ".csv") {
			t.Errorf("%s: %q", table.name, rows)
		}
		if p.script {
			p.css("[popover]:popover-open").missing()
		}
		if n := len(s.entries(t, "audit.export")); n != 2 {
			t.Errorf("%d exports are recorded", n)
		}
	})
}

type file struct{ name, text string }

// download is the file that doing something brings.
func (p *page) download(do func()) file {
	p.t.Helper()
	got, err := p.tab.ExpectDownload(func() error { do(); return nil })
	p.must(err)
	path := filepath.Join(p.t.(*testing.T).TempDir(), "download")
	p.must(got.SaveAs(path))
	text, err := os.ReadFile(path)
	p.must(err)
	return file{got.SuggestedFilename(), string(text)}
}

func TestActivityOfAHook(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		s.busyLog(t)
		p := s.visitAs(t, "owner", s.secretsPath(), settings...)
		p.link("Activity").first().click()
		p.isAt(s.editorPath() + "/activity")
		p.css("details.entry").counts(6)
		p.css("details.entry").first().sees("added SECOND_KEY in acme-hook")
		p.button("Hook tools").click()
		p.menu().link("Activity").shows()

		viewer := s.visitAs(t, "viewer", s.editorPath()+"/activity", settings...)
		viewer.sees("You see your own entries.")
		viewer.css("details.entry").counts(1)
	})
}

// What a link asks for stands over the list, and can be taken away.
func TestOnlyOneSecret(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		s.busyLog(t)
		p := s.visitAs(t, "owner", auditPath, settings...)
		p.css("details.entry summary").first().click()
		p.link("All entries about SECOND_KEY").click()
		p.css("details.entry").counts(1)
		p.field("Action").selects("Values opened")
		p.apply()
		p.heading("No entries match").shows()
		p.link("Not only SECOND_KEY").click()
		p.css("details.entry").counts(3)
	})
}

// A burst is said over the log for a week, to those who may look into it.
func TestBurst(t *testing.T) {
	s := newSite(t)
	s.busyLog(t)
	s.writeBurst(t)
	p := s.visitAs(t, "owner", auditPath, lessMotion)
	p.sees("acme editor opened more than 20 different secrets within a minute, just now.")
	p.css(".entry-burst").counts(1)
	p.accessible("audit log with a burst")
	p.link("View entry").click()
	p.css(".entry-burst[open]").sees("opened more than 20 different secrets within a minute")

	viewer := s.visitAs(t, "viewer", auditPath)
	viewer.sees("You see your own entries.")
	viewer.seesNot(like("20 different secrets within a minute,"))
	s.Clock.Advance(8 * 24 * time.Hour)
	nobody := s.visit(t, auditPath)
	nobody.field("Email").fill(storetest.Email(storetest.Acme, "owner"))
	nobody.field("Password").fill(storetest.Password)
	nobody.button("Sign in").click()
	nobody.heading("Audit log").shows()
	nobody.seesNot("8 days ago.")
	nobody.css(".banner").counts(0)
}

// writeBurst puts the entry of a burst behind the newest one.
func (s *site) writeBurst(t *testing.T) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(s.Dir, "hooksafe.db")+"?mode=rw&_busy_timeout=5000")
	must(t, err)
	defer db.Close()
	editor := s.Actor(t, storetest.Acme, "editor")
	_, err = db.Exec(`
		INSERT INTO audit_entries (log, seq, format, id, at, actor_kind, actor, actor_name, action, target_kind, target, target_name, outcome, leaf)
		SELECT log, max(seq) + 1, 1, '019aa6f1-0000-7000-8000-00000000000b', max(at), 'user', ?, ?, 'secret.burst', 'user', ?, ?, 'done', zeroblob(32)
		FROM audit_entries
		WHERE log = ?`, editor.ID(), editor.Name(), editor.ID(), editor.Name(), editor.Org().ID)
	must(t, err)
	_, err = db.Exec(`
		INSERT INTO audit_days
		SELECT log, at / 86400000000, actor_kind, actor, 'look', outcome, 1, seq, seq, at
		FROM audit_entries
		WHERE action = 'secret.burst'`)
	must(t, err)
}

func TestAccessibleAuditFilters(t *testing.T) {
	s := newSite(t)
	s.busyLog(t)
	p := s.visitAs(t, "owner", auditPath+"?outcome=refused&person="+s.Actor(t, storetest.Acme, "viewer").ID()+"&target="+s.Org(storetest.Acme).Secret, lessMotion)
	p.css(".chart summary").click()
	p.accessible("audit log, filtered, chart as a table")
	p.button("Export").click()
	p.menu().shows()
	p.accessible("audit log, export")
	p.open(auditPath + "?q=nowhere")
	p.accessible("audit log, no match")
	p.open(s.editorPath() + "/activity")
	p.accessible("activity of a hook")
}

// By keyboard alone: to the filters, through them and to the entries.
func TestAuditByKeyboard(t *testing.T) {
	s := newSite(t)
	s.busyLog(t)
	p := s.visitAs(t, "owner", auditPath)
	p.tabTo(p.field("Search entries"))
	p.must(p.tab.Keyboard().Type("second"))
	p.css("details.entry").counts(1)
	p.field("Search entries").focused()
	p.tabTo(p.css("details.entry summary"))
	p.key("Enter")
	p.css("details.entry[open]").sees("Request")
}

// The figures, the chart and the filters leave the list where the design has it.
func TestFirstEntry(t *testing.T) {
	s := newSite(t)
	s.busyLog(t)
	p := s.visitAs(t, "owner", auditPath)
	if top := number(t, p.css("details.entry").first().js("(entry) => entry.getBoundingClientRect().top")); top < 355 || top > 365 {
		t.Errorf("the first entry is at %v px", top)
	}
	for _, size := range []playwright.Size{{Width: 320, Height: 640}, phone, laptop} {
		p.must(p.tab.SetViewportSize(size.Width, size.Height))
		p.open(auditPath + "?outcome=refused&q=" + strings.Repeat("x", 100) + "&target=" + s.Org(storetest.Acme).Secret)
		p.css(".chart summary").click()
		if width := number(t, p.eval("document.documentElement.scrollWidth")); int(width) != size.Width {
			t.Errorf("at %d the page is %v px wide", size.Width, width)
		}
	}
}

// Signing in by a filtered address leads back to it.
func TestFilteredAddressSurvivesSignIn(t *testing.T) {
	s := newSite(t)
	s.busyLog(t)
	p := s.visit(t, auditPath+"?outcome=refused&period=7")
	p.field("Email").fill(storetest.Email(storetest.Acme, "owner"))
	p.field("Password").fill(storetest.Password)
	p.button("Sign in").click()
	p.hasQuery("outcome=refused", true)
	p.css("details.entry").counts(1)
	p.expect(http.StatusNotFound)
	p.open("/orgs/globex/audit?outcome=refused")
	p.heading(like("nothing here")).shows()
}
