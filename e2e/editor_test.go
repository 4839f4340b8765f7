//go:build e2e

package e2e

import (
	"database/sql"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/playwright-community/playwright-go"

	"hooksafe/store"
)

// scriptText is the text of the script, in the editor or in the box without it.
type scriptText struct {
	element
	p *page
}

func (p *page) code() scriptText {
	p.t.Helper()
	if !p.script {
		return scriptText{p.role("textbox", "Script"), p}
	}
	p.css(".cm-content, #script:not([hidden])").first().shows()
	return scriptText{p.role("textbox", "Script"), p}
}

// holds waits until a save would store text, up to the kind of its line ends.
func (s scriptText) holds(text string) {
	s.t.Helper()
	if !s.p.script {
		s.element.holds(text)
		return
	}
	_, err := s.p.tab.WaitForFunction(`async (text) => {
		const script = new FormData(document.getElementById("hook-form")).get("script");
		return (await script.text()).replaceAll("\r\n", "\n") === text;
	}`, text, playwright.PageWaitForFunctionOptions{Timeout: &patience})
	s.must(err)
}

// paste puts a long text into the editor as a clipboard does.
func (s scriptText) paste(text string) {
	s.t.Helper()
	if !s.p.script {
		s.element.paste(text)
		return
	}
	s.click()
	s.p.key("Control+a")
	_, err := s.at.Evaluate(`(content, text) => {
		const clipboardData = new DataTransfer();
		clipboardData.setData("text/plain", text);
		content.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
	}`, text)
	s.must(err)
}

// readOnly is how the script says that it is.
func readOnly(p *page) (attribute, value string) {
	if p.script {
		return "aria-readonly", "true"
	}
	return "readonly", ""
}

// types presses the keys of a text.
func (p *page) types(text string) {
	p.t.Helper()
	p.must(p.tab.Keyboard().Type(text))
}

// line is a line of the script as the editor shows it.
func (p *page) line(n int) element { return element{p.t, p.at.Locator(".cm-line").Nth(n - 1)} }

const readingScript = `module.exports = function (user, context, cb) {
  const secrets = context.webtask.secrets;
  call(secrets.API_KEY, secrets.SLACK_WEBHOOK_URL);
  cb(null, { user });
};
`

func TestEditorTypesAndSaves(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", s.editorPath())
	p.code().click()
	p.css("#save-bar").has("hidden", "")
	p.key("Control+s") // nothing to save
	p.key("Control+Home")
	p.types("// typed\n")
	p.css("#save-bar").sees("Unsaved changes")
	p.css("#script-meta").reads("JavaScript, 5 lines, LF")
	p.css("#script-pos").reads("Line 2, column 1")
	p.key("Control+s")
	p.toast("Saved as version 2.").shows()
	p.hears("Saved as version 2.")
	p.css("#save-bar").has("hidden", "")
	p.code().focused()
	if h := s.hook(t); !strings.HasPrefix(h.Script, "// typed\nmodule.exports") || h.ScriptVersion != 2 {
		t.Errorf("stored version %d: %q", h.ScriptVersion, h.Script)
	}

	p.field("Name").fill("renamed")
	p.css("#save-bar").sees("Unsaved changes")
	p.field("Name").press("Enter")
	p.toast("Saved.").shows()
	p.css("#save-bar").has("hidden", "")
	if h := s.hook(t); h.Name != "renamed" || h.ScriptVersion != 2 {
		t.Errorf("stored %q, version %d", h.Name, h.ScriptVersion)
	}
	p.reload() // with nothing to lose
	p.css("#save-bar").has("hidden", "")
}

// What is typed while a save is under way stays unsaved.
func TestKeysTypedWhileSaving(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", s.editorPath())
	p.code().fill("one")
	goOn := s.slow(s.hook(t).ID)
	p.key("Control+s")
	p.key("Control+End")
	p.types(" two")
	goOn()
	p.toast("Saved as version 2.").shows()
	p.css("#save-bar").sees("Unsaved changes")
	p.code().holds("one two")
	if got := s.hook(t).Script; got != "one" {
		t.Errorf("stored %q", got)
	}
}

func TestDiscard(t *testing.T) {
	s := newSite(t)
	s.saveScript(t, readingScript)
	p := s.visitAs(t, "editor", s.editorPath())
	p.code().click()
	p.key("Control+a")
	p.types("gone")
	p.field("Name").fill("other name")
	p.field("Package 1").fill("lodash")
	p.button("Discard").click()
	p.code().holds(readingScript)
	p.field("Name").holds("acme-hook")
	p.field("Package 1").holds("")
	p.css("#save-bar").has("hidden", "")
	p.code().focused()
	p.key("Control+z") // one step brings it back
	p.code().holds("gone")
	p.css("#save-bar").sees("Unsaved changes")
}

// Leaving asks while something is unsaved, and only then.
func TestUnsavedChangesAreGuarded(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", s.editorPath())
	var asked []string
	p.tab.OnDialog(func(d playwright.Dialog) {
		asked = append(asked, d.Type())
		_ = d.Dismiss()
	})
	p.code().click()
	p.types("x")
	p.css("#save-bar").sees("Unsaved changes")
	p.link("Secrets 1").click()
	p.isAt(s.editorPath())
	p.code().click()
	p.key("Control+s")
	p.toast("Saved as version 2.").shows()
	p.link("Secrets 1").click()
	p.isAt(s.secretsPath())
	if len(asked) != 1 || asked[0] != "beforeunload" {
		t.Errorf("asked %q, want once before leaving", asked)
	}
}

func TestScriptsKeepTheirBytes(t *testing.T) {
	scripts := map[string]string{
		"LF":                   "one\ntwo\n",
		"CRLF":                 "one\r\ntwo\r\n",
		"mixed":                "one\r\ntwo\nthree",
		"lone CR":              "one\rtwo\nthree",
		"CR alone":             "one\rtwo",
		"no break at the end":  "one",
		"many at the end":      "one\n\n\n",
		"many at the start":    "\n\n\none",
		"byte order mark":      "\ufeffone\r\n\u2028two",
		"right to left":        "// שלום\n\tconst é = '👩‍👩‍👧'\n",
		"512 KiB but one byte": strings.Repeat("0123456789abcde\n", 32<<10)[1:],
	}
	s := newSite(t)
	p := s.visitAs(t, "editor", s.hooksPath())
	for what, script := range scripts {
		s.saveScript(t, script)
		p.open(s.editorPath())
		p.code().click()
		p.key("Control+End")
		p.types("x")
		p.css("#save-bar").sees("Unsaved changes")
		p.key("Control+s")
		p.toast("Saved as version").shows()
		if got := s.hook(t).Script; got != script+"x" {
			t.Errorf("%s: stored %.80q, want %.80q", what, got, script+"x")
		}
	}
}

// Pasted line ends become those of the script.
func TestPasteAdapts(t *testing.T) {
	for stored, want := range map[string]string{
		"one\r\n":      "a\r\nb\r\nc\r\nd",
		"one\n":        "a\nb\nc\nd",
		"one\r\ntwo\n": "a\nb\nc\nd",
	} {
		t.Run(stored, func(t *testing.T) {
			s := newSite(t)
			s.saveScript(t, stored)
			p := s.visitAs(t, "editor", s.editorPath())
			p.code().paste("a\r\nb\nc\rd")
			p.save()
			p.toast("Saved as version 3.").shows()
			if got := s.hook(t).Script; got != want {
				t.Errorf("stored %q, want %q", got, want)
			}
		})
	}
}

func TestPlainText(t *testing.T) {
	s := newSite(t)
	s.saveScript(t, "one\r\ntwo\r\n")
	p := s.visitAs(t, "editor", s.editorPath())
	toggle := p.button("Plain text")
	toggle.has("aria-pressed", "false")
	toggle.click()
	toggle.has("aria-pressed", "true")
	p.css("#script").focused()
	p.css("#script").holds("one\ntwo\n")
	p.css(".cm-content").seesNot("one")
	p.button("Find").missing()
	p.css("#save-bar").has("hidden", "")
	p.css("#script").fill("one\nthree\ncontext.secrets.NEW_ONE\n")
	p.css("#reads").sees("NEW_ONE")
	p.button("NEW_ONE, go to line 3").click()
	p.css("#script").focused()
	p.key("Control+s")
	p.toast("Saved as version 3.").shows()
	if got := s.hook(t).Script; got != "one\r\nthree\r\ncontext.secrets.NEW_ONE\r\n" {
		t.Errorf("stored %q", got)
	}
	p.css("#script").fill("four\n")
	toggle.click()
	p.code().focused()
	p.code().holds("four\n")
	p.key("Control+z")
	p.code().holds("one\nthree\ncontext.secrets.NEW_ONE\n")

	s.saveScript(t, "mixed\r\nline ends\n")
	mixed := s.visitAs(t, "editor", s.editorPath())
	mixed.css("#script-meta").reads("JavaScript, 3 lines, mixed line ends")
	mixed.button("Find").shows()
	mixed.button("Plain text").missing()
}

// Esc, then Tab leaves the editor; Tab alone indents.
func TestKeyboardLeavesTheEditor(t *testing.T) {
	s := newSite(t)
	s.saveScript(t, "one\ntwo\n")
	p := s.visitAs(t, "editor", s.editorPath())
	p.code().describedBy("Tab indents. To leave the editor press Esc, then Tab.")
	p.code().focus()
	p.key("Tab")
	p.code().holds("  one\ntwo\n")
	p.key("Shift+Tab")
	p.code().holds("one\ntwo\n")
	p.key("Shift+End")
	p.key("Escape")
	p.key("Tab")
	p.field("Name").focused()
	p.code().focus()
	p.key("Escape")
	p.key("Shift+Tab")
	p.link("Versions").focused()
	p.key("Tab")
	p.code().focused()
	p.key("Control+m")
	p.key("Tab")
	p.field("Name").focused()
	p.code().focus()
	p.key("Control+m")
	p.key("Control+f")
	p.css("[name=find]").focused()
	p.key("Escape")
	p.code().focused()
	p.key("Tab")
	p.code().holds("  one\ntwo\n")
}

// accepts takes the first name of the list, which takes no key right after it came
// up: that one may have been meant for the text.
func (p *page) accepts(list element) {
	p.t.Helper()
	list.shows()
	p.eval(`new Promise((done) => setTimeout(done, 100))`)
	p.key("Enter")
	list.missing()
}

func TestCompletionOfNames(t *testing.T) {
	s := newSite(t)
	s.addSecret(t, "API_TOKEN", "v")
	s.addSecret(t, "with-dash", "v")
	s.saveScript(t, readingScript)
	p := s.visitAs(t, "editor", s.editorPath())
	p.code().click()
	p.key("Control+Home")
	p.key("ArrowDown")
	p.key("End")
	p.types("\nsecrets.")
	list := p.role("listbox", like("."))
	list.role("option", like("^API_KEY.*set$")).shows()
	list.role("option", like("^SLACK_WEBHOOK_URL.*not set$")).shows()
	list.role("option", like("^with-dash")).shows()
	p.types("to")
	list.role("option", nil).counts(1)
	p.css("#script-note").reads("") // the name is still being typed
	p.accepts(list)
	p.types(" + secrets.dash")
	p.accepts(list)
	p.types(` + secrets['kE`)
	list.role("option", like("^API_KEY")).shows()
	p.accepts(list)
	p.types(`'];`)
	p.line(3).reads("  secrets.API_TOKEN + secrets['with-dash'] + secrets['API_KEY'];")
	p.css("#reads").sees("with-dash")

	p.types(" user.")
	list.missing()
	p.types("secrets['")
	list.missing()
	p.types("\nsecrets.")
	list.shows()
	p.key("Escape")
	list.missing()
	p.key("Control+Space")
	list.shows()
}

// The side list says what the script reads, and Add asks for what is missing.
func TestSecretsInTheScript(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		s.addSecret(t, "UNREAD", "v")
		s.saveScript(t, readingScript+"// context.secrets.NOT_READ\ncontext.secrets[n]; context.secrets['no name'];\n")
		p := s.visitAs(t, "editor", s.editorPath(), settings...)
		side := p.role("region", "Secrets in this script")
		side.sees("2 missing")
		side.sees("1 more secret is stored but not read by this script.")
		side.sees("Line 7 reads a name that only shows when the hook runs.")
		side.seesNot("NOT_READ")
		side.link("Add no name").missing()
		if p.script {
			p.css(".cm-unset").counts(2)
			p.css(".cm-set").reads("API_KEY")
			side.button("SLACK_WEBHOOK_URL, go to line 3").click()
			p.code().focused()
			p.css("#script-pos").reads("Line 3, column 33")
			p.css("#script-note").reads("SLACK_WEBHOOK_URL isn’t set in this hook")
		}
		side.link("Add SLACK_WEBHOOK_URL").click()
		p.heading("Add secret").shows()
		p.css("#secret-name").holds("SLACK_WEBHOOK_URL")
		p.field("Value").fill(s.plant("slack-planted"))
		p.checkbox("Add another after saving").missing()
		p.button("Save").last().click()
		p.toast("SLACK_WEBHOOK_URL added").shows()
		p.isAt(s.editorPath())
		side.sees("1 missing")
		side.link("Add SLACK_WEBHOOK_URL").missing()
		p.link("Secrets 3").shows()
		if p.script {
			p.css(".cm-unset").reads("no name")
			side.button("SLACK_WEBHOOK_URL, go to line 3").focused()
		}
	})
}

// What is typed shows in the list and in the text before it is saved, and a name
// is judged when the caret leaves it.
func TestMarksFollowTheText(t *testing.T) {
	s := newSite(t)
	s.saveScript(t, readingScript)
	p := s.visitAs(t, "editor", s.editorPath())
	p.line(3).click()
	p.key("End")
	p.types(" secrets.NEW_NAM")
	p.css("#reads-count").reads("1 missing")
	p.types("E")
	p.css("#script-pos").reads("Line 3, column 69")
	p.css(".cm-unset").counts(1)
	p.key("ArrowDown")
	p.css(".cm-unset").counts(2)
	p.css("#reads-count").reads("2 missing")
	p.css("#script-note").reads("")
	p.link("Add NEW_NAME").click()
	p.dialog("Add secret").shows()
	p.css("#secret-name").holds("NEW_NAME")
	p.key("Escape")
	p.link("Add NEW_NAME").focused()
	p.css("#save-bar").sees("Unsaved changes")
	p.line(3).click()
	p.key("Control+/")
	p.css("#reads").seesNot("API_KEY")
	p.css("#reads-count").has("hidden", "")
}

func TestPendingSecretsCount(t *testing.T) {
	s := newSite(t)
	s.saveScript(t, readingScript)
	s.emptySecret(t, "API_KEY")
	p := s.visitAs(t, "viewer", s.hooksPath())
	p.row("acme-hook").sees("2 missing secrets")
	p.open(s.editorPath())
	p.css(".cm-empty").reads("API_KEY")
	p.css(".cm-empty").click()
	p.css("#script-note").reads("API_KEY has no value yet")
	side := p.role("region", "Secrets in this script")
	side.sees("2 missing")
	side.link(like("^Add")).missing()
	side.button("API_KEY, go to line 3").shows()
}

func TestFindAndReplace(t *testing.T) {
	s := newSite(t)
	s.saveScript(t, "one Two two\ntwofold two.\nTWO\n")
	p := s.visitAs(t, "editor", s.editorPath())
	p.button("Find").click()
	find, count := p.role("textbox", "Find"), p.css("output")
	find.focused()
	p.types("two")
	count.reads("5 found")
	p.key("Enter")
	count.reads("1 of 5")
	p.key("F3")
	count.reads("2 of 5")
	p.key("Shift+Enter")
	count.reads("1 of 5")
	p.button("Next match").click()
	count.reads("2 of 5")
	p.button("Previous match").click()
	p.button("Match case").click()
	count.reads(like("3 found|of 3"))
	p.button("Whole words").click()
	count.reads(like("2 found|of 2"))
	p.button("Whole words").has("aria-pressed", "true")
	p.button("Regular expression").click()
	find.fill("two[.")
	count.reads("Not a valid expression")
	find.fill(`t(w)o\.`)
	count.reads("1 found")
	p.role("textbox", "Replace with").fill("$1")
	p.button("Replace all").click()
	p.code().holds("one Two two\ntwofold w\nTWO\n")
	p.button("Regular expression").click()
	p.button("Whole words").click()
	p.button("Match case").click()
	find.fill("two")
	p.role("textbox", "Replace with").fill("2")
	p.button("Replace").click()
	p.button("Replace").click()
	p.code().holds("one 2 two\ntwofold w\nTWO\n")
	find.fill("none")
	count.reads("No matches")
	p.button("Close find").click()
	p.code().focused()
	p.key("Control+s")
	p.toast("Saved as version 3.").shows() // and the fields of the panel were not sent
}

func TestDependencies(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "editor", s.editorPath(), settings...)
		p.code().shows()
		p.field("Package 1").fill("lodash")
		p.field("Version 1").fill("4.17.21")
		p.save()
		p.toast("Saved.").shows()
		p.reload()
		p.field("Package 1").holds("lodash")
		p.field("Package 2").fill("Not a package")
		p.field("Version 2").fill("1")
		p.expect(http.StatusUnprocessableEntity)
		p.save()
		p.field("Package 2").has("aria-invalid", "true")
		p.field("Package 2").describedBy(like("^Use the name of a package"))
		p.field("Package 2").fill("@scope/name")
		if p.script {
			p.button("Add dependency").click()
			p.field("Package 4").focused()
			p.types("dayjs")
			p.field("Version 4").fill("^1")
		}
		p.field("Package 1").fill("")
		p.save()
		p.toast("Saved.").shows()
		p.css("#dependencies").seesNot("Use the name")
		want := []store.Dependency{{Name: "@scope/name", Version: "1"}, {Name: "dayjs", Version: "^1"}}
		if !p.script {
			want = want[:1]
		}
		got := s.hook(t).Dependencies.List()
		if len(got) != len(want) || got[0] != want[0] || got[len(got)-1] != want[len(want)-1] {
			t.Errorf("stored %v, want %v", got, want)
		}
		if s.hook(t).ScriptVersion != 1 {
			t.Error("the script has a new version")
		}
	})
}

func TestVersionsOfTheScript(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		s.saveScript(t, "one\ntwo\nthree\n")
		s.saveScript(t, "one\r\ntwo\r\nfour\r\nfive")
		p := s.visitAs(t, "editor", s.editorPath(), settings...)
		p.link("Versions").click()
		p.heading("Versions of the script").shows()
		p.css(".versions li").first().sees("Current")
		p.link("Compare version 2").click()
		p.heading("Version 2").shows()
		diff := p.role("region", "Differences from version 2 to version 3")
		diff.focus()
		diff.focused()
		diff.role("row", like(`^1.*removed.*one$`)).shows()
		diff.role("row", like(`added.*one␍`)).shows()
		diff.role("row", like(`added.*five.*no line break at the end`)).shows()
		p.link("All versions").click()
		p.link("Compare version 2").click()
		p.button("Restore version 2").click()
		p.toast("Version 2 restored as version 4.").shows()
		p.isAt(s.editorPath())
		p.code().holds("one\ntwo\nthree\n")
		if got := s.hook(t).Script; got != "one\ntwo\nthree\n" {
			t.Errorf("stored %q", got)
		}
		p.link("Versions").click()
		p.sees(like("restored from version 2"))
		p.link("Compare version 2").click()
		p.sees("The script of now is the same.")
		p.button("Restore version 2").missing()
	})
}

func TestRestoreOverANewerScript(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		s.saveScript(t, "two")
		p := s.visitAs(t, "editor", s.editorPath(), settings...)
		p.link("Versions").click()
		p.link("Compare version 1").click()
		p.button("Restore version 1").shows()
		s.saveScript(t, "three")
		p.expect(http.StatusConflict)
		p.button("Restore version 1").click()
		p.sees("acme admin saved version 3 while you were editing.")
		if got := s.hook(t).Script; got != "three" {
			t.Errorf("stored %q before anybody chose", got)
		}
		p.button("Restore version 1").click()
		p.toast("Version 1 restored as version 4.").shows()
	})
}

func TestViewerReadsTheScript(t *testing.T) {
	s := newSite(t)
	s.saveScript(t, readingScript)
	p := s.visitAs(t, "viewer", s.editorPath())
	p.code().click()
	p.types("typed")
	p.line(1).reads("module.exports = function (user, context, cb) {")
	p.css("#save-bar").missing()
	p.css(".cm-unset").reads("SLACK_WEBHOOK_URL")
	p.key("Control+f")
	p.types("cb")
	p.css("output").reads("2 found")
	p.role("textbox", "Replace with").missing()
	p.key("Escape")
	p.key("Tab") // nothing is indented, so nothing is held
	p.link(like("Versions|Plain")).first().shows()
	p.code().focus()
	p.key("Tab")
	if p.eval(`document.activeElement.matches(".cm-content")`) == true {
		t.Error("Tab does not leave the editor")
	}
	p.role("region", "Dependencies").sees("None.")
	p.link("Versions").click()
	p.link(like("^Compare version 1")).click()
	p.button(like("^Restore")).missing()
}

// Nothing jumps when the module takes over, and nothing scrolls sideways.
func TestEditorKeepsItsPlace(t *testing.T) {
	s := newSite(t)
	s.saveScript(t, readingScript)
	for _, size := range []playwright.Size{desktop, laptop, phone, {Width: 320, Height: 640}} {
		p := s.visitAs(t, "editor", s.editorPath(), sized(size))
		p.css(".cm-unset").shows()
		side := p.css("#script-secrets").js("e => e.getBoundingClientRect().top + scrollY")
		card := p.css(".script").js("e => e.getBoundingClientRect().height")
		p.button("Plain text").click()
		if got := p.css(".script").js("e => e.getBoundingClientRect().height"); got != card {
			t.Errorf("%d: the card is %v high as plain text, %v in the editor", size.Width, got, card)
		}
		if got := p.css("#script-secrets").js("e => e.getBoundingClientRect().top + scrollY"); got != side {
			t.Errorf("%d: the list is at %v beside plain text, %v beside the editor", size.Width, got, side)
		}
		if p.eval(`document.documentElement.scrollWidth > innerWidth`) == true {
			t.Errorf("%d: the page scrolls sideways", size.Width)
		}
	}
}

func TestAccessibleEditor(t *testing.T) {
	s := newSite(t)
	s.addSecret(t, "API_TOKEN", "v")
	s.emptySecret(t, "API_TOKEN")
	s.saveScript(t, readingScript+"const flag = /a/.test('text') || 1; context.secrets.API_TOKEN; // done\r\n")
	p := s.visitAs(t, "editor", s.editorPath(), lessMotion)
	p.css(".cm-empty").shows()
	p.accessible("editor")
	p.line(2).click()
	p.key("End")
	p.types(" secrets.A")
	p.css(".cm-tooltip-autocomplete").shows()
	p.accessible("editor, completion")
	p.key("Escape")
	p.key("Control+f")
	p.types("secrets")
	p.css("output").sees("found")
	p.key("Enter")
	p.accessible("editor, find")
	p.key("Escape")
	p.field("Package 1").fill("not a package")
	p.expect(http.StatusUnprocessableEntity)
	p.save()
	p.css("#dependencies [aria-invalid]").shows()
	p.accessible("editor, refused")
	p.field("Package 1").fill("")
	p.save()
	p.toast("Saved as version 3.").shows()
	p.link("Versions").click()
	p.dialog("Versions of the script").shows()
	p.accessible("versions")
	p.link("Compare version 2").click()
	p.css(".diff").shows()
	p.accessible("difference")
	p.open(s.editorPath() + "/versions/2")
	p.accessible("difference, as a page")
	p.open(s.editorPath() + "/versions")
	p.accessible("versions, as a page")
	viewer := s.visitAs(t, "viewer", s.editorPath(), lessMotion)
	viewer.css(".cm-empty").shows()
	viewer.accessible("editor of a viewer")
}

// emptySecret makes a secret of acme's hook one that has no value yet, as an
// import of names does.
func (s *site) emptySecret(t testing.TB, name string) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(s.Dir, "hooksafe.db")+"?mode=rw&_busy_timeout=5000")
	must(t, err)
	defer db.Close()
	_, err = db.Exec(`UPDATE secrets SET version = 0 WHERE id = ?`, s.secret(t, name).ID)
	must(t, err)
}
