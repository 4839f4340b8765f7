package store_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/jmoiron/sqlx"
	_ "github.com/mattn/go-sqlite3" // the driver without our settings

	"hooksafe/store"
	"hooksafe/store/storetest"
)

const (
	acme   = storetest.Acme
	globex = storetest.Globex

	password = storetest.Password
)

// serverLog is the log of sign-ins, setup and the operator.
const serverLog = "server"

var ctx = context.Background()

// world is the test world, seen from behind the guard's back as well.
type world struct {
	*storetest.World
	file *sqlx.DB // a connection that knows nothing of the guard

	imported int // imports that were planned
}

func newWorld(t testing.TB) *world { return openFile(t, storetest.New(t)) }

func emptyWorld(t testing.TB) *world { return openFile(t, storetest.Empty(t)) }

func openFile(t testing.TB, w *storetest.World) *world {
	t.Helper()
	file := must(sqlx.Open("sqlite3", "file:"+filepath.Join(w.Dir, "hooksafe.db")+"?_busy_timeout=5000"))(t)
	t.Cleanup(func() { file.Close() })
	return &world{World: w, file: file}
}

// beside opens the database a second time, as a command on the host does while the
// server runs.
func (w *world) beside(t testing.TB) *store.Store {
	t.Helper()
	key := must(store.ParseMasterKey(storetest.Key))(t)
	s := must(store.Open(ctx, store.Options{Dir: w.Dir, Key: key, SecretsPerHook: 20, Clock: w.Clock.Now}))(t)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// sql changes the database behind the guard's back.
func (w *world) sql(t testing.TB, query string, args ...any) {
	t.Helper()
	if _, err := w.file.Exec(query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

// stored reads one value behind the guard's back.
func stored[T any](t testing.TB, w *world, query string, args ...any) T {
	t.Helper()
	var v T
	if err := w.file.Get(&v, query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return v
}

// entries are all entries of the log of an organization or of the server, oldest
// first.
func (w *world) entries(t testing.TB, log string) []store.AuditEntry {
	t.Helper()
	var all []store.AuditEntry
	if err := w.file.Select(&all, `
		SELECT * FROM audit_entries
		WHERE log = COALESCE((SELECT id FROM organizations WHERE slug = ?), ?)
		ORDER BY seq`, log, log); err != nil {
		t.Fatal(err)
	}
	return all
}

func (w *world) lastEntry(t testing.TB, log string) store.AuditEntry {
	t.Helper()
	all := w.entries(t, log)
	return all[len(all)-1]
}

// verify proves every log from what a copy of the database holds.
func (w *world) verify(t testing.TB) {
	t.Helper()
	storetest.VerifyLogs(t, w.Dir)
}

// state is everything but the logs: a refused action leaves it as it was.
func (w *world) state(t testing.TB) string {
	t.Helper()
	return stored[string](t, w, `
		SELECT concat_ws('; ',
			(SELECT group_concat(id || name || revision || enabled || COALESCE(deleted_at, '')) FROM hooks),
			(SELECT group_concat(id || name || note || revision || version || COALESCE(deleted_at, '') || COALESCE(due_for, '')) FROM secrets),
			(SELECT count(*) || ' ' || count(sealed) FROM secret_versions),
			(SELECT group_concat(user || role) FROM members),
			(SELECT group_concat(id || role || hex(token_hash) || expires_at || COALESCE(used_at, '') || COALESCE(revoked_at, '')) FROM invitations),
			(SELECT count(*) FROM users) || ' people',
			(SELECT count(*) FROM secret_uses) || ' uses',
			(SELECT group_concat(id || name || COALESCE(made_by, '') || COALESCE(revoked_at, '')) FROM api_keys),
			(SELECT group_concat(id || COALESCE(revoked_at, '')) FROM invitations),
			(SELECT group_concat(id || hex(sealed)) FROM import_plans),
			(SELECT group_concat(id || steps || COALESCE(undone_at, '')) FROM changes))`)
}

// addPerson makes a person who cannot sign in: without a password to hash.
func (w *world) addPerson(t testing.TB, email string) (id string) {
	t.Helper()
	w.sql(t, `INSERT INTO users (id, email, email_key, name, created_at, created_by, updated_at, updated_by)
		VALUES (?, ?, ?, ?, 0, '', 0, '')`, "u_"+email, email, email, "name of "+email)
	return "u_" + email
}

// addHook makes a hook as the editor, with so many secrets: S1, S2 …
func (w *world) addHook(t testing.TB, slug, name string, secrets int) (store.Hook, []store.Secret) {
	t.Helper()
	a := w.Actor(t, slug, "editor")
	hook := must(w.CreateHook(ctx, a, name, "send-phone-message"))(t)
	var all []store.Secret
	for i := range secrets {
		all = append(all, w.addSecret(t, a, store.HookPlace(hook.ID), fmt.Sprint("S", i+1), fmt.Sprint("value ", i+1)))
	}
	return hook, all
}

func (w *world) addSecret(t testing.TB, a store.Actor, in store.Place, name, value string) store.Secret {
	t.Helper()
	return must(w.AddSecret(ctx, a, in, store.NewSecret{Name: name, Value: store.NewPlaintext(value)}))(t)
}

// must gives the result of a call that has to work.
func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// wantCode fails the test if err is not a refusal of this code.
func wantCode(t testing.TB, err error, want store.Code) {
	t.Helper()
	if err == nil || store.CodeOf(err) != want {
		t.Errorf("error is %v (code %q), want code %q", err, store.CodeOf(err), want)
	}
}

// wantRefusal is wantCode, with the field that the refusal belongs to.
func wantRefusal(t testing.TB, err error, want store.Code, field string) *store.Error {
	t.Helper()
	e, ok := store.AsError(err)
	if !ok || e.Code != want || e.Field != field {
		t.Errorf("error is %v, want code %q of field %q", err, want, field)
		return &store.Error{}
	}
	return e
}

func str(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func ptr[T any](v T) *T { return &v }
