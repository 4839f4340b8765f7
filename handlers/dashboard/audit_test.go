package dashboard

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"hooksafe/store"
)

// Reads that follow each other are drawn as one, secret by secret; nothing else is, and
// nothing is lost.
func TestGrouped(t *testing.T) {
	noon := time.Date(2026, time.November, 21, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct{ name, entries, want string }{
		{"one secret", "ci:A@9 ci:A@8 ci:A@7", "[9 8 7]"},
		{"two secrets in turns", "ci:A@9 ci:B@8 ci:A@7 ci:B@6", "[9 7] [8 6]"},
		{"two keys", "ci:A@9 edge:A@8 ci:A@7", "[9 7] [8]"},
		{"a person between them", "ci:A@9 ci:A@8 ana=A@7 ci:A@6 ci:A@5", "[9 8] [7] [6 5]"},
		{"a person who does the same again", "ana=A@9 ana=A@8", "[9] [8]"},
		{"refusals", "ci!A@9 ci!A@8 ci:A@7", "[9] [8] [7]"},
		{"another day", "ci:A@2 ci:A@-11 ci:A@-13", "[2 -11] [-13]"},
		{"none", "", ""},
	} {
		var entries []store.AuditEntry
		for _, text := range strings.Fields(c.entries) {
			who, rest := text[:strings.IndexAny(text, ":=!")], text[strings.IndexAny(text, ":=!"):]
			hours := 0
			fmt.Sscan(rest[3:], &hours)
			e := store.AuditEntry{Action: "secret.read", Outcome: "done", At: noon.Add(time.Duration(hours) * time.Hour).UnixMicro()}
			target := rest[1:2]
			e.Actor, e.Target, e.Seq = &who, &target, int64(hours)
			switch rest[0] {
			case '=':
				e.Action = "secret.reveal"
			case '!':
				e.Outcome = "denied"
			}
			entries = append(entries, e)
		}
		var got []string
		for _, group := range grouped(entries) {
			var hours []int64
			for _, e := range group {
				hours = append(hours, e.Seq)
			}
			got = append(got, fmt.Sprint(hours))
		}
		if got := strings.Join(got, " "); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
