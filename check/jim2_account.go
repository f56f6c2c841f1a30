package check

import "fmt"

const (
	saysToken    = "**`device`** names this device and asks for a `token`, which logs in later instead of a password"
	saysTag      = "unless the guest asked for a token (below): then only the token opens it."
	saysWrong    = "402 wrong name, password or token (neither is this)"
	saysAuth     = "**`authenticate`** does the same for a connection that is open already"
	saysRegister = "**`register`** makes a name yours"
	saysKeeps    = "A guest that registers its own name keeps its conversations."
	saysEight    = "Passwords have at least 8 characters."
	saysAlone    = "`\"alone\":true` in `presence`, `authenticate` and `register` refuses the login with 409 when somebody is connected under the name."
	saysPasswd   = "| `{\"action\":\"passwd\",\"old\":\"…\",\"password\":\"…\"}` | 200; the account's other devices and connections are logged out |"
	saysSessions = "| `{\"action\":\"sessions\"}` | 200 `sessions`: devices with a token, and live connections; `current` is the one that asks; `more`, `next` |"
	saysRevoke   = "| `{\"action\":\"sessions\",\"revoke\":\"ID\"}` | 200; that device can log in no more, and its connections are closed |"
	saysNeeds    = "| a registered name without password or token | 401 | goes on |"
	password     = "correct horse battery"
)

// withToken is a guest's name that a token opens. It is good for this check only.
func (t *T) withToken(who string) (c *conn, token string) {
	t.guest("guest")
	c = t.dial(who)
	name := t.newName()
	a := c.done("presence", "jim", 2, "user", user(name), "device", who)
	if token = a.text("token"); token == "" {
		t.fail(`an answer with "token"`, a.String())
	}
	c.name = name
	return c, token
}

// second is another device of somebody who has a token.
func (t *T) second(who string, first *conn, token string) *conn {
	c := t.dial(who)
	c.done("presence", "jim", 2, "user", build("account_name", first.name, "token", token))
	c.ask("ping")
	c.name = first.name
	return c
}

// tokens are about devices that log in with a token.
func tokens() []*serverCheck {
	return in(SayingWho, onJIM2,
		rule("token.given", saysToken, "who names a device is given a token", func(t *T) { t.withToken("laptop") }),
		rule("token.logs.in", saysToken, "a token logs in", func(t *T) {
			laptop, token := t.withToken("laptop")
			phone := t.dial("phone")
			phone.want(phone.ask("presence", "jim", 2, "user", build("account_name", laptop.name, "token", token)), "response", 200)
		}),
		rule("token.unasked", saysToken, "who names no device is given no token", func(t *T) {
			c := t.dial("ann")
			a := c.login(t.lease(false))
			c.want(a, "token", nil)
		}),
		rule("token.only", saysTag, "a guest's name for which there is a token is refused without it, with 401", func(t *T) {
			laptop, _ := t.withToken("laptop")
			laptop.done("quit")
			c := t.open("thief")
			c.refused([]int{401}, "presence", "jim", 2, "user", user(laptop.name))
		}),
		rule("token.wrong", saysWrong, "a wrong token is answered 402", func(t *T) {
			laptop, _ := t.withToken("laptop")
			c := t.open("thief")
			c.refused([]int{402}, "presence", "jim", 2, "user", build("account_name", laptop.name, "token", "guessed"))
		}),
		rule("token.others", saysWrong, "a token with another's name is answered 402", func(t *T) {
			_, token := t.withToken("laptop")
			c := t.open("thief")
			c.refused([]int{402}, "presence", "jim", 2, "user", build("account_name", t.newName(), "token", token))
		}),
		rule("alone.taken", saysAlone, "`\"alone\":true` is refused with 409 when somebody is connected under the name", func(t *T) {
			laptop, token := t.withToken("laptop")
			c := t.open("phone")
			c.refused([]int{409}, "presence", "jim", 2, "alone", true, "user", build("account_name", laptop.name, "token", token))
		}).at(LiveAndAlone),
		rule("alone.free", saysAlone, "`\"alone\":true` logs in where nobody is connected under the name", func(t *T) {
			c, l := t.dial("ann"), t.lease(true)
			c.extra = []any{"alone", true}
			c.login(l)
		}).at(LiveAndAlone),
	)
}

// devices are about two devices of one person.
func devices() []*serverCheck {
	return in(Talking, onJIM2,
		rule("device.msg", saysMsg, "what one says on one device the other device hears", func(t *T) {
			laptop, phone, room := t.devices()
			laptop.says(room, "hi")
			phone.event("action", "msg", "to", room, "message", "hi")
		}),
		rule("device.direct", saysDirect, "what is said to a person comes to all its devices", func(t *T) {
			laptop, phone, _ := t.devices()
			bob := t.come("bob")
			bob.says(laptop.name, "hi")
			laptop.event("action", "msg", "from", bob.name, "message", "hi")
			phone.event("action", "msg", "from", bob.name, "message", "hi")
		}),
		rule("device.read", saysRead, "one's other device is told what one has read", func(t *T) {
			laptop, phone, room := t.devices()
			laptop.done("read", "to", room, "seq", 1)
			phone.event("action", "read", "to", room, "seq", 1)
		}),
		rule("device.read.own", saysRead, "the device that has read is not told so", func(t *T) {
			laptop, phone, room := t.devices()
			laptop.done("read", "to", room, "seq", 1)
			phone.event("action", "read", "to", room)
			laptop.none("action", "read")
		}),
		rule("device.typing", saysTyping, "one's other device is not told that one is typing", func(t *T) {
			laptop, phone, room := t.devices()
			laptop.done("typing", "to", room)
			phone.none("action", "typing")
		}),
		rule("device.contact", saysContact, "one's other device is told a new contact", func(t *T) {
			laptop, phone, _ := t.devices()
			bob := t.come("bob")
			laptop.done("add_contact", "to", bob.name)
			phone.event("action", "add_contact", "to", bob.name)
		}).at(People),
		rule("device.id", saysSameID, "a message sent again on another device gets the first answer", func(t *T) {
			laptop, phone, room := t.devices()
			n := laptop.done("msg", "id", t.id("k1"), "to", room, "message", "hi").number("seq")
			phone.want(phone.ask("msg", "id", t.id("k1"), "to", room, "message", "hi"), "response", 201, "seq", n)
		}).at(Conversations),
		rule("device.gone", saysGone, "who goes with one device and stays with another is not `gone`", func(t *T) {
			laptop, phone, _ := t.devices()
			phone.done("quit")
			bob := t.come("bob")
			if u := bob.done("whois", "to", laptop.name).inner("user"); u == nil || u.text("status") == "gone" {
				t.fail("somebody who is here", fmt.Sprint(u))
			}
		}).at(People),
	)
}

// signedIn are about the list of devices.
func signedIn() []*serverCheck {
	return in(YourAccount, onJIM2,
		rule("session.list", saysSessions, "`sessions` lists the connections, of which one is `current`", func(t *T) {
			laptop, _, _ := t.devices()
			a := laptop.done("sessions")
			list, _ := a.list("sessions")
			current := 0
			for _, s := range list {
				if s.members["current"] == true {
					current++
				}
			}
			if len(list) < 2 || current != 1 {
				t.fail("two connections or more, one of them current", a.String())
			}
		}).at(YourAccount),
		rule("session.device", saysSessions, "`sessions` lists the device that has a token, under its name", func(t *T) {
			laptop, _, _ := t.devices()
			if len(laptop.sessionsOf("laptop")) == 0 {
				t.fail(`a session with "device":"laptop" and an "id"`, "none")
			}
		}).at(YourAccount),
		rule("session.revoke", saysRevoke, "a device that was revoked cannot log in any more", func(t *T) {
			laptop, token := t.withToken("laptop")
			laptop.logsOut("laptop")
			c := t.open("again")
			c.refused([]int{402}, "presence", "jim", 2, "user", build("account_name", laptop.name, "token", token))
		}).at(YourAccount),
		rule("session.revoke.closes", saysRevoke, "the connections of a device that was revoked are closed", func(t *T) {
			laptop, token := t.withToken("laptop")
			other := t.dial("other")
			a := other.done("presence", "jim", 2, "user", build("account_name", laptop.name, "token", token), "device", "other")
			if a.text("token") == "" {
				t.fail(`an answer with "token"`, a.String())
			}
			third := t.second("third", laptop, a.text("token"))
			laptop.logsOut("other")
			third.gone()
		}).at(YourAccount).on(objects),
	)
}

// devices are two connections of one person, in a room.
func (t *T) devices() (laptop, phone *conn, room string) {
	laptop, token := t.withToken("laptop")
	phone = t.second("phone", laptop, token)
	room = t.room()
	laptop.make(room)
	phone.event("action", "create", "to", room)
	return laptop, phone, room
}

// sessionsOf are the ids of what `sessions` lists under the name of a device, but for the connection that asks.
func (c *conn) sessionsOf(device string) (ids []string) {
	list, _ := c.done("sessions").list("sessions")
	for _, s := range list {
		if s.text("device") == device && s.text("id") != "" && s.members["current"] != true {
			ids = append(ids, s.text("id"))
		}
	}
	return ids
}

// logsOut revokes what bears the name of a device.
func (c *conn) logsOut(device string) {
	for _, id := range c.sessionsOf(device) {
		c.ask("sessions", "revoke", id)
	}
}
