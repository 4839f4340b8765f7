package apiv2

import (
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"hooksafe/handlers/formats"
	"hooksafe/store"
)

// Token exchanges the id and the token of an API key for an access token (RFC 6749,
// section 4.4): by HTTP Basic, in a form, or in JSON, as the clients do (contract,
// section 3). Whatever audience they name is fine.
func (api *API) Token(c echo.Context, o store.Origin) error {
	asked, err := readGrant(c)
	if err != nil {
		return err
	}
	if asked.Get("grant_type") != "client_credentials" {
		return &Error{http.StatusBadRequest, "unsupported_grant_type", "grant_type has to be client_credentials"}
	}
	var wanted []store.Scope
	for scope := range strings.FieldsSeq(asked.Get("scope")) {
		wanted = append(wanted, store.Scope(scope))
	}
	made, err := api.store.NewAccessToken(c.Request().Context(), o, asked.Get("client_id"), asked.Get("client_secret"), wanted)
	if store.CodeOf(err) == store.Unauthenticated {
		c.Response().Header().Set("WWW-Authenticate", `Basic realm="Hooksafe"`)
		return &Error{http.StatusUnauthorized, "access_denied", "Unauthorized"}
	}
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]any{
		"access_token": made.Token, "token_type": "Bearer", "expires_in": int(made.Lasts / time.Second), "scope": words(made.Scopes),
	})
}

func words(scopes []store.Scope) string {
	return strings.ReplaceAll(commas(scopes), ",", " ")
}

// OAuthErrorBody is the body of an error of /oauth/token (RFC 6749, section 5.2). One
// that is not about the grant gets the code of its status.
func OAuthErrorBody(status int, code, description string) map[string]string {
	switch {
	case code != "":
	case status == http.StatusTooManyRequests:
		code = "too_many_requests"
	case status >= http.StatusInternalServerError:
		code = "temporarily_unavailable"
	default:
		code = codeRequest
	}
	return map[string]string{"error": code, "error_description": description}
}

// codeRequest is OAuth's word for a request that is not what is asked for.
const codeRequest = "invalid_request"

var errGrant = &Error{http.StatusBadRequest, codeRequest,
	"client_id, client_secret and grant_type are wanted, each once, as a form or as an object of text"}

// readGrant reads what is asked for, with the credentials of Basic if there are any.
func readGrant(c echo.Context) (url.Values, error) {
	text, err := body(c)
	if err != nil {
		return nil, err
	}
	read := readGrantForm
	if kind, _, _ := mime.ParseMediaType(c.Request().Header.Get("Content-Type")); kind == echo.MIMEApplicationJSON {
		read = readGrantJSON
	}
	asked, err := read(text)
	if err != nil {
		return nil, err
	}
	if id, secret, ok := c.Request().BasicAuth(); ok {
		asked.Set("client_id", unescaped(id))
		asked.Set("client_secret", unescaped(secret))
	}
	return asked, nil
}

// unescaped undoes what RFC 6749, section 2.3.1, has clients do before Basic.
func unescaped(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}

func readGrantForm(text []byte) (url.Values, error) {
	asked, err := url.ParseQuery(string(text))
	if err != nil {
		return nil, errGrant
	}
	for _, values := range asked {
		if len(values) > 1 {
			return nil, errGrant
		}
	}
	return asked, nil
}

func readGrantJSON(text []byte) (url.Values, error) {
	value, err := formats.ReadJSON(text)
	object, ok := value.(*formats.Object)
	if err != nil || !ok {
		return nil, errGrant
	}
	asked := url.Values{}
	for _, m := range object.Members {
		text, ok := m.Value.(string)
		if !ok {
			return nil, errGrant
		}
		asked.Set(m.Name, text)
	}
	return asked, nil
}
