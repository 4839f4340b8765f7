package web

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/labstack/echo/v4"

	"hooksafe/handlers/openapi"
	"hooksafe/store"
	"hooksafe/store/storetest"
)

// program is a program that speaks to the APIs of a site, over HTTP, with a key of
// acme's admin. Each answer it gets is held against the OpenAPI document, and none
// may hold what is planted: in the world's values, and in what tests send.
type program struct {
	*site
	server *httptest.Server
	key    store.Key
	token  string
	own    string // the organization secret that paths mean, once a test added one
}

// plant stands in whatever a test sends that must not come back.
const plant = "planted-"

const (
	hooksAPI   = "/api/v2/hooks"
	hookAPI    = "/api/v2/hooks/:hook"
	secretsAPI = "/api/v2/hooks/:hook/secrets"
	valueAPI   = "/api/v1/hooks/:hook/secrets/:name/value"

	ownSecretsAPI = "/api/v1/secrets"
	ownSecretAPI  = "/api/v1/secrets/:secret"
	ownValueAPI   = "/api/v1/secrets/:secret/value"
)

func newProgram(t testing.TB, change ...func(*Options)) *program {
	t.Helper()
	p := &program{site: newSite(t, change...)}
	p.key, p.token = p.newKey(t, storetest.Acme, store.Scopes()...)
	p.server = httptest.NewServer(p.handler)
	t.Cleanup(func() {
		p.server.Close()
		wantNone(t, p.log.String(), plant, p.token)
	})
	return p
}

// newKey makes a key as the admin of an organization.
func (s *site) newKey(t testing.TB, slug string, scopes ...store.Scope) (store.Key, string) {
	t.Helper()
	key, token, err := s.CreateKey(t.Context(), s.Actor(t, slug, "admin"), store.NewKey{Name: "deploy-ci", Scopes: scopes})
	if err != nil {
		t.Fatal(err)
	}
	return key, token
}

// addOwn adds an organization secret to acme, which is the one that paths mean then.
func (p *program) addOwn(t testing.TB, name, value string) (id string) {
	t.Helper()
	n := store.NewSecret{Name: name, Value: store.NewPlaintext(value)}
	added, err := p.AddSecret(t.Context(), p.Actor(t, storetest.Acme, "admin"), store.OrganizationPlace(), n)
	if err != nil {
		t.Fatal(err)
	}
	p.own = added.ID
	return p.own
}

// call is what a program sends. The ids of acme's things are put into its path, and
// its key into its header, unless that says something else.
type call struct {
	method, path, body string
	token              string
	header             map[string]string // "" takes one away
}

type answer struct {
	status int
	header http.Header
	body   string
}

func (p *program) call(t testing.TB, c call) answer {
	t.Helper()
	path := strings.ReplaceAll(p.path(strings.ReplaceAll(c.path, ownSecretAPI, ownSecretsAPI+"/"+p.own)), ":name", "API_KEY")
	req, err := http.NewRequestWithContext(t.Context(), c.method, p.server.URL+path, strings.NewReader(c.body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+p.token)
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	if c.body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for name, value := range c.header {
		if req.Header.Del(name); value != "" {
			req.Header.Set(name, value)
		}
	}
	return p.send(t, req)
}

func (p *program) send(t testing.TB, req *http.Request) answer {
	t.Helper()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := answer{res.StatusCode, res.Header, string(body)}
	asDocumented(t, req, a)
	if !strings.HasSuffix(req.URL.Path, "/value") || a.status != http.StatusOK {
		headers, _ := json.Marshal(a.header)
		wantNone(t, string(headers)+a.body, plant)
	}
	if a.header.Get("Access-Control-Allow-Origin") != "" || a.header.Get("Set-Cookie") != "" || a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("headers are %v", a.header)
	}
	return a
}

// want checks status and body of an answer; JSON is compared as JSON.
func (a answer) want(t testing.TB, status int, body string) {
	t.Helper()
	if a.status != status {
		t.Fatalf("status %d, want %d: %.300s", a.status, status, a.body)
	}
	if canonical(t, a.body) != canonical(t, body) {
		t.Errorf("answers %.600s\nwant %s", a.body, body)
	}
}

func canonical(t testing.TB, text string) string {
	t.Helper()
	if text == "" {
		return ""
	}
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%.300q is no JSON: %v", text, err)
	}
	again, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(again)
}

// wantError checks the error form of /api/v2, and that the message says something.
func (a answer) wantError(t testing.TB, status int, code string, says ...string) {
	t.Helper()
	var e struct {
		StatusCode                int
		Error, Message, ErrorCode string
	}
	if err := json.Unmarshal([]byte(a.body), &e); err != nil {
		t.Fatalf("status %d, %.300q is no JSON: %v", a.status, a.body, err)
	}
	if a.status != status || e.StatusCode != status || e.Error != http.StatusText(status) || e.Message == "" || e.ErrorCode != code {
		t.Errorf("status %d, %.300s; want %d %s", a.status, a.body, status, code)
	}
	for _, text := range says {
		if !strings.Contains(e.Message, text) {
			t.Errorf("says %q, want %q", e.Message, text)
		}
	}
}

func (a answer) decode(t testing.TB, into any) {
	t.Helper()
	if a.status >= http.StatusBadRequest {
		t.Fatalf("status %d: %.300s", a.status, a.body)
	}
	if err := json.Unmarshal([]byte(a.body), into); err != nil {
		t.Fatal(err)
	}
}

// secretValue is the value of a secret of acme's hook, as a program reads it.
func (p *program) secretValue(t testing.TB, name string) string {
	t.Helper()
	var read struct{ Value string }
	p.call(t, call{method: "GET", path: strings.Replace(valueAPI, ":name", name, 1)}).decode(t, &read)
	return read.Value
}

// names are the names of the secrets of acme's hook.
func (p *program) names(t testing.TB) string {
	t.Helper()
	return p.call(t, call{method: "GET", path: secretsAPI}).body
}

// entries are acme's newest audit entries, newest first, without those of reads.
func (p *program) entries(t testing.TB, n int) []store.AuditEntry {
	t.Helper()
	page, err := p.Audit(t.Context(), operatorIn(t, p.site), store.AuditFilter{}, 0, n)
	if err != nil {
		t.Fatal(err)
	}
	return page.Entries
}

// document is the OpenAPI document, which has to be one.
var document = sync.OnceValues(func() (*openapi3.T, error) {
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromData(openapi.Document)
	if err != nil {
		return nil, err
	}
	return doc, doc.Validate(loader.Context, openapi3.EnableExamplesValidation())
})

var pathParameter = regexp.MustCompile(`\\\{[a-z]+\\\}`)

// operation finds what the document says about a request; nil if it has no such
// address or method.
func operation(doc *openapi3.T, method, path string) *routers.Route {
	for template, item := range doc.Paths.Map() {
		pattern := pathParameter.ReplaceAllString(regexp.QuoteMeta(template), `[^/]+`)
		if op := item.GetOperation(method); op != nil && regexp.MustCompile("^"+pattern+"$").MatchString(path) {
			return &routers.Route{Spec: doc, Path: template, PathItem: item, Method: method, Operation: op}
		}
	}
	return nil
}

// asDocumented holds an answer against the document. What is wrong with it is told
// without its body: the errors of the library quote values.
func asDocumented(t testing.TB, req *http.Request, a answer) {
	t.Helper()
	doc, err := document()
	if err != nil {
		t.Fatal(err)
	}
	if req.Method == http.MethodHead || a.status == http.StatusNoContent && a.body == "" {
		return
	}
	route := operation(doc, req.Method, req.URL.Path)
	if route == nil {
		wantErrorForm(t, doc, req.URL.Path, a)
		return
	}
	if a.status < http.StatusBadRequest {
		wantDocumentedBody(t, req, route)
	}
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: req, Route: route},
		Status:                 a.status, Header: a.header,
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	}
	err = openapi3filter.ValidateResponse(t.Context(), input.SetBodyBytes([]byte(a.body)))
	var wrong *openapi3filter.ResponseError
	if errors.As(err, &wrong) {
		t.Errorf("%s %s answers %d, not as the document has it: %s", req.Method, route.Path, a.status, wrong.Reason)
	} else if err != nil {
		t.Errorf("%s %s answers %d, not as the document has it", req.Method, route.Path, a.status)
	}
}

// wantDocumentedBody: what was carried out is what the document asks for.
func wantDocumentedBody(t testing.TB, req *http.Request, route *routers.Route) {
	t.Helper()
	if route.Operation.RequestBody == nil || req.Header.Get("Content-Type") != echo.MIMEApplicationJSON {
		return
	}
	body, err := req.GetBody()
	if err != nil {
		t.Fatal(err)
	}
	var value any
	if err := json.NewDecoder(body).Decode(&value); err != nil {
		t.Fatal(err)
	}
	schema := route.Operation.RequestBody.Value.Content[echo.MIMEApplicationJSON].Schema.Value
	if schema.VisitJSON(value, openapi3.EnableJSONSchema2020()) != nil {
		t.Errorf("%s %s took a body that is not as the document has it", req.Method, route.Path)
	}
}

// wantErrorForm: what the document does not have is answered in the form of an error.
func wantErrorForm(t testing.TB, doc *openapi3.T, path string, a answer) {
	t.Helper()
	form := "Error"
	switch {
	case strings.HasPrefix(path, apiv1Prefix):
		form = "Error1"
	case path == tokenRoute:
		form = "OAuthError"
	}
	var value any
	if err := json.Unmarshal([]byte(a.body), &value); err != nil {
		t.Fatalf("%s: status %d, no JSON", path, a.status)
	}
	if doc.Components.Schemas[form].Value.VisitJSON(value, openapi3.EnableJSONSchema2020()) != nil || a.status < http.StatusBadRequest {
		t.Errorf("%s: status %d, not in the form of %s", path, a.status, form)
	}
}
