package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/rogpeppe/go-internal/testscript"
)

// What lets a program into the tenant of the tests.
const (
	theToken  = "tenant-token"
	theClient = "tenant-client"
	theSecret = "tenant-secret"
)

// tenant is the part of an Auth0 tenant that an import reads, as it was recorded
// (contract, sections 1 to 3): two hooks a page however many are asked for, and every
// other request is one too many.
type tenant struct {
	hooks   []map[string]any
	secrets map[string]string // bodies, by hook

	mu    sync.Mutex
	asked map[string]int
}

func newTenant(hooks int) *tenant {
	t := &tenant{secrets: map[string]string{}, asked: map[string]int{}}
	for n := range hooks {
		id := fmt.Sprintf("01GQN0P0E63V4RXZHGTCF0N5X%d", n)
		t.hooks = append(t.hooks, map[string]any{
			"id": id, "name": fmt.Sprintf("test-hook-%d", n), "script": fmt.Sprintf("// %d\r\n", n), "enabled": n == 1,
			"dependencies": map[string]string{"auth0": "2.30.0"}, "triggerId": "pre-user-registration",
		})
		t.secrets[id] = `{}`
	}
	t.secrets["01GQN0P0E63V4RXZHGTCF0N5X1"] = `{"foo":"_VALUE_NOT_SHOWN_","api-key":"_VALUE_NOT_SHOWN_"}`
	return t
}

func (t *tenant) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/oauth/token" {
		t.grant(w, r)
		return
	}
	if r.Header.Get("Authorization") != "Bearer "+theToken {
		refuse(w, http.StatusUnauthorized, "Invalid token")
		return
	}
	if t.tooMany(r) {
		w.Header().Set("X-RateLimit-Limit", "2")
		w.Header().Set("X-RateLimit-Remaining", "0")
		w.Header().Set("X-RateLimit-Reset", "1669000000")
		refuse(w, http.StatusTooManyRequests, "Global limit has been reached")
		return
	}
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/api/v2/hooks"), "/")
	switch {
	case r.Method != http.MethodGet || !strings.HasPrefix(r.URL.Path, "/api/v2/hooks"):
		refuse(w, http.StatusNotFound, "Not Found")
	case len(parts) == 1:
		t.list(w, r)
	case len(parts) == 3 && parts[2] == "secrets":
		fmt.Fprint(w, t.secrets[parts[1]])
	default:
		for _, h := range t.hooks {
			if h["id"] == parts[1] {
				_ = json.NewEncoder(w).Encode(h)
			}
		}
	}
}

func (t *tenant) grant(w http.ResponseWriter, r *http.Request) {
	var asked map[string]string
	_ = json.NewDecoder(r.Body).Decode(&asked)
	if asked["grant_type"] != "client_credentials" || asked["client_id"] != theClient || asked["client_secret"] != theSecret ||
		asked["audience"] != "http://"+r.Host+"/api/v2/" {
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"error":"access_denied","error_description":"Unauthorized"}`)
		return
	}
	fmt.Fprintf(w, `{"access_token":%q,"scope":"read:hooks","expires_in":86400,"token_type":"Bearer"}`, theToken)
}

// tooMany is true for the first time that something is asked for.
func (t *tenant) tooMany(r *http.Request) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.asked[r.URL.String()]++
	return t.asked[r.URL.String()] == 1
}

func (t *tenant) list(w http.ResponseWriter, r *http.Request) {
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	begin := min(page*2, len(t.hooks))
	_ = json.NewEncoder(w).Encode(map[string]any{
		"total": len(t.hooks), "start": begin, "limit": 2, "hooks": t.hooks[begin:min(begin+2, len(t.hooks))],
	})
}

func refuse(w http.ResponseWriter, status int, message string) {
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"statusCode": status, "error": http.StatusText(status), "message": message})
}

func tenantInScript(ts *testscript.TestScript, _ bool, _ []string) {
	s := httptest.NewServer(newTenant(5))
	ts.Defer(s.Close)
	ts.Setenv("TENANT", s.URL)
}

// meddle puts a proxy before the server. When the first import is to be carried out, it
// first adds a secret, with the key of whoever imports.
func meddle(ts *testscript.TestScript, _ bool, _ []string) {
	server, err := url.Parse(ts.Getenv("URL"))
	ts.Check(err)
	var done atomic.Bool
	through := httputil.NewSingleHostReverseProxy(server)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, importsPath+"/") && done.CompareAndSwap(false, true) {
			add, err := http.NewRequest(http.MethodPost, server.String()+ownPath, strings.NewReader(`{"secret":{"name":"MEDDLED","value":"x"}}`))
			if err == nil {
				add.Header = http.Header{"Authorization": r.Header["Authorization"], "Content-Type": {"application/json"}}
				answer, err := http.DefaultTransport.RoundTrip(add)
				if err == nil {
					answer.Body.Close()
				}
			}
		}
		through.ServeHTTP(w, r)
	}))
	ts.Defer(s.Close)
	ts.Setenv("URL", s.URL)
}
