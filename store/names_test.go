package store

import (
	"strings"
	"testing"
	"testing/quick"
)

// The rules of product.md, "Names and limits": what passes, what does not.
func TestNameRules(t *testing.T) {
	long := strings.Repeat
	for _, c := range []struct {
		name  string
		check func(string) error
		field string
		good  []string
		bad   []string
	}{
		{"hook secret", checkHookSecretName, "name",
			[]string{"A", "api_key", "API.KEY-2", "_", "...", ".a", "-", long("x", 128)},
			[]string{"", ".", "..", "a b", "a/b", "é", "a\n", "a\x00", long("x", 129), "a:b", "a$b"}},
		{"organization secret", checkOrganizationSecretName, "name",
			[]string{"A", "API_KEY", "A2", "A__", long("X", 128)},
			[]string{"", "a", "_A", "2A", "A-B", "A.B", "A B", "É", "A\n", "Aa", long("X", 129)}},
		{"hook", checkHookName, "name",
			[]string{"a", "My hook", "my-hook-2", "0", long("x", 100), "a  b", "a - b"},
			[]string{"", " a", "a ", "-a", "a-", "a_b", "a.b", "é", "a\n", "a\tb", long("x", 101)}},
		{"person", checkPersonName, "name",
			[]string{"A", "Jörg Müller", "李", "<b>", " ", long("é", 100)},
			[]string{"", "a\nb", "a\x00", "a\x7f", "\xff", long("é", 101), "a\u0085b"}},
		{"organization", func(s string) error { return checkOrganizationName("organization", s) }, "organization",
			[]string{"Acme, Inc.", long("é", 100)}, []string{"", "a\rb", long("x", 101)}},
		{"address of an organization", checkSlug, "slug",
			[]string{"ab", "acme-2", "0a", long("x", 40), "news"},
			[]string{"", "a", "new", "Acme", "a--b", "-ab", "ab-", "a_b", "a b", "é1", long("x", 41), "ab\n"}},
		{"e-mail", checkEmail, "email",
			[]string{"a@b", "A.B+c@Example.com", " a@b.c ", "jörg@münchen.example", long("x", 252) + "@b"},
			[]string{"", "a", "@", "a@", "@b", "a@b@c", "a b@c", "a@b c", "a\n@b", "a\x00@b", "\xff@b", long("x", 253) + "@b"}},
		{"note", checkNote, "note",
			[]string{"", "a\nb", "\ttab", long("é", 1000)}, []string{long("é", 1001), "a\x00", "\xff"}},
		{"script", checkScript, "script",
			[]string{"x", "a\r\nb", long("x", 512*1024)}, []string{"", long("x", 512*1024+1), "a\x00", "\xff"}},
		{"value", func(s string) error { return checkValue(NewPlaintext(s)) }, "value",
			[]string{"x", " ", "\n", "\r", "_VALUE_NOT_SHOWN_ ", "_value_not_shown_", long("x", 65_536), long("é", 32_768)},
			[]string{"", long("x", 65_537), long("é", 32_768) + "x", "a\x00b", "\xff", "a\xed\xa0\x80", "_VALUE_NOT_SHOWN_", "_VALUE_NOT_SHOWN"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, s := range c.good {
				if err := c.check(s); err != nil {
					t.Errorf("%.40q: %v", s, err)
				}
			}
			for _, s := range c.bad {
				e, ok := AsError(c.check(s))
				if !ok || e.Code != Invalid || e.Field != c.field || !strings.HasSuffix(e.Message, ".") {
					t.Errorf("%.40q: %v", s, e)
				}
				if ok && len(s) > 3 && !IsPlaceholder(s) && strings.Contains(e.Message, s) {
					t.Errorf("%q repeats the input", e.Message)
				}
			}
		})
	}
}

// The name that is offered for one that breaks the rule.
func TestCorrectedName(t *testing.T) {
	for name, want := range map[string]string{
		"stripe-webhook": "STRIPE_WEBHOOK", "Api Key": "API_KEY", "API_KEY": "API_KEY", "a.b/c": "A_B_C",
		"2fa_code": "FA_CODE", "__init__": "INIT__", "  x": "X", "naïve": "NA_VE", "\xffa\x00b": "A_B", "straße": "STRA_E",
		"": "", "_": "", "123": "", "李": "", "-1-": "",
		strings.Repeat("x", 200): strings.Repeat("X", 128), "9" + strings.Repeat("x", 128): strings.Repeat("X", 128),
	} {
		if got := CorrectedName(name); got != want {
			t.Errorf("%.40q becomes %q, want %q", name, got, want)
		}
	}
}

// Whatever is typed, what is offered for it keeps to the rule; and what keeps to it
// already stays as it is.
func TestCorrectedNamesKeepToTheRule(t *testing.T) {
	keeps := func(name string) bool {
		corrected := CorrectedName(name)
		return (corrected == "" || OrganizationPlace().TakesName(corrected)) &&
			(!OrganizationPlace().TakesName(name) || corrected == name)
	}
	if err := quick.Check(keeps, &quick.Config{MaxCount: 2000}); err != nil {
		t.Error(err)
	}
	likely := func(parts []uint8) bool {
		const letters = "aZ_9-. é\n"
		var name strings.Builder
		for _, p := range parts {
			name.WriteByte(letters[int(p)%len(letters)])
		}
		return keeps(name.String())
	}
	if err := quick.Check(likely, &quick.Config{MaxCount: 2000}); err != nil {
		t.Error(err)
	}
}

func TestEmailKey(t *testing.T) {
	for _, c := range []struct{ email, shown, key string }{
		{"ann@example.com", "ann@example.com", "ann@example.com"},
		{"  Ann@Example.COM\t", "Ann@Example.COM", "ann@example.com"},
		{"Jo\u0308rg@example.com", "Jörg@example.com", "jörg@example.com"},
	} {
		if got := displayEmail(c.email); got != c.shown {
			t.Errorf("%q is shown as %q", c.email, got)
		}
		if got := emailKey(c.email); got != c.key {
			t.Errorf("%q is compared as %q", c.email, got)
		}
	}
}

func TestHookNameKey(t *testing.T) {
	for _, same := range [][]string{{"My Hook", "my-hook", "MY-HOOK", "my hook"}, {"a  b", "A--B"}} {
		for _, name := range same {
			if got := hookNameKey(name); got != hookNameKey(same[0]) {
				t.Errorf("%q is compared as %q", name, got)
			}
		}
	}
	if hookNameKey("a b") == hookNameKey("ab") {
		t.Error("a space is lost")
	}
}

// Whatever somebody calls an organization, the address that is proposed is one.
func TestProposedSlugs(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"Acme, Inc.", "acme-inc"}, {"  A & B  ", "a-b"}, {"Müller & Söhne", "muller-sohne"}, {"ÉCOLE №1", "ecole-no1"},
		{"new", "team"}, {"X", "team"}, {"李", "team"}, {"!!!", "team"}, {"", "team"},
		{strings.Repeat("abc ", 30), "abc-abc-abc-abc-abc-abc-abc-abc-abc-abc"},
	} {
		got := proposeSlug(c.name)
		if got != c.want || checkSlug(got) != nil {
			t.Errorf("%q becomes %q, want %q", c.name, got, c.want)
		}
	}
}

// S-09: what counts as one place on the Internet.
func TestS09Networks(t *testing.T) {
	for _, c := range []struct{ address, want string }{
		{"192.0.2.14", "192.0.2.0/24"}, {"192.0.2.200", "192.0.2.0/24"}, {"::ffff:192.0.2.14", "192.0.2.0/24"},
		{"2001:db8:1:2:3::4", "2001:db8:1:2::/64"}, {"2001:db8:1:2::9%eth0", "2001:db8:1:2::/64"},
		{"", "unknown"}, {"192.0.2.14:80", "unknown"}, {"example.com", "unknown"},
	} {
		if got := network(c.address); got != c.want {
			t.Errorf("%q is in %q, want %q", c.address, got, c.want)
		}
	}
}
