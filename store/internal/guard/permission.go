package guard

import (
	"fmt"
	"maps"
	"slices"
)

// Role is what a member may do in one organization. A higher one holds every
// permission of the lower ones.
type Role uint8

// The roles, lowest first.
const (
	Viewer Role = iota + 1
	Editor
	Admin
	Owner
)

var roleNames = map[Role][2]string{
	Viewer: {"viewer", "Viewer"},
	Editor: {"editor", "Editor"},
	Admin:  {"admin", "Admin"},
	Owner:  {"owner", "Owner"},
}

// ParseRole reads a role's name in lower case.
func ParseRole(name string) (Role, error) {
	for role, names := range roleNames {
		if names[0] == name {
			return role, nil
		}
	}
	return 0, Errorf(Invalid, "role", "Use one of the roles owner, admin, editor, viewer.")
}

// String is the name as it is stored.
func (r Role) String() string { return roleNames[r][0] }

// Title is the name as pages show it.
func (r Role) Title() string { return roleNames[r][1] }

// Scan reads the stored name.
func (r *Role) Scan(src any) error {
	name, ok := src.(string)
	if !ok {
		return fmt.Errorf("a role is text, not %T", src)
	}
	role, err := ParseRole(name)
	*r = role
	return err
}

// Permission is one thing that a role may do.
type Permission uint8

// The permissions. OwnAccount is what a signed-in person may do to themselves,
// UseKey what an API key may do with itself, Join what an invitation allows, Operate
// what the operator may do on the host, Purge what the server does by itself; none of
// them comes with a role.
const (
	SeeHooks Permission = iota + 1
	SeeOrganizationSecrets
	SeeOwnEntries
	SeeMembers
	Leave
	EditHooks
	EditHookSecrets
	RevealHookSecrets
	RevealOrganizationSecrets
	EditOrganizationSecrets
	ExportValues
	ReadAudit
	ManageMembers
	ManageKeys
	ManageOrganization
	MakeAdmins
	EndSessions
	OwnAccount
	UseKey
	Join
	Operate
	Purge
)

// permissions is the table of roles: the lowest role that holds a permission,
// and whether the operator's commands hold it too. No command opens a value.
var permissions = map[Permission]struct {
	words    string
	from     Role
	operator bool
}{
	SeeHooks:                  {"see hooks, scripts, names, notes, versions", Viewer, true},
	SeeOwnEntries:             {"see own audit entries", Viewer, true},
	SeeOrganizationSecrets:    {"see organization secrets: names, notes, versions", Viewer, true},
	SeeMembers:                {"see who the members are", Viewer, true},
	Leave:                     {"leave the organization", Viewer, false},
	EditHooks:                 {"create, edit, enable, delete, import hooks", Editor, false},
	EditHookSecrets:           {"add, edit, delete, import, restore hook secrets", Editor, false},
	RevealHookSecrets:         {"reveal and copy hook secrets", Editor, false},
	RevealOrganizationSecrets: {"reveal and copy organization secrets", Editor, false},
	EditOrganizationSecrets:   {"add, edit, delete, import, restore organization secrets", Admin, false},
	ExportValues:              {"export values", Admin, false},
	ReadAudit:                 {"read and export the whole audit log", Admin, true},
	ManageMembers:             {"invite and remove members, change their roles", Admin, true},
	ManageKeys:                {"make and revoke API keys", Admin, true},
	ManageOrganization:        {"change the organization itself, or delete it", Owner, true},
	MakeAdmins:                {"make or unmake owners and admins", Owner, true},
	EndSessions:               {"sign members out", Owner, false},
}

// Right is a row of the table of roles as it holds in an organization.
type Right struct {
	Permission Permission
	Words      string
	From       Role // the lowest role that holds it
	Lifted     bool // by a setting: the table itself says a lower one
}

// Rights are the table of roles under these settings, lowest role first.
func (s Settings) Rights() []Right {
	rights := make([]Right, 0, len(permissions))
	for _, p := range slices.Sorted(maps.Keys(permissions)) {
		row := permissions[p]
		from := s.from(p, row.from)
		rights = append(rights, Right{p, row.words, from, from > row.from})
	}
	return rights
}

// HandOut is the permission that it takes to give somebody a role, or to take it away.
func HandOut(role Role) Permission {
	if role >= Admin {
		return MakeAdmins
	}
	return ManageMembers
}

// Action is something that leaves an audit entry: its name there, the permission
// it needs, whether it needs a recent confirmation by password, and the class it
// counts in. Only this table makes actions.
type Action struct {
	name    string
	need    Permission
	confirm bool
	class   class
}

// class is what the day's totals tell apart.
type class string

const (
	opens   class = "open"   // a value was seen or taken
	changes class = "change" // something is different now
	reads   class = "read"   // a program was given a value
	looks   class = "look"   // neither
)

// Name is the action as audit entries write it, resource.verb.
func (a Action) Name() string { return a.name }

// recently marks the actions that ask for the password again when sign-in or the
// last confirmation is older than ConfirmFor.
const recently = true

// The actions.
var (
	HookRead    = Action{"hook.read", SeeHooks, false, looks}
	HookCreate  = Action{"hook.create", EditHooks, false, changes}
	HookUpdate  = Action{"hook.update", EditHooks, false, changes}
	HookEnable  = Action{"hook.enable", EditHooks, false, changes}
	HookDisable = Action{"hook.disable", EditHooks, false, changes}
	HookDelete  = Action{"hook.delete", EditHooks, false, changes}
	HookRestore = Action{"hook.restore", EditHooks, false, changes}
	HookDestroy = Action{"hook.destroy", EditHooks, false, changes}
	HookPurge   = Action{"hook.destroy", Purge, false, changes}

	SecretRead    = Action{"secret.list", SeeHooks, false, looks}
	SecretCreate  = Action{"secret.create", EditHookSecrets, false, changes}
	SecretUpdate  = Action{"secret.update", EditHookSecrets, false, changes}
	SecretDelete  = Action{"secret.delete", EditHookSecrets, false, changes}
	SecretRestore = Action{"secret.restore", EditHookSecrets, false, changes}
	SecretDestroy = Action{"secret.destroy", EditHookSecrets, false, changes}
	SecretPurge   = Action{"secret.destroy", Purge, false, changes}
	SecretBurst   = Action{"secret.burst", RevealHookSecrets, false, looks}
	SecretFetch   = Action{"secret.read", RevealHookSecrets, false, reads}
	SecretReveal  = Action{"secret.reveal", RevealHookSecrets, recently, opens}
	SecretCopy    = Action{"secret.copy", RevealHookSecrets, recently, opens}

	OrganizationSecretRead    = Action{"secret.list", SeeOrganizationSecrets, false, looks}
	OrganizationSecretCreate  = Action{"secret.create", EditOrganizationSecrets, false, changes}
	OrganizationSecretUpdate  = Action{"secret.update", EditOrganizationSecrets, false, changes}
	OrganizationSecretDelete  = Action{"secret.delete", EditOrganizationSecrets, false, changes}
	OrganizationSecretRestore = Action{"secret.restore", EditOrganizationSecrets, false, changes}
	OrganizationSecretDestroy = Action{"secret.destroy", EditOrganizationSecrets, false, changes}
	OrganizationSecretFetch   = Action{"secret.read", RevealOrganizationSecrets, false, reads}
	OrganizationSecretReveal  = Action{"secret.reveal", RevealOrganizationSecrets, recently, opens}
	OrganizationSecretCopy    = Action{"secret.copy", RevealOrganizationSecrets, recently, opens}

	// Where two places ask for the same permission, one action is for both.
	HookImportPlan               = Action{"import.plan", EditHooks, false, looks}
	HookImport                   = Action{"import.apply", EditHooks, false, changes}
	HookImportUndo               = Action{"import.undo", EditHooks, false, changes}
	SecretImportPlan             = Action{"import.plan", EditHookSecrets, false, looks}
	SecretImport                 = Action{"import.apply", EditHookSecrets, false, changes}
	SecretImportUndo             = Action{"import.undo", EditHookSecrets, false, changes}
	OrganizationSecretImportPlan = Action{"import.plan", EditOrganizationSecrets, false, looks}
	OrganizationSecretImport     = Action{"import.apply", EditOrganizationSecrets, false, changes}
	OrganizationSecretImportUndo = Action{"import.undo", EditOrganizationSecrets, false, changes}

	// An export asks for the password once: what follows its first values comes without.
	SecretExport            = Action{"secret.export", ExportValues, recently, opens}
	SecretExportRest        = Action{"secret.export", ExportValues, false, opens}
	NamesExport             = Action{"export.names", SeeHooks, false, looks}
	OrganizationNamesExport = Action{"export.names", SeeOrganizationSecrets, false, looks}

	AuditRead   = Action{"audit.read", SeeOwnEntries, false, looks}
	AuditExport = Action{"audit.export", ReadAudit, false, changes}

	MemberList     = Action{"member.list", SeeMembers, false, looks}
	MemberAdd      = Action{"member.add", ManageMembers, recently, changes}
	MemberRole     = Action{"member.role", ManageMembers, recently, changes}
	MemberTransfer = Action{"member.transfer", MakeAdmins, recently, changes}
	MemberSignOut  = Action{"member.sign_out", EndSessions, false, changes}
	MemberRemove   = Action{"member.remove", ManageMembers, recently, changes}
	MemberLeave    = Action{"member.leave", Leave, false, changes}

	InvitationList   = Action{"invitation.list", ManageMembers, false, looks}
	InvitationCreate = Action{"invitation.create", ManageMembers, recently, changes}
	InvitationRenew  = Action{"invitation.renew", ManageMembers, recently, changes}
	InvitationRevoke = Action{"invitation.revoke", ManageMembers, recently, changes}
	InvitationAccept = Action{"invitation.accept", Join, false, changes}

	OrganizationRead   = Action{"organization.read", ManageOrganization, false, looks}
	OrganizationUpdate = Action{"organization.update", ManageOrganization, recently, changes}
	OrganizationDelete = Action{"organization.delete", ManageOrganization, recently, changes}
	OrganizationFound  = Action{"organization.create", OwnAccount, false, changes}

	KeyList   = Action{"key.list", ManageKeys, false, looks}
	KeyCreate = Action{"key.create", ManageKeys, recently, changes}
	KeyRevoke = Action{"key.revoke", ManageKeys, recently, changes}
	KeyAdopt  = Action{"key.adopt", ManageKeys, recently, changes}
	KeyUse    = Action{"key.use", 0, false, looks}
	TokenMake = Action{"access_token.create", UseKey, false, looks}

	UserCreate         = Action{"user.create", Operate, false, changes}
	ResetLinkCreate    = Action{"reset_link.create", Operate, false, changes}
	OrganizationCreate = Action{"organization.create", Operate, false, changes}
	ServerInit         = Action{"server.init", Operate, false, changes}
	SetupToken         = Action{"setup.open", Operate, false, changes}

	UserSignOut        = Action{"user.sign_out", OwnAccount, false, looks}
	UserRead           = Action{"user.read", OwnAccount, false, looks}
	UserUpdate         = Action{"user.update", OwnAccount, false, changes}
	UserEndSession     = Action{"session.end", OwnAccount, false, changes}
	UserConfirm        = Action{"user.confirm", OwnAccount, false, looks}
	UserChangePassword = Action{"user.change_password", OwnAccount, false, changes}

	UserSignIn        = Action{"user.sign_in", 0, false, looks}
	UserResetPassword = Action{"user.reset_password", 0, false, changes}
	SetupDone         = Action{"setup.done", 0, false, changes}
)

// holds says whether an identity has a permission.
func (w identity) holds(p Permission) bool {
	switch {
	case p == 0:
		return w.kind == kindNobody
	case p == Operate:
		return w.kind == kindOperator
	case p == OwnAccount:
		return w.kind == kindUser
	case p == UseKey:
		return w.kind == kindKey
	case p == Join:
		return w.joining
	case p == Purge:
		return w.kind == kindServer
	case w.org.ID == "":
		return false
	case w.kind == kindOperator:
		return permissions[p].operator && (!w.ended || p == ReadAudit || p == SeeOwnEntries)
	}
	row, known := permissions[p]
	return known && w.role >= w.settings.from(p, row.from)
}
