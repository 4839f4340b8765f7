package store_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"hooksafe/store"
)

// awkward are values that something on the way would like to change.
var awkward = []string{
	"x", " ", "\n", "\r", "\t", "\r\n", "\n\n\n", "\r\r",
	"a\r\nb\r\nc", "a\rb", "a\nb\n", "\na", "\r\na\r\n", "  a  ", "a\u00a0", "\u2028a\u2029",
	"\ufeffBOM first", "BOM last\ufeff", "\ufeff",
	"e\u0301 decomposed", "\u00e9 composed", "\u1112\u1161\u11ab", "a\u0323\u0307", "a\u0307\u0323",
	"\u05e9\u05dc\u05d5\u05dd \u202emixed\u202c", "\u0645\u0631\u062d\u0628\u0627",
	"\U0001F98A\U0001F989", "\U0001F469\u200D\U0001F4BB", "\u200b\u200d", "\uffff\U0010ffff", "\ufffd",
	"\x01\x02\x1b[31m\x7f", `'"; DROP TABLE secrets; --`, "<script>alert(1)</script>", "$HOME ${x} %s %v \\n \\", "=1+1", ":org_id ?1 @x",
	"_VALUE_NOT_SHOWN_ ", "null", "0", "NULL",
	"-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n",
	strings.Repeat("x", store.MaxValue), strings.Repeat("\u00e9", store.MaxValue/2), strings.Repeat("\r\n", store.MaxValue/2),
	strings.Repeat("\U0001F98A", store.MaxValue/4), "x" + strings.Repeat("\n", store.MaxValue-1),
}

// randomValue is 1 to 65,536 bytes of any characters that may be kept.
func randomValue(r *rand.Rand) string {
	size := 1 + int(float64(store.MaxValue-1)*r.Float64()*r.Float64()*r.Float64())
	var b strings.Builder
	for b.Len() < size {
		c := rune(1 + r.IntN(0x10ffff))
		switch r.IntN(4) {
		case 0, 1:
			c = rune(1 + r.IntN(0x7f))
		case 2:
			c = []rune("\r\n\t \u0301\ufeff\u202e\u200d")[r.IntN(8)]
		}
		if c >= 0xd800 && c < 0xe000 || b.Len()+len(string(c)) > size {
			c = 'x'
		}
		b.WriteRune(c)
	}
	return b.String()
}

// 0.10: a value comes back byte for byte, from Reveal and from Copy, added and
// changed, in a hook and in the organization's own place.
func Test010ValuesComeBackByteForByte(t *testing.T) {
	values := awkward
	r := rand.New(rand.NewPCG(7, 11))
	for range 40 {
		values = append(values, randomValue(r))
	}
	w := newWorld(t)
	a := w.Actor(t, acme, "admin")
	changed := w.addSecret(t, a, w.Org(acme).Place(), "CHANGED", "first")
	for i, value := range values {
		in, name := store.OrganizationPlace(), fmt.Sprint("ADDED_", i)
		if i%2 == 0 {
			hook, _ := w.addHook(t, acme, fmt.Sprint("values ", i), 0)
			in = store.HookPlace(hook.ID)
		}
		added := w.addSecret(t, a, in, name, value)
		change := store.SecretChange{Base: changed.Revision, Name: changed.Name, Value: ptr(store.NewPlaintext(value))}
		changed = must(w.ChangeSecret(ctx, a, w.Org(acme).Place(), changed.ID, change))(t)
		for what, got := range map[string]store.Revealed{
			"added, revealed":   must(w.RevealSecret(ctx, a, in, added.ID, 0, ""))(t),
			"added, copied":     must(w.CopySecret(ctx, a, in, added.ID, 0))(t),
			"changed, revealed": must(w.RevealSecret(ctx, a, w.Org(acme).Place(), changed.ID, 0, ""))(t),
		} {
			if got.Value.Reveal() != value {
				t.Errorf("value %d, %s: %d bytes came back, %d went in; first %.60q, was %.60q", i, what, got.Value.Len(), len(value), got.Value.Reveal(), value)
			}
		}
	}
	w.verify(t)
}

// 0.10, S-38, R-14: what cannot be kept exactly is refused, and so is what stands for
// a value that somebody did not see. The stored value stays.
func TestValuesThatAreRefused(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "editor"), w.Org(acme)
	for _, c := range []struct{ name, value, want string }{
		{"nothing", "", "Enter a value"},
		{"65,537 bytes", strings.Repeat("x", store.MaxValue+1), "65 KB is over the limit of 64 KB"},
		{"65,537 bytes in fewer characters", strings.Repeat("\u00e9", store.MaxValue/2) + "x", "over the limit"},
		{"a NUL", "secret-value\x00", "NUL"},
		{"a NUL first", "\x00secret-value", "NUL"},
		{"no UTF-8", "secret-value\xff", "not UTF-8"},
		{"half a character", "secret-value\xc3", "not UTF-8"},
		{"a lone surrogate", "secret-value\xed\xa0\x80", "not UTF-8"},
		{"an overlong encoding", "secret-value\xc0\x80", "not UTF-8"},
		{"the placeholder", "_VALUE_NOT_SHOWN_", "placeholder"},
		{"the other placeholder", "_VALUE_NOT_SHOWN", "placeholder"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := w.state(t)
			_, added := w.AddSecret(ctx, a, org.Place(), store.NewSecret{Name: "NEW", Value: store.NewPlaintext(c.value)})
			_, changed := w.ChangeSecret(ctx, a, org.Place(), org.Secret, store.SecretChange{Base: 1, Name: "API_KEY", Value: ptr(store.NewPlaintext(c.value))})
			for _, err := range []error{added, changed} {
				if e := wantRefusal(t, err, store.Invalid, "value"); !strings.Contains(e.Message, c.want) || strings.Contains(err.Error(), "secret-value") {
					t.Errorf("says %q, want %q", err, c.want)
				}
			}
			if after := w.state(t); after != before {
				t.Errorf("changed:\n%s\n%s", before, after)
			}
		})
	}
	if r := must(w.RevealSecret(ctx, a, org.Place(), org.Secret, 0, ""))(t); r.Value.Reveal() != org.Value {
		t.Error("the stored value did not stay")
	}
}
