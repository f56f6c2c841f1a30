package lab

import "golang.org/x/sys/unix"

// On Linux SO_REUSEADDR lets programs share a port of UDP, and each gets every broadcast.
const (
	shareName   = "SO_REUSEADDR"
	shareOption = unix.SO_REUSEADDR
)
