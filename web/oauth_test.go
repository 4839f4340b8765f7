package web

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"hooksafe/store/storetest"
)

// grant asks for an access token with the program's key, in JSON.
func (p *program) grant(scope string) string {
	return fmt.Sprintf(`{"grant_type":"client_credentials","client_id":%q,"client_secret":%q,"audience":"https://x.example/api/v2/","scope":%q}`,
		p.key.ID, p.token, scope)
}

func (p *program) accessToken(t testing.TB, scope string) string {
	t.Helper()
	var made struct {
		AccessToken string `json:"access_token"`
	}
	p.call(t, call{method: "POST", path: tokenRoute, body: p.grant(scope)}).decode(t, &made)
	return made.AccessToken
}

func basic(id, secret string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+secret))
}

const form = "application/x-www-form-urlencoded"

// Contract, section 3: what the clients send.
func TestOAuthToken(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	values := url.Values{"grant_type": {"client_credentials"}, "audience": {"http://127.0.0.1:1/api/v2/"}}
	bare := values.Encode()
	values.Set("client_id", p.key.ID)
	values.Set("client_secret", p.token)
	for _, c := range []struct{ name, kind, authorization, body string }{
		{"Basic and a form", form, basic(p.key.ID, p.token), bare},
		{"Basic, escaped", form + "; charset=utf-8", basic(url.QueryEscape(p.key.ID), url.QueryEscape(p.token)), bare},
		{"a form", form, "", values.Encode()},
		{"JSON", "application/json", "", p.grant("")},
		{"JSON with a charset", "application/json; charset=utf-8", "", p.grant("")},
		{"Basic and JSON", "application/json", basic(p.key.ID, p.token), `{"grant_type":"client_credentials"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var made struct {
				AccessToken string `json:"access_token"`
				TokenType   string `json:"token_type"`
				ExpiresIn   int    `json:"expires_in"`
				Scope       string
			}
			p.call(t, call{method: "POST", path: tokenRoute, body: c.body,
				header: map[string]string{"Authorization": c.authorization, "Content-Type": c.kind}}).decode(t, &made)
			if made.TokenType != "Bearer" || made.ExpiresIn != 86400 || !strings.HasPrefix(made.Scope, "read:hooks create:hooks ") {
				t.Errorf("%+v", made)
			}
			p.call(t, call{method: "GET", path: secretsAPI, token: made.AccessToken}).want(t, 200, `{"API_KEY":"_VALUE_NOT_SHOWN_"}`)
			wantNone(t, p.log.String(), made.AccessToken)
		})
	}
}

func TestOAuthScopes(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	token := p.accessToken(t, "read:hooks read:clients")
	p.call(t, call{method: "GET", path: secretsAPI, token: token}).want(t, 200, `{"API_KEY":"_VALUE_NOT_SHOWN_"}`)
	p.call(t, call{method: "PATCH", path: secretsAPI, body: `{"API_KEY":"x"}`, token: token}).wantError(t, 403, "insufficient_scope")
	p.Clock.Advance(24 * time.Hour)
	p.call(t, call{method: "GET", path: secretsAPI, token: token}).wantError(t, 401, "")
}

func TestOAuthRefuses(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	access := p.accessToken(t, "")
	grant := func(id, secret string) string {
		return fmt.Sprintf(`{"grant_type":"client_credentials","client_id":%q,"client_secret":%q}`, id, secret)
	}
	other, _ := p.newKey(t, storetest.Acme, "read:hooks")
	for _, c := range []struct {
		name, kind, authorization, body string
		status                          int
		code                            string
	}{
		{"a wrong secret", "application/json", "", grant(p.key.ID, "hks_planted-x"), 401, "access_denied"},
		{"another key's id", "application/json", "", grant(other.ID, p.token), 401, "access_denied"},
		{"no id", "application/json", "", grant("", p.token), 401, "access_denied"},
		{"an access token", "application/json", "", grant(p.key.ID, access), 401, "access_denied"},
		{"a session", "application/json", "", grant(p.key.ID, p.Token(storetest.Acme, "owner")), 401, "access_denied"},
		{"no credentials", form, "", "grant_type=client_credentials", 401, "access_denied"},
		{"a wrong Basic", form, basic(p.key.ID, "planted-x"), "grant_type=client_credentials", 401, "access_denied"},
		{"a bearer token", form, "Bearer " + p.token, "grant_type=client_credentials&client_id=" + p.key.ID, 401, "access_denied"},
		{"another grant", form, basic(p.key.ID, p.token), "grant_type=password&username=planted-x", 400, "unsupported_grant_type"},
		{"no grant", form, basic(p.key.ID, p.token), "", 400, "unsupported_grant_type"},
		{"a parameter twice", form, "", "grant_type=client_credentials&client_id=planted-x&client_id=planted-y", 400, "invalid_request"},
		{"a broken form", form, "", "grant_type=%zzplanted-x", 400, "invalid_request"},
		{"broken JSON", "application/json", "", `{"grant_type":"client_credentials","planted-x`, 400, "invalid_request"},
		{"a name twice", "application/json", "", `{"grant_type":"client_credentials","grant_type":"client_credentials"}`, 400, "invalid_request"},
		{"a list", "application/json", "", `["planted-x"]`, 400, "invalid_request"},
		{"null", "application/json", "", `{"grant_type":null}`, 400, "invalid_request"},
		{"a number", "application/json", "", `{"grant_type":"client_credentials","client_id":7}`, 400, "invalid_request"},
		{"bad UTF-8", "application/json", "", "{\"grant_type\":\"planted-\xff\"}", 400, "invalid_request"},
		{"JSON that says form", form, "", grant(p.key.ID, p.token), 400, "unsupported_grant_type"},
		{"parts", "multipart/form-data; boundary=x", "", "--x\r\nplanted-x", 400, "unsupported_grant_type"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := p.call(t, call{method: "POST", path: tokenRoute + "?grant_type=client_credentials&client_id=" + p.key.ID + "&client_secret=" + p.token,
				body: c.body, header: map[string]string{"Authorization": c.authorization, "Content-Type": c.kind}})
			if a.status != c.status || !strings.Contains(a.body, `"error":"`+c.code+`"`) || strings.Contains(a.body, "access_token") {
				t.Errorf("status %d: %s", a.status, a.body)
			}
			if got := a.header.Get("WWW-Authenticate"); (got == `Basic realm="Hooksafe"`) != (c.status == 401) {
				t.Errorf("WWW-Authenticate is %q", got)
			}
			wantNone(t, a.body, p.token, access)
		})
	}
}

// Contract, section 3: go-auth0 tries Basic first, then the form. However often that
// was wrong, a right key gets in.
func TestTrapBasicThenForm(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	bare := "grant_type=client_credentials"
	for range 70 {
		p.call(t, call{method: "POST", path: tokenRoute, body: bare,
			header: map[string]string{"Authorization": basic(p.key.ID, "hks_planted-x"), "Content-Type": form}})
	}
	a := p.call(t, call{method: "POST", path: tokenRoute, body: bare + "&client_id=" + p.key.ID + "&client_secret=hks_planted-x",
		header: map[string]string{"Authorization": "", "Content-Type": form}})
	if a.status != 429 || !strings.Contains(a.body, `"too_many_requests"`) || a.header.Get("Retry-After") == "" {
		t.Errorf("status %d: %s", a.status, a.body)
	}
	a = p.call(t, call{method: "POST", path: tokenRoute, body: bare + "&client_id=" + p.key.ID + "&client_secret=" + p.token,
		header: map[string]string{"Authorization": "", "Content-Type": form}})
	if a.status != 200 {
		t.Errorf("status %d: %s", a.status, a.body)
	}
}
