// Package apiv1 hands values to programs, in the form of
// contracts/hooklistener-v1.md.
package apiv1

import (
	"net/http"

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
	read, err := api.store.ReadSecret(c.Request().Context(), a, store.HookPlace(c.Param("hook")), c.Param("name"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, value{read.Name, read.Value.Reveal(), read.Version, read.At.UTC().Format(Time)})
}

type value struct {
	Name        string `json:"name"`
	Value       string `json:"value"`
	Version     int64  `json:"version"`
	DecryptedAt string `json:"decrypted_at"`
}

// ErrorBody is the body of an error.
func ErrorBody(message string) map[string]any { return map[string]any{"error": message} }

// Sentence is the words of an error that brought none.
func Sentence(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return "Authentication required"
	case http.StatusNotFound:
		return "Secret not found"
	}
	return http.StatusText(status)
}
