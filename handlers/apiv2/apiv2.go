// Package apiv2 speaks the part of Auth0's Management API v2 that is about hooks,
// so that the tools people have work unchanged: its statuses, bodies and errors,
// each as contracts/auth0-management-v2.md has them. Where it differs, it is to
// keep a value from being destroyed.
package apiv2

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"

	"github.com/labstack/echo/v4"

	"hooksafe/handlers/formats"
	"hooksafe/store"
)

// API answers programs.
type API struct{ store *store.Store }

// New returns the API.
func New(s *store.Store) *API { return &API{s} }

// Error is an answer in the contract's error form: message and code in its words.
type Error struct {
	Status        int
	Code, Message string
}

func (e *Error) Error() string { return e.Message }

// The codes of errors (contract, section 2).
const (
	codeBody     = "invalid_body"
	codeQuery    = "invalid_query_string"
	codeURI      = "invalid_uri"
	codeScope    = "insufficient_scope"
	codeNoHook   = "HookDoesNotExist"
	codeHook     = "HookExists"
	codeNoSecret = "SecretDoesNotExist"
	codeSecret   = "SecretExists"
	codeFull     = "SecretLimitReached"
)

// ErrorBody is the body of an error; a code may be missing (contract, section 2).
func ErrorBody(status int, message, code string) map[string]any {
	body := map[string]any{"statusCode": status, "error": http.StatusText(status), "message": message}
	if code != "" {
		body["errorCode"] = code
	}
	return body
}

// Sentence is the message of an error that brought none.
func Sentence(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return "Invalid token"
	case http.StatusUnsupportedMediaType:
		return "Send the body as it is, not compressed, as application/json"
	}
	return http.StatusText(status)
}

// Explain puts an error of the store or of a body into the contract's words. What it
// does not know it leaves as it is.
func Explain(err error) error {
	var wrongBody *formats.BodyError
	if errors.As(err, &wrongBody) {
		return badBody(wrongBody.Error())
	}
	e, ok := store.AsError(err)
	if !ok {
		return err
	}
	switch e.Code {
	case store.Invalid:
		return badBody((&formats.BodyError{Where: wireField(e.Field), What: e.Message}).Error())
	case store.Denied:
		if len(e.Scopes) == 0 {
			return &Error{http.StatusForbidden, codeScope, e.Message} // the role, not the key, falls short
		}
		return &Error{http.StatusForbidden, codeScope, "Insufficient scope, expected any of: " + commas(e.Scopes)}
	}
	return err
}

// wireField is what the contract calls a field that the store refused. A dependency
// is counted where people type them in a list, and an object has no order.
func wireField(field string) string {
	if strings.HasPrefix(field, "dependency-") || strings.HasPrefix(field, "version-") {
		return "dependencies"
	}
	return field
}

func badBody(message string) *Error {
	return &Error{http.StatusBadRequest, codeBody, "Payload validation error: " + message}
}

func badQuery(parameter, wanted string) *Error {
	return &Error{http.StatusBadRequest, codeQuery, fmt.Sprintf("Query validation error: %s %s", parameter, wanted)}
}

func commas(scopes []store.Scope) string {
	words := make([]string, len(scopes))
	for i, s := range scopes {
		words[i] = string(s)
	}
	return strings.Join(words, ",")
}

// hookForm is what the id of a hook may look like (contract, section 1).
var hookForm = regexp.MustCompile(`^[A-Za-z0-9-]+$`)

// hookID is the id in the address, if it looks like one.
func hookID(c echo.Context) (string, error) {
	id := c.Param("hook")
	if !hookForm.MatchString(id) {
		return "", &Error{http.StatusBadRequest, codeURI, "Path validation error: the id of a hook has letters, digits and dashes"}
	}
	return id, nil
}

// aboutHook puts the error of a call about one hook into words; what is not there is the
// hook.
func aboutHook(err error) error {
	switch store.CodeOf(err) {
	case store.NotFound:
		return &Error{http.StatusNotFound, codeNoHook, "Error: Hook does not exist"}
	case store.Conflict:
		return &Error{http.StatusConflict, codeHook, "Error: Hook with the same name already exists"}
	}
	return Explain(err)
}

// body reads what was sent, whatever kind of content it says it is: Auth0's own
// sample for DELETE says none (contract, section 8).
func body(c echo.Context) ([]byte, error) {
	return io.ReadAll(c.Request().Body)
}
