package store

import (
	"context"
	"errors"
	"strings"

	"hooksafe/store/internal/guard"
	"hooksafe/store/internal/seal"
)

// Applied is what an import did.
type Applied struct {
	Change                           string // the id to undo it by
	Added, Changed, Pending, Deleted int    // secrets; those that are added without a value are Pending
	Hooks                            int    // made, changed or switched
	Kept                             int    // placeholders that kept what is stored
	Refused                          int    // items of the plan that could not be chosen
}

// ApplyImport carries out what was chosen of an import, all of it or nothing. token is
// that of the plan that somebody saw: if it would be another one by now, it is Stale.
// What belongs to a new hook that wasn't chosen stays away with it. UndoImport undoes it
// for 7 days.
func (s *Store) ApplyImport(ctx context.Context, a Actor, in Place, plan, token string, c Choice) (Applied, error) {
	newest := int64(0)
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
		run := carrier{tx: tx, done: Applied{Change: newID()}, off: map[string]bool{}}
		if err := run.carryOut(laid, picked); err != nil {
			return Applied{}, err
		}
		newest = run.newest
		return run.done, errors.Join(keepChange(tx, in, run.done, run.steps), forgetImport(tx, plan))
	})
	_, err = s.outgrown(Secret{Version: newest}, err)
	return done, err
}

// of tells which items are chosen.
func (c Choice) of(items []PlanItem) ([]bool, error) {
	chosen := make([]bool, len(items))
	for i, item := range items {
		chosen[i] = item.Chosen && i >= c.Shown
	}
	for _, i := range c.Picked {
		if i < 0 || i >= min(c.Shown, len(items)) || !items[i].Selectable() {
			return nil, guard.Errorf(Invalid, "", "Item %d can't be chosen.", i+1)
		}
		chosen[i] = true
	}
	return chosen, nil
}

// carrier carries out the parts of a plan and notes how to undo each.
type carrier struct {
	tx     *guard.WriteTx
	steps  []undoStep
	done   Applied
	newest int64           // version of a value that it made
	off    map[string]bool // hooks that went off for another one
}

// carryOut carries out what was chosen. All entries of it are parts of one change.
func (c *carrier) carryOut(laid laidPlan, chosen []bool) error {
	for i, of := range laid.parts {
		switch laid.Items[i].Fate {
		case FateRefused:
			c.done.Refused++
		case FateKept:
			c.done.Kept++
		}
		if !chosen[i] {
			continue
		}
		if err := c.carry(laid.Items[i], of); err != nil {
			return err
		}
	}
	if len(c.steps) == 0 {
		return guard.Errorf(Invalid, "", "Choose what to import.")
	}
	c.tx.Target().ID, c.tx.Target().Detail = c.done.Change, "from "+laid.source+": "+c.done.words()
	c.tx.Change(c.done.Change)
	return nil
}

// words are what an import did, for the audit log.
func (d Applied) words() string {
	var parts []string
	for _, count := range []struct {
		n          int
		what, done string
	}{
		{d.Hooks, "hook", "imported"}, {d.Added, "secret", "added"}, {d.Changed, "secret", "changed"},
		{d.Pending, "secret", "added without a value"}, {d.Deleted, "secret", "deleted"},
		{d.Kept, "placeholder", "kept what is stored"}, {d.Refused, "item", "refused"},
	} {
		if count.n > 0 {
			parts = append(parts, plural(count.n, count.what)+" "+count.done)
		}
	}
	return strings.Join(parts, ", ")
}

// carry carries out one item.
func (c *carrier) carry(item PlanItem, of part) error {
	if of.held != nil && of.hook.ID == "" && !(item.Kind == HookItem && item.Fate == FateNew) {
		return nil // belongs to a new hook that wasn't chosen
	}
	switch act := of.in.actions(); {
	case item.Kind == HookItem && item.Fate == FateNew:
		return c.do(guard.HookCreate, of, c.makeHook)
	case item.Kind == HookItem:
		return c.do(guard.HookUpdate, of, c.changeHook)
	case item.Kind == SwitchItem && of.held.Enabled:
		return c.do(guard.HookEnable, of, c.switchOn)
	case item.Kind == SwitchItem && c.off[of.hook.ID]:
		return nil
	case item.Kind == SwitchItem:
		return c.do(guard.HookDisable, of, c.switchOff)
	case item.Fate == FateMissing:
		return c.do(act.delete, of, c.deleteSecret)
	case item.Fate == FateChanged:
		return c.do(act.update, of, c.changeSecret)
	default:
		return c.do(act.create, of, c.addSecret)
	}
}

// do carries out one part, for somebody who may, with its entry.
func (c *carrier) do(act guard.Action, of part, carry func(part) (guard.Target, undoStep, error)) error {
	if err := c.tx.Must(act); err != nil {
		return err
	}
	about, step, err := carry(of)
	if err != nil {
		return err
	}
	if about.Kind == "hook" && !of.counted {
		of.counted = true
		c.done.Hooks++
	}
	c.tx.Also(act, about)
	c.steps = append(c.steps, step)
	return nil
}

func (c *carrier) makeHook(of part) (guard.Target, undoStep, error) {
	row, err := insertHook(c.tx, of.held.Trigger, of.held.change())
	of.group.hook, of.group.in = row, HookPlace(row.ID) // for its secrets
	return row.target(), undoStep{Did: hookMade, Hook: row.ID, Name: row.Name, Revision: row.Revision}, err
}

func (c *carrier) changeHook(of part) (guard.Target, undoStep, error) {
	before := of.hook
	row, words, err := writeHook(c.tx, before, of.held.change())
	t := row.target()
	t.Version, t.Detail = row.ScriptVersion, words
	return t, undoStep{Did: hookChanged, Hook: row.ID, Name: row.Name, Revision: row.Revision,
		Version: before.ScriptVersion, Reads: before.Reads, Dependencies: before.Dependencies.text()}, err
}

func (c *carrier) switchOn(of part) (guard.Target, undoStep, error) {
	other, err := switchOther(c.tx, of.hook)
	if err != nil {
		return guard.Target{}, undoStep{}, err
	}
	c.off[other.ID] = true
	return of.hook.target(), undoStep{Did: hookSwitchedOn, Hook: of.hook.ID, Name: of.hook.Name, Other: other.ID},
		setEnabled(c.tx, of.hook.ID, true)
}

func (c *carrier) switchOff(of part) (guard.Target, undoStep, error) {
	return of.hook.target(), undoStep{Did: hookSwitchedOff, Hook: of.hook.ID, Name: of.hook.Name},
		setEnabled(c.tx, of.hook.ID, false)
}

// addSecret adds a secret, with its value or without. That there is a place for it is
// what the plan says, which was made in the same transaction.
func (c *carrier) addSecret(of part) (guard.Target, undoStep, error) {
	version := int64(1)
	if of.secret.Pending {
		version = 0
	}
	id, err := insertName(c.tx, of.in, of.secret.Name, "", version)
	if err != nil {
		return guard.Target{}, undoStep{}, err
	}
	row := secretRow{ID: id, Name: of.secret.Name, Version: version, Revision: 1}
	t, step := secretTarget(row, of.hook), of.step(secretAdded, row)
	if of.secret.Pending {
		c.done.Pending++
		t.Detail = "waits for a value"
		return t, step, nil
	}
	c.done.Added++
	return t, step, saveVersion(c.tx, of.in, id, 1, seal.NewPlaintext(of.secret.Value), 0)
}

func (c *carrier) changeSecret(of part) (guard.Target, undoStep, error) {
	row, value := of.row.secretRow, seal.NewPlaintext(of.secret.Value)
	version, err := writeChange(c.tx, of.in, row, SecretChange{Name: row.Name, Note: row.Note, Value: &value})
	c.newest = max(c.newest, version)
	c.done.Changed++
	t := secretTarget(row, of.hook)
	t.Version, t.Detail = version, "new value"
	step := of.step(secretChanged, row)
	step.Revision++
	return t, step, err
}

func (c *carrier) deleteSecret(of part) (guard.Target, undoStep, error) {
	row := of.row.secretRow
	c.done.Deleted++
	return secretTarget(row, of.hook), of.step(secretDeleted, row), hideSecret(c.tx, of.in, row.ID)
}

// step undoes what was done to a secret.
func (of part) step(did string, row secretRow) undoStep {
	step := undoStep{Did: did, Hook: of.in.hook, ID: row.ID, Name: row.Name, Revision: row.Revision, Version: row.Version}
	if of.held != nil {
		step.Name = of.hook.Name + ", " + row.Name
	}
	return step
}
