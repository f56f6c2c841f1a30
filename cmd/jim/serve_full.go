package main

import (
	"math"
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

// memoryShare is how much of what Go keeps to may be in use before nobody else is let in:
// the rest is for what those who are in say, and for what is garbage by now.
const memoryShare = 0.7

// memoryFull tells whether there is memory for more connections, by what the last
// collection of garbage left and the stacks; nil where there is no limit. It is
// cheap enough to be asked for each connection.
func memoryFull() func() bool {
	limit := debug.SetMemoryLimit(-1)
	if limit == math.MaxInt64 {
		return nil
	}
	most := uint64(memoryShare * float64(limit))
	var mu sync.Mutex
	sample := []metrics.Sample{
		{Name: "/gc/heap/live:bytes"},
		{Name: "/memory/classes/heap/stacks:bytes"},
	}
	return func() bool {
		mu.Lock()
		defer mu.Unlock()
		metrics.Read(sample)
		return sample[0].Value.Uint64()+sample[1].Value.Uint64() > most
	}
}
