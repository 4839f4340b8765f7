package web

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"hooksafe/store"
	"hooksafe/store/storetest"
)

const scriptVersionPath = "/orgs/:org/hooks/:hook/versions/:version"

// newScript saves a script behind the browser's back.
func newScript(t *testing.T, s *site, base int64, script string) {
	t.Helper()
	org := s.Org(storetest.Acme)
	change := store.HookChange{Base: base, Script: &script}
	if _, err := s.SaveHook(t.Context(), s.Actor(t, org.Slug, "admin"), org.Hook, change); err != nil {
		t.Fatal(err)
	}
}

func TestRestoreScript(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	newScript(t, s, 1, "second")
	restore := func(base string, htmx bool) request {
		return request{method: "POST", path: scriptVersionPath + "/restore", as: "editor", htmx: htmx, form: field("base", base)}
	}
	w := s.ask(t, restore("1", true))
	wantStatus(t, w, http.StatusConflict)
	wantBody(t, w, "acme admin saved version 2 while you were editing.", `name="base" value="2"`)
	wantStatus(t, s.ask(t, restore("x", true)), http.StatusBadRequest)

	w = s.ask(t, restore("2", true))
	wantStatus(t, w, http.StatusOK)
	wantHeader(t, w, "HX-Redirect", s.path(hookPath))
	wantBody(t, s.ask(t, request{path: hookPath, as: "editor"}), "Version 1 restored as version 3.")

	w = s.ask(t, restore("3", false))
	wantStatus(t, w, http.StatusUnprocessableEntity)
	wantBody(t, w, "<html", "The script is the same as version 1 already.")
	wantNone(t, w.Body.String(), "Restore version 1")
}

func TestVersionsThatAreNotThere(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, version := range []string{"0", "-1", "2", "01", "x", "99999999999999999999"} {
		path := strings.Replace(scriptVersionPath, ":version", version, 1)
		wantStatus(t, s.ask(t, request{path: path, as: "owner"}), http.StatusNotFound)
		wantStatus(t, s.ask(t, request{method: "POST", path: path + "/restore", as: "owner", form: field("base", "1")}), http.StatusNotFound)
	}
}

// The difference is text, whatever the script holds.
func TestDifferenceIsText(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	newScript(t, s, 1, "<script>alert(1)</script>\r\n")
	w := s.ask(t, request{path: scriptVersionPath, as: "viewer", htmx: true})
	wantBody(t, w, "&lt;script&gt;alert(1)&lt;/script&gt;␍")
	wantNone(t, w.Body.String(), "<script>alert", "Restore version")
}

// A name that breaks the rule, which may be a value that went astray, is not
// written back.
func TestAddSecretTakesANameFromTheAddress(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, c := range []struct {
		name  string
		taken bool
	}{{"SLACK_WEBHOOK_URL", true}, {"a.b-c", true}, {"..", false}, {"pa ss", false}, {"é", false}, {strings.Repeat("A", 129), false}} {
		path := "/orgs/:org/hooks/:hook/secrets/new?from=editor&name=" + strings.ReplaceAll(c.name, " ", "%20")
		w := s.ask(t, request{path: path, as: "editor", htmx: true})
		wantStatus(t, w, http.StatusOK)
		wantBody(t, w, `name="from" value="editor"`)
		if strings.Contains(w.Body.String(), fmt.Sprintf("value=%q", c.name)) != c.taken {
			t.Errorf("%q is in the form: %v", c.name, !c.taken)
		}
	}
}

// A secret that was added from the editor shows there, and no list of secrets is
// sent to a page that has none.
func TestAddSecretFromTheEditor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	newScript(t, s, 1, "context.secrets.FROM_EDITOR")
	form := field("name", "FROM_EDITOR", "value", "planted-by-editor", "note", "", "from", "editor")
	post := request{method: "POST", path: "/orgs/:org/hooks/:hook/secrets", as: "editor", htmx: true, form: form}
	w := s.ask(t, post)
	wantStatus(t, w, http.StatusOK)
	wantBody(t, w, `id="script-secrets"`, `hx-swap-oob="true"`, `<option value="FROM_EDITOR" data-state="set">`, "line 1", "2 of 20.")
	wantNone(t, w.Body.String(), `id="secrets"`, "planted-by-editor")
	if events := triggers(t, w.Header().Get("HX-Trigger")); events["modal:close"] != true {
		t.Errorf("HX-Trigger %v", events)
	}
	w = s.ask(t, post)
	wantStatus(t, w, http.StatusConflict)
	wantBody(t, w, `name="from" value="editor"`, "already exists")

	form.Set("name", "SECOND")
	post.htmx = false
	w = s.ask(t, post)
	wantStatus(t, w, http.StatusSeeOther)
	wantHeader(t, w, "Location", s.path(hookPath))
}

func TestSaveDependencies(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	form := save("1", "a", "lf")
	form.Set("dependency-0", " lodash ")
	form.Set("version-0", "4.17.21")
	form.Set("dependency-1", "no/such/name")
	form.Set("version-1", "1 < 2")
	for _, htmx := range []bool{true, false} {
		w := s.ask(t, request{method: "POST", path: hookPath, as: "editor", htmx: htmx, form: form})
		wantStatus(t, w, http.StatusUnprocessableEntity)
		wantBody(t, w, `id="dependency-1-hint"`, `value="no/such/name"`, `value="1 &lt; 2"`, `value="lodash"`, `aria-invalid="true"`)
	}
	form.Set("dependency-1", "")
	w := s.ask(t, request{method: "POST", path: hookPath, as: "editor", htmx: true, form: form})
	wantStatus(t, w, http.StatusOK)
	wantBody(t, w, "Saved as version 2.")
	form = save("2", "a", "lf")
	w = s.ask(t, request{method: "POST", path: hookPath, as: "editor", htmx: true, form: form})
	wantBody(t, w, "Saved.")
	wantNone(t, w.Body.String(), "as version")
	h, err := s.Hook(t.Context(), s.Actor(t, storetest.Acme, "editor"), s.Org(storetest.Acme).Hook)
	if err != nil || len(h.Dependencies.List()) != 0 {
		t.Errorf("%v, %v", h.Dependencies.List(), err)
	}

	form.Set("dependency-101", "a")
	wantStatus(t, s.ask(t, request{method: "POST", path: hookPath, as: "editor", form: form}), http.StatusBadRequest)
}
