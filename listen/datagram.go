package listen

import (
	"bytes"
	"net/netip"
	"time"

	"jim/chat"
	"jim/lastword"
	"jim/wire"
)

// This is the way of a datagram. What it costs before its sender's address is proved is
// the time to read it, and at most one answer that is not larger than the datagram was.

// maxSingles is how many single requests are answered at the same time; further ones are
// told to come again.
const maxSingles = 64

// decodeLimits let requests that are somewhat too large be read, so that they can be answered.
var decodeLimits = func() wire.Limits {
	l := wire.UDP
	l.Object, l.Message, l.Depth = udpBuffer, udpBuffer, udpBuffer
	return l
}()

// take takes one datagram. It is the reader's and never waits.
func (s *udpSocket) take(p []byte, from netip.AddrPort, now time.Time) {
	if len(p) >= udpBuffer {
		s.ls.counts.oversized.Add(1)
		return
	}
	r := &s.request
	bad := s.decoder.Datagram(p, decodeLimits, r)
	c := s.session(from)
	if !s.proven(c, r.Cookie, from, now) {
		switch {
		case bad != nil:
			s.ls.counts.garbage.Add(1)
		case r.Action == "" && !r.HasAck:
			s.ls.counts.unproven.Add(1)
		default:
			s.challenge(r.ID, from, len(p), now)
		}
		return
	}
	if len(p) > wire.UDP.Object {
		s.ls.counts.oversized.Add(1)
		s.refuse(from, r.ID, wire.Errorf(wire.TooLarge, "a datagram may have %d bytes; larger objects need a stream", wire.UDP.Object))
		return
	}
	if c != nil && (s.answered(keyOf(p, r, from), from, now) || c.hear(p, r, bad, now)) {
		return
	}
	s.first(p, r, bad, from, now)
}

// session is the session of an address; nil = none.
func (s *udpSocket) session(from netip.AddrPort) *udpConn {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sessions[from]
}

// proven tells whether cookie proves that its sender gets what is sent to from. The
// cookie with which a session began is good for as long as the session lasts.
func (s *udpSocket) proven(c *udpConn, cookie string, from netip.AddrPort, now time.Time) bool {
	return c != nil && sameCookie(cookie, c.cookie) || s.cookies.proves(cookie, from, now)
}

// challenge asks who has proved nothing to say it again with a cookie, in at most as many
// bytes as came: whoever forges a sender's address makes the server send nobody more
// than was sent.
func (s *udpSocket) challenge(id string, from netip.AddrPort, most int, now time.Time) {
	cookie := s.cookies.make(from, now)
	for _, r := range []wire.Response{
		{Code: wire.Unauthorized, ID: id, Cookie: cookie, Error: "send it again with this cookie"},
		{Code: wire.Unauthorized, ID: id, Cookie: cookie},
		{Code: wire.Unauthorized, Cookie: cookie},
	} {
		data, err := r.AppendJSON(nil)
		if err != nil || len(data)+1 > most {
			continue
		}
		if !s.unknown.may(from.Addr(), now) {
			break
		}
		s.ls.counts.cookies.Add(1)
		s.send(append(data, '\n'), from)
		return
	}
	s.ls.counts.unproven.Add(1)
}

// refuse answers somebody whose address is proved.
func (s *udpSocket) refuse(to netip.AddrPort, id string, err *wire.Error) {
	s.send(errorObject(err, id), to)
}

// first takes what an address says that has no session.
func (s *udpSocket) first(p []byte, r *wire.Request, bad *wire.Error, from netip.AddrPort, now time.Time) {
	who := credentials{Name: r.User.Name, Password: r.User.Password, Token: r.User.Token}
	switch {
	case saysWho(r.Action):
		s.begin(p, r, bad, from, now)
	case bad != nil:
		s.refuse(from, r.ID, bad)
	case r.Action == "": // an acknowledgement for a session that is over, or asks whether it is
		s.challenge(r.ID, from, len(p), now)
	case who != (credentials{}) && r.Action != wire.ActSync && r.Action != wire.ActAdmin: // whose user is another
		s.single(p, r, &who, from, now)
	default:
		s.unknownSession(r, from, now)
	}
}

// unknownSession answers whose address is proved, and who has no session. That the answer
// has a cookie tells it to whoever thinks he has one.
func (s *udpSocket) unknownSession(r *wire.Request, from netip.AddrPort, now time.Time) {
	answer := &wire.Response{Code: wire.OK, ID: r.ID, Time: wire.At(now)}
	switch r.Action {
	case wire.ActPing:
		answer.Cookie = s.cookies.make(from, now)
	case wire.ActQuit: // again: that is how it is
	default:
		answer = wire.Errorf(wire.Unauthorized, "say presence first, or say in `user` who asks").Response(r.ID)
		answer.Time, answer.Cookie = wire.At(now), s.cookies.make(from, now)
	}
	if data, err := answer.AppendJSON(nil); err == nil {
		s.send(append(data, '\n'), from)
	}
}

// errStopping is what comes too late is told.
var errStopping = wire.Errorf(wire.Unavailable, "the server is stopping").After(time.Second)

// room finds a place for one more session or single request, whose goroutine gives it back with leave.
func (s *udpSocket) room(host netip.Addr) *wire.Error {
	s.mu.Lock()
	closing, many := s.closing, len(s.sessions)
	s.mu.Unlock()
	if many >= maxUDPSessions && time.Since(s.swept) >= time.Second { // those that are over are counted against no host
		many -= s.forgetOver()
		s.swept = time.Now()
	}
	switch {
	case closing:
		return errStopping
	case many >= maxUDPSessions:
		return wire.Errorf(wire.Unavailable, "all %d places for datagrams are taken", maxUDPSessions).After(retryRefused)
	}
	if err := s.ls.limits.enter(); err != nil {
		return err
	}
	if err := s.ls.limits.enterHost(host); err != nil {
		s.ls.limits.leave(unlimited)
		return err
	}
	if !s.join() {
		s.ls.limits.leave(host)
		return errStopping
	}
	return nil
}

// leave gives back what room has found.
func (s *udpSocket) leave(host netip.Addr) {
	s.ls.limits.leave(host)
	s.serving.Done()
}

// begin begins a session with its first datagram.
func (s *udpSocket) begin(p []byte, r *wire.Request, bad *wire.Error, from netip.AddrPort, now time.Time) {
	host := from.Addr()
	if err := s.room(host); err != nil {
		s.ls.counts.places.Add(1)
		s.refuse(from, r.ID, err)
		return
	}
	c := newUDPConn(s, from, r.Cookie, now)
	s.mu.Lock()
	old := s.sessions[from]
	s.sessions[from] = c
	s.mu.Unlock()
	if old != nil {
		old.stopTimer()
		c.remember(old)
	}
	c.hear(p, r, bad, now)
	go func() {
		defer lastword.Guard()
		s.ls.o.Serve(s.ls.ctx, c)
		c.Close()
		s.leave(host)
	}()
}

// remember takes over what came to the session before, which may come again. What was not answered there and may be handled
// twice it does not: nobody else will answer it. Its events are numbered on from those before, an acknowledgement
// of which may come late.
func (c *udpConn) remember(old *udpConn) {
	old.mu.Lock()
	memory, last := old.memory, old.out.last
	old.mu.Unlock()
	memory.forgetUnanswered()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.memory, c.out.last = memory, last
}

// forget ends what is known of a session that is over.
func (s *udpSocket) forget(c *udpConn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sessions[c.from] == c {
		delete(s.sessions, c.from)
	}
}

// single answers one request of somebody who has no session and says who asks. One that
// comes again gets the answer that it got, if it has an id.
func (s *udpSocket) single(p []byte, r *wire.Request, who *credentials, from netip.AddrPort, now time.Time) {
	id, memory, key := r.ID, &s.ls.answered, keyOf(p, r, from)
	if s.answered(key, from, now) {
		return
	}
	select {
	case s.ls.singles <- struct{}{}:
	default:
		s.ls.counts.places.Add(1)
		s.refuse(from, id, wire.Errorf(wire.Unavailable, "too many requests at once").After(time.Second))
		return
	}
	host := from.Addr()
	if err := s.room(host); err != nil {
		<-s.ls.singles
		s.ls.counts.places.Add(1)
		s.refuse(from, id, err)
		return
	}
	e := newExchange(udpPeer(from), [][]byte{hello(who, nil, ""), bytes.Clone(p)}, id)
	e.peer.Brief = true
	reads := onlyReads(r.Action)
	memory.begin(key)
	go func() {
		defer lastword.Guard()
		s.ls.o.Serve(s.ls.ctx, e)
		e.Close()
		answer := e.result()
		code := responseCode(answer)
		keep := code.IsError() && !code.Retryable() || !code.IsError() && !reads
		s.ls.counts.forgotten.Add(uint64(memory.end(key, answer, keep, time.Now())))
		s.send(answer, from)
		<-s.ls.singles
		s.leave(host)
	}()
}

// answered tells whether a request came before without a session, and says the answer again, if there is one yet.
func (s *udpSocket) answered(key singleKey, from netip.AddrPort, now time.Time) bool {
	answer, again := s.ls.answered.seen(key, now)
	if again {
		s.ls.counts.repeats.Add(1)
	}
	if answer != nil {
		s.send(answer, from)
	}
	return again
}

func udpPeer(from netip.AddrPort) chat.Peer {
	return chat.Peer{
		Transport: "udp", Address: from.String(), Host: from.Addr(), Local: from.Addr().IsLoopback(),
		UID: -1, Datagrams: true,
	}
}
