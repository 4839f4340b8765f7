package store

import (
	"context"
	"fmt"
	"strings"

	"github.com/oklog/ulid/v2"

	"hooksafe/store/internal/guard"
)

// HookToDuplicate returns a hook and a free name for its copy to somebody who may
// make one.
func (s *Store) HookToDuplicate(ctx context.Context, a Actor, id string) (h Hook, name string, err error) {
	h, err = guard.ViewOf(ctx, s.db, a, guard.HookCreate, thisHook(id), func(tx *guard.ReadTx) (Hook, error) {
		row, err := getHook(tx, id)
		if err == nil {
			name, err = freeHookName(tx, row.Name)
		}
		return row.hook(), err
	})
	return h, name, err
}

// freeHookName is a name for a copy that no hook has: "X copy", "X copy 2" …
func freeHookName(tx getter, of string) (string, error) {
	for n := 1; ; n++ {
		suffix := " copy"
		if n > 1 {
			suffix = fmt.Sprintf(" copy %d", n)
		}
		name := strings.TrimRight(of[:min(len(of), maxName-len(suffix))], " -") + suffix
		var taken int
		err := tx.Get(&taken, `SELECT count(*) FROM hooks WHERE org = :org_id AND name_key = :key AND deleted_at IS NULL`,
			guard.Args{"key": hookNameKey(name)})
		if err != nil || taken == 0 {
			return name, err
		}
	}
}

// DuplicateHook makes a hook, switched off, with the script and the dependencies of
// another. Of its secrets it takes names and notes: they wait for values of their own.
// A name that is taken is a Conflict.
func (s *Store) DuplicateHook(ctx context.Context, a Actor, id, name string) (Hook, error) {
	if err := checkHookName(name); err != nil {
		return Hook{}, err
	}
	return guard.Act(ctx, s.db, a, guard.HookCreate, thisHook(id), func(tx *guard.WriteTx) (Hook, error) {
		from := *tx.Target()
		copied, err := copyHook(tx, id, name)
		if err != nil {
			return Hook{}, err
		}
		*tx.Target() = copied.target()
		tx.Target().Detail = "copied from " + from.Name
		if err := copySecretNames(tx, id, copied); err != nil {
			return Hook{}, err
		}
		row, err := getHook(tx, copied.ID)
		return row.hook(), err
	})
}

func copyHook(tx *guard.WriteTx, from, name string) (hookRow, error) {
	id := newHookID(tx)
	_, err := tx.Exec(`
		INSERT INTO hooks (id, org, name, name_key, trigger, script, script_version, dependencies, reads, enabled, revision,
			created_at, created_by, updated_at, updated_by, updated_by_name)
		SELECT :id, org, :name, :name_key, trigger, script, 1, dependencies, reads, 0, 1, :now, :by, :now, :by, :by_name
		FROM hooks
		WHERE org = :org_id AND id = :from`,
		guard.Args{"id": id, "name": name, "name_key": hookNameKey(name), "from": from,
			"now": guard.Micro(tx.Now()), "by": tx.Actor(), "by_name": tx.ActorName()})
	if guard.IsUnique(err) {
		return hookRow{}, hookTaken(name)
	}
	if err != nil {
		return hookRow{}, err
	}
	row, err := getHook(tx, id)
	if err != nil {
		return hookRow{}, err
	}
	return row, keepScript(tx, row)
}

// copySecretNames adds the secrets of a hook to its copy, pending.
func copySecretNames(tx *guard.WriteTx, from string, copied hookRow) error {
	secrets, err := listSecrets(tx, HookPlace(from))
	if err != nil {
		return err
	}
	for _, row := range secrets {
		id, err := insertName(tx, HookPlace(copied.ID), row.Name, row.Note, 0)
		if err != nil {
			return err
		}
		target := secretTarget(secretRow{ID: id, Name: row.Name}, copied)
		target.Detail = "waits for a value"
		tx.Also(guard.SecretCreate, target)
	}
	return nil
}

// newHookID is a ULID of the time of the action.
func newHookID(tx *guard.WriteTx) string {
	return ulid.MustNew(ulid.Timestamp(tx.Now()), ulid.DefaultEntropy()).String()
}
