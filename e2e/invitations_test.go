//go:build e2e

package e2e

import (
	"context"
	"database/sql"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"hooksafe/store"
	"hooksafe/store/storetest"
)

const (
	membersPath = "/orgs/acme/settings/members"
	invited     = "leo@example.com"
)

// invite makes an invitation behind the browser's back and gives its link.
func (s *site) invite(t testing.TB, email string, role store.Role) (link string) {
	t.Helper()
	_, token, err := s.CreateInvitation(context.Background(), s.Actor(t, storetest.Acme, "owner"), email, role)
	must(t, err)
	return "/invitations/" + token
}

// link is the one that the page shows, without the server's address.
func (p *page) shownLink() string {
	p.t.Helper()
	p.heading(like(`^The link for `)).shows()
	text, err := p.css("#token").at.TextContent()
	p.must(err)
	if !regexp.MustCompile(`^` + regexp.QuoteMeta(p.site.URL) + `/invitations/[0-9A-Za-z_-]{43}$`).MatchString(text) {
		p.t.Fatalf("the link is %q", text)
	}
	return strings.TrimPrefix(text, p.site.URL)
}

// wantLinkOnce: one answer holds the link, the one to the form; neither the log nor an
// address after the first holds its token.
func (s *site) wantLinkOnce(t testing.TB, link, path string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	token := strings.TrimPrefix(link, "/invitations/")
	var told []string
	for _, a := range s.answers {
		if strings.Contains(a.body+a.header.Get("Location"), token) {
			told = append(told, a.method+" "+a.path)
		}
	}
	if len(told) != 1 || told[0] != "POST "+path {
		t.Errorf("the token is in the answers to %v", told)
	}
	if strings.Contains(s.log.String(), token) {
		t.Error("the token is in the server's log")
	}
}

// Invite, pass the link on, accept as somebody new, see the hooks.
func TestInviteSomebodyNew(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visitAs(t, "admin", membersPath, settings...)
		p.expect(http.StatusUnprocessableEntity, http.StatusConflict)
		p.sees("No invitation is open.")
		p.link("Invite").click()
		p.heading("Invite").shows()
		p.sees("Hooksafe sends no mail.")
		p.radio("Owner").missing()
		p.field("Email").fill("leo")
		p.button("Create link").click()
		p.sees("Enter an email address, such as name@example.com.")
		p.field("Email").fill("viewer@acme.example")
		p.button("Create link").click()
		p.sees("acme viewer is a member already.")
		p.field("Email").holds("viewer@acme.example")
		p.field("Email").fill(invited)
		p.radio("Editor").check()
		p.button("Create link").click()
		link := p.shownLink()
		p.sees("Hooksafe sends no mail: pass the link on yourself, to nobody else.")
		p.link("Done").click()
		p.css("#token").missing()
		p.isAt(membersPath)
		p.css("#invitations").sees(invited)
		p.css("#invitations").sees("as Editor")
		p.css("#invitations").sees("expires in 7 days")
		p.hides(link)
		s.wantLinkOnce(t, link, membersPath+"/invitations")

		q := s.visit(t, link, settings...)
		q.expect(http.StatusUnprocessableEntity, http.StatusNotFound)
		q.isAt("/invitations")
		q.heading("Join acme inc").shows()
		q.sees("acme admin invited")
		q.sees(invited)
		q.seesNot("acme-hook")
		q.field("Your name").fill("Leo Brandt")
		q.field("Choose a password").fill("short")
		q.button("Accept and join").click()
		q.sees("Use at least 12 characters.")
		q.field("Your name").holds("Leo Brandt")
		q.field("Choose a password").fill(newPassword)
		q.button("Accept and join").click()
		q.isAt(s.hooksPath())
		q.toast("You joined acme inc.").shows()
		q.sees("acme-hook")
		q.button("Leo Brandt Editor").shows()
		q.open("/account")
		q.sees("Signed in")
		q.open(link)
		q.heading("This invitation doesn’t work any more").shows()
		s.wantLinkOnce(t, link, membersPath+"/invitations")

		p.open("/orgs/acme/audit")
		p.sees(like(`acme admin\s+invited\s+leo@example\.com`))
		p.sees(like(`Leo Brandt\s+accepted the invitation`))
		p.open(membersPath)
		p.css("#members").sees(invited)
		p.css("#invitations").seesNot(invited)
	})
}

func TestCopyInvitation(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "owner", membersPath, withClipboard)
	p.link("Invite").click()
	p.field("Email").fill(invited)
	p.button("Create link").click()
	link := p.shownLink()
	p.clipboard(func() {
		p.button("Copy").click()
		p.hears("The link for leo@example.com is on the clipboard.")
		if held := p.clipboardText(); held != s.URL+link {
			t.Errorf("the clipboard holds %q", held)
		}
	})
	p.key("Escape")
	p.css("dialog[open]").missing()
	p.link("Invite").focused()
	p.hides(link)
}

// Neither Back nor a page out of the browser's cache shows the link again.
func TestLinkDoesNotComeBack(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "owner", membersPath+"/invite")
	p.field("Email").fill(invited)
	p.button("Create link").click()
	link := p.shownLink()
	p.open(s.hooksPath())
	p.tab.GoBack() // Chromium refuses to show the answer to a form again
	p.seesNot(link)
	s.wantLinkOnce(t, link, membersPath+"/invitations")
}

// Somebody with an account signs in on the way.
func TestInviteSomebodyWithAnAccount(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		p := s.visit(t, s.invite(t, storetest.Email(storetest.Globex, "editor"), store.Viewer), settings...)
		p.heading("Join acme inc").shows()
		p.css("[name=password]").missing()
		p.link("Sign in to accept").click()
		p.field("Email").fill(storetest.Email(storetest.Globex, "editor"))
		p.field("Password").fill(storetest.Password)
		p.button("Sign in").click()
		p.isAt("/invitations")
		p.button("Join acme inc as Viewer").click()
		p.isAt(s.hooksPath())
		p.toast("You joined acme inc.").shows()
		p.sees("acme-hook")
		p.button("globex editor Viewer").shows()
	})
}

// A link that is for somebody else: out, and in as whom it is for.
func TestInvitationOfSomebodyElse(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		link := s.invite(t, storetest.Email(storetest.Globex, "editor"), store.Editor)
		p := s.visitAs(t, "viewer", link, settings...)
		p.sees("You are signed in as viewer@acme.example.")
		p.sees("This invitation is for editor@globex.example.")
		p.button(like("Join")).missing()
		p.button("Sign out").click()
		p.isAt("/invitations")
		p.link("Sign in to accept").click()
		p.field("Email").fill(storetest.Email(storetest.Globex, "editor"))
		p.field("Password").fill(storetest.Password)
		p.button("Sign in").click()
		p.button("Join acme inc as Editor").click()
		p.toast("You joined acme inc.").shows()
	})
}

func TestInvitationThatExpired(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		link := s.invite(t, invited, store.Editor)
		s.Clock.Advance(8 * 24 * time.Hour)
		p := s.visit(t, link, settings...)
		p.expect(http.StatusNotFound)
		p.heading("This invitation has expired").shows()
		p.sees("It was valid until 28 November. Ask acme owner, who sent it, for a new one.")
		p.seesNot("acme inc")
	})
}

func TestRenewAndRevoke(t *testing.T) {
	eachWay(t, func(t *testing.T, settings ...setting) {
		s := newSite(t)
		old := s.invite(t, invited, store.Editor)
		p := s.visitAs(t, "owner", membersPath, settings...)
		s.Clock.Advance(store.ConfirmFor + time.Second)
		p.expect(http.StatusForbidden)
		p.link("Renew the invitation of leo@example.com").click()
		p.heading("Renew the invitation of leo@example.com?").shows()
		p.button("Create new link").click()
		p.sees("To renew the invitation of leo@example.com.")
		p.field("Password").fill(storetest.Password)
		p.button("Create new link").click()
		link := p.shownLink()
		p.link("Done").click()
		q := s.visit(t, old, settings...)
		q.expect(http.StatusNotFound)
		q.heading("This invitation doesn’t work any more").shows()
		q.open(link)
		q.heading("Join acme inc").shows()

		p.link("Revoke the invitation of leo@example.com").click()
		p.heading("Revoke the invitation of leo@example.com?").shows()
		p.button("Revoke invitation").click()
		p.toast("Invitation revoked.").shows()
		p.sees("No invitation is open.")
		q.field("Your name").fill("Leo Brandt")
		q.field("Choose a password").fill(newPassword)
		q.button("Accept and join").click()
		q.heading("This invitation doesn’t work any more").shows()
	})
}

// Who manages no members sees no invitation.
func TestInvitationsAreForAdmins(t *testing.T) {
	s := newSite(t)
	s.invite(t, invited, store.Editor)
	p := s.visitAs(t, "editor", membersPath)
	p.heading("Members").shows()
	p.seesNot(invited)
	p.link("Invite").missing()
	p.css("#invitations").missing()
	p.expect(http.StatusForbidden)
	p.open(membersPath + "/invite")
	p.heading("Your role doesn’t allow that").shows()
}

func TestInvitationsAccessible(t *testing.T) {
	s := newSite(t)
	p := s.visitAs(t, "owner", membersPath, lessMotion)
	p.expect(http.StatusConflict)
	p.accessible("no invitations", desktop, phone)
	s.invite(t, strings.Repeat("long", 30)+"@example.com", store.Owner)
	s.invite(t, "שלום@example.com", store.Viewer)
	p.reload()
	p.accessible("invitations", desktop, phone)
	p.fits("invitations")
	p.link("Invite").click()
	p.dialog("Invite").shows()
	p.accessible("invite", desktop, phone)
	p.fits("invite")
	p.field("Email").fill("שלום@example.com")
	p.button("Create link").click()
	p.sees("This address is invited already.")
	p.accessible("invite, refused", desktop, phone)
	p.field("Email").fill(strings.Repeat("w", 120) + "@example.com")
	p.button("Create link").click()
	p.shownLink()
	p.accessible("the link", desktop, phone)
	p.fits("the link")
	p.link("Done").click()
	p.link("Renew the invitation of שלום@example.com").click()
	p.dialog(like("^Renew")).shows()
	p.accessible("renew", desktop, phone)
	p.key("Escape")
	p.link("Revoke the invitation of שלום@example.com").click()
	p.dialog(like("^Revoke")).shows()
	p.accessible("revoke", desktop, phone)
}

// rename gives acme another name behind the server's back.
func (s *site) rename(t testing.TB, name string) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(s.Dir, "hooksafe.db")+"?mode=rw&_busy_timeout=5000")
	must(t, err)
	defer db.Close()
	_, err = db.Exec(`UPDATE organizations SET name = ? WHERE slug = 'acme'`, name)
	must(t, err)
}

func TestInvitationPageAccessible(t *testing.T) {
	s := newSite(t)
	long := s.invite(t, strings.Repeat("w", 120)+"@example.com", store.Editor)
	member := s.invite(t, storetest.Email(storetest.Globex, "editor"), store.Owner)
	s.rename(t, strings.Repeat("W", 100))
	p := s.visit(t, long, lessMotion)
	p.expect(http.StatusUnprocessableEntity, http.StatusNotFound)
	p.accessible("somebody new", desktop, phone)
	p.fits("somebody new")
	p.field("Your name").fill("Leo Brandt")
	p.field("Choose a password").fill("short")
	p.button("Accept and join").click()
	p.css("[aria-invalid=true]").shows()
	p.accessible("somebody new, refused", desktop, phone)
	p.open(member)
	p.accessible("sign in to accept", desktop, phone)
	p.link("Sign in to accept").click()
	p.field("Email").fill(storetest.Email(storetest.Globex, "editor"))
	p.field("Password").fill(storetest.Password)
	p.button("Sign in").click()
	p.button(like("^Join W+ as Owner$")).shows()
	p.accessible("join", desktop, phone)
	p.fits("join")
	p.open(long)
	p.sees("You are signed in as")
	p.accessible("somebody else", desktop, phone)
	p.fits("somebody else")
	p.open("/invitations/nothing")
	p.accessible("gone", desktop, phone)
	s.Clock.Advance(8 * 24 * time.Hour)
	p.open(long)
	p.heading("This invitation has expired").shows()
	p.accessible("expired", desktop, phone)
}
