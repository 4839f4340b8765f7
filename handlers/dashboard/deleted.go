package dashboard

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"hooksafe/store"
	"hooksafe/views"
)

// deletedList is what can be brought back of what lies under an address.
func (d *Dashboard) deletedList(deleted store.DeletedList, under string) views.DeletedListProps {
	p := views.DeletedListProps{Total: deleted.Total}
	for _, item := range deleted.Newest {
		p.Items = append(p.Items, views.DeletedProps{
			ID: item.ID, Name: item.Name, Deleted: d.when(item.DeletedAt), DeletedBy: item.DeletedBy, Erased: d.when(item.PurgeAt),
			UndoURL: under + "/" + item.ID + "/restore", DestroyURL: under + "/" + item.ID + "/destroy",
		})
	}
	return p
}

// AskDestroyHook asks for the name of the hook, deleted or not, that shall go for good.
func (d *Dashboard) AskDestroyHook(c echo.Context, a store.Actor) error {
	return d.drawDestroyHook(c, a, http.StatusOK, "", nil)
}

// DestroyHook destroys a hook and its secrets for good.
func (d *Dashboard) DestroyHook(c echo.Context, a store.Actor) error {
	f, err := readForm(c, "name")
	if err == nil {
		err = d.store.DestroyHook(c.Request().Context(), a, c.Param("hook"), f.line("name"))
	}
	if status, errors := refused(c, err); errors != nil {
		return d.drawDestroyHook(c, a, status, f.line("name"), errors)
	}
	if err != nil {
		return err
	}
	toast := views.ToastProps{Kind: "gone", Name: f.line("name"), Text: "deleted for good"}
	if _, shown := shownHooks(c, a); shown {
		return d.hooksChanged(c, a, "", toast)
	}
	return d.leave(c, hooksURL(a.Org().Slug), toast)
}

func (d *Dashboard) drawDestroyHook(c echo.Context, a store.Actor, status int, typed string, errors views.Errors) error {
	doomed, err := d.store.HookToDestroy(c.Request().Context(), a, c.Param("hook"))
	if err != nil {
		return err
	}
	url := hookURL(a.Org().Slug, c.Param("hook"))
	parent, back := doomed.Name, url
	if doomed.Deleted {
		parent, back = "Hooks", hooksURL(a.Org().Slug)
	}
	return d.dialog(c, a, status, sheet{"Delete " + doomed.Name + " for good", parent, back, views.Destroy(views.DestroyProps{
		URL: url + "/destroy", BackURL: back, Noun: "hook", Name: doomed.Name, Secrets: doomed.Secrets, Versions: doomed.Versions,
		Typed: typed, Errors: errors,
	})})
}

// AskDestroySecret asks for the name of the secret, deleted or not, that shall go for
// good.
func (d *Dashboard) AskDestroySecret(c echo.Context, a store.Actor) error {
	return d.drawDestroySecret(c, a, http.StatusOK, "", nil)
}

// DestroySecret destroys a secret for good, with every version.
func (d *Dashboard) DestroySecret(c echo.Context, a store.Actor) error {
	at := placeOf(c, a)
	f, err := readForm(c, "name")
	if err == nil {
		err = d.store.DestroySecret(c.Request().Context(), a, at.in, c.Param("secret"), f.line("name"))
	}
	if status, errors := refused(c, err); errors != nil {
		return d.drawDestroySecret(c, a, status, f.line("name"), errors)
	}
	if err != nil {
		return err
	}
	return d.secretChanged(c, a, at, "", views.ToastProps{Kind: "gone", Name: f.line("name"), Text: "deleted for good"})
}

func (d *Dashboard) drawDestroySecret(c echo.Context, a store.Actor, status int, typed string, errors views.Errors) error {
	at := placeOf(c, a)
	doomed, hook, err := d.store.SecretToDestroy(c.Request().Context(), a, at.in, c.Param("secret"))
	if err != nil {
		return err
	}
	return d.dialogIn(c, a, status, at.section, sheet{"Delete " + doomed.Name + " for good", at.parent(hook), at.list, views.Destroy(views.DestroyProps{
		URL: at.secret(c.Param("secret")) + "/destroy", BackURL: at.list, Noun: "secret",
		Name: doomed.Name, Versions: doomed.Versions, Typed: typed, Errors: errors,
	})})
}
