package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode"
)

// wirePlan is what the server says that an import would do.
type wirePlan struct {
	ID, Token string
	Unlisted  int // stored secrets that are not in the files, too many to be items
	Items     []wireItem
}

type wireItem struct {
	Kind, Hook, Name, Does, Why, Where string
	Chosen, Selectable                 bool
}

const importsPath = "/api/v1/imports"

// The kinds of items, and what can become of one.
const (
	isHook   = "hook"
	isSwitch = "switch"
	isSecret = "secret"

	isNew     = "new"
	isChanged = "changed"
	isSame    = "same"
	isKept    = "kept"
	isPending = "pending"
	isRefused = "refused"
	isMissing = "missing"
)

// refused is how many items were refused.
func (p wirePlan) refused() int {
	n := 0
	for _, item := range p.Items {
		if item.Does == isRefused {
			n++
		}
	}
	return n
}

// printPlan writes what an import would do: a line for each item that is not the same,
// then how many there are of each.
func printPlan(w io.Writer, p wirePlan, choice []int) error {
	var table strings.Builder
	columns := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	for n, item := range p.Items {
		if item.Does != isSame {
			fmt.Fprintf(columns, "%s\t%s\t%s\n", item.deed(slices.Contains(choice, n)), item.what(), item.remark())
		}
	}
	columns.Flush()
	for line := range strings.Lines(table.String()) {
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " \n")); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(w, strings.Join(p.summary(choice), ", ")+".")
	return err
}

// summary is how many things are done, and how many are not, in words.
func (p wirePlan) summary(choice []int) []string {
	counts := map[string]int{}
	for n, item := range p.Items {
		counts[item.counted(slices.Contains(choice, n))]++
	}
	var parts []string
	for _, c := range []struct{ of, one, words string }{
		{isHook + isNew, "hook", "to add"},
		{isHook + isChanged, "hook", "to change"},
		{isSwitch + isChanged, "hook", "to switch on or off"},
		{isSecret + isNew, "secret", "to add"},
		{isSecret + isChanged, "secret", "to change"},
		{isSecret + isPending, "secret", "to add without a value"},
		{isSecret + isMissing, "secret", "to delete"},
		{isKept, "hidden value", "to keep"},
		{isSame, "thing", "the same already"},
		{left, "thing", "left as it is"},
		{isMissing, "stored secret", "not in the files"},
		{isRefused, "entry", "refused"},
	} {
		if n := counts[c.of]; n > 0 {
			parts = append(parts, plural(n, c.one)+" "+c.words)
		}
	}
	if p.Unlisted > 0 {
		parts = append(parts, plural(p.Unlisted, "stored secret")+" not in the files, too many to list or to delete here")
	}
	if len(choice) == 0 {
		parts = append(parts, "nothing to do")
	}
	return parts
}

// left is what counts for an item that could be chosen and is not.
const left = "left"

// counted is what an item counts as in the summary.
func (item wireItem) counted(chosen bool) string {
	switch {
	case chosen:
		return item.Kind + item.Does
	case item.Selectable && item.Does != isMissing:
		return left
	}
	return item.Does
}

func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	if stem, ok := strings.CutSuffix(one, "y"); ok {
		one = stem + "ie"
	}
	return fmt.Sprintf("%d %ss", n, one)
}

// deed is the word for what becomes of an item.
func (item wireItem) deed(chosen bool) string {
	switch {
	case item.Does == isMissing && chosen:
		return "delete"
	case item.Does == isMissing:
		return "not in files"
	case item.Does == isRefused:
		return "REFUSED"
	case item.Selectable && !chosen:
		return "leave"
	case item.Kind == isSwitch:
		return "switch"
	case item.Does == isNew:
		return "add"
	case item.Does == isPending:
		return "add, pending"
	case item.Does == isKept:
		return "keep"
	}
	return "change"
}

// what is the thing that an item is about. A name that could be none the server does
// not say again: it may be a value.
func (item wireItem) what() string {
	const noName = "(no name)"
	hook, name := cmp.Or(item.Hook, noName), cmp.Or(item.Name, noName)
	switch {
	case item.Kind != isSecret:
		name = hook
	case item.Hook != "":
		name = hook + ": " + name
	}
	return printable(name)
}

// remark is what there is to say about an item: why, and of one that is refused where
// it stands.
func (item wireItem) remark() string {
	why := item.Why
	if item.Does == isRefused && item.Where != "" {
		why = item.Where + ": " + why
	}
	return printable(why)
}

// printable is a text without what would move the cursor of a terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text)
}

// wireDone is what an import did.
type wireDone struct{ Hooks, Added, Changed, Deleted, Pending int }

func (d wireDone) words() string {
	var parts []string
	for _, count := range []struct {
		n          int
		one, words string
	}{
		{d.Hooks, "hook", "made or changed"}, {d.Added, "secret", "added"}, {d.Pending, "secret", "added without a value"},
		{d.Changed, "secret", "changed"}, {d.Deleted, "secret", "deleted"},
	} {
		if count.n > 0 {
			parts = append(parts, plural(count.n, count.one)+" "+count.words)
		}
	}
	words := "Imported"
	if len(parts) > 0 {
		words += ": " + strings.Join(parts, ", ")
	}
	return words + "."
}
