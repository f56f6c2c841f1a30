package tap

import (
	"bytes"
	"strings"
	"time"

	"jim/check"
)

// conn is what a tap knows of one connection. Only the feed's run uses it.
type conn struct {
	number    int
	datagrams bool
	judge     check.Judge
	way       way
	begun     []byte // what the client has sent while it does not tell the way
	blind     bool   // bytes were lost: what follows is shown and not judged
	last      time.Time
	sides     [3]side
}

// way is what a connection carries.
type way uint8

const (
	unknown way = iota // the client has said nothing yet
	objects
	typed  // lines of a person
	web    // HTTP
	socket // WebSocket, after HTTP
	sealed // TLS, or something else that is not for eyes
)

// side is one direction.
type side struct {
	split check.Splitter
	line  []byte // begun and not ended
	web   webSide
	over  bool
}

func newConn(number int, datagrams bool) *conn {
	c := &conn{number: number, datagrams: datagrams}
	c.judge.Datagrams = datagrams
	return c
}

// see makes items of a glimpse.
func (c *conn) see(g *glimpse) []Item {
	base := Item{Kind: g.kind, Side: g.side, At: g.at, Note: g.note}
	switch g.kind {
	case Bytes:
		if c.datagrams {
			return []Item{c.datagram(base, g.data)}
		}
		return c.segment(base, g.data)
	case Lost:
		c.blind = true
		c.sides[g.side].split, c.sides[g.side].line = check.Splitter{}, nil
		base.Size = g.lost
	case Ended:
		return c.ended(base)
	}
	return []Item{base}
}

// judges lets the judge look, unless it has missed something.
func (c *conn) judges(look func() []check.Violation) []check.Violation {
	if c.blind {
		return nil
	}
	return look()
}

// datagram is one datagram as an item.
func (c *conn) datagram(i Item, data []byte) Item {
	i.Datagram, i.Size, i.Text = true, len(data), bytes.TrimRight(data, " \r\n")
	if !bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		i.Kind = Bytes
	} else {
		i.Kind = Object
	}
	i.Broken = c.judges(func() []check.Violation { return c.judge.From(i.Side, i.Text, i.At) })
	i.Trip = c.judge.RoundTrip()
	return i
}

// segment makes items of what one read of a stream brought.
func (c *conn) segment(base Item, data []byte) []Item {
	if c.way == unknown && base.Side == check.FromClient {
		c.begun = append(c.begun, data...)
		if c.way = tell(c.begun); c.way == unknown {
			return nil
		}
		data, c.begun = c.begun, nil
	}
	switch c.way {
	case typed:
		return c.lines(base, data)
	case web, socket:
		return c.webSegment(base, data)
	case sealed:
		base.Kind, base.Size, base.Text = Bytes, len(data), data[:min(len(data), check.Shown)]
		return []Item{base}
	}
	return c.pieces(base, data)
}

// methods are how a request of HTTP can begin.
var methods = []string{"GET ", "POST ", "PUT ", "HEAD ", "OPTIONS ", "DELETE ", "PATCH ", "CONNECT ", "PRI "}

// mostSpace bounds white space before anything is said.
const mostSpace = 4 << 10

// tell tells what a client is by its first bytes, as the second section of the protocol and
// docs/dialects.md have it; unknown where there are too few.
func tell(data []byte) way {
	whole := data
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	data = bytes.TrimLeft(data, " \t\r\n")
	for _, method := range methods {
		switch {
		case bytes.HasPrefix(data, []byte(method)):
			return web
		case len(whole) < mostSpace && strings.HasPrefix(method, string(data)):
			return unknown // also where nothing was said yet
		}
	}
	if len(data) == 0 {
		return typed
	}
	switch b := data[0]; {
	case b == 0x16, b == 0x80:
		return sealed // TLS, pickle
	case bytes.IndexByte([]byte(`{["-:,]}0123456789`), b) >= 0, b < ' ' && b != '\b' && b != 0x1b:
		return objects
	}
	return typed
}

// pieces are the objects in a segment.
func (c *conn) pieces(base Item, data []byte) (all []Item) {
	s := &c.sides[base.Side]
	for _, p := range s.split.Feed(data) {
		i := base
		i.Text, i.Size = p.Bytes, p.Size
		i.Kind = map[check.PieceKind]Kind{check.Whole: Object, check.Stray: Stray, check.Endless: Part}[p.Kind]
		i.Broken = c.judges(func() []check.Violation { return c.judge.Piece(i.Side, p, i.At) })
		if p.Kind == check.Whole {
			i.Trip = c.judge.RoundTrip()
		}
		all = append(all, i)
	}
	return all
}

// lines are the lines in a segment. A line that has not ended is shown when it is long, or when
// the connection ends.
func (c *conn) lines(base Item, data []byte) (all []Item) {
	s := &c.sides[base.Side]
	for len(data) > 0 {
		end := bytes.IndexByte(data, '\n') + 1
		whole := end > 0
		if !whole {
			end = len(data)
		}
		s.line = append(s.line, data[:min(end, max(check.Shown-len(s.line), 0))]...)
		data = data[end:]
		if whole || len(s.line) >= check.Shown {
			all = append(all, s.flush(base)...)
		}
	}
	if c.way != typed || base.Side == check.FromServer {
		all = append(all, s.flush(base)...) // a body, or a question that waits for its answer on the same line
	}
	return all
}

// flush shows the line that has begun.
func (s *side) flush(base Item) []Item {
	if len(s.line) == 0 {
		return nil
	}
	base.Kind, base.Size = Line, len(s.line)
	base.Text = bytes.TrimRight(s.line, "\r\n")
	s.line = nil
	return []Item{base}
}

// ended makes items of the end of one side.
func (c *conn) ended(base Item) (all []Item) {
	s := &c.sides[base.Side]
	s.over = true
	base.Last = c.sides[check.FromClient].over && c.sides[check.FromServer].over
	if base.Side == check.FromClient && len(bytes.TrimSpace(c.begun)) > 0 {
		s.line, c.begun = c.begun, nil
	}
	all = s.flush(base)
	if rest := s.split.Rest(); len(rest) > 0 {
		i := base
		i.Kind, i.Text, i.Size = Stray, bytes.Clone(rest), len(rest)
		all = append(all, i)
	}
	base.Broken = c.judges(func() []check.Violation {
		if c.way != objects && c.way != unknown {
			return nil
		}
		var found []check.Violation
		if s.split.NoLF() {
			found = c.judge.Unended(base.Side, base.At)
		}
		return append(found, c.judge.End(base.Side, s.split.Partial(), base.At)...)
	})
	return append(all, base)
}
