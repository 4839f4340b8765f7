package views

import (
	"strings"
	"testing"
)

const importURL = hookURL + "/secrets/import"

func importSample() ImportProps {
	return ImportProps{
		URL: importURL, BackURL: hookURL + "/secrets", Into: IntoHook, Hook: "enrich-user-profile", Quota: Quota{14, 20}, Format: "dotenv",
		Imports: []ImportedProps{
			{ID: "c2", At: ago(2 * anHour), By: "Priya Raman", Secrets: 3, UndoURL: hookURL + "/secrets/imports/c2/undo"},
			{ID: "c1", At: ago(3 * aDay), By: "Mara Okafor", Secrets: 1, Undone: ago(2 * aDay), UndoneBy: "Priya Raman"},
		},
	}
}

func importRefused() ImportProps {
	p := importSample()
	p.Again, p.Format = true, "yaml"
	p.Problems = []ProblemProps{{"line 6", "there is no = here, and NAME=value is wanted"}, {"", "and 3 more"}}
	return p
}

func importHooksSample() ImportProps {
	url := "/orgs/brightwater-labs/hooks"
	return ImportProps{
		URL: url + "/import", BackURL: url, Into: IntoHooks, Errors: Errors{"text": "Either paste the text or choose a file, not both."}, Again: true,
		Imports: []ImportedProps{{ID: "c3", At: ago(anHour), By: "Priya Raman", Hooks: 5, Secrets: 12, UndoURL: url + "/imports/c3/undo"}},
	}
}

func planItemSample(i int, fate, name string) PlanItemProps {
	return PlanItemProps{Index: i, Kind: "secret", Name: name, Fate: fate, Where: "line 6", Updated: ago(3 * aDay), UpdatedBy: "Mara Okafor", Selectable: true}
}

// planSample is the plan of the design's picture.
func planSample() ImportPlanProps {
	added, changed := planItemSample(0, "new", "SLACK_WEBHOOK_URL"), planItemSample(1, "changed", "STRIPE_API_KEY")
	added.Length, added.Chosen = 43, true
	changed.Version, changed.Chosen = 2, true
	same, kept, refused := planItemSample(2, "same", "CRM_BASE_URL"), planItemSample(3, "kept", "SENTRY_DSN"), planItemSample(4, "refused", "")
	refused.Why = "Use letters, digits, _ . and -, up to 128."
	for _, i := range []*PlanItemProps{&same, &kept, &refused} {
		i.Selectable = false
	}
	pending := planItemSample(5, "pending", "CRM_MIRROR_SECRET")
	pending.Chosen = true
	return ImportPlanProps{
		URL: importURL + "/p1", BackURL: hookURL + "/secrets", AgainURL: importURL, Into: IntoHook, Token: "token-1", Shown: 8,
		Items: []PlanItemProps{added, changed, same, kept, refused, pending}, Missing: []PlanItemProps{planItemSample(6, "missing", "HASH_PEPPER")},
		Quota: Quota{16, 20}, Counts: PlanCounts{New: 1, Changed: 1, Same: 1, Kept: 1, Pending: 1, LeftOut: 1, Missing: 1},
	}
}

// planOfNothing is the plan of what is stored already.
func planOfNothing() ImportPlanProps {
	p := planSample()
	p.Items, p.Missing, p.Counts = p.Items[2:4], nil, PlanCounts{Same: 1, Kept: 1}
	return p
}

func planOfHooks() ImportPlanProps {
	hook := PlanItemProps{Kind: "hook", Hook: "welcome-series", Name: "welcome-series", Fate: "changed", Why: "script and dependencies",
		Version: 3, Updated: ago(aDay), UpdatedBy: "Mara Okafor", Selectable: true, Chosen: true}
	on := PlanItemProps{Index: 1, Kind: "switch", Hook: "welcome-series", Name: "welcome-series", Fate: "changed", Why: "on, which switches off sync-crm-contact", Selectable: true}
	secret := planItemSample(2, "changed", "CRM_URL")
	secret.Hook, secret.Length, secret.Chosen = "welcome-series", 1, true
	url := "/orgs/brightwater-labs/hooks"
	return ImportPlanProps{
		URL: url + "/import/p1", BackURL: url, AgainURL: url + "/import", Into: IntoHooks, Token: "token-1", Shown: 3, Changed: true,
		Items: []PlanItemProps{hook, on, secret}, MoreChosen: 4200, Counts: PlanCounts{New: 4200, Changed: 2, Switches: 1, Same: 800}, Unlisted: 2,
		Notes: []ProblemProps{{Where: "hooks/welcome-series.js", What: "nothing stands for ##CRM_HOST##, so it stays as it is"}},
	}
}

// A line of a plan says what becomes of what, in words that hold.
func TestPlanWords(t *testing.T) {
	for _, tt := range []struct {
		item                          PlanItemProps
		word, happens, detail, ticked string
	}{
		{PlanItemProps{Kind: "secret", Name: "A", Fate: "new", Length: 1}, "New", "Added", "1 character", "Import A"},
		{PlanItemProps{Kind: "secret", Name: "A", Hook: "h", Fate: "pending"}, "New, without a value", "Added, waits for a value", "", "Import A in h"},
		{PlanItemProps{Kind: "secret", Name: "A", Fate: "changed", Version: 2, UpdatedBy: "Mara", Updated: ago(3 * aDay)}, "Changed", "Version 2 becomes 3", "Last set by Mara, 3 days ago", "Import A"},
		{PlanItemProps{Kind: "secret", Name: "A", Fate: "changed", Length: 43, UpdatedBy: "Mara"}, "Changed", "Gets its value", "43 characters", "Import A"},
		{PlanItemProps{Kind: "secret", Name: "A", Fate: "same"}, "Unchanged", "Unchanged", "Same value is stored", ""},
		{PlanItemProps{Kind: "secret", Name: "A", Fate: "same", Why: "still waits for a value"}, "Unchanged", "Unchanged", "Still waits for a value", ""},
		{PlanItemProps{Kind: "secret", Name: "A", Fate: "kept"}, "Kept", "Kept: placeholder", "Stored value is kept", ""},
		{PlanItemProps{Kind: "secret", Name: "A", Fate: "refused", Where: "line 6", Why: "No."}, "Left out", "Left out", "Line 6: No.", ""},
		{PlanItemProps{Kind: "secret", Fate: "refused", Where: "line 6", Why: "No."}, "Left out", "Left out", "No.", ""},
		{PlanItemProps{Kind: "secret", Name: "A", Hook: "h", Fate: "missing", UpdatedBy: "Mara", Updated: ago(aDay)}, "Not in the file", "Deleted if ticked", "Last set by Mara, yesterday", "Delete A in h"},
		{PlanItemProps{Kind: "hook", Name: "h", Hook: "h", Fate: "new", Where: "hooks/h.json"}, "New", "Added", "hooks/h.json", "Import h"},
		{PlanItemProps{Kind: "hook", Name: "h", Hook: "h", Fate: "changed", Why: "script", UpdatedBy: "Mara", Updated: ago(aDay)}, "Changed", "Changed: script", "Last changed by Mara, yesterday", "Import h"},
		{PlanItemProps{Kind: "hook", Name: "h", Hook: "h", Fate: "same"}, "Unchanged", "Unchanged", "", ""},
		{PlanItemProps{Kind: "switch", Name: "h", Hook: "h", Fate: "changed", Why: "off"}, "Changed", "Switched off", "", "Switch off: h"},
		{PlanItemProps{Kind: "switch", Name: "h", Hook: "h", Fate: "changed", Why: "on, which switches off g"}, "Changed", "If ticked, switched on, which switches off g", "", "Switch on, which switches off g: h"},
	} {
		if got := tt.item.fate().word; got != tt.word {
			t.Errorf("%+v is marked %q", tt.item, got)
		}
		if got := tt.item.happens(); got != tt.happens {
			t.Errorf("%+v: %q", tt.item, got)
		}
		if got := tt.item.detail(); got != tt.detail {
			t.Errorf("%+v has the detail %q", tt.item, got)
		}
		if got := tt.item.label(); tt.ticked != "" && got != tt.ticked {
			t.Errorf("%+v is ticked to %q", tt.item, got)
		}
	}
}

// What isn't drawn is counted, and what deletes is never ticked beforehand.
func TestPlanSums(t *testing.T) {
	p := planSample()
	if got := p.Says(); got != "1 new, 1 changed, 1 unchanged, 1 kept, 1 waiting for a value, 1 left out." {
		t.Error(got)
	}
	if p.unseen() != 0 || p.stay() != "1 stored secret is not in the file. It stays." {
		t.Errorf("%d, %q", p.unseen(), p.stay())
	}
	if got := planOfNothing().Says(); got != "There is nothing to import. 1 unchanged, 1 kept." {
		t.Error(got)
	}
	many := planOfHooks()
	if got := many.Says(); got != "Something changed, here is the new preview. 4,200 new, 2 changed, 1 to switch on or off, 800 unchanged." {
		t.Error(got)
	}
	if many.unseen() != 5000 || !strings.Contains(render(t, ImportPlan(many)), "5,000 more are not shown. Of these, 4,200 are imported.") {
		t.Errorf("%d are not drawn", many.unseen())
	}
	p.Untick()
	if strings.Contains(render(t, ImportPlan(p)), "checked") {
		t.Error("something is ticked still")
	}
}

// A name of a file, which may begin with any letter, stays as it is.
func TestCapital(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "", "line 6": "Line 6", "entry 3": "Entry 3", "a file": "A file", "script and dependencies": "Script and dependencies", "off": "Off",
		"tenant.yaml, line 2": "tenant.yaml, line 2", "tenant.yml": "tenant.yml", "my tenant.yml, line 2": "my tenant.yml, line 2", "hooks/x.json": "hooks/x.json", "élan.txt": "élan.txt", "Élan": "Élan", "é": "é",
	} {
		if got := capital(text); got != want {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}
