package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hooksafe/store"
	"hooksafe/store/storetest"
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

// setValue makes a new version as whoever acts, and returns the secret.
func setValue(t testing.TB, w *world, a store.Actor, value string) store.Secret {
	t.Helper()
	org := w.Org(acme)
	s, _, err := w.Secret(ctx, a, org.Place(), org.Secret)
	if err != nil {
		t.Fatal(err)
	}
	w.Clock.Advance(time.Second)
	change := store.SecretChange{Base: s.Revision, Name: s.Name, Note: s.Note, Value: ptr(store.NewPlaintext(value))}
	return must(w.ChangeSecret(ctx, a, org.Place(), s.ID, change))(t)
}

// What was destroyed is neither listed nor opened nor restored, and whoever asks for
// it is told why.
func TestDestroyedVersions(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "editor"), w.Org(acme)
	var s store.Secret
	for v := 2; v <= 22; v++ {
		s = setValue(t, w, a, fmt.Sprint("version ", v))
	}
	d := must(w.SecretDetail(ctx, a, org.Place(), org.Secret))(t)
	if len(d.Versions) != 20 || d.Versions[0].Version != 22 || d.Versions[19].Version != 3 || !d.Destroyed {
		t.Errorf("%d versions, %v; older ones: %v", len(d.Versions), d.Versions, d.Destroyed)
	}
	entries := len(w.entries(t, acme))
	for _, version := range []int64{1, 2, 23, 99} {
		for what, err := range map[string]error{
			"revealed": errOf(w.RevealSecret(ctx, a, org.Place(), org.Secret, version, "")),
			"copied":   errOf(w.CopySecret(ctx, a, org.Place(), org.Secret, version)),
			"restored": errOf(w.RestoreSecretVersion(ctx, a, org.Place(), org.Secret, version, s.Revision)),
		} {
			wantCode(t, err, store.NotFound)
			if told := strings.Contains(err.Error(), "was destroyed. The last 20 versions are kept."); told != (version < 3) {
				t.Errorf("version %d, %s: %v", version, what, err)
			}
		}
	}
	if n := len(w.entries(t, acme)); n != entries {
		t.Errorf("%d new entries", n-entries)
	}
	if got := must(w.RevealSecret(ctx, a, org.Place(), org.Secret, 3, ""))(t); got.Value.Reveal() != "version 3" {
		t.Errorf("version 3 opens to %q", got.Value.Reveal())
	}
}

// The detail tells where each value came from, and which ones are equal, and hands
// none of them out. Who has seen which is for who may read the audit log.
func TestSecretDetail(t *testing.T) {
	w := newWorld(t)
	editor, admin, org := w.Actor(t, acme, "editor"), w.Actor(t, acme, "admin"), w.Org(acme)
	setValue(t, w, editor, "two")
	s := setValue(t, w, admin, org.Value)
	w.Clock.Advance(time.Second)
	must(w.RestoreSecretVersion(ctx, editor, org.Place(), org.Secret, 2, s.Revision))(t)
	for range 2 {
		w.Clock.Advance(time.Second)
		must(w.RevealSecret(ctx, editor, org.Place(), org.Secret, 2, ""))(t)
	}
	w.Clock.Advance(time.Second)
	must(w.CopySecret(ctx, admin, org.Place(), org.Secret, 0))(t)

	for _, role := range storetest.Roles {
		d := must(w.SecretDetail(ctx, w.Actor(t, acme, role), org.Place(), org.Secret))(t)
		if d.Name != "API_KEY" || d.Hook.Name != org.HookName || d.Version != 4 || d.CreatedBy == "" || d.CreatedAt.IsZero() || d.Destroyed {
			t.Errorf("%s: %+v", role, d)
		}
		var told []string
		for _, v := range d.Versions {
			told = append(told, fmt.Sprintf("%d by %s, from %d, as %d", v.Version, v.MadeBy, v.RestoredFrom, v.SameAs))
			if len(v.KeyID) != 8 || v.MadeAt.IsZero() {
				t.Errorf("%s: %+v", role, v)
			}
		}
		want := []string{"4 by acme editor, from 2, as 2", "3 by acme admin, from 0, as 1", "2 by acme editor, from 0, as 0", "1 by acme editor, from 0, as 0"}
		if !slices.Equal(told, want) {
			t.Errorf("%s: %q", role, told)
		}
		var used []string
		for _, u := range d.Uses {
			used = append(used, fmt.Sprintf("%s %s %d, %d times, %s ago", u.By, u.How, u.Version, u.Times, w.Now().Sub(u.LastAt)))
		}
		want = nil
		if role == "admin" || role == "owner" {
			want = []string{"acme admin copy 4, 1 times, 0s ago", "acme editor reveal 2, 2 times, 1s ago"}
		}
		if !slices.Equal(used, want) {
			t.Errorf("%s: %q", role, used)
		}
	}
	w.verify(t)
}

// Equal values of two secrets are nobody's business.
func TestSameValueIsWithinOneSecret(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "editor"), w.Org(acme)
	twin := w.addSecret(t, a, org.Place(), "TWIN", org.Value)
	if d := must(w.SecretDetail(ctx, a, org.Place(), twin.ID))(t); len(d.Versions) != 1 || d.Versions[0].SameAs != 0 {
		t.Errorf("%+v", d.Versions)
	}
}

// A name without a value has no versions.
func TestDetailOfAPendingSecret(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "viewer"), w.Org(acme)
	w.sql(t, `DELETE FROM secret_versions WHERE secret = ?`, org.Secret)
	w.sql(t, `UPDATE secrets SET version = 0, last_version = 0 WHERE id = ?`, org.Secret)
	if d := must(w.SecretDetail(ctx, a, org.Place(), org.Secret))(t); d.Version != 0 || len(d.Versions) != 0 || d.Destroyed {
		t.Errorf("%+v", d)
	}
}

// a restore is a new version, says where it came from, and is as particular
// about what it builds on as an edit.
func TestRestoreSecretVersion(t *testing.T) {
	for _, c := range []struct {
		name          string
		version, base int64
		code          store.Code
		says          string
	}{
		{"the oldest", 1, 3, "", ""},
		{"the one before", 2, 3, "", ""},
		{"the current one", 3, 3, store.Conflict, "Version 3 is the current one already."},
		{"one that is not yet", 4, 3, store.NotFound, ""},
		{"on an older revision", 1, 2, store.Stale, "acme admin saved a change meanwhile"},
		{"on one that is not yet", 1, 4, store.Stale, "acme admin saved a change meanwhile"},
		{"the current one, on an older revision", 3, 2, store.Stale, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			a, org := w.Actor(t, acme, "editor"), w.Org(acme)
			setValue(t, w, a, "two")
			setValue(t, w, w.Actor(t, acme, "admin"), "three")
			before, entries := w.state(t), len(w.entries(t, acme))
			s, err := w.RestoreSecretVersion(ctx, a, org.Place(), org.Secret, c.version, c.base)
			if c.code != "" {
				if wantCode(t, err, c.code); !strings.Contains(err.Error(), c.says) || w.state(t) != before || len(w.entries(t, acme)) != entries {
					t.Errorf("%v; or something was changed or recorded", err)
				}
				return
			}
			if err != nil || s.Version != 4 || s.Revision != 4 || s.Note != "planted" || s.UpdatedBy != "acme editor" {
				t.Errorf("%+v, %v", s, err)
			}
			e := w.lastEntry(t, acme)
			if len(w.entries(t, acme)) != entries+1 || e.Action != "secret.update" || str(e.Detail) != fmt.Sprintf("restored from version %d", c.version) || *e.TargetVersion != 4 {
				t.Errorf("entry is %+v", e)
			}
			if from := stored[int64](t, w, `SELECT restored_from FROM secret_versions WHERE secret = ? AND version = 4`, org.Secret); from != c.version {
				t.Errorf("restored from %d", from)
			}
			if uses := stored[int](t, w, `SELECT count(*) FROM secret_uses WHERE secret = ?`, org.Secret); uses != 0 {
				t.Error("counted as seen")
			}
			if got, want := valueOf(t, w, a, org.Place(), org.Secret), []string{org.Value, "two"}[c.version-1]; got != want {
				t.Errorf("opens to %q, want %q", got, want)
			}
			w.verify(t)
		})
	}
}

// C-03: what does not open is not restored either.
func TestRestoreOfAMovedCiphertext(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "editor"), w.Org(acme)
	s := setValue(t, w, a, "two")
	flip(20)(t, w, org.Secret, "")
	before := w.state(t)
	_, err := w.RestoreSecretVersion(ctx, a, org.Place(), org.Secret, 1, s.Revision)
	wantCode(t, err, store.Integrity)
	if e := w.lastEntry(t, acme); e.Outcome != "failed" || e.Action != "secret.update" || w.state(t) != before {
		t.Errorf("entry is %s %s; or something was changed", e.Action, e.Outcome)
	}
}
