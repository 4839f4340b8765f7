package web

import (
	"fmt"
	"strings"
	"testing"
)

// Every verb that reads a body: which one it carries out, so that the others below
// are refused for what is wrong with them.
var reading = []struct{ method, path, good string }{
	{"POST", hooksAPI, `{"name":"new","script":"x","triggerId":"credentials-exchange"}`},
	{"PATCH", hookAPI, `{"name":"renamed"}`},
	{"POST", secretsAPI, `{"NEW":"x"}`},
	{"PATCH", secretsAPI, `{"API_KEY":"x"}`},
	{"DELETE", secretsAPI, `["API_KEY"]`},
}

// badBodies are no bodies of an API, whatever the verb.
func badBodies() map[string]string {
	nested := func(n int) string { return strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n) }
	var names []string
	for i := range 1001 {
		names = append(names, fmt.Sprintf(`"n%d":"planted-x"`, i))
	}
	return map[string]string{
		"nothing": "", "spaces": " \n ", "null": "null", "true": "true", "a number": "7", "text": `"planted-x"`, "a word": "planted-x",
		"half an object": `{"A":"planted-x"`, "half a text": `{"A":"planted-x`, "half a list": `["API_KEY"`, "a lone brace": "{", "a comma too many": `{"A":"planted-x",}`,
		"single quotes": `{'A':'planted-x'}`, "no quotes": `{A:"planted-x"}`, "a comment": `{"A":"planted-x"} // x`, "a list of pairs": `[["A","planted-x"]]`,
		"a list of objects": `[{"A":"planted-x"}]`, "a name twice": `{"A":"planted-x","A":"planted-y"}`, "twice, escaped": `{"A":"planted-x","\u0041":"planted-y"}`,
		"null inside": `{"A":null}`, "a number inside": `{"A":1}`, "a flag inside": `{"A":true}`, "a list inside": `{"A":["planted-x"]}`, "an object inside": `{"A":{"B":"planted-x"}}`,
		"null in a list": `[null]`, "a number in a list": `[1]`, "16 deep": nested(16), "17 deep": nested(17), "10,000 deep": nested(10000), "lists 100,000 deep": strings.Repeat("[", 100000),
		"1,001 names": "{" + strings.Join(names, ",") + "}", "bad UTF-8": "{\"A\":\"planted-\xff\"}", "bad UTF-8 in a name": "{\"planted-\xc0\xaf\":\"x\"}",
		"UTF-16": "\xff\xfe{\x00}\x00", "a byte order mark": "\ufeff{\"A\":\"planted-x\"}", "half a character": `{"A":"planted-\ud800"}`, "the wrong half": `{"A":"planted-\udc00\ud800"}`,
		"a raw line end": "{\"A\":\"planted-\n\"}", "a NUL in the text": "{\"A\":\"planted-\x00\"}", "a NUL after": "{\"A\":\"planted-x\"}\x00",
		"two values": `{"A":"planted-x"}{"A":"planted-y"}`, "text after": `{"A":"planted-x"} planted-y`, "a form": "A=planted-x&B=planted-y",
		"parts": "--x\r\nContent-Disposition: form-data; name=\"A\"\r\n\r\nplanted-x\r\n--x--", "XML": "<A>planted-x</A>", "NaN": `{"A":NaN}`, "hex": `{"A":0x1}`,
		"a wrong escape": `{"A":"planted-\x41"}`, "a leading zero": `{"A":01}`,
	}
}

// S-03, S-18: what is no body of an API is refused in the contract's form, whatever
// the verb; nothing changes, nothing of it comes back.
func TestBadBodies(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	for name, body := range badBodies() {
		for _, r := range reading {
			for _, kind := range []string{"application/json", form} {
				t.Run(fmt.Sprint(r.method, " ", r.path, " ", name), func(t *testing.T) {
					p.unchanged(t, func() {
						p.call(t, call{method: r.method, path: r.path, body: body, header: map[string]string{"Content-Type": kind}}).wantError(t, 400, "invalid_body")
					})
				})
			}
		}
	}
	for _, r := range reading { // text after what would have been fine
		p.unchanged(t, func() {
			p.call(t, call{method: r.method, path: r.path, body: r.good + "planted-x"}).wantError(t, 400, "invalid_body", "nothing may follow")
		})
	}
	for _, r := range reading { // and it would have been
		if a := p.call(t, call{method: r.method, path: r.path, body: " \r\n\t" + r.good + "\n"}); a.status >= 300 {
			t.Errorf("%s %s: status %d: %s", r.method, r.path, a.status, a.body)
		}
	}
}
