package guard

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"hooksafe/store/internal/ledger"
	"hooksafe/store/internal/seal"
)

// ReadTx is a read-only view of the database at one moment, for one actor.
type ReadTx struct {
	statements
	who identity
	end func()
}

// read begins a read-only transaction on one of the readers.
func (db *DB) read(ctx context.Context, who identity) (*ReadTx, error) {
	c, release, err := db.reader(ctx)
	if err != nil {
		return nil, err
	}
	if err := c.exec("BEGIN"); err != nil {
		release()
		return nil, fmt.Errorf("begin read: %w", err)
	}
	end := func() {
		_ = c.exec("ROLLBACK")
		release()
	}
	return &ReadTx{statements: statements{ctx: ctx, org: who.org.ID, prepare: c.prepare}, who: who, end: end}, nil
}

// Actor is the id of who reads.
func (tx *ReadTx) Actor() string { return tx.who.id }

// Credential is the id of the session that reads, or "".
func (tx *ReadTx) Credential() string { return tx.who.session }

// May says whether the reader holds a further permission, so that one View can
// show more to some.
func (tx *ReadTx) May(p Permission) bool { return tx.who.holds(p) }

// WriteTx is the transaction of one action. It exists on the writing connection
// only, and only between begin and commit.
type WriteTx struct {
	statements
	db      *DB
	who     identity
	act     Action
	now     time.Time
	head    *head
	entry   string
	targets []Target
	extra   []entryOf
	aside   []entryOf // for the server's own log
	change  string    // what all of it is part of, or ""
	ended   bool
}

// entryOf is an entry besides those of the targets.
type entryOf struct {
	act    Action
	target Target
}

// nothingElse forgets the entries besides those of the targets.
func (tx *WriteTx) nothingElse() { tx.extra, tx.aside, tx.change = nil, nil, "" }

// begin opens the transaction of an action and reads the head of the log that
// its entries go to.
func (db *DB) begin(who identity, act Action) (*WriteTx, error) {
	if act.name == "" {
		return nil, fmt.Errorf("an action needs a permission: use one of the guard's table")
	}
	tx := &WriteTx{
		statements: statements{ctx: context.Background(), org: who.org.ID, prepare: db.writer.prepare},
		db:         db, who: who, act: act, entry: newID(),
	}
	if err := tx.exec("BEGIN IMMEDIATE"); err != nil {
		return nil, fmt.Errorf("begin: %w", err)
	}
	var err error
	if tx.head, err = tx.loadHead(who.log()); err != nil {
		tx.rollback()
		return nil, notWritten(err)
	}
	tx.now = db.clock.atLeast(fromMicro(tx.head.LastAt))
	return tx, nil
}

func (tx *WriteTx) rollback() {
	if !tx.ended {
		tx.ended = true
		_ = tx.exec("ROLLBACK") // fails only if SQLite has rolled back already
	}
}

// exec runs a statement of the guard's own on the writing connection.
func (tx *WriteTx) exec(query string) error {
	return tx.db.writer.exec(query)
}

// Now is the time of the audit entry that will be written, never earlier than
// the entry before it.
func (tx *WriteTx) Now() time.Time { return tx.now }

// Entry is the id of the first audit entry that will be written.
func (tx *WriteTx) Entry() string { return tx.entry }

// Actor is the id of who acts, ActorKind what they are, ActorName their name now.
func (tx *WriteTx) Actor() string     { return tx.who.id }
func (tx *WriteTx) ActorKind() string { return tx.who.kind }
func (tx *WriteTx) ActorName() string { return tx.who.name }

// Credential is the id of the session that acts, or "".
func (tx *WriteTx) Credential() string { return tx.who.session }

// Origin is where the request comes from, fit to be stored: text, and an agent of
// at most 256 bytes.
func (tx *WriteTx) Origin() Origin {
	o := tx.who.origin
	return Origin{clean(o.Address), cut(clean(o.Agent), maxAgent), clean(o.Request)}
}

// Role is the actor's role as it is now.
func (tx *WriteTx) Role() Role { return tx.who.role }

// Settings are those of the actor's organization as they are now.
func (tx *WriteTx) Settings() Settings { return tx.who.settings }

// May says whether the actor holds a further permission.
func (tx *WriteTx) May(p Permission) bool { return tx.who.holds(p) }

// Must refuses a further action that the actor may not do, so that one action can do
// what several are for. The entry of the refusal is this action's.
func (tx *WriteTx) Must(act Action) error {
	if tx.who.may(act) {
		return nil
	}
	return deniedFor(tx.who, act)
}

// Change makes this action part of a change of many things: all of its entries bear the id.
func (tx *WriteTx) Change(id string) { tx.change = id }

// Target is the first target, for an action that learns more of it: the id and
// version of what it made.
func (tx *WriteTx) Target() *Target { return &tx.targets[0] }

// Also adds an entry for something else that this action did.
func (tx *WriteTx) Also(act Action, t Target) { tx.extra = append(tx.extra, entryOf{act, t}) }

// AlsoOnServer adds an entry to the log of the server itself, for what an action in
// an organization did beyond it.
func (tx *WriteTx) AlsoOnServer(act Action, t Target) { tx.aside = append(tx.aside, entryOf{act, t}) }

// As says who a person turned out to be, once sign-in, setup or a link has shown it.
func (tx *WriteTx) As(user, name, session string) {
	tx.who.kind, tx.who.id, tx.who.name, tx.who.session = kindUser, user, name, session
}

// Seal seals a value for its place. Its organization is the actor's.
func (tx *WriteTx) Seal(p seal.Place, value seal.Plaintext) (sealed []byte, keyID string, err error) {
	keys, err := tx.keyring(tx.org)
	if err != nil {
		return nil, "", err
	}
	p.Org = tx.org
	sealed, err = keys.Seal(p, value)
	return sealed, keys.KeyID(), err
}

// Open opens a sealed value from its place. The action is bound to be recorded:
// the value leaves Act only after the commit.
func (tx *WriteTx) Open(p seal.Place, sealed []byte) (seal.Plaintext, error) {
	keys, err := tx.keyring(tx.org)
	if err != nil {
		return seal.Plaintext{}, err
	}
	p.Org = tx.org
	return keys.Open(p, sealed)
}

// MAC is the keyed digest that answers "same value?" without opening anything.
func (tx *WriteTx) MAC(secret string, value seal.Plaintext) ([]byte, error) {
	keys, err := tx.keyring(tx.org)
	if err != nil {
		return nil, err
	}
	return keys.MAC(secret, value)
}

// takeConfirmation refuses an action for which the password was not given lately
// enough: at sign-in or since, or in this very request where the organization asks
// every time; that opens one value, or one export, and is used up. The operator sits on
// the host and has nothing to confirm with.
func (tx *WriteTx) takeConfirmation() error {
	w, given := tx.who, false
	switch w.settings.asks(tx.act) {
	case AskNever:
		given = true
	case AskAlways:
		if given = w.confirmedIn != "" && w.confirmedIn == w.origin.Request; given {
			return tx.run(`UPDATE sessions SET confirmed_in = '' WHERE id = ?`, w.session)
		}
	default:
		given = w.kind == kindOperator || tx.now.Sub(w.confirmed) < ConfirmFor
	}
	if !given {
		return Errorf(ConfirmNeeded, "", "Confirm it's you: enter your password.")
	}
	return nil
}

// head is a log's row, read and written in the transaction.
type head struct {
	ID         string `db:"id"`
	SealedKey  []byte `db:"sealed_key"`
	Size       int64  `db:"size"`
	LastAt     int64  `db:"last_at"`
	Frontier   []byte `db:"frontier"`
	Checkpoint string `db:"checkpoint"`

	tree   *ledger.Tree
	signer *ledger.Signer
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// Micro is a time as the database keeps it.
func Micro(t time.Time) int64 { return t.UnixMicro() }

// FromMicro is a stored time; 0 is the zero time.
func FromMicro(us int64) time.Time { return fromMicro(us) }

func fromMicro(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}
