package store

import "golang.org/x/crypto/argon2"

// OrganizationPlace is the place of the organization's own secrets. They have the
// implementation of a hook's, and are tested with it.
var OrganizationPlace = Place{own: true}

// WeakHash is the end of a password hash that was made with less effort than today's:
// 8 MiB, one pass.
func WeakHash(password, salt string) string {
	key := argon2.IDKey([]byte(password), []byte(salt), 1, 8*1024, 1, hashSize)
	return encode64(key)
}
