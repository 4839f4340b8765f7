package store

import (
	"context"

	"hooksafe/store/internal/guard"
)

// Counts are the numbers beside the entries of the navigation.
type Counts struct {
	Hooks   int `db:"hooks"`
	Secrets int `db:"secrets"` // of the organization itself
	Members int `db:"members"`
	Keys    int `db:"keys"` // neither revoked nor expired; only for who manages them
}

// Counts counts what an organization has, as far as the actor sees it.
func (s *Store) Counts(ctx context.Context, a Actor) (Counts, error) {
	return guard.View(ctx, s.db, a, guard.HookRead, func(tx *guard.ReadTx) (Counts, error) {
		var n Counts
		err := tx.Get(&n, `
			SELECT (SELECT count(*) FROM hooks WHERE org = :org_id AND deleted_at IS NULL) AS hooks,
				(SELECT count(*) FROM secrets WHERE org = :org_id AND hook = '' AND deleted_at IS NULL) AS secrets,
				(SELECT count(*) FROM members WHERE org = :org_id) AS members`, nil)
		if err != nil || !tx.May(guard.ManageKeys) {
			return n, err
		}
		err = tx.Get(&n.Keys, `
			SELECT count(*)
			FROM api_keys
			WHERE org = :org_id AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > :now)`,
			guard.Args{"now": guard.Micro(s.db.Now())})
		return n, err
	})
}
