// Package ledger is the audit log as something that can be proved: the canonical
// encoding of an entry, the Merkle tree whose leaves the entries of a log are
// (RFC 6962), the signed head of that tree, and their verification. It knows no
// database, so a copy of the log and a public key are all that a proof needs.
//
// Each organization has a log, and the server has one. Changing what Encode
// writes makes every log written so far unverifiable: a new column comes with a
// new format.
package ledger

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// Format is the newest format of entries, and the only one so far.
const Format = 1

// Entry is one audit entry. Its fields are the columns of audit_entries in table
// order; a nil pointer is NULL. Names are those of the time of the entry.
type Entry struct {
	Log           string  `db:"log"`
	Seq           int64   `db:"seq"` // 1, 2, 3 … in each log
	Format        int64   `db:"format"`
	ID            string  `db:"id"`
	At            int64   `db:"at"` // unix microseconds, never less than the entry before
	ActorKind     string  `db:"actor_kind"`
	Actor         *string `db:"actor"`
	ActorName     *string `db:"actor_name"`
	Credential    *string `db:"credential"`
	Action        string  `db:"action"`
	Parent        *string `db:"parent"`
	ParentName    *string `db:"parent_name"`
	TargetKind    *string `db:"target_kind"`
	Target        *string `db:"target"`
	TargetName    *string `db:"target_name"`
	TargetVersion *int64  `db:"target_version"`
	Outcome       string  `db:"outcome"`
	Reason        *string `db:"reason"`
	Address       *string `db:"address"`
	Agent         *string `db:"agent"`
	Request       *string `db:"request"`
	Change        *string `db:"change"`
	Detail        *string `db:"detail"`
	Leaf          []byte  `db:"leaf"` // LeafHash, 32 bytes
}

// column is one value of an entry: string, int64, micros, *string or *int64.
type column struct {
	name  string
	value any
}

// micros is a time in unix microseconds: hashed as a number, exported as text.
type micros int64

// columns returns every column but leaf in table order. What is hashed and what
// is exported both come from this list.
func (e Entry) columns() []column {
	return []column{
		{"log", e.Log},
		{"seq", e.Seq},
		{"format", e.Format},
		{"id", e.ID},
		{"at", micros(e.At)},
		{"actor_kind", e.ActorKind},
		{"actor", e.Actor},
		{"actor_name", e.ActorName},
		{"credential", e.Credential},
		{"action", e.Action},
		{"parent", e.Parent},
		{"parent_name", e.ParentName},
		{"target_kind", e.TargetKind},
		{"target", e.Target},
		{"target_name", e.TargetName},
		{"target_version", e.TargetVersion},
		{"outcome", e.Outcome},
		{"reason", e.Reason},
		{"address", e.Address},
		{"agent", e.Agent},
		{"request", e.Request},
		{"change", e.Change},
		{"detail", e.Detail},
	}
}

// The type byte of an encoded field.
const (
	typeNull    = 0
	typeInteger = 1
	typeText    = 2
)

// Encode returns the canonical encoding, the data of the entry's leaf. It is a
// list of fields: first the format, then every column but leaf in table order,
// log, seq and format included. A field is
//
//	1 byte   type: 0 NULL, 1 integer, 2 text
//	4 bytes  length of the content in bytes, unsigned, big-endian
//	n bytes  content: nothing for NULL; 8 bytes, two's complement, big-endian
//	         for an integer; the bytes of the text as they are
//
// Different entries have different encodings: NULL is not the empty text,
// and no byte can move to the neighbouring field.
func (e Entry) Encode() []byte {
	b := make([]byte, 0, 512)
	b = appendInteger(b, e.Format)
	for _, c := range e.columns() {
		b = c.append(b)
	}
	return b
}

// LeafHash returns the hash of the entry's leaf in the tree: RFC 6962 over Encode.
func (e Entry) LeafHash() tlog.Hash { return tlog.RecordHash(e.Encode()) }

func (c column) append(b []byte) []byte {
	switch v := c.value.(type) {
	case string:
		return appendText(b, v)
	case int64:
		return appendInteger(b, v)
	case micros:
		return appendInteger(b, int64(v))
	case *string:
		if v == nil {
			return appendNull(b)
		}
		return appendText(b, *v)
	case *int64:
		if v == nil {
			return appendNull(b)
		}
		return appendInteger(b, *v)
	default:
		panic(fmt.Sprintf("column %s has no encoding", c.name))
	}
}

func appendNull(b []byte) []byte {
	return append(b, typeNull, 0, 0, 0, 0)
}

func appendInteger(b []byte, n int64) []byte {
	b = append(b, typeInteger, 0, 0, 0, 8)
	return binary.BigEndian.AppendUint64(b, uint64(n))
}

func appendText(b []byte, s string) []byte {
	b = append(b, typeText)
	b = binary.BigEndian.AppendUint32(b, uint32(len(s)))
	return append(b, s...)
}

// MarshalJSON returns the entry as it is exported: one object whose keys are the
// columns in table order, at as RFC 3339 in UTC with six fractional digits, leaf
// as hex, NULL as null. Bytes that are no UTF-8 are exported as U+FFFD; the leaf is
// over the text as it is.
func (e Entry) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for _, c := range append(e.columns(), column{"leaf", hex.EncodeToString(e.Leaf)}) {
		value, err := json.Marshal(c.value)
		if err != nil {
			return nil, fmt.Errorf("encode %s: %w", c.name, err)
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = append(b, '"')
		b = append(b, c.name...)
		b = append(b, '"', ':')
		b = append(b, value...)
	}
	return append(b, '}'), nil
}

// MarshalText writes RFC 3339 in UTC, always with six fractional digits, so that
// exported times sort as text.
func (m micros) MarshalText() ([]byte, error) {
	return time.UnixMicro(int64(m)).UTC().AppendFormat(nil, "2006-01-02T15:04:05.000000Z"), nil
}
