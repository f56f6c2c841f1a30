//go:build !linux

package listen

import (
	"net"
	"syscall"
)

// boundUnread and boundUnsent leave it to the system how much it keeps for a connection.
func boundUnread(_, _ string, _ syscall.RawConn) error { return nil }

func boundUnsent(net.Conn) {}
