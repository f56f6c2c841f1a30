package bench

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"
)

// mark begins the text of every message; behind it stands when it was sent, in stampSize hex digits of nanoseconds since the
// epoch of the run.
var mark = []byte("~m~")

const (
	stampSize = 16
	headSize  = 3 + stampSize + 1
)

// stamp writes a text of size bytes into dst, which is used again. The filling says nothing.
func stamp(dst []byte, epoch time.Time, size int) []byte {
	var now [8]byte
	binary.BigEndian.PutUint64(now[:], uint64(time.Since(epoch)))
	dst = append(dst[:0], mark...)
	dst = hex.AppendEncode(dst, now[:])
	dst = append(dst, '.')
	for len(dst) < size {
		dst = append(dst, 'x')
	}
	return dst
}

// room is one room under load, and what all its receivers have counted.
type room struct {
	name   string
	size   int           // bytes of a text
	base   atomic.Uint64 // its newest number before the first message, where the server counts
	sent   atomic.Int64
	seen   atomic.Int64 // deliveries
	lost   atomic.Int64 // that the server says it left out
	behind atomic.Int64 // how often it said so
}

// receiver counts the messages that come over one connection and times every so manieth. It decodes nothing:
// it looks for the mark.
type receiver struct {
	conn   *conn
	tongue *tongue
	room   *room
	writes bool // answers come too

	epoch time.Time
	every int64 // of how many messages one is timed
	timed *atomic.Bool
	ages  *histogram

	seen, lost int64
}

// errLong is a line that is longer than any that belongs to the work.
var errLong = errors.New("a line is longer than the receiver's buffer")

// run reads until the connection ends. buf must have room for some messages.
func (r *receiver) run(buf []byte) error {
	kept := copy(buf, r.conn.rest())
	for {
		rest, err := r.take(buf[:kept])
		if err != nil {
			return err
		}
		kept = copy(buf, rest)
		if kept == len(buf) {
			return errLong
		}
		n, err := r.conn.Read(buf[kept:])
		kept += n
		if err != nil && n == 0 {
			return err
		}
	}
}

// take counts what is in b and returns what must be looked at again when more has come.
func (r *receiver) take(b []byte) (rest []byte, err error) {
	now, timed, before := time.Since(r.epoch), r.timed.Load(), r.seen
	for {
		i := bytes.Index(b, mark)
		if i < 0 || i+r.room.size > len(b) {
			break
		}
		if err := r.between(b[:i]); err != nil {
			return nil, err
		}
		r.seen++
		if timed && r.seen%r.every == 0 {
			r.time(now, b[i+len(mark):i+len(mark)+stampSize])
		}
		b = b[i+r.room.size:]
	}
	if r.seen > before {
		r.room.seen.Add(r.seen - before)
	}
	if i := bytes.Index(b, mark); i >= 0 {
		return b, nil
	}
	whole := bytes.LastIndexByte(b, '\n') + 1
	return b[whole:], r.between(b[:whole])
}

func (r *receiver) time(now time.Duration, digits []byte) {
	var sent [8]byte
	if _, err := hex.Decode(sent[:], digits); err == nil {
		r.ages.add(now - time.Duration(binary.BigEndian.Uint64(sent[:])))
	}
}

// between looks at what came between two messages.
func (r *receiver) between(b []byte) error {
	if bytes.Contains(b, r.tongue.odd) {
		r.tongue.onOdd(r, b)
	}
	if r.writes && bytes.Contains(b, r.tongue.rare) && bytes.Contains(b, r.tongue.refused) {
		return fmt.Errorf("the server refused a message: %.300s", bytes.TrimSpace(b))
	}
	return nil
}

// cutOff is the error of a connection that ended during the work; nil when the work was over.
func cutOff(ctx context.Context, c *conn, err error) error {
	if ctx.Err() != nil || err == nil {
		return nil
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("the server closed the connection")
	}
	return fmt.Errorf("%s was cut off: %w", c.name, err)
}
