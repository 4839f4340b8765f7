package store

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"hooksafe/store/internal/guard"
)

// Limits on names and values.
const (
	maxName       = 100
	maxEmail      = 254
	maxNote       = 1000
	maxScript     = 512 * 1024
	maxSecretName = 128

	// MaxValue is the longest value, in bytes.
	MaxValue = 64 * 1024
)

var (
	slugRule       = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	hookRule       = regexp.MustCompile(`^[a-zA-Z0-9]([ \-a-zA-Z0-9]*[a-zA-Z0-9])?$`)
	ownSecretRule  = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)
	hookSecretRule = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,128}$`)
	notInOwnSecret = regexp.MustCompile(`[^A-Z0-9_]`)
	notInSlug      = regexp.MustCompile(`[^a-z0-9]+`)
)

func checkPersonName(name string) error {
	return checkFree("name", name, "your name")
}

func checkOrganizationName(field, name string) error {
	return checkFree(field, name, "a name for the organization")
}

// checkFree is the rule for names of people and organizations.
func checkFree(field, name, what string) error {
	n := utf8.RuneCountInString(name)
	switch {
	case n == 0:
		return guard.Errorf(Invalid, field, "Enter %s.", what)
	case n > maxName || !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
		return guard.Errorf(Invalid, field, "Use 1 to %d characters, without line breaks or control characters.", maxName)
	}
	return nil
}

// displayEmail is the form in which an e-mail address is kept.
func displayEmail(email string) string { return norm.NFC.String(strings.TrimSpace(email)) }

// emailKey is the form in which e-mail addresses are compared.
func emailKey(email string) string {
	return strings.ToLower(displayEmail(email))
}

func checkEmail(email string) error {
	key := emailKey(email)
	at := strings.IndexByte(key, '@')
	bad := len(key) > maxEmail || strings.Count(key, "@") != 1 || at == 0 || at == len(key)-1 ||
		!utf8.ValidString(email) || strings.ContainsFunc(key, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) })
	if bad {
		return guard.Errorf(Invalid, "email", "Enter an email address, such as name@example.com.")
	}
	return nil
}

func checkSlug(slug string) error {
	if len(slug) < 2 || len(slug) > 40 || slug == "new" || !slugRule.MatchString(slug) {
		return guard.Errorf(Invalid, "slug", "Use 2 to 40 lower-case letters, digits and single dashes between them.")
	}
	return nil
}

// proposeSlug makes an address from the name of an organization.
func proposeSlug(name string) string {
	folded := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(name))
	slug := strings.Trim(notInSlug.ReplaceAllString(folded, "-"), "-")
	if len(slug) > 40 {
		slug = strings.TrimRight(slug[:40], "-")
	}
	if checkSlug(slug) != nil {
		return "team"
	}
	return slug
}

func checkHookName(name string) error {
	if len(name) > maxName || !hookRule.MatchString(name) {
		return guard.Errorf(Invalid, "name", "Use letters, digits, spaces and hyphens, up to %d, starting and ending with a letter or digit.", maxName)
	}
	return nil
}

// hookNameKey is the form in which names of hooks are compared, as the Deploy CLI
// does: in lower case, with dashes for spaces.
func hookNameKey(name string) string {
	return strings.ReplaceAll(strings.ToLower(name), " ", "-")
}

func checkScript(script string) error {
	switch {
	case script == "":
		return guard.Errorf(Invalid, "script", "Enter a script.")
	case len(script) > maxScript:
		return guard.Errorf(Invalid, "script", "%d KB is over the limit of %d KB.", kilobytes(len(script)), maxScript/1024)
	case !utf8.ValidString(script) || strings.ContainsRune(script, 0):
		return guard.Errorf(Invalid, "script", "The script is not UTF-8 text, so it can't be kept exactly.")
	}
	return nil
}

func checkHookSecretName(name string) error {
	if name == "." || name == ".." || !hookSecretRule.MatchString(name) {
		return guard.Errorf(Invalid, "name", "Use letters, digits, _ . and -, up to %d.", maxSecretName)
	}
	return nil
}

func checkOrganizationSecretName(name string) error {
	switch {
	case !ownSecretRule.MatchString(name):
		return guard.Errorf(Invalid, "name", "Use capital letters, digits and underscores, starting with a letter.")
	case len(name) > maxSecretName:
		return guard.Errorf(Invalid, "name", "Use at most %d characters.", maxSecretName)
	}
	return nil
}

// TakesName says whether a secret of the place may have a name.
func (p Place) TakesName(name string) bool { return p.checkName(name) == nil }

// CorrectedName is the name for a secret of an organization that is most like one that
// breaks the rule: "stripe webhook" becomes STRIPE_WEBHOOK. It is "" where no letter is
// left to begin with.
func CorrectedName(name string) string {
	name = notInOwnSecret.ReplaceAllString(strings.ToUpper(name), "_")
	name = strings.TrimLeft(name, "0123456789_")
	return name[:min(len(name), maxSecretName)]
}

// IsPlaceholder says whether a value is the text that exports write where a value
// is hidden, in either spelling.
func IsPlaceholder(value string) bool {
	return value == "_VALUE_NOT_SHOWN_" || value == "_VALUE_NOT_SHOWN"
}

func checkValue(value Plaintext) error {
	text := value.Reveal()
	switch {
	case text == "":
		return guard.Errorf(Invalid, "value", "Enter a value.")
	case len(text) > MaxValue:
		return guard.Errorf(Invalid, "value", "%d KB is over the limit of %d KB.", kilobytes(len(text)), MaxValue/1024)
	case !utf8.ValidString(text):
		return guard.Errorf(Invalid, "value", "This is not UTF-8 text, so it can't be kept exactly.")
	case strings.ContainsRune(text, 0):
		return guard.Errorf(Invalid, "value", "This holds a NUL character, which can't be kept.")
	case IsPlaceholder(text):
		return guard.Errorf(Invalid, "value", "This is the placeholder, not the value. Exports write it where a value is hidden.")
	}
	return nil
}

func checkNote(note string) error {
	if utf8.RuneCountInString(note) > maxNote || !utf8.ValidString(note) || strings.ContainsRune(note, 0) {
		return guard.Errorf(Invalid, "note", "Use at most %d characters.", maxNote)
	}
	return nil
}

// kilobytes rounds up, so that what is over a limit reads as over it.
func kilobytes(n int) int { return (n + 1023) / 1024 }
