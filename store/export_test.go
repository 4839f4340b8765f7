package store

import (
	"context"
	"fmt"
	"iter"

	"golang.org/x/crypto/argon2"

	"hooksafe/store/internal/guard"
)

// WeakHash is the end of a password hash that was made with less effort than today's:
// 8 MiB, one pass.
func WeakHash(password, salt string) string {
	key := argon2.IDKey([]byte(password), []byte(salt), 1, 8*1024, 1, hashSize)
	return encode64(key)
}

// HoldHashes takes all places for hashing: who checks a password waits, and is counted
// by waiting, until release.
func HoldHashes(s *Store) (waiting func() int, release func()) {
	for range cap(s.hashes.slots) {
		s.hashes.slots <- struct{}{}
	}
	return func() int { return int(s.hashes.busy.Load()) }, func() {
		for range cap(s.hashes.slots) {
			<-s.hashes.slots
		}
	}
}

// ExportUpTo is an export that ends with an entry that is there already.
func ExportUpTo(ctx context.Context, s *Store, a Actor, f AuditFilter, entry string) (iter.Seq2[[]byte, error], error) {
	in, err := s.exportSpan(ctx, a, f, entry)
	return s.pieces(ctx, a, f, JSONLines, in), err
}

// LookupStatements are the statements that find what a filter chooses, but for those
// that a text needs.
func LookupStatements(f AuditFilter) []string {
	var all []string
	for _, l := range f.lookups(1) {
		all = append(all, l.statement(f.entries()))
	}
	return all
}

// SearchQueries are the statements whose plans a test looks at.
var SearchQueries = []string{hooksFound, hookSecretsFound, ownSecretsFound}

// OrganizationSecretQueries are likewise, by the index that each reads along.
var OrganizationSecretQueries = map[string]string{"secrets_pending": pendingOwnSecrets, "secrets_name": valuedOwnSecrets}

// ExportQueries are likewise.
var ExportQueries = []string{exportedNames, exportedValues}

// WantsCompacting tells whether something was destroyed since the last Purge.
func WantsCompacting(s *Store) bool { return s.destroyed.Load() }

// LeaveRoom lets the database grow by so many pages: then it is like a full disk.
func LeaveRoom(ctx context.Context, s *Store, a Actor, pages int) error {
	_, err := guard.Act(ctx, s.db, a, guard.HookImportPlan, importInto(AllHooks()), func(tx *guard.WriteTx) (int, error) {
		var has, most int
		if err := tx.Get(&has, `PRAGMA page_count`, nil); err != nil {
			return 0, err
		}
		return most, tx.Get(&most, fmt.Sprint(`PRAGMA max_page_count = `, has+pages), nil)
	})
	return err
}
