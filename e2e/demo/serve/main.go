// Serve is what `make demo` runs: Hooksafe over an invented organization, in a
// directory that is gone when it stops.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"hooksafe/e2e/demo"
	"hooksafe/store"
	"hooksafe/web"
)

const help = `Shows Hooksafe with something in it: an invented organization, its hooks and
secrets, and six weeks of audit entries. It listens on 127.0.0.1 only, and prints
where, and how to sign in.

It is a demo. All of it lives in a temporary directory, under a key that is made
for it; everything vanishes when Ctrl C stops it. Keep no real secret in it.
`

func main() {
	flag.Usage = func() { fmt.Fprint(os.Stderr, help) }
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := serve(ctx, os.Stdout)
	stop()
	if err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// serve fills a directory, serves it until ctx ends, and removes it.
func serve(ctx context.Context, out io.Writer) (err error) {
	dir, err := os.MkdirTemp("", "hooksafe-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	key, err := store.ParseMasterKey(store.GenerateMasterKey())
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "Six weeks pass in a few seconds …")
	if _, err := demo.Fill(ctx, dir, key, time.Now()); err != nil {
		return err
	}
	s, err := store.Open(ctx, store.Options{Dir: dir, Key: key, SecretsPerHook: 20})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	addr, err := freeAddr()
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	return web.Serve(ctx, s, web.Options{Addr: addr, BaseURL: "http://" + addr, Version: "demo", Log: log},
		func(net.Addr) { welcome(out, "http://"+addr) })
}

// The ports that are tried, one after the other.
const firstPort, lastPort = 8080, 8180

func freeAddr() (string, error) {
	for port := firstPort; port <= lastPort; port++ {
		addr := fmt.Sprintf("127.0.0.1:%d", port)
		if l, err := net.Listen("tcp", addr); err == nil {
			return addr, l.Close()
		}
	}
	return "", fmt.Errorf("no port from %d to %d is free", firstPort, lastPort)
}

// welcome says where it is, and how to get in.
func welcome(out io.Writer, url string) {
	fmt.Fprintf(out, "\n  %s\n\nThe password is always: %s\n", url, demo.Password)
	for _, p := range demo.People {
		fmt.Fprintf(out, "  %-6s  %-26s  %s\n", p.Role, p.Email, p.Name)
	}
	fmt.Fprintln(out, "\nThis is a demo: everything in it is invented, and vanishes when Ctrl C stops it.")
}
