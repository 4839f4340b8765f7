package web

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"hooksafe/store"
	"hooksafe/store/storetest"
)

// S-34: a line holds the route and never the address, the method of nobody's
// invention, and nothing that was sent.
func TestAccessLog(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := s.ask(t, request{method: "POST", path: copyPath + "?token=planted-query", as: "editor",
		header: map[string]string{"Authorization": "Bearer planted-key", "User-Agent": "planted-agent\nforged line", "X-Request-Id": "planted-id"}})
	wantStatus(t, w, http.StatusOK)
	s.ask(t, request{path: "/orgs/planted-slug/hooks", as: "editor"})
	s.ask(t, request{path: "/planted/path"})
	s.ask(t, request{method: "PLANTED", path: "/login"})
	wantNone(t, s.log.String(), "planted", "forged", s.Org(storetest.Acme).Value, s.Org(storetest.Acme).Hook, s.Token(storetest.Acme, "editor"))

	var line map[string]any
	if err := json.Unmarshal([]byte(firstLine(s.log.String())), &line); err != nil {
		t.Fatal(err)
	}
	person := s.Person(t, storetest.Acme, "editor")
	for key, want := range map[string]any{
		"method": "POST", "route": copyPath, "status": 200.0, "actor": person.ID(), "request": w.Header().Get("X-Request-Id"),
	} {
		if line[key] != want {
			t.Errorf("%s is %v, want %v", key, line[key], want)
		}
	}
	for key := range line {
		switch key {
		case "time", "level", "msg", "method", "route", "status", "duration_ms", "actor", "request":
		default:
			t.Errorf("the line has %s too", key)
		}
	}
}

func firstLine(log string) string {
	line, _, _ := strings.Cut(log, "\n")
	return line
}

// broken adds routes to a site that fail in ways of their own.
func broken(t *testing.T, s *site) {
	t.Helper()
	e := s.handler.(*echo.Echo)
	e.GET("/panic", func(echo.Context) error { panic("planted-" + "panic") })
	e.GET("/index", func(echo.Context) error { var none []int; return errors.New(string(rune(none[len(none)]))) })
	e.GET("/half", func(c echo.Context) error {
		c.Response().WriteHeader(http.StatusOK)
		panic("too late")
	})
	e.GET("/fault", func(echo.Context) error {
		return errors.New("SELECT planted FROM secrets: *sqlite3.Error code=5, message=x")
	})
	e.GET("/gone", func(echo.Context) error { return context.Canceled })
	e.GET("/wrapped", func(echo.Context) error {
		return errors.Join(errors.New("open secret"), &store.Error{Code: store.Integrity, Message: "The stored value failed its integrity check."})
	})
}

// S-35, S-36: an error of ours says nothing but its request id, and the process
// lives.
func TestFaults(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	broken(t, s)
	for _, path := range []string{"/panic", "/index", "/fault"} {
		for _, htmx := range []bool{false, true} {
			w := s.ask(t, request{path: path, htmx: htmx})
			wantStatus(t, w, http.StatusInternalServerError)
			wantBody(t, w, "Something broke on our side", w.Header().Get("X-Request-Id"))
			wantNone(t, w.Body.String(), "planted", "SELECT", "sqlite", "goroutine", "runtime error", ".go", "code=", "message=")
		}
	}
	wantNone(t, s.log.String(), "planted-panic", errPanic.Error()) // logged once, where it was caught
	for _, part := range []string{"broken.func", "runtime error: index out of range", "SELECT planted", "request failed"} {
		if !strings.Contains(s.log.String(), part) {
			t.Errorf("the log has no %q", part)
		}
	}
	if n := strings.Count(s.log.String(), "SELECT planted"); n != 2 {
		t.Errorf("an error of 2 requests is logged %d times", n)
	}
	w := s.ask(t, request{path: "/wrapped"})
	wantStatus(t, w, http.StatusInternalServerError)
	wantStatus(t, s.ask(t, request{path: "/login"}), http.StatusOK)

	before := strings.Count(s.log.String(), "ERROR")
	s.ask(t, request{path: "/gone"})
	if strings.Count(s.log.String(), "ERROR") != before {
		t.Error("a client that went away is no error of ours")
	}
}

// Half an answer breaks off, so that it can't pass for a whole one.
func TestPanicAfterTheFirstByte(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	broken(t, s)
	server := httptest.NewServer(s.handler)
	defer server.Close()
	res, err := http.Get(server.URL + "/half")
	if err == nil {
		_, err = bufio.NewReader(res.Body).ReadString(0)
		res.Body.Close()
	}
	if err == nil || err.Error() == "EOF" {
		t.Errorf("the answer looks whole: %v", err)
	}
}

func TestReadiness(t *testing.T) {
	t.Parallel()
	looks := 0
	var failure error
	r := &readiness{check: func(context.Context) error { looks++; return failure }}
	e := echo.New()
	e.GET(readyPath, r.ready)
	ask := func() *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		e.ServeHTTP(w, httptest.NewRequest("GET", readyPath, nil))
		return w
	}
	for range 5 {
		wantStatus(t, ask(), http.StatusOK)
	}
	if looks != 1 {
		t.Errorf("looked %d times in a moment", looks)
	}
	failure = &store.Error{Code: store.NoSpace, Message: "The disk of this server is full."}
	r.looked = r.looked.Add(-readyFor)
	w := ask()
	wantStatus(t, w, http.StatusServiceUnavailable)
	wantBody(t, w, "The disk of this server is full.")
	failure = errors.New("open /var/lib/hooksafe: permission denied")
	r.looked = r.looked.Add(-readyFor)
	wantNone(t, ask().Body.String(), "/var/lib")
}

func TestHealth(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, path := range []string{"/healthz", "/readyz"} {
		for _, method := range []string{"GET", "HEAD"} {
			wantStatus(t, s.ask(t, request{method: method, path: path}), http.StatusOK)
		}
	}
}
