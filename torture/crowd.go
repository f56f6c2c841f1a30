package torture

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"jim/history"
	"jim/wire"
)

// crowd is the voices of one chapter, who talk in rooms and in pairs.
type crowd struct {
	*trial
	tape     *tape
	chapter  string
	voices   []*voice
	places   []place
	interval time.Duration // between two sayings of a voice, about
	burst    int           // how many at a time
	long     int           // one message in so many is long; 0 = none
	repeat   int           // one time in so many something old is said again

	hush atomic.Bool
	run  sync.WaitGroup

	seenBefore int // faults noted before it came

	onFull func() // told of a refusal with 507; nil = nobody wants to know

	mu   sync.Mutex
	open chan struct{} // closed while there is a server
}

// place is a conversation and somebody who can read it.
type place struct {
	reader *voice
	to     string // as the reader calls it
	name   string // as a history calls it
}

// shape is how large a crowd is.
type shape struct {
	voices, rooms, members, pairs int // members of a room; pairs of each voice
	interval                      time.Duration
	burst, long, repeat           int // repeat 0 = 20
}

// newCrowd makes voices that have never been anywhere. ways are taken in turn.
func (t *trial) newCrowd(chapter int, s shape, ways ...dialer) *crowd {
	c := &crowd{
		trial: t, tape: new(tape), chapter: fmt.Sprint(chapter), seenBefore: t.seen(),
		interval: s.interval, burst: max(s.burst, 1), long: s.long, repeat: cmp.Or(s.repeat, 20), open: make(chan struct{}),
	}
	prefix := fmt.Sprintf("%c%d", t.name[0], chapter)
	for i := range s.voices {
		c.voices = append(c.voices, &voice{
			crowd: c, name: fmt.Sprintf("%s-%d", prefix, i), dial: ways[i%len(ways)],
			rand: rand.New(rand.NewPCG(t.rand.Uint64(), uint64(i))), ears: map[string]*ear{}, joined: map[string]bool{},
		})
	}
	for r := range s.rooms {
		room := fmt.Sprintf("#%s-%d", prefix, r)
		for m := range s.members {
			v := c.voices[(r*s.members+m)%s.voices]
			if v.ears[room] != nil {
				continue
			}
			v.hears(room, room)
			v.rooms++
			if m == 0 {
				c.places = append(c.places, place{v, room, room})
			}
		}
	}
	for i, v := range c.voices {
		for p := range s.pairs {
			other := c.voices[(i+p+1)%s.voices]
			if other == v || v.ears[other.name] != nil {
				continue
			}
			name := history.Pair(v.name, other.name)
			v.hears(other.name, name)
			other.hears(v.name, name)
			c.places = append(c.places, place{v, other.name, name})
		}
	}
	return c
}

func (v *voice) hears(to, name string) {
	e := &ear{to: to, place: name}
	v.ears[to] = e
	v.order = append(v.order, e)
}

// begin lets the voices come; ctx ends them.
func (c *crowd) begin(ctx context.Context) {
	for _, v := range c.voices {
		c.run.Go(func() { v.run(ctx) })
	}
}

// end waits for the voices, whom stop ends, and has judged what they lived through; read says that all of it was read
// in the end. It is to be deferred: so it holds for a chapter however it ends.
func (c *crowd) end(stop context.CancelFunc, read *bool) {
	stop()
	c.run.Wait()
	c.judge(c, *read)
}

// readAll reads every conversation whole, and tells false, and notes a fault, where that cannot be done.
func (c *crowd) readAll(ctx context.Context) (map[string][32]byte, bool) {
	digests, err := c.whole(ctx, wholeSession, c.tape)
	if err != nil && ctx.Err() == nil {
		c.fault(FaultServer, "in the end it cannot be read: %v", err)
	}
	return digests, err == nil
}

// quiet tells whether nothing new is to be said.
func (c *crowd) quiet() bool { return c.hush.Load() }

// gate says whether there is a server.
func (c *crowd) gate(open bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-c.open:
		if !open {
			c.open = make(chan struct{})
		}
	default:
		if open {
			close(c.open)
		}
	}
}

// await waits until there is a server, and tells false when ctx ends before.
func (c *crowd) await(ctx context.Context) bool {
	c.mu.Lock()
	open := c.open
	c.mu.Unlock()
	select {
	case <-open:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

// settling is how long a crowd may take to say what it has left, and to hear everything.
const settling = time.Minute

// settle stops the talk and waits until all has been said and heard. It tells false, and notes a
// fault, where that does not come to an end. There must be a server.
func (c *crowd) settle(ctx context.Context, stop context.CancelFunc) bool {
	c.hush.Store(true)
	all := make(chan struct{})
	go func() { c.run.Wait(); close(all) }() // ends with the voices, at the latest with stop
	timer := time.NewTimer(settling)
	defer timer.Stop()
	select {
	case <-all:
		return ctx.Err() == nil
	case <-ctx.Done():
		stop()
		<-all
		return false
	case <-timer.C:
	}
	stop()
	<-all
	for _, v := range c.voices {
		if !v.settled {
			c.fault(FaultStuck, "%s does not come to an end: %d messages are not answered, in %d of %d rooms", v.name, len(v.said), len(v.joined), v.rooms)
		}
	}
	return false
}

// refused tells the work of a refusal.
func (c *crowd) refused(r *wire.Response) {
	if r.Code == wire.StorageFull && c.onFull != nil {
		c.onFull()
	}
}
