package web

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/labstack/echo/v4"

	"hooksafe/store"
)

// S-03: long bodies that are read at once have a limit together, and short ones pass;
// one that nobody reads counts nothing, and whoever was asked to wait counts no longer.
func TestS03LongBodiesAtOnce(t *testing.T) {
	t.Parallel()
	var l longBodies
	post := func(route string, size int, next echo.HandlerFunc) error {
		c := echo.New().NewContext(httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(make([]byte, size))), httptest.NewRecorder())
		c.SetPath(route)
		return l.middleware(next)(c)
	}
	read := func(then echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if _, err := io.Copy(io.Discard, c.Request().Body); err != nil {
				return err
			}
			return then(c)
		}
	}
	unread := func(echo.Context) error { return nil }
	reached := false
	var fill func(left int) echo.HandlerFunc
	fill = func(left int) echo.HandlerFunc {
		return func(echo.Context) error {
			if left > 0 {
				return post(importOwnSecretsRoute, 4<<20, read(fill(left-1)))
			}
			reached = true
			for range 2 {
				if err := post(importHooksRoute, 4<<20, read(unread)); store.CodeOf(err) != store.Limited {
					t.Errorf("one more: %v", err)
				}
			}
			if err := post(importHooksRoute, 4<<20, unread); err != nil {
				t.Errorf("one that nobody reads: %v", err)
			}
			return post(importHooksRoute, presetBody, read(unread))
		}
	}
	if err := fill(maxLongBodies / (4 << 20))(nil); err != nil || !reached || l.bytes.Load() != 0 {
		t.Errorf("%v, %v, %d bytes are left", reached, err, l.bytes.Load())
	}
}
