//go:build unix

package lab

import (
	"bytes"

	"golang.org/x/sys/unix"
)

// Catch shows the datagrams that come to an address.
type Catch struct {
	Listen Address
	Buffer int // how many bytes of a datagram one recvfrom takes; the rest is lost
}

// Run catches until it is stopped.
func (c Catch) Run(l *Lab) error {
	s, at, err := l.bindDatagrams(phrase{}, c.Listen)
	if err != nil {
		return err
	}
	defer s.Close()
	l.say(sayCatching, "udp://"+shownAddr(at), c.Buffer)
	for buf := make([]byte, c.Buffer); ; {
		n, whole, from, err := s.Recvfrom(buf)
		switch {
		case err != nil || from == nil:
			return err
		case whole > n:
			l.report(sayDatagramCut, shownAddr(from), whole, n, quoted(buf[:n], 0))
		default:
			l.report(sayBytes, shownAddr(from), n, quoted(buf[:n], 0))
		}
	}
}

// Throw sends what is typed, each line as one datagram, to an address, and never learns what became
// of it. With Size it sends one datagram of that many bytes instead.
type Throw struct {
	To   Address
	Size int
}

// Run throws until nothing more is typed.
func (t Throw) Run(l *Lab) error {
	to, err := l.sockaddr(t.To)
	if err != nil {
		return err
	}
	s, err := l.Socket(domain(to), unix.SOCK_DGRAM, unix.IPPROTO_UDP)
	if err != nil {
		return err
	}
	defer s.Close()
	thrown := 0
	if t.Size > 0 {
		pebble := []byte(sayPebble.in(l.Language))
		if err := s.Sendto(bytes.Repeat(pebble, t.Size/len(pebble)+1)[:t.Size], to); err != nil {
			if failedWith(err, unix.EMSGSIZE) {
				l.say(sayDatagramTooLong, t.Size)
			}
			return err
		}
		thrown++
	} else {
		l.say(sayThrowing, t.To)
	}
	for typed := l.Typed(); t.Size == 0; {
		select {
		case line, ok := <-typed:
			if !ok {
				l.say(sayThrown, thrown)
				return nil
			}
			err := s.Sendto([]byte(line), to)
			switch {
			case failedWith(err, unix.EMSGSIZE):
				l.say(sayDatagramTooLong, len(line))
			case err != nil:
				return err
			default:
				thrown++
			}
		case <-l.Done():
			return nil
		}
	}
	l.say(sayThrown, thrown)
	return nil
}
