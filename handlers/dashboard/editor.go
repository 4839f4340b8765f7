package dashboard

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"hooksafe/store"
	"hooksafe/views"
)

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
		Quota: views.Quota{Used: h.Secrets, Limit: d.store.SecretsPerHook()},
		Tab:   tab, HooksURL: hooksURL(org), ScriptURL: hookURL(org, h.ID), SecretsURL: secretsURL(org, h.ID),
	}
	if a.Can(store.EditHookSecrets) {
		p.AddURL = p.SecretsURL + "/new"
	}
	if a.Can(store.EditHooks) {
		p.DuplicateURL, p.DeleteURL = p.ScriptURL+"/duplicate", p.ScriptURL+"/delete"
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
		return d.leave(c, hookURL(a.Org().Slug, saved.ID), savedToast(saved))
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
