package listen

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"jim/chat"
	"jim/wire"
)

// stream is a [chat.Conn] over a stream of bytes: TCP, TLS, UNIX. It holds a
// buffer only while part of an object, or more than one, has come.
type stream struct {
	in     inflow
	cutter wire.Cutter
	peer   *chat.Peer
	close  sync.Once
}

// newStream serves c, of which prefix has been read.
func newStream(c net.Conn, peer *chat.Peer, prefix []byte) *stream {
	s := &stream{peer: peer, cutter: newCutter()}
	s.in.begin(c, prefix)
	return s
}

func newCutter() wire.Cutter {
	return wire.Cutter{MaxBytes: wire.JIM2.Object, MaxDepth: wire.JIM2.Depth}
}

// Read is [chat.Conn]'s. An end between objects is io.EOF, one inside an object
// io.ErrUnexpectedEOF.
func (s *stream) Read() ([]byte, error) {
	for {
		if len(s.in.kept()) > 0 {
			object, done, err := s.cutter.Cut(s.in.kept())
			s.in.drop(done)
			if err != nil {
				return nil, err
			}
			if object != nil {
				return object, nil
			}
		}
		if err := s.in.fill(); err != nil {
			if errors.Is(err, io.EOF) && s.cutter.Partial() {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
	}
}

// Ready is [chat.Conn]'s.
func (s *stream) Ready() bool {
	return len(bytes.TrimLeft(s.in.kept(), " \t\r\n")) > 0
}

// Write is [chat.Conn]'s. One object, like one batch, is one write to the system.
func (s *stream) Write(batches []*wire.Batch) error {
	return write(s.in.conn, batches, (*wire.Batch).Bytes)
}

// Close is [chat.Conn]'s. It never fails.
func (s *stream) Close() error {
	s.close.Do(func() { shut(s.in.conn) })
	return nil
}

func (s *stream) Peer() *chat.Peer { return s.peer }

// write writes batches in the form that a transport gives them. What fits into
// one buffer is joined and is one write, so that there is one system call, and
// records of TLS are full; a batch that does not fit is written from where it lies.
func write(c net.Conn, batches []*wire.Batch, form func(*wire.Batch) []byte) error {
	if len(batches) == 1 && batches[0].Len() > 0 {
		_, err := c.Write(form(batches[0]))
		return err
	}
	total := 0
	for _, b := range batches {
		total += len(form(b))
	}
	buf := takeBuffer(total)
	defer giveBuffer(buf)
	joined := buf[:0]
	for _, b := range batches {
		data := form(b)
		if len(joined)+len(data) > cap(joined) {
			if _, err := c.Write(joined); err != nil {
				return err
			}
			joined = joined[:0]
		}
		if len(data) > cap(joined) {
			if _, err := c.Write(data); err != nil {
				return err
			}
			continue
		}
		joined = append(joined, data...)
	}
	if len(joined) == 0 {
		return nil
	}
	_, err := c.Write(joined)
	return err
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
