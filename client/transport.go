package client

import (
	"context"
	"io"
	"net"
	"time"

	"github.com/coder/websocket"

	"jim/wire"
)

// transport carries objects over one connection. close may come from anywhere, any
// number of times, and wakes read and write.
type transport interface {
	read() ([]byte, error)        // the next object, good until the next read
	write(objects [][]byte) error // each with its LF
	close()
}

// maxAnswer bounds an object from a server. Servers keep to 128 KiB; some room is left
// for those that come later.
const maxAnswer = 1 << 20

// patience is how long a write may take that the other side does not read.
const patience = 30 * time.Second

// stream is the transport of TCP, TLS and UNIX sockets.
type stream struct {
	net.Conn
	cut  wire.Cutter
	buf  []byte
	from int // buf[from:] has not been cut yet
}

func newStream(c net.Conn) *stream {
	return &stream{Conn: c, cut: wire.Cutter{MaxBytes: maxAnswer, MaxDepth: uint8(wire.JIM2.Depth)}}
}

func (s *stream) read() ([]byte, error) {
	for {
		object, done, fault := s.cut.Cut(s.buf[s.from:])
		s.from += done
		if fault != nil {
			return nil, fault
		}
		if object != nil {
			return object, nil
		}
		if err := s.more(); err != nil {
			return nil, err
		}
	}
}

// more reads what has come, behind what has not been cut.
func (s *stream) more() error {
	const chunk = 4096
	rest := copy(s.buf, s.buf[s.from:])
	s.buf, s.from = s.buf[:rest], 0
	if rest == 0 && cap(s.buf) > 16*chunk {
		s.buf = nil // one long answer need not cost its memory for ever
	}
	if cap(s.buf)-rest < chunk {
		grown := make([]byte, rest, max(2*cap(s.buf), rest+chunk))
		copy(grown, s.buf)
		s.buf = grown
	}
	n, err := s.Read(s.buf[rest:cap(s.buf)])
	s.buf = s.buf[:rest+n]
	if n > 0 {
		return nil
	}
	if err == io.EOF && s.cut.Partial() {
		return io.ErrUnexpectedEOF
	}
	return err
}

func (s *stream) write(objects [][]byte) error {
	if err := s.SetWriteDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	buffers := net.Buffers(objects)
	_, err := buffers.WriteTo(s.Conn)
	return err
}

func (s *stream) close() { s.Close() }

// socket is the transport of WebSockets: one object is one text message.
type socket struct {
	conn *websocket.Conn
	ctx  context.Context // ends with close
	end  context.CancelFunc
}

func newSocket(conn *websocket.Conn) *socket {
	conn.SetReadLimit(maxAnswer)
	ctx, end := context.WithCancel(context.Background())
	return &socket{conn, ctx, end}
}

func (s *socket) read() ([]byte, error) {
	_, object, err := s.conn.Read(s.ctx)
	return object, err
}

func (s *socket) write(objects [][]byte) error {
	for _, object := range objects {
		ctx, cancel := context.WithTimeout(s.ctx, patience)
		err := s.conn.Write(ctx, websocket.MessageText, object)
		cancel()
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *socket) close() {
	s.end()
	s.conn.CloseNow()
}
