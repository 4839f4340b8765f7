package ledger

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
)

// testLog is a log of n entries as the store writes it.
type testLog struct {
	signer     *Signer
	entries    []Entry
	checkpoint []byte
	marks      [][]byte
}

func newTestLog(t *testing.T, name string, n int) *testLog {
	t.Helper()
	l := &testLog{signer: newTestSigner(t, name, NewLogKey())}
	for i := range n {
		e := fullEntry()
		e.Log, e.Seq, e.ID = name, int64(i+1), fmt.Sprint("e_", i+1)
		e.At += int64(i / 2) // two entries may have the same time
		e.seal()
		l.entries = append(l.entries, e)
	}
	l.sign(t)
	return l
}

// seal gives the entry the leaf that fits it.
func (e *Entry) seal() {
	leaf := e.LeafHash()
	e.Leaf = leaf[:]
}

// sign makes the marks and the checkpoint of the entries as they are now.
func (l *testLog) sign(t *testing.T) {
	t.Helper()
	l.marks = nil
	tree := new(Tree)
	for _, e := range l.entries {
		tree.Append(e.LeafHash())
		if tree.Size()%MarkEvery != 0 {
			continue
		}
		mark, err := l.signer.Mark(tree)
		if err != nil {
			t.Fatal(err)
		}
		l.marks = append(l.marks, mark)
	}
	checkpoint, err := l.signer.Checkpoint(tree)
	if err != nil {
		t.Fatal(err)
	}
	l.checkpoint = checkpoint
}

func (l *testLog) verify() (Result, error) {
	return Verify(l.signer.PublicKey(), l.checkpoint, all(l.entries), l.marks...)
}

// renumber numbers the entries as they stand, as somebody would who hides a gap.
func (l *testLog) renumber() {
	for i := range l.entries {
		l.entries[i].Seq = int64(i + 1)
	}
}

// sealAll recomputes every leaf, as somebody would who knows how.
func (l *testLog) sealAll() {
	for i := range l.entries {
		l.entries[i].seal()
	}
}

func all(entries []Entry) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for _, e := range entries {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func TestVerify(t *testing.T) {
	for _, n := range []int{1, 2, 3, 10, 1023, 1024, 1025, 2048} {
		l := newTestLog(t, "o_acme", n)
		tree := new(Tree)
		for _, e := range l.entries {
			tree.Append(e.LeafHash())
		}
		want := Result{Log: "o_acme", Size: int64(n), Root: tree.Root()}
		if got, err := l.verify(); err != nil || got != want {
			t.Errorf("log of %d entries: %+v, %v", n, got, err)
		}
		if got, err := Verify(l.signer.PublicKey(), l.checkpoint, all(l.entries)); err != nil || got != want {
			t.Errorf("log of %d entries without its marks: %+v, %v", n, got, err)
		}
	}
}

// Ten entries, one thing done to them, and the first bad entry or the span.
func TestVerifyFindsTheBadEntry(t *testing.T) {
	for _, c := range []struct {
		name        string
		do          func(l *testLog)
		first, last int64
		want        string
	}{
		{"field changed", func(l *testLog) { l.entries[4].Actor = ptr("u_2") }, 5, 5, "changed"},
		{"field of the first changed", func(l *testLog) { l.entries[0].Outcome = "denied" }, 1, 1, "changed"},
		{"field of the last changed", func(l *testLog) { l.entries[9].Outcome = "denied" }, 10, 10, "changed"},
		{"NULL for a text", func(l *testLog) { l.entries[4].Reason = nil }, 5, 5, "changed"},
		{"empty text for NULL", func(l *testLog) { l.entries[4].Reason = ptr("") }, 5, 5, "changed"},
		{"time changed", func(l *testLog) { l.entries[9].At++ }, 10, 10, "changed"},
		{"leaf changed", func(l *testLog) { l.entries[4].Leaf[31] ^= 1 }, 5, 5, "changed"},
		{"leaf of another entry", func(l *testLog) { l.entries[4].Leaf = l.entries[3].Leaf }, 5, 5, "changed"},
		{"leaf missing", func(l *testLog) { l.entries[4].Leaf = nil }, 5, 5, "changed"},
		{"leaf cut", func(l *testLog) { l.entries[4].Leaf = l.entries[4].Leaf[:31] }, 5, 5, "changed"},
		{"two fields changed", func(l *testLog) { l.entries[6].Action, l.entries[2].Action = "a", "b" }, 3, 3, "changed"},

		{"first missing", func(l *testLog) { l.entries = l.entries[1:] }, 1, 1, "missing"},
		{"middle missing", func(l *testLog) { l.entries = slices.Delete(l.entries, 4, 5) }, 5, 5, "missing"},
		{"last missing", func(l *testLog) { l.entries = l.entries[:9] }, 10, 10, "missing"},
		{"last three missing", func(l *testLog) { l.entries = l.entries[:7] }, 8, 10, "missing"},
		{"all missing", func(l *testLog) { l.entries = nil }, 1, 10, "missing"},

		{"added at the end", func(l *testLog) {
			e := l.entries[9]
			e.Seq++
			e.seal()
			l.entries = append(l.entries, e)
		}, 11, 11, "added"},
		{"added in the middle", func(l *testLog) { l.entries = slices.Insert(l.entries, 4, l.entries[3]) }, 5, 5, "missing: number 4"},
		{"added before the first", func(l *testLog) {
			e := l.entries[0]
			e.Seq = 0
			e.seal()
			l.entries = slices.Insert(l.entries, 0, e)
		}, 1, 1, "missing: number 0"},
		{"added and renumbered", func(l *testLog) {
			l.entries = slices.Insert(l.entries, 4, l.entries[3])
			l.renumber()
		}, 5, 5, "changed"},

		{"reordered", func(l *testLog) { l.entries[3], l.entries[6] = l.entries[6], l.entries[3] }, 4, 4, "missing: number 7"},
		{"reordered and renumbered", func(l *testLog) {
			l.entries[3], l.entries[4] = l.entries[4], l.entries[3]
			l.renumber()
		}, 4, 4, "changed"},
		{"renumbered over a gap", func(l *testLog) {
			l.entries = slices.Delete(l.entries, 4, 5)
			l.renumber()
		}, 5, 5, "changed"},
		{"first cut off and renumbered", func(l *testLog) {
			l.entries = l.entries[1:]
			l.renumber()
		}, 1, 1, "changed"},

		{"entry of another log", func(l *testLog) {
			l.entries[4].Log = "o_birch"
			l.entries[4].seal()
		}, 5, 5, "another log"},
		{"format of tomorrow", func(l *testLog) {
			l.entries[4].Format = Format + 1
			l.entries[4].seal()
		}, 5, 5, "not known"},
		{"format 0", func(l *testLog) {
			l.entries[4].Format = 0
			l.entries[4].seal()
		}, 5, 5, "not known"},
		{"dated back", func(l *testLog) {
			l.entries[4].At = l.entries[3].At - 1
			l.entries[4].seal()
		}, 5, 5, "dated before"},

		{"changed and its leaf recomputed", func(l *testLog) {
			l.entries[4].Actor = ptr("u_2")
			l.entries[4].seal()
		}, 1, 10, "signed head"},
		{"renumbered and all leaves recomputed, one less", func(l *testLog) {
			l.entries = slices.Delete(l.entries, 4, 5)
			l.renumber()
			l.sealAll()
		}, 10, 10, "missing"},
		{"renumbered and all leaves recomputed, same size", func(l *testLog) {
			last := l.entries[9]
			l.entries = append(slices.Delete(l.entries, 4, 5), last)
			l.renumber()
			l.sealAll()
		}, 1, 10, "signed head"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newTestLog(t, "o_acme", 10)
			c.do(l)
			got, err := l.verify()
			if got != (Result{}) {
				t.Errorf("a result for a bad log: %+v", got)
			}
			wantBad(t, err, c.first, c.last, c.want)
		})
	}
}

func wantBad(t *testing.T, err error, first, last int64, reason string) {
	t.Helper()
	var bad *BadError
	if !errors.As(err, &bad) {
		t.Fatalf("error %v, want a BadError", err)
	}
	if bad.First != first || bad.Last != last || !strings.Contains(err.Error(), reason) {
		t.Errorf("%q (%d to %d), want %d to %d: %s", err, bad.First, bad.Last, first, last, reason)
	}
}

// Marks tell in which span somebody recomputed the hashes.
func TestVerifyNarrowsByMarks(t *testing.T) {
	const n = 2*MarkEvery + 10
	for _, c := range []struct {
		entry       int64
		first, last int64
	}{
		{1, 1, 1024}, {1024, 1, 1024}, {1025, 1025, 2048}, {2048, 1025, 2048}, {2049, 2049, n}, {n, 2049, n},
	} {
		l := newTestLog(t, "o_acme", n)
		l.entries[c.entry-1].Actor = ptr("u_2")
		l.entries[c.entry-1].seal()
		_, err := l.verify()
		wantBad(t, err, c.first, c.last, "signed head")

		_, err = Verify(l.signer.PublicKey(), l.checkpoint, all(l.entries))
		wantBad(t, err, 1, n, "signed head")
	}
}

func TestVerifyHoldsMarksAgainstTheHead(t *testing.T) {
	l := newTestLog(t, "o_acme", 2*MarkEvery)
	verify := func(marks ...[]byte) error {
		_, err := Verify(l.signer.PublicKey(), l.checkpoint, all(l.entries), marks...)
		return err
	}
	if err := verify(l.marks[1]); err != nil {
		t.Errorf("a mark missing: %v", err)
	}
	if err := verify(l.marks[1], l.marks[0]); err == nil {
		t.Error("marks out of order pass")
	}
	if err := verify(l.marks[0], l.marks[0]); err == nil {
		t.Error("a mark given twice passes")
	}
	if err := verify(l.checkpoint); err == nil {
		t.Error("a checkpoint passes as a mark")
	}
	if err := verify(newTestLog(t, "o_acme", MarkEvery).marks[0]); err == nil {
		t.Error("a mark of another key passes")
	}

	rolledBack := newTestLog(t, "o_acme", 2*MarkEvery)
	marks := rolledBack.marks
	rolledBack.entries = rolledBack.entries[:1500]
	rolledBack.sign(t)
	_, err := Verify(rolledBack.signer.PublicKey(), rolledBack.checkpoint, all(rolledBack.entries), marks...)
	wantBad(t, err, 1501, 2048, "a mark counts them")
}

func TestVerifyRefusesCheckpoint(t *testing.T) {
	l := newTestLog(t, "o_acme", MarkEvery)
	other := newTestLog(t, "o_birch", MarkEvery)
	stolen := newTestLog(t, "o_acme", MarkEvery)
	empty := newTestLog(t, "o_acme", 0)
	for _, c := range []struct {
		name       string
		key        string
		checkpoint []byte
		entries    []Entry
	}{
		{"of another log", l.signer.PublicKey(), other.checkpoint, l.entries},
		{"of another log, with its key", other.signer.PublicKey(), other.checkpoint, l.entries},
		{"of another key", l.signer.PublicKey(), stolen.checkpoint, l.entries},
		{"another public key", stolen.signer.PublicKey(), l.checkpoint, l.entries},
		{"a mark", l.signer.PublicKey(), l.marks[0], l.entries},
		{"nothing", l.signer.PublicKey(), nil, l.entries},
		{"no public key", "", l.checkpoint, l.entries},
		{"of an empty log", empty.signer.PublicKey(), empty.checkpoint, nil},
		{"of an empty log, with entries", empty.signer.PublicKey(), empty.checkpoint, l.entries},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, err := Verify(c.key, c.checkpoint, all(c.entries)); err == nil || got != (Result{}) {
				t.Errorf("verified: %+v", got)
			}
		})
	}
}

// The head of yesterday does not prove the log of today, nor the other way round.
func TestVerifyAgainstAnotherTime(t *testing.T) {
	l := newTestLog(t, "o_acme", 10)
	today := l.checkpoint
	whole := l.entries
	l.entries = l.entries[:7]
	l.sign(t)
	_, err := Verify(l.signer.PublicKey(), l.checkpoint, all(whole))
	wantBad(t, err, 8, 8, "added")
	_, err = Verify(l.signer.PublicKey(), today, all(l.entries))
	wantBad(t, err, 8, 10, "missing")
}

func TestVerifyStopsAtAnUnreadableEntry(t *testing.T) {
	l := newTestLog(t, "o_acme", 10)
	unreadable := errors.New("disk I/O error")
	entries := func(yield func(Entry, error) bool) {
		for i, e := range l.entries {
			if i == 6 {
				yield(Entry{}, unreadable)
				return
			}
			if !yield(e, nil) {
				return
			}
		}
	}
	_, err := Verify(l.signer.PublicKey(), l.checkpoint, entries)
	if !errors.Is(err, unreadable) || !strings.Contains(err.Error(), "entry 7") {
		t.Errorf("%v, want the error of entry 7", err)
	}
	if bad := new(BadError); errors.As(err, &bad) {
		t.Errorf("an entry that cannot be read is called bad: %v", err)
	}
}

// There is one format so far; the second one must not be followed by the first.
func TestFormatNeverFalls(t *testing.T) {
	l := newTestLog(t, "o_acme", 2)
	w := walk{head: Head{Log: "o_acme", Size: 2}}
	if err := w.step(l.entries[0]); err != nil || w.format != Format {
		t.Fatalf("format %d is remembered as %d: %v", Format, w.format, err)
	}
	next := l.entries[1]
	if reason := w.fault(next, next.LeafHash()); reason != "" {
		t.Errorf("format %d after itself: %q", next.Format, reason)
	}
	w.format = Format + 1
	if reason := w.fault(next, next.LeafHash()); !strings.Contains(reason, "lower") {
		t.Errorf("format %d after %d: %q", next.Format, w.format, reason)
	}
}

func BenchmarkVerify(b *testing.B) {
	signer, err := NewSigner("o_acme", NewLogKey())
	if err != nil {
		b.Fatal(err)
	}
	tree := new(Tree)
	entries := make([]Entry, 10_000)
	for i := range entries {
		e := fullEntry()
		e.Seq = int64(i + 1)
		e.seal()
		tree.Append(e.LeafHash())
		entries[i] = e
	}
	checkpoint, err := signer.Checkpoint(tree)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Verify(signer.PublicKey(), checkpoint, all(entries)); err != nil {
			b.Fatal(err)
		}
	}
}
