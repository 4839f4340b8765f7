//go:build e2e

package e2e

import (
	"testing"

	"hooksafe/store/storetest"
)

func TestSignIn(t *testing.T) {
	s := newSite(t)
	p := s.visit(t, s.secretsPath())
	p.heading("Sign in").shows()
	p.field("Email").fill(storetest.Email(storetest.Acme, "editor"))
	p.field("Password").fill(storetest.Password)
	p.button("Sign in").click()
	p.isAt(s.secretsPath())
	p.row("API_KEY").shows()
}
