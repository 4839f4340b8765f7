package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"hooksafe/handlers/formats"
)

// Where the server is, and what lets a program in.
const (
	urlVariable    = "HOOKSAFE_URL"
	apiKeyVariable = "HOOKSAFE_API_KEY"
)

// connectionSettings are what every command over the API takes. There are no flags:
// everybody on a host can read its command lines.
var connectionSettings = []struct{ variable, meaning string }{
	{urlVariable, "The server: https:// and its host, or http:// with a loopback address. SSL_CERT_FILE\n" +
		"names the certificate of an authority of your own."},
	{apiKeyVariable, "The token of an API key. It is taken out of the environment once read."},
}

// connect finds the server and the key: both in the environment, or both in the file.
// Never one of each, so that the key of one server does not go to another.
func connect() (*client, error) {
	address, token := os.Getenv(urlVariable), takeVariable(apiKeyVariable)
	switch {
	case address == "" && token == "":
		return connectByFile()
	case address == "":
		return nil, fmt.Errorf("%s is missing beside %s: it is the address of the server", urlVariable, apiKeyVariable)
	case token == "":
		return nil, fmt.Errorf("%s is missing beside %s: it is the token of an API key", apiKeyVariable, urlVariable)
	}
	return newConnection("", address, token)
}

// newConnection checks what was found at a place; "" is the environment.
func newConnection(found, address, token string) (*client, error) {
	base, err := readServer(address)
	if err != nil {
		return nil, fmt.Errorf("%s%s: %w", found, urlVariable, err)
	}
	if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, fmt.Errorf("%s%s: this is no token: one has letters, digits and _ only", found, apiKeyVariable)
	}
	return newClient(base, token), nil
}

// readServer reads the address of a server. Keys and values travel over https, or do
// not leave the host.
func readServer(text string) (base string, err error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Hostname() == "" || (u.Scheme != "http" && u.Scheme != "https") ||
		(u.Path != "" && u.Path != "/") || u.User != nil || strings.ContainsAny(text, "?#"):
		return "", errors.New("use scheme and host, without a path, such as https://hooks.example.com")
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return "", errors.New("use https: plain http is spoken with loopback addresses only, such as http://127.0.0.1:8080")
	}
	return u.Scheme + "://" + u.Host, nil
}

func connectByFile() (*client, error) {
	path, err := connectionFile()
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("set %s and %s, or write both into %s: the address of the server, and the token of an API key", urlVariable, apiKeyVariable, path)
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if err := ownersOnly(f, "the API key"); err != nil {
		return nil, err
	}
	text, err := readBounded(f)
	if err != nil {
		return nil, err
	}
	return readConnection(path, []byte(text))
}

// connectionFile is ~/.config/hooksafe, or where XDG_CONFIG_HOME has it.
func connectionFile() (string, error) {
	if dir := os.Getenv("XDG_CONFIG_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "hooksafe"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("set %s and %s: the address of the server, and the token of an API key", urlVariable, apiKeyVariable)
	}
	return filepath.Join(home, ".config", "hooksafe"), nil
}

// readConnection reads the file, in the form of a .env file.
func readConnection(path string, text []byte) (*client, error) {
	entries, err := formats.ReadSecrets(formats.Dotenv, text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	found := map[string]string{}
	for _, e := range entries {
		switch {
		case e.Name != urlVariable && e.Name != apiKeyVariable:
			return nil, fmt.Errorf("%s, %s: only %s and %s stand here", path, e.Where, urlVariable, apiKeyVariable)
		case e.Unclear != "":
			return nil, fmt.Errorf("%s, %s: %s", path, e.Where, e.Unclear)
		}
		found[e.Name] = e.Value
	}
	for _, s := range connectionSettings {
		if found[s.variable] == "" {
			return nil, fmt.Errorf("%s: %s is missing", path, s.variable)
		}
	}
	return newConnection(path+": ", found[urlVariable], found[apiKeyVariable])
}
