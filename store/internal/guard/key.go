package guard

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Scope is one thing that an API key may do. No scope implies another.
type Scope string

// The scopes.
const (
	ReadHooksScope         Scope = "read:hooks"
	CreateHooksScope       Scope = "create:hooks"
	UpdateHooksScope       Scope = "update:hooks"
	DeleteHooksScope       Scope = "delete:hooks"
	RevealHookSecretsScope Scope = "reveal:hook_secrets"
	ReadSecretsScope       Scope = "read:secrets"
	CreateSecretsScope     Scope = "create:secrets"
	UpdateSecretsScope     Scope = "update:secrets"
	DeleteSecretsScope     Scope = "delete:secrets"
	RevealSecretsScope     Scope = "reveal:secrets"
)

// Scopes lists them all.
func Scopes() []Scope {
	return []Scope{
		ReadHooksScope, CreateHooksScope, UpdateHooksScope, DeleteHooksScope, RevealHookSecretsScope,
		ReadSecretsScope, CreateSecretsScope, UpdateSecretsScope, DeleteSecretsScope, RevealSecretsScope,
	}
}

// scopes is the table of API keys: any one of an action's scopes lets a key act, as
// far as the role of its maker reaches. An action that is not here is for people.
// Where the Management API's documents disagree with each other, either will do.
var scopes = map[Action][]Scope{
	HookRead:    {ReadHooksScope},
	HookCreate:  {CreateHooksScope},
	HookUpdate:  {UpdateHooksScope},
	HookEnable:  {UpdateHooksScope},
	HookDisable: {UpdateHooksScope},
	HookDelete:  {DeleteHooksScope},

	SecretRead:   {ReadHooksScope},
	SecretCreate: {CreateHooksScope, UpdateHooksScope},
	SecretUpdate: {UpdateHooksScope},
	SecretDelete: {DeleteHooksScope, UpdateHooksScope},
	SecretFetch:  {RevealHookSecretsScope},

	OrganizationSecretRead:   {ReadSecretsScope},
	OrganizationSecretCreate: {CreateSecretsScope},
	OrganizationSecretUpdate: {UpdateSecretsScope},
	OrganizationSecretDelete: {DeleteSecretsScope},
	OrganizationSecretFetch:  {RevealSecretsScope},

	HookImportPlan:               {CreateHooksScope, UpdateHooksScope},
	HookImport:                   {CreateHooksScope, UpdateHooksScope},
	SecretImportPlan:             {CreateHooksScope, UpdateHooksScope},
	SecretImport:                 {CreateHooksScope, UpdateHooksScope},
	OrganizationSecretImportPlan: {CreateSecretsScope, UpdateSecretsScope},
	OrganizationSecretImport:     {CreateSecretsScope, UpdateSecretsScope},

	TokenMake: Scopes(),
}

// may says whether an identity may do what an action names.
func (w identity) may(act Action) bool {
	return w.holds(act.need) && (w.kind != kindKey || w.inScope(act))
}

func (w identity) inScope(act Action) bool {
	held := strings.Fields(w.scopes)
	return slices.ContainsFunc(scopes[act], func(s Scope) bool { return slices.Contains(held, string(s)) })
}

// The beginnings of tokens: of keys, and of what /oauth/token hands out.
const (
	KeyPrefix    = "hks_"
	AccessPrefix = "hka_"
)

// keyRow is a key as a token finds it, dead or alive.
type keyRow struct {
	ID        string `db:"id"`
	Name      string `db:"name"`
	Scopes    string `db:"scopes"`
	MadeBy    string `db:"made_by"`
	Role      string `db:"role"` // its maker's, "" if there is none
	ExpiresAt int64  `db:"expires_at"`
	RevokedAt int64  `db:"revoked_at"`
	UsedAt    int64  `db:"used_at"`
	Org       string `db:"org"`
	Slug      string `db:"slug"`
	OrgName   string `db:"org_name"`
	Settings
}

const (
	keyColumns = `
		SELECT k.id, k.name, k.org, o.slug, o.name AS org_name, o.reveal_seconds, o.editors_reveal, o.confirm,
			COALESCE(k.made_by, '') AS made_by, COALESCE(m.role, '') AS role,
			COALESCE(k.expires_at, 0) AS expires_at, COALESCE(k.revoked_at, 0) AS revoked_at, COALESCE(k.used_at, 0) AS used_at,`
	keyJoins = `
		JOIN organizations o ON o.id = k.org AND o.deleted_at IS NULL
		LEFT JOIN members m ON m.org = k.org AND m.user = k.made_by`
	keyByToken  = keyColumns + ` k.scopes FROM api_keys k` + keyJoins + ` WHERE k.token_hash = ?`
	keyByAccess = keyColumns + ` t.scopes FROM access_tokens t JOIN api_keys k ON k.id = t.key` + keyJoins + ` WHERE t.token_hash = ? AND t.expires_at > ?`
)

// operatorKeyRole is how far a key reaches that the operator made: as far as any
// scope does.
const operatorKeyRole = Admin

// keyQuery finds the key of a token at a time.
func keyQuery(token string, now time.Time) (query string, args []any) {
	if strings.HasPrefix(token, AccessPrefix) {
		return keyByAccess, []any{TokenHash(token), Micro(now)}
	}
	return keyByToken, []any{TokenHash(token)}
}

// dead says why a key lets nobody in any more, or "".
func (k keyRow) dead(now time.Time) string {
	switch {
	case k.RevokedAt != 0:
		return "revoked"
	case k.ExpiresAt != 0 && k.ExpiresAt <= Micro(now):
		return "expired"
	case k.MadeBy != "" && k.Role == "":
		return "its maker has left"
	}
	return ""
}

func (k keyRow) identity(token string, o Origin) (identity, error) {
	w := identity{
		kind: kindKey, id: k.ID, name: k.Name, org: OrgRef{ID: k.Org, Slug: k.Slug, Name: k.OrgName},
		role: operatorKeyRole, settings: k.Settings, token: token, scopes: k.Scopes, origin: o,
	}
	if k.Role == "" {
		return w, nil
	}
	var err error
	w.role, err = ParseRole(k.Role)
	return w, err
}

// KeyActor returns the actor for a token of an API key, or one that /oauth/token
// handed out. A wrong, revoked or expired one is Unauthenticated; wrong is asked
// first, and its error, if any, is the answer instead. The entry of a dead key goes
// to the log of its organization.
func KeyActor(ctx context.Context, db *DB, token string, o Origin, wrong func() error) (Actor, error) {
	now := db.clock.Now()
	query, args := keyQuery(token, now)
	var row keyRow
	err := db.lookup(ctx, &row, query, args...)
	if errors.Is(err, sql.ErrNoRows) {
		return Actor{}, cmp.Or(wrong(), error(NoKey()))
	}
	if err != nil {
		return Actor{}, fmt.Errorf("find key: %w", explain(err))
	}
	who, err := row.identity(token, o)
	if err != nil {
		return Actor{}, fmt.Errorf("key %s: %w", row.ID, err)
	}
	if reason := row.dead(now); reason != "" {
		if err := wrong(); err != nil {
			return Actor{}, err
		}
		return Actor{}, cmp.Or(db.refuseKey(ctx, who, reason), error(NoKey()))
	}
	if now.Sub(fromMicro(row.UsedAt)) >= time.Minute {
		// A full disk must not keep programs from reading.
		_ = db.Touch(ctx, touchKeyUsed, now, o.Address, row.ID)
	}
	return Actor{who}, nil
}

// refuseKey writes the entry of a key that lets nobody in any more.
func (db *DB) refuseKey(ctx context.Context, who identity, reason string) error {
	return explain(db.write(ctx, func() error {
		tx, err := db.begin(who, KeyUse)
		if err != nil {
			return err
		}
		defer tx.rollback()
		tx.targets = []Target{{Kind: "key", ID: who.id, Name: who.name}}
		return tx.finish(outcomeDenied, reason)
	}))
}

// recheckKey reads the key again in the action's transaction: one that was revoked
// meanwhile, or whose maker lost the role, does not act.
func (tx *WriteTx) recheckKey() error {
	query, args := keyQuery(tx.who.token, tx.now)
	var row keyRow
	err := tx.one(&row, query, args...)
	if errors.Is(err, sql.ErrNoRows) || err == nil && row.dead(tx.now) != "" {
		return NoKey()
	}
	if err != nil {
		return fmt.Errorf("read the key again: %w", err)
	}
	tx.who, err = row.identity(tx.who.token, tx.who.origin)
	return err
}

// NoKey is the one answer for a token that lets nobody in.
func NoKey() *Error { return Errorf(Unauthenticated, "", "This API key isn't valid.") }
