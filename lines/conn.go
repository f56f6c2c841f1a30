package lines

import (
	"crypto/rand"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"

	"jim/chat"
	"jim/wire"
)

// Conn is a [chat.Conn] whose peer is a person who types lines.
type Conn struct {
	// static after New
	stream io.ReadWriteCloser
	peer   *chat.Peer
	safe   bool   // nobody on the way can read a password
	prefix string // of the ids of this connection's requests

	// owned by the reader
	chunk []byte // what has come and was not looked at; lies in one of chunks
	whole *[chunkSize]byte
	typed typed
	next  []byte // a request that Ready found
	asked uint64 // number of the last request
	ended bool   // the stream has come to its end
	bid   bool   // and the person was told what became of it

	// owned by the writer
	out []byte // lines to be written

	mu       sync.Mutex
	answered sync.Cond // the command under way was answered, or the connection closed
	closed   bool
	command  *command // under way; nil = none
	person
}

// person is what is known of who types. It is guarded by Conn.mu.
type person struct {
	lang    lang
	chosen  bool   // lang was chosen, or guessed
	greeted bool   // how to begin was said, or is known
	me      string // "" = not logged in
	here    string // the conversation that text goes to; "" = none
	kept    int    // messages of this connection that were kept
	secret  secret // what the next line is, if a password
	telnet  bool   // lines end with CR LF
	plain   bool   // a program of IRC, which ends its lines like a telnet and is none
	hiding  bool   // telnet was asked not to show what is typed
	owed    []byte // of telnet's own talk
}

const chunkSize = 2 << 10

// chunks are what the reader reads into. One is held only while there is something
// in it.
var chunks = sync.Pool{New: func() any { return new([chunkSize]byte) }}

// New talks in lines over stream with peer. Reading nothing from stream may wait
// until there is something to read; it is tried before each read, so that no
// buffer is held while nobody types. Closing stream must wake who reads and
// writes there.
func New(stream io.ReadWriteCloser, peer *chat.Peer) *Conn {
	p := *peer
	p.Person = true
	c := &Conn{stream: stream, peer: &p, prefix: rand.Text()[:13] + "-"}
	c.safe = p.Local || p.Transport == "tls"
	c.answered.L = &c.mu
	return c
}

// Peer is [chat.Conn]'s.
func (c *Conn) Peer() *chat.Peer { return c.peer }

// Close is [chat.Conn]'s.
func (c *Conn) Close() error {
	c.mu.Lock()
	c.closed = true
	c.answered.Broadcast()
	c.mu.Unlock()
	return c.stream.Close()
}

// Read is [chat.Conn]'s. Where the stream ends, what was typed last is done first,
// also without a line ending, and the person is told what became of it.
func (c *Conn) Read() ([]byte, error) {
	if request := c.next; request != nil {
		c.next = nil
		return request, nil
	}
	for {
		if !c.wait() {
			return nil, net.ErrClosed
		}
		request, err := c.look()
		if request != nil || err != nil {
			return request, err
		}
		if c.ended {
			return nil, io.EOF
		}
		if err := c.fill(); err != nil {
			return nil, err
		}
	}
}

// Ready is [chat.Conn]'s. It looks at what has come, so that it knows.
func (c *Conn) Ready() bool {
	c.mu.Lock()
	busy := c.command != nil
	c.typed.telnet.echoing = c.hiding
	c.mu.Unlock()
	if busy || c.next != nil || len(c.chunk) == 0 {
		return c.next != nil
	}
	c.next, _ = c.look() // an error comes again
	return c.next != nil
}

// wait returns when no command is under way, or false when the connection is closed.
func (c *Conn) wait() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.command != nil && !c.closed {
		c.answered.Wait()
	}
	c.typed.telnet.echoing = c.hiding
	return !c.closed
}

// errEndless is what ends a connection that sends bytes and never a line.
var errEndless = wire.Errorf(wire.TooLarge, "a line of more than %d bytes", endlessMost).Goodbye()

// look returns the request that what has come means, or nil where it means none
// yet.
func (c *Conn) look() ([]byte, error) {
	for len(c.chunk) > 0 {
		n, what := c.typed.take(c.chunk)
		c.chunk = c.chunk[n:]
		if request := c.happen(what); request != nil {
			return request, nil
		}
		if what == endless {
			c.chunk = c.chunk[:0]
			c.typed.since = endlessMost // one more byte is too many again
			return nil, errEndless
		}
	}
	c.release()
	if c.ended {
		return c.last(), nil
	}
	return c.oweTelnet(), nil
}

// happen makes a request of what was typed; nil = none is needed.
func (c *Conn) happen(what happening) []byte {
	switch what {
	case lineDone:
		line, ok, tooLong := c.typed.next()
		c.mu.Lock()
		defer c.mu.Unlock()
		c.plain = c.plain || ok && c.me == "" && !c.typed.telnet.spoken && isIRC(line)
		c.noteTelnet()
		return c.line(line, ok, tooLong)
	case wantsOut:
		c.typed.next()
		c.mu.Lock()
		defer c.mu.Unlock()
		c.noteTelnet()
		return c.quit("")
	case asksWho:
		c.mu.Lock()
		defer c.mu.Unlock()
		c.noteTelnet()
		return c.tell(sayThere.in(c.lang))
	}
	return nil
}

// last is what is done at the end of the stream: the line that has no end, and then
// a word on what became of it all.
func (c *Conn) last() []byte {
	if c.typed.begun() {
		if request := c.happen(lineDone); request != nil {
			return request
		}
	}
	if c.bid {
		return nil
	}
	c.bid = true
	c.mu.Lock()
	defer c.mu.Unlock()
	c.secret = secret{}
	return c.ask(command{answer: (*Conn).gone}, wire.ActPing)
}

// oweTelnet has the answers of telnet written.
func (c *Conn) oweTelnet() []byte {
	if len(c.typed.telnet.owed) == 0 {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.noteTelnet()
	return c.tell("")
}

// noteTelnet hands to the writer what the reader knows of telnet, and back. The
// caller holds mu.
func (c *Conn) noteTelnet() {
	if c.telnet = c.typed.isTelnet(); c.telnet && !c.plain {
		c.typed.telnet.wantBytes()
	}
	c.owed = append(c.owed, c.typed.telnet.owed...)
	c.typed.telnet.owed = nil
}

// fill waits until something comes: without a buffer where nothing has been begun.
func (c *Conn) fill() (err error) {
	if c.typed.rests() {
		_, err = c.stream.Read(nil)
	}
	n := 0
	if err == nil {
		c.whole = chunks.Get().(*[chunkSize]byte)
		n, err = c.stream.Read(c.whole[:])
		c.chunk = c.whole[:n]
	}
	if errors.Is(err, io.EOF) {
		c.ended, err = true, nil
	}
	if n > 0 {
		return nil // an error that came with bytes comes again
	}
	return err
}

// release gives the chunk back.
func (c *Conn) release() {
	if c.whole != nil {
		chunks.Put(c.whole)
		c.whole, c.chunk = nil, nil
	}
}

// id is the id of the next request. One of a message is kept for ever, so it must
// be nobody else's.
func (c *Conn) id() string {
	c.asked++
	return c.prefix + strconv.FormatUint(c.asked, 10)
}

// mine tells whether an id is of this connection's requests.
func (c *Conn) mine(id string) bool { return strings.HasPrefix(id, c.prefix) }
