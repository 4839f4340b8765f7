package store

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"hooksafe/store/internal/guard"
)

// Found is what a search found, each kind best first: what begins with the text
// before what holds it further in, then by name.
type Found struct {
	Secrets Matches[FoundSecret]
	Hooks   Matches[FoundHook]
	People  Matches[User] // only for who reads the whole audit log
	From    FoundHook     // the hook that was searched from; zero if there is none
	Free    string        // the text as a name that a secret of From could have; "" if it is none, or taken
}

// Total is how many there are, of all kinds.
func (f Found) Total() int { return f.Secrets.Total + f.Hooks.Total + f.People.Total }

// Matches are the first of Total.
type Matches[T any] struct {
	First []T
	Total int
}

// FoundSecret is a secret by its name, with the hook that it is in.
type FoundSecret struct {
	ID       string `db:"id"`
	Name     string `db:"name"`
	Hook     string `db:"hook"`
	HookName string `db:"hook_name"`
}

// FoundHook is a hook by its name or its trigger, or by the names of Secrets of
// its secrets where neither matches.
type FoundHook struct {
	ID      string `db:"id"`
	Name    string `db:"name"`
	Trigger string `db:"trigger"`
	Secrets int    `db:"secrets"`
}

// Search looks for a text in the names and triggers of hooks, in the names of
// secrets and in the names and addresses of members, and hands out up to limit of
// each. It never looks into values or notes. from is the hook that somebody
// searches from, or ""; one that is not there is left out.
func (s *Store) Search(ctx context.Context, a Actor, text, from string, limit int) (Found, error) {
	return guard.View(ctx, s.db, a, guard.HookRead, func(tx *guard.ReadTx) (Found, error) {
		var found Found
		err := tx.Get(&found.From, `
			SELECT id, name, trigger
			FROM hooks
			WHERE org = :org_id AND id = :id AND deleted_at IS NULL`, guard.Args{"id": from})
		if guard.CodeOf(err) != NotFound && err != nil {
			return Found{}, err
		}
		if !canBeFound(text) {
			return found, nil
		}
		for _, search := range []func(*guard.ReadTx, string, int, *Found) error{searchHooks, searchSecrets, searchPeople} {
			if err := search(tx, text, limit, &found); err != nil {
				return Found{}, err
			}
		}
		found.Free, err = freeName(tx, found.From.ID, text)
		return found, err
	})
}

// freeName is in capitals unless the text has some already.
func freeName(tx *guard.ReadTx, hook, text string) (string, error) {
	name := text
	if name == strings.ToLower(text) {
		name = strings.ToUpper(text)
	}
	if hook == "" || checkHookSecretName(name) != nil {
		return "", nil
	}
	var taken bool
	err := tx.Get(&taken, `
		SELECT EXISTS (SELECT 1 FROM secrets WHERE org = :org_id AND hook = :hook AND name = :name AND deleted_at IS NULL)`,
		guard.Args{"hook": hook, "name": name})
	if taken {
		name = ""
	}
	return name, err
}

// canBeFound tells whether a name or an address could hold the text: none is
// longer than an e-mail address may be, and none has control characters.
func canBeFound(text string) bool {
	return text != "" && len(text) <= maxEmail && utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl)
}

// hooksFound counts both kinds: every secret found is in a hook found.
const hooksFound = `
	SELECT h.id, h.name, h.trigger,
		CASE WHEN h.name_key LIKE :key_inside ESCAPE '\' OR h.trigger LIKE :key_inside ESCAPE '\' THEN 0 ELSE m.n END AS secrets,
		count(*) OVER () AS all_hooks, sum(COALESCE(m.n, 0)) OVER () AS all_secrets
	FROM hooks h
	LEFT JOIN (
		SELECT s.hook, count(*) AS n
		FROM secrets s
		WHERE s.org = :org_id AND s.deleted_at IS NULL AND lower(s.name) LIKE :inside ESCAPE '\'
		GROUP BY s.hook
	) m ON m.hook = h.id
	WHERE h.org = :org_id AND h.deleted_at IS NULL
		AND (h.name_key LIKE :key_inside ESCAPE '\' OR h.trigger LIKE :key_inside ESCAPE '\' OR m.n > 0)
	ORDER BY CASE
		WHEN h.name_key LIKE :key_prefix ESCAPE '\' THEN 0
		WHEN h.name_key LIKE :key_inside ESCAPE '\' THEN 1
		WHEN h.trigger LIKE :key_inside ESCAPE '\' THEN 2
		ELSE 3 END, h.name_key
	LIMIT :limit`

// searchHooks compares names as hooks compare them, so that "my hook" is my-hook.
func searchHooks(tx *guard.ReadTx, text string, limit int, found *Found) error {
	var rows []struct {
		FoundHook
		AllHooks   int `db:"all_hooks"`
		AllSecrets int `db:"all_secrets"`
	}
	prefix := likePrefix(hookNameKey(text))
	err := tx.Select(&rows, hooksFound, guard.Args{
		"inside": "%" + likePrefix(strings.ToLower(text)), "key_prefix": prefix, "key_inside": "%" + prefix, "limit": limit})
	for _, row := range rows {
		found.Hooks.First = append(found.Hooks.First, row.FoundHook)
		found.Hooks.Total, found.Secrets.Total = row.AllHooks, row.AllSecrets
	}
	return err
}

// secretsFound picks the best names before it looks up whose they are.
const secretsFound = `
	SELECT s.id, s.name, s.hook, h.name AS hook_name
	FROM (
		SELECT id, name, hook, CASE WHEN lower(name) LIKE :prefix ESCAPE '\' THEN 0 ELSE 1 END AS place
		FROM secrets
		WHERE org = :org_id AND deleted_at IS NULL AND lower(name) LIKE :inside ESCAPE '\'
			AND hook <> '' AND hook NOT IN (SELECT id FROM hooks WHERE org = :org_id AND purge_at IS NOT NULL)
		ORDER BY place, lower(name), id
		LIMIT :limit
	) s
	JOIN hooks h ON h.org = :org_id AND h.id = s.hook AND h.deleted_at IS NULL
	ORDER BY s.place, lower(s.name), h.name_key, s.id`

func searchSecrets(tx *guard.ReadTx, text string, limit int, found *Found) error {
	prefix := likePrefix(strings.ToLower(text))
	return tx.Select(&found.Secrets.First, secretsFound, guard.Args{"prefix": prefix, "inside": "%" + prefix, "limit": limit})
}

// searchPeople compares here and not in SQL: people have letters whose small form
// SQLite doesn't know.
func searchPeople(tx *guard.ReadTx, text string, limit int, found *Found) error {
	if !tx.May(guard.ReadAudit) {
		return nil // their entries are all that could be shown of them
	}
	var all []User
	if err := tx.Select(&all, `
		SELECT u.id, u.email, u.name
		FROM members m
		JOIN users u ON u.id = m.user
		WHERE m.org = :org_id`, nil); err != nil {
		return err
	}
	place := func(u User) int { return min(placeIn(u.Name, text), placeIn(u.Email, text)) }
	all = slices.DeleteFunc(all, func(u User) bool { return place(u) == placeNone })
	slices.SortFunc(all, func(a, b User) int {
		return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.ID, b.ID))
	})
	found.People = Matches[User]{First: all[:min(limit, len(all))], Total: len(all)}
	return nil
}

// Where a text stands in a name, best first.
const (
	placeStart = iota
	placeInside
	placeNone
)

func placeIn(name, text string) int {
	switch strings.Index(strings.ToLower(name), strings.ToLower(text)) {
	case -1:
		return placeNone
	case 0:
		return placeStart
	default:
		return placeInside
	}
}

// likePrefix is the pattern for what begins with a text, none of whose characters
// means anything but itself.
func likePrefix(text string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text) + "%"
}
