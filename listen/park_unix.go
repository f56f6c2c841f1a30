//go:build unix

package listen

import (
	"io"
	"os"
	"syscall"
)

// settle finds out how to wait, where the stack is not deep yet: see [shelf]. A
// plain socket is asked for bytes whenever it has some, with a buffer that is taken
// for the asking.
func (in *inflow) settle() {
	if in.raw = syscallConn(in.conn); in.raw != nil {
		in.onRead = in.read
	}
}

// receive reads into the free part of the buffer, which it takes when there is
// something to read.
func (in *inflow) receive() (int, error) {
	if in.raw == nil {
		return in.receiveOne(in.one[:])
	}
	if err := in.raw.Read(in.onRead); err != nil {
		return 0, err
	}
	switch {
	case in.n < 0:
		return 0, os.NewSyscallError("read", syscall.Errno(-in.n))
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
	in.n = int32(n)
	if err != nil {
		in.n = -int32(err.(syscall.Errno)) // package syscall has no other errors of read
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
