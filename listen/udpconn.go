package listen

import (
	"bytes"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"jim/chat"
	"jim/wire"
)

// udpConn is a [chat.Conn] over datagrams: a session with whoever has proved that he
// gets what is sent to an address.
//
// The way there loses, doubles and reorders. A request that comes again is not handled
// again (see memory). An event is sent again until it is acknowledged, if the peer has
// said that it does that (see window); otherwise it is sent once.
type udpConn struct {
	socket *udpSocket
	from   netip.AddrPort
	cookie string // with which it began
	peer   chat.Peer
	inbox  chan arrived
	gone   chan struct{} // closed by Close
	room   chan struct{} // takes one: an event was acknowledged or given up

	mu     sync.Mutex
	closed time.Time // zero = open
	owes   bool      // closed, and something has not been acknowledged
	heard  time.Time // when something came last
	leaves time.Time // when Leave was called; zero = it was not
	asked  []arrived // read, and not answered yet
	me     string    // the name of who is logged in
	out    window
	memory memory
	pace   pace
	timer  *time.Timer // of the window, and of silence
	still  bool        // stopTimer was called: tick may have begun before, and does nothing
}

// arrived is a datagram that came, and what is needed to know its answer.
type arrived struct {
	data   []byte
	action string
	print  uint64 // of a request that can come again; 0 = it has no id
}

const (
	// udpInbox is how many datagrams wait for a session that is busy.
	udpInbox = 16
	// udpSilence is how long a peer may say nothing. It is gone then: datagrams have
	// no other end.
	udpSilence = 2 * time.Minute
	// lingering is for how long a session that is over is known: it sends again what was
	// not acknowledged, such as its goodbye, and knows again what comes late.
	lingering = 5 * time.Second
)

func newUDPConn(s *udpSocket, from netip.AddrPort, cookie string, now time.Time) *udpConn {
	c := &udpConn{
		socket: s, from: from, cookie: cookie, peer: udpPeer(from), heard: now,
		inbox: make(chan arrived, udpInbox), gone: make(chan struct{}), room: make(chan struct{}, 1),
		pace: newPace(now),
	}
	c.mu.Lock() // the timer's function waits until the timer is known
	defer c.mu.Unlock()
	c.timer = time.AfterFunc(udpSilence, c.tick)
	return c
}

// hear takes a datagram from the peer; it is the reader's. It reports false when the
// session is over.
func (c *udpConn) hear(p []byte, r *wire.Request, bad *wire.Error, now time.Time) bool {
	c.mu.Lock()
	if r.HasAck && !saysWho(r.Action) {
		c.acknowledged(r.Ack, now)
	}
	if !c.closed.IsZero() {
		answer, done := c.late(p, r, bad)
		c.mu.Unlock()
		if answer != nil {
			c.socket.send(answer, c.from)
		}
		return done
	}
	c.heard = now
	if r.HasAck && saysWho(r.Action) {
		c.out.on = true
	}
	hints := c.hints(now)
	object := arrived{action: r.Action}
	answer, again := []byte(nil), false
	if bad == nil && r.ID != "" {
		object.print = fingerprintOf(p)
		answer, again = c.memory.seen(object.print)
	}
	onlyAck := bad == nil && r.Action == "" && r.HasAck
	if !again && !onlyAck {
		c.keep(p, object)
	}
	c.mu.Unlock()
	for _, hint := range hints {
		c.socket.send(hint, c.from)
	}
	if again {
		c.socket.ls.counts.repeats.Add(1)
	}
	if answer != nil {
		c.socket.send(answer, c.from)
	}
	return true
}

// late takes what comes after the end, and tells whether that was all. A login that the
// way delayed must not begin a session that nobody wants any more. c.mu is held.
func (c *udpConn) late(p []byte, r *wire.Request, bad *wire.Error) (answer []byte, done bool) {
	if c.owes && c.out.open() == 0 {
		c.owes = false
		c.socket.owe(-1)
	}
	if bad != nil || r.ID == "" {
		return nil, r.Action == ""
	}
	answer, again := c.memory.seen(fingerprintOf(p))
	return answer, answer != nil || again && saysWho(r.Action)
}

// saysWho tells whether an action says who the peer is: it begins a session, and `ack` in
// it promises to acknowledge.
func saysWho(action string) bool {
	return action == wire.ActPresence || action == wire.ActAuthenticate || action == wire.ActRegister
}

// keep puts a datagram where Read finds it, if there is room. c.mu is held.
func (c *udpConn) keep(p []byte, object arrived) {
	object.data = bytes.Clone(bytes.TrimSpace(p))
	if len(c.inbox) == cap(c.inbox) || !c.memory.begin(object.print, c.repeatable(object.action)) {
		c.socket.ls.counts.full.Add(1)
		return
	}
	c.inbox <- object // nobody else puts anything in
}

// repeatable tells whether an action may be handled again once it was answered: it only
// reads, or the store knows it by its id. What sync streams comes by itself to those who
// acknowledge, and to others not a second time. c.mu is held.
func (c *udpConn) repeatable(action string) bool {
	switch action {
	case wire.ActMsg, wire.ActTopic, wire.ActHistory, wire.ActRooms, wire.ActMembers, wire.ActWhois, wire.ActGetContacts, wire.ActPing, "":
		return true
	case wire.ActSync:
		return !c.out.on
	}
	return false
}

// Read is [chat.Conn]'s. There is no end to read: a peer that is gone is silent.
func (c *udpConn) Read() ([]byte, error) {
	select {
	case <-c.gone: // also when more has come
		return nil, net.ErrClosed
	default:
	}
	select {
	case object := <-c.inbox:
		c.mu.Lock()
		data := object.data
		object.data = nil
		c.asked = append(c.asked, object)
		c.mu.Unlock()
		return data, nil
	case <-c.gone:
		return nil, net.ErrClosed
	}
}

// Ready is [chat.Conn]'s.
func (c *udpConn) Ready() bool { return len(c.inbox) > 0 }

// Write is [chat.Conn]'s. It waits while too many events are not acknowledged, or too
// many were sent at once.
func (c *udpConn) Write(batches []*wire.Batch) error {
	for _, b := range batches {
		for i := range b.Len() {
			if err := c.write(b.Object(i)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *udpConn) write(object []byte) error {
	switch code := responseCode(object); {
	case code != 0:
		return c.answer(object, code)
	case passing(object):
		return c.pass(object)
	}
	return c.tell(object)
}

// passingActions are the events that need not arrive.
var passingActions = []string{
	wire.ActTyping, wire.ActRead, wire.ActPresence, wire.ActProbe, wire.ActSessions, wire.ActAddContact, wire.ActDelContact,
}

// passing tells whether an event need not arrive. One begins with its action; see
// [wire.Event.AppendJSON].
func passing(object []byte) bool {
	rest, ok := bytes.CutPrefix(object, []byte(`{"action":"`))
	end := bytes.IndexByte(rest, '"')
	return ok && end >= 0 && slices.Contains(passingActions, string(rest[:end]))
}

// answer sends a response, and remembers it where the request could come again.
func (c *udpConn) answer(object []byte, code wire.Code) error {
	c.mu.Lock()
	if !c.closed.IsZero() {
		c.mu.Unlock()
		return net.ErrClosed
	}
	var to arrived
	if len(c.asked) > 0 { // answers have the order of the requests
		to = c.asked[0]
		c.asked = append(c.asked[:0], c.asked[1:]...)
	}
	if code.IsError() && code.Retryable() || !code.IsError() && c.repeatable(to.action) {
		c.memory.forget(to.print)
	} else {
		c.memory.end(to.print, object)
		c.learn(to.action, object)
	}
	c.mu.Unlock()
	c.socket.send(object, c.from)
	return nil
}

// learn finds out who the peer is. c.mu is held.
func (c *udpConn) learn(action string, object []byte) {
	if !saysWho(action) {
		return
	}
	if m, err := wire.DecodeFromServer(object); err == nil && m.Response != nil && m.Response.User != nil {
		c.me = m.Response.User.Name
	}
}

// pass sends an event that need not arrive.
func (c *udpConn) pass(object []byte) error {
	if err := c.wait(); err != nil {
		return err
	}
	if len(object) <= wire.UDP.Answer {
		c.socket.send(object, c.from)
	}
	return nil
}

// wait keeps to the pace at which a peer is told what it does not acknowledge.
func (c *udpConn) wait() error {
	c.mu.Lock()
	pause := c.pace.take(time.Now())
	c.mu.Unlock()
	if pause == 0 {
		select {
		case <-c.gone:
			return net.ErrClosed
		default:
			return nil
		}
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-c.gone:
		return net.ErrClosed
	}
}

// Close is [chat.Conn]'s. It never fails. What was told last is sent again for a
// while, until it is acknowledged.
func (c *udpConn) Close() error {
	c.mu.Lock()
	if !c.closed.IsZero() {
		c.mu.Unlock()
		return nil
	}
	defer c.mu.Unlock()
	c.closed = time.Now()
	close(c.gone)
	c.leaveUnread()
	if c.owes = c.out.open() > 0; c.owes {
		c.socket.owe(1)
		c.out.hurry(c.closed)
		c.timer.Reset(c.out.pause(0))
	} else {
		c.timer.Reset(lingering)
	}
	return nil
}

// leaveUnread forgets what was not read and will not be, so that it is handled when it comes again: nobody else answers it. So it
// is with a login that was read behind a goodbye. c.mu is held.
func (c *udpConn) leaveUnread() {
	for _, object := range c.asked {
		if saysWho(object.action) {
			c.memory.forget(object.print)
		}
	}
	for {
		select {
		case object := <-c.inbox:
			c.memory.forget(object.print)
		default:
			return
		}
	}
}

var _ chat.Leaver = (*udpConn)(nil)

// Leave is [chat.Leaver]'s.
func (c *udpConn) Leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed.IsZero() && c.leaves.IsZero() {
		c.leaves = time.Now()
		c.timer.Reset(0) // which finds out when to look again
	}
}

// patience is until when something must come from the peer; c.mu is held. Who leaves does not wait for as long as others for
// room in a window that nobody makes.
func (c *udpConn) patience() time.Time {
	end := c.heard.Add(udpSilence)
	if c.leaves.IsZero() || c.out.open() < windowSize {
		return end
	}
	last := c.leaves
	if c.heard.After(last) {
		last = c.heard
	}
	return last.Add(goodbyeTimeout)
}

// stopTimer ends what a session does by itself.
func (c *udpConn) stopTimer() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.timer.Stop()
	c.still = true
	c.out.sent = nil
	if c.owes {
		c.owes = false
		c.socket.owe(-1)
	}
}

// Peer is [chat.Conn]'s.
func (c *udpConn) Peer() *chat.Peer { return &c.peer }

// pace bounds what is sent without being acknowledged: a burst, and then so many a
// second (RFC 8085, section 3.1, asks for some bound).
type pace struct {
	left float64
	at   time.Time
}

const (
	paceBurst  = 64
	pacePerSec = 500
)

func newPace(now time.Time) pace { return pace{paceBurst, now} }

// take takes a place, or says how long to wait for it.
func (p *pace) take(now time.Time) time.Duration {
	p.left = min(paceBurst, p.left+now.Sub(p.at).Seconds()*pacePerSec)
	p.at = now
	p.left--
	if p.left >= 0 {
		return 0
	}
	return time.Duration(-p.left / pacePerSec * float64(time.Second))
}
