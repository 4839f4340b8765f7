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

func TestAddAnother(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "editor", s.secretsPath(), settings...)
		p.link("Add secret").click()
		p.sees("To acme-hook. 1 of 20 places used.")
		p.field("Name").fill("FIRST")
		p.field("Value").fill(s.plant("first-planted"))
		p.field("Note").fill("a note")
		p.checkbox("Add another after saving").check()
		p.button("Save").click()

		p.toast("FIRST added").sees("2 of 20.")
		p.sees("To acme-hook. 2 of 20 places used.")
		p.field("Name").holds("")
		p.field("Name").focused()
		p.field("Value").holds("")
		p.field("Note").holds("")
		p.field("Name").fill("SECOND")
		p.field("Value").fill(s.plant("second-planted"))
		p.checkbox("Add another after saving").uncheck()
		p.button("Save").click()

		p.toast("SECOND added").sees("3 of 20.")
		p.heading("Add secret").missing()
		p.css("tbody").counts(3)
		for name, want := range map[string]string{"FIRST": "first-planted", "SECOND": "second-planted"} {
			if got := s.stored(t, name); got != want {
				t.Errorf("%s is %q, want %q", name, got, want)
			}
		}
	})
}

func TestEditNote(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "editor", s.secretsPath(), settings...)
		p.link("Edit API_KEY").click()
		p.sees("Leave empty to keep the stored value")
		p.field("Note").fill("Rotates in spring <b>&amp;</b>")
		p.button("Save").click()
		p.row("API_KEY").sees("Rotates in spring <b>&amp;</b>")
		p.row("API_KEY").sees("v1")
		if got := s.stored(t, "API_KEY"); got != s.Org(storetest.Acme).Value {
			t.Errorf("the value became %q", got)
		}
	})
}

// What is typed into a form that is refused stays there, the value included. The
// answer never holds the value: with script the box stays where it is, without
// script the page says that the value has to be typed again.
func TestRefusedFormsLoseNothing(t *testing.T) {
	tests := []struct {
		what     string
		name     string
		value    string
		status   int
		sentence any
	}{
		{"a name that is taken", "API_KEY", "typed-planted", http.StatusConflict, "API_KEY already exists in this hook."},
		{"a name that breaks the rule", "API KEY", "typed-planted", http.StatusUnprocessableEntity, like("[Ll]etters, digits, _ . and -, up to 128")},
		{"no value", "NEW_KEY", "", http.StatusUnprocessableEntity, "Enter a value."},
		{"a value that is too long", "NEW_KEY", "typed-planted" + strings.Repeat("x", 66<<10), http.StatusUnprocessableEntity, like("over the limit of 64 KB")},
	}
	for _, test := range tests {
		t.Run(test.what, func(t *testing.T) {
			eachWay(t, func(t *testing.T, settings ...setting) {
				s := newSite(t)
				s.plant("typed-planted")
				p := s.visitAs(t, "editor", s.secretsPath(), settings...)
				p.link("Add secret").click()
				p.field("Name").fill(test.name)
				p.field("Value").paste(test.value)
				p.field("Note").fill(`quotes " and <b>`)
				p.checkbox("Add another after saving").check()
				p.expect(test.status)
				p.button("Save").click()

				p.sees(test.sentence)
				p.field("Name").holds(test.name)
				p.field("Note").holds(`quotes " and <b>`)
				p.checkbox("Add another after saving").checked()
				if p.script {
					p.field("Value").holds(test.value)
				} else {
					p.field("Value").holds("")
					p.sees("A value is never sent back. Enter it again.")
				}
				p.css("[aria-invalid=true]").first().focused()
			})
		})
	}
}

func TestNameTakenOffersToEdit(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "editor", s.secretsPath(), settings...)
		p.link("Add secret").click()
		p.field("Name").fill("API_KEY")
		p.field("Value").fill("something")
		p.expect(http.StatusConflict)
		p.button("Save").click()
		p.link("Edit it instead").click()
		p.heading("Edit secret").shows()
		p.field("Name").holds("API_KEY")
		p.field("New value").holds("")
		p.field("Note").holds("planted")
	})
}

// A refused form can be put right and sent again.
func TestRefusedFormThenSaved(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", s.secretsPath())
	p.link("Add secret").click()
	p.field("Name").fill("API_KEY")
	p.field("Value").fill(s.plant("kept-planted"))
	p.expect(http.StatusConflict)
	p.button("Save").click()
	p.field("Name").focused()
	p.field("Name").fill("OTHER_KEY")
	p.button("Save").click()
	p.row("OTHER_KEY").shows()
	p.hides("kept-planted")
	if got := s.stored(t, "OTHER_KEY"); got != "kept-planted" {
		t.Errorf("stored %q", got)
	}
}

var placeholders = []string{"_VALUE_NOT_SHOWN_", "_VALUE_NOT_SHOWN"}

func TestPlaceholderIsRefused(t *testing.T) {
	for _, placeholder := range placeholders {
		t.Run(placeholder, func(t *testing.T) {
			s := newSite(t)
			p := s.visitAs(t, "editor", s.secretsPath())
			p.link("Edit API_KEY").click()
			p.field("New value").fill(placeholder)
			p.sees("This is the placeholder, not the value.")
			p.button("Save").has("aria-disabled", "true")
			p.button("Save").describedBy(like("This is the placeholder"))
			p.button("Save").press("Enter")
			p.dialog("Edit secret").shows()

			p.button("Keep the stored value").click()
			p.seesNot("This is the placeholder, not the value.")
			p.field("New value").holds("")
			p.field("New value").focused()
			p.button("Save").click()
			p.dialog("Edit secret").missing()
			p.row("API_KEY").sees("v1")
			if got := s.stored(t, "API_KEY"); got != s.Org(storetest.Acme).Value {
				t.Errorf("the value became %q", got)
			}
		})
	}
}

func TestPlaceholderIsRefusedByTheServer(t *testing.T) {
	for _, placeholder := range placeholders {
		t.Run(placeholder, func(t *testing.T) {
			eachWay(t, func(t *testing.T, settings ...setting) {
				s := newSite(t)
				p := s.visitAs(t, "editor", s.secretsPath(), settings...)
				p.link("Edit API_KEY").click()
				p.field("Or from a file").choose(placeholder)
				p.expect(http.StatusUnprocessableEntity)
				p.button("Save").click()
				p.sees("This is the placeholder, not the value.")
				p.field("Name").holds("API_KEY")
				if got := s.stored(t, "API_KEY"); got != s.Org(storetest.Acme).Value {
					t.Errorf("the value became %q", got)
				}
			})
		})
	}
}

func TestPlaceholderIsNoFirstValue(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "editor", s.secretsPath(), settings...)
		p.link("Add secret").click()
		p.field("Name").fill("NEW_KEY")
		p.field("Value").fill(placeholders[0])
		if !p.script {
			p.expect(http.StatusUnprocessableEntity)
			p.button("Save").click()
		}
		p.sees(like("This is the placeholder, not the value"))
		p.button("Keep the stored value").missing()
	})
}

// changeMeanwhile saves a new value as somebody else while a form is open.
func (s *site) changeMeanwhile(t *testing.T, value string) {
	t.Helper()
	admin, secret := s.admin(t), s.secret(t, "API_KEY")
	sealed := store.NewPlaintext(s.plant(value))
	_, err := s.ChangeSecret(context.Background(), admin, s.place(), secret.ID,
		store.SecretChange{Base: secret.Revision, Name: secret.Name, Note: "theirs", Value: &sealed})
	must(t, err)
}

func TestChangedMeanwhile(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "editor", s.secretsPath(), settings...)
		p.link("Edit API_KEY").click()
		p.field("New value").fill(s.plant("mine-planted"))
		p.field("Note").fill("mine")
		s.changeMeanwhile(t, "theirs-planted")
		p.expect(http.StatusConflict)
		p.button("Save").click()

		p.sees("acme admin saved version 2 while you were editing.")
		p.link("Show the newer one").shows()
		p.field("Name").holds("API_KEY")
		p.field("Note").holds("mine")
		if p.script {
			p.field("New value").holds("mine-planted")
		} else {
			p.field("New value").holds("")
			p.field("New value").fill("mine-planted")
		}
		if got := s.stored(t, "API_KEY"); got != "theirs-planted" {
			t.Errorf("stored %q before anybody chose", got)
		}

		p.button("Save mine as version 3").click()
		p.row("API_KEY").sees("v3")
		p.row("API_KEY").sees("mine")
		if got := s.stored(t, "API_KEY"); got != "mine-planted" {
			t.Errorf("stored %q", got)
		}
	})
}

func TestShowTheNewerOne(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "editor", s.secretsPath(), settings...)
		p.link("Edit API_KEY").click()
		p.field("Note").fill("mine")
		s.changeMeanwhile(t, "theirs-planted")
		p.expect(http.StatusConflict)
		p.button("Save").click()
		p.link("Show the newer one").click()
		p.field("Note").holds("theirs")
		p.button("Save mine as version 3").missing()
		p.button("Save").click()
		p.row("API_KEY").sees("v2")
	})
}

func TestDeleteAndUndo(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		s.addSecret(t, "GEOIP_LICENSE", s.plant("geoip-planted"))
		p := s.visitAs(t, "editor", s.secretsPath(), settings...)
		p.link("Delete GEOIP_LICENSE").click()
		p.heading("Delete GEOIP_LICENSE?").shows()
		p.sees("You can undo for 7 days, then it is erased.")
		confirm := p.field("Type GEOIP_LICENSE to confirm")
		confirm.focused()
		confirm.fill("GEOIP")
		if p.script {
			p.button("Delete secret").has("aria-disabled", "true")
			p.button("Delete secret").press("Enter")
			p.dialog("Delete GEOIP_LICENSE?").shows()
		} else {
			p.expect(http.StatusUnprocessableEntity)
			p.button("Delete secret").click()
			confirm.has("aria-invalid", "true")
			confirm.holds("GEOIP")
		}
		confirm.fill("GEOIP_LICENSE")
		p.button("Delete secret").click()

		p.toast("GEOIP_LICENSE deleted").sees("You can undo this for 7 days.")
		p.row("GEOIP_LICENSE").missing()
		p.row("API_KEY").shows()
		p.toast("GEOIP_LICENSE deleted").button("Undo").click()
		p.row("GEOIP_LICENSE").shows()
		p.toast("GEOIP_LICENSE restored").shows()
		p.toast("GEOIP_LICENSE deleted").missing()
		if got := s.stored(t, "GEOIP_LICENSE"); got != "geoip-planted" {
			t.Errorf("restored %q", got)
		}
	})
}

func TestUndoOntoATakenName(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "editor", s.secretsPath(), settings...)
		p.link("Delete API_KEY").click()
		p.field("Type API_KEY to confirm").fill("API_KEY")
		p.button("Delete secret").click()
		p.heading("No secrets yet").shows()
		s.addSecret(t, "API_KEY", "another")
		p.expect(http.StatusConflict)
		p.toast("API_KEY deleted").button("Undo").click()
		p.sees("Another secret has the name API_KEY now. Rename that one, then undo again.")
		if got := s.stored(t, "API_KEY"); got != "another" {
			t.Errorf("the value became %q", got)
		}
	})
}

// fillPlaces takes n places of acme's hook.
func (s *site) fillPlaces(t *testing.T, n int) {
	t.Helper()
	for i := range n {
		s.addSecret(t, fmt.Sprintf("SECRET_%02d", i), "x")
	}
}

func TestTwentyPlaces(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		s.fillPlaces(t, 18)
		p := s.visitAs(t, "editor", s.secretsPath(), settings...)
		p.sees("19 of 20")
		p.link("Add secret").click()
		p.field("Name").fill("THE_LAST")
		p.field("Value").fill("x")
		p.button("Save").click()

		p.sees("Full, 20 of 20")
		p.sees("All 20 places are in use.")
		p.css("tbody").counts(20)
		p.link("Add secret").has("aria-disabled", "true")
		p.link("Add secret").describedBy(like("All 20 places are in use"))

		p.link("Delete THE_LAST").click()
		p.field("Type THE_LAST to confirm").fill("THE_LAST")
		p.button("Delete secret").click()
		p.sees("19 of 20")
		p.link("Add secret").click()
		p.field("Name").shows()
	})
}

// Two people race for the last place: the one who is late keeps what was typed.
func TestLastPlaceTakenMeanwhile(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		s.fillPlaces(t, 18)
		p := s.visitAs(t, "editor", s.secretsPath(), settings...)
		p.link("Add secret").click()
		p.field("Name").fill("TOO_LATE")
		p.field("Value").fill(s.plant("late-planted"))
		p.field("Note").fill("a note")
		s.addSecret(t, "FASTER", "x")
		p.expect(http.StatusConflict)
		p.button("Save").click()
		p.sees(like("All 20 places are in use"))
		p.field("Name").holds("TOO_LATE")
		p.field("Note").holds("a note")
		if p.script {
			p.field("Value").holds("late-planted")
		}
	})
}

// What is typed is stored byte for byte; its line ends are LF.
func TestTypedValuesAreExact(t *testing.T) {
	values := map[string]string{
		"LEADING":   "\n\nafter two line ends",
		"TRAILING":  "before two line ends\n\n",
		"SPACES":    "  \t around  ",
		"ONE_SPACE": " ",
		"BOM":       "\ufeffmarked\ufeff",
		"COMBINING": "e\u0301 \u00e9 \u1112\u1161\u11ab",
		"EMOJI":     "👩‍👩‍👧‍👦 🏴󠁧󠁢󠁳󠁣󠁴󠁿",
		"HEBREW":    "שלום \u202e-123",
		"MARKUP":    `</textarea><script>alert(1)</script>&amp;&#13;`,
		"LONGEST":   strings.Repeat("0123456789abcdef", store.MaxValue/16),
		"KEY":       "-----BEGIN PRIVATE KEY-----\nMIGHAgEA\n-----END PRIVATE KEY-----\n",
	}
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "editor", s.secretsPath()+"/new", settings...)
		for name, value := range values {
			p.field("Name").fill(name)
			p.field("Value").paste(value)
			p.checkbox("Add another after saving").check()
			p.button("Save").click()
			p.toast(name + " added").shows()
			p.field("Name").holds("")
		}
		for name, want := range values {
			if got := s.stored(t, name); got != want {
				t.Errorf("%s: stored %q, want %q", name, shortened(got), shortened(want))
			}
		}
	})
}

func shortened(text string) string { return text[:min(len(text), 80)] }

// A file is stored byte for byte, CR included, and replaces nothing but the value.
func TestFilesAreExact(t *testing.T) {
	files := map[string]string{
		"CRLF":    "one\r\ntwo\r\n",
		"LONE_CR": "one\rtwo\r",
		"BOM":     "\ufeffmarked\r\n",
		"LONGEST": strings.Repeat("0123456789abcde\r\n", 1<<13)[:store.MaxValue],
	}
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "editor", s.secretsPath(), settings...)
		for name, content := range files {
			p.link("Add secret").click()
			p.field("Name").fill(name)
			p.field("Or from a file").choose(content)
			p.button("Save").click()
			p.row(name).sees("v1")
			if got := s.stored(t, name); got != content {
				t.Errorf("%s: stored %q, want %q", name, shortened(got), shortened(content))
			}
		}
		p.link("Edit API_KEY").click()
		p.field("Or from a file").choose("replaced\r\n")
		p.button("Save").click()
		p.row("API_KEY").sees("v2")
		p.row("API_KEY").sees("planted")
		if got := s.stored(t, "API_KEY"); got != "replaced\r\n" {
			t.Errorf("stored %q", got)
		}
	})
}

func TestTextAndFileTogether(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "editor", s.secretsPath(), settings...)
		p.link("Add secret").click()
		p.field("Name").fill("BOTH")
		p.field("Value").fill(s.plant("typed-planted"))
		p.field("Or from a file").choose(s.plant("file-planted"))
		p.expect(http.StatusUnprocessableEntity)
		p.button("Save").click()
		p.sees("Either type the value or choose a file, not both.")
		p.field("Name").holds("BOTH")
	})
}

func TestFileThatIsNoText(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "editor", s.secretsPath(), settings...)
		p.link("Add secret").click()
		p.field("Name").fill("BINARY")
		p.field("Note").fill("a note")
		p.field("Or from a file").choose("one\x00two")
		p.expect(http.StatusUnprocessableEntity)
		p.button("Save").click()
		p.css("[aria-invalid=true]").counts(1)
		p.field("Name").holds("BINARY")
		p.field("Note").holds("a note")
	})
}

func TestValueBox(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", s.secretsPath())
	p.link("Add secret").click()
	box := p.field("Value")
	box.fill(" padded\n")
	p.sees("8 characters, 2 lines.")
	p.sees("Starts or ends with a space or line break. It will be stored exactly like this.")
	p.button("Remove it").click()
	box.holds("padded")
	p.seesNot("Starts or ends with a space or line break.")

	concealed := func() any { return box.js("(box) => getComputedStyle(box).webkitTextSecurity") }
	if concealed() != "disc" {
		t.Error("the value is not concealed at first")
	}
	show := p.css("[data-conceal-toggle]")
	show.has("aria-pressed", "false")
	show.click()
	show.has("aria-pressed", "true")
	if concealed() != "none" {
		t.Error("the value is still concealed")
	}
	show.click()
	if concealed() != "disc" {
		t.Error("the value is not concealed again")
	}
}

func TestDialogsClose(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", s.secretsPath())
	dialog := p.dialog("Add secret")
	backdrop := func() { p.must(p.tab.Mouse().Click(5, 5)) }
	ways := map[string]func(){
		"Escape":   func() { p.key("Escape") },
		"Cancel":   func() { dialog.link("Cancel").click() },
		"Close":    func() { dialog.button("Close").click() },
		"backdrop": backdrop,
	}
	for _, end := range ways {
		p.link("Add secret").click()
		dialog.shows()
		p.field("Name").focused()
		end()
		dialog.missing()
		p.link("Add secret").focused()
	}

	p.link("Add secret").click()
	p.field("Name").fill("TYPED")
	backdrop()
	p.field("Name").holds("TYPED")
	p.key("Escape")
	dialog.missing()
	p.link("Add secret").click()
	p.field("Name").holds("")
}

// A dialog's address works as a page too: in a new tab, from a bookmark.
func TestDialogsAsPages(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "editor", s.hooksPath()+"/new", settings...)
		p.field("Name").fill("second hook")
		p.radio("Send phone message").check()
		p.button("Create hook").click()
		p.isAt(s.hooksPath())
		p.row("second hook").shows()

		p.open(s.secretsPath() + "/new")
		p.field("Name").fill("API_KEY")
		p.field("Value").fill(s.plant("typed-planted"))
		p.expect(http.StatusConflict)
		p.button("Save").click()
		p.link("Edit it instead").shows()
		p.css("form [name=name]").counts(1)
		p.field("Name").fill("NEW_KEY")
		p.field("Value").fill("typed-planted")
		p.button("Save").click()
		p.isAt(s.secretsPath())
		p.toast("NEW_KEY added").shows()

		p.open(s.secretsPath() + "/" + s.Org(storetest.Acme).Secret + "/edit")
		p.field("Note").fill("changed as a page")
		p.button("Save").click()
		p.isAt(s.secretsPath())
		p.row("API_KEY").sees("changed as a page")

		p.open(s.secretsPath() + "/" + s.Org(storetest.Acme).Secret + "/delete")
		p.field("Type API_KEY to confirm").fill("API_KEY")
		p.button("Delete secret").click()
		p.isAt(s.secretsPath())
		p.toast("API_KEY deleted").shows()
		p.open(s.secretsPath() + "/new")
		p.link("Cancel").click()
		p.isAt(s.secretsPath())
	})
}

func TestControlEnterSaves(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", s.secretsPath())
	p.link("Add secret").click()
	p.field("Name").fill("QUICK")
	p.field("Value").fill("x")
	p.field("Value").press("Control+Enter")
	p.row("QUICK").shows()
	p.link("Add secret").focused()
}

func TestSaveWithoutNetwork(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", s.secretsPath())
	p.link("Add secret").click()
	p.field("Name").fill("PATIENT")
	p.field("Value").fill(s.plant("patient-planted"))
	p.disconnect()
	p.button("Save").click()
	p.toast("The server didn’t answer.").sees("Your text is still in the form.")
	p.field("Name").holds("PATIENT")
	p.field("Value").holds("patient-planted")
	p.reconnect()
	p.button("Try again").click()
	p.row("PATIENT").sees("v1")
	p.toast("The server didn’t answer.").missing()
}

// A click that comes twice saves once.
func TestDoubleSave(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", s.secretsPath())
	p.link("Add secret").click()
	p.field("Name").fill("ONCE")
	p.field("Value").fill("x")
	p.secondClick(p.button("Save"))
	p.settled()
	p.field("Name").holds("ONCE")
	p.must(p.button("Save").at.Dblclick())
	p.row("ONCE").shows()
	p.settled()
	p.dialog("Add secret").missing()
	if n := len(s.entries(t, "secret.create")); n != 2 {
		t.Errorf("%d secrets were created, want this one and API_KEY", n)
	}
}
