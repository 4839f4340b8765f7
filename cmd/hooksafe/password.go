package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// readPassword takes the first line of standard input, without its line end. On a
// terminal it asks, twice, because nobody sees what they type.
func readPassword(cmd *cobra.Command) (string, error) {
	if in, ok := terminal(cmd.InOrStdin()); ok {
		return askPassword(cmd.ErrOrStderr(), int(in.Fd()))
	}
	line, err := bufio.NewReader(io.LimitReader(cmd.InOrStdin(), 1<<16)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the password: %w", err)
	}
	if line == "" {
		return "", errors.New("no password: it is read from the first line of standard input")
	}
	return strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r"), nil
}

func askPassword(w io.Writer, terminal int) (string, error) {
	stop, err := echoAfterInterrupt(terminal)
	if err != nil {
		return "", err
	}
	defer stop()
	password, err := ask(w, terminal, "Password: ")
	if err != nil {
		return "", err
	}
	again, err := ask(w, terminal, "The same again: ")
	if err != nil {
		return "", err
	}
	if password != again {
		return "", errors.New("the two passwords differ: nothing was done")
	}
	return password, nil
}

func ask(w io.Writer, terminal int, prompt string) (string, error) {
	fmt.Fprint(w, prompt)
	typed, err := term.ReadPassword(terminal)
	fmt.Fprintln(w)
	if err != nil {
		return "", fmt.Errorf("read what is typed: %w", err)
	}
	return string(typed), nil
}

// echoAfterInterrupt has the terminal show again what is typed when Ctrl-C ends
// the program at a hidden prompt.
func echoAfterInterrupt(terminal int) (stop func(), err error) {
	before, err := term.GetState(terminal)
	if err != nil {
		return nil, fmt.Errorf("read the terminal: %w", err)
	}
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt, syscall.SIGTERM)
	go func() {
		if _, ok := <-interrupted; ok {
			_ = term.Restore(terminal, before)
			os.Exit(exitFailed)
		}
	}()
	return func() {
		signal.Stop(interrupted)
		close(interrupted)
	}, nil
}
