package seal

import (
	"bytes"
	"crypto/hmac"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/quick"
	"unicode/utf8"
)

var hookPlace = Place{Org: "o_acme", Kind: "hook", Hook: "h_1", Secret: "s_1", Version: 1}

func newTestMaster(t *testing.T) *Master {
	t.Helper()
	m, err := ParseMaster(GenerateMaster())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func newTestKeyring(t *testing.T, m *Master, org string) (*Keyring, Sealed) {
	t.Helper()
	k, s, err := m.NewKeyring(org)
	if err != nil {
		t.Fatal(err)
	}
	return k, s
}

func mustSeal(t *testing.T, k *Keyring, p Place, value string) []byte {
	t.Helper()
	sealed, err := k.Seal(p, NewPlaintext(value))
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

// wantIntegrity fails unless p and sealed give ErrIntegrity and no value.
func wantIntegrity(t *testing.T, k *Keyring, p Place, sealed []byte) {
	t.Helper()
	value, err := k.Open(p, sealed)
	if !errors.Is(err, ErrIntegrity) {
		t.Errorf("open at %+v: %v, want ErrIntegrity", p, err)
	}
	if value.Len() != 0 {
		t.Errorf("open at %+v hands out %d bytes", p, value.Len())
	}
}

// pieces are what tends to be altered on the way: line ends, BOM, combining and
// composed letters, emoji with joiners, right-to-left text, white space.
var pieces = []string{
	"a", " ", "\t", "\n", "\r", "\r\n", "\ufeff", "e\u0301", "é", "👩‍👩‍👧‍👦", "🇨🇭", "שלום", "\u202e",
	"\u2028", "\x1b", "\"", "\\", "<b>", "&amp;", "_VALUE_NOT_SHOWN_", "%s", "\ufffd", "中",
}

// generateValue returns valid UTF-8 of exactly n bytes.
func generateValue(r *rand.Rand, n int) string {
	var b strings.Builder
	for b.Len() < n {
		if piece := pieces[r.Intn(len(pieces))]; b.Len()+len(piece) <= n {
			b.WriteString(piece)
		}
	}
	return b.String()
}

func TestOpenGivesBackEveryByte(t *testing.T) {
	m := newTestMaster(t)
	k, sealedKeys := newTestKeyring(t, m, hookPlace.Org)
	reopened, err := m.OpenKeyring(hookPlace.Org, sealedKeys)
	if err != nil {
		t.Fatal(err)
	}
	property := func(seed int64, size uint16) bool {
		value := generateValue(rand.New(rand.NewSource(seed)), int(size)+1)
		sealed := mustSeal(t, k, hookPlace, value)
		opened, err := reopened.Open(hookPlace, sealed)
		return err == nil && opened.Reveal() == value && utf8.ValidString(value) && len(sealed) == len(value)+45
	}
	if err := quick.Check(property, &quick.Config{MaxCount: 200}); err != nil {
		t.Error(err)
	}
	for _, value := range append(pieces, "", "\x00", "\xff\xfe", generateValue(rand.New(rand.NewSource(1)), 65_536)) {
		opened, err := reopened.Open(hookPlace, mustSeal(t, k, hookPlace, value))
		if err != nil || opened.Reveal() != value {
			t.Errorf("value of %d bytes came back with %d, error %v", len(value), opened.Len(), err)
		}
	}
}

func TestSealIsDifferentEachTime(t *testing.T) {
	k, _ := newTestKeyring(t, newTestMaster(t), hookPlace.Org)
	first, second := mustSeal(t, k, hookPlace, planted), mustSeal(t, k, hookPlace, planted)
	if bytes.Equal(first, second) {
		t.Error("the same value sealed twice gives the same ciphertext")
	}
	if bytes.Contains(first, []byte(planted)) {
		t.Error("the ciphertext holds the value")
	}
}

// Every pair of places that differ, in one field or by moving text between two,
// must not open each other's values.
func TestOpenElsewhere(t *testing.T) {
	k, _ := newTestKeyring(t, newTestMaster(t), hookPlace.Org)
	places := []Place{
		hookPlace,
		{Org: "o_acme", Kind: "hook", Hook: "h_2", Secret: "s_1", Version: 1},
		{Org: "o_acme", Kind: "hook", Hook: "h_1", Secret: "s_2", Version: 1},
		{Org: "o_acme", Kind: "hook", Hook: "h_1", Secret: "s_1", Version: 2},
		{Org: "o_acme", Kind: "hook", Hook: "h_1", Secret: "s_1", Version: 11},
		{Org: "o_acme", Kind: "hook", Hook: "h_1", Secret: "s_11", Version: 1},
		{Org: "o_acme", Kind: "hook", Hook: "h_1s", Secret: "_1", Version: 1},
		{Org: "o_acme", Kind: "hook", Hook: "s_1", Secret: "h_1", Version: 1},
		{Org: "o_acme", Kind: "hook", Hook: "-", Secret: "s_1", Version: 1},
		{Org: "o_acme", Kind: "organization", Secret: "s_1", Version: 1},
		{Org: "o_acme", Kind: "organization", Secret: "s_2", Version: 1},
		{Org: "o_acme", Kind: "organization", Secret: "s_1", Version: 2},
	}
	for _, from := range places {
		sealed := mustSeal(t, k, from, planted)
		for _, to := range places {
			if to != from {
				wantIntegrity(t, k, to, sealed)
			}
		}
		if opened, err := k.Open(from, sealed); err != nil || opened.Reveal() != planted {
			t.Errorf("does not open where it was sealed, %+v: %v", from, err)
		}
	}
}

func TestOpenInAnotherOrganization(t *testing.T) {
	m := newTestMaster(t)
	acme, acmeKeys := newTestKeyring(t, m, "o_acme")
	birch, _ := newTestKeyring(t, m, "o_birch")
	sealed := mustSeal(t, acme, hookPlace, planted)

	moved := hookPlace
	moved.Org = "o_birch"
	wantIntegrity(t, birch, moved, sealed)     // the ciphertext alone was moved
	wantIntegrity(t, birch, hookPlace, sealed) // another organization's keyring is asked
	wantIntegrity(t, acme, moved, sealed)      // the right keyring is asked for a place elsewhere
	if _, err := m.OpenKeyring("o_birch", acmeKeys); !errors.Is(err, ErrIntegrity) {
		t.Errorf("keysets moved to another organization: %v, want ErrIntegrity", err)
	}

	// Associated data names the organization even where the key is the same.
	same := &Keyring{org: "o_birch", aead: acme.aead, mac: acme.mac}
	wantIntegrity(t, same, moved, sealed)
}

func TestSealRefusesPlace(t *testing.T) {
	k, _ := newTestKeyring(t, newTestMaster(t), "o_acme")
	for name, p := range map[string]Place{
		"another organization":     {Org: "o_birch", Kind: "hook", Hook: "h_1", Secret: "s_1", Version: 1},
		"no organization":          {Kind: "hook", Hook: "h_1", Secret: "s_1", Version: 1},
		"no secret":                {Org: "o_acme", Kind: "hook", Hook: "h_1", Version: 1},
		"version 0":                {Org: "o_acme", Kind: "hook", Hook: "h_1", Secret: "s_1"},
		"negative version":         {Org: "o_acme", Kind: "hook", Hook: "h_1", Secret: "s_1", Version: -1},
		"no kind":                  {Org: "o_acme", Hook: "h_1", Secret: "s_1", Version: 1},
		"unknown kind, no hook":    {Org: "o_acme", Kind: "script", Secret: "s_1", Version: 1},
		"unknown kind":             {Org: "o_acme", Kind: "script", Hook: "h_1", Secret: "s_1", Version: 1},
		"hook secret without hook": {Org: "o_acme", Kind: "hook", Secret: "s_1", Version: 1},
		"organization with hook":   {Org: "o_acme", Kind: "organization", Hook: "h_1", Secret: "s_1", Version: 1},
	} {
		t.Run(name, func(t *testing.T) {
			sealed, err := k.Seal(p, NewPlaintext(planted))
			if err == nil || sealed != nil {
				t.Errorf("sealed at %+v", p)
			}
			if err != nil {
				wantHidden(t, "error", err.Error())
			}
			wantIntegrity(t, k, p, mustSeal(t, k, hookPlace, planted))
		})
	}
}

func TestOpenTampered(t *testing.T) {
	k, _ := newTestKeyring(t, newTestMaster(t), hookPlace.Org)
	sealed := mustSeal(t, k, hookPlace, "short")
	for i := range sealed {
		for bit := range 8 {
			flipped := bytes.Clone(sealed)
			flipped[i] ^= 1 << bit
			wantIntegrity(t, k, hookPlace, flipped)
		}
		wantIntegrity(t, k, hookPlace, sealed[:i])
	}
	wantIntegrity(t, k, hookPlace, append(bytes.Clone(sealed), 0))
	wantIntegrity(t, k, hookPlace, nil)
}

func TestMAC(t *testing.T) {
	m := newTestMaster(t)
	k, sealedKeys := newTestKeyring(t, m, "o_acme")
	other, _ := newTestKeyring(t, m, "o_birch")
	again, err := m.OpenKeyring("o_acme", sealedKeys)
	if err != nil {
		t.Fatal(err)
	}
	mac := func(k *Keyring, secret, value string) []byte {
		tag, err := k.MAC(secret, NewPlaintext(value))
		if err != nil {
			t.Fatal(err)
		}
		return tag
	}
	want := mac(k, "s_1", planted)
	if len(want) != 37 {
		t.Errorf("a MAC has %d bytes, want 37", len(want))
	}
	if !hmac.Equal(want, mac(again, "s_1", planted)) {
		t.Error("the same value of the same secret has another MAC after the keys were opened again")
	}
	for name, got := range map[string][]byte{
		"another value":            mac(k, "s_1", planted+"x"),
		"the empty value":          mac(k, "s_1", ""),
		"another secret":           mac(k, "s_2", planted),
		"a byte moved":             mac(k, "s_1"+planted[:1], planted[1:]),
		"a byte moved back":        mac(k, "s_", "1"+planted),
		"another organization key": mac(other, "s_1", planted),
	} {
		if hmac.Equal(want, got) {
			t.Errorf("%s has the same MAC", name)
		}
	}
}

func TestKeyIDStandsInCiphertext(t *testing.T) {
	m := newTestMaster(t)
	k, sealedKeys := newTestKeyring(t, m, hookPlace.Org)
	again, err := m.OpenKeyring(hookPlace.Org, sealedKeys)
	if err != nil {
		t.Fatal(err)
	}
	if len(k.KeyID()) != 8 || k.KeyID() != again.KeyID() {
		t.Errorf("key ids %q and %q, want the same 8 hex digits", k.KeyID(), again.KeyID())
	}
	if got := hex.EncodeToString(mustSeal(t, k, hookPlace, planted)[:5]); got != "01"+k.KeyID() {
		t.Errorf("ciphertext begins with %s, want 01%s", got, k.KeyID())
	}
}

func TestKeyringIsConcurrent(t *testing.T) {
	k, _ := newTestKeyring(t, newTestMaster(t), hookPlace.Org)
	var wg sync.WaitGroup
	for version := range int64(8) {
		wg.Go(func() {
			p := hookPlace
			p.Version = version + 1
			for i := range 50 {
				value := NewPlaintext(fmt.Sprintf("value %d of %d", i, version))
				sealed, err := k.Seal(p, value)
				if err != nil {
					t.Error(err)
					return
				}
				opened, err := k.Open(p, sealed)
				if err != nil || opened.Reveal() != value.Reveal() {
					t.Errorf("value %d of version %d: %v", i, version, err)
				}
				if _, err := k.MAC(p.Secret, value); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

// The field lists of different places are different bytes, whatever the fields hold.
func TestAssociateIsInjective(t *testing.T) {
	property := func(a, b []string) bool {
		return slices.Equal(a, b) == bytes.Equal(associate(a...), associate(b...))
	}
	if err := quick.Check(property, nil); err != nil {
		t.Error(err)
	}
	lists := [][]string{{}, {""}, {"", ""}, {"ab"}, {"a", "b"}, {"", "ab"}, {"ab", ""}, {"\x00\x00\x00\x01a"}}
	for i, a := range lists {
		for j, b := range lists {
			if (i == j) != bytes.Equal(associate(a...), associate(b...)) {
				t.Errorf("%q and %q", a, b)
			}
		}
	}
	if got := fmt.Sprintf("%x", associate("ab", "")); got != "00000002616200000000" {
		t.Errorf("associated data is %s", got)
	}
}

// What a ciphertext is bound to is stored nowhere: changing it loses every value.
func TestAssociatedDataOfPlace(t *testing.T) {
	inOrg := Place{Org: "o_acme", Kind: "organization", Secret: "s_1", Version: 12}
	for want, p := range map[string]Place{
		"\x00\x00\x00\x10hooksafe value 1\x00\x00\x00\x06o_acme\x00\x00\x00\x04hook\x00\x00\x00\x03h_1\x00\x00\x00\x03s_1\x00\x00\x00\x011":        hookPlace,
		"\x00\x00\x00\x10hooksafe value 1\x00\x00\x00\x06o_acme\x00\x00\x00\x0corganization\x00\x00\x00\x01-\x00\x00\x00\x03s_1\x00\x00\x00\x0212": inOrg,
	} {
		if got := string(p.associated()); got != want {
			t.Errorf("%+v: associated data %q, want %q", p, got, want)
		}
	}
}
