package main

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

func TestReadPassword(t *testing.T) {
	for _, tt := range []struct {
		name  string
		stdin string
		want  string
	}{
		{"a line", "four unrelated words\n", "four unrelated words"},
		{"a line of Windows", "four unrelated words\r\n", "four unrelated words"},
		{"no line end", "four unrelated words", "four unrelated words"},
		{"more lines", "four unrelated words\nand more\n", "four unrelated words"},
		{"white space is part of it", " four unrelated\twords \n", " four unrelated\twords "},
		{"bytes of any kind", "four\x00unrelated\xffwords\rhere\n", "four\x00unrelated\xffwords\rhere"},
		{"an empty line", "\nfour unrelated words\n", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cmd := &cobra.Command{}
			cmd.SetIn(strings.NewReader(tt.stdin))
			if got, err := readPassword(cmd); got != tt.want || err != nil {
				t.Errorf("got %q, %v, want %q", got, err, tt.want)
			}
		})
	}
}
