package bench

import (
	"database/sql"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkAPI is what a program asks of an organization with 20,000 secrets of its own,
// over HTTP.
func BenchmarkAPI(b *testing.B) {
	dir := prepare(b)
	addSecrets(b, dir)
	token, err := exec.Command(program, "key", "create", "--data-dir", dir, "--org", "brightwater", "--name", "bench",
		"--scopes", "read:secrets,create:secrets,update:secrets,reveal:secrets", "--expires", "7d").Output()
	if err != nil {
		b.Fatal(err)
	}
	s := start(b, dir)
	defer s.stop(b)
	call := func(b *testing.B, method, path, body string) http.Header {
		b.Helper()
		req, err := http.NewRequest(method, s.base+path, strings.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
		req.Header.Set("Content-Type", "application/json")
		answer, err := s.client.Do(req)
		if err != nil {
			b.Fatal(err)
		}
		defer answer.Body.Close()
		if _, err := io.Copy(io.Discard, answer.Body); err != nil || answer.StatusCode >= 300 {
			b.Fatalf("%s %s: %s %v", method, path, answer.Status, err)
		}
		return answer.Header
	}
	secret := call(b, "POST", "/api/v1/secrets", `{"secret":{"name":"OPENS","value":"example-value"}}`).Get("Location")
	for _, c := range []struct{ name, method, path, body string }{
		{"value", "GET", secret + "/value", ""},
		{"metadata", "GET", secret, ""},
		{"change", "PUT", secret, `{"secret":{"value":"another-value"}}`},
		{"first page", "GET", "/api/v1/secrets", ""},
		{"last page", "GET", "/api/v1/secrets?page=20", ""},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				call(b, c.method, c.path, c.body)
			}
		})
	}
}

// addSecrets gives the organization 20,000 secrets that do not open, which is faster
// than sealing them.
func addSecrets(b *testing.B, dir string) {
	b.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(dir, "hooksafe.db")+"?mode=rw")
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
		INSERT INTO secrets (id, org, hook, name, note, revision, version, last_version,
			created_at, created_by, updated_at, updated_by, updated_by_name)
		SELECT printf('00000000-0000-7000-9000-%012d', i), o.id, '', 'MANY_' || i, 'note ' || i, 1, 1, 1, 0, '', 0, '', ''
		FROM n, organizations o`); err != nil {
		b.Fatal(err)
	}
}
