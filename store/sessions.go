package store

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/netip"
	"time"

	"hooksafe/store/internal/guard"
)

// How many failed tries there may be in 15 minutes.
const (
	triesPerNetwork = 10 // for one e-mail from one network
	triesPerAccount = 20 // for one e-mail from anywhere
	triesToConfirm  = 5  // for a signed-in person, whatever strangers do
)

// Session is a fresh session: its token goes into the cookie and is kept nowhere.
type Session struct {
	Token     string
	ExpiresAt time.Time
}

// Person returns the signed-in person behind a session's token. An unknown, ended
// or expired one is Unauthenticated.
func (s *Store) Person(ctx context.Context, token string, o Origin) (ServerActor, error) {
	return guard.Session(ctx, s.db, token, o)
}

// SignIn checks e-mail and password and makes a session; the one behind oldToken,
// if any, ends. Unknown people and wrong passwords get the same Invalid after the
// same time, too many tries a Limited.
func (s *Store) SignIn(ctx context.Context, o Origin, email, password, oldToken string) (Session, error) {
	key := emailKey(email)
	limits := []limit{
		{"network " + network(o.Address) + " " + key, triesPerNetwork},
		{"account " + key, triesPerAccount},
	}
	left, err := s.signIns.begin(limits...)
	if err != nil {
		return Session{}, err
	}
	who, err := guard.CredentialsOf(ctx, s.db, key)
	if err != nil {
		return Session{}, err
	}
	ok, err := s.hashes.matches(ctx, who.PasswordHash, password)
	if err != nil {
		return Session{}, err
	}
	upgraded := ""
	if ok && outdated(who.PasswordHash) {
		if upgraded, err = s.hashes.hash(ctx, password); err != nil {
			return Session{}, err
		}
	}
	made, err := guard.Enter(ctx, s.db, o, guard.UserSignIn, func(tx *guard.WriteTx) (Session, error) {
		*tx.Target() = guard.Target{Kind: "user", ID: who.ID, Name: who.Name}
		if !ok || !stillHas(tx, who) {
			return Session{}, guard.Failed(wrongSignIn(left))
		}
		if upgraded != "" {
			if err := setPassword(tx, who.ID, upgraded); err != nil {
				return Session{}, err
			}
		}
		if err := endToken(tx, oldToken); err != nil {
			return Session{}, err
		}
		return newSession(tx, who)
	})
	if ok { // also where the session could not be written: they do know the password
		s.signIns.clear(limits...)
	}
	return made, err
}

// stillHas says whether the password that was checked outside the transaction is
// still the person's.
func stillHas(tx *guard.WriteTx, who guard.Credentials) bool {
	var hash string
	err := tx.Get(&hash, `SELECT password_hash FROM users WHERE id = :id`, guard.Args{"id": who.ID})
	return err == nil && hash == who.PasswordHash
}

func wrongSignIn(left int) *Error {
	e := guard.Errorf(Invalid, "email", "That email and password don't match. %s left before sign-in pauses for 15 minutes.", triesLeft(left))
	e.TriesLeft = left
	return e
}

func triesLeft(n int) string {
	if n == 1 {
		return "1 try"
	}
	return fmt.Sprintf("%d tries", n)
}

// newSession makes the session of somebody who has just shown who they are.
func newSession(tx *guard.WriteTx, who guard.Credentials) (Session, error) {
	made := Session{Token: newToken(), ExpiresAt: tx.Now().Add(guard.SessionAbsolute)}
	id, from := newID(), tx.Origin()
	tx.As(who.ID, who.Name, id)
	_, err := tx.Exec(`
		INSERT INTO sessions (id, token_hash, user, created_at, seen_at, expires_at, confirmed_at, address, agent)
		VALUES (:id, :token_hash, :user, :now, :now, :expires_at, :now, :address, :agent)`,
		guard.Args{"id": id, "token_hash": guard.TokenHash(made.Token), "user": who.ID, "now": guard.Micro(tx.Now()),
			"expires_at": guard.Micro(made.ExpiresAt), "address": from.Address, "agent": from.Agent})
	return made, err
}

// SignOut ends the session.
func (s *Store) SignOut(ctx context.Context, p ServerActor) error {
	_, err := guard.Act(ctx, s.db, p, guard.UserSignOut, themselves, func(tx *guard.WriteTx) (struct{}, error) {
		_, err := tx.Exec(`UPDATE sessions SET ended_at = :now WHERE id = :id`,
			guard.Args{"now": guard.Micro(tx.Now()), "id": tx.Credential()})
		return struct{}{}, err
	})
	return err
}

// LiveSession is a sign-in that still holds.
type LiveSession struct {
	ID, Address, Agent string
	SignedInAt, SeenAt time.Time
	Here               bool // the one that asks
}

// Sessions lists a person's own live sessions: the one that asks, then the others,
// last used first.
func (s *Store) Sessions(ctx context.Context, p ServerActor) ([]LiveSession, error) {
	return guard.View(ctx, s.db, p, guard.UserRead, func(tx *guard.ReadTx) ([]LiveSession, error) {
		var rows []struct {
			ID        string `db:"id"`
			Address   string `db:"address"`
			Agent     string `db:"agent"`
			CreatedAt int64  `db:"created_at"`
			SeenAt    int64  `db:"seen_at"`
		}
		now := s.db.Now()
		err := tx.Select(&rows, `
			SELECT id, address, agent, created_at, seen_at
			FROM sessions
			WHERE user = :user AND ended_at IS NULL AND expires_at > :now AND seen_at > :idle_since
			ORDER BY CASE WHEN id = :here THEN 0 ELSE 1 END, seen_at DESC, id DESC`,
			guard.Args{"user": tx.Actor(), "here": tx.Credential(), "now": guard.Micro(now),
				"idle_since": guard.Micro(now.Add(-guard.SessionIdle))})
		var all []LiveSession
		for _, row := range rows {
			all = append(all, LiveSession{ID: row.ID, Address: row.Address, Agent: row.Agent, Here: row.ID == tx.Credential(),
				SignedInAt: guard.FromMicro(row.CreatedAt), SeenAt: guard.FromMicro(row.SeenAt)})
		}
		return all, err
	})
}

// EndSession ends one of a person's own sessions; here tells whether it was the
// one that asks. Anybody else's is NotFound, like one that has ended.
func (s *Store) EndSession(ctx context.Context, p ServerActor, id string) (here bool, err error) {
	return guard.Act(ctx, s.db, p, guard.UserEndSession, themselves, func(tx *guard.WriteTx) (bool, error) {
		ended, err := tx.Exec(`UPDATE sessions SET ended_at = :now WHERE id = :id AND user = :user AND ended_at IS NULL`,
			guard.Args{"now": guard.Micro(tx.Now()), "id": id, "user": tx.Actor()})
		if err == nil && ended == 0 {
			err = guard.Missing()
		}
		tx.Target().Detail = "1 session ended"
		return id == tx.Credential(), err
	})
}

// EndOtherSessions ends all sessions of a person but the one that asks, and tells
// how many.
func (s *Store) EndOtherSessions(ctx context.Context, p ServerActor) (int, error) {
	return guard.Act(ctx, s.db, p, guard.UserEndSession, themselves, func(tx *guard.WriteTx) (int, error) {
		ended, err := endSessions(tx, tx.Actor(), tx.Credential())
		tx.Target().Detail = fmt.Sprintf("%s ended", plural(ended, "other session"))
		return ended, err
	})
}

// endSessions ends every session of a person but the one to keep, if any, and tells
// how many of them still held.
func endSessions(tx *guard.WriteTx, user, keep string) (live int, err error) {
	now := tx.Now()
	err = tx.Get(&live, `
		SELECT count(*)
		FROM sessions
		WHERE user = :user AND id <> :keep AND ended_at IS NULL AND expires_at > :now AND seen_at > :idle_since`,
		guard.Args{"user": user, "keep": keep, "now": guard.Micro(now), "idle_since": guard.Micro(now.Add(-guard.SessionIdle))})
	if err != nil {
		return 0, err
	}
	_, err = tx.Exec(`UPDATE sessions SET ended_at = :now WHERE user = :user AND id <> :keep AND ended_at IS NULL`,
		guard.Args{"user": user, "keep": keep, "now": guard.Micro(now)})
	return live, err
}

// SignIns lists the newest entries about who got in as this person, or tried to.
func (s *Store) SignIns(ctx context.Context, p ServerActor, limit int) ([]AuditEntry, error) {
	return guard.OwnSignIns(ctx, s.db, p, limit)
}

// Confirm takes the password once more and opens the 15 minutes in which values
// may be revealed. The session gets a new token. A wrong password is an Invalid
// for the field password.
func (s *Store) Confirm(ctx context.Context, p ServerActor, password string) (Session, error) {
	return s.withPassword(ctx, p, guard.UserConfirm, "password", password, func(tx *guard.WriteTx) error { return nil })
}

// withPassword carries out an action on the person's own account that the password
// must stand behind, confirms the session and gives it a new token.
func (s *Store) withPassword(ctx context.Context, p ServerActor, act guard.Action, field, password string, fn func(*guard.WriteTx) error) (Session, error) {
	tries := limit{"confirm " + p.ID(), triesToConfirm}
	left, err := s.confirmations.begin(tries)
	if err != nil {
		return Session{}, err
	}
	who, err := guard.OwnCredentials(ctx, s.db, p)
	if err != nil {
		return Session{}, err
	}
	ok, err := s.hashes.matches(ctx, who.PasswordHash, password)
	if err != nil {
		return Session{}, err
	}
	made, err := guard.Act(ctx, s.db, p, act, themselves, func(tx *guard.WriteTx) (Session, error) {
		if !ok || !stillHas(tx, who) {
			return Session{}, guard.Failed(wrongPassword(field, left))
		}
		if err := fn(tx); err != nil {
			return Session{}, err
		}
		return renewSession(tx)
	})
	if ok {
		s.confirmations.clear(tries)
	}
	return made, err
}

func wrongPassword(field string, left int) *Error {
	e := guard.Errorf(Invalid, field, "That password isn't right. %s left.", triesLeft(left))
	e.TriesLeft = left
	return e
}

// renewSession gives the session a new token and confirms it. Its end stays.
func renewSession(tx *guard.WriteTx) (Session, error) {
	made := Session{Token: newToken()}
	args := guard.Args{"id": tx.Credential()}
	var expires int64
	if err := tx.Get(&expires, `SELECT expires_at FROM sessions WHERE id = :id`, args); err != nil {
		return Session{}, err
	}
	made.ExpiresAt = guard.FromMicro(expires)
	_, err := tx.Exec(`UPDATE sessions SET token_hash = :token_hash, confirmed_at = :now, confirmed_in = :request WHERE id = :id`,
		guard.Args{"token_hash": guard.TokenHash(made.Token), "now": guard.Micro(tx.Now()), "request": tx.Origin().Request, "id": tx.Credential()})
	return made, err
}

// SetSessionData keeps what the dashboard wants to remember with the session.
func (s *Store) SetSessionData(ctx context.Context, p ServerActor, data []byte) error {
	return s.db.KeepData(ctx, p, data)
}

// endToken ends the session that a browser held before it signed in again.
func endToken(tx *guard.WriteTx, token string) error {
	if token == "" {
		return nil
	}
	_, err := tx.Exec(`UPDATE sessions SET ended_at = :now WHERE token_hash = :token_hash AND ended_at IS NULL`,
		guard.Args{"now": guard.Micro(tx.Now()), "token_hash": guard.TokenHash(token)})
	return err
}

// newToken has 256 random bits.
func newToken() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails: crypto/rand
	return base64.RawURLEncoding.EncodeToString(b)
}

// network is what counts as one place on the Internet: a /24, or a /64 of IPv6.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return "unknown"
	}
	ip = ip.Unmap()
	bits := 64
	if ip.Is4() {
		bits = 24
	}
	prefix, _ := ip.WithZone("").Prefix(bits)
	return prefix.String()
}
