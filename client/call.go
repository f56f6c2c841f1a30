package client

import (
	"context"
	"errors"
	"fmt"
	"time"

	"jim/wire"
)

// ErrUnknownOutcome is the end of a request that must not be sent twice (create,
// register, passwd, sessions, admin) and whose answer was lost with the connection.
var ErrUnknownOutcome = errors.New("the connection was lost before the answer; whether it was done is unknown")

// errTwice is two requests of one id that wait at the same time.
var errTwice = errors.New("client: a request with this id is waiting for its answer")

// call is a request that waits for its answer.
type call struct {
	id         string
	action, to string // what is asked, and about what
	object     []byte
	repeatable bool
	order      uint64
	sent       bool        // it may have reached the server; guarded by Client.mu
	result     chan result // takes one
}

type result struct {
	response *wire.Response
	err      error
}

// Do asks the server something and returns its answer; a refusal is an [*Error].
// An empty q.ID is filled with [NewID].
//
// While there is no connection, Do waits for the next. A request that can safely be
// repeated is sent again, with the same id, after a loss, and after a refusal that
// says that it may succeed later; what ends that is ctx. The error is then both
// ctx's and the last [*Error], if there was one.
func (c *Client) Do(ctx context.Context, q wire.Request) (*wire.Response, error) {
	if q.ID == "" {
		q.ID = NewID()
	}
	object, err := encode(&q)
	if err != nil {
		return nil, err
	}
	if err := c.fits(&q, len(object)); err != nil {
		return nil, err
	}
	select {
	case c.slots <- struct{}{}:
		defer func() { <-c.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-c.ctx.Done():
		return nil, c.Err()
	}
	for attempt := 0; ; attempt++ {
		r, err := c.exchange(ctx, &call{
			id: q.ID, action: q.Action, to: q.To, object: object, repeatable: repeatable(&q), result: make(chan result, 1),
		})
		if err != nil {
			return nil, err
		}
		if !r.Code.IsError() {
			c.learn(&q, r)
			return r, nil
		}
		refused := errorOf(q.Action, r)
		if !refused.Retry || !repeatable(&q) || c.o.Once {
			return nil, refused
		}
		select {
		case <-time.After(refused.RetryAfter + backoff(attempt)):
		case <-ctx.Done():
			return nil, fmt.Errorf("%w: %w", ctx.Err(), refused)
		case <-c.ctx.Done():
			return nil, c.Err()
		}
	}
}

// exchange sends w until it is answered: by the server, by a final loss, or by the
// end of ctx.
func (c *Client) exchange(ctx context.Context, w *call) (*wire.Response, error) {
	c.mu.Lock()
	if c.ctx.Err() != nil {
		c.mu.Unlock()
		return nil, c.Err()
	}
	if c.calls[w.id] != nil {
		c.mu.Unlock()
		return nil, errTwice
	}
	c.made++
	w.order = c.made
	c.calls[w.id] = w
	l := c.link
	w.sent = l != nil
	c.mu.Unlock()
	if l != nil {
		select {
		case l.out <- w.object:
		case <-l.gone: // it goes out first on the next connection
		case <-ctx.Done():
		}
	}
	select {
	case r := <-w.result:
		return r.response, r.err
	case <-ctx.Done():
		c.mu.Lock()
		if c.calls[w.id] == w { // it may have been answered just now, and its id be used again
			delete(c.calls, w.id)
		}
		c.mu.Unlock()
		return nil, ctx.Err()
	}
}

// answer hands a response to the call that waits for it. One that nobody waits for
// any more is dropped. An error without an id is about a request that the server could
// not read: when only one waits, it is that.
func (c *Client) answer(r *wire.Response) {
	c.mu.Lock()
	w := c.calls[r.ID]
	if r.ID == "" && r.Code.IsError() && len(c.calls) == 1 {
		for _, only := range c.calls {
			w = only
		}
	}
	if w != nil {
		delete(c.calls, w.id)
	}
	c.mu.Unlock()
	if w != nil {
		c.feed.answered(w.action, w.to, r)
		w.result <- result{response: r}
	}
}

// repeatable tells whether the second of two equal requests does no harm and is
// answered like the first.
func repeatable(q *wire.Request) bool {
	switch q.Action {
	case wire.ActMsg, wire.ActTopic, wire.ActJoin, wire.ActLeave, wire.ActRead,
		wire.ActHistory, wire.ActSync, wire.ActRooms, wire.ActMembers, wire.ActWhois,
		wire.ActGetContacts, wire.ActAddContact, wire.ActPing:
		return true
	case wire.ActSessions:
		return q.Revoke == ""
	}
	return false
}
