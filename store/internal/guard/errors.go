package guard

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/mattn/go-sqlite3"

	"hooksafe/store/internal/seal"
)

// Code says what kind of refusal an error is. The surfaces turn it into a status.
type Code string

// The codes. An error without one is a fault of the program.
const (
	Invalid         Code = "invalid"         // the input breaks a rule
	NotFound        Code = "not_found"       // no such thing, or another organization's
	Denied          Code = "denied"          // the role does not reach this far
	Conflict        Code = "conflict"        // the name is taken
	Stale           Code = "stale"           // somebody saved a newer one meanwhile
	Full            Code = "full"            // a limit is reached
	ConfirmNeeded   Code = "confirm_needed"  // the password is wanted again
	Unauthenticated Code = "unauthenticated" // nobody is signed in
	Limited         Code = "limited"         // too many tries
	Unavailable     Code = "unavailable"     // the audit entry or the change could not be written
	NoSpace         Code = "no_space"        // the disk is full
	Integrity       Code = "integrity"       // a stored value failed its integrity check
)

// Error is a refusal that the person or program on the other side can act on.
type Error struct {
	Code       Code
	Field      string        // the form field it belongs to, or ""
	Message    string        // what happened and what to do; never holds a value
	RetryAfter time.Duration // for Limited
	TriesLeft  int           // for a wrong password: tries before Limited
	By         string        // for Stale: who saved meanwhile
	Version    int64         // for Stale: the version they saved, 0 if they made none
	Revision   int64         // for Stale: what to build on now
	Scopes     []Scope       // for Denied, of a key: any of them would do
	Names      []string      // for a batch: what it is about, in words that may be repeated

	cause error
}

// Error is the message for the person, followed by the cause for the operator.
func (e *Error) Error() string {
	if e.cause != nil {
		return fmt.Sprintf("%s (%v)", e.Message, e.cause)
	}
	return e.Message
}

// Unwrap gives the cause, if there is one.
func (e *Error) Unwrap() error { return e.cause }

// Errorf makes a refusal with a message for the person.
func Errorf(code Code, field, format string, args ...any) *Error {
	return &Error{Code: code, Field: field, Message: fmt.Sprintf(format, args...)}
}

// CodeOf returns the code of err, or "" for nil and for an error that has none.
func CodeOf(err error) Code {
	if e, ok := AsError(err); ok {
		return e.Code
	}
	return ""
}

// AsError finds the refusal in err.
func AsError(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}

// Missing is the one answer for what is not there and for what is somebody else's.
func Missing() *Error {
	return Errorf(NotFound, "", "There is nothing here. It was moved or deleted, or it belongs to an organization you aren't in.")
}

func noSession() *Error { return Errorf(Unauthenticated, "", "Sign in to continue.") }

func deniedFor(w identity, act Action) *Error {
	switch {
	case w.kind == kindKey && w.inScope(act):
		return Errorf(Denied, "", "The role of whoever made this API key doesn't reach this far any more.")
	case w.kind == kindKey:
		e := Errorf(Denied, "", "This API key does not have the scope %s", anyOf(scopes[act]))
		e.Scopes = scopes[act]
		return e
	case w.ended:
		return Errorf(Denied, "", "%s is deleted: all that is left of it is its audit log.", w.org.Name)
	case w.role == 0:
		return Errorf(Denied, "", "This takes a member's role, and %s has none.", w.kind)
	}
	return Errorf(Denied, "", "Your role here is %s, which doesn't reach this far. An admin or owner can change it.", w.role.Title())
}

func anyOf(scopes []Scope) string {
	words := make([]string, len(scopes))
	for i, s := range scopes {
		words[i] = string(s)
	}
	return strings.Join(words, " or ")
}

// notWritten is the answer when the database would not take an entry or a commit.
func notWritten(cause error) *Error {
	if isCode(cause, sqlite3.ErrFull) {
		return noSpace(cause)
	}
	return &Error{Code: Unavailable, Message: "Nothing was saved or revealed: the audit entry couldn't be written.", cause: cause}
}

func noSpace(cause error) *Error {
	return &Error{Code: NoSpace, Message: "The disk of this server is full. Nothing was saved or revealed.", cause: cause}
}

// explain gives errors of the database and of the seal their code. A broken
// uniqueness rule is a Conflict; the caller knows better words for it.
func explain(err error) error {
	switch {
	case err == nil || CodeOf(err) != "":
		return err
	case errors.Is(err, seal.ErrIntegrity):
		return &Error{Code: Integrity, Message: "The stored value failed its integrity check, so it stays closed. Tell your administrator.", cause: err}
	case IsUnique(err):
		return &Error{Code: Conflict, Message: "It already exists.", cause: err}
	case isCode(err, sqlite3.ErrFull):
		return noSpace(err)
	case isCode(err, sqlite3.ErrIoErr, sqlite3.ErrBusy, sqlite3.ErrLocked, sqlite3.ErrReadonly, sqlite3.ErrCantOpen):
		return &Error{Code: Unavailable, Message: "The database didn't answer. Nothing was saved or revealed.", cause: err}
	}
	return err
}

// IsUnique says whether err is a broken uniqueness rule.
func IsUnique(err error) bool {
	var e sqlite3.Error
	return errors.As(err, &e) &&
		(e.ExtendedCode == sqlite3.ErrConstraintUnique || e.ExtendedCode == sqlite3.ErrConstraintPrimaryKey)
}

func isCode(err error, codes ...sqlite3.ErrNo) bool {
	var e sqlite3.Error
	if !errors.As(err, &e) {
		return false
	}
	for _, code := range codes {
		if e.Code == code {
			return true
		}
	}
	return false
}
