package store

import (
	"context"
	"time"

	"hooksafe/store/internal/guard"
)

// invitationValid is how long an invitation works, from its last link on (S-31).
const invitationValid = 7 * 24 * time.Hour

// wrongLinksPerNetwork is how many wrong tokens of invitations a network may send in a
// minute.
const wrongLinksPerNetwork = 60

// Invitation is one that was neither used nor revoked.
type Invitation struct {
	ID, Email string
	Role      Role
	MadeBy    string // the name of whoever made the link that is out now
	SentAt    time.Time
	ExpiresAt time.Time
}

// InvitationList is who is invited. It begins with whoever was invited last, and may
// be cut.
type InvitationList struct {
	Invitations []Invitation
	Total       int
}

type invitationRow struct {
	ID        string `db:"id"`
	Email     string `db:"email"`
	EmailKey  string `db:"email_key"`
	Role      Role   `db:"role"`
	MadeBy    string `db:"made_by_name"`
	SentAt    int64  `db:"sent_at"`
	ExpiresAt int64  `db:"expires_at"`
}

func (r invitationRow) invitation() Invitation {
	return Invitation{
		ID: r.ID, Email: r.Email, Role: r.Role, MadeBy: r.MadeBy,
		SentAt: guard.FromMicro(r.SentAt), ExpiresAt: guard.FromMicro(r.ExpiresAt),
	}
}

const openInvitations = `
	SELECT id, email, email_key, role, made_by_name, sent_at, expires_at
	FROM invitations
	WHERE org = :org_id AND used_at IS NULL AND revoked_at IS NULL`

// Invitations lists up to limit invitations that are open, those that have expired too.
func (s *Store) Invitations(ctx context.Context, a Actor, limit int) (InvitationList, error) {
	return guard.View(ctx, s.db, a, guard.InvitationList, func(tx *guard.ReadTx) (InvitationList, error) {
		var list InvitationList
		var rows []invitationRow
		if err := tx.Select(&rows, openInvitations+`
			ORDER BY sent_at DESC, id DESC
			LIMIT :limit`, guard.Args{"limit": limit}); err != nil {
			return list, err
		}
		for _, row := range rows {
			list.Invitations = append(list.Invitations, row.invitation())
		}
		err := tx.Get(&list.Total, `
			SELECT count(*)
			FROM invitations
			WHERE org = :org_id AND used_at IS NULL AND revoked_at IS NULL`, nil)
		return list, err
	})
}

// InvitationForm says whether the actor may invite.
func (s *Store) InvitationForm(ctx context.Context, a Actor) error {
	_, err := guard.View(ctx, s.db, a, guard.InvitationCreate, func(*guard.ReadTx) (struct{}, error) { return struct{}{}, nil })
	return err
}

// InvitationToRenew returns an open invitation to somebody who may renew it.
func (s *Store) InvitationToRenew(ctx context.Context, a Actor, id string) (Invitation, error) {
	return s.openInvitation(ctx, a, guard.InvitationRenew, id)
}

// InvitationToRevoke returns an open invitation to somebody who may revoke it.
func (s *Store) InvitationToRevoke(ctx context.Context, a Actor, id string) (Invitation, error) {
	return s.openInvitation(ctx, a, guard.InvitationRevoke, id)
}

func (s *Store) openInvitation(ctx context.Context, a Actor, act guard.Action, id string) (Invitation, error) {
	return guard.ViewOf(ctx, s.db, a, act, thisInvitation(id), func(tx *guard.ReadTx) (Invitation, error) {
		row, err := getInvitation(tx, id)
		return row.invitation(), err
	})
}

// CreateInvitation invites an e-mail address and returns the token of the link, which
// is kept nowhere and works once, for 7 days. An address of a member, and one that is
// invited already, is a Conflict.
func (s *Store) CreateInvitation(ctx context.Context, a Actor, email string, role Role) (Invitation, string, error) {
	if err := checkEmail(email); err != nil {
		return Invitation{}, "", err
	}
	token := newToken()
	made, err := guard.Act(ctx, s.db, a, guard.InvitationCreate, newInvitation(email, role), func(tx *guard.WriteTx) (Invitation, error) {
		if err := mayHandOut(tx, role); err != nil {
			return Invitation{}, err
		}
		tx.Target().ID = newID()
		if _, err := tx.Exec(`
			INSERT INTO invitations (id, org, token_hash, email, email_key, role, made_by, made_by_name, sent_at, expires_at)
			VALUES (:id, :org_id, :token_hash, :email, :email_key, :role, :by, :by_name, :now, :expires_at)`,
			guard.Args{"id": tx.Target().ID, "token_hash": guard.TokenHash(token), "email": displayEmail(email), "email_key": emailKey(email),
				"role": role.String(), "by": tx.Actor(), "by_name": tx.ActorName(), "now": guard.Micro(tx.Now()),
				"expires_at": guard.Micro(tx.Now().Add(invitationValid))}); err != nil {
			return Invitation{}, err
		}
		row, err := getInvitation(tx, tx.Target().ID)
		return row.invitation(), err
	})
	if err != nil {
		return Invitation{}, "", err
	}
	return made, token, nil
}

// RenewInvitation makes a new link for an open invitation, valid for 7 days. The old
// one stops working, and who renews it stands behind it from now on.
func (s *Store) RenewInvitation(ctx context.Context, a Actor, id string) (Invitation, string, error) {
	token := newToken()
	renewed, err := guard.Act(ctx, s.db, a, guard.InvitationRenew, renewable(id), func(tx *guard.WriteTx) (Invitation, error) {
		row, err := getInvitation(tx, id)
		if err != nil {
			return Invitation{}, err
		}
		if err := mayHandOut(tx, row.Role); err != nil {
			return Invitation{}, err
		}
		if _, err := tx.Exec(`
			UPDATE invitations
			SET token_hash = :token_hash, made_by = :by, made_by_name = :by_name, sent_at = :now, expires_at = :expires_at
			WHERE org = :org_id AND id = :id`,
			guard.Args{"token_hash": guard.TokenHash(token), "by": tx.Actor(), "by_name": tx.ActorName(), "now": guard.Micro(tx.Now()),
				"expires_at": guard.Micro(tx.Now().Add(invitationValid)), "id": id}); err != nil {
			return Invitation{}, err
		}
		row, err = getInvitation(tx, id)
		return row.invitation(), err
	})
	if err != nil {
		return Invitation{}, "", err
	}
	return renewed, token, nil
}

// RevokeInvitation makes the link of an open invitation stop working.
func (s *Store) RevokeInvitation(ctx context.Context, a Actor, id string) (Invitation, error) {
	return guard.Act(ctx, s.db, a, guard.InvitationRevoke, thisInvitation(id), func(tx *guard.WriteTx) (Invitation, error) {
		row, err := getInvitation(tx, id)
		if err != nil {
			return Invitation{}, err
		}
		if err := mayHandOut(tx, row.Role); err != nil {
			return Invitation{}, err
		}
		_, err = tx.Exec(`UPDATE invitations SET revoked_at = :now WHERE org = :org_id AND id = :id`,
			guard.Args{"now": guard.Micro(tx.Now()), "id": id})
		return row.invitation(), err
	})
}

// LinkedInvitation is an invitation as whoever brings its link may see it.
type LinkedInvitation struct {
	Organization string // its name
	Email        string
	Role         Role
	MadeBy       string
	ExpiresAt    time.Time
	Expired      bool
	Account      bool // somebody signs in with the address

	key string
}

// IsFor says whether a signed-in person has the address that was invited.
func (i LinkedInvitation) IsFor(p ServerActor) bool { return emailKey(p.Email()) == i.key }

// CheckInvitation tells what a link is good for, without using it up. One that doesn't work
// is NotFound, whatever the reason, and Limited after 60 of them in a minute from one
// network; one that has expired says so.
func (s *Store) CheckInvitation(ctx context.Context, o Origin, token string) (LinkedInvitation, error) {
	i, err := s.findInvitation(ctx, o, token)
	if err != nil {
		return LinkedInvitation{}, err
	}
	return LinkedInvitation{
		Organization: i.Org.Name, Email: i.Email, Role: i.Role, MadeBy: i.MadeByName,
		ExpiresAt: guard.FromMicro(i.ExpiresAt), Expired: i.Expired(s.db.Now()), Account: i.Account, key: i.EmailKey,
	}, nil
}

func (s *Store) findInvitation(ctx context.Context, o Origin, token string) (guard.Invitation, error) {
	i, err := guard.InvitationOf(ctx, s.db, token)
	if guard.CodeOf(err) == NotFound && token != "" {
		if _, limited := s.wrongKeys.begin(limit{"links " + network(o.Address), wrongLinksPerNetwork}); limited != nil {
			return guard.Invitation{}, limited
		}
	}
	return i, err
}

// Joined is what accepting an invitation came to.
type Joined struct {
	Org    OrgRef
	Role   Role // that they have now
	Member bool // they were one before, and their role stayed
}

// AcceptInvitation uses an invitation up and makes the signed-in person a member. One
// that doesn't work, or has expired, is NotFound; one for another address is a Conflict.
func (s *Store) AcceptInvitation(ctx context.Context, p ServerActor, token string) (Joined, error) {
	return guard.Accept(ctx, s.db, p, token, func(tx *guard.WriteTx, i guard.Invitation) (Joined, error) {
		var key string
		if err := tx.Get(&key, `SELECT email_key FROM users WHERE id = :id`, guard.Args{"id": tx.Actor()}); err != nil {
			return Joined{}, err
		}
		if key != i.EmailKey {
			return Joined{}, guard.Errorf(Conflict, "email", "This invitation is for another address than yours.")
		}
		return join(tx, i, tx.Actor())
	})
}

// JoinAsNew uses an invitation up and makes somebody who has no account yet: a person
// with the address that was invited, a member, signed in. Once somebody signs in with
// that address it is a Conflict.
func (s *Store) JoinAsNew(ctx context.Context, o Origin, token, name, password string) (Session, Joined, error) {
	found, err := s.findInvitation(ctx, o, token)
	if err != nil {
		return Session{}, Joined{}, err
	}
	hash, err := s.newPerson(ctx, found.Email, name, password)
	if err != nil {
		return Session{}, Joined{}, err
	}
	var session Session
	joined, err := guard.Accept(ctx, s.db, guard.Nobody(o), token, func(tx *guard.WriteTx, i guard.Invitation) (Joined, error) {
		u, err := insertUser(tx, i.Email, name, hash)
		if err != nil {
			return Joined{}, err
		}
		if session, err = newSession(tx, guard.Credentials{ID: u.ID, Name: u.Name}); err != nil {
			return Joined{}, err
		}
		tx.AlsoOnServer(guard.UserCreate, u.target())
		tx.AlsoOnServer(guard.UserSignIn, u.target())
		return join(tx, i, u.ID)
	})
	if err != nil {
		return Session{}, Joined{}, err
	}
	return session, joined, nil
}

// join uses the invitation up for a person. A member stays what they are.
func join(tx *guard.WriteTx, i guard.Invitation, user string) (Joined, error) {
	now := guard.Micro(tx.Now())
	if _, err := tx.Exec(`UPDATE invitations SET used_at = :now WHERE org = :org_id AND id = :id`,
		guard.Args{"now": now, "id": i.ID}); err != nil {
		return Joined{}, err
	}
	if has := tx.Role(); has != 0 {
		tx.Target().Detail = "already a member, as " + has.String()
		return Joined{i.Org, has, true}, nil
	}
	tx.Target().Detail = "as " + i.Role.String()
	_, err := tx.Exec(`INSERT INTO members (org, user, role, joined_at) VALUES (:org_id, :user, :role, :now)`,
		guard.Args{"user": user, "role": i.Role.String(), "now": now})
	return Joined{i.Org, i.Role, false}, err
}

// newInvitation refuses to invite a member, or somebody who is invited already, before
// anybody is asked for a password.
func newInvitation(email string, role Role) guard.Targets {
	return func(tx *guard.WriteTx) ([]guard.Target, error) {
		target := []guard.Target{{Kind: "invitation", Name: displayEmail(email), Detail: "as " + role.String()}}
		if err := notAMember(tx, emailKey(email)); err != nil {
			return target, err
		}
		var open bool
		err := tx.Get(&open, `
			SELECT EXISTS (
				SELECT 1
				FROM invitations
				WHERE org = :org_id AND email_key = :key AND used_at IS NULL AND revoked_at IS NULL)`,
			guard.Args{"key": emailKey(email)})
		if err == nil && open {
			err = guard.Errorf(Conflict, "email", "This address is invited already. Renew or revoke that invitation.")
		}
		return target, err
	}
}

// renewable is an open invitation of somebody who has not become a member otherwise.
func renewable(id string) guard.Targets {
	return func(tx *guard.WriteTx) ([]guard.Target, error) {
		row, err := getInvitation(tx, id)
		if err == nil {
			err = notAMember(tx, row.EmailKey)
		}
		return row.targets(), err
	}
}

func thisInvitation(id string) guard.Targets {
	return func(tx *guard.WriteTx) ([]guard.Target, error) {
		row, err := getInvitation(tx, id)
		return row.targets(), err
	}
}

func (r invitationRow) targets() []guard.Target {
	t := guard.Target{Kind: "invitation", ID: r.ID, Name: r.Email}
	if r.ID != "" {
		t.Detail = "as " + r.Role.String()
	}
	return []guard.Target{t}
}

func notAMember(tx *guard.WriteTx, key string) error {
	var names []string
	err := tx.Select(&names, `
		SELECT u.name
		FROM members m
		JOIN users u ON u.id = m.user
		WHERE m.org = :org_id AND u.email_key = :key`, guard.Args{"key": key})
	if err == nil && len(names) > 0 {
		err = guard.Errorf(Conflict, "email", "%s is a member already.", names[0])
	}
	return err
}

// getInvitation finds an open one. What was used or revoked is not there.
func getInvitation(tx getter, id string) (invitationRow, error) {
	var row invitationRow
	err := tx.Get(&row, openInvitations+` AND id = :id`, guard.Args{"id": id})
	return row, err
}
