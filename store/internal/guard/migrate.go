package guard

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/jmoiron/sqlx"
	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

func migrations(db *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithVerbose(false))
}

// wantedSchema is the version that this program works with.
func wantedSchema(db *sql.DB) (int64, error) {
	p, err := migrations(db)
	if err != nil {
		return 0, err
	}
	sources := p.ListSources()
	return sources[len(sources)-1].Version, nil
}

// migrate brings the schema up to date, each step in a transaction of its own, after
// a copy of an older database was put beside it. Where it may not, another schema is
// an error with both numbers.
func migrate(ctx context.Context, pool *sqlx.DB, path string, may bool) error {
	if !may {
		return nil // inspect has compared the versions
	}
	p, err := migrations(pool.DB)
	if err != nil {
		return err
	}
	if err := keepOlder(ctx, pool, path); err != nil {
		return fmt.Errorf("copy the database before its schema changes: %w", explain(err))
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("bring the schema up to date: %w", explain(err))
	}
	return nil
}

// keepOlder copies a database of an older schema to PATH.schema-N, once, so that there
// is a way back. It keeps what is destroyed later.
func keepOlder(ctx context.Context, pool *sqlx.DB, path string) error {
	have, err := schemaOf(pool)
	if err != nil || have == 0 {
		return err // nothing is in it yet
	}
	if want, err := wantedSchema(pool.DB); err != nil || have >= want {
		return err
	}
	kept := fmt.Sprintf("%s.schema-%d", path, have)
	if _, err := os.Stat(kept); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	draft := kept + ".part" // a copy that was cut short must not pass for one
	if err := os.Remove(draft); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := createFile(draft); err != nil {
		return err
	}
	if _, err := pool.ExecContext(ctx, `VACUUM INTO ?`, draft); err != nil {
		return err
	}
	return os.Rename(draft, kept)
}

// inspect looks at an existing database without changing it: is it one of ours,
// is its schema one that we know, does the master key fit?
func inspect(path string, o Options) error {
	pool, err := openPool(path, inspectSettings(path), 1)
	if err != nil {
		return err
	}
	defer pool.Close()
	want, err := wantedSchema(pool.DB)
	if err != nil {
		return err
	}
	have, err := schemaOf(pool)
	switch {
	case err != nil:
		return fmt.Errorf("%s is no Hooksafe database: %w", path, err)
	case have == 0 && o.mayMake():
		return nil // stopped while it was being made; what is missing is made now
	case have > want:
		return fmt.Errorf("the database has schema %d, this program knows %d: use a newer hooksafe", have, want)
	case have < want && !o.Migrate:
		return fmt.Errorf("the database has schema %d, this program works with %d: hooksafe serve brings it up to date", have, want)
	}
	if err := compareKey(pool, o); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// inspectSettings leave no file behind: where there is no WAL nobody has the database
// open, and a reader that does not know so would begin one.
func inspectSettings(path string) string {
	if _, err := os.Stat(path + "-wal"); errors.Is(err, os.ErrNotExist) {
		return readerSettings + "&immutable=1"
	}
	return readerSettings
}

// schemaOf is the version of a database's schema, 0 if it has none yet. A file that
// is none of SQLite's, or has somebody else's tables, is an error.
func schemaOf(pool *sqlx.DB) (int64, error) {
	var tables int
	if err := pool.Get(&tables, `SELECT count(*) FROM sqlite_schema`); err != nil || tables == 0 {
		return 0, err
	}
	var version int64
	err := pool.Get(&version, `SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version WHERE is_applied = 1`)
	return version, err
}

// compareKey holds the master key against the database's key-check value.
func compareKey(pool *sqlx.DB, o Options) error {
	var row struct {
		ID    string `db:"master_key_id"`
		Check []byte `db:"key_check"`
	}
	err := pool.Get(&row, `SELECT master_key_id, key_check FROM server`)
	if errors.Is(err, sql.ErrNoRows) {
		return neverUsed(pool, o)
	}
	if err != nil {
		return err
	}
	if err := o.Master.Verify(row.Check); err != nil {
		return fmt.Errorf("%w: it wants %s, this is %s", err, row.ID, o.Master.ID())
	}
	return nil
}

// neverUsed lets a database pass that has no key-check value because it was stopped
// before its first row was written. One that has a log has lost it.
func neverUsed(pool *sqlx.DB, o Options) error {
	var logs int
	if err := pool.Get(&logs, `SELECT count(*) FROM audit_logs`); err != nil {
		return err
	}
	if logs > 0 || !o.mayMake() {
		return errors.New("its key-check value is missing, so no master key can be told to be the right one: restore a backup")
	}
	return nil
}
