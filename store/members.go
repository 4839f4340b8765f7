package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hooksafe/store/internal/guard"
)

// Member is a person in an organization.
type Member struct {
	User
	Role     Role
	ActiveAt time.Time // zero: never, or nothing for who reads
}

// MemberList is a page of who is in an organization.
type MemberList struct {
	Members []Member
	Next    string // after, for the page that follows; "" at the end
	Matches int    // members that the search finds
	Total   int
	Owners  int
}

type memberRow struct {
	ID       string `db:"id"`
	Email    string `db:"email"`
	Name     string `db:"name"`
	NameKey  string `db:"name_key"`
	Role     Role   `db:"role"`
	ActiveAt int64  `db:"active_at"`
}

func (r memberRow) member() Member {
	return Member{User: User{ID: r.ID, Email: r.Email, Name: r.Name}, Role: r.Role, ActiveAt: guard.FromMicro(r.ActiveAt)}
}

// memberColumns reads a memberRow.
const memberColumns = `
	SELECT u.id, u.email, u.name, lower(u.name) AS name_key, m.role, COALESCE(m.active_at, 0) AS active_at
	FROM members m
	JOIN users u ON u.id = m.user
	WHERE m.org = :org_id`

// memberSearch narrows memberColumns to part of a name or of an e-mail.
const memberSearch = ` AND (lower(u.name) LIKE :small ESCAPE '\' OR lower(u.name) LIKE :large ESCAPE '\' OR u.email_key LIKE :small ESCAPE '\')`

// Members lists a page of who is in the organization, by name: those whose name or
// e-mail holds the search. after is the Next of the page before, or "". When they were
// active is for who manages members.
func (s *Store) Members(ctx context.Context, a Actor, search, after string, limit int) (MemberList, error) {
	name, id, err := readCursor(after)
	if err != nil {
		return MemberList{}, err
	}
	return guard.View(ctx, s.db, a, guard.MemberList, func(tx *guard.ReadTx) (MemberList, error) {
		list, err := countMembers(tx, search)
		if err != nil {
			return MemberList{}, err
		}
		args := patterns(search)
		args["name"], args["id"], args["limit"] = name, id, limit+1
		var rows []memberRow
		err = tx.Select(&rows, memberColumns+memberSearch+`
				AND (lower(u.name), u.id) > (:name, :id)
			ORDER BY lower(u.name), u.id
			LIMIT :limit`, args)
		if len(rows) > limit {
			rows = rows[:limit]
			list.Next = cursor(rows[limit-1].NameKey, rows[limit-1].ID)
		}
		for _, row := range rows {
			if !tx.May(guard.ManageMembers) {
				row.ActiveAt = 0
			}
			list.Members = append(list.Members, row.member())
		}
		return list, err
	})
}

func countMembers(tx *guard.ReadTx, search string) (MemberList, error) {
	var n struct {
		Total   int `db:"total"`
		Owners  int `db:"owners"`
		Matches int `db:"matches"`
	}
	err := tx.Get(&n, `
		SELECT (SELECT count(*) FROM members WHERE org = :org_id) AS total,
			(SELECT count(*) FROM members WHERE org = :org_id AND role = 'owner') AS owners,
			(SELECT count(*) FROM (`+memberColumns+memberSearch+`) AS found) AS matches`, patterns(search))
	return MemberList{Total: n.Total, Owners: n.Owners, Matches: n.Matches}, err
}

// Member returns one member.
func (s *Store) Member(ctx context.Context, a Actor, user string) (Member, error) {
	return guard.View(ctx, s.db, a, guard.MemberList, func(tx *guard.ReadTx) (Member, error) {
		m, err := withID(user)(tx)
		if !tx.May(guard.ManageMembers) {
			m.ActiveAt = time.Time{}
		}
		return m, err
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
		return Member{User: u, Role: role}, err
	})
}

// SetMemberRole changes the role of the member with an e-mail. The last owner stays
// one.
func (s *Store) SetMemberRole(ctx context.Context, a Actor, email string, role Role) (Member, error) {
	return s.setRole(ctx, a, called(email), role, nil)
}

// ChangeMemberRole changes a member's role from base, which whoever asks has seen. If
// it is another one by now it is Stale, and nothing changes. The last owner stays one.
func (s *Store) ChangeMemberRole(ctx context.Context, a Actor, user string, base, role Role) (Member, error) {
	return s.setRole(ctx, a, withID(user), role, func(tx *guard.WriteTx, m Member) error {
		if m.Role == base {
			return nil
		}
		return staleRole(tx, m)
	})
}

// setRole asks fresh, if there is one, whether the member is still as they were seen.
func (s *Store) setRole(ctx context.Context, a Actor, find finder, role Role, fresh func(*guard.WriteTx, Member) error) (Member, error) {
	return guard.Act(ctx, s.db, a, guard.MemberRole, find.target, func(tx *guard.WriteTx) (Member, error) {
		m, err := find(tx)
		if err != nil {
			return Member{}, err
		}
		if err := mayHandOut(tx, role); err != nil {
			return Member{}, err
		}
		if fresh != nil {
			if err := fresh(tx, m); err != nil {
				return Member{}, err
			}
		}
		if err := mayHandOut(tx, m.Role); err != nil {
			return Member{}, err
		}
		if role < Owner {
			if err := keepAnOwner(tx, m); err != nil {
				return Member{}, err
			}
		}
		tx.Target().Detail = fromTo(m.Role, role)
		return m.as(role), giveRole(tx, m, role)
	})
}

func (m Member) as(role Role) Member {
	m.Role = role
	return m
}

func fromTo(before, after Role) string { return fmt.Sprintf("from %s to %s", before, after) }

// giveRole writes a role. What the member has invited people to, and could not any
// more, is revoked.
func giveRole(tx *guard.WriteTx, m Member, role Role) error {
	if _, err := tx.Exec(`UPDATE members SET role = :role WHERE org = :org_id AND user = :user`,
		guard.Args{"role": role.String(), "user": m.ID}); err != nil {
		return err
	}
	return revokeInvitations(tx, m, role)
}

// staleRole says who changed the role meanwhile, and to what.
func staleRole(tx *guard.WriteTx, m Member) error {
	var by string
	err := tx.Get(&by, `
		SELECT COALESCE(actor_name, actor_kind)
		FROM audit_entries
		WHERE log = :org_id AND target = :user AND outcome = 'done' AND action IN ('member.role', 'member.transfer', 'member.add', 'invitation.accept')
		ORDER BY seq DESC
		LIMIT 1`, guard.Args{"user": m.ID})
	if guard.CodeOf(err) == NotFound {
		by, err = "Somebody", nil
	}
	if err != nil {
		return err
	}
	e := guard.Errorf(Stale, "role", "%s made %s %s meanwhile, so nothing was changed.", by, m.Name, m.Role.Title())
	e.By = by
	return e
}

// MemberToTransfer returns a member to an owner who may make them one.
func (s *Store) MemberToTransfer(ctx context.Context, a Actor, user string) (Member, error) {
	find := withID(user)
	return guard.ViewOf(ctx, s.db, a, guard.MemberTransfer, find.target, func(tx *guard.ReadTx) (Member, error) {
		m, err := find(tx)
		if err != nil {
			return Member{}, err
		}
		return m, notYetOwner(m)
	})
}

// TransferOwnership makes a member an owner, and the owner who acts an admin.
func (s *Store) TransferOwnership(ctx context.Context, a Actor, user string) (Member, error) {
	find := withID(user)
	return guard.Act(ctx, s.db, a, guard.MemberTransfer, find.target, func(tx *guard.WriteTx) (Member, error) {
		if tx.Role() != Owner {
			return Member{}, guard.Errorf(Denied, "", "Only an owner hands over what they own.")
		}
		m, err := find(tx)
		if err != nil {
			return Member{}, err
		}
		if err := notYetOwner(m); err != nil {
			return Member{}, err
		}
		self, err := withID(tx.Actor())(tx)
		if err != nil {
			return Member{}, err
		}
		tx.Target().Detail = fromTo(m.Role, Owner)
		about := self.target()
		about.Detail = fromTo(self.Role, Admin)
		tx.Also(guard.MemberRole, about)
		return m.as(Owner), errors.Join(giveRole(tx, m, Owner), giveRole(tx, self, Admin))
	})
}

func notYetOwner(m Member) error {
	if m.Role == Owner {
		return guard.Errorf(Conflict, "", "%s is an owner already.", m.Name)
	}
	return nil
}

// SignOutMember ends every session of a member, wherever they are signed in, and
// tells how many. Somebody who is no member is NotFound.
func (s *Store) SignOutMember(ctx context.Context, a Actor, user string) (Member, int, error) {
	var ended int
	find := withID(user)
	m, err := guard.Act(ctx, s.db, a, guard.MemberSignOut, find.target, func(tx *guard.WriteTx) (m Member, err error) {
		if m, err = find(tx); err != nil {
			return Member{}, err
		}
		ended, err = endSessions(tx, m.ID, "")
		tx.Target().Detail = fmt.Sprintf("%s ended", plural(ended, "session"))
		return m, err
	})
	return m, ended, err
}

// finder finds the member that an action is about. Somebody who is in other
// organizations only is NotFound like somebody who does not exist.
type finder func(tx getter) (Member, error)

// withID finds a member by their id.
func withID(user string) finder {
	return func(tx getter) (Member, error) {
		var row memberRow
		err := tx.Get(&row, memberColumns+` AND m.user = :user`, guard.Args{"user": user})
		return row.member(), err
	}
}

// called finds a member by their e-mail.
func called(email string) finder {
	return func(tx getter) (Member, error) {
		var row memberRow
		err := tx.Get(&row, memberColumns+` AND u.email_key = :key`, guard.Args{"key": emailKey(email)})
		if guard.CodeOf(err) == NotFound {
			return Member{}, guard.Errorf(NotFound, "email", "There is no member with this email address.")
		}
		return row.member(), err
	}
}

// target names the member in the audit entry, if there is one.
func (find finder) target(tx *guard.WriteTx) ([]guard.Target, error) {
	m, err := find(tx)
	return []guard.Target{m.target()}, err
}

func (m Member) target() guard.Target { return guard.Target{Kind: "member", ID: m.ID, Name: m.Name} }

func newMember(*guard.WriteTx) ([]guard.Target, error) {
	return []guard.Target{{Kind: "member"}}, nil
}

// mayHandOut refuses to touch a role that the actor could not give: admins and
// owners are made and unmade by owners.
func mayHandOut(tx asker, role Role) error {
	if !tx.May(guard.HandOut(role)) {
		return guard.Errorf(Denied, "role", "Only an owner makes or unmakes admins and owners.")
	}
	return nil
}

// keepAnOwner refuses to lose the last owner.
func keepAnOwner(tx getter, m Member) error {
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
