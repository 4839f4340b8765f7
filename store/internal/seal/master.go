package seal

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/aead/xaesgcm"
	"github.com/tink-crypto/tink-go/v2/insecuresecretdataaccess"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/mac"
	tinkpb "github.com/tink-crypto/tink-go/v2/proto/tink_go_proto"
	"github.com/tink-crypto/tink-go/v2/secretdata"
	"github.com/tink-crypto/tink-go/v2/tink"
)

const (
	masterSize = 32
	seedSize   = 32 // of an Ed25519 key

	// minDifferent refuses keys that nobody drew at random: 32 random bytes
	// with fewer different ones than this come up less than once in 10^36 draws.
	minDifferent = 8

	// checkText is what a key-check value holds: any fixed text would do.
	checkText = "hooksafe key check"
)

// ErrWrongKey says that the master key is a good one, but not that of this
// database.
var ErrWrongKey = errors.New("the master key is not the one that this database was sealed with")

// Master is the key that wraps the keysets of all organizations. It never leaves
// memory, and prints without the key. It is safe for concurrent use.
type Master struct {
	id   string
	aead tink.AEAD
}

// Sealed is what the database holds of an organization's keys: both keysets
// wrapped by the master key. Destroying them destroys every value of the
// organization.
type Sealed struct{ Keyset, MACKeyset []byte }

// GenerateMaster returns a new random master key in the form that ParseMaster
// reads: base64, 44 characters, no line end.
func GenerateMaster() string {
	key := make([]byte, masterSize)
	rand.Read(key)
	return base64.StdEncoding.EncodeToString(key)
}

// ParseMaster reads a master key: 32 bytes in base64 (44 characters) or hex (64),
// white space around it allowed. Its errors say what is wrong with the key and
// never repeat any of it.
func ParseMaster(text string) (*Master, error) {
	key, err := decodeMaster(strings.TrimSpace(text))
	if err != nil {
		return nil, err
	}
	if differentBytes(key) < minDifferent {
		return nil, errors.New("the master key repeats a few bytes: it was not drawn at random")
	}
	return newMaster(key)
}

// decodeMaster tells the two forms apart by their length.
func decodeMaster(text string) ([]byte, error) {
	switch n := len(text); {
	case n == 0:
		return nil, errors.New("the master key is empty")
	case n == hex.EncodedLen(masterSize):
		key, err := hex.DecodeString(text)
		if err != nil {
			return nil, errors.New("the master key has the length of hex, but other characters")
		}
		return key, nil
	case n == base64.StdEncoding.EncodedLen(masterSize):
		key, err := base64.StdEncoding.Strict().DecodeString(text)
		if err != nil || len(key) != masterSize {
			return nil, errors.New("the master key has the length of base64, but does not hold 32 bytes of it")
		}
		return key, nil
	case n < base64.StdEncoding.EncodedLen(masterSize):
		return nil, errors.New("the master key is too short: 32 bytes are 44 characters of base64 or 64 of hex")
	case n > hex.EncodedLen(masterSize):
		return nil, errors.New("the master key is too long: 32 bytes are 44 characters of base64 or 64 of hex")
	default:
		return nil, errors.New("the master key has a wrong length: 32 bytes are 44 characters of base64 or 64 of hex")
	}
}

func differentBytes(key []byte) int {
	seen := map[byte]bool{}
	for _, b := range key {
		seen[b] = true
	}
	return len(seen)
}

func newMaster(key []byte) (*Master, error) {
	a, err := newAEAD(key)
	if err != nil {
		return nil, fmt.Errorf("make master key: %w", err)
	}
	return &Master{id: masterID(key), aead: a}, nil
}

// newAEAD returns XAES-256-GCM under key, without a key id in its ciphertexts:
// which master key made them is written beside them.
func newAEAD(key []byte) (tink.AEAD, error) {
	const saltSize = 12 // the one of C2SP's XAES-256-GCM
	parameters, err := xaesgcm.NewParameters(xaesgcm.VariantNoPrefix, saltSize)
	if err != nil {
		return nil, err
	}
	bytes := secretdata.NewBytesFromData(key, insecuresecretdataaccess.Token{})
	k, err := xaesgcm.NewKey(bytes, 0, parameters)
	if err != nil {
		return nil, err
	}
	manager := keyset.NewManager()
	id, err := manager.AddKey(k)
	if err != nil {
		return nil, err
	}
	if err := manager.SetPrimary(id); err != nil {
		return nil, err
	}
	handle, err := manager.Handle()
	if err != nil {
		return nil, err
	}
	return aead.New(handle)
}

// masterID names a key by 48 bits of an HMAC under it, which tell nothing about
// the key itself.
func masterID(key []byte) string {
	h := hmac.New(sha256.New, key)
	h.Write([]byte("hooksafe master key id 1"))
	return "mk_" + hex.EncodeToString(h.Sum(nil)[:6])
}

// ID returns the short name of the key: "mk_" and 12 hex digits, always the same
// for the same key. It is no secret.
func (m *Master) ID() string { return m.id }

// Check returns the key-check value: 58 bytes to keep in the database, from which
// Verify knows the key again.
func (m *Master) Check() ([]byte, error) {
	check, err := m.aead.Encrypt([]byte(checkText), associate(forCheck, m.id))
	if err != nil {
		return nil, fmt.Errorf("make key check: %w", err)
	}
	return check, nil
}

// Verify returns ErrWrongKey if check was made by another key, or was changed
// since: the two cannot be told apart.
func (m *Master) Verify(check []byte) error {
	text, err := m.aead.Decrypt(check, associate(forCheck, m.id))
	if err != nil || subtle.ConstantTimeCompare(text, []byte(checkText)) != 1 {
		return ErrWrongKey
	}
	return nil
}

// NewKeyring draws the keys of a new organization. The keyring is the one that
// OpenKeyring makes of the returned Sealed, so none is used that cannot be opened
// again.
func (m *Master) NewKeyring(org string) (*Keyring, Sealed, error) {
	s, err := m.newSealed(org)
	if err != nil {
		return nil, Sealed{}, fmt.Errorf("make keys of organization %s: %w", org, err)
	}
	k, err := m.OpenKeyring(org, s)
	if err != nil {
		return nil, Sealed{}, err
	}
	return k, s, nil
}

func (m *Master) newSealed(org string) (Sealed, error) {
	sealing, err := m.newWrapped(aead.XAES256GCM192BitNonceKeyTemplate(), forKeyset, org)
	if err != nil {
		return Sealed{}, err
	}
	macing, err := m.newWrapped(mac.HMACSHA256Tag256KeyTemplate(), forMACKeyset, org)
	if err != nil {
		return Sealed{}, err
	}
	return Sealed{Keyset: sealing, MACKeyset: macing}, nil
}

// OpenKeyring opens the keys of an organization. Keysets of another organization,
// changed ones, swapped ones and those wrapped by another master key give
// ErrIntegrity.
func (m *Master) OpenKeyring(org string, s Sealed) (*Keyring, error) {
	sealing, err := m.unwrap(s.Keyset, forKeyset, org)
	if err != nil {
		return nil, fmt.Errorf("open keyset of organization %s: %w", org, err)
	}
	macing, err := m.unwrap(s.MACKeyset, forMACKeyset, org)
	if err != nil {
		return nil, fmt.Errorf("open MAC keyset of organization %s: %w", org, err)
	}
	k, err := newKeyring(org, sealing, macing)
	if err != nil {
		return nil, fmt.Errorf("open keys of organization %s: %w", org, err)
	}
	return k, nil
}

// newWrapped draws a keyset with one key and returns it wrapped.
func (m *Master) newWrapped(template *tinkpb.KeyTemplate, purpose, org string) ([]byte, error) {
	handle, err := keyset.NewHandle(template)
	if err != nil {
		return nil, err
	}
	var w wrapped
	if err := handle.WriteWithAssociatedData(&w, m.aead, associate(purpose, org, m.id)); err != nil {
		return nil, err
	}
	return w, nil
}

func (m *Master) unwrap(w wrapped, purpose, org string) (*keyset.Handle, error) {
	handle, err := keyset.ReadWithAssociatedData(&w, m.aead, associate(purpose, org, m.id))
	if err != nil {
		return nil, ErrIntegrity
	}
	return handle, nil
}

// SealLogKey seals the seed of the Ed25519 key that signs the audit log called
// log. The result is 72 bytes.
func (m *Master) SealLogKey(log string, seed []byte) ([]byte, error) {
	if len(seed) != seedSize {
		return nil, fmt.Errorf("seal key of log %s: seed has %d bytes, want %d", log, len(seed), seedSize)
	}
	sealed, err := m.aead.Encrypt(seed, associate(forLogKey, log, m.id))
	if err != nil {
		return nil, fmt.Errorf("seal key of log %s: %w", log, err)
	}
	return sealed, nil
}

// OpenLogKey returns the seed that was sealed for log. The key of another log, a
// changed one, and one sealed by another master key give ErrIntegrity.
func (m *Master) OpenLogKey(log string, sealed []byte) ([]byte, error) {
	seed, err := m.aead.Decrypt(sealed, associate(forLogKey, log, m.id))
	if err != nil {
		return nil, fmt.Errorf("open key of log %s: %w", log, ErrIntegrity)
	}
	return seed, nil
}

// wrapped is a keyset as the database holds it: the ciphertext alone. Tink's own
// binary form adds a description of the keys that is neither needed nor
// authenticated. A keyset in clear is neither written nor read.
type wrapped []byte

var errClear = errors.New("a keyset is stored wrapped only")

func (w *wrapped) WriteEncrypted(k *tinkpb.EncryptedKeyset) error {
	*w = k.GetEncryptedKeyset()
	return nil
}

func (w *wrapped) ReadEncrypted() (*tinkpb.EncryptedKeyset, error) {
	return &tinkpb.EncryptedKeyset{EncryptedKeyset: *w}, nil
}

func (w *wrapped) Write(*tinkpb.Keyset) error { return errClear }

func (w *wrapped) Read() (*tinkpb.Keyset, error) { return nil, errClear }
