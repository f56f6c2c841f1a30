package check

import "strings"

const (
	saysTyping   = "| `{\"action\":\"typing\",\"to\":\"#tea\"}` | 202 | the other members who are here; not kept |"
	saysRead     = "| `{\"action\":\"read\",\"to\":\"#tea\",\"seq\":7}` | 200 | your own other devices; never goes back |"
	saysNotKept  = "Presence, typing and read marks are not kept in the log."
	saysLive     = "`\"live\":true` in `msg` to a person is for this moment only: 410, and nothing is kept, when the person is not connected."
	saysMsgLimit = "text of a message: bytes of UTF-8, for JIM/1 characters"
)

// typing is about who is writing.
func typing() []*serverCheck {
	return in(Talking, onJIM2,
		inRoom("typing.code", saysTyping, "`typing` is answered 202", func(c *conn, room string) {
			c.want(c.ask("typing", "to", room), "response", 202)
		}),
		rule("typing.told", saysTyping, "the other members are told who is typing, and where", func(t *T) {
			ann, bob, room := t.pair()
			ann.done("typing", "to", room)
			bob.event("action", "typing", "to", room, "from", ann.name)
		}),
		rule("typing.direct", saysTyping, "a person with whom one has talked is told that one is typing", func(t *T) {
			ann, bob := t.come("ann"), t.come("bob")
			ann.says(bob.name, "hi")
			bob.event("action", "msg", "message", "hi")
			ann.done("typing", "to", bob.name)
			bob.event("action", "typing", "to", bob.name, "from", ann.name)
		}),
		rule("typing.own", saysTyping, "who types is not told so", func(t *T) {
			ann, bob, room := t.pair()
			ann.done("typing", "to", room)
			bob.event("action", "typing", "to", room)
			ann.none("action", "typing")
		}),
		rule("typing.others", saysTyping, "who is not a member is not told who types", func(t *T) {
			ann, bob, room := t.pair()
			carl := t.come("carl")
			ann.done("typing", "to", room)
			bob.event("action", "typing", "to", room)
			carl.none("action", "typing", "to", room)
		}),
		rule("typing.kept", saysNotKept, "typing is not in the history", func(t *T) {
			c, room := t.comeWithRoom("ann")
			c.done("typing", "to", room)
			if _, events := c.history(room); len(events) != 1 {
				t.fail("one entry: the room's beginning", came(events))
			}
		}).at(People),
	)
}

// marks are about what somebody has read.
func marks() []*serverCheck {
	return in(Talking, onJIM2,
		inRoom("read.code", saysRead, "`read` is answered 200", func(c *conn, room string) {
			c.want(c.ask("read", "to", room, "seq", 1), "response", 200)
		}),
		inRoom("read.listed", "first your own conversations (rooms and people) with `seq`, `read`, `member`", "`rooms` tells up to where one has read", func(c *conn, room string) {
			c.says(room, "two")
			c.says(room, "three")
			c.done("read", "to", room, "seq", 2)
			c.readIs(room, 2)
		}).at(Rooms),
		inRoom("read.back", saysRead, "a read mark never goes back", func(c *conn, room string) {
			c.says(room, "two")
			c.says(room, "three")
			c.done("read", "to", room, "seq", 3)
			c.done("read", "to", room, "seq", 1)
			c.readIs(room, 3)
		}),
		rule("read.others", saysRead, "other people are not told what somebody has read", func(t *T) {
			ann, bob, room := t.pair()
			ann.done("read", "to", room, "seq", 2)
			bob.none("action", "read")
		}),
		inRoom("read.kept", saysNotKept, "a read mark takes no number and is not in the history", func(c *conn, room string) {
			c.done("read", "to", room, "seq", 1)
			c.want(c.ask("msg", "to", room, "message", "hi"), "seq", 2)
		}).at(People),
	)
}

// readIs wants a read mark in the list of one's own rooms.
func (c *conn) readIs(room string, seq int) {
	if row := c.row(room); row == nil || row.number("read") != seq {
		c.t.fail(string(build("name", room, "read", seq))+" in the answer to `rooms`", c.rowText(room))
	}
}

// live are about messages for this moment, and the sizes of what is said.
func live() []*serverCheck {
	return append(in(LiveAndAlone, onJIM2,
		rule("live.gone", saysLive, "a `live` message to a person who is not connected is answered 410", func(t *T) {
			ann, bob := t.come("ann"), t.come("bob")
			bob.done("quit")
			t.eventually(func() bool {
				a := ann.done("whois", "to", bob.name)
				u := a.inner("user")
				return u == nil || u.text("status") == "gone"
			})
			ann.refused([]int{410}, "msg", "to", bob.name, "live", true, "message", "quick!")
		}),
		rule("live.kept", saysLive, "a `live` message that was answered 410 is not kept", func(t *T) {
			ann, bob := t.strangers()
			bob.done("quit")
			ann.ask("msg", "to", bob.name, "live", true, "message", "quick!")
			again := t.enter("bob2", bob.lease())
			if _, events := again.history(ann.name); len(events) != 0 {
				t.fail("nothing in the history", came(events))
			}
		}),
		rule("live.here", saysLive, "a `live` message to a person who is connected is answered 201 and told", func(t *T) {
			ann, bob := t.come("ann"), t.come("bob")
			ann.want(ann.ask("msg", "to", bob.name, "live", true, "message", "quick!"), "response", 201)
			bob.event("action", "msg", "message", "quick!")
		}),
	), append(texts(), strangersAsk()...)...)
}

// texts are about how long a text may be.
func texts() []*serverCheck {
	return in(Errors, onJIM2,
		rule("size.message.full", saysMsgLimit, "a message as long as the limit is kept and told whole", func(t *T) {
			c, most := t.comeWithLimit("ann", "message")
			c.done("msg", "to", c.name, "message", text(most))
			if e := c.event("action", "msg", "from", c.name); len(e.text("message")) != most {
				t.fail("the whole text", e.String())
			}
		}).at(Limits),
		rule("size.message.over", saysLongMsg, "a message over the limit is answered 413", func(t *T) {
			c, most := t.comeWithLimit("ann", "message")
			c.refused([]int{413}, "msg", "to", c.name, "message", text(most+1))
			c.goesOn()
		}).on(objects),
		rule("size.message.bytes", saysMsgLimit, "the limit of a message counts bytes of UTF-8", func(t *T) {
			c, most := t.comeWithLimit("ann", "message")
			c.refused([]int{413}, "msg", "to", c.name, "message", strings.Repeat("ж", most/2+1))
		}).at(Limits).on(objects),
		rule("size.message.empty", saysEmpty, "an empty message is answered 400", func(t *T) {
			c := t.come("ann")
			c.refused([]int{400}, "msg", "to", c.name, "message", "")
		}),
		rule("size.message.none", saysEmpty, "a message without `message` is answered 400", func(t *T) {
			c := t.come("ann")
			c.refused([]int{400}, "msg", "to", c.name)
		}),
		rule("size.id.full", "characters in the `id` of a request", "an `id` may have as many characters as the limit, of any script", func(t *T) {
			c, most := t.comeWithLimit("ann", "id")
			id := strings.Repeat("你", most)
			c.want(c.ask("ping", "id", id), "response", 200, "id", id)
		}).at(Limits),
		rule("size.id.over", saysLongID, "an `id` over the limit is answered 413", func(t *T) {
			c, most := t.comeWithLimit("ann", "id")
			message := string(build("action", "ping", "id", text(most+1)))
			c.send(message)
			c.code(c.answer(message, ""), 413)
			c.goesOn()
		}).on(objects),
		rule("size.topic.full", "characters in a room's topic", "a topic may have as many characters as the limit", func(t *T) {
			c, most := t.comeWithLimit("ann", "topic")
			room := t.room()
			c.make(room)
			c.want(c.ask("topic", "to", room, "topic", strings.Repeat("ж", most)), "response", 201)
		}).at(Limits),
		rule("size.topic.over", "Over a limit of size; the limits are in the answer to `presence`.", "a topic over the limit is answered 413", func(t *T) {
			c, most := t.comeWithLimit("ann", "topic")
			room := t.room()
			c.make(room)
			c.refused([]int{413}, "topic", "to", room, "topic", text(most+1))
		}).at(Codes),
		rule("size.room.over", "Over a limit of size; the limits are in the answer to `presence`.", "the name of a room over the limit is refused", func(t *T) {
			c, most := t.comeWithLimit("ann", "name")
			c.refused([]int{413, 400}, "join", "to", "#"+text(most+1))
		}).at(Codes),
	)
}

// strangersAsk are checks that who or what is not there is answered 404.
func strangersAsk() (list []*serverCheck) {
	for _, q := range []struct {
		id, what, action, to string
		pairs                []any
	}{
		{"msg.person", "`msg` to nobody", "msg", "nobody", []any{"message", "hello?"}},
		{"msg.room", "`msg` to a room that is not there", "msg", "#nowhere", []any{"message", "hello?"}},
		{"history", "`history` of a room that is not there", "history", "#nowhere", nil},
		{"history.person", "`history` with nobody", "history", "nobody", nil},
		{"members", "`members` of a room that is not there", "members", "#nowhere", nil},
		{"leave", "`leave` of a room that is not there", "leave", "#nowhere", nil},
		{"topic", "`topic` of a room that is not there", "topic", "#nowhere", nil},
		{"topic.set", "a new `topic` of a room that is not there", "topic", "#nowhere", []any{"topic", "x"}},
		{"typing", "`typing` to nobody", "typing", "nobody", nil},
		{"typing.room", "`typing` in a room that is not there", "typing", "#nowhere", nil},
		{"read", "`read` in a room that is not there", "read", "#nowhere", []any{"seq", 1}},
		{"whois", "`whois` of nobody", "whois", "nobody", nil},
		{"add_contact", "`add_contact` of nobody", "add_contact", "nobody", nil},
	} {
		list = append(list, rule("nobody."+q.id, saysNobody, q.what+" is answered 404", func(t *T) {
			c := t.come("ann")
			c.refused([]int{404}, q.action, append([]any{"to", q.to + "-" + c.name[2:]}, q.pairs...)...)
		}))
	}
	list = append(list, rule("nobody.sync", saysNobody, "`sync` of a room that is not there is answered 404", func(t *T) {
		c := t.come("ann")
		c.refused([]int{404}, "sync", "since", value(build("#nowhere-"+c.name[2:], 1)))
	}))
	return in(Errors, onJIM2, list...)
}
