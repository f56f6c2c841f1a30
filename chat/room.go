package chat

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"jim/wire"
)

// Room is a conversation, of many or of two, while somebody here has to do with
// it. It knows its listeners as outboxes and can tell them something, nothing
// else.
type Room struct {
	id   ConversationID
	name string       // "#tea"; "" in a direct conversation
	refs atomic.Int32 // subs, and whoever is about to do something here
	idle int          // how often watch saw it without any; guarded by Hub.mu

	// kept is the number of the newest entry that may have been answered. It is told a little later.
	kept atomic.Uint64

	// owned by the goroutine that calls Hub.kept
	fresh   *wire.Batch // what has been kept and not been told
	usual   int         // bytes told the last time, which the next is likely to be like
	entries []*Entry    // the same
	touched bool
	told    int32 // entries told in this group, each with a reference

	mu   sync.Mutex
	last uint64 // number of the newest entry told here
	subs []*sub
}

// sub is one outbox that is told what happens in one room.
type sub struct {
	room    *Room
	out     *outbox
	session *Session
	who     AccountID
	address string // what the peer calls the conversation

	// guarded by room.mu
	index    int    // in room.subs
	catching bool   // the log is being read to the peer; nothing is told live
	first    uint64 // the first event told live since the start or the last loss, 0 = none
	heard    uint64 // the last event told live
	synced   bool   // a sync has been answered since
	read     uint64 // events up to here were read to the peer from the log, or it was told of them as behind

	// guarded by out.mu
	behind uint64 // events up to here were not told; 0 = all were
	slower *sub   // the next in out.lagging
}

// room finds the room of a conversation and takes a reference, to be
// given back with refs.Add(-1).
//
// A room stays for a while after its last reference, so that its newest number
// is at least that of any c read from the store just before.
func (h *Hub) room(c *Conversation) *Room {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.rooms[c.ID]
	if r == nil {
		r = &Room{id: c.ID, name: c.Room, last: c.Last}
		h.rooms[c.ID] = r
	}
	r.idle = 0
	r.refs.Add(1)
	return r
}

// noteUnopened remembers a room whose first entry could not be kept: whoever made it is told to try again.
// takeUnopened tells one of those who try that it may be opened.
func (h *Hub) noteUnopened(key string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.unopened[key] = true
}

func (h *Hub) takeUnopened(key string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	is := h.unopened[key]
	delete(h.unopened, key)
	return is
}

// idleMax is how many looks of watch a room survives without a reference: a minute.
const idleMax = int(time.Minute / watchEvery)

// forgetRooms drops rooms that nobody has had to do with for a minute.
func (h *Hub) forgetRooms() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for id, r := range h.rooms {
		if r.refs.Load() > 0 {
			r.idle = 0
		} else if r.idle++; r.idle > idleMax {
			delete(h.rooms, id)
		}
	}
}

// kept gets what the store has kept, in order; see [Store].Start. It answers
// those who asked and tells those who listen.
func (h *Hub) kept(group []*Entry) {
	began := time.Now()
	var touched []*Room
	for _, e := range group {
		if e.Err == nil && !e.Repeat {
			e.room.kept.Store(e.Seq)
		}
	}
	for _, e := range group {
		h.count(e)
		moves := e.Err == nil && !e.Repeat && (e.Kind == Joined || e.Kind == RoomOpened || e.Kind == Left)
		if moves {
			h.deliver(e.room) // what was before is not for who joins, and is for who leaves
		}
		if e.done != nil {
			e.done(e)
		} else if e.from != nil {
			e.from.answerKept(e)
		}
		if e.Err == nil && !e.Repeat {
			if !e.room.touched {
				e.room.touched = true
				touched = append(touched, e.room)
			}
			e.room.note(e)
		} else {
			e.room.refs.Add(-1)
		}
		if moves && e.Kind == Left {
			h.deliver(e.room)
			h.detachAll(e.From, e.Conversation)
		}
	}
	for _, r := range touched {
		h.deliver(r)
		r.touched = false
		n := r.told
		r.told = 0
		r.refs.Add(-n)
	}
	for _, e := range group {
		if e.from != nil {
			e.from.out.done()
		}
	}
	h.counts.tells.Add(1)
	h.counts.tellNS.Add(uint64(time.Since(began)))
}

func (h *Hub) count(e *Entry) {
	switch {
	case e.Err != nil:
	case e.Repeat:
		h.counts.repeats.Add(1)
	case e.Kind == Said:
		h.counts.messages.Add(1)
	}
}

// note adds a kept entry to what will be told.
func (r *Room) note(e *Entry) {
	if r.fresh == nil {
		r.fresh = wire.NewBatch(r.usual + r.usual/8)
	}
	ev := e.event(r.name)
	r.fresh.AppendEvent(&ev)
	r.entries = append(r.entries, e)
}

// usualMax bounds the memory made ready for what a room is likely to be told next.
const usualMax = 64 << 10

// deliver tells everybody in the room what was noted: the same bytes to all.
func (h *Hub) deliver(r *Room) {
	b, entries := r.fresh, r.entries
	if b == nil {
		return
	}
	r.fresh, r.usual = nil, min(len(b.Bytes()), usualMax)
	last := entries[len(entries)-1].Seq
	r.mu.Lock()
	r.last = last
	b.Share(len(r.subs) + 1) // and this function
	for _, sub := range r.subs {
		switch {
		case sub.catching || last <= sub.read:
			b.Done()
		case entries[0].Seq <= sub.read:
			b.Done()
			sub.hear(r.rest(entries, sub.read), sub.read+1, last)
		default:
			sub.hear(b, entries[0].Seq, last)
		}
	}
	r.mu.Unlock()
	b.Done()
	r.told += int32(len(entries))
	clear(entries)
	r.entries = entries[:0]
}

// hear tells a sub the events from first to last.
func (n *sub) hear(b *wire.Batch, first, last uint64) {
	if !n.out.tell(n, b, last) {
		b.Done()
		n.first = 0
		return
	}
	if n.first == 0 {
		n.first = first
	}
	n.heard = last
}

// rest are the events after a number.
func (r *Room) rest(entries []*Entry, after uint64) *wire.Batch {
	b := new(wire.Batch)
	for _, e := range entries {
		if e.Seq > after {
			ev := e.event(r.name)
			b.AppendEvent(&ev)
		}
	}
	return b
}

// event is an entry as it is told; room is the name of its room, "" in a direct
// conversation, whose entries know whom they were said to.
func (e *Entry) event(room string) wire.Event {
	ev := wire.Event{To: room, From: e.FromName, Seq: e.Seq, ID: e.ID, Time: e.Time}
	if room == "" {
		ev.To = e.to
	}
	switch e.Kind {
	case Said:
		ev.Action, ev.Message = wire.ActMsg, e.Text
	case Joined:
		ev.Action = wire.ActJoin
	case Left:
		ev.Action = wire.ActLeave
	case TopicSet:
		ev.Action, ev.Topic = wire.ActTopic, &e.Text
	case RoomOpened:
		ev.Action = wire.ActCreate
		if e.Text != "" {
			ev.Topic = &e.Text
		}
	}
	return ev
}

// listen makes a session hear a room under an address. The reference to the room
// goes to the sub. Where the session is owed what is in the log, nothing is told
// to it until [Session.catchUp] has ended. A session that is late is told that it is behind, where something
// was said before it could hear it.
func (s *Session) listen(r *Room, key, address string, late bool) *sub {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.subs[key]; old != nil || s.person == nil {
		r.refs.Add(-1)
		return old
	}
	if s.subs == nil {
		s.subs = map[string]*sub{}
	}
	w := s.owed[key]
	n := &sub{room: r, out: &s.out, session: s, who: s.account.ID, address: address, catching: w.reading, read: w.told}
	if !w.reading {
		delete(s.owed, key)
	}
	s.subs[key] = n
	r.mu.Lock()
	n.index = len(r.subs)
	r.subs = append(r.subs, n)
	if late && !n.catching && r.last > n.read && r.name == "" {
		s.tellBehind(address, r.last)
	}
	r.mu.Unlock()
	return n
}

// unlisten ends it.
func (h *Hub) unlisten(n *sub) {
	r := n.room
	r.mu.Lock()
	end := len(r.subs) - 1
	r.subs[n.index] = r.subs[end]
	r.subs[n.index].index = n.index
	r.subs[end] = nil
	r.subs = r.subs[:end]
	r.mu.Unlock()
	r.refs.Add(-1)
}

// attachAll makes every session of an account hear a conversation. The two sides of a direct one learn
// of it one after the other, and the first may have said something by then.
func (h *Hub) attachAll(id AccountID, c *Conversation, key, address string) {
	if p := h.personOf(id); p != nil {
		p.noteLeft(c.ID, false)
	}
	for _, s := range h.sessionsOf(id) {
		s.listen(h.room(c), key, address, true)
	}
}

// detachAll ends it.
func (h *Hub) detachAll(id AccountID, c ConversationID) {
	if p := h.personOf(id); p != nil {
		p.noteLeft(c, true)
	}
	for _, s := range h.sessionsOf(id) {
		s.detach(c)
	}
}

func (s *Session) detach(c ConversationID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, n := range s.subs {
		if n.room.id == c {
			delete(s.subs, key)
			s.remember(key, n.readAhead())
			s.hub.unlisten(n)
			return
		}
	}
}

// readAhead is up to where the log was read to the sub, if that is more than has been told here yet; otherwise 0.
func (n *sub) readAhead() uint64 {
	n.room.mu.Lock()
	defer n.room.mu.Unlock()
	if n.read > n.room.last {
		return n.read
	}
	return 0
}

// sessionsOf are the live sessions of an account.
func (h *Hub) sessionsOf(id AccountID) []*Session {
	p := h.personOf(id)
	if p == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.sessions)
}

// personOf is the person of an account, nil where nobody is here.
func (h *Hub) personOf(id AccountID) *person {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.people[id]
}
