package torture

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"jim/history"
	"jim/wire"
)

// visit is one connection of a voice. Its goroutine acts on what comes and on the clock; a second one
// reads.
type visit struct {
	*voice
	line    *line
	session string
	last    bool // the crowd was quiet when it began
	up      bool // what was missed before has been told

	resumed []asking            // what presence was to resume
	asks    map[string][]asking // syncs that wait for their answer, by id
	out     [][]byte            // to be written
}

// asking is a reading of a conversation that was asked for.
type asking struct {
	ear     *ear
	reading *reading
}

// login says who it is, and in one of two ways that it wants what it missed.
func (s *visit) login() error {
	var at []standing
	resume := s.last || s.rand.IntN(2) == 0
	for i, e := range s.order {
		asked := resume && (i >= s.rooms || s.joined[e.to])
		e.begin()
		if asked {
			at = append(at, standing{e.to, e.have})
			s.resumed = append(s.resumed, asking{e, e.ask(s.crowd.tape, s.name, s.session)})
		}
	}
	if err := s.line.say(hello(s.name, at)); err != nil {
		return err
	}
	if err := s.line.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	for {
		m, err := s.line.next()
		switch {
		case err != nil:
			return err
		case m.Event != nil:
			continue // a probe, or a goodbye
		case m.Response.Code.IsError():
			s.crowd.refused(m.Response)                                          // a new name needs room on the disk
			if r := m.Response; !r.Code.Retryable() && r.Code != wire.Conflict { // a ghost of its own
				s.crowd.fault(FaultRefused, "%s may not come in: %s %s", s.name, r.Code, r.Error)
			}
			return fmt.Errorf("presence: %s", m.Response.Code)
		}
		s.greet(resume)
		return s.line.SetReadDeadline(time.Time{})
	}
}

// greet says all that is due at once.
func (s *visit) greet(resumed bool) {
	var missed []*ear
	for i, e := range s.order {
		switch {
		case i < s.rooms && !s.joined[e.to]:
			s.join(e)
		case !resumed && (i < s.rooms || e.have > 0):
			missed = append(missed, e)
		}
	}
	if len(missed) > 0 {
		s.ask(missed...)
	}
	s.out = append(s.out, request("ping", "up").end())
	s.repeat(time.Now())
}

// join asks to be in a room; it may be the first and make it.
func (s *visit) join(e *ear) {
	for _, action := range []string{"join", "create"} {
		s.crowd.tape.write(history.Entry{Kind: history.Send, Client: s.name, Session: s.session, To: e.place, Action: action})
	}
	s.out = append(s.out, request("join", "join "+e.to).text("to", e.to).end())
}

// ask asks for what is missing of conversations.
func (s *visit) ask(ears ...*ear) {
	s.asked++
	id := fmt.Sprint("sync ", s.asked)
	at := make([]standing, len(ears))
	for i, e := range ears {
		at[i] = standing{e.to, e.have}
		s.asks[id] = append(s.asks[id], asking{e, e.ask(s.crowd.tape, s.name, fmt.Sprint(s.session, "+", s.asked))})
	}
	s.out = append(s.out, request("sync", id).since(at).end())
}

// repeat says what was not said on this connection yet, in order, and what may be said again.
func (s *visit) repeat(now time.Time) {
	for _, m := range s.said {
		if m.sent && (m.again.IsZero() || now.Before(m.again)) {
			continue
		}
		m.sent, m.again = true, time.Time{}
		s.crowd.tape.write(s.entry(history.Send, s.session, m))
		s.out = append(s.out, m.request())
	}
}

// talk goes on until the connection is gone, or everything is done.
func (s *visit) talk(ctx context.Context) error {
	in := make(chan wire.FromServer, 256)
	gone := make(chan error, 1)
	over := make(chan struct{})
	go func() { // ends when the connection does, which visit closes
		for {
			m, err := s.line.next()
			if err != nil {
				close(in)
				gone <- err
				return
			}
			select {
			case in <- m:
			case <-over:
			}
		}
	}()
	err := s.listen(ctx, in)
	close(over)
	s.line.Close()
	<-gone
	return err
}

func (s *visit) listen(ctx context.Context, in <-chan wire.FromServer) error {
	tick := time.NewTimer(0)
	defer tick.Stop()
	heard := time.Now()
	for {
		if len(s.out) > 0 {
			if err := s.line.say(s.out...); err != nil {
				s.drain(in)
				return err
			}
			s.out = s.out[:0]
		}
		select {
		case m, more := <-in:
			if !more {
				return errOver
			}
			heard = time.Now()
			s.take(m)
		case now := <-tick.C:
			s.tick(now)
			if now.Sub(heard) > patience && s.waits() {
				s.crowd.fault(FaultStuck, "%s waits for an answer on %s", s.name, s.session)
				return errOver
			}
			tick.Reset(s.crowd.interval/2 + time.Duration(s.rand.Int64N(int64(s.crowd.interval))))
		case <-ctx.Done():
			return ctx.Err()
		}
		if s.done() {
			return errOver
		}
	}
}

// drain takes in what had come before the connection broke.
func (s *visit) drain(in <-chan wire.FromServer) {
	s.line.Close()
	for m := range in {
		s.take(m)
	}
	s.out = nil
}

// tick says something new, where there is room for it.
func (s *visit) tick(now time.Time) {
	if !s.crowd.quiet() && len(s.old) > 0 && s.rand.IntN(s.crowd.repeat) == 0 {
		s.repeats()
	}
	s.repeat(now)
	if s.crowd.quiet() {
		return
	}
	for range s.crowd.burst {
		if len(s.said) >= window {
			return
		}
		m := s.say()
		if m.at.to[0] == '#' && !s.joined[m.at.to] {
			continue // it will be said when the room is there
		}
		m.sent = true
		s.crowd.tape.write(s.entry(history.Send, s.session, m))
		s.out = append(s.out, m.request())
	}
}

// waits tells whether an answer is due.
func (s *visit) waits() bool { return !s.up || len(s.said) > 0 || len(s.asks) > 0 }

// done tells whether there is nothing left to do here. The last visit begins when there is nothing
// left to say.
func (s *visit) done() bool {
	if s.waits() || len(s.joined) < s.rooms || !s.crowd.quiet() {
		return false
	}
	s.settled = s.last && s.up
	return true
}

// take takes in one object.
func (s *visit) take(m wire.FromServer) {
	if m.Event != nil {
		s.hear(m.Event)
		return
	}
	r := m.Response
	if r.ID == "up" {
		s.up = true
		for _, a := range s.resumed {
			a.ear.complete(s.crowd.tape, s.name, a.reading)
		}
		return
	}
	if asked := s.asks[r.ID]; asked != nil {
		delete(s.asks, r.ID)
		s.synced(asked, r)
		return
	}
	if room, ok := strings.CutPrefix(r.ID, "join "); ok {
		s.entered(s.ears[room], r)
		return
	}
	if m := s.find(r.ID); m != nil {
		s.answered(m, r)
	}
}

// synced takes in the answer to a sync.
func (s *visit) synced(asked []asking, r *wire.Response) {
	switch {
	case r.Code.IsError() && r.Code.Retryable():
		for _, a := range asked {
			a.ear.refused(a.reading)
		}
		s.line.Close() // and begin again
		return
	case r.Code.IsError():
		s.crowd.fault(FaultRefused, "%s may not sync: %s %s", s.name, r.Code, r.Error)
		return
	}
	for _, a := range asked {
		a.ear.complete(s.crowd.tape, s.name, a.reading)
	}
	var still []*ear
	for _, e := range s.order {
		if e.have < e.exists && !s.waitsFor(e) {
			still = append(still, e)
		}
	}
	if len(still) > 0 {
		s.ask(still...)
	}
}

// waitsFor tells whether a sync of a conversation is not answered yet.
func (s *visit) waitsFor(e *ear) bool {
	for _, asked := range s.asks {
		if slices.ContainsFunc(asked, func(a asking) bool { return a.ear == e }) {
			return true
		}
	}
	return false
}

// entered takes in the answer to a join.
func (s *visit) entered(e *ear, r *wire.Response) {
	switch {
	case r.Code.IsError() && r.Code.Retryable():
		s.crowd.refused(r)
		s.line.Close() // and begin again
	case r.Code.IsError():
		s.crowd.fault(FaultRefused, "%s may not join %s: %s %s", s.name, e.to, r.Code, r.Error)
	default:
		s.crowd.tape.write(history.Entry{Kind: history.Ack, Client: s.name, Session: s.session, To: e.place, Action: "join", Seq: int64(r.Seq)})
		s.joined[e.to] = true
		s.ask(e)
	}
}

// answered takes in the answer to something said.
func (s *visit) answered(m *saying, r *wire.Response) {
	switch {
	case m.twisted && r.Code == wire.Conflict:
		s.crowd.tape.write(s.entry(history.Refuse, s.session, m))
		s.forget(m)
	case m.twisted && !r.Code.IsError():
		s.crowd.fault(history.Doubled, "%s used the id %s for something else, and that was kept", s.name, m.id)
		s.forget(m)
	case !r.Code.IsError():
		e := s.entry(history.Ack, s.session, m)
		e.Seq = int64(r.Seq)
		s.crowd.tape.write(e)
		s.forget(m)
		s.remember(m)
	case r.Code.Retryable():
		s.crowd.refused(r)
		m.again = time.Now().Add(time.Duration(20+s.rand.IntN(40)) * time.Millisecond)
	case r.Code == wire.NotFound: // the room is not made yet, or the other has not come yet
		m.again = time.Now().Add(s.crowd.interval)
		if m.at.to[0] == '#' && s.joined[m.at.to] {
			delete(s.joined, m.at.to) // it was taken back; the history says whether that may be
			s.join(m.at)
		}
	default:
		s.crowd.tape.write(s.entry(history.Refuse, s.session, m))
		s.crowd.fault(FaultRefused, "%s of %s: %s %s", m.id, s.name, r.Code, r.Error)
		s.forget(m)
	}
}

// hear takes in an event.
func (s *visit) hear(e *wire.Event) {
	at := s.ears[e.Conversation(s.name)]
	if at == nil {
		return // presence of others, a probe, the lobby
	}
	switch {
	case e.Action == wire.ActBehind:
		if at.behind(s.crowd.tape, s.name, int64(e.Seq)) && !s.waitsFor(at) {
			s.ask(at)
		}
		return
	case e.Seq == 0 || e.Action == wire.ActRead:
		return
	}
	body := e.Message
	if e.Topic != nil {
		body = *e.Topic
	}
	session := at.hear(int64(e.Seq), s.session, s.waitsFor(at))
	s.crowd.tape.write(history.Entry{
		Kind: history.Read, Client: s.name, Session: session, To: at.place,
		From: e.From, ID: e.ID, Seq: int64(e.Seq), Action: e.Action, Body: body,
	})
}
