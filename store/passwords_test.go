package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// S-12: 12 to 1,024 bytes of any kind, exact bytes, and not a common one.
func TestS12PasswordRules(t *testing.T) {
	for _, c := range []struct{ name, password, want string }{
		{"11 bytes", "elevenbytes", "at least 12"},
		{"nothing", "", "at least 12"},
		{"12 bytes", "twelve bytes", ""},
		{"12 bytes in 3 characters", "🦊🦔🦉", ""},
		{"1,024 bytes", strings.Repeat("long pass", 200)[:1024], ""},
		{"1,025 bytes", strings.Repeat("long pass", 200)[:1025], "at most 1024"},
		{"spaces around it", "  four words  ", ""},
		{"no UTF-8", "bytes \xff\xfe\xfd and more", ""},
		{"a NUL", "a NUL \x00 in it", ""},
		{"letters only", "unrelatedwordsjoined", ""},
		{"common", "password1234", "first ones"},
		{"common, in capitals", "PassWord1234", "first ones"},
		{"common, a keyboard walk", "1qaz2wsx3edc", "first ones"},
		{"common, a phrase", "correcthorsebatterystaple", "first ones"},
		{"one character", "zzzzzzzzzzzzzzzzzzzz", "first ones"},
		{"one character, in both cases", "zZzZzZzZzZzZ", "first ones"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := checkPassword("password", c.password)
			if c.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			e, ok := AsError(err)
			if !ok || e.Code != Invalid || e.Field != "password" || !strings.Contains(e.Message, c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
			if c.password != "" && strings.Contains(err.Error(), c.password) {
				t.Errorf("%q repeats the password", err)
			}
		})
	}
}

// The list holds what it can refuse: one a line, sorted, in lower case, nothing that
// another rule refuses already.
func TestCommonPasswords(t *testing.T) {
	lines := strings.Split(strings.TrimSuffix(commonList, "\n"), "\n")
	if len(lines) < 500 || len(commonPasswords) != len(lines) {
		t.Errorf("%d lines, %d passwords", len(lines), len(commonPasswords))
	}
	if !slices.IsSorted(lines) || len(slices.Compact(lines)) != len(commonPasswords) {
		t.Error("not sorted, or one stands there twice")
	}
	for _, line := range lines {
		if len(line) < minPassword || line != strings.ToLower(line) || strings.TrimSpace(line) != line {
			t.Errorf("%q", line)
		}
	}
}

// S-08, C-09: argon2id of at least 19 MiB and 2 passes, its parameters in the hash.
func TestC09HashParameters(t *testing.T) {
	h := newHasher()
	ctx := context.Background()
	first, err := h.hash(ctx, "four unrelated words")
	if err != nil {
		t.Fatal(err)
	}
	second, err := h.hash(ctx, "four unrelated words")
	if err != nil {
		t.Fatal(err)
	}
	if first == second {
		t.Error("two hashes are equal: no salt")
	}
	for _, stored := range []string{first, noHash} {
		p, key, err := parseHash(stored)
		if err != nil || !strings.HasPrefix(stored, "$argon2id$v=19$") {
			t.Fatalf("%s: %v", stored, err)
		}
		if p.memory < 19*1024 || p.passes < 2 || p.threads < 1 || len(p.salt) < 15 || len(key) < 32 {
			t.Errorf("%+v", p)
		}
		if outdated(stored) {
			t.Errorf("%s is outdated", stored)
		}
	}
	for _, c := range []struct {
		name, stored, password string
		want                   bool
	}{
		{"the right one", first, "four unrelated words", true},
		{"the right one, by the other hash", second, "four unrelated words", true},
		{"a wrong one", first, "four unrelated Words", false},
		{"nothing", first, "", false},
		{"more", first, "four unrelated words ", false},
		{"far too long", first, strings.Repeat("four unrelated words", 60), false},
		{"nobody", "", "four unrelated words", false},
		{"nobody, nothing", "", "", false},
	} {
		if got, err := h.matches(ctx, c.stored, c.password); err != nil || got != c.want {
			t.Errorf("%s: %v, %v", c.name, got, err)
		}
	}
}

// A hash of other parameters still matches, and is noticed.
func TestC09OldHashes(t *testing.T) {
	h := newHasher()
	old := params{memory: 8 * 1024, passes: 1, threads: 1, salt: []byte("sixteen bytes ..")}
	key, err := h.derive(context.Background(), "four unrelated words", old)
	if err != nil {
		t.Fatal(err)
	}
	stored := fmt.Sprintf("$argon2id$v=19$m=8192,t=1,p=1$%s$%s", encode64(old.salt), encode64(key))
	if ok, err := h.matches(context.Background(), stored, "four unrelated words"); !ok || err != nil {
		t.Errorf("%v, %v", ok, err)
	}
	if !outdated(stored) {
		t.Error("is not outdated")
	}
	for _, broken := range []string{"x", "$argon2id$v=18$m=8192,t=1,p=1$c2FsdA$a2V5", "$argon2i$v=19$m=8192,t=1,p=1$c2FsdA$a2V5",
		"$argon2id$v=19$m=8192$c2FsdA$a2V5", "$argon2id$v=19$m=8192,t=1,p=1$!$a2V5", "$argon2id$v=19$m=8192,t=1,p=1$c2FsdA$!"} {
		if ok, err := h.matches(context.Background(), broken, "four unrelated words"); ok || err == nil || strings.Contains(err.Error(), "words") {
			t.Errorf("%s: %v, %v", broken, ok, err)
		}
	}
}

// S-08: not more than two hashes at once, however many ask; who gives up while
// waiting is not hashed.
func TestS08TwoHashesAtOnce(t *testing.T) {
	h := newHasher()
	if cap(h.slots) > 2 {
		t.Errorf("%d hashes at once", cap(h.slots))
	}
	for range cap(h.slots) {
		h.slots <- struct{}{} // all places are taken
	}
	waiting, cancel := context.WithCancel(context.Background())
	var asked, refused atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			asked.Add(1)
			if _, err := h.hash(waiting, "four unrelated words"); errors.Is(err, context.Canceled) {
				refused.Add(1)
			}
		})
	}
	cancel()
	all.Wait()
	if asked.Load() != 8 || refused.Load() != 8 {
		t.Errorf("%d of %d were not hashed", refused.Load(), asked.Load())
	}
	for range cap(h.slots) {
		<-h.slots
	}
	if _, err := h.hash(context.Background(), "four unrelated words"); err != nil || h.busy.Load() != 0 {
		t.Errorf("afterwards: %v, %d busy", err, h.busy.Load())
	}
}
