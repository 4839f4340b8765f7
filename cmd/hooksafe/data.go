package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"hooksafe/store"
)

// withStore opens the store in the data directory, runs fn and closes it. may says
// whether database and key are made where there are none, and whether an older
// schema is brought up to date.
func withStore(ctx context.Context, c config, may store.Options, fn func(*store.Store) error) error {
	exists, err := store.Exists(c.dataDir)
	if err != nil {
		return err
	}
	if !exists && !may.Create {
		return fmt.Errorf("no database in %s: hooksafe serve makes one, --data-dir names another directory", c.dataDir)
	}
	if may.Create {
		if err := makeDataDir(c.dataDir); err != nil {
			return err
		}
	}
	may.Dir, may.SecretsPerHook, may.OrganizationsByOperator = c.dataDir, c.secretsPerHook, c.orgsByOperator
	if may.Key, err = c.masterKey(!exists); err != nil {
		return err
	}
	s, err := store.Open(ctx, may)
	if err != nil {
		return err
	}
	return errors.Join(fn(s), s.Close())
}

// makeDataDir makes the data directory, for its owner alone. One that is there and
// open to others is closed to them if it holds nothing but our files.
func makeDataDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm()&0o077 == 0 {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), "hooksafe.") && !strings.HasPrefix(e.Name(), defaultKeyFile) {
			return fmt.Errorf("others can look into %s, and it holds more than Hooksafe's files: name a directory of its own with --data-dir", dir)
		}
	}
	return os.Chmod(dir, 0o700)
}

// lock keeps a second server out of the data directory, for as long as this
// process lives or until unlock.
func lock(dir string) (unlock func(), err error) {
	f, err := os.OpenFile(filepath.Join(dir, "hooksafe.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if err == nil {
		return func() { f.Close() }, nil
	}
	f.Close()
	if errors.Is(err, unix.EWOULDBLOCK) {
		return nil, fmt.Errorf("another server works on %s: stop it first, or name another directory with --data-dir", dir)
	}
	return nil, fmt.Errorf("lock %s: %w", dir, err)
}
