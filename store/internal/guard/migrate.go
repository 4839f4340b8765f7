package guard

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jmoiron/sqlx"
	"github.com/pressly/goose/v3"

	"hooksafe/store/internal/seal"
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

// migrate brings the schema up to date, each step in a transaction of its own.
// Where it may not, another schema is an error with both numbers.
func migrate(ctx context.Context, pool *sqlx.DB, may bool) error {
	if !may {
		return nil // inspect has compared the versions
	}
	p, err := migrations(pool.DB)
	if err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("bring the schema up to date: %w", explain(err))
	}
	return nil
}

// inspect looks at an existing database without changing it: is it one of ours,
// is its schema one that we know, does the master key fit?
func inspect(path string, master *seal.Master, mayMigrate bool) error {
	pool, err := openPool(path, readerSettings, 1)
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := compareSchema(pool, mayMigrate); err != nil {
		return err
	}
	var row struct {
		ID    string `db:"master_key_id"`
		Check []byte `db:"key_check"`
	}
	err = pool.Get(&row, `SELECT master_key_id, key_check FROM server`)
	if errors.Is(err, sql.ErrNoRows) || noSchema(pool) {
		return nil // stopped while it was being made; what is missing is made now
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	if err := master.Verify(row.Check); err != nil {
		return fmt.Errorf("%w: it wants %s, this is %s", err, row.ID, master.ID())
	}
	return nil
}

func noSchema(pool *sqlx.DB) bool {
	var n int
	return pool.Get(&n, `SELECT count(*) FROM sqlite_schema WHERE name = 'server'`) == nil && n == 0
}

func compareSchema(pool *sqlx.DB, mayMigrate bool) error {
	want, err := wantedSchema(pool.DB)
	if err != nil {
		return err
	}
	if noSchema(pool) {
		return nil
	}
	var have int64
	if err := pool.Get(&have, `SELECT MAX(version_id) FROM goose_db_version WHERE is_applied = 1`); err != nil {
		return fmt.Errorf("this file is no Hooksafe database: %w", err)
	}
	switch {
	case have > want:
		return fmt.Errorf("the database has schema %d, this program knows %d: use a newer hooksafe", have, want)
	case have < want && !mayMigrate:
		return fmt.Errorf("the database has schema %d, this program works with %d: hooksafe serve brings it up to date", have, want)
	}
	return nil
}
