package store_test

import (
	"fmt"
	"testing"

	"hooksafe/store"
)

// The last 20 versions are kept; an older one is destroyed, and nothing brings it back.
func TestVersionsThatAreKept(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "editor"), w.Org(acme)
	const last = 23
	for v := 2; v <= last; v++ {
		change := store.SecretChange{Base: int64(v - 1), Name: "API_KEY", Value: ptr(store.NewPlaintext(fmt.Sprint("version ", v)))}
		must(w.ChangeSecret(ctx, a, org.Place(), org.Secret, change))(t)
	}
	for v := 1; v <= last; v++ {
		kept := stored[bool](t, w, `SELECT sealed IS NOT NULL AND destroyed_at IS NULL FROM secret_versions WHERE secret = ? AND version = ?`, org.Secret, v)
		if want := v > last-20; kept != want {
			t.Errorf("version %d is kept: %v", v, kept)
		}
	}
	if got := valueOf(t, w, a, org.Place(), org.Secret); got != "version 23" {
		t.Errorf("opens to %q", got)
	}
}

// C-10: beside each value stands its MAC: equal for equal values of one secret, and
// telling nothing about those of others.
func TestC10MACs(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "editor"), w.Org(acme)
	for i, value := range []string{"same", "other", "same"} {
		change := store.SecretChange{Base: int64(i + 1), Name: "API_KEY", Value: ptr(store.NewPlaintext(value))}
		must(w.ChangeSecret(ctx, a, org.Place(), org.Secret, change))(t)
	}
	twin := w.addSecret(t, a, org.Place(), "TWIN", "same")
	mac := func(id string, version int) string {
		return string(stored[[]byte](t, w, `SELECT mac FROM secret_versions WHERE secret = ? AND version = ?`, id, version))
	}
	if mac(org.Secret, 2) != mac(org.Secret, 4) || mac(org.Secret, 2) == mac(org.Secret, 3) {
		t.Error("the MAC does not tell equal values")
	}
	if mac(org.Secret, 2) == mac(twin.ID, 1) {
		t.Error("the MAC tells equal values of two secrets")
	}
}
