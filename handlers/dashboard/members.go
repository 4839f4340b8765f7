package dashboard

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"hooksafe/store"
	"hooksafe/views"
)

func memberRoleURL(org, user string) string    { return memberURL(org, user) + "/role" }
func removeMemberURL(org, user string) string  { return memberURL(org, user) + "/remove" }
func transferURL(org, user string) string      { return memberURL(org, user) + "/transfer" }
func signOutMemberURL(org, user string) string { return memberURL(org, user) + "/sign-out" }
func leaveURL(org string) string               { return membersURL(org) + "/leave" }

// membersPage is what a page about a member lies under.
const membersPage = "Members"

// memberView is what the page of the members shows: some of them, from a place in
// their list on.
type memberView struct{ search, after string }

// viewOfMembers reads the address of a page of members.
func viewOfMembers(query url.Values) memberView {
	return memberView{searchedFor(query), query.Get("after")}
}

// Members lists who is in the organization, and who is invited. To htmx it is the
// list alone: more of the same.
func (d *Dashboard) Members(c echo.Context, a store.Actor) error {
	if !IsHTMX(c) {
		return d.drawMembers(c, a, http.StatusOK)
	}
	list, err := d.memberList(c, a, viewOfMembers(c.QueryParams()))
	if err != nil {
		return err
	}
	return Render(c, http.StatusOK, views.MemberList(list))
}

// drawMembers draws the page, with toasts beside those that were left for it.
func (d *Dashboard) drawMembers(c echo.Context, a store.Actor, status int, toasts ...views.ToastProps) error {
	list, err := d.memberList(c, a, viewOfMembers(c.QueryParams()))
	if err != nil {
		return err
	}
	invitations, err := d.invitationList(c, a)
	if err != nil {
		return err
	}
	shell, err := d.shell(c, a, "Members", views.InMembers)
	if err != nil {
		return err
	}
	shell.Toasts = append(shell.Toasts, toasts...)
	return Render(c, status, views.MembersPage(views.MembersPageProps{
		Shell: shell, List: list, Invitations: invitations, Rights: rights(a.Settings()),
	}))
}

func (d *Dashboard) memberList(c echo.Context, a store.Actor, view memberView) (views.MemberListProps, error) {
	all, err := d.store.Members(c.Request().Context(), a, view.search, view.after, pageSize)
	if err != nil {
		return views.MemberListProps{}, err
	}
	org := a.Org().Slug
	p := views.MemberListProps{
		Search: view.search, AllURL: membersURL(org), Matches: all.Matches, Total: all.Total, Manage: a.Can(store.ManageMembers),
	}
	for _, m := range all.Members {
		p.Members = append(p.Members, d.memberRow(a, m, all.Owners))
	}
	if all.Next != "" {
		p.MoreURL = with(membersURL(org), "after", all.Next)
		if view.search != "" {
			p.MoreURL = with(p.MoreURL, "q", view.search)
		}
	}
	return p, nil
}

// memberRow offers what the actor may do to a member. The last owner stays one.
func (d *Dashboard) memberRow(a store.Actor, m store.Member, owners int) views.MemberProps {
	org, self := a.Org().Slug, m.ID == a.ID()
	p := views.MemberProps{
		ID: m.ID, Name: m.Name, Email: m.Email, Role: m.Role.Title(), Base: m.Role.String(), You: self, Active: d.when(m.ActiveAt),
		Last: m.Role == store.Owner && owners == 1 && a.Can(store.MakeAdmins),
	}
	if a.Can(store.HandOut(m.Role)) && !p.Last {
		p.RoleURL = memberRoleURL(org, m.ID)
		for _, role := range roles {
			if a.Can(store.HandOut(role)) {
				p.Roles = append(p.Roles, views.Choice{ID: role.String(), Label: role.Title()})
			}
		}
		if !self {
			p.RemoveURL = removeMemberURL(org, m.ID)
		}
	}
	if a.Can(store.ReadAudit) {
		p.AuditURL = personURL(org, m.ID)
	}
	if a.Can(store.MakeAdmins) && m.Role != store.Owner {
		p.TransferURL = transferURL(org, m.ID)
	}
	if self {
		p.LeaveURL = leaveURL(org)
	} else if a.Can(store.EndSessions) {
		p.SignOutURL = signOutMemberURL(org, m.ID)
	}
	return p
}

// roles in the order in which pages show them.
var roles = []store.Role{store.Owner, store.Admin, store.Editor, store.Viewer}

// rights are the table of roles for the page.
func rights(s store.Settings) views.RightListProps {
	var p views.RightListProps
	for _, role := range roles {
		p.Roles = append(p.Roles, role.Title())
	}
	for _, r := range s.Rights() {
		row := views.RightProps{Words: r.Words, Lifted: r.Lifted}
		for _, role := range roles {
			row.Held = append(row.Held, role >= r.From)
		}
		p.Rows = append(p.Rows, row)
	}
	return p
}

// memberParts is what looks different on the page of the members once one changed.
func (d *Dashboard) memberParts(c echo.Context, a store.Actor) ([]templ.Component, error) {
	view := viewOfMembers(under(c).Query())
	view.after = ""
	list, err := d.memberList(c, a, view)
	if err != nil {
		return nil, err
	}
	invitations, err := d.invitationList(c, a)
	if err != nil {
		return nil, err
	}
	n, err := d.store.Counts(c.Request().Context(), a)
	list.OutOfBand, invitations.OutOfBand = true, true
	return []templ.Component{
		views.MemberList(list), views.MemberSum(list), views.InvitationList(invitations),
		views.EntryCount(views.EntryProps{Section: views.InMembers, Count: strconv.Itoa(n.Members)}),
		views.EntryCount(views.EntryProps{Section: views.InAPIKeys, Count: strconv.Itoa(n.Keys)}), // who goes takes some along
	}, err
}

// membersChanged answers a change that shows on the page of the members.
func (d *Dashboard) membersChanged(c echo.Context, a store.Actor, done views.ToastProps) error {
	return d.changed(c, membersURL(a.Org().Slug), done, func() ([]templ.Component, error) {
		parts, err := d.memberParts(c, a)
		return append(parts, views.ToastPart(done)), err
	})
}

// SetMemberRole changes a role in the list. Where it can't be, the list says what it
// is instead.
func (d *Dashboard) SetMemberRole(c echo.Context, a store.Actor) error {
	f, err := readForm(c, "role", "base", "password")
	var changed store.Member
	if err == nil {
		changed, err = confirmed(d, c, f, func() (store.Member, error) { return d.setRole(c, a, f) })
	}
	if status, errors, wanted := passwordWanted(c, err); wanted {
		return d.askToChangeRole(c, a, status, f, errors)
	}
	if status, errors := refused(c, err); errors != nil {
		return d.drawRoleKept(c, a, status, err)
	}
	if err != nil {
		return err
	}
	done := views.ToastProps{Kind: "ok", Text: changed.Name + " is " + changed.Role.Title() + " now.", Detail: "It counts from their next request."}
	if changed.ID == a.ID() { // the whole page looks different to them
		return d.leave(c, membersURL(a.Org().Slug), done)
	}
	return d.membersChanged(c, a, done)
}

func (d *Dashboard) setRole(c echo.Context, a store.Actor, f form) (store.Member, error) {
	role, err := store.ParseRole(f.line("role"))
	if err != nil {
		return store.Member{}, err
	}
	base, err := store.ParseRole(f.line("base"))
	if err != nil {
		return store.Member{}, errBadForm
	}
	return d.store.ChangeMemberRole(c.Request().Context(), a, c.Param("user"), base, role)
}

// askToChangeRole asks for the password over the list as it still is.
func (d *Dashboard) askToChangeRole(c echo.Context, a store.Actor, status int, f form, errors views.Errors) error {
	m, err := d.store.Member(c.Request().Context(), a, c.Param("user"))
	if err != nil {
		return err
	}
	var list []templ.Component
	if IsHTMX(c) {
		if list, err = d.memberParts(c, a); err != nil {
			return err
		}
	}
	return d.askToConfirm(c, a, status, membersPage, views.InMembers, views.ConfirmProps{
		URL: memberRoleURL(a.Org().Slug, m.ID), BackURL: membersURL(a.Org().Slug), To: "change the role of", Name: m.Name,
		Fields: sentBefore(f, "role", "base"), Errors: errors,
	}, list...)
}

// drawRoleKept draws the list as it is, and says why.
func (d *Dashboard) drawRoleKept(c echo.Context, a store.Actor, status int, err error) error {
	e, _ := store.AsError(err)
	problem := views.ToastProps{Kind: "bad", Text: e.Message, Keep: true}
	if !IsHTMX(c) {
		return d.drawMembers(c, a, status, problem)
	}
	parts, err := d.memberParts(c, a)
	if err != nil {
		return err
	}
	if err := trigger(c, map[string]any{"modal:close": true}); err != nil {
		return err
	}
	return Render(c, status, append(parts, views.ToastPart(problem))...)
}

// AskRemoveMember asks whether somebody shall go, and tells what they have seen.
func (d *Dashboard) AskRemoveMember(c echo.Context, a store.Actor) error {
	going, err := d.store.MemberToRemove(c.Request().Context(), a, c.Param("user"))
	if err != nil {
		return err
	}
	p := d.departure(going)
	p.URL, p.BackURL = removeMemberURL(a.Org().Slug, going.ID), membersURL(a.Org().Slug)
	return d.dialogIn(c, a, http.StatusOK, views.InMembers, sheet{"Remove " + going.Name, membersPage, p.BackURL, views.RemoveMember(p)})
}

// RemoveMember ends a membership.
func (d *Dashboard) RemoveMember(c echo.Context, a store.Actor) error {
	f, err := readForm(c, adoptField+"*", "password")
	var gone store.Departure
	if err == nil {
		gone, err = confirmed(d, c, f, func() (store.Departure, error) {
			return d.store.DismissMember(c.Request().Context(), a, c.Param("user"), f.chosen(adoptField))
		})
	}
	if status, errors, wanted := passwordWanted(c, err); wanted {
		return d.askToConfirmRemoval(c, a, status, f, errors)
	}
	if err != nil {
		return err
	}
	return d.membersChanged(c, a, views.ToastProps{Kind: "gone", Text: gone.Name + " was removed.", Detail: views.DueNow(gone.Known)})
}

// adoptField begins the fields of the keys that go on under another name; the id of
// the key follows.
const adoptField = "adopt-"

func (d *Dashboard) askToConfirmRemoval(c echo.Context, a store.Actor, status int, f form, errors views.Errors) error {
	m, err := d.store.Member(c.Request().Context(), a, c.Param("user"))
	if err != nil {
		return err
	}
	var fields []string
	for _, key := range f.chosen(adoptField) {
		fields = append(fields, adoptField+key)
	}
	return d.askToConfirm(c, a, status, membersPage, views.InMembers, views.ConfirmProps{
		URL: removeMemberURL(a.Org().Slug, m.ID), BackURL: membersURL(a.Org().Slug), To: "remove", Name: m.Name,
		Fields: sentBefore(f, fields...), Errors: errors,
	})
}

func (d *Dashboard) departure(going store.Departure) views.DepartureProps {
	p := views.DepartureProps{Name: going.Name, Known: going.Known, Last: going.Last, Invites: going.Role >= store.Admin}
	for _, s := range going.Seen {
		p.Seen = append(p.Seen, views.SeenProps{Name: s.Name, Hook: s.Hook, Version: s.Version, How: s.How, At: d.when(s.At), Deleted: s.Deleted})
	}
	for _, k := range going.Keys {
		p.Keys = append(p.Keys, views.DepartingKeyProps{Field: adoptField + k.ID, Name: k.Name, Used: d.when(k.UsedAt)})
	}
	return p
}

// AskTransfer asks whether somebody else shall own the organization.
func (d *Dashboard) AskTransfer(c echo.Context, a store.Actor) error {
	m, err := d.store.MemberToTransfer(c.Request().Context(), a, c.Param("user"))
	if err != nil {
		return err
	}
	org := a.Org()
	back := membersURL(org.Slug)
	return d.dialogIn(c, a, http.StatusOK, views.InMembers, sheet{"Transfer ownership", membersPage, back, views.Transfer(views.TransferProps{
		URL: transferURL(org.Slug, m.ID), BackURL: back, Name: m.Name, Organization: org.Name,
	})})
}

// Transfer makes somebody else an owner, and the actor an admin.
func (d *Dashboard) Transfer(c echo.Context, a store.Actor) error {
	f, err := readForm(c, "password")
	var owner store.Member
	if err == nil {
		owner, err = confirmed(d, c, f, func() (store.Member, error) {
			return d.store.TransferOwnership(c.Request().Context(), a, c.Param("user"))
		})
	}
	if status, errors, wanted := passwordWanted(c, err); wanted {
		return d.askToConfirmTransfer(c, a, status, errors)
	}
	if err != nil {
		return err
	}
	return d.leave(c, membersURL(a.Org().Slug), views.ToastProps{Kind: "ok", Text: owner.Name + " is Owner now.", Detail: "You are Admin."})
}

func (d *Dashboard) askToConfirmTransfer(c echo.Context, a store.Actor, status int, errors views.Errors) error {
	m, err := d.store.Member(c.Request().Context(), a, c.Param("user"))
	if err != nil {
		return err
	}
	return d.askToConfirm(c, a, status, membersPage, views.InMembers, views.ConfirmProps{
		URL: transferURL(a.Org().Slug, m.ID), BackURL: membersURL(a.Org().Slug), To: "transfer ownership to", Name: m.Name, Errors: errors,
	})
}

// AskLeave asks whether the person shall go, and tells what goes with them.
func (d *Dashboard) AskLeave(c echo.Context, a store.Actor) error {
	return d.drawLeave(c, a, http.StatusOK)
}

// Leave ends the person's own membership.
func (d *Dashboard) Leave(c echo.Context, a store.Actor) error {
	_, err := readForm(c)
	if err == nil {
		_, err = d.store.LeaveOrganization(c.Request().Context(), a)
	}
	if status, errors := refused(c, err); errors != nil {
		return d.drawLeave(c, a, status)
	}
	if err != nil {
		return err
	}
	return d.leave(c, homeURL, views.ToastProps{Kind: "gone", Text: "You left " + a.Org().Name + "."})
}

// drawLeave draws the dialog; to the last owner it says why they stay.
func (d *Dashboard) drawLeave(c echo.Context, a store.Actor, status int) error {
	going, err := d.store.Leaving(c.Request().Context(), a)
	if err != nil {
		return err
	}
	org := a.Org()
	p := d.departure(going)
	p.URL, p.BackURL, p.Organization = leaveURL(org.Slug), membersURL(org.Slug), org.Name
	return d.dialogIn(c, a, status, views.InMembers, sheet{"Leave " + org.Name, membersPage, p.BackURL, views.LeaveOrganization(p)})
}

// SignOutMember signs a member out wherever they are signed in.
func (d *Dashboard) SignOutMember(c echo.Context, a store.Actor) error {
	if _, err := readForm(c); err != nil {
		return err
	}
	m, n, err := d.store.SignOutMember(c.Request().Context(), a, c.Param("user"))
	if err != nil {
		return err
	}
	return d.membersChanged(c, a, views.ToastProps{Kind: "ok", Text: m.Name + " is signed out.", Detail: views.DevicesSignedOut(n)})
}
