package store_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"hooksafe/store"
)

// unasked are the methods that no actor asks, and why.
var unasked = map[string]string{
	"Close":          "the program stops",
	"Ready":          "the server looks whether it can write",
	"Now":            "tells the time",
	"SecretsPerHook": "tells a setting",

	"OrganizationsByOperator": "tells a setting",

	"KeyID":                 "names the master key, which tells nothing",
	"ForgetExpiredSessions": "the server tidies up after itself",
	"Purge":                 "the server tidies up after itself",

	"Operator":        "makes the actor: whoever runs commands on the host",
	"KeyActor":        "makes the actor: a program that shows the token of an API key",
	"NewAccessToken":  "a program shows the token of an API key",
	"Person":          "makes the actor: who holds a session's token",
	"SignIn":          "somebody who is nobody yet shows a password",
	"CheckReset":      "somebody who is nobody yet shows a reset link",
	"ResetPassword":   "somebody who is nobody yet uses a reset link",
	"CheckInvitation": "somebody who is nobody yet shows an invitation",
	"JoinAsNew":       "somebody who is nobody yet uses an invitation",
	"SetupOpen":       "nobody exists yet",
	"NewSetupToken":   "nobody exists yet: the server acts as its operator",
	"CheckSetupToken": "nobody exists yet",
	"Setup":           "nobody exists yet",
}

// Every method names who asks.
func TestEveryMethodTakesAnActor(t *testing.T) {
	actors := []reflect.Type{reflect.TypeFor[store.Actor](), reflect.TypeFor[store.ServerActor]()}
	s := reflect.TypeFor[*store.Store]()
	for m := range s.Methods() {
		asked := m.Type.NumIn() > 2 && slices.Contains(actors, m.Type.In(2))
		if _, excepted := unasked[m.Name]; asked == excepted {
			t.Errorf("%s: takes an actor after the context: %v; is an exception: %v", m.Name, asked, excepted)
		}
	}
	for name := range unasked {
		if _, there := s.MethodByName(name); !there {
			t.Errorf("%s is an exception and does not exist", name)
		}
	}
}

// A value comes out of six methods only; no other answer has a place for one.
func TestOnlySixMethodsHandOutAValue(t *testing.T) {
	for m := range reflect.TypeFor[*store.Store]().Methods() {
		hands := false
		for out := range m.Type.Outs() {
			hands = hands || holds(out, reflect.TypeFor[store.Plaintext]())
		}
		six := []string{"RevealSecret", "CopySecret", "ReadSecret", "ReadSecretByID", "ExportValues", "ExportHookValues"}
		namesToo := []string{"ExportNames", "ExportHooks"} // the same answers without values: TestS39NamesWithoutValues
		if want := slices.Contains(slices.Concat(six, namesToo), m.Name); hands != want {
			t.Errorf("%s can hand out a value: %v", m.Name, hands)
		}
	}
}

// holds says whether a value of type t can hold one of type what.
func holds(t, what reflect.Type) bool {
	switch {
	case t == what:
		return true
	case t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice:
		return holds(t.Elem(), what)
	case t.Kind() == reflect.Func: // that hands it to another one
		return slices.ContainsFunc(slices.Collect(t.Ins()), func(in reflect.Type) bool { return holds(in, what) })
	case t.Kind() == reflect.Struct && strings.HasPrefix(t.PkgPath(), "hooksafe/"):
		for f := range t.Fields() {
			if holds(f.Type, what) {
				return true
			}
		}
	}
	return false
}
