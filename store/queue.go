package store

import (
	"context"
	"sync"
	"time"

	"jim/chat"
)

// The most that waits for the writer, and with it the most that one transaction
// holds. More entries would not make a commit cheaper per entry, only later.
const (
	groupJobs  = 1024
	groupBytes = 4 << 20 // of text
)

// job is one thing for the writer: an entry to keep, or any other change.
type job struct {
	entry *chat.Entry

	do   func(*writer) error
	ctx  context.Context // nil: nobody's patience ends
	done chan<- error    // has room for the answer; nil: nobody waits

	err error // the writer's: how it went
}

// queue is what waits for the writer. It is a slice under a lock and not a
// channel, since the writer always takes all of it: one lock for a group instead
// of one for each entry.
type queue struct {
	mu      sync.Mutex
	some    sync.Cond // the writer waits for jobs, or for the end
	room    sync.Cond // callers wait for room
	jobs    []job
	bytes   int
	first   time.Time // when the first of jobs came
	callers int       // waiting for room
	closed  bool
}

func newQueue() *queue {
	q := &queue{jobs: make([]job, 0, groupJobs)}
	q.some.L, q.room.L = &q.mu, &q.mu
	return q
}

// put appends j, waiting for room. It tells false, and j is dropped, after close.
func (q *queue) put(j job) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return false
	}
	if q.full() {
		q.callers++
		for q.full() {
			q.room.Wait()
		}
		q.callers--
	}
	q.append(j)
	if q.callers > 0 && !q.full() {
		q.room.Signal() // one wakes the next: a crowd never wakes at once
	}
	return true
}

// offer appends j if there is room, and never waits.
func (q *queue) offer(j job) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.closed && !q.full() {
		q.append(j)
	}
}

func (q *queue) append(j job) {
	if j.entry != nil {
		q.bytes += len(j.entry.Text)
	}
	if len(q.jobs) == 0 {
		q.first = time.Now()
	}
	q.jobs = append(q.jobs, j)
	q.some.Signal()
}

func (q *queue) full() bool { return len(q.jobs) >= groupJobs || q.bytes >= groupBytes }

// take returns all that waits, at least one job, and when the first of them came;
// and lends empty to the queue in exchange. It tells false when the queue is closed and empty, and nobody whose
// call began before waits for room.
func (q *queue) take(empty []job) (taken []job, first time.Time, more bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.jobs) == 0 {
		if q.closed && q.callers == 0 {
			return empty, time.Time{}, false
		}
		q.some.Wait()
	}
	taken, first = q.jobs, q.first
	q.jobs, q.bytes = empty[:0], 0
	q.room.Signal()
	return taken, first, true
}

// close lets in who waits already and nobody else.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.some.Signal()
}
