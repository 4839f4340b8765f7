package guard

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"hooksafe/store/internal/ledger"
)

// Enter runs fn for somebody who is nobody yet: at sign-in, at the first run, with
// a link. It is Act without an actor: fn finds out who it is and says so with As,
// or ends with Failed, and the entry goes to the server's log.
func Enter[T any](ctx context.Context, db *DB, o Origin, act Action, fn func(*WriteTx) (T, error)) (T, error) {
	return Act(ctx, db, stranger{o}, act, nobodyYet, fn)
}

// stranger has no permission but to try to become somebody.
type stranger struct{ origin Origin }

func (s stranger) identity() identity { return identity{kind: kindNobody, origin: s.origin} }

func nobodyYet(*WriteTx) ([]Target, error) { return []Target{{Kind: "user"}}, nil }

// Credentials are what a sign-in is checked against.
type Credentials struct {
	ID           string `db:"id"`
	Name         string `db:"name"`
	PasswordHash string `db:"password_hash"`
}

// CredentialsOf finds the person with a canonical e-mail. An unknown one is the
// zero Credentials and no error: the caller must take as long for it.
func CredentialsOf(ctx context.Context, db *DB, emailKey string) (Credentials, error) {
	var c Credentials
	err := db.lookup(ctx, &c, `
		SELECT id, name, COALESCE(password_hash, '') AS password_hash
		FROM users
		WHERE email_key = ?`, emailKey)
	if errors.Is(err, sql.ErrNoRows) {
		return Credentials{}, nil
	}
	return c, explain(err)
}

// OwnCredentials are those of a signed-in person.
func OwnCredentials(ctx context.Context, db *DB, p ServerActor) (Credentials, error) {
	var c Credentials
	err := db.lookup(ctx, &c, `
		SELECT id, name, COALESCE(password_hash, '') AS password_hash
		FROM users
		WHERE id = ?`, p.who.id)
	return c, explain(err)
}

// OwnSignIns are the newest entries of the server's log about who got in as a
// signed-in person, or tried to: sign-ins, new passwords, reset links, and what a
// wrong password stopped. They hold nobody else's.
func OwnSignIns(ctx context.Context, db *DB, p ServerActor, limit int) ([]ledger.Entry, error) {
	c, release, err := db.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	stmt, err := c.prepare(`
		SELECT *
		FROM audit_entries
		WHERE log = ? AND target = ? AND target_kind = 'user'
			AND (action IN (?, ?, ?, ?) OR action = ? AND outcome <> ?)
		ORDER BY seq DESC
		LIMIT ?`)
	if err != nil {
		return nil, err
	}
	var all []ledger.Entry
	return all, explain(stmt.SelectContext(ctx, &all, serverLog, p.who.id,
		UserSignIn.name, UserResetPassword.name, UserChangePassword.name, ResetLinkCreate.name,
		UserConfirm.name, outcomeDone, limit))
}

// Invitation is one that still stands, as its token finds it. It may have expired.
type Invitation struct {
	ID         string `db:"id"`
	Org        OrgRef `db:"org"`
	Email      string `db:"email"`
	EmailKey   string `db:"email_key"`
	Role       Role   `db:"role"`
	MadeBy     string `db:"made_by"` // "" for the operator
	MadeByName string `db:"made_by_name"`
	MakerRole  *Role  `db:"maker_role"` // nil: they are no member any more
	ExpiresAt  int64  `db:"expires_at"`
	Account    bool   `db:"account"` // somebody signs in with this address
}

// Expired says whether it is too late for the invitation at a time.
func (i Invitation) Expired(now time.Time) bool { return Micro(now) >= i.ExpiresAt }

// vouched says whether whoever made the invitation may still hand its role out.
func (i Invitation) vouched() bool {
	need := permissions[HandOut(i.Role)]
	if i.MadeBy == "" {
		return need.operator
	}
	return i.MakerRole != nil && *i.MakerRole >= need.from
}

const invitationQuery = `
	SELECT i.id, i.email, i.email_key, i.role, i.made_by, i.made_by_name, m.role AS maker_role, i.expires_at,
		EXISTS (SELECT 1 FROM users u WHERE u.email_key = i.email_key) AS account,
		o.id AS "org.id", o.slug AS "org.slug", o.name AS "org.name"
	FROM invitations i
	JOIN organizations o ON o.id = i.org
	LEFT JOIN members m ON m.org = i.org AND m.user = i.made_by
	WHERE i.token_hash = ? AND i.used_at IS NULL AND i.revoked_at IS NULL AND o.deleted_at IS NULL`

// InvitationOf finds the invitation behind a token. NotFound is the one answer for a
// wrong token, for an invitation that was used or revoked, for one by somebody who may
// not hand its role out any more, and for one to an organization that is gone.
func InvitationOf(ctx context.Context, db *DB, token string) (Invitation, error) {
	return findInvitation(token, func(dest any, query string, args ...any) error {
		return db.lookup(ctx, dest, query, args...)
	})
}

// invitation reads it again in the transaction that uses it up. An expired one is
// NotFound as well.
func (tx *WriteTx) invitation(token string) (Invitation, error) {
	i, err := findInvitation(token, tx.one)
	if err == nil && i.Expired(tx.now) {
		err = Missing()
	}
	return i, err
}

func findInvitation(token string, read func(dest any, query string, args ...any) error) (Invitation, error) {
	var i Invitation
	err := read(&i, invitationQuery, TokenHash(token))
	switch {
	case errors.Is(err, sql.ErrNoRows), err == nil && !i.vouched():
		return Invitation{}, Missing()
	case err != nil:
		return Invitation{}, explain(err)
	}
	return i, nil
}

// Accept runs fn for somebody who brings the token of an invitation: a signed-in
// person, or nobody yet, whom fn makes somebody and names with As. It is Act in the
// organization of the invitation, whose log gets the entry. The invitation that fn is
// given was read in the transaction and holds; fn uses it up.
func Accept[T any](ctx context.Context, db *DB, who Who, token string, fn func(*WriteTx, Invitation) (T, error)) (T, error) {
	i, err := InvitationOf(ctx, db, token)
	if err != nil {
		var none T
		return none, err
	}
	w := who.identity()
	w.org, w.joining = i.Org, true
	target := func(tx *WriteTx) ([]Target, error) {
		var err error
		i, err = tx.invitation(token)
		return []Target{{Kind: "invitation", ID: i.ID, Name: i.Email}}, err
	}
	return Act(ctx, db, guest{w}, InvitationAccept, target, func(tx *WriteTx) (T, error) { return fn(tx, i) })
}

// guest has an invitation.
type guest struct{ who identity }

func (g guest) identity() identity { return g.who }

// Nobody is somebody who has not said who they are.
func Nobody(o Origin) Who { return stranger{o} }

// Link is a one-time link as it is stored.
type Link struct {
	User  string `db:"user"`
	Email string `db:"email"`
}

// LinkOf finds the live link of a kind behind a token. A used, revoked or expired
// one is NotFound.
func LinkOf(ctx context.Context, db *DB, kind, token string) (Link, error) {
	var l Link
	err := db.lookup(ctx, &l, `
		SELECT l.user, u.email
		FROM links l
		JOIN users u ON u.id = l.user
		WHERE l.token_hash = ? AND l.kind = ? AND l.used_at IS NULL AND l.revoked_at IS NULL AND l.expires_at > ?`,
		TokenHash(token), kind, Micro(db.clock.Now()))
	if errors.Is(err, sql.ErrNoRows) {
		return Link{}, Missing()
	}
	return l, explain(err)
}

// SetupState is where the first run stands.
type SetupState struct {
	Hash   []byte `db:"setup_hash"`
	Until  int64  `db:"setup_until"`
	People bool   `db:"people"`
	Done   bool   `db:"done"`
}

// Open says whether the first run is still to come.
func (s SetupState) Open() bool { return !s.People && !s.Done }

const setupQuery = `
	SELECT setup_hash, COALESCE(setup_until, 0) AS setup_until,
		EXISTS (SELECT 1 FROM users) AS people,
		setup_done_at IS NOT NULL AS done
	FROM server`

// Setup reads where the first run stands.
func Setup(ctx context.Context, db *DB) (SetupState, error) {
	var s SetupState
	err := db.lookup(ctx, &s, setupQuery)
	return s, explain(err)
}

// Setup reads it again in the transaction that uses the token up.
func (tx *WriteTx) Setup() (SetupState, error) {
	var s SetupState
	err := tx.one(&s, setupQuery)
	return s, err
}
