package dashboard

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"hooksafe/store"
	"hooksafe/views"
)

// A hook's secrets are few and stand on its page all at once. The organization's own may
// be many: their page shows some, from a place in the list on. Filters look at names.

// secretView is what a page of secrets shows.
type secretView struct {
	search string
	after  string // of the organization's: those behind this place in the list
	at     string // of the organization's: those from this secret on, if it isn't among the first
}

// viewOfSecrets reads the address of a page of secrets.
func viewOfSecrets(query url.Values) secretView {
	return secretView{searchedFor(query), query.Get("after"), query.Get("at")}
}

// searchedFor is the text in an address that narrows a list by its names.
func searchedFor(query url.Values) string {
	text := strings.TrimSpace(strings.ToValidUTF8(query.Get("q"), "\uFFFD"))
	if utf8.RuneCountInString(text) > maxSearch {
		text = string([]rune(text)[:maxSearch])
	}
	return text
}

// url is the address of the view of a list.
func (v secretView) url(list string) string {
	for _, part := range []struct{ name, value string }{{"q", v.search}, {"after", v.after}, {"at", v.at}} {
		if part.value != "" {
			list = with(list, part.name, part.value)
		}
	}
	return list
}

// shownSecrets is what a page of secrets shows, in one place or the other.
type shownSecrets struct {
	hook store.Hook // none for the organization
	view secretView // what it shows in the end
	list views.SecretListProps
}

// showSecrets is the list of secrets as it stands, with the secret fresh on it and
// pointed out, if there is one: the view gives way where it would hide it.
func (d *Dashboard) showSecrets(c echo.Context, a store.Actor, at place, view secretView, fresh string) (shown shownSecrets, err error) {
	if at.own {
		shown, err = d.showOwnSecrets(c, a, at, view, fresh)
	} else {
		shown, err = d.showHookSecrets(c, a, at, view, fresh)
	}
	if err != nil {
		return shownSecrets{}, err
	}
	list := &shown.list
	list.Filter, list.AllURL, list.Lock = shown.view.search, at.list, lock(a, at)
	for i := range list.Secrets {
		list.Secrets[i].New = list.Secrets[i].ID == fresh
	}
	if a.Can(at.edits) {
		list.AddURL, list.ImportURL = at.list+"/new", importURL(at.list)
	}
	if list.Lock.Role == "" {
		return shown, nil
	}
	admins, err := d.store.Admins(c.Request().Context(), a)
	list.Lock.Admins = strings.Join(admins, ", ")
	return shown, err
}

// lock says why somebody sees no values in a place, if that is so.
func lock(a store.Actor, at place) views.LockProps {
	if a.Can(at.reveals) {
		return views.LockProps{}
	}
	return views.LockProps{Role: a.Role().Title(), Kept: a.Can(store.RevealHookSecrets)}
}

// showChanged is the list as the page shows it that a change was made from, itself or
// behind a drawer, whose address keeps the query.
func (d *Dashboard) showChanged(c echo.Context, a store.Actor, at place, fresh string) (shownSecrets, error) {
	page, asked := under(c), secretView{}
	if page.Path == at.list || strings.HasPrefix(page.Path, at.list+"/") {
		asked = viewOfSecrets(page.Query())
	}
	shown, err := d.showSecrets(c, a, at, asked, fresh)
	if shown.view != asked && page.Path == at.list {
		c.Response().Header().Set("HX-Replace-Url", shown.view.url(at.list))
	}
	return shown, err
}

func (d *Dashboard) showHookSecrets(c echo.Context, a store.Actor, at place, view secretView, fresh string) (shownSecrets, error) {
	all, err := d.store.Secrets(c.Request().Context(), a, at.in)
	if err != nil {
		return shownSecrets{}, err
	}
	let := slices.DeleteFunc(slices.Clone(all.Secrets), func(s store.Secret) bool { return !containsFold(s.Name, view.search) })
	if fresh != "" && !holds(let, fresh) {
		let, view.search = all.Secrets, ""
	}
	list := d.secretList(a, at, let, all.Deleted)
	list.Quota, list.Matches, list.Total = d.quota(all.Hook), len(let), len(all.Secrets)
	for _, s := range all.Secrets {
		if s.Version == 0 {
			list.Pending++
		}
	}
	return shownSecrets{all.Hook, secretView{search: view.search}, list}, nil
}

func (d *Dashboard) showOwnSecrets(c echo.Context, a store.Actor, at place, view secretView, fresh string) (shownSecrets, error) {
	page, view, err := d.ownSecrets(c, a, view)
	if err == nil && fresh != "" && !holds(page.Secrets, fresh) {
		page, view, err = d.ownSecrets(c, a, secretView{at: fresh})
	}
	if err != nil {
		return shownSecrets{}, err
	}
	list := d.secretList(a, at, page.Secrets, page.Deleted)
	list.Matches, list.Total, list.Pending = page.Matches, page.Total, page.Pending
	if page.Next != "" {
		list.MoreURL = secretView{search: view.search, after: page.Next}.url(at.list)
	}
	if view.after+view.at != "" {
		list.FirstURL = secretView{search: view.search}.url(at.list)
	}
	return shownSecrets{view: view, list: list}, nil
}

// ownSecrets is a page of the organization's secrets, and what it shows in the end.
func (d *Dashboard) ownSecrets(c echo.Context, a store.Actor, view secretView) (store.SecretPage, secretView, error) {
	from := view.at
	view.at = ""
	page, err := d.store.OrganizationSecrets(c.Request().Context(), a, store.SecretQuery{Search: view.search, After: view.after, Limit: pageSize})
	if err != nil || from == "" || holds(page.Secrets, from) {
		return page, view, err
	}
	page, err = d.store.OrganizationSecrets(c.Request().Context(), a, store.SecretQuery{From: from, Limit: pageSize})
	if !holds(page.Secrets, from) { // it is gone, so this is the first page
		from = ""
	}
	return page, secretView{at: from}, err
}

func (d *Dashboard) secretList(a store.Actor, at place, secrets []store.Secret, deleted store.DeletedList) views.SecretListProps {
	p := views.SecretListProps{Deleted: d.deletedList(deleted, at.list)}
	p.Deleted.ID, p.Deleted.Mono = "deleted-secrets", true
	for _, s := range secrets {
		p.Secrets = append(p.Secrets, d.secretRow(a, at, s))
	}
	return p
}

func holds(secrets []store.Secret, id string) bool {
	return slices.ContainsFunc(secrets, func(s store.Secret) bool { return s.ID == id })
}

func containsFold(text, part string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(part))
}
