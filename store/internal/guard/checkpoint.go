package guard

import "context"

// Checkpoint moves what the write-ahead log holds into the database and empties it,
// so that nothing destroyed is left there. While somebody reads what is older it
// can't: emptied is then false, and it is for the caller to try again later.
func (db *DB) Checkpoint(ctx context.Context) (emptied bool, err error) {
	err = db.write(ctx, func() error {
		// Everybody who wants to write waits meanwhile, so it has little patience.
		if err := db.writer.exec("PRAGMA busy_timeout = 100"); err != nil {
			return err
		}
		var result struct {
			Busy         int `db:"busy"`
			Log          int `db:"log"`
			Checkpointed int `db:"checkpointed"`
		}
		err := db.writer.GetContext(context.Background(), &result, "PRAGMA wal_checkpoint(TRUNCATE)")
		emptied = err == nil && result.Busy == 0
		if patient := db.writer.exec("PRAGMA busy_timeout = 5000"); err == nil {
			err = patient
		}
		return err
	})
	return emptied, explain(err)
}

// compactUpTo is the size of a database, in bytes, that Compact writes anew: it takes
// a few hundred milliseconds, in which everybody who wants to write waits.
const compactUpTo = 64 << 20

// Compact writes the database anew, unless it is large. SQLite overwrites a row that
// goes, but not the copy that may have stayed behind, in the unused part of a page,
// when it once moved the row to another.
func (db *DB) Compact(ctx context.Context) error {
	return explain(db.write(ctx, func() error {
		var size int64
		err := db.writer.GetContext(context.Background(), &size, `
			SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()`)
		if err != nil || size > compactUpTo {
			return err
		}
		return db.writer.exec("VACUUM")
	}))
}
