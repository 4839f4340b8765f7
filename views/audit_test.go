package views

import (
	"strings"
	"testing"
)

// entryAbout is an audit entry about what an action is about, or, without a name, about
// what a refusal found.
func entryAbout(action, outcome string, named bool) AuditEntryProps {
	resource, _, _ := strings.Cut(action, ".")
	p := AuditEntryProps{ActorName: "Priya", Action: action, Outcome: outcome, TargetKind: resource}
	if resource == "import" || action == "export.names" || resource == "secret" && action != "secret.burst" {
		p.ParentName = "enrich"
	}
	if !named {
		return p
	}
	p.TargetName = map[string]string{
		"secret": "CRM_KEY", "hook": "enrich", "member": "Yuki", "invitation": "leo@brightwater.example", "key": "deploy-ci",
		"organization": "Brightwater", "user": "Yuki", "reset_link": "Yuki",
	}[resource]
	p.Detail = map[string]string{
		"member.add": "as editor", "member.role": "from editor to admin", "member.remove": "was editor", "invitation.create": "as editor",
		"key.create": "read:hooks, for 90 days", "secret.update": "new value",
	}[action]
	return p
}

func sentenceOf(t *testing.T, p AuditEntryProps) string {
	t.Helper()
	return strings.Join(strings.Fields(textOf(parse(t, render(t, sentence(p, p.deed()))))), " ")
}

// sentences are how each action reads: done; after "was denied" and "failed at"; the
// same where nothing of that name was found; and as a choice of the filter.
var sentences = map[string][4]string{
	"access_token.create":  {"got an access token", "getting an access token", "getting an access token", "Got an access token"},
	"audit.export":         {"exported the audit log", "exporting the audit log", "exporting the audit log", "Exported the audit log"},
	"export.names":         {"exported names without values in enrich", "exporting names in enrich", "exporting names in enrich", "Exported names without values"},
	"import.apply":         {"imported a file in enrich", "importing a file in enrich", "importing a file in enrich", "Imported a file"},
	"import.plan":          {"looked at what an import would do in enrich", "looking at what an import would do in enrich", "looking at what an import would do in enrich", "Looked at what an import would do"},
	"import.undo":          {"undid an import in enrich", "undoing an import in enrich", "undoing an import in enrich", "Undid an import"},
	"secret.export":        {"exported CRM_KEY in enrich", "exporting CRM_KEY in enrich", "exporting a secret in enrich", "Exported a secret"},
	"hook.create":          {"created the hook enrich", "creating the hook enrich", "creating a hook", "Created a hook"},
	"hook.delete":          {"deleted the hook enrich", "deleting the hook enrich", "deleting a hook", "Deleted a hook"},
	"hook.destroy":         {"erased the hook enrich", "erasing the hook enrich", "erasing a hook", "Erased a hook"},
	"hook.disable":         {"switched off enrich", "switching off enrich", "switching off a hook", "Switched off a hook"},
	"hook.enable":          {"switched on enrich", "switching on enrich", "switching on a hook", "Switched on a hook"},
	"hook.read":            {"looked at hooks", "looking at hooks", "looking at hooks", "Looked at hooks"},
	"hook.restore":         {"restored the hook enrich", "restoring the hook enrich", "restoring a hook", "Restored a hook"},
	"hook.update":          {"changed the hook enrich", "changing the hook enrich", "changing a hook", "Changed a hook"},
	"invitation.accept":    {"accepted the invitation", "accepting the invitation", "accepting the invitation", "Accepted the invitation"},
	"invitation.create":    {"invited leo@brightwater.example as editor", "inviting leo@brightwater.example as editor", "inviting a person", "Invited a person"},
	"invitation.list":      {"looked at the invitations", "looking at the invitations", "looking at the invitations", "Looked at the invitations"},
	"invitation.renew":     {"renewed the invitation of leo@brightwater.example", "renewing the invitation of leo@brightwater.example", "renewing an invitation", "Renewed an invitation"},
	"invitation.revoke":    {"revoked the invitation of leo@brightwater.example", "revoking the invitation of leo@brightwater.example", "revoking an invitation", "Revoked an invitation"},
	"key.adopt":            {"took over the API key deploy-ci", "taking over the API key deploy-ci", "taking over an API key", "Took over an API key"},
	"key.create":           {"created the API key deploy-ci", "creating the API key deploy-ci", "creating an API key", "Created an API key"},
	"key.list":             {"looked at the API keys", "looking at the API keys", "looking at the API keys", "Looked at the API keys"},
	"key.revoke":           {"revoked the API key deploy-ci", "revoking the API key deploy-ci", "revoking an API key", "Revoked an API key"},
	"key.use":              {"came in by its key", "access", "access", "Came in by its key"},
	"member.add":           {"added Yuki as editor", "adding Yuki as editor", "adding a member", "Added a member"},
	"member.leave":         {"left the organization", "leaving the organization", "leaving the organization", "Left the organization"},
	"member.list":          {"looked at the members", "looking at the members", "looking at the members", "Looked at the members"},
	"member.remove":        {"removed Yuki", "removing Yuki", "removing a member", "Removed a member"},
	"member.role":          {"changed the role of Yuki from editor to admin", "changing the role of Yuki from editor to admin", "changing the role of a member", "Changed the role of a member"},
	"member.sign_out":      {"signed out Yuki", "signing out Yuki", "signing out a member", "Signed out a member"},
	"member.transfer":      {"handed ownership to Yuki", "handing ownership to Yuki", "handing ownership to a member", "Handed ownership to a member"},
	"organization.create":  {"created the organization Brightwater", "creating the organization Brightwater", "creating the organization", "Created the organization"},
	"organization.delete":  {"deleted the organization Brightwater", "deleting the organization Brightwater", "deleting the organization", "Deleted the organization"},
	"organization.read":    {"looked at the settings of the organization", "looking at the settings of the organization", "looking at the settings of the organization", "Looked at the settings of the organization"},
	"organization.update":  {"changed the organization", "changing the organization", "changing the organization", "Changed the organization"},
	"reset_link.create":    {"made a reset link for Yuki", "making a reset link for Yuki", "making a reset link for a person", "Made a reset link for a person"},
	"secret.burst":         {"opened more than 20 different secrets within a minute", "opening more than 20 different secrets within a minute", "opening more than 20 different secrets within a minute", "Opened more than 20 different secrets within a minute"},
	"secret.copy":          {"copied CRM_KEY in enrich without showing it", "copying CRM_KEY in enrich", "copying a secret in enrich", "Copied a secret without showing it"},
	"secret.create":        {"added CRM_KEY in enrich", "adding CRM_KEY in enrich", "adding a secret in enrich", "Added a secret"},
	"secret.delete":        {"deleted CRM_KEY in enrich", "deleting CRM_KEY in enrich", "deleting a secret in enrich", "Deleted a secret"},
	"secret.destroy":       {"erased CRM_KEY in enrich", "erasing CRM_KEY in enrich", "erasing a secret in enrich", "Erased a secret"},
	"secret.list":          {"listed secrets in enrich", "listing secrets in enrich", "listing secrets in enrich", "Listed secrets"},
	"secret.read":          {"read CRM_KEY in enrich", "reading CRM_KEY in enrich", "reading a secret in enrich", "Read a secret"},
	"secret.restore":       {"restored CRM_KEY in enrich", "restoring CRM_KEY in enrich", "restoring a secret in enrich", "Restored a secret"},
	"secret.reveal":        {"revealed CRM_KEY in enrich", "revealing CRM_KEY in enrich", "revealing a secret in enrich", "Revealed a secret"},
	"secret.update":        {"changed CRM_KEY in enrich", "changing CRM_KEY in enrich", "changing a secret in enrich", "Changed a secret"},
	"session.end":          {"ended a sign-in", "ending a sign-in", "ending a sign-in", "Ended a sign-in"},
	"setup.done":           {"set up this server", "setting up this server", "setting up this server", "Set up this server"},
	"user.change_password": {"changed their password", "changing their password", "changing their password", "Changed their password"},
	"user.confirm":         {"confirmed their password", "confirming their password", "confirming their password", "Confirmed their password"},
	"user.create":          {"created a sign-in for Yuki", "creating a sign-in for Yuki", "creating a sign-in for a person", "Created a sign-in for a person"},
	"user.reset_password":  {"set a new password", "setting a new password", "setting a new password", "Set a new password"},
	"user.sign_in":         {"signed in", "signing in", "signing in", "Signed in"},
	"user.sign_out":        {"signed out", "signing out", "signing out", "Signed out"},
	"user.update":          {"changed their account", "changing their account", "changing their account", "Changed their account"},
}

// An entry of any action and outcome is a whole sentence, with and without a name, in
// a hook and in the organization.
func TestSentences(t *testing.T) {
	for action, d := range deeds {
		want, ok := sentences[action]
		if !ok {
			t.Errorf("no sentence for %s", action)
		}
		for _, c := range []struct {
			outcome string
			named   bool
			want    string
		}{
			{"done", true, "Priya " + want[0]},
			{"denied", true, "Priya was denied " + want[1]},
			{"failed", true, "Priya failed at " + want[1]},
			{"denied", false, "Priya was denied " + want[2]},
			{"failed", false, "Priya failed at " + want[2]},
		} {
			p := entryAbout(action, c.outcome, c.named)
			if got := sentenceOf(t, p); got != c.want {
				t.Errorf("%s %s: %q, want %q", action, c.outcome, got, c.want)
			}
			p.ParentName = "" // of the organization itself
			if got, want := sentenceOf(t, p), strings.Replace(c.want, " in enrich", "", 1); got != want {
				t.Errorf("%s %s without a parent: %q, want %q", action, c.outcome, got, want)
			}
			p.Reason = "Viewer role"
			if got := sentenceOf(t, p); !strings.HasSuffix(got, " Viewer role") {
				t.Errorf("%s %s without its reason: %q", action, c.outcome, got)
			}
		}
		if got := d.choice(action); got != want[3] {
			t.Errorf("%s is the choice %q, want %q", action, got, want[3])
		}
	}
	if len(sentences) != len(deeds) {
		t.Errorf("%d sentences for %d actions", len(sentences), len(deeds))
	}
	unknown := AuditEntryProps{ActorName: "Priya", Action: "thing.do", Outcome: "denied"}
	if got := sentenceOf(t, unknown); got != "Priya was denied thing.do" {
		t.Errorf("an action without words: %q", got)
	}
}
