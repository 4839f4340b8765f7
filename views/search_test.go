package views

import (
	"testing"

	"hooksafe/static"
)

func TestMarked(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"STRIPE_API_KEY", "stripe", "<mark>STRIPE</mark>_<wbr>API_<wbr>KEY"},
		{"STRIPE_API_KEY", "e_a", "STRIP<mark>E_<wbr>A</mark>PI_<wbr>KEY"},
		{"STRIPE_API_KEY", "KEY", "STRIPE_<wbr>API_<wbr><mark>KEY</mark>"},
		{"Tomás Vidal", "TOMÁS", "<mark>Tomás</mark> Vidal"},
		{"İstanbul", "stan", "İ<mark>stan</mark>bul"},
		{"<b>&", "B>", "&lt;<mark>b&gt;</mark>&amp;"},
		{"my-hook", "my hook", "my-hook"},
		{"a", "much longer", "a"},
		{"name", "", "name"},
		{"", "x", ""},
	}
	for _, test := range tests {
		if got := marked(test.name, test.text); got != test.want {
			t.Errorf("%q in %q: %s, want %s", test.text, test.name, got, test.want)
		}
	}
}

func TestResultsHaveTheirIcon(t *testing.T) {
	for kind := range resultIcons {
		static.Icon(ResultProps{Kind: kind}.icon())
	}
	static.Icon(ResultProps{}.icon())
	for _, w := range signIns {
		static.Icon(w.done.icon)
		static.Icon(w.failed.icon)
	}
	for _, theme := range themes {
		static.Icon(theme.icon)
	}
}
