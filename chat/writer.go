package chat

import (
	"sync"

	"jim/wire"
)

// writers write what waits in outboxes: one goroutine for each outbox that has
// something to write, and those that have nothing to do are used again, because
// starting one allocates and its stack has to grow.
//
// A writer that waits for a slow peer holds up that peer only. Its lock is the
// last: whoever holds any other may call write.
type writers struct {
	mu   sync.Mutex
	idle []*writer // the one used last is used next
	over bool      // stop was called
	all  sync.WaitGroup
}

// spareMost is how many places a writer keeps of a queue.
const spareMost = 64

type writer struct {
	jobs   chan *outbox // room for one, so that giving it never waits
	unused int          // how often trim saw it idle; guarded by writers.mu
}

// write has o written. It does not wait.
func (ws *writers) write(o *outbox) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if n := len(ws.idle); n > 0 {
		w := ws.idle[n-1]
		ws.idle = ws.idle[:n-1]
		w.jobs <- o
		return
	}
	w := &writer{jobs: make(chan *outbox, 1)}
	w.jobs <- o
	ws.all.Go(func() { ws.run(w) })
}

func (ws *writers) run(w *writer) {
	var spare []*wire.Batch
	for o := range w.jobs {
		if spare = o.write(spare); cap(spare) > spareMost {
			spare = nil
		}
		if !ws.rest(w) {
			return
		}
	}
}

// rest makes w one to be used again; after stop it reports false, and w ends.
func (ws *writers) rest(w *writer) bool {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	w.unused = 0
	if !ws.over {
		ws.idle = append(ws.idle, w)
	}
	return !ws.over
}

// trim ends writers that nobody has needed twice in a row.
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

// stop ends all writers; no outbox may be used any more.
func (ws *writers) stop() {
	ws.mu.Lock()
	for _, w := range ws.idle {
		close(w.jobs)
	}
	ws.idle, ws.over = nil, true
	ws.mu.Unlock()
	ws.all.Wait()
}
