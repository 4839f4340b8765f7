package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hooksafe/store"
	"hooksafe/store/storetest"
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

func TestFoundOrganization(t *testing.T) {
	w := newWorld(t)
	p := w.Person(t, acme, "viewer")
	for _, c := range []struct {
		name, slug, made string
		code             store.Code
		field            string
	}{
		{"Çelik & Søn", "", "celik-s-n", "", ""},
		{"Northwind Traders", "northwind", "northwind", "", ""},
		{"!!", "", "team", "", ""},
		{"Team", "", "", store.Conflict, "slug"},
		{"Acme", "", "", store.Conflict, "slug"},
		{"", "", "", store.Invalid, "name"},
		{"a\nb", "x1", "", store.Invalid, "name"},
		{"A", "new", "", store.Invalid, "slug"},
		{"A", "Ä", "", store.Invalid, "slug"},
	} {
		t.Run(c.name+" "+c.slug, func(t *testing.T) {
			before := w.state(t)
			made, err := w.FoundOrganization(ctx, p, c.name, c.slug)
			if c.code != "" {
				wantRefusal(t, err, c.code, c.field)
				if w.state(t) != before {
					t.Error("something was changed")
				}
				return
			}
			if err != nil || made.Slug != c.made || made.Name != c.name || w.roleOf(t, c.made, "viewer@acme.example") != "owner" {
				t.Fatalf("%+v, %v", made, err)
			}
			first := w.entries(t, c.made)
			for _, e := range []store.AuditEntry{w.lastEntry(t, serverLog), first[0]} {
				if len(first) != 1 || e.Action != "organization.create" || str(e.Target) != made.ID || str(e.TargetName) != c.name || str(e.ActorName) != "acme viewer" {
					t.Errorf("entry is %+v", e)
				}
			}
			a := must(w.MemberActor(ctx, p, made.Slug))(t)
			must(w.CreateHook(ctx, a, "hook", "credentials-exchange"))(t)
		})
	}
	w.verify(t)
}

// Where only the operator makes organizations, everybody else is refused, and the
// server's log says so.
func TestOrganizationsByOperator(t *testing.T) {
	w := openFile(t, storetest.New(t, func(o *store.Options) { o.OrganizationsByOperator = true }))
	p, before := w.Person(t, acme, "owner"), w.state(t)
	_, founded := w.FoundOrganization(ctx, p, "Northwind", "")
	for _, err := range []error{founded, w.FoundingForm(ctx, p)} {
		wantCode(t, err, store.Denied)
		if !strings.Contains(err.Error(), "only its operator makes organizations") {
			t.Error(err)
		}
	}
	all := w.entries(t, serverLog)
	for _, e := range all[len(all)-2:] {
		if e.Action != "organization.create" || e.Outcome != "denied" || str(e.ActorName) != "acme owner" {
			t.Errorf("entry is %+v", e)
		}
	}
	if w.state(t) != before {
		t.Error("something was changed")
	}
	must(w.CreateOrganization(ctx, w.Operator(), "Northwind", "northwind", "owner@acme.example"))(t)
	w.verify(t)
}

func TestRenameOrganization(t *testing.T) {
	w := newWorld(t)
	a := w.Actor(t, acme, "owner")
	must(w.RenameOrganization(ctx, w.Actor(t, globex, "owner"), 1, "globex inc", "globe"))(t)
	for _, c := range []struct {
		why        string
		base       int64
		name, slug string
		code       store.Code
		field      string
		detail     string
	}{
		{"the address another one has", 1, "Acme", "globe", store.Conflict, "slug", ""},
		{"the address another one had", 1, "Acme", "globex", store.Conflict, "slug", ""},
		{"no address", 1, "Acme", "", store.Invalid, "slug", ""},
		{"an address that is none", 1, "Acme", "Acme Inc", store.Invalid, "slug", ""},
		{"the address of the form", 1, "Acme", "new", store.Invalid, "slug", ""},
		{"no name", 1, "", "acme", store.Invalid, "name", ""},
		{"a form that is too old", 0, "Acme", "acme", store.Stale, "", ""},
		{"a form of the future", 2, "Acme", "acme", store.Stale, "", ""},
		{"nothing new", 1, "acme inc", "acme", "", "", "saved as it was"},
		{"a name", 2, "Acme", "acme", "", "", "name from acme inc to Acme"},
		{"an address", 3, "Acme", "acme-two", "", "", "address from acme to acme-two"},
		{"its old address", 4, "Acme 2", "acme", "", "", "name from Acme to Acme 2; address from acme-two to acme"},
	} {
		t.Run(c.why, func(t *testing.T) {
			before, entries := must(w.General(ctx, a))(t), w.logSize(t, a)
			renamed, err := w.RenameOrganization(ctx, a, c.base, c.name, c.slug)
			after := must(w.General(ctx, a))(t)
			if c.code != "" {
				wantRefusal(t, err, c.code, c.field)
				if after != before || w.logSize(t, a) != entries {
					t.Errorf("changed to %+v", after)
				}
				return
			}
			e := w.lastEntry(t, c.slug)
			if err != nil || renamed != (store.OrgRef{ID: before.ID, Slug: c.slug, Name: c.name}) || after.OrgRef != renamed || after.Settings != before.Settings ||
				e.Action != "organization.update" || str(e.Detail) != c.detail || str(e.TargetName) != before.Name || str(e.Target) != before.ID {
				t.Errorf("%+v, %v; entry %+v", after, err, e)
			}
		})
	}
	w.verify(t)
}

// logSize is how many entries the log of the actor's organization has.
func (w *world) logSize(t testing.TB, a store.Actor) int {
	t.Helper()
	return stored[int](t, w, `SELECT size FROM audit_logs WHERE id = ?`, a.Org().ID)
}

// Two owners at once: the second is told who was first, and can save over it.
func TestTwoOwnersAtOnce(t *testing.T) {
	w := newWorld(t)
	must(w.SetMemberRole(ctx, w.Actor(t, acme, "owner"), "admin@acme.example", store.Owner))(t)
	first, second := w.Actor(t, acme, "owner"), w.Actor(t, acme, "admin")
	base := must(w.General(ctx, second))(t).Revision
	set := store.Settings{RevealSeconds: 60, EditorsReveal: true, Confirm: store.AskRecently}
	if err := w.ChangeSettings(ctx, first, base, set); err != nil {
		t.Fatal(err)
	}
	_, err := w.RenameOrganization(ctx, second, base, "Acme", "acme")
	e := wantRefusal(t, err, store.Stale, "")
	if e.By != "acme owner" || e.Revision != base+1 {
		t.Errorf("%+v", e)
	}
	must(w.RenameOrganization(ctx, second, e.Revision, "Acme", "acme"))(t)
	if g := must(w.General(ctx, first))(t); g.Name != "Acme" || g.Settings != set {
		t.Errorf("%+v", g)
	}
}

func TestChangeSettings(t *testing.T) {
	w := newWorld(t)
	a, base := w.Actor(t, acme, "owner"), int64(1)
	for _, c := range []struct {
		to     store.Settings
		field  string
		detail string
	}{
		{store.Settings{RevealSeconds: 15, EditorsReveal: true, Confirm: "recently"}, "seconds", ""},
		{store.Settings{RevealSeconds: 0, EditorsReveal: true, Confirm: "recently"}, "seconds", ""},
		{store.Settings{RevealSeconds: 600, EditorsReveal: true, Confirm: "recently"}, "seconds", ""},
		{store.Settings{RevealSeconds: 30, EditorsReveal: true, Confirm: ""}, "confirm", ""},
		{store.Settings{RevealSeconds: 30, EditorsReveal: true, Confirm: "sometimes"}, "confirm", ""},
		{store.Settings{RevealSeconds: 10, EditorsReveal: true, Confirm: "recently"}, "", "values show from 30 s to 10 s"},
		{store.Settings{RevealSeconds: 10, EditorsReveal: false, Confirm: "recently"}, "", "editors reveal organization secrets from yes to no"},
		{store.Settings{RevealSeconds: 300, EditorsReveal: true, Confirm: "never"}, "",
			"values show from 10 s to 300 s; editors reveal organization secrets from no to yes; password for values from every 15 minutes to never"},
		{store.Settings{RevealSeconds: 300, EditorsReveal: true, Confirm: "always"}, "", "password for values from never to every time"},
	} {
		before := must(w.General(ctx, a))(t)
		err := w.ChangeSettings(ctx, a, base, c.to)
		after := must(w.General(ctx, a))(t)
		if c.field != "" {
			wantRefusal(t, err, store.Invalid, c.field)
			if after != before {
				t.Errorf("changed to %+v", after)
			}
			continue
		}
		e := w.lastEntry(t, acme)
		if base++; err != nil || after.Settings != c.to || after.Revision != base || e.Action != "organization.update" || str(e.Detail) != c.detail {
			t.Errorf("%+v, %v; entry %q", after, err, str(e.Detail))
		}
	}
	if g := must(w.General(ctx, w.Actor(t, globex, "owner")))(t); g.RevealSeconds != 30 || g.Revision != 1 {
		t.Errorf("the other organization's: %+v", g)
	}
	w.verify(t)
}

// settle changes the settings of acme from what they are at first.
func (w *world) settle(t testing.TB, change func(*store.Settings)) {
	t.Helper()
	a := w.Actor(t, acme, "owner")
	now := must(w.General(ctx, a))(t)
	change(&now.Settings)
	if err := w.ChangeSettings(ctx, a, now.Revision, now.Settings); err != nil {
		t.Fatal(err)
	}
}

// A value shows for as long as the organization settled it, and is prolonged by that.
func TestRevealSecondsOfTheOrganization(t *testing.T) {
	for _, seconds := range store.RevealTimes() {
		w := newWorld(t)
		a, org := w.Actor(t, acme, "editor"), w.Org(acme)
		w.settle(t, func(s *store.Settings) { s.RevealSeconds = seconds })
		first := must(w.RevealSecret(ctx, a, org.Place(), org.Secret, 0, ""))(t)
		if first.Seconds != seconds {
			t.Errorf("shows for %d s, want %d", first.Seconds, seconds)
		}
		w.Clock.Advance(time.Duration(seconds)*time.Second + time.Minute)
		must(w.RevealSecret(ctx, a, org.Place(), org.Secret, 0, first.Entry))(t)
		w.Clock.Advance(time.Duration(seconds)*time.Second + time.Microsecond)
		_, err := w.RevealSecret(ctx, a, org.Place(), org.Secret, 0, first.Entry)
		wantCode(t, err, store.Full)
	}
}

// S-16: where editors may not see organization secrets, neither may they nor the keys
// of people who are editors now; and the log has it.
func TestS16EditorsAndOrganizationSecrets(t *testing.T) {
	w := newWorld(t)
	owner, admin, editor := w.Actor(t, acme, "owner"), w.Actor(t, acme, "admin"), w.Actor(t, acme, "editor")
	own := store.OrganizationPlace()
	s := w.addSecret(t, admin, own, "STRIPE_KEY", "value")
	_, token := w.newKey(t, admin, 0, store.Scopes()...)
	must(w.SetMemberRole(ctx, owner, "admin@acme.example", store.Editor))(t)
	key := must(w.KeyActor(ctx, token, storetest.Origin()))(t)
	uses := map[string]func() error{
		"acme editor reveal": func() error { return errOf(w.RevealSecret(ctx, editor, own, s.ID, 0, "")) },
		"acme editor copy":   func() error { return errOf(w.CopySecret(ctx, editor, own, s.ID, 0)) },
		"a key read":         func() error { return errOf(w.ReadSecret(ctx, key, own, "STRIPE_KEY")) },
	}
	for _, on := range []bool{true, false, true} {
		w.settle(t, func(s *store.Settings) { s.EditorsReveal = on })
		for what, use := range uses {
			err := use()
			e := w.lastEntry(t, acme)
			if on && (err != nil || e.Outcome != "done") || !on && (store.CodeOf(err) != store.Denied || e.Outcome != "denied" || str(e.TargetName) != "STRIPE_KEY") {
				t.Errorf("%s, editors may %v: %v; entry is %s about %s", what, on, err, e.Outcome, str(e.TargetName))
			}
		}
		must(w.RevealSecret(ctx, owner, own, s.ID, 0, ""))(t)
		must(w.RevealSecret(ctx, editor, w.Org(acme).Place(), w.Org(acme).Secret, 0, ""))(t)
	}
	w.verify(t)
}

// Where values ask every time, each reveal, extension and copy takes a password of its
// own.
func TestAskEveryTime(t *testing.T) {
	w := newWorld(t)
	org, token, request := w.Org(acme), w.Token(acme, "editor"), 0
	w.settle(t, func(s *store.Settings) { s.Confirm = store.AskAlways })
	asks := func(what string, do func(a store.Actor) error) {
		t.Helper()
		next := func() store.ServerActor {
			request++
			return must(w.Store.Person(ctx, token, store.Origin{Request: fmt.Sprint("req_", request)}))(t)
		}
		p := next()
		wantCode(t, do(must(w.MemberActor(ctx, p, acme))(t)), store.ConfirmNeeded)
		p = next()
		a := must(w.MemberActor(ctx, p, acme))(t)
		token = must(w.Confirm(ctx, p, password))(t).Token
		if err := do(a); err != nil {
			t.Errorf("%s, confirmed: %v", what, err)
		}
		wantCode(t, do(a), store.ConfirmNeeded)
	}
	first := ""
	asks("reveal", func(a store.Actor) error {
		r, err := w.RevealSecret(ctx, a, org.Place(), org.Secret, 0, "")
		if err == nil {
			first = r.Entry
		}
		return err
	})
	asks("reveal again", func(a store.Actor) error { return errOf(w.RevealSecret(ctx, a, org.Place(), org.Secret, 0, "")) })
	asks("extension", func(a store.Actor) error { return errOf(w.RevealSecret(ctx, a, org.Place(), org.Secret, 0, first)) })
	asks("copy", func(a store.Actor) error { return errOf(w.CopySecret(ctx, a, org.Place(), org.Secret, 0)) })
	w.verify(t)
}

// ownedTables are those whose rows go with their organization.
var ownedTables = []string{"members", "hooks", "hook_scripts", "secrets", "secret_versions", "secret_uses", "api_keys", "access_tokens", "invitations", "import_plans", "changes"}

// rowsOf counts the rows of an organization, by table.
func (w *world) rowsOf(t testing.TB, org string) map[string]int {
	t.Helper()
	n := map[string]int{}
	for _, table := range ownedTables {
		n[table] = stored[int](t, w, `SELECT count(*) FROM `+table+` WHERE org = ?`, org)
	}
	return n
}

// furnish gives an organization something in every table, and returns a key of it.
func (w *world) furnish(t testing.TB, slug string) (token string) {
	t.Helper()
	a := w.Actor(t, slug, "owner")
	newThings(t, w, slug, 1)
	own := w.addSecret(t, a, store.OrganizationPlace(), "OWN", "own value of "+slug)
	must(w.RevealSecret(ctx, a, store.OrganizationPlace(), own.ID, 0, ""))(t)
	key, token := w.newKey(t, a, 0, store.Scopes()...)
	must(w.NewAccessToken(ctx, storetest.Origin(), key.ID, token, nil))(t)
	w.sql(t, `INSERT INTO invitations (id, org, token_hash, email, email_key, role, made_by, made_by_name, sent_at, expires_at)
		VALUES (?, ?, ?, 'x@example.com', 'x@example.com', 'viewer', '', '', 0, 0)`, "i_"+slug, a.Org().ID, []byte(slug))
	must(w.PlanSecrets(ctx, a, store.OrganizationPlace(), "dotenv", []store.ImportedSecret{{Name: "BROUGHT", Pending: true}}))(t)
	p := must(w.PlanSecrets(ctx, a, store.OrganizationPlace(), "dotenv", []store.ImportedSecret{{Name: "BROUGHT", Pending: true}}))(t)
	must(w.ApplyImport(ctx, a, store.OrganizationPlace(), p.ID, p.Token, store.AsPlanned()))(t)
	return token
}

// A deleted organization takes everything along but its log, lets nobody in, and
// touches no other.
func TestDeleteOrganization(t *testing.T) {
	w := newWorld(t)
	token, otherToken := w.furnish(t, acme), w.furnish(t, globex)
	a, org := w.Actor(t, acme, "owner"), w.Actor(t, acme, "owner").Org().ID
	editor, other := w.Actor(t, acme, "editor"), w.rowsOf(t, w.Actor(t, globex, "owner").Org().ID)
	must(w.FoundOrganization(ctx, w.Person(t, acme, "owner"), "Elsewhere", ""))(t)
	for table, n := range w.rowsOf(t, org) {
		if n == 0 {
			t.Errorf("nothing in %s to delete", table)
		}
	}
	if doomed := must(w.OrganizationToDelete(ctx, a))(t); doomed != (store.DoomedOrganization{Name: "acme inc", Hooks: 3, Secrets: 7, Members: 5, Keys: 2}) {
		t.Errorf("%+v", doomed)
	}
	for _, typed := range []string{"", "Acme inc", "acme inc ", "acme"} {
		before := w.state(t)
		wantRefusal(t, w.DeleteOrganization(ctx, a, typed), store.Invalid, "name")
		if w.state(t) != before {
			t.Error("deleted all the same")
		}
	}
	if err := w.DeleteOrganization(ctx, a, "acme inc"); err != nil {
		t.Fatal(err)
	}
	for table, n := range w.rowsOf(t, org) {
		if n != 0 {
			t.Errorf("%d rows are left in %s", n, table)
		}
	}
	for table, n := range w.rowsOf(t, w.Actor(t, globex, "owner").Org().ID) {
		if n != other[table] {
			t.Errorf("%d rows of the other organization in %s, were %d", n, table, other[table])
		}
	}
	if e := w.lastEntry(t, acme); e.Action != "organization.delete" || str(e.Detail) != "3 hooks, 7 secrets, 5 members, 2 API keys" || str(e.ActorName) != "acme owner" {
		t.Errorf("entry is %+v", e)
	}
	if e := w.lastEntry(t, serverLog); e.Action != "organization.delete" || !strings.HasPrefix(str(e.Detail), fmt.Sprintf("its audit log ended with entry %d, root ", w.logSize(t, a))) {
		t.Errorf("the server's entry is %+v", e)
	}

	_, err := w.MemberActor(ctx, w.Person(t, acme, "editor"), acme)
	wantCode(t, err, store.NotFound)
	_, err = w.CreateHook(ctx, editor, "late", "credentials-exchange")
	wantCode(t, err, store.NotFound)
	wantCode(t, w.DeleteOrganization(ctx, a, "acme inc"), store.NotFound)
	_, err = w.KeyActor(ctx, token, storetest.Origin())
	wantCode(t, err, store.Unauthenticated)
	must(w.KeyActor(ctx, otherToken, storetest.Origin()))(t)
	if left := must(w.Organizations(ctx, w.Person(t, acme, "owner")))(t); len(left) != 1 || left[0].Slug != "elsewhere" {
		t.Errorf("their sessions go on in %+v", left)
	}
	if err := w.Purge(ctx); err != nil {
		t.Error(err)
	}
	w.verify(t)

	// S-26: the operator reads its log, under its old name.
	operator := must(w.OperatorIn(ctx, w.Operator(), acme))(t)
	if exported := w.export(t, operator, store.AuditFilter{}, store.JSONLines); !strings.Contains(exported, "organization.delete") || !strings.Contains(exported, "hook.create") {
		t.Errorf("exported %s", exported)
	}
	_, err = w.AddMember(ctx, operator, "owner@acme.example", store.Owner)
	wantCode(t, err, store.Denied)
	w.verify(t)
}

// C-12: an old copy of the rows that is put back into the live database does not open,
// with the master key and everything; and no ciphertext is left on the disk.
func TestC12DeletedOrganizationDoesNotOpen(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "owner"), w.Org(acme)
	own := w.addSecret(t, a, store.OrganizationPlace(), "OWN", "own value")
	must(w.RevealSecret(ctx, a, org.Place(), org.Secret, 0, ""))(t)
	sealed := append(w.sealedOf(t, org.Secret), w.sealedOf(t, own.ID)...)
	old := filepath.Join(t.TempDir(), "old.db")
	w.sql(t, `VACUUM INTO ?`, old)
	if len(sealed) != 2 || w.onDisk(t, sealed) == 0 {
		t.Fatal("looked in the wrong place")
	}
	other := w.beside(t) // a command that knows the keyset from before
	must(other.RevealSecret(ctx, a, org.Place(), org.Secret, 0, ""))(t)
	if err := w.DeleteOrganization(ctx, a, "acme inc"); err != nil {
		t.Fatal(err)
	}
	if info := must(os.Stat(filepath.Join(w.Dir, "hooksafe.db-wal")))(t); info.Size() != 0 {
		t.Errorf("the write-ahead log holds %d bytes", info.Size())
	}
	if err := w.Purge(ctx); err != nil {
		t.Fatal(err)
	}
	if n := w.onDisk(t, sealed); n != 0 {
		t.Errorf("%d pieces are left", n)
	}

	w.file.SetMaxOpenConns(1) // what is attached is so for one connection
	w.sql(t, `ATTACH ? AS old`, old)
	for i := range ownedTables {
		table := ownedTables[len(ownedTables)-1-i]
		w.sql(t, `PRAGMA foreign_keys = OFF`)
		w.sql(t, `INSERT INTO `+table+` SELECT * FROM old.`+table+` WHERE org = ?`, a.Org().ID)
	}
	_, err := w.MemberActor(ctx, w.Person(t, acme, "owner"), acme)
	wantCode(t, err, store.NotFound)
	w.sql(t, `UPDATE organizations SET deleted_at = NULL WHERE slug = 'acme'`)
	for _, s := range []*store.Store{w.Store, other, w.beside(t)} {
		back := must(s.MemberActor(ctx, must(s.Person(ctx, w.Token(acme, "owner"), storetest.Origin()))(t), acme))(t)
		_, err := s.RevealSecret(ctx, back, org.Place(), org.Secret, 0, "")
		wantCode(t, err, store.Integrity)
		_, err = s.CopySecret(ctx, back, store.OrganizationPlace(), own.ID, 0)
		wantCode(t, err, store.Integrity)
	}
	if got := valueOf(t, w, w.Actor(t, globex, "owner"), w.Org(globex).Place(), w.Org(globex).Secret); got != w.Org(globex).Value {
		t.Errorf("the other organization's opens to %q", got)
	}
	w.verify(t)
}

// An error in the middle, wherever it comes, leaves everything as it was.
func TestDeleteOrganizationIsAllOrNothing(t *testing.T) {
	for _, at := range []string{"DELETE ON access_tokens", "DELETE ON secret_versions", "DELETE ON members", "UPDATE ON organizations", "INSERT ON audit_entries"} {
		t.Run(at, func(t *testing.T) {
			w := newWorld(t)
			w.furnish(t, acme)
			a, org := w.Actor(t, acme, "owner"), w.Org(acme)
			w.sql(t, `CREATE TRIGGER broken BEFORE `+at+` BEGIN SELECT RAISE(ABORT, 'broken'); END`)
			before, size := fmt.Sprint(w.state(t), w.rowsOf(t, a.Org().ID)), w.logSize(t, a)
			if err := w.DeleteOrganization(ctx, a, "acme inc"); err == nil {
				t.Fatal("deleted")
			}
			w.sql(t, `DROP TRIGGER broken`)
			if after := fmt.Sprint(w.state(t), w.rowsOf(t, a.Org().ID)); after != before || w.logSize(t, a) != size {
				t.Errorf("left\n%s\nwas\n%s", after, before)
			}
			if got := valueOf(t, w, a, org.Place(), org.Secret); got != org.Value {
				t.Errorf("opens to %q", got)
			}
			w.verify(t)
		})
	}
}
