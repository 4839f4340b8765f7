package guard

import (
	"context"
	"errors"
	"time"
)

// Touched is one of the few statements that change a row without an audit entry.
// Each takes the time and the id of the row.
type Touched struct{ query string }

// All of them.
var (
	touchSeen     = Touched{`UPDATE sessions SET seen_at = max(seen_at, ?) WHERE id = ?`}
	touchReady    = Touched{`UPDATE server SET ready_at = ?`}
	touchExpired  = Touched{`DELETE FROM sessions WHERE expires_at < ?`}
	touchData     = Touched{`UPDATE sessions SET data = ? WHERE id = ?`}
	touchLastOrg  = Touched{`UPDATE sessions SET last_org = ? WHERE id = ?`}
	touchKeyUsed  = Touched{`UPDATE api_keys SET used_at = ?, used_from = ? WHERE id = ?`}
	touchTokens   = Touched{`DELETE FROM access_tokens WHERE expires_at < ?`}
	touchPlans    = Touched{`DELETE FROM import_plans WHERE expires_at <= ?`}
	touchChanges  = Touched{`DELETE FROM changes WHERE undo_until <= ?`}
	touchActiveAt = Touched{`UPDATE members SET active_at = ? WHERE org = ? AND user = ?`}
)

// Touch runs one of them.
func (db *DB) Touch(ctx context.Context, t Touched, args ...any) error {
	for i, arg := range args {
		if at, ok := arg.(time.Time); ok {
			args[i] = Micro(at)
		}
	}
	return explain(db.write(ctx, func() error {
		stmt, err := db.writer.prepare(t.query)
		if err != nil {
			return err
		}
		_, err = stmt.ExecContext(context.Background(), args...)
		return err
	}))
}

// Ready writes a byte, and so tells whether the database takes writes.
func (db *DB) Ready(ctx context.Context) error { return db.Touch(ctx, touchReady, db.clock.Now()) }

// ForgetExpired removes the rows of sessions and access tokens that ended by
// themselves a week ago or earlier: the audit log tells of them. What was handed in for
// an import goes as soon as its time is over, and what undoes one as well.
func (db *DB) ForgetExpired(ctx context.Context) error {
	now := db.clock.Now()
	long := now.Add(-SessionAbsolute)
	return errors.Join(db.Touch(ctx, touchExpired, long), db.Touch(ctx, touchTokens, long),
		db.Touch(ctx, touchPlans, now), db.Touch(ctx, touchChanges, now))
}

// KeepData keeps what the dashboard wants to remember with a session.
func (db *DB) KeepData(ctx context.Context, p ServerActor, data []byte) error {
	return db.Touch(ctx, touchData, data, p.who.session)
}

// Now is the time of the one clock.
func (db *DB) Now() time.Time { return db.clock.Now() }
