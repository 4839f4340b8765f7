package web

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"hooksafe/handlers/formats"
	"hooksafe/store"
	"hooksafe/store/storetest"
)

const (
	secretsExport = "/orgs/:org/hooks/:hook/secrets/export"
	ownExport     = "/orgs/:org/settings/secrets/export"
	hooksExport   = "/orgs/:org/hooks/export"
)

// allValues is the form of an export with values.
func allValues(format string) url.Values {
	return field("what", "values", "format", format, "reason", "moving to the new cluster")
}

// unzipped is what the files of an archive hold, by name, or the text itself.
func unzipped(t testing.TB, text string) string {
	t.Helper()
	if !strings.HasPrefix(text, "PK") {
		return text
	}
	archive, err := zip.NewReader(strings.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, f := range archive.File {
		file, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(file)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "-- %s --\n%s\n", f.Name, content)
	}
	return b.String()
}

// fillHook gives the hook of acme a second secret, and one that waits for its value.
func fillHook(t *testing.T, s *site) {
	t.Helper()
	a, in := s.Actor(t, storetest.Acme, "editor"), s.Org(storetest.Acme).Place()
	for name, value := range map[string]string{"SECOND": "two\nlines \"quoted\" $HOME", "THIRD": "waits"} {
		if _, err := s.AddSecret(t.Context(), a, in, store.NewSecret{Name: name, Value: store.NewPlaintext(value)}); err != nil {
			t.Fatal(err)
		}
	}
	s.run(t, "UPDATE secrets SET version = 0, last_version = 0 WHERE name = 'THIRD'")
}

// S-39: files that nothing keeps, and what stands in them, byte for byte. Whoever sees
// names takes names; values take an owner or admin.
func TestS39ExportOverHTTP(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	fillHook(t, s)
	shareSecret(t, s)
	org := s.Org(storetest.Acme)
	quoted := `two\nlines \"quoted\" $HOME`
	for _, c := range []struct {
		name, path, as     string
		what, format       string
		mime, file, action string
		want               string
		entries            int
	}{
		{"names", secretsExport, "viewer", "names", "dotenv", "text/plain; charset=utf-8", "acme-acme-hook-2026-11-21.txt", "export.names", "API_KEY\nSECOND\nTHIRD\n", 1},
		{"names of the organization", ownExport, "viewer", "names", "json", "text/plain; charset=utf-8", "acme-secrets-2026-11-21.txt", "export.names", "SHARED_KEY\n", 1},
		{"masked .env", secretsExport, "viewer", "masked", "dotenv", "text/plain; charset=utf-8", "acme-acme-hook-2026-11-21.env", "export.names",
			"API_KEY=_VALUE_NOT_SHOWN_\nSECOND=_VALUE_NOT_SHOWN_\nTHIRD=_VALUE_NOT_SHOWN_\n", 1},
		{"masked JSON", secretsExport, "editor", "masked", "json", "application/json", "acme-acme-hook-2026-11-21.json", "export.names",
			"{\n  \"API_KEY\": \"_VALUE_NOT_SHOWN_\",\n  \"SECOND\": \"_VALUE_NOT_SHOWN_\",\n  \"THIRD\": \"_VALUE_NOT_SHOWN_\"\n}\n", 1},
		{"JSON with values", secretsExport, "admin", "values", "json", "application/json", "acme-acme-hook-2026-11-21.json", "secret.export",
			"{\n  \"API_KEY\": \"" + org.Value + "\",\n  \"SECOND\": \"" + quoted + "\",\n  \"THIRD\": \"_VALUE_NOT_SHOWN_\"\n}\n", 2},
		{"of the organization with values", ownExport, "owner", "values", "json", "application/json", "acme-secrets-2026-11-21.json", "secret.export",
			"{\n  \"SHARED_KEY\": \"" + org.Value + "\"\n}\n", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := newest(t, s).Seq
			w := s.ask(t, request{method: "POST", path: c.path, as: c.as, form: field("what", c.what, "format", c.format, "reason", "moving")})
			wantStatus(t, w, http.StatusOK)
			wantHeader(t, w, "Content-Type", c.mime)
			wantHeader(t, w, "Content-Disposition", `attachment; filename="`+c.file+`"`)
			wantHeader(t, w, "Cache-Control", "no-store")
			wantHeader(t, w, "X-Content-Type-Options", "nosniff")
			wantHeader(t, w, "ETag", "")
			if got := w.Body.String(); got != c.want {
				t.Errorf("exported\n%s\nwant\n%s", got, c.want)
			}
			if e := newest(t, s); e.Action != c.action || e.Seq != before+int64(c.entries) || *e.ActorName != "acme "+c.as {
				t.Errorf("%d entries, the last is %s", e.Seq-before, e.Action)
			}
		})
	}
	wantNone(t, s.log.String(), org.Value, "moving")
}

// S-39: all hooks as the Deploy CLI has them, in both of its forms.
func TestS39ExportOfHooksOverHTTP(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	fillHook(t, s)
	org := s.Org(storetest.Acme)
	for _, c := range []struct{ as, what, format, name, value string }{
		{"viewer", "masked", "auth0-yaml", "tenant.yaml", "_VALUE_NOT_SHOWN_"},
		{"viewer", "masked", "auth0-dir", "hooks/acme-hook.json", "_VALUE_NOT_SHOWN_"},
		{"owner", "values", "auth0-yaml", "tenant.yaml", org.Value},
		{"admin", "values", "auth0-dir", "hooks/acme-hook.json", org.Value},
	} {
		w := s.ask(t, request{method: "POST", path: hooksExport, as: c.as, form: field("what", c.what, "format", c.format, "reason", "moving")})
		wantStatus(t, w, http.StatusOK)
		wantHeader(t, w, "Content-Type", "application/zip")
		wantHeader(t, w, "Content-Disposition", `attachment; filename="acme-hooks-2026-11-21.zip"`)
		wantHeader(t, w, "Cache-Control", "no-store")
		text := unzipped(t, w.Body.String())
		for _, part := range []string{"-- hooks/acme-hook.js --\nmodule.exports", "-- " + c.name + " --", "API_KEY", c.value, "THIRD"} {
			if !strings.Contains(text, part) {
				t.Errorf("%s %s: no %q in\n%s", c.what, c.format, part, text)
			}
		}
		if c.what == masked {
			wantNone(t, text, org.Value, "quoted")
		}
	}
}

const masked = "masked"

// The same state is the same file, to the byte.
func TestExportIsTheSameEachTime(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	fillHook(t, s)
	for path, formats := range map[string][]string{secretsExport: {"dotenv", "json", "yaml"}, hooksExport: {"auth0-yaml", "auth0-dir"}} {
		for _, format := range formats {
			first := s.ask(t, request{method: "POST", path: path, as: "owner", form: allValues(format)})
			again := s.ask(t, request{method: "POST", path: path, as: "owner", form: allValues(format)})
			if wantStatus(t, again, http.StatusOK); first.Body.Len() == 0 || !bytes.Equal(first.Body.Bytes(), again.Body.Bytes()) {
				t.Errorf("%s %s differs", path, format)
			}
		}
	}
}

// What refuses an export is known before a file begins.
func TestS39ExportRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, path := range []string{secretsExport, hooksExport} {
		format := map[string]string{secretsExport: "dotenv", hooksExport: "auth0-yaml"}[path]
		for _, c := range []struct {
			as     string
			form   url.Values
			status int
			says   string
		}{
			{"viewer", allValues(format), http.StatusForbidden, "Your role here is Viewer"},
			{"editor", allValues(format), http.StatusForbidden, "Your role here is Editor"},
			{"outsider", allValues(format), http.StatusNotFound, "There is nothing here"},
			{"owner", field("what", "values", "format", format, "reason", ""), http.StatusUnprocessableEntity, "Enter why the values leave."},
			{"owner", field("what", "values", "format", format), http.StatusUnprocessableEntity, "Enter why the values leave."},
			{"owner", field("what", "values", "format", format, "reason", "two\nlines"), http.StatusUnprocessableEntity, "Use one line of text."},
			{"owner", field("what", "values", "format", format, "reason", "nul\x00"), http.StatusUnprocessableEntity, "This isn’t text"},
			{"owner", field("what", "values", "format", format, "reason", strings.Repeat("x", 201)), http.StatusUnprocessableEntity, "Use at most 200 characters."},
			{"owner", field("what", "values", "format", "csv", "reason", "x"), http.StatusBadRequest, ""},
			{"owner", field("what", "everything", "format", format), http.StatusBadRequest, ""},
			{"owner", field("format", format), http.StatusBadRequest, ""},
			{"owner", field("what", "masked"), http.StatusBadRequest, ""},
			{"owner", field("what", "masked", "format", format, "more", "yes"), http.StatusBadRequest, ""},
		} {
			w := s.ask(t, request{method: "POST", path: path, as: c.as, form: c.form})
			wantStatus(t, w, c.status)
			wantHeader(t, w, "Content-Disposition", "")
			wantBody(t, w, "<html", strings.ReplaceAll(c.says, "’", "&#39;"))
			wantNone(t, w.Body.String(), s.Org(storetest.Acme).Value)
			if denied := newest(t, s).Outcome == "denied"; c.status == http.StatusForbidden && !denied {
				t.Error("a refusal left no entry")
			}
		}
	}
	wantStatus(t, s.ask(t, request{method: "POST", path: hooksExport, as: "owner", form: field("what", "names", "format", "auth0-yaml")}), http.StatusBadRequest)
	w := s.ask(t, request{method: "POST", path: ownExport, as: "owner", form: field("what", "masked", "format", "json")})
	wantStatus(t, w, http.StatusConflict)
	wantBody(t, w, "There are no secrets here to export.", `value="json" checked`)
}

// S-39, 0.1: no entry, no file.
func TestS39NothingIsExportedWithoutAnEntry(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.sabotage(t, "INSERT ON audit_entries")
	for _, form := range []url.Values{allValues("dotenv"), field("what", "masked", "format", "dotenv")} {
		w := s.ask(t, request{method: "POST", path: secretsExport, as: "owner", form: form})
		wantStatus(t, w, http.StatusServiceUnavailable)
		wantHeader(t, w, "Content-Disposition", "")
		wantBody(t, w, "Not exported.", "so nothing leaves.")
		wantNone(t, w.Body.String(), s.Org(storetest.Acme).Value, "API_KEY", "sabotaged")
	}
}

// S-39: the password first. What was chosen goes on afterwards, without script and
// within the page of the form.
func TestS39ExportAsksForThePassword(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Clock.Advance(16 * time.Minute)
	form := allValues("json")
	w := s.ask(t, request{method: "POST", path: secretsExport, as: "owner", form: form})
	wantStatus(t, w, http.StatusForbidden)
	wantHeader(t, w, "Content-Disposition", "")
	wantBody(t, w, "<html", "To export values of acme-hook.", `name="password"`, `name="what" value="values"`, `name="format" value="json"`, `name="reason" value="moving to the new cluster"`)
	wantNone(t, w.Body.String(), s.Org(storetest.Acme).Value, "hx-post")
	form.Set("password", "not the password")
	w = s.ask(t, request{method: "POST", path: secretsExport, as: "owner", form: form})
	wantStatus(t, w, http.StatusUnprocessableEntity)
	wantBody(t, w, "That password isn", `name="reason" value="moving to the new cluster"`)
	wantNone(t, w.Body.String(), s.Org(storetest.Acme).Value, "not the password")
	form.Set("password", storetest.Password)
	w = s.ask(t, request{method: "POST", path: secretsExport, as: "owner", form: form})
	wantStatus(t, w, http.StatusOK)
	wantBody(t, w, s.Org(storetest.Acme).Value)
	renewed := cookie(w, "hooksafe")
	if renewed == nil {
		t.Fatal("no new token after the confirmation")
	}
	w = s.ask(t, request{method: "POST", path: hooksExport, cookies: []*http.Cookie{renewed}, form: allValues("auth0-dir")})
	wantStatus(t, w, http.StatusOK)
	// Names need none.
	s.Clock.Advance(16 * time.Minute)
	w = s.ask(t, request{method: "POST", path: secretsExport, as: "viewer", form: field("what", "masked", "format", "yaml")})
	wantStatus(t, w, http.StatusOK)
	wantNone(t, s.log.String(), storetest.Password)
}

// S-39: where values ask every time, so does each export of them, a moment after the
// sign-in as well.
func TestS39ExportAsksEveryTime(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.settle(t, func(set *store.Settings) { set.Confirm = store.AskAlways })
	session := &http.Cookie{Name: "hooksafe", Value: s.Token(storetest.Acme, "owner")}
	for _, path := range []string{secretsExport, hooksExport} {
		form := allValues(map[string]string{secretsExport: "json", hooksExport: "auth0-yaml"}[path])
		w := s.ask(t, request{method: "POST", path: path, cookies: []*http.Cookie{session}, form: form})
		wantStatus(t, w, http.StatusForbidden)
		wantBody(t, w, "Your organization asks every time.")
		wantNone(t, w.Body.String(), s.Org(storetest.Acme).Value, "15 minutes")
		form.Set("password", storetest.Password)
		w = s.ask(t, request{method: "POST", path: path, cookies: []*http.Cookie{session}, form: form})
		wantStatus(t, w, http.StatusOK)
		wantHeader(t, w, "Content-Type", map[string]string{secretsExport: "application/json", hooksExport: "application/zip"}[path])
		session = cookie(w, "hooksafe")
	}
}

// The dialog offers values to those who may take them, and holds none.
func TestExportDialog(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for as, values := range map[string]bool{"viewer": false, "editor": false, "admin": true, "owner": true} {
		for _, path := range []string{secretsExport, ownExport, hooksExport} {
			for _, htmx := range []bool{false, true} {
				w := s.ask(t, request{path: path, as: as, htmx: htmx})
				wantStatus(t, w, http.StatusOK)
				wantBody(t, w, `method="post" action="`+s.path(path)+`"`, `value="masked"`, `checked`)
				wantNone(t, w.Body.String(), s.Org(storetest.Acme).Value, "hx-post", "csv")
				if got := strings.Contains(w.Body.String(), `value="values"`); got != values {
					t.Errorf("%s as %s: values are offered: %v", path, as, got)
				}
				if got := strings.Contains(w.Body.String(), "<html"); got == htmx {
					t.Errorf("%s is a page: %v", path, got)
				}
			}
		}
	}
}

// The ways to it are there where there is something to export.
func TestLinksToExport(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	hook := s.path(secretsExport)
	for path, want := range map[string]string{"/orgs/:org/hooks/:hook": hook, "/orgs/:org/hooks/:hook/secrets": hook, "/orgs/:org/hooks": s.path(hooksExport)} {
		wantBody(t, s.ask(t, request{path: path, as: "viewer"}), `href="`+want+`"`)
	}
	own := `href="` + s.path(ownExport) + `"`
	wantNone(t, s.ask(t, request{path: "/orgs/:org/settings/secrets", as: "owner"}).Body.String(), own)
	shareSecret(t, s)
	wantBody(t, s.ask(t, request{path: "/orgs/:org/settings/secrets", as: "viewer"}), own)
	deleteSecret(t, s)
	wantNone(t, s.ask(t, request{path: "/orgs/:org/hooks/:hook", as: "owner"}).Body.String(), hook)
}

// exportCut is an export of 600 secrets of a size, in two batches, that a client receives;
// cut tells whether its connection was broken off.
func exportCut(t *testing.T, s *site, size int, after func(piece int) error) (r *receiver, cut bool) {
	t.Helper()
	a := s.Actor(t, storetest.Acme, "owner")
	for from := range 30 {
		var add []store.NewSecret
		for i := range 20 {
			value := store.NewPlaintext(strings.Repeat("x", size))
			add = append(add, store.NewSecret{Name: fmt.Sprintf("OWN_%03d", from*20+i), Value: value})
		}
		if err := s.AddSecrets(t.Context(), a, store.OrganizationPlace(), add); err != nil {
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
	s.handler.ServeHTTP(r, s.request(request{method: "POST", path: ownExport, as: "owner", form: allValues("dotenv")}))
	return r, false
}

// S-39: half a file must not pass for the whole: what goes wrong in the middle breaks
// the connection off, and what has no entry has not left.
func TestS39BrokenExportOfValuesShows(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r, cut := exportCut(t, s, 1000, func(piece int) error {
		if piece == 1 {
			s.sabotage(t, "INSERT ON audit_entries")
		}
		return nil
	})
	if !cut || r.Code != http.StatusOK || strings.Contains(r.Body.String(), "OWN_500") || !strings.Contains(r.Body.String(), "OWN_400") {
		t.Errorf("cut %v after %d pieces", cut, r.pieces)
	}
	if !strings.Contains(s.log.String(), "request failed") {
		t.Error("the log does not say so")
	}
}

// A file that is not whole is none, however little of it there is: no page of an error
// passes for it either.
func TestS39ShortExportThatBreaksShows(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.sabotage(t, "INSERT ON audit_entries WHEN NEW.action = 'secret.export' AND (SELECT count(*) FROM audit_entries WHERE action = 'secret.export') >= 500")
	r, cut := exportCut(t, s, 1, func(int) error { return nil })
	if !cut || r.Code != http.StatusOK || strings.Contains(r.Body.String(), "Not exported") || strings.Contains(r.Body.String(), "OWN_500") {
		t.Errorf("cut %v, status %d: %.300s", cut, r.Code, r.Body)
	}
}

// A file that takes long has its time, piece by piece, and ends with its client.
func TestExportOfValuesPieceByPiece(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r, cut := exportCut(t, s, 1000, func(int) error { return nil })
	if cut || r.pieces < 9 || len(r.deadlines) != 2*r.pieces || !r.Flushed || strings.Count(r.Body.String(), "\n") != 600 {
		t.Errorf("cut %v, %d pieces, %d deadlines, %d lines", cut, r.pieces, len(r.deadlines), strings.Count(r.Body.String(), "\n"))
	}
	s = newSite(t)
	r, cut = exportCut(t, s, 1000, func(int) error { return io.ErrClosedPipe })
	if !cut || r.pieces != 1 || strings.Contains(s.log.String(), "request failed") {
		t.Errorf("cut %v after %d pieces", cut, r.pieces)
	}
	page, err := s.Audit(t.Context(), operatorIn(t, s), store.AuditFilter{Action: "secret.export"}, 0, 1000)
	if err != nil || len(page.Entries) != 500 {
		t.Errorf("%d entries, %v", len(page.Entries), err)
	}
}

// imported is what a file of secrets says, as the store takes it.
func imported(read []formats.Secret) []store.ImportedSecret {
	secrets := make([]store.ImportedSecret, len(read))
	for i, s := range read {
		secrets[i] = store.ImportedSecret{Name: s.Name, Pending: s.Pending, Refused: s.Unclear, Where: s.Where}
		if !s.Pending {
			secrets[i].Value = store.NewPlaintext(s.Value)
		}
	}
	return secrets
}

// An export that is imported again, untouched, changes nothing, with values and without;
// and imported elsewhere it makes what exports to the same bytes.
func TestExportedImportedExported(t *testing.T) {
	t.Parallel()
	for _, format := range []formats.Format{formats.Dotenv, formats.JSONText, formats.YAMLText} {
		for _, what := range []string{masked, "values"} {
			t.Run(string(format)+" "+what, func(t *testing.T) {
				t.Parallel()
				s := newSite(t)
				fillHook(t, s)
				owner := s.Actor(t, storetest.Acme, "owner")
				form := field("what", what, "format", string(format), "reason", "there and back")
				sent := s.ask(t, request{method: "POST", path: secretsExport, as: "owner", form: form}).Body.String()
				read, err := formats.ReadSecrets(format, []byte(sent))
				if err != nil {
					t.Fatal(err)
				}
				plan, err := s.PlanSecrets(t.Context(), owner, s.Org(storetest.Acme).Place(), string(format), imported(read))
				if err != nil {
					t.Fatal(err)
				}
				for _, item := range plan.Items {
					if item.Selectable() || item.Fate == store.FateRefused {
						t.Errorf("%s would be %s: %s", item.Name, item.Fate, item.Why)
					}
				}
				other, err := s.CreateHook(t.Context(), owner, "other", "send-phone-message")
				if err != nil {
					t.Fatal(err)
				}
				elsewhere := store.HookPlace(other.ID)
				if plan, err = s.PlanSecrets(t.Context(), owner, elsewhere, string(format), imported(read)); err != nil {
					t.Fatal(err)
				}
				if _, err := s.ApplyImport(t.Context(), owner, elsewhere, plan.ID, plan.Token, store.AsPlanned()); err != nil {
					t.Fatal(err)
				}
				back := request{method: "POST", path: "/orgs/acme/hooks/" + other.ID + "/secrets/export", as: "owner", form: form}
				if what == masked { // a pending secret has no value that could leave
					back.as = "viewer"
				}
				if got := s.ask(t, back).Body.String(); got != sent || sent == "" {
					t.Errorf("exported\n%s\nand then\n%s", sent, got)
				}
			})
		}
	}
}

// The same of all hooks: into the same organization, and into another one.
func TestExportedImportedExportedHooks(t *testing.T) {
	t.Parallel()
	for _, format := range []formats.Format{formats.Auth0YAML, formats.Auth0Dir} {
		t.Run(string(format), func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			fillHook(t, s)
			owner := s.Actor(t, storetest.Acme, "owner")
			form := allValues(string(format))
			sent := s.ask(t, request{method: "POST", path: hooksExport, as: "owner", form: form}).Body.String()
			files, err := formats.ReadZip([]byte(sent))
			if err != nil {
				t.Fatal(err)
			}
			read, err := formats.ReadHooks(files, nil)
			if err != nil {
				t.Fatal(err)
			}
			var hooks []store.ImportedHook
			for _, h := range read {
				hooks = append(hooks, store.ImportedHook{Name: h.Name, Trigger: h.Trigger, Script: h.Script, Enabled: h.Enabled, Secrets: imported(h.Secrets), Where: h.Where})
			}
			plan, err := s.PlanHooks(t.Context(), owner, string(format), hooks)
			if err != nil {
				t.Fatal(err)
			}
			for _, item := range plan.Items {
				if item.Selectable() || item.Fate == store.FateRefused {
					t.Errorf("%s %s would be %s: %s", item.Kind, item.Name, item.Fate, item.Why)
				}
			}
			there := s.Actor(t, storetest.Globex, "owner")
			if _, err := s.DeleteHook(t.Context(), there, s.Org(storetest.Globex).Hook, s.Org(storetest.Globex).HookName); err != nil {
				t.Fatal(err)
			}
			if plan, err = s.PlanHooks(t.Context(), there, string(format), hooks); err != nil {
				t.Fatal(err)
			}
			if _, err := s.ApplyImport(t.Context(), there, store.AllHooks(), plan.ID, plan.Token, store.AsPlanned()); err != nil {
				t.Fatal(err)
			}
			got := s.ask(t, request{method: "POST", path: "/orgs/globex/hooks/export", as: "outsider", form: form}).Body.String()
			if got != sent || sent == "" {
				t.Errorf("exported\n%s\nand then\n%s", unzipped(t, sent), unzipped(t, got))
			}
		})
	}
}
