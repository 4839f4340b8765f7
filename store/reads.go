package store

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"hooksafe/store/internal/guard"
	"hooksafe/store/internal/script"
)

// ScriptRead is a name of a secret that a script reads, or "" for names that only
// show when the hook runs, with the lines where it does.
type ScriptRead struct {
	Name  string
	Lines []int
}

// ScriptReads lists the names that a script reads, each once, in the order in
// which they appear.
func ScriptReads(text string) []ScriptRead {
	var list []ScriptRead
	places := map[string]int{}
	for _, read := range script.Reads(text) {
		i, seen := places[read.Name]
		if !seen {
			i = len(list)
			places[read.Name] = i
			list = append(list, ScriptRead{Name: read.Name})
		}
		if lines := list[i].Lines; len(lines) == 0 || lines[len(lines)-1] != read.Line {
			list[i].Lines = append(lines, read.Line)
		}
	}
	return list
}

// IsSecretName says whether a hook's secret may have a name.
func IsSecretName(name string) bool { return checkHookSecretName(name) == nil }

// namesRead are the names that a script reads, as the database keeps them beside it.
func namesRead(text string) (string, error) {
	names := []string{}
	for _, read := range ScriptReads(text) {
		if read.Name != "" {
			names = append(names, read.Name)
		}
	}
	list, err := json.Marshal(names)
	return string(list), err
}

// perQuery is how many hooks one query asks for: those of one page.
const perQuery = 50

// markMissing counts, for every hook, the names that its script reads and that are
// not stored, and its secrets without a value.
func markMissing(tx getter, hooks []Hook) error {
	for some := range slices.Chunk(hooks, perQuery) {
		missing, err := missingNames(tx, some)
		if err != nil {
			return err
		}
		for i := range some {
			some[i].Missing = len(missing[some[i].ID])
		}
	}
	return nil
}

// names are a set of them.
type names map[string]bool

func missingNames(tx getter, hooks []Hook) (map[string]names, error) {
	args := guard.Args{}
	for i := range perQuery {
		args[placeOf(i)] = hooks[min(i, len(hooks)-1)].ID
	}
	missing, err := readByScripts(tx, args)
	if err != nil {
		return nil, err
	}
	var stored []struct {
		Hook    string `db:"hook"`
		Name    string `db:"name"`
		Version int64  `db:"version"`
	}
	err = tx.Select(&stored, `
		SELECT hook, name, version
		FROM secrets
		WHERE org = :org_id AND hook IN `+placesOfHooks+` AND deleted_at IS NULL`, args)
	for _, s := range stored {
		if s.Version == 0 {
			missing[s.Hook][s.Name] = true
		} else {
			delete(missing[s.Hook], s.Name)
		}
	}
	return missing, err
}

// readByScripts are the names that each hook's script reads.
func readByScripts(tx getter, args guard.Args) (map[string]names, error) {
	var rows []struct {
		ID     string  `db:"id"`
		Reads  *string `db:"reads"`
		Script string  `db:"script"`
	}
	err := tx.Select(&rows, `
		SELECT id, reads, CASE WHEN reads IS NULL THEN script ELSE '' END AS script
		FROM hooks
		WHERE org = :org_id AND id IN `+placesOfHooks, args)
	if err != nil {
		return nil, err
	}
	read := make(map[string]names, len(rows))
	for _, row := range rows {
		list := row.Reads
		if list == nil { // saved before names were kept
			now, err := namesRead(row.Script)
			if err != nil {
				return nil, err
			}
			list = &now
		}
		if read[row.ID], err = setOf(*list); err != nil {
			return nil, fmt.Errorf("names that hook %s reads: %w", row.ID, err)
		}
	}
	return read, nil
}

func setOf(list string) (names, error) {
	var all []string
	err := json.Unmarshal([]byte(list), &all)
	set := make(names, len(all))
	for _, name := range all {
		set[name] = true
	}
	return set, err
}

// placesOfHooks is a list of parameters for the hooks of one query.
var placesOfHooks = func() string {
	var places []string
	for i := range perQuery {
		places = append(places, ":"+placeOf(i))
	}
	return "(" + strings.Join(places, ", ") + ")"
}()

// placeOf is the name of the parameter for a hook; names of parameters have no
// digits.
func placeOf(i int) string { return "hook_" + string(rune('a'+i/26)) + string(rune('a'+i%26)) }
