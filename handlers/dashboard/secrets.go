package dashboard

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"hooksafe/store"
	"hooksafe/views"
)

// place is the hook in the address, as the place of its secrets.
func place(c echo.Context) store.Place { return store.HookPlace(c.Param("hook")) }

func back(c echo.Context, a store.Actor) string {
	return secretsURL(a.Org().Slug, c.Param("hook"))
}

// Secrets lists the secrets of a hook, their values hidden.
func (d *Dashboard) Secrets(c echo.Context, a store.Actor) error {
	return d.drawSecrets(c, a, nil)
}

// drawSecrets draws the page of a hook's secrets, with one of them open or none. For
// htmx, which asks when somebody filters, it is the list alone.
func (d *Dashboard) drawSecrets(c echo.Context, a store.Actor, open *views.RevealedProps) error {
	all, err := d.store.Secrets(c.Request().Context(), a, place(c))
	if err != nil {
		return err
	}
	list := d.secretList(a, all, c.QueryParam("q"))
	list.Open = open
	if list.Locked {
		admins, err := d.store.Admins(c.Request().Context(), a)
		if err != nil {
			return err
		}
		list.Admins = strings.Join(admins, ", ")
	}
	if IsHTMX(c) {
		c.Response().Header().Set("HX-Replace-Url", filteredURL(list))
		if err := trigger(c, map[string]any{"say": list.Sum()}); err != nil {
			return err
		}
		return Render(c, http.StatusOK, views.SecretList(list))
	}
	shell, err := d.shell(c, a, "Secrets, "+all.Hook.Name, views.InHooks)
	if err != nil {
		return err
	}
	return Render(c, http.StatusOK, views.SecretsPage(views.SecretsPageProps{
		Shell: shell, Head: d.secretsHead(a, all, list), List: list,
	}))
}

// filteredURL is the address of a list as it is filtered.
func filteredURL(list views.SecretListProps) string {
	if list.Filter == "" {
		return list.AllURL
	}
	return with(list.AllURL, "q", list.Filter)
}

// secretsHead is the head above a list of secrets. A list that is seen at a glance
// has no filter.
func (d *Dashboard) secretsHead(a store.Actor, all store.SecretList, list views.SecretListProps) views.HookHeadProps {
	head := d.hookHead(a, all.Hook, views.SecretsTab)
	if len(all.Secrets) > 5 || list.Filter != "" {
		head.Filter = views.FilterProps{URL: list.AllURL, Text: list.Filter}
	}
	return head
}

func (d *Dashboard) secretList(a store.Actor, all store.SecretList, filter string) views.SecretListProps {
	p := views.SecretListProps{
		Filter: filter,
		AllURL: secretsURL(a.Org().Slug, all.Hook.ID),
		Quota:  quota(all),
		Locked: !a.Can(store.RevealHookSecrets),
		Role:   a.Role().Title(),
	}
	p.Deleted = d.deletedList(all.Deleted, secretsURL(a.Org().Slug, all.Hook.ID))
	p.Deleted.ID, p.Deleted.Mono = "deleted-secrets", true
	for _, s := range all.Secrets {
		p.Secrets = append(p.Secrets, d.secretRow(a, all.Hook.ID, s))
	}
	if a.Can(store.EditHookSecrets) {
		p.AddURL = secretsURL(a.Org().Slug, all.Hook.ID) + "/new"
	}
	return p
}

func quota(all store.SecretList) views.Quota {
	return views.Quota{Used: len(all.Secrets), Limit: all.Limit}
}

func (d *Dashboard) secretRow(a store.Actor, hook string, s store.Secret) views.SecretProps {
	p := views.SecretProps{
		ID: s.ID, Name: s.Name, Note: s.Note, Version: s.Version,
		Updated: d.when(s.UpdatedAt), UpdatedBy: s.UpdatedBy,
		LastUsed: d.when(s.LastUsedAt), LastUsedBy: s.LastUsedBy,
		Due: d.when(s.DueAt), DueFor: s.DueFor,
	}
	url := secretURL(a.Org().Slug, hook, s.ID)
	p.DetailURL = url
	if a.Can(store.RevealHookSecrets) && s.Version > 0 {
		p.RevealURL, p.CopyURL = url+"/reveal", url+"/copy"
	}
	if a.Can(store.EditHookSecrets) {
		p.EditURL, p.DeleteURL = url+"/edit", url+"/delete"
	}
	return p
}

// SecretRow is one row with its value hidden, which takes the place of the open
// one. As a page it is the list.
func (d *Dashboard) SecretRow(c echo.Context, a store.Actor) error {
	s, hook, err := d.store.Secret(c.Request().Context(), a, place(c), c.Param("secret"))
	if err != nil {
		return err
	}
	if !IsHTMX(c) {
		return redirect(c, back(c, a))
	}
	if err := trigger(c, map[string]any{"say": s.Name + " hidden"}); err != nil {
		return err
	}
	return Render(c, http.StatusOK, views.Secret(d.secretRow(a, hook.ID, s)))
}

// NewSecret asks for a new secret. The editor asks for one of a name that the
// script reads.
func (d *Dashboard) NewSecret(c echo.Context, a store.Actor) error {
	p := views.AddSecretProps{FromEditor: c.QueryParam("from") == fromEditor}
	if name := c.QueryParam("name"); store.IsSecretName(name) {
		p.Name = name
	}
	return d.drawAddSecret(c, a, http.StatusOK, p)
}

// AddSecret adds a secret to a hook.
func (d *Dashboard) AddSecret(c echo.Context, a store.Actor) error {
	f, err := readForm(c, "name", "value", "file", "note", "another", "from")
	var added store.Secret
	if err == nil {
		added, err = d.addSecret(c, a, f)
	}
	if status, errors := refused(c, err); errors != nil {
		return d.drawAddSecret(c, a, status, views.AddSecretProps{
			Name: f.line("name"), Note: f.line("note"), Another: f.checked("another"), FromEditor: f.line("from") == fromEditor, Errors: errors,
		})
	}
	if err != nil {
		return err
	}
	if f.line("from") == fromEditor {
		return d.addedFromEditor(c, a, added)
	}
	return d.secretAdded(c, a, added, f.checked("another"))
}

func (d *Dashboard) addSecret(c echo.Context, a store.Actor, f form) (store.Secret, error) {
	value, err := f.textOrFile("value", "file")
	if err != nil {
		return store.Secret{}, err
	}
	return d.store.AddSecret(c.Request().Context(), a, place(c), store.NewSecret{
		Name: f.line("name"), Note: f.line("note"), Value: store.NewPlaintext(value),
	})
}

func addedToast(added store.Secret, all store.SecretList) views.ToastProps {
	return views.ToastProps{Kind: "ok", Name: added.Name, Text: "added", Detail: fmt.Sprintf("%d of %d.", len(all.Secrets), all.Limit)}
}

// secretAdded answers with the list, and with an empty form if another secret is
// to follow and there is a place for it.
func (d *Dashboard) secretAdded(c echo.Context, a store.Actor, added store.Secret, another bool) error {
	all, err := d.store.Secrets(c.Request().Context(), a, place(c))
	if err != nil {
		return err
	}
	toast := addedToast(added, all)
	another = another && !quota(all).Full()
	switch {
	case another && IsHTMX(c):
		if err := trigger(c, map[string]any{"say": spoken(toast)}); err != nil {
			return err
		}
		empty := d.addSecretForm(a, all, views.AddSecretProps{Another: true})
		return Render(c, http.StatusOK, empty, d.secretParts(c, a, all, added.ID, toast))
	case another:
		return d.leave(c, back(c, a)+"/new", toast)
	}
	return d.changed(c, back(c, a), toast, func() ([]templ.Component, error) {
		return []templ.Component{d.secretParts(c, a, all, added.ID, toast)}, nil
	})
}

// secretParts is what looks different on the page after a change; fresh is the
// row to point out, which no filter hides.
func (d *Dashboard) secretParts(c echo.Context, a store.Actor, all store.SecretList, fresh string, t views.ToastProps) templ.Component {
	list := d.secretList(a, all, under(c).Query().Get("q"))
	if fresh != "" && !list.Shows(fresh) {
		list.Filter = ""
		if under(c).Path == list.AllURL {
			c.Response().Header().Set("HX-Replace-Url", list.AllURL)
		}
	}
	for i := range list.Secrets {
		list.Secrets[i].New = list.Secrets[i].ID == fresh
	}
	return views.SecretsChanged(views.SecretsChangedProps{Head: d.secretsHead(a, all, list), List: list, Toast: t})
}

func (d *Dashboard) drawAddSecret(c echo.Context, a store.Actor, status int, p views.AddSecretProps) error {
	_, all, err := d.store.SecretForm(c.Request().Context(), a, place(c), "")
	if err != nil {
		return err
	}
	if status == http.StatusConflict {
		p.TakenURL = d.takenURL(a, all, p.Name)
	}
	return d.dialog(c, a, status, sheet{"Add secret", all.Hook.Name, back(c, a), d.addSecretForm(a, all, p)})
}

func (d *Dashboard) addSecretForm(a store.Actor, all store.SecretList, p views.AddSecretProps) templ.Component {
	p.URL = secretsURL(a.Org().Slug, all.Hook.ID)
	p.BackURL, p.Hook, p.Quota = p.URL, all.Hook.Name, quota(all)
	if p.FromEditor {
		p.BackURL = hookURL(a.Org().Slug, all.Hook.ID)
	}
	return views.AddSecret(p)
}

// takenURL edits the secret that has a name already.
func (d *Dashboard) takenURL(a store.Actor, all store.SecretList, name string) string {
	for _, s := range all.Secrets {
		if s.Name == name {
			return secretURL(a.Org().Slug, all.Hook.ID, s.ID) + "/edit"
		}
	}
	return ""
}

// EditSecret asks for what shall change. It never holds the stored value.
func (d *Dashboard) EditSecret(c echo.Context, a store.Actor) error {
	return d.drawEditSecret(c, a, http.StatusOK, nil)
}

// ChangeSecret changes name, note and value; an empty value keeps the stored one.
func (d *Dashboard) ChangeSecret(c echo.Context, a store.Actor) error {
	f, err := readForm(c, "base", "name", "value", "file", "note")
	var changed store.Secret
	if err == nil {
		changed, err = d.changeSecret(c, a, f)
	}
	if status, errors := refused(c, err); errors != nil {
		return d.drawEditSecret(c, a, status, d.editAgain(c, a, f, err, errors))
	}
	if err != nil {
		return err
	}
	return d.secretChanged(c, a, changed.ID, views.ToastProps{Kind: "ok", Name: changed.Name, Text: "saved"})
}

func (d *Dashboard) changeSecret(c echo.Context, a store.Actor, f form) (store.Secret, error) {
	base, err := strconv.ParseInt(f.line("base"), 10, 64)
	if err != nil {
		return store.Secret{}, errBadForm
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
	return d.store.ChangeSecret(c.Request().Context(), a, place(c), c.Param("secret"), change)
}

// editAgain is the form after a refusal: what was typed, but never the value.
func (d *Dashboard) editAgain(c echo.Context, a store.Actor, f form, err error, errors views.Errors) *views.EditSecretProps {
	base, _ := strconv.ParseInt(f.line("base"), 10, 64) // anything else is as stale as 0
	p := &views.EditSecretProps{Name: f.line("name"), Note: f.line("note"), Base: base, Errors: errors}
	e, _ := store.AsError(err)
	value, _ := f.textOrFile("value", "file")
	switch {
	case e.Code == store.Stale:
		p.Base, p.Errors = e.Revision, nil
		p.Conflict = &views.ConflictProps{By: e.By, Version: e.Version, NewerURL: secretURL(a.Org().Slug, c.Param("hook"), c.Param("secret")) + "/edit"}
	case e.Field == "value" && store.IsPlaceholder(value):
		p.Placeholder = true
	}
	return p
}

// drawEditSecret draws the form as it was sent, or, with none, as things are.
func (d *Dashboard) drawEditSecret(c echo.Context, a store.Actor, status int, p *views.EditSecretProps) error {
	s, all, err := d.store.SecretForm(c.Request().Context(), a, place(c), c.Param("secret"))
	if err != nil {
		return err
	}
	if p == nil {
		p = &views.EditSecretProps{Name: s.Name, Note: s.Note, Base: s.Revision}
	}
	p.URL, p.BackURL = secretURL(a.Org().Slug, all.Hook.ID, s.ID)+"/edit", back(c, a)
	p.Version, p.Updated, p.UpdatedBy = s.Version, d.when(s.UpdatedAt), s.UpdatedBy
	if p.Errors["name"] != "" && p.Name != s.Name {
		p.TakenURL = d.takenURL(a, all, p.Name)
	}
	return d.dialog(c, a, status, sheet{"Edit " + s.Name, all.Hook.Name, p.BackURL, views.EditSecret(*p)})
}

// secretChanged answers a change that shows in the list of secrets.
func (d *Dashboard) secretChanged(c echo.Context, a store.Actor, fresh string, t views.ToastProps) error {
	return d.changed(c, back(c, a), t, func() ([]templ.Component, error) {
		all, err := d.store.Secrets(c.Request().Context(), a, place(c))
		if err != nil {
			return nil, err
		}
		drawer, err := d.drawerPart(c, a)
		return []templ.Component{d.secretParts(c, a, all, fresh, t), drawer}, err
	})
}

// AskDeleteSecret asks for the name of the secret that shall go.
func (d *Dashboard) AskDeleteSecret(c echo.Context, a store.Actor) error {
	return d.drawDeleteSecret(c, a, http.StatusOK, "", nil)
}

// DeleteSecret hides a secret. It can be undone for 7 days.
func (d *Dashboard) DeleteSecret(c echo.Context, a store.Actor) error {
	f, err := readForm(c, "name")
	var gone store.Secret
	if err == nil {
		gone, err = d.store.DeleteSecret(c.Request().Context(), a, place(c), c.Param("secret"), f.line("name"))
	}
	if status, errors := refused(c, err); errors != nil {
		return d.drawDeleteSecret(c, a, status, f.line("name"), errors)
	}
	if err != nil {
		return err
	}
	return d.secretChanged(c, a, "", views.ToastProps{
		Kind: "gone", Name: gone.Name, Text: "deleted", Detail: undoDetail,
		UndoURL: secretURL(a.Org().Slug, c.Param("hook"), gone.ID) + "/restore",
	})
}

func (d *Dashboard) drawDeleteSecret(c echo.Context, a store.Actor, status int, typed string, errors views.Errors) error {
	s, all, err := d.store.SecretForm(c.Request().Context(), a, place(c), c.Param("secret"))
	if err != nil {
		return err
	}
	return d.dialog(c, a, status, sheet{"Delete " + s.Name, all.Hook.Name, back(c, a), views.DeleteSecret(views.DeleteSecretProps{
		URL: secretURL(a.Org().Slug, all.Hook.ID, s.ID) + "/delete", BackURL: back(c, a), Name: s.Name, Version: s.Version,
		LastUsed: d.when(s.LastUsedAt), LastUsedBy: s.LastUsedBy, Typed: typed, Errors: errors,
		DestroyURL: secretURL(a.Org().Slug, all.Hook.ID, s.ID) + "/destroy",
	})})
}

// RestoreSecret undoes the deletion of a secret.
func (d *Dashboard) RestoreSecret(c echo.Context, a store.Actor) error {
	if _, err := readForm(c); err != nil {
		return err
	}
	s, err := d.store.RestoreSecret(c.Request().Context(), a, place(c), c.Param("secret"))
	if err != nil {
		return err
	}
	return d.secretChanged(c, a, s.ID, views.ToastProps{Kind: "ok", Name: s.Name, Text: "restored"})
}
