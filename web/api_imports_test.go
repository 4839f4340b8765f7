package web

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hooksafe/store"
	"hooksafe/store/storetest"
)

const (
	importsAPI = "/api/v1/imports"
	importAPI  = "/api/v1/imports/:plan"
)

// wireImport is the plan of an import, as a program reads it.
type wireImport struct {
	ID, Token string
	Counts    map[string]int
	Items     []struct {
		Kind, Hook, Name, Does, Why, Where string
		Chosen, Selectable                 bool
	}
}

// lines are the items in short: what becomes of each, marked if it is chosen.
func (w wireImport) lines() string {
	var lines []string
	for _, i := range w.Items {
		name := strings.TrimPrefix(i.Hook+":"+i.Name, ":")
		if i.Kind != store.SecretItem {
			name = i.Hook + " " + i.Kind
		}
		lines = append(lines, name+" "+i.Does+map[bool]string{true: "*"}[i.Chosen])
	}
	return strings.Join(lines, ", ")
}

// plan asks what an import would do.
func (p *program) plan(t testing.TB, body string) (w wireImport) {
	t.Helper()
	p.call(t, call{method: "POST", path: importsAPI, body: body}).decode(t, &w)
	return w
}

// apply carries out a plan as a program sends it; extra is what the body has besides.
func (p *program) apply(t testing.TB, w wireImport, extra string) answer {
	t.Helper()
	return p.call(t, call{method: "POST", path: importsAPI + "/" + w.ID, body: fmt.Sprintf(`{"token":%q%s}`, w.Token, extra)})
}

// didImport is the answer to an import that is done, without the id of the change.
func didImport(t testing.TB, a answer) string {
	t.Helper()
	var did struct {
		Change                                           string
		Hooks, Added, Changed, Deleted, Pending, Refused int
	}
	a.decode(t, &did)
	if did.Change == "" {
		t.Errorf("answers %s", a.body)
	}
	return fmt.Sprint(did.Hooks, did.Added, did.Changed, did.Deleted, did.Pending, did.Refused)
}

func (p *program) hookID() string { return p.Org(storetest.Acme).Hook }

// Secrets of a hook: what becomes of each, then all of it in one request, with an entry
// each, all of them parts of one change.
func TestV1ImportSecrets(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	body := `{"hook":"` + p.hookID() + `","secrets":[{"name":"NEW","value":"planted-1\r\n","where":"line 1"},{"name":"API_KEY","value":"planted-2"},
		{"name":"LATER","pending":true},{"name":"ODD","unclear":"Spaces stand behind the value."},{"name":"planted- x","value":"planted-3"}]}`
	w := p.plan(t, body)
	if got, want := w.lines(), "NEW new*, API_KEY changed*, LATER pending*, ODD refused,  refused"; got != want {
		t.Fatalf("plan is %s, want %s", got, want)
	}
	if w.Items[0].Where != "line 1" || w.Items[4].Where != "entry 5" || w.Items[3].Why != "Spaces stand behind the value." || w.Counts["refused"] != 2 || w.Counts["same"] != 0 {
		t.Errorf("plan is %+v", w)
	}
	if got := p.names(t); got != `{"API_KEY":"_VALUE_NOT_SHOWN_"}`+"\n" {
		t.Errorf("the plan changed something: %s", got)
	}
	if did := didImport(t, p.apply(t, w, "")); did != "0 1 1 0 1 2" {
		t.Errorf("did %s", did)
	}
	if p.secretValue(t, "NEW") != "planted-1\r\n" || p.secretValue(t, "API_KEY") != "planted-2" {
		t.Error("values are others")
	}
	p.call(t, call{method: "GET", path: strings.Replace(valueAPI, ":name", "LATER", 1)}).wantError1(t, 404, "", "LATER has no value yet")
	var did []string
	for _, e := range p.entries(t, 7) {
		if e.Change != nil {
			did = append(did, e.Action)
		}
	}
	if want := []string{"secret.create", "secret.update", "secret.create", "import.apply"}; !slices.Equal(did, want) {
		t.Errorf("entries are %q", did)
	}
	if got, want := p.plan(t, body).lines(), "NEW same, API_KEY same, LATER same, ODD refused,  refused"; got != want {
		t.Errorf("again, the plan is %s", got)
	}
}

// What is chosen is chosen by index, a missing secret too; without a choice it stays.
func TestV1ImportChoice(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	body := `{"hook":"` + p.hookID() + `","secrets":[{"name":"A","value":"planted-1"},{"name":"B","value":"planted-2"}]}`
	w := p.plan(t, body)
	if got, want := w.lines(), "A new*, B new*, API_KEY missing"; got != want {
		t.Fatalf("plan is %s, want %s", got, want)
	}
	for _, choose := range []string{"[]", "[3]", "[-1]", "[9223372036854775807]"} {
		p.apply(t, w, `,"choose":`+choose).wantError1(t, 422, "")
	}
	if did := didImport(t, p.apply(t, w, `,"choose":[1,2]`)); did != "0 1 0 1 0 0" {
		t.Errorf("did %s", did)
	}
	if got := p.names(t); got != `{"B":"_VALUE_NOT_SHOWN_"}`+"\n" {
		t.Errorf("there is %s", got)
	}
	w = p.plan(t, body)
	if did := didImport(t, p.apply(t, w, "")); did != "0 1 0 0 0 0" {
		t.Errorf("did %s", did)
	}
}

// The organization's own secrets, and hooks with theirs.
func TestV1ImportElsewhere(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.addOwn(t, "OWN", "planted-own")
	w := p.plan(t, `{"secrets":[{"name":"OWN","value":"planted-own"},{"name":"NEW","value":"planted-x"},{"name":"lower","value":"planted-y"}]}`)
	if got, want := w.lines(), "OWN same, NEW new*,  refused"; got != want {
		t.Errorf("plan is %s, want %s", got, want)
	}
	if did := didImport(t, p.apply(t, w, "")); did != "0 1 0 0 0 1" {
		t.Errorf("did %s", did)
	}

	hooks := `{"hooks":[{"name":"made","script":"x","triggerId":"send-phone-message","enabled":true,"dependencies":{"lodash":"4"},"where":"hooks/made.json",
		"secrets":[{"name":"A","value":"planted-a"},{"name":"B","pending":true}]},{"name":"planted-?","script":"x","triggerId":"send-phone-message"}]}`
	w = p.plan(t, hooks)
	if got, want := w.lines(), "made hook new*, made switch changed*, made:A new*, made:B pending*,  hook refused"; got != want {
		t.Errorf("plan is %s, want %s", got, want)
	}
	if did := didImport(t, p.apply(t, w, "")); did != "1 1 0 0 1 1" {
		t.Errorf("did %s", did)
	}
	var made []struct {
		Name, Script string
		Enabled      bool
		Dependencies map[string]string
	}
	p.call(t, call{method: "GET", path: hooksAPI + "?triggerId=send-phone-message"}).decode(t, &made)
	if len(made) != 1 || made[0].Name != "made" || made[0].Script != "x" || !made[0].Enabled || made[0].Dependencies["lodash"] != "4" {
		t.Errorf("made %+v", made)
	}
	if got, want := p.plan(t, hooks).lines(), "made hook same, made:A same, made:B same,  hook refused"; got != want {
		t.Errorf("again, the plan is %s, want %s", got, want)
	}
}

// If anything changed since the plan, nothing is done: 409 with the plan of now.
func TestV1ImportStale(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	w := p.plan(t, `{"hook":"`+p.hookID()+`","secrets":[{"name":"API_KEY","value":"planted-1"}]}`)
	p.call(t, call{method: "PATCH", path: secretsAPI, body: `{"API_KEY":"planted-2"}`})
	a := p.apply(t, w, "")
	var stale struct {
		Error string
		Plan  wireImport
	}
	if err := json.Unmarshal([]byte(a.body), &stale); err != nil || a.status != 409 || stale.Error == "" {
		t.Fatalf("status %d: %s", a.status, a.body)
	}
	if p.secretValue(t, "API_KEY") != "planted-2" {
		t.Error("it was imported all the same")
	}
	if stale.Plan.ID != w.ID || stale.Plan.Token == w.Token || stale.Plan.lines() != "API_KEY changed*" {
		t.Errorf("the plan of now is %+v", stale.Plan)
	}
	if did := didImport(t, p.apply(t, stale.Plan, "")); did != "0 0 1 0 0 0" || p.secretValue(t, "API_KEY") != "planted-1" {
		t.Errorf("did %s", did)
	}
}

// A plan is for the key that made it, once, for 15 minutes, at its place.
func TestV1ImportPlanIsBound(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	body := `{"hook":"` + p.hookID() + `","secrets":[{"name":"A","value":"planted-1"}]}`
	w := p.plan(t, body)
	path, send := importsAPI+"/"+w.ID, fmt.Sprintf(`{"token":%q}`, w.Token)
	_, same := p.newKey(t, storetest.Acme, store.Scopes()...)
	_, other := p.newKey(t, storetest.Globex, store.Scopes()...)
	_, id, _ := strings.Cut(w.ID, ".")
	for name, c := range map[string]call{
		"another key": {path: path, token: same}, "another organization": {path: path, token: other},
		"another place": {path: importsAPI + "/organization." + id}, "hooks": {path: importsAPI + "/hooks." + id}, "no place": {path: importsAPI + "/" + id},
		"nothing": {path: importsAPI + "/x"}, "another hook": {path: importsAPI + "/" + p.Org(storetest.Globex).Hook + "." + id},
	} {
		c.method, c.body = "POST", send
		if a := p.call(t, c); a.status != 404 {
			t.Errorf("%s: status %d: %s", name, a.status, a.body)
		}
	}
	didImport(t, p.apply(t, w, ""))
	p.apply(t, w, "").wantError1(t, 404, "", "This import is over")
	w = p.plan(t, strings.ReplaceAll(body, `"A"`, `"B"`))
	p.Clock.Advance(15*time.Minute + time.Second)
	p.apply(t, w, "").wantError1(t, 404, "", "This import is over")
}

// The scopes that it takes: one to import and one to list, and then the one that each
// change takes alone.
func TestV1ImportScopes(t *testing.T) {
	t.Parallel()
	const (
		ofHook = `{"hook":":hook","secrets":[{"name":"A","value":"planted-1"}]}`
		change = `{"hook":":hook","secrets":[{"name":"API_KEY","value":"planted-1"}]}`
		own    = `{"secrets":[{"name":"A","value":"planted-1"}]}`
		hooks  = `{"hooks":[{"name":"made","script":"x","triggerId":"send-phone-message","secrets":[{"name":"A","pending":true}]}]}`
	)
	for _, c := range []struct {
		name, scopes, body string
		plan, apply        int
		choose, lacks      string
	}{
		{"nothing that imports", "read:hooks read:secrets delete:hooks reveal:hook_secrets", ofHook, 403, 0, "", "create:hooks or update:hooks"},
		{"nothing that lists", "update:hooks", ofHook, 403, 0, "", "read:hooks"},
		{"of the other kind", "read:secrets create:secrets update:secrets", ofHook, 403, 0, "", "create:hooks or update:hooks"},
		{"to a hook", "read:hooks create:hooks", ofHook, 200, 200, "", ""},
		{"to a hook, by the other", "read:hooks update:hooks", ofHook, 200, 200, "", ""},
		{"a change with create", "read:hooks create:hooks", change, 200, 403, "", "update:hooks"},
		{"a deletion with create", "read:hooks create:hooks", ofHook, 200, 403, "[1]", "delete:hooks or update:hooks"},
		{"a deletion", "read:hooks create:hooks delete:hooks", ofHook, 200, 200, "[1]", ""},
		{"own, nothing that imports", "read:secrets create:hooks read:hooks", own, 403, 0, "", "create:secrets or update:secrets"},
		{"own, nothing that lists", "create:secrets", own, 403, 0, "", "read:secrets"},
		{"own", "read:secrets create:secrets", own, 200, 200, "", ""},
		{"own, with update", "read:secrets update:secrets", own, 200, 403, "", "create:secrets"},
		{"hooks", "read:hooks create:hooks", hooks, 200, 200, "", ""},
		{"hooks with update", "read:hooks update:hooks", hooks, 200, 403, "", "create:hooks"},
		{"hooks, of the other kind", "read:secrets create:secrets", hooks, 403, 0, "", "create:hooks or update:hooks"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newProgram(t)
			var scopes []store.Scope
			for scope := range strings.FieldsSeq(c.scopes) {
				scopes = append(scopes, store.Scope(scope))
			}
			_, p.token = p.newKey(t, storetest.Acme, scopes...)
			refused := fmt.Sprintf(`{"error":"This API key does not have the scope %s"}`, c.lacks)
			a := p.call(t, call{method: "POST", path: importsAPI, body: strings.ReplaceAll(c.body, ":hook", p.hookID())})
			if c.plan == 403 {
				a.want(t, 403, refused)
				return
			}
			var w wireImport
			a.decode(t, &w)
			extra := ""
			if c.choose != "" {
				extra = `,"choose":` + c.choose
			}
			if a = p.apply(t, w, extra); c.apply == 403 {
				a.want(t, 403, refused)
				return
			}
			didImport(t, a)
		})
	}
}

// S-03, S-37: what is no import is refused with its place, and never repeated.
func TestS37V1ImportRefuses(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	long := strings.Repeat("x", 1201)
	for _, c := range []struct {
		name, body string
		status     int
		field      string
		says       string
	}{
		{"nothing", `{}`, 400, "", "is wanted"},
		{"both", `{"secrets":[],"hooks":[]}`, 400, "", "is wanted"},
		{"hooks of a hook", `{"hook":"x","hooks":[]}`, 400, "", "is wanted"},
		{"a hook without secrets", `{"hook":"x"}`, 400, "", "is wanted"},
		{"no list", `{"secrets":{"A":"planted-x"}}`, 400, "secrets", "a list of objects"},
		{"an entry that is text", `{"secrets":["planted-x"]}`, 400, "secrets, entry 1", "an object"},
		{"an unknown field", `{"secrets":[{"name":"A","value":"planted-x","planted-y":1}]}`, 400, "secrets, entry 1, entry 3", "not one of those"},
		{"an unknown field outside", `{"secrets":[],"planted-y":1}`, 400, "entry 2", "not one of those"},
		{"no name", `{"secrets":[{"value":"planted-x"}]}`, 400, "secrets, entry 1, name", "missing"},
		{"no value", `{"secrets":[{"name":"A","pending":true},{"name":"B"}]}`, 400, "secrets, entry 2, value", "one of"},
		{"not pending", `{"secrets":[{"name":"A","pending":false}]}`, 400, "secrets, entry 1, value", "one of"},
		{"value and pending", `{"secrets":[{"name":"A","value":"planted-x","pending":true}]}`, 400, "secrets, entry 1, value", "one of"},
		{"value and unclear", `{"secrets":[{"name":"A","value":"planted-x","unclear":"x"}]}`, 400, "secrets, entry 1, value", "one of"},
		{"null", `{"secrets":[{"name":"A","value":null}]}`, 400, "secrets, entry 1, value", "null is none"},
		{"a number", `{"secrets":[{"name":"A","value":1}]}`, 400, "secrets, entry 1, value", "a number is none"},
		{"a long place", `{"secrets":[{"name":"A","value":"x","where":"` + long + `"}]}`, 400, "secrets, entry 1, where", "1200"},
		{"a place of two lines", `{"secrets":[{"name":"A","value":"x","where":"a\nb"}]}`, 400, "secrets, entry 1, where", "one line"},
		{"a long reason", `{"secrets":[{"name":"A","unclear":"` + long + `"}]}`, 400, "secrets, entry 1, unclear", "1200"},
		{"no script", `{"hooks":[{"name":"a","triggerId":"send-phone-message"}]}`, 400, "hooks, entry 1, script", "missing"},
		{"in a hook", `{"hooks":[{"name":"a","script":"x","triggerId":"x","secrets":[{"name":"A"}]}]}`, 400, "hooks, entry 1, secrets, entry 1, value", "one of"},
		{"dependencies", `{"hooks":[{"name":"a","script":"x","triggerId":"x","dependencies":["planted-x"]}]}`, 400, "hooks, entry 1, dependencies", "an object"},
		{"no secrets", `{"secrets":[]}`, 422, "", "nothing in it"},
		{"no hooks", `{"hooks":[]}`, 422, "", "nothing in it"},
		{"no such hook", `{"hook":"01GQN0P0E63V4RXZHGTCF0N5XJ","secrets":[{"name":"A","value":"planted-x"}]}`, 404, "", ""},
		{"another organization's hook", `{"hook":"` + p.Org(storetest.Globex).Hook + `","secrets":[{"name":"A","value":"planted-x"}]}`, 404, "", ""},
		{"a hook of no form", `{"hook":"hooks","secrets":[{"name":"A","value":"planted-x"}]}`, 404, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p.call(t, call{method: "POST", path: importsAPI, body: c.body}).wantError1(t, c.status, c.field, c.says)
		})
	}
	for name, body := range badBodies() {
		t.Run(name, func(t *testing.T) {
			a := p.call(t, call{method: "POST", path: importsAPI, body: body, header: map[string]string{"Content-Type": "application/json"}})
			if a.status != 400 {
				t.Errorf("status %d: %.300s", a.status, a.body)
			}
			a = p.call(t, call{method: "POST", path: importsAPI + "/hooks.x", body: body, header: map[string]string{"Content-Type": "application/json"}})
			if a.status != 400 {
				t.Errorf("status %d: %.300s", a.status, a.body)
			}
		})
	}
	for _, body := range []string{`{}`, `{"token":1}`, `{"choose":[0]}`, `{"token":"x","choose":{}}`, `{"token":"x","choose":["planted-x"]}`, `{"token":"x","choose":[1.5]}`, `{"token":"x","planted-x":1}`} {
		a := p.call(t, call{method: "POST", path: importsAPI + "/hooks.x", body: body})
		if a.status != 400 {
			t.Errorf("%s: status %d: %.300s", body, a.status, a.body)
		}
	}
}

// S-37: as much as one import may have, and no more.
func TestS37V1ImportSize(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	var secrets []string
	for i := range 2000 {
		secrets = append(secrets, fmt.Sprintf(`{"name":"N%d","value":"planted-%d","where":"line %d"}`, i, i, i))
	}
	w := p.plan(t, `{"secrets":[`+strings.Join(secrets, ",")+`]}`)
	if w.Counts["new"] != 2000 {
		t.Errorf("plan is %v", w.Counts)
	}
	var long []string
	for i := range 80 {
		long = append(long, fmt.Sprintf(`{"name":"L%d","value":"planted-%s"}`, i, strings.Repeat("x", 65_000)))
	}
	if w := p.plan(t, `{"secrets":[`+strings.Join(long, ",")+`]}`); w.Counts["new"] != 80 {
		t.Errorf("plan of 5 MiB is %v", w.Counts)
	}
	wide := `{"secrets":[{"name":"A","value":"` + strings.Repeat("x", 6<<20) + `"}]}`
	if a := p.call(t, call{method: "POST", path: importsAPI, body: wide}); a.status != 413 {
		t.Errorf("status %d", a.status)
	}
	for range 10_001 - len(secrets) {
		secrets = append(secrets, `{"name":"A","pending":true}`)
	}
	p.call(t, call{method: "POST", path: importsAPI, body: `{"secrets":[` + strings.Join(secrets, ",") + `]}`}).wantError1(t, 422, "", "10000")
}

// 0.1: without its entries nothing is imported.
func TestV1ImportFaults(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	body := `{"hook":"` + p.hookID() + `","secrets":[{"name":"A","value":"planted-1"}]}`
	w := p.plan(t, body)
	mend := p.sabotage(t, "INSERT ON audit_entries")
	p.call(t, call{method: "POST", path: importsAPI, body: body}).wantError1(t, 503, "", "Nothing was saved")
	p.apply(t, w, "").wantError1(t, 503, "", "Nothing was saved")
	mend()
	if got := p.names(t); got != `{"API_KEY":"_VALUE_NOT_SHOWN_"}`+"\n" {
		t.Errorf("there is %s", got)
	}
	didImport(t, p.apply(t, w, ""))
}
