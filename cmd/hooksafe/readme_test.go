package main

import (
	"bytes"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The commands of "Bring your hooks over" do what the README says, as they stand: an
// export of a tenant with five hooks comes in, gets its values, and a program runs with
// them.
func TestREADME(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(readme), "\n## Bring your hooks over\n")
	section, _, _ = strings.Cut(section, "\n## ")
	parts := strings.Split(section, "\n```")
	if len(parts) != 7 {
		t.Fatalf("the section has other blocks than it had:\n%s", section)
	}
	makeKey, bringOver, fromTenant := strings.TrimSpace(parts[1]), strings.TrimPrefix(parts[3], "sh"), strings.TrimPrefix(parts[5], "sh")

	other := httptest.NewServer(newTenant(5))
	defer other.Close()
	w := &bringing{t: t, dir: t.TempDir()}
	w.run("printf '"+crashSecret+"' | hooksafe user create --email "+crashPerson+" --name Ada", nil)
	w.run("hooksafe org create --name Brightwater --slug brightwater --owner "+crashPerson, nil)
	s, err := startServer(w.dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.kill()
	if err := os.CopyFS(filepath.Join(w.dir, "brightwater"), os.DirFS("../../handlers/formats/testdata/deploycli/yaml")); err != nil {
		t.Fatal(err)
	}
	token := strings.TrimSpace(w.run(makeKey, nil))
	put := strings.NewReplacer("http://127.0.0.1:8080", s.URL, "hks_your_token", token,
		"https://brightwater.eu.auth0.com", other.URL, "your_token", theToken)

	said := w.run(bringOver, put)
	for _, want := range []string{
		"5 hooks to add, 3 hooks to switch on or off, 10 secrets to add without a value.\nadd ",
		"Imported: 5 hooks made or changed, 10 secrets added without a value.\n",
		"CHAT_WEBHOOK_URL\nNEWSLETTER_API_KEY\nSIGNING_SECRET\nSIGNING_SECRET changed\n",
		"Imported: 2 secrets changed.\nhttps://chat.example/hooks/42\na key with spaces\n",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("it prints\n%s\nwithout\n%s", said, want)
		}
	}
	for _, name := range []string{"backup/hooks/welcome-new-users.json", "backup/hooks/welcome-new-users.js", "welcome.env"} {
		if _, err := os.Stat(filepath.Join(w.dir, name)); err != nil {
			t.Error(err)
		}
	}
	if said := w.run(fromTenant, put); !strings.HasSuffix(said, "Imported: 5 hooks made or changed, 2 secrets added without a value.\n") {
		t.Errorf("it prints\n%s", said)
	}
}

// bringing is somebody who follows the README in a directory.
type bringing struct {
	t   *testing.T
	dir string
}

// run runs the lines of a block, with what they are to be read with put in, and returns
// what they print.
func (w *bringing) run(lines string, put *strings.Replacer) string {
	w.t.Helper()
	if put != nil {
		lines = put.Replace(lines)
	}
	cmd := exec.CommandContext(w.t.Context(), "sh", "-euc", lines)
	cmd.Dir = w.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + w.dir}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		w.t.Fatalf("%v:\n%s\n%s%s", err, lines, out, stderr.String())
	}
	return string(out)
}
