package store_test

import (
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
