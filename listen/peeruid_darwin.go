package listen

import (
	"net"

	"golang.org/x/sys/unix"
)

// peerUID is the user who opened the other end of a UNIX socket, -1 if unknown.
func peerUID(c net.Conn) int {
	uid := -1
	u, ok := c.(*net.UnixConn)
	if !ok {
		return uid
	}
	raw, err := u.SyscallConn()
	if err != nil {
		return uid
	}
	// An error of Control means that the connection is gone: its user is unknown.
	_ = raw.Control(func(fd uintptr) {
		if cred, err := unix.GetsockoptXucred(int(fd), unix.SOL_LOCAL, unix.LOCAL_PEERCRED); err == nil {
			uid = int(cred.Uid)
		}
	})
	return uid
}
