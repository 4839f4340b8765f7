package views

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"hooksafe/static"
)

var update = flag.Bool("update", false, "write the golden files anew")

func render(t *testing.T, view templ.Component) string {
	t.Helper()
	var page bytes.Buffer
	if err := view.Render(context.Background(), &page); err != nil {
		t.Fatal(err)
	}
	return page.String()
}

// parse reads HTML as a browser would. Rows stand in a table, so that the
// parser does not throw them away.
func parse(t *testing.T, text string) *html.Node {
	t.Helper()
	if strings.HasPrefix(text, "<tbody") {
		text = "<table>" + text + "</table>"
	}
	document, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return document
}

func attribute(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// find returns the first element that has the attribute, with this value if
// one is given.
func find(n *html.Node, name, value string) *html.Node {
	for d := range n.Descendants() {
		if got, ok := attribute(d, name); ok && (value == "" || got == value) {
			return d
		}
	}
	return nil
}

func textOf(n *html.Node) string {
	var text strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			text.WriteString(d.Data)
		}
	}
	return text.String()
}

// version is the hash in an asset's address. It is not in the golden files, else
// a change of the stylesheet would change them all.
var version = regexp.MustCompile(`\?v=[0-9a-f]+`)

// TestGolden compares every view in every case with its file. Elements stand
// one a line there, so that a difference is short.
func TestGolden(t *testing.T) {
	for name, view := range samples {
		t.Run(name, func(t *testing.T) {
			got := version.ReplaceAllString(strings.ReplaceAll(render(t, view), "><", ">\n<"), "") + "\n"
			path := filepath.Join("testdata", name+".html")
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("differs from %s at: %s\nIf that is meant: go test ./views -update", path, difference(got, string(want)))
			}
		})
	}
}

func difference(got, want string) string {
	wanted := strings.Split(want, "\n")
	for i, line := range strings.Split(got, "\n") {
		if i >= len(wanted) || line != wanted[i] {
			return fmt.Sprintf("line %d: %q", i+1, line)
		}
	}
	return "its end"
}

func TestGoldenFilesAllUsed(t *testing.T) {
	files, err := filepath.Glob("testdata/*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if name := strings.TrimSuffix(filepath.Base(file), ".html"); samples[name] == nil {
			t.Errorf("%s belongs to no sample", file)
		}
	}
}

// The policy is default-src 'none' with files of our own only: what it would
// refuse, and what needs eval, must not be written in the first place.
func TestNothingThePolicyRefuses(t *testing.T) {
	for name, view := range samples {
		for n := range parse(t, render(t, view)).Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			if _, ok := attribute(n, "src"); n.Data == "script" && !ok {
				t.Errorf("%s: a script without src", name)
			}
			if n.Data == "style" {
				t.Errorf("%s: a style element", name)
			}
			for _, a := range n.Attr {
				if a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(a.Key, "hx-on") {
					t.Errorf("%s: <%s %s>", name, n.Data, a.Key)
				}
				if value := strings.ToLower(a.Val); strings.HasPrefix(value, "javascript:") || strings.HasPrefix(value, "js:") || strings.HasPrefix(value, "data:") {
					t.Errorf("%s: <%s %s=%q>", name, n.Data, a.Key, a.Val)
				}
			}
		}
	}
}

func TestIDsAreUnique(t *testing.T) {
	for name, view := range samples {
		seen := map[string]bool{}
		for n := range parse(t, render(t, view)).Descendants() {
			if id, ok := attribute(n, "id"); ok {
				if seen[id] {
					t.Errorf("%s: two elements with id %q", name, id)
				}
				seen[id] = true
			}
		}
	}
}

// TestDescriptionsExist: what an element is described, labelled or opened by is
// there. The popovers and banners of a page need the page, so only pages count.
func TestDescriptionsExist(t *testing.T) {
	for name, view := range samples {
		page := render(t, view)
		if !strings.HasPrefix(page, "<!doctype") {
			continue
		}
		document := parse(t, page)
		for n := range document.Descendants() {
			for _, key := range []string{"aria-describedby", "aria-labelledby", "aria-controls", "for", "popovertarget", "form"} {
				ids, _ := attribute(n, key)
				for _, id := range strings.Fields(ids) {
					if id != "modal-title" && id != "drawer-title" && find(document, "id", id) == nil {
						t.Errorf("%s: <%s %s=%q> points nowhere", name, n.Data, key, id)
					}
				}
			}
		}
	}
}

func TestControlsHaveNames(t *testing.T) {
	for name, view := range samples {
		for n := range parse(t, render(t, view)).Descendants() {
			if n.Type != html.ElementNode || n.Data != "button" && n.Data != "a" {
				continue
			}
			if label, ok := attribute(n, "aria-label"); strings.TrimSpace(textOf(n)) == "" && (!ok || label == "") {
				t.Errorf("%s: <%s> without a name", name, n.Data)
			}
		}
	}
}

// A form posts by htmx and without; a second click is dropped; one that only looks
// for something asks its own address, and for the last thing typed; and a link that
// opens a dialog leads to the same page without script.
func TestFormsAndLinksWorkWithoutScript(t *testing.T) {
	for name, view := range samples {
		for n := range parse(t, render(t, view)).Descendants() {
			action, _ := attribute(n, "action")
			if post, ok := attribute(n, "hx-post"); ok {
				if sync, _ := attribute(n, "hx-sync"); n.Data != "form" || post != action || sync != "this:drop" {
					t.Errorf("%s: <%s hx-post=%q action=%q hx-sync=%q>", name, n.Data, post, action, sync)
				}
			}
			role, _ := attribute(n, "role")
			method, _ := attribute(n, "method")
			if _, fetches := attribute(n, "hx-get"); n.Data == "form" && method != "post" && !fetches && role != "search" {
				t.Errorf("%s: a form that is no POST: %q", name, action)
			}
			address, ok := attribute(n, "hx-get")
			switch sync, _ := attribute(n, "hx-sync"); {
			case ok && n.Data == "form":
				if address != action || method == "post" || sync != "this:replace" {
					t.Errorf("%s: <form hx-get=%q action=%q method=%q hx-sync=%q>", name, address, action, method, sync)
				}
			case ok:
				href, _ := attribute(n, "href")
				if n.Data != "a" || !strings.HasPrefix(address, href) || href == "" {
					t.Errorf("%s: <%s hx-get=%q href=%q>", name, n.Data, address, href)
				}
			}
		}
	}
}

// exotic are values that a browser changes if they are written carelessly.
var exotic = []string{
	"", "\n", "\n\nleading", "trailing\n", "\r", "a\r\nb\rc\n", " \t ", "\ufeffbom", "é e\u0301 \u202eright to left 👩‍👩‍👧",
	"</code></textarea><!--", "&#13; &amp; &lt;", `<b>"quoted"</b> 'it'`,
}

func TestValuesKeepEveryCharacter(t *testing.T) {
	for _, value := range exotic {
		row := parse(t, render(t, SecretRevealed(revealedSample(value))))
		if got := textOf(find(row, "data-plaintext", "")); got != value {
			t.Errorf("value %q arrives as %q", value, got)
		}
		editor := editorSample()
		editor.Script = value
		page := parse(t, render(t, EditorPage(editor)))
		if got := textOf(find(page, "id", "script")); got != value {
			t.Errorf("script %q arrives as %q", value, got)
		}
	}
}

func TestOnlyTheRevealedRowHoldsAValue(t *testing.T) {
	for _, view := range views {
		if props := reflect.TypeOf(view).In(0); holdsValue(props) {
			t.Errorf("%v has a place for a value", props)
		}
	}
}

// holdsValue looks for a field named Value in a type and all that it is made
// of, but for the revealed row and the token of a new API key.
func holdsValue(typ reflect.Type) bool {
	switch typ.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		return holdsValue(typ.Elem())
	case reflect.Struct:
		if slices.Contains([]reflect.Type{reflect.TypeFor[RevealedProps](), reflect.TypeFor[APIKeyMadeProps](), reflect.TypeFor[time.Time]()}, typ) {
			return false
		}
		for i := range typ.NumField() {
			if f := typ.Field(i); f.Name == "Value" || holdsValue(f.Type) {
				return true
			}
		}
	}
	return false
}

// views are all that show text of somebody, for tests that fill their props in.
var views = []any{
	Import, ImportPlan,
	GeneralPage, DeleteOrganization, NewOrganization,
	SignIn, Setup, Reset, NoOrganization, Account, HooksPage, HookList, Hook, HookSwitch, NewHook, DeleteHook, HookHead, EditorPage,
	SaveMessage, SecretsPage, SecretsChanged, SecretList, Secret, SecretRevealed, SecretDetail, AddSecret, EditSecret, DeleteSecret, Confirm, Export, AuditPage,
	MembersPage, MemberList, APIKeysPage, APICallsPage, APIKeyList, NewAPIKey, APIKeyMade, RevokeAPIKey,
	AuditList, AuditEntry, AuditFilters, Activity, HookActivity, SearchPage, PaletteOptions, Appearance, Keys, KeysPage, ErrorPage, ErrorToast, Toast, ToastPart, Sheet,
}

const attack = `"><script>alert(1)</script><b title='`

// TestTextIsOnlyText puts an attack into every string there is, with every flag
// on and with every flag off.
func TestTextIsOnlyText(t *testing.T) {
	for _, view := range views {
		for _, flags := range []bool{false, true} {
			props := reflect.New(reflect.TypeOf(view).In(0)).Elem()
			fill(props, flags)
			component := reflect.ValueOf(view).Call([]reflect.Value{props})[0].Interface().(templ.Component)
			page := render(t, component)
			if strings.Contains(page, "<script>") || strings.Contains(page, "<b title=") {
				t.Errorf("%v: text became markup", props.Type())
			}
			if !strings.Contains(page, "alert(1)") {
				t.Errorf("%v: the text is not there at all", props.Type())
			}
		}
	}
}

func fill(v reflect.Value, flags bool) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(attack)
	case reflect.Bool:
		v.SetBool(flags)
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), flags)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), flags)
	case reflect.Map:
		v.Set(reflect.ValueOf(Errors{}))
		for _, field := range []string{"", "name", "value", "note", "token", "email", "organization", "current", "password", "trigger", "slug", "seconds", "confirm", "reason", "text"} {
			v.SetMapIndex(reflect.ValueOf(field), reflect.ValueOf(attack))
		}
	case reflect.Interface:
		v.Set(reflect.ValueOf(AddSecret(AddSecretProps{Hook: attack})))
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(now))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i), flags)
		}
	default:
		panic("no way to fill a " + v.Type().String())
	}
}

// TestEveryWordHasItsIcon: an icon that the sprite lacks panics.
func TestEveryWordHasItsIcon(t *testing.T) {
	for _, d := range deeds {
		static.Icon(d.icon)
	}
	for _, id := range triggerSamples {
		if _, ok := triggers[id]; !ok {
			t.Errorf("no words for trigger %s", id)
		}
		static.Icon(triggers[id].icon)
	}
}

func TestWhen(t *testing.T) {
	tests := []struct {
		at   time.Time
		want string
	}{
		{time.Time{}, "Never"},
		{now.Add(time.Minute), "Just now"},
		{now.Add(-59 * time.Second), "Just now"},
		{now.Add(-time.Minute), "1 min ago"},
		{now.Add(-59 * time.Minute), "59 min ago"},
		{now.Add(-time.Hour), "1 h ago"},
		{now.Add(-23 * time.Hour), "23 h ago"},
		{now.Add(-24 * time.Hour), "Yesterday"},
		{now.Add(-48 * time.Hour), "2 days ago"},
		{now.Add(-7*24*time.Hour + time.Second), "6 days ago"},
		{now.Add(-7 * 24 * time.Hour), "14 Nov"},
		{time.Date(2026, 1, 1, 0, 30, 0, 0, time.UTC), "1 Jan"},
		{time.Date(2025, 8, 12, 0, 0, 0, 0, time.UTC), "12 Aug 2025"},
		{time.Date(2026, 1, 1, 0, 30, 0, 0, time.FixedZone("east", 3600)), "31 Dec 2025"},
	}
	for _, test := range tests {
		if got := (When{test.at, now}).String(); got != test.want {
			t.Errorf("%v is %q, want %q", test.at, got, test.want)
		}
	}
}

// A day of another year is named with it.
func TestDay(t *testing.T) {
	for at, want := range map[time.Time]string{
		time.Date(2026, 11, 14, 23, 59, 0, 0, time.UTC):                         "14 November",
		time.Date(2026, 11, 15, 0, 30, 0, 0, time.FixedZone("", 3600)):          "14 November",
		time.Date(2027, 1, 2, 9, 0, 0, 0, time.UTC):                             "2 January 2027",
		time.Date(2027, 1, 1, 0, 30, 0, 0, time.FixedZone("one hour on", 3600)): "31 December",
	} {
		if got := (When{at, now}).day(); got != want {
			t.Errorf("%v is %q, want %q", at, got, want)
		}
	}
}

func TestScriptMeta(t *testing.T) {
	tests := map[string]string{
		"":                           "JavaScript, 1 line, LF",
		"a\n":                        "JavaScript, 2 lines, LF",
		"a\nb":                       "JavaScript, 2 lines, LF",
		"a\r\nb\r\n":                 "JavaScript, 3 lines, CRLF",
		"a\r\nb\n":                   "JavaScript, 3 lines, mixed line ends",
		"a\rb\r\nc\r\n":              "JavaScript, 3 lines, mixed line ends",
		strings.Repeat("a", 399_999): "JavaScript, 1 line, LF",
		strings.Repeat("ä", 200_000): "JavaScript, 1 line, LF, 391 of 512 KB",
	}
	for script, want := range tests {
		if got := scriptMeta(script); got != want {
			t.Errorf("%q has %q, want %q", script, got, want)
		}
	}
}

func TestQuota(t *testing.T) {
	tests := []struct {
		quota Quota
		class string
		words string
	}{
		{Quota{0, 20}, "quota", "0 of 20"},
		{Quota{17, 20}, "quota", "17 of 20"},
		{Quota{18, 20}, "quota few", "18 of 20"},
		{Quota{20, 20}, "quota full", "Full, 20 of 20"},
		{Quota{21, 20}, "quota full", "Full, 21 of 20"},
		{Quota{5, 100}, "quota", "5 of 100"},
	}
	for _, test := range tests {
		span := find(parse(t, render(t, ticks(test.quota))), "class", test.class)
		if span == nil || strings.TrimSpace(textOf(span)) != test.words {
			t.Errorf("%v: want class %q and words %q", test.quota, test.class, test.words)
			continue
		}
		if drawn := slices.Collect(elements(span, "rect")); len(drawn) != test.quota.Limit && test.quota.Limit <= maxTicks {
			t.Errorf("%v: %d ticks", test.quota, len(drawn))
		}
	}
}

func elements(n *html.Node, name string) func(func(*html.Node) bool) {
	return func(yield func(*html.Node) bool) {
		for d := range n.Descendants() {
			if d.Data == name && !yield(d) {
				return
			}
		}
	}
}

// A day's heading that the page above has shown already is not repeated.
func TestOlderEntriesContinueTheirDay(t *testing.T) {
	list := auditSample()
	list.Entries = list.Entries[4:]
	if n := strings.Count(render(t, AuditList(list)), `class="day"`); n != 1 {
		t.Errorf("a page of its own has %d headings, want 1", n)
	}
	list.Day = "2026-11-18"
	if n := strings.Count(render(t, AuditList(list)), `class="day"`); n != 0 {
		t.Errorf("a page that follows has %d headings, want 0", n)
	}
	link := find(parse(t, render(t, AuditList(list))), "id", "older-entries")
	if href, _ := attribute(link, "href"); strings.Contains(href, "day=") {
		t.Errorf("the plain link names the day: %s", href)
	}
	if address, _ := attribute(link, "hx-get"); !strings.Contains(address, "day=2026-11-18") || !strings.Contains(address, "before=204") {
		t.Errorf("htmx is sent to %s", address)
	}
}

// What a viewer may not do is not drawn.
func TestViewerHasNoButtons(t *testing.T) {
	for _, name := range []string{"secrets-page-viewer", "hooks-page-viewer", "editor-page-viewer"} {
		page := render(t, samples[name])
		for _, unwanted := range []string{"hx-post", "/reveal", "/copy", `/edit"`, "/delete", "/new", "Save"} {
			if strings.Contains(page, unwanted) {
				t.Errorf("%s holds %q", name, unwanted)
			}
		}
	}
}
