package guard

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"hooksafe/store/internal/seal"
)

// settle changes the settings of acme as an owner does.
func (w *world) settle(t testing.TB, s Settings) {
	t.Helper()
	must(Act(ctx, w.DB, w.operator(t, acme), OrganizationUpdate, target("organization", "o"), func(tx *WriteTx) (int, error) {
		o, err := tx.Organization()
		return 0, errors.Join(err, tx.UpdateOrganization(o.Name, o.Slug, s))
	}))(t)
}

var preset = Settings{RevealSeconds: 30, EditorsReveal: true, Confirm: AskRecently}

// with is the preset with one thing changed.
func with(change func(*Settings)) Settings {
	s := preset
	change(&s)
	return s
}

func confirmAs(ask string) Settings { return with(func(s *Settings) { s.Confirm = ask }) }

// The settings ride with the actor, and those of the action's transaction count.
func TestSettingsAreReadAgain(t *testing.T) {
	w := newWorld(t)
	a := w.actor(t, acme, Editor)
	if a.Settings() != preset {
		t.Errorf("preset: %+v", a.Settings())
	}
	want := Settings{RevealSeconds: 120, EditorsReveal: false, Confirm: AskAlways}
	w.settle(t, want)
	now := must(Act(ctx, w.DB, a, HookCreate, target("hook", "h"), func(tx *WriteTx) (Settings, error) { return tx.Settings(), nil }))(t)
	if now != want || w.actor(t, acme, Editor).Settings() != want || w.actor(t, globex, Editor).Settings() != preset {
		t.Errorf("in the action %+v; then %+v; elsewhere %+v", now, w.actor(t, acme, Editor).Settings(), w.actor(t, globex, Editor).Settings())
	}
}

// S-16: where editors may not reveal organization secrets, that takes an admin, and
// nothing else changes.
func TestS16EditorsReveal(t *testing.T) {
	for _, on := range []bool{true, false} {
		t.Run(fmt.Sprint(on), func(t *testing.T) {
			w := newWorld(t)
			late := w.actor(t, acme, Editor) // let in before
			w.settle(t, with(func(s *Settings) { s.EditorsReveal = on }))
			for _, role := range []Role{Viewer, Editor, Admin, Owner} {
				a := w.actor(t, acme, role)
				for p, row := range permissions {
					want := role >= row.from
					if p == RevealOrganizationSecrets && role == Editor {
						want = on
					}
					if a.Can(p) != want {
						t.Errorf("%s, permission %d (%s): %v", role, p, row.words, !want)
					}
				}
			}
			for _, act := range []Action{OrganizationSecretReveal, OrganizationSecretCopy} {
				_, err := Act(ctx, w.DB, late, act, target("secret", "s"), nothing)
				if on != (err == nil) {
					t.Errorf("%s: %v", act.Name(), err)
				}
				if e := w.lastEntry(t, acme); !on && (CodeOf(err) != Denied || e.Outcome != "denied" || str(e.Reason) != "Editor role" || e.Action != act.Name()) {
					t.Errorf("%s: %v; entry is %s, %q", act.Name(), err, e.Outcome, str(e.Reason))
				}
			}
			must(Act(ctx, w.DB, late, SecretReveal, target("secret", "s"), nothing))(t)
		})
	}
}

// When values ask for the password, by the setting; and what reaches further asks as
// before.
func TestConfirmSetting(t *testing.T) {
	for _, c := range []struct {
		ask   string
		act   Action
		since time.Duration // the sign-in or the confirmation
		asks  bool
	}{
		{AskNever, SecretReveal, 0, false},
		{AskNever, SecretReveal, 2 * ConfirmFor, false},
		{AskNever, SecretCopy, 2 * ConfirmFor, false},
		{AskNever, OrganizationSecretReveal, 2 * ConfirmFor, false},
		{AskNever, OrganizationSecretCopy, 2 * ConfirmFor, false},
		{AskNever, MemberRole, 0, false},
		{AskNever, MemberRole, 2 * ConfirmFor, true},
		{AskNever, OrganizationDelete, 2 * ConfirmFor, true},
		{AskRecently, SecretReveal, 0, false},
		{AskRecently, SecretReveal, 2 * ConfirmFor, true},
		{AskAlways, SecretReveal, 0, true},
		{AskAlways, SecretCopy, 0, true},
		{AskAlways, OrganizationSecretReveal, 0, true},
		{AskAlways, OrganizationSecretCopy, 0, true},
		{AskNever, SecretExport, 0, false},
		{AskNever, SecretExport, 2 * ConfirmFor, true},
		{AskRecently, SecretExport, 0, false},
		{AskRecently, SecretExport, 2 * ConfirmFor, true},
		{AskAlways, SecretExport, 0, true},
		{AskAlways, SecretExportRest, 2 * ConfirmFor, false},
		{AskAlways, MemberRole, 0, false},
		{AskAlways, MemberRole, 2 * ConfirmFor, true},
		{AskAlways, SecretUpdate, 2 * ConfirmFor, false},
	} {
		t.Run(fmt.Sprint(c.ask, " ", c.act.Name(), " ", c.act.need, " after ", c.since), func(t *testing.T) {
			w := newWorld(t)
			w.settle(t, confirmAs(c.ask))
			w.clock.pass(c.since)
			before := w.state(t)
			_, err := Act(ctx, w.DB, w.actor(t, acme, Owner), c.act, target("secret", "s"), nothing)
			if !c.asks {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantCode(t, err, ConfirmNeeded)
			if after := w.state(t); after != before {
				t.Errorf("left %s, was %s", after, before)
			}
		})
	}
}

// Where values ask every time, a password opens one of them, in the request that
// brought it, and is used up.
func TestConfirmationOpensOneValue(t *testing.T) {
	w := newWorld(t)
	w.settle(t, confirmAs(AskAlways))
	in := func(request string) Actor {
		o := Origin{Address: "192.0.2.14", Request: request}
		return must(MemberActor(ctx, w.DB, must(Session(ctx, w.DB, w.tokens["acme editor"], o))(t), acme))(t)
	}
	reveal := func(request string) error {
		_, err := Act(ctx, w.DB, in(request), SecretReveal, target("secret", "s"), nothing)
		return err
	}
	confirm := func(request string) {
		w.sql(t, `UPDATE sessions SET confirmed_in = ?, confirmed_at = ? WHERE id = 's_u_acme_editor'`, request, Micro(w.Now()))
	}
	wantCode(t, reveal("req_1"), ConfirmNeeded)
	confirm("req_1")
	wantCode(t, reveal("req_2"), ConfirmNeeded)
	if err := reveal("req_1"); err != nil {
		t.Fatal(err)
	}
	wantCode(t, reveal("req_1"), ConfirmNeeded)
	confirm("")
	wantCode(t, reveal(""), ConfirmNeeded) // no request is no confirmation

	confirm("req_3")
	_, err := Act(ctx, w.DB, in("req_3"), SecretReveal, target("secret", "s"), func(*WriteTx) (int, error) { return 0, errFault })
	if !errors.Is(err, errFault) {
		t.Fatal(err)
	}
	if err := reveal("req_3"); err != nil { // nothing was opened by what failed
		t.Error(err)
	}
}

// An organization keeps its old addresses: they lead its members to it, and nobody
// else gets them.
func TestS13OldAddresses(t *testing.T) {
	w := newWorld(t)
	rename := func(org, slug string) error {
		_, err := Act(ctx, w.DB, w.operator(t, org), OrganizationUpdate, target("organization", "o"), func(tx *WriteTx) (int, error) {
			o, err := tx.Organization()
			return 0, errors.Join(err, tx.UpdateOrganization(o.Name+"!", slug, o.Settings))
		})
		return err
	}
	if err := errors.Join(rename(acme, "second"), rename("second", "third")); err != nil {
		t.Fatal(err)
	}
	owner, outsider := w.person(t, acme, Owner), w.person(t, globex, Owner)
	for _, slug := range []string{acme, "second", "third"} {
		a, err := MemberActor(ctx, w.DB, owner, slug)
		if err != nil || a.Org() != (OrgRef{w.orgs[acme].ID, "third", "acme inc!!"}) {
			t.Errorf("%s leads to %+v, %v", slug, a.Org(), err)
		}
		if _, err := MemberActor(ctx, w.DB, outsider, slug); CodeOf(err) != NotFound || err.Error() != Missing().Error() {
			t.Errorf("%s leads an outsider: %v", slug, err)
		}
		if slug != "third" {
			_, err := OperatorIn(ctx, w.DB, Operator(), slug)
			wantCode(t, err, NotFound)
		}
	}
	before := w.state(t)
	for _, slug := range []string{acme, "second", "third"} {
		wantCode(t, rename(globex, slug), Conflict)
		_, err := Act(ctx, w.DB, outsider, OrganizationFound, target("organization", ""), func(tx *WriteTx) (OrgRef, error) {
			return tx.CreateOrganization("Another", slug, tx.Actor())
		})
		wantCode(t, err, Conflict)
	}
	if after := w.state(t); after != before {
		t.Errorf("left %s, was %s", after, before)
	}
	if err := rename("third", acme); err != nil { // it may have its old one back
		t.Fatal(err)
	}
	if a := w.actor(t, acme, Owner); a.Org().Slug != acme {
		t.Errorf("%+v", a.Org())
	}
	var old string
	if err := w.raw(t).Get(&old, `SELECT group_concat(slug, ' ') FROM (SELECT slug FROM old_slugs ORDER BY slug)`); err != nil || old != "second third" {
		t.Errorf("old addresses: %s, %v", old, err)
	}
	if n := one[int](t, w, `SELECT revision FROM organizations WHERE slug = 'acme'`); n != 4 {
		t.Errorf("revision %d", n)
	}
	w.verify(t)
}

// S-26: what an action did beyond its organization stands in the server's log, in the
// same commit; and both logs verify.
func TestS26AlsoOnServer(t *testing.T) {
	w := newWorld(t)
	a := w.actor(t, acme, Owner)
	here, there := len(w.entries(t, acme)), len(w.entries(t, serverLog))
	act := func(end error) error {
		_, err := Act(ctx, w.DB, a, MemberRemove, target("member", "m"), func(tx *WriteTx) (int, error) {
			tx.AlsoOnServer(UserUpdate, Target{Kind: "user", ID: "u", Name: "U", Detail: "signed out"})
			return 0, end
		})
		return err
	}
	if err := act(nil); err != nil {
		t.Fatal(err)
	}
	e := w.lastEntry(t, serverLog)
	if len(w.entries(t, acme)) != here+1 || len(w.entries(t, serverLog)) != there+1 || e.Action != "user.update" || str(e.Actor) != a.ID() ||
		str(e.TargetName) != "U" || str(e.Detail) != "signed out" || str(e.Request) != origin.Request || e.Outcome != "done" {
		t.Errorf("entry is %+v", e)
	}
	for _, end := range []error{errFault, Errorf(Denied, "", "no"), Failed(errFault)} {
		if err := act(end); err == nil {
			t.Fatal("carried out")
		}
	}
	if n := len(w.entries(t, serverLog)); n != there+1 {
		t.Errorf("%d new entries of what did not happen", n-there-1)
	}
	w.verify(t)
	w.reopen(t)
	w.verify(t)
}

// end deletes acme as its owner.
func (w *world) end(t testing.TB) error {
	t.Helper()
	_, err := Act(ctx, w.DB, w.actor(t, acme, Owner), OrganizationDelete, target("organization", w.orgs[acme].ID), func(tx *WriteTx) (int, error) {
		return 0, tx.EndOrganization()
	})
	return err
}

// C-12, S-26: an organization that ended has no keyset any more; its log ends with
// that, and the server's log notes with which head.
func TestC12EndOrganization(t *testing.T) {
	w := newWorld(t)
	a, org := w.actor(t, acme, Editor), w.orgs[acme]
	place := seal.Place{Kind: "hook", Hook: "h", Secret: "s", Version: 1}
	sealed := must(Act(ctx, w.DB, a, SecretUpdate, target("secret", "s"), func(tx *WriteTx) ([]byte, error) {
		sealed, _, err := tx.Seal(place, seal.NewPlaintext("value"))
		return sealed, err
	}))(t)
	other := must(Act(ctx, w.DB, w.actor(t, globex, Editor), SecretUpdate, target("secret", "s"), func(tx *WriteTx) ([]byte, error) {
		sealed, _, err := tx.Seal(place, seal.NewPlaintext("other"))
		return sealed, err
	}))(t)
	if err := w.end(t); err != nil {
		t.Fatal(err)
	}
	if n := one[int](t, w, `SELECT count(keyset) + count(mac_keyset) FROM organizations WHERE id = ?`, org.ID); n != 0 {
		t.Error("the keyset is there")
	}
	if w.keyrings[org.ID].keys != nil {
		t.Error("the keyset is in memory")
	}
	last, noted := w.lastEntry(t, org.ID), w.lastEntry(t, serverLog)
	checkpoint := one[string](t, w, `SELECT checkpoint FROM audit_logs WHERE id = ?`, org.ID)
	size, root := strings.Split(checkpoint, "\n")[1], strings.Split(checkpoint, "\n")[2]
	if last.Action != "organization.delete" || str(last.Target) != org.ID || noted.Action != "organization.delete" || str(noted.TargetName) != "acme inc" ||
		str(noted.Detail) != "its audit log ended with entry "+size+", root "+root || size != fmt.Sprint(last.Seq) {
		t.Errorf("last entry %+v, noted %q, checkpoint %s", last, str(noted.Detail), checkpoint)
	}
	w.verify(t)

	// Everybody is out, whoever was let in before.
	_, err := MemberActor(ctx, w.DB, w.person(t, acme, Owner), acme)
	wantCode(t, err, NotFound)
	_, err = w.act(a, "late")
	wantCode(t, err, NotFound)
	if n := len(must(Memberships(ctx, w.DB, w.person(t, acme, Owner)))(t)); n != 0 {
		t.Errorf("%d memberships", n)
	}
	_, err = Act(ctx, w.DB, w.person(t, globex, Owner), OrganizationFound, target("organization", ""), func(tx *WriteTx) (OrgRef, error) {
		return tx.CreateOrganization("Another", acme, tx.Actor())
	})
	wantCode(t, err, Conflict) // the address stays taken

	// Even if somebody brings it back to life, the value stays closed, also for a
	// process that has used the keyset before; and others open as they did.
	w.sql(t, `UPDATE organizations SET deleted_at = NULL WHERE id = ?`, org.ID)
	_, err = Act(ctx, w.DB, w.actor(t, acme, Editor), SecretReveal, target("secret", "s"), func(tx *WriteTx) (string, error) {
		value, err := tx.Open(place, sealed)
		return value.Reveal(), err
	})
	wantCode(t, err, Integrity)
	if e := w.lastEntry(t, org.ID); e.Outcome != "failed" || str(e.Reason) != "integrity" {
		t.Errorf("entry is %+v", e)
	}
	value := must(Act(ctx, w.DB, w.actor(t, globex, Editor), SecretReveal, target("secret", "s"), func(tx *WriteTx) (string, error) {
		value, err := tx.Open(place, other)
		return value.Reveal(), err
	}))(t)
	if value != "other" {
		t.Errorf("the other organization's opens to %q", value)
	}
}

// What fails in the middle leaves everything: the keyset too.
func TestEndOrganizationIsUndoneWhole(t *testing.T) {
	w := newWorld(t)
	before := w.state(t)
	_, err := Act(ctx, w.DB, w.actor(t, acme, Owner), OrganizationDelete, target("organization", "o"), func(tx *WriteTx) (int, error) {
		return 0, errors.Join(tx.EndOrganization(), errFault)
	})
	if !errors.Is(err, errFault) {
		t.Fatal(err)
	}
	if after := w.state(t); after != before || one[int](t, w, `SELECT count(keyset) FROM organizations`) != 2 {
		t.Errorf("left %s, was %s", after, before)
	}
	must(w.act(w.actor(t, acme, Editor), "h"))(t)
	w.verify(t)
}

// S-26: of a deleted organization the operator reads the log, and does nothing else.
func TestS26OperatorReadsTheLogOfADeletedOrganization(t *testing.T) {
	w := newWorld(t)
	if err := w.end(t); err != nil {
		t.Fatal(err)
	}
	operator := w.operator(t, acme)
	for p := range permissions {
		if want := p == ReadAudit || p == SeeOwnEntries; operator.Can(p) != want {
			t.Errorf("permission %d: %v", p, !want)
		}
	}
	must(Act(ctx, w.DB, operator, AuditExport, target("audit_log", w.orgs[acme].ID), nothing))(t)
	_, err := Act(ctx, w.DB, operator, MemberAdd, target("member", "m"), nothing)
	if wantCode(t, err, Denied); err == nil || !strings.Contains(err.Error(), "acme inc is deleted") {
		t.Error(err)
	}
	w.verify(t)
}

// Whatever refers to a row that may go has an index for that: SQLite looks through it
// for each row.
func TestReferencesAreIndexed(t *testing.T) {
	w := newWorld(t)
	var missing []string
	if err := w.raw(t).Select(&missing, `
		SELECT m.name || '.' || f."from"
		FROM sqlite_master m, pragma_foreign_key_list(m.name) f
		WHERE m.type = 'table' AND f."table" IN ('secrets', 'hooks') AND NOT EXISTS (
			SELECT 1 FROM pragma_index_list(m.name) i, pragma_index_info(i.name) c WHERE c.seqno = 0 AND c.name = f."from")`); err != nil {
		t.Fatal(err)
	}
	if len(missing) > 0 {
		t.Errorf("no index on %s", missing)
	}
}
