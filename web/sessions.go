package web

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"net/http"

	"github.com/gorilla/sessions"

	"hooksafe/handlers/dashboard"
	"hooksafe/store"
)

// sessionStore is gorilla's Store over the rows of the database. A cookie holds
// one random token, which is the session's ID; everything else stays here. A
// token that names no live row is not adopted: the session is then new.
//
// The cookies of the setup and of the reset link go the same way. They have no
// row, so their sessions hold nothing but the ID.
type sessionStore struct {
	store  *store.Store
	secure bool
}

func newSessionStore(s *store.Store, baseURL string) *sessionStore {
	return &sessionStore{store: s, secure: secureCookies(baseURL)}
}

// rowKey is where a session keeps what its row says. It never leaves memory.
type rowKey struct{}

// sessionRow is who is signed in, and the values as they are stored.
type sessionRow struct {
	person store.ServerActor
	data   []byte
}

// Get returns the session of a request, the same one each time.
func (s *sessionStore) Get(r *http.Request, name string) (*sessions.Session, error) {
	return sessions.GetRegistry(r).Get(s, name)
}

// New looks up the session of a request.
func (s *sessionStore) New(r *http.Request, name string) (*sessions.Session, error) {
	session := sessions.NewSession(s, name)
	session.Options = s.options()
	session.IsNew = true
	cookie, err := r.Cookie(s.cookieName(name))
	if err != nil {
		return session, nil
	}
	session.ID = cookie.Value
	if name != dashboard.SessionName {
		return session, nil
	}
	person, err := s.store.Person(r.Context(), session.ID, originOf(r))
	if store.CodeOf(err) == store.Unauthenticated {
		return session, nil
	}
	if err != nil {
		return session, err
	}
	session.IsNew = false
	decodeValues(person.SessionData(), &session.Values)
	session.Values[rowKey{}] = &sessionRow{person, person.SessionData()}
	return session, nil
}

// Save keeps the values of a session that has a row, and hands the browser the
// cookie if its token changed. A negative MaxAge takes the cookie away.
func (s *sessionStore) Save(r *http.Request, w http.ResponseWriter, session *sessions.Session) error {
	gone := session.Options.MaxAge < 0
	if !gone {
		if err := s.saveValues(r, session); err != nil {
			return err
		}
	}
	name := s.cookieName(session.Name())
	if cookie, err := r.Cookie(name); err == nil && cookie.Value == session.ID && !gone {
		return nil
	}
	http.SetCookie(w, sessions.NewCookie(name, session.ID, session.Options))
	return nil
}

func (s *sessionStore) saveValues(r *http.Request, session *sessions.Session) error {
	if len(session.Values) == 0 {
		return nil
	}
	row, err := s.rowOf(r, session)
	if err != nil {
		return err
	}
	data, err := encodeValues(session.Values)
	if err != nil || bytes.Equal(data, row.data) {
		return err
	}
	row.data = data
	return s.store.SetSessionData(r.Context(), row.person, data)
}

// rowOf is the row that keeps the values of a session. It was found with the request's
// cookie, or made in this very request.
func (s *sessionStore) rowOf(r *http.Request, session *sessions.Session) (*sessionRow, error) {
	if row, ok := session.Values[rowKey{}].(*sessionRow); ok {
		return row, nil
	}
	person, err := s.store.Person(r.Context(), session.ID, originOf(r))
	if err != nil {
		return nil, err
	}
	row := &sessionRow{person: person}
	session.Values[rowKey{}] = row
	return row, nil
}

// personOf is who is signed in with a session.
func personOf(session *sessions.Session) (store.ServerActor, bool) {
	row, ok := session.Values[rowKey{}].(*sessionRow)
	if !ok {
		return store.ServerActor{}, false
	}
	return row.person, true
}

// options are the attributes of every cookie. There is no age: a session ends
// with the browser or when its row says so, whichever comes first.
func (s *sessionStore) options() *sessions.Options {
	return &sessions.Options{
		Path:     "/",
		HttpOnly: true,
		Secure:   s.secure,
		SameSite: http.SameSiteLaxMode, // Strict would sign people out who follow a link to us
	}
}

// cookieName has the prefix with which browsers refuse a cookie that another
// host or a plain connection set.
func (s *sessionStore) cookieName(session string) string {
	name := "hooksafe"
	if session != dashboard.SessionName {
		name += "-" + session
	}
	if s.secure {
		return "__Host-" + name
	}
	return name
}

func encodeValues(values map[any]any) ([]byte, error) {
	kept := make(map[any]any, len(values))
	for key, value := range values {
		if key != (rowKey{}) {
			kept[key] = value
		}
	}
	if len(kept) == 0 {
		return nil, nil
	}
	var data bytes.Buffer
	if err := gob.NewEncoder(&data).Encode(kept); err != nil {
		return nil, fmt.Errorf("encode session: %w", err)
	}
	return data.Bytes(), nil
}

// decodeValues leaves values empty where the data is of an older program: all
// that is lost is a message that was waiting to be shown.
func decodeValues(data []byte, values *map[any]any) {
	if err := gob.NewDecoder(bytes.NewReader(data)).Decode(values); err != nil {
		*values = make(map[any]any)
	}
}
