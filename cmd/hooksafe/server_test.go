package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
)

// server is "hooksafe serve" as a process of its own.
type server struct {
	URL string

	process *exec.Cmd
	setup   chan string // lines of standard output
	log     *logReader
}

// startServer starts a server in the current directory dir, with the variables env
// and nothing else, and waits until it listens.
func startServer(dir string, env []string, args ...string) (*server, error) {
	args = append([]string{"serve", "--addr", "127.0.0.1:0", "--log-format", "json"}, args...)
	s := &server{process: exec.Command("hooksafe", args...), setup: make(chan string, 1)}
	s.process.Dir, s.process.Env = dir, env
	stdout, err := s.process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	stderr, err := s.process.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := s.process.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(s.setup)
		for lines := bufio.NewScanner(stdout); lines.Scan(); {
			s.setup <- lines.Text()
		}
	}()
	s.log = readLog(stderr)
	if s.URL = <-s.log.listening; s.URL == "" {
		return nil, fmt.Errorf("the server ended: %w\n%s", s.process.Wait(), s.log.text())
	}
	return s, nil
}

// setupAddress waits for the address of the first run.
func (s *server) setupAddress() (string, error) {
	line := <-s.setup
	words := strings.Fields(line)
	if len(words) < 2 || !strings.HasPrefix(words[1], s.URL+"/setup?token=") {
		return "", fmt.Errorf("no address in %q", line)
	}
	return words[1], nil
}

// stop sends a signal and waits for the end.
func (s *server) stop(signal os.Signal) (exitCode int, err error) {
	if err := s.process.Process.Signal(signal); err != nil {
		return 0, err
	}
	return s.wait()
}

// wait waits for the end. The exit code of a server that a signal has ended is -1.
func (s *server) wait() (exitCode int, err error) {
	<-s.log.ended
	err = s.process.Wait()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		return 0, err
	}
	return s.process.ProcessState.ExitCode(), nil
}

// kill ends the server as a power failure would. It may be called at any time.
func (s *server) kill() { _ = s.process.Process.Kill() }

// logReader keeps the log of a server.
type logReader struct {
	listening chan string // the address, once; "" if the log ends before
	ended     chan struct{}

	mu   sync.Mutex
	kept strings.Builder
}

func readLog(r io.Reader) *logReader {
	l := &logReader{listening: make(chan string, 1), ended: make(chan struct{})}
	go func() {
		defer close(l.ended)
		defer close(l.listening)
		for lines := bufio.NewScanner(r); lines.Scan(); {
			l.keep(lines.Text())
			var line struct{ Msg, URL string }
			if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "listening" {
				l.listening <- line.URL
			}
		}
	}()
	return l
}

func (l *logReader) keep(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.kept.WriteString(line + "\n")
}

func (l *logReader) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.kept.String()
}
