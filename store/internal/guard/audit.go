package guard

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"hooksafe/store/internal/ledger"
)

// The outcomes of an entry.
const (
	outcomeDone   = "done"
	outcomeDenied = "denied"
	outcomeFailed = "failed"
)

// serverLog is the log of the server itself: setup, sign-ins, the operator.
const serverLog = "server"

// maxAgent is where a user agent is cut, in bytes.
const maxAgent = 256

// record appends the entries of an action to its log and signs the new head.
func (tx *WriteTx) record(outcome, reason string) error {
	entries := make([]entryOf, 0, len(tx.targets)+len(tx.extra))
	for _, t := range tx.targets {
		entries = append(entries, entryOf{tx.act, t})
	}
	entries = append(entries, tx.extra...)
	for i, e := range entries {
		id := tx.entry
		if i > 0 {
			id = newID()
		}
		if err := tx.append(tx.head, e.act.class, tx.describe(id, e, outcome, reason)); err != nil {
			return err
		}
	}
	return errors.Join(tx.sign(tx.head), tx.recordAside())
}

// recordAside appends the entries that go to the log of the server itself. That of an
// organization's end says how its log ended (S-26).
func (tx *WriteTx) recordAside() error {
	if len(tx.aside) == 0 {
		return nil
	}
	h, err := tx.loadHead(serverLog)
	if err != nil {
		return err
	}
	for _, e := range tx.aside {
		if e.act == OrganizationDelete {
			e.target.Detail = fmt.Sprintf("its audit log ended with entry %d, root %s", tx.head.Size, tx.head.tree.Root())
		}
		entry := tx.describe(newID(), e, outcomeDone, "")
		entry.At = max(entry.At, h.LastAt)
		if err := tx.append(h, e.act.class, entry); err != nil {
			return err
		}
	}
	return tx.sign(h)
}

// describe is the entry without its place in the log.
func (tx *WriteTx) describe(id string, e entryOf, outcome, reason string) ledger.Entry {
	t, w, from := e.target, tx.who, tx.Origin()
	return ledger.Entry{
		Format: ledger.Format, ID: id, At: Micro(tx.now),
		ActorKind: w.kind, Actor: text(w.id), ActorName: text(w.name), Credential: text(w.session),
		Action: e.act.name, Parent: text(t.Parent), ParentName: text(t.ParentName),
		TargetKind: text(t.Kind), Target: text(t.ID), TargetName: text(t.Name), TargetVersion: number(t.Version),
		Outcome: outcome, Reason: text(reason),
		Address: text(from.Address), Agent: text(from.Agent), Request: text(from.Request),
		Change: text(tx.change), Detail: text(t.Detail),
	}
}

// append gives an entry its place, its leaf and its row, and keeps beside the log
// what pages look it up by.
func (tx *WriteTx) append(h *head, c class, e ledger.Entry) error {
	e.Log, e.Seq = h.ID, h.Size+1
	leaf := e.LeafHash()
	e.Leaf = leaf[:]
	stmt, err := tx.db.writer.prepare(`
		INSERT INTO audit_entries (log, seq, format, id, at, actor_kind, actor, actor_name, credential, action,
			parent, parent_name, target_kind, target, target_name, target_version, outcome, reason,
			address, agent, request, change, detail, leaf)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
	if err != nil {
		return err
	}
	if _, err := stmt.ExecContext(tx.ctx, e.Log, e.Seq, e.Format, e.ID, e.At, e.ActorKind, e.Actor, e.ActorName,
		e.Credential, e.Action, e.Parent, e.ParentName, e.TargetKind, e.Target, e.TargetName, e.TargetVersion,
		e.Outcome, e.Reason, e.Address, e.Agent, e.Request, e.Change, e.Detail, e.Leaf); err != nil {
		return fmt.Errorf("append audit entry: %w", err)
	}
	if err := errors.Join(tx.count(c, e), tx.noteNames(e)); err != nil {
		return err
	}
	h.tree.Append(leaf)
	h.Size, h.LastAt = e.Seq, e.At
	if h.Size%ledger.MarkEvery == 0 {
		return tx.mark(h)
	}
	return nil
}

// microsPerDay is how long a day of UTC is in stored time.
const microsPerDay = 24 * 60 * 60 * 1e6

// count adds an entry to the totals of its day.
func (tx *WriteTx) count(c class, e ledger.Entry) error {
	return tx.run(`
		INSERT INTO audit_days (log, day, actor_kind, actor, class, outcome, n, first_seq, last_seq, last_at)
		VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?, ?)
		ON CONFLICT (log, day, actor_kind, actor, class, outcome)
		DO UPDATE SET n = audit_days.n + 1, last_seq = excluded.last_seq, last_at = excluded.last_at`,
		e.Log, e.At/microsPerDay, e.ActorKind, value(e.Actor), string(c), e.Outcome, e.Seq, e.Seq, e.At)
}

// noteNames notes the names that an entry brings for the first time.
func (tx *WriteTx) noteNames(e ledger.Entry) error {
	for _, n := range []struct {
		part     string
		kind     string
		id, name *string
	}{
		{"actor", e.ActorKind, e.Actor, e.ActorName},
		{"parent", "hook", e.Parent, e.ParentName},
		{"target", value(e.TargetKind), e.Target, e.TargetName},
	} {
		if n.id == nil || n.name == nil {
			continue
		}
		if err := tx.run(`
			INSERT INTO audit_names (log, part, id, name, kind, seq)
			VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (log, part, id, name) DO NOTHING`, e.Log, n.part, *n.id, *n.name, n.kind, e.Seq); err != nil {
			return err
		}
	}
	return nil
}

func (tx *WriteTx) mark(h *head) error {
	note, err := h.signer.Mark(h.tree)
	if err != nil {
		return err
	}
	return tx.run(`INSERT INTO audit_marks (log, size, note) VALUES (?, ?, ?)`, h.ID, h.Size, string(note))
}

// sign writes the log's new head and its checkpoint.
func (tx *WriteTx) sign(h *head) error {
	checkpoint, err := h.signer.Checkpoint(h.tree)
	if err != nil {
		return err
	}
	return tx.run(`
		UPDATE audit_logs
		SET size = ?, last_at = ?, frontier = ?, checkpoint = ?
		WHERE id = ?`, h.Size, h.LastAt, h.tree.Frontier(), string(checkpoint), h.ID)
}

// loadHead reads the head of a log. Its signing key never changes, so it is
// opened once.
func (tx *WriteTx) loadHead(log string) (*head, error) {
	var h head
	if err := tx.one(&h, `SELECT id, sealed_key, size, last_at, frontier, checkpoint FROM audit_logs WHERE id = ?`, log); err != nil {
		return nil, fmt.Errorf("head of log %s: %w", log, err)
	}
	var err error
	if h.tree, err = ledger.UnmarshalTree(h.Size, h.Frontier); err != nil {
		return nil, fmt.Errorf("head of log %s: %w", log, err)
	}
	if h.signer, err = tx.db.signer(log, h.SealedKey); err != nil {
		return nil, err
	}
	return &h, h.fits()
}

// fits holds the head against its checkpoint. Without it, whoever edits the log and
// its frontier would have the edit signed by the next action.
func (h *head) fits() error {
	signed, err := ledger.OpenCheckpoint(h.signer.PublicKey(), []byte(h.Checkpoint))
	if err != nil {
		return fmt.Errorf("head of log %s: %w", h.ID, err)
	}
	if signed.Size != h.Size || signed.Root != h.tree.Root() {
		return fmt.Errorf("head of log %s: it is not the one that was signed", h.ID)
	}
	return nil
}

// signer is only asked for on the writing connection.
func (db *DB) signer(log string, sealed []byte) (*ledger.Signer, error) {
	if s := db.signers[log]; s != nil {
		return s, nil
	}
	seed, err := db.master.OpenLogKey(log, sealed)
	if err != nil {
		return nil, fmt.Errorf("key of log %s: %w", log, err)
	}
	s, err := ledger.NewSigner(log, seed)
	if err != nil {
		return nil, fmt.Errorf("key of log %s: %w", log, err)
	}
	db.signers[log] = s
	return s, nil
}

// openLog makes a log with its signing key. Its first entry follows at once.
func (tx *WriteTx) openLog(log string) (*head, error) {
	seed := ledger.NewLogKey()
	sealed, err := tx.db.master.SealLogKey(log, seed)
	if err != nil {
		return nil, err
	}
	signer, err := ledger.NewSigner(log, seed)
	if err != nil {
		return nil, err
	}
	h := &head{ID: log, tree: &ledger.Tree{}, signer: signer}
	return h, tx.run(`
		INSERT INTO audit_logs (id, public_key, sealed_key, size, last_at, frontier, checkpoint)
		VALUES (?, ?, ?, 0, 0, x'', '')`, log, signer.PublicKey(), sealed)
}

// genesis opens a log with its first entry.
func (tx *WriteTx) genesis(log string, e entryOf) error {
	h, err := tx.openLog(log)
	if err != nil {
		return err
	}
	if err := tx.append(h, e.act.class, tx.describe(newID(), e, outcomeDone, "")); err != nil {
		return err
	}
	return tx.sign(h)
}

func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func number(n int64) *int64 {
	if n == 0 {
		return nil
	}
	return &n
}

// clean keeps what a client sends about itself representable: the leaf covers the
// bytes, and an export as JSON must show the same ones.
func clean(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// cut shortens text to at most n bytes without splitting a character.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// newest is the newest time that stands in the database: of an entry, or of one of
// the statements without an entry that go on while people only read.
func newest(db interface {
	Get(dest any, query string, args ...any) error
}) (time.Time, error) {
	var us int64
	err := db.Get(&us, `
		SELECT COALESCE(MAX(at), 0)
		FROM (
			SELECT MAX(last_at) AS at FROM audit_logs
			UNION ALL SELECT MAX(seen_at) FROM sessions
			UNION ALL SELECT MAX(ready_at) FROM server
		) AS times`)
	return fromMicro(us), err
}
