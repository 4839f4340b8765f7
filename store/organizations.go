package store

import (
	"context"

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
	target := func(*guard.WriteTx) ([]guard.Target, error) {
		return []guard.Target{{Kind: "organization", Name: name}}, nil
	}
	return guard.Act(ctx, s.db, op, guard.OrganizationCreate, target, func(tx *guard.WriteTx) (Organization, error) {
		owner, err := userByEmail(tx, ownerEmail)
		if err != nil {
			return Organization{}, err
		}
		made, err := tx.CreateOrganization(name, slug, owner.ID)
		tx.Target().ID = made.ID
		return Organization{made, Owner}, err
	})
}
