// Package web is the server: Echo with its middleware, every URL, who is asking,
// and how an error becomes an answer. Pages and partials are made by the
// handlers; nothing here knows what a hook is.
package web

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"hooksafe/handlers/apiv1"
	"hooksafe/handlers/apiv2"
	"hooksafe/handlers/dashboard"
	"hooksafe/store"
	"hooksafe/views"
)

// Options say where and how to listen. Log and BaseURL must be set.
type Options struct {
	Addr           string         // host:port; port 0 takes a free one
	BaseURL        string         // scheme://host[:port] that people use; https makes cookies Secure
	TrustedProxies []netip.Prefix // whose X-Forwarded-For and X-Forwarded-Proto are believed
	HTTPSOnly      bool           // refuse a request that did not come by https
	TLSCert        string         // PEM files; both or none
	TLSKey         string
	APIRate        int // requests a second and key; 0: no limit
	Version        string
	Log            *slog.Logger
}

// How long a client may take. A request's body is read within readTimeout, so
// that slow clients are cut while others are served.
const (
	headerTimeout = 5 * time.Second
	readTimeout   = 30 * time.Second
	writeTimeout  = 60 * time.Second
	idleTimeout   = 60 * time.Second
	stopTimeout   = 8 * time.Second // leaves 2 of the 10 s for closing the store
)

// headerBytes lets net/http read 32 KiB of headers: it adds 4 KiB of its own.
const headerBytes = 32<<10 - 4<<10

// New returns the server's handler with all of its routes.
func New(s *store.Store, o Options) (*echo.Echo, error) {
	sameOrigin, err := sameOrigin(o.BaseURL)
	if err != nil {
		return nil, err
	}
	gate := views.GateProps{Host: hostOf(o.BaseURL), Version: o.Version}
	sessions := newSessionStore(s, o.BaseURL)
	pages := dashboard.New(s, sessions, gate, o.BaseURL)

	e := echo.New()
	e.Logger.SetOutput(io.Discard) // all it would say is said by accessLog and answers
	e.HTTPErrorHandler = answers{o.Log, pages, gate}.handle
	trustProxies(e, o.TrustedProxies)

	e.Use(requestID, withOrigin, accessLog(o.Log), recoverPanics(o.Log), securityHeaders)
	if o.HTTPSOnly {
		e.Use(requireHTTPS)
	}
	e.Use(apiCredentials(s), newPace(o.APIRate, s.Now).middleware, methods, bodies, new(longBodies).middleware, sameOrigin)
	routes(e, doors{s, sessions}, pages, apiv1.New(s), apiv2.New(s), &readiness{check: s.Ready})
	return e, nil
}

func hostOf(baseURL string) string {
	u, err := url.Parse(baseURL)
	if err != nil {
		return ""
	}
	return u.Host
}

// Serve listens until ctx ends, then lets the requests under way finish, for at
// most 8 s. It calls ready with the address once it listens.
func Serve(ctx context.Context, s *store.Store, o Options, ready func(net.Addr)) error {
	handler, err := New(s, o)
	if err != nil {
		return err
	}
	listener, err := listen(o)
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler:           handler,
		MaxHeaderBytes:    headerBytes,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		ErrorLog:          slog.NewLogLogger(o.Log.Handler(), slog.LevelWarn),
	}
	ready(listener.Addr())

	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	select {
	case err := <-done:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
		return stop(server, stopTimeout, o.Log)
	}
}

// stop lets the server drain for a while. Who is still there then is cut off,
// which is no failure: the server was asked to stop.
func stop(server *http.Server, within time.Duration, log *slog.Logger) error {
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	err := server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		log.Warn("cut off the requests that had not finished", "after", within)
		err = server.Close()
	}
	if err != nil {
		return fmt.Errorf("stop: %w", err)
	}
	return nil
}

func listen(o Options) (net.Listener, error) {
	listener, err := net.Listen("tcp", o.Addr)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	if o.TLSCert == "" {
		return listener, nil
	}
	cert, err := newCertificate(o.TLSCert, o.TLSKey, o.Log)
	if err != nil {
		listener.Close()
		return nil, err
	}
	return tls.NewListener(listener, &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"h2", "http/1.1"},
		GetCertificate: cert.get,
	}), nil
}
