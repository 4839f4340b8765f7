package store_test

import (
	"testing"

	"hooksafe/store"
)

func TestCreateOrganization(t *testing.T) {
	w := newWorld(t)
	op := w.Operator()
	org := must(w.CreateOrganization(ctx, op, "Third, Inc.", "third", "Owner@Acme.example"))(t)
	if org.Slug != "third" || org.Role != store.Owner || w.roleOf(t, "third", "owner@acme.example") != "owner" {
		t.Errorf("%+v", org)
	}
	if e := w.lastEntry(t, serverLog); e.Action != "organization.create" || str(e.Target) != org.ID || str(e.TargetName) != "Third, Inc." || e.ActorKind != "operator" {
		t.Errorf("entry is %+v", e)
	}
	if all := w.entries(t, "third"); len(all) != 1 || all[0].Action != "organization.create" {
		t.Errorf("its log is %+v", all)
	}
	a := must(w.MemberActor(ctx, w.Person(t, acme, "owner"), "third"))(t)
	h := must(w.CreateHook(ctx, a, "hook", "credentials-exchange"))(t)
	s := w.addSecret(t, a, store.HookPlace(h.ID), "KEY", "value")
	if got := valueOf(t, w, a, store.HookPlace(h.ID), s.ID); got != "value" {
		t.Errorf("opens to %q", got)
	}
	for _, c := range []struct {
		name, org, slug, owner string
		code                   store.Code
		field                  string
	}{
		{"a taken address", "X", acme, "owner@acme.example", store.Conflict, "slug"},
		{"a bad address", "X", "new", "owner@acme.example", store.Invalid, "slug"},
		{"no name", "", "fourth", "owner@acme.example", store.Invalid, "name"},
		{"an owner who does not exist", "X", "fourth", "nobody@example.com", store.NotFound, "email"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before, entries := w.state(t), len(w.entries(t, serverLog))
			_, err := w.CreateOrganization(ctx, op, c.org, c.slug, c.owner)
			wantRefusal(t, err, c.code, c.field)
			if w.state(t) != before || len(w.entries(t, serverLog)) != entries {
				t.Error("something was changed or recorded")
			}
		})
	}
	_, err := w.CreateOrganization(ctx, w.Person(t, acme, "owner"), "X", "fourth", "owner@acme.example")
	wantCode(t, err, store.Denied)
	w.verify(t)
}
