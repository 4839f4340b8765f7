package store

import "hooksafe/store/internal/guard"

// A value is due for a new one while somebody who is no member any more has seen it.
// Whether two values are the same is what their MACs tell: a version that brings the
// value back is as known as the one it comes from.

// knownSecrets are the secrets, deleted ones that can be brought back included, whose
// live value :user has seen or taken; nth is 1 for the last time.
const knownSecrets = `
	SELECT s.id, s.name, s.hook, s.version, s.deleted_at IS NOT NULL AS deleted, u.how, u.last_at,
		row_number() OVER (PARTITION BY s.id ORDER BY u.last_at DESC, u.version DESC, u.how) AS nth
	FROM secret_uses u
	JOIN secret_versions v ON v.org = :org_id AND v.secret = u.secret AND v.version = u.version
	JOIN secrets s ON s.org = :org_id AND s.id = u.secret
	JOIN secret_versions live ON live.org = :org_id AND live.secret = s.id AND live.version = s.version AND live.mac = v.mac
	WHERE u.org = :org_id AND u.actor_kind = 'user' AND u.actor = :user AND u.how IN ('reveal', 'copy', 'export')
		AND (s.purge_at IS NULL OR s.purge_at > :now)`

// markKnown marks what a member who goes has seen as due, and counts it.
func markKnown(tx *guard.WriteTx, m Member) (int, error) {
	n, err := tx.Exec(`
		UPDATE secrets
		SET due_at = :now, due_for = :name
		WHERE org = :org_id AND id IN (SELECT k.id FROM (`+knownSecrets+`) AS k)`,
		guard.Args{"user": m.ID, "name": m.Name, "now": guard.Micro(tx.Now())})
	return int(n), err
}

// markDue says of a secret with a new version of its value whether it is due: not,
// unless somebody who has left has seen the same value before.
func markDue(tx *guard.WriteTx, secret string) error {
	var left struct {
		Name *string `db:"name"`
		At   *int64  `db:"at"`
	}
	err := tx.Get(&left, `
		SELECT p.name, COALESCE((
				SELECT max(e.at)
				FROM audit_entries e
				WHERE e.log = :org_id AND e.target = p.id AND e.action IN ('member.remove', 'member.leave') AND e.outcome = 'done'
			), :now) AS at
		FROM secrets s
		JOIN secret_versions live ON live.org = :org_id AND live.secret = s.id AND live.version = s.version
		JOIN secret_versions v ON v.org = :org_id AND v.secret = s.id AND v.mac = live.mac
		JOIN secret_uses u ON u.org = :org_id AND u.secret = s.id AND u.actor_kind = 'user' AND u.version = v.version AND u.how IN ('reveal', 'copy', 'export')
		JOIN users p ON p.id = u.actor
		WHERE s.org = :org_id AND s.id = :secret
			AND NOT EXISTS (SELECT 1 FROM members m WHERE m.org = :org_id AND m.user = u.actor)
		ORDER BY at DESC, p.name
		LIMIT 1`, guard.Args{"secret": secret, "now": guard.Micro(tx.Now())})
	if err != nil && guard.CodeOf(err) != NotFound {
		return err
	}
	_, err = tx.Exec(`UPDATE secrets SET due_at = :at, due_for = :name WHERE org = :org_id AND id = :secret`,
		guard.Args{"at": left.At, "name": left.Name, "secret": secret})
	return err
}
