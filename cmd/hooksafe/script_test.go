package main

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestScripts runs testdata/script: each is a shell session with the program as
// it is built, in a directory of its own. These commands come on top of those of
// testscript, and $EXPORTS has an export of the Deploy CLI in both of its forms:
//
//	exits CODE PROGRAM [ARG...]  run a program that has to exit with CODE
//	refused                      the last one said why on one line, and printed nothing
//	serve [ARG...]               start the server and set $URL and $ADDR
//	setup                        wait for its address of the first run and set $SETUP and $TOKEN
//	get STATUS URL               ask for an address, with no cookie
//	halt SIGNAL CODE             end the server, which has to exit with CODE
//	tenant                       start an Auth0 tenant and set $TENANT
//	meddle                       have somebody change something while an import waits, under $URL
//	keep NAME                    set a variable to the line that the last program printed
//	private DIR                  nobody else may look into DIR, nor into what is in it
//	snapshot DIR FILE            write what DIR holds to FILE, to be compared
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Values[serverKey{}] = new(*server)
			exports, err := filepath.Abs("../../handlers/formats/testdata/deploycli")
			e.Setenv("EXPORTS", exports)
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "refused": refused, "serve": serveInScript, "setup": setup, "get": get, "keep": keep, "tenant": tenantInScript, "meddle": meddle,
			"halt": halt, "private": private, "snapshot": snapshot,
		},
	})
}

// serverKey is where a script keeps its server.
type serverKey struct{}

func exits(ts *testscript.TestScript, _ bool, args []string) {
	code := "0"
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		code = strings.TrimPrefix(err.Error(), "exit status ")
	}
	if code != args[0] {
		ts.Fatalf("exit %s, want %s", code, args[0])
	}
}

func refused(ts *testscript.TestScript, _ bool, _ []string) {
	said := ts.ReadFile("stderr")
	if !strings.HasPrefix(said, "hooksafe: ") || strings.Count(said, "\n") != 1 || ts.ReadFile("stdout") != "" {
		ts.Fatalf("want one line on standard error and nothing on standard output")
	}
}

func serveInScript(ts *testscript.TestScript, _ bool, args []string) {
	env := []string{"PATH=" + ts.Getenv("PATH")}
	for _, s := range settings {
		env = append(env, s.variable+"="+ts.Getenv(s.variable))
	}
	s, err := startServer(ts.MkAbs("."), env, args...)
	ts.Check(err)
	ts.Defer(s.kill)
	ts.Setenv("URL", s.URL)
	ts.Setenv("ADDR", strings.TrimPrefix(s.URL, "http://"))
	*ts.Value(serverKey{}).(**server) = s
}

func setup(ts *testscript.TestScript, _ bool, _ []string) {
	address, err := (*ts.Value(serverKey{}).(**server)).setupAddress()
	ts.Check(err)
	_, token, _ := strings.Cut(address, "?token=")
	ts.Setenv("SETUP", address)
	ts.Setenv("TOKEN", token)
}

func get(ts *testscript.TestScript, _ bool, args []string) {
	req, err := http.NewRequest(http.MethodGet, args[1], nil)
	ts.Check(err)
	answer, err := http.DefaultTransport.RoundTrip(req) // a redirect is an answer too
	ts.Check(err)
	answer.Body.Close()
	if strconv.Itoa(answer.StatusCode) != args[0] {
		ts.Fatalf("status %d, want %s", answer.StatusCode, args[0])
	}
}

func halt(ts *testscript.TestScript, _ bool, args []string) {
	signals := map[string]syscall.Signal{"TERM": syscall.SIGTERM, "INT": syscall.SIGINT}
	s := *ts.Value(serverKey{}).(**server)
	code, err := s.stop(signals[args[0]])
	ts.Check(err)
	if strconv.Itoa(code) != args[1] {
		ts.Fatalf("exit %d, want %s\n%s", code, args[1], s.log.text())
	}
}

func keep(ts *testscript.TestScript, _ bool, args []string) {
	ts.Setenv(args[0], strings.TrimSuffix(ts.ReadFile("stdout"), "\n"))
}

func private(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(filepath.WalkDir(ts.MkAbs(args[0]), func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		if want := map[bool]fs.FileMode{true: 0o700, false: 0o600}[e.IsDir()]; info.Mode().Perm() != want {
			return fmt.Errorf("%s has mode %04o, want %04o", path, info.Mode().Perm(), want)
		}
		return nil
	}))
}

func snapshot(ts *testscript.TestScript, _ bool, args []string) {
	var list strings.Builder
	dir := ts.MkAbs(args[0])
	ts.Check(fs.WalkDir(os.DirFS(dir), ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		content, err := os.ReadFile(filepath.Join(dir, path))
		fmt.Fprintf(&list, "%s %x\n", path, sha256.Sum256(content))
		return err
	}))
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(list.String()), 0o600))
}
