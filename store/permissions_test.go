package store_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"hooksafe/store"
	"hooksafe/store/storetest"
)

// things are what a call is about: ids and addresses, of one organization or of
// none.
type things struct {
	hook, hookName             string // a hook
	secret, secretName         string // a secret in it
	deletedHook, deletedSecret string // the secret in hook
	deletedHookName            string
	deletedSecretName          string
	entry                      string // an audit entry
	member, person             string // e-mail of a member, and of somebody who is none
	key                        string // an API key

	ownSecret, ownSecretName               string // a secret of the organization itself
	deletedOwnSecret, deletedOwnSecretName string
	org                                    string // the organization
	invitation, invited                    string // an open one, as an editor; and an address that is not invited

	plan, change       string // an import into hook that waits, and one that can be undone; in the test of other organizations
	ownPlan, ownChange string // likewise of the organization's own secrets
	hooksPlan          string // one of hooks that waits
	hooksChange        string
}

// call is one use of a method of the store by an actor.
type call struct {
	method, as string
	action     string // as audit entries write it
	least      store.Role
	operator   bool
	door       string              // View or Act
	takes      string              // what it takes an id or address of
	about      func(things) string // what a refused entry names
	do         func(w *world, a store.Actor, x things) error
}

func theHook(x things) string          { return x.hook }
func theDeletedHook(x things) string   { return x.deletedHook }
func theSecret(x things) string        { return x.secret }
func theDeletedSecret(x things) string { return x.deletedSecret }
func theOwnSecret(x things) string     { return x.ownSecret }
func theDeletedOwn(x things) string    { return x.deletedOwnSecret }
func theKey(x things) string           { return x.key }
func theMember(x things) string        { return "u_" + x.member }
func theInvitation(x things) string    { return x.invitation }
func noTarget(things) string           { return "" }

func theOrganization(x things) string { return x.org }

// but lets a refusal of a code pass for done: one that only those get who may.
func but(code store.Code, err error) error {
	if store.CodeOf(err) == code {
		return nil
	}
	return err
}

func errOf[T any](_ T, err error) error { return err }

// calls are all methods that an actor in an organization asks, in all their ways.
var calls = []call{
	{"Admins", "", "member.list", store.Viewer, true, "View", "", noTarget, func(w *world, a store.Actor, x things) error { return errOf(w.Admins(ctx, a)) }},
	{"Members", "", "member.list", store.Viewer, true, "View", "", noTarget, func(w *world, a store.Actor, x things) error { return errOf(w.Members(ctx, a, "", "", 10)) }},
	{"Member", "", "member.list", store.Viewer, true, "View", "member", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.Member(ctx, a, theMember(x)))
	}},
	{"AddMember", "", "member.add", store.Admin, true, "Act", "person", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.AddMember(ctx, a, x.person, store.Editor))
	}},
	{"AddMember", "as admin", "member.add", store.Owner, true, "Act", "person", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.AddMember(ctx, a, x.person, store.Admin))
	}},
	{"AddMember", "as owner", "member.add", store.Owner, true, "Act", "person", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.AddMember(ctx, a, x.person, store.Owner))
	}},
	{"SetMemberRole", "", "member.role", store.Admin, true, "Act", "member", theMember, func(w *world, a store.Actor, x things) error {
		return errOf(w.SetMemberRole(ctx, a, x.member, store.Editor))
	}},
	{"SetMemberRole", "to admin", "member.role", store.Owner, true, "Act", "member", theMember, func(w *world, a store.Actor, x things) error {
		return errOf(w.SetMemberRole(ctx, a, x.member, store.Admin))
	}},
	{"SetMemberRole", "to owner", "member.role", store.Owner, true, "Act", "member", theMember, func(w *world, a store.Actor, x things) error {
		return errOf(w.SetMemberRole(ctx, a, x.member, store.Owner))
	}},
	{"RemoveMember", "", "member.remove", store.Admin, true, "Act", "member", theMember, func(w *world, a store.Actor, x things) error {
		return errOf(w.RemoveMember(ctx, a, x.member))
	}},
	{"ChangeMemberRole", "", "member.role", store.Admin, true, "Act", "member", theMember, func(w *world, a store.Actor, x things) error {
		return errOf(w.ChangeMemberRole(ctx, a, theMember(x), store.Viewer, store.Editor))
	}},
	{"ChangeMemberRole", "to admin", "member.role", store.Owner, true, "Act", "member", theMember, func(w *world, a store.Actor, x things) error {
		return errOf(w.ChangeMemberRole(ctx, a, theMember(x), store.Viewer, store.Admin))
	}},
	{"ChangeMemberRole", "to owner, from another one", "member.role", store.Owner, true, "Act", "member", theMember, func(w *world, a store.Actor, x things) error {
		err := errOf(w.ChangeMemberRole(ctx, a, theMember(x), store.Admin, store.Owner))
		if store.CodeOf(err) == store.Stale { // who may not learns that first
			return nil
		}
		return err
	}},
	{"MemberToRemove", "", "member.remove", store.Admin, true, "View", "member", theMember, func(w *world, a store.Actor, x things) error {
		return errOf(w.MemberToRemove(ctx, a, theMember(x)))
	}},
	{"DismissMember", "", "member.remove", store.Admin, true, "Act", "member", theMember, func(w *world, a store.Actor, x things) error {
		return errOf(w.DismissMember(ctx, a, theMember(x), []string{x.key}))
	}},
	{"MemberToTransfer", "", "member.transfer", store.Owner, true, "View", "member", theMember, func(w *world, a store.Actor, x things) error {
		return errOf(w.MemberToTransfer(ctx, a, theMember(x)))
	}},
	{"TransferOwnership", "", "member.transfer", store.Owner, false, "Act", "member", theMember, func(w *world, a store.Actor, x things) error {
		if err := errOf(w.TransferOwnership(ctx, a, theMember(x))); err != nil {
			return err
		}
		return w.back(a)
	}},
	{"Leaving", "", "member.leave", store.Viewer, false, "View", "", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.Leaving(ctx, a))
	}},
	{"LeaveOrganization", "", "member.leave", store.Viewer, false, "Act", "", noTarget, func(w *world, a store.Actor, x things) error {
		err := errOf(w.LeaveOrganization(ctx, a))
		if err == nil {
			err = w.back(a)
		}
		if store.CodeOf(err) == store.Conflict { // the last owner stays
			return nil
		}
		return err
	}},
	{"Invitations", "", "invitation.list", store.Admin, true, "View", "", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.Invitations(ctx, a, 10))
	}},
	{"InvitationForm", "", "invitation.create", store.Admin, true, "View", "", noTarget, func(w *world, a store.Actor, x things) error {
		return w.InvitationForm(ctx, a)
	}},
	{"CreateInvitation", "", "invitation.create", store.Admin, true, "Act", "", noTarget, func(w *world, a store.Actor, x things) error {
		_, _, err := w.CreateInvitation(ctx, a, x.invited, store.Editor)
		return err
	}},
	{"CreateInvitation", "as admin", "invitation.create", store.Owner, true, "Act", "", noTarget, func(w *world, a store.Actor, x things) error {
		_, _, err := w.CreateInvitation(ctx, a, x.invited, store.Admin)
		return err
	}},
	{"CreateInvitation", "as owner", "invitation.create", store.Owner, true, "Act", "", noTarget, func(w *world, a store.Actor, x things) error {
		_, _, err := w.CreateInvitation(ctx, a, x.invited, store.Owner)
		return err
	}},
	{"InvitationToRenew", "", "invitation.renew", store.Admin, true, "View", "invitation", theInvitation, func(w *world, a store.Actor, x things) error {
		return errOf(w.InvitationToRenew(ctx, a, x.invitation))
	}},
	{"RenewInvitation", "", "invitation.renew", store.Admin, true, "Act", "invitation", theInvitation, func(w *world, a store.Actor, x things) error {
		_, _, err := w.RenewInvitation(ctx, a, x.invitation)
		return err
	}},
	{"InvitationToRevoke", "", "invitation.revoke", store.Admin, true, "View", "invitation", theInvitation, func(w *world, a store.Actor, x things) error {
		return errOf(w.InvitationToRevoke(ctx, a, x.invitation))
	}},
	{"RevokeInvitation", "", "invitation.revoke", store.Admin, true, "Act", "invitation", theInvitation, func(w *world, a store.Actor, x things) error {
		return errOf(w.RevokeInvitation(ctx, a, x.invitation))
	}},
	{"Keys", "", "key.list", store.Admin, true, "View", "", noTarget, func(w *world, a store.Actor, x things) error { return errOf(w.Keys(ctx, a)) }},
	{"Key", "", "key.revoke", store.Admin, true, "View", "key", theKey, func(w *world, a store.Actor, x things) error {
		return errOf(w.Key(ctx, a, x.key))
	}},
	{"KeyForm", "", "key.create", store.Admin, true, "View", "", noTarget, func(w *world, a store.Actor, x things) error { return w.KeyForm(ctx, a) }},
	{"CreateKey", "", "key.create", store.Admin, true, "Act", "", noTarget, func(w *world, a store.Actor, x things) error {
		_, _, err := w.CreateKey(ctx, a, store.NewKey{Name: "made", Scopes: store.Scopes()})
		return err
	}},
	{"RevokeKey", "", "key.revoke", store.Admin, true, "Act", "key", theKey, func(w *world, a store.Actor, x things) error {
		return errOf(w.RevokeKey(ctx, a, x.key))
	}},
	{"Audit", "", "audit.read", store.Viewer, true, "View", "", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.Audit(ctx, a, store.AuditFilter{}, 0, 10))
	}},
	{"AuditActivity", "", "audit.read", store.Viewer, true, "View", "", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.AuditActivity(ctx, a, store.AuditFilter{}))
	}},
	{"AuditPeople", "", "audit.read", store.Viewer, true, "View", "", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.AuditPeople(ctx, a))
	}},
	{"HookActivity", "", "audit.read", store.Viewer, true, "View", "hook", noTarget, func(w *world, a store.Actor, x things) error {
		_, _, err := w.HookActivity(ctx, a, x.hook, 0, 10)
		return err
	}},
	{"ExportAudit", "", "audit.export", store.Admin, true, "Act", "", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.ExportAudit(ctx, a, store.AuditFilter{}, store.JSONLines))
	}},
	{"Hooks", "", "hook.read", store.Viewer, true, "View", "", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.Hooks(ctx, a, store.HookFilter{}, "", 10))
	}},
	{"SignOutMember", "", "member.sign_out", store.Owner, false, "Act", "member", theMember, func(w *world, a store.Actor, x things) error {
		_, _, err := w.SignOutMember(ctx, a, theMember(x))
		return err
	}},
	{"Search", "", "hook.read", store.Viewer, true, "View", "", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.Search(ctx, a, x.secretName, x.hook, 10))
	}},
	{"Counts", "", "hook.read", store.Viewer, true, "View", "", noTarget, func(w *world, a store.Actor, x things) error { return errOf(w.Counts(ctx, a)) }},
	{"Hook", "", "hook.read", store.Viewer, true, "View", "hook", noTarget, func(w *world, a store.Actor, x things) error { return errOf(w.Hook(ctx, a, x.hook)) }},
	{"HookForm", "", "hook.create", store.Editor, false, "View", "", noTarget, func(w *world, a store.Actor, x things) error { return w.HookForm(ctx, a) }},
	{"HookToDelete", "", "hook.delete", store.Editor, false, "View", "hook", theHook, func(w *world, a store.Actor, x things) error {
		return errOf(w.HookToDelete(ctx, a, x.hook))
	}},
	{"CreateHook", "", "hook.create", store.Editor, false, "Act", "", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.CreateHook(ctx, a, "made "+x.hookName, "credentials-exchange"))
	}},
	{"SaveHook", "", "hook.update", store.Editor, false, "Act", "hook", theHook, func(w *world, a store.Actor, x things) error {
		return errOf(w.SaveHook(ctx, a, x.hook, store.HookChange{Base: 1, Script: ptr("saved")}))
	}},
	{"SaveHook", "with dependencies", "hook.update", store.Editor, false, "Act", "hook", theHook, func(w *world, a store.Actor, x things) error {
		return errOf(w.SaveHook(ctx, a, x.hook, store.HookChange{Base: 1, Dependencies: &[]store.Dependency{{Name: "lodash", Version: "4"}}}))
	}},
	{"ScriptVersions", "", "hook.read", store.Viewer, true, "View", "hook", noTarget, func(w *world, a store.Actor, x things) error {
		_, _, err := w.ScriptVersions(ctx, a, x.hook)
		return err
	}},
	{"ScriptVersion", "", "hook.read", store.Viewer, true, "View", "hook", noTarget, func(w *world, a store.Actor, x things) error {
		_, _, err := w.ScriptVersion(ctx, a, x.hook, 1)
		return err
	}},
	{"RestoreScript", "", "hook.update", store.Editor, false, "Act", "hook", theHook, func(w *world, a store.Actor, x things) error {
		_, err := w.RestoreScript(ctx, a, x.hook, 1, 1)
		if e, ok := store.AsError(err); ok && e.Code == store.Invalid { // there is but one version
			return nil
		}
		return err
	}},
	{"EnableHook", "on", "hook.enable", store.Editor, false, "Act", "hook", theHook, func(w *world, a store.Actor, x things) error {
		_, _, err := w.EnableHook(ctx, a, x.hook, true)
		return err
	}},
	{"EnableHook", "off", "hook.disable", store.Editor, false, "Act", "hook", theHook, func(w *world, a store.Actor, x things) error {
		_, _, err := w.EnableHook(ctx, a, x.hook, false)
		return err
	}},
	{"DeleteHook", "", "hook.delete", store.Editor, false, "Act", "hook", theHook, func(w *world, a store.Actor, x things) error {
		return errOf(w.DeleteHook(ctx, a, x.hook, x.hookName))
	}},
	{"RestoreHook", "", "hook.restore", store.Editor, false, "Act", "hook", theDeletedHook, func(w *world, a store.Actor, x things) error {
		return errOf(w.RestoreHook(ctx, a, x.deletedHook))
	}},
	{"HookToDestroy", "", "hook.destroy", store.Editor, false, "View", "hook", theHook, func(w *world, a store.Actor, x things) error {
		return errOf(w.HookToDestroy(ctx, a, x.hook))
	}},
	{"HookToDestroy", "deleted", "hook.destroy", store.Editor, false, "View", "hook", theDeletedHook, func(w *world, a store.Actor, x things) error {
		return errOf(w.HookToDestroy(ctx, a, x.deletedHook))
	}},
	{"DestroyHook", "", "hook.destroy", store.Editor, false, "Act", "hook", theHook, func(w *world, a store.Actor, x things) error {
		return w.DestroyHook(ctx, a, x.hook, x.hookName)
	}},
	{"DestroyHook", "deleted", "hook.destroy", store.Editor, false, "Act", "hook", theDeletedHook, func(w *world, a store.Actor, x things) error {
		return w.DestroyHook(ctx, a, x.deletedHook, x.deletedHookName)
	}},
	{"HookToDuplicate", "", "hook.create", store.Editor, false, "View", "hook", theHook, func(w *world, a store.Actor, x things) error {
		_, _, err := w.HookToDuplicate(ctx, a, x.hook)
		return err
	}},
	{"DuplicateHook", "", "hook.create", store.Editor, false, "Act", "hook", theHook, func(w *world, a store.Actor, x things) error {
		return errOf(w.DuplicateHook(ctx, a, x.hook, "copy of "+x.hookName))
	}},
	{"Secrets", "", "secret.list", store.Viewer, true, "View", "hook", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.Secrets(ctx, a, store.HookPlace(x.hook)))
	}},
	{"Secret", "", "secret.list", store.Viewer, true, "View", "secret", noTarget, func(w *world, a store.Actor, x things) error {
		_, _, err := w.Secret(ctx, a, store.HookPlace(x.hook), x.secret)
		return err
	}},
	{"SecretDetail", "", "secret.list", store.Viewer, true, "View", "secret", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.SecretDetail(ctx, a, store.HookPlace(x.hook), x.secret))
	}},
	{"RestoreSecretVersion", "", "secret.update", store.Editor, false, "Act", "secret", theSecret, func(w *world, a store.Actor, x things) error {
		_, err := w.RestoreSecretVersion(ctx, a, store.HookPlace(x.hook), x.secret, 1, 1)
		if store.CodeOf(err) == store.Conflict { // it is the only one, which is found out last
			return nil
		}
		return err
	}},
	{"RevealSecret", "a version", "secret.reveal", store.Editor, false, "Act", "secret", theSecret, func(w *world, a store.Actor, x things) error {
		return errOf(w.RevealSecret(ctx, a, store.HookPlace(x.hook), x.secret, 1, ""))
	}},
	{"CopySecret", "a version", "secret.copy", store.Editor, false, "Act", "secret", theSecret, func(w *world, a store.Actor, x things) error {
		return errOf(w.CopySecret(ctx, a, store.HookPlace(x.hook), x.secret, 1))
	}},
	{"SecretForm", "to add", "secret.create", store.Editor, false, "View", "hook", noTarget, func(w *world, a store.Actor, x things) error {
		_, _, err := w.SecretForm(ctx, a, store.HookPlace(x.hook), "")
		return err
	}},
	{"SecretForm", "to change", "secret.update", store.Editor, false, "View", "secret", theSecret, func(w *world, a store.Actor, x things) error {
		_, _, err := w.SecretForm(ctx, a, store.HookPlace(x.hook), x.secret)
		return err
	}},
	{"AddSecret", "", "secret.create", store.Editor, false, "Act", "hook", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.AddSecret(ctx, a, store.HookPlace(x.hook), store.NewSecret{Name: "NEW", Value: store.NewPlaintext("new")}))
	}},
	{"ChangeSecret", "", "secret.update", store.Editor, false, "Act", "secret", theSecret, func(w *world, a store.Actor, x things) error {
		change := store.SecretChange{Base: 1, Name: x.secretName, Value: ptr(store.NewPlaintext("newer"))}
		return errOf(w.ChangeSecret(ctx, a, store.HookPlace(x.hook), x.secret, change))
	}},
	{"AddSecrets", "", "secret.create", store.Editor, false, "Act", "hook", noTarget, func(w *world, a store.Actor, x things) error {
		return w.AddSecrets(ctx, a, store.HookPlace(x.hook), newSecrets("NEW", "new"))
	}},
	{"ChangeValues", "", "secret.update", store.Editor, false, "Act", "hook", noTarget, func(w *world, a store.Actor, x things) error {
		return w.ChangeValues(ctx, a, store.HookPlace(x.hook), newValues(x.secretName, "newer"))
	}},
	{"RemoveSecrets", "", "secret.delete", store.Editor, false, "Act", "hook", noTarget, func(w *world, a store.Actor, x things) error {
		return w.RemoveSecrets(ctx, a, store.HookPlace(x.hook), []string{x.secretName})
	}},
	{"ReadSecret", "", "secret.read", store.Editor, false, "Act", "hook", theSecret, func(w *world, a store.Actor, x things) error {
		return errOf(w.ReadSecret(ctx, a, store.HookPlace(x.hook), x.secretName))
	}},
	{"SecretNamed", "", "secret.list", store.Viewer, true, "View", "hook", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.SecretNamed(ctx, a, store.HookPlace(x.hook), x.secretName))
	}},
	{"OrganizationSecrets", "", "secret.list", store.Viewer, true, "View", "", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.OrganizationSecrets(ctx, a, store.SecretQuery{From: x.ownSecret, Limit: 10}))
	}},
	{"Secrets", "of the organization", "secret.list", store.Viewer, true, "View", "", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.Secrets(ctx, a, own))
	}},
	{"SecretNamed", "of the organization", "secret.list", store.Viewer, true, "View", "own secret", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.SecretNamed(ctx, a, own, x.ownSecretName))
	}},
	{"Secret", "of the organization", "secret.list", store.Viewer, true, "View", "own secret", noTarget, func(w *world, a store.Actor, x things) error {
		_, _, err := w.Secret(ctx, a, own, x.ownSecret)
		return err
	}},
	{"SecretDetail", "of the organization", "secret.list", store.Viewer, true, "View", "own secret", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.SecretDetail(ctx, a, own, x.ownSecret))
	}},
	{"SecretForm", "to add one of the organization", "secret.create", store.Admin, false, "View", "", noTarget, func(w *world, a store.Actor, x things) error {
		_, _, err := w.SecretForm(ctx, a, own, "")
		return err
	}},
	{"SecretForm", "to change one of the organization", "secret.update", store.Admin, false, "View", "own secret", theOwnSecret, func(w *world, a store.Actor, x things) error {
		_, _, err := w.SecretForm(ctx, a, own, x.ownSecret)
		return err
	}},
	{"AddSecret", "of the organization", "secret.create", store.Admin, false, "Act", "", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.AddSecret(ctx, a, own, store.NewSecret{Name: "NEW_" + x.ownSecretName, Value: store.NewPlaintext("new")}))
	}},
	{"ChangeSecret", "of the organization", "secret.update", store.Admin, false, "Act", "own secret", theOwnSecret, func(w *world, a store.Actor, x things) error {
		change := store.SecretChange{Base: 1, Name: x.ownSecretName, Value: ptr(store.NewPlaintext("newer"))}
		return errOf(w.ChangeSecret(ctx, a, own, x.ownSecret, change))
	}},
	{"RestoreSecretVersion", "of the organization", "secret.update", store.Admin, false, "Act", "own secret", theOwnSecret, func(w *world, a store.Actor, x things) error {
		_, err := w.RestoreSecretVersion(ctx, a, own, x.ownSecret, 1, 1)
		if store.CodeOf(err) == store.Conflict { // it is the only one, which is found out last
			return nil
		}
		return err
	}},
	{"DeleteSecret", "of the organization", "secret.delete", store.Admin, false, "Act", "own secret", theOwnSecret, func(w *world, a store.Actor, x things) error {
		return errOf(w.DeleteSecret(ctx, a, own, x.ownSecret, x.ownSecretName))
	}},
	{"RestoreSecret", "of the organization", "secret.restore", store.Admin, false, "Act", "own secret", theDeletedOwn, func(w *world, a store.Actor, x things) error {
		return errOf(w.RestoreSecret(ctx, a, own, x.deletedOwnSecret))
	}},
	{"SecretToDestroy", "of the organization", "secret.destroy", store.Admin, false, "View", "own secret", theOwnSecret, func(w *world, a store.Actor, x things) error {
		_, _, err := w.SecretToDestroy(ctx, a, own, x.ownSecret)
		return err
	}},
	{"DestroySecret", "deleted, of the organization", "secret.destroy", store.Admin, false, "Act", "own secret", theDeletedOwn, func(w *world, a store.Actor, x things) error {
		return w.DestroySecret(ctx, a, own, x.deletedOwnSecret, x.deletedOwnSecretName)
	}},
	{"RevealSecret", "of the organization", "secret.reveal", store.Editor, false, "Act", "own secret", theOwnSecret, func(w *world, a store.Actor, x things) error {
		return errOf(w.RevealSecret(ctx, a, own, x.ownSecret, 0, ""))
	}},
	{"CopySecret", "of the organization", "secret.copy", store.Editor, false, "Act", "own secret", theOwnSecret, func(w *world, a store.Actor, x things) error {
		return errOf(w.CopySecret(ctx, a, own, x.ownSecret, 0))
	}},
	{"General", "", "organization.read", store.Owner, true, "View", "", noTarget, func(w *world, a store.Actor, x things) error { return errOf(w.General(ctx, a)) }},
	{"RenameOrganization", "", "organization.update", store.Owner, true, "Act", "", theOrganization, func(w *world, a store.Actor, x things) error {
		_, err := w.RenameOrganization(ctx, a, 0, "renamed", "renamed")
		return but(store.Stale, err) // of the form, which is found out last
	}},
	{"ChangeSettings", "", "organization.update", store.Owner, true, "Act", "", theOrganization, func(w *world, a store.Actor, x things) error {
		return but(store.Stale, w.ChangeSettings(ctx, a, 0, store.Settings{RevealSeconds: 60, Confirm: store.AskAlways}))
	}},
	{"OrganizationToDelete", "", "organization.delete", store.Owner, true, "View", "", theOrganization, func(w *world, a store.Actor, x things) error {
		return errOf(w.OrganizationToDelete(ctx, a))
	}},
	{"DeleteOrganization", "", "organization.delete", store.Owner, true, "Act", "", theOrganization, func(w *world, a store.Actor, x things) error {
		return but(store.Invalid, w.DeleteOrganization(ctx, a, "misspelt"))
	}},
	{"HookPage", "", "hook.read", store.Viewer, true, "View", "", noTarget, func(w *world, a store.Actor, x things) error {
		_, _, err := w.HookPage(ctx, a, store.HookQuery{Limit: 10})
		return err
	}},
	{"CreateHookWith", "", "hook.create", store.Editor, false, "Act", "", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.CreateHookWith(ctx, a, store.NewHook{Name: "whole " + x.hookName, Trigger: "credentials-exchange", Script: "x"}))
	}},
	{"PatchHook", "", "hook.update", store.Editor, false, "Act", "hook", theHook, func(w *world, a store.Actor, x things) error {
		return errOf(w.PatchHook(ctx, a, x.hook, store.HookPatch{Script: ptr("patched")}))
	}},
	{"RemoveHook", "", "hook.delete", store.Editor, false, "Act", "hook", theHook, func(w *world, a store.Actor, x things) error {
		return w.RemoveHook(ctx, a, x.hook)
	}},
	{"PageOfSecrets", "", "secret.list", store.Viewer, true, "View", "hook", noTarget, func(w *world, a store.Actor, x things) error {
		_, _, err := w.PageOfSecrets(ctx, a, store.HookPlace(x.hook), 0, 10)
		return err
	}},
	{"PatchSecret", "", "secret.update", store.Editor, false, "Act", "secret", theSecret, func(w *world, a store.Actor, x things) error {
		return errOf(w.PatchSecret(ctx, a, store.HookPlace(x.hook), x.secret, store.SecretPatch{Note: ptr("patched")}, nil))
	}},
	{"RemoveSecret", "", "secret.delete", store.Editor, false, "Act", "secret", theSecret, func(w *world, a store.Actor, x things) error {
		return w.RemoveSecret(ctx, a, store.HookPlace(x.hook), x.secret, nil)
	}},
	{"ReadSecretByID", "", "secret.read", store.Editor, false, "Act", "secret", theSecret, func(w *world, a store.Actor, x things) error {
		return errOf(w.ReadSecretByID(ctx, a, store.HookPlace(x.hook), x.secret))
	}},
	{"PageOfSecrets", "of the organization", "secret.list", store.Viewer, true, "View", "", noTarget, func(w *world, a store.Actor, x things) error {
		_, _, err := w.PageOfSecrets(ctx, a, store.OrganizationPlace(), 0, 10)
		return err
	}},
	{"PatchSecret", "of the organization", "secret.update", store.Admin, false, "Act", "own secret", theOwnSecret, func(w *world, a store.Actor, x things) error {
		return errOf(w.PatchSecret(ctx, a, store.OrganizationPlace(), x.ownSecret, store.SecretPatch{Note: ptr("patched")}, nil))
	}},
	{"RemoveSecret", "of the organization", "secret.delete", store.Admin, false, "Act", "own secret", theOwnSecret, func(w *world, a store.Actor, x things) error {
		return w.RemoveSecret(ctx, a, store.OrganizationPlace(), x.ownSecret, nil)
	}},
	{"ReadSecretByID", "of the organization", "secret.read", store.Editor, false, "Act", "own secret", theOwnSecret, func(w *world, a store.Actor, x things) error {
		return errOf(w.ReadSecretByID(ctx, a, store.OrganizationPlace(), x.ownSecret))
	}},
	{"DeleteSecret", "", "secret.delete", store.Editor, false, "Act", "secret", theSecret, func(w *world, a store.Actor, x things) error {
		return errOf(w.DeleteSecret(ctx, a, store.HookPlace(x.hook), x.secret, x.secretName))
	}},
	{"RestoreSecret", "", "secret.restore", store.Editor, false, "Act", "secret", theDeletedSecret, func(w *world, a store.Actor, x things) error {
		return errOf(w.RestoreSecret(ctx, a, store.HookPlace(x.hook), x.deletedSecret))
	}},
	{"SecretToDestroy", "", "secret.destroy", store.Editor, false, "View", "secret", theSecret, func(w *world, a store.Actor, x things) error {
		_, _, err := w.SecretToDestroy(ctx, a, store.HookPlace(x.hook), x.secret)
		return err
	}},
	{"DestroySecret", "", "secret.destroy", store.Editor, false, "Act", "secret", theSecret, func(w *world, a store.Actor, x things) error {
		return w.DestroySecret(ctx, a, store.HookPlace(x.hook), x.secret, x.secretName)
	}},
	{"DestroySecret", "deleted", "secret.destroy", store.Editor, false, "Act", "secret", theDeletedSecret, func(w *world, a store.Actor, x things) error {
		return w.DestroySecret(ctx, a, store.HookPlace(x.hook), x.deletedSecret, x.deletedSecretName)
	}},
	{"RevealSecret", "", "secret.reveal", store.Editor, false, "Act", "secret", theSecret, func(w *world, a store.Actor, x things) error {
		return errOf(w.RevealSecret(ctx, a, store.HookPlace(x.hook), x.secret, 0, ""))
	}},
	{"ExportNames", "", "export.names", store.Viewer, true, "Act", "hook", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.ExportNames(ctx, a, store.HookPlace(x.hook), "masked"))
	}},
	{"ExportNames", "of the organization", "export.names", store.Viewer, true, "Act", "", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.ExportNames(ctx, a, own, "masked"))
	}},
	{"ExportValues", "", "secret.export", store.Admin, false, "Act", "hook", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.ExportValues(ctx, a, store.HookPlace(x.hook), "a reason"))
	}},
	{"ExportValues", "of the organization", "secret.export", store.Admin, false, "Act", "", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.ExportValues(ctx, a, own, "a reason"))
	}},
	{"ExportHooks", "", "export.names", store.Viewer, true, "Act", "", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.ExportHooks(ctx, a, "masked"))
	}},
	{"ExportHookValues", "", "secret.export", store.Admin, false, "Act", "", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.ExportHookValues(ctx, a, "a reason"))
	}},
	{"CopySecret", "", "secret.copy", store.Editor, false, "Act", "secret", theSecret, func(w *world, a store.Actor, x things) error {
		return errOf(w.CopySecret(ctx, a, store.HookPlace(x.hook), x.secret, 0))
	}},
	{"PlanSecrets", "", "import.plan", store.Editor, false, "Act", "hook", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.planOne(a, store.HookPlace(x.hook)))
	}},
	{"PlanSecrets", "of the organization", "import.plan", store.Admin, false, "Act", "", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.planOne(a, own))
	}},
	{"PlanHooks", "", "import.plan", store.Editor, false, "Act", "", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.planOne(a, store.AllHooks()))
	}},
	{"PlanAgain", "", "import.plan", store.Editor, false, "Act", "hook", noTarget, func(w *world, a store.Actor, x things) error {
		return w.afterPlan(a, store.HookPlace(x.hook), store.EditHookSecrets, w.planAgain)
	}},
	{"PlanAgain", "of the organization", "import.plan", store.Admin, false, "Act", "", noTarget, func(w *world, a store.Actor, x things) error {
		return w.afterPlan(a, own, store.EditOrganizationSecrets, w.planAgain)
	}},
	{"PlanAgain", "of hooks", "import.plan", store.Editor, false, "Act", "", noTarget, func(w *world, a store.Actor, x things) error {
		return w.afterPlan(a, store.AllHooks(), store.EditHooks, w.planAgain)
	}},
	{"ApplyImport", "", "import.apply", store.Editor, false, "Act", "hook", noTarget, func(w *world, a store.Actor, x things) error {
		return w.afterPlan(a, store.HookPlace(x.hook), store.EditHookSecrets, w.apply)
	}},
	{"ApplyImport", "of the organization", "import.apply", store.Admin, false, "Act", "", noTarget, func(w *world, a store.Actor, x things) error {
		return w.afterPlan(a, own, store.EditOrganizationSecrets, w.apply)
	}},
	{"ApplyImport", "of hooks", "import.apply", store.Editor, false, "Act", "", noTarget, func(w *world, a store.Actor, x things) error {
		return w.afterPlan(a, store.AllHooks(), store.EditHooks, w.apply)
	}},
	{"UndoImport", "", "import.undo", store.Editor, false, "Act", "hook", noTarget, func(w *world, a store.Actor, x things) error {
		return w.afterPlan(a, store.HookPlace(x.hook), store.EditHookSecrets, w.applyAndUndo)
	}},
	{"UndoImport", "of the organization", "import.undo", store.Admin, false, "Act", "", noTarget, func(w *world, a store.Actor, x things) error {
		return w.afterPlan(a, own, store.EditOrganizationSecrets, w.applyAndUndo)
	}},
	{"UndoImport", "of hooks", "import.undo", store.Editor, false, "Act", "", noTarget, func(w *world, a store.Actor, x things) error {
		return w.afterPlan(a, store.AllHooks(), store.EditHooks, w.applyAndUndo)
	}},
	{"Imports", "", "import.plan", store.Editor, false, "View", "hook", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.Imports(ctx, a, store.HookPlace(x.hook)))
	}},
	{"Imports", "of the organization", "import.plan", store.Admin, false, "View", "", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.Imports(ctx, a, own))
	}},
	{"Imports", "of hooks", "import.plan", store.Editor, false, "View", "", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.Imports(ctx, a, store.AllHooks()))
	}},
}

// planOne plans to import one new thing into a place.
func (w *world) planOne(a store.Actor, in store.Place) (store.Plan, error) {
	w.imported++
	if in == store.AllHooks() {
		return w.PlanHooks(ctx, a, "auth0-yaml", []store.ImportedHook{{Name: fmt.Sprint("brought ", w.imported), Trigger: "credentials-exchange", Script: "x"}})
	}
	return w.PlanSecrets(ctx, a, in, "dotenv", []store.ImportedSecret{brought(fmt.Sprint("BROUGHT_", w.imported), "brought")})
}

// afterPlan is what is done with a plan that the actor made. Who may make none does it
// with one that isn't there.
func (w *world) afterPlan(a store.Actor, in store.Place, may store.Permission, do func(store.Actor, store.Place, store.Plan) error) error {
	if !a.Can(may) {
		return do(a, in, store.Plan{})
	}
	p, err := w.planOne(a, in)
	if err != nil {
		return err
	}
	return do(a, in, p)
}

func (w *world) planAgain(a store.Actor, in store.Place, p store.Plan) error {
	return errOf(w.PlanAgain(ctx, a, in, p.ID))
}

func (w *world) apply(a store.Actor, in store.Place, p store.Plan) error {
	return errOf(w.ApplyImport(ctx, a, in, p.ID, p.Token, store.AsPlanned()))
}

// applyAndUndo undoes one that isn't there where there is no plan to apply.
func (w *world) applyAndUndo(a store.Actor, in store.Place, p store.Plan) error {
	var done store.Applied
	if p.ID != "" {
		var err error
		if done, err = w.ApplyImport(ctx, a, in, p.ID, p.Token, store.AsPlanned()); err != nil {
			return err
		}
	}
	return errOf(w.UndoImport(ctx, a, in, done.Change))
}

// foreignOnly are calls that only the test of other organizations makes.
var foreignOnly = []call{
	{"PlanAgain", "of a plan", "import.plan", store.Editor, false, "Act", "secret", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.PlanAgain(ctx, a, store.HookPlace(x.hook), x.plan))
	}},
	{"PlanAgain", "of a plan of the organization", "import.plan", store.Admin, false, "Act", "own secret", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.PlanAgain(ctx, a, own, x.ownPlan))
	}},
	{"PlanAgain", "of a plan of hooks", "import.plan", store.Editor, false, "Act", "plan", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.PlanAgain(ctx, a, store.AllHooks(), x.hooksPlan))
	}},
	{"ApplyImport", "of a plan", "import.apply", store.Editor, false, "Act", "secret", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.ApplyImport(ctx, a, store.HookPlace(x.hook), x.plan, "", store.AsPlanned()))
	}},
	{"ApplyImport", "of a plan of the organization", "import.apply", store.Admin, false, "Act", "own secret", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.ApplyImport(ctx, a, own, x.ownPlan, "", store.AsPlanned()))
	}},
	{"ApplyImport", "of a plan of hooks", "import.apply", store.Editor, false, "Act", "plan", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.ApplyImport(ctx, a, store.AllHooks(), x.hooksPlan, "", store.AsPlanned()))
	}},
	{"UndoImport", "of a change", "import.undo", store.Editor, false, "Act", "secret", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.UndoImport(ctx, a, store.HookPlace(x.hook), x.change))
	}},
	{"UndoImport", "of a change of the organization", "import.undo", store.Admin, false, "Act", "own secret", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.UndoImport(ctx, a, own, x.ownChange))
	}},
	{"UndoImport", "of a change of hooks", "import.undo", store.Editor, false, "Act", "plan", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.UndoImport(ctx, a, store.AllHooks(), x.hooksChange))
	}},
	{"AuditAround", "", "audit.read", store.Viewer, true, "View", "entry", noTarget, func(w *world, a store.Actor, x things) error {
		return errOf(w.AuditAround(ctx, a, x.entry, 10))
	}},
	{"RevealSecret", "to prolong", "secret.reveal", store.Editor, false, "Act", "secret", theSecret, func(w *world, a store.Actor, x things) error {
		return errOf(w.RevealSecret(ctx, a, store.HookPlace(x.hook), x.secret, 0, x.entry))
	}},
}

// back gives somebody the role again that they acted in.
func (w *world) back(a store.Actor) error {
	_, err := w.file.Exec(`INSERT OR REPLACE INTO members (org, user, role, joined_at) VALUES (?, ?, ?, 0)`, a.Org().ID, a.ID(), a.Role().String())
	return err
}

// newThings makes one of everything in an organization.
func newThings(t testing.TB, w *world, slug string, n int) things {
	t.Helper()
	a := w.Actor(t, slug, "editor")
	hook, secrets := w.addHook(t, slug, fmt.Sprint("hook ", n), 2)
	deleted, _ := w.addHook(t, slug, fmt.Sprint("deleted ", n), 0)
	must(w.DeleteHook(ctx, a, deleted.ID, deleted.Name))(t)
	must(w.DeleteSecret(ctx, a, store.HookPlace(hook.ID), secrets[1].ID, secrets[1].Name))(t)
	revealed := must(w.RevealSecret(ctx, a, store.HookPlace(hook.ID), secrets[0].ID, 0, ""))(t)
	x := things{
		hook: hook.ID, hookName: hook.Name, secret: secrets[0].ID, secretName: secrets[0].Name,
		deletedHook: deleted.ID, deletedHookName: deleted.Name, deletedSecret: secrets[1].ID, deletedSecretName: secrets[1].Name, entry: revealed.Entry,
		member: fmt.Sprint("member", n, "@", slug, ".example"), person: fmt.Sprint("person", n, "@", slug, ".example"),
	}
	admin := w.Actor(t, slug, "admin")
	shared := w.addSecret(t, admin, own, fmt.Sprint("SHARED_", n), "shared value")
	gone := w.addSecret(t, admin, own, fmt.Sprint("GONE_", n), "gone value")
	must(w.DeleteSecret(ctx, admin, own, gone.ID, gone.Name))(t)
	x.ownSecret, x.ownSecretName, x.deletedOwnSecret, x.deletedOwnSecretName = shared.ID, shared.Name, gone.ID, gone.Name
	w.sql(t, `INSERT INTO members (org, user, role, joined_at) SELECT id, ?, 'viewer', 0 FROM organizations WHERE slug = ?`,
		w.addPerson(t, x.member), slug)
	w.addPerson(t, x.person)
	key, _, err := w.CreateKey(ctx, admin, store.NewKey{Name: fmt.Sprint("key ", n), Scopes: store.Scopes()})
	if err != nil {
		t.Fatal(err)
	}
	x.key, x.org = key.ID, a.Org().ID
	operator := must(w.OperatorIn(ctx, w.Operator(), slug))(t) // whose invitations outlast whoever leaves
	invited, _, err := w.CreateInvitation(ctx, operator, fmt.Sprint("invited", n, "@", slug, ".example"), store.Editor)
	if err != nil {
		t.Fatal(err)
	}
	x.invitation, x.invited = invited.ID, fmt.Sprint("new", n, "@", slug, ".example")
	return x
}

// S-16, A-01: every method by every role. Whoever may not is told so, changes
// nothing, and stands in the log with what they wanted.
func TestS16EveryMethodByEveryRole(t *testing.T) {
	for some := range slices.Chunk(calls, 10) { // each look at all of a world costs as much as it has seen
		everyMethodByEveryRole(t, some)
	}
}

func everyMethodByEveryRole(t *testing.T, calls []call) {
	w := newWorld(t)
	operator := must(w.OperatorIn(ctx, w.Operator(), acme))(t)
	kept, n := newThings(t, w, acme, 0), 0 // what is refused changes nothing, so it serves again
	for _, c := range calls {
		for _, role := range []string{"viewer", "editor", "admin", "owner", "operator"} {
			t.Run(c.method+" "+c.as+" by "+role, func(t *testing.T) {
				a, may, x := operator, c.operator, kept
				if role != "operator" {
					a = w.Actor(t, acme, role)
					may = a.Role() >= c.least
				}
				if may {
					n++
					if err := c.do(w, a, newThings(t, w, acme, n)); err != nil {
						t.Errorf("refused: %v", err)
					}
					return
				}
				entries, before := len(w.entries(t, acme)), w.state(t)
				wantCode(t, c.do(w, a, x), store.Denied)
				all := w.entries(t, acme)
				if len(all) != entries+1 {
					t.Fatalf("%d new entries, want one", len(all)-entries)
				}
				e := all[entries]
				if e.Outcome != "denied" || e.Action != c.action || str(e.ActorName) != a.Name() || (role != "operator" && str(e.Reason) != a.Role().Title()+" role") {
					t.Errorf("entry is %s %s by %s, %q", e.Action, e.Outcome, str(e.ActorName), str(e.Reason))
				}
				if want := c.about(x); want != "" && (str(e.Target) != want || str(e.TargetName) == "") {
					t.Errorf("entry is about %q %q, want %s with its name", str(e.Target), str(e.TargetName), want)
				}
				if after := w.state(t); after != before {
					t.Errorf("changed:\n%s\n%s", before, after)
				}
			})
		}
	}
	w.verify(t)
}

// The table above has every method that an actor in an organization asks.
func TestCallsAreComplete(t *testing.T) {
	var have []string
	for _, c := range slices.Concat(calls, foreignOnly) {
		have = append(have, c.method)
	}
	for m := range reflect.TypeFor[*store.Store]().Methods() {
		if m.Type.NumIn() > 2 && m.Type.In(2) == reflect.TypeFor[store.Actor]() && !slices.Contains(have, m.Name) {
			t.Errorf("%s is not in the table", m.Name)
		}
	}
}

// The buttons come from the same table as the doors.
func TestS16Can(t *testing.T) {
	w := newWorld(t)
	for p, least := range map[store.Permission]store.Role{
		store.EditHooks: store.Editor, store.EditHookSecrets: store.Editor, store.RevealHookSecrets: store.Editor, store.ReadAudit: store.Admin,
	} {
		for _, role := range storetest.Roles {
			a := w.Actor(t, acme, role)
			if a.Can(p) != (a.Role() >= least) {
				t.Errorf("permission %d, %s: %v", p, role, a.Can(p))
			}
		}
	}
}
