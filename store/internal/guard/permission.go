package guard

import "fmt"

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
// Operate what the operator may do on the host; neither comes with a role.
const (
	SeeHooks Permission = iota + 1
	SeeOwnEntries
	SeeMembers
	EditHooks
	EditHookSecrets
	RevealHookSecrets
	RevealOrganizationSecrets
	EditOrganizationSecrets
	ReadAudit
	ManageMembers
	ManageOrganization
	MakeAdmins
	OwnAccount
	Operate
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
	SeeMembers:                {"see who the members are", Viewer, true},
	EditHooks:                 {"create, edit, enable, delete hooks", Editor, false},
	EditHookSecrets:           {"add, edit, delete, restore hook secrets", Editor, false},
	RevealHookSecrets:         {"reveal and copy hook secrets", Editor, false},
	RevealOrganizationSecrets: {"reveal and copy organization secrets", Editor, false},
	EditOrganizationSecrets:   {"add, edit, delete, restore organization secrets", Admin, false},
	ReadAudit:                 {"read and export the whole audit log", Admin, true},
	ManageMembers:             {"add and remove members, change their roles", Admin, true},
	ManageOrganization:        {"change the organization itself", Owner, true},
	MakeAdmins:                {"make or unmake owners and admins", Owner, true},
}

// Action is something that leaves an audit entry: its name there, the permission
// it needs, and whether it needs a recent confirmation by password. Only this
// table makes actions.
type Action struct {
	name    string
	need    Permission
	confirm bool
}

// Name is the action as audit entries write it, resource.verb.
func (a Action) Name() string { return a.name }

// recently marks the actions that ask for the password again when sign-in or the
// last confirmation is older than ConfirmFor.
const recently = true

// The actions.
var (
	HookRead    = Action{"hook.read", SeeHooks, false}
	HookCreate  = Action{"hook.create", EditHooks, false}
	HookUpdate  = Action{"hook.update", EditHooks, false}
	HookEnable  = Action{"hook.enable", EditHooks, false}
	HookDisable = Action{"hook.disable", EditHooks, false}
	HookDelete  = Action{"hook.delete", EditHooks, false}
	HookRestore = Action{"hook.restore", EditHooks, false}

	SecretRead    = Action{"secret.list", SeeHooks, false}
	SecretCreate  = Action{"secret.create", EditHookSecrets, false}
	SecretUpdate  = Action{"secret.update", EditHookSecrets, false}
	SecretDelete  = Action{"secret.delete", EditHookSecrets, false}
	SecretRestore = Action{"secret.restore", EditHookSecrets, false}
	SecretReveal  = Action{"secret.reveal", RevealHookSecrets, recently}
	SecretCopy    = Action{"secret.copy", RevealHookSecrets, recently}

	OrganizationSecretCreate  = Action{"secret.create", EditOrganizationSecrets, false}
	OrganizationSecretUpdate  = Action{"secret.update", EditOrganizationSecrets, false}
	OrganizationSecretDelete  = Action{"secret.delete", EditOrganizationSecrets, false}
	OrganizationSecretRestore = Action{"secret.restore", EditOrganizationSecrets, false}
	OrganizationSecretReveal  = Action{"secret.reveal", RevealOrganizationSecrets, recently}
	OrganizationSecretCopy    = Action{"secret.copy", RevealOrganizationSecrets, recently}

	AuditRead    = Action{"audit.read", SeeOwnEntries, false}
	AuditExport  = Action{"audit.export", ReadAudit, false}
	MemberList   = Action{"member.list", SeeMembers, false}
	MemberAdd    = Action{"member.add", ManageMembers, recently}
	MemberRole   = Action{"member.role", ManageMembers, recently}
	MemberRemove = Action{"member.remove", ManageMembers, recently}

	UserCreate         = Action{"user.create", Operate, false}
	ResetLinkCreate    = Action{"reset_link.create", Operate, false}
	OrganizationCreate = Action{"organization.create", Operate, false}
	ServerInit         = Action{"server.init", Operate, false}
	SetupToken         = Action{"setup.open", Operate, false}

	UserSignOut        = Action{"user.sign_out", OwnAccount, false}
	UserConfirm        = Action{"user.confirm", OwnAccount, false}
	UserChangePassword = Action{"user.change_password", OwnAccount, false}

	UserSignIn        = Action{"user.sign_in", 0, false}
	UserResetPassword = Action{"user.reset_password", 0, false}
	SetupDone         = Action{"setup.done", 0, false}
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
	case w.org.ID == "":
		return false
	case w.kind == kindOperator:
		return permissions[p].operator
	}
	row, known := permissions[p]
	return known && w.role >= row.from
}
