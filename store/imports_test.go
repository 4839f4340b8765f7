package store_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"hooksafe/store"
)

// fates are the items of a plan in short: name, fate, and whether it is chosen.
func fates(p store.Plan) string {
	var list []string
	for _, i := range p.Items {
		name := i.Name
		if i.Kind != store.SecretItem {
			name = i.Kind + " " + i.Hook
		}
		mark := ""
		if i.Chosen {
			mark = "*"
		}
		list = append(list, fmt.Sprintf("%s %s%s", name, i.Fate, mark))
	}
	return strings.Join(list, ", ")
}

// brought is a secret as a file brings it; "" is a placeholder.
func brought(name, value string) store.ImportedSecret {
	return store.ImportedSecret{Name: name, Value: store.NewPlaintext(value), Pending: value == ""}
}

// broughtHook is a hook as a file brings it, for a trigger that no other hook has.
func broughtHook(name string, secrets ...store.ImportedSecret) store.ImportedHook {
	return store.ImportedHook{Name: name, Trigger: "credentials-exchange", Script: "one()", Secrets: secrets}
}

// importAll imports secrets as planned, and returns what it did.
func (w *world) importAll(t testing.TB, a store.Actor, in store.Place, secrets ...store.ImportedSecret) store.Applied {
	t.Helper()
	p := must(w.PlanSecrets(ctx, a, in, "dotenv", secrets))(t)
	return must(w.ApplyImport(ctx, a, in, p.ID, p.Token, store.AsPlanned()))(t)
}

// importHooks likewise imports hooks.
func (w *world) importHooks(t testing.TB, a store.Actor, hooks ...store.ImportedHook) store.Applied {
	t.Helper()
	p := must(w.PlanHooks(ctx, a, "auth0-yaml", hooks))(t)
	return must(w.ApplyImport(ctx, a, store.AllHooks(), p.ID, p.Token, store.AsPlanned()))(t)
}

// value is that of a secret now, "" if it waits for one.
func (w *world) value(t testing.TB, in store.Place, name string) string {
	t.Helper()
	a := w.Actor(t, acme, "owner")
	s := must(w.SecretNamed(ctx, a, in, name))(t)
	if s.Version == 0 {
		return ""
	}
	return must(w.RevealSecret(ctx, a, in, s.ID, 0, ""))(t).Value.Reveal()
}

// names are the secrets of a place.
func (w *world) names(t testing.TB, in store.Place) string {
	t.Helper()
	var names []string
	for _, s := range must(w.Secrets(ctx, w.Actor(t, acme, "owner"), in))(t).Secrets {
		names = append(names, s.Name)
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// What becomes of each secret of a file, in a hook and in the organization.
func TestFatesOfSecrets(t *testing.T) {
	text := store.NewPlaintext
	for _, c := range []struct {
		name   string
		brings []store.ImportedSecret
		want   string // without those that are missing
		why    string // of the first
		length int    // of the first
	}{
		{"new", []store.ImportedSecret{brought("NEW", "néw")}, "NEW new*", "", 3},
		{"changed", []store.ImportedSecret{brought("STORED", "newer")}, "STORED changed*", "", 5},
		{"the same", []store.ImportedSecret{brought("STORED", "stored")}, "STORED same", "", 0},
		{"the same but for a space", []store.ImportedSecret{brought("STORED", "stored ")}, "STORED changed*", "", 7},
		{"S-38: a placeholder", []store.ImportedSecret{{Name: "STORED", Value: text("_VALUE_NOT_SHOWN_")}}, "STORED kept", "", 0},
		{"S-38: a placeholder in the other spelling", []store.ImportedSecret{{Name: "STORED", Value: text("_VALUE_NOT_SHOWN")}}, "STORED kept", "", 0},
		{"S-38: what the reader says is one", []store.ImportedSecret{{Name: "STORED", Value: text("ignored"), Pending: true}}, "STORED kept", "", 0},
		{"a placeholder for what isn't there", []store.ImportedSecret{{Name: "NEW", Value: text("_VALUE_NOT_SHOWN_")}}, "NEW pending*", "", 0},
		{"a placeholder for what waits", []store.ImportedSecret{brought("WAITS", "")}, "WAITS same", "still waits for a value", 0},
		{"a value for what waits", []store.ImportedSecret{brought("WAITS", "first")}, "WAITS changed*", "", 5},
		{"a value that can be read in two ways", []store.ImportedSecret{{Name: "NEW", Value: text("x"), Refused: "A # may begin a comment."}},
			"NEW refused", "A # may begin a comment.", 0},
		{"no value", []store.ImportedSecret{{Name: "NEW"}}, "NEW refused", "It has no value.", 0},
		{"the longest value", []store.ImportedSecret{brought("NEW", strings.Repeat("x", store.MaxValue))}, "NEW new*", "", store.MaxValue},
		{"a longer value", []store.ImportedSecret{brought("NEW", strings.Repeat("x", store.MaxValue+1))}, "NEW refused", "65 KB is over the limit of 64 KB.", 0},
		{"a NUL", []store.ImportedSecret{brought("NEW", "x\x00")}, "NEW refused", "This holds a NUL character, which can't be kept.", 0},
		{"no UTF-8", []store.ImportedSecret{brought("NEW", "x\xff")}, "NEW refused", "This is not UTF-8 text, so it can't be kept exactly.", 0},
		{"a name twice", []store.ImportedSecret{brought("NEW", "one"), brought("OTHER", "x"), brought("NEW", "one")},
			"NEW refused, OTHER new*, NEW refused", "This name comes more than once.", 0},
		{"a name twice, once as a placeholder", []store.ImportedSecret{brought("STORED", ""), brought("STORED", "two")},
			"STORED refused, STORED refused", "This name comes more than once.", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			a := w.Actor(t, acme, "admin")
			for _, in := range []store.Place{w.Org(acme).Place(), store.OrganizationPlace()} {
				w.importAll(t, a, in, brought("STORED", "stored"), brought("WAITS", ""))
				p := must(w.PlanSecrets(ctx, a, in, "dotenv", c.brings))(t)
				items := slices.DeleteFunc(slices.Clone(p.Items), func(i store.PlanItem) bool { return i.Fate == store.FateMissing })
				if got := fates(store.Plan{Items: items}); got != c.want || items[0].Why != c.why || items[0].Length != c.length {
					t.Errorf("%s\nwant %s\nbecause %q, %d characters", got, c.want, items[0].Why, items[0].Length)
				}
				for i, item := range items {
					if item.Where != fmt.Sprint("entry ", i+1) || item.Hook != "" || item.Kind != store.SecretItem {
						t.Errorf("item is %+v", item)
					}
				}
			}
		})
	}
}

// S-38, 0.3: a name that breaks the rule may be a value, so it is neither shown nor kept;
// its place in the file names it.
func TestBadNamesAreNotRepeated(t *testing.T) {
	w := newWorld(t)
	a := w.Actor(t, acme, "admin")
	for _, c := range []struct {
		in    store.Place
		names []string
		why   string
	}{
		{w.Org(acme).Place(), []string{"", "planted name", "planted=", ".", "..", "plänted", "planted\n", strings.Repeat("planted", 19)},
			"Use letters, digits, _ . and -, up to 128."},
		{store.OrganizationPlace(), []string{"", "planted", "1PLANTED", "_PLANTED", "sk_live_planted", "PLANTED-1", "PLANTED\n"},
			"Use capital letters, digits and underscores, starting with a letter."},
		{store.OrganizationPlace(), []string{strings.Repeat("PLANTED", 19)}, "Use at most 128 characters."},
	} {
		for _, name := range c.names {
			p := must(w.PlanSecrets(ctx, a, c.in, "dotenv", []store.ImportedSecret{
				{Name: name, Value: store.NewPlaintext("planted"), Where: "line 6"}, brought("GOOD", "good")}))(t)
			want := store.PlanItem{Kind: store.SecretItem, Fate: store.FateRefused, Why: c.why, Where: "line 6"}
			if p.Items[0] != want {
				t.Errorf("%q: %+v", name, p.Items[0])
			}
			for _, at := range [][]byte{must(json.Marshal(p))(t), must(json.Marshal(w.entries(t, acme)))(t)} {
				if strings.Contains(strings.ToLower(string(at)), "planted") {
					t.Fatalf("%q is repeated: %s", name, at)
				}
			}
		}
	}
}

// A hook has 20 places: what doesn't fit is refused, one by one, in the order of the file.
func TestImportIntoAFullHook(t *testing.T) {
	w := newWorld(t)
	a := w.Actor(t, acme, "editor")
	hook, _ := w.addHook(t, acme, "nearly full", 18)
	in := store.HookPlace(hook.ID)
	p := must(w.PlanSecrets(ctx, a, in, "json", []store.ImportedSecret{
		brought("S1", "changed"), brought("A", "a"), brought("B", ""), brought("C", "c"), brought("D", ""), brought("S2", "value 2")}))(t)
	if got, want := fates(p), "S1 changed*, A new*, B pending*, C refused, D refused, S2 same"; !strings.HasPrefix(got, want) {
		t.Errorf("plan is %s", got)
	}
	if p.Used != 18 || p.After != 20 || p.Limit != 20 || p.Hook.ID != hook.ID {
		t.Errorf("%d of %d secrets become %d", p.Used, p.Limit, p.After)
	}
	if want := "All 20 places of the hook are taken by then, so this one doesn't fit."; p.Items[3].Why != want {
		t.Errorf("refused because %q", p.Items[3].Why)
	}
	w.apply(a, in, p)
	if n := len(must(w.Secrets(ctx, a, in))(t).Secrets); n != 20 {
		t.Errorf("%d secrets", n)
	}
	p = must(w.PlanHooks(ctx, a, "auth0-dir", []store.ImportedHook{broughtHook("another", manySecrets(21, "v")...)}))(t)
	if last := p.Items[len(p.Items)-1]; last.Fate != store.FateRefused || len(p.Items) != 22 {
		t.Errorf("the 21st secret of a new hook is %s", last.Fate)
	}
}

// What isn't in the file stays, unless somebody picks it to be deleted. The organization
// may have thousands of that kind: then they are only counted.
func TestMissingSecretsStay(t *testing.T) {
	w := newWorld(t)
	a := w.Actor(t, acme, "admin")
	var in = store.OrganizationPlace()
	w.importAll(t, a, in, manySecrets(50, "v")...)
	p := must(w.PlanSecrets(ctx, a, in, "yaml", []store.ImportedSecret{brought("NEW", "new")}))(t)
	if len(p.Items) != 51 || p.Unlisted != 0 || p.Used != 0 || p.Limit != 0 {
		t.Errorf("%d items, %d unlisted, %d of %d", len(p.Items), p.Unlisted, p.Used, p.Limit)
	}
	for _, i := range p.Items[1:] {
		if i.Fate != store.FateMissing || i.Chosen || !i.Selectable() || i.Where != "" || i.UpdatedBy != "acme admin" || i.UpdatedAt.IsZero() || i.Version != 1 {
			t.Fatalf("item is %+v", i)
		}
	}
	done := must(w.ApplyImport(ctx, a, in, p.ID, p.Token, store.AsPlanned()))(t)
	if done.Deleted != 0 || done.Added != 1 || stored[int](t, w, `SELECT count(*) FROM secrets WHERE hook = '' AND deleted_at IS NULL`) != 51 {
		t.Errorf("did %+v", done)
	}

	p = must(w.PlanSecrets(ctx, a, in, "yaml", []store.ImportedSecret{brought("OTHER", "new")}))(t)
	if fates(p) != "OTHER new*" || p.Unlisted != 51 {
		t.Errorf("plan is %s and %d more", fates(p), p.Unlisted)
	}
	must(w.ApplyImport(ctx, a, in, p.ID, p.Token, store.AsPlanned()))(t)

	hook, secrets := w.addHook(t, acme, "small", 3)
	in = store.HookPlace(hook.ID)
	p = must(w.PlanSecrets(ctx, a, in, "yaml", []store.ImportedSecret{brought("S2", "")}))(t)
	if got, want := fates(p), "S2 kept, S1 missing, S3 missing"; got != want {
		t.Fatalf("plan is %s", got)
	}
	done = must(w.ApplyImport(ctx, a, in, p.ID, p.Token, store.Choice{Shown: 3, Picked: []int{2}}))(t)
	if done.Deleted != 1 || w.names(t, in) != "S1 S2" {
		t.Errorf("did %+v, left %s", done, w.names(t, in))
	}
	must(w.RestoreSecret(ctx, a, in, secrets[2].ID))(t)
}

// What becomes of each hook of a file.
func TestFatesOfHooks(t *testing.T) {
	with := func(h store.ImportedHook, change func(*store.ImportedHook)) store.ImportedHook {
		change(&h)
		return h
	}
	there, fresh := broughtHook("Stored hook"), broughtHook("fresh")
	there.Dependencies = []store.Dependency{{Name: "lodash", Version: "4"}}
	for _, c := range []struct {
		name  string
		hooks []store.ImportedHook
		want  string
		why   string // of the last
	}{
		{"new", []store.ImportedHook{fresh}, "hook fresh new*", ""},
		{"new, on", []store.ImportedHook{with(fresh, func(h *store.ImportedHook) { h.Enabled = true })}, "hook fresh new*, switch fresh changed*", "on"},
		{"new, with secrets", []store.ImportedHook{broughtHook("fresh", brought("A", "a"), brought("B", ""), brought("bad name", "x"))},
			"hook fresh new*, A new*, B pending*,  refused", "Use letters, digits, _ . and -, up to 128."},
		{"two that would be on", []store.ImportedHook{with(fresh, func(h *store.ImportedHook) { h.Enabled = true }),
			with(broughtHook("other"), func(h *store.ImportedHook) { h.Enabled = true })},
			"hook fresh new*, switch fresh changed*, hook other new*, switch other changed", "on, which switches off fresh"},
		{"the same", []store.ImportedHook{there}, "hook Stored hook same", ""},
		{"another script", []store.ImportedHook{with(there, func(h *store.ImportedHook) { h.Script = "two()" })}, "hook Stored hook changed*", "script"},
		{"other dependencies", []store.ImportedHook{with(there, func(h *store.ImportedHook) { h.Dependencies = nil })}, "hook Stored hook changed*", "dependencies"},
		{"both", []store.ImportedHook{with(there, func(h *store.ImportedHook) { h.Script, h.Dependencies = "two()", nil })},
			"hook Stored hook changed*", "script and dependencies"},
		{"switched on", []store.ImportedHook{with(there, func(h *store.ImportedHook) { h.Enabled = true })},
			"hook Stored hook same, switch Stored hook changed*", "on"},
		{"switched on, and another off", []store.ImportedHook{with(broughtHook("off"), func(h *store.ImportedHook) { h.Trigger, h.Enabled = "post-change-password", true })},
			"hook off same, switch off changed", "on, which switches off running"},
		{"switched off", []store.ImportedHook{with(broughtHook("running"), func(h *store.ImportedHook) { h.Trigger = "post-change-password" })},
			"hook running same, switch running changed", "off"},
		{"a name that differs in a capital", []store.ImportedHook{with(there, func(h *store.ImportedHook) { h.Name = "stored hook" })}, "hook stored hook refused",
			"A hook with a name like Stored hook already exists. Names that differ only in capitals, spaces and hyphens count as one."},
		{"a name that differs in a hyphen", []store.ImportedHook{with(there, func(h *store.ImportedHook) { h.Name = "Stored-hook" })}, "hook Stored-hook refused",
			"A hook with a name like Stored hook already exists. Names that differ only in capitals, spaces and hyphens count as one."},
		{"a name twice", []store.ImportedHook{fresh, broughtHook("Fresh")}, "hook fresh refused, hook Fresh refused", "A hook with a name like this comes more than once."},
		{"another trigger", []store.ImportedHook{with(there, func(h *store.ImportedHook) { h.Trigger = "send-phone-message" })}, "hook Stored hook refused",
			"Stored hook has the trigger credentials-exchange here, and a trigger can't be changed."},
		{"an unknown trigger", []store.ImportedHook{with(fresh, func(h *store.ImportedHook) { h.Trigger = "planted" })}, "hook fresh refused",
			"Its trigger has to be one of credentials-exchange, pre-user-registration, post-user-registration, post-change-password, send-phone-message."},
		{"no name", []store.ImportedHook{broughtHook("", brought("A", "a"))}, "hook  refused",
			"Use letters, digits, spaces and hyphens, up to 100, starting and ending with a letter or digit."},
		{"a bad name", []store.ImportedHook{broughtHook("planted!", brought("A", "a"))}, "hook  refused",
			"Use letters, digits, spaces and hyphens, up to 100, starting and ending with a letter or digit."},
		{"no script", []store.ImportedHook{with(fresh, func(h *store.ImportedHook) { h.Script = "" })}, "hook fresh refused", "Enter a script."},
		{"a script too long", []store.ImportedHook{with(fresh, func(h *store.ImportedHook) { h.Script = strings.Repeat("x", 512<<10+1) })}, "hook fresh refused",
			"513 KB is over the limit of 512 KB."},
		{"a script that is no text", []store.ImportedHook{with(fresh, func(h *store.ImportedHook) { h.Script = "planted\xff" })}, "hook fresh refused",
			"The script is not UTF-8 text, so it can't be kept exactly."},
		{"a bad dependency", []store.ImportedHook{with(fresh, func(h *store.ImportedHook) { h.Dependencies = []store.Dependency{{Name: "../planted", Version: "1"}} })},
			"hook fresh refused", "Use the name of a package, such as lodash or @scope/name, up to 214 characters."},
		{"secrets of what is stored", []store.ImportedHook{with(there, func(h *store.ImportedHook) {
			h.Secrets = []store.ImportedSecret{brought("SAME", "same"), brought("CHANGED", "new"), brought("KEPT", ""), brought("NEW", "new"), brought("LATER", "")}
		})}, "hook Stored hook same, SAME same, CHANGED changed*, KEPT kept, NEW new*, LATER pending*, MISSING missing", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			a := w.Actor(t, acme, "editor")
			off, running := broughtHook("off"), broughtHook("running")
			off.Trigger, running.Trigger, running.Enabled = "post-change-password", "post-change-password", true
			before := with(there, func(h *store.ImportedHook) {
				if strings.Contains(c.want, "SAME") {
					h.Secrets = []store.ImportedSecret{brought("SAME", "same"), brought("CHANGED", "old"), brought("KEPT", "kept"), brought("MISSING", "x")}
				}
			})
			w.importHooks(t, a, before, off, running)
			p := must(w.PlanHooks(ctx, a, "auth0-yaml", c.hooks))(t)
			if got, last := fates(p), p.Items[len(p.Items)-1]; got != c.want || last.Why != c.why {
				t.Errorf("%s\nwant %s\nbecause %q", got, c.want, last.Why)
			}
			if text := string(must(json.Marshal([]any{p, w.entries(t, acme)}))(t)); strings.Contains(text, "planted") {
				t.Errorf("repeated: %s", text)
			}
		})
	}
}

// Readers and clients say where something stands, why it is unclear and what it came as:
// kept short, and fit to be shown.
func TestTextAroundAnImportIsBounded(t *testing.T) {
	w := newWorld(t)
	a := w.Actor(t, acme, "editor")
	evil := "a\x00b\nc\u202ed\xff" + strings.Repeat("é", 1000)
	want := "a b c d\uFFFD" + strings.Repeat("é", 292)
	hook := broughtHook("fresh", store.ImportedSecret{Name: "A", Refused: evil, Where: evil})
	hook.Where = evil
	p := must(w.PlanHooks(ctx, a, evil, []store.ImportedHook{hook}))(t)
	for what, got := range map[string]string{"hook": p.Items[0].Where, "secret": p.Items[1].Where, "reason": p.Items[1].Why,
		"source": strings.TrimSuffix(strings.TrimPrefix(str(w.lastEntry(t, acme).Detail), "from "), ": 1 new, 1 refused")} {
		if got != want {
			t.Errorf("%s is %q", what, got)
		}
	}
}

// An import has a bound, and something in it.
func TestImportOfTooMuch(t *testing.T) {
	w := newWorld(t)
	a := w.Actor(t, acme, "admin")
	_, err := w.PlanSecrets(ctx, a, store.OrganizationPlace(), "dotenv", nil)
	wantCode(t, err, store.Invalid)
	_, err = w.PlanHooks(ctx, a, "auth0-yaml", nil)
	wantCode(t, err, store.Invalid)
	_, err = w.PlanSecrets(ctx, a, store.OrganizationPlace(), "dotenv", manySecrets(10_001, "v"))
	wantCode(t, err, store.Full)
	_, err = w.PlanHooks(ctx, a, "auth0-yaml", []store.ImportedHook{broughtHook("a", manySecrets(5_000, "v")...), broughtHook("b", manySecrets(5_001, "v")...)})
	wantCode(t, err, store.Full)
	_, err = w.PlanHooks(ctx, a, "auth0-yaml", make([]store.ImportedHook, 1001))
	wantCode(t, err, store.Full)
	if n := stored[int](t, w, `SELECT count(*) FROM import_plans`); n != 0 {
		t.Errorf("%d imports wait", n)
	}
}
