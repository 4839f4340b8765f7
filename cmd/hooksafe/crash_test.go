package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"

	"hooksafe/store/storetest"
)

const (
	crashRounds  = 5
	crashClients = 6
	crashPerson  = "ada@example.com"
	crashSecret  = "four unrelated words here"
)

// TestKill kills the server in the middle of writes and reveals, again and again.
// Whatever it acknowledged is there afterwards, and every value that left it has
// its audit entry.
func TestKill(t *testing.T) {
	t.Parallel()
	w := newCrash(t)
	for round := range crashRounds {
		w.start(t)
		w.workUntilKilled(round, 20+rand.IntN(60))
	}
	w.start(t)
	defer w.server.kill()
	if len(w.added) == 0 || len(w.entries) == 0 {
		t.Fatalf("%d secrets added, %d values revealed: the test did nothing", len(w.added), len(w.entries))
	}
	w.checkValues(t)
	w.checkLog(t)
	storetest.VerifyLogs(t, filepath.Join(w.dir, "data"))
}

// crash is a person who works on one hook while the server dies under them.
type crash struct {
	dir    string
	server *server
	client *http.Client
	hook   string // path of its secrets
	first  string // id of the secret that is revealed

	mu      sync.Mutex
	left    int               // answers until the server dies
	added   map[string]string // acknowledged secrets: name and value
	entries []string          // ids of the entries of values that were seen
}

// newCrash makes an organization with a hook and a secret, over HTTP.
func newCrash(t *testing.T) *crash {
	t.Helper()
	w := &crash{dir: t.TempDir(), added: map[string]string{}}
	w.run(t, crashSecret, "user", "create", "--email", crashPerson, "--name", "Ada")
	w.run(t, "", "org", "create", "--name", "Acme", "--slug", "acme", "--owner", crashPerson)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	w.client = &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	w.start(t)
	w.mustPost(t, "/login", url.Values{"email": {crashPerson}, "password": {crashSecret}})
	w.mustPost(t, "/orgs/acme/hooks", url.Values{"name": {"crash"}, "trigger": {"credentials-exchange"}})
	hooks := w.get(t, "/orgs/acme/hooks")
	w.hook = regexp.MustCompile(`/orgs/acme/hooks/[0-9A-Z]{26}`).FindString(hooks) + "/secrets"
	w.mustPost(t, w.hook, url.Values{"name": {"FIRST"}, "value": {"first-value"}, "note": {""}})
	w.first = w.secrets(t)["FIRST"]
	if code, err := w.server.stop(syscall.SIGTERM); code != exitDone || err != nil {
		t.Fatalf("exit %d, %v\n%s", code, err, w.server.log.text())
	}
	return w
}

// run runs an operator's command and returns what it prints.
func (w *crash) run(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	cmd := exec.Command("hooksafe", args...)
	cmd.Dir, cmd.Stdin = w.dir, strings.NewReader(stdin)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("hooksafe %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return string(out)
}

func (w *crash) start(t *testing.T) {
	t.Helper()
	var err error
	if w.server, err = startServer(w.dir, nil, "--secrets-per-hook", "1000"); err != nil {
		t.Fatal(err)
	}
}

// workUntilKilled has some clients add secrets and others reveal one, until the
// server has given so many answers; then it is killed at once.
func (w *crash) workUntilKilled(round, answers int) {
	w.left = answers
	var clients sync.WaitGroup
	for n := range crashClients {
		clients.Go(func() {
			if n%2 == 0 {
				w.keepAdding(fmt.Sprintf("R%d.%d", round, n))
			} else {
				w.keepRevealing()
			}
		})
	}
	clients.Wait()
	_, _ = w.server.wait()
	w.client.CloseIdleConnections()
}

func (w *crash) keepAdding(prefix string) {
	for i := 0; ; i++ {
		name, value := fmt.Sprintf("%s.%d", prefix, i), fmt.Sprintf("value-%s-%d", prefix, i)
		status, _, err := w.post(w.hook, url.Values{"name": {name}, "value": {value}, "note": {""}})
		if err != nil {
			return
		}
		if status == http.StatusSeeOther {
			w.answered(func() { w.added[name] = value })
		}
	}
}

var entryLink = regexp.MustCompile(`\?entry=([0-9a-f-]{36})`)

func (w *crash) keepRevealing() {
	for {
		status, page, err := w.post(w.hook+"/"+w.first+"/reveal", nil)
		if match := entryLink.FindStringSubmatch(page); match != nil {
			w.answered(func() { w.entries = append(w.entries, match[1]) })
		}
		if err != nil || status != http.StatusOK {
			return
		}
	}
}

// answered notes what an answer proves, and kills the server after the last one, if
// both kinds of clients had one by then.
func (w *crash) answered(note func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	note()
	if w.left--; w.left <= 0 && len(w.added) > 0 && len(w.entries) > 0 {
		w.server.kill()
	}
}

// checkValues compares every acknowledged secret with what the server has now.
func (w *crash) checkValues(t *testing.T) {
	t.Helper()
	ids := w.secrets(t)
	for name, want := range w.added {
		status, got, err := w.post(w.hook+"/"+ids[name]+"/copy", nil)
		if err != nil || status != http.StatusOK || got != want {
			t.Errorf("%s was acknowledged; now: status %d, %q, %v, want %q", name, status, got, err, want)
		}
	}
}

// checkLog holds the log against what the clients saw: it has no gap, an entry for
// every value that left, and one for every secret that is there.
func (w *crash) checkLog(t *testing.T) {
	t.Helper()
	seen, created, seq := map[string]bool{}, map[string]bool{}, int64(0)
	for line := range strings.Lines(w.run(t, "", "audit", "export", "--org", "acme")) {
		var e struct {
			Seq     int64
			ID      string
			Action  string
			Target  string
			Outcome string
		}
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		if seq++; e.Seq != seq {
			t.Fatalf("entry %d follows %d", e.Seq, seq-1)
		}
		seen[e.ID] = e.Action == "secret.reveal" && e.Outcome == "done"
		if e.Action == "secret.create" {
			created[e.Target] = true
		}
	}
	for _, id := range w.entries {
		if !seen[id] {
			t.Errorf("a value left with entry %s, which is not in the log", id)
		}
	}
	for name, id := range w.secrets(t) {
		if !created[id] {
			t.Errorf("%s is there without an entry", name)
		}
	}
}

var revealButton = regexp.MustCompile(`id="reveal-([0-9a-f-]{36})"[^>]*aria-label="Reveal ([^"]+)"`)

// secrets are the ids of the hook's secrets by name, from the page that lists them.
func (w *crash) secrets(t *testing.T) map[string]string {
	t.Helper()
	ids := map[string]string{}
	for _, match := range revealButton.FindAllStringSubmatch(w.get(t, w.hook), -1) {
		ids[match[2]] = match[1]
	}
	return ids
}

func (w *crash) get(t *testing.T, path string) string {
	t.Helper()
	answer, err := w.client.Get(w.server.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: status %d, %v\n%s", path, answer.StatusCode, err, page)
	}
	return string(page)
}

func (w *crash) mustPost(t *testing.T, path string, form url.Values) {
	t.Helper()
	if status, page, err := w.post(path, form); err != nil || status != http.StatusSeeOther {
		t.Fatalf("POST %s: status %d, %v\n%s", path, status, err, page)
	}
}

// post sends a form as a browser does from our own page. When the server dies in
// the middle, it returns what came of the answer.
func (w *crash) post(path string, form url.Values) (status int, page string, err error) {
	req, err := http.NewRequest(http.MethodPost, w.server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	answer, err := w.client.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(content), err
}
