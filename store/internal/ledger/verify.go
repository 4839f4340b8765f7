package ledger

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"iter"

	"golang.org/x/mod/sumdb/tlog"
)

// Result is a log that verified: Size entries, all that were written up to the
// checkpoint.
type Result struct {
	Log  string
	Size int64
	Root tlog.Hash
}

// BadError says where a log is not as it was written. First and Last are equal
// when an entry gives itself away (its hash does not fit, its number is missing),
// and the ends of a span when only a signed head tells.
type BadError struct {
	First, Last int64
	Reason      string
}

func (e *BadError) Error() string {
	if e.First == e.Last {
		return fmt.Sprintf("entry %d: %s", e.First, e.Reason)
	}
	return fmt.Sprintf("entries %d to %d: %s", e.First, e.Last, e.Reason)
}

// Verify proves that entries, in the order in which they are numbered, are the
// whole log up to the checkpoint and as they were written. It needs the public
// key alone, and keeps nothing but the frontier in memory.
//
// The marks of the log, oldest first, may be given too: they narrow the span that
// is named when somebody recomputed the hashes as well. A mark that is missing
// costs precision, not proof; one that the key did not sign is refused.
//
// A log that does not verify gives a BadError with its first bad entry. Any other
// error means that there was nothing to prove it by: a checkpoint or mark that is
// none of this key, a checkpoint of an empty log (a log is written with its first
// entry), or entries that cannot be read.
func Verify(publicKey string, checkpoint []byte, entries iter.Seq2[Entry, error], marks ...[]byte) (Result, error) {
	head, err := OpenCheckpoint(publicKey, checkpoint)
	if err != nil {
		return Result{}, err
	}
	if head.Size == 0 {
		return Result{}, errors.New("checkpoint: of an empty log, which no log ever is")
	}
	heads, err := openMarks(publicKey, marks, head)
	if err != nil {
		return Result{}, err
	}
	w := walk{head: head, heads: append(heads, head)}
	for e, err := range entries {
		if err != nil {
			return Result{}, fmt.Errorf("read entry %d: %w", w.tree.Size()+1, err)
		}
		if err := w.step(e); err != nil {
			return Result{}, err
		}
	}
	if n := w.tree.Size(); n < head.Size {
		return Result{}, &BadError{First: n + 1, Last: head.Size, Reason: "missing"}
	}
	return Result(head), nil
}

// openMarks returns the heads that the marks sign, smallest first.
func openMarks(publicKey string, marks [][]byte, head Head) ([]Head, error) {
	var heads []Head
	var last int64
	for _, signed := range marks {
		mark, err := OpenMark(publicKey, signed)
		if err != nil {
			return nil, err
		}
		if mark.Size <= last {
			return nil, fmt.Errorf("mark of %d entries: not after the one of %d", mark.Size, last)
		}
		if mark.Size > head.Size {
			return nil, &BadError{First: head.Size + 1, Last: mark.Size, Reason: "missing, though a mark counts them"}
		}
		heads = append(heads, mark)
		last = mark.Size
	}
	return heads, nil
}

// walk is a verification on its way through a log.
type walk struct {
	head   Head   // of the checkpoint
	heads  []Head // marks and checkpoint that are still ahead, smallest first
	proved int64  // the size of the last one that agreed
	tree   Tree
	format int64 // of the entry before
	at     int64 // of the entry before
}

// step takes the next entry into the tree, if it stands where it should, is whole,
// and agrees with the signed head that ends here.
func (w *walk) step(e Entry) error {
	leaf := e.LeafHash()
	if reason := w.fault(e, leaf); reason != "" {
		seq := w.tree.Size() + 1
		return &BadError{First: seq, Last: seq, Reason: reason}
	}
	w.tree.Append(leaf)
	w.format, w.at = e.Format, e.At
	return w.compare()
}

// fault says what is wrong with the entry that comes next, or nothing.
func (w *walk) fault(e Entry, leaf tlog.Hash) string {
	switch seq := w.tree.Size() + 1; {
	case seq > w.head.Size:
		return fmt.Sprintf("added: the signed head counts %d entries", w.head.Size)
	case e.Seq != seq:
		return fmt.Sprintf("missing: number %d stands in its place", e.Seq)
	case e.Log != w.head.Log:
		return fmt.Sprintf("written for another log, %q", e.Log)
	case e.Format < 1 || e.Format > Format:
		return fmt.Sprintf("of format %d, which is not known here", e.Format)
	case e.Format < w.format:
		return fmt.Sprintf("of format %d, lower than the entry before", e.Format)
	case e.At < w.at:
		return "dated before the entry before"
	case !same(e.Leaf, leaf):
		return "changed: it does not fit its hash"
	}
	return ""
}

// compare holds the tree against the signed heads of its size.
func (w *walk) compare() error {
	for len(w.heads) > 0 && w.heads[0].Size == w.tree.Size() {
		root := w.tree.Root()
		if !same(root[:], w.heads[0].Root) {
			return &BadError{First: w.proved + 1, Last: w.tree.Size(), Reason: "changed: they do not fit the signed head"}
		}
		w.proved = w.tree.Size()
		w.heads = w.heads[1:]
	}
	return nil
}

func same(stored []byte, want tlog.Hash) bool {
	return subtle.ConstantTimeCompare(stored, want[:]) == 1
}
