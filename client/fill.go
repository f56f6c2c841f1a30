package client

import (
	"context"
	"errors"

	"jim/wire"
)

// fill reads what is missing from the server's log. It begins by asking where all
// conversations stand, so that a later loss cannot hide anything.
func (c *Client) fill() {
	if c.o.Quiet {
		return
	}
	q := wire.Request{Action: wire.ActSync}
	if c.o.Log == "" { // else they were in the presence
		for name, seq := range c.o.Since {
			q.Since = append(q.Since, wire.Since{To: name, Seq: seq})
		}
	}
	_, err := c.Do(c.ctx, q)
	if err != nil && len(q.Since) > 0 { // one of them is not there (any more)
		_, err = c.Do(c.ctx, wire.Request{Action: wire.ActSync})
	}
	if err != nil && c.ctx.Err() != nil {
		return
	}
	c.feed.begun() // a server that does not say lets them begin with what comes next
	for {
		name, have, turn, ok := c.feed.missing()
		if !ok {
			select {
			case <-c.feed.hole:
				continue
			case <-c.ctx.Done():
				return
			}
		}
		if c.feed.wait(c.ctx) != nil {
			return
		}
		progress, err := c.read(name, have, turn)
		var refused *Error
		if err != nil && !errors.As(err, &refused) {
			return // the client has ended
		}
		if !progress {
			c.feed.skip(c.ctx, name, have, turn)
		}
	}
}

// read reads a page of what follows have in a conversation, and tells whether it led
// further.
func (c *Client) read(name string, have uint64, turn int) (progress bool, err error) {
	q := wire.Request{Action: wire.ActHistory, To: name, After: have, HasAfter: true, Limit: wire.JIM2.Page}
	r, err := c.Do(c.ctx, q)
	if err != nil {
		return false, err
	}
	for i := range r.Events {
		if err := c.feed.insert(c.ctx, &r.Events[i], turn); err != nil {
			return true, err
		}
	}
	return c.feed.passed(name, have, turn), nil
}

// begun ends the first phase of a feed: where the conversations stand is known now.
func (f *feed) begun() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.first = false
}

// missing is a conversation with a hole, and the number behind which it begins, which means something in that turn.
func (f *feed) missing() (name string, have uint64, turn int, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, t := range f.talks {
		if t.want > t.have && !t.outside {
			t.full = false
			return t.name, t.have, f.turn, true
		}
	}
	return "", 0, 0, false
}

// passed tells whether a conversation has come further than have, or could not
// because the queue was full, or is no more, or not what it was in that turn.
func (f *feed) passed(name string, have uint64, turn int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	t := f.talks[fold(name)]
	return t == nil || t.have > have || t.full || f.turn != turn
}

// insert is take with patience, for what was asked for in that turn: it waits for room in the queue.
func (f *feed) insert(ctx context.Context, e *wire.Event, turn int) error {
	for {
		if err := f.wait(ctx); err != nil {
			return err
		}
		f.mu.Lock()
		next := f.turn == turn && (!kept(e) || f.follows(e))
		placed := !next || f.place(e)
		f.mu.Unlock()
		if placed {
			return nil
		}
	}
}

// follows tells whether e is the entry its conversation waits for.
func (f *feed) follows(e *wire.Event) bool {
	t := f.talks[fold(f.conversation(e))]
	return t != nil && e.Seq == t.have+1
}

// wait waits until the queue has room.
func (f *feed) wait(ctx context.Context) error {
	for {
		f.mu.Lock()
		full := len(f.queue) >= f.max
		f.mu.Unlock()
		if !full {
			return nil
		}
		select {
		case <-f.room:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// skip gives up on what the server does not give, and tells the reader so.
func (f *feed) skip(ctx context.Context, name string, have uint64, turn int) {
	if f.wait(ctx) != nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if t := f.talks[fold(name)]; t != nil && t.have == have && f.turn == turn {
		t.have = t.want
		f.announce(&wire.Event{Action: wire.ActBehind, To: name, Seq: t.want})
	}
}
