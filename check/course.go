package check

import (
	"strings"
	"time"
)

const (
	saysSegment  = "An object to a program ends with LF, is never joined with another"
	saysRaw      = "Text is raw UTF-8, not `\\u` escapes."
	saysSize     = "An object has at most 640 bytes, 1024 for the second year: a longer text comes as several messages"
	saysAnyTime  = "**`time`** may come in any form, or not at all; it goes out as a number."
	saysMute     = "**A silent connection** is sent `{\"action\":\"probe\",\"time\":…}` after two seconds, and never later."
	saysProbe    = "`probe` is also understood with the Cyrillic о of the course's text."
	saysAgain    = "**Presence twice** under the same name is answered like the first."
	saysCaseName = "`Ann` and `ann` are the same name; a name with a space, or of more than 25 characters, is refused in words."
	saysAway     = "**To a person who is not connected** nothing is kept."
	saysAll      = "**To everybody**: `#`, `#all`, `all` or an empty addressee is `#lobby`."
	saysBroken   = "**Broken objects** are answered 400; the twentieth in a row ends the connection."
	saysPickle   = "A pickle (first byte 0x80) is answered 400 and closed."
	saysOwn      = "An answer of the program's own, `{\"response\":…}`, means nothing except in a handshake."
	saysTogether = "All of them talk with each other, with JIM/2 clients, and with people in the browser."
)

// hello says the first presence with members of the check's own choice.
func (c *conn) presence1(pairs ...any) *object {
	return c.asks(string(build(append([]any{"action", "presence"}, pairs...)...)))
}

// asks sends a text and returns the answer.
func (c *conn) asks(text string) *object {
	c.send(text)
	return c.answer(text, "")
}

// forms of time, as programs of the course send it.
var forms = []struct {
	id   string
	time any
}{
	{"float", 1763500000.5},
	{"whole", 1763500000},
	{"digits", "1763500000"},
	{"words", "Fri Nov 21 12:00:00 2025"},
	{"clock", "12:00:00"},
	{"null", value("null")},
	{"nanoseconds", value("1763500000123456789")},
}

// times are checks that a presence may have any time.
func times() (list []*serverCheck) {
	for _, f := range forms {
		list = append(list, rule("course.time."+f.id, saysAnyTime, "a presence is answered 200 when its `time` is a "+f.id, func(t *T) {
			c := t.dial("ann")
			c.logsIn("time", f.time)
		}).on(objects))
	}
	list = append(list, rule("course.time.none", saysAnyTime, "a presence without `time` is answered 200", func(t *T) {
		c := t.dial("ann")
		c.logsIn()
	}).on(objects))
	return in(Course, onCourses, list...)
}

// logsIn logs in under a name of the suite with a presence of the check's own, which must be answered 200.
func (c *conn) logsIn(pairs ...any) {
	l := c.t.lease(false)
	in := c.t.eventually(func() bool { // a name that has just been left may still be in use
		if c.ended() {
			c.dialAgain()
		}
		a := c.presence1(append(pairs, "user", c.self(l.name))...)
		if a.code() != 200 && !l.used {
			c.want(a, "response", 200)
		}
		c.wait(time.Now()) // whether it has ended
		return a.code() == 200
	})
	if !in {
		c.t.fail(`"response":200 to `+c.who, "it is refused again and again")
	}
	c.name, l.used = l.name, true
}

// self is `user` of a presence in the tongue of the connection.
func (c *conn) self(name string) []byte {
	if c.tongue == JIM1 {
		return build("account_name", name, "status", "here")
	}
	return build("account_name", name)
}

// courses are what holds for all programs of the course.
func courses() []*serverCheck {
	return in(Course, onCourses,
		rule("course.probe", saysMute, "a silent connection is sent a `probe` with a `time` that is a number", func(t *T) {
			c := t.dial("ann")
			o := c.silent()
			if o.text("action") != "probe" || !isNumber(o.members["time"]) {
				t.fail(`{"action":"probe","time": a number}`, o.String())
			}
		}).on(objects),
		rule("course.probe.then", saysMute, "who answers the `probe` with a presence is let in", func(t *T) {
			c := t.dial("ann")
			c.silent()
			c.login(t.lease(false))
		}).on(objects),
		rule("course.probe.later", saysMute, "who has logged in and says nothing is not sent a `probe`", func(t *T) {
			c := t.come("ann")
			t.sleep(silenceAfter)
			c.none("action", "probe")
		}).on(objects),
		rule("course.again", saysAgain, "a presence under the same name, on the same connection, is answered 200 again", func(t *T) {
			c := t.dial("ann")
			l := t.lease(false)
			c.login(l)
			c.want(c.ask("presence", c.hello(l)...), "response", 200)
		}).on(objects),
		rule("course.lf", saysSegment, "an object ends with LF", func(t *T) {
			c := t.come("ann")
			if !t.eventually(func() bool { return strings.HasSuffix(string(c.received()), "\n") }) {
				t.fail("LF behind the answer", shown(c.received()))
			}
		}).on(streams),
		rule("course.name.unicode", saysRaw, "a Russian name is a name", func(t *T) {
			c := t.dial("ann")
			c.login(&lease{name: cyrillic(t.newName())})
		}).on(objects),
		rule("course.name.longest", saysCaseName, "a name may have 25 characters", func(t *T) {
			c, n := t.dial("ann"), t.newName()
			c.login(&lease{name: n + strings.Repeat("z", 25-len(n))})
		}).on(objects),
		rule("course.free", "**A name** is a guest's, where guests are let in, or an account's with its password.", "a name that was cut off can be taken again", func(t *T) {
			c := t.come("ann")
			c.close()
			t.takes(c.name)
		}).on(objects),
	)
}

// courseBroken is what programs of the course must not send, and what they may.
func courseBroken() []*serverCheck {
	return in(Course, onCourses,
		rule("course.strikes", saysBroken, "the twentieth broken object in a row ends the connection", func(t *T) {
			c := t.come("ann")
			for range 20 {
				c.send("nonsense")
				if c.ended() {
					break
				}
			}
			c.gone()
		}).on(objects),
		rule("course.pickle", saysPickle, "a pickle is closed", func(t *T) {
			c := t.dial("ann")
			c.write([]byte("\x80\x04\x95\x1c\x00\x00\x00\x00\x00\x00\x00}\x94\x8c\x06action\x94\x8c\x08presence\x94s."))
			c.gone()
		}).on(streams),
		rule("course.pickle.code", saysPickle, "a pickle is answered 400", func(t *T) {
			c := t.dial("ann")
			c.write([]byte("\x80\x04\x95\x1c\x00\x00\x00\x00\x00\x00\x00}\x94\x8c\x06action\x94\x8c\x08presence\x94s."))
			c.want(c.next("an answer to a pickle"), "response", 400)
		}).on(streams),
		rule("course.own", saysOwn, "a response that the program sends is not answered", func(t *T) {
			c := t.come("ann")
			c.send(`{"response":200}`)
			c.noAnswer()
		}).on(objects),
		rule("course.key", "a presence may be longer.", "a presence with a public key of 900 characters is answered 200", func(t *T) {
			c := t.dial("ann")
			user := string(c.self(t.newName()))
			c.want(c.presence1("time", now(), "type", "status", "user", value(strings.TrimSuffix(user, "}")+`,"pubkey":"`+text(900)+`"}`)), "response", 200)
		}).on(objects).at(Specification),
		rule("course.mixed", saysTogether, "a program of the specification and one of the mentors' talk with each other", func(t *T) {
			spec, mentor := t.speaks("spec", JIM1), t.speaks("mentor", Mentor)
			words := t.id("hi")
			spec.send(string(build("action", "msg", "time", now(), "to", mentor.name, "from", spec.name, "message", words)))
			mentor.event("action", "message", "from", spec.name, "mess_text", words)
			words = t.id("ho")
			mentor.send(string(build("action", "message", "time", now(), "from", mentor.name, "to", spec.name, "mess_text", words)))
			spec.event("action", "msg", "from", mentor.name, "to", spec.name, "message", words)
		}).on(objects),
	)
}

// speaks is somebody who speaks a dialect, whatever the level of the run.
func (t *T) speaks(who string, l Level) *conn {
	c := t.dial(who)
	c.tongue = l
	c.login(t.lease(false))
	return c
}

// ended tells whether the connection has ended.
func (c *conn) ended() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.end != nil
}

// noAnswer wants that no response comes.
func (c *conn) noAnswer() {
	c.hears()
	for _, o := range append(c.aside, c.strays...) {
		if o.isAnswer() && o.code() != codeLists {
			c.t.fail("no answer to "+c.who, o.String())
		}
	}
}

// codeLists says that lists of people have changed; it answers nothing.
const codeLists = 205

// several wants a text, said by somebody, to come in pieces of so many bytes at most.
func (c *conn) several(most int, from, member, text string) {
	got := ""
	for got != text {
		e := c.event("from", from)
		if len(e.raw)+1 > most {
			c.t.fail("objects of at most 640 bytes with their LF", e.String())
		}
		if got += e.text(member); !strings.HasPrefix(text, got) {
			c.t.fail("the text in pieces, in order", shown([]byte(got)))
		}
	}
}

// apart wants objects to have come in reads of their own. Where two came together once, the network may have
// joined them, so it is tried again.
func (t *T) apart(try func() []*object) {
	const tries = 3
	for n := 1; ; n++ {
		list, joined := try(), -1
		for i := 1; i < len(list); i++ {
			if list[i].read == list[i-1].read {
				joined = i
			}
		}
		if joined < 0 {
			return
		}
		if n == tries {
			t.fail("one object in each segment", "two in one: "+list[joined-1].String()+list[joined].String())
		}
	}
}
