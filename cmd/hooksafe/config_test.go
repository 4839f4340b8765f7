package main

import (
	"fmt"
	"net"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"hooksafe/store"
)

// settingsOfServe reads settings as serve does, from flags and variables given as
// words: --flag=value or VARIABLE=value.
func settingsOfServe(t *testing.T, given string) (config, error) {
	t.Helper()
	for _, s := range settings {
		t.Setenv(s.variable, "")
	}
	var c config
	var err error
	cmd := &cobra.Command{Use: "serve", Run: func(cmd *cobra.Command, _ []string) {
		if c, err = readSettings(cmd); err == nil {
			err = c.checkListening()
		}
	}}
	takeSettings(cmd, aboutServing)
	args := []string{}
	for word := range strings.FieldsSeq(given) {
		if name, value, _ := strings.Cut(word, "="); strings.HasPrefix(word, "HOOKSAFE_") {
			t.Setenv(name, value)
		} else {
			args = append(args, word)
		}
	}
	cmd.SetArgs(args)
	if err := cmd.Execute(); err != nil {
		t.Fatal(err)
	}
	return c, err
}

func TestSettings(t *testing.T) {
	preset, err := settingsOfServe(t, "")
	if err != nil || preset.addr != "127.0.0.1:8080" || preset.dataDir != "./data" || preset.url() != "http://127.0.0.1:8080" ||
		preset.secretsPerHook != 20 || preset.httpsOnly() || preset.orgsByOperator {
		t.Errorf("preset: %+v, %v", preset, err)
	}
	for _, tt := range []struct {
		given string
		got   func(config) string
		want  string
	}{
		{"HOOKSAFE_ADDR=127.0.0.1:9000", func(c config) string { return c.addr }, "127.0.0.1:9000"},
		{"HOOKSAFE_ADDR=127.0.0.1:9000 --addr=127.0.0.1:9001", func(c config) string { return c.addr }, "127.0.0.1:9001"},
		{"HOOKSAFE_DATA_DIR=elsewhere", func(c config) string { return c.dataDir }, "elsewhere"},
		{"HOOKSAFE_MASTER_KEY_FILE=k", func(c config) string { return c.keyFile }, "k"},
		{"HOOKSAFE_TLS_CERT=c --tls-key=k", func(c config) string { return c.tlsCert + c.tlsKey + c.url() }, "ckhttps://127.0.0.1:8080"},
		{"HOOKSAFE_BASE_URL=https://Hooks.example.com/", config.url, "https://hooks.example.com"},
		{"--base-url=http://hooks.example.com:8000", config.url, "http://hooks.example.com:8000"},
		{"--addr=:8443 --tls-cert=c --tls-key=k", config.url, "https://localhost:8443"},
		{"--addr=[::]:8443 --tls-cert=c --tls-key=k", config.url, "https://localhost:8443"},
		{"--addr=[::1]:8080", config.url, "http://[::1]:8080"},
		{"HOOKSAFE_TRUSTED_PROXIES=10.1.2.3/8,fd00::/8", func(c config) string { return c.proxies[0].String() + c.proxies[1].String() }, "10.0.0.0/8fd00::/8"},
		{"HOOKSAFE_ORG_CREATION=operator", func(c config) string { return fmt.Sprint(c.orgsByOperator) }, "true"},
		{"HOOKSAFE_ORG_CREATION=operator --org-creation=everyone", func(c config) string { return fmt.Sprint(c.orgsByOperator) }, "false"},
		{"HOOKSAFE_LOG_FORMAT=json", func(c config) string { return c.logFormat }, "json"},
	} {
		t.Run(tt.given, func(t *testing.T) {
			c, err := settingsOfServe(t, tt.given)
			if err != nil {
				t.Fatal(err)
			}
			if got := tt.got(c); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestBadSettings(t *testing.T) {
	for _, tt := range []struct {
		given string
		want  string
	}{
		{"--addr=8080", `--addr: "8080" is no address to listen on: use HOST:PORT`},
		{"HOOKSAFE_ADDR=localhost", `HOOKSAFE_ADDR: "localhost" is no address to listen on`},
		{"--addr=127.0.0.1:http", `--addr: "127.0.0.1:http" has no port number`},
		{"--addr=127.0.0.1:70000", `--addr: "127.0.0.1:70000" has no port number`},
		{"--data-dir=", "--data-dir: give a path"},
		{"--master-key-file=", "--master-key-file: give a path"},
		{"--tls-cert=cert.pem", "HOOKSAFE_TLS_CERT and HOOKSAFE_TLS_KEY: give both or none"},
		{"HOOKSAFE_TLS_KEY=key.pem", "HOOKSAFE_TLS_CERT and HOOKSAFE_TLS_KEY: give both or none"},
		{"--tls-cert=c --tls-key=k --base-url=http://hooks.example.com", "HOOKSAFE_BASE_URL: with a certificate it has to begin with https://"},
		{"--base-url=hooks.example.com", "--base-url: use the scheme and host"},
		{"--base-url=https://", "--base-url: use the scheme and host"},
		{"--base-url=ftp://hooks.example.com", "--base-url: use the scheme and host"},
		{"--base-url=https://hooks.example.com/secrets", "--base-url: use the scheme and host"},
		{"--base-url=https://ada:pw@hooks.example.com", "--base-url: use the scheme and host"},
		{"--base-url=https://hooks.example.com?a", "--base-url: use the scheme and host"},
		{"--base-url=", "--base-url: use the scheme and host"},
		{"HOOKSAFE_TRUSTED_PROXIES=10.0.0.1", `HOOKSAFE_TRUSTED_PROXIES: "10.0.0.1" is no network`},
		{"HOOKSAFE_TRUSTED_PROXIES=10.0.0.0/8,", `HOOKSAFE_TRUSTED_PROXIES: "" is no network`},
		{"--secrets-per-hook=0", `--secrets-per-hook: "0" is no number from 1 to 1000`},
		{"HOOKSAFE_SECRETS_PER_HOOK=many", `HOOKSAFE_SECRETS_PER_HOOK: "many" is no number from 1 to 1000`},
		{"--org-creation=nobody", `--org-creation: "nobody" makes no organizations`},
		{"--log-format=xml", `--log-format: "xml" is no format: use text or json`},
	} {
		t.Run(tt.given, func(t *testing.T) {
			if c, err := settingsOfServe(t, tt.given); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("%+v, error %v, want %q", c, err, tt.want)
			}
		})
	}
}

// TestWhereToListen is the rule that values travel over https only.
func TestWhereToListen(t *testing.T) {
	const (
		tls   = " --tls-cert=c --tls-key=k"
		proxy = " --base-url=https://hooks.example.com --trusted-proxies=10.0.0.0/8"
	)
	for _, tt := range []struct {
		given     string
		allowed   bool
		httpsOnly bool
	}{
		{"--addr=127.0.0.1:8080", true, false},
		{"--addr=127.8.8.8:8080", true, false},
		{"--addr=[::1]:8080", true, false},
		{"--addr=[::ffff:127.0.0.1]:8080", true, false},
		{"--addr=localhost:8080", true, false},
		{"--addr=127.0.0.1:8080" + proxy, true, false},
		{"--addr=:8080", false, false},
		{"--addr=0.0.0.0:8080", false, false},
		{"--addr=[::]:8080", false, false},
		{"--addr=192.0.2.1:8080", false, false},
		{"--addr=localhost.example.com:8080", false, false},
		{"--addr=:8080 --base-url=https://hooks.example.com", false, false},
		{"--addr=:8080 --trusted-proxies=10.0.0.0/8", false, false},
		{"--addr=:8080 --base-url=http://hooks.example.com --trusted-proxies=10.0.0.0/8", false, false},
		{"--addr=:8080" + proxy, true, true},
		{"--addr=:8443" + tls, true, true},
		{"--addr=192.0.2.1:8443" + tls, true, true},
	} {
		t.Run(tt.given, func(t *testing.T) {
			c, err := settingsOfServe(t, tt.given)
			if (err == nil) != tt.allowed {
				t.Fatalf("error %v, allowed %v", err, tt.allowed)
			}
			if err == nil && webOptions(c, nil).HTTPSOnly != tt.httpsOnly {
				t.Errorf("https only: %v, want %v", !tt.httpsOnly, tt.httpsOnly)
			}
			if err == nil {
				return
			}
			for _, way := range []string{"HOOKSAFE_ADDR", "loopback", "HOOKSAFE_TLS_CERT and HOOKSAFE_TLS_KEY", "HOOKSAFE_BASE_URL", "HOOKSAFE_TRUSTED_PROXIES"} {
				if !strings.Contains(err.Error(), way) {
					t.Errorf("the error does not name %s:\n%v", way, err)
				}
			}
		})
	}
}

// TestPortZero checks that links name the port that the system chose.
func TestPortZero(t *testing.T) {
	c, err := settingsOfServe(t, "--addr=localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	at := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 41234}
	if got, want := c.listeningAt(at).url(), "http://localhost:41234"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestHelpPrintsTheTable checks that nothing reads a variable that the help does
// not name.
func TestHelpPrintsTheTable(t *testing.T) {
	_, help, _ := commandLine("serve", "--help")
	for _, s := range settings {
		if !strings.Contains(help, s.names()+"\n") || !strings.Contains(help, strings.Split(s.meaning, "\n")[0]) {
			t.Errorf("the help lacks %s:\n%s", s.names(), help)
		}
	}
	if strings.Contains(help, "--master-key ") || strings.Contains(help, apiKeyVariable) {
		t.Error("the help offers the master key as a flag, or what is for other commands")
	}
	for _, words := range []string{"import", "export", "run", "secrets", "secrets set"} {
		_, help, _ := commandLine(append(strings.Fields(words), "--help")...)
		for _, s := range connectionSettings {
			if !strings.Contains(help, s.variable+"\n") || !strings.Contains(help, strings.Split(s.meaning, "\n")[0]) {
				t.Errorf("the help of %s lacks %s:\n%s", words, s.variable, help)
			}
		}
		if strings.Contains(help, "HOOKSAFE_DATA_DIR") {
			t.Errorf("the help of %s has settings of the server:\n%s", words, help)
		}
	}
	known := regexp.MustCompile(`HOOKSAFE_[A-Z_]+`)
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		source, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range known.FindAllString(string(source), -1) {
			if !slices.ContainsFunc(settings, func(s setting) bool { return s.variable == name }) && name != urlVariable && name != apiKeyVariable {
				t.Errorf("%s names %s, which is in no table of settings", f.Name(), name)
			}
		}
	}
}

// What is settled about organizations reaches the store.
func TestOrgCreationOfTheStore(t *testing.T) {
	for given, want := range map[string]bool{"": false, "--org-creation=operator": true} {
		c, err := settingsOfServe(t, given+" --data-dir="+t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		if err := withStore(t.Context(), c, store.Options{Create: true}, func(s *store.Store) error {
			if s.OrganizationsByOperator() != want {
				t.Errorf("%s: only the operator makes organizations: %v", given, !want)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
}
