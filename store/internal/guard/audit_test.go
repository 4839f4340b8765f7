package guard

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"hooksafe/store/internal/ledger"
	"hooksafe/store/internal/seal"
)

// each log opens with its first entry, and both verify after whatever happens.
func TestA04LogsVerify(t *testing.T) {
	w := emptyWorld(t)
	if all := w.entries(t, serverLog); len(all) != 1 || all[0].Action != "server.init" || all[0].ActorKind != "server" {
		t.Errorf("the server's log opens with %+v", all)
	}
	w.verify(t)

	w = newWorld(t)
	for slug, org := range w.orgs {
		first := w.entries(t, slug)[0]
		if first.Action != "organization.create" || str(first.Target) != org.ID || str(first.TargetName) != org.Name || first.ActorKind != "operator" {
			t.Errorf("the log of %s opens with %+v", slug, first)
		}
	}
	a, b := w.actor(t, acme, Editor), w.actor(t, globex, Viewer)
	for i := range 40 {
		id := fmt.Sprint("h", i)
		switch i % 8 {
		case 0, 1:
			must(w.act(a, id))(t)
		case 2:
			_, _ = w.act(b, id) // denied
		case 3:
			_, _ = w.act(a, "h0") // taken
		case 4:
			_, _ = View(ctx, w.DB, b, AuditExport, func(*ReadTx) (int, error) { return 0, nil })
		case 5:
			_, _ = Enter(ctx, w.DB, origin, UserSignIn, func(*WriteTx) (int, error) { return 0, Failed(Missing()) })
		case 6:
			_, _ = Act(ctx, w.DB, a, SecretReveal, target("secret", id), func(*WriteTx) (int, error) { return 0, seal.ErrIntegrity })
		case 7:
			w.clock.move(-time.Hour, time.Second)
		}
		w.verify(t)
	}
	w.reopen(t)
	must(w.act(w.actor(t, acme, Editor), "after a restart"))(t)
	w.verify(t)
}

// a signed mark every 1,024 entries, with the entry that completes it.
func TestA04Marks(t *testing.T) {
	w := newWorld(t)
	a := w.actor(t, acme, Editor)
	many := func(n int) {
		t.Helper()
		must(Act(ctx, w.DB, a, HookUpdate, target("hook", "h"), func(tx *WriteTx) (int, error) {
			for range n - 1 {
				tx.Also(HookUpdate, Target{Kind: "hook", ID: "h"})
			}
			return 0, nil
		}))(t)
	}
	has := int(w.lastEntry(t, acme).Seq)
	for _, c := range []struct{ upTo, marks int }{
		{ledger.MarkEvery - 1, 0}, {ledger.MarkEvery, 1}, {ledger.MarkEvery + 1, 1}, {3*ledger.MarkEvery + 1, 3},
	} {
		many(c.upTo - has)
		has = c.upTo
		if n := one[int](t, w, `SELECT count(*) FROM audit_marks`); n != c.marks {
			t.Errorf("%d entries, %d marks, want %d", has, n, c.marks)
		}
		w.verify(t)
	}
}

// an action never signs a head that it did not find signed. Else whoever edits
// the log, and its frontier with it, would have the next action sign the edit.
func TestA04ForgedHeadIsNeverSigned(t *testing.T) {
	forge := func(t *testing.T, w *world, edit func(entries []ledger.Entry) []ledger.Entry) (size int64, frontier []byte) {
		tree := new(ledger.Tree)
		for _, e := range edit(w.entries(t, acme)) {
			tree.Append(e.LeafHash())
		}
		return tree.Size(), tree.Frontier()
	}
	cut := func(entries []ledger.Entry) []ledger.Entry { return entries[:len(entries)-1] }
	change := func(entries []ledger.Entry) []ledger.Entry {
		entries[1].ActorName = nil
		return entries
	}
	for _, c := range []struct {
		name  string
		spoil func(t *testing.T, w *world, log string)
	}{
		{"an entry changed", func(t *testing.T, w *world, log string) {
			_, frontier := forge(t, w, change)
			w.sql(t, `UPDATE audit_logs SET frontier = ? WHERE id = ?`, frontier, log)
		}},
		{"the last entry cut off", func(t *testing.T, w *world, log string) {
			size, frontier := forge(t, w, cut)
			w.sql(t, `UPDATE audit_logs SET size = ?, frontier = ? WHERE id = ?`, size, frontier, log)
		}},
		{"begun anew", func(t *testing.T, w *world, log string) {
			w.sql(t, `UPDATE audit_logs SET size = 0, frontier = x'', checkpoint = '' WHERE id = ?`, log)
		}},
		{"a frontier of another size", func(t *testing.T, w *world, log string) {
			w.sql(t, `UPDATE audit_logs SET frontier = x'00' WHERE id = ?`, log)
		}},
		{"signed with a key of the thief's", func(t *testing.T, w *world, log string) {
			size, frontier := forge(t, w, change)
			signer := must(ledger.NewSigner(log, ledger.NewLogKey()))(t)
			note := must(signer.Checkpoint(must(ledger.UnmarshalTree(size, frontier))(t)))(t)
			w.sql(t, `UPDATE audit_logs SET frontier = ?, checkpoint = ?, public_key = ? WHERE id = ?`,
				frontier, string(note), signer.PublicKey(), log)
		}},
		{"the head of another log", func(t *testing.T, w *world, log string) {
			w.sql(t, `UPDATE audit_logs SET (size, frontier, checkpoint) =
				(SELECT size, frontier, checkpoint FROM audit_logs WHERE id = ?) WHERE id = ?`, w.orgs[globex].ID, log)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			a, b := w.actor(t, acme, Editor), w.actor(t, globex, Editor)
			c.spoil(t, w, w.orgs[acme].ID)
			before := w.state(t)
			value, err := w.act(a, "h")
			if wantCode(t, err, Unavailable); value != "" {
				t.Errorf("handed out %q", value)
			}
			if after := w.state(t); after != before {
				t.Errorf("left %s, was %s", after, before)
			}
			must(w.act(b, "other"))(t) // the others' logs are whole
		})
	}
}

// The signing key is sealed for its log: that of another one does not sign.
func TestA04LogKeysAreBoundToTheirLog(t *testing.T) {
	w := newWorld(t)
	w.sql(t, `UPDATE audit_logs SET sealed_key = (SELECT sealed_key FROM audit_logs WHERE id = ?) WHERE id = ?`, w.orgs[globex].ID, w.orgs[acme].ID)
	w.reopen(t)
	_, err := w.act(w.actor(t, acme, Editor), "h")
	wantCode(t, err, Unavailable)
}

// order is by sequence, and the time written never falls.
func TestA09ClockGoesBack(t *testing.T) {
	w := newWorld(t)
	var last int64
	dated := func(least time.Duration) {
		t.Helper()
		must(Act(ctx, w.DB, w.operator(t, acme), MemberRole, target("member", "m"), nothing))(t)
		e := w.lastEntry(t, acme)
		if e.At-last < int64(least/time.Microsecond) {
			t.Errorf("dated %d, the one before %d", e.At, last)
		}
		last = e.At
	}
	for _, step := range []struct{ wall, uptime time.Duration }{
		{time.Second, time.Second}, {-time.Hour, time.Second}, {-24 * 365 * time.Hour, 0}, {0, 0}, {time.Minute, time.Minute}, {25 * 365 * time.Hour, 0},
	} {
		w.clock.move(step.wall, step.uptime)
		dated(step.uptime)
	}
	w.clock.move(-48*time.Hour, 0)
	w.reopen(t)
	dated(0)
	w.verify(t)
}

func TestNamesOfActionsAreResourceAndVerb(t *testing.T) {
	for _, a := range []Action{HookRead, SecretReveal, UserSignIn, ServerInit, ResetLinkCreate} {
		if resource, verb, ok := strings.Cut(a.Name(), "."); !ok || resource == "" || verb == "" {
			t.Errorf("%q", a.Name())
		}
	}
}
