//go:build unix && !linux

package lab

import "golang.org/x/sys/unix"

// On the systems that come from BSD it takes SO_REUSEPORT.
const (
	shareName   = "SO_REUSEPORT"
	shareOption = unix.SO_REUSEPORT
)
