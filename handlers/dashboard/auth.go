package dashboard

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"hooksafe/store"
	"hooksafe/views"
)

// How long a browser keeps the token of a one-time link while the form is
// filled in, in seconds. The store decides how long the token is good.
const linkSeconds = 3600

// SignInPage asks who is there. Somebody who is signed in goes on; while nobody
// can sign in, the first run comes first.
func (d *Dashboard) SignInPage(c echo.Context, _ store.Origin) error {
	session, err := d.sessions.Get(c.Request(), SessionName)
	if err != nil {
		return err
	}
	next := c.QueryParam("next")
	if !session.IsNew {
		return redirect(c, after(next))
	}
	first, err := d.store.SetupOpen(c.Request().Context())
	if err != nil {
		return err
	}
	if first {
		return redirect(c, setupURL)
	}
	return Render(c, http.StatusOK, views.SignIn(views.SignInProps{
		Gate: d.gate, Next: next, Expired: session.ID != "" && next != "",
	}))
}

// SignIn starts a session. A token that the browser brought is ended, not kept.
func (d *Dashboard) SignIn(c echo.Context, o store.Origin) error {
	f, err := readForm(c, "email", "password", "next")
	if err != nil {
		return err
	}
	old, err := d.token(c, SessionName)
	if err != nil {
		return err
	}
	session, err := d.store.SignIn(c.Request().Context(), o, f.line("email"), f.line("password"), old)
	if err != nil {
		return d.signInAgain(c, f, err)
	}
	if err := d.signedIn(c, session); err != nil {
		return err
	}
	return redirect(c, after(f.line("next")))
}

func (d *Dashboard) signInAgain(c echo.Context, f form, err error) error {
	e, ok := store.AsError(err)
	if !ok {
		return err
	}
	p := views.SignInProps{Gate: d.gate, Email: f.line("email"), Next: f.line("next")}
	switch e.Code {
	case store.Invalid:
		p.Failed, p.TriesLeft = true, e.TriesLeft
		return Render(c, http.StatusUnprocessableEntity, views.SignIn(p))
	case store.Limited:
		p.Pause = e.RetryAfter
		setRetryAfter(c, e.RetryAfter)
		return Render(c, http.StatusTooManyRequests, views.SignIn(p))
	default:
		return err
	}
}

// after is where a sign-in leads to.
func after(next string) string {
	if localPath(next) {
		return next
	}
	return homeURL
}

// SignOut ends the session here and has the browser forget what it saw.
func (d *Dashboard) SignOut(c echo.Context, p store.ServerActor) error {
	f, err := readForm(c, "next")
	if err != nil {
		return err
	}
	if err := d.store.SignOut(c.Request().Context(), p); err != nil {
		return err
	}
	if next := f.line("next"); localPath(next) {
		return d.signedOut(c, next)
	}
	return d.signedOut(c, signInURL)
}

// signedOut takes the token away and leads to a page for nobody.
func (d *Dashboard) signedOut(c echo.Context, url string) error {
	if err := d.dropToken(c, SessionName); err != nil {
		return err
	}
	c.Response().Header().Set("Clear-Site-Data", `"cache", "storage"`)
	return redirect(c, url)
}

// ResetLink moves the token of a reset link from the address into a cookie.
// Nothing is looked up and nothing used up.
func (d *Dashboard) ResetLink(c echo.Context, _ store.Origin) error {
	if err := d.setToken(c, ResetName, c.Param("token"), linkSeconds); err != nil {
		return err
	}
	return redirect(c, resetURL)
}

// ResetPage asks for a new password, if the link is good.
func (d *Dashboard) ResetPage(c echo.Context, _ store.Origin) error {
	return d.drawReset(c, http.StatusOK, nil)
}

// Reset sets the new password and signs in.
func (d *Dashboard) Reset(c echo.Context, o store.Origin) error {
	f, err := readForm(c, "email", "password") // the e-mail is there for password managers
	if err == nil {
		err = d.reset(c, o, f)
	}
	if status, errors := refused(c, err); errors != nil {
		return d.drawReset(c, status, errors)
	}
	if store.CodeOf(err) == store.NotFound {
		return d.drawReset(c, http.StatusNotFound, nil)
	}
	return err
}

func (d *Dashboard) reset(c echo.Context, o store.Origin, f form) error {
	token, err := d.token(c, ResetName)
	if err != nil {
		return err
	}
	session, err := d.store.ResetPassword(c.Request().Context(), o, token, f.line("password"))
	if err != nil {
		return err
	}
	if err := d.dropToken(c, ResetName); err != nil {
		return err
	}
	if err := d.signedIn(c, session); err != nil {
		return err
	}
	return redirect(c, homeURL)
}

func (d *Dashboard) drawReset(c echo.Context, status int, errors views.Errors) error {
	token, err := d.token(c, ResetName)
	if err != nil {
		return err
	}
	email, err := d.store.CheckReset(c.Request().Context(), token)
	if store.CodeOf(err) == store.NotFound {
		return Render(c, http.StatusNotFound, views.Reset(views.ResetProps{Gate: d.gate, Gone: true}))
	}
	if err != nil {
		return err
	}
	return Render(c, status, views.Reset(views.ResetProps{Gate: d.gate, Email: email, Errors: errors}))
}
