package check

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"jim/client"
)

// Options say what is checked and how.
type Options struct {
	Address     string // as package client's Dial takes it
	Fingerprint string // of the server's certificate; see there
	Level       Level
	Accounts    []Account     // to log in with, three for each check made at a time; none = as guests, under names of the suite's own
	Only        []string      // ids, or beginnings of ids; none = all checks of the level
	Jobs        int           // checks made at the same time; 0 = 12
	Patience    time.Duration // for which a server may be silent where it must say something; 0 = 5 s
	Done        func(*Result) // told of each result, one at a time
}

// serverCheck is a check with its conversation.
type serverCheck struct {
	Check
	run  func(*T)
	over ways // on which transports it can be made
	gate bool // when it fails the others cannot be made
}

// Server plays the checks of a level against a server. It ends in bounded time whatever the server does.
// Errors are those of package client, when nobody answers at the address at all, and of options that make
// no sense; whatever else is wrong is in the report.
func Server(ctx context.Context, o Options) (*Report, error) {
	checks, err := chosen(o)
	if err != nil {
		return nil, err
	}
	return play(ctx, o, checks, nil)
}

// play plays checks.
func play(ctx context.Context, o Options, checks []*serverCheck, failing func()) (*Report, error) {
	if o.Jobs == 0 {
		o.Jobs = 12
	}
	if n := len(o.Accounts); n > 0 {
		const most = 3 // of them in one check
		o.Jobs = max(1, min(o.Jobs, n/most))
	}
	if o.Patience == 0 {
		o.Patience = 5 * time.Second
	}
	r := &runner{o: o, names: newNames(o.Accounts), way: wayOf(o.Address), caller: ctx, failing: failing}
	r.ctx, r.stop = context.WithCancelCause(ctx)
	defer r.stop(nil)
	began := time.Now()
	if r.way != overTCP && r.way != overWS && o.Level != JIM2 {
		return nil, fmt.Errorf("no dialect is spoken over %s: check level jim2, or a stream", r.way)
	}
	if err := o.reach(r.ctx); err != nil {
		return nil, err
	}
	r.all(checks)
	report := &Report{Subject: o.Address, Level: o.Level, Results: r.results, Took: time.Since(began), Spoiled: r.spoiled}
	if cause := context.Cause(r.ctx); cause != nil {
		report.Stopped, report.Interrupted = cause.Error(), ctx.Err() != nil
	}
	return report, nil
}

// ServerChecks are all checks of servers, of all levels, in the order of the documents.
func ServerChecks() []Check {
	list := make([]Check, 0, len(serverChecks()))
	for _, c := range serverChecks() {
		list = append(list, c.Check)
	}
	return list
}

// serverChecks lists every check there is, once.
var serverChecks = sync.OnceValue(func() []*serverCheck {
	var all []*serverCheck
	for _, group := range groups {
		all = append(all, group()...)
	}
	slices.SortStableFunc(all, func(a, b *serverCheck) int {
		return slices.Index(Sections, a.Section) - slices.Index(Sections, b.Section)
	})
	return all
})

// chosen are the checks of a level that were asked for.
func chosen(o Options) (list []*serverCheck, err error) {
	if !slices.Contains(Levels, o.Level) {
		return nil, fmt.Errorf("there is no level %q; there are jim2, jim1 and mentor", o.Level)
	}
	met := map[string]bool{}
	for _, c := range serverChecks() {
		if !c.in(o.Level) {
			continue
		}
		wanted := len(o.Only) == 0
		for _, only := range o.Only {
			if c.ID == only || strings.HasPrefix(c.ID, strings.TrimSuffix(only, ".")+".") {
				wanted, met[only] = true, true
			}
		}
		if wanted {
			list = append(list, c)
		}
	}
	for _, only := range o.Only {
		if !met[only] {
			return nil, fmt.Errorf("no check of level %s is called %q, nor begins so", o.Level, only)
		}
	}
	return list, nil
}

// runner makes checks.
type runner struct {
	o       Options
	way     ways
	names   *names
	caller  context.Context // ends when the run is interrupted
	ctx     context.Context // ends then, and when the server is gone
	stop    context.CancelCauseFunc
	made    atomic.Int32 // checks
	silence atomic.Int32 // how often nothing came
	spoiled bool
	failing func() // called where a check fails, on its goroutine; nil = nothing is

	registered registered

	mu      sync.Mutex
	results []Result
}

// patience is for how long a server may be silent. One that has been silent often is not waited for so long:
// the suite must end.
func (r *runner) patience() time.Duration {
	switch n := r.silence.Load(); {
	case n > 40:
		return min(r.o.Patience, 500*time.Millisecond)
	case n > 15:
		return min(r.o.Patience, time.Second)
	}
	return r.o.Patience
}

func (r *runner) quiet() { r.silence.Add(1) }

// ended says why no check can be made any more; "" = they can.
func (r *runner) ended() string {
	if cause := context.Cause(r.ctx); cause != nil {
		return RunEnded + cause.Error()
	}
	return ""
}

// open connects. A server that takes no connections any more, twice in a row, ends the run.
func (r *runner) open(ctx context.Context) (*client.Raw, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*r.o.Patience)
	defer cancel()
	raw, err := client.Open(ctx, r.o.Address, client.Options{Fingerprint: r.o.Fingerprint})
	if err == nil {
		return raw, nil
	}
	timer := time.NewTimer(500 * time.Millisecond)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return nil, err
	}
	if raw, err = client.Open(ctx, r.o.Address, client.Options{Fingerprint: r.o.Fingerprint}); err != nil {
		r.stop(fmt.Errorf("the server takes no connections any more: %w", err))
	}
	return raw, err
}

// all makes checks, those first on which the others stand.
func (r *runner) all(checks []*serverCheck) {
	results := make([]*Result, len(checks))
	for i, c := range checks {
		if c.gate {
			results[i] = r.one(c)
			r.spoiled = r.spoiled || results[i].State == Failed
		}
	}
	next := make(chan int)
	var workers sync.WaitGroup
	for range r.o.Jobs {
		workers.Go(func() {
			for i := range next {
				results[i] = r.one(checks[i])
			}
		})
	}
	for i := range checks {
		if results[i] == nil {
			next <- i
		}
	}
	close(next)
	workers.Wait()
	for _, result := range results {
		r.results = append(r.results, *result)
	}
}

// one makes a check, or says why not.
func (r *runner) one(c *serverCheck) *Result {
	result := &Result{Check: c.Check, State: Skipped}
	switch {
	case r.spoiled:
		result.Why = "nobody can log in"
	case r.ctx.Err() != nil:
		result.Why = r.ended()
	case c.over&r.way == 0:
		result.Why = notOver + r.way.String()
	default:
		result = r.make(c)
	}
	if r.o.Done != nil {
		r.mu.Lock()
		r.o.Done(result)
		r.mu.Unlock()
	}
	return result
}

// make makes a check, and waits until nothing of it is left. What had not failed when the run ended is
// skipped: whoever waited then waited too shortly.
func (r *runner) make(c *serverCheck) *Result {
	ctx, cancel := context.WithTimeout(r.ctx, checkTimeout)
	t := &T{run: r, ctx: ctx, began: time.Now(), result: Result{Check: c.Check, State: Passed}}
	t.mark = r.names.mark + word(int(r.made.Add(1)))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer func() {
			if p := recover(); p != nil {
				t.result.State, t.result.Why = Skipped, fmt.Sprintf("the check itself broke: %v\n%s", p, debug.Stack())
			}
		}()
		c.run(t)
	}()
	<-ended
	if why := r.ended(); why != "" && t.result.State == Passed {
		t.result.State, t.result.Why = Skipped, why
	}
	cancel()
	t.mu.Lock()
	t.over = true
	t.result.Talk = t.talk
	t.mu.Unlock()
	for _, end := range slices.Backward(t.ends) {
		end()
	}
	for _, conn := range t.conns {
		conn.close()
	}
	t.readers.Wait()
	r.names.giveBack(t.leases)
	r.registered.giveBack(t.owned)
	t.result.Took = time.Since(t.began)
	return &t.result
}
