//go:build unix

package lab

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Options are what every command of the lab is given.
type Options struct {
	Language Language
	Trace    bool      // tell every socket call
	Pause    bool      // a demonstration waits for Enter between its parts
	In       io.Reader // what the person types
	Out      io.Writer // gets what came over sockets
	Talk     io.Writer // gets what is said to the person, and the trace

	Echoed bool // Talk is a terminal that shows what is typed, so that "^C" stands in its line
	Child  bool // another run started this one in a process of its own, and tells the end for both
}

// Lab is one run of a command. Its methods may be called from several threads.
type Lab struct {
	Options
	ctx context.Context

	telling sync.Mutex // one call or sentence at a time, and what is below
	pending bytes.Buffer
	broken  bool // the last line on the terminal has not ended
	noted   map[string]bool
	sends   atomic.Int32 // that are under way; see afterSends

	open    sync.Mutex // guards what is below; never held while a call waits
	socks   map[*Sock]bool
	stopped bool
	threads sync.WaitGroup

	typing sync.Once
	typed  chan string
}

// patience is how long a command may take to end after Ctrl-C. Only a system on which shutdown does
// not wake every call (Linux does) can need it: the sockets are then closed by the end of the process.
const patience = 3 * time.Second

// Run runs one command until it ends, or until ctx is done: then every open socket is shut down,
// which wakes the calls that wait, and the command's error does not count. All sockets are closed
// when it returns.
func Run(ctx context.Context, o Options, command func(*Lab) error) error {
	l := &Lab{Options: o, ctx: ctx, noted: map[string]bool{}, socks: map[*Sock]bool{}, typed: make(chan string)}
	ended := make(chan error, 1)
	go func() {
		err := command(l)
		l.threads.Wait()
		ended <- err
	}()
	var err error
	select {
	case err = <-ended:
	case <-ctx.Done():
		l.begin()
		l.broken = l.broken || o.Echoed
		l.end()
		l.interrupt()
		select {
		case <-ended:
		case <-time.After(patience):
		}
		l.closeAll()
		if !o.Child {
			l.say(sayStopped)
		}
		return nil
	}
	l.closeAll()
	var failed *CallError
	if errors.As(err, &failed) && !l.Trace {
		if why, ok := l.meaning(failed.Call, failed.name()); ok {
			l.say(why)
		}
	}
	return err
}

// Stopped tells whether the command is to end: calls fail because of it.
func (l *Lab) Stopped() bool { return l.ctx.Err() != nil }

// Done is closed when the command is to end.
func (l *Lab) Done() <-chan struct{} { return l.ctx.Done() }

// Go runs f in a thread of its own; [Run] waits for it.
func (l *Lab) Go(f func()) { l.threads.Go(f) }

// keep remembers an open socket, so that Ctrl-C can wake it.
func (l *Lab) keep(s *Sock) {
	l.open.Lock()
	l.socks[s] = true
	late := l.stopped
	l.open.Unlock()
	if late { // it was made while everything was being shut down
		s.wake("stop")
	}
}

func (l *Lab) forget(s *Sock) {
	l.open.Lock()
	defer l.open.Unlock()
	delete(l.socks, s)
}

// interrupt wakes every call that waits.
func (l *Lab) interrupt() {
	for _, s := range l.opened(true) {
		s.wake("stop")
	}
}

func (l *Lab) closeAll() {
	for _, s := range l.opened(false) {
		_ = s.Close() // told; nothing else can be done about it
	}
}

func (l *Lab) opened(stop bool) (socks []*Sock) {
	l.open.Lock()
	defer l.open.Unlock()
	l.stopped = l.stopped || stop
	for s := range l.socks {
		socks = append(socks, s)
	}
	slices.SortFunc(socks, func(a, b *Sock) int { return a.fd - b.fd })
	return socks
}
