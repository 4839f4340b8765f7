package dashboard

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"hooksafe/handlers/openapi"
	"hooksafe/store"
	"hooksafe/views"
)

// APICalls shows what a key can be used for, with a request of each kind to try.
func (d *Dashboard) APICalls(c echo.Context, a store.Actor) error {
	if err := d.store.KeyForm(c.Request().Context(), a); err != nil {
		return err
	}
	shell, err := d.shell(c, a, "API", views.InAPIKeys)
	if err != nil {
		return err
	}
	p := views.APICallsPageProps{Shell: shell, KeysURL: apiKeysURL(a.Org().Slug)}
	for _, call := range openapi.Calls() {
		if n := len(p.Groups); n == 0 || p.Groups[n-1].Name != call.Group {
			p.Groups = append(p.Groups, views.APICallGroup{Name: call.Group, About: call.GroupAbout})
		}
		group := &p.Groups[len(p.Groups)-1]
		group.Calls = append(group.Calls, views.APICallProps{
			Summary: call.Summary, Description: call.Description, Method: call.Method, Path: call.Path,
			Scopes: call.Scopes, Try: curl(d.baseURL, call),
		})
	}
	return Render(c, http.StatusOK, views.APICallsPage(p))
}

// inShell are the parts of an address that whoever tries a call puts in, as the
// variables of a shell.
var inShell = strings.NewReplacer("{hook}", "$HOOK", "{name}", "$NAME", "{secret}", "$SECRET", "{plan}", "$PLAN")

// curl is a call from a shell. The examples of the document have no single quotes.
func curl(base string, call openapi.Call) string {
	if call.Path == "/oauth/token" {
		return fmt.Sprintf("curl -sS %q \\\n  -d grant_type=client_credentials -d \"client_id=$KEY_ID\" -d \"client_secret=$HOOKSAFE_KEY\"", base+call.Path)
	}
	line := fmt.Sprintf("curl -sS -H \"Authorization: Bearer $HOOKSAFE_KEY\" \\\n  %q", base+inShell.Replace(call.Path))
	if call.Method != http.MethodGet && call.Method != http.MethodPost {
		line += " -X " + call.Method
	}
	if call.Example != "" {
		line += " \\\n  -H \"Content-Type: application/json\" -d '" + call.Example + "'"
	}
	return line
}
