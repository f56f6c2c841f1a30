package chat

import (
	"runtime"
	"sync"

	"jim/lastword"
	"jim/wire"
)

// writers write what waits in outboxes. A few runners go from outbox to outbox and
// write what is taken at once; for whoever has to be waited for there is a waiter,
// so that a slow peer holds up nobody else. Waiters that have nothing to do are used
// again, because starting a goroutine allocates and its stack has to grow.
//
// Its lock is the last: whoever holds any other may call write.
type writers struct {
	mu      sync.Mutex
	some    sync.Cond // a runner waits for outboxes, or for the end
	queue   []*outbox // to be written to; each once, since outbox.writing says so
	done    int       // how many of queue were taken
	runners int       // started so far
	unused  int       // of them that wait
	idle    []*waiter // the one used last is used next
	over    bool      // stop was called
	all     sync.WaitGroup
}

// spareMost is how many places of a queue a writer keeps, and queueMost how many all of them do.
const (
	spareMost = 64
	queueMost = 1024
)

// write has o written. It does not wait.
func (ws *writers) write(o *outbox) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if ws.over {
		ws.give(rest{out: o}) // the runners may be gone
		return
	}
	if len(ws.queue) == cap(ws.queue) && ws.done > len(ws.queue)/2 { // or it would grow until nothing waits
		n := copy(ws.queue, ws.queue[ws.done:])
		clear(ws.queue[n:])
		ws.queue, ws.done = ws.queue[:n], 0
	}
	ws.queue = append(ws.queue, o)
	if ws.unused > 0 {
		ws.some.Signal()
	} else if ws.runners < runtime.GOMAXPROCS(0) {
		ws.runners++
		ws.some.L = &ws.mu
		ws.all.Go(ws.run)
	}
}

// run is a runner.
func (ws *writers) run() {
	defer lastword.Guard()
	var spare []*wire.Batch
	for o := ws.next(); o != nil; o = ws.next() {
		if spare = o.writeNow(spare); cap(spare) > spareMost {
			spare = nil
		}
	}
}

// next waits for an outbox to be written to; nil after stop.
func (ws *writers) next() *outbox {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	for len(ws.queue) == 0 {
		if ws.over {
			return nil
		}
		ws.unused++
		ws.some.Wait()
		ws.unused--
	}
	o := ws.queue[ws.done]
	ws.queue[ws.done] = nil
	if ws.done++; ws.done == len(ws.queue) {
		ws.queue, ws.done = ws.queue[:0], 0
		if cap(ws.queue) > queueMost {
			ws.queue = nil
		}
	}
	return o
}

// waiter writes to one outbox at a time, for as long as that takes.
type waiter struct {
	jobs   chan rest // room for one, so that giving it never waits
	unused int       // how often trim saw it idle; guarded by writers.mu
}

// rest is an outbox whose peer must be waited for, and what it was being written:
// batches without their first n bytes; none if nothing.
type rest struct {
	out     *outbox
	batches []*wire.Batch
	n       int
	through Eager // what took those bytes: the outbox may be written to through another by now
}

// wait has the rest written, and all that comes then, by somebody who can wait.
func (ws *writers) wait(r rest) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	ws.give(r)
}

// give is wait while the writers are locked.
func (ws *writers) give(r rest) {
	if n := len(ws.idle); n > 0 {
		w := ws.idle[n-1]
		ws.idle = ws.idle[:n-1]
		w.jobs <- r
		return
	}
	w := &waiter{jobs: make(chan rest, 1)}
	w.jobs <- r
	if ws.over { // all may have been waited for: who owns the outbox waits for this one
		go ws.runWaiter(w)
		return
	}
	ws.all.Go(func() { ws.runWaiter(w) })
}

func (ws *writers) runWaiter(w *waiter) {
	defer lastword.Guard()
	var spare []*wire.Batch
	for r := range w.jobs {
		if r.batches != nil {
			spare = r.out.writeRest(r)
		}
		if spare = r.out.write(spare); cap(spare) > spareMost {
			spare = nil
		}
		if !ws.release(w) {
			return
		}
	}
}

// release makes w one to be used again; after stop it reports false, and w ends.
func (ws *writers) release(w *waiter) bool {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	w.unused = 0
	if !ws.over {
		ws.idle = append(ws.idle, w)
	}
	return !ws.over
}

// trim ends waiters that nobody has needed twice in a row.
func (ws *writers) trim() {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	kept := ws.idle[:0]
	for _, w := range ws.idle {
		if w.unused++; w.unused > 2 {
			close(w.jobs)
		} else {
			kept = append(kept, w)
		}
	}
	clear(ws.idle[len(kept):])
	ws.idle = kept
}

// stop ends all of them when nothing waits. Where a session has not ended by then, whoever writes
// to it is waited for by its outbox.
func (ws *writers) stop() {
	ws.mu.Lock()
	for _, w := range ws.idle {
		close(w.jobs)
	}
	ws.idle, ws.over = nil, true
	ws.some.Broadcast()
	ws.mu.Unlock()
	ws.all.Wait()
}
