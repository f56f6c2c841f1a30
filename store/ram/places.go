package ram

import (
	"context"
	"slices"
	"strings"

	"jim/chat"
)

func (d *Disk) talk(id chat.ConversationID) (*talk, error) {
	if id < 1 || int(id) > len(d.talks) {
		return nil, chat.ErrNotFound
	}
	return d.talks[id-1], nil
}

// found is a conversation that was looked for.
func found(t *talk) (chat.Conversation, error) {
	if t == nil {
		return chat.Conversation{}, chat.ErrNotFound
	}
	return t.Conversation, nil
}

func (d *Disk) add(c chat.Conversation) *talk {
	c.ID = chat.ConversationID(len(d.talks) + 1)
	t := &talk{Conversation: c, members: map[chat.AccountID]uint64{}}
	d.talks = append(d.talks, t)
	return t
}

// Room finds a room by the key of its name.
func (s *Store) Room(ctx context.Context, key string) (chat.Conversation, error) {
	done, err := s.use(ctx)
	if err != nil {
		return chat.Conversation{}, err
	}
	defer done()
	return found(s.d.rooms[key])
}

// AddRoom makes a room; ErrExists when the key is taken, ErrAlike when the name
// looks like another room's.
func (s *Store) AddRoom(ctx context.Context, name, key string) (chat.Conversation, error) {
	done, err := s.use(ctx)
	if err != nil {
		return chat.Conversation{}, err
	}
	defer done()
	if s.d.rooms[key] != nil {
		return chat.Conversation{}, chat.ErrExists
	}
	skeleton := chat.Skeleton(name)
	if s.d.faces[skeleton] {
		return chat.Conversation{}, chat.ErrAlike
	}
	s.d.faces[skeleton] = true
	t := s.d.add(chat.Conversation{Room: name})
	t.key = key
	s.d.rooms[key] = t
	return t.Conversation, nil
}

// RoomList returns up to limit rooms behind the key after, by key.
func (s *Store) RoomList(ctx context.Context, after string, limit int) ([]chat.Conversation, error) {
	done, err := s.use(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	var list []*talk
	for _, t := range s.d.talks {
		if t.key > after {
			list = append(list, t)
		}
	}
	slices.SortFunc(list, func(a, b *talk) int { return strings.Compare(a.key, b.key) })
	var some []chat.Conversation
	for _, t := range list[:min(len(list), max(limit, 0))] {
		some = append(some, t.Conversation)
	}
	return some, nil
}

// FindDirect finds what two people say to each other; their order means nothing.
func (s *Store) FindDirect(ctx context.Context, a, b chat.AccountID) (chat.Conversation, error) {
	done, err := s.use(ctx)
	if err != nil {
		return chat.Conversation{}, err
	}
	defer done()
	return found(s.d.directs[[2]chat.AccountID{min(a, b), max(a, b)}])
}

// Direct is FindDirect that makes the conversation when there is none, with both as its members.
func (s *Store) Direct(ctx context.Context, a, b chat.AccountID) (chat.Conversation, error) {
	done, err := s.use(ctx)
	if err != nil {
		return chat.Conversation{}, err
	}
	defer done()
	pair := [2]chat.AccountID{min(a, b), max(a, b)}
	t := s.d.directs[pair]
	if t == nil {
		if s.d.account(a) == nil || s.d.account(b) == nil {
			return chat.Conversation{}, chat.ErrNotFound
		}
		t = s.d.add(chat.Conversation{Pair: pair})
		t.members[a], t.members[b] = 0, 0
		s.d.directs[pair] = t
	}
	return t.Conversation, nil
}

// Conversation finds a conversation by its number.
func (s *Store) Conversation(ctx context.Context, id chat.ConversationID) (chat.Conversation, error) {
	done, err := s.use(ctx)
	if err != nil {
		return chat.Conversation{}, err
	}
	defer done()
	t, err := s.d.talk(id)
	if err != nil {
		return chat.Conversation{}, err
	}
	return t.Conversation, nil
}

// Memberships returns the rooms and direct conversations of an account in the order of their numbers.
func (s *Store) Memberships(ctx context.Context, id chat.AccountID) ([]chat.Membership, error) {
	done, err := s.use(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	var list []chat.Membership
	for _, t := range s.d.talks {
		read, is := t.members[id]
		if !is {
			continue
		}
		m := chat.Membership{Conversation: t.Conversation, Read: read}
		if t.Room == "" {
			other := t.Pair[0]
			if other == id {
				other = t.Pair[1]
			}
			m.Peer = s.d.account(other).Name
		}
		list = append(list, m)
	}
	return list, nil
}

// IsMember tells whether an account is a member of a conversation.
func (s *Store) IsMember(ctx context.Context, c chat.ConversationID, id chat.AccountID) (bool, error) {
	done, err := s.use(ctx)
	if err != nil {
		return false, err
	}
	defer done()
	t, err := s.d.talk(c)
	if err != nil {
		return false, nil
	}
	_, is := t.members[id]
	return is, nil
}

// Members returns up to limit members of a conversation behind the key after, by Key.
func (s *Store) Members(ctx context.Context, c chat.ConversationID, after string, limit int) ([]chat.Account, error) {
	done, err := s.use(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	t, err := s.d.talk(c)
	if err != nil {
		return nil, nil
	}
	var list []*chat.Account
	for id := range t.members {
		list = append(list, s.d.account(id))
	}
	return page(list, after, limit), nil
}

// SetRead notes that a member has read up to seq; a smaller one than before changes nothing.
func (s *Store) SetRead(ctx context.Context, id chat.AccountID, c chat.ConversationID, seq uint64) error {
	done, err := s.use(ctx)
	if err != nil {
		return err
	}
	defer done()
	t, err := s.d.talk(c)
	if err != nil {
		return err
	}
	read, is := t.members[id]
	if !is {
		return chat.ErrNotFound
	}
	t.members[id] = max(read, seq)
	return nil
}
