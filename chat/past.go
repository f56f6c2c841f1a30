package chat

import (
	"context"
	"errors"
	"maps"
	"slices"

	"jim/wire"
)

const (
	historyPage = 50 // events in an answer when no limit is said
	syncPage    = 64 // events read from the log at a time while catching up
)

// envelope is what is left free in an answer for all that is not a list.
const envelope = 1 << 10

// history answers with a page of what was said.
func (s *Session) history(r *wire.Request) (*wire.Response, error) {
	if bad := s.may(&askRate); bad != nil {
		return nil, bad
	}
	if r.Before == 0 && r.After >= wire.MaxSeq || r.Before != 0 && r.After >= r.Before {
		return nil, wire.Errorf(wire.BadRequest, "nothing lies between `after` %d and `before` %d", r.After, r.Before)
	}
	at, err := s.find(s.ctx, r.To, false)
	if err != nil {
		return nil, err
	}
	answer := &wire.Response{Code: wire.OK, To: at.address, Events: []wire.Event{}}
	if at.room == nil {
		return answer, nil
	}
	defer at.room.refs.Add(-1)
	limit := r.Limit
	if limit == 0 {
		limit = historyPage
	}
	newest := !r.HasAfter
	entries, err := s.hub.store.Log(s.ctx, at.room.id, r.After, r.Before, limit+1, newest)
	if err != nil {
		return nil, in("read the log", err)
	}
	answer.Events, answer.More = s.page(entries, &at, limit, newest)
	at.room.mu.Lock()
	answer.Seq = at.room.last
	at.room.mu.Unlock()
	return answer, nil
}

// page turns entries into events, as many as limit and the size of an answer
// allow: the newest or the oldest of them. more tells whether some were left out.
func (s *Session) page(entries []Entry, at *place, limit int, newest bool) (events []wire.Event, more bool) {
	if newest {
		slices.Reverse(entries)
	}
	largest := s.limits().Answer
	size := min(envelope, largest/4)
	events = make([]wire.Event, 0, min(limit, len(entries)))
	var scratch []byte
	for i := range entries {
		ev := s.pastEvent(&entries[i], at)
		scratch = ev.AppendJSON(scratch[:0])
		if s.peer.Datagrams && len(scratch) > largest-size && i == 0 {
			ev = wire.TooLargeForDatagram(at.address, ev.Seq)
			scratch = ev.AppendJSON(scratch[:0])
		}
		size += len(scratch) + 1
		if i == limit || size > largest && i > 0 {
			more = true
			break
		}
		events = append(events, ev)
	}
	if newest {
		slices.Reverse(events)
	}
	return events, more
}

// pastEvent is an entry of the log as this session is told it.
func (s *Session) pastEvent(e *Entry, at *place) wire.Event {
	e.to = s.account.Name
	if e.From == s.account.ID {
		e.to = at.address
	}
	return e.event(at.room.name)
}

// sync streams what follows the numbers given, and answers.
func (s *Session) sync(r *wire.Request) (*wire.Response, error) {
	if bad := s.mayName(r.Since, s.account.ID); bad != nil {
		return nil, bad
	}
	named := map[string]bool{}
	for _, since := range once(r.Since) {
		at, err := s.find(s.ctx, since.To, false)
		if err != nil {
			return nil, err
		}
		named[at.key] = true
		if err := s.readSince(&at, since.Seq, r.Log); err != nil {
			return nil, err
		}
	}
	if err := s.tellOfOthers(named); err != nil {
		return nil, err
	}
	return &wire.Response{Code: wire.OK, Log: s.hub.store.LogName()}, nil
}

// tellOfOthers tells of the conversations that a sync did not name that there is
// something. A session that hears its conversations knows them without the store.
func (s *Session) tellOfOthers(named map[string]bool) error {
	if s.person != nil {
		s.mu.Lock()
		all := maps.Clone(s.subs)
		s.mu.Unlock()
		for _, key := range slices.Sorted(maps.Keys(all)) {
			if n := all[key]; !named[key] {
				n.room.mu.Lock()
				s.tellBehind(n.address, n.room.last)
				n.room.mu.Unlock()
			}
		}
		return nil
	}
	mine, err := s.hub.store.Memberships(s.ctx, s.account.ID)
	if err != nil {
		return in("read the memberships", err)
	}
	for _, m := range mine {
		address := m.address()
		if key, _ := addressKey(address); !named[key] {
			s.tellBehind(address, m.Last)
		}
	}
	return nil
}

func (m *Membership) address() string {
	if m.Room != "" {
		return m.Room
	}
	return m.Peer
}

// tellBehind says that something was said up to seq which will not be told by itself.
func (s *Session) tellBehind(address string, seq uint64) {
	if seq > 0 {
		s.tellNewest(address, seq)
	}
}

func (s *Session) tellNewest(address string, seq uint64) {
	s.out.answer(func(b *wire.Batch) {
		b.AppendEvent(&wire.Event{Action: wire.ActBehind, To: address, Seq: seq})
	})
}

// owing is where a session stands in a conversation that it does not hear and whose log
// is or was read to it. What makes it hear the conversation goes on from there.
type owing struct {
	told    uint64 // everything up to here was read to it before
	reading bool   // and the log is read to it now
}

// owingMost bounds what a session remembers of conversations that were read to it and that it does not hear.
const owingMost = 64

// expect notes that the log of a conversation is going to be read to the session. Until
// catchUp is done nothing of it is told live, though the account may leave meanwhile and join again on
// another device.
func (s *Session) expect(at *place) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.person == nil {
		return
	}
	if s.owed == nil {
		s.owed = map[string]owing{}
	}
	if len(s.owed) >= owingMost {
		maps.DeleteFunc(s.owed, func(_ string, w owing) bool { return !w.reading })
	}
	s.owed[at.key] = owing{told: s.owed[at.key].told, reading: true}
	if at.sub = s.subs[at.key]; at.sub != nil {
		at.sub.room.mu.Lock()
		at.sub.catching = true
		at.sub.room.mu.Unlock()
	}
}

// owe notes what a session has that is about to resume. From then on whatever
// makes it hear one of those conversations, its own resume or another device
// that joins, tells it nothing live before the log has been read to it.
func (s *Session) owe(since []wire.Since) {
	if len(since) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.owed = map[string]owing{}
	for _, w := range since {
		if key, bad := addressKey(w.To); bad == nil {
			s.owed[key] = owing{reading: true}
		}
	}
}

// resume makes the session hear all its conversations, and reads to it those that it is owed, from the
// number it has. Who resumes is told of the others that there is something.
func (s *Session) resume(r *wire.Request) error {
	if err := s.listenToAll(r); err != nil {
		return err
	}
	for _, w := range r.Since {
		if err := s.readOwed(w); err != nil {
			return err
		}
	}
	return nil
}

func (s *Session) isOwed(key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, owed := s.owed[key]
	return owed
}

// tellWhereItStands says that a conversation, which the session hears from now on, has come so far at least: what was kept up to
// there is not told any more, and what was told to others since the number was read is not left out.
func (s *Session) tellWhereItStands(n *sub, seq uint64) {
	n.room.mu.Lock()
	defer n.room.mu.Unlock()
	n.read = max(n.read, n.room.last, seq)
	n.first = 0 // what was told live so far, when another device had it heard, need not go on where it ends
	s.tellBehind(n.address, n.read)
}

// readOwed reads to a session that resumes what it is owed of a conversation. That its account has left
// meanwhile is in there.
func (s *Session) readOwed(w wire.Since) error {
	at, err := s.find(s.ctx, w.To, false)
	var bad *wire.Error
	if errors.As(err, &bad) || err == nil && at.room == nil { // it is not there, or not for this account
		if key, bad := addressKey(w.To); bad == nil {
			s.letGo(&place{key: key})
		}
		return nil
	}
	if err != nil {
		return err
	}
	return s.readSince(&at, w.Seq, "")
}

// readSince reads the log of a conversation to the session from after a number, which is of the log of that name. It gives
// the reference to the room back.
func (s *Session) readSince(at *place, after uint64, log string) error {
	if at.room == nil {
		return nil
	}
	defer at.room.refs.Add(-1)
	s.expect(at)
	from, err := s.within(at, after, log)
	if err != nil {
		s.letGo(at)
		return in("read the log", err)
	}
	if from < after {
		s.tellNewest(at.address, from)
	}
	return s.catchUp(at, from)
}

// letGo ends a catching up that failed: what happens is told live again, and what
// was not read is said to be missing.
func (s *Session) letGo(at *place) {
	s.mu.Lock()
	defer s.mu.Unlock()
	told := s.owed[at.key].told
	delete(s.owed, at.key)
	n := s.subs[at.key]
	if n == nil {
		s.remember(at.key, told)
		return
	}
	n.room.mu.Lock()
	defer n.room.mu.Unlock()
	n.catching, n.first = false, 0
	s.tellBehind(n.address, n.room.last)
}

// remember notes what was read to a session of a conversation that it does not hear: the log may be
// ahead of what is told. The session is locked.
func (s *Session) remember(key string, told uint64) {
	if told == 0 || s.person == nil {
		return
	}
	if s.owed == nil {
		s.owed = map[string]owing{}
	}
	w := s.owed[key]
	w.told = max(w.told, told)
	s.owed[key] = w
}

// catchUp tells what the log has after a number, and then lets the session hear what
// happens: nothing is missed between the two and nothing is told twice. Who hears the
// conversation on no device of his gets what there is.
func (s *Session) catchUp(at *place, after uint64) error {
	var first, told uint64 // told live before, while nothing had been synced
	if n := at.sub; n != nil {
		n.room.mu.Lock()
		if !n.synced && n.first > 0 {
			first, told = n.first, n.heard
		}
		n.room.mu.Unlock()
	}
	for {
		if s.caughtUp(at, after, false) {
			return nil
		}
		entries, err := s.hub.store.Log(s.ctx, at.room.id, after, 0, syncPage, false)
		if err != nil {
			s.letGo(at)
			return in("read the log", err)
		}
		if len(entries) == 0 {
			if s.caughtUp(at, after, true) {
				return nil
			}
			continue
		}
		s.breathe()
		if s.ctx.Err() != nil || s.out.over() {
			s.letGo(at)
			return context.Cause(s.ctx)
		}
		s.out.answer(func(b *wire.Batch) {
			for i := range entries {
				if seq := entries[i].Seq; first == 0 || seq < first || seq > told {
					ev := s.pastEvent(&entries[i], at)
					b.AppendEvent(&ev)
				}
			}
		})
		after = entries[len(entries)-1].Seq
	}
}

// caughtUp lets a session that has everything hear what happens from now on. Everything is also what was
// answered to its sender and has not been told yet, and what will not be told live, since it was read to the session or told
// as behind. A session that does not hear the conversation has everything when the log is at its end.
func (s *Session) caughtUp(at *place, after uint64, end bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.subs[at.key]
	if at.sub = n; n == nil {
		if end {
			told := max(after, s.owed[at.key].told)
			delete(s.owed, at.key)
			s.remember(at.key, told)
		}
		return end
	}
	n.room.mu.Lock()
	defer n.room.mu.Unlock()
	if max(n.room.last, n.room.kept.Load(), n.read) > after {
		return false
	}
	n.catching, n.synced, n.read = false, true, max(n.read, after)
	delete(s.owed, at.key)
	return true
}
