// Package dashboard is the browser's side of the server: it decodes a request,
// makes one call to the store and draws the answer, as a page or, for htmx, as
// the part of a page that changes. Errors are returned, never written; only
// those that belong beside a field of a form are drawn here.
package dashboard

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/a-h/templ"
	"github.com/gorilla/sessions"
	"github.com/labstack/echo/v4"

	"hooksafe/store"
	"hooksafe/views"
)

// The sessions that a browser may hold, each with a cookie of its own: that of
// somebody who is signed in, and the tokens of the setup and of a reset link on
// their way from the address to the form.
const (
	SessionName = "session"
	SetupName   = "setup"
	ResetName   = "reset"
)

// PersonKey is where the Echo context keeps the store.ServerActor who is signed
// in.
const PersonKey = "person"

// Dashboard answers the browser.
type Dashboard struct {
	store    *store.Store
	sessions sessions.Store
	gate     views.GateProps
	places   int // for secrets, in each hook
}

// New returns the dashboard. What the gate says about the server stands on the
// pages of people who are nobody yet; secretsPerHook is the limit that lists
// show.
func New(s *store.Store, sessions sessions.Store, gate views.GateProps, secretsPerHook int) *Dashboard {
	return &Dashboard{s, sessions, gate, secretsPerHook}
}

func person(c echo.Context) store.ServerActor {
	return c.Get(PersonKey).(store.ServerActor)
}

// IsHTMX tells whether the answer goes into a page that is there already.
func IsHTMX(c echo.Context) bool { return c.Request().Header.Get("HX-Request") == "true" }

// Render draws views one after the other. Nothing is sent before all is drawn,
// so a view that fails is an error and not half a page.
func Render(c echo.Context, status int, parts ...templ.Component) error {
	var page bytes.Buffer
	for _, part := range parts {
		if err := part.Render(c.Request().Context(), &page); err != nil {
			return fmt.Errorf("draw page: %w", err)
		}
	}
	return c.HTMLBlob(status, page.Bytes())
}

func redirect(c echo.Context, url string) error { return c.Redirect(http.StatusSeeOther, url) }

// shell is what surrounds a page in an organization.
func (d *Dashboard) shell(c echo.Context, a store.Actor, title string, active views.Section) (views.ShellProps, error) {
	shell, err := d.ownShell(c, title)
	if err != nil {
		return shell, err
	}
	d.inOrganization(&shell, a.Org(), a.Role())
	hooks, err := d.store.CountHooks(c.Request().Context(), a)
	if err != nil {
		return shell, err
	}
	shell.Hooks, shell.Active = strconv.Itoa(hooks), active
	shell.Toasts, err = d.takeToasts(c)
	return shell, err
}

// ownShell is what surrounds a page of a person that belongs to no organization.
func (d *Dashboard) ownShell(c echo.Context, title string) (views.ShellProps, error) {
	p := person(c)
	organizations, err := d.store.Organizations(c.Request().Context(), p)
	if err != nil {
		return views.ShellProps{}, err
	}
	shell := views.ShellProps{
		Title:  title,
		Now:    d.store.Now(),
		Person: views.Person{Name: p.Name(), Email: p.Email(), AccountURL: accountURL, SignOutURL: signOutURL},
	}
	for _, o := range organizations {
		shell.Organizations = append(shell.Organizations, views.Organization{Name: o.Name, URL: hooksURL(o.Slug)})
	}
	return shell, nil
}

func (d *Dashboard) inOrganization(shell *views.ShellProps, o store.OrgRef, role store.Role) {
	shell.Organization = views.Organization{Name: o.Name, URL: hooksURL(o.Slug)}
	shell.HooksURL, shell.AuditURL = hooksURL(o.Slug), auditURL(o.Slug)
	shell.Person.Role = role.Title()
}

// ErrorShell surrounds the page of an error for somebody who is signed in. It
// is nil for everybody else, and names no organization: an error looks the same
// whether the organization in the address exists or not.
func (d *Dashboard) ErrorShell(c echo.Context) *views.ShellProps {
	if _, ok := c.Get(PersonKey).(store.ServerActor); !ok {
		return nil
	}
	shell, err := d.ownShell(c, "")
	if err != nil {
		return nil
	}
	return &shell
}

// sheet is a form that is a dialog, or a page of its own without htmx.
type sheet struct {
	title, parent, parentURL string
	form                     templ.Component
}

func (d *Dashboard) dialog(c echo.Context, a store.Actor, status int, s sheet) error {
	if IsHTMX(c) {
		return Render(c, status, s.form)
	}
	shell, err := d.shell(c, a, s.title, views.InHooks)
	if err != nil {
		return err
	}
	return Render(c, status, views.Sheet(views.SheetProps{Shell: shell, Parent: s.parent, ParentURL: s.parentURL, Form: s.form}))
}

// refused takes an error that belongs into the form that was sent: its status
// and its sentences. They are nil for any other error.
func refused(c echo.Context, err error) (int, views.Errors) {
	e, ok := store.AsError(err)
	if !ok {
		return 0, nil
	}
	switch e.Code {
	case store.Invalid:
		return http.StatusUnprocessableEntity, views.Errors{e.Field: e.Message}
	case store.Conflict, store.Full, store.Stale:
		return http.StatusConflict, views.Errors{e.Field: e.Message}
	case store.Limited:
		setRetryAfter(c, e.RetryAfter)
		return http.StatusTooManyRequests, views.Errors{"": e.Message}
	}
	return 0, nil
}

// trigger has the browser's script do what events say: close the dialog, speak.
func trigger(c echo.Context, events map[string]any) error {
	header, err := json.Marshal(events)
	if err != nil {
		return fmt.Errorf("encode trigger: %w", err)
	}
	c.Response().Header().Set("HX-Trigger", ascii(string(header)))
	return nil
}

// ascii writes JSON without a byte over 127: a header has no other characters.
func ascii(json string) string {
	var b strings.Builder
	for _, r := range json {
		if r < 0x80 {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	return b.String()
}

// retarget has htmx put the answer somewhere else than the request said.
func retarget(c echo.Context, target, swap string) {
	c.Response().Header().Set("HX-Retarget", target)
	c.Response().Header().Set("HX-Reswap", swap)
}

// leave answers a change with another page, on which a toast says what was done.
func (d *Dashboard) leave(c echo.Context, url string, t views.ToastProps) error {
	if err := d.leaveToast(c, t); err != nil {
		return err
	}
	if IsHTMX(c) {
		c.Response().Header().Set("HX-Redirect", url)
		return c.NoContent(http.StatusOK)
	}
	return redirect(c, url)
}

// changed answers a change with the parts of the page that look different now.
// Without htmx that is the whole page, at url.
func (d *Dashboard) changed(c echo.Context, url string, t views.ToastProps, parts func() ([]templ.Component, error)) error {
	if !IsHTMX(c) {
		return d.leave(c, url, t)
	}
	drawn, err := parts()
	if err != nil {
		return err
	}
	if err := trigger(c, map[string]any{"modal:close": true, "say": spoken(t)}); err != nil {
		return err
	}
	return Render(c, http.StatusOK, drawn...)
}

// spoken is what a live region says of a toast.
func spoken(t views.ToastProps) string {
	sentence := strings.TrimSuffix(strings.TrimSpace(t.Name+" "+t.Text), ".") + "."
	return strings.TrimSpace(sentence + " " + t.Detail)
}

func setRetryAfter(c echo.Context, wait time.Duration) {
	c.Response().Header().Set("Retry-After", strconv.Itoa(int(wait/time.Second)+1))
}

func (d *Dashboard) when(at time.Time) views.When { return views.When{At: at, Now: d.store.Now()} }

func init() { gob.Register(views.ToastProps{}) }

// leaveToast keeps a toast for the next page that this session is shown.
func (d *Dashboard) leaveToast(c echo.Context, t views.ToastProps) error {
	session, err := d.sessions.Get(c.Request(), SessionName)
	if err != nil {
		return err
	}
	session.AddFlash(t)
	return session.Save(c.Request(), c.Response())
}

func (d *Dashboard) takeToasts(c echo.Context) ([]views.ToastProps, error) {
	session, err := d.sessions.Get(c.Request(), SessionName)
	if err != nil {
		return nil, err
	}
	var toasts []views.ToastProps
	for _, flash := range session.Flashes() {
		if t, ok := flash.(views.ToastProps); ok {
			toasts = append(toasts, t)
		}
	}
	if len(toasts) == 0 {
		return nil, nil
	}
	return toasts, session.Save(c.Request(), c.Response())
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

// dropToken takes it away again.
func (d *Dashboard) dropToken(c echo.Context, name string) error {
	return d.setToken(c, name, "", -1)
}

// token is what the browser sent, or "".
func (d *Dashboard) token(c echo.Context, name string) (string, error) {
	session, err := d.sessions.Get(c.Request(), name)
	if err != nil {
		return "", err
	}
	return session.ID, nil
}
