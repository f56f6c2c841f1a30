package check

import (
	"fmt"
	"slices"
	"strconv"
)

const (
	saysPage   = "`history` reads a page: the newest, or what is before or after a number (`\"after\":0`: from the beginning)."
	saysLimit  = "`limit` is up to 200 (50 if not said)."
	saysEvents = "`events` are in order of `seq`; `more` says that there is more in that direction; `seq` is the newest number of the conversation."
	saysAnswer = "An answer keeps to 128 KiB, so a page of long messages may be shorter than `limit`."
)

// past is a check in a room with messages 2 to 6.
func past(id, says, what string, run func(c *conn, room string)) *serverCheck {
	return rule(id, says, what, func(t *T) {
		c, room := t.comeWithRoom("ann")
		for n := 2; n <= 6; n++ {
			c.says(room, strconv.Itoa(n))
		}
		run(c, room)
	})
}

// page wants a page to have these numbers, and says whether there is more.
func (c *conn) page(room string, want []int, more bool, pairs ...any) {
	a, events := c.history(room, pairs...)
	if !slices.Equal(numbers(events), want) {
		c.t.fail(fmt.Sprintf("events with the numbers %v", want), fmt.Sprintf("%v in %s", numbers(events), a))
	}
	if got, _ := a.members["more"].(bool); got != more {
		c.t.fail(fmt.Sprintf(`"more":%v, or no "more" for false`, more), a.String())
	}
}

// pages are about what a page has.
func pages() []*serverCheck {
	return in(WhatWasSaid, onJIM2,
		past("history.page.newest", saysPage, "without a number `history` reads the newest", func(c *conn, room string) {
			c.page(room, []int{5, 6}, true, "limit", 2)
		}),
		past("history.page.all", saysEvents, "a page with everything is in order of `seq` and has no more", func(c *conn, room string) {
			c.page(room, []int{1, 2, 3, 4, 5, 6}, false)
		}),
		past("history.page.before", saysPage, "`before` reads the newest of what is before a number", func(c *conn, room string) {
			c.page(room, []int{3, 4}, true, "limit", 2, "before", 5)
		}),
		past("history.page.before.last", saysEvents, "the last page backwards says that there is no more", func(c *conn, room string) {
			c.page(room, []int{1, 2}, false, "limit", 2, "before", 3)
		}),
		past("history.page.after", saysPage, "`after` reads the oldest of what is after a number", func(c *conn, room string) {
			c.page(room, []int{3, 4}, true, "limit", 2, "after", 2)
		}),
		past("history.page.after.last", saysEvents, "the last page forwards says that there is no more", func(c *conn, room string) {
			c.page(room, []int{5, 6}, false, "limit", 2, "after", 4)
		}),
		past("history.page.beginning", saysPage, "`\"after\":0` reads from the beginning", func(c *conn, room string) {
			c.page(room, []int{1, 2}, true, "limit", 2, "after", 0)
		}),
		past("history.page.nothing", saysPage, "after the newest number there is nothing", func(c *conn, room string) {
			c.page(room, nil, false, "after", 6)
		}),
		past("history.page.exact", saysEvents, "a page that ends with the newest says that there is no more", func(c *conn, room string) {
			c.page(room, []int{1, 2, 3, 4, 5, 6}, false, "limit", 6)
		}),
		past("history.page.one", saysPage, "a page may be one event", func(c *conn, room string) {
			c.page(room, []int{6}, true, "limit", 1)
		}),
		past("history.page.walk", saysEvents, "page by page backwards everything is read once", func(c *conn, room string) {
			var all []int
			before := 7
			for range 5 {
				a, events := c.history(room, "limit", 2, "before", before)
				all = append(numbers(events), all...)
				if a.members["more"] != true || len(events) == 0 {
					break
				}
				before = events[0].number("seq")
			}
			if !slices.Equal(all, []int{1, 2, 3, 4, 5, 6}) {
				c.t.fail("the numbers 1 to 6 in pages of two", fmt.Sprint(all))
			}
		}),
		past("history.seq", saysEvents, "`seq` in the answer is the newest number of the conversation", func(c *conn, room string) {
			a, _ := c.history(room, "limit", 1, "before", 3)
			c.want(a, "seq", 6)
		}),
		past("history.code", saysPage, "`history` is answered 200", func(c *conn, room string) {
			c.want(c.ask("history", "to", room), "response", 200)
		}),
	)
}

// between are about the events of a page.
func between() []*serverCheck {
	return in(WhatWasSaid, onJIM2,
		past("history.event.message", saysPage, "an event in the history has its message", func(c *conn, room string) {
			_, events := c.history(room, "limit", 1)
			c.only(events, "action", "msg", "to", room, "message", "6")
		}),
		past("history.event.from", saysPage, "an event in the history has who said it", func(c *conn, room string) {
			_, events := c.history(room, "limit", 1)
			c.only(events, "from", c.name)
		}),
		rule("history.event.id", saysPage, "an event in the history has its `id`", func(t *T) {
			c, room := t.comeWithRoom("ann")
			c.done("msg", "id", t.id("mine"), "to", room, "message", "hi")
			_, events := c.history(room, "limit", 1)
			c.only(events, "id", t.id("mine"))
		}),
		rule("history.event.time", saysClock, "an event in the history has the server's time as a number", func(t *T) {
			c, room := t.comeWithRoom("ann")
			c.says(room, "hi")
			_, events := c.history(room, "limit", 1)
			if len(events) != 1 || !isNumber(events[0].members["time"]) {
				t.fail(`one event with "time": seconds since 1970`, cameIn(events))
			}
		}).at(OnTheWire),
		rule("history.event.entries", "messages, topics, who joined and left — gets its next number", "who joined, the topic and who left are in the history", func(t *T) {
			ann, bob, room := t.pair()
			ann.done("topic", "to", room, "topic", "tea")
			bob.done("leave", "to", room)
			_, events := ann.history(room)
			var actions []string
			for _, e := range events {
				actions = append(actions, e.text("action"))
			}
			if !slices.Equal(actions, []string{"create", "join", "topic", "leave"}) {
				t.fail("create, join, topic, leave", fmt.Sprint(actions))
			}
		}).at(Conversations),
	)
}

// readers are about who may read what.
func readers() []*serverCheck {
	return in(WhatWasSaid, onJIM2,
		rule("history.stranger", saysPublic, "who is not a member of a room may read it", func(t *T) {
			ann, room := t.comeWithRoom("ann")
			ann.says(room, "hi")
			carl := t.come("carl")
			carl.page(room, []int{1, 2}, false)
		}).at(Talking),
		rule("history.direct", saysTo, "both of two people read the same of what they said to each other", func(t *T) {
			ann, bob := t.strangers()
			ann.says(bob.name, "hi")
			bob.says(ann.name, "ho")
			for c, other := range map[*conn]string{ann: bob.name, bob: ann.name} {
				_, events := c.history(other)
				if len(events) != 2 || !events[0].has([]any{"from", ann.name, "to", bob.name, "seq", 1}) || !events[1].has([]any{"from", bob.name, "to", ann.name, "seq", 2}) {
					t.fail("two events, the same for both", came(events))
				}
			}
		}).at(Talking),
		rule("history.direct.other", "what two people say to each other is a conversation of two", "a third person does not read what two said to each other", func(t *T) {
			ann, bob := t.strangers()
			carl := t.comeNew("carl")
			ann.says(bob.name, "between us")
			for _, name := range []string{ann.name, bob.name} {
				if a := carl.ask("history", "to", name); string(a.raw) != "" && containsText(a, "between us") {
					t.fail("nothing of it", a.String())
				}
			}
		}).at(Conversations),
	)
}

// containsText tells whether an event of a history has a message.
func containsText(a *object, text string) bool {
	events, _ := a.list("events")
	return slices.ContainsFunc(events, func(e *object) bool { return e.text("message") == text })
}

// only wants one event with these members.
func (c *conn) only(events []*object, pairs ...any) {
	if len(events) != 1 || !events[0].has(pairs) {
		c.t.fail("one event "+wanted(pairs), fmt.Sprintf("%d events%s", len(events), cameIn(events)))
	}
}

// cameIn lists events as they were parsed.
func cameIn(events []*object) string {
	text := ""
	for _, e := range events {
		text += fmt.Sprintf(" %v", e.members)
	}
	return text
}

// sizesOfPages are about how much a page has.
func sizesOfPages() []*serverCheck {
	return in(WhatWasSaid, onJIM2,
		rule("history.limit.default", saysLimit, "a page has 50 events when no limit is said", func(t *T) {
			c, room := t.comeWithRoom("ann")
			c.pours(room, 55)
			if _, events := c.history(room); len(events) != 50 {
				t.fail("50 events", strconv.Itoa(len(events)))
			}
		}).on(objects),
		rule("history.limit.said", saysLimit, "a page may have more than 50 events", func(t *T) {
			c, room := t.comeWithRoom("ann")
			c.pours(room, 55)
			if _, events := c.history(room, "limit", 200); len(events) != 56 {
				t.fail("56 events", strconv.Itoa(len(events)))
			}
		}).on(objects),
		rule("history.limit.size", saysAnswer, "a page of long messages keeps to the size of an answer, and says that there is more", func(t *T) {
			c := t.dial("ann")
			limits := c.login(t.lease(false)).inner("limits")
			if limits == nil || limits.number("answer") < 1 || limits.number("message") < 1 {
				t.skip("the server does not announce its limits")
			}
			room, most := t.room(), limits.number("answer")
			c.make(room)
			length := limits.number("message")
			for range most/length + 2 {
				c.says(room, text(length))
			}
			a, events := c.history(room)
			if len(a.raw) > most || len(events) == 0 || a.members["more"] != true {
				t.fail(fmt.Sprintf(`at most %d bytes, with "more":true`, most), fmt.Sprintf("%d bytes with %d events, more is %v", len(a.raw), len(events), a.members["more"]))
			}
		}).on(objects),
	)
}
