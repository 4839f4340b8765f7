package guard

import (
	"strings"
	"testing"
)

// S-16: who holds what, as product.md has it: owner, admin, editor, viewer, the
// operator, a person on their own account, nobody.
func TestS16Permissions(t *testing.T) {
	w := newWorld(t)
	table := map[Permission]string{
		SeeHooks:                  "O A E V op . .",
		SeeOwnEntries:             "O A E V op . .",
		SeeOrganizationSecrets:    "O A E V op . .",
		SeeMembers:                "O A E V op . .",
		Leave:                     "O A E V . . .",
		EditHooks:                 "O A E . . . .",
		EditHookSecrets:           "O A E . . . .",
		RevealHookSecrets:         "O A E . . . .",
		RevealOrganizationSecrets: "O A E . . . .",
		EditOrganizationSecrets:   "O A . . . . .",
		ExportValues:              "O A . . . . .",
		ReadAudit:                 "O A . . op . .",
		ManageMembers:             "O A . . op . .",
		ManageKeys:                "O A . . op . .",
		ManageOrganization:        "O . . . op . .",
		MakeAdmins:                "O . . . op . .",
		OwnAccount:                "O A E V . person .",
		EndSessions:               "O . . . . . .",
		UseKey:                    ". . . . . . .",
		Join:                      ". . . . . . .",
		Operate:                   ". . . . op . .",
		Purge:                     ". . . . . . .",
		0:                         ". . . . . . nobody",
		Purge + 1:                 ". . . . . . .",
	}
	who := []identity{
		w.actor(t, acme, Owner).who, w.actor(t, acme, Admin).who, w.actor(t, acme, Editor).who, w.actor(t, acme, Viewer).who,
		w.operator(t, acme).who, w.person(t, acme, Owner).who, stranger{}.identity(),
	}
	for p, row := range table {
		for i, want := range strings.Fields(row) {
			if got := who[i].holds(p); got != (want != ".") {
				t.Errorf("permission %d (%s), column %d: %v", p, permissions[p].words, i, got)
			}
		}
	}
	for p := range permissions {
		if _, known := table[p]; !known {
			t.Errorf("permission %d (%s) is not in this table", p, permissions[p].words)
		}
		if permissions[p].words == "" || permissions[p].from == 0 {
			t.Errorf("permission %d has no words or no role", p)
		}
	}
}

// The operator's commands open no value and change no hook.
func TestOperatorOpensNothing(t *testing.T) {
	w := newWorld(t)
	for _, act := range []Action{SecretReveal, SecretCopy, OrganizationSecretReveal, OrganizationSecretCopy, SecretExport, SecretExportRest, SecretUpdate, HookCreate} {
		_, err := Act(ctx, w.DB, w.operator(t, acme), act, target("secret", "s"), nothing)
		wantCode(t, err, Denied)
		if e := w.lastEntry(t, acme); e.ActorKind != "operator" || e.Outcome != "denied" || str(e.Reason) != "operator" || e.Action != act.Name() {
			t.Errorf("entry is %+v", e)
		}
	}
}

// Actions that reach furthest ask for the password again.
func TestWhatNeedsAConfirmation(t *testing.T) {
	for _, act := range []Action{SecretReveal, SecretCopy, OrganizationSecretReveal, OrganizationSecretCopy, SecretExport, MemberAdd, MemberRole,
		MemberTransfer, MemberRemove, InvitationCreate, InvitationRenew, InvitationRevoke, KeyCreate, KeyRevoke, KeyAdopt, OrganizationUpdate, OrganizationDelete} {
		if !act.confirm {
			t.Errorf("%s needs no confirmation", act.Name())
		}
	}
}

func TestRoles(t *testing.T) {
	for name, want := range map[string]Role{"owner": Owner, "admin": Admin, "editor": Editor, "viewer": Viewer} {
		if got, err := ParseRole(name); err != nil || got != want || got.String() != name || got.Title() != strings.ToUpper(name[:1])+name[1:] {
			t.Errorf("%s: %v %q %q, %v", name, got, got, got.Title(), err)
		}
		var scanned Role
		if err := scanned.Scan(name); err != nil || scanned != want {
			t.Errorf("%s: %v, %v", name, scanned, err)
		}
	}
	for _, name := range []string{"", "Owner", "root", "owner "} {
		_, err := ParseRole(name)
		wantCode(t, err, Invalid)
	}
	if err := new(Role).Scan(int64(4)); err == nil {
		t.Error("a number is a role")
	}
	if !(Viewer < Editor && Editor < Admin && Admin < Owner) {
		t.Error("roles are not in their order")
	}
}
