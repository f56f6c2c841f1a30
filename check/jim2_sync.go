package check

import (
	"fmt"
	"slices"
	"strconv"
)

const (
	saysSync   = "`sync` streams every event after the numbers given, as events, and then answers."
	saysGap    = "Events of those conversations that happen meanwhile come after them: without a gap or a double."
	saysBehind = "Conversations of yours that are not named in `since` and in which something was said are told as `behind`, so that nothing is missed unseen."
	saysSince  = "`\"since\":{\"#tea\":7,\"bob\":2}` in `presence` does what `sync` does (section 6), without a gap and without a double."
)

// sinceOf is since with one conversation.
func sinceOf(pairs ...any) []byte { return build(pairs...) }

// away is a scene: bob is a member of a room, and was away while ann said the numbers 3 to 5 there.
func (t *T) away() (ann *conn, bob *lease, room string) {
	ann, b, room := t.pair()
	b.done("quit")
	for n := 3; n <= 5; n++ {
		ann.says(room, strconv.Itoa(n))
	}
	ann.event("action", "msg", "to", room, "seq", 5) // it has been told: who comes now does not hear it live
	return ann, b.lease(), room
}

// back is away, and bob is back: connected, and told nothing yet of what was said.
func (t *T) back() (ann, bob *conn, room string) {
	ann, l, room := t.away()
	bob = t.enter("bob2", l)
	return ann, bob, room
}

// syncs are about sync. What a connection was told live before may be left out, so it has been told nothing.
func syncs() []*serverCheck {
	return in(WhatWasSaid, onJIM2,
		rule("sync.code", saysSync, "`sync` is answered 200", func(t *T) {
			c, room := t.comeWithRoom("ann")
			c.want(c.ask("sync", "since", sinceOf(room, 1)), "response", 200)
		}),
		rule("sync.events", saysSync, "`sync` tells every event after the number given, in order", func(t *T) {
			_, bob, room := t.back()
			bob.owes(room, 2, 3, 4, 5)
		}),
		rule("sync.all", saysSync, "`sync` after 0 tells everything", func(t *T) {
			_, bob, room := t.back()
			bob.owes(room, 0, 1, 2, 3, 4, 5)
		}),
		rule("sync.before", saysSync, "the events come before the answer", func(t *T) {
			_, bob, room := t.back()
			bob.done("sync", "since", sinceOf(room, 3))
			events := 0
			for _, o := range bob.aside {
				if o.text("to") == room {
					events++
				}
			}
			if events != 2 {
				t.fail("two events before the answer", strconv.Itoa(events))
			}
		}).on(objects),
		rule("sync.nothing", saysSync, "who has everything is told nothing", func(t *T) {
			_, bob, room := t.back()
			bob.done("sync", "since", sinceOf(room, 5))
			bob.none("to", room, "action", "msg")
		}),
		rule("sync.whole", saysSync, "`sync` tells more events than a page of history has", func(t *T) {
			ann, room := t.comeWithRoom("ann")
			ann.pours(room, 60)
			bob := t.come("bob")
			bob.done("join", "to", room)
			bob.done("quit")
			again := t.enter("bob2", bob.lease())
			var want []int
			for n := 1; n <= 62; n++ {
				want = append(want, n)
			}
			again.owes(room, 0, want...)
		}).on(objects),
		rule("sync.event", saysSync, "an event of `sync` has what it had when it was told", func(t *T) {
			ann, l, room := t.away()
			n := ann.done("msg", "id", t.id("mine"), "to", room, "message", "hi").number("seq")
			bob := t.enter("bob2", l)
			bob.done("sync", "since", sinceOf(room, 2))
			bob.event("action", "msg", "to", room, "from", ann.name, "seq", n, "id", t.id("mine"), "message", "hi")
		}),
	)
}

// syncsMore are about more than one conversation, and what happens meanwhile.
func syncsMore() []*serverCheck {
	return in(WhatWasSaid, onJIM2,
		rule("sync.several", saysSync, "`sync` takes several conversations", func(t *T) {
			ann, bob, room := t.back()
			ann.says(bob.name, "direct")
			bob.done("sync", "since", sinceOf(room, 4, ann.name, 0))
			bob.event("action", "msg", "to", room, "seq", 5)
			bob.event("action", "msg", "to", bob.name, "message", "direct")
		}),
		rule("sync.direct", saysSync, "`sync` tells what a person said while one was away", func(t *T) {
			ann, bob := t.strangers()
			bob.done("quit")
			ann.says(bob.name, "hi")
			again := t.enter("bob2", bob.lease())
			again.done("sync", "since", sinceOf(ann.name, 0))
			again.event("action", "msg", "from", ann.name, "to", bob.name, "seq", 1, "message", "hi")
		}),
		rule("sync.behind", saysBehind, "a conversation that is not named is told as `behind`, with its newest number", func(t *T) {
			c, room := t.comeWithRoom("ann")
			other := t.room()
			c.make(other)
			c.says(other, "two")
			c.done("sync", "since", sinceOf(room, 1))
			c.event("action", "behind", "to", other, "seq", 2)
		}),
		rule("sync.behind.named", saysBehind, "a conversation that is named is not told as `behind`", func(t *T) {
			c, room := t.comeWithRoom("ann")
			c.done("sync", "since", sinceOf(room, 0))
			c.none("action", "behind", "to", room)
		}),
		rule("sync.live", saysGap, "after `sync` what is said comes live, once", func(t *T) {
			ann, bob, room := t.back()
			bob.owes(room, 2, 3, 4, 5)
			ann.says(room, "live")
			bob.event("action", "msg", "message", "live", "seq", 6)
			bob.none("action", "msg", "message", "live")
		}),
		rule("sync.meanwhile", saysGap, "what is said during `sync` comes, and comes once", func(t *T) {
			ann, b, room := t.pair()
			b.done("quit")
			ann.pours(room, 30)
			bob := t.enter("bob2", b.lease())
			id := t.id("sync")
			text := string(build("action", "sync", "id", id, "since", sinceOf(room, 2)))
			bob.send(text)
			ann.pours(room, 30)
			bob.answer(text, id)
			for n := 3; n <= 62; n++ {
				bob.event("action", "msg", "to", room, "seq", n)
			}
			bob.none("action", "msg", "to", room)
		}).on(objects),
	)
}

// owes wants what sync tells of a room to be these numbers.
func (c *conn) owes(room string, since int, want ...int) {
	c.done("sync", "since", sinceOf(room, since))
	var got []int
	for range want {
		got = append(got, c.event("to", room, "action", anything, "from", anything).number("seq"))
	}
	if !slices.Equal(got, want) {
		c.t.fail(fmt.Sprintf("events with the numbers %v", want), fmt.Sprint(got))
	}
	c.none("to", room, "action", "msg")
}

// resumes are about since in presence.
func resumes() []*serverCheck {
	return in(SayingWho, onJIM2,
		rule("since.events", saysSince, "`since` in `presence` tells what was said while one was away", func(t *T) {
			_, bob, room := t.away()
			c := t.returns(bob, room, 2)
			for n := 3; n <= 5; n++ {
				c.want(c.event("action", "msg", "to", room), "seq", n, "message", strconv.Itoa(n))
			}
		}),
		rule("since.part", saysSince, "`since` in `presence` tells nothing that one has", func(t *T) {
			_, bob, room := t.away()
			c := t.returns(bob, room, 4)
			c.want(c.event("action", "msg", "to", room), "seq", 5)
			c.none("action", "msg", "to", room)
		}),
		rule("since.all", saysSince, "who has everything is told nothing of it", func(t *T) {
			_, bob, room := t.away()
			t.returns(bob, room, 5).none("action", "msg", "to", room)
		}),
		rule("since.live", saysSince, "after that what is said comes live, without a gap and without a double", func(t *T) {
			ann, bob, room := t.away()
			c := t.returns(bob, room, 2)
			ann.says(room, "6")
			for n := 3; n <= 6; n++ {
				c.want(c.event("action", "msg", "to", room), "seq", n)
			}
			c.none("action", "msg", "to", room)
		}),
		rule("since.behind", saysBehind, "a conversation that `since` in `presence` does not name is told as `behind`", func(t *T) {
			_, bob, room := t.away()
			c := t.dial("bob2")
			c.presents(bob, "since", value("{}"))
			c.event("action", "behind", "to", room, "seq", 5)
		}).at(WhatWasSaid),
		rule("since.direct", saysSince, "what a person said while one was away is told, too", func(t *T) {
			ann, bob := t.strangers()
			bob.done("quit")
			ann.says(bob.name, "hi")
			c := t.dial("bob2")
			c.presents(bob.lease(), "since", sinceOf(ann.name, 0))
			c.event("action", "msg", "from", ann.name, "to", bob.name, "seq", 1, "message", "hi")
		}),
	)
}

// returns logs in with since for one room.
func (t *T) returns(l *lease, room string, since int) *conn {
	c := t.dial("bob2")
	c.presents(l, "since", sinceOf(room, since))
	return c
}

// presents logs in with more members in the presence.
func (c *conn) presents(l *lease, pairs ...any) *object {
	c.extra = pairs
	return c.login(l)
}
