//go:build !linux

package main

// forbidDumps has nothing to add where there is no prctl.
func forbidDumps() error { return nil }
