package dashboard

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"hooksafe/store"
	"hooksafe/views"
)

// pageSize is how many rows a list without a limit shows at once.
const pageSize = 50

// Hooks lists the hooks of an organization.
func (d *Dashboard) Hooks(c echo.Context, a store.Actor) error {
	list, err := d.hookList(c, a, c.QueryParam("after"))
	if err != nil {
		return err
	}
	if IsHTMX(c) {
		return Render(c, http.StatusOK, views.HookList(list))
	}
	shell, err := d.shell(c, a, "Hooks", views.InHooks)
	if err != nil {
		return err
	}
	return Render(c, http.StatusOK, views.HooksPage(views.HooksPageProps{Shell: shell, List: list}))
}

func (d *Dashboard) hookList(c echo.Context, a store.Actor, after string) (views.HookListProps, error) {
	hooks, err := d.store.Hooks(c.Request().Context(), a, after, pageSize)
	if err != nil {
		return views.HookListProps{}, err
	}
	p := views.HookListProps{Total: hooks.Total, Enabled: hooks.Enabled, SecretsPerHook: d.places}
	for _, h := range hooks.Hooks {
		p.Hooks = append(p.Hooks, d.hookRow(a, h))
	}
	if a.Can(store.EditHooks) {
		p.NewURL = newHookURL(a)
	}
	if hooks.Next != "" {
		p.MoreURL = with(hooksURL(a.Org().Slug), "after", hooks.Next)
	}
	return p, nil
}

func (d *Dashboard) hookRow(a store.Actor, h store.Hook) views.HookProps {
	p := views.HookProps{
		ID: h.ID, Name: h.Name, Trigger: h.Trigger, Enabled: h.Enabled,
		Quota: views.Quota{Used: h.Secrets, Limit: d.places}, Pending: h.Pending,
		Updated: d.when(h.UpdatedAt), UpdatedBy: h.UpdatedBy,
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
	if err == nil {
		var made store.Hook
		if made, err = d.store.CreateHook(c.Request().Context(), a, f.line("name"), f.line("trigger")); err == nil {
			return d.hooksChanged(c, a, made.ID, views.ToastProps{Kind: "ok", Name: made.Name, Text: "created"})
		}
	}
	if status, errors := refused(c, err); errors != nil {
		return d.drawNewHook(c, a, status, views.NewHookProps{Name: f.line("name"), Trigger: f.line("trigger"), Errors: errors})
	}
	return err
}

func (d *Dashboard) drawNewHook(c echo.Context, a store.Actor, status int, p views.NewHookProps) error {
	back := hooksURL(a.Org().Slug)
	p.URL, p.BackURL, p.Triggers = back, back, store.Triggers()
	return d.dialog(c, a, status, sheet{"New hook", "Hooks", back, views.NewHook(p)})
}

// hooksChanged answers a change that shows in the list of hooks; fresh is the
// row to point out.
func (d *Dashboard) hooksChanged(c echo.Context, a store.Actor, fresh string, t views.ToastProps) error {
	return d.changed(c, hooksURL(a.Org().Slug), t, func() ([]templ.Component, error) {
		list, err := d.hookList(c, a, "")
		if err != nil {
			return nil, err
		}
		for i := range list.Hooks {
			list.Hooks[i].New = list.Hooks[i].ID == fresh
		}
		list.OutOfBand = true
		return []templ.Component{views.HookList(list), views.ToastPart(t)}, nil
	})
}

// Hook is the editor: script, name and switch of a hook.
func (d *Dashboard) Hook(c echo.Context, a store.Actor) error {
	h, err := d.store.Hook(c.Request().Context(), a, c.Param("hook"))
	if err != nil {
		return err
	}
	return d.drawEditor(c, a, http.StatusOK, h, views.EditorPageProps{Script: h.Script, Name: h.Name, Base: h.Revision})
}

func (d *Dashboard) drawEditor(c echo.Context, a store.Actor, status int, h store.Hook, p views.EditorPageProps) error {
	shell, err := d.shell(c, a, "Script, "+h.Name, views.InHooks)
	if err != nil {
		return err
	}
	p.Shell, p.Head = shell, d.hookHead(a, h, views.ScriptTab)
	if a.Can(store.EditHooks) {
		p.SaveURL = hookURL(a.Org().Slug, h.ID)
		p.EnableURL = p.SaveURL + "/enabled"
	}
	return Render(c, status, views.EditorPage(p))
}

func (d *Dashboard) hookHead(a store.Actor, h store.Hook, tab views.Tab) views.HookHeadProps {
	org := a.Org().Slug
	p := views.HookHeadProps{
		ID: h.ID, Name: h.Name, Trigger: h.Trigger, Enabled: h.Enabled,
		Updated: d.when(h.UpdatedAt), UpdatedBy: h.UpdatedBy,
		Quota: views.Quota{Used: h.Secrets, Limit: d.places},
		Tab:   tab, HooksURL: hooksURL(org), ScriptURL: hookURL(org, h.ID), SecretsURL: secretsURL(org, h.ID),
	}
	if a.Can(store.EditHookSecrets) {
		p.AddURL = p.SecretsURL + "/new"
	}
	if a.Can(store.EditHooks) {
		p.DeleteURL = p.ScriptURL + "/delete"
	}
	return p
}

// SaveHook stores the name and the script, as a new version if it changed.
func (d *Dashboard) SaveHook(c echo.Context, a store.Actor) error {
	f, err := readForm(c, "name", "script", "eol", "base", "over")
	if err != nil {
		return d.notSaved(c, a, f, err)
	}
	change, err := d.hookChange(c, a, f)
	if err != nil {
		return err
	}
	saved, err := d.store.SaveHook(c.Request().Context(), a, c.Param("hook"), change)
	if err != nil {
		return d.notSaved(c, a, f, err)
	}
	if !IsHTMX(c) {
		if err := d.leaveToast(c, savedToast(saved)); err != nil {
			return err
		}
		return redirect(c, hookURL(a.Org().Slug, saved.ID))
	}
	said := map[string]any{"script:saved": map[string]any{"version": saved.ScriptVersion}, "say": savedToast(saved).Text}
	if err := trigger(c, said); err != nil {
		return err
	}
	head := d.hookHead(a, saved, views.ScriptTab)
	head.OutOfBand = true
	return Render(c, http.StatusOK, views.HookHead(head),
		views.Base(views.BaseProps{Base: saved.Revision, OutOfBand: true}),
		views.SaveMessageCleared(), views.ToastPart(savedToast(saved)))
}

func savedToast(h store.Hook) views.ToastProps {
	return views.ToastProps{Kind: "ok", Text: fmt.Sprintf("Saved as version %d.", h.ScriptVersion)}
}

// hookChange reads what a save asks for. "Save mine" builds on the revision that
// it knowingly writes over.
func (d *Dashboard) hookChange(c echo.Context, a store.Actor, f form) (store.HookChange, error) {
	base := f.line("base")
	if f.has("over") {
		base = f.line("over")
	}
	revision, err := strconv.ParseInt(base, 10, 64)
	if err != nil {
		return store.HookChange{}, errBadForm
	}
	name := f.line("name")
	script, err := d.script(c, a, f)
	return store.HookChange{Base: revision, Name: &name, Script: &script}, err
}

// script is the script as it is to be stored. A file comes byte for byte. A text
// box has made CRLF of every line end, so they become what they were; where they
// were mixed, the stored bytes stay if nothing else differs.
func (d *Dashboard) script(c echo.Context, a store.Actor, f form) (string, error) {
	if file, ok := f.files["script"]; ok {
		return file, nil
	}
	text := f.text("script")
	switch f.line("eol") {
	case "crlf":
		return strings.ReplaceAll(text, "\n", "\r\n"), nil
	case "mixed":
		stored, err := d.store.Hook(c.Request().Context(), a, c.Param("hook"))
		if err == nil && sameLines(stored.Script, text) {
			return stored.Script, nil
		}
		return text, err
	}
	return text, nil
}

func sameLines(a, b string) bool {
	lines := strings.NewReplacer("\r\n", "\n", "\r", "\n")
	return lines.Replace(a) == lines.Replace(b)
}

// notSaved says why a save was refused. The text stays in the editor, or, in a
// page of its own, comes back as it was sent.
func (d *Dashboard) notSaved(c echo.Context, a store.Actor, f form, err error) error {
	status, errors := refused(c, err)
	if errors == nil {
		return err
	}
	message := d.saveMessage(a, c.Param("hook"), err, errors)
	if IsHTMX(c) {
		retarget(c, "#save-msg", "innerHTML")
		return Render(c, status, views.SaveMessage(message))
	}
	h, err := d.store.Hook(c.Request().Context(), a, c.Param("hook"))
	if err != nil {
		return err
	}
	base, _ := strconv.ParseInt(f.line("base"), 10, 64) // it was a number, or there was no save to refuse
	script := f.text("script")
	if file, ok := f.files["script"]; ok {
		script = file
	}
	return d.drawEditor(c, a, status, h, views.EditorPageProps{Script: script, Name: f.line("name"), Base: base, Message: message})
}

func (d *Dashboard) saveMessage(a store.Actor, hook string, err error, errors views.Errors) views.SaveMessageProps {
	e, _ := store.AsError(err)
	switch {
	case e.Code == store.Stale:
		return views.SaveMessageProps{
			Conflict: &views.ConflictProps{By: e.By, Version: e.Version, NewerURL: hookURL(a.Org().Slug, hook)},
			Over:     e.Revision,
		}
	case e.Field == "name":
		return views.SaveMessageProps{NameError: errors["name"]}
	default:
		return views.SaveMessageProps{Problem: e.Message}
	}
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
	fromEditor := f.line("from") == "editor"
	switch {
	case !IsHTMX(c) && fromEditor:
		return d.leave(c, hookURL(a.Org().Slug, h.ID), toast)
	case !IsHTMX(c):
		return d.leave(c, hooksURL(a.Org().Slug), toast)
	}
	if err := trigger(c, map[string]any{"say": spoken(toast)}); err != nil {
		return err
	}
	if fromEditor {
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

// drawSwitchedRow answers with the row, or with the whole list if the row of
// another hook changed too.
func (d *Dashboard) drawSwitchedRow(c echo.Context, a store.Actor, h store.Hook, other string, t views.ToastProps) error {
	if other == "" {
		return Render(c, http.StatusOK, views.Hook(d.hookRow(a, h)), views.ToastPart(t))
	}
	list, err := d.hookList(c, a, "")
	if err != nil {
		return err
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
	if err == nil {
		var gone store.Hook
		if gone, err = d.store.DeleteHook(c.Request().Context(), a, c.Param("hook"), f.line("name")); err == nil {
			return d.leave(c, hooksURL(a.Org().Slug), views.ToastProps{
				Kind: "gone", Name: gone.Name, Text: "deleted", Detail: undoDetail,
				UndoURL: hookURL(a.Org().Slug, gone.ID) + "/restore",
			})
		}
	}
	if status, errors := refused(c, err); errors != nil {
		return d.drawDeleteHook(c, a, status, f.line("name"), errors)
	}
	return err
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
		Typed: typed, Errors: errors,
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
