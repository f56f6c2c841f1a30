package listen

import (
	"net"
	"slices"
	"strconv"
	"time"

	"jim/lastword"
	"jim/wire"
)

// window is the events on their way to a peer that acknowledges them. Each has a number
// of its own, 1, 2, 3 …, or on from those of a session that was there not long ago, in its member `ack`.
type window struct {
	on     bool // the peer acknowledges
	last   uint64
	bye    bool              // the session is over
	sent   []sent            // not acknowledged
	missed map[string]uint64 // conversations of events that were given up, and their seq
	lost   bool              // there were more of them than are remembered
	trip   time.Duration     // to the peer and back, smoothed; 0 = not known
}

// sent is an event on its way.
type sent struct {
	number uint64
	data   []byte
	first  time.Time // when it was sent first
	next   time.Time // when it is sent again
	tries  int       // how often it was sent again
}

const (
	// windowSize is how many events may be on their way: what a peer's socket holds
	// with ease.
	windowSize = 32
	// windowTries is how often an event is sent again. After that only its
	// conversation and number are kept, and told when the peer is heard again.
	windowTries = 6
	// missedMost bounds the conversations that are remembered so. The session of a peer that missed
	// more ends: coming back he says what he has.
	missedMost = 64

	firstPause   = 300 * time.Millisecond // before an event is sent again, while trip is not known
	leastPause   = 60 * time.Millisecond
	longestWait  = 4 * time.Second // between two times
	tripsToPause = 3
)

// open is how many events are on their way.
func (w *window) open() int { return len(w.sent) }

// pause is how long to wait before an event that was sent again tries times is sent again.
func (w *window) pause(tries int) time.Duration {
	pause := firstPause
	if w.bye {
		return leastPause << min(tries, 2) // there is not much time
	}
	if w.trip > 0 {
		pause = max(leastPause, tripsToPause*w.trip)
	}
	return min(longestWait, pause<<tries)
}

// add puts an event on its way and returns it as it is sent; its number is in it.
func (w *window) add(object []byte, now time.Time) []byte {
	w.last++
	data := make([]byte, 0, len(object)+len(`,"ack":`)+20)
	data = append(data, object[:len(object)-len("}\n")]...)
	data = append(data, `,"ack":`...)
	data = strconv.AppendUint(data, w.last, 10)
	data = append(data, "}\n"...)
	w.sent = append(w.sent, sent{number: w.last, data: data, first: now, next: now.Add(w.pause(0))})
	return data
}

// none tells whether nothing is to be sent again before a time.
func (w *window) none(before time.Time) bool {
	return !slices.ContainsFunc(w.sent, func(e sent) bool { return e.next.Before(before) })
}

// hurry sends again soon what is on its way: the session is over.
func (w *window) hurry(now time.Time) {
	w.bye = true
	for i := range w.sent {
		w.sent[i].next = now.Add(w.pause(0))
	}
}

// remove takes an acknowledged event out.
func (w *window) remove(number uint64, now time.Time) (found bool) {
	for i := range w.sent {
		e := &w.sent[i]
		if e.number != number {
			continue
		}
		if e.tries == 0 { // otherwise nobody knows which time was acknowledged (RFC 6298, section 3)
			trip := max(now.Sub(e.first), time.Microsecond)
			if w.trip > 0 {
				trip = (7*w.trip + trip) / 8
			}
			w.trip = trip
		}
		w.sent = append(w.sent[:i], w.sent[i+1:]...)
		return true
	}
	return false
}

// due returns what has to be sent again now, gives up what was sent too often, and
// tells when to look again; zero = nothing is on its way.
func (w *window) due(me string, now time.Time) (again [][]byte, gaveUp int, next time.Time) {
	kept := w.sent[:0]
	for _, e := range w.sent {
		if !now.Before(e.next) {
			if e.tries == windowTries {
				w.miss(e.data, me)
				gaveUp++
				continue
			}
			e.tries++
			e.next = now.Add(w.pause(e.tries))
			again = append(again, e.data)
		}
		if next.IsZero() || e.next.Before(next) {
			next = e.next
		}
		kept = append(kept, e)
	}
	clear(w.sent[len(kept):])
	w.sent = kept
	return again, gaveUp, next
}

// miss remembers the conversation of an event that was given up.
func (w *window) miss(object []byte, me string) {
	m, err := wire.DecodeFromServer(object)
	if err != nil || m.Event == nil || m.Event.Seq == 0 {
		return
	}
	to := m.Event.Conversation(me)
	if _, known := w.missed[to]; !known && len(w.missed) >= missedMost {
		w.lost = true
		return
	}
	if w.missed == nil {
		w.missed = make(map[string]uint64)
	}
	w.missed[to] = max(w.missed[to], m.Event.Seq)
}

// tell sends an event that should arrive.
func (c *udpConn) tell(object []byte) error {
	object, err := c.fit(object)
	if err != nil || object == nil {
		return err
	}
	for {
		c.mu.Lock()
		switch {
		case !c.closed.IsZero():
			c.mu.Unlock()
			return net.ErrClosed
		case !c.out.on:
			c.mu.Unlock()
			if err := c.wait(); err != nil {
				return err
			}
			c.socket.send(object, c.from)
			return nil
		case c.out.open() < windowSize:
			now := time.Now()
			data := c.out.add(object, now)
			if next := c.out.sent[c.out.open()-1].next; c.out.none(next) {
				c.timer.Reset(next.Sub(now))
			}
			c.mu.Unlock()
			c.socket.send(data, c.from)
			return nil
		}
		c.mu.Unlock()
		select {
		case <-c.room:
		case <-c.gone:
			return net.ErrClosed
		}
	}
}

// ackRoom is left free in an event for its number.
const ackRoom = len(`,"ack":`) + 16

// fit is an event, or in place of one that no datagram takes, that there is one; nil
// where that cannot be said.
func (c *udpConn) fit(object []byte) ([]byte, error) {
	if len(object)+ackRoom <= wire.UDP.Answer {
		return object, nil
	}
	c.socket.ls.counts.tooLarge.Add(1)
	m, err := wire.DecodeFromServer(object)
	if err != nil || m.Event == nil || m.Event.Seq == 0 {
		return nil, nil
	}
	c.mu.Lock()
	to := m.Event.Conversation(c.me)
	c.mu.Unlock()
	hint := wire.TooLargeForDatagram(to, m.Event.Seq)
	return append(hint.AppendJSON(nil), '\n'), nil
}

// acknowledged takes in that an event has come. c.mu is held.
func (c *udpConn) acknowledged(number uint64, now time.Time) {
	if c.out.remove(number, now) {
		c.signal()
	}
}

func (c *udpConn) signal() {
	select {
	case c.room <- struct{}{}:
	default:
	}
}

// hints puts on their way, for a peer that is heard again, what it missed. c.mu is held.
func (c *udpConn) hints(now time.Time) (all [][]byte) {
	for to, seq := range c.out.missed {
		if c.out.open() >= windowSize {
			break
		}
		delete(c.out.missed, to)
		e := wire.Event{Action: wire.ActBehind, To: to, Seq: seq}
		all = append(all, c.out.add(append(e.AppendJSON(nil), '\n'), now))
	}
	if all != nil {
		c.timer.Reset(c.out.pause(0))
	}
	return all
}

// tick sends again what is due, and ends a session that nothing comes from, or that has missed more than it could be told.
func (c *udpConn) tick() {
	defer lastword.Guard()
	now := time.Now()
	c.mu.Lock()
	if c.still {
		c.mu.Unlock()
		return
	}
	again, gaveUp, next := c.out.due(c.me, now)
	silent := c.patience()
	open := c.closed.IsZero()
	lost := c.out.lost
	over := !open && now.Sub(c.closed) >= lingering
	if gaveUp > 0 {
		c.signal()
	}
	if !over {
		last := silent
		if !open {
			last = c.closed.Add(lingering)
		}
		if next.IsZero() || last.Before(next) {
			next = last
		}
		c.timer.Reset(max(next.Sub(now), time.Millisecond))
	}
	c.mu.Unlock()

	counts := &c.socket.ls.counts
	counts.givenUp.Add(uint64(gaveUp))
	counts.resent.Add(uint64(len(again)))
	for _, data := range again {
		c.socket.send(data, c.from)
	}
	switch {
	case over:
		c.stopTimer()
		c.socket.forget(c)
	case open && (lost || !now.Before(silent)):
		c.Close()
	}
}
