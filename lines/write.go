package lines

import (
	"strings"
	"sync"

	"jim/printable"
	"jim/wire"
)

// flushAt is how many bytes of lines are written at once, about.
const flushAt = 16 << 10

// pages are what lines to be written are put together in.
var pages = sync.Pool{New: func() any { return new([flushAt]byte) }}

// Write is [chat.Conn]'s: it writes what batches mean to a person.
func (c *Conn) Write(batches []*wire.Batch) error {
	page := pages.Get().(*[flushAt]byte)
	defer pages.Put(page)
	c.out = page[:0]
	defer func() { c.out = nil }()
	for _, b := range batches {
		for i := range b.Len() {
			c.hear(b.Object(i))
			if len(c.out) < flushAt/2 {
				continue
			}
			if err := c.flush(page); err != nil {
				return err
			}
		}
	}
	return c.flush(page)
}

func (c *Conn) flush(page *[flushAt]byte) error {
	if len(c.out) == 0 {
		return nil
	}
	_, err := c.stream.Write(c.out)
	c.out = page[:0]
	return err
}

// hear adds what an object means to out.
func (c *Conn) hear(object []byte) {
	from, err := wire.DecodeFromServer(object)
	if err != nil {
		return // this server sends nothing else
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.owed) > 0 {
		c.out = append(c.out, c.owed...)
		c.owed = nil
	}
	if from.Event != nil {
		c.event(from.Event)
		return
	}
	c.response(from.Response)
}

// say adds a text to out, which may have several lines. Whatever is in it, nothing
// that a terminal obeys comes out; what others said must have passed seen, or their
// line ends would be lines of ours.
func (c *Conn) say(text string) {
	ending := "\n"
	if c.telnet {
		ending = "\r\n"
	}
	for line := range strings.SplitSeq(text, "\n") {
		c.out = append(append(c.out, printable.Line(line)...), ending...)
	}
}

// seen is a name or another text of others that stands on one line.
func seen(text string) string { return printable.Line(text) }
