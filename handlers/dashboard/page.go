// Package dashboard is the browser's side of the server: it decodes a request,
// makes one call to the store and draws the answer, as a page or, for htmx, as
// the part of a page that changes. Errors are returned, never written; only
// those that belong beside a field of a form are drawn here.
package dashboard

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"

	"github.com/a-h/templ"
	"github.com/gorilla/sessions"
	"github.com/labstack/echo/v4"

	"hooksafe/store"
	"hooksafe/views"
)

// Dashboard answers the browser.
type Dashboard struct {
	store    *store.Store
	sessions sessions.Store
	gate     views.GateProps
	baseURL  string
}

// New returns the dashboard. What the gate says about the server stands on the
// pages of people who are nobody yet. The base URL is the address that people and
// programs use.
func New(s *store.Store, sessions sessions.Store, gate views.GateProps, baseURL string) *Dashboard {
	return &Dashboard{s, sessions, gate, baseURL}
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
	shell.Active, shell.Toasts = active, d.takeToasts(c)
	return shell, d.inOrganization(c, &shell, a)
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

		KeysURL: keysURL, KeysOff: !p.Look().Shortcuts, Theme: p.Look().Theme,
	}
	if len(organizations) > 0 {
		shell.SearchURL = anySearchURL
	}
	if !d.store.OrganizationsByOperator() {
		shell.NewOrganizationURL = newOrganizationURL
	}
	for _, o := range organizations {
		shell.Organizations = append(shell.Organizations, views.Organization{Name: o.Name, URL: hooksURL(o.Slug)})
	}
	return shell, nil
}

func (d *Dashboard) inOrganization(c echo.Context, shell *views.ShellProps, a store.Actor) error {
	n, err := d.store.Counts(c.Request().Context(), a)
	if err != nil {
		return err
	}
	o := a.Org()
	shell.Organization = views.Organization{Name: o.Name, URL: hooksURL(o.Slug)}
	shell.Entries = []views.EntryProps{
		{Section: views.InHooks, URL: hooksURL(o.Slug), Count: strconv.Itoa(n.Hooks)},
		{Section: views.InAudit, URL: auditURL(o.Slug)},
	}
	shell.Settings = settings(a, n)
	shell.SearchURL, shell.HookID = searchURL(o.Slug), c.Param("hook")
	shell.Person.Role = a.Role().Title()
	return nil
}

// settings are the entries of the navigation that are about the organization itself,
// as far as the actor's role reaches.
func settings(a store.Actor, n store.Counts) []views.EntryProps {
	org := a.Org().Slug
	entries := []views.EntryProps{
		{Section: views.InSecrets, URL: organizationSecretsURL(org), Count: strconv.Itoa(n.Secrets)},
		{Section: views.InMembers, URL: membersURL(org), Count: strconv.Itoa(n.Members)},
	}
	if a.Can(store.ManageKeys) {
		entries = append(entries, views.EntryProps{Section: views.InAPIKeys, URL: apiKeysURL(org), Count: strconv.Itoa(n.Keys)})
	}
	if a.Can(store.ManageOrganization) {
		entries = append(entries, views.EntryProps{Section: views.InGeneral, URL: generalURL(org)})
	}
	return entries
}

// personalShell surrounds a page about the person or the program: in the
// organization that was used last, if there is one.
func (d *Dashboard) personalShell(c echo.Context, p store.ServerActor, title string, active views.Section) (views.ShellProps, error) {
	shell, err := d.ownShell(c, title)
	if err != nil {
		return shell, err
	}
	here, err := d.lastOrganization(c, p)
	if err != nil {
		return shell, err
	}
	shell.Active, shell.Toasts = active, d.takeToasts(c)
	if here.Slug == "" {
		return shell, nil
	}
	a, err := d.store.MemberActor(c.Request().Context(), p, here.Slug)
	if err != nil {
		return shell, err
	}
	return shell, d.inOrganization(c, &shell, a)
}

// ErrorShell surrounds the page of an error for somebody who is signed in. It
// is nil for everybody else, and names no organization: an error looks the same
// whether the organization in the address exists or not.
func (d *Dashboard) ErrorShell(c echo.Context, title string) *views.ShellProps {
	if _, ok := c.Get(PersonKey).(store.ServerActor); !ok {
		return nil
	}
	shell, err := d.ownShell(c, title)
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
	return d.dialogIn(c, a, status, views.InHooks, s)
}

// dialogIn is a dialog of a part of the navigation.
func (d *Dashboard) dialogIn(c echo.Context, a store.Actor, status int, in views.Section, s sheet) error {
	if IsHTMX(c) {
		return Render(c, status, s.form)
	}
	shell, err := d.shell(c, a, s.title, in)
	if err != nil {
		return err
	}
	return Render(c, status, views.Sheet(views.SheetProps{Shell: shell, Parent: s.parent, ParentURL: s.parentURL, Form: s.form}))
}
