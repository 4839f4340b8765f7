package store

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"hooksafe/store/internal/guard"
)

// AuditFilter chooses entries of an audit log. The zero one chooses all of them.
type AuditFilter struct {
	Text     string    // part of a name that somebody or something has had; or all of an address, a request or an entry's id
	Person   string    // the id of who acted, or AuditOperator or AuditServer
	Action   string    // one action, or AuditOpens or AuditChanges
	Outcome  string    // done, denied, failed, or AuditRefused
	Target   string    // the id of what it is about
	Hook     string    // the id of a hook: what is about it or about a secret of it
	From, To time.Time // the first and the last day, UTC; zero has no limit
}

// What a filter may hold besides ids and names of actions.
const (
	AuditOperator = "operator" // the operator, who has no id
	AuditServer   = "server"   // the server itself
	AuditOpens    = "opens"    // a value was seen or taken
	AuditChanges  = "changes"  // something is different now
	AuditRefused  = "refused"  // denied or failed
)

// AuditActions names the actions that are worth looking for, one by one.
func AuditActions() []string { return guard.MemberActions() }

// Valid tells whether the filter's words are words; an id may be any.
func (f AuditFilter) Valid() bool {
	outcome := slices.Contains([]string{"", "done", "denied", "failed", AuditRefused}, f.Outcome)
	return outcome && (f.Action == "" || f.class() != "") && (f.From.IsZero() || f.To.IsZero() || !f.To.Before(f.From))
}

// class is the class of the filter's actions.
func (f AuditFilter) class() string {
	switch f.Action {
	case AuditOpens:
		return guard.ClassOpen
	case AuditChanges:
		return guard.ClassChange
	}
	return guard.ClassOf(f.Action)
}

// actions are the actions that the filter names, nil for any.
func (f AuditFilter) actions() []string {
	switch f.Action {
	case "":
		return nil
	case AuditOpens, AuditChanges:
		return guard.ActionsOf(f.class())
	}
	return []string{f.Action}
}

// ofAKind tells whether Person is somebody without an id.
func (f AuditFilter) ofAKind() bool { return f.Person == AuditOperator || f.Person == AuditServer }

// refused tells whether the filter chooses what an index of its own holds.
func (f AuditFilter) refused() bool { return f.Outcome != "" && f.Outcome != "done" }

// counted tells whether the totals of days know how many entries match.
func (f AuditFilter) counted() bool {
	return f.Text == "" && f.Target == "" && f.Hook == "" && (f.Action == "" || len(f.actions()) > 1)
}

// Words say what the filter chooses, for the entry of an export. A text is not
// repeated: people paste values into search fields.
func (f AuditFilter) words() string {
	var said []string
	say := func(is bool, format string, args ...any) {
		if is {
			said = append(said, fmt.Sprintf(format, args...))
		}
	}
	say(!f.From.IsZero(), "from %s", f.From.Format(time.DateOnly))
	say(!f.To.IsZero(), "to %s", f.To.Format(time.DateOnly))
	say(f.Person != "", "by %s", f.Person)
	say(f.Action != "", "action %s", f.Action)
	say(f.Outcome != "", "outcome %s", f.Outcome)
	say(f.Target != "", "about %s", f.Target)
	say(f.Hook != "", "hook %s", f.Hook)
	say(f.Text != "", "with a text")
	if said == nil {
		return "all entries"
	}
	return strings.Join(said, ", ")
}

// condition is a part of a WHERE clause with its parameters.
type condition struct {
	sql  string
	args guard.Args
}

func (c *condition) and(sql string, args guard.Args) {
	c.sql += "\n\t\t\tAND " + sql
	for name, value := range args {
		c.args[name] = value
	}
}

// in adds that a column has one of some values.
func (c *condition) in(column, name string, values []string) {
	params := make([]string, len(values))
	for i, value := range values {
		params[i] = fmt.Sprint(":", name, i)
		c.args[params[i][1:]] = value
	}
	c.sql += "\n\t\t\tAND " + column + " IN (" + strings.Join(params, ", ") + ")"
}

// days are the conditions on the totals of days. What a day does not know is left
// out, so the totals are of all that match, and perhaps of more.
func (f AuditFilter) days() condition {
	c := condition{args: guard.Args{}}
	if !f.From.IsZero() {
		c.and("day >= :from", guard.Args{"from": dayOf(f.From)})
	}
	if !f.To.IsZero() {
		c.and("day <= :to", guard.Args{"to": dayOf(f.To)})
	}
	f.byWhom(&c, "actor", "actor_kind")
	if class := f.class(); class != "" {
		c.and("class = :class", guard.Args{"class": class})
	}
	f.ended(&c, "outcome")
	return c
}

// entries are the conditions on each entry but for its place in the log. No
// index serves them: which one does is decided by what comes before them.
func (f AuditFilter) entries() condition {
	c := condition{args: guard.Args{}}
	f.byWhom(&c, "COALESCE(e.actor, '')", "e.actor_kind")
	if actions := f.actions(); actions != nil {
		c.in("COALESCE(e.action, '')", "action", actions)
	}
	f.ended(&c, "e.outcome")
	if f.Target != "" {
		c.and("COALESCE(e.target, '') = :target", guard.Args{"target": f.Target})
	}
	if f.Hook != "" {
		c.and(":hook IN (COALESCE(e.target, ''), COALESCE(e.parent, ''))", guard.Args{"hook": f.Hook})
	}
	return c
}

func (f AuditFilter) byWhom(c *condition, actor, kind string) {
	switch {
	case f.ofAKind():
		c.and(kind+" = :person", guard.Args{"person": f.Person})
	case f.Person != "":
		c.and(actor+" = :person", guard.Args{"person": f.Person})
	}
}

// ended writes <> 'done' out, because that is the condition of an index.
func (f AuditFilter) ended(c *condition, outcome string) {
	switch f.Outcome {
	case "":
	case "done":
		c.and(outcome+" = 'done'", nil)
	case AuditRefused:
		c.and(outcome+" <> 'done'", nil)
	default:
		c.and(outcome+" <> 'done' AND "+outcome+" = :outcome", guard.Args{"outcome": f.Outcome})
	}
}

// text adds that an entry has the text in a name, or is of the address, request
// or id that it is.
func (f AuditFilter) text(c *condition) {
	c.and(`(COALESCE(e.target, '') IN (`+idsNamed("target")+`)
				OR COALESCE(e.parent, '') IN (`+idsNamed("parent")+`)
				OR COALESCE(e.actor, '') IN (`+idsNamed("actor")+`)
				OR :exact IN (COALESCE(e.address, ''), COALESCE(e.request, ''), e.id || ''))`,
		guard.Args{"exact": f.Text})
	for name, pattern := range f.patterns() {
		c.args[name] = pattern
	}
}

// idsNamed selects the ids that a text finds among the names of a part of entries.
func idsNamed(part string) string {
	return `SELECT DISTINCT id FROM audit_names
				WHERE log = :org_id AND part = '` + part + `'
				AND (lower(name) LIKE :small ESCAPE '\' OR lower(name) LIKE :large ESCAPE '\')`
}

func (f AuditFilter) patterns() guard.Args { return patterns(f.Text) }

// patterns find a text in a name in capitals or not. The database knows the capitals
// of ASCII only, so letters beyond it are tried both ways.
func patterns(text string) guard.Args {
	like := func(text string) string {
		text = strings.Map(func(r rune) rune {
			if 'A' <= r && r <= 'Z' {
				return r + 'a' - 'A'
			}
			return r
		}, text)
		return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text) + "%"
	}
	return guard.Args{"small": like(strings.ToLower(text)), "large": like(strings.ToUpper(text))}
}

const secondsPerDay = 24 * 60 * 60

// dayOf is a day as the totals count it, from 1970 on.
func dayOf(t time.Time) int64 { return t.Unix() / secondsPerDay }

// dayFrom is the day of a count.
func dayFrom(day int64) time.Time { return time.Unix(day*secondsPerDay, 0).UTC() }
