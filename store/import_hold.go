package store

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"hooksafe/store/internal/guard"
	"hooksafe/store/internal/seal"
)

// What was handed in waits sealed until it is applied, without what the rules refuse:
// of that only the reason is kept. It is bound to the session or the API key that it
// came with, so it is out of reach once that has ended, and is removed when its time is
// over.

// How long an import waits to be applied, and how many of one person or API key may.
const (
	planFor  = 15 * time.Minute
	maxPlans = 5
)

// maxLine is where text that comes with an import, and isn't of it, is cut.
const maxLine = 300

// held is what waits, as it is sealed.
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

// change is what the hook becomes.
func (h *heldHook) change() hookChange {
	dependencies := dependenciesOf(h.Dependencies)
	return hookChange{name: &h.Name, script: &h.Script, dependencies: &dependencies, reads: h.Reads}
}

// check refuses an import of nothing, and one of too much.
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

func holdSecrets(in Place, secrets []ImportedSecret) []heldSecret {
	times := map[string]int{}
	for _, n := range secrets {
		times[n.Name]++
	}
	list := make([]heldSecret, len(secrets))
	for i, n := range secrets {
		list[i] = holdSecret(in, n, times[n.Name] > 1)
		list[i].Where = cmp.Or(line(n.Where), entry(i))
	}
	return list
}

// holdSecret refuses what no secret of the place may be, and what could mean one of two
// values. A name that breaks the rule isn't kept.
func holdSecret(in Place, n ImportedSecret, again bool) heldSecret {
	if err := in.checkName(n.Name); err != nil {
		return heldSecret{Refused: err.Error()}
	}
	h := heldSecret{Name: n.Name}
	switch text := n.Value.Reveal(); {
	case n.Refused != "":
		h.Refused = line(n.Refused)
	case again:
		h.Refused = "This name comes more than once."
	case n.Pending || IsPlaceholder(text):
		h.Pending = true
	case text == "":
		h.Refused = "It has no value."
	default:
		if err := checkValue(n.Value); err != nil {
			h.Refused = err.Error()
		} else {
			h.Value = text
		}
	}
	return h
}

func holdHooks(hooks []ImportedHook) []heldHook {
	times := map[string]int{}
	for _, n := range hooks {
		times[hookNameKey(n.Name)]++
	}
	list := make([]heldHook, len(hooks))
	for i, n := range hooks {
		list[i] = holdHook(n, times[hookNameKey(n.Name)] > 1)
		list[i].Where = cmp.Or(line(n.Where), entry(i))
	}
	return list
}

// holdHook refuses what no hook may be, with all that belongs to it.
func holdHook(n ImportedHook, again bool) heldHook {
	if err := checkHookName(n.Name); err != nil {
		return heldHook{Refused: err.Error()}
	}
	c, err := checkHookChange(HookChange{Script: &n.Script, Dependencies: &n.Dependencies})
	switch {
	case again:
		return heldHook{Name: n.Name, Refused: "A hook with a name like this comes more than once."}
	case !slices.Contains(Triggers(), n.Trigger):
		return heldHook{Name: n.Name, Refused: "Its trigger has to be one of " + strings.Join(Triggers(), ", ") + "."}
	case err != nil:
		return heldHook{Name: n.Name, Refused: err.Error()}
	}
	return heldHook{Name: n.Name, Trigger: n.Trigger, Script: n.Script, Reads: c.reads, Enabled: n.Enabled,
		Dependencies: c.dependencies.text(), Secrets: holdSecrets(HookPlace(""), n.Secrets)}
}

// line makes text from outside fit to be shown, in a line of its own.
func line(text string) string {
	runes := []rune(strings.ToValidUTF8(text, "\uFFFD"))
	for i, r := range runes {
		if !unicode.IsGraphic(r) {
			runes[i] = ' '
		}
	}
	return string(runes[:min(len(runes), maxLine)])
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

// holdImport seals what was handed in until it is applied. Of those of one person,
// however often they signed in, the oldest goes where there are too many.
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
		WHERE org = :org_id AND (credential = :holder OR credential IN (SELECT id FROM sessions WHERE user = :actor)) AND id NOT IN (
			SELECT id
			FROM import_plans
			WHERE org = :org_id AND (credential = :holder OR credential IN (SELECT id FROM sessions WHERE user = :actor))
			ORDER BY made_at DESC, id DESC
			LIMIT :limit)`, guard.Args{"holder": holder(tx), "actor": tx.Actor(), "limit": maxPlans})
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

// forgetImport takes an import away once it is carried out, so that it happens once.
func forgetImport(tx *guard.WriteTx, id string) error {
	_, err := tx.Exec(`DELETE FROM import_plans WHERE org = :org_id AND id = :id`, guard.Args{"id": id})
	return err
}
