package store

import (
	"context"
	"time"

	"hooksafe/store/internal/guard"
)

// AuditActivity is what the entries of a period add up to.
type AuditActivity struct {
	Days        []AuditDay // oldest first, without a gap
	Opens       AuditSum   // values seen or taken
	Changes     AuditSum
	Refused     AuditSum // denied or failed, whatever it was
	Entries     int64    // all of the period
	OpensBefore int64    // Opens of the period before, as long as this one; -1 if this one has no beginning
	Log         int64    // entries in all of the log, of any time and anybody
	Burst       *AuditEntry
}

// AuditDay is a day of UTC: what people did, or whom else the filter asks for.
type AuditDay struct {
	Day                     time.Time
	Opens, Changes, Refused int64
}

// AuditSum is a number of entries.
type AuditSum struct {
	N      int64
	People int       // who made them
	Last   time.Time // when the last one was made
}

// DrawnDays is how many days of a longer period AuditActivity lists: its last.
const DrawnDays = 90

// burstShows is how long a burst stays worth a word.
const burstShows = 7 * 24 * time.Hour

// AuditActivity adds up a period by the totals of its days. Of the filter it takes
// the person and the days; those who see their own entries only get their own sums.
func (s *Store) AuditActivity(ctx context.Context, a Actor, f AuditFilter) (AuditActivity, error) {
	f = AuditFilter{Person: f.Person, From: f.From, To: f.To}
	if f.To.IsZero() {
		f.To = s.Now().UTC().Truncate(24 * time.Hour)
	}
	return guard.View(ctx, s.db, a, guard.AuditRead, func(tx *guard.ReadTx) (AuditActivity, error) {
		f := own(tx, f)
		out := AuditActivity{OpensBefore: -1}
		for _, read := range []func(*guard.ReadTx, AuditFilter) error{out.readSums, out.readDays, out.readBefore, out.readLog} {
			if err := read(tx, f); err != nil {
				return AuditActivity{}, err
			}
		}
		return out, out.readBurst(tx, s.Now().Add(-burstShows))
	})
}

func (out *AuditActivity) readSums(tx *guard.ReadTx, f AuditFilter) error {
	var sums struct {
		Entries   int64 `db:"entries"`
		Opens     int64 `db:"opens"`
		Openers   int   `db:"openers"`
		Changes   int64 `db:"changes"`
		Changers  int   `db:"changers"`
		Refused   int64 `db:"refused"`
		RefusedAt int64 `db:"refused_at"`
	}
	c := f.days()
	err := tx.Get(&sums, `
		SELECT COALESCE(sum(n), 0) AS entries,
			COALESCE(sum(CASE WHEN outcome = 'done' AND class = 'open' THEN n END), 0) AS opens,
			count(DISTINCT CASE WHEN outcome = 'done' AND class = 'open' AND actor_kind = 'user' THEN actor END) AS openers,
			COALESCE(sum(CASE WHEN outcome = 'done' AND class = 'change' THEN n END), 0) AS changes,
			count(DISTINCT CASE WHEN outcome = 'done' AND class = 'change' AND actor_kind = 'user' THEN actor END) AS changers,
			COALESCE(sum(CASE WHEN outcome <> 'done' THEN n END), 0) AS refused,
			COALESCE(max(CASE WHEN outcome <> 'done' THEN last_at END), 0) AS refused_at
		FROM audit_days
		WHERE log = :org_id`+c.sql, c.args)
	out.Entries = sums.Entries
	out.Opens = AuditSum{N: sums.Opens, People: sums.Openers}
	out.Changes = AuditSum{N: sums.Changes, People: sums.Changers}
	out.Refused = AuditSum{N: sums.Refused, Last: guard.FromMicro(sums.RefusedAt)}
	return err
}

// readDays lists every day, also one on which nothing happened.
func (out *AuditActivity) readDays(tx *guard.ReadTx, f AuditFilter) error {
	first := f.To.AddDate(0, 0, 1-DrawnDays)
	if f.From.Before(first) {
		f.From = first
	}
	c := f.days()
	if f.Person == "" {
		c.and("actor_kind = 'user'", nil)
	}
	var rows []struct {
		Day     int64 `db:"day"`
		Opens   int64 `db:"opens"`
		Changes int64 `db:"changes"`
		Refused int64 `db:"refused"`
	}
	err := tx.Select(&rows, `
		SELECT day,
			sum(CASE WHEN outcome = 'done' AND class = 'open' THEN n ELSE 0 END) AS opens,
			sum(CASE WHEN outcome = 'done' AND class = 'change' THEN n ELSE 0 END) AS changes,
			sum(CASE WHEN outcome <> 'done' THEN n ELSE 0 END) AS refused
		FROM audit_days
		WHERE log = :org_id`+c.sql+`
		GROUP BY day
		ORDER BY day`, c.args)
	for day := dayOf(f.From); day <= dayOf(f.To); day++ {
		drawn := AuditDay{Day: dayFrom(day)}
		if len(rows) > 0 && rows[0].Day == day {
			drawn.Opens, drawn.Changes, drawn.Refused = rows[0].Opens, rows[0].Changes, rows[0].Refused
			rows = rows[1:]
		}
		out.Days = append(out.Days, drawn)
	}
	return err
}

func (out *AuditActivity) readBefore(tx *guard.ReadTx, f AuditFilter) error {
	if f.From.IsZero() {
		return nil
	}
	length := int(dayOf(f.To) - dayOf(f.From) + 1)
	f.From, f.To = f.From.AddDate(0, 0, -length), f.To.AddDate(0, 0, -length)
	c := f.days()
	return tx.Get(&out.OpensBefore, `
		SELECT COALESCE(sum(n), 0)
		FROM audit_days
		WHERE log = :org_id AND outcome = 'done' AND class = 'open'`+c.sql, c.args)
}

func (out *AuditActivity) readLog(tx *guard.ReadTx, _ AuditFilter) error {
	in, err := own(tx, AuditFilter{}).span(tx)
	out.Log = in.N
	return err
}

// readBurst finds the newest burst, for those who may look into it.
func (out *AuditActivity) readBurst(tx *guard.ReadTx, since time.Time) error {
	if !tx.May(guard.ReadAudit) {
		return nil
	}
	var burst AuditEntry
	err := tx.Get(&burst, `
		SELECT *
		FROM audit_entries
		WHERE log = :org_id AND action = :action AND at >= :since
		ORDER BY seq DESC
		LIMIT 1`, guard.Args{"action": guard.SecretBurst.Name(), "since": guard.Micro(since)})
	if guard.CodeOf(err) == NotFound {
		return nil
	}
	out.Burst = &burst
	return err
}

// AuditPerson is somebody who has acted in a log.
type AuditPerson struct {
	ID   string `db:"id"`
	Name string `db:"name"` // the newest one
}

// AuditPeople lists who has acted in the log, by name; the operator and the server
// have no id. To those who see their own entries only it is nobody.
func (s *Store) AuditPeople(ctx context.Context, a Actor) ([]AuditPerson, error) {
	return guard.View(ctx, s.db, a, guard.AuditRead, func(tx *guard.ReadTx) ([]AuditPerson, error) {
		if !tx.May(guard.ReadAudit) {
			return nil, nil
		}
		var people []AuditPerson
		err := tx.Select(&people, `
			SELECT n.id, n.name
			FROM audit_names n
			WHERE n.log = :org_id AND n.part = 'actor' AND n.seq = (
				SELECT max(o.seq) FROM audit_names o WHERE o.log = :org_id AND o.part = 'actor' AND o.id = n.id)
			ORDER BY lower(n.name), n.id`, nil)
		if err != nil {
			return nil, err
		}
		for _, kind := range []string{AuditOperator, AuditServer} {
			var acted bool
			if err := tx.Get(&acted, `
				SELECT EXISTS (SELECT 1 FROM audit_entries WHERE log = :org_id AND actor IS NULL AND actor_kind = :kind)`,
				guard.Args{"kind": kind}); err != nil {
				return nil, err
			}
			if acted {
				people = append(people, AuditPerson{ID: kind})
			}
		}
		return people, nil
	})
}
