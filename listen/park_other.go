//go:build !unix

package listen

import "syscall"

// settle leaves it at waiting with a buffer of one byte.
func (*inflow) settle() {}

// receive reads into the free part of the buffer, which it takes when there is
// something to read.
func (in *inflow) receive() (int, error) { return in.receiveOne(in.one[:]) }

// discard does nothing where a socket cannot be read without waiting.
func discard(syscall.RawConn) {}
