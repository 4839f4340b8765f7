package formats

import "io"

func readYAMLSecrets([]byte) ([]Secret, error) { return nil, errNotYet }
func newYAMLWriter(io.Writer) SecretsWriter    { return nil }

// Files are those of an export of the Deploy CLI, by their paths, with slashes.
type Files map[string][]byte

// ReadZip unpacks an export that came as one file. The error is a Problems.
func ReadZip([]byte) (Files, error) { return nil, errNotYet }

// Keywords gives the text that stands for a keyword of the Deploy CLI, ##KEY## or
// @@KEY@@, if there is one.
type Keywords func(key string) (text string, known bool)

// ReadHooks reads the hooks of an export of the Deploy CLI, in either form. A nil
// Keywords knows none. The error is a Problems.
func ReadHooks(Files, Keywords) ([]Hook, error) { return nil, errNotYet }

// HooksWriter writes an export of the Deploy CLI: first the script of every hook, then
// every hook with its secrets, and at last it is closed.
type HooksWriter interface {
	Script(Hook) error
	Hook(Hook) error
	Close() error
}

// NewHooksWriter begins an export. create begins a file of it, by its path, once the one
// before is complete.
func NewHooksWriter(f Format, create func(path string) (io.Writer, error)) (HooksWriter, error) {
	return nil, errNotYet
}
