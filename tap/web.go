package tap

import (
	"bytes"
	"encoding/binary"
	"strconv"
	"strings"

	"jim/check"
)

// webSide is one direction of HTTP, and of the WebSocket that it becomes.
type webSide struct {
	head    bool // the head of a request or answer is over
	upgrade bool // a WebSocket was asked for, or begins
	buf     []byte
	message []byte // of the frames of one message, at most [check.Largest]
	size    int    // of all of them
	text    bool
	skip    uint64 // bytes of a frame that is too large to be kept
}

// webSegment makes items of HTTP: lines, until a WebSocket begins.
func (c *conn) webSegment(base Item, data []byte) []Item {
	s := &c.sides[base.Side]
	var all []Item
	for !s.web.head && len(data) > 0 {
		end := bytes.IndexByte(data, '\n') + 1
		if end == 0 { // it goes on with the next segment
			s.line = append(s.line, data[:min(len(data), max(0, check.Shown-len(s.line)))]...)
			return all
		}
		lines := c.lines(base, data[:end])
		data = data[end:]
		for _, line := range lines {
			if len(line.Text) == 0 {
				s.web.head = true
				continue
			}
			s.web.note(string(line.Text))
			all = append(all, line)
		}
	}
	if base.Side == check.FromServer && s.web.head && s.web.upgrade {
		c.way = socket
	}
	if len(data) == 0 {
		return all
	}
	if c.way == socket || s.web.upgrade && base.Side == check.FromClient {
		return append(all, c.frames(base, data)...)
	}
	return append(all, c.lines(base, data)...)
}

// note learns from a line of a head that a WebSocket is to come.
func (w *webSide) note(line string) {
	lower := strings.ToLower(line)
	if strings.HasPrefix(lower, "upgrade:") && strings.Contains(lower, "websocket") {
		w.upgrade = true
	}
}

// Frames of WebSocket (RFC 6455, section 5.2).
const (
	opContinue = 0
	opText     = 1
	opBinary   = 2
	opClose    = 8
	opPing     = 9
	opPong     = 10
)

// frames makes items of frames of WebSocket.
func (c *conn) frames(base Item, data []byte) (all []Item) {
	w := &c.sides[base.Side].web
	w.buf = append(w.buf, data...)
	for {
		if n := min(w.skip, uint64(len(w.buf))); n > 0 {
			w.buf = w.buf[n:]
			w.skip -= n
		}
		f, length, ok := readFrame(w.buf)
		switch {
		case !ok:
			w.buf = append([]byte(nil), w.buf...)
			return all
		case f.size > check.Largest:
			all = append(all, c.largeFrame(base, w, &f))
			continue
		case uint64(len(w.buf)) < length:
			w.buf = append([]byte(nil), w.buf...)
			return all
		}
		payload := f.unmask(w.buf[length-f.size : length])
		w.buf = w.buf[length:]
		if item, whole := c.frame(base, w, &f, payload); whole {
			all = append(all, item)
		}
	}
}

// frameHead is what stands before the bytes of a frame.
type frameHead struct {
	last, packed bool
	op           byte
	size         uint64
	mask         []byte // nil = there is none
	head         int
}

// readFrame reads the head of a frame; length is that of the whole.
func readFrame(p []byte) (f frameHead, length uint64, ok bool) {
	if len(p) < 2 {
		return f, 0, false
	}
	f = frameHead{last: p[0]&0x80 != 0, packed: p[0]&0x70 != 0, op: p[0] & 15, size: uint64(p[1] & 0x7f), head: 2}
	switch {
	case f.size == 126 && len(p) >= 4:
		f.size, f.head = uint64(binary.BigEndian.Uint16(p[2:])), 4
	case f.size == 127 && len(p) >= 10:
		f.size, f.head = binary.BigEndian.Uint64(p[2:])&(1<<63-1), 10
	case f.size >= 126:
		return f, 0, false
	}
	if p[1]&0x80 != 0 {
		if len(p) < f.head+4 {
			return f, 0, false
		}
		f.mask = p[f.head : f.head+4]
		f.head += 4
	}
	return f, uint64(f.head) + f.size, true
}

func (f *frameHead) unmask(p []byte) []byte {
	p = bytes.Clone(p)
	if f.mask != nil {
		for i := range p {
			p[i] ^= f.mask[i%4]
		}
	}
	return p
}

// largeFrame passes over a frame that nobody keeps.
func (c *conn) largeFrame(base Item, w *webSide, f *frameHead) Item {
	base.Kind, base.Size, base.Message = Part, int(min(f.size, 1<<62)), true
	base.Text = f.unmask(w.buf[f.head:min(len(w.buf), f.head+check.Shown)])
	base.Broken = c.judges(func() []check.Violation { return c.judge.Endless(base.Side, base.At) })
	w.skip = f.size
	w.buf = w.buf[f.head:]
	return base
}

// frame takes one frame in; whole tells that there is something to show.
func (c *conn) frame(base Item, w *webSide, f *frameHead, payload []byte) (item Item, whole bool) {
	base.Message = true
	if f.op >= opClose {
		base.Kind, base.Size, base.Text = Control, len(payload), payload
		base.Note = map[byte]string{opClose: "close", opPing: "ping", opPong: "pong"}[f.op]
		if f.op == opClose && len(payload) >= 2 {
			base.Note += " " + strconv.Itoa(int(binary.BigEndian.Uint16(payload)))
			base.Text = payload[2:]
		}
		return base, true
	}
	if f.op != opContinue {
		w.message, w.size, w.text = nil, 0, f.op == opText && !f.packed
	}
	w.size += len(payload)
	w.message = append(w.message, payload[:min(len(payload), max(0, check.Largest-len(w.message)))]...)
	if !f.last {
		return base, false
	}
	base.Text, base.Size = bytes.TrimRight(w.message, "\r\n"), w.size
	w.message = nil
	switch {
	case !w.text:
		base.Kind = Bytes
		base.Text = base.Text[:min(len(base.Text), check.Shown)]
		return base, true
	case w.size > check.Largest:
		base.Kind, base.Text = Part, base.Text[:check.Shown]
		base.Broken = c.judges(func() []check.Violation { return c.judge.Endless(base.Side, base.At) })
		return base, true
	}
	base.Kind = Object
	base.Broken = c.judges(func() []check.Violation { return c.judge.From(base.Side, base.Text, base.At) })
	base.Trip = c.judge.RoundTrip()
	return base, true
}
