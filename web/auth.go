package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/oklog/ulid/v2"

	"hooksafe/handlers/dashboard"
	"hooksafe/store"
)

// doors are the adapters that turn a handler into a route. Each finds out who is
// asking, and hands over nobody, a person, or a member of one organization;
// Echo's router takes none of these handlers without one.
type doors struct {
	store    *store.Store
	sessions *sessionStore
}

// public lets everybody in.
func (d doors) public(h func(echo.Context, store.Origin) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		return h(c, originOf(c.Request()))
	}
}

// anybody lets everybody in, and hands over the person who is signed in, or nil.
func (d doors) anybody(h func(echo.Context, store.Origin, *store.ServerActor) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		person, err := d.person(c)
		if err != nil {
			return err
		}
		return h(c, originOf(c.Request()), person)
	}
}

// signedIn lets a person in who has a session.
func (d doors) signedIn(h func(echo.Context, store.ServerActor) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		person, err := d.person(c)
		if err != nil {
			return err
		}
		if person == nil {
			return errSignIn
		}
		return h(c, *person)
	}
}

// person is who is signed in, or nil. Whatever draws or logs the answer finds them in
// the Echo context.
func (d doors) person(c echo.Context) (*store.ServerActor, error) {
	session, err := d.sessions.Get(c.Request(), dashboard.SessionName)
	if err != nil {
		return nil, err
	}
	person, ok := personOf(session)
	if !ok {
		return nil, nil
	}
	c.Set(actorKey, person.ID())
	c.Set(dashboard.PersonKey, person)
	return &person, nil
}

// member lets a person in who belongs to the organization in the path. To
// anybody else the organization, and whatever the path names in it, does not
// exist. A page under an address that the organization had before is sought under
// the present one; what is posted there is carried out as it stands.
func (d doors) member(h func(echo.Context, store.Actor) error) echo.HandlerFunc {
	return d.signedIn(func(c echo.Context, p store.ServerActor) error {
		if !namesIDs(c) {
			return echo.ErrNotFound
		}
		actor, err := d.store.MemberActor(c.Request().Context(), p, c.Param("org"))
		if err != nil {
			return err
		}
		if slug := actor.Org().Slug; slug != c.Param("org") && safeMethod(c.Request().Method) {
			// For now only: the organization may take its old address back.
			return c.Redirect(http.StatusTemporaryRedirect, under(slug, c.Request().URL))
		}
		return h(c, actor)
	})
}

// under is the same page under another address of its organization.
func under(slug string, page *url.URL) string {
	parts := strings.SplitN(page.EscapedPath(), "/", 4) // "", orgs, slug, the rest
	parts[2] = slug
	address := strings.Join(parts, "/")
	if page.RawQuery != "" {
		address += "?" + page.RawQuery
	}
	return address
}

// namesIDs tells whether every id in the path has the form of one: hooks have
// ULIDs, versions count from 1, the rest are UUIDs. Other spellings of the same id
// are none.
func namesIDs(c echo.Context) bool {
	for _, name := range c.ParamNames() {
		value := c.Param(name)
		switch name {
		case "hook":
			if id, err := ulid.ParseStrict(value); err != nil || id.String() != value {
				return false
			}
		case "secret", "user", "session", "key", "invitation", "plan", "change":
			if id, err := uuid.Parse(value); err != nil || id.String() != value {
				return false
			}
		case "version":
			if n, err := strconv.ParseInt(value, 10, 64); err != nil || n < 1 || strconv.FormatInt(n, 10) != value {
				return false
			}
		}
	}
	return true
}

type originKey struct{}

// withOrigin notes where a request comes from, for the audit entries it makes.
func withOrigin(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		req := c.Request()
		origin := store.Origin{Address: c.RealIP(), Agent: req.UserAgent(), Request: text(c, requestKey)}
		c.SetRequest(req.WithContext(context.WithValue(req.Context(), originKey{}, origin)))
		return next(c)
	}
}

func originOf(r *http.Request) store.Origin {
	origin, _ := r.Context().Value(originKey{}).(store.Origin)
	return origin
}
