package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"hooksafe/store"
)

const newPassword = "quite another five words"

// S-12, 0.13: a change of password wants the current one, gives this session a new
// token, ends every other one, and kills the links to reset it.
func TestChangePassword(t *testing.T) {
	w := newWorld(t)
	token := w.Token(acme, "editor")
	other := must(w.SignIn(ctx, from(""), "editor@acme.example", password, ""))(t)
	link := must(w.NewResetLink(ctx, w.Operator(), "editor@acme.example"))(t)
	p := must(w.person(t, token))(t)
	for _, c := range []struct {
		name, current, next string
		field               string
	}{
		{"a wrong current one", "wrong " + password, newPassword, "current"},
		{"a short one", password, "elevenbytes", "password"},
		{"a common one", password, "password1234", "password"},
		{"a long one", password, strings.Repeat("long pass", 200)[:1025], "password"},
	} {
		wantRefusal(t, errOf(w.ChangePassword(ctx, p, c.current, c.next)), store.Invalid, c.field)
	}
	must(w.person(t, other.Token))(t)

	s := must(w.ChangePassword(ctx, p, password, newPassword))(t)
	if e := w.lastEntry(t, serverLog); e.Action != "user.change_password" || e.Outcome != "done" || str(e.Detail) != "1 other session ended" {
		t.Errorf("entry is %+v", e)
	}
	for name, token := range map[string]string{"the old token": token, "the other session": other.Token} {
		if _, err := w.person(t, token); store.CodeOf(err) != store.Unauthenticated {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(w.person(t, s.Token))(t)
	_, err := w.CheckReset(ctx, link)
	wantCode(t, err, store.NotFound)
	wantCode(t, errOf(w.SignIn(ctx, from(""), "editor@acme.example", password, "")), store.Invalid)
	must(w.SignIn(ctx, from(""), "editor@acme.example", newPassword, ""))(t)
	must(w.person(t, w.Token(acme, "admin")))(t)
}

// S-31: a reset link works once, for 24 hours, and not after a newer one.
func TestS31ResetLinks(t *testing.T) {
	w := newWorld(t)
	op := w.Operator()
	link := func() string { return must(w.NewResetLink(ctx, op, "Editor@acme.example"))(t) }
	dead := func(name, token string) {
		t.Helper()
		if email, err := w.CheckReset(ctx, token); email != "" || store.CodeOf(err) != store.NotFound {
			t.Errorf("%s: %q, %v", name, email, err)
		}
		if s, err := w.ResetPassword(ctx, from(""), token, newPassword); s != (store.Session{}) || store.CodeOf(err) != store.NotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
	first := link()
	if e := w.lastEntry(t, serverLog); e.Action != "reset_link.create" || str(e.TargetName) != "acme editor" || e.ActorKind != "operator" {
		t.Errorf("entry is %+v", e)
	}
	second := link()
	dead("one before a newer one", first)
	for range 2 { // to look burns nothing
		if email := must(w.CheckReset(ctx, second))(t); email != "editor@acme.example" {
			t.Errorf("is for %q", email)
		}
	}
	wantRefusal(t, errOf(w.ResetPassword(ctx, from(""), second, "elevenbytes")), store.Invalid, "password")
	s := must(w.ResetPassword(ctx, from("192.0.2.1"), second, newPassword))(t)
	if e := w.lastEntry(t, serverLog); e.Action != "user.reset_password" || str(e.TargetName) != "acme editor" || str(e.ActorName) != "acme editor" || str(e.Address) != "192.0.2.1" {
		t.Errorf("entry is %+v", e)
	}
	if p := must(w.person(t, s.Token))(t); p.Email() != "editor@acme.example" {
		t.Errorf("%+v", p)
	}
	_, err := w.person(t, w.Token(acme, "editor"))
	wantCode(t, err, store.Unauthenticated)
	dead("a used one", second)
	must(w.SignIn(ctx, from(""), "editor@acme.example", newPassword, ""))(t)

	third := link()
	w.Clock.Advance(24*time.Hour - time.Microsecond)
	must(w.CheckReset(ctx, third))(t)
	w.Clock.Advance(time.Microsecond)
	dead("one of yesterday", third)
	dead("none", "")
	dead("a made-up one", "x")
	_, err = w.NewResetLink(ctx, op, "nobody@acme.example")
	wantRefusal(t, err, store.NotFound, "email")
}

// Two who use one link at once: one has the account.
func TestResetLinkRace(t *testing.T) {
	w := newWorld(t)
	link := must(w.NewResetLink(ctx, w.Operator(), "editor@acme.example"))(t)
	ok, gone := race(3, []*store.Store{w.Store, w.beside(t)}, store.NotFound, func(s *store.Store, i int) error {
		return errOf(s.ResetPassword(ctx, from(""), link, fmt.Sprint(newPassword, i)))
	}, t)
	if ok != 1 || gone != 2 {
		t.Errorf("%d used it, %d were told that it is gone", ok, gone)
	}
}

func TestCreateUser(t *testing.T) {
	w := newWorld(t)
	op := w.Operator()
	u := must(w.CreateUser(ctx, op, " Jo\u0308rg@Example.com ", "Jörg", newPassword))(t)
	if u.Email != "Jörg@Example.com" || u.Name != "Jörg" {
		t.Errorf("%+v", u)
	}
	if e := w.lastEntry(t, serverLog); e.Action != "user.create" || str(e.Target) != u.ID || str(e.TargetName) != "Jörg" || e.ActorKind != "operator" {
		t.Errorf("entry is %+v", e)
	}
	must(w.SignIn(ctx, from(""), "jörg@example.com", newPassword, ""))(t)
	for _, c := range []struct {
		name, email, person, password string
		code                          store.Code
		field                         string
	}{
		{"a known e-mail", "JÖRG@example.com", "X", newPassword, store.Conflict, "email"},
		{"a bad e-mail", "x", "X", newPassword, store.Invalid, "email"},
		{"no name", "x@example.com", "", newPassword, store.Invalid, "name"},
		{"a short password", "x@example.com", "X", "elevenbytes", store.Invalid, "password"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before, entries := w.state(t), len(w.entries(t, serverLog))
			wantRefusal(t, errOf(w.CreateUser(ctx, op, c.email, c.person, c.password)), c.code, c.field)
			if w.state(t) != before || len(w.entries(t, serverLog)) != entries {
				t.Error("something was changed or recorded")
			}
		})
	}
	for _, err := range []error{
		errOf(w.CreateUser(ctx, w.Person(t, acme, "owner"), "x@example.com", "X", newPassword)),
		errOf(w.NewResetLink(ctx, w.Person(t, acme, "owner"), "editor@acme.example")),
		errOf(w.CreateUser(ctx, store.ServerActor{}, "x@example.com", "X", newPassword)),
	} {
		wantCode(t, err, store.Denied) // only the operator does
	}
}
