package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"github.com/spf13/cobra"

	"hooksafe/handlers/formats"
)

// place is where secrets are on the server: a hook by its id, or with "" the
// organization itself.
type place struct {
	*client
	hook string
}

// entry is a secret that the server lists.
type entry struct {
	Name    string `json:"name"`
	Version *int64 `json:"version,omitempty"` // nil: not told
	Pending *bool  `json:"pending,omitempty"`

	id string // of an organization secret
}

// takeHook gives a command the flag that chooses a hook.
func takeHook(cmd *cobra.Command, hook *string) {
	cmd.Flags().StringVar(hook, "hook", "", "the secrets of the hook `NAME`; without it, those of the organization")
}

// hookGiven refuses an empty name, which a variable that is not set makes of one: it
// would mean the organization.
func hookGiven(cmd *cobra.Command, _ []string) error {
	if f := cmd.Flags().Lookup("hook"); f.Changed && f.Value.String() == "" {
		return wrongUse{errors.New("--hook: give the name of a hook")}
	}
	return nil
}

// place finds the secrets of a hook by its name, or with "" those of the organization.
func (c *client) place(ctx context.Context, hook string) (place, error) {
	if hook == "" {
		return place{c, ""}, nil
	}
	hooks, err := c.hooks(ctx, "id,name")
	if err != nil {
		return place{}, err
	}
	for _, h := range hooks {
		if h.Name == hook {
			return place{c, h.ID}, nil
		}
	}
	return place{}, fmt.Errorf("there is no hook %q", hook)
}

// wireHook is a hook as the Management API has it.
type wireHook struct {
	ID           string            `json:"id"`
	Name         string            `json:"name"`
	Script       string            `json:"script"`
	Dependencies map[string]string `json:"dependencies"`
	Enabled      bool              `json:"enabled"`
	Trigger      string            `json:"triggerId"`
}

const hooksPath = "/api/v2/hooks"

// maxListed is how many hooks, or secrets, a server may list: more than any has. A list
// without an end would fill the memory.
const maxListed = 200_000

// hooks lists the hooks with some of their fields, page after page, until one is empty.
func (c *client) hooks(ctx context.Context, fields string) ([]wireHook, error) {
	var all []wireHook
	seen := map[string]bool{}
	for page := 0; ; page++ {
		var got struct{ Hooks []wireHook }
		query := fmt.Sprintf("?page=%d&per_page=100&include_totals=true&fields=%s", page, url.QueryEscape(fields))
		if err := c.call(ctx, http.MethodGet, hooksPath+query, nil, &got); err != nil {
			return nil, err
		}
		if len(got.Hooks) == 0 {
			return all, nil
		}
		for _, h := range got.Hooks {
			if seen[h.ID] {
				return nil, fmt.Errorf("%s lists the same hook on two pages: try again", c.base)
			}
			seen[h.ID] = true
		}
		if all = append(all, got.Hooks...); len(all) > maxListed {
			return nil, c.endless()
		}
	}
}

func (c *client) endless() error { return fmt.Errorf("%s lists more than %d", c.base, maxListed) }

// hook reads one hook.
func (c *client) hook(ctx context.Context, id string) (wireHook, error) {
	var got wireHook
	err := c.call(ctx, http.MethodGet, hooksPath+"/"+url.PathEscape(id), nil, &got)
	return got, err
}

// hookSecretNames are the names of a hook's secrets, sorted.
func (c *client) hookSecretNames(ctx context.Context, hook string) ([]string, error) {
	var names map[string]any
	if err := c.call(ctx, http.MethodGet, hookSecretsPath(hook), nil, &names); err != nil {
		return nil, err
	}
	return slices.Sorted(maps.Keys(names)), nil
}

func hookSecretsPath(hook string) string { return hooksPath + "/" + url.PathEscape(hook) + "/secrets" }

const ownPath = "/api/v1/secrets"

// list is every secret of the place, by name.
func (p place) list(ctx context.Context) ([]entry, error) {
	if p.hook == "" {
		return p.ownList(ctx)
	}
	names, err := p.hookSecretNames(ctx, p.hook)
	list := make([]entry, len(names))
	for i, name := range names {
		list[i].Name = name
	}
	return list, err
}

func (p place) ownList(ctx context.Context) ([]entry, error) {
	var list []entry
	for page := 1; ; page++ {
		var got struct {
			Data []struct {
				ID, Name string
				Version  int64
			}
		}
		if err := p.call(ctx, http.MethodGet, fmt.Sprintf("%s?page=%d&page_size=1000", ownPath, page), nil, &got); err != nil {
			return nil, err
		}
		if len(got.Data) == 0 {
			slices.SortFunc(list, func(a, b entry) int { return cmp.Compare(a.Name, b.Name) })
			return list, nil
		}
		for _, s := range got.Data {
			pending := s.Version == 0
			list = append(list, entry{s.Name, &s.Version, &pending, s.ID})
		}
		if len(list) > maxListed {
			return nil, p.endless()
		}
	}
}

// find is the secret with a name, if there is one.
func (p place) find(ctx context.Context, name string) (found entry, there bool, err error) {
	list, err := p.list(ctx)
	i := slices.IndexFunc(list, func(e entry) bool { return e.Name == name })
	if err != nil || i < 0 {
		return entry{}, false, err
	}
	return list[i], true, nil
}

// errNoSecret does not repeat the name: people paste values into the wrong place.
var errNoSecret = errors.New("there is no secret with this name: see hooksafe secrets list")

// value reads a value, which leaves its audit entry.
func (p place) value(ctx context.Context, e entry) (string, error) {
	path := ownPath + "/" + url.PathEscape(e.id) + "/value"
	if p.hook != "" {
		path = "/api/v1/hooks/" + url.PathEscape(p.hook) + "/secrets/" + url.PathEscape(e.Name) + "/value"
	}
	var got struct{ Value string }
	err := p.call(ctx, http.MethodGet, path, nil, &got)
	return got.Value, err
}

// values reads the value of every secret, in the order of the list. One that is listed
// and has none is pending, and is not asked for if that is known.
func (p place) values(ctx context.Context, list []entry, done func()) ([]formats.Secret, error) {
	secrets := make([]formats.Secret, len(list))
	for i, e := range list {
		if e.Pending != nil && *e.Pending {
			secrets[i] = formats.Secret{Name: e.Name, Pending: true}
			continue
		}
		value, err := p.value(ctx, e)
		if err != nil && !answers(err, http.StatusNotFound) {
			return nil, err
		}
		secrets[i] = formats.Secret{Name: e.Name, Value: value, Pending: err != nil}
		done()
	}
	return secrets, nil
}

// set adds a secret, or gives the one that is there a new value.
func (p place) set(ctx context.Context, name, value string) (added bool, err error) {
	old, there, err := p.find(ctx, name)
	if err != nil {
		return false, err
	}
	method, path, body := http.MethodPost, ownPath, any(map[string]any{"secret": map[string]string{"name": name, "value": value}})
	switch {
	case p.hook != "":
		path, body = hookSecretsPath(p.hook), map[string]string{name: value}
		if there {
			method = http.MethodPatch
		}
	case there:
		method, path = http.MethodPut, ownPath+"/"+url.PathEscape(old.id)
		body = map[string]any{"secret": map[string]string{"value": value}}
	}
	return !there, p.call(ctx, method, path, body, nil)
}

// remove deletes a secret.
func (p place) remove(ctx context.Context, name string) error {
	if p.hook != "" {
		return p.call(ctx, http.MethodDelete, hookSecretsPath(p.hook), []string{name}, nil)
	}
	found, there, err := p.find(ctx, name)
	if err == nil && !there {
		err = errNoSecret
	}
	if err != nil {
		return err
	}
	return p.call(ctx, http.MethodDelete, ownPath+"/"+url.PathEscape(found.id), nil, nil)
}
