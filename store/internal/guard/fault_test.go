package guard

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/mattn/go-sqlite3"
)

// noEntries makes the database refuse audit entries.
const noEntries = `CREATE TRIGGER no_entries BEFORE INSERT ON audit_entries BEGIN SELECT RAISE(ABORT, 'x'); END`

// whatever keeps the entry from the disk keeps the change from
// happening and the value from leaving. Once it is over, all works again.
func TestA02NoEntryNoValue(t *testing.T) {
	full := "CREATE TABLE no_room (x)"
	for _, c := range []struct {
		name        string
		begin, over func(t *testing.T, w *world)
		fn          func(*WriteTx) (string, error)
		code        Code
	}{
		{name: "the entry is refused", begin: sqlOf(noEntries), over: sqlOf(`DROP TRIGGER no_entries`), code: Unavailable},
		{name: "the head is refused", begin: sqlOf(`CREATE TRIGGER no_head BEFORE UPDATE ON audit_logs BEGIN SELECT RAISE(ABORT, 'x'); END`),
			over: sqlOf(`DROP TRIGGER no_head`), code: Unavailable},
		{name: "the head lacks its log", begin: sqlOf(`UPDATE audit_logs SET id = 'x' || id`), over: sqlOf(`UPDATE audit_logs SET id = substr(id, 2)`),
			code: Unavailable},
		{name: "the commit fails", begin: commitHook(1), over: commitHook(0), code: Unavailable},
		{name: "the disk is full in the action", begin: room(0), over: room(1 << 20), fn: fill, code: NoSpace},
		{name: "the disk is full in the action, which goes on", begin: room(0), over: room(1 << 20), fn: goOn(fill), code: Unavailable},
		{name: "SQLite rolls back by itself", begin: sqlOf(full), over: sqlOf(`DROP TABLE no_room`), fn: rollBack, code: Unavailable},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			a := w.actor(t, acme, Editor)
			must(w.act(a, "before"))(t)
			if c.fn == nil {
				c.fn = addHook("lost")
			}
			c.begin(t, w)
			before := w.state(t)

			for range 2 {
				value, err := Act(ctx, w.DB, a, HookCreate, target("hook", "lost"), c.fn)
				if wantCode(t, err, c.code); value != "" {
					t.Errorf("handed out %q", value)
				}
			}
			if after := w.state(t); after != before {
				t.Errorf("left %s, was %s", after, before)
			}

			c.over(t, w)
			if _, err := w.act(a, "after"); err != nil {
				t.Errorf("afterwards: %v", err)
			}
			if n := one[int](t, w, `SELECT count(*) FROM hooks`); n != 2 {
				t.Errorf("%d hooks, want the ones before and after", n)
			}
			w.verify(t)
		})
	}
}

func sqlOf(query string) func(*testing.T, *world) {
	return func(t *testing.T, w *world) { w.sql(t, `PRAGMA foreign_keys = OFF; `+query) }
}

func commitHook(refuse int) func(*testing.T, *world) {
	return func(t *testing.T, w *world) {
		w.onWriter(t, func(c *sqlite3.SQLiteConn) error {
			c.RegisterCommitHook(func() int { return refuse })
			return nil
		})
	}
}

// room lets the database grow by so many pages: SQLite answers as on a full disk.
func room(pages int) func(*testing.T, *world) {
	return func(t *testing.T, w *world) {
		has := one[int](t, w, `PRAGMA page_count`)
		if err := w.write(ctx, func() error {
			var most int
			return w.writer.GetContext(ctx, &most, fmt.Sprint("PRAGMA max_page_count = ", has+pages))
		}); err != nil {
			t.Fatal(err)
		}
	}
}

// fill adds a hook, and then one that the disk has no room for.
func fill(tx *WriteTx) (string, error) {
	if _, err := addHook("small")(tx); err != nil {
		return "", err
	}
	_, err := tx.Exec(`
		INSERT INTO hook_scripts (org, hook, version, script, made_at, made_by, made_by_name)
		VALUES (:org_id, 'small', 1, :script, 0, '', '')`, Args{"script": strings.Repeat("x", 1<<20)})
	return "a value that must not leave", err
}

// goOn overlooks the error of an action.
func goOn(fn func(*WriteTx) (string, error)) func(*WriteTx) (string, error) {
	return func(tx *WriteTx) (string, error) {
		value, _ := fn(tx)
		return value, nil
	}
}

// rollBack is what an I/O error can make SQLite do.
func rollBack(tx *WriteTx) (string, error) {
	if _, err := addHook("lost")(tx); err != nil {
		return "", err
	}
	return "a value that must not leave", tx.exec("ROLLBACK")
}

// SQLite can throw the transaction away before the action begins, too: then the
// savepoint around the action would commit it by itself.
func TestTransactionLostBeforeTheAction(t *testing.T) {
	w := newWorld(t)
	a := w.actor(t, acme, Editor)
	before := w.state(t)
	lost := func(tx *WriteTx) ([]Target, error) { return []Target{{Kind: "hook"}}, tx.exec("ROLLBACK") }
	for _, role := range []Role{Editor, Viewer} {
		_, err := Act(ctx, w.DB, w.actor(t, acme, role), HookCreate, lost, addHook("h"))
		wantCode(t, err, Unavailable)
	}
	if after := w.state(t); after != before {
		t.Errorf("left %s, was %s", after, before)
	}
	must(w.act(a, "after"))(t)
	w.verify(t)
}

// 0.16: entries are appended until the disk is full, and not one is lost by it;
// reading goes on.
func TestDiskFullAtTheEntry(t *testing.T) {
	w := newWorld(t)
	a := w.actor(t, acme, Editor)
	room(2)(t, w)
	acknowledged := len(w.entries(t, acme))
	var err error
	for err == nil {
		var value string
		value, err = Act(ctx, w.DB, a, SecretReveal, target("secret", "s"), func(*WriteTx) (string, error) { return "value", nil })
		if err == nil {
			acknowledged++
		} else if value != "" {
			t.Errorf("handed out %q", value)
		}
	}
	wantCode(t, err, NoSpace)
	if n := len(w.entries(t, acme)); n != acknowledged {
		t.Errorf("%d entries, acknowledged %d", n, acknowledged)
	}
	_, err = View(ctx, w.DB, w.actor(t, acme, Viewer), HookCreate, func(*ReadTx) (int, error) { return 1, nil })
	wantCode(t, err, NoSpace)
	must(View(ctx, w.DB, a, HookRead, func(*ReadTx) (int, error) { return 1, nil }))(t)

	room(1<<20)(t, w)
	must(w.act(a, "after"))(t)
	w.verify(t)
}

// A refusal that cannot be written is not told as one: 403 would say that there is
// an entry.
func TestRefusalNeedsItsEntry(t *testing.T) {
	w := newWorld(t)
	a := w.actor(t, acme, Viewer)
	w.sql(t, noEntries)
	before := w.state(t)
	_, err := w.act(a, "h")
	wantCode(t, err, Unavailable)
	_, err = View(ctx, w.DB, a, HookCreate, func(*ReadTx) (int, error) { return 1, nil })
	wantCode(t, err, Unavailable)
	_, err = Enter(ctx, w.DB, origin, UserSignIn, func(*WriteTx) (int, error) { return 1, Failed(Errorf(Invalid, "", "Wrong.")) })
	wantCode(t, err, Unavailable)
	if after := w.state(t); after != before {
		t.Errorf("left %s, was %s", after, before)
	}
}

// A disk without room for seen_at must not lock people out of reading.
func TestPeopleAreLetInWithoutTheirTouch(t *testing.T) {
	w := newWorld(t)
	w.sql(t, `CREATE TRIGGER no_touch BEFORE UPDATE ON sessions BEGIN SELECT RAISE(ABORT, 'x'); END`)
	w.sql(t, `CREATE TRIGGER no_ready BEFORE UPDATE ON server BEGIN SELECT RAISE(ABORT, 'x'); END`)
	w.clock.pass(SessionIdle / 2)
	a := w.actor(t, acme, Viewer)
	must(View(ctx, w.DB, a, HookRead, func(*ReadTx) (int, error) { return 1, nil }))(t)
	if err := w.Ready(ctx); err == nil {
		t.Error("ready without being able to write")
	}
	w.sql(t, `DROP TRIGGER no_ready`)
	if err := w.Ready(context.Background()); err != nil {
		t.Error(err)
	}
}

// nobody changes entries, neither by a statement of the store nor by one that
// slips past it.
func TestA04EntriesAreNeverChanged(t *testing.T) {
	w := newWorld(t)
	before := w.entries(t, acme)
	for _, query := range []string{
		`UPDATE audit_entries SET outcome = 'done'`,
		`UPDATE audit_entries SET reason = reason WHERE seq = 1`,
		`DELETE FROM audit_entries`,
		`DELETE FROM audit_entries WHERE seq = 1`,
		`INSERT OR REPLACE INTO audit_entries SELECT * FROM audit_entries LIMIT 1`,
		`REPLACE INTO audit_entries SELECT * FROM audit_entries LIMIT 1`,
		`INSERT INTO audit_entries SELECT * FROM audit_entries WHERE true LIMIT 1 ON CONFLICT DO UPDATE SET outcome = 'done'`,
		`UPDATE OR REPLACE audit_entries SET seq = 1`,
	} {
		err := w.write(ctx, func() error { return w.writer.exec(query) })
		if err == nil || !strings.Contains(err.Error(), "audit entries are never") {
			t.Errorf("%s: %v", query, err)
		}
	}
	if after := w.entries(t, acme); len(after) != len(before) {
		t.Errorf("%d entries, were %d", len(after), len(before))
	}
	w.verify(t)
}
