package chat

import (
	"context"
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
	size := envelope
	var scratch []byte
	for i := range entries {
		ev := s.pastEvent(&entries[i], at)
		scratch = ev.AppendJSON(scratch[:0])
		size += len(scratch) + 1
		if i == limit || size > wire.JIM2.Answer && i > 0 {
			more = true
			break
		}
		events = append(events, ev)
	}
	if newest {
		slices.Reverse(events)
	}
	if events == nil {
		events = []wire.Event{}
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
	if bad := s.may(&askRate); bad != nil {
		return nil, bad
	}
	named := map[string]bool{}
	for _, since := range r.Since {
		at, err := s.find(s.ctx, since.To, false)
		if err != nil {
			return nil, err
		}
		named[at.key] = true
		if at.room == nil {
			continue
		}
		s.hold(at.sub)
		err = s.catchUp(&at, since.Seq)
		at.room.refs.Add(-1)
		if err != nil {
			return nil, err
		}
	}
	mine, err := s.hub.store.Memberships(s.ctx, s.account.ID)
	if err != nil {
		return nil, in("read the memberships", err)
	}
	for _, m := range mine {
		address := m.address()
		if key, _ := addressKey(address); !named[key] {
			s.tellBehind(address, m.Last)
		}
	}
	return &wire.Response{Code: wire.OK}, nil
}

func (m *Membership) address() string {
	if m.Room != "" {
		return m.Room
	}
	return m.Peer
}

// tellBehind says that something was said up to seq which will not be told by itself.
func (s *Session) tellBehind(address string, seq uint64) {
	if seq == 0 {
		return
	}
	s.out.answer(func(b *wire.Batch) {
		b.AppendEvent(&wire.Event{Action: wire.ActBehind, To: address, Seq: seq})
	})
}

// resume makes the session hear all its conversations, those named in since from
// the number given. Who resumes is told of the others that there is something.
func (s *Session) resume(since []wire.Since, resumes bool) error {
	mine, err := s.hub.store.Memberships(s.ctx, s.account.ID)
	if err != nil {
		return in("read the memberships", err)
	}
	want := map[string]uint64{}
	for _, w := range since {
		if key, bad := addressKey(w.To); bad == nil {
			want[key] = w.Seq
		}
	}
	type owed struct {
		place
		after uint64
	}
	var debts []owed
	for i := range mine {
		m := &mine[i]
		address := m.address()
		key, bad := addressKey(address)
		if bad != nil {
			continue // a name from before a rule became stricter
		}
		after, named := want[key]
		n := s.listen(s.hub.room(&m.Conversation), key, address, named)
		if n == nil {
			continue
		}
		if named {
			debts = append(debts, owed{place{room: n.room, sub: n, key: key, address: address}, after})
		} else if resumes {
			s.tellBehind(address, m.Last)
		}
	}
	for _, d := range debts {
		if err := s.catchUp(&d.place, d.after); err != nil {
			return err
		}
	}
	return nil
}

// hold stops telling a sub live, until catchUp is done.
func (s *Session) hold(n *sub) {
	if n == nil {
		return
	}
	n.room.mu.Lock()
	n.catching = true
	n.room.mu.Unlock()
}

// catchUp tells what the log has after a number, and then lets the sub hear what
// happens: nothing is missed between the two and nothing is told twice. A
// place without sub gets what there is.
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
		if s.caughtUp(at, after) {
			return nil
		}
		entries, err := s.hub.store.Log(s.ctx, at.room.id, after, 0, syncPage, false)
		if err != nil {
			return in("read the log", err)
		}
		if at.sub == nil && len(entries) == 0 {
			return nil
		}
		s.breathe()
		if s.ctx.Err() != nil || s.out.over() {
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
		if len(entries) > 0 {
			after = entries[len(entries)-1].Seq
		}
	}
}

// caughtUp lets a sub that has everything hear what happens from now on.
func (s *Session) caughtUp(at *place, after uint64) bool {
	n := at.sub
	if n == nil {
		return false
	}
	n.room.mu.Lock()
	defer n.room.mu.Unlock()
	if n.room.last > after {
		return false
	}
	n.catching, n.synced, n.read = false, true, max(n.read, after)
	return true
}
