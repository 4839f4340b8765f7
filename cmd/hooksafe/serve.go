package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"hooksafe/store"
	"hooksafe/web"
)

func serveCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Start the server",
		Long: `Serve starts the server. In an empty data directory it makes a database and a
master key; keep a copy of the key somewhere else, because nothing can be read
without it.

While nobody can sign in yet, each start prints one line on standard output with
the address of the first run. It is valid for an hour, and the one before it stops
working. The log goes to standard error.

SIGTERM and SIGINT stop the server when the requests under way are finished, within
10 seconds; a second one stops it at once.`,
		Example: `  hooksafe serve
  hooksafe serve --data-dir /var/lib/hooksafe --addr :8443 \
      --tls-cert cert.pem --tls-key key.pem --base-url https://hooks.example.com:8443`,
		Args: wants(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := readSettings(cmd)
			if err != nil {
				return err
			}
			return serve(cmd, c)
		},
	}
	takeSettings(cmd, aboutServing)
	return cmd
}

// serve runs the server until a signal stops it.
func serve(cmd *cobra.Command, c config) error {
	if err := c.checkListening(); err != nil {
		return err
	}
	if err := makeDataDir(c.dataDir); err != nil {
		return err
	}
	unlock, err := lock(c.dataDir)
	if err != nil {
		return err
	}
	defer unlock()

	ctx, stop := untilSignal(cmd.Context())
	defer stop()
	err = withStore(ctx, c, store.Options{Create: true, Migrate: true}, func(s *store.Store) error {
		return serveStore(ctx, cmd, c, s)
	})
	if errors.Is(err, context.Canceled) {
		return nil // stopped while it was still starting
	}
	return err
}

// untilSignal ends with the first SIGTERM or SIGINT. Before it does, signals get
// their default back: a second one ends the process at once.
func untilSignal(parent context.Context) (ctx context.Context, stop context.CancelFunc) {
	ctx, stop = context.WithCancel(parent)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		select {
		case <-signals:
		case <-ctx.Done():
		}
		signal.Stop(signals)
		stop()
	}()
	return ctx, stop
}

// serveStore runs the server on the open store, and prints the address of the first
// run once it answers.
func serveStore(ctx context.Context, cmd *cobra.Command, c config, s *store.Store) error {
	token, err := setupToken(ctx, s)
	if err != nil {
		return err
	}
	log := newLog(c.logFormat)
	ctx, cancel := context.WithCancel(ctx)
	var background sync.WaitGroup
	background.Go(func() { tidy(ctx, s, log) })
	defer background.Wait()
	defer cancel()

	return web.Serve(ctx, s, webOptions(c, log), func(at net.Addr) {
		c := c.listeningAt(at)
		log.Info("listening", "address", at.String(), "url", c.url(), "data", c.dataDir, "key", s.KeyID(), "version", version())
		if token != "" {
			fmt.Fprintf(cmd.OutOrStdout(), "Open %s/setup?token=%s to set this server up. The address works once, for an hour.\n", c.url(), token)
		}
	})
}

func webOptions(c config, log *slog.Logger) web.Options {
	return web.Options{
		Addr: c.addr, BaseURL: c.url(), TrustedProxies: c.proxies, HTTPSOnly: c.httpsOnly(),
		TLSCert: c.tlsCert, TLSKey: c.tlsKey, APIRate: c.apiRate, Version: version(), Log: log,
	}
}

// setupToken makes the token of the first run, or none if somebody can sign in.
func setupToken(ctx context.Context, s *store.Store) (string, error) {
	open, err := s.SetupOpen(ctx)
	if err != nil || !open {
		return "", err
	}
	return s.NewSetupToken(ctx)
}

// tidy removes what nobody can use any more, now and every minute: rows of sessions
// that ended long ago, and what was deleted 7 days ago or earlier.
func tidy(ctx context.Context, s *store.Store, log *slog.Logger) {
	every := time.NewTicker(time.Minute)
	defer every.Stop()
	for {
		if err := errors.Join(s.ForgetExpiredSessions(ctx), s.Purge(ctx)); err != nil && ctx.Err() == nil {
			log.Error("not tidied up", "error", err)
		}
		select {
		case <-every.C:
		case <-ctx.Done():
			return
		}
	}
}

func newLog(format string) *slog.Logger {
	if format == "text" || format == "" && term.IsTerminal(int(os.Stderr.Fd())) {
		return slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	return slog.New(slog.NewJSONHandler(os.Stderr, nil))
}
