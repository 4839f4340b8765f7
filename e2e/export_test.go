//go:build e2e

package e2e

import (
	"archive/zip"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"hooksafe/store"
	"hooksafe/store/storetest"
)

// From the wrench to a file that anybody may have: the names and a placeholder for each
// value, to the byte.
func TestMaskedExportOfAHook(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		s.addSecret(t, "SECOND_KEY", s.plant("second-planted"))
		p := s.visitAs(t, "viewer", s.editorPath(), settings...)
		p.button("Hook tools").click()
		p.menu().link("Export secrets").click()
		p.heading("Export secrets").shows()
		p.sees("All of acme-hook, in one file.")
		p.radio("Names, values masked").checked()
		p.radio("With values").missing()
		got := p.download(func() { p.button("Export").click() })
		if want := (file{"acme-acme-hook-" + s.today() + ".env", "API_KEY=_VALUE_NOT_SHOWN_\nSECOND_KEY=_VALUE_NOT_SHOWN_\n"}); got != want {
			t.Errorf("downloaded %q, want %q", got, want)
		}
		again := func() {
			t.Helper()
			if p.script { // the file is the answer, and nothing is left to do in the dialog
				p.dialog("Export secrets").missing()
				p.button("Hook tools").focused()
				p.key("Enter")
				p.menu().link("Export secrets").click()
			}
		}
		again()
		p.radio("JSON").check()
		got = p.download(func() { p.button("Export").click() })
		if want := "{\n  \"API_KEY\": \"_VALUE_NOT_SHOWN_\",\n  \"SECOND_KEY\": \"_VALUE_NOT_SHOWN_\"\n}\n"; got.text != want {
			t.Errorf("downloaded %q, want %q", got.text, want)
		}
		again()
		p.radio("Names only").check()
		p.group("Format").missing()
		got = p.download(func() { p.button("Export").click() })
		if want := (file{"acme-acme-hook-" + s.today() + ".txt", "API_KEY\nSECOND_KEY\n"}); got != want {
			t.Errorf("downloaded %q, want %q", got, want)
		}
		if n := len(s.entries(t, "export.names")); n != 3 {
			t.Errorf("%d entries of 3 exports", n)
		}
		if !p.script {
			p.link("Cancel").click()
		}
		p.dialog("Export secrets").missing()
		p.heading("acme-hook").shows()
	})
}

// today is the date in the names of files.
func (s *site) today() string { return s.Now().UTC().Format(time.DateOnly) }

// Values leave with a reason, after the password, and leave an entry each.
func TestExportWithValues(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		s.share(t, "DATABASE_URL", s.plant("database-planted"))
		s.share(t, "STRIPE_KEY", s.plant("stripe-planted"))
		p := s.visitAs(t, "admin", s.ownSecretsPath(), settings...)
		s.Clock.Advance(store.ConfirmFor + time.Second)
		p.expect(http.StatusUnprocessableEntity, http.StatusForbidden)
		p.link("Export").click()
		p.heading("Export organization secrets").shows()
		p.field("Reason").seenNot()
		p.radio("With values").check()
		p.sees("The audit log gets an entry for each value")
		p.button("Export").click()
		p.sees("Enter why the values leave.")
		p.radio("With values").checked()
		p.field("Reason").focused()
		p.field("Reason").fill("Moving to the new cluster")
		p.button("Export").click()

		p.heading("Confirm it’s you").shows()
		p.sees("To export values of the organization’s own secrets.")
		p.field("Password").fill("not the password")
		p.button("Export").click()
		p.css("[aria-invalid=true]").shows()
		p.field("Password").fill(storetest.Password)
		got := p.download(func() { p.button("Export").click() })
		if want := (file{"acme-secrets-" + s.today() + ".env", "DATABASE_URL=database-planted\nSTRIPE_KEY=stripe-planted\n"}); got != want {
			t.Errorf("downloaded %q, want %q", got, want)
		}
		entries := s.entries(t, "secret.export")
		if len(entries) != 2 || *entries[1].TargetName != "DATABASE_URL" || *entries[1].Detail != "reason: Moving to the new cluster" {
			t.Errorf("%d entries, %+v", len(entries), entries)
		}
		p.sees("The file comes as a download.")
		p.link("Back").click()
		p.row("DATABASE_URL").sees("Value hidden")
		p.row("DATABASE_URL").sees("acme admin")
		p.open("/orgs/acme/audit")
		p.css("details.entry").first().sees("exported STRIPE_KEY")
	})
}

// seenNot waits until the element is not to be seen, there or not.
func (e element) seenNot() { e.t.Helper(); e.must(eventually.Locator(e.at).ToBeHidden()) }

// All hooks leave as the Deploy CLI has them, and nothing of a value with them.
func TestExportOfHooks(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "viewer", s.hooksPath(), settings...)
		p.link("Export").click()
		p.heading("Export hooks").shows()
		got := p.download(func() { p.button("Export").click() })
		if got.name != "acme-hooks-"+s.today()+".zip" {
			t.Errorf("downloaded %q", got.name)
		}
		archive, err := zip.NewReader(strings.NewReader(got.text), int64(len(got.text)))
		must(t, err)
		var names []string
		for _, f := range archive.File {
			names = append(names, f.Name)
		}
		if strings.Join(names, " ") != "hooks/acme-hook.js tenant.yaml" {
			t.Errorf("the archive holds %q", names)
		}
		tenant, err := archive.File[1].Open()
		must(t, err)
		text, err := io.ReadAll(tenant)
		must(t, err)
		if !strings.Contains(string(text), "API_KEY: _VALUE_NOT_SHOWN_") {
			t.Errorf("tenant.yaml is\n%s", text)
		}
	})
}

// An export that can't be recorded is a page that says so, and no file.
func TestExportWithoutAnEntry(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "owner", s.secretsPath()+"/export", settings...)
		p.radio("With values").check()
		p.field("Reason").fill("Moving")
		s.breakAudit(t)
		p.expect(http.StatusServiceUnavailable)
		p.button("Export").click()
		p.sees("Not exported. The audit entry couldn't be written, so nothing leaves.")
	})
}

func TestAccessibleExport(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "owner", s.secretsPath(), lessMotion)
	p.expect(http.StatusUnprocessableEntity, http.StatusForbidden)
	p.button("Hook tools").click()
	p.menu().link("Export secrets").click()
	p.dialog("Export secrets").shows()
	p.accessible("export", desktop, phone)
	p.radio("With values").check()
	p.accessible("export with values", desktop, phone)
	p.fits("export with values")
	p.button("Export").click()
	p.css("[aria-invalid=true]").shows()
	p.accessible("export, refused", desktop, phone)
	p.field("Reason").fill("Moving")
	s.Clock.Advance(store.ConfirmFor + time.Second)
	p.button("Export").click()
	p.field("Password").shows()
	p.accessible("export, confirm", desktop, phone)
}
