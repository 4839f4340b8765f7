package store

import (
	"context"
	"slices"

	"hooksafe/store/internal/guard"
)

// What programs do to one secret, by its id: pages by number, changes of one part
// without a form that it was made from, deletion without the name typed again. They
// may say which versions they mean.

// Versions are those of a value that somebody means to change; nil is any.
type Versions []int64

// check refuses a secret that is at another version.
func (v Versions) check(row secretRow) error {
	if v == nil || slices.Contains(v, row.Version) {
		return nil
	}
	return guard.Errorf(Stale, "", "%s is at version %d now, which is not the one you named. Nothing was changed.", row.Name, row.Version)
}

// PageOfSecrets lists secrets of a place by name, without saying who used them last, and
// counts them all. A page past the end is empty.
func (s *Store) PageOfSecrets(ctx context.Context, a Actor, in Place, offset, limit int) (secrets []Secret, total int, err error) {
	const there = `
		FROM secrets
		WHERE org = :org_id AND hook = :hook AND deleted_at IS NULL`
	secrets, err = guard.View(ctx, s.db, a, in.actions().list, func(tx *guard.ReadTx) ([]Secret, error) {
		if _, err := parent(tx, in); err != nil {
			return nil, err
		}
		if err := tx.Get(&total, `SELECT count(*)`+there, guard.Args{"hook": in.hook}); err != nil {
			return nil, err
		}
		var rows []secretRow
		err := tx.Select(&rows, `
			SELECT id, name, note, version, last_version, revision, created_at, updated_at, updated_by_name`+there+`
			ORDER BY name
			LIMIT :limit OFFSET :offset`, guard.Args{"hook": in.hook, "limit": limit, "offset": offset})
		list := make([]Secret, len(rows))
		for i, row := range rows {
			list[i] = row.secret()
		}
		return list, err
	})
	return secrets, total, err
}

// SecretPatch is what a program changes of a secret; nil keeps what is stored.
type SecretPatch struct {
	Name, Note *string
	Value      *Plaintext
}

// Empty tells whether it changes nothing.
func (p SecretPatch) Empty() bool { return p == SecretPatch{} }

func (p SecretPatch) check(in Place) error {
	if p.Name != nil {
		if err := in.checkName(*p.Name); err != nil {
			return err
		}
	}
	if p.Value != nil {
		if err := checkValue(*p.Value); err != nil {
			return err
		}
	}
	if p.Note != nil {
		return checkNote(*p.Note)
	}
	return nil
}

// of is the whole change that a patch makes of a secret.
func (p SecretPatch) of(row secretRow) SecretChange {
	c := SecretChange{Name: row.Name, Note: row.Note, Value: p.Value}
	if p.Name != nil {
		c.Name = *p.Name
	}
	if p.Note != nil {
		c.Note = *p.Note
	}
	return c
}

// PatchSecret changes parts of a secret, whoever saved it last. A name that is taken
// is a Conflict; a secret at none of the versions meant is Stale, and stays.
func (s *Store) PatchSecret(ctx context.Context, a Actor, in Place, id string, p SecretPatch, meant Versions) (Secret, error) {
	if err := p.check(in); err != nil {
		return Secret{}, err
	}
	return s.outgrown(guard.Act(ctx, s.db, a, in.actions().update, secretIn(in, id), func(tx *guard.WriteTx) (Secret, error) {
		row, _, err := getSecret(tx, in, id)
		if err != nil {
			return Secret{}, err
		}
		if err := meant.check(row); err != nil {
			return Secret{}, err
		}
		if err := changeSecret(tx, in, row, p.of(row)); err != nil {
			return Secret{}, err
		}
		row, _, err = getSecret(tx, in, id)
		return row.secret(), err
	}))
}

// RemoveSecret deletes a secret; it can be undone for 7 days. One that is at none of
// the versions meant is Stale, and stays.
func (s *Store) RemoveSecret(ctx context.Context, a Actor, in Place, id string, meant Versions) error {
	_, err := guard.Act(ctx, s.db, a, in.actions().delete, secretIn(in, id), func(tx *guard.WriteTx) (struct{}, error) {
		row, _, err := getSecret(tx, in, id)
		if err != nil {
			return struct{}{}, err
		}
		if err := meant.check(row); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, hideSecret(tx, in, id)
	})
	return err
}

// ReadSecretByID opens a secret for a program, and records it.
func (s *Store) ReadSecretByID(ctx context.Context, a Actor, in Place, id string) (Revealed, error) {
	return guard.Act(ctx, s.db, a, in.actions().read, secretIn(in, id), func(tx *guard.WriteTx) (Revealed, error) {
		return open(tx, in, "read")
	})
}
