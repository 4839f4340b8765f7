package store_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"hooksafe/store"
)

// own is the place of the secrets of the organization itself.
var own = store.OrganizationPlace()

func secretNames(secrets []store.Secret) string {
	var names []string
	for _, s := range secrets {
		names = append(names, s.Name)
	}
	return strings.Join(names, " ")
}

// addPending adds a secret that has no value yet, which no form of the organization does.
func (w *world) addPending(t testing.TB, slug, name string) {
	t.Helper()
	w.sql(t, `
		INSERT INTO secrets (id, org, hook, name, note, revision, version, last_version,
			created_at, created_by, updated_at, updated_by, updated_by_name)
		SELECT 'pending_' || ?, id, '', ?, '', 1, 0, 0, 0, '', 0, '', ''
		FROM organizations WHERE slug = ?`, name, name, slug)
}

// What a page shows: pending ones first, then by name, from a place in the list on.
func TestOrganizationSecretPages(t *testing.T) {
	w := newWorld(t)
	a, viewer := w.Actor(t, acme, "admin"), w.Actor(t, acme, "viewer")
	ids := map[string]string{}
	for _, name := range []string{"E", "C", "A", "D", "B"} {
		ids[name] = w.addSecret(t, a, own, name, "v").ID
	}
	for _, name := range []string{"Y", "X", "Z"} {
		w.addPending(t, acme, name)
		ids[name] = "pending_" + name
	}
	gone := w.addSecret(t, a, own, "GONE", "v")
	must(w.DeleteSecret(ctx, a, own, gone.ID, "GONE"))(t)

	for _, limit := range []int{1, 2, 3, 4, 7, 8, 9} {
		var all []string
		for after, pages := "", 0; pages < 8 && (pages == 0 || after != ""); pages++ {
			page := must(w.OrganizationSecrets(ctx, viewer, store.SecretQuery{After: after, Limit: limit}))(t)
			if len(page.Secrets) > limit || page.Total != 8 || page.Matches != 8 || page.Pending != 3 || page.Deleted.Total != 0 {
				t.Fatalf("pages of %d: %+v", limit, page)
			}
			all = append(all, secretNames(page.Secrets))
			after = page.Next
		}
		if got := strings.Join(all, " "); got != "X Y Z A B C D E" {
			t.Errorf("pages of %d: %s", limit, got)
		}
	}
	if page := must(w.OrganizationSecrets(ctx, a, store.SecretQuery{Limit: 50}))(t); page.Deleted.Total != 1 || page.Deleted.Newest[0].ID != gone.ID {
		t.Errorf("%+v", page.Deleted)
	}
	for from, want := range map[string]string{
		"X": "X Y Z", "Z": "Z A B", "A": "A B C", "E": "E", "GONE": "X Y Z", "of a hook": "X Y Z", "ghost": "X Y Z",
	} {
		id := ids[from]
		switch from {
		case "GONE":
			id = gone.ID
		case "of a hook":
			id = w.Org(acme).Secret
		case "ghost":
			id = ghosts.ownSecret
		}
		if page := must(w.OrganizationSecrets(ctx, viewer, store.SecretQuery{From: id, Limit: 3}))(t); secretNames(page.Secrets) != want {
			t.Errorf("from %s: %s, want %s", from, secretNames(page.Secrets), want)
		}
	}
	for _, after := range []string{"x", "%", base64.RawURLEncoding.EncodeToString([]byte("neither\nA")), base64.RawURLEncoding.EncodeToString([]byte("A"))} {
		_, err := w.OrganizationSecrets(ctx, viewer, store.SecretQuery{After: after, Limit: 3})
		wantCode(t, err, store.NotFound)
	}
}

// A page tells who set a value and who used it last.
func TestOrganizationSecretRows(t *testing.T) {
	w := newWorld(t)
	admin, editor := w.Actor(t, acme, "admin"), w.Actor(t, acme, "editor")
	set := w.addSecret(t, admin, own, "SHARED", "planted shared value")
	w.Clock.Advance(time.Minute)
	must(w.RevealSecret(ctx, admin, own, set.ID, 0, ""))(t)
	w.Clock.Advance(time.Minute)
	must(w.CopySecret(ctx, editor, own, set.ID, 0))(t)
	page := must(w.OrganizationSecrets(ctx, editor, store.SecretQuery{Limit: 50}))(t)
	want := set
	want.LastUsedAt, want.LastUsedBy = w.Now(), "acme editor"
	if len(page.Secrets) != 1 || page.Secrets[0] != want {
		t.Errorf("%+v, want %+v", page.Secrets, want)
	}
	if strings.Contains(fmt.Sprintf("%+v", page), "planted shared value") {
		t.Error("the page holds the value")
	}
}

// The filter looks at names, and none of its characters means anything but itself.
func TestOrganizationSecretFilter(t *testing.T) {
	w := newWorld(t)
	a := w.Actor(t, acme, "admin")
	for _, name := range []string{"DATABASE_URL", "DATABASEXURL", "API_KEY", "STRIPE_API_KEY"} {
		must(w.AddSecret(ctx, a, own, store.NewSecret{Name: name, Note: "noted", Value: store.NewPlaintext("valued")}))(t)
	}
	w.addPending(t, acme, "PENDING_KEY")
	for search, want := range map[string]string{
		"":          "PENDING_KEY API_KEY DATABASEXURL DATABASE_URL STRIPE_API_KEY",
		"api":       "API_KEY STRIPE_API_KEY",
		"_KEY":      "PENDING_KEY API_KEY STRIPE_API_KEY",
		"E_U":       "DATABASE_URL",
		"_":         "PENDING_KEY API_KEY DATABASE_URL STRIPE_API_KEY",
		"%":         "",
		`\`:         "",
		`A\_`:       "",
		"E%U":       "",
		"noted":     "",
		"valued":    "",
		"' OR 1 --": "",
		"ÄPI":       "",
	} {
		page := must(w.OrganizationSecrets(ctx, a, store.SecretQuery{Search: search, Limit: 50}))(t)
		if secretNames(page.Secrets) != want || page.Matches != len(page.Secrets) || page.Total != 5 || page.Pending != 1 {
			t.Errorf("%q: %s, %d of %d", search, secretNames(page.Secrets), page.Matches, page.Total)
		}
	}
	first := must(w.OrganizationSecrets(ctx, a, store.SecretQuery{Search: "key", Limit: 2}))(t)
	next := must(w.OrganizationSecrets(ctx, a, store.SecretQuery{Search: "key", After: first.Next, Limit: 2}))(t)
	if secretNames(first.Secrets)+" "+secretNames(next.Secrets) != "PENDING_KEY API_KEY STRIPE_API_KEY" || first.Matches != 3 || next.Next != "" {
		t.Errorf("%s, then %s", secretNames(first.Secrets), secretNames(next.Secrets))
	}
}

// S-13, S-15: a page of one organization holds nothing of the other, nor of a hook.
func TestS15OrganizationSecretsOfOneOrganization(t *testing.T) {
	w := newWorld(t)
	foreign := newThings(t, w, globex, 1)
	a := w.Actor(t, acme, "owner")
	w.addSecret(t, a, own, "MINE", "v")
	for _, q := range []store.SecretQuery{{}, {Search: "_"}, {Search: foreign.ownSecretName}, {Search: "API"}, {From: foreign.ownSecret}} {
		q.Limit = 50
		page := must(w.OrganizationSecrets(ctx, a, q))(t)
		want := "MINE"
		if q.Search != "" {
			want = ""
		}
		if secretNames(page.Secrets) != want || page.Total != 1 || page.Deleted.Total != 0 {
			t.Errorf("%+v: %+v", q, page)
		}
	}
}

// An editor reads organization secrets, unless the organization keeps them from
// editors; a viewer never does.
func TestS16OrganizationSecretsKeptFromEditors(t *testing.T) {
	w := newWorld(t)
	secret := w.addSecret(t, w.Actor(t, acme, "admin"), own, "SHARED", "v")
	for _, kept := range []bool{false, true} {
		w.sql(t, `UPDATE organizations SET editors_reveal = ? WHERE slug = ?`, !kept, acme)
		for role, may := range map[string]bool{"viewer": false, "editor": !kept, "admin": true, "owner": true} {
			a := w.Actor(t, acme, role)
			_, revealed := w.RevealSecret(ctx, a, own, secret.ID, 0, "")
			_, copied := w.CopySecret(ctx, a, own, secret.ID, 0)
			if (revealed == nil) != may || (copied == nil) != may || a.Can(store.RevealOrganizationSecrets) != may {
				t.Errorf("kept %v, %s: %v, %v", kept, role, revealed, copied)
			}
			if len(must(w.OrganizationSecrets(ctx, a, store.SecretQuery{Limit: 5}))(t).Secrets) != 1 {
				t.Errorf("kept %v, %s sees no names", kept, role)
			}
		}
	}
}

// What holds for a secret holds in both places, in words of the place.
func TestSecretsInBothPlaces(t *testing.T) {
	for _, p := range []struct {
		where, role string
		in          func(w *world) store.Place
		parent      bool
	}{
		{"hook", "editor", func(w *world) store.Place { return w.Org(acme).Place() }, true},
		{"organization", "admin", func(*world) store.Place { return own }, false},
	} {
		t.Run(p.where, func(t *testing.T) {
			w := newWorld(t)
			a, in := w.Actor(t, acme, p.role), p.in(w)
			secret := w.addSecret(t, a, in, "TWICE", "first")
			_, err := w.AddSecret(ctx, a, in, store.NewSecret{Name: "TWICE", Value: store.NewPlaintext("v")})
			if e := wantRefusal(t, err, store.Conflict, "name"); e.Message != "TWICE already exists in this "+p.where+"." {
				t.Errorf("%q", e.Message)
			}
			if found := must(w.SecretNamed(ctx, a, in, "TWICE"))(t); found.ID != secret.ID {
				t.Errorf("found %+v", found)
			}
			_, err = w.SecretNamed(ctx, a, in, "twice")
			wantCode(t, err, store.NotFound)
			e := w.lastEntry(t, acme)
			if e.Action != "secret.create" || (str(e.ParentName) != "") != p.parent {
				t.Errorf("entry is %+v", e)
			}

			must(w.ChangeSecret(ctx, a, in, secret.ID, store.SecretChange{Base: 1, Name: "TWICE", Note: "n", Value: ptr(store.NewPlaintext("second"))}))(t)
			restored := must(w.RestoreSecretVersion(ctx, a, in, secret.ID, 1, 2))(t)
			if restored.Version != 3 || valueOf(t, w, a, in, secret.ID) != "first" {
				t.Errorf("%+v", restored)
			}
			if d := must(w.SecretDetail(ctx, a, in, secret.ID))(t); len(d.Versions) != 3 || d.Versions[0].SameAs != 1 || d.Note != "n" {
				t.Errorf("%+v", d)
			}

			must(w.DeleteSecret(ctx, a, in, secret.ID, "TWICE"))(t)
			other := w.addSecret(t, a, in, "TWICE", "in between")
			_, err = w.RestoreSecret(ctx, a, in, secret.ID)
			wantRefusal(t, err, store.Conflict, "")
			must(w.DeleteSecret(ctx, a, in, other.ID, "TWICE"))(t)
			must(w.RestoreSecret(ctx, a, in, secret.ID))(t)
			if got := valueOf(t, w, a, in, secret.ID); got != "first" {
				t.Errorf("came back as %q", got)
			}
			if err := w.DestroySecret(ctx, a, in, other.ID, "TWICE"); err != nil {
				t.Error(err)
			}
			wantCode(t, errOf(w.RestoreSecret(ctx, a, in, other.ID)), store.NotFound)
			w.verify(t)
		})
	}
}

// The rule for names is the place's, and there is no limit to how many an organization has.
func TestOrganizationSecretNames(t *testing.T) {
	w := newWorld(t)
	a := w.Actor(t, acme, "admin")
	for name, want := range map[string]bool{
		"A": true, "API_KEY_2": true, "A__": true, strings.Repeat("X", 128): true,
		"": false, "a": false, "_A": false, "2A": false, "A-B": false, "A.B": false, "A B": false, "É": false, "A\n": false, strings.Repeat("X", 129): false,
	} {
		_, err := w.AddSecret(ctx, a, own, store.NewSecret{Name: name, Value: store.NewPlaintext("v")})
		if want != (err == nil) || own.TakesName(name) != want {
			t.Errorf("%.20q: %v", name, err)
		}
		if !want {
			wantRefusal(t, err, store.Invalid, "name")
		}
	}
	for i := range 25 {
		w.addSecret(t, a, own, fmt.Sprint("MANY_", i), "v")
	}
}

// Pages are read along an index, in its order, so that a page costs its own rows only.
func TestOrganizationSecretPlan(t *testing.T) {
	w := newWorld(t)
	for index, query := range store.OrganizationSecretQueries {
		var plan []string
		rows := must(w.file.NamedQuery("EXPLAIN QUERY PLAN "+query, map[string]any{"org_id": "o", "from": "", "after": "", "text": "%", "limit": 51}))(t)
		for rows.Next() {
			plan = append(plan, fmt.Sprint(must(rows.SliceScan())(t)[3]))
		}
		rows.Close()
		whole := strings.Join(plan, "\n")
		if !strings.HasPrefix(whole, "SEARCH s USING INDEX "+index+" (org=? AND hook=?") || !strings.Contains(plan[0], "name>?") {
			t.Errorf("not along %s:\n%s", index, whole)
		}
		if strings.Contains(whole, "SCAN") || strings.Count(whole, "B-TREE") != 2 { // of the two subqueries
			t.Errorf("reads or sorts more than the page:\n%s", whole)
		}
	}
}
