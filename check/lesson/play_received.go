package lesson

import (
	"fmt"
	"runtime"
	"strings"

	"jim/check"
)

const (
	saysCut     = "packets may cut them anywhere"
	saysObjects = "carries objects one after another."
	saysUnknown = "Unknown members are ignored"
	saysGrows   = "that is how the protocol grows."
)

func received() []*script {
	return []*script{{
		levels: every, needs: showing, play: (*stage).shows,
		checks: []check.Check{
			prove("shows.text", every, check.Talking, "who is told", "a message for it is shown"),
			prove("shows.unicode", every, check.OnTheWire, "UTF-8.", "a message in Cyrillic, Chinese and emoji is shown as it is"),
			prove("shows.escapes", every, check.OnTheWire, "**JSON** (RFC 8259", "a text with \\u escapes, quotes and backslashes is shown as it means"),
			prove("shows.large", every, check.Limits, "an object", "a message of full length is shown whole"),
			prove("shows.numbers", every, check.OnTheWire, "It informs. Order is `seq`.", "a time is taken with and without a fraction"),
		},
	}, {
		levels: every, needs: showing, play: (*stage).pieces,
		checks: []check.Check{prove("pieces.event", every, check.OnTheWire, saysCut, "a message that comes in pieces is put together")},
	}, {
		levels: every, play: (*stage).piecesLogin,
		checks: []check.Check{prove("pieces.login", every, check.OnTheWire, saysCut, "an answer to the presence that comes in pieces is put together")},
	}, {
		levels: every, needs: showing, play: (*stage).together,
		checks: []check.Check{prove("together.events", every, check.OnTheWire, saysObjects, "messages that come in one segment are all shown")},
	}, {
		levels: every, needs: showing, play: (*stage).togetherLogin,
		checks: []check.Check{prove("together.login", every, check.OnTheWire, saysObjects, "what comes in one segment with the answer to the presence is not lost")},
	}, {
		levels: every, play: (*stage).unknownMembers,
		checks: []check.Check{prove("unknown.members", every, check.OnTheWire, saysUnknown, "unknown members in an answer are ignored")},
	}, {
		levels: every, needs: showing, play: (*stage).unknownInEvent,
		checks: []check.Check{prove("unknown.event.members", every, check.OnTheWire, saysUnknown, "a message with unknown members is shown")},
	}, {
		levels: every, play: (*stage).unknownEvent,
		checks: []check.Check{prove("unknown.event", every, check.OnTheWire, saysGrows, "an unknown action is passed over")},
	}, {
		levels: every, play: (*stage).notices,
		checks: []check.Check{prove("notice", every, check.Codes, "A basic notice; its words are in `alert`.", "a notice (100, 101) that nobody asked for is no reason to stop")},
	}, {
		levels: every, play: (*stage).probeAgain,
		checks: []check.Check{prove("probe.again", every, check.FromTheServer, "you have said nothing yet: say who you are", "a probe in the middle is no reason to stop")},
	}}
}

// alive looks whether the client still works: what is typed is said, or what it is told is shown, or
// what it has to say is said and it ends well.
func (st *stage) alive(c *puppet) bool {
	has := st.o.has()
	switch {
	case st.o.isSender():
		said := st.hears(st.o.Patience, func(h *heard) bool { return h.says(st.text) })
		return said != nil && st.waits(st.o.Patience, st.process.hasEnded) && st.process.code() == 0
	case has&typing != 0:
		text := st.fresh()
		st.say(text)
		return st.hears(st.o.Patience, func(h *heard) bool { return h.says(text) }) != nil
	case has&showing != 0:
		return st.isShown(c, st.fresh())
	}
	st.rest(st.quiet())
	return !c.isOver() && !st.process.hasEnded()
}

// isShown tells the client a message and looks whether it is shown.
func (st *stage) isShown(c *puppet, text string, members ...any) bool {
	c.tell(c.message(text, members...))
	return st.waits(st.o.Patience, func() bool { return st.printed(text) })
}

// printed tells whether the client has printed a text, on one line or folded.
func (st *stage) printed(text string) bool {
	return strings.Contains(unfolded(st.process.out.text()), unfolded(text))
}

// unfolded is text without white space: where lines are folded is the client's own affair.
func unfolded(text string) string { return strings.Join(strings.Fields(text), "") }

// output is what the client has printed lately, in words.
func (st *stage) output() string {
	return "stdout: " + or(lastLines(st.process.out.text()), "nothing") + "; " + st.process.state()
}

func (st *stage) shows() {
	h := st.enters()
	text := st.fresh()
	st.must("shows.text", st.isShown(h.conn, text), text, st.output())
	const unicode, escaped = "привет, 你好, 👋🏽", `she said "да" \ 好`
	st.check("shows.unicode", st.isShown(h.conn, unicode), unicode, st.output())
	event := strings.ReplaceAll(h.conn.message(escaped), "да", `\u0434\u0430`)
	h.conn.tell(strings.ReplaceAll(event, "好", `\u597d`))
	ok := st.waits(st.o.Patience, func() bool { return st.printed(escaped) })
	st.check("shows.escapes", ok, escaped, st.output())
	size := 16000
	if st.o.Level != check.JIM2 {
		size = 440 // in an object of at most 640 characters
	}
	long := "begin " + strings.Repeat("x", size) + " end"
	st.check("shows.large", st.isShown(h.conn, long), fmt.Sprintf("a message of %d characters", len(long)), st.output())
	ok = true
	for _, at := range []string{"1763500000", "1763500000.123"} {
		text := st.fresh()
		event := h.conn.message(text)
		if i := strings.Index(event, `"time":`) + len(`"time":`); i > 7 {
			end := i + strings.IndexAny(event[i:], ",}")
			event = event[:i] + at + event[end:]
		}
		h.conn.tell(event)
		ok = ok && st.waits(st.o.Patience, func() bool { return st.printed(text) })
	}
	st.check("shows.numbers", ok, "messages with a time of 1763500000 and of 1763500000.123", st.output())
}

func (st *stage) pieces() {
	h := st.enters()
	one, two := st.fresh(), st.fresh()
	h.conn.putParts(h.conn.message(one), 2)
	h.conn.putParts(h.conn.message(two), 5)
	ok := st.waits(st.o.Patience, func() bool { return st.printed(one) && st.printed(two) })
	st.check("pieces.event", ok, one+", "+two, st.output())
}

func (st *stage) piecesLogin() {
	st.on = func(p *puppet, h *heard) bool {
		if !h.isHello() {
			return false
		}
		text := st.recorded(p, func() { p.welcomed(h) })
		go p.putParts(text, 3)
		return true
	}
	h := st.enters()
	st.rest(8 * segmentPause)
	st.check("pieces.login", st.alive(h.conn), "a client that goes on", st.nothing())
}

// recorded is what tell would send, as text.
func (st *stage) recorded(p *puppet, tell func()) string {
	p.mu.Lock()
	var text strings.Builder
	p.aside = &text
	p.mu.Unlock()
	tell()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.aside = nil
	return strings.TrimSpace(text.String())
}

func (st *stage) togetherLogin() {
	var first string
	st.on = func(p *puppet, h *heard) bool {
		if !h.isHello() || first != "" {
			return false
		}
		first = st.fresh()
		p.put(st.recorded(p, func() { p.welcomed(h) }) + "\n" + p.message(first) + "\n")
		return true
	}
	st.enters()
	st.turn.Lock()
	text := first
	st.turn.Unlock()
	st.check("together.login", st.waits(st.o.Patience, func() bool { return st.printed(text) }), text, st.output())
}

func (st *stage) together() {
	h := st.enters()
	var all strings.Builder
	var texts []string
	for range 5 {
		texts = append(texts, st.fresh())
		all.WriteString(h.conn.message(texts[len(texts)-1]) + "\n")
	}
	h.conn.put(all.String())
	ok := st.waits(st.o.Patience, func() bool {
		for _, text := range texts {
			if !st.printed(text) {
				return false
			}
		}
		return true
	})
	st.check("together.events", ok, strings.Join(texts, ", "), st.output())
}

func (st *stage) unknownMembers() {
	st.on = func(p *puppet, h *heard) bool {
		if !h.isHello() {
			return false
		}
		text := st.recorded(p, func() { p.welcomed(h) })
		p.tell(strings.TrimSuffix(text, "}") + `,"mood":{"colour":["green",7]},"weather":null}`)
		return true
	}
	h := st.enters()
	st.check("unknown.members", st.alive(h.conn), "a client that goes on", st.nothing())
}

func (st *stage) unknownInEvent() {
	h := st.enters()
	text := st.fresh()
	ok := st.isShown(h.conn, text, "mood", raw(`{"colour":["green",7]}`), "weather", raw("null"))
	st.check("unknown.event.members", ok, text, st.output())
}

func (st *stage) unknownEvent() {
	st.afterLogin(func(p *puppet) {
		p.tell(object("action", "dance", "time", raw(now()), "from", "bob", "with", "ann"), object("action", "mood", "time", raw(now())))
	})
	h := st.enters()
	st.check("unknown.event", st.alive(h.conn), "a client that goes on", st.nothing())
}

func (st *stage) notices() {
	st.afterLogin(func(p *puppet) {
		p.tell(object("response", 100, "time", raw(now()), "alert", "tea at five"), object("response", 101, "time", raw(now()), "alert", "fire"))
	})
	h := st.enters()
	st.check("notice", st.alive(h.conn), "a client that goes on", st.nothing())
}

func (st *stage) probeAgain() {
	st.afterLogin(func(p *puppet) { p.tell(object("action", "probe", "time", raw(now()))) })
	h := st.enters()
	st.check("probe.again", st.alive(h.conn), "a client that goes on", st.nothing())
}

// afterLogin tells something right after the answer to the first presence, before anything else is answered.
func (st *stage) afterLogin(tell func(*puppet)) {
	done := false
	st.on = func(p *puppet, h *heard) bool {
		if !h.isHello() || done {
			return false
		}
		done = true
		p.welcomed(h)
		tell(p)
		return true
	}
}

// ends ends the lesson: what it stands on is not there, which another lesson says.
func (st *stage) ends() { runtime.Goexit() }
