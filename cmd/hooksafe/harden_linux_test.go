package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"hooksafe/store"
)

func init() { programs["print-dumpable"] = printDumpable }

// printDumpable is a program that hardens itself and says what came of it.
func printDumpable() {
	if err := harden(); err != nil {
		panic(err)
	}
	dumpable, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
	fmt.Println(dumpable, err)
}

func TestMemoryIsNotDumpable(t *testing.T) {
	out, err := exec.Command("print-dumpable").Output()
	if got, want := string(out), "0 <nil>\n"; err != nil || got != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}

// TestServerKeepsToItself looks at a running server as the system shows it to
// others.
func TestServerKeepsToItself(t *testing.T) {
	t.Parallel()
	key := store.GenerateMasterKey()
	s, err := startServer(t.TempDir(), []string{keyVariable + "=" + key, "HOOKSAFE_SECRETS_PER_HOOK=7"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.kill()
	for _, tt := range []struct {
		file string
		want string
	}{
		{"limits", `(?m)^Max core file size +0 +0 `},
		{"status", `(?m)^Umask:\s+0077$`},
		{"environ", `HOOKSAFE_SECRETS_PER_HOOK=7`},
	} {
		shown, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", s.process.Process.Pid, tt.file))
		if errors.Is(err, fs.ErrPermission) {
			continue // not shown at all, which is what a process that cannot be dumped gets
		}
		if err != nil || !regexp.MustCompile(tt.want).Match(shown) {
			t.Errorf("%s: %v, want %s in\n%s", tt.file, err, tt.want, shown)
		}
		if strings.Contains(string(shown), key) {
			t.Errorf("%s shows the master key", tt.file)
		}
	}
	if code, err := s.stop(unix.SIGTERM); code != exitDone || err != nil {
		t.Errorf("exit %d, %v", code, err)
	}
	if strings.Contains(s.log.text(), key) {
		t.Error("the log holds the master key")
	}
}
