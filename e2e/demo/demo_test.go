package demo_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hooksafe/e2e/demo"
	"hooksafe/store"
	"hooksafe/store/storetest"
)

var ctx = context.Background()

// told is the story with an end, in a store that is open at it.
type told struct {
	*storetest.World
	tokens demo.Tokens
}

func tell(t *testing.T, end time.Time) told {
	t.Helper()
	key, err := store.ParseMasterKey(storetest.Key)
	must(t, err)
	dir := t.TempDir()
	tokens, err := demo.Fill(ctx, dir, key, end)
	must(t, err)
	database, err := os.ReadFile(filepath.Join(dir, "hooksafe.db"))
	must(t, err)
	return told{storetest.Copy(t, database, end), tokens}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// as is the member with a role.
func (s told) as(t *testing.T, role string) store.Actor {
	t.Helper()
	person, err := s.Store.Person(ctx, s.tokens[demo.With(role).Email], storetest.Origin())
	must(t, err)
	a, err := s.MemberActor(ctx, person, demo.Slug)
	must(t, err)
	return a
}

// entries are all of the organization's, oldest first.
func (s told) entries(t *testing.T) []store.AuditEntry {
	t.Helper()
	page, err := s.Audit(ctx, s.as(t, "owner"), store.AuditFilter{}, 0, 10_000)
	must(t, err)
	slices.Reverse(page.Entries)
	return page.Entries
}

func at(e store.AuditEntry) time.Time { return time.UnixMicro(e.At).UTC() }

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func TestStory(t *testing.T) {
	t.Parallel()
	end := time.Date(2026, 11, 21, 14, 3, 0, 0, time.UTC)
	s := tell(t, end)
	t.Run("hooks", s.hooks)
	t.Run("days", func(t *testing.T) { s.days(t, end) })
	t.Run("burst", s.burst)
	t.Run("people", s.people)
	t.Run("the organization's own", s.own)
	t.Run("secrets", s.secrets) // last: it reveals all of them
	storetest.VerifyLogs(t, s.Dir)
}

// Whenever it ends, the same happens; at night and after a weekend as well.
func TestStoryIsAlwaysTheSame(t *testing.T) {
	t.Parallel()
	var stories []string
	for _, end := range []time.Time{
		time.Date(2026, 11, 21, 14, 3, 0, 0, time.UTC),
		time.Date(2027, 3, 1, 0, 30, 0, 0, time.UTC),
	} {
		var story strings.Builder
		for _, e := range tell(t, end).entries(t) {
			fmt.Fprintln(&story, text(e.ActorName), e.Action, text(e.ParentName), text(e.TargetName), e.Outcome, text(e.Request))
		}
		stories = append(stories, story.String())
	}
	if stories[0] != stories[1] {
		t.Error("another end makes another story")
	}
}

func (s told) hooks(t *testing.T) {
	list, err := s.Hooks(ctx, s.as(t, "viewer"), store.HookFilter{}, "", 50)
	must(t, err)
	var got []string
	for _, h := range list.Hooks {
		got = append(got, fmt.Sprint(h.Name, " ", h.Trigger, " ", h.Secrets, " ", h.Enabled))
	}
	want := []string{
		"add-claims-m2m credentials-exchange 20 true",
		"notify-password-change post-change-password 3 true",
		"sync-crm-contact post-user-registration 18 true",
		"welcome-series post-user-registration 5 false",
		"block-disposable-email pre-user-registration 2 false",
		"enrich-user-profile pre-user-registration 14 true",
		"sms-fallback send-phone-message 0 false",
		"sms-via-regional-carrier send-phone-message 9 true",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the hooks are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Every value holds the mark, and nothing else that a page may show does.
func (s told) secrets(t *testing.T) {
	a := s.as(t, "editor")
	hooks, err := s.Hooks(ctx, a, store.HookFilter{}, "", 50)
	must(t, err)
	noted, versions, pending := 0, int64(0), 0
	for _, h := range hooks.Hooks {
		list, err := s.Secrets(ctx, a, store.HookPlace(h.ID))
		must(t, err)
		if strings.Contains(list.Hook.Script, demo.Mark) || !strings.Contains(list.Hook.Script, "module.exports") {
			t.Errorf("the script of %s is\n%s", h.Name, list.Hook.Script)
		}
		for _, secret := range list.Secrets {
			if secret.Version == 0 {
				pending++
				continue
			}
			revealed, err := s.RevealSecret(ctx, a, store.HookPlace(h.ID), secret.ID, 0, "")
			must(t, err)
			if !strings.Contains(revealed.Value.Reveal(), demo.Mark) || strings.Contains(secret.Name+secret.Note, demo.Mark) {
				t.Errorf("%s of %s is not marked as a value of the demo", secret.Name, h.Name)
			}
			if secret.Note != "" {
				noted++
			}
			versions = max(versions, secret.Version)
		}
	}
	if noted < 8 || versions != 7 || pending != 1 {
		t.Errorf("%d secrets have a note, %d versions is the most, %d wait for a value", noted, versions, pending)
	}
}

// The organization's own secrets, with who saved them and which program read them last.
func (s told) own(t *testing.T) {
	list, err := s.Secrets(ctx, s.as(t, "viewer"), store.OrganizationPlace())
	must(t, err)
	var got []string
	for _, secret := range list.Secrets {
		got = append(got, fmt.Sprint(secret.Name, " v", secret.Version, ", ", secret.UpdatedBy, ", used by ", secret.LastUsedBy))
	}
	want := []string{
		"API_KEY v2, Mara Okafor, used by edge-sync",
		"DATABASE_URL v5, Priya Raman, used by deploy-ci",
		"GITHUB_APP_PRIVATE_KEY v1, Mara Okafor, used by deploy-ci",
		"SMTP_PASSWORD v4, Mara Okafor, used by deploy-ci",
		"STRIPE_WEBHOOK_SECRET v3, Priya Raman, used by deploy-ci",
		"TWILIO_AUTH_TOKEN v1, Mara Okafor, used by ",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the organization's own secrets are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	restored := func(e store.AuditEntry) bool { return text(e.Detail) == "restored from version 2" }
	if !slices.ContainsFunc(s.entries(t), restored) {
		t.Error("no version was restored")
	}
}

// Six weeks, quiet at weekends, with one day that stands out.
func (s told) days(t *testing.T, end time.Time) {
	perDay := map[string]int{}
	entries := s.entries(t)
	for _, e := range entries {
		perDay[at(e).Format(time.DateOnly)]++
		if wd := at(e).Weekday(); (wd == time.Saturday || wd == time.Sunday) && end.Sub(at(e)) > 24*time.Hour {
			t.Errorf("%s at %s, on a %s", e.Action, at(e), wd)
		}
	}
	if first := at(entries[0]); end.Sub(first) < 40*24*time.Hour {
		t.Errorf("it begins on %s", first)
	}
	if len(entries) < 200 || len(perDay) < 30 {
		t.Errorf("%d entries on %d days", len(entries), len(perDay))
	}
	busiest := "2026-11-18"
	for day, n := range perDay {
		if day > "2026-10-23" && n > perDay[busiest] {
			t.Errorf("%s has %d entries, %s only %d", day, n, busiest, perDay[busiest])
		}
	}
}

// Somebody opens more than 20 different secrets within a minute.
func (s told) burst(t *testing.T) {
	type look struct {
		at     time.Time
		secret string
	}
	recent := map[string][]look{} // of each person
	most := 0
	for _, e := range s.entries(t) {
		if e.Action != "secret.reveal" || e.Outcome != "done" {
			continue
		}
		who := text(e.Actor)
		recent[who] = append(recent[who], look{at(e), text(e.Target)})
		different := map[string]bool{}
		for _, l := range recent[who] {
			if at(e).Sub(l.at) < time.Minute {
				different[l.secret] = true
			}
		}
		most = max(most, len(different))
	}
	if most <= 20 {
		t.Errorf("%d different secrets within a minute at most", most)
	}
}

// Each role is there; one of them sees two organizations; a viewer was refused.
func (s told) people(t *testing.T) {
	for _, role := range storetest.Roles {
		a := s.as(t, role)
		if a.Role().String() != role {
			t.Errorf("%s is %s, want %s", a.Name(), a.Role(), role)
		}
		person, err := s.Store.Person(ctx, s.tokens[demo.With(role).Email], storetest.Origin())
		must(t, err)
		organizations, err := s.Organizations(ctx, person)
		must(t, err)
		if want := map[string]int{"owner": 2}[role]; len(organizations) != max(want, 1) {
			t.Errorf("%s is in %d organizations", role, len(organizations))
		}
	}
	const former = "Ines Duarte"
	choices, err := s.AuditPeople(ctx, s.as(t, "owner"))
	must(t, err)
	members, err := s.Members(ctx, s.as(t, "owner"), former, "", 10)
	must(t, err)
	if !slices.ContainsFunc(choices, func(p store.AuditPerson) bool { return p.Name == former }) || members.Matches != 0 {
		t.Errorf("%s has not left: %+v", former, choices)
	}
	denied := 0
	for _, e := range s.entries(t) {
		if e.Outcome == "denied" && text(e.ActorName) == demo.With("viewer").Name {
			denied++
		}
	}
	if denied < 3 {
		t.Errorf("%d refusals, want some", denied)
	}
}
