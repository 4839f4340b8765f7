package store_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"hooksafe/store"
)

// ghosts are things that do not exist, by ids of the same form.
var ghosts = things{
	hook: "01KAKF2Z0GHSTGHSTGHSTGHST0", hookName: "ghost", secret: "019aa6f1-0000-7000-8000-000000000000", secretName: "GHOST",
	deletedHook: "01KAKF2Z0GHSTGHSTGHSTGHST1", deletedHookName: "ghost", deletedSecret: "019aa6f1-0000-7000-8000-000000000001", deletedSecretName: "GHOST",
	entry: "019aa6f1-0000-7000-8000-000000000002", member: "ghost@example.com", person: "ghost@example.com",
	key: "019aa6f1-0000-7000-8000-000000000003",

	ownSecret: "019aa6f1-0000-7000-8000-000000000004", ownSecretName: "GHOST",
	deletedOwnSecret: "019aa6f1-0000-7000-8000-000000000005", deletedOwnSecretName: "GHOST",
	invitation: "019aa6f1-0000-7000-8000-000000000004", invited: "new@example.com",

	plan: "019aa6f1-0000-7000-8000-000000000006", change: "019aa6f1-0000-7000-8000-000000000007",
	ownPlan: "019aa6f1-0000-7000-8000-000000000006", ownChange: "019aa6f1-0000-7000-8000-000000000007",
	hooksPlan: "019aa6f1-0000-7000-8000-000000000006", hooksChange: "019aa6f1-0000-7000-8000-000000000007",
}

// S-13, 0.6: whatever is another organization's, or stands under another hook, answers
// like a ghost, to every method and every role: the same code, the same words, the
// same entry. And the owner of it notices nothing.
func TestS13WhatIsForeignIsAGhost(t *testing.T) {
	w := newWorld(t)
	foreign := newThings(t, w, globex, 1)
	own, other := newThings(t, w, acme, 2), newThings(t, w, acme, 3)
	foreign.addImports(t, w, globex)
	own.addImports(t, w, acme)
	under := func(hook, in things) things { // the secrets of in, as if they stood in hook
		x := in
		x.hook, x.hookName = hook.hook, hook.hookName
		return x
	}
	underHook := func(x things) things { // the organization's secrets, as if they stood in the hook
		x.secret, x.deletedSecret = x.ownSecret, x.deletedOwnSecret
		x.plan, x.change = x.ownPlan, x.ownChange
		return x
	}
	ofOrganization := func(x, in things) things { // the secrets of in, as if they were the organization's
		x.ownSecret, x.ownSecretName, x.deletedOwnSecret = in.secret, in.secretName, in.deletedSecret
		x.ownPlan, x.ownChange = in.plan, in.change
		return x
	}
	watched, entries := w.state(t), len(w.entries(t, globex))
	for _, c := range slices.Concat(calls, foreignOnly) {
		if c.takes == "" || c.takes == "person" {
			continue // AddMember is asked for a person of the server, whom it makes a member
		}
		for _, pair := range []struct {
			name, takes   string // and what the calls take that it is for; "" is any
			asked, answer things
		}{
			{"all of it foreign", "", foreign, ghosts},
			{"foreign secret under an own hook", "secret", under(own, foreign), under(own, ghosts)},
			{"own secret under a foreign hook", "secret", under(foreign, own), under(ghosts, own)},
			{"own secret under another own hook", "secret", under(other, own), under(other, ghosts)},
			{"organization's secret under a hook", "secret", underHook(own), under(own, ghosts)},
			{"secret of a hook as the organization's", "own secret", ofOrganization(own, own), ghosts},
		} {
			if pair.takes != "" && pair.takes != c.takes {
				continue
			}
			for _, role := range []string{"viewer", "editor", "owner"} {
				t.Run(c.method+" "+c.as+", "+pair.name+" by "+role, func(t *testing.T) {
					a := w.Actor(t, acme, role)
					got, gotEntry := answer(t, w, a, c, pair.asked)
					want, wantEntry := answer(t, w, a, c, pair.answer)
					if got != want || gotEntry != wantEntry {
						t.Errorf("foreign: %s\n%s\nghost: %s\n%s", got, gotEntry, want, wantEntry)
					}
					if a.Role() >= c.least && !strings.HasPrefix(got, string(store.NotFound)) {
						t.Errorf("answered %s", got)
					}
				})
			}
		}
	}
	if after := w.state(t); after != watched {
		t.Errorf("changed:\n%s\n%s", watched, after)
	}
	if n := len(w.entries(t, globex)); n != entries {
		t.Errorf("%d new entries in the other organization", n-entries)
	}
	for _, e := range w.entries(t, acme) {
		text := string(must(json.Marshal(e))(t))
		for _, marker := range []string{"globex", foreign.hook, foreign.secret, foreign.deletedHook, foreign.deletedSecret, foreign.entry, foreign.ownSecret, foreign.plan, foreign.change} {
			if strings.Contains(text, marker) {
				t.Errorf("an entry of acme holds %q: %s", marker, text)
			}
		}
	}
}

// addImports makes an import that waits, and one that can be undone, of each kind, for
// the owner.
func (x *things) addImports(t *testing.T, w *world, slug string) {
	t.Helper()
	a := w.Actor(t, slug, "owner")
	for _, of := range []struct {
		in           store.Place
		plan, change *string
	}{
		{store.HookPlace(x.hook), &x.plan, &x.change},
		{store.OrganizationPlace(), &x.ownPlan, &x.ownChange},
		{store.AllHooks(), &x.hooksPlan, &x.hooksChange},
	} {
		p := must(w.planOne(a, of.in))(t)
		*of.change = must(w.ApplyImport(ctx, a, of.in, p.ID, p.Token, store.AsPlanned()))(t).Change
		*of.plan = must(w.planOne(a, of.in))(t).ID
	}
}

// answer is what a call answers, and the entry that it leaves but for what is each
// entry's own.
func answer(t *testing.T, w *world, a store.Actor, c call, x things) (answer, entry string) {
	t.Helper()
	before := len(w.entries(t, acme))
	err := c.do(w, a, x)
	if e, ok := store.AsError(err); ok {
		answer = strings.Join([]string{string(e.Code), e.Field, e.Message, e.By}, " ")
	} else if err != nil {
		answer = err.Error()
	}
	for _, e := range w.entries(t, acme)[before:] {
		e.ID, e.Seq, e.At, e.Leaf = "", 0, 0, nil
		entry += string(must(json.Marshal(e))(t))
	}
	return answer, entry
}

// S-15: lists and counts of one organization hold nothing of the other.
func TestS15ListsHoldNothingForeign(t *testing.T) {
	w := newWorld(t)
	foreign := newThings(t, w, globex, 1)
	a := w.Actor(t, acme, "owner")
	hooks := must(w.Hooks(ctx, a, store.HookFilter{}, "", 100))(t)
	if len(hooks.Hooks) != 1 || hooks.Total != 1 || must(w.Counts(ctx, a))(t).Hooks != 1 {
		t.Errorf("%+v", hooks)
	}
	must(w.CreateHook(ctx, w.Actor(t, globex, "editor"), "Zebra of globex", "send-phone-message"))(t)
	w.addSecret(t, w.Actor(t, globex, "editor"), w.Org(globex).Place(), "ZEBRA_KEY", "v")
	for _, search := range []string{"", "zebra", "globex", "key", "S1", "hook", "%", "send-phone-message"} {
		found := must(w.Hooks(ctx, a, store.HookFilter{Search: search, Meant: store.Triggers()}, "", 100))(t)
		text := strings.ToLower(fmt.Sprintf("%+v", found))
		if len(found.Hooks) != 1 || found.Matches != 1 || found.Secrets != 1 || strings.Contains(text, "zebra") || strings.Contains(text, "globex") {
			t.Errorf("search for %q: %s", search, text)
		}
		found = must(w.Hooks(ctx, a, store.HookFilter{Search: search}, "", 100))(t)
		if strings.Contains(strings.ToLower(fmt.Sprintf("%+v", found)), "zebra") {
			t.Errorf("search for %q: %+v", search, found)
		}
	}
	if names := must(w.Admins(ctx, a))(t); len(names) != 2 || names[0] != "acme admin" || names[1] != "acme owner" {
		t.Errorf("%v", names)
	}
	exported := w.export(t, a, store.AuditFilter{}, store.JSONLines)
	page := must(json.Marshal(must(w.Audit(ctx, a, store.AuditFilter{}, 0, 1000))(t)))(t)
	for _, text := range []string{exported, string(page)} {
		for _, marker := range []string{"globex", foreign.hook, foreign.secret} {
			if strings.Contains(text, marker) {
				t.Errorf("the log of acme holds %q", marker)
			}
		}
	}
	if organizations := must(w.Organizations(ctx, w.Person(t, acme, "owner")))(t); len(organizations) != 1 || organizations[0].Slug != acme || organizations[0].Role != store.Owner {
		t.Errorf("%+v", organizations)
	}
}

// S-14: the first membership does not win over the one in the address, and a role in
// one organization is none in another.
func TestS14RolesAreOfOneOrganization(t *testing.T) {
	w := newWorld(t)
	operator := must(w.OperatorIn(ctx, w.Operator(), globex))(t)
	must(w.AddMember(ctx, operator, "owner@acme.example", store.Viewer))(t)
	p := w.Person(t, acme, "owner")
	for slug, want := range map[string]store.Role{acme: store.Owner, globex: store.Viewer} {
		a := must(w.MemberActor(ctx, p, slug))(t)
		if a.Role() != want || a.Org().Slug != slug {
			t.Errorf("%s in %s", a.Role(), a.Org().Slug)
		}
		_, err := w.CreateHook(ctx, a, "a hook of "+slug, "credentials-exchange")
		if want == store.Viewer {
			wantCode(t, err, store.Denied)
		} else if err != nil {
			t.Error(err)
		}
	}
	for _, slug := range []string{"ghost", "", "ACME", "acme "} {
		_, err := w.MemberActor(ctx, p, slug)
		_, foreign := w.MemberActor(ctx, w.Person(t, acme, "viewer"), globex)
		wantCode(t, err, store.NotFound)
		if err.Error() != foreign.Error() {
			t.Errorf("%q and %q", err, foreign)
		}
	}
}

// S-16: somebody who is no member any more gets 404 and leaves no entry.
func TestS16StrangersLeaveNoEntry(t *testing.T) {
	w := newWorld(t)
	a, x := w.Actor(t, acme, "editor"), newThings(t, w, acme, 1)
	operator := must(w.OperatorIn(ctx, w.Operator(), acme))(t)
	must(w.RemoveMember(ctx, operator, "editor@acme.example"))(t)
	entries, before := len(w.entries(t, acme)), w.state(t)
	for _, c := range calls {
		if c.door == "Act" {
			wantCode(t, c.do(w, a, x), store.NotFound)
		}
	}
	if n := len(w.entries(t, acme)); n != entries || w.state(t) != before {
		t.Errorf("%d new entries, or something was changed", n-entries)
	}
	_, err := w.MemberActor(ctx, w.Person(t, acme, "editor"), acme)
	wantCode(t, err, store.NotFound)
}
