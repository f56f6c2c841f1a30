package dialect

import (
	"crypto/rand"
	"errors"
	"sync"
	"time"

	"github.com/go-json-experiment/json"

	"jim/chat"
	"jim/wire"
)

// Pauses between two objects to a program that takes one read for one object, and
// when to give up on one that takes nothing.
const (
	pause     = 75 * time.Millisecond   // 50 to 100 ms is what such programs need
	longPause = 1200 * time.Millisecond // for those that look once a second
	stalled   = time.Minute
)

// strikesMax is how many broken objects one after another end a connection.
const strikesMax = 20

// conn speaks JIM/2 for one program. The session's reader calls Read and Ready, its
// writer Write; mu guards what both use.
type conn struct {
	inner chat.Conn
	in    *Interpreter
	peer  chat.Peer
	gone  chan struct{} // closed by Close
	close sync.Once

	// the reader's own
	first []byte      // the object that told the dialect; nil = it was read
	ready [][]byte    // requests for the chat
	wrong *wire.Error // what was refused; Read returns it next
	said  int         // messages so far

	enters bool // it has said who it is, and may have been let in

	strikes int // broken objects since the last good one

	// the writer's own
	last      time.Time // when an object was last written
	lastEvent bool      // and it was no answer

	mu      sync.Mutex
	speech  speech
	waiting []reply // what becomes of the responses that are to come, in order
	out     []parcel
	over    bool // close when out is written
}

// parcel is one object for the program.
type parcel struct {
	object object
	event  bool // it answers nothing
}

// reply makes of the chat's response what the program is told. conn.mu is held.
type reply func(*wire.Response)

func newConn(in *Interpreter, c chat.Conn, first []byte) *conn {
	d := &conn{inner: c, in: in, peer: *c.Peer(), gone: make(chan struct{}), first: append([]byte(nil), first...)}
	d.speech.prefix = rand.Text()[:12] + "."
	return d
}

// Read returns the next request that the program means.
func (c *conn) Read() ([]byte, error) {
	for {
		if len(c.ready) > 0 {
			next := c.ready[0]
			c.ready = c.ready[1:]
			return next, nil
		}
		if bad := c.wrong; bad != nil {
			c.wrong = nil
			return nil, bad
		}
		object := c.first
		c.first = nil
		if object == nil {
			var err error
			if object, err = c.inner.Read(); err != nil {
				return nil, c.broken(err)
			}
		}
		s, bad := parse(object)
		if bad == nil {
			bad = c.fits(s, object)
		}
		if bad != nil {
			return nil, c.broken(bad)
		}
		c.strikes = 0
		c.take(s)
	}
}

// broken counts an object that cannot be understood, and returns what Read does of it.
func (c *conn) broken(err error) error {
	var bad *wire.Error
	if !errors.As(err, &bad) || bad.Close {
		return err
	}
	if c.strikes++; c.strikes >= strikesMax {
		return wire.Errorf(wire.BadRequest, "%d broken objects one after another", c.strikes).Goodbye()
	}
	return c.refuse(bad)
}

// refuse has the session answer, in its turn, what cannot be asked of it. So it also counts how
// much of that there is. Read must return what refuse does.
func (c *conn) refuse(bad *wire.Error) *wire.Error {
	return c.refuseWith(bad, func(r *wire.Response) { c.tellError(errorOf(r), "") })
}

// refuseWith is refuse that tells the program of it in another way.
func (c *conn) refuseWith(bad *wire.Error, then reply) *wire.Error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waiting = append(c.waiting, then)
	return bad
}

// Ready is [chat.Conn]'s.
func (c *conn) Ready() bool { return len(c.ready) > 0 || c.wrong != nil || c.inner.Ready() }

// send hands a request to the chat. then is told the response.
func (c *conn) send(q ask, then reply) {
	data, err := json.Marshal(q)
	if err != nil { // only a text that is no UTF-8 can do that, and none was decoded
		c.in.log.Error("a request of a dialect is no JSON", "action", q.Action, "err", err)
		return
	}
	c.mu.Lock()
	c.waiting = append(c.waiting, then)
	c.mu.Unlock()
	c.ready = append(c.ready, data)
}

// local does something in its turn, after the answers to everything before.
func (c *conn) local(do func()) {
	c.send(ask{Action: wire.ActPing}, func(*wire.Response) { do() })
}

// Write tells the program what the chat says, one object at a time.
func (c *conn) Write(batches []*wire.Batch) error {
	for _, b := range batches {
		for i := range b.Len() {
			out, over := c.understand(b.Object(i))
			for _, p := range out {
				if err := c.write(p); err != nil {
					return err
				}
			}
			if over {
				return c.Close()
			}
		}
	}
	return nil
}

// understand turns an object of JIM/2 into what the program is told.
func (c *conn) understand(object []byte) (out []parcel, over bool) {
	m, err := wire.DecodeFromServer(object)
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case err != nil:
		c.in.log.Error("the chat said what is no JIM/2", "err", err)
	case m.Event != nil:
		c.tellEvent(m.Event)
	case len(c.waiting) > 0:
		then := c.waiting[0]
		c.waiting[0] = nil
		c.waiting = c.waiting[1:]
		then(m.Response)
	case m.Response.Code.IsError():
		c.tellError(errorOf(m.Response), "")
	}
	out, c.out = c.out, nil
	return out, c.over
}

// write writes one object when the program has had time to read the one before.
func (c *conn) write(p parcel) error {
	if c.peer.Packets && !c.last.IsZero() && !c.wait(c.gap(p)) {
		return errClosed
	}
	b := new(wire.Batch)
	b.Append(func(dst []byte) []byte { return append(dst, p.object...) })
	watch := time.AfterFunc(stalled, func() {
		c.in.log.Info("a program takes nothing", "peer", c.peer.Address)
		c.Close()
	})
	err := c.inner.Write([]*wire.Batch{b})
	watch.Stop()
	c.last, c.lastEvent = time.Now(), p.event
	return err
}

var errClosed = errors.New("dialect: closed")

// gap is the pause before p. Programs that look once a second read the answers to
// what they ask at once: those need no long pause after one another.
func (c *conn) gap(p parcel) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.speech.polls && (p.event || c.lastEvent) {
		return longPause
	}
	return pause
}

// wait waits until d after the last write, and tells whether the connection is
// still open.
func (c *conn) wait(d time.Duration) bool {
	left := time.Until(c.last.Add(d))
	if left <= 0 {
		return true
	}
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-c.gone:
		return false
	}
}

// Close is [chat.Conn]'s.
func (c *conn) Close() error {
	c.close.Do(func() {
		close(c.gone)
		c.mu.Lock()
		name := c.speech.name
		c.mu.Unlock()
		c.in.forget(name, c)
	})
	return c.inner.Close()
}

// Peer is that of the connection, with what a handshake has proved.
func (c *conn) Peer() *chat.Peer { return &c.peer }
