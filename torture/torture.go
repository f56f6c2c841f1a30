package torture

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// Options say what to do, and with what.
type Options struct {
	Seed uint64        // decides everything that is left to chance
	For  time.Duration // for all works together
	Only []string      // names of works; empty = all
	Dir  string        // an empty folder for all data

	// Server makes a command that runs a server of this machine over the folder data. It listens on
	// listen, a URI, logs JSON to its stderr and lifts its rates. With frail its disk and clock can be
	// told to misbehave, by lines on its stdin; see [Frail].
	Server func(data, listen string, frail bool) *exec.Cmd

	// Full tells whether the disk of Dir is full in fact, so that nothing can be found out there any more; nil = it never is.
	Full func() bool

	Say func(doing string) // shows what is being done; nil = nobody wants to know
}

// Work is one way to hurt a server.
type Work struct {
	Name string
	part float64 // of the time for all
	run  func(ctx context.Context, t *trial) error
}

// Works are all of them, in the order in which they are done.
var Works = []Work{
	{"power", 0.2, power},
	{"kill", 0.5, kills},
	{"lines", 0.12, cutLines},
	{"sync", 0.08, failedSync},
	{"full", 0.06, fullDisk},
	{"clock", 0.04, clocks},
}

// Result is what came out of a work.
type Result struct {
	Work    string        `json:"work"`
	Seconds float64       `json:"seconds"`
	Figures []Figure      `json:"figures"`
	Faults  []Fault       `json:"faults"`
	History []string      `json:"history,omitempty"` // files with what the chapters with faults lived through
	Stopped bool          `json:"stopped,omitempty"` // by ctx, before its time
	Elapsed time.Duration `json:"-"`
}

// Figure is something that was counted.
type Figure struct {
	Key   string  `json:"key"` // see [FigureKeys]
	Value float64 `json:"value"`
}

// FigureKeys are all keys of figures.
var FigureKeys = []string{
	"kills", "killed_starting", "cuts", "normal_lost", "normal_acknowledged", "syncs", "exits", "fills", "refused_full",
	"jumps", "repeats", "lines_cut", "acknowledged", "acknowledged_s", "told", "lost", "checked",
}

// Fault is a promise that was not kept, or something that should not have happened.
type Fault struct {
	Kind  string `json:"kind"` // of package history, or "server", "stuck", "refused", "blind"
	Words string `json:"words"`
}

// Kinds of faults besides those of package history.
const (
	FaultServer  = "server"  // it ended, or did not start, or not as it must
	FaultStuck   = "stuck"   // somebody waits for ever
	FaultRefused = "refused" // something right was refused for ever
	FaultBlind   = "blind"   // the test did not find a fault that was made on purpose
)

// Run does the works in turn, each for its part of the time, and hands each result to
// done. It goes on after faults, and ends early with ctx: what was found by then is in the
// results. An error means that nothing was found out; it is [ErrFull] where the disk became full in fact.
func Run(ctx context.Context, o Options, done func(*Result)) error {
	var total float64
	works := chosen(o.Only)
	for _, w := range works {
		total += w.part
	}
	for _, w := range works {
		if ctx.Err() != nil {
			return nil
		}
		r, err := o.work(ctx, w, time.Duration(w.part/total*float64(o.For)))
		if r != nil {
			done(r)
		}
		if err != nil {
			return fmt.Errorf("torture: %s: %w", w.Name, err)
		}
	}
	return nil
}

// work does one work.
func (o *Options) work(ctx context.Context, w Work, long time.Duration) (*Result, error) {
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	dir := filepath.Join(o.Dir, w.Name)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	began := time.Now()
	t := &trial{
		Options: o, name: w.Name, dir: dir, ends: began.Add(long),
		rand: rand.New(rand.NewPCG(o.Seed, nameSeed(w.Name))), counts: map[string]float64{}, end: end,
	}
	go t.watchRoom(ctx) // ends with ctx
	err := w.run(ctx, t)
	switch full := errors.Is(context.Cause(ctx), ErrFull); {
	case full || err != nil && o.full():
		err = ErrFull
	case ctx.Err() != nil:
		err = nil // it was stopped, and says what it has found
	}
	t.waiting.Wait()
	r := t.result(time.Since(began))
	r.Stopped = ctx.Err() != nil
	if len(r.Faults) == 0 && (err == nil || errors.Is(err, ErrFull)) {
		err = errors.Join(err, os.RemoveAll(dir))
	}
	return r, err
}

func nameSeed(name string) (n uint64) {
	for _, c := range name {
		n = n*31 + uint64(c)
	}
	return n
}

func chosen(names []string) []Work {
	if len(names) == 0 {
		return Works
	}
	var works []Work
	for _, w := range Works {
		for _, name := range names {
			if w.Name == name {
				works = append(works, w)
				break
			}
		}
	}
	return works
}

// Known tells whether there is a work of that name.
func Known(name string) bool {
	for _, w := range Works {
		if w.Name == name {
			return true
		}
	}
	return false
}
