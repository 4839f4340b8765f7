package ledger

import (
	"crypto/sha256"
	"fmt"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// Tree is the Merkle tree of a log, as far as it is needed to grow: its size and
// its frontier, the hashes of the complete subtrees from the largest (left) to
// the smallest, one for each bit of the size. The zero Tree is empty. A copy of a
// Tree is not independent of it.
type Tree struct {
	size     int64
	frontier []tlog.Hash
}

// UnmarshalTree returns the tree with this size and what Frontier returned for
// it. Any other number of bytes than the size needs is refused.
func UnmarshalTree(size int64, frontier []byte) (*Tree, error) {
	if size < 0 {
		return nil, fmt.Errorf("tree of size %d", size)
	}
	if want := bits.OnesCount64(uint64(size)) * tlog.HashSize; len(frontier) != want {
		return nil, fmt.Errorf("frontier of a tree of size %d has %d bytes, want %d", size, len(frontier), want)
	}
	t := &Tree{size: size}
	for ; len(frontier) > 0; frontier = frontier[tlog.HashSize:] {
		t.frontier = append(t.frontier, tlog.Hash(frontier[:tlog.HashSize]))
	}
	return t, nil
}

// Frontier returns the frontier as bytes, 32 for each bit set in the size.
func (t *Tree) Frontier() []byte {
	b := make([]byte, 0, len(t.frontier)*tlog.HashSize)
	for _, h := range t.frontier {
		b = append(b, h[:]...)
	}
	return b
}

// Size returns the number of leaves.
func (t *Tree) Size() int64 { return t.size }

// Append adds a leaf. Each bit set at the end of the size is a complete subtree
// that the new leaf completes to one of twice its size.
func (t *Tree) Append(leaf tlog.Hash) {
	h := leaf
	for range bits.TrailingZeros64(^uint64(t.size)) {
		last := len(t.frontier) - 1
		h = tlog.NodeHash(t.frontier[last], h)
		t.frontier = t.frontier[:last]
	}
	t.frontier = append(t.frontier, h)
	t.size++
}

// Root returns the hash of the tree (RFC 6962, section 2.1); that of the empty
// tree is the SHA-256 of nothing.
func (t *Tree) Root() tlog.Hash {
	last := len(t.frontier) - 1
	if last < 0 {
		return sha256.Sum256(nil)
	}
	h := t.frontier[last]
	for i := last - 1; i >= 0; i-- {
		h = tlog.NodeHash(t.frontier[i], h)
	}
	return h
}
