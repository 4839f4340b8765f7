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
