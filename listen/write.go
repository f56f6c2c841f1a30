package listen

import (
	"net"

	"jim/wire"
)

// form is how a transport carries a batch; nil = as it is.
type form func(*wire.Batch) []byte

func (of form) bytes(b *wire.Batch) []byte {
	if of == nil {
		return b.Bytes()
	}
	return of(b)
}

// write writes batches in the form that a transport gives them, without their first n
// bytes. What fits into one buffer is joined and is one write, so that there is one
// system call, and records of TLS are full; a batch that does not fit is written
// from where it lies.
func write(c net.Conn, batches []*wire.Batch, of form, n int) error {
	for len(batches) > 0 {
		if first := len(of.bytes(batches[0])); n >= first {
			batches, n = batches[1:], n-first
			continue
		}
		piece, taken, buf := join(batches, of, n)
		_, err := c.Write(piece)
		giveBuffer(buf)
		if err != nil {
			return err
		}
		batches, n = batches[taken:], 0
	}
	return nil
}

// join is the bytes of as many batches, one at least, as fit into a buffer, without the
// first n bytes of the first; how many these are; and the buffer to be given back.
func join(batches []*wire.Batch, of form, n int) (piece []byte, taken int, buf []byte) {
	total := -n
	for taken < len(batches) {
		more := len(of.bytes(batches[taken]))
		if taken > 0 && total+more > largeBuffer {
			break
		}
		total += more
		taken++
	}
	if taken == 1 {
		return of.bytes(batches[0])[n:], 1, nil
	}
	buf = takeBuffer(total)
	piece = buf[:0]
	for _, b := range batches[:taken] {
		piece = append(piece, of.bytes(b)[n:]...)
		n = 0
	}
	return piece, taken, buf
}
