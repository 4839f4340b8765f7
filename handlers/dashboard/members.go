package dashboard

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"hooksafe/store"
	"hooksafe/views"
)

// Members lists who is in the organization, and who is invited.
func (d *Dashboard) Members(c echo.Context, a store.Actor) error {
	all, err := d.store.Members(c.Request().Context(), a)
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
	return Render(c, http.StatusOK, views.MembersPage(views.MembersPageProps{
		Shell: shell, List: d.memberList(a, all), Invitations: invitations,
	}))
}

func (d *Dashboard) memberList(a store.Actor, all store.MemberList) views.MemberListProps {
	p := views.MemberListProps{Total: all.Total}
	for _, m := range all.Members {
		p.Members = append(p.Members, views.MemberProps{ID: m.ID, Name: m.Name, Email: m.Email, Role: m.Role.Title()})
	}
	return p
}
