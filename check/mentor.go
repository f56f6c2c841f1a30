package check

import (
	"slices"
	"strings"
)

const (
	saysOKm      = "| `presence` | `{\"response\":200,\"time\":…,\"alert\":\"OK\"}`, with `\"error\":\"\"` when `user` has `account`; otherwise 400 with `error`, and the end: the name is connected, needs a password, or is none |"
	saysMsgM     = "| `message` | nothing. Nobody called so: nothing either. Other errors come as a message from `server` |"
	saysListsM   = "| `get_users`, `get_contacts` with `user` | `{\"response\":202,\"data_list\":[…]}`: who is in the lobby; the contacts |"
	saysAddM     = "| `add`, `remove` with `account_name` | 200, or 400 |"
	saysKeyM     = "| `pubkey_need` with `account_name` | `{\"response\":511,\"bin\":\"…\"}` with the key of somebody who is connected, or 400 |"
	saysExitM    = "| `exit`, `quit` | nothing; the server closes |"
	saysElseM    = "| anything else | `{\"response\":400,\"error\":\"Запрос некорректен.\"}` |"
	saysToldM    = "It is told `{\"action\":\"message\",\"time\":…,\"from\":…,\"to\":…,\"mess_text\":…}` in the names that it has used itself; before it has said anything, both ends stand under two names (`from` and `sender`, `to` and `destination`)."
	saysToM      = "so `to` is always that, as the program writes it, and what was said in a room begins with the room, `#lobby: hello`."
	saysFromM    = "Understood as the sender: `from`, `sender`, `from_user`, `user` (also as an object)."
	saysAccountM = "As the account: `user` as a text or an object with `account_name`, `account`, `client_name` or `username`, or one of these without `user`."
	saysNewM     = "A program that has read its lists is told `{\"response\":205}` when somebody new is here"
	saysHearsM   = "Programs of the mentors' hear it from their login on"
	notRight     = "Запрос некорректен."
)

// mentors are about the login of a program of the mentors'.
func mentors() []*serverCheck {
	return in(Mentors, onMentor,
		rule("mentor.presence.code", saysOKm, "`presence` is answered 200, as a whole number", func(t *T) {
			c := t.dial("ann")
			c.login(t.lease(false))
		}).on(objects).first(),
		rule("mentor.presence.error", saysOKm, "where `user` has `account` the answer has an empty `error`", func(t *T) {
			c := t.dial("ann")
			c.want(c.presence1("time", now(), "user", build("account", t.newName())), "response", 200, "error", "")
		}).on(objects),
		refusedM("mentor.taken", "a name that is connected", func(t *T) string { return t.come("ann").name }),
		refusedM("mentor.taken.case", "a name that is connected, in capital letters,", func(t *T) string { return upper(t.come("ann").name) }),
		refusedM("mentor.space", "a name with a space", func(*T) string { return "bob the builder" }),
		refusedM("mentor.long", "a name of 26 characters", func(*T) string { return text(26) }),
		rule("mentor.before", saysElseM, "a message before the presence is answered 400", func(t *T) {
			c := t.dial("ann")
			c.want(c.asks(string(build("action", "message", "time", now(), "from", "ann", "to", "bob", "mess_text", "hi"))), "response", 400)
		}).on(objects),
		leaveM("mentor.exit", "exit"), leaveM("mentor.quit", "quit"),
		rule("mentor.exit.free", saysExitM, "after `exit` the name is free", func(t *T) {
			c := t.come("ann")
			c.send(string(build("action", "exit", "time", now(), "account_name", c.name)))
			c.gone()
			t.takes(c.name)
		}).on(objects),
	)
}

// accountsM are the forms in which a program may say its account.
func accountsM() (list []*serverCheck) {
	for _, f := range []struct {
		id, what string
		pairs    func(name string) []any
	}{
		{"account", "`account` in `user`", func(n string) []any { return []any{"user", build("account", n)} }},
		{"client_name", "`client_name` in `user`", func(n string) []any { return []any{"user", build("client_name", n)} }},
		{"username", "`username` in `user`", func(n string) []any { return []any{"user", build("username", n)} }},
		{"text", "`user` as a text", func(n string) []any { return []any{"user", n} }},
		{"bare", "`account_name` without `user`", func(n string) []any { return []any{"account_name", n} }},
		{"bare.username", "`username` without `user`", func(n string) []any { return []any{"username", n} }},
	} {
		list = append(list, rule("mentor.account."+f.id, saysAccountM, "the account may stand in "+f.what, func(t *T) {
			c, l := t.dial("ann"), t.lease(false)
			c.want(c.presence1(append([]any{"time", now()}, f.pairs(l.name)...)...), "response", 200)
			c.name, l.used = l.name, true
			bob, words := t.come("bob"), t.id("hi")
			bob.tells(l.name, words)
			c.event("action", "message", "mess_text", words)
		}).on(objects))
	}
	return in(Mentors, onMentor, list...)
}

// refusedM is a check that a name is refused with 400 in words, and the end.
func refusedM(id, what string, name func(*T) string) *serverCheck {
	return rule(id, saysOKm, what+" is refused with 400 in words, and the end", func(t *T) {
		want := name(t)
		c := t.dial("bob")
		a := c.presence1("time", now(), "user", build("account_name", want))
		if a.code() != 400 || a.text("error") == "" {
			t.fail(`{"response":400,"error": a text}`, a.String())
		}
		c.gone()
	}).on(objects)
}

func leaveM(id, action string) *serverCheck {
	return rule(id, saysExitM, "after `"+action+"` the server closes, and answers nothing", func(t *T) {
		c := t.come("ann")
		c.send(string(build("action", action, "time", now(), "account_name", c.name)))
		if last := c.gone(); slices.ContainsFunc(last, (*object).isAnswer) {
			t.fail("no answer to "+action, last[0].String())
		}
	}).on(objects)
}

// tells says something as programs of the mentors' do.
func (c *conn) tells(to, text string) {
	c.send(string(build("action", "message", "time", now(), "from", c.name, "to", to, "mess_text", text)))
}

// saidM are about messages.
func saidM() []*serverCheck {
	return in(Mentors, onMentor,
		between1("mentor.message.told", saysToldM, "a message is told to whom it was said", func(ann, bob *conn, words string) {
			ann.tells(bob.name, words)
			bob.event("action", "message", "from", ann.name, "mess_text", words)
		}),
		between1("mentor.message.to", saysToM, "the message has in `to` the login of who is told", func(ann, bob *conn, words string) {
			ann.tells(bob.name, words)
			bob.want(bob.event("action", "message", "mess_text", words), "to", bob.name)
		}),
		between1("mentor.message.time", saysAnyTime, "the message has a `time` that is a number", func(ann, bob *conn, words string) {
			ann.tells(bob.name, words)
			if e := bob.event("action", "message", "mess_text", words); !isNumber(e.members["time"]) {
				bob.t.fail(`"time": a number`, e.String())
			}
		}).at(Course),
		between1("mentor.message.names", saysToldM, "who has said nothing yet is told both ends under two names", func(ann, bob *conn, words string) {
			ann.tells(bob.name, words)
			bob.want(bob.event("action", "message", "mess_text", words), "from", ann.name, "sender", ann.name, "to", bob.name, "destination", bob.name)
		}),
		between1("mentor.message.silence", saysMsgM, "a message is not answered", func(ann, bob *conn, words string) {
			ann.tells(bob.name, words)
			bob.event("action", "message", "mess_text", words)
			ann.noAnswer()
		}),
		between1("mentor.message.nobody", saysMsgM, "a message to nobody is not answered either", func(ann, bob *conn, words string) {
			ann.tells(ann.t.newName(), words)
			for _, o := range ann.hears() {
				if o.isAnswer() && o.code() != codeLists || o.text("from") == "server" {
					ann.t.fail("nothing to ann", o.String())
				}
			}
		}),
	)
}

// toldM are about who is told a message, and in how many objects.
func toldM() []*serverCheck {
	return in(Mentors, onMentor,
		between1("mentor.message.own", saysEvent1, "who says something is not told it", func(ann, bob *conn, words string) {
			ann.tells(bob.name, words)
			ann.none("action", "message", "mess_text", words)
		}).at(NotSaid),
		between1("mentor.message.once", saysToldM, "a message is told once", func(ann, bob *conn, words string) {
			ann.tells(bob.name, words)
			bob.event("action", "message", "mess_text", words)
			bob.none("action", "message", "mess_text", words)
		}),
		between1("mentor.message.others", saysToldM, "nobody else is told what is said to a person", func(ann, bob *conn, words string) {
			carl := ann.t.come("carl")
			ann.tells(bob.name, words)
			carl.none("mess_text", words)
		}),
		between1("mentor.message.raw", saysRaw, "a Russian text is told in UTF-8, without escapes", func(ann, bob *conn, words string) {
			ann.tells(bob.name, "привет "+words)
			if e := bob.event("action", "message", "mess_text", "привет "+words); !strings.Contains(string(e.raw), "привет") {
				bob.t.fail("привет, not \\u043f…", e.String())
			}
		}).at(Course),
		between1("mentor.message.pieces", saysSize, "a long text comes in several messages of at most 640 bytes", func(ann, bob *conn, words string) {
			long := strings.Repeat("ы", 900) + "!"
			ann.tells(bob.name, long)
			bob.several(640, ann.name, "mess_text", long)
		}).at(Course),
		between1("mentor.message.segments", saysSegment, "two messages come in two segments", func(ann, bob *conn, words string) {
			carl := ann.t.come("carl")
			ann.t.apart(func() []*object {
				ann.tells(bob.name, words)
				carl.tells(bob.name, words)
				return []*object{bob.event("mess_text", words), bob.event("mess_text", words)}
			})
		}).at(Course).on(streams),
		between1("mentor.message.empty", saysMsgM, "an empty message is told back as an error in a message from `server`", func(ann, bob *conn, words string) {
			ann.tells(bob.name, "")
			ann.event("action", "message", "from", "server")
		}),
		rule("mentor.message.offline", saysMsgM, "that somebody is not connected is told in a message from `server`", func(t *T) {
			ann, bob := t.come("ann"), t.come("bob")
			bob.send(string(build("action", "exit", "time", now(), "account_name", bob.name)))
			bob.gone()
			ann.tells(bob.name, "hello?")
			ann.event("action", "message", "from", "server")
		}).on(objects),
		rule("mentor.message.kept", saysAway, "what was said to somebody who was not connected is not told later", func(t *T) {
			ann, bob, words := t.come("ann"), t.come("bob"), t.id("hi")
			bob.send(string(build("action", "exit", "time", now(), "account_name", bob.name)))
			bob.gone()
			ann.tells(bob.name, words)
			ann.event("action", "message", "from", "server")
			t.takes(bob.name).none("mess_text", words)
		}).on(objects).at(Course),
	)
}
