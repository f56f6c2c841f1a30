package listen

import (
	"net"
	"syscall"
)

// unsentMax is how many bytes the system may keep for a connection that it has not begun to send. What is on its way
// does not count, so that a fast peer far away is not held up. Left to itself, Linux takes
// up to four megabytes (the last number of net.ipv4.tcp_wmem) from the server for each peer that asks for much and reads nothing.
const unsentMax = 64 << 10

// tcpNotsentLowat is TCP_NOTSENT_LOWAT of linux/tcp.h, which package syscall does not name.
const tcpNotsentLowat = 25

// boundUnsent bounds it. The option of a socket that listens is not inherited.
func boundUnsent(c net.Conn) {
	t, ok := c.(*net.TCPConn)
	if !ok {
		return
	}
	raw, err := t.SyscallConn()
	if err != nil {
		return // it is closed, as its next use will say
	}
	// A system that knows no such bound does without.
	_ = raw.Control(func(fd uintptr) {
		_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpNotsentLowat, unsentMax)
	})
}
