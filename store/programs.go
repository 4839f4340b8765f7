package store

import (
	"context"
	"slices"
	"strings"

	"hooksafe/store/internal/guard"
)

// What programs do to hooks beside what people do: a whole hook in one request,
// changes without a form that they were made from, pages by number.

// NewHook is a hook to make.
type NewHook struct {
	Name, Trigger, Script string
	Dependencies          []Dependency
	Enabled               bool
}

// CreateHookWith makes a hook. A name that is taken is a Conflict. One that is
// enabled switches the other hook of its trigger off.
func (s *Store) CreateHookWith(ctx context.Context, a Actor, n NewHook) (Hook, error) {
	if !slices.Contains(Triggers(), n.Trigger) {
		return Hook{}, guard.Errorf(Invalid, "triggerId", "Use one of %s.", strings.Join(Triggers(), ", "))
	}
	c, err := checkHookChange(HookChange{Name: &n.Name, Script: &n.Script, Dependencies: &n.Dependencies})
	if err != nil {
		return Hook{}, err
	}
	return guard.Act(ctx, s.db, a, guard.HookCreate, newHook, func(tx *guard.WriteTx) (Hook, error) {
		row, err := insertHook(tx, n.Trigger, c)
		if err != nil {
			return Hook{}, err
		}
		*tx.Target() = row.target()
		if !n.Enabled {
			return row.hook(), nil
		}
		tx.Target().Detail = "switched on"
		return switchHook(tx, row, true)
	})
}

// insertHook makes a hook, switched off, with the first version of its script.
func insertHook(tx *guard.WriteTx, trigger string, c hookChange) (hookRow, error) {
	id := newHookID(tx)
	_, err := tx.Exec(`
		INSERT INTO hooks (id, org, name, name_key, trigger, script, script_version, reads, dependencies, enabled, revision,
			created_at, created_by, updated_at, updated_by, updated_by_name)
		VALUES (:id, :org_id, :name, :name_key, :trigger, :script, 1, :reads, :dependencies, 0, 1, :now, :by, :now, :by, :by_name)`,
		guard.Args{"id": id, "name": *c.name, "name_key": hookNameKey(*c.name), "trigger": trigger, "script": *c.script,
			"reads": c.reads, "dependencies": c.dependencies.text(),
			"now": guard.Micro(tx.Now()), "by": tx.Actor(), "by_name": tx.ActorName()})
	if guard.IsUnique(err) {
		return hookRow{}, hookTaken(*c.name)
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

// switchHook switches a hook on or off, and on switches the other hook of its
// trigger off.
func switchHook(tx *guard.WriteTx, row hookRow, on bool) (Hook, error) {
	if on {
		if _, err := switchOther(tx, row); err != nil {
			return Hook{}, err
		}
	}
	if err := setEnabled(tx, row.ID, on); err != nil {
		return Hook{}, err
	}
	row, err := getHook(tx, row.ID)
	return row.hook(), err
}

// HookPatch is what a program changes; nil keeps what is stored.
type HookPatch struct {
	Name, Script *string
	Dependencies *[]Dependency
	Enabled      *bool
}

// Empty tells whether it changes nothing.
func (p HookPatch) Empty() bool { return p == HookPatch{} }

// PatchHook changes a hook as it is, whoever saved it last. A name that is taken is
// a Conflict.
func (s *Store) PatchHook(ctx context.Context, a Actor, id string, p HookPatch) (Hook, error) {
	if p.Enabled != nil && p == (HookPatch{Enabled: p.Enabled}) {
		h, _, err := s.EnableHook(ctx, a, id, *p.Enabled)
		return h, err
	}
	c, err := checkHookChange(HookChange{Name: p.Name, Script: p.Script, Dependencies: p.Dependencies})
	if err != nil {
		return Hook{}, err
	}
	return guard.Act(ctx, s.db, a, guard.HookUpdate, thisHook(id), func(tx *guard.WriteTx) (Hook, error) {
		row, err := getHook(tx, id)
		if err != nil {
			return Hook{}, err
		}
		saved, err := saveHook(tx, row, c)
		if err != nil || p.Enabled == nil || *p.Enabled == row.Enabled {
			return saved.Hook, err
		}
		row.Name = saved.Name
		act := guard.HookDisable
		if *p.Enabled {
			act = guard.HookEnable
		}
		tx.Also(act, row.target())
		return switchHook(tx, row, *p.Enabled)
	})
}

// RemoveHook deletes a hook with its secrets. It can be undone for 7 days.
func (s *Store) RemoveHook(ctx context.Context, a Actor, id string) error {
	_, err := guard.Act(ctx, s.db, a, guard.HookDelete, thisHook(id), func(tx *guard.WriteTx) (struct{}, error) {
		if _, err := getHook(tx, id); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, hideHook(tx, id)
	})
	return err
}

// HookQuery says which hooks a page has, by when they were made.
type HookQuery struct {
	Trigger       string // "": any
	Enabled       *bool  // nil: both
	Offset, Limit int
}

// HookPage lists hooks with their scripts, oldest first, and counts all that the
// query finds. A page past the end is empty.
func (s *Store) HookPage(ctx context.Context, a Actor, q HookQuery) (hooks []Hook, total int, err error) {
	enabled := -1 // both
	if q.Enabled != nil {
		enabled = 0
		if *q.Enabled {
			enabled = 1
		}
	}
	const found = `
		FROM hooks
		WHERE org = :org_id AND deleted_at IS NULL AND :trigger IN ('', trigger) AND :enabled IN (-1, enabled)`
	hooks, err = guard.View(ctx, s.db, a, guard.HookRead, func(tx *guard.ReadTx) ([]Hook, error) {
		args := guard.Args{"trigger": q.Trigger, "enabled": enabled}
		if err := tx.Get(&total, `SELECT count(*)`+found, args); err != nil {
			return nil, err
		}
		args["limit"], args["offset"] = q.Limit, q.Offset
		var rows []hookRow
		if err := tx.Select(&rows, `
			SELECT id, name, trigger, script, enabled, dependencies`+found+`
			ORDER BY id
			LIMIT :limit OFFSET :offset`, args); err != nil {
			return nil, err
		}
		list := make([]Hook, len(rows))
		for i, row := range rows {
			list[i] = row.hook()
		}
		return list, nil
	})
	return hooks, total, err
}
