package main

import "golang.org/x/sys/unix"

// mayCapture tells whether the tests may open raw sockets here, by trying.
func mayCapture() bool {
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0)
	if err != nil {
		return false
	}
	_ = unix.Close(fd) // it was only asked for
	return true
}
