package store

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"net/netip"
	"time"

	"github.com/google/uuid"

	"hooksafe/store/internal/guard"
)

// How many failed tries there may be in 15 minutes.
const (
	triesPerNetwork = 10 // for one e-mail from one network
	triesPerAccount = 20 // for one e-mail from anywhere
	triesToConfirm  = 5  // for a signed-in person, whatever strangers do
)

// How long links live.
const (
	setupValid = time.Hour
	resetValid = 24 * time.Hour
)

// User is a person who can sign in.
type User struct{ ID, Email, Name string }

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
		return newSession(tx, o, who)
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
func newSession(tx *guard.WriteTx, o Origin, who guard.Credentials) (Session, error) {
	made := Session{Token: newToken(), ExpiresAt: tx.Now().Add(guard.SessionAbsolute)}
	id := newID()
	tx.As(who.ID, who.Name, id)
	_, err := tx.Exec(`
		INSERT INTO sessions (id, token_hash, user, created_at, seen_at, expires_at, confirmed_at, address, agent)
		VALUES (:id, :token_hash, :user, :now, :now, :expires_at, :now, :address, :agent)`,
		guard.Args{"id": id, "token_hash": guard.TokenHash(made.Token), "user": who.ID, "now": guard.Micro(tx.Now()),
			"expires_at": guard.Micro(made.ExpiresAt), "address": o.Address, "agent": o.Agent})
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

// Confirm takes the password once more and opens the 15 minutes in which values
// may be revealed. The session gets a new token. A wrong password is an Invalid
// for the field password.
func (s *Store) Confirm(ctx context.Context, p ServerActor, password string) (Session, error) {
	return s.withPassword(ctx, p, guard.UserConfirm, "password", password, func(tx *guard.WriteTx) error { return nil })
}

// ChangePassword replaces the password, ends every other session of the person and
// makes their reset links stop working.
func (s *Store) ChangePassword(ctx context.Context, p ServerActor, current, next string) (Session, error) {
	if err := checkPassword("new_password", next); err != nil {
		return Session{}, err
	}
	hash, err := s.hashes.hash(ctx, next)
	if err != nil {
		return Session{}, err
	}
	return s.withPassword(ctx, p, guard.UserChangePassword, "current_password", current, func(tx *guard.WriteTx) error {
		if err := setPassword(tx, p.ID(), hash); err != nil {
			return err
		}
		if err := revokeResets(tx, p.ID()); err != nil {
			return err
		}
		ended, err := tx.Exec(`UPDATE sessions SET ended_at = :now WHERE user = :user AND id <> :id AND ended_at IS NULL`,
			guard.Args{"now": guard.Micro(tx.Now()), "user": p.ID(), "id": tx.Credential()})
		tx.Target().Detail = fmt.Sprintf("%s ended", plural(int(ended), "other session"))
		return err
	})
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
	_, err := tx.Exec(`UPDATE sessions SET token_hash = :token_hash, confirmed_at = :now WHERE id = :id`,
		guard.Args{"token_hash": guard.TokenHash(made.Token), "now": guard.Micro(tx.Now()), "id": tx.Credential()})
	return made, err
}

// SetSessionData keeps what the dashboard wants to remember with the session.
func (s *Store) SetSessionData(ctx context.Context, p ServerActor, data []byte) error {
	return s.db.KeepData(ctx, p, data)
}

// CreateUser makes a person who can sign in. A known e-mail is a Conflict.
func (s *Store) CreateUser(ctx context.Context, op ServerActor, email, name, password string) (User, error) {
	hash, err := s.newPerson(ctx, email, name, password)
	if err != nil {
		return User{}, err
	}
	return guard.Act(ctx, s.db, op, guard.UserCreate, someUser, func(tx *guard.WriteTx) (User, error) {
		return insertUser(tx, email, name, hash)
	})
}

// newPerson checks what a new person brings and hashes the password.
func (s *Store) newPerson(ctx context.Context, email, name, password string) (hash string, err error) {
	if err := checkPersonName(name); err != nil {
		return "", err
	}
	if err := checkEmail(email); err != nil {
		return "", err
	}
	if err := checkPassword("password", password); err != nil {
		return "", err
	}
	return s.hashes.hash(ctx, password)
}

func insertUser(tx *guard.WriteTx, email, name, hash string) (User, error) {
	u := User{ID: newID(), Email: displayEmail(email), Name: name}
	_, err := tx.Exec(`
		INSERT INTO users (id, email, email_key, name, password_hash, created_at, created_by, updated_at, updated_by)
		VALUES (:id, :email, :email_key, :name, :hash, :now, :by, :now, :by)`,
		guard.Args{"id": u.ID, "email": u.Email, "email_key": emailKey(email), "name": name, "hash": hash,
			"now": guard.Micro(tx.Now()), "by": tx.Actor()})
	if guard.IsUnique(err) {
		return User{}, guard.Errorf(Conflict, "email", "There is already a person with this email address.")
	}
	*tx.Target() = guard.Target{Kind: "user", ID: u.ID, Name: name}
	return u, err
}

// NewResetLink makes a one-time token with which a person sets a new password,
// valid for 24 hours. Earlier ones stop working.
func (s *Store) NewResetLink(ctx context.Context, op ServerActor, email string) (string, error) {
	token := newToken()
	return guard.Act(ctx, s.db, op, guard.ResetLinkCreate, someUser, func(tx *guard.WriteTx) (string, error) {
		u, err := userByEmail(tx, email)
		if err != nil {
			return "", err
		}
		*tx.Target() = guard.Target{Kind: "user", ID: u.ID, Name: u.Name}
		if err := revokeResets(tx, u.ID); err != nil {
			return "", err
		}
		_, err = tx.Exec(`
			INSERT INTO links (token_hash, kind, user, made_by, created_at, expires_at)
			VALUES (:token_hash, 'reset', :user, 'operator', :now, :expires_at)`,
			guard.Args{"token_hash": guard.TokenHash(token), "user": u.ID, "now": guard.Micro(tx.Now()),
				"expires_at": guard.Micro(tx.Now().Add(resetValid))})
		return token, err
	})
}

// revokeResets makes the links that a person has not used yet stop working.
func revokeResets(tx *guard.WriteTx, user string) error {
	_, err := tx.Exec(`
		UPDATE links SET revoked_at = :now
		WHERE user = :user AND kind = 'reset' AND used_at IS NULL AND revoked_at IS NULL`,
		guard.Args{"now": guard.Micro(tx.Now()), "user": user})
	return err
}

// CheckReset tells whose password a link sets, without using it up.
func (s *Store) CheckReset(ctx context.Context, token string) (email string, err error) {
	link, err := guard.LinkOf(ctx, s.db, "reset", token)
	return link.Email, err
}

// ResetPassword uses a link up: the person gets a new password and a session, all
// their other sessions end.
func (s *Store) ResetPassword(ctx context.Context, o Origin, token, password string) (Session, error) {
	if _, err := s.CheckReset(ctx, token); err != nil {
		return Session{}, err
	}
	if err := checkPassword("password", password); err != nil {
		return Session{}, err
	}
	hash, err := s.hashes.hash(ctx, password)
	if err != nil {
		return Session{}, err
	}
	return guard.Enter(ctx, s.db, o, guard.UserResetPassword, func(tx *guard.WriteTx) (Session, error) {
		who, err := useLink(tx, token)
		if err != nil {
			return Session{}, err
		}
		if err := setPassword(tx, who.ID, hash); err != nil {
			return Session{}, err
		}
		if _, err := tx.Exec(`UPDATE sessions SET ended_at = :now WHERE user = :user AND ended_at IS NULL`,
			guard.Args{"now": guard.Micro(tx.Now()), "user": who.ID}); err != nil {
			return Session{}, err
		}
		*tx.Target() = guard.Target{Kind: "user", ID: who.ID, Name: who.Name}
		return newSession(tx, o, who)
	})
}

func useLink(tx *guard.WriteTx, token string) (guard.Credentials, error) {
	args := guard.Args{"token_hash": guard.TokenHash(token), "now": guard.Micro(tx.Now())}
	used, err := tx.Exec(`
		UPDATE links SET used_at = :now
		WHERE token_hash = :token_hash AND kind = 'reset' AND used_at IS NULL AND revoked_at IS NULL AND expires_at > :now`, args)
	if err != nil {
		return guard.Credentials{}, err
	}
	if used == 0 {
		return guard.Credentials{}, guard.Missing()
	}
	var who guard.Credentials
	err = tx.Get(&who, `
		SELECT u.id, u.name
		FROM links l
		JOIN users u ON u.id = l.user
		WHERE l.token_hash = :token_hash`, guard.Args{"token_hash": args["token_hash"]})
	return who, err
}

// SetupOpen says whether the first run is still to come: no person exists.
func (s *Store) SetupOpen(ctx context.Context) (bool, error) {
	state, err := guard.Setup(ctx, s.db)
	return state.Open(), err
}

// NewSetupToken makes the token of the first run, valid for an hour. The one before
// stops working. Once a person exists it is NotFound.
func (s *Store) NewSetupToken(ctx context.Context) (string, error) {
	token := newToken()
	return guard.Act(ctx, s.db, guard.Operator(), guard.SetupToken, theServer, func(tx *guard.WriteTx) (string, error) {
		state, err := tx.Setup()
		if err != nil {
			return "", err
		}
		if !state.Open() {
			return "", guard.Missing()
		}
		_, err = tx.Exec(`UPDATE server SET setup_hash = :hash, setup_until = :until`,
			guard.Args{"hash": guard.TokenHash(token), "until": guard.Micro(tx.Now().Add(setupValid))})
		return token, err
	})
}

// CheckSetupToken says whether a token opens the first run. A wrong or old one is
// Unauthenticated; once a person exists it is NotFound.
func (s *Store) CheckSetupToken(ctx context.Context, token string) error {
	state, err := guard.Setup(ctx, s.db)
	if err != nil {
		return err
	}
	return checkSetup(state, token, s.db.Now())
}

func checkSetup(state guard.SetupState, token string, now time.Time) error {
	switch {
	case !state.Open():
		return guard.Missing()
	case subtle.ConstantTimeCompare(state.Hash, guard.TokenHash(token)) != 1, guard.Micro(now) >= state.Until:
		return guard.Errorf(Unauthenticated, "token", "This setup token doesn't work. The server prints a new one each time it starts; it is valid for an hour.")
	}
	return nil
}

// Setup is what the first run asks for.
type Setup struct{ Token, Name, Email, Password, Organization string }

// Setup makes the first person and their organization, signs them in, and is over.
func (s *Store) Setup(ctx context.Context, o Origin, in Setup) (Session, OrgRef, error) {
	if err := s.CheckSetupToken(ctx, in.Token); err != nil {
		return Session{}, OrgRef{}, err
	}
	if err := checkOrganizationName("organization", in.Organization); err != nil {
		return Session{}, OrgRef{}, err
	}
	hash, err := s.newPerson(ctx, in.Email, in.Name, in.Password)
	if err != nil {
		return Session{}, OrgRef{}, err
	}
	var org OrgRef
	made, err := guard.Enter(ctx, s.db, o, guard.SetupDone, func(tx *guard.WriteTx) (Session, error) {
		state, err := tx.Setup()
		if err != nil {
			return Session{}, err
		}
		if err := checkSetup(state, in.Token, tx.Now()); err != nil {
			return Session{}, err
		}
		u, err := insertUser(tx, in.Email, in.Name, hash)
		if err != nil {
			return Session{}, err
		}
		if _, err := tx.Exec(`UPDATE server SET setup_hash = NULL, setup_until = NULL, setup_done_at = :now`,
			guard.Args{"now": guard.Micro(tx.Now())}); err != nil {
			return Session{}, err
		}
		session, err := newSession(tx, o, guard.Credentials{ID: u.ID, Name: u.Name})
		if err != nil {
			return Session{}, err
		}
		org, err = tx.CreateOrganization(in.Organization, proposeSlug(in.Organization), u.ID)
		return session, err
	})
	return made, org, err
}

// Operator is whoever can run commands on the host.
func (s *Store) Operator() ServerActor { return guard.Operator() }

func themselves(tx *guard.WriteTx) ([]guard.Target, error) {
	return []guard.Target{{Kind: "user", ID: tx.Actor(), Name: tx.ActorName()}}, nil
}

func someUser(*guard.WriteTx) ([]guard.Target, error) {
	return []guard.Target{{Kind: "user"}}, nil
}

func theServer(*guard.WriteTx) ([]guard.Target, error) {
	return []guard.Target{{Kind: "server", Name: "Hooksafe"}}, nil
}

func userByEmail(tx *guard.WriteTx, email string) (User, error) {
	var u User
	err := tx.Get(&u, `SELECT id, email, name FROM users WHERE email_key = :key`, guard.Args{"key": emailKey(email)})
	if guard.CodeOf(err) == NotFound {
		return User{}, guard.Errorf(NotFound, "email", "There is no person with this email address.")
	}
	return u, err
}

func setPassword(tx *guard.WriteTx, user, hash string) error {
	_, err := tx.Exec(`UPDATE users SET password_hash = :hash, updated_at = :now, updated_by = :user WHERE id = :user`,
		guard.Args{"hash": hash, "now": guard.Micro(tx.Now()), "user": user})
	return err
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

func newID() string { return uuid.Must(uuid.NewV7()).String() }

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
