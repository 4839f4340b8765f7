package formats

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// S-37: a file of nothing but faults costs little more than its length, and all of them
// count.
func TestS37ManyFaults(t *testing.T) { // Not beside others: it counts all memory.
	const lines = MaxImport / 2
	for what, read := range map[string]func(text []byte) error{
		"dotenv": func(text []byte) error { _, err := ReadSecrets(Dotenv, text); return err },
		"json":   func(text []byte) error { _, err := ReadSecrets(JSONText, text); return err },
		"yaml":   func(text []byte) error { _, err := ReadSecrets(YAMLText, text); return err },
	} {
		text := []byte(strings.Repeat("\x00\n", lines))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := read(text)
		runtime.ReadMemStats(&after)
		var problems Problems
		if !errors.As(err, &problems) || len(problems) != maxShown+1 {
			t.Fatalf("%s: %d problems", what, len(problems))
		}
		if last, want := problems[maxShown].What, fmt.Sprintf("and %d more", lines-maxShown); what == "json" && last != want {
			t.Errorf("%s: ends with %q, want %q", what, last, want)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 8*MaxImport {
			t.Errorf("%s: it took %d MiB", what, used>>20)
		}
	}
}
