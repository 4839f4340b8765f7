// Package store keeps organizations, people, hooks, secrets and the audit log in
// one SQLite database. Every method names who asks; what they may do, what is
// sealed and what is recorded is decided behind it, in the guard.
package store

import (
	"context"
	"sync/atomic"
	"time"

	"hooksafe/store/internal/guard"
	"hooksafe/store/internal/ledger"
	"hooksafe/store/internal/seal"
)

// The guard's words, for the rest of the program.
type (
	Actor       = guard.Actor
	ServerActor = guard.ServerActor
	Origin      = guard.Origin
	OrgRef      = guard.OrgRef
	Look        = guard.Look
	Settings    = guard.Settings
	Role        = guard.Role
	Permission  = guard.Permission
	Right       = guard.Right
	Error       = guard.Error
	Code        = guard.Code
	Clock       = guard.Clock
	Plaintext   = seal.Plaintext
	AuditEntry  = ledger.Entry
)

// The roles.
const (
	Viewer = guard.Viewer
	Editor = guard.Editor
	Admin  = guard.Admin
	Owner  = guard.Owner
)

// The permissions that decide which controls a page draws.
const (
	EditHooks                 = guard.EditHooks
	EditHookSecrets           = guard.EditHookSecrets
	RevealHookSecrets         = guard.RevealHookSecrets
	EditOrganizationSecrets   = guard.EditOrganizationSecrets
	RevealOrganizationSecrets = guard.RevealOrganizationSecrets
	ExportValues              = guard.ExportValues
	ReadAudit                 = guard.ReadAudit
	ManageMembers             = guard.ManageMembers
	MakeAdmins                = guard.MakeAdmins
	Leave                     = guard.Leave
	ManageKeys                = guard.ManageKeys
	ManageOrganization        = guard.ManageOrganization
	EndSessions               = guard.EndSessions
)

// When opening a value asks for the password, as the organization settles it.
const (
	AskNever    = guard.AskNever
	AskRecently = guard.AskRecently
	AskAlways   = guard.AskAlways
)

// The codes of errors.
const (
	Invalid         = guard.Invalid
	NotFound        = guard.NotFound
	Denied          = guard.Denied
	Conflict        = guard.Conflict
	Stale           = guard.Stale
	Full            = guard.Full
	ConfirmNeeded   = guard.ConfirmNeeded
	Unauthenticated = guard.Unauthenticated
	Limited         = guard.Limited
	Unavailable     = guard.Unavailable
	NoSpace         = guard.NoSpace
	Integrity       = guard.Integrity
)

// ConfirmFor is how long a sign-in or a confirmation counts as recent.
const ConfirmFor = guard.ConfirmFor

// CodeOf returns the code of an error, "" for nil and for one without a code.
func CodeOf(err error) Code { return guard.CodeOf(err) }

// AsError finds the refusal in an error.
func AsError(err error) (*Error, bool) { return guard.AsError(err) }

// HandOut is the permission that it takes to give somebody a role, or to take it away.
func HandOut(role Role) Permission { return guard.HandOut(role) }

// ParseRole reads a role's name.
func ParseRole(name string) (Role, error) { return guard.ParseRole(name) }

// NewPlaintext wraps a value on its way in.
func NewPlaintext(value string) Plaintext { return seal.NewPlaintext(value) }

// MasterKey is the key outside the database that everything is sealed under.
type MasterKey struct{ master *seal.Master }

// GenerateMasterKey makes one, as text for the key file.
func GenerateMasterKey() string { return seal.GenerateMaster() }

// ParseMasterKey reads the text of a key file: 32 bytes in base64 or hex.
func ParseMasterKey(text string) (MasterKey, error) {
	master, err := seal.ParseMaster(text)
	return MasterKey{master}, err
}

// ID is a short name of the key that tells nothing about it.
func (k MasterKey) ID() string { return k.master.ID() }

// Options say how Open treats the data directory.
type Options struct {
	Dir            string
	Key            MasterKey
	Create         bool // make the database if there is none
	Migrate        bool // bring an older schema up to date
	SecretsPerHook int
	Clock          Clock // nil: the machine's

	OrganizationsByOperator bool // people make none by themselves
}

// Store is the one way to everything that is kept.
type Store struct {
	db             *guard.DB
	key            MasterKey
	hashes         *hasher
	signIns        *limiter
	confirmations  *limiter
	wrongKeys      *limiter
	secretsPerHook int
	destroyed      atomic.Bool // something was, since the database was compacted

	organizationsByOperator bool
}

// Exists says whether dir holds a database.
func Exists(dir string) (bool, error) { return guard.Exists(dir) }

// Open opens the store in o.Dir. A wrong master key, another schema and a file
// that is no database are refused before anything is written.
func Open(ctx context.Context, o Options) (*Store, error) {
	if o.Clock == nil {
		o.Clock = guard.SystemClock()
	}
	db, err := guard.Open(ctx, guard.Options{
		Dir: o.Dir, Master: o.Key.master, Create: o.Create, Migrate: o.Migrate, Clock: o.Clock,
	})
	if err != nil {
		return nil, err
	}
	return &Store{
		db: db, key: o.Key, hashes: newHasher(), secretsPerHook: o.SecretsPerHook,
		signIns: newLimiter(db.Now, tryWindow), confirmations: newLimiter(db.Now, tryWindow),
		wrongKeys: newLimiter(db.Now, time.Minute), organizationsByOperator: o.OrganizationsByOperator,
	}, nil
}

// Close waits for the action under way and closes the database.
func (s *Store) Close() error { return s.db.Close() }

// Ready writes to the database, and so tells whether it can.
func (s *Store) Ready(ctx context.Context) error { return s.db.Ready(ctx) }

// SecretsPerHook is how many secrets a hook may have.
func (s *Store) SecretsPerHook() int { return s.secretsPerHook }

// Now is the time by the store's clock.
func (s *Store) Now() time.Time { return s.db.Now() }

// KeyID is the short name of the master key in use.
func (s *Store) KeyID() string { return s.key.ID() }

// ForgetExpiredSessions removes rows of sessions that ended by themselves long ago, and
// imports that nobody can apply or undo any more.
func (s *Store) ForgetExpiredSessions(ctx context.Context) error { return s.db.ForgetExpired(ctx) }
