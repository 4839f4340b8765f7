package ledger

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// AppendJSONLine appends an entry to an export as JSON lines.
func (e Entry) AppendJSONLine(b []byte) ([]byte, error) {
	line := bytes.NewBuffer(b)
	lines := json.NewEncoder(line)
	lines.SetEscapeHTML(false)
	err := lines.Encode(e)
	return line.Bytes(), err
}

// AppendCSVRow appends an entry to an export as CSV (RFC 4180): the columns of the
// JSON, NULL as an empty cell. A cell that a spreadsheet would take for a formula
// begins with a quote.
func (e Entry) AppendCSVRow(b []byte) []byte {
	for _, c := range e.columns() {
		b = append(appendCell(b, c.text()), ',')
	}
	return append(appendCell(b, hex.EncodeToString(e.Leaf)), "\r\n"...)
}

// AppendCSVHeader appends the row that names the columns.
func AppendCSVHeader(b []byte) []byte {
	for _, c := range (Entry{}).columns() {
		b = append(appendCell(b, c.name), ',')
	}
	return append(appendCell(b, "leaf"), "\r\n"...)
}

// appendCell quotes every cell. The library's writer would change line ends
// inside of them.
func appendCell(b []byte, text string) []byte {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		text = "'" + text
	}
	b = append(b, '"')
	b = append(b, strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), `"`, `""`)...)
	return append(b, '"')
}

// text is the value as a cell shows it.
func (c column) text() string {
	switch v := c.value.(type) {
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case micros:
		at, _ := v.MarshalText() // never fails
		return string(at)
	case *string:
		if v == nil {
			return ""
		}
		return *v
	case *int64:
		if v == nil {
			return ""
		}
		return strconv.FormatInt(*v, 10)
	default:
		panic(fmt.Sprintf("column %s has no text", c.name))
	}
}
