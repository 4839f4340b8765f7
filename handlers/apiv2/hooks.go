package apiv2

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"hooksafe/handlers/formats"
	"hooksafe/store"
)

// hook is a hook on the wire. Its secrets are never in it.
type hook struct {
	ID           string            `json:"id"`
	Name         string            `json:"name"`
	Script       string            `json:"script"`
	Dependencies map[string]string `json:"dependencies"`
	Enabled      bool              `json:"enabled"`
	TriggerID    string            `json:"triggerId"`
}

func hookOf(h store.Hook) hook {
	dependencies := map[string]string{}
	for _, d := range h.Dependencies.List() {
		dependencies[d.Name] = d.Version
	}
	return hook{h.ID, h.Name, h.Script, dependencies, h.Enabled, h.Trigger}
}

// only returns the fields of a hook that are asked for; with nil, all.
func (h hook) only(fields []string) map[string]any {
	all := map[string]any{
		"id": h.ID, "name": h.Name, "script": h.Script, "dependencies": h.Dependencies, "enabled": h.Enabled, "triggerId": h.TriggerID,
	}
	if fields == nil {
		return all
	}
	chosen := map[string]any{}
	for _, name := range fields {
		chosen[name] = all[name]
	}
	return chosen
}

// hookFields are the fields that a list may be asked for.
var hookFields = []string{"id", "name", "script", "dependencies", "enabled", "triggerId"}

// perPage is how many hooks a page has if nothing is said, and at most.
const (
	perPage    = 50
	maxPerPage = 100
)

// page is what is asked of a list (contract, "List parameters").
type page struct {
	query  store.HookQuery
	totals bool
	fields []string
	named  bool // fields are those that are wanted, not those to leave out
}

func readPage(query url.Values) (page, error) {
	p := page{query: store.HookQuery{Limit: perPage}, named: true}
	number := 0
	for name, values := range query {
		if len(values) != 1 {
			return page{}, badQuery("one of the parameters", "is given more than once")
		}
		if err := p.read(name, values[0], &number); err != nil {
			return page{}, err
		}
	}
	p.query.Offset = number * p.query.Limit
	if !p.named {
		p.fields = slices.DeleteFunc(slices.Clone(hookFields), func(f string) bool { return slices.Contains(p.fields, f) })
	}
	return p, nil
}

// read takes one parameter. One that the contract does not name is left alone:
// clients send some of their own.
func (p *page) read(name, value string, number *int) (err error) {
	switch name {
	case "page":
		*number, err = readNumber(name, value, 1<<30)
	case "per_page":
		p.query.Limit, err = readNumber(name, value, maxPerPage)
	case "include_totals":
		p.totals, err = readFlag(name, value)
	case "enabled":
		var enabled bool
		enabled, err = readFlag(name, value)
		p.query.Enabled = &enabled
	case "triggerId":
		p.query.Trigger = value
		if !slices.Contains(store.Triggers(), value) {
			err = badQuery(name, "has to be one of "+strings.Join(store.Triggers(), ", "))
		}
	case "fields":
		p.fields, err = readHookFields(value)
	case "include_fields":
		p.named, err = readFlag(name, value)
	}
	return err
}

func readNumber(name, value string, most int) (int, error) {
	n, err := strconv.Atoi(value)
	if err != nil || n < 0 || n > most || strconv.Itoa(n) != value {
		return 0, badQuery(name, "has to be a whole number from 0 to "+strconv.Itoa(most))
	}
	return n, nil
}

func readFlag(name, value string) (bool, error) {
	if value != "true" && value != "false" {
		return false, badQuery(name, "has to be true or false")
	}
	return value == "true", nil
}

func readHookFields(value string) ([]string, error) {
	fields := strings.Split(value, ",")
	for _, field := range fields {
		if !slices.Contains(hookFields, field) {
			return nil, badQuery("fields", "takes "+strings.Join(hookFields, ", "))
		}
	}
	return fields, nil
}

// Hooks lists hooks. A page past the end is empty: clients walk until they meet one
// (contract, section 8).
func (api *API) Hooks(c echo.Context, a store.Actor) error {
	p, err := readPage(c.QueryParams())
	if err != nil {
		return err
	}
	found, total, err := api.store.HookPage(c.Request().Context(), a, p.query)
	if err != nil {
		return Explain(err)
	}
	hooks := make([]map[string]any, len(found))
	for i, h := range found {
		hooks[i] = hookOf(h).only(p.fields)
	}
	if !p.totals {
		return c.JSON(http.StatusOK, hooks)
	}
	return c.JSON(http.StatusOK, map[string]any{
		"total": total, "start": p.query.Offset, "limit": p.query.Limit, "hooks": hooks,
	})
}

// Hook returns one hook.
func (api *API) Hook(c echo.Context, a store.Actor) error {
	id, err := hookID(c)
	if err != nil {
		return err
	}
	h, err := api.store.Hook(c.Request().Context(), a, id)
	if err != nil {
		return aboutHook(err)
	}
	return c.JSON(http.StatusOK, hookOf(h))
}

const hookWanted = "an object with name, script and triggerId, and perhaps enabled and dependencies, is wanted"

// CreateHook makes a hook, switched off unless it says otherwise.
func (api *API) CreateHook(c echo.Context, a store.Actor) error {
	text, err := body(c)
	if err != nil {
		return err
	}
	n, err := readNewHook(text)
	if err != nil {
		return Explain(err)
	}
	h, err := api.store.CreateHookWith(c.Request().Context(), a, n)
	if err != nil {
		return aboutHook(err)
	}
	return c.JSON(http.StatusCreated, hookOf(h))
}

func readNewHook(text []byte) (store.NewHook, error) {
	f, err := formats.ReadFields(text, hookWanted)
	if err != nil {
		return store.NewHook{}, err
	}
	name, script, trigger := f.Text("name"), f.Text("script"), f.Text("triggerId")
	n := store.NewHook{Dependencies: dependencies(f)}
	if enabled := f.Flag("enabled"); enabled != nil {
		n.Enabled = *enabled
	}
	if err := f.Err(); err != nil {
		return store.NewHook{}, err
	}
	if name == nil || script == nil || trigger == nil {
		return store.NewHook{}, &formats.BodyError{What: hookWanted}
	}
	n.Name, n.Script, n.Trigger = *name, *script, *trigger
	return n, nil
}

// dependencies are by name, so that an error is about the same one each time; nil if
// they are not there.
func dependencies(f *formats.Fields) []store.Dependency {
	texts := f.Texts("dependencies")
	if texts == nil {
		return nil
	}
	list := []store.Dependency{}
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		list = append(list, store.Dependency{Name: name, Version: texts[name]})
	}
	return list
}

const patchWanted = "an object with name, script, enabled or dependencies is wanted"

// ChangeHook changes what it is given of a hook, and answers with all of it: 200,
// whatever the OpenAPI document says (contract, section 1).
func (api *API) ChangeHook(c echo.Context, a store.Actor) error {
	id, err := hookID(c)
	if err != nil {
		return err
	}
	text, err := body(c)
	if err != nil {
		return err
	}
	f, err := formats.ReadFields(text, patchWanted)
	if err != nil {
		return Explain(err)
	}
	patch := store.HookPatch{Name: f.Text("name"), Script: f.Text("script"), Enabled: f.Flag("enabled")}
	if list := dependencies(f); list != nil {
		patch.Dependencies = &list
	}
	if err := f.Err(); err != nil {
		return Explain(err)
	}
	if patch.Empty() {
		return badBody(patchWanted)
	}
	h, err := api.store.PatchHook(c.Request().Context(), a, id, patch)
	if err != nil {
		return aboutHook(err)
	}
	return c.JSON(http.StatusOK, hookOf(h))
}

// DeleteHook deletes a hook with its secrets.
func (api *API) DeleteHook(c echo.Context, a store.Actor) error {
	id, err := hookID(c)
	if err != nil {
		return err
	}
	if err := api.store.RemoveHook(c.Request().Context(), a, id); err != nil {
		return aboutHook(err)
	}
	return c.NoContent(http.StatusNoContent)
}
