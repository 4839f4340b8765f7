package dashboard

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"hooksafe/store"
	"hooksafe/views"
)

// paletteSize is how many results of a kind the palette shows.
const paletteSize = 8

// SearchAnywhere leads to the search of the organization that was used last.
func (d *Dashboard) SearchAnywhere(c echo.Context, p store.ServerActor) error {
	here, err := d.lastOrganization(c, p)
	if err != nil {
		return err
	}
	if here.Slug == "" {
		return redirect(c, homeURL)
	}
	return redirect(c, with(searchURL(here.Slug), "q", c.QueryParam("q")))
}

// Search finds hooks, secrets, people and API keys by their names. The palette asks by htmx
// and gets the options of its list, commands among them.
func (d *Dashboard) Search(c echo.Context, a store.Actor) error {
	text, size := searched(c), pageSize
	if IsHTMX(c) {
		size = paletteSize
	}
	found, err := d.store.Search(c.Request().Context(), a, text, c.QueryParam("hook"), size)
	if err != nil {
		return err
	}
	p := views.SearchProps{Text: text, Groups: groups(a.Org().Slug, found), Keys: a.Can(store.ManageKeys)}
	if IsHTMX(c) {
		p.Commands = d.commands(a, text, found)
		return Render(c, http.StatusOK, views.PaletteOptions(p))
	}
	shell, err := d.shell(c, a, "Search", views.InSearch)
	if err != nil {
		return err
	}
	return Render(c, http.StatusOK, views.SearchPage(views.SearchPageProps{Shell: shell, SearchProps: p}))
}

// searched is the text that is looked for, fit for a page.
func searched(c echo.Context) string {
	return strings.TrimSpace(strings.ToValidUTF8(c.QueryParam("q"), "\uFFFD"))
}

// groups are the kinds of which something was found.
func groups(org string, found store.Found) []views.ResultGroup {
	secrets := views.ResultGroup{Title: "Secrets", Total: found.Secrets.Total}
	for _, s := range found.Secrets.First {
		secrets.Results = append(secrets.Results, secretResult(org, s))
	}
	hooks := views.ResultGroup{Title: "Hooks", Total: found.Hooks.Total}
	for _, h := range found.Hooks.First {
		hooks.Results = append(hooks.Results, hookResult(org, h))
	}
	people := views.ResultGroup{Title: "People", Total: found.People.Total}
	for _, u := range found.People.First {
		people.Results = append(people.Results, views.ResultProps{
			Kind: "person", Name: u.Name, Trail: u.Email, URL: with(membersURL(org), "q", u.Email)})
	}
	keys := views.ResultGroup{Title: "API keys", Total: found.Keys.Total}
	for _, k := range found.Keys.First {
		keys.Results = append(keys.Results, views.ResultProps{Kind: "api-keys", Name: k.Name, Trail: k.Hint + "…", URL: apiKeysURL(org)})
	}
	return slices.DeleteFunc([]views.ResultGroup{secrets, hooks, people, keys}, func(g views.ResultGroup) bool { return g.Total == 0 })
}

func secretResult(org string, s store.FoundSecret) views.ResultProps {
	if s.Hook == "" {
		return views.ResultProps{Kind: "secret", Name: s.Name, Trail: "Organization", URL: organizationSecretsURL(org) + "/" + s.ID}
	}
	return views.ResultProps{Kind: "secret", Name: s.Name, Trail: s.HookName, URL: secretURL(org, s.Hook, s.ID)}
}

// hookResult leads to the secrets of a hook that was found by their names.
func hookResult(org string, h store.FoundHook) views.ResultProps {
	r := views.ResultProps{Kind: "hook", Name: h.Name, Trail: h.Trigger, URL: hookURL(org, h.ID)}
	if h.Secrets > 0 {
		r.Trail, r.URL = views.SecretNamesMatch(h.Secrets), secretsURL(org, h.ID)
	}
	return r
}

// commands are what the text could ask for: on the hook that is searched from, and
// anywhere, as far as the person's role reaches.
func (d *Dashboard) commands(a store.Actor, text string, found store.Found) []views.ResultProps {
	org, hook := a.Org().Slug, found.From
	var all []views.ResultProps
	offer := func(may bool, kind, name, url string) {
		if may && asksFor(text, name) {
			all = append(all, views.ResultProps{Kind: kind, Name: name, URL: url})
		}
	}
	if hook.ID != "" {
		offer(a.Can(store.EditHookSecrets), "add", "Add secret to "+hook.Name, secretsURL(org, hook.ID)+"/new")
		offer(true, "secrets", "Secrets of "+hook.Name, secretsURL(org, hook.ID))
		offer(true, "script", "Script of "+hook.Name, hookURL(org, hook.ID))
	}
	offer(true, "hook", "Hooks", hooksURL(org))
	offer(a.Can(store.EditHooks), "add", "New hook", newHookURL(a))
	offer(true, "audit", "Audit log", auditURL(org))
	offer(true, "secrets", "Organization secrets", organizationSecretsURL(org))
	offer(a.Can(store.EditOrganizationSecrets), "add", "Add organization secret", organizationSecretsURL(org)+"/new")
	offer(true, "members", "Members", membersURL(org))
	offer(a.Can(store.ManageMembers), "invite", "Invite a person", membersURL(org)+"/invite")
	offer(a.Can(store.ManageKeys), "api-keys", "API keys", apiKeysURL(org))
	offer(a.Can(store.ManageKeys), "add", "New API key", newAPIKeyURL(org))
	offer(a.Can(store.ManageOrganization), "general", "General", generalURL(org))
	offer(!d.store.OrganizationsByOperator(), "add", "New organization", newOrganizationURL)
	offer(true, "person", "Account", accountURL)
	offer(true, "keys", "Help and keys", keysURL)
	if asksFor(text, "Sign out") {
		all = append(all, views.ResultProps{Kind: "sign-out", Name: "Sign out", Form: views.SignOutForm})
	}
	if found.Free != "" && len(all) == 0 && a.Can(store.EditHookSecrets) {
		all = append(all, views.ResultProps{Kind: "add", Before: "Add secret “", Name: found.Free, After: "” to " + hook.Name,
			URL: with(secretsURL(org, hook.ID)+"/new", "name", found.Free)})
	}
	if text != "" {
		all = append(all, views.ResultProps{
			Kind: "audit", Before: "Audit entries about “", Name: text, After: "”", URL: with(auditURL(org), "q", text) + "&period=all"})
	}
	if n := found.Total(); n > 0 {
		all = append(all, views.ResultProps{Kind: "page", Name: views.AllResults(n), URL: with(searchURL(org), "q", text)})
	}
	return all
}

// asksFor tells whether each word of a text begins a word of a command.
func asksFor(text, command string) bool {
	words := strings.Fields(strings.ToLower(command))
	return !slices.ContainsFunc(strings.Fields(strings.ToLower(text)), func(asked string) bool {
		return !slices.ContainsFunc(words, func(word string) bool { return strings.HasPrefix(word, asked) })
	})
}
