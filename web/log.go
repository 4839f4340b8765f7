package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hooksafe/store"
)

// What the middleware leaves in the Echo context for the log.
const (
	requestKey = "request"
	actorKey   = "actor"
)

// requestID gives every request an id of its own. It stands in the log, in the
// audit entries and on the page of an error; one that a client sends is ignored.
func requestID(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		id := uuid.Must(uuid.NewV7()).String()
		c.Set(requestKey, id)
		c.Response().Header().Set(echo.HeaderXRequestID, id)
		return next(c)
	}
}

// accessLog writes one line for a request: the route and never the address,
// since addresses hold what people mistype. Nothing that a client chose is in
// it but the method of a route that exists.
func accessLog(log *slog.Logger) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			start := time.Now()
			defer func() {
				log.LogAttrs(context.WithoutCancel(c.Request().Context()), slog.LevelInfo, "request",
					slog.String("method", knownMethod(c.Request().Method)),
					slog.String("route", route(c)),
					slog.Int("status", c.Response().Status),
					slog.Float64("duration_ms", float64(time.Since(start).Microseconds())/1000),
					slog.String("request", text(c, requestKey)),
					slog.String("actor", text(c, actorKey)),
				)
			}()
			if err := next(c); err != nil {
				c.Error(err)
			}
			return nil
		}
	}
}

// recoverPanics turns a panic into a 500 and logs where it happened. It doesn't
// log the words of one that a program chose, because they may quote what it
// choked on.
func recoverPanics(log *slog.Logger) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) (err error) {
			defer func() {
				p := recover()
				if p == nil {
					return
				}
				log.Error("panic", "request", text(c, requestKey), "panic", panicText(p), "stack", string(debug.Stack()))
				if c.Response().Committed {
					panic(http.ErrAbortHandler) // half an answer must not look like a whole one
				}
				err = errPanic
			}()
			return next(c)
		}
	}
}

var errPanic = errors.New("panic, logged with its stack")

func panicText(p any) string {
	if err, ok := p.(runtime.Error); ok {
		return err.Error()
	}
	return fmt.Sprintf("%T", p)
}

func route(c echo.Context) string {
	if c.Path() == "" {
		return "none"
	}
	return c.Path()
}

func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch,
		http.MethodDelete, http.MethodOptions, http.MethodTrace, http.MethodConnect:
		return method
	}
	return "other"
}

func text(c echo.Context, key string) string {
	s, _ := c.Get(key).(string)
	return s
}

const (
	healthPath = "/healthz"
	readyPath  = "/readyz"
)

// healthy says that the process lives.
func healthy(c echo.Context) error {
	return c.String(http.StatusOK, "ok\n")
}

// readyFor is how long an answer about readiness stands.
const readyFor = 2 * time.Second

// readiness says whether the store can write. However often it is asked, it
// looks once in readyFor.
type readiness struct {
	check func(context.Context) error

	mu     sync.Mutex
	looked time.Time
	err    error
}

func (r *readiness) ready(c echo.Context) error {
	if err := r.look(c.Request().Context()); err != nil {
		return c.String(http.StatusServiceUnavailable, "not ready: "+reason(err)+"\n")
	}
	return c.String(http.StatusOK, "ok\n")
}

func (r *readiness) look(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.looked.IsZero() || time.Since(r.looked) >= readyFor {
		r.err = r.check(context.WithoutCancel(ctx)) // the answer is for everybody who asks meanwhile
		r.looked = time.Now()
	}
	return r.err
}

func reason(err error) string {
	if e, ok := store.AsError(err); ok {
		return e.Message
	}
	return "the store can't write"
}
