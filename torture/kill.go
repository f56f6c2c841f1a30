package torture

import (
	"context"
	"time"

	"jim/history"
)

// aTown is the crowd that a server is killed under: 200 clients over all transports.
var aTown = shape{voices: 200, rooms: 25, members: 8, pairs: 1, interval: 40 * time.Millisecond, burst: 1, long: 200}

// A chapter of kills has killsMax of them, each after up to livesFor from its start.
const (
	killsMax = 25
	livesFor = 700 * time.Millisecond
)

// kills kills the process at any instant, also while it starts.
func kills(ctx context.Context, t *trial) error {
	s := t.newServer(false)
	if up, err := s.start(ctx); !up {
		return err
	}
	defer s.kill()
	return t.killing(ctx, s, aTown, killsMax, livesFor)
}

// killing lets one crowd after the other live with a server that is killed, and in the end reads again
// what all of them have said.
func (t *trial) killing(ctx context.Context, s *server, shape shape, each int, lives time.Duration) error {
	var past []chapterPast
	for chapter := 1; t.goesOn(ctx, chapter); chapter++ {
		c := t.newCrowd(chapter, shape, s.ways()...)
		p, err := t.killChapter(ctx, s, c, each, lives)
		if err != nil {
			return err
		}
		if p == nil {
			return nil
		}
		past = append(past, chapterPast{c.chapter, c.places, p})
	}
	return t.again(ctx, past)
}

// chapterPast is what a crowd has left behind.
type chapterPast struct {
	chapter string
	places  []place
	digests map[string][32]byte
}

// killChapter is a crowd and a number of kills. Nil digests mean that it was ended.
func (t *trial) killChapter(ctx context.Context, s *server, c *crowd, each int, lives time.Duration) (digests map[string][32]byte, err error) {
	read := false
	talk, stop := context.WithCancel(ctx)
	defer c.end(stop, &read)
	c.gate(true)
	c.begin(talk)
	began := time.Now()
	for range each {
		pause(ctx, time.Duration(t.rand.Int64N(int64(lives))))
		if !s.alive() {
			s.died(ctx, "it ended by itself")
			return nil, nil
		}
		c.gate(false)
		s.kill()
		t.count("kills", 1)
		if err := t.falseStarts(s); err != nil {
			return nil, err
		}
		if up, err := s.start(ctx); !up {
			return nil, err
		}
		c.gate(true)
		t.say("chapter %s: %d kills", c.chapter, t.counted("kills"))
		if t.over(ctx) {
			break
		}
	}
	t.talking(time.Since(began))
	if !c.settle(ctx, stop) {
		return nil, nil
	}
	digests, read = c.readAll(ctx)
	return digests, nil
}

// falseStarts kills some servers before they are ready.
func (t *trial) falseStarts(s *server) error {
	for t.rand.IntN(4) == 0 {
		if err := s.launch(); err != nil {
			return err
		}
		time.Sleep(time.Duration(t.rand.Int64N(int64(20 * time.Millisecond))))
		s.kill()
		t.count("kills", 1)
		t.count("killed_starting", 1)
	}
	return nil
}

// again reads all chapters once more: nothing of them may have changed. Where something has, what is there now is kept.
func (t *trial) again(ctx context.Context, past []chapterPast) error {
	for _, p := range past {
		c := &crowd{trial: t, places: p.places, tape: new(tape), chapter: p.chapter + "-again", seenBefore: t.seen()}
		now, read := c.readAll(ctx)
		if !read && ctx.Err() != nil {
			return nil
		}
		for _, place := range p.places {
			if read && now[place.name] != p.digests[place.name] {
				t.fault(history.Disagree, "%s, read whole again at the end, is not what it was", place.name)
			}
		}
		if t.seen() > c.seenBefore {
			t.keep(c.tape.take(), c.chapter)
		}
	}
	return nil
}
