package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"hooksafe/store"
)

// revealSeconds is how long a value shows unless an owner chose another time.
const revealSeconds = 30

// valueOf reveals a secret.
func valueOf(t testing.TB, w *world, a store.Actor, in store.Place, id string) string {
	t.Helper()
	return must(w.RevealSecret(ctx, a, in, id, 0, ""))(t).Value.Reveal()
}

// Who has seen a value last stands with the secret; the entry tells the version.
func TestRevealAndCopy(t *testing.T) {
	w := newWorld(t)
	editor, admin, org := w.Actor(t, acme, "editor"), w.Actor(t, acme, "admin"), w.Org(acme)
	if s, _, err := w.Secret(ctx, editor, org.Place(), org.Secret); err != nil || !s.LastUsedAt.IsZero() || s.LastUsedBy != "" {
		t.Errorf("%+v, %v", s, err)
	}
	w.Clock.Advance(time.Second)
	r := must(w.RevealSecret(ctx, editor, org.Place(), org.Secret, 0, ""))(t)
	if r.Value.Reveal() != org.Value || r.Extended != 0 || !r.At.Equal(w.Now()) || r.Hook.ID != org.Hook || r.Name != "API_KEY" || r.LastUsedBy != "acme editor" {
		t.Errorf("%+v", r)
	}
	e := w.lastEntry(t, acme)
	if e.ID != r.Entry || e.Action != "secret.reveal" || e.Outcome != "done" || str(e.Target) != org.Secret || str(e.TargetName) != "API_KEY" || *e.TargetVersion != 1 ||
		str(e.Parent) != org.Hook || str(e.ActorName) != "acme editor" || str(e.Address) != "192.0.2.14" {
		t.Errorf("entry is %+v", e)
	}
	w.Clock.Advance(time.Second)
	c := must(w.CopySecret(ctx, admin, org.Place(), org.Secret, 0))(t)
	if e := w.lastEntry(t, acme); e.ID != c.Entry || e.Action != "secret.copy" || c.Value.Reveal() != org.Value {
		t.Errorf("entry is %+v", e)
	}
	s, _, err := w.Secret(ctx, editor, org.Place(), org.Secret)
	if err != nil || !s.LastUsedAt.Equal(w.Now()) || s.LastUsedBy != "acme admin" {
		t.Errorf("%+v, %v", s, err)
	}
	must(w.RevealSecret(ctx, editor, org.Place(), org.Secret, 0, ""))(t)
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
	for _, err := range []error{errOf(w.RevealSecret(ctx, a, org.Place(), org.Secret, 0, "")), errOf(w.CopySecret(ctx, a, org.Place(), org.Secret, 0))} {
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
	for _, err := range []error{errOf(w.RevealSecret(ctx, a, org.Place(), org.Secret, 0, "")), errOf(w.CopySecret(ctx, a, org.Place(), org.Secret, 0))} {
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
	first := must(w.RevealSecret(ctx, a, org.Place(), org.Secret, 0, ""))(t)
	for i := 1; i <= 4; i++ {
		w.Clock.Advance(revealSeconds * time.Second)
		r := must(w.RevealSecret(ctx, a, org.Place(), org.Secret, 0, first.Entry))(t)
		e := w.lastEntry(t, acme)
		if r.Entry != first.Entry || r.Extended != i || r.Value.Reveal() != org.Value || str(e.Detail) != "extends "+first.Entry || e.Action != "secret.reveal" || e.ID == first.Entry {
			t.Errorf("%+v; entry is %+v", r, e)
		}
	}
	entries := len(w.entries(t, acme))
	_, err := w.RevealSecret(ctx, a, org.Place(), org.Secret, 0, first.Entry)
	wantCode(t, err, store.Full)
	if n := len(w.entries(t, acme)); n != entries {
		t.Errorf("%d new entries", n-entries)
	}
	again := must(w.RevealSecret(ctx, a, org.Place(), org.Secret, 0, ""))(t)
	if r := must(w.RevealSecret(ctx, a, org.Place(), org.Secret, 0, again.Entry))(t); r.Extended != 1 {
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
			return must(w.RevealSecret(ctx, a, w.Org(acme).Place(), other.ID, 0, ""))(t).Entry
		}, store.NotFound},
		{"of another version", 0, func(t *testing.T, w *world, a store.Actor) string {
			first := ownReveal(t, w, a)
			setValue(t, w, a, "newer")
			return first
		}, store.Full},
		{"an extension", 0, func(t *testing.T, w *world, a store.Actor) string {
			must(w.RevealSecret(ctx, a, w.Org(acme).Place(), w.Org(acme).Secret, 0, ownReveal(t, w, a)))(t)
			return w.lastEntry(t, acme).ID
		}, store.NotFound},
		{"a copy", 0, func(t *testing.T, w *world, a store.Actor) string {
			return must(w.CopySecret(ctx, a, w.Org(acme).Place(), w.Org(acme).Secret, 0))(t).Entry
		}, store.NotFound},
		{"a refusal", 0, func(t *testing.T, w *world, a store.Actor) string {
			_, err := w.RevealSecret(ctx, w.Actor(t, acme, "viewer"), w.Org(acme).Place(), w.Org(acme).Secret, 0, "")
			wantCode(t, err, store.Denied)
			return w.lastEntry(t, acme).ID
		}, store.NotFound},
		{"another organization's", 0, func(t *testing.T, w *world, a store.Actor) string {
			return must(w.RevealSecret(ctx, w.Actor(t, globex, "editor"), w.Org(globex).Place(), w.Org(globex).Secret, 0, ""))(t).Entry
		}, store.NotFound},
		{"none", 0, func(*testing.T, *world, store.Actor) string { return "x" }, store.NotFound},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			a, org := w.Actor(t, acme, "editor"), w.Org(acme)
			first := c.first(t, w, a)
			w.Clock.Advance(c.pass)
			entries := len(w.entries(t, acme))
			r, err := w.RevealSecret(ctx, a, org.Place(), org.Secret, 0, first)
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
	return must(w.RevealSecret(ctx, a, w.Org(acme).Place(), w.Org(acme).Secret, 0, ""))(t).Entry
}

// 0.1, A-02: no entry, no value; and what is returned then has no place for one.
func TestA02NoEntryNoValue(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "editor"), w.Org(acme)
	w.sql(t, `CREATE TRIGGER no_entries BEFORE INSERT ON audit_entries BEGIN SELECT RAISE(ABORT, 'x'); END`)
	before := w.state(t)
	for name, read := range map[string]func() (store.Revealed, error){
		"reveal": func() (store.Revealed, error) { return w.RevealSecret(ctx, a, org.Place(), org.Secret, 0, "") },
		"copy":   func() (store.Revealed, error) { return w.CopySecret(ctx, a, org.Place(), org.Secret, 0) },
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
				"secret.reveal": func() (store.Revealed, error) { return w.RevealSecret(ctx, a, org.Place(), org.Secret, 0, "") },
				"secret.copy":   func() (store.Revealed, error) { return w.CopySecret(ctx, a, org.Place(), org.Secret, 0) },
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

// An older version is opened as itself: its value, its number in the entry, its own
// count of uses, its own extensions.
func TestRevealOlderVersion(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "editor"), w.Org(acme)
	setValue(t, w, a, "two")
	setValue(t, w, a, "three")
	for version, want := range map[int64]string{0: "three", 1: org.Value, 2: "two", 3: "three"} {
		opened := version
		if version == 0 {
			opened = 3
		}
		first := must(w.RevealSecret(ctx, a, org.Place(), org.Secret, version, ""))(t)
		if e := w.lastEntry(t, acme); first.Value.Reveal() != want || first.Opened != opened || first.Version != 3 || *e.TargetVersion != opened || e.ID != first.Entry {
			t.Errorf("version %d: %+v; entry is %+v", version, first, e)
		}
		again := must(w.RevealSecret(ctx, a, org.Place(), org.Secret, version, first.Entry))(t)
		if e := w.lastEntry(t, acme); again.Value.Reveal() != want || again.Extended != 1 || *e.TargetVersion != opened {
			t.Errorf("version %d, prolonged: %+v; entry is %+v", version, again, e)
		}
		other := opened%3 + 1
		_, err := w.RevealSecret(ctx, a, org.Place(), org.Secret, other, first.Entry)
		wantCode(t, err, store.Full)
		copied := must(w.CopySecret(ctx, a, org.Place(), org.Secret, version))(t)
		if e := w.lastEntry(t, acme); copied.Value.Reveal() != want || e.Action != "secret.copy" || *e.TargetVersion != opened {
			t.Errorf("version %d, copied: %+v; entry is %+v", version, copied, e)
		}
	}
	for version, want := range map[int]int{1: 2, 2: 2, 3: 4} {
		if n := stored[int](t, w, `SELECT uses FROM secret_uses WHERE secret = ? AND how = 'reveal' AND version = ?`, org.Secret, version); n != want {
			t.Errorf("version %d: %d reveals, want %d", version, n, want)
		}
	}
	w.verify(t)
}

// An older version asks for the password like the current one, and a viewer in vain.
func TestWhoMayNotRevealOlderVersions(t *testing.T) {
	w := newWorld(t)
	a, viewer, org := w.Actor(t, acme, "editor"), w.Actor(t, acme, "viewer"), w.Org(acme)
	setValue(t, w, a, "two")
	for asked, told := range map[int64]int64{0: 2, 1: 1, 2: 2, 3: 2} { // no entry is about a version that never was
		_, err := w.RevealSecret(ctx, viewer, org.Place(), org.Secret, asked, "")
		wantCode(t, err, store.Denied)
		if e := w.lastEntry(t, acme); e.Outcome != "denied" || *e.TargetVersion != told || str(e.TargetName) != "API_KEY" {
			t.Errorf("version %d: entry is %+v", asked, e)
		}
	}
	w.Clock.Advance(store.ConfirmFor + time.Minute)
	entries := len(w.entries(t, acme))
	for _, err := range []error{errOf(w.RevealSecret(ctx, a, org.Place(), org.Secret, 1, "")), errOf(w.CopySecret(ctx, a, org.Place(), org.Secret, 1))} {
		wantCode(t, err, store.ConfirmNeeded)
	}
	if n := len(w.entries(t, acme)); n != entries {
		t.Errorf("%d new entries", n-entries)
	}
}

// C-03: the number of a version is part of where its value opens.
func TestC03VersionsDoNotOpenAsAnother(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "editor"), w.Org(acme)
	setValue(t, w, a, "two")
	setValue(t, w, a, "three")
	w.sql(t, `UPDATE secret_versions SET sealed = (SELECT sealed FROM secret_versions WHERE secret = ? AND version = 2) WHERE secret = ? AND version = 1`, org.Secret, org.Secret)
	r, err := w.RevealSecret(ctx, a, org.Place(), org.Secret, 1, "")
	if wantCode(t, err, store.Integrity); r != (store.Revealed{}) {
		t.Errorf("handed out %+v", r)
	}
	if e := w.lastEntry(t, acme); e.Outcome != "failed" || *e.TargetVersion != 1 {
		t.Errorf("entry is %+v", e)
	}
}

// S-22: more than 20 different secrets within a minute stand out, once, and the person
// who opened them by name. Everything else stays as it is.
func TestS22Bursts(t *testing.T) {
	w := newWorld(t)
	var places []store.Place
	var secrets []store.Secret
	for _, name := range []string{"one hook", "another hook"} {
		hook, some := w.addHook(t, acme, name, 15)
		for range some {
			places = append(places, store.HookPlace(hook.ID))
		}
		secrets = append(secrets, some...)
	}
	editor, admin := w.Actor(t, acme, "editor"), w.Actor(t, acme, "admin")
	open := func(a store.Actor, from, to int) {
		t.Helper()
		for i := from; i < to; i++ {
			entries := len(w.entries(t, acme))
			if i%2 == 0 {
				must(w.RevealSecret(ctx, a, places[i], secrets[i].ID, 0, ""))(t)
			} else {
				must(w.CopySecret(ctx, a, places[i], secrets[i].ID, 0))(t)
			}
			if e := w.entries(t, acme)[entries]; str(e.Target) != secrets[i].ID || str(e.Detail) != "" {
				t.Errorf("the entry of an opening is %+v", e)
			}
		}
	}
	bursts := func(want int, when string) {
		t.Helper()
		if n := stored[int](t, w, `SELECT count(*) FROM audit_entries WHERE action = 'secret.burst'`); n != want {
			t.Errorf("%s: %d bursts, want %d", when, n, want)
		}
	}

	open(editor, 0, 20)
	open(editor, 0, 20)
	bursts(0, "20, each twice")
	open(admin, 20, 21)
	bursts(0, "a 21st by somebody else")
	open(editor, 20, 21)
	bursts(1, "21")
	if e := w.lastEntry(t, acme); e.Action != "secret.burst" || e.Outcome != "done" || str(e.TargetKind) != "user" || str(e.Target) != editor.ID() || str(e.TargetName) != "acme editor" ||
		str(e.ActorName) != "acme editor" || str(e.Detail) != "21 different secrets within a minute" || e.Parent != nil {
		t.Errorf("entry is %+v", e)
	}
	open(editor, 21, 22)
	bursts(1, "22")
	open(admin, 0, 20)
	bursts(2, "21 by another person")

	w.Clock.Advance(time.Minute)
	open(editor, 0, 20)
	bursts(2, "a minute later, 20")
	w.Clock.Advance(time.Minute - time.Microsecond)
	first := must(w.RevealSecret(ctx, editor, places[22], secrets[22].ID, 0, ""))(t)
	bursts(3, "the 21st just within a minute of the first")
	w.Clock.Advance(revealSeconds * time.Second)
	if r := must(w.RevealSecret(ctx, editor, places[22], secrets[22].ID, 0, first.Entry))(t); r.Extended != 1 || r.Entry != first.Entry {
		t.Errorf("prolonged: %+v", r)
	}
	open(editor, 0, 21)
	bursts(3, "while the last mark is less than a minute old")
	w.Clock.Advance(time.Minute - revealSeconds*time.Second)
	open(editor, 21, 22)
	bursts(4, "and it goes on")

	w.verify(t)
}

// What was refused was not opened, also not once the role reaches further.
func TestRefusalsAreNoBurst(t *testing.T) {
	w := newWorld(t)
	viewer := w.Actor(t, acme, "viewer")
	for h := range 2 {
		hook, secrets := w.addHook(t, acme, fmt.Sprint("hook ", h), 15)
		for _, s := range secrets {
			_, err := w.RevealSecret(ctx, viewer, store.HookPlace(hook.ID), s.ID, 0, "")
			wantCode(t, err, store.Denied)
		}
	}
	must(w.SetMemberRole(ctx, must(w.OperatorIn(ctx, w.Operator(), acme))(t), "viewer@acme.example", store.Editor))(t)
	must(w.RevealSecret(ctx, w.Actor(t, acme, "viewer"), w.Org(acme).Place(), w.Org(acme).Secret, 0, ""))(t)
	if n := stored[int](t, w, `SELECT count(*) FROM audit_entries WHERE action = 'secret.burst'`); n != 0 {
		t.Errorf("%d bursts", n)
	}
}
