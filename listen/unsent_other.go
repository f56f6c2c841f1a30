//go:build !linux

package listen

import "net"

// boundUnsent leaves it to the system how much it keeps for a connection.
func boundUnsent(net.Conn) {}
