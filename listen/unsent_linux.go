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

// unreadMax is how many bytes the system takes from a peer that is not read from: twice that with its own overhead, which is as
// much as a connection begins with. Left to itself, Linux lets that grow to a megabyte and more for whoever says much, and holds it
// while the session is slowed down.
const unreadMax = 64 << 10

// boundUnread bounds it for all connections that are accepted from a socket.
func boundUnread(_, _ string, c syscall.RawConn) error {
	return c.Control(func(fd uintptr) {
		_ = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, unreadMax) // it works without, too
	})
}

// boundUnsent bounds what unsentMax is about. The option of a socket that listens is not inherited.
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
