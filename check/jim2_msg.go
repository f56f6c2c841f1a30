package check

import (
	"fmt"
	"slices"
)

const (
	saysMsg     = "| `{\"action\":\"msg\",\"id\":\"k1\",\"to\":\"#tea\",\"message\":\"hi\"}` | 201 `to` `seq` | every member of the room, on every device; also the sender |"
	saysDirect  = "| `{\"action\":\"msg\",\"id\":\"k2\",\"to\":\"bob\",\"message\":\"hi\"}` | 201 `to` `seq` | all devices of both |"
	saysNumber  = "gets its next number: `seq` 1, 2, 3 … without gaps. All who read it see the same numbers."
	saysOnce    = "Every request is answered exactly once. Answers come in the order of the requests."
	saysID      = "`id`, a text the client chooses, up to 64 characters, that comes back in the answer"
	saysSameID  = "Send it again after a timeout, a restart, a year: the second answer is the first one's (same `seq`), and nobody hears it twice."
	saysConfl   = "The same `id` with other content is refused with 409. An `id` belongs to the account that chose it."
	saysNoID    = "A message that is said without an `id` cannot be told from its repetition"
	saysSafe    = "**201 means safe.** The answer 201 to `msg` and `topic` is sent after the message is on stable storage."
	saysTo      = "`to` of an event is the address its sender wrote to: a direct message from ann to bob has `\"to\":\"bob\",\"from\":\"ann\"` on every device of both."
	saysPublic  = "A room is public: anybody who is logged in may write to it and read it; its members get its events, until they leave, on all devices and across disconnections."
	saysEmpty   = "| an empty message | 400 | goes on |"
	saysLongMsg = "| a message over 16384 bytes (JIM/1: 500 characters) | 413 | goes on |"
	saysLongID  = "| an `id` over 64 characters | 413 | goes on |"
	saysNobody  = "| a person or room that is not there | 404 | goes on |"
	saysClock   = "**Time** in answers and events is the server's clock in seconds since 1970"
)

// said are about the answer to a message.
func said() []*serverCheck {
	return in(Talking, onJIM2,
		inRoom("msg.ack.code", saysMsg, "`msg` is answered 201", func(c *conn, room string) {
			c.want(c.ask("msg", "to", room, "message", "hi"), "response", 201)
		}),
		inRoom("msg.ack.to", saysMsg, "the answer to `msg` has its `to`", func(c *conn, room string) {
			c.want(c.ask("msg", "to", room, "message", "hi"), "to", room)
		}),
		inRoom("msg.ack.seq", saysMsg, "the answer to `msg` has its number in `seq`", func(c *conn, room string) {
			if a := c.ask("msg", "to", room, "message", "hi"); a.number("seq") < 1 {
				c.t.fail(`"seq": a whole number from 1`, a.String())
			}
		}),
		inRoom("msg.event", saysMsg, "who says something in a room it is in hears it, too", func(c *conn, room string) {
			c.done("msg", "to", room, "message", "hi")
			c.event("action", "msg", "message", "hi")
		}),
		inRoom("msg.event.to", saysTo, "the event has in `to` the room", func(c *conn, room string) {
			c.done("msg", "to", room, "message", "hi")
			c.want(c.event("action", "msg", "message", "hi"), "to", room)
		}),
		inRoom("msg.event.from", saysTo, "the event has in `from` who said it", func(c *conn, room string) {
			c.done("msg", "to", room, "message", "hi")
			c.want(c.event("action", "msg", "message", "hi"), "from", c.name)
		}),
		inRoom("msg.event.seq", saysMsg, "the event has the number that was answered", func(c *conn, room string) {
			n := c.says(room, "hi")
			c.want(c.event("action", "msg", "message", "hi"), "seq", n)
		}),
		inRoom("msg.event.id", "it has the shape of the request that caused it", "the event has the `id` that its sender chose", func(c *conn, room string) {
			c.done("msg", "id", c.t.id("mine"), "to", room, "message", "hi")
			c.want(c.event("action", "msg", "message", "hi"), "id", c.t.id("mine"))
		}),
		inRoom("msg.event.time", saysClock, "the event has the server's time as a number", func(c *conn, room string) {
			c.done("msg", "to", room, "message", "hi")
			if e := c.event("action", "msg", "message", "hi"); e.members["time"] == nil || !isNumber(e.members["time"]) {
				c.t.fail(`"time": seconds since 1970`, e.String())
			}
		}),
		inRoom("msg.event.once", saysMsg, "a message is told once", func(c *conn, room string) {
			c.done("msg", "to", room, "message", "hi")
			c.event("action", "msg", "message", "hi")
			c.none("action", "msg", "message", "hi")
		}),
	)
}

func isNumber(v any) bool { n, ok := v.(float64); return ok && n > 0 }

// inRoom is a check with one person in a new room.
func inRoom(id, says, what string, run func(c *conn, room string)) *serverCheck {
	return sectioned(rule(id, says, what, func(t *T) {
		c, room := t.comeWithRoom("ann")
		run(c, room)
	}))
}

// sectioned gives a check the section of its words, where that is another than its group's.
func sectioned(c *serverCheck) *serverCheck {
	for _, other := range []struct {
		s     Section
		words []string
	}{
		{OnTheWire, []string{saysClock, saysID, saysOnce, "it has the shape of the request that caused it"}},
		{Conversations, []string{saysNumber, saysSameID, saysConfl, saysNoID, saysSafe}},
		{Errors, []string{saysEmpty, saysLongMsg, saysLongID, saysNobody}},
	} {
		if slices.Contains(other.words, c.Says) {
			c.Section = other.s
		}
	}
	return c
}

// told are about who hears a message.
func told() []*serverCheck {
	return in(Talking, onJIM2,
		rule("msg.members", saysMsg, "a member of the room hears what another says", func(t *T) {
			ann, bob, room := t.pair()
			ann.says(room, "hi")
			bob.event("action", "msg", "to", room, "from", ann.name, "message", "hi")
		}),
		rule("msg.members.id", saysMsg, "other members are told the `id`, too", func(t *T) {
			ann, bob, room := t.pair()
			ann.done("msg", "id", t.id("mine"), "to", room, "message", "hi")
			bob.want(bob.event("action", "msg", "message", "hi"), "id", t.id("mine"))
		}),
		sectioned(rule("msg.members.seq", saysNumber, "all members see the same number", func(t *T) {
			ann, bob, room := t.pair()
			n := ann.says(room, "hi")
			bob.want(bob.event("action", "msg", "message", "hi"), "seq", n)
		})),
		rule("msg.members.once", saysMsg, "a member hears a message once", func(t *T) {
			ann, bob, room := t.pair()
			ann.says(room, "hi")
			bob.event("action", "msg", "message", "hi")
			bob.none("action", "msg", "message", "hi")
		}),
		rule("msg.others", saysMsg, "who is not a member of the room hears nothing of it", func(t *T) {
			ann, room := t.comeWithRoom("ann")
			carl := t.come("carl")
			ann.says(room, "hi")
			carl.none("action", "msg", "message", "hi", "to", room)
		}),
		rule("msg.stranger", saysPublic, "who is not a member of a room may write to it", func(t *T) {
			ann, room := t.comeWithRoom("ann")
			carl := t.come("carl")
			carl.want(carl.ask("msg", "to", room, "message", "from the door"), "response", 201)
			ann.event("action", "msg", "from", carl.name, "message", "from the door")
		}),
		rule("msg.stranger.hears", saysPublic, "who writes to a room without being a member is told nothing", func(t *T) {
			_, room := t.comeWithRoom("ann")
			carl := t.come("carl")
			carl.says(room, "from the door")
			carl.none("action", "msg", "to", room)
		}),
		rule("msg.lasting", saysPublic, "a member that comes back is still a member", func(t *T) {
			ann, bob, room := t.pair()
			bob.done("quit")
			again := t.enter("bob2", bob.lease())
			ann.says(room, "welcome back")
			again.event("action", "msg", "to", room, "message", "welcome back")
		}),
		verbatim("msg.text.languages", "a text of many scripts comes as it was said", "привет, 你好, שלום, é e\u0301 😀👨‍👩‍👧"),
		verbatim("msg.text.escapes", "line feeds, quotes, backslashes and control characters of a text come as they were said", "a\nb\t\"c\" \\ \u001b[31m \u007f"),
		verbatim("msg.text.spaces", "white space around a text comes as it was said", "  two spaces "),
		verbatim("msg.text.markup", "a text that looks like markup comes as it was said", `<b>"&amp;'</b> {"action":"quit"}`),
	)
}

// verbatim is a check that a text comes as it was said.
func verbatim(id, what, text string) *serverCheck {
	c := rule(id, saysJSON, what, func(t *T) {
		ann, bob, room := t.pair()
		n := ann.says(room, text)
		e := bob.event("action", "msg", "seq", n)
		if e.text("message") != text {
			t.fail(fmt.Sprintf("the message %+q", text), fmt.Sprintf("%+q", e.text("message")))
		}
	})
	return c.at(OnTheWire)
}

// at puts a check into another section than the rest of its group.
func (c *serverCheck) at(s Section) *serverCheck {
	c.Section = s
	return c
}

// lease is the name of a connection that has ended.
func (c *conn) lease() *lease {
	for _, l := range c.t.leases {
		if l.name == c.name {
			return l
		}
	}
	return &lease{name: c.name, used: true}
}

// addressed are about messages from person to person.
func addressed() []*serverCheck {
	return in(Talking, onJIM2,
		rule("direct.event", saysDirect, "a person hears what is said to it", func(t *T) {
			ann, bob := t.come("ann"), t.come("bob")
			ann.says(bob.name, "hi")
			bob.event("action", "msg", "from", ann.name, "message", "hi")
		}),
		rule("direct.own", saysDirect, "who says something to a person hears it, too", func(t *T) {
			ann, bob := t.come("ann"), t.come("bob")
			ann.says(bob.name, "hi")
			ann.event("action", "msg", "from", ann.name, "message", "hi")
		}),
		rule("direct.to", saysTo, "both are told in `to` whom it was said to", func(t *T) {
			ann, bob := t.come("ann"), t.come("bob")
			ann.says(bob.name, "hi")
			bob.want(bob.event("action", "msg", "message", "hi"), "to", bob.name)
			ann.want(ann.event("action", "msg", "message", "hi"), "to", bob.name)
		}),
		rule("direct.others", saysDirect, "nobody else hears what is said to a person", func(t *T) {
			ann, bob, carl := t.come("ann"), t.come("bob"), t.come("carl")
			ann.says(bob.name, "between us "+bob.name)
			carl.none("action", "msg", "message", "between us "+bob.name)
		}),
		sectioned(rule("direct.first", saysNumber, "the first message between two people has the number 1", func(t *T) {
			ann, bob := t.strangers()
			ann.want(ann.ask("msg", "to", bob.name, "message", "hi"), "seq", 1)
		})),
		sectioned(rule("direct.shared", saysNumber, "what two people say to each other is numbered together", func(t *T) {
			ann, bob := t.strangers()
			ann.says(bob.name, "hi")
			bob.want(bob.ask("msg", "to", ann.name, "message", "hello"), "seq", 2)
			ann.want(ann.ask("msg", "to", bob.name, "message", "tea?"), "seq", 3)
		})),
		rule("direct.self", "Who writes to himself takes a note, and hears it once.", "one can say something to oneself, and hears it once", func(t *T) {
			ann := t.come("ann")
			ann.says(ann.name, "a note")
			ann.event("action", "msg", "to", ann.name, "from", ann.name, "message", "a note")
			ann.none("action", "msg", "message", "a note")
		}),
		rule("direct.case", saysSame, "a name may be written in capital letters", func(t *T) {
			ann, bob := t.come("ann"), t.come("bob")
			ann.done("msg", "to", upper(bob.name), "message", "hi")
			bob.event("action", "msg", "from", ann.name, "message", "hi")
		}).at(SayingWho),
		rule("direct.offline", saysMsgKept, "what is said to a person who is not connected is kept, and there when it comes", func(t *T) {
			ann, bob := t.strangers()
			bob.done("quit")
			ann.says(bob.name, "are you there?")
			again := t.enter("bob2", bob.lease())
			_, events := again.history(ann.name)
			if len(events) != 1 || !events[0].has([]any{"message", "are you there?", "seq", 1}) {
				t.fail("the message in the history", fmt.Sprint(events))
			}
		}).at(Actions),
	)
}

const saysMsgKept = "Says something to a person or a room; kept before it is told."
