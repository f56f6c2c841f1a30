package listen

import (
	"crypto/tls"
	"net"
	"time"

	"jim/lastword"
)

// The protocols of ALPN (RFC 7301) that are spoken inside TLS.
const (
	alpnJIM  = "jim/2"
	alpnHTTP = "http/1.1"
)

// secure does the TLS handshake and goes on in a fresh goroutine, since this one
// has grown a stack for it.
func (ls *Listeners) secure(a *arrival, prefix []byte) {
	t := tls.Server(withPrefix(a.Conn, prefix), ls.tls)
	err := a.SetDeadline(time.Now().Add(handshakeTimeout))
	if err == nil {
		err = t.Handshake()
	}
	if err == nil {
		err = a.SetDeadline(time.Time{})
	}
	if err != nil {
		ls.log.Debug("a TLS handshake failed", "peer", a.peer.Address, "error", err)
		a.end()
		return
	}
	ls.wg.Add(1)
	go ls.receiveTLS(a, t)
}

// receiveTLS is receive for a connection in TLS.
func (ls *Listeners) receiveTLS(a *arrival, t *tls.Conn) {
	defer lastword.Guard()
	defer ls.wg.Done()
	s := ls.introduceTLS(a, t)
	if s == nil {
		return
	}
	host := s.peer.Host
	ls.letGo(a.Conn)
	ls.o.Serve(ls.ctx, s)
	s.Close()
	ls.limits.leave(host)
}

// introduceTLS is introduce for a connection in TLS.
func (ls *Listeners) introduceTLS(a *arrival, t *tls.Conn) *stream {
	k := kindJIM
	var prefix []byte
	lines := ls.o.Lines
	switch t.ConnectionState().NegotiatedProtocol {
	case alpnJIM:
		lines = nil // no person says this
	case alpnHTTP:
		k = kindHTTP
	default:
		var err error
		if k, prefix, err = sniff(t, ls.o.Patience, headerTimeout); err != nil {
			a.end()
			return nil
		}
	}
	switch k {
	case kindHTTP:
		a.peer.Transport = "https"
		ls.web.take(a, t, prefix)
		return nil
	case kindPickle:
		ls.refuse(&arrival{Conn: t, door: a.door, ls: ls, peer: a.peer}, kindJIM, errPickle)
		ls.letGo(a.Conn)
		return nil
	}
	a.peer.Transport = "tls"
	return newStream(t, &a.peer, prefix, lines)
}

// prefixed is a connection some of whose bytes have been read already.
type prefixed struct {
	net.Conn
	prefix []byte
}

func withPrefix(c net.Conn, prefix []byte) net.Conn {
	if len(prefix) == 0 {
		return c
	}
	return &prefixed{c, prefix}
}

// withoutPrefix is the connection that withPrefix was given.
func withoutPrefix(c net.Conn) net.Conn {
	if p, ok := c.(*prefixed); ok {
		return p.Conn
	}
	return c
}

func (p *prefixed) Read(b []byte) (int, error) {
	if len(p.prefix) == 0 {
		return p.Conn.Read(b)
	}
	n := copy(b, p.prefix)
	if p.prefix = p.prefix[n:]; len(p.prefix) == 0 {
		p.prefix = nil
	}
	return n, nil
}
