package store

import (
	"context"
	"math"

	"hooksafe/store/internal/guard"
)

// AuditPage is one page of an audit log, newest first.
type AuditPage struct {
	Entries []AuditEntry
	Next    int64 // the seq to pass as before for older ones; 0 at the end
	Whole   bool  // false: the reader sees own entries only
}

// Audit lists entries older than before, a seq; 0 begins with the newest. Owners
// and admins see all, others their own.
func (s *Store) Audit(ctx context.Context, a Actor, before int64, limit int) (AuditPage, error) {
	return guard.View(ctx, s.db, a, guard.AuditRead, func(tx *guard.ReadTx) (AuditPage, error) {
		if before <= 0 {
			before = math.MaxInt64
		}
		return auditPage(tx, before, limit)
	})
}

// AuditAround lists entries from the one called id on. One that the reader may not
// see is NotFound.
func (s *Store) AuditAround(ctx context.Context, a Actor, id string, limit int) (AuditPage, error) {
	return guard.View(ctx, s.db, a, guard.AuditRead, func(tx *guard.ReadTx) (AuditPage, error) {
		var seq int64
		query := `SELECT seq FROM audit_entries WHERE log = :org_id AND id = :id AND actor = :actor`
		args := guard.Args{"id": id, "actor": tx.Actor()}
		if tx.May(guard.ReadAudit) {
			query, args = `SELECT seq FROM audit_entries WHERE log = :org_id AND id = :id`, guard.Args{"id": id}
		}
		if err := tx.Get(&seq, query, args); err != nil {
			return AuditPage{}, err
		}
		return auditPage(tx, seq+1, limit)
	})
}

func auditPage(tx *guard.ReadTx, before int64, limit int) (AuditPage, error) {
	page := AuditPage{Whole: tx.May(guard.ReadAudit)}
	query := `
		SELECT * FROM audit_entries
		WHERE log = :org_id AND actor = :actor AND seq < :before
		ORDER BY seq DESC
		LIMIT :limit`
	args := guard.Args{"actor": tx.Actor(), "before": before, "limit": limit + 1}
	if page.Whole {
		query = `
		SELECT * FROM audit_entries
		WHERE log = :org_id AND seq < :before
		ORDER BY seq DESC
		LIMIT :limit`
		delete(args, "actor")
	}
	if err := tx.Select(&page.Entries, query, args); err != nil {
		return AuditPage{}, err
	}
	if len(page.Entries) > limit {
		page.Entries = page.Entries[:limit]
		page.Next = page.Entries[limit-1].Seq
	}
	return page, nil
}

// ExportAudit hands the whole log of an organization to each, oldest entry first.
// The export is an entry of its own, committed before the first one is handed out.
func (s *Store) ExportAudit(ctx context.Context, a Actor, each func(AuditEntry) error) error {
	organization := func(*guard.WriteTx) ([]guard.Target, error) {
		return []guard.Target{{Kind: "audit_log", ID: a.Org().ID, Name: a.Org().Name}}, nil
	}
	nothing := func(*guard.WriteTx) (struct{}, error) { return struct{}{}, nil }
	if _, err := guard.Act(ctx, s.db, a, guard.AuditExport, organization, nothing); err != nil {
		return err
	}
	_, err := guard.View(ctx, s.db, a, guard.AuditExport, func(tx *guard.ReadTx) (struct{}, error) {
		return struct{}{}, tx.Each(`SELECT * FROM audit_entries WHERE log = :org_id ORDER BY seq`, nil,
			func(scan func(any) error) error {
				var e AuditEntry
				if err := scan(&e); err != nil {
					return err
				}
				return each(e)
			})
	})
	return err
}
