package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"hooksafe/store/internal/guard"
)

// HookChange is what a save of the editor changes; nil keeps what is stored. Of
// the dependencies, those without a name are left out.
type HookChange struct {
	Base         int64 // the Revision that the form was made from
	Name, Script *string
	Dependencies *[]Dependency
}

// SavedHook is a hook after a save.
type SavedHook struct {
	Hook
	NewVersion bool // of the script
}

// SaveHook saves name, script and dependencies. If somebody saved since c.Base it
// is Stale, and nothing is saved.
func (s *Store) SaveHook(ctx context.Context, a Actor, id string, c HookChange) (SavedHook, error) {
	change, err := checkHookChange(c)
	if err != nil {
		return SavedHook{}, err
	}
	return guard.Act(ctx, s.db, a, guard.HookUpdate, thisHook(id), func(tx *guard.WriteTx) (SavedHook, error) {
		row, err := getHook(tx, id)
		if err != nil {
			return SavedHook{}, err
		}
		if row.Revision != c.Base {
			return SavedHook{}, staleHook(tx, row)
		}
		return saveHook(tx, row, change)
	})
}

// hookChange is a change that keeps the rules.
type hookChange struct {
	name, script *string
	dependencies *Dependencies
	reads        string // with a script: the names that it reads
	restored     int64  // the version that the script is from, or 0
}

func checkHookChange(c HookChange) (hookChange, error) {
	change := hookChange{name: c.Name, script: c.Script}
	if c.Name != nil {
		if err := checkHookName(*c.Name); err != nil {
			return change, err
		}
	}
	if c.Dependencies != nil {
		dependencies, err := newDependencies(*c.Dependencies)
		if err != nil {
			return change, err
		}
		change.dependencies = &dependencies
	}
	if c.Script == nil {
		return change, nil
	}
	if err := checkScript(*c.Script); err != nil {
		return change, err
	}
	var err error
	change.reads, err = namesRead(*c.Script)
	return change, err
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

// saveHook writes a change of the hook that the action is about.
func saveHook(tx *guard.WriteTx, row hookRow, c hookChange) (SavedHook, error) {
	saved, words, err := writeHook(tx, row, c)
	t := tx.Target()
	t.Name, t.Detail = saved.Name, words
	newVersion := saved.ScriptVersion != row.ScriptVersion
	if newVersion {
		t.Version = saved.ScriptVersion
	}
	return SavedHook{saved.hook(), newVersion}, err
}

// writeHook writes what a change says, if anything, and tells what that was.
func writeHook(tx *guard.WriteTx, row hookRow, c hookChange) (saved hookRow, words string, err error) {
	var changes []string
	if c.name != nil && *c.name != row.Name {
		changes = append(changes, "renamed from "+row.Name)
		row.Name, row.NameKey = *c.name, hookNameKey(*c.name)
	}
	newVersion := c.script != nil && *c.script != row.Script
	if newVersion {
		row.Script = *c.script
		row.ScriptVersion++
		changes = append(changes, c.scriptWords())
	}
	if c.dependencies != nil && *c.dependencies != row.Dependencies {
		row.Dependencies = *c.dependencies
		changes = append(changes, "dependencies changed")
	}
	if len(changes) == 0 {
		return row, "saved without a change", nil
	}
	if err := updateHook(tx, row); err != nil {
		return row, "", err
	}
	if newVersion {
		if err := setScript(tx, row, c); err != nil {
			return row, "", err
		}
	}
	saved, err = getHook(tx, row.ID)
	return saved, strings.Join(changes, ", "), err
}

// scriptWords tell the audit log where a script came from.
func (c hookChange) scriptWords() string {
	if c.restored > 0 {
		return fmt.Sprintf("script restored from version %d", c.restored)
	}
	return "script changed"
}

func updateHook(tx *guard.WriteTx, row hookRow) error {
	_, err := tx.Exec(`
		UPDATE hooks
		SET name = :name, name_key = :name_key, dependencies = :dependencies,
			revision = revision + 1, updated_at = :now, updated_by = :by, updated_by_name = :by_name
		WHERE org = :org_id AND id = :id`,
		guard.Args{"name": row.Name, "name_key": row.NameKey, "dependencies": row.Dependencies.text(),
			"now": guard.Micro(tx.Now()), "by": tx.Actor(), "by_name": tx.ActorName(), "id": row.ID})
	if guard.IsUnique(err) {
		return hookTaken(row.Name)
	}
	return err
}

func setScript(tx *guard.WriteTx, row hookRow, c hookChange) error {
	if _, err := tx.Exec(`
		UPDATE hooks
		SET script = :script, script_version = :version, reads = nullif(:reads, '')
		WHERE org = :org_id AND id = :id`,
		guard.Args{"script": row.Script, "version": row.ScriptVersion, "reads": c.reads, "id": row.ID}); err != nil {
		return err
	}
	return keepVersion(tx, row, c.restored)
}

// keepScript notes the script of a hook as a version and forgets the oldest ones.
func keepScript(tx *guard.WriteTx, row hookRow) error { return keepVersion(tx, row, 0) }

// keepVersion is keepScript for a script that may be restored from a version.
func keepVersion(tx *guard.WriteTx, row hookRow, restored int64) error {
	if _, err := tx.Exec(`
		INSERT INTO hook_scripts (org, hook, version, script, made_at, made_by, made_by_name, restored_from)
		VALUES (:org_id, :hook, :version, :script, :now, :by, :by_name, nullif(:restored, 0))`,
		guard.Args{"hook": row.ID, "version": row.ScriptVersion, "script": row.Script, "restored": restored,
			"now": guard.Micro(tx.Now()), "by": tx.Actor(), "by_name": tx.ActorName()}); err != nil {
		return err
	}
	_, err := tx.Exec(`DELETE FROM hook_scripts WHERE org = :org_id AND hook = :hook AND version <= :oldest`,
		guard.Args{"hook": row.ID, "oldest": row.ScriptVersion - keptVersions})
	return err
}

// ScriptVersion is a script as somebody saved it once.
type ScriptVersion struct {
	Version      int64
	Script       string // only where one version is asked for
	MadeAt       time.Time
	MadeBy       string
	RestoredFrom int64 // the version it was restored from, or 0
}

type scriptRow struct {
	Version      int64  `db:"version"`
	Script       string `db:"script"`
	MadeAt       int64  `db:"made_at"`
	MadeBy       string `db:"made_by_name"`
	RestoredFrom int64  `db:"restored_from"`
}

func (r scriptRow) version() ScriptVersion {
	return ScriptVersion{
		Version: r.Version, Script: r.Script, MadeAt: guard.FromMicro(r.MadeAt), MadeBy: r.MadeBy, RestoredFrom: r.RestoredFrom,
	}
}

// ScriptVersions lists the versions that are kept of a hook's script, newest first.
func (s *Store) ScriptVersions(ctx context.Context, a Actor, hook string) (Hook, []ScriptVersion, error) {
	var of Hook
	list, err := guard.View(ctx, s.db, a, guard.HookRead, func(tx *guard.ReadTx) ([]ScriptVersion, error) {
		row, err := getHook(tx, hook)
		if err != nil {
			return nil, err
		}
		of = row.hook()
		var rows []scriptRow
		err = tx.Select(&rows, `
			SELECT version, '' AS script, made_at, made_by_name, COALESCE(restored_from, 0) AS restored_from
			FROM hook_scripts
			WHERE org = :org_id AND hook = :hook
			ORDER BY version DESC`, guard.Args{"hook": hook})
		var list []ScriptVersion
		for _, row := range rows {
			list = append(list, row.version())
		}
		return list, err
	})
	return of, list, err
}

// ScriptVersion returns a hook and one version of its script.
func (s *Store) ScriptVersion(ctx context.Context, a Actor, hook string, version int64) (Hook, ScriptVersion, error) {
	var of Hook
	found, err := guard.View(ctx, s.db, a, guard.HookRead, func(tx *guard.ReadTx) (ScriptVersion, error) {
		row, err := getHook(tx, hook)
		if err != nil {
			return ScriptVersion{}, err
		}
		of = row.hook()
		script, err := getScript(tx, hook, version)
		return script.version(), err
	})
	return of, found, err
}

func getScript(tx getter, hook string, version int64) (scriptRow, error) {
	var row scriptRow
	err := tx.Get(&row, `
		SELECT version, script, made_at, made_by_name, COALESCE(restored_from, 0) AS restored_from
		FROM hook_scripts
		WHERE org = :org_id AND hook = :hook AND version = :version`, guard.Args{"hook": hook, "version": version})
	return row, err
}

// RestoreScript makes an older version of a script the newest one. It is Invalid
// if the script is that already, and Stale if somebody saved since base.
func (s *Store) RestoreScript(ctx context.Context, a Actor, hook string, base, version int64) (SavedHook, error) {
	return guard.Act(ctx, s.db, a, guard.HookUpdate, thisScript(hook, version), func(tx *guard.WriteTx) (SavedHook, error) {
		row, err := getHook(tx, hook)
		if err != nil {
			return SavedHook{}, err
		}
		old, err := getScript(tx, hook, version)
		if err != nil {
			return SavedHook{}, err
		}
		switch {
		case row.Revision != base:
			return SavedHook{}, staleHook(tx, row)
		case old.Script == row.Script:
			return SavedHook{}, guard.Errorf(Invalid, "", "The script is the same as version %d already.", version)
		}
		reads, err := namesRead(old.Script)
		if err != nil {
			return SavedHook{}, err
		}
		return saveHook(tx, row, hookChange{script: &old.Script, reads: reads, restored: version})
	})
}

// thisScript is the target of a restore: the hook, if it has the version.
func thisScript(hook string, version int64) guard.Targets {
	return func(tx *guard.WriteTx) ([]guard.Target, error) {
		targets, err := thisHook(hook)(tx)
		if err != nil {
			return targets, err
		}
		_, err = getScript(tx, hook, version)
		return targets, err
	}
}
