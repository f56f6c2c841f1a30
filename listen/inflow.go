package listen

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"time"

	"jim/wire"
)

// inflow is the receiving side of a connection: the bytes that have come and are
// not done with. While there are none it holds no buffer, also while it waits.
// One goroutine uses it.
type inflow struct {
	conn net.Conn
	buf  []byte // of takeBuffer; nil while nothing is kept
	r, w int32  // buf[r:w] is kept; small, as all of this is there for each idle connection

	// how it waits without a buffer; see park_unix.go
	raw    syscall.RawConn            // nil: bytes must pass through conn
	onRead func(fd uintptr) (ok bool) // (*inflow).read, made once
	n      int32                      // bytes that it brought, or an errno, negative
	one    [1]byte

	bound bound // what is set on conn
}

// bound is the time by which what has begun to come must be there in whole.
type bound uint8

const (
	unbound  bound = iota
	bounded        // for what is coming
	outdated       // for what has come since
)

// wholeTimeout is how long an object may take from its first bytes to its last. A
// person who types one has the time; who sends a byte now and then, so that the
// server holds what came before, has not.
const wholeTimeout = time.Minute

// hurry sees that what has begun to come is there in time, and lets a connection
// wait for ever on which nothing has.
func (in *inflow) hurry(begun bool) {
	// It fails when the connection is over, which the next read says better.
	switch {
	case begun && in.bound != bounded:
		in.bound = bounded
		_ = in.conn.SetReadDeadline(time.Now().Add(wholeTimeout))
	case !begun && in.bound != unbound:
		in.bound = unbound
		_ = in.conn.SetReadDeadline(time.Time{})
	}
}

// whole notes that something has come to its end.
func (in *inflow) whole() {
	if in.bound == bounded {
		in.bound = outdated
	}
}

// errSlow ends a connection on which that takes too long.
var errSlow = wire.Errorf(wire.Timeout, "an object must come in whole within %v", wholeTimeout).Goodbye()

// begin receives from c, after the bytes of prefix, which are at most smallBuffer.
func (in *inflow) begin(c net.Conn, prefix []byte) {
	in.conn = c
	in.settle()
	if len(prefix) > 0 {
		in.buf = takeBuffer(len(prefix))
		in.w = int32(copy(in.buf, prefix))
	}
}

// kept are the bytes not done with. They may be changed, and stay where they are
// until the next fill.
func (in *inflow) kept() []byte { return in.buf[in.r:in.w] }

// drop is done with the first n of them.
func (in *inflow) drop(n int) { in.r += int32(n) }

// cut is done with kept()[from:to]; what stands behind it moves.
func (in *inflow) cut(from, to int) {
	kept := in.kept()
	in.w = in.r + int32(from+copy(kept[from:], kept[to:]))
}

// fill waits for at least one more byte and adds what has come to what is kept.
// An end of the stream is io.EOF. begun tells that something has come in part.
func (in *inflow) fill(begun bool) error {
	in.hurry(begun)
	if in.r == in.w {
		in.r, in.w = 0, 0
	} else if int(in.w) == len(in.buf) {
		in.makeRoom()
	}
	for range maxEmptyReads {
		n, err := in.receive()
		if n > 0 {
			in.w += int32(n)
			return nil // an error that came with bytes comes again
		}
		if begun && errors.Is(err, os.ErrDeadlineExceeded) {
			return errSlow
		}
		if err != nil {
			return err
		}
	}
	return io.ErrNoProgress
}

// maxEmptyReads is how often a connection may bring neither bytes nor an error.
const maxEmptyReads = 100

// makeRoom moves what is kept to the front of the buffer, or to a larger one.
func (in *inflow) makeRoom() {
	buf := in.buf
	if in.r == 0 {
		buf = takeBuffer(len(in.buf) + 1)
	}
	n := copy(buf, in.buf[in.r:in.w])
	if in.r == 0 {
		giveBuffer(in.buf)
	}
	in.buf, in.r, in.w = buf, 0, int32(n)
}

// release gives the buffer back.
func (in *inflow) release() {
	if in.buf != nil {
		giveBuffer(in.buf)
	}
	in.buf, in.r, in.w = nil, 0, 0
}

// receiveOne is receive for connections that cannot be waited on without reading:
// it waits with a buffer of one byte where nothing is kept. What came with that
// byte is read by the next call, into a buffer.
func (in *inflow) receiveOne(one []byte) (int, error) {
	if in.r != in.w {
		return in.conn.Read(in.buf[in.w:])
	}
	in.release()
	n, err := in.conn.Read(one)
	if n > 0 {
		in.buf = takeBuffer(smallBuffer)
		in.buf[0] = one[0]
	}
	return n, err
}

// syscallConn is what lies below c in the operating system, or nil where bytes
// must pass through c.
func syscallConn(c net.Conn) syscall.RawConn {
	sc, ok := c.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return nil // it is closed, as the next use of c will say
	}
	return raw
}
