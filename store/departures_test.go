package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hooksafe/store"
	"hooksafe/store/storetest"
)

// departures are the ways in which the admin of acme goes.
var departures = map[string]func(w *world, t *testing.T) error{
	"removed in the browser": func(w *world, t *testing.T) error {
		return errOf(w.DismissMember(ctx, w.Actor(t, acme, "owner"), w.Actor(t, acme, "admin").ID(), nil))
	},
	"removed by the operator": func(w *world, t *testing.T) error {
		return errOf(w.RemoveMember(ctx, must(w.OperatorIn(ctx, w.Operator(), acme))(t), storetest.Email(acme, "admin")))
	},
	"left": func(w *world, t *testing.T) error {
		return errOf(w.LeaveOrganization(ctx, w.Actor(t, acme, "admin")))
	},
}

// openInvitation makes one past the guard.
func (w *world) openInvitation(t testing.TB, slug, by, email, role string) (id string) {
	t.Helper()
	id = "i_" + email
	w.sql(t, `INSERT INTO invitations (id, org, token_hash, email, email_key, role, made_by, made_by_name, sent_at, expires_at)
		SELECT ?, o.id, ?, ?, ?, ?, u.id, u.name, 0, 1 FROM organizations o JOIN users u ON u.id = ? WHERE o.slug = ?`, id, []byte(id), email, email, role, by, slug)
	return id
}

func (w *world) revoked(t testing.TB, table, id string) bool {
	t.Helper()
	return stored[bool](t, w, `SELECT revoked_at IS NOT NULL FROM `+table+` WHERE id = ?`, id)
}

// wantLast holds the newest entries of acme, the last one first, against "action target".
func (w *world) wantLast(t *testing.T, want ...string) {
	t.Helper()
	all := w.entries(t, acme)
	for i, line := range want {
		e := all[len(all)-1-i]
		if got := e.Action + " " + str(e.TargetName); got != line || e.Outcome != "done" {
			t.Errorf("entry %d from the end is %s %s, want %s", i, got, e.Outcome, line)
		}
	}
}

// 0.7, S-19: however somebody goes, they are out at their next request with their
// session alive, their keys stop and their open invitations end, each with an entry;
// nothing of it comes back with them. What they have elsewhere stays.
func TestDeparture(t *testing.T) {
	for name, leave := range departures {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			admin := w.Actor(t, acme, "admin")
			must(w.AddMember(ctx, must(w.OperatorIn(ctx, w.Operator(), globex))(t), storetest.Email(acme, "admin"), store.Admin))(t)
			elsewhere := must(w.MemberActor(ctx, w.Person(t, acme, "admin"), globex))(t)
			key, token := w.newKey(t, admin, 0, store.Scopes()...)
			access := must(w.NewAccessToken(ctx, storetest.Origin(), key.ID, token, nil))(t)
			_, other := w.newKey(t, w.Actor(t, acme, "owner"), 0, store.Scopes()...)
			_, foreign := w.newKey(t, elsewhere, 0, store.Scopes()...)
			ended, kept := w.openInvitation(t, acme, admin.ID(), "a@x.example", "viewer"), w.openInvitation(t, acme, w.Actor(t, acme, "owner").ID(), "b@x.example", "viewer")
			abroad := w.openInvitation(t, globex, admin.ID(), "c@x.example", "viewer")
			early := must(w.KeyActor(ctx, token, storetest.Origin()))(t)

			if err := leave(w, t); err != nil {
				t.Fatal(err)
			}
			action := "member.remove acme admin"
			if name == "left" {
				action = "member.leave acme admin"
			}
			w.wantLast(t, "invitation.revoke a@x.example", "key.revoke "+key.Name, action)
			if e := w.lastEntry(t, acme); str(e.Detail) != "made by acme admin" || str(e.Target) != ended {
				t.Errorf("entry is %+v", e)
			}
			check := func() {
				t.Helper()
				for _, dead := range []string{token, access.Token} {
					_, err := w.KeyActor(ctx, dead, storetest.Origin())
					wantCode(t, err, store.Unauthenticated)
				}
				_, err := w.CreateHook(ctx, early, "late", "credentials-exchange")
				wantCode(t, err, store.Unauthenticated)
				if !w.revoked(t, "invitations", ended) || !w.revoked(t, "api_keys", key.ID) {
					t.Error("an invitation or a key is alive")
				}
			}
			check()
			must(w.KeyActor(ctx, other, storetest.Origin()))(t)
			must(w.KeyActor(ctx, foreign, storetest.Origin()))(t)
			if w.revoked(t, "invitations", kept) || w.revoked(t, "invitations", abroad) {
				t.Error("an invitation of somebody else, or to another organization, is revoked")
			}
			p := w.Person(t, acme, "admin") // still signed in
			_, err := w.MemberActor(ctx, p, acme)
			wantCode(t, err, store.NotFound)
			must(w.MemberActor(ctx, p, globex))(t)
			_, err = w.AddSecret(ctx, admin, w.Org(acme).Place(), store.NewSecret{Name: "LATE", Value: store.NewPlaintext("v")})
			wantCode(t, err, store.NotFound)

			must(w.AddMember(ctx, w.Actor(t, acme, "owner"), storetest.Email(acme, "admin"), store.Admin))(t)
			check()
			w.verify(t)
		})
	}
}

// 0.7: somebody who goes can't come back by an invitation that was open while they were
// added otherwise. One made afterwards lets them in.
func TestDepartureEndsTheirInvitation(t *testing.T) {
	for name, leave := range departures {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			p, email := w.Person(t, acme, "admin"), storetest.Email(acme, "admin")
			operator := must(w.OperatorIn(ctx, w.Operator(), acme))(t)
			must(w.RemoveMember(ctx, operator, email))(t)
			_, before := w.invite(t, "owner", email, store.Editor)
			must(w.AddMember(ctx, operator, email, store.Admin))(t)
			if err := leave(w, t); err != nil {
				t.Fatal(err)
			}
			if e := w.lastEntry(t, acme); e.Action != "invitation.revoke" || str(e.TargetName) != email || str(e.Detail) != "made by acme owner" {
				t.Errorf("entry is %+v", e)
			}
			_, err := w.AcceptInvitation(ctx, p, before)
			wantCode(t, err, store.NotFound)
			_, after := w.invite(t, "owner", email, store.Editor)
			must(w.AcceptInvitation(ctx, p, after))(t)
		})
	}
}

// S-17: keys that are adopted go on as the actor's, as far as the actor's role reaches
// from then on; the others stop, and so does nobody else's.
func TestS17Adoption(t *testing.T) {
	w := newWorld(t)
	owner, editor := w.Actor(t, acme, "owner"), w.Actor(t, acme, "editor")
	must(w.ChangeMemberRole(ctx, owner, editor.ID(), store.Editor, store.Admin))(t)
	editor = w.Actor(t, acme, "editor")
	adopted, token := w.newKey(t, editor, 0, store.Scopes()...)
	stopped, _ := w.newKey(t, editor, 0, store.Scopes()...)
	dead, _ := w.newKey(t, editor, 0, store.Scopes()...)
	expired, _ := w.newKey(t, editor, day, store.Scopes()...)
	others, _ := w.newKey(t, owner, 0, store.Scopes()...)
	foreign, _ := w.newKey(t, w.Actor(t, globex, "owner"), 0, store.Scopes()...)
	must(w.RevokeKey(ctx, owner, dead.ID))(t)
	must(w.ChangeMemberRole(ctx, owner, editor.ID(), store.Admin, store.Viewer))(t)
	_, err := w.CreateHook(ctx, must(w.KeyActor(ctx, token, storetest.Origin()))(t), "as a viewer", "credentials-exchange")
	wantCode(t, err, store.Denied)
	w.Clock.Advance(day)
	w.sql(t, `UPDATE sessions SET seen_at = ?, confirmed_at = ?`, w.Now().UnixMicro(), w.Now().UnixMicro())

	access := must(w.NewAccessToken(ctx, storetest.Origin(), adopted.ID, token, nil))(t)
	admin := w.Actor(t, acme, "admin")
	going := must(w.MemberToRemove(ctx, admin, editor.ID()))(t)
	if len(going.Keys) != 2 || going.Keys[0].ID != stopped.ID || going.Keys[1].ID != adopted.ID {
		t.Fatalf("keys are %+v", going.Keys)
	}
	must(w.DismissMember(ctx, admin, editor.ID(), []string{adopted.ID, dead.ID, expired.ID, others.ID, foreign.ID}))(t)
	w.wantLast(t, "key.adopt "+adopted.Name, "key.revoke "+stopped.Name, "member.remove acme editor")
	for id, maker := range map[string]string{adopted.ID: "acme admin", stopped.ID: "acme editor", dead.ID: "acme editor", expired.ID: "acme editor", others.ID: "acme owner", foreign.ID: "globex owner"} {
		if got := stored[string](t, w, `SELECT made_by_name FROM api_keys WHERE id = ?`, id); got != maker {
			t.Errorf("a key of %s is %s's", maker, got)
		}
	}
	for _, token := range []string{token, access.Token} {
		must(w.CreateHook(ctx, must(w.KeyActor(ctx, token, storetest.Origin()))(t), "by "+token[:3], "credentials-exchange"))(t)
	}
	must(w.ChangeMemberRole(ctx, owner, admin.ID(), store.Admin, store.Viewer))(t)
	_, err = w.CreateHook(ctx, must(w.KeyActor(ctx, token, storetest.Origin()))(t), "as another viewer", "credentials-exchange")
	wantCode(t, err, store.Denied)
	w.verify(t)
}

// Whoever can't invite people any more has not invited them: below admin to nothing,
// an owner who is an admin now not to what only owners hand out.
func TestS17InvitationsOfTheDemoted(t *testing.T) {
	for _, c := range []struct {
		name  string
		who   string // whose invitations
		do    func(w *world, t *testing.T, id string) error
		ended string // the roles that they were to, of viewer, admin and owner
	}{
		{"an admin becomes an editor", "admin", func(w *world, t *testing.T, id string) error {
			return errOf(w.ChangeMemberRole(ctx, w.Actor(t, acme, "owner"), id, store.Admin, store.Editor))
		}, "viewer admin owner"},
		{"an admin becomes a viewer by the operator", "admin", func(w *world, t *testing.T, id string) error {
			return errOf(w.SetMemberRole(ctx, must(w.OperatorIn(ctx, w.Operator(), acme))(t), storetest.Email(acme, "admin"), store.Viewer))
		}, "viewer admin owner"},
		{"an admin becomes an owner", "admin", func(w *world, t *testing.T, id string) error {
			return errOf(w.ChangeMemberRole(ctx, w.Actor(t, acme, "owner"), id, store.Admin, store.Owner))
		}, ""},
		{"an owner transfers", "owner", func(w *world, t *testing.T, id string) error {
			return errOf(w.TransferOwnership(ctx, w.Actor(t, acme, "owner"), w.Actor(t, acme, "viewer").ID()))
		}, "admin owner"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			id := w.Actor(t, acme, c.who).ID()
			invitations := map[string]string{}
			for _, role := range []string{"viewer", "admin", "owner"} {
				invitations[role] = w.openInvitation(t, acme, id, role+"@x.example", role)
			}
			used, other := w.openInvitation(t, acme, id, "used@x.example", "viewer"), w.openInvitation(t, acme, w.Actor(t, acme, "editor").ID(), "other@x.example", "viewer")
			w.sql(t, `UPDATE invitations SET used_at = 1 WHERE id = ?`, used)
			if err := c.do(w, t, id); err != nil {
				t.Fatal(err)
			}
			ended := strings.Fields(c.ended)
			for role, invitation := range invitations {
				if w.revoked(t, "invitations", invitation) != slices.Contains(ended, role) {
					t.Errorf("the invitation as %s: revoked %v", role, !slices.Contains(ended, role))
				}
			}
			if w.revoked(t, "invitations", used) || w.revoked(t, "invitations", other) {
				t.Error("one that was used, or is somebody else's, is revoked")
			}
			n := 0
			for _, e := range w.entries(t, acme) {
				if e.Action == "invitation.revoke" {
					n++
				}
			}
			if n != len(ended) {
				t.Errorf("%d entries, want %d", n, len(ended))
			}
			w.verify(t)
		})
	}
}

// S-17: the last owner stays, whoever tries and however: also two at once.
func TestS17LastOwnerDoesNotLeave(t *testing.T) {
	w := newWorld(t)
	owner := w.Actor(t, acme, "owner")
	if going := must(w.Leaving(ctx, owner))(t); !going.Last {
		t.Error("the last owner is not told")
	}
	before := w.state(t)
	for _, err := range []error{
		errOf(w.LeaveOrganization(ctx, owner)), errOf(w.DismissMember(ctx, owner, owner.ID(), nil)), errOf(w.MemberToRemove(ctx, owner, owner.ID())),
		errOf(w.ChangeMemberRole(ctx, owner, owner.ID(), store.Owner, store.Admin)),
	} {
		wantRefusal(t, err, store.Conflict, "role")
	}
	if w.state(t) != before {
		t.Error("something changed")
	}
	must(w.ChangeMemberRole(ctx, owner, w.Actor(t, acme, "admin").ID(), store.Admin, store.Owner))(t)
	if going := must(w.Leaving(ctx, owner))(t); going.Last {
		t.Error("one of two owners is told to stay")
	}
	_, err := w.DismissMember(ctx, owner, owner.ID(), nil)
	wantRefusal(t, err, store.Conflict, "")
	actors := []store.Actor{owner, w.Actor(t, acme, "admin")}
	ok, stayed := race(2, []*store.Store{w.Store, w.beside(t)}, store.Conflict, func(s *store.Store, i int) error {
		return errOf(s.LeaveOrganization(ctx, actors[i]))
	}, t)
	if owners := stored[int](t, w, `SELECT count(*) FROM members WHERE org = ? AND role = 'owner'`, owner.Org().ID); ok != 1 || stayed != 1 || owners != 1 {
		t.Errorf("%d left, %d stayed, %d owners", ok, stayed, owners)
	}
	w.verify(t)
}

// S-17: an admin does not even look at what goes with an owner or an admin, and the
// log says that they tried.
func TestS17AdminsDoNotRemoveAdmins(t *testing.T) {
	w := newWorld(t)
	admin := w.Actor(t, acme, "admin")
	w.Clock.Advance(store.ConfirmFor) // a refusal asks for no password
	for _, role := range []string{"owner", "admin"} {
		id := w.Actor(t, acme, role).ID()
		_, err := w.MemberToRemove(ctx, admin, id)
		wantCode(t, err, store.Denied)
		if e := w.lastEntry(t, acme); e.Action != "member.remove" || e.Outcome != "denied" || str(e.Target) != id || str(e.Actor) != admin.ID() {
			t.Errorf("entry is %+v", e)
		}
	}
}

// What goes with somebody is what they have seen or taken and is live now, the last
// first, wherever it is: the first of them with names, and how many there are.
func TestDepartureTellsWhatWasSeen(t *testing.T) {
	w := newWorld(t)
	org, editor := w.Org(acme), w.Actor(t, acme, "editor")
	see := func(a store.Actor, in store.Place, id string) {
		t.Helper()
		w.Clock.Advance(time.Second)
		must(w.RevealSecret(ctx, a, in, id, 0, ""))(t)
	}
	add := func(name string) store.Secret { return w.addSecret(t, editor, org.Place(), name, "value of "+name) }
	shared := w.addSecret(t, w.Actor(t, acme, "admin"), store.OrganizationPlace(), "SHARED", "v")
	changed, deleted, gone, kept, copied, unseen := add("CHANGED"), add("DELETED"), add("GONE"), add("KEPT"), add("COPIED"), add("UNSEEN")
	for _, s := range []store.Secret{changed, deleted, gone, kept} {
		see(editor, org.Place(), s.ID)
	}
	see(editor, store.OrganizationPlace(), shared.ID)
	see(editor, org.Place(), copied.ID)
	w.Clock.Advance(time.Second)
	must(w.CopySecret(ctx, editor, org.Place(), copied.ID, 0))(t)
	see(w.Actor(t, acme, "admin"), org.Place(), unseen.ID)
	must(w.ChangeSecret(ctx, editor, org.Place(), changed.ID, store.SecretChange{Base: 1, Name: "CHANGED", Value: ptr(store.NewPlaintext("newer"))}))(t)
	must(w.ChangeSecret(ctx, editor, org.Place(), kept.ID, store.SecretChange{Base: 1, Name: "KEPT", Note: "another note"}))(t)
	must(w.DeleteSecret(ctx, editor, org.Place(), deleted.ID, "DELETED"))(t)
	must(struct{}{}, w.DestroySecret(ctx, editor, org.Place(), gone.ID, "GONE"))(t)

	for name, going := range map[string]store.Departure{
		"removal": must(w.MemberToRemove(ctx, w.Actor(t, acme, "owner"), editor.ID()))(t), "leaving": must(w.Leaving(ctx, editor))(t),
	} {
		var got []string
		for _, s := range going.Seen {
			got = append(got, fmt.Sprint(s.Name, " in ", s.Hook, " v", s.Version, " by ", s.How, " deleted ", s.Deleted))
		}
		want := []string{
			"COPIED in acme-hook v1 by copy deleted false", "SHARED in  v1 by reveal deleted false",
			"KEPT in acme-hook v1 by reveal deleted false", "DELETED in acme-hook v1 by reveal deleted true",
		}
		if !slices.Equal(got, want) || going.Known != 4 || going.ID != editor.ID() {
			t.Errorf("%s: %d known: %q", name, going.Known, got)
		}
	}
	w.Clock.Advance(8 * day)
	w.sql(t, `UPDATE sessions SET seen_at = ?, expires_at = ?`, w.Now().UnixMicro(), w.Now().Add(day).UnixMicro())
	if going := must(w.MemberToRemove(ctx, w.Actor(t, acme, "owner"), editor.ID()))(t); going.Known != 3 {
		t.Errorf("%d known, with one that can't be brought back", going.Known)
	}
	if going := must(w.MemberToRemove(ctx, w.Actor(t, acme, "owner"), w.Actor(t, acme, "viewer").ID()))(t); going.Known != 0 || going.Seen != nil {
		t.Errorf("a viewer has seen %+v", going.Seen)
	}
}

// The dialog names 50 and tells how many there are.
func TestDepartureOfSomebodyWhoSawALot(t *testing.T) {
	w := newWorld(t)
	editor := w.Actor(t, acme, "editor")
	for i := range 3 {
		hook, secrets := w.addHook(t, acme, fmt.Sprint("hook ", i), 18)
		for _, s := range secrets {
			w.Clock.Advance(time.Second)
			must(w.CopySecret(ctx, editor, store.HookPlace(hook.ID), s.ID, 0))(t)
		}
	}
	going := must(w.MemberToRemove(ctx, w.Actor(t, acme, "owner"), editor.ID()))(t)
	if len(going.Seen) != 50 || going.Known != 54 || going.Seen[0].Name != "S18" || going.Seen[0].Hook != "hook 2" {
		t.Errorf("%d of %d, first %+v", len(going.Seen), going.Known, going.Seen[0])
	}
}
