package store_test

import (
	"slices"
	"testing"
	"time"

	"hooksafe/store"
)

// adds up as one would by hand: what AuditActivity says of a period, for somebody who
// sees the entries of one actor, or of everybody.
func addUp(all []store.AuditEntry, f store.AuditFilter, today time.Time) store.AuditActivity {
	out := store.AuditActivity{OpensBefore: -1}
	to := f.To
	if to.IsZero() {
		to = today
	}
	from := to.AddDate(0, 0, 1-store.DrawnDays)
	if f.From.After(from) {
		from = f.From
	}
	for day := from; !day.After(to); day = day.AddDate(0, 0, 1) {
		out.Days = append(out.Days, store.AuditDay{Day: day})
	}
	length := to.Sub(f.From) + 24*time.Hour
	if !f.From.IsZero() {
		out.OpensBefore = 0
	}
	openers, changers := map[string]bool{}, map[string]bool{}
	for _, e := range all {
		day := time.UnixMicro(e.At).UTC().Truncate(24 * time.Hour)
		opens := e.Action == "secret.reveal" || e.Action == "secret.copy"
		if who := (store.AuditFilter{Person: f.Person}); !chooses(who, all, e) {
			continue
		}
		if opens && e.Outcome == "done" && !f.From.IsZero() && !day.Before(f.From.Add(-length)) && !day.After(to.Add(-length)) {
			out.OpensBefore++
		}
		if day.Before(f.From) || day.After(to) {
			continue
		}
		var drawn store.AuditDay
		out.Entries++
		switch {
		case e.Outcome != "done":
			out.Refused.N++
			out.Refused.Last = time.UnixMicro(e.At).UTC()
			drawn.Refused = 1
		case opens:
			out.Opens.N++
			openers[str(e.Actor)] = true
			drawn.Opens = 1
		default:
			out.Changes.N++
			if e.ActorKind == "user" {
				changers[str(e.Actor)] = true
			}
			drawn.Changes = 1
		}
		i := slices.IndexFunc(out.Days, func(d store.AuditDay) bool { return d.Day.Equal(day) })
		if i >= 0 && (e.ActorKind == "user" || f.Person != "") {
			out.Days[i].Opens += drawn.Opens
			out.Days[i].Changes += drawn.Changes
			out.Days[i].Refused += drawn.Refused
		}
	}
	delete(openers, "")
	out.Opens.People, out.Changes.People = len(openers), len(changers)
	return out
}

// The sums of a period are those of its entries, whatever the period and whoever
// asks; of the log of somebody who sees their own entries only, of those.
func TestAuditActivity(t *testing.T) {
	w, all := mixedLog(t, 3, 300)
	owner, editor := w.Actor(t, acme, "owner"), w.Actor(t, acme, "editor")
	w.Clock.Set(w.Now().Add(39 * 24 * time.Hour))
	today := w.Now().Truncate(24 * time.Hour)
	for _, f := range []store.AuditFilter{
		{}, {From: today.AddDate(0, 0, -6)}, {From: today.AddDate(0, 0, -29)}, {To: today.AddDate(0, 0, -10)},
		{From: today.AddDate(0, 0, -20), To: today.AddDate(0, 0, -15)}, {From: today.AddDate(0, 0, -300)},
		{From: today.AddDate(0, 0, 5), To: today.AddDate(0, 0, 6)}, {To: today.AddDate(-1, 0, 0)},
	} {
		for _, person := range []string{"", "u_1", store.AuditOperator, "u_none"} {
			f.Person = person
			asked := f
			asked.Text, asked.Action, asked.Outcome, asked.Target, asked.Hook = "x", "hook.update", "denied", "s_1", "h_1"
			wantActivity(t, w, owner, asked, addUp(all, f, today), int64(len(all)))
			mine := f
			mine.Person = editor.ID()
			own := 0
			for _, e := range all {
				if str(e.Actor) == editor.ID() {
					own++
				}
			}
			wantActivity(t, w, editor, f, addUp(all, mine, today), int64(own))
		}
	}
}

func wantActivity(t *testing.T, w *world, a store.Actor, f store.AuditFilter, want store.AuditActivity, log int64) {
	t.Helper()
	got := must(w.AuditActivity(ctx, a, f))(t)
	want.Log = log
	if got.Opens != want.Opens || got.Changes != want.Changes || got.Refused != want.Refused || got.Entries != want.Entries ||
		got.OpensBefore != want.OpensBefore || got.Log != want.Log || !slices.Equal(got.Days, want.Days) || got.Burst != nil {
		t.Errorf("%+v for %s:\n%+v\nwant\n%+v", f, a.Role(), got, want)
	}
}

// A burst is told for a week, to those who see the whole log.
func TestAuditActivityTellsABurst(t *testing.T) {
	w := newWorld(t)
	owner, admin, editor := w.Actor(t, acme, "owner"), w.Actor(t, acme, "admin"), w.Actor(t, acme, "editor")
	for i, slug := range []string{globex, acme, acme} {
		w.sql(t, `
			INSERT INTO audit_entries (log, seq, format, id, at, actor_kind, actor, action, target_kind, target, outcome, leaf)
			SELECT id, 100 + ?, 1, 'burst' || ?, ?, 'user', ?, 'secret.burst', 'user', ?, 'done', x'00' FROM organizations WHERE slug = ?`,
			i, i, w.Now().UnixMicro(), editor.ID(), editor.ID(), slug)
	}
	for _, c := range []struct {
		later time.Duration
		want  bool
	}{{0, true}, {7 * 24 * time.Hour, true}, {time.Second, false}} {
		w.Clock.Advance(c.later)
		for _, a := range []store.Actor{owner, admin, editor} {
			burst := must(w.AuditActivity(ctx, a, store.AuditFilter{}))(t).Burst
			if (burst != nil) != (c.want && a != editor) || burst != nil && burst.ID != "burst2" {
				t.Errorf("%s later %s is told of %v", c.later, a.Role(), burst)
			}
		}
	}
}

// Those to choose from: everybody who has acted, once, by the newest name, and whether
// they still belong here.
func TestAuditPeople(t *testing.T) {
	w := newWorld(t)
	owner, editor := w.Actor(t, acme, "owner"), w.Actor(t, acme, "editor")
	want := []store.AuditPerson{{ID: editor.ID(), Name: "acme editor"}, {ID: store.AuditOperator}}
	if got := must(w.AuditPeople(ctx, owner))(t); !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
	w.sql(t, `UPDATE users SET name = 'Zoë' WHERE id = ?`, editor.ID())
	must(w.RevealSecret(ctx, w.Actor(t, acme, "editor"), w.Org(acme).Place(), w.Org(acme).Secret, 0, ""))(t)
	_, err := w.RevealSecret(ctx, w.Actor(t, acme, "viewer"), w.Org(acme).Place(), w.Org(acme).Secret, 0, "")
	wantCode(t, err, store.Denied)
	must(w.RemoveMember(ctx, must(w.OperatorIn(ctx, w.Operator(), acme))(t), "editor@acme.example"))(t)
	viewer := w.Actor(t, acme, "viewer")
	want = []store.AuditPerson{{ID: viewer.ID(), Name: "acme viewer"}, {ID: editor.ID(), Name: "Zoë"}, {ID: store.AuditOperator}}
	if got := must(w.AuditPeople(ctx, owner))(t); !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
	if got := must(w.AuditPeople(ctx, viewer))(t); got != nil {
		t.Errorf("a viewer may choose from %+v", got)
	}
}
