package store

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"hooksafe/store/internal/guard"
)

// Limits on dependencies, those of the registry that the names are from.
const (
	maxDependencyName    = 214
	maxDependencyVersion = 100

	// MaxDependencies is how many a hook may have.
	MaxDependencies = 100
)

var dependencyRule = regexp.MustCompile(`^(@[A-Za-z0-9~-][A-Za-z0-9._~-]*/)?[A-Za-z0-9~-][A-Za-z0-9._~-]*$`)

// Dependency is a package that a script needs.
type Dependency struct{ Name, Version string }

// Dependencies are those of a hook, as the JSON object that the database keeps. The
// zero one has none.
type Dependencies struct{ object string }

const noDependencies = "{}"

// Scan reads the stored object.
func (d *Dependencies) Scan(src any) error {
	text, ok := src.(string)
	if !ok || !json.Valid([]byte(text)) {
		return fmt.Errorf("dependencies are a JSON object, not %T", src)
	}
	*d = dependenciesOf(text)
	return nil
}

func dependenciesOf(object string) Dependencies {
	if object == noDependencies {
		return Dependencies{}
	}
	return Dependencies{object}
}

// text is what the database keeps.
func (d Dependencies) text() string { return cmp.Or(d.object, noDependencies) }

// List is the dependencies by name.
func (d Dependencies) List() []Dependency {
	var versions map[string]string
	_ = json.Unmarshal([]byte(d.text()), &versions) // It is what newDependencies made.
	var list []Dependency
	for name, version := range versions {
		list = append(list, Dependency{name, version})
	}
	slices.SortFunc(list, func(a, b Dependency) int { return cmp.Compare(a.Name, b.Name) })
	return list
}

// newDependencies leaves out those without a name. A refusal names the place in
// the list: dependency-0 for the first name, version-0 for its version.
func newDependencies(list []Dependency) (Dependencies, error) {
	versions := map[string]string{}
	for i, d := range list {
		if d.Name == "" {
			continue
		}
		if err := checkDependency(i, d); err != nil {
			return Dependencies{}, err
		}
		if _, twice := versions[d.Name]; twice {
			return Dependencies{}, guard.Errorf(Invalid, fmt.Sprint("dependency-", i), "%s is in the list twice.", d.Name)
		}
		versions[d.Name] = d.Version
	}
	if len(versions) > MaxDependencies {
		return Dependencies{}, guard.Errorf(Invalid, "", "%d dependencies are over the limit of %d.", len(versions), MaxDependencies)
	}
	object, err := json.Marshal(versions) // by name
	return dependenciesOf(string(object)), err
}

func checkDependency(i int, d Dependency) error {
	if len(d.Name) > maxDependencyName || !dependencyRule.MatchString(d.Name) {
		return guard.Errorf(Invalid, fmt.Sprint("dependency-", i), "Use the name of a package, such as lodash or @scope/name, up to %d characters.", maxDependencyName)
	}
	n := utf8.RuneCountInString(d.Version)
	if n < 1 || n > maxDependencyVersion || !utf8.ValidString(d.Version) || strings.ContainsFunc(d.Version, unicode.IsControl) {
		return guard.Errorf(Invalid, fmt.Sprint("version-", i), "Enter a version, such as 4.17.21 or ^4, up to %d characters.", maxDependencyVersion)
	}
	return nil
}
