package seal

import (
	"bytes"
	"database/sql/driver"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

const planted = "example-value-1"

// holders are the ways in which a value may lie in something that is printed.
func holders() map[string]any {
	p := NewPlaintext(planted)
	type exported struct{ Value Plaintext }
	type unexported struct{ value Plaintext }
	type nested struct{ inner *unexported }
	type embedded struct{ Plaintext }
	return map[string]any{
		"itself":                   p,
		"pointer":                  &p,
		"struct":                   exported{p},
		"pointer to struct":        &exported{p},
		"unexported field":         unexported{p},
		"pointer in a struct":      nested{&unexported{p}},
		"pointer to that":          &nested{&unexported{p}},
		"slice":                    []Plaintext{p},
		"slice of pointers":        []*Plaintext{&p},
		"slice of unexported":      []unexported{{p}},
		"array":                    [1]Plaintext{p},
		"map value":                map[string]Plaintext{"a": p},
		"map key":                  map[Plaintext]string{p: "a"},
		"map of unexported":        map[string]unexported{"a": {p}},
		"interface":                []any{p, exported{p}, unexported{p}},
		"error that holds it":      fmt.Errorf("save: %v", p),
		"struct with an any":       struct{ Value any }{p},
		"struct with a hidden any": struct{ value any }{p},
		"embedded":                 embedded{p},
	}
}

func TestPlaintextDoesNotPrint(t *testing.T) {
	verbs := strings.Split("%v %+v %#v %s %d %x %X %q %T %t %o %b %c %U %e %p %w % x %#x %10.3s", " ")
	for name, holder := range holders() {
		t.Run(name, func(t *testing.T) {
			for _, verb := range verbs {
				wantHidden(t, verb, fmt.Sprintf(verb, holder))
			}
			wantHidden(t, "Sprint", fmt.Sprint(holder))
			wantHidden(t, "Sprintln", fmt.Sprintln(holder, holder))
		})
	}
}

func TestPlaintextIsNotLogged(t *testing.T) {
	for name, holder := range holders() {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			for _, h := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
				log := slog.New(h)
				log.Info("saved", "value", holder)
				log.Info("saved", slog.Group("secret", "value", holder))
				log.With("value", holder).Info("saved")
			}
			wantHidden(t, "slog", out.String())
		})
	}
}

func TestPlaintextIsNotEncoded(t *testing.T) {
	for name, holder := range holders() {
		t.Run(name, func(t *testing.T) {
			text, err := json.Marshal(holder)
			wantHidden(t, "json", string(text))
			wantHidden(t, "json error", fmt.Sprint(err))

			text, err = xml.Marshal(holder)
			wantHidden(t, "xml", string(text))
			wantHidden(t, "xml error", fmt.Sprint(err))

			var out bytes.Buffer
			err = gob.NewEncoder(&out).Encode(holder)
			wantHidden(t, "gob", out.String())
			wantHidden(t, "gob error", fmt.Sprint(err))

			_, err = driver.DefaultParameterConverter.ConvertValue(holder)
			wantHidden(t, "SQL parameter", fmt.Sprint(err))
		})
	}
}

// A document with a stand-in for the value could be read back as the value.
func TestPlaintextFailsToEncode(t *testing.T) {
	p := NewPlaintext(planted)
	for _, v := range []any{p, &p, struct{ Value Plaintext }{p}, map[Plaintext]int{p: 1}, Plaintext{}} {
		if text, err := json.Marshal(v); err == nil {
			t.Errorf("json of %T is %s, want an error", v, text)
		}
	}
	if text, err := xml.Marshal(p); err == nil {
		t.Errorf("xml is %s, want an error", text)
	}
	if v, err := driver.DefaultParameterConverter.ConvertValue(p); err == nil {
		t.Errorf("an SQL parameter made of it is %v, want an error", v)
	}
}

func TestPlaintextSaysThatItHides(t *testing.T) {
	p := NewPlaintext(planted)
	for _, got := range []string{fmt.Sprint(p), fmt.Sprintf("%x", p), p.String(), p.GoString(), p.LogValue().String()} {
		if got != "[value]" {
			t.Errorf("prints as %q, want [value]", got)
		}
	}
}

func TestPlaintextReveal(t *testing.T) {
	for _, want := range []string{"", planted, "\ufeffline\r\nline\n", "\x00\xff"} {
		p := NewPlaintext(want)
		if got := p.Reveal(); got != want {
			t.Errorf("reveals %q, want %q", got, want)
		}
		if p.Len() != len(want) {
			t.Errorf("length of %q is %d, want %d", want, p.Len(), len(want))
		}
	}
	if zero := (Plaintext{}); zero.Reveal() != "" || zero.Len() != 0 {
		t.Error("the zero Plaintext is not the empty value")
	}
}

// wantHidden fails if text holds the planted value in a form that a reader could
// turn back: as it is, in hex, or as a list of bytes.
func wantHidden(t *testing.T, what, text string) {
	t.Helper()
	list := strings.Trim(fmt.Sprint([]byte(planted)), "[]")
	for _, form := range []string{planted, planted[:3], hex.EncodeToString([]byte(planted))[:8], list[:12]} {
		if strings.Contains(strings.ToLower(text), strings.ToLower(form)) {
			t.Errorf("%s shows the value: %s", what, text)
		}
	}
}
