//go:build unix

package lab

import (
	"net/netip"
	"time"

	"jim/printable"
)

// Capture shows what programs say to each other on an interface of this machine, as it passes. It
// needs Linux and the right CAP_NET_RAW.
type Capture struct {
	Interface string // "lo"; the loopback
	Port      int    // of one of the two sides; 0: all
	Count     int    // end after so many lines; 0: never
}

// watch makes what takes packets apart. left is how many more lines are wanted.
func (c Capture) watch(l *Lab, now func() time.Time) (f *flows, left func() bool) {
	lines := 0
	left = func() bool { return c.Count == 0 || lines < c.Count }
	tell := func(from, to netip.AddrPort, what phrase, body []byte) {
		if lines++; c.Count > 0 && lines > c.Count {
			return
		}
		text := what.in(l.Language)
		if len(body) > 0 {
			if text != "" {
				text += " "
			}
			text += printable.Line(string(body))
		}
		l.report(sayPassed, now().Format("15:04:05.000"), from, to, text)
	}
	return &flows{tell: tell, all: map[direction]*flow{}}, left
}

// wants tells whether a packet is of the port that is looked at.
func (c Capture) wants(p packet) bool {
	return c.Port == 0 || int(p.from.Port()) == c.Port || int(p.to.Port()) == c.Port
}
