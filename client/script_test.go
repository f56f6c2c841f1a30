package client

import (
	"context"
	"fmt"
	"net"
	"testing"

	"github.com/go-json-experiment/json"

	"jim/wire"
)

// network is a wire between a client and a server that a test plays by hand.
type network struct {
	t     *testing.T
	conns chan net.Conn // the server's ends, one for each Dial
	down  bool          // nobody listens
}

func newNetwork(t *testing.T) *network { return &network{t: t, conns: make(chan net.Conn, 64)} }

func (n *network) dial(context.Context, string, string) (net.Conn, error) {
	if n.down {
		return nil, fmt.Errorf("nobody there")
	}
	here, there := net.Pipe()
	n.conns <- there
	return here, nil
}

// peer is the server's end of one connection.
type peer struct {
	t *testing.T
	s *stream
}

func (n *network) accept() *peer {
	n.t.Helper()
	return &peer{n.t, newStream(<-n.conns)}
}

// hear reads the next request, which must be action, and returns it.
func (p *peer) hear(action string) *wire.Request {
	p.t.Helper()
	q := p.next()
	if q.Action != action {
		p.t.Fatalf("heard %+v, want %s", q, action)
	}
	return q
}

// next reads the next request, whatever it asks.
func (p *peer) next() *wire.Request {
	p.t.Helper()
	object, err := p.s.read()
	if err != nil {
		p.t.Fatalf("waiting for a request: %v", err)
	}
	q := new(wire.Request)
	if err := new(wire.Decoder).Request(object, wire.JIM2, q); err != nil {
		p.t.Fatalf("%s: %v", object, err)
	}
	return q
}

// say writes an object, format filled with args; strings are given as %q.
func (p *peer) say(format string, args ...any) {
	p.t.Helper()
	if _, err := fmt.Fprintf(p.s, format+"\n", args...); err != nil {
		p.t.Fatal(err)
	}
}

// tell says an event of a conversation.
func (p *peer) tell(to string, seq int) {
	p.t.Helper()
	p.say(`{"action":"msg","to":%q,"from":"bob","seq":%d,"message":"m%d"}`, to, seq, seq)
}

// welcome lets ann in, and answers the sync of a client that listens.
func (p *peer) welcome(quiet bool) *wire.Request {
	p.t.Helper()
	q := p.hear(wire.ActPresence)
	p.say(`{"response":200,"jim":2,"user":{"account_name":"ann"}}`)
	if !quiet {
		p.say(`{"response":200,"id":%q}`, p.hear(wire.ActSync).ID)
	}
	return q
}

// start dials with a server that lets ann in.
func start(t *testing.T, n *network, o Options) (*Client, *peer) {
	t.Helper()
	o.Name, o.Dial = or(o.Name, "ann"), n.dial
	got := make(chan *peer, 1)
	go func() {
		p := n.accept()
		p.welcome(o.Quiet)
		got <- p
	}()
	c, err := Dial(t.Context(), "tcp://chat.example:1", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c, <-got
}

// next is the next event as "to seq", "behind to seq" for that one.
func next(t *testing.T, c *Client) string {
	t.Helper()
	e, ok := <-c.Events()
	if !ok {
		return "closed: " + c.Err().Error()
	}
	switch {
	case e.Action == wire.ActMsg:
		return fmt.Sprint(e.To, " ", e.Seq)
	}
	return fmt.Sprint(e.Action, " ", e.To, " ", e.Seq)
}

func wantEvents(t *testing.T, c *Client, want ...string) {
	t.Helper()
	for _, w := range want {
		if got := next(t, c); got != w {
			t.Fatalf("event %q, want %q", got, w)
		}
	}
}

// page answers a history request with the entries from–to of a conversation.
func (p *peer) page(q *wire.Request, to string, first, last int, more bool) {
	p.t.Helper()
	r := wire.Response{Code: wire.OK, ID: q.ID, More: more}
	for i := first; i <= last; i++ {
		r.Events = append(r.Events, wire.Event{Action: wire.ActMsg, To: to, From: "bob", Seq: uint64(i), Message: "m"})
	}
	b, err := json.Marshal(&r)
	if err != nil {
		p.t.Fatal(err)
	}
	p.say("%s", b)
}
