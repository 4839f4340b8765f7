package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hooksafe/store"
)

// signedIn is a further session of acme's editor, from an address.
func (w *world) signedIn(t testing.TB, address string) (token string) {
	t.Helper()
	return must(w.SignIn(ctx, from(address), "editor@acme.example", password, ""))(t).Token
}

func TestUpdateProfile(t *testing.T) {
	w := newWorld(t)
	p := w.Person(t, acme, "editor")
	for name, ok := range map[string]bool{
		"Tomás Vidal": true, strings.Repeat("é", 100): true, "": false, strings.Repeat("é", 101): false, "two\nlines": false, "\xff": false,
	} {
		entries := len(w.entries(t, serverLog))
		err := w.Store.UpdateProfile(ctx, p, name)
		if !ok {
			wantRefusal(t, err, store.Invalid, "name")
			if n := len(w.entries(t, serverLog)); n != entries {
				t.Errorf("%q left %d entries", name, n-entries)
			}
			continue
		}
		if err != nil || w.Person(t, acme, "editor").Name() != name {
			t.Errorf("%q: %v, and the name is %q", name, err, w.Person(t, acme, "editor").Name())
		}
		if e := w.lastEntry(t, serverLog); e.Action != "user.update" || str(e.Target) != p.ID() || str(e.Detail) != "name, now "+name {
			t.Errorf("entry is %s, %q", e.Action, str(e.Detail))
		}
	}
	if name := w.Person(t, acme, "owner").Name(); name != "acme owner" {
		t.Errorf("the owner is %q", name)
	}
}

func TestSetLook(t *testing.T) {
	w := newWorld(t)
	p := w.Person(t, acme, "editor")
	if p.Look() != (store.Look{Theme: "system", Shortcuts: true}) {
		t.Errorf("%+v", p.Look())
	}
	for _, look := range []store.Look{{Theme: "dark"}, {Theme: "light", Shortcuts: true}, {Theme: "system"}} {
		if err := w.Store.SetLook(ctx, p, look); err != nil || w.Person(t, acme, "editor").Look() != look {
			t.Errorf("%+v: %v, %+v", look, err, w.Person(t, acme, "editor").Look())
		}
	}
	if e := w.lastEntry(t, serverLog); e.Action != "user.update" || str(e.Detail) != "theme system, single keys off" {
		t.Errorf("entry is %s, %q", e.Action, str(e.Detail))
	}
	for _, theme := range []string{"", "Dark", "sepia"} {
		wantRefusal(t, w.Store.SetLook(ctx, p, store.Look{Theme: theme}), store.Invalid, "theme")
	}
	if look := w.Person(t, acme, "owner").Look(); look.Theme != "system" || !look.Shortcuts {
		t.Errorf("the owner has %+v", look)
	}
}

// S-19: a person sees their live sessions, and nobody else's.
func TestS19Sessions(t *testing.T) {
	w := newWorld(t)
	p := w.Person(t, acme, "editor")
	w.Clock.Advance(time.Hour)
	second := w.signedIn(t, "192.0.2.2")
	must(w.SignIn(ctx, from("192.0.2.9"), "owner@acme.example", password, ""))(t)

	all := must(w.Sessions(ctx, p))(t)
	if len(all) != 2 || !all[0].Here || all[1].Here || all[1].Address != "192.0.2.2" || all[1].Agent != "test" || !all[1].SignedInAt.Equal(w.Now()) {
		t.Errorf("%+v", all)
	}
	w.Clock.Advance(11*time.Hour + time.Minute) // the first one has not been used for 12 h
	other := must(w.person(t, second))(t)
	if all := must(w.Sessions(ctx, other))(t); len(all) != 1 || !all[0].Here {
		t.Errorf("%+v", all)
	}
	must(struct{}{}, w.SignOut(ctx, other))(t)
	if _, err := w.person(t, second); err == nil {
		t.Error("signed out and still there")
	}
}

// S-19: a session that is ended is out at its next request; somebody else's, an
// ended one and one that never was are all the same to who asks.
func TestS19EndSession(t *testing.T) {
	w := newWorld(t)
	p := w.Person(t, acme, "editor")
	token := w.signedIn(t, "192.0.2.2")
	id := must(w.Sessions(ctx, p))(t)[1].ID
	foreign := must(w.Sessions(ctx, w.Person(t, acme, "owner")))(t)[0].ID

	if here := must(w.EndSession(ctx, p, id))(t); here {
		t.Error("it was another one")
	}
	_, err := w.person(t, token)
	wantCode(t, err, store.Unauthenticated)
	if e := w.lastEntry(t, serverLog); e.Action != "session.end" || str(e.Detail) != "1 session ended" || str(e.Target) != p.ID() {
		t.Errorf("entry is %s, %q", e.Action, str(e.Detail))
	}
	entries := len(w.entries(t, serverLog))
	for _, gone := range []string{id, foreign, "019aa6f1-0000-7000-8000-000000000000", ""} {
		_, err := w.EndSession(ctx, p, gone)
		wantCode(t, err, store.NotFound)
	}
	if n := len(w.entries(t, serverLog)); n != entries {
		t.Errorf("%d entries about nothing", n-entries)
	}
	w.Person(t, acme, "owner")

	here := must(w.Sessions(ctx, p))(t)[0].ID
	if !must(w.EndSession(ctx, p, here))(t) {
		t.Error("it was the one that asked")
	}
	_, err = w.Sessions(ctx, p) // the request that is under way still reads
	if err != nil {
		t.Error(err)
	}
	_, err = w.EndOtherSessions(ctx, p)
	wantCode(t, err, store.Unauthenticated)
}

func TestS19EndOtherSessions(t *testing.T) {
	w := newWorld(t)
	p := w.Person(t, acme, "editor")
	idle := w.signedIn(t, "192.0.2.1")
	w.Clock.Advance(7 * time.Hour)
	w.Person(t, acme, "editor")
	tokens := []string{w.signedIn(t, "192.0.2.2"), w.signedIn(t, "192.0.2.3")}
	w.Clock.Advance(6 * time.Hour)

	if n := must(w.EndOtherSessions(ctx, p))(t); n != 2 {
		t.Errorf("%d ended", n)
	}
	if e := w.lastEntry(t, serverLog); e.Action != "session.end" || str(e.Detail) != "2 other sessions ended" {
		t.Errorf("entry is %s, %q", e.Action, str(e.Detail))
	}
	for _, token := range append(tokens, idle) {
		_, err := w.person(t, token)
		wantCode(t, err, store.Unauthenticated)
	}
	w.Person(t, acme, "editor")
	if n := stored[int](t, w, `SELECT count(*) FROM sessions WHERE user = ? AND ended_at IS NULL`, p.ID()); n != 1 {
		t.Errorf("%d rows have no end: the clock may be set back", n)
	}
}

// S-19: an owner ends every session of a member, and of nobody else.
func TestS19SignOutMember(t *testing.T) {
	w := newWorld(t)
	owner, editor := w.Actor(t, acme, "owner"), w.Person(t, acme, "editor")
	second := w.signedIn(t, "192.0.2.2")
	m, n, err := w.SignOutMember(ctx, owner, editor.ID())
	if err != nil || n != 2 || m.Name != "acme editor" || m.Role != store.Editor {
		t.Errorf("%+v, %d, %v", m, n, err)
	}
	for _, token := range []string{second, w.Token(acme, "editor")} {
		_, err := w.person(t, token)
		wantCode(t, err, store.Unauthenticated)
	}
	if e := w.lastEntry(t, acme); e.Action != "member.sign_out" || str(e.Target) != editor.ID() || str(e.TargetName) != "acme editor" || str(e.Detail) != "2 sessions ended" {
		t.Errorf("entry is %s about %s, %q", e.Action, str(e.TargetName), str(e.Detail))
	}
	w.Person(t, acme, "viewer")

	foreign := w.Person(t, globex, "editor")
	entries := len(w.entries(t, acme))
	for _, id := range []string{foreign.ID(), "ghost", ""} {
		_, _, err := w.SignOutMember(ctx, owner, id)
		wantCode(t, err, store.NotFound)
	}
	w.Person(t, globex, "editor")
	if n := len(w.entries(t, acme)); n != entries {
		t.Errorf("%d entries about nobody", n-entries)
	}
}

// A person reads who got in as them or tried to, and nothing about anybody else.
func TestSignIns(t *testing.T) {
	w := newWorld(t)
	p := w.Person(t, acme, "editor")
	_, wrong := w.SignIn(ctx, from("203.0.113.9"), "editor@acme.example", "wrong "+password, "")
	wantCode(t, wrong, store.Invalid)
	_, theirs := w.SignIn(ctx, from("203.0.113.9"), "owner@acme.example", "wrong "+password, "")
	wantCode(t, theirs, store.Invalid)
	_, nobodys := w.SignIn(ctx, from("203.0.113.9"), "nobody@acme.example", password, "")
	wantCode(t, nobodys, store.Invalid)
	_, unconfirmed := w.Confirm(ctx, p, "wrong "+password)
	wantCode(t, unconfirmed, store.Invalid)
	must(w.Confirm(ctx, p, password))(t)
	must(w.EndOtherSessions(ctx, p))(t)
	link := must(w.NewResetLink(ctx, w.Operator(), "editor@acme.example"))(t)
	must(w.NewResetLink(ctx, w.Operator(), "owner@acme.example"))(t)
	must(w.ResetPassword(ctx, from("192.0.2.7"), link, "another long password"))(t)

	var got []string
	for _, e := range must(w.SignIns(ctx, p, 20))(t) {
		got = append(got, fmt.Sprint(e.Action, " ", e.Outcome, " ", str(e.Address)))
		if str(e.Target) != p.ID() {
			t.Errorf("%+v is about somebody else", e)
		}
	}
	want := []string{
		"user.reset_password done 192.0.2.7", "reset_link.create done ", "user.confirm failed 192.0.2.14",
		"user.sign_in failed 203.0.113.9", "user.sign_in done 192.0.2.14",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if few := must(w.SignIns(ctx, p, 2))(t); len(few) != 2 || few[0].Action != "user.reset_password" {
		t.Errorf("%+v", few)
	}
	if none := must(w.SignIns(ctx, w.Operator(), 20))(t); len(none) != 0 {
		t.Errorf("the operator got %+v", none)
	}
}

// What a person does to their account needs their session, and no command has it.
func TestOwnAccountIsThePersons(t *testing.T) {
	w := newWorld(t)
	op := w.Operator()
	for name, err := range map[string]error{
		"UpdateProfile":    w.UpdateProfile(ctx, op, "Somebody"),
		"SetLook":          w.SetLook(ctx, op, store.Look{Theme: "dark"}),
		"Sessions":         errOf(w.Sessions(ctx, op)),
		"EndSession":       errOf(w.EndSession(ctx, op, "x")),
		"EndOtherSessions": errOf(w.EndOtherSessions(ctx, op)),
	} {
		if store.CodeOf(err) != store.Denied {
			t.Errorf("%s: %v", name, err)
		}
	}
}
