package formats

import (
	"reflect"
	"strings"
	"testing"
)

func TestReadJSONSecrets(t *testing.T) {
	for text, want := range map[string][]Secret{
		"{}":         nil,
		"\ufeff{}\n": nil,
		`{"A":"1","a.b-c":" \r\n\u00e9\ud83d\udd11"}`: {{Name: "A", Value: "1"}, {Name: "a.b-c", Value: " \r\n\u00e9\U0001f511"}},
		`{"A":"","B":"x"}`:                            {{Name: "A", Unclear: emptyValue}, {Name: "B", Value: "x"}},
		`{"A":"_VALUE_NOT_SHOWN_","B":"_VALUE_NOT_SHOWN","C":"\u005fVALUE_NOT_SHOWN_","D":"_VALUE_NOT_SHOWN_ "}`: {
			{Name: "A", Pending: true}, {Name: "B", Pending: true}, {Name: "C", Pending: true}, {Name: "D", Value: "_VALUE_NOT_SHOWN_ "}},
		`{"A":"##KEY##","B":"@@KEY@@","C":"\u0023#KEY##","D":"x##KEY##"}`: {
			{Name: "A", Pending: true}, {Name: "B", Pending: true}, {Name: "C", Value: "##KEY##"}, {Name: "D", Value: "x##KEY##"}},
	} {
		got, err := ReadSecrets(JSONText, []byte(text))
		if err != nil || !reflect.DeepEqual(withoutWhere(got), want) {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
}

func TestJSONSecretsRefuse(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", "line 1, column 1: an object of names and values is wanted"},
		{"a list", `["` + planted + `"]`, "line 1, column 1: an object"},
		{"a list of pairs", `[["A","` + planted + `"]]`, "line 1, column 1: an object"},
		{"text", `"` + planted + `"`, "line 1, column 1: an object"},
		{"text behind", "{\"A\":\"" + planted + "\"}\nx", "line 2, column 1: nothing may follow"},
		{"a note", "{\n// " + planted + "\n}", "line 2, column 1: a name in double quotes"},
		{"a comma too many", "{\"A\":\"" + planted + "\",\n}", "line 2, column 1: a name in double quotes"},
		{"not closed", `{"A":"` + planted, "line 1, column 19: a double quote is missing"},
		{"a raw line end", "{\"A\":\"" + planted + "\n\"}", "line 1, column 19: a control character"},
		{"half a character", `{"A":"` + planted + `\ud83d"}`, "line 1, column 19: this escape is half"},
		{"all that is no text", "{\"A\":1,\n\"B\":null, \"C\":true,\n\n \"D\":[\"" + planted + "\"],\"E\":{\"F\":\"1\"},\"G\":\"1\"}",
			"line 1, column 2: the value is text in double quotes, and a number is none\n" +
				"line 2, column 1: the value is text in double quotes, and null is none\n" +
				"line 2, column 11: the value is text in double quotes, and true or false is none\n" +
				"line 4, column 2: the value is text in double quotes, and a list is none\n" +
				"line 4, column 23: the value is text in double quotes, and an object is none"},
		{"no name", `{"A":"1","":"` + planted + `"}`, "line 1, column 10: there is no name"},
		{"a name twice", "{\"A\":\"1\",\n\"\\u0041\":\"" + planted + "\"}", "line 2: the name of line 1 comes a second time"},
		{"deep", `{"A":` + strings.Repeat("[", 17), "more than 16 deep"},
		{"bad UTF-8", "{\"A\":\n\"" + planted + "\xff\"}", "line 2: this is not UTF-8"},
		{"a NUL", "{\"A\":\"" + planted + "\x00\"}", "line 1: a NUL stands here"},
		{"UTF-16", "\xfe\xff\x00{\x00}", "line 1: this is UTF-16"},
		{"too many names", "{" + numbered(maxSecrets, `"N%d":"1",`) + `"N":"1"}`, "there are more than 25000 names"},
		{"many", "{" + numbered(25, "\n\"N%d\":1,") + `"N":"1"}`, "and 5 more"},
	} {
		t.Run(c.name, func(t *testing.T) { refuses(t, JSONText, c.text, c.want) })
	}
	if _, err := ReadSecrets(JSONText, []byte("{"+numbered(maxSecrets-1, `"N%d":"1",`)+`"N":"1"}`)); err != nil {
		t.Errorf("%d names: %v", maxSecrets, err)
	}
}

func FuzzReadJSONSecrets(f *testing.F) {
	for _, seed := range []string{
		`{"A":"1","B":"\ud83d\udd11"}`, "\ufeff{\n\"A\" : \"##X##\" , \"B\":\"\\u0023#X##\"}", `{"A":1,"A":"2"}`, `{"A":"_VALUE_NOT_SHOWN","B":""}`, `{"A":{"B":["C"]}}`, `{`, "{\"A\":\"\xff\"}", `{"=":"#\u0000"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) { readAgain(t, JSONText, text) })
}
