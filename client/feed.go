package client

import (
	"context"
	"strings"
	"sync"

	"jim/wire"
)

// feed puts what the server tells in order. Of each conversation it keeps two
// numbers: what has been given out, and what is known to exist. Whatever does not fit
// right behind the first, or finds the queue full, only raises the second; [Client.fill] reads
// it from the server's log when there is room. So a feed never holds more than its
// queue.
type feed struct {
	out   chan *wire.Event
	quiet bool

	// Signals, each with room for one: something is queued, there is room again,
	// a conversation has a hole.
	queued, room, hole chan struct{}

	mu    sync.Mutex
	me    string // folded
	log   string // what the server's log is called that the numbers are of; "" = not known
	first bool   // the server is being asked where the conversations stand
	queue []*wire.Event
	max   int
	talks map[string]*talk // by folded name
}

// talk is one conversation.
type talk struct {
	name string // as it was first seen
	have uint64 // given out, with everything before
	want uint64 // known to exist
	had  uint64 // given out before the connection that is now
	// unsaid says that the server was not told on this connection what was given out.
	unsaid bool
	// entered says that the entry numbered have is our own coming in, which was
	// answered before it was told.
	entered bool
	full    bool // something was dropped because the queue was full
}

func newFeed(o Options) *feed {
	f := &feed{
		out: make(chan *wire.Event), quiet: o.Quiet, first: true,
		queued: make(chan struct{}, 1), room: make(chan struct{}, 1), hole: make(chan struct{}, 1),
		max: o.Queue, talks: make(map[string]*talk), me: fold(o.Name), log: o.Log,
	}
	if f.max <= 0 {
		f.max = 1024
	}
	for name, seq := range o.Since {
		f.talks[fold(name)] = &talk{name: name, have: seq, want: seq, had: seq}
	}
	return f
}

// Reset is the action of an event that the client makes: the server has not come to numbers of a conversation that
// were given out, as after a backup was restored. What came after the event's seq is not there any more, and what follows
// will have its numbers.
const Reset = "reset"

// setBack goes on behind seq, which is less than the server once said. That is told though the queue be full: once for each
// conversation.
func (f *feed) setBack(t *talk, seq uint64) {
	t.have, t.want, t.had, t.entered = seq, seq, seq, false
	f.queue = append(f.queue, &wire.Event{Action: Reset, To: t.name, Seq: seq})
	signal(f.queued)
}

// welcome takes in what the server's log is called, and how much of what it was told counts there. Under another name than
// before, as after a backup was restored, nothing is known of what it was not told.
func (f *feed) welcome(log string, since map[string]uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for name, seq := range since {
		if t := f.talks[fold(name)]; t != nil && seq < t.have {
			f.setBack(t, seq)
		}
	}
	for _, t := range f.talks {
		if t.unsaid && f.log != "" && f.log != log {
			f.setBack(t, 0)
		}
		t.unsaid = false
	}
	f.log = log
}

// fold makes names equal that the server holds for equal.
func fold(name string) string { return strings.ToLower(name) }

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// call says who the reader is.
func (f *feed) call(me string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.me = fold(me)
}

// take takes what the server told. It never waits.
func (f *feed) take(e *wire.Event) {
	if f.quiet {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case e.Action == wire.ActBehind:
		f.behind(e)
	case kept(e):
		f.place(e)
	default:
		f.push(e)
	}
}

// kept tells whether e is an entry of a conversation's log.
func kept(e *wire.Event) bool {
	return e.Seq != 0 && e.Action != wire.ActRead && e.Action != wire.ActBehind
}

// place gives e out if it comes next in its conversation, and tells whether it was
// not left for later.
func (f *feed) place(e *wire.Event) bool {
	name := f.conversation(e)
	t := f.talks[fold(name)]
	if t == nil {
		t = &talk{name: name, have: e.Seq - 1, want: e.Seq - 1}
		f.talks[fold(name)] = t
	}
	mine := fold(e.From) == f.me
	switch {
	case e.Seq == t.have && t.entered && mine && (e.Action == wire.ActJoin || e.Action == wire.ActCreate):
		t.entered = false
		return f.push(e)
	case e.Seq <= t.have:
		return true
	case e.Seq == t.have+1 && f.push(e):
		t.have = e.Seq
		t.want = max(t.want, t.have)
		if e.Action == wire.ActLeave && mine {
			delete(f.talks, fold(name))
		}
		return true
	}
	t.full = t.full || e.Seq == t.have+1
	t.want = max(t.want, e.Seq)
	signal(f.hole)
	return false
}

// conversation is the name under which the reader knows the conversation of e.
func (f *feed) conversation(e *wire.Event) string {
	if !wire.IsRoom(e.To) && fold(e.To) == f.me && e.From != "" {
		return e.From
	}
	return e.To
}

// push queues e for the reader, if there is room.
func (f *feed) push(e *wire.Event) bool {
	if len(f.queue) >= f.max {
		return false
	}
	f.queue = append(f.queue, e)
	signal(f.queued)
	return true
}

// behind takes in that a conversation has come as far as e.Seq. In one that is
// new to the client, that is where its reader begins, except with a person who first
// wrote while the connection was lost: that is read from the start. Where it is less than was given out on connections
// before, the server was set back.
func (f *feed) behind(e *wire.Event) {
	t := f.talks[fold(e.To)]
	switch {
	case t != nil && e.Seq < t.had:
		f.setBack(t, e.Seq)
		return
	case t != nil:
	case f.first || wire.IsRoom(e.To):
		f.talks[fold(e.To)] = &talk{name: e.To, have: e.Seq, want: e.Seq}
		f.push(e)
		return
	default:
		t = &talk{name: e.To}
		f.talks[fold(e.To)] = t
	}
	if e.Seq > t.have {
		t.want = max(t.want, e.Seq)
		signal(f.hole)
	}
}

// entered takes in that the reader has come into a room whose newest entry is seq.
func (f *feed) entered(room string, seq uint64) {
	if f.quiet || seq == 0 {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.talks[fold(room)] == nil {
		f.talks[fold(room)] = &talk{name: room, have: seq, want: seq, entered: true}
		return
	}
	t := f.talks[fold(room)]
	switch {
	case seq < t.had:
		f.setBack(t, seq-1)
		t.want = seq // it may have been told already, and been taken for an older one
		signal(f.hole)
	case seq > t.have+1:
		t.want = max(t.want, seq)
		signal(f.hole)
	}
}

// forget ends the order of a room that was left.
func (f *feed) forget(room string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.talks, fold(room))
}

// since is what the client has, and of which log, for presence; as much of it as fits into that many bytes.
// The server says "behind" of the others.
func (f *feed) since(most int) (have []wire.Since, log string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	size := 0
	for _, t := range f.talks {
		t.had = t.have
		size += len(t.name) + 20
		if t.unsaid = size > most; !t.unsaid {
			have = append(have, wire.Since{To: t.name, Seq: t.have})
		}
	}
	return have, f.log
}

// pump hands the queue to the reader. When the client has given up it goes on until
// the queue is empty; when it was closed it stops.
func (f *feed) pump(ctx context.Context, closed <-chan struct{}) {
	defer close(f.out)
	for {
		f.mu.Lock()
		var next *wire.Event
		if len(f.queue) > 0 {
			next = f.queue[0]
			f.queue[0] = nil
			f.queue = f.queue[1:]
		} else {
			f.queue = nil
		}
		f.mu.Unlock()
		if next == nil {
			if ctx.Err() != nil {
				return
			}
			select {
			case <-f.queued:
			case <-ctx.Done():
			}
			continue
		}
		signal(f.room)
		select {
		case f.out <- next:
		case <-closed:
			return
		}
	}
}
