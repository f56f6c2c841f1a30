//go:build linux || darwin

package listen

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"time"
)

// sniff finds out what a connection speaks. It waits for the first byte as long
// as first, and for the others, where one does not tell, as long as rest; who has
// not said enough by then speaks JIM. Nothing is consumed where the system allows
// that; otherwise prefix is what was read.
func sniff(c net.Conn, first, rest time.Duration) (k kind, prefix []byte, err error) {
	sc, ok := c.(syscall.Conn)
	if !ok {
		return sniffReading(c, first, rest)
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return 0, nil, err
	}
	if err := c.SetReadDeadline(time.Now().Add(first)); err != nil {
		return 0, nil, err
	}
	l := look{conn: c, rest: rest}
	err = raw.Read(l.peek)
	if err == nil {
		err = l.err
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		l.kind, err = kindJIM, nil
	}
	if err != nil {
		return 0, nil, err
	}
	return l.kind, nil, c.SetReadDeadline(time.Time{})
}

// look is one sniff under way.
type look struct {
	conn  net.Conn
	rest  time.Duration
	bytes [sniffBytes]byte
	begun bool
	kind  kind
	err   error
}

// peek looks at the bytes that have come and tells whether it is done.
func (l *look) peek(fd uintptr) bool {
	n, _, err := syscall.Recvfrom(int(fd), l.bytes[:], syscall.MSG_PEEK)
	for err == syscall.EINTR {
		n, _, err = syscall.Recvfrom(int(fd), l.bytes[:], syscall.MSG_PEEK)
	}
	switch {
	case err == syscall.EAGAIN:
		return false
	case err != nil:
		l.err = os.NewSyscallError("recvfrom", err)
		return true
	case n == 0:
		l.err = io.EOF
		return true
	}
	known := false
	l.kind, known = classify(l.bytes[:n])
	if !known && !l.begun {
		l.begun = true
		l.err = l.conn.SetReadDeadline(time.Now().Add(l.rest))
	}
	return known || l.err != nil
}
