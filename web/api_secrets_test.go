package web

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"hooksafe/store/storetest"
)

func TestV2Secrets(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	for _, step := range []struct {
		method, body string
		status       int
		want, names  string
	}{
		{"POST", `{"B":"planted-b","A":"planted-a"}`, 201, `{}`, `A API_KEY B`},
		{"POST", `{"my_var":"1","api-key":"2","x.y":"3","id":"4","hook":"5"}`, 201, `{}`, `A API_KEY B api-key hook id my_var x.y`},
		{"PATCH", `{"A":"planted-a2","API_KEY":"planted-k2"}`, 201, `{}`, `A API_KEY B api-key hook id my_var x.y`},
		{"DELETE", `["id","B","hook"]`, 204, ``, `A API_KEY api-key my_var x.y`},
		{"POST", `{"B":"planted-again"}`, 201, `{}`, `A API_KEY B api-key my_var x.y`},
		{"DELETE", `["A","API_KEY","B","api-key","my_var","x.y"]`, 204, ``, ``},
	} {
		p.call(t, call{method: step.method, path: secretsAPI, body: step.body}).want(t, step.status, step.want)
		want := map[string]string{}
		for name := range strings.FieldsSeq(step.names) {
			want[name] = "_VALUE_NOT_SHOWN_"
		}
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		p.call(t, call{method: "GET", path: secretsAPI}).want(t, 200, string(text))
	}
}

// Contract, section 2: what is wrong with a batch is told with names; all or none.
func TestV2BatchesAreAtomic(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	for i := range 18 {
		p.call(t, call{method: "POST", path: secretsAPI, body: fmt.Sprintf(`{"S%d":"v"}`, i)})
	}
	many := func(n int) string {
		var members []string
		for i := range n {
			members = append(members, fmt.Sprintf(`"N%d":"planted-x"`, i))
		}
		return "{" + strings.Join(members, ",") + "}"
	}
	for _, c := range []struct {
		name, method, body string
		status             int
		code, says         string
	}{
		{"one is there", "POST", `{"NEW":"planted-x","API_KEY":"planted-x"}`, 409, "SecretExists", "Error: Secret exists: API_KEY"},
		{"two are there", "POST", `{"S1":"planted-x","NEW":"planted-x","API_KEY":"planted-x"}`, 409, "SecretExists", "Error: Secret exists: S1, API_KEY"},
		{"one too many", "POST", many(2), 400, "SecretLimitReached", "The hook has 19 secrets of at most 20, so 2 more don't fit."},
		{"21 in a body", "POST", many(21), 400, "SecretLimitReached", "at most 20 secrets, and 21 were sent"},
		{"21 to change", "PATCH", many(21), 400, "SecretLimitReached", "at most 20 secrets, and 21 were sent"},
		{"one is missing", "PATCH", `{"API_KEY":"planted-x","NEW":"planted-x"}`, 404, "SecretDoesNotExist", "Error: Secret does not exist: NEW"},
		{"a placeholder for what is missing", "PATCH", `{"NEW":"_VALUE_NOT_SHOWN_"}`, 404, "SecretDoesNotExist", "Error: Secret does not exist: NEW"},
		{"one to delete is missing", "DELETE", `["API_KEY","NEW","OTHER"]`, 404, "SecretDoesNotExist", "Error: Secret does not exist: NEW, OTHER"},
		{"a value among the names", "DELETE", `["API_KEY","planted- value"]`, 404, "SecretDoesNotExist", "Error: Secret does not exist: entry 2"},
		{"a name twice", "DELETE", `["API_KEY","API_KEY"]`, 400, "invalid_body", "entry 2: "},
		{"no name", "DELETE", `[]`, 400, "invalid_body", "At least one"},
		{"nothing to add", "POST", `{}`, 400, "invalid_body", "At least one"},
		{"nothing to change", "PATCH", `{}`, 400, "invalid_body", "At least one"},
		{"a name that is none", "POST", `{"A":"x","planted- x":"planted-y"}`, 400, "invalid_body", "entry 2: Use letters"},
		{"dots", "POST", `{"..":"planted-y"}`, 400, "invalid_body", "entry 1: Use letters"},
		{"an empty value", "POST", `{"A":"planted-x","B":""}`, 400, "invalid_body", "B: Enter a value."},
		{"an empty value to change", "PATCH", `{"API_KEY":""}`, 400, "invalid_body", "API_KEY: Enter a value."},
		{"a NUL", "POST", `{"B":"planted-\u0000"}`, 400, "invalid_body", "B: "},
		{"64 KiB and one byte", "POST", `{"B":"` + strings.Repeat("x", 64<<10+1) + `"}`, 400, "invalid_body", "B: 65 KB is over the limit of 64 KB."},
	} {
		t.Run(c.name, func(t *testing.T) {
			p.unchanged(t, func() {
				a := p.call(t, call{method: c.method, path: secretsAPI, body: c.body})
				a.wantError(t, c.status, c.code, c.says)
			})
			if got := p.storedValue(t, "API_KEY"); got != p.Org(storetest.Acme).Value {
				t.Error("the value changed")
			}
		})
	}
}

// storedValue is a value that a person copies, so that no program's key is needed.
func (p *program) storedValue(t testing.TB, name string) string {
	t.Helper()
	a := p.Actor(t, storetest.Acme, "editor")
	all, err := p.Store.Secrets(t.Context(), a, p.Org(storetest.Acme).Place())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all.Secrets {
		if s.Name != name {
			continue
		}
		read, err := p.CopySecret(t.Context(), a, p.Org(storetest.Acme).Place(), s.ID, 0)
		if err != nil {
			t.Fatal(err)
		}
		return read.Value.Reveal()
	}
	t.Fatalf("no secret %s", name)
	return ""
}

// 20 secrets in one POST are one action: one request, twenty entries, one transaction.
func TestTwentySecretsInOnePost(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.call(t, call{method: "DELETE", path: secretsAPI, body: `["API_KEY"]`}).want(t, 204, "")
	secrets := map[string]string{}
	for i := range 20 {
		secrets[fmt.Sprintf("S%02d", i)] = fmt.Sprint("planted-", i)
	}
	body, err := json.Marshal(secrets)
	if err != nil {
		t.Fatal(err)
	}
	p.call(t, call{method: "POST", path: secretsAPI, body: string(body)}).want(t, 201, `{}`)
	entries := p.entries(t, 20)
	for i, e := range entries {
		if e.Action != "secret.create" || e.At != entries[0].At || *e.Request != *entries[0].Request || *e.TargetName != fmt.Sprintf("S%02d", 19-i) {
			t.Errorf("entry %d is %s of %s", i, e.Action, *e.TargetName)
		}
	}
	for name, value := range secrets {
		if p.secretValue(t, name) != value {
			t.Errorf("%s has another value", name)
		}
	}
}

// 20 of the longest values fit into one body.
func TestTwentyLongSecretsInOnePost(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.call(t, call{method: "DELETE", path: secretsAPI, body: `["API_KEY"]`}).want(t, 204, "")
	secrets, long := map[string]string{}, strings.Repeat("\x01", 64<<10) // six bytes each on the wire
	for i := range 20 {
		secrets[fmt.Sprint("S", i)] = long
	}
	body, err := json.Marshal(secrets)
	if err != nil {
		t.Fatal(err)
	}
	p.call(t, call{method: "POST", path: secretsAPI, body: string(body)}).want(t, 201, `{}`)
	p.call(t, call{method: "PATCH", path: secretsAPI, body: string(body)}).want(t, 201, `{}`)
	if p.secretValue(t, "S19") != long {
		t.Error("a value came back changed")
	}
}

// Contract, section 10: a placeholder sent back keeps the value and leaves an entry
// that says so.
func TestTrapPlaceholderInPatchKeepsTheValue(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	for _, placeholder := range []string{"_VALUE_NOT_SHOWN_", "_VALUE_NOT_SHOWN"} {
		p.call(t, call{method: "PATCH", path: secretsAPI, body: `{"API_KEY":"` + placeholder + `"}`}).want(t, 201, `{}`)
		e := p.entries(t, 1)[0]
		if e.Action != "secret.update" || e.Outcome != "done" || *e.Detail != "placeholder sent, value kept" || *e.TargetName != "API_KEY" {
			t.Errorf("%s: entry is %s %v", placeholder, e.Action, e.Detail)
		}
		if p.secretValue(t, "API_KEY") != p.Org(storetest.Acme).Value {
			t.Errorf("%s destroyed the value", placeholder)
		}
	}
	p.call(t, call{method: "POST", path: secretsAPI, body: `{"B":"planted-b"}`}).want(t, 201, `{}`)
	p.call(t, call{method: "PATCH", path: secretsAPI, body: `{"API_KEY":"_VALUE_NOT_SHOWN_","B":"planted-b2"}`}).want(t, 201, `{}`)
	if p.secretValue(t, "API_KEY") != p.Org(storetest.Acme).Value || p.secretValue(t, "B") != "planted-b2" {
		t.Error("a placeholder beside a value is not left alone")
	}
	p.call(t, call{method: "PATCH", path: secretsAPI, body: `{"B":"a _VALUE_NOT_SHOWN_ within"}`}).want(t, 201, `{}`)
	if p.secretValue(t, "B") != "a _VALUE_NOT_SHOWN_ within" {
		t.Error("text with a placeholder in it is a value")
	}
}

// Contract, section 6: the Deploy CLI sends placeholders and keywords that nobody
// replaced as if they were values.
func TestTrapPlaceholdersAreNoNewSecrets(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	for _, value := range []string{"_VALUE_NOT_SHOWN_", "_VALUE_NOT_SHOWN", "##CRM_TOKEN##", "@@CRM_TOKEN@@"} {
		p.unchanged(t, func() {
			p.call(t, call{method: "POST", path: secretsAPI, body: `{"GOOD":"planted-x","BAD":"` + value + `"}`}).
				wantError(t, 400, "invalid_body", "BAD: this is a placeholder")
			p.call(t, call{method: "POST", path: secretsAPI, body: `{"planted- x":"` + value + `"}`}).
				wantError(t, 400, "invalid_body", "entry 1: this is a placeholder")
		})
	}
	p.call(t, call{method: "POST", path: secretsAPI, body: `{"A":"see ##CRM_TOKEN##","B":"#1","C":"a@@b"}`}).want(t, 201, `{}`)
}

// Contract, section 4: the exact spelling, and never an empty value.
func TestTrapPlaceholderIsExact(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	for _, hook := range []string{p.Org(storetest.Acme).Hook, p.pending(t)} {
		path := hooksAPI + "/" + hook + "/secrets"
		a := p.call(t, call{method: "GET", path: path})
		if strings.TrimSpace(a.body) != `{"API_KEY":"_VALUE_NOT_SHOWN_"}` {
			t.Errorf("names are %s", a.body)
		}
		p.call(t, call{method: "DELETE", path: path, body: `["API_KEY"]`})
		if a = p.call(t, call{method: "GET", path: path}); strings.TrimSpace(a.body) != `{}` {
			t.Errorf("names are %s", a.body)
		}
	}
}

// Contract, gotcha 2: DELETE has a body, and curl says form of it.
func TestTrapDeleteWithABody(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"application/json", "application/x-www-form-urlencoded", "", "text/plain; charset=x", "multipart/form-data"} {
		p := newProgram(t)
		p.call(t, call{method: "DELETE", path: secretsAPI, body: `["API_KEY"]`, header: map[string]string{"Content-Type": kind}}).want(t, 204, "")
		p.call(t, call{method: "GET", path: secretsAPI}).want(t, 200, `{}`)
	}
}

// Contract, gotcha 2: what binds a body to a map adds what stands in the address.
func TestTrapTheAddressIsNoSecret(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.call(t, call{method: "POST", path: secretsAPI + "?query=planted-x", body: `{"A":"1"}`}).want(t, 201, `{}`)
	p.call(t, call{method: "GET", path: secretsAPI}).want(t, 200, `{"A":"_VALUE_NOT_SHOWN_","API_KEY":"_VALUE_NOT_SHOWN_"}`)
}

// Contract, gotcha 6: a null never blanks a secret.
func TestTrapNullIsNoValue(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.unchanged(t, func() {
		p.call(t, call{method: "PATCH", path: secretsAPI, body: `{"API_KEY":null}`}).wantError(t, 400, "invalid_body", "API_KEY: ", "null")
		p.call(t, call{method: "POST", path: secretsAPI, body: `{"NEW":null}`}).wantError(t, 400, "invalid_body", "NEW: ", "null")
	})
}

// Contract, gotcha 6: the body that the published curl examples print.
func TestTrapTheBodyOfTheDocuments(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	const body = `{ [ "planted-KEY", "planted-VALUE" ], [ "planted-KEY", "planted-VALUE" ] }`
	for _, method := range []string{"POST", "PATCH"} {
		p.unchanged(t, func() {
			p.call(t, call{method: method, path: secretsAPI, body: body}).wantError(t, 400, "invalid_body", "an object of key-value pairs is wanted")
		})
	}
}

// Contract, gotcha 10: a deleted hook takes its secrets along, and a new one of its
// name starts empty.
func TestTrapANewHookStartsEmpty(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.call(t, call{method: "DELETE", path: hookAPI}).want(t, 204, "")
	p.call(t, call{method: "GET", path: valueAPI}).want(t, 404, `{"error":"Secret not found"}`)
	p.call(t, call{method: "GET", path: hooksAPI}).want(t, 200, `[]`)
	h := p.makeHook(t, `{"name":"acme-hook","script":"x","triggerId":"pre-user-registration"}`)
	p.call(t, call{method: "GET", path: hooksAPI + "/" + h.ID + "/secrets"}).want(t, 200, `{}`)
}

// Contract, gotcha 11: hook secrets take the wide rule.
func TestTrapNamesOfHookSecrets(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	long := strings.Repeat("a", 128)
	p.call(t, call{method: "POST", path: secretsAPI, body: `{"foo":"1","FOO":"2","1":"3","...":"4","` + long + `":"5"}`}).want(t, 201, `{}`)
	for name, value := range map[string]string{"foo": "1", "FOO": "2", "1": "3", "...": "4", long: "5"} {
		if got := p.secretValue(t, name); got != value {
			t.Errorf("%s is %q", name, got)
		}
	}
	p.call(t, call{method: "POST", path: secretsAPI, body: `{"` + long + `b":"5"}`}).wantError(t, 400, "invalid_body", "entry 1: ")
}

// Values come back byte for byte.
func TestValuesThroughTheAPI(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	for name, value := range map[string]string{
		"line ends": "\r\na\rb\n\n", "spaces": " \t x \u00a0", "BOM": "\ufeffx\ufeff", "emoji": "🔑👩‍👩‍👧", "right to left": "\u202eשלום مرحبا",
		"markup": `<script>&amp;"'\</script>`, "separators": "\u2028\u2029\u0085", "controls": "\x01\x1f\x7f", "not normalised": "e\u0301é",
		"json": `{"a":null}`, "one byte": "0", "64 KiB": strings.Repeat("é", 32<<10), "replacement": "\ufffd", "beyond": "\U0010ffff",
		"template": "${HOME} $(id) %s {{.}}", "keys": "-----BEGIN KEY-----\nMII=\n-----END KEY-----\n",
	} {
		body, err := json.Marshal(map[string]string{"V": value})
		if err != nil {
			t.Fatal(err)
		}
		p.call(t, call{method: "POST", path: secretsAPI, body: string(body)}).want(t, 201, `{}`)
		if got := p.secretValue(t, "V"); got != value {
			t.Errorf("%s: %.40q came back as %.40q", name, value, got)
		}
		p.call(t, call{method: "PATCH", path: secretsAPI, body: `{"V":"another"}`}).want(t, 201, `{}`)
		p.call(t, call{method: "PATCH", path: secretsAPI, body: string(body)}).want(t, 201, `{}`)
		if got := p.storedValue(t, "V"); got != value {
			t.Errorf("%s: %.40q came back as %.40q after a change", name, value, got)
		}
		p.call(t, call{method: "DELETE", path: secretsAPI, body: `["V"]`}).want(t, 204, "")
	}
}

// pending is a copy of acme's hook, in which API_KEY has no value yet.
func (p *program) pending(t testing.TB) (hook string) {
	t.Helper()
	copied, err := p.DuplicateHook(t.Context(), p.Actor(t, storetest.Acme, "editor"), p.Org(storetest.Acme).Hook, "copied")
	if err != nil {
		t.Fatal(err)
	}
	return copied.ID
}

func TestReadValue(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	org := p.Org(storetest.Acme)
	a := p.call(t, call{method: "GET", path: valueAPI})
	a.want(t, 200, `{"name":"API_KEY","value":"`+org.Value+`","version":1,"decrypted_at":"2026-11-21T14:00:00.000000Z"}`)
	if a.header.Get("Etag") != "" {
		t.Error("a value has an ETag")
	}
	e := p.entries(t, 1)[0]
	if e.Action != "secret.read" || e.Outcome != "done" || e.ActorKind != "key" || *e.Actor != p.key.ID || *e.Target != org.Secret || *e.Request != a.header.Get("X-Request-Id") {
		t.Errorf("entry is %s %s by %s %v", e.Action, e.Outcome, e.ActorKind, e.Actor)
	}
	p.call(t, call{method: "PATCH", path: secretsAPI, body: `{"API_KEY":"planted-newer"}`})
	p.call(t, call{method: "GET", path: strings.Replace(valueAPI, ":name", "API%5FKEY", 1)}).
		want(t, 200, `{"name":"API_KEY","value":"planted-newer","version":2,"decrypted_at":"2026-11-21T14:00:00.000000Z"}`)
}

// What is not there, malformed or another organization's: the same bytes, and no entry.
func TestValueThatIsNotThere(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	mine, other := p.Org(storetest.Acme), p.Org(storetest.Globex)
	before := p.entries(t, 1)[0].ID
	for _, path := range []string{
		other.Hook + "/secrets/API_KEY", "01JD0000000000000000000000/secrets/API_KEY", "x/secrets/API_KEY", strings.ToLower(mine.Hook) + "/secrets/API_KEY",
		"%00/secrets/API_KEY", mine.Hook + "/secrets/api_key", mine.Hook + "/secrets/planted-x", mine.Hook + "/secrets/..", mine.Hook + "/secrets/%ff",
		mine.Hook + "/secrets/%2541PI_KEY", mine.Hook + "/secrets/API_KEY%00", mine.Hook + "/secrets/" + strings.Repeat("a", 5000), mine.Hook + "/secrets/" + mine.Secret,
	} {
		p.call(t, call{method: "GET", path: "/api/v1/hooks/" + path + "/value"}).want(t, 404, `{"error":"Secret not found"}`)
	}
	if p.entries(t, 1)[0].ID != before {
		t.Error("an entry was written")
	}
}

func TestValueOfAPendingSecret(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.call(t, call{method: "GET", path: strings.Replace(valueAPI, ":hook", p.pending(t), 1)}).
		want(t, 404, `{"error":"API_KEY has no value yet. Set one first."}`)
}
