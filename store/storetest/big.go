package storetest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
)

// Size is how much a big world holds in the organization Acme, beside what New has.
type Size struct {
	Hooks      int
	Secrets    int // of each hook
	Entries    int // audit entries, one a minute, of 50 people
	OwnSecrets int // of the organization itself
}

// Full is what pages have to be quick with: 5,000 hooks, 20,000 secrets in them, as many
// of the organization itself, and 1,000,000 audit entries.
var Full = Size{Hooks: 5000, Secrets: 4, Entries: 1_000_000, OwnSecrets: 20_000}

// Big returns a world with so much in it. It is written past the guard, to be read:
// values do not open, and the log takes no further entry. Its clock stands right
// after the newest entry, and everybody is still signed in. Hooks are called "big
// hook 1" and so on, their secrets BIG_1_1, those of the organization BIG_OWN_1, the
// people "Big Person 1". Every 1,000th organization secret waits for a value.
func Big(t testing.TB, size Size) *World {
	t.Helper()
	master, err := template()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, databaseFile)
	if err := errors.Join(os.WriteFile(file, master.database, 0o600), grow(file, size)); err != nil {
		t.Fatal(err)
	}
	w, err := open(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	w.orgs = master.orgs
	w.Clock.Set(Start.Add(time.Duration(size.Entries+1) * time.Minute))
	closeAfter(t, w)
	return w
}

// grow fills the file as fast as SQLite can: without a journal, and with the indexes
// made at the end.
func grow(file string, size Size) (err error) {
	db, err := sqlx.Open("sqlite3", "file:"+file+"?mode=rw&_journal_mode=OFF&_synchronous=OFF")
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	defer func() { err = errors.Join(err, db.Close()) }()
	var indexes []struct {
		Name string `db:"name"`
		SQL  string `db:"sql"`
	}
	if err := db.Select(&indexes, `
		SELECT name, sql FROM sqlite_master
		WHERE type = 'index' AND tbl_name IN ('audit_entries', 'hooks', 'secrets') AND sql IS NOT NULL`); err != nil {
		return err
	}
	for _, index := range indexes {
		if _, err := db.Exec(`DROP INDEX ` + index.Name); err != nil {
			return err
		}
	}
	end := Start.Add(time.Duration(size.Entries) * time.Minute)
	args := map[string]any{
		"org": Acme, "hooks": size.Hooks, "secrets": size.Secrets, "entries": size.Entries, "own": size.OwnSecrets, "zeros": make([]byte, 64),
		"start": Start.UnixMicro(), "end": end.UnixMicro(), "later": end.AddDate(0, 0, 7).UnixMicro(),
	}
	for i, query := range bigger {
		if _, err := db.NamedExec(query, args); err != nil {
			return fmt.Errorf("statement %d of a big world: %w", i+1, err)
		}
	}
	for _, index := range indexes {
		if _, err := db.Exec(index.SQL); err != nil {
			return err
		}
	}
	_, err = db.Exec(`PRAGMA journal_mode = WAL`)
	return err
}

// bigger are the statements that fill a big world. Ids have the form of real ones.
var bigger = []string{
	`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50)
	INSERT INTO users (id, email, email_key, name, created_at, created_by, updated_at, updated_by)
	SELECT printf('00000000-0000-7000-8000-%012d', i), 'big' || i || '@acme.example', 'big' || i || '@acme.example',
		'Big Person ' || i, :start, '', :start, ''
	FROM n`,

	`INSERT INTO members (org, user, role, joined_at)
	SELECT o.id, u.id, 'editor', :start
	FROM organizations o, users u
	WHERE o.slug = :org AND u.email_key LIKE 'big%'`,

	`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :hooks)
	INSERT INTO hooks (id, org, name, name_key, trigger, script, script_version, dependencies, enabled, revision, reads,
		created_at, created_by, updated_at, updated_by, updated_by_name)
	SELECT printf('%026d', i), o.id, 'big hook ' || i, 'big-hook-' || i,
		CASE i % 5 WHEN 0 THEN 'credentials-exchange' WHEN 1 THEN 'pre-user-registration' WHEN 2 THEN 'post-user-registration'
			WHEN 3 THEN 'post-change-password' ELSE 'send-phone-message' END,
		'module.exports = (user, context, cb) => cb(null, context.webtask.secrets.BIG_' || i || '_1);', 1, '{}', 0, 1,
		'["BIG_' || i || CASE WHEN i % 10 = 0 THEN '_NOT_SET"]' ELSE '_1"]' END,
		:start, '', :start, '', 'Big Person ' || (i % 50 + 1)
	FROM n, organizations o
	WHERE o.slug = :org`,

	`INSERT INTO hook_scripts (org, hook, version, script, made_at, made_by, made_by_name)
	SELECT org, id, 1, script, created_at, '', updated_by_name
	FROM hooks
	WHERE name LIKE 'big hook %'`,

	`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :hooks * :secrets)
	INSERT INTO secrets (id, org, hook, name, note, revision, version, last_version,
		created_at, created_by, updated_at, updated_by, updated_by_name)
	SELECT printf('00000000-0000-7000-9000-%012d', i), o.id, printf('%026d', (i - 1) / :secrets + 1),
		'BIG_' || ((i - 1) / :secrets + 1) || '_' || ((i - 1) % :secrets + 1), 'note ' || i, 1, 1, 1,
		:start, '', :start, '', 'Big Person ' || (i % 50 + 1)
	FROM n, organizations o
	WHERE o.slug = :org`,

	`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :own)
	INSERT INTO secrets (id, org, hook, name, note, revision, version, last_version,
		created_at, created_by, updated_at, updated_by, updated_by_name)
	SELECT printf('00000000-0000-7000-b000-%012d', i), o.id, '', 'BIG_OWN_' || i, 'note ' || i, 1, i % 1000 > 0, i % 1000 > 0,
		:start, '', :start, '', 'Big Person ' || (i % 50 + 1)
	FROM n, organizations o
	WHERE o.slug = :org AND :own > 0`,

	`INSERT INTO secret_versions (secret, version, org, sealed, key_id, mac, made_at, made_by_kind, made_by, made_by_name)
	SELECT id, 1, org, :zeros, '', :zeros, created_at, 'user', '', updated_by_name
	FROM secrets
	WHERE name LIKE 'BIG%' AND version > 0`,

	`INSERT INTO secret_uses (org, secret, actor_kind, actor, version, how, actor_name, uses, first_at, last_at)
	SELECT s.org, s.id, 'user', u.id, 1, 'reveal', u.name, 1, :start, :end
	FROM secrets s
	JOIN users u ON u.name = s.updated_by_name
	WHERE s.name LIKE 'BIG%' AND s.version > 0`,

	// One in a hundred was refused; a third is about a hook, the rest about a secret.
	`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :entries)
	INSERT INTO audit_entries (log, seq, format, id, at, actor_kind, actor, actor_name, action, parent, parent_name,
		target_kind, target, target_name, target_version, outcome, reason, address, agent, request, leaf)
	SELECT l.id, l.size + i, 1, printf('00000000-0000-7000-a000-%012d', i), :start + i * 60000000, 'user',
		printf('00000000-0000-7000-8000-%012d', i * 7 % 50 + 1), 'Big Person ' || (i * 7 % 50 + 1),
		CASE i % 9 WHEN 0 THEN 'hook.update' WHEN 3 THEN 'hook.enable' WHEN 6 THEN 'hook.disable'
			WHEN 1 THEN 'secret.update' WHEN 4 THEN 'secret.copy' WHEN 7 THEN 'secret.create' ELSE 'secret.reveal' END,
		CASE WHEN i % 3 > 0 THEN printf('%026d', i % :hooks + 1) END,
		CASE WHEN i % 3 > 0 THEN 'big hook ' || (i % :hooks + 1) END,
		CASE WHEN i % 3 > 0 THEN 'secret' ELSE 'hook' END,
		CASE WHEN i % 3 > 0 THEN printf('00000000-0000-7000-9000-%012d', i % :hooks * :secrets + 1)
			ELSE printf('%026d', i % :hooks + 1) END,
		CASE WHEN i % 3 > 0 THEN 'BIG_' || (i % :hooks + 1) || '_1' ELSE 'big hook ' || (i % :hooks + 1) END,
		1, CASE WHEN i % 100 = 0 THEN 'denied' ELSE 'done' END, CASE WHEN i % 100 = 0 THEN 'Viewer role' END,
		'192.0.2.' || (i % 200), 'storetest', 'req_big' || i, :zeros
	FROM n, audit_logs l
	JOIN organizations o ON o.id = l.id
	WHERE o.slug = :org`,

	`INSERT INTO audit_days (log, day, actor_kind, actor, class, outcome, n, first_seq, last_seq, last_at)
	SELECT log, at / 86400000000, actor_kind, actor,
		CASE WHEN action IN ('secret.reveal', 'secret.copy') THEN 'open' ELSE 'change' END,
		outcome, count(*), min(seq), max(seq), max(at)
	FROM audit_entries
	WHERE request LIKE 'req_big%'
	GROUP BY 1, 2, 3, 4, 5, 6
	ON CONFLICT (log, day, actor_kind, actor, class, outcome) DO NOTHING`,

	`INSERT INTO audit_names (log, part, id, name, kind, seq)
	SELECT log, 'actor', actor, actor_name, 'user', min(seq) FROM audit_entries WHERE request LIKE 'req_big%' GROUP BY 1, 3, 4
	UNION ALL
	SELECT log, 'parent', parent, parent_name, 'hook', min(seq) FROM audit_entries
	WHERE request LIKE 'req_big%' AND parent IS NOT NULL GROUP BY 1, 3, 4
	UNION ALL
	SELECT log, 'target', target, target_name, target_kind, min(seq) FROM audit_entries
	WHERE request LIKE 'req_big%' GROUP BY 1, 3, 4, 5`,

	`UPDATE audit_logs SET size = size + :entries, last_at = :end
	WHERE id = (SELECT id FROM organizations WHERE slug = :org)`,

	`UPDATE sessions SET seen_at = :end, confirmed_at = :end, expires_at = :later`,
}
