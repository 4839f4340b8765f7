package store

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"hooksafe/store/internal/guard"
	"hooksafe/store/internal/seal"
)

// maxMissing is how many of the organization's own secrets that aren't in the file a plan
// lists; of more it tells only how many there are.
const maxMissing = 50

// laidPlan is a plan and what carries out each of its items.
type laidPlan struct {
	Plan
	source string
	parts  []part // of each item
}

// part is what an item is about.
type part struct {
	*group
	secret heldSecret // none for hooks, and for secrets that aren't in the file
	row    storedSecret
}

// group is the secrets of one place, with the hook if that is imported too.
type group struct {
	in      Place
	hook    hookRow   // as stored, or as made; none yet for a hook to be made
	held    *heldHook // none where secrets are imported into a place
	stored  []storedSecret
	counted bool // among the hooks that the import made, changed or switched
}

// storedSecret is a secret with the MAC of its current value.
type storedSecret struct {
	secretRow
	MAC []byte `db:"mac"`
}

// layPlan compares what waits with what is stored, for somebody who may see that. The
// entry of the action counts what becomes of the items.
func (s *Store) layPlan(tx *guard.WriteTx, in Place, id string, h held) (laidPlan, error) {
	if err := tx.Must(in.actions().list); err != nil {
		return laidPlan{}, err
	}
	p := planner{tx: tx, secretsPerHook: s.secretsPerHook}
	p.ID, p.source = id, h.Source
	var err error
	if in.all {
		err = p.hooks(h.Hooks)
	} else {
		err = p.place(in, h.Secrets)
	}
	if err != nil {
		return laidPlan{}, err
	}
	tx.Target().ID, tx.Target().Detail = id, "from "+p.source+": "+p.words()
	p.Token, err = p.token()
	return p.laidPlan, err
}

type planner struct {
	tx             *guard.WriteTx
	secretsPerHook int
	laidPlan
}

func (p *planner) add(item PlanItem, of part) {
	p.Items, p.parts = append(p.Items, item), append(p.parts, of)
}

// place plans an import of secrets into one place.
func (p *planner) place(in Place, secrets []heldSecret) error {
	hook, err := parent(p.tx, in)
	if err != nil {
		return err
	}
	g := &group{in: in, hook: hook}
	if g.stored, err = storedSecrets(p.tx, in); err != nil {
		return err
	}
	added, err := p.secrets(g, secrets)
	if !in.own {
		p.Hook, p.Used, p.After, p.Limit = hook.hook(), len(g.stored), len(g.stored)+added, p.secretsPerHook
	}
	return err
}

// hooks plans an import of hooks.
func (p *planner) hooks(hooks []heldHook) error {
	on, err := enabledHooks(p.tx)
	if err != nil {
		return err
	}
	for i := range hooks {
		if err := p.oneHook(&hooks[i], on); err != nil {
			return err
		}
	}
	return nil
}

// oneHook plans a hook: its script and dependencies, whether it is on, and its secrets.
// on are the hooks that will be on, as chosen so far.
func (p *planner) oneHook(h *heldHook, on map[string]string) error {
	g, item := &group{held: h}, PlanItem{Kind: HookItem, Hook: h.Name, Where: h.Where}
	if h.Refused == "" {
		if err := g.find(p.tx); err != nil {
			return err
		}
	}
	item.Fate, item.Why = g.hookFate()
	item.Version, item.UpdatedBy, item.UpdatedAt = g.hook.ScriptVersion, g.hook.UpdatedBy, guard.FromMicro(g.hook.UpdatedAt)
	item.Chosen = item.Selectable()
	p.add(item, part{group: g})
	if item.Fate == FateRefused {
		return nil
	}
	p.toggle(g, on)
	_, err := p.secrets(g, h.Secrets)
	return err
}

// find looks for the hook that is meant, and its secrets.
func (g *group) find(tx *guard.WriteTx) error {
	var id string
	err := tx.Get(&id, `SELECT id FROM hooks WHERE org = :org_id AND name_key = :key AND deleted_at IS NULL`,
		guard.Args{"key": hookNameKey(g.held.Name)})
	if guard.CodeOf(err) == NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	if g.hook, err = getHook(tx, id); err != nil {
		return err
	}
	g.in = HookPlace(id)
	g.stored, err = storedSecrets(tx, g.in)
	return err
}

// hookFate compares a hook with the stored one of its name, if there is one.
func (g *group) hookFate() (fate Fate, why string) {
	switch {
	case g.held.Refused != "":
		return FateRefused, g.held.Refused
	case g.hook.ID == "":
		return FateNew, ""
	case g.hook.Name != g.held.Name:
		return FateRefused, hookTaken(g.hook.Name).Error()
	case g.hook.Trigger != g.held.Trigger:
		return FateRefused, fmt.Sprintf("%s has the trigger %s here, and a trigger can't be changed.", g.hook.Name, g.hook.Trigger)
	}
	var changes []string
	if g.hook.Script != g.held.Script {
		changes = append(changes, "script")
	}
	if g.hook.Dependencies.text() != g.held.Dependencies {
		changes = append(changes, "dependencies")
	}
	if len(changes) == 0 {
		return FateSame, ""
	}
	return FateChanged, strings.Join(changes, " and ")
}

// toggle plans to switch a hook on or off. What stops a hook from running isn't chosen
// by itself.
func (p *planner) toggle(g *group, on map[string]string) {
	if g.held.Enabled == g.hook.Enabled {
		return
	}
	item := PlanItem{Kind: SwitchItem, Hook: g.held.Name, Fate: FateChanged, Why: "off", Where: g.held.Where}
	other := on[g.held.Trigger]
	switch {
	case g.held.Enabled && other != "":
		item.Why = "on, which switches off " + other
	case g.held.Enabled:
		item.Why, item.Chosen = "on", true
		on[g.held.Trigger] = g.held.Name
	}
	p.add(item, part{group: g})
}

// secrets plans the secrets of a place, and counts how many are added.
func (p *planner) secrets(g *group, secrets []heldSecret) (added int, err error) {
	byName, inFile := make(map[string]storedSecret, len(g.stored)), map[string]bool{}
	for _, row := range g.stored {
		byName[row.Name] = row
	}
	for _, h := range secrets {
		row := byName[h.Name]
		inFile[h.Name] = true
		item := g.item(row)
		item.Name, item.Where = h.Name, h.Where
		if item.Fate, item.Why, err = fateOf(p.tx, h, row); err != nil {
			return 0, err
		}
		if item.Fate == FateNew || item.Fate == FatePending {
			if !g.in.own && len(g.stored)+added >= p.secretsPerHook {
				item.Fate, item.Why = FateRefused, fmt.Sprintf("All %d places of the hook are taken by then, so this one doesn't fit.", p.secretsPerHook)
			} else {
				added++
			}
		}
		if item.Fate == FateNew || item.Fate == FateChanged {
			item.Length = utf8.RuneCountInString(h.Value)
		}
		item.Chosen = item.Selectable()
		p.add(item, part{group: g, secret: h, row: row})
	}
	p.missing(g, inFile)
	return added, nil
}

// item is that of a stored secret.
func (g *group) item(row storedSecret) PlanItem {
	item := PlanItem{Kind: SecretItem, Name: row.Name, Version: row.Version, UpdatedBy: row.UpdatedBy, UpdatedAt: guard.FromMicro(row.UpdatedAt)}
	if g.held != nil {
		item.Hook = g.held.Name
	}
	return item
}

// fateOf compares a secret with the stored one of its name, if there is one.
func fateOf(tx *guard.WriteTx, h heldSecret, row storedSecret) (fate Fate, why string, err error) {
	switch {
	case h.Refused != "":
		return FateRefused, h.Refused, nil
	case row.ID == "" && h.Pending:
		return FatePending, "", nil
	case row.ID == "":
		return FateNew, "", nil
	case h.Pending && row.Version == 0:
		return FateSame, "still waits for a value", nil
	case h.Pending:
		return FateKept, "", nil
	case row.Version == 0:
		return FateChanged, "", nil
	}
	mac, err := tx.MAC(row.ID, seal.NewPlaintext(h.Value))
	if err != nil {
		return "", "", fmt.Errorf("mac of secret %s: %w", row.ID, err)
	}
	if hmac.Equal(mac, row.MAC) {
		return FateSame, "", nil
	}
	return FateChanged, "", nil
}

// missing lists the stored secrets that aren't in the file, in their order.
func (p *planner) missing(g *group, inFile map[string]bool) {
	left := slices.DeleteFunc(slices.Clone(g.stored), func(row storedSecret) bool { return inFile[row.Name] })
	if g.in.own && len(left) > maxMissing {
		p.Unlisted = len(left)
		return
	}
	for _, row := range left {
		item := g.item(row)
		item.Fate = FateMissing
		p.add(item, part{group: g, row: row})
	}
}

// words count the items by what becomes of them, for the audit log.
func (p Plan) words() string {
	counts := map[Fate]int{}
	for _, item := range p.Items {
		counts[item.Fate]++
	}
	var parts []string
	for _, fate := range []Fate{FateNew, FateChanged, FateSame, FateKept, FatePending, FateRefused, FateMissing} {
		if n := counts[fate]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, fate))
		}
	}
	return strings.Join(parts, ", ")
}

// token is a digest of all that the plan says, and of the revisions that it builds on.
func (p *planner) token() (string, error) {
	type base struct {
		Hook, Secret     string
		HookAt, SecretAt int64
	}
	bases := make([]base, len(p.parts))
	for i, of := range p.parts {
		bases[i] = base{of.hook.ID, of.row.ID, of.hook.Revision, of.row.Revision}
	}
	text, err := json.Marshal([]any{p.Plan, bases})
	sum := sha256.Sum256(text)
	return base64.RawURLEncoding.EncodeToString(sum[:]), err
}

// storedSecrets reads the secrets of a place, by name, with the MACs of their values.
func storedSecrets(tx getter, in Place) ([]storedSecret, error) {
	var rows []storedSecret
	err := tx.Select(&rows, `
		SELECT s.id, s.name, s.note, s.version, s.last_version, s.revision, s.updated_at, s.updated_by_name, v.mac
		FROM secrets s
		LEFT JOIN secret_versions v ON v.org = s.org AND v.secret = s.id AND v.version = s.version
		WHERE s.org = :org_id AND s.hook = :hook AND s.deleted_at IS NULL
		ORDER BY s.name`, guard.Args{"hook": in.hook})
	return rows, err
}

// enabledHooks are the names of the hooks that are on, by trigger.
func enabledHooks(tx getter) (map[string]string, error) {
	var rows []hookRow
	err := tx.Select(&rows, `SELECT trigger, name FROM hooks WHERE org = :org_id AND enabled = 1 AND deleted_at IS NULL`, nil)
	on := map[string]string{}
	for _, row := range rows {
		on[row.Trigger] = row.Name
	}
	return on, err
}
