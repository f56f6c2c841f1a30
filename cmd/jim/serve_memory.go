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

// giveMemoryBack gives unused memory back to the system until ctx ends. Go does
// so by itself, but keeps a tenth more than it needs and hurries for nobody: a
// server on a small machine should look as small as it is.
func giveMemoryBack(ctx context.Context) {
	tick := time.NewTicker(memoryEvery)
	defer tick.Stop()
	sample := []metrics.Sample{
		{Name: "/memory/classes/heap/free:bytes"},
		{Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/gc/cycles/total:gc-cycles"},
	}
	var cycles, live uint64 // at the last look, and after the last collection of ours
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		metrics.Read(sample)
		free, used, now := sample[0].Value.Uint64(), sample[1].Value.Uint64(), sample[2].Value.Uint64()
		if now == cycles && (free > memorySpare || used > live+memorySpare) {
			debug.FreeOSMemory()
			metrics.Read(sample)
			live, now = sample[1].Value.Uint64(), sample[2].Value.Uint64()
		}
		cycles = now
	}
}
