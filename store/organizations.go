package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"hooksafe/store/internal/guard"
)

// Organization is one of a person's organizations, with their role in it.
type Organization struct {
	OrgRef
	Role Role
}

// Organizations lists the organizations of a person, by name.
func (s *Store) Organizations(ctx context.Context, p ServerActor) ([]Organization, error) {
	rows, err := guard.Memberships(ctx, s.db, p)
	if err != nil {
		return nil, err
	}
	all := make([]Organization, len(rows))
	for i, row := range rows {
		all[i] = Organization{row.OrgRef, row.Role}
	}
	return all, nil
}

// MemberActor returns the actor for a person in the organization called slug. A
// person who is no member gets NotFound, as if it did not exist.
func (s *Store) MemberActor(ctx context.Context, p ServerActor, slug string) (Actor, error) {
	return guard.MemberActor(ctx, s.db, p, slug)
}

// OperatorIn returns the operator acting in the organization called slug.
func (s *Store) OperatorIn(ctx context.Context, op ServerActor, slug string) (Actor, error) {
	return guard.OperatorIn(ctx, s.db, op, slug)
}

// CreateOrganization makes an organization with its keyset and audit log. The
// owner must exist.
func (s *Store) CreateOrganization(ctx context.Context, op ServerActor, name, slug, ownerEmail string) (Organization, error) {
	if err := checkOrganizationName("name", name); err != nil {
		return Organization{}, err
	}
	if err := checkSlug(slug); err != nil {
		return Organization{}, err
	}
	return guard.Act(ctx, s.db, op, guard.OrganizationCreate, newOrganization(name), func(tx *guard.WriteTx) (Organization, error) {
		owner, err := userByEmail(tx, ownerEmail)
		if err != nil {
			return Organization{}, err
		}
		made, err := tx.CreateOrganization(name, slug, owner.ID)
		tx.Target().ID = made.ID
		return Organization{made, Owner}, err
	})
}

// OrganizationsByOperator says whether only the operator makes organizations.
func (s *Store) OrganizationsByOperator() bool { return s.organizationsByOperator }

// FoundingForm says whether a person may make an organization.
func (s *Store) FoundingForm(ctx context.Context, p ServerActor) error {
	if s.organizationsByOperator {
		_, err := s.refuseFounding(ctx, p)
		return err
	}
	_, err := guard.View(ctx, s.db, p, guard.OrganizationFound, func(*guard.ReadTx) (struct{}, error) { return struct{}{}, nil })
	return err
}

// FoundOrganization makes an organization of which the person is the first owner. An
// empty slug is made from the name.
func (s *Store) FoundOrganization(ctx context.Context, p ServerActor, name, slug string) (OrgRef, error) {
	if s.organizationsByOperator {
		return s.refuseFounding(ctx, p)
	}
	if err := checkOrganizationName("name", name); err != nil {
		return OrgRef{}, err
	}
	if slug == "" {
		slug = proposeSlug(name)
	}
	if err := checkSlug(slug); err != nil {
		return OrgRef{}, err
	}
	return guard.Act(ctx, s.db, p, guard.OrganizationFound, newOrganization(name), func(tx *guard.WriteTx) (OrgRef, error) {
		made, err := tx.CreateOrganization(name, slug, tx.Actor())
		tx.Target().ID = made.ID
		return made, err
	})
}

// refuseFounding leaves an entry, as every refusal does.
func (s *Store) refuseFounding(ctx context.Context, p ServerActor) (OrgRef, error) {
	return guard.Act(ctx, s.db, p, guard.OrganizationFound, newOrganization(""), func(*guard.WriteTx) (OrgRef, error) {
		return OrgRef{}, guard.Errorf(Denied, "", "On this server only its operator makes organizations. Ask whoever runs it.")
	})
}

func newOrganization(name string) guard.Targets {
	return func(*guard.WriteTx) ([]guard.Target, error) {
		return []guard.Target{{Kind: "organization", Name: name}}, nil
	}
}

// General is what owners settle about their organization.
type General struct {
	OrgRef
	Settings
	Revision int64
}

// General returns it to somebody who may change it.
func (s *Store) General(ctx context.Context, a Actor) (General, error) {
	return guard.View(ctx, s.db, a, guard.OrganizationRead, func(tx *guard.ReadTx) (General, error) {
		o, err := tx.Organization()
		return General{o.OrgRef, o.Settings, o.Revision}, err
	})
}

// RenameOrganization gives the organization another name or address; the old address
// goes on leading its members there. base is the Revision that the form was made from:
// where somebody saved meanwhile, the answer is Stale. An address that another one has
// or had is a Conflict.
func (s *Store) RenameOrganization(ctx context.Context, a Actor, base int64, name, slug string) (OrgRef, error) {
	if err := checkOrganizationName("name", name); err != nil {
		return OrgRef{}, err
	}
	if err := checkSlug(slug); err != nil {
		return OrgRef{}, err
	}
	return guard.Act(ctx, s.db, a, guard.OrganizationUpdate, thisOrganization, func(tx *guard.WriteTx) (OrgRef, error) {
		before, err := organizationAt(tx, base)
		if err != nil {
			return OrgRef{}, err
		}
		tx.Target().Detail = details(
			alteration("name", before.Name, name),
			alteration("address", before.Slug, slug),
		)
		return OrgRef{ID: before.ID, Slug: slug, Name: name}, tx.UpdateOrganization(name, slug, before.Settings)
	})
}

// RevealTimes are for how many seconds a page may show a value.
func RevealTimes() []int { return []int{10, 20, 30, 60, 120, 300} }

// ChangeSettings changes the rules for everybody in the organization. They count from
// the next request on. base is as for RenameOrganization.
func (s *Store) ChangeSettings(ctx context.Context, a Actor, base int64, to Settings) error {
	if err := checkSettings(to); err != nil {
		return err
	}
	_, err := guard.Act(ctx, s.db, a, guard.OrganizationUpdate, thisOrganization, func(tx *guard.WriteTx) (struct{}, error) {
		before, err := organizationAt(tx, base)
		if err != nil {
			return struct{}{}, err
		}
		tx.Target().Detail = details(
			alteration("values show", seconds(before.RevealSeconds), seconds(to.RevealSeconds)),
			alteration("editors reveal organization secrets", yesNo(before.EditorsReveal), yesNo(to.EditorsReveal)),
			alteration("password for values", asking[before.Confirm], asking[to.Confirm]),
		)
		return struct{}{}, tx.UpdateOrganization(before.Name, before.Slug, to)
	})
	return err
}

// asking is when opening a value asks for the password, in words.
var asking = map[string]string{AskNever: "never", AskRecently: "every 15 minutes", AskAlways: "every time"}

func checkSettings(s Settings) error {
	if !slices.Contains(RevealTimes(), s.RevealSeconds) {
		return guard.Errorf(Invalid, "seconds", "Choose how long a value shows.")
	}
	if asking[s.Confirm] == "" {
		return guard.Errorf(Invalid, "confirm", "Choose when values ask for the password.")
	}
	return nil
}

// organizationAt reads the organization, if it is still at a revision.
func organizationAt(tx *guard.WriteTx, base int64) (guard.Organization, error) {
	o, err := tx.Organization()
	if err == nil && o.Revision != base {
		stale := guard.Errorf(Stale, "", "Somebody saved a change meanwhile.")
		stale.By, stale.Revision = o.UpdatedBy, o.Revision
		err = stale
	}
	return o, err
}

func thisOrganization(tx *guard.WriteTx) ([]guard.Target, error) {
	o, err := tx.Organization()
	return []guard.Target{{Kind: "organization", ID: o.ID, Name: o.Name}}, err
}

// alteration says how something changed, "" if it did not.
func alteration(what, from, to string) string {
	if from == to {
		return ""
	}
	return fmt.Sprintf("%s from %s to %s", what, from, to)
}

// details are the changes that there were.
func details(changes ...string) string {
	if there := slices.DeleteFunc(changes, func(c string) bool { return c == "" }); len(there) > 0 {
		return strings.Join(there, "; ")
	}
	return "saved as it was"
}

func seconds(n int) string { return fmt.Sprintf("%d s", n) }

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// DoomedOrganization is what is destroyed with an organization.
type DoomedOrganization struct {
	Name    string
	Hooks   int `db:"hooks"`
	Secrets int `db:"secrets"`
	Members int `db:"members"`
	Keys    int `db:"keys"`
}

// OrganizationToDelete returns what would go to somebody who may delete it. What was
// deleted before and can still be brought back counts; keys that let nobody in do not.
func (s *Store) OrganizationToDelete(ctx context.Context, a Actor) (DoomedOrganization, error) {
	return guard.ViewOf(ctx, s.db, a, guard.OrganizationDelete, thisOrganization, func(tx *guard.ReadTx) (DoomedOrganization, error) {
		o, err := tx.Organization()
		if err != nil {
			return DoomedOrganization{}, err
		}
		doomed, err := countDoomed(tx, s.db.Now())
		doomed.Name = o.Name
		return doomed, err
	})
}

func countDoomed(tx getter, now time.Time) (DoomedOrganization, error) {
	var n DoomedOrganization
	err := tx.Get(&n, `
		SELECT (SELECT count(*) FROM hooks WHERE org = :org_id) AS hooks,
			(SELECT count(*) FROM secrets WHERE org = :org_id) AS secrets,
			(SELECT count(*) FROM members WHERE org = :org_id) AS members,
			(SELECT count(*) FROM api_keys
				WHERE org = :org_id AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > :now)) AS keys`,
		guard.Args{"now": guard.Micro(now)})
	return n, err
}

// DeleteOrganization destroys the organization for good: its keyset, so that no copy
// of a value opens any more, and every row but those of its audit log, in one action.
// Everybody is out at their next request. confirmName is its name as the person typed
// it.
func (s *Store) DeleteOrganization(ctx context.Context, a Actor, confirmName string) error {
	_, err := guard.Act(ctx, s.db, a, guard.OrganizationDelete, thisOrganization, func(tx *guard.WriteTx) (struct{}, error) {
		if err := confirmed(tx, confirmName); err != nil {
			return struct{}{}, err
		}
		n, err := countDoomed(tx, tx.Now())
		if err != nil {
			return struct{}{}, err
		}
		tx.Target().Detail = strings.Join([]string{
			plural(n.Hooks, "hook"), plural(n.Secrets, "secret"), plural(n.Members, "member"), plural(n.Keys, "API key"),
		}, ", ")
		if err := eraseOrganization(tx); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, tx.EndOrganization()
	})
	return s.erased(ctx, err)
}

// eraseOrganization removes all rows that belong to the organization, what refers to
// others first. Its audit entries are the guard's and stay.
func eraseOrganization(tx *guard.WriteTx) error {
	for _, query := range []string{
		`DELETE FROM access_tokens WHERE org = :org_id`,
		`DELETE FROM import_plans WHERE org = :org_id`,
		`DELETE FROM changes WHERE org = :org_id`,
		`DELETE FROM api_keys WHERE org = :org_id`,
		`DELETE FROM secret_uses WHERE org = :org_id`,
		`DELETE FROM secret_versions WHERE org = :org_id`,
		`DELETE FROM secrets WHERE org = :org_id`,
		`DELETE FROM hook_scripts WHERE org = :org_id`,
		`DELETE FROM hooks WHERE org = :org_id`,
		`DELETE FROM invitations WHERE org = :org_id`,
		`DELETE FROM members WHERE org = :org_id`,
	} {
		if _, err := tx.Exec(query, nil); err != nil {
			return err
		}
	}
	return nil
}
