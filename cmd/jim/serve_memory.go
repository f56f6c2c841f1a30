package main

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// When the memory of a burst goes back to the system: it is looked at every
// memoryEvery, and given back when more than memorySpare lies unused or may be
// garbage, and nothing was collected since the look before: a busy server would
// soon ask for it again.
const (
	memoryEvery = 5 * time.Second
	memorySpare = 4 << 20
)

// While more than muchKept is kept in a second, the heap may grow by garbageMin before
// it is collected. Go's own rule, as much garbage as there is in use, has a small busy
// server collect dozens of times a second. In percent of what is in use this is at
// most percentMax, because Go lets a heap of nothing grow to 4 MiB times that.
//
// At other times it is collected sooner than by Go's rule, where more than liveMany is in
// use: what thousands leave who log in lies scattered between what they keep, and the
// holes stay for as long as they are connected.
const (
	muchKept     = 1000
	garbageMin   = 32 << 20
	percentMin   = 100 // Go's rule, for a heap of garbageMin and more
	percentMax   = 800
	liveMany     = 4 << 20
	percentQuiet = 50
)

// Where something is collected and what is in use has not grown, as under attack, holes are of no concern, and every
// collection holds up those who talk: for churnHolds seconds from then on the heap may grow further. That is longer than
// from one such collection to the next.
const (
	churnHolds   = 12
	percentChurn = 150
)

// keepMemory tunes the garbage collector to what the server does, and gives unused
// memory back to the system, until ctx ends. Go gives back by itself, but keeps a
// tenth more than it needs and hurries for nobody: a server on a small machine should
// look as small as it is. kept tells how many entries were kept so far.
func keepMemory(ctx context.Context, kept func() uint64) {
	second := time.NewTicker(time.Second)
	defer second.Stop()
	c := collector{percent: percentMin}
	look := newMemoryLook()
	for n := 1; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-second.C:
		}
		c.tune(kept())
		if n%int(memoryEvery/time.Second) == 0 {
			look.giveBack()
		}
	}
}

// collector is how the garbage collector is tuned.
type collector struct {
	percent int
	kept    uint64 // a second ago
	cycles  uint64 // the same
	live    uint64 // after the last collection
	churn   int    // seconds for which it is still taken for churn
}

// tune is called every second.
func (c *collector) tune(kept uint64) {
	busy := kept-c.kept > muchKept
	c.kept = kept
	now := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/cycles/automatic:gc-cycles"}}
	metrics.Read(now)
	live := now[0].Value.Uint64()
	want := percentFor(busy, c.churns(live, now[1].Value.Uint64()), live)
	if want < c.percent*3/4 || want > c.percent*5/4 {
		debug.SetGCPercent(want)
		c.percent = want
	}
}

// churns tells whether there was a collection in the last seconds after which not a tenth more was in use than after
// the one before.
func (c *collector) churns(live, cycles uint64) bool {
	if cycles > c.cycles && live <= c.live+c.live/10 {
		c.churn = churnHolds
	} else {
		c.churn = max(c.churn-1, 0)
	}
	c.cycles, c.live = cycles, live
	return c.churn > 0
}

// percentFor is how much garbage there may be beside live bytes.
func percentFor(busy, churns bool, live uint64) int {
	switch {
	case !busy && churns:
		return percentChurn
	case !busy && live > liveMany:
		return percentQuiet
	case !busy:
		return percentMin
	}
	return int(min(max(percentMin, 100*garbageMin/max(live, 1)), percentMax))
}

// memoryLook looks at how much memory is used, and gives back what is not.
type memoryLook struct {
	sample       []metrics.Sample
	cycles, live uint64 // at the last look, and after the last collection of ours
}

func newMemoryLook() *memoryLook {
	return &memoryLook{sample: []metrics.Sample{
		{Name: "/memory/classes/heap/free:bytes"},
		{Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/gc/cycles/total:gc-cycles"},
	}}
}

func (l *memoryLook) giveBack() {
	metrics.Read(l.sample)
	free, used, now := l.sample[0].Value.Uint64(), l.sample[1].Value.Uint64(), l.sample[2].Value.Uint64()
	if now == l.cycles && (free > memorySpare || used > l.live+memorySpare) {
		debug.FreeOSMemory()
		metrics.Read(l.sample)
		l.live, now = l.sample[1].Value.Uint64(), l.sample[2].Value.Uint64()
	}
	l.cycles = now
}
