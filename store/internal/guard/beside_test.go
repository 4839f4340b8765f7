package guard

import (
	"fmt"
	"sync"
	"testing"

	"hooksafe/store/internal/seal"
)

// operator commands write beside the server. Each reads the head of the log in
// its transaction; trusted from memory, they would write one number twice.
func TestR09TwoProcessesInTurn(t *testing.T) {
	w := newWorld(t)
	command := w.open(t, w.options(t))
	a := w.actor(t, acme, Editor)
	for i := range 10 {
		must(w.act(a, fmt.Sprint("served", i)))(t)
		must(Act(ctx, command, w.operator(t, acme), MemberRole, target("member", "m"), nothing))(t)
		must(Act(ctx, command, Operator(), UserCreate, target("user", "u"), nothing))(t)
	}
	w.verify(t)
}

func TestR09TwoProcessesAtOnce(t *testing.T) {
	const each = 15
	w := newWorld(t)
	before := len(w.entries(t, acme))
	a := w.actor(t, acme, Editor)
	command := w.open(t, w.options(t))
	var all sync.WaitGroup
	for i, db := range []*DB{w.DB, command, w.DB, command} {
		all.Go(func() {
			for j := range each {
				id := fmt.Sprint("h_", i, "_", j)
				if _, err := Act(ctx, db, a, HookCreate, target("hook", id), addHook(id)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if n := len(w.entries(t, acme)) - before; n != 4*each {
		t.Errorf("%d entries, want %d", n, 4*each)
	}
	w.verify(t)
}

// C-06: a command that changes an organization's keyset raises its epoch, and the
// server that runs beside it takes the new one with the next action.
func TestC06KeysetIsReadAgain(t *testing.T) {
	w := newWorld(t)
	a, org := w.actor(t, acme, Editor), w.orgs[acme].ID
	place := seal.Place{Kind: "hook", Hook: "h", Secret: "s", Version: 1}
	keyID := func() string {
		return must(Act(ctx, w.DB, a, SecretUpdate, target("secret", "s"), func(tx *WriteTx) (string, error) {
			_, id, err := tx.Seal(place, seal.NewPlaintext("value"))
			return id, err
		}))(t)
	}
	first := keyID()
	keys, sealed, err := master(t, w.key).NewKeyring(org)
	if err != nil {
		t.Fatal(err)
	}
	w.sql(t, `UPDATE organizations SET keyset = ?, mac_keyset = ?, epoch = epoch + 1 WHERE id = ?`, sealed.Keyset, sealed.MACKeyset, org)
	if id := keyID(); id == first || id != keys.KeyID() {
		t.Errorf("sealed under %s; first %s, now %s", id, first, keys.KeyID())
	}
}

// C-04: a keyset is bound to its organization; another one's opens nothing here.
func TestC04KeysetOfAnotherOrganization(t *testing.T) {
	w := newWorld(t)
	a := w.actor(t, acme, Editor)
	w.sql(t, `UPDATE organizations SET (keyset, mac_keyset) = (SELECT keyset, mac_keyset FROM organizations WHERE slug = 'globex') WHERE slug = 'acme'`)
	w.reopen(t)
	_, err := Act(ctx, w.DB, a, SecretUpdate, target("secret", "s"), func(tx *WriteTx) ([]byte, error) {
		return tx.MAC("s", seal.NewPlaintext("value"))
	})
	wantCode(t, err, Integrity)
	if e := w.lastEntry(t, acme); e.Outcome != "failed" || str(e.Reason) != "integrity" {
		t.Errorf("entry is %s, %q", e.Outcome, str(e.Reason))
	}
}

// The first of two that take an address has it.
func TestOrganizationsHaveTheirOwnAddress(t *testing.T) {
	w := newWorld(t)
	before := w.state(t)
	_, err := Act(ctx, w.DB, Operator(), OrganizationCreate, target("organization", ""), func(tx *WriteTx) (OrgRef, error) {
		return tx.CreateOrganization("Another", acme, "u_acme_owner")
	})
	wantCode(t, err, Conflict)
	if after := w.state(t); after != before {
		t.Errorf("left %s, was %s", after, before)
	}
}
