package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"hooksafe/store/internal/guard"
	"hooksafe/store/internal/seal"
)

// Applied is what an import did.
type Applied struct {
	Change                           string // the id to undo it by
	Added, Changed, Pending, Deleted int    // secrets; those that are added without a value are Pending
	Hooks                            int    // made or changed
	Refused                          int    // items of the plan that could not be chosen
}

// ApplyImport carries out what was chosen of an import, all of it or nothing. token is
// that of the plan that somebody saw: if it would be another one by now, it is Stale.
// UndoImport undoes it for 7 days.
func (s *Store) ApplyImport(ctx context.Context, a Actor, in Place, plan, token string, c Choice) (Applied, error) {
	done, err := guard.Act(ctx, s.db, a, in.actions().bring, importInto(in), func(tx *guard.WriteTx) (Applied, error) {
		laid, err := s.planHeld(tx, in, plan)
		if err != nil {
			return Applied{}, err
		}
		if laid.Token != token {
			return Applied{}, guard.Errorf(Stale, "", "Something changed meanwhile, so nothing was imported. Look at what the import would do now.")
		}
		picked, err := c.of(laid.Items)
		if err != nil {
			return Applied{}, err
		}
		return s.carryOut(tx, in, laid, picked)
	})
	if err == nil && done.Changed > 0 {
		s.destroyed.Store(true) // the oldest versions may be gone
	}
	return done, err
}

// of tells which items are chosen.
func (c Choice) of(items []PlanItem) ([]bool, error) {
	chosen, some := make([]bool, len(items)), false
	for i := c.Shown; i >= 0 && i < len(items); i++ {
		chosen[i] = items[i].Chosen
		some = some || chosen[i]
	}
	for _, i := range c.Picked {
		if i < 0 || i >= min(c.Shown, len(items)) || !items[i].Selectable() {
			return nil, guard.Errorf(Invalid, "", "Item %d can't be chosen.", i+1)
		}
		chosen[i], some = true, true
	}
	if !some {
		return nil, guard.Errorf(Invalid, "", "Choose what to import.")
	}
	return chosen, nil
}

// carrier carries out the parts of a plan and notes how to undo each.
type carrier struct {
	s     *Store
	tx    *guard.WriteTx
	steps []undoStep
	done  Applied
}

func (s *Store) carryOut(tx *guard.WriteTx, in Place, laid laidPlan, chosen []bool) (Applied, error) {
	c := carrier{s: s, tx: tx, done: Applied{Change: newID()}}
	for i, of := range laid.parts {
		item := laid.Items[i]
		if item.Fate == FateRefused {
			c.done.Refused++
		}
		if !chosen[i] {
			continue
		}
		if err := c.carry(item, of); err != nil {
			return Applied{}, err
		}
	}
	t := tx.Target()
	t.Detail = fmt.Sprintf("from %s: %s", t.Name, c.done.words())
	t.ID, t.Name = c.done.Change, ""
	tx.Change(c.done.Change)
	return c.done, errors.Join(saveChange(tx, in, c.done, c.steps), forgetPlan(tx, laid.ID))
}

// words are what an import did, for the audit log.
func (d Applied) words() string {
	var parts []string
	for _, count := range []struct {
		n    int
		what string
	}{
		{d.Hooks, "hooks made or changed"}, {d.Added, "secrets added"}, {d.Pending, "added without a value"},
		{d.Changed, "changed"}, {d.Deleted, "deleted"},
	} {
		if count.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", count.n, count.what))
		}
	}
	return strings.Join(parts, ", ")
}

// carry carries out one item. What belongs to a new hook that wasn't chosen stays away
// with it.
func (c *carrier) carry(item PlanItem, of part) error {
	switch {
	case item.Kind == HookItem && item.Fate == FateNew:
		return c.makeHook(of.group)
	case item.Kind == HookItem:
		return c.changeHook(of.group)
	case of.held != nil && of.hook.ID == "":
		return nil
	case item.Kind == SwitchItem:
		return c.toggle(of.group)
	}
	switch item.Fate {
	case FateNew, FatePending:
		return c.addSecret(of)
	case FateMissing:
		return c.deleteSecret(of)
	default:
		return c.changeSecret(of)
	}
}

func (h *heldHook) change() hookChange {
	dependencies := dependenciesOf(h.Dependencies)
	return hookChange{name: &h.Name, script: &h.Script, dependencies: &dependencies, reads: h.Reads}
}

func (c *carrier) makeHook(g *group) error {
	if err := c.tx.Must(guard.HookCreate); err != nil {
		return err
	}
	row, err := insertHook(c.tx, g.held.Trigger, g.held.change())
	if err != nil {
		return err
	}
	g.hook, g.in = row, HookPlace(row.ID)
	c.tx.Also(guard.HookCreate, row.target())
	c.done.Hooks++
	c.steps = append(c.steps, undoStep{Did: hookMade, Hook: row.ID, Name: row.Name, Revision: row.Revision})
	return nil
}

func (c *carrier) changeHook(g *group) error {
	if err := c.tx.Must(guard.HookUpdate); err != nil {
		return err
	}
	before := g.hook
	row, words, err := writeHook(c.tx, g.hook, g.held.change())
	if err != nil {
		return err
	}
	g.hook = row
	t := row.target()
	t.Version, t.Detail = row.ScriptVersion, words
	c.tx.Also(guard.HookUpdate, t)
	c.done.Hooks++
	c.steps = append(c.steps, undoStep{Did: hookChanged, Hook: row.ID, Name: row.Name, Revision: row.Revision,
		Version: before.ScriptVersion, Dependencies: before.Dependencies.text()})
	return nil
}

func (c *carrier) toggle(g *group) error {
	act, on := guard.HookDisable, g.held.Enabled
	if on {
		act = guard.HookEnable
	}
	if err := c.tx.Must(act); err != nil {
		return err
	}
	step := undoStep{Did: hookSwitched, Hook: g.hook.ID, Name: g.hook.Name, On: on}
	if on {
		other, err := switchOther(c.tx, g.hook)
		if err != nil {
			return err
		}
		step.Other = other.ID
	}
	c.tx.Also(act, g.hook.target())
	c.steps = append(c.steps, step)
	return setEnabled(c.tx, g.hook.ID, on)
}

func (c *carrier) addSecret(of part) (err error) {
	act := of.in.actions().create
	if err := c.tx.Must(act); err != nil {
		return err
	}
	if err := c.s.freePlaces(c.tx, of.in, 1); err != nil {
		return err
	}
	row := secretRow{Name: of.secret.Name, Version: 1}
	if of.secret.Pending {
		row.Version = 0
	}
	if row.ID, err = insertName(c.tx, of.in, row.Name, "", row.Version); err != nil {
		return err
	}
	t := secretTarget(row, of.hook)
	if of.secret.Pending {
		t.Detail = "waits for a value"
		c.done.Pending++
	} else if err := saveVersion(c.tx, of.in, row.ID, 1, seal.NewPlaintext(of.secret.Value), 0); err != nil {
		return err
	} else {
		c.done.Added++
	}
	c.tx.Also(act, t)
	c.steps = append(c.steps, undoStep{Did: secretAdded, Hook: of.in.hook, ID: row.ID, Name: row.Name, Revision: 1})
	return nil
}

func (c *carrier) changeSecret(of part) error {
	act := of.in.actions().update
	if err := c.tx.Must(act); err != nil {
		return err
	}
	value := seal.NewPlaintext(of.secret.Value)
	version, err := writeChange(c.tx, of.in, of.row.secretRow, SecretChange{Name: of.row.Name, Note: of.row.Note, Value: &value})
	if err != nil {
		return err
	}
	t := secretTarget(of.row.secretRow, of.hook)
	t.Version, t.Detail = version, "new value"
	c.tx.Also(act, t)
	c.done.Changed++
	c.steps = append(c.steps, undoStep{Did: secretChanged, Hook: of.in.hook, ID: of.row.ID, Name: of.row.Name,
		Revision: of.row.Revision + 1, Version: of.row.Version})
	return nil
}

func (c *carrier) deleteSecret(of part) error {
	act := of.in.actions().delete
	if err := c.tx.Must(act); err != nil {
		return err
	}
	c.tx.Also(act, secretTarget(of.row.secretRow, of.hook))
	c.done.Deleted++
	c.steps = append(c.steps, undoStep{Did: secretDeleted, Hook: of.in.hook, ID: of.row.ID, Name: of.row.Name})
	return hideSecret(c.tx, of.in, of.row.ID)
}

// saveChange keeps what undoes an import, for as long as it can be undone.
func saveChange(tx *guard.WriteTx, in Place, done Applied, steps []undoStep) error {
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

// forgetPlan takes an import away once it is carried out, so that it happens once.
func forgetPlan(tx *guard.WriteTx, id string) error {
	_, err := tx.Exec(`DELETE FROM import_plans WHERE org = :org_id AND id = :id`, guard.Args{"id": id})
	return err
}
