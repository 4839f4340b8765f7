// Package apiv1 speaks Hooklistener's API of organization secrets, and hands out
// values: its statuses, bodies and errors as contracts/hooklistener-v1.md has them.
package apiv1

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"hooksafe/handlers/formats"
	"hooksafe/store"
)

// API answers programs.
type API struct{ store *store.Store }

// New returns the API.
func New(s *store.Store) *API { return &API{s} }

// Time is a time on the wire: RFC 3339 in UTC, with microseconds.
const Time = "2006-01-02T15:04:05.000000Z07:00"

// HookSecretValue is the value of a hook's secret, by its name. decrypted_at is the
// time of the audit entry of this very read.
func (api *API) HookSecretValue(c echo.Context, a store.Actor) error {
	read, err := api.store.ReadSecret(c.Request().Context(), a, store.HookPlace(c.Param("hook")), secretName(c))
	if err != nil {
		return aboutValue(err)
	}
	return c.JSON(http.StatusOK, value{read.Name, read.Value.Reveal(), read.Version, read.At.UTC().Format(Time)})
}

// secretName is the name in the address. Some clients write its dots and dashes as
// escapes; Echo hands those on as they came.
func secretName(c echo.Context) string {
	name := c.Param("name")
	if c.Request().URL.RawPath == "" {
		return name
	}
	if plain, err := url.PathUnescape(name); err == nil {
		return plain
	}
	return name
}

type value struct {
	Name        string `json:"name"`
	Value       string `json:"value"`
	Version     int64  `json:"version"`
	DecryptedAt string `json:"decrypted_at"`
}

// Error is an answer in words of the contract's own. Field is what it is about, as
// the body or the query calls it, and What is wrong with that; both may be missing.
type Error struct {
	Status               int
	Message, Field, What string
}

func (e *Error) Error() string { return e.Message }

// wrong is an answer about a field, or with "" about all of a body.
func wrong(status int, field, what string) *Error {
	return &Error{status, (&formats.BodyError{Where: field, What: what}).Error(), field, what}
}

// explain puts an error of the store or of a body into the contract's words: 400 for
// a body that is not what is asked for, 422 for a field that breaks its rule. What it
// does not know it leaves as it is.
func explain(err error) error {
	var wrongBody *formats.BodyError
	if errors.As(err, &wrongBody) {
		return wrong(http.StatusBadRequest, wrongBody.Where, wrongBody.What)
	}
	e, ok := store.AsError(err)
	if !ok {
		return err
	}
	switch e.Code {
	case store.Invalid:
		return wrong(http.StatusUnprocessableEntity, wireField(e.Field), e.Message)
	case store.Conflict:
		return &Error{http.StatusConflict, e.Message, wireField(e.Field), "has already been taken"}
	case store.Stale:
		return &Error{Status: http.StatusPreconditionFailed, Message: e.Message}
	}
	return err
}

// wireField is what the contract calls a field of the store.
func wireField(field string) string {
	if field == "note" {
		return "description"
	}
	return field
}

// aboutValue is explain for reading a value: a pending secret has none to read.
func aboutValue(err error) error {
	if e, ok := store.AsError(err); ok && e.Code == store.Conflict {
		return &Error{Status: http.StatusNotFound, Message: e.Message}
	}
	return explain(err)
}

type errorBody struct {
	Error  string              `json:"error"`
	Errors map[string][]string `json:"errors,omitempty"`
}

// ErrorBody is the body of an error. Without a key it says one thing, whatever was
// wrong; an error that brought no words gets those of its status.
func ErrorBody(status int, message, field, what string) any {
	switch {
	case status == http.StatusUnauthorized:
		message = "Authentication required"
	case message != "":
	case status == http.StatusNotFound:
		message = "Secret not found"
	default:
		message = http.StatusText(status)
	}
	body := errorBody{Error: message}
	if field != "" {
		body.Errors = map[string][]string{field: {what}}
	}
	return body
}
