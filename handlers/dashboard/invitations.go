package dashboard

import (
	"context"
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"hooksafe/store"
	"hooksafe/views"
)

func inviteURL(org string) string                 { return membersURL(org) + "/invite" }
func invitationsURL(org string) string            { return membersURL(org) + "/invitations" }
func renewInvitationURL(org, id string) string    { return invitationURL(org, id) + "/renew" }
func revokeInvitationURL(org, id string) string   { return invitationURL(org, id) + "/revoke" }
func (d *Dashboard) joinLink(token string) string { return d.baseURL + joinURL + "/" + token }

// invitationsShown is how many invitations the page of the members lists.
const invitationsShown = 50

// invitationList is what the page of the members shows of invitations to who manages
// members, and nothing to anybody else.
func (d *Dashboard) invitationList(c echo.Context, a store.Actor) (views.InvitationListProps, error) {
	if !a.Can(store.ManageMembers) {
		return views.InvitationListProps{}, nil
	}
	list, err := d.store.Invitations(c.Request().Context(), a, invitationsShown)
	if err != nil {
		return views.InvitationListProps{}, err
	}
	p := views.InvitationListProps{InviteURL: inviteURL(a.Org().Slug), More: list.Total - len(list.Invitations)}
	for _, i := range list.Invitations {
		p.Invitations = append(p.Invitations, d.invitationRow(a, i))
	}
	return p, nil
}

func (d *Dashboard) invitationRow(a store.Actor, i store.Invitation) views.InvitationProps {
	p := views.InvitationProps{
		ID: i.ID, Email: i.Email, Role: i.Role.Title(), MadeBy: i.MadeBy, Sent: d.when(i.SentAt), Expires: d.when(i.ExpiresAt),
	}
	if a.Can(store.HandOut(i.Role)) {
		p.RenewURL, p.RevokeURL = renewInvitationURL(a.Org().Slug, i.ID), revokeInvitationURL(a.Org().Slug, i.ID)
	}
	return p
}

// invitationParts is what looks different on the page of the members once an invitation
// was made, renewed or revoked.
func (d *Dashboard) invitationParts(c echo.Context, a store.Actor) ([]templ.Component, error) {
	list, err := d.invitationList(c, a)
	list.OutOfBand = true
	return []templ.Component{views.InvitationList(list)}, err
}

// NewInvitation asks whom to invite, and as what.
func (d *Dashboard) NewInvitation(c echo.Context, a store.Actor) error {
	return d.drawNewInvitation(c, a, http.StatusOK, form{fields: map[string]string{"role": store.Viewer.String()}}, nil)
}

// CreateInvitation invites somebody. The link is in this answer and in no other.
func (d *Dashboard) CreateInvitation(c echo.Context, a store.Actor) error {
	f, err := readForm(c, "email", "role", "password")
	var made madeInvitation
	if err == nil {
		made, err = confirmed(d, c, f, func() (madeInvitation, error) { return d.invite(c, a, f) })
	}
	if status, errors, wanted := passwordWanted(c, err); wanted {
		return d.askToConfirm(c, a, status, membersPage, views.InMembers, views.ConfirmProps{
			URL: invitationsURL(a.Org().Slug), BackURL: membersURL(a.Org().Slug), To: "invite", Name: f.line("email"),
			Fields: sentBefore(f, "email", "role"), Errors: errors,
		})
	}
	if status, errors := refused(c, err); errors != nil {
		return d.drawNewInvitation(c, a, status, f, errors)
	}
	if err != nil {
		return err
	}
	return d.drawInvitationMade(c, a, made)
}

type madeInvitation struct {
	store.Invitation
	token string
}

func (d *Dashboard) invite(c echo.Context, a store.Actor, f form) (madeInvitation, error) {
	role, err := store.ParseRole(f.line("role"))
	if err != nil {
		return madeInvitation{}, invalid("role", "Choose a role.")
	}
	i, token, err := d.store.CreateInvitation(c.Request().Context(), a, f.line("email"), role)
	return madeInvitation{i, token}, err
}

func (d *Dashboard) drawNewInvitation(c echo.Context, a store.Actor, status int, f form, errors views.Errors) error {
	if err := d.store.InvitationForm(c.Request().Context(), a); err != nil {
		return err
	}
	url := membersURL(a.Org().Slug)
	p := views.NewInvitationProps{
		URL: invitationsURL(a.Org().Slug), BackURL: url, Email: f.line("email"), Role: f.line("role"), Errors: errors,
	}
	for _, role := range []store.Role{store.Viewer, store.Editor, store.Admin, store.Owner} {
		if a.Can(store.HandOut(role)) {
			p.Roles = append(p.Roles, views.RoleProps{ID: role.String(), Title: role.Title()})
		}
	}
	return d.dialogIn(c, a, status, views.InMembers, sheet{"Invite", membersPage, url, views.NewInvitation(p)})
}

// drawInvitationMade hands out the link, over the list that has the invitation already.
func (d *Dashboard) drawInvitationMade(c echo.Context, a store.Actor, made madeInvitation) error {
	url := membersURL(a.Org().Slug)
	dialog := views.InvitationMade(views.InvitationMadeProps{
		Email: made.Email, Value: d.joinLink(made.token), Until: d.when(made.ExpiresAt), BackURL: url,
	})
	if !IsHTMX(c) {
		return d.dialogIn(c, a, http.StatusOK, views.InMembers, sheet{"The link for " + made.Email, membersPage, url, dialog})
	}
	parts, err := d.invitationParts(c, a)
	if err != nil {
		return err
	}
	return Render(c, http.StatusOK, append(parts, dialog)...)
}

// AskRenewInvitation asks whether an invitation shall get a new link.
func (d *Dashboard) AskRenewInvitation(c echo.Context, a store.Actor) error {
	return d.drawRenewInvitation(c, a, http.StatusOK, nil)
}

// RenewInvitation makes a new link, which is in this answer and in no other. The old
// one stops working.
func (d *Dashboard) RenewInvitation(c echo.Context, a store.Actor) error {
	f, err := readForm(c, "password")
	var renewed madeInvitation
	if err == nil {
		renewed, err = confirmed(d, c, f, func() (madeInvitation, error) {
			i, token, err := d.store.RenewInvitation(c.Request().Context(), a, c.Param("invitation"))
			return madeInvitation{i, token}, err
		})
	}
	if status, errors, wanted := passwordWanted(c, err); wanted {
		return d.askToConfirmInvitation(c, a, status, d.store.InvitationToRenew, renewInvitationURL, "renew the invitation of", errors)
	}
	if status, errors := refused(c, err); errors != nil {
		return d.drawRenewInvitation(c, a, status, errors)
	}
	if err != nil {
		return err
	}
	return d.drawInvitationMade(c, a, renewed)
}

func (d *Dashboard) drawRenewInvitation(c echo.Context, a store.Actor, status int, errors views.Errors) error {
	i, err := d.store.InvitationToRenew(c.Request().Context(), a, c.Param("invitation"))
	if err != nil {
		return err
	}
	url := membersURL(a.Org().Slug)
	return d.dialogIn(c, a, status, views.InMembers, sheet{"Renew the invitation of " + i.Email, membersPage, url, views.RenewInvitation(views.AskInvitationProps{
		URL: renewInvitationURL(a.Org().Slug, i.ID), BackURL: url, Email: i.Email, Errors: errors,
	})})
}

// AskRevokeInvitation asks whether the link of an invitation shall stop working.
func (d *Dashboard) AskRevokeInvitation(c echo.Context, a store.Actor) error {
	i, err := d.store.InvitationToRevoke(c.Request().Context(), a, c.Param("invitation"))
	if err != nil {
		return err
	}
	url := membersURL(a.Org().Slug)
	return d.dialogIn(c, a, http.StatusOK, views.InMembers, sheet{"Revoke the invitation of " + i.Email, membersPage, url, views.RevokeInvitation(views.AskInvitationProps{
		URL: revokeInvitationURL(a.Org().Slug, i.ID), BackURL: url, Email: i.Email,
	})})
}

// RevokeInvitation makes the link of an invitation stop working.
func (d *Dashboard) RevokeInvitation(c echo.Context, a store.Actor) error {
	f, err := readForm(c, "password")
	var gone store.Invitation
	if err == nil {
		gone, err = confirmed(d, c, f, func() (store.Invitation, error) {
			return d.store.RevokeInvitation(c.Request().Context(), a, c.Param("invitation"))
		})
	}
	if status, errors, wanted := passwordWanted(c, err); wanted {
		return d.askToConfirmInvitation(c, a, status, d.store.InvitationToRevoke, revokeInvitationURL, "revoke the invitation of", errors)
	}
	if err != nil {
		return err
	}
	done := views.ToastProps{Kind: "ok", Text: "Invitation revoked.", Detail: "The link for " + gone.Email + " doesn’t work any more."}
	return d.changed(c, membersURL(a.Org().Slug), done, func() ([]templ.Component, error) {
		parts, err := d.invitationParts(c, a)
		return append(parts, views.ToastPart(done)), err
	})
}

type findInvitation func(ctx context.Context, a store.Actor, id string) (store.Invitation, error)

// askToConfirmInvitation asks for the password before something is done to an open
// invitation.
func (d *Dashboard) askToConfirmInvitation(c echo.Context, a store.Actor, status int, find findInvitation, url func(org, id string) string, to string, errors views.Errors) error {
	i, err := find(c.Request().Context(), a, c.Param("invitation"))
	if err != nil {
		return err
	}
	return d.askToConfirm(c, a, status, membersPage, views.InMembers, views.ConfirmProps{
		URL: url(a.Org().Slug, i.ID), BackURL: membersURL(a.Org().Slug), To: to, Name: i.Email, Errors: errors,
	})
}

// InvitationLink moves the token of an invitation from the address into a cookie.
// Nothing is looked up and nothing used up, so that a preview of the link burns nothing.
func (d *Dashboard) InvitationLink(c echo.Context, _ store.Origin) error {
	if err := d.setToken(c, InvitationName, c.Param("token"), linkSeconds); err != nil {
		return err
	}
	return redirect(c, joinURL)
}

// InvitationPage says what the invitation that the browser holds is good for.
func (d *Dashboard) InvitationPage(c echo.Context, o store.Origin, p *store.ServerActor) error {
	return d.drawInvitation(c, o, p, http.StatusOK, form{}, nil)
}

// AcceptInvitation uses the invitation up: the signed-in person becomes a member, or
// nobody becomes a person first. Address and role are the invitation's.
func (d *Dashboard) AcceptInvitation(c echo.Context, o store.Origin, p *store.ServerActor) error {
	f, err := readForm(c, "email", "name", "password") // the e-mail is there for password managers
	var joined store.Joined
	if err == nil {
		joined, err = d.accept(c, o, p, f)
	}
	if status, errors := refused(c, err); errors != nil {
		return d.drawInvitation(c, o, p, status, f, errors)
	}
	if store.CodeOf(err) == store.NotFound {
		return d.drawInvitation(c, o, p, http.StatusNotFound, form{}, nil)
	}
	if err != nil {
		return err
	}
	if err := d.dropToken(c, InvitationName); err != nil {
		return err
	}
	return d.leave(c, hooksURL(joined.Org.Slug), welcome(joined))
}

func (d *Dashboard) accept(c echo.Context, o store.Origin, p *store.ServerActor, f form) (store.Joined, error) {
	token, err := d.token(c, InvitationName)
	if err != nil {
		return store.Joined{}, err
	}
	if p != nil {
		return d.store.AcceptInvitation(c.Request().Context(), *p, token)
	}
	session, joined, err := d.store.JoinAsNew(c.Request().Context(), o, token, f.line("name"), f.line("password"))
	if err != nil {
		return store.Joined{}, err
	}
	return joined, d.signedIn(c, session)
}

func welcome(j store.Joined) views.ToastProps {
	if j.Member {
		return views.ToastProps{Kind: "neutral", Text: "You were a member of " + j.Org.Name + " already.", Detail: "Your role stays " + j.Role.Title() + "."}
	}
	return views.ToastProps{Kind: "ok", Text: "You joined " + j.Org.Name + ".", Detail: "Your role is " + j.Role.Title() + "."}
}

// drawInvitation draws what the link is good for, for who looks at it. One that doesn't
// work is a 404 whatever the status was.
func (d *Dashboard) drawInvitation(c echo.Context, o store.Origin, p *store.ServerActor, status int, f form, errors views.Errors) error {
	token, err := d.token(c, InvitationName)
	if err != nil {
		return err
	}
	page := views.InvitationPageProps{Gate: d.gate, URL: joinURL}
	if p != nil {
		page.Gate.Theme = p.Look().Theme
	}
	linked, err := d.store.CheckInvitation(c.Request().Context(), o, token)
	switch {
	case store.CodeOf(err) == store.NotFound:
		status, page.Gone = http.StatusNotFound, true
	case err != nil:
		return err
	case linked.Expired:
		status, page.Expired = http.StatusNotFound, true
	case p == nil && linked.Account:
		page.SignInURL = SignInURL(joinURL)
	case p == nil:
		page.Newcomer, page.Name, page.Errors = true, f.line("name"), errors
	case !linked.IsFor(*p):
		page.As, page.SignOutURL = p.Email(), signOutURL
	}
	page.Organization, page.Email, page.Role = linked.Organization, linked.Email, linked.Role.Title()
	page.MadeBy, page.Until = linked.MadeBy, d.when(linked.ExpiresAt)
	return Render(c, status, views.InvitationPage(page))
}
