package history

import "slices"

type passKey struct{ client, session, to string }

// pass is one reading of a conversation by one session, in which each number comes once, in order.
type pass struct {
	place  *place
	began  int32
	asked  bool  // it began with Since
	from   int64 // the session has everything up to here
	next   int64 // the number that comes next
	behind int64 // up to here it may miss something

	missing  []span // below next, not read
	filling  int64  // the last number read of what is being filled; -1 = nothing is
	complete int32  // where it was claimed last; -1 = never
}

// span is the numbers from low to high. excused: the reader knows that it misses them.
type span struct {
	low, high int64
	at        int32 // where it was noticed
	excused   bool
}

// begin begins a new pass; what the one before has missed it has missed.
func (c *checker) begin(i int32, e *Entry) *pass {
	p := &pass{place: c.place(e.To), began: i, asked: true, from: e.Seq, next: e.Seq + 1, filling: -1, complete: -1}
	c.passes[passKey{e.Client, e.Session, e.To}] = p
	c.passList = append(c.passList, p)
	return p
}

// passOf is the pass that goes on, or one that begins because something is told.
func (c *checker) passOf(i int32, e *Entry) *pass {
	if p := c.passes[passKey{e.Client, e.Session, e.To}]; p != nil {
		return p
	}
	p := c.begin(i, e)
	switch e.Kind {
	case Read:
		p.asked, p.from, p.next = false, e.Seq-1, e.Seq
	case Complete: // of everything
		p.from, p.next = 0, 1
	}
	return p
}

func (p *pass) read(c *checker, i int32, seq int64) {
	who := c.entries[i].Client
	if seq >= p.next {
		p.skip(seq, i)
		p.next, p.filling = seq+1, -1
		return
	}
	k := slices.IndexFunc(p.missing, func(s span) bool { return s.low <= seq && seq <= s.high })
	switch {
	case k < 0 && seq <= p.behind && seq > p.filling && p.filling >= 0:
		p.filling = seq // it was told this before a loss
		return
	case k < 0 && seq <= p.from && !p.asked:
		c.add(Reordered, []int32{p.began, i}, "%s is told %d of %s after %d", who, seq, p.place.name, p.next-1)
		return
	case k < 0:
		c.add(Doubled, []int32{p.began, i}, "%s is told %d of %s a second time", who, seq, p.place.name)
		return
	case seq < p.filling || p.filling < 0:
		c.add(Reordered, []int32{p.missing[k].at, i}, "%s is told %d of %s after %d", who, seq, p.place.name, max(p.filling, p.next-1))
	default:
		p.filling = seq
	}
	s := p.missing[k]
	low, high := s, s
	low.high, high.low = seq-1, seq+1
	rest := slices.DeleteFunc([]span{low, high}, func(s span) bool { return s.low > s.high })
	p.missing = slices.Replace(p.missing, k, k+1, rest...)
}

// skip notes that the numbers before seq did not come.
func (p *pass) skip(seq int64, i int32) {
	excused := min(p.behind, seq-1)
	if excused >= p.next {
		p.missing = append(p.missing, span{p.next, excused, i, true})
		p.next = excused + 1
	}
	if p.next < seq {
		p.missing = append(p.missing, span{p.next, seq - 1, i, false})
	}
}

// fill lets the pass begin earlier than it did.
func (p *pass) fill(from int64) {
	p.filling = from
	if from < p.from {
		p.missing = slices.Insert(p.missing, 0, span{from + 1, p.from, p.began, false})
		p.from = from
	}
	for k := range p.missing {
		if p.missing[k].low > from {
			p.missing[k].excused = false // it has been asked for
		}
	}
}

// end excuses what a filling had not come to.
func (p *pass) end() {
	for k := range p.missing {
		if p.filling >= 0 && p.missing[k].low > p.filling {
			p.missing[k].excused = true
		}
	}
}

// claim ends all excuses: what the session has not now it does not have.
func (p *pass) claim(i int32, upTo int64) {
	p.complete = i
	for k := range p.missing {
		p.missing[k].excused = false
	}
	if p.next <= upTo {
		p.missing = append(p.missing, span{p.next, upTo, i, false})
		p.next = upTo + 1
	}
}

// judgePass tells what a pass did not have.
func (c *checker) judgePass(p *pass) {
	if p.complete >= 0 {
		if end := p.place.acknowledgedBefore(p.began); p.next <= end {
			p.missing = append(p.missing, span{p.next, end, p.complete, false})
		}
	}
	who := c.entries[p.began].Client
	for _, s := range p.missing {
		if s.excused {
			continue
		}
		proof := []int32{p.began, s.at, p.complete}
		k, _ := slices.BinarySearch(p.place.numbers, s.low)
		acked := int64(0)
		for ; k < len(p.place.numbers) && p.place.numbers[k] <= s.high; k++ {
			acked++
			i := p.place.believe[p.place.numbers[k]]
			e := &c.entries[i]
			c.add(Lost, append(proof, i), "%d of %s, acknowledged to %s as %q, did not come to %s", e.Seq, p.place.name, e.Client, e.ID, who)
		}
		if n := s.high - s.low + 1 - acked; n > 0 {
			c.add(Gap, proof, "%s was not told %d of the numbers %d to %d of %s", who, n, s.low, s.high, p.place.name)
		}
	}
}
