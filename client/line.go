package client

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"jim/wire"
)

// How long a silent connection is believed in: after quiet, the server is asked
// whether it is there; after deaf, the connection is given up.
const (
	quiet = 45 * time.Second
	deaf  = 75 * time.Second
	tick  = 15 * time.Second
)

// line is one logged-in connection. Its reader is [Client.listen]; its writer is a
// goroutine that hangUp waits for.
type line struct {
	transport
	out    chan []byte   // objects to write
	gone   chan struct{} // closed when the connection is over
	began  time.Time
	heard  atomic.Int64 // when something was last read, in nanoseconds after began
	writer sync.WaitGroup
}

// hear notes that something was read.
func (l *line) hear(now time.Time) { l.heard.Store(int64(now.Sub(l.began))) }

// silence is for how long nothing was read, by the clock that nobody sets.
func (l *line) silence(now time.Time) time.Duration {
	return now.Sub(l.began) - time.Duration(l.heard.Load())
}

// adopt makes a transport that is logged in the client's connection. What waits for
// an answer is sent first, in the order in which it was asked.
func (c *Client) adopt(t transport) *line {
	l := &line{transport: t, out: make(chan []byte, 64), gone: make(chan struct{}), began: time.Now()}
	c.mu.Lock()
	c.link = l
	var waiting []*call
	for _, w := range c.calls {
		w.sent = true
		waiting = append(waiting, w)
	}
	c.mu.Unlock()
	slices.SortFunc(waiting, func(a, b *call) int { return int(a.order) - int(b.order) })
	first := make([][]byte, len(waiting))
	for i, w := range waiting {
		first[i] = w.object
	}
	l.writer.Go(func() { l.drive(first) })
	return l
}

// drive writes first, then what comes through out, joining what waits, and keeps
// watch over a silent server.
func (l *line) drive(first [][]byte) {
	defer l.close()
	watch := time.NewTicker(tick)
	defer watch.Stop()
	batch := first
	for {
		if len(batch) > 0 {
			if l.write(batch) != nil {
				return // the reader meets the reason, and tells it
			}
			batch = batch[:0]
		}
		select {
		case object := <-l.out:
			batch = append(batch, object)
			for len(l.out) > 0 && len(batch) < cap(l.out) {
				batch = append(batch, <-l.out)
			}
		case <-watch.C:
			switch silence := l.silence(time.Now()); {
			case silence > deaf:
				return
			case silence > quiet:
				batch = append(batch, []byte(`{"action":"ping","id":"ping"}`+"\n"))
			}
		case <-l.gone:
			return
		}
	}
}

// hangUp ends the connection and waits for its writer.
func (l *line) hangUp() {
	close(l.gone)
	l.close()
	l.writer.Wait()
}

// run owns the connection, this one and those that follow it.
func (c *Client) run(l *line) {
	for {
		why := c.listen(l)
		c.lose(l)
		var err error
		if l, err = c.comeBack(why); err != nil {
			c.cancel(err)
			c.strand(c.Err())
			c.tell(State{Kind: Ended, Err: c.Err()})
			return
		}
		c.tell(State{Kind: Resumed})
	}
}

// listen hands on what the server says until the connection ends, and returns why it
// did.
func (c *Client) listen(l *line) error {
	stop := context.AfterFunc(c.ctx, l.close)
	defer stop()
	var bye, refused error
	for {
		m, err := receive(l)
		if err != nil {
			return firstErr(bye, refused, err)
		}
		l.hear(time.Now())
		switch {
		case m.Event != nil && m.Event.Action == wire.ActBye:
			bye = goodbye(m.Event)
		case m.Event != nil:
			c.feed.take(m.Event)
		default:
			if m.Response.ID == "" && m.Response.Code.IsError() {
				refused = errorOf("", m.Response)
			}
			c.answer(m.Response)
		}
	}
}

// firstErr is the first of errs that is not nil.
func firstErr(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// lose takes down a connection that has ended. Requests that must not be sent twice
// are answered with [ErrUnknownOutcome].
func (c *Client) lose(l *line) {
	l.hangUp()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.link = nil
	for id, w := range c.calls {
		if w.sent && !w.repeatable {
			delete(c.calls, id)
			w.result <- result{err: ErrUnknownOutcome}
		}
	}
}

// strand ends all calls when there will be no more connections.
func (c *Client) strand(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for id, w := range c.calls {
		delete(c.calls, id)
		w.result <- result{err: err}
	}
}

// comeBack connects again, however often it takes. Its error is final.
func (c *Client) comeBack(why error) (*line, error) {
	for attempt := 0; ; attempt++ {
		if c.ctx.Err() != nil {
			return nil, c.Err()
		}
		wait := backoff(attempt)
		var refused *Error
		if errors.As(why, &refused) {
			if !refused.Retry && !ghost(refused) {
				return nil, why
			}
			wait += refused.RetryAfter
		}
		if c.o.Once {
			return nil, &UnreachableError{c.to.String(), why}
		}
		c.tell(State{Kind: Lost, Err: why, Retry: wait})
		select {
		case <-time.After(wait):
		case <-c.ctx.Done():
			return nil, c.Err()
		}
		l, err := c.connect(c.ctx, true)
		if err == nil {
			return l, nil
		}
		why = err
	}
}

// ghost tells whether a refusal may be on account of the client's own connection that the
// server does not know to be dead yet.
func ghost(e *Error) bool { return e.Action == wire.ActPresence && e.Code == wire.Conflict }

// backoff is how long to wait before another attempt, so that a thousand clients do
// not come at once: anything up to 0.5 s, 1 s, 2 s … 30 s ("full jitter").
func backoff(attempt int) time.Duration {
	longest := min(30*time.Second, 500*time.Millisecond<<min(attempt, 10))
	return rand.N(longest)
}
