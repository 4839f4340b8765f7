// Package apiv1 hands values to programs, in the form of
// contracts/hooklistener-v1.md.
package apiv1

import (
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

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
	if e, ok := store.AsError(err); ok && e.Code == store.Conflict {
		return &Error{http.StatusNotFound, e.Message} // pending: there is no value to read
	}
	if err != nil {
		return err
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

// Error is an answer in words of the contract's own.
type Error struct {
	Status  int
	Message string
}

func (e *Error) Error() string { return e.Message }

// ErrorBody is the body of an error. Without a key it says one thing, whatever was
// wrong; an error that brought no words gets those of its status.
func ErrorBody(status int, message string) map[string]string {
	switch {
	case status == http.StatusUnauthorized:
		message = "Authentication required"
	case message != "":
	case status == http.StatusNotFound:
		message = "Secret not found"
	default:
		message = http.StatusText(status)
	}
	return map[string]string{"error": message}
}
