package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"hooksafe/store/internal/guard"
)

// resetValid is how long a link for a new password works.
const resetValid = 24 * time.Hour

// User is a person who can sign in.
type User struct{ ID, Email, Name string }

// ChangePassword replaces the password, ends every other session of the person and
// makes their reset links stop working.
func (s *Store) ChangePassword(ctx context.Context, p ServerActor, current, next string) (Session, error) {
	if err := checkPassword("password", next); err != nil {
		return Session{}, err
	}
	hash, err := s.hashes.hash(ctx, next)
	if err != nil {
		return Session{}, err
	}
	return s.withPassword(ctx, p, guard.UserChangePassword, "current", current, func(tx *guard.WriteTx) error {
		if err := setPassword(tx, p.ID(), hash); err != nil {
			return err
		}
		if err := revokeResets(tx, p.ID()); err != nil {
			return err
		}
		ended, err := endSessions(tx, p.ID(), tx.Credential())
		tx.Target().Detail = fmt.Sprintf("%s ended", plural(ended, "other session"))
		return err
	})
}

// UpdateProfile changes the name that a person goes by. Entries that were written
// before keep the name of their time.
func (s *Store) UpdateProfile(ctx context.Context, p ServerActor, name string) error {
	if err := checkPersonName(name); err != nil {
		return err
	}
	_, err := guard.Act(ctx, s.db, p, guard.UserUpdate, themselves, func(tx *guard.WriteTx) (struct{}, error) {
		_, err := tx.Exec(`UPDATE users SET name = :name, updated_at = :now, updated_by = :id WHERE id = :id`,
			guard.Args{"name": name, "now": guard.Micro(tx.Now()), "id": tx.Actor()})
		tx.Target().Detail = "name, now " + name
		return struct{}{}, err
	})
	return err
}

// SetLook keeps how a person wants pages to be. The theme is system, light or dark.
func (s *Store) SetLook(ctx context.Context, p ServerActor, look Look) error {
	if !slices.Contains(themes, look.Theme) {
		return guard.Errorf(Invalid, "theme", "Choose a theme.")
	}
	_, err := guard.Act(ctx, s.db, p, guard.UserUpdate, themselves, func(tx *guard.WriteTx) (struct{}, error) {
		_, err := tx.Exec(`UPDATE users SET theme = :theme, shortcuts = :shortcuts, updated_at = :now, updated_by = :id WHERE id = :id`,
			guard.Args{"theme": look.Theme, "shortcuts": look.Shortcuts, "now": guard.Micro(tx.Now()), "id": tx.Actor()})
		tx.Target().Detail = "theme " + look.Theme + ", single keys " + onOff(look.Shortcuts)
		return struct{}{}, err
	})
	return err
}

var themes = []string{"system", "light", "dark"}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// CreateUser makes a person who can sign in. A known e-mail is a Conflict.
func (s *Store) CreateUser(ctx context.Context, op ServerActor, email, name, password string) (User, error) {
	hash, err := s.newPerson(ctx, email, name, password)
	if err != nil {
		return User{}, err
	}
	return guard.Act(ctx, s.db, op, guard.UserCreate, someUser, func(tx *guard.WriteTx) (User, error) {
		u, err := insertUser(tx, email, name, hash)
		*tx.Target() = u.target()
		return u, err
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
	return u, err
}

func (u User) target() guard.Target { return guard.Target{Kind: "user", ID: u.ID, Name: u.Name} }

// NewResetLink makes a one-time token with which a person sets a new password,
// valid for 24 hours. Earlier ones stop working.
func (s *Store) NewResetLink(ctx context.Context, op ServerActor, email string) (string, error) {
	token := newToken()
	return guard.Act(ctx, s.db, op, guard.ResetLinkCreate, someUser, func(tx *guard.WriteTx) (string, error) {
		u, err := userByEmail(tx, email)
		if err != nil {
			return "", err
		}
		*tx.Target() = u.target()
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
		if _, err := endSessions(tx, who.ID, ""); err != nil {
			return Session{}, err
		}
		*tx.Target() = guard.Target{Kind: "user", ID: who.ID, Name: who.Name}
		return newSession(tx, who)
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

// Operator is whoever can run commands on the host.
func (s *Store) Operator() ServerActor { return guard.Operator() }

func themselves(tx *guard.WriteTx) ([]guard.Target, error) {
	return []guard.Target{{Kind: "user", ID: tx.Actor(), Name: tx.ActorName()}}, nil
}

func someUser(*guard.WriteTx) ([]guard.Target, error) {
	return []guard.Target{{Kind: "user"}}, nil
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

func newID() string { return uuid.Must(uuid.NewV7()).String() }
