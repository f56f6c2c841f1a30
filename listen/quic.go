package listen

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/quic-go/quic-go"

	"jim/chat"
	"jim/lastword"
)

// quicDoor serves QUIC (RFC 9000) on a socket: the one bidirectional stream that a client
// opens in a connection is a stream of JIM, like one in TLS. A session outlives a change
// of the client's address.
type quicDoor struct {
	socket    *udpSocket
	transport *quic.Transport
	listener  *quic.Listener
	secret    quicSecret
	ids       connectionIDs
	resetKey  quic.StatelessResetKey
	tls       *tls.Config

	mu  sync.Mutex
	day int64 // of the keys of tickets
}

// alpnQUIC is the protocol of ALPN (RFC 7301) in QUIC.
const alpnQUIC = "jim"

const (
	// quicIdle is after how much silence a connection is over. Clients keep theirs
	// alive.
	quicIdle = 2 * time.Minute
	// quicWindow bounds what a connection holds that the session has not read, in bytes.
	quicWindow = 64 << 10
	// firstStreamTimeout bounds the wait for the stream of a new connection.
	firstStreamTimeout = 10 * time.Second
)

// Codes with which connections are closed (RFC 9000, section 20.2).
const (
	quicDone     quic.ApplicationErrorCode = 0
	quicNoStream quic.ApplicationErrorCode = 1 // nothing was opened in time
)

// newQUICDoor will serve QUIC on s.
func newQUICDoor(s *udpSocket) (*quicDoor, error) {
	secret, err := loadQUICSecret(s.ls.o.SelfSignedDir, s.ls.log)
	if err != nil {
		return nil, err
	}
	q := &quicDoor{socket: s, secret: secret, ids: newConnectionIDs()}
	// One door must not give away what ends the connections of another (RFC 9000, section 10.3.2).
	q.resetKey = secret.key("reset " + net.JoinHostPort(s.host, strconv.Itoa(s.localPort())))
	return q, nil
}

// quietQUIC keeps the module from writing to the standard log about the sizes of the
// system's buffers, which are of use to downloads and not to talk.
var quietQUIC = sync.OnceValue(func() error { return os.Setenv("QUIC_GO_DISABLE_RECEIVE_BUFFER_WARNING", "true") })

// start begins to read the socket, and to accept.
func (q *quicDoor) start() error {
	if err := quietQUIC(); err != nil {
		return err
	}
	ls := q.socket.ls
	tokenKey := quic.TokenGeneratorKey(q.secret.key("token"))
	q.transport = &quic.Transport{
		Conn: q.socket, ConnectionIDGenerator: q.ids,
		StatelessResetKey: &q.resetKey, TokenGeneratorKey: &tokenKey,
		// Who brings no token proves his address first (RFC 9000, section 8.1.2). Otherwise the
		// module sends a forged one three times what came, and up to a packet more.
		VerifySourceAddress: func(net.Addr) bool { return true },
		ConnContext:         q.admit,
	}
	q.tls = ls.tls.Clone()
	q.tls.NextProtos, q.tls.MinVersion = []string{alpnQUIC}, tls.VersionTLS13
	q.turnKeys(time.Now())
	var err error
	q.listener, err = q.transport.Listen(q.tls, &quic.Config{
		HandshakeIdleTimeout: handshakeTimeout / 2,
		MaxIdleTimeout:       quicIdle,
		MaxIncomingStreams:   1, MaxIncomingUniStreams: -1,
		InitialStreamReceiveWindow: quicWindow, MaxStreamReceiveWindow: quicWindow,
		InitialConnectionReceiveWindow: quicWindow, MaxConnectionReceiveWindow: quicWindow,
		// What is sent with 0-RTT can be sent again by others (RFC 8446, section 8): it would
		// be the first object, which has the password.
		Allow0RTT: false,
	})
	if err != nil {
		return fmt.Errorf("listen: serving QUIC on %s: %w", q.socket.conn.LocalAddr(), err)
	}
	ls.wg.Go(q.accept)
	return nil
}

// turnKeys begins to make tickets with the key of the day, if it is another than before.
func (q *quicDoor) turnKeys(now time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if d := day(now); d != q.day {
		q.day = d
		q.tls.SetSessionTicketKeys(q.secret.ticketKeys(d))
	}
}

// admit counts a new connection, until its context ends.
func (q *quicDoor) admit(ctx context.Context, info *quic.ClientInfo) (context.Context, error) {
	q.turnKeys(time.Now())
	limits := &q.socket.ls.limits
	host, _ := hostOf(info.RemoteAddr)
	if err := limits.enter(); err != nil {
		return nil, err
	}
	if err := limits.enterHost(host); err != nil {
		limits.leave(unlimited)
		return nil, err
	}
	context.AfterFunc(ctx, func() { limits.leave(host) })
	return ctx, nil
}

// accept takes connections until stop.
func (q *quicDoor) accept() {
	defer lastword.Guard()
	for {
		c, err := q.listener.Accept(q.socket.ls.ctx)
		if err != nil {
			if !errors.Is(err, quic.ErrServerClosed) && !errors.Is(err, context.Canceled) {
				q.socket.ls.log.Error("accepting connections of QUIC fails", "address", q.socket.conn.LocalAddr(), "error", err)
			}
			return
		}
		if !q.socket.join() {
			closeQUIC(c, quicDone, "")
			continue
		}
		go func() {
			defer q.socket.serving.Done()
			q.serve(c)
		}()
	}
}

// serve serves a connection until its stream is over.
func (q *quicDoor) serve(c *quic.Conn) {
	defer lastword.Guard()
	ls := q.socket.ls
	ctx, cancel := context.WithTimeout(ls.ctx, firstStreamTimeout)
	str, err := c.AcceptStream(ctx)
	cancel()
	if err != nil {
		closeQUIC(c, quicNoStream, "open a stream")
		return
	}
	host, _ := hostOf(c.RemoteAddr())
	s := newStream(&quicStream{Stream: str, conn: c}, &chat.Peer{
		Transport: "quic", Address: c.RemoteAddr().String(), Host: host, Local: host.IsLoopback(),
		Since: time.Now(), UID: -1, Packets: true,
	}, nil, nil)
	ls.o.Serve(ls.ctx, s)
	s.Close()
	// Closing the connection would take back what is still on its way. The client does
	// it when it has read to the end.
	timer := time.NewTimer(goodbyeTimeout)
	defer timer.Stop()
	select {
	case <-c.Context().Done():
	case <-timer.C:
	}
	closeQUIC(c, quicDone, "")
}

// closeQUIC closes a connection. That fails only when it is closed already.
func closeQUIC(c *quic.Conn, code quic.ApplicationErrorCode, why string) {
	_ = c.CloseWithError(code, why)
}

// stop accepts no more.
func (q *quicDoor) stop() {
	if q.listener == nil {
		return
	}
	if err := q.listener.Close(); err != nil {
		q.socket.ls.log.Warn("closing an address failed", "address", q.socket.conn.LocalAddr(), "error", err)
	}
}

// close ends the reading of the socket.
func (q *quicDoor) close() {
	if q.transport == nil {
		return
	}
	if err := q.transport.Close(); err != nil {
		q.socket.ls.log.Warn("closing an address failed", "address", q.socket.conn.LocalAddr(), "error", err)
	}
}

// quicStream is a stream of QUIC as a [net.Conn].
type quicStream struct {
	*quic.Stream
	conn *quic.Conn
	out  sync.Mutex // held while Write writes
}

// LocalAddr is [net.Conn]'s.
func (s *quicStream) LocalAddr() net.Addr { return s.conn.LocalAddr() }

// RemoteAddr is [net.Conn]'s: where the peer is now.
func (s *quicStream) RemoteAddr() net.Addr { return s.conn.RemoteAddr() }

// Read is [net.Conn]'s. That the peer has closed the connection is an end like any other.
func (s *quicStream) Read(p []byte) (int, error) {
	n, err := s.Stream.Read(p)
	var closed *quic.ApplicationError
	if errors.As(err, &closed) && closed.Remote && closed.ErrorCode == quicDone {
		err = io.EOF
	}
	return n, err
}

// Write is [net.Conn]'s.
func (s *quicStream) Write(p []byte) (int, error) {
	s.out.Lock()
	defer s.out.Unlock()
	return s.Stream.Write(p)
}

// Close is [net.Conn]'s. What was written still arrives, unless a Write is waiting for
// the peer, which it wakes.
func (s *quicStream) Close() error {
	s.CancelRead(quic.StreamErrorCode(quicDone))
	if !s.out.TryLock() {
		s.CancelWrite(quic.StreamErrorCode(quicDone))
		return nil
	}
	defer s.out.Unlock()
	return s.Stream.Close()
}
