package store

import (
	"context"
	"errors"
	"time"

	"hooksafe/store/internal/guard"
)

// maxDeleted is how many deleted things a page lists.
const maxDeleted = 50

// Deleted is a hook or a secret that can still be brought back.
type Deleted struct {
	ID, Name           string
	DeletedAt, PurgeAt time.Time
	DeletedBy          string
}

// DeletedList is what was deleted last, newest first.
type DeletedList struct {
	Newest []Deleted
	Total  int
}

type deletedRow struct {
	ID        string `db:"id"`
	Name      string `db:"name"`
	DeletedAt int64  `db:"deleted_at"`
	PurgeAt   int64  `db:"purge_at"`
	DeletedBy string `db:"deleted_by_name"`
	Total     int    `db:"total"`
}

func deletedList(rows []deletedRow) DeletedList {
	var list DeletedList
	for _, r := range rows {
		list.Total = r.Total
		list.Newest = append(list.Newest, Deleted{
			ID: r.ID, Name: r.Name, DeletedAt: guard.FromMicro(r.DeletedAt), PurgeAt: guard.FromMicro(r.PurgeAt), DeletedBy: r.DeletedBy,
		})
	}
	return list
}

func (s *Store) deletedHooks(tx *guard.ReadTx, list *HookList) error {
	if !tx.May(guard.EditHooks) {
		return nil
	}
	var rows []deletedRow
	err := tx.Select(&rows, `
		SELECT id, name, deleted_at, purge_at, COALESCE(deleted_by_name, '') AS deleted_by_name, count(*) OVER () AS total
		FROM hooks
		WHERE org = :org_id AND purge_at > :now
		ORDER BY purge_at DESC, id
		LIMIT :limit`, guard.Args{"now": guard.Micro(s.db.Now()), "limit": maxDeleted})
	list.Deleted = deletedList(rows)
	return err
}

func (s *Store) deletedSecrets(tx *guard.ReadTx, in Place) (DeletedList, error) {
	if !tx.May(in.editing()) {
		return DeletedList{}, nil
	}
	var rows []deletedRow
	err := tx.Select(&rows, `
		SELECT id, name, deleted_at, purge_at, COALESCE(deleted_by_name, '') AS deleted_by_name, count(*) OVER () AS total
		FROM secrets
		WHERE org = :org_id AND hook = :hook AND purge_at > :now
		ORDER BY purge_at DESC, id
		LIMIT :limit`, guard.Args{"hook": in.hook, "now": guard.Micro(s.db.Now()), "limit": maxDeleted})
	return deletedList(rows), err
}

// Doomed is a hook or a secret, deleted or not, and what is destroyed with it.
type Doomed struct {
	Name     string
	Deleted  bool
	Secrets  int // of a hook, deleted ones included
	Versions int // of the script or the value that are kept
}

type doomedRow struct {
	ID       string `db:"id"`
	Name     string `db:"name"`
	Version  int64  `db:"version"`
	Deleted  bool   `db:"deleted"`
	Versions int    `db:"versions"`
}

// getDoomedHook reads a hook that is there, or can still be brought back.
func getDoomedHook(tx getter, id string, now time.Time) (doomedRow, error) {
	var row doomedRow
	err := tx.Get(&row, `
		SELECT h.id, h.name, 0 AS version, h.deleted_at IS NOT NULL AS deleted,
			(SELECT count(*) FROM hook_scripts v WHERE v.org = :org_id AND v.hook = h.id) AS versions
		FROM hooks h
		WHERE h.org = :org_id AND h.id = :id AND (h.purge_at IS NULL OR h.purge_at > :now)`,
		guard.Args{"id": id, "now": guard.Micro(now)})
	return row, err
}

// getDoomedSecret reads a secret that is there, or can still be brought back, in a
// hook that is not deleted.
func getDoomedSecret(tx getter, in Place, id string, now time.Time) (doomedRow, hookRow, error) {
	hook, err := parent(tx, in)
	if err != nil {
		return doomedRow{}, hookRow{}, err
	}
	var row doomedRow
	err = tx.Get(&row, `
		SELECT s.id, s.name, s.version, s.deleted_at IS NOT NULL AS deleted,
			(SELECT count(*) FROM secret_versions v WHERE v.org = :org_id AND v.secret = s.id AND v.sealed IS NOT NULL) AS versions
		FROM secrets s
		WHERE s.org = :org_id AND s.hook = :hook AND s.id = :id AND (s.purge_at IS NULL OR s.purge_at > :now)`,
		guard.Args{"hook": in.hook, "id": id, "now": guard.Micro(now)})
	return row, hook, err
}

func doomedHook(id string) guard.Targets {
	return func(tx *guard.WriteTx) ([]guard.Target, error) {
		row, err := getDoomedHook(tx, id, tx.Now())
		return []guard.Target{{Kind: "hook", ID: row.ID, Name: row.Name}}, err
	}
}

func doomedSecret(in Place, id string) guard.Targets {
	return func(tx *guard.WriteTx) ([]guard.Target, error) {
		row, hook, err := getDoomedSecret(tx, in, id, tx.Now())
		return []guard.Target{secretTarget(secretRow{ID: row.ID, Name: row.Name, Version: row.Version}, hook)}, err
	}
}

// HookToDestroy returns a hook, deleted or not, to somebody who may destroy it.
func (s *Store) HookToDestroy(ctx context.Context, a Actor, id string) (Doomed, error) {
	return guard.ViewOf(ctx, s.db, a, guard.HookDestroy, doomedHook(id), func(tx *guard.ReadTx) (Doomed, error) {
		row, err := getDoomedHook(tx, id, s.db.Now())
		if err != nil {
			return Doomed{}, err
		}
		secrets, err := allSecrets(tx, id)
		return Doomed{row.Name, row.Deleted, len(secrets), row.Versions}, err
	})
}

// SecretToDestroy returns a secret, deleted or not, and its hook to somebody who may
// destroy it.
func (s *Store) SecretToDestroy(ctx context.Context, a Actor, in Place, id string) (Doomed, Hook, error) {
	var hook Hook
	doomed, err := guard.ViewOf(ctx, s.db, a, in.actions().destroy, doomedSecret(in, id), func(tx *guard.ReadTx) (Doomed, error) {
		row, parent, err := getDoomedSecret(tx, in, id, s.db.Now())
		hook = parent.hook()
		return Doomed{row.Name, row.Deleted, 0, row.Versions}, err
	})
	return doomed, hook, err
}

// DestroyHook destroys a hook with its script and its secrets for good, deleted ones
// included. confirmName is the name as the person typed it.
func (s *Store) DestroyHook(ctx context.Context, a Actor, id, confirmName string) error {
	_, err := guard.Act(ctx, s.db, a, guard.HookDestroy, doomedHook(id), func(tx *guard.WriteTx) (struct{}, error) {
		if err := confirmed(tx, confirmName); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, eraseHook(tx, *tx.Target(), guard.SecretDestroy)
	})
	return s.erased(ctx, err)
}

// DestroySecret destroys a secret for good, deleted or not, with every version.
// confirmName is the name as the person typed it.
func (s *Store) DestroySecret(ctx context.Context, a Actor, in Place, id, confirmName string) error {
	_, err := guard.Act(ctx, s.db, a, in.actions().destroy, doomedSecret(in, id), func(tx *guard.WriteTx) (struct{}, error) {
		if err := confirmed(tx, confirmName); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, eraseSecret(tx, id)
	})
	return s.erased(ctx, err)
}

// confirmed refuses unless the name of the target was typed.
func confirmed(tx *guard.WriteTx, typed string) error {
	if name := tx.Target().Name; typed != name {
		return guard.Errorf(Invalid, "name", "Type %s to confirm.", name)
	}
	return nil
}

// erased empties the write-ahead log of what was destroyed. Where it can't, Purge
// does so within a minute, and looks after what is left of it elsewhere.
func (s *Store) erased(ctx context.Context, err error) error {
	if err == nil {
		s.destroyed.Store(true)
		_, _ = s.db.Checkpoint(ctx)
	}
	return err
}

// allSecrets are the secrets of a hook, deleted ones included, by id, name and version.
func allSecrets(tx getter, hook string) ([]secretRow, error) {
	var rows []secretRow
	err := tx.Select(&rows, `
		SELECT id, name, version FROM secrets WHERE org = :org_id AND hook = :hook AND deleted_at IS NULL
		UNION ALL
		SELECT id, name, version FROM secrets WHERE org = :org_id AND hook = :hook AND purge_at IS NOT NULL
		ORDER BY name, id`, guard.Args{"hook": hook})
	return rows, err
}

// eraseHook removes the rows of a hook and of its secrets, each of which leaves an
// entry of act.
func eraseHook(tx *guard.WriteTx, hook guard.Target, act guard.Action) error {
	secrets, err := allSecrets(tx, hook.ID)
	if err != nil {
		return err
	}
	for _, row := range secrets {
		tx.Also(act, secretTarget(row, hookRow{ID: hook.ID, Name: hook.Name}))
		if err := eraseSecret(tx, row.ID); err != nil {
			return err
		}
	}
	return execAll(tx, hook.ID,
		`DELETE FROM hook_scripts WHERE org = :org_id AND hook = :id`,
		`DELETE FROM hooks WHERE org = :org_id AND id = :id`)
}

// eraseSecret removes the rows of a secret: every sealed version, who used it, itself.
func eraseSecret(tx *guard.WriteTx, id string) error {
	return execAll(tx, id,
		`DELETE FROM secret_versions WHERE org = :org_id AND secret = :id`,
		`DELETE FROM secret_uses WHERE org = :org_id AND secret = :id`,
		`DELETE FROM secrets WHERE org = :org_id AND id = :id`)
}

func execAll(tx *guard.WriteTx, id string, queries ...string) error {
	for _, query := range queries {
		if _, err := tx.Exec(query, guard.Args{"id": id}); err != nil {
			return err
		}
	}
	return nil
}

// purgeBatch is how many hooks or secrets one action of Purge destroys, while
// everybody who wants to write waits. A hook brings its secrets along.
const purgeBatch = 20

// Purge destroys what was deleted 7 days ago or earlier, in every organization. Then
// nothing that was destroyed since the last time, by whomever, is left on the disk:
// the database is compacted and the write-ahead log emptied.
func (s *Store) Purge(ctx context.Context) error {
	due, err := guard.Due(ctx, s.db)
	if err != nil {
		return err
	}
	var errs []error
	for _, a := range due {
		errs = append(errs, s.purgeHooks(ctx, a), s.purgeSecrets(ctx, a))
	}
	if len(due) > 0 {
		s.destroyed.Store(true)
	}
	errs = append(errs, s.compact(ctx))
	_, err = s.db.Checkpoint(ctx)
	return errors.Join(append(errs, err)...)
}

// compact does so once after something was destroyed.
func (s *Store) compact(ctx context.Context) error {
	if !s.destroyed.Swap(false) {
		return nil
	}
	err := s.db.Compact(ctx)
	if err != nil {
		s.destroyed.Store(true) // the next Purge tries again
	}
	return err
}

func (s *Store) purgeHooks(ctx context.Context, a Actor) error {
	return s.purge(ctx, a, guard.HookPurge, dueHooks, func(tx *guard.WriteTx, hook guard.Target) error {
		return eraseHook(tx, hook, guard.SecretPurge)
	})
}

func (s *Store) purgeSecrets(ctx context.Context, a Actor) error {
	return s.purge(ctx, a, guard.SecretPurge, dueSecrets, func(tx *guard.WriteTx, secret guard.Target) error {
		return eraseSecret(tx, secret.ID)
	})
}

// purge erases what is due, batch after batch, until nothing is.
func (s *Store) purge(ctx context.Context, a Actor, act guard.Action, due guard.Targets, erase func(*guard.WriteTx, guard.Target) error) error {
	for {
		var batch []guard.Target
		load := func(tx *guard.WriteTx) (_ []guard.Target, err error) {
			batch, err = due(tx)
			return batch, err
		}
		_, err := guard.Act(ctx, s.db, a, act, load, func(tx *guard.WriteTx) (struct{}, error) {
			for _, target := range batch {
				if err := erase(tx, target); err != nil {
					return struct{}{}, err
				}
			}
			return struct{}{}, nil
		})
		if guard.CodeOf(err) == NotFound {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// dueHooks are hooks that can't be brought back any more; NotFound says there are none.
func dueHooks(tx *guard.WriteTx) ([]guard.Target, error) {
	var rows []hookRow
	err := tx.Select(&rows, `
		SELECT id, name
		FROM hooks
		WHERE org = :org_id AND purge_at <= :now
		ORDER BY purge_at, id
		LIMIT :limit`, guard.Args{"now": guard.Micro(tx.Now()), "limit": purgeBatch})
	if err == nil && len(rows) == 0 {
		err = guard.Missing()
	}
	var targets []guard.Target
	for _, row := range rows {
		targets = append(targets, row.target())
	}
	return targets, err
}

// dueSecrets are the same of secrets, wherever they are.
func dueSecrets(tx *guard.WriteTx) ([]guard.Target, error) {
	var rows []struct {
		secretRow
		Hook     string `db:"hook"`
		HookName string `db:"hook_name"`
	}
	err := tx.Select(&rows, `
		SELECT s.id, s.name, s.version, s.hook, COALESCE(h.name, '') AS hook_name
		FROM secrets s
		LEFT JOIN hooks h ON h.org = s.org AND h.id = s.hook
		WHERE s.org = :org_id AND s.purge_at <= :now
		ORDER BY s.purge_at, s.id
		LIMIT :limit`, guard.Args{"now": guard.Micro(tx.Now()), "limit": purgeBatch})
	if err == nil && len(rows) == 0 {
		err = guard.Missing()
	}
	var targets []guard.Target
	for _, row := range rows {
		targets = append(targets, secretTarget(row.secretRow, hookRow{ID: row.Hook, Name: row.HookName}))
	}
	return targets, err
}
