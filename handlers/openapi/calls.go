package openapi

import (
	"encoding/json"
	"maps"
	"slices"
	"sync"
)

// Call is one call of the document, for a page to show.
type Call struct {
	Group, GroupAbout    string
	Method, Path         string // {hook}, {name} and {secret} stand for what the caller puts in
	Summary, Description string
	Scopes               []string // any of them will do; none: every key may
	Example              string   // a JSON body, or "" for none
}

// Calls are the calls of the document, in the order of its groups, by address.
var Calls = sync.OnceValue(func() []Call {
	calls, err := read(Document)
	if err != nil {
		panic("openapi: " + err.Error()) // it is embedded, and a test reads it
	}
	return calls
})

// document is what a page needs of one.
type document struct {
	Tags  []tag
	Paths map[string]struct{ Get, Post, Put, Patch, Delete *operation }
}

type tag struct{ Name, Description string }

type operation struct {
	Summary, Description string
	Tags                 []string
	Scopes               []string `json:"x-scopes"`
	RequestBody          struct {
		Content map[string]struct{ Example json.RawMessage }
	}
}

func read(text []byte) ([]Call, error) {
	var d document
	if err := json.Unmarshal(text, &d); err != nil {
		return nil, err
	}
	var calls []Call
	for _, group := range d.Tags {
		for _, path := range slices.Sorted(maps.Keys(d.Paths)) {
			item := d.Paths[path]
			for _, one := range []struct {
				method string
				*operation
			}{{"GET", item.Get}, {"POST", item.Post}, {"PUT", item.Put}, {"PATCH", item.Patch}, {"DELETE", item.Delete}} {
				if one.operation != nil && slices.Contains(one.Tags, group.Name) {
					calls = append(calls, Call{
						Group: group.Name, GroupAbout: group.Description, Method: one.method, Path: path,
						Summary: one.Summary, Description: one.Description, Scopes: one.Scopes,
						Example: string(one.RequestBody.Content["application/json"].Example),
					})
				}
			}
		}
	}
	return calls, nil
}
