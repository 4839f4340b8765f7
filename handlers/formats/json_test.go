package formats

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
)

func TestReadJSON(t *testing.T) {
	for text, want := range map[string]JSON{
		`{}`:                            &Object{},
		" \t\r\n{ } \n":                 &Object{},
		`[]`:                            List{},
		`null`:                          nil,
		`true`:                          true,
		` false `:                       false,
		`-0.5e+10`:                      Number("-0.5e+10"),
		`10`:                            Number("10"),
		`"x"`:                           "x",
		`""`:                            "",
		`"\"\\\/\b\f\n\r\t"`:            "\"\\/\b\f\n\r\t",
		`"\u0041\u00e9\u0000\uFFFD"`:    "Aé\x00\uFFFD",
		`"\ud83d\ude00"`:                "😀",
		"\"\u2028\ufeff e\u0301 שלום\"": "\u2028\ufeff e\u0301 שלום",
		`{"b":1,"a":[true,null,{}]}`:    &Object{[]Member{{"b", Number("1")}, {"a", List{true, nil, &Object{}}}}},
		`{"":""}`:                       &Object{[]Member{{"", ""}}},
		`{"a":"1","A":"2"}`:             &Object{[]Member{{"a", "1"}, {"A", "2"}}},
		strings.Repeat("[", 16) + strings.Repeat("]", 16): nestedLists(16),
	} {
		got, err := ReadJSON([]byte(text))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %#v, %v; want %#v", text, got, err, want)
		}
	}
}

func nestedLists(n int) JSON {
	if n == 1 {
		return List{}
	}
	return List{nestedLists(n - 1)}
}

// planted stands in every text that is refused, and in no error.
const planted = "planted-7f3a"

func TestReadJSONRefuses(t *testing.T) {
	many := strings.Builder{}
	for i := range 1001 {
		many.WriteString(`,"` + strings.Repeat("k", i+1) + `":1`)
	}
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", "line 1, column 1: the text ends too early"},
		{"only space", " \n ", "line 2, column 2: the text ends too early"},
		{"the body of the documents", "{ [ \"KEY\", \"" + planted + "\" ] }", "line 1, column 3: a name in double quotes"},
		{"text after", `{"a":"` + planted + `"} x`, "column 22: nothing may follow"},
		{"a second object", `{}{}`, "nothing may follow"},
		{"a comma too many", `{"a":"` + planted + `",}`, "a name in double quotes"},
		{"a comma too many in a list", `["` + planted + `",]`, "a value is wanted"},
		{"no comma", `{"a":"1" "b":"2"}`, "a comma or the end of the object"},
		{"no comma in a list", `[1 2]`, "a comma or the end of the list"},
		{"no colon", `{"a" "` + planted + `"}`, "a colon and a value"},
		{"no value", `{"a":}`, "a value is wanted"},
		{"a bare name", `{a:"` + planted + `"}`, "a name in double quotes"},
		{"single quotes", `{'a':'` + planted + `'}`, "a name in double quotes"},
		{"a bare value", `{"a":` + planted + `}`, "a value is wanted"},
		{"a comment", `{} // ` + planted, "nothing may follow"},
		{"a name twice", `{"a":"` + planted + `","a":"2"}`, "column 21: this name comes a second time"},
		{"a name twice, escaped", `{"a":"1","\u0061":"2"}`, "this name comes a second time"},
		{"a name twice, deep down", `[{"x":{"a":1,"b":2,"a":3}}]`, "this name comes a second time"},
		{"not closed", `{"a":"` + planted, "a double quote is missing"},
		{"an object not closed", `{"a":"` + planted + `"`, "a comma or the end of the object"},
		{"a list not closed", `["` + planted + `"`, "a comma or the end of the list"},
		{"bad UTF-8", "{\"a\":\"" + planted + "\xff\"}", "column 19: this is not UTF-8"},
		{"an overlong form", "{\"a\":\"\xc0\xaf\"}", "not UTF-8"},
		{"a surrogate in UTF-8", "{\"a\":\"\xed\xa0\x80\"}", "not UTF-8"},
		{"UTF-16", "\xff\xfe{\x00}\x00", "not UTF-8"},
		{"a byte order mark", "\ufeff{}", "a value is wanted"},
		{"half a pair", `{"a":"\ud83d` + planted + `"}`, "half of a character"},
		{"half a pair at the end", `"\ud83d`, "half of a character"},
		{"half a pair and an escape", `"\ud83d\n"`, "half of a character"},
		{"the wrong half first", `"\ude00\ud83d"`, "half of a character"},
		{"two first halves", `"\ud83d\ud83d"`, "half of a character"},
		{"no escape", `"\x41"`, "none of JSON's"},
		{"a short escape", `"\u12"`, "none of JSON's"},
		{"a signed escape", `"\u+123"`, "none of JSON's"},
		{"a raw line break", "\"a\n" + planted + "\"", "a control character"},
		{"a raw NUL", "\"a\x00\"", "a control character"},
		{"a NUL outside", "{}\x00", "nothing may follow"},
		{"a leading zero", `01`, "nothing may follow"},
		{"a plus", `+1`, "a value is wanted"},
		{"a lone minus", `-`, "a digit is wanted"},
		{"a point at the end", `1.`, "after the point"},
		{"a point in front", `.5`, "a value is wanted"},
		{"an empty exponent", `1e`, "in the exponent"},
		{"not a number", `NaN`, "a value is wanted"},
		{"capital letters", `True`, "a value is wanted"},
		{"half a word", `nul`, "a value is wanted"},
		{"17 deep", strings.Repeat("[", 17) + strings.Repeat("]", 17), "more than 16 deep"},
		{"very deep", strings.Repeat(`{"a":`, 100_000), "more than 16 deep"},
		{"1,001 names", "{" + many.String()[1:] + "}", "more than 1000 names"},
		{"1,001 names in two objects", "[{" + many.String()[1:] + "}]", "more than 1000 names"},
	} {
		t.Run(c.name, func(t *testing.T) {
			value, err := ReadJSON([]byte(c.text))
			var syntax *SyntaxError
			if !errors.As(err, &syntax) || value != nil {
				t.Fatalf("%v, %v", value, err)
			}
			if !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), planted) {
				t.Errorf("says %q, want %q", err, c.want)
			}
		})
	}
}

// What is read is what encoding/json reads, and nothing is read that it refuses.
func FuzzReadJSON(f *testing.F) {
	for _, seed := range []string{
		`{"a":"b"}`, `[1,-2.5e3,true,null]`, `{"a":{"b":["\ud83d\ude00"]}}`, `{"a":1,"a":2}`, `"\ud800"`, "\"\xff\"", `{ [ "KEY", "VALUE" ] }`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := ReadJSON(text)
		if err != nil {
			return
		}
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.UseNumber()
		var want any
		if err := decoder.Decode(&want); err != nil {
			t.Fatalf("encoding/json refuses it: %v", err)
		}
		if !reflect.DeepEqual(plain(got), want) {
			t.Errorf("%#v, encoding/json has %#v", plain(got), want)
		}
	})
}

// plain is a value as encoding/json would return it.
func plain(value JSON) any {
	switch v := value.(type) {
	case Number:
		return json.Number(v)
	case List:
		list := make([]any, len(v))
		for i := range v {
			list[i] = plain(v[i])
		}
		return list
	case *Object:
		object := make(map[string]any, len(v.Members))
		for _, m := range v.Members {
			object[m.Name] = plain(m.Value)
		}
		return object
	}
	return value
}
