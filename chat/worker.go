package chat

import (
	"runtime"
	"sync"
	"time"

	"jim/lastword"
	"jim/wire"
)

// workers handle what comes from peers. A session's own goroutine only waits for
// bytes, so that its stack stays as small as it began; decoding, passwords and
// the store want much more of it, which is needed by as many as are busy, not by
// as many as are connected.
type workers struct {
	mu    sync.Mutex // held for a few instructions
	idle  []*worker  // the one used last is used next
	all   sync.WaitGroup
	begin func()       // work: made once, as making it allocates
	hired chan *worker // new ones, each for who has started it
}

func (ws *workers) open() {
	ws.begin, ws.hired = ws.work, make(chan *worker)
}

// worker is one goroutine and what decoding needs.
type worker struct {
	begin chan struct{}
	done  chan error

	// the first object of a burst, and whose it is; set before begin
	session *Session
	object  []byte

	decoder wire.Decoder
	request wire.Request
	decoded uint // objects
	unused  int  // how often trim saw it idle; guarded by workers.mu
}

// handle handles an object and those that came with it, and returns when that is
// done. An error ends the session.
//
// It is called by the goroutines of sessions, whose stacks must not grow: a new
// worker is made by its own goroutine, and what waits here waits no deeper.
func (ws *workers) handle(s *Session, object []byte) error {
	w := ws.take()
	if w == nil {
		ws.all.Add(1)
		go ws.begin()
		w = <-ws.hired
	}
	w.session, w.object = s, object
	w.begin <- struct{}{}
	err := <-w.done
	ws.rest(w)
	return err
}

// take returns a worker that has nothing to do, nil where there is none.
func (ws *workers) take() (w *worker) {
	ws.lock()
	if n := len(ws.idle); n > 0 {
		w = ws.idle[n-1]
		ws.idle = ws.idle[:n-1]
	}
	ws.mu.Unlock()
	return w
}

// rest makes w one to be used again.
func (ws *workers) rest(w *worker) {
	ws.lock()
	w.unused = 0
	ws.idle = append(ws.idle, w)
	ws.mu.Unlock()
}

// lock is for the goroutines of sessions: waiting in a mutex's queue would make
// their stacks grow.
func (ws *workers) lock() {
	for !ws.mu.TryLock() {
		runtime.Gosched()
	}
}

func (ws *workers) work() {
	defer lastword.Guard()
	defer ws.all.Done()
	w := &worker{begin: make(chan struct{}), done: make(chan error)}
	ws.hired <- w
	for range w.begin {
		err := w.session.burst(w, w.object)
		w.session, w.object = nil, nil
		w.done <- err
	}
}

// decode decodes an object into w.request.
func (w *worker) decode(s *Session, object []byte) *wire.Error {
	if w.decoded++; w.decoded%sampleEvery != 0 {
		return w.decoder.Request(object, *s.limits(), &w.request)
	}
	began := time.Now()
	bad := w.decoder.Request(object, *s.limits(), &w.request)
	s.hub.counts.decodeNS.Add(uint64(time.Since(began)))
	s.hub.counts.decodes.Add(1)
	return bad
}

// trim ends workers that nobody has needed twice in a row.
func (ws *workers) trim() {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	kept := ws.idle[:0]
	for _, w := range ws.idle {
		if w.unused++; w.unused > 2 {
			close(w.begin)
		} else {
			kept = append(kept, w)
		}
	}
	clear(ws.idle[len(kept):])
	ws.idle = kept
}

// stop ends all workers; no session may be left.
func (ws *workers) stop() {
	ws.mu.Lock()
	for _, w := range ws.idle {
		close(w.begin)
	}
	ws.idle = nil
	ws.mu.Unlock()
	ws.all.Wait()
}
