package store

import (
	"context"
	"errors"
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"

	"hooksafe/store/internal/guard"
)

// An export hands out what one place holds, or all hooks, in batches: each is read in a
// moment, so that whoever takes long to receive it keeps nobody waiting. A batch of
// values is an action of its own: membership and role are read again, every value in it
// has its audit entry, and they are handed out once those are on disk.

// A batch ends with so many secrets, or once it holds so many bytes.
const (
	exportSecrets = 500
	exportBytes   = 4 << 20
)

// maxReason is how many characters the reason for an export may have.
const maxReason = 200

// ExportedSecret is a secret of an export. The placeholder stands for a value that is
// not there: none is wanted, or none was set yet.
type ExportedSecret struct {
	Name  string
	Value *Plaintext
}

// ExportedHook is a hook of an export, without its script, and its secrets by name.
type ExportedHook struct {
	Hook
	Secrets []ExportedSecret
}

// HookExport is all hooks, by trigger and name, as they were when it began; one that was
// deleted since may be missing. Each part can be read once, and an error is its end: what
// came before is not the whole.
type HookExport struct {
	Scripts iter.Seq2[Hook, error] // with their scripts
	Hooks   iter.Seq2[ExportedHook, error]
}

// ExportNames exports the names of the secrets of a place. The export is an audit entry,
// on disk when this returns, and detail says in it how the names leave. They can be read
// once, and an error is their end: what came before is not the whole. A place without
// secrets is a Conflict.
func (s *Store) ExportNames(ctx context.Context, a Actor, in Place, detail string) (iter.Seq2[ExportedSecret, error], error) {
	_, parts, err := s.exportNames(ctx, a, in, detail)
	if err != nil {
		return nil, err
	}
	return secretsOfParts(parts), nil
}

// ExportValues exports the secrets of a place with their values, as ExportNames does, but
// with an audit entry for each value, which has the reason. A value leaves when its entry
// is on disk; the first ones have one when this returns. A place without any value is a
// Conflict.
func (s *Store) ExportValues(ctx context.Context, a Actor, in Place, reason string) (iter.Seq2[ExportedSecret, error], error) {
	_, parts, err := s.exportValues(ctx, a, in, reason)
	if err != nil {
		return nil, err
	}
	return secretsOfParts(parts), nil
}

// ExportHooks exports all hooks with the names of their secrets, as ExportNames does.
func (s *Store) ExportHooks(ctx context.Context, a Actor, detail string) (HookExport, error) {
	hooks, parts, err := s.exportNames(ctx, a, AllHooks(), detail)
	if err != nil {
		return HookExport{}, err
	}
	return HookExport{s.exportScripts(ctx, a, hooks), wholeHooks(parts)}, nil
}

// ExportHookValues exports all hooks with their secrets and values, as ExportValues does.
func (s *Store) ExportHookValues(ctx context.Context, a Actor, reason string) (HookExport, error) {
	hooks, parts, err := s.exportValues(ctx, a, AllHooks(), reason)
	if err != nil {
		return HookExport{}, err
	}
	return HookExport{s.exportScripts(ctx, a, hooks), wholeHooks(parts)}, nil
}

// toExport finds the hooks whose secrets a place has; the organization itself is one
// without an id. That there is nothing to export is a Conflict.
func (p Place) toExport(tx getter) ([]hookRow, error) {
	if p.all {
		return hooksToExport(tx)
	}
	hook, err := parent(tx, p)
	if err != nil {
		return nil, err
	}
	var some bool
	err = tx.Get(&some, `SELECT EXISTS (SELECT 1 FROM secrets WHERE org = :org_id AND hook = :hook AND deleted_at IS NULL)`,
		guard.Args{"hook": p.hook})
	if err == nil && !some {
		err = guard.Errorf(Conflict, "", "There are no secrets here to export.")
	}
	return []hookRow{hook}, err
}

func hooksToExport(tx getter) ([]hookRow, error) {
	var hooks []hookRow
	err := tx.Select(&hooks, `
		SELECT id, name, trigger, enabled, dependencies
		FROM hooks
		WHERE org = :org_id AND deleted_at IS NULL
		ORDER BY trigger, name_key`, nil)
	if err == nil && len(hooks) == 0 {
		err = guard.Errorf(Conflict, "", "There are no hooks to export.")
	}
	return hooks, err
}

func (s *Store) exportNames(ctx context.Context, a Actor, in Place, detail string) ([]hookRow, iter.Seq2[ExportedHook, error], error) {
	act := in.actions().names
	hooks, err := guard.Act(ctx, s.db, a, act, newSecretIn(in), func(tx *guard.WriteTx) ([]hookRow, error) {
		tx.Target().Detail = detail
		return in.toExport(tx)
	})
	if err != nil {
		return nil, nil, err
	}
	left := &remaining{hooks: hooks}
	return hooks, left.parts(nil, func() ([]ExportedHook, error) {
		return guard.View(ctx, s.db, a, act, func(tx *guard.ReadTx) ([]ExportedHook, error) {
			batch, err := left.batch(tx, exportedNames)
			return namesOf(batch), err
		})
	}), nil
}

// exportValues opens batches until one has a value: what refuses an export is known
// before it begins. From there on nobody is asked for the password again.
func (s *Store) exportValues(ctx context.Context, a Actor, in Place, reason string) ([]hookRow, iter.Seq2[ExportedHook, error], error) {
	if err := checkReason(reason); err != nil {
		return nil, nil, err
	}
	hooks, err := guard.ViewOf(ctx, s.db, a, guard.SecretExport, newSecretIn(in), func(tx *guard.ReadTx) ([]hookRow, error) { return in.toExport(tx) })
	if err != nil {
		return nil, nil, err
	}
	left := &remaining{hooks: hooks}
	var first []ExportedHook
	for opened := false; !opened; {
		if len(left.hooks) == 0 {
			return nil, nil, guard.Errorf(Conflict, "", "None of these secrets has a value yet. Export them without values.")
		}
		var batch []ExportedHook
		if batch, opened, err = s.openBatch(ctx, a, guard.SecretExport, in, left, reason); err != nil {
			return nil, nil, err
		}
		first = append(first, batch...)
	}
	return hooks, left.parts(first, func() ([]ExportedHook, error) {
		batch, _, err := s.openBatch(ctx, a, guard.SecretExportRest, in, left, reason)
		return batch, err
	}), nil
}

func checkReason(reason string) error {
	switch {
	case strings.TrimSpace(reason) == "":
		return guard.Errorf(Invalid, "reason", "Enter why the values leave.")
	case utf8.RuneCountInString(reason) > maxReason:
		return guard.Errorf(Invalid, "reason", "Use at most %d characters.", maxReason)
	case !utf8.ValidString(reason) || strings.ContainsFunc(reason, unicode.IsControl):
		return guard.Errorf(Invalid, "reason", "Use one line of text.")
	}
	return nil
}

// remaining is what is left of an export.
type remaining struct {
	hooks []hookRow // the first of them perhaps in part
	after string    // the name that the first one is done up to
}

// parts are those of the first batch, and then of the next ones. A hook may come in
// several parts.
func (r *remaining) parts(first []ExportedHook, next func() ([]ExportedHook, error)) iter.Seq2[ExportedHook, error] {
	return func(yield func(ExportedHook, error) bool) {
		for batch := first; ; {
			for _, part := range batch {
				if !yield(part, nil) {
					return
				}
			}
			if len(r.hooks) == 0 {
				return
			}
			var err error
			if batch, err = next(); err != nil {
				yield(ExportedHook{}, err)
				return
			}
		}
	}
}

// exportPart is a hook, or the organization itself, and some of its secrets.
type exportPart struct {
	hook    hookRow
	secrets []exportRow
}

func (p exportPart) place() Place { return Place{hook: p.hook.ID, own: p.hook.ID == ""} }

type exportRow struct {
	ID      string `db:"id"`
	Name    string `db:"name"`
	Version int64  `db:"version"`
	Sealed  []byte `db:"sealed"`
}

func (r exportRow) row() secretRow { return secretRow{ID: r.ID, Name: r.Name, Version: r.Version} }

// The statements that read secrets of a hook along the index of their names, without
// their values and with them.
const (
	exportedFrom = `
		WHERE s.org = :org_id AND s.hook = :hook AND s.deleted_at IS NULL AND s.name > :after
		ORDER BY s.name
		LIMIT :limit`
	exportedNames = `
		SELECT s.id, s.name, s.version
		FROM secrets s` + exportedFrom
	exportedValues = `
		SELECT s.id, s.name, s.version, v.sealed
		FROM secrets s
		LEFT JOIN secret_versions v ON v.org = :org_id AND v.secret = s.id AND v.version = s.version` + exportedFrom
)

// rowReader reads row by row, in a View and in an Act alike.
type rowReader interface {
	getter
	Each(query string, args guard.Args, row func(scan func(dest any) error) error) error
}

// room is what still fits into a batch.
type room struct{ secrets, bytes int }

func (r room) left() bool { return r.secrets > 0 && r.bytes > 0 }

// batch reads on from where the one before ended. Hooks that were deleted since are left
// out.
func (r *remaining) batch(tx rowReader, query string) ([]exportPart, error) {
	var batch []exportPart
	for fits := (room{exportSecrets, exportBytes}); len(r.hooks) > 0 && fits.left(); {
		part := exportPart{hook: r.hooks[0]}
		there, err := stillThere(tx, part.place())
		if err != nil {
			return nil, err
		}
		if there {
			if err := r.read(tx, query, &part, &fits); err != nil {
				return nil, err
			}
			batch = append(batch, part)
		}
		if !there || fits.left() {
			r.hooks, r.after = r.hooks[1:], ""
		}
	}
	return batch, nil
}

// read reads secrets of the first hook, as many as fit.
func (r *remaining) read(tx rowReader, query string, part *exportPart, fits *room) error {
	args := guard.Args{"hook": part.hook.ID, "after": r.after, "limit": fits.secrets}
	err := tx.Each(query, args, func(scan func(any) error) error {
		if !fits.left() {
			return errFarEnough
		}
		var row exportRow
		if err := scan(&row); err != nil {
			return err
		}
		part.secrets = append(part.secrets, row)
		fits.secrets, fits.bytes, r.after = fits.secrets-1, fits.bytes-len(row.Sealed), row.Name
		return nil
	})
	if errors.Is(err, errFarEnough) {
		return nil
	}
	return err
}

func stillThere(tx getter, in Place) (bool, error) {
	if in.own {
		return true, nil
	}
	var there bool
	err := tx.Get(&there, `SELECT EXISTS (SELECT 1 FROM hooks WHERE org = :org_id AND id = :id AND deleted_at IS NULL)`,
		guard.Args{"id": in.hook})
	return there, err
}

// namesOf is a batch without values.
func namesOf(batch []exportPart) []ExportedHook {
	out := make([]ExportedHook, len(batch))
	for i, part := range batch {
		out[i].Hook = part.hook.hook()
		for _, row := range part.secrets {
			out[i].Secrets = append(out[i].Secrets, ExportedSecret{Name: row.Name})
		}
	}
	return out
}

// openBatch reads the next batch and opens its values, if it has any.
func (s *Store) openBatch(ctx context.Context, a Actor, act guard.Action, in Place, left *remaining, reason string) (out []ExportedHook, opened bool, err error) {
	var batch []exportPart
	out, err = guard.Act(ctx, s.db, a, act, newSecretIn(in), func(tx *guard.WriteTx) ([]ExportedHook, error) {
		var err error
		if batch, err = left.batch(tx, exportedValues); err != nil {
			return nil, err
		}
		return openValues(tx, act, batch, "reason: "+reason)
	})
	if errors.Is(err, errNoValue) {
		return namesOf(batch), false, nil
	}
	return out, true, err
}

// errNoValue ends an action in which there was no value to open: it leaves no entry.
var errNoValue = errors.New("no value to open")

// openValues opens the values of a batch. Each has its entry and counts as used.
func openValues(tx *guard.WriteTx, act guard.Action, batch []exportPart, detail string) ([]ExportedHook, error) {
	out, record := namesOf(batch), recorder(tx, act)
	var opened []string
	for i, part := range batch {
		for j, row := range part.secrets {
			if row.Version == 0 {
				continue
			}
			t := secretTarget(row.row(), part.hook)
			t.Detail = detail
			value, err := openSealed(tx, part.place(), row.ID, row.Version, row.Sealed)
			if err != nil {
				*tx.Target() = t // the entry of the failure is about this one
				return nil, err
			}
			if err := noteUse(tx, t, "export"); err != nil {
				return nil, err
			}
			record(t)
			opened = append(opened, row.ID)
			out[i].Secrets[j].Value = &value
		}
	}
	if len(opened) == 0 {
		return nil, errNoValue
	}
	return out, markBurst(tx, opened...)
}

// secretsOfParts are the secrets of the one place that an export is about.
func secretsOfParts(parts iter.Seq2[ExportedHook, error]) iter.Seq2[ExportedSecret, error] {
	return func(yield func(ExportedSecret, error) bool) {
		for part, err := range parts {
			if err != nil {
				yield(ExportedSecret{}, err)
				return
			}
			for _, secret := range part.Secrets {
				if !yield(secret, nil) {
					return
				}
			}
		}
	}
}

// wholeHooks puts the parts of each hook together.
func wholeHooks(parts iter.Seq2[ExportedHook, error]) iter.Seq2[ExportedHook, error] {
	return func(yield func(ExportedHook, error) bool) {
		var hook ExportedHook
		for part, err := range parts {
			switch {
			case err != nil:
				yield(ExportedHook{}, err)
				return
			case part.ID == hook.ID:
				hook.Secrets = append(hook.Secrets, part.Secrets...)
				continue
			case hook.ID != "" && !yield(hook, nil):
				return
			}
			hook = part
		}
		if hook.ID != "" {
			yield(hook, nil)
		}
	}
}

// exportScripts reads the scripts of hooks. Of one that was deleted since it is still
// read, because values of its secrets may be on their way already.
func (s *Store) exportScripts(ctx context.Context, a Actor, hooks []hookRow) iter.Seq2[Hook, error] {
	return func(yield func(Hook, error) bool) {
		for len(hooks) > 0 {
			batch, err := guard.View(ctx, s.db, a, AllHooks().actions().names, func(tx *guard.ReadTx) ([]hookRow, error) { return withScripts(tx, hooks) })
			if err != nil {
				yield(Hook{}, err)
				return
			}
			hooks = hooks[len(batch):]
			for _, row := range batch {
				if !yield(row.hook(), nil) {
					return
				}
			}
		}
	}
}

// withScripts reads the scripts of the first of some hooks, as many as fit into a batch.
func withScripts(tx getter, hooks []hookRow) ([]hookRow, error) {
	var batch []hookRow
	for size := 0; len(batch) < len(hooks) && size < exportBytes; {
		row := hooks[len(batch)]
		if err := tx.Get(&row.Script, `SELECT script FROM hooks WHERE org = :org_id AND id = :id`, guard.Args{"id": row.ID}); err != nil {
			return nil, err
		}
		size += len(row.Script)
		batch = append(batch, row)
	}
	return batch, nil
}
