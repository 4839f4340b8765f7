package guard

import (
	"testing"
	"time"
)

// S-14: the membership is read again in the action: whatever changed since the
// request was let in counts.
func TestS14SecondReadOfTheMembership(t *testing.T) {
	for _, c := range []struct {
		name    string
		let     Role
		since   string
		code    Code
		outcome string
		reason  string
	}{
		{"nothing changed", Editor, `SELECT 1`, "", "done", ""},
		{"demoted", Editor, `UPDATE members SET role = 'viewer' WHERE user = 'u_acme_editor'`, Denied, "denied", "Viewer role"},
		{"promoted", Viewer, `UPDATE members SET role = 'editor' WHERE user = 'u_acme_viewer'`, "", "done", ""},
		{"removed", Editor, `DELETE FROM members WHERE user = 'u_acme_editor'`, NotFound, "", ""},
		{"moved to another organization", Editor, `UPDATE members SET org = (SELECT id FROM organizations WHERE slug = 'globex') WHERE user = 'u_acme_editor'`, NotFound, "", ""},
		{"the organization deleted", Owner, `UPDATE organizations SET deleted_at = 1 WHERE slug = 'acme'`, NotFound, "", ""},
		{"the session ended", Editor, `UPDATE sessions SET ended_at = 1 WHERE user = 'u_acme_editor'`, Unauthenticated, "", ""},
		{"the session gone", Editor, `DELETE FROM sessions WHERE user = 'u_acme_editor'`, Unauthenticated, "", ""},
		{"the session at its end", Editor, `UPDATE sessions SET expires_at = 1 WHERE user = 'u_acme_editor'`, Unauthenticated, "", ""},
		{"the session unused too long", Editor, `UPDATE sessions SET seen_at = 1 WHERE user = 'u_acme_editor'`, Unauthenticated, "", ""},
		{"another person's session ended", Editor, `UPDATE sessions SET ended_at = 1 WHERE user = 'u_acme_owner'`, "", "done", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			a := w.actor(t, acme, c.let)
			w.sql(t, c.since)
			before, entries := w.state(t), len(w.entries(t, acme))
			value, err := w.act(a, "h")
			if CodeOf(err) != c.code || (err == nil) != (value != "") {
				t.Errorf("%q, %v; want code %q", value, err, c.code)
			}
			if c.outcome == "" {
				if after := w.state(t); after != before {
					t.Errorf("left %s, was %s: a stranger leaves no entry", after, before)
				}
				return
			}
			e := w.lastEntry(t, acme)
			if len(w.entries(t, acme)) != entries+1 || e.Outcome != c.outcome || str(e.Reason) != c.reason {
				t.Errorf("entry is %s, %q", e.Outcome, str(e.Reason))
			}
		})
	}
}

// A confirmation in another tab counts, and the end of the window does too.
func TestSecondReadOfTheConfirmation(t *testing.T) {
	w := newWorld(t)
	a := w.actor(t, acme, Editor)
	w.clock.pass(time.Hour)
	reveal := func() error {
		_, err := Act(ctx, w.DB, a, SecretReveal, target("secret", "s"), nothing)
		return err
	}
	wantCode(t, reveal(), ConfirmNeeded)
	w.sql(t, `UPDATE sessions SET confirmed_at = ? WHERE user = ?`, Micro(w.Now()), a.ID())
	if err := reveal(); err != nil {
		t.Error(err)
	}
}

// S-13, S-19: who is let in, and where.
func TestS13MemberActor(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		name, from, slug string
		role             Role
		code             Code
	}{
		{"their own", acme, acme, Editor, ""},
		{"another organization", acme, globex, Owner, NotFound},
		{"a ghost", acme, "ghost", Owner, NotFound},
		{"in other letters", acme, "ACME", Owner, NotFound},
		{"nothing", acme, "", Owner, NotFound},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := MemberActor(ctx, w.DB, w.person(t, c.from, c.role), c.slug)
			if c.code != "" {
				if wantCode(t, err, c.code); a != (Actor{}) || err.Error() != Missing().Error() {
					t.Errorf("%+v, %v", a, err)
				}
				return
			}
			if err != nil || a.Org() != w.orgs[c.slug] || a.Role() != c.role || a.ID() != "u_acme_editor" || a.Name() != "acme editor" {
				t.Errorf("%+v, %v", a, err)
			}
		})
	}
	for who, p := range map[string]ServerActor{"nobody": {}, "the operator": Operator()} {
		if _, err := MemberActor(ctx, w.DB, p, acme); CodeOf(err) != NotFound {
			t.Errorf("%s is a member: %v", who, err)
		}
	}
	w.sql(t, `UPDATE organizations SET deleted_at = 1 WHERE slug = 'acme'`)
	_, err := MemberActor(ctx, w.DB, w.person(t, acme, Owner), acme)
	wantCode(t, err, NotFound)
}

func TestOperatorIn(t *testing.T) {
	w := newWorld(t)
	if a := w.operator(t, acme); a.Org() != w.orgs[acme] || a.Role() != 0 {
		t.Errorf("%+v", a)
	}
	for _, c := range []struct {
		who  ServerActor
		slug string
	}{{Operator(), "ghost"}, {w.person(t, acme, Owner), acme}, {ServerActor{}, acme}} {
		_, err := OperatorIn(ctx, w.DB, c.who, c.slug)
		wantCode(t, err, NotFound)
	}
}

// Nobody made by hand may do anything.
func TestZeroActorsMayNothing(t *testing.T) {
	w := newWorld(t)
	_, err := w.act(Actor{}, "h")
	wantCode(t, err, Denied)
	_, err = Act(ctx, w.DB, ServerActor{}, UserCreate, target("user", ""), nothing)
	wantCode(t, err, Denied)
	_, err = View(ctx, w.DB, Actor{}, HookRead, func(*ReadTx) (int, error) { return 1, nil })
	wantCode(t, err, Denied)
}

func TestMemberships(t *testing.T) {
	w := newWorld(t)
	w.setRole(t, globex, "u_acme_editor", Viewer)
	all := must(Memberships(ctx, w.DB, w.person(t, acme, Editor)))(t)
	if len(all) != 2 || all[0] != (Membership{w.orgs[acme], Editor}) || all[1] != (Membership{w.orgs[globex], Viewer}) {
		t.Errorf("%+v", all)
	}
	if all := must(Memberships(ctx, w.DB, w.person(t, globex, Owner)))(t); len(all) != 1 {
		t.Errorf("%+v", all)
	}
}

// S-19: a session ends after 12 hours without use, and after 7 days whatever happens.
func TestS19SessionsEnd(t *testing.T) {
	w := newWorld(t)
	token := w.tokens["acme editor"]
	expires := fromMicro(one[int64](t, w, `SELECT expires_at FROM sessions WHERE user = 'u_acme_editor'`))
	w.person(t, acme, Editor)
	for w.Now().Add(SessionIdle).Before(expires) {
		w.clock.pass(SessionIdle - time.Minute)
		if _, err := Session(ctx, w.DB, token, origin); err != nil {
			t.Fatalf("used every 12 hours, at %v: %v", w.Now(), err)
		}
	}
	w.clock.pass(expires.Sub(w.Now()) - time.Microsecond)
	if _, err := Session(ctx, w.DB, token, origin); err != nil {
		t.Errorf("a moment before the end: %v", err)
	}
	w.clock.pass(time.Microsecond)
	_, err := Session(ctx, w.DB, token, origin)
	wantCode(t, err, Unauthenticated)
	_, err = Session(ctx, w.DB, w.tokens["acme viewer"], origin)
	wantCode(t, err, Unauthenticated)
}

func TestS19UnusedSessionsEnd(t *testing.T) {
	w := newWorld(t)
	token := w.tokens["acme editor"]
	w.person(t, acme, Editor)
	seen := fromMicro(one[int64](t, w, `SELECT seen_at FROM sessions WHERE user = 'u_acme_editor'`))
	w.clock.pass(seen.Add(SessionIdle).Sub(w.Now()))
	_, err := Session(ctx, w.DB, token, origin)
	wantCode(t, err, Unauthenticated)
	for _, token := range []string{"", "x", token + "x", "' OR 1=1 --"} {
		_, err := Session(ctx, w.DB, token, origin)
		wantCode(t, err, Unauthenticated)
	}
}

// a wall clock that goes back stretches neither sessions nor confirmations,
// over a restart either, and by another process's time neither.
func TestA09NothingIsStretched(t *testing.T) {
	restart := func(t *testing.T, w *world) {
		before := w.Now()
		w.clock.move(-24*time.Hour, 0)
		w.reopen(t)
		if now := w.Now(); now.Before(before) {
			t.Errorf("it is %v after the restart, was %v", now, before)
		}
	}
	for _, c := range []struct {
		name string
		back func(t *testing.T, w *world)
	}{
		{"while it runs", func(t *testing.T, w *world) { w.clock.move(-24*time.Hour, 0) }},
		{"over a restart", restart},
		{"over a restart, after nothing but reading", func(t *testing.T, w *world) {
			w.clock.pass(SessionIdle - 2*ConfirmFor)
			w.person(t, acme, Viewer) // touches seen_at
			restart(t, w)
		}},
		{"over a restart, after nothing at all", func(t *testing.T, w *world) {
			w.clock.pass(SessionIdle - 2*ConfirmFor)
			if err := w.Ready(ctx); err != nil {
				t.Fatal(err)
			}
			restart(t, w)
		}},
		{"told by another process", func(t *testing.T, w *world) {
			// A command on the host sees a clock that runs ahead for a moment.
			ahead := handClock{wall: w.clock.wall.Add(time.Hour)}
			o := w.options(t)
			o.Clock = ahead.read
			command := w.open(t, o)
			must(Act(ctx, command, Operator(), SetupToken, target("server", ""), nothing))(t)
			must(Act(ctx, w.DB, w.person(t, acme, Editor), UserConfirm, target("user", ""), func(tx *WriteTx) (int64, error) {
				return tx.Exec(`UPDATE sessions SET confirmed_at = :now WHERE id = :id`, Args{"now": Micro(tx.Now()), "id": tx.Credential()})
			}))(t)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.person(t, acme, Editor)
			c.back(t, w)
			w.clock.pass(ConfirmFor)
			_, err := Act(ctx, w.DB, w.actor(t, acme, Editor), SecretReveal, target("secret", "s"), nothing)
			wantCode(t, err, ConfirmNeeded)
			w.clock.pass(SessionIdle)
			_, err = Session(ctx, w.DB, w.tokens["acme editor"], origin)
			wantCode(t, err, Unauthenticated)
		})
	}
}

// seen_at, last_org and active_at are written once a minute, and when somebody goes
// to another organization.
func TestTouches(t *testing.T) {
	w := newWorld(t)
	w.setRole(t, globex, "u_acme_editor", Viewer)
	p := w.person(t, acme, Editor)
	if p.LastOrg() != "" || p.SessionData() != nil {
		t.Errorf("a new session has used %q and keeps %q", p.LastOrg(), p.SessionData())
	}
	must(MemberActor(ctx, w.DB, p, globex))(t)
	if err := w.KeepData(ctx, p, []byte("hello")); err != nil {
		t.Fatal(err)
	}
	p = w.person(t, acme, Editor)
	if p.LastOrg() != globex || string(p.SessionData()) != "hello" || p.Email() != "u_acme_editor@example.com" {
		t.Errorf("used %q, keeps %q", p.LastOrg(), p.SessionData())
	}
	seen := func() int64 { return one[int64](t, w, `SELECT seen_at FROM sessions WHERE user = 'u_acme_editor'`) }
	before := seen()
	w.clock.pass(time.Minute - time.Microsecond)
	w.person(t, acme, Editor)
	if seen() != before {
		t.Error("seen_at was written before a minute was over")
	}
	w.clock.pass(time.Microsecond)
	w.person(t, acme, Editor)
	if seen() != Micro(w.Now()) {
		t.Error("seen_at was not written after a minute")
	}
	must(MemberActor(ctx, w.DB, p, acme))(t)
	if got := one[int64](t, w, `SELECT active_at FROM members WHERE user = 'u_acme_editor' AND org = ?`, w.orgs[acme].ID); got != Micro(w.Now()) {
		t.Errorf("active_at is %d", got)
	}
}

func TestForgetExpired(t *testing.T) {
	w := newWorld(t)
	count := func() int { return one[int](t, w, `SELECT count(*) FROM sessions`) }
	all := count()
	for _, c := range []struct {
		pass time.Duration
		want int
	}{{SessionAbsolute, all}, {SessionAbsolute - time.Second, all}, {2 * time.Second, 0}} {
		w.clock.pass(c.pass)
		if err := w.ForgetExpired(ctx); err != nil || count() != c.want {
			t.Errorf("%d sessions, %v; want %d", count(), err, c.want)
		}
	}
}
