package dashboard

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"hooksafe/store"
	"hooksafe/views"
)

// pageSize is how many rows a list without a limit shows at once.
const pageSize = 50

// hookView is what the Hooks page shows: some hooks, from a place in their list on.
type hookView struct {
	store.HookFilter
	after string
}

// maxSearch is how much of a search counts, in characters: no name is that long.
const maxSearch = 256

// viewOfHooks reads the address of a Hooks page. What it can't mean narrows nothing.
func viewOfHooks(query url.Values) hookView {
	v := hookView{after: query.Get("after")}
	v.Search = searchedFor(query)
	if trigger := query.Get("trigger"); slices.Contains(store.Triggers(), trigger) {
		v.Trigger = trigger
	}
	if state := query.Get("state"); state == "on" || state == "off" {
		v.State = state
	}
	if v.Search != "" {
		v.Meant = views.TriggersNamed(v.Search)
	}
	return v
}

// url is the address of the view.
func (v hookView) url(org string) string {
	query := url.Values{}
	for name, value := range map[string]string{"q": v.Search, "trigger": v.Trigger, "state": v.State, "after": v.after} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if len(query) == 0 {
		return hooksURL(org)
	}
	return hooksURL(org) + "?" + query.Encode()
}

// shownHooks is what the Hooks page shows, from the beginning, that a request was sent
// from. Other pages show none.
func shownHooks(c echo.Context, a store.Actor) (v hookView, shown bool) {
	header := "Referer"
	if IsHTMX(c) {
		header = "HX-Current-URL"
	}
	page, err := url.Parse(c.Request().Header.Get(header))
	if err != nil || page.Path != hooksURL(a.Org().Slug) {
		return hookView{}, false
	}
	v = viewOfHooks(page.Query())
	v.after = ""
	return v, true
}

// Hooks lists the hooks of an organization. To htmx it is the list alone: what a
// search found, whose address the page then has, or more of the same.
func (d *Dashboard) Hooks(c echo.Context, a store.Actor) error {
	view := viewOfHooks(c.QueryParams())
	list, err := d.hookList(c, a, view)
	if err != nil {
		return err
	}
	switch {
	case IsHTMX(c) && view.after != "":
		return Render(c, http.StatusOK, views.HookList(list))
	case IsHTMX(c):
		c.Response().Header().Set("HX-Replace-Url", view.url(a.Org().Slug))
		if err := trigger(c, map[string]any{"say": list.Found()}); err != nil {
			return err
		}
		return Render(c, http.StatusOK, views.HookList(list))
	}
	shell, err := d.shell(c, a, "Hooks", views.InHooks)
	if err != nil {
		return err
	}
	return Render(c, http.StatusOK, views.HooksPage(views.HooksPageProps{Shell: shell, List: list}))
}

func (d *Dashboard) hookList(c echo.Context, a store.Actor, view hookView) (views.HookListProps, error) {
	hooks, err := d.store.Hooks(c.Request().Context(), a, view.HookFilter, view.after, pageSize)
	if err != nil {
		return views.HookListProps{}, err
	}
	org := a.Org().Slug
	p := views.HookListProps{
		Filter: views.HookFilterProps{
			URL: hooksURL(org), Search: view.Search, Trigger: view.Trigger, State: view.State, Triggers: store.Triggers(),
		},
		Matches: hooks.Matches, Total: hooks.Total, Enabled: hooks.Enabled, Secrets: hooks.Secrets, SecretsPerHook: d.store.SecretsPerHook(),
		Deleted: d.deletedList(hooks.Deleted, hooksURL(org)),
	}
	p.Deleted.ID = "deleted-hooks"
	for _, h := range hooks.Hooks {
		p.Hooks = append(p.Hooks, d.hookRow(a, h))
	}
	if a.Can(store.EditHooks) {
		p.NewURL, p.ImportURL = newHookURL(a), importURL(hooksURL(org))
	}
	if hooks.Total > 0 {
		p.ExportURL = hooksURL(org) + exportPath
	}
	if hooks.Next != "" {
		view.after = hooks.Next
		p.MoreURL = view.url(org)
	}
	return p, nil
}

func (d *Dashboard) hookRow(a store.Actor, h store.Hook) views.HookProps {
	p := views.HookProps{
		ID: h.ID, Name: h.Name, Trigger: h.Trigger, Enabled: h.Enabled,
		Quota: d.quota(h), Missing: h.Missing,
		Updated: d.when(h.UpdatedAt), UpdatedBy: h.UpdatedBy,
		FoundIn: h.FoundIn, Found: h.Found,
		URL: hookURL(a.Org().Slug, h.ID),
	}
	if a.Can(store.EditHooks) {
		p.EditURL, p.EnableURL = p.URL, p.URL+"/enabled"
	}
	return p
}

// NewHook asks for the name and the trigger of a new hook.
func (d *Dashboard) NewHook(c echo.Context, a store.Actor) error {
	if err := d.store.HookForm(c.Request().Context(), a); err != nil {
		return err
	}
	return d.drawNewHook(c, a, http.StatusOK, views.NewHookProps{})
}

// CreateHook makes a hook, switched off.
func (d *Dashboard) CreateHook(c echo.Context, a store.Actor) error {
	f, err := readForm(c, "name", "trigger")
	var made store.Hook
	if err == nil {
		made, err = d.store.CreateHook(c.Request().Context(), a, f.line("name"), f.line("trigger"))
	}
	if status, errors := refused(c, err); errors != nil {
		return d.drawNewHook(c, a, status, views.NewHookProps{Name: f.line("name"), Trigger: f.line("trigger"), Errors: errors})
	}
	if err != nil {
		return err
	}
	return d.hooksChanged(c, a, made.ID, views.ToastProps{Kind: "ok", Name: made.Name, Text: "created"})
}

func (d *Dashboard) drawNewHook(c echo.Context, a store.Actor, status int, p views.NewHookProps) error {
	back := hooksURL(a.Org().Slug)
	p.URL, p.BackURL, p.Triggers = back, back, store.Triggers()
	return d.dialog(c, a, status, sheet{"New hook", "Hooks", back, views.NewHook(p)})
}

// hooksChanged answers a change that shows in the list of hooks, as the page shows
// it; fresh is the row to point out.
func (d *Dashboard) hooksChanged(c echo.Context, a store.Actor, fresh string, t views.ToastProps) error {
	view, _ := shownHooks(c, a)
	return d.changed(c, view.url(a.Org().Slug), t, func() ([]templ.Component, error) {
		list, err := d.hookList(c, a, view)
		if err != nil {
			return nil, err
		}
		for i := range list.Hooks {
			list.Hooks[i].New = list.Hooks[i].ID == fresh
		}
		list.OutOfBand = true
		return []templ.Component{views.HookList(list), views.EntryCount(views.EntryProps{Section: views.InHooks, Count: strconv.Itoa(list.Total)}), views.ToastPart(t)}, nil
	})
}

// EnableHook switches a hook on or off. Of the hooks of a trigger one is on, so
// switching one on may switch another off, which the answer says.
func (d *Dashboard) EnableHook(c echo.Context, a store.Actor) error {
	f, err := readForm(c, "enabled", "from")
	if err != nil {
		return err
	}
	h, other, err := d.store.EnableHook(c.Request().Context(), a, c.Param("hook"), f.checked("enabled"))
	if err != nil {
		return err
	}
	toast := switchedToast(h, other)
	inEditor := f.line("from") == fromEditor
	switch {
	case !IsHTMX(c) && inEditor:
		return d.leave(c, hookURL(a.Org().Slug, h.ID), toast)
	case !IsHTMX(c):
		view, _ := shownHooks(c, a)
		return d.leave(c, view.url(a.Org().Slug), toast)
	}
	if err := trigger(c, map[string]any{"say": spoken(toast)}); err != nil {
		return err
	}
	if inEditor {
		return d.drawSwitch(c, a, h, toast)
	}
	return d.drawSwitchedRow(c, a, h, other, toast)
}

func switchedToast(h store.Hook, other string) views.ToastProps {
	t := views.ToastProps{Kind: "ok", Name: h.Name, Text: "off"}
	if h.Enabled {
		t.Text = "on"
	}
	if other != "" {
		t.Detail = other + " was switched off: one hook runs at a trigger."
	}
	return t
}

func (d *Dashboard) drawSwitch(c echo.Context, a store.Actor, h store.Hook, t views.ToastProps) error {
	head := d.hookHead(a, h, views.ScriptTab)
	head.OutOfBand = true
	row := d.hookRow(a, h)
	return Render(c, http.StatusOK,
		views.HookSwitch(views.HookSwitchProps{ID: h.ID, Name: h.Name, Enabled: h.Enabled, URL: row.EnableURL, From: "editor"}),
		views.HookHead(head), views.ToastPart(t))
}

// drawSwitchedRow answers with the row and the sums under the list, or with the whole
// list if another row changed too, or this one may not belong to it any more.
func (d *Dashboard) drawSwitchedRow(c echo.Context, a store.Actor, h store.Hook, other string, t views.ToastProps) error {
	view, _ := shownHooks(c, a)
	list, err := d.hookList(c, a, view)
	if err != nil {
		return err
	}
	if other == "" && view.State == "" {
		return Render(c, http.StatusOK, views.Hook(d.hookRow(a, h)), views.HookSums(list), views.ToastPart(t))
	}
	retarget(c, "#hooks", "outerHTML")
	return Render(c, http.StatusOK, views.HookList(list), views.ToastPart(t))
}

// AskDeleteHook asks for the name of the hook that shall go.
func (d *Dashboard) AskDeleteHook(c echo.Context, a store.Actor) error {
	return d.drawDeleteHook(c, a, http.StatusOK, "", nil)
}

// DeleteHook hides a hook and its secrets. It can be undone for 7 days.
func (d *Dashboard) DeleteHook(c echo.Context, a store.Actor) error {
	f, err := readForm(c, "name")
	var gone store.Hook
	if err == nil {
		gone, err = d.store.DeleteHook(c.Request().Context(), a, c.Param("hook"), f.line("name"))
	}
	if status, errors := refused(c, err); errors != nil {
		return d.drawDeleteHook(c, a, status, f.line("name"), errors)
	}
	if err != nil {
		return err
	}
	return d.leave(c, hooksURL(a.Org().Slug), views.ToastProps{
		Kind: "gone", Name: gone.Name, Text: "deleted", Detail: undoDetail,
		UndoURL: hookURL(a.Org().Slug, gone.ID) + "/restore",
	})
}

const undoDetail = "You can undo this for 7 days."

func (d *Dashboard) drawDeleteHook(c echo.Context, a store.Actor, status int, typed string, errors views.Errors) error {
	h, err := d.store.HookToDelete(c.Request().Context(), a, c.Param("hook"))
	if err != nil {
		return err
	}
	back := hookURL(a.Org().Slug, h.ID)
	return d.dialog(c, a, status, sheet{"Delete " + h.Name, h.Name, back, views.DeleteHook(views.DeleteHookProps{
		URL: back + "/delete", BackURL: back, Name: h.Name, Enabled: h.Enabled, Secrets: h.Secrets,
		DestroyURL: back + "/destroy", Typed: typed, Errors: errors,
	})})
}

// RestoreHook undoes the deletion of a hook.
func (d *Dashboard) RestoreHook(c echo.Context, a store.Actor) error {
	if _, err := readForm(c); err != nil {
		return err
	}
	h, err := d.store.RestoreHook(c.Request().Context(), a, c.Param("hook"))
	if err != nil {
		return err
	}
	return d.hooksChanged(c, a, h.ID, views.ToastProps{Kind: "ok", Name: h.Name, Text: "restored"})
}

func newHookURL(a store.Actor) string { return hooksURL(a.Org().Slug) + "/new" }
