package chat

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"jim/lastword"
	"jim/wire"
)

// How patient a session is with a peer.
const (
	probeAfter = 2 * time.Second  // silence before it is told how to begin
	loginAfter = time.Minute      // until it must have said who it is
	typeAfter  = 10 * time.Minute // the same where somebody types
	strikesMax = 20               // broken objects one after another
	heatMax    = 40               // objects refused more than others before it has to wait
	coolDown   = time.Second      // from then on, for each that is refused
	paceMax    = 250              // objects of any kind that are read
	pacePer    = 5 * time.Second  // in this time, before it has to wait; more than all rates together allow
	paceTick   = time.Second / 10 // keeps the time small
)

// Session is one connection and who is at its end. It is kept small, and one
// object, as most of them say nothing most of the time.
type Session struct {
	// static after construction, but that the peer may be interpreted before it
	// says who it is
	hub   *Hub
	peer  *Peer
	id    uint64
	began time.Duration // after the hub
	out   outbox

	// owned by the goroutine of readAll
	ctx     context.Context
	spoke   bool  // an object was decoded
	leaving bool  // quit was said, or goodbye to the peer
	strikes int8  // broken objects since the last good one
	heat    int8  // objects that were refused, less those that were not
	pacedAt int32 // the tick of its age since which the pace is counted
	paced   int16 // objects since then

	index int32 // in Hub.sessions; guarded by Hub.mu

	// guarded by mu; written by readAll's goroutine only, which may read them without
	mu      sync.Mutex
	account *Account        // nobody = not logged in
	person  *person         // nil = not logged in, or brief
	device  *device         // nil = it has no name and no token
	subs    map[string]*sub // by compared address

	// owed is, of conversations that are being read to the session and of some that
	// were, where it stands, by compared address.
	owed map[string]owing

	patience *time.Timer // until it is known who it is; then nil
}

// device is what a session was given by the program at its other end.
type device struct {
	name  string // as it was given
	token int64  // that logged in; 0 = none
}

func newDevice(name string, token int64) *device {
	if name == "" && token == 0 {
		return nil
	}
	return &device{name, token}
}

func (d *device) called() string {
	if d == nil {
		return ""
	}
	return d.name
}

func newSession(h *Hub, c Conn) *Session {
	s := &Session{
		hub: h, peer: c.Peer(), account: &nobody,
		id:  h.nextSession.Add(1),
		out: outbox{conn: c, hub: h},
	}
	since := s.peer.Since
	if since.IsZero() {
		since = time.Now()
	}
	s.began = h.age(since)
	return s
}

// conn is what is read: the connection itself, or what interprets it. It is for the
// goroutine of readAll, which alone changes it.
func (s *Session) conn() Conn { return s.out.conn }

// age is how long ago the connection came.
func (s *Session) age() time.Duration { return s.hub.age(time.Now()) - s.began }

// end lets what is to be said be said, and waits for what is on its way. err is how
// reading ended, nil = with quit.
func (s *Session) end(err error) {
	s.stopWaiting()
	if errors.Is(err, io.EOF) {
		// The peer has said all it wants to say, and may still be listening.
		s.settle()
		s.hub.logout(s)
		s.out.wait()
	} else if s.leaving || err != nil && s.bid(err) {
		s.out.wait()
	}
	s.conn().Close()
	s.out.close()
	s.out.wait()
	// Entries on their way come back to this session.
	s.out.await(s.hub.trust, func() bool { return s.out.pending == 0 })
	s.log(err)
}

// bid says goodbye to a peer that went too far, and tells whether it did.
func (s *Session) bid(err error) bool {
	var e *wire.Error
	if !errors.As(err, &e) {
		return false
	}
	s.out.finish(goodbye(e.Text, e.RetryAfter))
	return true
}

func (s *Session) log(err error) {
	if s.hub.closingNow() || err == nil || errors.Is(err, io.EOF) {
		err = nil
	}
	s.hub.log.Debug("session over", "session", s.id, "peer", s.peer.Address, "transport", s.peer.Transport,
		"account", s.account.Name, "lasted", s.age().Round(time.Millisecond), "err", err)
}

// waitForLogin tells a silent peer how to begin, and later ends it, unless
// stopWaiting is called before.
func (s *Session) waitForLogin() {
	if s.peer.Brief {
		return
	}
	s.mu.Lock() // the timer's function waits until the timer is known
	defer s.mu.Unlock()
	s.patience = time.AfterFunc(probeAfter-s.age(), func() {
		defer lastword.Guard()
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.patience == nil {
			return
		}
		if !s.spoke {
			s.probe()
		}
		s.patience = time.AfterFunc(loginAfter-probeAfter, s.giveUp)
	})
}

// giveUp ends a session whose peer has not said who it is.
func (s *Session) giveUp() {
	defer lastword.Guard()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.patience == nil {
		return
	}
	if left := typeAfter - s.age(); left > 0 && s.out.peerSide().Peer().Person {
		s.patience = time.AfterFunc(left, s.giveUp)
		return
	}
	s.out.answer(func(b *wire.Batch) {
		e := wire.Errorf(wire.Timeout, "you have not said who you are: %s", wire.Hello)
		b.AppendResponse(s.stamp(e.Response("")))
	})
	s.out.finish(goodbye("you have not said who you are", 0))
}

// stopWaiting is called when the peer has said who it is, or is gone.
func (s *Session) stopWaiting() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.patience != nil {
		s.patience.Stop()
		s.patience = nil
	}
}

// probe asks a peer that has said nothing who it is.
func (s *Session) probe() {
	s.out.answer(func(b *wire.Batch) {
		b.AppendEvent(&wire.Event{Action: wire.ActProbe, Time: s.hub.now(), Alert: "say who you are: " + wire.Hello + "; at nc or telnet, type /nick NAME"})
	})
}

// readAll waits for what the peer says and has it handled. Its frame, and what it
// calls, is kept small: it is most of what an idle connection holds.
func (s *Session) readAll() error {
	for !s.leaving {
		if s.heat > heatMax || s.paced >= paceMax {
			s.slowDown()
		}
		object, err := s.conn().Read()
		if err != nil {
			err = s.fault(err, "")
		} else {
			err = s.hub.workers.handle(s, object)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// burst handles an object, and the next ones while they are there already.
func (s *Session) burst(w *worker, object []byte) error {
	for {
		if err := s.take(w, object); err != nil {
			return err
		}
		s.breathe()
		if s.leaving || s.heat > heatMax || s.paced >= paceMax || !s.conn().Ready() {
			return nil
		}
		var err error
		if object, err = s.conn().Read(); err != nil {
			return s.fault(err, "")
		}
	}
}

// take decodes and handles one object. An error ends the session. Who was said goodbye to is heard no more: he may
// be locked out, and keep his connection for as long as he does not read that.
func (s *Session) take(w *worker, object []byte) error {
	if s.out.saidBye() {
		s.leaving = true // end waits until it is written
		return nil
	}
	if !s.spoke && s.hub.opt.Interpret != nil && !s.peer.Brief && !s.peer.Datagrams {
		if c := s.hub.opt.Interpret(s.conn(), object); c != nil {
			s.out.written(s.ctx)
			s.peer = c.Peer()
			s.out.interpret(c)
			s.spoken()
			var err error
			if object, err = c.Read(); err != nil {
				return s.fault(err, "")
			}
		}
	}
	bad := w.decode(s, object)
	if w.request.Action != "" && !s.spoke {
		s.spoken()
	}
	if bad != nil {
		return s.fault(bad, w.request.ID)
	}
	s.strikes = 0
	s.handle(&w.request)
	return nil
}

// spoken notes that the peer has said something, so that it need not be probed.
func (s *Session) spoken() {
	s.mu.Lock()
	s.spoke = true
	s.mu.Unlock()
}

// fault answers a fault of the peer, with the id of the request where it could be
// read. It returns the error that ends the session, if this one does.
func (s *Session) fault(err error, id string) error {
	var e *wire.Error
	if !errors.As(err, &e) {
		return err
	}
	s.settle()
	s.respond(id, nil, e)
	s.warm(e)
	if s.strikes++; e.Code == wire.NotImplemented { // as a dialect found: there was nothing broken
		s.strikes = 0
	}
	if s.strikes >= strikesMax {
		e = wire.Errorf(wire.BadRequest, "%d broken objects one after another", s.strikes).Goodbye()
	}
	if e.Close {
		return e
	}
	return nil
}

// settle waits until all entries of the session have come back, so that answers
// keep the order of requests.
func (s *Session) settle() {
	s.out.await(s.ctx, func() bool { return s.out.pending == 0 || s.out.full })
}

// breathe waits while the peer takes its answers too slowly, or too much of what
// it said is on its way to the disk.
func (s *Session) breathe() {
	o := &s.out
	o.await(s.ctx, func() bool { return o.full || o.size < answerBytes && o.pending < pendingMax })
}

// warm counts requests, and how they went. To refuse costs nearly as much as to do, so who
// is refused again and again is read from more slowly, and the others pay less for it.
func (s *Session) warm(err error) {
	s.paced++
	var e *wire.Error
	if errors.As(err, &e) && refused(e.Code) {
		s.heat++
		return
	}
	s.heat = max(0, s.heat-1)
}

// slowDown waits for a while where too much was refused or said, unless the session ends meanwhile. It is called
// where waiting needs no more memory than an idle session has, and what comes meanwhile waits in the peer's own.
func (s *Session) slowDown() {
	var d time.Duration
	if s.heat > heatMax {
		s.heat, d = heatMax, coolDown
	}
	if s.paced >= paceMax {
		now := s.age()
		if !s.hub.rates.off {
			d = max(d, time.Duration(s.pacedAt)*paceTick+pacePer-now)
		}
		s.paced, s.pacedAt = 0, int32((now+d)/paceTick)
	}
	if d <= 0 {
		return
	}
	ctx, cancel := context.WithTimeout(s.ctx, d)
	defer cancel()
	s.out.await(ctx, func() bool { return s.out.full })
}

// respond answers a request; exactly one of response and err is set. With neither there is no answer.
func (s *Session) respond(id string, response *wire.Response, err error) {
	if err != nil {
		var e *wire.Error
		if !errors.As(err, &e) {
			s.hub.log.Error("request failed", "session", s.id, "account", s.name(), "err", err)
			e = wire.Errorf(wire.Internal, "the server failed; if you sent an id, send the same again")
		}
		response = e.Response("")
	}
	if response == nil {
		return
	}
	response.ID = id
	s.stamp(response)
	if s.peer.Datagrams {
		response = s.fitted(response)
	}
	s.out.answer(func(b *wire.Batch) {
		if err := b.AppendResponse(response); err != nil {
			s.hub.log.Error("answer is no JSON", "err", err)
			b.AppendResponse(s.stamp(wire.Errorf(wire.Internal, "the server failed").Response(id)))
		}
	})
}

// name is what whoever is logged in is called. Any goroutine calls it, as that which tells what was kept.
func (s *Session) name() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.account.Name
}

func (s *Session) stamp(r *wire.Response) *wire.Response {
	r.Time = s.hub.now()
	return r
}

// in is err with what was being tried in front, for the log. Errors a peer may
// read stay as they are.
func in(doing string, err error) error {
	var e *wire.Error
	if err == nil || errors.As(err, &e) {
		return err
	}
	return fmt.Errorf("%s: %w", doing, err)
}
