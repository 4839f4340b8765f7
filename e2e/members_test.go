//go:build e2e

package e2e

import (
	"context"
	"net/http"
	"testing"
	"time"

	"hooksafe/store"
	"hooksafe/store/storetest"
)

// roleOf is the control of somebody's role.
func (p *page) roleOf(name string) element { return p.role("combobox", "Role of "+name) }

// setRole chooses a role in the row, and saves it where no script does.
func (p *page) setRole(name, role string) {
	p.t.Helper()
	p.roleOf(name).selects(role)
	if !p.script {
		p.row(name).button("Save").click()
	}
}

// more opens the menu of a row.
func (p *page) more(name string) element {
	p.t.Helper()
	p.button("More about " + name).click()
	p.menu().shows()
	return p.menu()
}

// A role is changed in the row, and counts at the next request of a browser that is
// open.
func TestChangeRole(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		editor := s.visitAs(t, "editor", s.secretsPath(), settings...)
		p := s.visitAs(t, "owner", s.hooksPath(), settings...)
		p.link(like("^Members")).click()
		p.isAt(membersPath)
		p.row("acme owner").sees("you")
		p.row("acme owner").sees("The last owner. Make another one first.")
		p.roleOf("acme editor").holds("editor")
		p.setRole("acme editor", "Viewer")
		p.toast("acme editor is Viewer now.").shows()
		p.roleOf("acme editor").holds("viewer")

		editor.expect(http.StatusForbidden)
		editor.button("Reveal API_KEY").click()
		editor.sees(like("Your role doesn’t allow that"))
		editor.hides(s.Org(storetest.Acme).Value)
		if p.script {
			p.hears("acme editor is Viewer now. It counts from their next request.")
			p.roleOf("acme editor").focused()
			p.setRole("acme editor", "Admin")
			p.toast("acme editor is Admin now.").shows()
			p.roleOf("acme editor").holds("admin")
		}
	})
}

// Two people who look at one role get one result: whoever comes second sees whose.
func TestChangeRoleAtOnce(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		owner, admin := s.visitAs(t, "owner", membersPath, settings...), s.visitAs(t, "admin", membersPath, settings...)
		owner.setRole("acme editor", "Viewer")
		owner.toast("acme editor is Viewer now.").shows()
		admin.setRole("acme viewer", "Editor")
		admin.toast("acme viewer is Editor now.").shows()
		owner.expect(http.StatusConflict)
		owner.setRole("acme viewer", "Admin")
		owner.toast("acme admin made acme viewer Editor meanwhile, so nothing was changed.").shows()
		owner.roleOf("acme viewer").holds("editor")
		owner.setRole("acme viewer", "Viewer")
		owner.toast("acme viewer is Viewer now.").shows()
	})
}

// The password comes between; whoever doesn't give it sees the role as it is.
func TestStepUpForRole(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "admin", membersPath, settings...)
		s.Clock.Advance(store.ConfirmFor + time.Second)
		p.expect(http.StatusForbidden)
		p.setRole("acme viewer", "Editor")
		p.heading("Confirm it’s you").shows()
		p.sees("To change the role of acme viewer.")
		p.link("Cancel").click()
		p.heading("Confirm it’s you").missing()
		p.roleOf("acme viewer").holds("viewer")
		p.setRole("acme viewer", "Editor")
		p.field("Password").fill(storetest.Password)
		p.button("Change role").click()
		p.toast("acme viewer is Editor now.").shows()
		p.roleOf("acme viewer").holds("editor")
		p.heading("Confirm it’s you").missing()
	})
}

// Somebody is removed while their browser is open: they are out at the next click.
// What they have seen is due until it has a new value; a key goes on as the remover's.
func TestRemoveMember(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		ctx := context.Background()
		kept, keptToken, err := s.CreateKey(ctx, s.Actor(t, storetest.Acme, "admin"), store.NewKey{Name: "edge-sync", Scopes: store.Scopes()})
		must(t, err)
		_, lostToken, err := s.CreateKey(ctx, s.Actor(t, storetest.Acme, "admin"), store.NewKey{Name: "nightly", Scopes: store.Scopes()})
		must(t, err)
		gone := s.visitAs(t, "admin", s.secretsPath(), settings...)
		gone.button("Reveal API_KEY").click()
		gone.group("Value of API_KEY").shows()
		gone.link("Hide API_KEY").first().click()

		p := s.visitAs(t, "owner", membersPath, settings...)
		p.more("acme admin").link("Remove").click()
		p.heading("Remove acme admin?").shows()
		p.sees("Open invitations that acme made are revoked.")
		p.sees("acme has seen 1 value that is still live.")
		p.sees("API_KEY")
		p.hides(s.Org(storetest.Acme).Value)
		p.checkbox(like("^nightly keeps working")).unchecked()
		p.checkbox(like("^edge-sync keeps working under your name")).check()
		p.button("Remove member").click()
		p.toast("acme admin was removed.").shows()
		p.sees("1 value is due for a new one.")
		p.row("acme admin").missing()
		p.sees("3 people.")
		p.css("#api-keys-count").reads("1")
		s.wantKey(t, keptToken, true)
		s.wantKey(t, lostToken, false)
		if keys, err := s.Keys(ctx, s.Actor(t, storetest.Acme, "owner")); err != nil || keys[1].ID != kept.ID || keys[1].MadeBy != "acme owner" {
			t.Errorf("keys are %+v: %v", keys, err)
		}

		gone.expect(http.StatusNotFound)
		gone.button("Reveal API_KEY").click()
		gone.sees("There is nothing here")
		gone.hides(s.Org(storetest.Acme).Value)
		gone.open("/")
		gone.heading("No organization yet").shows()

		p.open(s.secretsPath())
		p.row("API_KEY").sees("Due for a new value")
		p.link("API_KEY").click()
		p.sees("acme admin, who has seen this value, left on 21 November 2026.")
		p.link("Set a new value").click()
		p.field("New value").fill(s.plant("a-newer-planted-value"))
		p.button("Save").click()
		p.toast("API_KEY saved").shows()
		p.open(s.secretsPath())
		p.row("API_KEY").seesNot("Due for a new value")
	})
}

func TestLeave(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "viewer", membersPath, settings...)
		p.roleOf("acme viewer").missing()
		p.button("More about acme editor").missing()
		p.more("acme viewer").link("Leave").click()
		p.heading("Leave acme inc?").shows()
		p.sees("You have seen no value that is still live.")
		p.button("Leave").click()
		p.heading("No organization yet").shows()
		p.sees("You left acme inc.")

		owner := s.visitAs(t, "owner", membersPath, settings...)
		owner.row("acme viewer").missing()
		owner.more("acme owner").link("Leave").click()
		owner.sees("You are the last owner.")
		owner.button("Leave").missing()
		owner.link("Cancel").click()
		owner.isAt(membersPath)
	})
}

func TestTransferOwnership(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "owner", membersPath, settings...)
		p.more("acme editor").link("Transfer ownership").click()
		p.heading("Transfer ownership to acme editor?").shows()
		p.sees("You become an admin")
		p.button("Transfer ownership").click()
		p.toast("acme editor is Owner now.").shows()
		p.roleOf("acme editor").missing()
		p.roleOf("acme viewer").shows()
		p.link(like("^General")).missing()
		p.button("acme owner Admin").shows()
		other := s.visitAs(t, "editor", membersPath, settings...)
		other.roleOf("acme owner").holds("admin")
	})
}

func TestSignOutMember(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		other := s.visitAs(t, "editor", s.hooksPath(), settings...)
		p := s.visitAs(t, "owner", membersPath, settings...)
		p.more("acme editor").button("Sign out everywhere").click()
		p.toast("acme editor is signed out.").shows()
		p.row("acme editor").shows()
		other.reload()
		other.isAt("/login")
	})
}

// Dialogs give the focus back to the button of the menu that opened them.
func TestFocusAfterMemberDialogs(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "owner", membersPath)
	p.button("More about acme viewer").focus()
	p.key("Enter")
	p.menu().shows()
	for range 4 {
		p.key("Tab")
	}
	p.menu().link("Remove").focused()
	p.key("Enter")
	p.dialog("Remove acme viewer?").shows()
	p.key("Escape")
	p.dialog("Remove acme viewer?").missing()
	p.button("More about acme viewer").focused()
}

// The page and its dialogs, to a screen reader, on a phone, in narrow windows.
func TestAccessibleMembers(t *testing.T) {
	s := newDemo(t)
	s.addPeople(t, 60)
	members := s.address(t, demoOrg+"/settings/members")
	p := s.visitAs(t, "owner", members, lessMotion)
	p.accessible("members", desktop, phone)
	p.fits("members")
	p.link("Load more").click()
	p.row("Tomás Vidal").shows()
	p.css(".members tbody").counts(65)
	p.more("Tomás Vidal")
	p.accessible("menu of a member", desktop, phone)
	p.menu().link("Remove").click()
	p.dialog("Remove Tomás Vidal?").shows()
	p.accessible("remove a member", desktop, phone)
	p.fits("remove a member")
	p.button("Remove member").click()
	p.toast("Tomás Vidal was removed.").shows()
	p.open(s.address(t, demoHook+"/secrets"))
	p.row("SEGMENT_WRITE_KEY").sees("Due for a new value")
	p.accessible("a value that is due", desktop, phone)
	p.fits("a value that is due")
	p.link("SEGMENT_WRITE_KEY").click()
	p.sees("who has seen this value")
	p.accessible("a value that is due, in the drawer", desktop, phone)

	p.open(members + "?q=lind")
	p.sees("1 of 64 people")
	p.accessible("members, narrowed", desktop, phone)
	p.link("Show all").click()
	p.row("Yuki Tanabe").missing()

	viewer := s.visitAs(t, "viewer", members+"/leave", lessMotion)
	viewer.accessible("leave", desktop, phone)
	viewer.fits("leave")
}
