//go:build unix && !linux

package lab

import "golang.org/x/sys/unix"

// truncFlag is empty: only Linux lets recvfrom tell the length of a datagram that did not fit.
const truncFlag = ""

// recvfrom is recvfrom(2) by way of recvmsg(2), which does the same and says whether the datagram did
// not fit.
func recvfrom(fd int, b []byte) (whole int, from unix.Sockaddr, err error) {
	n, _, flags, from, err := unix.Recvmsg(fd, b, nil, 0)
	if err == nil && flags&unix.MSG_TRUNC != 0 {
		n = len(b) + 1
	}
	return n, from, err
}
