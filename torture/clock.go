package torture

import (
	"context"
	"fmt"
	"time"
)

// aClockTown says old things again, often.
var aClockTown = shape{voices: 12, rooms: 2, members: 6, pairs: 1, interval: 10 * time.Millisecond, burst: 1, repeat: 2}

// clocks lets the clock of a process jump by years, forwards and backwards, and starts the process
// again now and then. Nothing may depend on it: neither order, nor that the same id is the same message.
func clocks(ctx context.Context, t *trial) error {
	s := t.newServer(true)
	if up, err := s.start(ctx); !up {
		return err
	}
	defer s.kill()
	for chapter := 1; t.goesOn(ctx, chapter); chapter++ {
		c := t.newCrowd(chapter, aClockTown, s.ways()...)
		err := t.village(ctx, c, func() (bool, error) { return t.jump(ctx, s, c) }, t.ends)
		if err != nil {
			return err
		}
	}
	return nil
}

// jump sets the clock to any time within fifty years of now, sometimes after a restart.
func (t *trial) jump(ctx context.Context, s *server, c *crowd) (bool, error) {
	const year = 365 * 24 * 60 * 60
	pause(ctx, time.Duration(t.rand.Int64N(int64(200*time.Millisecond))))
	if t.rand.IntN(4) == 0 {
		c.gate(false)
		s.kill()
		if up, err := s.start(ctx); !up {
			return false, err
		}
		c.gate(true)
	}
	if err := s.order(fmt.Sprint("clock ", t.rand.Int64N(100*year)-50*year)); err != nil {
		s.died(ctx, "it ended by itself")
		return false, nil
	}
	t.count("jumps", 1)
	return true, nil
}
