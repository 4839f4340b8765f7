package formats

import (
	"bytes"
	"testing"
	"time"
)

// S-37: of long texts few are read at once; short ones wait for nobody.
func TestS37LongTextsInTurn(t *testing.T) { // Not beside others: it takes all turns.
	long := bytes.Repeat([]byte(" "), longText)
	readers := map[string]func(text []byte){
		"secrets": func(text []byte) { ReadSecrets(Dotenv, text) },
		"hooks":   func(text []byte) { ReadHooks(Files{tenantFile: text}, nil) },
		"body":    func(text []byte) { ReadImport(text, "") },
		"zip":     func([]byte) { ReadZip(nil) },
	}
	for range turnsAtOnce {
		turns <- struct{}{}
	}
	done := make(chan string, len(readers))
	for name, read := range readers {
		if name != "zip" {
			read(long[1:]) // or the test never ends
		}
		go func() { read(long); done <- name }()
	}
	select {
	case name := <-done:
		t.Errorf("%s: it did not wait", name)
	case <-time.After(50 * time.Millisecond):
	}
	for range turnsAtOnce {
		<-turns
	}
	for range readers {
		<-done
	}
	if len(turns) > 0 {
		t.Errorf("%d turns are taken", len(turns))
	}
}
