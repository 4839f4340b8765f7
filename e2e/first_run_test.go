//go:build e2e

package e2e

import (
	"context"
	"testing"

	"hooksafe/store/storetest"
)

// The way of somebody who has just started the program: the address from the
// terminal, an owner, a hook, a secret, a look at it, and the entry that this
// left behind.
func TestFirstRun(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newEmptySite(t)
		token, err := s.NewSetupToken(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		value := s.plant("sg.planted-first-value")

		p := s.visit(t, "/setup?token="+token, settings...)
		p.isAt("/setup")
		if address := p.tab.URL(); address != s.URL+"/setup" {
			t.Errorf("the token is still in the address %s", address)
		}
		p.field("Your name").fill("Mara Okafor")
		p.field("Email").fill("mara@northwind.example")
		p.field("Password").fill(storetest.Password)
		p.field("Organization name").fill("Northwind Traders")
		if p.script {
			p.sees(like("/orgs/\\s*northwind-traders"))
		}
		p.button("Create owner and organization").click()

		p.isAt("/orgs/northwind-traders/hooks")
		p.heading("Create your first hook").shows()
		p.css("#hooks").link("New hook").click()
		p.heading("New hook").shows()
		p.field("Name").fill("enrich-user-profile")
		p.radio("Pre-user registration").check()
		p.button("Create hook").click()
		p.toast("enrich-user-profile created").shows()
		p.row("enrich-user-profile").sees("0 of 20")

		p.link("Edit enrich-user-profile").click()
		p.button("Hook tools").click()
		p.menu().link("Secrets 0").click()
		p.heading("No secrets yet").shows()
		p.css("#secrets").link("Add secret").click()
		p.field("Name").fill("SENDGRID_API_KEY")
		p.field("Value").fill(value)
		p.field("Note").fill("From the mail team, every spring")
		p.button("Save").click()
		p.row("SENDGRID_API_KEY").sees("From the mail team, every spring")
		p.hides(value)

		p.button("Reveal SENDGRID_API_KEY").click()
		p.group("Value of SENDGRID_API_KEY").reads(value)
		p.sees("This reveal was recorded.")
		p.link("View entry").click()
		p.isAt("/orgs/northwind-traders/audit")
		entry := p.css("details[open]")
		entry.sees("Mara Okafor")
		entry.sees("revealed")
		entry.sees("SENDGRID_API_KEY")
		entry.sees("in enrich-user-profile")
		p.hides(value)

		p.expect(404)
		p.open("/setup")
		p.heading("There is nothing here").shows()
	})
}

func TestSetupAsksForTheToken(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newEmptySite(t)
		token, err := s.NewSetupToken(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		p := s.visit(t, "/setup", settings...)
		p.field("Token from the terminal").fill("not-the-token")
		p.expect(422)
		p.button("Continue").click()
		p.field("Token from the terminal").has("aria-invalid", "true")
		p.field("Token from the terminal").fill(token)
		p.button("Continue").click()

		p.sees("Setup token accepted")
		p.field("Your name").fill("Mara Okafor")
		p.field("Email").fill("mara@northwind.example")
		p.field("Password").fill("password1234")
		p.field("Organization name").fill("Northwind Traders")
		p.button("Create owner and organization").click()
		p.field("Password").has("aria-invalid", "true")
		p.field("Password").holds("")
		p.field("Your name").holds("Mara Okafor")
		p.field("Email").holds("mara@northwind.example")
		p.field("Organization name").holds("Northwind Traders")
	})
}
