package guard

import (
	"testing"
	"time"
)

// addInvitation invites somebody to acme as an editor, in the name of its admin.
func (w *world) addInvitation(t testing.TB, email string) (token string) {
	t.Helper()
	token = "token of " + email
	w.sql(t, `
		INSERT INTO invitations (id, org, token_hash, email, email_key, role, made_by, made_by_name, sent_at, expires_at)
		VALUES ('i1', ?, ?, ?, ?, 'editor', 'u_acme_admin', 'acme admin', 0, ?)`,
		w.orgs[acme].ID, TokenHash(token), email, email, Micro(w.Now().Add(time.Hour)))
	return token
}

// lateWho lets something happen between the look at an invitation and its use.
type lateWho struct {
	Who
	meanwhile func()
}

func (l lateWho) identity() identity {
	l.meanwhile()
	return l.Who.identity()
}

// S-31: the invitation is read again in the transaction that uses it up.
func TestS31SecondReadOfTheInvitation(t *testing.T) {
	for _, c := range []struct {
		name, since string
		code        Code
	}{
		{"nothing changed", `SELECT 1`, ""},
		{"used", `UPDATE invitations SET used_at = 1`, NotFound},
		{"revoked", `UPDATE invitations SET revoked_at = 1`, NotFound},
		{"renewed", `UPDATE invitations SET token_hash = x'00'`, NotFound},
		{"at its end", `UPDATE invitations SET expires_at = 1`, NotFound},
		{"its maker demoted", `UPDATE members SET role = 'editor' WHERE user = 'u_acme_admin'`, NotFound},
		{"its maker removed", `DELETE FROM members WHERE user = 'u_acme_admin'`, NotFound},
		{"the role raised", `UPDATE invitations SET role = 'owner'`, NotFound}, // which an admin can't hand out
		{"the organization deleted", `UPDATE organizations SET deleted_at = 1 WHERE slug = 'acme'`, NotFound},
		{"the session ended", `UPDATE sessions SET ended_at = 1 WHERE user = 'u_globex_viewer'`, Unauthenticated},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			token := w.addInvitation(t, "leo@example.com")
			entries, ran := len(w.entries(t, acme)), false
			who := lateWho{w.person(t, globex, Viewer), func() { w.sql(t, c.since) }}
			_, err := Accept(ctx, w.DB, who, token, func(tx *WriteTx, i Invitation) (string, error) {
				ran = true
				return i.ID, nil
			})
			if CodeOf(err) != c.code || ran != (c.code == "") {
				t.Errorf("%v, ran: %v; want code %q", err, ran, c.code)
			}
			if n := len(w.entries(t, acme)); c.code != "" && n != entries {
				t.Errorf("%d new entries", n-entries)
			}
		})
	}
}

// Who brings an invitation acts in its organization and may do nothing there but
// accept; the log of the organization says who it was.
func TestAccept(t *testing.T) {
	w := newWorld(t)
	token := w.addInvitation(t, "leo@example.com")
	for who, w0 := range map[string]Who{"nobody": Nobody(origin), "a person": w.person(t, globex, Owner)} {
		must(Accept(ctx, w.DB, w0, token, func(tx *WriteTx, i Invitation) (int64, error) {
			if i.Org != w.orgs[acme] || i.Email != "leo@example.com" || i.Role != Editor || tx.Role() != 0 {
				t.Errorf("%s: %+v", who, i)
			}
			for p := range permissions {
				if tx.May(p) {
					t.Errorf("%s may %s", who, permissions[p].words)
				}
			}
			return tx.Exec(`UPDATE invitations SET email = email WHERE org = :org_id`, nil)
		}))(t)
		if e := w.lastEntry(t, acme); e.Action != "invitation.accept" || str(e.TargetKind) != "invitation" || str(e.Target) != "i1" ||
			str(e.TargetName) != "leo@example.com" || (str(e.ActorName) == "globex owner") != (who == "a person") {
			t.Errorf("%s: entry is %+v", who, e)
		}
	}
	member := w.person(t, acme, Viewer) // who is a member has their role, and no other
	must(Accept(ctx, w.DB, member, token, func(tx *WriteTx, _ Invitation) (int64, error) {
		if tx.Role() != Viewer || tx.May(EditHooks) {
			t.Errorf("role is %s", tx.Role())
		}
		return 0, nil
	}))(t)
	for _, wrong := range []string{"", "wrong", "i1"} {
		_, err := Accept(ctx, w.DB, Nobody(origin), wrong, func(*WriteTx, Invitation) (int64, error) { return 0, errFault })
		wantCode(t, err, NotFound)
	}
	w.verify(t)
}

// Handing a role out takes what the table of roles says.
func TestHandOut(t *testing.T) {
	for role, want := range map[Role]Permission{Viewer: ManageMembers, Editor: ManageMembers, Admin: MakeAdmins, Owner: MakeAdmins} {
		if HandOut(role) != want {
			t.Errorf("%s takes %s", role, permissions[HandOut(role)].words)
		}
	}
}
