package history

import (
	"cmp"
	"maps"
	"slices"
)

// Check finds the faults of a history: a bounded number of examples of each kind,
// the same for the same history. The time it takes is that of sorting; besides
// the entries it needs some 200 bytes for each message and 50 for each number.
func Check(entries []Entry) []Fault {
	c := &checker{
		faults:   faults{entries: entries},
		messages: map[messageKey]*message{},
		nameless: map[content]*nameless{},
		places:   map[string]*place{},
		passes:   map[passKey]*pass{},
		senders:  map[senderKey]*sender{},
	}
	for i := range entries {
		c.take(int32(i), &entries[i])
	}
	for _, p := range c.placeList {
		c.settle(p)
	}
	c.judgeMessages()
	c.judgeOrder()
	for _, p := range c.passList {
		c.judgePass(p)
	}
	for _, i := range c.states {
		c.judgeState(i)
	}
	return c.list()
}

// checker knows what happened so far. Numbers of type int32 are places in the history.
type checker struct {
	faults

	messages    map[messageKey]*message
	messageList []*message // by first mention
	nameless    map[content]*nameless
	places      map[string]*place
	placeList   []*place
	passes      map[passKey]*pass
	passList    []*pass // by beginning
	senders     map[senderKey]*sender
	states      []int32
}

type messageKey struct{ client, id string }

// message is what one client means by one id.
type message struct {
	tries    []int32
	refusals []int32
	acks     []int32 // one for each number and content
	reads    []int32 // one for each number, where readers agree
	before   int     // how many of the sender's were acknowledged in that place when it was sent first
	place    *place  // where it is, if its number is known
	seq      int64   // its number if that is certain, else 0
}

// content is everything of an entry that must arrive as it was sent.
type content struct {
	to, from, action, body string
	of                     int64
}

// nameless counts entries without id that are the same.
type nameless struct{ sent, refused, read int }

// place is a conversation.
type place struct {
	name    string
	first   map[int64]int32 // who read that number first
	others  []int32         // reads that differ from the first of their number
	acks    []int32
	highest []int64           // of the acks so far that are believed
	changes map[int64][]int32 // edits and deletions by what they change, in order
	apart   map[int64]bool    // numbers about which readers disagree
	believe map[int64]int32   // acknowledged numbers, by number
	numbers []int64           // the same in order
}

type senderKey struct{ client, to string }

// sender is a client in one conversation.
type sender struct {
	sent  []*message // by first try
	acked []*message // by first acknowledgement
}

// take notes one entry.
func (c *checker) take(i int32, e *Entry) {
	switch e.Kind {
	case Send:
		c.send(i, e)
	case Ack:
		c.ack(i, e)
	case Refuse:
		if e.ID == "" {
			c.same(e, e.Client).refused++
		} else {
			m := c.message(e.Client, e.ID)
			m.refusals = append(m.refusals, i)
		}
	case Read:
		c.read(i, e)
		c.passOf(i, e).read(c, i, e.Seq)
	case Since:
		c.begin(i, e)
	case Fill:
		c.passOf(i, e).fill(e.Seq)
	case Behind:
		if p := c.passes[passKey{e.Client, e.Session, e.To}]; p != nil { // else it has not begun to read
			p.behind = max(p.behind, e.Seq)
		}
	case End:
		if p := c.passes[passKey{e.Client, e.Session, e.To}]; p != nil {
			p.end()
		}
	case Complete:
		c.passOf(i, e).claim(i, e.Seq)
	case State:
		c.states = append(c.states, i)
	}
}

func (c *checker) send(i int32, e *Entry) {
	if e.ID == "" {
		c.same(e, e.Client).sent++
		return
	}
	m := c.message(e.Client, e.ID)
	if len(m.tries) == 0 {
		s := c.sender(e)
		m.before = len(s.acked)
		s.sent = append(s.sent, m)
	}
	m.tries = append(m.tries, i)
}

func (c *checker) ack(i int32, e *Entry) {
	p := c.place(e.To)
	if e.Seq > 0 {
		p.acks = append(p.acks, i)
	}
	if e.ID == "" {
		return
	}
	m := c.message(e.Client, e.ID)
	if len(m.acks) == 0 {
		s := c.sender(e)
		s.acked = append(s.acked, m)
	}
	if !slices.ContainsFunc(m.acks, func(i int32) bool {
		o := &c.entries[i]
		return o.Seq == e.Seq && o.Action == e.Action && o.Body == e.Body
	}) {
		m.acks = append(m.acks, i)
	}
}

func (c *checker) read(i int32, e *Entry) {
	p := c.place(e.To)
	first, known := p.first[e.Seq]
	if !known {
		p.first[e.Seq] = i
		if e.Action == Edit || e.Action == Delete {
			p.changes[e.Of] = append(p.changes[e.Of], i)
		}
		return
	}
	if o := &c.entries[first]; o.From != e.From || o.ID != e.ID || o.Action != e.Action || o.Of != e.Of || o.Body != e.Body {
		p.others = append(p.others, i)
	}
}

func (c *checker) message(client, id string) *message {
	k := messageKey{client, id}
	m := c.messages[k]
	if m == nil {
		m = &message{}
		c.messages[k] = m
		c.messageList = append(c.messageList, m)
	}
	return m
}

func (c *checker) same(e *Entry, from string) *nameless {
	k := content{e.To, from, e.Action, e.Body, e.Of}
	n := c.nameless[k]
	if n == nil {
		n = &nameless{}
		c.nameless[k] = n
	}
	return n
}

func (c *checker) sender(e *Entry) *sender {
	k := senderKey{e.Client, e.To}
	s := c.senders[k]
	if s == nil {
		s = &sender{}
		c.senders[k] = s
	}
	return s
}

func (c *checker) place(name string) *place {
	p := c.places[name]
	if p == nil {
		p = &place{
			name: name, first: map[int64]int32{}, changes: map[int64][]int32{}, apart: map[int64]bool{},
			believe: map[int64]int32{},
		}
		c.places[name] = p
		c.placeList = append(c.placeList, p)
	}
	return p
}

// settle decides what stands under each number of a conversation, and whose it is.
func (c *checker) settle(p *place) {
	for _, list := range p.changes {
		slices.SortFunc(list, func(a, b int32) int { return cmp.Compare(c.entries[a].Seq, c.entries[b].Seq) })
	}
	for _, i := range p.others {
		e, first := &c.entries[i], p.first[c.entries[i].Seq]
		o := &c.entries[first]
		if e.From == o.From && e.ID == o.ID && e.Action == o.Action && e.Of == o.Of && c.changed(p, o, e.Body) && c.changed(p, e, o.Body) {
			continue
		}
		if !p.apart[e.Seq] {
			p.apart[e.Seq] = true
			c.add(Disagree, []int32{first, i}, "%s and %s read different things as %d of %s", o.Client, e.Client, e.Seq, p.name)
		}
	}
	for _, seq := range slices.Sorted(maps.Keys(p.first)) {
		if !p.apart[seq] {
			c.attribute(p, p.first[seq])
		}
	}
}

// changed tells whether e, which was read at one time, may read body at another: it was edited to that or from that.
func (c *checker) changed(p *place, e *Entry, body string) bool {
	if e.Body == body {
		return true
	}
	list := p.changes[e.Seq]
	for _, i := range list {
		if o := &c.entries[i]; o.Action == Delete && body == "" || o.Action == Edit && body == o.Body {
			return true
		}
	}
	if e.ID == "" {
		return len(list) > 0 // what it was at first cannot be told
	}
	if m := c.messages[messageKey{e.From, e.ID}]; m != nil && len(list) > 0 {
		return slices.ContainsFunc(m.tries, func(i int32) bool { return c.entries[i].Body == body })
	}
	return false
}

// attribute finds the message that was read at i.
func (c *checker) attribute(p *place, i int32) {
	e := &c.entries[i]
	if e.ID == "" {
		n := c.same(e, e.From)
		if n.read++; len(p.changes[e.Seq]) == 0 && n.read > max(0, n.sent-n.refused) {
			c.add(Phantom, []int32{i}, "%d of %s, %q without an id, is there more often than %s sent it", e.Seq, p.name, e.Action, e.From)
		}
		return
	}
	m := c.messages[messageKey{e.From, e.ID}]
	if m == nil || len(m.tries) == 0 {
		c.add(Phantom, []int32{i}, "%d of %s: %s never sent %q", e.Seq, p.name, e.From, e.ID)
		return
	}
	is := func(j int32) bool {
		o := &c.entries[j]
		return o.To == e.To && o.Action == e.Action && o.Of == e.Of && (o.Body == e.Body || c.changed(p, e, o.Body))
	}
	sent, refused := count(m.tries, is), count(m.refusals, is)
	switch {
	case sent == 0:
		c.add(Phantom, append([]int32{i}, m.tries...), "%d of %s is not what %s sent as %q", e.Seq, p.name, e.From, e.ID)
	case refused >= sent:
		c.add(Phantom, append(append([]int32{i}, m.tries...), m.refusals...), "%d of %s: %q of %s had been refused", e.Seq, p.name, e.ID, e.From)
	}
	m.reads = append(m.reads, i)
	m.place = p
}

func count(list []int32, is func(int32) bool) (n int) {
	for _, i := range list {
		if is(i) {
			n++
		}
	}
	return n
}
