//go:build unix

package lab

import (
	"time"

	"golang.org/x/sys/unix"
)

// Dial connects to any server: each line typed is sent, and what comes is printed.
type Dial struct {
	To     Address
	Buffer int // how many bytes one recv takes at most
}

// lastDatagrams is how long datagrams may still come after everything was sent: they have no end of
// their own.
const lastDatagrams = time.Second

// Run talks until the other side closes, or it is stopped.
func (d Dial) Run(l *Lab) error {
	s, err := l.Connect(d.To)
	if err != nil {
		return err
	}
	defer s.Close()
	l.say(sayDialed, d.To)
	heard := make(chan error, 1)
	l.Go(func() { heard <- d.hear(l, s) })
	typed := l.Typed()
	for {
		select {
		case err := <-heard:
			if err == nil && !l.Stopped() && d.To.Network != "udp" {
				l.say(sayClosed, d.To)
			}
			return err
		case line, ok := <-typed:
			if !ok {
				typed = nil
				d.said(l, s)
				continue
			}
			if err := s.SendAll([]byte(line + "\n")); err != nil {
				return d.gaveUp(s, heard, err)
			}
		}
	}
}

// said ends our direction when nothing more will be typed.
func (d Dial) said(l *Lab, s *Sock) {
	if d.To.Network != "udp" {
		_ = s.Shutdown(unix.SHUT_WR) // told; the reader finds out what became of the connection
		return
	}
	l.Go(func() {
		select {
		case <-time.After(lastDatagrams):
			s.wake("enough")
		case <-l.Done():
		}
	})
}

// gaveUp ends the reader after an error of the writer.
func (d Dial) gaveUp(s *Sock, heard chan error, err error) error {
	s.wake("enough")
	<-heard
	return err
}

// hear prints what comes.
func (d Dial) hear(l *Lab, s *Sock) error {
	var text letters
	buf := make([]byte, d.Buffer)
	for {
		n, err := s.Recv(buf)
		if err != nil || n == 0 && d.To.Network != "udp" || l.Stopped() || s.woken() {
			l.print(text.end())
			return err
		}
		l.print(text.add(buf[:n]))
	}
}
