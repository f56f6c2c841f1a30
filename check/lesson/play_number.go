package lesson

import (
	"fmt"
	"strings"

	"jim/check"
)

func numbers() []*script {
	return []*script{{
		levels: jim2, needs: showing, play: (*stage).gap,
		checks: []check.Check{prove("gap.asks", jim2, check.Conversations, "Who sees 41 and then 43 asks for what is after 41.", "who is told a number too high asks for what is missing, with history or sync")},
	}, {
		levels: jim2, needs: showing, play: (*stage).behind,
		checks: []check.Check{prove("behind.goes-on", jim2, check.WhatWasSaid, "it asks for them with `history` or `sync` when it can", "after behind the client shows what comes next")},
	}, {
		levels: jim2, needs: showing, play: (*stage).twice,
		checks: []check.Check{prove("twice.once", jim2, check.Conversations, "and nobody hears it twice", "an event that is told twice is shown once")},
	}, {
		levels: jim2, play: (*stage).others,
		checks: []check.Check{prove("events.others", jim2, check.People, "**Presence** is told to those who share a room with you or have you as a contact", "presence, typing and topics of others are no reason to stop")},
	}}
}

// begins tells the client a first message.
func (st *stage) begins() *puppet {
	h := st.enters()
	text := st.fresh()
	if !st.isShown(h.conn, text) {
		st.ends()
	}
	return h.conn
}

func (st *stage) gap() {
	c := st.begins()
	first := st.seq
	c.message(st.fresh()) // which is kept and not told
	text := st.fresh()
	c.tell(c.message(text))
	asked := st.hears(st.o.Patience, func(h *heard) bool {
		after, _ := h.o["after"].(float64)
		if h.action() == "history" {
			before, _ := h.o["before"].(float64)
			return int(after) == first || before != 0 || h.o["after"] == nil
		}
		since, _ := h.o["since"].(map[string]any)
		for _, n := range since {
			if n == float64(first) {
				return h.action() == "sync"
			}
		}
		return false
	})
	st.check("gap.asks", asked != nil, fmt.Sprintf("history or sync after %d", first), "nothing; "+st.process.state())
}

func (st *stage) behind() {
	c := st.begins()
	for range 5 {
		c.message(st.fresh()) // kept and not told
	}
	to := st.o.To
	if !strings.HasPrefix(to, "#") {
		to = "bob"
	}
	st.mu.Lock()
	seq := st.seq
	st.mu.Unlock()
	c.tell(object("action", "behind", "to", to, "seq", seq))
	text := st.fresh()
	st.check("behind.goes-on", st.isShown(c, text), text, st.output())
}

func (st *stage) twice() {
	c := st.begins()
	text := st.fresh()
	event := c.message(text)
	c.tell(event, event)
	last := st.fresh()
	if !st.isShown(c, last) {
		st.ends()
	}
	n := strings.Count(unfolded(st.process.out.text()), unfolded(text))
	st.check("twice.once", n == 1, text+", once", fmt.Sprintf("%d times", n))
}

func (st *stage) others() {
	st.afterLogin(func(p *puppet) {
		p.tell(
			object("action", "presence", "user", raw(object("account_name", "bob", "status", "away"))),
			object("action", "typing", "to", "#tea", "from", "bob"),
			object("action", "topic", "to", "#pots", "from", "bob", "seq", 7, "time", raw(now()), "topic", "hot water"),
			object("action", "join", "to", "#pots", "from", "carl", "seq", 8, "time", raw(now())),
			object("action", "behind", "to", "#cups", "seq", 70),
			object("action", "sessions", "revoke", "x", "from", st.o.Name),
		)
	})
	h := st.enters()
	st.check("events.others", st.alive(h.conn), "a client that goes on", st.nothing())
}
