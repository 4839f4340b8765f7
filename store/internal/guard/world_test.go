package guard

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/mattn/go-sqlite3"

	"hooksafe/store/internal/ledger"
	"hooksafe/store/internal/seal"
)

const (
	acme   = "acme"
	globex = "globex"
)

// begun is the time at which a test begins.
var begun = time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)

var ctx = context.Background()

// handClock is a clock that tests move.
type handClock struct {
	mu     sync.Mutex
	wall   time.Time
	uptime time.Duration
}

func (c *handClock) read() (time.Time, time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.wall, c.uptime
}

// pass lets time pass.
func (c *handClock) pass(d time.Duration) { c.move(d, d) }

// move moves wall clock and uptime apart.
func (c *handClock) move(wall, uptime time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wall, c.uptime = c.wall.Add(wall), c.uptime+uptime
}

// world is a database with two organizations that each have a member of every role.
type world struct {
	*DB
	dir    string
	key    string
	clock  *handClock
	orgs   map[string]OrgRef
	tokens map[string]string // "acme editor" → session token
}

// filled is a database with all of a world in it, which newWorld copies: making one
// takes twenty commits.
var filled struct {
	sync.Once
	database []byte
	world    *world
}

// newWorld opens a database of the test's own that is filled.
func newWorld(t testing.TB) *world {
	t.Helper()
	filled.Do(func() { filled.database, filled.world = fillWorld(t) })
	w := &world{dir: t.TempDir(), key: filled.world.key, clock: &handClock{wall: begun},
		orgs: filled.world.orgs, tokens: filled.world.tokens}
	if err := os.WriteFile(filepath.Join(w.dir, File), filled.database, 0o600); err != nil {
		t.Fatal(err)
	}
	w.DB = w.open(t, w.options(t))
	return w
}

func fillWorld(t testing.TB) ([]byte, *world) {
	t.Helper()
	w := emptyWorld(t)
	for _, slug := range []string{acme, globex} {
		owner := w.addUser(t, slug, Owner)
		w.orgs[slug] = must(Act(ctx, w.DB, Operator(), OrganizationCreate, target("organization", ""), func(tx *WriteTx) (OrgRef, error) {
			return tx.CreateOrganization(slug+" inc", slug, owner)
		}))(t)
		for _, role := range []Role{Admin, Editor, Viewer} {
			w.setRole(t, slug, w.addUser(t, slug, role), role)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return must(os.ReadFile(filepath.Join(w.dir, File)))(t), w
}

// emptyWorld opens a new database.
func emptyWorld(t testing.TB) *world {
	t.Helper()
	w := &world{dir: t.TempDir(), key: seal.GenerateMaster(), clock: &handClock{wall: begun},
		orgs: map[string]OrgRef{}, tokens: map[string]string{}}
	w.DB = w.open(t, w.options(t))
	return w
}

// options are those with which the world's database opens again.
func (w *world) options(t testing.TB) Options {
	t.Helper()
	return Options{Dir: w.dir, Master: master(t, w.key), Create: true, Clock: w.clock.read}
}

func master(t testing.TB, key string) *seal.Master {
	t.Helper()
	return must(seal.ParseMaster(key))(t)
}

// open opens a database until the test ends.
func (w *world) open(t testing.TB, o Options) *DB {
	t.Helper()
	db := must(Open(ctx, o))(t)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return db
}

// reopen closes the database and opens it again, as a restart does: the uptime of
// the clock begins anew.
func (w *world) reopen(t testing.TB) {
	t.Helper()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	w.clock.move(0, -w.clock.uptime)
	w.DB = w.open(t, w.options(t))
}

// addUser makes a person with a session; the id says who they are.
func (w *world) addUser(t testing.TB, slug string, role Role) string {
	t.Helper()
	id := "u_" + slug + "_" + role.String()
	token := id + " token"
	w.tokens[slug+" "+role.String()] = token
	must(Act(ctx, w.DB, Operator(), UserCreate, target("user", id), func(tx *WriteTx) (int64, error) {
		now := Micro(tx.Now())
		if _, err := tx.Exec(`
			INSERT INTO users (id, email, email_key, name, password_hash, created_at, created_by, updated_at, updated_by)
			VALUES (:id, :email, :email, :name, 'hash', :now, '', :now, '')`,
			Args{"id": id, "email": id + "@example.com", "name": slug + " " + role.String(), "now": now}); err != nil {
			return 0, err
		}
		return tx.Exec(`
			INSERT INTO sessions (id, token_hash, user, created_at, seen_at, expires_at, confirmed_at, address, agent)
			VALUES (:id, :token_hash, :user, :now, :now, :expires_at, :now, '', '')`,
			Args{"id": "s_" + id, "token_hash": TokenHash(token), "user": id, "now": now,
				"expires_at": Micro(tx.Now().Add(SessionAbsolute))})
	}))(t)
	return id
}

// setRole makes a person a member, or changes their role.
func (w *world) setRole(t testing.TB, slug, user string, role Role) {
	t.Helper()
	must(Act(ctx, w.DB, w.operator(t, slug), MemberAdd, target("member", user), func(tx *WriteTx) (int64, error) {
		return tx.Exec(`
			INSERT INTO members (org, user, role, joined_at) VALUES (:org_id, :user, :role, 0)
			ON CONFLICT (org, user) DO UPDATE SET role = excluded.role`, Args{"user": user, "role": role.String()})
	}))(t)
}

func (w *world) operator(t testing.TB, slug string) Actor {
	t.Helper()
	return must(OperatorIn(ctx, w.DB, Operator(), slug))(t)
}

func (w *world) person(t testing.TB, slug string, role Role) ServerActor {
	t.Helper()
	return must(Session(ctx, w.DB, w.tokens[slug+" "+role.String()], origin))(t)
}

func (w *world) actor(t testing.TB, slug string, role Role) Actor {
	t.Helper()
	return must(MemberActor(ctx, w.DB, w.person(t, slug, role), slug))(t)
}

var origin = Origin{Address: "192.0.2.14", Agent: "test", Request: "req_1"}

// target is one thing that an action is about.
func target(kind, id string) Targets {
	return func(*WriteTx) ([]Target, error) { return []Target{{Kind: kind, ID: id, Name: id}}, nil }
}

func nothing(*WriteTx) (string, error) { return "", nil }

// addHook is an action that changes something: it adds a hook.
func addHook(id string) func(*WriteTx) (string, error) {
	return func(tx *WriteTx) (string, error) {
		_, err := tx.Exec(`
			INSERT INTO hooks (id, org, name, name_key, trigger, script, script_version, dependencies, enabled, revision,
				created_at, created_by, updated_at, updated_by, updated_by_name)
			VALUES (:id, :org_id, :id, :id, 'send-phone-message', '', 1, '{}', 0, 1, 0, '', 0, '', '')`, Args{"id": id})
		return "value of " + id, err
	}
}

// act carries addHook out.
func (w *world) act(a Actor, id string) (string, error) {
	return Act(ctx, w.DB, a, HookCreate, target("hook", id), addHook(id))
}

// raw is a connection of its own to the file, as an operator or a thief has one.
func (w *world) raw(t testing.TB) *sqlx.DB {
	t.Helper()
	db := must(sqlx.Open("sqlite3", "file:"+filepath.Join(w.dir, File)+"?_busy_timeout=5000"))(t)
	t.Cleanup(func() { db.Close() })
	return db
}

// sql changes the file behind the guard's back.
func (w *world) sql(t testing.TB, query string, args ...any) {
	t.Helper()
	if _, err := w.raw(t).Exec(query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

// one reads one value behind the guard's back.
func one[T any](t testing.TB, w *world, query string, args ...any) T {
	t.Helper()
	var v T
	if err := w.raw(t).Get(&v, query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return v
}

// onWriter runs fn on the writing connection.
func (w *world) onWriter(t testing.TB, fn func(c *sqlite3.SQLiteConn) error) {
	t.Helper()
	err := w.write(ctx, func() error {
		return w.writer.Raw(func(c any) error { return fn(c.(*sqlite3.SQLiteConn)) })
	})
	if err != nil {
		t.Fatal(err)
	}
}

// entries are the entries of an organization's log, or of the server's.
func (w *world) entries(t testing.TB, log string) []ledger.Entry {
	t.Helper()
	if org, ok := w.orgs[log]; ok {
		log = org.ID
	}
	var all []ledger.Entry
	if err := w.raw(t).Select(&all, `SELECT * FROM audit_entries WHERE log = ? ORDER BY seq`, log); err != nil {
		t.Fatal(err)
	}
	return all
}

func (w *world) lastEntry(t testing.TB, log string) ledger.Entry {
	t.Helper()
	all := w.entries(t, log)
	return all[len(all)-1]
}

// state is everything that an action could change, to be compared: what an action
// that does not happen leaves as it was.
func (w *world) state(t testing.TB) string {
	t.Helper()
	return one[string](t, w, `
		SELECT (SELECT count(*) FROM hooks) || ' hooks, ' || (SELECT count(*) FROM members) || ' members, ' ||
			(SELECT count(*) FROM audit_entries) || ' entries, sizes ' || (SELECT group_concat(size) FROM audit_logs)`)
}

// verify proves every log of the database from what a copy of it holds.
func (w *world) verify(t testing.TB) {
	t.Helper()
	if err := w.verifyLogs(t); err != nil {
		t.Error(err)
	}
}

func (w *world) verifyLogs(t testing.TB) error {
	t.Helper()
	var logs []struct {
		ID         string `db:"id"`
		PublicKey  string `db:"public_key"`
		Checkpoint string `db:"checkpoint"`
	}
	db := w.raw(t)
	if err := db.Select(&logs, `SELECT id, public_key, checkpoint FROM audit_logs`); err != nil {
		t.Fatal(err)
	}
	for _, log := range logs {
		var marks [][]byte
		if err := db.Select(&marks, `SELECT note FROM audit_marks WHERE log = ? ORDER BY size`, log.ID); err != nil {
			t.Fatal(err)
		}
		entries := func(yield func(ledger.Entry, error) bool) {
			for _, e := range w.entries(t, log.ID) {
				if !yield(e, nil) {
					return
				}
			}
		}
		if _, err := ledger.Verify(log.PublicKey, []byte(log.Checkpoint), entries, marks...); err != nil {
			return fmt.Errorf("log %s: %w", log.ID, err)
		}
	}
	return nil
}

// must ends the test if err is not nil.
func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func wantCode(t testing.TB, err error, want Code) {
	t.Helper()
	if got := CodeOf(err); got != want || (want == "" && err == nil) {
		t.Errorf("error is %v (code %q), want code %q", err, got, want)
	}
}

func str(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// errFault is a fault of the program in a test's action.
var errFault = errors.New("fault")
