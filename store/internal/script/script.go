// Package script finds the names of secrets that a script reads. It goes by the
// letters of the text alone: there are no scopes and nothing runs. The editor has
// the same function in JavaScript, static/src/reads.js, and testdata/reads.json
// holds for both.
package script

import (
	"slices"
	"strings"
)

// Read is one place where a script reads a secret. An empty Name is a place whose
// name only shows when the hook runs.
type Read struct {
	Name string
	From int // of the name in the text, in bytes
	Line int // counted from 1, by line feeds
}

// Reads lists what a script reads, from its beginning to its end. Any text will
// do, and the time it takes grows with the length alone.
func Reads(text string) []Read {
	r := reader{text: text, tokens: tokenize(text), aliases: map[string]bool{}}
	for i := range r.tokens {
		r.look(i)
	}
	slices.SortStableFunc(r.reads, func(a, b Read) int { return a.From - b.From })
	line, at := 1, 0
	for i, read := range r.reads {
		line += strings.Count(text[at:read.From], "\n")
		at, r.reads[i].Line = read.From, line
	}
	return r.reads
}

type reader struct {
	text    string
	tokens  []token
	aliases map[string]bool // names that hold the secrets object from here on
	reads   []Read
}

// look sees what begins, or for a pattern ends, at a token.
func (r *reader) look(i int) {
	switch {
	case r.tokens[i].kind == nameToken && !r.afterDot(i):
		if next, ok := r.object(i); ok {
			r.step(next)
		}
		if r.is(i+1, "=") && r.isObject(i+2) {
			r.aliases[r.word(i)] = true
		}
	case r.is(i, "}") && r.is(i+1, "=") && r.tokens[i].match >= 0 && r.is(r.tokens[i].match, "{"):
		switch {
		case r.isObject(i + 2):
			r.eachKey(i, r.readKey)
		case r.isContext(i + 2):
			r.eachKey(i, r.aliasKey)
		}
	}
}

// object tells whether the secrets object stands at a token, and what follows it.
func (r *reader) object(i int) (next int, ok bool) {
	if r.word(i) == "context" {
		next := r.afterStep(i+1, "webtask")
		if after := r.afterStep(next, "secrets"); after != next {
			return after, true
		}
	}
	return i + 1, r.aliases[r.word(i)]
}

// isObject tells whether the secrets object stands at a token, without a further
// step.
func (r *reader) isObject(i int) bool {
	if !r.isName(i) {
		return false
	}
	next, ok := r.object(i)
	return ok && !r.goesOn(next)
}

// isContext tells the same of what holds the secrets object.
func (r *reader) isContext(i int) bool {
	return r.isName(i) && r.word(i) == "context" && !r.goesOn(r.afterStep(i+1, "webtask"))
}

// step reads the step behind the secrets object.
func (r *reader) step(i int) {
	if name, _, ok := r.stepAt(i); ok {
		r.read(name)
	} else if r.goesOn(i) {
		r.readUnknown(i)
	}
}

// stepAt is the name of a step, .N or ['N'], as a token, and what follows it.
func (r *reader) stepAt(i int) (name, next int, ok bool) {
	dot := r.is(i, ".") || r.is(i, "?.")
	if dot && r.isName(i+1) {
		return i + 1, i + 2, true
	}
	if r.is(i, "?.") {
		i++
	}
	return i + 1, i + 3, r.is(i, "[") && r.isString(i+1) && r.is(i+2, "]")
}

// afterStep is what follows the step called name, or i if there is none.
func (r *reader) afterStep(i int, name string) int {
	if at, next, ok := r.stepAt(i); ok && r.word(at) == name {
		return next
	}
	return i
}

// goesOn tells whether a step follows, of a known name or not.
func (r *reader) goesOn(i int) bool {
	_, _, ok := r.stepAt(i)
	return ok || r.is(i, "[") || r.is(i, "?.") && r.is(i+1, "[")
}

// eachKey calls use with the first token of every key of the pattern that ends at
// end. What is inside of a key is not looked at, so patterns in patterns cost no
// more than others.
func (r *reader) eachKey(end int, use func(i int)) {
	fresh := true
	for i := r.tokens[end].match + 1; i < end; i++ {
		if fresh {
			use(i)
		}
		fresh = r.is(i, ",")
		if match := r.tokens[i].match; match > i {
			i = match
		}
	}
}

// readKey reads a key of a pattern on the secrets object.
func (r *reader) readKey(i int) {
	switch {
	case r.isName(i) || r.isString(i):
		r.read(i)
	case r.is(i, "[") || r.is(i, "..."):
		r.readUnknown(i)
	}
}

// aliasKey notes the name that a pattern gives the secrets object.
func (r *reader) aliasKey(i int) {
	switch {
	case !r.isName(i) && !r.isString(i) || r.word(i) != "secrets":
	case r.is(i+1, ":") && r.isName(i+2):
		r.aliases[r.word(i+2)] = true
	case r.isName(i) && !r.is(i+1, ":"):
		r.aliases["secrets"] = true
	}
}

func (r *reader) read(i int) {
	if name := r.word(i); !inherited[name] {
		r.reads = append(r.reads, Read{Name: name, From: r.tokens[i].start + r.quote(i)})
	}
}

func (r *reader) readUnknown(i int) {
	r.reads = append(r.reads, Read{From: r.tokens[i].start})
}

func (r *reader) kind(i int) kind {
	if i < len(r.tokens) {
		return r.tokens[i].kind
	}
	return noToken
}

func (r *reader) isName(i int) bool   { return r.kind(i) == nameToken }
func (r *reader) isString(i int) bool { return r.kind(i) == stringToken }

func (r *reader) is(i int, sign string) bool {
	return r.kind(i) == signToken && r.text[r.tokens[i].start:r.tokens[i].end] == sign
}

func (r *reader) afterDot(i int) bool {
	return i > 0 && (r.is(i-1, ".") || r.is(i-1, "?."))
}

// quote is how much of a token stands around its word, on each side.
func (r *reader) quote(i int) int {
	if r.isString(i) {
		return 1
	}
	return 0
}

// word is a name, or what is between the quotes of a string.
func (r *reader) word(i int) string {
	return r.text[r.tokens[i].start+r.quote(i) : r.tokens[i].end-r.quote(i)]
}

// inherited are the members of every object. Reading one reads no secret.
var inherited = map[string]bool{
	"__defineGetter__": true, "__defineSetter__": true, "__lookupGetter__": true, "__lookupSetter__": true,
	"__proto__": true, "constructor": true, "hasOwnProperty": true, "isPrototypeOf": true,
	"propertyIsEnumerable": true, "toLocaleString": true, "toString": true, "valueOf": true,
}
