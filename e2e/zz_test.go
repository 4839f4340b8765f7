//go:build e2e

package e2e

import "testing"

func TestZZ(t *testing.T) {
	s := newSite(t)
	p := s.visit(t, s.secretsPath())
	p.expect(422)
	p.signIn("not the password")
	p.sees("That email and password don’t match.")
	t.Log(p.eval(`document.activeElement.outerHTML.slice(0,200)`), p.eval("document.hasFocus()"), p.eval("location.href"))
	p.open("/login")
	t.Log(p.eval(`document.activeElement.outerHTML.slice(0,200)`), p.eval("document.hasFocus()"), p.eval("location.href"))
}
