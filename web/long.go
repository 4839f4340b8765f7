package web

import (
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"hooksafe/store"
)

// maxLongBodies is how many bytes the long bodies have together that are under way at
// once. Each is in memory several times while it is read.
const maxLongBodies = 64 << 20

// longBodies asks whoever sends a long body to wait while there are many. Short ones
// pass.
type longBodies struct{ bytes atomic.Int64 }

func (l *longBodies) middleware(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		size := min(c.Request().ContentLength, bodyLimit(c.Path()))
		if size <= presetBody {
			return next(c)
		}
		defer l.bytes.Add(-size)
		if l.bytes.Add(size) > maxLongBodies {
			return &store.Error{Code: store.Limited, Message: "The server is reading many long requests. Send it again in a moment.", RetryAfter: time.Second}
		}
		return next(c)
	}
}
