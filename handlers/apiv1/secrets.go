package apiv1

import (
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"hooksafe/handlers/formats"
	"hooksafe/store"
)

// SecretsPath is where the secrets of an organization are.
const SecretsPath = "/api/v1/secrets"

// metadata is a secret on the wire. Its value is never in it.
type metadata struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Version     int64  `json:"version"`
	InsertedAt  string `json:"inserted_at"`
	UpdatedAt   string `json:"updated_at"`
}

func metadataOf(s store.Secret) metadata {
	return metadata{s.ID, s.Name, s.Note, s.Version, s.CreatedAt.Format(Time), s.UpdatedAt.Format(Time)}
}

// answer hands out the metadata of one secret, with its version as the ETag.
func answer(c echo.Context, status int, s store.Secret) error {
	c.Response().Header().Set("ETag", etag(s.Version))
	return c.JSON(status, map[string]metadata{"data": metadataOf(s)})
}

func etag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

// ifMatch are the versions that a request means to change (RFC 9110, section 13.1.1);
// nil if it means any. What is no ETag of ours, weak ones included, matches nothing.
func ifMatch(h http.Header) store.Versions {
	given := strings.Join(h.Values("If-Match"), ",")
	if len(h.Values("If-Match")) == 0 || given == "*" {
		return nil
	}
	versions := store.Versions{}
	for tag := range strings.SplitSeq(given, ",") {
		tag = strings.Trim(tag, " \t")
		if version, err := strconv.ParseInt(strings.Trim(tag, `"`), 10, 64); err == nil && etag(version) == tag {
			versions = append(versions, version)
		}
	}
	return versions
}

// perPage is how many secrets an answer holds at most.
const perPage = 1000

// page is what is asked of a list.
type page struct {
	number, size int
	given        bool // a page was asked for, so that the answer is one however few there are
}

// readPage reads the parameters of a list. One that the contract does not name is
// left alone.
func readPage(query url.Values) (page, error) {
	p := page{number: 1, size: perPage}
	for _, parameter := range []struct {
		name string
		into *int
		most int
	}{{"page", &p.number, 1 << 30}, {"page_size", &p.size, perPage}} {
		values, given := query[parameter.name]
		if !given {
			continue
		}
		n, err := strconv.Atoi(values[0])
		if err != nil || len(values) > 1 || n < 1 || n > parameter.most || strconv.Itoa(n) != values[0] {
			return page{}, wrong(http.StatusUnprocessableEntity, parameter.name, "has to be one whole number from 1 to "+strconv.Itoa(parameter.most))
		}
		*parameter.into, p.given = n, true
	}
	return p, nil
}

// Secrets lists the organization's secrets by name: all of them, or where those are
// too many, or a page is asked for, a page. One past the end is empty.
func (api *API) Secrets(c echo.Context, a store.Actor) error {
	p, err := readPage(c.QueryParams())
	if err != nil {
		return err
	}
	found, total, err := api.store.PageOfSecrets(c.Request().Context(), a, store.OrganizationPlace(), (p.number-1)*p.size, p.size)
	if err != nil {
		return explain(err)
	}
	data := make([]metadata, len(found))
	for i, s := range found {
		data[i] = metadataOf(s)
	}
	if !p.given && total <= perPage {
		return c.JSON(http.StatusOK, map[string]any{"data": data})
	}
	return c.JSON(http.StatusOK, map[string]any{"data": data, "page": p.number, "page_size": p.size, "total": total})
}

// Secret returns the metadata of one secret.
func (api *API) Secret(c echo.Context, a store.Actor) error {
	s, _, err := api.store.Secret(c.Request().Context(), a, store.OrganizationPlace(), c.Param("secret"))
	if err != nil {
		return explain(err)
	}
	return answer(c, http.StatusOK, s)
}

// SecretValue is the value of a secret, for once not wrapped in data. decrypted_at is
// the time of the audit entry of this very read.
func (api *API) SecretValue(c echo.Context, a store.Actor) error {
	read, err := api.store.ReadSecretByID(c.Request().Context(), a, store.OrganizationPlace(), c.Param("secret"))
	if err != nil {
		return aboutValue(err)
	}
	return c.JSON(http.StatusOK, ownValue{read.ID, read.Name, read.Value.Reveal(), read.At.UTC().Format(Time)})
}

type ownValue struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Value       string `json:"value"`
	DecryptedAt string `json:"decrypted_at"`
}

// CreateSecret adds a secret.
func (api *API) CreateSecret(c echo.Context, a store.Actor) error {
	p, err := readSecret(c, `an object such as {"secret": {"name": "NAME", "value": "the value"}} is wanted`)
	if err != nil {
		return explain(err)
	}
	const missing = "this field is missing"
	switch {
	case p.Name == nil:
		return wrong(http.StatusBadRequest, "name", missing)
	case p.Value == nil:
		return wrong(http.StatusBadRequest, "value", missing)
	}
	n := store.NewSecret{Name: *p.Name, Value: *p.Value}
	if p.Note != nil {
		n.Note = *p.Note
	}
	s, err := api.store.AddSecret(c.Request().Context(), a, store.OrganizationPlace(), n)
	if err != nil {
		return explain(err)
	}
	c.Response().Header().Set("Location", SecretsPath+"/"+s.ID)
	return answer(c, http.StatusCreated, s)
}

// ChangeSecret changes what it is given of a secret: its value, which makes a new
// version, its name, its description.
func (api *API) ChangeSecret(c echo.Context, a store.Actor) error {
	const wanted = `an object such as {"secret": {"value": "the value"}}, with value, name or description, is wanted`
	p, err := readSecret(c, wanted)
	if err != nil {
		return explain(err)
	}
	if p.Empty() {
		return wrong(http.StatusBadRequest, "", wanted)
	}
	s, err := api.store.PatchSecret(c.Request().Context(), a, store.OrganizationPlace(), c.Param("secret"), p, ifMatch(c.Request().Header))
	if err != nil {
		return explain(err)
	}
	return answer(c, http.StatusOK, s)
}

// readSecret reads the body of a request about a secret.
func readSecret(c echo.Context, wanted string) (store.SecretPatch, error) {
	text, err := io.ReadAll(c.Request().Body)
	if err != nil {
		return store.SecretPatch{}, err
	}
	body, err := formats.ReadFields(text, wanted)
	if err != nil {
		return store.SecretPatch{}, err
	}
	secret := body.Object("secret")
	if secret == nil {
		return store.SecretPatch{}, &formats.BodyError{What: wanted}
	}
	p := store.SecretPatch{Name: secret.Text("name"), Note: secret.Text("description")}
	if text := secret.Text("value"); text != nil {
		value := store.NewPlaintext(*text)
		p.Value = &value
	}
	if err := body.Err(); err != nil {
		return store.SecretPatch{}, err
	}
	return p, secret.Err()
}

// DeleteSecret deletes a secret.
func (api *API) DeleteSecret(c echo.Context, a store.Actor) error {
	err := api.store.RemoveSecret(c.Request().Context(), a, store.OrganizationPlace(), c.Param("secret"), ifMatch(c.Request().Header))
	if err != nil {
		return explain(err)
	}
	return c.NoContent(http.StatusNoContent)
}
