//go:build e2e

package e2e

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"hooksafe/store"
)

func (s *site) ownSecretsPath() string { return "/orgs/acme/settings/secrets" }

// share adds a secret of the organization itself behind the browser's back.
func (s *site) share(t testing.TB, name, value string) store.Secret {
	t.Helper()
	secret, err := s.AddSecret(context.Background(), s.admin(t), store.OrganizationPlace(), store.NewSecret{Name: name, Note: "note of " + name, Value: store.NewPlaintext(value)})
	must(t, err)
	return secret
}

func (s *site) shareMany(t testing.TB, n int) {
	t.Helper()
	for i := range n {
		s.share(t, fmt.Sprintf("KEY_%03d", i), "x")
	}
}

// The documented steps: Organization settings → Secrets → Add secret → name and value →
// Save.
func TestDocumentedStepsOfOrganizationSecrets(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "admin", s.hooksPath(), settings...)
		p.role("navigation", "Organization settings").link(like("^Secrets")).click()
		p.isAt(s.ownSecretsPath())
		p.titled("Organization secrets · Hooksafe")
		p.heading("Organization secrets").shows()
		p.sees("Shared by everything in acme inc.")
		p.heading("No secrets yet").shows()

		p.link("Add secret").first().click()
		p.heading("Add organization secret").shows()
		p.field("Name").fill("STRIPE_WEBHOOK_SECRET")
		p.field("Value").fill(s.plant("stripe-planted"))
		p.field("Note").fill("Shared by billing hooks")
		p.button("Save").click()

		p.toast("STRIPE_WEBHOOK_SECRET added").sees("1 secret.")
		p.row("STRIPE_WEBHOOK_SECRET").sees("Shared by billing hooks")
		p.row("STRIPE_WEBHOOK_SECRET").sees("v1")
		p.css("#secrets-count").reads("1")
		p.css("tbody.new").counts(1)
		p.css(".ticks, .tabs").missing()

		p.button("Reveal STRIPE_WEBHOOK_SECRET").click()
		p.group("Value of STRIPE_WEBHOOK_SECRET").sees("stripe-planted")
		p.sees("This reveal was recorded.")
	})
}

// A name that breaks the rule is put right with one click, which keeps what else was
// typed: with script the value too.
func TestCorrectedNameIsOneClick(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "admin", s.ownSecretsPath(), settings...)
		p.link("Add secret").first().click()
		p.field("Name").fill("stripe-webhook")
		p.field("Value").fill(s.plant("typed-planted"))
		p.field("Note").fill(`quotes " and <b>`)
		p.expect(http.StatusUnprocessableEntity)
		p.button("Save").click()
		p.sees("Use capital letters, digits and underscores, starting with a letter.")
		p.field("Name").holds("stripe-webhook")
		p.button("Use STRIPE_WEBHOOK").click()

		p.field("Name").holds("STRIPE_WEBHOOK")
		p.field("Name").focused()
		p.field("Note").holds(`quotes " and <b>`)
		p.button("Use STRIPE_WEBHOOK").missing()
		p.seesNot("Use capital letters, digits and underscores, starting with a letter.")
		if !p.script {
			p.sees("A value is never sent back. Enter it again.")
			p.field("Value").holds("")
			p.field("Value").fill("typed-planted")
		}
		p.field("Value").holds("typed-planted")
		if n := len(s.entries(t, "secret.create")); n != 1 {
			t.Errorf("%d secrets were created, want API_KEY alone", n)
		}
		p.field("Name").press("Enter")
		p.row("STRIPE_WEBHOOK").shows()
	})
}

// Enter saves what stands there; it doesn't take the offer.
func TestEnterSavesWhatWasTyped(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		s.share(t, "TAKEN", "x")
		p := s.visitAs(t, "admin", s.ownSecretsPath(), settings...)
		p.link("Edit TAKEN").click()
		p.field("Name").fill("1 name")
		p.expect(http.StatusUnprocessableEntity)
		p.button("Save").click()
		p.button("Use NAME").shows()
		p.field("Name").fill("OTHER")
		p.field("Name").press("Enter")
		p.row("OTHER").shows()
		p.row("TAKEN").missing()
	})
}

// An editor reveals and copies, and changes nothing; where the organization keeps its
// secrets from editors, not that either.
func TestOrganizationSecretsOfEditor(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		s.share(t, "DATABASE_URL", s.plant("database-planted"))
		p := s.visitAs(t, "editor", s.ownSecretsPath(), append(settings, withClipboard)...)
		p.link("Add secret").missing()
		p.link("Edit DATABASE_URL").missing()
		p.link("Delete DATABASE_URL").missing()
		p.button("Reveal DATABASE_URL").click()
		p.group("Value of DATABASE_URL").sees("database-planted")
		p.link("Hide DATABASE_URL").first().click()
		p.row("DATABASE_URL").sees("Value hidden")
		if p.script {
			p.button("Copy DATABASE_URL").click()
			p.hears("DATABASE_URL copied. Recorded.")
		}
		p.link("Versions of DATABASE_URL").click()
		p.link("Organization secrets").shows()
		p.sees("Version 1")
		p.button(like("Reveal DATABASE_URL")).last().click()
		p.group("Value of DATABASE_URL").sees("database-planted")

		s.keepFromEditors(t)
		p.open(s.ownSecretsPath())
		p.sees("You can see names and history, not values.")
		p.sees("Owners and admins see the values of organization secrets here: acme admin, acme owner.")
		p.button("Reveal DATABASE_URL").missing()
		p.open(s.secretsPath())
		p.button("Reveal API_KEY").shows()
	})
}

// keepFromEditors settles that editors see no values of organization secrets.
func (s *site) keepFromEditors(t testing.TB) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(s.Dir, "hooksafe.db")+"?mode=rw&_busy_timeout=5000")
	must(t, err)
	defer db.Close()
	_, err = db.Exec(`UPDATE organizations SET editors_reveal = 0`)
	must(t, err)
}

func TestOrganizationSecretsOfViewer(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		s.share(t, "DATABASE_URL", s.plant("database-planted"))
		p := s.visitAs(t, "viewer", s.ownSecretsPath(), settings...)
		p.row("DATABASE_URL").sees("note of DATABASE_URL")
		p.sees("Your role here is Viewer. Admins who can change it: acme admin, acme owner.")
		p.css("main form, main button, main .primary").missing()
		p.group("Value hidden").describedBy(like("You can see names and history, not values"))
	})
}

// Of many there are 50 at a time, more on demand, and whatever was changed is always
// among them.
func TestManyOrganizationSecrets(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		s.shareMany(t, 120)
		p := s.visitAs(t, "admin", s.ownSecretsPath(), settings...)
		p.sees("120 secrets")
		p.css("tbody").counts(50)
		for _, n := range []int{100, 120} {
			p.link("Load more").click()
			if p.script {
				p.css("tbody").counts(n)
			}
		}
		p.link("Load more").missing()
		p.row("KEY_119").shows()

		p.link("Edit KEY_110").click()
		p.field("Note").fill("changed")
		p.button("Save").click()
		p.row("KEY_110").sees("changed")
		p.css("tbody.new").counts(1)
		p.css("tbody.new").sees("KEY_110")
		p.css("tbody").counts(10)
		p.link("From the beginning").click()
		p.row("KEY_000").shows()
		p.css("tbody").counts(50)

		p.link("Add secret").click()
		p.field("Name").fill("ZEBRA")
		p.field("Value").fill("x")
		p.button("Save").click()
		p.row("ZEBRA").shows()
		p.css("tbody.new").sees("ZEBRA")
		p.reload()
		p.row("ZEBRA").shows()
		p.sees("121 secrets")
		p.css("#secrets-count").reads("121")
	})
}

// A change leaves the page as it was filtered, with what was changed.
func TestFilterOrganizationSecrets(t *testing.T) {
	s := newSite(t)
	s.shareMany(t, 60)
	p := s.visitAs(t, "admin", s.ownSecretsPath())
	filter := p.field("Filter by name")
	filter.fill("key_05")
	p.css("tbody").counts(10)
	p.sees("10 of 60")
	p.hears("10 secrets")
	p.asks(s.ownSecretsPath(), "?q=key_05")
	filter.focused()

	p.link("Delete KEY_051").click()
	p.field("Type KEY_051 to confirm").fill("KEY_051")
	p.button("Delete secret").click()
	p.row("KEY_051").missing()
	p.css("tbody").counts(9)
	p.sees("9 of 59")
	p.toast("KEY_051 deleted").button("Undo").click()
	p.row("KEY_051").shows()
	p.css("tbody").counts(10)
	p.asks(s.ownSecretsPath(), "?q=key_05")

	filter.fill("payrol")
	p.heading("No secrets match “payrol”").shows()
	p.reload()
	filter.holds("payrol")
	p.link("Show all secrets").click()
	p.sees("60 secrets")
}

// Versions, restore and deletion for good, as with the secrets of a hook.
func TestHistoryOfOrganizationSecret(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		s.share(t, "API_TOKEN", s.plant("first-planted"))
		p := s.visitAs(t, "owner", s.ownSecretsPath(), settings...)
		p.link("Edit API_TOKEN").click()
		p.field("New value").fill(s.plant("second-planted"))
		p.button("Save").click()
		p.row("API_TOKEN").sees("v2")
		p.link("Versions of API_TOKEN").click()
		p.button("Restore version 1").click()
		p.toast("API_TOKEN restored from version 1").shows()
		p.sees("Version 3")
		p.link("Delete for good").click()
		p.heading("Delete API_TOKEN for good?").shows()
		p.field("Type API_TOKEN to confirm").fill("API_TOKEN")
		p.button("Delete secret for good").click()
		p.heading("No secrets yet").shows()
		p.css("#deleted-secrets").missing()
		p.css("#secrets-count").reads("0")
	})
}

func TestAccessibleOrganizationSecrets(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "admin", s.ownSecretsPath(), lessMotion)
	p.expect(http.StatusUnprocessableEntity)
	p.accessible("no organization secrets", desktop, phone)
	s.shareMany(t, 3)
	must(t, errOf(s.DeleteSecret(context.Background(), s.admin(t), store.OrganizationPlace(), s.share(t, "GONE", "x").ID, "GONE")))
	p.open(s.ownSecretsPath())
	p.button("Reveal KEY_001").click()
	p.group("Value of KEY_001").shows()
	p.accessible("organization secrets, one revealed", desktop, phone)
	p.link("Add secret").click()
	p.field("Name").fill(strings.Repeat("a-name-", 30))
	p.button("Save").click()
	p.button(like("^Use A_NAME_")).shows()
	p.accessible("a name that breaks the rule", desktop, phone)
	p.fits("a name that breaks the rule")

	for i := range 50 {
		s.share(t, fmt.Sprint("MORE_", i), "x")
	}
	p.open(s.ownSecretsPath())
	p.accessible("organization secrets", desktop, phone)
	p.fits("organization secrets")
	if top := number(t, p.css("tbody").first().js("(row) => row.getBoundingClientRect().top")); top > 180 {
		t.Errorf("the first row is at %v px", top)
	}
	p.open(s.ownSecretsPath() + "?at=" + s.share(t, "THE_LAST", "x").ID)
	p.link("From the beginning").shows()
	p.accessible("organization secrets, from one on", desktop, phone)

	v := s.visitAs(t, "viewer", s.ownSecretsPath(), lessMotion)
	v.accessible("organization secrets of a viewer", desktop, phone)
	v.fits("organization secrets of a viewer")
}
