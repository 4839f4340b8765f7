package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"hooksafe/store"
)

const (
	keyVariable         = "HOOKSAFE_MASTER_KEY"
	credentialsVariable = "CREDENTIALS_DIRECTORY"
	defaultKeyFile      = "master.key"
)

// keySource is where a master key may come from.
type keySource struct {
	name string // for errors
	read func() (string, error)
}

// masterKey reads the master key from the one place where it is. Without any, the
// default file in the data directory is read; if mayMake, it is made. No error
// holds anything of a key.
func (c config) masterKey(mayMake bool) (store.MasterKey, error) {
	source, err := c.keySource()
	if err != nil {
		return store.MasterKey{}, err
	}
	if mayMake && source.name == c.defaultKeyFile() {
		if err := makeKeyFile(source.name); err != nil {
			return store.MasterKey{}, fmt.Errorf("make %s: %w", source.name, err)
		}
	}
	text, err := source.read()
	if errors.Is(err, os.ErrNotExist) {
		return store.MasterKey{}, fmt.Errorf("no master key in %s: a database needs the key it was made with, for a new one hooksafe master-key generate prints one", source.name)
	}
	if err != nil {
		return store.MasterKey{}, err
	}
	key, err := store.ParseMasterKey(text)
	if err != nil {
		return store.MasterKey{}, fmt.Errorf("%s: %w", source.name, err)
	}
	return key, nil
}

// keySource finds the one source. Two are an error; a default file that lies there
// beside another source does not count.
func (c config) keySource() (keySource, error) {
	var found []keySource
	if text := takeVariable(keyVariable); text != "" {
		found = append(found, keySource{keyVariable, func() (string, error) { return text, nil }})
	}
	if c.keyFile != "" {
		found = append(found, fromFile(c.keyFile, readPrivate))
	}
	if path, ok := credential(); ok {
		found = append(found, fromFile(path, readBounded))
	}
	switch len(found) {
	case 0:
		return fromFile(c.defaultKeyFile(), readPrivate), nil
	case 1:
		return found[0], nil
	default:
		return keySource{}, fmt.Errorf("the master key is given twice, by %s and by %s: give one", found[0].name, found[1].name)
	}
}

func (c config) defaultKeyFile() string { return filepath.Join(c.dataDir, defaultKeyFile) }

func fromFile(path string, read func(*os.File) (string, error)) keySource {
	return keySource{path, func() (string, error) {
		f, err := os.Open(path)
		if err != nil {
			return "", err
		}
		defer f.Close()
		return read(f)
	}}
}

// readPrivate refuses a file that anybody but its owner may touch.
func readPrivate(f *os.File) (string, error) {
	if err := ownersOnly(f, "the master key"); err != nil {
		return "", err
	}
	return readBounded(f)
}

// ownersOnly refuses a file with something in it that anybody but its owner may touch.
func ownersOnly(f *os.File, holds string) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Errorf("%s has mode %04o, so others can reach %s: chmod 600 it", f.Name(), mode, holds)
	}
	return nil
}

// readBounded reads more than any key has, and no more.
func readBounded(f *os.File) (string, error) {
	text, err := io.ReadAll(io.LimitReader(f, 4096))
	return string(text), err
}

// credential is the key file that systemd hands over. Who can read it is systemd's
// business: the access control list that it sets shows as a group's permission.
func credential() (path string, ok bool) {
	dir := os.Getenv(credentialsVariable)
	if dir == "" {
		return "", false
	}
	path = filepath.Join(dir, "master-key")
	_, err := os.Stat(path)
	return path, !errors.Is(err, os.ErrNotExist)
}

// makeKeyFile makes a new master key. It gets its name only when all of it is on
// the disk, and never takes the place of a file that is there.
func makeKeyFile(path string) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, defaultKeyFile+"-*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(store.GenerateMasterKey() + "\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return syncDir(dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
