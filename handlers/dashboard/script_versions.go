package dashboard

import (
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"hooksafe/store"
	"hooksafe/views"
)

// ScriptVersions lists the versions of a hook's script.
func (d *Dashboard) ScriptVersions(c echo.Context, a store.Actor) error {
	h, versions, err := d.store.ScriptVersions(c.Request().Context(), a, c.Param("hook"))
	if err != nil {
		return err
	}
	p := views.ScriptVersionsProps{Hook: h.Name, BackURL: hookURL(a.Org().Slug, h.ID)}
	for _, v := range versions {
		p.Versions = append(p.Versions, d.scriptVersion(a, h, v))
	}
	return d.dialog(c, a, http.StatusOK, sheet{"Versions of the script, " + h.Name, h.Name, p.BackURL, views.ScriptVersions(p)})
}

func (d *Dashboard) scriptVersion(a store.Actor, h store.Hook, v store.ScriptVersion) views.ScriptVersionProps {
	return views.ScriptVersionProps{
		Version: v.Version, Made: d.when(v.MadeAt), MadeBy: v.MadeBy, RestoredFrom: v.RestoredFrom,
		Current: v.Version == h.ScriptVersion, URL: scriptVersionURL(a.Org().Slug, h.ID, v.Version),
	}
}

// ScriptVersion compares a version of a script with the script as it is now.
func (d *Dashboard) ScriptVersion(c echo.Context, a store.Actor) error {
	return d.drawScriptVersion(c, a, http.StatusOK, nil)
}

func (d *Dashboard) drawScriptVersion(c echo.Context, a store.Actor, status int, errors views.Errors) error {
	h, v, err := d.store.ScriptVersion(c.Request().Context(), a, c.Param("hook"), version(c))
	if err != nil {
		return err
	}
	diff, err := difference(v.Script, h.Script)
	if err != nil {
		return err
	}
	p := views.CompareScriptProps{
		ScriptVersionProps: d.scriptVersion(a, h, v), Now: h.ScriptVersion, Diff: diff, Base: h.Revision,
		BackURL: scriptVersionsURL(a.Org().Slug, h.ID), Errors: errors,
	}
	if a.Can(store.EditHooks) && v.Script != h.Script {
		p.RestoreURL = p.URL + "/restore"
	}
	title := fmt.Sprintf("Version %d of the script, %s", v.Version, h.Name)
	return d.dialog(c, a, status, sheet{title, h.Name, hookURL(a.Org().Slug, h.ID), views.CompareScript(p)})
}

// RestoreScript makes an older version of a script the newest one, and goes to the
// editor.
func (d *Dashboard) RestoreScript(c echo.Context, a store.Actor) error {
	f, err := readForm(c, "base")
	if err != nil {
		return err
	}
	base, err := f.base()
	if err != nil {
		return err
	}
	saved, err := d.store.RestoreScript(c.Request().Context(), a, c.Param("hook"), base, version(c))
	if status, errors := refused(c, err); errors != nil {
		return d.drawScriptVersion(c, a, status, errors)
	}
	if err != nil {
		return err
	}
	return d.leave(c, hookURL(a.Org().Slug, saved.ID), views.ToastProps{
		Kind: "ok", Text: fmt.Sprintf("Version %d restored as version %d.", version(c), saved.ScriptVersion),
	})
}
