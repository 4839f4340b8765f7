package web

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"hooksafe/handlers/openapi"
	"hooksafe/store"
	"hooksafe/store/storetest"
)

// keyAccess is which scopes let a key use a route: any one of them. "any" are routes
// that only want a key, "none" those that want none.
var keyAccess = []struct {
	route, scopes, body string
	status              int
}{
	{"GET /api/openapi.json", "any", ``, 200},
	{"POST /oauth/token", "none", `{}`, 400},
	{"GET /api/v2/hooks", "read:hooks", ``, 200},
	{"POST /api/v2/hooks", "create:hooks", `{"name":"new","script":"x","triggerId":"credentials-exchange"}`, 201},
	{"GET /api/v2/hooks/:hook", "read:hooks", ``, 200},
	{"PATCH /api/v2/hooks/:hook", "update:hooks", `{"name":"x"}`, 200},
	{"DELETE /api/v2/hooks/:hook", "delete:hooks", ``, 204},
	{"GET /api/v2/hooks/:hook/secrets", "read:hooks", ``, 200},
	{"POST /api/v2/hooks/:hook/secrets", "create:hooks update:hooks", `{"A":"planted-x"}`, 201},
	{"PATCH /api/v2/hooks/:hook/secrets", "update:hooks", `{"API_KEY":"planted-x"}`, 201},
	{"DELETE /api/v2/hooks/:hook/secrets", "delete:hooks update:hooks", `["API_KEY"]`, 204},
	{"GET /api/v1/hooks/:hook/secrets/:name/value", "reveal:hook_secrets", ``, 200},
	{"GET /api/v1/secrets", "read:secrets", ``, 200},
	{"POST /api/v1/secrets", "create:secrets", `{"secret":{"name":"NEW","value":"planted-x"}}`, 201},
	{"GET /api/v1/secrets/:secret", "read:secrets", ``, 200},
	{"PUT /api/v1/secrets/:secret", "update:secrets", `{"secret":{"value":"planted-x"}}`, 200},
	{"DELETE /api/v1/secrets/:secret", "delete:secrets", ``, 204},
	{"GET /api/v1/secrets/:secret/value", "reveal:secrets", ``, 200},
	{"POST /api/v1/imports", "create:hooks update:hooks create:secrets update:secrets", `{"secrets":[{"name":"NEW","value":"planted-x"}]}`, 200},
	{"POST /api/v1/imports/:plan", "create:hooks update:hooks create:secrets update:secrets", `{"token":"x"}`, 404},
}

// needsMore tells of a route whose scopes depend on what is sent: TestV1ImportScopes.
func needsMore(path string) bool { return strings.HasPrefix(path, importsAPI) }

// isForPrograms tells whether a route stands in the table above.
func isForPrograms(path string) bool { return strings.HasPrefix(path, apiPrefix) || path == tokenRoute }

// S-16: which scope does what is decided for every route of the APIs.
func TestEveryAPIRouteHasALine(t *testing.T) {
	t.Parallel()
	lines := map[string]bool{}
	for _, a := range keyAccess {
		lines[a.route] = true
	}
	there := map[string]bool{}
	for _, r := range newSite(t).handler.(*echo.Echo).Routes() {
		if !isForPrograms(r.Path) {
			continue
		}
		route := strings.Replace(r.Method, http.MethodHead, http.MethodGet, 1) + " " + r.Path
		if there[route] = true; !lines[route] {
			t.Errorf("no line for %s", route)
		}
	}
	for route := range lines {
		if !there[route] {
			t.Errorf("there is no %s", route)
		}
	}
}

func TestKeyAccess(t *testing.T) {
	t.Parallel()
	for _, a := range keyAccess {
		if a.scopes == "none" {
			continue
		}
		method, path, _ := strings.Cut(a.route, " ")
		use := call{method: method, path: path, body: a.body}
		for _, scope := range store.Scopes() {
			if needsMore(path) {
				break
			}
			t.Run(a.route+" with "+string(scope), func(t *testing.T) {
				t.Parallel()
				p := newProgram(t)
				p.addOwn(t, "OWN", "planted-own")
				use := use
				_, use.token = p.newKey(t, storetest.Acme, scope)
				if a.scopes == "any" || slices.Contains(strings.Fields(a.scopes), string(scope)) {
					if got := p.call(t, use); got.status != a.status {
						t.Errorf("status %d, want %d: %.300s", got.status, a.status, got.body)
					}
					return
				}
				got := p.call(t, use)
				if strings.HasPrefix(path, apiv1Prefix) {
					got.want(t, 403, `{"error":"This API key does not have the scope `+a.scopes+`"}`)
				} else {
					got.wantError(t, 403, "insufficient_scope")
					wantMessage := "Insufficient scope, expected any of: " + strings.ReplaceAll(a.scopes, " ", ",")
					if !strings.Contains(got.body, `"`+wantMessage+`"`) {
						t.Errorf("answers %s, want %s", got.body, wantMessage)
					}
				}
				if e := p.entries(t, 1)[0]; e.Outcome != "denied" || e.ActorKind != "key" {
					t.Errorf("entry is %s by %s", e.Outcome, e.ActorKind)
				}
			})
		}
		t.Run(a.route+" without a live key", func(t *testing.T) {
			t.Parallel()
			p := newProgram(t)
			p.addOwn(t, "OWN", "planted-own")
			p.refusesAll(t, use)
		})
		t.Run(a.route+" of another organization", func(t *testing.T) {
			t.Parallel()
			p := newProgram(t)
			p.addOwn(t, "OWN", "planted-own")
			use := use
			_, use.token = p.newKey(t, storetest.Globex, store.Scopes()...)
			want := a.status
			if strings.Contains(path, ":hook") || strings.Contains(path, ":secret") {
				want = http.StatusNotFound
			}
			p.unchanged(t, func() {
				got := p.call(t, use)
				if got.status != want || strings.Contains(got.body, "acme") {
					t.Errorf("status %d, want %d: %.300s", got.status, want, got.body)
				}
			})
		})
	}
}

// refusesAll sends a request with everything that is no live key, and wants the same
// 401 for each that says it is one.
func (p *program) refusesAll(t *testing.T, use call) {
	t.Helper()
	ctx, admin := t.Context(), p.Actor(t, storetest.Acme, "admin")
	revoked, revokedToken := p.newKey(t, storetest.Acme, store.Scopes()...)
	if _, err := p.RevokeKey(ctx, admin, revoked.ID); err != nil {
		t.Fatal(err)
	}
	_, expired, err := p.CreateKey(ctx, admin, store.NewKey{Name: "old", Scopes: store.Scopes(), Lasts: time.Microsecond})
	if err != nil {
		t.Fatal(err)
	}
	p.Clock.Advance(time.Second)
	session := p.Token(storetest.Acme, "owner")
	for _, c := range []struct{ name, authorization string }{
		{"revoked", "Bearer " + revokedToken}, {"expired", "Bearer " + expired}, {"wrong", "Bearer " + p.token + "x"},
		{"a session", "Bearer " + session}, {"its id", "Bearer " + p.key.ID}, {"nothing", ""}, {"no token", "Bearer "},
		{"another scheme", "Basic " + p.token}, {"the bare token", p.token}, {"two in one", "Bearer " + p.token + "," + p.token},
	} {
		missing := c.authorization == "" || !strings.HasPrefix(c.authorization, "Bearer hks_") && !strings.HasPrefix(c.authorization, "Bearer "+session) &&
			!strings.HasPrefix(c.authorization, "Bearer "+p.key.ID)
		use := use
		use.header = map[string]string{"Authorization": c.authorization, "Cookie": "hooksafe=" + session, "X-Api-Key": p.token}
		use.path += "?access_token=" + p.token + "&token=" + p.token
		a := p.call(t, use)
		want := `{"statusCode":401,"error":"Unauthorized","message":"Invalid token"}`
		switch {
		case strings.HasPrefix(use.path, apiv1Prefix):
			want = `{"error":"Authentication required"}`
		case missing:
			want = `{"statusCode":401,"error":"Unauthorized","message":"Missing authentication"}`
		}
		if use.method == http.MethodHead {
			want = ""
		}
		a.want(t, 401, want)
		if got := a.header.Get("WWW-Authenticate"); got != "Bearer" {
			t.Errorf("%s: WWW-Authenticate is %q", c.name, got)
		}
		wantNone(t, a.body, p.token, session, revokedToken)
	}
}

// S-01, S-02: 401 comes before anything else, at every address and for every method.
func TestKeyBeforeAnythingElse(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	for _, path := range []string{hookAPI, "/api/v2/hooks/planted-_x", valueAPI, ownSecretsAPI, ownSecretAPI, ownValueAPI, importsAPI, importAPI, "/api/nothing/planted-x", "/api/", "/api/v1/", "/api/v2/hooks/"} {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PLANTED"} {
			a := p.call(t, call{method: method, path: path, body: "planted-{", header: map[string]string{
				"Authorization": "", "Content-Encoding": "gzip", "Content-Type": "planted-x/y", "Origin": "https://evil.example"}})
			if a.status != 401 || a.header.Get("WWW-Authenticate") != "Bearer" || a.header.Get("Content-Type") != "application/json" {
				t.Errorf("%s %s: status %d, %v", method, path, a.status, a.header)
			}
		}
	}
}

// Two headers could be read in two ways, so they count as none.
func TestTwoCredentials(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	for _, second := range []string{"Bearer " + p.token, "Bearer hks_planted-x", "Basic x"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.server.URL+hooksAPI, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header["Authorization"] = []string{"Bearer " + p.token, second}
		p.send(t, req).wantError(t, 401, "")
	}
}

// The order of checks with a key: 405 and Allow, 404, 415, 413, then the body.
func TestOrderOfChecks(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.addOwn(t, "OWN", "planted-own")
	odd := map[string]string{"Content-Encoding": "gzip", "Content-Type": "text/plain"}
	for _, c := range []struct{ method, path, allow string }{
		{"PUT", hooksAPI, "OPTIONS, GET, HEAD, POST"}, {"DELETE", hooksAPI, "OPTIONS, GET, HEAD, POST"}, {"POST", hookAPI, "OPTIONS, DELETE, GET, HEAD, PATCH"},
		{"PUT", secretsAPI, "OPTIONS, DELETE, GET, HEAD, PATCH, POST"}, {"TRACE", hookAPI, "OPTIONS, DELETE, GET, HEAD, PATCH"},
		{"POST", valueAPI, "OPTIONS, GET"}, {"HEAD", valueAPI, "OPTIONS, GET"}, {"GET", tokenRoute, "OPTIONS, POST"}, {"PLANTED", hooksAPI, "OPTIONS, GET, HEAD, POST"},
		{"POST", "/api/openapi.json", "OPTIONS, GET, HEAD"},
		{"PUT", ownSecretsAPI, "OPTIONS, GET, HEAD, POST"}, {"DELETE", ownSecretsAPI, "OPTIONS, GET, HEAD, POST"}, {"TRACE", ownSecretsAPI, "OPTIONS, GET, HEAD, POST"},
		{"POST", ownSecretAPI, "OPTIONS, DELETE, GET, HEAD, PUT"}, {"PATCH", ownSecretAPI, "OPTIONS, DELETE, GET, HEAD, PUT"},
		{"GET", importsAPI, "OPTIONS, POST"}, {"HEAD", importsAPI, "OPTIONS, POST"}, {"GET", importAPI, "OPTIONS, POST"}, {"DELETE", importAPI, "OPTIONS, POST"},
		{"HEAD", ownValueAPI, "OPTIONS, GET"}, {"PUT", ownValueAPI, "OPTIONS, GET"}, {"DELETE", ownValueAPI, "OPTIONS, GET"},
	} {
		p.unchanged(t, func() {
			header := map[string]string{"X-HTTP-Method-Override": "PATCH"}
			for name, value := range odd {
				header[name] = value
			}
			a := p.call(t, call{method: c.method, path: c.path, body: `{"enabled":true}`, header: header})
			if a.status != 405 || a.header.Get("Allow") != c.allow {
				t.Errorf("%s %s: status %d, Allow %q", c.method, c.path, a.status, a.header.Get("Allow"))
			}
		})
	}
	for _, path := range []string{"/api/v2/hooks/:hook/nothing", "/api/v2/actions", "/api/v3", "/api/", "/api/v2/hooks/", "/api/v1/nothing", "/api/v2/../v2/nothing"} {
		if a := p.call(t, call{method: "POST", path: path, body: "x", header: odd}); a.status != 404 {
			t.Errorf("%s: status %d", path, a.status)
		}
	}
	long := func(n int) string { return `{"A":"` + strings.Repeat("x", n) + `"}` }
	for _, c := range []struct {
		method, path string
		n            int
		status       int
		header       map[string]string
	}{
		{"POST", secretsAPI, 8 << 20, 415, odd}, {"PATCH", hookAPI, 1, 415, map[string]string{"Content-Encoding": "br"}},
		{"GET", valueAPI, 1, 415, map[string]string{"Content-Type": "text/plain"}}, {"GET", valueAPI, 1, 415, map[string]string{"Content-Type": "application/json; charset=utf-16"}},
		{"POST", secretsAPI, 8 << 20, 413, nil}, {"PATCH", secretsAPI, 8 << 20, 413, nil}, {"DELETE", secretsAPI, 8 << 20, 413, nil},
		{"POST", ownSecretsAPI, 1, 415, odd}, {"PUT", ownSecretAPI, 1, 415, map[string]string{"Content-Encoding": "gzip"}}, {"POST", ownSecretsAPI, 1, 415, map[string]string{"Content-Type": form}},
		{"POST", importsAPI, 1, 415, odd}, {"POST", importsAPI, 6 << 20, 413, nil}, {"POST", importAPI, 1, 415, map[string]string{"Content-Type": form}}, {"POST", importAPI, 1 << 20, 413, nil},
		{"POST", ownSecretsAPI, 1 << 20, 413, nil}, {"PUT", ownSecretAPI, 1 << 20, 413, nil},
		{"POST", hooksAPI, 2 << 20, 413, nil}, {"PATCH", hookAPI, 2 << 20, 413, nil}, {"POST", tokenRoute, 1 << 20, 413, nil},
	} {
		p.unchanged(t, func() {
			if a := p.call(t, call{method: c.method, path: c.path, body: long(c.n), header: c.header}); a.status != c.status {
				t.Errorf("%s %s: status %d, want %d: %.200s", c.method, c.path, a.status, c.status, a.body)
			}
		})
	}
}

// /api/v1 takes application/json in UTF-8; a body that a GET brings is not looked at.
func TestV1TakesJSON(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	for kind, status := range map[string]int{
		"application/json": 200, "application/json; charset=UTF-8": 200, "application/json; charset=utf-16": 415, "text/plain": 415, form: 415, "": 415,
	} {
		if a := p.call(t, call{method: "GET", path: valueAPI, body: "{}", header: map[string]string{"Content-Type": kind}}); a.status != status {
			t.Errorf("%q: status %d, want %d", kind, a.status, status)
		}
	}
}

// Other sites count for nothing: no cookie is looked at, and none is told that it may read.
func TestNoCrossOriginChecksForPrograms(t *testing.T) {
	t.Parallel()
	for name, header := range map[string]map[string]string{
		"a page of another site": {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"},
		"nowhere":                {"Origin": "null"},
		"nothing":                {},
		"the Deploy CLI":         {"Auth0-Client": "eyJuYW1lIjoiYSJ9", "X-Auth0-Deploy-Mode": "dry-run"},
	} {
		p := newProgram(t)
		p.call(t, call{method: "POST", path: secretsAPI, body: `{"A":"x"}`, header: header}).want(t, 201, `{}`)
		a := p.call(t, call{method: "POST", path: tokenRoute, header: header,
			body: fmt.Sprintf(`{"grant_type":"client_credentials","client_id":%q,"client_secret":%q}`, p.key.ID, p.token)})
		if a.status != 200 {
			t.Errorf("%s: status %d", name, a.status)
		}
		preflight := p.call(t, call{method: "OPTIONS", path: secretsAPI, header: header})
		if preflight.status != 204 || preflight.header.Get("Allow") == "" {
			t.Errorf("%s: OPTIONS answers %d", name, preflight.status)
		}
	}
}

// Old go-auth0 sends the body null with GET.
func TestTrapGetWithABody(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	for _, path := range []string{hooksAPI, hookAPI, secretsAPI} {
		if a := p.call(t, call{method: "GET", path: path, body: "null"}); a.status != 200 {
			t.Errorf("%s: status %d", path, a.status)
		}
	}
}

// A key stops at its next request: revoked, or with its maker gone.
func TestAKeyStops(t *testing.T) {
	t.Parallel()
	for name, stop := range map[string]func(t *testing.T, p *program){
		"revoked": func(t *testing.T, p *program) {
			if _, err := p.RevokeKey(t.Context(), p.Actor(t, storetest.Acme, "owner"), p.key.ID); err != nil {
				t.Fatal(err)
			}
		},
		"its maker left": func(t *testing.T, p *program) {
			if _, err := p.RemoveMember(t.Context(), operatorIn(t, p.site), storetest.Email(storetest.Acme, "admin")); err != nil {
				t.Fatal(err)
			}
		},
	} {
		p := newProgram(t)
		access := p.accessToken(t, "")
		for _, token := range []string{p.token, access} {
			if a := p.call(t, call{method: "GET", path: hooksAPI, token: token}); a.status != 200 {
				t.Errorf("%s: status %d before", name, a.status)
			}
		}
		stop(t, p)
		for _, token := range []string{p.token, access} {
			p.call(t, call{method: "GET", path: hooksAPI, token: token}).wantError(t, 401, "")
			p.call(t, call{method: "POST", path: secretsAPI, token: token, body: `{"A":"planted-x"}`}).wantError(t, 401, "")
		}
		a := p.call(t, call{method: "POST", path: tokenRoute, body: p.grant("")})
		a.want(t, 401, `{"error":"access_denied","error_description":"Unauthorized"}`)
	}
}

// A key reaches as far as its maker's role: less than that is a 403 that says so.
func TestAKeyOfADemotedMaker(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	if _, err := p.SetMemberRole(t.Context(), operatorIn(t, p.site), storetest.Email(storetest.Acme, "admin"), store.Viewer); err != nil {
		t.Fatal(err)
	}
	p.call(t, call{method: "GET", path: secretsAPI}).want(t, 200, `{"API_KEY":"_VALUE_NOT_SHOWN_"}`)
	p.call(t, call{method: "PATCH", path: secretsAPI, body: `{"API_KEY":"x"}`}).wantError(t, 403, "insufficient_scope", "role")
	if a := p.call(t, call{method: "GET", path: valueAPI}); a.status != 403 || !strings.Contains(a.body, "role") {
		t.Errorf("status %d: %s", a.status, a.body)
	}
}

// HOOKSAFE_API_RATE: so many requests a second and key, ten seconds of which it saves up.
func TestAPIRate(t *testing.T) {
	t.Parallel()
	p := newProgram(t, func(o *Options) { o.APIRate = 2 })
	_, other := p.newKey(t, storetest.Acme, "read:hooks")
	now := p.Now().Unix()
	get := func(token string) answer { return p.call(t, call{method: "GET", path: hooksAPI, token: token}) }
	for i := range 20 {
		a := get(p.token)
		if a.status != 200 || a.header.Get("X-RateLimit-Limit") != "20" || a.header.Get("X-RateLimit-Remaining") != strconv.Itoa(19-i) || a.header.Get("Retry-After") != "" {
			t.Fatalf("request %d: status %d, %v", i, a.status, a.header)
		}
		if reset, err := strconv.ParseInt(a.header.Get("X-RateLimit-Reset"), 10, 64); err != nil || reset < now || reset > now+11 {
			t.Errorf("resets at %d, now is %d", reset, now)
		}
	}
	a := get(p.token)
	a.wantError(t, 429, "")
	if a.header.Get("Retry-After") != "1" || a.header.Get("X-RateLimit-Remaining") != "0" {
		t.Errorf("headers are %v", a.header)
	}
	if a := p.call(t, call{method: "GET", path: valueAPI}); a.status != 429 || a.header.Get("Retry-After") != "1" {
		t.Errorf("a value: status %d, %v", a.status, a.header)
	}
	if a := get(other); a.status != 200 {
		t.Errorf("another key has to wait: %d", a.status)
	}
	p.Clock.Advance(time.Second)
	for i, want := range []int{200, 200, 429} {
		if a := get(p.token); a.status != want {
			t.Errorf("a second later, request %d: status %d, want %d", i, a.status, want)
		}
	}
	if a := p.call(t, call{method: "GET", path: hooksAPI, header: map[string]string{"Authorization": ""}}); a.header.Get("X-RateLimit-Limit") != "" {
		t.Error("nobody has a rate")
	}
}

func TestNoAPIRate(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	for range 100 {
		a := p.call(t, call{method: "GET", path: hooksAPI})
		if a.status != 200 {
			t.Fatalf("status %d", a.status)
		}
		for name := range a.header {
			if strings.HasPrefix(name, "X-Ratelimit") || name == "Retry-After" {
				t.Fatalf("there is %s", name)
			}
		}
	}
}

// S-10: 60 wrong tokens a minute and network; a right one is never held up.
func TestWrongKeysAreLimited(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	for range 60 {
		p.call(t, call{method: "GET", path: hooksAPI, token: "hks_planted-x"}).wantError(t, 401, "")
	}
	a := p.call(t, call{method: "GET", path: hooksAPI, token: "hks_planted-x"})
	a.wantError(t, 429, "")
	if a.header.Get("Retry-After") == "" {
		t.Error("nothing says when to try again")
	}
	if a := p.call(t, call{method: "GET", path: hooksAPI}); a.status != 200 {
		t.Errorf("a right key: status %d", a.status)
	}
}

// S-34: the log holds the routes of the APIs, and nothing that was sent.
func TestAPILog(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.call(t, call{method: "GET", path: "/api/v1/hooks/:hook/secrets/API_KEY/value?x=planted-x"})
	p.call(t, call{method: "GET", path: "/api/planted-x/API_KEY"})
	p.call(t, call{method: "POST", path: secretsAPI, body: `{"planted- x":"planted-x"}`})
	wantNone(t, p.log.String(), "API_KEY", p.Org(storetest.Acme).Hook, p.Org(storetest.Acme).Value)
	for _, route := range []string{valueAPI, `"route":"none"`, secretsAPI, `"actor":"` + p.key.ID + `"`} {
		if !strings.Contains(p.log.String(), route) {
			t.Errorf("the log has no %s", route)
		}
	}
}

// Without https, where it is wanted, a program gets no 403: the Deploy CLI takes that
// for "nothing to do".
func TestTrapNo403WithoutHTTPS(t *testing.T) {
	t.Parallel()
	p := newProgram(t, func(o *Options) { o.BaseURL, o.HTTPSOnly = "https://hooks.example", true })
	for _, path := range []string{hooksAPI, valueAPI, tokenRoute} {
		if a := p.call(t, call{method: "GET", path: path}); a.status != 400 || !strings.Contains(a.body, "https only") {
			t.Errorf("%s: status %d: %s", path, a.status, a.body)
		}
	}
}

// S-35, S-36: a fault of ours is told in the form of the API, without its words; what
// could not be written was not done, and no value leaves without its entry.
func TestFaultsForPrograms(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.handler.(*echo.Echo).GET("/api/v2/panic", func(echo.Context) error { panic("planted-x") })
	p.handler.(*echo.Echo).GET("/api/v1/panic", func(echo.Context) error { panic("planted-x") })
	p.call(t, call{method: "GET", path: "/api/v2/panic"}).want(t, 500, `{"statusCode":500,"error":"Internal Server Error","message":"Internal Server Error"}`)
	p.call(t, call{method: "GET", path: "/api/v1/panic"}).want(t, 500, `{"error":"Internal Server Error"}`)

	mend := p.sabotage(t, "INSERT ON audit_entries")
	for _, r := range reading {
		p.call(t, call{method: r.method, path: r.path, body: r.good}).wantError(t, 503, "")
	}
	p.call(t, call{method: "GET", path: valueAPI}).want(t, 503, `{"error":"`+notRevealed+`"}`)
	if a := p.call(t, call{method: "POST", path: tokenRoute, body: p.grant("")}); a.status != 503 || !strings.Contains(a.body, `"temporarily_unavailable"`) {
		t.Errorf("a token: status %d: %s", a.status, a.body)
	}
	mend()
	p.call(t, call{method: "GET", path: secretsAPI}).want(t, 200, `{"API_KEY":"_VALUE_NOT_SHOWN_"}`)
	if p.secretValue(t, "API_KEY") != p.Org(storetest.Acme).Value {
		t.Error("the value changed")
	}
}

func TestOpenAPIIsServed(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.call(t, call{method: "GET", path: "/api/openapi.json"}).want(t, 200, string(openapi.Document))
}

// Every route of the APIs is in the document with its scopes, and nothing else is.
func TestDocumentHasEveryRoute(t *testing.T) {
	t.Parallel()
	doc, err := document()
	if err != nil {
		t.Fatal(err)
	}
	var documented, routed []string
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			scopes, _ := op.Extensions["x-scopes"].([]any)
			documented = append(documented, fmt.Sprintln(method, path, scopes))
			if op.Summary == "" || op.OperationID == "" || len(op.Tags) != 1 {
				t.Errorf("%s %s has no summary, id or tag", method, path)
			}
		}
	}
	for _, a := range keyAccess {
		words := strings.Split(a.route, "/")
		for i, word := range words {
			if name, ok := strings.CutPrefix(word, ":"); ok {
				words[i] = "{" + name + "}"
			}
		}
		scopes := strings.Fields(a.scopes)
		if a.scopes == "any" || a.scopes == "none" {
			scopes = nil
		}
		routed = append(routed, fmt.Sprintln(strings.Join(words, "/"), scopes))
	}
	slices.Sort(documented)
	slices.Sort(routed)
	if !slices.Equal(documented, routed) {
		t.Errorf("the document has\n%s\nthe router\n%s", strings.Join(documented, ""), strings.Join(routed, ""))
	}
}
