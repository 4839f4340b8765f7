package dashboard

import (
	"slices"
	"testing"

	"hooksafe/handlers/formats"
)

// What came by itself is named as whoever sent it does; what a zip holds keeps its name.
func TestCalledAs(t *testing.T) {
	read := formats.Problems{{Where: "tenant.yaml, line 3", What: "x"}, {Where: "tenant.yaml", What: "x"}, {What: "x"}}
	for name, want := range map[string][]string{
		"":            {"line 3", "", ""},
		"photo.jpg":   {"photo.jpg, line 3", "photo.jpg", ""},
		"tenant.yaml": {"tenant.yaml, line 3", "tenant.yaml", ""},
		"Export.ZIP":  {"tenant.yaml, line 3", "tenant.yaml", ""},
	} {
		var got []string
		for _, p := range calledAs(form{called: map[string]string{"file": name}}, read) {
			got = append(got, p.Where)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: %q", name, got)
		}
	}
	if read[0].Where != "tenant.yaml, line 3" {
		t.Error("the problems themselves were changed")
	}
}
