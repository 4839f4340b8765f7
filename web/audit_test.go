package web

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"hooksafe/store"
	"hooksafe/store/storetest"
)

const (
	auditPath  = "/orgs/:org/audit"
	exportPath = auditPath + "/export"
)

// happenings makes entries of several people, outcomes and days.
func happenings(t testing.TB, s *site) {
	t.Helper()
	wantStatus(t, s.ask(t, request{method: "POST", path: copyPath, as: "editor"}), http.StatusOK)
	s.Clock.Advance(2 * time.Hour)
	wantStatus(t, s.ask(t, request{method: "POST", path: hookPath + "/enabled", as: "admin", form: field("enabled", "on", "from", "list")}), http.StatusSeeOther)
	wantStatus(t, s.ask(t, request{method: "POST", path: revealPath, as: "viewer"}), http.StatusForbidden)
}

// entryCount is how many entries an answer lists.
func entryCount(w *httptest.ResponseRecorder) int {
	return strings.Count(w.Body.String(), `id="entry-`)
}

func TestAuditFiltersInTheAddress(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	happenings(t, s)
	all := entryCount(s.ask(t, request{path: auditPath, as: "owner"}))
	org, editor := s.Org(storetest.Acme), s.Actor(t, storetest.Acme, "editor")
	for _, test := range []struct {
		query string
		want  int
		parts []string
	}{
		{"person=" + editor.ID(), 3, []string{`value="` + editor.ID() + `" selected`, "Activity of acme editor", "Clear filters"}},
		{"person=operator", 4, []string{"Activity of The operator"}},
		{"action=secret.copy", 1, []string{"Copied a secret without showing it</option>", "Showing 1 of 1"}},
		{"action=opens&outcome=done", 1, []string{`aria-current="true"`}},
		{"outcome=denied", 1, []string{`<details class="more-filters" open>`, "was denied"}},
		{"outcome=refused", 1, nil},
		{"outcome=failed", 0, []string{"No entries match", "All time", "period=all"}},
		{"q=api_key", 3, []string{`value="api_key"`}},
		{"q=ACME+EDITOR", 4, nil}, // two as a member, who was added
		{"q=192.0.2.1", 3, nil},
		{"q=" + newest(t, s).ID, 1, nil},
		{"target=" + org.Secret, 3, []string{"Only ", `API_<wbr>KEY`, `name="target" value="` + org.Secret}},
		{"hook=" + org.Hook, 5, []string{"acme-hook", `name="hook" value="` + org.Hook}},
		{"target=01934b1e-0000-7000-8000-000000000000", 0, []string{"01934b1e-0000-7000-8000-000000000000"}},
		{"period=7", all, []string{`value="7" selected`, "last 7 days"}},
		{"period=all", all, []string{"the last 90 days of all time"}},
		{"from=2026-11-21&to=2026-11-21", all, []string{"Chosen dates", `value="2026-11-21"`, "21 Nov 2026 to 21 Nov 2026"}},
		{"to=2026-11-20", 0, []string{"up to 20 Nov 2026"}},
		{"from=2026-11-22", 0, []string{"since 22 Nov 2026"}},
		// What means nothing is as good as nothing.
		{"person=x&action=eat&outcome=good&period=5&target=x&hook=x&from=never&to=2026-13-45", all, []string{"last 30 days"}},
		{"from=0002-01-01&to=9999-12-31", all, nil},
		{"from=1969-12-31", all, nil},
		{"q=%00&q=x", all, nil},
		{"q=" + strings.Repeat("x", 600), all, nil},
		{"from=2026-11-22&to=2026-11-01", all, []string{"last 30 days"}},
	} {
		w := s.ask(t, request{path: auditPath + "?" + test.query, as: "owner"})
		wantStatus(t, w, http.StatusOK)
		wantBody(t, w, test.parts...)
		if got := entryCount(w); got != test.want {
			t.Errorf("%s: %d entries, want %d", test.query, got, test.want)
		}
		wantNone(t, w.Body.String(), "globex")
	}
}

// The form's answer is the list and, beside it, the activity; the next page's is the
// list alone, and continues what stands there.
// An entry leads to the list that its target stands in, and each action can be chosen
// by words.
func TestEntriesLeadToTheirPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ctx, admin := t.Context(), s.Actor(t, storetest.Acme, "admin")
	own, err := s.AddSecret(ctx, admin, store.OrganizationPlace(), store.NewSecret{Name: "OWN_KEY", Value: store.NewPlaintext("x")})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.CreateKey(ctx, admin, store.NewKey{Name: "deploy-ci", Scopes: store.Scopes()}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SetMemberRole(ctx, admin, storetest.Email(storetest.Acme, "viewer"), store.Editor); err != nil {
		t.Fatal(err)
	}
	if _, err := s.RevealSecret(ctx, s.Actor(t, storetest.Acme, "editor"), store.OrganizationPlace(), own.ID, 0, ""); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.CreateKey(ctx, s.Actor(t, storetest.Acme, "editor"), store.NewKey{Name: "mine", Scopes: store.Scopes()}); store.CodeOf(err) != store.Denied {
		t.Fatal(err)
	}
	const secrets, members, keys = "/orgs/acme/settings/secrets?q=OWN_KEY", "/orgs/acme/settings/members?q=acme+viewer", "API keys</a></dd>"
	for _, c := range []struct {
		as            string
		want, wantNot []string
	}{
		{"admin", []string{secrets, "target=" + own.ID, members, "changed the role of acme viewer", "from viewer to editor", keys,
			">Invited a person<", ">Changed the role of a member<", ">Left the organization<"}, []string{">Did ", " in </"}},
		{"editor", []string{secrets, "target=" + own.ID, "was denied creating an API key"}, []string{"acme viewer", keys}},
	} {
		w := s.ask(t, request{path: auditPath, as: c.as})
		wantBody(t, w, c.want...)
		wantNone(t, w.Body.String(), c.wantNot...)
	}
	wantBody(t, s.ask(t, request{path: auditPath + "?target=" + own.ID, as: "owner"}), "Only ", "OWN_<wbr>KEY", "Showing 2")
	if n := entryCount(s.ask(t, request{path: auditPath + "?hook=" + s.Org(storetest.Acme).Hook, as: "owner"})); n != 2 {
		t.Errorf("the hook's filter finds %d entries, want its own 2", n)
	}
}

// What a program reads over and over is one entry in the list, and each by itself where
// all about the secret is asked for.
func TestReadsTogether(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ctx, acme := t.Context(), s.Org(storetest.Acme)
	_, token, err := s.CreateKey(ctx, s.Actor(t, storetest.Acme, "admin"), store.NewKey{Name: "deploy-ci", Scopes: store.Scopes()})
	if err != nil {
		t.Fatal(err)
	}
	before := entryCount(s.ask(t, request{path: auditPath, as: "owner"}))
	first := s.Store.Now()
	for range 6 {
		key, err := s.KeyActor(ctx, token, storetest.Origin())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.ReadSecret(ctx, key, acme.Place(), "API_KEY"); err != nil {
			t.Fatal(err)
		}
		s.Clock.Advance(5 * time.Minute)
	}
	w := s.ask(t, request{path: auditPath, as: "owner"})
	wantBody(t, w, " × 6 since "+first.UTC().Format("15:04"), fmt.Sprintf("Showing %d of %d", before+6, before+6))
	if n := entryCount(w); n != before+1 {
		t.Errorf("%d entries, want one more than %d", n, before)
	}
	for path, want := range map[string]int{auditPath + "?target=" + acme.Secret: 7, hookPath + "/activity": 3} {
		if n := entryCount(s.ask(t, request{path: path, as: "owner"})); n != want {
			t.Errorf("%s lists %d entries, want %d", path, n, want)
		}
	}
}

func TestAuditParts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for range 120 {
		wantStatus(t, s.ask(t, request{method: "POST", path: copyPath, as: "editor"}), http.StatusOK)
	}
	w := s.ask(t, request{path: auditPath + "?action=secret.copy&q=", as: "owner", htmx: true})
	wantStatus(t, w, http.StatusOK)
	wantBody(t, w, `<section id="audit"`, `<section id="activity"`, `hx-swap-oob="true"`, "Showing 50")
	wantNone(t, w.Body.String(), "<html", "<form class=\"filters\"")
	if say := triggers(t, w.Header().Get("HX-Trigger"))["say"]; say != "More than 50 entries." {
		t.Errorf("says %q", say)
	}
	for _, shown := range []string{"Showing 100", "Showing 120 of 120"} {
		older := regexp.MustCompile(`hx-get="([^"]+)"`).FindStringSubmatch(w.Body.String())
		if older == nil {
			t.Fatal("there is no way to older entries")
		}
		w = s.ask(t, request{path: strings.ReplaceAll(older[1], "&amp;", "&"), as: "owner", htmx: true})
		wantBody(t, w, shown)
		wantNone(t, w.Body.String(), `id="activity"`, `class="day"`)
		wantHeader(t, w, "HX-Trigger", "")
	}
	w = s.ask(t, request{path: auditPath + "?outcome=failed", as: "owner", htmx: true})
	if say := triggers(t, w.Header().Get("HX-Trigger"))["say"]; say != "No entries match." {
		t.Errorf("says %q", say)
	}
}

// whatever is asked for, editors and viewers get their own entries only.
func TestA08OwnEntriesWhateverTheFilters(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	happenings(t, s)
	owner, editor := s.Actor(t, storetest.Acme, "owner"), s.Actor(t, storetest.Acme, "editor")
	for _, query := range []string{"", "person=" + owner.ID(), "person=operator", "action=changes", "outcome=refused", "q=e", "q=acme+owner", "period=all", "hook=" + s.Org(storetest.Acme).Hook} {
		for _, as := range []string{"editor", "viewer"} {
			w := s.ask(t, request{path: auditPath + "?" + query, as: as})
			wantStatus(t, w, http.StatusOK)
			wantBody(t, w, "You see your own entries.", "Your activity", "of yours in all")
			wantNone(t, w.Body.String(), "<b>acme owner", "<b>acme admin", "<b>operator", `name="person"`, "/export", "/sign-out", owner.ID())
		}
	}
	w := s.ask(t, request{path: auditPath + "?person=" + owner.ID(), as: "editor"})
	if got := entryCount(w); got != 3 || !strings.Contains(w.Body.String(), editor.Name()) {
		t.Errorf("%d entries", got)
	}
}

func TestHookActivity(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	happenings(t, s)
	for as, want := range map[string]int{"owner": 5, "admin": 5, "editor": 3, "viewer": 1} {
		w := s.ask(t, request{path: hookPath + "/activity", as: as})
		wantStatus(t, w, http.StatusOK)
		wantBody(t, w, "<title>Activity, acme-hook", `aria-current="page">Activity`)
		if got := entryCount(w); got != want {
			t.Errorf("%s sees %d entries, want %d", as, got, want)
		}
	}
	wantStatus(t, s.ask(t, request{path: hookPath + "/activity?before=x", as: "owner"}), http.StatusNotFound)
	for range 60 {
		if _, err := s.SetMemberRole(t.Context(), operatorIn(t, s), storetest.Email(storetest.Acme, "editor"), store.Editor); err != nil {
			t.Fatal(err)
		}
		wantStatus(t, s.ask(t, request{method: "POST", path: hookPath + "/enabled", as: "editor", form: field("enabled", "on", "from", "list")}), http.StatusSeeOther)
	}
	w := s.ask(t, request{path: hookPath + "/activity", as: "owner"})
	older := regexp.MustCompile(`/activity\?before=\d+`).FindString(w.Body.String())
	if entryCount(w) != 50 || older == "" {
		t.Fatalf("%d entries, older at %q", entryCount(w), older)
	}
	w = s.ask(t, request{path: hookPath + older, as: "owner", htmx: true})
	wantStatus(t, w, http.StatusOK)
	wantNone(t, w.Body.String(), "<html", "changed the role")
	if entryCount(w) != 15 {
		t.Errorf("%d older entries", entryCount(w))
	}
}

// A-08, S-39: the export is what the filters choose, a file that nothing keeps, and
// an entry that was there first.
func TestA08ExportOverHTTP(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if _, err := s.CreateHook(t.Context(), s.Actor(t, storetest.Acme, "editor"), "second", "send-phone-message"); err != nil {
		t.Fatal(err)
	}
	happenings(t, s)
	form := field("format", "jsonl", "q", "", "person", "", "action", "opens", "outcome", "refused", "period", "30")
	w := s.ask(t, request{method: "POST", path: exportPath, as: "admin", form: form})
	wantStatus(t, w, http.StatusOK)
	wantHeader(t, w, "Content-Type", "application/jsonl; charset=utf-8")
	wantHeader(t, w, "Content-Disposition", `attachment; filename="audit-acme-2026-11-21.jsonl"`)
	wantHeader(t, w, "Cache-Control", "no-store")
	wantHeader(t, w, "ETag", "")
	lines := bufio.NewScanner(w.Body)
	n := 0
	for ; lines.Scan(); n++ {
		var e map[string]any
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil || e["action"] != "secret.reveal" || e["outcome"] != "denied" {
			t.Errorf("%s, %v", lines.Bytes(), err)
		}
	}
	e := newest(t, s)
	if n != 1 || e.Action != "audit.export" || *e.Detail != "jsonl: from 2026-10-23, action opens, outcome refused" || *e.ActorName != "acme admin" {
		t.Errorf("%d lines; recorded as %s", n, *e.Detail)
	}

	w = s.ask(t, request{method: "POST", path: exportPath, as: "owner", form: field("format", "csv", "period", "all")})
	wantStatus(t, w, http.StatusOK)
	wantHeader(t, w, "Content-Type", "text/csv; charset=utf-8")
	wantHeader(t, w, "Content-Disposition", `attachment; filename="audit-acme-2026-11-21.csv"`)
	rows, err := csv.NewReader(w.Body).ReadAll()
	if err != nil || len(rows) != int(newest(t, s).Seq)+1 || rows[0][1] != "seq" || rows[len(rows)-1][9] != "audit.export" {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

func TestExportRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, test := range []struct {
		as     string
		form   url.Values
		status int
	}{
		{"viewer", field("format", "csv"), http.StatusForbidden},
		{"editor", field("format", "csv"), http.StatusForbidden},
		{"owner", field("format", "xml"), http.StatusBadRequest},
		{"owner", field(), http.StatusBadRequest},
		{"owner", field("format", "csv", "everything", "yes"), http.StatusBadRequest},
		{"outsider", field("format", "csv"), http.StatusNotFound},
	} {
		w := s.ask(t, request{method: "POST", path: exportPath, as: test.as, form: test.form})
		wantStatus(t, w, test.status)
		wantHeader(t, w, "Content-Disposition", "")
	}
	s.sabotage(t, "INSERT ON audit_entries")
	w := s.ask(t, request{method: "POST", path: exportPath, as: "owner", form: field("format", "csv")})
	wantStatus(t, w, http.StatusServiceUnavailable)
	wantHeader(t, w, "Content-Disposition", "")
	wantNone(t, w.Body.String(), "actor_kind", "acme owner revealed")
}

// receiver is a client on a connection whose deadlines are looked at.
type receiver struct {
	*httptest.ResponseRecorder
	deadlines []string
	after     func(piece int) error // each piece
	pieces    int
}

func (r *receiver) SetReadDeadline(time.Time) error {
	r.deadlines = append(r.deadlines, "read")
	return nil
}

func (r *receiver) SetWriteDeadline(time.Time) error {
	r.deadlines = append(r.deadlines, "write")
	return nil
}

func (r *receiver) Write(piece []byte) (int, error) {
	r.pieces++
	if err := r.after(r.pieces); err != nil {
		return 0, err
	}
	return r.ResponseRecorder.Write(piece)
}

// longExport is an export of three pieces; cut tells whether its connection was
// broken off.
func longExport(t *testing.T, s *site, after func(piece int) error) (r *receiver, cut bool) {
	t.Helper()
	a := s.Actor(t, storetest.Acme, "owner")
	for range 1100 {
		if _, err := s.CopySecret(t.Context(), a, s.Org(storetest.Acme).Place(), s.Org(storetest.Acme).Secret, 0); err != nil {
			t.Fatal(err)
		}
	}
	r = &receiver{ResponseRecorder: httptest.NewRecorder(), after: after}
	defer func() {
		if p := recover(); p != nil {
			if err, ok := p.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
				panic(p)
			}
			cut = true
		}
	}()
	s.handler.ServeHTTP(r, s.request(request{method: "POST", path: exportPath, as: "owner", form: field("format", "jsonl", "period", "all")}))
	return r, false
}

// A long export is not cut off by the server's own patience: each piece gets its time.
func TestExportOutlivesTheDeadlines(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r, cut := longExport(t, s, func(int) error { return nil })
	if want := []string{"read", "write", "read", "write", "read", "write"}; cut || !slices.Equal(r.deadlines, want) || !r.Flushed {
		t.Errorf("cut %v, deadlines %v", cut, r.deadlines)
	}
	if lines := bytes.Count(r.Body.Bytes(), []byte("\n")); lines != int(newest(t, s).Seq) {
		t.Errorf("%d lines", lines)
	}
}

// What goes wrong in the middle of an export shows: the connection breaks off.
func TestBrokenExportShows(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r, cut := longExport(t, s, func(piece int) error {
		if piece == 2 {
			s.run(t, "ALTER TABLE audit_entries RENAME TO gone")
		}
		return nil
	})
	if !cut || r.pieces != 2 || r.Code != http.StatusOK {
		t.Errorf("cut %v after %d pieces", cut, r.pieces)
	}
	if !strings.Contains(s.log.String(), "request failed") {
		t.Error("the log does not say so")
	}
}

// A client that goes away stops its export, and is no failure.
func TestExportStopsWithItsClient(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r, cut := longExport(t, s, func(int) error { return context.DeadlineExceeded })
	if !cut || r.pieces != 1 || strings.Contains(s.log.String(), "request failed") {
		t.Errorf("cut %v after %d pieces", cut, r.pieces)
	}
}
