package web

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3"

	"hooksafe/store"
	"hooksafe/store/storetest"
)

const (
	revealPath = "/orgs/:org/hooks/:hook/secrets/:secret/reveal"
	copyPath   = "/orgs/:org/hooks/:hook/secrets/:secret/copy"
)

// newest is the newest audit entry of acme.
func newest(t testing.TB, s *site) store.AuditEntry {
	t.Helper()
	page, err := s.Audit(t.Context(), operatorIn(t, s), store.AuditFilter{}, 0, 1)
	if err != nil || len(page.Entries) == 0 {
		t.Fatalf("no audit entry: %v", err)
	}
	return page.Entries[0]
}

// triggers are what HX-Trigger has the page do.
func triggers(t testing.TB, header string) map[string]any {
	t.Helper()
	var events map[string]any
	if err := json.Unmarshal([]byte(header), &events); err != nil {
		t.Fatalf("HX-Trigger %q: %v", header, err)
	}
	return events
}

func TestReveal(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	org := s.Org(storetest.Acme)
	w := s.ask(t, request{method: "POST", path: revealPath, as: "editor", htmx: true})
	wantStatus(t, w, http.StatusOK)
	wantBody(t, w, `<tbody`, `id="secret-`+org.Secret+`"`, org.Value, "This reveal was recorded.")
	wantNone(t, w.Body.String(), "<html")
	wantHeader(t, w, "Cache-Control", "no-store")
	wantHeader(t, w, "ETag", "")
	wantHeader(t, w, "HX-Retarget", "")
	if said := triggers(t, w.Header().Get("HX-Trigger"))["say"]; said != "Value of API_KEY shown for 30 seconds. Recorded." {
		t.Errorf("said %q", said)
	}
	entry := newest(t, s)
	if entry.Action != "secret.reveal" || entry.Outcome != "done" || *entry.Target != org.Secret || *entry.Request != w.Header().Get("X-Request-Id") {
		t.Errorf("entry %+v", entry)
	}
	wantBody(t, w, "/orgs/acme/audit?entry="+entry.ID)

	w = s.ask(t, request{path: "/orgs/:org/hooks/:hook/secrets/:secret/row", as: "editor", htmx: true})
	wantStatus(t, w, http.StatusOK)
	wantBody(t, w, `id="secret-`+org.Secret+`"`, "Value hidden")
	wantNone(t, w.Body.String(), org.Value)
}

func TestRevealWithoutScript(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	org := s.Org(storetest.Acme)
	w := s.ask(t, request{method: "POST", path: revealPath, as: "editor"})
	wantStatus(t, w, http.StatusOK)
	wantBody(t, w, "<html", "data-revealed", org.Value)
	wantHeader(t, w, "Refresh", "30; url=/orgs/acme/hooks/"+org.Hook+"/secrets")
	w = s.ask(t, request{path: "/orgs/:org/hooks/:hook/secrets/:secret/row", as: "editor"})
	wantHeader(t, w, "Location", "/orgs/acme/hooks/"+org.Hook+"/secrets")
}

func TestKeepIsCounted(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	entry := regexp.MustCompile(`name="extends" value="([^"]+)"`)
	form := field()
	for kept := range 5 {
		w := s.ask(t, request{method: "POST", path: revealPath, as: "editor", htmx: true, form: form})
		wantStatus(t, w, http.StatusOK)
		found := entry.FindStringSubmatch(w.Body.String())
		if offered := found != nil; offered != (kept < 4) {
			t.Fatalf("kept %d times, offered once more: %v", kept, offered)
		}
		if kept == 0 {
			form = field("extends", found[1])
		}
	}
	w := s.ask(t, request{method: "POST", path: revealPath, as: "editor", htmx: true, form: form})
	wantStatus(t, w, http.StatusConflict)
	wantHeader(t, w, "HX-Retarget", "#toasts")
	wantNone(t, w.Body.String(), s.Org(storetest.Acme).Value)
	w = s.ask(t, request{method: "POST", path: revealPath, as: "admin", htmx: true, form: form})
	wantStatus(t, w, http.StatusNotFound) // another session's reveal
}

// The 15 minutes are over: the password first, then what was asked for goes on.
func TestStepUp(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	org := s.Org(storetest.Acme)
	s.Clock.Advance(16 * time.Minute)

	w := s.ask(t, request{method: "POST", path: revealPath, as: "editor", htmx: true})
	wantStatus(t, w, http.StatusForbidden)
	wantHeader(t, w, "HX-Retarget", "#modal")
	wantHeader(t, w, "HX-Reswap", "innerHTML")
	wantBody(t, w, `type="password"`, "API_KEY", `action="/orgs/acme/hooks/`+org.Hook+`/secrets/`+org.Secret+`/reveal"`)
	wantNone(t, w.Body.String(), org.Value, "<html")

	w = s.ask(t, request{method: "POST", path: revealPath, as: "editor", htmx: true, form: field("password", "not the password")})
	wantStatus(t, w, http.StatusUnprocessableEntity)
	wantHeader(t, w, "HX-Retarget", "#modal")
	wantBody(t, w, "That password isn", `aria-invalid="true"`)
	wantNone(t, w.Body.String(), org.Value, "not the password")

	w = s.ask(t, request{method: "POST", path: revealPath, as: "editor", htmx: true, form: field("password", storetest.Password)})
	wantStatus(t, w, http.StatusOK)
	wantHeader(t, w, "HX-Retarget", "#secret-"+org.Secret)
	wantHeader(t, w, "HX-Reswap", "outerHTML")
	wantBody(t, w, org.Value)
	if triggers(t, w.Header().Get("HX-Trigger"))["modal:close"] != true {
		t.Errorf("the dialog stays: %s", w.Header().Get("HX-Trigger"))
	}
	renewed := cookie(w, "hooksafe")
	if renewed == nil || renewed.Value == s.Token(storetest.Acme, "editor") {
		t.Fatal("no new token after the confirmation")
	}
	wantStatus(t, s.ask(t, request{path: "/account", as: "editor"}), http.StatusSeeOther)
	w = s.ask(t, request{method: "POST", path: copyPath, cookies: []*http.Cookie{renewed}, htmx: true})
	wantStatus(t, w, http.StatusOK)
	wantNone(t, s.log.String(), org.Value, storetest.Password)
}

func TestStepUpWithoutScript(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Clock.Advance(16 * time.Minute)
	w := s.ask(t, request{method: "POST", path: revealPath, as: "editor"})
	wantStatus(t, w, http.StatusForbidden)
	wantBody(t, w, "<html", `type="password"`)
	w = s.ask(t, request{method: "POST", path: revealPath, as: "editor", form: field("password", storetest.Password)})
	wantStatus(t, w, http.StatusOK)
	wantBody(t, w, "<html", s.Org(storetest.Acme).Value)
}

func TestStepUpIsLimited(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Clock.Advance(16 * time.Minute)
	try := request{method: "POST", path: copyPath, as: "editor", htmx: true, form: field("password", "not the password")}
	for range 5 {
		wantStatus(t, s.ask(t, try), http.StatusUnprocessableEntity)
	}
	w := s.ask(t, try)
	wantStatus(t, w, http.StatusTooManyRequests)
	if w.Header().Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
}

func TestCopy(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := s.ask(t, request{method: "POST", path: copyPath, as: "editor", htmx: true, header: map[string]string{"Content-Type": ""}})
	wantStatus(t, w, http.StatusOK)
	wantHeader(t, w, "Content-Type", "text/plain; charset=utf-8")
	wantHeader(t, w, "Cache-Control", "no-store")
	wantHeader(t, w, "X-Content-Type-Options", "nosniff")
	if w.Body.String() != s.Org(storetest.Acme).Value {
		t.Errorf("copied %q", w.Body)
	}
	if entry := newest(t, s); entry.Action != "secret.copy" {
		t.Errorf("entry %s", entry.Action)
	}
}

// sabotage makes the database refuse statements of one kind until it is mended.
func (s *site) sabotage(t testing.TB, statement string) (mend func()) {
	t.Helper()
	s.run(t, "CREATE TRIGGER sabotage BEFORE "+statement+" BEGIN SELECT RAISE(ABORT, 'sabotaged'); END")
	return func() { s.run(t, "DROP TRIGGER sabotage") }
}

// run changes the database behind the server's back.
func (s *site) run(t testing.TB, query string) {
	t.Helper()
	db, err := sql.Open("sqlite3", filepath.Join(s.Dir, "hooksafe.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(query); err != nil {
		t.Fatal(err)
	}
}

// 0.1: no entry, no value.
func TestNothingIsRevealedWithoutAnEntry(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	mend := s.sabotage(t, "INSERT ON audit_entries")
	for _, path := range []string{revealPath, copyPath} {
		for _, htmx := range []bool{false, true} {
			w := s.ask(t, request{method: "POST", path: path, as: "editor", htmx: htmx})
			wantStatus(t, w, http.StatusServiceUnavailable)
			wantBody(t, w, "Not revealed.", "so the value stays closed.")
			wantNone(t, w.Body.String(), s.Org(storetest.Acme).Value, "sabotaged", "SQL")
		}
	}
	mend()
	wantStatus(t, s.ask(t, request{method: "POST", path: revealPath, as: "editor"}), http.StatusOK)
}

// parts is the body of a form that brings a file.
func parts(t testing.TB, form map[string]string, file, content string) (body, mime string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, value := range form {
		if err := w.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	if file != "" {
		part, err := w.CreateFormFile(file, "value.txt")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String(), w.FormDataContentType()
}

// 0.10: what goes into a form comes back to the byte.
func TestValuesComeBackToTheByte(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	secrets := "/orgs/:org/hooks/:hook/secrets"
	for _, tt := range []struct{ name, typed, file, want string }{
		{"one byte", "x", "", "x"},
		{"spaces at the edges", "  x ", "", "  x "},
		{"line ends of a text box", "\r\na\r\nb\r\n", "", "\na\nb\n"},
		{"line ends of a file", "", "\r\na\rb\n\n", "\r\na\rb\n\n"},
		{"a byte order mark", "", "\ufeffx", "\ufeffx"},
		{"decomposed, right to left, emoji", "e\u0301 \u202eשלום 🗝️", "", "e\u0301 \u202eשלום 🗝️"},
		{"markup", `</code><script>alert(1)</script>&amp;"'`, "", `</code><script>alert(1)</script>&amp;"'`},
		{"the longest", strings.Repeat("é", store.MaxValue/2), "", strings.Repeat("é", store.MaxValue/2)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := ""
			if tt.file != "" {
				file = "file"
			}
			body, mime := parts(t, map[string]string{"name": "TRIAL", "value": tt.typed, "note": ""}, file, tt.file)
			wantStatus(t, s.ask(t, request{method: "POST", path: secrets, as: "editor", body: body, mime: mime}), http.StatusSeeOther)
			all, err := s.Secrets(t.Context(), s.Actor(t, storetest.Acme, "editor"), s.Org(storetest.Acme).Place())
			if err != nil {
				t.Fatal(err)
			}
			trial := all.Secrets[len(all.Secrets)-1]
			w := s.ask(t, request{method: "POST", path: secrets + "/" + trial.ID + "/copy", as: "editor"})
			if w.Body.String() != tt.want {
				t.Errorf("came back as %.80q", w.Body)
			}
			wantNone(t, s.ask(t, request{method: "POST", path: secrets + "/" + trial.ID + "/reveal", as: "editor", htmx: true}).Body.String(), "<script>alert")
			w = s.ask(t, request{method: "POST", path: secrets + "/" + trial.ID + "/delete", as: "editor", form: field("name", "TRIAL")})
			wantStatus(t, w, http.StatusSeeOther)
		})
	}
}
