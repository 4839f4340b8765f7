package dashboard

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
)

// The addresses that do not depend on anything.
const (
	homeURL     = "/"
	signInURL   = "/login"
	signOutURL  = "/logout"
	setupURL    = "/setup"
	resetURL    = "/reset"
	joinURL     = "/invitations"
	accountURL  = "/account"
	passwordURL = "/account/password"

	anySearchURL = "/search"
	keysURL      = "/keys"

	newOrganizationURL = "/orgs/new"

	profileURL    = "/account/profile"
	appearanceURL = "/account/appearance"
	othersURL     = "/account/sessions/end-others"
)

func hooksURL(org string) string               { return "/orgs/" + org + "/hooks" }
func auditURL(org string) string               { return "/orgs/" + org + "/audit" }
func searchURL(org string) string              { return "/orgs/" + org + "/search" }
func personURL(org, user string) string        { return with(auditURL(org), "person", user) + "&period=all" }
func endSessionURL(session string) string      { return "/account/sessions/" + session + "/end" }
func settingsURL(org string) string            { return "/orgs/" + org + "/settings" }
func organizationSecretsURL(org string) string { return settingsURL(org) + "/secrets" }
func membersURL(org string) string             { return settingsURL(org) + "/members" }
func memberURL(org, user string) string        { return membersURL(org) + "/" + user }
func invitationURL(org, id string) string      { return membersURL(org) + "/invitations/" + id }
func generalURL(org string) string             { return settingsURL(org) + "/general" }
func hookURL(org, hook string) string          { return hooksURL(org) + "/" + hook }
func secretsURL(org, hook string) string       { return hookURL(org, hook) + "/secrets" }
func secretURL(org, hook, id string) string    { return secretsURL(org, hook) + "/" + id }
func activityURL(org, hook string) string      { return hookURL(org, hook) + "/activity" }
func secretAuditURL(org, id string) string     { return auditURL(org) + "?target=" + id + "&period=all" }
func entryURL(org, entry string) string        { return auditURL(org) + "?entry=" + url.QueryEscape(entry) }

func scriptVersionsURL(org, hook string) string { return hookURL(org, hook) + "/versions" }
func scriptVersionURL(org, hook string, version int64) string {
	return scriptVersionsURL(org, hook) + "/" + strconv.FormatInt(version, 10)
}
func with(address, name, value string) string {
	separator := "?"
	if strings.Contains(address, "?") {
		separator = "&"
	}
	return address + separator + name + "=" + url.QueryEscape(value)
}

// version is the one in the address. 0 is the current one, of an address that names
// none.
func version(c echo.Context) int64 {
	n, _ := strconv.ParseInt(c.Param("version"), 10, 64) // the router lets no other text through
	return n
}

// localPath tells whether a browser that goes to next stays on this server: an
// absolute path, in no spelling that some browser reads as another host.
func localPath(next string) bool {
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.Contains(next, `\`) {
		return false
	}
	for _, r := range next {
		if r < 0x20 || r == 0x7f {
			return false
		}
	}
	u, err := url.Parse(next)
	return err == nil && u.Host == "" && u.Scheme == ""
}

// SignInURL is where somebody signs in who then goes on to a local path.
func SignInURL(next string) string {
	if next == homeURL || !localPath(next) {
		return signInURL
	}
	return with(signInURL, "next", next)
}
