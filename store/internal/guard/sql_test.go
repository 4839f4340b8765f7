package guard

import (
	"strings"
	"testing"
)

// S-13: a statement on an organization's table asks for the organization, however
// the table is written.
func TestS13StatementsNameTheirOrganization(t *testing.T) {
	for _, c := range []struct{ name, query, want string }{
		{"an owned table", `SELECT id FROM hooks`, "hooks must name its organization"},
		{"in capitals", `select id from HOOKS`, "hooks must"},
		{"quoted", `SELECT id FROM "hooks"`, "hooks must"},
		{"in brackets", `SELECT id FROM [hooks]`, "hooks must"},
		{"with its schema", `SELECT id FROM main.hooks`, "hooks must"},
		{"second in a list", `SELECT u.id FROM users u, secrets s`, "secrets must"},
		{"joined", `SELECT u.id FROM users u JOIN members m ON m.user = u.id`, "members must"},
		{"on a line of its own", "SELECT id\nFROM\n\tsecret_versions", "secret_versions must"},
		{"in a subquery", `SELECT id FROM users WHERE id IN (SELECT user FROM members)`, "members must"},
		{"updated", `UPDATE secrets SET note = ''`, "secrets must"},
		{"updated or replaced", `UPDATE OR REPLACE secrets SET note = ''`, "secrets must"},
		{"deleted from", `DELETE FROM hook_scripts`, "hook_scripts must"},
		{"inserted into", `INSERT INTO secret_uses (org) VALUES (:org)`, "secret_uses must"},
		{"a parameter that only looks like it", `SELECT id FROM hooks WHERE org = :org_idx`, "hooks must"},
		{"audit entries", `SELECT id FROM audit_entries`, "audit_entries must"},

		{"the guard's organizations", `SELECT id FROM organizations WHERE id = :org_id`, "organizations is the guard's"},
		{"the guard's logs", `UPDATE audit_logs SET size = 0 WHERE id = :org_id`, "audit_logs is the guard's"},
		{"the guard's marks", `DELETE FROM audit_marks WHERE log = :org_id`, "audit_marks is the guard's"},
		{"an entry of one's own", `INSERT INTO audit_entries (log) VALUES (:org_id)`, "written by the guard"},
		{"an entry removed", `DELETE FROM audit_entries WHERE log = :org_id`, "written by the guard"},
		{"a day's totals changed", `UPDATE audit_days SET n = 0 WHERE log = :org_id`, "written by the guard"},
		{"a name removed", `DELETE FROM audit_names WHERE log = :org_id`, "written by the guard"},
		{"totals of every log", `SELECT n FROM audit_days`, "audit_days must"},
		{"names of every log", `SELECT name FROM audit_names`, "audit_names must"},
		{"an entry changed", ` update audit_entries SET reason = '' WHERE log = :org_id`, "written by the guard"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := check(c.query); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v, want %q", c.query, err, c.want)
			}
		})
	}
	for _, query := range []string{
		`SELECT id FROM hooks WHERE org = :org_id`,
		"\n\t\tSELECT * FROM audit_entries WHERE log = :org_id",
		`SELECT id FROM users WHERE email_key = :key`,
		`UPDATE server SET setup_hash = NULL`,
	} {
		if _, err := check(query); err != nil {
			t.Errorf("%s: %v", query, err)
		}
	}
}

func TestParametersAreAllGiven(t *testing.T) {
	w := newWorld(t)
	const byName = `SELECT count(*) FROM hooks WHERE org = :org_id AND name = :name AND :name <> ''`
	for _, c := range []struct {
		name, query string
		args        Args
		want        string
	}{
		{"all", byName, Args{"name": "x"}, ""},
		{"one missing", byName, nil, "lacks a value for :name"},
		{"one too many", byName, Args{"name": "x", "nmae": "x"}, "has no :nmae"},
		{"an organization of the caller's", byName, Args{"name": "x", "org_id": "o_2"}, "comes from the actor"},
		{"an organization that is not asked for", `SELECT count(*) FROM users`, Args{"org_id": "o_2"}, "has no :org_id"},
		{"by place", `SELECT count(*) FROM users WHERE id = ?`, nil, "expected 1 arguments"},
		{"a text that holds a colon", `SELECT count(*) FROM users WHERE id = 'a:b'`, nil, "lacks a value for :b"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := View(ctx, w.DB, w.actor(t, acme, Viewer), HookRead, func(tx *ReadTx) (n int, err error) {
				return n, tx.Get(&n, c.query, c.args)
			})
			if (err == nil) != (c.want == "") || (err != nil && !strings.Contains(err.Error(), c.want)) {
				t.Errorf("error is %v, want %q", err, c.want)
			}
		})
	}
}

// The organization is the actor's, in every way to run a statement.
func TestS13TheGuardBindsTheOrganization(t *testing.T) {
	w := newWorld(t)
	for _, slug := range []string{acme, globex} {
		must(w.act(w.actor(t, slug, Editor), "hook_"+slug))(t)
	}
	const list = `SELECT id FROM hooks WHERE org = :org_id`
	for _, slug := range []string{acme, globex} {
		a := w.actor(t, slug, Editor)
		got := must(View(ctx, w.DB, a, HookRead, func(tx *ReadTx) (ids []string, err error) {
			if err := tx.Select(&ids, list, nil); err != nil {
				return nil, err
			}
			return ids, tx.Each(list, nil, func(scan func(any) error) error {
				var row struct {
					ID string `db:"id"`
				}
				err := scan(&row)
				ids = append(ids, row.ID)
				return err
			})
		}))(t)
		if want := "hook_" + slug; len(got) != 2 || got[0] != want || got[1] != want {
			t.Errorf("%s sees %v", slug, got)
		}
		changed := must(Act(ctx, w.DB, a, HookUpdate, target("hook", ""), func(tx *WriteTx) (int64, error) {
			return tx.Exec(`UPDATE hooks SET revision = 9 WHERE org = :org_id`, nil)
		}))(t)
		if changed != 1 {
			t.Errorf("%s changes %d hooks", slug, changed)
		}
	}
}

// Who acts on the server has no organization, and no statement of theirs gets one.
func TestServerActorsHaveNoOrganization(t *testing.T) {
	w := newWorld(t)
	_, err := Act(ctx, w.DB, w.person(t, acme, Owner), UserSignOut, target("user", ""), func(tx *WriteTx) (int64, error) {
		return tx.Exec(`DELETE FROM hooks WHERE org = :org_id`, nil)
	})
	if err == nil || !strings.Contains(err.Error(), "comes from the actor") {
		t.Errorf("error is %v", err)
	}
}

func TestReadersCannotWrite(t *testing.T) {
	w := newWorld(t)
	before := w.state(t)
	_, err := View(ctx, w.DB, w.actor(t, acme, Owner), HookRead, func(tx *ReadTx) (id string, err error) {
		return id, tx.Get(&id, `UPDATE users SET name = 'x' RETURNING id`, nil)
	})
	wantCode(t, err, Unavailable)
	if n := one[int](t, w, `SELECT count(*) FROM users WHERE name = 'x'`); n != 0 || w.state(t) != before {
		t.Error("written")
	}
}

func TestNoRowIsNotFound(t *testing.T) {
	w := newWorld(t)
	_, err := View(ctx, w.DB, w.actor(t, acme, Viewer), HookRead, func(tx *ReadTx) (id string, err error) {
		return id, tx.Get(&id, `SELECT id FROM hooks WHERE org = :org_id`, nil)
	})
	wantCode(t, err, NotFound)
}
