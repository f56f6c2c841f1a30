package talk

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/coder/websocket"

	"jim/check"
)

// Transports are all ways on which conversations are played. "lossy" is UDP over a way
// that loses, doubles and reorders.
var Transports = []string{"tcp", "tls", "unix", "ws", "http", "quic", "udp", "lossy"}

// framed are the transports on which one object is one message, so that there
// are no parts of a stream.
var framed = []string{"ws", "http", "udp", "lossy"}

// line is an actor's connection, of one of [Transports]. What comes goes into the
// inbox it was opened with.
type line interface {
	// send sends text; whole adds what ends an object on a stream.
	send(ctx context.Context, text []byte, whole bool) error
	// close drops the connection and waits until nothing comes any more.
	close()
}

// dial opens a line for actor.
func (h *House) dial(ctx context.Context, transport, actor string, in *inbox) (line, error) {
	switch transport {
	case "tcp", "unix":
		c, err := new(net.Dialer).DialContext(ctx, transport, h.place())
		return newStream(c, actor, in), err
	case "tls":
		d := tls.Dialer{Config: &tls.Config{
			InsecureSkipVerify: true, // the certificate was signed by itself a moment ago
			NextProtos:         []string{"jim/2"},
		}}
		if in.lines {
			d.Config.NextProtos = nil // openssl s_client says none
		}
		c, err := d.DialContext(ctx, "tcp", h.place())
		return newStream(c, actor, in), err
	case "ws":
		c, _, err := websocket.Dial(ctx, "ws://"+h.place()+"/jim/ws", nil)
		if err != nil {
			return nil, err
		}
		return newMessages(c, actor, in), nil
	case "quic":
		return dialQUIC(ctx, h.place(), actor, in)
	case "udp":
		return dialUDP(ctx, h.place(), actor, in, time.Second)
	case "lossy":
		return dialUDP(ctx, h.way.address(), actor, in, lossyPause)
	case "http":
		return newHTTP("http://"+h.place()+"/jim", actor, in), nil
	}
	return nil, fmt.Errorf("no transport is called %q", transport)
}

// stream is a line over TCP, TLS or a UNIX socket.
type stream struct {
	net.Conn
	done chan struct{} // the reader has ended
}

func newStream(c net.Conn, actor string, in *inbox) *stream {
	s := &stream{Conn: in.seen(c), done: make(chan struct{})}
	if c == nil {
		close(s.done)
		return s
	}
	go s.read(actor, in)
	return s
}

// read takes a line for an object: the server ends each with LF.
func (s *stream) read(actor string, in *inbox) {
	defer close(s.done)
	r := bufio.NewReaderSize(s.Conn, 1<<18)
	for {
		object, err := r.ReadSlice('\n')
		if err != nil {
			if len(object) > 0 {
				err = fmt.Errorf("%w after %q", err, object)
			}
			in.end(fmt.Errorf("the connection ended: %w", err))
			return
		}
		in.put(actor, object[:len(object)-1])
	}
}

func (s *stream) send(ctx context.Context, text []byte, whole bool) error {
	if whole {
		text = append(text[:len(text):len(text)], '\n')
	}
	deadline, _ := ctx.Deadline()
	if err := s.SetWriteDeadline(deadline); err != nil {
		return err
	}
	_, err := s.Write(text)
	return err
}

func (s *stream) close() {
	if s.Conn != nil {
		_ = s.Conn.Close() // it may be closed already
	}
	<-s.done
}

// messages is a line over WebSocket.
type messages struct {
	*websocket.Conn
	inbox  *inbox
	cancel context.CancelFunc
	done   chan struct{}
}

func newMessages(c *websocket.Conn, actor string, in *inbox) *messages {
	ctx, cancel := context.WithCancel(context.Background())
	m := &messages{c, in, cancel, make(chan struct{})}
	c.SetReadLimit(1 << 18)
	go m.read(ctx, actor, in)
	return m
}

func (m *messages) read(ctx context.Context, actor string, in *inbox) {
	defer close(m.done)
	for {
		kind, object, err := m.Conn.Read(ctx)
		if err == nil && kind != websocket.MessageText {
			err = fmt.Errorf("a message that is no text")
		}
		if err != nil {
			in.end(fmt.Errorf("the connection ended: %w", err))
			return
		}
		in.sawMessage(check.FromServer, kind, object)
		in.put(actor, object)
	}
}

func (m *messages) send(ctx context.Context, text []byte, _ bool) error {
	m.inbox.sawMessage(check.FromClient, websocket.MessageText, text)
	return m.Write(ctx, websocket.MessageText, text)
}

func (m *messages) close() {
	m.cancel()
	_ = m.CloseNow() // it may be closed already
	<-m.done
}

// drain reads what is left of a body, so that its connection can be used again.
func drain(body io.ReadCloser) string {
	b, err := io.ReadAll(io.LimitReader(body, 1<<18))
	if err == nil {
		err = body.Close()
	}
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(b))
}
