package chat

import (
	"runtime"
	"testing"
)

// Writers that are never done, since there is always one more outbox, keep no places of those that were written to.
func TestAQueueOfOutboxesThatIsNeverEmptyDoesNotGrow(t *testing.T) {
	ws := &writers{runners: runtime.GOMAXPROCS(0)} // none but this test
	waiting := []*outbox{{}, {}, {}}
	for _, o := range waiting {
		ws.write(o)
	}
	for i := range 10_000 {
		o := ws.next()
		if o != waiting[i%len(waiting)] {
			t.Fatal("they are written to in another order than they came in")
		}
		ws.write(o)
	}
	if cap(ws.queue) > 64 {
		t.Errorf("for three outboxes there are %d places", cap(ws.queue))
	}
}

// Who writes after the end finds nobody who waits for all writers: his session waits for him.
func TestWhoWritesAfterTheEndIsWaitedForByHisOutbox(t *testing.T) {
	for range 200 {
		h := &Hub{opt: Options{Outbox: outboxBytes}}
		write := func() *outbox {
			o := &outbox{hub: h, conn: deaf{asked: make(chan struct{}, 1), take: closedAlready}}
			o.finish(goodbye("", 0))
			return o
		}
		write().wait()
		ended := make(chan struct{})
		go func() { h.writers.stop(); close(ended) }()
		for over := false; !over; runtime.Gosched() {
			h.writers.mu.Lock()
			over = h.writers.over
			h.writers.mu.Unlock()
		}
		write().wait()
		<-ended
	}
}

var closedAlready = func() chan struct{} { c := make(chan struct{}); close(c); return c }()

// However often somebody changes what he is doing until it is told, it is told once in each of his rooms.
func TestAPersonWhoChangesOftenIsToldOnceInEachRoom(t *testing.T) {
	pr := &presence{wake: make(chan struct{}, 1)}
	p := &person{account: Account{ID: 1}}
	tea, milk := &sub{room: &Room{}}, &sub{room: &Room{}}
	for range 100 {
		pr.note(p, map[string]*sub{"#tea": tea, "#milk": milk})
	}
	if n := len(pr.changes[1].rooms); n != 2 {
		t.Errorf("two rooms would be told %d times", n)
	}
}
