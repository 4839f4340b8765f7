package store_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"hooksafe/store"
)

// mixedLog fills the logs of both organizations with entries of every kind, over
// 40 days, made from a seed.
func mixedLog(t testing.TB, seed uint64, n int) (w *world, all []store.AuditEntry) {
	t.Helper()
	w = newWorld(t)
	random := rand.New(rand.NewPCG(seed, 0))
	pick := func(from ...string) string { return from[random.IntN(len(from))] }
	for _, slug := range []string{acme, globex} {
		log, size := w.Actor(t, slug, "owner").Org().ID, len(w.entries(t, slug))
		editor := w.Actor(t, slug, "editor").ID()
		for i := range n {
			who := pick("user", "user", "user", "operator", "server")
			var actor, name *string
			if who == "user" {
				id := pick(editor, "u_1", "u_2")
				actor, name = &id, ptr(id+pick(" Tomás", " TOMÁS", ""))
			}
			hook, secret := pick("h_1", "h_2"), pick("s_1", "s_2", "s_3")
			w.sql(t, `
				INSERT INTO audit_entries (log, seq, format, id, at, actor_kind, actor, actor_name, action, parent, parent_name,
					target_kind, target, target_name, outcome, address, request, leaf)
				VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, 'secret', ?, ?, ?, ?, ?, zeroblob(32))`,
				log, size+1+i, fmt.Sprint(slug, i), w.Now().Add(time.Duration(i)*40*24*time.Hour/time.Duration(n)).UnixMicro(),
				who, actor, name, pick("secret.reveal", "secret.copy", "secret.update", "hook.update", "member.remove"),
				hook, hook+slug+pick("", "_100%", " École"), secret, strings.ToUpper(secret)+pick("", "_OLD"),
				pick("done", "done", "denied", "failed"), pick("192.0.2.1", "192.0.2.2"), pick("r1", "r2"))
		}
	}
	w.tellApart(t)
	return w, w.entries(t, acme)
}

// chooses is the filter as one would write it down: over all entries, slowly.
func chooses(f store.AuditFilter, all []store.AuditEntry, e store.AuditEntry) bool {
	day := time.UnixMicro(e.At).UTC().Truncate(24 * time.Hour)
	group := map[string][]string{
		store.AuditOpens: {"secret.reveal", "secret.copy"}, store.AuditRefused: {"denied", "failed"},
		store.AuditChanges: {"secret.update", "hook.update", "member.remove", "secret.create", "hook.create", "member.add", "organization.create"},
	}
	is := func(want, got string) bool { return want == "" || got == want || slices.Contains(group[want], got) }
	who := str(e.Actor)
	if who == "" {
		who = e.ActorKind
	}
	return is(f.Person, who) && is(f.Action, e.Action) && is(f.Outcome, e.Outcome) && is(f.Target, str(e.Target)) &&
		(f.Hook == "" || f.Hook == str(e.Target) || f.Hook == str(e.Parent)) &&
		(f.From.IsZero() || !day.Before(f.From)) && (f.To.IsZero() || !day.After(f.To)) &&
		(f.Text == "" || hasText(f.Text, all, e))
}

// hasText: a name that it, its parent or its actor has anywhere in the log.
func hasText(text string, all []store.AuditEntry, e store.AuditEntry) bool {
	if text == str(e.Address) || text == str(e.Request) || text == e.ID {
		return true
	}
	in := func(name *string) bool { return strings.Contains(strings.ToLower(str(name)), strings.ToLower(text)) }
	same := func(a, b *string) bool { return a != nil && str(a) == str(b) }
	return slices.ContainsFunc(all, func(o store.AuditEntry) bool {
		return same(e.Target, o.Target) && in(o.TargetName) || same(e.Parent, o.Parent) && in(o.ParentName) || same(e.Actor, o.Actor) && in(o.ActorName)
	})
}

// singleFilters are one of every kind, and the zero one.
func singleFilters(w *world, editor string) []store.AuditFilter {
	var all []store.AuditFilter
	for _, text := range []string{"s_1", "S_2_OLD", "tomás", "TOMÁS", "école", "100%", "%", "_", `\`, "192.0.2.1", "192.0.2", "r1", "acme7", "globex", "nothing"} {
		all = append(all, store.AuditFilter{Text: text})
	}
	for _, person := range []string{editor, "u_1", store.AuditOperator, store.AuditServer, "u_none"} {
		all = append(all, store.AuditFilter{Person: person})
	}
	for _, action := range []string{"secret.copy", "member.remove", "secret.burst", store.AuditOpens, store.AuditChanges} {
		all = append(all, store.AuditFilter{Action: action})
	}
	for _, outcome := range []string{"done", "denied", "failed", store.AuditRefused} {
		all = append(all, store.AuditFilter{Outcome: outcome})
	}
	today := w.Now().Truncate(24 * time.Hour)
	return append(all, store.AuditFilter{},
		store.AuditFilter{Target: "s_1"}, store.AuditFilter{Target: "h_1"}, store.AuditFilter{Hook: "h_1"}, store.AuditFilter{Hook: "h_none"},
		store.AuditFilter{From: today.AddDate(0, 0, 30)}, store.AuditFilter{To: today}, store.AuditFilter{From: today.AddDate(0, 0, 5), To: today.AddDate(0, 0, 9)},
		store.AuditFilter{From: today.AddDate(1, 0, 0)}, store.AuditFilter{To: today.AddDate(-1, 0, 0)})
}

// both is two filters at once, false if they say different things of the same.
func both(a, b store.AuditFilter) (store.AuditFilter, bool) {
	clash := false
	one := func(a, b string) string {
		clash = clash || a != "" && b != ""
		return a + b
	}
	f := store.AuditFilter{
		Text: one(a.Text, b.Text), Person: one(a.Person, b.Person), Action: one(a.Action, b.Action),
		Outcome: one(a.Outcome, b.Outcome), Target: one(a.Target, b.Target), Hook: one(a.Hook, b.Hook), From: a.From, To: a.To,
	}
	if a.From.IsZero() && a.To.IsZero() {
		f.From, f.To = b.From, b.To
	}
	return f, !clash
}

// Each filter, alone and with every other, chooses what it says: paged through,
// newest first, nothing twice and nothing left out; and exported, oldest first.
func TestAuditFilters(t *testing.T) {
	w, all := mixedLog(t, 1, 120)
	owner, editor := w.Actor(t, acme, "owner"), w.Actor(t, acme, "editor")
	singles := singleFilters(w, editor.ID())
	for i, a := range singles {
		for _, b := range singles[i:] {
			f, fits := both(a, b)
			if !fits && a != b {
				continue
			}
			if a == b {
				f = a
			}
			if !f.Valid() {
				t.Fatalf("%+v is not valid", f)
			}
			var want, own []int64
			for _, e := range slices.Backward(all) {
				if chooses(f, all, e) {
					want = append(want, e.Seq)
				}
				if mine := f; str(e.Actor) == editor.ID() {
					if mine.Person = ""; chooses(mine, all, e) {
						own = append(own, e.Seq)
					}
				}
			}
			wantPages(t, w, owner, f, 37, want)
			wantPages(t, w, editor, f, 37, own)
			if a == b {
				wantPages(t, w, owner, f, 4, want)
				slices.Reverse(want)
				var lines strings.Builder
				for piece := range must(store.ExportUpTo(ctx, w.Store, owner, f, all[len(all)-1].ID))(t) {
					lines.Write(piece)
				}
				if got := exportedSeqs(t, lines.String()); !slices.Equal(got, want) {
					t.Errorf("%+v exports %v, want %v", f, got, want)
				}
			}
		}
	}
}

// wantPages pages through what a filter chooses.
func wantPages(t *testing.T, w *world, a store.Actor, f store.AuditFilter, size int, want []int64) {
	t.Helper()
	var got []int64
	for before := int64(0); ; {
		page := must(w.Audit(ctx, a, f, before, size))(t)
		got = append(got, seqs(page.Entries)...)
		if page.Total >= 0 && page.Total != int64(len(want)) {
			t.Errorf("%+v for %s: %d in all, want %d", f, a.Role(), page.Total, len(want))
		}
		for _, e := range page.Entries {
			if e.Log != a.Org().ID {
				t.Errorf("%+v shows an entry of another log", f)
			}
		}
		if before = page.Next; before == 0 {
			break
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("%+v for %s: %v, want %v", f, a.Role(), got, want)
	}
}

// A text may find more names than a page has entries, some of them long unused.
func TestAuditTextOfManyNames(t *testing.T) {
	w := newWorld(t)
	owner := w.Actor(t, acme, "owner")
	size := len(w.entries(t, acme))
	for i := range 300 {
		part, kind := []any{fmt.Sprint("s_", i/40), fmt.Sprint("NAME_", i), nil, nil}, "secret"
		if i >= 150 {
			part = []any{"s", "OTHER", fmt.Sprint("h_", i), fmt.Sprint("Name ", i)}
		}
		w.sql(t, `
			INSERT INTO audit_entries (log, seq, format, id, at, actor_kind, actor, actor_name, action, target, target_name, parent, parent_name, target_kind, outcome, leaf)
			VALUES (?, ?, 1, ?, ?, 'user', ?, 'x', 'secret.update', ?, ?, ?, ?, ?, 'done', x'00')`,
			append([]any{owner.Org().ID, size + 1 + i, fmt.Sprint("e", i), w.Now().UnixMicro(), fmt.Sprint("u_", i%3)}, append(part, kind)...)...)
	}
	w.tellApart(t)
	all := w.entries(t, acme)
	for _, f := range []store.AuditFilter{{Text: "name"}, {Text: "name", Person: "u_1"}, {Text: "name_1", Person: "u_1"}, {Text: "name", Outcome: "done"}} {
		var want []int64
		for _, e := range slices.Backward(all) {
			if chooses(f, all, e) {
				want = append(want, e.Seq)
			}
		}
		wantPages(t, w, owner, f, 20, want)
	}
}

// What the totals know is said without counting entries.
func TestAuditTotals(t *testing.T) {
	w, _ := mixedLog(t, 2, 60)
	owner := w.Actor(t, acme, "owner")
	for _, f := range singleFilters(w, owner.ID()) {
		known := f.Text == "" && f.Target == "" && f.Hook == "" && !strings.Contains(f.Action, ".")
		if page := must(w.Audit(ctx, owner, f, 0, 5))(t); (page.Total >= 0) != known {
			t.Errorf("%+v: %d in all", f, page.Total)
		}
	}
}

func TestAuditFilterIsValid(t *testing.T) {
	now := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		f    store.AuditFilter
		want bool
	}{
		{store.AuditFilter{}, true},
		{store.AuditFilter{Action: "secret.reveal", Outcome: "denied", From: now, To: now}, true},
		{store.AuditFilter{Action: "secret.eat"}, false},
		{store.AuditFilter{Action: "open"}, false},
		{store.AuditFilter{Outcome: "good"}, false},
		{store.AuditFilter{From: now, To: now.AddDate(0, 0, -1)}, false},
	} {
		if test.f.Valid() != test.want {
			t.Errorf("%+v: %v", test.f, !test.want)
		}
	}
	for _, action := range store.AuditActions() {
		if !(store.AuditFilter{Action: action}).Valid() {
			t.Errorf("%s is offered and not valid", action)
		}
	}
}

// However long the log, a filter is looked up by an index that is in the order of
// the page, and whatever else is asked for does not lead away from it.
func TestAuditLookupsUseTheirIndex(t *testing.T) {
	w := newWorld(t)
	for _, test := range []struct {
		f     store.AuditFilter
		index string
	}{
		{store.AuditFilter{}, "audit_entries_seq"},
		{store.AuditFilter{Outcome: "done"}, "audit_entries_seq"},
		{store.AuditFilter{Outcome: "denied"}, "audit_entries_refused"},
		{store.AuditFilter{Outcome: store.AuditRefused}, "audit_entries_refused"},
		{store.AuditFilter{Person: "p"}, "audit_entries_actor"},
		{store.AuditFilter{Person: store.AuditOperator}, "audit_entries_actor"},
		{store.AuditFilter{Action: "secret.copy"}, "audit_entries_action"},
		{store.AuditFilter{Action: store.AuditChanges}, "audit_entries_action"},
		{store.AuditFilter{Target: "t"}, "audit_entries_target"},
		{store.AuditFilter{Person: "p", Action: "secret.copy", Outcome: "denied"}, "audit_entries_actor"},
		{store.AuditFilter{Target: "t", Person: "p", Action: "secret.copy", Outcome: store.AuditRefused, Hook: "h"}, "audit_entries_target"},
	} {
		for _, statement := range store.LookupStatements(test.f) {
			var plan []struct {
				ID      int
				Parent  int
				NotUsed int
				Detail  string
			}
			if err := w.file.Select(&plan, "EXPLAIN QUERY PLAN "+regexp.MustCompile(`:\w+`).ReplaceAllString(statement, "'1'")); err != nil {
				t.Fatal(err)
			}
			if len(plan) != 1 || !strings.HasPrefix(plan[0].Detail, "SEARCH e USING") || !strings.Contains(plan[0].Detail, test.index+" ") {
				t.Errorf("%+v: %v", test.f, plan)
			}
		}
	}
}
