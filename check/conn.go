package check

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"syscall"
	"time"

	"jim/client"
	"jim/wire"
)

// conn is one connection of a check, with a reader of its own.
type conn struct {
	t      *T
	who    string // in the conversation of the report
	name   string // who it has logged in as; "" = nobody yet
	tongue Level
	raw    *client.Raw
	stream net.Conn // nil = there is none below

	// the check's own
	made   int             // requests so far
	asked  string          // the id of the last one
	over   map[string]bool // ids that were answered
	strays []*object       // answers that answer nothing
	aside  []*object       // events that came while an answer was waited for
	wrote  time.Time
	extra  []any // members of the presence besides what it must have

	wake chan struct{} // one place: something came

	mu    sync.Mutex
	inbox []*object
	bytes []byte // what the stream brought, up to logBytes
	size  int    // all that came
	reads int    // of the stream
	end   error  // why nothing more comes; nil = it may
}

const (
	logBytes  = 256 << 10 // of a stream, kept to be looked at
	mostBytes = 16 << 20  // that a server may send to one connection of a check
	mostDepth = 64        // nesting of what a server sends
	gapCourse = 75 * time.Millisecond
)

// dial opens a connection; without one the check is over.
func (t *T) dial(who string) *conn {
	raw, err := t.run.open(t.ctx)
	if err != nil {
		t.fail("a connection to "+t.run.o.Address, err.Error())
	}
	c := &conn{
		t: t, who: who, raw: raw, stream: raw.Stream(), tongue: t.run.o.Level,
		over: map[string]bool{}, wake: make(chan struct{}, 1),
	}
	t.conns = append(t.conns, c)
	t.note(c, "connects")
	t.readers.Go(c.receive)
	return c
}

// dialAgain is a new connection in the place of one that has ended.
func (c *conn) dialAgain() {
	c.raw.Close()
	raw, err := c.t.run.open(c.t.ctx)
	if err != nil {
		c.t.fail("a connection to "+c.t.run.o.Address, err.Error())
	}
	c.mu.Lock()
	c.raw, c.stream, c.end, c.inbox, c.bytes = raw, raw.Stream(), nil, nil, nil
	c.mu.Unlock()
	c.t.note(c, "connects again")
	c.t.readers.Go(c.receive)
}

// receive reads until the connection ends.
func (c *conn) receive() {
	var err error
	if c.stream != nil {
		err = c.receiveStream()
	} else {
		err = c.receiveObjects()
	}
	c.mu.Lock()
	c.end = err
	c.mu.Unlock()
	c.t.note(c, "ends: "+ending(err))
	c.signal()
}

func (c *conn) receiveStream() error {
	cut := wire.Cutter{MaxBytes: mostBytes, MaxDepth: mostDepth}
	buf, from := make([]byte, 0, 64<<10), 0
	for {
		o, done, fault := cut.Cut(buf[from:])
		from += done
		if fault != nil {
			return fmt.Errorf("the server sent what is no object (%s): %s", fault.Text, shown(buf))
		}
		if o != nil {
			if err := c.put(o); err != nil {
				return err
			}
			continue
		}
		rest := copy(buf, buf[from:])
		buf, from = buf[:rest], 0
		if cap(buf)-rest < 16<<10 {
			buf = append(make([]byte, 0, 2*cap(buf)), buf...)
		}
		n, err := c.stream.Read(buf[rest:cap(buf)])
		buf = buf[:rest+n]
		c.keep(buf[rest:])
		if n == 0 && err != nil {
			if cut.Partial() {
				err = errors.Join(err, fmt.Errorf("in the middle of an object: %s", shown(buf)))
			}
			return err
		}
	}
}

func (c *conn) receiveObjects() error {
	for {
		o, err := c.raw.Read()
		if err != nil {
			return err
		}
		c.keep(o)
		if err := c.put(o); err != nil {
			return err
		}
	}
}

// keep remembers what came for those who look at bytes.
func (c *conn) keep(p []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reads++
	c.size += len(p)
	c.bytes = append(c.bytes, p[:min(len(p), logBytes-len(c.bytes))]...)
	c.signal()
}

func (c *conn) put(raw []byte) error {
	o := &object{raw: append([]byte(nil), raw...), at: time.Now()}
	c.t.line(c, Received, raw)
	var err error
	if o.members, err = parse(raw); err != nil {
		return fmt.Errorf("the server sent what is no JSON (%w): %s", err, shown(raw))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	o.read = c.reads
	if c.size > mostBytes {
		return fmt.Errorf("the server sent more than %d bytes", mostBytes)
	}
	c.inbox = append(c.inbox, o)
	c.signal()
	return nil
}

func (c *conn) signal() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// ending says in words why a connection ended.
func ending(err error) string {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF) || err == io.EOF || errors.Is(err, io.EOF) && !strings.Contains(err.Error(), "\n"):
		return "the server closed the connection"
	case errors.Is(err, syscall.ECONNRESET):
		return "the server closed the connection, with a reset"
	case errors.Is(err, net.ErrClosed) || errors.Is(err, context.Canceled):
		return "closed by the check"
	}
	return strings.ReplaceAll(err.Error(), "\n", "; ")
}

// take is the next object that came, waiting until a time; nil with the reason when there is none.
func (c *conn) take(until time.Time) (*object, string) {
	for {
		c.mu.Lock()
		if len(c.inbox) > 0 {
			o := c.inbox[0]
			c.inbox = c.inbox[1:]
			c.mu.Unlock()
			return o, ""
		}
		end := c.end
		c.mu.Unlock()
		if end != nil {
			return nil, ending(end)
		}
		if !c.wait(until) {
			return nil, ""
		}
	}
}

// wait waits until something has come, or a time; then it is false.
func (c *conn) wait(until time.Time) bool {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case <-c.wake:
		return true
	case <-timer.C:
	case <-c.t.ctx.Done():
	}
	return false
}

// write sends bytes exactly as they are; only a stream can.
func (c *conn) write(p []byte) {
	c.t.line(c, Sent, p)
	_ = c.stream.SetWriteDeadline(time.Now().Add(c.t.run.patience()))
	if _, err := c.stream.Write(p); err != nil {
		c.wait(time.Now().Add(100 * time.Millisecond)) // what the server said last explains more than this error
		c.t.note(c, "cannot be written to: "+err.Error())
	}
	c.wrote = time.Now()
}

// send sends one object, which need not be one: with LF on a stream. Programs of the course get one in a
// segment.
func (c *conn) send(text string) {
	if c.stream != nil {
		if c.tongue != JIM2 {
			time.Sleep(time.Until(c.wrote.Add(gapCourse)))
		}
		c.write([]byte(text + "\n"))
		return
	}
	c.t.line(c, Sent, []byte(text))
	if err := c.raw.Write([]byte(text)); err != nil {
		c.t.note(c, "cannot be written to: "+err.Error())
	}
}

// received is what the stream has brought so far.
func (c *conn) received() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]byte(nil), c.bytes...)
}

// close ends the connection from this side.
func (c *conn) close() {
	c.raw.Close()
}
