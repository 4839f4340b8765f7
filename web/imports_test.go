package web

import (
	"archive/zip"
	"bytes"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"hooksafe/store"
	"hooksafe/store/storetest"
)

const (
	importPath      = secretsPath + "/import"
	ownImportPath   = ownPath + "/import"
	hooksImportPath = "/orgs/:org/hooks/import"
)

// hookText is an export of the Deploy CLI with its script in it.
const hookText = "hooks:\n  - name: imported\n    triggerId: send-phone-message\n    enabled: false\n    dependencies: {}\n" +
	"    script: |\n      module.exports = function (recipient, text, context, cb) {\n        cb(null, {});\n      };\n" +
	"    secrets:\n      FIRST: _VALUE_NOT_SHOWN_\n      SECOND: " + planted + "\n"

func (s *site) brought() []store.ImportedSecret {
	return []store.ImportedSecret{{Name: "NEW", Value: store.NewPlaintext("1")}}
}

// planIn hands something in for the owner of acme, for an import into a place.
func (s *site) planIn(t *testing.T, in store.Place) store.Plan {
	t.Helper()
	a := s.Actor(t, storetest.Acme, "owner")
	plan, err := s.PlanSecrets(t.Context(), a, in, ".env", s.brought())
	if in == store.AllHooks() {
		plan, err = s.PlanHooks(t.Context(), a, "Deploy CLI files", []store.ImportedHook{{Name: "imported", Trigger: "send-phone-message", Script: "x()"}})
	}
	if err != nil {
		t.Fatal(err)
	}
	s.plan = plan.ID
	return plan
}

func (s *site) importIn(t *testing.T, in store.Place) {
	t.Helper()
	plan := s.planIn(t, in)
	done, err := s.ApplyImport(t.Context(), s.Actor(t, storetest.Acme, "owner"), in, plan.ID, plan.Token, store.AsPlanned())
	if err != nil {
		t.Fatal(err)
	}
	s.change = done.Change
}

func planHooks(t *testing.T, s *site)        { s.planIn(t, store.AllHooks()) }
func planSecrets(t *testing.T, s *site)      { s.planIn(t, s.Org(storetest.Acme).Place()) }
func planOwnSecrets(t *testing.T, s *site)   { s.planIn(t, store.OrganizationPlace()) }
func importHooks(t *testing.T, s *site)      { s.importIn(t, store.AllHooks()) }
func importSecrets(t *testing.T, s *site)    { s.importIn(t, s.Org(storetest.Acme).Place()) }
func importOwnSecrets(t *testing.T, s *site) { s.importIn(t, store.OrganizationPlace()) }

var (
	planForm  = regexp.MustCompile(`action="([^"]+/import/[^"]+)"`)
	planToken = regexp.MustCompile(`name="token" value="([^"]+)"`)
	planBox   = regexp.MustCompile(`name="(item-\d+)"[^>]*`)
	undoForm  = regexp.MustCompile(`action="([^"]+/undo)"`)
)

// hand posts what is pasted, as the editor, or as whom a test says.
func (s *site) hand(t testing.TB, path, text, format, as string) *httptest.ResponseRecorder {
	t.Helper()
	form := field("text", text)
	if format != "" {
		form.Set("format", format)
	}
	return s.ask(t, request{method: "POST", path: path, as: as, htmx: true, form: form})
}

// choice is the form of a plan as a page draws it: where it goes, and what is ticked.
func choice(t testing.TB, w *httptest.ResponseRecorder) (action string, form url.Values) {
	t.Helper()
	wantStatus(t, w, http.StatusOK)
	body := w.Body.String()
	if !planForm.MatchString(body) {
		t.Fatalf("no plan: %.600s", body)
	}
	form = field("token", planToken.FindStringSubmatch(body)[1], "shown", regexp.MustCompile(`name="shown" value="(\d+)"`).FindStringSubmatch(body)[1])
	for _, box := range planBox.FindAllStringSubmatch(body, -1) {
		if strings.Contains(box[0], " checked") {
			form.Set(box[1], "on")
		}
	}
	return planForm.FindStringSubmatch(body)[1], form
}

// S-38: what an import would do is shown without any value, wherever in the file that
// stands, and nothing is done yet.
func TestS38ImportIsShownFirst(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	org := s.Org(storetest.Acme)
	text := "# " + planted + "\nNEW=" + planted + "\nAPI_KEY=" + planted + "-newer\n" + planted + "*=x\nLATER=_VALUE_NOT_SHOWN_\n" +
		"UNCLEAR=" + planted + " # " + planted + "\n"
	w := s.hand(t, importPath, text, "dotenv", "editor")
	action, form := choice(t, w)
	page := html.UnescapeString(w.Body.String())
	for _, want := range []string{"Review 5 entries", "Values stay hidden here. Compared on the server with what is stored.", "1 new", "1 changed",
		"1 waiting for a value", "2 left out", "Version 1 becomes 2", "Last set by acme editor", fmt.Sprintf("%d characters", len(planted)),
		"<b>3</b> of 20", "Line 4", "Use letters, digits, _ . and -, up to 128.", "Line 6: The # may begin a comment"} {
		if !strings.Contains(page, want) {
			t.Errorf("the preview doesn't say %q: %s", want, page)
		}
	}
	wantNone(t, page, planted, org.Value, "<html")
	if said := triggers(t, w.Header().Get("HX-Trigger"))["say"]; said != "1 new, 1 changed, 1 waiting for a value, 2 left out." {
		t.Errorf("said %q", said)
	}
	if len(form) != 5 { // token, shown, and three that can be chosen
		t.Errorf("the form holds %v", form)
	}
	for name, values := range form {
		if strings.Contains(name+values[0]+action, planted) {
			t.Errorf("%s holds a value", name)
		}
	}
	wantBody(t, s.ask(t, request{method: "POST", path: copyPath, as: "editor"}), org.Value)
	wantNone(t, s.ask(t, request{path: secretsPath, as: "editor"}).Body.String(), "NEW", "LATER", planted)
	wantNone(t, s.log.String(), planted)

	// The placeholder for what is stored keeps it, whatever is ticked.
	w = s.hand(t, importPath, "API_KEY=_VALUE_NOT_SHOWN\n", "dotenv", "editor")
	wantBody(t, w, "Stored value is kept", "1 kept", "There is nothing to import.")
	wantNone(t, w.Body.String(), "<form", "checkbox")
}

// What is ticked is imported, in one change with one undo, in every place.
func TestApplyAndUndoImport(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ path, list, text, format, toast, there string }{
		"hook secrets":         {importPath, secretsPath, "NEW=1\nLATER=_VALUE_NOT_SHOWN_\n", "dotenv", "2 secrets imported", "LATER"},
		"organization secrets": {ownImportPath, ownPath, `{"NEW":"1","LATER":"_VALUE_NOT_SHOWN_"}`, "json", "2 secrets imported", "LATER"},
		"hooks":                {hooksImportPath, "/orgs/:org/hooks", hookText, "", "1 hook and 2 secrets imported", "imported"},
	} {
		for _, htmx := range []bool{true, false} {
			t.Run(fmt.Sprint(name, htmx), func(t *testing.T) {
				t.Parallel()
				s := newSite(t)
				here := map[string]string{"HX-Current-URL": base + s.path(tt.list)}
				if !htmx {
					here = nil
				}
				action, form := choice(t, s.hand(t, tt.path, tt.text, tt.format, "admin"))
				w := s.ask(t, request{method: "POST", path: action, as: "admin", form: form, htmx: htmx, header: here})
				if !htmx {
					wantStatus(t, w, http.StatusSeeOther)
					wantHeader(t, w, "Location", s.path(tt.list))
					w = s.ask(t, request{path: tt.list, as: "admin"})
				} else if events := triggers(t, w.Header().Get("HX-Trigger")); events["modal:close"] != true {
					t.Errorf("HX-Trigger %v", events)
				}
				wantStatus(t, w, http.StatusOK)
				wantBody(t, w, tt.toast, "1 without a value.", tt.there)
				wantNone(t, w.Body.String(), planted)

				undo := request{method: "POST", path: undoForm.FindStringSubmatch(w.Body.String())[1], as: "admin", htmx: htmx, header: here}
				w = s.ask(t, request{path: tt.path, as: "admin"})
				wantBody(t, w, "Imports of the last 7 days", `action="`+undo.path+`"`)
				w = s.ask(t, undo)
				if !htmx {
					wantStatus(t, w, http.StatusSeeOther)
					w = s.ask(t, request{path: tt.list, as: "admin"})
				}
				wantStatus(t, w, http.StatusOK)
				wantBody(t, w, "Import undone")
				wantNone(t, s.ask(t, request{path: tt.path, as: "admin"}).Body.String(), `/undo"`)
				wantBody(t, s.ask(t, request{path: tt.path, as: "admin"}), "undone")

				// A second time there is nothing to undo, which is said where the imports are.
				w = s.ask(t, undo)
				wantStatus(t, w, http.StatusNotFound)
				wantBody(t, w, "This import can’t be undone", "Imports of the last 7 days")
			})
		}
	}
}

// What somebody changed since stays, and is named.
func TestUndoImportNamesWhatStays(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	in, here := s.Org(storetest.Acme).Place(), map[string]string{"HX-Current-URL": base + s.path(secretsPath)}
	action, form := choice(t, s.hand(t, importPath, "A=1\nB=2\n", "dotenv", "editor"))
	w := s.ask(t, request{method: "POST", path: action, as: "editor", form: form, htmx: true, header: here})
	undo := request{method: "POST", path: undoForm.FindStringSubmatch(w.Body.String())[1], as: "editor", htmx: true, header: here}
	a := s.Actor(t, storetest.Acme, "owner")
	change := func(name string) {
		t.Helper()
		secret, err := s.SecretNamed(t.Context(), a, in, name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.ChangeSecret(t.Context(), a, in, secret.ID, store.SecretChange{Base: secret.Revision, Name: name, Note: "changed"}); err != nil {
			t.Fatal(err)
		}
	}
	change("A")
	change("B")
	w = s.ask(t, undo)
	wantStatus(t, w, http.StatusConflict)
	wantHeader(t, w, "HX-Retarget", "#modal")
	wantBody(t, w, "All that this import did was changed since", "Imports of the last 7 days")

	action, form = choice(t, s.hand(t, importPath, "A=3\nC=4\n", "dotenv", "editor"))
	w = s.ask(t, request{method: "POST", path: action, as: "editor", form: form, htmx: true, header: here})
	undo.path = undoForm.FindStringSubmatch(w.Body.String())[1]
	change("A")
	w = s.ask(t, undo)
	wantStatus(t, w, http.StatusOK)
	wantBody(t, w, "Import undone", "A was changed since and stays.")
}

// S-37: an import that changed under its form is not carried out; the answer is the plan
// as it is now, and that one can be.
func TestS37StaleImport(t *testing.T) {
	t.Parallel()
	for _, htmx := range []bool{true, false} {
		s := newSite(t)
		action, form := choice(t, s.hand(t, importPath, "NEW="+planted+"\n", "dotenv", "editor"))
		if w := s.ask(t, request{method: "POST", path: secretsPath, as: "admin", form: secretForm("NEW", "of somebody else")}); w.Code != http.StatusSeeOther {
			t.Fatal(w.Code)
		}
		w := s.ask(t, request{method: "POST", path: action, as: "editor", form: form, htmx: htmx})
		wantStatus(t, w, http.StatusConflict)
		wantBody(t, w, "Something changed, here is the new preview.", "Nothing was imported yet.", "Version 1 becomes 2", `action="`+action+`"`)
		wantNone(t, w.Body.String(), planted, "of somebody else")
		w.Code = http.StatusOK
		again, form := choice(t, w)
		wantStatus(t, s.ask(t, request{method: "POST", path: again, as: "editor", form: form}), http.StatusSeeOther)

		// It was carried out, so it is over.
		w = s.ask(t, request{method: "POST", path: again, as: "editor", form: form, htmx: htmx})
		wantStatus(t, w, http.StatusNotFound)
		wantBody(t, w, "This import is over: it was carried out already", `name="text"`)
		wantHeader(t, w, "HX-Retarget", "#modal")
	}
}

// An import belongs to the session and to the place that it was handed in at.
func TestS37ImportIsOnesOwn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	shareSecret(t, s)
	action, form := choice(t, s.hand(t, importPath, "NEW="+planted+"\n", "dotenv", "editor"))
	id := action[strings.LastIndex(action, "/")+1:]
	for _, tt := range []struct {
		as, path string
		status   int
		over     bool // there is such a place
	}{
		{"admin", action, http.StatusNotFound, true},
		{"owner", action, http.StatusNotFound, true},
		{"viewer", action, http.StatusForbidden, false},
		{"outsider", action, http.StatusNotFound, false},
		{"", action, http.StatusUnauthorized, false},
		{"editor", hooksImportPath + "/" + id, http.StatusNotFound, true},
		{"editor", ownImportPath + "/" + id, http.StatusForbidden, false},
		{"admin", ownImportPath + "/" + id, http.StatusNotFound, true},
		{"editor", importPath + "/" + strings.ToUpper(id), http.StatusNotFound, false},
		{"editor", importPath + "/last", http.StatusNotFound, false},
		{"editor", secretsPath + "/imports/last/undo", http.StatusNotFound, false},
		{"editor", strings.Replace(action, s.Org(storetest.Acme).Hook, s.Org(storetest.Globex).Hook, 1), http.StatusNotFound, false},
	} {
		w := s.ask(t, request{method: "POST", path: tt.path, as: tt.as, form: form, htmx: true})
		if w.Code != tt.status {
			t.Errorf("%s as %q: %d, want %d", tt.path, tt.as, w.Code, tt.status)
		}
		wantNone(t, w.Body.String(), planted)
		if here := strings.Contains(w.Body.String(), "This import is over"); here != tt.over {
			t.Errorf("%s as %q: it says that this import is over: %v", tt.path, tt.as, here)
		}
	}
	p, err := s.SignIn(t.Context(), storetest.Origin(), storetest.Email(storetest.Acme, "editor"), storetest.Password, "")
	if err != nil {
		t.Fatal(err)
	}
	other := request{method: "POST", path: action, form: form, cookies: []*http.Cookie{{Name: "hooksafe", Value: p.Token}}}
	wantStatus(t, s.ask(t, other), http.StatusNotFound) // the same person, signed in elsewhere
	wantStatus(t, s.ask(t, request{method: "POST", path: action, as: "editor", form: form}), http.StatusSeeOther)
}

// With nothing ticked nothing happens, and the plan is there again, with nothing ticked.
func TestImportOfNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	action, form := choice(t, s.hand(t, importPath, "NEW=1\n", "dotenv", "editor"))
	form.Del("item-0")
	w := s.ask(t, request{method: "POST", path: action, as: "editor", form: form, htmx: true})
	wantStatus(t, w, http.StatusUnprocessableEntity)
	wantBody(t, w, "Choose what to import.", `name="item-0"`, `action="`+action+`"`)
	wantNone(t, w.Body.String(), " checked", "here is the new preview")

	for body, status := range map[string]int{
		"token=x":                     400, // no number of what was shown
		"shown=two&token=x":           400,
		"shown=1&token=x&item-a=on":   400,
		"shown=1&token=x&value=x":     400,
		"shown=1&token=x&token=x":     400,
		"shown=1&token=x&item-0=on":   409,
		"shown=1&item-0=on":           409,
		"shown=-1&token=x":            409,
		"shown=99999&token=x&item-9=": 409,
	} {
		if w := s.ask(t, request{method: "POST", path: action, as: "editor", body: body}); w.Code != status {
			t.Errorf("%q: status %d, want %d", body, w.Code, status)
		}
	}
	wantNone(t, s.ask(t, request{path: secretsPath, as: "editor"}).Body.String(), "NEW")
	form.Set("item-7", "on")
	w = s.ask(t, request{method: "POST", path: action, as: "editor", form: form, htmx: true})
	wantStatus(t, w, http.StatusUnprocessableEntity)
	wantBody(t, w, "Item 8 can")
}

// What is stored and not in the file stays, unless it is ticked by hand.
func TestS37MissingSecretsStay(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := s.hand(t, importPath, "NEW=1\n", "dotenv", "editor")
	wantBody(t, w, "1 stored secret is not in the file. It stays.", `aria-label="Delete API_KEY"`)
	action, form := choice(t, w)
	if form.Has("item-1") {
		t.Error("a deletion is ticked")
	}
	wantStatus(t, s.ask(t, request{method: "POST", path: action, as: "editor", form: form}), http.StatusSeeOther)
	wantBody(t, s.ask(t, request{path: secretsPath, as: "editor"}), `id="secret-`+s.Org(storetest.Acme).Secret+`"`)

	action, form = choice(t, s.hand(t, importPath, "NEW=2\n", "dotenv", "editor"))
	form.Set("item-1", "on")
	w = s.ask(t, request{method: "POST", path: action, as: "editor", form: form, htmx: true, header: map[string]string{"HX-Current-URL": base + s.path(secretsPath)}})
	wantStatus(t, w, http.StatusOK)
	wantBody(t, w, "1 secret imported", "1 deleted.")
	wantNone(t, w.Body.String(), `id="secret-`+s.Org(storetest.Acme).Secret+`"`)
}

// Each line that can't be read is named with its place and its reason, and never sent back.
func TestImportRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	both, mime := parts(t, map[string]string{"text": "A=" + planted, "format": "dotenv"}, "file", planted)
	for _, tt := range []struct {
		name, path, body, mime string
		form                   url.Values
		status                 int
		want                   []string
	}{
		{name: "no line of a .env file", path: importPath, form: field("text", "A=1\n"+planted+"\nB='"+planted, "format", "dotenv"), status: 422,
			want: []string{"This can’t be read, so nothing was imported.", "<b>Line 2: </b>", "<b>Line 3: </b>", `aria-invalid="true"`}},
		{name: "no JSON", path: importPath, form: field("text", `{"A": `+planted, "format", "json"), status: 422, want: []string{"<b>Line 1"}},
		{name: "a number in YAML", path: ownImportPath, form: field("text", "A: ["+planted+"]", "format", "yaml"), status: 422, want: []string{"<b>Line 1"}},
		{name: "no hooks", path: hooksImportPath, form: field("text", "rules: ["+planted+"]"), status: 422, want: []string{"This can’t be read"}},
		{name: "both", path: importPath, body: both, mime: mime, status: 422, want: []string{"Either paste the text or choose a file, not both."}},
		{name: "nothing", path: importPath, form: field("text", " \n", "format", "dotenv"), status: 422, want: []string{"Paste what is to be imported, or choose a file."}},
		{name: "comments only", path: importPath, form: field("text", "# "+planted, "format", "dotenv"), status: 422, want: []string{"There is nothing in it to import."}},
		{name: "no text", path: importPath, form: field("text", "A=\xff"+planted, "format", "dotenv"), status: 422, want: []string{"<b>Line 1: </b>this is not UTF-8 text"}},
		{name: "a NUL", path: importPath, form: field("text", "A=\x00"+planted, "format", "dotenv"), status: 422, want: []string{"<b>Line 1: </b>"}},
		{name: "no format", path: importPath, form: field("text", "A="+planted), status: 400},
		{name: "another format", path: importPath, form: field("text", "A="+planted, "format", "auth0-yaml"), status: 400},
		{name: "another field", path: importPath, form: field("text", "A="+planted, "format", "dotenv", "value", planted), status: 400},
		{name: "JSON itself", path: importPath, body: `{"A":"` + planted + `"}`, mime: "application/json", status: 415},
		{name: "more than 6 MiB", path: importPath, form: field("text", "A="+planted+strings.Repeat("x", 6<<20), "format", "dotenv"), status: 413, want: []string{"This is over the limit of 5 MiB."}},
		{name: "more than 5 MiB", path: importPath, form: field("text", "A="+planted+strings.Repeat("x", 5<<20), "format", "dotenv"), status: 422, want: []string{"more than the 5 MiB"}},
	} {
		for _, htmx := range []bool{true, false} {
			w := s.ask(t, request{method: "POST", path: tt.path, as: "admin", form: tt.form, body: tt.body, mime: tt.mime, htmx: htmx})
			if w.Code != tt.status {
				t.Errorf("%s: status %d, want %d: %.300s", tt.name, w.Code, tt.status, w.Body)
			}
			wantBody(t, w, tt.want...)
			wantNone(t, w.Body.String(), planted)
			if tt.status == 422 && !htmx {
				wantBody(t, w, "What you pasted or chose is never sent back. Paste or choose it again.")
			}
			if tt.status == 422 && htmx {
				wantBody(t, w, "hx-preserve")
			}
		}
	}
	wantNone(t, s.log.String(), planted)
	if e := newest(t, s); e.Action != "secret.create" {
		t.Errorf("a refusal left the entry %s", e.Action)
	}
}

// filed posts a file by its name.
func (s *site) filed(t testing.TB, path, name string, content []byte, format string) *httptest.ResponseRecorder {
	t.Helper()
	fields := map[string]string{"text": ""}
	if format != "" {
		fields["format"] = format
	}
	body, mime := parts(t, fields, "file", string(content))
	body = strings.Replace(body, `filename="value.txt"`, `filename="`+name+`"`, 1)
	return s.ask(t, request{method: "POST", path: path, as: "admin", body: body, mime: mime, htmx: true})
}

// A known name of a file decides over the format that was chosen.
func TestNameOfFileDecides(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for name, text := range map[string]string{".env.production": "NEW=1", "secrets.json": `{"NEW":"1"}`, "Secrets.YML": "NEW: '1'\n"} {
		for _, chosen := range []string{"dotenv", "json", "yaml", ""} {
			wantBody(t, s.filed(t, importPath, name, []byte(text), chosen), "Review 1 entry")
		}
	}
	wantBody(t, s.filed(t, importPath, "secrets.txt", []byte(`{"NEW":"1"}`), "json"), "Review 1 entry")
	wantStatus(t, s.filed(t, importPath, "secrets.txt", []byte(`{"NEW":"1"}`), ""), http.StatusBadRequest)
}

// deployCLI is the export of a tenant with five hooks, as one file.
func deployCLI(t testing.TB, form string) []byte {
	t.Helper()
	var file bytes.Buffer
	w := zip.NewWriter(&file)
	if err := w.AddFS(os.DirFS("../handlers/formats/testdata/deploycli/" + form)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// Both forms of an export make the same hooks, whose secrets wait for values; the same
// file again changes nothing.
func TestImportOfDeployCLI(t *testing.T) {
	t.Parallel()
	for _, form := range []string{"yaml", "directory"} {
		s := newSite(t)
		w := s.filed(t, hooksImportPath, "export.zip", deployCLI(t, form), "")
		action, ticked := choice(t, w)
		wantBody(t, w, "5 new", "10 waiting for a value", "add-roles-to-tokens", "Switched on", "TWILIO_AUTH_TOKEN", "What belongs to a new hook is imported with the hook or not at all.")
		wantNone(t, w.Body.String(), "quota")
		w = s.ask(t, request{method: "POST", path: action, as: "admin", form: ticked, htmx: true})
		wantBody(t, w, "5 hooks and 10 secrets imported", "10 without a value.", "2 missing secrets")
		w = s.filed(t, hooksImportPath, "export", deployCLI(t, form), "")
		wantBody(t, w, "Still waits for a value", "There is nothing to import.")
		wantNone(t, w.Body.String(), "<form", "Import what is ticked", "checkbox")
	}
	s := newSite(t)
	w := s.filed(t, hooksImportPath, "export.zip", []byte("no zip "+planted), "")
	wantStatus(t, w, http.StatusUnprocessableEntity)
	wantBody(t, w, "This is not a zip that can be read")
	wantNone(t, w.Body.String(), planted)
}

// Of a long plan the first 500 items are drawn; the others are taken as they are.
func TestLongPlan(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var text strings.Builder
	for i := range 1200 {
		fmt.Fprintf(&text, "KEY_%04d=%d\n", i, i)
	}
	w := s.hand(t, ownImportPath, text.String(), "dotenv", "admin")
	action, form := choice(t, w)
	wantBody(t, w, "Review 1,200 entries", "1,200 new", "700 more are not shown. Of these, 700 are imported.", `data-picks="700"`)
	if n := len(form); n != 502 {
		t.Errorf("the form has %d fields", n)
	}
	form.Del("item-3")
	w = s.ask(t, request{method: "POST", path: action, as: "admin", form: form, htmx: true, header: s.onOwnPage("")})
	wantBody(t, w, "1,199 secrets imported")
	if _, err := s.SecretNamed(t.Context(), operatorIn(t, s), store.OrganizationPlace(), "KEY_0003"); store.CodeOf(err) != store.NotFound {
		t.Errorf("what was not ticked is there: %v", err)
	}
}

// S-16: the ways in are drawn for who may import, and for nobody else.
func TestS16ImportLinks(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, tt := range []struct{ path, link, roles string }{
		{secretsPath, importPath, "editor admin owner"},
		{"/orgs/:org/hooks/:hook", importPath, "editor admin owner"},
		{ownPath, ownImportPath, "admin owner"},
		{"/orgs/:org/hooks", hooksImportPath, "editor admin owner"},
	} {
		for _, role := range storetest.Roles {
			w := s.ask(t, request{path: tt.path, as: role})
			drawn := strings.Contains(w.Body.String(), `href="`+s.path(tt.link)+`"`)
			if drawn != strings.Contains(tt.roles, role) {
				t.Errorf("%s for the %s: the way to import is drawn: %v", tt.path, role, drawn)
			}
		}
	}
}

// Beside the script, and on any other page, an import leads to the list.
func TestImportFromAnotherPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	action, form := choice(t, s.hand(t, importPath, "NEW=1\n", "dotenv", "editor"))
	w := s.ask(t, request{method: "POST", path: action, as: "editor", form: form, htmx: true,
		header: map[string]string{"HX-Current-URL": base + s.path("/orgs/:org/hooks/:hook")}})
	wantStatus(t, w, http.StatusOK)
	wantHeader(t, w, "HX-Redirect", s.path(secretsPath))
	wantBody(t, s.ask(t, request{path: secretsPath, as: "editor"}), "1 secret imported", `/undo"`)
}

// the audit log says what an import did, which entries belong to it, and where to
// undo it.
func TestImportInAuditLog(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ path, text, format, says, link string }{
		{importPath, "NEW=1\n", "dotenv", "imported a file in acme-hook from .env: 1 secret added", importPath},
		{ownImportPath, "NEW: '1'\n", "yaml", "imported a file from YAML: 1 secret added", ownImportPath},
		{hooksImportPath, hookText, "", "imported a file from Deploy CLI files: 1 hook imported", hooksImportPath},
	} {
		s := newSite(t)
		action, form := choice(t, s.hand(t, tt.path, tt.text, tt.format, "admin"))
		wantStatus(t, s.ask(t, request{method: "POST", path: action, as: "admin", form: form}), http.StatusSeeOther)
		w := s.ask(t, request{path: "/orgs/:org/audit", as: "admin"})
		wantBody(t, w, `href="`+s.path(tt.link)+`"`)
		wantNone(t, w.Body.String(), planted)
		if page := strings.Join(strings.Fields(w.Body.String()), " "); !strings.Contains(page, tt.says) {
			t.Errorf("the log doesn't say %q", tt.says)
		}
		done, err := s.Imports(t.Context(), s.Actor(t, storetest.Acme, "admin"), map[string]store.Place{
			importPath: s.Org(storetest.Acme).Place(), ownImportPath: store.OrganizationPlace(), hooksImportPath: store.AllHooks()}[tt.path])
		if err != nil || len(done) != 1 {
			t.Fatalf("%d imports, %v", len(done), err)
		}
		if n := strings.Count(w.Body.String(), "<dt>Import</dt><dd>"+done[0].ID+"</dd>"); n < 2 {
			t.Errorf("%s: %d entries belong to the import", tt.path, n)
		}
		if _, err := s.SetMemberRole(t.Context(), operatorIn(t, s), storetest.Email(storetest.Acme, "admin"), store.Viewer); err != nil {
			t.Fatal(err)
		}
		w = s.ask(t, request{path: "/orgs/:org/audit", as: "admin"}) // their own entries
		wantBody(t, w, "imported a file")
		wantNone(t, w.Body.String(), `/import"`)
	}
}

// A keyword of the Deploy CLI that stays in a script is told of before it is imported.
func TestImportTellsOfKeywords(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	text := strings.Replace(hookText, "cb(null, {});", "cb(null, {}); // ##CRM_HOST##", 1)
	w := s.hand(t, hooksImportPath, text, "", "editor")
	wantBody(t, w, "Keywords that nothing stands for stay in the scripts.", "nothing stands for ##CRM_HOST##, so it stays as it is")
	wantNone(t, s.hand(t, hooksImportPath, hookText, "", "editor").Body.String(), "Keywords that")
}
