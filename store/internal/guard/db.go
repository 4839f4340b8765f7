package guard

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"

	"github.com/jmoiron/sqlx"
	"github.com/mattn/go-sqlite3"

	"hooksafe/store/internal/ledger"
	"hooksafe/store/internal/seal"
)

// File is the name of the database in the data directory.
const File = "hooksafe.db"

// readerCount is how many reads run side by side.
const readerCount = 4

// driver is go-sqlite3 with the settings that its address cannot carry.
const driver = "hooksafe-sqlite3"

func init() {
	sql.Register(driver, &sqlite3.SQLiteDriver{ConnectHook: func(c *sqlite3.SQLiteConn) error {
		_, err := c.Exec(`
			PRAGMA trusted_schema = OFF;
			PRAGMA cell_size_check = ON;
			PRAGMA temp_store = MEMORY;
			PRAGMA journal_size_limit = 16777216`, nil)
		return err
	}})
}

// The settings of the two kinds of connection (synchronous=FULL: an acknowledged
// entry survives a power failure).
const (
	writerSettings = "_journal_mode=WAL&_synchronous=FULL&_busy_timeout=5000&_foreign_keys=on&_secure_delete=on&_recursive_triggers=on&_txlock=immediate"
	readerSettings = "mode=ro&_query_only=on&_synchronous=FULL&_busy_timeout=5000&_foreign_keys=on"
)

// DB is the database behind the three doors.
type DB struct {
	writer   *conn
	readers  chan *conn
	jobs     chan *job
	quit     chan struct{}
	stopped  chan struct{}
	close    sync.Once
	clock    *steady
	master   *seal.Master
	signers  map[string]*ledger.Signer // by log; on the writing connection only
	keyrings map[string]keyringAt      // by organization; on the writing connection only
	pools    []*sqlx.DB                // readers first: they are closed before the writer
}

// Options say what Open may do.
type Options struct {
	Dir     string
	Master  *seal.Master
	Create  bool // make the database if there is none
	Migrate bool // bring an older schema up to date
	Clock   Clock
}

// mayMake says whether a database that was stopped while it was being made may be
// finished.
func (o Options) mayMake() bool { return o.Create || o.Migrate }

// Exists says whether there is a database in dir.
func Exists(dir string) (bool, error) {
	_, err := os.Stat(filepath.Join(dir, File))
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// Open opens the database in o.Dir. A wrong master key, another schema and a file
// that is no database are refused before anything is written.
func Open(ctx context.Context, o Options) (*DB, error) {
	path := filepath.Join(o.Dir, File)
	exists, err := Exists(o.Dir)
	switch {
	case err != nil:
		return nil, err
	case exists:
		if err := inspect(path, o); err != nil {
			return nil, err
		}
	case !o.Create:
		return nil, fmt.Errorf("no database in %s: start it with hooksafe serve, or name another directory with --data-dir", o.Dir)
	default:
		if err := createFile(path); err != nil {
			return nil, err
		}
	}
	db := &DB{
		readers: make(chan *conn, readerCount), jobs: make(chan *job),
		quit: make(chan struct{}), stopped: make(chan struct{}),
		master: o.Master, signers: map[string]*ledger.Signer{}, keyrings: map[string]keyringAt{},
	}
	if err := db.connect(ctx, path, o); err != nil {
		db.closePools()
		return nil, err
	}
	go db.loop()
	return db, nil
}

// connect opens the writer, then the readers, and brings schema and first rows
// into being where they are missing.
func (db *DB) connect(ctx context.Context, path string, o Options) error {
	pool, err := openPool(path, writerSettings, 1)
	if err != nil {
		return err
	}
	db.pools = append(db.pools, pool)
	if err := migrate(ctx, pool, path, o.mayMake()); err != nil {
		return err
	}
	floor, err := newest(pool)
	if err != nil {
		return fmt.Errorf("read the audit logs: %w", err)
	}
	db.clock = newSteady(o.Clock, floor)
	if db.writer, err = pin(ctx, pool); err != nil {
		return err
	}
	if err := db.initialise(); err != nil {
		return err
	}
	readers, err := openPool(path, readerSettings, readerCount)
	if err != nil {
		return err
	}
	db.pools = append([]*sqlx.DB{readers}, db.pools...)
	for range readerCount {
		c, err := pin(ctx, readers)
		if err != nil {
			return err
		}
		db.readers <- c
	}
	return nil
}

// Close waits for the action under way and closes the database.
func (db *DB) Close() error {
	var err error
	db.close.Do(func() {
		close(db.quit)
		<-db.stopped
		err = db.closePools()
	})
	return err
}

func (db *DB) closePools() error {
	var errs []error
	for range len(db.readers) {
		errs = append(errs, (<-db.readers).Close())
	}
	if db.writer != nil {
		errs = append(errs, db.writer.Close())
	}
	for _, pool := range db.pools {
		errs = append(errs, pool.Close())
	}
	return errors.Join(errs...)
}

// createFile makes the database file before SQLite does, so that nobody else can
// read it; -wal and -shm take over its mode.
func createFile(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

func openPool(path, settings string, size int) (*sqlx.DB, error) {
	pool, err := sqlx.Open(driver, "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+settings)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	pool.SetMaxOpenConns(size)
	pool.SetMaxIdleConns(size)
	pool.SetConnMaxLifetime(0)
	if err := pool.Ping(); err != nil {
		_ = pool.Close()
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	return pool, nil
}

// conn is one connection and the statements prepared on it. One goroutine uses
// it at a time.
type conn struct {
	*sqlx.Conn
	stmts map[string]*sqlx.Stmt
}

func pin(ctx context.Context, pool *sqlx.DB) (*conn, error) {
	c, err := pool.Connx(ctx)
	if err != nil {
		return nil, err
	}
	return &conn{c, map[string]*sqlx.Stmt{}}, nil
}

func (c *conn) prepare(query string) (*sqlx.Stmt, error) {
	if stmt := c.stmts[query]; stmt != nil {
		return stmt, nil
	}
	stmt, err := c.PreparexContext(context.Background(), query)
	if err == nil {
		c.stmts[query] = stmt
	}
	return stmt, err
}

// Close closes the statements first: SQLite keeps a database open, and its WAL
// unmerged, for as long as one of its statements lives.
func (c *conn) Close() error {
	errs := make([]error, 0, len(c.stmts)+1)
	for _, stmt := range c.stmts {
		errs = append(errs, stmt.Close())
	}
	return errors.Join(append(errs, c.Conn.Close())...)
}

func (c *conn) exec(query string) error {
	_, err := c.ExecContext(context.Background(), query)
	return err
}

// lost says whether SQLite has rolled the open transaction back by itself.
func (c *conn) lost() bool {
	auto := true
	_ = c.Raw(func(d any) error {
		auto = d.(*sqlite3.SQLiteConn).AutoCommit()
		return nil
	})
	return auto
}

// reader takes a reading connection, and gives it back with release.
func (db *DB) reader(ctx context.Context) (c *conn, release func(), err error) {
	select {
	case c = <-db.readers:
		return c, func() { db.readers <- c }, nil
	case <-db.quit:
		return nil, nil, closing()
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
}
