package store

import (
	"context"
	"crypto/subtle"
	"time"

	"hooksafe/store/internal/guard"
)

// setupValid is how long the token of the first run works.
const setupValid = time.Hour

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
		*tx.Target() = u.target()
		if _, err := tx.Exec(`UPDATE server SET setup_hash = NULL, setup_until = NULL, setup_done_at = :now`,
			guard.Args{"now": guard.Micro(tx.Now())}); err != nil {
			return Session{}, err
		}
		session, err := newSession(tx, guard.Credentials{ID: u.ID, Name: u.Name})
		if err != nil {
			return Session{}, err
		}
		org, err = tx.CreateOrganization(in.Organization, proposeSlug(in.Organization), u.ID)
		return session, err
	})
	return made, org, err
}

func theServer(*guard.WriteTx) ([]guard.Target, error) {
	return []guard.Target{{Kind: "server", Name: "Hooksafe"}}, nil
}
