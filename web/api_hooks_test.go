package web

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"hooksafe/store/storetest"
)

// wireHook is a hook as the contract has it.
type wireHook struct {
	ID, Name, Script, TriggerID string
	Enabled                     bool
	Dependencies                map[string]string
}

const scriptText = `module.exports = (user, context, cb) => cb(null, user);`

func (p *program) makeHook(t testing.TB, body string) wireHook {
	t.Helper()
	a := p.call(t, call{method: "POST", path: hooksAPI, body: body})
	if a.status != 201 {
		t.Fatalf("status %d: %.300s", a.status, a.body)
	}
	var h wireHook
	a.decode(t, &h)
	return h
}

func (p *program) readHook(t testing.TB, id string) wireHook {
	t.Helper()
	var h wireHook
	p.call(t, call{method: "GET", path: hooksAPI + "/" + id}).decode(t, &h)
	return h
}

func TestV2MakeReadChangeDelete(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	made := p.call(t, call{method: "POST", path: hooksAPI,
		body: `{"name":"My Hook2","script":"` + scriptText + `","triggerId":"credentials-exchange","dependencies":{"lodash":"4.17.21","@a/b":"^1"}}`})
	var h wireHook
	made.decode(t, &h)
	whole := func(name, script, dependencies string, enabled bool) string {
		return fmt.Sprintf(`{"id":%q,"name":%q,"script":%q,"dependencies":%s,"enabled":%v,"triggerId":"credentials-exchange"}`,
			h.ID, name, script, dependencies, enabled)
	}
	const both = `{"@a/b":"^1","lodash":"4.17.21"}`
	made.want(t, 201, whole("My Hook2", scriptText, both, false))
	path := hooksAPI + "/" + h.ID
	p.call(t, call{method: "GET", path: path}).want(t, 200, whole("My Hook2", scriptText, both, false))
	for _, step := range []struct{ patch, want string }{
		{`{"name":"renamed"}`, whole("renamed", scriptText, both, false)},
		{`{"enabled":true}`, whole("renamed", scriptText, both, true)},
		{`{"script":"x","dependencies":{}}`, whole("renamed", "x", `{}`, true)},
		{`{"name":"again","script":"y","enabled":false,"dependencies":{"a":"1"}}`, whole("again", "y", `{"a":"1"}`, false)},
		{`{"name":"again","script":"y","enabled":false,"dependencies":{"a":"1"}}`, whole("again", "y", `{"a":"1"}`, false)},
	} {
		p.call(t, call{method: "PATCH", path: path, body: step.patch}).want(t, 200, step.want)
		p.call(t, call{method: "GET", path: path}).want(t, 200, step.want)
	}
	p.call(t, call{method: "DELETE", path: path}).want(t, 204, "")
	for _, method := range []string{"GET", "DELETE"} {
		p.call(t, call{method: method, path: path}).want(t, 404,
			`{"statusCode":404,"error":"Not Found","message":"Error: Hook does not exist","errorCode":"HookDoesNotExist"}`)
	}
}

// Contract, gotcha 3: names are kept exactly, and compared as the Deploy CLI does.
func TestTrapNamesAreKeptAsGiven(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	for _, name := range []string{"test-hook520", "my-hook2", "My Hook", "a", "A  b--C"} {
		h := p.makeHook(t, fmt.Sprintf(`{"name":%q,"script":"x","triggerId":"credentials-exchange"}`, name))
		if h.Name != name || p.readHook(t, h.ID).Name != name {
			t.Errorf("%q came back as %q", name, h.Name)
		}
	}
	for _, name := range []string{"my-hook", "MY HOOK", "test-HOOK520"} {
		body := fmt.Sprintf(`{"name":%q,"script":"x","triggerId":"send-phone-message"}`, name)
		p.call(t, call{method: "POST", path: hooksAPI, body: body}).want(t, 409,
			`{"statusCode":409,"error":"Conflict","message":"Error: Hook with the same name already exists","errorCode":"HookExists"}`)
		p.call(t, call{method: "PATCH", path: hookAPI, body: fmt.Sprintf(`{"name":%q}`, name)}).wantError(t, 409, "HookExists")
	}
}

// One hook of a trigger is enabled; enabling one switches the other off.
func TestV2EnablingSwitchesTheOtherOff(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	first := p.makeHook(t, `{"name":"first","script":"x","triggerId":"post-change-password","enabled":true}`)
	second := p.makeHook(t, `{"name":"second","script":"x","triggerId":"post-change-password","enabled":true}`)
	if !first.Enabled || !second.Enabled || p.readHook(t, first.ID).Enabled {
		t.Error("two hooks of one trigger are enabled")
	}
	p.call(t, call{method: "PATCH", path: hooksAPI + "/" + first.ID, body: `{"enabled":true}`})
	if !p.readHook(t, first.ID).Enabled || p.readHook(t, second.ID).Enabled {
		t.Error("the first is not the enabled one again")
	}
}

func TestV2List(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	all := []wireHook{p.readHook(t, p.Org(storetest.Acme).Hook)}
	for i := range 4 {
		all = append(all, p.makeHook(t, fmt.Sprintf(`{"name":"hook %d","script":"x","triggerId":"send-phone-message","enabled":%v}`, i, i == 3)))
	}
	for _, c := range []struct {
		query, envelope string
		want            []int
	}{
		{"", "", []int{0, 1, 2, 3, 4}},
		{"per_page=2", "", []int{0, 1}},
		{"per_page=2&page=2", "", []int{4}},
		{"per_page=2&page=3", "", nil},
		{"page=1", "", nil},
		{"per_page=0", "", nil},
		{"page=0&per_page=100&include_totals=true", `"total":5,"start":0,"limit":100`, []int{0, 1, 2, 3, 4}},
		{"per_page=2&page=1&include_totals=true", `"total":5,"start":2,"limit":2`, []int{2, 3}},
		{"per_page=2&page=9&include_totals=true", `"total":5,"start":18,"limit":2`, nil},
		{"include_totals=false", "", []int{0, 1, 2, 3, 4}},
		{"enabled=true", "", []int{4}},
		{"enabled=false&include_totals=true", `"total":4,"start":0,"limit":50`, []int{0, 1, 2, 3}},
		{"triggerId=send-phone-message", "", []int{1, 2, 3, 4}},
		{"triggerId=credentials-exchange&include_totals=true", `"total":0,"start":0,"limit":50`, nil},
		{"triggerId=send-phone-message&enabled=false&per_page=1&page=1", "", []int{2}},
		{"from=x&take=2&cache=no", "", []int{0, 1, 2, 3, 4}},
	} {
		hooks := []string{}
		for _, i := range c.want {
			hooks = append(hooks, p.call(t, call{method: "GET", path: hooksAPI + "/" + all[i].ID}).body)
		}
		want := "[" + strings.Join(hooks, ",") + "]"
		if c.envelope != "" {
			want = "{" + c.envelope + `,"hooks":` + want + "}"
		}
		t.Run(c.query, func(t *testing.T) {
			p.call(t, call{method: "GET", path: hooksAPI + "?" + c.query}).want(t, 200, want)
		})
	}
}

func TestV2ListFields(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	id := p.Org(storetest.Acme).Hook
	for query, want := range map[string]string{
		"fields=id":                          `[{"id":"` + id + `"}]`,
		"fields=triggerId,name":              `[{"name":"acme-hook","triggerId":"pre-user-registration"}]`,
		"fields=id&include_fields=true":      `[{"id":"` + id + `"}]`,
		"fields=script&include_fields=false": `[{"id":"` + id + `","name":"acme-hook","dependencies":{},"enabled":false,"triggerId":"pre-user-registration"}]`,
		"fields=id,name,script,dependencies,enabled,triggerId&include_fields=false": `[{}]`,
		"fields=dependencies,enabled&include_totals=true":                           `{"total":1,"start":0,"limit":50,"hooks":[{"dependencies":{},"enabled":false}]}`,
	} {
		p.call(t, call{method: "GET", path: hooksAPI + "?" + query}).want(t, 200, want)
	}
}

func TestV2ListRefuses(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	for _, query := range []string{
		"page=-1", "page=x", "page=", "page=1.5", "page=01", "page=99999999999999999999", "per_page=101", "per_page=-1", "per_page=planted-x",
		"include_totals=yes", "include_totals=", "enabled=1", "triggerId=planted-x", "triggerId=", "fields=", "fields=id,planted-x", "fields=secrets",
		"include_fields=2", "page=1&page=2", "planted-x=1&planted-x=2",
	} {
		t.Run(query, func(t *testing.T) {
			p.call(t, call{method: "GET", path: hooksAPI + "?" + query}).wantError(t, 400, "invalid_query_string")
		})
	}
}

func TestV2HookRefuses(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	whole := func(field, value string) string {
		fields := map[string]string{"name": `"new"`, "script": `"x"`, "triggerId": `"credentials-exchange"`}
		fields[field] = value
		var members []string
		for name, value := range fields {
			members = append(members, fmt.Sprintf("%q:%s", name, value))
		}
		return "{" + strings.Join(members, ",") + "}"
	}
	for _, c := range []struct{ field, value, says string }{
		{"name", `"planted-_x"`, "name: "}, {"name", `"-planted-x"`, "name: "}, {"name", `" x"`, "name: "}, {"name", `""`, "name: "},
		{"name", `"` + strings.Repeat("a", 101) + `"`, "name: "}, {"name", `7`, "name: "}, {"name", `null`, "name: "}, {"name", `["planted-x"]`, "name: "},
		{"script", `""`, "script: "}, {"script", `null`, "script: "}, {"script", `"planted-x\u0000"`, "script: "},
		{"script", `"` + strings.Repeat("x", 512<<10+1) + `"`, "script: "},
		{"enabled", `"true"`, "enabled: "}, {"enabled", `1`, "enabled: "}, {"enabled", `null`, "enabled: "},
		{"dependencies", `["planted-x"]`, "dependencies: "}, {"dependencies", `null`, "dependencies: "}, {"dependencies", `{"lodash":4}`, "dependencies: "},
		{"dependencies", `{"planted- x":"1"}`, "dependencies: "}, {"dependencies", `{"lodash":""}`, "dependencies: "}, {"dependencies", `{"":"1"}`, "dependencies: "},
		{"dependencies", `{"a":null}`, "dependencies: "}, {"id", `"planted-x"`, "this field"}, {"secrets", `{"A":"planted-x"}`, "this field"},
		{"planted-x", `1`, "this field"}, {"Name", `"planted-x"`, "this field"},
	} {
		t.Run(c.field+" "+c.value[:min(20, len(c.value))], func(t *testing.T) {
			p.unchanged(t, func() {
				p.call(t, call{method: "POST", path: hooksAPI, body: whole(c.field, c.value)}).wantError(t, 400, "invalid_body", c.says)
				p.call(t, call{method: "PATCH", path: hookAPI, body: fmt.Sprintf("{%q:%s}", c.field, c.value)}).wantError(t, 400, "invalid_body", c.says)
			})
		})
	}
	p.unchanged(t, func() {
		for _, trigger := range []string{`"planted-x"`, `""`, `null`, `"Credentials-Exchange"`} {
			p.call(t, call{method: "POST", path: hooksAPI, body: whole("triggerId", trigger)}).wantError(t, 400, "invalid_body", "triggerId: ")
		}
		for _, body := range []string{`{}`, `{"name":"new"}`, `{"name":"new","script":"x"}`} {
			p.call(t, call{method: "POST", path: hooksAPI, body: body}).wantError(t, 400, "invalid_body", "name, script and triggerId")
		}
		p.call(t, call{method: "PATCH", path: hookAPI, body: `{}`}).wantError(t, 400, "invalid_body", "is wanted")
		p.call(t, call{method: "PATCH", path: hookAPI, body: `{"triggerId":"credentials-exchange"}`}).wantError(t, 400, "invalid_body", "this field")
	})
}

// The id in an address: malformed is a 400, anything else that is not there a 404,
// the same bytes for another organization's and for none.
func TestV2HookThatIsNotThere(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	for _, c := range []call{
		{method: "GET", path: hookAPI}, {method: "DELETE", path: hookAPI}, {method: "PATCH", path: hookAPI, body: `{"name":"x"}`},
		{method: "GET", path: secretsAPI}, {method: "POST", path: secretsAPI, body: `{"A":"planted-x"}`},
		{method: "PATCH", path: secretsAPI, body: `{"API_KEY":"planted-x"}`}, {method: "DELETE", path: secretsAPI, body: `["API_KEY"]`},
	} {
		template := c.path
		for _, id := range []string{p.Org(storetest.Globex).Hook, "01JD0000000000000000000000", strings.ToLower(p.Org(storetest.Acme).Hook), "x", "planted-x"} {
			c.path = strings.Replace(template, ":hook", id, 1)
			p.call(t, c).want(t, 404, `{"statusCode":404,"error":"Not Found","message":"Error: Hook does not exist","errorCode":"HookDoesNotExist"}`)
		}
		for _, id := range []string{"planted-_", "planted-%2F", "a%00", "%20", "a.b", "%ff"} {
			c.path = strings.Replace(template, ":hook", id, 1)
			p.call(t, c).wantError(t, 400, "invalid_uri")
		}
	}
}

// unchanged checks that what is done in it changes nothing and leaves no entry.
func (p *program) unchanged(t testing.TB, do func()) {
	t.Helper()
	state := func() string {
		return fmt.Sprint(p.call(t, call{method: "GET", path: hooksAPI + "?include_totals=true"}).body, p.names(t),
			p.call(t, call{method: "GET", path: ownSecretsAPI}).body, p.entries(t, 1)[0].ID)
	}
	before := state()
	do()
	if state() != before {
		t.Error("something changed")
	}
}

// The Deploy CLI reads and writes all hooks at once; nothing of it is refused.
func TestHundredHooksAtOnce(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	var ids []string
	for i := range 100 {
		ids = append(ids, p.makeHook(t, fmt.Sprintf(`{"name":"hook %d","script":"x","triggerId":"send-phone-message"}`, i)).ID)
	}
	var all sync.WaitGroup
	for i, id := range ids {
		path := hooksAPI + "/" + id
		all.Go(func() {
			if a := p.call(t, call{method: "GET", path: path}); a.status != 200 {
				t.Errorf("GET %d: %.200s", a.status, a.body)
			}
		})
		all.Go(func() {
			a := p.call(t, call{method: "POST", path: path + "/secrets", body: fmt.Sprintf(`{"A":"%d","B":"b"}`, i)})
			if a.status != 201 {
				t.Errorf("POST %d: %.200s", a.status, a.body)
			}
			if a := p.call(t, call{method: "PATCH", path: path + "/secrets", body: `{"B":"c"}`}); a.status != 201 {
				t.Errorf("PATCH %d: %.200s", a.status, a.body)
			}
		})
		all.Go(func() {
			if a := p.call(t, call{method: "GET", path: path + "/secrets"}); a.status != 200 {
				t.Errorf("GET secrets %d: %.200s", a.status, a.body)
			}
		})
	}
	all.Wait()
	for _, id := range ids {
		p.call(t, call{method: "GET", path: hooksAPI + "/" + id + "/secrets"}).want(t, 200, `{"A":"_VALUE_NOT_SHOWN_","B":"_VALUE_NOT_SHOWN_"}`)
	}
}
