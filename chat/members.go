package chat

import (
	"maps"
	"slices"
	"strings"

	"jim/wire"
)

// create makes a room, of which the maker is the first member.
func (s *Session) create(r *wire.Request) (*wire.Response, error) {
	key, err := s.roomKey(r.To)
	if err != nil {
		return nil, err
	}
	if servers(r.To) {
		return nil, errReserved(r.To)
	}
	c, err := s.hub.store.AddRoom(s.ctx, r.To, key)
	if err == ErrExists && s.hub.takeUnopened(key) {
		if c, err = s.hub.store.Room(s.ctx, key); err != nil {
			s.hub.noteUnopened(key)
		} else if c.Last > 0 { // somebody has joined it
			err = ErrExists
		}
	}
	if err == ErrExists {
		return nil, wire.Errorf(wire.Conflict, "there is a room %s already: join it", r.To)
	}
	if err == ErrAlike {
		return nil, errRoomAlike(r.To)
	}
	if err != nil {
		return nil, keeping(err)
	}
	topic := ""
	if r.Topic != nil {
		topic = *r.Topic
	}
	s.enter(r, &c, key, &Entry{Kind: RoomOpened, Text: topic}, wire.Created)
	return nil, nil
}

// join makes the account a member, and the room if it is not there.
func (s *Session) join(r *wire.Request) (*wire.Response, error) {
	key, err := s.roomKey(r.To)
	if err != nil {
		return nil, err
	}
	for {
		c, err := s.hub.store.Room(s.ctx, key)
		if err == nil {
			s.enter(r, &c, key, &Entry{Kind: Joined}, wire.OK)
			return nil, nil
		}
		if err != ErrNotFound {
			return nil, in("find a room", err)
		}
		if servers(r.To) {
			return nil, errReserved(r.To)
		}
		c, err = s.hub.store.AddRoom(s.ctx, r.To, key)
		if err == nil {
			s.enter(r, &c, key, &Entry{Kind: RoomOpened}, wire.Created)
			return nil, nil
		}
		if err == ErrAlike {
			return nil, errRoomAlike(r.To)
		}
		if err != ErrExists { // else somebody was quicker: join that one
			return nil, keeping(err)
		}
	}
}

// errRoomAlike refuses the name of a room that looks like another's.
func errRoomAlike(name string) *wire.Error {
	return wire.Errorf(wire.Conflict, "there is a room with a name that looks like %s: choose another", name)
}

// enter keeps an entry by which the account becomes a member. It is answered, and
// the account's sessions hear the room, before the entry is told.
func (s *Session) enter(r *wire.Request, c *Conversation, key string, e *Entry, code wire.Code) {
	id, topic := r.ID, c.Topic
	if e.Kind == RoomOpened {
		topic = e.Text
	}
	e.done = func(e *Entry) {
		if e.Err != nil {
			if e.Kind == RoomOpened {
				s.hub.noteUnopened(key)
			}
			s.respond(id, nil, keeping(e.Err))
			return
		}
		s.hub.attachAll(e.From, c, key, c.Room)
		answer := &wire.Response{Code: code, To: c.Room, Seq: e.Seq}
		if topic != "" {
			answer.Topic = &topic
		}
		s.respond(id, answer, nil)
	}
	s.post(place{room: s.hub.room(c), key: key, address: c.Room}, e)
}

// leave ends the membership. The leaver is told too, as the last of the room.
func (s *Session) leave(r *wire.Request) (*wire.Response, error) {
	if _, err := s.roomKey(r.To); err != nil {
		return nil, err
	}
	at, err := s.find(s.ctx, r.To, false)
	if err != nil {
		return nil, err
	}
	id := r.ID
	s.post(at, &Entry{Kind: Left, done: func(e *Entry) {
		if e.Err != nil {
			s.respond(id, nil, keeping(e.Err))
			return
		}
		s.respond(id, &wire.Response{Code: wire.OK, To: e.to, Seq: e.Seq}, nil)
	}})
	return nil, nil
}

// roomKey checks that an address is a room's, and the rate of such requests.
func (s *Session) roomKey(address string) (string, error) {
	if bad := s.may(&askRate); bad != nil {
		return "", bad
	}
	if !wire.IsRoom(address) {
		return "", wire.Errorf(wire.BadRequest, "%q is no room: a room's name begins with #", address)
	}
	key, bad := addressKey(address)
	if bad != nil {
		return "", bad
	}
	return key, nil
}

// topic reads or sets what a room is about.
func (s *Session) topic(r *wire.Request) (*wire.Response, error) {
	key, err := s.roomKey(r.To)
	if err != nil {
		return nil, err
	}
	if r.Topic == nil {
		s.settle()
		c, err := s.hub.store.Room(s.ctx, key)
		if err == ErrNotFound {
			return nil, wire.Errorf(wire.NotFound, "no room %s", r.To)
		}
		if err != nil {
			return nil, in("find a room", err)
		}
		return &wire.Response{Code: wire.OK, To: c.Room, Topic: &c.Topic}, nil
	}
	at, err := s.find(s.ctx, r.To, false)
	if err != nil {
		return nil, err
	}
	s.post(at, &Entry{Kind: TopicSet, ID: r.ID, Text: *r.Topic})
	return nil, nil
}

// ownMark stands before the place in a list of one's own conversations; without
// it the place is in the list of the other rooms.
const ownMark = ">"

// rooms lists the account's conversations, and then the other rooms.
func (s *Session) rooms(r *wire.Request) (*wire.Response, error) {
	if bad := s.may(&askRate); bad != nil {
		return nil, bad
	}
	mine, err := s.hub.store.Memberships(s.ctx, s.account.ID)
	if err != nil {
		return nil, in("read the memberships", err)
	}
	limit := s.pageLimit(r)
	answer, left := &wire.Response{Code: wire.OK, Rooms: []wire.Conversation{}}, s.rows()
	after, inOwn := strings.CutPrefix(r.Mark, ownMark)
	if r.Mark == "" || inOwn {
		if ownPage(answer, mine, after, limit, &left); answer.More {
			return answer, nil
		}
		after = ""
	}
	own := map[ConversationID]bool{}
	for _, m := range mine {
		own[m.ID] = true
	}
	for {
		list, err := s.hub.store.RoomList(s.ctx, after, limit)
		if err != nil {
			return nil, in("list the rooms", err)
		}
		for _, c := range list {
			row := wire.Conversation{Name: c.Room, Seq: c.Last, Topic: c.Topic}
			if len(answer.Rooms) >= limit || !own[c.ID] && !left.take(row.Size()) {
				answer.More, answer.Next = true, after
				if after == "" { // own conversations fill the page, and the last of them is the place
					last, _ := addressKey(answer.Rooms[len(answer.Rooms)-1].Name)
					answer.Next = ownMark + last
				}
				return answer, nil
			}
			after, _ = addressKey(c.Room)
			if !own[c.ID] {
				answer.Rooms = append(answer.Rooms, row)
			}
		}
		if len(list) < limit {
			return answer, nil
		}
	}
}

// ownPage adds the account's own conversations after a key.
func ownPage(answer *wire.Response, mine []Membership, after string, limit int, left *rows) {
	keys := make(map[string]*Membership, len(mine))
	for i := range mine {
		if key, bad := addressKey(mine[i].address()); bad == nil && key > after {
			keys[key] = &mine[i]
		}
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		m := keys[key]
		row := wire.Conversation{Name: m.address(), Seq: m.Last, Read: m.Read, Member: true, Topic: m.Topic}
		if len(answer.Rooms) == limit || !left.take(row.Size()) {
			answer.More = true
			return
		}
		answer.Rooms = append(answer.Rooms, row)
		answer.Next = ownMark + key
	}
	answer.Next = ""
}

// pageLimit is how many rows a request gets.
func (s *Session) pageLimit(r *wire.Request) int {
	most := s.limits().Page
	if s.peer.Datagrams {
		most = datagramRows
	}
	if r.Limit == 0 {
		return most
	}
	return min(r.Limit, most)
}

// datagramRows is how many rows of a list are sure to fit a datagram, as long as
// what people have written into them is not: 100 bytes each.
const datagramRows = 8

// contacts lists the account's contacts, all that fit an answer where no limit is said.
func (s *Session) contacts(r *wire.Request) (*wire.Response, error) {
	if bad := s.may(&askRate); bad != nil {
		return nil, bad
	}
	list, err := s.hub.store.Contacts(s.ctx, s.account.ID)
	if err != nil {
		return nil, in("read the contacts", err)
	}
	answer, left := &wire.Response{Code: wire.OK, Contacts: []wire.Person{}}, s.rows()
	for i := range list {
		if list[i].Key <= r.Mark {
			continue
		}
		row := asSeen(&list[i], s.hub.statusOf(list[i].ID))
		if r.Limit > 0 && len(answer.Contacts) == r.Limit || !left.take(row.Size()) {
			answer.More, answer.Next = true, list[i-1].Key
			break
		}
		answer.Contacts = append(answer.Contacts, row)
	}
	return answer, nil
}

// members lists who is in a room.
func (s *Session) members(r *wire.Request) (*wire.Response, error) {
	if bad := s.may(&askRate); bad != nil {
		return nil, bad
	}
	at, err := s.find(s.ctx, r.To, false)
	if err != nil {
		return nil, err
	}
	answer, left := &wire.Response{Code: wire.OK, To: at.address, Members: []wire.Person{}}, s.rows()
	if at.room == nil {
		return answer, nil
	}
	defer at.room.refs.Add(-1)
	limit := s.pageLimit(r)
	list, err := s.hub.store.Members(s.ctx, at.room.id, r.Mark, limit+1)
	if err != nil {
		return nil, in("list the members", err)
	}
	for i := range list {
		row := asSeen(&list[i], s.hub.statusOf(list[i].ID))
		if i == limit || !left.take(row.Size()) {
			answer.More, answer.Next = true, list[i-1].Key
			break
		}
		answer.Members = append(answer.Members, row)
	}
	return answer, nil
}

// addContact and delContact keep the list of contacts, on all devices.
func (s *Session) addContact(r *wire.Request) (*wire.Response, error) {
	return s.changeContact(r, func(contact *Account) error {
		if contact.Disabled {
			return errNobody(r.To)
		}
		return s.hub.store.AddContact(s.ctx, s.account.ID, contact.ID)
	})
}

func (s *Session) delContact(r *wire.Request) (*wire.Response, error) {
	return s.changeContact(r, func(contact *Account) error {
		err := s.hub.store.DeleteContact(s.ctx, s.account.ID, contact.ID)
		if err == ErrNotFound && contact.Disabled {
			return errNobody(r.To)
		}
		return err
	})
}

func (s *Session) changeContact(r *wire.Request, change func(*Account) error) (*wire.Response, error) {
	if bad := s.may(&askRate); bad != nil {
		return nil, bad
	}
	key, bad := nameKey(r.To)
	if bad != nil {
		return nil, bad
	}
	other, err := s.anyone(s.ctx, key, r.To)
	if err == nil {
		if err = change(&other); err == ErrNotFound {
			err = wire.Errorf(wire.NotFound, "%s is not in your contacts", other.Name)
		}
	}
	if err != nil {
		return nil, keeping(err)
	}
	s.tellOthers(&wire.Event{Action: r.Action, To: other.Name, From: s.account.Name, Time: s.hub.now()})
	return &wire.Response{Code: wire.OK, To: other.Name}, nil
}

// whois tells about a person.
func (s *Session) whois(r *wire.Request) (*wire.Response, error) {
	if bad := s.may(&askRate); bad != nil {
		return nil, bad
	}
	key, bad := nameKey(r.To)
	if bad != nil {
		return nil, bad
	}
	other, err := s.someone(s.ctx, key, r.To)
	if err != nil {
		return nil, err
	}
	p := asSeen(&other, s.hub.statusOf(other.ID))
	p.Since = other.Created
	return &wire.Response{Code: wire.OK, To: other.Name, User: &p}, nil
}
