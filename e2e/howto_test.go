//go:build e2e

package e2e

import "testing"

// eachWay walks a journey in a browser with script and in one without.
func eachWay(t *testing.T, journey func(t *testing.T, settings ...setting)) {
	t.Parallel()
	t.Run("with script", func(t *testing.T) { journey(t) })
	t.Run("without script", func(t *testing.T) { journey(t, withoutScript) })
}

// The steps of "Create Hook Secrets using the Dashboard", as documented.
func TestHowToCreateHookSecrets(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		value := s.plant("whsec_5fJ2-planted")

		// 1. Navigate to the Hooks page, and click the pencil icon next to the hook.
		p := s.visitAs(t, "editor", "/", settings...)
		p.role("navigation", "Main").link("Hooks 1").click()
		p.heading("Hooks").shows()
		p.row("acme-hook").link("Edit acme-hook").click()

		// 2. In the Hook editor, click the wrench icon, and click Secrets.
		p.heading("acme-hook").shows()
		p.role("textbox", "Script").shows()
		p.button("Hook tools").click()
		p.menu().link("Secrets 1").click()
		p.isAt(s.secretsPath())

		// 3. Click Add Secret.
		p.link("Add secret").click()
		p.heading("Add secret").shows()

		// 4. Enter a descriptive name and value for your secret, and click Save.
		p.field("Name").fill("SLACK_SIGNING_SECRET")
		p.field("Value").fill(value)
		p.button("Save").click()

		p.toast("SLACK_SIGNING_SECRET added").sees("2 of 20.")
		p.isAt(s.secretsPath())
		p.row("SLACK_SIGNING_SECRET").sees("v1")
		p.row("SLACK_SIGNING_SECRET").sees("Value hidden")
		p.row("API_KEY").shows()
		p.hides(value)
		if got := s.stored(t, "SLACK_SIGNING_SECRET"); got != value {
			t.Errorf("stored %q, want %q", got, value)
		}
	})
}

// The steps of "Update Hook Secrets using the Dashboard", as documented: "Make
// your changes to the name and/or value".
func TestHowToUpdateHookSecrets(t *testing.T) {
	const newValue = "sk_live_9-planted"
	for _, change := range []struct {
		what, name, value string
		wantName          string
		wantVersion       string
	}{
		{what: "name", name: "PAYMENT_KEY", wantName: "PAYMENT_KEY", wantVersion: "v1"},
		{what: "value", value: newValue, wantName: "API_KEY", wantVersion: "v2"},
		{what: "name and value", name: "PAYMENT_KEY", value: newValue, wantName: "PAYMENT_KEY", wantVersion: "v2"},
	} {
		t.Run(change.what, func(t *testing.T) {
			eachWay(t, func(t *testing.T, settings ...setting) {
				s := newSite(t)
				s.plant(newValue)
				want := s.Org("acme").Value

				// 1. Go to Hooks and click the pencil icon next to the hook.
				p := s.visitAs(t, "editor", s.hooksPath(), settings...)
				p.link("Edit acme-hook").click()

				// 2. In the Hook editor, click the wrench icon and click Secrets.
				p.button("Hook tools").click()
				p.menu().link("Secrets 1").click()

				// 3. Click the pencil and paper icon next to the value of the secret.
				p.row("API_KEY").link("Edit API_KEY").click()
				p.heading("Edit secret").shows()
				p.field("Name").holds("API_KEY")
				p.field("New value").holds("")
				p.field("Note").holds("planted")

				// 4. Make your changes to the name and/or value, and click Save.
				if change.name != "" {
					p.field("Name").fill(change.name)
				}
				if change.value != "" {
					p.field("New value").fill(change.value)
					want = change.value
				}
				p.button("Save").click()

				p.toast(change.wantName + " saved").shows()
				p.isAt(s.secretsPath())
				p.row(change.wantName).sees(change.wantVersion)
				p.row(change.wantName).sees("planted")
				p.css("tbody").counts(1)
				if got := s.stored(t, change.wantName); got != want {
					t.Errorf("stored %q, want %q", got, want)
				}
			})
		})
	}
}
