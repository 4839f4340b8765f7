//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/playwright-community/playwright-go"

	"hooksafe/store"
	"hooksafe/store/storetest"
)

const team, teamSlug = "Brightwater Labs", "brightwater-labs"

// people are the members of an invented organization, its owner first.
var people = []struct{ email, name, role, address string }{
	{"mara@brightwater.example", "Mara Okafor", "owner", "10.20.4.31"},
	{"priya@brightwater.example", "Priya Raman", "admin", "10.20.4.17"},
	{"jonas@brightwater.example", "Jonas Lind", "editor", "10.20.4.58"},
	{"tomas@brightwater.example", "Tomás Vidal", "editor", "203.0.113.40"},
	{"yuki@brightwater.example", "Yuki Tanabe", "editor", "10.20.4.62"},
	{"ola@brightwater.example", "Ola Berg", "viewer", "198.51.100.7"},
}

// The places of people in that list.
const (
	mara = iota
	priya
	jonas
	tomas
	yuki
	ola
)

// history is a store that is filled as people fill one, over months.
type history struct {
	*site
	t     *testing.T
	hooks map[string]store.Hook
}

// at moves the clock on to a day of 2026 and a time, in UTC.
func (h *history) at(when string) {
	h.t.Helper()
	now, err := time.Parse("2006 2 Jan 15:04", "2026 "+when)
	must(h.t, err)
	h.Clock.Set(now)
}

// as is a person who signs in now.
func (h *history) as(who int) store.Actor {
	h.t.Helper()
	origin := storetest.Origin()
	origin.Address = people[who].address
	session, err := h.SignIn(context.Background(), origin, people[who].email, storetest.Password, "")
	must(h.t, err)
	person, err := h.Store.Person(context.Background(), session.Token, origin)
	must(h.t, err)
	actor, err := h.MemberActor(context.Background(), person, teamSlug)
	must(h.t, err)
	return actor
}

// begin makes the people and their organization.
func (h *history) begin() {
	h.t.Helper()
	ctx, operator := context.Background(), h.Operator()
	for _, p := range people {
		_, err := h.CreateUser(ctx, operator, p.email, p.name, storetest.Password)
		must(h.t, err)
	}
	_, err := h.CreateOrganization(ctx, operator, team, teamSlug, people[mara].email)
	must(h.t, err)
	owner := h.as(mara)
	for _, p := range people[1:] {
		_, err := h.AddMember(ctx, owner, p.email, roleNamed(h.t, p.role))
		must(h.t, err)
	}
}

// hook makes a hook with some secrets.
func (h *history) hook(when string, who int, name, trigger string, secrets int) {
	h.t.Helper()
	h.at(when)
	actor := h.as(who)
	hook, err := h.CreateHook(context.Background(), actor, name, trigger)
	must(h.t, err)
	for i := range secrets {
		h.secret(actor, hook, fmt.Sprintf("SETTING_%02d", i+1), "", "example")
	}
	h.hooks[name] = hook
}

// enable switches a hook on.
func (h *history) enable(when string, who int, name string) {
	h.t.Helper()
	h.at(when)
	_, _, err := h.EnableHook(context.Background(), h.as(who), h.hooks[name].ID, true)
	must(h.t, err)
}

func (h *history) secret(a store.Actor, hook store.Hook, name, note, value string) store.Secret {
	h.t.Helper()
	secret, err := h.AddSecret(context.Background(), a, store.HookPlace(hook.ID),
		store.NewSecret{Name: name, Note: note, Value: store.NewPlaintext(value)})
	must(h.t, err)
	return secret
}

// profile is the hook whose secrets the pictures show.
const profile = "enrich-user-profile"

// profileSecret is one of its secrets: when and by whom it was set, and how often.
type profileSecret struct {
	when       string
	who        int
	name, note string
	versions   int
}

var oldSecrets = []profileSecret{
	{"2 Mar 09:12", jonas, "HASH_PEPPER", "", 1},
	{"2 Jun 11:40", tomas, "BLOCKED_DOMAINS_URL", "", 3},
	{"28 Jun 08:05", yuki, "SENTRY_DSN", "", 1},
	{"28 Jun 08:06", yuki, "FEATURE_FLAG_TOKEN", "", 1},
	{"28 Jun 08:09", yuki, "GEOIP_LICENSE", "", 2},
	{"4 Jul 15:30", tomas, "SEGMENT_WRITE_KEY", "", 1},
	{"12 Aug 10:00", jonas, "CRM_BASE_URL", "", 1},
	{"12 Aug 10:01", jonas, "CRM_CLIENT_ID", "", 1},
	{"19 Sep 13:45", priya, "CRM_PRIVATE_KEY", "PEM, 28 lines", 3},
	{"19 Sep 13:47", priya, "CRM_CLIENT_SECRET", "Rotates every 90 days", 7},
}

// newSecrets came last.
var newSecrets = []profileSecret{
	{"18 Nov 09:02", mara, "STRIPE_API_KEY", "Restricted: customers read", 2},
	{"18 Nov 09:06", mara, "STRIPE_SIGNING_SECRET", "Live endpoint, eu-west", 4},
}

const shownValue = "example-Jq7R2mT0OvL9xYb4Zk1lIcW8pN6hD3sFa/5uGe+EwQ=="

// setSecrets adds secrets to the hook and changes them as often as they were.
func (h *history) setSecrets(secrets []profileSecret) {
	h.t.Helper()
	hook := h.hooks[profile]
	for _, s := range secrets {
		h.at(s.when)
		actor := h.as(s.who)
		secret := h.secret(actor, hook, s.name, s.note, shownValue)
		for range s.versions - 1 {
			value := store.NewPlaintext(shownValue)
			changed, err := h.ChangeSecret(context.Background(), actor, h.place(), secret.ID,
				store.SecretChange{Base: secret.Revision, Name: s.name, Note: s.note, Value: &value})
			must(h.t, err)
			secret = changed
		}
	}
}

// saveProfile gives the hook its script.
func (h *history) saveProfile() {
	h.t.Helper()
	ctx, actor, script := context.Background(), h.as(mara), profileScript
	hook, err := h.Hook(ctx, actor, h.hooks[profile].ID)
	must(h.t, err)
	_, err = h.SaveHook(ctx, actor, hook.ID, store.HookChange{Base: hook.Revision, Script: &script})
	must(h.t, err)
}

const profileScript = `/**
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
    return cb(new Error('Registration is not open for this domain.'));
  }

  user.app_metadata = { company: company.name };
  cb(null, { user });
};
`

// reveal opens a value. Whoever may not is refused, which leaves an entry too.
func (h *history) reveal(when string, who int, name string) {
	h.t.Helper()
	h.at(when)
	actor := h.as(who)
	_, err := h.RevealSecret(context.Background(), actor, h.place(), h.find(actor, name), 0, "")
	if who != ola {
		must(h.t, err)
	}
}

// copy takes a value without showing it.
func (h *history) copy(when string, who int, name string) {
	h.t.Helper()
	h.at(when)
	actor := h.as(who)
	_, err := h.CopySecret(context.Background(), actor, h.place(), h.find(actor, name), 0)
	must(h.t, err)
}

// place is where the secrets of the pictures are.
func (h *history) place() store.Place { return store.HookPlace(h.hooks[profile].ID) }

// find returns the id of a secret.
func (h *history) find(a store.Actor, name string) string {
	h.t.Helper()
	list, err := h.Secrets(context.Background(), a, h.place())
	must(h.t, err)
	for _, secret := range list.Secrets {
		if secret.Name == name {
			return secret.ID
		}
	}
	h.t.Fatalf("there is no secret %s", name)
	return ""
}

// earlyWorld is an empty store that is opened before all that is to happen in
// it: the time of audit entries never goes back.
func earlyWorld(t *testing.T) *storetest.World {
	t.Helper()
	key, err := store.ParseMasterKey(storetest.Key)
	must(t, err)
	w := &storetest.World{Dir: t.TempDir(), Clock: new(storetest.Clock)}
	w.Clock.Set(time.Date(2026, time.March, 1, 8, 0, 0, 0, time.UTC))
	w.Store, err = store.Open(context.Background(), store.Options{
		Dir: w.Dir, Key: key, Create: true, SecretsPerHook: 20, Clock: w.Clock.Now,
	})
	must(t, err)
	t.Cleanup(func() { must(t, w.Close()) })
	return w
}

// newHistory is the server that the pictures are taken of.
func newHistory(t *testing.T) *history {
	t.Helper()
	t.Parallel()
	h := &history{site: &site{World: earlyWorld(t)}, t: t, hooks: map[string]store.Hook{}}
	h.start(t)
	h.begin()
	h.hook("2 Mar 09:00", jonas, profile, "pre-user-registration", 0)
	h.setSecrets(oldSecrets)
	h.hook("30 Sep 17:00", yuki, "notify-password-change", "post-change-password", 3)
	h.enable("30 Sep 17:10", yuki, "notify-password-change")
	h.hook("21 Oct 17:30", jonas, "block-disposable-email", "pre-user-registration", 2)
	h.hook("9 Nov 09:00", tomas, "welcome-series", "post-user-registration", 5)
	h.hook("12 Nov 10:00", priya, "add-claims-m2m", "credentials-exchange", 20)
	h.hook("14 Nov 10:00", priya, "sync-crm-contact", "post-user-registration", 18)
	h.hook("17 Nov 15:00", jonas, "sms-via-regional-carrier", "send-phone-message", 9)
	h.enable("17 Nov 15:03", jonas, "sms-via-regional-carrier")
	h.hook("17 Nov 15:04", jonas, "sms-fallback", "send-phone-message", 0)
	h.setSecrets(newSecrets)
	h.saveProfile()
	h.enable("18 Nov 09:10", mara, profile)
	h.reveal("18 Nov 16:20", yuki, "GEOIP_LICENSE")
	h.copy("19 Nov 10:02", tomas, "SEGMENT_WRITE_KEY")
	h.enable("20 Nov 09:10", priya, "sync-crm-contact")
	h.reveal("20 Nov 11:31", jonas, "CRM_CLIENT_SECRET")
	h.copy("21 Nov 08:05", priya, "CRM_PRIVATE_KEY")
	h.reveal("21 Nov 09:40", ola, "STRIPE_API_KEY")
	h.enable("21 Nov 11:55", priya, "add-claims-m2m")
	h.reveal("21 Nov 13:58", mara, "STRIPE_API_KEY")
	h.at("21 Nov 14:02")
	return h
}

// TestScreenshots takes pictures of the main pages into the directory named by
// HOOKSAFE_SCREENSHOTS, for the README and to lay beside the design.
func TestScreenshots(t *testing.T) {
	dir := os.Getenv("HOOKSAFE_SCREENSHOTS")
	if dir == "" {
		t.Skip("HOOKSAFE_SCREENSHOTS names no directory")
	}
	must(t, os.MkdirAll(dir, 0o755))
	h := newHistory(t)
	for _, size := range []playwright.Size{desktop, laptop, phone} {
		for _, scheme := range []*playwright.ColorScheme{playwright.ColorSchemeLight, playwright.ColorSchemeDark} {
			h.takePictures(dir, size, scheme)
		}
	}
}

func (h *history) takePictures(dir string, size playwright.Size, scheme *playwright.ColorScheme) {
	h.t.Helper()
	scale := 1.0
	if size == phone {
		scale = 2
	}
	p := h.visit(h.t, "/login", sized(size), lessMotion, func(o *playwright.BrowserNewContextOptions) {
		o.ColorScheme, o.DeviceScaleFactor = scheme, &scale
	})
	take := func(name string) {
		h.t.Helper()
		p.must(p.tab.Mouse().Move(0, 0)) // off whatever was clicked
		p.eval("() => document.fonts.ready")
		path := filepath.Join(dir, fmt.Sprintf("%s-%s-%d.png", name, *scheme, size.Width))
		_, err := p.tab.Screenshot(playwright.PageScreenshotOptions{Path: &path})
		p.must(err)
	}
	take("sign-in")
	p.field("Email").fill(people[priya].email)
	p.field("Password").fill(storetest.Password)
	p.button("Sign in").click()
	p.heading("Hooks").shows()
	take("hooks")
	p.link("New hook").click()
	p.dialog("New hook").shows()
	take("new-hook")

	hook := "/orgs/" + teamSlug + "/hooks/" + h.hooks[profile].ID
	p.open(hook)
	take("editor")
	p.button("Hook tools").click()
	p.menu().shows()
	take("tools")
	p.must(p.tab.Clock().Install())
	p.open(hook + "/secrets")
	take("secrets")
	p.button("Reveal CRM_CLIENT_SECRET").click()
	p.group("Value of CRM_CLIENT_SECRET").shows()
	p.must(p.tab.Clock().RunFor("00:09"))
	take("revealed")
	p.link("Hide CRM_CLIENT_SECRET").first().click()
	p.link("Edit CRM_CLIENT_SECRET").click()
	p.dialog("Edit secret").shows()
	take("edit")
	p.field("New value").fill(placeholders[0])
	take("placeholder")
	p.key("Escape")
	p.link("Add secret").click()
	p.field("Name").fill("SLACK_WEBHOOK_URL")
	p.field("Value").fill("https://hooks.slack.example/services/T000/B000")
	take("add")
	p.key("Escape")
	p.link("Delete CRM_CLIENT_SECRET").click()
	p.dialog("Delete CRM_CLIENT_SECRET?").shows()
	take("delete")
	p.open("/orgs/" + teamSlug + "/audit")
	take("audit")
	p.open("/account")
	take("account")
}
