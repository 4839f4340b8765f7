package ledger

import (
	"encoding/csv"
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// no cell is a formula to a spreadsheet, and all others are as they were.
func TestA08Cells(t *testing.T) {
	for text, want := range map[string]string{
		"=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@x": "'@x", "\tx": "'\tx", "\rx": "'\rx",
		"": "", "plain": "plain", "a=b": "a=b", " =1": " =1", "'=1": "'=1", `"quoted", "it"`: `""quoted"", ""it""`,
		"two\r\nlines\nand three": "two\r\nlines\nand three", "Tomás": "Tomás", "bad \xff": "bad \uFFFD",
	} {
		if got := string(appendCell(nil, text)); got != `"`+want+`"` {
			t.Errorf("%q is %s", text, got)
		}
	}
}

// The columns of an export are the same in both formats, whatever an entry holds.
func TestExportsAgree(t *testing.T) {
	name, version := "=HYPERLINK()", int64(-4)
	for _, e := range []Entry{
		{},
		{Log: "l", Seq: 7, Format: 1, ID: "e", At: 1, ActorKind: "user", ActorName: &name, Action: "hook.update",
			TargetVersion: &version, Outcome: "done", Leaf: []byte{1, 0xab}},
	} {
		rows, err := csv.NewReader(strings.NewReader(string(e.AppendCSVRow(AppendCSVHeader(nil))))).ReadAll()
		if err != nil || len(rows) != 2 {
			t.Fatalf("%v, %v", rows, err)
		}
		line, err := e.AppendJSONLine([]byte("before\n"))
		if err != nil || !strings.HasPrefix(string(line), "before\n{") || !strings.HasSuffix(string(line), "}\n") {
			t.Fatalf("%s, %v", line, err)
		}
		var object map[string]any
		if err := json.Unmarshal(line[len("before\n"):], &object); err != nil {
			t.Fatal(err)
		}
		for i, column := range rows[0] {
			if _, there := object[column]; !there || len(object) != len(rows[0]) {
				t.Errorf("the JSON has no %s", column)
			}
			if empty := object[column] == nil || object[column] == ""; empty != (rows[1][i] == "") {
				t.Errorf("%s is %q and %v", column, rows[1][i], object[column])
			}
		}
		if e.Seq == 7 && (!slices.Contains(rows[1], "'=HYPERLINK()") || !slices.Contains(rows[1], "'-4") ||
			!slices.Contains(rows[1], "1970-01-01T00:00:00.000001Z") || !slices.Contains(rows[1], "01ab")) {
			t.Errorf("row %q", rows[1])
		}
	}
}
