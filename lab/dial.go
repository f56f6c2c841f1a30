//go:build unix

package lab

// Dial connects to any server: each line typed is sent, and what comes is printed.
type Dial struct {
	To     Address
	Buffer int // how many bytes one recv takes at most
}

// Run talks until the other side closes, or it is stopped.
func (d Dial) Run(l *Lab) error {
	s, err := l.Connect(d.To)
	if err != nil {
		return err
	}
	defer s.Close()
	if d.To.Network == "ws" {
		return d.frames(l, s)
	}
	l.say(sayDialed, d.To)
	return conversation{Lab: l, s: s, datagrams: d.To.Network == "udp", peer: d.To.String()}.run(func() error { return d.hear(l, s) })
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
