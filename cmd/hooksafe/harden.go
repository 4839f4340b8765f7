package main

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// maskBefore is the mask that the process began with, for a program that takes its
// place.
var maskBefore int

// harden makes the process keep to itself: what it writes is readable by its own
// user only, and its memory, which holds keys and values, goes into no core file.
// Nothing may be created or read before it.
func harden() error {
	maskBefore = unix.Umask(0o077)
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return fmt.Errorf("forbid core files: %w", err)
	}
	return forbidDumps()
}
