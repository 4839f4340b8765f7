package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"hooksafe/store/internal/guard"
)

// Departure is what goes with a member who goes.
type Departure struct {
	Member
	Last  bool         // the last owner, who stays
	Seen  []SeenSecret // values that are live, seen last first, at most maxUses
	Known int          // how many they have seen
	Keys  []Key        // API keys they made that still work, newest first
}

// SeenSecret is a secret whose live value somebody has seen or taken.
type SeenSecret struct {
	Name, Hook string // Hook is "" for a secret of the organization
	Version    int64  // the live one
	How        string // reveal, copy or export, the last time
	At         time.Time
	Deleted    bool // it can be brought back
}

// MemberToRemove returns what goes with a member to somebody who may remove them.
func (s *Store) MemberToRemove(ctx context.Context, a Actor, user string) (Departure, error) {
	find := withID(user)
	return guard.ViewOf(ctx, s.db, a, guard.MemberRemove, find.target, func(tx *guard.ReadTx) (Departure, error) {
		m, err := find(tx)
		if err != nil {
			return Departure{}, err
		}
		if err := mayRemove(tx, m); err != nil {
			return Departure{}, err
		}
		return s.departure(tx, m)
	})
}

// Leaving returns what goes with the actor.
func (s *Store) Leaving(ctx context.Context, a Actor) (Departure, error) {
	return guard.View(ctx, s.db, a, guard.MemberLeave, func(tx *guard.ReadTx) (Departure, error) {
		m, err := withID(tx.Actor())(tx)
		if err != nil {
			return Departure{}, err
		}
		return s.departure(tx, m)
	})
}

func (s *Store) departure(tx *guard.ReadTx, m Member) (Departure, error) {
	d := Departure{Member: m}
	err := keepAnOwner(tx, m)
	if d.Last = guard.CodeOf(err) == Conflict; err != nil && !d.Last {
		return Departure{}, err
	}
	keys, err := keysOf(tx, m, s.db.Now())
	for _, row := range keys {
		d.Keys = append(d.Keys, row.key())
	}
	return d, errors.Join(err, readSeen(tx, &d, s.db.Now()))
}

// readSeen lists what a member has seen that is still live.
func readSeen(tx *guard.ReadTx, d *Departure, now time.Time) error {
	var rows []struct {
		Name    string `db:"name"`
		Hook    string `db:"hook_name"`
		Version int64  `db:"version"`
		How     string `db:"how"`
		At      int64  `db:"last_at"`
		Deleted bool   `db:"deleted"`
		Total   int    `db:"total"`
	}
	err := tx.Select(&rows, `
		SELECT k.name, COALESCE(h.name, '') AS hook_name, k.version, k.how, k.last_at, k.deleted, count(*) OVER () AS total
		FROM (`+knownSecrets+`) AS k
		LEFT JOIN hooks h ON h.org = :org_id AND h.id = k.hook
		WHERE k.nth = 1
		ORDER BY k.last_at DESC, k.name, k.id
		LIMIT :limit`, guard.Args{"user": d.ID, "now": guard.Micro(now), "limit": maxUses})
	for _, row := range rows {
		d.Known = row.Total
		d.Seen = append(d.Seen, SeenSecret{Name: row.Name, Hook: row.Hook, Version: row.Version,
			How: row.How, At: guard.FromMicro(row.At), Deleted: row.Deleted})
	}
	return err
}

// keysOf are the API keys that a member made and that still work, newest first.
func keysOf(tx getter, m Member, now time.Time) ([]keyRow, error) {
	var rows []keyRow
	err := tx.Select(&rows, keyColumns+`
		WHERE org = :org_id AND made_by = :user AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > :now)
		ORDER BY created_at DESC, id DESC`, guard.Args{"user": m.ID, "now": guard.Micro(now)})
	return rows, err
}

// RemoveMember ends the membership of the person with an e-mail, as DismissMember
// does with no key adopted.
func (s *Store) RemoveMember(ctx context.Context, a Actor, email string) (Member, error) {
	gone, err := s.dismiss(ctx, a, called(email), nil)
	return gone.Member, err
}

// DismissMember ends a membership: the person is out at their next request. The
// values they have seen are marked as due for a new one, as Known tells. The API keys
// they made stop, but for those that the actor adopts, by id; what they have invited
// people to is revoked, and what they were invited by. The last owner cannot be removed.
func (s *Store) DismissMember(ctx context.Context, a Actor, user string, adopt []string) (Departure, error) {
	return s.dismiss(ctx, a, withID(user), adopt)
}

func (s *Store) dismiss(ctx context.Context, a Actor, find finder, adopt []string) (Departure, error) {
	return guard.Act(ctx, s.db, a, guard.MemberRemove, find.target, func(tx *guard.WriteTx) (Departure, error) {
		m, err := find(tx)
		if err != nil {
			return Departure{}, err
		}
		if err := mayRemove(tx, m); err != nil {
			return Departure{}, err
		}
		return depart(tx, m, adopt)
	})
}

// LeaveOrganization ends the actor's own membership, as DismissMember does. The last
// owner stays.
func (s *Store) LeaveOrganization(ctx context.Context, a Actor) (Departure, error) {
	self := withID(a.ID())
	return guard.Act(ctx, s.db, a, guard.MemberLeave, self.target, func(tx *guard.WriteTx) (Departure, error) {
		m, err := self(tx)
		if err != nil {
			return Departure{}, err
		}
		if err := keepAnOwner(tx, m); err != nil {
			return Departure{}, err
		}
		return depart(tx, m, nil)
	})
}

// asker is a transaction that knows who acts.
type asker interface {
	getter
	Actor() string
	May(guard.Permission) bool
}

// mayRemove refuses to remove who is as high as the actor may not make anybody, the
// last owner, and the actor themselves.
func mayRemove(tx asker, m Member) error {
	if err := mayHandOut(tx, m.Role); err != nil {
		return err
	}
	if err := keepAnOwner(tx, m); err != nil {
		return err
	}
	if m.ID == tx.Actor() {
		return guard.Errorf(Conflict, "", "To go yourself, leave the organization.")
	}
	return nil
}

// depart ends a membership, with all that goes with it.
func depart(tx *guard.WriteTx, m Member, adopt []string) (Departure, error) {
	known, err := markKnown(tx, m)
	if err != nil {
		return Departure{}, err
	}
	tx.Target().Detail = "was " + m.Role.String()
	if known > 0 {
		tx.Target().Detail += fmt.Sprintf(", %s due for a new one", plural(known, "value"))
	}
	if err := errors.Join(endKeys(tx, m, adopt), revokeInvitations(tx, m, 0)); err != nil {
		return Departure{}, err
	}
	_, err = tx.Exec(`DELETE FROM members WHERE org = :org_id AND user = :user`, guard.Args{"user": m.ID})
	return Departure{Member: m, Known: known}, err
}

// endKeys revokes the API keys that a member made, so that none lives again if they
// come back. Those that are adopted go on as the actor's.
func endKeys(tx *guard.WriteTx, m Member, adopt []string) error {
	keys, err := keysOf(tx, m, tx.Now())
	if err != nil {
		return err
	}
	for _, key := range keys {
		about := guard.Target{Kind: "key", ID: key.ID, Name: key.Name, Detail: "made by " + m.Name}
		act, end := guard.KeyRevoke, revokeKey
		if slices.Contains(adopt, key.ID) && tx.May(guard.ManageKeys) {
			act, end = guard.KeyAdopt, adoptKey
		}
		tx.Also(act, about)
		if err := end(tx, key.ID); err != nil {
			return err
		}
	}
	return nil
}

// adoptKey makes a key the actor's: from then on it reaches as far as they do.
func adoptKey(tx *guard.WriteTx, id string) error {
	_, err := tx.Exec(`UPDATE api_keys SET made_by = :by, made_by_name = :by_name WHERE org = :org_id AND id = :id`,
		guard.Args{"by": orNull(tx.Actor()), "by_name": tx.ActorName(), "id": id})
	return err
}

// revokeInvitations ends the open invitations of a member that they could not make
// with the role they have now; 0 is none. Then it ends one to themselves as well, that
// they did not need while they were a member: it would let them in again.
func revokeInvitations(tx *guard.WriteTx, m Member, now Role) error {
	to := ""
	if now == 0 {
		to = emailKey(m.Email)
	}
	var open []invitationRow
	if err := tx.Select(&open, openInvitations+` AND (made_by = :user OR email_key = :to)
		ORDER BY sent_at, id`, guard.Args{"user": m.ID, "to": to}); err != nil {
		return err
	}
	for _, i := range open {
		if now == Owner || now == Admin && i.Role < Admin {
			continue
		}
		tx.Also(guard.InvitationRevoke, guard.Target{Kind: "invitation", ID: i.ID, Name: i.Email, Detail: "made by " + i.MadeBy})
		if _, err := tx.Exec(`UPDATE invitations SET revoked_at = :now WHERE org = :org_id AND id = :id`,
			guard.Args{"now": guard.Micro(tx.Now()), "id": i.ID}); err != nil {
			return err
		}
	}
	return nil
}
