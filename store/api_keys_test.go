package store_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"hooksafe/store"
	"hooksafe/store/storetest"
)

const day = 24 * time.Hour

// newKey makes a key as somebody and returns it with its token.
func (w *world) newKey(t testing.TB, a store.Actor, lasts time.Duration, scopes ...store.Scope) (store.Key, string) {
	t.Helper()
	key, token, err := w.CreateKey(ctx, a, store.NewKey{Name: "deploy-ci", Scopes: scopes, Lasts: lasts})
	if err != nil {
		t.Fatal(err)
	}
	return key, token
}

// S-10: a token has at least 160 random bits, a prefix and a checksum; it is kept
// nowhere but as its digest.
func TestS10Token(t *testing.T) {
	w := newWorld(t)
	key, token := w.newKey(t, w.Actor(t, acme, "admin"), 90*day, "read:hooks", "create:hooks", "read:hooks")
	if !regexp.MustCompile(`^hks_[0-9A-Za-z]{36}$`).MatchString(token) {
		t.Errorf("token is %q", token)
	}
	if !strings.HasPrefix(token, key.Hint) || len(key.Hint) != 8 {
		t.Errorf("hint is %q", key.Hint)
	}
	if !slices.Equal(key.Scopes, []store.Scope{"read:hooks", "create:hooks"}) {
		t.Errorf("scopes are %v", key.Scopes)
	}
	if want := storetest.Start.Add(90 * day); !key.ExpiresAt.Equal(want) || !key.Live(want.Add(-1)) || key.Live(want) {
		t.Errorf("expires at %s, want %s", key.ExpiresAt, want)
	}
	if _, other := w.newKey(t, w.Actor(t, acme, "admin"), 0, "read:hooks"); other == token || other[:12] == token[:12] {
		t.Error("two tokens are alike")
	}
	if e := w.lastEntry(t, acme); str(e.Detail) != "read:hooks, never expires" || str(e.TargetName) != "deploy-ci" {
		t.Errorf("entry is %q %q", str(e.TargetName), str(e.Detail))
	}
}

func TestNewKeyRefuses(t *testing.T) {
	w := newWorld(t)
	a := w.Actor(t, acme, "admin")
	for _, c := range []struct {
		name, field string
		key         store.NewKey
	}{
		{"no name", "name", store.NewKey{Scopes: store.Scopes()}},
		{"a line break in the name", "name", store.NewKey{Name: "a\nb", Scopes: store.Scopes()}},
		{"no scope", "scopes", store.NewKey{Name: "x"}},
		{"an unknown scope", "scopes", store.NewKey{Name: "x", Scopes: []store.Scope{"read:hooks", "read:everything"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, token, err := w.CreateKey(ctx, a, c.key)
			wantRefusal(t, err, store.Invalid, c.field)
			if token != "" {
				t.Error("a token was made")
			}
		})
	}
}

// A key does what its scopes say: each action by each single scope.
func TestEachScopeAlone(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		action string
		any    []store.Scope
		do     func(a store.Actor, x things) error
	}{
		{"hook.read", []store.Scope{"read:hooks"}, func(a store.Actor, x things) error { return errOf(w.Hook(ctx, a, x.hook)) }},
		{"hook.create", []store.Scope{"create:hooks"}, func(a store.Actor, x things) error {
			return errOf(w.CreateHook(ctx, a, "made "+x.hookName, "credentials-exchange"))
		}},
		{"hook.update", []store.Scope{"update:hooks"}, func(a store.Actor, x things) error {
			return errOf(w.SaveHook(ctx, a, x.hook, store.HookChange{Base: 1, Script: ptr("saved")}))
		}},
		{"hook.delete", []store.Scope{"delete:hooks"}, func(a store.Actor, x things) error {
			return errOf(w.DeleteHook(ctx, a, x.hook, x.hookName))
		}},
		{"hook.restore", nil, func(a store.Actor, x things) error { return errOf(w.RestoreHook(ctx, a, x.deletedHook)) }},
		{"secret.list", []store.Scope{"read:hooks"}, func(a store.Actor, x things) error {
			return errOf(w.Secrets(ctx, a, store.HookPlace(x.hook)))
		}},
		{"secret.create", []store.Scope{"create:hooks", "update:hooks"}, func(a store.Actor, x things) error {
			return errOf(w.AddSecret(ctx, a, store.HookPlace(x.hook), store.NewSecret{Name: "NEW", Value: store.NewPlaintext("v")}))
		}},
		{"secret.update", []store.Scope{"update:hooks"}, func(a store.Actor, x things) error {
			return errOf(w.ChangeSecret(ctx, a, store.HookPlace(x.hook), x.secret, store.SecretChange{Base: 1, Name: x.secretName}))
		}},
		{"secret.delete", []store.Scope{"delete:hooks", "update:hooks"}, func(a store.Actor, x things) error {
			return errOf(w.DeleteSecret(ctx, a, store.HookPlace(x.hook), x.secret, x.secretName))
		}},
		{"secret.list", []store.Scope{"read:secrets"}, func(a store.Actor, x things) error {
			_, _, err := w.PageOfSecrets(ctx, a, store.OrganizationPlace(), 0, 10)
			return err
		}},
		{"secret.create", []store.Scope{"create:secrets"}, func(a store.Actor, x things) error {
			return errOf(w.AddSecret(ctx, a, store.OrganizationPlace(), store.NewSecret{Name: "NEW", Value: store.NewPlaintext("v")}))
		}},
		{"secret.update", []store.Scope{"update:secrets"}, func(a store.Actor, x things) error {
			return errOf(w.PatchSecret(ctx, a, store.OrganizationPlace(), x.ownSecret, store.SecretPatch{Note: ptr("patched")}, nil))
		}},
		{"secret.delete", []store.Scope{"delete:secrets"}, func(a store.Actor, x things) error {
			return w.RemoveSecret(ctx, a, store.OrganizationPlace(), x.ownSecret, nil)
		}},
		{"secret.read", []store.Scope{"reveal:secrets"}, func(a store.Actor, x things) error {
			return errOf(w.ReadSecretByID(ctx, a, store.OrganizationPlace(), x.ownSecret))
		}},
		{"secret.reveal", nil, func(a store.Actor, x things) error {
			return errOf(w.RevealSecret(ctx, a, store.HookPlace(x.hook), x.secret, 0, ""))
		}},
		{"audit.read", nil, func(a store.Actor, x things) error { return errOf(w.Audit(ctx, a, store.AuditFilter{}, 0, 10)) }},
		{"key.create", nil, func(a store.Actor, x things) error {
			_, _, err := w.CreateKey(ctx, a, store.NewKey{Name: "x", Scopes: store.Scopes()})
			return err
		}},
		{"member.list", nil, func(a store.Actor, x things) error { return errOf(w.Admins(ctx, a)) }},
	} {
		x := newThings(t, w, acme, len(w.entries(t, acme)))
		for _, scope := range store.Scopes() {
			t.Run(c.action+" with "+string(scope), func(t *testing.T) {
				key, token := w.newKey(t, w.Actor(t, acme, "admin"), 0, scope)
				a := must(w.KeyActor(ctx, token, storetest.Origin()))(t)
				if slices.Contains(c.any, scope) {
					x := newThings(t, w, acme, len(w.entries(t, acme)))
					if err := c.do(a, x); err != nil {
						t.Errorf("refused: %v", err)
					}
					return
				}
				before := w.state(t)
				err := c.do(a, x)
				e := wantRefusal(t, err, store.Denied, "")
				if !slices.Equal(e.Scopes, c.any) {
					t.Errorf("wants %v, want %v", e.Scopes, c.any)
				}
				if w.state(t) != before {
					t.Error("something changed")
				}
				entry := w.lastEntry(t, acme)
				if entry.Action != c.action || entry.Outcome != "denied" || entry.ActorKind != "key" || str(entry.Actor) != key.ID ||
					str(entry.ActorName) != key.Name || str(entry.Reason) != "scopes "+string(scope) {
					t.Errorf("entry is %+v", entry)
				}
			})
		}
	}
	w.verify(t)
}

// What makes a key stop, makes it stop at its next request and in an action that
// has begun; the entry says why.
func TestWhatStopsAKey(t *testing.T) {
	for _, c := range []struct {
		name, reason string
		stop         func(w *world, key store.Key)
		reading      bool // it stops what only reads as well
	}{
		{"revoked", "revoked", func(w *world, key store.Key) { must(w.RevokeKey(ctx, w.Actor(t, acme, "owner"), key.ID))(t) }, true},
		{"expired", "expired", func(w *world, key store.Key) { w.Clock.Advance(7 * day) }, true},
		{"its maker left", "revoked", func(w *world, key store.Key) {
			must(w.RemoveMember(ctx, w.Actor(t, acme, "owner"), storetest.Email(acme, "admin")))(t)
		}, true},
		{"its maker is no member, whatever became of the key", "its maker has left", func(w *world, key store.Key) {
			w.sql(t, `DELETE FROM members WHERE user = (SELECT made_by FROM api_keys WHERE id = ?)`, key.ID)
		}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			key, token := w.newKey(t, w.Actor(t, acme, "admin"), 7*day, store.Scopes()...)
			access := must(w.NewAccessToken(ctx, storetest.Origin(), key.ID, token, nil))(t)
			early := must(w.KeyActor(ctx, token, storetest.Origin()))(t)
			c.stop(w, key)

			for _, token := range []string{token, access.Token} {
				n := len(w.entries(t, acme))
				_, err := w.KeyActor(ctx, token, storetest.Origin())
				wantCode(t, err, store.Unauthenticated)
				if token == access.Token && c.reason == "expired" {
					continue // the access token ended by itself before
				}
				all := w.entries(t, acme)
				if e := all[len(all)-1]; len(all) != n+1 || e.Action != "key.use" || e.Outcome != "denied" || str(e.Reason) != c.reason || str(e.Target) != key.ID {
					t.Errorf("entry is %s %s %q", e.Action, e.Outcome, str(e.Reason))
				}
			}
			_, err := w.NewAccessToken(ctx, storetest.Origin(), key.ID, token, nil)
			wantCode(t, err, store.Unauthenticated)

			before := w.state(t)
			_, err = w.CreateHook(ctx, early, "late", "credentials-exchange")
			wantCode(t, err, store.Unauthenticated)
			if w.state(t) != before {
				t.Error("it still changes something")
			}
			w.verify(t)
		})
	}
}

// S-17: a key reaches as far as its scopes and the present role of its maker.
func TestS17AKeyReachesAsFarAsItsMaker(t *testing.T) {
	w := newWorld(t)
	_, token := w.newKey(t, w.Actor(t, acme, "admin"), 0, store.Scopes()...)
	a := must(w.KeyActor(ctx, token, storetest.Origin()))(t)
	must(w.CreateHook(ctx, a, "first", "credentials-exchange"))(t)

	must(w.SetMemberRole(ctx, w.Actor(t, acme, "owner"), storetest.Email(acme, "admin"), store.Viewer))(t)
	_, err := w.CreateHook(ctx, a, "second", "credentials-exchange")
	wantCode(t, err, store.Denied)
	a = must(w.KeyActor(ctx, token, storetest.Origin()))(t)
	must(w.Hooks(ctx, a, store.HookFilter{}, "", 10))(t)
	_, err = w.CreateHook(ctx, a, "third", "credentials-exchange")
	wantCode(t, err, store.Denied)

	_, token = w.newKey(t, must(w.OperatorIn(ctx, w.Operator(), acme))(t), 0, "create:hooks")
	a = must(w.KeyActor(ctx, token, storetest.Origin()))(t)
	must(w.CreateHook(ctx, a, "operators", "credentials-exchange"))(t)
}

// A key acts in its own organization only.
func TestS13AKeyHasOneOrganization(t *testing.T) {
	w := newWorld(t)
	_, token := w.newKey(t, w.Actor(t, acme, "admin"), 0, store.Scopes()...)
	a := must(w.KeyActor(ctx, token, storetest.Origin()))(t)
	if a.Org().Slug != acme {
		t.Errorf("acts in %s", a.Org().Slug)
	}
	_, err := w.Hook(ctx, a, w.Org(globex).Hook)
	wantCode(t, err, store.NotFound)
}

func TestWrongTokens(t *testing.T) {
	w := newWorld(t)
	key, token := w.newKey(t, w.Actor(t, acme, "admin"), 0, store.Scopes()...)
	access := must(w.NewAccessToken(ctx, storetest.Origin(), key.ID, token, nil))(t)
	n := len(w.entries(t, acme))
	for _, wrong := range []string{
		"", "x", token[:len(token)-1], token + "x", strings.ToLower(token), "hka_" + token[4:], access.Token[:len(access.Token)-1],
		"hks_" + access.Token[4:], w.Token(acme, "owner"),
	} {
		_, err := w.KeyActor(ctx, wrong, storetest.Origin())
		wantCode(t, err, store.Unauthenticated)
	}
	if _, err := w.NewAccessToken(ctx, storetest.Origin(), key.ID, access.Token, nil); store.CodeOf(err) != store.Unauthenticated {
		t.Errorf("an access token begets another: %v", err)
	}
	if _, err := w.NewAccessToken(ctx, storetest.Origin(), "019aa6f1-0000-7000-8000-000000000003", token, nil); store.CodeOf(err) != store.Unauthenticated {
		t.Errorf("the id does not matter: %v", err)
	}
	if len(w.entries(t, acme)) != n {
		t.Error("a stranger's token made an entry")
	}
}

// S-10: 60 wrong tokens a minute and network. A right one is never held up by it.
func TestS10WrongTokensAreLimited(t *testing.T) {
	w := newWorld(t)
	key, token := w.newKey(t, w.Actor(t, acme, "admin"), 0, store.Scopes()...)
	must(w.RevokeKey(ctx, w.Actor(t, acme, "admin"), key.ID))(t)
	_, live := w.newKey(t, w.Actor(t, acme, "admin"), 0, store.Scopes()...)
	from := func(host int) store.Origin { return store.Origin{Address: fmt.Sprint("203.0.113.", host)} }
	for i := range 60 {
		_, err := w.KeyActor(ctx, fmt.Sprint("hks_", i), from(i))
		wantCode(t, err, store.Unauthenticated)
	}
	_, err := w.KeyActor(ctx, "hks_", from(99))
	if e := wantRefusal(t, err, store.Limited, ""); e.RetryAfter != time.Minute {
		t.Errorf("try again after %s", e.RetryAfter)
	}
	n := len(w.entries(t, acme))
	_, err = w.KeyActor(ctx, token, from(1))
	wantCode(t, err, store.Limited)
	if len(w.entries(t, acme)) != n {
		t.Error("a dead key fills the log")
	}
	must(w.KeyActor(ctx, live, from(1)))(t)
	_, err = w.KeyActor(ctx, "hks_", store.Origin{Address: "198.51.100.1"})
	wantCode(t, err, store.Unauthenticated)
	w.Clock.Advance(time.Minute)
	_, err = w.KeyActor(ctx, "hks_", from(1))
	wantCode(t, err, store.Unauthenticated)
}

// An access token has the scopes of its key, or fewer, for 24 hours.
func TestAccessToken(t *testing.T) {
	w := newWorld(t)
	key, token := w.newKey(t, w.Actor(t, acme, "admin"), 0, "read:hooks", "create:hooks")
	access := must(w.NewAccessToken(ctx, storetest.Origin(), key.ID, token, []store.Scope{"read:hooks", "delete:hooks", "no such"}))(t)
	if !slices.Equal(access.Scopes, []store.Scope{"read:hooks"}) || access.Lasts != 24*time.Hour {
		t.Errorf("%v for %s", access.Scopes, access.Lasts)
	}
	a := must(w.KeyActor(ctx, access.Token, storetest.Origin()))(t)
	must(w.Hooks(ctx, a, store.HookFilter{}, "", 10))(t)
	_, err := w.CreateHook(ctx, a, "new", "credentials-exchange")
	wantCode(t, err, store.Denied)
	if e := w.lastEntry(t, acme); e.ActorKind != "key" || str(e.Actor) != key.ID {
		t.Errorf("entry is by %s %s", e.ActorKind, str(e.Actor))
	}
	w.Clock.Advance(24*time.Hour - 1)
	must(w.KeyActor(ctx, access.Token, storetest.Origin()))(t)
	w.Clock.Advance(1)
	_, err = w.KeyActor(ctx, access.Token, storetest.Origin())
	wantCode(t, err, store.Unauthenticated)

	must(0, w.ForgetExpiredSessions(ctx))(t)
	if n := stored[int](t, w, `SELECT count(*) FROM access_tokens`); n != 1 {
		t.Errorf("%d access tokens, want it kept for a week", n)
	}
	w.Clock.Advance(7*day + time.Second)
	must(0, w.ForgetExpiredSessions(ctx))(t)
	if n := stored[int](t, w, `SELECT count(*) FROM access_tokens`); n != 0 {
		t.Errorf("%d access tokens are left", n)
	}
}

// Last use is written once a minute at most, and shows where from.
func TestKeyLastUse(t *testing.T) {
	w := newWorld(t)
	a := w.Actor(t, acme, "admin")
	_, token := w.newKey(t, a, 0, "read:hooks")
	used := func() store.Key { return must(w.Keys(ctx, a))(t)[0] }
	if k := used(); !k.UsedAt.IsZero() || k.UsedFrom != "" {
		t.Errorf("a new key was used at %s from %q", k.UsedAt, k.UsedFrom)
	}
	for _, c := range []struct {
		pass time.Duration
		from string
		want time.Duration
	}{{0, "192.0.2.1", 0}, {30 * time.Second, "192.0.2.2", 0}, {30 * time.Second, "192.0.2.3", time.Minute}} {
		w.Clock.Advance(c.pass)
		must(w.KeyActor(ctx, token, store.Origin{Address: c.from}))(t)
		if k := used(); !k.UsedAt.Equal(storetest.Start.Add(c.want)) {
			t.Errorf("used at %s", k.UsedAt)
		}
	}
	if k := used(); k.UsedFrom != "192.0.2.3" {
		t.Errorf("used from %q", k.UsedFrom)
	}
}

// What keys read stands on the secret apart from what people saw, for who may read
// the audit log.
func TestReadsOfASecret(t *testing.T) {
	w := newWorld(t)
	admin, org := w.Actor(t, acme, "admin"), w.Org(acme)
	_, token := w.newKey(t, admin, 0, "reveal:hook_secrets")
	program := must(w.KeyActor(ctx, token, storetest.Origin()))(t)
	for range 3 {
		must(w.ReadSecret(ctx, program, org.Place(), "API_KEY"))(t)
	}
	must(w.RevealSecret(ctx, admin, org.Place(), org.Secret, 0, ""))(t)
	for _, role := range storetest.Roles {
		d := must(w.SecretDetail(ctx, w.Actor(t, acme, role), org.Place(), org.Secret))(t)
		got := []string{}
		for _, u := range slices.Concat(d.Uses, d.Reads) {
			got = append(got, fmt.Sprintf("%s %s %d, %d times", u.By, u.How, u.Version, u.Times))
		}
		want := []string{}
		if role == "owner" || role == "admin" {
			want = []string{"acme admin reveal 1, 1 times", "deploy-ci read 1, 3 times"}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q", role, got)
		}
	}
}

func TestCountKeys(t *testing.T) {
	w := newWorld(t)
	a := w.Actor(t, acme, "admin")
	w.newKey(t, a, 0, "read:hooks")
	w.newKey(t, a, 7*day, "read:hooks")
	revoked, _ := w.newKey(t, a, 0, "read:hooks")
	must(w.RevokeKey(ctx, a, revoked.ID))(t)
	w.newKey(t, w.Actor(t, globex, "admin"), 0, "read:hooks")
	if n := must(w.Counts(ctx, a))(t).Keys; n != 2 {
		t.Errorf("%d keys, want 2", n)
	}
	w.Clock.Advance(7 * day)
	operator := must(w.OperatorIn(ctx, w.Operator(), acme))(t) // sessions have ended by then
	if n := must(w.Counts(ctx, operator))(t).Keys; n != 1 {
		t.Errorf("%d keys once one has expired, want 1", n)
	}
}

// What a key does can be found in the audit log by the key.
func TestAuditOfAKey(t *testing.T) {
	w := newWorld(t)
	owner := w.Actor(t, acme, "owner")
	key, token := w.newKey(t, w.Actor(t, acme, "admin"), 0, store.Scopes()...)
	must(w.ReadSecret(ctx, must(w.KeyActor(ctx, token, storetest.Origin()))(t), w.Org(acme).Place(), "API_KEY"))(t)
	if people := must(w.AuditPeople(ctx, owner))(t); !slices.ContainsFunc(people, func(p store.AuditPerson) bool { return p.ID == key.ID && p.Name == key.Name }) {
		t.Errorf("nobody can choose the key: %+v", people)
	}
	page := must(w.Audit(ctx, owner, store.AuditFilter{Person: key.ID}, 0, 10))(t)
	if len(page.Entries) != 1 || page.Entries[0].Action != "secret.read" {
		t.Errorf("its entries are %+v", page.Entries)
	}
}
