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
	talks map[string]*talk  // by folded name
	past  map[string]uint64 // rooms that were left on this connection, and up to where they were given out; by folded name
	turn  int               // counts how often numbers lost their meaning: what was read from the log before is worth nothing
}

// talk is one conversation.
type talk struct {
	name string // as it was first seen
	have uint64 // given out, with everything before
	want uint64 // known to exist
	had  uint64 // given out before the connection that is now
	// unsaid says that the server was not told on this connection what was given out.
	unsaid bool
	// door is the entry that was the newest when the reader came in. It is given out if it is his own coming in, which may be
	// told after that was answered; what else it is was said before. 0 = it has passed.
	door uint64
	left uint64 // the entry by which the reader left, with which the conversation ends if nothing is known to follow; 0 = he is in
	full bool   // something was dropped because the queue was full
	// outside says that the reader's coming in has not been told yet, which what followed has overtaken: nothing is given out before.
	outside bool
}

func newFeed(o Options) *feed {
	f := &feed{
		out: make(chan *wire.Event), quiet: o.Quiet, first: true,
		queued: make(chan struct{}, 1), room: make(chan struct{}, 1), hole: make(chan struct{}, 1),
		max: o.Queue, talks: make(map[string]*talk), past: make(map[string]uint64), me: fold(o.Name), log: o.Log,
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

// setBack goes on behind seq, which is less than the server once said.
func (f *feed) setBack(t *talk, seq uint64) {
	t.have, t.want, t.had, t.door, t.left = seq, seq, seq, 0, 0
	f.turn++
	f.announce(&wire.Event{Action: Reset, To: t.name, Seq: seq})
}

// announce queues what is told though the queue be full: once for each conversation.
func (f *feed) announce(e *wire.Event) {
	f.queue = append(f.queue, e)
	signal(f.queued)
}

// welcome takes in what the server's log is called, and how much of what it was told counts there. Under another name than
// before, as after a backup was restored, nothing is known of what it was not told, nor what there is that was not given out.
func (f *feed) welcome(log string, since map[string]uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for name, seq := range since {
		if t := f.talks[fold(name)]; t != nil && seq < t.have {
			f.setBack(t, seq)
		}
	}
	other := f.log != "" && f.log != log
	for _, t := range f.talks {
		if other && t.unsaid {
			f.setBack(t, 0)
		}
		if other {
			t.want, t.door, t.left = t.have, 0, 0
		}
		t.unsaid = false
	}
	if other {
		f.turn++
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
		if e.Seq <= f.past[fold(name)] {
			return true
		}
		t = f.begin(name, e)
	}
	switch {
	case t.outside && !f.comesIn(e):
		t.want = max(t.want, e.Seq)
		return true
	case t.outside:
		t.outside, t.have = false, e.Seq-1
		signal(f.hole)
	}
	switch {
	case e.Seq <= t.have:
		return true
	case e.Seq == t.have+1 && f.give(t, e):
		t.have = e.Seq
		t.want = max(t.want, t.have)
		f.ended(t)
		return true
	}
	t.full = t.full || e.Seq == t.have+1
	t.want = max(t.want, e.Seq)
	signal(f.hole)
	return false
}

// begin begins a conversation with the first of it that came. A datagram may have overtaken others: then all that a person said is wanted, and of
// a room what follows the reader's coming in.
func (f *feed) begin(name string, e *wire.Event) *talk {
	t := &talk{name: name, have: e.Seq - 1, want: e.Seq - 1}
	if e.Ack > 0 && !f.first {
		t.have, t.want, t.outside = 0, 0, wire.IsRoom(name)
	}
	f.talks[fold(name)] = t
	return t
}

// comesIn tells whether e says that the reader came into a room.
func (f *feed) comesIn(e *wire.Event) bool {
	return fold(e.From) == f.me && (e.Action == wire.ActJoin || e.Action == wire.ActCreate)
}

// give queues the next entry of a conversation, if there is room, and notes that the reader came or left.
func (f *feed) give(t *talk, e *wire.Event) bool {
	in := f.comesIn(e)
	if (e.Seq != t.door || in) && !f.push(e) {
		return false
	}
	switch {
	case in:
		t.left = 0
	case fold(e.From) == f.me && e.Action == wire.ActLeave:
		t.left = e.Seq
	}
	if e.Seq == t.door {
		t.door = 0
	}
	return true
}

// ended ends the order of a room that the reader has left, when all that is known of it was given out: what follows
// his leaving may be his coming back.
func (f *feed) ended(t *talk) {
	if t.left > 0 && t.have >= t.left && t.want == t.have {
		f.end(t)
	}
}

// end ends the order of a room. What comes late of it is known.
func (f *feed) end(t *talk) {
	delete(f.talks, fold(t.name))
	f.past[fold(t.name)] = t.have
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
	case t != nil && t.outside:
		t.have, t.outside = e.Seq, false
		f.announce(e)
		if t.want > t.have {
			signal(f.hole)
		}
		return
	case t != nil && e.Seq < t.had:
		f.setBack(t, e.Seq)
		return
	case t != nil:
	case e.Seq <= f.past[fold(e.To)]:
		return
	case f.first || wire.IsRoom(e.To):
		f.talks[fold(e.To)] = &talk{name: e.To, have: e.Seq, want: e.Seq}
		f.announce(e)
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

// answered takes in what the answer to a request says of the room that it is about, in its place among all that the server tells.
func (f *feed) answered(action, to string, r *wire.Response) {
	if f.quiet || r.Code.IsError() {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	switch action {
	case wire.ActJoin, wire.ActCreate:
		if r.Seq > 0 {
			f.entered(or(r.To, to), r.Seq)
		}
	case wire.ActLeave:
		f.leaving(to, r.Seq)
	}
}

// entered takes in that the reader has come into a room whose newest entry is seq.
func (f *feed) entered(room string, seq uint64) {
	t := f.talks[fold(room)]
	switch {
	case t == nil:
		f.talks[fold(room)] = &talk{name: room, have: seq - 1, want: seq - 1, door: seq}
		return
	case t.outside:
		t.outside, t.have, t.door, t.want = false, seq-1, seq, max(t.want, seq-1)
		signal(f.hole)
		return
	case seq < t.had:
		f.setBack(t, seq-1)
		t.want = seq // it may have been told already, and been taken for an older one
		signal(f.hole)
	case seq > t.have+1:
		t.want = max(t.want, seq)
		signal(f.hole)
	}
	if seq > t.left {
		t.left = 0
	}
}

// leaving takes in that the reader has left a room, whose newest entry was seq then: until that he is told what there is.
func (f *feed) leaving(room string, seq uint64) {
	t := f.talks[fold(room)]
	switch {
	case t == nil:
		return
	case seq == 0 || t.outside: // a server that does not say, or nothing was given out
		f.end(t)
		return
	case seq > t.have+1:
		t.want = max(t.want, seq)
		signal(f.hole)
	}
	if seq >= t.have {
		t.left = seq
		f.ended(t)
	}
}

// since is what the client has, and of which log, for presence; as much of it as fits into that many bytes.
// The server says "behind" of the others.
func (f *feed) since(most int) (have []wire.Since, log string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.past)
	size := 0
	for _, t := range f.talks {
		if t.outside {
			delete(f.talks, fold(t.name))
			continue
		}
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
