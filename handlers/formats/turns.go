package formats

// A long text takes some 50 times its length while it is read, so few are read at once,
// and the others wait for their turn. Short ones wait for nobody.
const (
	turnsAtOnce = 2
	longText    = 256 << 10 // bytes
)

var turns = make(chan struct{}, turnsAtOnce)

// inTurn waits for a turn to read a text of so many bytes; call what it returns behind.
func inTurn(size int) (done func()) {
	if size < longText {
		return func() {}
	}
	turns <- struct{}{}
	return func() { <-turns }
}
