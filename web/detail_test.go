package web

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"hooksafe/store/storetest"
)

const (
	detailPath  = secretsPath + "/:secret"
	versionPath = detailPath + "/versions/:version"
)

// onDrawer is the header by which htmx tells that a page's drawer shows the secret.
func (s *site) onDrawer(query string) map[string]string {
	return map[string]string{"HX-Current-URL": "http://hooksafe.example" + s.path(detailPath) + query}
}

func TestSecretDetail(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	changeSecret(t, s)
	org := s.Org(storetest.Acme)
	w := s.ask(t, request{path: detailPath, as: "editor", htmx: true})
	wantStatus(t, w, http.StatusOK)
	wantBody(t, w, `id="secret-detail"`, `<h2 class="name" id="drawer-title"`, "Version 2", "Current", s.path(versionPath)+"/restore")
	wantNone(t, w.Body.String(), "<html", org.Value, "People who have seen or taken it")
	w = s.ask(t, request{path: detailPath, as: "admin"})
	wantBody(t, w, "<html", `<h1 class="name" id="drawer-title"`, "People who have seen or taken it", "/orgs/acme/audit?target="+org.Secret+"&amp;period=all")
	wantNone(t, w.Body.String(), org.Value, "data-close")
	w = s.ask(t, request{path: detailPath, as: "viewer", htmx: true})
	wantBody(t, w, "You can see names and history, not values.", "Version 1")
	wantNone(t, w.Body.String(), "<form", "data-copy=", "/destroy", "/delete", "People who revealed")
}

// A version opens where it is, and closes there.
func TestVersionSlot(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	changeSecret(t, s)
	org := s.Org(storetest.Acme)
	slot := `id="secret-` + org.Secret + `-v1"`
	w := s.ask(t, request{method: "POST", path: versionPath + "/reveal", as: "editor", htmx: true})
	wantStatus(t, w, http.StatusOK)
	wantBody(t, w, slot, org.Value, `data-hide-url="`+s.path(versionPath)+`"`, `action="`+s.path(versionPath)+`/reveal"`, "/orgs/acme/audit?entry="+newest(t, s).ID)
	wantNone(t, w.Body.String(), "<html", "<tbody")
	if said := triggers(t, w.Header().Get("HX-Trigger"))["say"]; said != "Value of API_KEY, version 1 shown for 30 seconds. Recorded." {
		t.Errorf("said %q", said)
	}
	if e := newest(t, s); *e.TargetVersion != 1 {
		t.Errorf("entry %+v", e)
	}
	w = s.ask(t, request{path: versionPath, as: "editor", htmx: true})
	wantBody(t, w, slot, `id="reveal-`+org.Secret+`-v1"`)
	wantNone(t, w.Body.String(), org.Value)
	wantHeader(t, s.ask(t, request{path: versionPath, as: "editor"}), "Location", s.path(detailPath))
	for _, path := range []string{detailPath + "/versions/3", detailPath + "/versions/0", detailPath + "/versions/01", detailPath + "/versions/x"} {
		wantStatus(t, s.ask(t, request{path: path, as: "editor", htmx: true}), http.StatusNotFound)
		wantStatus(t, s.ask(t, request{method: "POST", path: path + "/reveal", as: "editor", htmx: true}), http.StatusNotFound)
	}
}

func TestRevealOfAVersionWithoutScript(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	changeSecret(t, s)
	w := s.ask(t, request{method: "POST", path: versionPath + "/reveal", as: "editor"})
	wantStatus(t, w, http.StatusOK)
	wantBody(t, w, "<html", "data-revealed", s.Org(storetest.Acme).Value)
	wantNone(t, w.Body.String(), "data-hide-url", "hx-get=\""+s.path(versionPath))
	wantHeader(t, w, "Refresh", "30; url="+s.path(detailPath))
	wantHeader(t, w, "Cache-Control", "no-store")
}

func TestStepUpForAVersion(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	changeSecret(t, s)
	org := s.Org(storetest.Acme)
	s.Clock.Advance(16 * time.Minute)
	w := s.ask(t, request{method: "POST", path: versionPath + "/reveal", as: "editor", htmx: true})
	wantStatus(t, w, http.StatusForbidden)
	wantHeader(t, w, "HX-Retarget", "#modal")
	wantBody(t, w, "To reveal API_KEY, version 1.", `action="`+s.path(versionPath)+`/reveal"`)
	wantNone(t, w.Body.String(), org.Value)
	w = s.ask(t, request{method: "POST", path: versionPath + "/reveal", as: "editor", htmx: true, form: field("password", storetest.Password)})
	wantStatus(t, w, http.StatusOK)
	wantHeader(t, w, "HX-Retarget", "#secret-"+org.Secret+"-v1")
	wantHeader(t, w, "HX-Reswap", "outerHTML")
	wantBody(t, w, org.Value)
	w = s.ask(t, request{method: "POST", path: versionPath + "/copy", as: "admin", htmx: true})
	wantStatus(t, w, http.StatusForbidden)
	wantBody(t, w, "To copy API_KEY, version 1.", `action="`+s.path(versionPath)+`/copy"`, "data-copy-form")
}

// A restore answers with what it changed, and with no value.
func TestRestoreVersion(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	changeSecret(t, s)
	org := s.Org(storetest.Acme)
	restore := request{method: "POST", path: versionPath + "/restore", as: "editor", htmx: true, header: s.onDrawer("")}
	for base, status := range map[string]int{"1": 409, "3": 409, "": 400, "x": 400} {
		restore.form = field("base", base)
		wantStatus(t, s.ask(t, restore), status)
	}
	restore.form = field("base", "2")
	w := s.ask(t, restore)
	wantStatus(t, w, http.StatusOK)
	wantBody(t, w, `id="secrets"`, `id="secret-detail"`, "Version 3", "restored from version 1")
	wantNone(t, w.Body.String(), org.Value)
	if said := triggers(t, w.Header().Get("HX-Trigger"))["say"]; said != "API_KEY restored from version 1. It is version 3 now." {
		t.Errorf("said %q", said)
	}
	plain := request{method: "POST", path: detailPath + "/versions/2/restore", as: "editor", form: field("base", "3")}
	wantHeader(t, s.ask(t, plain), "Location", s.path(detailPath))
	w = s.ask(t, request{method: "POST", path: detailPath + "/versions/4/restore", as: "editor", htmx: true, form: field("base", "4")})
	wantStatus(t, w, http.StatusConflict)
	wantHeader(t, w, "HX-Retarget", "#toasts")
	wantBody(t, w, "Version 4 is the current one already.")
}

// What changes a secret brings the drawer up to date if it shows that secret, and
// leaves any other alone.
func TestDrawerFollowsAChange(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	edit := request{method: "POST", path: editPath, as: "editor", htmx: true, header: s.onDrawer("")}
	edit.form = field("base", "1", "name", "API_KEY", "note", "one", "value", "")
	wantBody(t, s.ask(t, edit), `id="secret-detail"`, `hx-swap-oob="true"`)
	for i, header := range []map[string]string{nil, {"HX-Current-URL": "http://hooksafe.example" + s.path(secretsPath)}, {"HX-Current-URL": "http://%zz"}} {
		edit.header, edit.form = header, field("base", strconv.Itoa(i+2), "name", "API_KEY", "note", "one", "value", "")
		w := s.ask(t, edit)
		wantStatus(t, w, http.StatusOK)
		wantNone(t, w.Body.String(), "secret-detail", "innerHTML:#drawer")
	}
	w := s.ask(t, request{method: "POST", path: detailPath + "/delete", as: "editor", htmx: true, header: s.onDrawer("?q=x"), form: field("name", "API_KEY")})
	wantStatus(t, w, http.StatusOK)
	wantBody(t, w, `<div hx-swap-oob="innerHTML:#drawer"></div>`)
	wantNone(t, w.Body.String(), "secret-detail")
}

// A change keeps the list filtered as it is, unless that would hide what was changed.
func TestFilterStaysAfterAChange(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	wantStatus(t, s.ask(t, request{method: "POST", path: secretsPath, as: "editor", form: secretForm("OTHER", "v")}), http.StatusSeeOther)
	w := s.ask(t, request{path: secretsPath + "?q=oth", as: "editor", htmx: true})
	wantBody(t, w, `<section id="secrets"`, "OTHER")
	wantNone(t, w.Body.String(), "<html", "API_KEY")
	if said := triggers(t, w.Header().Get("HX-Trigger"))["say"]; said != "1 secret" {
		t.Errorf("said %q", said)
	}
	wantHeader(t, w, "HX-Replace-Url", s.path(secretsPath)+"?q=oth")
	wantHeader(t, s.ask(t, request{path: secretsPath + "?q=", as: "editor", htmx: true}), "HX-Replace-Url", s.path(secretsPath))
	wantBody(t, s.ask(t, request{path: secretsPath + "?q=OTH", as: "editor"}), "<html", `value="OTH"`)
	wantBody(t, s.ask(t, request{path: secretsPath + "?q=<b>", as: "editor"}), "No secrets match “&lt;b&gt;”", "Show all secrets")

	edit := request{method: "POST", path: editPath, as: "editor", htmx: true, header: s.onDrawer("?q=api")}
	edit.form = field("base", "1", "name", "API_KEY", "note", "one", "value", "")
	w = s.ask(t, edit)
	wantBody(t, w, "API_KEY", `value="api"`)
	wantNone(t, w.Body.String(), "OTHER")
	edit.header, edit.form = s.onDrawer("?q=oth"), field("base", "2", "name", "API_KEY", "note", "two", "value", "")
	w = s.ask(t, edit)
	wantBody(t, w, "API_KEY", "OTHER")
	wantHeader(t, w, "HX-Replace-Url", "") // the drawer's address stays
	edit.header = map[string]string{"HX-Current-URL": "http://hooksafe.example" + s.path(secretsPath) + "?q=oth"}
	edit.form.Set("base", "3")
	wantHeader(t, s.ask(t, edit), "HX-Replace-Url", s.path(secretsPath))
}
