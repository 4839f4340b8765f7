package web

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"hooksafe/store/storetest"
)

// served is a site that listens on a port of its own.
type served struct {
	*site
	addr string
	stop context.CancelFunc
	done chan error
}

func serve(t *testing.T, change ...func(*Options)) *served {
	t.Helper()
	s := &served{site: &site{World: storetest.New(t), log: &logged{}}, done: make(chan error, 1)}
	o := s.options()
	o.Addr = "127.0.0.1:0"
	for _, c := range change {
		c(&o)
	}
	ctx, cancel := context.WithCancel(t.Context())
	s.stop = cancel
	ready := make(chan net.Addr, 1)
	go func() { s.done <- Serve(ctx, s.Store, o, func(a net.Addr) { ready <- a }) }()
	select {
	case a := <-ready:
		s.addr = a.String()
	case err := <-s.done:
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		if err := <-s.done; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return s
}

// raw sends bytes as they are and reads until the server closes.
func (s *served) raw(t *testing.T, text string) string {
	t.Helper()
	conn, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

// S-05: what two parties could read in two ways is refused, and nothing behind
// it is taken for another request.
func TestSmuggling(t *testing.T) {
	t.Parallel()
	s := serve(t)
	const form = "Content-Type: application/x-www-form-urlencoded\r\nSec-Fetch-Site: same-origin\r\n"
	for name, text := range map[string]string{
		"two lengths":              "POST /login HTTP/1.1\r\nHost: h\r\n" + form + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nemail=",
		"a length and chunks":      "POST /login HTTP/1.1\r\nHost: h\r\n" + form + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: h\r\n\r\n",
		"chunks":                   "POST /login HTTP/1.1\r\nHost: h\r\n" + form + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: h\r\n\r\n",
		"an unknown encoding":      "POST /login HTTP/1.1\r\nHost: h\r\n" + form + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
		"a length with a sign":     "POST /login HTTP/1.1\r\nHost: h\r\n" + form + "Content-Length: +5\r\n\r\nemail",
		"a negative length":        "POST /login HTTP/1.1\r\nHost: h\r\n" + form + "Content-Length: -1\r\n\r\n",
		"a space before the colon": "POST /login HTTP/1.1\r\nHost: h\r\n" + form + "Content-Length : 5\r\n\r\nemail",
		"a NUL in a header":        "GET /login HTTP/1.1\r\nHost: h\r\nX-A: a\x00b\r\n\r\n",
		"no host":                  "GET /login HTTP/1.1\r\n\r\n",
		"two hosts":                "GET /login HTTP/1.1\r\nHost: h\r\nHost: i\r\n\r\n",
		"a folded header":          "GET /login HTTP/1.1\r\nHost: h\r\n X-A: b\r\nX-B\r\n\r\n",
	} {
		answer := s.raw(t, text)
		if n := strings.Count(answer, "HTTP/1.1 "); n != 1 {
			t.Errorf("%s: %d answers: %.200s", name, n, answer)
		}
		if !strings.HasPrefix(answer, "HTTP/1.1 4") && !strings.HasPrefix(answer, "HTTP/1.1 501") {
			t.Errorf("%s: %.60q", name, answer)
		}
	}
}

// S-03: headers up to 32 KiB.
func TestHeaderLimit(t *testing.T) {
	t.Parallel()
	s := serve(t)
	for bytes, status := range map[int]string{31 << 10: "200", 33 << 10: "431"} {
		answer := s.raw(t, "GET /healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX-A: "+strings.Repeat("a", bytes)+"\r\n\r\n")
		if !strings.HasPrefix(answer, "HTTP/1.1 "+status) {
			t.Errorf("%d bytes of headers: %.60q", bytes, answer)
		}
	}
}

// A host header makes no link, and a line end in a path no header.
func TestNoHeaderInjection(t *testing.T) {
	t.Parallel()
	s := serve(t)
	answer := s.raw(t, "GET /orgs/acme/hooks HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: evil.example\r\nConnection: close\r\n\r\n")
	wantNone(t, answer, "evil.example")
	answer = s.raw(t, "GET /orgs/a%0d%0aSet-Cookie:%20x=y/hooks HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
	wantNone(t, answer, "\r\nSet-Cookie:")
}

// R-05, 0.19: a request under way finishes, and then Serve returns.
func TestGracefulStop(t *testing.T) {
	t.Parallel()
	s := serve(t)
	conn, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	body := credentials("editor").Encode()
	head := "POST /login HTTP/1.1\r\nHost: h\r\nSec-Fetch-Site: same-origin\r\nExpect: 100-continue\r\n" +
		"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n"
	if _, err := io.WriteString(conn, head); err != nil {
		t.Fatal(err)
	}
	answers := bufio.NewReader(conn)
	if line, err := answers.ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("%q %v", line, err)
	}
	s.stop() // the handler is waiting for the body now
	if _, err := io.WriteString(conn, body); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(answers)
	if err != nil || !strings.Contains(string(rest), "HTTP/1.1 303") {
		t.Fatalf("%.200s %v", rest, err)
	}
	err = <-s.done
	s.done <- err
	if err != nil {
		t.Fatal(err)
	}
	if _, err := net.Dial("tcp", s.addr); err == nil {
		t.Error("the server still listens")
	}
}

// a client that takes its time does not hold the stop up.
func TestStopCutsOff(t *testing.T) {
	t.Parallel()
	here, log := make(chan bool), &logged{}
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(here)
		<-r.Context().Done()
	}))
	failed := make(chan error)
	go func() {
		_, err := http.Get(server.URL)
		failed <- err
	}()
	<-here
	if err := stop(server.Config, 0, slog.New(slog.NewTextHandler(log, nil))); err != nil {
		t.Error(err)
	}
	if err := <-failed; err == nil {
		t.Error("the client was not cut off")
	}
	if !strings.Contains(log.String(), "cut off") {
		t.Error("nobody is told")
	}
}

func TestListenErrors(t *testing.T) {
	t.Parallel()
	w := storetest.New(t)
	s := siteOf(t, w)
	for name, change := range map[string]func(*Options){
		"an address that is none":   func(o *Options) { o.Addr = "nowhere:none" },
		"a certificate not there":   func(o *Options) { o.Addr, o.TLSCert, o.TLSKey = "127.0.0.1:0", "no.pem", "no.pem" },
		"a base URL with a path":    func(o *Options) { o.Addr, o.BaseURL = "127.0.0.1:0", "https://x.example/hooks" },
		"a base URL without scheme": func(o *Options) { o.Addr, o.BaseURL = "127.0.0.1:0", "x.example" },
	} {
		o := s.options()
		change(&o)
		if err := Serve(t.Context(), w.Store, o, func(net.Addr) { t.Errorf("%s: ready", name) }); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// pair writes a certificate for 127.0.0.1 and its key.
func pair(t *testing.T, dir string, serial int64) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	made, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(serial), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotAfter: time.Now().Add(time.Hour),
	}, &x509.Certificate{SerialNumber: big.NewInt(serial)}, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	writePEM(t, cert, "CERTIFICATE", made)
	writePEM(t, key, "EC PRIVATE KEY", der)
	return cert, key
}

func writePEM(t *testing.T, path, kind string, der []byte) {
	t.Helper()
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	cert, key := pair(t, t.TempDir(), 1)
	s := serve(t, func(o *Options) { o.TLSCert, o.TLSKey, o.BaseURL = cert, key, "https://127.0.0.1" })
	config := &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: true}}
	res, err := client.Get("https://" + s.addr + "/login")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusOK || res.ProtoMajor != 2 || res.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("status %d, HTTP/%d, %v", res.StatusCode, res.ProtoMajor, res.Header)
	}
	client.CloseIdleConnections()
	if _, err := tls.Dial("tcp", s.addr, &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}); err == nil {
		t.Error("TLS 1.1 is spoken")
	}
}

// A renewed certificate is picked up within a minute; a broken one is not.
func TestCertificateIsRenewed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	certPath, keyPath := pair(t, dir, 1)
	log := &logged{}
	c, err := newCertificate(certPath, keyPath, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	c.now = func() time.Time { return now }
	serial := func() int64 {
		got, err := c.get(nil)
		if err != nil {
			t.Fatal(err)
		}
		return got.Leaf.SerialNumber.Int64()
	}
	touch := func(at time.Time) {
		for _, path := range []string{certPath, keyPath} {
			if err := os.Chtimes(path, at, at); err != nil {
				t.Fatal(err)
			}
		}
	}

	pair(t, dir, 2)
	touch(now.Add(time.Second))
	now = now.Add(59 * time.Second)
	if got := serial(); got != 1 {
		t.Errorf("looked again after %d s", 59)
	}
	now = now.Add(2 * time.Second)
	if got := serial(); got != 2 {
		t.Errorf("serial %d a minute after the renewal", got)
	}
	if err := os.WriteFile(certPath, []byte("half a fi"), 0o600); err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Minute)
	if got := serial(); got != 2 {
		t.Errorf("serial %d after a broken renewal", got)
	}
	if !strings.Contains(log.String(), "certificate not renewed") {
		t.Error("nobody is told")
	}
	pair(t, dir, 3)
	touch(now.Add(2 * time.Second))
	now = now.Add(time.Minute)
	if got := serial(); got != 3 {
		t.Errorf("serial %d after it was mended", got)
	}
}
