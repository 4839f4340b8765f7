package dashboard

import (
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"hooksafe/store"
	"hooksafe/views"
)

// place is where the secrets are that a request is about: in a hook, or with the
// organization itself. The handlers of secrets serve both.
type place struct {
	in             store.Place
	own            bool   // the organization itself
	list           string // address of the page that lists them
	section        views.Section
	reveals, edits store.Permission
}

// ownSecretsPage is what pages call the list of the organization's own secrets.
const ownSecretsPage = "Organization secrets"

// placeOf reads the place from the route: one without a hook is about the organization.
func placeOf(c echo.Context, a store.Actor) place {
	org := a.Org().Slug
	if !slices.Contains(c.ParamNames(), "hook") {
		return place{store.OrganizationPlace(), true, organizationSecretsURL(org), views.InSecrets, store.RevealOrganizationSecrets, store.EditOrganizationSecrets}
	}
	hook := c.Param("hook")
	return place{store.HookPlace(hook), false, secretsURL(org, hook), views.InHooks, store.RevealHookSecrets, store.EditHookSecrets}
}

// parent is the name of what the secrets belong to.
func (at place) parent(h store.Hook) string {
	if at.own {
		return ownSecretsPage
	}
	return h.Name
}

func (at place) secret(id string) string { return at.list + "/" + id }

func (at place) version(id string, version int64) string {
	return at.secret(id) + "/versions/" + strconv.FormatInt(version, 10)
}

// showing is the address of the list with a secret on it: a hook's shows all of them.
func (at place) showing(id string) string {
	if at.own && id != "" {
		return with(at.list, "at", id)
	}
	return at.list
}
