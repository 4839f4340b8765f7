package guard

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"hooksafe/store/internal/ledger"
	"hooksafe/store/internal/seal"
)

// The ways in which an action ends: what it answers, what it changes, what it
// leaves in the log.
func TestActEnds(t *testing.T) {
	refused := Errorf(Conflict, "name", "It is taken.")
	for _, c := range []struct {
		name    string
		role    Role
		act     Action
		targets Targets
		fn      func(*WriteTx) (string, error)

		code    Code
		outcome string // "": no entry
		reason  string
		changed bool
	}{
		{name: "done", role: Editor, fn: addHook("h"), outcome: "done", changed: true},
		{name: "denied by the role", role: Viewer, fn: addHook("h"), code: Denied, outcome: "denied", reason: "Viewer role"},
		{name: "denied by the role, nothing there", role: Viewer, fn: addHook("h"), targets: ghost, code: Denied, outcome: "denied", reason: "Viewer role"},
		{name: "denied in the action", role: Editor, fn: after(addHook("h"), Errorf(Denied, "", "Not this one.")), code: Denied, outcome: "denied", reason: "Editor role"},
		{name: "failed", role: Editor, fn: after(addHook("h"), Failed(Errorf(Invalid, "", "Wrong."))), code: Invalid, outcome: "failed", reason: "invalid"},
		{name: "failed, wrapped", role: Editor, fn: after(addHook("h"), fmt.Errorf("x: %w", Failed(Errorf(Invalid, "", "Wrong.")))), code: Invalid, outcome: "failed", reason: "invalid"},
		{name: "refused by the seal", role: Editor, fn: after(addHook("h"), fmt.Errorf("open: %w", seal.ErrIntegrity)), code: Integrity, outcome: "failed", reason: "integrity"},
		{name: "nothing there", role: Editor, fn: addHook("h"), targets: ghost, code: NotFound},
		{name: "another refusal", role: Editor, fn: after(addHook("h"), refused), code: Conflict},
		{name: "a fault", role: Editor, fn: after(addHook("h"), errFault)},
		{name: "a broken uniqueness rule", role: Editor, fn: twice(addHook("h")), code: Conflict},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			a := w.actor(t, acme, c.role)
			before, entries := w.state(t), len(w.entries(t, acme))
			if c.targets == nil {
				c.targets = target("hook", "h")
			}

			value, err := Act(ctx, w.DB, a, HookCreate, c.targets, c.fn)

			if c.outcome == "done" {
				if err != nil || value != "value of h" {
					t.Errorf("%q, %v", value, err)
				}
			} else if wantCode(t, err, c.code); err == nil || value != "" {
				t.Errorf("handed out %q with %v", value, err)
			}
			if n := one[int](t, w, `SELECT count(*) FROM hooks`); (n == 1) != c.changed {
				t.Errorf("%d hooks", n)
			}
			if c.outcome == "" {
				if after := w.state(t); after != before {
					t.Errorf("left %s, was %s", after, before)
				}
				return
			}
			all := w.entries(t, acme)
			if len(all) != entries+1 {
				t.Fatalf("%d new entries", len(all)-entries)
			}
			e := all[entries]
			if e.Outcome != c.outcome || str(e.Reason) != c.reason || e.Action != "hook.create" || str(e.Actor) != a.ID() {
				t.Errorf("entry is %s %s, %q, by %s", e.Action, e.Outcome, str(e.Reason), str(e.Actor))
			}
			if want := map[bool]string{true: "", false: "h"}[strings.Contains(c.name, "nothing")]; str(e.Target) != want {
				t.Errorf("entry names %q", str(e.Target))
			}
			w.verify(t)
		})
	}
}

func ghost(*WriteTx) ([]Target, error) { return nil, Missing() }

// after does something and then ends with err.
func after(fn func(*WriteTx) (string, error), err error) func(*WriteTx) (string, error) {
	return func(tx *WriteTx) (string, error) {
		if _, err := fn(tx); err != nil {
			return "", err
		}
		return "a value that must not leave", err
	}
}

func twice(fn func(*WriteTx) (string, error)) func(*WriteTx) (string, error) {
	return func(tx *WriteTx) (string, error) {
		_, _ = fn(tx)
		return fn(tx)
	}
}

// an entry tells everything that it is there for.
func TestA01Entry(t *testing.T) {
	w := newWorld(t)
	a := w.actor(t, acme, Editor)
	w.clock.pass(time.Second)
	about := func(*WriteTx) ([]Target, error) {
		return []Target{{Kind: "secret", ID: "s_1", Name: "API_KEY", Version: 3, Parent: "h_1", ParentName: "my hook", Detail: "new value"}}, nil
	}
	var id string
	var now time.Time
	must(Act(ctx, w.DB, a, SecretUpdate, about, func(tx *WriteTx) (int, error) {
		id, now = tx.Entry(), tx.Now()
		return 0, nil
	}))(t)

	all := w.entries(t, acme)
	e := all[len(all)-1]
	if e.ID != id || e.At != now.UnixMicro() || !now.Equal(begun.Add(time.Second)) {
		t.Errorf("entry %s at %d; the action was told %s at %v", e.ID, e.At, id, now)
	}
	if e.Log != w.orgs[acme].ID || e.Seq != int64(len(all)) || e.Format != ledger.Format {
		t.Errorf("log %s, seq %d, format %d", e.Log, e.Seq, e.Format)
	}
	got := []string{e.ActorKind, str(e.Actor), str(e.ActorName), str(e.Credential), e.Action, str(e.Parent), str(e.ParentName),
		str(e.TargetKind), str(e.Target), str(e.TargetName), fmt.Sprint(*e.TargetVersion), e.Outcome, str(e.Detail),
		str(e.Address), str(e.Agent), str(e.Request)}
	want := []string{"user", "u_acme_editor", "acme editor", "s_u_acme_editor", "secret.update", "h_1", "my hook",
		"secret", "s_1", "API_KEY", "3", "done", "new value",
		"192.0.2.14", "test", "req_1"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("entry is\n%q, want\n%q", got, want)
	}
	if e.Reason != nil || e.Change != nil {
		t.Errorf("reason %v, change %v", e.Reason, e.Change)
	}
}

// What a client says about itself is cut and kept representable.
func TestA01EntryKeepsWhatTheClientSays(t *testing.T) {
	for _, c := range []struct{ name, agent, want string }{
		{"nothing", "", ""},
		{"256 bytes", strings.Repeat("a", 256), strings.Repeat("a", 256)},
		{"more", strings.Repeat("a", 300), strings.Repeat("a", 256)},
		{"more, in the middle of a character", strings.Repeat("a", 255) + "é", strings.Repeat("a", 255)},
		{"no UTF-8", "a\xff\xfeb", "a\uFFFDb"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			p := must(Session(ctx, w.DB, w.tokens["acme editor"], Origin{Agent: c.agent}))(t)
			must(w.act(must(MemberActor(ctx, w.DB, p, acme))(t), "h"))(t)
			if got := str(w.lastEntry(t, acme).Agent); got != c.want {
				t.Errorf("agent is %q", got)
			}
			w.verify(t)
		})
	}
}

func TestActOnSeveral(t *testing.T) {
	w := newWorld(t)
	a := w.actor(t, acme, Editor)
	before := len(w.entries(t, acme))
	several := func(*WriteTx) ([]Target, error) {
		return []Target{{Kind: "hook", ID: "1"}, {Kind: "hook", ID: "2"}}, nil
	}
	also := func(tx *WriteTx) (string, error) {
		tx.Also(HookDisable, Target{Kind: "hook", ID: "3", Detail: "switched off"})
		tx.Target().Name = "found"
		return tx.Entry(), nil
	}
	first := must(Act(ctx, w.DB, a, HookEnable, several, also))(t)

	var got []string
	for _, e := range w.entries(t, acme)[before:] {
		got = append(got, e.Action+" "+str(e.Target)+" "+str(e.TargetName)+" "+str(e.Detail))
	}
	want := []string{"hook.enable 1 found ", "hook.enable 2  ", "hook.disable 3  switched off"}
	if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
		t.Errorf("entries are %q", got)
	}
	if id := w.entries(t, acme)[before].ID; id != first {
		t.Errorf("the first entry is %s, the action was told %s", id, first)
	}

	_, err := Act(ctx, w.DB, a, HookEnable, several, func(tx *WriteTx) (string, error) {
		_, _ = also(tx)
		return "", Failed(Errorf(Invalid, "", "Wrong."))
	})
	wantCode(t, err, Invalid)
	if n := len(w.entries(t, acme)) - before - 3; n != 2 {
		t.Errorf("a failed action on two leaves %d entries: what it also did, it did not do", n)
	}
	w.verify(t)
}

func TestActNeedsATarget(t *testing.T) {
	w := newWorld(t)
	before := w.state(t)
	none := func(*WriteTx) ([]Target, error) { return nil, nil }
	_, err := Act(ctx, w.DB, w.actor(t, acme, Editor), HookCreate, none, addHook("h"))
	if err == nil || !strings.Contains(err.Error(), "hook.create has no target") {
		t.Errorf("error is %v", err)
	}
	if after := w.state(t); after != before {
		t.Errorf("left %s, was %s", after, before)
	}
}

func TestActionsComeFromTheTable(t *testing.T) {
	w := newWorld(t)
	before := w.state(t)
	for who, a := range map[string]Who{"owner": w.actor(t, acme, Owner), "person": w.person(t, acme, Owner), "operator": Operator(), "nobody": stranger{}} {
		if _, err := Act(ctx, w.DB, a, Action{}, target("hook", "h"), nothing); err == nil {
			t.Errorf("Act: %s did nothing in particular", who)
		}
		if _, err := View(ctx, w.DB, a, Action{}, func(*ReadTx) (int, error) { return 0, nil }); who != "nobody" && err == nil {
			t.Errorf("View: %s read nothing in particular", who)
		}
	}
	if after := w.state(t); after != before {
		t.Errorf("left %s, was %s", after, before)
	}
}

func TestConfirmation(t *testing.T) {
	for _, c := range []struct {
		name  string
		since time.Duration
		act   Action
		code  Code
	}{
		{"at once", 0, SecretReveal, ""},
		{"a moment before", ConfirmFor - time.Microsecond, SecretReveal, ""},
		{"15 minutes", ConfirmFor, SecretReveal, ConfirmNeeded},
		{"later", 2 * ConfirmFor, SecretReveal, ConfirmNeeded},
		{"copy", ConfirmFor, SecretCopy, ConfirmNeeded},
		{"an action that needs none", 2 * ConfirmFor, SecretUpdate, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			signIn := one[int64](t, w, `SELECT confirmed_at FROM sessions WHERE id = 's_u_acme_editor'`)
			a := w.actor(t, acme, Editor)
			w.clock.pass(fromMicro(signIn).Add(c.since).Sub(w.Now()))
			before := w.state(t)
			_, err := Act(ctx, w.DB, a, c.act, target("secret", "s"), nothing)
			if c.code == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantCode(t, err, c.code)
			if after := w.state(t); after != before {
				t.Errorf("left %s, was %s: to be asked for the password is no entry", after, before)
			}
		})
	}
}

// A role that does not reach decides before a password is asked for.
func TestDeniedBeforeConfirmation(t *testing.T) {
	w := newWorld(t)
	a := w.actor(t, acme, Viewer)
	w.clock.pass(time.Hour)
	_, err := Act(ctx, w.DB, a, SecretReveal, target("secret", "s"), nothing)
	wantCode(t, err, Denied)
}

func TestOperatorHasNothingToConfirm(t *testing.T) {
	w := newWorld(t)
	w.clock.pass(24 * time.Hour)
	must(Act(ctx, w.DB, w.operator(t, acme), MemberRole, target("member", "m"), nothing))(t)
}

func TestView(t *testing.T) {
	w := newWorld(t)
	before := w.state(t)
	n := must(View(ctx, w.DB, w.actor(t, acme, Viewer), MemberList, func(tx *ReadTx) (n int, err error) {
		return n, tx.Get(&n, `SELECT count(*) FROM members WHERE org = :org_id`, nil)
	}))(t)
	if n != 4 || w.state(t) != before {
		t.Errorf("%d members; a read leaves no entry", n)
	}
}

func TestViewRefused(t *testing.T) {
	w := newWorld(t)
	a := w.actor(t, acme, Viewer)
	entries := len(w.entries(t, acme))
	_, err := View(ctx, w.DB, a, HookCreate, func(*ReadTx) (int, error) {
		t.Error("read all the same")
		return 1, nil
	})
	wantCode(t, err, Denied)
	e := w.lastEntry(t, acme)
	if len(w.entries(t, acme)) != entries+1 || e.Outcome != "denied" || e.Action != "hook.create" || str(e.Actor) != a.ID() || str(e.Reason) != "Viewer role" {
		t.Errorf("entry is %+v", e)
	}
	w.verify(t)
}

// Whoever is out by now is told so, and not that their role is too low.
func TestViewRefusedToSomebodyRemoved(t *testing.T) {
	w := newWorld(t)
	a := w.actor(t, acme, Viewer)
	w.sql(t, `DELETE FROM members WHERE user = 'u_acme_viewer'`)
	before := w.state(t)
	_, err := View(ctx, w.DB, a, HookCreate, func(*ReadTx) (int, error) { return 1, nil })
	wantCode(t, err, NotFound)
	if w.state(t) != before {
		t.Error("an entry for a stranger")
	}
}

func TestViewFails(t *testing.T) {
	w := newWorld(t)
	for range 2 * readerCount { // a reader comes back, whatever happened
		n, err := View(ctx, w.DB, w.actor(t, acme, Viewer), HookRead, func(*ReadTx) (int, error) { return 7, errFault })
		if n != 0 || !errors.Is(err, errFault) {
			t.Fatalf("%d, %v", n, err)
		}
		func() {
			defer func() { _ = recover() }()
			_, _ = View(ctx, w.DB, w.actor(t, acme, Viewer), HookRead, func(*ReadTx) (int, error) { panic("x") })
		}()
	}
}

// A view sees the database at one moment.
func TestViewIsOfOneMoment(t *testing.T) {
	w := newWorld(t)
	count := func(tx *ReadTx) (n int) {
		if err := tx.Get(&n, `SELECT count(*) FROM hooks WHERE org = :org_id`, nil); err != nil {
			t.Error(err)
		}
		return n
	}
	a := w.actor(t, acme, Editor)
	must(View(ctx, w.DB, a, HookRead, func(tx *ReadTx) (int, error) {
		first := count(tx)
		must(w.act(a, "h"))(t)
		if n := count(tx); n != first {
			t.Errorf("%d hooks, then %d", first, n)
		}
		return 0, nil
	}))(t)
}

// Enter is for people who are nobody yet; what it finds out stands in the entry.
func TestEnter(t *testing.T) {
	w := newWorld(t)
	is := func(tx *WriteTx) (string, error) {
		tx.As("u_1", "Ann", "s_1")
		*tx.Target() = Target{Kind: "user", ID: "u_1", Name: "Ann"}
		return "token", nil
	}
	for _, c := range []struct {
		name      string
		fn        func(*WriteTx) (string, error)
		value     string
		code      Code
		outcome   string
		kind, who string
	}{
		{"becomes somebody", is, "token", "", "done", "user", "u_1"},
		{"fails", func(*WriteTx) (string, error) { return "token", Failed(Errorf(Invalid, "", "Wrong.")) }, "", Invalid, "failed", "nobody", ""},
		{"is refused", func(*WriteTx) (string, error) { return "token", Missing() }, "", NotFound, "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			entries := len(w.entries(t, serverLog))
			value, err := Enter(ctx, w.DB, origin, UserSignIn, c.fn)
			if value != c.value || CodeOf(err) != c.code {
				t.Errorf("%q, %v", value, err)
			}
			if c.outcome == "" {
				if n := len(w.entries(t, serverLog)); n != entries {
					t.Errorf("%d new entries", n-entries)
				}
				return
			}
			e := w.lastEntry(t, serverLog)
			if len(w.entries(t, serverLog)) != entries+1 || e.Outcome != c.outcome || e.ActorKind != c.kind || str(e.Actor) != c.who || str(e.Address) != origin.Address {
				t.Errorf("entry is %+v", e)
			}
		})
	}
	w.verify(t)
}

// Actions of people who are nobody yet are for nobody else, and nobody has others.
func TestEnterIsForNobodyElse(t *testing.T) {
	w := newWorld(t)
	for who, a := range map[string]Who{"person": w.person(t, acme, Owner), "owner": w.actor(t, acme, Owner), "operator": Operator()} {
		_, err := Act(ctx, w.DB, a, UserSignIn, target("user", ""), nothing)
		if CodeOf(err) != Denied {
			t.Errorf("%s signs in: %v", who, err)
		}
	}
	for _, act := range []Action{HookCreate, UserCreate, UserSignOut} {
		_, err := Enter(ctx, w.DB, origin, act, nothing)
		if CodeOf(err) != Denied {
			t.Errorf("nobody does %s: %v", act.Name(), err)
		}
	}
}

// C-03: whatever place an action names, it seals and opens in its own organization.
func TestC03SealIsOfTheActorsOrganization(t *testing.T) {
	w := newWorld(t)
	place := seal.Place{Kind: "hook", Hook: "h", Secret: "s", Version: 1, Org: w.orgs[globex].ID}
	sealIt := func(tx *WriteTx) ([]byte, error) {
		sealed, _, err := tx.Seal(place, seal.NewPlaintext("value"))
		return sealed, err
	}
	sealed := must(Act(ctx, w.DB, w.actor(t, acme, Editor), SecretUpdate, target("secret", "s"), sealIt))(t)
	open := func(tx *WriteTx) (string, error) {
		value, err := tx.Open(place, sealed)
		return value.Reveal(), err
	}
	if got := must(Act(ctx, w.DB, w.actor(t, acme, Editor), SecretReveal, target("secret", "s"), open))(t); got != "value" {
		t.Errorf("opens to %q", got)
	}
	_, err := Act(ctx, w.DB, w.actor(t, globex, Editor), SecretReveal, target("secret", "s"), open)
	wantCode(t, err, Integrity)
	_, err = Enter(ctx, w.DB, origin, UserSignIn, sealIt)
	if err == nil {
		t.Error("sealed for no organization")
	}
}
