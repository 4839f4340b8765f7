package dashboard

import (
	"github.com/labstack/echo/v4"

	"hooksafe/store"
	"hooksafe/views"
)

// invitationList is what the page of the members shows of invitations to who manages
// members, and nothing to anybody else.
func (d *Dashboard) invitationList(c echo.Context, a store.Actor) (views.InvitationListProps, error) {
	if !a.Can(store.ManageMembers) {
		return views.InvitationListProps{}, nil
	}
	return views.InvitationListProps{InviteURL: membersURL(a.Org().Slug) + "/invite"}, nil
}
