package dashboard

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"hooksafe/store"
	"hooksafe/views"
)

// SetupPage is the first run, and not there once it is over. A token in the
// address moves into a cookie; it is used up by the form only, so that a preview
// of the link burns nothing.
func (d *Dashboard) SetupPage(c echo.Context, _ store.Origin) error {
	if token := c.QueryParam("token"); token != "" {
		return d.keepSetupToken(c, token)
	}
	return d.drawSetup(c, http.StatusOK, views.SetupProps{})
}

// Setup takes the token, where it was typed in, or makes the first owner and
// organization.
func (d *Dashboard) Setup(c echo.Context, o store.Origin) error {
	f, err := readForm(c, "token", "name", "email", "password", "organization")
	if err == nil && f.has("token") {
		return d.keepSetupToken(c, f.line("token"))
	}
	if err == nil {
		err = d.setUp(c, o, f)
	}
	if store.CodeOf(err) == store.Unauthenticated {
		return d.askSetupToken(c, err)
	}
	if status, errors := refused(c, err); errors != nil {
		return d.drawSetup(c, status, views.SetupProps{
			Name: f.line("name"), Email: f.line("email"), Organization: f.line("organization"), Errors: errors,
		})
	}
	return err
}

func (d *Dashboard) setUp(c echo.Context, o store.Origin, f form) error {
	token, err := d.token(c, SetupName)
	if err != nil {
		return err
	}
	session, organization, err := d.store.Setup(c.Request().Context(), o, store.Setup{
		Token: token, Name: f.line("name"), Email: f.line("email"),
		Password: f.line("password"), Organization: f.line("organization"),
	})
	if err != nil {
		return err
	}
	if err := d.dropToken(c, SetupName); err != nil {
		return err
	}
	if err := d.signedIn(c, session); err != nil {
		return err
	}
	return redirect(c, hooksURL(organization.Slug))
}

// keepSetupToken accepts a token that is right. A wrong one is asked for again.
func (d *Dashboard) keepSetupToken(c echo.Context, token string) error {
	err := d.store.CheckSetupToken(c.Request().Context(), token)
	if store.CodeOf(err) == store.Unauthenticated {
		return d.askSetupToken(c, err)
	}
	if err != nil {
		return err
	}
	if err := d.setToken(c, SetupName, token, linkSeconds); err != nil {
		return err
	}
	return redirect(c, setupURL)
}

func (d *Dashboard) askSetupToken(c echo.Context, wrong error) error {
	e, _ := store.AsError(wrong)
	return Render(c, http.StatusUnprocessableEntity, views.Setup(views.SetupProps{
		Gate: d.gate, KeyID: d.store.KeyID(), Errors: views.Errors{"token": e.Message},
	}))
}

// drawSetup asks for the token, or, once the browser holds it, for the rest.
func (d *Dashboard) drawSetup(c echo.Context, status int, p views.SetupProps) error {
	token, err := d.token(c, SetupName)
	if err != nil {
		return err
	}
	err = d.store.CheckSetupToken(c.Request().Context(), token)
	if err != nil && store.CodeOf(err) != store.Unauthenticated {
		return err
	}
	p.Gate, p.KeyID, p.TokenAccepted = d.gate, d.store.KeyID(), err == nil
	return Render(c, status, views.Setup(p))
}
