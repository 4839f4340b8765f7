//go:build e2e

package e2e

import (
	"archive/zip"
	"bytes"
	"context"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/playwright-community/playwright-go"

	"hooksafe/store"
	"hooksafe/store/storetest"
)

// pastesEnv begins an import of a text at the page of a hook's secrets.
func (p *page) pastesEnv(text string) {
	p.t.Helper()
	p.link("Paste .env").first().click()
	p.heading("Import secrets").shows()
	p.field("Text").fill(text)
	p.button("Preview").click()
}

// importButton carries out what is ticked: with script it says how much that is.
func (p *page) importButton(said string) element {
	if !p.script {
		return p.button("Import what is ticked")
	}
	return p.button(said)
}

// There is no dialog without script.
func (p *page) undoFirst() {
	p.t.Helper()
	p.toast("imported").button("Undo").click()
	p.toast("Import undone").shows()
}

// Paste, look, leave one out, import, undo.
func TestPasteEnv(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		env := "export NEW_URL='" + s.plant("planted-url") + "'\nAPI_KEY=" + s.plant("planted-newer") + "\n# a comment\n" +
			"LATER=_VALUE_NOT_SHOWN_\nOTHER=" + s.plant("planted-other") + "\nAMBIGUOUS=a # b\n"
		p := s.visitAs(t, "editor", s.secretsPath(), settings...)
		p.pastesEnv(env)
		p.heading("Review 5 entries").shows()
		p.sees("Values stay hidden here. Compared on the server with what is stored.")
		for _, sum := range []string{"2 new", "1 changed", "1 waiting for a value", "1 left out", "Version 1 becomes 2", "Gets its value"} {
			if sum == "Gets its value" {
				p.seesNot(sum)
			} else {
				p.sees(sum)
			}
		}
		p.sees("Line 6: The # may begin a comment or belong to the value.")
		if p.script {
			p.hears("2 new, 1 changed, 1 waiting for a value, 1 left out.")
		}
		p.importButton("Import 4 secrets").shows()
		p.checkbox("Import AMBIGUOUS").missing()
		p.checkbox("Import OTHER").uncheck()
		p.importButton("Import 3 secrets").click()

		p.toast("3 secrets imported").sees("1 without a value. 1 left out.")
		p.isAt(s.secretsPath())
		p.row("NEW_URL").sees("v1")
		p.row("API_KEY").sees("v2")
		p.row("LATER").sees("No value yet")
		p.row("OTHER").missing()
		p.sees("1 secret is waiting for a value.")
		if got := s.stored(t, "API_KEY"); got != "planted-newer" {
			t.Errorf("stored is %q", got)
		}
		p.toast("imported").button("Undo").click()
		p.toast("Import undone").shows()
		p.row("NEW_URL").missing()
		p.row("LATER").missing()
		p.row("API_KEY").sees("v3")
		if got := s.stored(t, "API_KEY"); got != s.Org(storetest.Acme).Value {
			t.Errorf("stored is %q", got)
		}
	})
}

// The undo is found again for 7 days: where the import began, and from the audit log.
func TestUndoImportLater(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "admin", s.ownSecretsPath(), settings...)
		p.link("Paste .env").first().click()
		p.heading("Import organization secrets").shows()
		p.field("Text").fill(`{"SHARED_KEY": "` + s.plant("planted-shared") + `", "SECOND": "x"}`)
		p.radio("JSON").check()
		p.button("Preview").click()
		p.css(".ticks").missing()
		p.importButton("Import 2 secrets").click()
		p.toast("2 secrets imported").shows()
		p.css("#secrets-count").reads("2")

		p.open("/orgs/acme/audit")
		entry := p.css("details.entry").at.Filter(playwright.LocatorFilterOptions{HasText: "imported a file from JSON: 2 secrets added"})
		one := element{t, entry}
		one.css("summary").click()
		one.sees("Import")
		one.link("Imports of organization secrets").click()
		p.heading("Import organization secrets").shows()
		p.sees("Imports of the last 7 days")
		p.sees("Just now by acme admin")
		p.button(like("^Undo: 2 secrets")).click()
		p.toast("Import undone").shows()
		p.isAt(s.ownSecretsPath())
		p.heading("No secrets yet").shows()
		p.link("Paste .env").first().click()
		p.sees("undone just now by acme admin")
		p.button(like("^Undo")).missing()
	})
}

// Somebody changed a secret meanwhile: nothing is imported before the new plan was seen.
func TestImportConflict(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "editor", s.secretsPath(), settings...)
		p.pastesEnv("MINE=" + s.plant("planted-mine") + "\nBOTH=" + s.plant("planted-both") + "\n")
		p.heading("Review 2 entries").shows()

		other := s.visitAs(t, "admin", s.secretsPath(), settings...)
		other.pastesEnv("BOTH=theirs\n")
		other.importButton("Import 1 secret").click()
		other.toast("1 secret imported").shows()

		p.expect(http.StatusConflict)
		p.importButton("Import 2 secrets").click()
		p.sees("Something changed, here is the new preview.")
		if p.script {
			p.hears("Something changed, here is the new preview. 1 new, 1 changed.")
		}
		p.sees("Last set by acme admin, just now")
		p.checkbox("Import BOTH").uncheck()
		p.importButton("Import 1 secret").click()
		p.toast("1 secret imported").shows()
		if got := s.stored(t, "BOTH"); got != "theirs" {
			t.Errorf("BOTH is %q", got)
		}
	})
}

// What can't be read is named line by line; with script what was pasted stays.
func TestImportNamesWhatItCantRead(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "editor", s.secretsPath(), settings...)
		p.expect(http.StatusUnprocessableEntity)
		text := "GOOD=1\nno equals sign, " + s.plant("planted-line") + "\nOPEN='" + s.plant("planted-open") + "\n"
		p.pastesEnv(text)
		p.sees("This can’t be read, so nothing was imported.")
		p.sees("Line 2:")
		p.sees("the quote that opens here is never closed")
		p.field("Text").focused()
		p.field("Text").describedBy(like("nothing was imported.*Line 2: .*Compared on the server"))
		if p.script {
			p.field("Text").holds(text)
		} else {
			p.field("Text").holds("")
			p.sees("What you pasted or chose is never sent back. Paste or choose it again.")
		}
		p.field("Text").fill("GOOD=1\n")
		p.button("Preview").click()
		p.heading("Review 1 entry").shows()
		p.link("Back").click()
		p.heading("Import secrets").shows()
		p.field("Text").holds("")

		p.field("Text").fill("GOOD=1\n")
		p.css("#import-file").choose("GOOD=2\n")
		p.button("Preview").click()
		p.sees("Either paste the text or choose a file, not both.")
		if p.script { // both stay as they are
			p.field("Text").holds("GOOD=1\n")
			p.field("Text").fill("")
		} else {
			p.css("#import-file").choose("GOOD=2\n")
		}
		p.button("Preview").click()
		p.heading("Review 1 entry").shows()
		p.checkbox("Import GOOD").uncheck()
		p.importButton("Import 0 secrets").click()
		p.sees("Choose what to import.")
		p.checkbox("Import GOOD").unchecked()
		p.checkbox("Import GOOD").check()
		p.importButton("Import 1 secret").click()
		p.row("GOOD").shows()
		if got := s.stored(t, "GOOD"); got != "2" {
			t.Errorf("GOOD is %q", got)
		}
	})
}

// Whoever hands in the wrong thing is told what it is, by its own name, and what is wanted.
func TestImportSaysWhatIsWrong(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "editor", s.hooksPath()+"/import", settings...)
		p.expect(http.StatusUnprocessableEntity, http.StatusRequestEntityTooLarge)
		choose := func(name, content, said string) {
			t.Helper()
			must(t, p.css("#import-file").at.SetInputFiles([]playwright.InputFile{{Name: name, MimeType: "application/octet-stream", Buffer: []byte(content)}}))
			p.button("Preview").click()
			p.sees(said)
		}
		choose("photo.jpg", "\xff\xd8\xff\xe0", "photo.jpg, line 1:")
		choose("hooks.zip", "no zip", "This is not a zip that can be read")
		p.open(s.secretsPath() + "/import")
		choose("big.env", strings.Repeat("A=1\n", 7<<18), "This is over the limit of 5 MiB.")
		p.open(s.secretsPath() + "/import")
		p.field("Text").fill(`{"A": "` + s.plant("planted-json") + `"}`)
		p.button("Preview").click()
		p.sees("This is JSON: choose JSON as the format")
	})
}

// S-37: what the file doesn't have stays; only who ticks it deletes it.
func TestS37MissingStay(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		s.addSecret(t, "STAYS", "x")
		p := s.visitAs(t, "editor", s.secretsPath(), settings...)
		p.pastesEnv("NEW=1\n")
		p.css("#import-missing summary").reads("2 stored secrets are not in the file. They stay.")
		p.css("#import-missing summary").click()
		p.checkbox("Delete STAYS").unchecked()
		p.checkbox("Delete API_KEY").check()
		p.importButton("Import 1 secret, delete 1").click()
		p.toast("1 secret imported").sees("1 deleted.")
		p.row("API_KEY").missing()
		p.row("STAYS").shows()
		p.undoFirst()
		p.row("API_KEY").shows()
		p.row("NEW").missing()
	})
}

// exported is the export of a tenant with five hooks as one file.
func exported(t testing.TB) playwright.InputFile {
	t.Helper()
	var file bytes.Buffer
	w := zip.NewWriter(&file)
	must(t, w.AddFS(os.DirFS("../handlers/formats/testdata/deploycli/directory")))
	must(t, w.Close())
	return playwright.InputFile{Name: "tenant.zip", MimeType: "application/zip", Buffer: file.Bytes()}
}

// The export of a tenant comes in as one file; what it could not hold is filled in, one
// after the other.
func TestImportTenant(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "editor", s.hooksPath(), settings...)
		p.link("Import hooks").click()
		p.heading("Import hooks").shows()
		p.sees("Exports hold names only, and _VALUE_NOT_SHOWN_ where a value belongs.")
		must(t, p.css("#import-file").at.SetInputFiles([]playwright.InputFile{exported(t)}))
		p.button("Preview").click()
		p.sees("5 new")
		p.sees("10 waiting for a value")
		p.sees("Switched on")
		p.importButton("Import 18 items").click()
		p.toast("5 hooks and 10 secrets imported").sees("10 without a value.")
		p.row("send-codes-by-twilio").sees("3 missing secrets")
		p.sees("11 secrets in total")
		p.sees("6 hooks, 3 on")

		p.link("send-codes-by-twilio").click()
		p.role("navigation", "Hook").link(like("^Secrets")).click()
		p.sees("3 secrets are waiting for a value.")
		p.link("Set value of TWILIO_ACCOUNT_SID").click()
		p.field("Value").fill(s.plant("planted-sid"))
		p.button("Save").click()
		p.toast("TWILIO_ACCOUNT_SID saved").shows()
		p.sees("2 secrets are waiting for a value.")
		if p.script {
			p.link("Set value of TWILIO_AUTH_TOKEN").focused()
			p.key("Enter")
			p.field("Value").fill(s.plant("planted-token"))
			p.key("Escape") // and back to what asked
			p.link("Set value of TWILIO_AUTH_TOKEN").focused()
		}

		// The same file again changes nothing.
		p.open(s.hooksPath() + "/import")
		must(t, p.css("#import-file").at.SetInputFiles([]playwright.InputFile{exported(t)}))
		p.button("Preview").click()
		p.sees("Stored value is kept")
		p.sees("Still waits for a value")
		p.css("input[type=checkbox]:checked").missing()
	})
}

// From the script of a hook the same address opens, and leads to the list.
func TestImportBesideScript(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "editor", s.editorPath(), settings...)
		p.button("Hook tools").click()
		p.menu().link("Import from .env").click()
		p.heading("Import secrets").shows()
		p.css("#import-file").at.SetInputFiles([]playwright.InputFile{{Name: "secrets.yaml", MimeType: "text/plain", Buffer: []byte("NEW: 'yes'\n")}})
		p.button("Preview").click()
		p.importButton("Import 1 secret").click()
		p.toast("1 secret imported").shows()
		p.isAt(s.secretsPath())
		p.row("NEW").shows()
	})
}

// Nobody needs a mouse for it.
func TestImportByKeyboard(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", s.secretsPath())
	p.link("Paste .env").first().focus()
	p.key("Enter")
	p.field("Text").focused()
	must(t, p.tab.Keyboard().InsertText("A=1\nB=2\n"))
	p.key("Control+Enter")
	p.heading("Review 2 entries").focused()
	p.key("Tab")
	p.button("Close").focused()
	p.key("Tab")
	p.checkbox("Import A").focused()
	p.key("Space")
	p.button("Import 1 secret").shows()
	p.key("Tab")
	p.checkbox("Import B").focused()
	p.key("Control+Enter")
	p.toast("1 secret imported").shows()
	p.link("Paste .env").first().focused()
	p.row("B").shows()
	p.row("A").missing()
}

// A viewer has no way in, and an editor none to organization secrets.
func TestImportIsNotDrawn(t *testing.T) {
	s := newSite(t)
	for _, at := range []struct{ role, path string }{
		{"viewer", s.secretsPath()}, {"viewer", s.hooksPath()}, {"viewer", s.ownSecretsPath()}, {"editor", s.ownSecretsPath()},
	} {
		p := s.visitAs(t, at.role, at.path)
		p.css("main").shows()
		p.link(like("Paste|Import")).missing()
	}
}

// Every state of an import passes, and fits the narrowest window.
func TestAccessibleImports(t *testing.T) {
	s := newSite(t)
	ctx, a := context.Background(), s.admin(t)
	for _, name := range []string{"SAME", "LATER", "STAYS"} {
		s.addSecret(t, name, "x")
	}
	p := s.visitAs(t, "editor", s.secretsPath(), lessMotion)
	p.expect(http.StatusUnprocessableEntity, http.StatusConflict)
	check := func(state string) {
		t.Helper()
		p.accessible(state, desktop, phone)
		p.fits(state)
	}
	p.pastesEnv("no line\n")
	p.sees("This can’t be read")
	check("import, refused")
	text := "NEW=1\nAPI_KEY=2\nSAME=x\nLATER=_VALUE_NOT_SHOWN_\nPENDING=_VALUE_NOT_SHOWN_\nUNCLEAR=a # b\n" + strings.Repeat("LONG", 32) + "=1\n!=x\n"
	p.field("Text").fill(text)
	p.button("Preview").click()
	p.heading("Review 8 entries").shows()
	check("import, preview")
	p.css("#import-missing summary").click()
	check("import, preview with what is missing")
	_, err := s.AddSecret(ctx, a, s.place(), store.NewSecret{Name: "NEW", Value: store.NewPlaintext("x")})
	must(t, err)
	p.button(like("^Import ")).click()
	p.sees("Something changed, here is the new preview.")
	check("import, conflict")
	p.button(like("^Import ")).click()
	p.toast("imported").shows()
	p.link("Paste .env").first().click()
	p.sees("Imports of the last 7 days")
	check("import, with one that can be undone")
	p.key("Escape")

	p.open(s.hooksPath())
	p.link("Import hooks").click()
	check("import hooks")
	must(t, p.css("#import-file").at.SetInputFiles([]playwright.InputFile{exported(t)}))
	p.button("Preview").click()
	p.heading("Review 18 entries").shows()
	check("import hooks, preview")
}
