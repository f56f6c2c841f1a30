package check

import (
	"strconv"
	"strings"
	"time"

	"jim/wire"
)

// Judge sees all that two programs say to each other on one connection and tells which rules
// they break. It is pure: it reads no clock, starts nothing and keeps a bounded memory of what
// was said. What it cannot know, because the connection began before it looked or because it
// forgot, it takes for right. A Judge is not safe for concurrent use; the zero value is ready.
type Judge struct {
	// Datagrams tells that each object came as a datagram: they may be lost, doubled and
	// reordered, so that nothing is said about order, gaps and repetitions.
	Datagrams bool
	// Speaks is what the conversation is held to; "" = what the client's first object shows.
	Speaks Level

	tongue Level // "" = not known yet
	found  []Violation
	side   Side
	at     time.Time
	trip   time.Duration

	me      string    // the account, once the server has said so
	login   string    // the account that the client asks for
	asked   []pending // requests that are not answered yet
	lately  map[string]bool
	order   []string // of lately, the oldest first
	forgot  bool     // some requests were not kept: answers may belong to them
	hello   bool     // the client has asked to be let in
	in      bool     // and has been let in
	quit    bool     // the client said goodbye
	left    bool     // and was answered
	bye     bool     // the server said goodbye
	probed  bool
	cookie  bool // the server has given one
	answers int  // of the server, so far
	broken  bool // the client has sent something that cannot be read
	limits  wire.Limits
	decoder wire.Decoder
	request wire.Request
	talks   map[string]*strand
	byID    map[string]utterance
	ids     []string          // of byID, the oldest first
	numbers map[string]string // ids by conversation and number
	course  oldCourse
}

// Bounds of what a judge remembers.
const (
	mostAsked  = 4096 // requests not answered
	mostIDs    = 4096 // ids of what was kept
	mostLately = 1024 // ids that were answered
	mostTalks  = 4096 // conversations
)

// ask is a request that waits for its answer.
type pending struct {
	id     string
	action string
	loose  bool // it is broken in some way: its answer may have its id or not
	late   bool // a later one was answered before it
	first  bool // it says who the client is
	topic  bool // topic: sets it
	revoke bool // sessions: logs one out
	limit  uint64
	after  uint64
	before uint64
	at     time.Time
	to     string
	since  map[string]uint64
}

// Level is what the conversation speaks, as far as has been heard; "" before a client's first object.
func (j *Judge) Level() Level { return j.tongue }

// RoundTrip is the time between the request and the answer that [Judge.From] saw last; 0 when
// what it saw last was no answer, or one that belongs to no request.
func (j *Judge) RoundTrip() time.Duration { return j.trip }

// From judges one object of side: its text as it came, without what ends it. Objects must be shown in
// the order in which they were seen on the connection, a request before its answer.
func (j *Judge) From(side Side, text []byte, at time.Time) []Violation {
	j.begin(side, at)
	o, rule, detail := readFields(text)
	if rule != "" {
		j.breaks(rule, detail)
		j.unreadable()
		return j.found
	}
	if side == FromClient {
		j.client(o, text)
	} else {
		j.server(o, text)
	}
	return j.found
}

// Broken judges what stands where an object of side should be, and is none; text may be only its beginning.
func (j *Judge) Broken(side Side, text []byte, at time.Time) []Violation {
	j.begin(side, at)
	_, rule, detail := readFields(text)
	if rule == "" {
		rule = "json" // the whole object was not shown
	}
	j.breaks(rule, detail)
	j.unreadable()
	return j.found
}

// Endless judges an object of side that is larger than anybody keeps.
func (j *Judge) Endless(side Side, at time.Time) []Violation {
	j.begin(side, at)
	j.breaks("too-large", "> "+strconv.Itoa(Largest))
	j.unreadable()
	return j.found
}

// Unended judges that an object of side was not followed by LF.
func (j *Judge) Unended(side Side, at time.Time) []Violation {
	j.begin(side, at)
	if side == FromServer && j.tongue == JIM2 {
		j.breaks("lf", "")
	}
	return j.found
}

// Joined judges that an object of side came in one segment with the one before.
func (j *Judge) Joined(side Side, at time.Time) []Violation {
	j.begin(side, at)
	if side == FromServer && j.old() {
		j.breaks("old-joined", "")
	}
	return j.found
}

// End judges the end of what side sends. partial tells that it came inside an object.
func (j *Judge) End(side Side, partial bool, at time.Time) []Violation {
	j.begin(side, at)
	if partial {
		j.breaks("cut", "")
	}
	return j.found
}

func (j *Judge) begin(side Side, at time.Time) {
	j.found, j.side, j.at, j.trip = nil, side, at, 0
	if j.tongue == "" {
		j.tongue = j.Speaks
	}
	if j.limits.Object == 0 {
		j.limits = wire.JIM2
		if j.Datagrams {
			j.limits = wire.UDP
		}
	}
}

// breaks notes that a rule was broken by what is being looked at.
func (j *Judge) breaks(id, detail string) {
	j.found = append(j.found, Violation{rulesByID[id], j.side, detail})
}

// old tells whether a dialect of the course is spoken.
func (j *Judge) old() bool { return j.tongue == JIM1 || j.tongue == Mentor }

// unreadable notes that the client has sent something that the server will refuse.
func (j *Judge) unreadable() {
	if j.side == FromClient {
		j.broken = true
		j.expect(pending{loose: true, at: j.at})
	}
}

// expect notes a request.
func (j *Judge) expect(a pending) {
	if len(j.asked) >= mostAsked {
		j.asked = j.asked[1:]
		j.forgot = true
	}
	j.asked = append(j.asked, a)
}

// answered takes the request out that stands at i of those that wait.
func (j *Judge) answered(i int) pending {
	a := j.asked[i]
	j.asked = append(j.asked[:i:i], j.asked[i+1:]...)
	j.trip = j.at.Sub(a.at)
	if a.id != "" {
		if j.lately == nil {
			j.lately = map[string]bool{}
		}
		if !j.lately[a.id] {
			j.lately[a.id] = true
			j.order = append(j.order, a.id)
		}
		if len(j.order) > mostLately {
			delete(j.lately, j.order[0])
			j.order = j.order[1:]
		}
	}
	return a
}

// match finds the request that an answer belongs to.
func (j *Judge) match(o fields) (a pending, ok bool) {
	id := o.text("id")
	if id == "" {
		return j.matchNameless(o)
	}
	for i := range j.asked {
		if j.asked[i].id != id {
			continue
		}
		if !j.Datagrams {
			j.passOver(i)
		}
		return j.answered(i), true
	}
	code, _ := o.number("response")
	for i := range j.asked { // the id of a broken object may have been read
		if code >= 400 && j.asked[i].loose && j.asked[i].id == "" {
			return j.answered(i), true
		}
	}
	switch {
	case j.Datagrams && j.lately[id], j.forgot:
	case j.lately[id]:
		j.breaks("answer-twice", strconv.Quote(id))
	default:
		j.breaks("answer-unasked", strconv.Quote(shortened(id)))
	}
	return pending{}, false
}

// passOver looks for requests before i that should have been answered first.
func (j *Judge) passOver(i int) {
	told := false
	for k := range i {
		b := &j.asked[k]
		if b.late || b.loose || b.id == "" {
			continue
		}
		b.late = true
		if !told {
			j.breaks("answer-order", strconv.Quote(j.asked[i].id)+" < "+strconv.Quote(b.id))
			told = true
		}
	}
}

// matchNameless finds the request that an answer without an id belongs to.
func (j *Judge) matchNameless(o fields) (pending, bool) {
	for i := range j.asked {
		if j.asked[i].loose || j.asked[i].id == "" {
			return j.answered(i), true
		}
	}
	code, _ := o.number("response")
	switch {
	case code == uint64(wire.Timeout), code == uint64(wire.Unavailable), code == uint64(wire.TooMany), j.forgot, j.broken && code >= 400:
	case len(j.asked) > 0:
		a := j.answered(0)
		j.breaks("answer-id", strconv.Quote(a.id))
		return a, true
	case code >= 200:
		j.breaks("answer-unasked", strconv.FormatUint(code, 10))
	}
	return pending{}, false
}

// foldedName is an address as it is compared.
func foldedName(address string) string { return strings.ToLower(address) }
