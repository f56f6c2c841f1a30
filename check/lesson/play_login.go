package lesson

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"time"

	"jim/check"
)

// saysTold and the like are words of the documents from which rules follow.
const (
	saysFirst   = "`presence` with `\"jim\":2` is the first object."
	saysProbed  = "Asks a silent connection to say who it is, and says how."
	saysPlace   = "Says something to a person or a room; kept before it is told."
	saysSegment = "**One object per segment, one `recv` per object.**"
)

func logins() []*script {
	return []*script{{
		levels: every, gate: true, play: (*stage).hello,
		checks: []check.Check{
			prove("presence.comes", every, check.Actions, saysProbed, "the client connects and says who it is, at the latest when it is probed"),
			prove("presence.first", every, check.SayingWho, "Before that, only `presence`, `authenticate`, `register`, `ping` and `quit` are answered; the rest gets 401.", "what it sends first says who it is"),
			prove("presence.version", jim2, check.SayingWho, saysFirst, "the first object has \"jim\":2"),
			prove("presence.name", every, check.SayingWho, "`user` is `{\"account_name\":…}` with `password` or `token` where the name needs it.", "the presence has the name that was given to the client"),
			prove("presence.clock", course, check.Course, "**`time`** may come in any form, or not at all; it goes out as a number.", "the time of the presence is now, in seconds since 1970"),
			prove("presence.waits", course, check.Course, saysSegment, "nothing follows the presence before it is answered"),
			prove("presence.once", every, check.OnTheWire, "Every request is answered exactly once.", "who was let in does not say presence again by himself"),
			prove("segment.one", course, check.Course, saysSegment, "each object comes in a segment of its own"),
			prove("segment.whole", course, check.Course, saysSegment, "an object comes in one segment, not in pieces"),
		},
	}, {
		levels: every, needs: speaks, play: (*stage).says,
		checks: []check.Check{
			prove("msg.sent", every, check.Actions, saysPlace, "what is said is sent, exactly and once"),
			prove("msg.to", every, check.Errors, "no `to` where one is needed", "a message names whom it is for"),
			prove("msg.from", course, check.Specification, "| `msg` with `to`, `from`, `message` |", "a message names who says it"),
			prove("msg.id", jim2, check.Conversations, "scripts should send one", "a message has an id, so that it can be sent again"),
			prove("msg.unicode", every, check.OnTheWire, "UTF-8.", "Cyrillic, Chinese and emoji are sent as they are"),
			prove("msg.quotes", every, check.OnTheWire, "**JSON** (RFC 8259", "quotes and backslashes are sent as they are"),
		},
	}, {
		levels: every, play: (*stage).slow,
		checks: []check.Check{
			prove("slow.login", every, check.OnTheWire, "Every request is answered exactly once.", "the client waits for an answer to its presence that takes two seconds"),
			prove("slow.patient", course, check.SayingWho, "the rest gets 401", "nothing is said before the client is let in"),
		},
	}, {
		levels: replied, needs: speaks, play: (*stage).slowAnswer,
		checks: []check.Check{
			prove("slow.once", replied, check.Conversations, "**The same `id` is the same message, for ever.**", "a message whose answer takes long is not said a second time"),
		},
	}}
}

// enters starts the client and waits until it says who it is.
func (st *stage) enters() *heard {
	st.start()
	h := st.hears(st.o.Patience+probePause, (*heard).isHello)
	if h == nil {
		runtime.Goexit() // the first lesson says so
	}
	st.rest(2 * segmentPause) // the answer is on its way
	return h
}

func (st *stage) hello() {
	var early []*heard
	answered := false
	st.on = func(p *puppet, h *heard) bool {
		st.mu.Lock()
		defer st.mu.Unlock()
		if !answered && len(st.heard) > 1 {
			early = append(early, h)
		}
		return h.isHello() && !answered // which is answered below
	}
	st.start()
	h := st.hears(st.o.Patience+probePause, func(*heard) bool { return true })
	st.must("presence.comes", h != nil, "a presence", st.nothing())
	st.must("presence.first", h.isHello(), "presence, authenticate or register", h.raw)
	if st.o.Level == check.JIM2 {
		version, _ := h.o["jim"].(float64)
		st.check("presence.version", version == 2, `"jim":2`, h.raw)
	}
	st.check("presence.name", sameName(h.account(), st.o.Name), "the name "+st.o.Name, h.raw)
	if st.o.Level != check.JIM2 {
		at, ok := h.o["time"].(float64)
		off := math.Abs(at - float64(time.Now().Unix())) //tidy:stamp what travelled is compared with the time it tells
		st.check("presence.clock", ok && off < 86400, "a time that is about "+now(), fmt.Sprintf("%v", h.o["time"]))
	}
	st.rest(st.quiet())
	st.mu.Lock()
	answered = true
	waited := len(early) == 0
	st.mu.Unlock()
	if st.o.Level != check.JIM2 {
		came := ""
		if !waited {
			came = early[0].raw
		}
		st.check("presence.waits", waited, "nothing before the answer", came)
	}
	h.conn.welcomed(h)
	st.rest(st.quiet())
	st.sayHello()
	st.segments(h)
}

// sayHello lets the client say something and looks at what it sends.
func (st *stage) sayHello() {
	if st.o.has()&typing != 0 {
		st.say(st.text)
	}
	if st.o.has()&speaks != 0 {
		st.hears(2*st.quiet(), func(h *heard) bool { return h.says(st.text) }) // whether it comes is another lesson's
	}
	hellos := st.count(func(h *heard) bool { return h.action() == "presence" && h.o["status"] == nil })
	st.check("presence.once", hellos <= len(st.connections()), "one presence on a connection", fmt.Sprintf("%d on %d", hellos, len(st.connections())))
}

// segments looks at how objects came.
func (st *stage) segments(*heard) {
	if st.o.Level == check.JIM2 {
		return
	}
	for id, is := range map[string]func(*heard) bool{
		"segment.one":   func(h *heard) bool { return h.joined },
		"segment.whole": func(h *heard) bool { return h.split },
	} {
		came := ""
		if bad := st.find(is); bad != nil {
			came = bad.raw
		}
		expected := map[string]string{"segment.one": "one object in a segment", "segment.whole": "an object in one segment"}[id]
		st.check(id, came == "", expected, came)
	}
}

// find is the first object that is so; nil = none.
func (st *stage) find(is func(*heard) bool) *heard {
	st.mu.Lock()
	defer st.mu.Unlock()
	heard := st.heard[st.mark:]
	if i := slices.IndexFunc(heard, is); i >= 0 {
		return heard[i]
	}
	return nil
}

func (st *stage) count(is func(*heard) bool) (n int) {
	st.mu.Lock()
	defer st.mu.Unlock()
	for _, h := range st.heard[st.mark:] {
		if is(h) {
			n++
		}
	}
	return n
}

func (st *stage) connections() []*puppet {
	st.mu.Lock()
	defer st.mu.Unlock()
	return slices.Clone(st.conns)
}

// nothing says that nothing came, and what became of the client.
func (st *stage) nothing() string {
	what := "nothing"
	switch conns := st.connections(); {
	case len(conns) == 0:
		what = "no connection"
	case conns[len(conns)-1].isOver():
		what = "the connection is closed"
	}
	return what + "; " + st.process.state()
}

// says has the client say texts. One that says a single thing is started for each.
func (st *stage) says() {
	const unicode, quotes = "привет, 你好, 👋🏽", `a "quoted" back\slash`
	if st.o.isSender() {
		st.sendsOnly(unicode, quotes)
		return
	}
	st.enters()
	text := st.fresh()
	st.say(text)
	h := st.hears(st.o.Patience, func(h *heard) bool { return h.says(text) })
	st.must("msg.sent", h != nil, "a message "+text, st.lastSaid())
	st.members(h)
	for id, text := range map[string]string{"msg.unicode": unicode, "msg.quotes": quotes} {
		st.say(text)
		h := st.hears(st.o.Patience, func(h *heard) bool { return h.says(text) })
		st.check(id, h != nil, text, st.lastSaid())
	}
	st.rest(st.quiet())
	n := st.count(func(h *heard) bool { return h.says(text) })
	st.check("msg.sent", n == 1, "a message "+text+", once", fmt.Sprintf("%d times", n))
}

// sendsOnly is says for a client that says one thing and ends.
func (st *stage) sendsOnly(unicode, quotes string) {
	for _, v := range []struct{ id, text string }{{"msg.sent", st.text}, {"msg.unicode", unicode}, {"msg.quotes", quotes}} {
		st.text = v.text
		if st.process != nil {
			st.process.stop()
		}
		st.enters()
		h := st.hears(st.o.Patience, func(h *heard) bool { return h.says(v.text) })
		if v.id != "msg.sent" {
			st.check(v.id, h != nil, v.text, st.lastSaid())
			continue
		}
		st.must(v.id, h != nil, "a message "+v.text, st.lastSaid())
		st.members(h)
		st.waits(st.o.Patience, st.process.hasEnded)
		n := st.count(func(h *heard) bool { return h.says(v.text) })
		st.check(v.id, n == 1, "a message "+v.text+", once", fmt.Sprintf("%d times", n))
	}
}

// members looks at what a message has.
func (st *stage) members(h *heard) {
	st.check("msg.to", firstOf(h.o, toNames) != "" || h.text("room") != "", "to", h.raw)
	if st.o.Level == check.JIM2 {
		st.check("msg.id", h.text("id") != "", "id", h.raw)
		return
	}
	st.check("msg.from", firstOf(h.o, fromNames) != "", "from", h.raw)
}

// sameName compares names as servers do.
func sameName(a, b string) bool { return strings.EqualFold(a, b) }

// lastSaid is the message that came last.
func (st *stage) lastSaid() string {
	st.mu.Lock()
	last := ""
	for _, h := range st.heard[st.mark:] {
		if h.isMessage() {
			last = h.raw
		}
	}
	st.mu.Unlock()
	return or(last, "no message; "+st.process.state())
}

func (st *stage) slow() {
	const slow = 2 * time.Second
	answered := false
	st.on = func(p *puppet, h *heard) bool {
		st.mu.Lock()
		defer st.mu.Unlock()
		return h.isHello() && !answered
	}
	st.start()
	h := st.hears(st.o.Patience+probePause, (*heard).isHello)
	if h == nil {
		runtime.Goexit()
	}
	if st.o.has()&typing != 0 {
		st.say(st.text)
	}
	st.rest(slow)
	said := st.find(func(h *heard) bool { return h.isMessage() })
	came := ""
	if said != nil {
		came = said.raw
	}
	st.check("slow.patient", said == nil, "no message before the answer", came)
	gone := h.conn.isOver() || st.process.hasEnded()
	st.mu.Lock()
	answered = true
	st.mu.Unlock()
	if !gone {
		h.conn.welcomed(h)
		gone = !st.alive(h.conn)
	}
	st.check("slow.login", !gone, "a client that goes on when it is let in", st.nothing())
}

func (st *stage) slowAnswer() {
	const slow = 2 * time.Second
	st.on = func(p *puppet, h *heard) bool {
		if h.isMessage() {
			st.rest(slow)
		}
		return false
	}
	st.enters()
	if !st.o.isSender() {
		st.say(st.text)
	}
	first := st.hears(st.o.Patience, func(h *heard) bool { return h.says(st.text) })
	if first == nil {
		runtime.Goexit() // another lesson says so
	}
	st.rest(slow + st.quiet())
	again := st.find(func(h *heard) bool {
		return h != first && h.says(st.text) && (st.o.Level != check.JIM2 || h.text("id") == "" || h.text("id") != first.text("id"))
	})
	came := ""
	if again != nil {
		came = again.raw
	}
	st.check("slow.once", again == nil, "one message, or the same with the same id", came)
}
