package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
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

	// Attackers are run for the attack; nil = Attack in this process, which then shares its goroutines and its
	// garbage with the honest.
	Attackers Attackers `json:"-"`
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
	fewer := *s // another work may be using it
	fewer.perSource = honestPerSource
	s = &fewer
	p := plan{(w.Honest + w.Room - 1) / w.Room, w.Room, w.Room, 100, 1}
	c, err := gather(ctx, s, p, say)
	if err != nil {
		return nil, err
	}
	defer c.close()
	c.timed.Store(true)
	beside, err := newProbe(c.ctx, w.Rate)
	if err != nil {
		return nil, fmt.Errorf("a connection of its own: %w", err)
	}
	defer beside.close()
	steady := &steady{crowd: c, plan: p, rate: w.Rate, nth: 1, beside: beside}

	say("before the attack")
	calm, err := steady.measure(w.Seconds)
	if err != nil {
		return nil, fmt.Errorf("before the attack: %w", err)
	}
	memory := watchMemory(s.PID)
	busy, attackers, err := w.underAttack(steady, say)
	memory.stop()
	if err != nil {
		return nil, fmt.Errorf("under attack: %w", err)
	}
	say("after the attack")
	if err := sleepUntil(c.ctx, time.Now().Add(time.Second)); err != nil { // its last connections are closed
		return nil, err
	}
	after, err := steady.measure(w.Seconds)
	if err != nil {
		return nil, fmt.Errorf("after the attack: %w", err)
	}
	calm.merge(after)
	f := append(compare(calm, busy), attackers...)
	f = append(f, memory.figures()...)
	return append(f, c.count().dropped(counts{})...), nil
}

// underAttack begins the attack, waits until it is in full swing, measures, and ends it.
func (w Hostile) underAttack(steady *steady, say Say) (busy *phase, attackers Figures, err error) {
	t := target{Host: steady.server.host, Hostile: w.Hostile, Sources: w.Sources}
	for _, r := range steady.rooms {
		t.Rooms = append(t.Rooms, r.name)
	}
	by := w.Attackers
	if by == nil {
		by = Attack
	}
	siege, err := besiege(steady.ctx, by, t)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, siege.stop()) }()
	deadline := time.Now().Add(seconds(w.Warm))
	for time.Now().Before(deadline) {
		say(fmt.Sprintf("%d hostile connections are open", siege.now().Open))
		if _, err := steady.run(min(time.Until(deadline), 200*time.Millisecond)); err != nil {
			return nil, nil, err
		}
	}
	say(fmt.Sprintf("under attack by %d connections", siege.now().Open))
	start := siege.now()
	if busy, err = steady.measure(w.Seconds); err != nil {
		return nil, nil, err
	}
	return busy, siege.figures(start, siege.now(), w.Seconds), nil
}

// phase is what was measured in a part of the run.
type phase struct {
	ages, beside          *histogram    // of messages, and of the probe
	took                  time.Duration // how long it was
	ran, waited, ownSpent time.Duration // the server's threads on a processor, and for one; this process
	known                 bool          // whether /proc told of the server
}

// merge adds what was measured in other.
func (p *phase) merge(other *phase) {
	p.ages.merge(other.ages)
	p.beside.merge(other.beside)
	p.took += other.took
	p.ran, p.waited, p.ownSpent = p.ran+other.ran, p.waited+other.waited, p.ownSpent+other.ownSpent
}

// compare says how long messages took without and with the attack, and beside it how long a message took that did
// not pass through the server.
func compare(calm, busy *phase) Figures {
	f := append(calm.ages.percentiles("calm", "before and after"), busy.ages.percentiles("attack", "under attack")...)
	ratio := func(key, label string, calm, busy *histogram, share float64) {
		f.add(key, label, "", float64(busy.quantile(share))/float64(max(calm.quantile(share), 1)))
	}
	ratio("p50_ratio", "p50 under attack ÷ before and after", calm.ages, busy.ages, .5)
	ratio("p99_ratio", "p99 under attack ÷ before and after", calm.ages, busy.ages, .99)
	f.add("deliveries", "deliveries measured under attack", "", float64(busy.ages.n()))
	f.add("beside_calm_p99_ms", "p99 past the server, before and after", "ms", ms(calm.beside.quantile(.99)))
	f.add("beside_attack_p99_ms", "the same under attack", "ms", ms(busy.beside.quantile(.99)))
	f.add("own_cpu_attack", "processors that the honest used under attack", "", busy.ownSpent.Seconds()/busy.took.Seconds())
	if calm.known && busy.known {
		f.add("server_cpu_calm", "processors that the server used before and after", "", calm.ran.Seconds()/calm.took.Seconds())
		f.add("server_cpu_attack", "the same under attack", "", busy.ran.Seconds()/busy.took.Seconds())
		f.add("server_wait_calm", "processors that its threads waited for before and after", "", calm.waited.Seconds()/calm.took.Seconds())
		f.add("server_wait_attack", "the same under attack", "", busy.waited.Seconds()/busy.took.Seconds())
	}
	return f
}

// steady is the honest, who talk in turns at a steady rate.
type steady struct {
	*crowd
	plan plan
	rate int
	nth  int // number of the next message

	beside *probe
}

// measure talks for a time, and returns all that can be known about it.
func (t *steady) measure(s float64) (*phase, error) {
	t.beside.fresh()
	ran, ok1 := cpu(t.server.PID)
	waited, ok2 := waitedFor(t.server.PID)
	own, _ := cpu(os.Getpid()) // 0 where /proc does not say
	began := time.Now()
	ages, err := t.run(seconds(s))
	if err != nil {
		return nil, err
	}
	p := &phase{ages: ages, beside: t.beside.fresh(), took: time.Since(began), known: ok1 && ok2}
	end, _ := cpu(t.server.PID)
	late, _ := waitedFor(t.server.PID)
	ownEnd, _ := cpu(os.Getpid())
	p.ran, p.waited, p.ownSpent = end-ran, max(late-waited, 0), ownEnd-own
	return p, nil
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
