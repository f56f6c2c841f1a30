package torture

import (
	"context"
	"time"
)

// aLonelyTown is the crowd whose lines are cut.
var aLonelyTown = shape{voices: 40, rooms: 6, members: 8, pairs: 1, interval: 10 * time.Millisecond, burst: 1, long: 30}

// bytesMean is how many bytes go one way before a cut, on average.
const bytesMean = 6000

// cutLines cuts every connection again and again, in both directions, at any byte.
func cutLines(ctx context.Context, t *trial) error {
	s := t.newServer(false)
	if up, err := s.start(ctx); !up {
		return err
	}
	defer s.kill()
	p, err := newProxy(s.host(), bytesMean, t.rand.Uint64())
	if err != nil {
		return err
	}
	defer p.Close()
	for chapter := 1; t.goesOn(ctx, chapter); chapter++ {
		p.gentle.Store(false)
		if err := t.lonelyChapter(ctx, s, p, chapter); err != nil {
			return err
		}
	}
	t.count("lines_cut", int(p.cuts.Load()))
	return nil
}

// chapterOfLines is how long one crowd talks over cut lines, and leastOfLines how long in any case.
const (
	chapterOfLines = 5 * time.Second
	leastOfLines   = 300 * time.Millisecond
)

func (t *trial) lonelyChapter(ctx context.Context, s *server, p *proxy, chapter int) error {
	c := t.newCrowd(chapter, aLonelyTown, overTCP(p.host()), overWebSocket(p.host()))
	read := false
	talk, stop := context.WithCancel(ctx)
	defer c.end(stop, &read)
	guests, err := t.newGuests(talk, c, p.host())
	if err != nil {
		if ctx.Err() == nil {
			t.fault(FaultStuck, "package client does not come in: %v", err)
		}
		return nil
	}
	defer guests.close()
	c.gate(true)
	c.begin(talk)
	began := time.Now()
	for ctx.Err() == nil && (time.Since(began) < leastOfLines || time.Since(began) < chapterOfLines && !t.over(ctx)) {
		pause(ctx, 100*time.Millisecond)
		t.say("chapter %d: %d lines cut", chapter, p.cuts.Load())
	}
	t.talking(time.Since(began))
	guests.hush()
	p.gentle.Store(true) // whole logs are longer than a line lives
	settled := c.settle(ctx, stop) && guests.settle(ctx)
	if !s.alive() {
		s.died(ctx, "it ended by itself")
		return nil
	}
	if !settled {
		return nil
	}
	for _, v := range c.voices {
		v.dial = overTCP(s.host())
	}
	_, read = c.readAll(ctx)
	return nil
}
