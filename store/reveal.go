package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hooksafe/store/internal/guard"
)

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
	Opened   int64 // the version that Value is
	Value    Plaintext
	At       time.Time
	Entry    string // of the first reveal, also when this was an extension
	Extended int    // how often it was prolonged so far
	Seconds  int    // how long a page shows it, as the organization settles it
}

// RevealSecret opens a version of a secret, 0 for the current one, and records who
// saw it. With first, the entry of a reveal of the same version by the same session,
// it prolongs that one: at most 4 times, then Full.
func (s *Store) RevealSecret(ctx context.Context, a Actor, in Place, id string, version int64, first string) (Revealed, error) {
	return guard.Act(ctx, s.db, a, in.actions().reveal, versionIn(in, id, version), func(tx *guard.WriteTx) (Revealed, error) {
		entry, extended := tx.Entry(), 0
		if first != "" {
			before, err := extensions(tx, first)
			if err != nil {
				return Revealed{}, err
			}
			tx.Target().Detail = extends + first
			entry, extended = first, before+1
		}
		revealed, err := open(tx, in, "reveal")
		revealed.Entry, revealed.Extended = entry, extended
		return revealed, err
	})
}

// CopySecret opens a version of a secret, 0 for the current one, for the clipboard,
// and records who took it.
func (s *Store) CopySecret(ctx context.Context, a Actor, in Place, id string, version int64) (Revealed, error) {
	return guard.Act(ctx, s.db, a, in.actions().copy, versionIn(in, id, version), func(tx *guard.WriteTx) (Revealed, error) {
		return open(tx, in, "copy")
	})
}

// extensions counts how often a reveal was prolonged. It must be the same session's
// own reveal of the same version of the same secret, and not have run out.
func extensions(tx *guard.WriteTx, first string) (int, error) {
	t := tx.Target()
	var shown struct {
		Seq     int64 `db:"seq"`
		At      int64 `db:"at"`
		Version int64 `db:"target_version"`
	}
	err := tx.Get(&shown, `
		SELECT seq, at, target_version
		FROM audit_entries
		WHERE log = :org_id AND id = :id AND action = 'secret.reveal' AND outcome = 'done'
			AND target = :secret AND credential = :session AND detail IS NULL`,
		guard.Args{"id": first, "secret": t.ID, "session": tx.Credential()})
	if err != nil {
		return 0, err
	}
	var times int
	err = tx.Get(&times, `
		SELECT count(*)
		FROM audit_entries
		WHERE log = :org_id AND target = :secret AND seq > :seq AND detail = :detail AND outcome = 'done'`,
		guard.Args{"secret": t.ID, "seq": shown.Seq, "detail": extends + first})
	if err != nil {
		return 0, err
	}
	shows := time.Duration(tx.Settings().RevealSeconds) * time.Second
	end := guard.FromMicro(shown.At).Add(time.Duration(times+1)*shows + extensionSlack)
	if shown.Version != t.Version || times >= MaxExtensions || tx.Now().After(end) {
		return 0, guard.Errorf(Full, "", "This reveal can't be prolonged any more. Reveal it again if you still need it.")
	}
	return times, nil
}

// open opens the version that the action is about, and notes who has used it.
func open(tx *guard.WriteTx, in Place, how string) (Revealed, error) {
	t := tx.Target()
	row, hook, err := getSecret(tx, in, t.ID)
	if err != nil {
		return Revealed{}, err
	}
	if t.Version == 0 {
		return Revealed{}, guard.Errorf(Conflict, "", "%s has no value yet. Set one first.", row.Name)
	}
	value, err := openVersion(tx, in, row, t.Version)
	if err != nil {
		return Revealed{}, err
	}
	if err := errors.Join(noteUse(tx, *t, how), markBurst(tx, t.ID)); err != nil {
		return Revealed{}, err
	}
	row.LastUsedAt, row.LastUsedBy = guard.Micro(tx.Now()), tx.ActorName()
	return Revealed{Secret: row.secret(), Hook: hook.hook(), Opened: t.Version, Value: value, At: tx.Now(), Entry: tx.Entry(),
		Seconds: tx.Settings().RevealSeconds}, nil
}

func noteUse(tx *guard.WriteTx, t guard.Target, how string) error {
	_, err := tx.Exec(`
		INSERT INTO secret_uses (org, secret, actor_kind, actor, version, how, actor_name, uses, first_at, last_at)
		VALUES (:org_id, :secret, :kind, :actor, :version, :how, :name, 1, :now, :now)
		ON CONFLICT (org, secret, actor_kind, actor, version, how)
		DO UPDATE SET uses = secret_uses.uses + 1, last_at = excluded.last_at, actor_name = excluded.actor_name`,
		guard.Args{"secret": t.ID, "kind": tx.ActorKind(), "actor": tx.Actor(), "version": t.Version, "how": how,
			"name": tx.ActorName(), "now": guard.Micro(tx.Now())})
	return err
}

// A burst is more than burstSecrets different secrets, opened by one person within
// burstTime. The look back ends after burstEntries, so that a flood costs no more.
const (
	burstSecrets = 20
	burstTime    = time.Minute
	burstEntries = 2000
)

// markBurst adds an entry to those of this action, which opens these secrets, where it
// makes a burst. A burst that goes on is marked again once its last mark is as old as a
// burst can be. An export of many values is one, and has one mark: it stands out in the
// log, where its entries would fill the pages. What programs read is none, however much
// it is, and must not cost them the look back.
func markBurst(tx *guard.WriteTx, opened ...string) error {
	if tx.ActorKind() == "key" {
		return nil
	}
	n, err := openedLately(tx, opened)
	if err == nil && n > burstSecrets {
		tx.Also(guard.SecretBurst, guard.Target{Kind: tx.ActorKind(), ID: tx.Actor(), Name: tx.ActorName(),
			Detail: fmt.Sprintf("%d different secrets within a minute", n)})
	}
	return err
}

// openedLately counts the different secrets that the actor opened within burstTime,
// these included. It is 0 while a mark is that new.
func openedLately(tx *guard.WriteTx, opened []string) (int, error) {
	since := guard.Micro(tx.Now().Add(-burstTime))
	secrets := map[string]bool{}
	for _, id := range opened {
		secrets[id] = true
	}
	err := tx.Each(`
		SELECT at, action, target
		FROM audit_entries
		WHERE log = :org_id AND actor = :actor AND outcome = 'done' AND target IS NOT NULL
		ORDER BY seq DESC
		LIMIT :limit`, guard.Args{"actor": tx.Actor(), "limit": burstEntries}, func(scan func(any) error) error {
		var e struct {
			At     int64  `db:"at"`
			Action string `db:"action"`
			Target string `db:"target"`
		}
		if err := scan(&e); err != nil {
			return err
		}
		switch {
		case e.At <= since:
			return errFarEnough
		case e.Action == guard.SecretBurst.Name():
			clear(secrets)
			return errFarEnough
		case guard.ClassOf(e.Action) == guard.ClassOpen:
			secrets[e.Target] = true
		}
		return nil
	})
	if errors.Is(err, errFarEnough) {
		err = nil
	}
	return len(secrets), err
}

// errFarEnough ends a look back through the log.
var errFarEnough = errors.New("far enough")
