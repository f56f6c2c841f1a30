package bench

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// maxText is the longest text of a message that is measured, in bytes.
const maxText = 4096

// Fanout is rooms in which writers say as much as comes through: each has up to Window messages
// under way, a message being under way until all members have it.
type Fanout struct {
	Rooms      int     `json:"rooms"`
	Members    int     `json:"members"`    // of each room
	Publishers int     `json:"publishers"` // of them, how many write
	Window     int     `json:"window"`
	Size       int     `json:"size"`    // bytes of a text
	Warm       float64 `json:"warm"`    // seconds before it is measured
	Seconds    float64 `json:"seconds"` // measured
	Logins     int     `json:"logins"`  // people who log in with a password beside it, measured afterwards; 0 = leave that out
}

// Check says what is wrong with the sizes.
func (w Fanout) Check() error {
	return errors.Join(
		between("rooms", w.Rooms, 1, 10_000),
		between("members", w.Members, 2, 20_000),
		between("rooms × members", w.Rooms*w.Members, 2, 20_000),
		between("publishers", w.Publishers, 1, w.Members),
		between("window", w.Window, 1, 256),
		between("size", w.Size, headSize, maxText),
		between("warm", w.Warm, 0, 60),
		between("seconds", w.Seconds, 0.1, 600),
		between("logins", w.Logins, 0, 200),
	)
}

// sampled is of how many messages a receiver times one: to look at the clock is cheap, to add up millions is not.
const sampled = 101

// Run measures on s.
func (w Fanout) Run(ctx context.Context, s *Server, say Say) (Figures, error) {
	p := plan{w.Rooms, w.Members, w.Publishers, w.Size, sampled}
	c, err := gather(ctx, s, p, say)
	if err != nil {
		return nil, err
	}
	var writers sync.WaitGroup
	defer func() { c.close(); writers.Wait() }()
	for room := range w.Rooms {
		for writer := range w.Publishers {
			writers.Go(func() { w.write(c, p, room, writer) })
		}
	}
	if err := c.watch(seconds(w.Warm), "warming up", say); err != nil {
		return nil, err
	}
	c.timed.Store(true)
	start, meter := c.count(), s.meter()
	if err := c.watch(seconds(w.Seconds), "measuring", say); err != nil {
		return nil, err
	}
	spent, known := meter.spent()
	end := c.count()
	took, d := end.at.Sub(start.at).Seconds(), float64(end.seen-start.seen)
	if d == 0 {
		return nil, errors.New("nothing was delivered")
	}
	var f Figures
	if known {
		f.add("server_cpu_us_per_delivery", "server CPU per delivery", "µs", us(spent)/d)
	}
	f.add("deliveries_s", "deliveries a second", "", d/took)
	f.add("messages_s", "messages a second", "", float64(end.sent-start.sent)/took)
	if known {
		f.add("server_cores", "cores the server used", "", spent.Seconds()/took)
	}
	f = append(f, end.dropped(start)...)
	if bytes, ok := resident(s.PID); ok {
		f.add("rss_mib", "server resident memory", "MiB", bytes/(1<<20))
	}
	f = append(f, c.ages.percentiles("latency", "latency")...)
	if w.Logins == 0 {
		return f, nil
	}
	l, err := loginsOn(ctx, s)
	if err != nil {
		return nil, err
	}
	beside, err := l.beside(c, w.Logins, seconds(w.Seconds), say)
	return append(f, beside...), err
}

// write says as much as the window lets through. The window is that of all writers of the room together.
func (w Fanout) write(c *crowd, p plan, room, writer int) {
	pause := 100 * time.Microsecond * time.Duration(1+w.Rooms*w.Publishers/16) // many that look often would be a load of their own
	r, listeners := c.rooms[room], c.listeners(p)
	window := int64(w.Window*w.Publishers) * listeners
	var message []byte
	for nth := 1; ; nth++ {
		for r.sent.Load()*listeners-r.seen.Load()-r.lost.Load() > window {
			time.Sleep(pause)
			if c.ctx.Err() != nil {
				return
			}
		}
		message = c.message(message, room, writer, nth)
		if err := c.say(room, writer, message); err != nil || c.ctx.Err() != nil {
			c.fail(err)
			return
		}
	}
}

// stalled is how long nothing may arrive.
var stalled = 10 * time.Second // tests have less patience

// watch lets the work go on for d. It ends early when the work failed, and when nothing arrives any more.
func (c *crowd) watch(d time.Duration, doing string, say Say) error {
	end := time.NewTimer(d)
	defer end.Stop()
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	before, since := c.heard(), time.Now()
	for {
		select {
		case <-c.ctx.Done():
			return context.Cause(c.ctx)
		case <-end.C:
			return nil
		case now := <-tick.C:
			if n := c.heard(); n != before {
				before, since = n, now
			} else if now.Sub(since) > stalled {
				return fmt.Errorf("nothing has arrived for %v, after %d deliveries", stalled, n)
			}
			say(fmt.Sprintf("%s: %s deliveries", doing, thousands(fmt.Sprint(before))))
		}
	}
}

// counts are the counters of a crowd at a time.
type counts struct {
	at                       time.Time
	sent, seen, lost, behind int64
}

func (c *crowd) count() counts {
	return counts{time.Now(), c.sum(sentOf), c.sum(seenOf), c.sum(lostOf), c.sum(behindOf)}
}

// dropped is what the server says it left out since another count.
func (n counts) dropped(start counts) (f Figures) {
	f.add("behind", "readers told that they were behind", "", float64(n.behind-start.behind))
	f.add("lost", "deliveries left out", "", float64(n.lost-start.lost))
	return f
}
