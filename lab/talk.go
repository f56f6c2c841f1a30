//go:build unix

package lab

import (
	"strings"

	"golang.org/x/sys/unix"
)

// Talk is two people, one at each end of one connection.
type Talk struct {
	Listen Address // to wait at, where Wait
	To     Address // to connect to, otherwise
	Wait   bool
	// Turns makes both sides speak in turn, as in the tutorials: who connects begins, and who waits
	// for an answer cannot speak. Otherwise both speak when they like.
	Turns  bool
	Buffer int // how many bytes one recv takes at most
}

// Run talks until one side ends it, or it is stopped.
func (t Talk) Run(l *Lab) error {
	s, err := t.meet(l)
	if err != nil {
		return err
	}
	defer s.Close()
	if t.Turns {
		return t.inTurn(l, s)
	}
	l.say(sayTalk)
	return conversation{Lab: l, s: s, peer: s.Peer}.run(func() error {
		var text letters
		for {
			n, err := t.hear(l, s, &text)
			if err != nil || n == 0 {
				return err
			}
		}
	})
}

// meet waits for the other side or connects to it. Who has waited for one talks with one: the socket
// that listens is closed then, and a third is refused.
func (t Talk) meet(l *Lab) (*Sock, error) {
	if !t.Wait {
		s, err := l.Connect(t.To)
		if err == nil {
			l.say(sayDialedTo, t.To)
		}
		return s, err
	}
	server, at, err := l.Listen(t.Listen, 1)
	if err != nil {
		return nil, err
	}
	defer server.Close()
	l.say(sayTalkWaits, at, at)
	s, err := server.Accept()
	if err == nil {
		l.say(sayNew, s.Peer)
	}
	return s, err
}

// hear receives once and prints it, each line with a mark that tells it from what is typed here. The
// other side may be a program of a tutorial, which sends no ends of lines.
func (t Talk) hear(l *Lab, s *Sock, text *letters) (n int, err error) {
	buf := make([]byte, t.Buffer)
	n, err = s.Recv(buf)
	whole := text.add(buf[:n])
	if n == 0 {
		whole = text.end()
	}
	if whole = strings.TrimSuffix(whole, "\n"); n > 0 || whole != "" {
		for _, line := range strings.Split(whole, "\n") {
			l.print("‹ " + strings.TrimSuffix(line, "\r") + "\n")
		}
	}
	return n, err
}

// inTurn sends a line, waits for the answer, and so on.
func (t Talk) inTurn(l *Lab, s *Sock) error {
	var text letters
	for mine := !t.Wait; ; mine = !mine {
		if !mine {
			l.say(sayTheirTurn)
			n, err := t.hear(l, s, &text)
			switch {
			case err != nil:
				return err
			case n == 0:
				if !l.Stopped() {
					l.say(sayClosed, s.Peer)
				}
				return nil
			}
			continue
		}
		l.say(sayMyTurn)
		select {
		case <-l.Done():
			return nil
		case line, ok := <-l.Typed():
			if !ok {
				return s.Shutdown(unix.SHUT_WR)
			}
			if err := s.SendAll([]byte(line + "\n")); err != nil {
				return err
			}
		}
	}
}
