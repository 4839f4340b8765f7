//go:build e2e

// Package e2e walks through the program as people do: the real server on a port
// of its own, a real browser in front of it, one file a journey. Whatever a
// browser reports while it is used (an error, a refused script, a failed request,
// a status nobody expected) fails the test that caused it.
package e2e

import (
	"errors"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/playwright-community/playwright-go"
)

// patience is how long a condition may take to come true, in milliseconds. It is
// what a loaded machine needs; nothing waits that long where all is well.
var patience = 15_000.0

// chromium is the browser that all tests share. Each test has contexts of its
// own in it, and those share nothing.
var chromium playwright.Browser

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		log.Print(err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	driver, err := startDriver()
	if err != nil {
		return 0, fmt.Errorf("start the browser driver (npm ci --ignore-scripts in e2e installs it): %w", err)
	}
	defer func() { err = errors.Join(err, driver.Stop()) }()
	chromium, err = launch(driver)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, chromium.Close()) }()
	return m.Run(), nil
}

// startDriver runs the driver that npm installed. The package's alias in
// package.json gives node_modules the layout of a driver directory.
func startDriver() (*playwright.Playwright, error) {
	node, err := exec.LookPath("node")
	if err != nil {
		return nil, err
	}
	os.Setenv("PLAYWRIGHT_NODEJS_PATH", node)
	dir, err := filepath.Abs("node_modules")
	if err != nil {
		return nil, err
	}
	return playwright.Run(&playwright.RunOptions{DriverDirectory: dir, SkipInstallBrowsers: true})
}

func launch(driver *playwright.Playwright) (playwright.Browser, error) {
	options := playwright.BrowserTypeLaunchOptions{Timeout: playwright.Float(60_000)}
	if path := browserPath(); path != "" {
		options.ExecutablePath = &path
	}
	browser, err := driver.Chromium.Launch(options)
	if err != nil {
		return nil, fmt.Errorf("start Chromium: %w", err)
	}
	return browser, nil
}

// browserPath is the Chromium to use; "" leaves it to the driver's own.
func browserPath() string {
	if path := os.Getenv("E2E_CHROMIUM"); path != "" {
		return path
	}
	for _, name := range []string{"chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}
