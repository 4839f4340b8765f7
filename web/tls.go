package web

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// certificate serves the pair of PEM files at two paths and picks up a renewed
// pair within a minute. A pair that doesn't load leaves the old one in place.
type certificate struct {
	certPath, keyPath string
	log               *slog.Logger
	now               func() time.Time

	mu     sync.Mutex
	pair   *tls.Certificate
	looked time.Time
	stamp  string
}

func newCertificate(certPath, keyPath string, log *slog.Logger) (*certificate, error) {
	c := &certificate{certPath: certPath, keyPath: keyPath, log: log, now: time.Now}
	if err := c.load(); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now().Sub(c.looked) >= time.Minute {
		if err := c.load(); err != nil {
			c.log.Error("certificate not renewed, the old one stays", "error", err)
		}
	}
	return c.pair, nil
}

// load reads the files if they changed since the last time.
func (c *certificate) load() error {
	c.looked = c.now()
	stamp, err := stampOf(c.certPath, c.keyPath)
	if err != nil {
		return err
	}
	if stamp == c.stamp {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(c.certPath, c.keyPath)
	if err != nil {
		return fmt.Errorf("load certificate: %w", err)
	}
	c.pair, c.stamp = &pair, stamp
	return nil
}

// stampOf changes when one of the files does.
func stampOf(paths ...string) (string, error) {
	var stamp string
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return "", fmt.Errorf("certificate: %w", err)
		}
		stamp += fmt.Sprintf("%d %d\n", info.ModTime().UnixNano(), info.Size())
	}
	return stamp, nil
}
