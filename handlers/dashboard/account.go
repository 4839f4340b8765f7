package dashboard

import (
	"net/http"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"hooksafe/store"
	"hooksafe/views"
)

// Home leads to the hooks of the organization that was used last, or of the
// first one.
func (d *Dashboard) Home(c echo.Context, p store.ServerActor) error {
	here, err := d.lastOrganization(c, p)
	if err != nil {
		return err
	}
	if here.Slug == "" {
		return d.drawNoOrganization(c, p)
	}
	return redirect(c, hooksURL(here.Slug))
}

func (d *Dashboard) drawNoOrganization(c echo.Context, p store.ServerActor) error {
	gate := d.gate
	gate.Theme, gate.Toasts = p.Look().Theme, d.takeToasts(c)
	props := views.NoOrganizationProps{Gate: gate, Email: p.Email(), AccountURL: accountURL, SignOutURL: signOutURL}
	if !d.store.OrganizationsByOperator() {
		props.NewURL = newOrganizationURL
	}
	return Render(c, http.StatusOK, views.NoOrganization(props))
}

// Organization leads to its hooks.
func (d *Dashboard) Organization(c echo.Context, a store.Actor) error {
	return redirect(c, hooksURL(a.Org().Slug))
}

// lastOrganization is the zero one for a person who belongs to none.
func (d *Dashboard) lastOrganization(c echo.Context, p store.ServerActor) (store.Organization, error) {
	all, err := d.store.Organizations(c.Request().Context(), p)
	if err != nil || len(all) == 0 {
		return store.Organization{}, err
	}
	for _, o := range all {
		if o.Slug == p.LastOrg() {
			return o, nil
		}
	}
	return all[0], nil
}

// Account is the page of a person about themselves.
func (d *Dashboard) Account(c echo.Context, p store.ServerActor) error {
	return d.drawAccount(c, p, http.StatusOK, nil)
}

// ChangePassword sets a new one and ends every other session of the person.
func (d *Dashboard) ChangePassword(c echo.Context, p store.ServerActor) error {
	f, err := readForm(c, "email", "current", "password") // the e-mail is there for password managers
	if err == nil {
		err = d.changePassword(c, p, f)
	}
	if status, errors := refused(c, err); errors != nil {
		return d.drawAccount(c, p, status, errors)
	}
	return err
}

func (d *Dashboard) changePassword(c echo.Context, p store.ServerActor, f form) error {
	session, err := d.store.ChangePassword(c.Request().Context(), p, f.line("current"), f.line("password"))
	if err != nil {
		return err
	}
	if err := d.signedIn(c, session); err != nil {
		return err
	}
	return d.leave(c, accountURL, views.ToastProps{Kind: "ok", Text: "Password changed.", Detail: "You were signed out everywhere else."})
}

// UpdateProfile changes the name.
func (d *Dashboard) UpdateProfile(c echo.Context, p store.ServerActor) error {
	f, err := readForm(c, "name")
	if err == nil {
		err = d.store.UpdateProfile(c.Request().Context(), p, f.line("name"))
	}
	if status, errors := refused(c, err); errors != nil {
		return d.drawAccountAs(c, p, status, f.line("name"), errors)
	}
	if err != nil {
		return err
	}
	return d.leave(c, accountURL, views.ToastProps{Kind: "ok", Text: "Name changed."})
}

// SetAppearance keeps the theme and whether single keys do something.
func (d *Dashboard) SetAppearance(c echo.Context, p store.ServerActor) error {
	f, err := readForm(c, "theme", "shortcuts")
	if err != nil {
		return err
	}
	look := store.Look{Theme: f.line("theme"), Shortcuts: f.checked("shortcuts")}
	if err := d.store.SetLook(c.Request().Context(), p, look); err != nil {
		return err
	}
	saved := views.ToastProps{Kind: "ok", Text: "Appearance saved."}
	return d.changed(c, accountURL, saved, func() ([]templ.Component, error) {
		return []templ.Component{views.Appearance(appearance(look)), views.ToastPart(saved)}, nil
	})
}

// EndSession signs out one of the person's devices, perhaps this one.
func (d *Dashboard) EndSession(c echo.Context, p store.ServerActor) error {
	if _, err := readForm(c); err != nil {
		return err
	}
	here, err := d.store.EndSession(c.Request().Context(), p, c.Param("session"))
	if err != nil {
		return err
	}
	if here {
		return d.signedOut(c, signInURL)
	}
	return d.leave(c, accountURL, views.ToastProps{Kind: "ok", Text: "Device signed out.", Detail: "It is out at its next request."})
}

// EndOtherSessions signs out every device of the person but this one.
func (d *Dashboard) EndOtherSessions(c echo.Context, p store.ServerActor) error {
	if _, err := readForm(c); err != nil {
		return err
	}
	n, err := d.store.EndOtherSessions(c.Request().Context(), p)
	if err != nil {
		return err
	}
	return d.leave(c, accountURL, views.ToastProps{Kind: "ok", Text: views.DevicesSignedOut(n), Detail: "This one stays signed in."})
}

func (d *Dashboard) drawAccount(c echo.Context, p store.ServerActor, status int, errors views.Errors) error {
	return d.drawAccountAs(c, p, status, p.Name(), errors)
}

// drawAccountAs draws the page with a name that was typed.
func (d *Dashboard) drawAccountAs(c echo.Context, p store.ServerActor, status int, name string, errors views.Errors) error {
	shell, err := d.personalShell(c, p, "Account", views.InAccount)
	if err != nil {
		return err
	}
	page := views.AccountProps{
		Shell: shell, Name: name, Look: appearance(p.Look()), Errors: errors,
		ProfileURL: profileURL, PasswordURL: passwordURL, OthersURL: othersURL,
	}
	if page.Devices, err = d.devices(c, p); err != nil {
		return err
	}
	if page.SignIns, err = d.signIns(c, p); err != nil {
		return err
	}
	return Render(c, status, views.Account(page))
}

func appearance(look store.Look) views.AppearanceProps {
	return views.AppearanceProps{URL: appearanceURL, Theme: look.Theme, Keys: look.Shortcuts}
}

func (d *Dashboard) devices(c echo.Context, p store.ServerActor) ([]views.DeviceProps, error) {
	sessions, err := d.store.Sessions(c.Request().Context(), p)
	var devices []views.DeviceProps
	for _, s := range sessions {
		devices = append(devices, views.DeviceProps{
			Agent: s.Agent, Address: s.Address, SignedIn: d.when(s.SignedInAt), Active: d.when(s.SeenAt),
			Here: s.Here, EndURL: endSessionURL(s.ID),
		})
	}
	return devices, err
}

// signInsShown is how many of them the account page shows.
const signInsShown = 20

func (d *Dashboard) signIns(c echo.Context, p store.ServerActor) ([]views.SignInEntryProps, error) {
	entries, err := d.store.SignIns(c.Request().Context(), p, signInsShown)
	var all []views.SignInEntryProps
	for _, e := range entries {
		all = append(all, views.SignInEntryProps{
			When: d.when(time.UnixMicro(e.At)), Action: e.Action, Outcome: e.Outcome, Agent: value(e.Agent), Address: value(e.Address),
		})
	}
	return all, err
}

// Keys lists the keys, and says what hides a value.
func (d *Dashboard) Keys(c echo.Context, p store.ServerActor) error {
	keys := views.KeysProps{Off: !p.Look().Shortcuts, AccountURL: accountURL, Version: d.gate.Version}
	if IsHTMX(c) {
		return Render(c, http.StatusOK, views.Keys(keys))
	}
	shell, err := d.personalShell(c, p, "Help and keys", "")
	if err != nil {
		return err
	}
	return Render(c, http.StatusOK, views.KeysPage(views.KeysPageProps{Shell: shell, Keys: keys}))
}
