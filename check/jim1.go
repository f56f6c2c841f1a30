package check

import (
	"fmt"
	"strings"
	"time"
)

const (
	saysOK        = "| `presence` | `{\"response\":200,\"time\":…,\"alert\":\"OK\"}`; 401 the name needs a password; 409 somebody is connected under it; 400 not a name |"
	saysAuth1     = "| `authenticate` | 200; 402; 409 |"
	saysMsg1      = "200 when it waits for that: its presence had a type or status, it has used `authenticate`, or the message has `encoding`."
	saysMissing1  = "404 nobody is called so; 410 not connected."
	saysRoom1     = "| `join`, `leave` with `room` | 200; 400; 404 |"
	saysContacts1 = "| `get_contacts` | `{\"response\":202,\"quantity\":N}` and N objects `{\"action\":\"contact_list\",\"user_id\":…}`; with `user_login`, `{\"response\":202,\"alert\":\"['ann', 'bob']\"}` |"
	saysContact1  = "| `add_contact`, `del_contact` with `user_id` | 200, or 400 |"
	saysQuit1     = "| `quit` | nothing; the server closes |"
	saysElse1     = "| anything else | 400 |"
	saysTold1     = "It is told `{\"action\":\"msg\",\"time\":…,\"to\":…,\"from\":…,\"message\":…}`; `to` is a room's name for what is said in a room."
	saysLimits1   = "Its limits are those of the specification, in characters: object 640, message 500, action 15"
	saysEvent1    = "| its own message, as an event | does not get it |"
	silenceAfter  = 2500 * time.Millisecond
)

// specified are about the login of a program of the specification.
func specified() []*serverCheck {
	return in(Specification, onJIM1,
		rule("jim1.presence.code", saysOK, "`presence` is answered 200, as a whole number", func(t *T) {
			c := t.dial("ann")
			c.login(t.lease(false))
		}).on(objects).first(),
		presence1("jim1.presence.time", "the answer to `presence` has a `time` that is a number", func(a *object) bool { return isNumber(a.members["time"]) }),
		presence1("jim1.presence.alert", "the answer to `presence` has `\"alert\":\"OK\"`", func(a *object) bool { return a.text("alert") == "OK" }),
		rule("jim1.presence.taken", saysOK, "a name that is connected is refused with 409", func(t *T) {
			ann := t.come("ann")
			c := t.dial("bob")
			c.want(c.presence1("time", now(), "type", "status", "user", c.self(ann.name)), "response", 409)
		}).on(objects),
		rule("jim1.presence.taken.case", saysCaseName, "a name that is connected is refused in capital letters, too", func(t *T) {
			ann := t.come("ann")
			c := t.dial("bob")
			c.want(c.presence1("time", now(), "type", "status", "user", c.self(upper(ann.name))), "response", 409)
		}).on(objects).at(Course),
		rule("jim1.presence.taken.then", saysOK, "who was refused a name can take another", func(t *T) {
			ann := t.come("ann")
			c := t.dial("bob")
			c.presence1("time", now(), "type", "status", "user", c.self(ann.name))
			c.login(t.lease(false))
		}).on(objects),
		rule("jim1.presence.space", saysCaseName, "a name with a space is refused with 400", func(t *T) {
			c := t.dial("ann")
			c.want(c.presence1("time", now(), "type", "status", "user", c.self("ann lee")), "response", 400)
		}).on(objects).at(Course),
		rule("jim1.presence.long", saysCaseName, "a name of 26 characters is refused with 400", func(t *T) {
			c := t.dial("ann")
			c.want(c.presence1("time", now(), "type", "status", "user", c.self(text(26))), "response", 400)
		}).on(objects).at(Course),
	)
}

// proved1 are about passwords, the end, and `probe`.
func proved1() []*serverCheck {
	return in(Specification, onJIM1,
		rule("jim1.authenticate.wrong", saysAuth1, "`authenticate` with a password that nobody has is answered 402", func(t *T) {
			c := t.dial("ann")
			c.want(c.ask("authenticate", "user", build("account_name", t.newName(), "password", "wrong horse")), "response", 402)
		}).on(objects),
		rule("jim1.authenticate.words", saysAuth1, "an answer 402 says in `error` what is wrong", func(t *T) {
			c := t.dial("ann")
			if a := c.ask("authenticate", "user", build("account_name", t.newName(), "password", "wrong horse")); a.text("error") == "" {
				t.fail(`a text in "error"`, a.String())
			}
		}).on(objects),
		rule("jim1.authenticate.right", saysAuth1, "`authenticate` with the right password is answered 200", func(t *T) {
			if !t.run.names.given {
				t.skip("an account with a password is needed")
			}
			c, l := t.dial("ann"), t.lease(false)
			c.want(c.ask("authenticate", "user", build("account_name", l.name, "password", l.password)), "response", 200)
		}).on(objects),
		rule("jim1.quit", saysQuit1, "after `quit` the server closes, and answers nothing", func(t *T) {
			c := t.come("ann")
			c.send(string(build("action", "quit")))
			if last := c.gone(); len(last) > 0 {
				t.fail("no answer to quit", last[0].String())
			}
		}).on(objects),
		rule("jim1.quit.free", saysQuit1, "after `quit` the name is free", func(t *T) {
			c := t.come("ann")
			c.send(string(build("action", "quit")))
			c.gone()
			t.takes(c.name)
		}).on(objects),
		rule("jim1.probe", saysProbe, "`probe` from a program is answered 200", func(t *T) {
			c := t.come("ann")
			c.want(c.ask("probe"), "response", 200)
		}).on(objects).at(Course),
		rule("jim1.probe.cyrillic", saysProbe, "`probe` with a Cyrillic о is answered 200", func(t *T) {
			c := t.come("ann")
			c.want(c.ask("pr\u043ebe"), "response", 200)
		}).on(objects).at(Course),
	)
}

func presence1(id, what string, so func(*object) bool) *serverCheck {
	return rule(id, saysOK, what, func(t *T) {
		c := t.dial("ann")
		if a := c.login(t.lease(false)); !so(a) {
			t.fail(`{"response":200,"time":…,"alert":"OK"}`, a.String())
		}
	}).on(objects)
}

// msg1 says something as programs of the specification do, and returns the answer.
func (c *conn) msg1(to, text string, more ...any) *object {
	return c.ask("msg", append([]any{"to", to, "from", c.name, "message", text}, more...)...)
}

// said1 are about messages.
func said1() []*serverCheck {
	return in(Specification, onJIM1,
		between1("jim1.msg.code", saysMsg1, "`msg` to somebody who is connected is answered 200", func(ann, bob *conn, words string) {
			ann.want(ann.msg1(bob.name, words), "response", 200)
		}),
		between1("jim1.msg.code.encoding", saysMsg1, "`msg` with `encoding` is answered 200", func(ann, bob *conn, words string) {
			ann.want(ann.msg1(bob.name, words, "encoding", "utf-8"), "response", 200)
		}),
		between1("jim1.msg.code.time", saysMsg1, "the answer to `msg` has a `time` that is a number, and `alert`", func(ann, bob *conn, words string) {
			if a := ann.msg1(bob.name, words); !isNumber(a.members["time"]) || a.text("alert") == "" {
				ann.t.fail(`"time": a number, and "alert"`, a.String())
			}
		}),
		between1("jim1.msg.told", saysTold1, "`msg` is told to whom it was said", func(ann, bob *conn, words string) {
			ann.msg1(bob.name, words)
			bob.event("action", "msg", "message", words)
		}),
		between1("jim1.msg.from", saysTold1, "the message has in `from` who said it", func(ann, bob *conn, words string) {
			ann.msg1(bob.name, words)
			bob.want(bob.event("action", "msg", "message", words), "from", ann.name)
		}),
		between1("jim1.msg.to", saysTold1, "the message has in `to` whom it was said to", func(ann, bob *conn, words string) {
			ann.msg1(bob.name, words)
			bob.want(bob.event("action", "msg", "message", words), "to", bob.name)
		}),
		between1("jim1.msg.time", saysAnyTime, "the message has a `time` that is a number", func(ann, bob *conn, words string) {
			ann.msg1(bob.name, words)
			if e := bob.event("action", "msg", "message", words); !isNumber(e.members["time"]) {
				bob.t.fail(`"time": a number`, e.String())
			}
		}).at(Course),
	)
}

// told1 are about who is told a message, and in how many objects.
func told1() []*serverCheck {
	return in(Specification, onJIM1,
		between1("jim1.msg.once", saysTold1, "the message is told once", func(ann, bob *conn, words string) {
			ann.msg1(bob.name, words)
			bob.event("action", "msg", "message", words)
			bob.none("action", "msg", "message", words)
		}),
		between1("jim1.msg.own", saysEvent1, "who says something is not told it", func(ann, bob *conn, words string) {
			ann.msg1(bob.name, words)
			ann.none("action", "msg", "message", words)
		}).at(NotSaid),
		between1("jim1.msg.others", saysTold1, "nobody else is told what is said to a person", func(ann, bob *conn, words string) {
			carl := ann.t.come("carl")
			ann.msg1(bob.name, words)
			carl.none("action", "msg", "message", words)
		}),
		between1("jim1.msg.raw", saysRaw, "a Russian text is told in UTF-8, without escapes", func(ann, bob *conn, words string) {
			ann.msg1(bob.name, "привет "+words)
			if e := bob.event("action", "msg", "message", "привет "+words); !strings.Contains(string(e.raw), "привет") {
				bob.t.fail("привет, not \\u043f…", e.String())
			}
		}).at(Course),
		between1("jim1.msg.order", saysTold1, "messages are told in the order in which they were said", func(ann, bob *conn, words string) {
			for i := range 3 {
				ann.msg1(bob.name, fmt.Sprint(words, i))
			}
			for i := range 3 {
				bob.want(bob.event("action", "msg", "from", ann.name), "message", fmt.Sprint(words, i))
			}
		}),
		between1("jim1.msg.longest", saysLimits1, "a message of 500 characters is told", func(ann, bob *conn, words string) {
			long := strings.Repeat("ж", 500)
			ann.want(ann.msg1(bob.name, long), "response", 200)
			bob.several(640, ann.name, "message", long)
		}),
		between1("jim1.msg.pieces", saysSize, "a text that needs more than 640 bytes comes in several messages", func(ann, bob *conn, words string) {
			long := strings.Repeat("ы", 499) + "!"
			ann.msg1(bob.name, long)
			bob.several(640, ann.name, "message", long)
		}).at(Course),
		between1("jim1.msg.segments", saysSegment, "two messages come in two segments", func(ann, bob *conn, words string) {
			carl := ann.t.come("carl")
			ann.t.apart(func() []*object {
				for _, c := range []*conn{ann, carl} {
					c.send(string(build("action", "msg", "time", now(), "to", bob.name, "from", c.name, "message", words)))
				}
				return []*object{bob.event("action", "msg", "message", words), bob.event("action", "msg", "message", words)}
			})
		}).at(Course).on(streams),
	)
}

// between1 is a check with two people.
func between1(id, says, what string, run func(ann, bob *conn, words string)) *serverCheck {
	return rule(id, says, what, func(t *T) { run(t.come("ann"), t.come("bob"), t.id("hi")) }).on(objects)
}

// refused1 are about what is refused, and how.
func refused1() []*serverCheck {
	list := in(Specification, onJIM1,
		refusal1("jim1.nobody", saysMissing1, "`msg` to nobody is answered 404", 404, func(c *conn) *object { return c.msg1(c.t.newName(), "hello?") }),
		rule("jim1.offline", saysMissing1, "`msg` to somebody who is not connected is answered 410", func(t *T) {
			ann, bob := t.come("ann"), t.come("bob")
			bob.send(string(build("action", "quit")))
			bob.gone()
			ann.want(ann.msg1(bob.name, "hello?"), "response", 410)
		}).on(objects),
		rule("jim1.offline.kept", saysAway, "what was said to somebody who was not connected is not told later", func(t *T) {
			ann, bob := t.come("ann"), t.come("bob")
			bob.send(string(build("action", "quit")))
			bob.gone()
			words := t.id("hi")
			ann.msg1(bob.name, words)
			t.takes(bob.name).none("action", "msg", "message", words)
		}).on(objects).at(Course),
		refusal1("jim1.empty", saysElse1, "an empty message is answered 400", 400, func(c *conn) *object { return c.msg1(c.name, "") }),
		refusal1("jim1.long.message", saysLimits1, "a message of 501 characters is answered 400", 400, func(c *conn) *object { return c.msg1(c.name, text(501)) }),
		refusal1("jim1.long.object", saysLimits1, "an object of more than 640 characters is answered 400", 400, func(c *conn) *object { return c.msg1(c.name, "hi", "x", text(640)) }),
		refusal1("jim1.long.action", saysLimits1, "an action of more than 15 characters is answered 400", 400, func(c *conn) *object { return c.ask("an_action_too_long") }),
		refusal1("jim1.unknown", saysElse1, "an action nobody knows is answered 400", 400, func(c *conn) *object { return c.ask("dance") }),
		refusal1("jim1.action", saysElse1, "an object without `action` is answered 400", 400, func(c *conn) *object { return c.asks(`{"time":1}`) }),
	)
	for _, b := range []struct{ id, what, text string }{
		{"words", "a line of words", "these are words"},
		{"array", "an array", `["presence"]`},
		{"comma", "a comma behind the last member", `{"action":"probe",}`},
		{"quotes", "an object in single quotes", `{'action':'probe'}`},
		{"twice", "a key that stands twice", `{"action":"probe","time":1,"time":2}`},
		{"literal", "a literal of another language", `{"action":"probe","x":None}`},
	} {
		list = append(list, in(Course, onCourses, rule("course.broken."+b.id, saysBroken, b.what+" is answered 400, and the connection goes on", func(t *T) {
			c := t.come("ann")
			c.want(c.asks(b.text), "response", 400)
			c.alive()
		}).on(objects))...)
	}
	for _, code := range []struct {
		id   string
		want int
		do   func(*conn) *object
	}{
		{"400", 400, func(c *conn) *object { return c.ask("dance") }},
		{"404", 404, func(c *conn) *object { return c.msg1(c.t.newName(), "hello?") }},
	} {
		list = append(list, in(Specification, onJIM1, rule("jim1.error."+code.id, "Errors have the codes of the specification",
			"an answer "+code.id+" has a text in `error` and a `time` that is a number", func(t *T) {
				if a := code.do(t.come("ann")); a.code() != code.want || a.text("error") == "" || !isNumber(a.members["time"]) {
					t.fail(fmt.Sprintf(`{"response":%d,"time": a number,"error": a text}`, code.want), a.String())
				}
			}).on(objects))...)
	}
	return list
}

// alive wants a connection of the course to go on: a presence is answered 200 again.
func (c *conn) alive() {
	for _, l := range c.t.leases {
		if l.name == c.name {
			c.want(c.ask("presence", c.hello(l)...), "response", 200)
		}
	}
}

func refusal1(id, says, what string, code int, do func(*conn) *object) *serverCheck {
	return rule(id, says, what+", and the connection goes on", func(t *T) {
		c := t.come("ann")
		c.want(do(c), "response", code)
		c.alive()
	}).on(objects)
}
