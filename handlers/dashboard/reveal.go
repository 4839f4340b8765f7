package dashboard

import (
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"hooksafe/store"
	"hooksafe/views"
)

// RevealSecret swaps the row of a secret, or the slot of one version, for one that
// shows its value. Without htmx it is the page with that open, which by itself goes
// back to how it was.
func (d *Dashboard) RevealSecret(c echo.Context, a store.Actor) error {
	f, err := readForm(c, "extends", "password")
	if err != nil {
		return err
	}
	extends := f.line("extends")
	revealed, err := confirmed(d, c, f, func() (store.Revealed, error) {
		return d.store.RevealSecret(c.Request().Context(), a, placeOf(c, a).in, c.Param("secret"), version(c), extends)
	})
	if err != nil {
		return d.askToOpen(c, a, err, views.ConfirmProps{To: "reveal", Fields: sentBefore(f, "extends")})
	}
	row := d.openRow(c, a, revealed)
	row.Value = revealed.Value.Reveal()
	if !IsHTMX(c) {
		return d.drawOpenPage(c, a, row)
	}
	return d.drawOpenRow(c, row, f)
}

// asked is what the address is about: the row of a secret, or a version's slot.
func (d *Dashboard) asked(c echo.Context, a store.Actor, at place, s store.Secret) views.SecretProps {
	if v := version(c); v > 0 {
		return d.versionSlot(a, at, s, v)
	}
	return d.secretRow(a, at, s)
}

// openRow is the open row or slot but for its value.
func (d *Dashboard) openRow(c echo.Context, a store.Actor, r store.Revealed) views.RevealedProps {
	at := placeOf(c, a)
	row := views.RevealedProps{
		SecretProps: d.asked(c, a, at, r.Secret),
		Seconds:     r.Seconds,
		HideURL:     at.secret(r.ID) + "/row",
		EntryURL:    entryURL(a.Org().Slug, r.Entry),
		Entry:       r.Entry,
	}
	if row.Slot > 0 {
		row.HideURL = at.version(r.ID, row.Slot)
	}
	if r.Extended < store.MaxExtensions {
		row.KeepURL = row.RevealURL
	}
	return row
}

// drawOpenPage draws the page that the row or the slot is on.
func (d *Dashboard) drawOpenPage(c echo.Context, a store.Actor, row views.RevealedProps) error {
	c.Response().Header().Set("Refresh", fmt.Sprintf("%d; url=%s", row.Seconds, origin(c, a)))
	if row.Slot > 0 {
		return d.drawDetail(c, a, &row)
	}
	return d.drawSecrets(c, a, secretView{at: row.ID}, &row)
}

// origin is the page that the row or the slot is on: the list, or the secret's own.
func origin(c echo.Context, a store.Actor) string {
	at := placeOf(c, a)
	if version(c) > 0 {
		return at.secret(c.Param("secret"))
	}
	return at.showing(c.Param("secret"))
}

// drawOpenRow puts the row or the slot where the closed one is. The step-up form asked from
// inside the dialog, so its answer has to leave it.
func (d *Dashboard) drawOpenRow(c echo.Context, row views.RevealedProps, f form) error {
	events := map[string]any{"say": fmt.Sprintf("Value of %s shown for %d seconds. Recorded.", row.Label(), row.Seconds)}
	if f.line("extends") != "" {
		events["say"] = fmt.Sprintf("%d more seconds", row.Seconds)
	}
	if f.has("password") {
		events["modal:close"] = true
		retarget(c, "#"+row.Region(), "outerHTML")
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
	copied, err := confirmed(d, c, f, func() (store.Revealed, error) {
		return d.store.CopySecret(c.Request().Context(), a, placeOf(c, a).in, c.Param("secret"), version(c))
	})
	if err != nil {
		return d.askToOpen(c, a, err, views.ConfirmProps{To: "copy", Copy: true})
	}
	return c.Blob(http.StatusOK, "text/plain; charset=utf-8", []byte(copied.Value.Reveal()))
}

// askToOpen asks for the password where an error of a reveal or a copy wants it; any
// other error stays what it is.
func (d *Dashboard) askToOpen(c echo.Context, a store.Actor, err error, p views.ConfirmProps) error {
	status, errors, wanted := passwordWanted(c, err)
	if !wanted {
		return err
	}
	at := placeOf(c, a)
	s, hook, err := d.store.Secret(c.Request().Context(), a, at.in, c.Param("secret"))
	if err != nil {
		return err
	}
	row := d.asked(c, a, at, s)
	p.Name, p.URL, p.BackURL, p.Errors = row.Label(), row.RevealURL, origin(c, a), errors
	if p.Copy {
		p.URL = row.CopyURL
	}
	return d.askToConfirm(c, a, status, at.parent(hook), at.section, p)
}
