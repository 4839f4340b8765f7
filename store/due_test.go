package store_test

import (
	"testing"
	"time"

	"hooksafe/store"
	"hooksafe/store/storetest"
)

// due is who a secret is due for, by its name in a place.
func (w *world) due(t testing.TB, in store.Place, name string) string {
	t.Helper()
	for _, s := range must(w.Secrets(ctx, w.Actor(t, acme, "owner"), in))(t).Secrets {
		if s.Name == name {
			if s.DueAt.IsZero() != (s.DueFor == "") {
				t.Errorf("%s is due since %v, for %q", name, s.DueAt, s.DueFor)
			}
			return s.DueFor
		}
	}
	t.Fatalf("there is no secret %s", name)
	return ""
}

// However somebody goes: what they have seen is due, what they haven't is not, the
// entry tells how many, and no other organization notices.
func TestDueWhenSomebodyGoes(t *testing.T) {
	for name, leave := range departures {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			org, admin := w.Org(acme), w.Actor(t, acme, "admin")
			w.addSecret(t, admin, org.Place(), "UNSEEN", "v")
			shared := w.addSecret(t, admin, store.OrganizationPlace(), "SHARED", "v")
			must(w.RevealSecret(ctx, admin, org.Place(), org.Secret, 0, ""))(t)
			must(w.CopySecret(ctx, admin, store.OrganizationPlace(), shared.ID, 0))(t)
			must(w.AddMember(ctx, must(w.OperatorIn(ctx, w.Operator(), globex))(t), storetest.Email(acme, "admin"), store.Admin))(t)
			elsewhere, abroad := must(w.MemberActor(ctx, w.Person(t, acme, "admin"), globex))(t), w.Org(globex)
			must(w.RevealSecret(ctx, elsewhere, abroad.Place(), abroad.Secret, 0, ""))(t)
			n := len(w.entries(t, acme))

			if err := leave(w, t); err != nil {
				t.Fatal(err)
			}
			for _, c := range []struct {
				in         store.Place
				name, want string
			}{{org.Place(), "API_KEY", "acme admin"}, {org.Place(), "UNSEEN", ""}, {store.OrganizationPlace(), "SHARED", "acme admin"}} {
				if got := w.due(t, c.in, c.name); got != c.want {
					t.Errorf("%s is due for %q, want %q", c.name, got, c.want)
				}
			}
			if e := w.entries(t, acme)[n]; str(e.Detail) != "was admin, 2 values due for a new one" {
				t.Errorf("entry says %q", str(e.Detail))
			}
			if n := stored[int](t, w, `SELECT count(*) FROM secrets WHERE due_at IS NOT NULL AND org = ?`, elsewhere.Org().ID); n != 0 {
				t.Errorf("%d secrets of the other organization are due", n)
			}
			s, _, err := w.Secret(ctx, w.Actor(t, acme, "viewer"), org.Place(), org.Secret)
			if err != nil || !s.DueAt.Equal(w.Now()) {
				t.Errorf("due since %v: %v", s.DueAt, err)
			}
			must(w.AddMember(ctx, w.Actor(t, acme, "owner"), storetest.Email(acme, "admin"), store.Admin))(t)
			if w.due(t, org.Place(), "API_KEY") != "acme admin" {
				t.Error("coming back takes the mark away")
			}
			w.verify(t)
		})
	}
}

// What takes the mark away is a new value that nobody who has left knows, however it
// comes; what brings a known value back sets it again.
func TestDueUntilThereIsANewValue(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(w *world, t *testing.T, in store.Place, s store.Secret) error
		want string
	}{
		{"a new value", func(w *world, t *testing.T, in store.Place, s store.Secret) error {
			return w.save(t, in, s, "another")
		}, ""},
		{"the same value once more", func(w *world, t *testing.T, in store.Place, s store.Secret) error {
			return w.save(t, in, s, "seen")
		}, "acme editor"},
		{"an older value that they saw too", func(w *world, t *testing.T, in store.Place, s store.Secret) error {
			return w.save(t, in, s, "seen first")
		}, "acme editor"},
		{"an older value that only others saw", func(w *world, t *testing.T, in store.Place, s store.Secret) error {
			return w.save(t, in, s, "unseen")
		}, ""},
		{"another name and note", func(w *world, t *testing.T, in store.Place, s store.Secret) error {
			_, err := w.ChangeSecret(ctx, w.Actor(t, acme, "owner"), in, s.ID, store.SecretChange{Base: s.Revision, Name: "DUE", Note: "note"})
			return err
		}, "acme editor"},
		{"an older version restored that they saw", func(w *world, t *testing.T, in store.Place, s store.Secret) error {
			return errOf(w.RestoreSecretVersion(ctx, w.Actor(t, acme, "owner"), in, s.ID, 1, s.Revision))
		}, "acme editor"},
		{"an older version restored that only others saw", func(w *world, t *testing.T, in store.Place, s store.Secret) error {
			return errOf(w.RestoreSecretVersion(ctx, w.Actor(t, acme, "owner"), in, s.ID, 2, s.Revision))
		}, ""},
		{"a new value, and the version they saw restored", func(w *world, t *testing.T, in store.Place, s store.Secret) error {
			if err := w.save(t, in, s, "another"); err != nil {
				return err
			}
			return errOf(w.RestoreSecretVersion(ctx, w.Actor(t, acme, "owner"), in, s.ID, 3, s.Revision+1))
		}, "acme editor"},
		{"a new value by a program", func(w *world, t *testing.T, in store.Place, s store.Secret) error {
			_, token := w.newKey(t, w.Actor(t, acme, "owner"), 0, store.Scopes()...)
			return w.ChangeValues(ctx, must(w.KeyActor(ctx, token, storetest.Origin()))(t), in, newValues("DUE", "another"))
		}, ""},
		{"the same value by a program", func(w *world, t *testing.T, in store.Place, s store.Secret) error {
			return w.ChangeValues(ctx, w.Actor(t, acme, "owner"), in, newValues("DUE", "seen"))
		}, "acme editor"},
		{"a placeholder by a program", func(w *world, t *testing.T, in store.Place, s store.Secret) error {
			return w.ChangeValues(ctx, w.Actor(t, acme, "owner"), in, newValues("DUE", "_VALUE_NOT_SHOWN_"))
		}, "acme editor"},
		{"deleted and brought back", func(w *world, t *testing.T, in store.Place, s store.Secret) error {
			must(w.DeleteSecret(ctx, w.Actor(t, acme, "owner"), in, s.ID, "DUE"))(t)
			return errOf(w.RestoreSecret(ctx, w.Actor(t, acme, "owner"), in, s.ID))
		}, "acme editor"},
		{"the same value, once they are back", func(w *world, t *testing.T, in store.Place, s store.Secret) error {
			must(w.AddMember(ctx, w.Actor(t, acme, "owner"), storetest.Email(acme, "editor"), store.Editor))(t)
			return w.save(t, in, s, "seen")
		}, ""},
		{"revealed by others", func(w *world, t *testing.T, in store.Place, s store.Secret) error {
			return errOf(w.RevealSecret(ctx, w.Actor(t, acme, "owner"), in, s.ID, 0, ""))
		}, "acme editor"},
	} {
		for _, place := range []string{"a hook", "the organization"} {
			t.Run(c.name+" in "+place, func(t *testing.T) {
				w, in := newWorld(t), store.OrganizationPlace()
				if place == "a hook" {
					in = w.Org(acme).Place()
				}
				owner, editor := w.Actor(t, acme, "owner"), w.Actor(t, acme, "editor")
				s := w.addSecret(t, owner, in, "DUE", "seen first")
				must(w.RevealSecret(ctx, editor, in, s.ID, 0, ""))(t)
				must(struct{}{}, w.save(t, in, s, "unseen"))(t)
				must(w.RevealSecret(ctx, owner, in, s.ID, 0, ""))(t)
				s.Revision++
				must(struct{}{}, w.save(t, in, s, "seen"))(t)
				must(w.CopySecret(ctx, editor, in, s.ID, 0))(t)
				must(w.DismissMember(ctx, owner, editor.ID(), nil))(t)
				left := w.Now()
				if w.due(t, in, "DUE") != "acme editor" {
					t.Fatal("it is not due")
				}
				w.Clock.Advance(time.Second)
				s.Revision++
				if err := c.do(w, t, in, s); err != nil {
					t.Fatal(err)
				}
				if got := w.due(t, in, "DUE"); got != c.want {
					t.Errorf("due for %q, want %q", got, c.want)
				}
				now, _, err := w.Secret(ctx, owner, in, s.ID)
				if err != nil || c.want != "" && !now.DueAt.Equal(left) {
					t.Errorf("due since %v, they left at %v: %v", now.DueAt, left, err)
				}
			})
		}
	}
}

// save gives a secret a value.
func (w *world) save(t testing.TB, in store.Place, s store.Secret, value string) error {
	t.Helper()
	return errOf(w.ChangeSecret(ctx, w.Actor(t, acme, "owner"), in, s.ID, store.SecretChange{Base: s.Revision, Name: "DUE", Value: ptr(store.NewPlaintext(value))}))
}

// Deleted secrets that can be brought back are marked as well; a value that is as
// known by another version is due like the version that was seen; what only a program
// read, or somebody who stays, is not.
func TestDueIsAboutTheValue(t *testing.T) {
	w := newWorld(t)
	in, owner, editor := w.Org(acme).Place(), w.Actor(t, acme, "owner"), w.Actor(t, acme, "editor")
	deleted := w.addSecret(t, owner, in, "DELETED", "v")
	must(w.RevealSecret(ctx, editor, in, deleted.ID, 0, ""))(t)
	must(w.DeleteSecret(ctx, owner, in, deleted.ID, "DELETED"))(t)
	again := w.addSecret(t, owner, in, "AGAIN", "seen")
	must(w.RevealSecret(ctx, editor, in, again.ID, 0, ""))(t)
	for _, value := range []string{"other", "seen"} {
		again = must(w.ChangeSecret(ctx, owner, in, again.ID, store.SecretChange{Base: again.Revision, Name: "AGAIN", Value: ptr(store.NewPlaintext(value))}))(t)
	}
	w.addSecret(t, owner, in, "READ", "v")
	must(w.ReadSecret(ctx, editor, in, "READ"))(t)
	stays := w.addSecret(t, owner, in, "STAYS", "v")
	must(w.RevealSecret(ctx, owner, in, stays.ID, 0, ""))(t)

	must(w.DismissMember(ctx, owner, editor.ID(), nil))(t)
	must(w.RestoreSecret(ctx, owner, in, deleted.ID))(t)
	for name, want := range map[string]string{"DELETED": "acme editor", "AGAIN": "acme editor", "READ": "", "STAYS": ""} {
		if got := w.due(t, in, name); got != want {
			t.Errorf("%s is due for %q, want %q", name, got, want)
		}
	}
	must(w.DismissMember(ctx, owner, w.Actor(t, acme, "viewer").ID(), nil))(t)
	if got := w.due(t, in, "AGAIN"); got != "acme editor" {
		t.Errorf("somebody else went, and it is due for %q", got)
	}
}
