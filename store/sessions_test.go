package store_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"hooksafe/store"
)

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
	must(w.RevealSecret(ctx, a, w.Org(acme).Place(), w.Org(acme).Secret, 0, ""))(t)
}

// What a client says of itself is kept with the session as it is in the entries.
func TestSessionKeepsAFitAgent(t *testing.T) {
	w := newWorld(t)
	o := from("192.0.2.1")
	o.Agent = "\xff" + strings.Repeat("é", 5000)
	must(w.SignIn(ctx, o, "editor@acme.example", password, ""))(t)
	agent := stored[string](t, w, `SELECT agent FROM sessions ORDER BY created_at DESC, id DESC LIMIT 1`)
	if len(agent) > 256 || !utf8.ValidString(agent) || !strings.HasPrefix(agent, "\uFFFDé") {
		t.Errorf("kept %d bytes: %.20q", len(agent), agent)
	}
	if e := w.lastEntry(t, serverLog); str(e.Agent) != agent {
		t.Errorf("the entry says %.20q", str(e.Agent))
	}
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

// S-08: whatever is typed is hashed before the answer, so that time tells nothing about
// who exists.
func TestS08EverySignInIsHashed(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct{ name, email, password string }{
		{"known", "editor@acme.example", "wrong " + password},
		{"unknown", "nobody@acme.example", password},
		{"no e-mail", "", password},
		{"no password", "editor@acme.example", ""},
		{"far too long a password", "editor@acme.example", strings.Repeat("x", 1025)},
	} {
		t.Run(c.name, func(t *testing.T) {
			waiting, release := store.HoldHashes(w.Store)
			result := make(chan error, 1)
			go func() { result <- errOf(w.SignIn(ctx, from(""), c.email, c.password, "")) }()
			for waiting() == 0 && len(result) == 0 {
				runtime.Gosched()
			}
			if len(result) != 0 {
				t.Error("answered without a hash")
			}
			release()
			wantCode(t, <-result, store.Invalid)
		})
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

// A password is checked outside the action, and is not good any more if it was changed
// meanwhile.
func TestPasswordChangedMeanwhile(t *testing.T) {
	for name, check := range map[string]func(w *world, p store.ServerActor) error{
		"sign in": func(w *world, _ store.ServerActor) error {
			return errOf(w.SignIn(ctx, from(""), "editor@acme.example", password, ""))
		},
		"confirm": func(w *world, p store.ServerActor) error { return errOf(w.Confirm(ctx, p, password)) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			p := w.Person(t, acme, "editor")
			waiting, release := store.HoldHashes(w.Store)
			result := make(chan error)
			go func() { result <- check(w, p) }()
			for waiting() == 0 {
				runtime.Gosched()
			}
			w.sql(t, `UPDATE users SET password_hash = (SELECT password_hash FROM users WHERE email = 'admin@acme.example')
				WHERE email = 'editor@acme.example'`)
			release()
			wantCode(t, <-result, store.Invalid)
			if e := w.lastEntry(t, serverLog); e.Outcome != "failed" {
				t.Errorf("entry is %s %s", e.Action, e.Outcome)
			}
		})
	}
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
	_, err = w.RevealSecret(ctx, a, w.Org(acme).Place(), w.Org(acme).Secret, 0, "") // a request on its way
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
		return errOf(w.RevealSecret(ctx, must(w.MemberActor(ctx, p, acme))(t), org.Place(), org.Secret, 0, ""))
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
