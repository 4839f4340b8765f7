package web

import (
	"fmt"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"hooksafe/store"
	"hooksafe/store/storetest"
)

const membersPath = "/orgs/:org/settings/members"

// memberID is the id of the member of acme with a role at the start.
func (s *site) memberID(t testing.TB, role string) string {
	t.Helper()
	id, _ := s.personAndSession(role)
	return id
}

// row is the part of a page between the beginning of an element and its end.
func row(t testing.TB, body, id, end string) string {
	t.Helper()
	_, rest, found := strings.Cut(body, `id="`+id+`"`)
	if !found {
		t.Fatalf("there is no %s in %.500s", id, body)
	}
	part, _, _ := strings.Cut(rest, end)
	return part
}

var offered = regexp.MustCompile(`<option value="(\w+)"`)

// The controls of a row are those that the actor may use: roles that they hand out,
// and never their own or the last owner's.
func TestControlsOfMembers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for as, want := range map[string]map[string]string{
		"owner": {
			"owner": "leave", "admin": "owner admin editor viewer transfer remove sign-out",
			"editor": "owner admin editor viewer transfer remove sign-out", "viewer": "owner admin editor viewer transfer remove sign-out",
		},
		"admin":  {"owner": "", "admin": "leave", "editor": "editor viewer remove", "viewer": "editor viewer remove"},
		"editor": {"owner": "", "admin": "", "editor": "leave", "viewer": ""},
		"viewer": {"owner": "", "admin": "", "editor": "", "viewer": "leave"},
	} {
		body := s.ask(t, request{path: membersPath, as: as}).Body.String()
		for other, controls := range want {
			part := row(t, body, "member-"+s.memberID(t, other), "</tbody>")
			var got []string
			for _, role := range offered.FindAllStringSubmatch(part, -1) {
				got = append(got, role[1])
			}
			for _, verb := range []string{"transfer", "remove", "sign-out", "leave"} {
				if strings.Contains(part, "/"+verb+`"`) {
					got = append(got, verb)
				}
			}
			if strings.Join(got, " ") != controls {
				t.Errorf("%s on %s: %q, want %q", as, other, got, controls)
			}
			if you := strings.Contains(part, ">you<"); you != (as == other) {
				t.Errorf("%s on %s: you %v", as, other, you)
			}
			wantText(t, part, storetest.Name(storetest.Acme, other), storetest.Email(storetest.Acme, other))
		}
		if manages := as == "owner" || as == "admin"; strings.Contains(body, "Last active") != manages {
			t.Errorf("%s sees when members were active: %v", as, !manages)
		}
		wantText(t, body, "4 people. Roles apply")
		if last := strings.Contains(body, "The last owner. Make another one first."); last != (as == "owner") {
			t.Errorf("%s is told about the last owner: %v", as, last)
		}
	}
}

func wantText(t testing.TB, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("there is no %q in %.600s", part, text)
		}
	}
}

// S-16: the page shows the table of roles that the doors decide by, with what the
// organization has settled.
func TestS16TheMatrixIsTheTable(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, setting := range []string{"1", "0"} {
		s.run(t, "UPDATE organizations SET editors_reveal = "+setting)
		body := s.ask(t, request{path: membersPath, as: "viewer"}).Body.String()
		_, matrix, _ := strings.Cut(body, "What each role can do")
		rows := strings.Split(matrix, "<tr role")[2:]
		rights := s.Actor(t, storetest.Acme, "owner").Settings().Rights()
		if len(rows) != len(rights) {
			t.Fatalf("%d rows, want %d", len(rows), len(rights))
		}
		for i, right := range rights {
			wantText(t, strings.ToLower(rows[i]), html.EscapeString(strings.ToLower(right.Words)))
			cells := strings.Split(rows[i], "<td")[1:]
			for j, role := range storetest.Roles {
				if may := s.Actor(t, storetest.Acme, role).Can(right.Permission); strings.Contains(cells[j], "Yes") != may || strings.Contains(cells[j], "No<") == may {
					t.Errorf("%s, %s: the page says otherwise than %v", right.Words, role, may)
				}
			}
			lifted := setting == "0" && right.Permission == store.RevealOrganizationSecrets
			if strings.Contains(rows[i], "Settled in General") != lifted {
				t.Errorf("%s: settled %v", right.Words, !lifted)
			}
		}
	}
}

// The list comes 50 at a time, and can be narrowed by an address.
func TestMemberPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.run(t, `
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
		INSERT INTO users (id, email, email_key, name, created_at, created_by, updated_at, updated_by)
		SELECT printf('u%03d', i), printf('p%03d@x.example', i), printf('p%03d@x.example', i), printf('Person %03d', i), 0, '', 0, '' FROM n;
		INSERT INTO members (org, user, role, joined_at)
		SELECT o.id, u.id, 'viewer', 0 FROM users u, organizations o WHERE u.id LIKE 'u0%' AND o.slug = 'acme'`)
	w := s.ask(t, request{path: membersPath, as: "viewer"})
	wantBody(t, w, "64 people.", "Person 046", "Load more")
	wantNone(t, w.Body.String(), "Person 047", "Show all")
	next := regexp.MustCompile(`id="more-members" href="([^"]+)"`).FindStringSubmatch(w.Body.String())
	if next == nil {
		t.Fatal("no address of more")
	}
	w = s.ask(t, request{path: html.UnescapeString(next[1]), as: "viewer", htmx: true})
	wantBody(t, w, "Person 047", "Person 060", `id="members-rows"`, `id="members-foot"`)
	wantNone(t, w.Body.String(), "Person 046", "<html", "Load more")
	wantStatus(t, s.ask(t, request{path: membersPath + "?after=nowhere", as: "viewer"}), http.StatusNotFound)

	w = s.ask(t, request{path: membersPath + "?q=P012%40x", as: "viewer"})
	wantBody(t, w, "Person 012", "1 of 64 people with “P012@x” in name or email.", `href="/orgs/acme/settings/members">Show all`)
	wantNone(t, w.Body.String(), "Person 013", "Load more")
	w = s.ask(t, request{path: membersPath + "?q=x.example", as: "viewer"})
	wantBody(t, w, "60 of 64 people", "q=x.example")
	w = s.ask(t, request{path: membersPath + "?q=%3Cb%3Enobody", as: "viewer"})
	wantBody(t, w, "0 of 64 people with “&lt;b&gt;nobody”", "Show all")
	wantNone(t, w.Body.String(), `id="members-rows"`)
	long := membersPath + "?q=" + strings.Repeat("_", 28000) // more than a pattern may have
	wantStatus(t, s.ask(t, request{path: long, as: "viewer"}), http.StatusOK)
}

// A role is changed in the row, with htmx and without.
func TestChangeRole(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	change := request{method: "POST", path: membersPath + "/:user/role", as: "admin", htmx: true, form: field("role", "editor", "base", "viewer")}
	w := s.ask(t, change)
	wantStatus(t, w, http.StatusOK)
	wantBody(t, w, `id="members" aria-label="Members" hx-swap-oob="true"`, "acme viewer is Editor now.", `id="members-count"`)
	if part := row(t, w.Body.String(), "member-"+s.memberID(t, "viewer"), "</tbody>"); !strings.Contains(part, `value="editor" selected`) {
		t.Errorf("the row is %s", part)
	}
	if e := newest(t, s); e.Action != "member.role" || *e.Detail != "from viewer to editor" {
		t.Errorf("entry %+v", e)
	}
	change.htmx, change.form = false, field("role", "viewer", "base", "editor")
	w = s.ask(t, change)
	wantStatus(t, w, http.StatusSeeOther)
	wantHeader(t, w, "Location", "/orgs/acme/settings/members")
	wantBody(t, s.ask(t, request{path: membersPath, as: "admin"}), "acme viewer is Viewer now.")
}

// Who looked at a role that is another one by now is told whose and which it is.
func TestChangeStaleRole(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, htmx := range []bool{true, false} {
		if _, err := s.SetMemberRole(t.Context(), operatorIn(t, s), storetest.Email(storetest.Acme, "viewer"), store.Editor); err != nil {
			t.Fatal(err)
		}
		w := s.ask(t, request{method: "POST", path: membersPath + "/:user/role", as: "owner", htmx: htmx, form: field("role", "admin", "base", "viewer")})
		wantStatus(t, w, http.StatusConflict)
		wantBody(t, w, "operator made acme viewer Editor meanwhile, so nothing was changed.")
		if part := row(t, w.Body.String(), "member-"+s.memberID(t, "viewer"), "</tbody>"); !strings.Contains(part, `value="editor" selected`) {
			t.Errorf("the row is %s", part)
		}
		if whole := strings.Contains(w.Body.String(), "<html"); whole == htmx {
			t.Errorf("a whole page: %v", whole)
		}
	}
}

// S-17: what is asked for past the controls is refused, and changes nothing.
func TestS17RolesPastTheControls(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := func(role string) string { return s.memberID(t, role) }
	for _, c := range []struct {
		as, other, base, role string
		status                int
		text                  string
	}{
		{"admin", "viewer", "viewer", "admin", 403, "Only an owner"},
		{"admin", "viewer", "viewer", "owner", 403, "Only an owner"},
		{"admin", "viewer", "owner", "owner", 403, "Only an owner"},
		{"admin", "admin", "admin", "owner", 403, "Only an owner"},
		{"admin", "admin", "admin", "editor", 403, "Only an owner"},
		{"admin", "owner", "owner", "viewer", 403, "Only an owner"},
		{"editor", "editor", "editor", "admin", 403, "Your role here is Editor"},
		{"owner", "owner", "owner", "admin", 409, "is the last owner. Make somebody else an owner first."},
		{"owner", "viewer", "viewer", "king", 422, "Use one of the roles"},
		{"owner", "viewer", "", "editor", 400, ""},
	} {
		w := s.ask(t, request{method: "POST", path: membersPath + "/" + id(c.other) + "/role", as: c.as, form: field("role", c.role, "base", c.base)})
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.text) {
			t.Errorf("%s makes %s %s: status %d: %.300s", c.as, c.other, c.role, w.Code, w.Body)
		}
	}
	for _, role := range storetest.Roles {
		if a := s.Actor(t, storetest.Acme, role); a.Role().String() != role {
			t.Errorf("%s is %s", role, a.Role())
		}
	}
}

// Somebody whose own role changes gets a page of their new one.
func TestChangeOwnRole(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if _, err := s.SetMemberRole(t.Context(), operatorIn(t, s), storetest.Email(storetest.Acme, "admin"), store.Owner); err != nil {
		t.Fatal(err)
	}
	w := s.ask(t, request{method: "POST", path: membersPath + "/" + s.memberID(t, "owner") + "/role", as: "owner", htmx: true, form: field("role", "viewer", "base", "owner")})
	wantStatus(t, w, http.StatusOK)
	wantHeader(t, w, "HX-Redirect", "/orgs/acme/settings/members")
	w = s.ask(t, request{path: membersPath, as: "owner"})
	wantBody(t, w, "acme owner is Viewer now.")
	wantNone(t, w.Body.String(), "/role", "/remove", "/invite")
}

// Roles, removal and ownership ask for the password, and then go on with what was
// asked.
func TestStepUpForMembers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		verb, text string
		form       []string
		action     string
	}{
		{"role", "To change the role of acme viewer.", []string{"role", "editor", "base", "viewer"}, "member.role"},
		{"remove", "To remove acme viewer.", []string{"adopt-" + noKey, "on"}, "member.remove"},
		{"transfer", "To transfer ownership to acme viewer.", nil, "member.transfer"},
	} {
		s := newSite(t)
		s.Clock.Advance(store.ConfirmFor + time.Second)
		ask := request{method: "POST", path: membersPath + "/:user/" + c.verb, as: "owner", form: field(c.form...)}
		w := s.ask(t, ask)
		wantStatus(t, w, http.StatusForbidden)
		wantBody(t, w, c.text, `type="password"`)
		again := sentOn(w)
		if again.Encode() != ask.form.Encode() {
			t.Errorf("%s: sent on %v", c.verb, again)
		}
		ask.htmx = true
		w = s.ask(t, ask)
		wantStatus(t, w, http.StatusForbidden)
		wantHeader(t, w, "HX-Retarget", "#modal")
		if list := strings.Contains(w.Body.String(), `id="members"`); list != (c.verb == "role") {
			t.Errorf("%s: the list comes with it: %v", c.verb, list)
		}
		if newest(t, s).Action == c.action {
			t.Errorf("%s: an entry before the password", c.verb)
		}
		again.Set("password", "not the password")
		ask.htmx, ask.form = false, again
		wantStatus(t, s.ask(t, ask), http.StatusUnprocessableEntity)
		again.Set("password", storetest.Password)
		w = s.ask(t, ask)
		wantStatus(t, w, http.StatusSeeOther)
		page, err := s.Audit(t.Context(), operatorIn(t, s), store.AuditFilter{}, 0, 10)
		if err != nil || !slices.ContainsFunc(page.Entries, func(e store.AuditEntry) bool { return e.Action == c.action && e.Outcome == "done" }) {
			t.Errorf("%s: no entry: %v", c.verb, err)
		}
	}
}

// The dialog of a removal names what was seen, and no value; the keys that are ticked
// go on, the others stop, and whoever is gone is out with the browser still signed in.
func TestRemoveMember(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	org, admin := s.Org(storetest.Acme), s.memberID(t, "admin")
	wantStatus(t, s.ask(t, request{method: "POST", path: revealPath, as: "admin"}), http.StatusOK)
	tokens, ids := map[string]string{}, map[string]string{}
	for _, name := range []string{"adopted", "dropped"} {
		k, token, err := s.CreateKey(t.Context(), s.Actor(t, storetest.Acme, "admin"), store.NewKey{Name: name, Scopes: store.Scopes()})
		if err != nil {
			t.Fatal(err)
		}
		tokens[name], ids[name] = token, k.ID
	}
	remove := request{path: membersPath + "/" + admin + "/remove", as: "owner", htmx: true}
	w := s.ask(t, remove)
	wantStatus(t, w, http.StatusOK)
	wantBody(t, w, "Remove acme admin?", "acme has seen 1 value that is still live.", "It will be marked as due for a new value until a newer version is set.",
		"API_<wbr>KEY", "acme-hook", ", version 1", "adopted", "dropped", `name="adopt-`+ids["adopted"]+`"`, "keeps working under your name")
	wantNone(t, w.Body.String(), org.Value, "hks_", " checked", "<html")

	remove.method = "POST"
	for _, form := range [][]string{{"adopt", "on"}, {"name", "x"}} {
		remove.form = field(form...)
		wantStatus(t, s.ask(t, remove), http.StatusBadRequest)
	}
	remove.form = field("adopt-"+ids["adopted"], "on")
	w = s.ask(t, remove)
	wantStatus(t, w, http.StatusOK)
	wantBody(t, w, `id="members"`, `id="invitations"`, "acme admin was removed.", "1 value is due for a new one.", `id="members-count"`, ">3<", "3 people.")
	wantNone(t, w.Body.String(), "member-"+admin, org.Value)
	for name, works := range map[string]bool{"adopted": true, "dropped": false} {
		if _, err := s.KeyActor(t.Context(), tokens[name], storetest.Origin()); (err == nil) != works {
			t.Errorf("the key %s works: %v", name, err == nil)
		}
	}

	wantStatus(t, s.ask(t, request{method: "POST", path: revealPath, as: "admin", htmx: true}), http.StatusNotFound)
	wantStatus(t, s.ask(t, request{path: membersPath, as: "admin"}), http.StatusNotFound)
	wantStatus(t, s.ask(t, request{path: "/account", as: "admin"}), http.StatusOK)
	wantStatus(t, s.ask(t, remove), http.StatusNotFound)

	for _, as := range []string{"owner", "viewer"} {
		w = s.ask(t, request{path: "/orgs/:org/hooks/:hook/secrets", as: as})
		wantBody(t, w, "Due for a new value")
		w = s.ask(t, request{path: "/orgs/:org/hooks/:hook/secrets/:secret", as: as})
		wantBody(t, w, "acme admin, who has seen this value, left on 21 November 2026.")
		if asked := strings.Contains(w.Body.String(), "Set a new value"); asked != (as == "owner") {
			t.Errorf("%s is asked for a new value: %v", as, asked)
		}
		wantNone(t, w.Body.String(), org.Value)
	}
	edit := request{method: "POST", path: "/orgs/:org/hooks/:hook/secrets/:secret/edit", as: "owner", form: field("name", "API_KEY", "value", "newer", "note", "", "base", "1")}
	wantStatus(t, s.ask(t, edit), http.StatusSeeOther)
	wantNone(t, s.ask(t, request{path: "/orgs/:org/hooks/:hook/secrets", as: "owner"}).Body.String(), "Due for a new value")
}

// Leaving ends in / with a word about it, where there is another organization and
// where there is none; the last owner is told why they stay.
func TestLeave(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	leave := request{method: "POST", path: membersPath + "/leave", as: "owner"}
	for _, htmx := range []bool{true, false} {
		leave.htmx = htmx
		w := s.ask(t, leave)
		wantStatus(t, w, http.StatusConflict)
		wantBody(t, w, "You are the last owner.", "Make somebody else an owner first.")
		wantNone(t, w.Body.String(), ">Leave<")
	}
	leave.as, leave.htmx = "viewer", false
	wantBody(t, s.ask(t, request{path: leave.path, as: "viewer"}), "Leave acme inc?", "You have seen no value that is still live.", ">Leave<")
	w := s.ask(t, leave)
	wantStatus(t, w, http.StatusSeeOther)
	wantHeader(t, w, "Location", "/")
	wantBody(t, s.ask(t, request{path: "/", as: "viewer"}), "You left acme inc.", "No organization yet")
	wantStatus(t, s.ask(t, leave), http.StatusNotFound)

	operator, err := s.OperatorIn(t.Context(), s.Operator(), storetest.Globex)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.AddMember(t.Context(), operator, storetest.Email(storetest.Acme, "editor"), store.Viewer); err != nil {
		t.Fatal(err)
	}
	leave.as, leave.htmx = "editor", true
	wantHeader(t, s.ask(t, leave), "HX-Redirect", "/")
	w = s.ask(t, request{path: "/", as: "editor"})
	wantHeader(t, w, "Location", "/orgs/globex/hooks")
	wantBody(t, s.ask(t, request{path: "/orgs/globex/hooks", as: "editor"}), "You left acme inc.")
}

// The other owns the organization then, and the actor's page is an admin's.
func TestTransfer(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	transfer := request{path: membersPath + "/:user/transfer", as: "owner", htmx: true}
	wantBody(t, s.ask(t, transfer), "Transfer ownership to acme viewer?", "acme viewer becomes an owner of acme inc. You become an admin")
	transfer.method = "POST"
	w := s.ask(t, transfer)
	wantHeader(t, w, "HX-Redirect", "/orgs/acme/settings/members")
	w = s.ask(t, request{path: membersPath, as: "owner"})
	wantBody(t, w, "acme viewer is Owner now.")
	wantNone(t, w.Body.String(), "/transfer", "/sign-out")
	wantStatus(t, s.ask(t, transfer), http.StatusForbidden)
	if a := s.Actor(t, storetest.Acme, "viewer"); a.Role() != store.Owner {
		t.Errorf("role %s", a.Role())
	}
}

// S-13: a member of another organization is nobody here, whoever asks for what.
func TestForeignMembersAreMissing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var first string
	for _, verb := range []string{"GET remove", "POST remove", "GET transfer", "POST transfer", "POST role", "POST sign-out"} {
		method, path, _ := strings.Cut(verb, " ")
		for _, id := range []string{s.memberID(t, "outsider"), noKey, "no-id"} {
			w := s.ask(t, request{method: method, path: membersPath + "/" + id + "/" + path, as: "owner", form: fieldsOf(path)})
			wantStatus(t, w, http.StatusNotFound)
			if first == "" {
				first = w.Body.String()
			}
			if w.Body.String() != first {
				t.Errorf("%s of %s is told apart", verb, id)
			}
		}
	}
	if a := s.Actor(t, storetest.Globex, "owner"); a.Role() != store.Owner {
		t.Error("something happened to them")
	}
}

func fieldsOf(verb string) map[string][]string {
	if verb == "role" {
		return field("role", "viewer", "base", "owner")
	}
	return nil
}

// An owner signs a member out where the other controls are.
func TestSignOutFromTheList(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := s.ask(t, request{method: "POST", path: membersPath + "/:user/sign-out", as: "owner", htmx: true})
	wantStatus(t, w, http.StatusOK)
	wantBody(t, w, `id="members"`, "acme viewer is signed out.", "1 device signed out.")
	wantNone(t, fmt.Sprint(w.Body), "<html")
	wantStatus(t, s.ask(t, request{path: "/account", as: "viewer"}), http.StatusSeeOther)
	wantNone(t, s.ask(t, request{path: auditPath, as: "owner"}).Body.String(), "/sign-out")
}
