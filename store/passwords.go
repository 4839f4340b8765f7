package store

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"fmt"
	"runtime/debug"
	"strings"
	"sync/atomic"

	"golang.org/x/crypto/argon2"

	"hooksafe/store/internal/guard"
)

// The limits of a password, in bytes of any kind.
const (
	minPassword = 12
	maxPassword = 1024
)

// The cost of a hash (argon2id, RFC 9106; OWASP's second choice: 19 MiB, 2 passes).
const (
	hashMemory  = 19 * 1024 // KiB
	hashPasses  = 2
	hashThreads = 1
	hashSize    = 32
	saltSize    = 16
)

// hashesAtOnce bounds the memory that sign-ins take.
const hashesAtOnce = 2

// noHash is what the password of an unknown person is compared with, so that it
// takes as long. Nothing hashes to it.
const noHash = "$argon2id$v=19$m=19456,t=2,p=1$bm8gc3VjaCBwZXJzb24h$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

//go:embed common_passwords.txt
var commonList string

var commonPasswords = readCommon(commonList)

func readCommon(list string) map[string]bool {
	common := map[string]bool{}
	lines := bufio.NewScanner(strings.NewReader(list))
	for lines.Scan() {
		common[lines.Text()] = true
	}
	return common
}

// checkPassword says whether a new password is long enough and not a common one.
func checkPassword(field, password string) error {
	switch {
	case len(password) < minPassword:
		return guard.Errorf(Invalid, field, "Use at least %d characters. A few unrelated words work well.", minPassword)
	case len(password) > maxPassword:
		return guard.Errorf(Invalid, field, "Use at most %d bytes.", maxPassword)
	case isCommon(password):
		return guard.Errorf(Invalid, field, "This password is among the first ones that people guess. Choose another.")
	}
	return nil
}

// isCommon looks the password up, in lower case, and refuses one that repeats a
// single character.
func isCommon(password string) bool {
	lower := strings.ToLower(password)
	return commonPasswords[lower] || strings.Count(lower, lower[:1]) == len(lower)
}

// hasher makes and checks password hashes, a few at a time.
type hasher struct {
	slots chan struct{}
	busy  atomic.Int32
}

func newHasher() *hasher { return &hasher{slots: make(chan struct{}, hashesAtOnce)} }

// hash makes the hash of a new password, with its parameters in it (PHC format).
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt) // never fails: crypto/rand
	key, err := h.derive(ctx, password, params{memory: hashMemory, passes: hashPasses, threads: hashThreads, salt: salt})
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, hashMemory, hashPasses, hashThreads,
		encode64(salt), encode64(key)), nil
}

// matches compares a password with a stored hash, or with noHash if there is none.
// It takes the same time either way.
func (h *hasher) matches(ctx context.Context, stored, password string) (bool, error) {
	if stored == "" || len(password) > maxPassword {
		stored, password = noHash, ""
	}
	p, want, err := parseHash(stored)
	if err != nil {
		return false, err
	}
	got, err := h.derive(ctx, password, p)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

// outdated says whether a stored hash was made with other parameters than today's.
func outdated(stored string) bool {
	p, want, err := parseHash(stored)
	return err == nil && (p.memory != hashMemory || p.passes != hashPasses || p.threads != hashThreads || len(want) != hashSize)
}

type params struct {
	memory, passes uint32
	threads        uint8
	salt           []byte
}

// derive waits for a slot. When nobody else waits, the memory goes back to the
// system at once: argon2 leaves much of it.
func (h *hasher) derive(ctx context.Context, password string, p params) ([]byte, error) {
	h.busy.Add(1)
	defer func() {
		if h.busy.Add(-1) == 0 {
			go debug.FreeOSMemory()
		}
	}()
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return argon2.IDKey([]byte(password), p.salt, p.passes, p.memory, p.threads, hashSize), nil
}

func parseHash(stored string) (p params, key []byte, err error) {
	parts := strings.Split(stored, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, nil, fmt.Errorf("the stored password hash has an unknown form")
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.passes, &p.threads); err != nil {
		return p, nil, fmt.Errorf("the stored password hash has unknown parameters")
	}
	if p.salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return p, nil, fmt.Errorf("the stored password hash has a bad salt")
	}
	if key, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil {
		return p, nil, fmt.Errorf("the stored password hash has a bad key")
	}
	return p, key, nil
}

func encode64(b []byte) string { return base64.RawStdEncoding.EncodeToString(b) }
