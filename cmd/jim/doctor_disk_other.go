//go:build !linux

package main

import "runtime"

// hasModes tells that files have modes that mean something.
const hasModes = runtime.GOOS != "windows"

// spareFiles are those that places leaves out on some systems.
const spareFiles = 64

// diskOf knows nothing of the disks of this system.
func diskOf(string) (free int64, kind string, ok bool) { return 0, "", false }
