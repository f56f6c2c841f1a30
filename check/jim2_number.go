package check

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

func upper(name string) string { return strings.ToUpper(name) }

// repeated are about ids: the same id is the same message.
func repeated() []*serverCheck {
	return usedTwice(
		rule("id.repeat.seq", saysSameID, "a message sent again with its `id` gets the first answer", func(t *T) {
			c, room := t.comeWithRoom("ann")
			a := c.done("msg", "id", t.id("k1"), "to", room, "message", "hi")
			c.done("msg", "to", room, "message", "between")
			c.want(c.ask("msg", "id", t.id("k1"), "to", room, "message", "hi"), "response", 201, "seq", a.number("seq"))
		}),
		rule("id.repeat.told", saysSameID, "a message sent again with its `id` is not told again", func(t *T) {
			ann, bob, room := t.pair()
			ann.done("msg", "id", t.id("k1"), "to", room, "message", "hi")
			bob.event("action", "msg", "message", "hi")
			ann.ask("msg", "id", t.id("k1"), "to", room, "message", "hi")
			ann.says(room, "next")
			bob.event("action", "msg", "message", "next")
			bob.none("action", "msg", "message", "hi")
		}),
		rule("id.repeat.kept", saysSameID, "a message sent again with its `id` is kept once", func(t *T) {
			c, room := t.comeWithRoom("ann")
			for range 3 {
				c.ask("msg", "id", t.id("k1"), "to", room, "message", "hi")
			}
			if _, events := c.history(room); len(events) != 2 {
				t.fail("two entries: the room's beginning and the message", fmt.Sprint(events))
			}
		}),
		rule("id.repeat.later", saysSameID, "a message sent again on another connection gets the first answer", func(t *T) {
			ann, room := t.comeWithRoom("ann")
			a := ann.done("msg", "id", t.id("k1"), "to", room, "message", "hi")
			ann.done("quit")
			again := t.enter("ann2", ann.lease())
			again.want(again.ask("msg", "id", t.id("k1"), "to", room, "message", "hi"), "response", 201, "seq", a.number("seq"))
		}),
	)
}

// conflicts are about ids that are used for something else.
func conflicts() []*serverCheck {
	return usedTwice(
		rule("id.conflict.text", saysConfl, "the same `id` with another text is refused with 409", func(t *T) {
			c, room := t.comeWithRoom("ann")
			c.done("msg", "id", t.id("k1"), "to", room, "message", "hi")
			c.refused([]int{409}, "msg", "id", t.id("k1"), "to", room, "message", "ho")
		}),
		rule("id.conflict.place", saysConfl, "the same `id` in another conversation is refused with 409", func(t *T) {
			c, room := t.comeWithRoom("ann")
			other := t.room()
			c.make(other)
			c.done("msg", "id", t.id("k1"), "to", room, "message", "hi")
			c.refused([]int{409}, "msg", "id", t.id("k1"), "to", other, "message", "hi")
		}),
		rule("id.conflict.action", saysConfl, "the same `id` for a topic is refused with 409", func(t *T) {
			c, room := t.comeWithRoom("ann")
			c.done("msg", "id", t.id("k1"), "to", room, "message", "hi")
			c.refused([]int{409}, "topic", "id", t.id("k1"), "to", room, "topic", "hi")
		}),
		rule("id.conflict.kept", saysConfl, "what was refused with 409 is neither kept nor told", func(t *T) {
			ann, bob, room := t.pair()
			n := ann.done("msg", "id", t.id("k1"), "to", room, "message", "hi").number("seq")
			ann.ask("msg", "id", t.id("k1"), "to", room, "message", "ho")
			bob.none("action", "msg", "message", "ho")
			ann.want(ann.ask("msg", "to", room, "message", "next"), "seq", n+1)
		}),
		rule("id.account", saysConfl, "two people may choose the same `id`", func(t *T) {
			ann, bob, room := t.pair()
			n := ann.done("msg", "id", t.id("k1"), "to", room, "message", "hi").number("seq")
			bob.want(bob.ask("msg", "id", t.id("k1"), "to", room, "message", "ho"), "response", 201, "seq", n+1)
		}),
		rule("id.none", saysNoID, "without an `id` the same text is another message", func(t *T) {
			c, room := t.comeWithRoom("ann")
			message := string(build("action", "msg", "to", room, "message", "again"))
			c.send(message)
			first := c.answer(message, "")
			c.send(message)
			c.want(c.answer(message, ""), "response", 201, "seq", first.number("seq")+1)
		}).on(objects),
	)
}

// usedTwice are checks that use an id twice on one connection. Over UDP an id is used once: a late answer to the
// first request would be taken for that to the second.
func usedTwice(checks ...*serverCheck) []*serverCheck {
	for _, c := range checks {
		c.over = objects
	}
	return in(Conversations, onJIM2, checks...)
}

// lasting are about numbers, the order of things, and what is safe.
func lasting() []*serverCheck {
	return in(Conversations, onJIM2,
		rule("seq.first", saysNumber, "the first entry of a room has the number 1, and the first message in it 2", func(t *T) {
			c, room := t.come("ann"), t.room()
			c.want(c.ask("join", "to", room), "seq", 1)
			c.want(c.ask("msg", "to", room, "message", "hi"), "seq", 2)
		}),
		rule("seq.gapless", saysNumber, "one message after another gets the next number", func(t *T) {
			c, room := t.comeWithRoom("ann")
			for n := 2; n <= 12; n++ {
				c.want(c.ask("msg", "to", room, "message", strconv.Itoa(n)), "seq", n)
			}
		}),
		rule("seq.gapless.refused", saysNumber, "what was refused takes no number", func(t *T) {
			c, room := t.comeWithRoom("ann")
			c.ask("msg", "to", room, "message", "")
			c.want(c.ask("msg", "to", room, "message", "hi"), "seq", 2)
		}),
		rule("seq.gapless.typing", "Presence, typing and read marks are not kept in the log.", "typing takes no number", func(t *T) {
			c, room := t.comeWithRoom("ann")
			c.done("typing", "to", room)
			c.want(c.ask("msg", "to", room, "message", "hi"), "seq", 2)
		}).at(People),
		rule("seq.events", saysNumber, "events come in the order of their numbers, without gaps", func(t *T) {
			ann, bob, room := t.pair()
			ann.pours(room, 12)
			for n := 3; n < 15; n++ {
				bob.want(bob.event("action", "msg", "to", room), "seq", n)
			}
		}).on(objects),
		rule("answer.time", saysClock, "an answer has the server's time as a number", func(t *T) {
			c := t.come("ann")
			if a := c.ask("ping"); !isNumber(a.members["time"]) {
				t.fail(`"time": seconds since 1970`, a.String())
			}
		}).at(OnTheWire),
		rule("seq.together", saysNumber, "when two speak at the same time, both see the same numbers in the same order", func(t *T) {
			ann, bob, room := t.pair()
			ann.pours(room, 10)
			bob.pours(room, 10)
			for n := 3; n < 23; n++ {
				a := ann.event("action", "msg", "to", room)
				b := bob.event("action", "msg", "to", room)
				if a.number("seq") != n || !b.has([]any{"seq", n, "from", a.text("from"), "message", a.text("message")}) {
					t.fail(fmt.Sprintf("number %d, the same for both", n), a.String()+" and "+b.String())
				}
			}
		}).on(objects),
	)
}

// answersAre are about answers: safe, in order, once.
func answersAre() []*serverCheck {
	return in(Conversations, onJIM2,
		rule("seq.safe", saysSafe, "what was answered 201 is in the history at once", func(t *T) {
			c, room := t.comeWithRoom("ann")
			n := c.says(room, "safe")
			_, events := c.history(room, "after", n-1)
			if len(events) != 1 || !events[0].has([]any{"seq", n, "message", "safe"}) {
				t.fail("the message in the history", fmt.Sprint(events))
			}
		}),
		rule("answer.order", saysOnce, "answers come in the order of the requests", func(t *T) {
			c, room := t.comeWithRoom("ann")
			var text strings.Builder
			for i := range 20 {
				action, pairs := "ping", []any(nil)
				switch i % 4 {
				case 1:
					action, pairs = "msg", []any{"to", room, "message", "hi"}
				case 2:
					action, pairs = "rooms", nil
				case 3:
					action, pairs = "whois", []any{"to", "nobody-" + c.name}
				}
				text.Write(build(append([]any{"action", action, "id", strconv.Itoa(i)}, pairs...)...))
				text.WriteByte('\n')
			}
			c.write([]byte(text.String()))
			for i := range 20 {
				c.want(c.answer("20 requests at once", ""), "id", strconv.Itoa(i))
			}
		}).on(streams).at(OnTheWire),
		rule("answer.once", saysOnce, "a request is answered once", func(t *T) {
			c, room := t.comeWithRoom("ann")
			c.says(room, "one")
			c.ask("whois", "to", c.name)
			c.hears()
			if len(c.strays) > 0 {
				t.fail("one answer to each request", "two: the second was "+c.strays[0].String())
			}
		}).at(OnTheWire),
		rule("answer.id", saysID, "an answer has the `id` of its request", func(t *T) {
			c := t.come("ann")
			c.want(c.ask("ping", "id", "привет 你好"), "id", "привет 你好")
		}).at(OnTheWire),
		rule("answer.id.none", saysID, "a request without `id` is answered without `id`", func(t *T) {
			c := t.come("ann")
			c.send(`{"action":"ping"}`)
			if a := c.want(c.answer(`{"action":"ping"}`, ""), "response", 200); a.text("id") != "" {
				t.fail(`no "id"`, a.String())
			}
		}).on(objects).at(OnTheWire),
		rule("answer.id.error", saysID, "an error has the `id` of its request", func(t *T) {
			c := t.come("ann")
			c.want(c.ask("whois", "id", t.id("k7"), "to", "nobody-"+c.name), "id", t.id("k7"))
		}).at(OnTheWire),
	)
}

// pours says many things at once, and waits for all answers.
func (c *conn) pours(room string, many int) {
	var ids, texts []string
	for i := range many {
		text, id := c.request("msg", "to", room, "message", strconv.Itoa(i))
		c.send(text)
		ids, texts = append(ids, id), append(texts, text)
	}
	var seqs, again []int
	for i, id := range ids {
		a := c.answer(texts[i], id)
		if a.code() == 429 {
			again = append(again, i)
			continue
		}
		c.want(a, "response", 201)
		seqs = append(seqs, a.number("seq"))
	}
	if !slices.IsSorted(seqs) {
		c.t.fail("a sender's messages numbered in the order in which they were sent", fmt.Sprint(seqs))
	}
	for _, i := range again {
		c.want(c.ask("msg", "id", ids[i], "to", room, "message", strconv.Itoa(i)), "response", 201)
	}
}
