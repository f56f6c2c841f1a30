//go:build unix

package lab

import (
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// Timeout shows what waiting for an answer that does not come looks like, on loopback: recv with a
// time limit, nobody at a port, and a server that does not take its clients.
type Timeout struct {
	After time.Duration // the time limit
}

// Run shows the parts.
func (t Timeout) Run(l *Lab) error {
	l.say(sayTimeout)
	parts := []part{
		{"recv", sayRecvLimit, func() error { return t.recv(l) }, sayRecvLimitEnd},
		{"poll", sayPollLimit, func() error { return t.poll(l) }, sayPollLimitEnd},
		{"refused", sayRefused, func() error { return t.refused(l) }, sayRefusedEnd},
		{"connect", sayConnectLimit, func() error { return t.connect(l) }, sayConnectLimitEnd},
		{"kernel", sayKernelLimit, func() error { return t.kernel(l) }, sayKernelLimitEnd},
	}
	if synCount == nil {
		parts = parts[:len(parts)-1]
	}
	if err := l.show(parts); err != nil || l.Stopped() {
		return err
	}
	l.say(sayTimeoutEnd)
	return nil
}

// The two sides.
var (
	whoClient = phrase{"client", "клиент", "客户端"}
	whoServer = phrase{"server", "сервер", "服务器"}
)

// timeoutOf sets SO_RCVTIMEO or SO_SNDTIMEO.
func (s *Sock) timeoutOf(name string, option int, after time.Duration) error {
	return s.plain("setsockopt", fmt.Sprintf(", SOL_SOCKET, %s, %v", name, after), "setsockopt "+name, func() error {
		tv := unix.NsecToTimeval(after.Nanoseconds())
		return unix.SetsockoptTimeval(s.fd, unix.SOL_SOCKET, option, &tv)
	})
}

// expects tells whether a call failed with what is being shown. Anything else is an error.
func expects(err error, errnos ...unix.Errno) error {
	for _, errno := range errnos {
		if errors.Is(err, errno) {
			return nil
		}
	}
	return err
}

// pair is a connection on loopback, the server's end accepted.
func (t Timeout) pair(l *Lab) (client, conn *Sock, err error) {
	server, at, err := side{l, whoServer}.Listen(Address{Network: "tcp", Host: "127.0.0.1"}, 1)
	if err != nil {
		return nil, nil, err
	}
	defer server.Close()
	if client, err = (side{l, whoClient}).Connect(at); err != nil {
		return nil, nil, err
	}
	if conn, err = server.Accept(); err != nil {
		_ = client.Close() // the first error counts
		return nil, nil, err
	}
	return client, conn, nil
}

// recv waits for a server that says nothing, and then hears it all the same.
func (t Timeout) recv(l *Lab) error {
	client, server, err := t.pair(l)
	if err != nil {
		return err
	}
	defer client.Close()
	defer server.Close()
	if err := client.timeoutOf("SO_RCVTIMEO", unix.SO_RCVTIMEO, t.After); err != nil {
		return err
	}
	buf := make([]byte, 100)
	if _, err := client.Recv(buf); expects(err, unix.EAGAIN) != nil || l.Stopped() {
		return err
	}
	l.say(sayStillThere)
	if err := server.SendAll([]byte(sayBusy.in(l.Language))); err != nil {
		return err
	}
	_, err = client.Recv(buf)
	return err
}

// poll asks first whether recv would wait.
func (t Timeout) poll(l *Lab) error {
	client, server, err := t.pair(l)
	if err != nil {
		return err
	}
	defer client.Close()
	defer server.Close()
	for range 2 {
		n, err := client.Poll(t.After)
		if err != nil || l.Stopped() {
			return err
		}
		if n > 0 {
			break
		}
		if err := server.SendAll([]byte(sayHere.in(l.Language))); err != nil {
			return err
		}
	}
	_, err = client.Recv(make([]byte, 100))
	return err
}

// refused is no timeout: nobody listens, and the machine says so at once.
func (t Timeout) refused(l *Lab) error {
	at, err := side{l, whoServer}.freePort()
	if err != nil {
		return err
	}
	client, err := side{l, whoClient}.Connect(at)
	if err == nil {
		return client.Close() // somebody took the port meanwhile
	}
	return expects(err, unix.ECONNREFUSED)
}

// freePort is a port on which nobody listens: the kernel chose it, and it is given back.
func (s side) freePort() (Address, error) {
	a := Address{Network: "tcp", Host: "127.0.0.1"}
	sock, err := s.Socket(unix.AF_INET, unix.SOCK_STREAM, unix.IPPROTO_TCP)
	if err != nil {
		return a, err
	}
	defer sock.Close()
	if err := sock.Bind(&unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return a, err
	}
	at, err := sock.Getsockname()
	if err == nil {
		a.Port = portOf(at)
	}
	return a, err
}

// full is a server that accepts nobody and whose queue is full: the kernel answers no more clients.
func (t Timeout) full(l *Lab) (server, first *Sock, at unix.Sockaddr, err error) {
	server, a, err := side{l, whoServer}.Listen(Address{Network: "tcp", Host: "127.0.0.1"}, 0)
	if err != nil {
		return nil, nil, nil, err
	}
	if first, err = (side{l, whoClient}).Connect(a); err != nil {
		_ = server.Close() // the first error counts
		return nil, nil, nil, err
	}
	at, err = l.sockaddr(a)
	return server, first, at, err
}

// connect gives up on a server that does not answer.
func (t Timeout) connect(l *Lab) error {
	return t.unanswered(l, func(s *Sock) error {
		return s.timeoutOf("SO_SNDTIMEO", unix.SO_SNDTIMEO, t.After)
	})
}

// kernel lets the kernel give up.
func (t Timeout) kernel(l *Lab) error { return t.unanswered(l, synCount) }

func (t Timeout) unanswered(l *Lab, limit func(*Sock) error) error {
	server, first, at, err := t.full(l)
	if err != nil {
		return err
	}
	defer server.Close()
	defer first.Close()
	second, err := side{l, whoClient}.Socket(unix.AF_INET, unix.SOCK_STREAM, unix.IPPROTO_TCP)
	if err != nil {
		return err
	}
	defer second.Close()
	if err := limit(second); err != nil {
		return err
	}
	return expects(second.Connect(at), unix.EINPROGRESS, unix.EALREADY, unix.EAGAIN, unix.ETIMEDOUT)
}
