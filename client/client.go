package client

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"jim/wire"
)

// Options say who the client is and what it wants to hear. Only Name is needed.
type Options struct {
	Name     string // who you are; a UNIX socket may know better, see [Client.Name]
	Password string // for a registered name; not needed with a Token
	Token    string // logs a device in instead of a password
	Device   string // names this device and asks the server for a token

	// OnToken is told the token that the server gave this device, before Dial,
	// or the Do that brought it, returns. It is shown once: keep it where only
	// the user can read it.
	OnToken func(token string)

	// Since says what the caller has: everything up to that seq of each
	// conversation named. What followed comes out of Events. Of a conversation
	// that is not named, events come from now on.
	Since map[string]uint64

	// Log is the name of the log that the numbers in Since are of, from the welcome of the connection on which
	// they were told; "" = not known.
	Log string

	// OnState is told when the connection is lost, is back, or is given up. It is
	// called from the client's own goroutine and must not block or call Close.
	OnState func(State)

	Queue int  // events that wait for the reader of Events; 0 = 1024
	Quiet bool // no events are wanted: none are kept, Events stays silent
	Once  bool // nothing is tried again: Do gives back each refusal, and the client ends with its connection

	// Dialect is JIM/2, or what the server speaks if it is one of the course's. Auto
	// finds out; an older server that refuses a presence of JIM/2 is tried once
	// more as one of the mentors'.
	Dialect Dialect

	Fingerprint string // SHA-256 of the server's certificate in hex; see [Dial]

	// Dial opens network ("tcp", "unix" or "udp") connections; nil = a net.Dialer.
	// QUIC opens a socket of its own.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// State is what became of the connection.
type State struct {
	Kind  StateKind
	Err   error         // why, for Lost and Ended
	Retry time.Duration // for Lost: when the next attempt is made
}

// StateKind is a kind of [State].
type StateKind int

const (
	Lost    StateKind = iota + 1 // the connection is gone, or an attempt to come back failed
	Resumed                      // logged in again; what was missed is on its way
	Ended                        // the client has given up; see [Client.Err]
)

// Client is a login at a server, over as many connections as it takes.
type Client struct {
	o    Options
	to   address
	feed *feed

	ctx    context.Context // ends with Close, or when the client has given up
	cancel context.CancelCauseFunc
	closed chan struct{} // closed by Close only
	memory *memory
	close  sync.Once
	done   sync.WaitGroup
	slots  chan struct{} // one for each request that waits for its answer

	// mu guards what follows. It is never held while the feed is locked, nor
	// across I/O.
	mu       sync.Mutex
	link     *line // nil while there is no connection
	calls    map[string]*call
	made     uint64 // calls made so far: the order in which they are sent again
	name     string
	password string
	token    string
	server   *wire.Response // the answer to the newest presence
	older    Dialect        // what the server speaks; Auto = JIM/2, as far as is known
}

// maxCalls is how many requests may wait for their answers at a time.
const maxCalls = 256

// Dial connects to address, logs in and returns when the server has let it in; ctx
// bounds that and nothing after. It tries once.
//
// Addresses are tcp://host:port, tls://host:port, unix:///path, ws://host:port,
// wss://host:port, quic://host:port and udp://host:port. Over UDP, which has no encryption
// and takes messages of [wire.UDP]'s size only, events that are larger are told as
// "behind". Short forms: a path with a slash is a UNIX socket; host or
// host:port is plain TCP on loopback and TLS elsewhere. The port is 7777 if not said
// (80 and 443 for WebSockets). A fragment #fingerprint=SHA256, or Options.Fingerprint,
// trusts the one certificate with that SHA-256 (64 hex digits, colons allowed)
// instead of the system's authorities.
//
// Errors are an [*AddressError], an [*UnreachableError], or an [*Error] by which the server
// refused the login.
func Dial(ctx context.Context, address string, o Options) (*Client, error) {
	to, err := parseAddress(address, o.Fingerprint)
	if err != nil {
		return nil, err
	}
	if o.Dial == nil {
		o.Dial = new(net.Dialer).DialContext
	}
	c := &Client{
		o: o, to: to,
		slots: make(chan struct{}, maxCalls), closed: make(chan struct{}),
		calls: make(map[string]*call),
		name:  o.Name, password: o.Password, token: o.Token,
		feed: newFeed(o), older: o.Dialect, memory: newMemory(),
	}
	c.ctx, c.cancel = context.WithCancelCause(context.Background())
	l, err := c.connect(ctx, false)
	if err != nil {
		c.cancel(ErrClosed)
		return nil, err
	}
	c.done.Go(func() { c.run(l) })
	c.done.Go(func() { c.feed.pump(c.ctx, c.closed) })
	c.done.Go(c.fill)
	return c, nil
}

// Send says text to a person or a room and returns its number once it is on the
// server's stable storage. It tries until ctx ends, with one id. Calls one after the
// other keep their order; calls at the same time need not.
func (c *Client) Send(ctx context.Context, to, text string) (uint64, error) {
	r, err := c.Do(ctx, wire.Request{Action: wire.ActMsg, To: to, Message: text})
	if err != nil {
		return 0, err
	}
	return r.Seq, nil
}

// Events are what the server tells, kept events of a conversation in order of seq
// and once each. The channel is closed when the client is closed or has given up.
//
// An event "behind" says that events of a conversation up to its seq exist and will
// not come by themselves: those of a time before the client first heard of the
// conversation, or those the server would not give. Read them with history. An event [Reset] says that
// the server has fewer than came out before.
func (c *Client) Events() <-chan *wire.Event { return c.feed.out }

// Conversation is the name under which this client knows the conversation of e: the
// room, or the other person.
func (c *Client) Conversation(e *wire.Event) string {
	c.feed.mu.Lock()
	defer c.feed.mu.Unlock()
	return c.feed.conversation(e)
}

// Same tells whether two names of people or rooms are one to the server, as far as
// a client can tell.
func Same(a, b string) bool { return fold(a) == fold(b) }

// Name is who the server says you are.
func (c *Client) Name() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.name
}

// Welcome is the server's answer to the newest presence: its limits, its name and
// who you are. Nobody may change it.
func (c *Client) Welcome() *wire.Response {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.server
}

// Address is where the client is connected, as a URI.
func (c *Client) Address() string { return c.to.String() }

// ErrClosed is what calls return after [Client.Close].
var ErrClosed = errors.New("client: closed")

// Close ends the connection and waits for the client's goroutines. Calls that wait
// return [ErrClosed]; whether their requests arrived is unknown. It may be called
// several times.
func (c *Client) Close() error {
	c.cancel(ErrClosed)
	c.close.Do(func() { close(c.closed) })
	c.done.Wait()
	return nil
}

// Done is closed when the client is closed or has given up.
func (c *Client) Done() <-chan struct{} { return c.ctx.Done() }

// Err is why the client has given up, [ErrClosed] after Close, nil while it works.
func (c *Client) Err() error { return context.Cause(c.ctx) }

func (c *Client) tell(s State) {
	if c.o.OnState != nil && !(s.Kind == Ended && errors.Is(s.Err, ErrClosed)) {
		c.o.OnState(s)
	}
}

// learn takes over what an answer changes in how to log in.
func (c *Client) learn(q *wire.Request, r *wire.Response) {
	c.mu.Lock()
	switch q.Action {
	case wire.ActPresence, wire.ActAuthenticate, wire.ActRegister:
		if r.User != nil && r.User.Name != "" {
			c.name = r.User.Name
		}
		if q.User.Password != "" {
			c.password = q.User.Password
		}
		if q.Action != wire.ActPresence && r.Token == "" {
			c.token = "" // the token was for whoever this was before
		}
	case wire.ActPasswd:
		c.password, c.token = q.Password, "" // it forgets all tokens
	}
	if r.Token != "" {
		c.token = r.Token
	}
	name := c.name
	c.mu.Unlock()
	c.feed.call(name)
	if r.Token != "" && c.o.OnToken != nil {
		c.o.OnToken(r.Token)
	}
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// Error is a refusal by the server.
type Error struct {
	Action     string // what was asked
	Code       wire.Code
	Text       string        // the server's words
	Retry      bool          // the same request may succeed later
	RetryAfter time.Duration // how long to wait for that; 0 = not said
}

func (e *Error) Error() string {
	if e.Text == "" {
		return e.Code.String()
	}
	return fmt.Sprintf("%s (%d)", e.Text, int(e.Code))
}

func errorOf(action string, r *wire.Response) *Error {
	e := &Error{Action: action, Code: r.Code, Text: r.Error, Retry: r.Code.Retryable()}
	if e.Text == "" {
		e.Text = r.Alert
	}
	if r.Retry != nil {
		e.Retry = *r.Retry
	}
	e.RetryAfter = seconds(r.RetryAfter)
	return e
}

// seconds is what a server said in seconds, within reason: up to an hour.
func seconds(s float64) time.Duration {
	if !(s > 0) {
		return 0
	}
	return time.Duration(min(s, 3600) * float64(time.Second))
}
