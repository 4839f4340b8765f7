package views

import (
	"fmt"
	"strings"
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

const settingsURL = "/orgs/brightwater-labs/settings"

const hookURL = "/orgs/brightwater-labs/hooks/01JD7M2V9K3T5W8X0Y4Z6A1B2C"

var gateSample = GateProps{Host: "secrets.brightwater.example", Version: "1.0.0"}

func shellSample(title string, active Section) ShellProps {
	brightwater := Organization{"Brightwater Labs", "/orgs/brightwater-labs/hooks"}
	return ShellProps{
		Title:         title,
		Now:           now,
		Organization:  brightwater,
		Organizations: []Organization{brightwater, {"Northwind Pilot", "/orgs/northwind-pilot/hooks"}},
		Entries:       []EntryProps{{InHooks, "/orgs/brightwater-labs/hooks", "8"}, {InAudit, "/orgs/brightwater-labs/audit", ""}},
		Settings: []EntryProps{
			{InSecrets, settingsURL + "/secrets", "6"}, {InMembers, settingsURL + "/members", "5"},
			{InAPIKeys, settingsURL + "/api-keys", "3"}, {InGeneral, settingsURL + "/general", ""},
		},
		Active:    active,
		Person:    Person{"Priya Raman", "priya@brightwater.example", "Admin", "/account", "/logout"},
		SearchURL: "/orgs/brightwater-labs/search",
		KeysURL:   "/keys",
	}
}

func shellOfViewer(title string, active Section) ShellProps {
	p := shellSample(title, active)
	p.Person = Person{"Yuki Tanabe", "yuki@brightwater.example", "Viewer", "/account", "/logout"}
	p.Settings = p.Settings[:2]
	return p
}

func membersSample() MembersPageProps {
	return MembersPageProps{
		Shell: shellSample("Members", InMembers), List: memberListSample(),
		Invitations: InvitationListProps{InviteURL: settingsURL + "/members/invite"}, Rights: rightsSample(),
	}
}

// memberListSample is what an owner sees who is the only one.
func memberListSample() MemberListProps {
	member := func(id, name, email, role string, active When) MemberProps {
		url := settingsURL + "/members/" + id
		return MemberProps{
			ID: id, Name: name, Email: email, Role: role, Base: strings.ToLower(role), Active: active, Roles: roleChoices, RoleURL: url + "/role",
			AuditURL: auditURL + "?person=" + id + "&period=all", TransferURL: url + "/transfer", RemoveURL: url + "/remove", SignOutURL: url + "/sign-out",
		}
	}
	self := MemberProps{ID: "u1", Name: "Priya Raman", Email: "priya@brightwater.example", Role: "Owner", You: true, Last: true, Active: ago(0), LeaveURL: settingsURL + "/members/leave"}
	return MemberListProps{AllURL: settingsURL + "/members", Matches: 5, Total: 5, Manage: true, Members: []MemberProps{
		self, member("u2", "Mara Okafor", "mara@brightwater.example", "Admin", ago(2*anHour)), member("u3", "Jonas Lind", "jonas@brightwater.example", "Editor", ago(30*anHour)),
		member("u4", "Tomás Vidal", "tomas@brightwater.example", "Editor", ago(3*aDay)), member("u5", "Yuki Tanabe", "yuki@brightwater.example", "Viewer", When{}),
	}}
}

var roleChoices = []Choice{{"owner", "Owner"}, {"admin", "Admin"}, {"editor", "Editor"}, {"viewer", "Viewer"}}

// membersFound is a part of a search, as a part of another answer.
func membersFound() MemberListProps {
	p := memberListSample()
	p.Members, p.Search, p.Matches, p.MoreURL, p.OutOfBand = p.Members[3:4], "vidal", 51, p.AllURL+"?q=vidal&after=x", true
	return p
}

func membersOfViewer() MembersPageProps {
	p := MembersPageProps{Shell: shellOfViewer("Members", InMembers), List: memberListSample(), Rights: rightsSample()}
	p.List.Manage = false
	for i, m := range p.List.Members {
		p.List.Members[i] = MemberProps{ID: m.ID, Name: m.Name, Email: m.Email, Role: m.Role}
	}
	p.List.Members[4].You, p.List.Members[4].LeaveURL = true, p.List.AllURL+"/leave"
	return p
}

func rightsSample() RightListProps {
	return RightListProps{Roles: []string{"Owner", "Admin", "Editor", "Viewer"}, Rows: []RightProps{
		{"see hooks, scripts, names, notes, versions", []bool{true, true, true, true}, false},
		{"reveal and copy organization secrets", []bool{true, true, false, false}, true},
	}}
}

// departureSample is the one of the picture.
func departureSample() DepartureProps {
	return DepartureProps{
		URL: settingsURL + "/members/u4/remove", BackURL: settingsURL + "/members", Name: "Tomás Vidal", Known: 53, Invites: true,
		Seen: []SeenProps{
			{"CRM_CLIENT_SECRET", "enrich-user-profile", 7, "copy", on(time.November, 2), false},
			{"SEGMENT_WRITE_KEY", "", 1, "reveal", on(time.July, 4), false},
			{"BLOCKED_DOMAINS_URL", "block-disposable-email", 3, "export", on(time.June, 2), true},
		},
		Keys: []DepartingKeyProps{{"adopt-k2", "edge-sync", ago(2 * aMinute)}, {"adopt-k3", "nightly", When{}}},
	}
}

func departureOfNothing() DepartureProps {
	return DepartureProps{URL: settingsURL + "/members/u5/remove", BackURL: settingsURL + "/members", Name: "Yuki Tanabe"}
}

func leavingSample() DepartureProps {
	p := departureSample()
	p.URL, p.Organization, p.Seen, p.Known = settingsURL+"/members/leave", "Brightwater Labs", p.Seen[:1], 1
	return p
}

// dueSample is a secret that somebody who left has seen.
func dueSample() SecretProps {
	s := secretSamples[0]
	s.Due, s.DueFor = ago(3*aDay), "Tomás Vidal"
	return s
}

func detailDue() SecretDetailProps {
	p := detailSample()
	p.Secret.Due, p.Secret.DueFor = ago(3*aDay), "Tomás Vidal"
	return p
}

func generalSample() GeneralPageProps {
	p := GeneralPageProps{
		Shell:   shellSample("General", InGeneral),
		Address: AddressProps{URL: settingsURL + "/general", Host: "secrets.brightwater.example", Name: "Brightwater Labs", Slug: "brightwater-labs", Base: 3},
		Values: ValueRulesProps{
			URL: settingsURL + "/general/values", Seconds: "30", EditorsReveal: true, Confirm: "recently", Base: 3,
			Times: []TermProps{{"10", "10 s"}, {"20", "20 s"}, {"30", "30 s"}, {"60", "1 min"}, {"120", "2 min"}, {"300", "5 min"}},
		},
		DeleteURL: settingsURL + "/general/delete",
	}
	p.Shell.NewOrganizationURL = "/orgs/new"
	return p
}

func generalRefused() GeneralPageProps {
	p := generalSample()
	p.Address.Slug, p.Address.Errors = "northwind", Errors{"slug": "The address northwind is taken. Choose another."}
	p.Values.Seconds, p.Values.Confirm = "", ""
	p.Values.Errors = Errors{"": "Too many tries.", "seconds": "Choose how long a value shows.", "confirm": "Choose when values ask for the password."}
	return p
}

func generalMeanwhile() GeneralPageProps {
	p := generalSample()
	conflict := &ConflictProps{By: "Mara Okafor", NewerURL: settingsURL + "/general"}
	p.Address.Conflict, p.Values.Conflict, p.Values.EditorsReveal = conflict, conflict, false
	return p
}

func doomedSample() DeleteOrganizationProps {
	return DeleteOrganizationProps{URL: settingsURL + "/general/delete", BackURL: settingsURL + "/general", Name: "Brightwater Labs", Hooks: 8, Secrets: 77, Members: 5, Keys: 3}
}

const invitationsURL = settingsURL + "/members/invitations"

func invitationsSample() InvitationListProps {
	url := func(id, verb string) string { return invitationsURL + "/" + id + "/" + verb }
	return InvitationListProps{InviteURL: settingsURL + "/members/invite", More: 1200, OutOfBand: true, Invitations: []InvitationProps{
		{"i1", "amira@contractor.example", "Viewer", "Priya Raman", ago(2 * anHour), When{now.Add(7*aDay - 2*anHour), now}, url("i1", "renew"), url("i1", "revoke")},
		{"i2", "leo@brightwater.example", "Editor", "Mara Okafor", on(time.November, 7), on(time.November, 14), url("i2", "renew"), url("i2", "revoke")},
		{"i3", "boss@brightwater.example", "Owner", "Mara Okafor", on(time.November, 20), When{now.Add(6 * aDay), now}, "", ""},
	}}
}

func newInvitationSample() NewInvitationProps {
	return NewInvitationProps{URL: invitationsURL, BackURL: settingsURL + "/members", Role: "viewer",
		Roles: []RoleProps{{"viewer", "Viewer"}, {"editor", "Editor"}, {"admin", "Admin"}, {"owner", "Owner"}}}
}

func newInvitationRefused() NewInvitationProps {
	p := newInvitationSample()
	p.Email, p.Role, p.Roles, p.Errors = "tomas@brightwater.example", "editor", p.Roles[:2], Errors{"email": "Tomás Vidal is a member already."}
	return p
}

func invitationMadeSample() InvitationMadeProps {
	return InvitationMadeProps{"leo@brightwater.example", "https://secrets.brightwater.example/invitations/example-5tYbR0wZ8kQmVn3LxC7dJf2Hs6PaUe", When{now.Add(7 * aDay), now}, settingsURL + "/members"}
}

func askInvitationSample(verb string, errors Errors) AskInvitationProps {
	return AskInvitationProps{invitationsURL + "/i2/" + verb, settingsURL + "/members", "leo@brightwater.example", errors}
}

// invitationPage is the page behind a link, in one of its states.
func invitationPage(change func(*InvitationPageProps)) templ.Component {
	p := InvitationPageProps{Gate: gateSample, URL: "/invitations", Organization: "Brightwater Labs", Email: "tomas@brightwater.example",
		Role: "Editor", MadeBy: "Mara Okafor", Until: When{now.Add(6 * aDay), now}}
	change(&p)
	return InvitationPage(p)
}

func hookSample(id, name, trigger string, used, missing int, updated When, by string, enabled bool) HookProps {
	url := "/orgs/brightwater-labs/hooks/" + id
	return HookProps{
		ID: id, Name: name, Trigger: trigger, Enabled: enabled, Quota: Quota{used, 20}, Missing: missing,
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
		NewURL: "/orgs/brightwater-labs/hooks/new", ImportURL: "/orgs/brightwater-labs/hooks/import", ExportURL: "/orgs/brightwater-labs/hooks/export",
		Deleted: deletedSample("deleted-hooks", "welcome series", "old claims"),
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
	p.NewURL, p.ImportURL, p.Deleted = "", "", DeletedListProps{}
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
		AddURL: hookURL + "/secrets/new", ImportURL: hookURL + "/secrets/import", ExportURL: hookURL + "/secrets/export",
		DuplicateURL: hookURL + "/duplicate", DeleteURL: hookURL + "/delete", ActivityURL: hookURL + "/activity",
	}
}

func headOfViewer(tab Tab) HookHeadProps {
	p := headSample(tab, 14)
	p.AddURL, p.ImportURL, p.DuplicateURL, p.DeleteURL = "", "", "", ""
	return p
}

func secretSample(id, name, note string, version int64, updated When, by string, used When, usedBy string) SecretProps {
	url := hookURL + "/secrets/" + id
	return SecretProps{
		ID: id, Name: name, Note: note, Version: version, Updated: updated, UpdatedBy: by, LastUsed: used, LastUsedBy: usedBy,
		RevealURL: url + "/reveal", CopyURL: url + "/copy", EditURL: url + "/edit", DeleteURL: url + "/delete", DetailURL: url,
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
	return SecretListProps{
		Secrets: secretSamples, Matches: 14, Total: 14, Quota: Quota{14, 20},
		AddURL: hookURL + "/secrets/new", Deleted: deletedSample("deleted-secrets", "CRM_OLD_TOKEN"),
	}
}

func secretsOfViewer() SecretListProps {
	p := SecretListProps{Matches: 14, Total: 14, Quota: Quota{14, 20}, Lock: LockProps{Role: "Viewer", Admins: "Priya Raman, Mara Okafor"}}
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
	p.Pending = 2
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
		SecretProps: s, Value: value, Seconds: 30, HideURL: hookURL + "/secrets/" + s.ID + "/row",
		EntryURL: "/orgs/brightwater-labs/audit?entry=e1", KeepURL: s.RevealURL, Entry: "e1",
	}
}

func secretsFiltered(text string) SecretListProps {
	p := secretsSample()
	p.Filter, p.AllURL, p.Secrets = text, hookURL+"/secrets", nil
	for _, s := range secretSamples {
		if strings.Contains(s.Name, strings.ToUpper(text)) {
			p.Secrets = append(p.Secrets, s)
		}
	}
	p.Matches = len(p.Secrets)
	return p
}

const ownSecretsURL = settingsURL + "/secrets"

func ownSample(id, name, note string, version int64, updated When, by string, used When, usedBy string) SecretProps {
	url := ownSecretsURL + "/" + id
	return SecretProps{
		ID: id, Name: name, Note: note, Version: version, Updated: updated, UpdatedBy: by, LastUsed: used, LastUsedBy: usedBy,
		DetailURL: url, RevealURL: url + "/reveal", CopyURL: url + "/copy", EditURL: url + "/edit", DeleteURL: url + "/delete",
	}
}

func ownSecretsSample() SecretListProps {
	return SecretListProps{
		Secrets: []SecretProps{
			ownSample("o1", "API_KEY", "Partner gateway", 2, on(time.October, 14), "Jonas Lind", ago(anHour), "edge-sync"),
			ownSample("o2", "DATABASE_URL", "", 5, on(time.November, 1), "Priya Raman", ago(4*aMinute), "deploy-ci"),
			ownSample("o3", "GITHUB_APP_PRIVATE_KEY", "PEM, 27 lines", 1, on(time.October, 14), "Jonas Lind", ago(aDay), "deploy-ci"),
			ownSample("o4", "SMTP_PASSWORD", "", 4, on(time.October, 2), "Yuki Tanabe", ago(3*aDay), "deploy-ci"),
			ownSample("o5", "STRIPE_WEBHOOK_SECRET", "Shared by billing hooks", 3, on(time.November, 6), "Mara Okafor", ago(4*aMinute), "deploy-ci"),
			ownSample("o6", "TWILIO_AUTH_TOKEN", "", 1, on(time.September, 19), "Tomás Vidal", never, ""),
		},
		Matches: 6, Total: 6, AllURL: ownSecretsURL, AddURL: ownSecretsURL + "/new",
	}
}

// ownSecretsMany are those behind the first of very many.
func ownSecretsMany() SecretListProps {
	p := ownSecretsSample()
	p.Filter, p.Matches, p.Total = "t", 1203, 20000
	p.FirstURL, p.MoreURL = ownSecretsURL+"?q=t", ownSecretsURL+"?q=t&after=abc"
	p.Pending = 1
	return p
}

func ownSecretsLocked(lock LockProps) SecretListProps {
	p := ownSecretsSample()
	p.Lock, p.AddURL, p.Pending = lock, "", 1
	for i, s := range p.Secrets {
		s.RevealURL, s.CopyURL, s.EditURL, s.DeleteURL = "", "", "", ""
		p.Secrets[i] = s
	}
	return p
}

func ownPage(shell ShellProps, list SecretListProps) OrganizationSecretsPageProps {
	return OrganizationSecretsPageProps{Shell: shell, Head: ownHead(list), List: list}
}

func ownHead(list SecretListProps) OrganizationSecretsHeadProps {
	return OrganizationSecretsHeadProps{Organization: "Brightwater Labs", AddURL: list.AddURL, ImportURL: ownSecretsURL + "/import", ExportURL: ownSecretsURL + "/export", Filter: FilterProps{ownSecretsURL, list.Filter}}
}

// exportSample is what an admin may choose for the secrets of a hook.
func exportSample() ExportProps {
	return ExportProps{
		URL: hookURL + "/secrets/export", BackURL: hookURL + "/secrets", Hook: "enrich-user-profile", Values: true,
		Formats: []Choice{{"dotenv", ".env"}, {"json", "JSON"}, {"yaml", "YAML"}}, What: "masked", Format: "dotenv",
	}
}

func exportRefused() ExportProps {
	p := exportSample()
	p.What, p.Format, p.Reason, p.Errors = "values", "yaml", strings.Repeat("because ", 26), Errors{"reason": "Use at most 200 characters."}
	return p
}

// exportOfViewer has nothing to do with values.
func exportOfViewer() ExportProps {
	p := exportSample()
	p.URL, p.BackURL, p.Hook, p.Values = ownSecretsURL+"/export", ownSecretsURL, "", false
	return p
}

func exportOfHooks() ExportProps {
	p := exportSample()
	p.URL, p.BackURL, p.Hook, p.Hooks = "/orgs/brightwater-labs/hooks/export", "/orgs/brightwater-labs/hooks", "", true
	p.Formats, p.Format = []Choice{{"auth0-yaml", "One tenant.yaml"}, {"auth0-dir", "A JSON file for each hook"}}, "auth0-yaml"
	p.Errors = Errors{"": "There are no hooks to export."}
	return p
}

func ownSecretRefused() AddSecretProps {
	return AddSecretProps{
		URL: ownSecretsURL, BackURL: ownSecretsURL, Name: "stripe-webhook", NameHelp: NameHelp{Corrected: "STRIPE_WEBHOOK"},
		Errors: Errors{"name": "Use capital letters, digits and underscores, starting with a letter."},
	}
}

func headFiltered(text string) HookHeadProps {
	p := headSample(SecretsTab, 14)
	p.Filter = FilterProps{hookURL + "/secrets", text}
	return p
}

func slotSample(version int64) SecretProps {
	s := secretSamples[4]
	url := fmt.Sprintf("%s/versions/%d", s.DetailURL, version)
	s.Slot, s.RevealURL, s.CopyURL = version, url+"/reveal", url+"/copy"
	if version < s.Version {
		s.RestoreURL, s.Base = url+"/restore", 9
	}
	return s
}

func versionSample(version int64, made When, by string, from, same int64) VersionProps {
	return VersionProps{Slot: slotSample(version), Made: made, MadeBy: by, RestoredFrom: from, SameAs: same}
}

func detailSample() SecretDetailProps {
	return SecretDetailProps{
		Secret: slotSample(7), URL: secretSamples[4].DetailURL, Parent: "enrich-user-profile", ParentURL: hookURL + "/secrets",
		Created: on(time.March, 2), CreatedBy: "Jonas Lind", KeyID: "9f2c41d7",
		Versions: []VersionProps{
			versionSample(7, on(time.September, 19), "Priya Raman", 0, 0),
			versionSample(6, on(time.June, 21), "Mara Okafor", 2, 2),
			versionSample(5, on(time.April, 4), "Priya Raman", 0, 4),
			versionSample(4, on(time.March, 2), "Jonas Lind", 0, 0),
			versionSample(3, on(time.March, 2), "Jonas Lind", 0, 0),
			versionSample(2, on(time.March, 2), "Jonas Lind", 0, 0),
			versionSample(1, on(time.March, 2), "Jonas Lind", 0, 0),
		},
		Uses: []UseProps{
			{"Mara Okafor", "export", 7, 1, on(time.November, 18)},
			{"Tomás Vidal", "copy", 6, 3, on(time.November, 2)},
		},
		UsesURL: "/orgs/brightwater-labs/audit?target=s05&period=all", DestroyURL: secretSamples[4].DetailURL + "/destroy",
	}
}

// detailOpen shows version 2, which stands among those that unfold.
func detailOpen() SecretDetailProps {
	p := detailSample()
	p.Open = &RevealedProps{
		SecretProps: slotSample(2), Value: "example-value", Seconds: 30, HideURL: p.URL + "/versions/2",
		EntryURL: "/orgs/brightwater-labs/audit?entry=e1", KeepURL: p.URL + "/versions/2/reveal", Entry: "e1",
	}
	return p
}

func detailOfViewer() SecretDetailProps {
	p := detailSample()
	p.Lock, p.Uses, p.UsesURL, p.DestroyURL = LockProps{Role: "Viewer"}, nil, "", ""
	closed := func(s SecretProps) SecretProps {
		s.RevealURL, s.CopyURL, s.EditURL, s.DeleteURL, s.RestoreURL = "", "", "", "", ""
		return s
	}
	p.Secret = closed(p.Secret)
	for i := range p.Versions {
		p.Versions[i].Slot = closed(p.Versions[i].Slot)
	}
	return p
}

func detailPending() SecretDetailProps {
	p := detailSample()
	p.Secret = pendingSample("p1", "CRM_MIRROR_SECRET")
	p.Secret.Slot, p.KeyID, p.Versions, p.Uses = 1, "", nil, nil
	return p
}

func detailChanged() SecretDetailProps {
	p := detailSample()
	p.OutOfBand, p.Destroyed = true, true
	return p
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
		Name: "enrich-user-profile", Base: 12, SaveURL: hookURL, EnableURL: hookURL + "/enabled", VersionsURL: hookURL + "/versions",
		Secrets: scriptSecretsSample(),
		Dependencies: DependenciesProps{
			Edit: true, Limit: 100, Rows: []DependencyProps{{"@brightwater/crm", "^2.1.0"}, {"lodash", "4.17.21"}},
		},
	}
}

func scriptSecretsSample() ScriptSecretsProps {
	p := ScriptSecretsProps{AddURL: hookURL + "/secrets/new", Unknown: []int{9}, Reads: []ReadProps{
		{"SLACK_WEBHOOK_URL", []int{15}, "unset", true},
		{"FEATURE FLAG", []int{13}, "unset", false},
		{"SENTRY_DSN", []int{14}, "empty", true},
		{"CRM_BASE_URL", []int{8}, "set", true},
		{"CRM_CLIENT_ID", []int{9, 12, 20, 21, 22}, "set", true},
	}}
	for _, s := range secretSamples {
		p.Stored = append(p.Stored, StoredName{s.Name, s.Name != "SENTRY_DSN"})
	}
	return p
}

func editorDependenciesRefused() EditorPageProps {
	p := editorSample()
	p.Message = SaveMessageProps{Problem: "Enter a version, such as 4.17.21 or ^4, up to 100 characters."}
	p.Dependencies.Rows[0].Version = ""
	p.Dependencies.Errors = Errors{"version-0": p.Message.Problem}
	return p
}

func scriptVersionSample(version int64, made When, by string) ScriptVersionProps {
	return ScriptVersionProps{Version: version, Made: made, MadeBy: by, URL: fmt.Sprintf("%s/versions/%d", hookURL, version)}
}

func versionsSample() ScriptVersionsProps {
	current, restored := scriptVersionSample(12, ago(3*aDay), "Mara Okafor"), scriptVersionSample(11, on(time.October, 21), "Jonas Lind")
	current.Current, restored.RestoredFrom = true, 3
	return ScriptVersionsProps{"enrich-user-profile", hookURL, []ScriptVersionProps{current, restored, scriptVersionSample(10, on(time.March, 2), "Tomás Vidal")}}
}

func compareSample() CompareScriptProps {
	return CompareScriptProps{
		ScriptVersionProps: scriptVersionSample(10, on(time.March, 2), "Tomás Vidal"), Now: 12, Base: 12,
		BackURL: hookURL + "/versions", RestoreURL: hookURL + "/versions/10/restore",
		Diff: DiffProps{More: 2, Lines: []DiffLine{
			{Kind: DiffGap},
			{Kind: DiffSame, Old: 7, New: 7, Text: "  const secrets = context.webtask.secrets;"},
			{Kind: DiffRemoved, Old: 8, Text: "  <old>␍"},
			{Kind: DiffAdded, New: 8, Text: "  new", Cut: 1200},
			{Kind: DiffAdded, New: 9, Text: "};", NoEnd: true},
		}},
	}
}

func compareSame() CompareScriptProps {
	p := compareSample()
	p.Diff, p.RestoreURL = DiffProps{}, ""
	return p
}

func editorOfViewer() EditorPageProps {
	p := editorSample()
	p.Shell, p.Head = shellOfViewer("enrich-user-profile", InHooks), headOfViewer(ScriptTab)
	p.SaveURL, p.EnableURL = "", ""
	p.Secrets.AddURL, p.Dependencies.Edit = "", false
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
	p.NameHelp.TakenURL = hookURL + "/secrets/s04/edit"
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

const apiKeysURL = "/orgs/brightwater-labs/settings/api-keys"

func apiKeysSample() APIKeyListProps {
	key := func(id, name, hint, by string, used, expires When, scopes ...string) APIKeyProps {
		return APIKeyProps{
			ID: id, Name: name, Hint: hint, MadeBy: by, Used: used, Expires: expires, Scopes: scopes, RevokeURL: apiKeysURL + "/" + id + "/revoke",
		}
	}
	p := APIKeyListProps{Active: 3, Revoked: 1, NewURL: apiKeysURL + "/new", RevokedURL: apiKeysURL + "?all=1", Keys: []APIKeyProps{
		key("k1", "deploy-ci", "hks_7Qd2", "Priya Raman", ago(2*aMinute), When{now.Add(83 * aDay), now}, "read:hooks", "reveal:hook_secrets", "read:secrets"),
		key("k2", "edge-sync", "hks_Lm9B", "Jonas Lind", ago(anHour), When{now.Add(9*aDay + anHour), now}, "reveal:secrets"),
		key("k3", "terraform", "hks_x4Tz", "Mara Okafor", When{Now: now}, When{Now: now}, "read:hooks", "update:hooks"),
		key("k4", "old-sync", "hks_Pq0Z", "Operator", on(time.September, 2), on(time.November, 2), "read:hooks"),
	}}
	p.Keys[0].UsedFrom, p.Keys[0].New = "198.51.100.7", true
	return p
}

func apiKeysAll() APIKeyListProps {
	p := apiKeysSample()
	p.Keys[3].Revoked, p.Keys[3].RevokeURL = on(time.October, 1), ""
	p.All, p.RevokedURL, p.OutOfBand = true, apiKeysURL, true
	return p
}

func newKeySample() NewAPIKeyProps {
	row := func(label, resource string, scopes ...string) ScopeRowProps {
		r := ScopeRowProps{Label: label}
		for _, verb := range scopes {
			r.Boxes = append(r.Boxes, ScopeProps{Scope: verb + resource, Checked: verb == "read"})
		}
		return r
	}
	return NewAPIKeyProps{
		URL: apiKeysURL, BackURL: apiKeysURL, Expires: "90d", Terms: []TermProps{{"7d", "7 days"}, {"90d", "90 days"}, {"never", "Never"}},
		Rows: []ScopeRowProps{
			row("Hooks and hook secrets", ":hooks", "read", "create", "update", "delete", "reveal"),
			row("Organization secrets", ":secrets", "read", "create", "update", "delete", "reveal"),
		},
	}
}

func newKeyRefused() NewAPIKeyProps {
	p := newKeySample()
	p.Name, p.Expires = "deploy\nci", "2d"
	p.Errors = Errors{"name": "Use 1 to 100 characters.", "scopes": "Choose at least one scope.", "expires": "Choose one of these."}
	return p
}

func keyMadeSample() APIKeyMadeProps {
	return APIKeyMadeProps{Name: "deploy-ci", Value: "hks_example5tYbR0wZ8kQmVn3LxC7dJf2Hs6PaUe", BackURL: apiKeysURL, TryURL: "https://secrets.brightwater.example/api/v2/hooks"}
}

func confirmSample() ConfirmProps {
	return ConfirmProps{URL: hookURL + "/secrets/s01/reveal", BackURL: hookURL + "/secrets", To: "reveal", Name: "STRIPE_SIGNING_SECRET", Email: "priya@brightwater.example", Minutes: 15}
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
	invited := entrySample("e12", at(18, 17, 2, 10), "Priya Raman", "invitation.create", "invitation", "leo@brightwater.example", "")
	invited.Detail, invited.Page, invited.PageURL = "as editor", "Members", "/orgs/brightwater-labs/settings/members"
	read := entrySample("e13", at(18, 16, 59, 58), "deploy-ci", "secret.read", "secret", "DATABASE_URL", "")
	read.Times, read.Since = 96, at(18, 8, 0, 4)
	adding := entrySample("e10", at(18, 16, 12, 40), "Yuki Tanabe", "secret.create", "secret", "", "enrich-user-profile")
	adding.Outcome, adding.Reason = "denied", "Viewer role"
	failed := entrySample("e8", at(18, 9, 1, 2), "mara@brightwater.example", "user.sign_in", "", "", "")
	failed.Outcome = "failed"
	revealed := entrySample("e1", at(21, 14, 2, 31), "Priya Raman", "secret.reveal", "secret", "STRIPE_SIGNING_SECRET", "enrich-user-profile")
	revealed.Open, revealed.TargetVersion, revealed.AboutURL = true, 4, auditURL+"?period=all&target=s01"
	return AuditListProps{
		Now: now, OlderURL: "/orgs/brightwater-labs/audit?before=204", Total: 18270,
		AllTimeURL: "/orgs/brightwater-labs/audit?period=all",
		Entries: []AuditEntryProps{
			revealed,
			entrySample("e2", at(21, 12, 4, 9), "Priya Raman", "secret.update", "secret", "ISSUER_KEY", "add-claims-m2m"),
			entrySample("e3", at(21, 9, 31, 2), "Priya Raman", "member.add", "user", "amira@contractor.example", ""),
			entrySample("e4", at(20, 15, 20, 6), "Priya Raman", "hook.update", "hook", "sync-crm-contact", ""),
			denied,
			adding,
			invited,
			read,
			entrySample("e6", at(18, 9, 12, 10), "Mara Okafor", "secret.create", "secret", "STRIPE_SIGNING_SECRET", "enrich-user-profile"),
			entrySample("e7", at(18, 9, 6, 37), "Mara Okafor", "secret.copy", "secret", "STRIPE_SIGNING_SECRET", "enrich-user-profile"),
			failed,
			entrySample("e9", at(18, 9, 0, 0), "operator", "key.rotate", "", "", ""),
		},
	}
}

func auditOwn() AuditListProps {
	p := auditSample()
	p.Own, p.Role, p.OlderURL, p.Total = true, "Viewer", "", 1
	p.Entries, p.Day = p.Entries[4:5], "2026-11-18"
	return p
}

// auditFiltered is what somebody looked for, with a burst among it.
func auditFiltered() AuditListProps {
	p := auditSample()
	burst := entrySample("e11", at(21, 12, 2, 40), "Tomás Vidal", "secret.burst", "user", "Tomás Vidal", "")
	p.Entries, p.Total, p.Before = append([]AuditEntryProps{burst}, p.Entries[4]), -1, 50
	p.About, p.AnyURL, p.ClearURL = "DATABASE_URL", auditURL+"?outcome=refused&person=u4", auditURL
	return p
}

const auditURL = "/orgs/brightwater-labs/audit"

// activitySample is the month of the picture: one day in ten is cut off.
func activitySample() ActivityProps {
	p := ActivityProps{
		Period: "last 30 days", Now: now,
		Opens:   FigureProps{37, 4, auditURL + "?action=opens&outcome=done", false},
		Changes: FigureProps{26, 3, auditURL + "?action=changes&outcome=done", false},
		Refused: FigureProps{3, 0, auditURL + "?outcome=refused", false}, LastRefused: ago(3 * aDay),
		Entries: FigureProps{18270, 0, auditURL, false}, Log: 41882, OpensBefore: 25,
	}
	days := map[int][3]int{0: {0, 1}, 3: {2, 1}, 4: {1, 1}, 5: {2, 1}, 6: {2, 1}, 7: {2, 0}, 10: {2, 0}, 11: {4, 0}, 12: {2, 1}, 13: {0, 1},
		14: {2, 1}, 17: {2, 2}, 18: {0, 1}, 19: {2, 1, 1}, 20: {0, 1}, 21: {1, 1}, 24: {2, 1}, 25: {1, 2}, 26: {9, 6, 2}, 28: {0, 1}, 29: {1, 2}}
	for i := range 30 {
		day := days[i]
		p.Days = append(p.Days, ActivityDay{Day: at(21, 0, 0, 0).AddDate(0, 0, i-29), Opens: day[0], Changes: day[1], Refused: day[2]})
	}
	return p
}

func activityOwn() ActivityProps {
	p := activitySample()
	p.Own, p.Period, p.Tail, p.Log, p.OpensBefore = true, "all time", true, 1, -1
	p.Opens.Number, p.Changes.Number, p.Refused.Number, p.Refused.Chosen, p.Entries.Number = 0, 0, 1, true, 1
	p.Days = p.Days[:7]
	for i := range p.Days {
		p.Days[i].Opens, p.Days[i].Changes = 0, 0
	}
	return p
}

func activityOfOne() ActivityProps {
	p := activitySample()
	p.Whose, p.OutOfBand, p.OpensBefore, p.LastRefused = "Tomás Vidal", true, 40, never
	p.Refused.Number = 0
	return p
}

func filtersSample() AuditFiltersProps {
	return AuditFiltersProps{
		URL: auditURL, Period: "30", Actions: []string{"secret.reveal", "secret.copy", "secret.burst", "hook.update", "hook.enable", "member.role", "audit.export"},
		People: []AuditChoice{{"u1", "Mara Okafor"}, {"u2", "Priya Raman"}, {"u4", "Tomás Vidal"}, {"operator", "The operator"}},
	}
}

func filtersSet() AuditFiltersProps {
	p := filtersSample()
	p.Text, p.Person, p.Action, p.Outcome, p.Period, p.From, p.To = "stripe", "u4", "hook.enable", "refused", "", "2026-10-01", "2026-11-14"
	p.Target, p.Hook = "s01", "h1"
	return p
}

func filtersOwn() AuditFiltersProps {
	p := filtersSample()
	p.People, p.Period = nil, "all"
	return p
}

func auditPageSample() AuditPageProps {
	return AuditPageProps{
		Shell: shellSample("Audit log", InAudit), Activity: activitySample(), Filters: filtersSample(), List: auditSample(), ExportURL: auditURL + "/export",
		Burst: &BurstProps{"Tomás Vidal", ago(2 * anHour), auditURL + "?entry=e11"},
	}
}

func errorSample(status int, shell bool) ErrorProps {
	p := ErrorProps{Status: status, RequestID: "01JD7M2V9K", Gate: gateSample}
	if shell {
		s := shellSample(p.words().title, "")
		p.Shell, p.HomeURL = &s, s.Entries[0].URL
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

const firefoxOnLinux = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"

func accountSample(errors Errors) AccountProps {
	return AccountProps{
		Shell: shellSample("Account", InAccount), Name: "Priya Raman", Errors: errors,
		ProfileURL: "/account/profile", PasswordURL: "/account/password", OthersURL: "/account/sessions/end-others",
		Look: AppearanceProps{"/account/appearance", "system", true},
		Devices: []DeviceProps{
			{firefoxOnLinux, "192.0.2.14", ago(5 * anHour), ago(aMinute), true, "/account/sessions/1/end"},
			{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36", "192.0.2.90", ago(3 * aDay), ago(20 * anHour), false, "/account/sessions/2/end"},
			{"curl/8.5.0", "198.51.100.44", on(time.November, 15), ago(6 * aDay), false, "/account/sessions/3/end"},
		},
		SignIns: []SignInEntryProps{
			{ago(5 * anHour), "user.sign_in", "done", firefoxOnLinux, "192.0.2.14"},
			{ago(6 * anHour), "user.sign_in", "failed", "", "203.0.113.9"},
			{ago(aDay), "user.confirm", "failed", firefoxOnLinux, "192.0.2.14"},
			{ago(3 * aDay), "user.reset_password", "done", firefoxOnLinux, "192.0.2.14"},
			{ago(3 * aDay), "reset_link.create", "done", "", ""},
		},
	}
}

func accountOfOneDevice() AccountProps {
	p := accountSample(nil)
	p.Devices, p.SignIns, p.Shell.Theme = p.Devices[:1], p.SignIns[:1], "dark"
	return p
}

func keysOff(p ShellProps) ShellProps {
	p.KeysOff, p.HookID = true, "h1"
	return p
}

var commandSamples = []ResultProps{
	{Kind: "add", Name: "Add secret to enrich-user-profile", URL: hookURL + "/secrets/new"},
	{Kind: "hook", Name: "Hooks", URL: "/orgs/brightwater-labs/hooks"},
	{Kind: "sign-out", Name: "Sign out", Form: SignOutForm},
	{Kind: "audit", Before: "Audit entries about “", Name: "payrol", After: "”", URL: "/orgs/brightwater-labs/audit?q=payrol&period=all"},
}

func searchSample(text string) SearchProps {
	return SearchProps{
		Text: text, Keys: true, Commands: commandSamples[:1],
		Groups: []ResultGroup{
			{"Secrets", []ResultProps{
				{Kind: "secret", Name: "STRIPE_SIGNING_SECRET", Trail: "enrich-user-profile", URL: hookURL + "/secrets/s01"},
				{Kind: "secret", Name: "STRIPE_WEBHOOK_SECRET", Trail: "Organization", URL: "/orgs/brightwater-labs/settings/secrets/s03"},
				{Kind: "secret", Name: "OLD_STRIPE_KEY", Trail: "enrich-user-profile", URL: hookURL + "/secrets/s02"},
			}, 3},
			{"Hooks", []ResultProps{{Kind: "hook", Name: "enrich-user-profile", Trail: SecretNamesMatch(2), URL: hookURL + "/secrets"}}, 1},
			{"People", []ResultProps{{Kind: "person", Name: "Stripe Bot", Trail: "bot@brightwater.example", URL: "/orgs/brightwater-labs/settings/members?q=bot%40brightwater.example"}}, 1},
			{"API keys", []ResultProps{{Kind: "api-keys", Name: "stripe-sync", Trail: "hks_7Qd2…", URL: "/orgs/brightwater-labs/settings/api-keys"}}, 1},
		},
	}
}

func searchTooMany() SearchProps {
	p := searchSample("stripe")
	p.Groups[0].Total = 312
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

	"no-organization": NoOrganization(NoOrganizationProps{gateSample, "priya@brightwater.example", "/orgs/new", "/account", "/logout"}),
	"no-organization-deleted": NoOrganization(NoOrganizationProps{Gate: GateProps{Host: "secrets.brightwater.example", Version: "1.0.0", Toasts: []ToastProps{{Kind: "gone", Text: "Brightwater Labs is deleted."}}},
		Email: "priya@brightwater.example", AccountURL: "/account", SignOutURL: "/logout"}),

	"account":                  Account(accountSample(nil)),
	"account-refused":          Account(accountSample(Errors{"current": "That password isn’t right. 3 tries left."})),
	"account-name-refused":     Account(accountSample(Errors{"name": "Enter your name."})),
	"account-one-device":       Account(accountOfOneDevice()),
	"appearance-dark-keys-off": Appearance(AppearanceProps{"/account/appearance", "dark", false}),

	"search-page":          SearchPage(SearchPageProps{shellSample("Search", InSearch), searchSample("stripe")}),
	"search-page-empty":    SearchPage(SearchPageProps{shellSample("Search", InSearch), SearchProps{Keys: true}}),
	"search-page-nothing":  SearchPage(SearchPageProps{shellOfViewer("Search", InSearch), SearchProps{Text: "payrol"}}),
	"search-page-too-many": SearchPage(SearchPageProps{shellSample("Search", InSearch), searchTooMany()}),
	"palette-options":      PaletteOptions(searchSample("stripe")),
	"palette-commands":     PaletteOptions(SearchProps{Commands: commandSamples}),
	"palette-nothing":      PaletteOptions(SearchProps{Text: "payrol", Commands: commandSamples[3:]}),

	"keys":          Keys(KeysProps{AccountURL: "/account", Version: "1.0.0"}),
	"keys-off":      Keys(KeysProps{true, "/account", "1.0.0"}),
	"keys-page":     KeysPage(KeysPageProps{shellSample("Help and keys", ""), KeysProps{AccountURL: "/account", Version: "1.0.0"}}),
	"keys-page-off": KeysPage(KeysPageProps{keysOff(shellSample("Help and keys", "")), KeysProps{true, "/account", "1.0.0"}}),

	"account-between": Account(AccountProps{Shell: ShellProps{Title: "Account", Now: now, Organizations: shellSample("", "").Organizations, Person: Person{"Priya Raman", "priya@brightwater.example", "", "/account", "/logout"}}, PasswordURL: "/account/password"}),
	"account-alone":   Account(AccountProps{Shell: ShellProps{Title: "Account", Now: now, Person: Person{"Priya Raman", "priya@brightwater.example", "", "/account", "/logout"}}, PasswordURL: "/account/password"}),

	"hooks-page":         HooksPage(HooksPageProps{shellSample("Hooks", InHooks), hooksSample()}),
	"hooks-page-viewer":  HooksPage(HooksPageProps{shellOfViewer("Hooks", InHooks), hooksOfViewer()}),
	"hooks-page-empty":   HooksPage(HooksPageProps{shellSample("Hooks", InHooks), HookListProps{Filter: hookFilterSample(), SecretsPerHook: 20, NewURL: "/orgs/brightwater-labs/hooks/new", ImportURL: "/orgs/brightwater-labs/hooks/import"}}),
	"hooks-page-found":   HooksPage(HooksPageProps{shellSample("Hooks", InHooks), hooksFound()}),
	"hooks-not-found":    HookList(hooksNotFound("payrol")),
	"hooks-all-filtered": HookList(hooksNotFound("")),
	"deleted-many":       deletedList(deletedMany()),
	"hooks-list-more":    HookList(HookListProps{Hooks: hookSamples[:1], Matches: 51, Total: 51, Enabled: 5, SecretsPerHook: 20, MoreURL: "/orgs/brightwater-labs/hooks?after=h1"}),
	"hooks-list-empty":   HookList(HookListProps{SecretsPerHook: 20, OutOfBand: true}),
	"hooks-sums":         HookSums(hooksSample()),
	"hooks-count":        EntryCount(EntryProps{InHooks, "", "8"}),
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

	"editor-page-dependencies-refused": EditorPage(editorDependenciesRefused()),
	"script-secrets":                   ScriptSecrets(ScriptSecretsProps{OutOfBand: true, Reads: scriptSecretsSample().Reads[:1], Stored: scriptSecretsSample().Stored[:1]}),
	"script-secrets-none":              ScriptSecrets(ScriptSecretsProps{}),
	"dependencies-none":                Dependencies(DependenciesProps{}),
	"script-versions":                  ScriptVersions(versionsSample()),
	"script-versions-page":             sheet("Versions of the script, enrich-user-profile", ScriptVersions(versionsSample())),
	"compare-script":                   CompareScript(compareSample()),
	"compare-script-same":              CompareScript(compareSame()),
	"compare-script-stale": CompareScript(func() CompareScriptProps {
		p := compareSample()
		p.Errors = Errors{"": "Mara Okafor saved version 13 while you were editing."}
		return p
	}()),
	"compare-script-page": sheet("Version 10 of the script, enrich-user-profile", CompareScript(compareSample())),

	"save-message-problem": SaveMessage(SaveMessageProps{Problem: "530 KB is over the limit of 512 KB."}),
	"save-message-name":    SaveMessage(SaveMessageProps{NameError: "Use letters, digits, spaces and hyphens."}),
	"save-message-cleared": SaveMessageCleared(),
	"base-out-of-band":     Base(BaseProps{13, true}),

	"secrets-page":         SecretsPage(SecretsPageProps{withToasts(shellSample("Secrets, enrich-user-profile", InHooks)), headSample(SecretsTab, 14), secretsSample()}),
	"secrets-page-open":    SecretsPage(SecretsPageProps{shellSample("Secrets, enrich-user-profile", InHooks), headSample(SecretsTab, 14), secretsOpen()}),
	"secrets-page-viewer":  SecretsPage(SecretsPageProps{shellOfViewer("Secrets, enrich-user-profile", InHooks), headOfViewer(SecretsTab), secretsOfViewer()}),
	"secrets-page-pending": SecretsPage(SecretsPageProps{shellSample("Secrets, enrich-user-profile", InHooks), headSample(SecretsTab, 14), secretsPending()}),
	"secrets-page-full":    SecretsPage(SecretsPageProps{shellSample("Secrets, enrich-user-profile", InHooks), headSample(SecretsTab, 20), secretsFull()}),
	"secrets-page-empty":   SecretsPage(SecretsPageProps{shellSample("Secrets, enrich-user-profile", InHooks), headSample(SecretsTab, 0), SecretListProps{Quota: Quota{0, 20}, AddURL: hookURL + "/secrets/new", ImportURL: hookURL + "/secrets/import"}}),
	"secrets-changed":      SecretsChanged(SecretsChangedProps{headSample(SecretsTab, 15), secretsNew(), addedToast}),
	"secret-hidden":        Secret(secretSamples[0]),
	"secret-pending":       Secret(pendingSample("p1", "CRM_MIRROR_SECRET")),
	"secret-locked":        Secret(secretsOfViewer().Secrets[0]),
	"secret-revealed":      SecretRevealed(revealedSample("\nline <one>\r\n\ttwo & \"three\"\n")),

	"import":            Import(importSample()),
	"import-page":       sheet("Import secrets", Import(importRefused())),
	"import-refused":    Import(importRefused()),
	"import-hooks":      Import(importHooksSample()),
	"import-own":        Import(ImportProps{URL: ownSecretsURL + "/import", BackURL: ownSecretsURL, Into: IntoOrganization, Format: "json"}),
	"import-over":       Import(ImportProps{URL: importURL, BackURL: hookURL, Into: IntoHook, Format: "dotenv", Errors: Errors{"": "This import is over."}}),
	"import-plan":       ImportPlan(planSample()),
	"import-plan-page":  sheet("Import secrets", ImportPlan(planSample())),
	"import-plan-none":  ImportPlan(planOfNothing()),
	"import-plan-hooks": ImportPlan(planOfHooks()),

	"secrets-filtered":   SecretList(secretsFiltered("crm_")),
	"secrets-none-match": SecretList(secretsFiltered("payrol")),
	"hook-head-filter":   HookHead(headFiltered("crm_")),

	"own-secrets":         OrganizationSecretsPage(ownPage(shellSample("Organization secrets", InSecrets), ownSecretsSample())),
	"own-secrets-many":    SecretList(ownSecretsMany()),
	"own-secrets-empty":   OrganizationSecretsPage(OrganizationSecretsPageProps{shellSample("Organization secrets", InSecrets), OrganizationSecretsHeadProps{Organization: "Brightwater Labs", AddURL: ownSecretsURL + "/new", ImportURL: ownSecretsURL + "/import"}, SecretListProps{AddURL: ownSecretsURL + "/new", ImportURL: ownSecretsURL + "/import"}}),
	"own-secrets-viewer":  OrganizationSecretsPage(ownPage(shellOfViewer("Organization secrets", InSecrets), ownSecretsLocked(LockProps{Role: "Viewer", Admins: "Priya Raman"}))),
	"own-secrets-kept":    SecretList(ownSecretsLocked(LockProps{Role: "Editor", Kept: true, Admins: "Priya Raman, Mara Okafor"})),
	"own-secrets-changed": OrganizationSecretsChanged(OrganizationSecretsChangedProps{ownHead(ownSecretsSample()), ownSecretsSample(), addedToast}),
	"export":              Export(exportSample()),
	"export-refused":      sheet("Export secrets", Export(exportRefused())),
	"export-viewer":       Export(exportOfViewer()),
	"export-hooks":        Export(exportOfHooks()),
	"own-secret-refused":  AddSecret(ownSecretRefused()),
	"own-secret-page":     Sheet(SheetProps{Shell: shellSample("Add organization secret", InSecrets), Parent: "Organization secrets", ParentURL: ownSecretsURL, Form: AddSecret(ownSecretRefused())}),
	"own-secret-corrected": Sheet(SheetProps{Shell: shellSample("Add organization secret", InSecrets), Parent: "Organization secrets", ParentURL: ownSecretsURL, Form: AddSecret(AddSecretProps{
		URL: ownSecretsURL, BackURL: ownSecretsURL, Name: "STRIPE_WEBHOOK", Again: true,
	})}),

	"secret-detail":         SecretDetail(detailSample()),
	"secret-detail-open":    SecretDetail(detailOpen()),
	"secret-detail-viewer":  SecretDetail(detailOfViewer()),
	"secret-detail-pending": SecretDetail(detailPending()),
	"secret-detail-changed": SecretDetail(detailChanged()),
	"secret-detail-page":    sheet("CRM_CLIENT_SECRET", SecretDetail(detailOpen())),
	"secret-slot":           Secret(slotSample(7)),
	"secret-slot-older":     Secret(slotSample(4)),
	"secret-slot-revealed":  SecretRevealed(*detailOpen().Open),
	"drawer-emptied":        DrawerEmptied(),

	"add-secret":              AddSecret(addSecretSample()),
	"add-secret-refused":      AddSecret(addSecretRefused()),
	"add-secret-page":         sheet("Add secret", AddSecret(addSecretSample())),
	"add-secret-page-refused": sheet("Add secret", AddSecret(addSecretRefused())),
	"add-secret-from-editor":  AddSecret(AddSecretProps{URL: hookURL + "/secrets", BackURL: hookURL, Hook: "enrich-user-profile", Name: "SLACK_WEBHOOK_URL", FromEditor: true, Quota: Quota{14, 20}}),
	"edit-secret":             EditSecret(editSecretSample()),
	"edit-secret-page":        sheet("Edit secret", EditSecret(editSecretSample())),
	"edit-secret-conflict":    EditSecret(editSecretConflict()),
	"edit-secret-placeholder": EditSecret(editSecretPlaceholder()),
	"edit-secret-pending":     EditSecret(editSecretPending()),
	"delete-secret":           DeleteSecret(deleteSecretSample()),
	"delete-secret-refused":   DeleteSecret(DeleteSecretProps{URL: hookURL + "/secrets/s05/delete", BackURL: hookURL + "/secrets", Name: "A", Version: 1, DestroyURL: hookURL + "/secrets/s05/destroy", Typed: "B", Errors: Errors{"name": "Type A to confirm."}}),
	"delete-secret-page":      sheet("Delete secret", DeleteSecret(deleteSecretSample())),
	"confirm":                 Confirm(confirmSample()),
	"confirm-export":          Confirm(ConfirmProps{URL: hookURL + "/secrets/export", BackURL: hookURL + "/secrets", To: "export values of", Name: "enrich-user-profile", Fields: []HiddenField{{"what", "values"}}, Minutes: 15}),
	"confirm-refused":         Confirm(ConfirmProps{URL: hookURL + "/secrets/s01/reveal", BackURL: hookURL + "/secrets", To: "reveal", Name: "STRIPE_SIGNING_SECRET", Fields: []HiddenField{{"extends", "e1"}}, Minutes: 15, Errors: Errors{"password": "That password isn’t right. 3 tries left."}}),
	"confirm-copy":            Confirm(ConfirmProps{URL: hookURL + "/secrets/s01/copy", BackURL: hookURL + "/secrets", To: "copy", Name: "STRIPE_SIGNING_SECRET", Copy: true, Minutes: 15}),
	"confirm-page":            sheet("Confirm it’s you", Confirm(confirmSample())),
	"confirm-key":             Confirm(ConfirmProps{URL: apiKeysURL, BackURL: apiKeysURL, To: "create the API key", Name: "deploy-ci", Fields: []HiddenField{{"name", "deploy-ci"}, {"read:hooks", "on"}}, Minutes: 15}),

	"members":               MembersPage(membersSample()),
	"members-viewer":        MembersPage(membersOfViewer()),
	"members-found":         MemberList(membersFound()),
	"members-none-found":    MemberList(MemberListProps{AllURL: settingsURL + "/members", Search: "payrol", Total: 5, Manage: true}),
	"members-sum":           MemberSum(MemberListProps{Total: 1}),
	"remove-member":         RemoveMember(departureSample()),
	"remove-member-page":    sheet("Remove Tomás Vidal", RemoveMember(departureSample())),
	"remove-member-nothing": RemoveMember(departureOfNothing()),
	"leave":                 LeaveOrganization(leavingSample()),
	"leave-last-owner":      LeaveOrganization(DepartureProps{BackURL: settingsURL + "/members", Organization: "Brightwater Labs", Last: true}),
	"transfer":              Transfer(TransferProps{settingsURL + "/members/u2/transfer", settingsURL + "/members", "Mara Okafor", "Brightwater Labs"}),
	"confirm-role":          Confirm(ConfirmProps{URL: settingsURL + "/members/u4/role", BackURL: settingsURL + "/members", To: "change the role of", Name: "Tomás Vidal", Fields: []HiddenField{{"role", "viewer"}, {"base", "editor"}}, Minutes: 15}),
	"secret-due":            Secret(dueSample()),
	"secret-detail-due":     SecretDetail(detailDue()),

	"general":                     GeneralPage(generalSample()),
	"general-refused":             GeneralPage(generalRefused()),
	"general-meanwhile":           GeneralPage(generalMeanwhile()),
	"delete-organization":         DeleteOrganization(doomedSample()),
	"delete-organization-refused": DeleteOrganization(DeleteOrganizationProps{URL: settingsURL + "/general/delete", BackURL: settingsURL + "/general", Name: "Brightwater Labs", Members: 1, Keys: 1, Typed: "brightwater", Errors: Errors{"name": "Type Brightwater Labs to confirm."}}),
	"delete-organization-page":    sheet("Delete Brightwater Labs", DeleteOrganization(doomedSample())),
	"new-organization":            NewOrganization(NewOrganizationProps{URL: "/orgs/new", BackURL: "/", Host: "secrets.brightwater.example"}),
	"new-organization-refused":    NewOrganization(NewOrganizationProps{URL: "/orgs/new", BackURL: "/", Host: "secrets.brightwater.example", Name: "Northwind", Slug: "northwind", Errors: Errors{"slug": "The address northwind is taken. Choose another."}}),
	"new-organization-page":       sheet("New organization", NewOrganization(NewOrganizationProps{URL: "/orgs/new", BackURL: "/", Host: "secrets.brightwater.example"})),
	"confirm-every-time":          Confirm(ConfirmProps{URL: hookURL + "/secrets/s01/reveal", BackURL: hookURL + "/secrets", To: "reveal", Name: "STRIPE_SIGNING_SECRET", Minutes: 15, ValuesAlways: true}),
	"confirm-organization":        Confirm(ConfirmProps{URL: settingsURL + "/general", BackURL: settingsURL + "/general", To: "change the organization", Name: "Brightwater Labs", Minutes: 15, ValuesAlways: true}),

	"invitations":            InvitationList(invitationsSample()),
	"invitations-not-theirs": InvitationList(InvitationListProps{}),
	"invite":                 NewInvitation(newInvitationSample()),
	"invite-refused":         NewInvitation(newInvitationRefused()),
	"invite-page":            sheet("Invite", NewInvitation(newInvitationSample())),
	"confirm-invite":         Confirm(ConfirmProps{URL: invitationsURL, BackURL: settingsURL + "/members", To: "invite", Name: "leo@brightwater.example", Fields: []HiddenField{{"email", "leo@brightwater.example"}, {"role", "editor"}}, Minutes: 15}),
	"invitation-made":        InvitationMade(invitationMadeSample()),
	"invitation-made-page":   sheet("The link for leo@brightwater.example", InvitationMade(invitationMadeSample())),
	"invitation-renew":       RenewInvitation(askInvitationSample("renew", nil)),
	"invitation-renew-late":  RenewInvitation(askInvitationSample("renew", Errors{"email": "Leo Brandt is a member already."})),
	"invitation-revoke":      RevokeInvitation(askInvitationSample("revoke", nil)),
	"invitation-gone":        InvitationPage(InvitationPageProps{Gate: gateSample, Gone: true}),
	"invitation-expired": invitationPage(func(p *InvitationPageProps) {
		p.Expired, p.Until = true, on(time.November, 14)
	}),
	"invitation-newcomer": invitationPage(func(p *InvitationPageProps) { p.Newcomer = true }),
	"invitation-newcomer-refused": invitationPage(func(p *InvitationPageProps) {
		p.Newcomer, p.Name, p.Errors = true, "Tomás Vidal", Errors{"password": "Use at least 12 characters."}
	}),
	"invitation-sign-in": invitationPage(func(p *InvitationPageProps) { p.SignInURL = "/login?next=%2Finvitations" }),
	"invitation-join":    invitationPage(func(p *InvitationPageProps) {}),
	"invitation-another-person": invitationPage(func(p *InvitationPageProps) {
		p.As, p.SignOutURL = "yuki@brightwater.example", "/logout"
	}),

	"api-keys":         APIKeysPage(APIKeysPageProps{shellSample("API keys", InAPIKeys), apiKeysSample(), "/orgs/brightwater-labs/settings/api-keys/calls"}),
	"api-calls":        APICallsPage(apiCallsSample()),
	"api-keys-empty":   APIKeyList(APIKeyListProps{NewURL: apiKeysURL + "/new"}),
	"api-keys-all":     APIKeyList(apiKeysAll()),
	"new-key":          NewAPIKey(newKeySample()),
	"new-key-refused":  NewAPIKey(newKeyRefused()),
	"new-key-page":     sheet("New API key", NewAPIKey(newKeySample())),
	"key-made":         APIKeyMade(keyMadeSample()),
	"key-made-page":    sheet("deploy-ci is ready", APIKeyMade(keyMadeSample())),
	"revoke-key":       RevokeAPIKey(RevokeAPIKeyProps{URL: apiKeysURL + "/k1/revoke", BackURL: apiKeysURL, Name: "deploy-ci", Used: ago(2 * aMinute), UsedFrom: "198.51.100.7"}),
	"revoke-key-never": RevokeAPIKey(RevokeAPIKeyProps{URL: apiKeysURL + "/k2/revoke", BackURL: apiKeysURL, Name: "edge-sync", Errors: Errors{"": "Too many tries."}}),

	"audit-page":          AuditPage(auditPageSample()),
	"audit-page-own":      AuditPage(AuditPageProps{Shell: shellOfViewer("Audit log", InAudit), Activity: activityOwn(), Filters: filtersOwn(), List: auditOwn(), LatestURL: auditURL}),
	"audit-list-empty":    AuditList(AuditListProps{Now: now}),
	"audit-list-filtered": AuditList(auditFiltered()),
	"audit-list-no-match": AuditList(AuditListProps{Now: now, ClearURL: auditURL, AllTimeURL: auditURL + "?q=x&period=all"}),
	"audit-filters-set":   AuditFilters(filtersSet()),
	"audit-activity-one":  Activity(activityOfOne()),
	"hook-activity":       HookActivity(HookActivityProps{shellSample("Activity, enrich-user-profile", InHooks), headSample(ActivityTab, 14), auditSample()}),

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

func apiCallsSample() APICallsPageProps {
	return APICallsPageProps{
		Shell: shellSample("API", InAPIKeys), KeysURL: "/orgs/brightwater-labs/settings/api-keys",
		Groups: []APICallGroup{
			{Name: "Hooks", Calls: []APICallProps{{Summary: "List hooks", Description: "Oldest first.", Method: "GET", Path: "/api/v2/hooks",
				Scopes: []string{"read:hooks"}, Try: "curl -sS -H \"Authorization: Bearer $HOOKSAFE_KEY\" \\\n  \"http://127.0.0.1:8080/api/v2/hooks\""}}},
			{Name: "Values", About: "The only addresses that hand out a value.", Calls: []APICallProps{{Summary: "Read the value of a hook's secret",
				Method: "GET", Path: "/api/v1/hooks/{hook}/secrets/{name}/value", Scopes: []string{"reveal:hook_secrets"}, Try: "curl"}}},
		},
	}
}
