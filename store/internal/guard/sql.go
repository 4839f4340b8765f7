package guard

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/jmoiron/sqlx"
)

// Args are the named parameters of a statement. :org_id is not among them: the
// guard binds it.
type Args map[string]any

// ownedTables are the tables whose rows belong to an organization. A statement
// on one of them must ask for :org_id.
var ownedTables = []string{
	"members", "hooks", "hook_scripts", "secrets", "secret_versions", "secret_uses", "api_keys", "access_tokens", "invitations",
	"import_plans", "changes",
	"audit_entries", "audit_days", "audit_names",
}

// auditTables are the owned tables that only the guard writes.
var auditTables = []string{"audit_entries", "audit_days", "audit_names"}

// guardTables are read and written by the guard alone.
var guardTables = []string{"organizations", "audit_logs", "audit_marks", "old_slugs"}

// statements runs SQL for one organization, or for none.
type statements struct {
	ctx     context.Context
	org     string
	prepare func(query string) (*sqlx.Stmt, error)
}

// Get reads one row into dest. No row is an error of code NotFound.
func (s statements) Get(dest any, query string, args Args) error {
	stmt, bound, err := s.bind(query, args)
	if err != nil {
		return err
	}
	if err := stmt.GetContext(s.ctx, dest, bound...); errors.Is(err, sql.ErrNoRows) {
		return Missing()
	} else if err != nil {
		return fmt.Errorf("get: %w", err)
	}
	return nil
}

// Select reads all rows into the slice that dest points to.
func (s statements) Select(dest any, query string, args Args) error {
	stmt, bound, err := s.bind(query, args)
	if err != nil {
		return err
	}
	if err := stmt.SelectContext(s.ctx, dest, bound...); err != nil {
		return fmt.Errorf("select: %w", err)
	}
	return nil
}

// Each reads row after row, for what does not fit in memory.
func (s statements) Each(query string, args Args, row func(scan func(dest any) error) error) error {
	stmt, bound, err := s.bind(query, args)
	if err != nil {
		return err
	}
	rows, err := stmt.QueryxContext(s.ctx, bound...)
	if err != nil {
		return fmt.Errorf("query: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows.StructScan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Exec changes rows and returns how many.
func (tx *WriteTx) Exec(query string, args Args) (int64, error) {
	stmt, bound, err := tx.bind(query, args)
	if err != nil {
		return 0, err
	}
	result, err := stmt.ExecContext(tx.ctx, bound...)
	if err != nil {
		return 0, fmt.Errorf("exec: %w", err)
	}
	return result.RowsAffected()
}

// run and one are for statements of the guard's own, which find or make the
// organization in the first place.
func (tx *WriteTx) run(query string, args ...any) error {
	stmt, err := tx.prepare(query)
	if err != nil {
		return err
	}
	_, err = stmt.ExecContext(tx.ctx, args...)
	return err
}

func (tx *WriteTx) one(dest any, query string, args ...any) error {
	stmt, err := tx.prepare(query)
	if err != nil {
		return err
	}
	return stmt.GetContext(tx.ctx, dest, args...)
}

// bind checks a statement, gives it the organization and its parameters, and
// keeps the prepared form.
func (s statements) bind(query string, args Args) (*sqlx.Stmt, []any, error) {
	form, err := check(query)
	if err != nil {
		return nil, nil, err
	}
	bound := make([]any, 0, len(form.names))
	for _, name := range form.names {
		value, given := args[name]
		switch {
		case name != "org_id" && !given:
			return nil, nil, fmt.Errorf("statement lacks a value for :%s", name)
		case name == "org_id" && (given || s.org == ""):
			return nil, nil, errors.New("the organization of a statement comes from the actor")
		case name == "org_id":
			value = s.org
		}
		bound = append(bound, sql.Named(name, value))
	}
	for name := range args {
		if !slices.Contains(form.names, name) {
			return nil, nil, fmt.Errorf("statement has no :%s", name)
		}
	}
	stmt, err := s.prepare(query)
	if err != nil {
		return nil, nil, fmt.Errorf("prepare: %w", err)
	}
	return stmt, bound, nil
}

// form is what the guard knows of a statement: its parameters, each once.
type form struct{ names []string }

var (
	forms      sync.Map // query text → form
	words      = regexp.MustCompile(`[a-z_]+`)
	paramNames = regexp.MustCompile(`:([a-z_][a-z_0-9]*)`)
)

// check refuses a statement that reads or writes an organization's table without
// naming the organization, one on a table that is the guard's, and one that writes
// audit entries. A table counts wherever its name stands, quoted or in a list too.
func check(query string) (form, error) {
	if known, ok := forms.Load(query); ok {
		return known.(form), nil
	}
	var f form
	for _, m := range paramNames.FindAllStringSubmatch(query, -1) {
		if !slices.Contains(f.names, m[1]) {
			f.names = append(f.names, m[1])
		}
	}
	lower := strings.ToLower(query)
	for _, word := range words.FindAllString(lower, -1) {
		switch {
		case slices.Contains(guardTables, word):
			return form{}, fmt.Errorf("table %s is the guard's", word)
		case slices.Contains(ownedTables, word) && !slices.Contains(f.names, "org_id"):
			return form{}, fmt.Errorf("a statement on %s must name its organization, :org_id", word)
		case slices.Contains(auditTables, word) && !strings.HasPrefix(strings.TrimSpace(lower), "select"):
			return form{}, errors.New("audit entries are written by the guard")
		}
	}
	forms.Store(query, f)
	return f, nil
}
