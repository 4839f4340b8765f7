//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"testing"
	"time"

	"hooksafe/e2e/demo"
	"hooksafe/store"
	"hooksafe/store/storetest"
)

// demoEnd is when the demo's story ends in tests and pictures: a Saturday.
var demoEnd = time.Date(2026, time.November, 21, 14, 3, 0, 0, time.UTC)

// told is the demo, filled once. Every site that serves it gets a copy, so that ids
// and sessions are the same in all of them.
var told = sync.OnceValues(func() (told struct {
	database []byte
	tokens   demo.Tokens
}, err error) {
	key, err := store.ParseMasterKey(storetest.Key)
	if err != nil {
		return told, err
	}
	dir, err := os.MkdirTemp("", "hooksafe-told-")
	if err != nil {
		return told, err
	}
	defer os.RemoveAll(dir)
	if told.tokens, err = demo.Fill(context.Background(), dir, key, demoEnd); err != nil {
		return told, err
	}
	told.database, err = os.ReadFile(filepath.Join(dir, "hooksafe.db"))
	return told, err
})

// newDemo starts a server over a copy of the demo, at the end of its story, and lets
// the test run beside others.
func newDemo(t *testing.T) *site {
	t.Helper()
	t.Parallel()
	return openDemo(t)
}

// openDemo is newDemo for a test that opens one after the other.
func openDemo(t testing.TB) *site {
	t.Helper()
	told, err := told()
	if err != nil {
		t.Fatal(err)
	}
	s := &site{World: storetest.Copy(t, told.database, demoEnd)}
	s.token = func(role string) string { return told.tokens[demo.With(role).Email] }
	s.plant(demo.Mark)
	s.start(t)
	return s
}

// The addresses that tables of pages begin with, and what stands for an id in them:
// {a hook's name}, {a hook's name/a secret's name}, {/the name of a secret of the organization}.
const (
	demoOrg  = "/orgs/" + demo.Slug
	demoHook = demoOrg + "/hooks/{enrich-user-profile}"
)

var nameInAddress = regexp.MustCompile(`\{([^{}/]*)(?:/([^{}/]+))?\}`)

// address puts ids where an address names a hook or a secret of the demo.
func (s *site) address(t testing.TB, path string) string {
	t.Helper()
	return nameInAddress.ReplaceAllStringFunc(path, func(name string) string {
		parts := nameInAddress.FindStringSubmatch(name)
		if parts[1] == "" {
			return s.demoSecret(t, store.OrganizationPlace(), parts[2])
		}
		hook := s.demoHook(t, parts[1])
		if parts[2] == "" {
			return hook
		}
		return s.demoSecret(t, store.HookPlace(hook), parts[2])
	})
}

// demoActor is the member with a role in the demo's organization.
func (s *site) demoActor(t testing.TB, role string) store.Actor {
	t.Helper()
	person, err := s.Store.Person(context.Background(), s.token(role), storetest.Origin())
	must(t, err)
	actor, err := s.MemberActor(context.Background(), person, demo.Slug)
	must(t, err)
	return actor
}

func (s *site) demoHook(t testing.TB, name string) (id string) {
	t.Helper()
	list, err := s.Hooks(context.Background(), s.demoActor(t, "viewer"), store.HookFilter{}, "", 50)
	must(t, err)
	for _, hook := range list.Hooks {
		if hook.Name == name {
			return hook.ID
		}
	}
	t.Fatalf("the demo has no hook %s", name)
	return ""
}

func (s *site) demoSecret(t testing.TB, in store.Place, name string) (id string) {
	t.Helper()
	list, err := s.Secrets(context.Background(), s.demoActor(t, "viewer"), in)
	must(t, err)
	for _, secret := range list.Secrets {
		if secret.Name == name {
			return secret.ID
		}
	}
	t.Fatal(fmt.Errorf("the demo has no secret %s", name))
	return ""
}
