package lesson

import (
	"fmt"
	"time"

	"jim/check"
)

func wrongs() []*script {
	return []*script{{
		levels: every, play: (*stage).closed,
		checks: []check.Check{prove("closed.noticed", every, check.Conversations, "If you do not know whether something arrived, send it again.",
			"when the server has closed the connection the client ends, comes back, or says so")},
	}, {
		levels: jim2, play: func(st *stage) { st.goodbye("bye.stays", 0) },
		checks: []check.Check{prove("bye.stays", jim2, check.FromTheServer, "without `retry_after` do not come back by yourself", "after a bye without retry_after the client does not come back by itself")},
	}, {
		levels: jim2, play: func(st *stage) { st.goodbye("bye.waits", 3) },
		checks: []check.Check{prove("bye.waits", jim2, check.Actions, "`retry_after` says when to come back.", "after a bye with retry_after the client does not come back earlier")},
	}, {
		levels: jim2, needs: speaks, play: (*stage).lostAnswer,
		checks: []check.Check{prove("again.id", jim2, check.Conversations, "Send it again after a timeout, a restart, a year", "what is said again after a lost connection has its first id")},
	}, {
		levels: jim2, needs: showing, play: (*stage).comesBack,
		checks: []check.Check{
			prove("again.comes", jim2, check.SayingWho, "does what `sync` does (section 6), without a gap and without a double", "who comes back says which number it has, in since or with sync or history"),
		},
	}}
}

// closed closes the connection without a word.
func (st *stage) closed() {
	var first *puppet
	st.on = func(p *puppet, h *heard) bool {
		if first == nil && h.isHello() {
			first = p
		}
		return h.isMessage() && p == first
	}
	h := st.enters()
	before := st.printedBytes()
	h.conn.drop()
	if st.o.has()&typing != 0 {
		st.say(st.fresh())
	}
	noticed := st.waits(st.o.Patience, func() bool {
		return st.process.hasEnded() || len(st.conns) > 1 || st.printedBytes() > before
	})
	st.check("closed.noticed", noticed, "an end, another connection, or words", st.nothing()+" and says nothing")
}

// goodbye says bye, with the seconds after which to come back; 0 = never.
func (st *stage) goodbye(id string, after float64) {
	said := false
	st.on = func(p *puppet, h *heard) bool { return said || h.isMessage() }
	h := st.enters()
	st.turn.Lock()
	said = true
	st.turn.Unlock()
	bye := []any{"action", "bye", "time", raw(now()), "alert", "the server is being painted"}
	wait := st.quiet() + 2*time.Second
	if after > 0 {
		bye = append(bye, "retry_after", after)
		wait = time.Duration(after*1e9) - 300*time.Millisecond // clocks and machines are not that exact
	}
	before := len(st.connections())
	h.conn.tell(object(bye...))
	h.conn.drop()
	back := st.waits(wait, func() bool { return len(st.conns) > before })
	st.check(id, !back, fmt.Sprintf("no connection for %v", wait), "a connection")
}

// lostAnswer closes the connection instead of answering a message.
func (st *stage) lostAnswer() {
	var first *heard
	st.on = func(p *puppet, h *heard) bool {
		if !h.isMessage() || first != nil {
			return false
		}
		first = h
		p.drop()
		return true
	}
	st.enters()
	if !st.o.isSender() {
		st.say(st.text)
	}
	if st.hears(st.o.Patience, func(h *heard) bool { return h.says(st.text) }) == nil {
		st.ends()
	}
	st.turn.Lock()
	lost := first
	st.turn.Unlock()
	again := st.hears(st.o.Patience, func(h *heard) bool { return h != lost && h.says(st.text) })
	switch {
	case again == nil:
		st.skip("again.id", "the client does not say it again")
	default:
		st.check("again.id", lost.text("id") != "" && again.text("id") == lost.text("id"), `"id":"`+lost.text("id")+`"`, again.raw)
	}
}

// comesBack closes the connection after some messages, and looks how the client comes back.
func (st *stage) comesBack() {
	h := st.enters()
	text := st.fresh()
	if !st.isShown(h.conn, text) {
		st.ends()
	}
	h.conn.drop()
	back := st.hears(st.o.Patience, func(b *heard) bool { return b.conn != h.conn && b.isHello() })
	if back == nil {
		st.skip("again.comes", "the client does not come back")
		return
	}
	named := st.hears(st.o.Patience, func(b *heard) bool {
		_, since := b.o["since"].(map[string]any)
		return b.conn != h.conn && (since || b.action() == "history")
	})
	st.check("again.comes", named != nil, `"since":{…} in presence, sync or history`, back.raw)
}
