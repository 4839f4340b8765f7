package openapi

import (
	"fmt"
	"slices"
	"testing"
)

func TestCalls(t *testing.T) {
	var got []string
	for _, c := range Calls() {
		got = append(got, fmt.Sprintf("%s: %s %s %d", c.Group, c.Method, c.Path, len(c.Scopes)))
		if c.Summary == "" || (c.Example == "") != (c.Method == "GET" || c.Method == "DELETE" && c.Path != "/api/v2/hooks/{hook}/secrets") {
			t.Errorf("%s %s: summary %q, example %q", c.Method, c.Path, c.Summary, c.Example)
		}
	}
	want := []string{
		"Hooks: GET /api/v2/hooks 1", "Hooks: POST /api/v2/hooks 1",
		"Hooks: GET /api/v2/hooks/{hook} 1", "Hooks: PATCH /api/v2/hooks/{hook} 1", "Hooks: DELETE /api/v2/hooks/{hook} 1",
		"Hook secrets: GET /api/v2/hooks/{hook}/secrets 1", "Hook secrets: POST /api/v2/hooks/{hook}/secrets 2",
		"Hook secrets: PATCH /api/v2/hooks/{hook}/secrets 1", "Hook secrets: DELETE /api/v2/hooks/{hook}/secrets 2",
		"Organization secrets: GET /api/v1/secrets 1", "Organization secrets: POST /api/v1/secrets 1",
		"Organization secrets: GET /api/v1/secrets/{secret} 1", "Organization secrets: PUT /api/v1/secrets/{secret} 1",
		"Organization secrets: DELETE /api/v1/secrets/{secret} 1",
		"Values: GET /api/v1/hooks/{hook}/secrets/{name}/value 1", "Values: GET /api/v1/secrets/{secret}/value 1",
		"Imports: POST /api/v1/imports 4", "Imports: POST /api/v1/imports/{plan} 4",
		"Access: GET /api/openapi.json 0", "Access: POST /oauth/token 0",
	}
	if !slices.Equal(got, want) {
		t.Errorf("calls are %q", got)
	}
}
