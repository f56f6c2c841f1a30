//go:build unix

package lab

import "golang.org/x/sys/unix"

// datagrams is the same server without connections: one socket for everybody, no listen, no accept. Each
// datagram goes back to where it came from.
func (e Echo) datagrams(l *Lab) error {
	s, to, err := l.bindDatagrams(phrase{}, e.Listen)
	if err != nil {
		return err
	}
	defer s.Close()
	at := e.Listen
	at.Port = portOf(to)
	l.say(sayEcho, at, e.Buffer)
	buf := make([]byte, e.Buffer)
	for {
		n, _, from, err := s.Recvfrom(buf)
		switch {
		case l.Stopped():
			return nil
		case failedWith(err, unix.ECONNREFUSED):
			continue // whoever sent before has gone
		case err != nil:
			return err
		case from == nil:
			continue
		}
		l.report(sayBytes, shownAddr(from), n, quoted(buf[:n], 0))
		if err := s.Sendto(buf[:n], from); err != nil {
			l.say(sayLost, shownAddr(from), err)
		}
	}
}
