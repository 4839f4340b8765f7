package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"hooksafe/store"
)

// invite invites an address as a member of acme does.
func (w *world) invite(t testing.TB, as, email string, role store.Role) (store.Invitation, string) {
	t.Helper()
	i, token, err := w.CreateInvitation(ctx, w.Actor(t, acme, as), email, role)
	if err != nil {
		t.Fatal(err)
	}
	return i, token
}

// unchanged fails the test unless do is refused and leaves everything as it was.
func (w *world) unchanged(t *testing.T, do func() error, code store.Code) {
	t.Helper()
	before, entries := w.state(t), len(w.entries(t, acme))
	wantCode(t, do(), code)
	if after := w.state(t); after != before {
		t.Errorf("changed:\n%s\n%s", before, after)
	}
	if n := len(w.entries(t, acme)); n != entries && code != store.Denied {
		t.Errorf("%d new entries", n-entries)
	}
}

func TestInvite(t *testing.T) {
	w := newWorld(t)
	i, token := w.invite(t, "admin", " Leo@Example.com ", store.Editor)
	if i.Email != "Leo@Example.com" || i.Role != store.Editor || i.MadeBy != "acme admin" || i.ExpiresAt.Sub(i.SentAt) != 7*24*time.Hour || len(token) < 43 {
		t.Errorf("%+v", i)
	}
	e := w.lastEntry(t, acme)
	if e.Action != "invitation.create" || str(e.TargetKind) != "invitation" || str(e.Target) != i.ID || str(e.TargetName) != "Leo@Example.com" || str(e.Detail) != "as editor" {
		t.Errorf("entry is %+v", e)
	}
	for _, c := range []struct {
		name, as, email string
		role            store.Role
		code            store.Code
		field, says     string
	}{
		{"no address", "owner", "leo", store.Viewer, store.Invalid, "email", "Enter an email address"},
		{"a member", "owner", "viewer@acme.example", store.Viewer, store.Conflict, "email", "acme viewer is a member already."},
		{"a member in other letters", "owner", " VIEWER@acme.example", store.Owner, store.Conflict, "email", "acme viewer is a member already."},
		{"invited already", "owner", "leo@example.com", store.Viewer, store.Conflict, "email", "Renew or revoke that invitation."},
		{"an admin, by an admin", "admin", "new@example.com", store.Admin, store.Denied, "role", "Only an owner"},
		{"an owner, by an admin", "admin", "new@example.com", store.Owner, store.Denied, "role", "Only an owner"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.unchanged(t, func() error {
				_, token, err := w.CreateInvitation(ctx, w.Actor(t, acme, c.as), c.email, c.role)
				if e := wantRefusal(t, err, c.code, c.field); token != "" || !strings.Contains(e.Message, c.says) {
					t.Errorf("%q, %v", token, err)
				}
				return err
			}, c.code)
		})
	}
	if e := w.lastEntry(t, acme); e.Outcome != "denied" || e.Action != "invitation.create" || str(e.TargetName) != "new@example.com" || str(e.Detail) != "as owner" {
		t.Errorf("entry of the refusal is %+v", e)
	}
	w.invite(t, "admin", "owner@globex.example", store.Viewer) // who is in another organization can be invited
}

// Whoever renews an invitation stands behind it, and nobody else does.
func TestRenewedInvitationIsTheRenewers(t *testing.T) {
	w := newWorld(t)
	operator := must(w.OperatorIn(ctx, w.Operator(), acme))(t)
	must(w.SetMemberRole(ctx, operator, "editor@acme.example", store.Admin))(t)
	made, _ := w.invite(t, "editor", "leo@example.com", store.Editor)
	_, token, err := w.RenewInvitation(ctx, w.Actor(t, acme, "admin"), made.ID)
	if err != nil {
		t.Fatal(err)
	}
	must(w.RemoveMember(ctx, operator, "editor@acme.example"))(t)
	must(w.CheckInvitation(ctx, from(""), token))(t)
	must(w.SetMemberRole(ctx, operator, "admin@acme.example", store.Editor))(t)
	_, err = w.CheckInvitation(ctx, from(""), token)
	wantCode(t, err, store.NotFound)
}

// Only the newest link works, from the time it was made on.
func TestRenewInvitation(t *testing.T) {
	w := newWorld(t)
	made, old := w.invite(t, "owner", "leo@example.com", store.Editor)
	w.Clock.Advance(8 * 24 * time.Hour)
	a := w.actorNow(t, "admin")
	renewed, token, err := w.RenewInvitation(ctx, a, made.ID)
	if err != nil || renewed.ID != made.ID || renewed.MadeBy != "acme admin" || renewed.Role != store.Editor || token == old ||
		renewed.ExpiresAt.Sub(made.ExpiresAt) != 8*24*time.Hour {
		t.Fatalf("%+v, %v", renewed, err)
	}
	if e := w.lastEntry(t, acme); e.Action != "invitation.renew" || str(e.Target) != made.ID || str(e.TargetName) != "leo@example.com" || str(e.Detail) != "as editor" {
		t.Errorf("entry is %+v", e)
	}
	_, err = w.CheckInvitation(ctx, from(""), old)
	wantCode(t, err, store.NotFound)
	if linked := must(w.CheckInvitation(ctx, from(""), token))(t); linked.Expired || linked.MadeBy != "acme admin" {
		t.Errorf("%+v", linked)
	}

	byOwner, _, err := w.CreateInvitation(ctx, w.actorNow(t, "owner"), "boss@example.com", store.Admin)
	if err != nil {
		t.Fatal(err)
	}
	w.unchanged(t, func() error { _, _, err := w.RenewInvitation(ctx, a, byOwner.ID); return err }, store.Denied)
	w.unchanged(t, func() error { return errOf(w.RevokeInvitation(ctx, a, byOwner.ID)) }, store.Denied)

	operator := must(w.OperatorIn(ctx, w.Operator(), acme))(t)
	w.addPerson(t, "leo@example.com")
	must(w.AddMember(ctx, operator, "leo@example.com", store.Viewer))(t)
	w.unchanged(t, func() error { _, _, err := w.RenewInvitation(ctx, a, made.ID); return err }, store.Conflict)
}

// actorNow is a member of acme who has just signed in.
func (w *world) actorNow(t testing.TB, role string) store.Actor {
	t.Helper()
	return must(w.MemberActor(ctx, w.personNow(t, role+"@acme.example"), acme))(t)
}

func (w *world) personNow(t testing.TB, email string) store.ServerActor {
	t.Helper()
	return must(w.person(t, must(w.SignIn(ctx, from(""), email, password, ""))(t).Token))(t)
}

func TestRevokeInvitation(t *testing.T) {
	w := newWorld(t)
	a := w.Actor(t, acme, "admin")
	made, token := w.invite(t, "admin", "leo@example.com", store.Editor)
	gone := must(w.RevokeInvitation(ctx, a, made.ID))(t)
	if e := w.lastEntry(t, acme); gone.Email != "leo@example.com" || e.Action != "invitation.revoke" || str(e.Target) != made.ID || str(e.TargetName) != "leo@example.com" {
		t.Errorf("%+v, entry is %+v", gone, e)
	}
	_, err := w.CheckInvitation(ctx, from(""), token)
	wantCode(t, err, store.NotFound)
	w.unchanged(t, func() error { return errOf(w.RevokeInvitation(ctx, a, made.ID)) }, store.NotFound)
	w.unchanged(t, func() error { _, _, err := w.RenewInvitation(ctx, a, made.ID); return err }, store.NotFound)
	w.invite(t, "admin", "leo@example.com", store.Viewer) // the address is free again
}

func TestInvitationList(t *testing.T) {
	w := newWorld(t)
	a := w.Actor(t, acme, "admin")
	for n := range 4 {
		w.invite(t, "admin", fmt.Sprintf("new%d@example.com", n), store.Viewer)
		w.Clock.Advance(time.Second)
	}
	if _, _, err := w.CreateInvitation(ctx, w.Actor(t, globex, "owner"), "foreign@example.com", store.Viewer); err != nil {
		t.Fatal(err)
	}
	list := must(w.Invitations(ctx, a, 3))(t)
	if list.Total != 4 || len(list.Invitations) != 3 || list.Invitations[0].Email != "new3@example.com" {
		t.Errorf("%+v", list)
	}
	must(w.RevokeInvitation(ctx, a, list.Invitations[0].ID))(t)
	w.Clock.Advance(8 * 24 * time.Hour)
	list = must(w.Invitations(ctx, w.actorNow(t, "admin"), 3))(t)
	if list.Total != 3 || list.Invitations[0].Email != "new2@example.com" {
		t.Errorf("an expired one is not listed, or a revoked one is: %+v", list)
	}
}

// S-31, S-17: what becomes of a link. Where it doesn't work, the answer is the same,
// nobody becomes anything, and nothing is recorded.
func TestS31InvitationStates(t *testing.T) {
	for _, c := range []struct {
		name  string
		role  store.Role // that the owner invites as
		since string
		works bool
	}{
		{"as it was made", store.Owner, `SELECT 1`, true},
		{"used", store.Editor, `UPDATE invitations SET used_at = 1`, false},
		{"revoked", store.Editor, `UPDATE invitations SET revoked_at = 1`, false},
		{"with another token", store.Editor, `UPDATE invitations SET token_hash = x'00'`, false},
		{"gone", store.Editor, `DELETE FROM invitations`, false},
		{"to an organization that is gone", store.Editor, `UPDATE organizations SET deleted_at = 1 WHERE slug = 'acme'`, false},
		{"of somebody who left", store.Viewer, `DELETE FROM members WHERE user = (SELECT id FROM users WHERE email = 'owner@acme.example')`, false},
		{"of somebody who is elsewhere now", store.Viewer, `UPDATE members SET org = (SELECT id FROM organizations WHERE slug = 'globex') WHERE user = (SELECT id FROM users WHERE email = 'owner@acme.example')`, false},
		{"of somebody who is an editor now", store.Viewer, `UPDATE members SET role = 'editor' WHERE user = (SELECT id FROM users WHERE email = 'owner@acme.example')`, false},
		{"of somebody who is an admin now", store.Editor, `UPDATE members SET role = 'admin' WHERE user = (SELECT id FROM users WHERE email = 'owner@acme.example')`, true},
		{"as admin, of somebody who is an admin now", store.Admin, `UPDATE members SET role = 'admin' WHERE user = (SELECT id FROM users WHERE email = 'owner@acme.example')`, false},
		{"as owner, of somebody who is an admin now", store.Owner, `UPDATE members SET role = 'admin' WHERE user = (SELECT id FROM users WHERE email = 'owner@acme.example')`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			_, token := w.invite(t, "owner", "owner@globex.example", c.role)
			_, fresh := w.invite(t, "owner", "leo@example.com", c.role)
			w.sql(t, strings.Replace(c.since, "x'00'", "randomblob(32)", 1))
			p := w.Person(t, globex, "owner")
			if c.works {
				if linked := must(w.CheckInvitation(ctx, from(""), token))(t); linked.Role != c.role || !linked.Account || linked.Organization != "acme inc" {
					t.Errorf("%+v", linked)
				}
				if joined := must(w.AcceptInvitation(ctx, p, token))(t); joined.Role != c.role || joined.Member || joined.Org.Slug != acme {
					t.Errorf("%+v", joined)
				}
				_, _, err := w.JoinAsNew(ctx, from(""), fresh, "Leo Brandt", newPassword)
				if err != nil {
					t.Error(err)
				}
				return
			}
			linked, err := w.CheckInvitation(ctx, from(""), token)
			if wantCode(t, err, store.NotFound); linked != (store.LinkedInvitation{}) {
				t.Errorf("tells %+v", linked)
			}
			w.unchanged(t, func() error { return errOf(w.AcceptInvitation(ctx, p, token)) }, store.NotFound)
			w.unchanged(t, func() error { _, _, err := w.JoinAsNew(ctx, from(""), fresh, "Leo Brandt", newPassword); return err }, store.NotFound)
		})
	}
}

func TestInvitationExpires(t *testing.T) {
	w := newWorld(t)
	made, token := w.invite(t, "owner", "leo@example.com", store.Editor)
	join := func() error { _, _, err := w.JoinAsNew(ctx, from(""), token, "Leo Brandt", newPassword); return err }
	w.Clock.Advance(7*24*time.Hour - time.Microsecond)
	if linked := must(w.CheckInvitation(ctx, from(""), token))(t); linked.Expired || linked.ExpiresAt != made.ExpiresAt {
		t.Errorf("%+v", linked)
	}
	w.Clock.Advance(time.Microsecond)
	if linked := must(w.CheckInvitation(ctx, from(""), token))(t); !linked.Expired || linked.MadeBy != "acme owner" {
		t.Errorf("%+v", linked)
	}
	w.unchanged(t, join, store.NotFound)
	p := w.personNow(t, "owner@globex.example")
	w.unchanged(t, func() error { return errOf(w.AcceptInvitation(ctx, p, token)) }, store.NotFound)
}

// Somebody without an account becomes a person, a member and signed in, all in one
// commit, and finds it in both logs.
func TestJoinAsNew(t *testing.T) {
	w := newWorld(t)
	_, token := w.invite(t, "admin", "Jo\u0308rg@Example.com", store.Editor)
	for range 2 { // to look burns nothing
		if linked := must(w.CheckInvitation(ctx, from(""), token))(t); linked.Account || linked.Email != "Jörg@Example.com" || linked.MadeBy != "acme admin" {
			t.Errorf("%+v", linked)
		}
	}
	for field, try := range map[string][2]string{"name": {"", newPassword}, "password": {"Jörg", "elevenbytes"}} {
		w.unchanged(t, func() error {
			_, _, err := w.JoinAsNew(ctx, from(""), token, try[0], try[1])
			wantRefusal(t, err, store.Invalid, field)
			return err
		}, store.Invalid)
	}
	session, joined, err := w.JoinAsNew(ctx, from("192.0.2.77"), token, "Jörg", newPassword)
	if err != nil || joined.Role != store.Editor || joined.Org.Slug != acme || joined.Member {
		t.Fatalf("%+v, %v", joined, err)
	}
	p := must(w.person(t, session.Token))(t)
	a := must(w.MemberActor(ctx, p, acme))(t)
	if p.Email() != "Jörg@Example.com" || p.Name() != "Jörg" || a.Role() != store.Editor {
		t.Errorf("%+v is %s", p, a.Role())
	}
	e := w.lastEntry(t, acme)
	if e.Action != "invitation.accept" || e.ActorKind != "user" || str(e.Actor) != p.ID() || str(e.ActorName) != "Jörg" || str(e.TargetKind) != "invitation" ||
		str(e.TargetName) != "Jörg@Example.com" || str(e.Detail) != "as editor" || str(e.Address) != "192.0.2.77" || str(e.Credential) == "" {
		t.Errorf("entry is %+v", e)
	}
	server := w.entries(t, serverLog)
	for n, action := range []string{"user.create", "user.sign_in"} {
		if e := server[len(server)-2+n]; e.Action != action || str(e.Target) != p.ID() || str(e.TargetName) != "Jörg" || str(e.Actor) != p.ID() {
			t.Errorf("entry is %+v", e)
		}
	}
	if own := must(w.SignIns(ctx, p, 10))(t); len(own) != 1 || own[0].Action != "user.sign_in" || str(own[0].Address) != "192.0.2.77" {
		t.Errorf("own sign-ins are %+v", own)
	}
	must(w.SignIn(ctx, from(""), "jörg@example.com", newPassword, ""))(t)
	_, _, err = w.JoinAsNew(ctx, from(""), token, "Another", newPassword)
	wantCode(t, err, store.NotFound)
	w.verify(t)
}

// An account that was made meanwhile is nobody else's to take.
func TestJoinAsNewWithAnAccount(t *testing.T) {
	w := newWorld(t)
	_, token := w.invite(t, "admin", "OWNER@globex.example", store.Editor)
	w.unchanged(t, func() error { _, _, err := w.JoinAsNew(ctx, from(""), token, "Another", newPassword); return err }, store.Conflict)
	w.personNow(t, "owner@globex.example") // with the password that they had
	must(w.AcceptInvitation(ctx, w.Person(t, globex, "owner"), token))(t)
}

// S-17: nobody accepts for another address, and the form chooses no role.
func TestS17InvitationIsForOneAddress(t *testing.T) {
	w := newWorld(t)
	_, token := w.invite(t, "owner", " Owner@GLOBEX.example", store.Viewer)
	for _, p := range []store.ServerActor{w.Person(t, globex, "admin"), w.Person(t, acme, "viewer")} {
		if must(w.CheckInvitation(ctx, from(""), token))(t).IsFor(p) {
			t.Errorf("is for %s", p.Email())
		}
		w.unchanged(t, func() error { return errOf(w.AcceptInvitation(ctx, p, token)) }, store.Conflict)
	}
	p := w.Person(t, globex, "owner")
	if !must(w.CheckInvitation(ctx, from(""), token))(t).IsFor(p) {
		t.Error("is not for whom it was made for")
	}
	if joined := must(w.AcceptInvitation(ctx, p, token))(t); joined.Role != store.Viewer {
		t.Errorf("%+v", joined)
	}
	if e := w.lastEntry(t, acme); e.Action != "invitation.accept" || str(e.ActorName) != "globex owner" || str(e.Detail) != "as viewer" {
		t.Errorf("entry is %+v", e)
	}
	if _, err := w.MemberActor(ctx, p, acme); err != nil {
		t.Error(err)
	}
	w.unchanged(t, func() error { return errOf(w.AcceptInvitation(ctx, p, token)) }, store.NotFound)
}

// A session that ended since the page was drawn accepts nothing.
func TestAcceptAfterSignOut(t *testing.T) {
	w := newWorld(t)
	_, token := w.invite(t, "owner", "owner@globex.example", store.Viewer)
	p := w.Person(t, globex, "owner")
	if err := w.SignOut(ctx, p); err != nil {
		t.Fatal(err)
	}
	w.unchanged(t, func() error { return errOf(w.AcceptInvitation(ctx, p, token)) }, store.Unauthenticated)
}

// Nobody takes part before accepting, and a member stays what they are.
func TestInvitationOfAMember(t *testing.T) {
	w := newWorld(t)
	_, token := w.invite(t, "owner", "owner@globex.example", store.Admin)
	p := w.Person(t, globex, "owner")
	_, err := w.MemberActor(ctx, p, acme)
	wantCode(t, err, store.NotFound)
	if n := must(w.Counts(ctx, w.Actor(t, acme, "owner")))(t).Members; n != 4 {
		t.Errorf("%d members", n)
	}
	operator := must(w.OperatorIn(ctx, w.Operator(), acme))(t)
	must(w.AddMember(ctx, operator, p.Email(), store.Viewer))(t)
	joined := must(w.AcceptInvitation(ctx, p, token))(t)
	if !joined.Member || joined.Role != store.Viewer || must(w.MemberActor(ctx, p, acme))(t).Role() != store.Viewer {
		t.Errorf("%+v", joined)
	}
	if e := w.lastEntry(t, acme); e.Action != "invitation.accept" || str(e.Detail) != "already a member, as viewer" {
		t.Errorf("entry is %+v", e)
	}
	_, err = w.CheckInvitation(ctx, from(""), token)
	wantCode(t, err, store.NotFound)
}

// The operator vouches for what the operator made.
func TestInvitationOfTheOperator(t *testing.T) {
	w := newWorld(t)
	operator := must(w.OperatorIn(ctx, w.Operator(), acme))(t)
	_, token, err := w.CreateInvitation(ctx, operator, "owner@globex.example", store.Owner)
	if err != nil {
		t.Fatal(err)
	}
	must(w.AcceptInvitation(ctx, w.Person(t, globex, "owner"), token))(t)
}

// Two who use one link at once: one has the account.
func TestInvitationRace(t *testing.T) {
	w := newWorld(t)
	_, token := w.invite(t, "owner", "leo@example.com", store.Editor)
	ok, gone := race(3, []*store.Store{w.Store, w.beside(t)}, store.NotFound, func(s *store.Store, i int) error {
		_, _, err := s.JoinAsNew(ctx, from(""), token, fmt.Sprint("Leo ", i), fmt.Sprint(newPassword, i))
		return err
	}, t)
	if ok != 1 || gone != 2 {
		t.Errorf("%d used it, %d were told that it is gone", ok, gone)
	}
	w.verify(t)
}

// Who guesses is slowed down; who has a right link never is.
func TestWrongInvitationsAreLimited(t *testing.T) {
	w := newWorld(t)
	_, token := w.invite(t, "owner", "leo@example.com", store.Editor)
	look := func(address, token string) error { return errOf(w.CheckInvitation(ctx, from(address), token)) }
	for n := range 60 {
		wantCode(t, look("192.0.2.1", fmt.Sprint("wrong", n)), store.NotFound)
	}
	wantCode(t, look("192.0.2.99", "wrong"), store.Limited) // the same network
	_, _, err := w.JoinAsNew(ctx, from("192.0.2.1"), "wrong", "X", newPassword)
	wantCode(t, err, store.Limited)
	wantCode(t, look("198.51.100.1", "wrong"), store.NotFound)
	wantCode(t, look("192.0.2.1", ""), store.NotFound) // no link at all
	if err := look("192.0.2.1", token); err != nil {
		t.Error(err)
	}
	w.Clock.Advance(time.Minute)
	wantCode(t, look("192.0.2.1", "wrong"), store.NotFound)
}
