//go:build !linux && !darwin

package listen

import (
	"net"
	"time"
)

// sniff finds out what a connection speaks. It waits for the first byte as long
// as first, and for the others, where one does not tell, as long as rest; who has
// not said enough by then speaks JIM. The prefix is what was read.
func sniff(c net.Conn, first, rest time.Duration) (k kind, prefix []byte, err error) {
	return sniffReading(c, first, rest)
}
