package web

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"hooksafe/handlers/apiv1"
	"hooksafe/handlers/apiv2"
	"hooksafe/handlers/dashboard"
	"hooksafe/store"
	"hooksafe/views"
)

// refusal is an error of the server itself, before anything was asked of the
// store.
type refusal struct {
	status      int
	title, text string
}

func (r *refusal) Error() string { return r.title + ": " + r.text }

// errSignIn is the answer to a request that needs a session and has none.
var errSignIn error = &store.Error{Code: store.Unauthenticated, Message: "Sign in to continue."}

var errTooSlow = &refusal{http.StatusRequestTimeout, "Too slow", "The request took longer than 30 seconds to arrive. Send it again."}

var statusOf = map[store.Code]int{
	store.Invalid:         http.StatusUnprocessableEntity,
	store.NotFound:        http.StatusNotFound,
	store.Denied:          http.StatusForbidden,
	store.Conflict:        http.StatusConflict,
	store.Stale:           http.StatusConflict,
	store.Full:            http.StatusConflict,
	store.ConfirmNeeded:   http.StatusForbidden,
	store.Unauthenticated: http.StatusUnauthorized,
	store.Limited:         http.StatusTooManyRequests,
	store.Unavailable:     http.StatusServiceUnavailable,
	store.NoSpace:         http.StatusInsufficientStorage,
	store.Integrity:       http.StatusInternalServerError,
}

// notRevealed is what an entry that could not be written means to somebody who
// asked for a value.
const notRevealed = "Not revealed. The audit entry couldn't be written, so the value stays closed."

// notExported is the same for a file.
const notExported = "Not exported. The audit entry couldn't be written, so nothing leaves."

// answers turns every error into an answer, in the form that its surface speaks.
// It is the only place that does, and the only one that logs an error.
type answers struct {
	log       *slog.Logger
	dashboard *dashboard.Dashboard
	gate      views.GateProps
}

func (a answers) handle(err error, c echo.Context) {
	r := explain(err, c)
	if r.status >= http.StatusInternalServerError && !errors.Is(err, errPanic) {
		a.log.Error("request failed", "request", text(c, requestKey), "route", route(c), "error", err)
	}
	if c.Response().Committed {
		panic(http.ErrAbortHandler) // half an answer must not look like a whole one
	}
	if err := a.answer(c, r); err != nil {
		a.log.Error("answer not sent", "request", text(c, requestKey), "route", route(c), "error", err)
	}
}

// reply is what an error says to the other side.
type reply struct {
	refusal
	code       store.Code
	apiCode    string // in the words of a contract
	field      string // what it is about, likewise
	what       string // is wrong with that
	retryAfter time.Duration
}

// explain finds status and sentence of an error. One that is not meant for the
// other side has a status and no sentence.
func explain(err error, c echo.Context) reply {
	var refused *refusal
	var fromEcho *echo.HTTPError
	var tooLong *http.MaxBytesError
	var fromV1 *apiv1.Error
	var fromV2 *apiv2.Error
	e, fromStore := store.AsError(err)
	switch {
	case fromStore:
		return reply{refusal: refusal{statusOf[e.Code], "", sentence(e, c)}, code: e.Code, retryAfter: e.RetryAfter}
	case errors.As(err, &fromV1):
		return reply{refusal: refusal{status: fromV1.Status, text: fromV1.Message}, field: fromV1.Field, what: fromV1.What}
	case errors.As(err, &fromV2):
		return reply{refusal: refusal{status: fromV2.Status, text: fromV2.Message}, apiCode: fromV2.Code}
	case errors.As(err, &refused):
		return reply{refusal: *refused}
	case errors.As(err, &fromEcho):
		return reply{refusal: refusal{status: fromEcho.Code}}
	case errors.As(err, &tooLong):
		return reply{refusal: refusal{status: http.StatusRequestEntityTooLarge}}
	case errors.Is(err, os.ErrDeadlineExceeded):
		return reply{refusal: *errTooSlow}
	case errors.Is(err, context.Canceled):
		return reply{refusal: refusal{status: statusClientGone}}
	}
	return reply{refusal: refusal{status: http.StatusInternalServerError}}
}

func sentence(e *store.Error, c echo.Context) string {
	switch {
	case e.Code == store.NotFound:
		return "" // an address that no route has must look the same
	case e.Code == store.Unauthenticated:
		return "" // the page and the toast each know better what becomes of what was typed
	case e.Code == store.Unavailable && handsOutValue(c):
		return notRevealed
	case e.Code == store.Unavailable && strings.HasSuffix(c.Path(), "/export"):
		return notExported
	}
	return e.Message
}

// statusClientGone stands in the access log where nobody waited for the answer.
const statusClientGone = 499

func handsOutValue(c echo.Context) bool {
	return strings.HasSuffix(c.Path(), "/reveal") || strings.HasSuffix(c.Path(), "/copy") || strings.HasSuffix(c.Path(), "/value")
}

func (a answers) answer(c echo.Context, r reply) error {
	if r.retryAfter > 0 {
		c.Response().Header().Set("Retry-After", strconv.Itoa(int(r.retryAfter/time.Second)+1))
	}
	switch {
	case r.status == statusClientGone:
		return c.NoContent(r.status)
	case takesTokens(c):
		return answerJSON(c, r)
	case r.code == store.Unauthenticated && safeMethod(c.Request().Method):
		return askToSignIn(c)
	case r.title != "" && !dashboard.IsHTMX(c):
		return c.String(r.status, r.title+". "+r.text+"\n")
	case dashboard.IsHTMX(c):
		c.Response().Header().Set("HX-Retarget", "#toasts")
		c.Response().Header().Set("HX-Reswap", "beforeend")
		c.Response().Header().Set("HX-Reselect", ".toast") // Load more selects rows; this is none
		return dashboard.Render(c, r.status, a.toast(c, r))
	default:
		return dashboard.Render(c, r.status, views.ErrorPage(a.props(c, r)))
	}
}

func isAPI(c echo.Context) bool { return strings.HasPrefix(c.Request().URL.Path, apiPrefix) }

// answerJSON answers a program in the form of the contract that it speaks.
func answerJSON(c echo.Context, r reply) error {
	if c.Path() == tokenRoute {
		return c.JSON(r.status, apiv2.OAuthErrorBody(r.status, r.apiCode, cmp.Or(r.text, apiv2.Sentence(r.status))))
	}
	if r.status == http.StatusUnauthorized {
		c.Response().Header().Set("WWW-Authenticate", "Bearer")
	}
	if strings.HasPrefix(c.Request().URL.Path, apiv1Prefix) {
		return c.JSON(r.status, apiv1.ErrorBody(r.status, r.text, r.field, r.what))
	}
	return c.JSON(r.status, apiv2.ErrorBody(r.status, cmp.Or(r.text, apiv2.Sentence(r.status)), r.apiCode))
}

// askToSignIn leads to the sign-in page, and from there back. htmx would follow
// a redirect by itself and put the page where a row was.
func askToSignIn(c echo.Context) error {
	if !dashboard.IsHTMX(c) {
		return c.Redirect(http.StatusSeeOther, dashboard.SignInURL(c.Request().URL.RequestURI()))
	}
	c.Response().Header().Set("HX-Redirect", dashboard.SignInURL(pageOf(c.Request())))
	return c.NoContent(http.StatusUnauthorized)
}

// pageOf is the page that htmx sent a request from.
func pageOf(req *http.Request) string {
	page, err := url.Parse(req.Header.Get("HX-Current-URL"))
	if err != nil {
		return ""
	}
	return page.RequestURI()
}

// toast is the error for htmx. An error of the server itself brings its own
// title; the others have the words of their status.
func (a answers) toast(c echo.Context, r reply) templ.Component {
	if r.title != "" {
		return views.Toast(views.ToastProps{Kind: "bad", Text: r.title, Detail: r.text, Keep: true})
	}
	return views.ErrorToast(a.props(c, r))
}

func (a answers) props(c echo.Context, r reply) views.ErrorProps {
	p := views.ErrorProps{
		Status: r.status, Message: r.text, RetryAfter: r.retryAfter,
		HomeURL: "/", Gate: a.gate, Shell: a.dashboard.ErrorShell(c, http.StatusText(r.status)),
	}
	if r.status >= http.StatusInternalServerError {
		p.RequestID = text(c, requestKey)
	}
	if r.code == store.Unauthenticated {
		p.SignInURL = dashboard.SignInURL("/")
	}
	return p
}
