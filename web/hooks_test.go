package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"hooksafe/store/storetest"
)

const (
	hooksPath = "/orgs/:org/hooks"
	hookPath  = hooksPath + "/:hook"
)

func TestCreateHook(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	create := request{method: "POST", path: hooksPath, as: "editor", htmx: true, form: field("name", "second", "trigger", "send-phone-message")}
	w := s.ask(t, create)
	wantStatus(t, w, http.StatusOK)
	wantBody(t, w, `id="hooks"`, `hx-swap-oob="true"`, "second")
	if events := triggers(t, w.Header().Get("HX-Trigger")); events["modal:close"] != true || events["say"] != "second created." {
		t.Errorf("HX-Trigger %v", events)
	}
	w = s.ask(t, create)
	wantStatus(t, w, http.StatusConflict)
	wantBody(t, w, `value="second"`, "already exists", `aria-invalid="true"`)
	create.form = field("name", "-x-", "trigger", "never")
	w = s.ask(t, create)
	wantStatus(t, w, http.StatusUnprocessableEntity)
	wantBody(t, w, `value="-x-"`)
}

// At most one hook of a trigger is on, and the answer says which one went off.
func TestSwitch(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	second, err := s.CreateHook(t.Context(), s.Actor(t, storetest.Acme, "editor"), "second", "pre-user-registration")
	if err != nil {
		t.Fatal(err)
	}
	w := s.ask(t, request{method: "POST", path: hookPath + "/enabled", as: "editor", htmx: true, form: field("enabled", "on", "from", "list")})
	wantStatus(t, w, http.StatusOK)
	wantBody(t, w, `id="hook-`+s.Org(storetest.Acme).Hook+`"`)
	wantHeader(t, w, "HX-Retarget", "")
	w = s.ask(t, request{method: "POST", path: hooksPath + "/" + second.ID + "/enabled", as: "editor", htmx: true, form: field("enabled", "on", "from", "list")})
	wantStatus(t, w, http.StatusOK)
	wantHeader(t, w, "HX-Retarget", "#hooks")
	wantHeader(t, w, "HX-Reswap", "outerHTML")
	wantBody(t, w, "acme-hook was switched off")
	w = s.ask(t, request{method: "POST", path: hooksPath + "/" + second.ID + "/enabled", as: "editor", htmx: true, form: field("from", "editor")})
	wantStatus(t, w, http.StatusOK)
	wantBody(t, w, `id="hook-meta"`, `id="enabled-`+second.ID+`"`)
	w = s.ask(t, request{method: "POST", path: hookPath + "/enabled", as: "editor", form: field("enabled", "on", "from", "editor")})
	wantHeader(t, w, "Location", s.path(hookPath))
	w = s.ask(t, request{method: "POST", path: hookPath + "/enabled", as: "editor", form: field("from", "list")})
	wantHeader(t, w, "Location", s.path(hooksPath))
}

func save(base, script, eol string) url.Values {
	return field("name", "acme-hook", "script", script, "eol", eol, "base", base)
}

func TestSaveHook(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	base := regexp.MustCompile(`name="base" value="(\d+)"`)
	stored := func() string {
		h, err := s.Hook(t.Context(), s.Actor(t, storetest.Acme, "editor"), s.Org(storetest.Acme).Hook)
		if err != nil {
			t.Fatal(err)
		}
		return h.Script
	}
	post := func(htmx bool, form url.Values) string {
		w := s.ask(t, request{method: "POST", path: hookPath, as: "editor", htmx: htmx, form: form})
		if htmx {
			wantStatus(t, w, http.StatusOK)
			return base.FindStringSubmatch(w.Body.String())[1]
		}
		wantStatus(t, w, http.StatusSeeOther)
		return base.FindStringSubmatch(s.ask(t, request{path: hookPath, as: "editor"}).Body.String())[1]
	}

	w := s.ask(t, request{method: "POST", path: hookPath, as: "editor", htmx: true, form: save("1", "a\r\nb\r\n", "lf")})
	wantStatus(t, w, http.StatusOK)
	wantBody(t, w, `id="hook-meta"`, `id="base-box"`, "Saved as version 2.")
	events := triggers(t, w.Header().Get("HX-Trigger"))
	if saved, _ := events["script:saved"].(map[string]any); saved["version"] != 2.0 || events["say"] != "Saved as version 2." {
		t.Errorf("HX-Trigger %v", events)
	}
	if stored() != "a\nb\n" {
		t.Errorf("stored %q", stored())
	}
	now := base.FindStringSubmatch(w.Body.String())[1]
	now = post(true, save(now, "a\r\nb\r\n", "crlf"))
	if stored() != "a\r\nb\r\n" {
		t.Errorf("stored %q", stored())
	}

	// A file is stored byte for byte; mixed line ends survive a save of the box.
	body, mime := parts(t, map[string]string{"name": "acme-hook", "eol": "mixed", "base": now}, "script", "a\rb\r\nc\n")
	w = s.ask(t, request{method: "POST", path: hookPath, as: "editor", htmx: true, body: body, mime: mime})
	wantStatus(t, w, http.StatusOK)
	now = base.FindStringSubmatch(w.Body.String())[1]
	form := save(now, "a\r\nb\r\nc\r\n", "mixed")
	form.Set("name", "renamed")
	now = post(false, form)
	if stored() != "a\rb\r\nc\n" {
		t.Errorf("stored %q", stored())
	}
	form = save(now, "a\r\nb\r\nd\r\n", "mixed")
	post(true, form)
	if stored() != "a\nb\nd\n" {
		t.Errorf("stored %q", stored())
	}

	// Somebody saved meanwhile.
	w = s.ask(t, request{method: "POST", path: hookPath, as: "editor", htmx: true, form: save("1", "mine", "lf")})
	wantStatus(t, w, http.StatusConflict)
	wantHeader(t, w, "HX-Retarget", "#save-msg")
	wantHeader(t, w, "HX-Reswap", "innerHTML")
	wantBody(t, w, "while you were editing", `name="over"`)
	w = s.ask(t, request{method: "POST", path: hookPath, as: "editor", form: save("1", "mine < yours", "lf")})
	wantStatus(t, w, http.StatusConflict)
	wantBody(t, w, "<html", "mine &lt; yours", `name="over"`)
	over := save("1", "mine", "lf")
	over.Set("over", regexp.MustCompile(`name="over" value="(\d+)"`).FindStringSubmatch(w.Body.String())[1])
	post(true, over)
	if stored() != "mine" {
		t.Errorf("stored %q", stored())
	}
}

func TestSaveHookRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, tt := range []struct{ name, script, want string }{
		{"-", "x", "Use letters, digits, spaces and hyphens"},
		{"acme-hook", "", "Enter a script."},
		{"acme-hook", "a\x00b", "This isn't text"},
		{"acme-hook", strings.Repeat("x", 512<<10+1), "513 KB is over the limit of 512 KB."},
	} {
		form := save("1", tt.script, "lf")
		form.Set("name", tt.name)
		w := s.ask(t, request{method: "POST", path: hookPath, as: "editor", htmx: true, form: form})
		wantStatus(t, w, http.StatusUnprocessableEntity)
		wantHeader(t, w, "HX-Retarget", "#save-msg")
		if !strings.Contains(w.Body.String(), strings.ReplaceAll(tt.want, "'", "&#39;")) {
			t.Errorf("no %q in %.300s", tt.want, w.Body)
		}
		w = s.ask(t, request{method: "POST", path: hookPath, as: "editor", form: form})
		wantStatus(t, w, http.StatusUnprocessableEntity)
		wantBody(t, w, "<html", `id="hook-form"`)
	}
	big := save("1", strings.Repeat("é", 200<<10), "lf") // more than 1 MiB when sent
	wantStatus(t, s.ask(t, request{method: "POST", path: hookPath, as: "editor", htmx: true, form: big}), http.StatusOK)
}

func TestDeleteAndUndoHook(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := s.ask(t, request{method: "POST", path: hookPath + "/delete", as: "editor", htmx: true, form: field("name", "acme-hook")})
	wantStatus(t, w, http.StatusOK)
	wantHeader(t, w, "HX-Redirect", "/orgs/acme/hooks")
	wantBody(t, s.ask(t, request{path: hooksPath, as: "editor"}), "Create your first hook", `action="`+s.path(hookPath)+`/restore"`)
	wantStatus(t, s.ask(t, request{path: hookPath + "/secrets", as: "editor"}), http.StatusNotFound)
	w = s.ask(t, request{method: "POST", path: hookPath + "/restore", as: "editor", htmx: true})
	wantStatus(t, w, http.StatusOK)
	wantBody(t, w, `id="hook-`+s.Org(storetest.Acme).Hook+`"`, "restored")
}

func TestAudit(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for range 60 {
		wantStatus(t, s.ask(t, request{method: "POST", path: copyPath, as: "editor"}), http.StatusOK)
	}
	wantStatus(t, s.ask(t, request{method: "POST", path: revealPath, as: "viewer"}), http.StatusForbidden)

	w := s.ask(t, request{path: "/orgs/:org/audit", as: "owner"})
	wantStatus(t, w, http.StatusOK)
	older := regexp.MustCompile(`/orgs/acme/audit\?before=\d+`).FindString(w.Body.String())
	if got := strings.Count(w.Body.String(), `id="entry-`); got != 50 || older == "" {
		t.Fatalf("%d entries on the first page, older at %q", got, older)
	}
	w = s.ask(t, request{path: older, as: "owner", htmx: true})
	wantStatus(t, w, http.StatusOK)
	wantNone(t, w.Body.String(), "<html")

	// A viewer reads what they did themselves, and nothing of the others.
	entry := newest(t, s)
	w = s.ask(t, request{path: "/orgs/:org/audit", as: "viewer"})
	if got := strings.Count(w.Body.String(), `id="entry-`); got != 1 {
		t.Errorf("a viewer sees %d entries", got)
	}
	wantBody(t, w, "entry-"+entry.ID)
	w = s.ask(t, request{path: "/orgs/:org/audit?entry=" + entry.ID, as: "viewer"})
	wantStatus(t, w, http.StatusOK)
	wantStatus(t, s.ask(t, request{path: "/orgs/:org/audit?entry=" + entry.ID, as: "editor"}), http.StatusNotFound)
	for _, query := range []string{"entry=x", "before=x", "before=-1", "entry=01934b1e-0000-7000-8000-000000000000"} {
		wantStatus(t, s.ask(t, request{path: "/orgs/:org/audit?" + query, as: "owner"}), http.StatusNotFound)
	}
}

func TestHooksArePaged(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a := s.Actor(t, storetest.Acme, "editor")
	for i := range 60 {
		if _, err := s.CreateHook(t.Context(), a, "hook "+string(rune('a'+i/26))+string(rune('a'+i%26)), "send-phone-message"); err != nil {
			t.Fatal(err)
		}
	}
	w := s.ask(t, request{path: hooksPath, as: "viewer"})
	more := regexp.MustCompile(`/orgs/acme/hooks\?after=[\w%-]+`).FindString(w.Body.String())
	if got := strings.Count(w.Body.String(), `<tbody`); got != 50 || more == "" {
		t.Fatalf("%d hooks on the first page, more at %q", got, more)
	}
	w = s.ask(t, request{path: more, as: "viewer", htmx: true})
	if got := strings.Count(w.Body.String(), `<tbody`); got != 11 {
		t.Errorf("%d hooks on the second page", got)
	}
	wantStatus(t, s.ask(t, request{path: hooksPath + "?after=x", as: "viewer"}), http.StatusNotFound)
}
