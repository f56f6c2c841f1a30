package sim

import (
	"bytes"
	"io"
	"sync"
	"sync/atomic"

	"jim/chat"
	"jim/wire"
)

// roomy is the window of a connection whose client reads.
const roomy = 1 << 30

// conn is a connection as the server has it, and the network behind it: bytes on
// their way, in both directions, that may never arrive.
type conn struct {
	n     int
	label string // of the session, in histories
	peer  chat.Peer

	// the scheduler's
	device *device
	up     []byte // sent by the client, and on its way
	rest   []byte // received by the client, and no whole object yet
	half   bool   // the client has said all it wants
	lags   bool   // the client receives nothing for a while

	resumes   bool // it logged in with since
	weighs    bool // the client has lagged and does not any more
	lagWindow int  // of the last lag
	largest   int  // bytes of the largest group that was told since, about

	syncing atomic.Bool // a sync is under way

	wrong rewrite // what is written instead; nil = what should be

	calls int // of the store, by its session so far; the session's goroutine

	mu      sync.Mutex
	changed sync.Cond
	in      []byte // arrived from the client
	taken   int    // of in, by the session
	end     error  // after what is in; nil = the client may say more
	grants  int    // objects that may be read in this step
	cutter  wire.Cutter
	out     []byte // written by the server and not received
	window  int    // how long out may become
	closed  bool   // by the server
	gone    bool   // nobody is there to receive
	served  bool   // Serve has returned
}

func newConn(n int, label string, d *device) *conn {
	c := &conn{
		n: n, label: label, device: d, window: roomy,
		peer:   chat.Peer{Transport: "sim", Address: label, Local: true, UID: -1},
		cutter: wire.Cutter{MaxBytes: int32(wire.JIM2.Object), MaxDepth: uint8(wire.JIM2.Depth)},
	}
	c.changed.L = &c.mu
	return c
}

// Read returns an object when the schedule grants it.
func (c *conn) Read() ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		if c.closed {
			return nil, io.ErrClosedPipe
		}
		whole := bytes.IndexByte(c.in[c.taken:], '\n') >= 0
		if c.end != nil && !whole {
			return nil, c.end
		}
		if whole && c.grants > 0 {
			object, done, err := c.cutter.Cut(c.in[c.taken:])
			c.taken += done
			if err != nil {
				return nil, err
			}
			if object != nil {
				c.grants--
				return object, nil
			}
			continue
		}
		c.changed.Wait()
	}
}

// Ready tells whether Read would return at once.
func (c *conn) Ready() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.grants > 0 && bytes.IndexByte(c.in[c.taken:], '\n') >= 0
}

// Write waits while the window is full.
func (c *conn) Write(batches []*wire.Batch) error {
	if c.wrong != nil {
		batches = c.wrong(batches)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, b := range batches {
		for data := b.Bytes(); len(data) > 0; {
			for !c.closed && !c.gone && len(c.out) >= c.window {
				c.changed.Wait()
			}
			switch {
			case c.closed:
				return io.ErrClosedPipe
			case c.gone && c.end != io.EOF:
				return io.ErrUnexpectedEOF // reset
			case c.gone:
				return nil // nobody has noticed yet
			}
			n := min(len(data), c.window-len(c.out))
			c.out = append(c.out, data[:n]...)
			data = data[n:]
		}
	}
	return nil
}

// Close ends the connection on the server's side; what was written still arrives.
func (c *conn) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	c.changed.Broadcast()
	return nil
}

// Peer tells who is there.
func (c *conn) Peer() *chat.Peer { return &c.peer }

// arrive lets n bytes of what is on its way come to the server.
func (c *conn) arrive(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.in = append(c.in, c.up[:n]...)
	c.up = c.up[n:]
}

// grant lets the session read some objects.
func (c *conn) grant(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.grants = n
	c.changed.Broadcast()
}

// waits tells whether the server could read something.
func (c *conn) waits() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.closed && (len(c.up) > 0 || bytes.IndexByte(c.in[c.taken:], '\n') >= 0)
}

// receive takes up to n bytes that the server has written; over tells that nothing will follow them.
func (c *conn) receive(n int) (got []byte, over bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n = min(n, len(c.out))
	got, c.out = c.out[:n:n], c.out[n:]
	c.changed.Broadcast()
	return got, (c.closed || c.gone) && len(c.out) == 0
}

// lag lets the client receive nothing, and the server write window bytes until it has to wait.
func (c *conn) lag(window int) {
	c.weighs = c.lags && window == roomy
	if c.lags = window < roomy; c.lags {
		c.lagWindow, c.largest = window, 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.window = window
	c.changed.Broadcast()
}

// leave ends the connection on the client's side. With io.EOF the server reads
// what has arrived; any other error is a reset. The client may go on receiving.
func (c *conn) leave(err error, receives bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.up = nil
	if c.end = err; err != io.EOF {
		c.taken = len(c.in)
	}
	c.gone = !receives
	c.changed.Broadcast()
}
