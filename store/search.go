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
	Secrets Matches[FoundSecret] // of hooks, and of the organization itself
	Hooks   Matches[FoundHook]
	People  Matches[User]
	Keys    Matches[Key] // not the revoked ones; only for who manages them
	From    FoundHook    // the hook that was searched from; zero if there is none
	Free    string       // the text as a name that a secret of From could have; "" if it is none, or taken
}

// Total is how many there are, of all kinds.
func (f Found) Total() int { return f.Secrets.Total + f.Hooks.Total + f.People.Total + f.Keys.Total }

// Matches are the first of Total.
type Matches[T any] struct {
	First []T
	Total int
}

// FoundSecret is a secret by its name, with the hook that it is in: none for a secret
// of the organization itself.
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
// secrets and API keys and in the names and addresses of members, and hands out up to
// limit of each. It never looks into values or notes. from is the hook that somebody
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
		for _, search := range []func(*guard.ReadTx, string, int, *Found) error{searchHooks, searchSecrets, searchOwnSecrets, searchPeople, searchKeys} {
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

// hooksFound counts hooks and the secrets in them: every such secret found is in a hook
// found.
const hooksFound = `
	SELECT h.id, h.name, h.trigger,
		CASE WHEN h.name_key LIKE :key_inside ESCAPE '\' OR h.trigger LIKE :key_inside ESCAPE '\' THEN 0 ELSE m.n END AS secrets,
		count(*) OVER () AS all_hooks, sum(COALESCE(m.n, 0)) OVER () AS all_secrets
	FROM hooks h
	LEFT JOIN (
		SELECT s.hook, count(*) AS n
		FROM secrets s
		WHERE s.org = :org_id AND s.hook > '' AND s.deleted_at IS NULL AND lower(s.name) LIKE :inside ESCAPE '\'
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

// hookSecretsFound picks the best names before it looks up whose they are.
const hookSecretsFound = `
	SELECT s.id, s.name, s.hook, h.name AS hook_name
	FROM (
		SELECT id, name, hook, CASE WHEN lower(name) LIKE :prefix ESCAPE '\' THEN 0 ELSE 1 END AS place
		FROM secrets
		WHERE org = :org_id AND deleted_at IS NULL AND lower(name) LIKE :inside ESCAPE '\'
			AND hook > '' AND hook NOT IN (SELECT id FROM hooks WHERE org = :org_id AND purge_at IS NOT NULL)
		ORDER BY place, lower(name), id
		LIMIT :limit
	) s
	JOIN hooks h ON h.org = :org_id AND h.id = s.hook AND h.deleted_at IS NULL
	ORDER BY s.place, lower(s.name), h.name_key, s.id`

func searchSecrets(tx *guard.ReadTx, text string, limit int, found *Found) error {
	prefix := likePrefix(strings.ToLower(text))
	return tx.Select(&found.Secrets.First, hookSecretsFound, guard.Args{"prefix": prefix, "inside": "%" + prefix, "limit": limit})
}

// ownSecretsFound are those of the organization itself. Their names are in capitals.
// It picks the best ones from the index alone.
const ownSecretsFound = `
	SELECT s.id, s.name, best.total
	FROM (
		SELECT name, CASE WHEN lower(name) LIKE :prefix ESCAPE '\' THEN 0 ELSE 1 END AS place, count(*) OVER () AS total
		FROM secrets
		WHERE org = :org_id AND hook = '' AND deleted_at IS NULL AND lower(name) LIKE :inside ESCAPE '\'
		ORDER BY place, name
		LIMIT :limit
	) best
	JOIN secrets s ON s.org = :org_id AND s.hook = '' AND s.name = best.name AND s.deleted_at IS NULL
	ORDER BY best.place, best.name`

// searchOwnSecrets puts the secrets of the organization among those of its hooks.
func searchOwnSecrets(tx *guard.ReadTx, text string, limit int, found *Found) error {
	if !tx.May(guard.SeeOrganizationSecrets) {
		return nil
	}
	var rows []struct {
		FoundSecret
		Total int `db:"total"`
	}
	prefix := likePrefix(strings.ToLower(text))
	err := tx.Select(&rows, ownSecretsFound, guard.Args{"prefix": prefix, "inside": "%" + prefix, "limit": limit})
	all := found.Secrets.First
	for i, row := range rows {
		all = slices.Insert(all, i, row.FoundSecret)
	}
	slices.SortStableFunc(all, func(a, b FoundSecret) int {
		return cmp.Or(cmp.Compare(placeIn(a.Name, text), placeIn(b.Name, text)), cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)))
	})
	found.Secrets.First = all[:min(limit, len(all))]
	if len(rows) > 0 {
		found.Secrets.Total += rows[0].Total
	}
	return err
}

func searchPeople(tx *guard.ReadTx, text string, limit int, found *Found) error {
	if !tx.May(guard.SeeMembers) {
		return nil
	}
	var all []User
	err := tx.Select(&all, `
		SELECT u.id, u.email, u.name
		FROM members m
		JOIN users u ON u.id = m.user
		WHERE m.org = :org_id
		ORDER BY u.id`, nil)
	found.People = matching(all, text, limit, func(u User) []string { return []string{u.Name, u.Email} })
	return err
}

func searchKeys(tx *guard.ReadTx, text string, limit int, found *Found) error {
	if !tx.May(guard.ManageKeys) {
		return nil
	}
	var rows []keyRow
	err := tx.Select(&rows, keyColumns+`
		WHERE org = :org_id AND revoked_at IS NULL
		ORDER BY id`, nil)
	all := make([]Key, len(rows))
	for i, row := range rows {
		all[i] = row.key()
	}
	found.Keys = matching(all, text, limit, func(k Key) []string { return []string{k.Name} })
	return err
}

// matching are those that have the text in one of their names, best first and then by
// the first of them. It compares here and not in SQL: people and keys have letters
// whose small form SQLite doesn't know.
func matching[T any](all []T, text string, limit int, names func(T) []string) Matches[T] {
	place := func(one T) int {
		best := placeNone
		for _, name := range names(one) {
			best = min(best, placeIn(name, text))
		}
		return best
	}
	all = slices.DeleteFunc(all, func(one T) bool { return place(one) == placeNone })
	slices.SortStableFunc(all, func(a, b T) int {
		return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(strings.ToLower(names(a)[0]), strings.ToLower(names(b)[0])))
	})
	return Matches[T]{First: all[:min(limit, len(all))], Total: len(all)}
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
