package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"hooksafe/e2e/demo"
)

// It says where it is and how to get in, answers there, and leaves nothing behind.
func TestServe(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	in, out := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := serve(ctx, out)
		out.Close()
		done <- err
	}()

	var said []string
	for lines := bufio.NewScanner(in); lines.Scan(); {
		said = append(said, lines.Text())
		if strings.Contains(lines.Text(), "Ctrl C") {
			break
		}
	}
	text := strings.Join(said, "\n")
	for _, want := range []string{demo.Password, "priya@brightwater.example", "yuki@brightwater.example", "vanishes"} {
		if !strings.Contains(text, want) {
			t.Errorf("it doesn't say %q:\n%s", want, text)
		}
	}
	_, rest, _ := strings.Cut(text, "http://")
	answer, err := http.Get("http://" + strings.Fields(rest + " -")[0] + "/login")
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Errorf("the answer is %s", answer.Status)
	}

	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) > 0 {
		t.Errorf("%v is left in the temporary directory %v", left, err)
	}
}
