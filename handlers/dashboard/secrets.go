package dashboard

import (
	"net/http"
	"strings"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"hooksafe/store"
	"hooksafe/views"
)

// Settings leads to the first of the pages about the organization itself.
func (d *Dashboard) Settings(c echo.Context, a store.Actor) error {
	return redirect(c, organizationSecretsURL(a.Org().Slug))
}

// Secrets lists the secrets of a hook or of the organization, their values hidden.
func (d *Dashboard) Secrets(c echo.Context, a store.Actor) error {
	return d.drawSecrets(c, a, viewOfSecrets(c.QueryParams()), nil)
}

// drawSecrets draws the page of secrets, with one of them open or none. For htmx it is
// the list alone: what a filter found, whose address the page then has, or more of the
// same.
func (d *Dashboard) drawSecrets(c echo.Context, a store.Actor, view secretView, open *views.RevealedProps) error {
	at := placeOf(c, a)
	shown, err := d.showSecrets(c, a, at, view, view.at)
	if err != nil {
		return err
	}
	shown.list.Open = open
	switch {
	case IsHTMX(c) && view.after != "":
		return Render(c, http.StatusOK, views.SecretList(shown.list))
	case IsHTMX(c):
		c.Response().Header().Set("HX-Replace-Url", shown.view.url(at.list))
		if err := trigger(c, map[string]any{"say": shown.list.Sum()}); err != nil {
			return err
		}
		return Render(c, http.StatusOK, views.SecretList(shown.list))
	}
	return d.drawSecretsPage(c, a, at, shown)
}

func (d *Dashboard) drawSecretsPage(c echo.Context, a store.Actor, at place, shown shownSecrets) error {
	title := ownSecretsPage
	if !at.own {
		title = "Secrets, " + shown.hook.Name
	}
	shell, err := d.shell(c, a, title, at.section)
	if err != nil {
		return err
	}
	if at.own {
		return Render(c, http.StatusOK, views.OrganizationSecretsPage(views.OrganizationSecretsPageProps{
			Shell: shell, Head: organizationSecretsHead(a, shown.list), List: shown.list,
		}))
	}
	return Render(c, http.StatusOK, views.SecretsPage(views.SecretsPageProps{
		Shell: shell, Head: d.secretsHead(a, shown), List: shown.list,
	}))
}

// secretsHead is the head above the secrets of a hook.
func (d *Dashboard) secretsHead(a store.Actor, shown shownSecrets) views.HookHeadProps {
	head := d.hookHead(a, shown.hook, views.SecretsTab)
	head.Filter = secretsFilter(shown.list)
	return head
}

func organizationSecretsHead(a store.Actor, list views.SecretListProps) views.OrganizationSecretsHeadProps {
	head := views.OrganizationSecretsHeadProps{Organization: a.Org().Name, AddURL: list.AddURL, ImportURL: list.ImportURL, Filter: secretsFilter(list)}
	if list.Total > 0 {
		head.ExportURL = organizationSecretsURL(a.Org().Slug) + exportPath
	}
	return head
}

// secretsFilter filters a list by name. One that is seen at a glance has none.
func secretsFilter(list views.SecretListProps) views.FilterProps {
	if list.Total > 5 || list.Filter != "" {
		return views.FilterProps{URL: list.AllURL, Text: list.Filter}
	}
	return views.FilterProps{}
}

func (d *Dashboard) secretRow(a store.Actor, at place, s store.Secret) views.SecretProps {
	p := views.SecretProps{
		ID: s.ID, Name: s.Name, Note: s.Note, Version: s.Version,
		Updated: d.when(s.UpdatedAt), UpdatedBy: s.UpdatedBy,
		LastUsed: d.when(s.LastUsedAt), LastUsedBy: s.LastUsedBy,
		Due: d.when(s.DueAt), DueFor: s.DueFor,
	}
	url := at.secret(s.ID)
	p.DetailURL = url
	if a.Can(at.reveals) && s.Version > 0 {
		p.RevealURL, p.CopyURL = url+"/reveal", url+"/copy"
	}
	if a.Can(at.edits) {
		p.EditURL, p.DeleteURL = url+"/edit", url+"/delete"
	}
	return p
}

// SecretRow is one row with its value hidden, which takes the place of the open
// one. As a page it is the list.
func (d *Dashboard) SecretRow(c echo.Context, a store.Actor) error {
	at := placeOf(c, a)
	s, _, err := d.store.Secret(c.Request().Context(), a, at.in, c.Param("secret"))
	if err != nil {
		return err
	}
	if !IsHTMX(c) {
		return redirect(c, at.showing(s.ID))
	}
	if err := trigger(c, map[string]any{"say": s.Name + " hidden"}); err != nil {
		return err
	}
	return Render(c, http.StatusOK, views.Secret(d.secretRow(a, at, s)))
}

// NewSecret asks for a new secret. The editor asks for one of a name that the
// script reads.
func (d *Dashboard) NewSecret(c echo.Context, a store.Actor) error {
	at := placeOf(c, a)
	p := views.AddSecretProps{FromEditor: !at.own && c.QueryParam("from") == fromEditor}
	if name := c.QueryParam("name"); at.in.TakesName(name) {
		p.Name = name
	}
	return d.drawAddSecret(c, a, at, http.StatusOK, p)
}

// AddSecret adds a secret to a hook or to the organization.
func (d *Dashboard) AddSecret(c echo.Context, a store.Actor) error {
	at := placeOf(c, a)
	f, err := readForm(c, "name", "value", "file", "note", "another", "from", "correct")
	typed := views.AddSecretProps{
		Name: f.line("name"), Note: f.line("note"), Another: f.checked("another"), FromEditor: !at.own && f.line("from") == fromEditor,
	}
	if name, wanted := at.corrected(f); err == nil && wanted {
		typed.Name, typed.Again = name, true
		return d.drawAddSecret(c, a, at, http.StatusOK, typed)
	}
	var added store.Secret
	if err == nil {
		added, err = d.addSecret(c, a, at, f)
	}
	if status, errors := refused(c, err); errors != nil {
		typed.Errors = errors
		return d.drawAddSecret(c, a, at, status, typed)
	}
	if err != nil {
		return err
	}
	if typed.FromEditor {
		return d.addedFromEditor(c, a, added)
	}
	return d.secretAdded(c, a, at, added, typed.Another)
}

// corrected is the name to go on with, if the button of a form asked for that: script
// fills it in without asking. A name that keeps to the rule is not corrected.
func (at place) corrected(f form) (name string, wanted bool) {
	name = f.line("name")
	if !at.own || !f.checked("correct") || at.in.TakesName(name) {
		return name, false
	}
	return store.CorrectedName(name), true
}

// offer is the corrected name for a refused one, or "".
func (at place) offer(name string) string {
	if !at.own || at.in.TakesName(name) {
		return ""
	}
	return store.CorrectedName(name)
}

func (d *Dashboard) addSecret(c echo.Context, a store.Actor, at place, f form) (store.Secret, error) {
	value, err := f.textOrFile("value", "file")
	if err != nil {
		return store.Secret{}, err
	}
	return d.store.AddSecret(c.Request().Context(), a, at.in, store.NewSecret{
		Name: f.line("name"), Note: f.line("note"), Value: store.NewPlaintext(value),
	})
}

// addedToast says how many secrets there are now, and of how many, where that is
// limited.
func addedToast(added store.Secret, total int, places views.Quota) views.ToastProps {
	return views.ToastProps{Kind: "ok", Name: added.Name, Text: "added", Detail: views.AddedDetail(total, places)}
}

// secretAdded answers with the list, and with an empty form if another secret is
// to follow and there is a place for it.
func (d *Dashboard) secretAdded(c echo.Context, a store.Actor, at place, added store.Secret, another bool) error {
	shown, err := d.showChanged(c, a, at, added.ID)
	if err != nil {
		return err
	}
	toast := addedToast(added, shown.list.Total, shown.list.Quota)
	another = another && !shown.list.Quota.Full()
	switch {
	case another && IsHTMX(c):
		if err := trigger(c, map[string]any{"say": spoken(toast)}); err != nil {
			return err
		}
		empty := d.addSecretForm(at, shown.hook, views.AddSecretProps{Another: true})
		return Render(c, http.StatusOK, empty, d.secretParts(a, at, shown, toast))
	case another:
		return d.leave(c, at.list+"/new", toast)
	}
	return d.changed(c, at.showing(added.ID), toast, func() ([]templ.Component, error) {
		return []templ.Component{d.secretParts(a, at, shown, toast)}, nil
	})
}

// secretParts is what looks different on the page after a change.
func (d *Dashboard) secretParts(a store.Actor, at place, shown shownSecrets, t views.ToastProps) templ.Component {
	if at.own {
		return views.OrganizationSecretsChanged(views.OrganizationSecretsChangedProps{
			Head: organizationSecretsHead(a, shown.list), List: shown.list, Toast: t,
		})
	}
	return views.SecretsChanged(views.SecretsChangedProps{Head: d.secretsHead(a, shown), List: shown.list, Toast: t})
}

func (d *Dashboard) drawAddSecret(c echo.Context, a store.Actor, at place, status int, p views.AddSecretProps) error {
	_, hook, err := d.store.SecretForm(c.Request().Context(), a, at.in, "")
	if err != nil {
		return err
	}
	if p.Errors["name"] != "" {
		p.NameHelp = d.nameHelp(c, a, at, p.Name)
	}
	title := "Add secret"
	if at.own {
		title = "Add organization secret"
	}
	return d.dialogIn(c, a, status, at.section, sheet{title, at.parent(hook), at.list, d.addSecretForm(at, hook, p)})
}

func (d *Dashboard) addSecretForm(at place, h store.Hook, p views.AddSecretProps) templ.Component {
	p.URL, p.BackURL = at.list, at.list
	if !at.own {
		p.Hook, p.Quota = h.Name, d.quota(h)
	}
	if p.FromEditor {
		p.BackURL = strings.TrimSuffix(at.list, "/secrets")
	}
	return views.AddSecret(p)
}

func (d *Dashboard) quota(h store.Hook) views.Quota {
	return views.Quota{Used: h.Secrets, Limit: d.store.SecretsPerHook()}
}

// nameHelp is the way on from a name that was refused: to one that keeps to the rule,
// or to the secret that has it already.
func (d *Dashboard) nameHelp(c echo.Context, a store.Actor, at place, name string) views.NameHelp {
	if offer := at.offer(name); offer != "" {
		return views.NameHelp{Corrected: offer}
	}
	if other, err := d.store.SecretNamed(c.Request().Context(), a, at.in, name); err == nil {
		return views.NameHelp{TakenURL: at.secret(other.ID) + "/edit"}
	}
	return views.NameHelp{}
}

// EditSecret asks for what shall change. It never holds the stored value.
func (d *Dashboard) EditSecret(c echo.Context, a store.Actor) error {
	return d.drawEditSecret(c, a, http.StatusOK, nil)
}

// ChangeSecret changes name, note and value; an empty value keeps the stored one.
func (d *Dashboard) ChangeSecret(c echo.Context, a store.Actor) error {
	at := placeOf(c, a)
	f, err := readForm(c, "base", "name", "value", "file", "note", "correct")
	if name, wanted := at.corrected(f); err == nil && wanted {
		p := editAgain(f)
		p.Name, p.Again = name, true
		return d.drawEditSecret(c, a, http.StatusOK, p)
	}
	var changed store.Secret
	if err == nil {
		changed, err = d.changeSecret(c, a, at, f)
	}
	if status, errors := refused(c, err); errors != nil {
		return d.drawEditSecret(c, a, status, editRefused(at, c.Param("secret"), f, err, errors))
	}
	if err != nil {
		return err
	}
	return d.secretChanged(c, a, at, changed.ID, views.ToastProps{Kind: "ok", Name: changed.Name, Text: "saved"})
}

func (d *Dashboard) changeSecret(c echo.Context, a store.Actor, at place, f form) (store.Secret, error) {
	base, err := f.base()
	if err != nil {
		return store.Secret{}, err
	}
	value, err := f.textOrFile("value", "file")
	if err != nil {
		return store.Secret{}, err
	}
	change := store.SecretChange{Base: base, Name: f.line("name"), Note: f.line("note")}
	if value != "" {
		typed := store.NewPlaintext(value)
		change.Value = &typed
	}
	return d.store.ChangeSecret(c.Request().Context(), a, at.in, c.Param("secret"), change)
}

// editAgain is the form with what was typed, but never the value.
func editAgain(f form) *views.EditSecretProps {
	base, _ := f.base() // anything else is as stale as 0
	return &views.EditSecretProps{Name: f.line("name"), Note: f.line("note"), Base: base}
}

// editRefused is the form after a refusal.
func editRefused(at place, id string, f form, err error, errors views.Errors) *views.EditSecretProps {
	p := editAgain(f)
	p.Errors = errors
	e, _ := store.AsError(err)
	value, _ := f.textOrFile("value", "file")
	switch {
	case e.Code == store.Stale:
		p.Base, p.Errors = e.Revision, nil
		p.Conflict = &views.ConflictProps{By: e.By, Version: e.Version, NewerURL: at.secret(id) + "/edit"}
	case e.Field == "value" && store.IsPlaceholder(value):
		p.Placeholder = true
	}
	return p
}

// drawEditSecret draws the form as it was sent, or, with none, as things are.
func (d *Dashboard) drawEditSecret(c echo.Context, a store.Actor, status int, p *views.EditSecretProps) error {
	at := placeOf(c, a)
	s, hook, err := d.store.SecretForm(c.Request().Context(), a, at.in, c.Param("secret"))
	if err != nil {
		return err
	}
	if p == nil {
		p = &views.EditSecretProps{Name: s.Name, Note: s.Note, Base: s.Revision}
	}
	p.URL, p.BackURL = at.secret(s.ID)+"/edit", at.showing(s.ID)
	p.Version, p.Updated, p.UpdatedBy = s.Version, d.when(s.UpdatedAt), s.UpdatedBy
	if p.Errors["name"] != "" && p.Name != s.Name {
		p.NameHelp = d.nameHelp(c, a, at, p.Name)
	}
	return d.dialogIn(c, a, status, at.section, sheet{"Edit " + s.Name, at.parent(hook), at.list, views.EditSecret(*p)})
}

// secretChanged answers a change that shows in the list of secrets; fresh is the row to
// point out, if it is still there.
func (d *Dashboard) secretChanged(c echo.Context, a store.Actor, at place, fresh string, t views.ToastProps) error {
	return d.changed(c, at.showing(fresh), t, func() ([]templ.Component, error) {
		shown, err := d.showChanged(c, a, at, fresh)
		if err != nil {
			return nil, err
		}
		drawer, err := d.drawerPart(c, a, at)
		return []templ.Component{d.secretParts(a, at, shown, t), drawer}, err
	})
}

// AskDeleteSecret asks for the name of the secret that shall go.
func (d *Dashboard) AskDeleteSecret(c echo.Context, a store.Actor) error {
	return d.drawDeleteSecret(c, a, http.StatusOK, "", nil)
}

// DeleteSecret hides a secret. It can be undone for 7 days.
func (d *Dashboard) DeleteSecret(c echo.Context, a store.Actor) error {
	at := placeOf(c, a)
	f, err := readForm(c, "name")
	var gone store.Secret
	if err == nil {
		gone, err = d.store.DeleteSecret(c.Request().Context(), a, at.in, c.Param("secret"), f.line("name"))
	}
	if status, errors := refused(c, err); errors != nil {
		return d.drawDeleteSecret(c, a, status, f.line("name"), errors)
	}
	if err != nil {
		return err
	}
	return d.secretChanged(c, a, at, "", views.ToastProps{
		Kind: "gone", Name: gone.Name, Text: "deleted", Detail: undoDetail, UndoURL: at.secret(gone.ID) + "/restore",
	})
}

func (d *Dashboard) drawDeleteSecret(c echo.Context, a store.Actor, status int, typed string, errors views.Errors) error {
	at := placeOf(c, a)
	s, hook, err := d.store.SecretForm(c.Request().Context(), a, at.in, c.Param("secret"))
	if err != nil {
		return err
	}
	url := at.secret(s.ID)
	return d.dialogIn(c, a, status, at.section, sheet{"Delete " + s.Name, at.parent(hook), at.list, views.DeleteSecret(views.DeleteSecretProps{
		URL: url + "/delete", BackURL: at.showing(s.ID), Name: s.Name, Version: s.Version,
		LastUsed: d.when(s.LastUsedAt), LastUsedBy: s.LastUsedBy, Typed: typed, Errors: errors,
		DestroyURL: url + "/destroy",
	})})
}

// RestoreSecret undoes the deletion of a secret.
func (d *Dashboard) RestoreSecret(c echo.Context, a store.Actor) error {
	at := placeOf(c, a)
	if _, err := readForm(c); err != nil {
		return err
	}
	s, err := d.store.RestoreSecret(c.Request().Context(), a, at.in, c.Param("secret"))
	if err != nil {
		return err
	}
	return d.secretChanged(c, a, at, s.ID, views.ToastProps{Kind: "ok", Name: s.Name, Text: "restored"})
}
