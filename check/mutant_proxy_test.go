package check_test

import (
	"net"
	"sync"
	"time"

	"github.com/go-json-experiment/json"

	"jim/wire"
)

// recording is what travelled through a proxy: the objects of each connection, in the order in which they were
// opened.
type recording struct {
	mu    sync.Mutex
	lines []*changed
}

func (r *recording) down() [][][]byte { return r.all(func(c *changed) [][]byte { return c.came }) }
func (r *recording) up() [][][]byte   { return r.all(func(c *changed) [][]byte { return c.sent }) }

func (r *recording) all(of func(*changed) [][]byte) (list [][][]byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.lines {
		c.mu.Lock()
		list = append(list, of(c))
		c.mu.Unlock()
	}
	return list
}

// changed is one connection through a proxy that changes one thing.
type changed struct {
	tape           *recording
	m              *mutant // nil = nothing is changed
	number         int
	client, server net.Conn
	whole          bool // an object is a datagram

	mu         sync.Mutex
	came, sent [][]byte
	held       []byte // waits for the next one
	together   []byte // waits to be sent in one piece
}

// add begins to note a connection.
func (r *recording) add(c *changed) *changed {
	r.mu.Lock()
	defer r.mu.Unlock()
	c.tape, c.number = r, len(r.lines)
	r.lines = append(r.lines, c)
	return c
}

// close ends all connections.
func (r *recording) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.lines {
		_, _ = c.client.Close(), c.server.Close()
	}
}

// changing listens in front of a server of a transport and changes one thing in what passes, until it is closed.
func changing(over, to string, m *mutant) (address string, tape *recording, end func(), err error) {
	if over == "udp" {
		return changingDatagrams(to, m)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, nil, err
	}
	tape = &recording{}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", to)
			if err != nil {
				_ = client.Close()
				continue
			}
			c := tape.add(&changed{m: m, client: client, server: server})
			switch over {
			case "http":
				all.Go(c.carryRequest)
				all.Go(c.carryResponse)
			case "ws":
				all.Go(c.carryRequest)
				all.Go(c.carryFrames)
			default:
				all.Go(c.carryUp)
				all.Go(c.carryDown)
			}
		}
	})
	return over + "://" + listener.Addr().String(), tape, func() {
		_ = listener.Close()
		tape.close()
		all.Wait()
	}, nil
}

// here tells whether the nth object of this connection is the one, or one of those.
func (c *changed) here(at int) bool {
	switch {
	case c.m == nil:
		return false
	case c.m.on && c.number > c.m.conn:
		return true
	}
	return c.m.conn == c.number && (c.m.at == at || c.m.on && at > c.m.at)
}

// objectsOf reads the objects of a stream, until each says that it is enough.
func objectsOf(from net.Conn, each func(object []byte) bool) {
	cut := wire.Cutter{MaxBytes: 1 << 20, MaxDepth: 64}
	var rest []byte
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		rest = append(rest, buf[:n]...)
		for {
			o, done, fault := cut.Cut(rest)
			if o != nil && !each(o) {
				return
			}
			rest = rest[done:]
			if o == nil && fault == nil {
				break
			}
		}
		if err != nil {
			return
		}
	}
}

// carryUp hands on bytes as they are, since what a client sends need not be objects, and notes the objects.
func (c *changed) carryUp() {
	defer c.server.(*net.TCPConn).CloseWrite()
	noted, note := net.Pipe()
	var noting sync.WaitGroup
	defer noting.Wait()
	defer note.Close()
	noting.Go(func() { objectsOf(noted, c.sends) })
	buf := make([]byte, 64<<10)
	for {
		n, err := c.client.Read(buf)
		if n > 0 {
			c.mu.Lock()
			it := c.here(len(c.sent))
			c.mu.Unlock()
			p := buf[:n]
			switch {
			case it && c.m.loses:
				p = nil
			case it && c.m.turns:
				p = ping(p)
			}
			if _, err := c.server.Write(p); err != nil {
				return
			}
			if _, err := note.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// ping is a ping with the id of a request.
func ping(request []byte) []byte {
	var m object
	if json.Unmarshal(request, &m) != nil {
		return request
	}
	b, _ := json.Marshal(object{"action": "ping", "id": m["id"]})
	return append(b, '\n')
}

// said is what others have sent.
func (c *changed) said() (list [][]byte) {
	for _, other := range c.others() {
		other.mu.Lock()
		list = append(list, other.sent...)
		other.mu.Unlock()
	}
	return list
}

// with is an object that has what others have sent as its events.
func with(o []byte, said [][]byte) []byte {
	var m object
	if json.Unmarshal(o, &m) != nil {
		return o
	}
	var events []any
	for _, s := range said {
		var e object
		if json.Unmarshal(s, &e) == nil {
			events = append(events, e)
		}
	}
	m["events"] = events
	b, _ := json.Marshal(m)
	return b
}

// sends notes an object of the client.
func (c *changed) sends(o []byte) bool {
	var kept [][]byte
	if c.m != nil && c.m.kept {
		kept = c.said()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	at := len(c.sent)
	o = append([]byte(nil), o...)
	c.sent = append(c.sent, o)
	if c.here(at) && c.m.reply != nil {
		c.tell(c.m.reply(o))
	}
	if c.here(at) {
		for _, o := range kept {
			c.tell(o)
		}
	}
	return true
}

func (c *changed) carryDown() {
	defer func() {
		c.mu.Lock()
		c.flush()
		c.mu.Unlock()
		if c.m == nil || !c.m.stays || c.m.conn != c.number {
			_ = c.client.Close()
		}
	}()
	objectsOf(c.server, c.comes)
}

// comes hands on an object of the server; false = the connection ends.
func (c *changed) comes(o []byte) bool {
	o = append([]byte(nil), o...)
	var said [][]byte
	if c.m != nil && c.m.has {
		said = c.said()
	}
	c.mu.Lock()
	at := len(c.came)
	c.came = append(c.came, o)
	out := [][]byte{o}
	it := c.here(at)
	switch {
	case it && c.m.has:
		out = [][]byte{with(o, said)}
	case it && c.m.edit != nil:
		out = c.m.edit(o)
	case it && c.m.hold:
		c.held, out = o, nil
	case c.held != nil:
		out, c.held = append(out, c.held), nil
	}
	for _, o := range out {
		c.tell(o)
	}
	c.mu.Unlock()
	if it && c.m.leak {
		for _, other := range c.others() {
			other.mu.Lock()
			other.tell(o)
			other.mu.Unlock()
		}
	}
	return !it || !c.m.ends
}

// others are the connections that are there besides this one.
func (c *changed) others() (list []*changed) {
	c.tape.mu.Lock()
	defer c.tape.mu.Unlock()
	for _, other := range c.tape.lines {
		if other != c {
			list = append(list, other)
		}
	}
	return list
}

// tell writes an object to the client. It is called with the connection locked.
func (c *changed) tell(o []byte) {
	tail := "\n"
	if c.whole {
		tail = ""
	}
	if c.m != nil && c.m.conn == c.number {
		if c.m.tail != "" {
			tail = c.m.tail
		}
		if c.m.glued {
			if c.together == nil {
				time.AfterFunc(200*time.Millisecond, func() {
					c.mu.Lock()
					defer c.mu.Unlock()
					c.flush()
				})
			}
			c.together = append(append(c.together, o...), tail...)
			return
		}
	}
	_, _ = c.client.Write(append(append([]byte(nil), o...), tail...)) // who has gone is not told
}

func (c *changed) flush() {
	if c.together != nil {
		_, _ = c.client.Write(c.together)
		c.together = nil
	}
}
