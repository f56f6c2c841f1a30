package listen

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"time"

	"jim/chat"
	"jim/wire"
)

// stream is a [chat.Conn] over a stream of bytes: TCP, TLS, UNIX. It holds a
// buffer only while part of an object, or more than one, has come.
//
// Where a person may type lines instead, the first bytes tell, also when they come
// late; from then on another Conn has the bytes.
type stream struct {
	in     inflow
	cutter wire.Cutter
	peer   chat.Peer
	closed atomic.Bool
	over   atomic.Bool // shut was called
	begin  beginLines  // nil = objects come, or what comes was found out
	lines  atomic.Pointer[chat.Conn]
}

// beginLines is what [Options.Lines] is.
type beginLines func(io.ReadWriteCloser, *chat.Peer) chat.Conn

// newStream serves c, of which prefix has been read. A person may type lines there
// where lines is not nil.
func newStream(c net.Conn, peer *chat.Peer, prefix []byte, lines beginLines) *stream {
	s := &stream{peer: *peer, cutter: newCutter(), begin: lines}
	s.in.begin(c, prefix)
	return s
}

func newCutter() wire.Cutter {
	return wire.Cutter{MaxBytes: int32(wire.JIM2.Object), MaxDepth: uint8(wire.JIM2.Depth)}
}

// Read is [chat.Conn]'s. An end between objects is io.EOF, one inside an object
// io.ErrUnexpectedEOF.
//
// It waits here and no deeper: see [shelf].
func (s *stream) Read() ([]byte, error) {
	for {
		if s.begin != nil {
			s.findOut(false)
		}
		if c := s.lines.Load(); c != nil {
			return (*c).Read()
		}
		if s.begin == nil && len(s.in.kept()) > 0 {
			object, done, err := s.cutter.Cut(s.in.kept())
			s.in.drop(done)
			if err != nil || object != nil {
				s.in.whole()
			}
			if err != nil {
				return nil, err
			}
			if object != nil {
				return object, nil
			}
		}
		begun := s.cutter.Partial() || s.begin != nil && len(s.in.kept()) > 0
		if err := s.in.fill(begun); err != nil {
			if s.begin != nil && errors.Is(err, io.EOF) && len(s.in.kept()) > 0 {
				s.findOut(true)
				continue
			}
			if errors.Is(err, io.EOF) && s.cutter.Partial() {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
	}
}

// Ready is [chat.Conn]'s.
func (s *stream) Ready() bool {
	if c := s.lines.Load(); c != nil {
		return (*c).Ready()
	}
	return len(bytes.TrimLeft(s.in.kept(), " \t\r\n")) > 0
}

// Write is [chat.Conn]'s. One object, like one batch, is one write to the system.
func (s *stream) Write(batches []*wire.Batch) error {
	if c := s.lines.Load(); c != nil {
		return (*c).Write(batches)
	}
	return write(s.in.conn, batches, nil, 0)
}

// WriteNow is [chat.Eager]'s.
func (s *stream) WriteNow(batches []*wire.Batch) (n int, all bool, err error) {
	if s.in.raw == nil || s.lines.Load() != nil {
		return 0, false, nil
	}
	return writeNow(s.in.raw, batches, nil)
}

// WriteRest is [chat.Eager]'s.
func (s *stream) WriteRest(batches []*wire.Batch, n int) error {
	if n == 0 {
		return s.Write(batches)
	}
	return write(s.in.conn, batches, nil, n)
}

// Close is [chat.Conn]'s. It never fails.
func (s *stream) Close() error {
	s.closed.Store(true)
	if c := s.lines.Load(); c != nil {
		return (*c).Close()
	}
	s.shut()
	return nil
}

func (s *stream) shut() {
	if !s.over.Swap(true) {
		shut(s.in.conn)
	}
}

// Peer is [chat.Conn]'s.
func (s *stream) Peer() *chat.Peer {
	if c := s.lines.Load(); c != nil {
		return (*c).Peer()
	}
	return &s.peer
}

// shutTimeout bounds what Close waits for: a TLS peer that takes no more bytes
// cannot be told of the end.
const shutTimeout = 100 * time.Millisecond

// shut closes a connection and wakes who reads or writes there. It first throws
// away what has come and was not read: the system would reset the connection
// otherwise, and what was written last, such as the reason, would be lost.
//
// That closing fails is of no use to anybody: the connection is gone all the same.
func shut(c net.Conn) {
	if raw := syscallConn(below(c)); raw != nil {
		discard(raw)
	}
	if t, ok := c.(*tls.Conn); ok {
		timer := time.AfterFunc(shutTimeout, func() { below(t).Close() })
		defer timer.Stop()
	}
	c.Close()
}

// below is the connection that carries c.
func below(c net.Conn) net.Conn {
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	return withoutPrefix(c)
}
