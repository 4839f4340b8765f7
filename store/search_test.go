package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"hooksafe/store"
)

// found is a search in short: names in the order in which they come, and the totals.
func found(f store.Found) string {
	var secrets, hooks, people, keys []string
	for _, s := range f.Secrets.First {
		secrets = append(secrets, s.HookName+"/"+s.Name)
	}
	for _, h := range f.Hooks.First {
		name := h.Name
		if h.Secrets > 0 {
			name += fmt.Sprint("(", h.Secrets, ")")
		}
		hooks = append(hooks, name)
	}
	for _, u := range f.People.First {
		people = append(people, u.Name)
	}
	for _, k := range f.Keys.First {
		keys = append(keys, k.Name)
	}
	return fmt.Sprintf("%d %v, %d %v, %d %v, %d %v", f.Secrets.Total, secrets, f.Hooks.Total, hooks, f.People.Total, people, f.Keys.Total, keys)
}

// named is a world in which things have names to look for.
func named(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	editor := w.Actor(t, acme, "editor")
	for _, hook := range []struct {
		name, trigger string
		secrets       []string
	}{
		{"stripe-sync", "post-user-registration", []string{"STRIPE_KEY", "OLD_STRIPE_KEY", "stripe_url"}},
		{"Enrich Profile", "credentials-exchange", []string{"STRIPE_KEY", "CRM.URL", "100-PERCENT"}},
		{"resync", "send-phone-message", nil},
	} {
		made := must(w.CreateHook(ctx, editor, hook.name, hook.trigger))(t)
		for _, name := range hook.secrets {
			w.addSecret(t, editor, store.HookPlace(made.ID), name, "stripe-in-the-value")
		}
	}
	admin := w.Actor(t, acme, "admin")
	for _, name := range []string{"STRIPE_KEY", "STRIPE_WEBHOOK_SECRET", "ALL_OF_STRIPE"} {
		must(w.AddSecret(ctx, admin, store.OrganizationPlace(), store.NewSecret{
			Name: name, Note: "planted in a note", Value: store.NewPlaintext("stripe-in-the-value")}))(t)
	}
	for _, name := range []string{"Ærlig deploys", "stripe webhooks", "gone with stripe"} {
		key, _, err := w.CreateKey(ctx, admin, store.NewKey{Name: name, Scopes: store.Scopes()})
		if err == nil && name == "gone with stripe" {
			_, err = w.RevokeKey(ctx, admin, key.ID)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	operator := must(w.OperatorIn(ctx, w.Operator(), acme))(t)
	for _, email := range []string{"zoe@stripe.example", "aslaug@acme.example"} {
		w.addPerson(t, email)
		must(w.AddMember(ctx, operator, email, store.Viewer))(t)
	}
	w.sql(t, `UPDATE users SET name = 'Áslaug Ærlig' WHERE email = 'aslaug@acme.example'`)
	return w
}

// Names are looked through in any case, what begins with the text comes first, and
// of API keys only whoever manages them hears.
func TestSearch(t *testing.T) {
	w := named(t)
	for _, c := range []struct{ text, admin string }{
		{"stripe", "7 [/STRIPE_KEY Enrich Profile/STRIPE_KEY stripe-sync/STRIPE_KEY stripe-sync/stripe_url /STRIPE_WEBHOOK_SECRET /ALL_OF_STRIPE stripe-sync/OLD_STRIPE_KEY], " +
			"2 [stripe-sync Enrich Profile(1)], 1 [name of zoe@stripe.example], 1 [stripe webhooks]"},
		{"STRIPE_K", "4 [/STRIPE_KEY Enrich Profile/STRIPE_KEY stripe-sync/STRIPE_KEY stripe-sync/OLD_STRIPE_KEY], 2 [Enrich Profile(1) stripe-sync(2)], 0 [], 0 []"},
		{"webhook", "1 [/STRIPE_WEBHOOK_SECRET], 0 [], 0 [], 1 [stripe webhooks]"},
		{"sync", "0 [], 2 [resync stripe-sync], 0 [], 0 []"},
		{"enrich profile", "0 [], 1 [Enrich Profile], 0 [], 0 []"},
		{"enrich-profile", "0 [], 1 [Enrich Profile], 0 [], 0 []"},
		{"phone-mess", "0 [], 1 [resync], 0 [], 0 []"},
		{"pre-user registration", "0 [], 1 [acme-hook], 0 [], 0 []"},
		{"crm.url", "1 [Enrich Profile/CRM.URL], 1 [Enrich Profile(1)], 0 [], 0 []"},
		{"ærlig", "0 [], 0 [], 1 [Áslaug Ærlig], 1 [Ærlig deploys]"},
		{"ÁSLAUG", "0 [], 0 [], 1 [Áslaug Ærlig], 0 []"},
		{"acme", "0 [], 1 [acme-hook], 5 [acme admin acme editor acme owner acme viewer Áslaug Ærlig], 0 []"},

		{"_", "8 [/ALL_OF_STRIPE acme-hook/API_KEY stripe-sync/OLD_STRIPE_KEY /STRIPE_KEY Enrich Profile/STRIPE_KEY stripe-sync/STRIPE_KEY stripe-sync/stripe_url /STRIPE_WEBHOOK_SECRET], " +
			"3 [acme-hook(1) Enrich Profile(1) stripe-sync(3)], 0 [], 0 []"},
		{"%", "0 [], 0 [], 0 [], 0 []"},
		{`\`, "0 [], 0 [], 0 [], 0 []"},
		{"100-", "1 [Enrich Profile/100-PERCENT], 1 [Enrich Profile(1)], 0 [], 0 []"},
		{"' OR 1=1 --", "0 [], 0 [], 0 [], 0 []"},

		{"stripe-in-the-value", "0 [], 0 [], 0 [], 0 []"},
		{"planted", "0 [], 0 [], 0 [], 0 []"}, // notes, and a value
		{"hks_", "0 [], 0 [], 0 [], 0 []"},
		{"", "0 [], 0 [], 0 [], 0 []"},
		{"stripe\x00", "0 [], 0 [], 0 [], 0 []"},
		{"\xff", "0 [], 0 [], 0 [], 0 []"},
		{strings.Repeat("x", 100_000), "0 [], 0 [], 0 [], 0 []"},
	} {
		if got := found(must(w.Search(ctx, w.Actor(t, acme, "admin"), c.text, "", 50))(t)); got != c.admin {
			t.Errorf("%.40q found %s\nwant %s", c.text, got, c.admin)
		}
		for _, role := range []string{"viewer", "editor"} {
			want := c.admin[:strings.LastIndex(c.admin, ", ")] + ", 0 []"
			if got := found(must(w.Search(ctx, w.Actor(t, acme, role), c.text, "", 50))(t)); got != want {
				t.Errorf("%s: %.40q found %s\nwant %s", role, c.text, got, want)
			}
		}
	}
}

// A limit cuts what is handed out, and not what is counted.
func TestSearchCountsAll(t *testing.T) {
	w := named(t)
	got := found(must(w.Search(ctx, w.Actor(t, acme, "owner"), "stripe", "", 2))(t))
	if want := "7 [/STRIPE_KEY Enrich Profile/STRIPE_KEY], 2 [stripe-sync Enrich Profile(1)], 1 [name of zoe@stripe.example], 1 [stripe webhooks]"; got != want {
		t.Errorf("found %s, want %s", got, want)
	}
}

// What was deleted is not found, neither a hook nor what is in it, and comes back
// with it.
func TestSearchLeavesOutWhatIsDeleted(t *testing.T) {
	w := named(t)
	a := w.Actor(t, acme, "owner")
	stripe := func() string { return found(must(w.Search(ctx, a, "stripe", "", 50))(t)) }
	before := stripe()
	hook := must(w.Search(ctx, a, "enrich", "", 50))(t).Hooks.First[0]
	must(w.DeleteHook(ctx, a, hook.ID, hook.Name))(t)
	if got, want := stripe(), "6 [/STRIPE_KEY stripe-sync/STRIPE_KEY stripe-sync/stripe_url /STRIPE_WEBHOOK_SECRET /ALL_OF_STRIPE stripe-sync/OLD_STRIPE_KEY], 1 [stripe-sync], 1 [name of zoe@stripe.example], 1 [stripe webhooks]"; got != want {
		t.Errorf("found %s, want %s", got, want)
	}
	must(w.RestoreHook(ctx, a, hook.ID))(t)
	if got := stripe(); got != before {
		t.Errorf("found %s, before %s", got, before)
	}
	url := must(w.Search(ctx, a, "stripe_url", "", 50))(t).Secrets.First[0]
	must(w.DeleteSecret(ctx, a, store.HookPlace(url.Hook), url.ID, url.Name))(t)
	if got := found(must(w.Search(ctx, a, "stripe_url", "", 50))(t)); got != "0 [], 0 [], 0 [], 0 []" {
		t.Errorf("found %s", got)
	}
	own := must(w.Search(ctx, a, "webhook", "", 50))(t).Secrets.First[0]
	must(w.DeleteSecret(ctx, a, store.OrganizationPlace(), own.ID, own.Name))(t)
	if got := found(must(w.Search(ctx, a, "webhook", "", 50))(t)); got != "0 [], 0 [], 0 [], 1 [stripe webhooks]" {
		t.Errorf("found %s", got)
	}
}

// S-15: a search finds nothing of another organization, nor the hook that it is
// said to start from there.
func TestS15SearchFindsNothingForeign(t *testing.T) {
	w := newWorld(t)
	foreign := newThings(t, w, globex, 1)
	w.addSecret(t, w.Actor(t, globex, "admin"), store.OrganizationPlace(), "GLOBEX_OWN", "x")
	for _, role := range []string{"viewer", "owner"} {
		a := w.Actor(t, acme, role)
		for _, text := range []string{"globex", foreign.hookName, foreign.secretName, "globex owner", "owner@globex"} {
			f := must(w.Search(ctx, a, text, foreign.hook, 50))(t)
			if f.From.ID != "" || strings.Contains(fmt.Sprint(f), "globex") || strings.Contains(fmt.Sprint(f), foreign.hook) {
				t.Errorf("%s: %q found %+v", role, text, f)
			}
		}
	}
	a, own := w.Actor(t, globex, "viewer"), w.Org(globex)
	if f := must(w.Search(ctx, a, "", own.Hook, 50))(t); f.From.ID != own.Hook || f.From.Name != own.HookName || f.Total() != 0 {
		t.Errorf("%+v", f)
	}
}

// manyNames makes 5,000 hooks with 20,000 secrets, and as many of the organization.
func manyNames(t testing.TB, w *world) {
	t.Helper()
	org := w.Org(acme)
	w.sql(t, `
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
		INSERT INTO hooks (id, org, name, name_key, trigger, script, script_version, dependencies, enabled, revision,
			created_at, created_by, updated_at, updated_by, updated_by_name)
		SELECT 'h' || i, h.org, 'hook ' || i, 'hook-' || i, h.trigger, h.script, 1, '{}', 0, 1,
			h.created_at, h.created_by, h.updated_at, h.updated_by, h.updated_by_name
		FROM n, hooks h WHERE h.id = ?`, org.Hook)
	w.sql(t, `
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4)
		INSERT INTO secrets (id, org, hook, name, note, revision, version, last_version, created_at, created_by,
			updated_at, updated_by, updated_by_name)
		SELECT h.id || '_' || i, h.org, h.id, 'SECRET_' || h.id || '_' || i, '', 1, 1, 1, 0, '', 0, '', ''
		FROM n, hooks h WHERE h.org = (SELECT org FROM hooks WHERE id = ?) AND h.id <> ?`, org.Hook, org.Hook)
	w.sql(t, `
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
		INSERT INTO secrets (id, org, hook, name, note, revision, version, last_version, created_at, created_by,
			updated_at, updated_by, updated_by_name)
		SELECT 'own_' || i, h.org, '', 'OUR_SECRET_' || i, '', 1, 1, 1, 0, '', 0, '', ''
		FROM n, hooks h WHERE h.id = ?`, org.Hook)
}

// Every table is reached through an index that begins with the organization: what
// others hold costs nothing.
func TestSearchPlan(t *testing.T) {
	w := newWorld(t)
	for _, query := range store.SearchQueries {
		var plan []string
		rows := must(w.file.NamedQuery("EXPLAIN QUERY PLAN "+query, map[string]any{
			"org_id": "o", "inside": "%a%", "prefix": "a%", "key_inside": "%a%", "key_prefix": "a%", "limit": 8}))(t)
		for rows.Next() {
			step := must(rows.SliceScan())(t)
			plan = append(plan, fmt.Sprint(step[3]))
		}
		rows.Close()
		if slices.ContainsFunc(plan, func(step string) bool {
			return strings.HasPrefix(step, "SCAN hooks") || strings.HasPrefix(step, "SCAN secrets") || step == "SCAN h"
		}) || !slices.ContainsFunc(plan, func(step string) bool { return strings.Contains(step, "USING INDEX secrets_name (org=?") }) {
			t.Errorf("%s", strings.Join(plan, "\n"))
		}
	}
}

// BenchmarkSearch is the longest there is (all of 40,000 secrets), and more usual ones.
func BenchmarkSearch(b *testing.B) {
	w := newWorld(b)
	manyNames(b, w)
	a := w.Actor(b, acme, "admin")
	for _, text := range []string{"e", "secret_h49", "_4999_1", "nothing like it"} {
		b.Run(text, func(b *testing.B) {
			for b.Loop() {
				if _, err := w.Search(ctx, a, text, w.Org(acme).Hook, 8); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
