package store

import (
	"context"
	"fmt"
	"slices"

	"hooksafe/store/internal/guard"
)

// What a program sends comes in batches that are stored whole or not at all, in one
// action with an audit entry for each secret. A program says by name what it means,
// so nothing is typed again to confirm it.

// NewValue is a new value for a secret that is there.
type NewValue struct {
	Name  string
	Value Plaintext
}

// AddSecrets adds secrets, all or none. Names that are taken are a Conflict that
// names them, more than fit are Full.
func (s *Store) AddSecrets(ctx context.Context, a Actor, in Place, add []NewSecret) error {
	names := make([]string, len(add))
	for i, n := range add {
		if err := checkNew(in, i, n); err != nil {
			return err
		}
		names[i] = n.Name
	}
	if err := s.checkBatch(names); err != nil {
		return err
	}
	_, err := guard.Act(ctx, s.db, a, in.actions().create, newSecretIn(in), func(tx *guard.WriteTx) (struct{}, error) {
		found, err := secretsNamed(tx, in, names)
		if err != nil {
			return struct{}{}, err
		}
		if taken := which(names, found, true); len(taken) > 0 {
			return struct{}{}, aboutNames(Conflict, taken)
		}
		if err := s.freePlaces(tx, in, len(add)); err != nil {
			return struct{}{}, err
		}
		record, about := recorder(tx, in.actions().create), *tx.Target()
		for _, n := range add {
			t := about
			if t.ID, err = insertSecret(tx, in, n); err != nil {
				return struct{}{}, err
			}
			t.Name, t.Version = n.Name, 1
			record(t)
		}
		return struct{}{}, nil
	})
	return err
}

// ChangeValues gives secrets new values, all or none. Names that are not there are
// NotFound, and named. A placeholder keeps the stored value, and its entry says so.
func (s *Store) ChangeValues(ctx context.Context, a Actor, in Place, change []NewValue) error {
	names := make([]string, len(change))
	for i, v := range change {
		if err := checkNewValue(in, i, v); err != nil {
			return err
		}
		names[i] = v.Name
	}
	newest := int64(0)
	err := s.actOnNames(ctx, a, in, in.actions().update, names, func(tx *guard.WriteTx, row secretRow, i int) (guard.Target, error) {
		if IsPlaceholder(change[i].Value.Reveal()) {
			return guard.Target{Version: row.Version, Detail: "placeholder sent, value kept"}, nil
		}
		version, err := writeChange(tx, in, row, SecretChange{Name: row.Name, Note: row.Note, Value: &change[i].Value})
		newest = max(newest, version)
		return guard.Target{Version: version, Detail: "new value"}, err
	})
	_, err = s.outgrown(Secret{Version: newest}, err)
	return err
}

// RemoveSecrets deletes secrets, all or none. Names that are not there are NotFound,
// and named. It can be undone for 7 days like any deletion.
func (s *Store) RemoveSecrets(ctx context.Context, a Actor, in Place, names []string) error {
	return s.actOnNames(ctx, a, in, in.actions().delete, names, func(tx *guard.WriteTx, row secretRow, _ int) (guard.Target, error) {
		return guard.Target{Version: row.Version}, hideSecret(tx, in, row.ID)
	})
}

// actOnNames carries out one action on every secret of a list of names, or on none.
// do says of each which version and detail its entry has.
func (s *Store) actOnNames(ctx context.Context, a Actor, in Place, act guard.Action, names []string,
	do func(tx *guard.WriteTx, row secretRow, i int) (guard.Target, error)) error {
	if err := s.checkBatch(names); err != nil {
		return err
	}
	_, err := guard.Act(ctx, s.db, a, act, newSecretIn(in), func(tx *guard.WriteTx) (struct{}, error) {
		found, err := secretsNamed(tx, in, names)
		if err != nil {
			return struct{}{}, err
		}
		if missing := which(names, found, false); len(missing) > 0 {
			return struct{}{}, aboutNames(NotFound, missing)
		}
		record, about := recorder(tx, act), *tx.Target()
		for i, name := range names {
			done, err := do(tx, found[name], i)
			if err != nil {
				return struct{}{}, err
			}
			t := about
			t.ID, t.Name, t.Version, t.Detail = found[name].ID, name, done.Version, done.Detail
			record(t)
		}
		return struct{}{}, nil
	})
	return err
}

// recorder gives every secret of a batch its entry: the first is the target.
func recorder(tx *guard.WriteTx, act guard.Action) func(guard.Target) {
	first := true
	return func(t guard.Target) {
		if first {
			*tx.Target(), first = t, false
			return
		}
		tx.Also(act, t)
	}
}

// ReadSecret opens a secret, by its name, for a program, and records it.
func (s *Store) ReadSecret(ctx context.Context, a Actor, in Place, name string) (Revealed, error) {
	return guard.Act(ctx, s.db, a, in.actions().read, secretCalled(in, name), func(tx *guard.WriteTx) (Revealed, error) {
		return open(tx, in, "read")
	})
}

// secretCalled is the target of a program that knows a secret by its name.
func secretCalled(in Place, name string) guard.Targets {
	return func(tx *guard.WriteTx) ([]guard.Target, error) {
		hook, err := parent(tx, in)
		if err != nil {
			return []guard.Target{{Kind: "secret"}}, err
		}
		rows, err := secretsNamed(tx, in, []string{name})
		if err != nil {
			return nil, err
		}
		row, there := rows[name]
		if !there {
			return []guard.Target{secretTarget(secretRow{}, hook)}, guard.Missing()
		}
		return []guard.Target{secretTarget(row, hook)}, nil
	}
}

// secretsNamed finds the secrets of a place that have one of these names.
func secretsNamed(tx getter, in Place, names []string) (map[string]secretRow, error) {
	if _, err := parent(tx, in); err != nil {
		return nil, err
	}
	rows, err := listSecrets(tx, in)
	if err != nil {
		return nil, err
	}
	found := map[string]secretRow{}
	for _, row := range rows {
		if slices.Contains(names, row.Name) {
			found[row.Name] = row
		}
	}
	return found, nil
}

// checkBatch refuses a list of names that is empty, too long, or has one twice.
func (s *Store) checkBatch(names []string) error {
	if len(names) == 0 {
		return guard.Errorf(Invalid, "", "At least one secret is wanted.")
	}
	if len(names) > s.secretsPerHook {
		return guard.Errorf(Full, "", "A hook has at most %d secrets, and %d were sent.", s.secretsPerHook, len(names))
	}
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			return guard.Errorf(Invalid, entry(i), "This name comes a second time.")
		}
	}
	return nil
}

func checkNew(in Place, i int, n NewSecret) error {
	if err := in.checkName(n.Name); err != nil {
		return at(entry(i), err)
	}
	if err := checkNote(n.Note); err != nil {
		return at(n.Name, err)
	}
	return at(n.Name, checkValue(n.Value))
}

func checkNewValue(in Place, i int, v NewValue) error {
	if err := in.checkName(v.Name); err != nil {
		return at(entry(i), err)
	}
	if IsPlaceholder(v.Value.Reveal()) {
		return nil
	}
	return at(v.Name, checkValue(v.Value))
}

// entry names a part of a batch by its place.
func entry(i int) string { return fmt.Sprintf("entry %d", i+1) }

// at says which part of a batch a refusal is about.
func at(where string, err error) error {
	if e, ok := guard.AsError(err); ok {
		e.Field = where
	}
	return err
}

// which are the names that are, or are not, among those found. One that could be
// no secret's name is told by its place: it may be a value.
func which(names []string, found map[string]secretRow, there bool) []string {
	var some []string
	for i, name := range names {
		if _, is := found[name]; is != there {
			continue
		}
		if !IsSecretName(name) {
			name = entry(i)
		}
		some = append(some, name)
	}
	return some
}

// aboutNames is a refusal of a whole batch because of some of its secrets.
func aboutNames(code Code, names []string) error {
	e := guard.Errorf(code, "", "Some of the secrets exist already.")
	if code == NotFound {
		e = guard.Errorf(code, "", "Some of the secrets do not exist.")
	}
	e.Names = names
	return e
}
