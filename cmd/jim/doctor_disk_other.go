//go:build !(linux || darwin || freebsd || windows)

package main

import (
	"errors"
	"runtime"
)

// hasModes tells that files have modes that mean something.
const hasModes = true

// spareFiles are those that places leaves out on most systems.
const spareFiles = 64

var errNoDisk = errors.New("this program does not know how to ask " + runtime.GOOS)

// diskOf knows nothing of the disks of this system.
func diskOf(string) (diskSeen, error) { return diskSeen{}, errNoDisk }
