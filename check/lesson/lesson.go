// Package lesson checks clients: it starts a client against a server that follows a script, and judges what the
// client sends, what it shows, and whether it is still there afterwards.
//
// A lesson is one run of the client against one script, and proves a few rules. Besides, everything
// that a client sends in any lesson is judged by [check.Judge]. What failed is tried once more before it counts, so
// that a busy machine is not the client's fault.
package lesson

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"jim/check"
)

// Options say which client is checked and how.
type Options struct {
	// Command starts the client. In its words {host}, {port} and {address} stand for the script's
	// server, {name} for Name, {to} for To, and {text} for something to say: a command with {text} says one thing
	// and ends. The same stands in the environment as HOST, PORT, JIM_ADDRESS and JIM_NAME.
	Command  []string
	Level    check.Level
	Name     string // of the person; "" = ann
	To       string // where is talked; "" = #tea for JIM/2, bob for the dialects
	Start    string // what is typed when the client begins; {name} and {to} stand for themselves
	Say      string // what is typed to say {text} to {to}; "" = {text}
	Mute     bool   // it cannot be typed to
	Blind    bool   // it does not print what it is told
	Only     []string
	Jobs     int           // lessons at the same time; 0 = 4
	Patience time.Duration // for what the client must do; 0 = 5 s
	Done     func(*check.Result)

	tries int // of a lesson in which something fails; 0 = 2
}

// need is what a lesson wants of a client.
type need uint8

const (
	speaks  need = 1 << iota // it says something, typed or from its command line
	typing                   // it says what is typed, again and again
	showing                  // it prints what it is told
)

// script is a lesson.
type script struct {
	levels []check.Level
	needs  need
	checks []check.Check
	gate   bool // where it fails nothing else can be learnt
	play   func(*stage)
}

// Client plays the lessons of a level with a client. The errors are those of options that make no
// sense, and of a command that cannot be started; whatever else is wrong is in the report.
func Client(ctx context.Context, o Options) (*check.Report, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	r := &run{o: o, results: map[string]*check.Result{}}
	began := time.Now()
	if err := r.all(ctx); err != nil {
		return nil, err
	}
	report := &check.Report{Subject: strings.Join(o.Command, " "), Level: o.Level, Took: time.Since(began), Spoiled: r.spoiled}
	for _, c := range Checks() {
		if x := r.results[c.ID]; x != nil {
			report.Results = append(report.Results, *x)
		}
	}
	report.Sort()
	if ctx.Err() != nil {
		report.Stopped, report.Interrupted = context.Cause(ctx).Error(), true
	}
	return report, nil
}

// complete fills in what was not said, and refuses what makes no sense.
func (o *Options) complete() error {
	if len(o.Command) == 0 {
		return fmt.Errorf("no command to start")
	}
	if !slices.Contains(check.Levels, o.Level) {
		return fmt.Errorf("there is no level %q; there are jim2, jim1 and mentor", o.Level)
	}
	for _, only := range o.Only {
		if !slices.ContainsFunc(Checks(), func(c check.Check) bool { return isAsked(c.ID, only) }) {
			return fmt.Errorf("no check of a client is called %q, nor begins so", only)
		}
	}
	if o.Name == "" {
		o.Name = "ann"
	}
	if o.To == "" {
		o.To = "bob"
		if o.Level == check.JIM2 {
			o.To = "#tea"
		}
	}
	if o.Say == "" {
		o.Say = "{text}"
	}
	if o.Jobs == 0 {
		o.Jobs = 4
	}
	if o.Patience == 0 {
		o.Patience = 5 * time.Second
	}
	return nil
}

func isAsked(id, only string) bool {
	return id == only || strings.HasPrefix(id, strings.TrimSuffix(only, ".")+".")
}

// isSender tells whether the client says one thing, from its command line, and ends.
func (o *Options) isSender() bool {
	return slices.ContainsFunc(o.Command, func(word string) bool { return strings.Contains(word, "{text}") })
}

// has is what the client can do.
func (o *Options) has() need {
	switch {
	case o.isSender():
		return speaks
	case o.Mute && o.Blind:
		return 0
	case o.Mute:
		return showing
	case o.Blind:
		return speaks | typing
	}
	return speaks | typing | showing
}

// Checks are all checks of clients, of all levels, in the order of the lessons; then those of the judge.
func Checks() []check.Check {
	var all []check.Check
	for _, s := range scripts() {
		all = append(all, s.checks...)
	}
	return append(all, append(always(), judged()...)...)
}

// run is one run of all lessons.
type run struct {
	o       Options
	spoiled bool

	mu       sync.Mutex
	results  map[string]*check.Result
	started  int // lessons in which the client was started
	crash    *check.Result
	verdicts map[string]*check.Result // rules of the judge that were broken
}

// all plays all lessons: those that everything stands on first, then the others side by side.
func (r *run) all(ctx context.Context) error {
	var rest []*script
	for _, s := range scripts() {
		if !slices.Contains(s.levels, r.o.Level) || !r.wants(s) {
			continue
		}
		if !s.gate {
			rest = append(rest, s)
			continue
		}
		if err := r.lesson(ctx, s); err != nil {
			return err
		}
		x := r.results[s.checks[0].ID]
		r.spoiled = r.spoiled || x != nil && x.State == check.Failed
	}
	if r.spoiled {
		return nil
	}
	places := make(chan struct{}, r.o.Jobs)
	var all sync.WaitGroup
	for _, s := range rest {
		places <- struct{}{}
		all.Go(func() {
			defer func() { <-places }()
			_ = r.lesson(ctx, s) // the first one was started
		})
	}
	all.Wait()
	r.conclude(ctx)
	return nil
}

// wants tells whether a lesson was asked for. The gate always is.
func (r *run) wants(s *script) bool {
	if len(r.o.Only) == 0 || s.gate {
		return true
	}
	return slices.ContainsFunc(s.checks, func(c check.Check) bool {
		return slices.ContainsFunc(r.o.Only, func(only string) bool { return isAsked(c.ID, only) })
	})
}

// skip gives no result for the checks of a lesson, but why.
func (r *run) skip(s *script, why string) {
	for _, c := range s.checks {
		if slices.Contains(c.Levels, r.o.Level) {
			r.done(&check.Result{Check: c, State: check.Skipped, Why: why})
		}
	}
}

// ended says why a run is over before its time.
func ended(ctx context.Context) string { return check.RunEnded + context.Cause(ctx).Error() }

// lesson plays one lesson, again where something failed. One that was interrupted proves nothing.
func (r *run) lesson(ctx context.Context, s *script) error {
	if lacks := s.needs &^ r.o.has(); lacks != 0 {
		why := "the client cannot be typed to"
		if lacks&showing != 0 {
			why = "the client does not print what it is told"
		}
		r.skip(s, why)
		return nil
	}
	if ctx.Err() != nil {
		r.skip(s, ended(ctx))
		return nil
	}
	var st *stage
	for left := cmp.Or(r.o.tries, 2); ; left-- {
		var err error
		if st, err = perform(ctx, &r.o, s); err != nil {
			return err
		}
		if left == 1 || !st.faulty() || ctx.Err() != nil {
			break
		}
	}
	if ctx.Err() != nil {
		r.skip(s, ended(ctx))
		return nil
	}
	for i := range s.checks {
		if c := &s.checks[i]; slices.Contains(c.Levels, r.o.Level) {
			r.done(st.result(c))
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.started++
	if r.crash == nil {
		r.crash = st.crash
	}
	if r.verdicts == nil {
		r.verdicts = map[string]*check.Result{}
	}
	for id, x := range st.verdicts {
		if r.verdicts[id] == nil {
			r.verdicts[id] = x
		}
	}
	return nil
}

func (r *run) done(x *check.Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.o.Only) > 0 && !slices.ContainsFunc(r.o.Only, func(only string) bool { return isAsked(x.ID, only) }) && x.State != check.Failed {
		return
	}
	r.results[x.ID] = x
	if r.o.Done != nil {
		r.o.Done(x)
	}
}

// conclude gives the results of what was looked at in every lesson: what nobody saw broken holds, where all were
// played to their end.
func (r *run) conclude(ctx context.Context) {
	for _, c := range append(always(), judged()...) {
		if !slices.Contains(c.Levels, r.o.Level) {
			continue
		}
		x := r.verdicts[c.ID]
		if c.ID == crashID {
			x = r.crash
		}
		switch {
		case x == nil && ctx.Err() != nil:
			x = &check.Result{State: check.Skipped, Why: ended(ctx)}
		case x == nil:
			x = &check.Result{State: check.Passed}
		}
		y := *x
		y.Check = c
		r.done(&y)
	}
}
