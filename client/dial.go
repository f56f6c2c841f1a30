package client

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/coder/websocket"

	"jim/wire"
)

// connectTimeout bounds one attempt to connect and log in.
const connectTimeout = 15 * time.Second

// UnreachableError says that nobody who speaks JIM/2 answers at an address.
type UnreachableError struct {
	Address string
	Err     error
}

func (e *UnreachableError) Unwrap() error { return e.Err }

func (e *UnreachableError) Error() string {
	var dns *net.DNSError
	var record tls.RecordHeaderError
	var untrusted *tls.CertificateVerificationError
	var timeout interface{ Timeout() bool }
	var gibberish *wire.Error
	switch {
	case errors.Is(e.Err, syscall.ECONNREFUSED), errors.Is(e.Err, fs.ErrNotExist):
		return fmt.Sprintf("nobody answers at %s; is the server running? try: jim serve", e.Address)
	case errors.Is(e.Err, fs.ErrPermission):
		return fmt.Sprintf("the socket %s belongs to somebody else: run this as its user, or as root", e.Address)
	case errors.As(e.Err, &dns) && dns.IsNotFound:
		return fmt.Sprintf("there is no host %s", dns.Name)
	case errors.As(e.Err, &gibberish):
		return fmt.Sprintf("what answers at %s does not speak JIM", e.Address)
	case errors.As(e.Err, &record):
		return fmt.Sprintf("%s does not speak TLS; if the way there is safe, write tcp://", e.Address)
	case errors.As(e.Err, &untrusted):
		return fmt.Sprintf("the certificate of %s is not trusted here (%v); if it is yours, add #fingerprint=SHA256 to the address", e.Address, untrusted.Err)
	case errors.Is(e.Err, context.DeadlineExceeded), errors.As(e.Err, &timeout) && timeout.Timeout():
		return fmt.Sprintf("%s did not answer in time; is the address right?", e.Address)
	}
	return fmt.Sprintf("no connection to %s: %v", e.Address, e.Err)
}

// errPin is a certificate that is not the one that was pinned.
var errPin = errors.New("the server's certificate does not have the fingerprint given")

// open connects, and does not log in.
func (a address) open(ctx context.Context, dial dialFunc, m *memory) (transport, error) {
	switch a.scheme {
	case "quic":
		return a.openQUIC(ctx, m)
	case "ws", "wss":
		return a.openSocket(ctx, dial)
	case "tls":
		conn, err := a.dialTLS(ctx, dial, a.host)
		if err != nil {
			return nil, err
		}
		return newStream(conn), nil
	}
	conn, err := dial(ctx, a.network(), a.host)
	if err != nil {
		return nil, err
	}
	if a.scheme == "udp" {
		return newDatagrams(conn), nil
	}
	return newStream(conn), nil
}

type dialFunc = func(ctx context.Context, network, address string) (net.Conn, error)

func (a address) dialTLS(ctx context.Context, dial dialFunc, host string) (net.Conn, error) {
	raw, err := dial(ctx, "tcp", host)
	if err != nil {
		return nil, err
	}
	name, _, _ := net.SplitHostPort(host)
	conn := tls.Client(raw, a.tlsConfig(name))
	if err := conn.HandshakeContext(ctx); err != nil {
		raw.Close()
		return nil, err
	}
	return conn, nil
}

func (a address) tlsConfig(name string) *tls.Config {
	config := &tls.Config{ServerName: name, MinVersion: tls.VersionTLS12}
	if a.fingerprint == nil {
		return config
	}
	config.InsecureSkipVerify = true // the one pinned certificate needs no authority and no name
	config.VerifyConnection = func(s tls.ConnectionState) error {
		sum := sha256.Sum256(s.PeerCertificates[0].Raw)
		if !bytes.Equal(sum[:], a.fingerprint) {
			return errPin
		}
		return nil
	}
	return config
}

func (a address) openSocket(ctx context.Context, dial dialFunc) (transport, error) {
	web := &http.Transport{
		DialContext:       dial,
		DisableKeepAlives: true,
		DialTLSContext: func(ctx context.Context, _, host string) (net.Conn, error) {
			return a.dialTLS(ctx, dial, host)
		},
	}
	conn, resp, err := websocket.Dial(ctx, a.String(), &websocket.DialOptions{HTTPClient: &http.Client{Transport: web}})
	if err != nil {
		if resp != nil && resp.StatusCode != http.StatusSwitchingProtocols {
			return nil, fmt.Errorf("it answers %s and no WebSocket", resp.Status)
		}
		return nil, err
	}
	return newSocket(conn), nil
}

// connect makes one attempt to connect and log in. again says that it is to come
// back: then what was missed is asked for in the same breath.
func (c *Client) connect(ctx context.Context, again bool) (*line, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	c.mu.Lock()
	d := c.older
	c.mu.Unlock()
	if d != Auto {
		return c.connectOlder(ctx, d)
	}
	t, err := c.to.open(ctx, c.o.Dial, c.memory)
	if err != nil {
		return nil, &UnreachableError{c.to.String(), err}
	}
	stop := context.AfterFunc(ctx, t.close)
	err = c.login(t, again)
	if !stop() && err != nil {
		err = &UnreachableError{c.to.String(), ctx.Err()}
	}
	var met *metOlder
	switch {
	case err == nil:
		return c.adopt(t), nil
	case errors.As(err, &met) && met.refused == nil:
		return c.adoptOlder(t, met.speaks), nil
	}
	t.close()
	if met == nil {
		return nil, err
	}
	if met.refused.Code == wire.BadRequest { // it may not like what it does not know
		var refused *Error
		l, err := c.connectOlder(ctx, Mentor)
		if err == nil || errors.As(err, &refused) {
			return l, err
		}
	}
	return nil, met.refused
}

// login says who the client is: with the token, or the password where there is no
// token or it is worth nothing any more.
func (c *Client) login(t transport, again bool) error {
	c.mu.Lock()
	user := wire.User{Name: c.name, Token: c.token}
	password := c.password
	c.mu.Unlock()
	if user.Token == "" {
		user.Password = password
	}
	err := c.presence(t, again, user)
	var refused *Error
	if errors.As(err, &refused) && refused.Code == wire.WrongLogin && user.Token != "" && password != "" {
		return c.presence(t, again, wire.User{Name: user.Name, Password: password})
	}
	return err
}

func (c *Client) presence(t transport, again bool, user wire.User) error {
	q := wire.Request{Action: wire.ActPresence, JIM: wire.Version, User: user}
	if user.Token == "" {
		q.Device = c.o.Device
	}
	if again || c.o.Log != "" {
		q.Since, q.Log = c.feed.since(c.to.roomForSince())
		q.HasSince = true // though it be nothing: who comes back is told of what is new
	}
	object, err := encode(&q)
	if err != nil {
		return err
	}
	if err := t.write([][]byte{object}); err != nil {
		return &UnreachableError{c.to.String(), err}
	}
	for {
		m, err := c.receiveFirst(t)
		var met *metOlder
		switch {
		case errors.As(err, &met):
			return met
		case err != nil:
			return &UnreachableError{c.to.String(), err}
		case m.Event != nil && m.Event.Action == wire.ActBye:
			return goodbye(m.Event)
		case m.Event != nil:
			c.feed.take(m.Event)
		case m.Response.Code.IsError():
			return errorOf(wire.ActPresence, m.Response)
		default:
			c.welcome(&q, m.Response)
			return nil
		}
	}
}

func (c *Client) welcome(q *wire.Request, r *wire.Response) {
	c.mu.Lock()
	c.server = r
	c.mu.Unlock()
	c.feed.welcome(r.Log, r.Since)
	c.learn(q, r)
}

// goodbye is a bye as an error: one that can be tried again later, if it says when.
func goodbye(e *wire.Event) *Error {
	return &Error{
		Action: wire.ActBye, Code: wire.Unavailable, Text: or(e.Alert, "the server said goodbye"),
		Retry: e.RetryAfter > 0, RetryAfter: seconds(e.RetryAfter),
	}
}

// metOlder says that a server is older than JIM/2: it let the client in, or refused.
type metOlder struct {
	speaks  Dialect
	refused *Error
}

func (m *metOlder) Error() string { return "the server is older than JIM/2" }

// receiveFirst is receive for what comes before the client is let in. The first answer
// ever shows whether the server knows JIM/2; a [*metOlder] says that it does not.
func (c *Client) receiveFirst(t transport) (wire.FromServer, error) {
	object, err := t.read()
	if err != nil {
		return wire.FromServer{}, err
	}
	if c.Welcome() != nil {
		return wire.DecodeFromServer(object)
	}
	if s, err := parseOlder(object); err == nil && s.code >= wire.OK && !s.jim {
		met := &metOlder{speaks: JIM1}
		if s.bare {
			met.speaks = Mentor
		}
		if s.code.IsError() {
			met.refused = &Error{Action: wire.ActPresence, Code: s.code, Text: s.words}
		}
		return wire.FromServer{}, met
	}
	return wire.DecodeFromServer(object)
}

func receive(t transport) (wire.FromServer, error) {
	object, err := t.read()
	if err != nil {
		return wire.FromServer{}, err
	}
	return wire.DecodeFromServer(object)
}
