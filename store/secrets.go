package store

import (
	"context"
	"fmt"
	"time"

	"hooksafe/store/internal/guard"
	"hooksafe/store/internal/seal"
)

// Place is where secrets are: in a hook, or with the organization itself. Imports and
// exports can also be about all hooks.
type Place struct {
	hook string
	own  bool // the organization itself: no hook, and not the hook of an empty id
	all  bool // all hooks, each with its secrets
}

// HookPlace is the place of the secrets of a hook.
func HookPlace(hook string) Place { return Place{hook: hook} }

// OrganizationPlace is the place of the secrets of the actor's organization.
func OrganizationPlace() Place { return Place{own: true} }

// AllHooks is every hook of the actor's organization, to be imported or exported.
func AllHooks() Place { return Place{all: true} }

// placeActions are what can be done to secrets, by place: the words in the audit
// log are the same, the permissions are not.
type placeActions struct {
	list, create, update, delete, restore, destroy, reveal, copy, read guard.Action
	plan, bring, undo, names                                           guard.Action // imports, and exports without values
}

var (
	hookActions = placeActions{guard.SecretRead, guard.SecretCreate, guard.SecretUpdate, guard.SecretDelete,
		guard.SecretRestore, guard.SecretDestroy, guard.SecretReveal, guard.SecretCopy, guard.SecretFetch,
		guard.SecretImportPlan, guard.SecretImport, guard.SecretImportUndo, guard.NamesExport}
	organizationActions = placeActions{guard.OrganizationSecretRead, guard.OrganizationSecretCreate, guard.OrganizationSecretUpdate, guard.OrganizationSecretDelete,
		guard.OrganizationSecretRestore, guard.OrganizationSecretDestroy, guard.OrganizationSecretReveal, guard.OrganizationSecretCopy, guard.OrganizationSecretFetch,
		guard.OrganizationSecretImportPlan, guard.OrganizationSecretImport, guard.OrganizationSecretImportUndo, guard.OrganizationNamesExport}
	allHooksActions = placeActions{list: guard.HookRead, plan: guard.HookImportPlan, bring: guard.HookImport, undo: guard.HookImportUndo, names: guard.NamesExport}
)

func (p Place) actions() placeActions {
	switch {
	case p.own:
		return organizationActions
	case p.all:
		return allHooksActions
	}
	return hookActions
}

// editing is the permission to change secrets there.
func (p Place) editing() guard.Permission {
	if p.own {
		return guard.EditOrganizationSecrets
	}
	return guard.EditHookSecrets
}

// seal is the place of one version of a value, as it is bound to its ciphertext.
func (p Place) seal(secret string, version int64) seal.Place {
	kind := "hook"
	if p.own {
		kind = "organization"
	}
	return seal.Place{Kind: kind, Hook: p.hook, Secret: secret, Version: version}
}

// Secret is a secret without its value. Version 0 is pending: the name is known,
// the value is missing.
type Secret struct {
	ID, Name, Note    string
	Version, Revision int64
	CreatedAt         time.Time
	UpdatedAt         time.Time
	UpdatedBy         string
	LastUsedAt        time.Time // zero: never
	LastUsedBy        string
	DueAt             time.Time // since when its value is due for a new one; zero: it is not
	DueFor            string    // who has seen it, and left
}

// SecretList is the secrets of one place, pending ones first.
type SecretList struct {
	Hook    Hook // none for the organization itself
	Secrets []Secret
	Limit   int
	Deleted DeletedList // for who can bring them back
}

// NewSecret is a secret to add.
type NewSecret struct {
	Name, Note string
	Value      Plaintext
}

// SecretChange is what an edit saves.
type SecretChange struct {
	Base       int64 // the Revision that the form was made from
	Name, Note string
	Value      *Plaintext // nil keeps the stored value
	from       int64      // the version that Value was restored from; 0: somebody entered it
}

type secretRow struct {
	ID          string `db:"id"`
	Name        string `db:"name"`
	Note        string `db:"note"`
	Version     int64  `db:"version"`
	LastVersion int64  `db:"last_version"`
	Revision    int64  `db:"revision"`
	CreatedAt   int64  `db:"created_at"`
	UpdatedAt   int64  `db:"updated_at"`
	UpdatedBy   string `db:"updated_by_name"`
	LastUsedAt  int64  `db:"last_used_at"`
	LastUsedBy  string `db:"last_used_by"`
	DueAt       int64  `db:"due_at"`
	DueFor      string `db:"due_for"`
}

func (r secretRow) secret() Secret {
	return Secret{
		ID: r.ID, Name: r.Name, Note: r.Note, Version: r.Version, Revision: r.Revision,
		CreatedAt: guard.FromMicro(r.CreatedAt), UpdatedAt: guard.FromMicro(r.UpdatedAt), UpdatedBy: r.UpdatedBy,
		LastUsedAt: guard.FromMicro(r.LastUsedAt), LastUsedBy: r.LastUsedBy,
		DueAt: guard.FromMicro(r.DueAt), DueFor: r.DueFor,
	}
}

// secretColumns reads a secretRow. SQLite takes last_used_by from the row that has
// the maximum; the subqueries say so in words that every database knows.
const secretColumns = `
	SELECT s.id, s.name, s.note, s.version, s.last_version, s.revision, s.created_at, s.updated_at, s.updated_by_name,
		COALESCE(s.due_at, 0) AS due_at, COALESCE(s.due_for, '') AS due_for,
		COALESCE((SELECT u.last_at FROM secret_uses u
			WHERE u.org = :org_id AND u.secret = s.id
			ORDER BY u.last_at DESC LIMIT 1), 0) AS last_used_at,
		COALESCE((SELECT u.actor_name FROM secret_uses u
			WHERE u.org = :org_id AND u.secret = s.id
			ORDER BY u.last_at DESC LIMIT 1), '') AS last_used_by
	FROM secrets s`

// getSecret reads a secret that is not deleted, in a hook that is not deleted.
func getSecret(tx getter, in Place, id string) (secretRow, hookRow, error) {
	hook, err := parent(tx, in)
	if err != nil {
		return secretRow{}, hookRow{}, err
	}
	var row secretRow
	err = tx.Get(&row, secretColumns+`
		WHERE s.org = :org_id AND s.hook = :hook AND s.id = :id AND s.deleted_at IS NULL`,
		guard.Args{"hook": in.hook, "id": id})
	return row, hook, err
}

// parent loads the hook of a place before anything in it: else a foreign hook
// would answer with an empty list.
func parent(tx getter, in Place) (hookRow, error) {
	if in.own || in.all {
		return hookRow{}, nil
	}
	return getHook(tx, in.hook)
}

func listSecrets(tx getter, in Place) ([]secretRow, error) {
	var rows []secretRow
	err := tx.Select(&rows, secretColumns+`
		WHERE s.org = :org_id AND s.hook = :hook AND s.deleted_at IS NULL
		ORDER BY s.version > 0, s.name`, guard.Args{"hook": in.hook})
	return rows, err
}

// Secrets lists the secrets of a place, all of them. It never opens a value.
func (s *Store) Secrets(ctx context.Context, a Actor, in Place) (SecretList, error) {
	return guard.View(ctx, s.db, a, in.actions().list, func(tx *guard.ReadTx) (SecretList, error) {
		hook, err := parent(tx, in)
		if err != nil {
			return SecretList{}, err
		}
		rows, err := listSecrets(tx, in)
		if err != nil {
			return SecretList{}, err
		}
		deleted, err := s.deletedSecrets(tx, in)
		return SecretList{Hook: hook.hook(), Secrets: secretsOf(rows), Limit: s.secretsPerHook, Deleted: deleted}, err
	})
}

func secretsOf(rows []secretRow) []Secret {
	var all []Secret
	for _, row := range rows {
		all = append(all, row.secret())
	}
	return all
}

// Secret returns one secret, without its value, and its hook.
func (s *Store) Secret(ctx context.Context, a Actor, in Place, id string) (Secret, Hook, error) {
	var hook Hook
	secret, err := guard.View(ctx, s.db, a, in.actions().list, func(tx *guard.ReadTx) (Secret, error) {
		row, parent, err := getSecret(tx, in, id)
		hook = parent.hook()
		return row.secret(), err
	})
	return secret, hook, err
}

// SecretForm is what a form to add (id is "") or change a secret needs: the secret and
// its hook. It asks for the permission to do it.
func (s *Store) SecretForm(ctx context.Context, a Actor, in Place, id string) (Secret, Hook, error) {
	act, about := in.actions().update, secretIn(in, id)
	if id == "" {
		act, about = in.actions().create, newSecretIn(in)
	}
	var hook Hook
	secret, err := guard.ViewOf(ctx, s.db, a, act, about, func(tx *guard.ReadTx) (Secret, error) {
		if id == "" {
			parent, err := parent(tx, in)
			hook = parent.hook()
			return Secret{}, err
		}
		row, parent, err := getSecret(tx, in, id)
		hook = parent.hook()
		return row.secret(), err
	})
	return secret, hook, err
}

// SecretNamed returns the secret that has a name in a place, without its value.
func (s *Store) SecretNamed(ctx context.Context, a Actor, in Place, name string) (Secret, error) {
	return guard.View(ctx, s.db, a, in.actions().list, func(tx *guard.ReadTx) (Secret, error) {
		if _, err := parent(tx, in); err != nil {
			return Secret{}, err
		}
		var row secretRow
		err := tx.Get(&row, secretColumns+`
			WHERE s.org = :org_id AND s.hook = :hook AND s.name = :name AND s.deleted_at IS NULL`,
			guard.Args{"hook": in.hook, "name": name})
		return row.secret(), err
	})
}

// secretIn is the target of actions on a secret.
func secretIn(in Place, id string) guard.Targets {
	return func(tx *guard.WriteTx) ([]guard.Target, error) {
		row, hook, err := getSecret(tx, in, id)
		return []guard.Target{secretTarget(row, hook)}, err
	}
}

// newSecretIn is the target of adding a secret: the hook, before there is one.
func newSecretIn(in Place) guard.Targets {
	return func(tx *guard.WriteTx) ([]guard.Target, error) {
		hook, err := parent(tx, in)
		return []guard.Target{secretTarget(secretRow{}, hook)}, err
	}
}

// versionIn is the target of opening a version of a secret; 0 is the current one.
func versionIn(in Place, id string, version int64) guard.Targets {
	return func(tx *guard.WriteTx) ([]guard.Target, error) {
		row, hook, err := getSecret(tx, in, id)
		t := secretTarget(row, hook)
		switch {
		case err != nil || version == 0:
		case version > row.LastVersion:
			err = guard.Missing()
		default:
			t.Version = version
		}
		return []guard.Target{t}, err
	}
}

func secretTarget(row secretRow, hook hookRow) guard.Target {
	return guard.Target{Kind: "secret", ID: row.ID, Name: row.Name, Version: row.Version, Parent: hook.ID, ParentName: hook.Name}
}

// AddSecret adds a secret with the first version of its value. A taken name is a
// Conflict, a hook without a free place Full.
func (s *Store) AddSecret(ctx context.Context, a Actor, in Place, n NewSecret) (Secret, error) {
	if err := in.checkName(n.Name); err != nil {
		return Secret{}, err
	}
	if err := checkValue(n.Value); err != nil {
		return Secret{}, err
	}
	if err := checkNote(n.Note); err != nil {
		return Secret{}, err
	}
	return guard.Act(ctx, s.db, a, in.actions().create, newSecretIn(in), func(tx *guard.WriteTx) (Secret, error) {
		if err := s.freePlaces(tx, in, 1); err != nil {
			return Secret{}, err
		}
		id, err := insertSecret(tx, in, n)
		if err != nil {
			return Secret{}, err
		}
		t := tx.Target()
		t.ID, t.Name, t.Version = id, n.Name, 1
		row, _, err := getSecret(tx, in, id)
		return row.secret(), err
	})
}

// insertSecret adds a secret with the first version of its value.
func insertSecret(tx *guard.WriteTx, in Place, n NewSecret) (id string, err error) {
	if id, err = insertName(tx, in, n.Name, n.Note, 1); err != nil {
		return "", err
	}
	return id, saveVersion(tx, in, id, 1, n.Value, 0)
}

// insertName adds a secret whose value is at version, 0 where it is still to come.
func insertName(tx *guard.WriteTx, in Place, name, note string, version int64) (id string, err error) {
	id = newID()
	_, err = tx.Exec(`
		INSERT INTO secrets (id, org, hook, name, note, revision, version, last_version,
			created_at, created_by, updated_at, updated_by, updated_by_name)
		VALUES (:id, :org_id, :hook, :name, :note, 1, :version, :version, :now, :by, :now, :by, :by_name)`,
		guard.Args{"id": id, "hook": in.hook, "name": name, "note": note, "version": version,
			"now": guard.Micro(tx.Now()), "by": tx.Actor(), "by_name": tx.ActorName()})
	if guard.IsUnique(err) {
		return "", in.taken(name)
	}
	return id, err
}

// taken refuses a name that another secret of the place has.
func (p Place) taken(name string) error {
	where := "hook"
	if p.own {
		where = "organization"
	}
	return guard.Errorf(Conflict, "name", "%s already exists in this %s.", name, where)
}

func (p Place) checkName(name string) error {
	if p.own {
		return checkOrganizationSecretName(name)
	}
	return checkHookSecretName(name)
}

// freePlaces refuses when a hook has fewer free places than wanted.
func (s *Store) freePlaces(tx *guard.WriteTx, in Place, wanted int) error {
	if in.own {
		return nil
	}
	var used int
	err := tx.Get(&used, `SELECT count(*) FROM secrets WHERE org = :org_id AND hook = :hook AND deleted_at IS NULL`,
		guard.Args{"hook": in.hook})
	switch {
	case err != nil:
		return err
	case used >= s.secretsPerHook:
		return guard.Errorf(Full, "", "All %d places are in use. Delete a secret this hook no longer reads.", s.secretsPerHook)
	case used+wanted > s.secretsPerHook:
		return guard.Errorf(Full, "", "The hook has %d secrets of at most %d, so %d more don't fit.", used, s.secretsPerHook, wanted)
	}
	return nil
}

// ChangeSecret saves name, note and, if given, a new version of the value. If
// somebody saved since c.Base it is Stale, and nothing is saved.
func (s *Store) ChangeSecret(ctx context.Context, a Actor, in Place, id string, c SecretChange) (Secret, error) {
	if err := in.checkName(c.Name); err != nil {
		return Secret{}, err
	}
	if c.Value != nil {
		if err := checkValue(*c.Value); err != nil {
			return Secret{}, err
		}
	}
	if err := checkNote(c.Note); err != nil {
		return Secret{}, err
	}
	return s.outgrown(guard.Act(ctx, s.db, a, in.actions().update, secretIn(in, id), func(tx *guard.WriteTx) (Secret, error) {
		row, _, err := getSecret(tx, in, id)
		if err != nil {
			return Secret{}, err
		}
		if row.Revision != c.Base {
			return Secret{}, staleSecret(tx, row)
		}
		if err := changeSecret(tx, in, row, c); err != nil {
			return Secret{}, err
		}
		row, _, err = getSecret(tx, in, id)
		return row.secret(), err
	}))
}

// staleSecret names the version of the value if the last save made one.
func staleSecret(tx *guard.WriteTx, row secretRow) error {
	var made int64
	err := tx.Get(&made, `SELECT made_at FROM secret_versions WHERE org = :org_id AND secret = :secret AND version = :version`,
		guard.Args{"secret": row.ID, "version": row.Version})
	if err != nil && guard.CodeOf(err) != NotFound { // a pending secret has no version yet
		return err
	}
	return stale(row.UpdatedBy, row.Revision, row.Version, made == row.UpdatedAt)
}

func changeSecret(tx *guard.WriteTx, in Place, row secretRow, c SecretChange) error {
	version, err := writeChange(tx, in, row, c)
	t := tx.Target()
	t.Name, t.Version, t.Detail = c.Name, version, describeChange(row, c)
	return err
}

// writeChange writes what a change says and returns the version of the value then.
func writeChange(tx *guard.WriteTx, in Place, row secretRow, c SecretChange) (version int64, err error) {
	version, last := row.Version, row.LastVersion
	if c.Value != nil {
		last++
		version = last
		if err := saveVersion(tx, in, row.ID, version, *c.Value, c.from); err != nil {
			return 0, err
		}
	}
	_, err = tx.Exec(`
		UPDATE secrets
		SET name = :name, note = :note, version = :version, last_version = :last, revision = revision + 1,
			updated_at = :now, updated_by = :by, updated_by_name = :by_name
		WHERE org = :org_id AND hook = :hook AND id = :id`,
		guard.Args{"name": c.Name, "note": c.Note, "version": version, "last": last, "now": guard.Micro(tx.Now()),
			"by": tx.Actor(), "by_name": tx.ActorName(), "hook": in.hook, "id": row.ID})
	if guard.IsUnique(err) {
		err = in.taken(c.Name)
	}
	if err != nil || c.Value == nil {
		return version, err
	}
	return version, markDue(tx, row.ID)
}

// describeChange tells the audit log which parts of a secret an edit touched.
func describeChange(row secretRow, c SecretChange) string {
	if c.from > 0 {
		return fmt.Sprintf("restored from version %d", c.from)
	}
	detail := "value kept"
	if c.Value != nil {
		detail = "new value"
	}
	if c.Name != row.Name {
		detail += ", renamed from " + row.Name
	}
	if c.Note != row.Note {
		detail += ", note changed"
	}
	return detail
}

// DeleteSecret hides a secret and frees its name and place. confirmName is the name
// as the person typed it. RestoreSecret undoes it for 7 days.
func (s *Store) DeleteSecret(ctx context.Context, a Actor, in Place, id, confirmName string) (Secret, error) {
	return guard.Act(ctx, s.db, a, in.actions().delete, secretIn(in, id), func(tx *guard.WriteTx) (Secret, error) {
		row, _, err := getSecret(tx, in, id)
		if err != nil {
			return Secret{}, err
		}
		if confirmName != row.Name {
			return Secret{}, guard.Errorf(Invalid, "name", "Type %s to confirm.", row.Name)
		}
		return row.secret(), hideSecret(tx, in, id)
	})
}

// hideSecret is a deletion that can be undone for 7 days.
func hideSecret(tx *guard.WriteTx, in Place, id string) error {
	_, err := tx.Exec(`
		UPDATE secrets
		SET deleted_at = :now, purge_at = :purge_at, deleted_by_name = :by_name
		WHERE org = :org_id AND hook = :hook AND id = :id`,
		guard.Args{"now": guard.Micro(tx.Now()), "purge_at": guard.Micro(tx.Now().Add(undoFor)), "by_name": tx.ActorName(),
			"hook": in.hook, "id": id})
	return err
}

// RestoreSecret brings a deleted secret back. It is a Conflict if the name was taken
// meanwhile, Full if the place was.
func (s *Store) RestoreSecret(ctx context.Context, a Actor, in Place, id string) (Secret, error) {
	return guard.Act(ctx, s.db, a, in.actions().restore, deletedSecret(in, id), func(tx *guard.WriteTx) (Secret, error) {
		err := s.restoreSecret(tx, in, id)
		if guard.IsUnique(err) {
			return Secret{}, guard.Errorf(Conflict, "", "Another secret has the name %s now. Rename that one, then undo again.", tx.Target().Name)
		}
		if err != nil {
			return Secret{}, err
		}
		row, _, err := getSecret(tx, in, id)
		return row.secret(), err
	})
}

// restoreSecret takes a deletion back, where there is a free place.
func (s *Store) restoreSecret(tx *guard.WriteTx, in Place, id string) error {
	if err := s.freePlaces(tx, in, 1); err != nil {
		return err
	}
	_, err := tx.Exec(`
		UPDATE secrets
		SET deleted_at = NULL, purge_at = NULL, deleted_by_name = NULL
		WHERE org = :org_id AND hook = :hook AND id = :id`, guard.Args{"hook": in.hook, "id": id})
	return err
}

// deletedSecret is the target of an undo: a secret deleted less than 7 days ago.
func deletedSecret(in Place, id string) guard.Targets {
	return func(tx *guard.WriteTx) ([]guard.Target, error) {
		hook, err := parent(tx, in)
		if err != nil {
			return nil, err
		}
		var row secretRow
		err = tx.Get(&row, `
			SELECT id, name, version
			FROM secrets
			WHERE org = :org_id AND hook = :hook AND id = :id AND deleted_at IS NOT NULL AND purge_at > :now`,
			guard.Args{"hook": in.hook, "id": id, "now": guard.Micro(tx.Now())})
		return []guard.Target{secretTarget(row, hook)}, err
	}
}
