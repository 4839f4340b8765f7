package store_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"hooksafe/store"
)

// export is all of an export.
func (w *world) export(t testing.TB, a store.Actor, f store.AuditFilter, format store.AuditFormat) string {
	t.Helper()
	var all strings.Builder
	for piece, err := range must(w.ExportAudit(ctx, a, f, format))(t) {
		if err != nil {
			t.Fatal(err)
		}
		all.Write(piece)
	}
	return all.String()
}

// exportedSeqs are the seqs of an export as JSON lines.
func exportedSeqs(t testing.TB, lines string) (all []int64) {
	t.Helper()
	for line := range strings.Lines(lines) {
		var e struct{ Seq int64 }
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		all = append(all, e.Seq)
	}
	return all
}

// an export is all of it, oldest first, and an entry of its own that is in it.
func TestA08Export(t *testing.T) {
	w := newWorld(t)
	a := w.Actor(t, acme, "admin")
	before := len(w.entries(t, acme))
	got := exportedSeqs(t, w.export(t, a, store.AuditFilter{}, store.JSONLines))
	all := w.entries(t, acme)
	if len(got) != before+1 || !slices.Equal(got, seqs(all)) {
		t.Errorf("%v, want %v", got, seqs(all))
	}
	if e := all[before]; e.Action != "audit.export" || str(e.Target) != a.Org().ID || str(e.TargetName) != a.Org().Name || str(e.Detail) != "jsonl: all entries" {
		t.Errorf("entry is %+v", e)
	}
	w.sql(t, `CREATE TRIGGER no_entries BEFORE INSERT ON audit_entries BEGIN SELECT RAISE(ABORT, 'x'); END`)
	pieces, err := w.ExportAudit(ctx, a, store.AuditFilter{}, store.CSV)
	if pieces != nil {
		t.Error("handed out without an entry")
	}
	wantCode(t, err, store.Unavailable)
}

// An export of more than one batch is whole, and holds nothing that came after it.
func TestExportEndsWithItself(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "owner"), w.Org(acme)
	for range 1100 {
		must(w.CopySecret(ctx, a, org.Place(), org.Secret, 0))(t)
	}
	var all strings.Builder
	pieces := 0
	export := must(w.ExportAudit(ctx, a, store.AuditFilter{}, store.JSONLines))(t)
	last := w.lastEntry(t, acme).Seq
	for piece, err := range export {
		if err != nil {
			t.Fatal(err)
		}
		all.Write(piece)
		pieces++
		must(w.CopySecret(ctx, a, org.Place(), org.Secret, 0))(t)
	}
	got := exportedSeqs(t, all.String())
	if pieces != 3 || int64(len(got)) != last || !slices.IsSorted(got) || got[len(got)-1] != last {
		t.Errorf("%d pieces, %d entries up to %d, want %d", pieces, len(got), got[len(got)-1], last)
	}
	all.Reset()
	for piece, err := range must(store.ExportUpTo(ctx, w.Store, a, store.AuditFilter{}, w.entries(t, acme)[6].ID))(t) {
		all.Write(piece)
		if err != nil {
			t.Error(err)
		}
	}
	if got := exportedSeqs(t, all.String()); len(got) != 7 {
		t.Errorf("%v, want 7", got)
	}
	w.verify(t)
}

// Who stops taking pieces is not sent more, and what breaks in the middle is said.
func TestExportStops(t *testing.T) {
	w := newWorld(t)
	a := w.Actor(t, acme, "owner")
	for range must(w.ExportAudit(ctx, a, store.AuditFilter{}, store.JSONLines))(t) {
		break
	}
	export := must(w.ExportAudit(ctx, a, store.AuditFilter{}, store.JSONLines))(t)
	w.sql(t, `ALTER TABLE audit_entries RENAME TO gone`)
	n := 0
	for piece, err := range export {
		if n++; err == nil || piece != nil {
			t.Errorf("%q, %v", piece, err)
		}
	}
	if n != 1 {
		t.Errorf("%d pieces", n)
	}
}

// S-39, A-08: the filters choose, and the entry of the export says what they were,
// but for a text, which may be a value that somebody pasted.
func TestA08ExportOfWhatIsFiltered(t *testing.T) {
	w := newWorld(t)
	a, editor, org := w.Actor(t, acme, "owner"), w.Actor(t, acme, "editor"), w.Org(acme)
	must(w.RevealSecret(ctx, editor, org.Place(), org.Secret, 0, ""))(t)
	_, err := w.RevealSecret(ctx, w.Actor(t, acme, "viewer"), org.Place(), org.Secret, 0, "")
	wantCode(t, err, store.Denied)
	f := store.AuditFilter{Text: "api_key", Action: "secret.reveal", Outcome: "done", Person: editor.ID(), From: w.Now(), To: w.Now()}
	if got := exportedSeqs(t, w.export(t, a, f, store.JSONLines)); len(got) != 1 {
		t.Errorf("entries %v", got)
	}
	want := "jsonl: from 2026-11-21, to 2026-11-21, by " + editor.ID() + ", action secret.reveal, outcome done, with a text"
	if e := w.lastEntry(t, acme); str(e.Detail) != want {
		t.Errorf("recorded as %q", str(e.Detail))
	}
	if csv := w.export(t, a, store.AuditFilter{Person: "nobody"}, store.CSV); strings.Count(csv, "\r\n") != 1 || !strings.HasPrefix(csv, `"log",`) {
		t.Errorf("an export of nothing is %q", csv)
	}
	if lines := w.export(t, a, store.AuditFilter{Person: "nobody"}, store.JSONLines); lines != "" {
		t.Errorf("an export of nothing is %q", lines)
	}
}
