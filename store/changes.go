package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"hooksafe/store/internal/guard"
)

// Change is an import that can be undone, or was.
type Change struct {
	ID       string
	At       time.Time
	By       string
	Hooks    int
	Secrets  int
	UndoneAt time.Time // zero: not
	UndoneBy string
}

// Undone is what an undo did.
type Undone struct {
	Steps int      // how many it undid
	Stay  []string // names of what somebody changed since, which stays as it is; of a hook's secret after the hook's
}

// undoStep undoes one part of a change, if nobody has changed that part since: its
// revision must be the one that the change left, and a deletion that of the change.
type undoStep struct {
	Did          string
	Hook         string `json:",omitempty"` // "" is the organization
	ID           string `json:",omitempty"` // of a secret
	Name         string // as an undo names the part
	Revision     int64  `json:",omitempty"` // that the change left
	Version      int64  `json:",omitempty"` // of the value or the script before it
	Reads        string `json:",omitempty"` // the names that the script before it reads
	Dependencies string `json:",omitempty"` // before it
	Other        string `json:",omitempty"` // the hook that it switched off by switching this one on
}

// What a step undoes.
const (
	hookMade        = "hook made"
	hookChanged     = "hook changed"
	hookSwitchedOn  = "hook switched on"
	hookSwitchedOff = "hook switched off"
	secretAdded     = "secret added"
	secretChanged   = "secret changed"
	secretDeleted   = "secret deleted"
)

// maxChanges is how many imports a page lists.
const maxChanges = 20

// Imports lists the imports into a place of the last 7 days, newest first.
func (s *Store) Imports(ctx context.Context, a Actor, in Place) ([]Change, error) {
	return guard.ViewOf(ctx, s.db, a, in.actions().plan, importInto(in), func(tx *guard.ReadTx) ([]Change, error) {
		if _, err := parent(tx, in); err != nil {
			return nil, err
		}
		var rows []struct {
			ID       string `db:"id"`
			At       int64  `db:"made_at"`
			By       string `db:"made_by_name"`
			Hooks    int    `db:"hooks"`
			Secrets  int    `db:"secrets"`
			UndoneAt int64  `db:"undone_at"`
			UndoneBy string `db:"undone_by"`
		}
		err := tx.Select(&rows, `
			SELECT id, made_at, made_by_name, hooks, secrets, COALESCE(undone_at, 0) AS undone_at, COALESCE(undone_by, '') AS undone_by
			FROM changes
			WHERE org = :org_id AND place = :place AND undo_until > :now
			ORDER BY made_at DESC, id DESC
			LIMIT :limit`, guard.Args{"place": in.key(), "now": guard.Micro(s.db.Now()), "limit": maxChanges})
		list := make([]Change, len(rows))
		for i, r := range rows {
			list[i] = Change{r.ID, guard.FromMicro(r.At), r.By, r.Hooks, r.Secrets, guard.FromMicro(r.UndoneAt), r.UndoneBy}
		}
		return list, err
	})
}

// UndoImport takes an import back, for 7 days. What somebody changed since stays as it
// is, and is named; if that is all of it, it is a Conflict.
func (s *Store) UndoImport(ctx context.Context, a Actor, in Place, change string) (Undone, error) {
	newest := int64(0)
	undone, err := guard.Act(ctx, s.db, a, in.actions().undo, thisChange(in, change), func(tx *guard.WriteTx) (Undone, error) {
		u, steps, err := s.undoerOf(tx, change)
		if err != nil {
			return Undone{}, err
		}
		for _, step := range slices.Backward(steps) {
			if err := u.undo(step); err != nil {
				return Undone{}, err
			}
		}
		if u.done.Steps == 0 {
			return Undone{}, guard.Errorf(Conflict, "", "All that this import did was changed since, so there is nothing to undo.")
		}
		u.done.Stay = slices.Compact(u.done.Stay) // a hook may be in two steps
		tx.Change(change)
		tx.Target().Detail = u.done.words()
		newest = u.newest
		_, err = tx.Exec(`UPDATE changes SET undone_at = :now, undone_by = :by WHERE org = :org_id AND id = :id`,
			guard.Args{"now": guard.Micro(tx.Now()), "by": tx.ActorName(), "id": change})
		return u.done, err
	})
	_, err = s.outgrown(Secret{Version: newest}, err)
	return undone, err
}

func (u Undone) words() string {
	if len(u.Stay) == 0 {
		return "all of it"
	}
	return fmt.Sprintf("all but %d that were changed since", len(u.Stay))
}

// thisChange is the target of an undo: an import that wasn't undone yet, of less than 7
// days ago.
func thisChange(in Place, id string) guard.Targets {
	return func(tx *guard.WriteTx) ([]guard.Target, error) {
		targets, err := importInto(in)(tx)
		if err != nil {
			return targets, err
		}
		var found string
		err = tx.Get(&found, `
			SELECT id
			FROM changes
			WHERE org = :org_id AND id = :id AND place = :place AND undone_at IS NULL AND undo_until > :now`,
			guard.Args{"id": id, "place": in.key(), "now": guard.Micro(tx.Now())})
		targets[0].ID = found
		return targets, err
	}
}

// keepChange keeps what undoes an import, for as long as it can be undone.
func keepChange(tx *guard.WriteTx, in Place, done Applied, steps []undoStep) error {
	text, err := json.Marshal(steps)
	if err != nil {
		return fmt.Errorf("keep how to undo: %w", err)
	}
	_, err = tx.Exec(`
		INSERT INTO changes (id, org, place, made_by, made_by_name, made_at, undo_until, hooks, secrets, steps)
		VALUES (:id, :org_id, :place, :by, :by_name, :now, :until, :hooks, :secrets, :steps)`,
		guard.Args{"id": done.Change, "place": in.key(), "by": tx.Actor(), "by_name": tx.ActorName(), "now": guard.Micro(tx.Now()),
			"until": guard.Micro(tx.Now().Add(undoFor)), "hooks": done.Hooks,
			"secrets": done.Added + done.Pending + done.Changed + done.Deleted, "steps": string(text)})
	return err
}

// undoer takes back the steps of a change.
type undoer struct {
	s      *Store
	tx     *guard.WriteTx
	at     int64 // when the change was made
	done   Undone
	newest int64 // version of a value that it made
}

func (s *Store) undoerOf(tx *guard.WriteTx, change string) (*undoer, []undoStep, error) {
	var row struct {
		At    int64  `db:"made_at"`
		Steps string `db:"steps"`
	}
	err := tx.Get(&row, `SELECT made_at, steps FROM changes WHERE org = :org_id AND id = :id`, guard.Args{"id": change})
	if err != nil {
		return nil, nil, err
	}
	var steps []undoStep
	if err := json.Unmarshal([]byte(row.Steps), &steps); err != nil {
		return nil, nil, fmt.Errorf("steps of change %s: %w", change, err)
	}
	return &undoer{s: s, tx: tx, at: row.At}, steps, nil
}

// errStays says that somebody changed a part since.
var errStays = errors.New("changed since")

// undo takes one step back, for somebody who may, with its entry; or notes that the part
// stays.
func (u *undoer) undo(step undoStep) error {
	act, take := u.how(step)
	if err := u.tx.Must(act); err != nil {
		return err
	}
	about, err := take(step)
	switch {
	case errors.Is(err, errStays) || guard.CodeOf(err) == NotFound:
		u.done.Stay = append(u.done.Stay, step.Name)
		return nil
	case err != nil:
		return fmt.Errorf("undo %s: %w", step.Did, err)
	}
	u.tx.Also(act, about)
	u.done.Steps++
	return nil
}

func (u *undoer) how(step undoStep) (guard.Action, func(undoStep) (guard.Target, error)) {
	switch in := step.place().actions(); step.Did {
	case hookMade:
		return guard.HookDelete, u.removeHook
	case hookChanged:
		return guard.HookUpdate, u.changeHook
	case hookSwitchedOn:
		return guard.HookDisable, u.switchOff
	case hookSwitchedOff:
		return guard.HookEnable, u.switchOn
	case secretAdded:
		return in.delete, u.removeSecret
	case secretChanged:
		return in.update, u.changeSecret
	default:
		return in.restore, u.bringBack
	}
}

// place is where the secret of a step is.
func (step undoStep) place() Place {
	if step.Hook == "" {
		return OrganizationPlace()
	}
	return HookPlace(step.Hook)
}

// secret finds the secret of a step as the change left it.
func (u *undoer) secret(step undoStep) (secretRow, guard.Target, error) {
	row, hook, err := getSecret(u.tx, step.place(), step.ID)
	if err == nil && row.Revision != step.Revision {
		err = errStays
	}
	return row, secretTarget(row, hook), err
}

func (u *undoer) removeSecret(step undoStep) (guard.Target, error) {
	row, t, err := u.secret(step)
	if err != nil {
		return t, err
	}
	return t, hideSecret(u.tx, step.place(), row.ID)
}

// changeSecret gives a secret the value it had before, as a new version; one that had
// none waits for a value again.
func (u *undoer) changeSecret(step undoStep) (guard.Target, error) {
	row, t, err := u.secret(step)
	if err != nil {
		return t, err
	}
	if step.Version == 0 {
		t.Version, t.Detail = 0, "waits for a value again"
		return t, u.empty(step.place(), row)
	}
	value, err := openVersion(u.tx, step.place(), row, step.Version)
	if err != nil {
		return t, err
	}
	c := SecretChange{Name: row.Name, Note: row.Note, Value: &value, from: step.Version}
	t.Version, err = writeChange(u.tx, step.place(), row, c)
	t.Detail = describeChange(row, c)
	u.newest = max(u.newest, t.Version)
	return t, err
}

// empty makes a secret wait for a value, which none can be due for. The one that it had
// stays among its versions.
func (u *undoer) empty(in Place, row secretRow) error {
	_, err := u.tx.Exec(`
		UPDATE secrets
		SET version = 0, revision = revision + 1, updated_at = :now, updated_by = :by, updated_by_name = :by_name,
			due_at = NULL, due_for = NULL
		WHERE org = :org_id AND hook = :hook AND id = :id`,
		guard.Args{"now": guard.Micro(u.tx.Now()), "by": u.tx.Actor(), "by_name": u.tx.ActorName(), "hook": in.hook, "id": row.ID})
	return err
}

// bringBack restores a secret as the change deleted it, unless its name or its place was
// taken.
func (u *undoer) bringBack(step undoStep) (guard.Target, error) {
	in := step.place()
	hook, err := parent(u.tx, in)
	if err != nil {
		return guard.Target{}, err
	}
	var row secretRow
	if err := u.tx.Get(&row, `
		SELECT id, name, version
		FROM secrets
		WHERE org = :org_id AND hook = :hook AND id = :id AND deleted_at = :at`,
		guard.Args{"hook": in.hook, "id": step.ID, "at": u.at}); err != nil {
		return guard.Target{}, err
	}
	err = u.s.restoreSecret(u.tx, in, row.ID)
	if guard.IsUnique(err) || guard.CodeOf(err) == Full {
		err = errStays
	}
	return secretTarget(row, hook), err
}

// hook finds the hook of a step as the change left it.
func (u *undoer) hook(step undoStep) (hookRow, error) {
	row, err := getHook(u.tx, step.Hook)
	if err == nil && row.Revision != step.Revision {
		err = errStays
	}
	return row, err
}

// removeHook deletes a hook that was made, unless it has secrets by now that stay.
func (u *undoer) removeHook(step undoStep) (guard.Target, error) {
	row, err := u.hook(step)
	if err == nil && row.Secrets > 0 {
		err = errStays
	}
	if err != nil {
		return guard.Target{}, err
	}
	return row.target(), hideHook(u.tx, row.ID)
}

func (u *undoer) changeHook(step undoStep) (guard.Target, error) {
	row, err := u.hook(step)
	if err != nil {
		return guard.Target{}, err
	}
	old, err := getScript(u.tx, row.ID, step.Version)
	if err != nil {
		return guard.Target{}, err
	}
	dependencies := dependenciesOf(step.Dependencies)
	row, words, err := writeHook(u.tx, row, hookChange{script: &old.Script, dependencies: &dependencies, reads: step.Reads, restored: step.Version})
	t := row.target()
	t.Version, t.Detail = row.ScriptVersion, words
	return t, err
}

// switchOff switches a hook off again, and on the one that went off for it, unless a
// third one has the trigger by now.
func (u *undoer) switchOff(step undoStep) (guard.Target, error) {
	row, err := getHook(u.tx, step.Hook)
	if err == nil && !row.Enabled {
		err = errStays
	}
	if err != nil {
		return guard.Target{}, err
	}
	if err := setEnabled(u.tx, row.ID, false); err != nil || step.Other == "" {
		return row.target(), err
	}
	other, err := u.enable(step.Other)
	switch {
	case errors.Is(err, errStays) || guard.CodeOf(err) == NotFound: // taken, or it is gone
		return row.target(), nil
	case err != nil:
		return row.target(), err
	}
	u.tx.Also(guard.HookEnable, other)
	return row.target(), nil
}

func (u *undoer) switchOn(step undoStep) (guard.Target, error) { return u.enable(step.Hook) }

// enable switches a hook on, unless one of its trigger is on by now.
func (u *undoer) enable(id string) (guard.Target, error) {
	row, err := getHook(u.tx, id)
	if err != nil {
		return guard.Target{}, err
	}
	on, err := enabledHooks(u.tx)
	if err == nil && on[row.Trigger] != "" {
		err = errStays
	}
	if err != nil {
		return guard.Target{}, err
	}
	return row.target(), setEnabled(u.tx, row.ID, true)
}
