package dashboard

import (
	"net/http"

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
		return Render(c, http.StatusOK, views.NoOrganization(views.NoOrganizationProps{
			Gate: d.gate, Email: p.Email(), AccountURL: accountURL, SignOutURL: signOutURL,
		}))
	}
	return redirect(c, hooksURL(here.Slug))
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

func (d *Dashboard) drawAccount(c echo.Context, p store.ServerActor, status int, errors views.Errors) error {
	shell, err := d.ownShell(c, "Account")
	if err != nil {
		return err
	}
	here, err := d.lastOrganization(c, p)
	if err != nil {
		return err
	}
	if here.Slug != "" {
		a, err := d.store.MemberActor(c.Request().Context(), p, here.Slug)
		if err != nil {
			return err
		}
		if err := d.inOrganization(c, &shell, a); err != nil {
			return err
		}
	}
	shell.Active, shell.Toasts = views.InAccount, d.takeToasts(c)
	return Render(c, status, views.Account(views.AccountProps{Shell: shell, PasswordURL: passwordURL, Errors: errors}))
}
