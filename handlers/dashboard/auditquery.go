package dashboard

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/oklog/ulid/v2"

	"hooksafe/store"
	"hooksafe/views"
)

// auditQuery is what an address asks of the audit log.
type auditQuery struct {
	store.AuditFilter
	period string // 7, 30, 90 or all; "" if it asks for dates
}

// auditFields are the names of its parameters.
var auditFields = []string{"q", "person", "action", "outcome", "period", "from", "to", "target", "hook"}

// presetPeriod is the period of an address that names none.
const presetPeriod = "30"

// maxQuery is how long a text may be that is searched for, in bytes. No name is
// longer.
const maxQuery = 512

// auditQueryOf reads the parameters. One that means nothing is as good as none:
// addresses are typed, kept and passed on.
func auditQueryOf(param func(string) string, now time.Time) auditQuery {
	q := auditQuery{AuditFilter: store.AuditFilter{
		Text:    strings.TrimSpace(param("q")),
		Person:  param("person"),
		Action:  param("action"),
		Outcome: param("outcome"),
		Target:  param("target"),
		Hook:    param("hook"),
		From:    dateOf(param("from")),
		To:      dateOf(param("to")),
	}, period: param("period")}
	if len(q.Text) > maxQuery || !utf8.ValidString(q.Text) || strings.ContainsRune(q.Text, 0) {
		q.Text = ""
	}
	if uuid.Validate(q.Person) != nil && q.Person != store.AuditOperator && q.Person != store.AuditServer {
		q.Person = ""
	}
	if uuid.Validate(q.Target) != nil && !isHookID(q.Target) {
		q.Target = ""
	}
	if !isHookID(q.Hook) {
		q.Hook = ""
	}
	if !(store.AuditFilter{Action: q.Action}).Valid() {
		q.Action = ""
	}
	if !(store.AuditFilter{Outcome: q.Outcome}).Valid() {
		q.Outcome = ""
	}
	if !(store.AuditFilter{From: q.From, To: q.To}).Valid() {
		q.From, q.To = time.Time{}, time.Time{}
	}
	q.setPeriod(now)
	return q
}

// setPeriod turns a period into days. Dates that are given count more.
func (q *auditQuery) setPeriod(now time.Time) {
	if !q.From.IsZero() || !q.To.IsZero() {
		q.period = ""
		return
	}
	if !slices.Contains([]string{"7", "30", "90", "all"}, q.period) {
		q.period = presetPeriod
	}
	if days, err := strconv.Atoi(q.period); err == nil {
		q.From = now.UTC().Truncate(24*time.Hour).AddDate(0, 0, 1-days)
	}
}

func isHookID(text string) bool {
	_, err := ulid.ParseStrict(text)
	return err == nil
}

func dateOf(text string) time.Time {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return time.Time{}
	}
	return at
}

func dateText(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.Format(time.DateOnly)
}

// values are the parameters again, without those that say nothing.
func (q auditQuery) values() url.Values {
	params := map[string]string{
		"q": q.Text, "person": q.Person, "action": q.Action, "outcome": q.Outcome, "target": q.Target, "hook": q.Hook,
	}
	switch q.period {
	case "":
		params["from"], params["to"] = dateText(q.From), dateText(q.To)
	case presetPeriod:
	default:
		params["period"] = q.period
	}
	values := url.Values{}
	for name, value := range params {
		if value != "" {
			values.Set(name, value)
		}
	}
	return values
}

// address is where the log is that the query asks for.
func (q auditQuery) address(url string) string {
	if values := q.values().Encode(); values != "" {
		return url + "?" + values
	}
	return url
}

// change is the address of the query with a change.
func (q auditQuery) change(url string, change func(*auditQuery)) string {
	change(&q)
	return q.address(url)
}

// latest leads from older entries, or from one of them, to the newest.
func (q auditQuery) latest(c echo.Context, a store.Actor) string {
	switch {
	case c.QueryParam("entry") != "":
		return auditURL(a.Org().Slug)
	case c.QueryParam("before") != "":
		return q.address(auditURL(a.Org().Slug))
	}
	return ""
}

// props fills in the form.
func (q auditQuery) props(a store.Actor, people []store.AuditPerson) views.AuditFiltersProps {
	p := views.AuditFiltersProps{
		URL: auditURL(a.Org().Slug), Text: q.Text, Person: q.Person, Action: q.Action, Actions: store.AuditActions(),
		Outcome: q.Outcome, Period: q.period, Target: q.Target, Hook: q.Hook,
	}
	if q.period == "" {
		p.From, p.To = dateText(q.From), dateText(q.To)
	}
	for _, one := range people {
		p.People = append(p.People, views.AuditChoice{ID: one.ID, Name: nameOf(one)})
	}
	return p
}

func nameOf(p store.AuditPerson) string {
	switch p.ID {
	case store.AuditOperator:
		return "The operator"
	case store.AuditServer:
		return "The server"
	}
	return p.Name
}

// chosen tells a list which filters made it, and the ways out of them.
func (q auditQuery) chosen(list *views.AuditListProps, a store.Actor, page store.AuditPage, people []store.AuditPerson) {
	url := auditURL(a.Org().Slug)
	if q.Target != "" || q.Hook != "" {
		list.About = cmp.Or(page.About, q.Target, q.Hook)
		list.AnyURL = q.change(url, func(q *auditQuery) { q.Target, q.Hook = "", "" })
	}
	if len(q.values()) > 0 {
		list.ClearURL = url
	}
	if q.period != "all" {
		list.AllTimeURL = q.change(url, func(q *auditQuery) { q.period = "all" })
	}
}

// activity draws the sums of the query's period.
func (d *Dashboard) activity(a store.Actor, q auditQuery, sums store.AuditActivity, people []store.AuditPerson) views.ActivityProps {
	p := views.ActivityProps{
		Period: q.words(), Tail: q.period == "all" || q.length() > store.DrawnDays, Own: !a.Can(store.ReadAudit),
		Opens:       q.figure(a, sums.Opens, store.AuditOpens, "done"),
		Changes:     q.figure(a, sums.Changes, store.AuditChanges, "done"),
		Refused:     q.figure(a, sums.Refused, "", store.AuditRefused),
		Entries:     q.figure(a, store.AuditSum{N: sums.Entries}, "", ""),
		LastRefused: d.when(sums.Refused.Last), OpensBefore: int(sums.OpensBefore), Log: int(sums.Log),
		Now: d.store.Now(),
	}
	for _, day := range sums.Days {
		p.Days = append(p.Days, views.ActivityDay{Day: day.Day, Opens: int(day.Opens), Changes: int(day.Changes), Refused: int(day.Refused)})
	}
	for _, one := range people {
		if one.ID == q.Person {
			p.Whose = nameOf(one)
		}
	}
	return p
}

// figure is a number that leads to the entries it counts, or, from there, back.
func (q auditQuery) figure(a store.Actor, sum store.AuditSum, action, outcome string) views.FigureProps {
	chosen := action+outcome != "" && q.Action == action && q.Outcome == outcome
	if chosen {
		action, outcome = "", ""
	}
	url := q.change(auditURL(a.Org().Slug), func(q *auditQuery) {
		q.AuditFilter = store.AuditFilter{Person: q.Person, Action: action, Outcome: outcome, From: q.From, To: q.To}
	})
	return views.FigureProps{Number: int(sum.N), People: sum.People, URL: url, Chosen: chosen}
}

// length is how many days the query asks for, 0 if they have no beginning or no end.
func (q auditQuery) length() int {
	if q.From.IsZero() || q.To.IsZero() {
		return 0
	}
	return int(q.To.Sub(q.From)/(24*time.Hour)) + 1
}

// words name the period.
func (q auditQuery) words() string {
	const layout = "2 Jan 2006"
	switch {
	case q.period == "all":
		return "all time"
	case q.period != "":
		return "last " + q.period + " days"
	case q.To.IsZero():
		return "since " + q.From.Format(layout)
	case q.From.IsZero():
		return "up to " + q.To.Format(layout)
	}
	return q.From.Format(layout) + " to " + q.To.Format(layout)
}

// burst is the banner over the newest burst, if there is one.
func (d *Dashboard) burst(a store.Actor, e *store.AuditEntry) *views.BurstProps {
	if e == nil {
		return nil
	}
	return &views.BurstProps{
		Name: cmp.Or(value(e.TargetName), value(e.ActorName)), At: d.when(time.UnixMicro(e.At)), URL: entryURL(a.Org().Slug, e.ID),
	}
}
