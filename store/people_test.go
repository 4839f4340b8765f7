package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"hooksafe/store"
)

const newPassword = "quite another five words"

func from(address string) store.Origin { return store.Origin{Address: address, Agent: "test"} }

// person is who holds a token.
func (w *world) person(t testing.TB, token string) (store.ServerActor, error) {
	t.Helper()
	return w.Store.Person(ctx, token, store.Origin{})
}

func TestSignIn(t *testing.T) {
	w := newWorld(t)
	w.Clock.Advance(time.Hour)
	s := must(w.SignIn(ctx, from("192.0.2.1"), " Editor@ACME.example ", password, ""))(t)
	if !s.ExpiresAt.Equal(w.Now().Add(7*24*time.Hour)) || len(s.Token) < 43 {
		t.Errorf("%d characters until %v", len(s.Token), s.ExpiresAt)
	}
	p := must(w.person(t, s.Token))(t)
	if p.Email() != "editor@acme.example" || p.Name() != "acme editor" {
		t.Errorf("%+v", p)
	}
	e := w.lastEntry(t, serverLog)
	if e.Action != "user.sign_in" || e.Outcome != "done" || str(e.Actor) != p.ID() || str(e.Target) != p.ID() || e.Credential == nil || str(e.Address) != "192.0.2.1" {
		t.Errorf("entry is %+v", e)
	}
	a := must(w.MemberActor(ctx, p, acme))(t) // signing in is a confirmation
	must(w.RevealSecret(ctx, a, w.Org(acme).Place(), w.Org(acme).Secret, ""))(t)
}

// 0.12, S-09: unknown people and wrong passwords are told the same, and count the same.
func TestS09UnknownIsLikeWrong(t *testing.T) {
	w := newWorld(t)
	w.sql(t, `UPDATE users SET password_hash = NULL WHERE email = 'admin@acme.example'`)
	var told []string
	for _, email := range []string{"editor@acme.example", "nobody@acme.example", "admin@acme.example"} {
		var all []string
		for range 11 { // the last one is over the limit
			_, err := w.SignIn(ctx, from("192.0.2.1"), email, "wrong "+password, "")
			e, _ := store.AsError(err)
			all = append(all, fmt.Sprint(e.Code, e.Field, e.Message, e.TriesLeft, e.RetryAfter))
		}
		told = append(told, strings.Join(all, "\n"))
	}
	if told[0] != told[1] || told[0] != told[2] {
		t.Errorf("known:\n%s\nunknown:\n%s\nwithout a password:\n%s", told[0], told[1], told[2])
	}
	for _, e := range w.entries(t, serverLog) {
		if e.Action == "user.sign_in" && e.Outcome == "failed" && (e.ActorKind != "nobody" || e.Actor != nil || str(e.Reason) != "invalid") {
			t.Errorf("entry is %+v", e)
		}
	}
}

// S-09: 10 tries for an account from a network and 20 in all, however the address is
// written; then even the right password waits.
func TestS09Limits(t *testing.T) {
	w := newWorld(t)
	written := []string{"editor@acme.example", "EDITOR@acme.example", " editor@acme.example", "Editor@Acme.Example\t", "editor@acme.example "}
	try := func(address string, i int) error {
		return errOf(w.SignIn(ctx, from(address), written[i%len(written)], "wrong "+password, ""))
	}
	for i := range 10 {
		e := wantRefusal(t, try(fmt.Sprint("192.0.2.", i), i), store.Invalid, "email")
		if e.TriesLeft != 9-i {
			t.Errorf("try %d: %d left", i+1, e.TriesLeft)
		}
	}
	entries := len(w.entries(t, serverLog))
	e := wantRefusal(t, errOf(w.SignIn(ctx, from("192.0.2.99"), "editor@acme.example", password, "")), store.Limited, "")
	if e.RetryAfter != 15*time.Minute {
		t.Errorf("come back after %v", e.RetryAfter)
	}
	if n := len(w.entries(t, serverLog)); n != entries {
		t.Errorf("%d entries for what was not tried", n-entries)
	}
	w.Clock.Advance(time.Minute)
	for i := range 10 {
		wantCode(t, try(fmt.Sprint("198.51.100.", i), i), store.Invalid)
	}
	for _, address := range []string{"203.0.113.1", "2001:db8::1", "", "10.0.0.1, 203.0.113.1"} {
		e := wantRefusal(t, errOf(w.SignIn(ctx, from(address), "editor@acme.example", password, "")), store.Limited, "")
		if e.RetryAfter != 14*time.Minute {
			t.Errorf("come back after %v", e.RetryAfter)
		}
	}
	must(w.SignIn(ctx, from("192.0.2.1"), "admin@acme.example", password, ""))(t) // others are not held up
	must(w.person(t, w.Token(acme, "editor")))(t)                                 // nor who is signed in

	w.Clock.Advance(14 * time.Minute)
	must(w.SignIn(ctx, from("203.0.113.1"), "editor@acme.example", password, ""))(t)
}

// S-09: the right password clears what was tried before.
func TestS09RightPasswordClears(t *testing.T) {
	w := newWorld(t)
	for round := range 2 {
		for i := range 9 {
			wantCode(t, errOf(w.SignIn(ctx, from("192.0.2.1"), "editor@acme.example", "wrong "+password, "")), store.Invalid)
			if i == 0 && round > 0 {
				break
			}
		}
		must(w.SignIn(ctx, from("192.0.2.1"), "editor@acme.example", password, ""))(t)
	}
	// Also where there is no room for the session: who knows the password is not kept
	// waiting once there is.
	w.sql(t, `CREATE TRIGGER no_entries BEFORE INSERT ON audit_entries BEGIN SELECT RAISE(ABORT, 'x'); END`)
	for range 11 {
		wantCode(t, errOf(w.SignIn(ctx, from("192.0.2.1"), "editor@acme.example", password, "")), store.Unavailable)
	}
	w.sql(t, `DROP TRIGGER no_entries`)
	must(w.SignIn(ctx, from("192.0.2.1"), "editor@acme.example", password, ""))(t)
}

// Wrong passwords count where their entry cannot be written, too.
func TestS09FullDiskGivesNoTries(t *testing.T) {
	w := newWorld(t)
	w.sql(t, `CREATE TRIGGER no_entries BEFORE INSERT ON audit_entries BEGIN SELECT RAISE(ABORT, 'x'); END`)
	for range 10 {
		wantCode(t, errOf(w.SignIn(ctx, from("192.0.2.1"), "editor@acme.example", "wrong "+password, "")), store.Unavailable)
	}
	wantCode(t, errOf(w.SignIn(ctx, from("192.0.2.1"), "editor@acme.example", password, "")), store.Limited)
}

// S-20: signing in ends the session that the browser held before, if it is one.
func TestS20OldSessionEnds(t *testing.T) {
	w := newWorld(t)
	old := w.Token(acme, "editor")
	s := must(w.SignIn(ctx, from(""), "editor@acme.example", password, old))(t)
	if s.Token == old {
		t.Error("the token that was brought is used")
	}
	_, err := w.person(t, old)
	wantCode(t, err, store.Unauthenticated)
	second := must(w.SignIn(ctx, from(""), "editor@acme.example", password, "no token"))(t)
	must(w.person(t, s.Token))(t)
	_, err = w.SignIn(ctx, from(""), "editor@acme.example", "wrong "+password, second.Token)
	wantCode(t, err, store.Invalid)
	must(w.person(t, second.Token))(t) // a failed sign-in ends nothing
}

// 0.13: signing out ends the session on the server; other sessions stay.
func TestSignOut(t *testing.T) {
	w := newWorld(t)
	token := w.Token(acme, "editor")
	other := must(w.SignIn(ctx, from(""), "editor@acme.example", password, ""))(t)
	p := must(w.person(t, token))(t)
	a := must(w.MemberActor(ctx, p, acme))(t)
	if err := w.SignOut(ctx, p); err != nil {
		t.Fatal(err)
	}
	if e := w.lastEntry(t, serverLog); e.Action != "user.sign_out" || str(e.Actor) != p.ID() {
		t.Errorf("entry is %+v", e)
	}
	_, err := w.person(t, token)
	wantCode(t, err, store.Unauthenticated)
	_, err = w.RevealSecret(ctx, a, w.Org(acme).Place(), w.Org(acme).Secret, "") // a request on its way
	wantCode(t, err, store.Unauthenticated)
	wantCode(t, w.SignOut(ctx, p), store.Unauthenticated)
	must(w.person(t, other.Token))(t)
}

// S-20: a confirmation gives a new token and another 15 minutes, and no longer life.
func TestConfirm(t *testing.T) {
	w := newWorld(t)
	token, org := w.Token(acme, "editor"), w.Org(acme)
	expires := stored[int64](t, w, `SELECT expires_at FROM sessions WHERE user = (SELECT id FROM users WHERE email = 'editor@acme.example')`)
	w.Clock.Advance(time.Hour)
	p := must(w.person(t, token))(t)
	reveal := func(p store.ServerActor) error {
		return errOf(w.RevealSecret(ctx, must(w.MemberActor(ctx, p, acme))(t), org.Place(), org.Secret, ""))
	}
	wantCode(t, reveal(p), store.ConfirmNeeded)
	wantRefusal(t, errOf(w.Confirm(ctx, p, "wrong "+password)), store.Invalid, "password")
	if e := w.lastEntry(t, serverLog); e.Action != "user.confirm" || e.Outcome != "failed" || str(e.Actor) != p.ID() {
		t.Errorf("entry is %+v", e)
	}
	wantCode(t, reveal(p), store.ConfirmNeeded)

	s := must(w.Confirm(ctx, p, password))(t)
	if s.Token == token || s.ExpiresAt.UnixMicro() != expires {
		t.Errorf("lives until %v", s.ExpiresAt)
	}
	if e := w.lastEntry(t, serverLog); e.Action != "user.confirm" || e.Outcome != "done" || str(e.Target) != p.ID() {
		t.Errorf("entry is %+v", e)
	}
	_, err := w.person(t, token)
	wantCode(t, err, store.Unauthenticated)
	p = must(w.person(t, s.Token))(t)
	if err := reveal(p); err != nil {
		t.Error(err)
	}
	w.Clock.Advance(store.ConfirmFor)
	wantCode(t, reveal(p), store.ConfirmNeeded)
}

// A stolen session does not guess the password, and a stranger who is limited at the
// sign-in holds nobody up who is signed in.
func TestConfirmLimits(t *testing.T) {
	w := newWorld(t)
	p := must(w.person(t, w.Token(acme, "editor")))(t)
	for range 10 {
		wantCode(t, errOf(w.SignIn(ctx, from("192.0.2.1"), "editor@acme.example", "wrong "+password, "")), store.Invalid)
	}
	for i := range 5 {
		if e := wantRefusal(t, errOf(w.Confirm(ctx, p, "wrong "+password)), store.Invalid, "password"); e.TriesLeft != 4-i {
			t.Errorf("try %d: %d left", i+1, e.TriesLeft)
		}
	}
	e := wantRefusal(t, errOf(w.Confirm(ctx, p, password)), store.Limited, "")
	if e.RetryAfter != 15*time.Minute {
		t.Errorf("come back after %v", e.RetryAfter)
	}
	wantCode(t, errOf(w.ChangePassword(ctx, p, password, newPassword)), store.Limited)
	w.Clock.Advance(15 * time.Minute)
	must(w.Confirm(ctx, p, password))(t)
}

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

// C-09: a hash of other parameters is made anew at the next sign-in.
func TestC09HashIsUpgraded(t *testing.T) {
	w := newWorld(t)
	const old = "$argon2id$v=19$m=8192,t=1,p=1$c2l4dGVlbiBieXRlcyAuLg$"
	hashOf := func() string {
		return stored[string](t, w, `SELECT password_hash FROM users WHERE email = 'editor@acme.example'`)
	}
	w.sql(t, `UPDATE users SET password_hash = ? WHERE email = 'editor@acme.example'`, old+store.WeakHash(password, "sixteen bytes .."))
	must(w.SignIn(ctx, from(""), "editor@acme.example", password, ""))(t)
	if got := hashOf(); !strings.HasPrefix(got, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("stored is %.40s", got)
	}
	upgraded := hashOf()
	must(w.SignIn(ctx, from(""), "editor@acme.example", password, ""))(t)
	if hashOf() != upgraded {
		t.Error("made anew without need")
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

func TestSessionData(t *testing.T) {
	w := newWorld(t)
	p := w.Person(t, acme, "editor")
	entries := len(w.entries(t, serverLog))
	if err := w.SetSessionData(ctx, p, []byte("hello")); err != nil {
		t.Fatal(err)
	}
	if got := w.Person(t, acme, "editor").SessionData(); string(got) != "hello" {
		t.Errorf("%q", got)
	}
	if got := w.Person(t, acme, "admin").SessionData(); got != nil {
		t.Errorf("another session keeps %q", got)
	}
	if n := len(w.entries(t, serverLog)); n != entries {
		t.Errorf("%d new entries", n-entries)
	}
}
