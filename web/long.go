package web

import (
	"io"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"hooksafe/store"
)

// maxLongBodies is how many bytes the long bodies have together that are read at once.
// Each is in memory several times meanwhile.
const maxLongBodies = 64 << 20

// longBodies asks whoever sends a long body to wait while there are many. A body counts
// from when it is read, and so not before it is known who sent it, until its request is
// answered. Short ones don't count.
type longBodies struct{ bytes atomic.Int64 }

func (l *longBodies) middleware(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		req := c.Request()
		size := min(req.ContentLength, bodyLimit(c.Path()))
		if size <= presetBody {
			return next(c)
		}
		body := &longBody{ReadCloser: req.Body, all: l, size: size}
		req.Body = body
		defer body.release()
		return next(c)
	}
}

type longBody struct {
	io.ReadCloser
	all     *longBodies
	size    int64
	counted bool
}

func (b *longBody) Read(p []byte) (int, error) {
	if !b.counted && b.all.bytes.Add(b.size) > maxLongBodies {
		b.all.bytes.Add(-b.size)
		return 0, &store.Error{Code: store.Limited, Message: "The server is reading many long requests. Send it again in a moment.", RetryAfter: time.Second}
	}
	b.counted = true
	return b.ReadCloser.Read(p)
}

func (b *longBody) release() {
	if b.counted {
		b.all.bytes.Add(-b.size)
	}
}
