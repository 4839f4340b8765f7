// Package guard is the only way to the database. Every read names the actor and
// the permission it needs; every change also leaves an audit entry in the same
// transaction. Values are sealed and opened by methods of that transaction, and
// what it returns is handed out only after the commit.
package guard

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hooksafe/store/internal/seal"
)

// ConfirmFor is how long a sign-in or a confirmation by password counts as recent.
const ConfirmFor = 15 * time.Minute

// Target is what an action is about, as the audit entry will tell it: names as
// they are now, so that the entry reads the same after a rename.
type Target struct {
	Kind, ID, Name     string
	Version            int64
	Parent, ParentName string
	Detail             string
}

// Targets loads what an action is about. It runs in the action's transaction
// before the action itself; an error of code NotFound becomes the answer.
type Targets func(tx *WriteTx) ([]Target, error)

// View runs fn in a read-only transaction, if the actor may do what act names.
// A refusal, fn's own too, is an audit entry and an error of code Denied.
func View[T any](ctx context.Context, db *DB, who Who, act Action, fn func(*ReadTx) (T, error)) (T, error) {
	nothing := func(*WriteTx) ([]Target, error) { return nil, nil }
	return ViewOf(ctx, db, who, act, nothing, fn)
}

// ViewOf is View for a page about something: the entry of a refusal names it.
func ViewOf[T any](ctx context.Context, db *DB, who Who, act Action, targets Targets, fn func(*ReadTx) (T, error)) (T, error) {
	var none T
	w := who.identity()
	if !w.may(act) {
		return none, db.refuseView(ctx, w, act, targets, deniedFor(w, act))
	}
	tx, err := db.read(ctx, w)
	if err != nil {
		return none, explain(err)
	}
	defer tx.end()
	out, err := fn(tx)
	if CodeOf(err) == Denied {
		return none, db.refuseView(ctx, w, act, targets, err)
	}
	if err != nil {
		return none, explain(err)
	}
	return out, nil
}

// Act runs fn as one action: membership and permission are read again, fn makes
// the change, one audit entry a target is appended, everything is committed and
// synced, and only then the result is handed out. It ends in one of three ways:
// done; denied, failed or refused by the seal, which leaves an entry and nothing
// else; or any other error, which leaves nothing at all. Unavailable and NoSpace
// mean that the entry could not be written.
//
// fn runs on the writing connection while everybody waits for it: it uses the
// transaction and memory only.
func Act[T any](ctx context.Context, db *DB, who Who, act Action, targets Targets, fn func(*WriteTx) (T, error)) (T, error) {
	var out, none T
	err := db.write(ctx, func() error {
		return db.perform(who.identity(), act, targets, func(tx *WriteTx) (err error) {
			out, err = fn(tx)
			return err
		})
	})
	if err != nil {
		return none, explain(err)
	}
	return out, nil
}

// perform is one action on the writing connection, from begin to commit.
func (db *DB) perform(who identity, act Action, targets Targets, fn func(*WriteTx) error) error {
	tx, err := db.begin(who, act)
	if err != nil {
		return err
	}
	defer tx.rollback()

	if err := tx.recheck(); err != nil {
		return err
	}
	allowed := tx.who.may(act)
	tx.targets, err = targets(tx)
	if db.writer.lost() {
		tx.ended = true
		return notWritten(err)
	}
	if !allowed {
		return tx.refuse(outcomeDenied, deniedFor(tx.who, act))
	}
	if err != nil {
		return err
	}
	if act.confirm {
		if err := tx.takeConfirmation(); err != nil {
			return err
		}
	}
	return tx.settle(tx.try(fn))
}

// settle commits an action in the way that its result asks for.
func (tx *WriteTx) settle(result error) error {
	var failed *failure
	switch {
	case result == nil:
		return tx.finish(outcomeDone, "")
	case errors.As(result, &failed):
		return tx.refuse(outcomeFailed, failed.answer)
	case CodeOf(result) == Denied:
		return tx.refuse(outcomeDenied, result)
	case errors.Is(result, seal.ErrIntegrity):
		return tx.refuse(outcomeFailed, explain(result))
	default:
		return result
	}
}

// failure marks an error that is worth an audit entry of its own.
type failure struct{ answer error }

func (f *failure) Error() string { return f.answer.Error() }

// Failed makes an action end with an entry "failed" and answer as the answer:
// a wrong password, say.
func Failed(answer error) error { return &failure{answer} }

// try runs fn between two savepoints, so that a refusal can still commit its
// entry. The database may have thrown the whole transaction away by itself (a
// full disk does that); then nothing is left to commit.
func (tx *WriteTx) try(fn func(*WriteTx) error) error {
	if err := tx.exec("SAVEPOINT action"); err != nil {
		return err
	}
	result := fn(tx)
	if tx.db.writer.lost() {
		tx.ended = true
		return notWritten(result)
	}
	if result != nil {
		tx.nothingElse()
		if err := tx.exec("ROLLBACK TO action"); err != nil {
			return errors.Join(result, err)
		}
	}
	if err := tx.exec("RELEASE action"); err != nil {
		return err
	}
	return result
}

// refuse commits nothing but the entries of a refusal, and answers with it.
func (tx *WriteTx) refuse(outcome string, answer error) error {
	if len(tx.targets) == 0 {
		tx.targets = []Target{{}}
	}
	reason := string(CodeOf(answer))
	if outcome == outcomeDenied {
		reason = tx.who.standing()
	}
	if err := tx.finish(outcome, reason); err != nil {
		return err
	}
	return answer
}

// finish appends the entries and commits. Until it returns nil, nothing has
// happened.
func (tx *WriteTx) finish(outcome, reason string) error {
	if len(tx.targets) == 0 {
		return fmt.Errorf("%s has no target to record", tx.act.name)
	}
	if err := tx.record(outcome, reason); err != nil {
		return notWritten(err)
	}
	if err := tx.exec("COMMIT"); err != nil {
		return notWritten(err)
	}
	tx.ended = true
	return nil
}

// refuseView writes the entry of a read that was refused, and answers with it. It stays
// refused if the role has been raised since, and nobody is asked for a password first.
func (db *DB) refuseView(ctx context.Context, who identity, act Action, targets Targets, answer error) error {
	act.confirm = false
	return explain(db.write(ctx, func() error {
		return db.perform(who, act, targets, func(*WriteTx) error { return answer })
	}))
}
