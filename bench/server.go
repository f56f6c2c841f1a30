package bench

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"jim/client"
)

// Server is a server under load.
type Server struct {
	Address string // as a URI
	PID     int    // of its process; 0 = unknown, and what /proc would tell is not measured

	// Stats asks the server for its statistics of an operator; nil = nobody may.
	Stats func(context.Context) (map[string]uint64, error)

	scheme  string // tcp, tls, ws, wss or unix
	network string // "tcp" or "unix"
	host    string // host:port, or the path of a socket
	path    string // of a WebSocket
	tongue  *tongue

	perSource int // connections that come from one address

	called *calledItself
}

// calledItself is what the server called itself when a work spoke with it first.
type calledItself struct {
	once    sync.Once
	version string
}

// ForeignError is an address that is not of this machine.
type ForeignError struct{ Host string }

func (e *ForeignError) Error() string {
	return fmt.Sprintf("%s is not an address of this machine: a load is put on 127.0.0.0/8, ::1 and UNIX sockets only", e.Host)
}

// At is the server of JIM at address, in any form that [client.Dial] takes, or, for comparisons, at nats://HOST:PORT or
// irc://HOST:PORT. pid is its process; 0 looks for the one that listens there. An address of another
// machine is a [*ForeignError].
func At(address string, pid int) (*Server, error) {
	s := &Server{PID: pid, tongue: &jimTongue, perSource: perSource, called: new(calledItself)}
	text := address
	scheme, rest, _ := strings.Cut(address, "://")
	if t := peers[scheme]; t != nil {
		s.tongue, text = t, "tcp://"+rest
	}
	text, err := client.Normalize(text)
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(text)
	if err != nil {
		return nil, err
	}
	s.Address, s.scheme, s.network, s.host = text, u.Scheme, "tcp", u.Host
	switch u.Scheme {
	case "unix":
		s.network, s.host = "unix", u.Path
	case "ws", "wss":
		s.path = u.RequestURI()
	}
	if s.tongue != &jimTongue {
		s.Address = scheme + "://" + u.Host
	}
	if s.network == "tcp" {
		if s.host, err = here(u.Hostname(), u.Port()); err != nil {
			return nil, err
		}
	}
	if s.PID == 0 {
		s.PID, _ = listener(s.network, s.host) // where there is no /proc, the process stays unknown
	}
	return s, nil
}

// here is host:port, if host is of this machine. A name other than localhost is not looked up:
// what it means is decided elsewhere.
func here(host, port string) (string, error) {
	if host == "localhost" {
		host = "127.0.0.1"
	}
	ip, err := netip.ParseAddr(host)
	if err != nil || !ip.Unmap().IsLoopback() || ip.Zone() != "" {
		return "", &ForeignError{host}
	}
	return net.JoinHostPort(ip.Unmap().String(), port), nil
}

// Version is what the server called itself; "" until a work has spoken with it, or when it does
// not say.
func (s *Server) Version() string { return s.called.version }

// named remembers what the server calls itself.
func (s *Server) named(version string) { s.called.once.Do(func() { s.called.version = version }) }

// perSource is how many connections come from one address, if a work does not say: fewer than there are ports for them.
const perSource = 8000

// patience bounds one step of a conversation: connecting, logging in, an answer.
const patience = 30 * time.Second

// dial opens connection number i.
func (s *Server) dial(ctx context.Context, i int) (net.Conn, error) {
	d := net.Dialer{Timeout: patience}
	if host, _, err := net.SplitHostPort(s.host); err == nil && s.network == "tcp" {
		ip, err := netip.ParseAddr(host)
		if err == nil && ip.Is4() && runtime.GOOS == "linux" { // others have 127.0.0.1 only
			d.LocalAddr = &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(2+i/s.perSource))}
		}
	}
	raw, err := d.DialContext(ctx, s.network, s.host)
	if err != nil {
		return nil, tooMany(err)
	}
	raw.SetDeadline(time.Now().Add(patience))
	c, err := s.wrap(ctx, raw)
	if err != nil {
		raw.Close()
		return nil, err
	}
	return c, nil
}

// wrap puts TLS and WebSocket around raw, as the address wants it. The certificate is not
// verified: who listens on this machine's own address is this machine.
func (s *Server) wrap(ctx context.Context, raw net.Conn) (net.Conn, error) {
	c := raw
	if s.scheme == "tls" || s.scheme == "wss" {
		t := tls.Client(raw, &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12})
		if err := t.HandshakeContext(ctx); err != nil {
			return nil, err
		}
		c = t
	}
	if s.path != "" {
		return upgrade(c, s.host, s.path)
	}
	return c, nil
}

// tooMany says what to do when the process may not open more.
func tooMany(err error) error {
	if errors.Is(err, syscall.EMFILE) {
		return fmt.Errorf("this process may not open more connections (see ulimit -n): %w", err)
	}
	return err
}
