package dashboard

import (
	"cmp"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"hooksafe/store"
	"hooksafe/views"
)

func valueRulesURL(org string) string         { return generalURL(org) + "/values" }
func deleteOrganizationURL(org string) string { return generalURL(org) + "/delete" }

// generalPage is what a page about the organization itself lies under.
const generalPage = "General"

// General is what owners settle about their organization.
func (d *Dashboard) General(c echo.Context, a store.Actor) error {
	return d.drawGeneral(c, a, http.StatusOK, func(*views.GeneralPageProps) {})
}

// RenameOrganization changes name and address. What follows is under the new one.
func (d *Dashboard) RenameOrganization(c echo.Context, a store.Actor) error {
	f, err := readForm(c, "name", "slug", "base", "password")
	base, _ := f.base() // anything else is as stale as 0
	var renamed store.OrgRef
	if err == nil {
		renamed, err = confirmed(d, c, f, func() (store.OrgRef, error) {
			return d.store.RenameOrganization(c.Request().Context(), a, base, f.line("name"), f.line("slug"))
		})
	}
	if status, errors, wanted := passwordWanted(c, err); wanted {
		return d.askToConfirmGeneral(c, a, status, errors, generalURL(a.Org().Slug), sentBefore(f, "name", "slug", "base"))
	}
	if status, errors := refused(c, err); errors != nil {
		return d.drawGeneral(c, a, status, func(p *views.GeneralPageProps) {
			p.Address.Name, p.Address.Slug = f.line("name"), f.line("slug")
			p.Address.Conflict, p.Address.Errors = meanwhile(err, a, errors)
		})
	}
	if err != nil {
		return err
	}
	return d.leave(c, generalURL(renamed.Slug), views.ToastProps{Kind: "ok", Text: "Name and address saved."})
}

// ChangeSettings changes how values are shown, and to whom.
func (d *Dashboard) ChangeSettings(c echo.Context, a store.Actor) error {
	f, err := readForm(c, "seconds", "editors", "confirm", "base", "password")
	base, _ := f.base() // as for the name
	if err == nil {
		_, err = confirmed(d, c, f, func() (struct{}, error) {
			return struct{}{}, d.store.ChangeSettings(c.Request().Context(), a, base, settingsIn(f))
		})
	}
	if status, errors, wanted := passwordWanted(c, err); wanted {
		return d.askToConfirmGeneral(c, a, status, errors, valueRulesURL(a.Org().Slug), sentBefore(f, "seconds", "editors", "confirm", "base"))
	}
	if status, errors := refused(c, err); errors != nil {
		return d.drawGeneral(c, a, status, func(p *views.GeneralPageProps) {
			p.Values.Seconds, p.Values.EditorsReveal, p.Values.Confirm = f.line("seconds"), f.checked("editors"), f.line("confirm")
			p.Values.Conflict, p.Values.Errors = meanwhile(err, a, errors)
		})
	}
	if err != nil {
		return err
	}
	return d.leave(c, generalURL(a.Org().Slug), views.ToastProps{Kind: "ok", Text: "Rules saved.", Detail: "They hold from the next request on."})
}

func settingsIn(f form) store.Settings {
	seconds, _ := strconv.Atoi(f.line("seconds")) // 0 is none of the times
	return store.Settings{RevealSeconds: seconds, EditorsReveal: f.checked("editors"), Confirm: f.line("confirm")}
}

// meanwhile tells who saved a newer one, if that is what an error says; else what the
// form says of it.
func meanwhile(err error, a store.Actor, errors views.Errors) (*views.ConflictProps, views.Errors) {
	if e, ok := store.AsError(err); ok && e.Code == store.Stale {
		return &views.ConflictProps{By: cmp.Or(e.By, "Somebody"), NewerURL: generalURL(a.Org().Slug)}, nil
	}
	return nil, errors
}

// askToConfirmGeneral asks for the password before a form of the page is saved.
func (d *Dashboard) askToConfirmGeneral(c echo.Context, a store.Actor, status int, errors views.Errors, url string, fields []views.HiddenField) error {
	return d.askToConfirm(c, a, status, generalPage, views.InGeneral, views.ConfirmProps{
		URL: url, BackURL: generalURL(a.Org().Slug), To: "change the organization", Name: a.Org().Name, Fields: fields, Errors: errors,
	})
}

// drawGeneral draws the page as things stand, but for what change puts in.
func (d *Dashboard) drawGeneral(c echo.Context, a store.Actor, status int, change func(*views.GeneralPageProps)) error {
	now, err := d.store.General(c.Request().Context(), a)
	if err != nil {
		return err
	}
	shell, err := d.shell(c, a, generalPage, views.InGeneral)
	if err != nil {
		return err
	}
	p := views.GeneralPageProps{
		Shell: shell,
		Address: views.AddressProps{
			URL: generalURL(a.Org().Slug), Host: d.gate.Host, Name: now.Name, Slug: now.Slug, Base: now.Revision,
		},
		Values: views.ValueRulesProps{
			URL: valueRulesURL(a.Org().Slug), Times: revealTimes(), Seconds: strconv.Itoa(now.RevealSeconds),
			EditorsReveal: now.EditorsReveal, Confirm: now.Confirm, Base: now.Revision,
		},
		DeleteURL: deleteOrganizationURL(a.Org().Slug),
	}
	change(&p)
	return Render(c, status, views.GeneralPage(p))
}

// revealTimes are how long a value may show.
func revealTimes() []views.TermProps {
	var times []views.TermProps
	for _, n := range store.RevealTimes() {
		label := strconv.Itoa(n) + " s"
		if n%60 == 0 {
			label = strconv.Itoa(n/60) + " min"
		}
		times = append(times, views.TermProps{ID: strconv.Itoa(n), Label: label})
	}
	return times
}

// AskDeleteOrganization asks for the name of the organization that shall go.
func (d *Dashboard) AskDeleteOrganization(c echo.Context, a store.Actor) error {
	return d.drawDeleteOrganization(c, a, http.StatusOK, "", nil)
}

// DeleteOrganization destroys the organization. The person goes on elsewhere.
func (d *Dashboard) DeleteOrganization(c echo.Context, a store.Actor) error {
	f, err := readForm(c, "name", "password")
	if err == nil {
		_, err = confirmed(d, c, f, func() (struct{}, error) {
			return struct{}{}, d.store.DeleteOrganization(c.Request().Context(), a, f.line("name"))
		})
	}
	if status, errors, wanted := passwordWanted(c, err); wanted {
		return d.askToConfirm(c, a, status, generalPage, views.InGeneral, views.ConfirmProps{
			URL: deleteOrganizationURL(a.Org().Slug), BackURL: generalURL(a.Org().Slug), To: "delete the organization", Name: a.Org().Name,
			Fields: sentBefore(f, "name"), Errors: errors,
		})
	}
	if status, errors := refused(c, err); errors != nil {
		return d.drawDeleteOrganization(c, a, status, f.line("name"), errors)
	}
	if err != nil {
		return err
	}
	return d.leave(c, homeURL, views.ToastProps{Kind: "gone", Text: a.Org().Name + " is deleted.", Detail: "Its hooks, secrets and API keys are destroyed."})
}

func (d *Dashboard) drawDeleteOrganization(c echo.Context, a store.Actor, status int, typed string, errors views.Errors) error {
	doomed, err := d.store.OrganizationToDelete(c.Request().Context(), a)
	if err != nil {
		return err
	}
	back := generalURL(a.Org().Slug)
	return d.dialogIn(c, a, status, views.InGeneral, sheet{"Delete " + doomed.Name, generalPage, back, views.DeleteOrganization(views.DeleteOrganizationProps{
		URL: deleteOrganizationURL(a.Org().Slug), BackURL: back, Name: doomed.Name,
		Hooks: doomed.Hooks, Secrets: doomed.Secrets, Members: doomed.Members, Keys: doomed.Keys,
		Typed: typed, Errors: errors,
	})})
}

// NewOrganization asks for the name of another organization.
func (d *Dashboard) NewOrganization(c echo.Context, p store.ServerActor) error {
	return d.drawNewOrganization(c, p, http.StatusOK, form{}, nil)
}

// FoundOrganization makes an organization of the person's own.
func (d *Dashboard) FoundOrganization(c echo.Context, p store.ServerActor) error {
	f, err := readForm(c, "name", "slug")
	var made store.OrgRef
	if err == nil {
		made, err = d.store.FoundOrganization(c.Request().Context(), p, f.line("name"), f.line("slug"))
	}
	if status, errors := refused(c, err); errors != nil {
		return d.drawNewOrganization(c, p, status, f, errors)
	}
	if err != nil {
		return err
	}
	return d.leave(c, hooksURL(made.Slug), views.ToastProps{Kind: "ok", Text: made.Name + " is yours.", Detail: "You are its owner."})
}

func (d *Dashboard) drawNewOrganization(c echo.Context, p store.ServerActor, status int, f form, errors views.Errors) error {
	if err := d.store.FoundingForm(c.Request().Context(), p); err != nil {
		return err
	}
	dialog := views.NewOrganization(views.NewOrganizationProps{
		URL: newOrganizationURL, BackURL: homeURL, Host: d.gate.Host, Name: f.line("name"), Slug: f.line("slug"), Errors: errors,
	})
	if IsHTMX(c) {
		return Render(c, status, dialog)
	}
	shell, err := d.personalShell(c, p, "New organization", "")
	if err != nil {
		return err
	}
	return Render(c, status, views.Sheet(views.SheetProps{Shell: shell, Parent: "Hooks", ParentURL: homeURL, Form: dialog}))
}
