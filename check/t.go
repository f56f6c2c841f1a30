package check

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"
)

// T is one check while it is made. Its functions end the check when something is not as it must be, as
// those of package testing do.
type T struct {
	run     *runner
	ctx     context.Context // ends when the check has taken too long
	began   time.Time
	conns   []*conn
	ends    []func() // what else is to be closed, the last one first
	leases  []*lease
	owned   []*lease        // registered names
	been    map[string]bool // names that have been here
	readers sync.WaitGroup
	result  Result
	mark    string // in every id: an id is the same message for ever

	mu   sync.Mutex
	talk []Line
	over bool // nothing is noted any more
}

const (
	checkTimeout = 40 * time.Second
	talkLines    = 200 // of a check, at most
)

// fail ends the check: the server is wrong. Where the run was interrupted that cannot be told.
func (t *T) fail(expected, came string) {
	if t.run.caller.Err() != nil {
		t.skip("%s", t.run.ended())
	}
	if t.run.failing != nil {
		t.run.failing()
	}
	t.result.State, t.result.Expected, t.result.Came = Failed, expected, came
	runtime.Goexit()
}

// skip ends the check: it cannot be made.
func (t *T) skip(format string, args ...any) {
	t.result.State, t.result.Why = Skipped, fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// silent ends the check: what was expected did not come. why says why nothing more can, "" = in time.
func (t *T) silent(why, expected string, before []*object) {
	if why == "" {
		if ended := t.run.ended(); ended != "" {
			t.skip("%s", ended)
		}
		if t.ctx.Err() != nil {
			why = "nothing, and the check has taken too long"
		} else {
			t.run.quiet()
			why = "nothing in " + t.run.patience().String()
		}
	}
	t.fail(expected, why+came(before))
}

// until is when waiting for the next thing ends.
func (t *T) until() time.Time { return time.Now().Add(t.run.patience()) }

// sleep waits, unless the check ends.
func (t *T) sleep(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-t.ctx.Done():
	}
}

// eventually tries until it is so, or patience is at its end.
func (t *T) eventually(so func() bool) bool {
	for until := t.until(); ; {
		if so() {
			return true
		}
		if time.Now().After(until) || t.ctx.Err() != nil {
			return false
		}
		t.sleep(50 * time.Millisecond)
	}
}

// unanswered ends the check: it was told to come later until it, or the run, was over.
func (t *T) unanswered() {
	if ended := t.run.ended(); ended != "" {
		t.skip("%s", ended)
	}
	t.skip("the server says 429 again and again")
}

// id is a word as an id that nobody has used.
func (t *T) id(word string) string { return word + "-" + t.mark }

func (t *T) line(c *conn, way Way, p []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.talk) < talkLines && !t.over {
		t.talk = append(t.talk, Line{c.who, way, shown(p), time.Since(t.began)})
	}
}

func (t *T) note(c *conn, text string) { t.line(c, Note, []byte(text)) }

// open connects and says, in JIM/2, with the first object that it speaks it. The dialects say nothing, and over
// UDP there is no connection before somebody has said who he is.
func (t *T) open(who string) *conn {
	if t.run.way == overUDP {
		t.skip("%s%s", notOver, overUDP)
	}
	c := t.dial(who)
	if c.tongue == JIM2 {
		c.done("ping", "jim", 2)
	}
	return c
}

// come connects and logs in under a name that was used before, maybe.
func (t *T) come(who string) *conn { return t.enter(who, t.lease(false)) }

// comeNew connects and logs in under a name that has said nothing yet.
func (t *T) comeNew(who string) *conn { return t.enter(who, t.lease(true)) }

// enter connects and logs in. In JIM/2 events are sure to come from the answer to the next request on.
func (t *T) enter(who string, l *lease) *conn {
	c := t.dial(who)
	c.login(l)
	if c.tongue == JIM2 {
		c.ask("ping")
	}
	return c
}

// login says who one is. A name that has just been left may still be in use for a moment.
func (c *conn) login(l *lease) *object {
	var a *object
	tries := 0
	in := c.t.eventually(func() bool {
		if tries++; tries > 1 && c.t.run.way == overUDP && !c.t.been[l.name] {
			l.name, l.used = c.t.newName(), false // the datagram by which somebody left it was lost
		}
		if a != nil && c.ended() { // the mentors' servers close where they refuse
			c.dialAgain()
		}
		a = c.ask("presence", c.hello(l)...)
		refused := a.code() == 409 || a.code() == 400
		if refused && c.tongue == Mentor && l.used {
			c.wait(time.Now().Add(settle)) // the end comes behind the answer
		}
		return a.code() == 200 || !l.used || !refused
	})
	if !in || a.code() != 200 {
		c.t.fail("to be let in as "+l.name, a.String())
	}
	l.used = true
	c.name = l.name
	if c.t.been == nil {
		c.t.been = map[string]bool{}
	}
	c.t.been[l.name] = true
	return a
}

// hello is what a presence says besides its action.
func (c *conn) hello(l *lease) []any {
	switch c.tongue {
	case JIM1:
		user := build(append([]any{"account_name", l.name, "status", "here"}, l.proof()...)...)
		return []any{"type", "status", "user", user}
	case Mentor:
		return []any{"user", build(append([]any{"account_name", l.name}, l.proof()...)...)}
	}
	user := build(append([]any{"account_name", l.name}, l.proof()...)...)
	return append([]any{"jim", 2, "user", user}, c.extra...)
}
