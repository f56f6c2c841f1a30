//go:build unix

package listen

import "syscall"

// restrictMode lets only the owner use the socket's file once it has one. Systems
// that do not know this refuse it, and the mode is set after the file is made.
func restrictMode(fd uintptr) { _ = syscall.Fchmod(int(fd), 0o600) }
