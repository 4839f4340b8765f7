package guard

import "slices"

// The classes of actions that somebody may look for in a log.
const (
	ClassOpen   = string(opens)
	ClassChange = string(changes)
)

// actions is every action, by what it is about.
var actions = []Action{
	SecretReveal, SecretCopy, SecretFetch, SecretBurst, SecretRead, SecretCreate, SecretUpdate, SecretDelete, SecretRestore, SecretDestroy, SecretPurge,
	OrganizationSecretReveal, OrganizationSecretCopy, OrganizationSecretFetch, OrganizationSecretRead, OrganizationSecretCreate, OrganizationSecretUpdate,
	OrganizationSecretDelete, OrganizationSecretRestore, OrganizationSecretDestroy,
	HookRead, HookCreate, HookUpdate, HookEnable, HookDisable, HookDelete, HookRestore, HookDestroy, HookPurge,
	HookImportPlan, HookImport, HookImportUndo, SecretImportPlan, SecretImport, SecretImportUndo,
	OrganizationSecretImportPlan, OrganizationSecretImport, OrganizationSecretImportUndo, SecretExport, SecretExportRest, NamesExport, OrganizationNamesExport,
	MemberList, MemberAdd, MemberRole, MemberTransfer, MemberSignOut, MemberRemove, MemberLeave,
	InvitationList, InvitationCreate, InvitationRenew, InvitationRevoke, InvitationAccept,
	KeyList, KeyCreate, KeyRevoke, KeyAdopt, KeyUse, TokenMake,
	AuditRead, AuditExport,
	OrganizationRead, OrganizationUpdate, OrganizationDelete, OrganizationCreate, OrganizationFound, UserCreate, ResetLinkCreate, ServerInit, SetupToken, SetupDone,
	UserSignIn, UserSignOut, UserConfirm, UserRead, UserUpdate, UserEndSession, UserChangePassword, UserResetPassword,
}

// ClassOf is the class that an action counts in, "" if there is no such action.
func ClassOf(name string) string {
	i := slices.IndexFunc(actions, func(a Action) bool { return a.name == name })
	if i < 0 {
		return ""
	}
	return string(actions[i].class)
}

// ActionsOf names the actions of a class.
func ActionsOf(class string) []string {
	return namesOf(func(a Action) bool { return string(a.class) == class })
}

// MemberActions names the actions of members that leave an entry when they are
// done: all that is worth looking for in the log of an organization.
func MemberActions() []string {
	return namesOf(func(a Action) bool {
		_, ofARole := permissions[a.need]
		return (ofARole || a.need == Join) && (a.class != looks || a == SecretBurst)
	})
}

func namesOf(wanted func(Action) bool) []string {
	var names []string
	for _, a := range actions {
		if wanted(a) && !slices.Contains(names, a.name) {
			names = append(names, a.name)
		}
	}
	return names
}
