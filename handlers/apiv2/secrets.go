package apiv2

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"hooksafe/handlers/formats"
	"hooksafe/store"
)

// placeholder is what stands where a value is hidden. Auth0's documents print it
// without the last underscore, but tenants send it, and the Deploy CLI takes any
// other text for a value (contract, section 4).
const placeholder = "_VALUE_NOT_SHOWN_"

// place is the hook in the address, as the place of its secrets.
func place(c echo.Context) (store.Place, error) {
	id, err := hookID(c)
	return store.HookPlace(id), err
}

// Secrets lists the names of a hook's secrets, with the placeholder for values.
func (api *API) Secrets(c echo.Context, a store.Actor) error {
	in, err := place(c)
	if err != nil {
		return err
	}
	all, err := api.store.Secrets(c.Request().Context(), a, in)
	if err != nil {
		return aboutHook(err)
	}
	names := make(map[string]string, len(all.Secrets))
	for _, s := range all.Secrets {
		names[s.Name] = placeholder
	}
	return c.JSON(http.StatusOK, names)
}

// AddSecrets adds the secrets of an object of names and values, all or none.
func (api *API) AddSecrets(c echo.Context, a store.Actor) error {
	in, pairs, err := readPairs(c)
	if err != nil {
		return err
	}
	secrets := make([]store.NewSecret, len(pairs))
	for i, p := range pairs {
		if store.IsPlaceholder(p.Value) || formats.IsKeyword(p.Value) {
			return badBody(fmt.Sprintf("%s: this is a placeholder, not the value, so nothing was stored. Send the value itself.",
				formats.NameOrPlace(p.Name, i, store.IsSecretName)))
		}
		secrets[i] = store.NewSecret{Name: p.Name, Value: store.NewPlaintext(p.Value)}
	}
	if err := api.store.AddSecrets(c.Request().Context(), a, in, secrets); err != nil {
		return aboutSecrets(err)
	}
	return c.JSON(http.StatusCreated, struct{}{})
}

// ChangeSecrets gives secrets that exist new values, all or none. A placeholder
// keeps the stored value: an export sent back destroys nothing.
func (api *API) ChangeSecrets(c echo.Context, a store.Actor) error {
	in, pairs, err := readPairs(c)
	if err != nil {
		return err
	}
	values := make([]store.NewValue, len(pairs))
	for i, p := range pairs {
		values[i] = store.NewValue{Name: p.Name, Value: store.NewPlaintext(p.Value)}
	}
	if err := api.store.ChangeValues(c.Request().Context(), a, in, values); err != nil {
		return aboutSecrets(err)
	}
	return c.JSON(http.StatusCreated, struct{}{})
}

// DeleteSecrets deletes the secrets of a list of names, all or none.
func (api *API) DeleteSecrets(c echo.Context, a store.Actor) error {
	in, err := place(c)
	if err != nil {
		return err
	}
	text, err := body(c)
	if err != nil {
		return err
	}
	names, err := formats.ReadNames(text)
	if err != nil {
		return Explain(err)
	}
	if err := api.store.RemoveSecrets(c.Request().Context(), a, in, names); err != nil {
		return aboutSecrets(err)
	}
	return c.NoContent(http.StatusNoContent)
}

func readPairs(c echo.Context) (store.Place, []formats.Pair, error) {
	in, err := place(c)
	if err != nil {
		return in, nil, err
	}
	text, err := body(c)
	if err != nil {
		return in, nil, err
	}
	pairs, err := formats.ReadPairs(text, store.IsSecretName)
	return in, pairs, Explain(err)
}

// aboutSecrets puts the error of a batch into words. It names the secrets that it
// is about; without a name, what is not there is the hook.
func aboutSecrets(err error) error {
	e, ok := store.AsError(err)
	if !ok {
		return Explain(err)
	}
	names := strings.Join(e.Names, ", ")
	switch {
	case e.Code == store.NotFound && names == "":
		return aboutHook(err)
	case e.Code == store.NotFound:
		return &Error{http.StatusNotFound, codeNoSecret, "Error: Secret does not exist: " + names}
	case e.Code == store.Conflict:
		return &Error{http.StatusConflict, codeSecret, "Error: Secret exists: " + names}
	case e.Code == store.Full:
		return &Error{http.StatusBadRequest, codeFull, e.Message}
	}
	return Explain(err)
}
