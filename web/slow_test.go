package web

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"
)

// S-03: clients that send a byte now and then neither keep others waiting nor stay.
// A body has 30 s, which this doesn't wait for: the server's own limit is looked at.
func TestSlowClients(t *testing.T) {
	t.Parallel()
	s := serve(t)
	slow := make([]net.Conn, 150)
	for i := range slow {
		conn, err := net.Dial("tcp", s.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := fmt.Fprintf(conn, "POST /login HTTP/1.1\r\nHost: %s\r\nX-Slow: ", s.addr); err != nil {
			t.Fatal(err)
		}
		slow[i] = conn
	}

	client := &http.Client{Timeout: 5 * time.Second} // well before the slow ones are cut
	answer, err := client.Get("http://" + s.addr + "/login")
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("somebody else waits for slow clients: %v", err)
	}
	answer.Body.Close()

	for i, conn := range slow {
		if err := conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(conn); err != nil {
			t.Fatalf("slow client %d was not cut off: %v", i, err)
		}
	}
	if readTimeout > 45*time.Second {
		t.Errorf("a body may take %s", readTimeout)
	}
}
