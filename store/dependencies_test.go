package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hooksafe/store"
)

func TestSaveDependencies(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "editor"), w.Org(acme)
	type list = []store.Dependency
	var many list
	for i := range store.MaxDependencies + 1 {
		many = append(many, store.Dependency{Name: fmt.Sprint("package-", i), Version: "1"})
	}
	long := strings.Repeat("a", 214)
	for _, c := range []struct {
		name   string
		save   list
		want   list
		detail string
		code   store.Code
		field  string
	}{
		{"two", list{{"lodash", "4.17.21"}, {"@scope/name", "^1.0.0 || >2"}}, list{{"@scope/name", "^1.0.0 || >2"}, {"lodash", "4.17.21"}}, "dependencies changed", "", ""},
		{"the same in another order", list{{"@scope/name", "^1.0.0 || >2"}, {"lodash", "4.17.21"}}, list{{"@scope/name", "^1.0.0 || >2"}, {"lodash", "4.17.21"}}, "saved without a change", "", ""},
		{"without a name", list{{"", "1"}, {"JSONStream", "latest"}, {"", ""}}, list{{"JSONStream", "latest"}}, "dependencies changed", "", ""},
		{"the longest", list{{long, strings.Repeat("é", 100)}}, list{{long, strings.Repeat("é", 100)}}, "dependencies changed", "", ""},
		{"too long a name", list{{"a", "1"}, {long + "a", "1"}}, nil, "", store.Invalid, "dependency-1"},
		{"a path", list{{"../etc", "1"}}, nil, "", store.Invalid, "dependency-0"},
		{"a space", list{{"a b", "1"}}, nil, "", store.Invalid, "dependency-0"},
		{"half a scope", list{{"@scope", "1"}}, nil, "", store.Invalid, "dependency-0"},
		{"no version", list{{"", ""}, {"a", ""}}, nil, "", store.Invalid, "version-1"},
		{"too long a version", list{{"a", strings.Repeat("1", 101)}}, nil, "", store.Invalid, "version-0"},
		{"a version of two lines", list{{"a", "1\n2"}}, nil, "", store.Invalid, "version-0"},
		{"a version that is no text", list{{"a", "\xff"}}, nil, "", store.Invalid, "version-0"},
		{"twice", list{{"a", "1"}, {"b", "1"}, {"a", "2"}}, nil, "", store.Invalid, "dependency-2"},
		{"too many", many, nil, "", store.Invalid, ""},
		{"as many as may be", many[1:], nil, "dependencies changed", "", ""},
		{"none", list{}, nil, "dependencies changed", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := w.state(t)
			h := must(w.Hook(ctx, a, org.Hook))(t)
			saved, err := w.SaveHook(ctx, a, org.Hook, store.HookChange{Base: h.Revision, Dependencies: &c.save})
			if c.code != "" {
				wantRefusal(t, err, c.code, c.field)
				if w.state(t) != before {
					t.Error("something was changed")
				}
				return
			}
			if err != nil || saved.ScriptVersion != 1 || saved.NewVersion {
				t.Fatalf("%+v, %v", saved, err)
			}
			if e := w.lastEntry(t, acme); str(e.Detail) != c.detail {
				t.Errorf("the entry says %q", str(e.Detail))
			}
			got := must(w.Hook(ctx, a, org.Hook))(t).Dependencies.List()
			if c.want != nil && !slices.Equal(got, c.want) {
				t.Errorf("stored %v, want %v", got, c.want)
			}
		})
	}
	if got := stored[string](t, w, `SELECT dependencies FROM hooks WHERE id = ?`, org.Hook); got != "{}" {
		t.Errorf("none are stored as %s", got)
	}
}

// What nobody changes is kept, and a save that builds on older dependencies is stale.
func TestDependenciesAndRevisions(t *testing.T) {
	w := newWorld(t)
	a, org := w.Actor(t, acme, "editor"), w.Org(acme)
	one := []store.Dependency{{Name: "lodash", Version: "4"}}
	w.Clock.Advance(time.Second)
	must(w.SaveHook(ctx, a, org.Hook, store.HookChange{Base: 1, Dependencies: &one}))(t)
	_, err := w.SaveHook(ctx, a, org.Hook, store.HookChange{Base: 1, Script: ptr("late")})
	e := wantRefusal(t, err, store.Stale, "")
	if e.Version != 0 {
		t.Errorf("the conflict names version %d, and none was made", e.Version)
	}
	saved := must(w.SaveHook(ctx, a, org.Hook, store.HookChange{Base: 2, Script: ptr("new")}))(t)
	if !saved.NewVersion || !slices.Equal(saved.Dependencies.List(), one) {
		t.Errorf("%+v", saved)
	}
}
