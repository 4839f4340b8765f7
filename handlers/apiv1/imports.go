package apiv1

import (
	"io"
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"hooksafe/handlers/formats"
	"hooksafe/store"
)

// ImportsPath is where imports are planned, and below it carried out.
const ImportsPath = "/api/v1/imports"

// importSource is what the audit log says that an import came as.
const importSource = "the API"

// imported is the body of a plan: secrets of one place, or hooks.
type imported struct {
	in      store.Place
	key     string // of the place, in the ids of its plans
	secrets []store.ImportedSecret
	hooks   []store.ImportedHook
}

// PlanImport says what an import would do, and keeps it until it is applied.
func (api *API) PlanImport(c echo.Context, a store.Actor) error {
	text, err := io.ReadAll(c.Request().Body)
	if err != nil {
		return err
	}
	i, err := readImport(text)
	if err != nil {
		return explain(err)
	}
	var p store.Plan
	if i.in == store.AllHooks() {
		p, err = api.store.PlanHooks(c.Request().Context(), a, importSource, i.hooks)
	} else {
		p, err = api.store.PlanSecrets(c.Request().Context(), a, i.in, importSource, i.secrets)
	}
	if err != nil {
		return aboutImport(err)
	}
	return c.JSON(http.StatusOK, planOf(i.key, p))
}

const importWanted = `an object such as {"secrets": [{"name": "NAME", "value": "the value"}]}, with hook for those of a hook, ` +
	`or {"hooks": [{"name": "a-name", "script": "…", "triggerId": "credentials-exchange", "secrets": []}]} is wanted`

func readImport(text []byte) (imported, error) {
	f, err := formats.ReadImport(text, importWanted)
	if err != nil {
		return imported{}, err
	}
	i := imported{in: store.OrganizationPlace(), key: ofOrganization}
	hook := f.Text("hook")
	secrets := f.Each("secrets", func(f *formats.Fields) { i.secrets = append(i.secrets, readImportedSecret(f)) })
	hooks := f.Each("hooks", func(f *formats.Fields) { i.hooks = append(i.hooks, readImportedHook(f)) })
	switch {
	case secrets == hooks, hook != nil && hooks:
		f.Refuse("", importWanted)
	case hooks:
		i.in, i.key = store.AllHooks(), ofHooks
	case hook != nil:
		i.in, i.key = store.HookPlace(*hook), *hook
	}
	return i, f.Err()
}

// readImportedSecret reads a name, and what is known of its value: the value itself,
// that it is pending, or why it is unclear.
func readImportedSecret(f *formats.Fields) store.ImportedSecret {
	name, value, pending, unclear := f.Text("name"), f.Text("value"), f.Flag("pending"), f.Text("unclear")
	s := store.ImportedSecret{Pending: pending != nil && *pending, Refused: said(f, "unclear", unclear), Where: said(f, "where", f.Text("where"))}
	known := 0
	for _, is := range []bool{value != nil, s.Pending, unclear != nil && *unclear != ""} {
		if is {
			known++
		}
	}
	switch {
	case name == nil:
		f.Refuse("name", "this field is missing")
	case known != 1:
		f.Refuse("value", `one of value, "pending": true and unclear is wanted`)
	case value != nil:
		s.Value = store.NewPlaintext(*value)
	}
	if name != nil {
		s.Name = *name
	}
	return s
}

func readImportedHook(f *formats.Fields) store.ImportedHook {
	var h store.ImportedHook
	for _, text := range []struct {
		name string
		into *string
	}{{"name", &h.Name}, {"script", &h.Script}, {"triggerId", &h.Trigger}} {
		given := f.Text(text.name)
		if given == nil {
			f.Refuse(text.name, "this field is missing")
			continue
		}
		*text.into = *given
	}
	if enabled := f.Flag("enabled"); enabled != nil {
		h.Enabled = *enabled
	}
	dependencies := f.Texts("dependencies")
	for _, name := range slices.Sorted(maps.Keys(dependencies)) {
		h.Dependencies = append(h.Dependencies, store.Dependency{Name: name, Version: dependencies[name]})
	}
	h.Where = said(f, "where", f.Text("where"))
	f.Each("secrets", func(f *formats.Fields) { h.Secrets = append(h.Secrets, readImportedSecret(f)) })
	return h
}

// maxSaid is how long a text may be that the plan says again: the path of a file, and
// a line in it.
const maxSaid = 1200

// said is a text about an entry that the plan says again, so it is short and one line.
func said(f *formats.Fields, field string, text *string) string {
	if text == nil {
		return ""
	}
	if utf8.RuneCountInString(*text) > maxSaid || strings.ContainsFunc(*text, unicode.IsControl) {
		f.Refuse(field, "it has to be one line of at most "+strconv.Itoa(maxSaid)+" characters")
	}
	return *text
}

// plan is what an import would do, on the wire. There is no value in it.
type plan struct {
	ID       string             `json:"id"`
	Token    string             `json:"token"`
	Counts   map[store.Fate]int `json:"counts"`
	Unlisted int                `json:"unlisted"`
	Items    []planItem         `json:"items"`
}

type planItem struct {
	Kind       string     `json:"kind"`
	Hook       string     `json:"hook,omitempty"`
	Name       string     `json:"name,omitempty"`
	Does       store.Fate `json:"does"`
	Why        string     `json:"why,omitempty"`
	Where      string     `json:"where,omitempty"`
	Version    int64      `json:"version,omitempty"`
	Chosen     bool       `json:"chosen"`
	Selectable bool       `json:"selectable"`
}

func planOf(key string, p store.Plan) plan {
	wire := plan{ID: key + "." + p.ID, Token: p.Token, Counts: map[store.Fate]int{}, Unlisted: p.Unlisted, Items: make([]planItem, len(p.Items))}
	for _, fate := range []store.Fate{store.FateNew, store.FateChanged, store.FateSame, store.FateKept, store.FatePending, store.FateRefused, store.FateMissing} {
		wire.Counts[fate] = 0
	}
	for n, i := range p.Items {
		wire.Counts[i.Fate]++
		wire.Items[n] = planItem{i.Kind, i.Hook, i.Name, i.Fate, i.Why, i.Where, i.Version, i.Chosen, i.Selectable()}
	}
	return wire
}

// A program calls a plan by its place and its id there: these are the places of plans
// that are of no single hook, which goes by its own id.
const (
	ofHooks        = "hooks"
	ofOrganization = "organization"
)

// thePlan is the plan that the address names.
func thePlan(c echo.Context) (in store.Place, key, id string) {
	key, id, _ = strings.Cut(c.Param("plan"), ".")
	switch key {
	case ofHooks:
		in = store.AllHooks()
	case ofOrganization:
		in = store.OrganizationPlace()
	default:
		in = store.HookPlace(key)
	}
	return in, key, id
}

// ApplyImport carries out what was chosen of a plan. If it would do something else by
// now than the plan said, nothing is done, and the answer is the plan of now.
func (api *API) ApplyImport(c echo.Context, a store.Actor) error {
	text, err := io.ReadAll(c.Request().Body)
	if err != nil {
		return err
	}
	token, choice, err := readChoice(text)
	if err != nil {
		return explain(err)
	}
	in, _, id := thePlan(c)
	done, err := api.store.ApplyImport(c.Request().Context(), a, in, id, token, choice)
	if store.CodeOf(err) == store.Stale {
		return api.planAgain(c, a, err)
	}
	if err != nil {
		return aboutImport(err)
	}
	return c.JSON(http.StatusOK, applied{done.Change, done.Hooks, done.Added, done.Changed, done.Deleted, done.Pending, done.Refused})
}

// applied is what an import did, on the wire.
type applied struct {
	Change  string `json:"change"`
	Hooks   int    `json:"hooks"`
	Added   int    `json:"added"`
	Changed int    `json:"changed"`
	Deleted int    `json:"deleted"`
	Pending int    `json:"pending"`
	Refused int    `json:"refused"`
}

func (api *API) planAgain(c echo.Context, a store.Actor, stale error) error {
	in, key, id := thePlan(c)
	p, err := api.store.PlanAgain(c.Request().Context(), a, in, id)
	if err != nil {
		return aboutImport(err)
	}
	return c.JSON(http.StatusConflict, map[string]any{"error": stale.Error(), "plan": planOf(key, p)})
}

const choiceWanted = `an object such as {"token": "the token of the plan", "choose": [0, 2]} is wanted; without choose, what the plan has chosen counts`

func readChoice(text []byte) (token string, c store.Choice, err error) {
	f, err := formats.ReadImport(text, choiceWanted)
	if err != nil {
		return "", store.Choice{}, err
	}
	given, choose := f.Text("token"), f.Numbers("choose")
	if err := f.Err(); err != nil {
		return "", store.Choice{}, err
	}
	if given == nil {
		return "", store.Choice{}, &formats.BodyError{Where: "token", What: "this field is missing"}
	}
	if choose == nil {
		return *given, store.AsPlanned(), nil
	}
	return *given, store.Choice{Shown: math.MaxInt, Picked: choose}, nil
}

// aboutImport is explain for an import: what is not there is its hook or the plan, and
// what is too much is a matter of the body.
func aboutImport(err error) error {
	e, ok := store.AsError(err)
	switch {
	case ok && e.Code == store.NotFound:
		return &Error{Status: http.StatusNotFound, Message: e.Message}
	case ok && e.Code == store.Full:
		return wrong(http.StatusUnprocessableEntity, "", e.Message)
	}
	return explain(err)
}
