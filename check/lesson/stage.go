package lesson

import (
	"context"
	"fmt"
	"net"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"jim/check"
)

// stage is one lesson while it is played: the client, and the server that follows the script.
type stage struct {
	o       *Options
	script  *script
	ctx     context.Context
	began   time.Time
	text    string // what a client says that says one thing
	process *process
	server  net.Listener
	readers sync.WaitGroup
	turn    sync.Mutex                 // held while on is called; guards what on shares with the script
	on      func(*puppet, *heard) bool // answers instead of the server; true = it did
	welcome []any                      // members of the answer to presence besides the usual ones

	mu       sync.Mutex
	changed  chan struct{}
	conns    []*puppet
	heard    []*heard
	mark     int // where what was heard of the client that runs now begins
	talk     []check.Line
	over     bool
	seq      int
	kept     []string // events of the conversation, by seq
	results  map[string]*check.Result
	verdicts map[string]*check.Result
	crash    *check.Result
	texts    int
}

// Bounds of one lesson.
const (
	mostTalk  = 200 // lines in a report
	mostHeard = 5000
)

// perform plays a lesson once. The error is that of a command that cannot be started.
func perform(ctx context.Context, o *Options, s *script) (*stage, error) {
	st := &stage{
		o: o, script: s, began: time.Now(), changed: make(chan struct{}), text: "good morning 1",
		results: map[string]*check.Result{}, verdicts: map[string]*check.Result{},
	}
	var cancel context.CancelFunc
	st.ctx, cancel = context.WithTimeout(ctx, 10*o.Patience+20*time.Second)
	defer cancel()
	var err error
	if st.server, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("a server for the client: %w", err)
	}
	st.readers.Go(st.accept)
	done := make(chan error, 1)
	go func() {
		var failed error
		defer func() { done <- failed }()
		defer func() {
			if e, ok := recover().(cannotStart); ok {
				failed = e.error
			}
		}()
		s.play(st)
	}()
	err = <-done
	st.end()
	return st, err
}

// cannotStart is why a client cannot be started.
type cannotStart struct{ error }

// end ends the client and all connections.
func (st *stage) end() {
	if st.process != nil {
		if how := st.process.broke(); how != "" {
			st.line(check.Note, "stderr:")
			for _, line := range st.process.lastWords() {
				st.line(check.Note, "  "+line)
			}
			st.crash = &check.Result{State: check.Failed, Expected: "a client that goes on, or says what is wrong and ends", Came: how, Talk: st.lines()}
		}
		st.process.stop()
	}
	_ = st.server.Close()
	st.mu.Lock()
	st.over = true
	conns := st.conns
	st.mu.Unlock()
	for _, c := range conns {
		_ = c.Close()
	}
	st.readers.Wait()
}

// start starts the client.
func (st *stage) start() {
	host, port, _ := net.SplitHostPort(st.server.Addr().String())
	address := st.server.Addr().String()
	words := strings.NewReplacer("{host}", host, "{port}", port, "{address}", address, "{name}", st.o.Name, "{to}", st.o.To, "{text}", st.text)
	var command []string
	for _, word := range st.o.Command {
		command = append(command, words.Replace(word))
	}
	st.mu.Lock()
	st.mark = len(st.heard)
	st.mu.Unlock()
	p, err := start(command, []string{"HOST=" + host, "PORT=" + port, "JIM_ADDRESS=" + address, "JIM_NAME=" + st.o.Name, "PYTHONUNBUFFERED=1"}, st.wake)
	if err != nil {
		panic(cannotStart{err})
	}
	st.process = p
	if st.o.Start != "" {
		st.press(words.Replace(st.o.Start))
	}
}

// press types something.
func (st *stage) press(text string) {
	text = strings.NewReplacer(`\n`, "\n").Replace(text)
	st.line(check.Note, "typed: "+text)
	_, _ = st.process.stdin.Write([]byte(text + "\n")) // who has ended does not read it, which is found out otherwise
}

// say types a message.
func (st *stage) say(text string) {
	template := strings.NewReplacer(`\n`, "\n", "{to}", st.o.To).Replace(st.o.Say)
	st.line(check.Note, "typed: "+text)
	_, _ = st.process.stdin.Write([]byte(strings.ReplaceAll(template, "{text}", text) + "\n"))
}

// fresh is a text that was not said before.
func (st *stage) fresh() string {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.texts++
	return "good evening " + strconv.Itoa(100+st.texts)
}

// wake lets who waits look again.
func (st *stage) wake() {
	st.mu.Lock()
	defer st.mu.Unlock()
	close(st.changed)
	st.changed = make(chan struct{})
}

// waits waits until something is so; so is called with the stage locked.
func (st *stage) waits(d time.Duration, so func() bool) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	for {
		st.mu.Lock()
		ok, changed := so(), st.changed
		st.mu.Unlock()
		if ok {
			return true
		}
		select {
		case <-changed:
		case <-timer.C:
			st.mu.Lock()
			defer st.mu.Unlock()
			return so()
		case <-st.ctx.Done():
			return false
		}
	}
}

// hears waits for something that the client sends.
func (st *stage) hears(d time.Duration, is func(*heard) bool) *heard {
	var found *heard
	st.waits(d, func() bool {
		for _, h := range st.heard[st.mark:] {
			if is(h) {
				found = h
				return true
			}
		}
		return false
	})
	return found
}

// quiet is how long is waited for what must not come.
func (st *stage) quiet() time.Duration { return max(st.o.Patience/5, 300*time.Millisecond) }

// rest lets time pass, or the client end.
func (st *stage) rest(d time.Duration) { st.waits(d, func() bool { return false }) }

// line notes what travelled, or happened.
func (st *stage) line(way check.Way, text string) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.over || len(st.talk) >= mostTalk {
		return
	}
	const most = 400
	if len(text) > most {
		text = fmt.Sprintf("%s … (%d bytes)", strings.ToValidUTF8(text[:most], ""), len(text))
	}
	st.talk = append(st.talk, check.Line{Who: "client", Way: way, Text: strings.ToValidUTF8(text, "\ufffd"), At: time.Since(st.began)})
}

func (st *stage) lines() []check.Line {
	st.mu.Lock()
	defer st.mu.Unlock()
	return append([]check.Line(nil), st.talk...)
}

// check gives the result of a check.
func (st *stage) check(id string, ok bool, expected, came string) bool {
	x := &check.Result{State: check.Passed}
	if !ok {
		x = &check.Result{State: check.Failed, Expected: expected, Came: came, Talk: st.lines()}
	}
	x.Took = time.Since(st.began)
	st.results[idPrefix+id] = x
	return ok
}

// must is check, and ends the lesson where it failed.
func (st *stage) must(id string, ok bool, expected, came string) {
	if !st.check(id, ok, expected, came) {
		runtime.Goexit()
	}
}

// skip says that a check cannot be made.
func (st *stage) skip(id, why string) {
	st.results[idPrefix+id] = &check.Result{State: check.Skipped, Why: why}
}

// result is how a check of the lesson went.
func (st *stage) result(c *check.Check) *check.Result {
	x := st.results[c.ID]
	if x == nil {
		x = &check.Result{State: check.Skipped, Why: "the lesson had ended before"}
	}
	x.Check = *c
	return x
}

// faulty tells whether something was wrong.
func (st *stage) faulty() bool {
	for _, x := range st.results {
		if x.State == check.Failed {
			return true
		}
	}
	return st.crash != nil || len(st.verdicts) > 0
}
