package dashboard

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"hooksafe/store"
	"hooksafe/views"
)

// Hook is the editor: script, name, dependencies and switch of a hook.
func (d *Dashboard) Hook(c echo.Context, a store.Actor) error {
	all, err := d.store.Secrets(c.Request().Context(), a, store.HookPlace(c.Param("hook")))
	if err != nil {
		return err
	}
	h := all.Hook
	return d.drawEditor(c, a, http.StatusOK, all, views.EditorPageProps{
		Script: h.Script, Name: h.Name, Base: h.Revision,
		Dependencies: views.DependenciesProps{Rows: dependencyRows(h.Dependencies.List())},
	})
}

// drawEditor draws the page around what is stored or was typed.
func (d *Dashboard) drawEditor(c echo.Context, a store.Actor, status int, all store.SecretList, p views.EditorPageProps) error {
	h := all.Hook
	shell, err := d.shell(c, a, "Script, "+h.Name, views.InHooks)
	if err != nil {
		return err
	}
	p.Shell, p.Head = shell, d.hookHead(a, h, views.ScriptTab)
	url := hookURL(a.Org().Slug, h.ID)
	p.VersionsURL = scriptVersionsURL(a.Org().Slug, h.ID)
	p.Secrets = scriptSecrets(a, all, p.Script)
	p.Dependencies.Limit = store.MaxDependencies
	if a.Can(store.EditHooks) {
		p.SaveURL, p.EnableURL = url, url+"/enabled"
		p.Dependencies.Edit = true
	}
	return Render(c, status, views.EditorPage(p))
}

// scriptSecrets compares what a script reads with what its hook has.
func scriptSecrets(a store.Actor, all store.SecretList, script string) views.ScriptSecretsProps {
	var p views.ScriptSecretsProps
	states := make(map[string]string, len(all.Secrets))
	for _, s := range all.Secrets {
		p.Stored = append(p.Stored, views.StoredName{Name: s.Name, Set: s.Version > 0})
		states[s.Name] = "empty"
		if s.Version > 0 {
			states[s.Name] = "set"
		}
	}
	for _, read := range store.ScriptReads(script) {
		if read.Name == "" {
			p.Unknown = read.Lines
			continue
		}
		state := cmp.Or(states[read.Name], "unset")
		p.Reads = append(p.Reads, views.ReadProps{Name: read.Name, Lines: read.Lines, State: state, CanBe: store.IsSecretName(read.Name)})
	}
	slices.SortStableFunc(p.Reads, func(a, b views.ReadProps) int { return isSet(a) - isSet(b) })
	if a.Can(store.EditHookSecrets) {
		p.AddURL = secretsURL(a.Org().Slug, all.Hook.ID) + "/new"
	}
	return p
}

func isSet(r views.ReadProps) int {
	if r.State == "set" {
		return 1
	}
	return 0
}

func dependencyRows(list []store.Dependency) []views.DependencyProps {
	var rows []views.DependencyProps
	for _, d := range list {
		rows = append(rows, views.DependencyProps{Name: d.Name, Version: d.Version})
	}
	return rows
}

func (d *Dashboard) hookHead(a store.Actor, h store.Hook, tab views.Tab) views.HookHeadProps {
	org := a.Org().Slug
	p := views.HookHeadProps{
		ID: h.ID, Name: h.Name, Trigger: h.Trigger, Enabled: h.Enabled,
		Updated: d.when(h.UpdatedAt), UpdatedBy: h.UpdatedBy,
		Quota: d.quota(h),
		Tab:   tab, HooksURL: hooksURL(org), ScriptURL: hookURL(org, h.ID), SecretsURL: secretsURL(org, h.ID),
		ActivityURL: activityURL(org, h.ID),
	}
	if h.Secrets > 0 {
		p.ExportURL = p.SecretsURL + exportPath
	}
	if a.Can(store.EditHookSecrets) {
		p.AddURL, p.ImportURL = p.SecretsURL+"/new", importURL(p.SecretsURL)
	}
	if a.Can(store.EditHooks) {
		p.DuplicateURL, p.DeleteURL = p.ScriptURL+"/duplicate", p.ScriptURL+"/delete"
	}
	return p
}

// fromEditor is how a form says that it was opened beside the script.
const fromEditor = "editor"

// addedFromEditor answers with what looks different beside the script.
func (d *Dashboard) addedFromEditor(c echo.Context, a store.Actor, added store.Secret) error {
	all, err := d.store.Secrets(c.Request().Context(), a, store.HookPlace(c.Param("hook")))
	if err != nil {
		return err
	}
	toast := addedToast(added, all.Hook.Secrets, d.quota(all.Hook))
	return d.changed(c, hookURL(a.Org().Slug, all.Hook.ID), toast, func() ([]templ.Component, error) {
		head, secrets := d.hookHead(a, all.Hook, views.ScriptTab), scriptSecrets(a, all, all.Hook.Script)
		head.OutOfBand, secrets.OutOfBand = true, true
		return []templ.Component{views.HookHead(head), views.ScriptSecrets(secrets), views.ToastPart(toast)}, nil
	})
}

// editorFields are what the form of the editor may hold.
var editorFields = func() []string {
	fields := []string{"name", "script", "eol", "base", "over"}
	for i := range store.MaxDependencies + 1 {
		fields = append(fields, dependencyField("dependency", i), dependencyField("version", i))
	}
	return fields
}()

func dependencyField(name string, i int) string { return fmt.Sprintf("%s-%d", name, i) }

// SaveHook stores the name, the dependencies and the script, as a new version if it
// changed.
func (d *Dashboard) SaveHook(c echo.Context, a store.Actor) error {
	f, err := readForm(c, editorFields...)
	if err != nil {
		return d.notSaved(c, a, f, err)
	}
	change, err := d.hookChange(c, a, f)
	if err != nil {
		return err
	}
	saved, err := d.store.SaveHook(c.Request().Context(), a, c.Param("hook"), change)
	if err != nil {
		return d.notSaved(c, a, f, err)
	}
	toast := savedToast(saved)
	if !IsHTMX(c) {
		return d.leave(c, hookURL(a.Org().Slug, saved.ID), toast)
	}
	said := map[string]any{"script:saved": map[string]any{"version": saved.ScriptVersion}, "say": toast.Text}
	if err := trigger(c, said); err != nil {
		return err
	}
	head := d.hookHead(a, saved.Hook, views.ScriptTab)
	head.OutOfBand = true
	return Render(c, http.StatusOK, views.HookHead(head),
		views.Base(views.BaseProps{Base: saved.Revision, OutOfBand: true}),
		views.SaveMessageCleared(), views.ToastPart(toast))
}

func savedToast(h store.SavedHook) views.ToastProps {
	if !h.NewVersion {
		return views.ToastProps{Kind: "ok", Text: "Saved."}
	}
	return views.ToastProps{Kind: "ok", Text: fmt.Sprintf("Saved as version %d.", h.ScriptVersion)}
}

// hookChange reads what a save asks for. "Save mine" builds on the revision that
// it knowingly writes over.
func (d *Dashboard) hookChange(c echo.Context, a store.Actor, f form) (store.HookChange, error) {
	base := f.line("base")
	if f.has("over") {
		base = f.line("over")
	}
	revision, err := strconv.ParseInt(base, 10, 64)
	if err != nil {
		return store.HookChange{}, errBadForm
	}
	name, dependencies := f.line("name"), typedDependencies(f)
	script, err := d.script(c, a, f)
	return store.HookChange{Base: revision, Name: &name, Script: &script, Dependencies: &dependencies}, err
}

// typedDependencies are the rows of the form, each at its place.
func typedDependencies(f form) []store.Dependency {
	var list []store.Dependency
	for i := range store.MaxDependencies + 1 {
		list = append(list, store.Dependency{
			Name:    strings.TrimSpace(f.line(dependencyField("dependency", i))),
			Version: strings.TrimSpace(f.line(dependencyField("version", i))),
		})
	}
	return slices.Clip(list[:typedRows(list)])
}

// typedRows is the place behind the last row that is not empty.
func typedRows(list []store.Dependency) int {
	n := len(list)
	for n > 0 && list[n-1] == (store.Dependency{}) {
		n--
	}
	return n
}

// script is the script as it is to be stored. A file comes byte for byte. A text
// box has made CRLF of every line end, so they become what they were; where they
// were mixed, the stored bytes stay if nothing else differs.
func (d *Dashboard) script(c echo.Context, a store.Actor, f form) (string, error) {
	if file, ok := f.files["script"]; ok {
		return file, nil
	}
	text := f.text("script")
	switch f.line("eol") {
	case "crlf":
		return strings.ReplaceAll(text, "\n", "\r\n"), nil
	case "mixed":
		stored, err := d.store.Hook(c.Request().Context(), a, c.Param("hook"))
		if err == nil && sameLines(stored.Script, text) {
			return stored.Script, nil
		}
		return text, err
	}
	return text, nil
}

func sameLines(a, b string) bool {
	lines := strings.NewReplacer("\r\n", "\n", "\r", "\n")
	return lines.Replace(a) == lines.Replace(b)
}

// notSaved says why a save was refused. The text stays in the editor, or, in a
// page of its own, comes back as it was sent.
func (d *Dashboard) notSaved(c echo.Context, a store.Actor, f form, err error) error {
	status, errors := refused(c, err)
	if errors == nil {
		return err
	}
	message := d.saveMessage(a, c.Param("hook"), err, errors)
	typed := views.DependenciesProps{Rows: dependencyRows(typedDependencies(f)), Errors: errors}
	if IsHTMX(c) {
		retarget(c, "#save-msg", "innerHTML")
		return Render(c, status, views.SaveMessage(message), dependenciesAgain(typed))
	}
	all, err := d.store.Secrets(c.Request().Context(), a, store.HookPlace(c.Param("hook")))
	if err != nil {
		return err
	}
	base, _ := f.base() // it was a number, or there was no save to refuse
	script := f.text("script")
	if file, ok := f.files["script"]; ok {
		script = file
	}
	return d.drawEditor(c, a, status, all, views.EditorPageProps{
		Script: script, Name: f.line("name"), Base: base, Dependencies: typed, Message: message,
	})
}

// dependenciesAgain are the fields with what is wrong about them. Where nothing
// is, they stay as they are on the page.
func dependenciesAgain(p views.DependenciesProps) templ.Component {
	for field := range p.Errors {
		if isDependencyField(field) {
			p.Edit, p.Limit, p.OutOfBand = true, store.MaxDependencies, true
			return views.Dependencies(p)
		}
	}
	return templ.NopComponent
}

func isDependencyField(field string) bool {
	return strings.HasPrefix(field, "dependency-") || strings.HasPrefix(field, "version-")
}

func (d *Dashboard) saveMessage(a store.Actor, hook string, err error, errors views.Errors) views.SaveMessageProps {
	e, _ := store.AsError(err)
	switch {
	case e.Code == store.Stale:
		return views.SaveMessageProps{
			Conflict: &views.ConflictProps{By: e.By, Version: e.Version, NewerURL: hookURL(a.Org().Slug, hook)},
			Over:     e.Revision,
		}
	case e.Field == "name":
		return views.SaveMessageProps{NameError: errors["name"]}
	default:
		return views.SaveMessageProps{Problem: e.Message}
	}
}
