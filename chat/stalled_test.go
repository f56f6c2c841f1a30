package chat

import (
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"jim/wire"
)

// stepped is t as it would be if the clock on the wall had been moved by d just before, and nothing else had
// happened. No function of package time makes such a time; where its own comment says how it keeps both clocks,
// the seconds on the wall stand above 30 bits of nanoseconds.
func stepped(tb testing.TB, t time.Time, d time.Duration) time.Time {
	tb.Helper()
	was := t
	*(*uint64)(unsafe.Pointer(&t)) += uint64(d/time.Second) << 30
	if t.Sub(was) != 0 || t.Round(0).Sub(was.Round(0)) != d {
		tb.Fatalf("%v is not %v with the clock moved by %v", t, was, d)
	}
	return t
}

// deaf is a Conn whose peer takes nothing before it may.
type deaf struct {
	Conn
	asked, take chan struct{}
}

func (c deaf) Write([]*wire.Batch) error { c.asked <- struct{}{}; <-c.take; return nil }

func (c deaf) Close() error { return nil }

// A write has a minute, however the clock of the machine is moved meanwhile. There is no bubble here: in one
// there is one clock only.
func TestAMovedClockStallsNobody(t *testing.T) {
	const century = 100 * 365 * 24 * time.Hour
	for _, jump := range []time.Duration{0, time.Minute, century, -time.Minute, -century} {
		peer := deaf{asked: make(chan struct{}), take: make(chan struct{})}
		h := &Hub{opt: Options{Outbox: outboxBytes}, began: time.Now()}
		o := &outbox{hub: h, conn: peer}
		at := func(from time.Time, later time.Duration) time.Time { return stepped(t, from.Add(later), jump) }
		if o.stalled(at(time.Now(), time.Hour), 0) {
			t.Errorf("clock moved by %v: nothing is written, and it stalls", jump)
		}
		before := time.Now()
		o.answer(func(b *wire.Batch) { b.AppendEvent(&wire.Event{Action: wire.ActProbe}) })
		<-peer.asked
		after := time.Now()
		if o.stalled(at(before, writeStall), writeStall) {
			t.Errorf("clock moved by %v: it stalls before its minute is over", jump)
		}
		if !o.stalled(at(after, writeStall+1), writeStall) {
			t.Errorf("clock moved by %v: it does not stall when its minute is over", jump)
		}
		peer.take <- struct{}{}
		o.wait()
		if n, took := h.counts.writes.Load(), time.Duration(h.counts.writeNS.Load()); n != 1 || took > time.Since(before) {
			t.Errorf("%d writes took %v", n, took)
		}
		if now := time.Now(); h.age(stepped(t, now, jump)) != h.age(now) {
			t.Errorf("clock moved by %v: the hub is of another age", jump)
		}
		h.writers.stop()
	}
}

// What is written in the same instant in which the hub began is timed like everything else.
func TestAWriteAtTheBeginningStallsToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &Hub{opt: Options{Outbox: outboxBytes}, began: time.Now()}
		defer h.writers.stop()
		peer := deaf{asked: make(chan struct{}, 1), take: make(chan struct{})}
		o := &outbox{hub: h, conn: peer}
		o.answer(func(b *wire.Batch) { b.AppendEvent(&wire.Event{Action: wire.ActProbe}) })
		<-time.After(writeStall)
		if o.stalled(time.Now(), writeStall) {
			t.Error("it stalls after a minute, and not after more")
		}
		<-time.After(1)
		if !o.stalled(time.Now(), writeStall) {
			t.Error("it does not stall after more than a minute")
		}
		close(peer.take)
		o.wait()
	})
}

// trickle is a Conn whose peer takes 10 KiB a second.
type trickle struct{ Conn }

func (trickle) Write(batches []*wire.Batch) error {
	for _, b := range batches {
		<-time.After(time.Duration(len(b.Bytes())) * time.Second / (10 << 10))
	}
	return nil
}

// Who reads all the time, though slowly, makes progress however much waits for him.
func TestWhoReadsSlowlyDoesNotStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &Hub{opt: Options{Outbox: outboxBytes}, began: time.Now()}
		defer h.writers.stop()
		o := &outbox{hub: h, conn: trickle{}}
		o.mu.Lock()
		for range outboxBytes / (8 << 10) {
			b := wire.NewBatch(8 << 10)
			b.Append(func(dst []byte) []byte { return append(dst, make([]byte, 8<<10-1)...) })
			o.push(b)
		}
		o.mu.Unlock()
		for began := time.Now(); time.Since(began) < 2*time.Minute; <-time.After(time.Second) {
			if o.stalled(time.Now(), writeStall) {
				t.Fatalf("it stalls after %v", time.Since(began))
			}
		}
		o.wait()
		if o.size != 0 {
			t.Errorf("%d bytes wait at the end", o.size)
		}
	})
}

// docs/performance.md says what an idle session costs; one more word would make it 16 bytes more (the collector's
// classes of size are 208, 224, 240).
func TestASessionIsAsSmallAsIsSaid(t *testing.T) {
	if size := unsafe.Sizeof(Session{}); size > 224 {
		t.Errorf("a session with its outbox has %d bytes", size)
	}
}
