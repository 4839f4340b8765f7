package guard

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// The kinds of actor, as audit entries write them.
const (
	kindUser     = "user"
	kindOperator = "operator"
	kindKey      = "key"
	kindServer   = "server"
	kindNobody   = "nobody"
)

// How long a session lives without being used, and at most.
const (
	SessionIdle     = 12 * time.Hour
	SessionAbsolute = 7 * 24 * time.Hour
)

// Origin is where a request comes from.
type Origin struct{ Address, Agent, Request string }

// OrgRef names an organization.
type OrgRef struct{ ID, Slug, Name string }

// identity is who acts, and where. Only this package makes one.
type identity struct {
	kind, id, name string
	org            OrgRef
	role           Role
	settings       Settings
	joining        bool // with an invitation to org
	ended          bool // org is deleted, and its log is all that is left of it
	session        string
	confirmed      time.Time
	confirmedIn    string // the request that did
	token          string // of a key, to read it again by
	scopes         string // of a key, with spaces between them
	origin         Origin
}

// log is the log that this identity's entries go to.
func (w identity) log() string {
	if w.org.ID == "" {
		return serverLog
	}
	return w.org.ID
}

// standing is what a refusal was decided by, as its entry tells it.
func (w identity) standing() string {
	switch {
	case w.kind == kindKey:
		return "scopes " + w.scopes
	case w.role == 0:
		return w.kind
	}
	return w.role.Title() + " role"
}

// Who is an Actor or a ServerActor.
type Who interface{ identity() identity }

// Actor is a member, an API key or the operator, acting in one organization. Only the
// membership check makes one.
type Actor struct{ who identity }

func (a Actor) identity() identity { return a.who }

// Can says whether the actor holds a permission, for buttons. The doors ask again.
func (a Actor) Can(p Permission) bool { return a.who.holds(p) }

// Org is the organization that the actor acts in.
func (a Actor) Org() OrgRef { return a.who.org }

// Settings are those of the organization that the actor acts in.
func (a Actor) Settings() Settings { return a.who.settings }

// Role is the actor's role; the operator has none.
func (a Actor) Role() Role { return a.who.role }

// ID and Name are the person's.
func (a Actor) ID() string   { return a.who.id }
func (a Actor) Name() string { return a.who.name }

// ServerActor is a signed-in person on their own account, or the operator on the
// host: somebody who acts on the server, not in an organization.
type ServerActor struct {
	who     identity
	email   string
	lastOrg string
	look    Look
	data    []byte
	rested  bool // not seen for a minute or more
}

// Look is how a person wants pages to be.
type Look struct {
	Theme     string `db:"theme"`     // system, light or dark
	Shortcuts bool   `db:"shortcuts"` // single keys do something
}

func (p ServerActor) identity() identity { return p.who }

// ID, Name and Email are the person's.
func (p ServerActor) ID() string    { return p.who.id }
func (p ServerActor) Name() string  { return p.who.name }
func (p ServerActor) Email() string { return p.email }

// LastOrg is the slug of the organization this session used last, or "".
func (p ServerActor) LastOrg() string { return p.lastOrg }

// Look is how the person wants pages to be.
func (p ServerActor) Look() Look { return p.look }

// SessionData is what the dashboard keeps with the session.
func (p ServerActor) SessionData() []byte { return p.data }

// Operator is whoever can run commands on the host.
func Operator() ServerActor {
	return ServerActor{who: identity{kind: kindOperator, name: "operator"}}
}

// TokenHash is what the database keeps of a token with at least 128 random bits
// (C-09). Looking rows up by it takes the same time for any wrong token.
func TokenHash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// sessionRow is a live session and its person.
type sessionRow struct {
	ID          string  `db:"id"`
	User        string  `db:"user"`
	Email       string  `db:"email"`
	Name        string  `db:"name"`
	ConfirmedAt int64   `db:"confirmed_at"`
	SeenAt      int64   `db:"seen_at"`
	LastOrg     *string `db:"last_org"`
	Data        []byte  `db:"data"`
	Look
}

// Session returns the person behind a session's token. An unknown, ended or
// expired one is an error of code Unauthenticated.
func Session(ctx context.Context, db *DB, token string, o Origin) (ServerActor, error) {
	var row sessionRow
	now := db.clock.Now()
	err := db.lookup(ctx, &row, `
		SELECT s.id, s.user, u.email, u.name, s.confirmed_at, s.seen_at, g.slug AS last_org, s.data,
			u.theme, u.shortcuts
		FROM sessions s
		JOIN users u ON u.id = s.user
		LEFT JOIN organizations g ON g.id = s.last_org
		WHERE s.token_hash = ? AND s.ended_at IS NULL AND s.expires_at > ? AND s.seen_at > ?`,
		TokenHash(token), Micro(now), Micro(now.Add(-SessionIdle)))
	if errors.Is(err, sql.ErrNoRows) {
		return ServerActor{}, noSession()
	}
	if err != nil {
		return ServerActor{}, fmt.Errorf("find session: %w", explain(err))
	}
	p := ServerActor{
		who: identity{kind: kindUser, id: row.User, name: row.Name, session: row.ID,
			confirmed: fromMicro(row.ConfirmedAt), origin: o},
		email: row.Email, look: row.Look, data: row.Data,
	}
	if row.LastOrg != nil {
		p.lastOrg = *row.LastOrg
	}
	if p.rested = now.Sub(fromMicro(row.SeenAt)) >= time.Minute; p.rested {
		// A full disk must not lock people out of reading: the session just ages.
		_ = db.Touch(ctx, touchSeen, now, row.ID)
	}
	return p, nil
}

// MemberActor returns the actor for a person in the organization called slug, or
// called so before it got another address. A person who is no member gets NotFound,
// as if the organization did not exist.
func MemberActor(ctx context.Context, db *DB, p ServerActor, slug string) (Actor, error) {
	var m struct {
		Membership
		Settings
	}
	err := db.lookup(ctx, &m, `
		SELECT o.id, o.slug, o.name, m.role, o.reveal_seconds, o.editors_reveal, o.confirm
		FROM organizations o
		JOIN members m ON m.org = o.id
		WHERE (o.slug = ? OR o.id = (SELECT s.org FROM old_slugs s WHERE s.slug = ?)) AND m.user = ? AND o.deleted_at IS NULL`,
		slug, slug, p.who.id)
	if errors.Is(err, sql.ErrNoRows) || p.who.kind != kindUser {
		return Actor{}, Missing()
	}
	if err != nil {
		return Actor{}, fmt.Errorf("find membership: %w", explain(err))
	}
	who := p.who
	who.org, who.role, who.settings = m.OrgRef, m.Role, m.Settings
	if p.rested || p.lastOrg != m.Slug {
		_ = db.Touch(ctx, touchLastOrg, m.ID, who.session)
		_ = db.Touch(ctx, touchActiveAt, db.clock.Now(), m.ID, who.id)
	}
	return Actor{who}, nil
}

// OperatorIn returns the operator acting in the organization called slug. Of one that
// was deleted the log can still be read (S-26).
func OperatorIn(ctx context.Context, db *DB, op ServerActor, slug string) (Actor, error) {
	var o struct {
		OrgRef
		Ended bool `db:"ended"`
	}
	err := db.lookup(ctx, &o, `SELECT id, slug, name, deleted_at IS NOT NULL AS ended FROM organizations WHERE slug = ?`, slug)
	if errors.Is(err, sql.ErrNoRows) || op.who.kind != kindOperator {
		return Actor{}, Errorf(NotFound, "org", "There is no organization with the address %q.", slug)
	}
	if err != nil {
		return Actor{}, fmt.Errorf("find organization: %w", explain(err))
	}
	who := op.who
	who.org, who.ended = o.OrgRef, o.Ended
	return Actor{who}, nil
}

// Due returns the server, acting in each organization in which something deleted
// can't be brought back any more.
func Due(ctx context.Context, db *DB) ([]Actor, error) {
	c, release, err := db.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	stmt, err := c.prepare(`
		SELECT o.id, o.slug, o.name
		FROM organizations o
		WHERE o.deleted_at IS NULL AND (
			EXISTS (SELECT 1 FROM hooks h WHERE h.org = o.id AND h.purge_at <= ?)
			OR EXISTS (SELECT 1 FROM secrets s WHERE s.org = o.id AND s.purge_at <= ?))`)
	if err != nil {
		return nil, err
	}
	var orgs []OrgRef
	now := Micro(db.clock.Now())
	if err := stmt.SelectContext(ctx, &orgs, now, now); err != nil {
		return nil, explain(err)
	}
	actors := make([]Actor, len(orgs))
	for i, o := range orgs {
		actors[i] = Actor{identity{kind: kindServer, name: "Hooksafe", org: o}}
	}
	return actors, nil
}

// Membership is one of a person's organizations.
type Membership struct {
	OrgRef
	Role Role `db:"role"`
}

// Memberships lists the organizations of a person, by name.
func Memberships(ctx context.Context, db *DB, p ServerActor) ([]Membership, error) {
	c, release, err := db.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	stmt, err := c.prepare(`
		SELECT o.id, o.slug, o.name, m.role
		FROM members m
		JOIN organizations o ON o.id = m.org
		WHERE m.user = ? AND o.deleted_at IS NULL
		ORDER BY o.name, o.slug`)
	if err != nil {
		return nil, err
	}
	var all []Membership
	return all, explain(stmt.SelectContext(ctx, &all, p.who.id))
}

// recheck reads in the action's transaction what the request was let in by: the
// session and, in an organization, the membership. A role changed since counts.
func (tx *WriteTx) recheck() error {
	w := &tx.who
	if w.kind == kindUser {
		if err := tx.recheckSession(); err != nil {
			return err
		}
	}
	if w.kind == kindKey {
		return tx.recheckKey()
	}
	if w.org.ID == "" {
		return nil
	}
	var now struct {
		Role *Role `db:"role"`
		Settings
	}
	err := tx.one(&now, `
		SELECT m.role, o.reveal_seconds, o.editors_reveal, o.confirm
		FROM organizations o
		LEFT JOIN members m ON m.org = o.id AND m.user = ?
		WHERE o.id = ? AND (o.deleted_at IS NULL OR ?)`, w.id, w.org.ID, w.ended)
	if errors.Is(err, sql.ErrNoRows) || (err == nil && now.Role == nil && w.kind == kindUser && !w.joining) {
		return Missing()
	}
	if err != nil {
		return fmt.Errorf("read membership again: %w", err)
	}
	w.settings = now.Settings
	if now.Role != nil {
		w.role = *now.Role
	}
	return nil
}

func (tx *WriteTx) recheckSession() error {
	var confirmed struct {
		At int64  `db:"confirmed_at"`
		In string `db:"confirmed_in"`
	}
	err := tx.one(&confirmed, `
		SELECT confirmed_at, confirmed_in
		FROM sessions
		WHERE id = ? AND ended_at IS NULL AND expires_at > ? AND seen_at > ?`,
		tx.who.session, Micro(tx.now), Micro(tx.now.Add(-SessionIdle)))
	if errors.Is(err, sql.ErrNoRows) {
		return noSession()
	}
	tx.who.confirmed, tx.who.confirmedIn = fromMicro(confirmed.At), confirmed.In
	return err
}

// lookup reads one row for the statements that find who is asking and where.
func (db *DB) lookup(ctx context.Context, dest any, query string, args ...any) error {
	c, release, err := db.reader(ctx)
	if err != nil {
		return err
	}
	defer release()
	stmt, err := c.prepare(query)
	if err != nil {
		return err
	}
	return stmt.GetContext(ctx, dest, args...)
}
