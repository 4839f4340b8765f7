package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"hooksafe/store"
)

// searchWorld has a few hooks whose names tell what they are there for.
func searchWorld(t testing.TB) *world {
	t.Helper()
	w := newWorld(t)
	a := w.Actor(t, acme, "editor")
	for _, h := range []struct{ name, trigger, secrets string }{
		{"Sync CRM contact", "post-user-registration", "CRM_BASE_URL CRM_CLIENT_ID 50.percent"},
		{"sync-stripe", "post-user-registration", "STRIPE_API_KEY STRIPE_SIGNING_SECRET crm-fallback"},
		{"add claims", "credentials-exchange", "API_KEY"},
		{"text a code", "send-phone-message", ""},
	} {
		hook := must(w.CreateHook(ctx, a, h.name, h.trigger))(t)
		for _, name := range strings.Fields(h.secrets) {
			w.addSecret(t, a, store.HookPlace(hook.ID), name, "a value with payroll in it")
		}
		if h.name == "sync-stripe" || h.name == "text a code" {
			_, _, err := w.EnableHook(ctx, a, hook.ID, true)
			must(0, err)(t)
		}
	}
	return w
}

func TestSearchHooks(t *testing.T) {
	w := searchWorld(t)
	a := w.Actor(t, acme, "viewer")
	for _, c := range []struct {
		filter store.HookFilter
		want   string // names, and in which secrets it was found
	}{
		{store.HookFilter{}, "add claims, Sync CRM contact, sync-stripe, acme-hook, text a code"},
		{store.HookFilter{Search: "SYNC"}, "Sync CRM contact, sync-stripe"},
		{store.HookFilter{Search: "sync crm"}, "Sync CRM contact"},
		{store.HookFilter{Search: "sync-crm"}, "Sync CRM contact"},
		{store.HookFilter{Search: "crm"}, "Sync CRM contact in CRM_BASE_URL and 1 more, sync-stripe in crm-fallback"},
		{store.HookFilter{Search: "stripe"}, "sync-stripe in STRIPE_API_KEY and 1 more"},
		{store.HookFilter{Search: "api_key"}, "add claims in API_KEY, sync-stripe in STRIPE_API_KEY, acme-hook in API_KEY"},
		{store.HookFilter{Search: "api_key", Trigger: "post-user-registration"}, "sync-stripe in STRIPE_API_KEY"},
		{store.HookFilter{Search: "user-registration"}, "Sync CRM contact, sync-stripe, acme-hook"},
		{store.HookFilter{Search: "Phone message", Meant: []string{"send-phone-message"}}, "text a code"},
		{store.HookFilter{State: "on"}, "sync-stripe, text a code"},
		{store.HookFilter{State: "off", Search: "s"}, "add claims, Sync CRM contact in CRM_BASE_URL, acme-hook"},
		{store.HookFilter{State: "on", Trigger: "credentials-exchange"}, ""},
		{store.HookFilter{Trigger: "send-phone-message"}, "text a code"},
		{store.HookFilter{Search: "payroll"}, ""},     // it is in values only
		{store.HookFilter{Search: "planted"}, ""},     // it is in a note and a value
		{store.HookFilter{Search: "%"}, ""},           // these mean themselves
		{store.HookFilter{Search: "c_m"}, ""},         // …
		{store.HookFilter{Search: `\`}, ""},           // …
		{store.HookFilter{Search: "' OR 1=1 --"}, ""}, // …
		{store.HookFilter{Search: ".percent"}, "Sync CRM contact in 50.percent"},
	} {
		t.Run(fmt.Sprint(c.filter), func(t *testing.T) {
			list := must(w.Hooks(ctx, a, c.filter, "", 10))(t)
			var got []string
			for _, h := range list.Hooks {
				text := h.Name
				if h.FoundIn != "" {
					text += " in " + h.FoundIn
				}
				if h.Found > 1 {
					text += fmt.Sprintf(" and %d more", h.Found-1)
				}
				got = append(got, text)
			}
			if text := strings.Join(got, ", "); text != c.want {
				t.Errorf("found %q", text)
			}
			if list.Matches != len(list.Hooks) || list.Total != 5 || list.Enabled != 2 || list.Secrets != 8 {
				t.Errorf("%d of %d, %d on, %d secrets", list.Matches, list.Total, list.Enabled, list.Secrets)
			}
		})
	}
}

// What is deleted is neither found nor counted, and the pages of a search are pages of
// what it found.
func TestSearchHooksByPage(t *testing.T) {
	w := newWorld(t)
	a := w.Actor(t, acme, "editor")
	for i := range 11 {
		hook := must(w.CreateHook(ctx, a, fmt.Sprintf("hook %02d", i), store.Triggers()[i%5]))(t)
		name := "EVEN"
		if i%2 == 1 {
			name = "ODD"
		}
		secret := w.addSecret(t, a, store.HookPlace(hook.ID), name, "v")
		switch i {
		case 8:
			must(w.DeleteHook(ctx, a, hook.ID, hook.Name))(t)
		case 10:
			must(w.DeleteSecret(ctx, a, store.HookPlace(hook.ID), secret.ID, name))(t)
		}
	}
	var got []string
	for after, first := "", true; first || after != ""; first = false {
		page := must(w.Hooks(ctx, a, store.HookFilter{Search: "even"}, after, 2))(t)
		if page.Matches != 4 || page.Total != 11 || page.Secrets != 10 {
			t.Errorf("%d of %d, %d secrets", page.Matches, page.Total, page.Secrets)
		}
		for _, h := range page.Hooks {
			got = append(got, h.Name)
		}
		after = page.Next
	}
	slices.Sort(got)
	if want := []string{"hook 00", "hook 02", "hook 04", "hook 06"}; !slices.Equal(got, want) {
		t.Errorf("found %q", got)
	}
}
