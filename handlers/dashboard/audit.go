package dashboard

import (
	"encoding/hex"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hooksafe/store"
	"hooksafe/views"
)

// Audit lists audit entries, newest first: from the top, from where the page
// before ended, or from one entry on, which is then open.
func (d *Dashboard) Audit(c echo.Context, a store.Actor) error {
	page, err := d.auditPage(c, a)
	if err != nil {
		return err
	}
	list := d.auditList(c, a, page)
	if IsHTMX(c) {
		return Render(c, http.StatusOK, views.AuditList(list))
	}
	shell, err := d.shell(c, a, "Audit log", views.InAudit)
	if err != nil {
		return err
	}
	return Render(c, http.StatusOK, views.AuditPage(views.AuditPageProps{Shell: shell, List: list}))
}

func (d *Dashboard) auditPage(c echo.Context, a store.Actor) (store.AuditPage, error) {
	ctx := c.Request().Context()
	if entry := c.QueryParam("entry"); entry != "" {
		if uuid.Validate(entry) != nil {
			return store.AuditPage{}, echo.ErrNotFound
		}
		return d.store.AuditAround(ctx, a, entry, pageSize)
	}
	before := int64(0)
	if text := c.QueryParam("before"); text != "" {
		var err error
		if before, err = strconv.ParseInt(text, 10, 64); err != nil || before <= 0 {
			return store.AuditPage{}, echo.ErrNotFound
		}
	}
	return d.store.Audit(ctx, a, before, pageSize)
}

func (d *Dashboard) auditList(c echo.Context, a store.Actor, page store.AuditPage) views.AuditListProps {
	url := auditURL(a.Org().Slug)
	p := views.AuditListProps{Now: d.store.Now(), Own: !page.Whole, Role: a.Role().Title(), Day: c.QueryParam("day")}
	for _, e := range page.Entries {
		p.Entries = append(p.Entries, auditEntry(e, e.ID == c.QueryParam("entry")))
	}
	if page.Next > 0 {
		p.OlderURL = with(url, "before", strconv.FormatInt(page.Next, 10))
	}
	if c.QueryString() != "" {
		p.LatestURL = url
	}
	return p
}

func auditEntry(e store.AuditEntry, open bool) views.AuditEntryProps {
	p := views.AuditEntryProps{
		ID: e.ID, At: time.UnixMicro(e.At).UTC(),
		ActorName: value(e.ActorName), Action: e.Action, Outcome: e.Outcome, Reason: value(e.Reason),
		TargetKind: value(e.TargetKind), TargetName: value(e.TargetName), TargetVersion: value(e.TargetVersion),
		ParentName: value(e.ParentName), Address: value(e.Address), Open: open,
	}
	for _, f := range []views.Fact{
		{Label: "Entry", Text: strconv.FormatInt(e.Seq, 10)},
		{Label: "Details", Text: value(e.Detail)},
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

// value is what a pointer points to, or nothing.
func value[T any](p *T) T {
	if p == nil {
		return *new(T)
	}
	return *p
}
