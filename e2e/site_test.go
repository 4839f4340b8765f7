//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/labstack/echo/v4"
	_ "github.com/mattn/go-sqlite3"

	"hooksafe/store"
	"hooksafe/store/storetest"
	"hooksafe/web"
)

// site is a running server with a store of its own.
type site struct {
	*storetest.World
	URL    string
	routes *echo.Echo
	token  func(role string) string // of the member with a role, who is signed in

	mu      sync.Mutex
	answers []answer // as they left the server
	planted []string // values that only a reveal or a copy may be answered with
	log     bytes.Buffer
	quiet   bool // the log says nothing to somebody who looks for a failure

	slowPath string // requests to paths that end in this wait for goOn
	goOn     chan struct{}
}

type answer struct {
	method, path string
	header       http.Header
	body         string
}

// mayHoldValue tells whether an answer is to somebody who asked for a value.
func (a answer) mayHoldValue() bool {
	return a.method == http.MethodPost &&
		(strings.HasSuffix(a.path, "/reveal") || strings.HasSuffix(a.path, "/copy") || strings.HasSuffix(a.path, "s/export"))
}

// newSite starts a server in which two organizations have people, a hook and a
// secret each, and lets the test run beside others.
func newSite(t *testing.T) *site {
	t.Helper()
	t.Parallel()
	s := &site{World: storetest.New(t)}
	s.token = func(role string) string { return s.Token(storetest.Acme, role) }
	s.plant(s.Org(storetest.Acme).Value)
	s.plant(s.Org(storetest.Globex).Value)
	s.start(t)
	return s
}

// newEmptySite starts a server on which nobody exists yet.
func newEmptySite(t *testing.T) *site {
	t.Helper()
	t.Parallel()
	s := &site{World: storetest.Empty(t)}
	s.start(t)
	return s
}

func (s *site) start(t testing.TB) {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	s.URL = "http://" + server.Listener.Addr().String()
	handler, err := web.New(s.Store, web.Options{
		BaseURL: s.URL,
		Version: "1.0.0",
		Log:     slog.New(slog.NewTextHandler(s, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	s.routes = handler
	server.Config.Handler = s.record(handler)
	server.Start()
	t.Cleanup(func() {
		server.Close()
		s.inspect(t)
	})
}

// Write takes the server's log.
func (s *site) Write(line []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.Write(line)
}

// roleNamed is a role by its name.
func roleNamed(t testing.TB, name string) store.Role {
	t.Helper()
	role, err := store.ParseRole(name)
	if err != nil {
		t.Fatal(err)
	}
	return role
}

// plant marks a value that nothing but a reveal and a copy may be answered with.
func (s *site) plant(value string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.planted = append(s.planted, value)
	return value
}

// record keeps what the server answers.
func (s *site) record(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.wait(r)
		copied := &copyingWriter{ResponseWriter: w}
		next.ServeHTTP(copied, r)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.answers = append(s.answers, answer{r.Method, r.URL.Path, w.Header().Clone(), copied.body.String()})
	})
}

// slow makes the server wait with every request to a path that ends in suffix,
// until goOn is called.
func (s *site) slow(suffix string) (goOn func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	gate := make(chan struct{})
	s.slowPath, s.goOn = suffix, gate
	return sync.OnceFunc(func() { close(gate) })
}

func (s *site) wait(r *http.Request) {
	s.mu.Lock()
	held := s.goOn != nil && strings.HasSuffix(r.URL.Path, s.slowPath)
	goOn := s.goOn
	s.mu.Unlock()
	if held {
		<-goOn
	}
}

type copyingWriter struct {
	http.ResponseWriter
	body bytes.Buffer
}

func (w *copyingWriter) Write(b []byte) (int, error) {
	w.body.Write(b)
	return w.ResponseWriter.Write(b)
}

// Unwrap lets the server reach the connection behind.
func (w *copyingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// inspect looks at everything that left the server, and at its log.
func (s *site) inspect(t testing.TB) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.answers {
		if !strings.HasPrefix(a.path, "/static/") && a.header.Get("Cache-Control") != "no-store" {
			t.Errorf("the answer to %s %s may be kept: Cache-Control is %q", a.method, a.path, a.header.Get("Cache-Control"))
		}
		for _, value := range s.planted {
			if strings.Contains(a.body+fmt.Sprint(a.header), value) && !a.mayHoldValue() {
				t.Errorf("the answer to %s %s holds the value %q", a.method, a.path, value)
			}
		}
	}
	for _, value := range s.planted {
		if strings.Contains(s.log.String(), value) {
			t.Errorf("the server's log holds the value %q", value)
		}
	}
	if strings.Contains(s.log.String(), "panic") {
		t.Error("the server panicked")
	}
	if t.Failed() && !s.quiet {
		t.Logf("the server's log:\n%s", s.log.String())
	}
}

// admin acts as the admin of acme, beside the editor whose browser it mostly is.
func (s *site) admin(t testing.TB) store.Actor { return s.Actor(t, storetest.Acme, "admin") }

// place is acme's hook, as the place of its secrets.
func (s *site) place() store.Place { return s.Org(storetest.Acme).Place() }

// The addresses that most journeys begin at.
func (s *site) hooksPath() string   { return "/orgs/acme/hooks" }
func (s *site) editorPath() string  { return s.hooksPath() + "/" + s.Org(storetest.Acme).Hook }
func (s *site) secretsPath() string { return s.editorPath() + "/secrets" }

// addSecret adds a secret to acme's hook behind the browser's back.
func (s *site) addSecret(t testing.TB, name, value string) store.Secret {
	t.Helper()
	secret, err := s.AddSecret(context.Background(), s.admin(t), s.place(), store.NewSecret{Name: name, Value: store.NewPlaintext(value)})
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

// stored opens a value of acme's hook.
func (s *site) stored(t testing.TB, name string) string {
	t.Helper()
	revealed, err := s.RevealSecret(context.Background(), s.admin(t), s.place(), s.secret(t, name).ID, 0, "")
	if err != nil {
		t.Fatal(err)
	}
	return revealed.Value.Reveal()
}

// secret finds a secret of acme's hook by its name.
func (s *site) secret(t testing.TB, name string) store.Secret {
	t.Helper()
	list, err := s.Secrets(context.Background(), s.admin(t), s.place())
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range list.Secrets {
		if secret.Name == name {
			return secret
		}
	}
	t.Fatalf("there is no secret %s", name)
	return store.Secret{}
}

// auditLog is acme's audit log as its owner sees it, newest first.
func (s *site) auditLog(t testing.TB) []store.AuditEntry {
	t.Helper()
	page, err := s.Audit(context.Background(), s.Actor(t, storetest.Acme, "owner"), store.AuditFilter{}, 0, 200)
	if err != nil {
		t.Fatal(err)
	}
	return page.Entries
}

// entries are those of one action, newest first.
func (s *site) entries(t testing.TB, action string) []store.AuditEntry {
	t.Helper()
	return slices.DeleteFunc(s.auditLog(t), func(e store.AuditEntry) bool { return e.Action != action })
}

// breakAudit makes the database refuse every audit entry about a secret.
func (s *site) breakAudit(t testing.TB) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(s.Dir, "hooksafe.db")+"?mode=rw&_busy_timeout=5000")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	_, err = db.Exec(`
		CREATE TRIGGER broken BEFORE INSERT ON audit_entries WHEN NEW.action LIKE 'secret.%'
		BEGIN SELECT RAISE(ABORT, 'broken by the test'); END`)
	if err != nil {
		t.Fatal(err)
	}
}
