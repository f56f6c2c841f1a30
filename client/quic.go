package client

import (
	"context"
	"crypto/tls"
	"net"
	"time"

	"github.com/quic-go/quic-go"
)

// alpnQUIC is the protocol of ALPN (RFC 7301) in QUIC.
const alpnQUIC = "jim"

const (
	// lookEvery is how often a client that has nothing to say over UDP or QUIC shows that it is
	// there: nothing else tells it that the server was killed and is back. It keeps the way
	// through routers open, too.
	lookEvery = 2 * time.Second
	// quicIdle is after how much silence a connection is over. The server keeps to that too.
	quicIdle = 15 * time.Second
)

// memory is what a client keeps of a server of QUIC between connections, so that coming
// back costs neither a proof of its address nor one of the server's certificate.
type memory struct {
	sessions tls.ClientSessionCache
	tokens   quic.TokenStore
}

func newMemory() *memory {
	return &memory{tls.NewLRUClientSessionCache(2), quic.NewLRUTokenStore(1, 4)}
}

// openQUIC connects with QUIC and opens the stream of JIM.
func (a address) openQUIC(ctx context.Context, m *memory) (transport, error) {
	to, err := resolveUDP(ctx, a.host)
	if err != nil {
		return nil, err
	}
	socket, err := net.ListenUDP("udp", nil)
	if err != nil {
		return nil, err
	}
	name, _, _ := net.SplitHostPort(a.host)
	config := a.tlsConfig(name)
	config.NextProtos, config.MinVersion = []string{alpnQUIC}, tls.VersionTLS13
	config.ClientSessionCache = m.sessions
	q := &quicStream{transport: &quic.Transport{Conn: socket}, socket: socket}
	q.conn, err = q.transport.Dial(ctx, to, config, &quic.Config{
		MaxIdleTimeout: quicIdle, KeepAlivePeriod: lookEvery, TokenStore: m.tokens,
		MaxIncomingStreams: -1, MaxIncomingUniStreams: -1,
	})
	if err == nil {
		q.Stream, err = q.conn.OpenStreamSync(ctx)
	}
	if err != nil {
		q.Close()
		return nil, err
	}
	return newStream(q), nil
}

// resolveUDP looks a host up.
func resolveUDP(ctx context.Context, hostPort string) (*net.UDPAddr, error) {
	host, port, err := net.SplitHostPort(hostPort)
	if err != nil {
		return nil, err
	}
	all, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return nil, err
	}
	n, err := net.DefaultResolver.LookupPort(ctx, "udp", port)
	if err != nil {
		return nil, err
	}
	return &net.UDPAddr{IP: all[0].AsSlice(), Port: n, Zone: all[0].Zone()}, nil
}

// quicStream is a stream of QUIC and all that is below it as a [net.Conn].
type quicStream struct {
	*quic.Stream
	conn      *quic.Conn // nil = there is none
	transport *quic.Transport
	socket    *net.UDPConn
}

// LocalAddr is [net.Conn]'s.
func (q *quicStream) LocalAddr() net.Addr { return q.conn.LocalAddr() }

// RemoteAddr is [net.Conn]'s.
func (q *quicStream) RemoteAddr() net.Addr { return q.conn.RemoteAddr() }

// Close is [net.Conn]'s: it ends the connection and closes the socket.
func (q *quicStream) Close() error {
	if q.conn != nil {
		_ = q.conn.CloseWithError(0, "") // it may be closed already
	}
	_ = q.transport.Close() // the same
	return q.socket.Close()
}
