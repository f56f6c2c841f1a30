package torture

import (
	"slices"

	"jim/history"
)

// ear is one conversation as one voice hears it, over all its connections.
type ear struct {
	to    string // as the voice calls it
	place string // as a history calls it

	have  int64          // everything up to here was told
	ahead map[int64]bool // told beyond have

	exists int64 // something up to here was said, and may not be told by itself

	// Of the connection that is now, the newest last. What is told live and what was asked for
	// beside it come through each other; each by itself comes in order.
	readings []*reading
}

// reading is a pass of package history.
type reading struct {
	session string
	next    int64 // the number that comes next; 0 = whatever comes
	began   bool  // something was read
	behind  bool  // the server said that something is missing
}

// begin begins a connection, on which nothing is read yet.
func (e *ear) begin() { e.readings, e.exists = nil, 0 }

// readingsMax is how many readings go on at a time: the one told live, one being asked for, and some
// that have been overtaken.
const readingsMax = 6

// ask begins a reading: everything after have is wanted. What is on its way already comes
// first, and then a second time.
func (e *ear) ask(t *tape, who, session string) *reading {
	t.write(history.Entry{Kind: history.Since, Client: who, Session: session, To: e.place, Seq: e.have})
	r := &reading{session: session, next: e.have + 1}
	e.add(r)
	return r
}

func (e *ear) add(r *reading) {
	if len(e.readings) == readingsMax {
		e.readings = e.readings[1:]
	}
	e.readings = append(e.readings, r)
}

// hear tells in which session a number is read; live is how those are called that nobody asked for.
// waits says that the answer to ask has not come.
func (e *ear) hear(seq int64, live string, waits bool) string {
	r := e.readingOf(seq, live, waits)
	r.next, r.began = seq+1, true
	switch {
	case seq == e.have+1:
		for e.have = seq; e.ahead[e.have+1]; e.have++ {
			delete(e.ahead, e.have+1)
		}
	case seq > e.have:
		if e.ahead == nil {
			e.ahead = map[int64]bool{}
		}
		e.ahead[seq] = true
	}
	return r.session
}

// readingOf finds the reading that waits for seq. Where none does, something is told live for the first
// time while what was asked for has not begun to come, or something is wrong with the newest reading.
func (e *ear) readingOf(seq int64, live string, waits bool) *reading {
	var newest, lively *reading
	for _, r := range e.readings {
		if r.next == seq {
			return r
		}
		newest = r
		if r.session == live {
			lively = r
		}
	}
	switch {
	case newest != nil && (newest.began || !waits):
		return newest
	case lively != nil:
		return lively
	}
	r := &reading{session: live}
	e.add(r)
	return r
}

// behind takes in that something up to seq may not be told, and tells whether it has not been told yet.
func (e *ear) behind(t *tape, who string, seq int64) bool {
	if seq <= e.have {
		return false
	}
	e.exists = max(e.exists, seq)
	for _, r := range e.readings {
		r.behind = true
		t.write(history.Entry{Kind: history.Behind, Client: who, Session: r.session, To: e.place, Seq: seq})
	}
	return true
}

// refused takes in that a reading will not go on. Where it has not begun, what comes now is told live.
func (e *ear) refused(r *reading) {
	if !r.began {
		e.readings = slices.DeleteFunc(e.readings, func(one *reading) bool { return one == r })
	}
}

// complete claims that a reading has everything that it asked for. Where some of that was told
// live meanwhile, the two together have it, and neither claims it alone.
func (e *ear) complete(t *tape, who string, r *reading) {
	together := r.next <= e.have && len(e.ahead) == 0
	if !r.behind && !together {
		t.write(history.Entry{Kind: history.Complete, Client: who, Session: r.session, To: e.place, Seq: r.next - 1})
	}
}
