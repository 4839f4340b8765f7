package formats

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Pair is a name and a value, as a body of secrets holds them.
type Pair struct{ Name, Value string }

// BodyError says what is wrong with a body that is JSON, but not what is wanted.
// Where is the field or name, if it is one that may be repeated, or its place.
type BodyError struct{ Where, What string }

func (e *BodyError) Error() string {
	if e.Where == "" {
		return e.What
	}
	return e.Where + ": " + e.What
}

// ReadPairs reads an object of names and text. A name is repeated in an error only
// if mayName allows it: people paste values into the wrong place. The error is a
// *SyntaxError or a *BodyError.
func ReadPairs(body []byte, mayName func(string) bool) ([]Pair, error) {
	const wanted = `an object of key-value pairs is wanted, such as {"NAME": "value"}`
	value, err := ReadJSON(body)
	if err != nil {
		return nil, &BodyError{"", wanted + "; " + err.Error()}
	}
	object, ok := value.(*Object)
	if !ok {
		return nil, &BodyError{"", wanted}
	}
	var pairs []Pair
	for i, m := range object.Members {
		text, ok := m.Value.(string)
		if !ok {
			return nil, &BodyError{NameOrPlace(m.Name, i, mayName), "the value is text in double quotes, and " + kindOf(m.Value) + " is none"}
		}
		pairs = append(pairs, Pair{m.Name, text})
	}
	return pairs, nil
}

// ReadNames reads a list of names.
func ReadNames(body []byte) ([]string, error) {
	const wanted = `a list of names is wanted, such as ["NAME"]`
	value, err := ReadJSON(body)
	if err != nil {
		return nil, &BodyError{"", wanted + "; " + err.Error()}
	}
	list, ok := value.(List)
	if !ok {
		return nil, &BodyError{"", wanted}
	}
	names := make([]string, len(list))
	for i, v := range list {
		name, ok := v.(string)
		if !ok {
			return nil, &BodyError{fmt.Sprintf("entry %d", i+1), "a name is text in double quotes, and " + kindOf(v) + " is none"}
		}
		names[i] = name
	}
	return names, nil
}

// NameOrPlace is how an error names entry i of a body: by its name if that may be
// repeated, else by its place.
func NameOrPlace(name string, i int, mayName func(string) bool) string {
	if mayName(name) {
		return name
	}
	return fmt.Sprintf("entry %d", i+1)
}

func kindOf(value JSON) string {
	switch value.(type) {
	case nil:
		return "null"
	case bool:
		return "true or false"
	case Number:
		return "a number"
	case string:
		return "text"
	case List:
		return "a list"
	default:
		return "an object"
	}
}

// Fields reads the members of an object, each once and by its kind, and remembers
// the first thing that is wrong with it.
type Fields struct {
	object *Object
	known  map[string]bool
	err    error
}

// ReadFields reads an object whose members are asked for one by one.
func ReadFields(body []byte, wanted string) (*Fields, error) {
	return readFields(body, wanted, maxNames)
}

// ReadImport is ReadFields for a body that holds as many secrets as an import may.
func ReadImport(body []byte, wanted string) (*Fields, error) {
	defer inTurn(len(body))()
	return readFields(body, wanted, maxImportNames)
}

// maxImportNames are name, value and place of each secret, and what hooks have besides.
const maxImportNames = 4 * maxSecrets

func readFields(body []byte, wanted string, names int) (*Fields, error) {
	value, err := readJSON(body, names)
	if err != nil {
		return nil, &BodyError{"", wanted + "; " + err.Error()}
	}
	object, ok := value.(*Object)
	if !ok {
		return nil, &BodyError{"", wanted}
	}
	return &Fields{object: object, known: map[string]bool{}}, nil
}

// Text is a member that is text; nil if it is not there.
func (f *Fields) Text(name string) *string {
	return field[string](f, name, "text in double quotes")
}

// Flag is a member that is true or false; nil if it is not there.
func (f *Fields) Flag(name string) *bool {
	return field[bool](f, name, "true or false, without quotes")
}

// Object is a member that is an object; nil if it is not there.
func (f *Fields) Object(name string) *Fields {
	object := field[*Object](f, name, "an object")
	if object == nil {
		return nil
	}
	return &Fields{object: *object, known: map[string]bool{}}
}

// Each hands every object of a member that is a list of objects to read, and tells
// whether the member is there. What is wrong with one of them is wrong with f.
func (f *Fields) Each(name string, read func(*Fields)) (there bool) {
	list := field[List](f, name, "a list of objects")
	if list == nil {
		return false
	}
	for i, value := range *list {
		object, ok := value.(*Object)
		if !ok {
			f.Refuse(fmt.Sprintf("%s, entry %d", name, i+1), "it has to be an object, and "+kindOf(value)+" is none")
			return true
		}
		in := &Fields{object: object, known: map[string]bool{}}
		read(in)
		var wrong *BodyError
		if errors.As(in.Err(), &wrong) {
			f.Refuse(strings.TrimSuffix(fmt.Sprintf("%s, entry %d, %s", name, i+1, wrong.Where), ", "), wrong.What)
			return true
		}
	}
	return true
}

// Numbers is a member that is a list of whole numbers; nil if it is not there.
func (f *Fields) Numbers(name string) []int {
	list := field[List](f, name, "a list of whole numbers")
	if list == nil {
		return nil
	}
	numbers := make([]int, len(*list))
	for i, value := range *list {
		written, _ := value.(Number)
		n, err := strconv.Atoi(string(written))
		if err != nil {
			f.Refuse(fmt.Sprintf("%s, entry %d", name, i+1), "a whole number is wanted")
			return nil
		}
		numbers[i] = n
	}
	return numbers
}

// Refuse notes what is wrong with a member beyond its kind, or with "" with all of it.
func (f *Fields) Refuse(name, what string) { f.fail(&BodyError{name, what}) }

// Texts is a member that is an object of names and text; nil if it is not there.
func (f *Fields) Texts(name string) map[string]string {
	object := field[*Object](f, name, "an object of names and text")
	if object == nil {
		return nil
	}
	texts := make(map[string]string, len((*object).Members))
	for i, m := range (*object).Members {
		text, ok := m.Value.(string)
		if m.Name == "" {
			f.fail(&BodyError{name, fmt.Sprintf("entry %d has no name", i+1)})
			return nil
		}
		if !ok {
			f.fail(&BodyError{name, fmt.Sprintf("entry %d has to be text in double quotes", i+1)})
			return nil
		}
		texts[m.Name] = text
	}
	return texts
}

// Err is the first thing that was wrong: with a member that was asked for, else
// that there is one that was not.
func (f *Fields) Err() error {
	if f.err != nil {
		return f.err
	}
	for i, m := range f.object.Members {
		if !f.known[m.Name] {
			return &BodyError{fmt.Sprintf("entry %d", i+1), "this field is not one of those that are taken here"}
		}
	}
	return nil
}

func (f *Fields) fail(err error) {
	if f.err == nil {
		f.err = err
	}
}

func field[T any](f *Fields, name, wanted string) *T {
	f.known[name] = true
	value, there := f.object.Get(name)
	if !there {
		return nil
	}
	typed, ok := value.(T)
	if !ok {
		f.fail(&BodyError{name, "it has to be " + wanted + ", and " + kindOf(value) + " is none"})
		return nil
	}
	return &typed
}

var keyword = regexp.MustCompile(`^(##[^#'"\\[:cntrl:]]+##|@@[^@'"\\[:cntrl:]]+@@)$`)

// IsKeyword tells whether a value is nothing but a keyword of the Deploy CLI that
// nobody replaced: ##NAME## or @@NAME@@. The name has no quotes and no backslash.
func IsKeyword(value string) bool { return keyword.MatchString(strings.TrimSpace(value)) }
