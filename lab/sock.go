//go:build unix

package lab

import (
	"fmt"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Sock is a socket: a number that the kernel gave. Its methods are the system calls of the same
// names; they block until the kernel answers, and are told. One thread may receive while another
// sends. Errors are [*CallError].
type Sock struct {
	lab  *Lab
	fd   int
	who  phrase // see [asked]
	tids bool   // each call is told with the thread that makes it
	Peer string // whom it is connected to, as it is told; empty = nobody
	file string // of a UNIX socket that listens: removed when it is closed

	datagrams bool // it is no stream
	listens   bool
	shared    bool // another process has it too

	mu     sync.Mutex // taken before those of Lab; held during shutdown by another thread, and close
	closed bool
	woke   bool // see wake
}

// The names of socket's arguments.
var (
	domains   = map[int]string{unix.AF_INET: "AF_INET", unix.AF_INET6: "AF_INET6", unix.AF_UNIX: "AF_UNIX"}
	kinds     = map[int]string{unix.SOCK_STREAM: "SOCK_STREAM", unix.SOCK_DGRAM: "SOCK_DGRAM", unix.SOCK_RAW: "SOCK_RAW"}
	protocols = map[int]string{unix.IPPROTO_TCP: "IPPROTO_TCP", unix.IPPROTO_UDP: "IPPROTO_UDP"}
)

func named(names map[int]string, n int) string {
	if name, ok := names[n]; ok {
		return name
	}
	return strconv.Itoa(n)
}

// side is who makes a call now.
func (s *Sock) side() phrase {
	if s.tids {
		return numbered("tid", threadID())
	}
	return s.who
}

// do makes a call on this socket. args stand behind its number.
func (s *Sock) do(name, args, note string, f func() (shown, note string, err error)) error {
	return s.lab.call(asked{name: name, text: name + "(" + strconv.Itoa(s.fd) + args + ")", note: note, who: s.side(), do: f})
}

// plain is for a call whose success is 0.
func (s *Sock) plain(name, args, note string, f func() error) error {
	return s.do(name, args, note, func() (string, string, error) { return "0", "", f() })
}

// row is that of the meanings for a call that means something else where it is no stream.
func (s *Sock) row(call string) string {
	if s.datagrams {
		return call + " datagrams"
	}
	return call
}

// Setsockopt sets a whole number, as setsockopt(2); name is that of the constants, "SOL_SOCKET, SO_REUSEADDR".
func (s *Sock) Setsockopt(name string, level, option, value int) error {
	return s.plain("setsockopt", fmt.Sprintf(", %s, %d", name, value), "setsockopt "+name, func() error {
		return unix.SetsockoptInt(s.fd, level, option, value)
	})
}

// Bind gives the socket an address of this machine, as bind(2).
func (s *Sock) Bind(to unix.Sockaddr) error {
	return s.plain("bind", ", "+shownAddr(to), "", func() error { return unix.Bind(s.fd, to) })
}

// Listen makes it a socket that accepts, as listen(2). backlog is how many clients may wait.
func (s *Sock) Listen(backlog int) error {
	s.listens = true
	return s.plain("listen", ", "+strconv.Itoa(backlog), "", func() error { return unix.Listen(s.fd, backlog) })
}

// Getsockname is the address of the socket, as getsockname(2).
func (s *Sock) Getsockname() (to unix.Sockaddr, err error) {
	err = s.do("getsockname", "", "", func() (string, string, error) {
		to, err = unix.Getsockname(s.fd)
		if err != nil {
			return "", "", err
		}
		return "0  " + shownAddr(to), "", nil
	})
	return to, err
}

// Accept takes the next client, as accept(2), and waits for one.
func (s *Sock) Accept() (*Sock, error) {
	c := &Sock{lab: s.lab, who: s.who, fd: -1}
	err := s.do("accept", "", "", func() (string, string, error) {
		fd, from, err := unix.Accept(s.fd)
		if err != nil {
			return "", "", err
		}
		c.fd, c.Peer = fd, shownAddr(from)
		shown := strconv.Itoa(fd) + "  " + c.Peer
		if c.Peer == unnamed { // the number tells it from others
			c.Peer += ":" + strconv.Itoa(fd)
		}
		return shown, "", nil
	})
	if err != nil {
		return nil, err
	}
	s.lab.keep(c)
	return c, nil
}

// Connect connects, as connect(2), and waits until the other side has answered.
func (s *Sock) Connect(to unix.Sockaddr) error {
	err := s.plain("connect", ", "+shownAddr(to), s.row("connect"), func() error { return unix.Connect(s.fd, to) })
	if err == nil {
		s.Peer = shownAddr(to)
	}
	return err
}

// Send sends, as send(2), and tells how many bytes the kernel took. It waits while the kernel's buffer is full.
func (s *Sock) Send(b []byte) (n int, err error) {
	err = s.do("send", fmt.Sprintf(", %s, %d", quoted(b, shownColumns), len(b)), s.row("send"), func() (string, string, error) {
		n, err = send(s.fd, b)
		note := ""
		if n < len(b) {
			note = "send part"
		}
		return strconv.Itoa(n), note, err
	})
	if err != nil {
		n = 0
	}
	return n, err
}

// SendAll sends again until the kernel has taken everything.
func (s *Sock) SendAll(b []byte) error {
	for len(b) > 0 {
		n, err := s.Send(b)
		if err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}

// Recv receives into b, as recv(2), and waits until there is something. 0 bytes of a stream are its end.
func (s *Sock) Recv(b []byte) (n int, err error) { return s.recv(b, 0, "") }

// Peek waits until b can be filled, and looks at what has come without taking it.
func (s *Sock) Peek(b []byte) (n int, err error) {
	return s.recv(b, unix.MSG_PEEK|unix.MSG_WAITALL, ", MSG_PEEK|MSG_WAITALL")
}

func (s *Sock) recv(b []byte, flags int, shown string) (n int, err error) {
	note := s.row("recv")
	if flags != 0 {
		note = "peek"
	}
	err = s.do("recv", ", buf, "+strconv.Itoa(len(b))+shown, note, func() (string, string, error) {
		n, _, err = unix.Recvfrom(s.fd, b, flags)
		switch {
		case err != nil:
			return "", "", err
		case n == 0 && s.woken():
			return "0", "recv woken", nil
		case n == 0 && !s.datagrams:
			return "0", "recv 0", nil
		}
		if flags != 0 {
			return strconv.Itoa(n), "", nil
		}
		return strconv.Itoa(n) + "  " + quoted(b[:n], shownColumns), "", nil
	})
	if err != nil {
		n = 0
	}
	return n, err
}

// Poll waits until there is something to receive, or the other side has closed, as poll(2) of one socket for
// POLLIN; n = 0: the time is over.
func (s *Sock) Poll(after time.Duration) (n int, err error) {
	err = s.lab.call(asked{
		name: "poll", who: s.who, text: fmt.Sprintf("poll([{%d, POLLIN}], 1, %d)", s.fd, after.Milliseconds()),
		do: func() (string, string, error) {
			n, err = unix.Poll([]unix.PollFd{{Fd: int32(s.fd), Events: unix.POLLIN}}, int(after.Milliseconds()))
			note := ""
			if n == 0 {
				note = "poll 0"
			}
			return strconv.Itoa(n), note, err
		},
	})
	return n, err
}

// Shutdown ends one direction or both, as shutdown(2); how is unix.SHUT_RD, SHUT_WR or SHUT_RDWR.
func (s *Sock) Shutdown(how int) error {
	names := map[int]string{unix.SHUT_RD: "SHUT_RD", unix.SHUT_WR: "SHUT_WR", unix.SHUT_RDWR: "SHUT_RDWR"}
	return s.shutdown(how, "shutdown "+named(names, how), named(names, how))
}

func (s *Sock) shutdown(how int, note, shown string) error {
	return s.plain("shutdown", ", "+shown, note, func() error { return unix.Shutdown(s.fd, how) })
}

// wake wakes the calls that wait on the socket, from another thread, unless it is closed. why is the
// row of meanings that is told with it.
func (s *Sock) wake(why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.woke = true
		_ = s.shutdown(unix.SHUT_RDWR, why, "SHUT_RDWR") // told; a socket that is not connected says ENOTCONN and wakes all the same
	}
}

// woken tells whether wake has ended the socket's calls.
func (s *Sock) woken() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.woke
}

// Close gives the number back, as close(2). No other call may be under way; a second Close does nothing.
func (s *Sock) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	s.lab.forget(s)
	note := s.row("close")
	switch {
	case s.listens:
		note = "close listen"
	case s.shared:
		note = "close shared"
	case s.Peer == "":
		note = "close unused"
	}
	err := s.plain("close", "", note, func() error { return unix.Close(s.fd) })
	if s.file != "" {
		s.lab.unlink(s.file)
	}
	return err
}
