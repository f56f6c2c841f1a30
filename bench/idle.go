package bench

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Idle is connections that log in and say nothing: what each costs the server's memory.
type Idle struct {
	Conns  int     `json:"conns"`
	Steps  int     `json:"steps"`  // at which memory is measured on the way
	Settle float64 `json:"settle"` // seconds before each measurement
	Burst  int     `json:"burst"`  // messages each says afterwards, all at once; 0 = none
	Rest   float64 `json:"rest"`   // seconds after the burst
}

// Check says what is wrong with the sizes.
func (w Idle) Check() error {
	return errors.Join(
		between("conns", w.Conns, 1, 64_000),
		between("steps", w.Steps, 1, min(100, w.Conns)),
		between("settle", w.Settle, 0, 600),
		between("burst", w.Burst, 0, 1000),
		between("rest", w.Rest, 0, 600),
	)
}

// Run measures on s, whose process must be known.
func (w Idle) Run(ctx context.Context, s *Server, say Say) (Figures, error) {
	if _, ok := resident(s.PID); !ok {
		return nil, errors.New("the process of the server was not found, so its memory is unknown: say --pid")
	}
	conns := make([]*conn, w.Conns)
	defer func() { closeAll(conns) }()
	f, points, err := w.fill(ctx, s, conns, say)
	if err != nil {
		return nil, err
	}
	last := points[len(points)-1]
	f = append(Figures{
		{"kib_per_conn", "memory of one connection", "KiB", (last[1] - points[0][1]) / last[0]},
		{"slope_kib_per_conn", "memory of one more connection", "KiB", slope(points)},
		{"rss_before_mib", "server resident memory before", "MiB", points[0][1] / 1024},
		{"rss_mib", "server resident memory with all", "MiB", last[1] / 1024},
	}, f...)
	for _, p := range points[1:] {
		f.add(fmt.Sprintf("rss_%.0f_mib", p[0]), fmt.Sprintf("at %s connections", number(p[0])), "MiB", p[1]/1024)
	}
	if w.Burst == 0 || s.tongue != &jimTongue {
		return f, nil
	}
	if err := w.burst(ctx, s, conns, say); err != nil {
		return nil, err
	}
	after := s.memory()
	f.add("rss_after_burst_mib", "right after a burst", "MiB", after/1024)
	say(fmt.Sprintf("at rest for %v s", w.Rest))
	if err := sleepUntil(ctx, time.Now().Add(seconds(w.Rest))); err != nil {
		return nil, err
	}
	rested := s.memory()
	f.add("rss_after_rest_mib", fmt.Sprintf("%v s later", w.Rest), "MiB", rested/1024)
	f.add("kib_per_conn_after_rest", "memory of one connection then", "KiB", (rested-points[0][1])/last[0])
	return f, nil
}

// memory is what the server holds, in KiB.
func (s *Server) memory() float64 {
	bytes, _ := resident(s.PID)
	return bytes / 1024
}

// fill opens the connections by steps. points are numbers of connections and KiB, the first before any.
func (w Idle) fill(ctx context.Context, s *Server, conns []*conn, say Say) (f Figures, points [][2]float64, err error) {
	points = append(points, [2]float64{0, s.memory()})
	tag, meter := newTag(), s.meter()
	var connecting time.Duration
	for step := range w.Steps {
		from, to := w.Conns*step/w.Steps, w.Conns*(step+1)/w.Steps
		began := time.Now()
		err := inParallel(ctx, to-from, atATime, func(i int) error {
			c, _, err := s.open(ctx, from+i, guestName(tag, from+i), "")
			if err == nil {
				c.rest() // the buffer is given back
				conns[from+i] = c
			}
			return err
		}, func(done int) { say(fmt.Sprintf("%d of %d connections", from+done, w.Conns)) })
		if err != nil {
			return nil, nil, err
		}
		connecting += time.Since(began)
		if err := sleepUntil(ctx, time.Now().Add(seconds(w.Settle))); err != nil {
			return nil, nil, err
		}
		points = append(points, [2]float64{float64(to), s.memory()})
	}
	f.add("connects_s", "logins a second", "", float64(w.Conns)/connecting.Seconds())
	if spent, ok := meter.spent(); ok {
		f.add("server_cpu_us_per_connect", "server CPU per login", "µs", us(spent)/float64(w.Conns))
	}
	return f, points, nil
}

// burst makes every connection say something at the same time, in rooms where nobody listens, and waits for all answers.
func (w Idle) burst(ctx context.Context, s *Server, conns []*conn, say Say) error {
	const rooms = 16
	tag := newTag()
	if err := makeRooms(ctx, s, tag, rooms); err != nil {
		return err
	}
	say("a burst from every connection")
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	var all sync.WaitGroup
	for i, c := range conns {
		all.Go(func() {
			if err := w.shout(c, roomName(tag, i%rooms)); err != nil {
				fail(fmt.Errorf("%s in the burst: %w", c.name, err))
			}
		})
	}
	stop := context.AfterFunc(ctx, func() { closeAll(conns) })
	all.Wait()
	stop()
	return context.Cause(ctx)
}

// shout says all at once.
func (w Idle) shout(c *conn, room string) error {
	c.SetDeadline(time.Now().Add(2 * patience))
	var b, text []byte
	for i := range w.Burst {
		text = stamp(text, time.Now(), 100)
		b = jimTongue.say(b, room, fmt.Appendf(nil, "burst%d", i), text, "")
	}
	if _, err := c.Write(b); err != nil {
		return err
	}
	_, err := c.answer(fmt.Sprintf("burst%d", w.Burst-1))
	c.rest()
	c.SetDeadline(time.Time{})
	return err
}

func closeAll(conns []*conn) {
	for _, c := range conns {
		if c != nil {
			c.Close()
		}
	}
}

// roomName is room i of a run, without its #.
func roomName(tag string, i int) string { return fmt.Sprintf("b%sn%d", tag, i) }

// makeRooms makes rooms that nobody is in.
func makeRooms(ctx context.Context, s *Server, tag string, n int) error {
	c, _, err := s.open(ctx, 0, "m"+tag, "")
	if err != nil {
		return err
	}
	defer c.Close()
	for i := range n {
		name := roomName(tag, i)
		c.SetDeadline(time.Now().Add(patience))
		_, err := c.Write([]byte(`{"action":"create","id":"c","to":"#` + name + "\"}\n" +
			`{"action":"leave","id":"l` + name + `","to":"#` + name + "\"}\n"))
		if err != nil {
			return err
		}
		if _, err := c.answer("l" + name); err != nil {
			return fmt.Errorf("making a room: %w", err)
		}
	}
	return nil
}
