package main

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// forbidDumps also hides memory and environment from other processes of the same
// user.
func forbidDumps() error {
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("forbid memory dumps: %w", err)
	}
	return nil
}
