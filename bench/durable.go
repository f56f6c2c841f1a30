package bench

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// Durable is senders who wait for nothing but the word that their messages are on stable storage. First as many messages as
// come through, over many rooms; then half as many, timed; then one sender in one room. A sender is a member of its room.
type Durable struct {
	Rooms   int     `json:"rooms"`
	Senders int     `json:"senders"`
	Window  int     `json:"window"`  // messages of one sender that are not acknowledged yet
	Rate    int     `json:"rate"`    // messages a second of the timed part; 0 = half of what came through
	Size    int     `json:"size"`    // bytes of a text
	Warm    float64 `json:"warm"`    // seconds before each is measured
	Seconds float64 `json:"seconds"` // measured, each
}

// Check says what is wrong with the sizes.
func (w Durable) Check() error {
	return errors.Join(
		between("rooms", w.Rooms, 1, 10_000),
		between("senders", w.Senders, w.Rooms, 10_000),
		between("window", w.Window, 1, 256),
		between("rate", w.Rate, 0, 10_000_000),
		between("size", w.Size, headSize, maxText),
		between("warm", w.Warm, 0, 60),
		between("seconds", w.Seconds, 0.1, 600),
	)
}

// Run measures on s.
func (w Durable) Run(ctx context.Context, s *Server, say Say) (Figures, error) {
	if s.tongue.kept == nil {
		return nil, fmt.Errorf("%s keeps nothing, so there is nothing to compare with", s.Address)
	}
	d := &durable{Durable: w, server: s, say: say, tag: newTag()}
	if err := d.prepare(ctx); err != nil {
		return nil, err
	}
	most, err := d.measure(ctx, "many rooms", w.Senders, w.Rooms, w.Window, 0)
	if err != nil {
		return nil, err
	}
	f := Figures{{"acks_s", "acknowledged messages a second, many rooms", "", most.rate}}
	if most.known {
		f.add("server_cpu_us_per_ack", "server CPU per acknowledged message", "µs", most.cpu)
	}
	rate, what := most.rate/2, "half of that load"
	if w.Rate > 0 {
		rate, what = float64(w.Rate), "the rate given"
	}
	paced, err := d.measure(ctx, what, w.Senders, w.Rooms, max(allTogether/w.Senders, 1), rate)
	if err != nil {
		return nil, err
	}
	f.add("paced_acks_s", "acknowledged a second at "+what, "", paced.rate)
	f = append(f, paced.ages.percentiles("ack", "acknowledgement at "+what)...)
	if paced.known {
		f.add("paced_server_cpu_us_per_ack", "server CPU per message at "+what, "µs", paced.cpu)
	}
	const allUnderWay = 256 // what a session of JIM takes before it stops reading
	one, err := d.measure(ctx, "one room, one sender", 1, 1, allUnderWay, 0)
	if err != nil {
		return nil, err
	}
	f.add("one_sender_acks_s", "acknowledged messages a second, one sender", "", one.rate)
	return f, nil
}

// allTogether bounds the messages under way in the timed part: JetStream refuses more than 10 000.
const allTogether = 8192

// durable is a run of the work.
type durable struct {
	Durable
	server *Server
	say    Say
	tag    string
	opened int // connections so far
}

func (d *durable) prepare(ctx context.Context) error {
	if d.server.tongue.prepare == nil {
		return nil
	}
	c, _, err := d.server.open(ctx, 0, "m"+d.tag, "")
	if err != nil {
		return err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience))
	return d.server.tongue.prepare(c, d.tag)
}

// acked is what one measurement gave.
type acked struct {
	rate  float64 // acknowledgements a second
	cpu   float64 // of the server for one, µs
	known bool    // whether cpu is
	ages  *histogram
}

// measure lets senders send for the time of the work. rate is what all together send in a second; 0 = as much as
// their windows let through.
func (d *durable) measure(ctx context.Context, doing string, senders, rooms, window int, rate float64) (acked, error) {
	d.say(doing)
	ctx, fail := context.WithCancelCause(ctx)
	run := &acking{ages: new(histogram), fail: fail}
	all, err := d.open(ctx, run, senders, rooms, window)
	writing, enough := context.WithCancel(ctx)
	var writers, readers sync.WaitGroup
	defer func() {
		enough()
		writers.Wait()
		run.drain(ctx, all)
		fail(errOver)
		for _, s := range all {
			s.Close()
		}
		readers.Wait()
	}()
	if err != nil {
		return acked{}, err
	}
	run.epoch = time.Now()
	for i, s := range all {
		s.gap = time.Duration(float64(senders) / rate * float64(time.Second)) // of no use when rate is 0
		s.first = s.gap * time.Duration(i) / time.Duration(senders)
		readers.Go(func() { run.done(ctx, s, s.read()) })
		if rate > 0 {
			writers.Go(func() { run.done(ctx, s, s.pace(writing)) })
		} else {
			writers.Go(func() { run.done(ctx, s, s.push(writing)) })
		}
	}
	if err := run.watch(ctx, seconds(d.Warm)); err != nil {
		return acked{}, err
	}
	run.timed.Store(true)
	before, began, meter := run.acks.Load(), time.Now(), d.server.meter()
	if err := run.watch(ctx, seconds(d.Seconds)); err != nil {
		return acked{}, err
	}
	spent, known := meter.spent()
	n := float64(run.acks.Load() - before)
	if n == 0 {
		return acked{}, errors.New("nothing was acknowledged")
	}
	return acked{n / time.Since(began).Seconds(), us(spent) / n, known, run.ages}, nil
}

// open brings in the senders, each in its room.
func (d *durable) open(ctx context.Context, run *acking, senders, rooms, window int) ([]*sender, error) {
	all := make([]*sender, senders)
	err := inParallel(ctx, senders, atATime, func(i int) error {
		at := roomName(d.tag, i%rooms)
		if d.server.tongue.ackTo != nil {
			at = "" // nobody hears what goes into a stream
		}
		c, _, err := d.server.open(ctx, i, guestName(d.tag, d.opened+i), at)
		if err != nil {
			return err
		}
		s := &sender{conn: c, run: run, room: roomName(d.tag, i%rooms), size: d.Size, sent: make(chan time.Duration, window)}
		all[i] = s
		if d.server.tongue.ackTo != nil {
			s.room = d.tag + "." + s.room
			s.ackTo, err = d.server.tongue.ackTo(c, d.tag)
		}
		return err
	}, func(int) {})
	d.opened += senders
	opened := all[:0]
	for _, s := range all {
		if s != nil {
			opened = append(opened, s)
		}
	}
	return opened, err
}

// acking is what the senders of one measurement have together.
type acking struct {
	epoch time.Time
	acks  atomic.Int64
	timed atomic.Bool
	ages  *histogram
	fail  context.CancelCauseFunc
}

// done takes the error with which a sender ended; nobody ends by itself.
func (a *acking) done(ctx context.Context, s *sender, err error) {
	if err := cutOff(ctx, s.conn, err); err != nil {
		a.fail(err)
	}
}

// drain waits until everything that was sent is acknowledged, so that the next measurement meets an idle server.
func (a *acking) drain(ctx context.Context, all []*sender) {
	for end := time.Now().Add(stalled); time.Now().Before(end); {
		open := 0
		for _, s := range all {
			open += len(s.sent)
		}
		if open == 0 || sleepUntil(ctx, time.Now().Add(10*time.Millisecond)) != nil {
			return
		}
	}
}

// watch lets the senders work for d, unless they fail or nothing is acknowledged any more.
func (a *acking) watch(ctx context.Context, d time.Duration) error {
	for end := time.Now().Add(d); ; {
		before, until := a.acks.Load(), time.Now().Add(stalled)
		if end.Before(until) {
			until = end
		}
		if err := sleepUntil(ctx, until); err != nil {
			return err
		}
		switch {
		case !time.Now().Before(end):
			return nil
		case a.acks.Load() == before:
			return fmt.Errorf("nothing was acknowledged for %v", stalled)
		}
	}
}
