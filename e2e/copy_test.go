//go:build e2e

package e2e

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"hooksafe/store"
	"hooksafe/store/storetest"
)

// oneClipboard is what all contexts of a browser share, so that tests take turns.
var oneClipboard sync.Mutex

// clipboard does something with an empty clipboard that is the test's alone.
func (p *page) clipboard(do func()) {
	p.t.Helper()
	oneClipboard.Lock()
	defer oneClipboard.Unlock()
	p.eval(`navigator.clipboard.writeText("")`)
	do()
}

func (p *page) clipboardText() string {
	p.t.Helper()
	return p.eval("navigator.clipboard.readText()").(string)
}

// watchDocument notes whether a value is in the document at any moment from here
// on, however short.
func (p *page) watchDocument(value string) {
	p.t.Helper()
	_, err := p.tab.Evaluate(`(value) => {
		window.seenValue = false;
		new MutationObserver(() => {
			if (document.documentElement.outerHTML.includes(value)) window.seenValue = true;
		}).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
	}`, value)
	p.must(err)
}

func TestCopy(t *testing.T) {
	s := newSite(t)
	value := s.Org(storetest.Acme).Value
	p := s.visitAs(t, "editor", "/", withClipboard)
	clock := p.withClock()
	p.open(s.secretsPath())
	p.watchDocument(value)
	p.clipboard(func() {
		p.button("Copy API_KEY").click()
		p.must(clock.RunFor(200))
		p.hears("API_KEY copied. Recorded.")
		if held := p.clipboardText(); held != value {
			t.Errorf("the clipboard holds %q, want %q", held, value)
		}
	})
	p.button("Copy API_KEY").focused()
	p.row("API_KEY").sees("Value hidden")
	if p.eval("window.seenValue") == true {
		t.Error("the value was in the document")
	}
	p.hides(value)
	s.wantUses(t, "secret.copy", 1)
	s.wantUses(t, "secret.reveal", 0)

	p.must(clock.RunFor("00:31"))
	p.toast("The clipboard still holds").sees("API_KEY")
}

func TestCopyOfARevealedValue(t *testing.T) {
	s := newSite(t)
	value := s.Org(storetest.Acme).Value
	p := s.visitAs(t, "editor", s.secretsPath(), withClipboard)
	p.reveal()
	p.clipboard(func() {
		p.button("Copy API_KEY").at.Last().Click()
		p.hears("API_KEY copied. Recorded.")
		if held := p.clipboardText(); held != value {
			t.Errorf("the clipboard holds %q, want %q", held, value)
		}
	})
	s.wantUses(t, "secret.copy", 1)
}

// The clipboard gets a value byte for byte.
func TestCopyIsExact(t *testing.T) {
	values := map[string]string{
		"CRLF":     "one\r\ntwo\rthree\r\n",
		"BOM":      "\ufeffmarked",
		"LINES":    "\n\nfirst\n  second\t\n\n",
		"EMOJI":    "e\u0301 👩‍👩‍👧‍👦",
		"HEBREW":   "שלום-123",
		"ONE_BYTE": " ",
	}
	s := newSite(t)
	for name, value := range values {
		s.addSecret(t, name, value)
	}
	p := s.visitAs(t, "editor", s.secretsPath(), withClipboard)
	p.clipboard(func() {
		for name, value := range values {
			p.button("Copy " + name).click()
			p.hears(name + " copied. Recorded.")
			if held := p.clipboardText(); held != value {
				t.Errorf("%s: the clipboard holds %q, want %q", name, held, value)
			}
		}
	})
}

func TestStepUpForCopy(t *testing.T) {
	s := newSite(t)
	value := s.Org(storetest.Acme).Value
	p := s.visitAs(t, "editor", s.secretsPath(), withClipboard)
	s.Clock.Advance(store.ConfirmFor + time.Second)
	p.watchDocument(value)
	p.clipboard(func() {
		p.expect(http.StatusForbidden, http.StatusUnprocessableEntity)
		p.button("Copy API_KEY").click()
		confirm := p.dialog("Confirm it’s you")
		confirm.sees("To copy API_KEY. You won’t be asked again for 15 minutes.")
		p.field("Password").focused()
		p.field("Password").fill("not the password")
		p.button("Copy value").click()
		confirm.sees(like(`That password isn.t right\.`))
		if held := p.clipboardText(); held != "" {
			t.Errorf("the clipboard holds %q", held)
		}

		p.field("Password").fill(storetest.Password)
		p.button("Copy value").click()
		p.hears("API_KEY copied. Recorded.")
		confirm.missing()
		if held := p.clipboardText(); held != value {
			t.Errorf("the clipboard holds %q, want %q", held, value)
		}
	})
	p.button("Copy API_KEY").focused()
	if p.eval("window.seenValue") == true {
		t.Error("the value was in the document")
	}
	p.hides(value)
	s.wantUses(t, "secret.copy", 1)
}

func TestCopyTwiceIsOneCopy(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", s.secretsPath(), withClipboard)
	p.clipboard(func() {
		p.must(p.button("Copy API_KEY").at.Dblclick())
		p.hears("API_KEY copied. Recorded.")
		p.settled()
	})
	s.wantUses(t, "secret.copy", 1)
}

func TestCopyThatTheBrowserRefuses(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", s.secretsPath())
	p.eval(`() => {
		navigator.clipboard.write = () => Promise.reject(new DOMException("no", "NotAllowedError"));
	}`)
	p.button("Copy API_KEY").click()
	p.toast("The browser didn’t allow the copy.").shows()
	p.hides(s.Org(storetest.Acme).Value)
}

func TestCopyWithoutNetwork(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "editor", s.secretsPath(), withClipboard)
	p.clipboard(func() {
		p.disconnect()
		p.button("Copy API_KEY").click()
		p.toast("The server didn’t answer.").shows()
		p.reconnect()
		p.button("Try again").click()
		p.hears("API_KEY copied. Recorded.")
		if held := p.clipboardText(); held != s.Org(storetest.Acme).Value {
			t.Errorf("the clipboard holds %q", held)
		}
	})
}
