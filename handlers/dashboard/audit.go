package dashboard

import (
	"encoding/hex"
	"io"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hooksafe/store"
	"hooksafe/views"
)

// Audit lists audit entries, newest first: those that the filters choose, from the
// top or from where the page before ended; or all from one entry on, which is then
// open. Above them stands what the period adds up to.
func (d *Dashboard) Audit(c echo.Context, a store.Actor) error {
	q := d.auditQuery(c, a)
	people, err := d.store.AuditPeople(c.Request().Context(), a)
	if err != nil {
		return err
	}
	list, err := d.auditEntries(c, a, q, people)
	if err != nil {
		return err
	}
	if IsHTMX(c) && c.QueryParam("before") != "" {
		return Render(c, http.StatusOK, views.AuditList(list))
	}
	sums, err := d.store.AuditActivity(c.Request().Context(), a, q.AuditFilter)
	if err != nil {
		return err
	}
	activity := d.activity(a, q, sums, people)
	if IsHTMX(c) {
		activity.OutOfBand = true
		c.Response().Header().Set("HX-Replace-Url", q.address(auditURL(a.Org().Slug)))
		if err := trigger(c, map[string]any{"say": list.Sums()}); err != nil {
			return err
		}
		return Render(c, http.StatusOK, views.AuditList(list), views.Activity(activity))
	}
	shell, err := d.shell(c, a, "Audit log", views.InAudit)
	if err != nil {
		return err
	}
	return Render(c, http.StatusOK, views.AuditPage(views.AuditPageProps{
		Shell: shell, Activity: activity, Filters: q.props(a, people), List: list, Burst: d.burst(a, sums.Burst),
		LatestURL: q.latest(c, a), ExportURL: exportURL(a),
	}))
}

// auditQuery is what the address asks for. One entry is shown whatever the filters.
func (d *Dashboard) auditQuery(c echo.Context, a store.Actor) auditQuery {
	q := auditQueryOf(c.QueryParam, d.store.Now())
	if c.QueryParam("entry") != "" {
		q = auditQuery{period: "all"}
	}
	if !a.Can(store.ReadAudit) {
		q.Person = "" // it can only be the reader
	}
	return q
}

// auditEntries is the list, and what the filters say over it.
func (d *Dashboard) auditEntries(c echo.Context, a store.Actor, q auditQuery, people []store.AuditPerson) (views.AuditListProps, error) {
	page, err := d.auditPage(c, a, q)
	if err != nil {
		return views.AuditListProps{}, err
	}
	list := d.auditList(c, a, page, q.address(auditURL(a.Org().Slug)))
	q.chosen(&list, a, page, people)
	return list, nil
}

// exportURL is where those who may read all of the log export it.
func exportURL(a store.Actor) string {
	if !a.Can(store.ReadAudit) {
		return ""
	}
	return auditURL(a.Org().Slug) + "/export"
}

func (d *Dashboard) auditPage(c echo.Context, a store.Actor, q auditQuery) (store.AuditPage, error) {
	ctx := c.Request().Context()
	if entry := c.QueryParam("entry"); entry != "" {
		if uuid.Validate(entry) != nil {
			return store.AuditPage{}, echo.ErrNotFound
		}
		return d.store.AuditAround(ctx, a, entry, pageSize)
	}
	before, err := beforeOf(c)
	if err != nil {
		return store.AuditPage{}, err
	}
	return d.store.Audit(ctx, a, q.AuditFilter, before, pageSize)
}

// beforeOf is the entry that the page before ended with, 0 for the first page.
func beforeOf(c echo.Context) (int64, error) {
	text := c.QueryParam("before")
	if text == "" {
		return 0, nil
	}
	before, err := strconv.ParseInt(text, 10, 64)
	if err != nil || before <= 0 {
		return 0, echo.ErrNotFound
	}
	return before, nil
}

// auditList draws a page of entries; url is where the first of its kind is.
func (d *Dashboard) auditList(c echo.Context, a store.Actor, page store.AuditPage, url string) views.AuditListProps {
	shown, _ := strconv.Atoi(c.QueryParam("shown"))
	p := views.AuditListProps{
		Now: d.store.Now(), Total: int(page.Total), Before: max(0, shown),
		Own: !page.Whole, Role: a.Role().Title(), Day: c.QueryParam("day"),
	}
	for _, group := range entryGroups(c, page.Entries) {
		newest := auditEntry(a, group[0], group[0].ID == c.QueryParam("entry"))
		newest.Times, newest.Since = len(group), time.UnixMicro(group[len(group)-1].At)
		p.Entries = append(p.Entries, newest)
	}
	if page.Next > 0 {
		p.OlderURL = with(url, "before", strconv.FormatInt(page.Next, 10))
	}
	return p
}

// entryGroups leaves every entry by itself where one entry is asked for, or all about one
// thing.
func entryGroups(c echo.Context, entries []store.AuditEntry) [][]store.AuditEntry {
	if c.QueryParam("entry") == "" && c.QueryParam("target") == "" {
		return grouped(entries)
	}
	return slices.Collect(slices.Chunk(entries, 1))
}

// HookActivity lists what happened to a hook and its secrets.
func (d *Dashboard) HookActivity(c echo.Context, a store.Actor) error {
	before, err := beforeOf(c)
	if err != nil {
		return err
	}
	h, page, err := d.store.HookActivity(c.Request().Context(), a, c.Param("hook"), before, pageSize)
	if err != nil {
		return err
	}
	list := d.auditList(c, a, page, activityURL(a.Org().Slug, h.ID))
	if IsHTMX(c) {
		return Render(c, http.StatusOK, views.AuditList(list))
	}
	shell, err := d.shell(c, a, "Activity, "+h.Name, views.InHooks)
	if err != nil {
		return err
	}
	return Render(c, http.StatusOK, views.HookActivity(views.HookActivityProps{
		Shell: shell, Head: d.hookHead(a, h, views.ActivityTab), List: list,
	}))
}

// ExportAudit sends what the filters choose as a file. Once its first piece has
// left, what goes wrong breaks the connection off: half a log must not pass for the
// whole.
func (d *Dashboard) ExportAudit(c echo.Context, a store.Actor) error {
	f, err := readForm(c, append([]string{"format"}, auditFields...)...)
	if err != nil {
		return err
	}
	format, mime := store.AuditFormat(f.line("format")), "text/csv; charset=utf-8"
	switch format {
	case store.CSV:
	case store.JSONLines:
		mime = "application/jsonl; charset=utf-8"
	default:
		return errBadForm
	}
	q := auditQueryOf(f.line, d.store.Now())
	pieces, err := d.store.ExportAudit(c.Request().Context(), a, q.AuditFilter, format)
	if err != nil {
		return err
	}
	return send(d.attachment(c, "audit-"+a.Org().Slug, string(format), mime), pieces)
}

// send writes pieces as they come.
func send(out io.Writer, pieces iter.Seq2[[]byte, error]) error {
	for piece, err := range pieces {
		if err != nil {
			return err
		}
		if _, err := out.Write(piece); err != nil {
			return err
		}
	}
	return nil
}

func auditEntry(a store.Actor, e store.AuditEntry, open bool) views.AuditEntryProps {
	p := views.AuditEntryProps{
		ID: e.ID, At: time.UnixMicro(e.At).UTC(),
		ActorName: value(e.ActorName), Action: e.Action, Outcome: e.Outcome, Detail: value(e.Detail), Reason: value(e.Reason),
		TargetKind: value(e.TargetKind), TargetName: value(e.TargetName), TargetVersion: value(e.TargetVersion),
		ParentName: value(e.ParentName), Address: value(e.Address), Open: open,
	}
	if p.TargetName != "" && e.Target != nil && p.TargetKind != "import" {
		p.AboutURL = auditQuery{store.AuditFilter{Target: *e.Target}, "all"}.address(auditURL(a.Org().Slug))
	}
	if p.TargetKind == "import" {
		p.Page, p.PageURL = importPage(a, e)
	} else {
		p.Page, p.PageURL = pageOf(a, p)
	}
	for _, f := range []views.Fact{
		{Label: "Entry", Text: strconv.FormatInt(e.Seq, 10)},
		{Label: "Details", Text: value(e.Detail)},
		{Label: "Import", Text: value(e.Change)},
		{Label: "Agent", Text: value(e.Agent)},
		{Label: "Request", Text: value(e.Request)},
		{Label: "Session", Text: value(e.Credential)},
		{Label: "Seal", Text: hex.EncodeToString(e.Leaf)},
	} {
		if f.Text != "" {
			p.Facts = append(p.Facts, f)
		}
	}
	return p
}

// grouped puts what programs read over and over together: of reads that follow each
// other, those of a day that differ in nothing but their time. All of them stand under
// "All entries about" the secret.
func grouped(entries []store.AuditEntry) [][]store.AuditEntry {
	var groups [][]store.AuditEntry
	run := 0 // where in groups the reads begin that e follows
	for _, e := range entries {
		same := func(group []store.AuditEntry) bool { return repeats(group[0], e) }
		if i := slices.IndexFunc(groups[run:], same); i >= 0 {
			groups[run+i] = append(groups[run+i], e)
			continue
		}
		groups = append(groups, []store.AuditEntry{e})
		if !isRead(e) {
			run = len(groups)
		}
	}
	return groups
}

// isRead tells whether a program was given a value.
func isRead(e store.AuditEntry) bool { return e.Action == "secret.read" && e.Outcome == "done" }

// repeats tells whether two reads of a day differ in their time alone.
func repeats(e, f store.AuditEntry) bool {
	return isRead(e) && isRead(f) && value(e.Actor) == value(f.Actor) && value(e.ActorName) == value(f.ActorName) &&
		value(e.Target) == value(f.Target) && value(e.TargetName) == value(f.TargetName) && value(e.TargetVersion) == value(f.TargetVersion) &&
		value(e.ParentName) == value(f.ParentName) && value(e.Address) == value(f.Address) &&
		dateText(time.UnixMicro(e.At).UTC()) == dateText(time.UnixMicro(f.At).UTC())
}

// pageOf is the list in which the target of an entry stands, or stood. The page of a
// hook or of a secret goes when that is deleted, so nothing leads there.
func pageOf(a store.Actor, p views.AuditEntryProps) (name, url string) {
	org := a.Org().Slug
	switch {
	case p.TargetKind == "member":
		return "Members", with(membersURL(org), "q", p.TargetName)
	case p.TargetKind == "invitation":
		return "Members", membersURL(org)
	case p.TargetKind == "secret" && p.ParentName == "":
		return "Organization secrets", with(organizationSecretsURL(org), "q", p.TargetName)
	case p.TargetKind == "key" && a.Can(store.ManageKeys):
		return "API keys", apiKeysURL(org)
	}
	return "", ""
}

// importPage is where an import can be undone, for those who may.
func importPage(a store.Actor, e store.AuditEntry) (name, url string) {
	org := a.Org().Slug
	switch what := value(e.TargetName); {
	case what == store.ImportOfHooks && a.Can(store.EditHooks):
		return "Imports of hooks", importURL(hooksURL(org))
	case what == store.ImportOfOrganizationSecrets && a.Can(store.EditOrganizationSecrets):
		return "Imports of organization secrets", importURL(organizationSecretsURL(org))
	case what == store.ImportOfSecrets && a.Can(store.EditHookSecrets):
		return "Imports of secrets in " + value(e.ParentName), importURL(secretsURL(org, value(e.Parent)))
	}
	return "", ""
}

// value is what a pointer points to, or nothing.
func value[T any](p *T) T {
	if p == nil {
		return *new(T)
	}
	return *p
}
