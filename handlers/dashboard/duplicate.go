package dashboard

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"hooksafe/store"
	"hooksafe/views"
)

// AskDuplicateHook asks for the name of the copy, and proposes one.
func (d *Dashboard) AskDuplicateHook(c echo.Context, a store.Actor) error {
	return d.drawDuplicateHook(c, a, http.StatusOK, nil, nil)
}

// DuplicateHook makes a copy of a hook, switched off, whose secrets wait for values.
func (d *Dashboard) DuplicateHook(c echo.Context, a store.Actor) error {
	f, err := readForm(c, "name")
	var made store.Hook
	if err == nil {
		made, err = d.store.DuplicateHook(c.Request().Context(), a, c.Param("hook"), f.line("name"))
	}
	if status, errors := refused(c, err); errors != nil {
		typed := f.line("name")
		return d.drawDuplicateHook(c, a, status, &typed, errors)
	}
	if err != nil {
		return err
	}
	return d.leave(c, secretsURL(a.Org().Slug, made.ID), views.ToastProps{Kind: "ok", Name: made.Name, Text: "created", Detail: "It is switched off."})
}

// drawDuplicateHook draws the form with the name that was typed, or, with none, with
// a free one.
func (d *Dashboard) drawDuplicateHook(c echo.Context, a store.Actor, status int, typed *string, errors views.Errors) error {
	of, name, err := d.store.HookToDuplicate(c.Request().Context(), a, c.Param("hook"))
	if err != nil {
		return err
	}
	if typed != nil {
		name = *typed
	}
	back := hookURL(a.Org().Slug, of.ID)
	return d.dialog(c, a, status, sheet{"Duplicate " + of.Name, of.Name, back, views.DuplicateHook(views.DuplicateHookProps{
		URL: back + "/duplicate", BackURL: back, Of: of.Name, Secrets: of.Secrets, Name: name, Errors: errors,
	})})
}
