package client

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"jim/wire"
)

// Dialect is what a client speaks.
type Dialect string

// The dialects. A server that is older than JIM/2 cannot keep messages for later nor
// confirm that it has them: what [Client] promises holds with JIM/2 only.
const (
	Auto   Dialect = ""       // JIM/2, or what the answer to presence tells
	JIM1   Dialect = "jim1"   // the specification of the course
	Mentor Dialect = "mentor" // the dialect that most of the course's servers speak
)

// olderLobby is the room that everybody at a server of the mentors' is in.
const olderLobby = "#lobby"

// How an older server is written to and waited for.
const (
	olderPause    = 75 * time.Millisecond // one object is one segment, and one recv of the server
	olderPatience = 2 * time.Second       // some never answer a message
)

// older is a transport to a server of the course. It takes requests of JIM/2 and
// gives events and responses of JIM/2; what such servers cannot do it answers itself.
type older struct {
	transport
	mentor bool
	name   string

	in     chan []byte   // what read returns
	ended  chan struct{} // closed when the server says no more, for the reason in over
	over   error
	gone   chan struct{} // closed by close
	once   sync.Once
	reader sync.WaitGroup

	// writing is held while one object is written and the pause before it kept, by the
	// client's writer and for the answer to a probe. It is taken before mu, if both are.
	writing sync.Mutex
	last    time.Time // of the last write; guarded by writing

	mu      sync.Mutex
	waiting []*waiting // requests that the server may answer, in order
	names   olderNames
}

// waiting is a request that the server may answer.
type waiting struct {
	request wire.Request
	soon    *time.Timer // answers it if the server does not
}

// newOlder wraps t, on which the server has let name in.
func newOlder(t transport, d Dialect, name string) *older {
	o := &older{transport: t, mentor: d == Mentor, name: name, in: make(chan []byte, 64), ended: make(chan struct{}), gone: make(chan struct{})}
	o.reader.Go(o.listen)
	return o
}

// listen translates what the server says until the connection ends.
func (o *older) listen() {
	defer close(o.ended)
	for {
		object, err := o.transport.read()
		if err != nil {
			o.over = err
			return
		}
		o.hear(object)
	}
}

func (o *older) read() ([]byte, error) {
	select {
	case object := <-o.in: // also what came before the end
		return object, nil
	default:
	}
	select {
	case object := <-o.in:
		return object, nil
	case <-o.ended:
		return nil, o.over
	case <-o.gone:
		return nil, io.ErrClosedPipe
	}
}

func (o *older) close() {
	o.once.Do(func() {
		close(o.gone)
		o.mu.Lock()
		defer o.mu.Unlock()
		for _, w := range o.waiting {
			w.soon.Stop()
		}
	})
	o.transport.close()
	o.reader.Wait()
}

// give hands an object of JIM/2 to the client.
func (o *older) give(object []byte) {
	select {
	case o.in <- object:
	case <-o.gone:
	}
}

func (o *older) answer(r wire.Response) {
	if object, err := r.AppendJSON(nil); err == nil { // only what is no UTF-8 fails, and none was decoded
		o.give(object)
	}
}

// hear translates one object of the server.
func (o *older) hear(object []byte) {
	s, err := parseOlder(object)
	switch {
	case err != nil:
		return // such servers say all sorts of things
	case s.code != 0:
		o.answered(s)
	case s.action == wire.ActProbe || s.action == "pr\u043ebe": // with a Cyrillic о in some
		_ = o.say(olderPresence(&wire.Request{User: wire.User{Name: o.name}}, o.mentor)) // the reader meets the reason
	case s.action == wire.ActMsg || s.action == "message":
		o.mu.Lock()
		o.names = s.names
		o.mu.Unlock()
		if s.from == o.name {
			return // the client was told when it was sent
		}
		to := or(s.to, o.name)
		if s.to == "" && s.names.to != "" || s.to == "#" || s.to == "#all" || s.to == "all" {
			to = olderLobby
		}
		e := wire.Event{Action: wire.ActMsg, To: to, From: or(s.from, "server"), Message: s.text, Time: wire.At(time.Now())}
		o.give(e.AppendJSON(nil))
	}
}

// answered hands a response to the request that waits for longest. An error that nobody
// waits for is shown as words of the server.
func (o *older) answered(s *fromOlder) {
	o.mu.Lock()
	var first *waiting
	if len(o.waiting) > 0 && s.code >= 200 && s.code != 205 {
		first, o.waiting = o.waiting[0], o.waiting[1:]
		first.soon.Stop()
	}
	o.mu.Unlock()
	switch {
	case first != nil && s.code.IsError():
		no := false
		o.answer(wire.Response{Code: s.code, ID: first.request.ID, Error: or(s.words, s.code.String()), Retry: &no})
	case first != nil:
		o.accept(first, s.words)
	case s.code.IsError():
		e := wire.Event{Action: wire.ActMsg, To: o.name, From: "server", Message: or(s.words, s.code.String()), Time: wire.At(time.Now())}
		o.give(e.AppendJSON(nil))
	}
}

// write translates requests of the client, and sends each as an object of its own.
func (o *older) write(objects [][]byte) error {
	for _, object := range objects {
		var d wire.Decoder
		var q wire.Request
		if bad := d.Request(object, wire.JIM2, &q); bad != nil {
			return fmt.Errorf("client: %w", bad)
		}
		if err := o.ask(&q); err != nil {
			return err
		}
	}
	return nil
}

// ask does what a request wants, as far as such servers can.
func (o *older) ask(q *wire.Request) error {
	done := wire.Response{Code: wire.OK, ID: q.ID, To: q.To}
	switch q.Action {
	case wire.ActMsg:
		return o.send(q, o.message(q), !o.mentor)
	case wire.ActJoin, wire.ActLeave:
		if o.mentor {
			break // everybody is in the one room there is
		}
		return o.send(q, map[string]any{"action": q.Action, "time": olderTime(), "room": q.To}, true)
	case wire.ActQuit:
		object := map[string]any{"action": wire.ActQuit, "time": olderTime()}
		if o.mentor {
			object = map[string]any{"action": "exit", "time": olderTime(), "account_name": o.name}
		}
		o.answer(done)
		return o.say(object)
	case wire.ActWhois:
		done.User = &wire.Person{Name: q.To}
	case wire.ActPing, wire.ActPresence, wire.ActRead, wire.ActTyping, wire.ActSync,
		wire.ActHistory, wire.ActRooms, wire.ActMembers, wire.ActGetContacts:
	default:
		no := false
		done = wire.Response{Code: wire.NotImplemented, ID: q.ID, Error: "this server is older than JIM/2 and cannot do that", Retry: &no}
	}
	o.answer(done)
	return nil
}

// send sends an object. Where the server may answer it is waited for a moment.
func (o *older) send(q *wire.Request, object map[string]any, answered bool) error {
	w := &waiting{request: *q}
	if !answered {
		err := o.say(object)
		if err == nil {
			o.accept(w, "")
		}
		return err
	}
	o.mu.Lock()
	w.soon = time.AfterFunc(olderPatience, func() {
		if o.giveUp(w) {
			o.accept(w, "")
		}
	})
	o.waiting = append(o.waiting, w)
	o.mu.Unlock()
	return o.say(object)
}

// accept answers a request that the server has, as far as can be known, and tells the
// client its own message, as JIM/2 does.
func (o *older) accept(w *waiting, words string) {
	q := &w.request
	o.answer(wire.Response{Code: wire.Accepted, ID: q.ID, To: q.To, Alert: words})
	if q.Action == wire.ActMsg {
		e := wire.Event{Action: wire.ActMsg, To: q.To, From: o.name, ID: q.ID, Message: q.Message, Time: wire.At(time.Now())}
		o.give(e.AppendJSON(nil))
	}
}

// giveUp takes a request back, and tells whether it still waited.
func (o *older) giveUp(w *waiting) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i, other := range o.waiting {
		if other == w {
			o.waiting = append(o.waiting[:i], o.waiting[i+1:]...)
			return true
		}
	}
	return false
}

// say writes one object, a while after the one before.
func (o *older) say(object map[string]any) error {
	data, err := json.Marshal(object)
	if err != nil {
		return fmt.Errorf("client: %w", err)
	}
	o.writing.Lock()
	defer o.writing.Unlock()
	select {
	case <-time.After(time.Until(o.last.Add(olderPause))):
	case <-o.gone:
		return io.ErrClosedPipe
	}
	err = o.transport.write([][]byte{data})
	o.last = time.Now()
	return err
}

// connectOlder logs in on a connection of its own, as a program of the course does, and never
// only to see whether somebody answers: some servers die of that.
func (c *Client) connectOlder(ctx context.Context, d Dialect) (*line, error) {
	t, err := c.to.open(ctx, c.o.Dial, c.memory)
	if err != nil {
		return nil, &UnreachableError{c.to.String(), err}
	}
	stop := context.AfterFunc(ctx, t.close)
	err = c.presenceOlder(t, d)
	if !stop() && err != nil {
		err = &UnreachableError{c.to.String(), ctx.Err()}
	}
	if err != nil {
		t.close()
		return nil, err
	}
	return c.adoptOlder(t, d), nil
}

// adoptOlder goes on with an older server that has let the client in.
func (c *Client) adoptOlder(t transport, d Dialect) *line {
	limits := wire.JIM1
	c.mu.Lock()
	c.older = d
	c.server = &wire.Response{Code: wire.OK, JIM: 1, User: &wire.Person{Name: c.name}, Limits: &limits}
	c.mu.Unlock()
	return c.adopt(newOlder(t, d, c.Name()))
}
