package main

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// When the memory of a burst goes back to the system: it is looked at every
// memoryEvery, and given back when more than memorySpare lies unused or may be
// garbage, nothing was collected since the look before, and no more than a
// memoryCalm-th part of it was asked for meanwhile: a busy server would soon ask for it
// again, and a collection that is not due yet holds up everybody who talks.
const (
	memoryEvery = 5 * time.Second
	memorySpare = 4 << 20
	memoryCalm  = 8
)

// While more than muchKept is kept in a second, the heap may grow by garbageMin before
// it is collected. Go's own rule, as much garbage as there is in use, has a small busy
// server collect dozens of times a second. In percent of what is in use this is at
// most percentMax, because Go lets a heap of nothing grow to 4 MiB times that.
const (
	muchKept   = 1000
	garbageMin = 32 << 20
	percentMin = 100 // Go's rule, for a heap of garbageMin and more, and for little in use
	percentMax = 800
)

// At other times, where more than liveMany is in use, it depends on whether people come. While they do, it is collected
// sooner than by Go's rule: what thousands leave who log in lies scattered between what they keep, and the holes stay for
// as long as they are connected. When they are there, as under attack, holes are of no concern, and every collection
// holds up those who talk: so they are rare then. The memory that this takes is given back once it is quiet.
const (
	liveMany      = 4 << 20
	percentComing = 50
	percentHere   = 150
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
	crowd   uint64 // about how many goroutines there were in the last seconds: each connection has one
}

// tune is called every second.
func (c *collector) tune(kept uint64) {
	busy := kept-c.kept > muchKept
	c.kept = kept
	now := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/sched/goroutines:goroutines"}}
	metrics.Read(now)
	want := percentFor(busy, c.grows(now[1].Value.Uint64()), now[0].Value.Uint64())
	if want < c.percent*3/4 || want > c.percent*5/4 {
		debug.SetGCPercent(want)
		c.percent = want
	}
}

// grows tells whether there are now more by a tenth than there were in the last seconds. Who goes is forgotten slowly, in
// half a minute: some who come and go all the time are no crowd that grows, and all who return at once find the holes
// that they have left.
func (c *collector) grows(now uint64) bool {
	grows := now > c.crowd+c.crowd/10
	c.crowd = max(now, c.crowd-c.crowd/32)
	return grows
}

// percentFor is how much garbage there may be beside live bytes.
func percentFor(busy, coming bool, live uint64) int {
	switch {
	case busy:
		return int(min(max(percentMin, 100*garbageMin/max(live, 1)), percentMax))
	case live <= liveMany:
		return percentMin
	case coming:
		return percentComing
	}
	return percentHere
}

// memoryLook looks at how much memory is used, and gives back what is not.
type memoryLook struct {
	sample []metrics.Sample
	cycles uint64 // at the last look
	live   uint64 // after the last collection of ours
	asked  uint64 // bytes that had been allocated at the last look, in all
}

func newMemoryLook() *memoryLook {
	return &memoryLook{sample: []metrics.Sample{
		{Name: "/memory/classes/heap/free:bytes"},
		{Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/gc/cycles/total:gc-cycles"},
		{Name: "/gc/heap/allocs:bytes"},
	}}
}

func (l *memoryLook) giveBack() {
	metrics.Read(l.sample)
	free, used, now, asked := l.sample[0].Value.Uint64(), l.sample[1].Value.Uint64(), l.sample[2].Value.Uint64(), l.sample[3].Value.Uint64()
	if now == l.cycles && worthGivingBack(free, used-min(used, l.live), asked-l.asked) {
		debug.FreeOSMemory()
		metrics.Read(l.sample)
		l.live, now, asked = l.sample[1].Value.Uint64(), l.sample[2].Value.Uint64(), l.sample[3].Value.Uint64()
	}
	l.cycles, l.asked = now, asked
}

// worthGivingBack decides by the bytes that are free, those that may be garbage, and those that were asked for since the
// look before.
func worthGivingBack(free, garbage, asked uint64) bool {
	return (free > memorySpare || garbage > memorySpare) && asked <= (free+garbage)/memoryCalm
}
