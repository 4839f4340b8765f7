package store

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"hooksafe/store/internal/guard"
)

// AuditPage is one page of an audit log, newest first.
type AuditPage struct {
	Entries []AuditEntry
	Next    int64  // the seq to pass as before for older ones; 0 at the end
	Total   int64  // how many the filter chooses; -1 where only counting would tell
	Whole   bool   // false: the reader sees own entries only
	About   string // the newest name of the filter's target or hook
}

// Audit lists entries that the filter chooses and that are older than before, a
// seq; 0 begins with the newest. Owners and admins see all, others their own,
// whatever the filter says.
func (s *Store) Audit(ctx context.Context, a Actor, f AuditFilter, before int64, limit int) (AuditPage, error) {
	return guard.View(ctx, s.db, a, guard.AuditRead, func(tx *guard.ReadTx) (AuditPage, error) {
		page, err := auditPage(tx, f, before, limit)
		if err != nil {
			return AuditPage{}, err
		}
		page.About, err = nameOf(tx, cmp.Or(f.Target, f.Hook))
		return page, err
	})
}

// HookActivity lists entries about a hook and its secrets, like Audit.
func (s *Store) HookActivity(ctx context.Context, a Actor, hook string, before int64, limit int) (Hook, AuditPage, error) {
	var h Hook
	page, err := guard.View(ctx, s.db, a, guard.AuditRead, func(tx *guard.ReadTx) (AuditPage, error) {
		row, err := getHook(tx, hook)
		if err != nil {
			return AuditPage{}, err
		}
		h = row.hook()
		return auditPage(tx, AuditFilter{Hook: hook}, before, limit)
	})
	return h, page, err
}

// AuditAround lists entries from the one called id on. One that the reader may not
// see is NotFound.
func (s *Store) AuditAround(ctx context.Context, a Actor, id string, limit int) (AuditPage, error) {
	return guard.View(ctx, s.db, a, guard.AuditRead, func(tx *guard.ReadTx) (AuditPage, error) {
		f := own(tx, AuditFilter{})
		c := f.entries()
		c.and("e.id = :id", guard.Args{"id": id})
		var seq int64
		if err := tx.Get(&seq, `SELECT e.seq FROM audit_entries e WHERE e.log = :org_id`+c.sql, c.args); err != nil {
			return AuditPage{}, err
		}
		return auditPage(tx, f, seq+1, limit)
	})
}

// own narrows a filter to what the reader may see.
func own(tx *guard.ReadTx, f AuditFilter) AuditFilter {
	if !tx.May(guard.ReadAudit) {
		f.Person = tx.Actor()
	}
	return f
}

func auditPage(tx *guard.ReadTx, f AuditFilter, before int64, limit int) (AuditPage, error) {
	f = own(tx, f)
	page := AuditPage{Whole: tx.May(guard.ReadAudit), Total: -1}
	in, err := f.span(tx)
	if err != nil {
		return AuditPage{}, err
	}
	if f.counted() {
		page.Total = in.N
	}
	if before > 0 {
		in.Last = min(in.Last, before-1)
	}
	seqs, err := f.newest(tx, in, limit+1)
	if err != nil {
		return AuditPage{}, err
	}
	if len(seqs) > limit {
		seqs = seqs[:limit]
		page.Next = seqs[limit-1]
	}
	page.Entries, err = entriesAt(tx, seqs)
	return page, err
}

func entriesAt(tx *guard.ReadTx, seqs []int64) ([]AuditEntry, error) {
	entries := make([]AuditEntry, len(seqs))
	for i, seq := range seqs {
		if err := tx.Get(&entries[i], `SELECT * FROM audit_entries WHERE log = :org_id AND seq = :seq`, guard.Args{"seq": seq}); err != nil {
			return nil, err
		}
	}
	return entries, nil
}

// nameOf is the newest name that something has in the log, "" for nothing.
func nameOf(tx *guard.ReadTx, id string) (string, error) {
	var name string
	if id == "" {
		return "", nil
	}
	err := tx.Get(&name, `
		SELECT name
		FROM audit_names
		WHERE log = :org_id AND part IN ('target', 'parent') AND id = :id
		ORDER BY seq DESC
		LIMIT 1`, guard.Args{"id": id})
	if guard.CodeOf(err) == NotFound {
		return "", nil
	}
	return name, err
}

// span is a stretch of a log. Nothing that a filter chooses lies outside of it.
type span struct {
	First int64 `db:"first"`
	Last  int64 `db:"last"`
	N     int64 `db:"n"` // entries in it that the totals of days cannot rule out
}

// span finds where the entries that the filter chooses can stand, by the totals of
// days.
func (f AuditFilter) span(tx *guard.ReadTx) (span, error) {
	var in span
	c := f.days()
	if c.sql == "" {
		err := tx.Get(&in, `SELECT 1 AS first, COALESCE(max(seq), 0) AS last, COALESCE(max(seq), 0) AS n FROM audit_entries WHERE log = :org_id`, nil)
		return in, err
	}
	err := tx.Get(&in, `
		SELECT COALESCE(min(first_seq), 0) AS first, COALESCE(max(last_seq), -1) AS last, COALESCE(sum(n), 0) AS n
		FROM audit_days
		WHERE log = :org_id`+c.sql, c.args)
	return in, err
}

// lookup finds entries by an index that ends in seq, so that the newest come first
// and few are read however many there are.
type lookup struct {
	by   string // a condition on the other columns of the index, perhaps with :key
	key  string
	upTo int64 // it finds nothing newer
}

// newest finds the seqs of the newest entries of a span that the filter chooses.
// Of its parts, one that chooses few is looked up by an index, and the others are
// held against what that finds.
func (f AuditFilter) newest(tx *guard.ReadTx, in span, limit int) ([]int64, error) {
	if in.Last < in.First {
		return nil, nil
	}
	c := f.entries()
	byText, err := f.byText(tx)
	if err != nil {
		return nil, err
	}
	if byText {
		all, err := f.namedLookups(tx, c, in, limit)
		if err != nil {
			return nil, err
		}
		return newestOf(tx, all, c, in, limit)
	}
	if f.Text != "" {
		f.text(&c)
	}
	return newestOf(tx, f.lookups(in.Last), c, in, limit)
}

// newestOf merges what lookups find. They come with those first that find newer
// entries, so that most of many need no look.
func newestOf(tx *guard.ReadTx, lookups []lookup, c condition, in span, limit int) ([]int64, error) {
	var all []int64
	for _, l := range lookups {
		if len(all) == limit && all[limit-1] > l.upTo {
			break
		}
		seqs, err := l.newest(tx, c, in, limit)
		if err != nil {
			return nil, err
		}
		all = append(all, seqs...)
		slices.SortFunc(all, func(a, b int64) int { return cmp.Compare(b, a) })
		all = slices.Compact(all)
		all = all[:min(limit, len(all))]
	}
	return all, nil
}

func (l lookup) newest(tx *guard.ReadTx, c condition, in span, limit int) ([]int64, error) {
	args := guard.Args{"first": in.First, "last": in.Last, "limit": limit}
	if l.key != "" {
		args["key"] = l.key
	}
	maps.Copy(args, c.args)
	var seqs []int64
	err := tx.Select(&seqs, l.statement(c), args)
	return seqs, err
}

func (l lookup) statement(c condition) string {
	return `
		SELECT e.seq
		FROM audit_entries e
		WHERE e.log = :org_id AND ` + l.by + ` AND e.seq BETWEEN :first AND :last` + c.sql + `
		ORDER BY e.seq DESC
		LIMIT :limit`
}

// lookups find all that the filter chooses, and more.
func (f AuditFilter) lookups(upTo int64) []lookup {
	switch {
	case f.Target != "":
		return []lookup{{"e.target = :key", f.Target, upTo}}
	case f.Hook != "":
		return []lookup{{"e.target = :key", f.Hook, upTo}, {"e.parent = :key", f.Hook, upTo}}
	case f.ofAKind():
		return []lookup{{"e.actor IS NULL", "", upTo}}
	case f.Person != "":
		return []lookup{{"e.actor = :key", f.Person, upTo}}
	case f.refused(), f.Action == "":
		return []lookup{{"e.seq > 0", "", upTo}}
	}
	var all []lookup
	for _, action := range f.actions() {
		all = append(all, lookup{"e.action = :key", action, upTo})
	}
	return all
}

// few is how many names a text may find and still be what entries are looked up
// by, where a person is asked for as well.
const few = 100

// byText tells whether entries are looked up by the text.
func (f AuditFilter) byText(tx *guard.ReadTx) (bool, error) {
	switch {
	case f.Text == "" || f.Target != "" || f.Hook != "":
		return false, nil
	case f.Person == "":
		return true, nil
	}
	var n int
	err := tx.Get(&n, `
		SELECT count(*)
		FROM audit_names
		WHERE log = :org_id AND (lower(name) LIKE :small ESCAPE '\' OR lower(name) LIKE :large ESCAPE '\')`, f.patterns())
	return n <= few, err
}

// namedLookups find all that has the text in a name, or is of the address, request
// or id that it is. Of the ids that the text finds among the names, which may be
// tens of thousands, those with the newest entries will do.
func (f AuditFilter) namedLookups(tx *guard.ReadTx, c condition, in span, limit int) ([]lookup, error) {
	all := []lookup{
		{"e.address = :key", f.Text, in.Last}, {"e.request = :key", f.Text, in.Last}, {"e.id = :key", f.Text, in.Last},
	}
	args := guard.Args{"first": in.First, "last": in.Last, "limit": limit}
	maps.Copy(args, f.patterns())
	maps.Copy(args, c.args)
	for _, part := range []string{"target", "parent", "actor"} {
		var found []struct {
			ID  string `db:"id"`
			Seq int64  `db:"seq"`
		}
		err := tx.Select(&found, `
			SELECT named.id, COALESCE((
				SELECT e.seq
				FROM audit_entries e
				WHERE e.log = :org_id AND e.`+part+` = named.id AND e.seq BETWEEN :first AND :last`+c.sql+`
				ORDER BY e.seq DESC
				LIMIT 1), 0) AS seq
			FROM (`+idsNamed(part)+`) named
			ORDER BY seq DESC
			LIMIT :limit`, args)
		if err != nil {
			return nil, err
		}
		for _, one := range found {
			if one.Seq > 0 {
				all = append(all, lookup{"e." + part + " = :key", one.ID, one.Seq})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b lookup) int { return cmp.Compare(b.upTo, a.upTo) })
	return all, nil
}
