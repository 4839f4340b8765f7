package guard

import (
	"context"
	"fmt"

	"hooksafe/store/internal/seal"
)

// keyringAt is an opened keyring and the epoch of the row it was opened from.
type keyringAt struct {
	epoch int64
	keys  *seal.Keyring
}

// CreateOrganization makes an organization with its keyset, its audit log and its
// first owner. A taken address is a Conflict.
func (tx *WriteTx) CreateOrganization(name, slug, owner string) (OrgRef, error) {
	o := OrgRef{ID: newID(), Slug: slug, Name: name}
	_, sealed, err := tx.db.master.NewKeyring(o.ID)
	if err != nil {
		return OrgRef{}, fmt.Errorf("make a keyset: %w", err)
	}
	now := Micro(tx.now)
	err = tx.run(`
		INSERT INTO organizations (id, slug, name, keyset, mac_keyset, wrapped_by, epoch, created_at, created_by, updated_at, updated_by)
		VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?)`,
		o.ID, slug, name, sealed.Keyset, sealed.MACKeyset, tx.db.master.ID(), now, tx.who.id, now, tx.who.id)
	if IsUnique(err) {
		return OrgRef{}, Errorf(Conflict, "slug", "The address %s is taken. Choose another.", slug)
	}
	if err != nil {
		return OrgRef{}, fmt.Errorf("insert organization: %w", err)
	}
	if err := tx.run(`INSERT INTO members (org, user, role, joined_at) VALUES (?, ?, ?, ?)`,
		o.ID, owner, Owner.String(), now); err != nil {
		return OrgRef{}, fmt.Errorf("insert owner: %w", err)
	}
	return o, tx.genesis(o.ID, entryOf{OrganizationCreate, Target{Kind: "organization", ID: o.ID, Name: name}})
}

// keyring opens the organization's keyset, unless the one in memory is of the
// same epoch: an operator's command may have changed the row.
func (tx *WriteTx) keyring(org string) (*seal.Keyring, error) {
	if org == "" {
		return nil, fmt.Errorf("values belong to an organization")
	}
	var epoch int64
	if err := tx.one(&epoch, `SELECT epoch FROM organizations WHERE id = ?`, org); err != nil {
		return nil, fmt.Errorf("epoch of the keyset: %w", err)
	}
	if known := tx.db.keyrings[org]; known.keys != nil && known.epoch == epoch {
		return known.keys, nil
	}
	var row struct {
		Keyset    []byte `db:"keyset"`
		MACKeyset []byte `db:"mac_keyset"`
	}
	if err := tx.one(&row, `SELECT keyset, mac_keyset FROM organizations WHERE id = ?`, org); err != nil {
		return nil, fmt.Errorf("read the keyset: %w", err)
	}
	keys, err := tx.db.master.OpenKeyring(org, seal.Sealed{Keyset: row.Keyset, MACKeyset: row.MACKeyset})
	if err != nil {
		return nil, fmt.Errorf("open the keyset: %w", err)
	}
	tx.db.keyrings[org] = keyringAt{epoch, keys}
	return keys, nil
}

// initialise writes the server's own row and opens its log, once.
func (db *DB) initialise() error {
	tx := &WriteTx{
		statements: statements{ctx: context.Background(), prepare: db.writer.prepare}, db: db,
		who: identity{kind: kindServer, name: "server"}, act: ServerInit, now: db.clock.Now(),
	}
	if err := tx.exec("BEGIN IMMEDIATE"); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer tx.rollback()
	var done bool
	if err := tx.one(&done, `SELECT EXISTS (SELECT 1 FROM server)`); err != nil || done {
		return err
	}
	check, err := db.master.Check()
	if err != nil {
		return err
	}
	if err := tx.run(`INSERT INTO server (one, master_key_id, key_check, epoch) VALUES (1, ?, ?, 1)`, db.master.ID(), check); err != nil {
		return err
	}
	if err := tx.genesis(serverLog, entryOf{ServerInit, Target{Kind: "server", Name: "Hooksafe"}}); err != nil {
		return err
	}
	tx.ended = true
	return tx.exec("COMMIT")
}
