package bench

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Latency is one room in which something is said at a steady rate, and how long it takes until a member has it.
type Latency struct {
	Members    int     `json:"members"`
	Publishers int     `json:"publishers"` // of them, who write in turns
	Rate       int     `json:"rate"`       // messages a second
	Size       int     `json:"size"`       // bytes of a text
	Seconds    float64 `json:"seconds"`    // measured
}

// Check says what is wrong with the sizes.
func (w Latency) Check() error {
	return errors.Join(
		between("members", w.Members, 2, 20_000),
		between("publishers", w.Publishers, 1, w.Members),
		between("rate", w.Rate, 1, 1_000_000),
		between("size", w.Size, headSize, maxText),
		between("seconds", w.Seconds, 0.1, 600),
	)
}

// Run measures on s.
func (w Latency) Run(ctx context.Context, s *Server, say Say) (Figures, error) {
	points, err := w.Sweep(ctx, s, []int{w.Rate}, say)
	if err != nil {
		return nil, err
	}
	return points[0].Figures, nil
}

// Point is what was measured at one rate.
type Point struct {
	Rate    int     `json:"rate"` // messages a second that were to be said
	Figures Figures `json:"figures"`
}

// Sweep measures at several rates, one after the other, in one room.
func (w Latency) Sweep(ctx context.Context, s *Server, rates []int, say Say) ([]Point, error) {
	c, err := gather(ctx, s, plan{1, w.Members, w.Publishers, w.Size, 1}, say)
	if err != nil {
		return nil, err
	}
	defer c.close()
	c.timed.Store(true)
	var points []Point
	nth := 1
	for _, rate := range rates {
		say(fmt.Sprintf("%d messages a second", rate))
		w.Rate = rate
		f, err := w.at(c, s, &nth)
		if err != nil {
			return nil, err
		}
		points = append(points, Point{rate, f})
	}
	return points, nil
}

// at measures at one rate. nth is the number of the next message.
func (w Latency) at(c *crowd, s *Server, nth *int) (Figures, error) {
	c.ages.reset()
	parts, err := splitOf(c.ctx, s)
	if err != nil {
		return nil, err
	}
	start, meter := c.count(), s.meter()
	var message []byte
	began := time.Now()
	for i := 0; ; i++ {
		due := began.Add(time.Duration(float64(i) / float64(w.Rate) * float64(time.Second)))
		if due.Sub(began) >= seconds(w.Seconds) || time.Since(began) >= seconds(w.Seconds) {
			break
		}
		if err := sleepUntil(c.ctx, due); err != nil {
			return nil, err
		}
		writer := *nth % w.Publishers
		message = c.message(message, 0, writer, *nth)
		if err := c.say(0, writer, message); err != nil {
			return nil, err
		}
		*nth++
	}
	took := time.Since(began)
	if err := c.until(c.sum(sentOf) * c.listeners(plan{members: w.Members})); err != nil {
		return nil, err
	}
	f := c.ages.percentiles("latency", "latency")
	spent, known := meter.spent()
	inside, err := parts.figures(c.ctx)
	if err != nil {
		return nil, err
	}
	f = append(f, inside...)
	end := c.count()
	if d := end.seen - start.seen; known && d > 0 {
		f.add("server_cpu_us_per_delivery", "server CPU per delivery", "µs", us(spent)/float64(d))
	}
	f.add("messages_s", "messages a second", "", float64(end.sent-start.sent)/took.Seconds())
	f.add("deliveries", "deliveries measured", "", float64(end.seen-start.seen))
	return append(f, end.dropped(start)...), nil
}

// sleepUntil waits until a time, unless ctx ends before.
func sleepUntil(ctx context.Context, at time.Time) error {
	d := time.Until(at)
	if d <= 0 {
		return context.Cause(ctx)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}
