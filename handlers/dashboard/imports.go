package dashboard

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"hooksafe/handlers/formats"
	"hooksafe/store"
	"hooksafe/views"
)

// An import takes two steps. The first reads what somebody pasted or chose and shows
// what it would do; the second carries out what is ticked. Between them what was handed
// in waits in the store, so that no page holds it.

// importPlace is where an import goes: into the secrets of a hook or of the organization,
// or, for all of them, into the hooks themselves.
type importPlace struct {
	place
	all bool
}

func importPlaceOf(c echo.Context, a store.Actor) importPlace {
	if !strings.HasPrefix(c.Path(), "/orgs/:org/hooks/import") {
		return importPlace{place: placeOf(c, a)}
	}
	return importPlace{place{in: store.AllHooks(), list: hooksURL(a.Org().Slug), section: views.InHooks, edits: store.EditHooks}, true}
}

// importURL is where an import into a list begins.
func importURL(list string) string { return list + "/import" }

func (at importPlace) plan(id string) string { return importURL(at.list) + "/" + id }

func (at importPlace) undo(change string) string { return at.list + "/imports/" + change + "/undo" }

// into is the place in the words of pages.
func (at importPlace) into() views.Into {
	switch {
	case at.all:
		return views.IntoHooks
	case at.own:
		return views.IntoOrganization
	}
	return views.IntoHook
}

func (at importPlace) parent(h store.Hook) string {
	if at.all {
		return "Hooks"
	}
	return at.place.parent(h)
}

// NewImport asks for text or a file, and lists the imports that can be undone.
func (d *Dashboard) NewImport(c echo.Context, a store.Actor) error {
	return d.drawImport(c, a, importPlaceOf(c, a), http.StatusOK, views.ImportProps{Format: string(formats.Dotenv)})
}

// PlanImport shows what an import would do, and changes nothing yet.
func (d *Dashboard) PlanImport(c echo.Context, a store.Actor) error {
	at := importPlaceOf(c, a)
	f, err := readUpload(c, "text", "file", "format")
	if tooLong := (*http.MaxBytesError)(nil); errors.As(err, &tooLong) {
		over := fmt.Sprintf("This is over the limit of %d MiB.", formats.MaxImport>>20)
		return d.drawImport(c, a, at, http.StatusRequestEntityTooLarge, views.ImportProps{Format: string(formats.Dotenv), Again: true, Errors: views.Errors{"text": over}})
	}
	if err != nil {
		return err
	}
	plan, notes, err := d.planImport(c, a, at, f)
	again := views.ImportProps{Format: f.line("format"), Again: true}
	if problems := (formats.Problems)(nil); errors.As(err, &problems) {
		again.Problems = problemsOf(calledAs(f, problems))
		return d.drawImport(c, a, at, http.StatusUnprocessableEntity, again)
	}
	if status, errors := refused(c, err); errors != nil {
		again.Errors = errors
		return d.drawImport(c, a, at, status, again)
	}
	if err != nil {
		return err
	}
	p := d.planProps(at, plan)
	p.Notes = problemsOf(notes)
	return d.drawPlan(c, a, at, http.StatusOK, p, plan.Hook)
}

// planImport reads what was handed in, and what there is to say of it, and plans it.
func (d *Dashboard) planImport(c echo.Context, a store.Actor, at importPlace, f form) (plan store.Plan, notes formats.Problems, err error) {
	text, err := handedIn(f)
	if err != nil {
		return store.Plan{}, nil, err
	}
	ctx := c.Request().Context()
	if at.all {
		hooks, err := readHooks(f.called["file"], text)
		if err != nil {
			return store.Plan{}, nil, err
		}
		plan, err = d.store.PlanHooks(ctx, a, "Deploy CLI files", importedHooks(hooks))
		return plan, notesOf(hooks), err
	}
	format, err := formatOf(f)
	if err != nil {
		return store.Plan{}, nil, err
	}
	secrets, err := formats.ReadSecrets(format, text)
	if err != nil && format == formats.Dotenv && json.Valid(text) {
		return store.Plan{}, nil, formats.Problems{{What: "this is JSON: choose JSON as the format"}}
	}
	if err != nil {
		return store.Plan{}, nil, err
	}
	plan, err = d.store.PlanSecrets(ctx, a, at.in, sources[format], importedSecrets(secrets))
	return plan, nil, err
}

// maxNotes is how many notes a page shows.
const maxNotes = 20

func notesOf(hooks []formats.Hook) (notes formats.Problems) {
	for _, h := range hooks {
		notes = append(notes, h.Notes...)
	}
	return notes[:min(len(notes), maxNotes)]
}

// handedIn is what was pasted, or the file that was chosen instead.
func handedIn(f form) ([]byte, error) {
	content, chosen := f.files["file"]
	switch typed := f.text("text"); {
	case chosen && typed != "":
		return nil, invalid("text", "Either paste the text or choose a file, not both.")
	case chosen:
		return []byte(content), nil
	case strings.TrimSpace(typed) == "":
		return nil, invalid("text", "Paste what is to be imported, or choose a file.")
	default:
		return []byte(typed), nil
	}
}

// sources are what secrets come as, in the words of the audit log.
var sources = map[formats.Format]string{formats.Dotenv: ".env", formats.JSONText: "JSON", formats.YAMLText: "YAML"}

// formatOf is what the name of the file says, else what was chosen.
func formatOf(f form) (formats.Format, error) {
	if format, known := formats.FormatOf(f.called["file"]); known {
		return format, nil
	}
	format := formats.Format(f.line("format"))
	if sources[format] == "" {
		return "", errBadForm
	}
	return format, nil
}

// soleFile is what a text that came by itself is called, as the Deploy CLI would.
const soleFile = "tenant.yaml"

// calledAs names problems of what came by itself as whoever sent it does: by the name of
// the file, or by the line alone of what was pasted.
func calledAs(f form, problems formats.Problems) formats.Problems {
	name := f.called["file"]
	if strings.HasSuffix(strings.ToLower(name), ".zip") {
		return problems
	}
	named := slices.Clone(problems)
	for i, p := range named {
		if rest, sole := strings.CutPrefix(p.Where, soleFile); sole && name == "" {
			named[i].Where = strings.TrimPrefix(rest, ", ")
		} else if sole {
			named[i].Where = name + rest
		}
	}
	return named
}

// readHooks reads an export of the Deploy CLI: a zip of it, or tenant.yaml by itself.
func readHooks(name string, text []byte) ([]formats.Hook, error) {
	files := formats.Files{soleFile: text}
	if strings.HasSuffix(strings.ToLower(name), ".zip") || bytes.HasPrefix(text, []byte("PK\x03\x04")) {
		var err error
		if files, err = formats.ReadZip(text); err != nil {
			return nil, err
		}
	}
	return formats.ReadHooks(files, nil)
}

func importedSecrets(read []formats.Secret) []store.ImportedSecret {
	secrets := make([]store.ImportedSecret, len(read))
	for i, s := range read {
		secrets[i] = store.ImportedSecret{Name: s.Name, Value: store.NewPlaintext(s.Value), Pending: s.Pending, Refused: s.Unclear, Where: s.Where}
	}
	return secrets
}

func importedHooks(read []formats.Hook) []store.ImportedHook {
	hooks := make([]store.ImportedHook, len(read))
	for i, h := range read {
		hooks[i] = store.ImportedHook{
			Name: h.Name, Trigger: h.Trigger, Script: h.Script, Enabled: h.Enabled, Secrets: importedSecrets(h.Secrets), Where: h.Where,
		}
		for _, d := range h.Dependencies {
			hooks[i].Dependencies = append(hooks[i].Dependencies, store.Dependency{Name: d.Name, Version: d.Value})
		}
	}
	return hooks
}

func problemsOf(problems formats.Problems) []views.ProblemProps {
	list := make([]views.ProblemProps, len(problems))
	for i, p := range problems {
		list[i] = views.ProblemProps{Where: p.Where, What: p.What}
	}
	return list
}

// drawImport draws the first step: the form, and the imports of the last 7 days.
func (d *Dashboard) drawImport(c echo.Context, a store.Actor, at importPlace, status int, p views.ImportProps) error {
	changes, err := d.store.Imports(c.Request().Context(), a, at.in)
	if err != nil {
		return err
	}
	for _, change := range changes {
		p.Imports = append(p.Imports, d.importProps(at, change))
	}
	var hook store.Hook
	if !at.all {
		if _, hook, err = d.store.SecretForm(c.Request().Context(), a, at.in, ""); err != nil {
			return err
		}
	}
	p.URL, p.BackURL, p.Into = importURL(at.list), at.list, at.into()
	p.Hook, p.Quota = hook.Name, d.quota(hook)
	return d.dialogIn(c, a, status, at.section, sheet{p.Into.Title(), at.parent(hook), at.list, views.Import(p)})
}

func (d *Dashboard) importProps(at importPlace, change store.Change) views.ImportedProps {
	p := views.ImportedProps{
		ID: change.ID, At: d.when(change.At), By: change.By, Hooks: change.Hooks, Secrets: change.Secrets,
		Undone: d.when(change.UndoneAt), UndoneBy: change.UndoneBy,
	}
	if change.UndoneAt.IsZero() {
		p.UndoURL = at.undo(change.ID)
	}
	return p
}
