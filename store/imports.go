package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"hooksafe/store/internal/guard"
	"hooksafe/store/internal/seal"
)

// An import takes two steps. The first compares what was handed in with what is stored,
// by the MACs, so nothing is opened; what was handed in waits sealed meanwhile, for the
// session or the API key that it came with. The second carries out what was chosen, if
// everything is still as it was shown, in one action with an entry for each thing. A
// placeholder keeps what is stored; both entries of the import itself count those.

// Limits on what one action of an import changes, while everybody who wants to write
// waits: a second or two for the largest.
const (
	maxImportedSecrets = 10_000
	maxImportedHooks   = 1000
)

// ImportedSecret is a secret as a file brings it.
type ImportedSecret struct {
	Name    string
	Value   Plaintext // none if it is pending or refused
	Pending bool      // the name is known, the value is not in the file
	Refused string    // why the file doesn't tell what the value is, "" if it does
	Where   string    // in the file, such as "line 6"
}

// ImportedHook is a hook as a file brings it.
type ImportedHook struct {
	Name, Trigger, Script string
	Enabled               bool
	Dependencies          []Dependency
	Secrets               []ImportedSecret
	Where                 string
}

// Plan is what an import would do.
type Plan struct {
	ID    string
	Token string // changes with anything that the plan says or builds on
	Items []PlanItem

	Hook               Hook // whose secrets these are; none for the organization and for hooks
	Used, After, Limit int  // secrets of that hook: now, as chosen, and at most
	Unlisted           int  // stored secrets that aren't in the file, beyond those that are items
}

// The kinds of items.
const (
	HookItem   = "hook"   // its script and dependencies
	SwitchItem = "switch" // whether it is on
	SecretItem = "secret"
)

// Fate is what becomes of an item.
type Fate string

// The fates. Only the ones of something new, changed, pending or missing can be chosen.
const (
	FateNew     Fate = "new"
	FateChanged Fate = "changed"
	FateSame    Fate = "same"
	FateKept    Fate = "kept"    // a placeholder: the stored value stays
	FatePending Fate = "pending" // is added, and waits for a value
	FateRefused Fate = "refused"
	FateMissing Fate = "missing" // stored, and not in the file: stays unless chosen to be deleted
)

// PlanItem is one line of a plan.
type PlanItem struct {
	Kind      string
	Hook      string // the name of the hook, "" in the plan of a place
	Name      string // of the secret; "" if it breaks the rule for names, for it may be a value
	Fate      Fate
	Why       string // what about it changes, or why it is refused
	Where     string // in the file
	Length    int    // characters of a value that is new
	Version   int64  // stored, 0 if none is
	UpdatedBy string // who saved it last, when
	UpdatedAt time.Time
	Chosen    bool // unless somebody chooses otherwise
}

// Selectable tells whether there is something to choose.
func (i PlanItem) Selectable() bool {
	return i.Fate == FateNew || i.Fate == FateChanged || i.Fate == FatePending || i.Fate == FateMissing
}

// Choice is what somebody picked of a plan: of the first Shown items those whose indexes
// are in Picked, of the others what is chosen already.
type Choice struct {
	Shown  int
	Picked []int
}

// AsPlanned is the choice of what is chosen already.
func AsPlanned() Choice { return Choice{} }

// PlanSecrets says what it would do to import secrets into a place. source is what they
// came as, for the audit log.
func (s *Store) PlanSecrets(ctx context.Context, a Actor, in Place, source string, secrets []ImportedSecret) (Plan, error) {
	return s.planImport(ctx, a, in, held{Source: line(source), Secrets: holdSecrets(in, secrets)})
}

// PlanHooks says what it would do to import hooks with their scripts and secrets.
func (s *Store) PlanHooks(ctx context.Context, a Actor, source string, hooks []ImportedHook) (Plan, error) {
	return s.planImport(ctx, a, AllHooks(), held{Source: line(source), Hooks: holdHooks(hooks)})
}

func (s *Store) planImport(ctx context.Context, a Actor, in Place, h held) (Plan, error) {
	if err := h.check(); err != nil {
		return Plan{}, err
	}
	text, err := json.Marshal(h)
	if err != nil {
		return Plan{}, fmt.Errorf("hold an import: %w", err)
	}
	return guard.Act(ctx, s.db, a, in.actions().plan, importInto(in), func(tx *guard.WriteTx) (Plan, error) {
		id := newID()
		if err := holdImport(tx, in, id, seal.NewPlaintext(string(text))); err != nil {
			return Plan{}, err
		}
		laid, err := s.layPlan(tx, in, id, h)
		return laid.Plan, err
	})
}

// PlanAgain says what an import would do now. One that was applied, or that nobody
// applied in time, is NotFound.
func (s *Store) PlanAgain(ctx context.Context, a Actor, in Place, plan string) (Plan, error) {
	return guard.Act(ctx, s.db, a, in.actions().plan, importInto(in), func(tx *guard.WriteTx) (Plan, error) {
		laid, err := s.planHeld(tx, in, plan)
		return laid.Plan, err
	})
}

// planHeld makes the plan of an import that waits.
func (s *Store) planHeld(tx *guard.WriteTx, in Place, plan string) (laidPlan, error) {
	h, err := heldImport(tx, in, plan)
	if err != nil {
		return laidPlan{}, err
	}
	return s.layPlan(tx, in, plan, h)
}

// importInto is the target of imports into a place, before they have an id.
func importInto(in Place) guard.Targets {
	return func(tx *guard.WriteTx) ([]guard.Target, error) {
		hook, err := parent(tx, in)
		return []guard.Target{{Kind: "import", Name: in.imports(), Parent: hook.ID, ParentName: hook.Name}}, err
	}
}

// What is imported into a place, as audit entries name it.
const (
	ImportOfHooks               = "hooks"
	ImportOfSecrets             = "secrets"
	ImportOfOrganizationSecrets = "organization secrets"
)

func (p Place) imports() string {
	switch {
	case p.all:
		return ImportOfHooks
	case p.own:
		return ImportOfOrganizationSecrets
	}
	return ImportOfSecrets
}
