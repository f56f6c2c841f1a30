package chat

import (
	"context"

	"jim/wire"
)

// place is a conversation that a request is about. Its reference to the room
// goes to an entry, or back.
type place struct {
	room         *Room // nil: two people who have not talked yet
	sub          *sub  // nil: the session does not listen
	key, address string
	peer         Account // the other person, where a store was asked
}

// find resolves an address: the conversation, and how it is called. A direct
// conversation is made when open is set; ErrNotFound otherwise where there is
// none yet.
func (s *Session) find(ctx context.Context, address string, open bool) (place, error) {
	key, bad := addressKey(address)
	if bad != nil {
		return place{}, bad
	}
	s.mu.Lock()
	n := s.subs[key]
	if n != nil {
		n.room.refs.Add(1)
	}
	s.mu.Unlock()
	if n != nil {
		return place{room: n.room, sub: n, key: key, address: n.address}, nil
	}
	if wire.IsRoom(address) {
		c, err := s.hub.store.Room(ctx, key)
		if err == ErrNotFound {
			return place{}, wire.Errorf(wire.NotFound, "no room %s", address)
		}
		if err != nil {
			return place{}, in("find a room", err)
		}
		return place{room: s.hub.room(&c), key: key, address: c.Room}, nil
	}
	return s.findPerson(ctx, key, address, open)
}

// findPerson finds what was said with a person, also with one who is disabled now: that one it is only too late to talk to.
func (s *Session) findPerson(ctx context.Context, key, address string, open bool) (place, error) {
	other, err := s.anyone(ctx, key, address)
	if err == nil && open && other.Disabled {
		err = errNobody(address)
	}
	if err != nil {
		return place{}, err
	}
	at := place{key: key, address: other.Name, peer: other}
	var c Conversation
	if open {
		c, err = s.hub.store.Direct(ctx, s.account.ID, other.ID)
	} else {
		c, err = s.hub.store.FindDirect(ctx, s.account.ID, other.ID)
	}
	switch {
	case err == ErrNotFound && other.Disabled:
		return place{}, errNobody(address)
	case err == ErrNotFound:
		return at, nil
	case err != nil:
		return place{}, in("find a direct conversation", err)
	}
	at.room = s.hub.room(&c)
	if open {
		s.hub.attachAll(s.account.ID, &c, key, other.Name)
		s.hub.attachAll(other.ID, &c, s.account.Key, s.account.Name)
	}
	return at, nil
}

// someone finds a person by address.
func (s *Session) someone(ctx context.Context, key, address string) (Account, error) {
	a, err := s.anyone(ctx, key, address)
	if err == nil && a.Disabled {
		return Account{}, errNobody(address)
	}
	return a, err
}

// anyone is someone, or somebody who is disabled.
func (s *Session) anyone(ctx context.Context, key, address string) (Account, error) {
	a, err := s.hub.store.Account(ctx, key)
	if err == ErrNotFound {
		return Account{}, errNobody(address)
	}
	return a, in("find a person", err)
}

func errNobody(address string) *wire.Error {
	return wire.Errorf(wire.NotFound, "nobody is called %s", address)
}
