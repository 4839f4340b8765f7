package seal

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// hidden stands wherever a Plaintext would otherwise be printed.
const hidden = "[value]"

// errMarshal is the answer to every attempt to encode a Plaintext. An error
// and not the word "[value]": a document that silently holds that word could be
// imported again, and overwrite the real value with it.
var errMarshal = errors.New("a value is not encoded by itself: call Reveal where it is handed over")

// Plaintext is an opened value. It does not print, is not logged and is not
// encoded, whatever holds it: Reveal is the only way out. The zero Plaintext is
// the empty value.
//
// The value stands behind a pointer because fmt looks into unexported fields of
// an enclosing struct without asking Format, but never follows a pointer there.
type Plaintext struct{ p *string }

// NewPlaintext hides value, byte for byte.
func NewPlaintext(value string) Plaintext { return Plaintext{p: &value} }

// Reveal returns the value. Call it on the line that hands the value over.
func (p Plaintext) Reveal() string {
	if p.p == nil {
		return ""
	}
	return *p.p
}

// Len returns the length of the value in bytes.
func (p Plaintext) Len() int { return len(p.Reveal()) }

// Format writes "[value]" for every verb, %x and %d included.
func (p Plaintext) Format(f fmt.State, _ rune) { io.WriteString(f, hidden) }

// String returns "[value]".
func (p Plaintext) String() string { return hidden }

// GoString returns "[value]".
func (p Plaintext) GoString() string { return hidden }

// LogValue returns "[value]".
func (p Plaintext) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalJSON fails, so that no answer holds a value by accident.
func (p Plaintext) MarshalJSON() ([]byte, error) { return nil, errMarshal }

// MarshalText fails, for the encodings that would ask it: XML, map keys, flags.
func (p Plaintext) MarshalText() ([]byte, error) { return nil, errMarshal }
