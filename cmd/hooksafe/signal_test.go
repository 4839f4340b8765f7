package main

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
)

// TestSignals stops a server while it waits for the rest of a request.
func TestSignals(t *testing.T) {
	const body = "email=ada%40example.com&password=wrong&next="
	for _, tt := range []struct {
		name     string
		then     func(*testing.T, *server, *halfRequest)
		exitCode int
	}{
		{name: "the request under way finishes", exitCode: exitDone, then: func(t *testing.T, _ *server, r *halfRequest) {
			if status, err := r.finish(body); status != http.StatusUnprocessableEntity || err != nil {
				t.Errorf("status %d, %v, want %d", status, err, http.StatusUnprocessableEntity)
			}
		}},
		{name: "a second signal stops at once", exitCode: -1, then: func(t *testing.T, s *server, _ *halfRequest) {
			if err := s.process.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, err := startServer(t.TempDir(), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer s.kill()
			address := strings.TrimPrefix(s.URL, "http://")
			request, err := beginRequest(address, len(body))
			if err != nil {
				t.Fatal(err)
			}
			if err := s.process.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			waitUntilRefused(address)
			tt.then(t, s, request)
			if code, err := s.wait(); code != tt.exitCode || err != nil {
				t.Errorf("exit %d, %v, want %d\n%s", code, err, tt.exitCode, s.log.text())
			}
		})
	}
}

// halfRequest is a request whose handler waits for the body.
type halfRequest struct {
	conn   net.Conn
	answer *bufio.Reader
}

func beginRequest(address string, bodySize int) (*halfRequest, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(conn, "POST /login HTTP/1.1\r\nHost: %s\r\nSec-Fetch-Site: same-origin\r\n"+
		"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", address, bodySize)
	r := &halfRequest{conn, bufio.NewReader(conn)}
	// The server says "continue" when its handler begins to read.
	line, err := r.answer.ReadString('\n')
	if err == nil && !strings.HasPrefix(line, "HTTP/1.1 100 ") {
		err = fmt.Errorf("the server said %q", line)
	}
	if err == nil {
		_, err = r.answer.ReadString('\n')
	}
	return r, err
}

func (r *halfRequest) finish(body string) (status int, err error) {
	defer r.conn.Close()
	if _, err := r.conn.Write([]byte(body)); err != nil {
		return 0, err
	}
	answer, err := http.ReadResponse(r.answer, nil)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	return answer.StatusCode, nil
}

// waitUntilRefused returns when nothing listens at the address any more.
func waitUntilRefused(address string) {
	for {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			return
		}
		conn.Close()
	}
}
