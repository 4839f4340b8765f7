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

// All of an import goes back: what was added is deleted, values come back as new
// versions, what waited for a value waits again, what was deleted is there.
func TestUndoImport(t *testing.T) {
	w := newWorld(t)
	a := w.Actor(t, acme, "editor")
	hook := must(w.CreateHook(ctx, a, "enrich", "credentials-exchange"))(t)
	in := store.HookPlace(hook.ID)
	w.importAll(t, a, in, brought("CHANGED", "old"), brought("GONE", "gone"), brought("SAME", "same"), brought("WAITS", ""))
	p := must(w.PlanSecrets(ctx, a, in, "dotenv", []store.ImportedSecret{
		brought("NEW", "new"), brought("CHANGED", "changed"), brought("LATER", ""), brought("WAITS", "filled"), brought("SAME", "same")}))(t)
	done := must(w.ApplyImport(ctx, a, in, p.ID, p.Token, everything(p)))(t)
	w.Clock.Advance(7*day - time.Microsecond)
	admin := must(w.MemberActor(ctx, must(w.Store.Person(ctx, must(w.SignIn(ctx, from(""), storetest.Email(acme, "admin"), password, ""))(t).Token, from("")))(t), acme))(t)
	n := len(w.entries(t, acme))
	undone := must(w.UndoImport(ctx, admin, in, done.Change))(t)
	if undone.Steps != 5 || len(undone.Stay) != 0 {
		t.Errorf("undid %+v", undone)
	}
	var got []string
	for _, e := range w.entries(t, acme)[n:] {
		if str(e.Change) != done.Change || str(e.ActorName) != "acme admin" {
			t.Errorf("entry %s of change %q by %s", e.Action, str(e.Change), str(e.ActorName))
		}
		version := int64(0)
		if e.TargetVersion != nil {
			version = *e.TargetVersion
		}
		got = append(got, fmt.Sprintf("%s %s %d: %s", e.Action, str(e.TargetName), version, str(e.Detail)))
	}
	want := []string{"import.undo  0: all of it", "secret.restore GONE 1: ", "secret.update WAITS 0: waits for a value again",
		"secret.delete LATER 0: ", "secret.update CHANGED 3: restored from version 1", "secret.delete NEW 1: "}
	if !slices.Equal(got, want) {
		t.Errorf("entries are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if list := must(w.Secrets(ctx, admin, in))(t).Secrets; len(list) != 4 || list[0].Name != "WAITS" || list[1].Name != "CHANGED" || list[2].Name != "GONE" {
		t.Errorf("there are %+v", list)
	}
	_, err := w.UndoImport(ctx, admin, in, done.Change)
	wantCode(t, err, store.NotFound)
	w.verify(t)
}

// What waits again for a value has the one it had among its versions, and the next one
// is a version of its own.
func TestUndoOfAFirstValue(t *testing.T) {
	w := newWorld(t)
	a, in := w.Actor(t, acme, "editor"), w.Org(acme).Place()
	w.importAll(t, a, in, brought("WAITS", ""))
	done := w.importAll(t, a, in, brought("WAITS", "filled"))
	if done.Changed != 1 || w.value(t, in, "WAITS") != "filled" {
		t.Fatalf("did %+v", done)
	}
	must(w.UndoImport(ctx, a, in, done.Change))(t)
	s := must(w.SecretNamed(ctx, a, in, "WAITS"))(t)
	if s.Version != 0 || s.UpdatedBy != "acme editor" {
		t.Errorf("version %d", s.Version)
	}
	_, err := w.RevealSecret(ctx, a, in, s.ID, 0, "")
	wantCode(t, err, store.Conflict)
	if got := must(w.RevealSecret(ctx, a, in, s.ID, 1, ""))(t); got.Value.Reveal() != "filled" {
		t.Errorf("version 1 is %q", got.Value.Reveal())
	}
	w.importAll(t, a, in, brought("WAITS", "again"))
	if s := must(w.SecretDetail(ctx, a, in, s.ID))(t); s.Version != 2 || len(s.Versions) != 2 {
		t.Errorf("version %d of %d", s.Version, len(s.Versions))
	}
}

// What somebody changed since stays as it is, and is named; the rest goes back.
func TestUndoLeavesWhatWasChangedSince(t *testing.T) {
	type situation struct {
		*world
		t      *testing.T
		a      store.Actor
		hook   string // there before the import
		in     store.Place
		secret func(name string) store.Secret
	}
	change := func(name string, c store.SecretChange) func(situation) error {
		return func(s situation) error {
			row := s.secret(name)
			c.Base = row.Revision
			if c.Name == "" {
				c.Name = name
			}
			return errOf(s.ChangeSecret(ctx, s.a, s.in, row.ID, c))
		}
	}
	remove := func(name string) func(situation) error {
		return func(s situation) error { return errOf(s.DeleteSecret(ctx, s.a, s.in, s.secret(name).ID, name)) }
	}
	deleted := func(s situation) string {
		return stored[string](s.t, s.world, `SELECT id FROM secrets WHERE name = 'GONE'`)
	}
	id := func(s situation, hook string) string {
		return stored[string](s.t, s.world, `SELECT id FROM hooks WHERE name = ?`, hook)
	}
	enable := func(hook string, on bool) func(situation) error {
		return func(s situation) error {
			_, _, err := s.EnableHook(ctx, s.a, id(s, hook), on)
			return err
		}
	}
	const (
		all    = "stored: CHANGED=old GONE=gone WAITS="
		before = all + "; on: rival"
	)
	for _, c := range []struct {
		name  string
		since func(s situation) error
		stay  []string
		state string
	}{
		{"nothing", func(situation) error { return nil }, nil, before},
		{"a new value of what was added", change("NEW", store.SecretChange{Value: ptr(store.NewPlaintext("mine"))}), []string{"stored, NEW"},
			"stored: CHANGED=old GONE=gone NEW=mine WAITS=; on: rival"},
		{"another name of what was added", change("NEW", store.SecretChange{Name: "MINE"}), []string{"stored, NEW"}, "stored: CHANGED=old GONE=gone MINE=new WAITS=; on: rival"},
		{"a value for what was added without one", change("LATER", store.SecretChange{Value: ptr(store.NewPlaintext("mine"))}), []string{"stored, LATER"},
			"stored: CHANGED=old GONE=gone LATER=mine WAITS=; on: rival"},
		{"a note on what was changed", change("CHANGED", store.SecretChange{Note: "mine"}), []string{"stored, CHANGED"}, "stored: CHANGED=changed GONE=gone WAITS=; on: rival"},
		{"a new value of what waited", change("WAITS", store.SecretChange{Value: ptr(store.NewPlaintext("mine"))}), []string{"stored, WAITS"},
			"stored: CHANGED=old GONE=gone WAITS=mine; on: rival"},
		{"the deletion of what was added", remove("NEW"), []string{"stored, NEW"}, before},
		{"the deletion of what was changed", remove("CHANGED"), []string{"stored, CHANGED"}, "stored: GONE=gone WAITS=; on: rival"},
		{"the destruction of what was changed", func(s situation) error {
			return s.DestroySecret(ctx, s.a, s.in, s.secret("CHANGED").ID, "CHANGED")
		}, []string{"stored, CHANGED"}, "stored: GONE=gone WAITS=; on: rival"},
		{"the name of what was deleted", func(s situation) error {
			s.addSecret(s.t, s.a, s.in, "GONE", "mine")
			return nil
		}, []string{"stored, GONE"}, "stored: CHANGED=old GONE=mine WAITS=; on: rival"},
		{"the place of what was deleted", func(s situation) error {
			s.importAll(s.t, s.a, s.in, manySecrets(16, "mine")...)
			return nil
		}, []string{"stored, GONE"}, ""},
		{"the return of what was deleted", func(s situation) error { return errOf(s.RestoreSecret(ctx, s.a, s.in, deleted(s))) }, []string{"stored, GONE"}, before},
		{"its return, and another deletion", func(s situation) error {
			if err := errOf(s.RestoreSecret(ctx, s.a, s.in, deleted(s))); err != nil {
				return err
			}
			s.Clock.Advance(time.Second)
			return remove("GONE")(s)
		}, []string{"stored, GONE"}, "stored: CHANGED=old WAITS=; on: rival"},
		{"the destruction of what was deleted", func(s situation) error {
			return s.DestroySecret(ctx, s.a, s.in, deleted(s), "GONE")
		}, []string{"stored, GONE"}, "stored: CHANGED=old WAITS=; on: rival"},
		{"a script", func(s situation) error {
			return errOf(s.SaveHook(ctx, s.a, s.hook, store.HookChange{Base: 2, Script: ptr("mine()")}))
		}, []string{"stored"}, before},
		{"a name of a hook", func(s situation) error {
			return errOf(s.SaveHook(ctx, s.a, s.hook, store.HookChange{Base: 2, Name: ptr("renamed")}))
		}, []string{"stored"}, "renamed: CHANGED=old GONE=gone WAITS=; on: rival"},
		{"the deletion of a hook", func(s situation) error { return errOf(s.DeleteHook(ctx, s.a, s.hook, "stored")) },
			[]string{"stored, GONE", "stored, WAITS", "stored, LATER", "stored, CHANGED", "stored, NEW", "stored"}, "on: "},
		{"the script of a hook that was made", func(s situation) error {
			return errOf(s.SaveHook(ctx, s.a, id(s, "fresh"), store.HookChange{Base: 1, Script: ptr("mine()")}))
		}, []string{"fresh"}, "fresh: ; " + before},
		{"a secret of a hook that was made", func(s situation) error {
			s.addSecret(s.t, s.a, store.HookPlace(id(s, "fresh")), "MINE", "mine")
			return nil
		}, []string{"fresh"}, "fresh: MINE=mine; " + before},
		{"a value in a hook that was made", func(s situation) error {
			return s.ChangeValues(ctx, s.a, store.HookPlace(id(s, "fresh")), newValues("A", "mine"))
		}, []string{"fresh, A", "fresh"}, "fresh: A=mine; " + before},
		{"the deletion of a hook that was made", func(s situation) error { return errOf(s.DeleteHook(ctx, s.a, id(s, "fresh"), "fresh")) },
			[]string{"fresh, A", "fresh"}, before},
		{"the switch", enable("stored", false), []string{"stored"}, all + "; on: "},
		{"the switch of the other one", enable("rival", true), []string{"stored"}, before},
		{"the switch of a third one", enable("third", true), []string{"stored"}, all + "; on: third"},
		{"the deletion of the other one", func(s situation) error { return errOf(s.DeleteHook(ctx, s.a, id(s, "rival"), "rival")) }, nil, all + "; on: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			a := w.Actor(t, acme, "editor")
			there, rival := broughtHook("stored", brought("CHANGED", "old"), brought("GONE", "gone"), brought("WAITS", "")), broughtHook("rival")
			rival.Enabled = true
			w.importHooks(t, a, there, rival, broughtHook("third"))
			there.Script, there.Enabled, there.Dependencies = "two()", true, []store.Dependency{{Name: "lodash", Version: "4"}}
			there.Secrets = []store.ImportedSecret{brought("NEW", "new"), brought("CHANGED", "changed"), brought("LATER", ""), brought("WAITS", "filled")}
			p := must(w.PlanHooks(ctx, a, "auth0-yaml", []store.ImportedHook{there, broughtHook("fresh", brought("A", "a"))}))(t)
			done := must(w.ApplyImport(ctx, a, store.AllHooks(), p.ID, p.Token, everything(p)))(t)
			if got := w.secretsOfHooks(t); got != "fresh: A=a; stored: CHANGED=changed LATER= NEW=new WAITS=filled; on: stored" {
				t.Fatal(got)
			}
			hook := stored[string](t, w, `SELECT id FROM hooks WHERE name = 'stored'`)
			in := store.HookPlace(hook)
			if err := c.since(situation{w, t, a, hook, in, func(name string) store.Secret {
				return must(w.SecretNamed(ctx, a, in, name))(t)
			}}); err != nil {
				t.Fatal(err)
			}
			undone := must(w.UndoImport(ctx, a, store.AllHooks(), done.Change))(t)
			if !slices.Equal(undone.Stay, c.stay) || undone.Steps == 0 || len(c.stay) == 0 && undone.Steps != 9 {
				t.Errorf("undid %d, but for %q", undone.Steps, undone.Stay)
			}
			if got := w.secretsOfHooks(t); c.state != "" && got != c.state {
				t.Errorf("left %s\nwant %s", got, c.state)
			}
			if detail := str(stored[*string](t, w, `SELECT detail FROM audit_entries WHERE action = 'import.undo'`)); len(c.stay) > 0 && detail != fmt.Sprintf("all but %d that were changed since", len(c.stay)) {
				t.Errorf("entry says %q", detail)
			}
			if c.name == "nothing" && w.hookNamed(t, "stored") != "off one() []" {
				t.Errorf("the hook is %s", w.hookNamed(t, "stored"))
			}
			w.verify(t)
		})
	}
}

// secretsOfHooks are the values of all hooks but those without secrets that were there
// before, and which hook is on.
func (w *world) secretsOfHooks(t testing.TB) string {
	t.Helper()
	a := w.Actor(t, acme, "owner")
	var all []string
	on := ""
	for _, h := range must(w.Hooks(ctx, a, store.HookFilter{Trigger: "credentials-exchange"}, "", 100))(t).Hooks {
		if h.Enabled {
			on += h.Name
		}
		if h.Name == "rival" || h.Name == "third" {
			continue
		}
		var values []string
		for _, s := range must(w.Secrets(ctx, a, store.HookPlace(h.ID)))(t).Secrets {
			values = append(values, s.Name+"="+w.value(t, store.HookPlace(h.ID), s.Name))
		}
		slices.Sort(values)
		all = append(all, h.Name+": "+strings.Join(values, " "))
	}
	return strings.Join(append(all, "on: "+on), "; ")
}

// A hook that was switched off is on again, unless another one is by now.
func TestUndoOfASwitchOff(t *testing.T) {
	for _, rival := range []bool{false, true} {
		w := newWorld(t)
		a := w.Actor(t, acme, "editor")
		running := broughtHook("running")
		running.Enabled = true
		w.importHooks(t, a, running, broughtHook("rival"))
		running.Enabled, running.Script = false, "two()"
		p := must(w.PlanHooks(ctx, a, "auth0-yaml", []store.ImportedHook{running}))(t)
		done := must(w.ApplyImport(ctx, a, store.AllHooks(), p.ID, p.Token, everything(p)))(t)
		if got := w.hookNamed(t, "running"); got != "off two() []" {
			t.Fatal(got)
		}
		want, stays := "on one() []", 0
		if rival {
			want, stays = "off one() []", 1
			if _, _, err := w.EnableHook(ctx, a, stored[string](t, w, `SELECT id FROM hooks WHERE name = 'rival'`), true); err != nil {
				t.Fatal(err)
			}
		}
		undone := must(w.UndoImport(ctx, a, store.AllHooks(), done.Change))(t)
		if got := w.hookNamed(t, "running"); got != want || len(undone.Stay) != stays {
			t.Errorf("it is %s, %d stay", got, len(undone.Stay))
		}
	}
}

// A hook that goes off for another one of the same import goes off once, and is on again
// after the undo; in whichever order the file has them.
func TestSwitchedOffForAnotherOne(t *testing.T) {
	for _, first := range []string{"running", "rival"} {
		w := newWorld(t)
		a := w.Actor(t, acme, "editor")
		running, rival := broughtHook("running"), broughtHook("rival")
		running.Enabled = true
		w.importHooks(t, a, running, rival)
		running.Enabled, rival.Enabled = false, true
		hooks := []store.ImportedHook{running, rival}
		if first == "rival" {
			slices.Reverse(hooks)
		}
		p := must(w.PlanHooks(ctx, a, "auth0-yaml", hooks))(t)
		done := must(w.ApplyImport(ctx, a, store.AllHooks(), p.ID, p.Token, everything(p)))(t)
		undone := must(w.UndoImport(ctx, a, store.AllHooks(), done.Change))(t)
		if len(undone.Stay) > 0 || w.hookNamed(t, "running") != "on one() []" || w.hookNamed(t, "rival") != "off one() []" {
			t.Errorf("%s first: %s and %s, %v stay", first, w.hookNamed(t, "running"), w.hookNamed(t, "rival"), undone.Stay)
		}
		if n := stored[int](t, w, `SELECT count(*) FROM audit_entries WHERE change = ? AND action = 'hook.disable'`, done.Change); n != 2 {
			t.Errorf("%s first: %d entries of a hook that went off, of the import and of its undo", first, n)
		}
	}
}

// An undo has its conditions: an import that can be undone still, of this place, and
// somebody who may; else nothing happens.
func TestUndoRefused(t *testing.T) {
	for _, c := range []struct {
		name string
		make func(w *world, in store.Place) error
		code store.Code
	}{
		{"all of it was changed since", func(w *world, in store.Place) error {
			return w.ChangeValues(ctx, w.Actor(t, acme, "admin"), in, newValues("A", "mine"))
		}, store.Conflict},
		{"the hook was deleted", func(w *world, _ store.Place) error {
			return errOf(w.DeleteHook(ctx, w.Actor(t, acme, "admin"), w.Org(acme).Hook, "acme-hook"))
		}, store.NotFound},
		{"the role was lost", func(w *world, _ store.Place) error {
			return errOf(w.SetMemberRole(ctx, w.Actor(t, acme, "owner"), storetest.Email(acme, "editor"), store.Viewer))
		}, store.Denied},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			a, in := w.Actor(t, acme, "editor"), w.Org(acme).Place()
			done := w.importAll(t, a, in, brought("A", "a"))
			if err := c.make(w, in); err != nil {
				t.Fatal(err)
			}
			n, before := len(w.entries(t, acme)), w.state(t)
			_, err := w.UndoImport(ctx, a, in, done.Change)
			if wantCode(t, err, c.code); w.state(t) != before {
				t.Error("something changed")
			}
			if c.code == store.Denied {
				n++
			}
			if len(w.entries(t, acme)) != n {
				t.Errorf("%d entries more", len(w.entries(t, acme))-n)
			}
		})
	}
}

// An import can be undone for 7 days, and is listed as long; then how to undo it is
// forgotten.
func TestImportsAreListedFor7Days(t *testing.T) {
	w := newWorld(t)
	a, in := w.Actor(t, acme, "editor"), w.Org(acme).Place()
	first := w.importAll(t, a, in, brought("A", "a"), brought("B", ""))
	w.Clock.Advance(time.Hour)
	second := w.importHooks(t, a, broughtHook("fresh", brought("A", "a")))
	third := w.importAll(t, a, in, brought("A", "aa"))
	must(w.UndoImport(ctx, w.Actor(t, acme, "admin"), in, third.Change))(t)

	list := must(w.Imports(ctx, a, in))(t)
	want := []store.Change{
		{ID: third.Change, At: storetest.Start.Add(time.Hour), By: "acme editor", Secrets: 1, UndoneAt: storetest.Start.Add(time.Hour), UndoneBy: "acme admin"},
		{ID: first.Change, At: storetest.Start, By: "acme editor", Secrets: 2},
	}
	if !slices.Equal(list, want) {
		t.Errorf("list is %+v", list)
	}
	if list := must(w.Imports(ctx, a, store.AllHooks()))(t); len(list) != 1 || list[0].ID != second.Change || list[0].Hooks != 1 || list[0].Secrets != 1 {
		t.Errorf("list of hooks is %+v", list)
	}
	if list := must(w.Imports(ctx, w.Actor(t, acme, "admin"), store.OrganizationPlace()))(t); len(list) != 0 {
		t.Errorf("list of the organization is %+v", list)
	}

	w.Clock.Advance(7*day - time.Hour)
	session := must(w.SignIn(ctx, from(""), storetest.Email(acme, "editor"), password, ""))(t)
	a = must(w.MemberActor(ctx, must(w.Store.Person(ctx, session.Token, from("")))(t), acme))(t)
	if list := must(w.Imports(ctx, a, in))(t); len(list) != 1 || list[0].ID != third.Change {
		t.Errorf("after 7 days it is %+v", list)
	}
	_, err := w.UndoImport(ctx, a, in, first.Change)
	wantCode(t, err, store.NotFound)
	if err := w.ForgetExpiredSessions(ctx); err != nil {
		t.Fatal(err)
	}
	if n := stored[int](t, w, `SELECT count(*) FROM changes`); n != 2 {
		t.Errorf("%d changes are kept", n)
	}
	must(w.UndoImport(ctx, a, store.AllHooks(), second.Change))(t)
}

// A hook that comes back brings the undo of its imports back.
func TestUndoAfterTheHookCameBack(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "editor"), w.Org(acme)
	done := w.importAll(t, a, org.Place(), brought("A", "a"))
	must(w.DeleteHook(ctx, a, org.Hook, org.HookName))(t)
	must(w.RestoreHook(ctx, a, org.Hook))(t)
	must(w.UndoImport(ctx, a, org.Place(), done.Change))(t)
	if got := w.names(t, org.Place()); got != "API_KEY" {
		t.Errorf("there are %s", got)
	}
}

// A value that somebody saw who has left is due: an import that replaces it takes the
// mark away, its undo sets it again, and what waits for a value is due for none.
func TestDueMarksOfImports(t *testing.T) {
	w := newWorld(t)
	org, owner := w.Org(acme), w.Actor(t, acme, "owner")
	w.importAll(t, owner, org.Place(), brought("WAITS", ""))
	leaver := w.Actor(t, acme, "admin")
	must(w.RevealSecret(ctx, leaver, org.Place(), org.Secret, 0, ""))(t)
	filled := w.importAll(t, owner, org.Place(), brought("WAITS", "filled"))
	waits := must(w.SecretNamed(ctx, owner, org.Place(), "WAITS"))(t)
	must(w.RevealSecret(ctx, leaver, org.Place(), waits.ID, 0, ""))(t)
	must(w.RemoveMember(ctx, owner, storetest.Email(acme, "admin")))(t)

	due := func(when, key, waits string) {
		t.Helper()
		if k, f := w.due(t, org.Place(), "API_KEY"), w.due(t, org.Place(), "WAITS"); k != key || f != waits {
			t.Errorf("%s: due for %q and %q", when, k, f)
		}
	}
	due("at first", "acme admin", "acme admin")
	done := w.importAll(t, owner, org.Place(), brought("API_KEY", "unseen"))
	due("imported", "", "acme admin")
	must(w.UndoImport(ctx, owner, org.Place(), done.Change))(t)
	due("undone", "acme admin", "acme admin")
	must(w.UndoImport(ctx, owner, org.Place(), filled.Change))(t)
	due("without a value", "acme admin", "")
	w.importAll(t, owner, org.Place(), brought("WAITS", "filled"))
	due("with the value that was seen", "acme admin", "acme admin")
}

// The 21st version destroys the first: an import and its undo see to it that nothing of
// it is left, as every save does.
func TestImportsThatOutgrowAreCompacted(t *testing.T) {
	w := newWorld(t)
	a, in := w.Actor(t, acme, "editor"), w.Org(acme).Place()
	compacts := func(when string, want bool) {
		t.Helper()
		if store.WantsCompacting(w.Store) != want {
			t.Errorf("%s: wants compacting: %v", when, !want)
		}
		if err := w.Purge(ctx); err != nil {
			t.Fatal(err)
		}
	}
	var last store.Applied
	for i := range 19 {
		last = w.importAll(t, a, in, brought("API_KEY", fmt.Sprint(i)))
	}
	compacts("20 versions", false)
	must(w.UndoImport(ctx, a, in, last.Change))(t)
	compacts("the undo makes the 21st", true)
	w.importAll(t, a, in, brought("API_KEY", "22"))
	compacts("the 22nd", true)
}
