package web

import (
	"fmt"
	"html"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// The curl lines of the README do what it says, as they stand.
func TestREADME(t *testing.T) {
	t.Parallel()
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("there is no curl here")
	}
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		section string
		lines   int
		want    string
	}{
		{"Coming from Auth0", 6, "{}\n{}\n" + `{"CRM_TOKEN":"_VALUE_NOT_SHOWN_","CRM_URL":"_VALUE_NOT_SHOWN_"}` + "\n" +
			`{"name":"CRM_TOKEN","value":"a newer token","version":2,"decrypted_at":"2026-11-21T14:00:00.000000Z"}` + "\n"},
		{"Coming from Hooklistener", 6, `{"data":[` + readmeSecret("", 1) + `]}` + "\n" +
			`{"id":"ID","name":"STRIPE_WEBHOOK_SECRET","value":"whsec_abc123","decrypted_at":"2026-11-21T14:00:00.000000Z"}` + "\n" +
			`{"data":` + readmeSecret("", 2) + "}\n" + `{"data":` + readmeSecret("payments", 2) + "}\n"},
	} {
		t.Run(c.section, func(t *testing.T) {
			t.Parallel()
			_, section, _ := strings.Cut(string(readme), "\n## "+c.section+"\n")
			_, block, _ := strings.Cut(section, "\n```sh\nBASE=")
			block, _, _ = strings.Cut(block, "\n```\n")
			if strings.Count(block, "curl ") != c.lines {
				t.Fatalf("the block has other lines than it had:\n%s", block)
			}
			p := newProgram(t)
			script := strings.NewReplacer("http://127.0.0.1:8080", p.server.URL, "hks_your_token", p.token).Replace("BASE=" + block)
			out, err := exec.CommandContext(t.Context(), "sh", "-euc", "curl() { "+curl+" --fail-with-body --noproxy '*' \"$@\"; }\n"+script).CombinedOutput()
			if err != nil {
				t.Fatalf("%v:\n%s", err, out)
			}
			if got := anID.ReplaceAllString(string(out), "ID"); got != c.want {
				t.Errorf("printed\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// readmeSecret is the secret of the README as its lines print it.
func readmeSecret(description string, version int) string {
	return fmt.Sprintf(`{"id":"ID","name":"STRIPE_WEBHOOK_SECRET","description":%q,"version":%d,"inserted_at":%q,"updated_at":%q}`, description, version, wireStart, wireStart)
}

// tokenInExample is the token of a plan, as the line to carry one out has it.
var tokenInExample = regexp.MustCompile(`\{\s*"token":[^}]*\}`)

var tryIt = regexp.MustCompile(`(?s)<code>(curl .*?)</code>`)

// So do those of the page about the API, each by itself, with the variables that the
// page names. What others need is deleted last.
func TestAPICallsPage(t *testing.T) {
	t.Parallel()
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("there is no curl here")
	}
	p := newProgram(t)
	page := p.ask(t, request{path: "/orgs/:org/settings/api-keys/calls", as: "admin"})
	var lines, last []string
	for _, m := range tryIt.FindAllStringSubmatch(page.Body.String(), -1) {
		line := strings.ReplaceAll(html.UnescapeString(m[1]), base, p.server.URL)
		if strings.HasSuffix(line, `/$HOOK" -X DELETE`) || strings.HasSuffix(line, `/$SECRET" -X DELETE`) {
			last = append(last, line)
		} else {
			lines = append(lines, line)
		}
	}
	if len(lines) != 18 || len(last) != 2 {
		t.Fatalf("the page has %d lines to try", len(lines)+len(last))
	}
	org := p.Org("acme")
	plan := p.plan(t, `{"hooks":[{"name":"planned","script":"x","triggerId":"send-phone-message"}]}`)
	set := fmt.Sprintf("HOOKSAFE_KEY=%s; KEY_ID=%s; HOOK=%s; NAME=API_KEY; SECRET=%s; PLAN=%s; curl() { %s --fail-with-body --noproxy '*' \"$@\"; }\n", p.token, p.key.ID, org.Hook, p.addOwn(t, "OWN", "own"), plan.ID, curl)
	for _, line := range append(lines, last...) {
		line = tokenInExample.ReplaceAllLiteralString(line, fmt.Sprintf(`{"token": %q}`, plan.Token))
		if out, err := exec.CommandContext(t.Context(), "sh", "-euc", set+line).CombinedOutput(); err != nil {
			t.Errorf("%v:\n%s\n%s", err, line, out)
		}
	}
}
