package bench

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// Say is told in a few words what a work is doing now. It may be called from one goroutine at a time, and often.
type Say func(doing string)

// atATime is how many connections log in at the same time.
const atATime = 16

// crowd is rooms full of members, each with a receiver.
type crowd struct {
	server  *Server
	rooms   []*room
	members [][]*conn // of each room; the first of them write
	epoch   time.Time
	timed   atomic.Bool
	ages    histogram

	ctx    context.Context // ends with close, or when something failed
	fail   context.CancelCauseFunc
	inside sync.WaitGroup
}

// plan is how large a crowd is to be.
type plan struct {
	rooms, members int // members are of each room
	writers        int // of them
	size           int // bytes of a text
	every          int // of how many messages a receiver times one
}

// newTag makes names of this run different from those of all others.
func newTag() string { return fmt.Sprintf("%06x", rand.Uint32N(1<<24)) }

// guestName is the name of guest i, as long for all.
func guestName(tag string, i int) string { return fmt.Sprintf("u%sx%05d", tag, i) }

// gather fills the rooms and returns when every member has heard a first message. The caller closes the crowd.
func gather(ctx context.Context, s *Server, p plan, say Say) (*crowd, error) {
	c := &crowd{server: s, epoch: time.Now(), members: make([][]*conn, p.rooms)}
	c.ctx, c.fail = context.WithCancelCause(ctx)
	tag := newTag()
	for i := range p.rooms {
		c.rooms = append(c.rooms, &room{name: roomName(tag, i), size: p.size})
		c.members[i] = make([]*conn, p.members)
	}
	err := inParallel(c.ctx, p.rooms*p.members, atATime, func(i int) error {
		return c.enter(p, tag, i)
	}, func(done int) { say(fmt.Sprintf("%d of %d members are in", done, p.rooms*p.members)) })
	if err == nil {
		say("a first message for each room")
		err = c.greet(p)
	}
	if err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// enter brings in member i of all and starts its receiver. Neighbours go to different rooms.
func (c *crowd) enter(p plan, tag string, i int) error {
	at, nth := i%p.rooms, i/p.rooms
	r := c.rooms[at]
	m, joined, err := c.server.open(c.ctx, i, guestName(tag, i), r.name)
	if err != nil {
		return err
	}
	for {
		base := r.base.Load()
		if joined <= base || r.base.CompareAndSwap(base, joined) {
			break
		}
	}
	c.members[at][nth] = m
	in := &receiver{
		conn: m, tongue: c.server.tongue, room: r, writes: nth < p.writers,
		epoch: c.epoch, every: int64(p.every), timed: &c.timed, ages: &c.ages,
	}
	c.inside.Go(func() {
		buf := make([]byte, bufferFor(p))
		if err := cutOff(c.ctx, m, in.run(buf)); err != nil {
			c.fail(err)
		}
	})
	return nil
}

// bufferFor is what a receiver reads into: 64 KiB, less where there are many.
func bufferFor(p plan) int {
	const together = 64 << 20
	return max(min(64<<10, together/(p.rooms*p.members)), 2*p.size+4<<10)
}

// listeners is how many hear each message of a room.
func (c *crowd) listeners(p plan) int64 {
	if c.server.tongue.echo {
		return int64(p.members)
	}
	return int64(p.members - 1)
}

// greet says one message in each room and waits until all have heard it.
func (c *crowd) greet(p plan) error {
	for i := range c.rooms {
		if err := c.say(i, 0, c.message(nil, i, 0, 0)); err != nil {
			return err
		}
	}
	return c.until(c.listeners(p) * int64(len(c.rooms)))
}

// until waits until so many messages have been heard or were left out by the server.
func (c *crowd) until(deliveries int64) error {
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		if c.heard() >= deliveries {
			return nil
		}
		select {
		case <-c.ctx.Done():
			return context.Cause(c.ctx)
		case <-deadline.C:
			return fmt.Errorf("%d of %d deliveries have come after %v; the rest is missing without a word", c.heard(), deliveries, patience)
		case <-tick.C:
		}
	}
}

// heard is how many deliveries are accounted for.
func (c *crowd) heard() (n int64) { return c.sum(seenOf) + c.sum(lostOf) }

func (c *crowd) sum(of func(*room) *atomic.Int64) (n int64) {
	for _, r := range c.rooms {
		n += of(r).Load()
	}
	return n
}

func seenOf(r *room) *atomic.Int64   { return &r.seen }
func lostOf(r *room) *atomic.Int64   { return &r.lost }
func sentOf(r *room) *atomic.Int64   { return &r.sent }
func behindOf(r *room) *atomic.Int64 { return &r.behind }

// message is the nth of a writer, written into dst, which is used again.
func (c *crowd) message(dst []byte, room, writer, nth int) []byte {
	var id [8]byte
	binary.BigEndian.PutUint64(id[:], uint64(writer)<<48|uint64(nth))
	var digits [16]byte
	hex.Encode(digits[:], id[:])
	r := c.rooms[room]
	var text [maxText]byte
	return c.server.tongue.say(dst[:0], r.name, digits[:], stamp(text[:0], c.epoch, r.size), "")
}

// say sends a message of a writer.
func (c *crowd) say(room, writer int, message []byte) error {
	m := c.members[room][writer]
	if _, err := m.Write(message); err != nil {
		return cutOff(c.ctx, m, err)
	}
	c.rooms[room].sent.Add(1)
	return nil
}

// close ends all connections and waits for the receivers.
func (c *crowd) close() {
	c.fail(errOver)
	for _, members := range c.members {
		for _, m := range members {
			if m != nil {
				m.Close()
			}
		}
	}
	c.inside.Wait()
}

// errOver ends what belongs to a work that is done.
var errOver = errors.New("the work is over")

// inParallel does 0 to n-1, some at a time, until one fails, and tells how many are done every now and then.
func inParallel(ctx context.Context, n, atATime int, do func(i int) error, tell func(done int)) error {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	var next, done atomic.Int64
	var workers sync.WaitGroup
	for range min(n, atATime) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				if err := do(i); err != nil {
					fail(err)
					return
				}
				done.Add(1)
			}
		})
	}
	over := make(chan struct{})
	go func() { workers.Wait(); close(over) }()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-over:
			return context.Cause(ctx)
		case <-tick.C:
			tell(int(done.Load()))
		}
	}
}
