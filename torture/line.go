package torture

import (
	"context"
	"io"
	"net"
	"time"

	"github.com/coder/websocket"

	"jim/wire"
)

// dialer opens a connection to the server.
type dialer func(ctx context.Context) (net.Conn, error)

// Ways to a server.
func overTCP(host string) dialer {
	return func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", host)
	}
}

func overUNIX(path string) dialer {
	return func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", path)
	}
}

// overWebSocket carries each write as one message, so one object at a time is written.
func overWebSocket(host string) dialer {
	return func(ctx context.Context) (net.Conn, error) {
		conn, _, err := websocket.Dial(ctx, "ws://"+host+"/jim/ws", nil)
		if err != nil {
			return nil, err
		}
		conn.SetReadLimit(1 << 20)
		return websocket.NetConn(context.Background(), conn, websocket.MessageText), nil
	}
}

// patience is how long a step of a conversation may take: far longer than any does.
const patience = 20 * time.Second

// line is a connection that carries objects. One goroutine reads and one writes.
type line struct {
	net.Conn
	cut  wire.Cutter
	buf  []byte
	from int // buf[from:] has not been cut yet
}

func newLine(conn net.Conn) *line {
	return &line{Conn: conn, cut: wire.Cutter{MaxBytes: 1 << 20, MaxDepth: uint8(wire.JIM2.Depth)}, buf: make([]byte, 0, 4096)}
}

// object is the next object that comes, good until the next call.
func (l *line) object() ([]byte, error) {
	for {
		object, done, fault := l.cut.Cut(l.buf[l.from:])
		l.from += done
		if fault != nil {
			return nil, fault
		}
		if object != nil {
			return object, nil
		}
		rest := copy(l.buf, l.buf[l.from:])
		l.buf, l.from = l.buf[:rest], 0
		if cap(l.buf)-rest < 1024 {
			l.buf = append(make([]byte, 0, 2*cap(l.buf)), l.buf...)
		}
		n, err := l.Read(l.buf[rest:cap(l.buf)])
		l.buf = l.buf[:rest+n]
		if n == 0 && err == nil {
			err = io.ErrNoProgress
		}
		if n == 0 {
			return nil, err
		}
	}
}

// next is the next object, decoded.
func (l *line) next() (wire.FromServer, error) {
	object, err := l.object()
	if err != nil {
		return wire.FromServer{}, err
	}
	return wire.DecodeFromServer(object)
}

// say writes objects, each by itself.
func (l *line) say(objects ...[]byte) error {
	if err := l.SetWriteDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	for _, o := range objects {
		if _, err := l.Write(o); err != nil {
			return err
		}
	}
	return nil
}
