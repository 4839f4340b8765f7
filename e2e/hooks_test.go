//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"hooksafe/store"
	"hooksafe/store/storetest"
)

// addHook makes a hook of acme behind the browser's back.
func (s *site) addHook(t testing.TB, name, trigger string) store.Hook {
	t.Helper()
	hook, err := s.CreateHook(context.Background(), s.admin(t), name, trigger)
	must(t, err)
	return hook
}

// hook is acme's hook as it is stored.
func (s *site) hook(t testing.TB) store.Hook {
	t.Helper()
	hook, err := s.Hook(context.Background(), s.admin(t), s.Org(storetest.Acme).Hook)
	must(t, err)
	return hook
}

// saveScript stores a script as somebody else.
func (s *site) saveScript(t testing.TB, script string) {
	t.Helper()
	hook := s.hook(t)
	_, err := s.SaveHook(context.Background(), s.admin(t), hook.ID,
		store.HookChange{Base: hook.Revision, Script: &script})
	must(t, err)
}

func TestCreateHook(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "editor", s.hooksPath(), settings...)
		p.link("New hook").click()
		p.heading("New hook").shows()
		p.field("Name").fill("acme hook")
		p.radio("Send phone message").check()
		p.expect(http.StatusConflict, http.StatusUnprocessableEntity)
		p.button("Create hook").click()
		p.sees(like("already exists"))
		p.field("Name").holds("acme hook")
		p.radio("Send phone message").checked()

		p.field("Name").fill("not_a_hook_name")
		p.button("Create hook").click()
		p.sees(like("letters, digits, spaces and hyphens"))
		p.field("Name").has("aria-invalid", "true")

		p.field("Name").fill("Text a code")
		p.button("Create hook").click()
		p.toast("Text a code created").shows()
		p.isAt(s.hooksPath())
		row := p.row("Text a code")
		row.sees("Send phone message")
		row.sees("0 of 20")
		row.toggle("Enabled, Text a code").unchecked()
		p.sees("2 hooks, 0 on")
		p.link("Hooks 2").shows()
	})
}

// One hook of a trigger is on. Switching one on switches the other off, and says so.
func TestSwitchInTheList(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		s.addHook(t, "other-hook", "pre-user-registration")
		p := s.visitAs(t, "editor", s.hooksPath(), settings...)
		acme, other := p.row("acme-hook"), p.row("other-hook")

		turn(acme, "Enabled, acme-hook", true)
		p.toast("acme-hook on").shows()
		acme.toggle("Enabled, acme-hook").checked()
		p.sees("2 hooks, 1 on")

		turn(other, "Enabled, other-hook", true)
		p.toast("other-hook on").sees("acme-hook was switched off: one hook runs at a trigger.")
		other.toggle("Enabled, other-hook").checked()
		acme.toggle("Enabled, acme-hook").unchecked()
		p.sees("2 hooks, 1 on")

		turn(other, "Enabled, other-hook", false)
		p.toast("other-hook off").shows()
		p.sees("2 hooks, 0 on")
		if p.script {
			other.toggle("Enabled, other-hook").focused()
		}
	})
}

// turn flips a switch. Without script a button beside it saves that.
func turn(in element, name string, on bool) {
	in.t.Helper()
	in.must(in.toggle(name).at.SetChecked(on))
	if save := in.button("Save"); visible(save) {
		save.click()
	}
}

func TestSwitchInTheEditor(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "editor", s.editorPath(), settings...)
		side := p.role("complementary", "Settings of this hook")
		turn(side, "Enabled, acme-hook", true)
		p.toast("acme-hook on").shows()
		p.css("#hook-meta").sees("On")
		side.toggle("Enabled, acme-hook").checked()
		p.isAt(s.editorPath())
		if !s.hook(t).Enabled {
			t.Error("the hook is not enabled")
		}
	})
}

// A switch that could not be switched shows what is stored.
func TestSwitchWithoutNetwork(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", s.hooksPath())
	p.disconnect()
	p.toggle("Enabled, acme-hook").click()
	p.toast("The server didn’t answer.").shows()
	p.toggle("Enabled, acme-hook").unchecked()
}

func TestRenameHook(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		s.addHook(t, "taken", "send-phone-message")
		p := s.visitAs(t, "editor", s.editorPath(), settings...)
		script := p.code()
		script.fill("// typed before the name was refused")
		p.field("Name").fill("Taken")
		p.expect(http.StatusConflict)
		p.save()
		p.sees(like("already exists"))
		p.field("Name").holds("Taken")
		script.holds("// typed before the name was refused")

		p.field("Name").fill("renamed hook")
		p.save()
		p.toast("Saved").shows()
		p.heading("renamed hook").shows()
		p.seesNot(like("already exists"))
		if h := s.hook(t); h.Name != "renamed hook" || h.Script != "// typed before the name was refused" {
			t.Errorf("stored %q with %q", h.Name, h.Script)
		}
		p.link("Hooks").click()
		p.row("renamed hook").shows()
	})
}

// save presses the button under the script.
func (p *page) save() { p.t.Helper(); p.css("#save-btn").click() }

func TestScriptsAreExact(t *testing.T) {
	scripts := map[string]string{
		"markup":        `</textarea><script>alert("&amp;")</script>`,
		"leading lines": "\n\n\nmodule.exports = 1\n\n",
		"no line end":   "module.exports = 1",
		"tabs":          "\tif (a) {\n\t\tb()\n\t}\n",
		"all languages": "// שלום e\u0301 👩‍👩‍👧‍👦\ufeff\n",
	}
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "editor", s.editorPath(), settings...)
		for what, script := range scripts {
			p.code().fill(script)
			p.save()
			p.toast("Saved as version").shows()
			p.reload()
			p.code().holds(script)
			if got := s.hook(t).Script; got != script {
				t.Errorf("%s: stored %q, want %q", what, got, script)
			}
		}
	})
}

// A script keeps its own kind of line ends, and one with several kinds of them
// stays as it is while nobody changes it.
func TestScriptsKeepTheirLineEnds(t *testing.T) {
	tests := []struct{ what, stored, typed, want string }{
		{"crlf", "one\r\ntwo\r\n", "one\ntwo\nthree\n", "one\r\ntwo\r\nthree\r\n"},
		{"lf", "one\ntwo\n", "one\ntwo\nthree\n", "one\ntwo\nthree\n"},
		{"mixed, untouched", "one\r\ntwo\nthree\rfour", "", "one\r\ntwo\nthree\rfour"},
		{"mixed, changed", "one\r\ntwo\n", "one\ntwo\nthree\n", "one\ntwo\nthree\n"},
	}
	for _, test := range tests {
		t.Run(test.what, func(t *testing.T) {
			eachWay(t, func(t *testing.T, settings ...setting) {
				s := newSite(t)
				s.saveScript(t, test.stored)
				p := s.visitAs(t, "editor", s.editorPath(), settings...)
				if test.typed != "" {
					p.code().fill(test.typed)
				}
				p.field("Name").fill("renamed")
				p.save()
				p.toast("Saved").shows()
				if got := s.hook(t).Script; got != test.want {
					t.Errorf("stored %q, want %q", got, test.want)
				}
			})
		})
	}
}

func TestScriptChangedMeanwhile(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "editor", s.editorPath(), settings...)
		script := p.code()
		script.fill("// mine")
		s.saveScript(t, "// theirs")
		p.expect(http.StatusConflict)
		p.save()
		p.sees("acme admin saved version 2 while you were editing.")
		script.holds("// mine")
		if got := s.hook(t).Script; got != "// theirs" {
			t.Errorf("stored %q before anybody chose", got)
		}
		newer := p.popup(func() { p.link("Show the newer one").click() })
		newer.code().holds("// theirs")

		p.button("Save mine as version 3").click()
		p.toast("Saved as version 3.").shows()
		p.seesNot("while you were editing")
		script.holds("// mine")
		if got := s.hook(t).Script; got != "// mine" {
			t.Errorf("stored %q", got)
		}
	})
}

func TestScriptThatIsTooLong(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "editor", s.editorPath(), settings...)
		long := strings.Repeat("// a line of forty characters, like this\n", 600<<10/41)
		p.code().paste(long)
		p.expect(http.StatusUnprocessableEntity)
		p.save()
		p.sees(like("over the limit of 512 KB"))
		p.code().holds(long)
	})
}

// Saving twice in a row builds on what was saved first.
func TestSaveTwice(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", s.editorPath())
	p.code().fill("// one")
	p.save()
	p.toast("Saved as version 2.").shows()
	p.code().fill("// two")
	p.save()
	p.toast("Saved as version 3.").shows()
	p.hears("Saved as version 3.")
}

func TestDeleteHookAndUndo(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "editor", s.editorPath(), settings...)
		p.button("Hook tools").click()
		p.menu().link("Delete hook").click()
		p.heading("Delete acme-hook?").shows()
		p.sees("Its script and 1 secret go with it. You can undo for 7 days, then they are erased.")
		confirm := p.field("Type acme-hook to confirm")
		confirm.focused()
		if p.script {
			p.button("Delete hook").has("aria-disabled", "true")
		}
		confirm.fill("acme-hook")
		p.button("Delete hook").click()

		p.isAt(s.hooksPath())
		p.toast("acme-hook deleted").sees("You can undo this for 7 days.")
		p.heading("Create your first hook").shows()
		p.expect(http.StatusNotFound)
		other := p.newTab()
		other.open(s.secretsPath())
		other.heading("There is nothing here").shows()

		p.toast("acme-hook deleted").button("Undo").click()
		p.toast("acme-hook restored").shows()
		p.row("acme-hook").sees("1 of 20")
		if got := s.stored(t, "API_KEY"); got != s.Org(storetest.Acme).Value {
			t.Errorf("the value became %q", got)
		}
	})
}

func TestDeleteHookDialogIsLeft(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", s.editorPath())
	p.button("Hook tools").click()
	p.menu().link("Delete hook").click()
	p.dialog("Delete acme-hook?").shows()
	p.key("Escape")
	p.dialog("Delete acme-hook?").missing()
	p.button("Hook tools").focused()
}

func TestViewerChangesNothing(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "viewer", s.hooksPath(), settings...)
		p.row("acme-hook").sees("Off")
		p.role("main", nil).css("form[method=post], [role=switch]").counts(0)
		p.link("New hook").missing()
		p.link("Edit acme-hook").missing()

		p.link("acme-hook").click()
		p.role("textbox", "Script").has(readOnly(p))
		p.css("#save-btn").missing()
		p.field("Name").missing()
		p.role("switch", nil).missing()
		p.button("Hook tools").click()
		p.menu().link("Secrets 1").shows()
		p.menu().link("Delete hook").missing()

		p.expect(http.StatusForbidden)
		for _, path := range []string{s.hooksPath() + "/new", s.editorPath() + "/delete", s.secretsPath() + "/new"} {
			p.open(path)
			p.heading("Your role doesn’t allow that").shows()
		}
	})
}

func TestLoadMoreHooks(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		for i := range 54 {
			s.addHook(t, fmt.Sprintf("hook-%02d", i), "pre-user-registration")
		}
		p := s.visitAs(t, "editor", s.hooksPath(), settings...)
		p.css("tbody").counts(50)
		p.sees("55 hooks, 0 on")
		p.link("Load more").click()
		p.row("hook-53").shows()
		p.link("Load more").missing()
		if p.script {
			p.css("tbody").counts(55)
		} else {
			p.css("tbody").counts(5)
		}
	})
}
