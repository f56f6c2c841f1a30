//go:build unix

package listen

import (
	"io"
	"os"
	"syscall"
)

// park is how an inflow waits: a plain socket is asked for bytes whenever it has
// some, with a buffer that is taken for the asking.
type park struct {
	raw    syscall.RawConn            // nil: bytes must pass through net.Conn
	onRead func(fd uintptr) (ok bool) // (*inflow).read, made once
	errno  syscall.Errno              // what it ended with
	n      int32                      // and how many bytes it brought
	one    [1]byte
}

// receive reads into the free part of the buffer, which it takes when there is
// something to read.
func (in *inflow) receive() (int, error) {
	if in.onRead == nil {
		if in.raw = syscallConn(in.conn); in.raw == nil {
			return in.receiveOne(in.one[:])
		}
		in.onRead = in.read
	}
	if err := in.raw.Read(in.onRead); err != nil {
		return 0, err
	}
	switch {
	case in.errno != 0:
		return 0, os.NewSyscallError("read", in.errno)
	case in.n == 0:
		return 0, io.EOF
	}
	return int(in.n), nil
}

// read tries once, and tells whether waiting is over. While it is not, and
// nothing is kept, there is no buffer.
func (in *inflow) read(fd uintptr) bool {
	if in.buf == nil {
		in.buf = takeBuffer(smallBuffer)
	}
	n, err := syscall.Read(int(fd), in.buf[in.w:])
	for err == syscall.EINTR {
		n, err = syscall.Read(int(fd), in.buf[in.w:])
	}
	if err == syscall.EAGAIN {
		if in.r == in.w {
			in.release()
		}
		return false
	}
	in.n, in.errno = int32(n), 0
	if err != nil {
		in.errno = err.(syscall.Errno) // package syscall has no other errors of read
	}
	return true
}

// discard throws away what has come on a plain socket, without waiting.
func discard(raw syscall.RawConn) {
	// When the connection is closed already there is nothing to throw away.
	_ = raw.Control(func(fd uintptr) {
		buf := takeBuffer(middling)
		defer giveBuffer(buf)
		for total := 0; total < maxIgnored; {
			n, err := syscall.Read(int(fd), buf)
			if n <= 0 || err != nil {
				return
			}
			total += n
		}
	})
}
