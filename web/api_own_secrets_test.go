package web

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hooksafe/store"
	"hooksafe/store/storetest"
)

// wireSecret is the metadata of a secret as the contract has it.
type wireSecret struct {
	ID, Name, Description string
	Version               int
	InsertedAt            string `json:"inserted_at"`
	UpdatedAt             string `json:"updated_at"`
}

// wireStart is the time at which a test begins, on the wire.
const wireStart = "2026-11-21T14:00:00.000000Z"

// secretBody is the body that makes a secret, or with "" for its name one that gives
// one a new value.
func secretBody(name, value string) string {
	secret := map[string]string{"value": value}
	if name != "" {
		secret["name"] = name
	}
	body, err := json.Marshal(map[string]any{"secret": secret})
	if err != nil {
		panic(err)
	}
	return string(body)
}

func (p *program) makeSecret(t testing.TB, name, value string) wireSecret {
	t.Helper()
	return wireSecretIn(t, p.call(t, call{method: "POST", path: ownSecretsAPI, body: secretBody(name, value)}))
}

func wireSecretIn(t testing.TB, a answer) wireSecret {
	t.Helper()
	var body struct{ Data wireSecret }
	a.decode(t, &body)
	return body.Data
}

// ownValue is the value of the secret that paths mean, as a program reads it.
func (p *program) ownValue(t testing.TB) string {
	t.Helper()
	var read struct{ Value string }
	p.call(t, call{method: "GET", path: ownValueAPI}).decode(t, &read)
	return read.Value
}

// wantError1 checks the error form of /api/v1: what is said about a field, or with ""
// that none is named.
func (a answer) wantError1(t testing.TB, status int, field string, says ...string) {
	t.Helper()
	var e struct {
		Error  string
		Errors map[string][]string
	}
	if err := json.Unmarshal([]byte(a.body), &e); err != nil {
		t.Fatalf("status %d, %.300q is no JSON: %v", a.status, a.body, err)
	}
	if a.status != status || e.Error == "" || field == "" && e.Errors != nil || field != "" && (len(e.Errors) != 1 || len(e.Errors[field]) != 1) {
		t.Errorf("status %d, %.300s; want %d about %q", a.status, a.body, status, field)
	}
	for _, text := range says {
		if !strings.Contains(e.Error, text) && (e.Errors == nil || !strings.Contains(e.Errors[field][0], text)) {
			t.Errorf("says %q %q, want %q", e.Error, e.Errors, text)
		}
	}
}

// One secret from its making to its end: every call, every header, every entry.
func TestV1Secrets(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.call(t, call{method: "GET", path: ownSecretsAPI}).want(t, 200, `{"data":[]}`)
	made := p.call(t, call{method: "POST", path: ownSecretsAPI,
		body: `{"secret":{"name":"STRIPE_WEBHOOK_SECRET","value":"planted-1","description":"for payments"}}`})
	p.own = wireSecretIn(t, made).ID
	if got := made.header.Get("Location"); got != ownSecretsAPI+"/"+p.own {
		t.Errorf("Location is %q", got)
	}
	about := func(name, description string, version, updated int) string {
		return fmt.Sprintf(`{"id":%q,"name":%q,"description":%q,"version":%d,"inserted_at":%q,"updated_at":"2026-11-21T14:%02d:00.000000Z"}`,
			p.own, name, description, version, wireStart, updated)
	}
	wantMetadata := func(a answer, status int, metadata, etag string) {
		t.Helper()
		a.want(t, status, `{"data":`+metadata+`}`)
		if got := a.header.Get("ETag"); got != etag {
			t.Errorf("ETag is %q, want %q", got, etag)
		}
	}
	wantMetadata(made, 201, about("STRIPE_WEBHOOK_SECRET", "for payments", 1, 0), `"1"`)
	value := "planted-1"
	for i, step := range []struct {
		body, name, description, value string
		version                        int
		entry                          string
	}{
		{`{"secret":{"value":"planted-2"}}`, "STRIPE_WEBHOOK_SECRET", "for payments", "planted-2", 2, "new value"},
		{`{"secret":{"name":"STRIPE"}}`, "STRIPE", "for payments", "planted-2", 2, "value kept, renamed from STRIPE_WEBHOOK_SECRET"},
		{`{"secret":{"description":""}}`, "STRIPE", "", "planted-2", 2, "value kept, note changed"},
		{`{"secret":{"description":"é\n"}}`, "STRIPE", "é\n", "planted-2", 2, "value kept, note changed"},
		{`{"secret":{"description":"x","value":"planted-3","name":"S"}}`, "S", "x", "planted-3", 3, "new value, renamed from STRIPE, note changed"},
		{`{"secret":{"name":"S"}}`, "S", "x", "planted-3", 3, "value kept"},
		{`{"secret":{"value":"planted-3"}}`, "S", "x", "planted-3", 4, "new value"},
	} {
		p.Clock.Advance(time.Minute)
		changed := p.call(t, call{method: "PUT", path: ownSecretAPI, body: step.body})
		metadata := about(step.name, step.description, step.version, i+1)
		wantMetadata(changed, 200, metadata, fmt.Sprintf("%q", fmt.Sprint(step.version)))
		if e := p.entries(t, 1)[0]; e.Action != "secret.update" || *e.Detail != step.entry || *e.TargetName != step.name || *e.TargetVersion != int64(step.version) {
			t.Errorf("entry is %s of %s: %s", e.Action, *e.TargetName, *e.Detail)
		}
		wantMetadata(p.call(t, call{method: "GET", path: ownSecretAPI}), 200, metadata, changed.header.Get("ETag"))
		list := p.call(t, call{method: "GET", path: ownSecretsAPI})
		list.want(t, 200, `{"data":[`+metadata+`]}`)
		read := p.call(t, call{method: "GET", path: ownValueAPI})
		read.want(t, 200, fmt.Sprintf(`{"id":%q,"name":%q,"value":%q,"decrypted_at":"2026-11-21T14:%02d:00.000000Z"}`, p.own, step.name, step.value, i+1))
		if list.header.Get("ETag") != "" || read.header.Get("ETag") != "" {
			t.Error("a list or a value has an ETag")
		}
		value = step.value
	}
	if value != p.ownValue(t) {
		t.Error("the value changed")
	}
	if a := p.call(t, call{method: "HEAD", path: ownSecretAPI}); a.status != 200 || a.body != "" || a.header.Get("ETag") != `"4"` {
		t.Errorf("HEAD answers %d, %q", a.status, a.header.Get("ETag"))
	}
	p.call(t, call{method: "DELETE", path: ownSecretAPI}).want(t, 204, "")
	for _, c := range []call{{method: "GET", path: ownSecretAPI}, {method: "GET", path: ownValueAPI}, {method: "DELETE", path: ownSecretAPI},
		{method: "PUT", path: ownSecretAPI, body: secretBody("", "planted-x")}} {
		p.call(t, c).want(t, 404, `{"error":"Secret not found"}`)
	}
	p.call(t, call{method: "GET", path: ownSecretsAPI}).want(t, 200, `{"data":[]}`)
}

// every call that changes or reads a value leaves one entry with the key's id
// and the request's; looking at metadata leaves none.
func TestV1Entries(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	for _, step := range []struct {
		call
		action string
	}{
		{call{method: "POST", path: ownSecretsAPI, body: secretBody("OWN", "planted-x")}, "secret.create"},
		{call{method: "GET", path: ownSecretsAPI}, ""},
		{call{method: "GET", path: ownSecretAPI}, ""},
		{call{method: "HEAD", path: ownSecretAPI}, ""},
		{call{method: "GET", path: ownValueAPI}, "secret.read"},
		{call{method: "PUT", path: ownSecretAPI, body: secretBody("", "planted-y")}, "secret.update"},
		{call{method: "DELETE", path: ownSecretAPI}, "secret.delete"},
	} {
		before := p.entries(t, 1)[0].Seq
		p.Clock.Advance(time.Second)
		a := p.call(t, step.call)
		if step.method == "POST" {
			p.own = wireSecretIn(t, a).ID
		}
		e := p.entries(t, 1)[0]
		if step.action == "" {
			if e.Seq != before {
				t.Errorf("%s %s left an entry", step.method, step.path)
			}
			continue
		}
		if e.Seq != before+1 || e.Action != step.action || e.Outcome != "done" || e.ActorKind != "key" || *e.Actor != p.key.ID || *e.ActorName != p.key.Name ||
			*e.Target != p.own || *e.TargetName != "OWN" || e.Parent != nil || *e.Request != a.header.Get("X-Request-Id") {
			t.Errorf("%s %s: entry %d is %s %s by %s", step.method, step.path, e.Seq-before, e.Action, e.Outcome, e.ActorKind)
		}
		if step.action == "secret.read" && !strings.Contains(a.body, `"decrypted_at":"`+time.UnixMicro(e.At).UTC().Format("2006-01-02T15:04:05.000000Z")+`"`) {
			t.Errorf("decrypted_at is not the time of the entry: %s", a.body)
		}
	}
}

// The contract's table: 422 for a field that breaks its rule, 400 for a body that is
// not what is asked for. Nothing changes, nothing that was sent comes back.
func TestS18V1Refuses(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.addOwn(t, "OWN", "planted-own")
	whole := func(field, value string) string {
		switch field {
		case "name":
			return fmt.Sprintf(`{"secret":{"name":%s,"value":"planted-x"}}`, value)
		case "value":
			return fmt.Sprintf(`{"secret":{"name":"NEW","value":%s}}`, value)
		}
		return fmt.Sprintf(`{"secret":{"name":"NEW","value":"planted-x",%q:%s}}`, field, value)
	}
	text := func(s string) string { return `"` + s + `"` }
	for _, c := range []struct {
		field, value string
		status       int
		about, says  string
	}{
		{"name", `"planted-x"`, 422, "name", "capital letters"}, {"name", `"new"`, 422, "name", "capital"}, {"name", `"1A"`, 422, "name", "letter"}, {"name", `"_A"`, 422, "name", "letter"},
		{"name", `""`, 422, "name", "capital"}, {"name", `"A B"`, 422, "name", ""}, {"name", `"A\n"`, 422, "name", ""}, {"name", `"Ä"`, 422, "name", ""}, {"name", `"A-B"`, 422, "name", ""},
		{"name", text(strings.Repeat("A", 129)), 422, "name", "at most 128"}, {"name", `"A\u0000"`, 422, "name", ""}, {"name", `" OWN"`, 422, "name", ""},
		{"value", `""`, 422, "value", "Enter a value"}, {"value", `"planted-\u0000"`, 422, "value", "NUL"},
		{"value", text(strings.Repeat("x", 65537)), 422, "value", "over the limit of 64 KB"}, {"value", text(strings.Repeat("é", 32768) + "x"), 422, "value", "over the limit"},
		{"value", `"_VALUE_NOT_SHOWN_"`, 422, "value", "placeholder"}, {"value", `"_VALUE_NOT_SHOWN"`, 422, "value", "placeholder"},
		{"description", text(strings.Repeat("é", 1001)), 422, "description", "at most 1000"}, {"description", `"planted-\u0000"`, 422, "description", ""},

		{"name", `null`, 400, "name", "null is none"}, {"name", `7`, 400, "name", "a number is none"}, {"name", `["planted-x"]`, 400, "name", "a list is none"}, {"name", `{}`, 400, "name", "an object is none"},
		{"value", `null`, 400, "value", "null is none"}, {"value", `1e3`, 400, "value", "a number is none"}, {"value", `true`, 400, "value", "true or false is none"}, {"value", `["planted-x"]`, 400, "value", "a list is none"},
		{"value", `{"planted-x":1}`, 400, "value", "an object is none"}, {"description", `null`, 400, "description", "null is none"}, {"description", `false`, 400, "description", ""},
		{"planted-x", `"y"`, 400, "entry 3", "not one of those"}, {"note", `"planted-x"`, 400, "entry 3", "not one of those"}, {"id", `"00000000-0000-7000-8000-000000000000"`, 400, "entry 3", "not one of those"},
		{"version", `90000000000000`, 400, "entry 3", "not one of those"}, {"Value", `"planted-longest"`, 400, "entry 3", "not one of those"}, {"inserted_at", `"2020-01-01T00:00:00Z"`, 400, "entry 3", ""},
		{"organization_id", `"x"`, 400, "entry 3", ""}, {"", `"planted-planted-x"`, 400, "entry 3", ""},
	} {
		t.Run(c.field+" "+c.value[:min(20, len(c.value))], func(t *testing.T) {
			p.unchanged(t, func() {
				p.call(t, call{method: "POST", path: ownSecretsAPI, body: whole(c.field, c.value)}).wantError1(t, c.status, c.about, c.says)
				alone := fmt.Sprintf(`{"secret":{%q:%s}}`, c.field, c.value)
				p.call(t, call{method: "PUT", path: ownSecretAPI, body: alone}).wantError1(t, c.status, strings.Replace(c.about, "3", "1", 1), c.says)
			})
		})
	}
	for _, c := range []struct{ body, aboutPOST, aboutPUT string }{
		{`{}`, "", ""}, {`{"secret":{}}`, "name", ""}, {`{"secret":null}`, "", ""}, {`{"secret":"planted-x"}`, "", ""}, {`{"secret":[{"name":"NEW","value":"planted-x"}]}`, "", ""},
		{`{"name":"NEW","value":"planted-x"}`, "", ""}, {`{"Secret":{"name":"NEW","value":"planted-x"}}`, "", ""}, {`[{"secret":{"name":"NEW","value":"planted-x"}}]`, "", ""},
		{`{"secret":{"name":"NEW","value":"planted-x"},"planted-y":1}`, "entry 2", "entry 2"}, {`{"id":"x","secret":{"name":"NEW","value":"planted-x"}}`, "entry 1", "entry 1"},
		{`{"secret":{"name":"NEW","value":"planted-x"},"secret":{"value":"planted-y"}}`, "", ""}, {`{"secret":{"name":"NEW","value":"planted-x","value":"planted-y"}}`, "", ""},
		{`{"secret":{"name":"NEW","value":"planted-x","\u0076alue":"planted-y"}}`, "", ""}, {`{"secret":{"name":"NEW","value":"planted-x"}}planted-`, "", ""},
		{"{\"secret\":{\"name\":\"NEW\",\"value\":\"planted-\xff\"}}", "", ""}, {`{"secret":{"name":"NEW","value":"planted-\ud800"}}`, "", ""},
	} {
		p.unchanged(t, func() {
			p.call(t, call{method: "POST", path: ownSecretsAPI, body: c.body}).wantError1(t, 400, c.aboutPOST)
			p.call(t, call{method: "PUT", path: ownSecretAPI, body: c.body}).wantError1(t, 400, c.aboutPUT)
		})
	}
	p.unchanged(t, func() {
		p.call(t, call{method: "POST", path: ownSecretsAPI, body: `{"secret":{"name":"NEW"}}`}).wantError1(t, 400, "value", "missing")
		p.call(t, call{method: "POST", path: ownSecretsAPI, body: `{"secret":{"value":"planted-x"}}`}).wantError1(t, 400, "name", "missing")
	})
	if p.ownValue(t) != "planted-own" {
		t.Error("the value changed")
	}
}

// S-03, 0.4: what is no body is refused in the contract's form by each verb that reads
// one; the others don't look at it.
func TestS03V1BadBodies(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.addOwn(t, "OWN", "planted-own")
	for name, body := range badBodies() {
		for _, r := range []call{{method: "POST", path: ownSecretsAPI}, {method: "PUT", path: ownSecretAPI}} {
			t.Run(r.method+" "+name, func(t *testing.T) {
				p.unchanged(t, func() {
					r.body, r.header = body, map[string]string{"Content-Type": "application/json"}
					p.call(t, r).wantError1(t, 400, "", "is wanted")
					r.header = map[string]string{"Content-Type": form}
					if body != "" {
						p.call(t, r).wantError1(t, 415, "")
					}
				})
			})
		}
	}
	for _, path := range []string{ownSecretsAPI, ownSecretAPI, ownValueAPI} {
		if a := p.call(t, call{method: "GET", path: path, body: "null"}); a.status != 200 {
			t.Errorf("GET %s: status %d", path, a.status)
		}
	}
}

// The order of names is the same for everybody: by bytes.
func TestV1List(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	for _, name := range []string{"B", "A_", "A", "AB", "A1"} {
		p.makeSecret(t, name, "planted-"+name)
	}
	all := []string{"A", "A1", "AB", "A_", "B"}
	for _, c := range []struct {
		query, paging string
		want          []string
	}{
		{"", "", all},
		{"from=x&limit=2&planted-=x", "", all},
		{"page=1", "1 1000 5", all},
		{"page_size=1000", "1 1000 5", all},
		{"page_size=2", "1 2 5", all[:2]},
		{"page_size=2&page=2", "2 2 5", all[2:4]},
		{"page=3&page_size=2", "3 2 5", all[4:]},
		{"page=4&page_size=2", "4 2 5", nil},
		{"page=1073741824&page_size=1000", "1073741824 1000 5", nil},
		{"page_size=5", "1 5 5", all},
		{"page_size=1&page=5", "5 1 5", all[4:]},
	} {
		t.Run(c.query, func(t *testing.T) {
			a := p.call(t, call{method: "GET", path: ownSecretsAPI + "?" + c.query})
			names, paging := listed(t, a)
			if !slices.Equal(names, c.want) || paging != c.paging {
				t.Errorf("%q, %q; want %q, %q", names, paging, c.want, c.paging)
			}
			wantNone(t, a.body, "planted")
		})
	}
	for _, query := range []string{
		"page=0", "page=-1", "page=", "page=x", "page=1.0", "page=01", "page=+1", "page=%201", "page=1&page=2", "page=1073741825", "page=99999999999999999999", "page=planted-x",
		"page_size=0", "page_size=-5", "page_size=1001", "page_size=", "page_size=all", "page_size=1&page_size=1", "page_size=planted-x&page=1", "page=1&page_size=1e2",
	} {
		t.Run(query, func(t *testing.T) {
			about := "page"
			if strings.Contains(query, "page_size") {
				about = "page_size"
			}
			p.call(t, call{method: "GET", path: ownSecretsAPI + "?" + query}).wantError1(t, 422, about, "whole number from 1 to")
		})
	}
}

// listed are the names of a list, and its page, size and total if it has any.
func listed(t testing.TB, a answer) (names []string, paging string) {
	t.Helper()
	var list struct {
		Data        []wireSecret
		Page, Total *int
		Size        *int `json:"page_size"`
	}
	a.decode(t, &list)
	for _, s := range list.Data {
		names = append(names, s.Name)
	}
	if list.Page != nil {
		paging = fmt.Sprint(*list.Page, *list.Size, *list.Total)
	}
	return names, paging
}

// Up to 1,000 come at once; from the next one on, the same call answers a page.
func TestV1ListOfAThousand(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.run(t, `
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
		INSERT INTO secrets (id, org, hook, name, note, revision, version, last_version, created_at, created_by, updated_at, updated_by, updated_by_name)
		SELECT printf('00000000-0000-7000-9000-%012d', i), (SELECT id FROM organizations WHERE slug = 'acme'), '', 'MANY_' || i, '', 1, 1, 1, 0, '', 0, '', ''
		FROM n`)
	names, paging := listed(t, p.call(t, call{method: "GET", path: ownSecretsAPI}))
	if len(names) != 1000 || paging != "" || !slices.IsSorted(names) {
		t.Errorf("%d names, page %q", len(names), paging)
	}
	p.makeSecret(t, "Z", "planted-x")
	names, paging = listed(t, p.call(t, call{method: "GET", path: ownSecretsAPI}))
	if len(names) != 1000 || paging != "1 1000 1001" {
		t.Errorf("%d names, page %q", len(names), paging)
	}
	names, paging = listed(t, p.call(t, call{method: "GET", path: ownSecretsAPI + "?page=2"}))
	if !slices.Equal(names, []string{"Z"}) || paging != "2 1000 1001" {
		t.Errorf("%q, page %q", names, paging)
	}
}

// Contract: If-Match given and not the current version is a 412, and nothing is done.
func TestV1IfMatch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, header string
		status       int
	}{
		{"the current one", `"2"`, 200}, {"any", "*", 200}, {"a list", `"7", "2"`, 200}, {"a list without spaces", `"1","2"`, 200}, {"spaces around", ` "2" `, 200},
		{"an old one", `"1"`, 412}, {"a future one", `"3"`, 412}, {"a weak one", `W/"2"`, 412}, {"a list of others", `"1", "3"`, 412}, {"a list of weak ones", `W/"2", W/"1"`, 412},
		{"without quotes", `2`, 412}, {"single quotes", `'2'`, 412}, {"half quoted", `"2`, 412}, {"quoted twice", `""2""`, 412}, {"a zero in front", `"02"`, 412}, {"a plus", `"+2"`, 412},
		{"spaces inside", `" 2 "`, 412}, {"a quoted star", `"*"`, 412}, {"two stars", `*, *`, 412}, {"garbage", `planted-x`, 412}, {"too large", `"99999999999999999999"`, 412}, {"commas", `,,`, 412},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newProgram(t)
			p.own = p.makeSecret(t, "OWN", "planted-1").ID
			p.call(t, call{method: "PUT", path: ownSecretAPI, body: secretBody("", "planted-2")})
			header := map[string]string{"If-Match": c.header}
			for _, use := range []call{
				{method: "PUT", path: ownSecretAPI, body: `{"secret":{"description":"x"}}`, header: header},
				{method: "DELETE", path: ownSecretAPI, header: header},
			} {
				if c.status == 200 {
					if a := p.call(t, use); a.status >= 300 {
						t.Errorf("%s: status %d: %s", use.method, a.status, a.body)
					}
					continue
				}
				p.unchanged(t, func() { p.call(t, use).wantError1(t, 412, "", "OWN is at version 2") })
			}
		})
	}
	p := newProgram(t)
	p.addOwn(t, "OWN", "planted-own")
	for _, use := range []call{{method: "PUT", path: ownSecretAPI, body: secretBody("", "planted-x")}, {method: "DELETE", path: ownSecretAPI}} {
		req, err := http.NewRequestWithContext(t.Context(), use.method, p.server.URL+strings.Replace(use.path, ":secret", p.own, 1), strings.NewReader(use.body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header = http.Header{"Authorization": {"Bearer " + p.token}, "Content-Type": {"application/json"}, "If-Match": {""}}
		p.unchanged(t, func() { p.send(t, req.Clone(t.Context())).wantError1(t, 412, "") })
		req.Header["If-Match"] = []string{`"7"`, `"1"`}
		if req.Body, err = req.GetBody(); err != nil {
			t.Fatal(err)
		}
		if a := p.send(t, req); a.status >= 300 {
			t.Errorf("%s with two lines of If-Match: status %d", use.method, a.status)
		}
		header := map[string]string{"If-Match": "*"}
		ghost := call{method: use.method, path: ownSecretsAPI + "/019aa6f1-0000-7000-8000-000000000000", body: use.body, header: header}
		p.call(t, ghost).want(t, 404, `{"error":"Secret not found"}`)
		p.call(t, call{method: "PUT", path: ownSecretAPI, body: secretBody("", "planted-own")})
		p.own = p.makeSecret(t, "ANOTHER", "planted-x").ID
	}
}

// Of many who change the same version one does; the others are told, and theirs is not
// stored. Of many who add a name one does.
func TestV1Races(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.own = p.makeSecret(t, "OWN", "planted-first").ID
	count := func(c func(i int) call) map[int]int {
		var all sync.WaitGroup
		var mu sync.Mutex
		statuses := map[int]int{}
		for i := range 8 {
			all.Go(func() {
				a := p.call(t, c(i))
				mu.Lock()
				defer mu.Unlock()
				statuses[a.status]++
			})
		}
		all.Wait()
		return statuses
	}
	got := count(func(i int) call {
		return call{method: "PUT", path: ownSecretAPI, body: secretBody("", fmt.Sprint("planted-", i)), header: map[string]string{"If-Match": `"1"`}}
	})
	if got[200] != 1 || got[412] != 7 {
		t.Errorf("PUT: %v", got)
	}
	if s := wireSecretIn(t, p.call(t, call{method: "GET", path: ownSecretAPI})); s.Version != 2 {
		t.Errorf("version %d", s.Version)
	}
	got = count(func(i int) call {
		return call{method: "POST", path: ownSecretsAPI, body: secretBody("NEW", fmt.Sprint("planted-", i))}
	})
	if got[201] != 1 || got[409] != 7 {
		t.Errorf("POST: %v", got)
	}
	got = count(func(int) call {
		return call{method: "DELETE", path: ownSecretAPI, header: map[string]string{"If-Match": `"2"`}}
	})
	if got[204] != 1 || got[404] != 7 {
		t.Errorf("DELETE: %v", got)
	}
}

// Names are unique in the organization, and free again once their secret is deleted.
func TestV1NameTaken(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.addOwn(t, "OWN", "planted-own")
	other := p.makeSecret(t, "OTHER", "planted-other")
	const taken = `{"error":"OWN already exists in this organization.","errors":{"name":["has already been taken"]}}`
	p.unchanged(t, func() {
		p.call(t, call{method: "POST", path: ownSecretsAPI, body: secretBody("OWN", "planted-x")}).want(t, 409, taken)
		p.call(t, call{method: "PUT", path: ownSecretsAPI + "/" + other.ID, body: secretBody("OWN", "planted-x")}).want(t, 409, taken)
	})
	p.call(t, call{method: "DELETE", path: ownSecretAPI}).want(t, 204, "")
	p.call(t, call{method: "PUT", path: ownSecretsAPI + "/" + other.ID, body: `{"secret":{"name":"OWN"}}`})
	p.makeSecret(t, "OTHER", "planted-again")
	p.makeSecret(t, "API_KEY", "planted-beside") // a hook has one of this name: that is another place
	_, globex := p.newKey(t, storetest.Globex, store.Scopes()...)
	if a := p.call(t, call{method: "POST", path: ownSecretsAPI, body: secretBody("OWN", "planted-x"), token: globex}); a.status != 201 {
		t.Errorf("another organization: status %d", a.status)
	}
	if names, _ := listed(t, p.call(t, call{method: "GET", path: ownSecretsAPI, token: globex})); !slices.Equal(names, []string{"OWN"}) {
		t.Errorf("another organization has %q", names)
	}
}

// 0.6, S-13: what is not there, is malformed, is another organization's, or is a hook's:
// the same bytes on every verb, and no entry.
func TestS13V1WhatIsNotThere(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	mine := p.addOwn(t, "OWN", "planted-own")
	_, token := p.newKey(t, storetest.Globex, store.Scopes()...)
	foreign := wireSecretIn(t, p.call(t, call{method: "POST", path: ownSecretsAPI, body: secretBody("ZEBRA", "planted-zebra"), token: token}))
	deleted := p.makeSecret(t, "DELETED", "planted-x")
	p.call(t, call{method: "DELETE", path: ownSecretsAPI + "/" + deleted.ID})
	for _, id := range []string{
		foreign.ID, deleted.ID, "019aa6f1-0000-7000-8000-000000000000", p.Org(storetest.Acme).Secret, p.Org(storetest.Acme).Hook, "OWN", "x", "planted-x", "0", "-1", "null",
		strings.ToUpper(mine), strings.ReplaceAll(mine, "-", ""), "{" + mine + "}", mine + "%00", mine + "%20", "%2e%2e", "..%2f" + mine, "%ff", "%00", strings.Repeat("a", 5000), "'%20OR%201=1--",
	} {
		for _, c := range []call{
			{method: "GET"}, {method: "DELETE"}, {method: "PUT", body: secretBody("", "planted-x")}, {method: "PUT", body: `{"secret":{"name":"OWN"}}`},
			{method: "PUT", body: secretBody("", "planted-x"), header: map[string]string{"If-Match": `"1"`}},
		} {
			p.unchanged(t, func() {
				c.path = ownSecretsAPI + "/" + id
				a := p.call(t, c)
				a.want(t, 404, `{"error":"Secret not found"}`)
				if a.header.Get("ETag") != "" || a.header.Get("Location") != "" {
					t.Errorf("headers are %v", a.header)
				}
			})
		}
		p.call(t, call{method: "GET", path: ownSecretsAPI + "/" + id + "/value"}).want(t, 404, `{"error":"Secret not found"}`)
	}
	wantNone(t, p.call(t, call{method: "GET", path: ownSecretsAPI}).body, "ZEBRA", foreign.ID)
	if a := p.call(t, call{method: "GET", path: ownSecretsAPI + "/" + foreign.ID + "/value", token: token}); !strings.Contains(a.body, `"planted-zebra"`) {
		t.Errorf("the other organization lost its value: %d", a.status)
	}
}

// 0.10: values come back byte for byte.
func TestV1Values(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.own = p.makeSecret(t, "OWN", "planted-first").ID
	for name, value := range map[string]string{
		"one byte": "0", "65,536 bytes": strings.Repeat("x", 65536), "65,536 bytes of two each": strings.Repeat("é", 32768), "of four": strings.Repeat("🔑", 16384),
		"six bytes each on the wire": strings.Repeat("\x01", 65536),
		"line ends":                  "\r\na\rb\n\n", "CRLF": "-----BEGIN KEY-----\r\nMII=\r\n-----END KEY-----\r\n", "spaces": " \t x \u00a0", "BOM": "\ufeffx\ufeff",
		"emoji": "👩‍👩‍👧", "NFD": "e\u0301é", "right to left": "\u202eשלום مرحبا", "markup": `<script>&amp;"'\</script>`, "separators": "\u2028\u2029\u0085",
		"controls": "\x01\x1f\x7f", "json": `{"a":null}`, "replacement": "\ufffd", "beyond": "\U0010ffff", "template": "${HOME} $(id) %s {{.}}",
		"a placeholder within": "a _VALUE_NOT_SHOWN_", "a longer placeholder": "_VALUE_NOT_SHOWN__", "a keyword": "##X##",
	} {
		p.call(t, call{method: "PUT", path: ownSecretAPI, body: secretBody("", value)})
		if got := p.ownValue(t); got != value {
			t.Errorf("%s: %.40q came back as %.40q after a change", name, value, got)
		}
		added := p.makeSecret(t, "ADDED", value)
		var read struct{ Value string }
		p.call(t, call{method: "GET", path: ownSecretsAPI + "/" + added.ID + "/value"}).decode(t, &read)
		if read.Value != value {
			t.Errorf("%s: %.40q came back as %.40q", name, value, read.Value)
		}
		p.call(t, call{method: "DELETE", path: ownSecretsAPI + "/" + added.ID}).want(t, 204, "")
	}
}

// S-38: a placeholder that is sent back never overwrites a value.
func TestS38V1Placeholder(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.addOwn(t, "OWN", "planted-own")
	for _, placeholder := range []string{"_VALUE_NOT_SHOWN_", "_VALUE_NOT_SHOWN", `_VALUE_NOT\u005fSHOWN_`} {
		p.unchanged(t, func() {
			p.call(t, call{method: "POST", path: ownSecretsAPI, body: `{"secret":{"name":"NEW","value":"` + placeholder + `"}}`}).wantError1(t, 422, "value", "placeholder")
			p.call(t, call{method: "PUT", path: ownSecretAPI, body: `{"secret":{"value":"` + placeholder + `","description":"x"}}`}).wantError1(t, 422, "value", "placeholder")
		})
	}
	if p.ownValue(t) != "planted-own" {
		t.Error("the value is gone")
	}
}

// A pending secret has metadata and no value; giving it one makes the first version.
func TestV1Pending(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.addOwn(t, "OWN", "planted-own")
	p.run(t, `DELETE FROM secret_versions WHERE secret = '`+p.own+`'`)
	p.run(t, `UPDATE secrets SET version = 0, last_version = 0 WHERE id = '`+p.own+`'`)
	a := p.call(t, call{method: "GET", path: ownSecretAPI})
	if s := wireSecretIn(t, a); s.Version != 0 || a.header.Get("ETag") != `"0"` {
		t.Errorf("version %d, ETag %s", s.Version, a.header.Get("ETag"))
	}
	p.unchanged(t, func() {
		p.call(t, call{method: "GET", path: ownValueAPI}).want(t, 404, `{"error":"OWN has no value yet. Set one first."}`)
	})
	a = p.call(t, call{method: "PUT", path: ownSecretAPI, body: secretBody("", "planted-first"), header: map[string]string{"If-Match": `"0"`}})
	if s := wireSecretIn(t, a); s.Version != 1 || p.ownValue(t) != "planted-first" {
		t.Errorf("version %d", s.Version)
	}
}

// 0.1: a value leaves only after its entry is written, a change is stored only with
// its entry.
func TestV1Faults(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.addOwn(t, "OWN", "planted-own")
	mend := p.sabotage(t, "INSERT ON audit_entries")
	p.call(t, call{method: "GET", path: ownValueAPI}).want(t, 503, `{"error":"`+notRevealed+`"}`)
	for _, c := range []call{
		{method: "POST", path: ownSecretsAPI, body: secretBody("NEW", "planted-x")}, {method: "PUT", path: ownSecretAPI, body: secretBody("", "planted-x")}, {method: "DELETE", path: ownSecretAPI},
	} {
		p.call(t, c).wantError1(t, 503, "", "Nothing was saved")
	}
	if a := p.call(t, call{method: "GET", path: ownSecretAPI}); a.status != 200 {
		t.Errorf("metadata: status %d", a.status)
	}
	mend()
	if names, _ := listed(t, p.call(t, call{method: "GET", path: ownSecretsAPI})); !slices.Equal(names, []string{"OWN"}) || p.ownValue(t) != "planted-own" {
		t.Errorf("there are %q", names)
	}
	p.run(t, `UPDATE secret_versions SET sealed = zeroblob(80) WHERE secret = '`+p.own+`'`)
	p.call(t, call{method: "GET", path: ownValueAPI}).wantError1(t, 500, "", "integrity")
}

// A key reaches as far as its maker's role, as it is now: an editor reads values of the
// organization and changes none, and reads none where the organization says so.
func TestV1KeyOfADemotedMaker(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.addOwn(t, "OWN", "planted-own")
	demote := func(role store.Role) {
		if _, err := p.SetMemberRole(t.Context(), operatorIn(t, p.site), storetest.Email(storetest.Acme, "admin"), role); err != nil {
			t.Fatal(err)
		}
	}
	statuses := func() (all []int) {
		for _, c := range []call{
			{method: "GET", path: ownSecretsAPI}, {method: "GET", path: ownSecretAPI}, {method: "GET", path: ownValueAPI},
			{method: "POST", path: ownSecretsAPI, body: secretBody("NEW", "planted-x")}, {method: "PUT", path: ownSecretAPI, body: secretBody("", "planted-x")}, {method: "DELETE", path: ownSecretAPI},
		} {
			a := p.call(t, c)
			if all = append(all, a.status); a.status == 403 {
				a.wantError1(t, 403, "", "role")
			}
		}
		return all
	}
	demote(store.Editor)
	if got := statuses(); !slices.Equal(got, []int{200, 200, 200, 403, 403, 403}) {
		t.Errorf("of an editor: %v", got)
	}
	p.run(t, `UPDATE organizations SET editors_reveal = 0 WHERE slug = 'acme'`)
	if got := statuses(); !slices.Equal(got, []int{200, 200, 403, 403, 403, 403}) {
		t.Errorf("of an editor who may not reveal: %v", got)
	}
	demote(store.Viewer)
	if got := statuses(); !slices.Equal(got, []int{200, 200, 403, 403, 403, 403}) {
		t.Errorf("of a viewer: %v", got)
	}
}

// S-34: the log holds the routes, and no id, name or value.
func TestS34V1Log(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.addOwn(t, "OWN_NAME", "planted-own")
	p.call(t, call{method: "GET", path: ownValueAPI + "?x=planted-x"})
	p.call(t, call{method: "PUT", path: ownSecretAPI, body: `{"secret":{"value":"planted-x","planted-y":1}}`})
	p.call(t, call{method: "GET", path: ownSecretsAPI + "/planted-x"})
	wantNone(t, p.log.String(), "OWN_NAME", p.own)
	for _, route := range []string{ownValueAPI, ownSecretAPI, `"actor":"` + p.key.ID + `"`} {
		if !strings.Contains(p.log.String(), route) {
			t.Errorf("the log has no %s", route)
		}
	}
}

// The lines that Hooklistener's documentation prints do what it says, with another base
// address and token.
func TestHooklistenerLines(t *testing.T) {
	t.Parallel()
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("there is no curl here")
	}
	p := newProgram(t)
	metadata := func(version int) string {
		return fmt.Sprintf(`{"id":"ID","name":"STRIPE_WEBHOOK_SECRET","description":"","version":%d,"inserted_at":%q,"updated_at":%q}`, version, wireStart, wireStart)
	}
	for _, c := range []struct{ line, want string }{
		{`curl -X POST https://app.hooklistener.com/api/v1/secrets \
-H "Authorization: Bearer hklst_your_api_key" \
-H "Content-Type: application/json" \
-d '{
"secret": {
"name": "STRIPE_WEBHOOK_SECRET",
"value": "whsec_abc123..."
}
}'`, `{"data":` + metadata(1) + `}`},
		{`curl https://app.hooklistener.com/api/v1/secrets \
-H "Authorization: Bearer hklst_your_api_key"`, `{"data":[` + metadata(1) + `]}`},
		{`curl https://app.hooklistener.com/api/v1/secrets/<secret-id>/value \
-H "Authorization: Bearer hklst_your_api_key"`, `{"id":"ID","name":"STRIPE_WEBHOOK_SECRET","value":"whsec_abc123...","decrypted_at":"` + wireStart + `"}`},
		{`curl -X PUT https://app.hooklistener.com/api/v1/secrets/<secret-id> \
-H "Authorization: Bearer hklst_your_api_key" \
-H "Content-Type: application/json" \
-d '{
"secret": {
"value": "whsec_new_value..."
}
}'`, `{"data":` + metadata(2) + `}`},
		{`curl -X DELETE https://app.hooklistener.com/api/v1/secrets/<secret-id> \
-H "Authorization: Bearer hklst_your_api_key"`, ``},
	} {
		line := strings.NewReplacer("https://app.hooklistener.com", p.server.URL, "hklst_your_api_key", p.token, "<secret-id>", p.own).Replace(c.line)
		cmd := exec.CommandContext(t.Context(), "sh", "-euc", "curl() { "+curl+" -sS --fail-with-body --noproxy '*' \"$@\"; }\n"+line)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v:\n%s\n%s", err, c.line, out)
		}
		p.own = cmp.Or(anID.FindString(string(out)), p.own)
		if got := anID.ReplaceAllString(string(out), "ID"); strings.TrimSpace(got) != c.want {
			t.Errorf("%s\nprinted\n%s\nwant\n%s", c.line, got, c.want)
		}
	}
}

var anID = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)
