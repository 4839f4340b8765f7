package storetest

import (
	"path/filepath"
	"testing"

	"github.com/jmoiron/sqlx"

	"hooksafe/store/internal/ledger"
)

// VerifyLogs holds every audit log in a data directory against its signed head, as
// an auditor does with a copy: no entry is missing, changed or out of its place.
func VerifyLogs(t testing.TB, dir string) {
	t.Helper()
	db, err := sqlx.Open("sqlite3", "file:"+filepath.Join(dir, databaseFile)+"?mode=ro&_busy_timeout=5000")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var logs []struct {
		ID         string `db:"id"`
		PublicKey  string `db:"public_key"`
		Checkpoint string `db:"checkpoint"`
	}
	if err := db.Select(&logs, `SELECT id, public_key, checkpoint FROM audit_logs`); err != nil {
		t.Fatal(err)
	}
	if len(logs) == 0 {
		t.Fatal("there is no audit log")
	}
	for _, log := range logs {
		if _, err := ledger.Verify(log.PublicKey, []byte(log.Checkpoint), entriesOf(db, log.ID)); err != nil {
			t.Errorf("audit log %s: %v", log.ID, err)
		}
		verifyTotals(t, db, log.ID)
	}
}

// verifyTotals counts a log again, day by day.
func verifyTotals(t testing.TB, db *sqlx.DB, log string) {
	t.Helper()
	var wrong []string
	err := db.Select(&wrong, `
		WITH counted AS (
			SELECT at / 86400000000 AS day, actor_kind, COALESCE(actor, '') AS actor, outcome,
				count(*) AS n, min(seq) AS first_seq, max(seq) AS last_seq, max(at) AS last_at
			FROM audit_entries
			WHERE log = ?
			GROUP BY 1, 2, 3, 4
		), kept AS (
			SELECT day, actor_kind, actor, outcome, sum(n) AS n, min(first_seq) AS first_seq, max(last_seq) AS last_seq, max(last_at) AS last_at
			FROM audit_days
			WHERE log = ?
			GROUP BY 1, 2, 3, 4
		)
		SELECT 'day ' || day || ' of ' || actor_kind || ' ' || actor || ', ' || outcome FROM (
			SELECT * FROM (SELECT * FROM counted EXCEPT SELECT * FROM kept)
			UNION ALL
			SELECT * FROM (SELECT * FROM kept EXCEPT SELECT * FROM counted)
		)`, log, log)
	if err != nil {
		t.Fatal(err)
	}
	for _, what := range wrong {
		t.Errorf("audit log %s: the totals are wrong for %s", log, what)
	}
}

// entriesOf reads a log, oldest entry first.
func entriesOf(db *sqlx.DB, log string) func(yield func(ledger.Entry, error) bool) {
	return func(yield func(ledger.Entry, error) bool) {
		rows, err := db.Queryx(`SELECT * FROM audit_entries WHERE log = ? ORDER BY seq`, log)
		if err != nil {
			yield(ledger.Entry{}, err)
			return
		}
		defer rows.Close()
		for rows.Next() {
			var e ledger.Entry
			err := rows.StructScan(&e)
			if !yield(e, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(ledger.Entry{}, err)
		}
	}
}
