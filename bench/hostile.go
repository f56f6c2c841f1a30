package bench

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Hostile is people who talk at a steady rate, and how long their messages take before, while and after many
// others on the same server mean it harm. Rates and caps are on, so the server is one without
// --limits off; hostile and honest come from different addresses of 127.0.0.0/8.
type Hostile struct {
	Hostile int     `json:"hostile"` // connections that mean harm, the same number of each kind
	Sources int     `json:"sources"` // addresses that they come from
	Honest  int     `json:"honest"`  // people who talk
	Room    int     `json:"room"`    // of them in one room
	Rate    int     `json:"rate"`    // messages a second of all of them together
	Seconds float64 `json:"seconds"` // measured before, under attack, and after
	Warm    float64 `json:"warm"`    // seconds between the beginning of the attack and the measurement
}

// Check says what is wrong with the sizes.
func (w Hostile) Check() error {
	return errors.Join(
		between("hostile", w.Hostile, 1, 50_000),
		between("sources", w.Sources, 1, 250),
		between("honest", w.Honest, 2, 5000),
		between("room", w.Room, 2, w.Honest),
		between("rate", w.Rate, 1, 4*w.Honest), // less than one address may say
		between("seconds", w.Seconds, 0.1, 600),
		between("warm", w.Warm, 0, 600),
	)
}

// honestPerSource is how many honest people come from one address: fewer than may talk and make guests there.
const honestPerSource = 20

// Run measures on s. That one of the honest is cut off is an error.
func (w Hostile) Run(ctx context.Context, s *Server, say Say) (Figures, error) {
	if s.network != "tcp" || s.tongue != &jimTongue {
		return nil, errors.New("the attack is made for a TCP port of JIM")
	}
	s.perSource = honestPerSource
	p := plan{(w.Honest + w.Room - 1) / w.Room, w.Room, w.Room, 100, 1}
	c, err := gather(ctx, s, p, say)
	if err != nil {
		return nil, err
	}
	defer c.close()
	c.timed.Store(true)
	steady := &steady{crowd: c, plan: p, rate: w.Rate, nth: 1}

	say("before the attack")
	calm, err := steady.run(seconds(w.Seconds))
	if err != nil {
		return nil, fmt.Errorf("before the attack: %w", err)
	}
	attack := newAttack(c.ctx, w, s, c.rooms)
	memory := watchMemory(s.PID)
	busy, err := w.underAttack(steady, attack, say)
	attack.stop()
	peak := memory.stop()
	if err != nil {
		return nil, fmt.Errorf("under attack: %w", err)
	}
	say("after the attack")
	if err := sleepUntil(c.ctx, time.Now().Add(time.Second)); err != nil { // its last connections are closed
		return nil, err
	}
	after, err := steady.run(seconds(w.Seconds))
	if err != nil {
		return nil, fmt.Errorf("after the attack: %w", err)
	}
	calm.merge(after)
	f := figuresOf(calm, busy)
	f = append(f, attack.figures()...)
	f.add("rss_before_mib", "server memory before the attack", "MiB", memory.before/(1<<20))
	f.add("rss_peak_mib", "at most during the attack", "MiB", peak/(1<<20))
	return append(f, c.count().dropped(counts{})...), nil
}

// underAttack begins the attack, waits until it is in full swing, and measures.
func (w Hostile) underAttack(steady *steady, attack *attack, say Say) (*histogram, error) {
	attack.begin()
	deadline := time.Now().Add(seconds(w.Warm))
	for time.Now().Before(deadline) {
		say(fmt.Sprintf("%d hostile connections are open", attack.open.Load()))
		if _, err := steady.run(min(time.Until(deadline), 200*time.Millisecond)); err != nil {
			return nil, err
		}
	}
	say(fmt.Sprintf("under attack by %d connections", attack.open.Load()))
	return steady.run(seconds(w.Seconds))
}

// figuresOf compares how long messages took.
func figuresOf(calm, busy *histogram) Figures {
	f := append(calm.percentiles("calm", "before and after"), busy.percentiles("attack", "under attack")...)
	f.add("p50_ratio", "p50 under attack ÷ before and after", "", float64(busy.quantile(.5))/float64(max(calm.quantile(.5), 1)))
	f.add("p99_ratio", "p99 under attack ÷ before and after", "", float64(busy.quantile(.99))/float64(max(calm.quantile(.99), 1)))
	f.add("deliveries", "deliveries measured under attack", "", float64(busy.n()))
	return f
}

// steady is the honest, who talk in turns at a steady rate.
type steady struct {
	*crowd
	plan plan
	rate int
	nth  int // number of the next message
}

// run talks for a time, and returns how long the messages took to each member once all have come.
func (t *steady) run(d time.Duration) (*histogram, error) {
	t.ages.reset()
	var message []byte
	began := time.Now()
	for i := 0; ; i++ {
		due := began.Add(time.Duration(float64(i) / float64(t.rate) * float64(time.Second)))
		if due.Sub(began) >= d {
			break
		}
		if err := sleepUntil(t.ctx, due); err != nil {
			return nil, err
		}
		room, writer := t.nth%t.plan.rooms, t.nth/t.plan.rooms%t.plan.writers
		message = t.message(message, room, writer, t.nth)
		if err := t.say(room, writer, message); err != nil {
			return nil, err
		}
		t.nth++
	}
	if err := t.until(t.sum(sentOf) * t.listeners(t.plan)); err != nil {
		return nil, err
	}
	h := new(histogram)
	h.merge(&t.ages)
	return h, nil
}

// memoryWatch looks at the memory of a process every now and then.
type memoryWatch struct {
	before, most float64
	done         chan struct{}
	all          sync.WaitGroup
}

func watchMemory(pid int) *memoryWatch {
	m := &memoryWatch{done: make(chan struct{})}
	m.before, _ = resident(pid)
	m.most = m.before
	m.all.Go(func() {
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-m.done:
				return
			case <-tick.C:
			}
			if now, ok := resident(pid); ok {
				m.most = max(m.most, now)
			}
		}
	})
	return m
}

// stop returns the most that was seen, in bytes.
func (m *memoryWatch) stop() float64 {
	close(m.done)
	m.all.Wait()
	return m.most
}
