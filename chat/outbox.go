package chat

import (
	"context"
	"sync"
	"time"

	"jim/wire"
)

// What an outbox holds at most. What rooms tell is shared by all its readers, so
// a full outbox costs little more than a list of it; what one peer asked for is its own.
const (
	outboxBytes = 1 << 20   // of everything, if Options do not say; bytes of a shared batch count in each outbox
	slowBytes   = 128 << 10 // the same for a peer that is written to with pauses
	answerBytes = 32 << 10  // a session stops reading while more than this waits
	pendingMax  = 256       // entries of one session on their way to the disk
	writeBytes  = 128 << 10 // are taken to be written at once, about: for so many a slow peer has the time of writeStall
)

// outbox is what waits to be written to one peer. Its requirements:
//
//  1. Putting something in never blocks and never does I/O.
//  2. It is bounded. What does not fit is dropped by name: an event of a room
//     leaves one number behind (sub.behind), a passing event leaves nothing.
//  3. Order is kept. What finish puts in is the last.
//  4. A goroutine writes only while there is something to write.
type outbox struct {
	hub *Hub // static after construction: counts what is dropped, and has the writers

	mu      sync.Mutex
	writing bool
	slow    bool  // writes take their time, and their Conn sees to those that stall
	full    bool  // nothing more may be put in: finish was called, or the peer is gone
	parted  bool  // finish was called: nothing more is heard of the peer, either
	pending int32 // entries of the session on their way to the disk
	conn    Conn  // what is written to next; the connection itself, or what interprets it
	queue   []*wire.Batch
	tail    *wire.Batch   // the last of queue while it is this outbox's own and may grow
	size    int           // bytes in queue and being written
	lagging *sub          // subs with a number in behind, a list
	since   time.Duration // the hub's age when the write under way began; 0 = none
	changed chan struct{} // closed at the next change that somebody waits for
}

// answer lets encode append objects meant for this peer alone. It is never
// refused for size: a session stops reading while its outbox is full.
func (o *outbox) answer(encode func(*wire.Batch)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.full {
		return
	}
	if o.tail == nil {
		o.tail = new(wire.Batch)
		o.queue = append(o.queue, o.tail)
	}
	before := len(o.tail.Bytes())
	encode(o.tail)
	o.size += len(o.tail.Bytes()) - before
	o.start()
}

// tell puts a batch of a room's events in, the last of which has the number seq.
// It reports false when there is no room: the sub is behind from then on until
// everything before has been written.
func (o *outbox) tell(to *sub, b *wire.Batch, seq uint64) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.full {
		return false
	}
	if to.behind == 0 && o.size < o.most() {
		o.push(b)
		return true
	}
	o.hub.counts.behind.Add(uint64(b.Len()))
	if to.behind == 0 {
		to.slower, o.lagging = o.lagging, to
	}
	to.behind = seq
	return false
}

// written returns when nothing waits to be written, or nothing will be any more. Before interpret it keeps the answers
// to what came first from who interprets: they would be taken for those to what he has asked.
func (o *outbox) written(ctx context.Context) {
	o.await(ctx, func() bool { return !o.writing || o.full })
}

// interpret writes through c from now on, which takes its time.
func (o *outbox) interpret(c Conn) {
	o.mu.Lock()
	o.conn, o.slow = c, true
	o.mu.Unlock()
}

// hangUp closes the connection.
func (o *outbox) hangUp() { o.peerSide().Close() }

// peerSide is what is written to next.
func (o *outbox) peerSide() Conn {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.conn
}

// most is how many bytes may wait.
func (o *outbox) most() int {
	if o.slow {
		return min(slowBytes, o.hub.opt.Outbox)
	}
	return o.hub.opt.Outbox
}

// pass puts in something that need not arrive.
func (o *outbox) pass(b *wire.Batch) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.full {
		return
	}
	if o.size > o.most()/2 {
		o.hub.counts.passing.Add(1)
		return
	}
	o.push(b)
}

func (o *outbox) push(b *wire.Batch) {
	o.queue = append(o.queue, b)
	o.tail = nil
	o.size += len(b.Bytes())
	o.start()
}

// finish puts the last batch in; when it is written the connection is closed.
func (o *outbox) finish(b *wire.Batch) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.full {
		return
	}
	o.push(b)
	o.full, o.parted = true, true
	if c, waits := o.conn.(Leaver); waits {
		c.Leave()
	}
}

// close drops what waits.
func (o *outbox) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.full = true
	o.drop()
	o.wake()
}

// drop forgets what waits, for a peer that is gone. The outbox is locked.
func (o *outbox) drop() {
	for _, b := range o.queue {
		b.Done()
	}
	o.queue, o.tail, o.lagging = nil, nil, nil
}

// wait returns when nothing is being written any more.
func (o *outbox) wait() {
	o.await(context.Background(), func() bool { return !o.writing })
}

// await returns when is true, which is called with the outbox locked, or when
// ctx ends.
func (o *outbox) await(ctx context.Context, is func() bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for !is() && ctx.Err() == nil {
		if o.changed == nil {
			o.changed = make(chan struct{})
		}
		changed := o.changed
		o.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
		}
		o.mu.Lock()
	}
}

func (o *outbox) wake() {
	if o.changed != nil {
		close(o.changed)
		o.changed = nil
	}
}

// over tells whether nothing more can be put in.
func (o *outbox) over() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.full
}

// saidBye tells whether the last batch was put in, though the peer may not have taken it yet.
func (o *outbox) saidBye() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.parted
}

// post counts an entry on its way to the disk, done one that came back.
func (o *outbox) post() {
	o.mu.Lock()
	o.pending++
	o.mu.Unlock()
}

func (o *outbox) done() {
	o.mu.Lock()
	o.pending--
	o.wake()
	o.mu.Unlock()
}

// stalled tells whether a write has been under way for longer than d.
func (o *outbox) stalled(now time.Time, d time.Duration) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.since != 0 && !o.slow && o.hub.age(now)-o.since > d
}

func (o *outbox) start() {
	if !o.writing {
		o.writing = true
		o.hub.writers.write(o)
	}
}

// writeNow takes all that waits and writes it, as far as the peer takes it at
// once. Where somebody must wait, for the peer or for the end of the connection, a
// waiter goes on with write. Whoever owns the outbox waits for both with wait.
//
// spare is an empty queue, to be used for what is put in meanwhile; writeNow
// returns another one. So there are as many as writers, and not two for each outbox.
func (o *outbox) writeNow(spare []*wire.Batch) []*wire.Batch {
	c, eager := o.peerSide().(Eager)
	if !eager {
		o.hub.writers.wait(rest{out: o})
		return spare
	}
	batches, last := o.take(spare)
	if last {
		o.hub.writers.wait(rest{out: o})
	}
	if batches == nil {
		return spare
	}
	n, all, err := c.WriteNow(batches)
	if err == nil && !all {
		o.hub.writers.wait(rest{o, batches, n, c})
		return nil
	}
	o.wrote(batches, err)
	if !o.pause() {
		o.hub.writers.write(o) // behind the others
	}
	return batches[:0]
}

// writeRest writes what is left of what was begun, and returns the batches as a spare
// queue.
func (o *outbox) writeRest(r rest) []*wire.Batch {
	o.wrote(r.batches, r.through.WriteRest(r.batches, r.n))
	return r.batches[:0]
}

// write takes all that waits and writes it, until nothing does. It waits for the
// peer. spare is as in writeNow.
func (o *outbox) write(spare []*wire.Batch) []*wire.Batch {
	for {
		batches, last := o.take(spare)
		if last {
			o.hangUp()
			o.rest()
			return spare
		}
		if batches == nil {
			return spare
		}
		o.wrote(batches, o.send(batches))
		spare = batches[:0]
	}
}

// take returns what waits, or the first of it where that is much. When nothing does the writer has to end: at once, or,
// when last says so, after it has closed the connection.
func (o *outbox) take(spare []*wire.Batch) (batches []*wire.Batch, last bool) {
	if before := o.hub.opt.BeforeWrite; before != nil {
		before()
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.queue) == 0 {
		o.catchUp()
	}
	if len(o.queue) == 0 {
		if o.full {
			return nil, true
		}
		o.doze()
		return nil, false
	}
	batches = o.queue
	n := enough(batches)
	if o.queue = append(spare[:0], batches[n:]...); len(o.queue) == 0 {
		o.tail = nil
	}
	clear(batches[n:])
	o.since = o.hub.age(time.Now())
	return batches[:n], false
}

// enough is how many of batches have writeBytes together.
func enough(batches []*wire.Batch) (n int) {
	for size := 0; n < len(batches) && size < writeBytes; n++ {
		size += len(batches[n].Bytes())
	}
	return n
}

// pause ends the writing when nothing waits, and tells whether it did.
func (o *outbox) pause() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.queue) > 0 || o.lagging != nil || o.full {
		return false
	}
	o.doze()
	return true
}

// doze ends the writing, of nothing that waits. The outbox is locked.
func (o *outbox) doze() {
	o.writing = false
	if cap(o.queue) > 8 {
		o.queue = nil // a burst's memory is not kept while idle
	}
	o.tail = nil
	o.wake()
}

// rest ends a writer that will not be needed again.
func (o *outbox) rest() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.writing = false
	o.wake()
}

// catchUp tells, once everything before has been written, which conversations
// are behind and up to where.
func (o *outbox) catchUp() {
	if o.lagging == nil || o.full {
		return
	}
	b := new(wire.Batch)
	for sub := o.lagging; sub != nil; sub = o.lagging {
		b.AppendEvent(&wire.Event{Action: wire.ActBehind, To: sub.address, Seq: sub.behind})
		o.lagging, sub.slower, sub.behind = sub.slower, nil, 0
	}
	o.queue = append(o.queue, b)
	o.size += len(b.Bytes())
}

func (o *outbox) wrote(batches []*wire.Batch, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i, b := range batches {
		o.size -= len(b.Bytes())
		b.Done()
		batches[i] = nil
	}
	if o.since != 0 && !o.slow { // pauses are not work
		o.hub.counts.writes.Add(1)
		o.hub.counts.writeNS.Add(uint64(o.hub.age(time.Now()) - o.since))
	}
	o.since = 0
	if err != nil {
		o.full = true
		o.drop()
		o.size = 0
	}
	o.wake()
}

func (o *outbox) send(batches []*wire.Batch) error {
	return o.peerSide().Write(batches)
}
