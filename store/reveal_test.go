package store_test

import (
	"strings"
	"testing"
	"time"

	"hooksafe/store"
)

// valueOf reveals a secret.
func valueOf(t testing.TB, w *world, a store.Actor, in store.Place, id string) string {
	t.Helper()
	return must(w.RevealSecret(ctx, a, in, id, ""))(t).Value.Reveal()
}

// Who has seen a value last stands with the secret; the entry tells the version.
func TestRevealAndCopy(t *testing.T) {
	w := newWorld(t)
	editor, admin, org := w.Actor(t, acme, "editor"), w.Actor(t, acme, "admin"), w.Org(acme)
	if s, _, err := w.Secret(ctx, editor, org.Place(), org.Secret); err != nil || !s.LastUsedAt.IsZero() || s.LastUsedBy != "" {
		t.Errorf("%+v, %v", s, err)
	}
	w.Clock.Advance(time.Second)
	r := must(w.RevealSecret(ctx, editor, org.Place(), org.Secret, ""))(t)
	if r.Value.Reveal() != org.Value || r.Extended != 0 || !r.At.Equal(w.Now()) || r.Hook.ID != org.Hook || r.Name != "API_KEY" || r.LastUsedBy != "acme editor" {
		t.Errorf("%+v", r)
	}
	e := w.lastEntry(t, acme)
	if e.ID != r.Entry || e.Action != "secret.reveal" || e.Outcome != "done" || str(e.Target) != org.Secret || str(e.TargetName) != "API_KEY" || *e.TargetVersion != 1 ||
		str(e.Parent) != org.Hook || str(e.ActorName) != "acme editor" || str(e.Address) != "192.0.2.14" {
		t.Errorf("entry is %+v", e)
	}
	w.Clock.Advance(time.Second)
	c := must(w.CopySecret(ctx, admin, org.Place(), org.Secret))(t)
	if e := w.lastEntry(t, acme); e.ID != c.Entry || e.Action != "secret.copy" || c.Value.Reveal() != org.Value {
		t.Errorf("entry is %+v", e)
	}
	s, _, err := w.Secret(ctx, editor, org.Place(), org.Secret)
	if err != nil || !s.LastUsedAt.Equal(w.Now()) || s.LastUsedBy != "acme admin" {
		t.Errorf("%+v, %v", s, err)
	}
	must(w.RevealSecret(ctx, editor, org.Place(), org.Secret, ""))(t)
	for how, want := range map[string]int{"reveal": 2, "copy": 1} {
		if uses := stored[int](t, w, `SELECT sum(uses) FROM secret_uses WHERE secret = ? AND how = ? AND version = 1`, org.Secret, how); uses != want {
			t.Errorf("%d uses by %s", uses, how)
		}
	}
	w.verify(t)
}

// A secret that has a name and no value yet has nothing to reveal.
func TestPendingSecret(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "editor"), w.Org(acme)
	w.sql(t, `UPDATE secrets SET version = 0, last_version = 0 WHERE id = ?`, org.Secret)
	for _, err := range []error{errOf(w.RevealSecret(ctx, a, org.Place(), org.Secret, "")), errOf(w.CopySecret(ctx, a, org.Place(), org.Secret))} {
		if e := wantRefusal(t, err, store.Conflict, ""); e.Message != "API_KEY has no value yet. Set one first." {
			t.Errorf("%q", e.Message)
		}
	}
	w.addSecret(t, a, org.Place(), "AAA", "v")
	list := must(w.Secrets(ctx, a, org.Place()))(t)
	if list.Hook.Pending != 1 || list.Secrets[0].Name != "API_KEY" || list.Secrets[0].Version != 0 {
		t.Errorf("pending ones come first: %+v", list)
	}
}

// A password that was confirmed opens 15 minutes; then it is asked for again, and no
// entry is left by that.
func TestRevealAsksForThePassword(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "editor"), w.Org(acme)
	w.Clock.Advance(store.ConfirmFor + time.Minute)
	entries := len(w.entries(t, acme))
	for _, err := range []error{errOf(w.RevealSecret(ctx, a, org.Place(), org.Secret, "")), errOf(w.CopySecret(ctx, a, org.Place(), org.Secret))} {
		wantCode(t, err, store.ConfirmNeeded)
	}
	if n := len(w.entries(t, acme)); n != entries {
		t.Errorf("%d new entries", n-entries)
	}
}

// A reveal is prolonged at most 4 times, and each time is an entry of its own that
// names the first.
func TestProlongedReveal(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "editor"), w.Org(acme)
	first := must(w.RevealSecret(ctx, a, org.Place(), org.Secret, ""))(t)
	for i := 1; i <= 4; i++ {
		w.Clock.Advance(store.RevealSeconds * time.Second)
		r := must(w.RevealSecret(ctx, a, org.Place(), org.Secret, first.Entry))(t)
		e := w.lastEntry(t, acme)
		if r.Entry != first.Entry || r.Extended != i || r.Value.Reveal() != org.Value || str(e.Detail) != "extends "+first.Entry || e.Action != "secret.reveal" || e.ID == first.Entry {
			t.Errorf("%+v; entry is %+v", r, e)
		}
	}
	entries := len(w.entries(t, acme))
	_, err := w.RevealSecret(ctx, a, org.Place(), org.Secret, first.Entry)
	wantCode(t, err, store.Full)
	if n := len(w.entries(t, acme)); n != entries {
		t.Errorf("%d new entries", n-entries)
	}
	again := must(w.RevealSecret(ctx, a, org.Place(), org.Secret, ""))(t)
	if r := must(w.RevealSecret(ctx, a, org.Place(), org.Secret, again.Entry))(t); r.Extended != 1 {
		t.Errorf("a reveal of its own counts from the start: %+v", r)
	}
	w.verify(t)
}

// What cannot be prolonged: whatever is not the same session's own, running reveal of
// the same secret.
func TestWhatIsNotProlonged(t *testing.T) {
	for _, c := range []struct {
		name string
		pass time.Duration
		// first is the entry that is named, by whom it is asked for
		first func(t *testing.T, w *world, a store.Actor) string
		code  store.Code
	}{
		{"a moment late", 90 * time.Second, ownReveal, ""},
		{"one that ran out", 90*time.Second + time.Microsecond, ownReveal, store.Full},
		{"another person's", 0, func(t *testing.T, w *world, a store.Actor) string {
			return ownReveal(t, w, w.Actor(t, acme, "admin"))
		}, store.NotFound},
		{"the same person's, in another session", 0, func(t *testing.T, w *world, a store.Actor) string {
			session := must(w.SignIn(ctx, store.Origin{}, "editor@acme.example", password, ""))(t)
			p := must(w.Store.Person(ctx, session.Token, store.Origin{}))(t)
			return ownReveal(t, w, must(w.MemberActor(ctx, p, acme))(t))
		}, store.NotFound},
		{"of another secret", 0, func(t *testing.T, w *world, a store.Actor) string {
			other := w.addSecret(t, a, w.Org(acme).Place(), "OTHER", "v")
			return must(w.RevealSecret(ctx, a, w.Org(acme).Place(), other.ID, ""))(t).Entry
		}, store.NotFound},
		{"an extension", 0, func(t *testing.T, w *world, a store.Actor) string {
			must(w.RevealSecret(ctx, a, w.Org(acme).Place(), w.Org(acme).Secret, ownReveal(t, w, a)))(t)
			return w.lastEntry(t, acme).ID
		}, store.NotFound},
		{"a copy", 0, func(t *testing.T, w *world, a store.Actor) string {
			return must(w.CopySecret(ctx, a, w.Org(acme).Place(), w.Org(acme).Secret))(t).Entry
		}, store.NotFound},
		{"a refusal", 0, func(t *testing.T, w *world, a store.Actor) string {
			_, err := w.RevealSecret(ctx, w.Actor(t, acme, "viewer"), w.Org(acme).Place(), w.Org(acme).Secret, "")
			wantCode(t, err, store.Denied)
			return w.lastEntry(t, acme).ID
		}, store.NotFound},
		{"another organization's", 0, func(t *testing.T, w *world, a store.Actor) string {
			return must(w.RevealSecret(ctx, w.Actor(t, globex, "editor"), w.Org(globex).Place(), w.Org(globex).Secret, ""))(t).Entry
		}, store.NotFound},
		{"none", 0, func(*testing.T, *world, store.Actor) string { return "x" }, store.NotFound},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			a, org := w.Actor(t, acme, "editor"), w.Org(acme)
			first := c.first(t, w, a)
			w.Clock.Advance(c.pass)
			entries := len(w.entries(t, acme))
			r, err := w.RevealSecret(ctx, a, org.Place(), org.Secret, first)
			if c.code == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if wantCode(t, err, c.code); r.Value.Reveal() != "" || len(w.entries(t, acme)) != entries {
				t.Error("handed out, or recorded")
			}
		})
	}
}

func ownReveal(t *testing.T, w *world, a store.Actor) string {
	t.Helper()
	return must(w.RevealSecret(ctx, a, w.Org(acme).Place(), w.Org(acme).Secret, ""))(t).Entry
}

// 0.1, A-02: no entry, no value; and what is returned then has no place for one.
func TestA02NoEntryNoValue(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "editor"), w.Org(acme)
	w.sql(t, `CREATE TRIGGER no_entries BEFORE INSERT ON audit_entries BEGIN SELECT RAISE(ABORT, 'x'); END`)
	before := w.state(t)
	for name, read := range map[string]func() (store.Revealed, error){
		"reveal": func() (store.Revealed, error) { return w.RevealSecret(ctx, a, org.Place(), org.Secret, "") },
		"copy":   func() (store.Revealed, error) { return w.CopySecret(ctx, a, org.Place(), org.Secret) },
	} {
		r, err := read()
		if wantCode(t, err, store.Unavailable); r != (store.Revealed{}) || strings.Contains(err.Error(), org.Value) {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
	_, err := w.ChangeSecret(ctx, a, org.Place(), org.Secret, store.SecretChange{Base: 1, Name: "API_KEY", Value: ptr(store.NewPlaintext("lost"))})
	wantCode(t, err, store.Unavailable)
	if after := w.state(t); after != before {
		t.Errorf("changed:\n%s\n%s", before, after)
	}
	w.sql(t, `DROP TRIGGER no_entries`)
	if got := valueOf(t, w, a, org.Place(), org.Secret); got != org.Value {
		t.Errorf("afterwards it opens to %q", got)
	}
	w.verify(t)
}

// C-03, 0.9: a ciphertext that is moved or changed never opens, leaves an entry
// "failed", and is told as such.
func TestC03MovedCiphertexts(t *testing.T) {
	const sealed = `(SELECT sealed FROM secret_versions WHERE secret = ? AND version = 1)`
	for _, c := range []struct {
		name  string
		spoil func(t *testing.T, w *world, id, other string)
	}{
		{"from another secret of the hook", func(t *testing.T, w *world, id, other string) {
			w.sql(t, `UPDATE secret_versions SET sealed = `+sealed+` WHERE secret = ?`, other, id)
		}},
		{"from another organization", func(t *testing.T, w *world, id, other string) {
			w.sql(t, `UPDATE secret_versions SET sealed = `+sealed+` WHERE secret = ?`, w.Org(globex).Secret, id)
		}},
		{"from an older version", func(t *testing.T, w *world, id, other string) {
			a := w.Actor(t, acme, "editor")
			must(w.ChangeSecret(ctx, a, w.Org(acme).Place(), id, store.SecretChange{Base: 1, Name: "API_KEY", Value: ptr(store.NewPlaintext("newer"))}))(t)
			w.sql(t, `UPDATE secret_versions SET sealed = `+sealed+` WHERE secret = ? AND version = 2`, id, id)
		}},
		{"the older version made the newest", func(t *testing.T, w *world, id, other string) {
			w.sql(t, `UPDATE secret_versions SET version = 7 WHERE secret = ?`, id)
			w.sql(t, `UPDATE secrets SET version = 7 WHERE id = ?`, id)
		}},
		{"with its whole row", func(t *testing.T, w *world, id, other string) {
			w.sql(t, `PRAGMA foreign_keys = OFF`)
			w.sql(t, `UPDATE secret_versions SET secret = 'x' WHERE secret = ?`, id)
			w.sql(t, `UPDATE secret_versions SET secret = ? WHERE secret = ?`, id, other)
		}},
		{"with its secret, into another hook", func(t *testing.T, w *world, id, other string) {
			hook, _ := w.addHook(t, acme, "another", 0)
			w.sql(t, `UPDATE hooks SET id = 'swap' WHERE id = ?`, w.Org(acme).Hook)
			w.sql(t, `UPDATE hooks SET id = ? WHERE id = ?`, w.Org(acme).Hook, hook.ID)
			w.sql(t, `UPDATE secrets SET hook = ? WHERE id = ?`, w.Org(acme).Hook, id)
			w.sql(t, `UPDATE secret_versions SET sealed = `+sealed+` WHERE secret = ?`, other, id)
		}},
		{"a byte flipped", flip(20)},
		{"the first byte flipped", flip(1)},
		{"the key's id flipped", flip(3)},
		{"the last byte flipped", func(t *testing.T, w *world, id, other string) {
			flip(stored[int](t, w, `SELECT length(sealed) FROM secret_versions WHERE secret = ?`, id))(t, w, id, other)
		}},
		{"cut", func(t *testing.T, w *world, id, other string) {
			w.sql(t, `UPDATE secret_versions SET sealed = substr(sealed, 1, length(sealed) - 1) WHERE secret = ?`, id)
		}},
		{"emptied", func(t *testing.T, w *world, id, other string) {
			w.sql(t, `UPDATE secret_versions SET sealed = x'' WHERE secret = ?`, id)
		}},
		{"destroyed", func(t *testing.T, w *world, id, other string) {
			w.sql(t, `UPDATE secret_versions SET sealed = NULL, destroyed_at = 1 WHERE secret = ?`, id)
		}},
		{"its row removed", func(t *testing.T, w *world, id, other string) {
			w.sql(t, `DELETE FROM secret_versions WHERE secret = ?`, id)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			a, org := w.Actor(t, acme, "editor"), w.Org(acme)
			other := w.addSecret(t, a, org.Place(), "OTHER", "other value")
			c.spoil(t, w, org.Secret, other.ID)
			for action, read := range map[string]func() (store.Revealed, error){
				"secret.reveal": func() (store.Revealed, error) { return w.RevealSecret(ctx, a, org.Place(), org.Secret, "") },
				"secret.copy":   func() (store.Revealed, error) { return w.CopySecret(ctx, a, org.Place(), org.Secret) },
			} {
				entries := len(w.entries(t, acme))
				r, err := read()
				if wantCode(t, err, store.Integrity); r != (store.Revealed{}) {
					t.Errorf("handed out %+v", r)
				}
				e := w.lastEntry(t, acme)
				if len(w.entries(t, acme)) != entries+1 || e.Action != action || e.Outcome != "failed" || str(e.Reason) != "integrity" || str(e.Target) != org.Secret {
					t.Errorf("entry is %s %s, %q", e.Action, e.Outcome, str(e.Reason))
				}
				if uses := stored[int](t, w, `SELECT count(*) FROM secret_uses WHERE secret = ?`, org.Secret); uses != 0 {
					t.Error("counted as used")
				}
			}
			w.verify(t)
		})
	}
}

// flip changes one bit of a ciphertext, in the byte at a place that counts from 1.
func flip(at int) func(*testing.T, *world, string, string) {
	return func(t *testing.T, w *world, id, _ string) {
		sealed := stored[[]byte](t, w, `SELECT sealed FROM secret_versions WHERE secret = ?`, id)
		sealed[at-1] ^= 1
		w.sql(t, `UPDATE secret_versions SET sealed = ? WHERE secret = ?`, sealed, id)
	}
}
