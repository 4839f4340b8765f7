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

// A value, a placeholder and a name of each kind go through, with one entry each, all of
// one change, and one of the import.
func TestApplyImport(t *testing.T) {
	w := newWorld(t)
	a := w.Actor(t, acme, "editor")
	hook := must(w.CreateHook(ctx, a, "enrich", "credentials-exchange"))(t)
	in := store.HookPlace(hook.ID)
	w.importAll(t, a, in, brought("SAME", "same"), brought("CHANGED", "old"), brought("KEPT", "kept"), brought("GONE", "gone"), brought("WAITS", ""))
	p := must(w.PlanSecrets(ctx, a, in, "dotenv", []store.ImportedSecret{
		brought("NEW", "new"), brought("CHANGED", "changed"), brought("SAME", "same"), brought("KEPT", ""), brought("LATER", ""),
		brought("bad name", "x"), brought("WAITS", "filled"),
	}))(t)
	if e := w.lastEntry(t, acme); e.Action != "import.plan" || str(e.Target) != p.ID || str(e.ParentName) != "enrich" ||
		str(e.Detail) != "from dotenv: 1 new, 2 changed, 1 same, 1 kept, 1 pending, 1 refused, 1 missing" {
		t.Errorf("entry is %s %q", e.Action, str(e.Detail))
	}
	n := len(w.entries(t, acme))
	done := must(w.ApplyImport(ctx, a, in, p.ID, p.Token, store.Choice{Shown: len(p.Items), Picked: []int{0, 1, 4, 6, 7}}))(t)
	if want := (store.Applied{Change: done.Change, Added: 1, Changed: 2, Pending: 1, Deleted: 1, Kept: 1, Refused: 1}); done != want {
		t.Errorf("did %+v", done)
	}
	var got []string
	for _, e := range w.entries(t, acme)[n:] {
		if str(e.Change) != done.Change || str(e.Parent) != hook.ID || e.Outcome != "done" {
			t.Errorf("entry %s of change %q in %q", e.Action, str(e.Change), str(e.ParentName))
		}
		version := int64(0)
		if e.TargetVersion != nil {
			version = *e.TargetVersion
		}
		got = append(got, fmt.Sprintf("%s %s %d: %s", e.Action, str(e.TargetName), version, str(e.Detail)))
	}
	want := []string{
		"import.apply secrets 0: from dotenv: 1 secret added, 2 secrets changed, 1 secret added without a value, 1 secret deleted, 1 placeholder kept what is stored, 1 item refused",
		"secret.create NEW 1: ", "secret.update CHANGED 2: new value", "secret.create LATER 0: waits for a value",
		"secret.update WAITS 1: new value", "secret.delete GONE 1: ",
	}
	if !slices.Equal(got, want) {
		t.Errorf("entries are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if w.names(t, in) != "CHANGED KEPT LATER NEW SAME WAITS" {
		t.Errorf("there are %s", w.names(t, in))
	}
	for name, want := range map[string]string{"NEW": "new", "CHANGED": "changed", "SAME": "same", "KEPT": "kept", "LATER": "", "WAITS": "filled"} {
		if got := w.value(t, in, name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	w.verify(t)
}

func TestApplyImportOfHooks(t *testing.T) {
	w := newWorld(t)
	a := w.Actor(t, acme, "editor")
	running, other := broughtHook("running"), broughtHook("other")
	running.Enabled = true
	w.importHooks(t, a, running, other)
	running.Script, other.Enabled = "two()", true
	fresh := broughtHook("fresh", brought("A", "a"), brought("B", ""))
	fresh.Trigger, fresh.Enabled, fresh.Dependencies = "post-change-password", true, []store.Dependency{{Name: "lodash", Version: "4"}}
	p := must(w.PlanHooks(ctx, a, "auth0-yaml", []store.ImportedHook{running, other, fresh, broughtHook("bad!")}))(t)
	if got, want := fates(p), "hook running changed*, hook other same, switch other changed, hook fresh new*, switch fresh changed*, A new*, B pending*, hook  refused"; got != want {
		t.Fatalf("plan is %s", got)
	}
	n := len(w.entries(t, acme))
	done := must(w.ApplyImport(ctx, a, store.AllHooks(), p.ID, p.Token, store.Choice{Shown: 3, Picked: []int{0, 2}}))(t)
	if want := (store.Applied{Change: done.Change, Hooks: 3, Added: 1, Pending: 1, Refused: 1}); done != want {
		t.Errorf("did %+v", done)
	}
	var got []string
	for _, e := range w.entries(t, acme)[n:] {
		if str(e.Change) != done.Change {
			t.Errorf("entry %s of change %q", e.Action, str(e.Change))
		}
		got = append(got, fmt.Sprintf("%s %s %s: %s", e.Action, str(e.ParentName), str(e.TargetName), str(e.Detail)))
	}
	want := []string{
		"import.apply  hooks: from auth0-yaml: 3 hooks imported, 1 secret added, 1 secret added without a value, 1 item refused",
		"hook.update  running: script changed",
		"hook.disable  running: switched off by enabling other", "hook.enable  other: ",
		"hook.create  fresh: ", "hook.enable  fresh: ", "secret.create fresh A: ", "secret.create fresh B: waits for a value",
	}
	if !slices.Equal(got, want) {
		t.Errorf("entries are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for name, want := range map[string]string{"running": "off two() []", "other": "on one() []", "fresh": "on one() [{lodash 4}]"} {
		if got := w.hookNamed(t, name); got != want {
			t.Errorf("%s is %s", name, got)
		}
	}
	w.verify(t)
}

// hookNamed is a hook in short.
func (w *world) hookNamed(t testing.TB, name string) string {
	t.Helper()
	id := stored[string](t, w, `SELECT id FROM hooks WHERE name = ? AND deleted_at IS NULL`, name)
	h := must(w.Hook(ctx, w.Actor(t, acme, "viewer"), id))(t)
	on := "off"
	if h.Enabled {
		on = "on"
	}
	return fmt.Sprint(on, " ", h.Script, " ", h.Dependencies.List())
}

// What is chosen is what happens, and what can't be chosen is refused.
func TestChoice(t *testing.T) {
	for _, c := range []struct {
		name   string
		choice store.Choice
		want   string // secrets then; "" is a refusal
	}{
		{"as planned", store.AsPlanned(), "A B OLD STORED"},
		{"all of it seen", store.Choice{Shown: 6, Picked: []int{0}}, "A OLD STORED"},
		{"some of it seen", store.Choice{Shown: 1}, "B OLD STORED"},
		{"more seen than there is", store.Choice{Shown: 99, Picked: []int{1}}, "B OLD STORED"},
		{"picked twice", store.Choice{Shown: 6, Picked: []int{1, 1}}, "B OLD STORED"},
		{"one that is missing", store.Choice{Shown: 6, Picked: []int{4}}, "STORED"},
		{"nothing", store.Choice{Shown: 6}, ""},
		{"one that is the same", store.Choice{Shown: 6, Picked: []int{0, 2}}, ""},
		{"one that is refused", store.Choice{Shown: 6, Picked: []int{0, 3}}, ""},
		{"one that isn't there", store.Choice{Shown: 99, Picked: []int{0, 5}}, ""},
		{"one before the first", store.Choice{Shown: 6, Picked: []int{0, -1}}, ""},
		{"one that wasn't seen", store.Choice{Shown: 1, Picked: []int{1}}, ""},
		{"less than none seen", store.Choice{Shown: -1, Picked: []int{0}}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			a := w.Actor(t, acme, "editor")
			hook := must(w.CreateHook(ctx, a, "enrich", "credentials-exchange"))(t)
			in := store.HookPlace(hook.ID)
			w.importAll(t, a, in, brought("STORED", "stored"), brought("OLD", "old"))
			p := must(w.PlanSecrets(ctx, a, in, "dotenv", []store.ImportedSecret{
				brought("A", "a"), brought("B", "b"), brought("STORED", "stored"), brought("bad name", "x")}))(t)
			if got := fates(p); got != "A new*, B new*, STORED same,  refused, OLD missing" {
				t.Fatal(got)
			}
			n, before := len(w.entries(t, acme)), w.state(t)
			_, err := w.ApplyImport(ctx, a, in, p.ID, p.Token, c.choice)
			if c.want != "" {
				if err != nil || w.names(t, in) != c.want {
					t.Errorf("%s: %v", w.names(t, in), err)
				}
				return
			}
			wantCode(t, err, store.Invalid)
			if w.state(t) != before || len(w.entries(t, acme)) != n {
				t.Error("something changed, or has an entry")
			}
			must(w.ApplyImport(ctx, a, in, p.ID, p.Token, store.AsPlanned()))(t) // it still waits
		})
	}
}

// Of a new hook that isn't chosen, nothing comes in; and if that is all, it is told.
func TestPartsOfAHookThatIsNotChosen(t *testing.T) {
	w := newWorld(t)
	a := w.Actor(t, acme, "editor")
	fresh := broughtHook("fresh", brought("A", "a"))
	fresh.Enabled = true
	p := must(w.PlanHooks(ctx, a, "auth0-yaml", []store.ImportedHook{fresh, broughtHook("other", brought("B", "b"))}))(t)
	_, err := w.ApplyImport(ctx, a, store.AllHooks(), p.ID, p.Token, store.Choice{Shown: 5, Picked: []int{1, 2}})
	wantCode(t, err, store.Invalid)
	done := must(w.ApplyImport(ctx, a, store.AllHooks(), p.ID, p.Token, store.Choice{Shown: 5, Picked: []int{1, 2, 3, 4}}))(t)
	if done.Hooks != 1 || done.Added != 1 || stored[int](t, w, `SELECT count(*) FROM hooks WHERE name = 'fresh'`) != 0 {
		t.Errorf("did %+v", done)
	}
}

// Whatever changes between the plan and its apply makes it Stale: nothing happens, and
// there is a new plan to look at.
func TestChangedMeanwhile(t *testing.T) {
	type situation struct {
		*world
		t      *testing.T
		editor store.Actor
		hook   store.Hook
		in     store.Place
		stored store.Secret
	}
	for _, c := range []struct {
		name   string
		hooks  bool // an import of hooks, else of secrets
		change func(s situation) error
	}{
		{"a new value", false, func(s situation) error {
			return errOf(s.ChangeSecret(ctx, s.editor, s.in, s.stored.ID, store.SecretChange{Base: 1, Name: "STORED", Value: ptr(store.NewPlaintext("x"))}))
		}},
		{"the value of the file", false, func(s situation) error {
			return errOf(s.ChangeSecret(ctx, s.editor, s.in, s.stored.ID, store.SecretChange{Base: 1, Name: "STORED", Value: ptr(store.NewPlaintext("newer"))}))
		}},
		{"a note", false, func(s situation) error {
			return errOf(s.ChangeSecret(ctx, s.editor, s.in, s.stored.ID, store.SecretChange{Base: 1, Name: "STORED", Note: "note"}))
		}},
		{"another name", false, func(s situation) error {
			return errOf(s.ChangeSecret(ctx, s.editor, s.in, s.stored.ID, store.SecretChange{Base: 1, Name: "RENAMED"}))
		}},
		{"a deletion", false, func(s situation) error {
			return errOf(s.DeleteSecret(ctx, s.editor, s.in, s.stored.ID, "STORED"))
		}},
		{"a destruction, and a secret of the same name", false, func(s situation) error {
			if err := s.DestroySecret(ctx, s.editor, s.in, s.stored.ID, "STORED"); err != nil {
				return err
			}
			return errOf(s.AddSecret(ctx, s.editor, s.in, store.NewSecret{Name: "STORED", Value: store.NewPlaintext("stored")}))
		}},
		{"a secret of the name of a new one", false, func(s situation) error {
			return errOf(s.AddSecret(ctx, s.editor, s.in, store.NewSecret{Name: "NEW", Value: store.NewPlaintext("x")}))
		}},
		{"a secret that isn't in the file", false, func(s situation) error {
			return errOf(s.AddSecret(ctx, s.editor, s.in, store.NewSecret{Name: "UNKNOWN", Value: store.NewPlaintext("x")}))
		}},
		{"a note on a secret that isn't in the file", false, func(s situation) error {
			row := must(s.SecretNamed(ctx, s.editor, s.in, "MISSING"))(s.t)
			return errOf(s.ChangeSecret(ctx, s.editor, s.in, row.ID, store.SecretChange{Base: 1, Name: "MISSING", Note: "note"}))
		}},
		{"a value for what waits", false, func(s situation) error {
			return s.ChangeValues(ctx, s.editor, s.in, newValues("WAITS", "x"))
		}},
		{"the script", false, func(s situation) error {
			return errOf(s.SaveHook(ctx, s.editor, s.hook.ID, store.HookChange{Base: 1, Script: ptr("x")}))
		}},
		{"a secret, of hooks", true, func(s situation) error {
			return s.ChangeValues(ctx, s.editor, s.in, newValues("STORED", "x"))
		}},
		{"the script, of hooks", true, func(s situation) error {
			return errOf(s.SaveHook(ctx, s.editor, s.hook.ID, store.HookChange{Base: 1, Script: ptr("x")}))
		}},
		{"the name of the hook", true, func(s situation) error {
			return errOf(s.SaveHook(ctx, s.editor, s.hook.ID, store.HookChange{Base: 1, Name: ptr("renamed")}))
		}},
		{"its deletion", true, func(s situation) error {
			return errOf(s.DeleteHook(ctx, s.editor, s.hook.ID, s.hook.Name))
		}},
		{"a hook of the name of a new one", true, func(s situation) error {
			return errOf(s.CreateHook(ctx, s.editor, "Fresh", "send-phone-message"))
		}},
		{"another hook is on", true, func(s situation) error {
			id := stored[string](s.t, s.world, `SELECT id FROM hooks WHERE name = 'rival'`)
			_, _, err := s.EnableHook(ctx, s.editor, id, true)
			return err
		}},
		{"the hook is on", true, func(s situation) error {
			_, _, err := s.EnableHook(ctx, s.editor, s.hook.ID, true)
			return err
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			a, other := w.Actor(t, acme, "admin"), w.Actor(t, acme, "editor")
			hook := must(w.CreateHook(ctx, other, "enrich", "credentials-exchange"))(t)
			must(w.CreateHook(ctx, other, "rival", "credentials-exchange"))(t)
			in := store.HookPlace(hook.ID)
			secret := w.addSecret(t, other, in, "STORED", "stored")
			w.addSecret(t, other, in, "MISSING", "missing")
			w.importAll(t, other, in, brought("WAITS", ""))
			secrets := []store.ImportedSecret{brought("STORED", "newer"), brought("NEW", "new"), brought("WAITS", "")}
			var p store.Plan
			if c.hooks {
				file := broughtHook("enrich", secrets...)
				file.Enabled = true
				p, in = must(w.PlanHooks(ctx, a, "auth0-dir", []store.ImportedHook{file, broughtHook("fresh")}))(t), store.AllHooks()
			} else {
				p = must(w.PlanSecrets(ctx, a, in, "dotenv", secrets))(t)
			}
			if same := must(w.PlanAgain(ctx, a, in, p.ID))(t); same.Token != p.Token || fates(same) != fates(p) {
				t.Fatalf("without a change the plan is %s, was %s", fates(same), fates(p))
			}
			if err := c.change(situation{w, t, other, hook, store.HookPlace(hook.ID), secret}); err != nil {
				t.Fatal(err)
			}

			n, before := len(w.entries(t, acme)), w.state(t)
			_, err := w.ApplyImport(ctx, a, in, p.ID, p.Token, store.AsPlanned())
			if wantCode(t, err, store.Stale); w.state(t) != before || len(w.entries(t, acme)) != n {
				t.Error("something changed, or has an entry")
			}
			again := must(w.PlanAgain(ctx, a, in, p.ID))(t)
			if again.ID != p.ID || again.Token == p.Token {
				t.Error("the new plan has the token of the old one")
			}
			if _, err := w.ApplyImport(ctx, a, in, p.ID, again.Token, store.AsPlanned()); err != nil {
				t.Errorf("the new plan: %v", err)
			}
		})
	}
}

// The setting of how many secrets a hook may have is part of what a plan builds on.
func TestAnotherLimitMeanwhile(t *testing.T) {
	w := newWorld(t)
	a, in := w.Actor(t, acme, "editor"), w.Org(acme).Place()
	p := must(w.PlanSecrets(ctx, a, in, "dotenv", []store.ImportedSecret{brought("A", "a")}))(t)
	key := must(store.ParseMasterKey(storetest.Key))(t)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	again := must(store.Open(ctx, store.Options{Dir: w.Dir, Key: key, SecretsPerHook: 30, Clock: w.Clock.Now}))(t)
	defer again.Close()
	_, err := again.ApplyImport(ctx, a, in, p.ID, p.Token, store.AsPlanned())
	wantCode(t, err, store.Stale)
	if p := must(again.PlanAgain(ctx, a, in, p.ID))(t); p.Limit != 30 {
		t.Errorf("the limit is %d", p.Limit)
	}
}

// 0.6: what waits is there for the session or the API key that it came with, for its
// place, once, and for 15 minutes. To everybody else it is over, in the same words.
func TestWhomAnImportWaitsFor(t *testing.T) {
	w := newWorld(t)
	org, owner := w.Org(acme), w.Actor(t, acme, "owner")
	session := must(w.SignIn(ctx, from(""), storetest.Email(acme, "editor"), password, ""))(t)
	twin := must(w.MemberActor(ctx, must(w.Store.Person(ctx, session.Token, from("")))(t), acme))(t)
	admin := w.Actor(t, acme, "admin")
	_, token := w.newKey(t, admin, 0, store.Scopes()...)
	_, otherToken := w.newKey(t, admin, 0, store.Scopes()...)
	key, otherKey := must(w.KeyActor(ctx, token, from("")))(t), must(w.KeyActor(ctx, otherToken, from("")))(t)
	elsewhere, _ := w.addHook(t, acme, "elsewhere", 0)
	must(w.AddMember(ctx, must(w.OperatorIn(ctx, w.Operator(), globex))(t), storetest.Email(acme, "editor"), store.Admin))(t)
	abroad := must(w.MemberActor(ctx, w.Person(t, acme, "editor"), globex))(t)

	over := "This import is over: it was carried out already, or more than 15 minutes have passed. Start it again."
	refused := func(t *testing.T, a store.Actor, in store.Place, p store.Plan) {
		t.Helper()
		n, before := len(w.entries(t, acme)), w.state(t)
		for _, err := range []error{errOf(w.PlanAgain(ctx, a, in, p.ID)), errOf(w.ApplyImport(ctx, a, in, p.ID, p.Token, store.AsPlanned()))} {
			if e := wantRefusal(t, err, store.NotFound, ""); e.Message != over {
				t.Errorf("answered %q", e.Message)
			}
		}
		if w.state(t) != before || len(w.entries(t, acme)) != n {
			t.Error("something changed, or has an entry")
		}
	}
	for _, of := range []struct {
		name string
		who  store.Actor
	}{{"a session", w.Actor(t, acme, "editor")}, {"an API key", key}} {
		plan := func() store.Plan {
			return must(w.PlanSecrets(ctx, of.who, org.Place(), "dotenv", []store.ImportedSecret{brought("API_KEY", fmt.Sprint(len(w.entries(t, acme))))}))(t)
		}
		for who, a := range map[string]store.Actor{"another session": twin, "another person": owner, "another API key": otherKey} {
			t.Run(of.name+", "+who, func(t *testing.T) { refused(t, a, org.Place(), plan()) })
		}
		t.Run(of.name+", another place", func(t *testing.T) {
			refused(t, of.who, store.HookPlace(elsewhere.ID), plan())
			refused(t, of.who, store.AllHooks(), plan())
		})
		t.Run(of.name+", another organization", func(t *testing.T) { refused(t, abroad, store.AllHooks(), plan()) })
		t.Run(of.name+", no such plan", func(t *testing.T) { refused(t, of.who, org.Place(), store.Plan{}) })
		t.Run(of.name+", a second click", func(t *testing.T) {
			p := plan()
			must(w.ApplyImport(ctx, of.who, org.Place(), p.ID, p.Token, store.AsPlanned()))(t)
			refused(t, of.who, org.Place(), p)
		})
		t.Run(of.name+", time", func(t *testing.T) {
			p := plan()
			w.Clock.Advance(15*time.Minute - time.Microsecond)
			must(w.PlanAgain(ctx, of.who, org.Place(), p.ID))(t)
			w.Clock.Advance(time.Microsecond)
			refused(t, of.who, org.Place(), p)
		})
	}
}

// However often somebody signs in, at most 5 imports of theirs wait, so that they don't
// fill the disk.
func TestImportsThatWaitAreFewOfAPerson(t *testing.T) {
	w := newWorld(t)
	other, in := w.Actor(t, acme, "admin"), w.Org(acme).Place()
	kept := must(w.planOne(other, in))(t)
	var last store.Actor
	for range 7 {
		session := must(w.SignIn(ctx, from(""), storetest.Email(acme, "editor"), password, ""))(t)
		last = must(w.MemberActor(ctx, must(w.Store.Person(ctx, session.Token, from("")))(t), acme))(t)
		p := must(w.planOne(last, in))(t)
		must(w.PlanAgain(ctx, last, in, p.ID))(t)
	}
	must(w.PlanAgain(ctx, other, in, kept.ID))(t)
	if n := stored[int](t, w, `SELECT count(*) FROM import_plans`); n != 5+1 {
		t.Errorf("%d wait", n)
	}
}

// A session has at most 5 imports waiting: the oldest goes. What is over is removed.
func TestImportsThatWaitAreFew(t *testing.T) {
	w := newWorld(t)
	a, other, in := w.Actor(t, acme, "editor"), w.Actor(t, acme, "admin"), w.Org(acme).Place()
	kept := must(w.planOne(other, in))(t)
	var plans []store.Plan
	for range 7 {
		plans = append(plans, must(w.planOne(a, in))(t))
		w.Clock.Advance(time.Minute)
	}
	for i, p := range plans {
		want := store.Code("")
		if i < 2 {
			want = store.NotFound
		}
		if err := w.planAgain(a, in, p); store.CodeOf(err) != want {
			t.Errorf("plan %d: %v", i, err)
		}
	}
	must(w.PlanAgain(ctx, other, in, kept.ID))(t)
	waiting := func(want int) {
		t.Helper()
		if err := w.ForgetExpiredSessions(ctx); err != nil {
			t.Fatal(err)
		}
		if n := stored[int](t, w, `SELECT count(*) FROM import_plans`); n != want {
			t.Errorf("%d wait, want %d", n, want)
		}
	}
	waiting(6)
	w.Clock.Advance(8 * time.Minute) // 15 minutes after the one of the other session
	waiting(5)
	w.Clock.Advance(15 * time.Minute)
	waiting(0)
}

// S-17: who has lost the role, or the membership, since the plan imports nothing.
func TestRoleLostBeforeApply(t *testing.T) {
	for _, c := range []struct {
		role string
		in   func(w *world) store.Place
		to   store.Role
	}{
		{"editor", func(w *world) store.Place { return w.Org(acme).Place() }, store.Viewer},
		{"editor", func(w *world) store.Place { return store.AllHooks() }, store.Viewer},
		{"admin", func(w *world) store.Place { return store.OrganizationPlace() }, store.Editor},
	} {
		w := newWorld(t)
		a, in := w.Actor(t, acme, c.role), c.in(w)
		p := must(w.planOne(a, in))(t)
		must(w.SetMemberRole(ctx, w.Actor(t, acme, "owner"), storetest.Email(acme, c.role), c.to))(t)
		before := w.state(t)
		wantCode(t, w.apply(a, in, p), store.Denied)
		wantCode(t, w.planAgain(a, in, p), store.Denied)
		if e := w.lastEntry(t, acme); e.Outcome != "denied" || str(e.Reason) != c.to.Title()+" role" || w.state(t) != before {
			t.Errorf("entry is %s %s %q", e.Action, e.Outcome, str(e.Reason))
		}
		must(w.RemoveMember(ctx, w.Actor(t, acme, "owner"), storetest.Email(acme, c.role)))(t)
		wantCode(t, w.apply(a, in, p), store.NotFound)
	}
}

// S-17: an import does only what the scopes of a key would let it do one by one. What
// one part lacks stops all of it, and leaves one entry of the refusal.
func TestScopesOfAnImport(t *testing.T) {
	const read = store.Scope("read:hooks")
	hook := func(change func(*store.ImportedHook)) []store.ImportedHook {
		h := broughtHook("stored", brought("STORED", ""))
		h.Enabled = true
		change(&h)
		return []store.ImportedHook{h}
	}
	for _, c := range []struct {
		name   string
		scopes []store.Scope
		plan   func(w *world, a store.Actor) (store.Plan, store.Place, error)
		wants  []store.Scope // any of which is lacking; nil: it is done
		plans  bool          // the plan is refused already
	}{
		{"a new hook", []store.Scope{read, "create:hooks"}, ofHooks([]store.ImportedHook{broughtHook("fresh")}), nil, false},
		{"a new hook", []store.Scope{read, "update:hooks"}, ofHooks([]store.ImportedHook{broughtHook("fresh")}), []store.Scope{"create:hooks"}, false},
		{"another script", []store.Scope{read, "update:hooks"}, ofHooks(hook(func(h *store.ImportedHook) { h.Script = "x" })), nil, false},
		{"another script", []store.Scope{read, "create:hooks"}, ofHooks(hook(func(h *store.ImportedHook) { h.Script = "x" })), []store.Scope{"update:hooks"}, false},
		{"the switch", []store.Scope{read, "create:hooks"}, ofHooks(hook(func(h *store.ImportedHook) { h.Enabled = false })), []store.Scope{"update:hooks"}, false},
		{"the switch", []store.Scope{read, "update:hooks"}, ofHooks(hook(func(h *store.ImportedHook) { h.Enabled = false })), nil, false},
		{"a new hook that is on", []store.Scope{read, "create:hooks"}, ofHooks([]store.ImportedHook{{Name: "fresh", Trigger: "post-change-password", Script: "x", Enabled: true}}),
			[]store.Scope{"update:hooks"}, false},
		{"a secret of a hook", []store.Scope{read, "create:hooks"}, ofHooks(hook(func(h *store.ImportedHook) { h.Secrets = append(h.Secrets, brought("A", "a")) })), nil, false},
		{"the value of a hook's", []store.Scope{read, "create:hooks"}, ofHooks(hook(func(h *store.ImportedHook) { h.Secrets = []store.ImportedSecret{brought("STORED", "x")} })),
			[]store.Scope{"update:hooks"}, false},
		{"the deletion of a hook's", []store.Scope{read, "create:hooks"}, ofHooks(hook(func(h *store.ImportedHook) { h.Secrets = nil })),
			[]store.Scope{"delete:hooks", "update:hooks"}, false},
		{"without reading hooks", []store.Scope{"create:hooks", "update:hooks", "delete:hooks"}, ofHooks([]store.ImportedHook{broughtHook("fresh")}), []store.Scope{read}, true},
		{"with reading alone", []store.Scope{read}, ofHooks([]store.ImportedHook{broughtHook("fresh")}), []store.Scope{"create:hooks", "update:hooks"}, true},
		{"a secret of the organization", []store.Scope{"read:secrets", "create:secrets"}, ofSecrets(brought("A", "a"), brought("STORED", "")), nil, false},
		{"a secret of the organization", []store.Scope{"read:secrets", "update:secrets"}, ofSecrets(brought("A", "a"), brought("STORED", "")), []store.Scope{"create:secrets"}, false},
		{"a pending one", []store.Scope{"read:secrets", "update:secrets"}, ofSecrets(brought("A", ""), brought("STORED", "")), []store.Scope{"create:secrets"}, false},
		{"a value of the organization", []store.Scope{"read:secrets", "update:secrets"}, ofSecrets(brought("STORED", "a")), nil, false},
		{"a value of the organization", []store.Scope{"read:secrets", "create:secrets"}, ofSecrets(brought("STORED", "a")), []store.Scope{"update:secrets"}, false},
		{"a deletion", []store.Scope{"read:secrets", "create:secrets", "update:secrets"}, ofSecrets(brought("bad name", "a")), []store.Scope{"delete:secrets"}, false},
		{"a deletion", []store.Scope{"read:secrets", "update:secrets", "delete:secrets"}, ofSecrets(brought("bad name", "a")), nil, false},
		{"without reading secrets", []store.Scope{"create:secrets", "update:secrets", read}, ofSecrets(brought("A", "a")), []store.Scope{"read:secrets"}, true},
		{"with scopes of hooks", []store.Scope{read, "create:hooks", "update:hooks"}, ofSecrets(brought("A", "a")), []store.Scope{"create:secrets", "update:secrets"}, true},
	} {
		t.Run(fmt.Sprint(c.name, " ", c.scopes), func(t *testing.T) {
			w := newWorld(t)
			admin := w.Actor(t, acme, "admin")
			there := broughtHook("stored", brought("STORED", "stored"))
			there.Enabled = true
			w.importHooks(t, admin, there)
			w.importAll(t, admin, store.OrganizationPlace(), brought("STORED", "stored"))
			_, token := w.newKey(t, admin, 0, c.scopes...)
			a := must(w.KeyActor(ctx, token, from("")))(t)

			before := w.state(t)
			p, in, err := c.plan(w, a)
			if !c.plans {
				if err != nil {
					t.Fatal(err)
				}
				before = w.state(t)
				_, err = w.ApplyImport(ctx, a, in, p.ID, p.Token, everything(p))
			}
			if c.wants == nil {
				if err != nil {
					t.Errorf("refused: %v", err)
				}
				return
			}
			if e := wantRefusal(t, err, store.Denied, ""); !slices.Equal(e.Scopes, c.wants) {
				t.Errorf("wants %v, want %v", e.Scopes, c.wants)
			}
			if w.state(t) != before {
				t.Error("something changed")
			}
			if e := w.lastEntry(t, acme); e.Outcome != "denied" || !strings.HasPrefix(e.Action, "import.") || str(e.Change) != "" {
				t.Errorf("entry is %s %s", e.Action, e.Outcome)
			}
		})
	}
}

func ofHooks(hooks []store.ImportedHook) func(*world, store.Actor) (store.Plan, store.Place, error) {
	return func(w *world, a store.Actor) (store.Plan, store.Place, error) {
		p, err := w.PlanHooks(ctx, a, "auth0-yaml", hooks)
		return p, store.AllHooks(), err
	}
}

func ofSecrets(secrets ...store.ImportedSecret) func(*world, store.Actor) (store.Plan, store.Place, error) {
	return func(w *world, a store.Actor) (store.Plan, store.Place, error) {
		p, err := w.PlanSecrets(ctx, a, store.OrganizationPlace(), "dotenv", secrets)
		return p, store.OrganizationPlace(), err
	}
}

// everything is the choice of all that can be chosen.
func everything(p store.Plan) store.Choice {
	c := store.Choice{Shown: len(p.Items)}
	for i, item := range p.Items {
		if item.Selectable() {
			c.Picked = append(c.Picked, i)
		}
	}
	return c
}

// 0.16, A-02: whatever the database refuses on the way, an import and its undo happen
// wholly or not at all, without an entry; and afterwards they can be had.
func TestImportIsWholeOrNothing(t *testing.T) {
	abort := func(when string) string {
		return `CREATE TRIGGER fault BEFORE ` + when + ` BEGIN SELECT RAISE(ABORT, 'x'); END`
	}
	full := func(pages int) func(t *testing.T, w *world) {
		return func(t *testing.T, w *world) {
			if err := store.LeaveRoom(ctx, w.Store, w.Actor(t, acme, "editor"), pages); err != nil {
				t.Fatal(err)
			}
		}
	}
	faults := map[string]struct{ begin, over func(t *testing.T, w *world) }{"the disk is full": {full(1), full(1 << 20)}}
	for _, when := range []string{
		`INSERT ON hooks`, `INSERT ON hook_scripts WHEN NEW.version = 1`, `UPDATE OF revision ON hooks`, `UPDATE OF script ON hooks`, `UPDATE OF enabled ON hooks`,
		`INSERT ON hook_scripts WHEN NEW.version > 1`, `INSERT ON secrets WHEN NEW.name = 'LATER'`, `INSERT ON secret_versions WHEN NEW.version = 1`,
		`INSERT ON secret_versions WHEN NEW.version > 1`, `UPDATE OF version ON secrets`, `UPDATE OF due_at ON secrets`, `UPDATE OF deleted_at ON secrets`,
		`UPDATE OF deleted_at ON hooks`, `INSERT ON changes`, `UPDATE ON changes`, `DELETE ON import_plans`,
		`INSERT ON audit_entries WHEN NEW.action LIKE 'import.%'`, `INSERT ON audit_entries WHEN NEW.action LIKE 'secret.%'`, `UPDATE ON audit_logs`,
	} {
		faults[when] = struct{ begin, over func(t *testing.T, w *world) }{
			func(t *testing.T, w *world) { w.sql(t, abort(when)) }, func(t *testing.T, w *world) { w.sql(t, `DROP TRIGGER fault`) }}
	}
	seen := map[string]bool{}
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			a := w.Actor(t, acme, "editor")
			there := broughtHook("there", brought("CHANGED", "old"), brought("GONE", "gone"), brought("WAITS", ""))
			w.importHooks(t, a, there)
			there.Script, there.Enabled = "two()", true
			there.Secrets = []store.ImportedSecret{brought("CHANGED", strings.Repeat("new", 20_000)), brought("NEW", "new"), brought("LATER", ""), brought("WAITS", "filled")}
			p := must(w.PlanHooks(ctx, a, "auth0-yaml", []store.ImportedHook{there, broughtHook("fresh", brought("A", "a"))}))(t)
			change := w.undisturbed(t, name+" apply", fault.begin, fault.over, func() (string, error) {
				done, err := w.ApplyImport(ctx, a, store.AllHooks(), p.ID, p.Token, everything(p))
				return done.Change, err
			}, seen)
			w.undisturbed(t, name+" undo", fault.begin, fault.over, func() (string, error) {
				return "", errOf(w.UndoImport(ctx, a, store.AllHooks(), change))
			}, seen)
			w.verify(t)
		})
	}
	for name := range faults {
		if !seen[name+" apply"] && !seen[name+" undo"] {
			t.Errorf("%s disturbed nothing: the test is out of date", name)
		}
	}
}

// undisturbed does something during a fault, which may not touch it, and then after it.
func (w *world) undisturbed(t *testing.T, name string, begin, over func(*testing.T, *world), do func() (string, error), seen map[string]bool) string {
	t.Helper()
	begin(t, w)
	n, before := len(w.entries(t, acme)), w.state(t)
	result, err := do()
	seen[name] = err != nil
	if err != nil {
		if w.state(t) != before || len(w.entries(t, acme)) != n {
			t.Errorf("%s: %v, and something changed or has an entry", name, err)
		}
		if result != "" {
			t.Errorf("%s: answered %s", name, result)
		}
		if strings.HasPrefix(name, "the disk is full") {
			wantCode(t, err, store.NoSpace)
		}
	}
	over(t, w)
	if err != nil {
		if result, err = do(); err != nil {
			t.Fatalf("%s, afterwards: %v", name, err)
		}
	}
	return result
}
