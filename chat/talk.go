package chat

import (
	"cmp"
	"errors"

	"jim/wire"
)

// say keeps a message; the answer comes when it is on disk.
func (s *Session) say(r *wire.Request) (*wire.Response, error) {
	if r.Message == "" {
		return nil, wire.Errorf(wire.BadRequest, "a message needs `message`, a text that is not empty")
	}
	if bad := s.may(&sayRate); bad != nil {
		return nil, bad
	}
	if r.Live {
		if bad := s.reachable(r.To); bad != nil {
			return nil, s.keptBefore(r, bad)
		}
	}
	at, err := s.find(s.ctx, r.To, true)
	if err != nil {
		return nil, err
	}
	s.post(at, &Entry{Kind: Said, ID: r.ID, Text: r.Message})
	return nil, nil
}

// keptBefore answers a message that cannot be told now, for bad, with what it was answered when it was said first.
func (s *Session) keptBefore(r *wire.Request, bad error) error {
	if r.ID == "" || !isCode(bad, wire.Offline) {
		return bad
	}
	at, err := s.find(s.ctx, r.To, false)
	if err != nil || at.room == nil {
		return cmp.Or(err, bad)
	}
	s.post(at, &Entry{Kind: Said, ID: r.ID, Text: r.Message, Again: true, done: func(e *Entry) {
		if e.Err == ErrNotFound {
			s.respond(e.ID, nil, bad)
			return
		}
		s.answerKept(e)
	}})
	return nil
}

// reachable refuses a message to a person who is not connected, from those who
// want it told now or never.
func (s *Session) reachable(to string) error {
	if wire.IsRoom(to) {
		return nil
	}
	key, bad := nameKey(to)
	if bad != nil {
		return bad
	}
	other, err := s.someone(s.ctx, key, to)
	if err == nil && s.hub.statusOf(other.ID) == gone {
		return wire.Errorf(wire.Offline, "%s is not connected", other.Name)
	}
	return err
}

// post gives an entry to the store. The reference of at goes with it.
func (s *Session) post(at place, e *Entry) {
	e.Conversation = at.room.id
	e.From, e.FromName = s.account.ID, s.account.Name
	e.to, e.room, e.from = at.address, at.room, s
	s.out.post()
	s.hub.store.Keep(e)
}

// answerKept answers the sender of an entry that came back from the store.
func (s *Session) answerKept(e *Entry) {
	if e.Err != nil {
		s.respond(e.ID, nil, keeping(e.Err))
		return
	}
	s.out.answer(func(b *wire.Batch) { b.AppendKept(e.ID, e.Time, e.to, e.Seq) })
}

// keeping is what a peer is told when the store refused.
func keeping(err error) error {
	switch {
	case errors.Is(err, ErrConflict):
		return wire.Errorf(wire.Conflict, "this id was used for something else; take a new one")
	case errors.Is(err, ErrFull):
		return wire.Errorf(wire.StorageFull, "the disk of the server is full; what is there can be read")
	}
	return in("keep", err)
}

// typing tells the others that somebody is writing.
func (s *Session) typing(r *wire.Request) (*wire.Response, error) {
	if bad := s.may(&passingRate); bad != nil {
		return nil, bad
	}
	at, err := s.find(s.ctx, r.To, false)
	if err != nil {
		return nil, err
	}
	if at.room != nil {
		b := new(wire.Batch)
		b.AppendEvent(&wire.Event{Action: wire.ActTyping, To: at.address, From: s.account.Name})
		at.room.pass(b, s.account.ID)
		at.room.refs.Add(-1)
	}
	return &wire.Response{Code: wire.Accepted}, nil
}

// pass tells everybody in a room something that need not arrive, except one person.
func (r *Room) pass(b *wire.Batch, except AccountID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, n := range r.subs {
		if n.who != except {
			n.out.pass(b)
		}
	}
}

// read moves the read mark, and tells the person's other devices.
func (s *Session) read(r *wire.Request) (*wire.Response, error) {
	if bad := s.may(&askRate); bad != nil {
		return nil, bad
	}
	at, err := s.find(s.ctx, r.To, false)
	if err != nil {
		return nil, err
	}
	if at.room == nil {
		return nil, wire.Errorf(wire.NotFound, "you and %s have not talked yet", at.address)
	}
	defer at.room.refs.Add(-1)
	c, err := s.hub.store.Conversation(s.ctx, at.room.id)
	if err != nil {
		return nil, in("find the newest number", err)
	}
	seq := min(r.Seq, c.Last)
	switch err := s.hub.store.SetRead(s.ctx, s.account.ID, at.room.id, seq); {
	case err == ErrNotFound:
		return nil, wire.Errorf(wire.Forbidden, "you are not in %s: join it", at.address)
	case err != nil:
		return nil, keeping(err)
	}
	s.tellOthers(&wire.Event{Action: wire.ActRead, To: at.address, From: s.account.Name, Seq: seq})
	return &wire.Response{Code: wire.OK, To: at.address, Seq: seq}, nil
}
