package ledger

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math"
	"math/bits"
	"math/rand"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

// storedHashes is the reference: every hash of the tree, kept as tlog wants it.
type storedHashes []tlog.Hash

func (s storedHashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, n := range indexes {
		out[i] = s[n]
	}
	return out, nil
}

func (s *storedHashes) append(t *testing.T, n int64, leaf tlog.Hash) {
	t.Helper()
	hashes, err := tlog.StoredHashesForRecordHash(n, leaf, *s)
	if err != nil {
		t.Fatal(err)
	}
	*s = append(*s, hashes...)
}

func (s storedHashes) root(t *testing.T, size int64) tlog.Hash {
	t.Helper()
	root, err := tlog.TreeHash(size, s)
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func testLeaf(n int64) tlog.Hash { return tlog.RecordHash(fmt.Append(nil, "entry ", n)) }

func TestTreeRoot(t *testing.T) {
	const biggest = 5_000
	bigger := map[int64]bool{511: true, 512: true, 513: true, 1023: true, 1024: true, 1025: true, 4095: true, 4096: true, biggest: true}
	for range 40 {
		bigger[301+rand.Int63n(biggest-301)] = true
	}
	var stored storedHashes
	var tree Tree
	for size := int64(0); size <= biggest; size++ {
		if size <= 300 || bigger[size] {
			if got, want := tree.Root(), stored.root(t, size); got != want {
				t.Fatalf("root of %d leaves is %s, want %s", size, got, want)
			}
		}
		if tree.Size() != size {
			t.Fatalf("size is %d, want %d", tree.Size(), size)
		}
		stored.append(t, size, testLeaf(size))
		tree.Append(testLeaf(size))
	}
}

func TestTreeRootOfNothing(t *testing.T) {
	if got := new(Tree).Root(); got != sha256.Sum256(nil) {
		t.Errorf("root of the empty tree is %x", got)
	}
}

// A tree that goes through its stored form after each leaf is the same tree.
func TestTreeThroughItsFrontier(t *testing.T) {
	straight, stored := new(Tree), new(Tree)
	for n := range int64(300) {
		straight.Append(testLeaf(n))
		stored.Append(testLeaf(n))
		frontier := stored.Frontier()
		if want := 32 * bits.OnesCount64(uint64(n+1)); len(frontier) != want {
			t.Fatalf("frontier of %d leaves has %d bytes, want %d", n+1, len(frontier), want)
		}
		again, err := UnmarshalTree(n+1, frontier)
		if err != nil {
			t.Fatal(err)
		}
		if again.Root() != straight.Root() || again.Size() != n+1 || !bytes.Equal(again.Frontier(), frontier) {
			t.Fatalf("tree of %d leaves changed on its way through the frontier", n+1)
		}
		stored = again
	}
}

func TestUnmarshalTreeRefuses(t *testing.T) {
	for _, c := range []struct {
		size  int64
		bytes int
	}{
		{0, 32}, {0, 1}, {1, 0}, {1, 31}, {1, 33}, {1, 64}, {3, 32}, {3, 96}, {4, 64},
		{-1, 0}, {-1, 64 * 32}, {math.MinInt64, 32}, {math.MaxInt64, 62 * 32},
	} {
		if tree, err := UnmarshalTree(c.size, make([]byte, c.bytes)); err == nil || tree != nil {
			t.Errorf("a frontier of %d bytes is taken for size %d", c.bytes, c.size)
		}
	}
	if tree, err := UnmarshalTree(0, nil); err != nil || tree.Root() != new(Tree).Root() {
		t.Errorf("the empty tree: %v", err)
	}
	if _, err := UnmarshalTree(math.MaxInt64, make([]byte, 63*32)); err != nil {
		t.Errorf("the biggest tree: %v", err)
	}
}

// The tree does not keep the caller's bytes: rows are read into shared memory.
func TestUnmarshalTreeCopies(t *testing.T) {
	tree := new(Tree)
	tree.Append(testLeaf(0))
	frontier, want := tree.Frontier(), tree.Root()
	again, err := UnmarshalTree(1, frontier)
	if err != nil {
		t.Fatal(err)
	}
	clear(frontier)
	if again.Root() != want || tree.Root() != want {
		t.Error("the tree changed with the bytes it was read from")
	}
}
