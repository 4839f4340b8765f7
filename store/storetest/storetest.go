// Package storetest gives tests a real store in a directory of its own, with two
// organizations that each have an owner, an admin, an editor and a viewer, one
// hook and one secret.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"hooksafe/store"
)

// Password is everybody's.
const Password = "four unrelated words here"

// Key is the master key of every test store, as text.
const Key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

// Start is the time at which a test begins.
var Start = time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)

// The organizations and their roles.
const (
	Acme   = "acme"
	Globex = "globex"
)

// Roles are the names of the roles, highest first.
var Roles = []string{"owner", "admin", "editor", "viewer"}

// Clock is a clock that tests move.
type Clock struct {
	mu     sync.Mutex
	wall   time.Time
	uptime time.Duration
}

// Now is what the store is given as its clock.
func (c *Clock) Now() (time.Time, time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.wall, c.uptime
}

// Advance lets time pass.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wall, c.uptime = c.wall.Add(d), c.uptime+d
}

// Set sets the wall clock, as an operator or a time server does; no time passes.
func (c *Clock) Set(wall time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wall = wall
}

// Org is what an organization of the test world holds.
type Org struct {
	Slug, Name     string
	Hook, HookName string
	Secret         string // id of the secret API_KEY
	Value          string // its value: the plant that must not turn up anywhere
	tokens         map[string]string
}

// World is a store with people and things in it.
type World struct {
	*store.Store
	Dir   string
	Clock *Clock
	orgs  map[string]*Org
}

// template is the database that every test gets a copy of: hashing eight passwords
// once is enough.
var template = sync.OnceValues(func() (filled, error) {
	dir, err := os.MkdirTemp("", "hooksafe-template-")
	if err != nil {
		return filled{}, err
	}
	defer os.RemoveAll(dir)
	w, err := open(dir, true)
	if err != nil {
		return filled{}, err
	}
	if err := errors.Join(w.fill(), w.Close()); err != nil {
		return filled{}, fmt.Errorf("fill the test world: %w", err)
	}
	database, err := os.ReadFile(filepath.Join(dir, databaseFile))
	return filled{database, w.orgs}, err
})

type filled struct {
	database []byte
	orgs     map[string]*Org
}

const databaseFile = "hooksafe.db"

// New returns a world of the test's own, opened with changed options.
func New(t testing.TB, change ...func(*store.Options)) *World {
	t.Helper()
	master, err := template()
	if err != nil {
		t.Fatal(err)
	}
	w := Copy(t, master.database, Start, change...)
	w.orgs = master.orgs
	return w
}

// Copy returns a world of the test's own over a copy of a database that was filled
// under Key. Its clock stands at a time.
func Copy(t testing.TB, database []byte, at time.Time, change ...func(*store.Options)) *World {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, databaseFile), database, 0o600); err != nil {
		t.Fatal(err)
	}
	w, err := open(dir, false, change...)
	if err != nil {
		t.Fatal(err)
	}
	w.Clock.Set(at)
	closeAfter(t, w)
	return w
}

// Empty returns a store in which nobody exists yet.
func Empty(t testing.TB) *World {
	t.Helper()
	w, err := open(t.TempDir(), true)
	if err != nil {
		t.Fatal(err)
	}
	closeAfter(t, w)
	return w
}

func closeAfter(t testing.TB, w *World) {
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
}

func open(dir string, create bool, change ...func(*store.Options)) (*World, error) {
	key, err := store.ParseMasterKey(Key)
	if err != nil {
		return nil, err
	}
	clock := &Clock{wall: Start}
	o := store.Options{Dir: dir, Key: key, Create: create, SecretsPerHook: 20, Clock: clock.Now}
	for _, c := range change {
		c(&o)
	}
	s, err := store.Open(context.Background(), o)
	return &World{Store: s, Dir: dir, Clock: clock, orgs: map[string]*Org{}}, err
}

// Org is one of the two organizations.
func (w *World) Org(slug string) *Org { return w.orgs[slug] }

// Email is the address of the person who has a role in an organization.
func Email(slug, role string) string { return role + "@" + slug + ".example" }

// Name is that person's name.
func Name(slug, role string) string { return slug + " " + role }

// Token is the session token of that person, signed in at Start.
func (w *World) Token(slug, role string) string { return w.orgs[slug].tokens[role] }

// Origin is where requests of tests come from.
func Origin() store.Origin {
	return store.Origin{Address: "192.0.2.14", Agent: "storetest", Request: "req_test"}
}

// Person is the signed-in person with a role in an organization.
func (w *World) Person(t testing.TB, slug, role string) store.ServerActor {
	t.Helper()
	p, err := w.Store.Person(context.Background(), w.Token(slug, role), Origin())
	if err != nil {
		t.Fatalf("%s of %s: %v", role, slug, err)
	}
	return p
}

// Actor is that person acting in the organization.
func (w *World) Actor(t testing.TB, slug, role string) store.Actor {
	t.Helper()
	a, err := w.MemberActor(context.Background(), w.Person(t, slug, role), slug)
	if err != nil {
		t.Fatalf("%s of %s: %v", role, slug, err)
	}
	return a
}

// Place is where the organization's secret is.
func (o *Org) Place() store.Place { return store.HookPlace(o.Hook) }

func (w *World) fill() error {
	for _, slug := range []string{Acme, Globex} {
		if err := w.addOrg(slug); err != nil {
			return err
		}
	}
	return nil
}

func (w *World) addOrg(slug string) error {
	ctx, op := context.Background(), w.Operator()
	org := &Org{Slug: slug, Name: slug + " inc", HookName: slug + "-hook",
		Value: "planted-" + slug + "-value-7f3a", tokens: map[string]string{}}
	w.orgs[slug] = org
	for _, role := range Roles {
		if _, err := w.CreateUser(ctx, op, Email(slug, role), Name(slug, role), Password); err != nil {
			return err
		}
		session, err := w.SignIn(ctx, Origin(), Email(slug, role), Password, "")
		if err != nil {
			return err
		}
		org.tokens[role] = session.Token
	}
	if _, err := w.CreateOrganization(ctx, op, org.Name, slug, Email(slug, "owner")); err != nil {
		return err
	}
	operator, err := w.OperatorIn(ctx, op, slug)
	if err != nil {
		return err
	}
	for _, name := range Roles[1:] {
		role, err := store.ParseRole(name)
		if err != nil {
			return err
		}
		if _, err := w.AddMember(ctx, operator, Email(slug, name), role); err != nil {
			return err
		}
	}
	return w.addSecret(org)
}

func (w *World) addSecret(org *Org) error {
	ctx := context.Background()
	p, err := w.Store.Person(ctx, org.tokens["editor"], Origin())
	if err != nil {
		return err
	}
	a, err := w.MemberActor(ctx, p, org.Slug)
	if err != nil {
		return err
	}
	hook, err := w.CreateHook(ctx, a, org.HookName, "pre-user-registration")
	if err != nil {
		return err
	}
	org.Hook = hook.ID
	secret, err := w.AddSecret(ctx, a, org.Place(), store.NewSecret{Name: "API_KEY", Note: "planted", Value: store.NewPlaintext(org.Value)})
	org.Secret = secret.ID
	return err
}
