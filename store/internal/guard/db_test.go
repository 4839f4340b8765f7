package guard

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hooksafe/store/internal/seal"
)

// every pragma is what stack.md says, on the writer and on every reader.
func TestR02Pragmas(t *testing.T) {
	w := emptyWorld(t)
	both := map[string]string{
		"journal_mode": "wal", "synchronous": "2", "busy_timeout": "5000", "foreign_keys": "1",
		"trusted_schema": "0", "cell_size_check": "1", "temp_store": "2", "journal_size_limit": "16777216",
	}
	check := func(who string, c *conn, more map[string]string) {
		for _, want := range []map[string]string{both, more} {
			for pragma, value := range want {
				var got string
				if err := c.GetContext(ctx, &got, "PRAGMA "+pragma); err != nil || got != value {
					t.Errorf("%s: %s is %q (%v), want %q", who, pragma, got, err, value)
				}
			}
		}
	}
	if err := w.write(ctx, func() error {
		check("writer", w.writer, map[string]string{"secure_delete": "1", "recursive_triggers": "1", "query_only": "0"})
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for range readerCount { // a reader that is given back goes to the end of the queue
		c, release, err := w.reader(ctx)
		if err != nil {
			t.Fatal(err)
		}
		check("reader", c, map[string]string{"query_only": "1"})
		release()
	}
}

// S-25: nobody else can read the files, whatever the umask.
func TestS25FilesArePrivate(t *testing.T) {
	w := newWorld(t)
	files, err := filepath.Glob(filepath.Join(w.dir, File+"*"))
	if err != nil || len(files) != 3 {
		t.Fatalf("files are %v, %v; want the database, its -wal and its -shm", files, err)
	}
	for _, file := range files {
		if info := must(os.Stat(file))(t); info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", filepath.Base(file), info.Mode().Perm())
		}
	}
}

func TestOpenInAnyDirectory(t *testing.T) {
	for _, name := range []string{"a b", "per%cent", "quest?ion", "ha#sh", "plus+and&", "é中", "%20"} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), name)
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			w := &world{clock: &handClock{wall: begun}}
			w.open(t, Options{Dir: dir, Master: master(t, seal.GenerateMaster()), Create: true, Clock: w.clock.read})
			if there, err := Exists(dir); err != nil || !there {
				t.Errorf("the database is elsewhere: %v", err)
			}
		})
	}
}

// 0.15: what Open refuses it refuses before it changes a byte, and says why.
func TestOpenRefuses(t *testing.T) {
	open := Options{}
	serve := Options{Create: true, Migrate: true}
	for _, c := range []struct {
		name  string
		spoil func(t *testing.T, w *world)
		with  Options
		want  []string
	}{
		{"a wrong master key", func(t *testing.T, w *world) { w.key = seal.GenerateMaster() }, serve, []string{"master key", "mk_"}},
		{"a newer schema", spoilSQL(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (7, 1)`), serve,
			[]string{"schema 7", "knows 5", "newer"}},
		{"an older schema", spoilSQL(`DELETE FROM goose_db_version WHERE version_id = 5`), open, []string{"schema 4", "with 5", "serve"}},
		{"a server row that is gone", spoilSQL(`DELETE FROM server`), serve, []string{"key-check value is missing"}},
		{"a server row that is gone, as a command", spoilSQL(`DELETE FROM server`), open, []string{"key-check value is missing"}},
		{"a key check that was changed", spoilSQL(`UPDATE server SET key_check = zeroblob(58)`), serve, []string{"master key"}},
		{"no database", spoilFile(bytes.Repeat([]byte("Dear diary, "), 1000)), serve, []string{"not a database"}},
		{"half a database", func(t *testing.T, w *world) {
			whole := must(os.ReadFile(filepath.Join(w.dir, File)))(t)
			spoilFile(whole[:len(whole)/2])(t, w)
		}, serve, []string{"malformed"}},
		{"somebody else's database", spoilForeign(`CREATE TABLE bookmarks (url TEXT)`), serve, []string{"no Hooksafe database"}},
		{"somebody else's migrations", spoilForeign(`
			CREATE TABLE goose_db_version (id INTEGER, version_id INTEGER, is_applied INTEGER);
			INSERT INTO goose_db_version VALUES (1, 1, 1)`), serve, []string{"no such table: server"}},
		{"an empty file, as a command", spoilFile(nil), open, []string{"schema 0"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			c.spoil(t, w)
			o := w.options(t)
			o.Create, o.Migrate = c.with.Create, c.with.Migrate
			before, files := must(os.ReadFile(filepath.Join(w.dir, File)))(t), must(os.ReadDir(w.dir))(t)

			db, err := Open(ctx, o)
			if err == nil {
				db.Close()
				t.Fatal("opened")
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("says %q, want %q", err, want)
				}
			}
			if strings.Contains(err.Error(), w.key) || strings.Contains(err.Error(), "\n") {
				t.Errorf("says %q: one line, and not the key", err)
			}
			if after := must(os.ReadFile(filepath.Join(w.dir, File)))(t); !bytes.Equal(before, after) {
				t.Error("the file was changed")
			}
			if left := must(os.ReadDir(w.dir))(t); len(left) != len(files) {
				t.Errorf("the directory holds %v", left)
			}
		})
	}
}

func spoilSQL(query string) func(*testing.T, *world) {
	return func(t *testing.T, w *world) {
		db := must(sql.Open("sqlite3", filepath.Join(w.dir, File)))(t)
		defer db.Close()
		if _, err := db.Exec(query); err != nil {
			t.Fatal(err)
		}
	}
}

func spoilFile(content []byte) func(*testing.T, *world) {
	return func(t *testing.T, w *world) {
		if err := os.WriteFile(filepath.Join(w.dir, File), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func spoilForeign(schema string) func(*testing.T, *world) {
	return func(t *testing.T, w *world) {
		if err := os.Remove(filepath.Join(w.dir, File)); err != nil {
			t.Fatal(err)
		}
		spoilSQL(schema)(t, w)
	}
}

func TestOpenMakesNothingUnasked(t *testing.T) {
	dir := t.TempDir()
	_, err := Open(ctx, Options{Dir: dir, Master: master(t, seal.GenerateMaster()), Migrate: true, Clock: SystemClock()})
	if err == nil || !strings.Contains(err.Error(), "no database in "+dir) {
		t.Errorf("error is %v", err)
	}
	if files := must(os.ReadDir(dir))(t); len(files) != 0 {
		t.Errorf("made %v", files)
	}
}

// stopped at any moment while it is being made, the next start finishes it.
func TestR06OpenFinishesWhatWasBegun(t *testing.T) {
	finished := emptyWorld(t)
	tables := one[string](t, finished, `SELECT group_concat(name) FROM sqlite_schema`)
	for _, c := range []struct{ name, schema string }{
		{"before the first table", ``},
		{"before the first migration", `
			CREATE TABLE goose_db_version (id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER NOT NULL, is_applied INTEGER NOT NULL, tstamp TIMESTAMP DEFAULT (datetime('now')));
			INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, 1)`},
		{"before the server's row", `
			DROP TRIGGER audit_entries_no_delete;
			DELETE FROM audit_entries; DELETE FROM audit_logs; DELETE FROM server;
			CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries
			BEGIN SELECT RAISE(ABORT, 'audit entries are never deleted'); END`},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := emptyWorld(t)
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(c.schema, "DROP") {
				spoilSQL(c.schema)(t, w)
			} else {
				spoilForeign(c.schema)(t, w)
			}
			w.DB = w.open(t, w.options(t))
			got := one[string](t, w, `SELECT group_concat(name) FROM sqlite_schema`)
			if !slices.Equal(sorted(got), sorted(tables)) {
				t.Errorf("schema is %s", got)
			}
			if n := len(w.entries(t, serverLog)); n != 1 {
				t.Errorf("the server's log has %d entries, want its first", n)
			}
			w.verify(t)
		})
	}
}

func sorted(list string) []string { return slices.Sorted(slices.Values(strings.Split(list, ","))) }

func TestClose(t *testing.T) {
	w := newWorld(t)
	a := w.actor(t, acme, Editor)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Errorf("closed twice: %v", err)
	}
	_, err := w.act(a, "hook")
	wantCode(t, err, Unavailable)
	_, err = View(ctx, w.DB, a, HookRead, func(*ReadTx) (int, error) { return 1, nil })
	wantCode(t, err, Unavailable)
	if files := must(filepath.Glob(filepath.Join(w.dir, File+"-*")))(t); len(files) != 0 {
		t.Errorf("left behind: %v", files)
	}
}

// Close waits for the action under way: what it acknowledged is there.
func TestCloseWaitsForTheActionUnderWay(t *testing.T) {
	w := newWorld(t)
	a := w.actor(t, acme, Editor)
	inside, closed, acted := make(chan struct{}), make(chan error), make(chan error)
	go func() {
		_, err := Act(ctx, w.DB, a, HookCreate, target("hook", "late"), func(tx *WriteTx) (string, error) {
			close(inside)
			<-w.quit
			return addHook("late")(tx)
		})
		acted <- err
	}()
	<-inside
	go func() { closed <- w.Close() }()
	if err := <-acted; err != nil {
		t.Error(err)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if n := one[int](t, w, `SELECT count(*) FROM hooks`); n != 1 {
		t.Errorf("%d hooks after Close, want the one of the action under way", n)
	}
}
