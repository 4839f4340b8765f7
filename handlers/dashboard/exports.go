package dashboard

import (
	"archive/zip"
	"bufio"
	"context"
	"fmt"
	"io"
	"iter"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"hooksafe/handlers/formats"
	"hooksafe/store"
	"hooksafe/views"
)

// exportPath is where an export stands, under the list that it is about.
const exportPath = "/export"

// What an export holds.
const (
	masked     = "masked" // the placeholder for every value
	namesOnly  = "names"
	withValues = "values"
)

// files are what each format makes: what a form calls it, how the name of the file ends,
// and its type.
var files = map[formats.Format]struct{ label, end, mime string }{
	formats.Names:     {"", "txt", "text/plain; charset=utf-8"},
	formats.Dotenv:    {".env", "env", "text/plain; charset=utf-8"},
	formats.JSONText:  {"JSON", "json", "application/json"},
	formats.YAMLText:  {"YAML", "yaml", "application/yaml"},
	formats.Auth0YAML: {"One tenant.yaml", "zip", "application/zip"},
	formats.Auth0Dir:  {"A JSON file for each hook", "zip", "application/zip"},
}

// outgoing is what can be exported at an address.
type outgoing struct {
	views.ExportProps
	section views.Section
	parent  string // the page that the form lies under
	name    string // what is exported, as the step-up form says it
	file    string // how the name of the file begins
	what    []string
	formats []formats.Format // the first is chosen beforehand
}

// secretsOut are the secrets of the place that a request is about.
func (d *Dashboard) secretsOut(c echo.Context, a store.Actor) (outgoing, error) {
	at := placeOf(c, a)
	o := outgoing{
		ExportProps: views.ExportProps{URL: at.list + exportPath, BackURL: at.list},
		section:     at.section, name: "the organization’s own secrets", file: "secrets",
		what: []string{masked, namesOnly, withValues}, formats: []formats.Format{formats.Dotenv, formats.JSONText, formats.YAMLText},
	}
	var hook store.Hook
	if !at.own {
		var err error
		if hook, err = d.store.Hook(c.Request().Context(), a, c.Param("hook")); err != nil {
			return outgoing{}, err
		}
		o.Hook, o.name, o.file = hook.Name, hook.Name, strings.ToLower(strings.ReplaceAll(hook.Name, " ", "-"))
	}
	o.parent = at.parent(hook)
	return o, nil
}

// hooksOut are all hooks of the organization.
func hooksOut(a store.Actor) outgoing {
	list := hooksURL(a.Org().Slug)
	return outgoing{
		ExportProps: views.ExportProps{URL: list + exportPath, BackURL: list, Hooks: true},
		section:     views.InHooks, parent: "Hooks", name: "all hooks", file: "hooks",
		what: []string{masked, withValues}, formats: []formats.Format{formats.Auth0YAML, formats.Auth0Dir},
	}
}

// AskExportSecrets asks what leaves of the secrets of a place, and how.
func (d *Dashboard) AskExportSecrets(c echo.Context, a store.Actor) error {
	o, err := d.secretsOut(c, a)
	if err != nil {
		return err
	}
	return d.drawExport(c, a, http.StatusOK, o)
}

// ExportSecrets sends the secrets of a place as a file.
func (d *Dashboard) ExportSecrets(c echo.Context, a store.Actor) error {
	o, err := d.secretsOut(c, a)
	if err != nil {
		return err
	}
	ctx, in := c.Request().Context(), placeOf(c, a).in
	return export(d, c, a, o, writeSecrets, func(w wanted) (iter.Seq2[store.ExportedSecret, error], error) {
		if w.what == withValues {
			return d.store.ExportValues(ctx, a, in, w.reason)
		}
		return d.store.ExportNames(ctx, a, in, w.detail())
	})
}

// AskExportHooks asks what leaves of the hooks, and how.
func (d *Dashboard) AskExportHooks(c echo.Context, a store.Actor) error {
	return d.drawExport(c, a, http.StatusOK, hooksOut(a))
}

// ExportHooks sends all hooks, with their scripts, as a file.
func (d *Dashboard) ExportHooks(c echo.Context, a store.Actor) error {
	ctx := c.Request().Context()
	return export(d, c, a, hooksOut(a), writeHooks, func(w wanted) (store.HookExport, error) {
		if w.what == withValues {
			return d.store.ExportHookValues(ctx, a, w.reason)
		}
		return d.store.ExportHooks(ctx, a, w.detail())
	})
}

func (d *Dashboard) drawExport(c echo.Context, a store.Actor, status int, o outgoing) error {
	p := o.ExportProps
	p.Values = a.Can(store.ExportValues)
	for _, f := range o.formats {
		p.Formats = append(p.Formats, views.Choice{ID: string(f), Label: files[f].label})
	}
	if p.What == "" {
		p.What, p.Format = masked, string(o.formats[0])
	}
	return d.dialogIn(c, a, status, o.section, sheet{p.Title(), o.parent, o.BackURL, views.Export(p)})
}

// wanted is what somebody chose.
type wanted struct {
	what, reason string
	format       formats.Format
}

// detail is what the audit log tells of an export without values.
func (w wanted) detail() string {
	if w.what == namesOnly {
		return "names only"
	}
	return "masked, " + string(w.format)
}

// chosen reads what a form chose, which has to be one of what is offered.
func (o outgoing) chosen(f form) (wanted, error) {
	w := wanted{f.line("what"), f.line("reason"), formats.Format(f.line("format"))}
	if !slices.Contains(o.what, w.what) || !slices.Contains(o.formats, w.format) {
		return wanted{}, errBadForm
	}
	if w.what == namesOnly {
		w.format = formats.Names
	}
	return w, nil
}

// export sends what begins as a file. What refuses it is known before it begins: then
// the answer is a page, with the form or with the one that asks for the password.
func export[T any](d *Dashboard, c echo.Context, a store.Actor, o outgoing, write func(io.Writer, formats.Format, T) error, begin func(wanted) (T, error)) error {
	f, err := readForm(c, "what", "format", "reason", "password")
	o.What, o.Format, o.Reason = f.line("what"), f.line("format"), f.line("reason")
	var w wanted
	if err == nil {
		w, err = o.chosen(f)
	}
	var begun T
	if err == nil {
		begun, err = confirmed(d, c, f, func() (T, error) { return begin(w) })
	}
	if status, errors, asked := passwordWanted(c, err); asked {
		return d.askToConfirm(c, a, status, o.parent, o.section, views.ConfirmProps{
			URL: o.URL, BackURL: o.BackURL, To: "export values of", Name: o.name, Fields: sentBefore(f, "what", "format", "reason"), Errors: errors,
		})
	}
	if status, errors := refused(c, err); errors != nil {
		o.Errors = errors
		return d.drawExport(c, a, status, o)
	}
	if err != nil {
		return err
	}
	file := files[w.format]
	out := bufio.NewWriterSize(d.attachment(c, a.Org().Slug+"-"+o.file, file.end, file.mime), pieceSize)
	if err := write(out, w.format, begun); err != nil {
		return err
	}
	return out.Flush()
}

// pieceSize is how much of a file is sent at once.
const pieceSize = 64 << 10

func writeSecrets(w io.Writer, f formats.Format, secrets iter.Seq2[store.ExportedSecret, error]) error {
	out, err := formats.NewSecretsWriter(w, f)
	if err != nil {
		return err
	}
	for secret, err := range secrets {
		if err != nil {
			return err
		}
		if err := out.Write(leaving(secret)); err != nil {
			return err
		}
	}
	return out.Close()
}

func writeHooks(w io.Writer, f formats.Format, hooks store.HookExport) error {
	archive := zip.NewWriter(w)
	out, err := formats.NewHooksWriter(f, archive.Create)
	if err != nil {
		return err
	}
	for hook, err := range hooks.Scripts {
		if err != nil {
			return err
		}
		if err := out.Script(leavingHook(hook, nil)); err != nil {
			return err
		}
	}
	for hook, err := range hooks.Hooks {
		if err != nil {
			return err
		}
		if err := out.Hook(leavingHook(hook.Hook, hook.Secrets)); err != nil {
			return err
		}
	}
	if err := out.Close(); err != nil {
		return err
	}
	return archive.Close()
}

// leaving is a secret as it is written.
func leaving(s store.ExportedSecret) formats.Secret {
	if s.Value == nil {
		return formats.Secret{Name: s.Name, Pending: true}
	}
	return formats.Secret{Name: s.Name, Value: s.Value.Reveal()}
}

func leavingHook(h store.Hook, secrets []store.ExportedSecret) formats.Hook {
	out := formats.Hook{Name: h.Name, Trigger: h.Trigger, Script: h.Script, Enabled: h.Enabled}
	for _, p := range h.Dependencies.List() {
		out.Dependencies = append(out.Dependencies, formats.Pair{Name: p.Name, Value: p.Version})
	}
	for _, s := range secrets {
		out.Secrets = append(out.Secrets, leaving(s))
	}
	return out
}

// attachment begins the answer with a file, whose name is made of what is safe in one
// and of the date. What goes wrong from here on breaks the connection off: half a file
// must not pass for the whole.
func (d *Dashboard) attachment(c echo.Context, name, end, mime string) io.Writer {
	h := c.Response().Header()
	h.Set(echo.HeaderContentType, mime)
	h.Set(echo.HeaderContentDisposition, fmt.Sprintf(`attachment; filename="%s-%s.%s"`, name, d.store.Now().UTC().Format(time.DateOnly), end))
	c.Response().WriteHeader(http.StatusOK)
	return receiver{c.Response(), http.NewResponseController(c.Response())}
}

// patience is how long a client may take to receive one piece of a file.
const patience = time.Minute

// receiver takes a file piece by piece. It may take longer than any other answer, so
// each piece has its own time; the deadline for reading counts too, because the server
// takes a connection that can't be read from for one that is gone.
type receiver struct {
	*echo.Response
	connection *http.ResponseController
}

func (r receiver) Write(piece []byte) (int, error) {
	until := time.Now().Add(patience)
	_ = r.connection.SetReadDeadline(until) // not every writer has deadlines to move
	_ = r.connection.SetWriteDeadline(until)
	n, err := r.Response.Write(piece)
	if err != nil {
		return n, context.Canceled // nobody is there to read it
	}
	r.Flush()
	return n, nil
}
