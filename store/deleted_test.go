package store_test

import (
	"bytes"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hooksafe/store"
	"hooksafe/store/storetest"
)

const (
	aDay   = 24 * time.Hour
	aWeek  = 7 * aDay
	almost = aWeek - time.Microsecond
)

// sealedOf are the sealed versions of a secret, as they stand in the database.
func (w *world) sealedOf(t testing.TB, secret string) [][]byte {
	t.Helper()
	var sealed [][]byte
	if err := w.file.Select(&sealed, `SELECT sealed FROM secret_versions WHERE secret = ? AND sealed IS NOT NULL`, secret); err != nil {
		t.Fatal(err)
	}
	return sealed
}

// again is a member who signs in anew, because the old session has run out.
func (w *world) again(t testing.TB, slug, role string) store.Actor {
	t.Helper()
	session := must(w.SignIn(ctx, storetest.Origin(), storetest.Email(slug, role), password, ""))(t)
	return must(w.MemberActor(ctx, must(w.Store.Person(ctx, session.Token, storetest.Origin()))(t), slug))(t)
}

// onDisk counts the pieces of sealed values that some file of the data directory
// holds. A long one lies on several pages, so it is looked for piece by piece.
func (w *world) onDisk(t testing.TB, sealed [][]byte) int {
	t.Helper()
	const piece = 32
	n := 0
	for _, file := range must(filepath.Glob(filepath.Join(w.Dir, "hooksafe.db*")))(t) {
		content := must(os.ReadFile(file))(t)
		for _, value := range sealed {
			for from := 0; from+piece <= len(value); from += 500 {
				n += bytes.Count(content, value[from:from+piece])
			}
		}
	}
	return n
}

// C-11: what was destroyed is gone from the database and its write-ahead log: by
// Delete for good, by the server after 7 days, and as a version too old to keep.
func TestC11DestroyedValuesAreGone(t *testing.T) {
	long := strings.Repeat("a long value, on many pages of its own. ", 64*1024/40)
	versions := func(w *world, a store.Actor, in store.Place, s store.Secret, n int) {
		for i := range n {
			value := store.NewPlaintext(fmt.Sprint(i, long[:len(long)-i*3000-3]))
			s = must(w.ChangeSecret(ctx, a, in, s.ID, store.SecretChange{Base: s.Revision, Name: s.Name, Value: &value}))(t)
		}
	}
	for _, c := range []struct {
		name    string
		destroy func(w *world, a store.Actor, hook store.Hook, s store.Secret) error
	}{
		{"a secret, for good", func(w *world, a store.Actor, hook store.Hook, s store.Secret) error {
			return w.DestroySecret(ctx, a, store.HookPlace(hook.ID), s.ID, s.Name)
		}},
		{"a hook, for good", func(w *world, a store.Actor, hook store.Hook, s store.Secret) error {
			return w.DestroyHook(ctx, a, hook.ID, hook.Name)
		}},
		{"a deleted secret, after 7 days", func(w *world, a store.Actor, hook store.Hook, s store.Secret) error {
			must(w.DeleteSecret(ctx, a, store.HookPlace(hook.ID), s.ID, s.Name))(t)
			w.Clock.Advance(aWeek)
			return w.Purge(ctx)
		}},
		{"a deleted hook, after 7 days", func(w *world, a store.Actor, hook store.Hook, s store.Secret) error {
			must(w.DeleteHook(ctx, a, hook.ID, hook.Name))(t)
			w.Clock.Advance(aWeek)
			return w.Purge(ctx)
		}},
		{"old versions", func(w *world, a store.Actor, hook store.Hook, s store.Secret) error {
			s, _, err := w.Secret(ctx, a, store.HookPlace(hook.ID), s.ID)
			if err != nil {
				return err
			}
			versions(w, a, store.HookPlace(hook.ID), s, 20)
			return w.Purge(ctx)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			a := w.Actor(t, acme, "editor")
			hook, secrets := w.addHook(t, acme, "a hook", 8)
			s, in := secrets[3], store.HookPlace(hook.ID)
			versions(w, a, in, s, 6)
			must(w.RevealSecret(ctx, a, in, s.ID, 0, ""))(t)
			sealed := w.sealedOf(t, s.ID)
			if len(sealed) != 7 || w.onDisk(t, sealed) < 500 {
				t.Fatalf("%d versions, %d pieces: looked in the wrong place", len(sealed), w.onDisk(t, sealed))
			}
			if err := c.destroy(w, a, hook, s); err != nil {
				t.Fatal(err)
			}
			if n := w.onDisk(t, sealed); n != 0 {
				t.Errorf("%d pieces are left", n)
			}
			w.verify(t)
		})
	}
}

// C-11, also where SQLite moved rows from page to page as others went, which leaves
// copies behind. These names and lengths are a case in which it does.
func TestC11RowsThatWereMoved(t *testing.T) {
	w := newWorld(t)
	a, random := w.Actor(t, acme, "editor"), rand.New(rand.NewSource(7))
	type placed struct {
		store.Secret
		in store.Place
	}
	var all []placed
	for i := range 6 {
		hook, _ := w.addHook(t, acme, fmt.Sprint("hk ", i), 0)
		in := store.HookPlace(hook.ID)
		for j := range 18 {
			longest := []int{30, 300, 1500}[random.Intn(3)]
			all = append(all, placed{w.addSecret(t, a, in, fmt.Sprint("S", j), strings.Repeat("x", 1+random.Intn(longest))), in})
		}
	}
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	var sealed [][]byte
	for _, s := range all[:90] {
		sealed = append(sealed, w.sealedOf(t, s.ID)...)
		must(0, w.DestroySecret(ctx, a, s.in, s.ID, s.Name))(t)
	}
	if w.onDisk(t, sealed) == 0 {
		t.Error("nothing stayed behind: find another case")
	}
	if err := w.Purge(ctx); err != nil {
		t.Fatal(err)
	}
	if n := w.onDisk(t, sealed); n != 0 {
		t.Errorf("%d pieces are left", n)
	}
	for _, s := range all[90:] {
		valueOf(t, w, a, s.in, s.ID) // what is left still opens
	}
	w.verify(t)
}

// What was deleted can be brought back for 7 days; then it is gone, and the server
// says so, one entry a thing.
func TestPurge(t *testing.T) {
	w := newWorld(t)
	a := w.Actor(t, acme, "editor")
	kept, keptSecrets := w.addHook(t, acme, "kept", 3)
	gone, goneSecrets := w.addHook(t, acme, "gone", 2)
	back, _ := w.addHook(t, acme, "back", 1)
	later, _ := w.addHook(t, acme, "later", 0)
	foreign, _ := w.addHook(t, globex, "foreign", 1)
	in := store.HookPlace(kept.ID)

	must(w.DeleteSecret(ctx, a, store.HookPlace(gone.ID), goneSecrets[1].ID, "S2"))(t)
	must(w.DeleteSecret(ctx, a, in, keptSecrets[1].ID, "S2"))(t)
	must(w.DeleteSecret(ctx, a, in, keptSecrets[2].ID, "S3"))(t)
	must(w.DeleteHook(ctx, a, gone.ID, "gone"))(t)
	must(w.DeleteHook(ctx, a, back.ID, "back"))(t)
	w.Clock.Advance(time.Microsecond)
	must(w.DeleteHook(ctx, a, later.ID, "later"))(t)
	must(w.DeleteSecret(ctx, a, in, keptSecrets[0].ID, "S1"))(t)
	w.Clock.Advance(almost - time.Microsecond)
	must(w.DeleteHook(ctx, w.again(t, globex, "editor"), foreign.ID, "foreign"))(t) // 7 days from now
	a = w.again(t, acme, "editor")
	before, entries := w.state(t), len(w.entries(t, acme))
	if err := w.Purge(ctx); err != nil || w.state(t) != before || len(w.entries(t, acme)) != entries {
		t.Fatalf("%v, or something was purged too early", err)
	}
	must(w.RestoreHook(ctx, a, back.ID))(t)
	must(w.RestoreSecret(ctx, a, in, keptSecrets[2].ID))(t)

	w.Clock.Advance(time.Microsecond)
	for name, err := range map[string]error{
		"hook restored":      errOf(w.RestoreHook(ctx, a, gone.ID)),
		"secret restored":    errOf(w.RestoreSecret(ctx, a, in, keptSecrets[1].ID)),
		"hook destroyed":     w.DestroyHook(ctx, a, gone.ID, "gone"),
		"secret destroyed":   w.DestroySecret(ctx, a, in, keptSecrets[1].ID, "S2"),
		"hook asked about":   errOf(w.HookToDestroy(ctx, a, gone.ID)),
		"secret asked about": func() error { _, _, err := w.SecretToDestroy(ctx, a, in, keptSecrets[1].ID); return err }(),
	} {
		if store.CodeOf(err) != store.NotFound {
			t.Errorf("after 7 days, %s: %v", name, err)
		}
	}
	entries = len(w.entries(t, acme))
	if err := w.Purge(ctx); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range w.entries(t, acme)[entries:] {
		if e.ActorKind != "server" || str(e.ActorName) != "Hooksafe" || e.Outcome != "done" {
			t.Errorf("entry is %+v", e)
		}
		got = append(got, strings.TrimSpace(e.Action+" "+str(e.TargetName)+" "+str(e.ParentName)))
	}
	want := []string{"hook.destroy gone", "secret.destroy S1 gone", "secret.destroy S2 gone", "secret.destroy S2 kept"}
	if !slices.Equal(got, want) {
		t.Errorf("entries are %q", got)
	}
	for table, want := range map[string]int{
		"hooks WHERE id = '" + gone.ID + "'": 0, "hook_scripts WHERE hook = '" + gone.ID + "'": 0,
		"secrets WHERE hook = '" + gone.ID + "'": 0, "secrets WHERE hook = '" + kept.ID + "'": 2,
		"hooks WHERE id = '" + later.ID + "'": 1,
		"hooks WHERE id = '" + back.ID + "'":  1, "hooks WHERE id = '" + foreign.ID + "'": 1,
		"secret_versions": 6, // one each: the two of the test world, S1 and S3, back's, foreign's
	} {
		if n := stored[int](t, w, `SELECT count(*) FROM `+table); n != want {
			t.Errorf("%d rows of %s, want %d", n, table, want)
		}
	}
	if err := w.Purge(ctx); err != nil || len(w.entries(t, acme)) != entries+4 {
		t.Errorf("%v, or something was purged twice", err)
	}
	w.verify(t)
}

// However much is due, all of it goes, a bounded number in an action.
func TestPurgeInBatches(t *testing.T) {
	w := newWorld(t)
	a := w.Actor(t, acme, "editor")
	for i := range 45 {
		hook := must(w.CreateHook(ctx, a, fmt.Sprint("hook ", i), "send-phone-message"))(t)
		w.addSecret(t, a, store.HookPlace(hook.ID), "A", "v")
		must(w.DeleteHook(ctx, a, hook.ID, hook.Name))(t)
		secret := w.addSecret(t, a, w.Org(acme).Place(), "A", "v")
		must(w.DeleteSecret(ctx, a, w.Org(acme).Place(), secret.ID, "A"))(t)
	}
	w.Clock.Advance(aWeek)
	entries := len(w.entries(t, acme))
	if err := w.Purge(ctx); err != nil {
		t.Fatal(err)
	}
	if n := len(w.entries(t, acme)) - entries; n != 45*3 {
		t.Errorf("%d entries", n)
	}
	if hooks, secrets := stored[int](t, w, `SELECT count(*) FROM hooks`), stored[int](t, w, `SELECT count(*) FROM secrets`); hooks != 2 || secrets != 2 {
		t.Errorf("%d hooks and %d secrets are left", hooks, secrets)
	}
	w.verify(t)
}

// A reader who holds on to an older state keeps the write-ahead log; writers do not
// wait for it, and the next purge empties it.
func TestPurgeDoesNotWaitForReaders(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "editor"), w.Org(acme)
	sealed := w.sealedOf(t, org.Secret)
	reader := must(w.file.Beginx())(t)
	must(reader.Exec(`SELECT count(*) FROM secret_versions`))(t)
	var versions int
	if err := reader.Get(&versions, `SELECT count(*) FROM secret_versions`); err != nil || versions != 2 {
		t.Fatal(versions, err)
	}
	if err := w.DestroySecret(ctx, a, org.Place(), org.Secret, "API_KEY"); err != nil {
		t.Fatal(err)
	}
	if err := w.Purge(ctx); err != nil {
		t.Fatal(err)
	}
	if w.onDisk(t, sealed) == 0 {
		t.Error("the reader's state is gone")
	}
	if err := reader.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := w.Purge(ctx); err != nil {
		t.Fatal(err)
	}
	if n := w.onDisk(t, sealed); n != 0 {
		t.Errorf("%d pieces are left", n)
	}
}

func TestDestroy(t *testing.T) {
	for _, deleted := range []bool{false, true} {
		t.Run(fmt.Sprint("deleted before: ", deleted), func(t *testing.T) {
			w := newWorld(t)
			a := w.Actor(t, acme, "editor")
			hook, secrets := w.addHook(t, acme, "a hook", 3)
			in := store.HookPlace(hook.ID)
			must(w.SaveHook(ctx, a, hook.ID, store.HookChange{Base: 1, Script: ptr("// newer")}))(t)
			must(w.RevealSecret(ctx, a, in, secrets[0].ID, 0, ""))(t)
			must(w.DeleteSecret(ctx, a, in, secrets[2].ID, "S3"))(t)
			if deleted {
				must(w.DeleteSecret(ctx, a, in, secrets[0].ID, "S1"))(t)
			}
			doomed, of, err := w.SecretToDestroy(ctx, a, in, secrets[0].ID)
			if err != nil || doomed != (store.Doomed{Name: "S1", Deleted: deleted, Versions: 1}) || of.ID != hook.ID {
				t.Errorf("%+v of %s, %v", doomed, of.Name, err)
			}
			for _, typed := range []string{"", "s1", "S1 "} {
				before := w.state(t)
				wantRefusal(t, w.DestroySecret(ctx, a, in, secrets[0].ID, typed), store.Invalid, "name")
				if w.state(t) != before {
					t.Error("destroyed all the same")
				}
			}
			if err := w.DestroySecret(ctx, a, in, secrets[0].ID, "S1"); err != nil {
				t.Fatal(err)
			}
			if e := w.lastEntry(t, acme); e.Action != "secret.destroy" || str(e.Target) != secrets[0].ID || str(e.ParentName) != "a hook" {
				t.Errorf("entry is %+v", e)
			}
			wantCode(t, errOf(w.RestoreSecret(ctx, a, in, secrets[0].ID)), store.NotFound)
			wantCode(t, w.DestroySecret(ctx, a, in, secrets[0].ID, "S1"), store.NotFound)

			if deleted {
				must(w.DeleteHook(ctx, a, hook.ID, "a hook"))(t)
			}
			if doomed := must(w.HookToDestroy(ctx, a, hook.ID))(t); doomed != (store.Doomed{Name: "a hook", Deleted: deleted, Secrets: 2, Versions: 2}) {
				t.Errorf("%+v", doomed)
			}
			wantRefusal(t, w.DestroyHook(ctx, a, hook.ID, "A hook"), store.Invalid, "name")
			entries := len(w.entries(t, acme))
			if err := w.DestroyHook(ctx, a, hook.ID, "a hook"); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range w.entries(t, acme)[entries:] {
				got = append(got, e.Action+" "+str(e.TargetName))
			}
			if want := []string{"hook.destroy a hook", "secret.destroy S2", "secret.destroy S3"}; !slices.Equal(got, want) {
				t.Errorf("entries are %q", got)
			}
			for _, table := range []string{"hooks", "secrets", "secret_versions"} {
				if n := stored[int](t, w, `SELECT count(*) FROM `+table); n != 2 {
					t.Errorf("%d rows of %s, want those of the test world", n, table)
				}
			}
			if n := stored[int](t, w, `SELECT count(*) FROM hook_scripts WHERE hook = ?`, hook.ID) + stored[int](t, w, `SELECT count(*) FROM secret_uses`); n != 0 {
				t.Errorf("%d scripts or uses are left", n)
			}
			wantCode(t, errOf(w.RestoreHook(ctx, a, hook.ID)), store.NotFound)
			w.verify(t)
		})
	}
}

// Whoever may bring something back sees what was deleted, newest first; nobody else
// does, and no other organization.
func TestRecentlyDeleted(t *testing.T) {
	w := newWorld(t)
	a, admin, org := w.Actor(t, acme, "editor"), w.Actor(t, acme, "admin"), w.Org(acme)
	for i := range 53 {
		w.Clock.Advance(time.Minute)
		hook, _ := w.addHook(t, acme, fmt.Sprint("hook ", i), 0)
		must(w.DeleteHook(ctx, admin, hook.ID, hook.Name))(t)
		secret := w.addSecret(t, a, org.Place(), fmt.Sprint("S", i), "v")
		must(w.DeleteSecret(ctx, admin, org.Place(), secret.ID, secret.Name))(t)
	}
	list := must(w.Hooks(ctx, a, store.HookFilter{Search: "nothing"}, "", 5))(t).Deleted
	now := w.Now()
	if len(list.Newest) != 50 || list.Total != 53 {
		t.Errorf("%d of %d", len(list.Newest), list.Total)
	}
	if d := list.Newest[0]; d.Name != "hook 52" || d.DeletedBy != "acme admin" || !d.DeletedAt.Equal(now) || !d.PurgeAt.Equal(now.Add(aWeek)) {
		t.Errorf("%+v", d)
	}
	secrets := must(w.Secrets(ctx, a, org.Place()))(t).Deleted
	if len(secrets.Newest) != 50 || secrets.Total != 53 || secrets.Newest[0].Name != "S52" || secrets.Newest[0].DeletedBy != "acme admin" {
		t.Errorf("%+v", secrets)
	}
	must(w.RestoreHook(ctx, a, list.Newest[0].ID))(t)
	must(w.RestoreSecret(ctx, a, org.Place(), secrets.Newest[0].ID))(t)
	if n := stored[int](t, w, `SELECT (SELECT count(deleted_by_name) FROM hooks) + (SELECT count(deleted_by_name) FROM secrets)`); n != 52*2 {
		t.Errorf("%d rows say who deleted them", n)
	}
	if d := must(w.Hooks(ctx, a, store.HookFilter{}, "", 5))(t).Deleted; d.Total != 52 || d.Newest[0].Name != "hook 51" {
		t.Errorf("%+v", d)
	}
	for name, a := range map[string]store.Actor{"viewer": w.Actor(t, acme, "viewer"), "foreign": w.Actor(t, globex, "owner")} {
		if d := must(w.Hooks(ctx, a, store.HookFilter{}, "", 5))(t).Deleted; d.Total != 0 || len(d.Newest) != 0 {
			t.Errorf("%s sees %+v", name, d)
		}
	}
	if d := must(w.Secrets(ctx, w.Actor(t, acme, "viewer"), org.Place()))(t).Deleted; d.Total != 0 || len(d.Newest) != 0 {
		t.Errorf("a viewer sees %+v", d)
	}
	w.Clock.Advance(aWeek - 30*time.Minute)
	a = w.again(t, acme, "editor")
	if d := must(w.Hooks(ctx, a, store.HookFilter{}, "", 5))(t).Deleted; d.Total != 29 {
		t.Errorf("%d can still be brought back", d.Total)
	}
}
