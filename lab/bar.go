//go:build unix

package lab

import (
	"fmt"
	"strings"
)

// bar shows how far something has come: as a bar that is drawn again in one line of a terminal, or
// as a line for each quarter.
type bar struct {
	lab   *Lab
	drawn bool
	what  phrase
	size  int64
	shown int // percent
}

// newBar is a bar for something of that many bytes. With a trace it never is one line: the calls
// would be written over it.
func newBar(l *Lab, draw bool, what phrase, size int64) *bar {
	return &bar{lab: l, drawn: draw && !l.Trace, what: what, size: size}
}

// at says that so many bytes are done.
func (b *bar) at(done int64) {
	percent := int(done * 100 / max(b.size, 1))
	if percent == b.shown || b.what == (phrase{}) {
		return
	}
	if !b.drawn {
		if percent/25 > b.shown/25 {
			b.lab.say(b.what, done, b.size, percent)
		}
		b.shown = percent
		return
	}
	b.shown = percent
	const width = 30
	full := percent * width / 100
	b.lab.begin()
	defer b.lab.end()
	fmt.Fprintf(&b.lab.pending, "\r[%s%s] %s", strings.Repeat("█", full), strings.Repeat("·", width-full), b.what.in(b.lab.Language, done, b.size, percent))
	b.lab.broken = true // whoever says something else begins a line
}

// end leaves the line of the bar.
func (b *bar) end() {
	b.lab.begin()
	defer b.lab.end()
	if b.drawn && b.lab.broken {
		b.lab.pending.WriteByte('\n')
		b.lab.broken = false
	}
}
