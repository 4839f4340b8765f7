package formats

import (
	"bufio"
	"io"
)

// namesWriter writes the names alone, one a line.
type namesWriter struct{ *bufio.Writer }

func newNamesWriter(w io.Writer) SecretsWriter { return namesWriter{bufio.NewWriter(w)} }

func (w namesWriter) Write(s Secret) error {
	_, err := w.WriteString(s.Name + "\n")
	return err
}

func (w namesWriter) Close() error { return w.Flush() }
