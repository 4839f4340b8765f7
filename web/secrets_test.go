package web

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"hooksafe/store"
	"hooksafe/store/storetest"
)

const (
	secretsPath = "/orgs/:org/hooks/:hook/secrets"
	editPath    = secretsPath + "/:secret/edit"
)

// planted is a value that no answer may send back.
const planted = "planted-typed-value-91c2"

func secretForm(name, value string) url.Values {
	return field("name", name, "value", value, "note", "typed note")
}

func TestAddSecret(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := s.ask(t, request{method: "POST", path: secretsPath, as: "editor", htmx: true, form: secretForm("SECOND", planted)})
	wantStatus(t, w, http.StatusOK)
	wantBody(t, w, `id="secrets"`, `hx-swap-oob="true"`, `hx-swap-oob="beforeend:#toasts"`, "SECOND")
	wantNone(t, w.Body.String(), planted, "<html", "<form method=\"post\" action=\"/orgs/acme/hooks/"+s.Org(storetest.Acme).Hook+"/secrets\"")
	events := triggers(t, w.Header().Get("HX-Trigger"))
	if events["modal:close"] != true || events["say"] != "SECOND added. 2 of 20." {
		t.Errorf("HX-Trigger %v", events)
	}

	form := secretForm("THIRD", planted)
	form.Set("another", "on")
	w = s.ask(t, request{method: "POST", path: secretsPath, as: "editor", htmx: true, form: form})
	wantStatus(t, w, http.StatusOK)
	wantBody(t, w, `data-size="normal"`, `name="value"`, "THIRD", `id="secrets"`)
	wantNone(t, w.Body.String(), planted, "typed note\" ")
	if events := triggers(t, w.Header().Get("HX-Trigger")); events["modal:close"] != nil {
		t.Error("the dialog closes before the next secret")
	}
	wantNone(t, s.log.String(), planted)
}

// Without script: a redirect, and what was done stands on the next page, once.
func TestAddSecretWithoutScript(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := s.ask(t, request{method: "POST", path: secretsPath, as: "editor", form: secretForm("SECOND", planted)})
	wantStatus(t, w, http.StatusSeeOther)
	wantHeader(t, w, "Location", s.path(secretsPath))
	wantBody(t, s.ask(t, request{path: secretsPath, as: "editor"}), "data-toast", "added")
	wantNone(t, s.ask(t, request{path: secretsPath, as: "editor"}).Body.String(), "toast-ok")
}

// What is saved is saved, whether its toast can be kept or not; and a page that
// can't take its toasts down is still a page.
func TestToastsAreNoReasonToFail(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	mend := s.sabotage(t, "UPDATE OF data ON sessions")
	wantStatus(t, s.ask(t, request{method: "POST", path: secretsPath, as: "editor", form: secretForm("SECOND", "v")}), http.StatusSeeOther)
	mend()
	wantStatus(t, s.ask(t, request{method: "POST", path: secretsPath, as: "editor", form: secretForm("THIRD", "v")}), http.StatusSeeOther)
	s.sabotage(t, "UPDATE OF data ON sessions")
	w := s.ask(t, request{path: secretsPath, as: "editor"})
	wantStatus(t, w, http.StatusOK)
	wantBody(t, w, "toast-ok", "SECOND", "THIRD")
}

// Bad input: the form again, with a sentence and all that was typed but the
// value.
func TestSecretRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, tt := range []struct {
		name   string
		form   url.Values
		status int
		want   string
	}{
		{"a name that breaks the rule", secretForm("TWO WORDS", planted), 422, "Use letters, digits, _ . and -, up to 128."},
		{"no value", secretForm("SECOND", ""), 422, "Enter a value."},
		{"a name that is taken", secretForm("API_KEY", planted), 409, "API_KEY already exists in this hook."},
		{"the placeholder", secretForm("SECOND", "_VALUE_NOT_SHOWN_"), 422, "This is the placeholder, not the value."},
		{"the placeholder in its other spelling", secretForm("SECOND", "_VALUE_NOT_SHOWN"), 422, "This is the placeholder, not the value."},
		{"a NUL", secretForm("SECOND", planted+"\x00"), 422, "This isn't text"},
		{"no UTF-8", secretForm("SECOND", planted+"\xff"), 422, "This isn't text"},
		{"too long", secretForm("SECOND", planted+strings.Repeat("x", store.MaxValue)), 422, "65 KB is over the limit of 64 KB."},
	} {
		for _, htmx := range []bool{false, true} {
			w := s.ask(t, request{method: "POST", path: secretsPath, as: "editor", htmx: htmx, form: tt.form})
			wantStatus(t, w, tt.status)
			if !strings.Contains(html.UnescapeString(w.Body.String()), tt.want) {
				t.Errorf("%s: the form doesn't say %q", tt.name, tt.want)
			}
			wantBody(t, w, `value="`+tt.form.Get("name")+`"`, `value="typed note"`)
			wantNone(t, w.Body.String(), planted)
			if strings.Contains(w.Body.String(), "<html") == htmx {
				t.Errorf("%s: a page for htmx or a part for a browser", tt.name)
			}
		}
	}
	w := s.ask(t, request{method: "POST", path: secretsPath, as: "editor", form: secretForm("A\x00B", planted)})
	wantStatus(t, w, http.StatusUnprocessableEntity)
	wantNone(t, w.Body.String(), "A\x00B", planted) // what is no text is not sent back either
	wantBody(t, s.ask(t, request{method: "POST", path: secretsPath, as: "editor", form: secretForm("API_KEY", planted)}),
		s.path(editPath), "Edit it instead")
	wantNone(t, s.log.String(), planted)
}

// S-18: what a form doesn't have, has twice, or has in the address.
func TestFormIsStrict(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for body, status := range map[string]int{
		"name=A&value=v&note=":                 303,
		"name=B&value=v&note=&version=7":       400,
		"name=B&name=C&value=v&note=":          400,
		"name=B&value=v&note=%zz":              400,
		"name=B;value=v":                       400,
		"name=B&value=v&note=&id=1&org=globex": 400,
		"":                                     422,
	} {
		w := s.ask(t, request{method: "POST", path: secretsPath, as: "editor", body: body})
		if w.Code != status {
			t.Errorf("%q: status %d, want %d", body, w.Code, status)
		}
	}
	w := s.ask(t, request{method: "POST", path: secretsPath + "?name=FROM_ADDRESS&value=v", as: "editor", body: "note="})
	wantStatus(t, w, http.StatusUnprocessableEntity)
	wantNone(t, s.ask(t, request{path: secretsPath, as: "editor"}).Body.String(), "FROM_ADDRESS")

	body, mime := parts(t, map[string]string{"name": "B", "value": "typed"}, "file", "chosen")
	w = s.ask(t, request{method: "POST", path: secretsPath, as: "editor", body: body, mime: mime})
	wantStatus(t, w, http.StatusUnprocessableEntity)
	wantBody(t, w, "not both")
	body, mime = parts(t, map[string]string{"name": "B"}, "file", "")
	wantStatus(t, s.ask(t, request{method: "POST", path: secretsPath, as: "editor", body: body, mime: mime}), http.StatusUnprocessableEntity)
	body, mime = parts(t, map[string]string{"name": "B"}, "name", "twice")
	wantStatus(t, s.ask(t, request{method: "POST", path: secretsPath, as: "editor", body: body, mime: mime}), http.StatusBadRequest)
	wantStatus(t, s.ask(t, request{method: "POST", path: secretsPath, as: "editor", body: body[:len(body)/2], mime: mime}), http.StatusBadRequest)
}

func TestEditSecret(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	org := s.Org(storetest.Acme)
	base := regexp.MustCompile(`name="base" value="(\d+)"`)
	w := s.ask(t, request{path: editPath, as: "editor", htmx: true})
	wantStatus(t, w, http.StatusOK)
	wantNone(t, w.Body.String(), org.Value)
	first := base.FindStringSubmatch(w.Body.String())[1]

	edit := func(base, name, value string) request {
		form := secretForm(name, value)
		form.Set("base", base)
		return request{method: "POST", path: editPath, as: "editor", htmx: true, form: form}
	}
	wantStatus(t, s.ask(t, edit(first, "RENAMED", "")), http.StatusOK)
	wantBody(t, s.ask(t, request{method: "POST", path: copyPath, as: "editor"}), org.Value)

	// Somebody saved meanwhile: no lost update, and a way to go on.
	w = s.ask(t, edit(first, "MINE", planted))
	wantStatus(t, w, http.StatusConflict)
	wantBody(t, w, "while you were editing", "Show the newer one", `value="MINE"`, "hx-preserve")
	wantNone(t, w.Body.String(), planted, org.Value)
	newer := base.FindStringSubmatch(w.Body.String())[1]
	if newer == first {
		t.Fatal("the form still builds on the old one")
	}
	wantBody(t, s.ask(t, request{method: "POST", path: copyPath, as: "editor"}), org.Value)
	wantStatus(t, s.ask(t, edit(newer, "MINE", planted)), http.StatusOK)
	wantBody(t, s.ask(t, request{method: "POST", path: copyPath, as: "editor"}), planted)

	// The placeholder never becomes the value.
	current := base.FindStringSubmatch(s.ask(t, request{path: editPath, as: "editor"}).Body.String())[1]
	for _, placeholder := range []string{"_VALUE_NOT_SHOWN_", "_VALUE_NOT_SHOWN"} {
		w = s.ask(t, edit(current, "MINE", placeholder))
		wantStatus(t, w, http.StatusUnprocessableEntity)
		wantBody(t, w, "Keep the stored value")
	}
	wantBody(t, s.ask(t, request{method: "POST", path: copyPath, as: "editor"}), planted)
	wantStatus(t, s.ask(t, edit("one", "MINE", "")), http.StatusBadRequest)
}

func TestDeleteAndUndoSecret(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	remove := request{method: "POST", path: secretsPath + "/:secret/delete", as: "editor", htmx: true, form: field("name", "API")}
	w := s.ask(t, remove)
	wantStatus(t, w, http.StatusUnprocessableEntity)
	wantBody(t, w, "Type API_KEY to confirm.", `value="API"`)
	remove.form = field("name", "API_KEY")
	w = s.ask(t, remove)
	wantStatus(t, w, http.StatusOK)
	wantBody(t, w, "No secrets yet", s.path(secretsPath)+"/"+s.Org(storetest.Acme).Secret+"/restore")
	wantStatus(t, s.ask(t, request{method: "POST", path: revealPath, as: "editor"}), http.StatusNotFound)

	restore := request{method: "POST", path: secretsPath + "/:secret/restore", as: "editor", htmx: true}
	wantStatus(t, s.ask(t, request{method: "POST", path: secretsPath, as: "editor", form: secretForm("API_KEY", "other")}), http.StatusSeeOther)
	w = s.ask(t, restore)
	wantStatus(t, w, http.StatusConflict)
	wantHeader(t, w, "HX-Retarget", "#toasts")
	wantBody(t, w, "Another secret has the name API_KEY now.")
}

func TestUndoWithoutScript(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	wantStatus(t, s.ask(t, request{method: "POST", path: secretsPath + "/:secret/delete", as: "editor", form: field("name", "API_KEY")}), http.StatusSeeOther)
	wantBody(t, s.ask(t, request{path: secretsPath, as: "editor"}), `action="`+s.path(secretsPath+"/:secret/restore")+`"`)
	wantStatus(t, s.ask(t, request{method: "POST", path: secretsPath + "/:secret/restore", as: "editor"}), http.StatusSeeOther)
	wantBody(t, s.ask(t, request{path: secretsPath, as: "editor"}), "restored", `id="secret-`+s.Org(storetest.Acme).Secret+`"`)
}

func TestFullHook(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for i := range 19 {
		form := secretForm(fmt.Sprintf("S_%d", i), "v")
		form.Set("another", "on")
		w := s.ask(t, request{method: "POST", path: secretsPath, as: "editor", htmx: true, form: form})
		wantStatus(t, w, http.StatusOK)
		if closes := triggers(t, w.Header().Get("HX-Trigger"))["modal:close"] == true; closes != (i == 18) {
			t.Errorf("after %d secrets the dialog closes: %v", i+2, closes)
		}
	}
	w := s.ask(t, request{method: "POST", path: secretsPath, as: "editor", htmx: true, form: secretForm("ONE_MORE", planted)})
	wantStatus(t, w, http.StatusConflict)
	wantBody(t, w, "All 20 places are in use.", `value="ONE_MORE"`)
	wantNone(t, w.Body.String(), planted)
}

// A viewer sees names, and no control that would be refused.
func TestViewerSeesNoControls(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := s.ask(t, request{path: secretsPath, as: "viewer"})
	wantBody(t, w, `id="secret-`+s.Org(storetest.Acme).Secret+`"`, "You can see names and history, not values.",
		"Your role here is Viewer. Admins who can change it: acme admin, acme owner.")
	wantNone(t, w.Body.String(), "globex")
	wantNone(t, w.Body.String(), `/reveal"`, `/copy"`, `/edit"`, `/delete"`, `/secrets/new"`)
	wantNone(t, s.ask(t, request{path: "/orgs/:org/hooks", as: "viewer"}).Body.String(), "/enabled", "/hooks/new")
	wantNone(t, s.ask(t, request{path: "/orgs/:org/hooks/:hook", as: "viewer"}).Body.String(), "/enabled", "/delete", `id="save-btn"`)
}
