package guard

import (
	"context"
	"database/sql"
	"errors"

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

// Invitation is one as its token finds it, whatever has become of it.
type Invitation struct {
	ID         string `db:"id"`
	Org        OrgRef `db:"org"`
	Email      string `db:"email"`
	EmailKey   string `db:"email_key"`
	Role       Role   `db:"role"`
	MadeByName string `db:"made_by_name"`
	ExpiresAt  int64  `db:"expires_at"`
	Over       bool   `db:"over"`    // it was used or revoked
	Account    bool   `db:"account"` // somebody signs in with this address
}

// InvitationOf finds the invitation behind a token. An unknown one, or one to an
// organization that is gone, is NotFound.
func InvitationOf(ctx context.Context, db *DB, token string) (Invitation, error) {
	var i Invitation
	err := db.lookup(ctx, &i, `
		SELECT i.id, i.email, i.email_key, i.role, i.made_by_name, i.expires_at,
			i.used_at IS NOT NULL OR i.revoked_at IS NOT NULL AS over,
			EXISTS (SELECT 1 FROM users u WHERE u.email_key = i.email_key) AS account,
			o.id AS "org.id", o.slug AS "org.slug", o.name AS "org.name"
		FROM invitations i
		JOIN organizations o ON o.id = i.org
		WHERE i.token_hash = ? AND o.deleted_at IS NULL`, TokenHash(token))
	if errors.Is(err, sql.ErrNoRows) {
		return Invitation{}, Missing()
	}
	return i, explain(err)
}

// Accept runs fn for somebody who brings an invitation: a signed-in person, or nobody
// yet, whom fn makes somebody and names with As. It is Act in the organization of the
// invitation, whose log gets the entry. fn uses the invitation up, and so finds out
// whether it still holds.
func Accept[T any](ctx context.Context, db *DB, who Who, i Invitation, fn func(*WriteTx) (T, error)) (T, error) {
	w := who.identity()
	w.org, w.joining = i.Org, true
	target := func(*WriteTx) ([]Target, error) {
		return []Target{{Kind: "invitation", ID: i.ID, Name: i.Email}}, nil
	}
	return Act(ctx, db, guest{w}, InvitationAccept, target, fn)
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
