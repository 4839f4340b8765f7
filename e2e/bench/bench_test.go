// Package bench measures the running program: its figures stand in the README.
// `make bench` runs it; nothing here fails because of a time.
package bench

import (
	"bufio"
	"bytes"
	"database/sql"
	"fmt"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3"
)

const password = "four unrelated words here"

// program is the binary that make build made.
const program = "../../bin/hooksafe"

// server is the program at work on a directory with one organization.
type server struct {
	base   string
	cmd    *exec.Cmd
	client *http.Client
}

// prepare makes a directory with a person and an organization in it.
func prepare(b *testing.B) string {
	b.Helper()
	dir := b.TempDir()
	run(b, password+"\n", "user", "create", "--data-dir", dir, "--email", "mara@example.com", "--name", "Mara Okafor")
	run(b, "", "org", "create", "--data-dir", dir, "--name", "Brightwater", "--slug", "brightwater", "--owner", "mara@example.com")
	return dir
}

func run(b *testing.B, stdin string, args ...string) {
	b.Helper()
	cmd := exec.Command(program, args...)
	cmd.Stdin = strings.NewReader(stdin)
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("hooksafe %s: %v\n%s", strings.Join(args[:2], " "), err, out)
	}
}

// start runs the server and waits for its first answer.
func start(b *testing.B, dir string) *server {
	b.Helper()
	addr := freeAddr(b)
	s := &server{base: "http://" + addr, cmd: exec.Command(program, "serve", "--data-dir", dir, "--addr", addr)}
	if err := s.cmd.Start(); err != nil {
		b.Fatal(err)
	}
	jar, _ := cookiejar.New(nil)
	s.client = &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for range 5000 {
		answer, err := s.client.Get(s.base + "/login")
		if err == nil {
			answer.Body.Close()
			return s
		}
		time.Sleep(time.Millisecond)
	}
	b.Fatal("the server didn't answer")
	return nil
}

func (s *server) stop(b *testing.B) {
	b.Helper()
	_ = s.cmd.Process.Signal(os.Interrupt)
	if err := s.cmd.Wait(); err != nil {
		b.Errorf("stop: %v", err)
	}
}

func freeAddr(b *testing.B) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func (s *server) post(b *testing.B, path string, fields url.Values) *http.Response {
	b.Helper()
	req, err := http.NewRequest(http.MethodPost, s.base+path, strings.NewReader(fields.Encode()))
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	req.Header.Set("HX-Request", "true")
	answer, err := s.client.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	return answer
}

func (s *server) must(b *testing.B, path string, fields url.Values, want int) {
	b.Helper()
	answer := s.post(b, path, fields)
	defer answer.Body.Close()
	if answer.StatusCode != want {
		b.Fatalf("POST %s: %s", path, answer.Status)
	}
}

func (s *server) get(b *testing.B, path string) string {
	b.Helper()
	answer, err := s.client.Get(s.base + path)
	if err != nil {
		b.Fatal(err)
	}
	defer answer.Body.Close()
	var body bytes.Buffer
	if _, err := body.ReadFrom(answer.Body); err != nil || answer.StatusCode != http.StatusOK {
		b.Fatalf("GET %s: %s %v", path, answer.Status, err)
	}
	return body.String()
}

var (
	hookLink   = regexp.MustCompile(`/orgs/brightwater/hooks/[0-9A-Z]{26}`)
	secretLink = regexp.MustCompile(`/secrets/([0-9a-f-]{36})/reveal`)
)

// fill signs in and makes a hook with 20 secrets; it returns the address of the
// secrets and of one of them.
func (s *server) fill(b *testing.B) (list, secret string) {
	b.Helper()
	answer := s.post(b, "/login", url.Values{"email": {"mara@example.com"}, "password": {password}})
	answer.Body.Close()
	s.must(b, "/orgs/brightwater/hooks", url.Values{"name": {"enrich-user-profile"}, "trigger": {"pre-user-registration"}}, http.StatusOK)
	list = hookLink.FindString(s.get(b, "/orgs/brightwater/hooks")) + "/secrets"
	for i := range 20 {
		s.must(b, list, url.Values{"name": {fmt.Sprintf("SECRET_%02d", i)}, "value": {"example-value"}, "note": {""}}, http.StatusOK)
	}
	return list, list + "/" + secretLink.FindStringSubmatch(s.get(b, list))[1]
}

// BenchmarkStart is the time from the start of the process to its first answer.
func BenchmarkStart(b *testing.B) {
	dir := prepare(b)
	for b.Loop() {
		s := start(b, dir)
		b.StopTimer()
		s.stop(b)
		b.StartTimer()
	}
}

// BenchmarkSecretsPage is the page of a hook with 20 secrets, seen by a client on
// the same machine.
func BenchmarkSecretsPage(b *testing.B) {
	s := start(b, prepare(b))
	defer s.stop(b)
	list, _ := s.fill(b)
	for b.Loop() {
		s.get(b, list)
	}
}

// BenchmarkReveal is one reveal over HTTP: compare it with BenchmarkSyncedCommit.
func BenchmarkReveal(b *testing.B) {
	s := start(b, prepare(b))
	defer s.stop(b)
	_, secret := s.fill(b)
	for b.Loop() {
		s.must(b, secret+"/reveal", nil, http.StatusOK)
	}
}

// BenchmarkSyncedCommit is what the disk takes for the smallest synced commit.
func BenchmarkSyncedCommit(b *testing.B) {
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(b.TempDir(), "plain.db")+"?_journal_mode=WAL&_synchronous=FULL")
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(`CREATE TABLE t (x INTEGER)`); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := db.Exec(`INSERT INTO t VALUES (1)`); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkIdleMemory reports the resident memory some seconds after a sign-in,
// 100 pages and 100 reveals.
func BenchmarkIdleMemory(b *testing.B) {
	for b.Loop() {
		s := start(b, prepare(b))
		list, secret := s.fill(b)
		for range 100 {
			s.get(b, list)
			s.must(b, secret+"/reveal", nil, http.StatusOK)
		}
		time.Sleep(5 * time.Second)
		b.ReportMetric(resident(b, s.cmd.Process.Pid), "MiB")
		s.stop(b)
	}
}

// resident reads VmRSS, in MiB.
func resident(b *testing.B, pid int) float64 {
	b.Helper()
	status, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Skip("no /proc to read the memory from")
	}
	defer status.Close()
	lines := bufio.NewScanner(status)
	for lines.Scan() {
		if rest, ok := strings.CutPrefix(lines.Text(), "VmRSS:"); ok {
			kib, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kib / 1024
		}
	}
	b.Fatal("no VmRSS")
	return 0
}
