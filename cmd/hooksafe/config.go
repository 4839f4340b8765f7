package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
)

// config is what the settings say, read and checked.
type config struct {
	addr           string
	dataDir        string
	keyFile        string // "" is the default file in the data directory
	tlsCert        string
	tlsKey         string
	baseURL        string // "" follows from addr: see url
	proxies        []netip.Prefix
	apiRate        int // requests a second and key; 0: no limit
	secretsPerHook int
	logFormat      string // "" is text on a terminal, else json

	orgsByOperator bool // people make no organizations by themselves
}

// scope says which commands take a setting. A wider one includes the others.
type scope int

const (
	aboutData    scope = iota + 1 // every command on the data directory
	aboutAddress                  // commands that print links
	aboutServing                  // serve
)

// setting is one thing that can be set. A flag wins over its variable, which wins
// over the preset.
type setting struct {
	flag, value string // "" for what never goes on a command line
	variable    string
	preset      string
	meaning     string
	scope       scope
	read        func(c *config, text string) error
}

// settings is the table of everything that can be set. The help prints it.
var settings = []setting{
	{
		"addr", "HOST:PORT", "HOOKSAFE_ADDR", "127.0.0.1:8080",
		"Where to listen. Plain http is spoken on loopback addresses only.",
		aboutAddress, readAddr,
	},
	{
		"data-dir", "DIR", "HOOKSAFE_DATA_DIR", "./data",
		"Holds hooksafe.db, and is for Hooksafe alone.",
		aboutData, readDataDir,
	},
	{
		"master-key-file", "FILE", "HOOKSAFE_MASTER_KEY_FILE", "",
		"Holds the master key, and nobody else may read it. Preset: master.key in the data\n" +
			"directory, made on first start, when there is no database yet.",
		aboutData, readKeyFile,
	},
	{
		"", "", keyVariable, "",
		"The master key itself, instead of a file. It is removed from the environment once\n" +
			"read, and there is no flag: everybody on a host can read its command lines.",
		aboutData, nil,
	},
	{
		"", "", credentialsVariable, "",
		"Set by systemd (LoadCredential=): a file master-key in it holds the master key.",
		aboutData, nil,
	},
	{
		"tls-cert", "FILE", "HOOKSAFE_TLS_CERT", "",
		"Certificate, PEM. With the next one, https is spoken on HOOKSAFE_ADDR. A renewed\n" +
			"file is picked up within a minute.",
		aboutAddress, readTLSCert,
	},
	{
		"tls-key", "FILE", "HOOKSAFE_TLS_KEY", "",
		"The certificate's key, PEM.",
		aboutAddress, readTLSKey,
	},
	{
		"base-url", "URL", "HOOKSAFE_BASE_URL", "",
		"The address that people use: links begin with it, and https makes cookies Secure.\n" +
			"Preset: http://ADDR, or https://ADDR with a certificate.",
		aboutAddress, readBaseURL,
	},
	{
		"trusted-proxies", "NETWORKS", "HOOKSAFE_TRUSTED_PROXIES", "",
		"Whose X-Forwarded-For and X-Forwarded-Proto are believed: CIDRs, with commas\n" +
			"between them.",
		aboutServing, readProxies,
	},
	{
		"api-rate", "N", "HOOKSAFE_API_RATE", "0",
		"Requests that an API key may send in a second, saved up for 10 seconds. 0 sets no\n" +
			"limit, and answers carry no X-RateLimit headers then.",
		aboutServing, readAPIRate,
	},
	{
		"secrets-per-hook", "N", "HOOKSAFE_SECRETS_PER_HOOK", "20",
		"How many secrets a hook holds at most, 1 to 1000.",
		aboutServing, readSecretsPerHook,
	},
	{
		"org-creation", "WHO", "HOOKSAFE_ORG_CREATION", "everyone",
		"Who makes organizations: everyone who can sign in, or operator, which leaves it to\n" +
			"the command \"org create\".",
		aboutServing, readOrgCreation,
	},
	{
		"log-format", "FORMAT", "HOOKSAFE_LOG_FORMAT", "",
		"text or json, for the log on standard error. Preset: text on a terminal, else json.",
		aboutServing, readLogFormat,
	},
}

// takeSettings gives a command the settings up to a scope.
func takeSettings(cmd *cobra.Command, upTo scope) {
	for _, s := range settings {
		if s.flag != "" && s.scope <= upTo {
			cmd.Flags().String(s.flag, s.preset, s.meaning)
			_ = cmd.Flags().MarkHidden(s.flag) // the help prints the table instead
		}
	}
}

// takenBy says whether a command takes the setting.
func (s setting) takenBy(cmd *cobra.Command) bool {
	flag := s.flag
	if flag == "" {
		flag = "master-key-file" // which it stands in for
	}
	return cmd.Flags().Lookup(flag) != nil
}

// readSettings reads the settings that a command takes. Its errors name the flag
// or the variable that the text came from. The master key is not among them: see
// masterKey.
func readSettings(cmd *cobra.Command) (config, error) {
	var c config
	for _, s := range settings {
		if s.flag == "" || !s.takenBy(cmd) {
			continue
		}
		flag := cmd.Flags().Lookup(s.flag)
		text, from := flag.Value.String(), "--"+s.flag
		if given := os.Getenv(s.variable); given != "" && !flag.Changed {
			text, from = given, s.variable
		}
		if text == "" && !flag.Changed {
			continue
		}
		if err := s.read(&c, text); err != nil {
			return config{}, fmt.Errorf("%s: %w", from, err)
		}
	}
	return c, c.check()
}

func readAddr(c *config, text string) error {
	_, port, err := net.SplitHostPort(text)
	if err != nil {
		return fmt.Errorf("%q is no address to listen on: use HOST:PORT, such as 127.0.0.1:8080", text)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("%q has no port number from 0 to 65535 behind the colon", text)
	}
	c.addr = text
	return nil
}

func readDataDir(c *config, text string) error {
	c.dataDir = text
	return notEmpty(text)
}

func readKeyFile(c *config, text string) error {
	c.keyFile = text
	return notEmpty(text)
}

func readTLSCert(c *config, text string) error {
	c.tlsCert = text
	return notEmpty(text)
}

func readTLSKey(c *config, text string) error {
	c.tlsKey = text
	return notEmpty(text)
}

func notEmpty(path string) error {
	if path == "" {
		return errors.New("give a path")
	}
	return nil
}

func readBaseURL(c *config, text string) error {
	u, err := url.Parse(text)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" ||
		(u.Path != "" && u.Path != "/") || u.User != nil || strings.ContainsAny(text, "?#") {
		return errors.New("use the scheme and host that people open, without a path, such as https://hooks.example.com")
	}
	c.baseURL = u.Scheme + "://" + strings.ToLower(u.Host)
	return nil
}

func readProxies(c *config, text string) error {
	for part := range strings.SplitSeq(text, ",") {
		network, err := netip.ParsePrefix(strings.TrimSpace(part))
		if err != nil {
			return fmt.Errorf("%q is no network: use CIDRs such as 10.0.0.0/8, with commas between them", part)
		}
		c.proxies = append(c.proxies, network.Masked())
	}
	return nil
}

func readAPIRate(c *config, text string) error {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > 100_000 {
		return fmt.Errorf("%q is no number from 0 to 100000", text)
	}
	c.apiRate = n
	return nil
}

func readSecretsPerHook(c *config, text string) error {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 1000 {
		return fmt.Errorf("%q is no number from 1 to 1000", text)
	}
	c.secretsPerHook = n
	return nil
}

func readOrgCreation(c *config, text string) error {
	if text != "everyone" && text != "operator" {
		return fmt.Errorf("%q makes no organizations: use everyone or operator", text)
	}
	c.orgsByOperator = text == "operator"
	return nil
}

func readLogFormat(c *config, text string) error {
	if text != "text" && text != "json" {
		return fmt.Errorf("%q is no format: use text or json", text)
	}
	c.logFormat = text
	return nil
}

// check refuses settings that do not go together.
func (c config) check() error {
	if (c.tlsCert == "") != (c.tlsKey == "") {
		return errors.New("HOOKSAFE_TLS_CERT and HOOKSAFE_TLS_KEY: give both or none")
	}
	if c.tlsCert != "" && c.baseURL != "" && !c.https() {
		return errors.New("HOOKSAFE_BASE_URL: with a certificate it has to begin with https://")
	}
	return nil
}

// url is the address that people use. Where it follows from the address to listen
// on, and that stands for all addresses of the host, localhost takes its place.
func (c config) url() string {
	if c.baseURL != "" {
		return c.baseURL
	}
	host, port, _ := net.SplitHostPort(c.addr) // readAddr has checked it
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "localhost"
	}
	if c.tlsCert != "" {
		return "https://" + net.JoinHostPort(host, port)
	}
	return "http://" + net.JoinHostPort(host, port)
}

// listeningAt is the config once the server listens: port 0 has become a real one.
func (c config) listeningAt(at net.Addr) config {
	host, _, _ := net.SplitHostPort(c.addr)
	_, port, _ := net.SplitHostPort(at.String())
	c.addr = net.JoinHostPort(host, port)
	return c
}

// checkListening allows plain HTTP on loopback only, since values travel over
// HTTPS. Behind a proxy, every request has to have come by https.
func (c config) checkListening() error {
	if c.loopback() || c.tlsCert != "" || c.behindProxy() {
		return nil
	}
	return fmt.Errorf("HOOKSAFE_ADDR: %s is open to other hosts, and values travel over https only: "+
		"listen on a loopback address such as 127.0.0.1:8080; "+
		"or give HOOKSAFE_TLS_CERT and HOOKSAFE_TLS_KEY; "+
		"or give an https HOOKSAFE_BASE_URL and the HOOKSAFE_TRUSTED_PROXIES that speak it", c.addr)
}

func (c config) https() bool { return strings.HasPrefix(c.baseURL, "https://") }

func (c config) behindProxy() bool { return c.https() && len(c.proxies) > 0 }

// httpsOnly says whether a request that did not come by https is refused.
func (c config) httpsOnly() bool { return !c.loopback() }

func (c config) loopback() bool {
	host, _, _ := net.SplitHostPort(c.addr) // readAddr has checked it
	return isLoopback(host)
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}
