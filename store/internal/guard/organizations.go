package guard

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"hooksafe/store/internal/seal"
)

// keyringAt is an opened keyring and the epoch of the row it was opened from.
type keyringAt struct {
	epoch int64
	keys  *seal.Keyring
}

// When values are asked about: what the confirm setting may be.
const (
	AskNever    = "never"
	AskRecently = "recently" // once in ConfirmFor
	AskAlways   = "always"   // in the very request
)

// Settings are what owners settle for everybody in their organization.
type Settings struct {
	RevealSeconds int    `db:"reveal_seconds"` // how long a page shows a value
	EditorsReveal bool   `db:"editors_reveal"` // editors see organization secrets
	Confirm       string `db:"confirm"`        // when opening a value asks for the password
}

// from is the lowest role that holds a permission, given the one of the table.
func (s Settings) from(p Permission, preset Role) Role {
	if p == RevealOrganizationSecrets && !s.EditorsReveal {
		return Admin
	}
	return preset
}

// asks tells when an action asks for the password. The setting is about opening values;
// an export of many asks at least as often as anything else.
func (s Settings) asks(act Action) string {
	if act.class != opens || s.Confirm == "" || act == SecretExport && s.Confirm == AskNever {
		return AskRecently
	}
	return s.Confirm
}

// CreateOrganization makes an organization with its keyset, its audit log and its
// first owner. A taken address is a Conflict.
func (tx *WriteTx) CreateOrganization(name, slug, owner string) (OrgRef, error) {
	o := OrgRef{ID: newID(), Slug: slug, Name: name}
	_, sealed, err := tx.db.master.NewKeyring(o.ID)
	if err != nil {
		return OrgRef{}, fmt.Errorf("make a keyset: %w", err)
	}
	if err := tx.freeSlug(slug, o.ID); err != nil {
		return OrgRef{}, err
	}
	now := Micro(tx.now)
	err = tx.run(`
		INSERT INTO organizations (id, slug, name, keyset, mac_keyset, wrapped_by, epoch, created_at, created_by, updated_at, updated_by)
		VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?)`,
		o.ID, slug, name, sealed.Keyset, sealed.MACKeyset, tx.db.master.ID(), now, tx.who.id, now, tx.who.id)
	if err != nil {
		return OrgRef{}, fmt.Errorf("insert organization: %w", err)
	}
	if err := tx.run(`INSERT INTO members (org, user, role, joined_at) VALUES (?, ?, ?, ?)`,
		o.ID, owner, Owner.String(), now); err != nil {
		return OrgRef{}, fmt.Errorf("insert owner: %w", err)
	}
	return o, tx.genesis(o.ID, entryOf{OrganizationCreate, Target{Kind: "organization", ID: o.ID, Name: name}})
}

// freeSlug refuses an address that another organization has or had.
func (tx *WriteTx) freeSlug(slug, org string) error {
	var taken bool
	err := tx.one(&taken, `
		SELECT EXISTS (SELECT 1 FROM organizations WHERE slug = ? AND id <> ?)
			OR EXISTS (SELECT 1 FROM old_slugs WHERE slug = ? AND org <> ?)`, slug, org, slug, org)
	if err == nil && taken {
		err = Errorf(Conflict, "slug", "The address %s is taken. Choose another.", slug)
	}
	return err
}

// Organization is an organization as its owners see it.
type Organization struct {
	OrgRef
	Settings
	Revision  int64  `db:"revision"`
	UpdatedBy string `db:"updated_by_name"` // "" for who is no person
}

// Organization reads the actor's.
func (s statements) Organization() (Organization, error) {
	var o Organization
	stmt, err := s.prepare(`
		SELECT o.id, o.slug, o.name, o.reveal_seconds, o.editors_reveal, o.confirm, o.revision,
			COALESCE(u.name, '') AS updated_by_name
		FROM organizations o
		LEFT JOIN users u ON u.id = o.updated_by
		WHERE o.id = ? AND o.deleted_at IS NULL`)
	if err != nil {
		return o, err
	}
	if err := stmt.GetContext(s.ctx, &o, s.org); errors.Is(err, sql.ErrNoRows) {
		return o, Missing()
	} else if err != nil {
		return o, fmt.Errorf("read organization: %w", err)
	}
	return o, nil
}

// UpdateOrganization saves name, address and settings of the actor's organization as
// its next revision. The old address goes on leading to it. A taken one is a Conflict.
func (tx *WriteTx) UpdateOrganization(name, slug string, s Settings) error {
	if err := tx.freeSlug(slug, tx.org); err != nil {
		return err
	}
	if err := tx.run(`
		INSERT INTO old_slugs (slug, org)
		SELECT slug, id FROM organizations WHERE id = ? AND slug <> ?`, tx.org, slug); err != nil {
		return fmt.Errorf("keep the old address: %w", err)
	}
	if err := tx.run(`DELETE FROM old_slugs WHERE slug = ? AND org = ?`, slug, tx.org); err != nil {
		return fmt.Errorf("take an address back: %w", err)
	}
	if err := tx.run(`
		UPDATE organizations
		SET name = ?, slug = ?, reveal_seconds = ?, editors_reveal = ?, confirm = ?, revision = revision + 1, updated_at = ?, updated_by = ?
		WHERE id = ?`, name, slug, s.RevealSeconds, s.EditorsReveal, s.Confirm, Micro(tx.now), tx.who.id, tx.org); err != nil {
		return fmt.Errorf("update organization: %w", err)
	}
	return nil
}

// EndOrganization destroys the keyset of the actor's organization, so that no copy of
// its values opens any more, and closes it to everybody (C-12). Its log stays, and the
// server's log notes how it ended. The address stays taken.
func (tx *WriteTx) EndOrganization() error {
	o, err := tx.Organization()
	if err != nil {
		return err
	}
	delete(tx.db.keyrings, o.ID)
	tx.AlsoOnServer(OrganizationDelete, Target{Kind: "organization", ID: o.ID, Name: o.Name})
	if err := tx.run(`
		UPDATE organizations
		SET keyset = NULL, mac_keyset = NULL, epoch = epoch + 1, deleted_at = ?, updated_at = ?, updated_by = ?
		WHERE id = ?`, Micro(tx.now), Micro(tx.now), tx.who.id, o.ID); err != nil {
		return fmt.Errorf("end organization: %w", err)
	}
	return nil
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
