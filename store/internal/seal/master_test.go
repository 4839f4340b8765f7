package seal

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	tinkpb "github.com/tink-crypto/tink-go/v2/proto/tink_go_proto"
)

// fixedKey is 32 different bytes, for tests that need to know the key.
func fixedKey() []byte {
	key := make([]byte, 32)
	for i := range key {
		key[i] = byte(200 + i)
	}
	return key
}

func TestGenerateMaster(t *testing.T) {
	first, second := GenerateMaster(), GenerateMaster()
	if first == second {
		t.Error("two generated keys are equal")
	}
	for _, text := range []string{first, second} {
		if len(text) != 44 || strings.TrimSpace(text) != text {
			t.Errorf("a generated key has %d characters, want 44 and no line end", len(text))
		}
		if _, err := ParseMaster(text); err != nil {
			t.Errorf("a generated key is refused: %v", err)
		}
	}
}

func TestParseMaster(t *testing.T) {
	inBase64 := base64.StdEncoding.EncodeToString(fixedKey())
	inHex := hex.EncodeToString(fixedKey())
	for name, text := range map[string]string{
		"base64":            inBase64,
		"base64, line end":  inBase64 + "\n",
		"base64, CRLF":      inBase64 + "\r\n",
		"base64, spaces":    " \t" + inBase64 + "  ",
		"hex":               inHex,
		"hex, capitals":     strings.ToUpper(inHex),
		"hex and line ends": "\n" + inHex + "\n\n",
	} {
		t.Run(name, func(t *testing.T) {
			m, err := ParseMaster(text)
			if err != nil {
				t.Fatal(err)
			}
			if m.ID() != "mk_c800c0e72d66" {
				t.Errorf("id is %s", m.ID())
			}
		})
	}
}

func TestParseMasterRefuses(t *testing.T) {
	encode := base64.StdEncoding.EncodeToString
	good := encode(fixedKey())
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", "empty"},
		{"white space", " \r\n\t", "empty"},
		{"a password", "correct horse battery", "too short"},
		{"31 bytes of hex", hex.EncodeToString(fixedKey()[:31]), "wrong length"},
		{"33 bytes of hex", hex.EncodeToString(fixedKey()) + "aa", "too long"},
		{"16 bytes of base64", encode(fixedKey()[:16]), "too short"},
		{"31 bytes of base64", encode(fixedKey()[:31]), "does not hold 32 bytes"},
		{"33 bytes of base64", encode(append(fixedKey(), 1)), "does not hold 32 bytes"},
		{"64 bytes of base64", encode(append(fixedKey(), fixedKey()...)), "too long"},
		{"base64 without its end", strings.TrimRight(good, "="), "too short"},
		{"base64 for addresses", base64.URLEncoding.EncodeToString(bytes.Repeat([]byte{0xfb, 0xef, 0xff, 0x3f}, 8)), "does not hold 32 bytes"},
		{"base64 with bits left over", good[:42] + "9=", "does not hold 32 bytes"},
		{"base64 broken by a line end", good[:21] + "\n" + good[22:], "does not hold 32 bytes"},
		{"not base64", strings.Repeat("!?", 22), "does not hold 32 bytes"},
		{"not hex", strings.Repeat("xy", 32), "other characters"},
		{"a BOM before it", "\ufeff" + good, "wrong length"},
		{"two keys", good + "\n" + good, "too long"},
		{"quotes around it", `"` + good + `"`, "wrong length"},
		{"all zero", encode(make([]byte, 32)), "repeats"},
		{"all zero, hex", strings.Repeat("0", 64), "repeats"},
		{"all 0xff", strings.Repeat("f", 64), "repeats"},
		{"one text repeated", encode([]byte("password" + "password" + "password" + "password")), "repeats"},
		{"seven different bytes", encode([]byte(strings.Repeat("abcdefg", 5)[:32])), "repeats"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := ParseMaster(c.text)
			if err == nil || m != nil {
				t.Fatal("accepted")
			}
			if !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "master key") {
				t.Errorf("says %q, want %q", err, c.want)
			}
			if s := strings.TrimSpace(c.text); s != "" && strings.Contains(err.Error(), s[:min(len(s), 8)]) {
				t.Errorf("%q repeats the key", err)
			}
		})
	}
	if _, err := ParseMaster(encode([]byte(strings.Repeat("abcdefgh", 4)))); err != nil {
		t.Errorf("eight different bytes: %v", err)
	}
}

func TestMasterID(t *testing.T) {
	m, other := newTestMaster(t), newTestMaster(t)
	if len(m.ID()) != len("mk_")+12 || !strings.HasPrefix(m.ID(), "mk_") {
		t.Errorf("id is %q", m.ID())
	}
	if m.ID() == other.ID() {
		t.Error("two keys have one id")
	}
}

func TestMasterVerify(t *testing.T) {
	text := GenerateMaster()
	m, err := ParseMaster(text)
	if err != nil {
		t.Fatal(err)
	}
	check, err := m.Check()
	if err != nil {
		t.Fatal(err)
	}
	if len(check) != 58 {
		t.Errorf("a key check has %d bytes, want 58", len(check))
	}
	reread, err := ParseMaster(text + "\n")
	if err != nil {
		t.Fatal(err)
	}
	if err := reread.Verify(check); err != nil {
		t.Errorf("the same key: %v", err)
	}
	for i := range check {
		flipped := bytes.Clone(check)
		flipped[i] ^= 1
		if err := m.Verify(flipped); !errors.Is(err, ErrWrongKey) {
			t.Errorf("byte %d changed: %v, want ErrWrongKey", i, err)
		}
	}
	for name, check := range map[string][]byte{"nothing": nil, "half": check[:29]} {
		if err := m.Verify(check); !errors.Is(err, ErrWrongKey) {
			t.Errorf("%s: %v, want ErrWrongKey", name, err)
		}
	}
	if err := newTestMaster(t).Verify(check); !errors.Is(err, ErrWrongKey) {
		t.Errorf("another key: %v, want ErrWrongKey", err)
	}
}

// Verify looks at the text as well: something else that this key sealed for the
// same purpose is no key check.
func TestMasterVerifyLooksAtTheText(t *testing.T) {
	m := newTestMaster(t)
	check, err := m.aead.Encrypt([]byte("another text"), associate(forCheck, m.id))
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Verify(check); !errors.Is(err, ErrWrongKey) {
		t.Errorf("another text: %v, want ErrWrongKey", err)
	}
}

func TestOpenKeyringRefuses(t *testing.T) {
	m := newTestMaster(t)
	_, acme := newTestKeyring(t, m, "o_acme")
	_, birch := newTestKeyring(t, m, "o_birch")
	for _, c := range []struct {
		name   string
		master *Master
		org    string
		sealed Sealed
	}{
		{"wrong master key", newTestMaster(t), "o_acme", acme},
		{"another organization", m, "o_birch", acme},
		{"keyset of another organization", m, "o_acme", Sealed{birch.Keyset, acme.MACKeyset}},
		{"MAC keyset of another organization", m, "o_acme", Sealed{acme.Keyset, birch.MACKeyset}},
		{"the two swapped", m, "o_acme", Sealed{acme.MACKeyset, acme.Keyset}},
		{"twice the first", m, "o_acme", Sealed{acme.Keyset, acme.Keyset}},
		{"destroyed", m, "o_acme", Sealed{}},
		{"MAC keyset destroyed", m, "o_acme", Sealed{Keyset: acme.Keyset}},
	} {
		t.Run(c.name, func(t *testing.T) {
			k, err := c.master.OpenKeyring(c.org, c.sealed)
			if !errors.Is(err, ErrIntegrity) || k != nil {
				t.Errorf("%v, want ErrIntegrity", err)
			}
		})
	}
}

// Every byte of what is stored is authenticated.
func TestOpenKeyringTampered(t *testing.T) {
	m := newTestMaster(t)
	_, s := newTestKeyring(t, m, "o_acme")
	for i := range s.Keyset {
		flipped := Sealed{bytes.Clone(s.Keyset), s.MACKeyset}
		flipped.Keyset[i] ^= 1
		if _, err := m.OpenKeyring("o_acme", flipped); !errors.Is(err, ErrIntegrity) {
			t.Errorf("byte %d of the keyset changed: %v, want ErrIntegrity", i, err)
		}
	}
	for i := range s.MACKeyset {
		flipped := Sealed{s.Keyset, bytes.Clone(s.MACKeyset)}
		flipped.MACKeyset[i] ^= 1
		if _, err := m.OpenKeyring("o_acme", flipped); !errors.Is(err, ErrIntegrity) {
			t.Errorf("byte %d of the MAC keyset changed: %v, want ErrIntegrity", i, err)
		}
	}
}

// Keysets name their master key: one wrapped under another name does not open,
// even if the key is the same.
func TestOpenKeyringNamesTheMasterKey(t *testing.T) {
	m := newTestMaster(t)
	_, s := newTestKeyring(t, m, "o_acme")
	renamed := &Master{id: "mk_000000000000", aead: m.aead}
	if _, err := renamed.OpenKeyring("o_acme", s); !errors.Is(err, ErrIntegrity) {
		t.Errorf("%v, want ErrIntegrity", err)
	}
}

func TestLogKey(t *testing.T) {
	m := newTestMaster(t)
	seed := fixedKey()
	sealed, err := m.SealLogKey("o_acme", seed)
	if err != nil {
		t.Fatal(err)
	}
	if len(sealed) != 72 || bytes.Contains(sealed, seed) {
		t.Errorf("sealed seed has %d bytes, want 72 without the seed in them", len(sealed))
	}
	if got, err := m.OpenLogKey("o_acme", sealed); err != nil || !bytes.Equal(got, seed) {
		t.Errorf("the seed does not come back: %v", err)
	}
	wantRefused := func(name string, m *Master, log string, sealed []byte) {
		t.Helper()
		if seed, err := m.OpenLogKey(log, sealed); !errors.Is(err, ErrIntegrity) || seed != nil {
			t.Errorf("%s: %v, want ErrIntegrity", name, err)
		}
	}
	wantRefused("another log", m, "server", sealed)
	wantRefused("another master key", newTestMaster(t), "o_acme", sealed)
	wantRefused("nothing", m, "o_acme", nil)
	for i := range sealed {
		flipped := bytes.Clone(sealed)
		flipped[i] ^= 1
		wantRefused(fmt.Sprintf("byte %d changed", i), m, "o_acme", flipped)
	}
	for _, n := range []int{0, 31, 33, 64} {
		if _, err := m.SealLogKey("o_acme", make([]byte, n)); err == nil {
			t.Errorf("a seed of %d bytes is sealed", n)
		}
	}
}

// What is sealed for one purpose opens for no other, all under one master key.
func TestPurposesAreSeparate(t *testing.T) {
	m := newTestMaster(t)
	_, s := newTestKeyring(t, m, "o_acme")
	check, err := m.Check()
	if err != nil {
		t.Fatal(err)
	}
	for name, sealed := range map[string][]byte{"keyset": s.Keyset, "MAC keyset": s.MACKeyset, "key check": check} {
		if _, err := m.OpenLogKey("o_acme", sealed); !errors.Is(err, ErrIntegrity) {
			t.Errorf("%s opened as a log key: %v", name, err)
		}
	}
	if err := m.Verify(s.Keyset); !errors.Is(err, ErrWrongKey) {
		t.Errorf("keyset taken for a key check: %v", err)
	}
}

// A keyset is never written in clear, nor read.
func TestWrappedIsNeverClear(t *testing.T) {
	var w wrapped
	if err := w.Write(&tinkpb.Keyset{}); err == nil || w != nil {
		t.Error("writes a keyset in clear")
	}
	if _, err := w.Read(); err == nil {
		t.Error("reads a keyset in clear")
	}
}

func TestKeysDoNotPrint(t *testing.T) {
	key := fixedKey()
	m, err := ParseMaster(hex.EncodeToString(key))
	if err != nil {
		t.Fatal(err)
	}
	k, _ := newTestKeyring(t, m, "o_acme")
	type server struct {
		master *Master
		held   Master
		ring   Keyring
	}
	var out bytes.Buffer
	for _, holder := range []any{m, *m, k, *k, server{m, *m, *k}, &server{m, *m, *k}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x", "%q"} {
			fmt.Fprintf(&out, verb+"\n", holder)
		}
		slog.New(slog.NewTextHandler(&out, nil)).Info("start", "key", holder)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("start", "key", holder)
	}
	shown := strings.ToLower(out.String())
	list := fmt.Sprintf("%d", key[:4])
	for _, form := range []string{string(key[:4]), hex.EncodeToString(key[:4]), strings.Trim(list, "[]"), "0xc8, 0xc9", base64.StdEncoding.EncodeToString(key)[:8]} {
		if strings.Contains(shown, strings.ToLower(form)) {
			t.Errorf("the key prints as %q", form)
		}
	}
}
