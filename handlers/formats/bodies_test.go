package formats

import (
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func isUpper(name string) bool { return name != "" && strings.ToUpper(name) == name && len(name) < 9 }

func TestReadPairs(t *testing.T) {
	for body, want := range map[string][]Pair{
		`{}`:                           nil,
		`{"B":"2","A":" 1\r\n "}`:      {{"B", "2"}, {"A", " 1\r\n "}},
		`{"id":"x","":"\ufeff\u00e9"}`: {{"id", "x"}, {"", "\ufeffé"}},
	} {
		got, err := ReadPairs([]byte(body), isUpper)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, %v", body, got, err)
		}
	}
}

func TestBodiesRefuse(t *testing.T) {
	pairs := func(body string) error { return errOf(ReadPairs([]byte(body), isUpper)) }
	names := func(body string) error { return errOf(ReadNames([]byte(body))) }
	fields := func(body string) error {
		f, err := ReadFields([]byte(body), "a hook is wanted")
		if err != nil {
			return err
		}
		f.Text("name")
		f.Flag("enabled")
		f.Texts("dependencies")
		if in := f.Object("secret"); in != nil && f.Err() == nil {
			in.Text("value")
			return in.Err()
		}
		return f.Err()
	}
	for _, c := range []struct {
		name, body, want string
		read             func(string) error
	}{
		{"the body of the documents", `{ [ "KEY", "` + planted + `" ], [ "KEY", "VALUE" ] }`, "an object of key-value pairs is wanted", pairs},
		{"a list of pairs", `[["KEY","` + planted + `"]]`, "an object of key-value pairs is wanted", pairs},
		{"text", `"` + planted + `"`, "an object of key-value pairs is wanted", pairs},
		{"nothing", ``, "; line 1, column 1: the text ends too early", pairs},
		{"null", `null`, "an object of key-value pairs is wanted", pairs},
		{"a null value", `{"KEY":null}`, "KEY: the value is text in double quotes, and null is none", pairs},
		{"a number", `{"A":"1","KEY":1}`, "KEY: the value is text in double quotes, and a number is none", pairs},
		{"a flag", `{"KEY":true}`, "true or false is none", pairs},
		{"a list", `{"KEY":["` + planted + `"]}`, "a list is none", pairs},
		{"an object", `{"KEY":{"a":"` + planted + `"}}`, "an object is none", pairs},
		{"a value as a name", `{"A":"1","` + planted + `":1}`, "entry 2: the value is text", pairs},

		{"an object of names", `{"a":"` + planted + `"}`, "a list of names is wanted", names},
		{"a number in the list", `["A",1]`, "entry 2: a name is text", names},
		{"null in the list", `[null]`, "entry 1: a name is text", names},

		{"no hook", `[]`, "a hook is wanted", fields},
		{"a flag as text", `{"enabled":"true"}`, "enabled: it has to be true or false, without quotes, and text is none", fields},
		{"null", `{"name":null}`, "name: it has to be text in double quotes, and null is none", fields},
		{"an unknown field", `{"name":"x","` + planted + `":"x"}`, "entry 2: this field is not one", fields},
		{"dependencies as a list", `{"dependencies":["` + planted + `"]}`, "dependencies: it has to be an object", fields},
		{"a dependency without a name", `{"dependencies":{"a":"1","":"` + planted + `"}}`, "dependencies: entry 2 has no name", fields},
		{"a dependency that is a number", `{"dependencies":{"` + planted + `":1}}`, "dependencies: entry 1 has to be text", fields},
		{"an unknown field inside", `{"secret":{"` + planted + `":"x"}}`, "entry 1: this field", fields},
		{"two that are wrong", `{"name":1,"enabled":1}`, "name: it has", fields},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.read(c.body)
			var body *BodyError
			if !errors.As(err, &body) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), planted) {
				t.Errorf("says %v, want %q", err, c.want)
			}
		})
	}
}

// A list of objects is read one by one; what is wrong with one is told with its place.
func TestFieldsOfLists(t *testing.T) {
	read := func(body string) (names []string, numbers []int, err error) {
		f, err := ReadImport([]byte(body), "a list is wanted")
		if err != nil {
			return nil, nil, err
		}
		f.Each("hooks", func(hook *Fields) {
			hook.Each("secrets", func(secret *Fields) {
				name := secret.Text("name")
				if name == nil {
					secret.Refuse("name", "this field is missing")
					return
				}
				names = append(names, *name)
			})
		})
		return names, f.Numbers("choose"), f.Err()
	}
	names, numbers, err := read(`{"hooks":[{"secrets":[{"name":"A"},{"name":"B"}]},{"secrets":[]},{}],"choose":[2,0]}`)
	if !slices.Equal(names, []string{"A", "B"}) || !slices.Equal(numbers, []int{2, 0}) || err != nil {
		t.Errorf("reads %q, %v, %v", names, numbers, err)
	}
	if names, numbers, err := read(`{}`); names != nil || numbers != nil || err != nil {
		t.Errorf("reads %q, %v, %v", names, numbers, err)
	}
	if _, numbers, _ := read(`{"choose":[]}`); numbers == nil {
		t.Error("an empty list is none")
	}
	for body, want := range map[string]string{
		`{"hooks":{"` + planted + `":1}}`:                              "hooks: it has to be a list of objects, and an object is none",
		`{"hooks":[{},"` + planted + `"]}`:                             "hooks, entry 2: it has to be an object, and text is none",
		`{"hooks":[{"secrets":[{"name":"A"},{}]}]}`:                    "hooks, entry 1, secrets, entry 2, name: this field is missing",
		`{"hooks":[{"secrets":[{"name":"A","` + planted + `":1}]}]}`:   "hooks, entry 1, secrets, entry 1, entry 2: this field is not one",
		`{"hooks":[{"secrets":[{"name":"A"},{"name":null}]},{"x":1}]}`: "hooks, entry 1, secrets, entry 2, name: it has to be text",
		`{"choose":["` + planted + `"]}`:                               "choose, entry 1: a whole number is wanted",
		`{"choose":[1,1.5]}`:                                           "choose, entry 2: a whole number is wanted",
		`{"choose":[99999999999999999999]}`:                            "choose, entry 1: a whole number is wanted",
		`{"choose":1}`:                                                 "choose: it has to be a list of whole numbers",
	} {
		_, _, err := read(body)
		var wrong *BodyError
		if !errors.As(err, &wrong) || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), planted) {
			t.Errorf("%s: says %v, want %s", body, err, want)
		}
	}
}

// An import has more names than other bodies, and not any number of them.
func TestNamesOfAnImport(t *testing.T) {
	body := func(n int) []byte { return []byte(`{"secrets":[` + strings.Repeat(`{"name":1},`, n) + `{}]}`) }
	if _, err := ReadFields(body(1000), ""); err == nil {
		t.Error("any body has 1,001 names")
	}
	if _, err := ReadImport(body(maxImportNames-1), ""); err != nil {
		t.Error(err)
	}
	if _, err := ReadImport(body(maxImportNames), ""); err == nil {
		t.Error("there is no limit")
	}
}

func errOf[T any](_ T, err error) error { return err }

func TestReadFields(t *testing.T) {
	f, err := ReadFields([]byte(`{"name":"x","enabled":false,"dependencies":{"a":"1"},"secret":{"value":""}}`), "")
	if err != nil {
		t.Fatal(err)
	}
	if name, enabled := f.Text("name"), f.Flag("enabled"); name == nil || *name != "x" || enabled == nil || *enabled {
		t.Errorf("%v %v", name, enabled)
	}
	if f.Text("script") != nil || f.Texts("none") != nil || f.Object("nothing") != nil {
		t.Error("something is there that was not sent")
	}
	if got := f.Texts("dependencies"); !maps.Equal(got, map[string]string{"a": "1"}) {
		t.Errorf("%v", got)
	}
	inner := f.Object("secret")
	if value := inner.Text("value"); value == nil || *value != "" || inner.Err() != nil || f.Err() != nil {
		t.Errorf("%v, %v, %v", value, inner.Err(), f.Err())
	}
}

func TestIsKeyword(t *testing.T) {
	for value, want := range map[string]bool{
		"##KEY##": true, "@@KEY@@": true, " ##A_B## ": true, "##KEY": false, "x##KEY##": false, "####": false, "@@@@": false,
		"##A####B##": false, "##it's##": false, `@@"A"@@`: false, `##A\n##`: false, "##A\nB##": false, "##A## ##B##": false, "@@A##": false, "": false, "#KEY#": false,
	} {
		if IsKeyword(value) != want {
			t.Errorf("%q: %v", value, !want)
		}
	}
}
