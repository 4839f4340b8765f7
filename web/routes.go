package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"hooksafe/handlers/apiv1"
	"hooksafe/handlers/apiv2"
	"hooksafe/handlers/dashboard"
	"hooksafe/handlers/openapi"
	"hooksafe/static"
)

// Routes whose bodies may be longer than others, or are of other kinds.
const (
	hookRoute       = "/orgs/:org/hooks/:hook"
	ownSecretsRoute = "/orgs/:org/settings/secrets"

	importHooksRoute      = "/orgs/:org/hooks/import"
	importSecretsRoute    = "/orgs/:org/hooks/:hook/secrets/import"
	importOwnSecretsRoute = "/orgs/:org/settings/secrets/import"
	apiHooksRoute         = "/api/v2/hooks"
	apiHookRoute          = "/api/v2/hooks/:hook"
	apiSecretsRoute       = "/api/v2/hooks/:hook/secrets"
	tokenRoute            = "/oauth/token"
)

// takesFile are the routes whose form may bring a file, and so come in parts.
var takesFile = map[string]bool{
	hookRoute:                           true,
	hookRoute + "/secrets":              true,
	hookRoute + "/secrets/:secret/edit": true,
	ownSecretsRoute:                     true,
	ownSecretsRoute + "/:secret/edit":   true,
	importHooksRoute:                    true,
	importSecretsRoute:                  true,
	importOwnSecretsRoute:               true,
}

// routes is every address there is: method, path, who is let in, handler. What
// is not here is a 404, or a 405 where the path takes another method.
func routes(e *echo.Echo, in doors, d *dashboard.Dashboard, v1 *apiv1.API, v2 *apiv2.API, r *readiness) {
	get := func(path string, h echo.HandlerFunc) { e.Match([]string{http.MethodGet, http.MethodHead}, path, h) }
	post := func(path string, h echo.HandlerFunc) { e.POST(path, h) }

	get(healthPath, healthy)
	get(readyPath, r.ready)
	get(staticPrefix+"*", echo.WrapHandler(static.Handler()))

	get("/setup", in.public(d.SetupPage))
	post("/setup", in.public(d.Setup))
	get("/login", in.public(d.SignInPage))
	post("/login", in.public(d.SignIn))
	post("/logout", in.signedIn(d.SignOut))
	get("/reset/:token", in.public(d.ResetLink))
	get("/reset", in.public(d.ResetPage))
	post("/reset", in.public(d.Reset))
	get("/invitations/:token", in.public(d.InvitationLink))
	get("/invitations", in.anybody(d.InvitationPage))
	post("/invitations", in.anybody(d.AcceptInvitation))

	get("/", in.signedIn(d.Home))
	get("/hooks", in.signedIn(d.Home))
	get("/account", in.signedIn(d.Account))
	post("/account/password", in.signedIn(d.ChangePassword))
	post("/account/profile", in.signedIn(d.UpdateProfile))
	post("/account/appearance", in.signedIn(d.SetAppearance))
	post("/account/sessions/end-others", in.signedIn(d.EndOtherSessions))
	post("/account/sessions/:session/end", in.signedIn(d.EndSession))
	get("/keys", in.signedIn(d.Keys))
	get("/search", in.signedIn(d.SearchAnywhere))

	get("/orgs/new", in.signedIn(d.NewOrganization))
	post("/orgs/new", in.signedIn(d.FoundOrganization))
	get("/orgs/:org", in.member(d.Organization))
	get("/orgs/:org/audit", in.member(d.Audit))
	post("/orgs/:org/audit/export", in.member(d.ExportAudit))
	get("/orgs/:org/search", in.member(d.Search))
	get("/orgs/:org/settings", in.member(d.Settings))
	get("/orgs/:org/settings/secrets", in.member(d.Secrets))
	post("/orgs/:org/settings/secrets", in.member(d.AddSecret))
	get("/orgs/:org/settings/secrets/new", in.member(d.NewSecret))
	get("/orgs/:org/settings/secrets/export", in.member(d.AskExportSecrets))
	post("/orgs/:org/settings/secrets/export", in.member(d.ExportSecrets))
	get("/orgs/:org/settings/secrets/:secret", in.member(d.SecretDetail))
	get("/orgs/:org/settings/secrets/:secret/row", in.member(d.SecretRow))
	get("/orgs/:org/settings/secrets/:secret/edit", in.member(d.EditSecret))
	post("/orgs/:org/settings/secrets/:secret/edit", in.member(d.ChangeSecret))
	post("/orgs/:org/settings/secrets/:secret/reveal", in.member(d.RevealSecret))
	post("/orgs/:org/settings/secrets/:secret/copy", in.member(d.CopySecret))
	get("/orgs/:org/settings/secrets/:secret/versions/:version", in.member(d.SecretVersion))
	post("/orgs/:org/settings/secrets/:secret/versions/:version/reveal", in.member(d.RevealSecret))
	post("/orgs/:org/settings/secrets/:secret/versions/:version/copy", in.member(d.CopySecret))
	post("/orgs/:org/settings/secrets/:secret/versions/:version/restore", in.member(d.RestoreSecretVersion))
	get("/orgs/:org/settings/secrets/:secret/delete", in.member(d.AskDeleteSecret))
	post("/orgs/:org/settings/secrets/:secret/delete", in.member(d.DeleteSecret))
	post("/orgs/:org/settings/secrets/:secret/restore", in.member(d.RestoreSecret))
	get("/orgs/:org/settings/secrets/:secret/destroy", in.member(d.AskDestroySecret))
	post("/orgs/:org/settings/secrets/:secret/destroy", in.member(d.DestroySecret))
	get("/orgs/:org/settings/members", in.member(d.Members))
	post("/orgs/:org/settings/members/:user/sign-out", in.member(d.SignOutMember))
	post("/orgs/:org/settings/members/:user/role", in.member(d.SetMemberRole))
	get("/orgs/:org/settings/members/:user/remove", in.member(d.AskRemoveMember))
	post("/orgs/:org/settings/members/:user/remove", in.member(d.RemoveMember))
	get("/orgs/:org/settings/members/:user/transfer", in.member(d.AskTransfer))
	post("/orgs/:org/settings/members/:user/transfer", in.member(d.Transfer))
	get("/orgs/:org/settings/members/leave", in.member(d.AskLeave))
	post("/orgs/:org/settings/members/leave", in.member(d.Leave))
	get("/orgs/:org/settings/members/invite", in.member(d.NewInvitation))
	post("/orgs/:org/settings/members/invitations", in.member(d.CreateInvitation))
	get("/orgs/:org/settings/members/invitations/:invitation/renew", in.member(d.AskRenewInvitation))
	post("/orgs/:org/settings/members/invitations/:invitation/renew", in.member(d.RenewInvitation))
	get("/orgs/:org/settings/members/invitations/:invitation/revoke", in.member(d.AskRevokeInvitation))
	post("/orgs/:org/settings/members/invitations/:invitation/revoke", in.member(d.RevokeInvitation))
	get("/orgs/:org/settings/api-keys", in.member(d.APIKeys))
	post("/orgs/:org/settings/api-keys", in.member(d.CreateAPIKey))
	get("/orgs/:org/settings/api-keys/new", in.member(d.NewAPIKey))
	get("/orgs/:org/settings/api-keys/calls", in.member(d.APICalls))
	get("/orgs/:org/settings/api-keys/:key/revoke", in.member(d.AskRevokeAPIKey))
	post("/orgs/:org/settings/api-keys/:key/revoke", in.member(d.RevokeAPIKey))
	get("/orgs/:org/settings/general", in.member(d.General))
	post("/orgs/:org/settings/general", in.member(d.RenameOrganization))
	post("/orgs/:org/settings/general/values", in.member(d.ChangeSettings))
	get("/orgs/:org/settings/general/delete", in.member(d.AskDeleteOrganization))
	post("/orgs/:org/settings/general/delete", in.member(d.DeleteOrganization))
	get("/orgs/:org/hooks", in.member(d.Hooks))
	post("/orgs/:org/hooks", in.member(d.CreateHook))
	get("/orgs/:org/hooks/new", in.member(d.NewHook))
	get("/orgs/:org/hooks/export", in.member(d.AskExportHooks))
	post("/orgs/:org/hooks/export", in.member(d.ExportHooks))
	get("/orgs/:org/hooks/:hook", in.member(d.Hook))
	post("/orgs/:org/hooks/:hook", in.member(d.SaveHook))
	post("/orgs/:org/hooks/:hook/enabled", in.member(d.EnableHook))
	get("/orgs/:org/hooks/:hook/delete", in.member(d.AskDeleteHook))
	post("/orgs/:org/hooks/:hook/delete", in.member(d.DeleteHook))
	post("/orgs/:org/hooks/:hook/restore", in.member(d.RestoreHook))
	get("/orgs/:org/hooks/:hook/destroy", in.member(d.AskDestroyHook))
	post("/orgs/:org/hooks/:hook/destroy", in.member(d.DestroyHook))
	get("/orgs/:org/hooks/:hook/duplicate", in.member(d.AskDuplicateHook))
	post("/orgs/:org/hooks/:hook/duplicate", in.member(d.DuplicateHook))

	get("/orgs/:org/hooks/:hook/versions", in.member(d.ScriptVersions))
	get("/orgs/:org/hooks/:hook/versions/:version", in.member(d.ScriptVersion))
	post("/orgs/:org/hooks/:hook/versions/:version/restore", in.member(d.RestoreScript))
	get("/orgs/:org/hooks/:hook/activity", in.member(d.HookActivity))

	get("/orgs/:org/hooks/:hook/secrets", in.member(d.Secrets))
	post("/orgs/:org/hooks/:hook/secrets", in.member(d.AddSecret))
	get("/orgs/:org/hooks/:hook/secrets/new", in.member(d.NewSecret))
	get("/orgs/:org/hooks/:hook/secrets/export", in.member(d.AskExportSecrets))
	post("/orgs/:org/hooks/:hook/secrets/export", in.member(d.ExportSecrets))
	get("/orgs/:org/hooks/:hook/secrets/:secret", in.member(d.SecretDetail))
	get("/orgs/:org/hooks/:hook/secrets/:secret/row", in.member(d.SecretRow))
	get("/orgs/:org/hooks/:hook/secrets/:secret/edit", in.member(d.EditSecret))
	post("/orgs/:org/hooks/:hook/secrets/:secret/edit", in.member(d.ChangeSecret))
	post("/orgs/:org/hooks/:hook/secrets/:secret/reveal", in.member(d.RevealSecret))
	post("/orgs/:org/hooks/:hook/secrets/:secret/copy", in.member(d.CopySecret))
	get("/orgs/:org/hooks/:hook/secrets/:secret/versions/:version", in.member(d.SecretVersion))
	post("/orgs/:org/hooks/:hook/secrets/:secret/versions/:version/reveal", in.member(d.RevealSecret))
	post("/orgs/:org/hooks/:hook/secrets/:secret/versions/:version/copy", in.member(d.CopySecret))
	post("/orgs/:org/hooks/:hook/secrets/:secret/versions/:version/restore", in.member(d.RestoreSecretVersion))
	get("/orgs/:org/hooks/:hook/secrets/:secret/delete", in.member(d.AskDeleteSecret))
	post("/orgs/:org/hooks/:hook/secrets/:secret/delete", in.member(d.DeleteSecret))
	post("/orgs/:org/hooks/:hook/secrets/:secret/restore", in.member(d.RestoreSecret))

	get("/api/openapi.json", in.key(openapi.Serve))
	post(tokenRoute, in.public(v2.Token))
	get(apiHooksRoute, in.key(v2.Hooks))
	post(apiHooksRoute, in.key(v2.CreateHook))
	get(apiHookRoute, in.key(v2.Hook))
	e.PATCH(apiHookRoute, in.key(v2.ChangeHook))
	e.DELETE(apiHookRoute, in.key(v2.DeleteHook))
	get(apiSecretsRoute, in.key(v2.Secrets))
	post(apiSecretsRoute, in.key(v2.AddSecrets))
	e.PATCH(apiSecretsRoute, in.key(v2.ChangeSecrets))
	e.DELETE(apiSecretsRoute, in.key(v2.DeleteSecrets))

	e.GET("/api/v1/hooks/:hook/secrets/:name/value", in.key(v1.HookSecretValue)) // no HEAD: it would reveal to nobody
	get(apiv1.SecretsPath, in.key(v1.Secrets))
	post(apiv1.SecretsPath, in.key(v1.CreateSecret))
	get(apiv1.SecretsPath+"/:secret", in.key(v1.Secret))
	e.PUT(apiv1.SecretsPath+"/:secret", in.key(v1.ChangeSecret))
	e.DELETE(apiv1.SecretsPath+"/:secret", in.key(v1.DeleteSecret))
	e.GET(apiv1.SecretsPath+"/:secret/value", in.key(v1.SecretValue)) // no HEAD either
	post(apiv1.ImportsPath, in.key(v1.PlanImport))
	post(apiv1.ImportsPath+"/:plan", in.key(v1.ApplyImport))
	get("/orgs/:org/hooks/:hook/secrets/:secret/destroy", in.member(d.AskDestroySecret))
	post("/orgs/:org/hooks/:hook/secrets/:secret/destroy", in.member(d.DestroySecret))

	get(importHooksRoute, in.member(d.NewImport))
	post(importHooksRoute, in.member(d.PlanImport))
	post(importHooksRoute+"/:plan", in.member(d.ApplyImport))
	post("/orgs/:org/hooks/imports/:change/undo", in.member(d.UndoImport))
	get(importSecretsRoute, in.member(d.NewImport))
	post(importSecretsRoute, in.member(d.PlanImport))
	post(importSecretsRoute+"/:plan", in.member(d.ApplyImport))
	post("/orgs/:org/hooks/:hook/secrets/imports/:change/undo", in.member(d.UndoImport))
	get(importOwnSecretsRoute, in.member(d.NewImport))
	post(importOwnSecretsRoute, in.member(d.PlanImport))
	post(importOwnSecretsRoute+"/:plan", in.member(d.ApplyImport))
	post("/orgs/:org/settings/secrets/imports/:change/undo", in.member(d.UndoImport))
}
