//go:build unix

package lab

import (
	"fmt"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// Sendto sends one datagram to an address, as sendto(2). The kernel takes all of it or nothing.
func (s *Sock) Sendto(b []byte, to unix.Sockaddr) error {
	args := fmt.Sprintf(", %s, %d, %s", quoted(b, shownColumns), len(b), shownAddr(to))
	return s.do("sendto", args, "", func() (string, string, error) {
		return strconv.Itoa(len(b)), "", unix.Sendto(s.fd, b, 0, to)
	})
}

// Recvfrom takes one datagram into b, as recvfrom(2), and waits for one. whole is how long it was,
// which is more than len(b) where its end was cut off and is gone; systems other than Linux do not
// say by how much, and give len(b)+1. A socket that was woken gives no address and 0 bytes.
func (s *Sock) Recvfrom(b []byte) (n, whole int, from unix.Sockaddr, err error) {
	err = s.do("recvfrom", fmt.Sprintf(", buf, %d%s", len(b), truncFlag), "", func() (string, string, error) {
		whole, from, err = recvfrom(s.fd, b)
		if err != nil {
			return "", "", err
		}
		n = min(whole, len(b))
		if from == nil {
			return strconv.Itoa(whole), "recvfrom nothing", nil
		}
		note := ""
		if whole > n {
			note = "recvfrom cut"
		}
		return fmt.Sprintf("%d  %s  %s", whole, quoted(b[:n], shownColumns), shownAddr(from)), note, nil
	})
	if err != nil {
		return 0, 0, nil, err
	}
	return n, whole, from, nil
}

// patienceOf lets calls that receive give up with EAGAIN when nothing comes for so long.
func (s *Sock) patienceOf(after time.Duration) error {
	return s.timeoutOf("SO_RCVTIMEO", unix.SO_RCVTIMEO, after)
}

// pollError waits until an error lies ready on the socket, as poll(2), and does not take it.
func (s *Sock) pollError(d time.Duration) {
	one := []unix.PollFd{{Fd: int32(s.fd)}}
	_ = s.lab.call(asked{ // told; the next call shows what came of it
		name: "poll", note: "poll POLLERR", who: s.who,
		text: fmt.Sprintf("poll([{%d, POLLERR}], 1, %d)", s.fd, d.Milliseconds()),
		do: func() (string, string, error) {
			n, err := unix.Poll(one, int(d.Milliseconds()))
			return strconv.Itoa(n), "", err
		},
	})
}

// bindDatagrams makes a socket for datagrams and binds it. The address comes back with the port that
// the kernel chose where 0 was asked for.
func (l *Lab) bindDatagrams(who phrase, a Address) (*Sock, unix.Sockaddr, error) {
	to, err := l.sockaddr(a)
	if err != nil {
		return nil, nil, err
	}
	s, err := side{l, who}.Socket(domain(to), unix.SOCK_DGRAM, unix.IPPROTO_UDP)
	if err != nil {
		return nil, nil, err
	}
	if err := s.Bind(to); err != nil {
		_ = s.Close() // the first error counts
		return nil, nil, err
	}
	if a.Port == 0 {
		if to, err = s.Getsockname(); err != nil {
			_ = s.Close()
			return nil, nil, err
		}
	}
	return s, to, nil
}

// failedWith tells whether a call failed with that number.
func failedWith(err error, errno unix.Errno) bool {
	e, ok := err.(*CallError)
	return ok && e.Errno == errno
}
