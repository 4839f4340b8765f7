package formats

import (
	"fmt"
	"io"
	"path"
	"strings"
)

// Format is a kind of file that secrets or hooks come in and go out in.
type Format string

// The formats. Secrets of one place are Dotenv, JSON or YAML, and Names where only the
// names go out; hooks with their scripts are one of the Deploy CLI's two.
const (
	Dotenv    Format = "dotenv"
	JSONText  Format = "json"
	YAMLText  Format = "yaml"
	Names     Format = "names"
	Auth0YAML Format = "auth0-yaml"
	Auth0Dir  Format = "auth0-dir"
)

// Limits on what comes in (security statement S-37).
const (
	MaxImport = 5 << 20   // bytes of an import, unpacked
	MaxFiles  = 1000      // files of an export of the Deploy CLI
	MaxFile   = 512 << 10 // bytes of each of them
)

// Placeholder is what exports write where a value is hidden, as the Management API and
// the Deploy CLI spell it.
const Placeholder = "_VALUE_NOT_SHOWN_"

// Secret is an entry of a file: a name, and its value unless it is pending or unclear.
type Secret struct {
	Name, Value string
	Pending     bool   // a placeholder, or a keyword nobody replaced: the value is not in the file
	Unclear     string // why the file can be read in more than one way here, and what to do; "" if it can't
	Where       string // the place in the file, such as "line 6"
}

// Hook is a hook of an export of the Deploy CLI.
type Hook struct {
	Name, Trigger, Script string
	Enabled               bool
	Dependencies          []Pair // by name
	Secrets               []Secret
	Where                 string // such as "tenant.yaml, line 12" or "hooks/x.json"

	// Notes tell of keywords in script, name, trigger and dependencies that nothing
	// stands for: they are still there.
	Notes []Problem
}

// Problem is something in a file that can't be read. It never repeats what stands
// there.
type Problem struct{ Where, What string }

// Problems are why nothing of an import was read.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = strings.TrimPrefix(problem.Where+": "+problem.What, ": ")
	}
	return strings.Join(lines, "\n")
}

// ReadSecrets reads the secrets of one place from a file of at most MaxImport bytes. The
// error is a Problems.
func ReadSecrets(f Format, text []byte) ([]Secret, error) {
	if len(text) > MaxImport {
		return nil, Problems{{"", fmt.Sprintf("this is more than the %d MiB that an import may have", MaxImport>>20)}}
	}
	defer inTurn(len(text))()
	switch f {
	case Dotenv:
		return readDotenv(text)
	case JSONText:
		return readJSONSecrets(text)
	case YAMLText:
		return readYAMLSecrets(text)
	}
	return nil, fmt.Errorf("secrets don't come as %q", f)
}

// FormatOf is the format that the name of a file tells.
func FormatOf(name string) (Format, bool) {
	base := strings.ToLower(path.Base(name))
	switch ext := path.Ext(base); {
	case base == ".env" || strings.HasPrefix(base, ".env.") || ext == ".env":
		return Dotenv, true
	case ext == ".json":
		return JSONText, true
	case ext == ".yaml" || ext == ".yml":
		return YAMLText, true
	}
	return "", false
}

// SecretsWriter writes the secrets of one place, one after the other. What it has
// written is a file of the format once it is closed. A pending secret is written as the
// placeholder, and read again as pending.
type SecretsWriter interface {
	Write(Secret) error
	Close() error // ends the file, and leaves what it was written to open
}

// NewSecretsWriter begins a file.
func NewSecretsWriter(w io.Writer, f Format) (SecretsWriter, error) {
	switch f {
	case Dotenv:
		return newDotenvWriter(w), nil
	case JSONText:
		return newJSONWriter(w), nil
	case YAMLText:
		return newYAMLWriter(w), nil
	case Names:
		return newNamesWriter(w), nil
	}
	return nil, fmt.Errorf("secrets don't go out as %q", f)
}
