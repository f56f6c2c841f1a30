package client

import (
	"context"
	"net"
)

// DialBytes connects to address, in any form that [Dial] takes, and returns the bare
// connection: the bytes of TCP or of a UNIX socket, those inside TLS, the datagrams of UDP. Of ws
// and wss it is the connection that HTTP begins on. quic has no such bytes, which is an
// [*AddressError]; who cannot be reached is an [*UnreachableError]. Nothing is sent but
// the handshake of TLS.
func DialBytes(ctx context.Context, address string) (net.Conn, error) {
	a, err := parseAddress(address, "")
	if err != nil {
		return nil, err
	}
	if a.scheme == "quic" {
		return nil, &AddressError{address, "what travels in QUIC is sealed from end to end; use tcp, tls, unix, ws, wss or udp"}
	}
	var d net.Dialer
	if a.encrypted() {
		conn, err := a.dialTLS(ctx, d.DialContext, a.host)
		if err != nil {
			return nil, &UnreachableError{a.String(), err}
		}
		return conn, nil
	}
	conn, err := d.DialContext(ctx, a.network(), a.host)
	if err != nil {
		return nil, &UnreachableError{a.String(), err}
	}
	return conn, nil
}
