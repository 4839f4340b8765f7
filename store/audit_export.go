package store

import (
	"context"
	"iter"
	"maps"

	"hooksafe/store/internal/guard"
	"hooksafe/store/internal/ledger"
)

// AuditFormat is how an export is written.
type AuditFormat string

// The formats, by the ends of the names of their files.
const (
	JSONLines AuditFormat = "jsonl" // one JSON object an entry
	CSV       AuditFormat = "csv"   // a header, then a row an entry
)

// exportBatch is how many entries of an export are read at a time, so that nobody
// who takes long to receive it holds a reader of the database meanwhile.
const exportBatch = 500

// ExportAudit exports the entries that the filter chooses, oldest first, in pieces
// of a few hundred. The export is an entry of its own, committed when this returns;
// what is added after it is not exported. An error from the pieces is the end: what
// came before is not the whole.
func (s *Store) ExportAudit(ctx context.Context, a Actor, f AuditFilter, format AuditFormat) (iter.Seq2[[]byte, error], error) {
	organization := func(*guard.WriteTx) ([]guard.Target, error) {
		detail := string(format) + ": " + f.words()
		return []guard.Target{{Kind: "audit_log", ID: a.Org().ID, Name: a.Org().Name, Detail: detail}}, nil
	}
	entry, err := guard.Act(ctx, s.db, a, guard.AuditExport, organization, func(tx *guard.WriteTx) (string, error) {
		return tx.Entry(), nil
	})
	if err != nil {
		return nil, err
	}
	in, err := s.exportSpan(ctx, a, f, entry)
	if err != nil {
		return nil, err
	}
	return s.pieces(ctx, a, f, format, in), nil
}

// pieces reads what the filter chooses of a span, batch after batch.
func (s *Store) pieces(ctx context.Context, a Actor, f AuditFilter, format AuditFormat, in span) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		var piece []byte
		if format == CSV {
			piece = ledger.AppendCSVHeader(nil)
		}
		for more := true; more; {
			entries, err := s.exportBatch(ctx, a, f, in)
			if err == nil {
				piece, err = appendEntries(piece, entries, format)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if more = len(entries) == exportBatch; more {
				in.First = entries[exportBatch-1].Seq + 1
			}
			if len(piece) > 0 && !yield(piece, nil) {
				return
			}
			piece = piece[:0]
		}
	}
}

// exportSpan is where the entries of an export stand: up to its own.
func (s *Store) exportSpan(ctx context.Context, a Actor, f AuditFilter, entry string) (span, error) {
	return guard.View(ctx, s.db, a, guard.AuditExport, func(tx *guard.ReadTx) (span, error) {
		in, err := f.span(tx)
		if err != nil {
			return span{}, err
		}
		var last int64
		err = tx.Get(&last, `SELECT seq FROM audit_entries WHERE log = :org_id AND id = :id`, guard.Args{"id": entry})
		in.Last = min(in.Last, last)
		return in, err
	})
}

// exportBatch reads the oldest entries of a span that the filter chooses.
func (s *Store) exportBatch(ctx context.Context, a Actor, f AuditFilter, in span) ([]AuditEntry, error) {
	return guard.View(ctx, s.db, a, guard.AuditExport, func(tx *guard.ReadTx) ([]AuditEntry, error) {
		c := f.entries()
		if f.Text != "" {
			f.text(&c)
		}
		args := guard.Args{"first": in.First, "last": in.Last, "limit": exportBatch}
		maps.Copy(args, c.args)
		var entries []AuditEntry
		err := tx.Select(&entries, `
			SELECT e.*
			FROM audit_entries e
			WHERE e.log = :org_id AND e.seq BETWEEN :first AND :last`+c.sql+`
			ORDER BY e.seq
			LIMIT :limit`, args)
		return entries, err
	})
}

func appendEntries(b []byte, entries []AuditEntry, format AuditFormat) ([]byte, error) {
	var err error
	for _, e := range entries {
		if format == CSV {
			b = e.AppendCSVRow(b)
		} else if b, err = e.AppendJSONLine(b); err != nil {
			return nil, err
		}
	}
	return b, nil
}
