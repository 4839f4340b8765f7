// Package seal encrypts the values of secrets, and everything it makes opens in
// one place only: where a ciphertext stands is part of what is authenticated, so
// one that is moved to another row does not open.
//
// It is an envelope. The master key, which lives outside the database, wraps two
// Tink keysets for each organization: one seals values with XAES-256-GCM
// (https://c2sp.org/XAES-256-GCM; its random 192-bit nonces need no counter), the
// other makes the HMAC-SHA256 that stands beside each value. The package knows
// no database; tink.AEAD is the seam for a key management service.
package seal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/mac"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// ErrIntegrity says that something sealed does not open here: it was moved,
// changed, or sealed with another key. These cannot be told apart.
var ErrIntegrity = errors.New("stored value failed its integrity check")

// The first field of all associated data: what it is for, and the version of its
// format. Nothing sealed for one purpose opens for another.
const (
	forValue     = "hooksafe value 1"
	forMAC       = "hooksafe value mac 1"
	forKeyset    = "hooksafe keyset 1"
	forMACKeyset = "hooksafe mac keyset 1"
	forLogKey    = "hooksafe log key 1"
	forCheck     = "hooksafe key check 1"
)

// The kinds of place that hold secrets.
const (
	kindHook         = "hook"
	kindOrganization = "organization"
	kindImport       = "import"
)

// Place says where a version of a value lives. Kind is "hook", and Hook its id,
// or "organization", and Hook is empty. Versions count from 1. Of kind "import" is what
// somebody handed in and has not applied yet; its id takes the place of a secret's.
type Place struct {
	Org, Kind, Hook, Secret string
	Version                 int64
}

// check finds the mistakes that would make two places one.
func (p Place) check() error {
	switch {
	case p.Secret == "" || p.Version < 1:
		return errors.New("place lacks its secret or version")
	case p.Kind != kindHook && p.Kind != kindOrganization && p.Kind != kindImport:
		return fmt.Errorf("place of unknown kind %q", p.Kind)
	case (p.Kind == kindHook) != (p.Hook != ""):
		return fmt.Errorf("place of kind %q with hook %q", p.Kind, p.Hook)
	}
	return nil
}

// associated returns the data that a value sealed at p is bound to.
func (p Place) associated() []byte {
	hook := p.Hook
	if hook == "" {
		hook = "-"
	}
	return associate(forValue, p.Org, p.Kind, hook, p.Secret, strconv.FormatInt(p.Version, 10))
}

// associate encodes fields so that no two lists of fields look alike: each one
// after its length in bytes, four of them, big-endian.
func associate(fields ...string) []byte {
	var b []byte
	for _, f := range fields {
		b = binary.BigEndian.AppendUint32(b, uint32(len(f)))
		b = append(b, f...)
	}
	return b
}

// Keyring seals and opens the values of one organization. It is safe for
// concurrent use, and prints without its keys.
type Keyring struct {
	org   string
	keyID uint32
	aead  tink.AEAD
	mac   tink.MAC
}

// newKeyring makes a keyring from opened keysets. There are two because a keyset
// holds one kind of key.
func newKeyring(org string, sealing, macing *keyset.Handle) (*Keyring, error) {
	primary, err := sealing.Primary()
	if err != nil {
		return nil, err
	}
	a, err := aead.New(sealing)
	if err != nil {
		return nil, err
	}
	m, err := mac.New(macing)
	if err != nil {
		return nil, err
	}
	return &Keyring{org: org, keyID: primary.KeyID(), aead: a, mac: m}, nil
}

// KeyID returns the id of the key that seals now, as 8 hex digits. Every
// ciphertext begins with the id of its key: one byte 0x01, then these four.
func (k *Keyring) KeyID() string { return fmt.Sprintf("%08x", k.keyID) }

// Seal returns value as a ciphertext that opens at p alone. It is 45 bytes longer
// than value, and different each time. A place in another organization is refused.
func (k *Keyring) Seal(p Place, value Plaintext) ([]byte, error) {
	if err := k.admit(p); err != nil {
		return nil, fmt.Errorf("seal value: %w", err)
	}
	sealed, err := k.aead.Encrypt([]byte(value.Reveal()), p.associated())
	if err != nil {
		return nil, fmt.Errorf("seal value: %w", err)
	}
	return sealed, nil
}

// Open returns the value that was sealed at p. A ciphertext that was sealed
// elsewhere, changed since, or sealed with another key gives ErrIntegrity.
func (k *Keyring) Open(p Place, sealed []byte) (Plaintext, error) {
	if err := k.admit(p); err != nil {
		return Plaintext{}, fmt.Errorf("%w: %w", ErrIntegrity, err)
	}
	value, err := k.aead.Decrypt(sealed, p.associated())
	if err != nil {
		return Plaintext{}, ErrIntegrity
	}
	return NewPlaintext(string(value)), nil
}

// MAC returns the same 37 bytes (key id and tag) for the same value of the same
// secret, so that "same value?" is answered without opening anything. They tell
// nothing without the keyring. Compare them with hmac.Equal.
func (k *Keyring) MAC(secret string, value Plaintext) ([]byte, error) {
	tag, err := k.mac.ComputeMAC(associate(forMAC, secret, value.Reveal()))
	if err != nil {
		return nil, fmt.Errorf("make MAC of value: %w", err)
	}
	return tag, nil
}

// admit refuses a place that is incomplete or in another organization.
func (k *Keyring) admit(p Place) error {
	if err := p.check(); err != nil {
		return err
	}
	if p.Org != k.org {
		return errors.New("place is in another organization")
	}
	return nil
}
