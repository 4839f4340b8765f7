package store_test

import (
	"fmt"
	"testing"
	"time"

	"hooksafe/store"
)

// manySecrets gives acme 20,000 secrets of its own that do not open, beside one that
// does.
func (w *world) manySecrets(t testing.TB) (opens string) {
	t.Helper()
	w.sql(t, `
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
		INSERT INTO secrets (id, org, hook, name, note, revision, version, last_version,
			created_at, created_by, updated_at, updated_by, updated_by_name)
		SELECT printf('00000000-0000-7000-9000-%012d', i), o.id, '', 'MANY_' || i, 'note ' || i, 1, 1, 1, 0, '', 0, '', ''
		FROM n, organizations o WHERE o.slug = 'acme'`)
	return w.addSecret(t, w.Actor(t, acme, "admin"), store.OrganizationPlace(), "OPENS", "value").ID
}

// BenchmarkReadSecretOf20000 is a value that a program reads: now and then, and as the
// last of thousands within a minute.
func BenchmarkReadSecretOf20000(b *testing.B) {
	for name, between := range map[string]time.Duration{"now and then": time.Minute, "thousands a minute": time.Millisecond} {
		b.Run(name, func(b *testing.B) {
			w := newWorld(b)
			id, a := w.manySecrets(b), w.program(b)
			for b.Loop() {
				w.Clock.Advance(between)
				must(w.ReadSecretByID(ctx, a, store.OrganizationPlace(), id))(b)
			}
		})
	}
}

// BenchmarkPageOfSecretsOf20000 is a page of metadata: as many as there can be, and few,
// at the beginning and at the end.
func BenchmarkPageOfSecretsOf20000(b *testing.B) {
	w := newWorld(b)
	w.manySecrets(b)
	a := w.program(b)
	for _, page := range []struct{ offset, limit int }{{0, 1000}, {19000, 1000}, {0, 50}, {19950, 50}} {
		b.Run(fmt.Sprintf("%d from %d", page.limit, page.offset), func(b *testing.B) {
			for b.Loop() {
				secrets, total, err := w.PageOfSecrets(ctx, a, store.OrganizationPlace(), page.offset, page.limit)
				if err != nil || len(secrets) != page.limit || total != 20001 {
					b.Fatal(len(secrets), total, err)
				}
			}
		})
	}
}

// BenchmarkPatchSecretOf20000 is a change of a secret among many.
func BenchmarkPatchSecretOf20000(b *testing.B) {
	w := newWorld(b)
	id, a := w.manySecrets(b), w.program(b)
	value := store.NewPlaintext("another value")
	for b.Loop() {
		must(w.PatchSecret(ctx, a, store.OrganizationPlace(), id, store.SecretPatch{Value: &value}, nil))(b)
	}
}
