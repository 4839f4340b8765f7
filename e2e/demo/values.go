package demo

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"strings"
)

//go:embed scripts/*.js
var scripts embed.FS

// script is the text of one of the files.
func script(file string) (string, error) {
	text, err := scripts.ReadFile("scripts/" + file + ".js")
	return string(text), err
}

// value invents one version of a value. Names say what it looks like: an address,
// a file of several lines, a key.
func value(hook, name string, version int64) string {
	seed := fmt.Sprintf("%s %s %d", hook, name, version)
	switch {
	case strings.HasSuffix(name, "_URL"), strings.HasSuffix(name, "_DSN"):
		host := strings.ToLower(strings.ReplaceAll(name[:strings.LastIndex(name, "_")], "_", "-"))
		return fmt.Sprintf("https://%s%s.invalid/v%d", Mark, host, version)
	case strings.HasSuffix(name, "_PRIVATE_KEY"):
		return file(seed, 28)
	case strings.HasSuffix(name, "_BUNDLE"):
		return file(seed+" 1", 20) + file(seed+" 2", 20) + file(seed+" 3", 20)
	default:
		return Mark + noise(seed)
	}
}

// file is a value of several lines, the first and last of which name it.
func file(seed string, lines int) string {
	var text strings.Builder
	text.WriteString("-----BEGIN DEMO TEXT-----\n")
	for i := range lines - 2 {
		text.WriteString(Mark + noise(fmt.Sprint(seed, " line ", i)) + "\n")
	}
	text.WriteString("-----END DEMO TEXT-----\n")
	return text.String()
}

// noise looks random and is always the same.
func noise(seed string) string {
	sum := sha256.Sum256([]byte(seed))
	return base64.StdEncoding.EncodeToString(sum[:])
}
