package store

import (
	"context"
	"crypto/hmac"
	"fmt"
	"time"

	"hooksafe/store/internal/guard"
	"hooksafe/store/internal/seal"
)

// SecretVersion is one version of a value, without the value.
type SecretVersion struct {
	Version      int64
	MadeAt       time.Time
	MadeBy       string
	KeyID        string // of the key it is sealed with
	RestoredFrom int64  // 0: somebody entered it
	SameAs       int64  // the newest older version that has the same value; 0: none
}

// SecretUse is how often a person has seen or taken a version, or an API key read it.
type SecretUse struct {
	By      string    `db:"actor_name"`
	How     string    `db:"how"` // reveal, copy, export or read
	Version int64     `db:"version"`
	Times   int       `db:"uses"`
	LastAt  time.Time `db:"-"`
}

// SecretDetail is a secret with its history, and no value.
type SecretDetail struct {
	Secret
	Hook      Hook
	CreatedBy string
	Versions  []SecretVersion // those that are kept, newest first
	Destroyed bool            // there were older ones
	Uses      []SecretUse     // by people, the last ones first; nil for who may not read the audit log
	Reads     []SecretUse     // by API keys, likewise
}

// maxUses is how many uses a page lists; the audit log has them all.
const maxUses = 50

// SecretDetail returns a secret with its history. It never opens a value: whether
// two versions are equal is what their MACs tell.
func (s *Store) SecretDetail(ctx context.Context, a Actor, in Place, id string) (SecretDetail, error) {
	return guard.View(ctx, s.db, a, in.actions().list, func(tx *guard.ReadTx) (SecretDetail, error) {
		row, hook, err := getSecret(tx, in, id)
		if err != nil {
			return SecretDetail{}, err
		}
		d := SecretDetail{Secret: row.secret(), Hook: hook.hook()}
		if err := readCreator(tx, &d); err != nil {
			return SecretDetail{}, err
		}
		if d.Versions, err = versions(tx, id); err != nil {
			return SecretDetail{}, err
		}
		d.Destroyed = len(d.Versions) > 0 && d.Versions[len(d.Versions)-1].Version > 1
		if tx.May(guard.ReadAudit) {
			if d.Uses, err = uses(tx, id, "user"); err != nil {
				return SecretDetail{}, err
			}
			d.Reads, err = uses(tx, id, "key")
		}
		return d, err
	})
}

func readCreator(tx *guard.ReadTx, d *SecretDetail) error {
	return tx.Get(&d.CreatedBy, `
		SELECT COALESCE(u.name, '')
		FROM secrets s
		LEFT JOIN users u ON u.id = s.created_by
		WHERE s.org = :org_id AND s.id = :id`, guard.Args{"id": d.ID})
}

// versions lists the versions that are kept, newest first.
func versions(tx *guard.ReadTx, secret string) ([]SecretVersion, error) {
	var rows []struct {
		Version      int64  `db:"version"`
		MadeAt       int64  `db:"made_at"`
		MadeBy       string `db:"made_by_name"`
		KeyID        string `db:"key_id"`
		RestoredFrom int64  `db:"restored_from"`
		MAC          []byte `db:"mac"`
	}
	err := tx.Select(&rows, `
		SELECT version, made_at, made_by_name, key_id, COALESCE(restored_from, 0) AS restored_from, mac
		FROM secret_versions
		WHERE org = :org_id AND secret = :secret AND sealed IS NOT NULL
		ORDER BY version DESC`, guard.Args{"secret": secret})
	all := make([]SecretVersion, len(rows))
	for i, row := range rows {
		all[i] = SecretVersion{
			Version: row.Version, MadeAt: guard.FromMicro(row.MadeAt), MadeBy: row.MadeBy,
			KeyID: row.KeyID, RestoredFrom: row.RestoredFrom,
		}
		for _, older := range rows[i+1:] {
			if hmac.Equal(row.MAC, older.MAC) {
				all[i].SameAs = older.Version
				break
			}
		}
	}
	return all, err
}

// uses lists which people have seen or taken a value, or which keys have read it, the
// last ones first.
func uses(tx *guard.ReadTx, secret, actorKind string) ([]SecretUse, error) {
	var rows []struct {
		SecretUse
		LastAt int64 `db:"last_at"`
	}
	err := tx.Select(&rows, `
		SELECT actor_name, how, version, uses, last_at
		FROM secret_uses
		WHERE org = :org_id AND secret = :secret AND actor_kind = :kind
		ORDER BY last_at DESC, version DESC, how
		LIMIT :limit`, guard.Args{"secret": secret, "kind": actorKind, "limit": maxUses})
	all := make([]SecretUse, len(rows))
	for i, row := range rows {
		all[i] = row.SecretUse
		all[i].LastAt = guard.FromMicro(row.LastAt)
	}
	return all, err
}

// RestoreSecretVersion makes the value of an older version a new one. The value
// stays inside. If somebody saved since base it is Stale, and of the current version
// a Conflict.
func (s *Store) RestoreSecretVersion(ctx context.Context, a Actor, in Place, id string, version, base int64) (Secret, error) {
	return s.outgrown(guard.Act(ctx, s.db, a, in.actions().update, secretIn(in, id), func(tx *guard.WriteTx) (Secret, error) {
		row, _, err := getSecret(tx, in, id)
		if err != nil {
			return Secret{}, err
		}
		if row.Revision != base {
			return Secret{}, guard.Errorf(Stale, "", "%s saved a change meanwhile, so nothing was restored. Open the secret again to see it.", row.UpdatedBy)
		}
		if version == row.Version {
			return Secret{}, guard.Errorf(Conflict, "", "Version %d is the current one already.", version)
		}
		value, err := openVersion(tx, in, row, version)
		if err != nil {
			return Secret{}, err
		}
		if err := changeSecret(tx, in, row, SecretChange{Name: row.Name, Note: row.Note, Value: &value, from: version}); err != nil {
			return Secret{}, err
		}
		row, _, err = getSecret(tx, in, id)
		return row.secret(), err
	}))
}

// outgrown notes that a save destroyed a version, if it was one more than are kept.
func (s *Store) outgrown(saved Secret, err error) (Secret, error) {
	if saved.Version > keptVersions {
		s.destroyed.Store(true)
	}
	return saved, err
}

// openVersion opens one version. An old one may have been destroyed; a current one
// that is not there was tampered with.
func openVersion(tx *guard.WriteTx, in Place, row secretRow, version int64) (Plaintext, error) {
	var sealed []byte
	err := tx.Get(&sealed, `SELECT sealed FROM secret_versions WHERE org = :org_id AND secret = :secret AND version = :version`,
		guard.Args{"secret": row.ID, "version": version})
	switch current := version == row.Version; {
	case current && guard.CodeOf(err) == NotFound:
		return Plaintext{}, fmt.Errorf("version %d of secret %s is gone: %w", version, row.ID, seal.ErrIntegrity)
	case err != nil:
		return Plaintext{}, err
	case !current && sealed == nil:
		return Plaintext{}, guard.Errorf(NotFound, "", "Version %d of %s was destroyed. The last %d versions are kept.", version, row.Name, keptVersions)
	}
	return openSealed(tx, in, row.ID, version, sealed)
}

func openSealed(tx *guard.WriteTx, in Place, secret string, version int64, sealed []byte) (Plaintext, error) {
	value, err := tx.Open(in.seal(secret, version), sealed)
	if err != nil {
		return Plaintext{}, fmt.Errorf("open version %d of secret %s: %w", version, secret, err)
	}
	return value, nil
}

// saveVersion seals a value for its place, with the MAC beside it, and destroys
// the versions that are too old to keep. from is the version that the value was
// restored from, or 0.
func saveVersion(tx *guard.WriteTx, in Place, id string, version int64, value Plaintext, from int64) error {
	sealed, keyID, err := tx.Seal(in.seal(id, version), value)
	if err != nil {
		return fmt.Errorf("seal secret %s: %w", id, err)
	}
	mac, err := tx.MAC(id, value)
	if err != nil {
		return fmt.Errorf("mac of secret %s: %w", id, err)
	}
	now := guard.Micro(tx.Now())
	if _, err := tx.Exec(`
		INSERT INTO secret_versions (secret, version, org, sealed, key_id, mac, made_at, made_by_kind, made_by, made_by_name, restored_from)
		VALUES (:secret, :version, :org_id, :sealed, :key_id, :mac, :now, :by_kind, :by, :by_name, NULLIF(:from, 0))`,
		guard.Args{"secret": id, "version": version, "sealed": sealed, "key_id": keyID, "mac": mac, "now": now,
			"by_kind": tx.ActorKind(), "by": tx.Actor(), "by_name": tx.ActorName(), "from": from}); err != nil {
		return err
	}
	_, err = tx.Exec(`
		UPDATE secret_versions
		SET sealed = NULL, destroyed_at = :now
		WHERE org = :org_id AND secret = :secret AND version <= :oldest AND sealed IS NOT NULL`,
		guard.Args{"secret": id, "now": now, "oldest": version - keptVersions})
	return err
}
