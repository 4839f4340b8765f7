package dashboard

import (
	"encoding/gob"

	"github.com/labstack/echo/v4"

	"hooksafe/store"
	"hooksafe/views"
)

// The sessions that a browser may hold, each with a cookie of its own: that of
// somebody who is signed in, and the tokens of the setup, of a reset link and of an
// invitation on their way from the address to the form.
const (
	SessionName    = "session"
	SetupName      = "setup"
	ResetName      = "reset"
	InvitationName = "invitation"
)

// PersonKey is where the Echo context keeps the store.ServerActor who is signed
// in.
const PersonKey = "person"

func person(c echo.Context) store.ServerActor {
	return c.Get(PersonKey).(store.ServerActor)
}

// token is what the browser sent, or "".
func (d *Dashboard) token(c echo.Context, name string) (string, error) {
	session, err := d.sessions.Get(c.Request(), name)
	if err != nil {
		return "", err
	}
	return session.ID, nil
}

// setToken gives the browser a token to keep: for seconds, or, with 0, until it
// is closed.
func (d *Dashboard) setToken(c echo.Context, name, token string, seconds int) error {
	session, err := d.sessions.Get(c.Request(), name)
	if err != nil {
		return err
	}
	session.ID, session.Options.MaxAge = token, seconds
	return session.Save(c.Request(), c.Response())
}

// signedIn gives the browser the token of a session.
func (d *Dashboard) signedIn(c echo.Context, s store.Session) error {
	return d.setToken(c, SessionName, s.Token, 0)
}

// dropToken takes a token away again.
func (d *Dashboard) dropToken(c echo.Context, name string) error {
	return d.setToken(c, name, "", -1)
}

func init() { gob.Register(views.ToastProps{}) }

// leaveToast keeps a toast for the next page that this session is shown. It is
// lost where nothing can be written: what it tells is done all the same.
func (d *Dashboard) leaveToast(c echo.Context, t views.ToastProps) {
	session, err := d.sessions.Get(c.Request(), SessionName)
	if err != nil {
		return
	}
	session.AddFlash(t)
	_ = session.Save(c.Request(), c.Response())
}

// takeToasts returns the toasts that were left. Where nothing can be written
// they show again on the next page: reading goes on when the disk is full.
func (d *Dashboard) takeToasts(c echo.Context) []views.ToastProps {
	session, err := d.sessions.Get(c.Request(), SessionName)
	if err != nil {
		return nil
	}
	var toasts []views.ToastProps
	for _, flash := range session.Flashes() {
		if t, ok := flash.(views.ToastProps); ok {
			toasts = append(toasts, t)
		}
	}
	if len(toasts) > 0 {
		_ = session.Save(c.Request(), c.Response())
	}
	return toasts
}
