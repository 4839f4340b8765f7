package views

import (
	"fmt"
	"time"

	"github.com/a-h/templ"
)

// The samples are one believable organization, seen on one Saturday.

var now = time.Date(2026, 11, 21, 14, 2, 40, 0, time.UTC)

func ago(d time.Duration) When { return When{now.Add(-d), now} }

func on(month time.Month, day int) When {
	return When{time.Date(2026, month, day, 9, 12, 10, 0, time.UTC), now}
}

const (
	aMinute = time.Minute
	anHour  = time.Hour
	aDay    = 24 * time.Hour
)

const hookURL = "/orgs/brightwater-labs/hooks/01JD7M2V9K3T5W8X0Y4Z6A1B2C"

var gateSample = GateProps{Host: "secrets.brightwater.example", Version: "1.0.0"}

func shellSample(title string, active Section) ShellProps {
	brightwater := Organization{"Brightwater Labs", "/orgs/brightwater-labs/hooks"}
	return ShellProps{
		Title:         title,
		Now:           now,
		Organization:  brightwater,
		Organizations: []Organization{brightwater, {"Northwind Pilot", "/orgs/northwind-pilot/hooks"}},
		Hooks:         "8",
		HooksURL:      "/orgs/brightwater-labs/hooks",
		AuditURL:      "/orgs/brightwater-labs/audit",
		Active:        active,
		Person:        Person{"Priya Raman", "priya@brightwater.example", "Admin", "/account", "/logout"},
	}
}

func shellOfViewer(title string, active Section) ShellProps {
	p := shellSample(title, active)
	p.Person = Person{"Yuki Tanabe", "yuki@brightwater.example", "Viewer", "/account", "/logout"}
	return p
}

func hookSample(id, name, trigger string, used, pending int, updated When, by string, enabled bool) HookProps {
	url := "/orgs/brightwater-labs/hooks/" + id
	return HookProps{
		ID: id, Name: name, Trigger: trigger, Enabled: enabled, Quota: Quota{used, 20}, Pending: pending,
		Updated: updated, UpdatedBy: by, URL: url, EditURL: url, EnableURL: url + "/enabled",
	}
}

var hookSamples = []HookProps{
	hookSample("h1", "enrich-user-profile", "pre-user-registration", 14, 0, ago(3*aDay), "Mara Okafor", true),
	hookSample("h2", "block-disposable-email", "pre-user-registration", 2, 0, on(time.October, 21), "Jonas Lind", false),
	hookSample("h3", "sync-crm-contact", "post-user-registration", 18, 1, ago(30*anHour), "Priya Raman", true),
	hookSample("h4", "welcome-series", "post-user-registration", 5, 0, on(time.November, 9), "Tomás Vidal", false),
	hookSample("h5", "add-claims-m2m", "credentials-exchange", 20, 0, ago(2*anHour), "Priya Raman", true),
	hookSample("h6", "notify-password-change", "post-change-password", 3, 0, on(time.September, 30), "Yuki Tanabe", true),
	hookSample("h7", "sms-via-regional-carrier", "send-phone-message", 9, 0, ago(4*aDay), "Jonas Lind", true),
	hookSample("h8", "sms-fallback", "send-phone-message", 0, 0, ago(4*aDay), "Jonas Lind", false),
}

func hooksSample() HookListProps {
	return HookListProps{
		Hooks: hookSamples, Filter: hookFilterSample(), Matches: 8, Total: 8, Enabled: 5, Secrets: 71, SecretsPerHook: 20,
		NewURL: "/orgs/brightwater-labs/hooks/new", Deleted: deletedSample("deleted-hooks", "welcome series", "old claims"),
	}
}

func hookFilterSample() HookFilterProps {
	return HookFilterProps{URL: "/orgs/brightwater-labs/hooks", Triggers: triggerSamples}
}

func hooksFound() HookListProps {
	p := hooksSample()
	p.Filter.Search, p.Filter.State, p.Matches = "stripe_api", "on", 2
	p.Hooks = []HookProps{hookSamples[0], hookSamples[2]}
	p.Hooks[0].FoundIn, p.Hooks[0].Found = "STRIPE_API_KEY", 3
	p.Hooks[1].FoundIn, p.Hooks[1].Found = "STRIPE_API_KEY", 1
	return p
}

func hooksNotFound(search string) HookListProps {
	p := hooksSample()
	p.Filter.Search, p.Filter.Trigger, p.Matches, p.Hooks = search, "send-phone-message", 0, nil
	return p
}

func deletedSample(id string, names ...string) DeletedListProps {
	p := DeletedListProps{ID: id, Mono: id == "deleted-secrets", Total: len(names)}
	for i, name := range names {
		url := "/orgs/brightwater-labs/" + id + fmt.Sprint("/", i)
		p.Items = append(p.Items, DeletedProps{
			ID: fmt.Sprint("d", i), Name: name, Deleted: ago(2 * aDay), DeletedBy: "Jonas Lind",
			Erased: When{now.Add(5*aDay - aMinute), now}, UndoURL: url + "/restore", DestroyURL: url + "/destroy",
		})
	}
	return p
}

func deletedMany() DeletedListProps {
	p := deletedSample("deleted-secrets", "STRIPE_API_KEY", "OLD_TOKEN")
	p.Items[0].DeletedBy, p.Items[0].Erased = "", When{now.Add(aMinute / 2), now}
	p.Items[1].Erased = When{now.Add(30 * anHour), now}
	p.Total = 53
	return p
}

func hooksOfViewer() HookListProps {
	p := hooksSample()
	p.NewURL, p.Deleted = "", DeletedListProps{}
	p.Hooks = nil
	for _, h := range hookSamples {
		h.EditURL, h.EnableURL = "", ""
		p.Hooks = append(p.Hooks, h)
	}
	return p
}

func headSample(tab Tab, used int) HookHeadProps {
	return HookHeadProps{
		ID: "h1", Name: "enrich-user-profile", Trigger: "pre-user-registration", Enabled: true,
		Updated: ago(3 * aDay), UpdatedBy: "Mara Okafor", Quota: Quota{used, 20}, Tab: tab,
		HooksURL: "/orgs/brightwater-labs/hooks", ScriptURL: hookURL, SecretsURL: hookURL + "/secrets",
		AddURL: hookURL + "/secrets/new", DuplicateURL: hookURL + "/duplicate", DeleteURL: hookURL + "/delete",
	}
}

func headOfViewer(tab Tab) HookHeadProps {
	p := headSample(tab, 14)
	p.AddURL, p.DuplicateURL, p.DeleteURL = "", "", ""
	return p
}

func secretSample(id, name, note string, version int64, updated When, by string, used When, usedBy string) SecretProps {
	url := hookURL + "/secrets/" + id
	return SecretProps{
		ID: id, Name: name, Note: note, Version: version, Updated: updated, UpdatedBy: by, LastUsed: used, LastUsedBy: usedBy,
		RevealURL: url + "/reveal", CopyURL: url + "/copy", EditURL: url + "/edit", DeleteURL: url + "/delete",
	}
}

var never = When{Now: now}

var secretSamples = []SecretProps{
	secretSample("s01", "STRIPE_SIGNING_SECRET", "Live endpoint, eu-west", 4, ago(3*aDay), "Mara Okafor", ago(2*aMinute), "deploy-ci"),
	secretSample("s02", "STRIPE_API_KEY", "Restricted: customers read", 2, ago(3*aDay), "Mara Okafor", ago(2*aMinute), "deploy-ci"),
	secretSample("s03", "CRM_BASE_URL", "", 1, on(time.August, 12), "Jonas Lind", ago(2*aMinute), "deploy-ci"),
	secretSample("s04", "CRM_CLIENT_ID", "", 1, on(time.August, 12), "Jonas Lind", ago(2*aMinute), "deploy-ci"),
	secretSample("s05", "CRM_CLIENT_SECRET", "Rotates every 90 days", 7, on(time.September, 19), "Priya Raman", ago(2*aMinute), "deploy-ci"),
	secretSample("s06", "CRM_PRIVATE_KEY", "PEM, 28 lines", 3, on(time.September, 19), "Priya Raman", ago(anHour), "deploy-ci"),
	secretSample("s07", "SEGMENT_WRITE_KEY", "", 1, on(time.July, 4), "Tomás Vidal", ago(6*anHour), "edge-sync"),
	secretSample("s08", "GEOIP_LICENSE", "", 2, on(time.June, 28), "Yuki Tanabe", ago(6*anHour), "edge-sync"),
	secretSample("s09", "FEATURE_FLAG_TOKEN", "", 1, on(time.June, 28), "Yuki Tanabe", never, ""),
	secretSample("s10", "SENTRY_DSN", "", 1, on(time.June, 28), "Yuki Tanabe", ago(30*anHour), "edge-sync"),
	secretSample("s11", "BLOCKED_DOMAINS_URL", "", 3, on(time.June, 2), "Tomás Vidal", ago(2*aMinute), "deploy-ci"),
	secretSample("s12", "HASH_PEPPER", "", 1, on(time.March, 2), "Jonas Lind", ago(2*aMinute), "deploy-ci"),
	secretSample("s13", "INTERNAL_CA_BUNDLE", "PEM, 3 certificates", 2, on(time.March, 2), "Jonas Lind", ago(2*aMinute), "deploy-ci"),
	secretSample("s14", "SUPPORT_INBOX_TOKEN", "", 1, on(time.March, 2), "Mara Okafor", on(time.November, 11), "deploy-ci"),
}

func secretsSample() SecretListProps {
	return SecretListProps{Secrets: secretSamples, Quota: Quota{14, 20}, AddURL: hookURL + "/secrets/new", Deleted: deletedSample("deleted-secrets", "CRM_OLD_TOKEN")}
}

func secretsOfViewer() SecretListProps {
	p := SecretListProps{Quota: Quota{14, 20}, Locked: true, Role: "Viewer", Admins: "Priya Raman, Mara Okafor"}
	for _, s := range secretSamples {
		s.RevealURL, s.CopyURL, s.EditURL, s.DeleteURL = "", "", "", ""
		p.Secrets = append(p.Secrets, s)
	}
	return p
}

func pendingSample(id, name string) SecretProps {
	s := secretSample(id, name, "Imported today", 0, ago(0), "Priya Raman", never, "")
	s.RevealURL, s.CopyURL = "", ""
	return s
}

func secretsPending() SecretListProps {
	p := secretsSample()
	p.Secrets = append([]SecretProps{pendingSample("p1", "CRM_MIRROR_SECRET"), pendingSample("p2", "SLACK_WEBHOOK_URL")}, p.Secrets[:12]...)
	return p
}

func secretsFull() SecretListProps {
	p := secretsSample()
	p.Quota = Quota{20, 20}
	return p
}

func secretsOpen() SecretListProps {
	p := secretsSample()
	open := revealedSample("example-Jq7R2mT0OvL9xYb4Zk1lIcW8pN6hD3sFa/5uGe+EwQ==")
	p.Open = &open
	return p
}

func secretsNew() SecretListProps {
	p := secretsSample()
	added := secretSample("s15", "SLACK_WEBHOOK_URL", "", 1, ago(0), "Priya Raman", never, "")
	added.New = true
	p.Secrets = append([]SecretProps{added}, p.Secrets...)
	p.Quota.Used = 15
	return p
}

func revealedSample(value string) RevealedProps {
	s := secretSamples[0]
	return RevealedProps{
		SecretProps: s, Value: value, Seconds: 30, HideURL: hookURL + "/secrets/" + s.ID,
		EntryURL: "/orgs/brightwater-labs/audit?entry=e1", KeepURL: s.RevealURL, Entry: "e1",
	}
}

const scriptText = `/**
 * Runs before a user is created. Adds company data from the CRM
 * and refuses sign-ups from blocked domains.
 */
module.exports = async function (user, context, cb) {
  const secrets = context.webtask.secrets;

  const company = await lookup(secrets.CRM_BASE_URL, {
    id: secrets.CRM_CLIENT_ID,
    secret: secrets['CRM_CLIENT_SECRET'],
    domain: user.email.split('@')[1],
  });

  if (company.blocked) {
    await notify(secrets.SLACK_WEBHOOK_URL, user.email);
    return cb(new Error('Registration is not open for this domain.'));
  }

  user.app_metadata = { company: company.name, plan: company.plan };
  cb(null, { user });
};
`

func editorSample() EditorPageProps {
	return EditorPageProps{
		Shell: shellSample("enrich-user-profile", InHooks), Head: headSample(ScriptTab, 14), Script: scriptText,
		Name: "enrich-user-profile", Base: 12, SaveURL: hookURL, EnableURL: hookURL + "/enabled",
	}
}

func editorOfViewer() EditorPageProps {
	p := editorSample()
	p.Shell, p.Head = shellOfViewer("enrich-user-profile", InHooks), headOfViewer(ScriptTab)
	p.SaveURL, p.EnableURL = "", ""
	return p
}

func editorConflict() EditorPageProps {
	p := editorSample()
	p.Message = SaveMessageProps{Conflict: &ConflictProps{"Mara Okafor", 13, hookURL}, Over: 13}
	return p
}

func addSecretSample() AddSecretProps {
	return AddSecretProps{URL: hookURL + "/secrets", BackURL: hookURL + "/secrets", Hook: "enrich-user-profile", Quota: Quota{14, 20}}
}

func addSecretRefused() AddSecretProps {
	p := addSecretSample()
	p.Name, p.Note, p.Another = "CRM_CLIENT_ID", "From the vendor", true
	p.TakenURL = hookURL + "/secrets/s04/edit"
	p.Errors = Errors{"name": "CRM_CLIENT_ID already exists in this hook.", "value": "Enter a value."}
	return p
}

func editSecretSample() EditSecretProps {
	return EditSecretProps{
		URL: hookURL + "/secrets/s01/edit", BackURL: hookURL + "/secrets", Version: 4, Updated: ago(3 * aDay), UpdatedBy: "Mara Okafor",
		Base: 6, Name: "STRIPE_SIGNING_SECRET", Note: "Live endpoint, eu-west",
	}
}

func editSecretConflict() EditSecretProps {
	p := editSecretSample()
	p.Base, p.Conflict = 7, &ConflictProps{"Mara Okafor", 5, p.URL}
	return p
}

func editSecretPlaceholder() EditSecretProps {
	p := editSecretSample()
	p.Placeholder = true
	return p
}

func editSecretPending() EditSecretProps {
	p := editSecretSample()
	p.Version, p.Name, p.Note = 0, "SLACK_WEBHOOK_URL", ""
	return p
}

func deleteSecretSample() DeleteSecretProps {
	return DeleteSecretProps{
		URL: hookURL + "/secrets/s05/delete", BackURL: hookURL + "/secrets", Name: "CRM_CLIENT_SECRET", Version: 7,
		LastUsed: ago(2 * aMinute), LastUsedBy: "deploy-ci", DestroyURL: hookURL + "/secrets/s05/destroy",
	}
}

func confirmSample() ConfirmProps {
	return ConfirmProps{URL: hookURL + "/secrets/s01/reveal", BackURL: hookURL + "/secrets", Name: "STRIPE_SIGNING_SECRET", Email: "priya@brightwater.example", Minutes: 15}
}

func at(day, hour, minute, second int) time.Time {
	return time.Date(2026, time.November, day, hour, minute, second, 0, time.UTC)
}

func entrySample(id string, at time.Time, actor, action, kind, target, parent string) AuditEntryProps {
	return AuditEntryProps{
		ID: id, At: at, ActorName: actor, Action: action, Outcome: "done", TargetKind: kind, TargetName: target, ParentName: parent,
		Address: "192.0.2.14", Facts: []Fact{{"Agent", "Firefox on Linux"}, {"Request", "req_01JD7M2V9K"}, {"Seal", "9f2c41d7"}},
	}
}

func auditSample() AuditListProps {
	denied := entrySample("e5", at(18, 16, 12, 44), "Yuki Tanabe", "secret.reveal", "secret", "DATABASE_URL", "enrich-user-profile")
	denied.Outcome, denied.Reason = "denied", "Viewer role"
	adding := entrySample("e10", at(18, 16, 12, 40), "Yuki Tanabe", "secret.create", "secret", "", "enrich-user-profile")
	adding.Outcome, adding.Reason = "denied", "Viewer role"
	failed := entrySample("e8", at(18, 9, 1, 2), "mara@brightwater.example", "user.sign_in", "", "", "")
	failed.Outcome = "failed"
	revealed := entrySample("e1", at(21, 14, 2, 31), "Priya Raman", "secret.reveal", "secret", "STRIPE_SIGNING_SECRET", "enrich-user-profile")
	revealed.Open, revealed.TargetVersion = true, 4
	return AuditListProps{
		Now: now, OlderURL: "/orgs/brightwater-labs/audit?before=204",
		Entries: []AuditEntryProps{
			revealed,
			entrySample("e2", at(21, 12, 4, 9), "Priya Raman", "secret.update", "secret", "ISSUER_KEY", "add-claims-m2m"),
			entrySample("e3", at(21, 9, 31, 2), "Priya Raman", "member.add", "user", "amira@contractor.example", ""),
			entrySample("e4", at(20, 15, 20, 6), "Priya Raman", "hook.update", "hook", "sync-crm-contact", ""),
			denied,
			adding,
			entrySample("e6", at(18, 9, 12, 10), "Mara Okafor", "secret.create", "secret", "STRIPE_SIGNING_SECRET", "enrich-user-profile"),
			entrySample("e7", at(18, 9, 6, 37), "Mara Okafor", "secret.copy", "secret", "STRIPE_SIGNING_SECRET", "enrich-user-profile"),
			failed,
			entrySample("e9", at(18, 9, 0, 0), "operator", "key.rotate", "", "", ""),
		},
	}
}

func auditOwn() AuditListProps {
	p := auditSample()
	p.Own, p.Role, p.OlderURL, p.LatestURL = true, "Viewer", "", "/orgs/brightwater-labs/audit"
	p.Entries, p.Day = p.Entries[4:5], "2026-11-18"
	return p
}

func errorSample(status int, shell bool) ErrorProps {
	p := ErrorProps{Status: status, RequestID: "01JD7M2V9K", Gate: gateSample}
	if shell {
		s := shellSample(p.words().title, "")
		p.Shell, p.HomeURL = &s, s.HooksURL
	}
	return p
}

func sheet(title string, form templ.Component) templ.Component {
	return Sheet(SheetProps{Shell: shellSample(title, InHooks), Parent: "enrich-user-profile", ParentURL: hookURL + "/secrets", Form: form})
}

var (
	undoToast  = ToastProps{Kind: "gone", Name: "GEOIP_LICENSE", Text: "deleted", Detail: "You can undo this for 7 days.", UndoURL: hookURL + "/secrets/s08/restore"}
	addedToast = ToastProps{Kind: "ok", Name: "SLACK_WEBHOOK_URL", Text: "added"}
)

func withToasts(p ShellProps) ShellProps {
	p.Toasts = []ToastProps{addedToast, undoToast, errorSample(503, false).toast()}
	return p
}

// samples are every view in every case, by the name of its golden file.
var samples = map[string]templ.Component{
	"sign-in":         SignIn(SignInProps{Gate: gateSample}),
	"sign-in-failed":  SignIn(SignInProps{Gate: gateSample, Email: "priya@brightwater.example", Next: "/orgs/brightwater-labs/audit", Failed: true, TriesLeft: 4}),
	"sign-in-paused":  SignIn(SignInProps{Gate: gateSample, Email: "priya@brightwater.example", Pause: 14*time.Minute + time.Second}),
	"sign-in-expired": SignIn(SignInProps{Gate: gateSample, Expired: true}),

	"setup-token":       Setup(SetupProps{Gate: gateSample, KeyID: "k1"}),
	"setup-token-wrong": Setup(SetupProps{Gate: gateSample, KeyID: "k1", Errors: Errors{"token": "That isn’t the token of this start."}}),
	"setup-owner":       Setup(SetupProps{Gate: gateSample, KeyID: "k1", TokenAccepted: true}),
	"setup-refused": Setup(SetupProps{Gate: gateSample, KeyID: "k1", TokenAccepted: true, Name: "Priya Raman", Email: "priya", Organization: "Brightwater Labs",
		Errors: Errors{"email": "Enter an email address.", "password": "Use at least 12 characters."}}),

	"reset":         Reset(ResetProps{Gate: gateSample, Email: "priya@brightwater.example"}),
	"reset-refused": Reset(ResetProps{Gate: gateSample, Email: "priya@brightwater.example", Errors: Errors{"password": "Use at least 12 characters."}}),
	"reset-gone":    Reset(ResetProps{Gate: gateSample, Gone: true}),

	"no-organization": NoOrganization(NoOrganizationProps{gateSample, "priya@brightwater.example", "/account", "/logout"}),

	"account":         Account(AccountProps{Shell: shellSample("Account", InAccount), PasswordURL: "/account/password"}),
	"account-refused": Account(AccountProps{Shell: shellSample("Account", InAccount), PasswordURL: "/account/password", Errors: Errors{"current": "That password isn’t right. 3 tries left."}}),
	"account-between": Account(AccountProps{Shell: ShellProps{Title: "Account", Now: now, Organizations: shellSample("", "").Organizations, Person: Person{"Priya Raman", "priya@brightwater.example", "", "/account", "/logout"}}, PasswordURL: "/account/password"}),
	"account-alone":   Account(AccountProps{Shell: ShellProps{Title: "Account", Now: now, Person: Person{"Priya Raman", "priya@brightwater.example", "", "/account", "/logout"}}, PasswordURL: "/account/password"}),

	"hooks-page":         HooksPage(HooksPageProps{shellSample("Hooks", InHooks), hooksSample()}),
	"hooks-page-viewer":  HooksPage(HooksPageProps{shellOfViewer("Hooks", InHooks), hooksOfViewer()}),
	"hooks-page-empty":   HooksPage(HooksPageProps{shellSample("Hooks", InHooks), HookListProps{Filter: hookFilterSample(), SecretsPerHook: 20, NewURL: "/orgs/brightwater-labs/hooks/new"}}),
	"hooks-page-found":   HooksPage(HooksPageProps{shellSample("Hooks", InHooks), hooksFound()}),
	"hooks-not-found":    HookList(hooksNotFound("payrol")),
	"hooks-all-filtered": HookList(hooksNotFound("")),
	"deleted-many":       deletedList(deletedMany()),
	"hooks-list-more":    HookList(HookListProps{Hooks: hookSamples[:1], Matches: 51, Total: 51, Enabled: 5, SecretsPerHook: 20, MoreURL: "/orgs/brightwater-labs/hooks?after=h1"}),
	"hooks-list-empty":   HookList(HookListProps{SecretsPerHook: 20, OutOfBand: true}),
	"hooks-sums":         HookSums(hooksSample()),
	"hooks-count":        HookCount(hooksSample()),
	"hook-off":           Hook(hookSamples[1]),
	"hook-few-pending":   Hook(hookSamples[2]),
	"hook-full":          Hook(hookSamples[4]),
	"hook-switch-editor": HookSwitch(HookSwitchProps{"h1", "enrich-user-profile", true, hookURL + "/enabled", "editor"}),

	"new-hook": NewHook(NewHookProps{URL: "/orgs/brightwater-labs/hooks", BackURL: "/orgs/brightwater-labs/hooks", Triggers: triggerSamples}),
	"new-hook-refused": NewHook(NewHookProps{URL: "/orgs/brightwater-labs/hooks", BackURL: "/orgs/brightwater-labs/hooks", Triggers: triggerSamples, Name: "enrich_", Trigger: "send-phone-message",
		Errors: Errors{"name": "Use letters, digits, spaces and hyphens.", "trigger": "Choose a trigger."}}),
	"new-hook-page":       sheet("New hook", NewHook(NewHookProps{URL: "/orgs/brightwater-labs/hooks", BackURL: "/orgs/brightwater-labs/hooks", Triggers: triggerSamples})),
	"delete-hook":         DeleteHook(DeleteHookProps{URL: hookURL + "/delete", BackURL: hookURL, Name: "enrich-user-profile", Enabled: true, Secrets: 14, DestroyURL: hookURL + "/destroy"}),
	"delete-hook-refused": DeleteHook(DeleteHookProps{URL: hookURL + "/delete", BackURL: hookURL, Name: "sms-fallback", DestroyURL: hookURL + "/destroy", Typed: "sms", Errors: Errors{"name": "Type sms-fallback to confirm."}}),
	"destroy-hook":        Destroy(DestroyProps{URL: hookURL + "/destroy", BackURL: hookURL, Noun: "hook", Name: "enrich-user-profile", Secrets: 14, Versions: 12}),
	"destroy-hook-alone":  Destroy(DestroyProps{URL: hookURL + "/destroy", BackURL: hookURL, Noun: "hook", Name: "sms-fallback", Versions: 1, Typed: "sms", Errors: Errors{"name": "Type sms-fallback to confirm."}}),
	"destroy-secret":      Destroy(DestroyProps{URL: hookURL + "/secrets/s05/destroy", BackURL: hookURL + "/secrets", Noun: "secret", Name: "CRM_CLIENT_SECRET", Versions: 7}),
	"destroy-secret-page": sheet("Delete CRM_MIRROR_SECRET for good", Destroy(DestroyProps{URL: hookURL + "/secrets/p1/destroy", BackURL: hookURL + "/secrets", Noun: "secret", Name: "CRM_MIRROR_SECRET"})),
	"duplicate-hook":      DuplicateHook(DuplicateHookProps{URL: hookURL + "/duplicate", BackURL: hookURL, Of: "enrich-user-profile", Secrets: 14, Name: "enrich-user-profile copy"}),
	"duplicate-hook-page": sheet("Duplicate sms-fallback", DuplicateHook(DuplicateHookProps{URL: hookURL + "/duplicate", BackURL: hookURL, Of: "sms-fallback", Name: "sms-fallback copy", Errors: Errors{"name": "A hook with a name like sms-fallback copy already exists."}})),

	"hook-head-out-of-band": HookHead(headSample(SecretsTab, 18).outOfBand()),
	"editor-page":           EditorPage(editorSample()),
	"editor-page-viewer":    EditorPage(editorOfViewer()),
	"editor-page-conflict":  EditorPage(editorConflict()),
	"save-message-problem":  SaveMessage(SaveMessageProps{Problem: "530 KB is over the limit of 512 KB."}),
	"save-message-name":     SaveMessage(SaveMessageProps{NameError: "Use letters, digits, spaces and hyphens."}),
	"save-message-cleared":  SaveMessageCleared(),
	"base-out-of-band":      Base(BaseProps{13, true}),

	"secrets-page":         SecretsPage(SecretsPageProps{withToasts(shellSample("Secrets, enrich-user-profile", InHooks)), headSample(SecretsTab, 14), secretsSample()}),
	"secrets-page-open":    SecretsPage(SecretsPageProps{shellSample("Secrets, enrich-user-profile", InHooks), headSample(SecretsTab, 14), secretsOpen()}),
	"secrets-page-viewer":  SecretsPage(SecretsPageProps{shellOfViewer("Secrets, enrich-user-profile", InHooks), headOfViewer(SecretsTab), secretsOfViewer()}),
	"secrets-page-pending": SecretsPage(SecretsPageProps{shellSample("Secrets, enrich-user-profile", InHooks), headSample(SecretsTab, 14), secretsPending()}),
	"secrets-page-full":    SecretsPage(SecretsPageProps{shellSample("Secrets, enrich-user-profile", InHooks), headSample(SecretsTab, 20), secretsFull()}),
	"secrets-page-empty":   SecretsPage(SecretsPageProps{shellSample("Secrets, enrich-user-profile", InHooks), headSample(SecretsTab, 0), SecretListProps{Quota: Quota{0, 20}, AddURL: hookURL + "/secrets/new"}}),
	"secrets-changed":      SecretsChanged(SecretsChangedProps{headSample(SecretsTab, 15), secretsNew(), addedToast}),
	"secret-hidden":        Secret(secretSamples[0]),
	"secret-pending":       Secret(pendingSample("p1", "CRM_MIRROR_SECRET")),
	"secret-locked":        Secret(secretsOfViewer().Secrets[0]),
	"secret-revealed":      SecretRevealed(revealedSample("\nline <one>\r\n\ttwo & \"three\"\n")),

	"add-secret":              AddSecret(addSecretSample()),
	"add-secret-refused":      AddSecret(addSecretRefused()),
	"add-secret-page":         sheet("Add secret", AddSecret(addSecretSample())),
	"add-secret-page-refused": sheet("Add secret", AddSecret(addSecretRefused())),
	"edit-secret":             EditSecret(editSecretSample()),
	"edit-secret-page":        sheet("Edit secret", EditSecret(editSecretSample())),
	"edit-secret-conflict":    EditSecret(editSecretConflict()),
	"edit-secret-placeholder": EditSecret(editSecretPlaceholder()),
	"edit-secret-pending":     EditSecret(editSecretPending()),
	"delete-secret":           DeleteSecret(deleteSecretSample()),
	"delete-secret-refused":   DeleteSecret(DeleteSecretProps{URL: hookURL + "/secrets/s05/delete", BackURL: hookURL + "/secrets", Name: "A", Version: 1, DestroyURL: hookURL + "/secrets/s05/destroy", Typed: "B", Errors: Errors{"name": "Type A to confirm."}}),
	"delete-secret-page":      sheet("Delete secret", DeleteSecret(deleteSecretSample())),
	"confirm":                 Confirm(confirmSample()),
	"confirm-refused":         Confirm(ConfirmProps{URL: hookURL + "/secrets/s01/reveal", BackURL: hookURL + "/secrets", Name: "STRIPE_SIGNING_SECRET", Extends: "e1", Minutes: 15, Errors: Errors{"password": "That password isn’t right. 3 tries left."}}),
	"confirm-copy":            Confirm(ConfirmProps{URL: hookURL + "/secrets/s01/copy", BackURL: hookURL + "/secrets", Name: "STRIPE_SIGNING_SECRET", Copy: true, Minutes: 15}),
	"confirm-page":            sheet("Confirm it’s you", Confirm(confirmSample())),

	"audit-page":       AuditPage(AuditPageProps{shellSample("Audit log", InAudit), auditSample()}),
	"audit-page-own":   AuditPage(AuditPageProps{shellOfViewer("Audit log", InAudit), auditOwn()}),
	"audit-list-empty": AuditList(AuditListProps{Now: now}),

	"error-page-404":        ErrorPage(errorSample(404, true)),
	"error-page-404-nobody": ErrorPage(errorSample(404, false)),
	"error-page-403":        ErrorPage(errorSample(403, true)),
	"error-page-405":        ErrorPage(errorSample(405, true)),
	"error-page-429":        ErrorPage(ErrorProps{Status: 429, RetryAfter: 15 * time.Minute, Gate: gateSample}),
	"error-page-500":        ErrorPage(errorSample(500, true)),
	"error-page-503":        ErrorPage(errorSample(503, true)),
	"error-toast-401":       ErrorToast(ErrorProps{Status: 401, SignInURL: "/login"}),
	"error-toast-503":       ErrorToast(ErrorProps{Status: 503, Message: "Not revealed. The audit entry couldn’t be written, so the value stays closed.", RequestID: "01JD7M2V9K"}),
	"error-toast-unknown":   ErrorToast(ErrorProps{Status: 418, RequestID: "01JD7M2V9K"}),

	"toast-undo":        Toast(undoToast),
	"toast-out-of-band": ToastPart(addedToast),
}

var triggerSamples = []string{"credentials-exchange", "pre-user-registration", "post-user-registration", "post-change-password", "send-phone-message"}
