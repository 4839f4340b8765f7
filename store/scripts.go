package store

import (
	"context"
	"strings"

	"hooksafe/store/internal/guard"
)

// HookChange is what a save of the editor changes; nil keeps what is stored.
type HookChange struct {
	Base         int64 // the Revision that the form was made from
	Name, Script *string
}

// SaveHook saves name and script. If somebody saved since c.Base it is Stale, and
// nothing is saved.
func (s *Store) SaveHook(ctx context.Context, a Actor, id string, c HookChange) (Hook, error) {
	if c.Name != nil {
		if err := checkHookName(*c.Name); err != nil {
			return Hook{}, err
		}
	}
	if c.Script != nil {
		if err := checkScript(*c.Script); err != nil {
			return Hook{}, err
		}
	}
	return guard.Act(ctx, s.db, a, guard.HookUpdate, thisHook(id), func(tx *guard.WriteTx) (Hook, error) {
		row, err := getHook(tx, id)
		if err != nil {
			return Hook{}, err
		}
		if row.Revision != c.Base {
			return Hook{}, staleHook(tx, row)
		}
		return saveHook(tx, row, c)
	})
}

// staleHook names the version of the script if the last save made one.
func staleHook(tx *guard.WriteTx, row hookRow) error {
	var made int64
	err := tx.Get(&made, `SELECT made_at FROM hook_scripts WHERE org = :org_id AND hook = :hook AND version = :version`,
		guard.Args{"hook": row.ID, "version": row.ScriptVersion})
	if err != nil {
		return err
	}
	return stale(row.UpdatedBy, row.Revision, row.ScriptVersion, made == row.UpdatedAt)
}

// stale is the refusal of a save that builds on something older. A name or a note
// may be all that somebody changed; then there is no version of theirs to name.
func stale(by string, revision, version int64, theirs bool) error {
	e := guard.Errorf(Stale, "", "%s saved a change while you were editing.", by)
	if theirs {
		e = guard.Errorf(Stale, "", "%s saved version %d while you were editing.", by, version)
		e.Version = version
	}
	e.By, e.Revision = by, revision
	return e
}

func saveHook(tx *guard.WriteTx, row hookRow, c HookChange) (Hook, error) {
	var changes []string
	if c.Name != nil && *c.Name != row.Name {
		changes = append(changes, "renamed from "+row.Name)
		row.Name, row.NameKey = *c.Name, hookNameKey(*c.Name)
	}
	scriptChanged := c.Script != nil && *c.Script != row.Script
	if scriptChanged {
		row.Script = *c.Script
		row.ScriptVersion++
		changes = append(changes, "script changed")
		tx.Target().Version = row.ScriptVersion
	}
	if len(changes) == 0 {
		tx.Target().Detail = "saved without a change"
		return row.hook(), nil
	}
	tx.Target().Name, tx.Target().Detail = row.Name, strings.Join(changes, ", ")
	_, err := tx.Exec(`
		UPDATE hooks
		SET name = :name, name_key = :name_key, script = :script, script_version = :script_version,
			revision = revision + 1, updated_at = :now, updated_by = :by, updated_by_name = :by_name
		WHERE org = :org_id AND id = :id`,
		guard.Args{"name": row.Name, "name_key": row.NameKey, "script": row.Script, "script_version": row.ScriptVersion,
			"now": guard.Micro(tx.Now()), "by": tx.Actor(), "by_name": tx.ActorName(), "id": row.ID})
	if guard.IsUnique(err) {
		return Hook{}, hookTaken(row.Name)
	}
	if err != nil {
		return Hook{}, err
	}
	if scriptChanged {
		if err := keepScript(tx, row); err != nil {
			return Hook{}, err
		}
	}
	saved, err := getHook(tx, row.ID)
	return saved.hook(), err
}

// keepScript notes the script of a hook as a version and forgets the oldest ones.
func keepScript(tx *guard.WriteTx, row hookRow) error {
	if _, err := tx.Exec(`
		INSERT INTO hook_scripts (org, hook, version, script, made_at, made_by, made_by_name)
		VALUES (:org_id, :hook, :version, :script, :now, :by, :by_name)`,
		guard.Args{"hook": row.ID, "version": row.ScriptVersion, "script": row.Script,
			"now": guard.Micro(tx.Now()), "by": tx.Actor(), "by_name": tx.ActorName()}); err != nil {
		return err
	}
	_, err := tx.Exec(`DELETE FROM hook_scripts WHERE org = :org_id AND hook = :hook AND version <= :oldest`,
		guard.Args{"hook": row.ID, "oldest": row.ScriptVersion - keptVersions})
	return err
}
