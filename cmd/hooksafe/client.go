package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// client speaks to the APIs of a server with one credential, and to no other server:
// it follows no redirect.
type client struct {
	base  string // scheme and host
	token string
	http  http.Client
	wait  func(ctx context.Context, long time.Duration) error
}

const (
	answerTime = 2 * time.Minute // a body of 6 MiB over a slow line included
	maxAnswer  = 64 << 20        // a page of hooks with the longest scripts
	maxWords   = 500             // of a server that says why
	maxWait    = time.Minute     // between two tries
	maxTries   = 10              // of a server that asks to wait
)

func newClient(base, token string) *client {
	return &client{
		base: base, token: token, wait: sleep,
		http: http.Client{
			Timeout:       answerTime,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

func sleep(ctx context.Context, long time.Duration) error {
	select {
	case <-time.After(long):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// overAPI makes a command of what is done over the API of the server that the
// settings name.
func overAPI(do func(cmd *cobra.Command, c *client, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		c, err := connect()
		if err != nil {
			return err
		}
		return do(cmd, c, args)
	}
}

// answerError is an answer that refuses. It reads as the server put it.
type answerError struct {
	status int
	words  string
	body   []byte
}

func (e *answerError) Error() string { return e.words }

// answers tells whether err is an answer with this status.
func answers(err error, status int) bool {
	var refused *answerError
	return errors.As(err, &refused) && refused.status == status
}

// call sends a request, with a body unless send is nil, and reads the answer into
// another unless into is nil. A server that asks to wait is asked again.
func (c *client) call(ctx context.Context, method, path string, send, into any) error {
	var body bytes.Buffer
	if send != nil {
		encoder := json.NewEncoder(&body)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(send); err != nil {
			return err
		}
	}
	for try := 1; ; try++ {
		answer, text, err := c.once(ctx, method, path, body.Bytes())
		switch {
		case err != nil:
			return err
		case answer.StatusCode == http.StatusTooManyRequests && try < maxTries:
			if err := c.wait(ctx, askedToWait(answer.Header)); err != nil {
				return err
			}
			continue
		case answer.StatusCode >= http.StatusMultipleChoices:
			return &answerError{answer.StatusCode, c.words(answer.StatusCode, text), text}
		case into == nil:
			return nil
		}
		if err := json.Unmarshal(text, into); err != nil {
			return fmt.Errorf("%s answers what this program does not understand: is it a server of Hooksafe?", c.base)
		}
		return nil
	}
}

func (c *client) once(ctx context.Context, method, path string, body []byte) (*http.Response, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	req.Header.Set("User-Agent", "hooksafe/"+version())
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	if len(body) > 0 {
		req.Header.Set("Content-Type", "application/json")
	}
	answer, err := c.http.Do(req)
	if err != nil {
		return nil, nil, c.silent(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return nil, nil, c.silent(err)
	}
	return answer, text, nil
}

// silent is the error of a server that did not answer. The address that was asked for
// stays out of it: it names secrets.
func (c *client) silent(err error) error {
	var of *url.Error
	if errors.As(err, &of) {
		err = of.Err
	}
	return fmt.Errorf("%s does not answer: %w", c.base, err)
}

// words are what an answer that refuses says, in the form of any of the APIs, on one
// line, without what would move the cursor of a terminal.
func (c *client) words(status int, body []byte) string {
	var said struct {
		Error       string
		Message     string
		Description string `json:"error_description"`
	}
	_ = json.Unmarshal(body, &said)
	words := cmp.Or(said.Description, said.Message, said.Error)
	switch {
	case status < http.StatusBadRequest:
		return fmt.Sprintf("%s answers with status %d and leads elsewhere, where the key does not follow: give the address that it leads to", c.base, status)
	case words == "":
		return fmt.Sprintf("%s answers with status %d %s", c.base, status, http.StatusText(status))
	}
	if status == http.StatusUnauthorized && c.token != "" {
		words += ": the token is wrong, has expired or was revoked"
	}
	if len(words) > maxWords {
		words = strings.ToValidUTF8(words[:maxWords], "") + "…"
	}
	return printable(words)
}

// askedToWait is how long a server that has too many requests wants to be left alone:
// in seconds, or as Auth0 also says it, until a second.
func askedToWait(h http.Header) time.Duration {
	long := time.Second
	if n, err := strconv.ParseInt(h.Get("Retry-After"), 10, 32); err == nil {
		long = time.Duration(n) * time.Second
	} else if at, err := strconv.ParseInt(h.Get("X-RateLimit-Reset"), 10, 64); err == nil {
		long = time.Until(time.Unix(at, 0))
	}
	return min(max(long, 0), maxWait)
}
