package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"hooksafe/store"
)

func (w *world) roleOf(t testing.TB, slug, email string) string {
	t.Helper()
	return stored[string](t, w, `
		SELECT COALESCE((SELECT m.role FROM members m JOIN users u ON u.id = m.user JOIN organizations o ON o.id = m.org
			WHERE o.slug = ? AND u.email_key = ?), '')`, slug, email)
}

// S-17: nobody hands out more than they hold, or raises themselves. The table is actor
// by role of the other before, and after.
func TestS17RolesThatMayBeHandedOut(t *testing.T) {
	w := newWorld(t)
	operator := must(w.OperatorIn(ctx, w.Operator(), acme))(t)
	const other = "other@example.com"
	id := w.addPerson(t, other)
	roles := []store.Role{store.Viewer, store.Editor, store.Admin, store.Owner}
	for who, a := range map[string]store.Actor{"owner": w.Actor(t, acme, "owner"), "admin": w.Actor(t, acme, "admin"), "editor": w.Actor(t, acme, "editor"), "operator": operator} {
		reach := store.Owner
		switch who {
		case "admin":
			reach = store.Editor
		case "editor":
			reach = 0
		}
		for _, before := range roles {
			for _, after := range roles {
				w.sql(t, `DELETE FROM members WHERE user = ?`, id)
				_, err := w.AddMember(ctx, a, other, after)
				checkHandedOut(t, w, who+" adds "+after.String(), err, after <= reach)

				w.sql(t, `INSERT OR REPLACE INTO members (org, user, role, joined_at) VALUES (?, ?, ?, 0)`, a.Org().ID, id, before.String())
				_, err = w.SetMemberRole(ctx, a, other, after)
				checkHandedOut(t, w, who+" makes "+before.String()+" "+after.String(), err, max(before, after) <= reach)
			}
			w.sql(t, `UPDATE members SET role = ? WHERE user = ?`, before.String(), id)
			_, err := w.RemoveMember(ctx, a, other)
			checkHandedOut(t, w, who+" removes "+before.String(), err, before <= reach)
			w.sql(t, `INSERT OR REPLACE INTO members (org, user, role, joined_at) VALUES (?, ?, ?, 0)`, a.Org().ID, id, before.String())
		}
	}
	w.verify(t)
}

func checkHandedOut(t *testing.T, w *world, what string, err error, may bool) {
	t.Helper()
	e := w.lastEntry(t, acme)
	switch {
	case may && (err != nil || e.Outcome != "done" || str(e.TargetName) != "name of other@example.com"):
		t.Errorf("%s: %v; entry %s about %q", what, err, e.Outcome, str(e.TargetName))
	case !may && (store.CodeOf(err) != store.Denied || e.Outcome != "denied"):
		t.Errorf("%s: %v; entry %s", what, err, e.Outcome)
	}
}

// S-17: an admin cannot raise themselves, nor an owner be removed by the last of them.
func TestS17LastOwner(t *testing.T) {
	w := newWorld(t)
	owner, admin := w.Actor(t, acme, "owner"), w.Actor(t, acme, "admin")
	_, err := w.SetMemberRole(ctx, admin, "admin@acme.example", store.Owner)
	wantCode(t, err, store.Denied)
	operator := must(w.OperatorIn(ctx, w.Operator(), acme))(t)
	for _, a := range []store.Actor{owner, operator} {
		for _, role := range []store.Role{store.Admin, store.Editor, store.Viewer} {
			_, err := w.SetMemberRole(ctx, a, "owner@acme.example", role)
			wantRefusal(t, err, store.Conflict, "role")
		}
		_, err := w.RemoveMember(ctx, a, "owner@acme.example")
		wantRefusal(t, err, store.Conflict, "role")
		must(w.SetMemberRole(ctx, a, "owner@acme.example", store.Owner))(t)
	}
	must(w.SetMemberRole(ctx, owner, "editor@acme.example", store.Owner))(t)
	must(w.SetMemberRole(ctx, owner, "owner@acme.example", store.Viewer))(t)
	if got := w.roleOf(t, acme, "owner@acme.example"); got != "viewer" {
		t.Errorf("role is %q", got)
	}
	_, err = w.SetMemberRole(ctx, owner, "owner@acme.example", store.Owner)
	wantCode(t, err, store.Denied) // the role is read again
	_, err = w.RemoveMember(ctx, operator, "editor@acme.example")
	wantRefusal(t, err, store.Conflict, "role")
}

// two owners who unmake each other at once leave one.
func TestR10LastOwnersRace(t *testing.T) {
	w := newWorld(t)
	owner := w.Actor(t, acme, "owner")
	must(w.SetMemberRole(ctx, owner, "admin@acme.example", store.Owner))(t)
	second := w.Actor(t, acme, "admin")
	actors, others := []store.Actor{owner, second}, []string{"admin@acme.example", "owner@acme.example"}
	race(2, []*store.Store{w.Store, w.beside(t)}, store.Denied, func(s *store.Store, i int) error {
		return errOf(s.SetMemberRole(ctx, actors[i], others[i], store.Viewer))
	}, t)
	if n := stored[int](t, w, `SELECT count(*) FROM members WHERE org = ? AND role = 'owner'`, owner.Org().ID); n != 1 {
		t.Errorf("%d owners are left", n)
	}
}

func TestMembers(t *testing.T) {
	w := newWorld(t)
	a := w.Actor(t, acme, "owner")
	w.addPerson(t, "new@example.com")
	m := must(w.AddMember(ctx, a, " NEW@Example.com ", store.Editor))(t)
	if m.Email != "new@example.com" || m.Role != store.Editor {
		t.Errorf("%+v", m)
	}
	if e := w.lastEntry(t, acme); e.Action != "member.add" || str(e.Target) != m.ID || str(e.TargetName) != m.Name || str(e.Detail) != "as editor" {
		t.Errorf("entry is %+v", e)
	}
	_, err := w.AddMember(ctx, a, "new@example.com", store.Viewer)
	wantRefusal(t, err, store.Conflict, "email")
	must(w.SetMemberRole(ctx, a, "new@example.com", store.Viewer))(t)
	if e := w.lastEntry(t, acme); e.Action != "member.role" || str(e.Detail) != "from editor to viewer" {
		t.Errorf("entry is %+v", e)
	}
	must(w.RemoveMember(ctx, a, "new@example.com"))(t)
	if e := w.lastEntry(t, acme); e.Action != "member.remove" || str(e.Detail) != "was viewer" || w.roleOf(t, acme, "new@example.com") != "" {
		t.Errorf("entry is %+v", e)
	}
	_, err = w.AddMember(ctx, a, "nobody@example.com", store.Viewer)
	wantRefusal(t, err, store.NotFound, "email")
	w.verify(t)
}

// 0.7: somebody removed is out at the next request, with the session alive.
func TestRemovedMemberIsOut(t *testing.T) {
	w := newWorld(t)
	org, editor := w.Org(acme), w.Actor(t, acme, "editor")
	must(w.RemoveMember(ctx, w.Actor(t, acme, "owner"), "editor@acme.example"))(t)
	p := w.Person(t, acme, "editor") // still signed in
	_, err := w.MemberActor(ctx, p, acme)
	wantCode(t, err, store.NotFound)
	r, err := w.RevealSecret(ctx, editor, org.Place(), org.Secret, 0, "") // a request that was let in before
	if wantCode(t, err, store.NotFound); r.Value.Reveal() != "" {
		t.Error("handed out")
	}
	if organizations := must(w.Organizations(ctx, p))(t); len(organizations) != 0 {
		t.Errorf("%+v", organizations)
	}
}

// newMembers makes n members called Person 1 and so on, past the guard.
func (w *world) newMembers(t testing.TB, slug string, n int) {
	t.Helper()
	for i := range n {
		email := fmt.Sprintf("person%d@example.com", i+1)
		id := w.addPerson(t, email)
		w.sql(t, `UPDATE users SET name = ? WHERE id = ?`, fmt.Sprintf("Person %d", i+1), id)
		w.sql(t, `INSERT INTO members (org, user, role, joined_at) SELECT id, ?, 'viewer', 0 FROM organizations WHERE slug = ?`, id, slug)
	}
}

func namesOf(all []store.Member) []string {
	var names []string
	for _, m := range all {
		names = append(names, m.Name)
	}
	return names
}

// The list comes in pages, by name whatever the capitals, with nobody twice and nobody
// left out; people of the same name stand by their ids.
func TestMemberList(t *testing.T) {
	w := newWorld(t)
	a := w.Actor(t, acme, "owner")
	w.newMembers(t, acme, 7)
	w.sql(t, `UPDATE users SET name = 'person 3' WHERE name IN ('Person 3', 'Person 4')`)
	whole := must(w.Members(ctx, a, "", "", 50))(t)
	if whole.Total != 11 || whole.Matches != 11 || whole.Owners != 1 || whole.Next != "" || len(whole.Members) != 11 {
		t.Fatalf("%+v", whole)
	}
	names := namesOf(whole.Members)
	if want := []string{"acme admin", "acme editor", "acme owner", "acme viewer", "Person 1", "Person 2", "person 3", "person 3", "Person 5", "Person 6", "Person 7"}; !slices.Equal(names, want) {
		t.Errorf("%q", names)
	}
	var paged []store.Member
	for after, pages := "", 0; ; pages++ {
		list := must(w.Members(ctx, a, "", after, 3))(t)
		paged = append(paged, list.Members...)
		if after = list.Next; after == "" || pages > 9 {
			break
		}
	}
	if !slices.Equal(paged, whole.Members) {
		t.Errorf("page by page: %q", namesOf(paged))
	}
	_, err := w.Members(ctx, a, "", "no place", 3)
	wantCode(t, err, store.NotFound)
}

// A search finds part of a name or of an e-mail, in capitals or not, and nothing that
// only looks like a pattern.
func TestMemberSearch(t *testing.T) {
	w := newWorld(t)
	a := w.Actor(t, acme, "viewer")
	w.newMembers(t, acme, 3)
	w.sql(t, `UPDATE users SET name = 'Tomás Öst_' WHERE name = 'Person 1'`)
	for search, want := range map[string][]string{
		"PERSON2@": {"Person 2"}, "öst": {"Tomás Öst_"}, "TOMÁS": {"Tomás Öst_"}, "tomás": {"Tomás Öst_"}, "_": {"Tomás Öst_"},
		"%": nil, "globex": nil, "admin@acme.example": {"acme admin"}, "rson": {"Tomás Öst_", "Person 2", "Person 3"},
	} {
		list := must(w.Members(ctx, a, search, "", 50))(t)
		if names := namesOf(list.Members); len(names) != len(want) || list.Matches != len(want) || list.Total != 7 || !sameNames(names, want) {
			t.Errorf("%q finds %q of %d and %d", search, names, list.Matches, list.Total)
		}
	}
	first := must(w.Members(ctx, a, "rson", "", 2))(t)
	if rest := must(w.Members(ctx, a, "rson", first.Next, 2))(t); first.Matches != 3 || len(first.Members) != 2 || len(rest.Members) != 1 || rest.Matches != 3 {
		t.Errorf("page by page: %+v, %+v", first, rest)
	}
}

func sameNames(a, b []string) bool {
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}

// When somebody was active is for those who manage members.
func TestWhenMembersWereActive(t *testing.T) {
	w := newWorld(t)
	w.sql(t, `UPDATE members SET active_at = 1000000`)
	for role, sees := range map[string]bool{"owner": true, "admin": true, "editor": false, "viewer": false} {
		a := w.Actor(t, acme, role)
		for _, m := range append(must(w.Members(ctx, a, "", "", 50))(t).Members, must(w.Member(ctx, a, a.ID()))(t)) {
			if m.ActiveAt.IsZero() == sees {
				t.Errorf("%s sees that %s was active at %v", role, m.Name, m.ActiveAt)
			}
		}
	}
}

// A role changes only from what it was when somebody looked: who changed it meanwhile
// and to what is the answer, and nothing else happens.
func TestStaleRole(t *testing.T) {
	w := newWorld(t)
	owner, admin, editor := w.Actor(t, acme, "owner"), w.Actor(t, acme, "admin"), w.Actor(t, acme, "editor")
	must(w.ChangeMemberRole(ctx, owner, editor.ID(), store.Editor, store.Viewer))(t)
	entries := len(w.entries(t, acme))
	_, err := w.ChangeMemberRole(ctx, admin, editor.ID(), store.Editor, store.Viewer)
	e := wantRefusal(t, err, store.Stale, "role")
	if e.By != "acme owner" || e.Message != "acme owner made acme editor Viewer meanwhile, so nothing was changed." {
		t.Errorf("%+v", e)
	}
	if n := len(w.entries(t, acme)); n != entries {
		t.Errorf("%d entries of what did not happen", n-entries)
	}
	must(w.ChangeMemberRole(ctx, owner, editor.ID(), store.Viewer, store.Admin))(t)
	_, err = w.ChangeMemberRole(ctx, admin, editor.ID(), store.Viewer, store.Editor)
	if e := wantRefusal(t, err, store.Stale, "role"); !strings.Contains(e.Message, "Admin meanwhile") {
		t.Errorf("%+v", e)
	}
	_, err = w.ChangeMemberRole(ctx, admin, editor.ID(), store.Viewer, store.Owner) // whatever it was, they may not
	wantCode(t, err, store.Denied)
	operator := must(w.OperatorIn(ctx, w.Operator(), acme))(t)
	must(w.SetMemberRole(ctx, operator, "editor@acme.example", store.Editor))(t)
	_, err = w.ChangeMemberRole(ctx, owner, editor.ID(), store.Admin, store.Viewer)
	if e := wantRefusal(t, err, store.Stale, "role"); e.By != "operator" {
		t.Errorf("%+v", e)
	}
	if got := w.roleOf(t, acme, "editor@acme.example"); got != "editor" {
		t.Errorf("role is %q", got)
	}
	w.verify(t)
}

// Two people who change one role at once leave one result; the other learns whose.
func TestRoleRace(t *testing.T) {
	w := newWorld(t)
	actors := []store.Actor{w.Actor(t, acme, "owner"), w.Actor(t, acme, "admin")}
	editor := w.Actor(t, acme, "editor").ID()
	w.newMembers(t, acme, 1)
	ok, stale := race(2, []*store.Store{w.Store, w.beside(t)}, store.Stale, func(s *store.Store, i int) error {
		return errOf(s.ChangeMemberRole(ctx, actors[i], editor, store.Editor, store.Viewer))
	}, t)
	if ok != 1 || stale != 1 || w.roleOf(t, acme, "editor@acme.example") != "viewer" {
		t.Errorf("%d done, %d stale", ok, stale)
	}
}

// The member becomes an owner, the owner an admin, and the log says both. From then on
// the one may what the other may no more.
func TestTransferOwnership(t *testing.T) {
	w := newWorld(t)
	owner, editor := w.Actor(t, acme, "owner"), w.Actor(t, acme, "editor")
	m := must(w.TransferOwnership(ctx, owner, editor.ID()))(t)
	if m.Role != store.Owner || w.roleOf(t, acme, "editor@acme.example") != "owner" || w.roleOf(t, acme, "owner@acme.example") != "admin" {
		t.Errorf("%+v", m)
	}
	all := w.entries(t, acme)
	for i, want := range []struct{ action, target, detail string }{
		{"member.transfer", editor.ID(), "from editor to owner"}, {"member.role", owner.ID(), "from owner to admin"}, // nobody hands over to themselves
	} {
		e := all[len(all)-2+i]
		if e.Action != want.action || str(e.Actor) != owner.ID() || str(e.Target) != want.target || str(e.TargetName) == "" || str(e.Detail) != want.detail {
			t.Errorf("entry %d is %s about %q: %q", i, e.Action, str(e.TargetName), str(e.Detail))
		}
	}
	_, err := w.TransferOwnership(ctx, owner, w.Actor(t, acme, "viewer").ID()) // the role is read again
	wantCode(t, err, store.Denied)
	_, err = w.TransferOwnership(ctx, w.Actor(t, acme, "editor"), editor.ID())
	wantCode(t, err, store.Conflict)
	_, err = w.MemberToTransfer(ctx, w.Actor(t, acme, "editor"), editor.ID())
	wantCode(t, err, store.Conflict)
	must(w.ChangeMemberRole(ctx, w.Actor(t, acme, "editor"), owner.ID(), store.Admin, store.Viewer))(t)
	w.verify(t)
}

// Members, roles and ownership ask for the password when it was given long ago.
func TestMembersAskForThePassword(t *testing.T) {
	w := newWorld(t)
	owner, viewer := w.Actor(t, acme, "owner"), w.Actor(t, acme, "viewer").ID()
	w.Clock.Advance(store.ConfirmFor)
	before := w.state(t)
	for name, do := range map[string]func() error{
		"role":     func() error { return errOf(w.ChangeMemberRole(ctx, owner, viewer, store.Viewer, store.Editor)) },
		"removal":  func() error { return errOf(w.DismissMember(ctx, owner, viewer, nil)) },
		"transfer": func() error { return errOf(w.TransferOwnership(ctx, owner, viewer)) },
	} {
		if err := do(); store.CodeOf(err) != store.ConfirmNeeded {
			t.Errorf("%s: %v", name, err)
		}
	}
	if w.state(t) != before {
		t.Error("something changed")
	}
	must(w.MemberToRemove(ctx, owner, viewer))(t)
	must(w.LeaveOrganization(ctx, w.Actor(t, acme, "viewer")))(t)
}
