package store

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"

	"hooksafe/store/internal/guard"
)

// SecretQuery says which of the organization's own secrets a page shows.
type SecretQuery struct {
	Search string // part of the name, capitals or not
	After  string // the Next of the page before; "" is the first page
	From   string // instead of After: the id of the secret that the page begins with
	Limit  int
}

// SecretPage is one page of the organization's own secrets, pending ones first, then by
// name.
type SecretPage struct {
	Secrets []Secret
	Next    string // what to pass as After for the next page; "" at the end
	Matches int    // secrets that the search lets through
	Total   int    // of all secrets
	Pending int    // those of them without a value
	Deleted DeletedList
}

// OrganizationSecrets lists a page of the organization's own secrets. It never opens a
// value. From a secret that is not among them, it is the first page.
func (s *Store) OrganizationSecrets(ctx context.Context, a Actor, q SecretQuery) (SecretPage, error) {
	at, err := readSpot(q.After)
	if err != nil {
		return SecretPage{}, err
	}
	return guard.View(ctx, s.db, a, guard.OrganizationSecretRead, func(tx *guard.ReadTx) (SecretPage, error) {
		if q.From != "" {
			if at, err = spotOf(tx, q.From); err != nil {
				return SecretPage{}, err
			}
		}
		rows, err := ownSecrets(tx, q, at)
		if err != nil {
			return SecretPage{}, err
		}
		var page SecretPage
		if len(rows) > q.Limit {
			rows = rows[:q.Limit]
			page.Next = spotAfter(rows[q.Limit-1]).cursor()
		}
		page.Secrets = secretsOf(rows)
		if page.Deleted, err = s.deletedSecrets(tx, OrganizationPlace()); err != nil {
			return SecretPage{}, err
		}
		return page, countOwnSecrets(tx, q, &page)
	})
}

// spot is a place in the list: behind the name after, or at the name from.
type spot struct {
	valued      bool // among the secrets that have a value, behind the pending ones
	after, from string
}

func spotAfter(row secretRow) spot { return spot{valued: row.Version > 0, after: row.Name} }

// spotOf is where a secret stands. The first spot is that of one which is not there.
func spotOf(tx *guard.ReadTx, id string) (spot, error) {
	row, _, err := getSecret(tx, OrganizationPlace(), id)
	if guard.CodeOf(err) == NotFound {
		return spot{}, nil
	}
	return spot{valued: row.Version > 0, from: row.Name}, err
}

// The parts of the list, as a cursor names them.
const (
	amongPending = "pending"
	amongValued  = "valued"
)

func (s spot) cursor() string {
	part := amongPending
	if s.valued {
		part = amongValued
	}
	return base64.RawURLEncoding.EncodeToString([]byte(part + "\n" + s.after))
}

func readSpot(cursor string) (spot, error) {
	if cursor == "" {
		return spot{}, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	part, name, _ := strings.Cut(string(text), "\n")
	if err != nil || part != amongPending && part != amongValued {
		return spot{}, guard.Missing()
	}
	return spot{valued: part == amongValued, after: name}, nil
}

// The pages of the two parts of the list, each read along an index. Only the rows of
// the page have their uses looked up.
const (
	ownSecretsFrom = secretColumns + `
		WHERE s.org = :org_id AND s.hook = '' AND s.deleted_at IS NULL
			AND s.name >= :from AND s.name > :after AND lower(s.name) LIKE :text ESCAPE '\'`
	pendingOwnSecrets = ownSecretsFrom + ` AND s.version = 0 ORDER BY s.name LIMIT :limit`
	valuedOwnSecrets  = ownSecretsFrom + ` AND s.version > 0 ORDER BY s.name LIMIT :limit`
)

// ownSecrets reads a page from a spot on, and one secret more if there is one.
func ownSecrets(tx *guard.ReadTx, q SecretQuery, at spot) ([]secretRow, error) {
	var rows []secretRow
	args := guard.Args{"from": at.from, "after": at.after, "text": containing(q.Search), "limit": q.Limit + 1}
	if !at.valued {
		if err := tx.Select(&rows, pendingOwnSecrets, args); err != nil {
			return nil, err
		}
		args["from"], args["after"], args["limit"] = "", "", q.Limit+1-len(rows)
	}
	var valued []secretRow
	err := tx.Select(&valued, valuedOwnSecrets, args)
	return append(rows, valued...), err
}

func countOwnSecrets(tx *guard.ReadTx, q SecretQuery, page *SecretPage) error {
	const those = `SELECT count(*) FROM secrets WHERE org = :org_id AND hook = '' AND deleted_at IS NULL`
	err := errors.Join(
		tx.Get(&page.Total, those, nil),
		tx.Get(&page.Pending, those+` AND version = 0`, nil))
	page.Matches = page.Total
	if err == nil && q.Search != "" {
		err = tx.Get(&page.Matches, those+` AND lower(name) LIKE :text ESCAPE '\'`, guard.Args{"text": containing(q.Search)})
	}
	return err
}
