package store

import (
	"fmt"

	"hooksafe/store/internal/guard"
)

// saveVersion seals a value for its place, with the MAC beside it, and destroys
// the versions that are too old to keep.
func saveVersion(tx *guard.WriteTx, in Place, id string, version int64, value Plaintext) error {
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
		INSERT INTO secret_versions (secret, version, org, sealed, key_id, mac, made_at, made_by_kind, made_by, made_by_name)
		VALUES (:secret, :version, :org_id, :sealed, :key_id, :mac, :now, :by_kind, :by, :by_name)`,
		guard.Args{"secret": id, "version": version, "sealed": sealed, "key_id": keyID, "mac": mac, "now": now,
			"by_kind": tx.ActorKind(), "by": tx.Actor(), "by_name": tx.ActorName()}); err != nil {
		return err
	}
	_, err = tx.Exec(`
		UPDATE secret_versions
		SET sealed = NULL, destroyed_at = :now
		WHERE org = :org_id AND secret = :secret AND version <= :oldest AND sealed IS NOT NULL`,
		guard.Args{"secret": id, "now": now, "oldest": version - keptVersions})
	return err
}
