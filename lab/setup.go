//go:build unix

package lab

import (
	"fmt"
	"strconv"

	"golang.org/x/sys/unix"
)

// side makes sockets for one side of a demonstration that has several in one program; the trace names it.
type side struct {
	*Lab
	who phrase // empty where there is one side
}

// Socket asks for a socket, as socket(2). The numbers are those of package unix.
func (l *Lab) Socket(domain, kind, protocol int) (*Sock, error) {
	return side{Lab: l}.Socket(domain, kind, protocol)
}

// Listen makes a socket that accepts at an address: socket, setsockopt, bind, listen. The address
// comes back with the port that the kernel chose where 0 was asked for.
func (l *Lab) Listen(a Address, backlog int) (*Sock, Address, error) {
	return side{Lab: l}.Listen(a, backlog)
}

// Connect makes a socket and connects it: a stream, or for udp datagrams.
func (l *Lab) Connect(a Address) (*Sock, error) { return side{Lab: l}.Connect(a) }

// Socket is [Lab.Socket].
func (s side) Socket(domain, kind, protocol int) (*Sock, error) {
	made := &Sock{lab: s.Lab, who: s.who, fd: -1, datagrams: kind != unix.SOCK_STREAM}
	err := s.call(asked{
		name: "socket", who: s.who, note: "socket " + named(kinds, kind),
		text: fmt.Sprintf("socket(%s, %s, %s)", named(domains, domain), named(kinds, kind), named(protocols, protocol)),
		do: func() (string, string, error) {
			fd, err := unix.Socket(domain, kind, protocol)
			made.fd = fd
			return strconv.Itoa(fd), "", err
		},
	})
	if err != nil {
		return nil, err
	}
	s.keep(made)
	return made, nil
}

// Listen is [Lab.Listen].
func (s side) Listen(a Address, backlog int) (*Sock, Address, error) {
	to, err := s.sockaddr(a)
	if err != nil {
		return nil, a, err
	}
	made, err := s.Socket(domain(to), unix.SOCK_STREAM, protocolOf(a))
	if err != nil {
		return nil, a, err
	}
	if err := made.listenAt(to, backlog); err != nil {
		_ = made.Close() // the first error counts
		return nil, a, err
	}
	if a.Network == "unix" {
		made.file = a.Path
		return made, a, nil
	}
	if a.Port == 0 {
		if to, err = made.Getsockname(); err != nil {
			return nil, a, err
		}
		a.Port = portOf(to)
	}
	return made, a, nil
}

func (s *Sock) listenAt(to unix.Sockaddr, backlog int) error {
	if domain(to) != unix.AF_UNIX {
		if err := s.reuseAddr(); err != nil {
			return err
		}
	}
	if err := s.Bind(to); err != nil {
		return err
	}
	return s.Listen(backlog)
}

func (s *Sock) reuseAddr() error {
	return s.Setsockopt("SOL_SOCKET, SO_REUSEADDR", unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
}

// Connect is [Lab.Connect].
func (s side) Connect(a Address) (*Sock, error) {
	to, err := s.sockaddr(a)
	if err != nil {
		return nil, err
	}
	kind := unix.SOCK_STREAM
	if a.Network == "udp" {
		kind = unix.SOCK_DGRAM
	}
	made, err := s.Socket(domain(to), kind, protocolOf(a))
	if err != nil {
		return nil, err
	}
	if err := made.Connect(to); err != nil {
		_ = made.Close() // the first error counts
		return nil, err
	}
	return made, nil
}

// protocolOf is the third argument of socket.
func protocolOf(a Address) int {
	switch a.Network {
	case "unix":
		return 0
	case "udp":
		return unix.IPPROTO_UDP
	}
	return unix.IPPROTO_TCP
}

func portOf(sa unix.Sockaddr) int {
	switch a := sa.(type) {
	case *unix.SockaddrInet4:
		return a.Port
	case *unix.SockaddrInet6:
		return a.Port
	}
	return 0
}

// unlink removes the file of a UNIX socket.
func (l *Lab) unlink(file string) {
	_ = l.call(asked{ // told; who removed it before us did what we wanted
		name: "unlink", text: "unlink(" + strconv.Quote(file) + ")",
		do: func() (string, string, error) { return "0", "", unix.Unlink(file) },
	})
}
