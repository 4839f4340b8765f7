package dashboard

import (
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"hooksafe/store"
	"hooksafe/views"
)

// RevealSecret swaps the row of a secret for one that shows its value. Without
// htmx it is the page with that row open, which leaves for the list by itself.
func (d *Dashboard) RevealSecret(c echo.Context, a store.Actor) error {
	f, err := readForm(c, "extends", "password")
	if err != nil {
		return err
	}
	extends := f.line("extends")
	revealed, err := d.confirmed(c, f, func() (store.Revealed, error) {
		return d.store.RevealSecret(c.Request().Context(), a, place(c), c.Param("secret"), extends)
	})
	if err != nil {
		return d.askToConfirm(c, a, err, views.ConfirmProps{Extends: extends})
	}
	row := d.openRow(a, revealed)
	row.Value = revealed.Value.Reveal()
	if !IsHTMX(c) {
		c.Response().Header().Set("Refresh", fmt.Sprintf("%d; url=%s", store.RevealSeconds, back(c, a)))
		return d.drawSecrets(c, a, &row)
	}
	return d.drawOpenRow(c, row, f)
}

// openRow is the open row but for its value.
func (d *Dashboard) openRow(a store.Actor, r store.Revealed) views.RevealedProps {
	row := views.RevealedProps{
		SecretProps: d.secretRow(a, r.Hook.ID, r.Secret),
		Seconds:     store.RevealSeconds,
		HideURL:     secretURL(a.Org().Slug, r.Hook.ID, r.ID),
		EntryURL:    entryURL(a.Org().Slug, r.Entry),
		Entry:       r.Entry,
	}
	if r.Extended < store.MaxExtensions {
		row.KeepURL = row.RevealURL
	}
	return row
}

// drawOpenRow puts the row where the closed one is. The step-up form asked from
// inside the dialog, so its answer has to leave it.
func (d *Dashboard) drawOpenRow(c echo.Context, row views.RevealedProps, f form) error {
	events := map[string]any{"say": fmt.Sprintf("Value of %s shown for %d seconds. Recorded.", row.Name, row.Seconds)}
	if f.line("extends") != "" {
		events["say"] = fmt.Sprintf("%d more seconds", row.Seconds)
	}
	if f.has("password") {
		events["modal:close"] = true
		retarget(c, "#secret-"+row.ID, "outerHTML")
	}
	if err := trigger(c, events); err != nil {
		return err
	}
	return Render(c, http.StatusOK, views.SecretRevealed(row))
}

// CopySecret answers with the value and nothing else, for the clipboard.
func (d *Dashboard) CopySecret(c echo.Context, a store.Actor) error {
	f, err := readForm(c, "password")
	if err != nil {
		return err
	}
	copied, err := d.confirmed(c, f, func() (store.Revealed, error) {
		return d.store.CopySecret(c.Request().Context(), a, place(c), c.Param("secret"))
	})
	if err != nil {
		return d.askToConfirm(c, a, err, views.ConfirmProps{Copy: true})
	}
	return c.Blob(http.StatusOK, "text/plain; charset=utf-8", []byte(copied.Value.Reveal()))
}

// confirmed opens a value after taking the password that a step-up form brings,
// if it was one. The session then has a new token, and the 15 minutes begin.
func (d *Dashboard) confirmed(c echo.Context, f form, open func() (store.Revealed, error)) (store.Revealed, error) {
	if !f.has("password") {
		return open()
	}
	session, err := d.store.Confirm(c.Request().Context(), person(c), f.line("password"))
	if err != nil {
		return store.Revealed{}, err
	}
	if err := d.signedIn(c, session); err != nil {
		return store.Revealed{}, err
	}
	return open()
}

// askToConfirm asks for the password where an error wants it, or wants it again;
// any other error stays what it is.
func (d *Dashboard) askToConfirm(c echo.Context, a store.Actor, wanted error, p views.ConfirmProps) error {
	status := http.StatusForbidden
	switch store.CodeOf(wanted) {
	case store.ConfirmNeeded:
	case store.Invalid, store.Limited:
		status, p.Errors = refused(c, wanted)
	default:
		return wanted
	}
	s, hook, err := d.store.Secret(c.Request().Context(), a, place(c), c.Param("secret"))
	if err != nil {
		return err
	}
	row := d.secretRow(a, hook.ID, s)
	p.Name, p.URL, p.BackURL, p.Minutes = s.Name, row.RevealURL, back(c, a), int(store.ConfirmFor/time.Minute)
	if p.Copy {
		p.URL = row.CopyURL
	}
	retarget(c, "#modal", "innerHTML")
	return d.dialog(c, a, status, sheet{"Confirm it’s you", hook.Name, p.BackURL, views.Confirm(p)})
}
