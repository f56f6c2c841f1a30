package listen

import (
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gobwas/ws"

	"jim/chat"
	"jim/wire"
)

// webSocket is a [chat.Conn] over WebSocket (RFC 6455): one object in each text
// message. While nothing has come it holds no buffer, like a stream.
//
// A message that is no UTF-8 is not told apart from other broken JSON: it is
// answered 400 by the session's decoder, and the connection goes on. So is one
// that is not exactly one object. One that is too large is answered 413 once it
// is over; only one of many times that size ends the connection.
type webSocket struct {
	in   inflow
	peer chat.Peer

	// Read's own. What is kept of in begins with the message that is being put
	// together; frames not yet looked at begin at at, and what is between is
	// done with.
	//
	// The numbers are small, as all of this is there for each idle connection.
	text     int32 // bytes of the message
	at       int32 // not before text
	done     int32 // bytes that the next Read is done with
	weight   int32 // bytes of its fragments so far, the current one included
	skip     int32 // bytes of the current fragment yet to be thrown away
	open     bool  // the message's first fragment has come, its last has not
	tooLarge bool  // it is being thrown away
	last     bool  // and this is its last fragment

	pong   atomic.Pointer[[]byte] // to be sent, with out held
	out    sync.Mutex             // held while somebody writes
	torn   bool                   // what was written last has no end yet; guarded by out
	status atomic.Pointer[violation]
	over   atomic.Bool // Close was called
}

// maxWeight is how large a message may be to be thrown away with the connection
// kept, in bytes.
var maxWeight = int32(16 * wire.JIM2.Object)

// closeTimeout bounds the writing of a close frame to a peer that takes no bytes.
const closeTimeout = 50 * time.Millisecond

// newWebSocket serves c after the handshake; prefix has been read behind it.
func newWebSocket(c net.Conn, peer *chat.Peer, prefix []byte) *webSocket {
	s := &webSocket{peer: *peer}
	s.in.begin(c, prefix)
	return s
}

// Ready is [chat.Conn]'s.
func (s *webSocket) Ready() bool { return len(s.in.kept()) > int(s.done) }

// Read is [chat.Conn]'s. A close frame between messages is io.EOF.
func (c *webSocket) Read() ([]byte, error) {
	c.in.drop(int(c.done))
	c.done = 0
	for {
		message, err := c.next()
		if err != nil {
			return nil, c.noted(err)
		}
		if message != nil {
			object, fault := single(message)
			if fault != nil {
				return nil, fault
			}
			return object, nil
		}
		if err := c.rest(); err != nil {
			return nil, err
		}
		begun := c.begun()
		if err := c.in.fill(begun); err != nil {
			if errors.Is(err, io.EOF) && begun {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
	}
}

// noted remembers what to close with after err.
func (c *webSocket) noted(err error) error {
	var v *violation
	if errors.As(err, &v) {
		c.status.CompareAndSwap(nil, v)
	}
	return err
}

// goodbye is an error that the session tells the peer before it closes, with status.
func (c *webSocket) goodbye(status ws.StatusCode, err *wire.Error) error {
	c.status.CompareAndSwap(nil, &violation{status, err.Text})
	return err.Goodbye()
}

// next goes through the frames that have come in whole, up to the end of a
// message, which it returns; nil where more must come.
func (c *webSocket) next() ([]byte, error) {
	for {
		p := c.in.kept()[c.at:]
		if n := min(int(c.skip), len(p)); n > 0 {
			c.skip -= int32(n)
			c.at += int32(n)
			p = p[n:]
		}
		if c.skip > 0 {
			return nil, nil
		}
		if c.tooLarge && c.last {
			c.finish()
			return nil, wire.Errorf(wire.TooLarge, "an object may have %d bytes", wire.JIM2.Object)
		}
		f, bad := parseFrame(p)
		if bad != nil {
			return nil, bad
		}
		if f.header == 0 || f.op.IsControl() && len(p) < f.header+int(f.length) {
			return nil, nil
		}
		if f.op.IsControl() {
			payload := p[f.header : f.header+int(f.length)]
			c.at += int32(f.header + len(payload))
			ws.Cipher(payload, f.mask, 0)
			if err := c.control(f.op, payload); err != nil {
				return nil, err
			}
			continue
		}
		if taken, err := c.fragment(f, p); err != nil || !taken {
			return nil, err
		}
		if f.fin && !c.tooLarge {
			return c.finish(), nil
		}
	}
}

// finish ends the message and returns it.
func (c *webSocket) finish() []byte {
	message := c.in.kept()[:c.text:c.text]
	c.done = c.at
	c.text, c.at, c.weight = 0, 0, 0
	c.open, c.tooLarge, c.last = false, false, false
	c.in.whole()
	if message == nil {
		message = []byte{} // which is not "more must come"
	}
	return message
}

// fragment adds the data frame at the beginning of p to the message. It reports
// false, and has done nothing, where p has not the whole of it.
func (c *webSocket) fragment(f frame, p []byte) (taken bool, err error) {
	switch {
	case f.op == ws.OpBinary:
		return false, c.goodbye(ws.StatusUnsupportedData,
			wire.Errorf(wire.BadRequest, "binary messages are not JIM; send text messages"))
	case f.op == ws.OpText && c.open:
		return false, broken("a message begins inside an unfinished one")
	case f.op == ws.OpContinuation && !c.open:
		return false, broken("nothing is there to be continued")
	case f.length > int64(maxWeight-c.weight):
		return false, c.goodbye(ws.StatusMessageTooBig,
			wire.Errorf(wire.TooLarge, "an object may have %d bytes", wire.JIM2.Object))
	}
	n := int32(f.length)
	if c.tooLarge || c.weight+n > int32(wire.JIM2.Object) {
		c.tooLarge, c.last, c.open = true, f.fin, true
		c.weight += n
		c.skip = n
		c.at += int32(f.header)
		c.text = 0
		return true, nil
	}
	end := f.header + int(n)
	if len(p) < end {
		return false, nil
	}
	if c.text == 0 { // it may stay where it is
		c.in.drop(int(c.at) + f.header)
		c.at = 0
	} else {
		copy(c.in.kept()[c.text:], p[f.header:end])
		c.at += int32(f.header)
	}
	ws.Cipher(c.in.kept()[c.text:c.text+n], f.mask, 0)
	c.text += n
	c.at += n
	c.weight += n
	c.open = !f.fin
	return true, nil
}

// control does what a control frame asks for.
func (c *webSocket) control(op ws.OpCode, payload []byte) error {
	switch op {
	case ws.OpPing:
		// Only the newest is answered when several wait (RFC 6455, section 5.5.3).
		pong := appendFrame(nil, ws.OpPong, payload)
		c.pong.Store(&pong)
	case ws.OpClose:
		code, bad := parseClose(payload)
		if bad != nil {
			return bad
		}
		c.status.CompareAndSwap(nil, &violation{status: code})
		if c.open {
			return io.ErrUnexpectedEOF
		}
		return io.EOF
	}
	return nil
}

// rest is done with the frames that were looked at, and answers a ping, before more
// is waited for: in Read, and no deeper; see [shelf].
func (c *webSocket) rest() error {
	if c.text == 0 {
		c.in.drop(int(c.at))
	} else {
		c.in.cut(int(c.text), int(c.at))
	}
	c.at = c.text
	if c.pong.Load() == nil {
		return nil
	}
	c.out.Lock()
	defer c.out.Unlock()
	return c.answerPing()
}

// answerPing writes the pong that is to be sent, if there is one, unless it would stand inside of a frame: then
// whoever writes the rest of that does it. c.out is held.
func (c *webSocket) answerPing() error {
	if c.torn {
		return nil
	}
	pong := c.pong.Swap(nil)
	if pong == nil {
		return nil
	}
	_, err := c.in.conn.Write(*pong)
	return err
}

// begun tells whether a message or a frame has come in part.
func (c *webSocket) begun() bool { return c.open || c.skip > 0 || len(c.in.kept()) > 0 }

// Write is [chat.Conn]'s. One object is one frame and one write to the system.
func (c *webSocket) Write(batches []*wire.Batch) error {
	c.out.Lock()
	defer c.out.Unlock()
	return write(c.in.conn, batches, framed, 0)
}

// WriteNow is [chat.Eager]'s.
func (c *webSocket) WriteNow(batches []*wire.Batch) (n int, all bool, err error) {
	if c.in.raw == nil || !c.out.TryLock() {
		return 0, false, nil
	}
	defer c.out.Unlock()
	n, all, err = writeNow(c.in.raw, batches, framed)
	c.torn = n > 0 && !all
	return n, all, err
}

// WriteRest is [chat.Eager]'s.
func (c *webSocket) WriteRest(batches []*wire.Batch, n int) error {
	c.out.Lock()
	defer c.out.Unlock()
	if err := write(c.in.conn, batches, framed, n); err != nil {
		return err
	}
	c.torn = false
	return c.answerPing()
}

// Close is [chat.Conn]'s. It tells the peer why in a close frame, unless bytes
// are under way to it that it does not take. It never fails.
func (c *webSocket) Close() error {
	if !c.over.Swap(true) {
		c.sayBye()
	}
	return nil
}

func (c *webSocket) sayBye() {
	if c.out.TryLock() {
		defer c.out.Unlock()
		if c.torn { // it would stand inside of a frame
			shut(c.in.conn)
			return
		}
		v := c.status.Load()
		if v == nil {
			v = &violation{status: ws.StatusNormalClosure}
		}
		if c.in.conn.SetWriteDeadline(time.Now().Add(closeTimeout)) == nil {
			// A peer that cannot be told finds out by the end of the stream.
			_, _ = c.in.conn.Write(closeFrame(v.status, v.reason))
		}
	}
	shut(c.in.conn)
}

func (c *webSocket) Peer() *chat.Peer { return &c.peer }

// single is the one object that message is, without white space around it.
func single(message []byte) ([]byte, *wire.Error) {
	cutter := newCutter()
	object, done, err := cutter.Cut(message)
	if err != nil {
		return nil, err
	}
	if object == nil {
		return nil, wire.Errorf(wire.BadRequest, "not one whole object, such as %s", wire.Hello)
	}
	for _, b := range message[done:] {
		if b != ' ' && b != '\t' && b != '\r' && b != '\n' {
			return nil, wire.Errorf(wire.BadRequest, "something follows the object")
		}
	}
	return object, nil
}
