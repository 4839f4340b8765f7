package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
	Stay  []string // names of what somebody changed since, which stays as it is
}

// undoStep undoes one part of a change, if nobody has changed that part since: its
// revision must be the one that the change left.
type undoStep struct {
	Did          string
	Hook         string `json:",omitempty"` // "" is the organization
	ID           string `json:",omitempty"` // of a secret
	Name         string
	Revision     int64  `json:",omitempty"` // after the change
	Version      int64  `json:",omitempty"` // of the value or the script before it
	Dependencies string `json:",omitempty"` // before it
	On           bool   `json:",omitempty"` // whether it switched the hook on
	Other        string `json:",omitempty"` // the hook that it switched off by that
}

// What a step undoes.
const (
	hookMade      = "hook made"
	hookChanged   = "hook changed"
	hookSwitched  = "hook switched"
	secretAdded   = "secret added"
	secretChanged = "secret changed"
	secretDeleted = "secret deleted"
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
	return guard.Act(ctx, s.db, a, in.actions().undo, thisChange(in, change), func(tx *guard.WriteTx) (Undone, error) {
		steps, err := stepsOf(tx, change)
		if err != nil {
			return Undone{}, err
		}
		u := undoer{s: s, tx: tx}
		for i := len(steps) - 1; i >= 0; i-- {
			if err := u.undo(steps[i]); err != nil {
				return Undone{}, fmt.Errorf("undo %s: %w", steps[i].Did, err)
			}
		}
		if u.done.Steps == 0 {
			return Undone{}, guard.Errorf(Conflict, "", "All that this import did was changed since, so there is nothing to undo.")
		}
		tx.Change(change)
		tx.Target().Detail = u.done.words()
		_, err = tx.Exec(`UPDATE changes SET undone_at = :now, undone_by = :by WHERE org = :org_id AND id = :id`,
			guard.Args{"now": guard.Micro(tx.Now()), "by": tx.ActorName(), "id": change})
		return u.done, err
	})
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

func stepsOf(tx *guard.WriteTx, change string) ([]undoStep, error) {
	var text string
	if err := tx.Get(&text, `SELECT steps FROM changes WHERE org = :org_id AND id = :id`, guard.Args{"id": change}); err != nil {
		return nil, err
	}
	var steps []undoStep
	err := json.Unmarshal([]byte(text), &steps)
	return steps, err
}

type undoer struct {
	s    *Store
	tx   *guard.WriteTx
	done Undone
}

// errStays says that somebody changed a part since.
var errStays = errors.New("changed since")

// undo takes one step back, or notes that the part stays.
func (u *undoer) undo(step undoStep) error {
	take := map[string]func(undoStep) error{
		hookMade: u.removeHook, hookChanged: u.changeHook, hookSwitched: u.toggle,
		secretAdded: u.removeSecret, secretChanged: u.changeSecret, secretDeleted: u.bringBack,
	}[step.Did]
	err := take(step)
	switch {
	case errors.Is(err, errStays) || guard.CodeOf(err) == NotFound:
		u.done.Stay = append(u.done.Stay, step.Name)
		return nil
	case err == nil:
		u.done.Steps++
	}
	return err
}

// place is where the secret of a step is.
func (step undoStep) place() Place {
	if step.Hook == "" {
		return OrganizationPlace()
	}
	return HookPlace(step.Hook)
}

// secret finds the secret of a step as the change left it.
func (u *undoer) secret(step undoStep) (secretRow, hookRow, error) {
	row, hook, err := getSecret(u.tx, step.place(), step.ID)
	if err == nil && row.Revision != step.Revision {
		err = errStays
	}
	return row, hook, err
}

func (u *undoer) removeSecret(step undoStep) error {
	row, hook, err := u.secret(step)
	if err != nil {
		return err
	}
	act := step.place().actions().delete
	u.tx.Also(act, secretTarget(row, hook))
	return errors.Join(u.tx.Must(act), hideSecret(u.tx, step.place(), row.ID))
}

// changeSecret gives a secret the value it had before, as a new version; one that had
// none waits for a value again.
func (u *undoer) changeSecret(step undoStep) error {
	row, hook, err := u.secret(step)
	if err != nil {
		return err
	}
	in, act, t := step.place(), step.place().actions().update, secretTarget(row, hook)
	if err := u.tx.Must(act); err != nil {
		return err
	}
	if step.Version == 0 {
		t.Version, t.Detail = 0, "waits for a value again"
		u.tx.Also(act, t)
		return u.empty(in, row)
	}
	value, err := openVersion(u.tx, in, row, step.Version)
	if err != nil {
		return err
	}
	c := SecretChange{Name: row.Name, Note: row.Note, Value: &value, from: step.Version}
	t.Version, err = writeChange(u.tx, in, row, c)
	t.Detail = describeChange(row, c)
	u.tx.Also(act, t)
	return err
}

// empty makes a secret wait for a value. The one that it had stays among its versions.
func (u *undoer) empty(in Place, row secretRow) error {
	_, err := u.tx.Exec(`
		UPDATE secrets
		SET version = 0, revision = revision + 1, updated_at = :now, updated_by = :by, updated_by_name = :by_name
		WHERE org = :org_id AND hook = :hook AND id = :id`,
		guard.Args{"now": guard.Micro(u.tx.Now()), "by": u.tx.Actor(), "by_name": u.tx.ActorName(), "hook": in.hook, "id": row.ID})
	return err
}

// bringBack restores a secret that was deleted, unless its name or its place was taken.
func (u *undoer) bringBack(step undoStep) error {
	in, act := step.place(), step.place().actions().restore
	targets, err := deletedSecret(in, step.ID)(u.tx)
	if err != nil {
		return err
	}
	if err := u.tx.Must(act); err != nil {
		return err
	}
	err = u.s.restoreSecret(u.tx, in, step.ID)
	if guard.IsUnique(err) || guard.CodeOf(err) == Full {
		return errStays
	}
	u.tx.Also(act, targets[0])
	return err
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
func (u *undoer) removeHook(step undoStep) error {
	row, err := u.hook(step)
	if err != nil {
		return err
	}
	if row.Secrets > 0 {
		return errStays
	}
	u.tx.Also(guard.HookDelete, row.target())
	return errors.Join(u.tx.Must(guard.HookDelete), hideHook(u.tx, row.ID))
}

func (u *undoer) changeHook(step undoStep) error {
	row, err := u.hook(step)
	if err != nil {
		return err
	}
	if err := u.tx.Must(guard.HookUpdate); err != nil {
		return err
	}
	dependencies := dependenciesOf(step.Dependencies)
	c := hookChange{dependencies: &dependencies}
	if step.Version != row.ScriptVersion {
		old, err := getScript(u.tx, row.ID, step.Version)
		if err != nil {
			return err
		}
		c.script, c.restored = &old.Script, step.Version
		if c.reads, err = namesRead(old.Script); err != nil {
			return err
		}
	}
	row, words, err := writeHook(u.tx, row, c)
	t := row.target()
	t.Version, t.Detail = row.ScriptVersion, words
	u.tx.Also(guard.HookUpdate, t)
	return err
}

// toggle switches a hook back, and on again the one that it switched off.
func (u *undoer) toggle(step undoStep) error {
	row, err := getHook(u.tx, step.Hook)
	if err != nil {
		return err
	}
	if row.Enabled != step.On {
		return errStays
	}
	if err := u.flip(row, !step.On); err != nil || step.Other == "" {
		return err
	}
	other, err := getHook(u.tx, step.Other)
	if guard.CodeOf(err) == NotFound {
		return nil // it was deleted since
	}
	if err != nil {
		return err
	}
	if err := u.flip(other, true); !errors.Is(err, errStays) {
		return err
	}
	return nil // a third one has the trigger by now
}

// flip switches a hook. If another has the trigger by now, that one goes on.
func (u *undoer) flip(row hookRow, on bool) error {
	act := guard.HookDisable
	if on {
		act = guard.HookEnable
		taken, err := enabledHooks(u.tx)
		if err != nil {
			return err
		}
		if taken[row.Trigger] != "" {
			return errStays
		}
	}
	u.tx.Also(act, row.target())
	return errors.Join(u.tx.Must(act), setEnabled(u.tx, row.ID, on))
}
