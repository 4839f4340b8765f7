package main

// #include <stdlib.h>
// #include <string.h>
import "C"

import (
	"os"
	"unsafe"
)

// takeVariable returns a variable and removes it: from what children would
// inherit, and from the block of memory that the system shows as the environment
// of this process. Go works on a copy of that block, C on the block itself.
func takeVariable(name string) string {
	value := os.Getenv(name)
	cName := C.CString(name)
	defer C.free(unsafe.Pointer(cName))
	if block := C.getenv(cName); block != nil {
		C.memset(unsafe.Pointer(block), 0, C.strlen(block))
	}
	os.Unsetenv(name) // fails for no name that we have
	return value
}
