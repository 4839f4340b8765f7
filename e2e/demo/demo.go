// Package demo fills an empty data directory with an organization as there might
// be one: five people, eight hooks, some eighty secrets, and six weeks in which
// they worked with them. `make demo` serves it, the browser tests walk through it,
// and the README's pictures are taken of it.
//
// All of it is invented. The story goes through the store's own methods, by a
// clock that the story moves, so that every entry of the audit log is one that the
// server could have written.
package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hooksafe/store"
)

// Password is everybody's.
const Password = "a quiet harbour at dawn"

// The organization, and a smaller one that its owner has as well.
const (
	Name, Slug           = "Brightwater Labs", "brightwater-labs"
	OtherName, OtherSlug = "Northwind Pilot", "northwind-pilot"
)

// Person is a member of Brightwater Labs.
type Person struct {
	Name, Email string
	Role        string // at the end of the story, "" for who is no member by then

	address string // where they work
	agent   string // with what
}

// Mark is in every value of the demo, and in nothing else that it makes.
const Mark = "example-"

var (
	priya = &Person{"Priya Raman", "priya@brightwater.example", "owner", "192.0.2.14", firefoxOnLinux}
	mara  = &Person{"Mara Okafor", "mara@brightwater.example", "admin", "192.0.2.31", chromeOnMac}
	jonas = &Person{"Jonas Lind", "jonas@brightwater.example", "editor", "198.51.100.23", firefoxOnLinux}
	tomas = &Person{"Tomás Vidal", "tomas@brightwater.example", "editor", "203.0.113.40", safariOnMac}
	yuki  = &Person{"Yuki Tanabe", "yuki@brightwater.example", "viewer", "203.0.113.80", edgeOnWindows}
	ines  = &Person{"Ines Duarte", "ines@brightwater.example", "", "198.51.100.61", chromeOnMac} // who leaves
)

// People are the members, the highest role first.
var People = []*Person{priya, mara, jonas, tomas, yuki}

// With returns the first of the people with a role.
func With(role string) *Person {
	for _, p := range People {
		if p.Role == role {
			return p
		}
	}
	panic("nobody in the demo is " + role)
}

const (
	firefoxOnLinux = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
	chromeOnMac    = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
	safariOnMac    = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15"
	safariOnPhone  = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1"
	edgeOnWindows  = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0"
)

// Tokens are the session tokens of the people who are signed in when the story
// ends, by their e-mail address.
type Tokens map[string]string

// Fill makes a database in dir and tells the six weeks before end into it. At end
// everybody has just signed in. The same end gives the same story; ids and tokens
// are random.
func Fill(ctx context.Context, dir string, key store.MasterKey, end time.Time) (tokens Tokens, err error) {
	clock := &clock{now: workday(end, firstDay)}
	s, err := store.Open(ctx, store.Options{Dir: dir, Key: key, Create: true, SecretsPerHook: 20, Clock: clock.Now})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	t := newStory(ctx, s, clock, end)
	if err := t.tell(); err != nil {
		return nil, fmt.Errorf("tell the demo's story: %w", err)
	}
	return t.tokens, nil
}
