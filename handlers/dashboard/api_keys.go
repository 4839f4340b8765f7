package dashboard

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"hooksafe/store"
	"hooksafe/views"
)

func apiKeysURL(org string) string           { return "/orgs/" + org + "/settings/api-keys" }
func apiCallsURL(org string) string          { return apiKeysURL(org) + "/calls" }
func newAPIKeyURL(org string) string         { return apiKeysURL(org) + "/new" }
func revokeAPIKeyURL(org, key string) string { return apiKeysURL(org) + "/" + key + "/revoke" }

// apiKeysPage is what a page about a key lies under.
const apiKeysPage = "API keys"

// APIKeys lists the organization's API keys; those that were revoked on demand.
func (d *Dashboard) APIKeys(c echo.Context, a store.Actor) error {
	keys, err := d.store.Keys(c.Request().Context(), a)
	if err != nil {
		return err
	}
	shell, err := d.shell(c, a, "API keys", views.InAPIKeys)
	if err != nil {
		return err
	}
	return Render(c, http.StatusOK, views.APIKeysPage(views.APIKeysPageProps{
		Shell: shell, List: d.apiKeyList(a, keys, c.QueryParam("all") != ""), CallsURL: apiCallsURL(a.Org().Slug),
	}))
}

func (d *Dashboard) apiKeyList(a store.Actor, keys []store.Key, all bool) views.APIKeyListProps {
	org := a.Org().Slug
	p := views.APIKeyListProps{NewURL: newAPIKeyURL(org), RevokedURL: with(apiKeysURL(org), "all", "1"), All: all}
	if all {
		p.RevokedURL = apiKeysURL(org)
	}
	for _, k := range keys {
		if k.Live(d.store.Now()) {
			p.Active++
		}
		if !k.RevokedAt.IsZero() {
			p.Revoked++
		}
		if k.RevokedAt.IsZero() || all {
			p.Keys = append(p.Keys, d.apiKeyRow(org, k))
		}
	}
	return p
}

func (d *Dashboard) apiKeyRow(org string, k store.Key) views.APIKeyProps {
	p := views.APIKeyProps{
		ID: k.ID, Name: k.Name, Hint: k.Hint, MadeBy: k.MadeBy,
		Used: d.when(k.UsedAt), UsedFrom: k.UsedFrom, Expires: d.when(k.ExpiresAt), Revoked: d.when(k.RevokedAt),
	}
	for _, scope := range k.Scopes {
		p.Scopes = append(p.Scopes, string(scope))
	}
	if k.RevokedAt.IsZero() {
		p.RevokeURL = revokeAPIKeyURL(org, k.ID)
	}
	return p
}

// apiKeyParts is what looks different on the page of the list once it changed.
func (d *Dashboard) apiKeyParts(c echo.Context, a store.Actor, fresh string) ([]templ.Component, error) {
	keys, err := d.store.Keys(c.Request().Context(), a)
	if err != nil {
		return nil, err
	}
	list := d.apiKeyList(a, keys, under(c).Query().Has("all"))
	list.OutOfBand = true
	for i := range list.Keys {
		list.Keys[i].New = list.Keys[i].ID == fresh
	}
	return []templ.Component{views.APIKeyList(list), views.EntryCount(views.EntryProps{Section: views.InAPIKeys, Count: strconv.Itoa(list.Active)})}, nil
}

// scopeRows is the grid of scopes: what they are about, in the order of the verbs.
var scopeRows = []struct {
	label  string
	scopes []store.Scope
}{
	{"Hooks and hook secrets", store.Scopes()[:5]},
	{"Organization secrets", store.Scopes()[5:]},
}

// keyTerms are how long a key may last; presetTerm is the one that is chosen.
var keyTerms = []struct {
	id, label string
	lasts     time.Duration
}{
	{"7d", "7 days", 7 * day},
	{"30d", "30 days", 30 * day},
	{presetTerm, "90 days", 90 * day},
	{"1y", "1 year", 365 * day},
	{"never", "Never", 0},
}

const (
	day        = 24 * time.Hour
	presetTerm = "90d"
)

// presetScope is ticked at first: the request that the page of a new key shows needs it.
const presetScope = "read:hooks"

// NewAPIKey asks for name, scopes and expiry.
func (d *Dashboard) NewAPIKey(c echo.Context, a store.Actor) error {
	return d.drawNewAPIKey(c, a, http.StatusOK, form{fields: map[string]string{"expires": presetTerm, presetScope: "on"}}, nil)
}

// CreateAPIKey makes an API key. Its token is in this answer and in no other.
func (d *Dashboard) CreateAPIKey(c echo.Context, a store.Actor) error {
	f, err := readForm(c, append(keyFields(), "password")...)
	var made madeKey
	if err == nil {
		made, err = confirmed(d, c, f, func() (madeKey, error) { return d.createKey(c, a, f) })
	}
	if status, errors, wanted := passwordWanted(c, err); wanted {
		return d.askToConfirm(c, a, status, apiKeysPage, views.InAPIKeys, views.ConfirmProps{
			URL: apiKeysURL(a.Org().Slug), BackURL: apiKeysURL(a.Org().Slug), To: "create the API key", Name: f.line("name"),
			Fields: sentBefore(f, keyFields()...), Errors: errors,
		})
	}
	if status, errors := refused(c, err); errors != nil {
		return d.drawNewAPIKey(c, a, status, f, errors)
	}
	if err != nil {
		return err
	}
	return d.drawAPIKeyMade(c, a, made)
}

// keyFields are what the form for a new key may hold.
func keyFields() []string {
	fields := []string{"name", "expires"}
	for _, scope := range store.Scopes() {
		fields = append(fields, string(scope))
	}
	return fields
}

type madeKey struct {
	store.Key
	token string
}

func (d *Dashboard) createKey(c echo.Context, a store.Actor, f form) (madeKey, error) {
	n := store.NewKey{Name: f.line("name")}
	for _, scope := range store.Scopes() {
		if f.checked(string(scope)) {
			n.Scopes = append(n.Scopes, scope)
		}
	}
	var err error
	if n.Lasts, err = lastsOf(f.line("expires")); err != nil {
		return madeKey{}, err
	}
	key, token, err := d.store.CreateKey(c.Request().Context(), a, n)
	return madeKey{key, token}, err
}

func lastsOf(term string) (time.Duration, error) {
	for _, t := range keyTerms {
		if t.id == term {
			return t.lasts, nil
		}
	}
	return 0, invalid("expires", "Choose when the key expires.")
}

func (d *Dashboard) drawNewAPIKey(c echo.Context, a store.Actor, status int, f form, errors views.Errors) error {
	if err := d.store.KeyForm(c.Request().Context(), a); err != nil {
		return err
	}
	url := apiKeysURL(a.Org().Slug)
	p := views.NewAPIKeyProps{URL: url, BackURL: url, Name: f.line("name"), Expires: f.line("expires"), Errors: errors}
	for _, row := range scopeRows {
		r := views.ScopeRowProps{Label: row.label}
		for _, scope := range row.scopes {
			r.Boxes = append(r.Boxes, views.ScopeProps{Scope: string(scope), Checked: f.checked(string(scope))})
		}
		p.Rows = append(p.Rows, r)
	}
	for _, t := range keyTerms {
		p.Terms = append(p.Terms, views.TermProps{ID: t.id, Label: t.label})
	}
	return d.dialogIn(c, a, status, views.InAPIKeys, sheet{"New API key", apiKeysPage, url, views.NewAPIKey(p)})
}

// drawAPIKeyMade hands out the token, over the list that has the key already.
func (d *Dashboard) drawAPIKeyMade(c echo.Context, a store.Actor, made madeKey) error {
	url := apiKeysURL(a.Org().Slug)
	dialog := views.APIKeyMade(views.APIKeyMadeProps{Name: made.Name, Value: made.token, BackURL: url, TryURL: d.baseURL + tryPath(made.Scopes)})
	if !IsHTMX(c) {
		return d.dialogIn(c, a, http.StatusOK, views.InAPIKeys, sheet{made.Name + " is ready", apiKeysPage, url, dialog})
	}
	parts, err := d.apiKeyParts(c, a, made.ID)
	if err != nil {
		return err
	}
	return Render(c, http.StatusOK, append(parts, dialog)...)
}

// tryPath is an address that a key with these scopes may ask: a list, or the document
// of the APIs, for which any key will do.
func tryPath(scopes []store.Scope) string {
	switch {
	case slices.Contains(scopes, presetScope):
		return "/api/v2/hooks"
	case slices.Contains(scopes, "read:secrets"):
		return "/api/v1/secrets"
	}
	return "/api/openapi.json"
}

// AskRevokeAPIKey asks whether a key shall stop working.
func (d *Dashboard) AskRevokeAPIKey(c echo.Context, a store.Actor) error {
	k, err := d.store.Key(c.Request().Context(), a, c.Param("key"))
	if err != nil {
		return err
	}
	url := apiKeysURL(a.Org().Slug)
	return d.dialogIn(c, a, http.StatusOK, views.InAPIKeys, sheet{"Revoke " + k.Name, apiKeysPage, url, views.RevokeAPIKey(views.RevokeAPIKeyProps{
		URL: revokeAPIKeyURL(a.Org().Slug, k.ID), BackURL: url, Name: k.Name, Used: d.when(k.UsedAt), UsedFrom: k.UsedFrom,
	})})
}

// RevokeAPIKey makes a key stop at its next request.
func (d *Dashboard) RevokeAPIKey(c echo.Context, a store.Actor) error {
	f, err := readForm(c, "password")
	var gone store.Key
	if err == nil {
		gone, err = confirmed(d, c, f, func() (store.Key, error) {
			return d.store.RevokeKey(c.Request().Context(), a, c.Param("key"))
		})
	}
	if status, errors, wanted := passwordWanted(c, err); wanted {
		return d.askToConfirmRevoke(c, a, status, errors)
	}
	if err != nil {
		return err
	}
	done := views.ToastProps{Kind: "ok", Name: gone.Name, Text: "revoked", Detail: "Whatever uses it stops at its next request."}
	return d.changed(c, apiKeysURL(a.Org().Slug), done, func() ([]templ.Component, error) {
		parts, err := d.apiKeyParts(c, a, "")
		return append(parts, views.ToastPart(done)), err
	})
}

func (d *Dashboard) askToConfirmRevoke(c echo.Context, a store.Actor, status int, errors views.Errors) error {
	k, err := d.store.Key(c.Request().Context(), a, c.Param("key"))
	if err != nil {
		return err
	}
	return d.askToConfirm(c, a, status, apiKeysPage, views.InAPIKeys, views.ConfirmProps{
		URL: revokeAPIKeyURL(a.Org().Slug, k.ID), BackURL: apiKeysURL(a.Org().Slug), To: "revoke the API key", Name: k.Name, Errors: errors,
	})
}
