package dashboard

import (
	"net/http"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"hooksafe/store"
	"hooksafe/views"
)

// Step-up: any POST may be asked for the password. What it answers then is a form
// that posts to the same address what was sent before and the password, so that
// the request goes on as if nothing had been in between.

// confirmed does something after taking the password that a step-up form brings, if
// it was one. The session then has a new token, and the 15 minutes begin.
func confirmed[T any](d *Dashboard, c echo.Context, f form, do func() (T, error)) (T, error) {
	if !f.has("password") {
		return do()
	}
	var none T
	session, err := d.store.Confirm(c.Request().Context(), person(c), f.line("password"))
	if err != nil {
		return none, err
	}
	if err := d.signedIn(c, session); err != nil {
		return none, err
	}
	return do()
}

// passwordWanted tells whether an error asks for the password, or asks for it
// again; and with what status and sentences.
func passwordWanted(c echo.Context, err error) (status int, errors views.Errors, wanted bool) {
	e, ok := store.AsError(err)
	switch {
	case !ok:
		return 0, nil, false
	case e.Code == store.ConfirmNeeded:
		return http.StatusForbidden, nil, true
	case e.Code == store.Limited, e.Code == store.Invalid && e.Field == "password":
		status, errors = refused(c, err)
		return status, errors, true
	}
	return 0, nil, false
}

// askToConfirm draws the step-up form of a request whose page lies under parent. Parts
// of that page that look as before follow it.
func (d *Dashboard) askToConfirm(c echo.Context, a store.Actor, status int, parent string, in views.Section, p views.ConfirmProps, parts ...templ.Component) error {
	p.Minutes, p.ValuesAlways = int(store.ConfirmFor/time.Minute), a.Settings().Confirm == store.AskAlways
	retarget(c, "#modal", "innerHTML")
	form := templ.Join(append([]templ.Component{views.Confirm(p)}, parts...)...)
	return d.dialogIn(c, a, status, in, sheet{"Confirm it’s you", parent, p.BackURL, form})
}

// sentBefore are the fields of a form that its step-up form sends on.
func sentBefore(f form, names ...string) []views.HiddenField {
	var fields []views.HiddenField
	for _, name := range names {
		if f.has(name) {
			fields = append(fields, views.HiddenField{Name: name, Text: f.line(name)})
		}
	}
	return fields
}
