package store

import (
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"time"

	"hooksafe/store/internal/guard"
)

// undoFor is how long a deleted hook or secret can be brought back.
const undoFor = 7 * 24 * time.Hour

// keptVersions is how many versions of a script or value are kept.
const keptVersions = 20

// triggers are the moments at which a hook can run, in the order of the documents,
// and the script that a new hook starts with.
var triggers = []struct{ name, starter string }{
	{"credentials-exchange", "module.exports = function (client, scope, audience, context, cb) {\n  cb(null, { scope });\n};\n"},
	{"pre-user-registration", "module.exports = function (user, context, cb) {\n  cb(null, { user });\n};\n"},
	{"post-user-registration", "module.exports = function (user, context, cb) {\n  cb();\n};\n"},
	{"post-change-password", "module.exports = function (user, context, cb) {\n  cb();\n};\n"},
	{"send-phone-message", "module.exports = function (recipient, text, context, cb) {\n  cb(null, {});\n};\n"},
}

// Triggers lists the triggers.
func Triggers() []string {
	names := make([]string, len(triggers))
	for i, t := range triggers {
		names[i] = t.name
	}
	return names
}

// Hook is a function that runs at a trigger. Script is loaded for one hook, not
// for lists.
type Hook struct {
	ID, Name, Trigger, Script string
	Enabled                   bool
	Revision, ScriptVersion   int64
	Secrets, Pending          int
	Missing                   int    // names that the script reads and nobody set, and secrets without a value; in lists
	FoundIn                   string // the first secret whose name a search found
	Found                     int    // how many secrets it found
	Dependencies              Dependencies
	UpdatedAt                 time.Time
	UpdatedBy                 string
}

// HookList is one page of hooks.
type HookList struct {
	Hooks          []Hook
	Next           string // what to pass as after for the next page; "" at the end
	Matches        int    // hooks that the filter lets through
	Total, Enabled int    // of all hooks
	Secrets        int    // in all hooks
	Deleted        DeletedList
}

type hookRow struct {
	ID            string `db:"id"`
	Name          string `db:"name"`
	NameKey       string `db:"name_key"`
	Trigger       string `db:"trigger"`
	Script        string `db:"script"`
	Reads         string `db:"reads"` // the names that the script reads; "": saved before they were kept
	ScriptVersion int64  `db:"script_version"`
	Enabled       bool   `db:"enabled"`
	Revision      int64  `db:"revision"`
	UpdatedAt     int64  `db:"updated_at"`
	UpdatedBy     string `db:"updated_by_name"`
	Secrets       int    `db:"secrets"`
	Pending       int    `db:"pending"`
	FoundIn       string `db:"found_in"`
	Found         int    `db:"found"`
	Matches       int    `db:"matches"`

	Dependencies Dependencies `db:"dependencies"`
}

func (r hookRow) hook() Hook {
	return Hook{
		ID: r.ID, Name: r.Name, Trigger: r.Trigger, Script: r.Script, Enabled: r.Enabled,
		Revision: r.Revision, ScriptVersion: r.ScriptVersion, Secrets: r.Secrets, Pending: r.Pending,
		FoundIn: r.FoundIn, Found: r.Found, Dependencies: r.Dependencies,
		UpdatedAt: guard.FromMicro(r.UpdatedAt), UpdatedBy: r.UpdatedBy,
	}
}

func (r hookRow) target() guard.Target {
	return guard.Target{Kind: "hook", ID: r.ID, Name: r.Name}
}

// HookFilter says which hooks a list shows. The zero one shows all of them.
type HookFilter struct {
	Search  string   // part of the name of a hook or of one of its secrets, or of a trigger
	Meant   []string // triggers that Search means by the names that pages give them
	Trigger string
	State   string // "on", "off", or "" for both
}

// where is the condition that the filter puts on a hook h, and its parameters. The
// search looks at names only, never at notes or values.
func (f HookFilter) where() (string, guard.Args) {
	where, args := `h.org = :org_id AND h.deleted_at IS NULL`, guard.Args{}
	if f.Trigger != "" {
		where += ` AND h.trigger = :trigger`
		args["trigger"] = f.Trigger
	}
	switch f.State {
	case "on":
		where += ` AND h.enabled = 1`
	case "off":
		where += ` AND h.enabled = 0`
	}
	if f.Search != "" {
		where += ` AND (
			h.name_key LIKE :name ESCAPE '\' OR h.trigger LIKE :text ESCAPE '\' OR :meant LIKE '%' || h.trigger || '%'
			OR h.id IN (
				SELECT s.hook FROM secrets s
				WHERE s.org = :org_id AND s.deleted_at IS NULL AND lower(s.name) LIKE :text ESCAPE '\'
			))`
		args["name"], args["text"] = containing(hookNameKey(f.Search)), containing(f.Search)
		args["meant"] = strings.Join(f.Meant, " ")
	}
	return where, args
}

// found are the columns that tell in which secrets of a hook h the search found
// something.
func (f HookFilter) found() string {
	if f.Search == "" {
		return `'' AS found_in, 0 AS found`
	}
	const secrets = `FROM secrets s
		WHERE s.org = :org_id AND s.hook = h.id AND s.deleted_at IS NULL AND lower(s.name) LIKE :text ESCAPE '\'`
	return `COALESCE((SELECT min(s.name) ` + secrets + `), '') AS found_in, (SELECT count(*) ` + secrets + `) AS found`
}

// containing is the pattern of LIKE for what holds a text, in small letters.
func containing(text string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(text)) + "%"
}

// Hooks lists a page of the hooks that f lets through, by trigger and name. after is
// the Next of the page before, or "". What was deleted is there for who can bring it
// back.
func (s *Store) Hooks(ctx context.Context, a Actor, f HookFilter, after string, limit int) (HookList, error) {
	trigger, nameKey, err := readCursor(after)
	if err != nil {
		return HookList{}, err
	}
	return guard.View(ctx, s.db, a, guard.HookRead, func(tx *guard.ReadTx) (HookList, error) {
		var list HookList
		if err := errors.Join(countHooks(tx, &list), countSecrets(tx, &list), s.deletedHooks(tx, &list)); err != nil {
			return HookList{}, err
		}
		where, args := f.where()
		args["after_trigger"], args["after_name"], args["limit"] = trigger, nameKey, limit+1
		var rows []hookRow
		err := tx.Select(&rows, `
			WITH matching AS (SELECT h.id, h.trigger, h.name_key FROM hooks h WHERE `+where+`)
			SELECT h.id, h.name, h.name_key, h.trigger, h.enabled, h.updated_at, h.updated_by_name,
				(SELECT count(*) FROM matching) AS matches,
				(SELECT count(*) FROM secrets s
					WHERE s.org = :org_id AND s.hook = h.id AND s.deleted_at IS NULL) AS secrets,
				(SELECT count(*) FROM secrets s
					WHERE s.org = :org_id AND s.hook = h.id AND s.deleted_at IS NULL AND s.version = 0) AS pending,
				`+f.found()+`
			FROM (
				SELECT id FROM matching
				WHERE (trigger, name_key) > (:after_trigger, :after_name)
				ORDER BY trigger, name_key
				LIMIT :limit
			) AS page
			JOIN hooks h ON h.org = :org_id AND h.id = page.id
			ORDER BY h.trigger, h.name_key`, args)
		if err != nil {
			return HookList{}, err
		}
		if len(rows) > limit {
			rows = rows[:limit]
			list.Next = cursor(rows[limit-1].Trigger, rows[limit-1].NameKey)
		}
		for _, row := range rows {
			list.Hooks = append(list.Hooks, row.hook())
			list.Matches = row.Matches
		}
		return list, markMissing(tx, list.Hooks)
	})
}

// countHooks counts all hooks, and those that are on.
func countHooks(tx *guard.ReadTx, list *HookList) error {
	var n struct {
		Total   int `db:"total"`
		Enabled int `db:"enabled"`
	}
	err := tx.Get(&n, `
		SELECT
			(SELECT count(*) FROM hooks WHERE org = :org_id AND deleted_at IS NULL) AS total,
			(SELECT count(*) FROM hooks WHERE org = :org_id AND deleted_at IS NULL AND enabled = 1) AS enabled`, nil)
	list.Total, list.Enabled = n.Total, n.Enabled
	return err
}

// countSecrets counts the secrets of all hooks: those that are there, less those whose
// hook was deleted.
func countSecrets(tx *guard.ReadTx, list *HookList) error {
	return tx.Get(&list.Secrets, `
		SELECT
			(SELECT count(*) FROM secrets s WHERE s.org = :org_id AND s.hook <> '' AND s.deleted_at IS NULL)
			- (SELECT COALESCE(sum(
					(SELECT count(*) FROM secrets s WHERE s.org = :org_id AND s.hook = h.id AND s.deleted_at IS NULL)), 0)
				FROM hooks h
				WHERE h.org = :org_id AND h.purge_at IS NOT NULL)`, nil)
}

// cursor is a place in a list, by the two texts that it is sorted by. The first is of
// one line.
func cursor(first, second string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(first + "\n" + second))
}

func readCursor(after string) (first, second string, err error) {
	place, err := base64.RawURLEncoding.DecodeString(after)
	first, second, found := strings.Cut(string(place), "\n")
	if err != nil || (after != "" && !found) {
		return "", "", guard.Missing()
	}
	return first, second, nil
}

// Hook returns one hook with its script.
func (s *Store) Hook(ctx context.Context, a Actor, id string) (Hook, error) {
	return s.viewHook(ctx, a, guard.HookRead, id)
}

// HookForm says whether the actor may create hooks.
func (s *Store) HookForm(ctx context.Context, a Actor) error {
	_, err := guard.View(ctx, s.db, a, guard.HookCreate, func(*guard.ReadTx) (struct{}, error) { return struct{}{}, nil })
	return err
}

// HookToDelete returns a hook to somebody who may delete it.
func (s *Store) HookToDelete(ctx context.Context, a Actor, id string) (Hook, error) {
	return s.viewHook(ctx, a, guard.HookDelete, id)
}

func (s *Store) viewHook(ctx context.Context, a Actor, act guard.Action, id string) (Hook, error) {
	return guard.ViewOf(ctx, s.db, a, act, thisHook(id), func(tx *guard.ReadTx) (Hook, error) {
		row, err := getHook(tx, id)
		return row.hook(), err
	})
}

// getter reads rows, in a View and in an Act alike.
type getter interface {
	Get(dest any, query string, args guard.Args) error
	Select(dest any, query string, args guard.Args) error
}

// getHook reads a hook that is not deleted.
func getHook(tx getter, id string) (hookRow, error) {
	var row hookRow
	err := tx.Get(&row, `
		SELECT h.id, h.name, h.name_key, h.trigger, h.script, COALESCE(h.reads, '') AS reads, h.script_version,
			h.enabled, h.revision, h.updated_at, h.updated_by_name, h.dependencies,
			(SELECT count(*) FROM secrets s
				WHERE s.org = :org_id AND s.hook = h.id AND s.deleted_at IS NULL) AS secrets,
			(SELECT count(*) FROM secrets s
				WHERE s.org = :org_id AND s.hook = h.id AND s.deleted_at IS NULL AND s.version = 0) AS pending
		FROM hooks h
		WHERE h.org = :org_id AND h.id = :id AND h.deleted_at IS NULL`, guard.Args{"id": id})
	return row, err
}

// thisHook is the target of actions on a hook.
func thisHook(id string) guard.Targets {
	return func(tx *guard.WriteTx) ([]guard.Target, error) {
		row, err := getHook(tx, id)
		return []guard.Target{row.target()}, err
	}
}

func newHook(*guard.WriteTx) ([]guard.Target, error) {
	return []guard.Target{{Kind: "hook"}}, nil
}

// CreateHook makes a hook, switched off, with a script to start from. A name that
// is taken is a Conflict.
func (s *Store) CreateHook(ctx context.Context, a Actor, name, trigger string) (Hook, error) {
	if err := checkHookName(name); err != nil {
		return Hook{}, err
	}
	i := slices.Index(Triggers(), trigger)
	if i < 0 {
		return Hook{}, guard.Errorf(Invalid, "trigger", "Choose a trigger.")
	}
	return s.CreateHookWith(ctx, a, NewHook{Name: name, Trigger: trigger, Script: triggers[i].starter})
}

func hookTaken(name string) error {
	return guard.Errorf(Conflict, "name", "A hook with a name like %s already exists. Names that differ only in capitals, spaces and hyphens count as one.", name)
}

// EnableHook switches a hook on or off. Switching one on switches the other hook
// of its trigger off, and names it.
func (s *Store) EnableHook(ctx context.Context, a Actor, id string, on bool) (h Hook, switchedOff string, err error) {
	act := guard.HookDisable
	if on {
		act = guard.HookEnable
	}
	h, err = guard.Act(ctx, s.db, a, act, thisHook(id), func(tx *guard.WriteTx) (Hook, error) {
		row, err := getHook(tx, id)
		if err != nil || row.Enabled == on {
			return row.hook(), err
		}
		if on {
			other, err := switchOther(tx, row)
			if err != nil {
				return Hook{}, err
			}
			switchedOff = other.Name
		}
		if err := setEnabled(tx, id, on); err != nil {
			return Hook{}, err
		}
		row, err = getHook(tx, id)
		return row.hook(), err
	})
	return h, switchedOff, err
}

// switchOther switches off the hook that has the trigger now, if there is one.
func switchOther(tx *guard.WriteTx, row hookRow) (other hookRow, err error) {
	err = tx.Get(&other, `
		SELECT id, name
		FROM hooks
		WHERE org = :org_id AND trigger = :trigger AND enabled = 1 AND deleted_at IS NULL AND id <> :id`,
		guard.Args{"trigger": row.Trigger, "id": row.ID})
	if guard.CodeOf(err) == NotFound {
		return hookRow{}, nil
	}
	if err != nil {
		return hookRow{}, err
	}
	target := other.target()
	target.Detail = "switched off by enabling " + row.Name
	tx.Also(guard.HookDisable, target)
	return other, setEnabled(tx, other.ID, false)
}

// setEnabled leaves alone who saved the hook last: the switch is no edit, and a
// conflict must name whoever made one. The audit log tells who switched it.
func setEnabled(tx *guard.WriteTx, id string, on bool) error {
	_, err := tx.Exec(`UPDATE hooks SET enabled = :on WHERE org = :org_id AND id = :id`, guard.Args{"on": on, "id": id})
	return err
}

// DeleteHook hides a hook with its secrets and frees its name. confirmName is the
// name as the person typed it. RestoreHook undoes it for 7 days.
func (s *Store) DeleteHook(ctx context.Context, a Actor, id, confirmName string) (Hook, error) {
	return guard.Act(ctx, s.db, a, guard.HookDelete, thisHook(id), func(tx *guard.WriteTx) (Hook, error) {
		row, err := getHook(tx, id)
		if err != nil {
			return Hook{}, err
		}
		if confirmName != row.Name {
			return Hook{}, guard.Errorf(Invalid, "name", "Type %s to confirm.", row.Name)
		}
		return row.hook(), hideHook(tx, id)
	})
}

// hideHook is a deletion that can be undone for 7 days.
func hideHook(tx *guard.WriteTx, id string) error {
	_, err := tx.Exec(`
		UPDATE hooks
		SET deleted_at = :now, purge_at = :purge_at, deleted_by_name = :by_name
		WHERE org = :org_id AND id = :id`,
		guard.Args{"now": guard.Micro(tx.Now()), "purge_at": guard.Micro(tx.Now().Add(undoFor)), "by_name": tx.ActorName(), "id": id})
	return err
}

// RestoreHook brings a deleted hook back with its secrets. It is a Conflict if the
// name was taken meanwhile. If another hook has the trigger now, it comes back
// switched off.
func (s *Store) RestoreHook(ctx context.Context, a Actor, id string) (Hook, error) {
	return guard.Act(ctx, s.db, a, guard.HookRestore, deletedHook(id), func(tx *guard.WriteTx) (Hook, error) {
		_, err := tx.Exec(`
			UPDATE hooks
			SET deleted_at = NULL, purge_at = NULL, deleted_by_name = NULL,
				enabled = CASE WHEN EXISTS (
					SELECT 1 FROM hooks o
					WHERE o.org = :org_id AND o.trigger = hooks.trigger AND o.enabled = 1 AND o.deleted_at IS NULL
				) THEN 0 ELSE enabled END
			WHERE org = :org_id AND id = :id`, guard.Args{"id": id})
		if guard.IsUnique(err) {
			return Hook{}, guard.Errorf(Conflict, "", "A hook with the name %s exists now. Rename that one, then undo again.", tx.Target().Name)
		}
		if err != nil {
			return Hook{}, err
		}
		row, err := getHook(tx, id)
		return row.hook(), err
	})
}

// deletedHook is the target of an undo: a hook that was deleted less than 7 days ago.
func deletedHook(id string) guard.Targets {
	return func(tx *guard.WriteTx) ([]guard.Target, error) {
		var row hookRow
		err := tx.Get(&row, `
			SELECT id, name
			FROM hooks
			WHERE org = :org_id AND id = :id AND deleted_at IS NOT NULL AND purge_at > :now`,
			guard.Args{"id": id, "now": guard.Micro(tx.Now())})
		return []guard.Target{row.target()}, err
	}
}
