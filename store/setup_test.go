package store_test

import (
	"fmt"
	"testing"
	"time"

	"hooksafe/store"
)

func setup(token string) store.Setup {
	return store.Setup{Token: token, Name: "Ann", Email: "ann@example.com", Password: newPassword, Organization: "Acme, Inc."}
}

// S-40: the first run is opened by a token that works once, for an hour, until there
// is a newer one; once a person exists it is as if it had never been.
func TestS40Setup(t *testing.T) {
	w := emptyWorld(t)
	open := func() bool { return must(w.SetupOpen(ctx))(t) }
	dead := func(name, token string, code store.Code) {
		t.Helper()
		if err := w.CheckSetupToken(ctx, token); store.CodeOf(err) != code {
			t.Errorf("%s: %v", name, err)
		}
		before := w.state(t)
		if _, _, err := w.Setup(ctx, from(""), setup(token)); store.CodeOf(err) != code || w.state(t) != before {
			t.Errorf("%s: %v", name, err)
		}
	}
	if !open() {
		t.Error("closed before the first person")
	}
	dead("no token was made yet", "", store.Unauthenticated)
	dead("a made-up one", "x", store.Unauthenticated)
	first := must(w.NewSetupToken(ctx))(t)
	second := must(w.NewSetupToken(ctx))(t)
	dead("one before a newer one", first, store.Unauthenticated)
	w.Clock.Advance(time.Hour - time.Microsecond)
	if err := w.CheckSetupToken(ctx, second); err != nil {
		t.Error(err)
	}
	w.Clock.Advance(time.Microsecond)
	dead("one of an hour ago", second, store.Unauthenticated)

	token := must(w.NewSetupToken(ctx))(t)
	for field, in := range map[string]store.Setup{
		"name":         {Token: token, Email: "a@b", Password: newPassword, Organization: "X"},
		"email":        {Token: token, Name: "A", Email: "a", Password: newPassword, Organization: "X"},
		"password":     {Token: token, Name: "A", Email: "a@b", Password: "short", Organization: "X"},
		"organization": {Token: token, Name: "A", Email: "a@b", Password: newPassword},
	} {
		_, _, err := w.Setup(ctx, from(""), in)
		wantRefusal(t, err, store.Invalid, field)
	}
	s, org, err := w.Setup(ctx, from("192.0.2.1"), setup(token))
	if err != nil || org.Slug != "acme-inc" || org.Name != "Acme, Inc." {
		t.Fatalf("%+v, %v", org, err)
	}
	p := must(w.person(t, s.Token))(t)
	if a := must(w.MemberActor(ctx, p, "acme-inc"))(t); a.Role() != store.Owner {
		t.Errorf("the first person is %s", a.Role())
	}
	if e := w.lastEntry(t, serverLog); e.Action != "setup.done" || str(e.Actor) != p.ID() || str(e.TargetName) != "Ann" {
		t.Errorf("entry is %+v", e)
	}
	if all := w.entries(t, "acme-inc"); len(all) != 1 || str(all[0].ActorName) != "Ann" {
		t.Errorf("the organization's log is %+v", all)
	}
	if open() {
		t.Error("open after the first person")
	}
	dead("a used one", token, store.NotFound)
	_, err = w.NewSetupToken(ctx)
	wantCode(t, err, store.NotFound)
	w.sql(t, `PRAGMA foreign_keys = OFF`)
	w.sql(t, `DELETE FROM users`)
	if open() {
		t.Error("open again after everybody was removed")
	}
	w.verify(t)
}

// S-40: also once the operator has made a person.
func TestS40SetupIsOverWithTheFirstPerson(t *testing.T) {
	w := emptyWorld(t)
	token := must(w.NewSetupToken(ctx))(t)
	must(w.CreateUser(ctx, w.Operator(), "ann@example.com", "Ann", newPassword))(t)
	wantCode(t, w.CheckSetupToken(ctx, token), store.NotFound)
	_, _, err := w.Setup(ctx, from(""), setup(token))
	wantCode(t, err, store.NotFound)
	if must(w.SetupOpen(ctx))(t) {
		t.Error("open")
	}
}

// S-40: of two who set up at once, one is the owner.
func TestS40SetupRace(t *testing.T) {
	w := emptyWorld(t)
	token := must(w.NewSetupToken(ctx))(t)
	ok, gone := race(3, []*store.Store{w.Store, w.beside(t)}, store.NotFound, func(s *store.Store, i int) error {
		in := setup(token)
		in.Email = fmt.Sprint("ann", i, "@example.com")
		_, _, err := s.Setup(ctx, from(""), in)
		return err
	}, t)
	if n := stored[int](t, w, `SELECT count(*) FROM users`); ok != 1 || gone != 2 || n != 1 {
		t.Errorf("%d set up, %d were told that it is over, %d people", ok, gone, n)
	}
	w.verify(t)
}
