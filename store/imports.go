package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"hooksafe/store/internal/guard"
	"hooksafe/store/internal/seal"
)

// An import takes two steps. The first compares what was handed in with what is stored,
// by the MACs, so nothing is opened; what was handed in waits sealed meanwhile, for the
// session or the API key that it came with. The second carries out what was chosen, if
// everything is still as it was shown, in one action with an entry for each thing.

// How long an import waits to be applied, and how many of one session may.
const (
	planFor  = 15 * time.Minute
	maxPlans = 5
)

// Limits on what one action of an import changes, while everybody who wants to write
// waits.
const (
	maxImportedSecrets = 20_000
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
	Name      string // of the secret; "" if it could be none, for it may be a value
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

// held is what waits to be applied, as it is sealed.
type held struct {
	Source  string
	Secrets []heldSecret `json:",omitempty"`
	Hooks   []heldHook   `json:",omitempty"`
}

type heldSecret struct {
	Name    string
	Value   string `json:",omitempty"`
	Pending bool   `json:",omitempty"`
	Refused string `json:",omitempty"`
	Where   string
}

type heldHook struct {
	Name, Trigger, Script string
	Reads                 string // the names that the script reads
	Enabled               bool
	Dependencies          string // as the database keeps them
	Secrets               []heldSecret
	Refused               string `json:",omitempty"`
	Where                 string
}

// PlanSecrets says what it would do to import secrets into a place. source is what they
// came as, for the audit log.
func (s *Store) PlanSecrets(ctx context.Context, a Actor, in Place, source string, secrets []ImportedSecret) (Plan, error) {
	return s.planImport(ctx, a, in, held{Source: source, Secrets: holdSecrets(in, secrets)})
}

// PlanHooks says what it would do to import hooks with their scripts and secrets.
func (s *Store) PlanHooks(ctx context.Context, a Actor, source string, hooks []ImportedHook) (Plan, error) {
	h := held{Source: source}
	for _, hook := range hooks {
		h.Hooks = append(h.Hooks, holdHook(hook))
	}
	return s.planImport(ctx, a, AllHooks(), h)
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
		if err := tx.Must(in.actions().list); err != nil {
			return Plan{}, err
		}
		id := newID()
		if err := holdImport(tx, in, id, seal.NewPlaintext(string(text))); err != nil {
			return Plan{}, err
		}
		tx.Target().ID, tx.Target().Name = id, h.Source
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
	tx.Target().ID, tx.Target().Name = plan, h.Source
	return s.layPlan(tx, in, plan, h)
}

func (h held) check() error {
	secrets := len(h.Secrets)
	for _, hook := range h.Hooks {
		secrets += len(hook.Secrets)
	}
	switch {
	case secrets == 0 && len(h.Hooks) == 0:
		return guard.Errorf(Invalid, "", "There is nothing in it to import.")
	case len(h.Hooks) > maxImportedHooks:
		return guard.Errorf(Full, "", "These are %d hooks, and one import may have %d.", len(h.Hooks), maxImportedHooks)
	case secrets > maxImportedSecrets:
		return guard.Errorf(Full, "", "These are %d secrets, and one import may have %d.", secrets, maxImportedSecrets)
	}
	return nil
}

// holdSecrets refuses what no secret of the place may be, and keeps no value of it. A
// name that could be none isn't kept either.
func holdSecrets(in Place, secrets []ImportedSecret) []heldSecret {
	list, seen := make([]heldSecret, len(secrets)), map[string]bool{}
	for i, n := range secrets {
		h := heldSecret{Name: n.Name, Pending: n.Pending, Where: cmp.Or(n.Where, entry(i)), Refused: n.Refused}
		if err := in.checkName(n.Name); err != nil {
			h.Refused = err.Error()
		}
		if !IsSecretName(n.Name) {
			h.Name = ""
		}
		switch text := n.Value.Reveal(); {
		case h.Refused != "":
		case seen[h.Name]:
			h.Refused = "This name comes a second time."
		case h.Pending || IsPlaceholder(text):
			h.Pending = true
		default:
			if err := checkValue(n.Value); err != nil {
				h.Refused = err.Error()
			} else {
				h.Value = text
			}
		}
		seen[h.Name] = true
		list[i] = h
	}
	return list
}

func holdHook(n ImportedHook) heldHook {
	h := heldHook{Name: n.Name, Trigger: n.Trigger, Script: n.Script, Enabled: n.Enabled, Where: n.Where,
		Secrets: holdSecrets(HookPlace(""), n.Secrets)}
	c, err := checkHookChange(HookChange{Name: &n.Name, Script: &n.Script, Dependencies: &n.Dependencies})
	switch {
	case err != nil:
		h.Refused = err.Error()
	case !slices.Contains(Triggers(), n.Trigger):
		h.Refused = "Its trigger has to be one of " + strings.Join(Triggers(), ", ") + "."
	default:
		h.Reads, h.Dependencies = c.reads, c.dependencies.text()
		return h
	}
	if checkHookName(n.Name) != nil {
		h.Name = ""
	}
	return heldHook{Name: h.Name, Refused: h.Refused, Where: h.Where}
}

// importInto is the target of imports into a place, before they have an id.
func importInto(in Place) guard.Targets {
	return func(tx *guard.WriteTx) ([]guard.Target, error) {
		hook, err := parent(tx, in)
		return []guard.Target{{Kind: "import", Parent: hook.ID, ParentName: hook.Name}}, err
	}
}

// key is the place in the tables of imports.
func (p Place) key() string {
	if p.own {
		return "organization"
	}
	return p.hook
}

// holder is what an import is bound to: the session, or the API key.
func holder(tx *guard.WriteTx) string { return cmp.Or(tx.Credential(), tx.Actor()) }

func heldAt(id string) seal.Place { return seal.Place{Kind: "import", Secret: id, Version: 1} }

// holdImport seals what was handed in until it is applied. Of one holder's, the oldest
// goes where there are too many.
func holdImport(tx *guard.WriteTx, in Place, id string, text Plaintext) error {
	sealed, keyID, err := tx.Seal(heldAt(id), text)
	if err != nil {
		return fmt.Errorf("seal import %s: %w", id, err)
	}
	if _, err := tx.Exec(`
		INSERT INTO import_plans (id, org, place, credential, sealed, key_id, made_at, expires_at)
		VALUES (:id, :org_id, :place, :holder, :sealed, :key_id, :now, :expires)`,
		guard.Args{"id": id, "place": in.key(), "holder": holder(tx), "sealed": sealed, "key_id": keyID,
			"now": guard.Micro(tx.Now()), "expires": guard.Micro(tx.Now().Add(planFor))}); err != nil {
		return err
	}
	_, err = tx.Exec(`
		DELETE FROM import_plans
		WHERE org = :org_id AND credential = :holder AND id NOT IN (
			SELECT id
			FROM import_plans
			WHERE org = :org_id AND credential = :holder
			ORDER BY made_at DESC, id DESC
			LIMIT :limit)`, guard.Args{"holder": holder(tx), "limit": maxPlans})
	return err
}

// heldImport opens what waits to be applied, for the one it waits for.
func heldImport(tx *guard.WriteTx, in Place, id string) (held, error) {
	var sealed []byte
	err := tx.Get(&sealed, `
		SELECT sealed
		FROM import_plans
		WHERE org = :org_id AND id = :id AND place = :place AND credential = :holder AND expires_at > :now`,
		guard.Args{"id": id, "place": in.key(), "holder": holder(tx), "now": guard.Micro(tx.Now())})
	if guard.CodeOf(err) == NotFound {
		return held{}, guard.Errorf(NotFound, "", "This import is over: it was carried out already, or more than %d minutes have passed. Start it again.", int(planFor.Minutes()))
	}
	if err != nil {
		return held{}, err
	}
	text, err := tx.Open(heldAt(id), sealed)
	if err != nil {
		return held{}, fmt.Errorf("open import %s: %w", id, err)
	}
	var h held
	if err := json.Unmarshal([]byte(text.Reveal()), &h); err != nil {
		return held{}, fmt.Errorf("read import %s: %w", id, err)
	}
	return h, nil
}

// length is how many characters a value has, as pages count them.
func length(value string) int { return utf8.RuneCountInString(value) }
