package check

import (
	"fmt"
	"slices"
)

const (
	saysWhois    = "| `{\"action\":\"whois\",\"to\":\"bob\"}` | 200 `user`: `account_name`, `status`, `guest`, `since` |"
	saysContacts = "| `{\"action\":\"get_contacts\"}` | 200 `contacts`, each with `status` |"
	saysContact  = "| `{\"action\":\"add_contact\",\"to\":\"bob\"}`, `del_contact` | 200; your other devices are told |"
	saysPresence = "**Presence** is told to those who share a room with you or have you as a contact"
	saysGone     = "`\"gone\"` when the last connection has ended."
)

// people are about whois.
func people() []*serverCheck {
	return in(People, onJIM2,
		whois("whois.name", "`whois` tells the name", func(c *conn, other *conn, u *object) bool { return u.text("account_name") == other.name }),
		whois("whois.status", "`whois` tells the status", func(c *conn, other *conn, u *object) bool { return u.text("status") == "here" }),
		whois("whois.since", "`whois` tells since when there is the account", func(c *conn, other *conn, u *object) bool { return isNumber(u.members["since"]) }),
		whois("whois.guest", "`whois` tells that somebody is a guest", func(c *conn, other *conn, u *object) bool {
			return other.lease().password != "" || u.members["guest"] == true
		}),
		rule("whois.gone", saysGone, "who has quit is `gone`", func(t *T) {
			ann, bob := t.come("ann"), t.come("bob")
			bob.done("quit")
			var a *object
			if !t.eventually(func() bool {
				a = ann.done("whois", "to", bob.name)
				u := a.inner("user")
				return u != nil && u.text("status") == "gone"
			}) {
				t.fail(`"user":{"status":"gone"}`, a.String())
			}
		}),
	)
}

func whois(id, what string, so func(c, other *conn, u *object) bool) *serverCheck {
	return rule(id, saysWhois, what, func(t *T) {
		ann, bob := t.come("ann"), t.come("bob")
		a := ann.ask("whois", "to", bob.name)
		u := a.inner("user")
		if a.code() != 200 || u == nil || !so(ann, bob, u) {
			t.fail("that "+what, a.String())
		}
	})
}

// contacts are about the list of contacts.
func contacts() []*serverCheck {
	return in(People, onJIM2,
		rule("contact.add", saysContact, "`add_contact` is answered 200", func(t *T) {
			ann, bob := t.come("ann"), t.come("bob")
			ann.want(ann.ask("add_contact", "to", bob.name), "response", 200)
		}),
		rule("contact.listed", saysContacts, "who was added is listed in `get_contacts`", func(t *T) {
			ann, bob := t.comeNew("ann"), t.come("bob")
			ann.done("add_contact", "to", bob.name)
			if list := ann.people("get_contacts"); !slices.Contains(list, bob.name) {
				t.fail("a list with "+bob.name, fmt.Sprint(list))
			}
		}),
		rule("contact.status", saysContacts, "`get_contacts` has the status of each", func(t *T) {
			ann, bob := t.come("ann"), t.come("bob")
			ann.done("add_contact", "to", bob.name)
			bob.done("presence", "status", "away")
			ann.personIs("get_contacts", bob.name, "away")
		}),
		rule("contact.once", saysContacts, "who is added twice is listed once", func(t *T) {
			ann, bob := t.comeNew("ann"), t.come("bob")
			ann.done("add_contact", "to", bob.name)
			ann.done("add_contact", "to", bob.name)
			if list := ann.people("get_contacts"); len(list) != 1 {
				t.fail("a list with "+bob.name+" alone", fmt.Sprint(list))
			}
		}),
		rule("contact.del", saysContact, "`del_contact` is answered 200, and who was removed is not listed", func(t *T) {
			ann, bob := t.comeNew("ann"), t.come("bob")
			ann.done("add_contact", "to", bob.name)
			ann.want(ann.ask("del_contact", "to", bob.name), "response", 200)
			if list := ann.people("get_contacts"); slices.Contains(list, bob.name) {
				t.fail("a list without "+bob.name, fmt.Sprint(list))
			}
		}),
		rule("contact.own", saysContacts, "contacts are one's own", func(t *T) {
			ann, bob := t.comeNew("ann"), t.comeNew("bob")
			ann.done("add_contact", "to", bob.name)
			if list := bob.people("get_contacts"); len(list) != 0 {
				t.fail("an empty list", fmt.Sprint(list))
			}
		}),
	)
}

// presences are about who is told that somebody comes and goes.
func presences() []*serverCheck {
	return in(People, onJIM2,
		rule("presence.room", saysPresence, "who shares a room with somebody is told a new status", func(t *T) {
			ann, bob, _ := t.pair()
			bob.done("presence", "status", "away")
			ann.presence(bob.name, "away")
		}),
		rule("presence.contact", saysPresence, "who has somebody as a contact is told a new status", func(t *T) {
			ann, bob := t.come("ann"), t.come("bob")
			ann.done("add_contact", "to", bob.name)
			bob.done("presence", "status", "away")
			ann.presence(bob.name, "away")
		}),
		rule("presence.gone", saysGone, "who shares a room with somebody is told that it is `gone`", func(t *T) {
			ann, bob, _ := t.pair()
			bob.done("quit")
			ann.presence(bob.name, "gone")
		}),
		rule("presence.cut", saysGone, "somebody whose connection was cut is `gone`", func(t *T) {
			ann, bob, _ := t.pair()
			bob.close()
			ann.presence(bob.name, "gone")
		}).on(objects),
		rule("presence.here", saysPresence, "who shares a room with somebody is told that it has come", func(t *T) {
			ann, bob, _ := t.pair()
			bob.done("quit")
			ann.presence(bob.name, "gone")
			t.enter("bob2", bob.lease())
			ann.presence(bob.name, "here")
		}),
		rule("presence.own", saysPresence, "who has a new status is not told so", func(t *T) {
			ann, bob, _ := t.pair()
			bob.done("presence", "status", "away")
			ann.presence(bob.name, "away")
			for _, o := range bob.hears() {
				if u := o.inner("user"); o.text("action") == "presence" && u != nil && u.text("account_name") == bob.name {
					t.fail("nothing of its own status to bob", o.String())
				}
			}
		}),
		rule("presence.strangers", saysPresence, "who shares nothing with somebody is not told", func(t *T) {
			ann, bob, _ := t.pair()
			carl := t.comeNew("carl")
			bob.done("presence", "status", "away")
			ann.presence(bob.name, "away")
			carl.none("action", "presence")
		}),
		rule("presence.kept", saysNotKept, "presence is not in the history", func(t *T) {
			ann, bob, room := t.pair()
			bob.done("presence", "status", "away")
			ann.presence(bob.name, "away")
			if _, events := ann.history(room); len(events) != 2 {
				t.fail("two entries: the room's beginning and who joined", cameIn(events))
			}
		}),
	)
}

// goodbyes are about how the server ends a connection.
func goodbyes() []*serverCheck {
	const says = "the last object before the server closes; without `retry_after` do not come back by yourself"
	return in(FromTheServer, onJIM2,
		rule("bye.last", says, "when the server ends a connection, its last object is `bye`", func(t *T) {
			t.ousted(func(o *object) bool { return o.text("action") == "bye" }, `{"action":"bye"} at last`)
		}).on(objects),
		rule("bye.alert", says, "`bye` says in `alert` why", func(t *T) {
			t.ousted(func(o *object) bool { return o.text("alert") != "" }, `a text in "alert"`)
		}).on(objects),
	)
}

// ousted sends nonsense until the server ends the connection, and looks at its last object.
func (t *T) ousted(so func(*object) bool, want string) {
	c := t.come("ann")
	for range 20 {
		c.send("nonsense")
	}
	last := c.gone()
	if len(last) == 0 {
		t.fail(want, "nothing")
	}
	if o := last[len(last)-1]; !so(o) {
		t.fail(want, o.String())
	}
}

// presence waits until somebody's status is told.
func (c *conn) presence(name, status string) {
	until := c.t.until()
	for {
		o, why := c.take(until)
		switch {
		case o == nil:
			c.t.silent(why, `an event {"action":"presence","user":{"account_name":"`+name+`","status":"`+status+`"}} to `+c.who, c.aside)
		case o.text("action") == "presence":
			if u := o.inner("user"); u != nil && u.text("account_name") == name && u.text("status") == status {
				return
			}
			fallthrough
		default:
			c.aside = append(c.aside, o)
		}
	}
}

// sessions are about the connection itself.
func sessions() []*serverCheck {
	return in(Actions, onJIM2,
		rule("ping.code", "Asks whether the server is there.", "`ping` is answered 200", func(t *T) {
			c := t.come("ann")
			c.want(c.ask("ping"), "response", 200)
		}),
		rule("quit.code", "Says goodbye; the server closes.", "`quit` is answered 200", func(t *T) {
			c := t.come("ann")
			c.want(c.ask("quit"), "response", 200)
		}),
		rule("quit.closes", "Says goodbye; the server closes.", "after `quit` the server closes the connection", func(t *T) {
			c := t.come("ann")
			c.done("quit")
			c.gone()
		}).on(objects),
	)
}
