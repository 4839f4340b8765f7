package guard

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
)

// backToSchema1 takes away what the later migrations made.
const backToSchema1 = `
	DROP TABLE access_tokens;
	DROP TABLE api_keys;
	DROP INDEX hooks_deleted;
	DROP INDEX secrets_deleted;
	DROP INDEX audit_entries_action;
	DROP INDEX audit_entries_address;
	DROP INDEX audit_entries_request;
	DROP INDEX audit_entries_refused;
	DROP TABLE audit_days;
	DROP TABLE audit_names;
	DROP TABLE import_plans;
	DROP TABLE changes;
	DROP TABLE invitations;
	DROP TABLE old_slugs;
	DROP INDEX secret_uses_actor;
	DROP INDEX secret_uses_secret;
	ALTER TABLE secrets DROP COLUMN due_at;
	DROP INDEX secrets_pending;
	ALTER TABLE secrets DROP COLUMN due_for;
	ALTER TABLE sessions DROP COLUMN confirmed_in;
	ALTER TABLE organizations DROP COLUMN reveal_seconds;
	ALTER TABLE organizations DROP COLUMN editors_reveal;
	ALTER TABLE organizations DROP COLUMN confirm;
	ALTER TABLE organizations DROP COLUMN revision;
	ALTER TABLE users DROP COLUMN theme;
	ALTER TABLE users DROP COLUMN shortcuts;
	ALTER TABLE hooks DROP COLUMN reads;
	ALTER TABLE hooks DROP COLUMN deleted_by_name;
	ALTER TABLE secrets DROP COLUMN deleted_by_name;
	DELETE FROM goose_db_version WHERE version_id > 1`

// A log that was written under schema 1 gets the totals and names that it would
// have had.
func TestMigrationCatchesUp(t *testing.T) {
	w := newWorld(t)
	who := w.actor(t, acme, Editor)
	for _, act := range []Action{SecretReveal, HookCreate, HookUpdate, HookUpdate, HookDelete} {
		if _, err := Act(ctx, w.DB, who, act, func(*WriteTx) ([]Target, error) {
			return []Target{{Kind: "secret", ID: "s1", Name: "API_KEY", Parent: "h1", ParentName: "enrich"}}, nil
		}, nothing); err != nil {
			t.Fatal(err)
		}
		w.clock.pass(140 * time.Minute)
	}
	_, err := View(ctx, w.DB, w.actor(t, acme, Viewer), HookCreate, func(*ReadTx) (struct{}, error) { return struct{}{}, nil })
	wantCode(t, err, Denied)

	const days = `
		SELECT group_concat(row, x'0a') FROM (
			SELECT concat_ws(' ', log, day, actor_kind, actor, class, outcome, n, first_seq, last_seq, last_at) AS row
			FROM audit_days ORDER BY row)`
	const names = `
		SELECT group_concat(row, x'0a') FROM (
			SELECT concat_ws(' ', log, part, id, name, kind, seq) AS row
			FROM audit_names ORDER BY row)`
	wantDays, wantNames := one[string](t, w, days), one[string](t, w, names)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	spoilSQL(backToSchema1)(t, w)
	o := w.options(t)
	o.Migrate = true
	w.DB = w.open(t, o)

	wantOlderCopy(t, w)
	if got := one[string](t, w, days); got != wantDays {
		t.Errorf("totals are\n%s\nwant\n%s", got, wantDays)
	}
	if got := one[string](t, w, names); got != wantNames {
		t.Errorf("names are\n%s\nwant\n%s", got, wantNames)
	}
	if one[int](t, w, `SELECT count(DISTINCT day) FROM audit_days`) < 2 || one[int](t, w, `SELECT count(DISTINCT class) FROM audit_days`) < 2 {
		t.Error("the log is too small to show anything")
	}
}

// a copy of the older database stays beside it, for its owner alone, whole, and
// the same after the next start. One that was cut short does not count.
func wantOlderCopy(t *testing.T, w *world) {
	t.Helper()
	kept := filepath.Join(w.dir, File+".schema-1")
	info := must(os.Stat(kept))(t)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the copy has the mode %o", info.Mode().Perm())
	}
	copied := must(sqlx.Open("sqlite3", "file:"+kept+"?mode=ro"))(t)
	defer copied.Close()
	if have := must(schemaOf(copied))(t); have != 1 {
		t.Errorf("the copy has schema %d", have)
	}
	var entries int
	if err := copied.Get(&entries, `SELECT count(*) FROM audit_entries`); err != nil || entries != one[int](t, w, `SELECT count(*) FROM audit_entries`) {
		t.Errorf("the copy has %d entries, %v", entries, err)
	}
	before := must(os.ReadFile(kept))(t)
	for _, again := range []struct {
		schema string
		part   []byte
	}{{"", nil}, {backToSchema1, nil}, {backToSchema1, []byte("cut short")}} {
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if again.part != nil {
			if err := errors.Join(os.Remove(kept), os.WriteFile(kept+".part", again.part, 0o600)); err != nil {
				t.Fatal(err)
			}
		}
		spoilSQL(again.schema)(t, w)
		o := w.options(t)
		o.Migrate = true
		w.DB = w.open(t, o)
		if after := must(os.ReadFile(kept))(t); again.part == nil && !bytes.Equal(after, before) || len(after) < len(before)/2 {
			t.Errorf("the copy changed to %d bytes", len(after))
		}
		if _, err := os.Stat(kept + ".part"); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the draft is left: %v", err)
		}
	}
}
