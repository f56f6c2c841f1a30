package history

import (
	"slices"
	"sort"
)

// judgeMessages compares what was acknowledged with what is read, message by message.
func (c *checker) judgeMessages() {
	for _, m := range c.messageList {
		first := slices.Concat(m.tries, m.acks, m.refusals)[0]
		e := &c.entries[first]
		numbered := slices.DeleteFunc(slices.Clone(m.acks), func(i int32) bool { return c.entries[i].Seq == 0 })
		same := func(a, b int32) bool {
			return c.entries[a].Seq == c.entries[b].Seq && c.entries[a].To == c.entries[b].To
		}
		confirmed := slices.ContainsFunc(numbered, func(a int32) bool {
			return slices.ContainsFunc(m.reads, func(r int32) bool { return same(a, r) })
		})
		if len(m.acks) > 0 && len(m.tries) == 0 {
			c.add(Phantom, m.acks, "%q was acknowledged to %s, who never sent it", e.ID, e.Client)
		}
		if len(m.reads) > 1 {
			c.add(Doubled, m.reads, "%q of %s is there under %d numbers", e.ID, e.Client, len(m.reads))
		}
		if slices.ContainsFunc(numbered, func(i int32) bool { return c.entries[i].Seq != c.entries[numbered[0]].Seq }) {
			c.add(Renumbered, numbered, "%q of %s was acknowledged with more than one number", e.ID, e.Client)
		}
		for _, a := range numbered {
			i := slices.IndexFunc(m.reads, func(r int32) bool { return same(a, r) })
			if i >= 0 && c.entries[a].Action != "" && !c.contains(m.place, m.reads[i], a) {
				c.add(Misnumbered, []int32{a, m.reads[i]}, "%q of %s was acknowledged as %d of %s, where something else is read", e.ID, e.Client, c.entries[a].Seq, c.entries[a].To)
			}
		}
		if len(numbered) > 0 && len(m.reads) > 0 && !confirmed {
			a, r := &c.entries[numbered[0]], &c.entries[m.reads[0]]
			c.add(Misnumbered, []int32{numbered[0], m.reads[0]}, "%q of %s was acknowledged as %d of %s and is read as %d of %s", e.ID, e.Client, a.Seq, a.To, r.Seq, r.To)
		}
		switch {
		case len(m.reads) == 1:
			m.seq = c.entries[m.reads[0]].Seq
		case len(m.reads) == 0 && len(numbered) > 0:
			m.place, m.seq = c.places[c.entries[numbered[0]].To], c.entries[numbered[0]].Seq
		}
	}
	for _, p := range c.placeList {
		c.believeAcks(p)
	}
}

// contains tells whether what was read at r is what was acknowledged at a, or has been made of it.
func (c *checker) contains(p *place, r, a int32) bool {
	return c.entries[r].Action == c.entries[a].Action && c.changed(p, &c.entries[r], c.entries[a].Body)
}

// believeAcks leaves out the acknowledgements that were proved wrong by what was
// read: each of them is a fault of its own already.
func (c *checker) believeAcks(p *place) {
	highest := int64(0)
	for _, i := range p.acks {
		e := &c.entries[i]
		m := c.messages[messageKey{e.Client, e.ID}]
		if e.ID == "" || len(m.reads) == 0 || m.place == p && m.seq == e.Seq {
			highest = max(highest, e.Seq)
			if _, known := p.believe[e.Seq]; !known {
				p.believe[e.Seq] = i
				p.numbers = append(p.numbers, e.Seq)
			}
		}
		p.highest = append(p.highest, highest)
	}
	slices.Sort(p.numbers)
}

// acknowledgedBefore is the highest number that was acknowledged before a place in the history.
func (p *place) acknowledgedBefore(i int32) int64 {
	n := sort.Search(len(p.acks), func(k int) bool { return p.acks[k] >= i })
	if n == 0 {
		return 0
	}
	return p.highest[n-1]
}

// judgeOrder looks at messages of one sender whose order was certain when they were
// sent: the first was acknowledged before the second was sent at all, or both were sent once, on one session.
func (c *checker) judgeOrder() {
	seen := map[*sender]bool{}
	for _, m := range c.messageList {
		if len(m.tries) == 0 {
			continue
		}
		s := c.sender(&c.entries[m.tries[0]])
		if seen[s] {
			continue
		}
		seen[s] = true
		c.judgeSender(s)
	}
}

func (c *checker) judgeSender(s *sender) {
	newest := make([]*message, len(s.acked)+1) // of the first n that were acknowledged, the one with the highest number
	for i, m := range s.acked {
		newest[i+1] = newest[i]
		if m.seq > 0 && c.inPlace(m) && (newest[i] == nil || m.seq > newest[i].seq) {
			newest[i+1] = m
		}
	}
	last := map[string]*message{} // of each session
	for _, m := range s.sent {
		if m.seq == 0 || !c.inPlace(m) {
			continue
		}
		session := c.entries[m.tries[0]].Session
		o := newest[m.before]
		if o == nil || o.seq <= m.seq {
			o = nil
			if len(m.tries) == 1 {
				o = last[session]
			}
		}
		if o != nil && o.seq > m.seq {
			a, b := &c.entries[o.tries[0]], &c.entries[m.tries[0]]
			c.add(Reordered, slices.Concat(o.tries[:1], m.tries[:1], o.acks, o.reads, m.reads),
				"%s sent %q before %q, and they are %d and %d of %s", a.Client, a.ID, b.ID, o.seq, m.seq, m.place.name)
		} else if len(m.tries) == 1 {
			last[session] = m
		}
	}
}

// inPlace tells whether all tries of a message went where it is.
func (c *checker) inPlace(m *message) bool {
	return len(m.tries) > 0 && m.place != nil &&
		!slices.ContainsFunc(m.tries, func(i int32) bool { return c.entries[i].To != m.place.name })
}

// judgeState compares what a reader has in the end with what the log makes of it.
func (c *checker) judgeState(i int32) {
	e := &c.entries[i]
	p := c.place(e.To)
	first, known := p.first[e.Seq]
	if !known || p.apart[e.Seq] {
		return
	}
	proof, action, body := []int32{first, i}, "", ""
	o := &c.entries[first]
	if m := c.messages[messageKey{o.From, o.ID}]; o.ID != "" && m != nil && len(m.tries) > 0 {
		body = c.entries[m.tries[0]].Body // the first reader may have come after an edit
	} else {
		body = o.Body
	}
	for _, k := range p.changes[e.Seq] {
		if action == Delete {
			break
		}
		proof = append(proof, k)
		if change := &c.entries[k]; change.Action == Delete {
			action, body = Delete, ""
		} else {
			body = change.Body
		}
	}
	if (e.Action == Delete) != (action == Delete) || e.Body != body {
		c.add(Diverged, proof, "%s has %q as %d of %s, which has become %q", e.Client, e.Body, e.Seq, p.name, body)
	}
}
