package web

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/time/rate"

	"hooksafe/store"
)

// keyActor is where the Echo context keeps the store.Actor of an API key.
const keyActor = "key"

// apiCredentials asks for a key under /api/, at every address, known or not, before
// anything else is looked at (S-01). It stands in the Authorization header or
// nowhere: cookies and queries count for nothing there (S-02).
func apiCredentials(s *store.Store) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if !isAPI(c) {
				return next(c)
			}
			token, ok := bearer(c.Request().Header)
			if !ok {
				return errNoKey
			}
			actor, err := s.KeyActor(c.Request().Context(), token, originOf(c.Request()))
			if err != nil {
				return err
			}
			c.Set(actorKey, actor.ID())
			c.Set(keyActor, actor)
			return next(c)
		}
	}
}

var errNoKey = &refusal{status: http.StatusUnauthorized, text: "Missing authentication"}

// bearer is the token of the one Authorization header (RFC 6750, section 2.1).
func bearer(h http.Header) (token string, ok bool) {
	if len(h.Values("Authorization")) != 1 {
		return "", false
	}
	scheme, token, ok := strings.Cut(h.Get("Authorization"), " ")
	return token, ok && strings.EqualFold(scheme, "Bearer") && token != ""
}

// key lets the API key in that apiCredentials found.
func (d doors) key(h func(echo.Context, store.Actor) error) echo.HandlerFunc {
	return func(c echo.Context) error { return h(c, c.Get(keyActor).(store.Actor)) }
}

// pace holds every key to so many requests a second, and tells it how many are left.
// The Deploy CLI sends hundreds at once, so a key may save up for ten seconds.
type pace struct {
	perSecond int
	now       func() time.Time

	mu   sync.Mutex
	keys map[string]*rate.Limiter
}

const savedUp = 10

func newPace(perSecond int, now func() time.Time) *pace {
	return &pace{perSecond: perSecond, now: now, keys: map[string]*rate.Limiter{}}
}

// middleware does nothing where no rate is set.
func (p *pace) middleware(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		actor, ok := c.Get(keyActor).(store.Actor)
		if !ok || p.perSecond == 0 {
			return next(c)
		}
		now := p.now()
		limiter := p.of(actor.ID())
		allowed := limiter.AllowN(now, 1)
		left := limiter.TokensAt(now)
		h := c.Response().Header()
		h.Set("X-RateLimit-Limit", strconv.Itoa(limiter.Burst()))
		h.Set("X-RateLimit-Remaining", strconv.Itoa(max(0, int(left))))
		h.Set("X-RateLimit-Reset", strconv.FormatInt(now.Add(p.until(limiter.Burst(), left)).Unix()+1, 10))
		if !allowed {
			return &store.Error{Code: store.Limited, Message: "Too many requests with this API key", RetryAfter: p.until(1, left)}
		}
		return next(c)
	}
}

// until is how long it takes until so many requests are free.
func (p *pace) until(requests int, left float64) time.Duration {
	return time.Duration((float64(requests) - left) / float64(p.perSecond) * float64(time.Second))
}

func (p *pace) of(key string) *rate.Limiter {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.keys[key] == nil {
		p.keys[key] = rate.NewLimiter(rate.Limit(p.perSecond), p.perSecond*savedUp)
	}
	return p.keys[key]
}
