package store

import (
	"context"
	"fmt"
	"time"

	"hooksafe/store/internal/guard"
	"hooksafe/store/internal/seal"
)

// RevealSeconds is how long a page shows a revealed value.
const RevealSeconds = 30

// MaxExtensions is how often one reveal can be prolonged.
const MaxExtensions = 4

// extensionSlack is how late an extension may come after the last one ran out.
const extensionSlack = time.Minute

// extends marks the entry of an extension; the id of the first reveal follows.
const extends = "extends "

// Revealed is a secret with its value, whose audit entry is on disk.
type Revealed struct {
	Secret
	Hook     Hook
	Value    Plaintext
	At       time.Time
	Entry    string // of the first reveal, also when this was an extension
	Extended int    // how often it was prolonged so far
}

// RevealSecret opens one secret and records who saw it. With first, the entry of a
// reveal by the same session, it prolongs that one: at most 4 times, then Full.
func (s *Store) RevealSecret(ctx context.Context, a Actor, in Place, id, first string) (Revealed, error) {
	return guard.Act(ctx, s.db, a, in.actions().reveal, secretIn(in, id), func(tx *guard.WriteTx) (Revealed, error) {
		entry, extended := tx.Entry(), 0
		if first != "" {
			before, err := extensions(tx, id, first)
			if err != nil {
				return Revealed{}, err
			}
			tx.Target().Detail = extends + first
			entry, extended = first, before+1
		}
		revealed, err := open(tx, in, id, "reveal")
		revealed.Entry, revealed.Extended = entry, extended
		return revealed, err
	})
}

// CopySecret opens one secret for the clipboard and records who took it.
func (s *Store) CopySecret(ctx context.Context, a Actor, in Place, id string) (Revealed, error) {
	return guard.Act(ctx, s.db, a, in.actions().copy, secretIn(in, id), func(tx *guard.WriteTx) (Revealed, error) {
		return open(tx, in, id, "copy")
	})
}

// extensions counts how often a reveal was prolonged. It must be the same session's
// own reveal of the same secret, and not have run out.
func extensions(tx *guard.WriteTx, secret, first string) (int, error) {
	var shown struct {
		Seq int64 `db:"seq"`
		At  int64 `db:"at"`
	}
	err := tx.Get(&shown, `
		SELECT seq, at
		FROM audit_entries
		WHERE log = :org_id AND id = :id AND action = 'secret.reveal' AND outcome = 'done'
			AND target = :secret AND credential = :session AND detail IS NULL`,
		guard.Args{"id": first, "secret": secret, "session": tx.Credential()})
	if err != nil {
		return 0, err
	}
	var times int
	err = tx.Get(&times, `
		SELECT count(*)
		FROM audit_entries
		WHERE log = :org_id AND target = :secret AND seq > :seq AND detail = :detail AND outcome = 'done'`,
		guard.Args{"secret": secret, "seq": shown.Seq, "detail": extends + first})
	if err != nil {
		return 0, err
	}
	end := guard.FromMicro(shown.At).Add(time.Duration(times+1)*RevealSeconds*time.Second + extensionSlack)
	if times >= MaxExtensions || tx.Now().After(end) {
		return 0, guard.Errorf(Full, "", "This reveal can't be prolonged any more. Reveal it again if you still need it.")
	}
	return times, nil
}

// open opens the current version and notes who has used it.
func open(tx *guard.WriteTx, in Place, id, how string) (Revealed, error) {
	row, hook, err := getSecret(tx, in, id)
	if err != nil {
		return Revealed{}, err
	}
	if row.Version == 0 {
		return Revealed{}, guard.Errorf(Conflict, "", "%s has no value yet. Set one first.", row.Name)
	}
	var sealed []byte
	err = tx.Get(&sealed, `SELECT sealed FROM secret_versions WHERE org = :org_id AND secret = :secret AND version = :version`,
		guard.Args{"secret": id, "version": row.Version})
	if guard.CodeOf(err) == NotFound {
		err = fmt.Errorf("version %d of secret %s is gone: %w", row.Version, id, seal.ErrIntegrity)
	}
	if err != nil {
		return Revealed{}, err
	}
	value, err := tx.Open(in.seal(id, row.Version), sealed)
	if err != nil {
		return Revealed{}, fmt.Errorf("open secret %s: %w", id, err)
	}
	_, err = tx.Exec(`
		INSERT INTO secret_uses (org, secret, actor_kind, actor, version, how, actor_name, uses, first_at, last_at)
		VALUES (:org_id, :secret, :kind, :actor, :version, :how, :name, 1, :now, :now)
		ON CONFLICT (org, secret, actor_kind, actor, version, how)
		DO UPDATE SET uses = secret_uses.uses + 1, last_at = excluded.last_at, actor_name = excluded.actor_name`,
		guard.Args{"secret": id, "kind": tx.ActorKind(), "actor": tx.Actor(), "version": row.Version, "how": how,
			"name": tx.ActorName(), "now": guard.Micro(tx.Now())})
	if err != nil {
		return Revealed{}, err
	}
	row.LastUsedAt, row.LastUsedBy = guard.Micro(tx.Now()), tx.ActorName()
	return Revealed{Secret: row.secret(), Hook: hook.hook(), Value: value, At: tx.Now(), Entry: tx.Entry()}, nil
}
