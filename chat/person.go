package chat

import (
	"maps"
	"slices"
	"sync"
	"time"

	"jim/lastword"
	"jim/wire"
)

// person is somebody who is here, on one or more devices.
type person struct {
	account Account // as it was when the first device came

	holders int // sessions logged in or about to be; guarded by Hub.mu

	mu       sync.Mutex
	sessions []*Session              // those that can be told something
	status   *string                 // as its owner says it, nil = here
	coming   int                     // sessions that read what the account belongs to, and do not hear all of it yet
	left     map[ConversationID]bool // what it has left meanwhile
}

// nobody is the account of a session that is not logged in.
var nobody Account

const (
	here = "here"
	gone = "gone"
)

// hold finds or makes the person of an account for one more session. alone
// refuses when there is a session already.
func (h *Hub) hold(a *Account, alone bool) (*person, *wire.Error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	p := h.people[a.ID]
	if p == nil {
		p = &person{account: *a}
		h.people[a.ID] = p
	}
	if alone && p.holders > 0 {
		return nil, wire.Errorf(wire.Conflict, "%s is connected already", a.Name)
	}
	p.holders++
	return p, nil
}

// greet sets what somebody is doing who has just come, and tells whether he was
// not here before.
func (p *person) greet(status string) (first bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	first = len(p.sessions) == 0
	switch {
	case status != "":
		p.status = &status
	case first:
		p.status = nil
	}
	return first
}

// add lets a session be told what its person is told.
func (p *person) add(s *Session) {
	p.mu.Lock()
	p.sessions = append(p.sessions, s)
	p.mu.Unlock()
}

// comes is called before a session reads what its account belongs to, came when it hears that: what the account has left
// meanwhile, it does not go on hearing.
func (p *person) comes() {
	p.mu.Lock()
	p.coming++
	p.mu.Unlock()
}

func (p *person) came(s *Session) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.left {
		s.detach(c)
	}
	if p.coming--; p.coming == 0 {
		p.left = nil
	}
}

// noteLeft is called before all sessions of the account stop or begin to hear a conversation.
func (p *person) noteLeft(c ConversationID, left bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.coming == 0:
	case !left:
		delete(p.left, c)
	case p.left == nil:
		p.left = map[ConversationID]bool{c: true}
	default:
		p.left[c] = true
	}
}

// listenToAll makes the session hear all its conversations.
func (s *Session) listenToAll(r *wire.Request) error {
	s.person.comes()
	defer s.person.came(s)
	mine, err := s.hub.store.Memberships(s.ctx, s.account.ID)
	if err != nil {
		return in("read the memberships", err)
	}
	for i := range mine {
		m := &mine[i]
		address := m.address()
		key, bad := addressKey(address)
		if bad != nil {
			continue // a name from before a rule became stricter
		}
		owed := s.isOwed(key)
		if n := s.listen(s.hub.room(&m.Conversation), key, address, false); n != nil && !owed && r.HasSince {
			s.tellWhereItStands(n, m.Last)
		}
	}
	return nil
}

// logout takes a session's person away, and its rooms.
func (h *Hub) logout(s *Session) {
	p := s.person
	if p == nil {
		return
	}
	p.mu.Lock()
	if i := slices.Index(p.sessions, s); i >= 0 {
		p.sessions = slices.Delete(p.sessions, i, i+1)
	}
	last := len(p.sessions) == 0
	p.mu.Unlock()

	s.mu.Lock()
	subs := s.subs
	s.subs, s.person = nil, nil
	s.mu.Unlock()
	if last {
		h.presence.note(p, subs)
	}
	for _, n := range subs {
		h.unlisten(n)
	}
	h.release(p)
}

// release takes back what hold did.
func (h *Hub) release(p *person) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if p.holders--; p.holders == 0 {
		delete(h.people, p.account.ID)
	}
}

// statusOf is what others see somebody doing.
func (h *Hub) statusOf(id AccountID) string {
	p := h.personOf(id)
	if p == nil {
		return gone
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.sessions) == 0 {
		return gone
	}
	return p.doing()
}

// doing is what it is doing while it is here; mu is held.
func (p *person) doing() string {
	if p.status == nil {
		return here
	}
	return *p.status
}

// tellOthers tells the other sessions of s's person something that need not arrive.
func (s *Session) tellOthers(e *wire.Event) {
	b := new(wire.Batch)
	b.AppendEvent(e)
	for _, other := range s.hub.sessionsOf(s.account.ID) {
		if other != s {
			other.out.pass(b)
		}
	}
}

// Presence is told at most once a second, and not in crowds.
const (
	presenceEvery = time.Second
	presenceCrowd = 200
)

// presence collects who came, went and changed, until it is told.
type presence struct {
	wake chan struct{} // one place: something was noted

	mu      sync.Mutex
	changes map[AccountID]*change
}

type change struct {
	person *person
	rooms  map[*Room]struct{} // those the person was in when it changed
}

// note remembers that a person changed, who is seen in the rooms of subs.
func (pr *presence) note(p *person, subs map[string]*sub) {
	pr.mu.Lock()
	if pr.changes == nil {
		pr.changes = map[AccountID]*change{}
	}
	c := pr.changes[p.account.ID]
	if c == nil {
		c = &change{rooms: make(map[*Room]struct{}, len(subs))}
		pr.changes[p.account.ID] = c
	}
	c.person = p
	for _, n := range subs {
		c.rooms[n.room] = struct{}{}
	}
	pr.mu.Unlock()
	select {
	case pr.wake <- struct{}{}:
	default:
	}
}

// tellPresence tells what has been noted, a second after the first of it.
func (h *Hub) tellPresence() {
	defer lastword.Guard()
	for {
		select {
		case <-h.stop:
			return
		case <-h.presence.wake:
		}
		select {
		case <-h.stop:
			return
		case <-time.After(presenceEvery):
		}
		h.presence.mu.Lock()
		changes := h.presence.changes
		h.presence.changes = nil
		h.presence.mu.Unlock()
		for _, id := range slices.Sorted(maps.Keys(changes)) { // so that a simulation can be replayed
			h.tellChange(id, changes[id])
		}
	}
}

// tellChange tells those who share a room with somebody or have him as a contact.
func (h *Hub) tellChange(id AccountID, c *change) {
	var b *wire.Batch // made for the first who is told: mostly nobody is
	told := map[*Session]bool{}
	status := h.statusOf(id)
	for _, s := range h.sessionsOf(id) {
		told[s] = true // not to oneself
	}
	tell := func(s *Session) {
		if told[s] {
			return
		}
		told[s] = true
		if b == nil {
			b = new(wire.Batch)
			b.AppendEvent(&wire.Event{
				Action: wire.ActPresence, Time: h.now(),
				User: &wire.Person{Name: c.person.account.Name, Status: status},
			})
		}
		s.out.pass(b)
	}
	for r := range c.rooms {
		r.mu.Lock()
		if len(r.subs) <= presenceCrowd {
			for _, n := range r.subs {
				tell(n.session)
			}
		}
		r.mu.Unlock()
	}
	fans, err := h.store.ContactOf(h.trust, id)
	if err != nil {
		h.log.Error("presence not told to contacts", "err", err)
	}
	for _, fan := range fans {
		for _, s := range h.sessionsOf(fan) {
			tell(s)
		}
	}
}
