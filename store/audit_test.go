package store_test

import (
	"slices"
	"testing"
	"time"

	"hooksafe/store"
)

func seqs(entries []store.AuditEntry) (all []int64) {
	for _, e := range entries {
		all = append(all, e.Seq)
	}
	return all
}

// owners and admins read all of the log, everybody else their own entries.
func TestA08WhoReadsWhat(t *testing.T) {
	w := newWorld(t)
	org := w.Org(acme)
	for range 3 {
		for _, role := range []string{"editor", "admin", "owner"} {
			must(w.RevealSecret(ctx, w.Actor(t, acme, role), org.Place(), org.Secret, 0, ""))(t)
		}
		_, err := w.RevealSecret(ctx, w.Actor(t, acme, "viewer"), org.Place(), org.Secret, 0, "")
		wantCode(t, err, store.Denied)
	}
	all := w.entries(t, acme)
	slices.Reverse(all)
	for _, role := range []string{"owner", "admin", "editor", "viewer"} {
		t.Run(role, func(t *testing.T) {
			a := w.Actor(t, acme, role)
			whole := role == "owner" || role == "admin"
			var want []int64
			for _, e := range all {
				if whole || str(e.Actor) == a.ID() {
					want = append(want, e.Seq)
				}
			}
			var got []int64
			before, pages := int64(0), 0
			for {
				page := must(w.Audit(ctx, a, store.AuditFilter{}, before, 4))(t)
				if page.Whole != whole || len(page.Entries) > 4 {
					t.Errorf("%+v", page)
				}
				got = append(got, seqs(page.Entries)...)
				pages++
				if before = page.Next; before == 0 {
					break
				}
			}
			if !slices.Equal(got, want) || pages != (len(want)+3)/4 {
				t.Errorf("%d pages: %v, want %v", pages, got, want)
			}
			for _, e := range all {
				page, err := w.AuditAround(ctx, a, e.ID, 3)
				if !slices.Contains(want, e.Seq) {
					wantCode(t, err, store.NotFound)
				} else if err != nil || page.Entries[0].ID != e.ID || len(page.Entries) > 3 || page.Whole != whole {
					t.Errorf("around %d: %v, %v", e.Seq, seqs(page.Entries), err)
				}
			}
			_, err := w.AuditAround(ctx, a, "ghost", 3)
			wantCode(t, err, store.NotFound)
		})
	}
	if operator := must(w.OperatorIn(ctx, w.Operator(), acme))(t); !must(w.Audit(ctx, operator, store.AuditFilter{}, 0, 1))(t).Whole {
		t.Error("the operator does not read all of it")
	}
}

// An entry shows what is stored, and the newest first, also when all are of one time.
func TestAuditPageIsWhatIsStored(t *testing.T) {
	w := newWorld(t)
	a := w.Actor(t, acme, "owner")
	all := w.entries(t, acme)
	page := must(w.Audit(ctx, a, store.AuditFilter{}, 0, 1000))(t)
	slices.Reverse(page.Entries)
	if len(page.Entries) != len(all) || page.Next != 0 {
		t.Fatalf("%d entries, next %d", len(page.Entries), page.Next)
	}
	for i, e := range page.Entries {
		if e.LeafHash() != all[i].LeafHash() {
			t.Errorf("entry %d differs", e.Seq)
		}
	}
	for _, before := range []int64{-1, 0} {
		if page := must(w.Audit(ctx, a, store.AuditFilter{}, before, 2))(t); len(page.Entries) != 2 || page.Entries[0].Seq != int64(len(all)) {
			t.Errorf("before %d: %v", before, seqs(page.Entries))
		}
	}
	if page := must(w.Audit(ctx, a, store.AuditFilter{}, 1, 2))(t); len(page.Entries) != 0 || page.Next != 0 {
		t.Errorf("before the first: %v", seqs(page.Entries))
	}
}

// An entry reads the same after everything it names was renamed or deleted.
func TestEntriesKeepTheirNames(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "editor"), w.Org(acme)
	must(w.RevealSecret(ctx, a, org.Place(), org.Secret, 0, ""))(t)
	then := w.lastEntry(t, acme)
	must(w.ChangeSecret(ctx, a, org.Place(), org.Secret, store.SecretChange{Base: 1, Name: "RENAMED"}))(t)
	must(w.SaveHook(ctx, a, org.Hook, store.HookChange{Base: 1, Name: ptr("renamed")}))(t)
	w.sql(t, `UPDATE users SET name = 'Somebody Else' WHERE id = ?`, a.ID())
	must(w.DeleteHook(ctx, w.Actor(t, acme, "editor"), org.Hook, "renamed"))(t)

	got := must(w.AuditAround(ctx, w.Actor(t, acme, "owner"), then.ID, 1))(t).Entries[0]
	if str(got.TargetName) != "API_KEY" || str(got.ParentName) != "acme-hook" || str(got.ActorName) != "acme editor" || got.LeafHash() != then.LeafHash() {
		t.Errorf("%+v", got)
	}
	now := w.lastEntry(t, acme)
	if str(now.TargetName) != "renamed" || str(now.ActorName) != "Somebody Else" {
		t.Errorf("%+v", now)
	}
	w.verify(t)
}

// by sequence, whatever the clock says.
func TestA09Order(t *testing.T) {
	w := newWorld(t)
	a := w.Actor(t, acme, "owner")
	w.addHook(t, acme, "one", 0)
	w.Clock.Set(w.Now().Add(-48 * time.Hour))
	w.addHook(t, acme, "two", 0)
	page := must(w.Audit(ctx, a, store.AuditFilter{}, 0, 2))(t)
	if str(page.Entries[0].TargetName) != "two" || page.Entries[0].At < page.Entries[1].At {
		t.Errorf("%+v", page.Entries)
	}
	w.verify(t)
}
