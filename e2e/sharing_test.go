//go:build e2e

package e2e

import (
	"net/http"
	"testing"
)

// A secret is shared with somebody who is invited for it, who looks at it, and goes. In
// the end the audit log says what they saw, and nothing else is due for a new value.
func TestShareASecretAndPart(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		owner := s.visitAs(t, "owner", membersPath, settings...)
		owner.link("Invite").click()
		owner.field("Email").fill(invited)
		owner.radio("Editor").check()
		owner.button("Create link").click()
		link := owner.shownLink()
		owner.link("Done").click()

		leo := s.visit(t, link, settings...)
		leo.field("Your name").fill("Leo Brandt")
		leo.field("Choose a password").fill(newPassword)
		leo.button("Accept and join").click()
		leo.isAt(s.hooksPath())

		for name, value := range map[string]string{"DATABASE_URL": "postgres-planted", "UNSEEN_KEY": "unseen-planted"} {
			owner.role("navigation", "Organization settings").link(like("^Secrets")).click()
			owner.link("Add secret").first().click()
			owner.field("Name").fill(name)
			owner.field("Value").fill(s.plant(value))
			owner.button("Save").click()
			owner.toast(name + " added").shows()
		}

		leo.role("navigation", "Organization settings").link(like("^Secrets")).click()
		leo.button("Reveal DATABASE_URL").click()
		leo.group("Value of DATABASE_URL").reads("postgres-planted")
		leo.link("Hide DATABASE_URL").first().click()

		owner.open(membersPath)
		owner.more("Leo Brandt").link("Audit entries").click()
		owner.sees(like(`Leo Brandt\s+revealed\s+DATABASE_URL`))
		owner.open(membersPath)
		owner.more("Leo Brandt").link("Remove").click()
		owner.sees("Leo has seen 1 value that is still live.")
		owner.sees("DATABASE_URL")
		owner.seesNot("UNSEEN_KEY")
		owner.button("Remove member").click()
		owner.toast("Leo Brandt was removed.").shows()

		leo.expect(http.StatusNotFound)
		leo.button("Reveal UNSEEN_KEY").click()
		leo.sees("There is nothing here")
		leo.hides("unseen-planted")
		leo.open("/")
		leo.heading("No organization yet").shows()

		owner.open("/orgs/acme/audit?q=Leo+Brandt")
		owner.css("details.entry").counts(3)
		owner.sees(like(`Leo Brandt\s+accepted the invitation`))
		owner.sees(like(`Leo Brandt\s+revealed\s+DATABASE_URL`))
		owner.sees(like(`acme owner\s+removed\s+Leo Brandt`))
		owner.open(s.ownSecretsPath())
		owner.row("DATABASE_URL").sees("Due for a new value")
		owner.row("UNSEEN_KEY").seesNot("Due for a new value")
	})
}
