package sim_test

import (
	"flag"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"jim/chat"
	"jim/history"
	"jim/sim"
)

var (
	seeds = flag.Uint64("seeds", 10_000, "how many worlds to live through")
	seed  = flag.Uint64("seed", 0, "the first of them; with -seeds=1 its history is printed")
	shows = flag.Bool("progress", false, "say now and then how far it is")
)

// play lives through one world and returns what it has come to; a panic or a
// goroutine that was left behind is a fault.
func play(t *testing.T, seed uint64) (o *sim.Outcome) {
	t.Helper()
	defer func() {
		if r := recover(); r != nil {
			t.Errorf("seed %d: %v", seed, r)
		}
	}()
	synctest.Test(t, func(*testing.T) { o = sim.Play(seed) })
	return o
}

// report says what is wrong with a world, and how to see it again.
func report(t *testing.T, seed uint64, o *sim.Outcome) {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d: %d faults; again: make sim SEED=%d SEEDS=1", seed, len(o.Faults), seed)
	for _, f := range o.Faults {
		fmt.Fprintf(&b, "\n%s", f)
		for _, e := range f.Entries {
			fmt.Fprintf(&b, "\n    %s", e)
		}
	}
	t.Error(b.String())
}

// Every seed is a world in which no promise is broken.
func TestSeeds(t *testing.T) {
	var next, failed atomic.Uint64
	var mu sync.Mutex
	counts := map[string]int{}
	for n := range runtime.GOMAXPROCS(0) {
		t.Run(fmt.Sprint("worker ", n), func(t *testing.T) {
			t.Parallel()
			for i := next.Add(1) - 1; i < *seeds && failed.Load() < 3; i = next.Add(1) - 1 {
				o := play(t, *seed+i)
				if o == nil {
					failed.Add(1)
					continue
				}
				if *seeds == 1 {
					t.Log(tail(o.History, 0, len(o.History)))
				}
				if *shows && (i+1)%10_000 == 0 {
					fmt.Println(i+1, "worlds,", failed.Load(), "with faults")
				}
				if len(o.Faults) > 0 {
					failed.Add(1)
					report(t, *seed+i, o)
				}
				mu.Lock()
				for what, n := range o.Counts {
					counts[what] += n
				}
				mu.Unlock()
			}
		})
	}
	t.Cleanup(func() {
		t.Log(counts)
		for _, what := range happens {
			if few := int(*seeds / 1000); counts[what] < few { // a thousand worlds may be without
				t.Errorf("%q happened %d times in %d worlds: what did not happen proves nothing", what, counts[what], *seeds)
			}
		}
	})
}

// happens is what goes wrong, and what comes of it, in all worlds together.
var happens = []string{
	"cut", "closed half", "lags", "weighed", "behind", "crashes", "crashes before a commit", "crashes after a commit", "shutdowns",
	"commits failed: " + chat.ErrFull.Error(), "commits failed: the disk cannot be written", "calls delayed", "calls failed",
	"try again", "conflicts", "kept", "events",
}

// The same seed gives the same history.
func TestReplay(t *testing.T) {
	for i := range max(1, *seeds/10) {
		seed := *seed + i
		a, b := play(t, seed), play(t, seed)
		if a == nil || b == nil {
			return
		}
		if slices.Equal(a.History, b.History) {
			continue
		}
		i := 0
		for i < min(len(a.History), len(b.History)) && a.History[i] == b.History[i] {
			i++
		}
		t.Errorf("seed %d: two histories of %d and %d entries, different from %d on:\n%s\n%s", seed, len(a.History), len(b.History), i,
			tail(a.History, i, 5), tail(b.History, i, 5))
	}
}

func tail(h []history.Entry, i, n int) (s string) {
	for _, e := range h[i:min(i+n, len(h))] {
		s += e.String() + "\n"
	}
	return s
}
