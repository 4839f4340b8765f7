package dashboard

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"hooksafe/store"
	"hooksafe/views"
)

// refused takes an error that belongs into the form that was sent: its status
// and its sentences. They are nil for any other error.
func refused(c echo.Context, err error) (int, views.Errors) {
	e, ok := store.AsError(err)
	if !ok {
		return 0, nil
	}
	switch e.Code {
	case store.Invalid:
		return http.StatusUnprocessableEntity, views.Errors{e.Field: e.Message}
	case store.Conflict, store.Full, store.Stale:
		return http.StatusConflict, views.Errors{e.Field: e.Message}
	case store.Limited:
		setRetryAfter(c, e.RetryAfter)
		return http.StatusTooManyRequests, views.Errors{"": e.Message}
	}
	return 0, nil
}

// trigger has the browser's script do what events say: close the dialog, speak.
func trigger(c echo.Context, events map[string]any) error {
	header, err := json.Marshal(events)
	if err != nil {
		return fmt.Errorf("encode trigger: %w", err)
	}
	c.Response().Header().Set("HX-Trigger", ascii(string(header)))
	return nil
}

// ascii writes JSON without a byte over 127: a header has no other characters.
func ascii(json string) string {
	var b strings.Builder
	for _, r := range json {
		if r < 0x80 {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	return b.String()
}

// retarget has htmx put the answer somewhere else than the request said.
func retarget(c echo.Context, target, swap string) {
	c.Response().Header().Set("HX-Retarget", target)
	c.Response().Header().Set("HX-Reswap", swap)
}

// under is the address of the page that htmx asks from. Without htmx it is empty.
func under(c echo.Context) *url.URL {
	page, err := url.Parse(c.Request().Header.Get("HX-Current-URL"))
	if err != nil {
		return &url.URL{}
	}
	return page
}

// leave answers a change with another page, on which a toast says what was done.
func (d *Dashboard) leave(c echo.Context, url string, t views.ToastProps) error {
	d.leaveToast(c, t)
	if IsHTMX(c) {
		c.Response().Header().Set("HX-Redirect", url)
		return c.NoContent(http.StatusOK)
	}
	return redirect(c, url)
}

// changed answers a change with the parts of the page that look different now.
// Without htmx that is the whole page, at url.
func (d *Dashboard) changed(c echo.Context, url string, t views.ToastProps, parts func() ([]templ.Component, error)) error {
	if !IsHTMX(c) {
		return d.leave(c, url, t)
	}
	drawn, err := parts()
	if err != nil {
		return err
	}
	if err := trigger(c, map[string]any{"modal:close": true, "say": spoken(t)}); err != nil {
		return err
	}
	return Render(c, http.StatusOK, drawn...)
}

// spoken is what a live region says of a toast.
func spoken(t views.ToastProps) string {
	sentence := strings.TrimSuffix(strings.TrimSpace(t.Name+" "+t.Text), ".") + "."
	return strings.TrimSpace(sentence + " " + t.Detail)
}

func setRetryAfter(c echo.Context, wait time.Duration) {
	c.Response().Header().Set("Retry-After", strconv.Itoa(int(wait/time.Second)+1))
}

func (d *Dashboard) when(at time.Time) views.When { return views.When{At: at, Now: d.store.Now()} }
