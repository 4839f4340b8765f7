package store_test

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"hooksafe/store"
)

const because = "moving to the new cluster"

// collected is all that an export hands out, and the error that it ends with.
func collected[T any](export iter.Seq2[T, error]) (all []T, err error) {
	for one, err := range export {
		if err != nil {
			return all, err
		}
		all = append(all, one)
	}
	return all, nil
}

// exported writes secrets as lines, a value or "-" behind each name.
func exported(secrets []store.ExportedSecret) string {
	var b strings.Builder
	for _, s := range secrets {
		value := "-"
		if s.Value != nil {
			value = s.Value.Reveal()
		}
		fmt.Fprintf(&b, "%s=%s\n", s.Name, value)
	}
	return b.String()
}

func (w *world) exportValues(t testing.TB, a store.Actor, in store.Place) string {
	t.Helper()
	return exported(must(collected(must(w.ExportValues(ctx, a, in, because))(t)))(t))
}

func (w *world) makePending(t testing.TB, id string) {
	t.Helper()
	w.sql(t, `UPDATE secrets SET version = 0, last_version = 0 WHERE id = ?`, id)
}

// S-39, A-02: every value has an entry of its own, with version and reason, before the
// first of them is handed out. What has no value leaves none.
func TestS39ExportOfValues(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "admin"), w.Org(acme)
	w.addSecret(t, a, org.Place(), "SECOND", "one")
	must(w.ChangeSecret(ctx, a, org.Place(), secretNamed(t, w, "SECOND").ID, store.SecretChange{Base: 1, Name: "SECOND", Value: ptr(store.NewPlaintext("two"))}))(t)
	w.makePending(t, w.addSecret(t, a, org.Place(), "A_PENDING", "x").ID)
	before := len(w.entries(t, acme))
	export := must(w.ExportValues(ctx, a, org.Place(), because))(t)
	entries := w.entries(t, acme)[before:]
	if len(entries) != 2 {
		t.Fatalf("%d entries before anything is handed out, want 2", len(entries))
	}
	for i, want := range []struct {
		name    string
		version int64
	}{{"API_KEY", 1}, {"SECOND", 2}} {
		e := entries[i]
		if e.Action != "secret.export" || e.Outcome != "done" || str(e.TargetName) != want.name || e.TargetVersion == nil || *e.TargetVersion != want.version || str(e.TargetKind) != "secret" ||
			str(e.Parent) != org.Hook || str(e.ParentName) != org.HookName || str(e.Detail) != "reason: "+because || str(e.ActorName) != "acme admin" {
			t.Errorf("entry is %+v", e)
		}
	}
	if got, want := exported(must(collected(export))(t)), "API_KEY="+org.Value+"\nA_PENDING=-\nSECOND=two\n"; got != want {
		t.Errorf("exported %q, want %q", got, want)
	}
	if n := stored[int](t, w, `SELECT count(*) FROM secret_uses WHERE how = 'export' AND actor = ? AND uses = 1`, a.ID()); n != 2 {
		t.Errorf("%d values count as seen", n)
	}
	w.verify(t)
}

func secretNamed(t testing.TB, w *world, name string) store.Secret {
	t.Helper()
	return must(w.SecretNamed(ctx, w.Actor(t, acme, "viewer"), w.Org(acme).Place(), name))(t)
}

// Names leave without a value, whoever asks; the export is one entry.
func TestS39NamesWithoutValues(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "viewer"), w.Org(acme)
	w.addSecret(t, w.Actor(t, acme, "admin"), own, "SHARED", "value")
	w.Clock.Advance(store.ConfirmFor + time.Minute) // no password is asked for
	for name, c := range map[string]struct {
		export func() (string, error)
		want   string
		hook   string
	}{
		"hook": {func() (string, error) {
			names, err := w.ExportNames(ctx, a, org.Place(), "masked, dotenv")
			if err != nil {
				return "", err
			}
			all, err := collected(names)
			return exported(all), err
		}, "API_KEY=-\n", org.Hook},
		"organization": {func() (string, error) {
			names, err := w.ExportNames(ctx, a, own, "masked, dotenv")
			if err != nil {
				return "", err
			}
			all, err := collected(names)
			return exported(all), err
		}, "SHARED=-\n", ""},
		"hooks": {func() (string, error) {
			x, err := w.ExportHooks(ctx, a, "masked, dotenv")
			if err != nil {
				return "", err
			}
			all, err := collected(x.Hooks)
			return all[0].Name + " " + exported(all[0].Secrets), err
		}, org.HookName + " API_KEY=-\n", ""},
	} {
		before := len(w.entries(t, acme))
		if got, err := c.export(); err != nil || got != c.want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		entries := w.entries(t, acme)[before:]
		if len(entries) != 1 {
			t.Fatalf("%s: %d entries", name, len(entries))
		}
		if e := entries[0]; e.Action != "export.names" || e.Outcome != "done" || str(e.Detail) != "masked, dotenv" || str(e.Parent) != c.hook || e.Target != nil {
			t.Errorf("%s: entry is %+v", name, e)
		}
	}
	if n := stored[int](t, w, `SELECT count(*) FROM secret_uses`); n != 0 {
		t.Errorf("%d values count as seen", n)
	}
}

// S-39, A-02: no entry, no value: not the first ones, and not those of a later batch.
func TestS39NoEntryNoValue(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "owner"), w.Org(acme)
	w.shareMany(t, 600)
	broken := `CREATE TRIGGER no_entries BEFORE INSERT ON audit_entries BEGIN SELECT RAISE(ABORT, 'x'); END`
	export := must(w.ExportValues(ctx, a, own, because))(t)
	w.sql(t, broken)
	before := w.state(t)
	all, err := collected(export)
	if wantCode(t, err, store.Unavailable); len(all) != 500 {
		t.Errorf("%d secrets were handed out, want the 500 that have an entry", len(all))
	}
	for name, begin := range map[string]func() (bool, error){
		"values": func() (bool, error) { x, err := w.ExportValues(ctx, a, org.Place(), because); return x != nil, err },
		"hooks":  func() (bool, error) { x, err := w.ExportHookValues(ctx, a, because); return x.Hooks != nil, err },
		"names":  func() (bool, error) { x, err := w.ExportNames(ctx, a, own, "names"); return x != nil, err },
	} {
		some, err := begin()
		if wantCode(t, err, store.Unavailable); some || strings.Contains(err.Error(), org.Value) {
			t.Errorf("%s: something is handed out, or %v", name, err)
		}
	}
	if after := w.state(t); after != before {
		t.Errorf("changed:\n%s\n%s", before, after)
	}
}

// shareMany gives acme n secrets of its own, OWN_0001 and so on, each with its number as
// its value.
func (w *world) shareMany(t testing.TB, n int) {
	t.Helper()
	a := w.Actor(t, acme, "owner")
	for from := 1; from <= n; from += 20 {
		var add []store.NewSecret
		for i := from; i < from+20 && i <= n; i++ {
			add = append(add, store.NewSecret{Name: fmt.Sprintf("OWN_%05d", i), Value: store.NewPlaintext(fmt.Sprint("value ", i))})
		}
		must(struct{}{}, w.AddSecrets(ctx, a, own, add))(t)
	}
}

// Each batch asks again who is asking: who is removed, or holds a lower role, in the
// middle of an export gets no more of it.
func TestS39WhoIsOutGetsNoMore(t *testing.T) {
	for name, c := range map[string]struct {
		change func(t *testing.T, w *world)
		code   store.Code
		denied int
	}{
		"removed": {func(t *testing.T, w *world) {
			must(w.RemoveMember(ctx, must(w.OperatorIn(ctx, w.Operator(), acme))(t), "admin@acme.example"))(t)
		}, store.NotFound, 0},
		"an editor now": {func(t *testing.T, w *world) {
			must(w.SetMemberRole(ctx, must(w.OperatorIn(ctx, w.Operator(), acme))(t), "admin@acme.example", store.Editor))(t)
		}, store.Denied, 1},
		"signed out": {func(t *testing.T, w *world) { w.sql(t, `UPDATE sessions SET ended_at = 1`) }, store.Unauthenticated, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.shareMany(t, 600)
			export := must(w.ExportValues(ctx, w.Actor(t, acme, "admin"), own, because))(t)
			c.change(t, w)
			all, err := collected(export)
			if wantCode(t, err, c.code); len(all) != 500 {
				t.Errorf("%d secrets were handed out", len(all))
			}
			if n := stored[int](t, w, `SELECT count(*) FROM audit_entries WHERE action = 'secret.export' AND outcome = 'done'`); n != 500 {
				t.Errorf("%d entries of values that left", n)
			}
			if n := stored[int](t, w, `SELECT count(*) FROM audit_entries WHERE action = 'secret.export' AND outcome = 'denied'`); n != c.denied {
				t.Errorf("%d entries of refusals", n)
			}
		})
	}
}

// S-39: the password is asked for at the beginning, whatever the organization settles for
// single values, and not in the middle of an export that takes long.
func TestS39ExportAsksForThePassword(t *testing.T) {
	w := newWorld(t)
	a := w.Actor(t, acme, "owner")
	w.shareMany(t, 600)
	w.sql(t, `UPDATE organizations SET confirm = 'never'`)
	w.Clock.Advance(store.ConfirmFor - time.Second)
	export := must(w.ExportValues(ctx, a, own, because))(t)
	w.Clock.Advance(time.Minute)
	if all := must(collected(export))(t); len(all) != 600 {
		t.Errorf("%d secrets", len(all))
	}
	before := len(w.entries(t, acme))
	for _, err := range []error{errOf(w.ExportValues(ctx, a, own, because)), errOf(w.ExportHookValues(ctx, a, because))} {
		wantCode(t, err, store.ConfirmNeeded)
	}
	if n := len(w.entries(t, acme)); n != before {
		t.Errorf("%d new entries", n-before)
	}
}

// A refusal is one entry, however many secrets there are, and comes before a reason is
// looked at in vain.
func TestS39RefusedExportIsOneEntry(t *testing.T) {
	w := newWorld(t)
	w.shareMany(t, 40)
	for _, role := range []string{"viewer", "editor"} {
		before := len(w.entries(t, acme))
		_, err := w.ExportValues(ctx, w.Actor(t, acme, role), own, because)
		wantCode(t, err, store.Denied)
		all := w.entries(t, acme)
		if e := all[len(all)-1]; len(all) != before+1 || e.Action != "secret.export" || e.Outcome != "denied" || e.Target != nil {
			t.Errorf("%d entries, the last %+v", len(all)-before, e)
		}
	}
}

func TestExportWantsAReason(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "owner"), w.Org(acme)
	before := len(w.entries(t, acme))
	for _, reason := range []string{"", "  ", "two\nlines", "a\ttab", "\xff", strings.Repeat("ü", 201)} {
		for _, err := range []error{errOf(w.ExportValues(ctx, a, org.Place(), reason)), errOf(w.ExportHookValues(ctx, a, reason))} {
			if e := wantRefusal(t, err, store.Invalid, "reason"); reason != "" && strings.Contains(e.Message, reason) {
				t.Errorf("%q repeats the reason", e.Message)
			}
		}
	}
	if n := len(w.entries(t, acme)); n != before {
		t.Errorf("%d new entries", n-before)
	}
	must(w.ExportValues(ctx, a, org.Place(), strings.Repeat("ü", 200)))(t)
}

// What is not there is said before a file begins.
func TestNothingToExport(t *testing.T) {
	w := newWorld(t)
	a := w.Actor(t, acme, "owner")
	hook, secrets := w.addHook(t, acme, "a hook", 1)
	empty, _ := w.addHook(t, acme, "an empty hook", 0)
	w.makePending(t, secrets[0].ID)
	before := len(w.entries(t, acme))
	for want, err := range map[string]error{
		"There are no secrets here to export.":                               errOf(w.ExportNames(ctx, a, store.HookPlace(empty.ID), "names")),
		"There are no secrets here to export. ":                              errOf(w.ExportValues(ctx, a, own, because)),
		"None of these secrets has a value yet. Export them without values.": errOf(w.ExportValues(ctx, a, store.HookPlace(hook.ID), because)),
	} {
		if e := wantRefusal(t, err, store.Conflict, ""); e.Message != strings.TrimSpace(want) {
			t.Errorf("%q, want %q", e.Message, want)
		}
	}
	if n := len(w.entries(t, acme)); n != before {
		t.Errorf("%d new entries", n-before)
	}
	for _, id := range []string{hook.ID, empty.ID, w.Org(acme).Hook} {
		w.sql(t, `UPDATE hooks SET deleted_at = 1, purge_at = 1 WHERE id = ?`, id)
	}
	for _, err := range []error{errOf(w.ExportHooks(ctx, a, "masked")), errOf(w.ExportHookValues(ctx, a, because))} {
		if e := wantRefusal(t, err, store.Conflict, ""); e.Message != "There are no hooks to export." {
			t.Errorf("%q", e.Message)
		}
	}
}

// A value that does not open stops the export, and the entry names it.
func TestExportOfAValueThatDoesNotOpen(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "owner"), w.Org(acme)
	spoilt := w.addSecret(t, a, org.Place(), "SPOILT", "x")
	for _, change := range []string{
		`UPDATE secret_versions SET sealed = (SELECT sealed FROM secret_versions WHERE secret <> ?1) WHERE secret = ?1`,
		`DELETE FROM secret_versions WHERE secret = ?`,
	} {
		w.sql(t, change, spoilt.ID)
		before := len(w.entries(t, acme))
		export, err := w.ExportValues(ctx, a, org.Place(), because)
		if wantCode(t, err, store.Integrity); export != nil {
			t.Error("something is handed out")
		}
		all := w.entries(t, acme)
		if e := all[len(all)-1]; len(all) != before+1 || e.Outcome != "failed" || str(e.TargetName) != "SPOILT" || str(e.Reason) != "integrity" {
			t.Errorf("%d entries, the last %+v", len(all)-before, e)
		}
	}
	if n := stored[int](t, w, `SELECT count(*) FROM secret_uses`); n != 0 {
		t.Errorf("%d values count as seen", n)
	}
}

// An export of many values is a burst, marked once; one of a few is none.
func TestS22ExportIsABurst(t *testing.T) {
	w := newWorld(t)
	bursts := func() int {
		return stored[int](t, w, `SELECT count(*) FROM audit_entries WHERE action = 'secret.burst'`)
	}
	w.exportValues(t, w.Actor(t, acme, "owner"), w.Org(acme).Place())
	if n := bursts(); n != 0 {
		t.Errorf("%d bursts by one value", n)
	}
	w.shareMany(t, 600)
	w.exportValues(t, w.Actor(t, acme, "owner"), own)
	if n := bursts(); n != 1 {
		t.Errorf("%d bursts by 600 values", n)
	}
	if got := stored[string](t, w, `SELECT detail FROM audit_entries WHERE action = 'secret.burst'`); got != "501 different secrets within a minute" {
		t.Errorf("marked with %q", got)
	}
	w.verify(t)
}

// What somebody exported counts as seen when they go, and is due for a new value then.
func TestExportedValuesAreKnown(t *testing.T) {
	w := newWorld(t)
	admin, org := w.Actor(t, acme, "admin"), w.Org(acme)
	w.exportValues(t, admin, org.Place())
	going := must(w.MemberToRemove(ctx, w.Actor(t, acme, "owner"), admin.ID()))(t)
	if going.Known != 1 || going.Seen[0].Name != "API_KEY" || going.Seen[0].How != "export" {
		t.Errorf("%+v", going.Seen)
	}
	if d := must(w.SecretDetail(ctx, w.Actor(t, acme, "owner"), org.Place(), org.Secret))(t); len(d.Uses) != 1 || d.Uses[0].How != "export" || d.Uses[0].By != "acme admin" {
		t.Errorf("%+v", d.Uses)
	}
	must(w.DismissMember(ctx, w.Actor(t, acme, "owner"), admin.ID(), nil))(t)
	if s := secretNamed(t, w, "API_KEY"); s.DueFor != "acme admin" {
		t.Errorf("due for %q", s.DueFor)
	}
	owner := w.Actor(t, acme, "owner")
	back := must(w.ChangeSecret(ctx, owner, org.Place(), org.Secret, store.SecretChange{Base: 1, Name: "API_KEY", Value: ptr(store.NewPlaintext(org.Value))}))(t)
	if back.DueFor != "acme admin" {
		t.Error("the same value again is as known as before")
	}
}

// All hooks leave by trigger and name with all that makes them, secrets by name, and the
// same each time; what was deleted does not.
func TestExportOfHooks(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "owner"), w.Org(acme)
	many, _ := w.addHook(t, acme, "many secrets", 12)
	must(w.SaveHook(ctx, a, many.ID, store.HookChange{Base: 1, Script: ptr("// many"), Dependencies: &[]store.Dependency{{Name: "lodash", Version: "4"}}}))(t)
	w.addHook(t, acme, "Empty", 0)
	gone, _ := w.addHook(t, acme, "gone", 1)
	must(w.DeleteHook(ctx, a, gone.ID, "gone"))(t)
	w.addHook(t, globex, "foreign", 1)
	must(w.DeleteSecret(ctx, a, store.HookPlace(many.ID), must(w.SecretNamed(ctx, a, store.HookPlace(many.ID), "S2"))(t).ID, "S2"))(t)
	enabled, _, err := w.EnableHook(ctx, a, many.ID, true)
	if err != nil || !enabled.Enabled {
		t.Fatal(err)
	}

	var before []string
	for range 2 {
		x := must(w.ExportHookValues(ctx, a, because))(t)
		var scripts, hooks []string
		for _, h := range must(collected(x.Scripts))(t) {
			scripts = append(scripts, h.Name)
			if h.Name == "many secrets" && h.Script != "// many" {
				t.Errorf("script is %q", h.Script)
			}
		}
		for _, h := range must(collected(x.Hooks))(t) {
			hooks = append(hooks, fmt.Sprint(h.Name, " ", h.Trigger, " ", h.Enabled, " ", h.Dependencies.List(), "\n", exported(h.Secrets)))
		}
		want := []string{
			org.HookName + " " + must(w.Hook(ctx, a, org.Hook))(t).Trigger + " false []\nAPI_KEY=" + org.Value + "\n",
			"Empty send-phone-message false []\n",
			"many secrets send-phone-message true [{lodash 4}]\nS1=value 1\nS10=value 10\nS11=value 11\nS12=value 12\nS3=value 3\n" +
				"S4=value 4\nS5=value 5\nS6=value 6\nS7=value 7\nS8=value 8\nS9=value 9\n",
		}
		if !slices.Equal(scripts, []string{org.HookName, "Empty", "many secrets"}) || !slices.Equal(hooks, want) {
			t.Errorf("scripts of %q and hooks\n%q, want\n%q", scripts, hooks, want)
		}
		if before != nil && !slices.Equal(before, hooks) {
			t.Error("another order than before")
		}
		before = hooks
	}
}

// A batch may end among the secrets of a hook, and nobody sees where. What is deleted
// before it is read is left out; what is on its way keeps its script.
func TestExportInBatches(t *testing.T) {
	w := newWorld(t)
	a, big := w.Actor(t, acme, "owner"), strings.Repeat("x", 64<<10-2)
	var hooks []store.Hook
	for i := range 6 { // a batch of 4 MiB ends in the fourth of them
		hook, _ := w.addHook(t, acme, fmt.Sprint("hook ", i), 0)
		var add []store.NewSecret
		for j := range 20 {
			add = append(add, store.NewSecret{Name: fmt.Sprintf("BIG_%02d", j), Value: store.NewPlaintext(fmt.Sprintf("%02d", j) + big)})
		}
		must(struct{}{}, w.AddSecrets(ctx, a, store.HookPlace(hook.ID), add))(t)
		hooks = append(hooks, hook)
	}
	before := len(w.entries(t, acme))
	x := must(w.ExportHookValues(ctx, a, because))(t)
	if n := len(w.entries(t, acme)) - before; n < 62 || n > 79 {
		t.Fatalf("%d entries before the first value, want some of the fourth hook of 20", n)
	}
	for _, i := range []int{0, 4} {
		must(w.DeleteHook(ctx, a, hooks[i].ID, hooks[i].Name))(t)
	}
	if scripts := must(collected(x.Scripts))(t); len(scripts) != 7 || scripts[1].Name != "hook 0" || scripts[1].Script == "" {
		t.Errorf("%d scripts", len(scripts))
	}
	var got []string
	for _, h := range must(collected(x.Hooks))(t) {
		got = append(got, h.Name)
		for j, s := range h.Secrets {
			if h.Name != w.Org(acme).HookName && (len(h.Secrets) != 20 || s.Name != fmt.Sprintf("BIG_%02d", j) || s.Value.Reveal() != fmt.Sprintf("%02d", j)+big) {
				t.Errorf("%d secrets of %s, and %s at %d", len(h.Secrets), h.Name, s.Name, j)
			}
		}
	}
	if want := []string{w.Org(acme).HookName, "hook 0", "hook 1", "hook 2", "hook 3", "hook 5"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// What somebody takes no more of is not read, and gets no entry.
func TestExportThatIsLeft(t *testing.T) {
	w := newWorld(t)
	w.shareMany(t, 600)
	for range must(w.ExportValues(ctx, w.Actor(t, acme, "owner"), own, because))(t) {
		break
	}
	if n := stored[int](t, w, `SELECT count(*) FROM audit_entries WHERE action = 'secret.export'`); n != 500 {
		t.Errorf("%d entries", n)
	}
}

// A batch without a single value, in the beginning or later, is handed out all the same,
// and leaves no entry.
func TestBatchesWithoutValues(t *testing.T) {
	for name, pending := range map[string]string{"the first 500": `name <= 'OWN_00500'`, "the last 100": `name > 'OWN_00500'`} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.shareMany(t, 600)
			w.sql(t, `UPDATE secrets SET version = 0, last_version = 0 WHERE `+pending)
			valued := stored[int](t, w, `SELECT count(*) FROM secrets WHERE hook = '' AND version > 0`)
			all := must(collected(must(w.ExportValues(ctx, w.Actor(t, acme, "owner"), own, because))(t)))(t)
			n := stored[int](t, w, `SELECT count(*) FROM audit_entries WHERE action = 'secret.export'`)
			if len(all) != 600 || n != valued || !slices.IsSortedFunc(all, func(a, b store.ExportedSecret) int { return strings.Compare(a.Name, b.Name) }) {
				t.Errorf("%d secrets, %d entries of %d values", len(all), n, valued)
			}
			w.verify(t)
		})
	}
}

// Each batch is read along the index of names, from where the one before ended.
func TestExportReadsAlongTheNames(t *testing.T) {
	w := newWorld(t)
	for _, query := range store.ExportQueries {
		var plan []string
		rows := must(w.file.NamedQuery("EXPLAIN QUERY PLAN "+query, map[string]any{"org_id": "o", "hook": "", "after": "", "limit": 500}))(t)
		for rows.Next() {
			plan = append(plan, fmt.Sprint(must(rows.SliceScan())(t)[3]))
		}
		rows.Close()
		whole := strings.Join(plan, "\n")
		if !strings.HasPrefix(whole, "SEARCH s USING INDEX secrets_name (org=? AND hook=? AND name>?)") || strings.Contains(whole, "SCAN") || strings.Contains(whole, "B-TREE") {
			t.Errorf("reads or sorts more than the batch:\n%s", whole)
		}
	}
}

// BenchmarkExportValuesOf20000 is all of 20,000 organization secrets with their values:
// opened, recorded and read.
func BenchmarkExportValuesOf20000(b *testing.B) {
	w := newWorld(b)
	w.shareMany(b, 20_000)
	a := w.Actor(b, acme, "owner")
	b.ReportAllocs()
	for b.Loop() {
		if all := must(collected(must(w.ExportValues(ctx, a, own, because))(b)))(b); len(all) != 20_000 {
			b.Fatal(len(all))
		}
	}
}

// BenchmarkExportOf5000Hooks is the names of 20,000 secrets in 5,000 hooks, with the
// scripts.
func BenchmarkExportOf5000Hooks(b *testing.B) {
	w := newWorld(b)
	w.manyHooks(b)
	a := w.Actor(b, acme, "viewer")
	for b.Loop() {
		x := must(w.ExportHooks(ctx, a, "masked"))(b)
		if n := len(must(collected(x.Scripts))(b)) + len(must(collected(x.Hooks))(b)); n != 2*5001 {
			b.Fatal(n)
		}
	}
}
