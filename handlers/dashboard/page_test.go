package dashboard

import (
	"encoding/json"
	"testing"

	"hooksafe/views"
)

// A header is ASCII, and means the same: "Tomás" in raw UTF-8 arrives broken.
func TestASCII(t *testing.T) {
	for _, text := range []string{"plain", "Tomás", "日本", "🗝️", "\u2028", `"\` + "\r\n"} {
		raw, err := json.Marshal(map[string]string{"say": text})
		if err != nil {
			t.Fatal(err)
		}
		header := ascii(string(raw))
		for _, b := range []byte(header) {
			if b < 0x20 || b > 0x7e {
				t.Errorf("%q: byte %#x in %q", text, b, header)
			}
		}
		var back map[string]string
		if err := json.Unmarshal([]byte(header), &back); err != nil || back["say"] != text {
			t.Errorf("%q came back as %q, %v", text, back["say"], err)
		}
	}
}

func TestSpoken(t *testing.T) {
	for want, toast := range map[string]views.ToastProps{
		"CRM added. 15 of 20.":                                           {Name: "CRM", Text: "added", Detail: "15 of 20."},
		"Password changed.":                                              {Text: "Password changed."},
		"CRM deleted. You can undo this for 7 days.":                     {Name: "CRM", Text: "deleted", Detail: undoDetail},
		"second on. first was switched off: one hook runs at a trigger.": {Name: "second", Text: "on", Detail: "first was switched off: one hook runs at a trigger."},
	} {
		if got := spoken(toast); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestLocalPath(t *testing.T) {
	for next, want := range map[string]bool{
		"/": true, "/orgs/acme/hooks?after=x#y": true, "/a//b": true, "/a:b": true,
		"": false, "a": false, "//a": false, "///a": false, `/\a`: false, `/a\b`: false, `\\a`: false,
		"http://a": false, "http:a": false, "javascript:1": false, "/\t/a": false, "/a\r\nb": false, "/\x7f": false, "/%zz": false,
	} {
		if got := localPath(next); got != want {
			t.Errorf("localPath(%q) is %v", next, got)
		}
	}
}
