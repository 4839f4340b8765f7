package ledger

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"math/rand"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/quick"

	"golang.org/x/mod/sumdb/tlog"
)

// tableOrder is the order of the columns of audit_entries.
var tableOrder = strings.Fields(`log seq format id at actor_kind actor actor_name credential action parent parent_name
	target_kind target target_name target_version outcome reason address agent request change detail leaf`)

func ptr[T any](v T) *T { return &v }

// fullEntry has a value in every column.
func fullEntry() Entry {
	return Entry{
		Log: "o_acme", Seq: 7, Format: 1, ID: "e_7", At: 1_700_000_000_000_001,
		ActorKind: "member", Actor: ptr("u_1"), ActorName: ptr("Ada"), Credential: ptr("x_1"),
		Action: "secret.reveal", Parent: ptr("h_1"), ParentName: ptr("notify"),
		TargetKind: ptr("secret"), Target: ptr("s_1"), TargetName: ptr("API_KEY"), TargetVersion: ptr(int64(3)),
		Outcome: "done", Reason: ptr("on call"), Address: ptr("192.0.2.1"), Agent: ptr("agent"),
		Request: ptr("r_1"), Change: ptr("c_1"), Detail: ptr(`{"a":1}`),
		Leaf: []byte{0xab, 0xcd},
	}
}

// bareEntry has a value only where NULL is not allowed.
func bareEntry() Entry {
	return Entry{Log: "server", Seq: 1, Format: 1, ID: "e_1", ActorKind: "server", Action: "log.open", Outcome: "done"}
}

func TestEntryHasTheColumnsInTableOrder(t *testing.T) {
	var tags []string
	for field := range reflect.TypeFor[Entry]().Fields() {
		tags = append(tags, field.Tag.Get("db"))
	}
	if !slices.Equal(tags, tableOrder) {
		t.Errorf("fields are %v, want %v", tags, tableOrder)
	}
	var encoded []string
	for _, c := range (Entry{}).columns() {
		encoded = append(encoded, c.name)
	}
	if want := tableOrder[:len(tableOrder)-1]; !slices.Equal(encoded, want) {
		t.Errorf("encoded are %v, want %v", encoded, want)
	}
}

// Logs that exist are verified by this encoding: if this test fails, the encoding
// is wrong and not the test.
func TestEncodeGolden(t *testing.T) {
	full := strings.Join([]string{
		"01 00000008 0000000000000001", // the format first
		"02 00000006 6f5f61636d65",
		"01 00000008 0000000000000007",
		"01 00000008 0000000000000001",
		"02 00000003 655f37",
		"01 00000008 00060a24181e4001",
		"02 00000006 6d656d626572",
		"02 00000003 755f31",
		"02 00000003 416461",
		"02 00000003 785f31",
		"02 0000000d 7365637265742e72657665616c",
		"02 00000003 685f31",
		"02 00000006 6e6f74696679",
		"02 00000006 736563726574",
		"02 00000003 735f31",
		"02 00000007 4150495f4b4559",
		"01 00000008 0000000000000003",
		"02 00000004 646f6e65",
		"02 00000007 6f6e2063616c6c",
		"02 00000009 3139322e302e322e31",
		"02 00000005 6167656e74",
		"02 00000003 725f31",
		"02 00000003 635f31",
		"02 00000007 7b2261223a317d",
	}, "")
	bare := strings.Join([]string{
		"01 00000008 0000000000000001",
		"02 00000006 736572766572",
		"01 00000008 0000000000000001",
		"01 00000008 0000000000000001",
		"02 00000003 655f31",
		"01 00000008 ffffffffffffffff",
		"02 00000006 736572766572",
		strings.Repeat("00 00000000", 3),
		"02 00000008 6c6f672e6f70656e",
		strings.Repeat("00 00000000", 6),
		"02 00000004 646f6e65",
		strings.Repeat("00 00000000", 6),
	}, "")
	before1970 := bareEntry()
	before1970.At = -1
	for _, c := range []struct {
		name  string
		entry Entry
		want  string
		leaf  string // SHA-256 of a zero byte and the encoding
	}{
		{"full", fullEntry(), full, "7638d9ec8e196aa2ff2fa262d6dd5f6f73cbbf4be312b375058722ba601d0cec"},
		{"bare", before1970, bare, "d1c05e184807796cdc2c37071f5a26829e577836e9bc0da98ebf05b4e0ae31b6"},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := strings.ReplaceAll(c.want, " ", "")
			if got := hex.EncodeToString(c.entry.Encode()); got != want {
				t.Errorf("encoding is\n%s, want\n%s", got, want)
			}
			if got := c.entry.LeafHash(); hex.EncodeToString(got[:]) != c.leaf {
				t.Errorf("leaf is %x, want %s", got[:], c.leaf)
			}
		})
	}
}

func TestLeafHashIsRFC6962(t *testing.T) {
	e := fullEntry()
	if e.LeafHash() != tlog.RecordHash(e.Encode()) {
		t.Error("the leaf is not the record hash of the encoding")
	}
	e.Leaf = nil
	if e.LeafHash() != fullEntry().LeafHash() {
		t.Error("the leaf column is part of its own hash")
	}
}

// Changing any column changes the leaf: another value, the empty text, NULL.
func TestEncodeCoversEveryColumn(t *testing.T) {
	for i, name := range tableOrder[:len(tableOrder)-1] {
		t.Run(name, func(t *testing.T) {
			seen := map[string]bool{string(fullEntry().Encode()): true}
			for _, change := range otherValues(reflect.TypeFor[Entry]().Field(i).Type) {
				e := fullEntry()
				reflect.ValueOf(&e).Elem().Field(i).Set(change)
				encoding := string(e.Encode())
				if seen[encoding] {
					t.Errorf("%v has an encoding that was there before", change)
				}
				seen[encoding] = true
			}
		})
	}
}

func otherValues(column reflect.Type) []reflect.Value {
	values := func(vs ...any) (out []reflect.Value) {
		for _, v := range vs {
			out = append(out, reflect.ValueOf(v))
		}
		return out
	}
	switch column {
	case reflect.TypeFor[string]():
		return values("", "x", "\x00", "x\x00")
	case reflect.TypeFor[*string]():
		return values((*string)(nil), ptr(""), ptr("x"), ptr("\x00"), ptr("x\x00"))
	case reflect.TypeFor[int64]():
		return values(int64(0), int64(-1), int64(math.MaxInt64), int64(math.MinInt64), int64(256))
	case reflect.TypeFor[*int64]():
		return values((*int64)(nil), ptr(int64(0)), ptr(int64(-1)), ptr(int64(math.MaxInt64)))
	}
	panic("column of unknown type " + column.String())
}

// A byte that moves from one column to its neighbour changes the encoding.
func TestEncodeKeepsNeighboursApart(t *testing.T) {
	for i := range tableOrder[:len(tableOrder)-2] {
		with := func(left, right string) []byte {
			e := fullEntry()
			v := reflect.ValueOf(&e).Elem()
			if !setText(v.Field(i), left) || !setText(v.Field(i+1), right) {
				return nil
			}
			return e.Encode()
		}
		if here, there := with("ab", "c"), with("a", "bc"); here != nil && bytes.Equal(here, there) {
			t.Errorf("a byte moves from %s to %s unseen", tableOrder[i], tableOrder[i+1])
		}
	}
}

func setText(field reflect.Value, text string) bool {
	switch field.Interface().(type) {
	case string:
		field.SetString(text)
	case *string:
		field.Set(reflect.ValueOf(&text))
	default:
		return false
	}
	return true
}

// Whatever an entry holds can be read back from its encoding, so no two entries
// share one.
func TestEncodeIsInjective(t *testing.T) {
	property := func(e Entry) bool {
		e.Leaf = nil
		got, err := decode(e.Encode())
		return err == nil && reflect.DeepEqual(got, e)
	}
	config := &quick.Config{MaxCount: 500, Values: func(args []reflect.Value, r *rand.Rand) {
		args[0] = reflect.ValueOf(randomEntry(r))
	}}
	if err := quick.Check(property, config); err != nil {
		t.Error(err)
	}
}

func randomEntry(r *rand.Rand) Entry {
	texts := []string{"", "a", "\x00", "\x02\x00\x00\x00\x01a", "\xff", "é", "e\u0301", strings.Repeat("long ", 100)}
	text := func() string { return texts[r.Intn(len(texts))] }
	var e Entry
	v := reflect.ValueOf(&e).Elem()
	for _, field := range v.Fields() {
		switch field.Interface().(type) {
		case string:
			field.SetString(text())
		case int64:
			field.SetInt(int64(r.Uint64()))
		case *string:
			if r.Intn(2) == 0 {
				field.Set(reflect.ValueOf(ptr(text())))
			}
		case *int64:
			if r.Intn(2) == 0 {
				field.Set(reflect.ValueOf(ptr(int64(r.Uint64()))))
			}
		}
	}
	return e
}

// decode reads an encoding by what the comment of Encode says.
func decode(b []byte) (Entry, error) {
	var e Entry
	v := reflect.ValueOf(&e).Elem()
	var format int64
	targets := []reflect.Value{reflect.ValueOf(&format).Elem()}
	for i := range tableOrder[:len(tableOrder)-1] {
		targets = append(targets, v.Field(i))
	}
	for _, target := range targets {
		if len(b) < 5 {
			return Entry{}, fmt.Errorf("%d bytes left for a field", len(b))
		}
		kind, n := b[0], binary.BigEndian.Uint32(b[1:])
		content := b[5 : 5+n]
		b = b[5+n:]
		switch kind {
		case 0:
			continue
		case 1:
			number := int64(binary.BigEndian.Uint64(content))
			if target.Kind() == reflect.Pointer {
				target.Set(reflect.ValueOf(&number))
			} else {
				target.SetInt(number)
			}
		case 2:
			setText(target, string(content))
		}
	}
	if len(b) != 0 || format != e.Format {
		return Entry{}, fmt.Errorf("%d bytes left over, format %d", len(b), format)
	}
	return e, nil
}

func TestEntryAsJSON(t *testing.T) {
	quoted := fullEntry()
	quoted.TargetName, quoted.Agent = ptr("line\r\nend \"quoted\" </script>"), ptr("")
	whole := bareEntry()
	whole.At = 1_700_000_000_000_000
	for _, c := range []struct {
		name  string
		entry Entry
		want  string
	}{
		{"full", fullEntry(), `{"log":"o_acme","seq":7,"format":1,"id":"e_7","at":"2023-11-14T22:13:20.000001Z",` +
			`"actor_kind":"member","actor":"u_1","actor_name":"Ada","credential":"x_1","action":"secret.reveal",` +
			`"parent":"h_1","parent_name":"notify","target_kind":"secret","target":"s_1","target_name":"API_KEY","target_version":3,` +
			`"outcome":"done","reason":"on call","address":"192.0.2.1","agent":"agent","request":"r_1","change":"c_1",` +
			`"detail":"{\"a\":1}","leaf":"abcd"}`},
		{"bare", whole, `{"log":"server","seq":1,"format":1,"id":"e_1","at":"2023-11-14T22:13:20.000000Z",` +
			`"actor_kind":"server","actor":null,"actor_name":null,"credential":null,"action":"log.open",` +
			`"parent":null,"parent_name":null,"target_kind":null,"target":null,"target_name":null,"target_version":null,` +
			`"outcome":"done","reason":null,"address":null,"agent":null,"request":null,"change":null,` +
			`"detail":null,"leaf":""}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := json.Marshal(c.entry)
			if err != nil || string(got) != c.want {
				t.Errorf("%v\n%s, want\n%s", err, got, c.want)
			}
		})
	}

	line, err := json.Marshal(quoted)
	if err != nil {
		t.Fatal(err)
	}
	var back map[string]any
	if err := json.Unmarshal(line, &back); err != nil {
		t.Fatal(err)
	}
	if len(back) != len(tableOrder) || bytes.ContainsAny(line, "\r\n") {
		t.Errorf("not one line with the columns as its keys: %s", line)
	}
	if back["target_name"] != *quoted.TargetName || back["agent"] != "" {
		t.Errorf("texts changed: %s", line)
	}
}
