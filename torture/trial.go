package torture

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"time"

	"jim/history"
)

// trial is where a work is done: its folder, its time, and what it has found.
type trial struct {
	*Options
	name string
	dir  string
	ends time.Time
	rand *rand.Rand // of the work's own goroutine
	end  context.CancelCauseFunc

	waiting sync.WaitGroup // checks under way
	mu      sync.Mutex
	counts  map[string]float64
	faults  []Fault
	noted   int // faults of any kind that no history shows by itself
	kept    []string
	talked  time.Duration
}

// over tells whether the time of the work is over.
func (t *trial) over(ctx context.Context) bool { return ctx.Err() != nil || time.Now().After(t.ends) }

// goesOn tells whether there is to be another chapter; there is one in any case.
func (t *trial) goesOn(ctx context.Context, chapter int) bool {
	return ctx.Err() == nil && !t.failed() && (chapter == 1 || !t.over(ctx))
}

func (t *trial) count(key string, n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counts[key] += float64(n)
}

func (t *trial) counted(key string) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return int(t.counts[key])
}

// faultsMax is how many faults a work tells of. It ends when it has found so many.
const faultsMax = 20

// fault notes one that was seen while it happened, unless the disk is full. The history of the chapter is kept; see [trial.judge].
func (t *trial) fault(kind, format string, args ...any) {
	if t.excused(kind) {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.noted++
	t.add(kind, fmt.Sprintf(format, args...))
}

func (t *trial) add(kind, words string) {
	if len(t.faults) < faultsMax {
		t.faults = append(t.faults, Fault{kind, words})
	}
}

// seen is how many faults were noted while they happened.
func (t *trial) seen() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.noted
}

// failed tells whether a fault was found.
func (t *trial) failed() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.faults) > 0
}

// say shows what is being done.
func (t *trial) say(format string, args ...any) {
	if t.Say != nil {
		t.Say(fmt.Sprintf("%s: "+format, append([]any{t.name}, args...)...))
	}
}

// judge ends a chapter whose voices have ended. Where all was read in the end, its history is checked, beside what
// goes on. It is kept where that finds a fault, and where one was noted while it happened, however the chapter ended.
func (t *trial) judge(c *crowd, read bool) {
	failed := t.seen() > c.seenBefore
	if !read && !failed {
		return // it was stopped from outside
	}
	t.waiting.Wait() // one at a time: they need memory
	t.waiting.Go(func() { t.judgeNow(c.tape.take(), c.chapter, read, failed) })
}

func (t *trial) judgeNow(entries []history.Entry, chapter string, read, failed bool) {
	if read {
		faults := history.Check(entries)
		t.tally(entries)
		failed = failed || len(faults) > 0
		t.mu.Lock()
		for _, f := range faults {
			t.add(f.Kind, f.String())
			if f.Kind == history.Lost {
				t.counts["lost"] += float64(1 + f.More)
			}
		}
		t.mu.Unlock()
	}
	if failed {
		t.keep(entries, chapter)
	}
}

// keep writes a history into a file of the work's folder.
func (t *trial) keep(entries []history.Entry, chapter string) {
	file := filepath.Join(t.dir, "history-"+chapter+".jsonl")
	if err := keep(file, entries); err != nil {
		t.fault(FaultBlind, "its history could not be kept: %v", err)
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, file)
}

func (t *trial) tally(entries []history.Entry) {
	var acked, told int
	for i := range entries {
		switch entries[i].Kind {
		case history.Ack:
			acked++
		case history.Read:
			told++
		}
	}
	t.count("acknowledged", acked)
	t.count("told", told)
	t.count("checked", len(entries))
}

// result is what was found, with figures in the order of FigureKeys.
func (t *trial) result(elapsed time.Duration) *Result {
	t.mu.Lock()
	defer t.mu.Unlock()
	r := &Result{Work: t.name, Seconds: elapsed.Seconds(), Elapsed: elapsed, Faults: t.faults, History: t.kept, Figures: []Figure{}}
	if r.Faults == nil {
		r.Faults = []Fault{}
	}
	if t.talked > 0 {
		t.counts["acknowledged_s"] = t.counts["acknowledged"] / t.talked.Seconds()
	}
	t.counts["lost"] += 0 // it is told, also where nothing was
	for _, key := range FigureKeys {
		if n, ok := t.counts[key]; ok {
			r.Figures = append(r.Figures, Figure{key, n})
		}
	}
	return r
}

// talking counts the time in which a crowd talked.
func (t *trial) talking(d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.talked += d
}

// pause waits for a while, or for the end of ctx.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
