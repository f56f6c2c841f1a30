//go:build unix

package lab

import (
	"errors"
	"strconv"

	"golang.org/x/sys/unix"
)

// Bind shows when an address can be had and when not: a foreign one, a taken port, a port below 1024, and
// what SO_REUSEADDR does about the connections that are not quite over.
type Bind struct {
	To  Address // to try this one only, where One
	One bool
}

// Run shows the parts, or tries one address; its error is that of bind then.
func (b Bind) Run(l *Lab) error {
	if b.One {
		return b.one(l)
	}
	l.say(sayBind)
	err := l.show([]part{
		{"own", sayBindOwn, func() error { return b.own(l) }, sayBindOwnEnd},
		{"foreign", sayBindForeign, func() error { return b.foreign(l) }, sayBindForeignEnd},
		{"taken", sayBindTaken, func() error { return b.taken(l) }, sayBindTakenEnd},
		{"reuse", sayBindReuse, func() error { return b.reuse(l) }, sayBindReuseEnd},
		{"time-wait", sayBindTimeWait, func() error { return b.restarts(l) }, sayBindTimeWaitEnd},
		{"low", sayBindLow, func() error { return b.low(l) }, phrase{}},
	})
	if err != nil || l.Stopped() {
		return err
	}
	l.say(sayBindEnd)
	return nil
}

// one tries an address, and listens there, so that all is known that bind can tell.
func (b Bind) one(l *Lab) error {
	s, at, err := l.Listen(b.To, 1)
	if err != nil {
		return err
	}
	l.say(sayBindFree, at)
	return s.Close()
}

var loopback = [4]byte{127, 0, 0, 1}

// bound is a new socket, bound; the socket is there also where bind failed.
func (l *Lab) bound(to *unix.SockaddrInet4, reuse bool) (*Sock, error) {
	s, err := l.Socket(unix.AF_INET, unix.SOCK_STREAM, unix.IPPROTO_TCP)
	if err != nil {
		return nil, err
	}
	if reuse {
		if err := s.reuseAddr(); err != nil {
			return s, err
		}
	}
	return s, s.Bind(to)
}

// tries binds once and closes; failing with one of errnos is what is being shown. bound tells whether
// it did not fail.
func (l *Lab) tries(to *unix.SockaddrInet4, reuse bool, errnos ...unix.Errno) (bound bool, err error) {
	s, err := l.bound(to, reuse)
	if s == nil {
		return false, err
	}
	return err == nil, errors.Join(expects(err, errnos...), s.Close())
}

func (b Bind) own(l *Lab) error {
	s, err := l.bound(&unix.SockaddrInet4{Addr: loopback}, false)
	if err != nil {
		return err
	}
	defer s.Close()
	_, err = s.Getsockname()
	return err
}

// foreign tries an address that is reserved for documents (RFC 5737): nobody has it.
func (b Bind) foreign(l *Lab) error {
	bound, err := l.tries(&unix.SockaddrInet4{Addr: [4]byte{192, 0, 2, 1}, Port: 5005}, false, unix.EADDRNOTAVAIL)
	if bound { // this machine has it, or net.ipv4.ip_nonlocal_bind is set
		l.say(sayBindForeignHere)
	}
	return err
}

// listening is a server at a port that the kernel chose.
func (b Bind) listening(l *Lab, reuse bool) (*Sock, *unix.SockaddrInet4, error) {
	s, err := l.bound(&unix.SockaddrInet4{Addr: loopback}, reuse)
	if err != nil {
		return nil, nil, err
	}
	if err := s.Listen(1); err != nil {
		return nil, nil, err
	}
	at, err := s.Getsockname()
	return s, &unix.SockaddrInet4{Addr: loopback, Port: portOf(at)}, err
}

func (b Bind) taken(l *Lab) error {
	first, at, err := b.listening(l, false)
	if err != nil {
		return err
	}
	defer first.Close()
	_, err = l.tries(at, false, unix.EADDRINUSE)
	return err
}

func (b Bind) reuse(l *Lab) error {
	first, at, err := b.listening(l, true)
	if err != nil {
		return err
	}
	defer first.Close()
	_, err = l.tries(at, true, unix.EADDRINUSE)
	return err
}

// restarts restarts a server that had a client, without the option and with it.
func (b Bind) restarts(l *Lab) error {
	l.say(sayBindWithout)
	if err := b.restart(l, false); err != nil || l.Stopped() {
		return err
	}
	l.say(sayBindWith)
	return b.restart(l, true)
}

// restart makes a server close a connection first, so that its end stays in TIME_WAIT for a minute, and
// starts it again.
func (b Bind) restart(l *Lab, reuse bool) error {
	server, at, err := b.listening(l, reuse)
	if err != nil {
		return err
	}
	defer server.Close()
	client, err := l.Connect(Address{Network: "tcp", Host: "127.0.0.1", Port: at.Port})
	if err != nil {
		return err
	}
	defer client.Close()
	conn, err := server.Accept()
	if err != nil {
		return err
	}
	for _, s := range []*Sock{conn, client, server} { // the server's end first
		if s == client {
			if _, err := s.Recv(make([]byte, 20)); err != nil {
				return err
			}
		}
		if err := s.Close(); err != nil {
			return err
		}
	}
	l.say(sayBindAgain)
	_, err = l.tries(at, reuse, unix.EADDRINUSE)
	return err
}

// low tries a port below 1024: the highest that is free.
func (b Bind) low(l *Lab) error {
	for port := 1023; port > 1000; port-- {
		s, err := l.bound(&unix.SockaddrInet4{Addr: loopback, Port: port}, false)
		if s == nil {
			return err
		}
		if err := s.Close(); err != nil {
			return err
		}
		switch {
		case err == nil:
			l.say(sayBindLowGot, port, whoAmI())
		case errors.Is(err, unix.EACCES):
			l.say(sayBindLowNot, port, whoAmI())
		case errors.Is(err, unix.EADDRINUSE):
			continue
		default:
			return err
		}
		return nil
	}
	return l.fault(sayBindLowTaken)
}

// whoAmI is the user as the kernel asks for it.
func whoAmI() string { return "uid " + strconv.Itoa(unix.Geteuid()) }
