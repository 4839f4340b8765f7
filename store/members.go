package store

import (
	"context"
	"fmt"

	"hooksafe/store/internal/guard"
)

// Member is a person in an organization.
type Member struct {
	User
	Role Role
}

// MemberList is who is in an organization.
type MemberList struct {
	Members []Member
	Total   int
}

// Members lists who is in the organization, by name.
func (s *Store) Members(ctx context.Context, a Actor) (MemberList, error) {
	return guard.View(ctx, s.db, a, guard.MemberList, func(tx *guard.ReadTx) (MemberList, error) {
		var all []Member
		err := tx.Select(&all, `
			SELECT u.id, u.email, u.name, m.role
			FROM members m
			JOIN users u ON u.id = m.user
			WHERE m.org = :org_id
			ORDER BY u.name, u.id`, nil)
		return MemberList{all, len(all)}, err
	})
}

// Admins names the admins and owners, whom a member asks for a higher role.
func (s *Store) Admins(ctx context.Context, a Actor) ([]string, error) {
	return guard.View(ctx, s.db, a, guard.MemberList, func(tx *guard.ReadTx) ([]string, error) {
		var names []string
		err := tx.Select(&names, `
			SELECT u.name
			FROM members m
			JOIN users u ON u.id = m.user
			WHERE m.org = :org_id AND m.role IN ('owner', 'admin')
			ORDER BY u.name`, nil)
		return names, err
	})
}

// AddMember gives a person who can sign in a role. One who is a member already is
// a Conflict.
func (s *Store) AddMember(ctx context.Context, a Actor, email string, role Role) (Member, error) {
	return guard.Act(ctx, s.db, a, guard.MemberAdd, newMember, func(tx *guard.WriteTx) (Member, error) {
		u, err := userByEmail(tx, email)
		if err != nil {
			return Member{}, err
		}
		*tx.Target() = guard.Target{Kind: "member", ID: u.ID, Name: u.Name, Detail: "as " + role.String()}
		if err := mayHandOut(tx, role); err != nil {
			return Member{}, err
		}
		_, err = tx.Exec(`INSERT INTO members (org, user, role, joined_at) VALUES (:org_id, :user, :role, :now)`,
			guard.Args{"user": u.ID, "role": role.String(), "now": guard.Micro(tx.Now())})
		if guard.IsUnique(err) {
			return Member{}, guard.Errorf(Conflict, "email", "%s is a member already.", u.Name)
		}
		return Member{u, role}, err
	})
}

// SetMemberRole changes a member's role. The last owner stays one.
func (s *Store) SetMemberRole(ctx context.Context, a Actor, email string, role Role) (Member, error) {
	return guard.Act(ctx, s.db, a, guard.MemberRole, memberCalled(email), func(tx *guard.WriteTx) (Member, error) {
		m, err := member(tx, email)
		if err != nil {
			return Member{}, err
		}
		if err := mayHandOut(tx, max(role, m.Role)); err != nil {
			return Member{}, err
		}
		if role < Owner {
			if err := keepAnOwner(tx, m); err != nil {
				return Member{}, err
			}
		}
		_, err = tx.Exec(`UPDATE members SET role = :role WHERE org = :org_id AND user = :user`,
			guard.Args{"role": role.String(), "user": m.ID})
		tx.Target().Detail = fmt.Sprintf("from %s to %s", m.Role, role)
		return Member{m.User, role}, err
	})
}

// RemoveMember ends a membership: the person is out at their next request. The
// last owner cannot be removed.
func (s *Store) RemoveMember(ctx context.Context, a Actor, email string) (Member, error) {
	return guard.Act(ctx, s.db, a, guard.MemberRemove, memberCalled(email), func(tx *guard.WriteTx) (Member, error) {
		m, err := member(tx, email)
		if err != nil {
			return Member{}, err
		}
		if err := mayHandOut(tx, m.Role); err != nil {
			return Member{}, err
		}
		if err := keepAnOwner(tx, m); err != nil {
			return Member{}, err
		}
		_, err = tx.Exec(`DELETE FROM members WHERE org = :org_id AND user = :user`, guard.Args{"user": m.ID})
		tx.Target().Detail = "was " + m.Role.String()
		return m, err
	})
}

// SignOutMember ends every session of a member, wherever they are signed in, and
// tells how many. Somebody who is no member is NotFound.
func (s *Store) SignOutMember(ctx context.Context, a Actor, user string) (Member, int, error) {
	var ended int
	m, err := guard.Act(ctx, s.db, a, guard.MemberSignOut, thisMember(user), func(tx *guard.WriteTx) (m Member, err error) {
		if m, err = memberByID(tx, user); err != nil {
			return Member{}, err
		}
		ended, err = endSessions(tx, m.ID, "")
		tx.Target().Detail = fmt.Sprintf("%s ended", plural(ended, "session"))
		return m, err
	})
	return m, ended, err
}

// thisMember is memberCalled, by id.
func thisMember(user string) guard.Targets {
	return func(tx *guard.WriteTx) ([]guard.Target, error) {
		m, err := memberByID(tx, user)
		return []guard.Target{{Kind: "member", ID: m.ID, Name: m.Name}}, err
	}
}

func memberByID(tx *guard.WriteTx, user string) (Member, error) {
	var m Member
	err := tx.Get(&m, `
		SELECT u.id, u.email, u.name, m.role
		FROM members m
		JOIN users u ON u.id = m.user
		WHERE m.org = :org_id AND m.user = :user`, guard.Args{"user": user})
	return m, err
}

func newMember(*guard.WriteTx) ([]guard.Target, error) {
	return []guard.Target{{Kind: "member"}}, nil
}

// memberCalled names the member in the audit entry, if there is one.
func memberCalled(email string) guard.Targets {
	return func(tx *guard.WriteTx) ([]guard.Target, error) {
		m, err := member(tx, email)
		return []guard.Target{{Kind: "member", ID: m.ID, Name: m.Name}}, err
	}
}

// member finds a member by e-mail. Somebody who is in other organizations only is
// NotFound like somebody who does not exist.
func member(tx *guard.WriteTx, email string) (Member, error) {
	var m Member
	err := tx.Get(&m, `
		SELECT u.id, u.email, u.name, m.role
		FROM members m
		JOIN users u ON u.id = m.user
		WHERE m.org = :org_id AND u.email_key = :key`, guard.Args{"key": emailKey(email)})
	if guard.CodeOf(err) == NotFound {
		return Member{}, guard.Errorf(NotFound, "email", "There is no member with this email address.")
	}
	return m, err
}

// mayHandOut refuses to touch a role that the actor could not give: admins and
// owners are made and unmade by owners.
func mayHandOut(tx *guard.WriteTx, role Role) error {
	if !tx.May(guard.HandOut(role)) {
		return guard.Errorf(Denied, "role", "Only an owner makes or unmakes admins and owners.")
	}
	return nil
}

func keepAnOwner(tx *guard.WriteTx, m Member) error {
	if m.Role != Owner {
		return nil
	}
	var owners int
	if err := tx.Get(&owners, `SELECT count(*) FROM members WHERE org = :org_id AND role = 'owner'`, nil); err != nil {
		return err
	}
	if owners == 1 {
		return guard.Errorf(Conflict, "role", "%s is the last owner. Make somebody else an owner first.", m.Name)
	}
	return nil
}
